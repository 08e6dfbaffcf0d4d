/* A command under way: what all commands have on their line, and around them. */
#ifndef PV_AUDIT_JOB_H
#define PV_AUDIT_JOB_H

#include "cli.h"
#include "surroundings.h"

#define PROGRAM "photovote-audit"

/* What every command's line can say. */
struct common {
    const char *source, *election;
    bool progress;
};

#define COMMON_OPTIONS(common)                                                                               \
    {0, "election", "ID", "only this election (either case)", &(common)->election, NULL},                    \
    {                                                                                                        \
        0, "progress", NULL, "show progress also where standard error is no terminal", NULL,                 \
            &(common)->progress                                                                              \
    }

/* A command under way: its surroundings and what the app gets. */
struct job {
    struct surroundings surroundings;
    struct pv_event_source source;
    struct pv_audit audit;
};

/* What --help says of SOURCE, and of the exit status. */
extern const char sources_help[];

/* Tells what is wrong with a value of the line, and what would be right; PV_EXIT_FAILED. */
int usage_error(const char *what, const char *value, const char *hint);

/* Reads --election, opens the source. PV_CLI_RUN, or the status to exit with; then nothing is open. */
int job_begin(struct job *job, const struct common *common) PV_MUST_USE;
/* Closes the source; the exit status, as surroundings_finish. */
int job_end(struct job *job, enum pv_outcome outcome, const struct pv_fault *fault) PV_MUST_USE;

#endif
