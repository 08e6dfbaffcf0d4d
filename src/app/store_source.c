#include "store_source.h"

#include <stdlib.h>

/* As many records at once as the run asks for. */
enum { STORE_BATCH = 64 };

struct store_source {
    struct pv_event_store store;
    bool is_borrowed;
    struct pv_store_reader *reader;
    struct pv_recorded records[STORE_BATCH];
    int64_t last_position;
    uint64_t done;
};

static bool source_next(void *self, struct pv_raw *raws, size_t max, size_t *count, size_t *bytes,
                        struct pv_fault *fault)
{
    struct store_source *source = self;
    size_t wanted = max < STORE_BATCH ? max : STORE_BATCH;
    if (source->store.ops->next(source->reader, source->records, wanted, count, fault) != PV_STORE_OK)
        return false;
    *bytes = 0;
    for (size_t i = 0; i < *count; i++) {
        const struct pv_recorded *recorded = &source->records[i];
        raws[i] = (struct pv_raw){.form = PV_RAW_RECORDED, .recorded = *recorded};
        *bytes += recorded->data.len + recorded->metadata.len;
        source->done = recorded->position > 0 ? (uint64_t)recorded->position : source->done;
    }
    return true;
}

static void source_progress(void *self, uint64_t *done, uint64_t *total)
{
    const struct store_source *source = self;
    *done = source->done;
    *total = source->last_position > 0 ? (uint64_t)source->last_position : 0;
}

static void source_close(void *self)
{
    struct store_source *source = self;
    source->store.ops->close_reader(source->reader);
    if (!source->is_borrowed)
        source->store.ops->close(source->store.self);
    free(source);
}

static const struct pv_event_source_ops source_ops = {source_next, source_progress, source_close};

static bool open_source(struct pv_event_store store, bool is_borrowed, struct pv_str stream,
                        struct pv_event_source *source, struct pv_fault *fault)
{
    struct store_source *made = calloc(1, sizeof *made);
    if (made == NULL) {
        pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "out of memory");
        return false;
    }
    made->store = store;
    made->is_borrowed = is_borrowed;
    if (store.ops->last_position(store.self, &made->last_position, fault) != PV_STORE_OK ||
        store.ops->read(store.self, stream, 0, &made->reader, fault) != PV_STORE_OK) {
        free(made);
        return false;
    }
    *source = (struct pv_event_source){&source_ops, made};
    return true;
}

bool pv_store_source_open(struct pv_event_store store, struct pv_str stream, struct pv_event_source *source,
                          struct pv_fault *fault)
{
    return open_source(store, false, stream, source, fault);
}

bool pv_store_source_borrow(const struct pv_event_store *store, struct pv_str stream,
                            struct pv_event_source *source, struct pv_fault *fault)
{
    return open_source(*store, true, stream, source, fault);
}
