#include "ndjson_inflate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

enum {
    MAGIC = 4,                            /* bytes that tell the form */
    ROOM_MAX = 1 << 30,                   /* what one step is asked for: zlib counts in 32 bits */
    ZSTD_START = 5,                       /* bytes with which a zstd frame can be begun */
    ZSTD_HEADER = 3,                      /* of a block */
    ZSTD_BLOCK = (1 << 17) + ZSTD_HEADER, /* the largest, with the header of the next */
};

struct pv_inflate {
    int fd;
    enum pv_inflate_form form;
    char *name; /* for sentences: the path in quotes, or "standard input" */
    uint64_t done, total;
    bool end_of_file;

    /* Plain: the bytes of the magic that were not given yet. Compressed: what was read and not yet used. */
    unsigned char *input;
    size_t capacity, chunk, at, end; /* one read takes a chunk at most */

    bool between;   /* no member or frame is begun: here the file may end */
    uint64_t begun; /* where the current one began; 0: the first */
    z_stream gzip;
    ZSTD_DStream *zstd;
    size_t zstd_wants; /* bytes that it is fed next, at most */

    bool failed;
    struct pv_fault fault;
};

/* --- sentences --- */

bool pv_ndjson_errno(struct pv_fault *fault, const char *what, const char *name, int error)
{
    bool denied = error == EACCES || error == EPERM || error == EROFS;
    if (error == EINTR) {
        pv_fault_set(fault, PV_FAULT_KIND_INTERRUPTED, "interrupted");
        return false;
    }
    pv_fault_set(fault, denied ? PV_FAULT_KIND_DENIED : PV_FAULT_KIND_IO, "cannot %s %s: %s", what, name,
                 strerror(error));
    return false;
}

char *pv_ndjson_name(const char *path)
{
    enum { NAME_MAX_BYTES = 300 }; /* a fault's text must have room for the reason as well */
    size_t len = strlen(path), skip = len > NAME_MAX_BYTES ? len - NAME_MAX_BYTES : 0;
    while (((unsigned char)path[skip] & 0xc0) == 0x80)
        skip++;
    char *name = malloc(len + sizeof "standard input");
    if (name != NULL && strcmp(path, "-") == 0)
        memcpy(name, "standard input", sizeof "standard input");
    else if (name != NULL)
        (void)sprintf(name, "'%s%s'", skip > 0 ? "..." : "", path + skip);
    return name;
}

/* --- the file --- */

static bool read_raw(struct pv_inflate *in, void *to, size_t room, size_t *got)
{
    ssize_t n = read(in->fd, to, room);
    if (n < 0) {
        in->failed = true;
        return pv_ndjson_errno(&in->fault, "read", in->name, errno);
    }
    in->end_of_file = n == 0;
    in->done += (uint64_t)n;
    *got = (size_t)n;
    return true;
}

static bool open_file(struct pv_inflate *in, const char *path, struct pv_fault *fault)
{
    struct stat info;
    bool is_stdin = strcmp(path, "-") == 0;
    in->fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (in->fd < 0)
        return pv_ndjson_errno(fault, "open", in->name, errno);
    if (fstat(in->fd, &info) != 0)
        return pv_ndjson_errno(fault, "read", in->name, errno);
    if (S_ISDIR(info.st_mode))
        return pv_ndjson_errno(fault, "read", in->name, EISDIR);
    in->total = !is_stdin && S_ISREG(info.st_mode) ? (uint64_t)info.st_size : 0;
    return true;
}

/* --- what is wrong with it --- */

static uint64_t position(const struct pv_inflate *in)
{
    return in->done - (in->end - in->at);
}

static bool damaged(struct pv_inflate *in, const char *what, const char *detail)
{
    /* What ends or is refused within its magic, after something sound, was never meant as another member. */
    if (in->begun > 0 && position(in) - in->begun < MAGIC) {
        what = "other bytes follow its compressed data";
        detail = "";
    }
    in->failed = true;
    pv_fault_set(&in->fault, PV_FAULT_KIND_DAMAGED, "%s is damaged: %s (at byte %llu%s%s)", in->name, what,
                 (unsigned long long)position(in), detail[0] ? ": " : "", detail);
    return false;
}

static void end_member(struct pv_inflate *in)
{
    in->between = true;
    in->begun = position(in);
}

