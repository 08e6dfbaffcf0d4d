/* One read: what all of them have in common, and which is which. */
#include "reading.h"

#include "headers_in.h"
#include "record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct pv_str own_sentence = {NULL, 0};

bool pv_reading_oversees(const struct pv_reading *reading)
{
    return (reading->job->auth.caller.roles & (PV_ROLE_ADMINISTRATOR | PV_ROLE_AUDITOR)) != 0;
}

void pv_reading_refuse(struct pv_reading *reading, enum pv_code code, struct pv_bits128 id)
{
    struct pv_refusal why;
    char text[PV_ULID_LEN];
    pv_ulid_format(id, text);
    pv_refusal_set(&why, code, pv_code_field(code), (struct pv_str){text, sizeof text});
    pv_problem_refusals(reading->exchange, &why, 1);
}

/* Whether the store's last record of the election deletes it: the cache has none of it then (F5), and nothing
   is left to wait for. */
static bool is_deleted(struct pv_reading *reading)
{
    const struct pv_event_store *store = reading->reads->store;
    char name[PV_STREAM_LEN];
    struct pv_str stream = {name, sizeof name};
    struct pv_store_reader *reader;
    struct pv_recorded last;
    struct pv_fault fault;
    int64_t number;
    size_t count;
    pv_stream_format(reading->job->election, name);
    if (store->ops->last_number(store->self, stream, &number, &fault) != PV_STORE_OK || number < 0 ||
        store->ops->read(store->self, stream, number, &reader, &fault) != PV_STORE_OK)
        return false;
    bool deleted = store->ops->next(reader, &last, 1, &count, &fault) == PV_STORE_OK && count == 1 &&
                   pv_str_equal(last.type, pv_event_spec(PV_EVENT_ELECTION_DELETED)->type);
    store->ops->close_reader(reader);
    if (deleted)
        pv_floors_reached(reading->api->floors, reading->job->election, number);
    return deleted;
}

enum pv_reading_step pv_reading_of(struct pv_reading *reading, enum pv_cache_result result)
{
    switch (result) {
    case PV_CACHE_OK:
        return PV_READING_ON;
    case PV_CACHE_MISSING:
        /* Somebody was told of an event of it: then it is on its way, or gone again. */
        if (reading->job->floor >= 0 && !is_deleted(reading))
            return PV_READING_BEHIND;
        pv_reading_refuse(reading, PV_ELECTION_UNKNOWN, reading->job->election.bits);
        return PV_READING_ANSWERED;
    case PV_CACHE_STALE:
    case PV_CACHE_DAMAGED:
    case PV_CACHE_FAULT:
        break;
    }
    pv_problem(reading->exchange, PV_API_UNAVAILABLE, NULL, own_sentence);
    return PV_READING_ANSWERED;
}

enum pv_reading_step pv_reading_send(struct pv_reading *reading, bool versioned)
{
    char etag[32];
    (void)snprintf(etag, sizeof etag, "\"%lld\"", (long long)reading->facts.version);
    if (pv_out_flush(&reading->out))
        pv_reply_json(reading->exchange, versioned ? etag : NULL,
                      (struct pv_str){reading->buffer.bytes, reading->buffer.len});
    else
        pv_problem(reading->exchange, PV_API_UNAVAILABLE, NULL, own_sentence);
    return PV_READING_ANSWERED;
}

enum { LIMIT_DEFAULT = 100, LIMIT_MAX = 1000 };

bool pv_reading_limit(struct pv_reading *reading, int64_t *limit)
{
    *limit = LIMIT_DEFAULT;
    if (pv_query_number(reading->exchange->request, "limit", limit) && *limit >= 1 && *limit <= LIMIT_MAX)
        return true;
    pv_problem(reading->exchange, PV_API_QUERY_INVALID, "limit", own_sentence);
    return false;
}

bool pv_reading_range(struct pv_reading *reading, int64_t *from, int64_t *limit)
{
    *from = 0;
    if (pv_query_number(reading->exchange->request, "from", from))
        return pv_reading_limit(reading, limit);
    pv_problem(reading->exchange, PV_API_QUERY_INVALID, "from", own_sentence);
    return false;
}

/* Drafts are for those who oversee; nobody else learns that there is one. Results are public once closed. */
static bool is_visible(const struct pv_reading *reading)
{
    if (pv_reading_oversees(reading))
        return true;
    if (reading->job->route->kind == PV_ROUTE_RESULTS)
        return reading->facts.phase == PV_PHASE_CLOSED;
    return reading->facts.phase == PV_PHASE_OPEN || reading->facts.phase == PV_PHASE_CLOSED;
}

