/* One pass over a source with the judge, and what a command makes of it. */
#ifndef PV_RUN_H
#define PV_RUN_H

#include "judge.h"
#include "pass.h"

enum pv_run_end {
    PV_RUN_DONE, /* the source is read to its end */
    PV_RUN_CUT,  /* a record that belongs to no stream ended it: nothing is to be printed or written (F5) */
    PV_RUN_FAULT,
};

/* Reads the source to its end through the judge, which is finished then. `layouts` as in record.h. */
enum pv_run_end pv_run(struct pv_event_source *source, struct pv_judge *judge, const struct pv_watch *watch,
                       bool layouts, struct pv_fault *fault) PV_MUST_USE;

/* What a command came to; the exit statuses of F5. */
enum pv_outcome { PV_OUTCOME_CLEAN = 0, PV_OUTCOME_FOUND = 1, PV_OUTCOME_FAILED = 2 };

/* The outcome of a run that printed what it had to: a fault (then *fault tells), a finding, an election that
   was asked for and not met (a fault too), or nothing. */
enum pv_outcome pv_run_outcome(enum pv_run_end end, const struct pv_judge *judge, bool one_election,
                               struct pv_election_id election, struct pv_fault *fault);

#endif
