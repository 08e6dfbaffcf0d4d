/* The projector: follows the event store, applies what was recorded, and writes the parts that changed into
   the document cache, then the checkpoint.

   What it holds to:
   - the cache is always a fold of a prefix of the log, an election at a time: a put holds everything up to
   its last number and nothing beyond;
   - it goes on from whatever is there: from its own checkpoint, from a cache that was rebuilt (the puts' last
     numbers tell), from one that lost some (PV_CACHE_STALE: all pages are put), from none (from the
   beginning);
   - a document is believed as long as the log does not contradict it: what cannot be read, or is not at the
   number that it is kept with, or leads to a refusal, is replayed from the log, and put anew;
   - a cache whose checkpoint the log does not have is of another log, and is emptied first;
   - a deleted election is removed from the cache, and stays so;
   - a record that the core refuses ends its election here as it does in an audit (it cannot come from our
     workers): it is reported, the document stays at what was before, and the others go on. */
#ifndef PV_PROJECTOR_H
#define PV_PROJECTOR_H

#include "aggregates.h"
#include "datetime.h"
#include "document_cache.h"
#include "event_store.h"
#include "projection.h"

struct pv_projector_options {
    struct pv_event_store *store;    /* a handle of its own */
    struct pv_document_cache *cache; /* one that gives parts alone; a handle of its own */
    struct pv_seed seed;
    size_t memory_limit; /* of the elections in memory, as in aggregates.h */
    void *context;
    /* After an election was put, with everything up to its record `number`, whose store position is
       `position`; may be NULL. */
    void (*on_projected)(void *context, struct pv_election_id id, int64_t number, int64_t position);
    /* A record that an audit would refuse (F1), for which the election ends here; told once, and after a new
       start once more when the election has another record. May be NULL. */
    void (*on_refused)(void *context, const struct pv_recorded *record, const struct pv_refusal *why);
};
struct pv_projector_counts {
    uint64_t events; /* that were applied; again too, when an election is replayed */
    uint64_t puts, refused;
    int64_t position;      /* of the last record that is projected; -1: none */
    struct pv_time newest; /* `created` of that record */
};

struct pv_projector;
/* NULL: out of memory. What the options lead to must outlive it. */
struct pv_projector *pv_projector_new(const struct pv_projector_options *options) PV_MUST_USE;
void pv_projector_free(struct pv_projector *projector);

enum pv_projector_step {
    PV_PROJECTOR_IDLE,   /* the cache shows all that is in the store */
    PV_PROJECTOR_WORKED, /* some records were projected; there may be more */
    PV_PROJECTOR_FAULT,  /* *fault tells; the next step tries again */
};
/* Projects up to some thousand records: reads, applies, puts each election that changed, checkpoints. Each is
   put once, or more often where memory is short. An election that is not in memory is followed to the end of
   its stream at once. */
enum pv_projector_step pv_projector_step(struct pv_projector *projector, struct pv_fault *fault) PV_MUST_USE;
const struct pv_projector_counts *pv_projector_counts(const struct pv_projector *projector);

#endif
