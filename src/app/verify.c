#include "commands.h"

struct printer {
    struct pv_out *out;
    enum pv_verify_format format;
};

static void print_finding(void *context, const struct pv_finding *finding)
{
    struct printer *printer = context;
    if (printer->format == PV_VERIFY_JSON)
        pv_print_finding_json(printer->out, finding);
    else
        pv_print_finding_text(printer->out, finding);
}

static void print_count(struct pv_out *out, uint64_t count, const char *one, const char *many)
{
    pv_out_uint(out, count);
    pv_out_char(out, ' ');
    pv_out_cstr(out, count == 1 ? one : many);
}

/* Of what was read, also if the source then broke off; but not of what the user did not wait for. */
static void print_summary(struct pv_out *out, const struct pv_judge *judge, bool broke_off)
{
    print_count(out, pv_judge_records(judge), "record", "records");
    pv_out_cstr(out, " in ");
    print_count(out, pv_judge_stream_count(judge), "stream", "streams");
    pv_out_cstr(out, broke_off ? " before the source broke off: " : ": ");
    if (pv_judge_findings(judge) == 0)
        pv_out_cstr(out, "no finding");
    else
        print_count(out, pv_judge_findings(judge), "finding", "findings");
    pv_out_char(out, '\n');
}

enum pv_outcome pv_verify(const struct pv_audit *audit, enum pv_verify_format format, bool paranoid,
                          struct pv_fault *fault)
{
    struct printer printer = {audit->out, format};
    struct pv_judge *judge = pv_judge_new(&(struct pv_judge_options){
        .goes_on = true,
        .finds_duplicates = true,
        .paranoid = paranoid,
        .one_election = audit->one_election,
        .election = audit->election,
        .seed = audit->seed,
        .context = &printer,
        .on_finding = print_finding,
    });
    if (judge == NULL) {
        pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "out of memory");
        return PV_OUTCOME_FAILED;
    }
    enum pv_run_end end = pv_run(audit->source, judge, audit->watch, !audit->plain, fault);
    enum pv_outcome outcome = pv_run_outcome(end, judge, audit->one_election, audit->election, fault);
    bool broke_off =
        end == PV_RUN_FAULT && (fault->kind == PV_FAULT_KIND_DAMAGED || fault->kind == PV_FAULT_KIND_IO);
    if (format == PV_VERIFY_TEXT && (outcome != PV_OUTCOME_FAILED || broke_off))
        print_summary(audit->out, judge, broke_off);
    pv_judge_free(judge);
    return outcome;
}
