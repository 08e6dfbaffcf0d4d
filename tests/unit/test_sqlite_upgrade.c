/* Databases of version 1, which had an index of SQLite's where ours is a table: brought to our version by who
   opens them to be written, and read as they are by who only reads. */
#include "adapters.h"
#include "cache_kit.h"
#include "check.h"
#include "nobody.h"
#include "plain_sql.h"
#include "sqlite_db.h"
#include "store_kit.h"
#include "workdir.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char A[] = "Election-01HQ0000000000000000000001";
static const char B[] = "Election-01HQ0000000000000000000002";

/* As the programs of version 1 made it, but for the log of refusals. */
static const char version_1[] =
    "PRAGMA page_size=4096; PRAGMA journal_mode=WAL; "
    "PRAGMA application_id=1349011030; PRAGMA user_version=1; "
    "CREATE TABLE streams(stream INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT; "
    "CREATE TABLE types(type INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT; "
    "CREATE TABLE events(position INTEGER PRIMARY KEY, stream INTEGER NOT NULL, number INTEGER NOT NULL, "
    "type INTEGER NOT NULL, id BLOB, spelling ANY, created TEXT, metadata TEXT, data TEXT NOT NULL) STRICT; "
    "CREATE UNIQUE INDEX events_by_number ON events(stream, number); "
    "CREATE TABLE cached(election INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, "
    "last_number INTEGER NOT NULL) STRICT; "
    "CREATE TABLE cached_parts(election INTEGER NOT NULL, kind TEXT NOT NULL, page INTEGER NOT NULL, "
    "json TEXT NOT NULL) STRICT; "
    "CREATE UNIQUE INDEX cached_parts_by_page ON cached_parts(election, kind, page)";
/* What it holds: 60 events of A and 20 of B in turns, and a document. */
static const char content[] =
    "ATTACH 'now.db' AS now; "
    "INSERT INTO streams SELECT * FROM now.streams; INSERT INTO types SELECT * FROM now.types; "
    "INSERT INTO events SELECT * FROM now.events; "
    "CREATE INDEX events_by_id ON events(id, stream) WHERE id IS NOT NULL; "
    "INSERT INTO cached SELECT * FROM now.cached; INSERT INTO cached_parts SELECT * FROM now.cached_parts";
enum { ROUNDS = 20, OF_A = 3, EVENTS_A = ROUNDS * OF_A, EVENTS = EVENTS_A + ROUNDS };

static struct workdir dir;
static char before[WORKDIR_PATH_MAX];
static struct pv_fault fault;
static struct pv_appended appended;

static int64_t ask_sql(const char *sql)
{
    return plain_sql_ask("old.db", sql);
}

static struct pv_event_store open_store(const char *name, enum pv_open_mode mode)
{
    struct pv_event_store store;
    if (!pv_sqlite_store_open(name, mode, &store, &fault))
        fail_msg("%s", fault.text);
    return store;
}

static void close_store(const struct pv_event_store *store)
{
    store->ops->close(store->self);
}

static void put_document(const char *name)
{
    struct pv_document_cache cache;
    struct kit_document document;
    check_true(pv_sqlite_cache_open(name, PV_OPEN_WRITE, &cache, &fault));
    kit_document_make(&document, 1, 1, 2, 3);
    check_int(kit_put(&cache, &document, &fault), PV_CACHE_OK);
    kit_document_deinit(&document);
    cache.ops->close(cache.self);
}

/* The events are what the programs of today record. */
static void make_content(void)
{
    struct pv_event_store store = open_store("now.db", PV_OPEN_WRITE);
    for (unsigned i = 0; i < ROUNDS; i++) {
        check_int(kit_append(&store, A, (int64_t)(i * OF_A) - 1, i * OF_A, OF_A, &appended, &fault),
                  PV_STORE_OK);
        check_int(kit_append(&store, B, (int64_t)i - 1, 1000 + i, 1, &appended, &fault), PV_STORE_OK);
    }
    close_store(&store);
    put_document("now.db");
}

static int set_up(void **state)
{
    (void)state;
    workdir_make_public(&dir);
    check_true(getcwd(before, sizeof before) != NULL && chdir(dir.path) == 0);
    make_content();
    plain_sql_run("old.db", version_1);
    plain_sql_run("old.db", content);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    check_int(chdir(before), 0);
    check_int(chmod(dir.path, 0755), 0);
    workdir_remove(&dir);
    return 0;
}

