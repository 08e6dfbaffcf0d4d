#include "pass.h"

#include <stdlib.h>

/* So many records are read ahead of whoever takes them: a judge can then let their cache misses overlap. */
enum { BATCH = 64 };

/* Ticks are for people: once in so many batches is often enough. */
enum { BATCHES_A_TICK = 64 };

struct pass {
    struct pv_event_source *source;
    const struct pv_watch *watch;
    struct pv_record_reader *reader;
    uint64_t count; /* of records so far */
    struct pv_raw raws[BATCH];
    struct pv_record records[BATCH];
};

bool pv_watch_tick(const struct pv_watch *watch, uint64_t records, uint64_t done, uint64_t total,
                   struct pv_fault *fault)
{
    if (watch == NULL || watch->tick == NULL || watch->tick(watch->context, records, done, total))
        return true;
    pv_fault_set(fault, PV_FAULT_KIND_INTERRUPTED, "interrupted");
    return false;
}

static bool tick(const struct pass *pass, struct pv_fault *fault)
{
    uint64_t done = 0, total = 0;
    pass->source->ops->progress(pass->source->self, &done, &total);
    return pv_watch_tick(pass->watch, pass->count, done, total, fault);
}

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

/* Reads the next batch; *count 0 is the end. */
static bool next_batch(struct pass *pass, size_t *count, struct pv_fault *fault)
{
    size_t bytes;
    if (!pass->source->ops->next(pass->source->self, pass->raws, BATCH, count, &bytes, fault))
        return false;
    if (pv_record_reader_begin(pass->reader, bytes) != PV_OK) {
        pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "out of memory while reading");
        return false;
    }
    read_records(pass, *count);
    pass->count += *count;
    return true;
}

static enum pv_verdict read_all(struct pass *pass, pv_batch_fn *take, void *context, struct pv_fault *fault)
{
    enum pv_verdict verdict = PV_VERDICT_NEXT;
    size_t count = 1;
    for (unsigned batches = 0; verdict == PV_VERDICT_NEXT && count > 0; batches++) {
        bool go_on = (batches % BATCHES_A_TICK != 0 || tick(pass, fault)) &&
                     next_batch(pass, &count, fault) &&
                     (count > 0 || tick(pass, fault)); /* who stops a pipe stops its writer too */
        verdict = go_on ? take(context, pass->raws, pass->records, count, fault) : PV_VERDICT_FAULT;
    }
    return verdict;
}

enum pv_verdict pv_pass(struct pv_event_source *source, const struct pv_watch *watch, bool layouts,
                        pv_batch_fn *take, void *context, struct pv_fault *fault)
{
    enum pv_verdict verdict = PV_VERDICT_FAULT;
    struct pass *pass = malloc(sizeof *pass);
    struct pv_record_reader *reader = pv_record_reader_new(layouts);
    if (pass == NULL || reader == NULL) {
        pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "out of memory before reading");
    } else {
        pass->source = source;
        pass->watch = watch;
        pass->reader = reader;
        pass->count = 0;
        verdict = read_all(pass, take, context, fault);
    }
    pv_record_reader_free(reader);
    free(pass);
    return verdict;
}
