/* What the store really has, read behind the back of the server, and what the model says of it. */
#include "sim.h"

#include "event_request.h"

#include <stdlib.h>
#include <string.h>

struct sim_stream *sim_stream_of(struct sim *s, struct pv_str name)
{
    for (unsigned i = 0; i < s->stream_count; i++) {
        if (pv_str_equal(name, (struct pv_str){s->streams[i].name, PV_STREAM_LEN}))
            return &s->streams[i];
    }
    if (s->stream_count == SIM_STREAMS || name.len != PV_STREAM_LEN)
        return NULL;
    struct sim_stream *stream = &s->streams[s->stream_count++];
    *stream = (struct sim_stream){.told = -1};
    memcpy(stream->name, name.ptr, name.len);
    if (!pv_stream_parse(name, &stream->id))
        sim_fail(s, "a stream is called %s", stream->name);
    return stream;
}

const struct sim_record *sim_find_record(const struct sim *s, const struct sim_stream *stream,
                                         struct pv_event_id id)
{
    for (unsigned i = s->record_count; i-- > 0;) {
        if (pv_bits128_equal(s->records[i].id.bits, id.bits) &&
            (stream == NULL || s->records[i].stream == stream))
            return &s->records[i];
    }
    return NULL;
}

static void binary_digits(struct pv_event_id id, char out[MODEL_EVENT_ID])
{
    for (unsigned i = 0; i < 64; i++) {
        out[i] = (char)('0' + (id.bits.hi >> (63 - i) & 1));
        out[64 + i] = (char)('0' + (id.bits.lo >> (63 - i) & 1));
    }
    out[128] = '\0';
}

static char *made_id(struct fact *fact, enum pv_field field)
{
    return field == PV_KEY_ELECTION_ID      ? fact->election
           : field == PV_KEY_COMPETITION_ID ? fact->competition
           : field == PV_KEY_CANDIDATE_ID   ? fact->candidate
           : field == PV_KEY_VOTER_ID       ? fact->voter
                                            : fact->ballot;
}

/* The ids that the server made become the intent's. */
static void complete(struct sim_intent *intent, struct pv_event_id id, struct pv_str data)
{
    if (intent->no_id) {
        binary_digits(id, intent->fact.event_id);
        intent->id = id;
        intent->id_known = true;
    }
    if (intent->no_made) {
        char text[200] = "";
        memcpy(text, data.ptr, data.len < sizeof text - 1 ? data.len : sizeof text - 1);
        enum pv_field field = pv_event_makes(intent->type);
        sim_text_in(text, pv_field_name(field), made_id(&intent->fact, field), MODEL_ID);
    }
}

/* "i12." or "i12.r30" */
struct sim_intent *sim_intent_of(struct sim *s, struct pv_str metadata)
{
    char text[128] = "", correlation[32];
    memcpy(text, metadata.ptr, metadata.len < sizeof text - 1 ? metadata.len : sizeof text - 1);
    sim_text_in(text, "$correlationId", correlation, sizeof correlation);
    unsigned long number = correlation[0] == 'i' ? strtoul(correlation + 1, NULL, 10) : SIM_INTENTS;
    return number < s->intent_count ? s->intents[number] : NULL;
}

static bool is_others(const struct pv_recorded *recorded)
{
    static const char mark[] = ".w\",\"who\":\"other\"}";
    size_t len = sizeof mark - 1;
    return recorded->metadata.len > len &&
           memcmp(recorded->metadata.ptr + recorded->metadata.len - len, mark, len) == 0;
}

static void check_data(struct sim *s, const struct sim_intent *intent, const struct pv_recorded *recorded)
{
    struct buf meant = {0};
    model_event(&intent->fact, &meant);
    if (!pv_str_equal(recorded->data, (struct pv_str){meant.bytes, meant.len}))
        sim_fail(s, "%s %lld says\n  %.*s\n  but this was meant:\n  %.*s", intent->stream->name,
                 (long long)recorded->number, (int)recorded->data.len, recorded->data.ptr, (int)meant.len,
                 meant.bytes);
    if (!str_is(recorded->type, cat_event(intent->type)->type))
        sim_fail(s, "%s %lld has another type than what was sent", intent->stream->name,
                 (long long)recorded->number);
    buf_free(&meant);
}

