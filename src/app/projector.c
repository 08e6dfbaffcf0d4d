#include "projector_elections.h"

#include <stdlib.h>

enum { BATCH = 256, STEP_RECORDS = 4096 };

struct pv_projector *pv_projector_new(const struct pv_projector_options *options)
{
    struct pv_projector *made = calloc(1, sizeof *made);
    if (made == NULL)
        return NULL;
    made->options = *options;
    made->known.seed = options->seed;
    made->counts.position = -1;
    made->decoder = pv_record_reader_new(true);
    made->aggregates =
        pv_aggregates_new(options->store, options->seed, options->memory_limit, pv_projected_free);
    if (made->decoder == NULL || made->aggregates == NULL) {
        pv_projector_free(made);
        return NULL;
    }
    return made;
}

static void close_log(struct pv_projector *projector)
{
    if (projector->log != NULL)
        projector->options.store->ops->close_reader(projector->log);
    projector->log = NULL;
}

void pv_projector_free(struct pv_projector *projector)
{
    if (projector == NULL)
        return;
    close_log(projector);
    pv_aggregates_free(projector->aggregates);
    pv_record_reader_free(projector->decoder);
    pv_known_elections_deinit(&projector->known);
    free(projector);
}

const struct pv_projector_counts *pv_projector_counts(const struct pv_projector *projector)
{
    return &projector->counts;
}

static bool no_memory(struct pv_fault *fault)
{
    pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "cannot project: out of memory");
    return false;
}

/* --- the beginning --- */

/* A visitor of summaries. An election that has none is not known: it is taken from the log, and put with all
   its pages, when the log first names it. */
struct acquaintance {
    struct pv_known_elections *known;
    bool out_of_memory;
};

static bool know(void *context, struct pv_election_id id, int64_t last_number, struct pv_str summary)
{
    struct acquaintance *acquaintance = context;
    (void)summary;
    struct pv_known_election *known = pv_known_election(acquaintance->known, id);
    acquaintance->out_of_memory = known == NULL;
    if (known == NULL)
        return false;
    known->number = last_number;
    known->documented = true;
    return true;
}

static bool read_cache(struct pv_projector *projector, struct pv_fault *fault)
{
    struct pv_document_cache *cache = projector->options.cache;
    struct acquaintance acquaintance = {&projector->known, false};
    int64_t checkpoint = -1; /* also when what is kept is damaged */
    if (cache->ops->get_checkpoint(cache->self, &checkpoint, fault) == PV_CACHE_FAULT)
        return false;
    pv_known_elections_deinit(&projector->known); /* of a beginning that failed */
    if (cache->ops->summaries(cache->self, NULL, know, &acquaintance, fault) != PV_CACHE_OK)
        return false;
    projector->counts.position = checkpoint;
    return !acquaintance.out_of_memory || no_memory(fault);
}

/* From the record at counts.position on, which read_some passes over, or from the first. */
static bool open_log(struct pv_projector *projector, struct pv_fault *fault)
{
    struct pv_event_store *store = projector->options.store;
    int64_t position = projector->counts.position;
    return store->ops->read(store->self, (struct pv_str){NULL, 0}, position < 0 ? 0 : position,
                            &projector->log, fault) == PV_STORE_OK;
}

struct cleaning {
    struct pv_document_cache *cache;
    struct pv_fault *fault;
    bool failed;
};

static bool clean(void *context, struct pv_election_id id)
{
    struct cleaning *cleaning = context;
    cleaning->failed =
        cleaning->cache->ops->remove(cleaning->cache->self, id, cleaning->fault) == PV_CACHE_FAULT;
    return !cleaning->failed;
}

/* The cache is of a log that is not this one: of a store that was restored from an older copy, say. Nothing
   in it is of use. */
static bool begin_anew(struct pv_projector *projector, struct pv_fault *fault)
{
    struct cleaning cleaning = {projector->options.cache, fault, false};
    close_log(projector);
    pv_known_elections_deinit(&projector->known);
    projector->counts.position = -1;
    if (cleaning.cache->ops->list(cleaning.cache->self, clean, &cleaning, fault) != PV_CACHE_OK ||
        cleaning.failed)
        return false;
    return open_log(projector, fault);
}

/* Goes on from the checkpoint, if the log has a record there. */
static bool begin(struct pv_projector *projector, struct pv_fault *fault)
{
    struct pv_event_store *store = projector->options.store;
    struct pv_recorded record;
    size_t count = 0;
    if (!read_cache(projector, fault) || !open_log(projector, fault))
        return false;
    if (projector->counts.position >= 0) {
        if (store->ops->next(projector->log, &record, 1, &count, fault) != PV_STORE_OK)
            return false;
        if ((count == 0 || record.position != projector->counts.position) && !begin_anew(projector, fault))
            return false;
    }
    projector->started = true;
    return true;
}

