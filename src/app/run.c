#include "run.h"

#include <stdlib.h>

/* So many records are read ahead of the judge: their cache misses then overlap (pv_judge_prefetch). */
enum { BATCH = 64 };

/* Ticks are for people: once in so many batches is often enough. */
enum { BATCHES_A_TICK = 64 };

struct pass {
    struct pv_record_reader *reader;
    struct pv_raw raws[BATCH];
    struct pv_record records[BATCH];
};

static void read_records(struct pass *pass, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct pv_raw *raw = &pass->raws[i];
        if (raw->form == PV_RAW_LINE)
            pv_record_read_line(pass->reader, raw->text, raw->line, &pass->records[i]);
        else
            pv_record_read_recorded(pass->reader, &raw->recorded, &pass->records[i]);
    }
}

static enum pv_verdict judge_records(struct pass *pass, struct pv_judge *judge, size_t count,
                                     struct pv_fault *fault)
{
    enum pv_verdict verdict = PV_VERDICT_NEXT;
    for (int step = 0; step < 2; step++) {
        for (size_t i = 0; i < count; i++)
            pv_judge_prefetch(judge, &pass->records[i], step);
    }
    for (size_t i = 0; i < count && verdict == PV_VERDICT_NEXT; i++)
        verdict = pv_judge_record(judge, &pass->records[i], fault);
    return verdict;
}

static bool tick(const struct pv_event_source *source, const struct pv_judge *judge,
                 const struct pv_watch *watch, struct pv_fault *fault)
{
    uint64_t done = 0, total = 0;
    if (watch == NULL || watch->tick == NULL)
        return true;
    source->ops->progress(source->self, &done, &total);
    if (watch->tick(watch->context, pv_judge_records(judge), done, total))
        return true;
    pv_fault_set(fault, PV_FAULT_KIND_INTERRUPTED, "interrupted");
    return false;
}

static enum pv_run_end read_all(struct pass *pass, struct pv_event_source *source, struct pv_judge *judge,
                                const struct pv_watch *watch, struct pv_fault *fault)
{
    size_t count, bytes;
    for (unsigned batches = 0;; batches++) {
        if (batches % BATCHES_A_TICK == 0 && !tick(source, judge, watch, fault))
            return PV_RUN_FAULT;
        if (!source->ops->next(source->self, pass->raws, BATCH, &count, &bytes, fault))
            return PV_RUN_FAULT;
        if (count == 0)
            break;
        if (pv_record_reader_begin(pass->reader, bytes) != PV_OK) {
            pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "out of memory while reading");
            return PV_RUN_FAULT;
        }
        read_records(pass, count);
        enum pv_verdict verdict = judge_records(pass, judge, count, fault);
        if (verdict != PV_VERDICT_NEXT)
            return verdict == PV_VERDICT_END ? PV_RUN_CUT : PV_RUN_FAULT;
    }
    return pv_judge_finish(judge, fault) ? PV_RUN_DONE : PV_RUN_FAULT;
}

enum pv_run_end pv_run(struct pv_event_source *source, struct pv_judge *judge, const struct pv_watch *watch,
                       bool layouts, struct pv_fault *fault)
{
    enum pv_run_end end = PV_RUN_FAULT;
    struct pass *pass = malloc(sizeof *pass);
    if (pass != NULL)
        pass->reader = pv_record_reader_new(layouts);
    if (pass == NULL || pass->reader == NULL)
        pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "out of memory before reading");
    else
        end = read_all(pass, source, judge, watch, fault);
    if (pass != NULL)
        pv_record_reader_free(pass->reader);
    free(pass);
    return end;
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
