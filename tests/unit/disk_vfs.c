#include "disk_vfs.h"

#include "kit_memory.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REGIONS_MAX = 4, REGION_BYTES = 32768 };

/* What the connections to one database share beside its bytes. */
struct shared {
    unsigned readers;   /* locks SHARED and above */
    const void *writer; /* who holds RESERVED and above */
    bool pending;
    char *region[REGIONS_MAX];
    unsigned shm_shared[SQLITE_SHM_NLOCK];
    const void *shm_exclusive[SQLITE_SHM_NLOCK];
};

struct open_file {
    sqlite3_file base;
    struct disk *disk;
    struct disk_file *file;
    int level;            /* of the lock */
    bool syncs_names;     /* the first sync of a new journal syncs its name too, as on a real system */
    unsigned shm_mask[2]; /* shared memory locks held: shared, exclusive */
    char remove_at_close[64];
};

static struct disk *current;
static uint64_t random_state = 1;

static struct open_file *of(sqlite3_file *file)
{
    return (struct open_file *)(void *)file;
}

/* --- bytes --- */

static int vfs_close(sqlite3_file *file)
{
    struct open_file *f = of(file);
    if (f->remove_at_close[0] != '\0')
        (void)disk_remove(f->disk, f->remove_at_close);
    disk_close(f->file);
    return SQLITE_OK;
}

static int vfs_read(sqlite3_file *file, void *bytes, int len, sqlite3_int64 offset)
{
    struct open_file *f = of(file);
    if (!disk_may(f->disk, DISK_READ))
        return SQLITE_IOERR_READ;
    size_t got = disk_read(f->file, bytes, (size_t)len, (size_t)offset);
    if (got == (size_t)len)
        return SQLITE_OK;
    memset((char *)bytes + got, 0, (size_t)len - got);
    return SQLITE_IOERR_SHORT_READ;
}

static int vfs_write(sqlite3_file *file, const void *bytes, int len, sqlite3_int64 offset)
{
    struct open_file *f = of(file);
    if (!disk_may(f->disk, DISK_WRITE))
        return SQLITE_FULL;
    disk_write(f->file, bytes, (size_t)len, (size_t)offset);
    return SQLITE_OK;
}

static int vfs_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    struct open_file *f = of(file);
    if (!disk_may(f->disk, DISK_TRUNCATE))
        return SQLITE_IOERR_TRUNCATE;
    disk_truncate(f->file, (size_t)size);
    return SQLITE_OK;
}

static int vfs_sync(sqlite3_file *file, int flags)
{
    struct open_file *f = of(file);
    (void)flags;
    if (!disk_may(f->disk, DISK_SYNC)) {
        if (!disk_is_dead(f->disk))
            disk_sync_failed(f->file);
        return SQLITE_IOERR_FSYNC;
    }
    disk_sync(f->disk, f->file);
    if (!f->syncs_names)
        return SQLITE_OK;
    if (!disk_may(f->disk, DISK_SYNC)) {
        if (!disk_is_dead(f->disk))
            disk_sync_names_failed(f->disk);
        return SQLITE_IOERR_DIR_FSYNC;
    }
    f->syncs_names = false;
    disk_sync_names(f->disk);
    return SQLITE_OK;
}

static int vfs_size(sqlite3_file *file, sqlite3_int64 *size)
{
    struct open_file *f = of(file);
    if (!disk_may(f->disk, DISK_OTHER))
        return SQLITE_IOERR_FSTAT;
    *size = (sqlite3_int64)disk_size(f->file);
    return SQLITE_OK;
}

static int vfs_control(sqlite3_file *file, int operation, void *argument)
{
    (void)file, (void)operation, (void)argument;
    return SQLITE_NOTFOUND;
}

static int vfs_sector(sqlite3_file *file)
{
    (void)file;
    return 4096;
}

