#include "open.h"

#include "record.h"
#include "spec.h"
#include "store_source.h"

#include <unistd.h>

static bool open_store_source(const char *path, const struct pv_election_id *one_election,
                              struct pv_event_source *source, struct pv_fault *fault)
{
    struct pv_event_store store;
    char text[PV_STREAM_LEN];
    struct pv_str stream = {NULL, 0};
    if (!pv_sqlite_store_open(path, PV_OPEN_READ, &store, fault))
        return false;
    if (one_election != NULL) {
        pv_stream_format(*one_election, text);
        stream = (struct pv_str){text, sizeof text};
    }
    if (pv_store_source_open(store, stream, source, fault))
        return true;
    store.ops->close(store.self);
    return false;
}

bool open_source(const char *text, const struct pv_election_id *one_election, struct pv_event_source *source,
                 struct pv_fault *fault)
{
    struct pv_spec spec;
    const char *why = pv_spec_source(text, &spec);
    if (why != NULL) {
        pv_fault_set(fault, PV_FAULT_KIND_IO, "cannot read '%s': %s", text, why);
        return false;
    }
    if (spec.kind == PV_SPEC_SQLITE)
        return open_store_source(spec.path, one_election, source, fault);
    return pv_ndjson_source_open(spec.path, source, fault);
}

bool open_cache(const char *text, enum pv_open_mode mode, struct pv_document_cache *cache,
                struct pv_fault *fault)
{
    struct pv_spec spec;
    const char *why = pv_spec_cache(text, &spec);
    if (why != NULL) {
        pv_fault_set(fault, PV_FAULT_KIND_IO, "cannot open '%s': %s", text, why);
        return false;
    }
    return spec.kind == PV_SPEC_DIR ? pv_file_cache_open(spec.path, mode, cache, fault)
                                    : pv_sqlite_cache_open(spec.path, mode, cache, fault);
}

bool late_cache_open(struct late_cache *late, struct pv_fault *fault)
{
    return late->cache.ops != NULL || open_cache(late->text, PV_OPEN_WRITE, &late->cache, fault);
}

static enum pv_cache_result put_late(void *self, const struct pv_cache_put *put, struct pv_fault *fault)
{
    struct late_cache *late = self;
    if (!late_cache_open(late, fault))
        return PV_CACHE_FAULT;
    return late->cache.ops->put(late->cache.self, put, fault);
}

static enum pv_cache_result remove_late(void *self, struct pv_election_id id, struct pv_fault *fault)
{
    struct late_cache *late = self;
    if (!late_cache_open(late, fault))
        return PV_CACHE_FAULT;
    return late->cache.ops->remove(late->cache.self, id, fault);
}

bool late_cache_begin(struct late_cache *late, const char *text, struct pv_fault *fault)
{
    static const struct pv_document_cache_ops ops = {.put = put_late, .remove = remove_late};
    struct pv_spec spec;
    *late = (struct late_cache){.text = text, .port = {&ops, late}};
    bool to_be_made = pv_spec_cache(text, &spec) == NULL && access(spec.path, F_OK) != 0;
    return to_be_made || late_cache_open(late, fault);
}

void late_cache_close(struct late_cache *late)
{
    if (late->cache.ops != NULL)
        late->cache.ops->close(late->cache.self);
}
