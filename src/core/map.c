#include "map.h"

#include <stdlib.h>
#include <string.h>

/* Odd constants with well mixed bits (from the digits of the golden ratio and of the square root of 3). */
static const uint64_t k0 = UINT64_C(0x9e3779b97f4a7c15), k1 = UINT64_C(0xbb67ae8584caa73b);

/* The two halves of a 128-bit product folded: each bit of the result depends on every bit of both factors. */
static uint64_t fold(uint64_t a, uint64_t b)
{
    __extension__ unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint32_t finish(uint64_t hash, struct pv_seed seed)
{
    return (uint32_t)(fold(hash ^ k0, seed.a ^ k1) >> 32);
}

uint32_t pv_hash_bits128(struct pv_seed seed, struct pv_bits128 key)
{
    return finish(fold(key.hi ^ seed.a, key.lo ^ seed.b), seed);
}

uint32_t pv_hash_email(struct pv_seed seed, struct pv_str email)
{
    uint64_t hash = seed.a ^ (uint64_t)email.len;
    for (size_t at = 0; at < email.len;) {
        unsigned char block[16] = {0};
        for (size_t i = 0; i < sizeof block && at < email.len; i++, at++) {
            unsigned char c = (unsigned char)email.ptr[at];
            block[i] = c >= 'A' && c <= 'Z' ? (unsigned char)(c | 0x20) : c;
        }
        uint64_t low, high;
        memcpy(&low, block, sizeof low);
        memcpy(&high, block + sizeof low, sizeof high);
        hash = fold(low ^ hash, high ^ seed.b);
    }
    return finish(hash, seed);
}

void pv_map_deinit(struct pv_map *map)
{
    free(map->slots);
    *map = (struct pv_map){NULL, 0, 0};
}

static void place(struct pv_map *map, struct pv_map_slot slot)
{
    uint32_t at = slot.hash & map->mask;
    while (map->slots[at].item != 0)
        at = (at + 1) & map->mask;
    map->slots[at] = slot;
    map->used++;
}

static enum pv_result grow(struct pv_map *map)
{
    uint64_t old_count = map->slots == NULL ? 0 : (uint64_t)map->mask + 1;
    uint64_t count = old_count == 0 ? 8 : old_count * 2;
    struct pv_map larger = {calloc((size_t)count, sizeof(struct pv_map_slot)), (uint32_t)(count - 1), 0};
    if (larger.slots == NULL)
        return PV_FAULT_MEMORY;
    for (uint64_t i = 0; i < old_count; i++) {
        if (map->slots[i].item != 0)
            place(&larger, map->slots[i]);
    }
    free(map->slots);
    *map = larger;
    return PV_OK;
}

enum pv_result pv_map_reserve(struct pv_map *map)
{
    /* Full at seven eighths: linear probing then still finds its slot within a few cache lines. A map without
       slots has a mask of 0, so it is full. */
    bool full = map->used + 1 > map->mask - map->mask / 8;
    return full ? grow(map) : PV_OK;
}

void pv_map_insert(struct pv_map *map, uint32_t hash, uint32_t item)
{
    place(map, (struct pv_map_slot){hash, item + 1});
}
