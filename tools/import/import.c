/* photovote-import: parse arguments, read the poll, open the destination, run the import, close in reverse.
 */
#include "import.h"

#include "adapters.h"
#include "cli.h"
#include "poll.h"
#include "print.h"
#include "record.h"
#include "spec.h"
#include "stage.h"
#include "text.h"
#include "whole_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PROGRAM "photovote-import"
enum { SHOWN_PROBLEMS = 100, NAME_SHOWN = 900, PLACE_MAX = 1024, THERE_MAX = 80 };

struct job {
    const char *path, *name, *dest;
    uint64_t seed;
    uint64_t problems;
    struct pv_out out;           /* to lines */
    struct pv_event_store store; /* to a store, through the stage */
    struct pv_stage *stage;
    int64_t last_there;             /* the last number that it had of the stream; -1: none */
    char stream[PV_STREAM_LEN + 1]; /* that is written */
    struct pv_import_count count;
};

static const char *file_name(const struct job *job)
{
    return pv_whole_file_name(job->path);
}

/* --- the poll --- */

/* A pv_poll_report_fn: FILE:LINE:COLUMN, as compilers say it. */
static void report(void *context, uint64_t line, uint64_t column, const char *sentence)
{
    struct job *job = context;
    char where[PLACE_MAX];
    if (++job->problems > SHOWN_PROBLEMS)
        return;
    const char *name = file_name(job);
    size_t len = strlen(name), skip = len > NAME_SHOWN ? len - NAME_SHOWN : 0; /* the place must have room */
    (void)snprintf(where, sizeof where, "%s%s:%" PRIu64 ":%" PRIu64, skip > 0 ? "..." : "", name + skip, line,
                   column);
    pv_cli_error(where, "%s", sentence);
}

static void report_end(const struct job *job)
{
    if (job->problems > SHOWN_PROBLEMS)
        pv_cli_error(PROGRAM,
                     "%s: %" PRIu64 " problems, of which the first %d are shown; nothing was written",
                     file_name(job), job->problems, SHOWN_PROBLEMS);
    else
        pv_cli_error(PROGRAM, "%s: %" PRIu64 " problem%s; nothing was written", file_name(job), job->problems,
                     job->problems == 1 ? "" : "s");
}

/* --name, or the file's name without folders and .csv; a poll from standard input is called by its own id. */
static struct pv_str name_of(const struct job *job, struct pv_str poll_id)
{
    const char *slash = strrchr(job->path, '/'), *base = slash ? slash + 1 : job->path;
    size_t len = strlen(base);
    if (job->name != NULL)
        return (struct pv_str){job->name, strlen(job->name)};
    if (strcmp(job->path, "-") == 0)
        return poll_id;
    if (len > 4 && strcasecmp(base + len - 4, ".csv") == 0)
        len -= 4;
    return (struct pv_str){base, len};
}

static bool is_utf8(struct pv_str text)
{
    uint32_t point;
    for (size_t at = 0, used; at < text.len; at += used) {
        used = pv_utf8_next(text.ptr + at, text.len - at, &point);
        if (used == 0)
            return false;
    }
    return true;
}

static bool name_poll(const struct job *job, struct pv_poll *poll)
{
    struct pv_refusal why;
    char message[PV_MESSAGE_MAX];
    poll->name = name_of(job, poll->id);
    if (!is_utf8(poll->name)) {
        pv_cli_error(PROGRAM, "%s is not UTF-8: give the election another name with --name",
                     job->name != NULL ? "the --name" : "the name of the file");
        return false;
    }
    enum pv_code code = pv_name_check(poll->name);
    if (code == PV_CODE_NONE)
        return true;
    (void)pv_refuse_field(&why, code, PV_KEY_NAME, poll->name);
    size_t len = pv_refusal_message(&why, message);
    pv_cli_error(PROGRAM, "%.*s: give the election another name with --name", (int)len, message);
    return false;
}

/* --- the destination --- */

