#include "disk.h"

#include "kit_memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_MAX = 16, NAME_SIZE = 64, SECTOR = 512 };

struct bytes {
    char *ptr;
    size_t len, capacity;
};

/* A write, or a change of size where `bytes` is NULL. */
struct change {
    size_t offset, len;
    char *bytes;
};

struct disk_file {
    unsigned references; /* names, those that are only synced too, and who has it open */
    struct bytes now, synced;
    struct change *changes; /* since the last sync */
    size_t count, capacity;
    void *extra;
    void (*release)(void *extra);
};

struct name {
    char text[NAME_SIZE];
    struct disk_file *now, *synced;
};

/* A name gets a file, or NULL; a rename does so twice. */
struct renaming {
    size_t name[2];
    struct disk_file *file[2];
    size_t count;
};

enum { RENAMINGS_MAX = 1024 };

struct disk {
    struct name names[FILES_MAX];
    size_t name_count;
    struct renaming renamings[RENAMINGS_MAX]; /* since the last sync of the names */
    size_t renaming_count;
    enum disk_plan plan;
    size_t at, cut_at, calls, syncs, failed_call;
    bool dead, lies;
};

uint64_t disk_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* --- files --- */

static struct disk_file *file_new(void)
{
    return kit_zeroed(sizeof(struct disk_file));
}

static struct disk_file *keep(struct disk_file *file)
{
    if (file != NULL)
        file->references++;
    return file;
}

static void drop_changes(struct disk_file *file)
{
    for (size_t i = 0; i < file->count; i++)
        free(file->changes[i].bytes);
    file->count = 0;
}

static void drop(struct disk_file *file)
{
    if (file == NULL || --file->references > 0)
        return;
    drop_changes(file);
    free(file->changes);
    free(file->now.ptr);
    free(file->synced.ptr);
    if (file->release != NULL)
        file->release(file->extra);
    free(file);
}

static void set_size(struct bytes *bytes, size_t len)
{
    if (len > bytes->capacity) {
        bytes->capacity = len * 2;
        bytes->ptr = kit_realloc(bytes->ptr, bytes->capacity);
    }
    if (len > bytes->len)
        memset(bytes->ptr + bytes->len, 0, len - bytes->len);
    bytes->len = len;
}

static void set_bytes(struct bytes *bytes, const char *from, size_t len, size_t offset)
{
    if (len == 0)
        return;
    if (offset + len > bytes->len)
        set_size(bytes, offset + len);
    memcpy(bytes->ptr + offset, from, len);
}

static void remember(struct disk_file *file, const char *bytes, size_t len, size_t offset)
{
    if (file->count == file->capacity) {
        file->capacity = file->capacity * 2 + 16;
        file->changes = kit_realloc(file->changes, file->capacity * sizeof *file->changes);
    }
    struct change *change = &file->changes[file->count++];
    *change = (struct change){offset, len, NULL};
    if (bytes != NULL) {
        change->bytes = kit_realloc(NULL, len);
        memcpy(change->bytes, bytes, len);
    }
}

size_t disk_size(const struct disk_file *file)
{
    return file->now.len;
}

size_t disk_read(const struct disk_file *file, void *bytes, size_t len, size_t offset)
{
    size_t there = offset < file->now.len ? file->now.len - offset : 0;
    if (there > len)
        there = len;
    if (there != 0)
        memcpy(bytes, file->now.ptr + offset, there);
    return there;
}

void disk_write(struct disk_file *file, const void *bytes, size_t len, size_t offset)
{
    if (len == 0)
        return;
    set_bytes(&file->now, bytes, len, offset);
    remember(file, bytes, len, offset);
}

void disk_truncate(struct disk_file *file, size_t size)
{
    set_size(&file->now, size);
    remember(file, NULL, size, 0);
}

