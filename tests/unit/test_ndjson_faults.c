/* NDJSON where the system does not give what it is asked for: each allocation of a source and of a sink
   failed once, and the calls that look at a file before it is added to. A failure names the file, changes
   nothing, and is over when it is tried again. */
#include "alloc_faults.h"
#include "ndjson_files.h"
#include "nobody.h"
#include "workdir.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#define RECORD "{\"stream\":\"x\",\"number\":0,\"type\":\"x\",\"data\":{}}"

static const char *const names[] = {"out.ndjson", "out.ndjson.gz", "out.ndjson.zst"};
static const enum pv_inflate_form forms[] = {PV_INFLATE_PLAIN, PV_INFLATE_GZIP, PV_INFLATE_ZSTD};
enum { FORMS = 3 };

static struct listing listing;
static struct pv_fault fault;

/* --- calls that fail: with this errno, so many times, after so many that work --- */

enum { NOTHING_THERE = -1 }; /* in place of an errno: the end, where there were bytes */

static struct {
    int error;
    unsigned after, times;
} looking;

static bool looks_in_vain(void)
{
    if (looking.error == 0 || looking.times == 0)
        return false;
    if (looking.after > 0) {
        looking.after--;
        return false;
    }
    looking.times--;
    errno = looking.error;
    return true;
}

ssize_t __real_pread64(int fd, void *to, size_t len, off_t at);
ssize_t __wrap_pread64(int fd, void *to, size_t len, off_t at);
ssize_t __wrap_pread64(int fd, void *to, size_t len, off_t at)
{
    if (!looks_in_vain())
        return __real_pread64(fd, to, len, at);
    return looking.error == NOTHING_THERE ? 0 : -1;
}

static int stat_error;
int __real_fstat64(int fd, struct stat *about);
int __wrap_fstat64(int fd, struct stat *about);
int __wrap_fstat64(int fd, struct stat *about)
{
    if (stat_error == 0)
        return __real_fstat64(fd, about);
    errno = stat_error;
    return -1;
}

static int fsync_error;
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
    if (fsync_error == 0)
        return __real_fsync(fd);
    errno = fsync_error;
    return -1;
}

/* Calls to zstd before the one that has no memory; SIZE_MAX: none. */
static size_t zstd_good = SIZE_MAX;

ZSTD_CCtx *__real_ZSTD_createCCtx(void);
ZSTD_CCtx *__wrap_ZSTD_createCCtx(void);
ZSTD_CCtx *__wrap_ZSTD_createCCtx(void)
{
    return zstd_good-- == 0 ? NULL : __real_ZSTD_createCCtx();
}

size_t __real_ZSTD_CCtx_setParameter(ZSTD_CCtx *context, ZSTD_cParameter parameter, int value);
size_t __wrap_ZSTD_CCtx_setParameter(ZSTD_CCtx *context, ZSTD_cParameter parameter, int value);
size_t __wrap_ZSTD_CCtx_setParameter(ZSTD_CCtx *context, ZSTD_cParameter parameter, int value)
{
    if (zstd_good-- == 0)
        return (size_t)-ZSTD_error_memory_allocation;
    return __real_ZSTD_CCtx_setParameter(context, parameter, value);
}

/* The same of what unpacks: zlib's and zstd's own memory. */
static size_t unpack_good = SIZE_MAX;

int __real_inflateInit2_(z_streamp stream, int bits, const char *version, int size);
int __wrap_inflateInit2_(z_streamp stream, int bits, const char *version, int size);
int __wrap_inflateInit2_(z_streamp stream, int bits, const char *version, int size)
{
    return unpack_good-- == 0 ? Z_MEM_ERROR : __real_inflateInit2_(stream, bits, version, size);
}

int __real_inflate(z_streamp stream, int flush);
int __wrap_inflate(z_streamp stream, int flush);
int __wrap_inflate(z_streamp stream, int flush)
{
    return unpack_good-- == 0 ? Z_MEM_ERROR : __real_inflate(stream, flush);
}

ZSTD_DStream *__real_ZSTD_createDStream(void);
ZSTD_DStream *__wrap_ZSTD_createDStream(void);
ZSTD_DStream *__wrap_ZSTD_createDStream(void)
{
    return unpack_good-- == 0 ? NULL : __real_ZSTD_createDStream();
}

