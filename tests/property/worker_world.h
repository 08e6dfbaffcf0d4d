/* The world of a worker for properties: a list of commands as a broker, a store in memory and a log of
   refusals, which fail and give back as they draw. */
#ifndef PV_WORKER_WORLD_H
#define PV_WORKER_WORLD_H

#include "case.h"
#include "worker.h"

enum { WORLD_COMMANDS_MAX = 500 };

struct world_command {
    struct pv_command command; /* texts in the bag */
    uint32_t deliveries;
    bool settled;
    struct pv_answer expected;      /* what each answer to it must be, unless anything fails */
    bool was_recorded, was_refused; /* as it was answered; both, if it came again */
};

struct world {
    struct gen *g;
    struct bag bag;
    struct world_command commands[WORLD_COMMANDS_MAX];
    size_t count, unsettled;
    int failed; /* an answer was not the expected one: told */
    bool calm;  /* nothing fails any more */
    /* Also what leaves something behind: appends that are recorded all the same, the log, acknowledgements.
       Then commands are judged again after later ones, and may come to something else. Otherwise only what
       leaves nothing behind fails, and all is as if the commands were handled one after the other. */
    bool anything_fails;
    struct pv_event_store_ops store_ops;
    struct pv_event_store store, inside; /* the first is the worker's */
    struct pv_broker broker;
    struct pv_refusal_log log;
    struct pv_clock clock;
    struct pv_refused *refused;
    size_t refused_count, refused_capacity;
};
void world_init(struct world *world, struct gen *g);
void world_deinit(struct world *world);
/* Adds a command; its texts are copied. NULL: there are enough. */
struct world_command *world_add(struct world *world, const struct pv_command *command);
/* Drives workers until all commands are settled. 1 and a failure told if one is not, or not as expected. */
int world_run(struct world *world);

#endif
