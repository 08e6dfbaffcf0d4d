/* A cache that was opened relaxed: its puts are not synced one by one, so a power cut may take some, but only
   from the end, and never a part of one; and a store in the same file loses nothing. */
#include "cache_kit.h"
#include "check.h"
#include "disk_vfs.h"
#include "sqlite_db.h"
#include "store_kit.h"

#include <stdlib.h>

enum { PUTS = 7, SEEDS = 2 };

static const struct pv_sqlite_options options = {DISK_VFS, 0, 1 << 20, 0};
static const char STREAM[] = "Election-1";

static struct pv_fault fault;
static struct pv_event_store store;
static struct pv_document_cache cache;
static struct disk *disk;

static int set_up(void **state)
{
    (void)state;
    disk = disk_new();
    disk_vfs_register();
    disk_vfs_use(disk);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    disk_free(disk);
    return 0;
}

static bool open_cache(void)
{
    return pv_sqlite_cache_open_relaxed_with("relaxed.db", &options, &cache, &fault);
}

/* Revision `revision` of the document, then its checkpoint. */
static bool put(unsigned revision)
{
    struct kit_document document;
    kit_document_make(&document, 1, revision, 2, 3);
    bool done = (revision == 1 ? kit_put(&cache, &document, &fault)
                               : kit_put_changes(&cache, &document, revision - 1, &fault)) == PV_CACHE_OK;
    kit_document_deinit(&document);
    return done && cache.ops->put_checkpoint(cache.self, revision, &fault) == PV_CACHE_OK;
}

/* The revision that is there, whole; 0: none. */
static unsigned revision_there(void)
{
    struct kit_document document;
    struct pv_text header;
    const char *difference;
    int64_t number;
    enum pv_cache_result result =
        cache.ops->get_header(cache.self, kit_election(1), &number, &header, &fault);
    if (result == PV_CACHE_MISSING)
        return 0;
    check_int(result, PV_CACHE_OK);
    free(header.ptr);
    kit_document_make(&document, 1, (unsigned)(number / 10), 2, 3);
    check_int(kit_compare_parts(&cache, &document, &difference, &fault), PV_CACHE_OK);
    kit_document_deinit(&document);
    if (difference != NULL)
        fail_msg("%s", difference);
    return (unsigned)(number / 10);
}

/* What of `done` puts is there after a cut. */
static unsigned check_survivors(unsigned done, enum disk_survivors survivors, uint64_t seed)
{
    struct disk *after = disk_after_cut(disk, survivors, seed);
    int64_t position = -7;
    disk_vfs_use(after);
    if (!open_cache())
        fail_msg("%s", fault.text);
    unsigned revision = revision_there();
    check_int(cache.ops->get_checkpoint(cache.self, &position, &fault), PV_CACHE_OK);
    cache.ops->close(cache.self);
    disk_vfs_use(disk);
    disk_free(after);
    check_true(revision <= done + 1);
    check_true(position == (int64_t)revision || position == (int64_t)revision - 1 ||
               (revision == 0 && position == -1) || (revision == 1 && position == -1));
    return revision;
}

static void power_cut__takes_whole_puts_from_the_end(void **state)
{
    unsigned lost = 0, kept = 0;
    bool ended = false;
    for (size_t at = 0; !ended; at++) {
        unsigned done = 0;
        disk_cut_power(disk, SIZE_MAX);
        check_true(open_cache()); /* the file is there: making it is not what is looked at */
        size_t before = disk_calls(disk);
        disk_cut_power(disk, before + at);
        while (done < PUTS && put(done + 1))
            done++;
        ended = !disk_is_dead(disk);
        disk_cut_power(disk, 0);
        cache.ops->close(cache.self);
        for (unsigned i = 0; i < 2 + SEEDS; i++) {
            unsigned revision = check_survivors(done,
                                                i == 0   ? DISK_NOTHING
                                                : i == 1 ? DISK_EVERYTHING
                                                         : DISK_SOME,
                                                100 * at + i);
            lost += revision < done;
            kept += revision >= done;
        }
        (void)tear_down(state);
        (void)set_up(state);
    }
    print_message("%u disks had lost puts from the end, %u none\n", lost, kept);
    check_true(lost > 20 && kept > 20);
}

static void put__is_not_synced(void **state)
{
    (void)state;
    check_true(open_cache() && put(1));
    size_t before = disk_syncs(disk);
    for (unsigned i = 2; i <= PUTS; i++)
        check_true(put(i));
    check_int(disk_syncs(disk), before);
    cache.ops->close(cache.self);
}

static void store_in_the_same_file__loses_nothing_and_keeps_the_puts_before(void **state)
{
    struct pv_appended appended;
    struct kit_log log = {0};
    (void)state;
    check_true(open_cache());
    check_true(pv_sqlite_store_open_with("relaxed.db", PV_OPEN_WRITE, &options, &store, &fault));
    for (unsigned i = 0; i < 4; i++) {
        check_true(put(i + 1));
        check_int(kit_append(&store, STREAM, (int64_t)i - 1, i, 1, &appended, &fault), PV_STORE_OK);
    }
    check_true(put(5));
    disk_cut_power(disk, 0);
    store.ops->close(store.self);
    cache.ops->close(cache.self);
    check_int(check_survivors(5, DISK_NOTHING, 1), 4);
    struct disk *after = disk_after_cut(disk, DISK_NOTHING, 1);
    disk_vfs_use(after);
    check_true(pv_sqlite_store_open_with("relaxed.db", PV_OPEN_WRITE, &options, &store, &fault));
    check_true(kit_log_read(&log, &store, STREAM, 0, 10, &fault));
    check_int(log.count, 4);
    kit_log_deinit(&log);
    store.ops->close(store.self);
    disk_vfs_use(disk);
    disk_free(after);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(power_cut__takes_whole_puts_from_the_end),
        CASE(put__is_not_synced),
        CASE(store_in_the_same_file__loses_nothing_and_keeps_the_puts_before),
    };
    _Static_assert(sizeof tests / sizeof tests[0] >= 3, "tests are missing from the group");
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
