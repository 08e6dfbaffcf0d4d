#include "id_set.h"

#include <stdlib.h>

/* The map's hash has 32 bits; a set of more events than that would only probe longer. */
static uint64_t home(const struct pv_id_set *set, struct pv_seed seed, struct pv_bits128 id)
{
    return pv_hash_bits128(seed, id) & set->mask;
}

void pv_id_set_deinit(struct pv_id_set *set)
{
    free(set->slots);
    *set = (struct pv_id_set){NULL, 0, 0};
}

/* The slot of an id: where it is, or where it belongs. */
static struct pv_bits128 *find(const struct pv_id_set *set, struct pv_seed seed, struct pv_bits128 id)
{
    uint64_t at = home(set, seed, id);
    while (!pv_bits128_is_zero(set->slots[at]) && !pv_bits128_equal(set->slots[at], id))
        at = (at + 1) & set->mask;
    return &set->slots[at];
}

static enum pv_result grow(struct pv_id_set *set, struct pv_seed seed)
{
    uint64_t old_count = set->slots == NULL ? 0 : set->mask + 1;
    uint64_t count = old_count == 0 ? 64 : old_count * 2;
    struct pv_id_set larger = {calloc(count, sizeof *larger.slots), count - 1, set->used};
    if (larger.slots == NULL)
        return PV_FAULT_MEMORY;
    for (uint64_t i = 0; i < old_count; i++) {
        if (!pv_bits128_is_zero(set->slots[i]))
            *find(&larger, seed, set->slots[i]) = set->slots[i];
    }
    free(set->slots);
    *set = larger;
    return PV_OK;
}

enum pv_result pv_id_set_add(struct pv_id_set *set, struct pv_seed seed, struct pv_event_id id,
                             bool *was_there)
{
    /* Full at seven eighths: little more than 16 bytes an event. */
    if (set->slots == NULL || set->used + 1 > set->mask - set->mask / 8) {
        enum pv_result result = grow(set, seed);
        if (result != PV_OK)
            return result;
    }
    struct pv_bits128 *slot = find(set, seed, id.bits);
    *was_there = !pv_bits128_is_zero(*slot);
    set->used += !*was_there;
    *slot = id.bits;
    return PV_OK;
}

void pv_id_set_prefetch(const struct pv_id_set *set, struct pv_seed seed, struct pv_event_id id)
{
    if (set->slots != NULL)
        __builtin_prefetch(&set->slots[home(set, seed, id.bits)], 1);
}
