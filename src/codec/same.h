/* Whether two records say the same, for whoever meets one again: a copy that goes on, a store that has it.

   Type, data, id, created and metadata count; the caller knows that stream and number are the same. Ids are
   the same in either spelling. White space between the tokens of data and metadata does not count, because a
   copy may have lost it (F5, pull); nor does the position, which each store gives anew where it must. */
#ifndef PV_SAME_H
#define PV_SAME_H

#include "map.h"
#include "recorded.h"

/* The name of the first key (F1) in which they differ; NULL: they are the same. A static string. */
const char *pv_recorded_difference(const struct pv_recorded *a, const struct pv_recorded *b);

/* A hash over a sequence of records: `hash` is what the records before came to, 0 at the beginning. Sequences
   of the same records, numbers included, have the same hash, and others have another one as far as 64 bits
   and a seed that nobody knew can tell. */
uint64_t pv_recorded_hash(const struct pv_recorded *record, struct pv_seed seed, uint64_t hash);

#endif
