#include "waiting.h"

#include <pthread.h>
#include <stdlib.h>

/* A slot's generation makes the words of those that used it before unknown. */
struct slot {
    struct pv_wait wait;
    uint32_t generation;
    uint32_t next_free; /* index + 1; 0: none */
    bool used;
};
enum { CALLERS = 4096 };
struct pv_waiting {
    pthread_mutex_t mutex;
    struct slot *slots;
    size_t max, count;
    uint32_t free; /* index + 1 */
    unsigned per_caller, callers[CALLERS];
};

struct pv_waiting *pv_waiting_new(size_t max, unsigned per_caller)
{
    struct pv_waiting *waiting = calloc(1, sizeof *waiting);
    struct slot *slots = calloc(max, sizeof *slots);
    if (waiting == NULL || slots == NULL) {
        free(waiting);
        free(slots);
        return NULL;
    }
    for (size_t i = 0; i < max; i++)
        slots[i].next_free = (uint32_t)(i + 1 < max ? i + 2 : 0);
    waiting->slots = slots;
    waiting->max = max;
    waiting->per_caller = per_caller;
    waiting->free = 1;
    (void)pthread_mutex_init(&waiting->mutex, NULL);
    return waiting;
}

void pv_waiting_free(struct pv_waiting *waiting)
{
    if (waiting == NULL)
        return;
    (void)pthread_mutex_destroy(&waiting->mutex);
    free(waiting->slots);
    free(waiting);
}

static unsigned *caller_count(struct pv_waiting *waiting, const struct pv_wait *wait)
{
    return &waiting->callers[wait->caller % CALLERS];
}

static uint64_t occupy(struct pv_waiting *waiting, const struct pv_wait *wait)
{
    uint32_t place = waiting->free;
    struct slot *slot = &waiting->slots[place - 1];
    waiting->free = slot->next_free;
    waiting->count++;
    ++*caller_count(waiting, wait);
    slot->used = true;
    slot->wait = *wait;
    return (uint64_t)++slot->generation << 32 | place;
}

enum pv_waiting_result pv_waiting_add(struct pv_waiting *waiting, const struct pv_wait *wait, uint64_t *word)
{
    enum pv_waiting_result result = PV_WAITING_OK;
    (void)pthread_mutex_lock(&waiting->mutex);
    if (waiting->free == 0)
        result = PV_WAITING_FULL;
    else if (*caller_count(waiting, wait) >= waiting->per_caller)
        result = PV_WAITING_CALLER_FULL;
    else
        *word = occupy(waiting, wait);
    (void)pthread_mutex_unlock(&waiting->mutex);
    return result;
}

static void release(struct pv_waiting *waiting, struct slot *slot, struct pv_wait *wait)
{
    *wait = slot->wait;
    slot->used = false;
    slot->next_free = waiting->free;
    waiting->free = (uint32_t)(slot - waiting->slots) + 1;
    waiting->count--;
    --*caller_count(waiting, wait);
}

bool pv_waiting_take(struct pv_waiting *waiting, uint64_t word, struct pv_wait *wait)
{
    uint32_t place = (uint32_t)word;
    bool found = false;
    if (place == 0 || place > waiting->max)
        return false;
    (void)pthread_mutex_lock(&waiting->mutex);
    struct slot *slot = &waiting->slots[place - 1];
    found = slot->used && slot->generation == word >> 32;
    if (found)
        release(waiting, slot, wait);
    (void)pthread_mutex_unlock(&waiting->mutex);
    return found;
}

bool pv_waiting_expired(struct pv_waiting *waiting, int64_t now_ms, struct pv_wait *wait)
{
    bool found = false;
    (void)pthread_mutex_lock(&waiting->mutex);
    for (size_t i = 0, seen = 0; !found && i < waiting->max && seen < waiting->count; i++) {
        struct slot *slot = &waiting->slots[i];
        seen += slot->used;
        found = slot->used && slot->wait.deadline_ms <= now_ms;
        if (found)
            release(waiting, slot, wait);
    }
    (void)pthread_mutex_unlock(&waiting->mutex);
    return found;
}

size_t pv_waiting_count(struct pv_waiting *waiting)
{
    (void)pthread_mutex_lock(&waiting->mutex);
    size_t count = waiting->count;
    (void)pthread_mutex_unlock(&waiting->mutex);
    return count;
}
