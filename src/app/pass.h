/* One pass over a source: raw records in, batches of records read by the codec out. */
#ifndef PV_PASS_H
#define PV_PASS_H

#include "event_source.h"
#include "record.h"

/* What a command has of its surroundings. */
struct pv_watch {
    void *context;
    /* Called now and then, and at the end, with how far the source is; false: the user asked to stop. May
       be NULL. */
    bool (*tick)(void *context, uint64_t records, uint64_t done, uint64_t total);
};

enum pv_verdict {
    PV_VERDICT_NEXT,  /* go on */
    PV_VERDICT_END,   /* the pass is over before the source's end */
    PV_VERDICT_FAULT, /* *fault tells */
};

/* Takes a batch; raws and records are borrowed for the call. */
typedef enum pv_verdict pv_batch_fn(void *context, const struct pv_raw *raws, const struct pv_record *records,
                                    size_t count, struct pv_fault *fault);

/* Gives the whole source to `take`, batch by batch. `layouts` as in record.h. PV_VERDICT_NEXT: to the end. */
enum pv_verdict pv_pass(struct pv_event_source *source, const struct pv_watch *watch, bool layouts,
                        pv_batch_fn *take, void *context, struct pv_fault *fault) PV_MUST_USE;

/* False, with the fault, if the user asked to stop. */
bool pv_watch_tick(const struct pv_watch *watch, uint64_t records, uint64_t done, uint64_t total,
                   struct pv_fault *fault) PV_MUST_USE;

#endif