/* A stream's events from a number, of which the first is event `first` of the kit. */
static void check_stream(const struct pv_event_store *store, const char *stream, int64_t from, unsigned first,
                         unsigned count)
{
    struct kit_log log = {0};
    if (!kit_log_read(&log, store, stream, from, 7, &fault))
        fail_msg("%s", fault.text);
    check_int(log.count, count);
    for (unsigned i = 0; i < count; i++)
        check_true(log.records[i].number == from + i && kit_is_event(&log.records[i], first + i));
    kit_log_deinit(&log);
}

/* All reads of the port, which are those of the store from which the content is. */
static void check_content(const struct pv_event_store *store)
{
    struct pv_event_store now = open_store("now.db", PV_OPEN_READ);
    struct kit_log old = {0}, all = {0};
    struct pv_recorded found;
    int64_t number = -7;
    check_true(kit_log_read(&old, store, NULL, 0, 64, &fault) &&
               kit_log_read(&all, &now, NULL, 0, 64, &fault));
    check_int(old.count, EVENTS);
    for (unsigned i = 0; i < EVENTS; i++)
        check_true(kit_difference(&old.records[i], &all.records[i]) == NULL);
    kit_log_deinit(&old);
    kit_log_deinit(&all);
    close_store(&now);
    check_stream(store, A, 0, 0, EVENTS_A);
    check_stream(store, A, 50, 50, EVENTS_A - 50);
    check_stream(store, B, 0, 1000, ROUNDS);
    check_stream(store, "other", 0, 0, 0);
    check_int(store->ops->last_number(store->self, kit_str(B), &number, &fault), PV_STORE_OK);
    check_int(number, ROUNDS - 1);
    check_int(store->ops->last_number(store->self, kit_str("other"), &number, &fault), PV_STORE_OK);
    check_int(number, -1);
    check_int(store->ops->last_position(store->self, &number, &fault), PV_STORE_OK);
    check_int(number, EVENTS - 1);
    check_int(store->ops->find(store->self, kit_str(A), kit_id(17), &found, &fault), PV_STORE_OK);
    check_true(found.number == 17 && kit_is_event(&found, 17));
}

static void check_document(enum pv_open_mode mode)
{
    struct pv_document_cache cache;
    struct kit_document document;
    struct pv_cached cached;
    check_true(pv_sqlite_cache_open("old.db", mode, &cache, &fault));
    check_int(cache.ops->get(cache.self, kit_election(1), &cached, &fault), PV_CACHE_OK);
    kit_document_make(&document, 1, 1, 2, 3);
    check_true(kit_difference_of(&cached, &document, false) == NULL);
    kit_document_deinit(&document);
    pv_cached_deinit(&cached);
    cache.ops->close(cache.self);
}

static void check_is_version_2(void)
{
    check_int(ask_sql("PRAGMA user_version"), 2);
    check_int(ask_sql("SELECT count(*) FROM sqlite_schema WHERE name='events_by_number'"), 0);
    check_int(ask_sql("SELECT through FROM numbers_through"), EVENTS - 1);
    check_int(ask_sql("SELECT count(*) FROM numbers JOIN events USING(stream, number, position)"), EVENTS);
}

/* --- to be written --- */

static void write__a_store_of_version_1__is_brought_to_version_2(void **state)
{
    (void)state;
    struct pv_event_store store = open_store("old.db", PV_OPEN_WRITE);
    check_is_version_2();
    check_content(&store);
    check_int(kit_append(&store, A, 8, 9, 3, &appended, &fault), PV_STORE_OK); /* known, and recognised */
    check_int(appended.last_number, 11);
    check_int(kit_append(&store, A, 8, 90, 3, &appended, &fault), PV_STORE_CONFLICT);
    check_int(appended.last_number, EVENTS_A - 1);
    check_int(kit_append(&store, A, EVENTS_A - 1, EVENTS_A, 5, &appended, &fault), PV_STORE_OK);
    check_stream(&store, A, 0, 0, EVENTS_A + 5);
    close_store(&store);
    store = open_store("old.db", PV_OPEN_READ);
    check_stream(&store, A, 0, 0, EVENTS_A + 5);
    check_stream(&store, B, 0, 1000, ROUNDS);
    close_store(&store);
    check_document(PV_OPEN_READ);
}

static void write__a_cache_in_a_store_of_version_1__brings_both_to_version_2(void **state)
{
    (void)state;
    check_document(PV_OPEN_WRITE);
    check_is_version_2();
    struct pv_event_store store = open_store("old.db", PV_OPEN_READ);
    check_content(&store);
    close_store(&store);
}

