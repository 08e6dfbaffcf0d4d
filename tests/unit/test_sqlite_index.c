/* The index of events by stream and number, which lags behind the events: when it is written, that it is
   used, and what is told where it is not what the events say. */
#include "check.h"
#include "plain_sql.h"
#include "sqlite_store.h"
#include "store_kit.h"
#include "workdir.h"

static const char A[] = "Election-01HQ0000000000000000000001";
static const char B[] = "Election-01HQ0000000000000000000002";

static struct workdir dir;
static struct pv_fault fault;
static struct pv_appended appended;

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

static const char *path(void)
{
    return workdir_file(&dir, "index.db");
}

static struct pv_event_store open_store(int64_t tail)
{
    struct pv_event_store store;
    struct pv_sqlite_options options = pv_sqlite_defaults;
    options.tail = tail;
    if (!pv_sqlite_store_open_with(path(), PV_OPEN_WRITE, &options, &store, &fault))
        fail_msg("%s", fault.text);
    return store;
}

static void close_store(const struct pv_event_store *store)
{
    store->ops->close(store->self);
}

static void append(const struct pv_event_store *store, const char *stream, unsigned first, unsigned count)
{
    check_int(kit_append(store, stream, PV_EXPECT_ANY, first, count, &appended, &fault), PV_STORE_OK);
}

static void run_sql(const char *sql)
{
    plain_sql_run(path(), sql);
}

static int64_t ask_sql(const char *sql)
{
    return plain_sql_ask(path(), sql);
}

/* So many events are in the index: all up to the position, and no other. */
static void check_indexed(int64_t count, int64_t through)
{
    check_int(ask_sql("SELECT count(*) FROM numbers JOIN events USING(stream, number, position)"), count);
    check_int(ask_sql("SELECT count(*) FROM numbers"), count);
    check_int(ask_sql("SELECT through FROM numbers_through"), through);
    check_int(ask_sql("SELECT count(*) FROM events WHERE position<=(SELECT through FROM numbers_through)"),
              count);
}

static void check_says(enum pv_fault_kind kind, const char *says)
{
    if (fault.kind != kind || strstr(fault.text, says) == NULL || strstr(fault.text, "index.db'") == NULL)
        fail_msg("the fault is of kind %d: %s", (int)fault.kind, fault.text);
}

/* --- when it is written --- */

static void append__fills_the_tail__indexes_all_of_it(void **state)
{
    (void)state;
    struct pv_event_store store = open_store(4);
    append(&store, A, 0, 2);
    append(&store, B, 10, 1);
    check_indexed(0, -1);
    append(&store, A, 2, 1);
    check_indexed(4, 3);
    append(&store, B, 11, 3);
    check_indexed(4, 3);
    append(&store, A, 3, 5);
    check_indexed(12, 11);
    close_store(&store);
}

static void append__with_the_default__indexes_so_many_at_once(void **state)
{
    enum { EACH = 32 };
    (void)state;
    struct pv_event_store store = open_store(0);
    for (unsigned i = 0; i + EACH < PV_SQLITE_TAIL; i += EACH)
        append(&store, i % (2 * EACH) == 0 ? A : B, i, EACH);
    check_indexed(0, -1);
    append(&store, A, 5000, EACH);
    check_indexed(PV_SQLITE_TAIL, PV_SQLITE_TAIL - 1);
    close_store(&store);
}

static void append__of_what_is_there__indexes_nothing(void **state)
{
    (void)state;
    struct pv_event_store store = open_store(3);
    append(&store, A, 0, 2);
    check_int(kit_append(&store, A, -1, 0, 2, &appended, &fault), PV_STORE_OK);
    check_int(kit_append(&store, A, 5, 9, 1, &appended, &fault), PV_STORE_CONFLICT);
    check_indexed(0, -1);
    close_store(&store);
}

static struct pv_recorded record(const char *stream, int64_t number, int64_t position)
{
    return (struct pv_recorded){.stream = kit_str(stream),
                                .number = number,
                                .type = kit_str("T"),
                                .data = kit_str("{}"),
                                .position = position};
}

