#include "election_ids.h"

#include <stdlib.h>

bool pv_election_ids_add(struct pv_election_ids *list, struct pv_election_id id)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity * 2 + 16;
        struct pv_election_id *ids = realloc(list->ids, capacity * sizeof *ids);
        if (ids == NULL)
            return false;
        list->ids = ids;
        list->capacity = capacity;
    }
    list->ids[list->count++] = id;
    return true;
}

int pv_election_id_compare(struct pv_election_id a, struct pv_election_id b)
{
    if (a.bits.hi != b.bits.hi)
        return a.bits.hi < b.bits.hi ? -1 : 1;
    return a.bits.lo == b.bits.lo ? 0 : a.bits.lo < b.bits.lo ? -1 : 1;
}

static int compare(const void *a, const void *b)
{
    return pv_election_id_compare(*(const struct pv_election_id *)a, *(const struct pv_election_id *)b);
}

void pv_election_ids_show(struct pv_election_ids *list,
                          bool (*visit)(void *context, struct pv_election_id id), void *context)
{
    if (list->count != 0)
        qsort(list->ids, list->count, sizeof *list->ids, compare);
    for (size_t i = 0; i < list->count && visit(context, list->ids[i]); i++)
        ;
    pv_election_ids_deinit(list);
}

void pv_election_ids_deinit(struct pv_election_ids *list)
{
    free(list->ids);
    *list = (struct pv_election_ids){0};
}
