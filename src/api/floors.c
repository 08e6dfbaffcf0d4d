#include "floors.h"

#include <pthread.h>
#include <stdlib.h>

struct entry {
    struct entry *next;
    struct pv_election_id election;
    int64_t number;
    int64_t listed; /* the last number that the list shows; -1: none */
};
enum { BUCKETS = 256 };
struct pv_floors {
    pthread_mutex_t mutex;
    struct entry *buckets[BUCKETS];
    size_t listed; /* entries that have such a number */
    /* What was reached last in each bucket: the projector may be faster than the worker's answer, and nobody
       must wait for what is there. */
    struct {
        struct pv_election_id election;
        int64_t number;
    } reached[BUCKETS];
};

struct pv_floors *pv_floors_new(void)
{
    struct pv_floors *floors = calloc(1, sizeof *floors);
    if (floors != NULL)
        (void)pthread_mutex_init(&floors->mutex, NULL);
    return floors;
}

void pv_floors_free(struct pv_floors *floors)
{
    if (floors == NULL)
        return;
    for (size_t i = 0; i < BUCKETS; i++) {
        while (floors->buckets[i] != NULL) {
            struct entry *entry = floors->buckets[i];
            floors->buckets[i] = entry->next;
            free(entry);
        }
    }
    (void)pthread_mutex_destroy(&floors->mutex);
    free(floors);
}

static size_t bucket_of(struct pv_election_id election)
{
    return (election.bits.lo ^ election.bits.hi >> 16) % BUCKETS;
}

/* Where the entry is linked, or would be. */
static struct entry **find(struct pv_floors *floors, struct pv_election_id election)
{
    struct entry **link = &floors->buckets[bucket_of(election)];
    while (*link != NULL && !pv_bits128_equal((*link)->election.bits, election.bits))
        link = &(*link)->next;
    return link;
}

static bool was_reached(const struct pv_floors *floors, struct pv_election_id election, int64_t number)
{
    size_t bucket = bucket_of(election);
    return pv_bits128_equal(floors->reached[bucket].election.bits, election.bits) &&
           floors->reached[bucket].number >= number;
}

static void set_listed(struct pv_floors *floors, struct entry *entry, int64_t number)
{
    floors->listed -= entry->listed >= 0;
    entry->listed = number;
    floors->listed += entry->listed >= 0;
}

/* The entry, which may be new; NULL: out of memory. */
static struct entry *entry_of(struct pv_floors *floors, struct pv_election_id election)
{
    struct entry **link = find(floors, election);
    if (*link == NULL) {
        *link = malloc(sizeof **link);
        if (*link != NULL)
            **link = (struct entry){NULL, election, -1, -1};
    }
    return *link;
}

void pv_floors_raise(struct pv_floors *floors, struct pv_election_id election, int64_t number, bool listed)
{
    (void)pthread_mutex_lock(&floors->mutex);
    struct entry *entry = was_reached(floors, election, number) ? NULL : entry_of(floors, election);
    if (entry != NULL) {
        entry->number = entry->number < number ? number : entry->number;
        if (listed && entry->listed < number)
            set_listed(floors, entry, number);
    }
    (void)pthread_mutex_unlock(&floors->mutex);
}

int64_t pv_floors_get(struct pv_floors *floors, struct pv_election_id election)
{
    (void)pthread_mutex_lock(&floors->mutex);
    const struct entry *entry = *find(floors, election);
    int64_t number = entry == NULL ? -1 : entry->number;
    (void)pthread_mutex_unlock(&floors->mutex);
    return number;
}

/* A reader that was slow tells of less than the projector did. */
static void note_reached(struct pv_floors *floors, struct pv_election_id election, int64_t number)
{
    if (was_reached(floors, election, number))
        return;
    floors->reached[bucket_of(election)].election = election;
    floors->reached[bucket_of(election)].number = number;
}

void pv_floors_reached(struct pv_floors *floors, struct pv_election_id election, int64_t number)
{
    (void)pthread_mutex_lock(&floors->mutex);
    struct entry **link = find(floors, election), *entry = *link;
    note_reached(floors, election, number);
    if (entry != NULL && entry->listed <= number)
        set_listed(floors, entry, -1);
    if (entry != NULL && entry->number <= number) {
        *link = entry->next;
        free(entry);
    }
    (void)pthread_mutex_unlock(&floors->mutex);
}

bool pv_floors_list_is_behind(struct pv_floors *floors)
{
    (void)pthread_mutex_lock(&floors->mutex);
    bool behind = floors->listed > 0;
    (void)pthread_mutex_unlock(&floors->mutex);
    return behind;
}

void pv_floors_list_forget(struct pv_floors *floors)
{
    (void)pthread_mutex_lock(&floors->mutex);
    for (size_t i = 0; i < BUCKETS; i++) {
        for (struct entry *entry = floors->buckets[i]; entry != NULL; entry = entry->next)
            set_listed(floors, entry, -1);
    }
    (void)pthread_mutex_unlock(&floors->mutex);
}
