/* One partition of the embedded broker: commands in the order in which they were published. The first of the
   list may be taken and not settled; `next` is the first that is not. Any thread may call anything, but only
   one at a time may take. */
#ifndef PV_EMBEDDED_QUEUE_H
#define PV_EMBEDDED_QUEUE_H

#include "broker.h"
#include "clock.h"

#include <pthread.h>

struct pv_queue;

/* A command with its texts behind it, in one block. */
struct pv_held {
    struct pv_held *before, *after;
    struct pv_queue *queue; /* where it is, or was */
    struct pv_command command;
    uint32_t deliveries;
    char bytes[];
};
/* A copy; NULL: out of memory. Freed by free(). */
struct pv_held *pv_held_new(const struct pv_command *command) PV_MUST_USE;

struct pv_queue {
    pthread_mutex_t lock;
    pthread_cond_t more;
    struct pv_clock *clock; /* by which `not_before` is measured */
    struct pv_held *first, *last, *next;
    size_t waiting, unsettled, capacity; /* capacity: of both together */
    int64_t not_before;                  /* nothing is given before this moment */
    bool is_awaited;                     /* the taker sleeps, and nobody has woken it yet */
    bool is_closed;
};

bool pv_queue_init(struct pv_queue *queue, size_t capacity, struct pv_clock *clock) PV_MUST_USE;
/* Frees what is still there. */
void pv_queue_deinit(struct pv_queue *queue);

/* Takes the command over for PV_BROKER_OK only. */
enum pv_broker_result pv_queue_put(struct pv_queue *queue, struct pv_held *held) PV_MUST_USE;
/* As pv_broker_ops.take; the deliveries' tokens are the struct pv_held. */
enum pv_broker_result pv_queue_take(struct pv_queue *queue, struct pv_delivery *deliveries, size_t max,
                                    int wait_ms, size_t *count) PV_MUST_USE;
/* Takes what was taken out of its queue for good: it is the caller's. */
void pv_queue_settle(struct pv_held *held);
/* As pv_broker_ops.nak. */
void pv_queue_give_back(struct pv_held *held, int delay_ms);
/* As pv_broker_ops.drain. */
void pv_queue_close(struct pv_queue *queue);
/* Adds what is there to what `health` has counted. */
void pv_queue_count(struct pv_queue *queue, struct pv_broker_health *health);

#endif
