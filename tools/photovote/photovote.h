/* photovote: the program of the running system. Each command reads its line and the configuration, opens what
   it needs, and closes it in reverse. */
#ifndef PV_PHOTOVOTE_H
#define PV_PHOTOVOTE_H

#include "config.h"

#define PROGRAM "photovote"

int pv_photovote_main(int argc, char **argv, char *const *environment);

/* The commands, by their own line; the exit statuses are those of F5. */
int pv_run_serve(int argc, char **argv, char *const *environment);
int pv_run_demo(int argc, char **argv, char *const *environment);
int pv_run_projector(int argc, char **argv, char *const *environment);
int pv_run_worker(int argc, char **argv, char *const *environment);
int pv_run_token(int argc, char **argv, char *const *environment);
int pv_run_invite(int argc, char **argv, char *const *environment);
int pv_run_config(int argc, char **argv, char *const *environment);

/* What they share: parses a line whose options are `own` and those of the configuration, then loads that.
   PV_CLI_RUN, or the status to exit with; then the configuration holds nothing. */
struct pv_line {
    const char *name, *synopsis, *summary, *notes;
    const struct pv_cli_option *own;
    size_t own_count;
    const struct pv_cli_argument *arguments;
    size_t argument_count;
};
int pv_read_line(const struct pv_line *line, int argc, char **argv, char *const *environment,
                 struct pv_config *config) PV_MUST_USE;
/* `photovote: message`, and the status of what could not be done. */
int pv_fail(const struct pv_fault *fault);

#endif
