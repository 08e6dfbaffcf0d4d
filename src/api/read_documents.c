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

enum pv_reading_step pv_read_elections(struct pv_reading *reading)
{
    struct pv_document_cache *cache = reading->reads->cache;
    struct listing listing = {.reading = reading};
    struct pv_election_id after;
    struct pv_fault fault;
    int64_t unused;
    if (!read_after(reading, &after) || !pv_reading_range(reading, "from", &unused, &listing.limit))
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
    pv_reading_send(reading, false);
    return PV_READING_ANSWERED;
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

/* The election as it is in the cache; false: answered. */
static bool load(struct pv_reading *reading, struct pv_election *election)
{
    struct pv_document_cache *cache = reading->reads->cache;
    struct pv_cached cached;
    struct pv_fault fault;
    struct pv_seed seed;
    struct pv_clock *clock = reading->api->options.clock;
    clock->ops->random(clock->self, (unsigned char *)&seed, sizeof seed);
    pv_election_init(election, seed);
    enum pv_cache_result result = cache->ops->get(cache->self, reading->job->election, &cached, &fault);
    if (pv_reading_of(reading, result) != PV_READING_ON)
        return false;
    bool sound = restore(&cached, election);
    pv_cached_deinit(&cached);
    if (!sound) {
        (void)unavailable(reading);
        return false;
    }
    reading->facts.version = election->version;
    return true;
}

enum pv_reading_step pv_read_document(struct pv_reading *reading)
{
    struct pv_election election;
    if (load(reading, &election)) {
        pv_document_write(&reading->out, &election);
        pv_reading_send(reading, true);
    }
    pv_election_deinit(&election);
    return PV_READING_ANSWERED;
}

static void count(struct pv_reading *reading, const struct pv_election *election)
{
    struct pv_tally tally;
    if (pv_tally_init(&tally, election) != PV_OK) {
        (void)unavailable(reading);
        return;
    }
    pv_print_tally(&reading->out, election, &tally);
    pv_tally_deinit(&tally);
    if (pv_out_flush(&reading->out))
        pv_results_put(reading->api->results, reading->job->election, election->version,
                       (struct pv_str){reading->buffer.bytes, reading->buffer.len});
    pv_reading_send(reading, true);
}

enum pv_reading_step pv_read_results(struct pv_reading *reading)
{
    struct pv_election election;
    struct pv_text kept;
    if (pv_results_get(reading->api->results, reading->job->election, reading->facts.version, &kept)) {
        pv_out_bytes(&reading->out, kept.ptr, kept.len);
        free(kept.ptr);
        pv_reading_send(reading, true);
        return PV_READING_ANSWERED;
    }
    if (load(reading, &election))
        count(reading, &election);
    pv_election_deinit(&election);
    return PV_READING_ANSWERED;
}
