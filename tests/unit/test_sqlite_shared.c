/* One database, several connections and processes: who is first, who waits, who sees what. */
#include "adapters.h"
#include "cache_kit.h"
#include "check.h"
#include "sqlite_db.h"
#include "store_kit.h"
#include "workdir.h"

#include <sys/wait.h>
#include <unistd.h>

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
    return workdir_file(&dir, "shared.db");
}

static struct pv_event_store open_store(void)
{
    struct pv_event_store store;
    if (!pv_sqlite_store_open(path(), PV_OPEN_WRITE, &store, &fault))
        fail_msg("%s", fault.text);
    return store;
}

static void close_store(const struct pv_event_store *store)
{
    store->ops->close(store->self);
}

static void check_stream(const struct pv_event_store *store, const char *stream, unsigned first,
                         unsigned count)
{
    struct kit_log log = {0};
    check_true(kit_log_read(&log, store, stream, 0, 64, &fault));
    check_int(log.count, count);
    for (unsigned i = 0; i < count; i++)
        check_true(kit_is_event(&log.records[i], first + i));
    kit_log_deinit(&log);
}

/* --- two connections --- */

static void two_writers__the_second_at_a_version__is_told_of_the_first(void **state)
{
    (void)state;
    struct pv_event_store one = open_store(), two = open_store();
    check_int(kit_append(&one, A, PV_EXPECT_NO_STREAM, 1, 2, &appended, &fault), PV_STORE_OK);
    check_int(kit_append(&two, A, PV_EXPECT_NO_STREAM, 10, 1, &appended, &fault), PV_STORE_CONFLICT);
    check_int(appended.last_number, 1);
    check_int(kit_append(&two, A, 1, 3, 1, &appended, &fault), PV_STORE_OK);
    check_int(kit_append(&one, A, 1, 11, 1, &appended, &fault), PV_STORE_CONFLICT);
    check_int(appended.last_number, 2);
    check_int(kit_append(&one, A, 1, 3, 1, &appended, &fault), PV_STORE_OK); /* two's, recognised */
    check_int(appended.last_number, 2);
    check_stream(&one, A, 1, 3);
    close_store(&two);
    close_store(&one);
}

static void two_writers__new_streams_and_types__are_seen_by_both(void **state)
{
    (void)state;
    struct pv_event_store one = open_store(), two = open_store();
    for (unsigned i = 0; i < 10; i++) {
        check_int(kit_append(i % 2 ? &one : &two, i % 4 < 2 ? A : B, PV_EXPECT_ANY, i, 1, &appended, &fault),
                  PV_STORE_OK);
    }
    struct kit_log a = {0}, b = {0};
    check_true(kit_log_read(&a, &one, NULL, 0, 64, &fault) && kit_log_read(&b, &two, NULL, 0, 64, &fault));
    check_int(a.count, 10);
    for (size_t i = 0; i < a.count; i++) {
        check_true(kit_is_event(&a.records[i], (unsigned)i));
        check_true(kit_difference(&a.records[i], &b.records[i]) == NULL);
    }
    kit_log_deinit(&a);
    kit_log_deinit(&b);
    close_store(&one);
    close_store(&two);
}

static void find__in_the_midst_of_reading__sees_what_another_has_recorded(void **state)
{
    struct pv_store_reader *reader;
    struct pv_recorded records[2], found;
    size_t count;
    (void)state;
    struct pv_event_store one = open_store(), two = open_store();
    check_int(kit_append(&one, A, PV_EXPECT_NO_STREAM, 1, 5, &appended, &fault), PV_STORE_OK);
    check_int(two.ops->read(two.self, kit_str(A), 0, &reader, &fault), PV_STORE_OK);
    check_int(two.ops->next(reader, records, 2, &count, &fault), PV_STORE_OK);
    check_int(kit_append(&one, B, PV_EXPECT_NO_STREAM, 6, 1, &appended, &fault), PV_STORE_OK);
    check_int(two.ops->find(two.self, kit_str(NULL), kit_id(6), &found, &fault), PV_STORE_OK);
    bool seen = found.number == 0 && kit_is_event(&found, 6);
    check_int(two.ops->find(two.self, kit_str(A), kit_id(6), &found, &fault), PV_STORE_OK);
    seen = seen && found.number == -1;
    check_int(two.ops->next(reader, records, 1, &count, &fault), PV_STORE_OK);
    seen = seen && count == 1 && kit_is_event(&records[0], 3);
    two.ops->close_reader(reader);
    check_true(seen);
    close_store(&one);
    close_store(&two);
}

