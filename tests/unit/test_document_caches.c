/* The law of the document cache on every adapter. */
#include "adapters.h"
#include "contract_document_cache.h"
#include "workdir.h"

#include <sqlite3.h>

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

/* A file as the first programs made it: without the tables that came later. */
static bool open_older(struct pv_document_cache *cache, struct pv_fault *fault)
{
    sqlite3 *db;
    if (!open_sqlite(cache, fault))
        return false;
    cache->ops->close(cache->self);
    bool dropped = sqlite3_open(workdir_file(&dir, "cache.db"), &db) == SQLITE_OK &&
                   sqlite3_exec(db,
                                "DROP TABLE cached_shown; DROP TABLE cached_page_keys; "
                                "DROP TABLE cached_keys; DROP TABLE cached_checkpoint",
                                NULL, NULL, NULL) == SQLITE_OK;
    dropped = sqlite3_close(db) == SQLITE_OK && dropped;
    return dropped && pv_sqlite_cache_open(workdir_file(&dir, "cache.db"), PV_OPEN_WRITE, cache, fault);
}

static bool open_relaxed(struct pv_document_cache *cache, struct pv_fault *fault)
{
    workdir_make(&dir);
    return pv_sqlite_cache_open_relaxed(workdir_file(&dir, "cache.db"), cache, fault);
}

static bool reopen_relaxed(struct pv_document_cache *cache, struct pv_fault *fault)
{
    cache->ops->close(cache->self);
    return pv_sqlite_cache_open_relaxed(workdir_file(&dir, "cache.db"), cache, fault);
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
        {"sqlite, an older file", open_older, reopen_sqlite, close_on_disk, false},
        {"sqlite, relaxed", open_relaxed, reopen_relaxed, close_on_disk, false},
    };
    return contract_document_cache(adapters, sizeof adapters / sizeof adapters[0]) == 0 ? 0 : 1;
}