static void write__an_empty_store_of_version_1__is_brought_to_version_2(void **state)
{
    (void)state;
    plain_sql_run("old.db", "DELETE FROM events");
    put_document("old.db");
    check_int(ask_sql("PRAGMA user_version"), 2);
    check_int(ask_sql("SELECT through FROM numbers_through"), -1);
    check_document(PV_OPEN_READ);
    struct pv_event_store store = open_store("old.db", PV_OPEN_WRITE);
    check_stream(&store, A, 0, 0, 0);
    check_int(kit_append(&store, A, -1, 0, 5, &appended, &fault), PV_STORE_OK);
    check_stream(&store, A, 0, 0, 5);
    close_store(&store);
}

/* A program of version 1 that has it open knows nothing of the index: what it appends is in the tail. */
static void write__beside_a_program_of_version_1__sees_what_that_appends(void **state)
{
    sqlite3 *old;
    sqlite3_stmt *insert;
    (void)state;
    static const char sql[] = "INSERT INTO events SELECT 80, stream, 60, type, zeroblob(16), 0, created, "
                              "metadata, data FROM events WHERE position=0";
    check_int(sqlite3_open("old.db", &old), SQLITE_OK);
    check_int(sqlite3_prepare_v2(old, sql, -1, &insert, NULL), SQLITE_OK);
    struct pv_event_store store = open_store("old.db", PV_OPEN_WRITE);
    check_int(sqlite3_step(insert), SQLITE_DONE);
    check_int(sqlite3_finalize(insert), SQLITE_OK);
    check_int(sqlite3_close(old), SQLITE_OK);
    check_int(kit_append(&store, A, 59, 61, 1, &appended, &fault), PV_STORE_CONFLICT);
    check_int(appended.last_number, 60);
    check_int(kit_append(&store, A, 60, 61, 1, &appended, &fault), PV_STORE_OK);
    check_stream(&store, A, 61, 61, 1);
    close_store(&store);
}

static bool append_one(unsigned number)
{
    struct pv_event_store store;
    if (!pv_sqlite_store_open("old.db", PV_OPEN_WRITE, &store, &fault))
        return false;
    bool done = kit_append(&store, "new", PV_EXPECT_ANY, 2000 + number, 1, &appended, &fault) == PV_STORE_OK;
    close_store(&store);
    return done;
}

static void write__several_processes_at_once__is_brought_to_version_2_once(void **state)
{
    enum { CHILDREN = 6 };
    pid_t children[CHILDREN];
    bool ok = true;
    (void)state;
    for (unsigned i = 0; i < CHILDREN; i++) {
        children[i] = fork();
        check_true(children[i] >= 0);
        if (children[i] == 0) {
            bool done = append_one(i);
            if (!done)
                (void)fprintf(stderr, "in the child: %s\n", fault.text);
            _exit(done ? 0 : 1);
        }
    }
    for (unsigned i = 0; i < CHILDREN; i++) {
        int status = -1;
        ok = waitpid(children[i], &status, 0) == children[i] && status == 0 && ok;
    }
    check_true(ok);
    check_is_version_2();
    check_int(ask_sql("SELECT count(DISTINCT number) FROM events WHERE position>=80"), CHILDREN);
    struct pv_event_store store = open_store("old.db", PV_OPEN_READ);
    check_stream(&store, A, 0, 0, EVENTS_A);
    close_store(&store);
}

/* --- to be read --- */

static char *get_file(const char *name, size_t *len)
{
    struct stat about;
    check_int(stat(name, &about), 0);
    *len = (size_t)about.st_size;
    char *bytes = malloc(*len + 1);
    FILE *file = fopen(name, "rb");
    check_true(file != NULL && fread(bytes, 1, *len, file) == *len && fclose(file) == 0);
    return bytes;
}

static void check_same_file(const char *was, size_t was_len)
{
    size_t len;
    char *bytes = get_file("old.db", &len);
    bool same = len == was_len && memcmp(bytes, was, len) == 0;
    free(bytes);
    check_true(same);
}

static void read__a_store_of_version_1__is_read_and_not_changed(void **state)
{
    size_t len;
    (void)state;
    char *was = get_file("old.db", &len);
    struct pv_event_store store = open_store("old.db", PV_OPEN_READ);
    check_content(&store);
    check_int(kit_append(&store, A, PV_EXPECT_ANY, 99, 1, &appended, &fault), PV_STORE_FAULT);
    check_int(fault.kind, PV_FAULT_KIND_DENIED);
    close_store(&store);
    check_document(PV_OPEN_READ);
    check_same_file(was, len);
    free(was);
}