static void take(struct sim *s, const struct pv_recorded *recorded)
{
    struct sim_stream *stream = sim_stream_of(s, recorded->stream);
    struct sim_intent *intent = sim_intent_of(s, recorded->metadata);
    struct pv_event_id id = {{0, 0}};
    if (stream == NULL || intent == NULL || s->record_count == SIM_RECORDS ||
        pv_event_id_parse(recorded->id, &id) != PV_CODE_NONE) {
        sim_fail(s, "%.*s %lld was recorded, and nobody sent it", (int)recorded->stream.len,
                 recorded->stream.ptr, (long long)recorded->number);
        return;
    }
    if (recorded->number != (int64_t)stream->model.count)
        sim_fail(s, "%s has %zu records, and the next is %lld", stream->name, stream->model.count,
                 (long long)recorded->number);
    if (intent->recorded >= 0)
        sim_fail(s, "%s: the event of %lld is recorded again as %lld", stream->name,
                 (long long)intent->recorded, (long long)recorded->number);
    complete(intent, id, recorded->data);
    intent->stream = stream;
    check_data(s, intent, recorded);
    enum pv_code code = sim_decide(intent, stream->model.count);
    if (code != PV_CODE_NONE || intent->decoded != PV_CODE_NONE)
        sim_fail(s, "%s %lld is recorded against the rules: %s", stream->name, (long long)recorded->number,
                 pv_code_name(code != PV_CODE_NONE ? code : intent->decoded));
    model_accept(&stream->model, &intent->fact);
    intent->recorded = recorded->number;
    s->records[s->record_count++] =
        (struct sim_record){stream, intent, id, recorded->number, recorded->position, is_others(recorded)};
    gen_count(s->g, SIM_COUNT_OTHER + SAW_RECORDS);
    if (strncmp(cat_event(intent->type)->type, "PhotoVote.Event.Ballot.", 23) == 0)
        gen_count(s->g, SIM_COUNT_OTHER + SAW_VOTES);
    sim_tell(s, "recorded %s %lld: event %u, %s", stream->name, (long long)recorded->number, intent->number,
             cat_event(intent->type)->type);
}

/* Reads from the record after `known` of them on; those before must still be what they were. */
static void read_on(struct sim *s, unsigned known)
{
    struct pv_event_store *store = &s->world.store;
    struct pv_store_reader *reader;
    struct pv_recorded records[16];
    struct pv_fault fault;
    size_t count = 1;
    int64_t from = known == 0 ? 0 : s->records[known - 1].position;
    if (store->ops->read(store->self, (struct pv_str){NULL, 0}, from, &reader, &fault) != PV_STORE_OK) {
        if (sim_has_power(s))
            sim_fail(s, "the store cannot be read: %s", fault.text);
        return;
    }
    unsigned at = known == 0 ? 0 : known - 1;
    while (count > 0 && !s->failed) {
        if (store->ops->next(reader, records, 16, &count, &fault) != PV_STORE_OK) {
            if (sim_has_power(s))
                sim_fail(s, "the store cannot be read: %s", fault.text);
            break;
        }
        for (size_t i = 0; i < count && !s->failed; i++, at++) {
            const struct sim_record *there = at < s->record_count ? &s->records[at] : NULL;
            if (there == NULL)
                take(s, &records[i]);
            else if (there->number != records[i].number || there->position != records[i].position ||
                     !pv_str_equal(records[i].stream, (struct pv_str){there->stream->name, PV_STREAM_LEN}))
                sim_fail(s, "record %u of the store has changed", at);
        }
    }
    store->ops->close_reader(reader);
    if (!s->dead && at < s->record_count)
        sim_fail(s, "%u records are lost", s->record_count - at);
}

void sim_see_records(struct sim *s)
{
    struct pv_fault fault;
    int64_t last, known = s->record_count == 0 ? -1 : s->records[s->record_count - 1].position;
    if (s->dead || s->world.store.ops->last_position(s->world.store.self, &last, &fault) != PV_STORE_OK)
        return; /* what is there is seen after the new start */
    if (last != known)
        read_on(s, s->record_count);
}

void sim_see_again(struct sim *s)
{
    read_on(s, 0);
}

enum pv_code sim_decide(const struct sim_intent *intent, size_t records)
{
    struct model then = intent->stream->model;
    then.count = records;
    return model_decide(&then, &intent->fact).code;
}

const char *sim_voter_of(const struct sim_intent *intent)
{
    const struct fact *ballot = model_ballot(&intent->stream->model, intent->fact.ballot);
    return ballot == NULL ? NULL : ballot->voter;
}