static void a_name_of_a_conflict__is_not_believed_afterwards(void **state)
{
    (void)state;
    struct pv_event_store one = open_store(), two = open_store();
    struct pv_recorded records[2];
    /* The call makes stream A, then meets a number twice, and takes A back. */
    for (int i = 0; i < 2; i++)
        records[i] = (struct pv_recorded){.stream = kit_str(A),
                                          .type = kit_str("T"),
                                          .data = kit_str(i == 0 ? "{}" : "[]"),
                                          .position = -1};
    check_int(one.ops->copy(one.self, records, 2, &fault), PV_STORE_CONFLICT);
    /* Another stream gets the key that A had. */
    check_int(kit_append(&two, B, PV_EXPECT_ANY, 20, 1, &appended, &fault), PV_STORE_OK);
    check_int(kit_append(&one, A, PV_EXPECT_NO_STREAM, 1, 2, &appended, &fault), PV_STORE_OK);
    check_stream(&one, A, 1, 2);
    check_stream(&two, A, 1, 2);
    check_stream(&two, B, 20, 1);
    close_store(&one);
    close_store(&two);
}

static void a_reader__in_the_middle__does_not_keep_others_from_writing(void **state)
{
    (void)state;
    struct pv_event_store one = open_store(), two = open_store();
    struct pv_store_reader *reader;
    struct pv_recorded records[4];
    size_t count;
    check_int(kit_append(&one, A, PV_EXPECT_NO_STREAM, 0, 10, &appended, &fault), PV_STORE_OK);
    check_int(one.ops->read(one.self, kit_str(NULL), 0, &reader, &fault), PV_STORE_OK);
    check_int(one.ops->next(reader, records, 4, &count, &fault), PV_STORE_OK);
    check_int(count, 4);
    check_int(kit_append(&two, A, 9, 10, 1, &appended, &fault), PV_STORE_OK);
    /* The reader's own connection can write too, though another has written since the reader began. */
    check_int(kit_append(&one, A, 10, 11, 1, &appended, &fault), PV_STORE_OK);
    struct kit_log log = {0};
    for (size_t i = 0; i < count; i++)
        kit_log_add(&log, &records[i]);
    check_true(kit_log_drain(&log, &one, reader, 4, &fault));
    check_int(log.count, 12);
    for (unsigned i = 0; i < 12; i++)
        check_true(kit_is_event(&log.records[i], i));
    kit_log_deinit(&log);
    one.ops->close_reader(reader);
    close_store(&one);
    close_store(&two);
}

/* A transaction ends after so many rows, or a long replay would keep the log from being written back. */
static void a_long_replay__does_not_hold_on_to_the_moment_it_began(void **state)
{
    enum { ROUNDS = 200, EVENTS = 50, BATCH = 100, ROWS = ROUNDS * EVENTS };
    struct pv_store_reader *reader;
    struct pv_recorded records[BATCH];
    size_t count = 0, seen = 0;
    (void)state;
    struct pv_event_store one = open_store(), two = open_store();
    for (unsigned i = 0; i < ROUNDS; i++)
        check_int(kit_append(&one, A, (int64_t)i * EVENTS - 1, i * EVENTS, EVENTS, &appended, &fault),
                  PV_STORE_OK);
    check_int(one.ops->read(one.self, kit_str(NULL), 0, &reader, &fault), PV_STORE_OK);
    do {
        check_int(one.ops->next(reader, records, BATCH, &count, &fault), PV_STORE_OK);
        for (size_t i = 0; i < count; i++, seen++)
            check_true(records[i].position == (int64_t)seen && kit_is_event(&records[i], (unsigned)seen));
        if (seen == BATCH)
            check_int(kit_append(&two, A, ROWS - 1, ROWS, 1, &appended, &fault), PV_STORE_OK);
    } while (count > 0);
    check_int(seen, ROWS + 1); /* what two has appended since as well */
    one.ops->close_reader(reader);
    close_store(&two);
    close_store(&one);
}

