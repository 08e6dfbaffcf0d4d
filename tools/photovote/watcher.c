#include "watcher.h"

#include "record.h"

enum { BATCH = 64 };

static void close_log(struct pv_watcher *watcher)
{
    if (watcher->log != NULL)
        watcher->store->ops->close_reader(watcher->log);
    watcher->log = NULL;
}

void pv_watcher_deinit(struct pv_watcher *watcher)
{
    close_log(watcher);
}

static void tell(struct pv_watcher *watcher, const struct pv_recorded *recorded)
{
    struct pv_election_id id;
    struct pv_time created;
    if (recorded->position <= watcher->position)
        return;
    watcher->position = recorded->position;
    watcher->events++;
    if (pv_time_parse(recorded->created, &created) == PV_CODE_NONE)
        watcher->newest = created;
    if (pv_stream_parse(recorded->stream, &id))
        watcher->on_projected(watcher->context, id, recorded->number, recorded->position);
}

/* The log is read anew each time: what a reader has fetched beyond the checkpoint is not told yet. */
static bool tell_up_to(struct pv_watcher *watcher, int64_t checkpoint, struct pv_fault *fault)
{
    struct pv_event_store *store = watcher->store;
    struct pv_recorded records[BATCH];
    size_t count = 1;
    if (store->ops->read(store->self, (struct pv_str){NULL, 0}, watcher->position < 0 ? 0 : watcher->position,
                         &watcher->log, fault) != PV_STORE_OK)
        return false;
    while (count > 0 && watcher->position < checkpoint) {
        if (store->ops->next(watcher->log, records, BATCH, &count, fault) != PV_STORE_OK)
            return false;
        for (size_t i = 0; i < count && records[i].position <= checkpoint; i++)
            tell(watcher, &records[i]);
    }
    return true;
}

bool pv_watcher_step(struct pv_watcher *watcher, bool *moved, struct pv_fault *fault)
{
    struct pv_document_cache *cache = watcher->cache;
    int64_t checkpoint = -1;
    *moved = false;
    if (cache->ops->get_checkpoint(cache->self, &checkpoint, fault) == PV_CACHE_FAULT)
        return false;
    /* At the start, and when the cache was thrown away: what came before is nobody's business here. */
    if (!watcher->started || checkpoint < watcher->position)
        watcher->position = checkpoint;
    watcher->started = true;
    if (checkpoint == watcher->position)
        return true;
    uint64_t before = watcher->events;
    bool sound = tell_up_to(watcher, checkpoint, fault);
    close_log(watcher);
    *moved = watcher->events > before;
    return sound;
}
