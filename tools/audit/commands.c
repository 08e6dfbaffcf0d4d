/* photovote-audit: pull, replay, verify, rebuild, diff (F5). Each command parses its line, opens its ports,
   runs one function of the app, and closes in reverse. */
#include "audit.h"

#include "cli.h"
#include "open.h"
#include "pull.h"
#include "spec.h"
#include "surroundings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROGRAM "photovote-audit"

static const char sources_help[] =
    "SOURCE is a PATH of NDJSON (plain, gzip or zstd, told by its content), `-` for standard\n"
    "input, or sqlite:PATH for the embedded event store.\n"
    "\n"
    "Exit status: 0 nothing found; 1 something found; 2 could not be done.";
static const char caches_help[] =
    "SOURCE is a PATH of NDJSON (plain, gzip or zstd, told by its content), `-` for standard\n"
    "input, or sqlite:PATH for the embedded event store. CACHE is file:DIR, with one\n"
    "<ElectionId>.json an election, or sqlite:PATH.\n"
    "\n"
    "Exit status: 0 nothing found; 1 something found; 2 could not be done.";

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

static int usage_error(const char *what, const char *value, const char *hint)
{
    pv_cli_error(PROGRAM, "%s '%s': %s", what, value, hint);
    return PV_EXIT_FAILED;
}

/* Reads --election, opens the source. PV_CLI_RUN, or the status to exit with; then nothing is open. */
static int job_begin(struct job *job, const struct common *common)
{
    struct pv_fault fault;
    surroundings_init(&job->surroundings, PROGRAM, common->progress);
    job->audit = (struct pv_audit){
        .out = &job->surroundings.out,
        .watch = &job->surroundings.watch,
        .one_election = common->election != NULL,
        .seed = surroundings_seed(),
        .context = &job->surroundings,
        .on_finding = surroundings_finding,
    };
    if (common->election != NULL) {
        struct pv_str text = {common->election, strlen(common->election)};
        if (pv_ulid_parse(text, &job->audit.election.bits) != PV_CODE_NONE)
            return usage_error("--election", common->election,
                               "not an election's id (26 characters, base 32)");
    }
    if (!open_source(common->source, common->election != NULL ? &job->audit.election : NULL, &job->source,
                     &fault))
        return surroundings_finish(&job->surroundings, PV_OUTCOME_FAILED, &fault);
    job->audit.source = &job->source;
    return PV_CLI_RUN;
}

static int job_end(struct job *job, enum pv_outcome outcome, const struct pv_fault *fault)
{
    job->source.ops->close(job->source.self);
    return surroundings_finish(&job->surroundings, outcome, fault);
}

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

