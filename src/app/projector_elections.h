/* The projector's elections: taken from their documents, or from the log, and followed along it. Internal to
   the projector. */
#ifndef PV_PROJECTOR_ELECTIONS_H
#define PV_PROJECTOR_ELECTIONS_H

#include "known_elections.h"
#include "projector.h"
#include "record.h"

struct pv_projector {
    struct pv_projector_options options;
    struct pv_projector_counts counts;
    struct pv_known_elections known;
    struct pv_aggregates *aggregates;
    struct pv_record_reader *decoder;
    bool started;                /* what the cache shows is known */
    struct pv_store_reader *log; /* of all streams; NULL: to be opened behind counts.position */
};

/* What hangs on an aggregate. */
struct pv_projected {
    struct pv_changed_pages changed; /* since the put of the known number */
    bool all;                        /* all pages are to be put */
    bool from_document;              /* not from the log: a refusal is not believed of it */
    int64_t position;                /* of the record that was applied last; -1: none was */
};
/* Frees one: what the aggregates are given as free_note. */
void pv_projected_free(void *note);

/* The election in memory: as it is there, or as its document says, or else as the log does; in the last two
   cases followed to the end of its stream. NULL: a fault; then it is no longer in memory. */
struct pv_aggregate *pv_projector_hold(struct pv_projector *projector, struct pv_known_election *known,
                                       struct pv_fault *fault) PV_MUST_USE;
/* The same, and the record applied, if it is not yet. False: a fault. */
bool pv_projector_take(struct pv_projector *projector, struct pv_known_election *known,
                       const struct pv_recorded *recorded, struct pv_fault *fault) PV_MUST_USE;

#endif