static enum pv_reading_step refuse_hidden(struct pv_reading *reading)
{
    if (reading->facts.phase == PV_PHASE_OPEN) /* the results: they are there, and not for you */
        pv_problem(reading->exchange, PV_API_NOT_ALLOWED, NULL, own_sentence);
    else
        pv_reading_refuse(reading, PV_ELECTION_UNKNOWN, reading->job->election.bits);
    return PV_READING_ANSWERED;
}

static enum pv_reading_step load_header(struct pv_reading *reading)
{
    struct pv_document_cache *cache = reading->reads->cache;
    struct pv_fault fault;
    enum pv_cache_result result = cache->ops->get_header(cache->self, reading->job->election,
                                                         &reading->last_number, &reading->header, &fault);
    enum pv_reading_step step = pv_reading_of(reading, result);
    if (step != PV_READING_ON)
        return step;
    if (reading->last_number < reading->job->floor)
        return PV_READING_BEHIND;
    pv_floors_reached(reading->api->floors, reading->job->election, reading->last_number);
    struct pv_str header = {reading->header.ptr, reading->header.len};
    if (!pv_header_look(header, &reading->facts))
        return pv_reading_of(reading, PV_CACHE_DAMAGED);
    return is_visible(reading) ? PV_READING_ON : refuse_hidden(reading);
}

static enum pv_reading_step read_paper(struct pv_reading *reading)
{
    pv_out_bytes(&reading->out, reading->header.ptr, reading->header.len);
    return pv_reading_send(reading, true);
}

/* Of an open election the administrator sees who voted, not how. */
static bool sees_ratings(const struct pv_reading *reading)
{
    return (reading->job->auth.caller.roles & PV_ROLE_AUDITOR) != 0 || reading->facts.phase != PV_PHASE_OPEN;
}

static enum pv_reading_step read_voters(struct pv_reading *reading)
{
    return pv_read_pages(reading, PV_PAGE_KIND_VOTERS, true);
}

static enum pv_reading_step read_ballots(struct pv_reading *reading)
{
    return pv_read_pages(reading, PV_PAGE_KIND_BALLOTS, sees_ratings(reading));
}

typedef enum pv_reading_step read_fn(struct pv_reading *reading);

/* What is queued: the reads that have an election, and the two that have none. */
static read_fn *const of_election[] = {
    [PV_ROUTE_PAPER] = read_paper,        [PV_ROUTE_DOCUMENT] = pv_read_document,
    [PV_ROUTE_RESULTS] = pv_read_results, [PV_ROUTE_VOTERS] = read_voters,
    [PV_ROUTE_BALLOTS] = read_ballots,    [PV_ROUTE_MY_BALLOT] = pv_read_my_ballot,
    [PV_ROUTE_EVENTS] = pv_read_records,  [PV_ROUTE_REFUSALS] = pv_read_refusals,
    [PV_ROUTE_LIVE] = pv_read_live,
};

static enum pv_reading_step read_route(struct pv_reading *reading)
{
    enum pv_route_kind kind = reading->job->route->kind;
    if (kind == PV_ROUTE_ELECTIONS)
        return pv_read_elections(reading);
    if (kind == PV_ROUTE_EVENT_STATUS)
        return pv_read_event_status(reading);
    if (kind == PV_ROUTE_PHOTO)
        return pv_read_photo(reading);
    bool is_log = kind == PV_ROUTE_EVENTS || kind == PV_ROUTE_REFUSALS;
    enum pv_reading_step step = is_log ? pv_reading_find_stream(reading) : load_header(reading);
    return step == PV_READING_ON ? of_election[kind](reading) : step;
}

bool pv_read(struct pv_api *api, const struct pv_api_reads *reads, struct pv_job *job)
{
    struct pv_reading *reading = malloc(sizeof *reading);
    if (reading == NULL) {
        pv_problem(job->exchange, PV_API_BUSY, NULL, own_sentence);
        return true;
    }
    reading->api = api;
    reading->reads = reads;
    reading->job = job;
    reading->exchange = job->exchange;
    reading->header = (struct pv_text){NULL, 0};
    reading->buffer = (struct pv_buffer){NULL, 0, 0};
    reading->facts = (struct pv_header_facts){-1, PV_PHASE_UNBORN};
    pv_out_init(&reading->out, pv_buffer_write, &reading->buffer);
    enum pv_reading_step step = read_route(reading);
    if (step == PV_READING_BEHIND && pv_clock_ms(api->options.clock) >= job->deadline_ms) {
        pv_problem(job->exchange, PV_API_BEHIND, NULL, own_sentence);
        step = PV_READING_ANSWERED;
    }
    free(reading->header.ptr);
    pv_buffer_deinit(&reading->buffer);
    free(reading);
    return step == PV_READING_ANSWERED;
}