static int vfs_characteristics(sqlite3_file *file)
{
    (void)file;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

/* --- locks --- */

static void release_shared(void *extra)
{
    struct shared *shared = extra;
    if (shared == NULL)
        return;
    for (size_t i = 0; i < REGIONS_MAX; i++)
        free(shared->region[i]);
    free(shared);
}

static struct shared *shared_of(struct open_file *f)
{
    void **extra = disk_extra(f->file, release_shared);
    if (*extra == NULL)
        *extra = kit_zeroed(sizeof(struct shared));
    return *extra;
}

static int vfs_lock(sqlite3_file *file, int level)
{
    struct open_file *f = of(file);
    struct shared *shared = shared_of(f);
    if (!disk_may(f->disk, DISK_OTHER))
        return SQLITE_IOERR_LOCK;
    if (f->level >= level)
        return SQLITE_OK;
    if (f->level == SQLITE_LOCK_NONE) {
        if (shared->pending)
            return SQLITE_BUSY;
        shared->readers++;
        f->level = SQLITE_LOCK_SHARED;
    }
    if (level == SQLITE_LOCK_SHARED)
        return SQLITE_OK;
    if (shared->writer != NULL && shared->writer != f)
        return SQLITE_BUSY;
    shared->writer = f;
    f->level = SQLITE_LOCK_RESERVED;
    if (level == SQLITE_LOCK_RESERVED)
        return SQLITE_OK;
    shared->pending = true;
    f->level = SQLITE_LOCK_PENDING;
    if (shared->readers > 1)
        return SQLITE_BUSY;
    f->level = SQLITE_LOCK_EXCLUSIVE;
    return SQLITE_OK;
}

static int vfs_unlock(sqlite3_file *file, int level)
{
    struct open_file *f = of(file);
    struct shared *shared = shared_of(f);
    if (shared->writer == f && level < SQLITE_LOCK_RESERVED) {
        shared->writer = NULL;
        shared->pending = false;
    }
    if (f->level >= SQLITE_LOCK_SHARED && level == SQLITE_LOCK_NONE)
        shared->readers--;
    if (level < f->level)
        f->level = level;
    return SQLITE_OK;
}

static int vfs_reserved(sqlite3_file *file, int *reserved)
{
    struct open_file *f = of(file);
    struct shared *shared = shared_of(f);
    if (!disk_may(f->disk, DISK_OTHER))
        return SQLITE_IOERR_CHECKRESERVEDLOCK;
    *reserved = shared->writer != NULL;
    return SQLITE_OK;
}

/* --- shared memory --- */

static int vfs_shm_map(sqlite3_file *file, int region, int bytes, int extend, void volatile **memory)
{
    struct open_file *f = of(file);
    struct shared *shared = shared_of(f);
    if (!disk_may(f->disk, DISK_OTHER))
        return SQLITE_IOERR_SHMMAP;
    if (region >= REGIONS_MAX || bytes != REGION_BYTES)
        return SQLITE_NOMEM;
    if (shared->region[region] == NULL && extend) {
        shared->region[region] = kit_zeroed(REGION_BYTES);
    }
    *memory = shared->region[region];
    return SQLITE_OK;
}

static bool shm_is_free(const struct open_file *f, const struct shared *shared, int lock, bool exclusive)
{
    bool mine = (f->shm_mask[0] >> lock & 1) != 0;
    if (shared->shm_exclusive[lock] != NULL && shared->shm_exclusive[lock] != f)
        return false;
    return !exclusive || shared->shm_shared[lock] == (mine ? 1u : 0u);
}

static void shm_set(struct open_file *f, struct shared *shared, int lock, bool exclusive, bool locked)
{
    unsigned bit = 1u << lock;
    unsigned *mask = &f->shm_mask[exclusive];
    if (((*mask & bit) != 0) == locked)
        return;
    *mask ^= bit;
    if (exclusive)
        shared->shm_exclusive[lock] = locked ? f : NULL;
    else if (locked)
        shared->shm_shared[lock]++;
    else
        shared->shm_shared[lock]--;
}

static int vfs_shm_lock(sqlite3_file *file, int first, int count, int flags)
{
    struct open_file *f = of(file);
    struct shared *shared = shared_of(f);
    bool exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0, locks = (flags & SQLITE_SHM_LOCK) != 0;
    if (locks && !disk_may(f->disk, DISK_OTHER))
        return SQLITE_IOERR_SHMLOCK;
    for (int i = first; locks && i < first + count; i++) {
        if (!shm_is_free(f, shared, i, exclusive))
            return SQLITE_BUSY;
    }
    for (int i = first; i < first + count; i++)
        shm_set(f, shared, i, exclusive, locks);
    return SQLITE_OK;
}

static void vfs_shm_barrier(sqlite3_file *file)
{
    (void)file;
}

static int vfs_shm_unmap(sqlite3_file *file, int remove)
{
    struct open_file *f = of(file);
    struct shared *shared = shared_of(f);
    for (int i = 0; i < SQLITE_SHM_NLOCK; i++) {
        shm_set(f, shared, i, false, false);
        shm_set(f, shared, i, true, false);
    }
    for (size_t i = 0; remove && i < REGIONS_MAX; i++) {
        free(shared->region[i]);
        shared->region[i] = NULL;
    }
    return SQLITE_OK;
}

/* --- the file system --- */

static const struct sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = vfs_close,
    .xRead = vfs_read,
    .xWrite = vfs_write,
    .xTruncate = vfs_truncate,
    .xSync = vfs_sync,
    .xFileSize = vfs_size,
    .xLock = vfs_lock,
    .xUnlock = vfs_unlock,
    .xCheckReservedLock = vfs_reserved,
    .xFileControl = vfs_control,
    .xSectorSize = vfs_sector,
    .xDeviceCharacteristics = vfs_characteristics,
    .xShmMap = vfs_shm_map,
    .xShmLock = vfs_shm_lock,
    .xShmBarrier = vfs_shm_barrier,
    .xShmUnmap = vfs_shm_unmap,
};