static void copy__leaves_no_tail(void **state)
{
    struct pv_recorded records[] = {record(A, 7, 100), record(B, 0, 200), record(A, 9, 300)};
    (void)state;
    struct pv_event_store store = open_store(0);
    append(&store, A, 0, 2);
    check_int(store.ops->copy(store.self, records, 3, &fault), PV_STORE_OK);
    check_indexed(5, 300);
    close_store(&store);
}

static void copy__that_is_a_conflict__leaves_the_tail(void **state)
{
    struct pv_recorded records[] = {record(B, 0, 100), record(A, 1, 200)};
    (void)state;
    struct pv_event_store store = open_store(3);
    append(&store, A, 0, 2);
    check_int(store.ops->copy(store.self, records, 2, &fault), PV_STORE_CONFLICT);
    check_indexed(0, -1);
    close_store(&store);
}

/* --- that it is used --- */

/* No statement of the store looks through all events or sorts a stream, but those that must. */
static void check_plan(sqlite3 *db, const char *sql)
{
    char explain[2048];
    sqlite3_stmt *plan;
    (void)snprintf(explain, sizeof explain, "EXPLAIN QUERY PLAN %s", sql);
    check_int(sqlite3_prepare_v2(db, explain, -1, &plan, NULL), SQLITE_OK);
    bool sorts = strncmp(sql, "INSERT INTO numbers ", 20) == 0 || strstr(sql, "WHERE id=?1 ") != NULL;
    bool scans = strcmp(sql, "SELECT position FROM events ORDER BY position DESC LIMIT 1") == 0;
    while (sqlite3_step(plan) == SQLITE_ROW) {
        const char *step = (const char *)sqlite3_column_text(plan, 3);
        if ((!sorts && strstr(step, "TEMP B-TREE") != NULL) || strcmp(step, "SCAN e") == 0 ||
            strcmp(step, "SCAN n") == 0 || (!scans && strcmp(step, "SCAN events") == 0))
            fail_msg("%s: %s", sql, step);
    }
    check_int(sqlite3_finalize(plan), SQLITE_OK);
}

static void statements__look_things_up_and_sort_nothing(void **state)
{
    enum { STREAM_READER = 1, MOST = PV_STORE_STATEMENTS + 6 };
    struct pv_store_reader *reader;
    unsigned count = 0;
    (void)state;
    struct pv_event_store store = open_store(2);
    append(&store, A, 0, 3);
    check_int(store.ops->read(store.self, kit_str(A), 0, &reader, &fault), PV_STORE_OK);
    struct pv_sqlite_store *own = store.self;
    const char *sql[64];
    for (sqlite3_stmt *s = NULL; (s = sqlite3_next_stmt(own->sqlite.db, s)) != NULL && count < 64; count++)
        sql[count] = sqlite3_sql(s);
    check_int(count, PV_SQLITE_TRANSACTIONS + MOST + STREAM_READER);
    for (unsigned i = 0; i < count; i++)
        check_plan(own->sqlite.db, sql[i]);
    store.ops->close_reader(reader);
    close_store(&store);
}

/* A reader begins its statement again after so many rows, wherever it is. */
static void read__a_long_stream__is_whole_across_index_and_tail(void **state)
{
    enum { ROUNDS = 220, EACH = 50, OF_B = 7 };
    struct kit_log a = {0}, b = {0};
    (void)state;
    struct pv_event_store store = open_store(0);
    for (unsigned i = 0; i < ROUNDS; i++) {
        check_int(kit_append(&store, A, (int64_t)i * EACH - 1, i * EACH, EACH, &appended, &fault),
                  PV_STORE_OK);
        if (i % OF_B == 0)
            append(&store, B, 1000000 + i / OF_B, 1);
    }
    int64_t indexed = ask_sql("SELECT count(*) FROM numbers WHERE stream=1");
    check_true(indexed > 8192 && indexed < ROUNDS * EACH);
    check_true(kit_log_read(&a, &store, A, 0, 64, &fault) && kit_log_read(&b, &store, B, 3, 1, &fault));
    check_int(a.count, ROUNDS * EACH);
    for (unsigned i = 0; i < a.count; i++)
        check_true(a.records[i].number == i && kit_is_event(&a.records[i], i));
    check_int(b.count, (ROUNDS + OF_B - 1) / OF_B - 3);
    for (unsigned i = 0; i < b.count; i++)
        check_true(kit_is_event(&b.records[i], 1000003 + i));
    kit_log_deinit(&a);
    kit_log_deinit(&b);
    close_store(&store);
}

