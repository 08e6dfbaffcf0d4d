#include "commands.h"

#include "document.h"

/* The projection of one election, as the cache asks for it part by part. */
struct projection {
    const struct pv_election *election;
    struct pv_out out;
    struct pv_buffer buffer;
};

static bool print_part(struct projection *projection, struct pv_str *bytes)
{
    if (!pv_out_flush(&projection->out))
        return false;
    *bytes = (struct pv_str){projection->buffer.bytes, projection->buffer.len};
    return true;
}

static void begin_part(struct projection *projection)
{
    projection->buffer.len = 0;
    pv_out_init(&projection->out, pv_buffer_write, &projection->buffer);
}

static bool give_document(void *context, struct pv_str *bytes)
{
    struct projection *projection = context;
    begin_part(projection);
    pv_document_write(&projection->out, projection->election);
    return print_part(projection, bytes);
}

static bool give_header(void *context, struct pv_str *bytes)
{
    struct projection *projection = context;
    begin_part(projection);
    pv_document_write_header(&projection->out, projection->election);
    return print_part(projection, bytes);
}

static bool give_page(void *context, enum pv_page_kind kind, uint32_t page, struct pv_str *bytes)
{
    struct projection *projection = context;
    begin_part(projection);
    if (kind == PV_PAGE_KIND_VOTERS)
        pv_document_write_voters(&projection->out, projection->election, page);
    else
        pv_document_write_ballots(&projection->out, projection->election, page);
    return print_part(projection, bytes);
}

static enum pv_cache_result put(struct pv_document_cache *cache, struct projection *projection,
                                const struct pv_judged *judged, struct pv_fault *fault)
{
    const struct pv_election *election = projection->election = &judged->election;
    struct pv_cache_put part = {
        .id = election->id,
        .last_number = judged->last_number,
        .voter_pages = pv_document_voter_pages(election),
        .ballot_pages = pv_document_ballot_pages(election),
        .context = projection,
        .document = give_document,
        .header = give_header,
        .page = give_page,
    };
    return cache->ops->put(cache->self, &part, fault);
}

/* A deleted election has no place in a cache (F5). */
static bool write_election(struct pv_document_cache *cache, struct projection *projection,
                           const struct pv_judged *judged, struct pv_fault *fault)
{
    if (judged->election.deleted)
        return cache->ops->remove(cache->self, judged->id, fault) != PV_CACHE_FAULT;
    return put(cache, projection, judged, fault) == PV_CACHE_OK;
}

static bool write_all(const struct pv_audit *audit, const struct pv_judge *judge,
                      struct pv_document_cache *cache, struct pv_fault *fault)
{
    struct projection projection = {.buffer = {NULL, 0, 0}};
    bool written = true;
    for (size_t i = 0; i < pv_judge_stream_count(judge) && written; i++) {
        const struct pv_judged *judged = pv_judge_stream(judge, i);
        if (pv_judged_is_shown(judged))
            written = pv_watch_tick(audit->watch, pv_judge_records(judge), 0, 0, fault) &&
                      write_election(cache, &projection, judged, fault);
    }
    pv_buffer_deinit(&projection.buffer);
    return written;
}

enum pv_outcome pv_rebuild(const struct pv_audit *audit, struct pv_document_cache *cache,
                           struct pv_fault *fault)
{
    struct pv_judge *judge = pv_judge_new(&(struct pv_judge_options){
        .one_election = audit->one_election,
        .election = audit->election,
        .seed = audit->seed,
        .context = audit->context,
        .on_finding = audit->on_finding,
    });
    if (judge == NULL) {
        pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "out of memory");
        return PV_OUTCOME_FAILED;
    }
    enum pv_run_end end = pv_run(audit->source, judge, audit->watch, !audit->plain, fault);
    enum pv_outcome outcome = pv_run_outcome(end, judge, audit->one_election, audit->election, fault);
    if (end == PV_RUN_DONE && outcome != PV_OUTCOME_FAILED && !write_all(audit, judge, cache, fault))
        outcome = PV_OUTCOME_FAILED;
    pv_judge_free(judge);
    return outcome;
}
