#include "record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record_parts.h"

struct pv_record_reader *pv_record_reader_new(bool layouts)
{
    struct pv_record_reader *reader = malloc(sizeof *reader);
    if (reader == NULL)
        return NULL;
    pv_names_init(&reader->names);
    reader->stack = (struct pv_json_stack){NULL, 0};
    reader->scratch = NULL;
    reader->scratch_len = reader->scratch_used = 0;
    reader->last_type = PV_EVENT_ELECTION_CREATED;
    reader->last_election.bits = (struct pv_bits128){0, 1};
    pv_stream_format(reader->last_election, reader->last_stream);
    reader->line_layouts = layouts ? pv_layouts_new() : NULL;
    reader->event_layouts = layouts ? pv_layouts_new() : NULL;
    if (layouts && (reader->line_layouts == NULL || reader->event_layouts == NULL)) {
        pv_record_reader_free(reader);
        return NULL;
    }
    return reader;
}

void pv_record_reader_free(struct pv_record_reader *reader)
{
    if (reader == NULL)
        return;
    pv_layouts_free(reader->line_layouts);
    pv_layouts_free(reader->event_layouts);
    free(reader->stack.bits);
    free(reader->scratch);
    free(reader);
}

/* Room for `bytes` of unescaped text, which is never longer than what it comes from, and for a nesting of as
   many levels. What was there is not kept. */
enum pv_result pv_record_reader_begin(struct pv_record_reader *reader, size_t bytes)
{
    reader->scratch_used = 0;
    if (bytes <= reader->scratch_len)
        return PV_OK;
    char *scratch = malloc(bytes);
    uint64_t *bits = malloc((bytes / 64 + 1) * sizeof *bits);
    if (scratch == NULL || bits == NULL) {
        free(scratch);
        free(bits);
        return PV_FAULT_MEMORY;
    }
    free(reader->scratch);
    free(reader->stack.bits);
    reader->scratch = scratch;
    reader->scratch_len = bytes;
    reader->stack = (struct pv_json_stack){bits, bytes};
    return PV_OK;
}

/* Streams */

static const struct pv_str stream_prefix = {"Election-", 9};

bool pv_stream_parse(struct pv_str stream, struct pv_election_id *id)
{
    if (stream.len != PV_STREAM_LEN || memcmp(stream.ptr, stream_prefix.ptr, stream_prefix.len) != 0)
        return false;
    struct pv_str ulid = {stream.ptr + stream_prefix.len, PV_ULID_LEN};
    for (size_t i = 0; i < ulid.len; i++)
        if (ulid.ptr[i] >= 'a')
            return false;
    return pv_ulid_parse(ulid, &id->bits) == PV_CODE_NONE;
}

void pv_stream_format(struct pv_election_id id, char out[PV_STREAM_LEN])
{
    memcpy(out, stream_prefix.ptr, stream_prefix.len);
    pv_ulid_format(id.bits, out + stream_prefix.len);
}

/* Refusals */

/* `what` is wrong; `value`, if any, is shown behind it. */
static void refuse(struct pv_record *record, enum pv_field field, const char *what, struct pv_str value)
{
    char reason[2 * PV_REFUSAL_VALUE_MAX];
    const char *name = pv_field_name(field);
    int shown = value.len < PV_REFUSAL_VALUE_MAX ? (int)value.len : PV_REFUSAL_VALUE_MAX;
    int len = snprintf(reason, sizeof reason, "%s%s%s%s%.*s", name != NULL ? name : "it", " ", what,
                       value.len != 0 ? ": " : "", shown, value.len != 0 ? value.ptr : "");
    pv_refusal_set(&record->why, PV_RECORD_INVALID, field, (struct pv_str){reason, (size_t)len});
}

void pv_record_begin(struct pv_record *record)
{
    record->envelope = PV_ENVELOPE_VALID;
    record->has_stream = record->has_number = record->has_election = false;
    record->has_created = record->lacks_created = false;
    record->position = -1;
    record->recorded = (struct pv_recorded){.position = -1};
    record->decoded = PV_REFUSED;
}

static void unreadable(struct pv_record *record, const char *what)
{
    pv_record_begin(record);
    record->envelope = PV_ENVELOPE_UNREADABLE;
    refuse(record, PV_KEY_NONE, what, (struct pv_str){NULL, 0});
}

static void unreadable_at(struct pv_record *record, const struct pv_json_value *value)
{
    char what[PV_REFUSAL_VALUE_MAX];
    (void)snprintf(what, sizeof what, "cannot be read: %s, at byte %zu",
                   pv_json_fault_text((enum pv_json_fault)value->fault), value->fault_at + 1);
    unreadable(record, what);
}

