/* What is particular to the log of refusals in SQLite: the file that it shares, and rows and tables that were
   tampered with. */
#include "check.h"
#include "plain_sql.h"
#include "refusal_kit.h"
#include "sqlite_db.h"
#include "store_kit.h"
#include "workdir.h"

#include <stdlib.h>

static const char A[] = "Election-01HQ0000000000000000000001";

static struct workdir dir;
static struct pv_fault fault;
static struct pv_refusal_log refusals;

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
    return workdir_file(&dir, "log.db");
}

static void open_log(enum pv_open_mode mode)
{
    if (!pv_sqlite_refusals_open(path(), mode, &refusals, &fault))
        fail_msg("%s", fault.text);
}

static void close_log(void)
{
    refusals.ops->close(refusals.self);
}

static void add(unsigned first, unsigned count)
{
    if (kit_refused_add(&refusals, first, count, &fault) != PV_LOG_OK)
        fail_msg("%s", fault.text);
}

static void make_log(unsigned count)
{
    open_log(PV_OPEN_WRITE);
    add(10, count);
    close_log();
}

static void run_sql(const char *sql)
{
    plain_sql_run(path(), sql);
}

static int64_t ask_sql(const char *sql)
{
    return plain_sql_ask(path(), sql);
}

static void check_refused(enum pv_open_mode mode, enum pv_fault_kind kind, const char *says)
{
    check_true(!pv_sqlite_refusals_open(path(), mode, &refusals, &fault));
    if (fault.kind != kind || strstr(fault.text, says) == NULL || strstr(fault.text, "log.db") == NULL)
        fail_msg("the fault is of kind %d: %s", (int)fault.kind, fault.text);
}

static bool count_it(void *context, const struct pv_refused *entry)
{
    unsigned *count = context;
    check_true(kit_is_refused(entry, 10 + *count));
    ++*count;
    return true;
}

static unsigned count_all(void)
{
    unsigned count = 0;
    if (refusals.ops->read(refusals.self, NULL, 0, count_it, &count, &fault) != PV_LOG_OK)
        fail_msg("%s", fault.text);
    return count;
}

/* --- the file --- */

static void open__a_store_without_a_log__gets_one_only_to_be_written(void **state)
{
    struct pv_event_store store;
    struct pv_appended appended;
    (void)state;
    check_true(pv_sqlite_store_open(path(), PV_OPEN_WRITE, &store, &fault));
    check_int(kit_append(&store, A, PV_EXPECT_NO_STREAM, 1, 3, &appended, &fault), PV_STORE_OK);
    store.ops->close(store.self);
    int64_t objects = ask_sql("SELECT count(*) FROM sqlite_schema");
    check_refused(PV_OPEN_READ, PV_FAULT_KIND_DAMAGED, "it has no log of refusals");
    check_int(ask_sql("SELECT count(*) FROM sqlite_schema"), objects);
    make_log(2);
    check_int(ask_sql("SELECT count(*) FROM sqlite_schema"), objects + 3);
    check_int(ask_sql("PRAGMA user_version"), PV_SQLITE_SCHEMA);
    open_log(PV_OPEN_READ);
    check_int(count_all(), 2);
    close_log();
}

static void open__no_file__is_made_and_holds_a_store_too(void **state)
{
    struct pv_event_store store;
    struct pv_appended appended;
    (void)state;
    check_refused(PV_OPEN_READ, PV_FAULT_KIND_IO, "No such file");
    make_log(1);
    check_true(pv_sqlite_store_open(path(), PV_OPEN_WRITE, &store, &fault));
    open_log(PV_OPEN_WRITE);
    for (unsigned i = 0; i < 3; i++) { /* by turns, on two connections */
        check_int(kit_append(&store, A, (int64_t)i - 1, i, 1, &appended, &fault), PV_STORE_OK);
        add(11 + i, 1);
    }
    check_int(count_all(), 4);
    close_log();
    store.ops->close(store.self);
}

/* Its tables come while the store's statements are prepared. */
static void open__beside_an_open_store__disturbs_it_not(void **state)
{
    struct pv_event_store store;
    struct pv_appended appended;
    struct pv_recorded found;
    (void)state;
    check_true(pv_sqlite_store_open(path(), PV_OPEN_WRITE, &store, &fault));
    check_int(kit_append(&store, A, PV_EXPECT_NO_STREAM, 1, 1, &appended, &fault), PV_STORE_OK);
    make_log(1);
    check_int(kit_append(&store, A, 0, 2, 1, &appended, &fault), PV_STORE_OK);
    check_int(store.ops->find(store.self, kit_str(A), kit_id(2), &found, &fault), PV_STORE_OK);
    check_int(found.number, 1);
    store.ops->close(store.self);
}

static void open__two_at_once__share_one_log(void **state)
{
    struct pv_refusal_log first;
    (void)state;
    open_log(PV_OPEN_WRITE);
    first = refusals;
    open_log(PV_OPEN_WRITE);
    add(10, 1);
    check_int(kit_refused_add(&first, 11, 2, &fault), PV_LOG_OK);
    add(13, 1);
    check_int(count_all(), 4);
    close_log();
    first.ops->close(first.self);
}

