/* Follows a projector of another process: what its checkpoint in the cache says is projected, is told here as
   the own projector tells it. */
#ifndef PV_WATCHER_H
#define PV_WATCHER_H

#include "datetime.h"
#include "document_cache.h"
#include "event_store.h"

/* Zeroed but for the first four, which are borrowed. */
struct pv_watcher {
    struct pv_event_store *store;
    struct pv_document_cache *cache;
    void *context;
    /* A record that is projected since the last step. */
    void (*on_projected)(void *context, struct pv_election_id id, int64_t number, int64_t position);

    struct pv_store_reader *log;
    bool started;
    int64_t position; /* told up to here; -1: nothing */
    uint64_t events;  /* told so far */
    struct pv_time newest;
};
/* *moved: whether something was told. False: *fault, and the next step tries again. */
bool pv_watcher_step(struct pv_watcher *watcher, bool *moved, struct pv_fault *fault) PV_MUST_USE;
void pv_watcher_deinit(struct pv_watcher *watcher);

#endif
