/* A list of election ids that a cache collects before it shows them: in order, and safe from what the visitor
   does to the cache meanwhile. Internal to the adapters. */
#ifndef PV_ELECTION_IDS_H
#define PV_ELECTION_IDS_H

#include "id.h"

struct pv_election_ids {
    struct pv_election_id *ids;
    size_t count, capacity;
};

/* False when out of memory. A zeroed list is empty. */
bool pv_election_ids_add(struct pv_election_ids *list, struct pv_election_id id) PV_MUST_USE;
/* Calls `visit` in ascending order until it says false; then frees the list. */
void pv_election_ids_show(struct pv_election_ids *list,
                          bool (*visit)(void *context, struct pv_election_id id), void *context);
void pv_election_ids_deinit(struct pv_election_ids *list);

/* -1, 0 or 1. */
int pv_election_id_compare(struct pv_election_id a, struct pv_election_id b);

#endif
