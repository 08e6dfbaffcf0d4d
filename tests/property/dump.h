/* Everything that an aggregate holds and answers, as bytes to compare: every field, the derived counts, the
   ratings by both ways of reading them, and what the maps answer for every id and email that is there and for
   some that are not. More than the document says. Left out is what stands in the memo: guesses, which nothing
   depends on. */
#ifndef PV_DUMP_H
#define PV_DUMP_H

#include "buf.h"
#include "election.h"

enum {
    DUMP_VERSIONS = 1,
    DUMP_ORDER = 2,  /* the order in which the list of small competitions is linked: it tells the past */
    DUMP_MEMORY = 4, /* addresses, capacities, and the maps' and ratings' own slots */
    DUMP_ALL = 7,
};
void dump(const struct pv_election *election, unsigned what, struct buf *out);

#endif