static void open__to_be_read__adds_nothing(void **state)
{
    (void)state;
    make_log(2);
    open_log(PV_OPEN_READ);
    check_int(kit_refused_add(&refusals, 12, 1, &fault), PV_LOG_FAULT);
    check_int(fault.kind, PV_FAULT_KIND_DENIED);
    check_true(strstr(fault.text, "cannot add to '") != NULL);
    check_int(count_all(), 2);
    close_log();
}

static void open__what_is_not_ours__is_refused(void **state)
{
    (void)state;
    run_sql("CREATE TABLE refusals(a)");
    check_refused(PV_OPEN_WRITE, PV_FAULT_KIND_DAMAGED, "not PhotoVote's");
    check_refused(PV_OPEN_READ, PV_FAULT_KIND_DAMAGED, "not PhotoVote's");
}

static void open__another_table_than_ours__is_refused_by_name(void **state)
{
    static const char *const changes[][2] = {
        {"DROP TABLE refusals; CREATE TABLE refusals(sequence INTEGER PRIMARY KEY)",
         "its `refusals` is not as"},
        {"DROP TABLE refusals; CREATE VIEW refusals AS SELECT 1 AS sequence", "its `refusals` is not as"},
        {"DROP INDEX refusals_by_id", "its `refusals_by_id` is not as"},
        {"DROP INDEX refusals_by_election; CREATE INDEX refusals_by_election ON refusals(id)",
         "its `refusals_by_election` is not as"},
        {"CREATE TRIGGER t AFTER INSERT ON refusals BEGIN DELETE FROM refusals; END", "is not as version 2"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        make_log(1);
        run_sql(changes[i][0]);
        check_refused(PV_OPEN_READ, PV_FAULT_KIND_DAMAGED, changes[i][1]);
        check_refused(PV_OPEN_WRITE, PV_FAULT_KIND_DAMAGED, changes[i][1]);
        check_int(remove(path()), 0);
    }
}

/* --- rows --- */

static void tampering__a_row_that_is_none_of_ours__is_damaged(void **state)
{
    static const char *const changes[] = {
        "UPDATE refusals SET id=x'00' WHERE sequence=2",
        "UPDATE refusals SET election=x'0000' WHERE sequence=2",
        "UPDATE refusals SET at=-99999999999999999 WHERE sequence=2",
        "UPDATE refusals SET at=999999999999999999 WHERE sequence=2",
    };
    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        unsigned count = 0;
        make_log(5);
        run_sql(changes[i]);
        open_log(PV_OPEN_READ);
        check_int(refusals.ops->read(refusals.self, NULL, 0, count_it, &count, &fault), PV_LOG_FAULT);
        check_int(fault.kind, PV_FAULT_KIND_DAMAGED);
        check_true(strstr(fault.text, "the refusal after 1 is damaged") != NULL);
        check_int(count, 2); /* what came before is given */
        count = 3;
        check_int(refusals.ops->read(refusals.self, NULL, 3, count_it, &count, &fault), PV_LOG_OK);
        check_int(count, 5);
        count = 2;
        check_int(refusals.ops->find(refusals.self, kit_refused_id(12), count_it, &count, &fault),
                  i == 0 ? PV_LOG_NONE : PV_LOG_FAULT);
        check_int(count, 2);
        close_log();
        check_int(remove(path()), 0);
    }
}

static void tampering__a_sequence_below_0__is_damaged(void **state)
{
    unsigned count = 0;
    (void)state;
    make_log(2);
    run_sql("UPDATE refusals SET sequence=-4 WHERE sequence=1");
    open_log(PV_OPEN_READ);
    check_int(refusals.ops->read(refusals.self, NULL, -9, count_it, &count, &fault), PV_LOG_FAULT);
    check_int(fault.kind, PV_FAULT_KIND_DAMAGED);
    check_int(count, 0);
    close_log();
}

static void sequences__that_are_used_up__are_a_fault(void **state)
{
    (void)state;
    make_log(2);
    run_sql("UPDATE refusals SET sequence=9223372036854775807 WHERE sequence=1");
    open_log(PV_OPEN_WRITE);
    check_int(kit_refused_add(&refusals, 12, 1, &fault), PV_LOG_FAULT);
    check_true(strstr(fault.text, "cannot add to '") != NULL);
    check_int(count_all(), 2);
    close_log();
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(open__a_store_without_a_log__gets_one_only_to_be_written),
        CASE(open__no_file__is_made_and_holds_a_store_too),
        CASE(open__beside_an_open_store__disturbs_it_not),
        CASE(open__two_at_once__share_one_log),
        CASE(open__to_be_read__adds_nothing),
        CASE(open__what_is_not_ours__is_refused),
        CASE(open__another_table_than_ours__is_refused_by_name),
        CASE(tampering__a_row_that_is_none_of_ours__is_damaged),
        CASE(tampering__a_sequence_below_0__is_damaged),
        CASE(sequences__that_are_used_up__are_a_fault),
    };
    _Static_assert(sizeof tests / sizeof tests[0] >= 10, "tests are missing from the group");
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
