/* The law of the document cache on every adapter. */
#include "adapters.h"
#include "contract_document_cache.h"
#include "workdir.h"

static bool keep_memory(struct pv_document_cache *cache, struct pv_fault *fault)
{
    (void)cache, (void)fault;
    return true;
}

static void close_memory(struct pv_document_cache *cache)
{
    cache->ops->close(cache->self);
}

static struct workdir dir;

static bool open_file(struct pv_document_cache *cache, struct pv_fault *fault)
{
    workdir_make(&dir);
    return pv_file_cache_open(workdir_file(&dir, "cache"), PV_OPEN_WRITE, cache, fault);
}

static bool reopen_file(struct pv_document_cache *cache, struct pv_fault *fault)
{
    cache->ops->close(cache->self);
    return pv_file_cache_open(workdir_file(&dir, "cache"), PV_OPEN_WRITE, cache, fault);
}

static bool open_sqlite(struct pv_document_cache *cache, struct pv_fault *fault)
{
    workdir_make(&dir);
    return pv_sqlite_cache_open(workdir_file(&dir, "cache.db"), PV_OPEN_WRITE, cache, fault);
}

static bool reopen_sqlite(struct pv_document_cache *cache, struct pv_fault *fault)
{
    cache->ops->close(cache->self);
    return pv_sqlite_cache_open(workdir_file(&dir, "cache.db"), PV_OPEN_WRITE, cache, fault);
}

static void close_on_disk(struct pv_document_cache *cache)
{
    cache->ops->close(cache->self);
    workdir_remove(&dir);
}

int main(void)
{
    static const struct contract_cache adapters[] = {
        {"memory", pv_memory_cache_open, keep_memory, close_memory, false},
        {"file", open_file, reopen_file, close_on_disk, true},
        {"sqlite", open_sqlite, reopen_sqlite, close_on_disk, false},
    };
    return contract_document_cache(adapters, sizeof adapters / sizeof adapters[0]) == 0 ? 0 : 1;
}