size_t __real_ZSTD_decompressStream(ZSTD_DStream *stream, ZSTD_outBuffer *out, ZSTD_inBuffer *in);
size_t __wrap_ZSTD_decompressStream(ZSTD_DStream *stream, ZSTD_outBuffer *out, ZSTD_inBuffer *in);
size_t __wrap_ZSTD_decompressStream(ZSTD_DStream *stream, ZSTD_outBuffer *out, ZSTD_inBuffer *in)
{
    if (unpack_good-- == 0)
        return (size_t)-ZSTD_error_memory_allocation;
    return __real_ZSTD_decompressStream(stream, out, in);
}

/* --- what is tried --- */

static void put_lines(const char *path, enum pv_inflate_form form, const char *lines)
{
    struct bytes packed = pack(form, lines, strlen(lines));
    put_file(path, packed.ptr, packed.len);
    free(packed.ptr);
}

/* Adds one line. */
static bool add_line(const char *path)
{
    struct pv_ndjson_sink *sink;
    if (!pv_ndjson_sink_open(path, &sink, &fault))
        return false;
    bool taken = pv_ndjson_sink_write(sink, RECORD "\n", sizeof RECORD) == 0;
    return pv_ndjson_sink_close(sink, &fault) && taken;
}

/* Reads lines, the last of which is longer than what is read at once. */
static bool read_lines(const char *path)
{
    list_source(&listing, path, 16, 64);
    fault = listing.fault;
    return strstr(listing.text, "end") != NULL;
}

/* Fails each allocation by the plan; how many there were. */
static size_t fail_each(enum alloc_plan plan, bool (*act)(const char *path), const char *path,
                        const struct bytes *before)
{
    for (size_t at = 0;; at++) {
        put_file(path, before->ptr, before->len);
        alloc_plan(plan, at);
        bool done = act(path);
        bool ended = at >= alloc_count();
        alloc_plan(ALLOC_SOUND, 0);
        if (ended) {
            check_true(done);
            return at;
        }
        if (done)
            continue;
        check_int(fault.kind, PV_FAULT_KIND_NO_MEMORY);
        struct bytes now = get_file(path);
        check_int(now.len, before->len);
        assert_memory_equal(now.ptr, before->ptr, now.len);
        free(now.ptr);
        check_true(act(path));
    }
}

static void source__memory_ends_at_each_allocation__is_a_fault(void **state)
{
    (void)state;
    for (size_t i = 0; i < FORMS; i++) {
        put_lines(scratch(names[i]), forms[i], "{}\n\n{\"long\":\"" RECORD RECORD "\"}\n");
        struct bytes before = get_file(scratch(names[i]));
        check_true(fail_each(ALLOC_FAIL_FROM_ON, read_lines, scratch(names[i]), &before) >= 4);
        free(before.ptr);
    }
}

static void source__what_unpacks_has_no_memory__is_a_fault(void **state)
{
    (void)state;
    for (size_t i = 1; i < FORMS; i++) {
        const char *path = scratch(names[i]);
        put_lines(path, forms[i], "{}\n{\"end\":1}\n");
        size_t failed = 0;
        for (bool done = false; !done; failed++) {
            unpack_good = failed;
            done = read_lines(path);
            unpack_good = SIZE_MAX;
            if (!done)
                check_int(fault.kind, PV_FAULT_KIND_NO_MEMORY);
        }
        check_true(failed >= 3); /* once to make it, and once to read; then none */
    }
}

static void sink__each_allocation_fails_once__leaves_the_file_as_it_was(void **state)
{
    (void)state;
    for (size_t i = 0; i < FORMS; i++) {
        put_lines(scratch(names[i]), forms[i], RECORD "\n");
        struct bytes before = get_file(scratch(names[i]));
        check_true(fail_each(ALLOC_FAIL_ONCE, add_line, scratch(names[i]), &before) >= 3);
        free(before.ptr);
    }
}

/* What it takes to look at a last line that lacks its LF. */
static void sink__no_memory_for_the_last_line__leaves_the_file_as_it_was(void **state)
{
    (void)state;
    struct bytes before = {strdup(RECORD "\n" RECORD), 2 * sizeof RECORD - 1};
    check_true(fail_each(ALLOC_FAIL_ONCE, add_line, scratch(names[0]), &before) >= 5);
    free(before.ptr);
}

static void sink__the_last_line_cannot_be_read__is_named(void **state)
{
    (void)state;
    for (unsigned after = 0; after < 2; after++) {
        put_lines(scratch(names[0]), PV_INFLATE_PLAIN, RECORD "\n" RECORD);
        looking.error = EIO;
        looking.after = after;
        looking.times = 1;
        check_true(!add_line(scratch(names[0])));
        check_int(fault.kind, PV_FAULT_KIND_IO);
        check_true(strstr(fault.text, "cannot read") != NULL && strstr(fault.text, names[0]) != NULL);
        looking.error = 0;
        check_true(add_line(scratch(names[0])));
    }
}

