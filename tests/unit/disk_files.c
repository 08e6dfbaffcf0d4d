#include "disk_files.h"

#include "kit_memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FIRST = 1000, OPEN_MAX_HERE = 16, PART = 37 };

enum what { CLOSED, DIRECTORY, ABOVE, FILE_INSIDE };

struct descriptor {
    enum what what;
    struct disk_file *file;
    size_t offset;
};

/* A directory that is being listed. */
struct listing {
    int fd;
    size_t at;
    struct dirent entry;
};

static struct disk_files *current;
static struct descriptor table[OPEN_MAX_HERE];
static unsigned open_count;

void disk_files_make(struct disk_files *files)
{
    *files = (struct disk_files){disk_new(), disk_new(), EIO, false};
}

void disk_files_free(struct disk_files *files)
{
    disk_free(files->inside);
    disk_free(files->above);
}

void disk_files_after_cut(const struct disk_files *files, enum disk_survivors survivors, uint64_t seed,
                          struct disk_files *after)
{
    after->error = EIO;
    after->shrinks = false;
    after->above = disk_after_cut(files->above, survivors, seed);
    /* What is in a directory that is not there is not there either. */
    after->inside = disk_exists(after->above, DISK_FILES_DIR) ? disk_after_cut(files->inside, survivors, seed)
                                                              : disk_new();
}

void disk_files_use(struct disk_files *files)
{
    current = files;
}

unsigned disk_files_open(void)
{
    return open_count;
}

static bool may(enum disk_call call)
{
    if (disk_may(current->inside, call))
        return true;
    errno = disk_is_dead(current->inside) ? EIO : current->error;
    return false;
}

static int make_descriptor(enum what what, struct disk_file *file)
{
    for (int i = 0; i < OPEN_MAX_HERE; i++) {
        if (table[i].what == CLOSED) {
            table[i] = (struct descriptor){what, file, 0};
            open_count++;
            return FIRST + i;
        }
    }
    (void)fprintf(stderr, "too many files are open at once\n");
    exit(2);
}

static struct descriptor *get(int fd)
{
    if (fd < FIRST || fd >= FIRST + OPEN_MAX_HERE || table[fd - FIRST].what == CLOSED) {
        (void)fprintf(stderr, "descriptor %d is not open\n", fd);
        exit(2);
    }
    return &table[fd - FIRST];
}

static void release(int fd)
{
    struct descriptor *d = get(fd);
    if (d->file != NULL)
        disk_close(d->file);
    d->what = CLOSED;
    open_count--;
}

static int fail(int error)
{
    errno = error;
    return -1;
}

int __wrap_mkdir(const char *path, mode_t mode);
int __wrap_open64(const char *path, int flags, ...);
int __wrap_openat64(int dir, const char *name, int flags, ...);
int __wrap_close(int fd);
ssize_t __wrap_read(int fd, void *bytes, size_t len);
ssize_t __wrap_write(int fd, const void *bytes, size_t len);
int __wrap_fsync(int fd);
int __wrap_renameat(int from_dir, const char *from, int to_dir, const char *to);
int __wrap_unlinkat(int dir, const char *name, int flags);
int __wrap_fstat64(int fd, struct stat *about);
int __wrap_fstatat64(int dir, const char *name, struct stat *about, int flags);
int __wrap_flock(int fd, int how);
DIR *__wrap_fdopendir(int fd);
struct dirent *__wrap_readdir64(DIR *dir);
int __wrap_closedir(DIR *dir);

int __wrap_mkdir(const char *path, mode_t mode)
{
    (void)mode;
    if (!may(DISK_OTHER))
        return -1;
    if (disk_exists(current->above, path))
        return fail(EEXIST);
    disk_close(disk_open(current->above, path, true));
    return 0;
}

int __wrap_open64(const char *path, int flags, ...)
{
    (void)flags;
    if (!may(DISK_OPEN))
        return -1;
    return disk_exists(current->above, path) ? make_descriptor(DIRECTORY, NULL) : fail(ENOENT);
}

