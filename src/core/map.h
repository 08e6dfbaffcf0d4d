/* A hash map from a key's hash to a position in some array. The keys stay in the array: the map keeps 32 bits
   of each hash and the position, and its user compares the candidates. The same 32 bits give the slot, so
   that growing needs no keys. Internal to the core. */
#ifndef PV_MAP_H
#define PV_MAP_H

#include "id.h"

struct pv_map_slot {
    uint32_t hash;
    uint32_t item; /* position + 1; 0 is a free slot */
};
struct pv_map {
    struct pv_map_slot *slots;
    uint32_t mask; /* slots - 1; a power of two */
    uint32_t used;
};

/* What keeps an attacker from choosing colliding ids. Any value is right; results never depend on it. */
struct pv_seed {
    uint64_t a, b;
};

/* The two halves of a 128-bit product folded: each bit of the result depends on every bit of both factors. */
static inline uint64_t pv_hash_fold(uint64_t a, uint64_t b)
{
    __extension__ unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}
/* The constants are odd with well mixed bits (from the digits of the golden ratio and of the square root of
   3). */
static inline uint32_t pv_hash_finish(uint64_t hash, struct pv_seed seed)
{
    uint64_t a = hash ^ UINT64_C(0x9e3779b97f4a7c15), b = seed.a ^ UINT64_C(0xbb67ae8584caa73b);
    return (uint32_t)(pv_hash_fold(a, b) >> 32);
}
static inline uint32_t pv_hash_bits128(struct pv_seed seed, struct pv_bits128 key)
{
    return pv_hash_finish(pv_hash_fold(key.hi ^ seed.a, key.lo ^ seed.b), seed);
}
uint32_t pv_hash_email(struct pv_seed seed, struct pv_str email); /* without regard to case */

void pv_map_deinit(struct pv_map *map);
/* Makes room for one more; PV_FAULT_MEMORY leaves the map as it was. */
enum pv_result pv_map_reserve(struct pv_map *map) PV_MUST_USE;
/* Adds; room must have been reserved. */
void pv_map_insert(struct pv_map *map, uint32_t hash, uint32_t item);

/* Walks the items of this hash:
       for (uint32_t at = pv_map_first(map, hash), item; pv_map_next(map, hash, &at, &item);) ... */
static inline uint32_t pv_map_first(const struct pv_map *map, uint32_t hash)
{
    return hash & map->mask;
}
static inline bool pv_map_next(const struct pv_map *map, uint32_t hash, uint32_t *at, uint32_t *item)
{
    if (map->slots == NULL)
        return false;
    for (;;) {
        struct pv_map_slot slot = map->slots[*at];
        *at = (*at + 1) & map->mask;
        if (slot.item == 0)
            return false;
        if (slot.hash == hash) {
            *item = slot.item - 1;
            return true;
        }
    }
}
static inline void pv_map_prefetch(const struct pv_map *map, uint32_t hash)
{
    if (map->slots != NULL)
        __builtin_prefetch(&map->slots[hash & map->mask]);
}

#endif
