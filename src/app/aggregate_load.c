#include "aggregate_load.h"

#include "run.h"
#include "store_source.h"

/* The finding, as a fault; there is one at most, because it ends the election. */
struct damage {
    char stream[PV_STREAM_LEN];
    bool found;
    struct pv_fault fault;
};

static void on_finding(void *context, const struct pv_finding *finding)
{
    struct damage *damage = context;
    char message[PV_MESSAGE_MAX];
    damage->found = true;
    size_t len = pv_refusal_message(finding->why, message);
    pv_fault_set(&damage->fault, PV_FAULT_KIND_DAMAGED,
                 "%.*s cannot be used, record %lld is refused: %s, %.*s; photovote-audit verify tells all",
                 PV_STREAM_LEN, damage->stream, (long long)finding->number, pv_code_name(finding->why->code),
                 (int)len, message);
}

static bool replay(struct pv_event_source *source, struct pv_judge *judge, const struct damage *damage,
                   struct pv_fault *fault)
{
    if (pv_run(source, judge, NULL, true, fault) == PV_RUN_FAULT)
        return false;
    if (damage->found)
        *fault = damage->fault;
    return !damage->found;
}

bool pv_aggregate_load(struct pv_event_store *store, struct pv_seed seed, struct pv_aggregate *aggregate,
                       struct pv_fault *fault)
{
    struct damage damage = {.found = false};
    struct pv_judge_options options = {.one_election = true,
                                       .election = aggregate->id,
                                       .seed = seed,
                                       .context = &damage,
                                       .on_finding = on_finding};
    struct pv_event_source source;
    pv_stream_format(aggregate->id, damage.stream);
    if (!pv_store_source_borrow(store, (struct pv_str){damage.stream, PV_STREAM_LEN}, &source, fault))
        return false;
    struct pv_judge *judge = pv_judge_new(&options);
    bool loaded = judge != NULL && replay(&source, judge, &damage, fault);
    if (judge == NULL)
        pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "out of memory before reading");
    if (loaded)
        pv_judge_take(judge, aggregate->id, &aggregate->election, &aggregate->last_number);
    pv_judge_free(judge);
    source.ops->close(source.self);
    return loaded;
}