/* One change of a file, onto what survives: all of it, or each sector of it by a throw. */
static void apply(struct bytes *bytes, const struct change *change, bool all, uint64_t *seed)
{
    if (change->bytes == NULL) {
        if (all || disk_random(seed) % 2)
            set_size(bytes, change->len);
        return;
    }
    for (size_t at = 0; at < change->len;) {
        size_t len = SECTOR - (change->offset + at) % SECTOR;
        if (len > change->len - at)
            len = change->len - at;
        uint64_t fate = all ? 1 : disk_random(seed) % 16;
        if (fate == 0) {
            char garbage[SECTOR];
            for (size_t i = 0; i < len; i++)
                garbage[i] = (char)disk_random(seed);
            set_bytes(bytes, garbage, len, change->offset + at);
        } else if (fate % 2) {
            set_bytes(bytes, change->bytes + at, len, change->offset + at);
        }
        at += len;
    }
}

void disk_sync(struct disk *disk, struct disk_file *file)
{
    uint64_t unused = 0;
    if (disk->lies)
        return;
    for (size_t i = 0; i < file->count; i++)
        apply(&file->synced, &file->changes[i], true, &unused);
    drop_changes(file);
}

void disk_sync_failed(struct disk_file *file)
{
    drop_changes(file);
}

void **disk_extra(struct disk_file *file, void (*release)(void *extra))
{
    file->release = release;
    return &file->extra;
}

/* --- names --- */

static struct name *find(const struct disk *disk, const char *text)
{
    for (size_t i = 0; i < disk->name_count; i++) {
        if (strcmp(disk->names[i].text, text) == 0)
            return (struct name *)(uintptr_t)&disk->names[i];
    }
    return NULL;
}

static struct name *make_name(struct disk *disk, const char *text)
{
    struct name *name = find(disk, text);
    if (name != NULL)
        return name;
    if (disk->name_count == FILES_MAX || strlen(text) >= NAME_SIZE) {
        (void)fprintf(stderr, "the simulated disk has no room for the name %s\n", text);
        exit(2);
    }
    name = &disk->names[disk->name_count++];
    (void)snprintf(name->text, sizeof name->text, "%s", text);
    return name;
}

static void point(struct disk_file **place, struct disk_file *file)
{
    struct disk_file *old = *place;
    *place = keep(file);
    drop(old);
}

static struct renaming *next_renaming(struct disk *disk)
{
    if (disk->renaming_count == RENAMINGS_MAX) {
        (void)fprintf(stderr, "too many names have changed without a sync\n");
        exit(2);
    }
    struct renaming *renaming = &disk->renamings[disk->renaming_count++];
    renaming->count = 0;
    return renaming;
}

static void rename_to(struct disk *disk, struct renaming *renaming, struct name *name, struct disk_file *file)
{
    renaming->name[renaming->count] = (size_t)(name - disk->names);
    renaming->file[renaming->count++] = keep(file);
    point(&name->now, file);
}

static void drop_renamings(struct disk *disk)
{
    for (size_t i = 0; i < disk->renaming_count; i++) {
        for (size_t k = 0; k < disk->renamings[i].count; k++)
            drop(disk->renamings[i].file[k]);
    }
    disk->renaming_count = 0;
}

struct disk_file *disk_open(struct disk *disk, const char *name, bool create)
{
    if (name == NULL)
        return keep(file_new());
    struct name *found = find(disk, name);
    if (found != NULL && found->now != NULL)
        return keep(found->now);
    if (!create)
        return NULL;
    struct disk_file *file = keep(file_new());
    rename_to(disk, next_renaming(disk), make_name(disk, name), file);
    return file;
}

void disk_close(struct disk_file *file)
{
    drop(file);
}

bool disk_exists(const struct disk *disk, const char *name)
{
    const struct name *found = find(disk, name);
    return found != NULL && found->now != NULL;
}

bool disk_remove(struct disk *disk, const char *name)
{
    struct name *found = find(disk, name);
    if (found == NULL || found->now == NULL)
        return false;
    rename_to(disk, next_renaming(disk), found, NULL);
    return true;
}

bool disk_rename(struct disk *disk, const char *from, const char *to)
{
    struct name *source = find(disk, from);
    if (source == NULL || source->now == NULL)
        return false;
    struct renaming *renaming = next_renaming(disk);
    rename_to(disk, renaming, make_name(disk, to), source->now);
    rename_to(disk, renaming, source, NULL);
    return true;
}

