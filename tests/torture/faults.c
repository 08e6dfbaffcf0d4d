#include "faults.h"

#include <cjson/cJSON.h>
#include <dirent.h>
#include <errno.h>
#include <openssl/evp.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

static enum faults_mode mode;
static bool counting;
static size_t fail_at, seen;
static const char *first;
/* What the calls were, as far as there is room. */
static const char *names[1 << 14];

void faults_begin(enum faults_mode new_mode, size_t at)
{
    mode = new_mode;
    fail_at = at;
    seen = 0;
    first = NULL;
    counting = true;
}

size_t faults_end(void)
{
    counting = false;
    return seen;
}

const char *faults_first(void)
{
    return first;
}

const char *faults_name(size_t at)
{
    return at < seen && at < sizeof names / sizeof *names ? names[at] : NULL;
}

static bool fails(const char *name, int error)
{
    if (!counting)
        return false;
    size_t at = seen++;
    if (at < sizeof names / sizeof *names)
        names[at] = name;
    bool does = mode == FAULTS_ONCE ? at == fail_at : mode == FAULTS_FROM_ON && at >= fail_at;
    if (does) {
        first = first == NULL ? name : first;
        errno = error;
    }
    return does;
}

/* WRAP(result type, name, parameters, arguments, errno, result of a failure) */
#define WRAP(type, name, parameters, arguments, error, failed)                                               \
    type __real_##name parameters;                                                                           \
    type __wrap_##name parameters;                                                                           \
    type __wrap_##name parameters                                                                            \
    {                                                                                                        \
        return fails(#name, error) ? (failed) : __real_##name arguments;                                     \
    }

WRAP(void *, malloc, (size_t size), (size), ENOMEM, NULL)
WRAP(void *, calloc, (size_t count, size_t size), (count, size), ENOMEM, NULL)
WRAP(void *, realloc, (void *memory, size_t size), (memory, size), ENOMEM, NULL)
WRAP(char *, strdup, (const char *text), (text), ENOMEM, NULL)

WRAP(ssize_t, read, (int fd, void *to, size_t len), (fd, to, len), EIO, -1)
WRAP(ssize_t, write, (int fd, const void *from, size_t len), (fd, from, len), ENOSPC, -1)
WRAP(ssize_t, pread64, (int fd, void *to, size_t len, off_t at), (fd, to, len, at), EIO, -1)
WRAP(off_t, lseek64, (int fd, off_t at, int from), (fd, at, from), EIO, -1)
WRAP(int, ftruncate64, (int fd, off_t len), (fd, len), EIO, -1)
WRAP(int, rename, (const char *from, const char *to), (from, to), EIO, -1)
WRAP(int, renameat, (int a, const char *from, int b, const char *to), (a, from, b, to), EIO, -1)
WRAP(int, link, (const char *from, const char *to), (from, to), EIO, -1)
WRAP(int, unlink, (const char *path), (path), EIO, -1)
WRAP(int, unlinkat, (int fd, const char *path, int flags), (fd, path, flags), EIO, -1)
WRAP(int, fflush, (FILE * file), (file), ENOSPC, EOF)
WRAP(int, mkdir, (const char *path, mode_t bits), (path, bits), EACCES, -1)
WRAP(int, flock, (int fd, int how), (fd, how), ENOLCK, -1)
WRAP(int, stat64, (const char *path, void *status), (path, status), EIO, -1)
WRAP(int, fstat64, (int fd, void *status), (fd, status), EIO, -1)
WRAP(int, lstat64, (const char *path, void *status), (path, status), EIO, -1)
WRAP(int, fstatat64, (int fd, const char *path, void *status, int flags), (fd, path, status, flags), EIO, -1)
WRAP(DIR *, fdopendir, (int fd), (fd), ENOMEM, NULL)
WRAP(void *, readdir64, (DIR * dir), (dir), EIO, NULL)

/* The disk's own sync is another test's subject (power cuts), and slow. */
int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
    (void)fd;
    return fails("fsync", EIO) ? -1 : 0;
}
int __wrap_fdatasync(int fd);
int __wrap_fdatasync(int fd)
{
    (void)fd;
    return fails("fdatasync", EIO) ? -1 : 0;
}

/* A close that fails has closed all the same. */
int __real_close(int fd);
int __wrap_close(int fd);
int __wrap_close(int fd)
{
    bool does = fails("close", EIO);
    int error = errno;
    int result = __real_close(fd);
    if (does)
        errno = error;
    return does ? -1 : result;
}

int __real_open64(const char *path, int flags, mode_t bits);
int __wrap_open64(const char *path, int flags, mode_t bits);
int __wrap_open64(const char *path, int flags, mode_t bits)
{
    return fails("open", EMFILE) ? -1 : __real_open64(path, flags, bits);
}
int __real_openat64(int fd, const char *path, int flags, mode_t bits);
int __wrap_openat64(int fd, const char *path, int flags, mode_t bits);
int __wrap_openat64(int fd, const char *path, int flags, mode_t bits)
{
    return fails("openat", EMFILE) ? -1 : __real_openat64(fd, path, flags, bits);
}