void pv_record_key_invalid(struct pv_record *record, enum pv_field field, const char *what,
                           struct pv_str value)
{
    if (record->envelope != PV_ENVELOPE_VALID)
        return;
    record->envelope = PV_ENVELOPE_KEY_INVALID;
    refuse(record, field, what, value);
}

/* The keys of a record (F1 step 2), each read from its value if it can be. */

static struct pv_str unescape(struct pv_record_reader *reader, const struct pv_json_value *value)
{
    return pv_json_unescape(value, reader->scratch, &reader->scratch_used);
}

/* Mostly it is the election of the record before. */
static bool read_election(struct pv_record_reader *reader, struct pv_str stream, struct pv_election_id *id)
{
    struct pv_str last = {reader->last_stream, PV_STREAM_LEN};
    if (!pv_str_equal(stream, last)) {
        if (!pv_stream_parse(stream, &reader->last_election))
            return false;
        memcpy(reader->last_stream, stream.ptr, PV_STREAM_LEN);
    }
    *id = reader->last_election;
    return true;
}

static bool read_stream(struct pv_record_reader *reader, const struct pv_json_value *value,
                        struct pv_record *record)
{
    if (value->kind != PV_JSON_STRING)
        return false;
    record->has_stream = true;
    record->stream = record->recorded.stream = unescape(reader, value);
    record->has_election = read_election(reader, record->stream, &record->election_id);
    return record->has_election;
}

static bool read_number(struct pv_record_reader *reader, const struct pv_json_value *value,
                        struct pv_record *record)
{
    (void)reader;
    record->has_number = pv_json_natural(value, &record->number);
    if (record->has_number)
        record->recorded.number = record->number;
    return record->has_number;
}

static bool read_type(struct pv_record_reader *reader, const struct pv_json_value *value,
                      struct pv_record *record)
{
    if (value->kind != PV_JSON_STRING)
        return false;
    record->recorded.type = unescape(reader, value);
    return true;
}

/* What `data` must be is the event's affair (D5 step 1), not the record's. */
static bool read_data(struct pv_record_reader *reader, const struct pv_json_value *value,
                      struct pv_record *record)
{
    (void)reader;
    record->recorded.data = value->raw;
    return true;
}

static bool read_id(struct pv_record_reader *reader, const struct pv_json_value *value,
                    struct pv_record *record)
{
    if (value->kind != PV_JSON_STRING)
        return false;
    record->recorded.id = unescape(reader, value);
    return true;
}

static bool read_created(struct pv_record_reader *reader, const struct pv_json_value *value,
                         struct pv_record *record)
{
    if (value->kind != PV_JSON_STRING)
        return false;
    record->recorded.created = unescape(reader, value);
    record->has_created = pv_time_parse(record->recorded.created, &record->created) == PV_CODE_NONE;
    return record->has_created;
}

static bool read_position(struct pv_record_reader *reader, const struct pv_json_value *value,
                          struct pv_record *record)
{
    (void)reader;
    if (!pv_json_natural(value, &record->position))
        return false;
    record->recorded.position = record->position;
    return true;
}

static bool read_metadata(struct pv_record_reader *reader, const struct pv_json_value *value,
                          struct pv_record *record)
{
    (void)reader;
    record->recorded.metadata = value->raw;
    return value->kind == PV_JSON_OBJECT;
}

/* F1's table, in its order. */
static const struct key {
    bool (*read)(struct pv_record_reader *reader, const struct pv_json_value *value,
                 struct pv_record *record);
    const char *fault;
    enum pv_field field;
    bool required;
} keys[] = {
    {read_stream, "does not name an election", PV_KEY_STREAM, true},
    {read_number, PV_RECORD_INTEGER_RANGE, PV_KEY_NUMBER, true},
    {read_type, "is not a string", PV_KEY_TYPE, true},
    {read_data, "", PV_KEY_DATA, true},
    {read_id, "is not a string", PV_KEY_ID, false},
    {read_created, "is not a date and time", PV_KEY_CREATED, false},
    {read_position, PV_RECORD_INTEGER_RANGE, PV_KEY_POSITION, false},
    {read_metadata, "is not an object", PV_KEY_METADATA, false},
};
enum { KEY_COUNT = sizeof keys / sizeof keys[0] };

static void read_key(struct pv_record_reader *reader, const struct key *key, struct pv_record *record)
{
    const struct pv_json_value *value = &reader->members.value[key->field];
    if (pv_members_has_one(&reader->members, key->field)) {
        if (!key->required && value->kind == PV_JSON_NULL)
            record->lacks_created |= key->field == PV_KEY_CREATED;
        else if (!key->read(reader, value, record))
            pv_record_key_invalid(record, key->field, key->fault, value->raw);
    } else if (!pv_members_has(&reader->members, key->field)) {
        record->lacks_created |= key->field == PV_KEY_CREATED;
        if (key->required)
            pv_record_key_invalid(record, key->field, "is missing", (struct pv_str){NULL, 0});
    }
}

