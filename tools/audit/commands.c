/* photovote-audit: verify, replay, rebuild and diff (F5), and the choice of the command. Each command parses
   its line, opens its ports, runs one function of the app, and closes in reverse. */
#include "audit.h"

#include "job.h"
#include "open.h"
#include "pull_command.h"

#include <stdlib.h>
#include <string.h>

static const char caches_help[] =
    "SOURCE is a PATH of NDJSON (plain, gzip or zstd, told by its content), `-` for standard\n"
    "input, or sqlite:PATH for the embedded event store. CACHE is file:DIR, with one\n"
    "<ElectionId>.json an election, or sqlite:PATH.\n"
    "\n"
    "Exit status: 0 nothing found; 1 something found; 2 could not be done.";

/* A word among others; -1 if it is none of them. */
static int choose(const char *value, const char *const *words, int count)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(value, words[i]) == 0)
            return i;
    }
    return -1;
}

static int run_verify(int argc, char **argv)
{
    static const char *const formats[] = {"text", "json"};
    struct common common = {0};
    const char *format_name = "text";
    bool paranoid = false;
    const struct pv_cli_option options[] = {
        {0, "format", "FORMAT", "text (default) or json", &format_name, NULL},
        {0, "paranoid", NULL, "check all state rules after every event (slow)", NULL, &paranoid},
        COMMON_OPTIONS(&common),
    };
    const struct pv_cli_argument arguments[] = {{"SOURCE", &common.source}};
    int status = pv_cli_parse(&(struct pv_cli_command){PROGRAM, "verify", "[OPTIONS] SOURCE",
                                                       "Checks every record and prints each finding in the "
                                                       "order of the source; never stops at the first.",
                                                       sources_help, options,
                                                       sizeof options / sizeof *options, arguments, 1},
                              argc, argv);
    if (status != PV_CLI_RUN)
        return status;
    int format = choose(format_name, formats, 2);
    if (format < 0)
        return usage_error("--format", format_name, "must be text or json");
    struct job *job = malloc(sizeof *job);
    struct pv_fault fault;
    if (job == NULL)
        return usage_error("verify", common.source, "out of memory");
    status = job_begin(job, &common);
    if (status == PV_CLI_RUN)
        status =
            job_end(job, pv_verify(&job->audit, (enum pv_verify_format)format, paranoid, &fault), &fault);
    free(job);
    return status;
}

/* --at: a number, or a time. A number beyond every record's stops at none. */
static bool parse_at(const char *text, struct pv_replay_options *options)
{
    uint64_t number;
    if (*text != '\0' && strspn(text, "0123456789") == strlen(text)) {
        options->at = PV_AT_NUMBER;
        options->at_number = pv_cli_digits(text, INT64_MAX, &number) ? (int64_t)number : INT64_MAX;
        return true;
    }
    options->at = PV_AT_TIME;
    return pv_time_parse((struct pv_str){text, strlen(text)}, &options->at_time) == PV_CODE_NONE;
}

static int run_replay(int argc, char **argv)
{
    static const char *const prints[] = {"document", "tally", "hash", "none"};
    struct common common = {0};
    const char *print_name = "document", *at = NULL;
    struct pv_replay_options replay = {.at = PV_AT_END};
    const struct pv_cli_option options[] = {
        {0, "print", "WHAT", "document (default), tally, hash or none", &print_name, NULL},
        {0, "at", "N|TIME", "stop each stream after number N, or before its first record created after TIME",
         &at, NULL},
        {0, "keep-going", NULL, "skip refused records instead of giving up their election", NULL,
         &replay.keep_going},
        COMMON_OPTIONS(&common),
    };
    const struct pv_cli_argument arguments[] = {{"SOURCE", &common.source}};
    int status = pv_cli_parse(
        &(struct pv_cli_command){PROGRAM, "replay", "[OPTIONS] SOURCE",
                                 "Rebuilds the elections in memory and prints what they came to.",
                                 sources_help, options, sizeof options / sizeof *options, arguments, 1},
        argc, argv);
    if (status != PV_CLI_RUN)
        return status;
    int print = choose(print_name, prints, 4);
    if (print < 0)
        return usage_error("--print", print_name, "must be document, tally, hash or none");
    if (at != NULL && !parse_at(at, &replay))
        return usage_error("--at", at, "neither a number nor a date and time (2024-02-24T18:00:00Z)");
    replay.print = (enum pv_replay_print)print;
    struct job *job = malloc(sizeof *job);
    struct pv_fault fault;
    if (job == NULL)
        return usage_error("replay", common.source, "out of memory");
    status = job_begin(job, &common);
    if (status == PV_CLI_RUN)
        status = job_end(job, pv_replay(&job->audit, &replay, &fault), &fault);
    free(job);
    return status;
}

