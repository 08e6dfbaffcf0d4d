/* Opening a database: what is ours and what is not, what is damaged, and what cannot be written. */
#include "adapters.h"
#include "check.h"
#include "disk_vfs.h"
#include "nobody.h"
#include "plain_sql.h"
#include "sqlite_db.h"
#include "store_kit.h"
#include "workdir.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char A[] = "Election-01HQ0000000000000000000001";

static struct workdir dir;
static struct pv_fault fault;

static int set_up(void **state)
{
    (void)state;
    workdir_make(&dir);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    workdir_remove(&dir);
    return 0;
}

static const char *path(const char *name)
{
    return workdir_file(&dir, name);
}

static void put_file(const char *name, const void *bytes, size_t len)
{
    FILE *file = fopen(path(name), "wb");
    check_true(file != NULL && fwrite(bytes, 1, len, file) == len && fclose(file) == 0);
}

/* The bytes of a file; free them. */
static char *get_file(const char *name, size_t *len)
{
    struct stat about;
    check_int(stat(path(name), &about), 0);
    *len = (size_t)about.st_size;
    char *bytes = malloc(*len + 1);
    FILE *file = fopen(path(name), "rb");
    check_true(file != NULL && fread(bytes, 1, *len, file) == *len && fclose(file) == 0);
    return bytes;
}

static bool exists(const char *name)
{
    return access(path(name), F_OK) == 0;
}

static void run_sql(const char *name, const char *sql)
{
    plain_sql_run(path(name), sql);
}

static struct pv_event_store open_store(const char *name, enum pv_open_mode mode)
{
    struct pv_event_store store;
    if (!pv_sqlite_store_open(path(name), mode, &store, &fault))
        fail_msg("%s", fault.text);
    return store;
}

static void close_store(const struct pv_event_store *store)
{
    store->ops->close(store->self);
}

/* A store with `count` events from number 0. */
static void make_store(const char *name, unsigned count)
{
    struct pv_event_store store = open_store(name, PV_OPEN_WRITE);
    struct pv_appended appended;
    for (unsigned i = 0; i < count; i += 50) {
        unsigned some = count - i < 50 ? count - i : 50;
        check_int(kit_append(&store, A, (int64_t)i - 1, i, some, &appended, &fault), PV_STORE_OK);
    }
    close_store(&store);
}

static void check_events(const struct pv_event_store *store, unsigned count)
{
    struct kit_log log = {0};
    if (!kit_log_read(&log, store, NULL, 0, 64, &fault))
        fail_msg("%s", fault.text);
    check_int(log.count, count);
    for (unsigned i = 0; i < count; i++)
        check_true(kit_is_event(&log.records[i], i));
    kit_log_deinit(&log);
}

static void check_says(const char *name, enum pv_fault_kind kind, const char *says)
{
    if (fault.kind != kind || strstr(fault.text, name) == NULL || strstr(fault.text, says) == NULL)
        fail_msg("the fault is of kind %d: %s", (int)fault.kind, fault.text);
}

static void check_refused(const char *name, enum pv_open_mode mode, enum pv_fault_kind kind, const char *says)
{
    struct pv_event_store store;
    struct pv_document_cache cache;
    check_true(!pv_sqlite_store_open(path(name), mode, &store, &fault));
    check_says(name, kind, says);
    check_true(!pv_sqlite_cache_open(path(name), mode, &cache, &fault));
    check_says(name, kind, says);
}

/* Refused both to be read and to be written, and not a byte of it is changed. */
static void check_left_alone(const char *name, enum pv_fault_kind kind, const char *says)
{
    size_t before_len, after_len;
    char *before = get_file(name, &before_len);
    check_refused(name, PV_OPEN_READ, kind, says);
    check_refused(name, PV_OPEN_WRITE, kind, says);
    char *after = get_file(name, &after_len);
    check_int(after_len, before_len);
    check_int(memcmp(after, before, before_len), 0);
    free(before);
    free(after);
}

/* --- what is ours --- */

