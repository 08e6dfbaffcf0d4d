/* Opening the stores and caches: a handle for each thread. */
#include "parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The path of a setting of the form sqlite:PATH, or of a file in the data directory. */
static char *path_of(const struct pv_config *config, enum pv_setting setting, const char *file,
                     struct pv_fault *fault)
{
    const char *spec = pv_config_text(config, setting), *data = pv_config_text(config, PV_SET_DATA);
    char *path = NULL;
    if (*spec == '\0') {
        size_t size = strlen(data) + strlen(file) + 2;
        path = malloc(size);
        if (path != NULL)
            (void)snprintf(path, size, "%s/%s", data, file);
    } else if (strncmp(spec, "sqlite:", 7) == 0 && spec[7] != '\0') {
        path = strdup(spec + 7);
    } else {
        pv_fault_set(fault, PV_FAULT_KIND_DAMAGED,
                     "'%s' is not of the form sqlite:PATH, which is all there is as yet", spec);
        return NULL;
    }
    if (path == NULL)
        pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "out of memory");
    return path;
}

bool pv_make_data_directory(const struct pv_config *config, struct pv_fault *fault)
{
    const char *data = pv_config_text(config, PV_SET_DATA);
    if (mkdir(data, 0700) == 0 || errno == EEXIST)
        return true;
    pv_fault_set(fault, PV_FAULT_KIND_IO, "cannot make the data directory '%s': %s", data, strerror(errno));
    return false;
}

bool pv_open_config_store(const struct pv_config *config, enum pv_open_mode mode,
                          struct pv_event_store *store, struct pv_fault *fault)
{
    char *path = path_of(config, PV_SET_STORE, "events.db", fault);
    bool opened = path != NULL && pv_sqlite_store_open(path, mode, store, fault);
    free(path);
    return opened;
}

static bool open_reader(struct pv_server *server, struct pv_reader_part *part, struct pv_fault *fault)
{
    part->server = server;
    part->reads = (struct pv_api_reads){&part->store, &part->cache, &part->refusals};
    return pv_sqlite_store_open(server->store_path, PV_OPEN_READ, &part->store, fault) &&
           pv_sqlite_cache_open(server->cache_path, PV_OPEN_READ, &part->cache, fault) &&
           pv_sqlite_refusals_open(server->store_path, PV_OPEN_READ, &part->refusals, fault);
}

bool pv_open_stores(struct pv_server *server, struct pv_fault *fault)
{
    server->reader_count = pv_config_number(server->config, PV_SET_READ_THREADS);
    if (!pv_make_data_directory(server->config, fault))
        return false;
    server->store_path = path_of(server->config, PV_SET_STORE, "events.db", fault);
    if (server->store_path == NULL)
        return false;
    server->cache_path = path_of(server->config, PV_SET_CACHE, "cache.db", fault);
    if (server->cache_path == NULL)
        return false;
    if (!pv_sqlite_store_open(server->store_path, PV_OPEN_WRITE, &server->worker_store, fault) ||
        !pv_sqlite_refusals_open(server->store_path, PV_OPEN_WRITE, &server->worker_refusals, fault) ||
        !pv_sqlite_store_open(server->store_path, PV_OPEN_READ, &server->projector_store, fault) ||
        !pv_sqlite_cache_open_relaxed(server->cache_path, &server->projector_cache, fault))
        return false;
    for (int i = 0; i < server->reader_count; i++) {
        if (!open_reader(server, &server->readers[i], fault))
            return false;
    }
    return true;
}

static void close_store(struct pv_event_store *store)
{
    if (store->ops != NULL)
        store->ops->close(store->self);
}

static void close_cache(struct pv_document_cache *cache)
{
    if (cache->ops != NULL)
        cache->ops->close(cache->self);
}

static void close_refusals(struct pv_refusal_log *log)
{
    if (log->ops != NULL)
        log->ops->close(log->self);
}

void pv_close_stores(struct pv_server *server)
{
    for (int i = 0; i < server->reader_count; i++) {
        close_refusals(&server->readers[i].refusals);
        close_cache(&server->readers[i].cache);
        close_store(&server->readers[i].store);
    }
    close_cache(&server->projector_cache);
    close_store(&server->projector_store);
    close_refusals(&server->worker_refusals);
    close_store(&server->worker_store);
    free(server->cache_path);
    free(server->store_path);
}
