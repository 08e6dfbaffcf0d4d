/* pull: the destinations, and what is left behind when it fails. */
#include "pull_command.h"

#include "adapters.h"
#include "job.h"
#include "pull.h"
#include "spec.h"

#include <stdlib.h>
#include <unistd.h>

/* A store that is made when the first records come for it, so that a pull that fails before leaves none
   behind. To make it at once and to remove it then could take what another process has written to it
   meanwhile. */
struct late_store {
    const char *path;
    struct pv_event_store store; /* ops NULL: not open */
};

static bool open_late(struct late_store *late, struct pv_fault *fault)
{
    return late->store.ops != NULL || pv_sqlite_store_open(late->path, PV_OPEN_WRITE, &late->store, fault);
}

static enum pv_store_result copy_late(void *self, const struct pv_recorded *records, size_t count,
                                      struct pv_fault *fault)
{
    struct late_store *late = self;
    if (!open_late(late, fault))
        return PV_STORE_FAULT;
    return late->store.ops->copy(late->store.self, records, count, fault);
}

static enum pv_outcome pull_to_store(struct job *job, const char *path, struct pv_fault *fault)
{
    static const struct pv_event_store_ops ops = {.copy = copy_late};
    struct late_store late = {.path = path};
    struct pv_event_store store = {&ops, &late};
    struct pv_pull_count count;
    enum pv_outcome outcome = PV_OUTCOME_FAILED;
    /* One that is there is looked at first: it may be no store, and the source long. */
    if (access(path, F_OK) != 0 || open_late(&late, fault))
        outcome = pv_pull_to_store(&job->audit, &store, &count, fault);
    if (outcome != PV_OUTCOME_FAILED && !open_late(&late, fault)) /* of nothing, an empty copy */
        outcome = PV_OUTCOME_FAILED;
    if (late.store.ops != NULL)
        late.store.ops->close(late.store.self);
    return outcome;
}

static enum pv_outcome pull_to_lines(struct job *job, const char *path, struct pv_fault *fault)
{
    struct pv_ndjson_sink *sink;
    struct pv_event_source existing;
    struct pv_pull_count count = {0, 0};
    struct pv_fault later;
    /* Opening the sink cuts a torn last line off and keeps others away, so it comes before reading what is
       there; of a new file that is nothing. */
    if (!pv_ndjson_sink_open(path, &sink, fault))
        return PV_OUTCOME_FAILED;
    enum pv_outcome outcome = PV_OUTCOME_FAILED;
    pv_out_init(&job->surroundings.out, pv_ndjson_sink_write, sink);
    if (pv_ndjson_source_open(path, &existing, fault)) {
        outcome = pv_pull_to_lines(&job->audit, &existing, path, &count, fault);
        existing.ops->close(existing.self);
    }
    if (outcome == PV_OUTCOME_FAILED && count.copied == 0) {
        pv_out_init(&job->surroundings.out, NULL, NULL);
        pv_ndjson_sink_discard(sink); /* a new file would be left behind empty */
        return outcome;
    }
    /* The sink keeps the reason of a failed write, and tells it when it is closed. */
    bool flushed = pv_out_flush(&job->surroundings.out);
    bool closed = pv_ndjson_sink_close(sink, outcome == PV_OUTCOME_FAILED ? &later : fault);
    pv_out_init(&job->surroundings.out, NULL, NULL);
    return flushed && closed ? outcome : PV_OUTCOME_FAILED;
}

int run_pull(int argc, char **argv)
{
    struct common common = {0};
    const char *dest = NULL;
    const struct pv_cli_option options[] = {
        {'o', NULL, "DEST", "where to (required): PATH, compressed if it ends in .gz or .zst, or sqlite:PATH",
         &dest, NULL},
        COMMON_OPTIONS(&common),
    };
    const struct pv_cli_argument arguments[] = {{"SOURCE", &common.source}};
    int status = pv_cli_parse(
        &(struct pv_cli_command){PROGRAM, "pull", "-o DEST [OPTIONS] SOURCE",
                                 "Copies the streams as recorded. When DEST exists it goes on where it "
                                 "stopped, if what is there is the same.",
                                 sources_help, options, sizeof options / sizeof *options, arguments, 1},
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
