/* Commands for two elections, drawn from their histories, and the plainest thing that could do a worker's
   work on them: one after the other, judged and put on a list. */
#ifndef PV_WORKER_COMMANDS_H
#define PV_WORKER_COMMANDS_H

#include "worker_world.h"

enum { FOLD_ELECTIONS = 2 };

/* What the plain one knows of an election. */
struct plain {
    struct pv_election_id id;
    struct pv_election election;
    struct {
        struct pv_event_id id;
        enum pv_event_type type;
        struct buf data; /* canonical */
    } records[WORLD_COMMANDS_MAX];
    int64_t count;
};

struct fold {
    struct gen *g;
    struct a_case cases[FOLD_ELECTIONS];
    struct plain plain[FOLD_ELECTIONS];
    struct world world;
};

void fold_init(struct fold *fold, struct gen *g);
void fold_deinit(struct fold *fold);
/* Fills the world with commands: of the voters and administrators that they need, now and then of others
   before or at a wrong version before; some of them again, or their id on another event. Each with what it
   comes to when they are handled one after the other. */
void fold_publish(struct fold *fold);

#endif