static bool interrupted(struct pv_fault *fault)
{
    if (pv_cli_interrupted())
        pv_fault_set(fault, PV_FAULT_KIND_INTERRUPTED, "interrupted");
    return pv_cli_interrupted();
}

static void keep_stream(struct job *job, const struct pv_recorded *record)
{
    (void)snprintf(job->stream, sizeof job->stream, "%.*s", (int)record->stream.len, record->stream.ptr);
}

/* Both are pv_import_fn. */
static bool take_line(void *context, const struct pv_recorded *record, struct pv_fault *fault)
{
    struct job *job = context;
    if (interrupted(fault))
        return false;
    keep_stream(job, record);
    pv_print_record(&job->out, record);
    return !job->out.failed; /* the sink has the reason */
}

static bool take_record(void *context, const struct pv_recorded *record, struct pv_fault *fault)
{
    struct job *job = context;
    if (interrupted(fault))
        return false;
    if (job->stream[0] == '\0' &&
        job->store.ops->last_number(job->store.self, record->stream, &job->last_there, fault) != PV_STORE_OK)
        return false;
    keep_stream(job, record);
    return pv_stage_add(job->stage, record, fault) == PV_STORE_OK;
}

/* A new file: all of it or nothing. */
static bool import_to_file(struct job *job, const char *path, const struct pv_poll *poll,
                           struct pv_fault *fault)
{
    struct pv_ndjson_sink *sink;
    if (!pv_ndjson_sink_create(path, &sink, fault))
        return false;
    pv_out_init(&job->out, pv_ndjson_sink_write, sink);
    bool done = pv_import_poll(poll, job->seed, take_line, job, &job->count, fault);
    if ((done && pv_out_flush(&job->out)) || job->out.failed)
        return pv_ndjson_sink_close(sink, fault);
    pv_ndjson_sink_discard(sink);
    return false;
}

/* Records that the store has already are passed over, so an import that was interrupted goes on. */
static bool import_to_store(struct job *job, const char *path, const struct pv_poll *poll,
                            struct pv_fault *fault)
{
    if (!pv_sqlite_store_open(path, PV_OPEN_WRITE, &job->store, fault))
        return false;
    bool done = false;
    job->stage = pv_stage_new(&job->store);
    if (job->stage == NULL)
        pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "not enough memory to write 'sqlite:%s'", path);
    else
        done = pv_import_poll(poll, job->seed, take_record, job, &job->count, fault) &&
               pv_stage_flush(job->stage, fault) == PV_STORE_OK;
    pv_stage_free(job->stage);
    job->store.ops->close(job->store.self);
    return done;
}

static int told(const struct pv_fault *fault)
{
    pv_cli_error(PROGRAM, "%s", fault->text);
    return PV_EXIT_FAILED;
}

/* "; 7 already there, 34 added" */
static void say_what_was_there(const struct job *job, char said[THERE_MAX])
{
    uint64_t there = (uint64_t)job->last_there + 1 /* none: -1 */, events = job->count.events;
    if (there == 0)
        said[0] = '\0';
    else if (there >= events)
        (void)snprintf(said, THERE_MAX, "; already there: 0 added");
    else
        (void)snprintf(said, THERE_MAX, "; %" PRIu64 " already there, %" PRIu64 " added", there,
                       events - there);
}

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

static int import_poll(struct job *job, const struct pv_spec *dest, struct pv_poll *poll)
{
    struct pv_fault fault;
    char line[320], there[THERE_MAX];
    if (!name_poll(job, poll))
        return PV_EXIT_FAILED;
    bool done = dest->kind == PV_SPEC_SQLITE ? import_to_store(job, dest->path, poll, &fault)
                                             : import_to_file(job, dest->path, poll, &fault);
    if (!done)
        return told(&fault);
    const struct pv_import_count *count = &job->count;
    say_what_was_there(job, there);
    (void)snprintf(line, sizeof line,
                   "%s: %zu candidates, %" PRIu64 " voter%s, %" PRIu64 " rating%s, %" PRIu64
                   " ballot%s cast, %" PRIu64 " events%s\n",
                   job->stream, poll->candidate_count, count->voters, plural(count->voters), count->ratings,
                   plural(count->ratings), count->cast, plural(count->cast), count->events, there);
    return pv_cli_print(PROGRAM, line);
}