void disk_sync_names(struct disk *disk)
{
    if (disk->lies)
        return;
    for (size_t i = 0; i < disk->name_count; i++)
        point(&disk->names[i].synced, disk->names[i].now);
    drop_renamings(disk);
}

void disk_sync_names_failed(struct disk *disk)
{
    drop_renamings(disk);
}

const char *disk_name(const struct disk *disk, size_t index)
{
    for (size_t i = 0; i < disk->name_count; i++) {
        if (disk->names[i].now != NULL && index-- == 0)
            return disk->names[i].text;
    }
    return NULL;
}

/* --- the disk --- */

struct disk *disk_new(void)
{
    struct disk *disk = kit_zeroed(sizeof *disk);
    disk->cut_at = disk->failed_call = SIZE_MAX;
    return disk;
}

void disk_free(struct disk *disk)
{
    drop_renamings(disk);
    for (size_t i = 0; i < disk->name_count; i++) {
        drop(disk->names[i].now);
        drop(disk->names[i].synced);
    }
    free(disk);
}

static struct disk_file *survivor(const struct disk_file *file, enum disk_survivors survivors, uint64_t *seed)
{
    struct disk_file *after = file_new();
    set_bytes(&after->synced, file->synced.ptr, file->synced.len, 0);
    for (size_t i = 0; i < file->count && survivors != DISK_NOTHING; i++)
        apply(&after->synced, &file->changes[i], survivors == DISK_EVERYTHING, seed);
    set_bytes(&after->now, after->synced.ptr, after->synced.len, 0);
    return after;
}

struct disk *disk_after_cut(const struct disk *disk, enum disk_survivors survivors, uint64_t seed)
{
    const struct disk_file *files[FILES_MAX];
    for (size_t i = 0; i < disk->name_count; i++)
        files[i] = disk->names[i].synced;
    for (size_t i = 0; i < disk->renaming_count && survivors != DISK_NOTHING; i++) {
        const struct renaming *renaming = &disk->renamings[i];
        if (survivors == DISK_SOME && disk_random(&seed) % 2)
            continue;
        for (size_t k = 0; k < renaming->count; k++)
            files[renaming->name[k]] = renaming->file[k];
    }
    struct disk *after = disk_new();
    for (size_t i = 0; i < disk->name_count; i++) {
        struct name *name = make_name(after, disk->names[i].text);
        if (files[i] == NULL)
            continue;
        struct disk_file *file = survivor(files[i], survivors, &seed);
        name->now = keep(file);
        name->synced = keep(file);
    }
    return after;
}

void disk_plan(struct disk *disk, enum disk_plan plan, size_t at)
{
    disk->plan = plan;
    disk->at = at;
    disk->cut_at = disk->failed_call = SIZE_MAX;
    disk->calls = disk->syncs = 0;
    disk->dead = false;
}

void disk_cut_power(struct disk *disk, size_t at)
{
    disk->cut_at = at;
}

size_t disk_calls(const struct disk *disk)
{
    return disk->calls;
}

size_t disk_syncs(const struct disk *disk)
{
    return disk->syncs;
}

size_t disk_failed_call(const struct disk *disk)
{
    return disk->failed_call;
}

bool disk_is_dead(const struct disk *disk)
{
    return disk->dead;
}

void disk_lie(struct disk *disk, bool lie)
{
    disk->lies = lie;
}

static bool fails(const struct disk *disk, enum disk_call call, size_t number, size_t sync)
{
    switch (disk->plan) {
    case DISK_SOUND:
        return false;
    case DISK_FAIL_ONCE:
        return number == disk->at;
    case DISK_FAIL_FROM_ON:
        return number >= disk->at;
    case DISK_FAIL_SYNC:
        return call == DISK_SYNC && sync == disk->at;
    }
    return false;
}

bool disk_may(struct disk *disk, enum disk_call call)
{
    size_t number = disk->calls++, sync = disk->syncs;
    disk->syncs += call == DISK_SYNC;
    disk->dead = disk->dead || number >= disk->cut_at;
    if (disk->dead)
        return false;
    if (!fails(disk, call, number, sync))
        return true;
    if (disk->failed_call == SIZE_MAX)
        disk->failed_call = number;
    return false;
}