static void sink__the_file_becomes_shorter_under_the_look__is_named(void **state)
{
    (void)state;
    put_lines(scratch(names[0]), PV_INFLATE_PLAIN, RECORD "\n" RECORD);
    looking.error = NOTHING_THERE;
    looking.after = 1;
    looking.times = 1;
    check_true(!add_line(scratch(names[0])));
    looking.error = 0;
    check_int(fault.kind, PV_FAULT_KIND_IO);
    check_true(strstr(fault.text, "cannot read") != NULL && strstr(fault.text, names[0]) != NULL);
}

static void sink__what_is_compressed_cannot_be_read__is_named_and_not_called_damaged(void **state)
{
    (void)state;
    for (size_t i = 1; i < FORMS; i++) {
        put_lines(scratch(names[i]), forms[i], RECORD "\n");
        failing[CALL_READ] = (struct failing){.error = EIO, .after = 1, .times = 1};
        check_true(!add_line(scratch(names[i])));
        nothing_fails();
        check_int(fault.kind, PV_FAULT_KIND_IO);
        check_true(strstr(fault.text, "cannot read") != NULL && strstr(fault.text, "remove it") == NULL);
        check_true(add_line(scratch(names[i])));
    }
}

static void sink__half_a_line_of_one_byte__is_cut_off(void **state)
{
    (void)state;
    put_file(scratch(names[0]), "{", 1);
    check_true(add_line(scratch(names[0])));
    struct bytes now = get_file(scratch(names[0]));
    assert_string_equal(now.ptr, RECORD "\n");
    free(now.ptr);
}

static void sink__zstd_has_no_memory__leaves_no_file(void **state)
{
    const char *path = scratch("new.zst");
    (void)state;
    for (size_t good = 0; good < 3; good++) {
        zstd_good = good;
        check_true(!add_line(path));
        zstd_good = SIZE_MAX;
        check_int(fault.kind, PV_FAULT_KIND_NO_MEMORY);
        check_true(strstr(fault.text, "new.zst") != NULL && !file_exists(path));
    }
    check_true(add_line(path));
    check_int(unlink(path), 0);
}

static void sink__the_look_is_interrupted__goes_on(void **state)
{
    (void)state;
    put_lines(scratch(names[0]), PV_INFLATE_PLAIN, RECORD "\n");
    looking.error = EINTR;
    looking.after = 0;
    looking.times = 3;
    check_true(add_line(scratch(names[0])));
    check_int(looking.times, 0);
    looking.error = 0;
    check_true(read_lines(scratch(names[0])));
    check_int(listing.lines, 2);
}

static void sink__the_missing_lf_cannot_be_written__leaves_the_file_as_it_was(void **state)
{
    (void)state;
    put_lines(scratch(names[0]), PV_INFLATE_PLAIN, RECORD);
    failing[CALL_WRITE] = (struct failing){.error = ENOSPC, .times = 1};
    check_true(!add_line(scratch(names[0])));
    check_int(fault.kind, PV_FAULT_KIND_IO);
    check_true(strstr(fault.text, names[0]) != NULL && strstr(fault.text, strerror(ENOSPC)) != NULL);
    nothing_fails();
    struct bytes now = get_file(scratch(names[0]));
    check_int(now.len, sizeof RECORD - 1);
    free(now.ptr);
}

static void sink__half_a_line_cannot_be_cut_off__is_denied_by_name(void **state)
{
    static const int errors[] = {EROFS, EPERM, EACCES};
    (void)state;
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        put_lines(scratch(names[0]), PV_INFLATE_PLAIN, RECORD "\n{\"half");
        failing[CALL_TRUNCATE] = (struct failing){.error = errors[i], .times = 1};
        check_true(!add_line(scratch(names[0])));
        check_int(fault.kind, PV_FAULT_KIND_DENIED);
        check_true(strstr(fault.text, names[0]) != NULL);
        nothing_fails();
        check_true(add_line(scratch(names[0])));
    }
}

static void sink__nothing_is_known_of_the_file__is_named(void **state)
{
    (void)state;
    put_lines(scratch(names[0]), PV_INFLATE_PLAIN, RECORD "\n");
    stat_error = EIO;
    check_true(!add_line(scratch(names[0])));
    stat_error = 0;
    check_int(fault.kind, PV_FAULT_KIND_IO);
    check_true(strstr(fault.text, "cannot write") != NULL && strstr(fault.text, names[0]) != NULL);
}

/* --- files that are made --- */