/* What one connection has not read yet another moves into the index meanwhile. */
static void read__while_another_indexes__gives_each_record_once(void **state)
{
    struct pv_store_reader *reader;
    struct pv_recorded got;
    size_t count, seen = 0;
    (void)state;
    struct pv_event_store one = open_store(5), two = open_store(0);
    check_int(two.ops->read(two.self, kit_str(A), 0, &reader, &fault), PV_STORE_OK);
    for (unsigned i = 0; i < 40; i++) {
        append(&one, A, 2 * i, 2);
        append(&one, B, 1000 + i, 1);
        for (unsigned k = 0; k < i % 4; k++) {
            check_int(two.ops->next(reader, &got, 1, &count, &fault), PV_STORE_OK);
            check_true(count == 0 || (got.number == (int64_t)seen && kit_is_event(&got, (unsigned)seen)));
            seen += count;
        }
    }
    struct kit_log rest = {0}; /* of the moment when it began, and of now */
    check_true(kit_log_drain(&rest, &two, reader, 8, &fault) &&
               kit_log_drain(&rest, &two, reader, 8, &fault));
    check_int(seen + rest.count, 80);
    for (size_t i = 0; i < rest.count; i++)
        check_true(kit_is_event(&rest.records[i], (unsigned)(seen + i)));
    kit_log_deinit(&rest);
    two.ops->close_reader(reader);
    close_store(&one);
    close_store(&two);
}

/* --- damage --- */

/* Five events of A and two of B, at 0 1 2 | 3 4 | 5 6; all are in the index. */
static void make_store(void)
{
    struct pv_event_store store = open_store(1);
    append(&store, A, 0, 3);
    append(&store, B, 10, 2);
    append(&store, A, 3, 2);
    close_store(&store);
}

static void index__leads_to_no_event_or_another__is_damaged(void **state)
{
    static const struct {
        const char *change;
        size_t before; /* so many of A are given */
    } cases[] = {
        {"DELETE FROM events WHERE position=1", 1},
        {"UPDATE numbers SET position=99 WHERE position=1", 1},
        {"UPDATE numbers SET position=0 WHERE position=1", 1},
        {"UPDATE numbers SET position=3 WHERE position=1", 1},
        {"UPDATE numbers SET number=-3 WHERE position=1", 0},
        {"UPDATE events SET number=7 WHERE position=1", 1},
        {"UPDATE events SET stream=2 WHERE position=1", 1},
        {"UPDATE events SET position=100 WHERE position=1", 1},
        {"INSERT INTO numbers VALUES(1, 9, 9)", 5},
        {"INSERT INTO events SELECT 100, stream, number, type, id, spelling, created, metadata, data "
         "FROM events WHERE position=1",
         5},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct kit_log log = {0};
        make_store();
        run_sql(cases[i].change);
        struct pv_event_store store = open_store(0);
        if (kit_log_read(&log, &store, A, 0, 64, &fault) || log.count != cases[i].before)
            fail_msg("%s: %zu are read", cases[i].change, log.count);
        check_says(PV_FAULT_KIND_DAMAGED, "the record after");
        close_store(&store);
        kit_log_deinit(&log);
        check_int(remove(path()), 0);
    }
}

