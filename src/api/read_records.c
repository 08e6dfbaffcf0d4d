/* Reads of what was recorded, from the event store, and of what was refused, from its log. */
#include "reading.h"

#include "headers_in.h"
#include "json.h"
#include "print.h"
#include "record.h"

#include <string.h>

static const struct pv_str own_sentence = {NULL, 0};

static enum pv_reading_step unavailable(struct pv_reading *reading)
{
    pv_problem(reading->exchange, PV_API_UNAVAILABLE, NULL, own_sentence);
    return PV_READING_ANSWERED;
}

static void out_next(struct pv_out *out, int64_t next)
{
    pv_out_cstr(out, "],\"next\":");
    if (next < 0)
        pv_out_cstr(out, "null");
    else
        pv_out_int(out, next);
    pv_out_char(out, '}');
}

/* Prints up to `limit` records; *next is where the following page begins, or -1. */
static bool out_records(struct pv_reading *reading, struct pv_store_reader *reader, int64_t limit,
                        int64_t *next)
{
    const struct pv_event_store *store = reading->reads->store;
    struct pv_recorded records[32];
    struct pv_fault fault;
    size_t count = 1;
    *next = -1;
    for (int64_t printed = 0; count > 0;) {
        if (store->ops->next(reader, records, sizeof records / sizeof records[0], &count, &fault) !=
            PV_STORE_OK)
            return false;
        for (size_t i = 0; i < count; i++) {
            if (printed == limit) {
                *next = records[i].number;
                return true;
            }
            if (printed++ > 0)
                pv_out_char(&reading->out, ',');
            pv_print_record(&reading->out, &records[i]);
        }
    }
    return true;
}

enum pv_reading_step pv_reading_find_stream(struct pv_reading *reading)
{
    const struct pv_event_store *store = reading->reads->store;
    char stream[PV_STREAM_LEN];
    struct pv_fault fault;
    pv_stream_format(reading->job->election, stream);
    if (store->ops->last_number(store->self, (struct pv_str){stream, sizeof stream}, &reading->last_number,
                                &fault) != PV_STORE_OK)
        return unavailable(reading);
    if (reading->last_number < reading->job->floor)
        return PV_READING_BEHIND;
    if (reading->last_number >= 0)
        return PV_READING_ON;
    pv_reading_refuse(reading, PV_ELECTION_UNKNOWN, reading->job->election.bits);
    return PV_READING_ANSWERED;
}

enum pv_reading_step pv_read_records(struct pv_reading *reading)
{
    const struct pv_event_store *store = reading->reads->store;
    char stream[PV_STREAM_LEN];
    struct pv_store_reader *reader;
    struct pv_fault fault;
    int64_t from, limit, next;
    if (!pv_reading_range(reading, &from, &limit))
        return PV_READING_ANSWERED;
    pv_stream_format(reading->job->election, stream);
    if (store->ops->read(store->self, (struct pv_str){stream, sizeof stream}, from, &reader, &fault) !=
        PV_STORE_OK)
        return unavailable(reading);
    pv_out_cstr(&reading->out, "{\"events\":[");
    bool sound = out_records(reading, reader, limit, &next);
    store->ops->close_reader(reader);
    if (!sound)
        return unavailable(reading);
    out_next(&reading->out, next);
    return pv_reading_send(reading, false);
}

/* Refusals */

struct refusals {
    struct pv_reading *reading;
    int64_t limit, printed, next;
};

static void out_text(struct pv_out *out, const char *key, struct pv_str text)
{
    pv_out_cstr(out, ",\"");
    pv_out_cstr(out, key);
    pv_out_cstr(out, "\":");
    if (text.ptr == NULL)
        pv_out_cstr(out, "null");
    else
        pv_out_json_message(out, text);
}

static void out_id(struct pv_out *out, const char *key, struct pv_bits128 bits)
{
    char text[PV_ULID_LEN];
    pv_ulid_format(bits, text);
    out_text(out, key, (struct pv_str){text, sizeof text});
}

/* What a command had may be refused for being no JSON: null then. */
static void out_object(struct pv_out *out, const char *key, struct pv_str text)
{
    struct pv_json json = pv_json_begin(text, NULL);
    struct pv_json_value value;
    pv_json_skip_space(&json);
    bool sound = pv_json_value(&json, 1, &value) && value.fault == PV_JSON_SOUND;
    pv_json_skip_space(&json);
    pv_out_cstr(out, ",\"");
    pv_out_cstr(out, key);
    pv_out_cstr(out, "\":");
    pv_out_str(out, sound && json.at == json.end ? value.raw : PV_STR("null"));
}

static bool out_refused(void *context, const struct pv_refused *entry)
{
    struct refusals *refusals = context;
    struct pv_out *out = &refusals->reading->out;
    char at[PV_TIME_MAX];
    if (refusals->printed == refusals->limit) {
        refusals->next = entry->sequence;
        return false;
    }
    pv_out_cstr(out, refusals->printed++ > 0 ? ",{\"sequence\":" : "{\"sequence\":");
    pv_out_int(out, entry->sequence);
    out_id(out, "id", entry->id.bits);
    out_text(out, "type", entry->type);
    out_text(out, "code", entry->code);
    out_text(out, "field", entry->field);
    out_text(out, "message", entry->message);
    out_text(out, "at", (struct pv_str){at, pv_time_format(entry->at, at)});
    out_object(out, "metadata", entry->metadata);
    out_object(out, "data", entry->data);
    pv_out_char(out, '}');
    return true;
}

