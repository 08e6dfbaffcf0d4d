/* pull: copies the streams of a source as they were recorded (F5), into lines or into an event store. */
#ifndef PV_PULL_H
#define PV_PULL_H

#include "commands.h"
#include "event_store.h"

struct pv_pull_count {
    uint64_t copied;  /* records that were taken for the destination; a store passes over those it has */
    uint64_t skipped; /* records that the lines of the destination had already */
};

/* Into lines on audit->out. `existing`, if not NULL, gives the lines that the destination has already: so
   many records of each stream are passed over in the source, and must be the same (same.h): as a hash over
   all of them tells, so that a stream takes a few words of memory. `dest` is what the destination is called
   in faults.

   What is no record (F1 steps 1 and 2) is not copied but told as a finding, and the outcome is
   PV_OUTCOME_FOUND; what only its event makes invalid is copied as it is. After PV_OUTCOME_FAILED the whole
   records written so far are good, and the same call goes on from there. */
enum pv_outcome pv_pull_to_lines(const struct pv_audit *audit, struct pv_event_source *existing,
                                 const char *dest, struct pv_pull_count *count, struct pv_fault *fault);
/* Into a store, which recognises what it has already; of its calls only copy is made. It has each number
   once, in order: a record that repeats a number of the source or goes back behind one is not copied but told
   (stream_order). */
enum pv_outcome pv_pull_to_store(const struct pv_audit *audit, struct pv_event_store *store,
                                 struct pv_pull_count *count, struct pv_fault *fault);

#endif