static void open__no_file__is_made_to_be_written_and_refused_to_be_read(void **state)
{
    (void)state;
    check_refused("none.db", PV_OPEN_READ, PV_FAULT_KIND_IO, "unable to open database file: No such file");
    check_true(!exists("none.db"));
    make_store("none.db", 3);
    struct pv_event_store store = open_store("none.db", PV_OPEN_READ);
    check_events(&store, 3);
    close_store(&store);
}

static void open__an_empty_file__is_filled_to_be_written_and_refused_to_be_read(void **state)
{
    (void)state;
    put_file("empty.db", "", 0);
    check_refused("empty.db", PV_OPEN_READ, PV_FAULT_KIND_DAMAGED, "it is an empty database");
    make_store("empty.db", 2);
    struct pv_event_store store = open_store("empty.db", PV_OPEN_READ);
    check_events(&store, 2);
    close_store(&store);
}

static void open__a_folder_or_none__is_a_fault(void **state)
{
    (void)state;
    check_int(mkdir(path("folder"), 0755), 0);
    check_refused("folder", PV_OPEN_WRITE, PV_FAULT_KIND_IO, "unable to open");
    check_refused("nowhere/a.db", PV_OPEN_WRITE, PV_FAULT_KIND_IO,
                  "nowhere/a.db': its folder does not exist");
    put_file("file", "x", 1);
    check_refused("file/a.db", PV_OPEN_WRITE, PV_FAULT_KIND_DENIED, "cannot be written: Not a directory");
    check_refused("nowhere/a.db", PV_OPEN_READ, PV_FAULT_KIND_IO, "No such file or directory");
}

static void open__what_is_no_database__is_left_alone(void **state)
{
    (void)state;
    static const char text[] = "{\"stream\":\"Election-01HQ0000000000000000000001\",\"number\":0}\n";
    char long_text[4096];
    memset(long_text, 'x', sizeof long_text);
    put_file("lines.ndjson", text, sizeof text - 1);
    check_left_alone("lines.ndjson", PV_FAULT_KIND_DAMAGED, "file is not a database; is it the right file?");
    put_file("long.txt", long_text, sizeof long_text);
    check_left_alone("long.txt", PV_FAULT_KIND_DAMAGED, "file is not a database");
}

static void open__someone_elses_database__is_left_alone(void **state)
{
    (void)state;
    run_sql("theirs.db", "CREATE TABLE events(a)");
    check_left_alone("theirs.db", PV_FAULT_KIND_DAMAGED, "a SQLite database, but not PhotoVote's");
    run_sql("marked.db", "PRAGMA application_id=7");
    check_left_alone("marked.db", PV_FAULT_KIND_DAMAGED, "a SQLite database, but not PhotoVote's");
    run_sql("versioned.db", "PRAGMA user_version=1");
    check_left_alone("versioned.db", PV_FAULT_KIND_DAMAGED, "a SQLite database, but not PhotoVote's");
}

static void open__a_newer_schema__is_refused_as_newer(void **state)
{
    (void)state;
    make_store("new.db", 2);
    run_sql("new.db", "PRAGMA user_version=3");
    check_left_alone("new.db", PV_FAULT_KIND_NEWER,
                     "its schema has version 3, and this program knows versions up to 2");
    run_sql("new.db", "PRAGMA user_version=0");
    check_left_alone("new.db", PV_FAULT_KIND_DAMAGED, "not PhotoVote's");
    run_sql("new.db", "PRAGMA user_version=-1");
    check_left_alone("new.db", PV_FAULT_KIND_DAMAGED, "not PhotoVote's");
    run_sql("new.db", "PRAGMA user_version=2");
    struct pv_event_store store = open_store("new.db", PV_OPEN_READ);
    check_events(&store, 2);
    close_store(&store);
}