int __wrap_openat64(int dir, const char *name, int flags, ...)
{
    (void)get(dir);
    if (!may(DISK_OPEN))
        return -1;
    if (strcmp(name, "..") == 0)
        return make_descriptor(ABOVE, NULL);
    if (strcmp(name, ".") == 0)
        return make_descriptor(DIRECTORY, NULL);
    struct disk_file *file = disk_open(current->inside, name, (flags & O_CREAT) != 0);
    if (file == NULL)
        return fail(ENOENT);
    if ((flags & O_TRUNC) != 0 && disk_size(file) != 0)
        disk_truncate(file, 0);
    return make_descriptor(FILE_INSIDE, file);
}

int __wrap_close(int fd)
{
    release(fd); /* also when it fails, as on a real system */
    return may(DISK_OTHER) ? 0 : -1;
}

ssize_t __wrap_read(int fd, void *bytes, size_t len)
{
    struct descriptor *d = get(fd);
    if (!may(DISK_READ))
        return -1;
    if (current->shrinks)
        return 0;
    size_t got = disk_read(d->file, bytes, len < PART ? len : PART, d->offset);
    d->offset += got;
    return (ssize_t)got;
}

ssize_t __wrap_write(int fd, const void *bytes, size_t len)
{
    struct descriptor *d = get(fd);
    if (!may(DISK_WRITE))
        return -1;
    size_t put = len < PART ? len : PART;
    disk_write(d->file, bytes, put, d->offset);
    d->offset += put;
    return (ssize_t)put;
}

int __wrap_fsync(int fd)
{
    struct descriptor *d = get(fd);
    struct disk *names = d->what == ABOVE ? current->above : current->inside;
    bool ok = may(DISK_SYNC);
    if (!ok && disk_is_dead(current->inside))
        return -1;
    if (d->what == FILE_INSIDE && ok)
        disk_sync(current->inside, d->file);
    else if (d->what == FILE_INSIDE)
        disk_sync_failed(d->file);
    else if (ok)
        disk_sync_names(names);
    else
        disk_sync_names_failed(names);
    return ok ? 0 : -1;
}

int __wrap_renameat(int from_dir, const char *from, int to_dir, const char *to)
{
    (void)get(from_dir), (void)get(to_dir);
    if (!may(DISK_OTHER))
        return -1;
    return disk_rename(current->inside, from, to) ? 0 : fail(ENOENT);
}

int __wrap_unlinkat(int dir, const char *name, int flags)
{
    (void)get(dir), (void)flags;
    if (!may(DISK_REMOVE))
        return -1;
    return disk_remove(current->inside, name) ? 0 : fail(ENOENT);
}

int __wrap_fstat64(int fd, struct stat *about)
{
    const struct descriptor *d = get(fd);
    if (!may(DISK_OTHER))
        return -1;
    memset(about, 0, sizeof *about);
    about->st_mode = S_IFREG | 0644;
    about->st_size = (off_t)disk_size(d->file);
    return 0;
}

int __wrap_fstatat64(int dir, const char *name, struct stat *about, int flags)
{
    (void)get(dir), (void)flags;
    if (!may(DISK_OTHER))
        return -1;
    if (!disk_exists(current->inside, name))
        return fail(ENOENT);
    memset(about, 0, sizeof *about);
    about->st_mode = S_IFREG | 0644;
    return 0;
}

int __wrap_flock(int fd, int how)
{
    (void)get(fd);
    return how == LOCK_UN || may(DISK_OTHER) ? 0 : -1;
}

DIR *__wrap_fdopendir(int fd)
{
    (void)get(fd);
    if (!may(DISK_OTHER))
        return NULL;
    struct listing *listing = kit_zeroed(sizeof *listing);
    listing->fd = fd;
    return (DIR *)(void *)listing;
}

struct dirent *__wrap_readdir64(DIR *dir)
{
    struct listing *listing = (struct listing *)(void *)dir;
    if (!may(DISK_READ))
        return NULL;
    const char *name = disk_name(current->inside, listing->at++);
    if (name == NULL)
        return NULL;
    (void)snprintf(listing->entry.d_name, sizeof listing->entry.d_name, "%s", name);
    return &listing->entry;
}

int __wrap_closedir(DIR *dir)
{
    struct listing *listing = (struct listing *)(void *)dir;
    release(listing->fd);
    free(listing);
    return 0;
}
