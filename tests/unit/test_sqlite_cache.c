/* What is particular to the cache in SQLite: parts that are too large, and tables that were tampered with. */
#include "cache_kit.h"
#include "check.h"
#include "sqlite_cache.h"
#include "workdir.h"

#include <stdlib.h>

static struct workdir dir;
static struct pv_fault fault;
static struct pv_document_cache cache;

/* The bytes that a part may have here. */
enum { PART_MAX = 300 };

static bool open_cache(void)
{
    const struct pv_sqlite_options options = {NULL, 1000, PART_MAX, 0};
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

/* Runs it on a connection of its own: what is written into the schema is believed by the next one only. */
static void run_alone(const char *sql)
{
    sqlite3 *db;
    check_int(sqlite3_open(workdir_file(&dir, "cache.db"), &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    check_int(sqlite3_close(db), SQLITE_OK);
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

/* --- parts alone, and what leads to them --- */

static enum pv_cache_result get_header(void)
{
    struct pv_text text = {NULL, 0};
    int64_t number;
    enum pv_cache_result result = cache.ops->get_header(cache.self, kit_election(1), &number, &text, &fault);
    free(text.ptr);
    return result;
}

static enum pv_cache_result get_ballots(uint32_t page)
{
    struct pv_text text = {NULL, 0};
    int64_t number;
    enum pv_cache_result result =
        cache.ops->get_page(cache.self, kit_election(1), PV_PAGE_KIND_BALLOTS, page, &number, &text, &fault);
    free(text.ptr);
    return result;
}

static enum pv_cache_result find(uint32_t page)
{
    char key[KIT_KEY_MAX];
    uint32_t found;
    return cache.ops->find(cache.self, kit_election(1), PV_PAGE_KIND_BALLOTS,
                           kit_key(PV_PAGE_KIND_BALLOTS, page, key), &found, &fault);
}

static void check_damaged(enum pv_cache_result result, const char *says)
{
    check_int(result, PV_CACHE_DAMAGED);
    check_int(fault.kind, PV_FAULT_KIND_DAMAGED);
    if (strstr(fault.text, says) == NULL || strstr(fault.text, "rebuild the cache") == NULL)
        fail_msg("%s", fault.text);
}

static void parts__that_are_missing__are_damaged_until_all_is_put(void **state)
{
    (void)state;
    put(1);
    run_alone("DELETE FROM cached_parts WHERE kind='header'");
    check_damaged(get_header(), "its header is missing");
    put(1);
    run_alone("DELETE FROM cached_parts WHERE kind='ballots' AND page=1");
    check_damaged(get_ballots(1), "a page is missing");
    check_int(get_ballots(0), PV_CACHE_OK);
    check_int(get_ballots(3), PV_CACHE_MISSING);
    put(1);
    check_int(get_ballots(1), PV_CACHE_OK);
    run_alone("DELETE FROM cached_parts WHERE kind='ballots' AND page=2"); /* nothing tells of it */
    check_int(get_ballots(2), PV_CACHE_MISSING);
}

static void keys__that_are_no_pages__are_damaged_until_all_is_put(void **state)
{
    static const char *const changes[] = {"UPDATE cached_keys SET page=-1",
                                          "UPDATE cached_keys SET page=1<<32"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        put(1);
        run_alone(changes[i]);
        check_damaged(find(1), "a key is damaged");
        put(2);
        check_int(find(1), PV_CACHE_OK);
        check_has(2);
    }
}

/* The text that tells which keys a page has: a line each. Whatever it says, a put of all pages mends it. */
static void keys__whose_list_is_tampered_with__are_right_when_all_is_put(void **state)
{
    static const char *const changes[] = {
        "UPDATE cached_page_keys SET keys=''",
        "UPDATE cached_page_keys SET keys='ballots-1'", /* without an end */
        "UPDATE cached_page_keys SET keys=char(10, 10) || keys || 'more'",
        "DELETE FROM cached_page_keys",
        "DELETE FROM cached_keys",
    };
    struct kit_document document;
    const char *difference;
    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        put(1);
        run_alone(changes[i]);
        kit_document_make(&document, 1, 2, 2, 3);
        check_int(kit_put_changes(&cache, &document, 1, &fault), PV_CACHE_OK);
        check_has(2);
        document.revision = 3;
        for (size_t page = 0; page < KIT_PAGES_MAX; page++)
            document.voter_revision[page] = document.ballot_revision[page] = 3;
        check_int(kit_put(&cache, &document, &fault), PV_CACHE_OK);
        check_int(kit_compare_parts(&cache, &document, &difference, &fault), PV_CACHE_OK);
        if (difference != NULL)
            fail_msg("%s: %s", changes[i], difference);
        kit_document_deinit(&document);
    }
}

static void checkpoint__that_is_no_position__is_damaged_until_it_is_put(void **state)
{
    int64_t position = -7;
    (void)state;
    run_alone("INSERT INTO cached_checkpoint VALUES(1, -2)");
    check_int(cache.ops->get_checkpoint(cache.self, &position, &fault), PV_CACHE_DAMAGED);
    check_int(fault.kind, PV_FAULT_KIND_DAMAGED);
    check_int(position, -7);
    check_int(cache.ops->put_checkpoint(cache.self, 5, &fault), PV_CACHE_OK);
    check_int(cache.ops->get_checkpoint(cache.self, &position, &fault), PV_CACHE_OK);
    check_int(position, 5);
}

static bool never_seen(void *context, struct pv_election_id id, int64_t last_number, struct pv_str summary)
{
    (void)context, (void)id, (void)last_number, (void)summary;
    fail_msg("a summary is shown");
    return false;
}

static void summary__of_an_id_that_is_none__is_damaged(void **state)
{
    (void)state;
    run_alone("INSERT INTO cached VALUES(1, 'x', 1); INSERT INTO cached_shown VALUES(1, 'x', 1, '{}')");
    check_int(cache.ops->summaries(cache.self, NULL, never_seen, NULL, &fault), PV_CACHE_FAULT);
    check_int(fault.kind, PV_FAULT_KIND_DAMAGED);
}

/* --- a file that older programs have written --- */

static enum pv_cache_result put_changes(unsigned revision)
{
    struct kit_document document;
    kit_document_make(&document, 1, revision, 2, 3);
    enum pv_cache_result result = kit_put_changes(&cache, &document, revision - 1, &fault);
    kit_document_deinit(&document);
    return result;
}

/* An older program puts again, or removes, and leaves summary and keys as they were. */
static void older_program__its_puts_and_removals__are_not_mixed_with_what_it_left(void **state)
{
    (void)state;
    put(1);
    run_alone("UPDATE cached SET last_number=20");
    check_int(cache.ops->summaries(cache.self, NULL, never_seen, NULL, &fault), PV_CACHE_OK);
    check_damaged(find(1), "it was put without keys");
    check_int(get_header(), PV_CACHE_OK);
    check_int(put_changes(3), PV_CACHE_STALE); /* which would leave the keys of other pages out */
    put(3);
    check_int(find(1), PV_CACHE_OK);
    check_int(put_changes(4), PV_CACHE_OK);
    run_alone("DELETE FROM cached_parts; DELETE FROM cached");
    check_int(cache.ops->summaries(cache.self, NULL, never_seen, NULL, &fault), PV_CACHE_OK);
    check_int(find(1), PV_CACHE_MISSING);
    check_int(cache.ops->remove(cache.self, kit_election(1), &fault), PV_CACHE_MISSING);
    put(1);
    check_has(1);
    check_int(find(1), PV_CACHE_OK);
}

/* Elections' keys in `cached` are given again; what was left of one must not become another's. */
static void older_program__another_election_in_the_place__has_no_keys_of_the_first(void **state)
{
    struct kit_document other;
    char key[KIT_KEY_MAX];
    uint32_t page;
    (void)state;
    put(1);
    run_alone("UPDATE cached_parts SET json='{}'; UPDATE cached SET id='01HQ0000000000000000000001'");
    check_int(cache.ops->summaries(cache.self, NULL, never_seen, NULL, &fault), PV_CACHE_OK);
    check_int(find(1), PV_CACHE_MISSING);
    kit_document_make(&other, 2, 1, 1, 1);
    check_int(kit_put(&cache, &other, &fault), PV_CACHE_OK);
    check_int(cache.ops->find(cache.self, kit_election(2), PV_PAGE_KIND_BALLOTS,
                              kit_key(PV_PAGE_KIND_BALLOTS, 2, key), &page, &fault),
              PV_CACHE_MISSING);
    kit_document_deinit(&other);
}

static void make_older(void)
{
    put(1);
    run_alone("DROP TABLE cached_shown; DROP TABLE cached_page_keys; DROP TABLE cached_keys; "
              "DROP TABLE cached_checkpoint");
    cache.ops->close(cache.self);
}

static void older_file__open_to_be_read__has_what_it_has(void **state)
{
    int64_t position = -7;
    (void)state;
    make_older();
    check_true(pv_sqlite_cache_open(workdir_file(&dir, "cache.db"), PV_OPEN_READ, &cache, &fault));
    check_has(1);
    check_int(get_header(), PV_CACHE_OK);
    check_int(get_ballots(2), PV_CACHE_OK);
    check_damaged(find(1), "it was put without keys");
    check_int(cache.ops->summaries(cache.self, NULL, never_seen, NULL, &fault), PV_CACHE_OK);
    check_int(cache.ops->get_checkpoint(cache.self, &position, &fault), PV_CACHE_OK);
    check_int(position, -1);
    check_int(cache.ops->put_checkpoint(cache.self, 1, &fault), PV_CACHE_FAULT);
    check_int(fault.kind, PV_FAULT_KIND_DENIED);
    check_int(cache.ops->remove(cache.self, kit_election(1), &fault), PV_CACHE_FAULT);
    check_int(fault.kind, PV_FAULT_KIND_DENIED);
    check_int(put_changes(2), PV_CACHE_STALE);
}

static void older_file__a_writer_comes_while_it_is_read__is_seen(void **state)
{
    (void)state;
    make_older();
    struct pv_document_cache reader;
    check_true(pv_sqlite_cache_open(workdir_file(&dir, "cache.db"), PV_OPEN_READ, &reader, &fault));
    check_true(open_cache());
    put(2);
    check_int(find(1), PV_CACHE_OK);
    struct pv_document_cache writer = cache;
    cache = reader;
    check_int(find(1), PV_CACHE_OK);
    check_has(2);
    cache.ops->close(cache.self);
    cache = writer;
}

static void older_file__another_makes_other_tables_while_it_is_read__is_damaged(void **state)
{
    (void)state;
    make_older();
    check_true(pv_sqlite_cache_open(workdir_file(&dir, "cache.db"), PV_OPEN_READ, &cache, &fault));
    run_alone("CREATE TABLE cached_keys(a)");
    check_int(find(1), PV_CACHE_FAULT);
    check_int(fault.kind, PV_FAULT_KIND_DAMAGED);
}

static void later_tables__that_are_not_as_we_make_them__are_refused_by_name(void **state)
{
    static const char *const changes[][2] = {
        {"DROP TABLE cached_shown; CREATE TABLE cached_shown(a)", "its `cached_shown` is not"},
        {"DROP TABLE cached_keys; CREATE VIEW cached_keys AS SELECT 1", "its `cached_keys` is not"},
        {"ALTER TABLE cached_checkpoint ADD COLUMN more ANY", "its `cached_checkpoint` is not"},
    };
    (void)state;
    cache.ops->close(cache.self);
    for (size_t i = 0; i < 3; i++) {
        check_int(remove(workdir_file(&dir, "cache.db")), 0);
        check_true(open_cache());
        cache.ops->close(cache.self);
        run_alone(changes[i][0]);
        check_true(!open_cache());
        check_int(fault.kind, PV_FAULT_KIND_DAMAGED);
        if (strstr(fault.text, changes[i][1]) == NULL)
            fail_msg("%s", fault.text);
    }
    check_int(remove(workdir_file(&dir, "cache.db")), 0);
    check_true(open_cache());
}

/* They came later: a store and its programs do without them. */
static void later_tables__a_store__does_without_them(void **state)
{
    struct pv_event_store store;
    (void)state;
    cache.ops->close(cache.self);
    check_true(pv_sqlite_store_open(workdir_file(&dir, "store.db"), PV_OPEN_WRITE, &store, &fault));
    store.ops->close(store.self);
    check_true(pv_sqlite_cache_open(workdir_file(&dir, "store.db"), PV_OPEN_READ, &cache, &fault));
    check_int(find(1), PV_CACHE_MISSING);
}

/* --- what a put costs --- */

static int64_t steps_of(sqlite3 *db)
{
    int64_t sum = 0;
    for (sqlite3_stmt *at = sqlite3_next_stmt(db, NULL); at != NULL; at = sqlite3_next_stmt(db, at))
        sum += sqlite3_stmt_status(at, SQLITE_STMTSTATUS_VM_STEP, 1);
    return sum;
}

static void give_two_keys(void *context, enum pv_page_kind kind, uint32_t page, pv_page_key_fn *take,
                          void *taker)
{
    char text[KIT_KEY_MAX];
    (void)context;
    take(taker, kit_key(kind, page, text));
    take(taker, kit_revised_key(kind, page, 0, text));
}

static bool is_the_third(void *context, enum pv_page_kind kind, uint32_t page)
{
    (void)context;
    return kind == PV_PAGE_KIND_BALLOTS && page == 3;
}

/* What SQLite does in a put of one page, in an election of so many pages. */
static int64_t cost_of_a_put(uint32_t pages)
{
    struct sized sized = {.page = UINT32_MAX};
    struct pv_cache_put all = {.id = kit_election(1),
                               .last_number = 1,
                               .voter_pages = pages,
                               .ballot_pages = pages,
                               .context = &sized,
                               .header = lend_header,
                               .page = lend_page,
                               .page_keys = give_two_keys};
    check_int(cache.ops->put(cache.self, &all, &fault), PV_CACHE_OK);
    struct pv_cache_put some = all;
    some.page_changed = is_the_third;
    some.base = 1;
    some.last_number = 2;
    sqlite3 *db = ((struct pv_sqlite_cache *)cache.self)->sqlite.db;
    (void)steps_of(db);
    check_int(cache.ops->put(cache.self, &some, &fault), PV_CACHE_OK);
    return steps_of(db);
}

static void put__of_one_page__costs_the_same_in_any_election(void **state)
{
    (void)state;
    int64_t small = cost_of_a_put(4), large = cost_of_a_put(2000);
    check_true(small > 0);
    check_int(large, small);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(put__a_part_over_the_limit__is_too_large_by_name_and_writes_nothing),
        CASE(tampering__a_part_that_is_missing_or_foreign__is_damaged_until_all_is_put),
        CASE(tampering__a_part_that_is_null__is_damaged_until_all_is_put),
        CASE(tampering__an_id_that_is_none__is_damaged),
        CASE(parts__that_are_missing__are_damaged_until_all_is_put),
        CASE(keys__that_are_no_pages__are_damaged_until_all_is_put),
        CASE(keys__whose_list_is_tampered_with__are_right_when_all_is_put),
        CASE(checkpoint__that_is_no_position__is_damaged_until_it_is_put),
        CASE(summary__of_an_id_that_is_none__is_damaged),
        CASE(older_program__its_puts_and_removals__are_not_mixed_with_what_it_left),
        CASE(older_program__another_election_in_the_place__has_no_keys_of_the_first),
        CASE(older_file__open_to_be_read__has_what_it_has),
        CASE(older_file__a_writer_comes_while_it_is_read__is_seen),
        CASE(older_file__another_makes_other_tables_while_it_is_read__is_damaged),
        CASE(later_tables__that_are_not_as_we_make_them__are_refused_by_name),
        CASE(later_tables__a_store__does_without_them),
        CASE(put__of_one_page__costs_the_same_in_any_election),
    };
    _Static_assert(sizeof tests / sizeof tests[0] >= 17, "tests are missing from the group");
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
