#include "aggregate_load.h"

#include "run.h"
#include "store_source.h"

/* What comes of a replay beside the election. */
struct loading {
    char stream[PV_STREAM_LEN];
    struct pv_seed seed;
    struct pv_id_hashes ids;
    /* The finding, as a fault; there is one at most, because it ends the election. */
    bool found;
    struct pv_fault damage;
};

static void on_finding(void *context, const struct pv_finding *finding)
{
    struct loading *loading = context;
    char message[PV_MESSAGE_MAX];
    loading->found = true;
    size_t len = pv_refusal_message(finding->why, message);
    pv_fault_set(&loading->damage, PV_FAULT_KIND_DAMAGED,
                 "%.*s cannot be used, record %lld is refused: %s, %.*s; photovote-audit verify tells all",
                 PV_STREAM_LEN, loading->stream, (long long)finding->number, pv_code_name(finding->why->code),
                 (int)len, message);
}

static bool on_applied(void *context, const struct pv_election *election, const struct pv_event *event,
                       struct pv_fault *fault)
{
    struct loading *loading = context;
    (void)election;
    if (pv_id_hashes_add(&loading->ids, loading->seed, event->id) == PV_OK)
        return true;
    pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "out of memory while reading %.*s", PV_STREAM_LEN,
                 loading->stream);
    return false;
}

static bool replay(struct pv_event_source *source, struct pv_judge *judge, const struct loading *loading,
                   struct pv_fault *fault)
{
    if (pv_run(source, judge, NULL, true, fault) == PV_RUN_FAULT)
        return false;
    if (loading->found)
        *fault = loading->damage;
    return !loading->found;
}

bool pv_aggregate_load(struct pv_event_store *store, struct pv_seed seed, struct pv_aggregate *aggregate,
                       struct pv_fault *fault)
{
    struct loading loading = {.seed = seed};
    struct pv_judge_options options = {.one_election = true,
                                       .election = aggregate->id,
                                       .seed = seed,
                                       .context = &loading,
                                       .on_finding = on_finding,
                                       .on_applied = on_applied};
    struct pv_event_source source;
    pv_stream_format(aggregate->id, loading.stream);
    if (!pv_store_source_borrow(store, (struct pv_str){loading.stream, PV_STREAM_LEN}, &source, fault))
        return false;
    struct pv_judge *judge = pv_judge_new(&options);
    bool loaded = judge != NULL && replay(&source, judge, &loading, fault);
    if (judge == NULL)
        pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "out of memory before reading");
    if (loaded)
        pv_judge_take(judge, aggregate->id, &aggregate->election, &aggregate->last_number);
    if (loaded)
        aggregate->ids = loading.ids;
    else
        pv_id_hashes_deinit(&loading.ids);
    pv_judge_free(judge);
    source.ops->close(source.self);
    return loaded;
}
