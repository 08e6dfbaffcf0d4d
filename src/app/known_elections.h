/* What the projector knows of each election that the cache shows or the log has named: how far its document
   is, and whether it still has to be put. */
#ifndef PV_KNOWN_ELECTIONS_H
#define PV_KNOWN_ELECTIONS_H

#include "id.h"
#include "map.h"

struct pv_known_election {
    struct pv_election_id id;
    int64_t number;  /* everything up to it is in the cache, or its removal is; -1: nothing */
    bool documented; /* the cache has its document, of that number */
    bool ended;      /* by a record that was refused: nothing after it is looked at */
    bool waiting;    /* there is more in memory than in the cache */
};

/* Zeroed, with a seed: none. */
struct pv_known_elections {
    struct pv_known_election *list;
    uint32_t count, capacity;
    uint32_t *waiting; /* positions of those that wait, in the order in which they began to */
    uint32_t waiting_count;
    struct pv_map map;
    struct pv_seed seed;
};
void pv_known_elections_deinit(struct pv_known_elections *known);

/* The election, added if it is not known; valid until the next call. NULL: out of memory. */
struct pv_known_election *pv_known_election(struct pv_known_elections *known,
                                            struct pv_election_id id) PV_MUST_USE;
/* Puts it at the end of those that wait, if it does not wait already. */
void pv_known_election_waits(struct pv_known_elections *known, struct pv_known_election *election);

#endif
