#include "photovote.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const struct {
    const char *name;
    int (*run)(int argc, char **argv, char *const *environment);
} commands[] = {
    {"serve", pv_run_serve},   {"demo", pv_run_demo},   {"projector", pv_run_projector},
    {"worker", pv_run_worker}, {"token", pv_run_token}, {"invite", pv_run_invite},
    {"config", pv_run_config},
};

static const char program_help[] =
    "Usage: " PROGRAM " COMMAND [OPTIONS] ARGUMENTS\n"
    "\n"
    "Runs a photo election: an HTTP API, a worker that validates and records every event, and a\n"
    "read side.\n"
    "\n"
    "Commands:\n"
    "  serve          run the whole system on the embedded stores\n"
    "  demo           the same with a sample election, and tokens to try it\n"
    "  projector      keep the document cache up to date, for a serve that does not\n"
    "  worker         not with the embedded broker, which lives in serve\n"
    "  token          sign a token\n"
    "  invite         print a link for each voter of an election\n"
    "  config show    print every setting, its value, and where it comes from\n"
    "  config sample  print a file of settings to begin with\n"
    "\n"
    "'" PROGRAM " COMMAND --help' tells more. --version prints the version. " PROGRAM "-audit checks what\n"
    "was recorded.\n"
    "Exit status: 0 done; 1 done, and some requests were cut; 2 could not be done.\n";

int pv_fail(const struct pv_fault *fault)
{
    pv_cli_error(PROGRAM, "%s", fault->text);
    return PV_EXIT_FAILED;
}

int pv_read_line(const struct pv_line *line, int argc, char **argv, char *const *environment,
                 struct pv_config *config)
{
    struct pv_cli_option options[PV_CONFIG_OPTIONS + 16];
    struct pv_fault fault;
    memset(config, 0, sizeof *config);
    for (size_t i = 0; i < line->own_count; i++)
        options[i] = line->own[i];
    pv_config_options(config, options + line->own_count);
    int status = pv_cli_parse(
        &(struct pv_cli_command){PROGRAM, line->name, line->synopsis, line->summary, line->notes, options,
                                 line->own_count + PV_CONFIG_OPTIONS, line->arguments, line->argument_count},
        argc, argv);
    if (status != PV_CLI_RUN)
        return status;
    if (pv_config_load(config, environment, &fault))
        return PV_CLI_RUN;
    pv_config_deinit(config);
    return pv_fail(&fault);
}

static int show(int argc, char **argv, char *const *environment)
{
    static const struct pv_line line = {
        .name = "config show",
        .synopsis = "[OPTIONS]",
        .summary = "Prints every setting with its value and where that comes from: flag, environment\n"
                   "(PHOTOVOTE_NAME), .env, file, default; the first that is there wins.",
    };
    struct pv_config config;
    int status = pv_read_line(&line, argc, argv, environment, &config);
    if (status != PV_CLI_RUN)
        return status;
    pv_config_print(&config);
    pv_config_deinit(&config);
    return pv_cli_print(PROGRAM, "");
}

static int sample(int argc, char **argv)
{
    static const struct pv_cli_command command = {
        .program = PROGRAM,
        .name = "config sample",
        .synopsis = "",
        .summary = "Prints a file of settings for --config, with what each of them is, and its default.",
    };
    int status = pv_cli_parse(&command, argc, argv);
    if (status != PV_CLI_RUN)
        return status;
    pv_config_print_sample();
    return pv_cli_print(PROGRAM, "");
}

int pv_run_config(int argc, char **argv, char *const *environment)
{
    if (argc >= 2 && strcmp(argv[1], "show") == 0)
        return show(argc - 1, argv + 1, environment);
    if (argc >= 2 && strcmp(argv[1], "sample") == 0)
        return sample(argc - 1, argv + 1);
    pv_cli_error(PROGRAM, "config has the commands show and sample; see '%s config show --help'", PROGRAM);
    return PV_EXIT_FAILED;
}

int pv_photovote_main(int argc, char **argv, char *const *environment)
{
    pv_cli_hold_standard_streams();
    (void)umask(S_IRWXG | S_IRWXO); /* who votes for whom is in the files that it makes */
    if (argc < 2) {
        pv_cli_error(PROGRAM, "a command is missing; see '%s --help'", PROGRAM);
        return PV_EXIT_FAILED;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return pv_cli_print(PROGRAM, program_help);
    if (strcmp(argv[1], "--version") == 0)
        return pv_cli_version(PROGRAM);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1, environment);
    }
    const char *what = argv[1][0] == '-' ? "unknown option" : "there is no command";
    pv_cli_error(PROGRAM, "%s '%s'; see '%s --help'", what, argv[1], PROGRAM);
    return PV_EXIT_FAILED;
}