static enum pv_outcome rebuild(struct job *job, const char *to, struct pv_fault *fault)
{
    struct late_cache late;
    if (!late_cache_begin(&late, to, fault))
        return PV_OUTCOME_FAILED;
    enum pv_outcome outcome = pv_rebuild(&job->audit, &late.port, fault);
    if (outcome == PV_OUTCOME_CLEAN && !late_cache_open(&late, fault)) /* of nothing, an empty cache */
        outcome = PV_OUTCOME_FAILED;
    late_cache_close(&late);
    return outcome;
}

static enum pv_outcome diff(struct job *job, const char *against, enum pv_diff_format format,
                            struct pv_fault *fault)
{
    struct pv_document_cache cache;
    if (!open_cache(against, PV_OPEN_READ, &cache, fault))
        return PV_OUTCOME_FAILED;
    enum pv_outcome outcome = pv_diff(&job->audit, &cache, format, fault);
    cache.ops->close(cache.self);
    return outcome;
}

/* rebuild and diff: a job with a cache. */
static int run_with_cache(const struct common *common, const char *cache_text, enum pv_open_mode mode,
                          enum pv_diff_format format)
{
    struct pv_fault fault;
    struct job *job = malloc(sizeof *job);
    if (job == NULL)
        return usage_error(PROGRAM, common->source, "out of memory");
    int status = job_begin(job, common);
    if (status == PV_CLI_RUN)
        status = job_end(job,
                         mode == PV_OPEN_WRITE ? rebuild(job, cache_text, &fault)
                                               : diff(job, cache_text, format, &fault),
                         &fault);
    free(job);
    return status;
}

static int missing(const char *command, const char *option)
{
    pv_cli_error(PROGRAM, "%s needs %s CACHE; see '%s %s --help'", command, option, PROGRAM, command);
    return PV_EXIT_FAILED;
}

static int run_rebuild(int argc, char **argv)
{
    struct common common = {0};
    const char *to = NULL;
    const struct pv_cli_option options[] = {
        {0, "to", "CACHE", "the cache to write (required)", &to, NULL},
        COMMON_OPTIONS(&common),
    };
    const struct pv_cli_argument arguments[] = {{"SOURCE", &common.source}};
    int status = pv_cli_parse(
        &(struct pv_cli_command){PROGRAM, "rebuild", "--to CACHE [OPTIONS] SOURCE",
                                 "Rebuilds the elections and writes their documents to a cache.", caches_help,
                                 options, sizeof options / sizeof *options, arguments, 1},
        argc, argv);
    if (status != PV_CLI_RUN)
        return status;
    return to == NULL ? missing("rebuild", "--to") : run_with_cache(&common, to, PV_OPEN_WRITE, PV_DIFF_TEXT);
}

static int run_diff(int argc, char **argv)
{
    static const char *const formats[] = {"text", "json-patch", "json"};
    struct common common = {0};
    const char *against = NULL, *format_name = "text";
    const struct pv_cli_option options[] = {
        {0, "against", "CACHE", "the cache to compare with (required)", &against, NULL},
        {0, "format", "FORMAT", "text (default), json-patch or json", &format_name, NULL},
        COMMON_OPTIONS(&common),
    };
    const struct pv_cli_argument arguments[] = {{"SOURCE", &common.source}};
    int status = pv_cli_parse(
        &(struct pv_cli_command){
            PROGRAM, "diff", "--against CACHE [OPTIONS] SOURCE",
            "Rebuilds the elections and tells where a cache differs: path, cached value, rebuilt value.",
            caches_help, options, sizeof options / sizeof *options, arguments, 1},
        argc, argv);
    if (status != PV_CLI_RUN)
        return status;
    int format = choose(format_name, formats, 3);
    if (format < 0)
        return usage_error("--format", format_name, "must be text, json-patch or json");
    return against == NULL ? missing("diff", "--against")
                           : run_with_cache(&common, against, PV_OPEN_READ, (enum pv_diff_format)format);
}

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"pull", run_pull},       {"replay", run_replay}, {"verify", run_verify},
    {"rebuild", run_rebuild}, {"diff", run_diff},
};

static const char program_help[] =
    "Usage: " PROGRAM " COMMAND [OPTIONS] ARGUMENTS\n"
    "\n"
    "Recomputes what an election system recorded, and tells where it does not add up.\n"
    "\n"
    "Commands:\n"
    "  pull     copy the streams of a source as recorded\n"
    "  replay   rebuild the elections and print documents, tallies or state hashes\n"
    "  verify   check every record and print each finding\n"
    "  rebuild  write the documents of a cache anew\n"
    "  diff     compare a cache with what the events say\n"
    "\n"
    "'" PROGRAM " COMMAND --help' tells more. --version prints the version.\n"
    "Exit status: 0 nothing found; 1 something found; 2 could not be done.\n";

int pv_audit_main(int argc, char **argv)
{
    pv_cli_hold_standard_streams();
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
            return commands[i].run(argc - 1, argv + 1);
    }
    const char *what = argv[1][0] == '-' ? "unknown option" : "there is no command";
    pv_cli_error(PROGRAM, "%s '%s'; see '%s --help'", what, argv[1], PROGRAM);
    return PV_EXIT_FAILED;
}
