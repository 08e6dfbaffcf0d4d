/* Tallies that were printed, by election and version: counting takes the whole document, and everybody asks
   when an election closes. Safe for threads; keeps a few. */
#ifndef PV_RESULTS_H
#define PV_RESULTS_H

#include "id.h"

struct pv_results;
struct pv_results *pv_results_new(void) PV_MUST_USE; /* NULL: out of memory */
void pv_results_free(struct pv_results *results);

/* A copy of the tally, owned by the caller (free); false if it is not kept, or out of memory. */
bool pv_results_get(struct pv_results *results, struct pv_election_id election, int64_t version,
                    struct pv_text *tally) PV_MUST_USE;
/* Keeps a copy, in place of the oldest one. Without memory it keeps none. */
void pv_results_put(struct pv_results *results, struct pv_election_id election, int64_t version,
                    struct pv_str tally);

#endif
