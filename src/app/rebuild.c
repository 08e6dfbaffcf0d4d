#include "commands.h"

#include "projection.h"

static bool write_all(const struct pv_audit *audit, const struct pv_judge *judge,
                      struct pv_document_cache *cache, struct pv_fault *fault)
{
    bool written = true;
    for (size_t i = 0; i < pv_judge_stream_count(judge) && written; i++) {
        const struct pv_judged *judged = pv_judge_stream(judge, i);
        if (pv_judged_is_shown(judged))
            written =
                pv_watch_tick(audit->watch, pv_judge_records(judge), 0, 0, fault) &&
                pv_project(cache, &judged->election, judged->last_number, -1, NULL, fault) == PV_CACHE_OK;
    }
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
