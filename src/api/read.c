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

static enum pv_reading_step refuse_unknown(struct pv_reading *reading)
{
    pv_reading_refuse(reading, PV_ELECTION_UNKNOWN, reading->job->election.bits);
    return PV_READING_ANSWERED;
}

static enum pv_reading_step refuse_unavailable(struct pv_reading *reading)
{
    pv_problem(reading->exchange, PV_API_UNAVAILABLE, NULL, own_sentence);
    return PV_READING_ANSWERED;
}

/* The position of the record that the read must see; -1: there is none yet. False: a fault. */
static bool find_floor(const struct pv_reading *reading, int64_t *position)
{
    const struct pv_event_store *store = reading->reads->store;
    struct pv_store_reader *reader;
    struct pv_recorded record;
    struct pv_fault fault;
    char stream[PV_STREAM_LEN];
    size_t count;
    pv_stream_format(reading->job->election, stream);
    if (store->ops->read(store->self, (struct pv_str){stream, sizeof stream}, reading->job->floor, &reader,
                         &fault) != PV_STORE_OK)
        return false;
    bool read = store->ops->next(reader, &record, 1, &count, &fault) == PV_STORE_OK;
    *position = read && count == 1 ? record.position : -1;
    store->ops->close_reader(reader);
    return read;
}

/* An election that the cache does not have, and of which somebody was told: it is on its way, until the
   projector has passed what was told. What is then still missing was deleted. */
static enum pv_reading_step find_missing(struct pv_reading *reading)
{
    const struct pv_document_cache *cache = reading->reads->cache;
    int64_t position, checkpoint;
    struct pv_fault fault;
    if (reading->job->floor < 0)
        return refuse_unknown(reading);
    if (!find_floor(reading, &position) ||
        cache->ops->get_checkpoint(cache->self, &checkpoint, &fault) != PV_CACHE_OK)
        return refuse_unavailable(reading);
    if (position < 0 || position > checkpoint)
        return PV_READING_BEHIND;
    pv_floors_reached(reading->api->floors, reading->job->election, reading->job->floor);
    return refuse_unknown(reading);
}

enum pv_reading_step pv_reading_of(struct pv_reading *reading, enum pv_cache_result result)
{
    switch (result) {
    case PV_CACHE_OK:
        return PV_READING_ON;
    case PV_CACHE_MISSING:
        return find_missing(reading);
    case PV_CACHE_STALE:
    case PV_CACHE_DAMAGED:
    case PV_CACHE_FAULT:
        break;
    }
    return refuse_unavailable(reading);
}

void pv_reading_send(struct pv_reading *reading, bool versioned)
{
    char etag[32];
    if (!pv_out_flush(&reading->out)) {
        pv_problem(reading->exchange, PV_API_UNAVAILABLE, NULL, own_sentence);
        return;
    }
    (void)snprintf(etag, sizeof etag, "\"%lld\"", (long long)reading->facts.version);
    pv_reply_json(reading->exchange, versioned ? etag : NULL,
                  (struct pv_str){reading->buffer.bytes, reading->buffer.len});
}

enum { LIMIT_DEFAULT = 100, LIMIT_MAX = 1000 };

bool pv_reading_range(struct pv_reading *reading, const char *from_name, int64_t *from, int64_t *limit)
{
    const char *unreadable = NULL;
    *from = 0;
    *limit = LIMIT_DEFAULT;
    if (!pv_query_number(reading->exchange->request, from_name, from))
        unreadable = from_name;
    else if (!pv_query_number(reading->exchange->request, "limit", limit) || *limit < 1 || *limit > LIMIT_MAX)
        unreadable = "limit";
    if (unreadable != NULL)
        pv_problem(reading->exchange, PV_API_QUERY_INVALID, unreadable, own_sentence);
    return unreadable == NULL;
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
    if (reading->facts.phase ==
        PV_PHASE_OPEN) /* the results of an open election: it is there, and not for you */
        pv_problem(reading->exchange, PV_API_NOT_ALLOWED, NULL, own_sentence);
    else
        return refuse_unknown(reading);
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
    pv_reading_send(reading, true);
    return PV_READING_ANSWERED;
}

/* Of an open election the administrator sees who voted, not how. */
static bool sees_ratings(const struct pv_reading *reading)
{
    return (reading->job->auth.caller.roles & PV_ROLE_AUDITOR) != 0 || reading->facts.phase != PV_PHASE_OPEN;
}

static enum pv_reading_step read_election(struct pv_reading *reading)
{
    enum pv_reading_step step = load_header(reading);
    if (step != PV_READING_ON)
        return step;
    switch (reading->job->route->kind) {
    case PV_ROUTE_PAPER:
        return read_paper(reading);
    case PV_ROUTE_DOCUMENT:
        return pv_read_document(reading);
    case PV_ROUTE_RESULTS:
        return pv_read_results(reading);
    case PV_ROUTE_VOTERS:
        return pv_read_pages(reading, PV_PAGE_KIND_VOTERS, true);
    case PV_ROUTE_BALLOTS:
        return pv_read_pages(reading, PV_PAGE_KIND_BALLOTS, sees_ratings(reading));
    case PV_ROUTE_MY_BALLOT:
        return pv_read_my_ballot(reading);
    case PV_ROUTE_EVENTS:
        return pv_read_records(reading);
    case PV_ROUTE_REFUSALS:
        return pv_read_refusals(reading);
    case PV_ROUTE_LIVE:
        return pv_read_live(reading);
    case PV_ROUTE_EVENT:
    case PV_ROUTE_ELECTIONS:
    case PV_ROUTE_EVENT_STATUS:
    case PV_ROUTE_HEALTH:
    case PV_ROUTE_READY:
    case PV_ROUTE_METRICS:
    case PV_ROUTE_OPENAPI:
    case PV_ROUTE_DOCS:
        break;
    }
    pv_problem(reading->exchange, PV_API_NOT_FOUND, NULL, own_sentence);
    return PV_READING_ANSWERED;
}

static enum pv_reading_step read_route(struct pv_reading *reading)
{
    if (reading->job->route->kind == PV_ROUTE_ELECTIONS)
        return pv_read_elections(reading);
    if (reading->job->route->kind == PV_ROUTE_EVENT_STATUS)
        return pv_read_event_status(reading);
    return read_election(reading);
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
