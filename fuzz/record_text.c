#include "record_text.h"

#include "case.h"

static void put_text(struct buf *out, const char *name, struct pv_str text)
{
    buf_format(out, " %s=%s", name, text.ptr == NULL ? "-" : "");
    buf_add(out, text.ptr, text.len);
}

void record_text_refusal(const struct pv_refusal *why, struct buf *out)
{
    char message[PV_MESSAGE_MAX];
    size_t len = pv_refusal_message(why, message);
    CHECK(len > 0 && len <= PV_MESSAGE_MAX);
    CHECK(why->value_len <= PV_REFUSAL_VALUE_MAX);
    enum pv_field fixed = pv_code_field(why->code);
    CHECK(fixed == PV_KEY_NONE || fixed == why->field);
    buf_format(out, " %s of %s: ", pv_code_name(why->code),
               why->field == PV_KEY_NONE ? "null" : pv_field_name(why->field));
    buf_add(out, message, len);
}

void record_text_event(const struct pv_record *record, struct buf *out)
{
    if (record->decoded == PV_OK)
        print_event(&record->event, out);
    else
        record_text_refusal(&record->why, out);
}

static void put_recorded(struct buf *out, const struct pv_recorded *recorded)
{
    buf_format(out, " [%lld %lld", (long long)recorded->number, (long long)recorded->position);
    put_text(out, "stream", recorded->stream);
    put_text(out, "type", recorded->type);
    put_text(out, "data", recorded->data);
    put_text(out, "id", recorded->id);
    put_text(out, "created", recorded->created);
    put_text(out, "metadata", recorded->metadata);
    buf_str(out, "]");
}

static void put_envelope(struct buf *out, const struct pv_record *record)
{
    buf_format(out, " %d%d%d%d%d", record->has_stream, record->has_number, record->has_election,
               record->has_created, record->lacks_created);
    if (record->has_stream)
        put_text(out, "stream", record->stream);
    if (record->has_election)
        buf_format(out, " %016llx%016llx", (unsigned long long)record->election_id.bits.hi,
                   (unsigned long long)record->election_id.bits.lo);
    if (record->has_number)
        buf_format(out, " %lld", (long long)record->number);
    if (record->has_created)
        buf_format(out, " at %lld", (long long)record->created.us);
}

void record_text(const struct pv_record *record, struct buf *out)
{
    buf_format(out, "%llu %d", (unsigned long long)record->line, (int)record->envelope);
    if (record->envelope != PV_ENVELOPE_UNREADABLE)
        put_envelope(out, record);
    if (record->envelope != PV_ENVELOPE_VALID) {
        record_text_refusal(&record->why, out);
        return;
    }
    buf_format(out, " position %lld", (long long)record->position);
    put_recorded(out, &record->recorded);
    record_text_event(record, out);
}