static void open__other_tables_than_ours__are_refused_by_name(void **state)
{
    static const char *const changes[][2] = {
        {"DROP TABLE events", "its `events` is not as version 2 makes it"},
        {"DROP TABLE types; CREATE TABLE types(type INTEGER PRIMARY KEY, name TEXT)", "its `types` is not"},
        {"DROP TABLE streams; CREATE VIEW streams AS SELECT 1 AS stream, 'a' AS name",
         "its `streams` is not"},
        {"DROP TABLE numbers", "its `numbers` is not"},
        {"DROP TABLE numbers_through; CREATE TABLE numbers_through(through)", "its `numbers_through` is not"},
        {"UPDATE events SET position=-7", "its `events` is not"}, /* no read would give it */
        {"ALTER TABLE cached ADD COLUMN more ANY", "its `cached` is not"},
        {"CREATE TRIGGER t AFTER INSERT ON events BEGIN DELETE FROM events; END",
         "is not as version 2 makes it"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        make_store("tables.db", 1);
        run_sql("tables.db", changes[i][0]);
        check_left_alone("tables.db", PV_FAULT_KIND_DAMAGED, changes[i][1]);
        check_int(remove(path("tables.db")), 0);
    }
}

static void open__tables_beside_ours__are_none_of_our_business(void **state)
{
    (void)state;
    make_store("more.db", 2);
    run_sql("more.db", "CREATE TABLE notes(a); CREATE INDEX events_by_created ON events(created); ANALYZE");
    struct pv_event_store store = open_store("more.db", PV_OPEN_WRITE);
    check_events(&store, 2);
    close_store(&store);
}

static void open__a_database_in_utf_16__is_refused(void **state)
{
    (void)state;
    run_sql("wide.db", "PRAGMA encoding='UTF-16le'; PRAGMA application_id=1349011030; PRAGMA user_version=2; "
                       "CREATE TABLE streams(stream INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT");
    check_left_alone("wide.db", PV_FAULT_KIND_DAMAGED, "not PhotoVote's");
}

static void open__where_there_can_be_no_log__is_refused(void **state)
{
    static const struct pv_sqlite_options options = {DISK_VFS_PLAIN, 0, 1 << 20, 0};
    struct pv_event_store store;
    struct disk *disk = disk_new();
    (void)state;
    disk_vfs_register();
    disk_vfs_use(disk);
    check_true(!pv_sqlite_store_open_with("plain.db", PV_OPEN_WRITE, &options, &store, &fault));
    check_says("plain.db", PV_FAULT_KIND_IO, "cannot keep a write-ahead log there");
    disk_free(disk);
}

/* --- names of files --- */

static void open__names_that_mean_something_to_sqlite__are_names_of_files(void **state)
{
    static const char *const names[] = {"file:a.db?mode=memory", ":memory:", "a b#c.db", "100%41.db",
                                        "q?.db"};
    char before[WORKDIR_PATH_MAX];
    struct pv_event_store store;
    struct pv_appended appended;
    (void)state;
    check_true(getcwd(before, sizeof before) != NULL && chdir(dir.path) == 0);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        check_true(pv_sqlite_store_open(names[i], PV_OPEN_WRITE, &store, &fault));
        check_int(kit_append(&store, A, PV_EXPECT_NO_STREAM, 0, 1, &appended, &fault), PV_STORE_OK);
        close_store(&store);
        check_int(access(names[i], F_OK), 0);
        check_true(pv_sqlite_store_open(names[i], PV_OPEN_READ, &store, &fault));
        check_events(&store, 1);
        close_store(&store);
    }
    check_int(chdir(before), 0);
}

/* --- reading only --- */

static void read_only__appending_is_denied_and_changes_nothing(void **state)
{
    struct pv_appended appended;
    size_t before_len, after_len;
    (void)state;
    make_store("store.db", 3);
    char *before = get_file("store.db", &before_len);
    struct pv_event_store store = open_store("store.db", PV_OPEN_READ);
    check_int(kit_append(&store, A, PV_EXPECT_ANY, 9, 1, &appended, &fault), PV_STORE_FAULT);
    check_says("store.db", PV_FAULT_KIND_DENIED, "cannot append to");
    struct pv_recorded record = {
        .stream = kit_str(A), .number = 3, .type = kit_str("T"), .data = kit_str("{}")};
    check_int(store.ops->copy(store.self, &record, 1, &fault), PV_STORE_FAULT);
    check_says("store.db", PV_FAULT_KIND_DENIED, "cannot copy to");
    check_events(&store, 3);
    close_store(&store);
    char *after = get_file("store.db", &after_len);
    check_int(after_len, before_len);
    check_int(memcmp(before, after, before_len), 0);
    free(before);
    free(after);
}