/* Version 1: no shared memory. */
static struct sqlite3_io_methods plain_methods;

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *given)
{
    struct open_file *f = of(file);
    memset(f, 0, sizeof *f);
    if (!disk_may(current, DISK_OPEN))
        return SQLITE_CANTOPEN;
    bool is_new = name != NULL && !disk_exists(current, name);
    f->disk = current;
    f->file = disk_open(current, name, (flags & SQLITE_OPEN_CREATE) != 0);
    if (f->file == NULL)
        return SQLITE_CANTOPEN;
    f->syncs_names = is_new && (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
    if (name != NULL && (flags & SQLITE_OPEN_DELETEONCLOSE))
        (void)snprintf(f->remove_at_close, sizeof f->remove_at_close, "%s", name);
    if (given != NULL)
        *given = flags;
    f->base.pMethods = strcmp(vfs->zName, DISK_VFS) == 0 ? &methods : &plain_methods;
    return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    (void)vfs;
    if (!disk_may(current, DISK_REMOVE))
        return SQLITE_IOERR_DELETE;
    if (!disk_remove(current, name))
        return SQLITE_IOERR_DELETE_NOENT;
    if (!sync)
        return SQLITE_OK;
    if (!disk_may(current, DISK_SYNC)) {
        if (!disk_is_dead(current))
            disk_sync_names_failed(current);
        return SQLITE_IOERR_DIR_FSYNC;
    }
    disk_sync_names(current);
    return SQLITE_OK;
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *answer)
{
    (void)vfs, (void)flags;
    if (!disk_may(current, DISK_OTHER))
        return SQLITE_IOERR_ACCESS;
    *answer = disk_exists(current, name);
    return SQLITE_OK;
}

static int vfs_full_name(sqlite3_vfs *vfs, const char *name, int size, char *out)
{
    (void)vfs;
    return snprintf(out, (size_t)size, "%s", name) < size ? SQLITE_OK : SQLITE_CANTOPEN;
}

static int vfs_randomness(sqlite3_vfs *vfs, int len, char *out)
{
    (void)vfs;
    for (int i = 0; i < len; i++)
        out[i] = (char)disk_random(&random_state);
    return len;
}

static int vfs_sleep(sqlite3_vfs *vfs, int microseconds)
{
    (void)vfs;
    return microseconds;
}

static int vfs_time(sqlite3_vfs *vfs, sqlite3_int64 *milliseconds)
{
    (void)vfs;
    *milliseconds = 212600000000000; /* some day in 2024 */
    return SQLITE_OK;
}

static int vfs_last_error(sqlite3_vfs *vfs, int len, char *out)
{
    (void)vfs, (void)len, (void)out;
    return 0;
}

void disk_vfs_register(void)
{
    static sqlite3_vfs vfs = {.iVersion = 2,
                              .szOsFile = sizeof(struct open_file),
                              .mxPathname = 60,
                              .zName = DISK_VFS,
                              .xOpen = vfs_open,
                              .xDelete = vfs_delete,
                              .xAccess = vfs_access,
                              .xFullPathname = vfs_full_name,
                              .xRandomness = vfs_randomness,
                              .xSleep = vfs_sleep,
                              .xGetLastError = vfs_last_error,
                              .xCurrentTimeInt64 = vfs_time};
    static sqlite3_vfs plain;
    plain = vfs;
    plain.zName = DISK_VFS_PLAIN;
    plain_methods = methods;
    plain_methods.iVersion = 1;
    if (sqlite3_vfs_register(&vfs, 0) != SQLITE_OK || sqlite3_vfs_register(&plain, 0) != SQLITE_OK) {
        (void)fprintf(stderr, "cannot register the simulated disk\n");
        exit(2);
    }
}

void disk_vfs_use(struct disk *disk)
{
    current = disk;
}
