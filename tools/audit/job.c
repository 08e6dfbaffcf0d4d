#include "job.h"

#include "open.h"

#include <string.h>

const char sources_help[] =
    "SOURCE is a PATH of NDJSON (plain, gzip or zstd, told by its content), `-` for standard\n"
    "input, or sqlite:PATH for the embedded event store.\n"
    "\n"
    "Exit status: 0 nothing found; 1 something found; 2 could not be done.";

int usage_error(const char *what, const char *value, const char *hint)
{
    pv_cli_error(PROGRAM, "%s '%s': %s", what, value, hint);
    return PV_EXIT_FAILED;
}

int job_begin(struct job *job, const struct common *common)
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

int job_end(struct job *job, enum pv_outcome outcome, const struct pv_fault *fault)
{
    job->source.ops->close(job->source.self);
    return surroundings_finish(&job->surroundings, outcome, fault);
}
