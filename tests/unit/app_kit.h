/* What the tests of the commands share: histories in few words, a source that gives them, and a command's
   surroundings, which keep what it prints and finds. */
#ifndef PV_APP_KIT_H
#define PV_APP_KIT_H

#include "check.h"
#include "commands.h"
#include "failing.h"

/* --- histories --- */

/* Elections, competitions and so on are named by a character of base 32: the last of their ids. */
struct pv_election_id kit_id_of(char name);

/* Lines in memory. `given` counts those that a source has given. */
struct kit_history {
    char **lines;
    size_t count, capacity, given;
    size_t fault_after; /* so many lines are given before a fault; SIZE_MAX: no fault */
};
void kit_history_init(struct kit_history *history);
void kit_history_deinit(struct kit_history *history);
void kit_line(struct kit_history *history, const char *text);
/* A record: its event's id follows from the number; `fields` are those behind election_id, as JSON members.
 */
void kit_record(struct kit_history *history, char election, int number, const char *type, const char *fields);
/* The id of a record's event. */
struct pv_event_id kit_event_id(unsigned number);
/* The events with the numbers `first` to `last` of the life of an election: created, competition 1 with
   candidates 1 and 2, voter 1 with ballot 1, opened (number 6), candidate 1 rated with 4 stars, the ballot
   cast, closed, deleted (number 10). */
enum { KIT_OPENED = 6, KIT_CAST = 8, KIT_CLOSED = 9, KIT_DELETED = 10 };
void kit_life(struct kit_history *history, char election, int first, int last);

/* From the first line on; the history must outlive the source. */
struct pv_event_source kit_source(struct kit_history *history);

/* --- surroundings --- */

/* The world of one test, made anew for each by KIT_CASE. */
extern struct kit {
    struct kit_history history;
    struct pv_event_source source; /* of the history */
    struct pv_audit audit;
    struct pv_watch watch;
    unsigned ticks, stop_at; /* the tick with this number, from 1, stops; 0: none does */
    uint64_t tick_records, tick_done, tick_total;
    struct pv_out out;
    struct pv_buffer printed;
    /* A line a finding: election, number, line, code, field. */
    char findings[2048];
    struct pv_fault fault;
} kit;
int kit_set_up(void **state);
int kit_tear_down(void **state);
#define KIT_CASE(name) cmocka_unit_test_setup_teardown(name, kit_set_up, kit_tear_down)

/* Nothing printed, nothing found, no fault, the source at its start: for another command on the same history.
 */
void kit_again(void);
/* What was printed so far, terminated; borrowed until the next call. */
const char *kit_printed(void);
void kit_check_fault(enum pv_fault_kind kind, const char *says);
/* A pv_audit's on_finding: keeps it in kit.findings. */
void kit_on_finding(void *context, const struct pv_finding *finding);

/* Runs a command, once for each allocation that it makes, with that one failing: each time it must fail for
   want of memory. Then once more without a failure, which must give `calm`. */
void kit_sweep_allocations(enum pv_outcome (*command)(void), enum pv_outcome calm);

#endif
