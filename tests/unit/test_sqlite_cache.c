/* What is particular to the cache in SQLite: parts that are too large, and tables that were tampered with. */
#include "cache_kit.h"
#include "check.h"
#include "sqlite_db.h"
#include "workdir.h"

#include <stdlib.h>

static struct workdir dir;
static struct pv_fault fault;
static struct pv_document_cache cache;

/* The bytes that a part may have here. */
enum { PART_MAX = 300 };

static bool open_cache(void)
{
    const struct pv_sqlite_options options = {NULL, 1000, PART_MAX};
    return pv_sqlite_cache_open_with(workdir_file(&dir, "cache.db"), PV_OPEN_WRITE, &options, &cache, &fault);
}

static int set_up(void **state)
{
    (void)state;
    workdir_make(&dir);
    return open_cache() ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    cache.ops->close(cache.self);
    workdir_remove(&dir);
    return 0;
}

static void put(unsigned revision)
{
    struct kit_document document;
    kit_document_make(&document, 1, revision, 2, 3);
    if (kit_put(&cache, &document, &fault) != PV_CACHE_OK)
        fail_msg("%s", fault.text);
    kit_document_deinit(&document);
}

static void check_has(unsigned revision)
{
    struct kit_document document;
    struct pv_cached cached;
    kit_document_make(&document, 1, revision, 2, 3);
    check_int(cache.ops->get(cache.self, kit_election(1), &cached, &fault), PV_CACHE_OK);
    check_true(kit_difference_of(&cached, &document, false) == NULL);
    pv_cached_deinit(&cached);
    kit_document_deinit(&document);
}

/* A put of which one part has `len` bytes. */
struct sized {
    enum { HEADER, VOTERS, BALLOTS } part;
    uint32_t page;
    size_t len;
    char bytes[PART_MAX + 1];
};

static bool lend(struct sized *sized, bool large, struct pv_str *bytes)
{
    memset(sized->bytes, '1', sizeof sized->bytes);
    *bytes = (struct pv_str){sized->bytes, large ? sized->len : 1};
    return true;
}

static bool lend_header(void *context, struct pv_str *bytes)
{
    struct sized *sized = context;
    return lend(sized, sized->part == HEADER, bytes);
}

static bool lend_page(void *context, enum pv_page_kind kind, uint32_t page, struct pv_str *bytes)
{
    struct sized *sized = context;
    return lend(sized, sized->page == page && (sized->part == VOTERS) == (kind == PV_PAGE_KIND_VOTERS),
                bytes);
}

static enum pv_cache_result put_sized(struct sized *sized)
{
    struct pv_cache_put all = {.id = kit_election(1),
                               .last_number = 99,
                               .voter_pages = 4,
                               .ballot_pages = 4,
                               .context = sized,
                               .header = lend_header,
                               .page = lend_page};
    return cache.ops->put(cache.self, &all, &fault);
}

static void put__a_part_over_the_limit__is_too_large_by_name_and_writes_nothing(void **state)
{
    static const struct {
        struct sized sized;
        const char *name;
    } cases[] = {
        {{.part = HEADER, .page = 9, .len = PART_MAX + 1}, "part `header` 0 has 301 bytes"},
        {{.part = VOTERS, .page = 0, .len = PART_MAX + 1}, "part `voters` 0 has 301 bytes"},
        {{.part = VOTERS, .page = 3, .len = PART_MAX + 1}, "part `voters` 3 has 301 bytes"},
        {{.part = BALLOTS, .page = 2, .len = PART_MAX + 1}, "part `ballots` 2 has 301 bytes"},
    };
    (void)state;
    put(1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sized sized = cases[i].sized;
        check_int(put_sized(&sized), PV_CACHE_FAULT);
        check_int(fault.kind, PV_FAULT_KIND_TOO_LARGE);
        check_true(!fault.retry_helps);
        if (strstr(fault.text, cases[i].name) == NULL || strstr(fault.text, "cache.db") == NULL)
            fail_msg("%s", fault.text);
        check_has(1);
        sized.len = PART_MAX - 1;
        check_int(put_sized(&sized), PV_CACHE_OK);
        sized.len = PART_MAX;
        check_int(put_sized(&sized), PV_CACHE_OK);
        put(1);
    }
}

