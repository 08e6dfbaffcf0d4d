#include "id_hashes.h"

#include <stdlib.h>

void pv_id_hashes_deinit(struct pv_id_hashes *hashes)
{
    free(hashes->slots);
    *hashes = (struct pv_id_hashes){NULL, 0, 0};
}

/* Never 0. */
static uint32_t hash_of(struct pv_seed seed, struct pv_event_id id)
{
    uint32_t hash = pv_hash_bits128(seed, id.bits);
    return hash + (hash == 0);
}

/* The slot of a hash: where it is, or where it belongs. */
static uint32_t *find(const struct pv_id_hashes *hashes, uint32_t hash)
{
    uint64_t at = hash & hashes->mask;
    while (hashes->slots[at] != 0 && hashes->slots[at] != hash)
        at = (at + 1) & hashes->mask;
    return &hashes->slots[at];
}

static enum pv_result grow(struct pv_id_hashes *hashes)
{
    uint64_t old_count = hashes->slots == NULL ? 0 : hashes->mask + 1;
    uint64_t count = old_count == 0 ? 64 : old_count * 2;
    struct pv_id_hashes larger = {calloc(count, sizeof *larger.slots), count - 1, hashes->used};
    if (larger.slots == NULL)
        return PV_FAULT_MEMORY;
    for (uint64_t i = 0; i < old_count; i++) {
        if (hashes->slots[i] != 0)
            *find(&larger, hashes->slots[i]) = hashes->slots[i];
    }
    free(hashes->slots);
    *hashes = larger;
    return PV_OK;
}

enum pv_result pv_id_hashes_add(struct pv_id_hashes *hashes, struct pv_seed seed, struct pv_event_id id)
{
    /* Full at three quarters: a search for what is not there must end soon. */
    if (hashes->slots == NULL || hashes->used + 1 > hashes->mask - hashes->mask / 4) {
        enum pv_result result = grow(hashes);
        if (result != PV_OK)
            return result;
    }
    uint32_t hash = hash_of(seed, id), *slot = find(hashes, hash);
    hashes->used += *slot == 0;
    *slot = hash;
    return PV_OK;
}

bool pv_id_hashes_may_have(const struct pv_id_hashes *hashes, struct pv_seed seed, struct pv_event_id id)
{
    return hashes->slots != NULL && *find(hashes, hash_of(seed, id)) != 0;
}

size_t pv_id_hashes_size(const struct pv_id_hashes *hashes)
{
    return hashes->slots == NULL ? 0 : (size_t)(hashes->mask + 1) * sizeof *hashes->slots;
}
