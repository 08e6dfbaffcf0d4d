#include "file_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is not finished has one name: under the lock there is one writer, and it writes over what a crash
   left. */
static const char unfinished[] = ".put.tmp", unfinished_secret[] = ".secret.tmp";

/* No document comes near it; a file that does would only eat the memory. */
static const off_t file_max = (off_t)16 << 30;

static enum pv_fault_kind kind_of(int number)
{
    if (number == EACCES || number == EPERM || number == EROFS)
        return PV_FAULT_KIND_DENIED;
    return number == ENOMEM ? PV_FAULT_KIND_NO_MEMORY : PV_FAULT_KIND_IO;
}

/* Fills in the fault from errno; name NULL is the directory itself. Returns false. */
static bool fail(const struct pv_dir *dir, const char *doing, const char *name, struct pv_fault *fault)
{
    int number = errno;
    if (number == EINTR) {
        pv_fault_set(fault, PV_FAULT_KIND_INTERRUPTED, "interrupted");
        return false;
    }
    pv_fault_set(fault, kind_of(number), "cannot %s '%s%s%s': %s", doing, dir->path, name != NULL ? "/" : "",
                 name != NULL ? name : "", strerror(number));
    return false;
}

/* A directory that was made is there after a power cut only when the one above it is synced. Whether it was,
   if it is there already, is not known: whoever made it may have been stopped before. */
static bool sync_above(int fd, bool made)
{
    int above = openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (above < 0)
        return !made && errno == EACCES; /* somebody else's, from before */
    bool ok = fsync(above) == 0;
    int number = errno;
    (void)close(above);
    errno = number;
    return ok;
}

static bool open_made(struct pv_dir *dir, struct pv_fault *fault)
{
    bool made = mkdir(dir->path, 0777) == 0;
    if (!made && errno != EEXIST)
        return fail(dir, "make", NULL, fault);
    dir->fd = open(dir->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir->fd < 0)
        return fail(dir, "open", NULL, fault);
    return sync_above(dir->fd, made) || fail(dir, "make", NULL, fault);
}

static bool open_there(struct pv_dir *dir, struct pv_fault *fault)
{
    dir->fd = open(dir->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return dir->fd >= 0 || fail(dir, "open", NULL, fault);
}

bool pv_dir_open(struct pv_dir *dir, const char *path, bool make, struct pv_fault *fault)
{
    *dir = (struct pv_dir){-1, strdup(path)};
    if (dir->path == NULL) {
        pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "cannot open '%s': out of memory", path);
        return false;
    }
    if ((make ? open_made : open_there)(dir, fault))
        return true;
    pv_dir_close(dir);
    return false;
}

void pv_dir_close(struct pv_dir *dir)
{
    if (dir->fd >= 0)
        (void)close(dir->fd);
    free(dir->path);
    *dir = (struct pv_dir){-1, NULL};
}

bool pv_dir_lock(const struct pv_dir *dir, enum pv_dir_lock how, struct pv_fault *fault)
{
    if (flock(dir->fd, how == PV_DIR_EXCLUSIVE ? LOCK_EX : LOCK_SH) == 0)
        return true;
    /* A file system that knows no locks has none to respect. */
    return errno == EOPNOTSUPP || errno == ENOLCK || fail(dir, "lock", NULL, fault);
}

void pv_dir_unlock(const struct pv_dir *dir)
{
    (void)flock(dir->fd, LOCK_UN);
}

static bool write_all(int fd, struct pv_str bytes)
{
    while (bytes.len != 0) {
        ssize_t n = write(fd, bytes.ptr, bytes.len);
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0) {
            bytes.ptr += n;
            bytes.len -= (size_t)n;
        }
    }
    return true;
}

/* Writes and syncs; closes in any case. */
static bool fill(int fd, const struct pv_str *pieces, size_t count)
{
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++)
        ok = write_all(fd, pieces[i]);
    ok = ok && fsync(fd) == 0;
    int number = errno;
    if (close(fd) != 0 && ok)
        return false;
    errno = number;
    return ok;
}

/* The file was opened under the name of what is not finished. */
static bool finish(const struct pv_dir *dir, int fd, const char *temporary, const char *name,
                   const struct pv_str *pieces, size_t count, struct pv_fault *fault)
{
    if (fd < 0)
        return fail(dir, "write", temporary, fault);
    if (fill(fd, pieces, count) && renameat(dir->fd, temporary, dir->fd, name) == 0)
        return fsync(dir->fd) == 0 || fail(dir, "sync", NULL, fault);
    (void)fail(dir, "write", name, fault);
    (void)unlinkat(dir->fd, temporary, 0);
    return false;
}

bool pv_dir_replace(const struct pv_dir *dir, const char *name, const struct pv_str *pieces, size_t count,
                    struct pv_fault *fault)
{
    const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC;
    int fd = openat(dir->fd, unfinished, flags, 0666);
    return finish(dir, fd, unfinished, name, pieces, count, fault);
}

