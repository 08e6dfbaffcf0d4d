#include "map.h"

#include <stdlib.h>
#include <string.h>

/* Eight bytes with their capitals made small. Of each byte the lower seven bits are added to what makes the
   highest bit say "from A on" and "beyond Z"; only ASCII has capitals. */
static uint64_t small_letters(uint64_t bytes)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones * 0x80;
    uint64_t low = bytes & ~highs;
    uint64_t from_a = low + ones * (0x80 - 'A'), beyond_z = low + ones * (0x7f - 'Z');
    uint64_t capital = (from_a & ~beyond_z & ~bytes) & highs;
    return bytes | capital >> 2; /* 0x20 */
}

uint32_t pv_hash_email(struct pv_seed seed, struct pv_str email)
{
    uint64_t hash = seed.a ^ (uint64_t)email.len;
    for (size_t at = 0; at < email.len;) {
        uint64_t block[2] = {0, 0};
        size_t len = email.len - at < sizeof block ? email.len - at : sizeof block;
        memcpy(block, email.ptr + at, len);
        at += len;
        hash = pv_hash_fold(small_letters(block[0]) ^ hash, small_letters(block[1]) ^ seed.b);
    }
    return pv_hash_finish(hash, seed);
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