/* rebuild and diff: a job with a cache. */
static int run_with_cache(const struct common *common, const char *cache_text, enum pv_open_mode mode,
                          enum pv_diff_format format)
{
    struct pv_document_cache cache;
    struct pv_fault fault;
    struct job *job = malloc(sizeof *job);
    if (job == NULL)
        return usage_error(PROGRAM, common->source, "out of memory");
    int status = job_begin(job, common);
    if (status == PV_CLI_RUN) {
        enum pv_outcome outcome = PV_OUTCOME_FAILED;
        if (open_cache(cache_text, mode, &cache, &fault)) {
            outcome = mode == PV_OPEN_WRITE ? pv_rebuild(&job->audit, &cache, &fault)
                                            : pv_diff(&job->audit, &cache, format, &fault);
            cache.ops->close(cache.self);
        }
        status = job_end(job, outcome, &fault);
    }
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

static bool is_empty(const struct pv_event_store *store)
{
    struct pv_fault ignored;
    int64_t position;
    return store->ops->last_position(store->self, &position, &ignored) == PV_STORE_OK && position < 0;
}

/* A store that was made for a pull that failed is not left behind if nothing came into it. */
static enum pv_outcome pull_to_store(struct job *job, const char *path, struct pv_fault *fault)
{
    struct pv_event_store store;
    struct pv_pull_count count;
    bool is_new = access(path, F_OK) != 0 && errno == ENOENT;
    if (!pv_sqlite_store_open(path, PV_OPEN_WRITE, &store, fault))
        return PV_OUTCOME_FAILED;
    enum pv_outcome outcome = pv_pull_to_store(&job->audit, &store, &count, fault);
    bool drop = outcome == PV_OUTCOME_FAILED && is_new && is_empty(&store);
    store.ops->close(store.self);
    if (drop)
        (void)unlink(path);
    return outcome;
}

/* Whether the destination is there already. A file that cannot be looked at must not pass for a missing one,
   or what it holds would be written again. */
static bool find_existing(const char *path, bool *existed, struct pv_fault *fault)
{
    struct stat status;
    *existed = stat(path, &status) == 0;
    if (*existed || errno == ENOENT)
        return true;
    pv_fault_set(fault, PV_FAULT_KIND_IO, "cannot look at '%s': %s", path, strerror(errno));
    return false;
}

/* The lines that the destination has already; *existing is left alone if it has none. */
static bool open_existing(const char *path, bool existed, struct pv_event_source *lines,
                          struct pv_event_source **existing, struct pv_fault *fault)
{
    if (!existed)
        return true;
    *existing = lines;
    return pv_ndjson_source_open(path, lines, fault);
}

static enum pv_outcome pull_to_lines(struct job *job, const char *path, struct pv_fault *fault)
{
    struct pv_ndjson_sink *sink;
    struct pv_event_source lines, *existing = NULL;
    struct pv_pull_count count = {0, 0};
    struct pv_fault later;
    bool existed;
    if (!find_existing(path, &existed, fault))
        return PV_OUTCOME_FAILED;
    /* Opening the sink cuts a torn last line off, so it comes before reading what is there. */
    if (!pv_ndjson_sink_open(path, &sink, fault))
        return PV_OUTCOME_FAILED;
    enum pv_outcome outcome = PV_OUTCOME_FAILED;
    pv_out_init(&job->surroundings.out, pv_ndjson_sink_write, sink);
    if (open_existing(path, existed, &lines, &existing, fault)) {
        outcome = pv_pull_to_lines(&job->audit, existing, path, &count, fault);
        if (existing != NULL)
            existing->ops->close(existing->self);
    }
    if (outcome == PV_OUTCOME_FAILED && !existed && count.copied == 0) {
        pv_out_init(&job->surroundings.out, NULL, NULL);
        pv_ndjson_sink_discard(sink); /* an empty file would be left behind */
        return outcome;
    }
    /* The sink keeps the reason of a failed write, and tells it when it is closed. */
    bool flushed = pv_out_flush(&job->surroundings.out);
    bool closed = pv_ndjson_sink_close(sink, outcome == PV_OUTCOME_FAILED ? &later : fault);
    pv_out_init(&job->surroundings.out, NULL, NULL);
    return flushed && closed ? outcome : PV_OUTCOME_FAILED;
}

static int run_pull(int argc, char **argv)
{
    struct common common = {0};
    const char *dest = NULL;
    const struct pv_cli_option options[] = {
        {'o', NULL, "DEST", "where to (required): PATH, compressed if it ends in .gz or .zst, or sqlite:PATH",
         &dest, NULL},
        COMMON_OPTIONS(&common),
    };
    const struct pv_cli_argument arguments[] = {{"SOURCE", &common.source}};
    int status = pv_cli_parse(&(struct pv_cli_command){PROGRAM, "pull", "-o DEST [OPTIONS] SOURCE",
                                                       "Copies the streams as recorded. When DEST exists it "
                                                       "goes on where it stopped, if what is there is "
                                                       "the same.",
                                                       sources_help, options,
                                                       sizeof options / sizeof *options, arguments, 1},
                              argc, argv);
    if (status != PV_CLI_RUN)
        return status;
    struct pv_spec spec;
    if (dest == NULL)
        return usage_error("pull", common.source, "needs -o DEST; see '" PROGRAM " pull --help'");
    const char *why = pv_spec_dest(dest, &spec);
    if (why != NULL)
        return usage_error("-o", dest, why);
    struct job *job = malloc(sizeof *job);
    struct pv_fault fault;
    if (job == NULL)
        return usage_error("pull", common.source, "out of memory");
    status = job_begin(job, &common);
    if (status == PV_CLI_RUN)
        status = job_end(job,
                         spec.kind == PV_SPEC_SQLITE ? pull_to_store(job, spec.path, &fault)
                                                     : pull_to_lines(job, spec.path, &fault),
                         &fault);
    free(job);
    return status;
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