static bool create(const char *path)
{
    struct pv_ndjson_sink *sink;
    if (!pv_ndjson_sink_create(path, &sink, &fault))
        return false;
    bool taken = pv_ndjson_sink_write(sink, RECORD "\n", sizeof RECORD) == 0;
    return pv_ndjson_sink_close(sink, &fault) && taken;
}

static const char *part_of(const char *name)
{
    char part[64];
    (void)snprintf(part, sizeof part, "%s.%ld.part", name, (long)getpid());
    return scratch(part);
}

static void create__each_allocation_fails_once__leaves_nothing(void **state)
{
    (void)state;
    for (size_t at = 0;; at++) {
        alloc_plan(ALLOC_FAIL_ONCE, at);
        bool done = create(scratch("made.gz")), ended = at >= alloc_count();
        alloc_plan(ALLOC_SOUND, 0);
        check_int(done, ended);
        if (ended)
            break;
        check_int(fault.kind, PV_FAULT_KIND_NO_MEMORY);
        check_true(strstr(fault.text, "made.gz") != NULL);
        check_true(!file_exists(scratch("made.gz")) && !file_exists(part_of("made.gz")));
    }
    check_int(unlink(scratch("made.gz")), 0);
}

static void create__what_it_writes_to_is_there__is_a_fault_and_is_kept(void **state)
{
    const char *part = part_of("made.ndjson");
    (void)state;
    put_file(part, "mine", 4);
    check_true(!create(scratch("made.ndjson")));
    check_int(fault.kind, PV_FAULT_KIND_IO);
    check_true(strstr(fault.text, "cannot create") != NULL && strstr(fault.text, strerror(EEXIST)) != NULL);
    check_true(file_exists(part) && !file_exists(scratch("made.ndjson")));
    check_int(unlink(part), 0);
}

static void create__the_folder_cannot_be_synced__is_told_unless_none_can(void **state)
{
    const char *path = scratch("made.ndjson");
    (void)state;
    fsync_error = EIO;
    bool done = create(path);
    fsync_error = 0;
    check_true(!done && strstr(fault.text, "sync the directory of") != NULL);
    (void)unlink(path);
    fsync_error = EINVAL; /* a file system that syncs no folders */
    done = create(path);
    fsync_error = 0;
    check_true(done);
    check_int(unlink(path), 0);
}

static void discard__of_whole_lines__keeps_them(void **state)
{
    struct pv_ndjson_sink *sink;
    (void)state;
    put_lines(scratch(names[0]), PV_INFLATE_PLAIN, RECORD "\n");
    check_true(pv_ndjson_sink_open(scratch(names[0]), &sink, &fault));
    check_int(pv_ndjson_sink_write(sink, RECORD "\n", sizeof RECORD), 0);
    pv_ndjson_sink_discard(sink);
    struct bytes now = get_file(scratch(names[0]));
    assert_string_equal(now.ptr, RECORD "\n" RECORD "\n");
    free(now.ptr);
}

/* --- more than a compressor gives at once --- */

/* Lines that hardly become shorter: hexadecimal digits of a random sequence. */
enum { LONG_LINE = 500000, LONG_LINES = 3 };
static char long_lines[LONG_LINES * LONG_LINE];

static void fill_long_lines(void)
{
    uint32_t random = 2463534242u;
    for (size_t i = 0; i < sizeof long_lines; i++) {
        random ^= random << 13;
        random ^= random >> 17;
        random ^= random << 5;
        long_lines[i] = i % LONG_LINE == LONG_LINE - 1 ? '\n' : "0123456789abcdef"[random >> 28];
    }
}

/* Each line is its own member. */
static bool write_long_lines(const char *path)
{
    struct pv_ndjson_sink *sink;
    bool taken = true;
    check_true(pv_ndjson_sink_open_sized(path, 1, &sink, &fault));
    for (size_t i = 0; i < LONG_LINES && taken; i++)
        taken = pv_ndjson_sink_write(sink, long_lines + i * LONG_LINE, LONG_LINE) == 0;
    return pv_ndjson_sink_close(sink, &fault) && taken;
}

/* How many of the long lines the file holds; it must hold nothing else. Asks for more than any step can give.
 */
static size_t count_long_lines(const char *path)
{
    static char read[sizeof long_lines + 1];
    size_t len = 0, got = 0;
    struct pv_inflate *in = pv_inflate_open(path, PV_NDJSON_CHUNK, &fault);
    check_true(in != NULL);
    do {
        check_true(
            pv_inflate_read(in, read + len, len == 0 ? (size_t)1 << 32 : sizeof read - len, &got, &fault));
        len += got;
    } while (got > 0);
    pv_inflate_close(in);
    check_int(len % LONG_LINE, 0);
    assert_memory_equal(read, long_lines, len);
    return len / LONG_LINE;
}

