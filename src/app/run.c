#include "run.h"

static enum pv_verdict judge_batch(void *context, const struct pv_raw *raws, const struct pv_record *records,
                                   size_t count, struct pv_fault *fault)
{
    struct pv_judge *judge = context;
    enum pv_verdict verdict = PV_VERDICT_NEXT;
    (void)raws;
    for (int step = 0; step < 2; step++) {
        for (size_t i = 0; i < count; i++)
            pv_judge_prefetch(judge, &records[i], step);
    }
    for (size_t i = 0; i < count && verdict == PV_VERDICT_NEXT; i++)
        verdict = pv_judge_record(judge, &records[i], fault);
    return verdict;
}

enum pv_run_end pv_run(struct pv_event_source *source, struct pv_judge *judge, const struct pv_watch *watch,
                       bool layouts, struct pv_fault *fault)
{
    switch (pv_pass(source, watch, layouts, judge_batch, judge, fault)) {
    case PV_VERDICT_NEXT:
        return pv_judge_finish(judge, fault) ? PV_RUN_DONE : PV_RUN_FAULT;
    case PV_VERDICT_END:
        return PV_RUN_CUT;
    case PV_VERDICT_FAULT:
        break;
    }
    return PV_RUN_FAULT;
}

enum pv_outcome pv_run_outcome(enum pv_run_end end, const struct pv_judge *judge, bool one_election,
                               struct pv_election_id election, struct pv_fault *fault)
{
    if (end == PV_RUN_FAULT)
        return PV_OUTCOME_FAILED;
    if (end == PV_RUN_DONE && one_election && !pv_judge_met_election(judge)) {
        char text[PV_STREAM_LEN];
        pv_stream_format(election, text);
        pv_fault_set(fault, PV_FAULT_KIND_DAMAGED, "no record of %.*s in the source", (int)sizeof text, text);
        return PV_OUTCOME_FAILED;
    }
    return pv_judge_findings(judge) > 0 ? PV_OUTCOME_FOUND : PV_OUTCOME_CLEAN;
}
