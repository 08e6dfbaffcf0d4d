/* What every command line of the project shares: options and arguments from tables, errors as one line,
   --help and
   --version, numbers, and Ctrl-C. The exit statuses are F5's. */
#ifndef PV_CLI_H
#define PV_CLI_H

#include "base.h"

enum pv_exit {
    PV_EXIT_OK = 0,
    PV_EXIT_FOUND = 1,  /* done, and something found */
    PV_EXIT_FAILED = 2, /* could not be done */
};

/* One option. With a value_name it takes a value (`--name VALUE`, `--name=VALUE`, `-o VALUE`, `-oVALUE`) into
 *value; without one it is a switch that sets *given. At most once each. */
struct pv_cli_option {
    char letter;            /* `-o`; 0: none */
    const char *name;       /* `--name`, without the dashes; NULL: none */
    const char *value_name; /* as --help shows it; NULL: a switch */
    const char *help;       /* one line */
    const char **value;     /* left alone when the option is not given */
    bool *given;
};

/* One argument that must be there. */
struct pv_cli_argument {
    const char *name; /* SOURCE */
    const char **value;
};

/* A command: a program of its own, or one of several that a program has. */
struct pv_cli_command {
    const char *program;  /* photovote-audit */
    const char *name;     /* replay; NULL for a program that has no commands */
    const char *synopsis; /* what stands after the name in the usage line */
    const char *summary;  /* --help: what it does */
    const char *notes;    /* --help: what comes after the options; may be NULL */
    const struct pv_cli_option *options;
    size_t option_count;
    const struct pv_cli_argument *arguments;
    size_t argument_count;
};

/* What pv_cli_parse gives when the command is to run; anything else is the status to exit with. */
enum { PV_CLI_RUN = -1 };

/* Reads argv[1] to argv[argc - 1] (argv[0] is the program's or the command's own name) into the tables'
   targets. Options and arguments mix; `--` ends the options; `-` is an argument. `--help`, `-h` and
   `--version` are answered here: PV_EXIT_OK, or PV_EXIT_FAILED if they could not be printed. A wrong line is
   reported: PV_EXIT_FAILED. */
int pv_cli_parse(const struct pv_cli_command *command, int argc, char **argv) PV_MUST_USE;

/* Comes first: occupies those of standard input, output and error that are closed. Else a file that is opened
   took the place, and what is said of it would be written into it. To use one still fails as if it were
   closed. */
void pv_cli_hold_standard_streams(void);

/* The same answers for a program that still has to find its command. */
int pv_cli_print(const char *program,
                 const char *text) PV_MUST_USE; /* to standard output; PV_EXIT_OK or _FAILED */
int pv_cli_version(const char *program) PV_MUST_USE;

/* `program: message` as one line on standard error, safe for a terminal whatever is in it. */
void pv_cli_error(const char *program, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Decimal digits and nothing else, at most `max`. False leaves *out alone. */
bool pv_cli_digits(const char *text, uint64_t max, uint64_t *out) PV_MUST_USE;

/* From here on the first SIGINT, SIGTERM or SIGHUP is only noted, so that the command can stop where nothing
   is left half done, and calls that wait (a read from a pipe, a write to one) fail with EINTR, from then on
   again and again; the same signal once more ends the program at once. A write beyond the limit of a file's
   size fails with EFBIG from here on, and does not end the program. A signal can reach no locals: its flag
   and its timer are the globals of the command line. */
void pv_cli_catch_interrupt(void);
bool pv_cli_interrupted(void);

#endif