enum pv_reading_step pv_read_refusals(struct pv_reading *reading)
{
    const struct pv_refusal_log *log = reading->reads->refusals;
    struct refusals refusals = {reading, 0, 0, -1};
    struct pv_fault fault;
    int64_t from;
    if (!pv_reading_range(reading, &from, &refusals.limit))
        return PV_READING_ANSWERED;
    pv_out_cstr(&reading->out, "{\"refusals\":[");
    if (log->ops->read(log->self, &reading->job->election, from, out_refused, &refusals, &fault) ==
        PV_LOG_FAULT)
        return unavailable(reading);
    out_next(&reading->out, refusals.next);
    return pv_reading_send(reading, false);
}

/* What became of an event */

static void begin_status(struct pv_reading *reading, const char *status)
{
    char id[PV_ULID_LEN];
    pv_ulid_format(reading->job->event.bits, id);
    pv_out_cstr(&reading->out, "{\"id\":\"");
    pv_out_bytes(&reading->out, id, sizeof id);
    pv_out_cstr(&reading->out, "\",\"status\":\"");
    pv_out_cstr(&reading->out, status);
    pv_out_char(&reading->out, '"');
}

static bool oversees(const struct pv_reading *reading, struct pv_election_id election)
{
    unsigned roles = pv_auth_roles(&reading->job->auth, election);
    return (roles & (PV_ROLE_ADMINISTRATOR | PV_ROLE_AUDITOR)) != 0;
}

/* Whoever sent it: the subject with one of its roles, as it stands in the metadata. */
static bool is_senders(const struct pv_reading *reading, struct pv_str metadata)
{
    const struct pv_caller *caller = &reading->job->auth.caller;
    bool senders = false;
    for (unsigned role = PV_ROLE_ADMINISTRATOR; role <= PV_ROLE_AUDITOR && !senders; role <<= 1) {
        char who[PV_WHO_MAX];
        struct pv_str mine = {who, pv_who(role, caller->subject, who)};
        senders = (caller->roles & role) != 0 && pv_item_has_text(metadata, "who", mine);
    }
    return senders;
}

static bool may_see(const struct pv_reading *reading, const struct pv_recorded *found)
{
    struct pv_election_id election = {{0, 0}};
    (void)pv_stream_parse(found->stream, &election); /* another's stream is of no election */
    return oversees(reading, election) || is_senders(reading, found->metadata);
}

static void out_status_recorded(struct pv_reading *reading, const struct pv_recorded *found)
{
    begin_status(reading, "recorded");
    out_text(&reading->out, "stream", found->stream);
    pv_out_cstr(&reading->out, ",\"number\":");
    pv_out_int(&reading->out, found->number);
    pv_out_cstr(&reading->out, ",\"position\":");
    pv_out_int(&reading->out, found->position);
    pv_out_char(&reading->out, '}');
}

static bool out_status_refused(void *context, const struct pv_refused *entry)
{
    struct pv_reading *reading = context;
    struct pv_str mine = reading->job->auth.caller.subject;
    if (!oversees(reading, entry->election) && !pv_str_equal(entry->subject, mine)) {
        begin_status(reading, "unknown");
        pv_out_char(&reading->out, '}');
        return true;
    }
    char stream[PV_STREAM_LEN];
    begin_status(reading, "refused");
    pv_stream_format(entry->election, stream);
    out_text(&reading->out, "stream", (struct pv_str){stream, sizeof stream});
    out_text(&reading->out, "code", entry->code);
    out_text(&reading->out, "field", entry->field);
    out_text(&reading->out, "message", entry->message);
    pv_out_char(&reading->out, '}');
    return true;
}

/* Somebody else's event is as unknown as one that never was. */
enum pv_reading_step pv_read_event_status(struct pv_reading *reading)
{
    const struct pv_event_store *store = reading->reads->store;
    const struct pv_refusal_log *log = reading->reads->refusals;
    struct pv_recorded found = {.number = -1};
    struct pv_fault fault;
    struct pv_event_id id = reading->job->event;
    if (store->ops->find(store->self, (struct pv_str){NULL, 0}, id, &found, &fault) != PV_STORE_OK)
        return unavailable(reading);
    if (found.number >= 0 && may_see(reading, &found)) {
        out_status_recorded(reading, &found);
    } else {
        enum pv_log_result refused = found.number >= 0
                                         ? PV_LOG_NONE
                                         : log->ops->find(log->self, id, out_status_refused, reading, &fault);
        if (refused == PV_LOG_FAULT)
            return unavailable(reading);
        if (refused == PV_LOG_NONE) {
            begin_status(reading, "unknown");
            pv_out_char(&reading->out, '}');
        }
    }
    return pv_reading_send(reading, false);
}