static void read_only__what_is_in_the_log_only__is_seen(void **state)
{
    struct pv_appended appended;
    (void)state;
    struct pv_event_store writer = open_store("live.db", PV_OPEN_WRITE);
    check_int(kit_append(&writer, A, PV_EXPECT_NO_STREAM, 0, 4, &appended, &fault), PV_STORE_OK);
    struct pv_event_store reader = open_store("live.db", PV_OPEN_READ);
    check_events(&reader, 4);
    check_int(kit_append(&writer, A, 3, 4, 2, &appended, &fault), PV_STORE_OK);
    check_events(&reader, 6);
    close_store(&writer);
    check_events(&reader, 6);
    close_store(&reader);
}

/* cmocka's checks end a test by a jump, which must not leave a child. */
#define CHILD_CHECK(condition)                                                                               \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            (void)fprintf(stderr, "in the child: %s does not hold (%s)\n", #condition, fault.text);          \
            return 1;                                                                                        \
        }                                                                                                    \
    } while (0)

static int child_reads_three(void)
{
    struct pv_event_store store;
    struct kit_log log = {0};
    struct pv_appended appended;
    CHILD_CHECK(access(dir.path, W_OK) != 0);
    CHILD_CHECK(pv_sqlite_store_open(path("st?re#1%.db"), PV_OPEN_READ, &store, &fault));
    CHILD_CHECK(kit_log_read(&log, &store, NULL, 0, 64, &fault) && log.count == 3);
    CHILD_CHECK(kit_append(&store, A, PV_EXPECT_ANY, 9, 1, &appended, &fault) == PV_STORE_FAULT);
    CHILD_CHECK(fault.kind == PV_FAULT_KIND_DENIED);
    close_store(&store);
    kit_log_deinit(&log);
    CHILD_CHECK(!pv_sqlite_store_open(path("st?re#1%.db"), PV_OPEN_WRITE, &store, &fault));
    CHILD_CHECK(fault.kind == PV_FAULT_KIND_DENIED || fault.kind == PV_FAULT_KIND_IO);
    CHILD_CHECK(!pv_sqlite_store_open(path("new.db"), PV_OPEN_WRITE, &store, &fault));
    CHILD_CHECK(fault.kind == PV_FAULT_KIND_DENIED);
    CHILD_CHECK(strstr(fault.text, "new.db': its folder cannot be written: Permission denied") != NULL);
    return 0;
}

static int child_is_told_of_the_log(void)
{
    struct pv_event_store store;
    CHILD_CHECK(!pv_sqlite_store_open(path("live.db"), PV_OPEN_READ, &store, &fault));
    CHILD_CHECK(strstr(fault.text, "live.db") != NULL && strstr(fault.text, "permissions") != NULL);
    return 0;
}

/* In place of dir: one that a stranger can reach. */
static void set_up_public(void)
{
    workdir_remove(&dir);
    workdir_make_public(&dir);
}

static void read_only_folder__a_closed_store__can_be_read_and_not_written(void **state)
{
    (void)state;
    set_up_public();
    make_store("st?re#1%.db", 3);
    check_int(chmod(path("st?re#1%.db"), 0444), 0);
    check_int(chmod(dir.path, 0555), 0);
    check_int(nobody_runs(child_reads_three), 0);
}

static void read_only_folder__a_store_with_a_log__is_a_fault(void **state)
{
    size_t len, log_len;
    struct pv_appended appended;
    (void)state;
    set_up_public();
    struct pv_event_store writer = open_store("writer.db", PV_OPEN_WRITE);
    check_int(kit_append(&writer, A, PV_EXPECT_NO_STREAM, 0, 4, &appended, &fault), PV_STORE_OK);
    char *bytes = get_file("writer.db", &len), *log = get_file("writer.db-wal", &log_len);
    close_store(&writer);
    put_file("live.db", bytes, len);
    put_file("live.db-wal", log, log_len);
    free(bytes);
    free(log);
    check_int(chmod(dir.path, 0555), 0);
    check_int(nobody_runs(child_is_told_of_the_log), 0);
    check_int(chmod(dir.path, 0755), 0);
    struct pv_event_store reader = open_store("live.db", PV_OPEN_READ);
    check_events(&reader, 4);
    close_store(&reader);
}

