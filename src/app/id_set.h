/* A set of event ids, 16 bytes a slot: what verify needs to find an id that comes twice in a stream (F1 step
 * 6). */
#ifndef PV_ID_SET_H
#define PV_ID_SET_H

#include "id.h"
#include "map.h"

struct pv_id_set {
    struct pv_bits128 *slots; /* all zero bits: free; no valid id is that */
    uint64_t mask, used;
};

void pv_id_set_deinit(struct pv_id_set *set);
/* Adds an id; *was_there tells whether it was in the set already. PV_OK, or PV_FAULT_MEMORY with the set as
 * before. */
enum pv_result pv_id_set_add(struct pv_id_set *set, struct pv_seed seed, struct pv_event_id id,
                             bool *was_there) PV_MUST_USE;
/* A hint that the id is about to be added. */
void pv_id_set_prefetch(const struct pv_id_set *set, struct pv_seed seed, struct pv_event_id id);

#endif