bool pv_dir_replace_secret(const struct pv_dir *dir, const char *name, struct pv_str bytes,
                           struct pv_fault *fault)
{
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    /* What a crash left, or somebody put there for us to write into. */
    if (unlinkat(dir->fd, unfinished_secret, 0) != 0 && errno != ENOENT)
        return fail(dir, "remove", unfinished_secret, fault);
    int fd = openat(dir->fd, unfinished_secret, flags, S_IRUSR | S_IWUSR);
    return finish(dir, fd, unfinished_secret, name, &bytes, 1, fault);
}

static bool read_all(int fd, struct pv_text *bytes)
{
    size_t have = 0;
    while (have < bytes->len) {
        ssize_t n = read(fd, bytes->ptr + have, bytes->len - have);
        if (n < 0 && errno != EINTR)
            return false;
        if (n == 0)
            break;
        if (n > 0)
            have += (size_t)n;
    }
    bytes->len = have;
    return true;
}

/* What may be read: files up to a size, and secrets only if they are some. */
struct limits {
    off_t size;
    bool secret;
};

static bool may_read(const struct pv_dir *dir, const char *name, const struct stat *about,
                     const struct limits *limits, struct pv_fault *fault)
{
    const char *wrong = NULL;
    if (!S_ISREG(about->st_mode))
        wrong = "no regular file";
    else if (about->st_size > limits->size)
        wrong = "too large";
    if (wrong != NULL) {
        pv_fault_set(fault, PV_FAULT_KIND_DAMAGED, "cannot read '%s/%s': it is %s", dir->path, name, wrong);
        return false;
    }
    if (limits->secret && (about->st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        pv_fault_set(
            fault, PV_FAULT_KIND_DENIED,
            "'%s/%s' is a secret, and others may read or change it: chmod 600, and make a new one if "
            "anybody may have",
            dir->path, name);
        return false;
    }
    return true;
}

static bool read_open(const struct pv_dir *dir, const char *name, int fd, const struct limits *limits,
                      struct pv_text *bytes, struct pv_fault *fault)
{
    struct stat about;
    if (fstat(fd, &about) != 0)
        return fail(dir, "read", name, fault);
    if (!may_read(dir, name, &about, limits, fault))
        return false;
    struct pv_text read = {malloc((size_t)about.st_size + 1), (size_t)about.st_size};
    if (read.ptr == NULL) {
        pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "cannot read '%s/%s': out of memory", dir->path, name);
        return false;
    }
    if (!read_all(fd, &read)) {
        (void)fail(dir, "read", name, fault);
        free(read.ptr);
        return false;
    }
    *bytes = read;
    return true;
}

static enum pv_dir_result read_within(const struct pv_dir *dir, const char *name, const struct limits *limits,
                                      struct pv_text *bytes, struct pv_fault *fault)
{
    /* Without O_NONBLOCK a pipe of this name would have us wait for its writer. */
    int fd = openat(dir->fd, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) {
        if (errno == ENOENT)
            return PV_DIR_MISSING;
        (void)fail(dir, "read", name, fault);
        return PV_DIR_FAULT;
    }
    bool ok = read_open(dir, name, fd, limits, bytes, fault);
    (void)close(fd);
    return ok ? PV_DIR_OK : PV_DIR_FAULT;
}

enum pv_dir_result pv_dir_read(const struct pv_dir *dir, const char *name, struct pv_text *bytes,
                               struct pv_fault *fault)
{
    const struct limits limits = {file_max, false};
    return read_within(dir, name, &limits, bytes, fault);
}

enum pv_dir_result pv_dir_read_secret(const struct pv_dir *dir, const char *name, struct pv_text *bytes,
                                      struct pv_fault *fault)
{
    const struct limits limits = {PV_DIR_SECRET_MAX, true};
    return read_within(dir, name, &limits, bytes, fault);
}

enum pv_dir_result pv_dir_remove(const struct pv_dir *dir, const char *name, struct pv_fault *fault)
{
    if (unlinkat(dir->fd, name, 0) != 0) {
        if (errno == ENOENT)
            return PV_DIR_MISSING;
        (void)fail(dir, "remove", name, fault);
        return PV_DIR_FAULT;
    }
    if (fsync(dir->fd) == 0)
        return PV_DIR_OK;
    (void)fail(dir, "sync", NULL, fault);
    return PV_DIR_FAULT;
}

/* What cannot be looked at is not passed over: whoever reads it will meet the reason. */
static bool is_regular(const struct pv_dir *dir, const char *name)
{
    struct stat about;
    if (fstatat(dir->fd, name, &about, 0) != 0)
        return errno != ENOENT;
    return S_ISREG(about.st_mode);
}

bool pv_dir_list(const struct pv_dir *dir, bool (*visit)(void *context, const char *name), void *context,
                 struct pv_fault *fault)
{
    int fd = openat(dir->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *open = fd < 0 ? NULL : fdopendir(fd);
    if (open == NULL) {
        (void)fail(dir, "list", NULL, fault);
        if (fd >= 0)
            (void)close(fd);
        return false;
    }
    int number = 0;
    while (number == 0) {
        errno = 0;
        const struct dirent *entry = readdir(open);
        if (entry == NULL) {
            number = errno;
            break;
        }
        if (is_regular(dir, entry->d_name) && !visit(context, entry->d_name))
            number = ENOMEM;
    }
    errno = number;
    bool ok = number == 0 || fail(dir, "list", NULL, fault);
    (void)closedir(open);
    return ok;
}
