/* What is durable: in memory, where what is kept is what was done; or in SQLite on a disk that loses power.
 */
#include "sim.h"

#include "commands.h"
#include "disk_vfs.h"
#include "sqlite_db.h"
#include "store_source.h"

#include <stdlib.h>

/* --- in memory --- */

static bool open_memory(struct sim *s, struct pv_fault *fault)
{
    struct sim_world *world = &s->world;
    if (world->store.ops == NULL &&
        (!pv_memory_store_open(&world->store, fault) || !pv_memory_refusals_open(&world->log, fault) ||
         !pv_memory_cache_open(&world->cache, fault)))
        return false;
    world->read_store = world->store;
    world->read_log = world->log;
    world->read_cache = world->cache;
    return true;
}

/* The log up to its record `count`. */
static void copy_log(struct sim *s, unsigned count, struct pv_event_store *to)
{
    const struct pv_event_store *store = &s->world.store;
    struct pv_store_reader *reader;
    struct pv_recorded record;
    struct pv_fault fault;
    size_t got;
    if (!pv_memory_store_open(to, &fault) ||
        store->ops->read(store->self, (struct pv_str){NULL, 0}, 0, &reader, &fault) != PV_STORE_OK)
        abort();
    for (unsigned i = 0; i < count; i++) {
        if (store->ops->next(reader, &record, 1, &got, &fault) != PV_STORE_OK || got != 1 ||
            to->ops->copy(to->self, &record, 1, &fault) != PV_STORE_OK)
            abort();
    }
    store->ops->close_reader(reader);
}

/* The cache is what it was when `count` records were projected. */
static void fall_back(struct sim *s, unsigned count)
{
    struct pv_event_store prefix;
    struct pv_event_source source;
    struct pv_fault fault;
    struct pv_audit audit = {.source = &source, .seed = {1, 2}};
    struct pv_document_cache *cache = &s->world.cache;
    cache->ops->close(cache->self);
    copy_log(s, count, &prefix);
    if (!pv_memory_cache_open(cache, &fault) ||
        !pv_store_source_borrow(&prefix, (struct pv_str){NULL, 0}, &source, &fault) ||
        pv_rebuild(&audit, cache, &fault) != PV_OUTCOME_CLEAN)
        abort();
    source.ops->close(source.self);
    prefix.ops->close(prefix.self);
    if (count > 0)
        (void)cache->ops->put_checkpoint(cache->self, s->records[count - 1].position, &fault);
}

static unsigned projected(struct sim *s)
{
    struct pv_fault fault;
    int64_t checkpoint = -1;
    unsigned count = 0;
    (void)s->world.cache.ops->get_checkpoint(s->world.cache.self, &checkpoint, &fault);
    while (count < s->record_count && s->records[count].position <= checkpoint)
        count++;
    return count;
}

static void stop_memory(struct sim *s, bool power)
{
    unsigned count = projected(s);
    (void)power;
    if (sim_happens(s, FAULT_CACHE_GONE)) {
        fall_back(s, 0);
    } else if (count > 0 && sim_happens(s, FAULT_CACHE_LOSES)) {
        count = gen_draw(s->g, count);
        sim_tell(s, "the cache is of %u records", count);
        fall_back(s, count);
    }
}

static void end_memory(struct sim *s)
{
    s->world.store.ops->close(s->world.store.self);
    s->world.log.ops->close(s->world.log.self);
    s->world.cache.ops->close(s->world.cache.self);
}

void sim_memory_world(struct sim_world *world)
{
    *world = (struct sim_world){.open = open_memory, .stop = stop_memory, .end = end_memory};
}

/* --- in SQLite --- */

static const struct pv_sqlite_options options = {DISK_VFS, 0, 1 << 20, 3};

static void cut(struct sim *s, uint32_t calls)
{
    disk_cut_power(s->world.own, disk_calls(s->world.own) + calls);
}

static bool has_power(struct sim *s)
{
    return !disk_is_dead(s->world.own);
}

static bool open_disk(struct sim *s, struct pv_fault *fault)
{
    struct sim_world *world = &s->world;
    if (world->own == NULL)
        world->own = disk_new();
    disk_vfs_use(world->own);
    return pv_sqlite_store_open_with("events.db", PV_OPEN_WRITE, &options, &world->store, fault) &&
           pv_sqlite_refusals_open_with("events.db", PV_OPEN_WRITE, &options, &world->log, fault) &&
           pv_sqlite_cache_open_relaxed_with("cache.db", &options, &world->cache, fault) &&
           pv_sqlite_store_open_with("events.db", PV_OPEN_READ, &options, &world->read_store, fault) &&
           pv_sqlite_refusals_open_with("events.db", PV_OPEN_READ, &options, &world->read_log, fault) &&
           pv_sqlite_cache_open_with("cache.db", PV_OPEN_READ, &options, &world->read_cache, fault);
}

static void close_disk(struct sim_world *world)
{
    world->read_cache.ops->close(world->read_cache.self);
    world->read_log.ops->close(world->read_log.self);
    world->read_store.ops->close(world->read_store.self);
    world->cache.ops->close(world->cache.self);
    world->log.ops->close(world->log.self);
    world->store.ops->close(world->store.self);
    world->store.ops = NULL;
}

/* A process that is killed leaves everything that it wrote; a machine what it synced, and perhaps more. */
static void stop_disk(struct sim *s, bool power)
{
    struct disk *disk = s->world.own;
    enum disk_survivors survivors = DISK_EVERYTHING;
    if (power)
        survivors = (enum disk_survivors)gen_draw(s->g, 3);
    uint32_t seed = gen_draw(s->g, 1 << 20);
    disk_cut_power(disk, 0);
    close_disk(&s->world);
    struct disk *after = disk_after_cut(disk, survivors, seed);
    disk_free(disk);
    s->world.own = after;
    if (sim_happens(s, FAULT_CACHE_GONE)) {
        static const char *const names[] = {"cache.db", "cache.db-wal", "cache.db-shm"};
        for (unsigned i = 0; i < 3; i++)
            (void)disk_remove(after, names[i]);
    }
}

static void end_disk(struct sim *s)
{
    if (s->world.store.ops != NULL)
        close_disk(&s->world);
    disk_free(s->world.own);
}

void sim_disk_world(struct sim_world *world)
{
    disk_vfs_register();
    *world = (struct sim_world){
        .open = open_disk, .stop = stop_disk, .end = end_disk, .cut = cut, .has_power = has_power};
}