static bool out_of_memory(struct pv_inflate *in)
{
    in->failed = true;
    pv_fault_set(&in->fault, PV_FAULT_KIND_NO_MEMORY, "not enough memory to decompress %s", in->name);
    return false;
}

/* --- one step of decompression: uses input, gives output, notes where members end --- */

static bool gzip_step(struct pv_inflate *in, char *to, size_t room, size_t *got)
{
    if (in->between && in->begun > 0)
        (void)inflateReset(&in->gzip); /* fails for a stream that is not one only */
    in->between = false;
    size_t given = in->end - in->at;
    in->gzip.next_in = in->input + in->at;
    in->gzip.avail_in = (uInt)given;
    in->gzip.next_out = (Bytef *)to;
    in->gzip.avail_out = (uInt)room;
    int status = inflate(&in->gzip, Z_NO_FLUSH);
    in->at += given - in->gzip.avail_in;
    *got = room - in->gzip.avail_out;
    if (status == Z_STREAM_END)
        end_member(in);
    if (status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR)
        return true;
    if (status == Z_MEM_ERROR)
        return out_of_memory(in);
    return damaged(in, "its gzip data is not sound", in->gzip.msg ? in->gzip.msg : "");
}

static bool zstd_fault(struct pv_inflate *in, size_t status)
{
    ZSTD_ErrorCode code = ZSTD_getErrorCode(status);
    if (code == ZSTD_error_memory_allocation)
        return out_of_memory(in);
    if (code == ZSTD_error_frameParameter_windowTooLarge) {
        in->failed = true;
        pv_fault_set(
            &in->fault, PV_FAULT_KIND_TOO_LARGE,
            "%s needs a window of more than 128 MiB to decompress: unpack it first (zstd -d --long=31)",
            in->name);
        return false;
    }
    return damaged(in, "its zstd data is not sound", ZSTD_getErrorName(status));
}

/* What it is fed next. zstd does not tell what it gave in a call that failed, so no call may both give
   something and look at what comes behind it: while it has something to give it gets nothing, and of what it
   asks for, which is a block with the header of the next one, no more than the block. */
static size_t zstd_portion(size_t asked, bool full)
{
    if (full)
        return 0;
    return asked > ZSTD_HEADER ? asked - ZSTD_HEADER : asked;
}

static bool zstd_step(struct pv_inflate *in, char *to, size_t room, size_t *got)
{
    size_t left = in->end - in->at;
    ZSTD_inBuffer input = {in->input + in->at, left < in->zstd_wants ? left : in->zstd_wants, 0};
    ZSTD_outBuffer output = {to, room, 0};
    size_t status = ZSTD_decompressStream(in->zstd, &output, &input);
    in->at += input.pos;
    *got = output.pos;
    if (ZSTD_isError(status))
        return zstd_fault(in, status);
    in->between = false;
    if (status == 0)
        end_member(in);
    in->zstd_wants = status == 0 ? ZSTD_START : zstd_portion(status, output.pos == room);
    return true;
}

/* --- opening --- */

static enum pv_inflate_form form_of(const unsigned char *magic, size_t len)
{
    static const unsigned char zstd[MAGIC] = {0x28, 0xb5, 0x2f, 0xfd};
    static const unsigned char skippable[MAGIC - 1] = {0x2a, 0x4d, 0x18}; /* after 0x50 to 0x5f */
    /* Cut short within it, too, where text cannot begin so. */
    if (len >= 1 && magic[0] == 0x1f && (len == 1 || magic[1] == 0x8b))
        return PV_INFLATE_GZIP;
    if (len >= 2 && memcmp(magic, zstd, len) == 0)
        return PV_INFLATE_ZSTD;
    if (len == MAGIC && (magic[0] & 0xf0) == 0x50 && memcmp(magic + 1, skippable, MAGIC - 1) == 0)
        return PV_INFLATE_ZSTD;
    return PV_INFLATE_PLAIN;
}

/* A pipe may give less than was asked for, so the magic is read until it is whole or the file has ended. */
static bool read_magic(struct pv_inflate *in)
{
    size_t got;
    while (in->end < MAGIC && !in->end_of_file) {
        if (!read_raw(in, in->input + in->end, MAGIC - in->end, &got))
            return false;
        in->end += got;
    }
    in->form = form_of(in->input, in->end);
    return true;
}