/* Checks of cmocka's must not be made here. */
static int nobody_reads(void)
{
    struct pv_event_store store;
    struct kit_log log = {0};
    if (access(dir.path, W_OK) == 0 || !pv_sqlite_store_open("old.db", PV_OPEN_READ, &store, &fault))
        return 1;
    bool read = kit_log_read(&log, &store, B, 5, 64, &fault) && log.count == ROUNDS - 5;
    close_store(&store);
    kit_log_deinit(&log);
    return read ? 0 : 2;
}

static void read__where_nothing_can_be_written__is_read(void **state)
{
    (void)state;
    check_int(chmod("old.db", 0444) + chmod(dir.path, 0555), 0);
    check_int(nobody_runs(nobody_reads), 0);
}

static void read__while_another_brings_it_to_version_2__goes_on(void **state)
{
    struct pv_store_reader *reader;
    struct kit_log log = {0};
    (void)state;
    struct pv_event_store store = open_store("old.db", PV_OPEN_READ);
    check_int(store.ops->read(store.self, kit_str(A), 0, &reader, &fault), PV_STORE_OK);
    check_true(kit_log_drain(&log, &store, reader, 7, &fault));
    check_int(log.count, EVENTS_A);
    struct pv_event_store writer = open_store("old.db", PV_OPEN_WRITE);
    check_content(&store);
    check_int(kit_append(&writer, A, EVENTS_A - 1, EVENTS_A, 2, &appended, &fault), PV_STORE_OK);
    check_true(kit_log_drain(&log, &store, reader, 7, &fault));
    check_int(log.count, EVENTS_A + 2);
    for (unsigned i = 0; i < log.count; i++)
        check_true(kit_is_event(&log.records[i], i));
    check_stream(&store, A, 0, 0, EVENTS_A + 2);
    kit_log_deinit(&log);
    store.ops->close_reader(reader);
    close_store(&writer);
    close_store(&store);
}

/* --- damage --- */

static void damaged__is_refused_by_name_and_left_as_it_is(void **state)
{
    static const char *const changes[][2] = {
        {"DROP INDEX events_by_number", "its `events_by_number` is not as version 1 makes it"},
        {"DROP TABLE cached", "its `cached` is not as version 1 makes it"},
        {"DROP TABLE types", "its `types` is not as version 1 makes it"},
        {"CREATE TRIGGER t AFTER DELETE ON events BEGIN DELETE FROM types; END",
         "is not as version 1 makes it"},
        {"UPDATE events SET position=-1 WHERE position=7", "its `events` is not as version 1 makes it"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct pv_event_store store;
        size_t len;
        check_int(remove("old.db"), 0);
        plain_sql_run("old.db", version_1);
        plain_sql_run("old.db", content);
        plain_sql_run("old.db", changes[i][0]);
        char *was = get_file("old.db", &len);
        for (int mode = 0; mode < 2; mode++) {
            if (pv_sqlite_store_open("old.db", mode == 0 ? PV_OPEN_READ : PV_OPEN_WRITE, &store, &fault))
                fail_msg("%s: it is opened", changes[i][0]);
            if (fault.kind != PV_FAULT_KIND_DAMAGED || strstr(fault.text, changes[i][1]) == NULL)
                fail_msg("the fault is of kind %d: %s", (int)fault.kind, fault.text);
        }
        check_same_file(was, len);
        free(was);
    }
}

static void damaged__a_stream_with_its_positions_out_of_order__is_damaged(void **state)
{
    struct kit_log log = {0};
    (void)state;
    plain_sql_run("old.db", "UPDATE events SET position=100 WHERE position=1");
    struct pv_event_store store = open_store("old.db", PV_OPEN_READ);
    check_true(!kit_log_read(&log, &store, A, 0, 64, &fault));
    check_true(strstr(fault.text, "the record after 59 is damaged") != NULL);
    check_int(log.count, EVENTS_A - 1);
    kit_log_deinit(&log);
    close_store(&store);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(write__a_store_of_version_1__is_brought_to_version_2),
        CASE(write__a_cache_in_a_store_of_version_1__brings_both_to_version_2),
        CASE(write__an_empty_store_of_version_1__is_brought_to_version_2),
        CASE(write__beside_a_program_of_version_1__sees_what_that_appends),
        CASE(write__several_processes_at_once__is_brought_to_version_2_once),
        CASE(read__a_store_of_version_1__is_read_and_not_changed),
        CASE(read__where_nothing_can_be_written__is_read),
        CASE(read__while_another_brings_it_to_version_2__goes_on),
        CASE(damaged__is_refused_by_name_and_left_as_it_is),
        CASE(damaged__a_stream_with_its_positions_out_of_order__is_damaged),
    };
    _Static_assert(sizeof tests / sizeof tests[0] >= 10, "tests are missing from the group");
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