static void sink__each_write_of_long_lines_fails_once__leaves_whole_lines(void **state)
{
    (void)state;
    fill_long_lines();
    for (size_t i = 0; i < FORMS; i++) {
        const char *path = scratch(names[i]);
        size_t kept = 0;
        for (unsigned after = 0;; after++) {
            (void)unlink(path);
            failing[CALL_WRITE] = (struct failing){.error = ENOSPC, .after = after, .times = 1};
            bool done = write_long_lines(path), ended = failing[CALL_WRITE].called <= after;
            nothing_fails();
            check_int(done, ended);
            size_t now = file_exists(path) ? count_long_lines(path) : 0;
            check_true(now >= kept);
            kept = now;
            if (ended)
                break;
            check_true(now < LONG_LINES && strstr(fault.text, strerror(ENOSPC)) != NULL);
        }
        check_int(kept, LONG_LINES);
    }
}

/* --- reading --- */

static void open__of_what_is_no_file__is_read_and_has_no_size(void **state)
{
    (void)state;
    list_source(&listing, "/dev/null", 7, 1);
    assert_string_equal(listing.text, "end");
    check_int(listing.total, 0);
}

/* Wherever the cut falls, it is between two characters. */
static void open__a_long_path_of_wide_characters__is_cut_between_two(void **state)
{
    (void)state;
    for (size_t tail = 0; tail < 2; tail++) {
        char path[2 * 200 + 2] = "";
        for (size_t i = 0; i < 200; i++)
            memcpy(path + 2 * i, "\xc3\xa9", 2);
        memcpy(path + 400, "a", tail);
        list_source(&listing, path, 7, 1);
        assert_string_equal(listing.text, "io");
        const char *dots = strstr(listing.fault.text, "'...");
        check_true(dots != NULL && memcmp(dots + 4, "\xc3\xa9", 2) == 0);
    }
}

static struct workdir dir;

static int reads_what_is_secret(void)
{
    list_source(&listing, workdir_file(&dir, "secret"), 7, 1);
    return strcmp(listing.text, "denied") == 0 && strstr(listing.fault.text, "secret") != NULL ? 0 : 1;
}

static void open__of_what_must_not_be_read__is_denied(void **state)
{
    (void)state;
    workdir_make_public(&dir);
    put_file(workdir_file(&dir, "secret"), "a\n", 2);
    check_int(chmod(workdir_file(&dir, "secret"), 0), 0);
    int status = nobody_runs(reads_what_is_secret);
    workdir_remove(&dir);
    check_int(status, 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(source__memory_ends_at_each_allocation__is_a_fault),
    cmocka_unit_test(source__what_unpacks_has_no_memory__is_a_fault),
    cmocka_unit_test(sink__each_allocation_fails_once__leaves_the_file_as_it_was),
    cmocka_unit_test(sink__no_memory_for_the_last_line__leaves_the_file_as_it_was),
    cmocka_unit_test(sink__the_last_line_cannot_be_read__is_named),
    cmocka_unit_test(sink__the_file_becomes_shorter_under_the_look__is_named),
    cmocka_unit_test(sink__what_is_compressed_cannot_be_read__is_named_and_not_called_damaged),
    cmocka_unit_test(sink__half_a_line_of_one_byte__is_cut_off),
    cmocka_unit_test(sink__zstd_has_no_memory__leaves_no_file),
    cmocka_unit_test(create__each_allocation_fails_once__leaves_nothing),
    cmocka_unit_test(create__what_it_writes_to_is_there__is_a_fault_and_is_kept),
    cmocka_unit_test(create__the_folder_cannot_be_synced__is_told_unless_none_can),
    cmocka_unit_test(discard__of_whole_lines__keeps_them),
    cmocka_unit_test(sink__each_write_of_long_lines_fails_once__leaves_whole_lines),
    cmocka_unit_test(open__of_what_is_no_file__is_read_and_has_no_size),
    cmocka_unit_test(sink__the_look_is_interrupted__goes_on),
    cmocka_unit_test(sink__the_missing_lf_cannot_be_written__leaves_the_file_as_it_was),
    cmocka_unit_test(sink__half_a_line_cannot_be_cut_off__is_denied_by_name),
    cmocka_unit_test(sink__nothing_is_known_of_the_file__is_named),
    cmocka_unit_test(open__a_long_path_of_wide_characters__is_cut_between_two),
    cmocka_unit_test(open__of_what_must_not_be_read__is_denied),
};
CHECK_MAIN(tests, 20)