static int run(struct job *job, const struct pv_spec *dest)
{
    struct pv_fault fault;
    struct pv_poll_file file;
    char *bytes = NULL;
    size_t len = 0;
    int status = PV_EXIT_FAILED;
    if (!pv_whole_file_read(job->path, &bytes, &len, &fault)) {
        (void)told(&fault);
        goto out;
    }
    switch (pv_poll_read(bytes, len, &file, report, job)) {
    case PV_POLL_OK:
        status = import_poll(job, dest, &file.poll);
        pv_poll_file_deinit(&file);
        break;
    case PV_POLL_BAD:
        report_end(job);
        break;
    case PV_POLL_NO_MEMORY:
        pv_cli_error(PROGRAM, "not enough memory for the poll in '%s'", file_name(job));
        break;
    }
out:
    free(bytes);
    return status;
}

/* --- the command line --- */

static const char summary[] = "Makes the events of an election out of a poll of star ballots.\n\n"
                              "FILE.csv (`-`: standard input) has the columns voterID, voteTime, pollID and "
                              "one for each candidate, with\n"
                              "0 to 5 stars: 1 to 5 are ratings, 0 is none. The poll becomes an election "
                              "with one competition; a ballot\n"
                              "with a rating is cast. Events are in the order of the vote times.";

static const char notes[] =
    "Ids depend only on the file and the seed: the same import gives the same bytes.\n"
    "A DEST that is a file must not exist. In sqlite:PATH events that are there already are passed over, if "
    "they are\nthe same; others under their numbers are exit status 2, and nothing is written.\n\n"
    "Exit status: 0 imported; 2 not: a row that is not valid (named as FILE:LINE:COLUMN), a file that cannot "
    "be\n"
    "read or written. Nothing is written of a file with such a row.";

static bool check_arguments(struct job *job, const char *seed, struct pv_spec *dest)
{
    if (job->dest == NULL) {
        pv_cli_error(PROGRAM, "-o DEST is missing; see '" PROGRAM " --help'");
        return false;
    }
    const char *why = pv_spec_dest(job->dest, dest);
    if (why != NULL) {
        pv_cli_error(PROGRAM, "-o '%s': %s", job->dest, why);
        return false;
    }
    if (seed != NULL && !pv_cli_digits(seed, UINT64_MAX, &job->seed)) {
        pv_cli_error(PROGRAM, "--seed '%s': a whole number from 0 to %" PRIu64 " is needed", seed,
                     UINT64_MAX);
        return false;
    }
    return true;
}

int pv_import_main(int argc, char **argv)
{
    struct job job = {.last_there = -1};
    const char *seed = NULL;
    struct pv_spec dest;
    const struct pv_cli_option options[] = {
        {'o', NULL, "DEST", "where to (required): PATH, compressed if it ends in .gz or .zst, or sqlite:PATH",
         &job.dest, NULL},
        {0, "name", "NAME",
         "the election's name (default: the file's, without .csv; of standard input the pollID)", &job.name,
         NULL},
        {0, "seed", "N", "another set of ids (default: 0)", &seed, NULL},
    };
    const struct pv_cli_argument arguments[] = {{"FILE.csv", &job.path}};
    const struct pv_cli_command command = {
        PROGRAM, NULL, "FILE.csv -o DEST [--name NAME] [--seed N]", summary, notes, options, 3, arguments, 1};
    pv_cli_hold_standard_streams();
    int status = pv_cli_parse(&command, argc, argv);
    if (status != PV_CLI_RUN)
        return status;
    if (!check_arguments(&job, seed, &dest))
        return PV_EXIT_FAILED;
    pv_cli_catch_interrupt();
    return run(&job, &dest);
}
