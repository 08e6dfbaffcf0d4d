/* Lines into a file, so that whatever happens it ends with a whole one: what is written behind the last state
   known to be whole is cut off again. */
#include "ndjson_deflate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct pv_ndjson_sink {
    int fd;
    char *path;   /* where it is written */
    char *target; /* where it is moved at the end; NULL: it stays */
    char *name;   /* the path that the caller gave, for sentences */
    bool created;
    uint64_t size, whole;       /* of the file; whole <= size */
    struct pv_deflate *deflate; /* NULL: plain */
    size_t member, member_bytes;
    bool mid_line; /* what was taken on ends within a line */
    bool failed;
    struct pv_fault fault;
};

/* --- writing --- */

static void fail(struct pv_ndjson_sink *sink, const char *what, int error)
{
    if (sink->failed)
        return;
    sink->failed = true;
    (void)pv_ndjson_errno(&sink->fault, what, sink->name, error);
}

static bool write_file(void *context, const char *bytes, size_t len)
{
    struct pv_ndjson_sink *sink = context;
    while (len > 0) {
        ssize_t n = write(sink->fd, bytes, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            fail(sink, "write", n < 0 ? errno : EIO);
            return false;
        }
        sink->size += (uint64_t)n;
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

/* What comes back of a write that fails in the middle is whole up to the last LF that is in the file. */
static bool write_plain(struct pv_ndjson_sink *sink, const char *bytes, size_t len)
{
    uint64_t before = sink->size;
    bool sound = write_file(sink, bytes, len);
    for (size_t written = (size_t)(sink->size - before); written > 0; written--) {
        if (bytes[written - 1] == '\n') {
            sink->whole = before + written;
            break;
        }
    }
    return sound;
}

static bool end_member(struct pv_ndjson_sink *sink)
{
    if (!pv_deflate_end(sink->deflate))
        return false;
    sink->member_bytes = 0;
    sink->whole = sink->size;
    return true;
}

static bool write_compressed(struct pv_ndjson_sink *sink, const char *bytes, size_t len)
{
    const char *lf = sink->member_bytes >= sink->member ? memchr(bytes, '\n', len) : NULL;
    if (lf != NULL) {
        size_t head = (size_t)(lf - bytes) + 1;
        if (!pv_deflate_bytes(sink->deflate, bytes, head) || !end_member(sink))
            return false;
        bytes += head;
        len -= head;
    }
    sink->member_bytes += len;
    return pv_deflate_bytes(sink->deflate, bytes, len);
}

int pv_ndjson_sink_write(void *context, const char *bytes, size_t len)
{
    struct pv_ndjson_sink *sink = context;
    if (sink->failed)
        return -1;
    if (len == 0)
        return 0;
    sink->mid_line = bytes[len - 1] != '\n';
    if ((sink->deflate ? write_compressed : write_plain)(sink, bytes, len))
        return 0;
    fail(sink, "compress", ENOMEM); /* where no write failed */
    return -1;
}

/* --- opening --- */

static bool no_memory(struct pv_fault *fault, const char *path)
{
    pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "not enough memory to write '%s'", path);
    return false;
}

static bool open_file(struct pv_ndjson_sink *sink, struct pv_fault *fault)
{
    const int flags = O_RDWR | O_CLOEXEC | O_NOCTTY;
    sink->fd = open(sink->path, flags | O_CREAT | O_EXCL, 0666);
    sink->created = sink->fd >= 0;
    if (sink->created)
        return true;
    if (errno != EEXIST || sink->target != NULL)
        return pv_ndjson_errno(fault, "create", sink->name, errno);
    sink->fd = open(sink->path, flags);
    return sink->fd >= 0 || pv_ndjson_errno(fault, "open", sink->name, errno);
}

/* Two writers would cut off each other's lines. A file system that knows no locks has none to respect.
   (flock, because a lock of fcntl's is lost when any other descriptor of the file is closed.) */
static bool lock_file(struct pv_ndjson_sink *sink, struct pv_fault *fault)
{
    if (flock(sink->fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
        return true;
    sink->created = false; /* made here, but it is the other's now */
    pv_fault_set(fault, PV_FAULT_KIND_BUSY, "cannot write %s: another process is writing it", sink->name);
    return false;
}

static bool cut(struct pv_ndjson_sink *sink)
{
    if (ftruncate(sink->fd, (off_t)sink->whole) != 0 || lseek(sink->fd, (off_t)sink->whole, SEEK_SET) < 0)
        return false;
    sink->size = sink->whole;
    return true;
}

/* Plain: cuts off half a line; a last line that only lacks its LF gets it. */
static bool end_last_line(struct pv_ndjson_sink *sink, struct pv_fault *fault)
{
    bool lacks_lf;
    if (!pv_ndjson_whole_lines(sink->fd, sink->name, sink->size, &sink->whole, &lacks_lf, fault))
        return false;
    if (!cut(sink))
        return pv_ndjson_errno(fault, "write", sink->name, errno);
    if (!lacks_lf || write_plain(sink, "\n", 1))
        return true;
    *fault = sink->fault;
    return false;
}

static bool prepare(struct pv_ndjson_sink *sink, enum pv_inflate_form form, struct pv_fault *fault)
{
    struct stat info;
    /* Locked before it is looked at: what another process adds in between would be cut off. */
    if (!lock_file(sink, fault))
        return false;
    if (fstat(sink->fd, &info) != 0)
        return pv_ndjson_errno(fault, "write", sink->name, errno);
    if (!S_ISREG(info.st_mode)) {
        pv_fault_set(fault, PV_FAULT_KIND_IO, "cannot write %s: it is not a regular file", sink->name);
        return false;
    }
    if (info.st_nlink == 0) { /* nobody would find what is written */
        pv_fault_set(fault, PV_FAULT_KIND_BUSY, "cannot write %s: it was removed just now; try again",
                     sink->name);
        return false;
    }
    sink->size = sink->whole = (uint64_t)info.st_size;
    if (sink->size > 0 && !pv_ndjson_check_appendable(sink->path, form, fault))
        return false;
    if (form == PV_INFLATE_PLAIN)
        return end_last_line(sink, fault);
    return cut(sink) || pv_ndjson_errno(fault, "write", sink->name, errno);
}

static void free_sink(struct pv_ndjson_sink *sink)
{
    pv_deflate_free(sink->deflate);
    if (sink->fd >= 0)
        (void)close(sink->fd);
    free(sink->path);
    free(sink->target);
    free(sink->name);
    free(sink);
}

/* Takes `written` and `target` over. */
static bool open_sink(const char *path, char *written, char *target, size_t member,
                      struct pv_ndjson_sink **out, struct pv_fault *fault)
{
    enum pv_inflate_form form = pv_ndjson_form_of_name(path);
    struct pv_ndjson_sink *sink = calloc(1, sizeof *sink);
    if (sink == NULL) {
        free(written);
        free(target);
        return no_memory(fault, path);
    }
    sink->fd = -1;
    sink->path = written;
    sink->target = target;
    sink->name = pv_ndjson_name(path);
    sink->member = member;
    if (form != PV_INFLATE_PLAIN)
        sink->deflate = pv_deflate_new(form, write_file, sink);
    bool memory =
        written != NULL && sink->name != NULL && (form == PV_INFLATE_PLAIN || sink->deflate != NULL);
    if (!memory)
        (void)no_memory(fault, path);
    else if (open_file(sink, fault) && prepare(sink, form, fault)) {
        *out = sink;
        return true;
    }
    if (sink->created)
        (void)unlink(sink->path);
    free_sink(sink);
    return false;
}

bool pv_ndjson_sink_open_sized(const char *path, size_t member, struct pv_ndjson_sink **sink,
                               struct pv_fault *fault)
{
    return open_sink(path, strdup(path), NULL, member, sink, fault);
}

bool pv_ndjson_sink_open(const char *path, struct pv_ndjson_sink **sink, struct pv_fault *fault)
{
    return pv_ndjson_sink_open_sized(path, PV_NDJSON_MEMBER, sink, fault);
}

bool pv_ndjson_sink_create(const char *path, struct pv_ndjson_sink **sink, struct pv_fault *fault)
{
    size_t size = strlen(path) + 32;
    char *target = strdup(path), *written = malloc(size);
    struct stat info;
    if (lstat(path, &info) == 0) {
        free(target);
        free(written);
        pv_fault_set(fault, PV_FAULT_KIND_IO, "cannot create '%s': it exists already", path);
        return false;
    }
    if (target == NULL || written == NULL) {
        free(target);
        free(written);
        return no_memory(fault, path);
    }
    (void)snprintf(written, size, "%s.%ld.part", path, (long)getpid());
    return open_sink(path, written, target, PV_NDJSON_MEMBER, sink, fault);
}

/* --- closing --- */

static void sync_file(struct pv_ndjson_sink *sink)
{
    if (fdatasync(sink->fd) != 0)
        fail(sink, "write", errno);
}

/* A new name is safe when its directory is. Some file systems cannot sync one: EINVAL. */
static void sync_directory(struct pv_ndjson_sink *sink)
{
    char *slash = strrchr(sink->path, '/');
    if (slash != NULL)
        slash[slash == sink->path] = '\0';
    int fd = open(slash == NULL ? "." : sink->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || (fsync(fd) != 0 && errno != EINVAL))
        fail(sink, "sync the directory of", errno);
    if (fd >= 0)
        (void)close(fd);
}

/* link() does not replace what came to stand there meanwhile; where there are no links, rename() must do. */
static void move_to_target(struct pv_ndjson_sink *sink)
{
    bool linked = link(sink->path, sink->target) == 0;
    if (!linked && (errno == EEXIST || rename(sink->path, sink->target) != 0))
        fail(sink, "create", errno);
    if (linked || sink->failed)
        (void)unlink(sink->path);
}

static void end_lines(struct pv_ndjson_sink *sink)
{
    bool begun =
        sink->member_bytes > 0 || sink->size == 0; /* a compressed file of no bytes would be damaged */
    if (sink->deflate != NULL && !sink->failed && !sink->mid_line && begun && !end_member(sink))
        fail(sink, "compress", ENOMEM);
    if (sink->size != sink->whole && !cut(sink))
        fail(sink, "cut back", errno);
    sync_file(sink);
}

static void close_file(struct pv_ndjson_sink *sink)
{
    if (close(sink->fd) != 0)
        fail(sink, "write", errno);
    sink->fd = -1;
}

bool pv_ndjson_sink_close(struct pv_ndjson_sink *sink, struct pv_fault *fault)
{
    end_lines(sink);
    if (sink->created && sink->target == NULL && sink->failed && sink->whole == 0)
        (void)unlink(sink->path); /* while it is locked: later it may be another's */
    close_file(sink);
    if (sink->target != NULL && !sink->failed)
        move_to_target(sink);
    else if (sink->target != NULL)
        (void)unlink(sink->path);
    if (sink->created)
        sync_directory(sink);
    bool sound = !sink->failed;
    if (!sound)
        *fault = sink->fault;
    free_sink(sink);
    return sound;
}

void pv_ndjson_sink_discard(struct pv_ndjson_sink *sink)
{
    if (sink->created)
        (void)unlink(sink->path);
    else if (sink->size != sink->whole)
        (void)cut(sink);
    free_sink(sink);
}
