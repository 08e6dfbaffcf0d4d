/* A disk that loses power: one directory of files in memory. What is written, created, renamed or removed is
   seen at once, and is on the disk only when it has been synced: a file's bytes by a sync of the file, names
   by a sync of the directory. A power cut keeps what was synced, and of the rest nothing, everything or any
   part: each name by itself, each 512-byte sector of each write by itself, some of them as garbage. A sync
   that fails forgets what it was to sync: a later one that succeeds does not bring it onto the disk. */
#ifndef PV_TEST_DISK_H
#define PV_TEST_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct disk;
struct disk_file;

struct disk *disk_new(void);
void disk_free(struct disk *disk);

/* What is there after the power has been cut now; files that are open do not matter. */
enum disk_survivors { DISK_NOTHING, DISK_EVERYTHING, DISK_SOME };
struct disk *disk_after_cut(const struct disk *disk, enum disk_survivors survivors, uint64_t seed);

/* --- what goes wrong --- */

/* Every call asks first; calls are counted from 0. */
enum disk_call {
    DISK_READ,
    DISK_WRITE,
    DISK_TRUNCATE,
    DISK_SYNC,
    DISK_OPEN,
    DISK_REMOVE,
    DISK_OTHER,
    DISK_CALLS
};
enum disk_plan {
    DISK_SOUND,
    DISK_FAIL_ONCE,    /* call `at` fails */
    DISK_FAIL_FROM_ON, /* call `at` and all after it fail */
    DISK_FAIL_SYNC,    /* the sync with number `at` among the syncs fails */
};
void disk_plan(struct disk *disk, enum disk_plan plan, size_t at);
/* The power is gone before call `at`: it and all after it fail, and do nothing. After disk_plan, which takes
 * it back. */
void disk_cut_power(struct disk *disk, size_t at);
size_t disk_calls(const struct disk *disk);
size_t disk_syncs(const struct disk *disk);
/* The call that failed first by the plan; SIZE_MAX: none did. */
size_t disk_failed_call(const struct disk *disk);
bool disk_is_dead(const struct disk *disk);
/* For controls: syncs answer that all is well and do nothing. */
void disk_lie(struct disk *disk, bool lie);
/* Counts a call; false: it fails. */
bool disk_may(struct disk *disk, enum disk_call call);

/* --- files; none of these counts or fails --- */

/* NULL if there is none and `create` is not set. Name NULL: a file without a name. */
struct disk_file *disk_open(struct disk *disk, const char *name, bool create);
void disk_close(struct disk_file *file);
bool disk_exists(const struct disk *disk, const char *name);
size_t disk_size(const struct disk_file *file);
/* How many bytes there are, at most `len`. */
size_t disk_read(const struct disk_file *file, void *bytes, size_t len, size_t offset);
void disk_write(struct disk_file *file, const void *bytes, size_t len, size_t offset);
void disk_truncate(struct disk_file *file, size_t size);
void disk_sync(struct disk *disk, struct disk_file *file);
void disk_sync_failed(struct disk_file *file);
bool disk_remove(struct disk *disk, const char *name);
bool disk_rename(struct disk *disk, const char *from, const char *to);
/* Syncs the names. */
void disk_sync_names(struct disk *disk);
void disk_sync_names_failed(struct disk *disk);
/* The name of the file with this index, or NULL beyond the last. */
const char *disk_name(const struct disk *disk, size_t index);

/* Whoever needs something of its own with a file (locks, shared memory) keeps it here; freed by `release`. */
void **disk_extra(struct disk_file *file, void (*release)(void *extra));

/* A random number, the same for the same state. */
uint64_t disk_random(uint64_t *state);

#endif