static void read_keys(struct pv_record_reader *reader, struct pv_record *record)
{
    uint32_t all = 0;
    for (size_t i = 0; i < KEY_COUNT; i++)
        all |= (uint32_t)1 << keys[i].field;
    enum pv_field repeated = pv_members_repeated(&reader->members, all);
    if (repeated != PV_KEY_NONE)
        pv_record_key_invalid(record, repeated, "stands twice", (struct pv_str){NULL, 0});
    for (size_t i = 0; i < KEY_COUNT; i++)
        read_key(reader, &keys[i], record);
}

/* Lines (F1 step 1) */

/* The value of `data` has a count of levels and faults of its own. A second `data` is only passed over: the
   record is lost, but what is wrong inside it is still not the line's fault. */
static bool scan_data(struct pv_record_reader *reader, struct pv_json *json, struct pv_json_value *value)
{
    struct pv_json inner = *json;
    inner.start = inner.at; /* so that its faults count from its first byte */
    bool sound;
    if (value == &reader->members.value[PV_KEY_DATA]) {
        sound = pv_event_scan(&inner, &reader->names, &reader->data);
        *value = reader->data.whole;
    } else {
        sound = pv_json_value(&inner, 1, value);
    }
    if (sound)
        value->fault = PV_JSON_SOUND;
    else
        value->fault_at += (size_t)(inner.start - json->start);
    json->at = inner.at;
    return sound;
}

static bool scan_value(struct pv_record_reader *reader, struct pv_json *json, enum pv_field field,
                       struct pv_json_value *value)
{
    return field == PV_KEY_DATA ? scan_data(reader, json, value) : pv_json_value(json, 2, value);
}

/* The members of the object that begins at json->at. A fault outside `data` ends the scan, whatever may
 * follow. */
static bool scan_members(struct pv_record_reader *reader, struct pv_json *json, struct pv_json_value *fault)
{
    pv_members_begin(&reader->members);
    json->at++;
    for (bool first = true;; first = false) {
        enum pv_json_step step = pv_json_next_member(json, first, fault);
        if (step == PV_JSON_END)
            return true;
        if (step == PV_JSON_BROKEN || fault->fault != PV_JSON_SOUND)
            return false;
        enum pv_field field = pv_names_find(&reader->names, fault);
        struct pv_json_value *value = pv_members_place(&reader->members, field);
        if (!scan_value(reader, json, field, value) || value->fault != PV_JSON_SOUND) {
            *fault = *value;
            return false;
        }
    }
}

/* An object, and nothing behind it. */
static bool scan_line(struct pv_json *json, struct pv_record_reader *reader, struct pv_json_value *fault)
{
    if (!scan_members(reader, json, fault))
        return false;
    pv_json_skip_space(json);
    if (json->at == json->end)
        return true;
    *fault = (struct pv_json_value){.fault = PV_JSON_GRAMMAR, .fault_at = (size_t)(json->at - json->start)};
    return false;
}

void pv_record_decode(struct pv_record_reader *reader, struct pv_record *record)
{
    record->decoded =
        pv_event_decode(record->recorded.type, &reader->data, reader->scratch, &reader->scratch_used,
                        &reader->last_type, &record->event, &record->why);
}

static void read_plainly(struct pv_record_reader *reader, struct pv_str line, struct pv_record *record)
{
    struct pv_json_value fault;
    struct pv_json json = pv_json_begin(line, &reader->stack);
    pv_json_skip_space(&json);
    pv_record_begin(record);
    if (line.len > PV_LINE_MAX) {
        unreadable(record, "is longer than 16777216 bytes");
    } else if (json.at == json.end || *json.at != '{') {
        unreadable(record, "is not a JSON object");
    } else if (!scan_line(&json, reader, &fault)) {
        unreadable_at(record, &fault);
    } else {
        read_keys(reader, record);
        if (record->envelope == PV_ENVELOPE_VALID)
            pv_record_decode(reader, record);
    }
}

void pv_record_read_line(struct pv_record_reader *reader, struct pv_str line, uint64_t number,
                         struct pv_record *record)
{
    record->line = number;
    if (reader->line_layouts != NULL && pv_layouts_read_line(reader->line_layouts, line, record))
        return;
    read_plainly(reader, line, record);
    if (reader->line_layouts != NULL && record->decoded == PV_OK)
        pv_layouts_learn(
            reader->line_layouts,
            &(struct pv_learned){line, &reader->members, &reader->data.members, record->event.type});
}
