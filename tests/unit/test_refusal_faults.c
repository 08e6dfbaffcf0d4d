/* The logs of refusals where SQLite, or our own memory, does not give what it is asked for: each call that an
   operation makes failed once. The operation is a fault that says what it was about, it has changed nothing,
   and when nothing fails any more it is done. */
#include "alloc_faults.h"
#include "check.h"
#include "disk_vfs.h"
#include "refusal_kit.h"
#include "sqlite_calls.h"
#include "sqlite_db.h"

#include <stdlib.h>

static const struct pv_sqlite_options options = {DISK_VFS, 0, 1 << 20, 0};
static const char path[] = "refusals.db";

static struct disk *disk;
static struct pv_fault fault;
static struct pv_refusal_log refusals;
static bool in_memory;

static bool open_log(enum pv_open_mode mode)
{
    return in_memory ? pv_memory_refusals_open(&refusals, &fault)
                     : pv_sqlite_refusals_open_with(path, mode, &options, &refusals, &fault);
}

static void close_log(void)
{
    refusals.ops->close(refusals.self);
}

static void new_disk(void)
{
    if (disk != NULL)
        disk_free(disk);
    disk = disk_new();
    disk_vfs_use(disk);
}

/* --- what is done, each to a log with three entries --- */

static unsigned taken;

static bool count_it(void *context, const struct pv_refused *entry)
{
    unsigned first = *(const unsigned *)context;
    check_true(kit_is_refused(entry, first + taken)); /* what comes before a fault is sound */
    taken++;
    return true;
}

static bool add_two(void)
{
    return kit_refused_add(&refusals, 13, 2, &fault) == PV_LOG_OK;
}

static bool find_one(void)
{
    unsigned first = 11;
    taken = 0;
    bool done = refusals.ops->find(refusals.self, kit_refused_id(11), count_it, &first, &fault) == PV_LOG_OK;
    check_int(taken, done);
    return done;
}

static bool read_all(void)
{
    unsigned first = 10;
    taken = 0;
    return refusals.ops->read(refusals.self, NULL, 0, count_it, &first, &fault) == PV_LOG_OK;
}

static bool read_an_election(void)
{
    struct pv_election_id election = kit_refused_election(2);
    unsigned first = 11;
    taken = 0;
    bool done = refusals.ops->read(refusals.self, &election, 0, count_it, &first, &fault) == PV_LOG_OK;
    check_true(!done || taken == 1);
    return done;
}

static bool open_and_close(enum pv_open_mode mode)
{
    if (!open_log(mode))
        return false;
    close_log();
    return true;
}

static bool open_to_write(void)
{
    return open_and_close(PV_OPEN_WRITE);
}

static bool open_to_read(void)
{
    return open_and_close(PV_OPEN_READ);
}

/* --- and failed --- */

enum failing { SQLITE_CALL, ALLOCATION, FAILINGS };

static void plan(enum failing what, size_t at)
{
    sqlite_calls_fail(what == SQLITE_CALL ? at : SIZE_MAX, SQLITE_IOERR);
    alloc_plan(what == ALLOCATION ? ALLOC_FAIL_ONCE : ALLOC_SOUND, at);
}

static void check_fault(enum failing what, size_t at, const char *says)
{
    enum pv_fault_kind kind = what == SQLITE_CALL ? PV_FAULT_KIND_IO : PV_FAULT_KIND_NO_MEMORY;
    if (fault.kind != kind || strncmp(fault.text, says, strlen(says)) != 0 ||
        (!in_memory && strstr(fault.text, path) == NULL))
        fail_msg("%zu of %d failed: %s", at, (int)what, fault.text);
}

/* The log has what it had: three entries. */
static void check_unchanged(void)
{
    if (!read_all())
        fail_msg("%s", fault.text);
    check_int(taken, 3);
}

/* A rollback that fails too, for want of memory to parse it again: nothing undone is read. */
static void check_left_over(size_t calls, bool (*act)(void))
{
    new_disk();
    check_true(open_log(PV_OPEN_WRITE) && kit_refused_add(&refusals, 10, 3, &fault) == PV_LOG_OK);
    plan(SQLITE_CALL, calls - 1); /* of the commit */
    sqlite_calls_refuse("ROLLBACK", SQLITE_NOMEM, 2);
    check_true(!add_two());
    plan(FAILINGS, 0);
    check_true(!act());
    check_fault(ALLOCATION, 0, "cannot ");
    sqlite_calls_refuse("", SQLITE_OK, 0);
    check_true(act());
    check_true(act == add_two || taken == (act == read_all ? 3 : 1));
    close_log();
}