/* --- damage --- */

/* Opens and reads to the end, whatever comes. True if nothing was wrong. */
static bool read_what_there_is(const char *name, size_t *records)
{
    struct pv_event_store store;
    struct kit_log log = {0};
    *records = 0;
    if (!pv_sqlite_store_open(path(name), PV_OPEN_READ, &store, &fault))
        return false;
    bool sound = kit_log_read(&log, &store, NULL, 0, 64, &fault);
    sound = kit_log_read(&log, &store, A, 0, 64, &fault) && sound;
    *records = log.count;
    close_store(&store);
    kit_log_deinit(&log);
    return sound;
}

static void damage__cut_short__is_damaged_and_never_less_in_silence(void **state)
{
    enum { EVENTS = 200, CUTS = 40 };
    size_t len, records;
    (void)state;
    make_store("whole.db", EVENTS);
    char *bytes = get_file("whole.db", &len);
    check_true(len > 65536);
    for (size_t i = 1; i < CUTS; i++) {
        put_file("cut.db", bytes, len * i / CUTS);
        if (read_what_there_is("cut.db", &records))
            fail_msg("cut to %zu bytes it reads as sound", len * i / CUTS);
        check_says("cut.db", PV_FAULT_KIND_DAMAGED, "cannot");
    }
    put_file("cut.db", bytes, len);
    check_true(read_what_there_is("cut.db", &records));
    check_int(records, 2 * EVENTS);
    free(bytes);
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    return *state ^= *state << 17;
}

static void damage__flipped_bytes__are_a_fault_or_seen_as_they_are(void **state)
{
    enum { EVENTS = 60, ROUNDS = 600 };
    size_t len, records;
    unsigned faults = 0;
    uint64_t random = 0x9e3779b97f4a7c15u;
    (void)state;
    make_store("whole.db", EVENTS);
    char *bytes = get_file("whole.db", &len);
    for (unsigned i = 0; i < ROUNDS; i++) {
        char *damaged = malloc(len);
        memcpy(damaged, bytes, len);
        for (unsigned flips = 1 + i % 64; flips > 0; flips--)
            damaged[next_random(&random) % len] ^= (char)(1u << next_random(&random) % 8);
        put_file("flipped.db", damaged, len);
        free(damaged);
        faults += !read_what_there_is("flipped.db", &records);
        check_true(records <= 4 * EVENTS);
    }
    free(bytes);
    print_message("%u of %u damaged databases were refused\n", faults, (unsigned)ROUNDS);
    check_true(faults >= ROUNDS / 10);
}

/* Writes into the table what its types do not let in. */
static void force(const char *name, const char *sql)
{
    run_sql(name, "PRAGMA writable_schema=ON; UPDATE sqlite_schema SET sql=replace(sql, ') STRICT', ')') "
                  "WHERE name='events'");
    run_sql(name, sql);
    run_sql(name,
            "PRAGMA writable_schema=ON; UPDATE sqlite_schema SET sql=sql || ' STRICT' WHERE name='events'");
}

static void damage__rows_that_are_not_as_the_schema_says__are_damaged(void **state)
{
    static const char *const changes[] = {
        "UPDATE events SET number='x' WHERE position=2",
        "UPDATE events SET number=-1 WHERE position=2",
        "UPDATE events SET data=x'00' WHERE position=2",
        "UPDATE events SET id=x'00' WHERE position=2",
        "UPDATE events SET id=NULL WHERE position=2",
        "UPDATE events SET spelling=x'00' WHERE position=2",
        "UPDATE events SET spelling=1.5 WHERE position=2",
        "UPDATE events SET type=99 WHERE position=2",
        "UPDATE events SET stream=99 WHERE position=2",
        "DELETE FROM streams",
    };
    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct kit_log log = {0};
        make_store("rows.db", 5);
        force("rows.db", changes[i]);
        struct pv_event_store store = open_store("rows.db", PV_OPEN_READ);
        check_true(!kit_log_read(&log, &store, NULL, 0, 64, &fault));
        check_says("rows.db", PV_FAULT_KIND_DAMAGED, "the record after");
        check_int(log.count, i >= 9 ? 0 : 2); /* what came before is given */
        close_store(&store);
        kit_log_deinit(&log);
        check_int(remove(path("rows.db")), 0);
    }
}

