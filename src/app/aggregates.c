#include "aggregates.h"

#include "aggregate_load.h"

#include <stdlib.h>

/* An aggregate in its place: in the chain of its bucket, and in the list by last use. */
struct place {
    struct pv_aggregate aggregate; /* first, so that whoever has it has its place */
    size_t bytes;                  /* when it was measured last */
    struct place *chain, *newer, *older;
};

struct pv_aggregates {
    struct pv_event_store *store;
    struct pv_seed seed;
    size_t limit, bytes, count;
    void (*free_note)(void *note);
    struct place **buckets;
    size_t mask;                   /* buckets - 1; a power of two */
    struct place *newest, *oldest; /* by use */
    struct place *lent;            /* the one that its user may be changing, or NULL */
    unsigned lendings;             /* of it, one after the other */
};

enum { BUCKETS_AT_FIRST = 64 };

struct pv_aggregates *pv_aggregates_new(struct pv_event_store *store, struct pv_seed seed, size_t limit,
                                        void (*free_note)(void *note))
{
    struct pv_aggregates *made = calloc(1, sizeof *made);
    if (made == NULL)
        return NULL;
    made->buckets = calloc(BUCKETS_AT_FIRST, sizeof(struct place *));
    if (made->buckets == NULL) {
        free(made);
        return NULL;
    }
    made->mask = BUCKETS_AT_FIRST - 1;
    made->store = store;
    made->seed = seed;
    made->limit = limit;
    made->free_note = free_note;
    return made;
}

/* Buckets */

static struct place **bucket_of(const struct pv_aggregates *aggregates, struct pv_election_id id)
{
    return &aggregates->buckets[pv_hash_bits128(aggregates->seed, id.bits) & aggregates->mask];
}

/* Where the pointer to the place stands, or would stand. */
static struct place **find(const struct pv_aggregates *aggregates, struct pv_election_id id)
{
    struct place **at = bucket_of(aggregates, id);
    while (*at != NULL && !pv_bits128_equal((*at)->aggregate.id.bits, id.bits))
        at = &(*at)->chain;
    return at;
}

/* Twice the buckets. Without memory for them the chains get longer, and that is all. */
static void spread(struct pv_aggregates *aggregates)
{
    size_t old_count = aggregates->mask + 1;
    struct place **old = aggregates->buckets;
    struct place **buckets = calloc(old_count * 2, sizeof(struct place *));
    if (buckets == NULL)
        return;
    aggregates->buckets = buckets;
    aggregates->mask = old_count * 2 - 1;
    for (size_t i = 0; i < old_count; i++) {
        for (struct place *place = old[i], *next; place != NULL; place = next) {
            struct place **bucket = bucket_of(aggregates, place->aggregate.id);
            next = place->chain;
            place->chain = *bucket;
            *bucket = place;
        }
    }
    free(old);
}

/* The list by use */

static void unlink_place(struct pv_aggregates *aggregates, struct place *place)
{
    *(place->newer != NULL ? &place->newer->older : &aggregates->newest) = place->older;
    *(place->older != NULL ? &place->older->newer : &aggregates->oldest) = place->newer;
}

static void link_newest(struct pv_aggregates *aggregates, struct place *place)
{
    place->newer = NULL;
    place->older = aggregates->newest;
    *(aggregates->newest != NULL ? &aggregates->newest->newer : &aggregates->oldest) = place;
    aggregates->newest = place;
}

/* Sizes */

static size_t measure(const struct place *place)
{
    return sizeof *place + pv_election_size(&place->aggregate.election) +
           pv_id_hashes_size(&place->aggregate.ids);
}

/* What was lent has been changed since it was measured, perhaps. */
static void take_back(struct pv_aggregates *aggregates)
{
    struct place *lent = aggregates->lent;
    aggregates->lent = NULL;
    if (lent == NULL)
        return;
    aggregates->bytes -= lent->bytes;
    lent->bytes = measure(lent);
    aggregates->bytes += lent->bytes;
}

static struct pv_aggregate *lend(struct pv_aggregates *aggregates, struct place *place)
{
    aggregates->lent = place;
    aggregates->lendings = 1;
    return &place->aggregate;
}