/* --- puts --- */

static bool put(struct pv_projector *projector, struct pv_known_election *known, struct pv_fault *fault)
{
    const struct pv_projector_options *options = &projector->options;
    struct pv_aggregate *aggregate = pv_projector_hold(projector, known, fault);
    if (aggregate == NULL)
        return false;
    struct pv_projected *projected = aggregate->note;
    enum pv_cache_result result =
        pv_project(options->cache, &aggregate->election, aggregate->last_number, known->number,
                   projected->all ? NULL : &projected->changed, fault);
    if (result == PV_CACHE_STALE)
        result = pv_project(options->cache, &aggregate->election, aggregate->last_number, -1, NULL, fault);
    if (result != PV_CACHE_OK)
        return false;
    pv_changed_pages_clear(&projected->changed);
    projected->all = false;
    known->number = aggregate->last_number;
    known->documented = !aggregate->election.deleted;
    known->waiting = false;
    projector->counts.puts++;
    if (options->on_projected != NULL)
        options->on_projected(options->context, known->id, known->number, projected->position);
    return true;
}

/* All that wait, in their order. One that cannot be put waits on, and keeps no other from being put; the
   first fault is told. */
static bool put_waiting(struct pv_projector *projector, struct pv_fault *fault)
{
    struct pv_known_elections *known = &projector->known;
    struct pv_fault later;
    uint32_t left = 0;
    for (uint32_t i = 0; i < known->waiting_count; i++) {
        if (!put(projector, &known->list[known->waiting[i]], left == 0 ? fault : &later))
            known->waiting[left++] = known->waiting[i];
    }
    known->waiting_count = left;
    return left == 0;
}

/* --- the log --- */

/* How far a step has read. */
struct reached {
    size_t records;
    int64_t position;
    struct pv_time newest;
};

/* What waits is put before it could be evicted for another. */
static bool make_room(struct pv_projector *projector, const struct pv_known_election *known,
                      struct pv_fault *fault)
{
    bool full = projector->known.waiting_count > 0 &&
                pv_aggregates_bytes(projector->aggregates) >= projector->options.memory_limit;
    if (!full || pv_aggregates_peek(projector->aggregates, known->id) != NULL)
        return true;
    return put_waiting(projector, fault);
}

static bool take(struct pv_projector *projector, const struct pv_recorded *recorded, struct pv_fault *fault)
{
    struct pv_election_id id;
    if (!pv_stream_parse(recorded->stream, &id)) /* another's stream */
        return true;
    struct pv_known_election *known = pv_known_election(&projector->known, id);
    if (known == NULL)
        return no_memory(fault);
    if (known->ended || recorded->number <= known->number)
        return true;
    return make_room(projector, known, fault) && pv_projector_take(projector, known, recorded, fault);
}

static bool read_some(struct pv_projector *projector, struct reached *reached, struct pv_fault *fault)
{
    struct pv_event_store *store = projector->options.store;
    struct pv_recorded records[BATCH];
    size_t count = 1;
    while (count > 0 && reached->records < STEP_RECORDS) {
        if (store->ops->next(projector->log, records, BATCH, &count, fault) != PV_STORE_OK)
            return false;
        for (size_t i = 0; i < count; i++) {
            if (records[i].position <= projector->counts.position)
                continue;
            if (!take(projector, &records[i], fault))
                return false;
            reached->records++;
            reached->position = records[i].position;
            struct pv_time created;
            if (pv_time_parse(records[i].created, &created) == PV_CODE_NONE)
                reached->newest = created;
        }
    }
    return true;
}

static bool put_checkpoint(struct pv_projector *projector, const struct reached *reached,
                           struct pv_fault *fault)
{
    struct pv_document_cache *cache = projector->options.cache;
    if (reached->records == 0)
        return true;
    if (cache->ops->put_checkpoint(cache->self, reached->position, fault) != PV_CACHE_OK)
        return false;
    projector->counts.position = reached->position;
    projector->counts.newest = reached->newest;
    return true;
}

enum pv_projector_step pv_projector_step(struct pv_projector *projector, struct pv_fault *fault)
{
    struct reached reached = {0, -1, projector->counts.newest};
    bool waited = projector->known.waiting_count > 0;
    if ((projector->started || begin(projector, fault)) &&
        (projector->log != NULL || open_log(projector, fault)) && read_some(projector, &reached, fault) &&
        put_waiting(projector, fault) && put_checkpoint(projector, &reached, fault))
        return reached.records > 0 || waited ? PV_PROJECTOR_WORKED : PV_PROJECTOR_IDLE;
    /* What was read since the last checkpoint is read again, and passed over where it was taken. */
    close_log(projector);
    return PV_PROJECTOR_FAULT;
}
