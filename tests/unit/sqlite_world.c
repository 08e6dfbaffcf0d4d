#include "sqlite_world.h"

#include "sqlite_db.h"

#include <string.h>

#define FILE_NAME "./world.db"

static const struct world_step steps[] = {
    {WORLD_OPEN, 0, 0},
    {WORLD_APPEND, 0, 3},
    {WORLD_APPEND, 1, 1},
    {WORLD_PUT, 0, 0},
    {WORLD_APPEND, 0, 2},
    {WORLD_CHECKPOINT, 0, SQLITE_CHECKPOINT_PASSIVE},
    {WORLD_APPEND_GROUP, 0, 2},
    {WORLD_REFUSE, 0, 3},
    {WORLD_PUT_CHANGES, 0, 0},
    {WORLD_COPY, 2, 40},
    {WORLD_READ, 0, 0},
    {WORLD_CLOSE, 0, 0},
    {WORLD_OPEN, 1, 0},
    {WORLD_READ, 0, 0},
    {WORLD_CLOSE, 0, 0},
    {WORLD_OPEN, 0, 0},
    {WORLD_APPEND, 1, 4},
    {WORLD_PUT, 1, 0},
    {WORLD_CHECKPOINT, 0, SQLITE_CHECKPOINT_RESTART},
    {WORLD_APPEND, 0, 1},
    {WORLD_REMOVE, 0, 0},
    {WORLD_CHECKPOINT, 0, SQLITE_CHECKPOINT_TRUNCATE},
    {WORLD_APPEND, 2, 20},
    {WORLD_APPEND_GROUP, 0, 5},
    {WORLD_REFUSE, 0, 2},
    {WORLD_PUT_CHANGES, 1, 0},
    {WORLD_READ, 0, 0},
    {WORLD_CLOSE, 0, 0},
    {WORLD_OPEN, 0, 0},
    {WORLD_APPEND, 1, 1},
    {WORLD_PUT, 2, 0},
    {WORLD_READ, 0, 0},
    {WORLD_CLOSE, 0, 0},
};

static bool open_all(struct world *world, bool to_read, struct pv_fault *fault)
{
    enum pv_open_mode mode = to_read ? PV_OPEN_READ : PV_OPEN_WRITE;
    static const struct pv_sqlite_options options = {DISK_VFS, 0, 1 << 20, 3};
    if (!pv_sqlite_store_open_with(&FILE_NAME[2], mode, &options, &world->store, fault))
        return false;
    if (!pv_sqlite_cache_open_with(&FILE_NAME[2], mode, &options, &world->cache, fault))
        goto close_store;
    if (pv_sqlite_refusals_open_with(&FILE_NAME[2], mode, &options, &world->refusals, fault))
        return true;
    world->cache.ops->close(world->cache.self);
close_store:
    world->store.ops->close(world->store.self);
    return false;
}

static bool checkpoint(struct world *world, int mode)
{
    (void)world;
    sqlite3 *db;
    bool done = sqlite3_open_v2(FILE_NAME, &db, SQLITE_OPEN_READWRITE, DISK_VFS) == SQLITE_OK &&
                sqlite3_wal_checkpoint_v2(db, NULL, mode, NULL, NULL) == SQLITE_OK;
    (void)sqlite3_close(db);
    return done;
}

void sqlite_world_make(struct world *world, struct disk *disk)
{
    disk_vfs_use(disk);
    *world = (struct world){
        .steps = steps, .count = sizeof steps / sizeof steps[0], .open = open_all, .checkpoint = checkpoint};
}

static int is_ok(void *sound, int columns, char **values, char **names)
{
    (void)columns, (void)names;
    *(bool *)sound = strcmp(values[0], "ok") == 0;
    return 0;
}

bool sqlite_world_is_sound(void)
{
    sqlite3 *db;
    bool sound = false;
    if (sqlite3_open_v2(FILE_NAME, &db, SQLITE_OPEN_READWRITE, DISK_VFS) == SQLITE_OK)
        (void)sqlite3_exec(db, "PRAGMA integrity_check", is_ok, &sound, NULL);
    (void)sqlite3_close(db);
    return sound;
}
