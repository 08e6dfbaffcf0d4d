/* What is remembered of the event ids of a stream: a hash of 32 bits each, by which an id that was never
   there is told at once. Among a million, one in four thousand others seems to be there and is not, and the
   store must be asked. Six to eleven bytes an id. */
#ifndef PV_ID_HASHES_H
#define PV_ID_HASHES_H

#include "id.h"
#include "map.h"

struct pv_id_hashes {
    uint32_t *slots; /* 0: free */
    uint64_t mask, used;
};

void pv_id_hashes_deinit(struct pv_id_hashes *hashes);
/* PV_OK, or PV_FAULT_MEMORY with the set as before. */
enum pv_result pv_id_hashes_add(struct pv_id_hashes *hashes, struct pv_seed seed,
                                struct pv_event_id id) PV_MUST_USE;
/* False: the id was never added. */
bool pv_id_hashes_may_have(const struct pv_id_hashes *hashes, struct pv_seed seed, struct pv_event_id id);
size_t pv_id_hashes_size(const struct pv_id_hashes *hashes);

#endif
