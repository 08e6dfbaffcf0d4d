#include "commands.h"

#include "document.h"

static bool print_hash(struct pv_out *out, const struct pv_judged *judged)
{
    char stream[PV_STREAM_LEN], hash[PV_HASH_LEN];
    if (pv_document_hash(&judged->election, hash) != PV_OK)
        return false;
    pv_stream_format(judged->id, stream);
    pv_out_bytes(out, stream, sizeof stream);
    pv_out_char(out, ' ');
    pv_out_int(out, judged->election.version);
    pv_out_char(out, ' ');
    pv_out_bytes(out, hash, sizeof hash);
    return true;
}

static bool print_tally(struct pv_out *out, const struct pv_judged *judged)
{
    struct pv_tally tally;
    if (pv_tally_init(&tally, &judged->election) != PV_OK)
        return false;
    pv_print_tally(out, &judged->election, &tally);
    pv_tally_deinit(&tally);
    return true;
}

static bool print_election(struct pv_out *out, const struct pv_judged *judged, enum pv_replay_print what)
{
    bool printed = true;
    switch (what) {
    case PV_PRINT_DOCUMENT:
        pv_document_write(out, &judged->election);
        break;
    case PV_PRINT_TALLY:
        printed = print_tally(out, judged);
        break;
    case PV_PRINT_HASH:
        printed = print_hash(out, judged);
        break;
    case PV_PRINT_NONE:
        return true;
    }
    pv_out_char(out, '\n');
    return printed;
}

static bool print_all(const struct pv_audit *audit, const struct pv_judge *judge, enum pv_replay_print what,
                      struct pv_fault *fault)
{
    for (size_t i = 0; i < pv_judge_stream_count(judge); i++) {
        const struct pv_judged *judged = pv_judge_stream(judge, i);
        if (!pv_judged_is_shown(judged))
            continue;
        if (!pv_watch_tick(audit->watch, pv_judge_records(judge), 0, 0, fault))
            return false;
        if (!print_election(audit->out, judged, what)) {
            pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "out of memory while printing");
            return false;
        }
    }
    return true;
}

enum pv_outcome pv_replay(const struct pv_audit *audit, const struct pv_replay_options *options,
                          struct pv_fault *fault)
{
    struct pv_judge *judge = pv_judge_new(&(struct pv_judge_options){
        .goes_on = options->keep_going,
        .one_election = audit->one_election,
        .election = audit->election,
        .at = options->at,
        .at_number = options->at_number,
        .at_time = options->at_time,
        .seed = audit->seed,
        .context = audit->context,
        .on_finding = audit->on_finding,
    });
    if (judge == NULL) {
        pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "out of memory");
        return PV_OUTCOME_FAILED;
    }
    enum pv_run_end end = pv_run(audit->source, judge, audit->watch, !audit->plain, fault);
    enum pv_outcome outcome = pv_run_outcome(end, judge, audit->one_election, audit->election, fault);
    if (end == PV_RUN_DONE && outcome != PV_OUTCOME_FAILED && !print_all(audit, judge, options->print, fault))
        outcome = PV_OUTCOME_FAILED;
    pv_judge_free(judge);
    return outcome;
}
