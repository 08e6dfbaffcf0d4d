#include "embedded_queue.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { NS_A_MS = 1000000, MS_A_SECOND = 1000 };

static char *move_text(struct pv_str *text, char *to)
{
    if (text->ptr == NULL)
        return to;
    memcpy(to, text->ptr, text->len);
    text->ptr = to;
    return to + text->len;
}

struct pv_held *pv_held_new(const struct pv_command *command)
{
    size_t bytes = command->type.len + command->data.len + command->metadata.len +
                   command->caller.subject.len + command->caller.email.len;
    struct pv_held *held = malloc(sizeof *held + bytes);
    if (held == NULL)
        return NULL;
    *held = (struct pv_held){.command = *command};
    struct pv_command *own = &held->command;
    struct pv_str *texts[] = {&own->type, &own->data, &own->metadata, &own->caller.subject,
                              &own->caller.email};
    char *to = held->bytes;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        to = move_text(texts[i], to);
    return held;
}

/* A condition whose waits are not moved by whoever sets the time of day. */
static bool init_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0)
        return false;
    bool ok = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
              pthread_cond_init(condition, &attributes) == 0;
    (void)pthread_condattr_destroy(&attributes);
    return ok;
}

bool pv_queue_init(struct pv_queue *queue, size_t capacity, struct pv_clock *clock)
{
    *queue = (struct pv_queue){.capacity = capacity, .clock = clock, .not_before = INT64_MIN};
    if (pthread_mutex_init(&queue->lock, NULL) != 0)
        return false;
    if (init_condition(&queue->more))
        return true;
    (void)pthread_mutex_destroy(&queue->lock);
    return false;
}

void pv_queue_deinit(struct pv_queue *queue)
{
    while (queue->first != NULL) {
        struct pv_held *held = queue->first;
        queue->first = held->after;
        free(held);
    }
    (void)pthread_cond_destroy(&queue->more);
    (void)pthread_mutex_destroy(&queue->lock);
}

static void enter(struct pv_queue *queue)
{
    (void)pthread_mutex_lock(&queue->lock);
}

/* Wakes the taker if it sleeps and `has_news` for it. One that is awake costs no call of the system: under
   load it is busy with what it took, and finds the rest when it comes again. */
static void leave(struct pv_queue *queue, bool has_news)
{
    bool wake = has_news && queue->is_awaited;
    queue->is_awaited = queue->is_awaited && !wake;
    (void)pthread_mutex_unlock(&queue->lock);
    if (wake)
        (void)pthread_cond_signal(&queue->more);
}

static void append(struct pv_queue *queue, struct pv_held *held)
{
    held->queue = queue;
    held->before = queue->last;
    if (queue->last != NULL)
        queue->last->after = held;
    else
        queue->first = held;
    queue->last = held;
    if (queue->next == NULL)
        queue->next = held;
    queue->waiting++;
}

static enum pv_broker_result room_in(const struct pv_queue *queue)
{
    if (queue->is_closed)
        return PV_BROKER_CLOSED;
    return queue->waiting + queue->unsettled < queue->capacity ? PV_BROKER_OK : PV_BROKER_BUSY;
}

enum pv_broker_result pv_queue_put(struct pv_queue *queue, struct pv_held *held)
{
    enter(queue);
    enum pv_broker_result result = room_in(queue);
    if (result == PV_BROKER_OK)
        append(queue, held);
    leave(queue, result == PV_BROKER_OK);
    return result;
}

/* The system's own clock, because it is the system that waits. */
static int64_t system_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * MS_A_SECOND + now.tv_nsec / NS_A_MS;
}

/* Milliseconds until the next command may be given; INT64_MAX: there is none. */
static int64_t due_in(const struct pv_queue *queue)
{
    if (queue->next == NULL)
        return INT64_MAX;
    int64_t now = pv_clock_ms(queue->clock);
    return now >= queue->not_before ? 0 : queue->not_before - now;
}

static bool has_ended(const struct pv_queue *queue)
{
    return queue->is_closed && queue->first == NULL;
}

static void sleep_until(struct pv_queue *queue, int64_t ms)
{
    struct timespec moment = {.tv_sec = (time_t)(ms / MS_A_SECOND),
                              .tv_nsec = (long)(ms % MS_A_SECOND) * NS_A_MS};
    queue->is_awaited = true;
    (void)pthread_cond_timedwait(&queue->more, &queue->lock, &moment);
    queue->is_awaited = false;
}

/* Whether something may be given now, or within wait_ms. */
static bool wait_for_next(struct pv_queue *queue, int wait_ms)
{
    int64_t due = due_in(queue);
    if (due == 0 || wait_ms <= 0)
        return due == 0;
    int64_t now = system_ms(), end = now + wait_ms;
    while (due != 0 && now < end && !has_ended(queue)) {
        sleep_until(queue, due < end - now ? now + due : end);
        due = due_in(queue);
        now = system_ms();
    }
    return due == 0;
}

static size_t give(struct pv_queue *queue, struct pv_delivery *deliveries, size_t max)
{
    size_t count = 0;
    struct pv_held *held = queue->next;
    for (; held != NULL && count < max; held = held->after) {
        held->deliveries++;
        deliveries[count++] = (struct pv_delivery){held->command, held->deliveries, held};
    }
    queue->next = held;
    queue->waiting -= count;
    queue->unsettled += count;
    return count;
}

enum pv_broker_result pv_queue_take(struct pv_queue *queue, struct pv_delivery *deliveries, size_t max,
                                    int wait_ms, size_t *count)
{
    enum pv_broker_result result = PV_BROKER_OK;
    enter(queue);
    if (wait_for_next(queue, wait_ms))
        *count = give(queue, deliveries, max);
    else if (has_ended(queue))
        result = PV_BROKER_CLOSED;
    else
        *count = 0;
    leave(queue, false);
    return result;
}

void pv_queue_settle(struct pv_held *held)
{
    struct pv_queue *queue = held->queue;
    enter(queue);
    if (held->before != NULL)
        held->before->after = held->after;
    else
        queue->first = held->after;
    if (held->after != NULL)
        held->after->before = held->before;
    else
        queue->last = held->before;
    queue->unsettled--;
    leave(queue, has_ended(queue));
}

/* What was taken after the command and is not settled stands between it and `next`, in order: what is settled
   has left the list. */
void pv_queue_give_back(struct pv_held *held, int delay_ms)
{
    struct pv_queue *queue = held->queue;
    enter(queue);
    for (const struct pv_held *back = held; back != queue->next; back = back->after) {
        queue->waiting++;
        queue->unsettled--;
    }
    queue->next = held;
    int64_t moment = pv_clock_ms(queue->clock) + delay_ms;
    if (queue->not_before < moment)
        queue->not_before = moment;
    leave(queue, true);
}

void pv_queue_close(struct pv_queue *queue)
{
    enter(queue);
    queue->is_closed = true;
    leave(queue, true);
}

void pv_queue_count(struct pv_queue *queue, struct pv_broker_health *health)
{
    enter(queue);
    health->waiting += queue->waiting;
    health->unsettled += queue->unsettled;
    health->capacity += queue->capacity;
    leave(queue, false);
}
