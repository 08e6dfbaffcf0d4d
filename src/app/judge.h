/* The judge: what happens to each record of a source, in order (F1 steps 1 to 8). It keeps an Election a
   stream, tells every finding, and decides what still counts. verify, replay, rebuild and diff are this judge
   with other options.

   A finding ends its election, unless `goes_on`: then refused records are skipped. A record that belongs to
   no stream ends the run, unless `goes_on` (F5). */
#ifndef PV_JUDGE_H
#define PV_JUDGE_H

#include "election.h"
#include "fault.h"
#include "id_set.h"
#include "pass.h"
#include "print.h"
#include "record.h"

enum pv_at { PV_AT_END, PV_AT_NUMBER, PV_AT_TIME };

struct pv_judge_options {
    bool goes_on;          /* verify; replay --keep-going */
    bool finds_duplicates; /* step 6: verify */
    bool paranoid;         /* ensure_valid_state after every event, not only at the end */
    bool one_election;     /* --election: only this one */
    struct pv_election_id election;
    enum pv_at at; /* --at: where each stream stops */
    int64_t at_number;
    struct pv_time at_time;
    struct pv_seed seed;
    void *context;
    /* Called for each finding, in file order; its texts are borrowed for the call. */
    void (*on_finding)(void *context, const struct pv_finding *finding);
    /* Called after each applied event; may be NULL. False: a fault, which ends the run. */
    bool (*on_applied)(void *context, const struct pv_election *election, const struct pv_event *event,
                       struct pv_fault *fault);
};

/* A stream that the source has. */
struct pv_judged {
    struct pv_election_id id;
    struct pv_election election;
    uint64_t next;       /* the number that comes next */
    int64_t last_number; /* of the last record that was applied; -1: none */
    bool ended;          /* by a finding */
    bool stopped;        /* by --at */
    bool appeared;       /* a record with a number was seen */
    struct pv_id_set ids;
};

struct pv_judge;

/* NULL when out of memory. The options are copied. */
struct pv_judge *pv_judge_new(const struct pv_judge_options *options) PV_MUST_USE;
void pv_judge_free(struct pv_judge *judge);

/* PV_VERDICT_END is a record that belongs to no stream: the run is over, nothing is to be printed. */
enum pv_verdict pv_judge_record(struct pv_judge *judge, const struct pv_record *record,
                                struct pv_fault *fault) PV_MUST_USE;
/* Hints that a record will be judged soon: first all with step 0, then all with step 1. */
void pv_judge_prefetch(const struct pv_judge *judge, const struct pv_record *record, int step);

/* After the last record: every election's state rules (D1, load). False: a fault, a defect of the program. */
bool pv_judge_finish(struct pv_judge *judge, struct pv_fault *fault) PV_MUST_USE;

uint64_t pv_judge_findings(const struct pv_judge *judge);
uint64_t pv_judge_records(const struct pv_judge *judge);
/* Whether a record's stream named the election of `one_election`. */
bool pv_judge_met_election(const struct pv_judge *judge);

/* The streams that have appeared, in that order. */
size_t pv_judge_stream_count(const struct pv_judge *judge);
const struct pv_judged *pv_judge_stream(const struct pv_judge *judge, size_t i);
/* Moves the election of a stream, and its last number, out to the caller, who frees it: an unborn one and -1
   if no record named it. Nothing is to be asked of that stream afterwards. */
void pv_judge_take(struct pv_judge *judge, struct pv_election_id id, struct pv_election *election,
                   int64_t *last_number);
/* Whether a finding has ended the election, even one whose stream has not appeared. */
bool pv_judge_has_ended(const struct pv_judge *judge, struct pv_election_id id);
/* Whether a stream's election is to be printed: it was created, and no finding has ended it. */
bool pv_judged_is_shown(const struct pv_judged *judged);

#endif
