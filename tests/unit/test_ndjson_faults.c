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

#define RECORD "{\"stream\":\"x\",\"number\":0,\"type\":\"x\",\"data\":{}}"

static const char *const names[] = {"out.ndjson", "out.ndjson.gz", "out.ndjson.zst"};
static const enum pv_inflate_form forms[] = {PV_INFLATE_PLAIN, PV_INFLATE_GZIP, PV_INFLATE_ZSTD};
enum { FORMS = 3 };

static struct listing listing;
static struct pv_fault fault;

/* --- calls that fail: with this errno, so many times, after so many that work --- */

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
    return looks_in_vain() ? -1 : __real_pread64(fd, to, len, at);
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

static void sink__half_a_line_cannot_be_cut_off__is_named(void **state)
{
    (void)state;
    put_lines(scratch(names[0]), PV_INFLATE_PLAIN, RECORD "\n{\"half");
    failing[CALL_TRUNCATE] = (struct failing){.error = EROFS, .times = 1};
    check_true(!add_line(scratch(names[0])));
    check_int(fault.kind, PV_FAULT_KIND_DENIED);
    check_true(strstr(fault.text, names[0]) != NULL);
    nothing_fails();
    check_true(add_line(scratch(names[0])));
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
    cmocka_unit_test(sink__each_allocation_fails_once__leaves_the_file_as_it_was),
    cmocka_unit_test(sink__no_memory_for_the_last_line__leaves_the_file_as_it_was),
    cmocka_unit_test(sink__the_last_line_cannot_be_read__is_named),
    cmocka_unit_test(sink__the_look_is_interrupted__goes_on),
    cmocka_unit_test(sink__the_missing_lf_cannot_be_written__leaves_the_file_as_it_was),
    cmocka_unit_test(sink__half_a_line_cannot_be_cut_off__is_named),
    cmocka_unit_test(sink__nothing_is_known_of_the_file__is_named),
    cmocka_unit_test(open__a_long_path_of_wide_characters__is_cut_between_two),
    cmocka_unit_test(open__of_what_must_not_be_read__is_denied),
};
CHECK_MAIN(tests, 10)