static bool start(struct pv_inflate *in)
{
    if (in->form == PV_INFLATE_GZIP && inflateInit2(&in->gzip, 16 + MAX_WBITS) != Z_OK)
        return out_of_memory(in);
    if (in->form == PV_INFLATE_ZSTD && (in->zstd = ZSTD_createDStream()) == NULL)
        return out_of_memory(in);
    in->zstd_wants = ZSTD_START;
    return true;
}

struct pv_inflate *pv_inflate_open(const char *path, size_t chunk, struct pv_fault *fault)
{
    struct pv_inflate *in = calloc(1, sizeof *in);
    if (in == NULL) {
        pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "not enough memory to read '%s'", path);
        return NULL;
    }
    in->fd = -1;
    in->between = true;
    in->chunk = chunk < ROOM_MAX ? chunk : ROOM_MAX;
    in->name = pv_ndjson_name(path);
    in->capacity = in->chunk > ZSTD_BLOCK ? in->chunk : ZSTD_BLOCK;
    in->input = malloc(in->capacity);
    if (in->name == NULL || in->input == NULL)
        pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "not enough memory to read '%s'", path);
    else if (open_file(in, path, fault)) {
        if (read_magic(in) && start(in))
            return in;
        *fault = in->fault;
    }
    pv_inflate_close(in);
    return NULL;
}

void pv_inflate_close(struct pv_inflate *in)
{
    if (in->form == PV_INFLATE_GZIP)
        (void)inflateEnd(&in->gzip);
    (void)ZSTD_freeDStream(in->zstd);
    if (in->fd > STDIN_FILENO)
        (void)close(in->fd);
    free(in->input);
    free(in->name);
    free(in);
}

/* --- reading --- */

static bool read_plain(struct pv_inflate *in, char *to, size_t room, size_t *got)
{
    size_t head = in->end - in->at < room ? in->end - in->at : room, rest = 0;
    memcpy(to, in->input + in->at, head);
    in->at += head;
    bool sound = head == room || in->end_of_file || read_raw(in, to + head, room - head, &rest);
    *got = head + rest;
    return sound;
}

/* How much input a step must have, where the file has so much. zstd passes on what it has of a block that is
   stored as it is, but of a whole one it may find that it does not fit the frame, and then gives nothing: to
   be given the same whatever the sizes of the reads, it gets blocks whole. */
static size_t needed(const struct pv_inflate *in)
{
    if (in->form == PV_INFLATE_GZIP || in->zstd_wants == 0)
        return 1;
    return in->zstd_wants < in->capacity ? in->zstd_wants : in->capacity;
}

static bool refill(struct pv_inflate *in)
{
    size_t got, need = needed(in);
    while (in->end - in->at < need && !in->end_of_file) {
        memmove(in->input, in->input + in->at, in->end - in->at);
        in->end -= in->at;
        in->at = 0;
        size_t room = in->capacity - in->end;
        if (!read_raw(in, in->input + in->end, room < in->chunk ? room : in->chunk, &got))
            return false;
        in->end += got;
    }
    return true;
}

static bool read_compressed(struct pv_inflate *in, char *to, size_t room, size_t *got)
{
    for (*got = 0; *got == 0;) {
        if (!refill(in))
            return false;
        bool input_ended = in->at == in->end; /* refilled, or there is no more */
        if (input_ended && in->between)
            return true;
        if (!(in->form == PV_INFLATE_GZIP ? gzip_step : zstd_step)(in, to, room, got))
            return false;
        if (input_ended && *got == 0 && !in->between)
            return damaged(in, "it is cut short", "");
    }
    return true;
}

bool pv_inflate_read(struct pv_inflate *in, char *to, size_t room, size_t *got, struct pv_fault *fault)
{
    *got = 0;
    if (room > ROOM_MAX)
        room = ROOM_MAX;
    if (!in->failed) {
        bool sound =
            in->form == PV_INFLATE_PLAIN ? read_plain(in, to, room, got) : read_compressed(in, to, room, got);
        if (sound || *got > 0) /* a fault waits until what came before it is given */
            return true;
    }
    *fault = in->fault;
    return false;
}

enum pv_inflate_form pv_inflate_form(const struct pv_inflate *in)
{
    return in->form;
}

void pv_inflate_progress(const struct pv_inflate *in, uint64_t *done, uint64_t *total)
{
    *done = in->done;
    *total = in->total;
}
