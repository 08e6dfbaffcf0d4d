/* The worker: takes commands from the broker, validates each by applying its event to the Election, and
   appends what the core accepts at the expected version (spec: the flow). One worker a partition at a time,
   one thread a worker.

   What it holds to:
   - nothing reaches the event store that the core has not accepted, or that the caller may not do (a voter
   touches its own ballot only, permission.h); whoever may not is told so and nothing else;
   - exactly one record an accepted event id: a command whose id is recorded already answers as the first time
   if its event is the same (type and data, however written), else PV_ANSWER_ID_REUSED;
   - an answer of PV_ANSWER_RECORDED is sent only after the event is durable; what is recorded is the event in
   its canonical form (pv_print_event);
   - what waits is appended as one group, so that one sync serves many (group commit);
   - what is refused, for whatever reason (answer.h), is in the log of refusals, durably, before the answer is
   sent;
   - a refusal that was logged is kept to: the same command delivered again is not judged again, lest it be
   recorded after all (the caller may send the event again, as a new command);
   - a verdict is by what the store has: a conflict (another writer), also one that shows only in the stream's
   last number because nothing was to be appended, drops the aggregate, and its commands come again (nak);
   what was recorded meanwhile is then recognised;
   - a fault drops the aggregates of the group, and the commands come again, as many as there were one at a
   time, so that one that cannot be handled does not take the others with it. Only after a fault of the log of
   refusals what was recorded stays answered, so that refused commands may be judged again after later ones;
   - a command that comes again after deliveries_max times is not tried any more: once the store has said that
   its id is not recorded, and the log that it was not refused, it is dead-lettered and answered
   PV_ANSWER_GIVEN_UP;
   - the same becomes at once, whatever the limit is, of a command for an election whose stream is damaged: to
   try again does not help, and would stop all other elections. */
#ifndef PV_WORKER_H
#define PV_WORKER_H

#include "aggregates.h"
#include "broker.h"
#include "clock.h"
#include "refusal_log.h"

enum { PV_WORKER_GROUP_MAX = 256 };

struct pv_worker_options {
    struct pv_broker *broker;
    struct pv_event_store *store;
    struct pv_refusal_log *refusals;
    struct pv_clock *clock;
    struct pv_seed seed;
    size_t memory_limit;     /* bytes of aggregates */
    uint32_t deliveries_max; /* 0: without end */
    int nak_delay_ms;
};

/* An answer's number is the record's in its stream; for PV_ANSWER_WRONG_VERSION the election's version (-1
   also if the command came too often); else -1. Its position is the record's where the store has told it:
   that of the last event of each append, those of the others if they follow each other, and that of a record
   which a repeated command was found in; else -1. */

/* What it did, for metrics. All only grow, but for group_us: how long the last group took, from its taking to
   its answers, by the time of day; 0 if that was set back meanwhile. */
struct pv_worker_counts {
    int64_t group_us;
    uint64_t recorded, repeated, not_allowed, reused, wrong_version, naks, dead_letters, groups, conflicts;
    uint64_t refused[PV_CODE_COUNT];
};

struct pv_worker;
struct pv_worker *
pv_worker_new(const struct pv_worker_options *options) PV_MUST_USE; /* NULL: out of memory */
void pv_worker_free(struct pv_worker *worker);

enum pv_worker_step {
    PV_WORKER_IDLE,   /* nothing was waiting */
    PV_WORKER_WORKED, /* a group was handled */
    PV_WORKER_CLOSED, /* the broker has drained */
    PV_WORKER_FAULT,  /* *fault tells; commands were given back, and the next step tries again */
};
/* Handles one group of one partition, waiting up to wait_ms for the first command. */
enum pv_worker_step pv_worker_step(struct pv_worker *worker, uint32_t partition, int wait_ms,
                                   struct pv_fault *fault) PV_MUST_USE;
const struct pv_worker_counts *pv_worker_counts(const struct pv_worker *worker);
size_t pv_worker_memory(const struct pv_worker *worker);

#endif