static void a_subscription__sees_what_another_connection_appends(void **state)
{
    (void)state;
    struct pv_event_store one = open_store(), two = open_store();
    struct pv_store_reader *reader;
    struct kit_log log = {0};
    check_int(one.ops->read(one.self, kit_str(B), 0, &reader, &fault), PV_STORE_OK);
    for (unsigned i = 0; i < 5; i++) {
        check_true(kit_log_drain(&log, &one, reader, 8, &fault));
        check_int(log.count, 3 * i);
        check_int(kit_append(&two, B, PV_EXPECT_ANY, 3 * i, 3, &appended, &fault), PV_STORE_OK);
    }
    one.ops->close_reader(reader);
    kit_log_deinit(&log);
    close_store(&one);
    close_store(&two);
}

/* --- locks --- */

static const struct pv_sqlite_options impatient = {NULL, 0, 1 << 20, 0};

static void a_lock_that_stays__is_busy_and_trying_again_helps(void **state)
{
    (void)state;
    struct pv_event_store store;
    struct pv_document_cache cache;
    struct kit_document document;
    sqlite3 *other;
    kit_document_make(&document, 1, 1, 1, 1);
    check_true(pv_sqlite_store_open_with(path(), PV_OPEN_WRITE, &impatient, &store, &fault));
    check_true(pv_sqlite_cache_open_with(path(), PV_OPEN_WRITE, &impatient, &cache, &fault));
    check_int(kit_append(&store, A, PV_EXPECT_NO_STREAM, 1, 1, &appended, &fault), PV_STORE_OK);
    check_int(sqlite3_open(path(), &other), SQLITE_OK);
    check_int(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    check_int(kit_append(&store, A, 0, 2, 1, &appended, &fault), PV_STORE_FAULT);
    check_int(fault.kind, PV_FAULT_KIND_BUSY);
    check_true(fault.retry_helps && strstr(fault.text, "shared.db': database is locked") != NULL);
    check_int(kit_put(&cache, &document, &fault), PV_CACHE_FAULT);
    check_int(fault.kind, PV_FAULT_KIND_BUSY);
    check_stream(&store, A, 1, 1); /* reading goes on */
    check_int(sqlite3_close(other), SQLITE_OK);
    check_int(kit_append(&store, A, 0, 2, 1, &appended, &fault), PV_STORE_OK);
    check_int(kit_put(&cache, &document, &fault), PV_CACHE_OK);
    kit_document_deinit(&document);
    cache.ops->close(cache.self);
    close_store(&store);
}

static void store_and_cache__in_one_file__do_not_disturb_each_other(void **state)
{
    (void)state;
    struct pv_event_store store = open_store();
    struct pv_document_cache cache;
    struct kit_document document;
    struct pv_cached cached;
    check_true(pv_sqlite_cache_open(path(), PV_OPEN_WRITE, &cache, &fault));
    kit_document_make(&document, 1, 1, 2, 3);
    for (unsigned i = 0; i < 5; i++) {
        check_int(kit_append(&store, A, (int64_t)i - 1, i, 1, &appended, &fault), PV_STORE_OK);
        document.revision = i + 1;
        check_int(kit_put(&cache, &document, &fault), PV_CACHE_OK);
    }
    check_stream(&store, A, 0, 5);
    check_int(cache.ops->get(cache.self, kit_election(1), &cached, &fault), PV_CACHE_OK);
    check_true(kit_difference_of(&cached, &document, false) == NULL);
    pv_cached_deinit(&cached);
    kit_document_deinit(&document);
    cache.ops->close(cache.self);
    close_store(&store);
}

/* --- processes --- */

/* A child does its work and ends with 0. */
static pid_t start(bool (*work)(unsigned number), unsigned number)
{
    pid_t child = fork();
    check_true(child >= 0);
    if (child == 0)
        _exit(work(number) ? 0 : 1);
    return child;
}

static void run_children(bool (*work)(unsigned number), unsigned count)
{
    pid_t children[8];
    bool ok = true;
    for (unsigned i = 0; i < count; i++)
        children[i] = start(work, i);
    for (unsigned i = 0; i < count; i++) {
        int status = -1;
        ok = waitpid(children[i], &status, 0) == children[i] && WIFEXITED(status) &&
             WEXITSTATUS(status) == 0 && ok;
    }
    check_true(ok);
}

enum { CHILDREN = 4, EACH = 12 };

/* Appends EACH events, each at the version that it believes is there, and again after each conflict. */
static bool append_in_turn(unsigned number)
{
    struct pv_event_store store;
    int64_t version = -1;
    bool ok = pv_sqlite_store_open(path(), PV_OPEN_WRITE, &store, &fault);
    for (unsigned i = 0; ok && i < EACH; i++) {
        enum pv_store_result result;
        do {
            result = kit_append(&store, A, version, 100 * number + i, 1, &appended, &fault);
            version = appended.last_number;
        } while (result == PV_STORE_CONFLICT);
        ok = result == PV_STORE_OK;
    }
    if (ok)
        close_store(&store);
    else
        (void)fprintf(stderr, "child %u: %s\n", number, fault.text);
    return ok;
}

static void processes__that_make_and_fill_one_store__lose_and_repeat_nothing(void **state)
{
    unsigned next[CHILDREN] = {0};
    struct kit_log log = {0};
    (void)state;
    run_children(append_in_turn, CHILDREN);
    struct pv_event_store store = open_store();
    check_true(kit_log_read(&log, &store, A, 0, 64, &fault));
    check_int(log.count, CHILDREN * EACH);
    for (size_t i = 0; i < log.count; i++) {
        check_int(log.records[i].number, i);
        check_int(log.records[i].position, i);
        unsigned child = 0;
        while (child < CHILDREN && !kit_is_event(&log.records[i], 100 * child + next[child]))
            child++;
        check_true(child < CHILDREN); /* each child's in its own order */
        next[child]++;
    }
    kit_log_deinit(&log);
    close_store(&store);
}

/* Puts one election again and again, each time whole. */
static bool put_in_turn(unsigned number)
{
    struct pv_document_cache cache;
    bool ok = pv_sqlite_cache_open(path(), PV_OPEN_WRITE, &cache, &fault);
    for (unsigned i = 0; ok && i < EACH; i++) {
        struct kit_document document;
        kit_document_make(&document, 1, 100 * number + i + 1, number, CHILDREN - number);
        ok = kit_put(&cache, &document, &fault) == PV_CACHE_OK;
        kit_document_deinit(&document);
        struct pv_cached cached;
        ok = ok && cache.ops->get(cache.self, kit_election(1), &cached, &fault) == PV_CACHE_OK;
        if (!ok)
            break;
        /* Whoever's it is, it is all of one put. */
        unsigned revision = (unsigned)(cached.last_number / 10), writer = (revision - 1) / 100;
        kit_document_make(&document, 1, revision, writer, CHILDREN - writer);
        ok = kit_difference_of(&cached, &document, false) == NULL;
        kit_document_deinit(&document);
        pv_cached_deinit(&cached);
    }
    if (ok)
        cache.ops->close(cache.self);
    else
        (void)fprintf(stderr, "child %u: %s\n", number, fault.text);
    return ok;
}

static void processes__that_put_one_election__never_see_half_of_it(void **state)
{
    (void)state;
    run_children(put_in_turn, CHILDREN);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(two_writers__the_second_at_a_version__is_told_of_the_first),
        CASE(two_writers__new_streams_and_types__are_seen_by_both),
        CASE(find__in_the_midst_of_reading__sees_what_another_has_recorded),
        CASE(a_name_of_a_conflict__is_not_believed_afterwards),
        CASE(a_reader__in_the_middle__does_not_keep_others_from_writing),
        CASE(a_long_replay__does_not_hold_on_to_the_moment_it_began),
        CASE(a_subscription__sees_what_another_connection_appends),
        CASE(a_lock_that_stays__is_busy_and_trying_again_helps),
        CASE(store_and_cache__in_one_file__do_not_disturb_each_other),
        CASE(processes__that_make_and_fill_one_store__lose_and_repeat_nothing),
        CASE(processes__that_put_one_election__never_see_half_of_it),
    };
    _Static_assert(sizeof tests / sizeof tests[0] >= 11, "tests are missing from the group");
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
