#include "ndjson_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

/* --- scratch files --- */

static char folder[] = "ndjson-XXXXXX";
static bool has_folder;
static pid_t owner;

static void remove_folder(void)
{
    if (getpid() != owner)
        return;
    DIR *dir = opendir(folder);
    struct dirent *entry;
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        char path[512];
        (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (unlink(path) != 0)
            (void)rmdir(path);
    }
    if (dir != NULL)
        (void)closedir(dir);
    (void)rmdir(folder);
}

const char *scratch(const char *name)
{
    static char paths[32][96];
    if (!has_folder) {
        check_true(mkdtemp(folder) != NULL);
        has_folder = true;
        owner = getpid();
        check_int(atexit(remove_folder), 0);
    }
    for (size_t i = 0; i < 32; i++) {
        char path[96];
        (void)snprintf(path, sizeof path, "%s/%s", folder, name);
        if (paths[i][0] == '\0')
            memcpy(paths[i], path, sizeof path);
        if (strcmp(paths[i], path) == 0)
            return paths[i];
    }
    fail_msg("too many scratch files");
    return NULL;
}

void put_file(const char *path, const void *bytes, size_t len)
{
    FILE *file = fopen(path, "wb");
    check_true(file != NULL);
    check_int(fwrite(bytes, 1, len, file), len);
    check_int(fclose(file), 0);
}

struct bytes get_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    check_true(file != NULL);
    check_int(fseek(file, 0, SEEK_END), 0);
    struct bytes bytes = {NULL, (size_t)ftell(file)};
    rewind(file);
    check_true((bytes.ptr = malloc(bytes.len + 1)) != NULL);
    check_int(fread(bytes.ptr, 1, bytes.len, file), bytes.len);
    bytes.ptr[bytes.len] = '\0';
    check_int(fclose(file), 0);
    return bytes;
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

void check_only_files(const char *const *names, size_t count)
{
    size_t seen = 0;
    DIR *dir = opendir(folder);
    struct dirent *entry;
    check_true(dir != NULL);
    while ((entry = readdir(dir)) != NULL) {
        bool known = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
        for (size_t i = 0; i < count && !known; i++) {
            known = strcmp(entry->d_name, names[i]) == 0;
            seen += known;
        }
        if (!known)
            fail_msg("%s is left behind", entry->d_name);
    }
    (void)closedir(dir);
    check_int(seen, count);
}

/* --- compression --- */

static size_t pack_gzip(char *to, size_t room, const void *bytes, size_t len)
{
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)bytes, .avail_in = (uInt)len};
    stream.next_out = (Bytef *)to;
    stream.avail_out = (uInt)room;
    check_int(deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    check_int(deflate(&stream, Z_FINISH), Z_STREAM_END);
    check_int(deflateEnd(&stream), Z_OK);
    return room - stream.avail_out;
}

static size_t pack_zstd(char *to, size_t room, const void *bytes, size_t len)
{
    ZSTD_CCtx *context = ZSTD_createCCtx();
    check_true(context != NULL);
    check_true(!ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)));
    size_t packed = ZSTD_compress2(context, to, room, bytes, len);
    check_true(!ZSTD_isError(packed));
    (void)ZSTD_freeCCtx(context);
    return packed;
}

struct bytes pack(enum pv_inflate_form form, const void *bytes, size_t len)
{
    size_t room = len + len / 100 + 1024;
    struct bytes packed = {malloc(room), len};
    check_true(packed.ptr != NULL);
    if (form == PV_INFLATE_GZIP)
        packed.len = pack_gzip(packed.ptr, room, bytes, len);
    else if (form == PV_INFLATE_ZSTD)
        packed.len = pack_zstd(packed.ptr, room, bytes, len);
    else
        memcpy(packed.ptr, bytes, len);
    return packed;
}

struct bytes joined(struct bytes a, const void *b, size_t len)
{
    a.ptr = realloc(a.ptr, a.len + len + 1);
    check_true(a.ptr != NULL);
    memcpy(a.ptr + a.len, b, len);
    a.len += len;
    return a;
}

/* --- sources --- */