static void index__its_last_leads_to_no_event__is_damaged_for_who_asks_or_writes(void **state)
{
    int64_t number = -7;
    struct pv_recorded more = record(B, 9, -1), there = record(A, 1, -1);
    (void)state;
    make_store();
    run_sql("UPDATE numbers SET position=99 WHERE number=1");
    struct pv_event_store store = open_store(0);
    check_int(store.ops->last_number(store.self, kit_str(B), &number, &fault), PV_STORE_FAULT);
    check_says(PV_FAULT_KIND_DAMAGED, "cannot read ");
    check_int(number, -7);
    check_int(kit_append(&store, B, 1, 20, 1, &appended, &fault), PV_STORE_FAULT);
    check_says(PV_FAULT_KIND_DAMAGED, "cannot append to ");
    check_int(store.ops->copy(store.self, &more, 1, &fault), PV_STORE_FAULT);
    check_says(PV_FAULT_KIND_DAMAGED, "cannot copy to ");
    append(&store, A, 5, 1); /* whose last one is sound */
    check_int(appended.last_number, 5);
    check_int(store.ops->copy(store.self, &there, 1, &fault), PV_STORE_FAULT);
    check_says(PV_FAULT_KIND_DAMAGED, "cannot copy to ");
    close_store(&store);
}

static void tail__has_what_is_in_the_index__is_damaged_and_not_indexed(void **state)
{
    (void)state;
    make_store();
    run_sql("INSERT INTO events SELECT 7, stream, number, type, id, spelling, created, metadata, data "
            "FROM events WHERE position=1");
    struct pv_event_store store = open_store(2);
    check_int(kit_append(&store, B, 1, 20, 1, &appended, &fault), PV_STORE_FAULT);
    check_says(PV_FAULT_KIND_DAMAGED, "UNIQUE constraint failed: numbers.stream, numbers.number");
    close_store(&store);
    check_int(ask_sql("SELECT count(*) FROM events"), 8);
    check_int(ask_sql("SELECT count(*) FROM numbers"), 7);
}

static void mark_of_the_index__is_not_what_it_can_be__is_refused_by_name(void **state)
{
    static const char *const changes[] = {
        "DELETE FROM numbers_through",
        "INSERT INTO numbers_through VALUES(1, -1)",
        "UPDATE numbers_through SET only=1",
        "UPDATE numbers_through SET through=7",
        "UPDATE numbers_through SET through=9223372036854775807",
        "UPDATE numbers_through SET through=-1",
        "UPDATE numbers_through SET through=-2",
        "DELETE FROM numbers",
        "DELETE FROM events WHERE position=6",
    };
    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        make_store();
        run_sql(changes[i]);
        for (int mode = 0; mode < 2; mode++) {
            struct pv_event_store store;
            if (pv_sqlite_store_open(path(), mode == 0 ? PV_OPEN_READ : PV_OPEN_WRITE, &store, &fault))
                fail_msg("%s: it is opened", changes[i]);
            check_says(PV_FAULT_KIND_DAMAGED, "its `numbers_through` is not as version 2 makes it");
        }
        check_int(remove(path()), 0);
    }
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(append__fills_the_tail__indexes_all_of_it),
        CASE(append__with_the_default__indexes_so_many_at_once),
        CASE(append__of_what_is_there__indexes_nothing),
        CASE(copy__leaves_no_tail),
        CASE(copy__that_is_a_conflict__leaves_the_tail),
        CASE(statements__look_things_up_and_sort_nothing),
        CASE(read__a_long_stream__is_whole_across_index_and_tail),
        CASE(read__while_another_indexes__gives_each_record_once),
        CASE(index__leads_to_no_event_or_another__is_damaged),
        CASE(index__its_last_leads_to_no_event__is_damaged_for_who_asks_or_writes),
        CASE(tail__has_what_is_in_the_index__is_damaged_and_not_indexed),
        CASE(mark_of_the_index__is_not_what_it_can_be__is_refused_by_name),
    };
    _Static_assert(sizeof tests / sizeof tests[0] >= 12, "tests are missing from the group");
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