static void damage__a_row_that_is_found__is_damaged(void **state)
{
    static const char *const changes[] = {
        "UPDATE events SET number=-1 WHERE position=2",
        "UPDATE events SET data=x'00' WHERE position=2",
        "UPDATE events SET spelling=1.5 WHERE position=2",
        "UPDATE events SET type=99 WHERE position=2",
    };
    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct pv_recorded found = {.number = -7};
        make_store("rows.db", 5);
        force("rows.db", changes[i]);
        struct pv_event_store store = open_store("rows.db", PV_OPEN_READ);
        for (int where = 0; where < 2; where++) {
            struct pv_str stream = kit_str(where == 0 ? A : NULL);
            check_int(store.ops->find(store.self, stream, kit_id(2), &found, &fault), PV_STORE_FAULT);
            check_says("rows.db", PV_FAULT_KIND_DAMAGED, "cannot read '");
            check_int(found.number, -7);
            check_int(store.ops->find(store.self, stream, kit_id(3), &found, &fault), PV_STORE_OK);
            check_true(found.number == 3 && kit_is_event(&found, 3));
            found.number = -7;
        }
        close_store(&store);
        check_int(remove(path("rows.db")), 0);
    }
}

static void damage__a_stream_whose_positions_are_out_of_order__is_damaged(void **state)
{
    struct kit_log log = {0};
    (void)state;
    make_store("order.db", 5);
    run_sql("order.db", "UPDATE events SET position=100 WHERE position=2");
    struct pv_event_store store = open_store("order.db", PV_OPEN_READ);
    check_true(!kit_log_read(&log, &store, A, 0, 64, &fault));
    check_says("order.db", PV_FAULT_KIND_DAMAGED, "the record after 4");
    check_int(log.count, 4);
    close_store(&store);
    kit_log_deinit(&log);
}

static void damage__a_data_of_a_type_that_is_let_in__is_read(void **state)
{
    (void)state;
    make_store("rows.db", 5);
    force("rows.db", "UPDATE events SET created=17, metadata=x'7b7d' WHERE position=2");
    struct pv_event_store store = open_store("rows.db", PV_OPEN_READ);
    struct kit_log log = {0};
    check_true(kit_log_read(&log, &store, NULL, 0, 64, &fault));
    check_int(log.count, 5);
    check_str(log.records[2].created, "17");
    check_str(log.records[2].metadata, "{}");
    kit_log_deinit(&log);
    close_store(&store);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(open__no_file__is_made_to_be_written_and_refused_to_be_read),
        CASE(open__an_empty_file__is_filled_to_be_written_and_refused_to_be_read),
        CASE(open__a_folder_or_none__is_a_fault),
        CASE(open__what_is_no_database__is_left_alone),
        CASE(open__someone_elses_database__is_left_alone),
        CASE(open__a_newer_schema__is_refused_as_newer),
        CASE(open__other_tables_than_ours__are_refused_by_name),
        CASE(open__tables_beside_ours__are_none_of_our_business),
        CASE(open__a_database_in_utf_16__is_refused),
        CASE(open__where_there_can_be_no_log__is_refused),
        CASE(open__names_that_mean_something_to_sqlite__are_names_of_files),
        CASE(read_only__appending_is_denied_and_changes_nothing),
        CASE(read_only__what_is_in_the_log_only__is_seen),
        CASE(read_only_folder__a_closed_store__can_be_read_and_not_written),
        CASE(read_only_folder__a_store_with_a_log__is_a_fault),
        CASE(damage__cut_short__is_damaged_and_never_less_in_silence),
        CASE(damage__flipped_bytes__are_a_fault_or_seen_as_they_are),
        CASE(damage__rows_that_are_not_as_the_schema_says__are_damaged),
        CASE(damage__a_row_that_is_found__is_damaged),
        CASE(damage__a_stream_whose_positions_are_out_of_order__is_damaged),
        CASE(damage__a_data_of_a_type_that_is_let_in__is_read),
    };
    _Static_assert(sizeof tests / sizeof tests[0] >= 20, "tests are missing from the group");
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
