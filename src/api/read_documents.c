/* Reads of whole elections: the list of them, documents, results. */
#include "reading.h"

#include "document.h"
#include "print.h"

#include <stdlib.h>
#include <string.h>

static const struct pv_str own_sentence = {NULL, 0};

static enum pv_reading_step unavailable(struct pv_reading *reading)
{
    pv_problem(reading->exchange, PV_API_UNAVAILABLE, NULL, own_sentence);
    return PV_READING_ANSWERED;
}

/* The list */

struct listing {
    struct pv_reading *reading;
    int64_t limit, printed;
    struct pv_election_id last;
    bool more;
};

static bool is_public(struct pv_str summary)
{
    struct pv_str phase = pv_item_string(summary, "phase");
    return pv_str_equal(phase, PV_STR("open")) || pv_str_equal(phase, PV_STR("closed"));
}

static bool out_summary(void *context, struct pv_election_id id, int64_t last_number, struct pv_str summary)
{
    struct listing *listing = context;
    (void)last_number;
    if (!pv_reading_oversees(listing->reading) && !is_public(summary))
        return true;
    if (listing->printed == listing->limit) {
        listing->more = true;
        return false;
    }
    if (listing->printed++ > 0)
        pv_out_char(&listing->reading->out, ',');
    pv_out_str(&listing->reading->out, summary);
    listing->last = id;
    return true;
}

/* ?after=ID; all zero bits: from the first. False: answered. */
static bool read_after(struct pv_reading *reading, struct pv_election_id *after)
{
    struct pv_str text = pv_http_query(reading->exchange->request, "after");
    after->bits = (struct pv_bits128){0, 0};
    if (text.ptr == NULL || pv_ulid_parse(text, &after->bits) == PV_CODE_NONE)
        return true;
    pv_problem(reading->exchange, PV_API_QUERY_INVALID, "after", own_sentence);
    return false;
}

/* It waits as other reads do, but then it shows what is there: an election that the projector cannot go on
   with does not keep all others from being listed. */
static bool list_is_behind(struct pv_reading *reading)
{
    struct pv_api *api = reading->api;
    if (!pv_floors_list_is_behind(api->floors))
        return false;
    if (pv_clock_ms(api->options.clock) < reading->job->deadline_ms)
        return true;
    pv_floors_list_forget(api->floors);
    return false;
}

enum pv_reading_step pv_read_elections(struct pv_reading *reading)
{
    struct pv_document_cache *cache = reading->reads->cache;
    struct listing listing = {.reading = reading};
    struct pv_election_id after;
    struct pv_fault fault;
    if (list_is_behind(reading))
        return PV_READING_BEHIND;
    if (!read_after(reading, &after) || !pv_reading_limit(reading, &listing.limit))
        return PV_READING_ANSWERED;
    pv_out_cstr(&reading->out, "{\"elections\":[");
    const struct pv_election_id *above = pv_bits128_is_zero(after.bits) ? NULL : &after;
    if (cache->ops->summaries(cache->self, above, out_summary, &listing, &fault) != PV_CACHE_OK)
        return unavailable(reading);
    pv_out_cstr(&reading->out, "],\"next\":");
    if (listing.more) {
        char id[PV_ULID_LEN];
        pv_ulid_format(listing.last.bits, id);
        pv_out_json(&reading->out, (struct pv_str){id, sizeof id});
    } else {
        pv_out_cstr(&reading->out, "null");
    }
    pv_out_char(&reading->out, '}');
    return pv_reading_send(reading, false);
}

/* Whole elections */

static struct pv_str *borrow(const struct pv_text *texts, uint32_t count)
{
    struct pv_str *borrowed = malloc((count + (size_t)1) * sizeof *borrowed);
    for (uint32_t i = 0; borrowed != NULL && i < count; i++)
        borrowed[i] = (struct pv_str){texts[i].ptr, texts[i].len};
    return borrowed;
}

/* What the cache gave becomes an Election again. */
static bool restore(const struct pv_cached *cached, struct pv_election *election)
{
    struct pv_document_error error;
    struct pv_str *voters = borrow(cached->voter_pages, cached->voter_page_count);
    struct pv_str *ballots = borrow(cached->ballot_pages, cached->ballot_page_count);
    struct pv_document_parts parts = {
        .header = {cached->header.ptr, cached->header.len},
        .voter_pages = voters,
        .ballot_pages = ballots,
        .voter_page_count = cached->voter_page_count,
        .ballot_page_count = cached->ballot_page_count,
        .whole = cached->whole,
    };
    bool sound = voters != NULL && ballots != NULL && pv_document_read(&parts, election, &error) == PV_OK;
    free(voters);
    free(ballots);
    return sound;
}

/* The election as it is in the cache. */
static enum pv_reading_step load(struct pv_reading *reading, struct pv_election *election)
{
    struct pv_document_cache *cache = reading->reads->cache;
    struct pv_cached cached;
    struct pv_fault fault;
    struct pv_seed seed;
    struct pv_clock *clock = reading->api->options.clock;
    clock->ops->random(clock->self, (unsigned char *)&seed, sizeof seed);
    pv_election_init(election, seed);
    enum pv_reading_step step =
        pv_reading_of(reading, cache->ops->get(cache->self, reading->job->election, &cached, &fault));
    if (step != PV_READING_ON)
        return step;
    bool sound = restore(&cached, election);
    pv_cached_deinit(&cached);
    if (!sound)
        return unavailable(reading);
    reading->facts.version = election->version;
    return PV_READING_ON;
}

enum pv_reading_step pv_read_document(struct pv_reading *reading)
{
    struct pv_election election;
    enum pv_reading_step step = load(reading, &election);
    if (step == PV_READING_ON) {
        pv_document_write(&reading->out, &election);
        step = pv_reading_send(reading, true);
    }
    pv_election_deinit(&election);
    return step;
}

static enum pv_reading_step count(struct pv_reading *reading, const struct pv_election *election)
{
    struct pv_tally tally;
    if (pv_tally_init(&tally, election) != PV_OK)
        return unavailable(reading);
    pv_print_tally(&reading->out, election, &tally);
    pv_tally_deinit(&tally);
    if (pv_out_flush(&reading->out))
        pv_results_put(reading->api->results, reading->job->election, election->version,
                       (struct pv_str){reading->buffer.bytes, reading->buffer.len});
    return pv_reading_send(reading, true);
}

enum pv_reading_step pv_read_results(struct pv_reading *reading)
{
    struct pv_election election;
    struct pv_text kept;
    if (pv_results_get(reading->api->results, reading->job->election, reading->facts.version, &kept)) {
        pv_out_bytes(&reading->out, kept.ptr, kept.len);
        free(kept.ptr);
        return pv_reading_send(reading, true);
    }
    enum pv_reading_step step = load(reading, &election);
    if (step == PV_READING_ON)
        step = count(reading, &election);
    pv_election_deinit(&election);
    return step;
}