/* Fails each call once, each time from the start. How many there were. */
static size_t fail_each(enum failing what, bool (*act)(void), const char *says)
{
    for (size_t at = 0;; at++) {
        new_disk();
        check_true(open_log(PV_OPEN_WRITE) && kit_refused_add(&refusals, 10, 3, &fault) == PV_LOG_OK);
        plan(what, at);
        bool done = act(), ended = at >= (what == SQLITE_CALL ? sqlite_calls_count() : alloc_count());
        plan(FAILINGS, 0);
        if (done != ended)
            fail_msg("%zu of %d was failed, and nobody is told", at, (int)what);
        if (!done) {
            check_fault(what, at, says);
            check_unchanged();
            check_true(act());
        }
        close_log();
        if (ended)
            return at;
    }
}

static void in_sqlite__each_call_fails_once__changes_nothing(void **state)
{
    (void)state;
    in_memory = false;
    check_true(fail_each(SQLITE_CALL, add_two, "cannot add to 'sqlite:") >= 26);
    check_true(fail_each(SQLITE_CALL, find_one, "cannot read 'sqlite:") >= 2);
    check_true(fail_each(SQLITE_CALL, read_all, "cannot read 'sqlite:") >= 5);
    check_true(fail_each(SQLITE_CALL, read_an_election, "cannot read 'sqlite:") >= 4);
}

static void rollback__fails_too__nothing_undone_is_read_or_added_to(void **state)
{
    static bool (*const acts[])(void) = {find_one, read_all, read_an_election, add_two};
    (void)state;
    in_memory = false;
    new_disk();
    check_true(open_log(PV_OPEN_WRITE) && kit_refused_add(&refusals, 10, 3, &fault) == PV_LOG_OK);
    plan(FAILINGS, 0);
    check_true(add_two());
    size_t calls = sqlite_calls_count();
    close_log();
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++)
        check_left_over(calls, acts[i]);
}

static void in_memory__each_allocation_fails_once__changes_nothing(void **state)
{
    (void)state;
    in_memory = true;
    check_true(fail_each(ALLOCATION, add_two, "cannot use the log of refusals in memory") >= 2);
    check_int(fail_each(ALLOCATION, find_one, ""), 0);
    plan(ALLOCATION, 0);
    bool opened = open_log(PV_OPEN_WRITE);
    plan(FAILINGS, 0);
    check_true(!opened);
    check_fault(ALLOCATION, 0, "cannot use the log of refusals in memory: out of memory");
}

/* A log that is there, to be read and to be written. */
static void open__each_call_fails_once__leaves_nothing_open(void **state)
{
    static bool (*const acts[])(void) = {open_to_write, open_to_read};
    (void)state;
    in_memory = false;
    new_disk();
    check_true(open_to_write());
    for (enum failing what = 0; what < FAILINGS; what++) {
        for (size_t i = 0; i < 2; i++) {
            bool ended = false;
            for (size_t at = 0; !ended; at++) {
                plan(what, at);
                bool done = acts[i]();
                ended = at >= (what == SQLITE_CALL ? sqlite_calls_count() : alloc_count());
                plan(FAILINGS, 0);
                check_int(done, ended);
                if (!done)
                    check_fault(what, at, "cannot open 'sqlite:");
                check_true(!ended || at >= (what == SQLITE_CALL ? 50 : 3));
            }
        }
    }
}

/* What was begun is no obstacle to the next who tries. */
static void open__a_new_file_and_each_call_fails_once__is_made_by_the_next(void **state)
{
    bool ended = false;
    (void)state;
    in_memory = false;
    for (size_t at = 0; !ended; at++) {
        new_disk();
        plan(SQLITE_CALL, at);
        bool done = open_to_write();
        ended = at >= sqlite_calls_count();
        plan(FAILINGS, 0);
        check_int(done, ended);
        if (!done)
            check_fault(SQLITE_CALL, at, "cannot open 'sqlite:");
        check_true(open_to_write());
    }
}

static int tear_down(void **state)
{
    (void)state;
    if (disk != NULL)
        disk_free(disk);
    disk = NULL;
    return 0;
}

int main(void)
{
    disk_vfs_register();
#define CASE(name) cmocka_unit_test_teardown(name, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(in_sqlite__each_call_fails_once__changes_nothing),
        CASE(rollback__fails_too__nothing_undone_is_read_or_added_to),
        CASE(in_memory__each_allocation_fails_once__changes_nothing),
        CASE(open__each_call_fails_once__leaves_nothing_open),
        CASE(open__a_new_file_and_each_call_fails_once__is_made_by_the_next),
    };
    _Static_assert(sizeof tests / sizeof tests[0] >= 5, "tests are missing from the group");
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
