/* The world of a worker for its tests: a broker, a store and a log of refusals that note what they are asked
   and fail when told to, a clock that stands still, and commands made of the lines of app_kit.h. */
#ifndef PV_WORKER_KIT_H
#define PV_WORKER_KIT_H

#include "app_kit.h"
#include "virtual_clock.h"
#include "worker.h"

enum { WORKER_ANSWERS_MAX = 700, WORKER_REFUSALS_MAX = 64, WORKER_TEXT_MAX = 8192 };

/* How a call fails: nothing was done, or it was done and nobody knows. */
enum worker_failing { FAILS_BEFORE, FAILS_AFTER };

extern struct worker_kit {
    struct virtual_clock clock;
    struct pv_event_store store, inside; /* the first is the worker's; the second for other writers */
    struct pv_broker broker, queue;
    struct pv_refusal_log log;
    struct pv_worker_options options;
    struct pv_worker *worker;
    uint64_t published;

    /* What was asked, in order: "find append log reply1 ack1 nak2 ...". */
    char trace[WORKER_TEXT_MAX];
    size_t calls, fail_at; /* calls that can fail; SIZE_MAX: none does */
    enum worker_failing failing;
    void (*before_append)(void); /* once, before an append_group */
    struct worker_tells {
        bool given, follow;
        int64_t position;
    } tells;                           /* what the store tells of the positions, if it is given */
    enum pv_broker_result take_answer; /* what the next take gives, if not PV_BROKER_OK */
    uint64_t often;                    /* the command of this number comes as if for the 100th time */
    size_t largest_group;              /* of commands taken */

    struct pv_answer answers[WORKER_ANSWERS_MAX]; /* by reply_to; kind -1: none came */
    unsigned answer_count[WORKER_ANSWERS_MAX];

    size_t refusals;
    struct worker_refusal {
        struct pv_event_id id;
        struct pv_election_id election;
        char code[40], field[40], message[PV_MESSAGE_MAX + 1], subject[40], type[80], data[400], metadata[80];
        struct pv_time at;
    } refused[WORKER_REFUSALS_MAX];
} wk;

/* Around app_kit's; with WORKER_CASE. */
int worker_set_up(void **state);
int worker_tear_down(void **state);
#define WORKER_CASE(name) cmocka_unit_test_setup_teardown(name, worker_set_up, worker_tear_down)
/* Another worker, by wk.options as they are now: what the old one knew is lost. */
void worker_anew(void);

/* Callers. */
struct pv_caller worker_admin(void);
/* By VoterId: the one whose id ends in this character. */
struct pv_caller worker_voter(char name);
struct pv_caller worker_email(const char *email);

/* Publishes the newest line of the history as a command of this caller. Gives its number, from 1: reply_to.
 */
unsigned worker_publish(struct pv_caller caller);
unsigned worker_publish_at(struct pv_caller caller, int64_t expected_version);
/* Any command; its reply_to is set. */
unsigned worker_publish_command(struct pv_command command);
/* The life of an election (kit_life), by those who may. Gives the number of the first. */
unsigned worker_publish_life(char election, int first, int last);
/* The same straight into the store, as another writer. */
void worker_record_life(char election, int first, int last);

/* One step, which must give this. */
void worker_step(enum pv_worker_step expected);
/* Steps, with the clock going on, until nothing is waiting; faults are met and forgotten. Gives how many. */
unsigned worker_run(void);

/* The answer to the command of this number: it must have come, once, and be of this kind. */
const struct pv_answer *worker_answered(unsigned number, enum pv_answer_kind kind);
void worker_not_answered(unsigned number);
/* Recorded with this number in the stream. */
void worker_recorded(unsigned number, int64_t record);
/* Refused with this code, and so logged last. */
void worker_refused(unsigned number, enum pv_code code);
/* Makes the trace empty. */
void worker_forget(void);

/* What is in the store: "A0 A1 B0". Borrowed until the next call. */
const char *worker_stored(void);
/* The data of a record. Borrowed until the next call on the store. */
struct pv_str worker_data(char election, int64_t number, struct pv_str *metadata);

#endif