static void forget(struct pv_aggregates *aggregates, struct place *place)
{
    struct place **at = bucket_of(aggregates, place->aggregate.id);
    while (*at != place)
        at = &(*at)->chain;
    *at = place->chain;
    unlink_place(aggregates, place);
    aggregates->bytes -= place->bytes;
    aggregates->count--;
    if (aggregates->lent == place)
        aggregates->lent = NULL;
    if (place->aggregate.note != NULL)
        aggregates->free_note(place->aggregate.note);
    pv_election_deinit(&place->aggregate.election);
    pv_id_hashes_deinit(&place->aggregate.ids);
    free(place);
}

/* The newest stays in any case. */
static void evict(struct pv_aggregates *aggregates)
{
    while (aggregates->bytes > aggregates->limit && aggregates->oldest != aggregates->newest)
        forget(aggregates, aggregates->oldest);
}

void pv_aggregates_free(struct pv_aggregates *aggregates)
{
    if (aggregates == NULL)
        return;
    while (aggregates->newest != NULL)
        forget(aggregates, aggregates->newest);
    free(aggregates->buckets);
    free(aggregates);
}

/* Asking */

struct pv_aggregate *pv_aggregates_peek(struct pv_aggregates *aggregates, struct pv_election_id id)
{
    struct place *place = aggregates->lent;
    if (place != NULL && pv_bits128_equal(place->aggregate.id.bits, id.bits) &&
        aggregates->lendings < PV_AGGREGATE_LENDINGS) {
        aggregates->lendings++;
        return &place->aggregate;
    }
    take_back(aggregates);
    place = *find(aggregates, id);
    if (place == NULL)
        return NULL;
    unlink_place(aggregates, place);
    link_newest(aggregates, place);
    return lend(aggregates, place);
}

/* Puts the aggregate of a new place into the list. */
static struct pv_aggregate *settle(struct pv_aggregates *aggregates, struct place *place)
{
    if (aggregates->count > aggregates->mask)
        spread(aggregates);
    struct place **bucket = bucket_of(aggregates, place->aggregate.id);
    place->chain = *bucket;
    *bucket = place;
    link_newest(aggregates, place);
    aggregates->count++;
    place->bytes = measure(place);
    aggregates->bytes += place->bytes;
    evict(aggregates);
    return lend(aggregates, place);
}

struct pv_aggregate *pv_aggregates_get(struct pv_aggregates *aggregates, struct pv_election_id id,
                                       struct pv_fault *fault)
{
    struct pv_aggregate *there = pv_aggregates_peek(aggregates, id);
    if (there != NULL) {
        evict(aggregates);
        return there;
    }
    struct place *place = calloc(1, sizeof *place);
    if (place == NULL) {
        pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "out of memory for an election");
        return NULL;
    }
    place->aggregate.id = id;
    if (!pv_aggregate_load(aggregates->store, aggregates->seed, &place->aggregate, fault)) {
        free(place);
        return NULL;
    }
    return settle(aggregates, place);
}

struct pv_aggregate *pv_aggregates_add(struct pv_aggregates *aggregates, struct pv_election_id id)
{
    take_back(aggregates);
    struct place *place = *find(aggregates, id) == NULL ? calloc(1, sizeof *place) : NULL;
    if (place == NULL)
        return NULL;
    place->aggregate.id = id;
    place->aggregate.last_number = -1;
    pv_election_init(&place->aggregate.election, aggregates->seed);
    return settle(aggregates, place);
}

void pv_aggregates_drop(struct pv_aggregates *aggregates, struct pv_election_id id)
{
    take_back(aggregates);
    struct place *place = *find(aggregates, id);
    if (place != NULL)
        forget(aggregates, place);
}

enum pv_result pv_aggregates_note_id(const struct pv_aggregates *aggregates, struct pv_aggregate *aggregate,
                                     struct pv_event_id id)
{
    return pv_id_hashes_add(&aggregate->ids, aggregates->seed, id);
}

bool pv_aggregates_may_have_id(const struct pv_aggregates *aggregates, const struct pv_aggregate *aggregate,
                               struct pv_event_id id)
{
    return pv_id_hashes_may_have(&aggregate->ids, aggregates->seed, id);
}

size_t pv_aggregates_bytes(const struct pv_aggregates *aggregates)
{
    const struct place *lent = aggregates->lent;
    return lent == NULL ? aggregates->bytes : aggregates->bytes - lent->bytes + measure(lent);
}

size_t pv_aggregates_count(const struct pv_aggregates *aggregates)
{
    return aggregates->count;
}
