#include "floors.h"

#include <pthread.h>
#include <stdlib.h>

struct entry {
    struct entry *next;
    struct pv_election_id election;
    int64_t number;
};
enum { BUCKETS = 256 };
struct pv_floors {
    pthread_mutex_t mutex;
    struct entry *buckets[BUCKETS];
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

/* Where the entry is linked, or would be. */
static struct entry **find(struct pv_floors *floors, struct pv_election_id election)
{
    struct entry **link = &floors->buckets[(election.bits.lo ^ election.bits.hi >> 16) % BUCKETS];
    while (*link != NULL && !pv_bits128_equal((*link)->election.bits, election.bits))
        link = &(*link)->next;
    return link;
}

void pv_floors_raise(struct pv_floors *floors, struct pv_election_id election, int64_t number)
{
    (void)pthread_mutex_lock(&floors->mutex);
    struct entry **link = find(floors, election), *entry = *link;
    if (entry == NULL) {
        entry = malloc(sizeof *entry);
        if (entry != NULL) {
            *entry = (struct entry){NULL, election, number};
            *link = entry;
        }
    } else if (entry->number < number) {
        entry->number = number;
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

void pv_floors_reached(struct pv_floors *floors, struct pv_election_id election, int64_t number)
{
    (void)pthread_mutex_lock(&floors->mutex);
    struct entry **link = find(floors, election), *entry = *link;
    if (entry != NULL && entry->number <= number) {
        *link = entry->next;
        free(entry);
    }
    (void)pthread_mutex_unlock(&floors->mutex);
}
