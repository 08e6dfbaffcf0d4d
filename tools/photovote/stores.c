/* Opening the stores and caches: a handle for each thread. */
#include "parts.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* The path of a setting, which is sqlite:PATH or empty: then that of a file in the data directory. */
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
    } else {
        path = strdup(spec + strlen("sqlite:"));
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

static bool cannot_use(const char *data, struct pv_fault *fault)
{
    pv_fault_set(fault, PV_FAULT_KIND_IO, "cannot use the data directory '%s': %s", data, strerror(errno));
    return false;
}

/* Says who holds it, as that one has written into the file. */
static bool is_in_use(const char *data, int fd, struct pv_fault *fault)
{
    char holder[24] = "";
    ssize_t len = pread(fd, holder, sizeof holder - 1, 0);
    holder[strspn(len > 0 ? holder : "", "0123456789")] = '\0';
    pv_fault_set(fault, PV_FAULT_KIND_BUSY,
                 "the data directory '%s' is in use by another server (process %s)", data,
                 *holder == '\0' ? "not known" : holder);
    return false;
}

bool pv_lock_data_directory(const struct pv_config *config, int *lock, struct pv_fault *fault)
{
    const char *data = pv_config_text(config, PV_SET_DATA);
    if (!pv_make_data_directory(config, fault))
        return false;
    int folder = open(data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return cannot_use(data, fault);
    int fd = openat(folder, "server.lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    (void)close(folder);
    if (fd < 0)
        return cannot_use(data, fault);
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        (void)(errno == EWOULDBLOCK ? is_in_use(data, fd, fault) : cannot_use(data, fault));
        (void)close(fd);
        return false;
    }
    if (ftruncate(fd, 0) == 0)
        (void)dprintf(fd, "%ld\n", (long)getpid());
    *lock = fd;
    return true;
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

static bool find_paths(struct pv_server *server, struct pv_fault *fault)
{
    server->store_path = path_of(server->config, PV_SET_STORE, "events.db", fault);
    if (server->store_path == NULL)
        return false;
    server->cache_path = path_of(server->config, PV_SET_CACHE, "cache.db", fault);
    return server->cache_path != NULL;
}

/* Two projectors on one cache would each take back what the other has put. The lock is on a file of its own:
   one on SQLite's would get into its way. It ends with the process, however that ends. */
static bool lock_projection(struct pv_server *server, struct pv_fault *fault)
{
    char path[PATH_MAX];
    int len = snprintf(path, sizeof path, "%s-projector", server->cache_path);
    int lock = len < (int)sizeof path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) == 0) {
        server->projector_lock = lock;
        return true;
    }
    if (lock >= 0 && errno == EWOULDBLOCK)
        pv_fault_set(
            fault, PV_FAULT_KIND_IO,
            "another process projects into '%s': `photovote projector`, or a serve without --projector off",
            server->cache_path);
    else
        pv_fault_set(fault, PV_FAULT_KIND_IO, "cannot lock '%s-projector': %s", server->cache_path,
                     strerror(errno));
    if (lock >= 0)
        (void)close(lock);
    return false;
}

static bool open_for_projection(struct pv_server *server, struct pv_fault *fault)
{
    return pv_sqlite_store_open(server->store_path, PV_OPEN_READ, &server->projector_store, fault) &&
           lock_projection(server, fault) &&
           pv_sqlite_cache_open_relaxed(server->cache_path, &server->projector_cache, fault);
}

/* The cache is made if it is not there yet, so that it can be read; else only read. */
static bool open_for_watching(struct pv_server *server, struct pv_fault *fault)
{
    return pv_sqlite_store_open(server->store_path, PV_OPEN_READ, &server->projector_store, fault) &&
           pv_sqlite_cache_open_relaxed(server->cache_path, &server->projector_cache, fault);
}

bool pv_open_projector_stores(struct pv_server *server, struct pv_fault *fault)
{
    return find_paths(server, fault) && open_for_projection(server, fault);
}

bool pv_open_stores(struct pv_server *server, struct pv_fault *fault)
{
    server->reader_count = pv_config_number(server->config, PV_SET_READ_THREADS);
    if (!pv_make_data_directory(server->config, fault) || !find_paths(server, fault) ||
        !pv_sqlite_store_open(server->store_path, PV_OPEN_WRITE, &server->worker_store, fault) ||
        !pv_sqlite_refusals_open(server->store_path, PV_OPEN_WRITE, &server->worker_refusals, fault))
        return false;
    bool projects = pv_config_switch(server->config, PV_SET_PROJECTOR);
    if (!(projects ? open_for_projection(server, fault) : open_for_watching(server, fault)))
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
    if (server->projector_lock > 0)
        (void)close(server->projector_lock);
    close_store(&server->projector_store);
    close_refusals(&server->worker_refusals);
    close_store(&server->worker_store);
    free(server->cache_path);
    free(server->store_path);
}