static void list_raws(struct listing *listing, size_t *at, const struct pv_raw *raws, size_t count,
                      size_t bytes)
{
    for (size_t i = 0; i < count; i++) {
        struct pv_str text = raws[i].text;
        char *to = listing->text + *at;
        size_t room = sizeof listing->text - *at;
        check_int(raws[i].form, PV_RAW_LINE);
        check_true(room > 128);
        *at += (size_t)snprintf(to, room, "%llu:", (unsigned long long)raws[i].line);
        to = listing->text + *at;
        if (text.len > 40) {
            *at += (size_t)snprintf(to, room, "<%zu>", text.len);
        } else {
            memcpy(to, text.ptr, text.len);
            for (size_t k = 0; k < text.len; k++)
                to[k] = text.ptr[k] == '\0' ? '0' : text.ptr[k]; /* so that the listing is one string */
            *at += text.len;
        }
        listing->text[(*at)++] = ';';
        bytes -= text.len;
    }
    check_int(bytes, 0);
}

static const char *kind_of(const struct pv_fault *fault)
{
    static const struct {
        enum pv_fault_kind kind;
        const char *name;
    } names[] = {
        {PV_FAULT_KIND_IO, "io"},
        {PV_FAULT_KIND_DAMAGED, "damaged"},
        {PV_FAULT_KIND_DENIED, "denied"},
        {PV_FAULT_KIND_INTERRUPTED, "interrupted"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (fault->kind == names[i].kind)
            return names[i].name;
    }
    return "other";
}

void list_source(struct listing *listing, const char *path, size_t chunk, size_t max)
{
    struct pv_event_source source;
    struct pv_raw raws[64];
    size_t at = 0, count = 0, bytes = 0;
    bool sound = true;
    listing->lines = listing->done = listing->total = 0;
    check_true(max <= 64);
    if (!pv_ndjson_source_open_chunked(path, chunk, &source, &listing->fault)) {
        (void)snprintf(listing->text, sizeof listing->text, "%s", kind_of(&listing->fault));
        return;
    }
    do {
        sound = source.ops->next(source.self, raws, max, &count, &bytes, &listing->fault);
        list_raws(listing, &at, raws, count, bytes);
        listing->lines += count;
    } while (sound && count > 0);
    /* The end stays the end, and a fault a fault. */
    check_int(source.ops->next(source.self, raws, max, &count, &bytes, &listing->fault), sound);
    check_int(count, 0);
    (void)snprintf(listing->text + at, sizeof listing->text - at, "%s",
                   sound ? "end" : kind_of(&listing->fault));
    source.ops->progress(source.self, &listing->done, &listing->total);
    source.ops->close(source.self);
}

/* --- system calls --- */

struct failing failing[CALL_COUNT];

void nothing_fails(void)
{
    memset(failing, 0, sizeof failing);
}

static bool is_due(enum call call)
{
    struct failing *f = &failing[call];
    unsigned at = f->called++;
    if (f->error == 0 || at < f->after || at >= f->after + f->times)
        return false;
    errno = f->error;
    return true;
}

static size_t limited(enum call call, size_t len)
{
    size_t some = failing[call].some;
    return some > 0 && some < len ? some : len;
}

ssize_t __real_read(int fd, void *to, size_t len);
ssize_t __wrap_read(int fd, void *to, size_t len);
ssize_t __wrap_read(int fd, void *to, size_t len)
{
    return is_due(CALL_READ) ? -1 : __real_read(fd, to, limited(CALL_READ, len));
}

ssize_t __real_write(int fd, const void *bytes, size_t len);
ssize_t __wrap_write(int fd, const void *bytes, size_t len);
ssize_t __wrap_write(int fd, const void *bytes, size_t len)
{
    return is_due(CALL_WRITE) ? -1 : __real_write(fd, bytes, limited(CALL_WRITE, len));
}

int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);
int __wrap_fdatasync(int fd)
{
    return is_due(CALL_SYNC) ? -1 : __real_fdatasync(fd);
}

void (*before_lock)(void);

int __real_flock(int fd, int how);
int __wrap_flock(int fd, int how);
int __wrap_flock(int fd, int how)
{
    void (*act)(void) = before_lock;
    before_lock = NULL; /* whoever acts locks as well */
    if (act != NULL)
        act();
    return __real_flock(fd, how);
}

/* The name that 64-bit offsets give to ftruncate. */
int __real_ftruncate64(int fd, off_t length);
int __wrap_ftruncate64(int fd, off_t length);
int __wrap_ftruncate64(int fd, off_t length)
{
    return is_due(CALL_TRUNCATE) ? -1 : __real_ftruncate64(fd, length);
}
