/* What the commands have around them: standard output and error, progress, interrupts, chance. */
#ifndef PV_SURROUNDINGS_H
#define PV_SURROUNDINGS_H

#include "commands.h"

struct surroundings {
    const char *program; /* "photovote-audit" */
    bool progress;       /* shown on standard error */
    bool shown;          /* a progress line stands there now */
    int write_error;     /* errno of the first failed write to standard output, or 0 */
    int64_t started_ns, drawn_ns;
    struct pv_watch watch;
    struct pv_out out;         /* to standard output */
    struct pv_out diagnostics; /* to standard error, flushed after each finding */
};

/* `progress`: asked for; else it is shown where standard error is a terminal. */
void surroundings_init(struct surroundings *surroundings, const char *program, bool progress);
/* Ends the progress line, flushes standard output, and gives the exit status: the outcome's, or that of a
   standard output that could not be written, with its line on standard error; *fault is told for
   PV_OUTCOME_FAILED. */
int surroundings_finish(struct surroundings *surroundings, enum pv_outcome outcome,
                        const struct pv_fault *fault);

/* For pv_audit.on_finding: one line on standard error; the context is the surroundings. */
void surroundings_finding(void *surroundings, const struct pv_finding *finding);

/* Chance for the hash maps, which keeps a hostile file from choosing their collisions. */
struct pv_seed surroundings_seed(void);

#endif
