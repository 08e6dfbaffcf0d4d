/* A small history of a store, a cache and a log of refusals, played on them step by step, and what must be
   there after each step. Played while calls fail or the power goes, it tells whether anything that was
   acknowledged is lost, or anything half there. */
#ifndef PV_TEST_WORLD_H
#define PV_TEST_WORLD_H

#include "document_cache.h"
#include "event_store.h"
#include "refusal_log.h"

enum world_action {
    WORLD_OPEN, /* `which` 1: only to be read */
    WORLD_CLOSE,
    WORLD_APPEND,       /* `count` events to stream `which`, at the version that is there */
    WORLD_APPEND_GROUP, /* `count` events to each stream, all in one group, with a conflict among them */
    WORLD_COPY,         /* as WORLD_APPEND, as records from elsewhere */
    WORLD_READ,         /* all events and documents */
    WORLD_PUT,          /* election `which`, all pages */
    WORLD_PUT_CHANGES,  /* election `which`, one page of it */
    WORLD_REMOVE,       /* election `which` */
    WORLD_REFUSE,       /* `count` entries for the log of refusals */
    WORLD_CHECKPOINT,   /* of SQLite's log; `count` is its mode */
};
struct world_step {
    enum world_action action;
    unsigned which, count;
};

/* Whoever plays says where. Any port may be missing (ops NULL). */
struct world {
    const struct world_step *steps;
    size_t count;
    bool (*open)(struct world *world, bool to_read, struct pv_fault *fault); /* fills in the ports */
    bool (*checkpoint)(struct world *world, int mode);                       /* true if it was done */
    struct pv_event_store store;
    struct pv_document_cache cache;
    struct pv_refusal_log refusals;
    bool is_open;
    struct pv_fault fault; /* of the last step that was one */
    char wrong[700];       /* what is wrong, if anything is */
};

enum world_outcome {
    WORLD_DONE,
    WORLD_FAULT, /* a fault, told as one */
    WORLD_WRONG, /* an answer that cannot be right */
};

/* Plays one step. Steps that do not write are done when the store is closed, too. */
enum world_outcome world_play(struct world *world, size_t step);
/* The same again after a fault: the answer must be that it is done, whether it was or not. */
enum world_outcome world_play_again(struct world *world, size_t step);
/* Closes what is open. */
void world_close(struct world *world);
/* Whether just what the first `steps` steps wrote is there; the world must be open. */
enum world_outcome world_is_after(struct world *world, size_t steps);
/* Whether it is what the first `done` steps wrote (*more 0), or with it what the next one was writing (*more
   1). False: it is neither, and world->wrong says why. */
bool world_is_at(struct world *world, size_t done, unsigned *more);

#endif
