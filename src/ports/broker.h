/* The broker between the API and the workers: commands in, answers back.

   The law, which the contract suite (tests/unit/contract_broker.c) holds every adapter to:
   - a command is published to a partition, which its election's id decides (pv_broker_partition); the
   commands of one election that were published one after the other are delivered in that order;
   - a command that was taken is delivered until it is acknowledged or dead-lettered: again after a nak, and
     again when whoever took it went away without either;
   - after a nak no later command of the same partition is delivered before the one that was given back;
   - a queue that is full, or a server that cannot be reached, is PV_BROKER_BUSY, and the command was not
     taken; after a fault the publisher does not know, and the same command again is harmless, because whoever
     handles it knows commands by their ids;
   - answers are best effort: at most once, and lost if nobody waits. The truth is in the event store;
   - one taker a partition at a time. Publishing and taking may be done by different threads at once.

   A queue in the process forgets on a crash what was not handled: its commands are then neither recorded nor
   acknowledged. */
#ifndef PV_BROKER_H
#define PV_BROKER_H

#include "command.h"
#include "fault.h"

enum pv_broker_result {
    PV_BROKER_OK = 0,
    PV_BROKER_BUSY = 1, /* try again later; nothing was taken */
    PV_BROKER_CLOSED = 2,
    PV_BROKER_FAULT = -1,
};

struct pv_delivery {
    struct pv_command
        command;         /* borrowed until the delivery is settled: acknowledged, given back, dead-lettered */
    uint32_t deliveries; /* 1: the first time */
    void *token;         /* the adapter's own */
};

struct pv_broker_health {
    bool connected;
    uint64_t waiting;   /* published, not yet taken */
    uint64_t unsettled; /* taken, not yet settled */
    uint64_t capacity;  /* of waiting and unsettled together; 0: no bound is known */
};

/* Called for each answer, from whichever thread replies; must not block, nor call the broker. */
typedef void pv_answer_fn(void *context, uint64_t reply_to, struct pv_event_id id,
                          const struct pv_answer *answer);

struct pv_broker_ops {
    uint32_t (*partitions)(void *self);
    /* Who gets the answers of the commands that this handle publishes. Set once, before the first publish. */
    void (*on_answer)(void *self, pv_answer_fn *take, void *context);
    /* The command is copied. */
    enum pv_broker_result (*publish)(void *self, const struct pv_command *command, struct pv_fault *fault);
    /* Up to `max` commands of a partition, in order; waits up to wait_ms for the first, and with 0 not at
       all. No command is *count 0 for now, and PV_BROKER_CLOSED for good. */
    enum pv_broker_result (*take)(void *self, uint32_t partition, struct pv_delivery *deliveries, size_t max,
                                  int wait_ms, size_t *count, struct pv_fault *fault);
    /* Sends the answer to whoever published. Before ack. */
    void (*reply)(void *self, const struct pv_delivery *delivery, const struct pv_answer *answer);
    enum pv_broker_result (*ack)(void *self, struct pv_delivery *delivery, struct pv_fault *fault);
    /* Gives back this command and all that were taken after it in its partition and are not settled; they
       come again in order, not before delay_ms. */
    void (*nak)(void *self, struct pv_delivery *delivery, int delay_ms);
    /* Sets the command aside, where operators find it, with a reason in words. */
    enum pv_broker_result (*dead_letter)(void *self, struct pv_delivery *delivery, struct pv_str reason,
                                         struct pv_fault *fault);
    void (*health)(void *self, struct pv_broker_health *health);
    /* No more publishing (PV_BROKER_CLOSED); takers get what is there, then PV_BROKER_CLOSED. */
    void (*drain)(void *self);
    void (*close)(void *self);
};
struct pv_broker {
    const struct pv_broker_ops *ops;
    void *self;
};

/* The partition of an election, the same in every adapter and program: FNV-1a (32 bits) over the ULID's 26
   characters, modulo the number of partitions. */
uint32_t pv_broker_partition(struct pv_election_id election, uint32_t partitions);

#endif