WRAP(int, sqlite3_prepare_v2, (sqlite3 * db, const char *sql, int len, sqlite3_stmt **to, const char **tail),
     (db, sql, len, to, tail), 0, SQLITE_NOMEM)
WRAP(int, sqlite3_prepare_v3,
     (sqlite3 * db, const char *sql, int len, unsigned flags, sqlite3_stmt **to, const char **tail),
     (db, sql, len, flags, to, tail), 0, SQLITE_NOMEM)
WRAP(int, sqlite3_step, (sqlite3_stmt * statement), (statement), 0, SQLITE_IOERR)
WRAP(int, sqlite3_exec,
     (sqlite3 * db, const char *sql, int (*row)(void *, int, char **, char **), void *context, char **text),
     (db, sql, row, context, text), 0, SQLITE_FULL)
WRAP(int, sqlite3_bind_int, (sqlite3_stmt * statement, int i, int value), (statement, i, value), 0,
     SQLITE_NOMEM)
WRAP(int, sqlite3_bind_int64, (sqlite3_stmt * statement, int i, sqlite3_int64 value), (statement, i, value),
     0, SQLITE_NOMEM)

WRAP(int, sqlite3_bind_text,
     (sqlite3_stmt * statement, int i, const char *text, int len, void (*drop)(void *)),
     (statement, i, text, len, drop), 0, SQLITE_NOMEM)
WRAP(int, sqlite3_bind_text64,
     (sqlite3_stmt * statement, int i, const char *text, sqlite3_uint64 len, void (*drop)(void *),
      unsigned char encoding),
     (statement, i, text, len, drop, encoding), 0, SQLITE_TOOBIG)
WRAP(int, sqlite3_bind_blob,
     (sqlite3_stmt * statement, int i, const void *bytes, int len, void (*drop)(void *)),
     (statement, i, bytes, len, drop), 0, SQLITE_NOMEM)
WRAP(int, sqlite3_bind_null, (sqlite3_stmt * statement, int i), (statement, i), 0, SQLITE_NOMEM)

int __real_sqlite3_open_v2(const char *path, sqlite3 **db, int flags, const char *vfs);
int __wrap_sqlite3_open_v2(const char *path, sqlite3 **db, int flags, const char *vfs);
int __wrap_sqlite3_open_v2(const char *path, sqlite3 **db, int flags, const char *vfs)
{
    *db = NULL;
    return fails("sqlite3_open_v2", 0) ? SQLITE_NOMEM : __real_sqlite3_open_v2(path, db, flags, vfs);
}

WRAP(cJSON *, cJSON_ParseWithLength, (const char *text, size_t len), (text, len), ENOMEM, NULL)

WRAP(EVP_MD_CTX *, EVP_MD_CTX_new, (void), (), ENOMEM, NULL)
WRAP(int, EVP_DigestInit_ex, (EVP_MD_CTX * context, const EVP_MD *digest, ENGINE *engine),
     (context, digest, engine), 0, 0)
WRAP(int, EVP_DigestUpdate, (EVP_MD_CTX * context, const void *from, size_t len), (context, from, len), 0, 0)
WRAP(int, EVP_DigestFinal_ex, (EVP_MD_CTX * context, unsigned char *to, unsigned *len), (context, to, len), 0,
     0)

WRAP(int, EVP_Digest,
     (const void *from, size_t len, unsigned char *to, unsigned *to_len, const EVP_MD *digest,
      ENGINE *engine),
     (from, len, to, to_len, digest, engine), 0, 0)

WRAP(int, inflateInit2_, (z_stream * stream, int bits, const char *version, int size),
     (stream, bits, version, size), 0, Z_MEM_ERROR)
WRAP(int, deflateInit2_,
     (z_stream * stream, int level, int method, int bits, int memory, int strategy, const char *version,
      int size),
     (stream, level, method, bits, memory, strategy, version, size), 0, Z_MEM_ERROR)
WRAP(ZSTD_DStream *, ZSTD_createDStream, (void), (), ENOMEM, NULL)
WRAP(ZSTD_CCtx *, ZSTD_createCCtx, (void), (), ENOMEM, NULL)
WRAP(int, inflate, (z_stream * stream, int flush), (stream, flush), 0, Z_MEM_ERROR)
WRAP(int, deflate, (z_stream * stream, int flush), (stream, flush), 0, Z_STREAM_ERROR)
WRAP(int, deflateReset, (z_stream * stream), (stream), 0, Z_STREAM_ERROR)
WRAP(size_t, ZSTD_compressStream2,
     (ZSTD_CCtx * context, ZSTD_outBuffer *to, ZSTD_inBuffer *from, ZSTD_EndDirective end),
     (context, to, from, end), 0, (size_t)-ZSTD_error_memory_allocation)
WRAP(size_t, ZSTD_decompressStream, (ZSTD_DStream * stream, ZSTD_outBuffer *to, ZSTD_inBuffer *from),
     (stream, to, from), 0, (size_t)-ZSTD_error_memory_allocation)
WRAP(size_t, ZSTD_CCtx_setParameter, (ZSTD_CCtx * context, ZSTD_cParameter parameter, int value),
     (context, parameter, value), 0, (size_t)-ZSTD_error_memory_allocation)
