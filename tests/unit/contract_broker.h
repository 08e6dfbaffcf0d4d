/* The law of the broker (src/ports/broker.h), a test a sentence. An adapter plugs in with what opens it, and
   must pass them all. */
#ifndef PV_CONTRACT_BROKER_H
#define PV_CONTRACT_BROKER_H

#include "adapters.h"
#include "virtual_clock.h"

struct contract_broker {
    const char *name;
    /* Opens an empty broker; `capacity` is of a partition. */
    bool (*open)(uint32_t partitions, size_t capacity, struct virtual_clock *clock, struct pv_broker *broker,
                 struct pv_fault *fault);
    /* The program dies and starts again: a new handle on what is left. */
    bool (*restart)(struct pv_broker *broker, struct pv_fault *fault);
    /* Closes it and throws away what it kept. */
    void (*close)(struct pv_broker *broker);
    /* The dead letters that operators find, the oldest first; how many there are. */
    uint64_t (*dead_letters)(const struct pv_broker *broker, pv_dead_letter_fn *take, void *context);
    /* Lets so much time pass: by the clock, or else by waiting. */
    void (*pass)(struct virtual_clock *clock, int ms);
    /* How long to wait for what must come, and for what must not; at most how long an answer is on its way.
     */
    int wait_ms, quiet_ms, answer_ms;
    bool survives;   /* a restart leaves what is not settled */
    bool is_bounded; /* by the capacity */
};

/* Runs the suite on each adapter. The number of tests that failed. */
int contract_broker(const struct contract_broker *adapters, size_t count);

#endif
