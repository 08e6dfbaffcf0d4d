/* What a store gave. Its texts are looked at as a line's are, because stores keep bytes. */
#include "record_parts.h"

#include <stdio.h>

#include "text.h"

static bool is_utf8(struct pv_str text)
{
    uint32_t point;
    for (size_t at = 0, len; at < text.len; at += len) {
        len = pv_utf8_next(text.ptr + at, text.len - at, &point);
        if (len == 0)
            return false;
    }
    return true;
}

static bool check_utf8(struct pv_str text, enum pv_field field, struct pv_record *record)
{
    bool sound = is_utf8(text);
    if (!sound)
        pv_record_key_invalid(record, field, "has bytes that are not UTF-8", (struct pv_str){NULL, 0});
    return sound;
}

/* An object with nothing behind it, at the level that it has in a line. */
static bool is_object(struct pv_str text)
{
    struct pv_json json = pv_json_begin(text, NULL);
    struct pv_json_value value;
    pv_json_skip_space(&json);
    if (!pv_json_value(&json, 2, &value) || value.fault != PV_JSON_SOUND)
        return false;
    pv_json_skip_space(&json);
    return json.at == json.end && value.kind == PV_JSON_OBJECT;
}

static void check_stream(struct pv_str stream, struct pv_record *record)
{
    if (!check_utf8(stream, PV_KEY_STREAM, record))
        return;
    record->has_stream = true;
    record->stream = stream;
    record->has_election = pv_stream_parse(stream, &record->election_id);
    if (!record->has_election)
        pv_record_key_invalid(record, PV_KEY_STREAM, "does not name an election", stream);
}

static void check_created(struct pv_str created, struct pv_record *record)
{
    record->lacks_created = created.ptr == NULL;
    record->has_created = !record->lacks_created && pv_time_parse(created, &record->created) == PV_CODE_NONE;
    if (!record->lacks_created && !record->has_created && check_utf8(created, PV_KEY_CREATED, record))
        pv_record_key_invalid(record, PV_KEY_CREATED, "is not a date and time", created);
}

static void check_number(int64_t number, struct pv_record *record)
{
    char text[24];
    record->has_number = number >= 0;
    record->number = number;
    if (record->has_number)
        return;
    int len = snprintf(text, sizeof text, "%lld", (long long)number);
    pv_record_key_invalid(record, PV_KEY_NUMBER, PV_RECORD_INTEGER_RANGE, (struct pv_str){text, (size_t)len});
}

/* It is shown where it is text, as all that is printed must be. */
static void check_metadata(struct pv_str metadata, struct pv_record *record)
{
    struct pv_str none = {NULL, 0};
    if (metadata.ptr != NULL && !is_object(metadata))
        pv_record_key_invalid(record, PV_KEY_METADATA, "is not an object",
                              is_utf8(metadata) ? metadata : none);
}

static void check_recorded(const struct pv_recorded *recorded, struct pv_record *record)
{
    check_stream(recorded->stream, record);
    check_number(recorded->number, record);
    (void)check_utf8(recorded->type, PV_KEY_TYPE, record);
    (void)check_utf8(recorded->id, PV_KEY_ID, record);
    check_created(recorded->created, record);
    record->position = recorded->position;
    check_metadata(recorded->metadata, record);
}

static void decode_recorded(struct pv_record_reader *reader, struct pv_record *record)
{
    const struct pv_recorded *recorded = &record->recorded;
    struct pv_layouts *layouts = reader->event_layouts;
    if (layouts != NULL && pv_layouts_read_event(layouts, recorded->type, recorded->data, record)) {
        record->decoded = PV_OK;
        return;
    }
    pv_event_scan_text(recorded->data, &reader->names, &reader->data);
    pv_record_decode(reader, record);
    if (layouts != NULL && record->decoded == PV_OK)
        pv_layouts_learn(
            layouts, &(struct pv_learned){recorded->data, NULL, &reader->data.members, record->event.type});
}

void pv_record_read_recorded(struct pv_record_reader *reader, const struct pv_recorded *recorded,
                             struct pv_record *record)
{
    record->line = 0;
    pv_record_begin(record);
    check_recorded(recorded, record);
    record->recorded = *recorded;
    if (record->envelope == PV_ENVELOPE_VALID)
        decode_recorded(reader, record);
}