static void tampering__a_part_that_is_missing_or_foreign__is_damaged_until_all_is_put(void **state)
{
    static const char *const changes[][2] = {
        {"DELETE FROM cached_parts WHERE kind='header'", "its header is missing"},
        {"DELETE FROM cached_parts WHERE kind='voters' AND page=0", "a page is missing"},
        {"DELETE FROM cached_parts WHERE kind='ballots' AND page=1", "a page is missing"},
        {"UPDATE cached_parts SET page=7 WHERE kind='ballots' AND page=2", "a page is missing"},
        {"UPDATE cached_parts SET page=-1 WHERE kind='ballots' AND page=0", "a page is missing"},
        {"INSERT INTO cached_parts SELECT election, 'header', 1, json FROM cached_parts WHERE kind='header'",
         "an unknown kind"},
        {"INSERT INTO cached_parts SELECT election, 'other', 0, json FROM cached_parts WHERE kind='header'",
         "an unknown kind"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct pv_cached cached;
        sqlite3 *db;
        check_int(sqlite3_open(workdir_file(&dir, "cache.db"), &db), SQLITE_OK);
        check_int(sqlite3_exec(db, "DELETE FROM cached_parts; DELETE FROM cached", NULL, NULL, NULL),
                  SQLITE_OK);
        put(1);
        check_int(sqlite3_exec(db, changes[i][0], NULL, NULL, NULL), SQLITE_OK);
        check_int(sqlite3_close(db), SQLITE_OK);
        check_int(cache.ops->get(cache.self, kit_election(1), &cached, &fault), PV_CACHE_DAMAGED);
        check_int(fault.kind, PV_FAULT_KIND_DAMAGED);
        if (strstr(fault.text, changes[i][1]) == NULL || strstr(fault.text, "rebuild the cache") == NULL)
            fail_msg("%s", fault.text);
        put(2); /* a rebuild mends it */
        check_has(2);
    }
}

/* Runs it on a connection of its own: what is written into the schema is believed by the next one only. */
static void run_alone(const char *sql)
{
    sqlite3 *db;
    check_int(sqlite3_open(workdir_file(&dir, "cache.db"), &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    check_int(sqlite3_close(db), SQLITE_OK);
}

static void tampering__a_part_that_is_null__is_damaged_until_all_is_put(void **state)
{
    struct pv_cached cached;
    (void)state;
    put(1);
    run_alone("PRAGMA writable_schema=ON; "
              "UPDATE sqlite_schema SET sql=replace(sql, 'json TEXT NOT NULL', 'json TEXT')");
    run_alone("UPDATE cached_parts SET json=NULL WHERE kind='voters' AND page=1");
    run_alone("PRAGMA writable_schema=ON; "
              "UPDATE sqlite_schema SET sql=replace(sql, 'json TEXT', 'json TEXT NOT NULL')");
    check_int(cache.ops->get(cache.self, kit_election(1), &cached, &fault), PV_CACHE_DAMAGED);
    check_int(fault.kind, PV_FAULT_KIND_DAMAGED);
    check_true(strstr(fault.text, "a part is damaged; rebuild the cache") != NULL);
    put(2);
    check_has(2);
}

static bool never(void *context, struct pv_election_id id)
{
    (void)context, (void)id;
    return false;
}

static void tampering__an_id_that_is_none__is_damaged(void **state)
{
    static const char *const ids[] = {"INSERT INTO cached VALUES(1, 'x', 1)",
                                      "UPDATE cached SET id='01hq0000000000000000000001'"};
    (void)state;
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        run_alone(ids[i]);
        check_int(cache.ops->list(cache.self, never, NULL, &fault), PV_CACHE_FAULT);
        check_int(fault.kind, PV_FAULT_KIND_DAMAGED);
        check_true(strstr(fault.text, "cannot list '") != NULL);
        check_true(strstr(fault.text, "no election's id; rebuild into a new cache") != NULL);
    }
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(put__a_part_over_the_limit__is_too_large_by_name_and_writes_nothing),
        CASE(tampering__a_part_that_is_missing_or_foreign__is_damaged_until_all_is_put),
        CASE(tampering__a_part_that_is_null__is_damaged_until_all_is_put),
        CASE(tampering__an_id_that_is_none__is_damaged),
    };
    _Static_assert(sizeof tests / sizeof tests[0] >= 4, "tests are missing from the group");
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
