#include "known_elections.h"

#include <stdlib.h>

void pv_known_elections_deinit(struct pv_known_elections *known)
{
    free(known->list);
    free(known->waiting);
    pv_map_deinit(&known->map);
    *known = (struct pv_known_elections){.seed = known->seed};
}

static struct pv_known_election *find(const struct pv_known_elections *known, struct pv_election_id id)
{
    uint32_t hash = pv_hash_bits128(known->seed, id.bits), item;
    for (uint32_t at = pv_map_first(&known->map, hash); pv_map_next(&known->map, hash, &at, &item);) {
        if (pv_bits128_equal(known->list[item].id.bits, id.bits))
            return &known->list[item];
    }
    return NULL;
}

/* Room for one more, also among those that wait, so that waiting needs no memory. */
static bool reserve(struct pv_known_elections *known)
{
    if (pv_map_reserve(&known->map) != PV_OK)
        return false;
    if (known->count < known->capacity)
        return true;
    uint32_t capacity = known->capacity * 2 + 16;
    struct pv_known_election *list = realloc(known->list, capacity * sizeof *list);
    if (list == NULL)
        return false;
    known->list = list;
    uint32_t *waiting = realloc(known->waiting, capacity * sizeof *waiting);
    if (waiting == NULL)
        return false;
    known->waiting = waiting;
    known->capacity = capacity;
    return true;
}

struct pv_known_election *pv_known_election(struct pv_known_elections *known, struct pv_election_id id)
{
    struct pv_known_election *there = find(known, id);
    if (there != NULL || !reserve(known))
        return there;
    pv_map_insert(&known->map, pv_hash_bits128(known->seed, id.bits), known->count);
    there = &known->list[known->count++];
    *there = (struct pv_known_election){.id = id, .number = -1};
    return there;
}

void pv_known_election_waits(struct pv_known_elections *known, struct pv_known_election *election)
{
    if (election->waiting)
        return;
    election->waiting = true;
    known->waiting[known->waiting_count++] = (uint32_t)(election - known->list);
}
