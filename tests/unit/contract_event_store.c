#include "contract_event_store.h"

#include "check.h"
#include "contract_run.h"
#include "datetime.h"
#include "store_kit.h"

#include <stdlib.h>

/* --- what the tests share --- */

struct fixture {
    const struct contract_store *adapter;
    struct pv_event_store store;
    struct pv_fault fault;
    struct pv_appended appended;
};

static const char A[] = "Election-01HQ0000000000000000000001";
static const char B[] = "Election-01HQ0000000000000000000002";

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->adapter = *state;
    if (!f->adapter->open(&f->store, &f->fault))
        fail_msg("%s", f->fault.text);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    f->adapter->close(&f->store);
    free(f);
    return 0;
}

static void reopen(struct fixture *f)
{
    if (!f->adapter->reopen(&f->store, &f->fault))
        fail_msg("%s", f->fault.text);
}

static void check_appended(const struct fixture *f, int64_t first, int64_t last)
{
    check_int(f->appended.first_number, first);
    check_int(f->appended.last_number, last);
}

static enum pv_store_result try_append(struct fixture *f, const char *stream, int64_t expected,
                                       unsigned first, unsigned count)
{
    enum pv_store_result result =
        kit_append(&f->store, stream, expected, first, count, &f->appended, &f->fault);
    if (result == PV_STORE_FAULT)
        fail_msg("append: %s", f->fault.text);
    return result;
}

static void append(struct fixture *f, const char *stream, int64_t expected, unsigned first, unsigned count)
{
    check_int(try_append(f, stream, expected, first, count), PV_STORE_OK);
    check_appended(f, f->appended.last_number - (int64_t)count + 1, f->appended.last_number);
}

static void check_conflict(struct fixture *f, const char *stream, int64_t expected, unsigned first,
                           unsigned count, int64_t current)
{
    check_int(try_append(f, stream, expected, first, count), PV_STORE_CONFLICT);
    check_appended(f, -1, current);
    check_int(f->appended.position, -1);
}

static enum pv_store_result try_copy(struct fixture *f, const struct pv_recorded *records, size_t count)
{
    enum pv_store_result result = f->store.ops->copy(f->store.self, records, count, &f->fault);
    if (result == PV_STORE_FAULT)
        fail_msg("copy: %s", f->fault.text);
    return result;
}

static void copy(struct fixture *f, const struct pv_recorded *records, size_t count)
{
    check_int(try_copy(f, records, count), PV_STORE_OK);
}

static struct kit_log read_log(struct fixture *f, const char *stream, int64_t from, size_t batch)
{
    struct kit_log log = {0};
    if (!kit_log_read(&log, &f->store, stream, from, batch, &f->fault))
        fail_msg("read: %s", f->fault.text);
    return log;
}

static int64_t last_number(struct fixture *f, const char *stream)
{
    int64_t number = -7;
    check_int(f->store.ops->last_number(f->store.self, kit_str(stream), &number, &f->fault), PV_STORE_OK);
    return number;
}

static int64_t last_position(struct fixture *f)
{
    int64_t position = -7;
    check_int(f->store.ops->last_position(f->store.self, &position, &f->fault), PV_STORE_OK);
    return position;
}

static void check_same_logs(const struct kit_log *a, const struct kit_log *b)
{
    check_int(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        const char *difference = kit_difference(&a->records[i], &b->records[i]);
        if (difference != NULL)
            fail_msg("record %zu differs in its %s", i, difference);
    }
}

/* Nothing has changed since `before` was read. Frees it. */
static void check_unchanged(struct fixture *f, struct kit_log *before)
{
    struct kit_log after = read_log(f, NULL, 0, 64);
    check_same_logs(&after, before);
    kit_log_deinit(&after);
    kit_log_deinit(before);
}

/* The stream holds just these events, numbered from 0. */
static void check_stream(struct fixture *f, const char *stream, const unsigned *events, size_t count)
{
    struct kit_log log = read_log(f, stream, 0, 3);
    check_int(log.count, count);
    for (size_t i = 0; i < count; i++) {
        check_str(log.records[i].stream, stream);
        check_int(log.records[i].number, i);
        if (!kit_is_event(&log.records[i], events[i]))
            fail_msg("record %zu of %s is not event %u", i, stream, events[i]);
    }
    check_int(last_number(f, stream), (int64_t)count - 1);
    kit_log_deinit(&log);
}
#define CHECK_STREAM(f, stream, ...)                                                                         \
    do {                                                                                                     \
        const unsigned check_events[] = {__VA_ARGS__};                                                       \
        check_stream(f, stream, check_events, sizeof check_events / sizeof check_events[0]);                 \
    } while (0)

/* --- append: numbers and versions --- */

static void append__to_a_new_stream__numbers_from_0(void **state)
{
    struct fixture *f = *state;
    check_int(try_append(f, A, PV_EXPECT_NO_STREAM, 1, 3), PV_STORE_OK);
    check_appended(f, 0, 2);
    check_int(f->appended.position, last_position(f));
    CHECK_STREAM(f, A, 1, 2, 3);
}

/* What says that positions follow each other must be right. */
static void append__that_tells_of_positions__tells_those_of_the_records(void **state)
{
    struct fixture *f = *state;
    append(f, A, PV_EXPECT_NO_STREAM, 1, 1);
    append(f, B, PV_EXPECT_NO_STREAM, 20, 1);
    append(f, A, 0, 2, 1); /* 1 and 2 do not stand side by side */
    for (int repeat = 0; repeat < 2; repeat++) {
        check_int(try_append(f, A, repeat == 0 ? 1 : PV_EXPECT_NO_STREAM, repeat == 0 ? 3 : 1, 3),
                  PV_STORE_OK);
        struct kit_log log = read_log(f, A, f->appended.first_number, 64);
        for (size_t i = 0; f->appended.follow && i < 3; i++)
            check_int(log.records[i].position, f->appended.position - 2 + (int64_t)i);
        check_int(log.records[2].position, f->appended.position);
        kit_log_deinit(&log);
    }
}

static void append__at_the_version_there__goes_on(void **state)
{
    struct fixture *f = *state;
    append(f, A, PV_EXPECT_NO_STREAM, 1, 2);
    check_int(try_append(f, A, 1, 3, 2), PV_STORE_OK);
    check_appended(f, 2, 3);
    CHECK_STREAM(f, A, 1, 2, 3, 4);
}

static void append__at_any_version__goes_on(void **state)
{
    struct fixture *f = *state;
    check_int(try_append(f, A, PV_EXPECT_ANY, 1, 1), PV_STORE_OK);
    check_appended(f, 0, 0);
    check_int(try_append(f, A, PV_EXPECT_ANY, 2, 2), PV_STORE_OK);
    check_appended(f, 1, 2);
    CHECK_STREAM(f, A, 1, 2, 3);
}

static void append__behind_the_version__is_a_conflict(void **state)
{
    struct fixture *f = *state;
    append(f, A, PV_EXPECT_NO_STREAM, 1, 3);
    check_conflict(f, A, 1, 10, 1, 2);
    check_conflict(f, A, 0, 10, 2, 2);
    check_conflict(f, A, PV_EXPECT_NO_STREAM, 10, 1, 2);
    CHECK_STREAM(f, A, 1, 2, 3);
}

static void append__ahead_of_the_version__is_a_conflict(void **state)
{
    struct fixture *f = *state;
    check_conflict(f, A, 0, 10, 1, -1);
    append(f, A, PV_EXPECT_NO_STREAM, 1, 3);
    check_conflict(f, A, 3, 10, 1, 2);
    check_conflict(f, A, INT64_MAX, 10, 1, 2);
    CHECK_STREAM(f, A, 1, 2, 3);
}

static void append__at_what_is_no_version__is_a_conflict(void **state)
{
    struct fixture *f = *state;
    append(f, A, PV_EXPECT_NO_STREAM, 1, 1);
    check_conflict(f, A, -3, 10, 1, 0);
    check_conflict(f, A, INT64_MIN, 10, 1, 0);
    check_conflict(f, B, -3, 10, 1, -1);
}

static void append__conflict__writes_nothing_at_all(void **state)
{
    struct fixture *f = *state;
    append(f, A, PV_EXPECT_NO_STREAM, 1, 3);
    struct kit_log before = read_log(f, NULL, 0, 64);
    check_conflict(f, A, 0, 10, 60, 2);
    check_conflict(f, B, 0, 10, 60, -1);
    check_unchanged(f, &before);
    check_int(last_number(f, B), -1);
}

static void append__streams__do_not_mix(void **state)
{
    static const char *const names[] = {"a", "ab", "A", "a ", "\xc3\xa4", "Election-a"};
    struct fixture *f = *state;
    for (unsigned i = 0; i < 6; i++)
        append(f, names[i], PV_EXPECT_NO_STREAM, 10 * i, 2);
    for (unsigned i = 0; i < 6; i++)
        CHECK_STREAM(f, names[i], 10 * i, 10 * i + 1);
}

static void append__many_events__are_recorded_in_order(void **state)
{
    struct fixture *f = *state;
    for (unsigned i = 0; i < 32; i++)
        append(f, A, (int64_t)i * 64 - 1, i * 64, 64);
    struct kit_log log = read_log(f, A, 0, 256);
    check_int(log.count, 2048);
    for (unsigned i = 0; i < log.count; i++) {
        check_int(log.records[i].number, i);
        check_true(kit_is_event(&log.records[i], i));
    }
    kit_log_deinit(&log);
}

/* --- append: ids --- */

static void append__same_again_at_its_version__answers_as_the_first_time(void **state)
{
    struct fixture *f = *state;
    append(f, A, PV_EXPECT_NO_STREAM, 1, 2);
    struct pv_appended first = f->appended;
    append(f, A, 1, 3, 3);
    struct pv_appended second = f->appended;
    append(f, B, PV_EXPECT_NO_STREAM, 20, 1);
    struct kit_log before = read_log(f, NULL, 0, 64);
    check_int(try_append(f, A, PV_EXPECT_NO_STREAM, 1, 2), PV_STORE_OK);
    check_appended(f, 0, 1);
    check_int(f->appended.position, first.position);
    check_int(try_append(f, A, 1, 3, 3), PV_STORE_OK);
    check_appended(f, 2, 4);
    check_int(f->appended.position, second.position);
    check_unchanged(f, &before);
}

static void append__the_first_of_them_again__is_recognised(void **state)
{
    struct fixture *f = *state;
    append(f, A, PV_EXPECT_NO_STREAM, 1, 3);
    check_int(try_append(f, A, PV_EXPECT_NO_STREAM, 1, 2), PV_STORE_OK);
    check_appended(f, 0, 1);
    CHECK_STREAM(f, A, 1, 2, 3);
}

static void append__some_again_and_a_new_one__is_a_conflict(void **state)
{
    struct fixture *f = *state;
    append(f, A, PV_EXPECT_NO_STREAM, 1, 3);
    check_conflict(f, A, PV_EXPECT_NO_STREAM, 1, 4, 2); /* 1 2 3 4 */
    check_conflict(f, A, 1, 3, 2, 2);                   /* 3 4 */
    check_conflict(f, A, PV_EXPECT_NO_STREAM, 0, 2, 2); /* 0 1 */
    CHECK_STREAM(f, A, 1, 2, 3);
}

static void append__again_in_another_order__is_a_conflict(void **state)
{
    struct fixture *f = *state;
    struct kit_events events;
    append(f, A, PV_EXPECT_NO_STREAM, 1, 2);
    kit_events_make(&events, 1, 2);
    struct pv_new_event turned[] = {events.events[1], events.events[0]};
    check_int(f->store.ops->append(f->store.self, kit_str(A), PV_EXPECT_NO_STREAM, turned, 2, &f->appended,
                                   &f->fault),
              PV_STORE_CONFLICT);
    CHECK_STREAM(f, A, 1, 2);
}

static void append__again_at_an_earlier_version__is_a_conflict(void **state)
{
    struct fixture *f = *state;
    append(f, A, PV_EXPECT_NO_STREAM, 1, 3);
    check_conflict(f, A, PV_EXPECT_NO_STREAM, 2, 1, 2);
    check_conflict(f, A, 0, 3, 1, 2);
    CHECK_STREAM(f, A, 1, 2, 3);
}

static void append__again_with_other_data__is_recognised_by_id(void **state)
{
    struct fixture *f = *state;
    append(f, A, PV_EXPECT_NO_STREAM, 1, 1);
    struct pv_new_event other = {kit_id(1), kit_str("Other"), kit_str("{}"), {NULL, 0}};
    check_int(f->store.ops->append(f->store.self, kit_str(A), PV_EXPECT_NO_STREAM, &other, 1, &f->appended,
                                   &f->fault),
              PV_STORE_OK);
    CHECK_STREAM(f, A, 1);
}

static void append__an_id_of_another_stream__is_new(void **state)
{
    struct fixture *f = *state;
    append(f, A, PV_EXPECT_NO_STREAM, 1, 2);
    append(f, B, PV_EXPECT_NO_STREAM, 1, 2);
    check_int(try_append(f, B, PV_EXPECT_ANY, 3, 1), PV_STORE_OK);
    check_int(try_append(f, A, PV_EXPECT_ANY, 3, 1), PV_STORE_OK);
    CHECK_STREAM(f, A, 1, 2, 3);
    CHECK_STREAM(f, B, 1, 2, 3);
}

static void append__same_again_at_any_version__answers_as_the_first_time(void **state)
{
    struct fixture *f = *state;
    if (f->adapter->ids_by_version_only)
        return;
    append(f, A, PV_EXPECT_ANY, 1, 2);
    append(f, A, PV_EXPECT_ANY, 3, 2);
    check_int(try_append(f, A, PV_EXPECT_ANY, 1, 2), PV_STORE_OK);
    check_appended(f, 0, 1);
    check_int(try_append(f, A, PV_EXPECT_ANY, 2, 2), PV_STORE_OK); /* in one row, if not of one call */
    check_appended(f, 1, 2);
    CHECK_STREAM(f, A, 1, 2, 3, 4);
}

static void append__some_again_at_any_version__is_a_conflict(void **state)
{
    struct fixture *f = *state;
    if (f->adapter->ids_by_version_only)
        return;
    append(f, A, PV_EXPECT_ANY, 2, 2);
    check_conflict(f, A, PV_EXPECT_ANY, 3, 2, 1);  /* 3 4 */
    check_conflict(f, A, PV_EXPECT_ANY, 1, 2, 1);  /* 1 2 */
    check_conflict(f, A, PV_EXPECT_ANY, 1, 10, 1); /* 1 2 3 4 ... */
    CHECK_STREAM(f, A, 2, 3);
}

static void append__a_known_id_at_the_version_there__is_a_conflict(void **state)
{
    struct fixture *f = *state;
    if (f->adapter->ids_by_version_only)
        return;
    append(f, A, PV_EXPECT_NO_STREAM, 1, 3);
    check_conflict(f, A, 2, 1, 1, 2);
    check_conflict(f, A, 2, 3, 2, 2);
    CHECK_STREAM(f, A, 1, 2, 3);
}

static void append__an_id_twice_in_one_call__is_a_conflict(void **state)
{
    struct fixture *f = *state;
    struct kit_events events;
    if (f->adapter->ids_by_version_only)
        return;
    kit_events_make(&events, 1, 3);
    events.events[2].id = events.events[0].id;
    check_int(f->store.ops->append(f->store.self, kit_str(A), PV_EXPECT_NO_STREAM, events.events, 3,
                                   &f->appended, &f->fault),
              PV_STORE_CONFLICT);
    check_appended(f, -1, -1);
    check_int(last_number(f, A), -1);
    check_int(last_position(f), -1);
}

/* --- append_group --- */

enum { GROUP_MAX = 8 };
struct group {
    struct pv_append appends[GROUP_MAX];
    struct kit_events events[GROUP_MAX];
    size_t count;
};

static struct pv_append *add_append(struct group *group, const char *stream, int64_t expected, unsigned first,
                                    unsigned count)
{
    struct pv_append *append = &group->appends[group->count];
    struct kit_events *events = &group->events[group->count++];
    kit_events_make(events, first, count);
    *append = (struct pv_append){.stream = kit_str(stream),
                                 .expected = expected,
                                 .events = events->events,
                                 .count = count,
                                 .result = PV_STORE_FAULT,
                                 .appended = {-7, -7, -7, false}};
    return append;
}

static void append_group(struct fixture *f, struct group *group)
{
    if (f->store.ops->append_group(f->store.self, group->appends, group->count, &f->fault) != PV_STORE_OK)
        fail_msg("append_group: %s", f->fault.text);
}

static void check_one(const struct pv_append *append, enum pv_store_result result, int64_t first,
                      int64_t last, int64_t position)
{
    check_int(append->result, result);
    check_int(append->appended.first_number, first);
    check_int(append->appended.last_number, last);
    check_int(append->appended.position, position);
}

static void append_group__to_several_streams__is_as_one_append_each(void **state)
{
    struct fixture *f = *state;
    struct group group = {.count = 0};
    append(f, B, PV_EXPECT_NO_STREAM, 20, 1);
    const struct pv_append *a = add_append(&group, A, PV_EXPECT_NO_STREAM, 1, 3);
    const struct pv_append *b = add_append(&group, B, 0, 21, 2);
    const struct pv_append *any = add_append(&group, "any", PV_EXPECT_ANY, 40, 1);
    append_group(f, &group);
    int64_t last = last_position(f);
    check_one(a, PV_STORE_OK, 0, 2, last - 3);
    check_one(b, PV_STORE_OK, 1, 2, last - 1);
    check_one(any, PV_STORE_OK, 0, 0, last);
    reopen(f);
    CHECK_STREAM(f, A, 1, 2, 3);
    CHECK_STREAM(f, B, 20, 21, 22);
    CHECK_STREAM(f, "any", 40);
    append(f, A, 2, 4, 1);
    check_true(f->appended.position > last);
}

static void append_group__conflicts_among_them__undo_no_other(void **state)
{
    struct fixture *f = *state;
    struct group group = {.count = 0};
    append(f, A, PV_EXPECT_NO_STREAM, 1, 3);
    const struct pv_append *first = add_append(&group, "first", PV_EXPECT_NO_STREAM, 40, 1);
    const struct pv_append *behind = add_append(&group, A, 1, 10, 2);
    const struct pv_append *between = add_append(&group, "between", PV_EXPECT_NO_STREAM, 50, 2);
    const struct pv_append *ahead = add_append(&group, "new", 0, 10, 2);
    append_group(f, &group);
    int64_t last = last_position(f);
    check_one(first, PV_STORE_OK, 0, 0, last - 2);
    check_one(behind, PV_STORE_CONFLICT, -1, 2, -1);
    check_one(between, PV_STORE_OK, 0, 1, last);
    check_one(ahead, PV_STORE_CONFLICT, -1, -1, -1);
    CHECK_STREAM(f, A, 1, 2, 3);
    CHECK_STREAM(f, "first", 40);
    CHECK_STREAM(f, "between", 50, 51);
    check_int(last_number(f, "new"), -1);
}

static void append_group__known_ids_among_them__undo_no_other(void **state)
{
    struct fixture *f = *state;
    struct group group = {.count = 0};
    if (f->adapter->ids_by_version_only)
        return;
    append(f, A, PV_EXPECT_NO_STREAM, 1, 3);
    const struct pv_append *first = add_append(&group, "first", PV_EXPECT_NO_STREAM, 40, 1);
    const struct pv_append *known = add_append(&group, A, 2, 0, 2); /* 0 1 */
    const struct pv_append *twice = add_append(&group, B, PV_EXPECT_NO_STREAM, 10, 3);
    group.events[2].events[2].id = group.events[2].events[0].id;
    const struct pv_append *last = add_append(&group, "last", PV_EXPECT_NO_STREAM, 41, 1);
    append_group(f, &group);
    check_one(first, PV_STORE_OK, 0, 0, last_position(f) - 1);
    check_one(known, PV_STORE_CONFLICT, -1, 2, -1);
    check_one(twice, PV_STORE_CONFLICT, -1, -1, -1);
    check_one(last, PV_STORE_OK, 0, 0, last_position(f));
    struct kit_log log = read_log(f, NULL, 0, 64);
    check_int(log.count, 5);
    kit_log_deinit(&log);
    check_int(last_number(f, B), -1);
}

/* Whoever says that the ids are new has read the stream: at its version that is believed, and at an earlier
   one nobody takes another's events for the caller's. */
static void append_group__with_ids_said_to_be_new__is_no_repetition(void **state)
{
    struct fixture *f = *state;
    struct group group = {.count = 0};
    append(f, A, PV_EXPECT_NO_STREAM, 1, 3);
    struct pv_append *earlier = add_append(&group, A, 0, 2, 2); /* just what is there */
    struct pv_append *new = add_append(&group, B, PV_EXPECT_NO_STREAM, 20, 1);
    earlier->ids_are_new = new->ids_are_new = true;
    append_group(f, &group);
    if (!f->adapter->ids_by_version_only)
        check_one(earlier, PV_STORE_CONFLICT, -1, 2, -1);
    check_one(new, PV_STORE_OK, 0, 0, last_position(f));
    group.count = 0;
    struct pv_append *now = add_append(&group, A, 2, 4, 2), *next = add_append(&group, B, 0, 21, 1);
    now->ids_are_new = next->ids_are_new = true;
    append_group(f, &group);
    check_one(now, PV_STORE_OK, 3, 4, last_position(f) - 1);
    check_one(next, PV_STORE_OK, 1, 1, last_position(f));
    CHECK_STREAM(f, A, 1, 2, 3, 4, 5);
    CHECK_STREAM(f, B, 20, 21);
}

static void append_group__repeated_with_new_ones__answers_as_the_first_time(void **state)
{
    struct fixture *f = *state;
    struct group group = {.count = 0};
    append(f, A, PV_EXPECT_NO_STREAM, 1, 2);
    struct pv_appended first = f->appended;
    append(f, B, PV_EXPECT_NO_STREAM, 20, 1);
    const struct pv_append *before = add_append(&group, "new", PV_EXPECT_NO_STREAM, 40, 1);
    const struct pv_append *again = add_append(&group, A, PV_EXPECT_NO_STREAM, 1, 2);
    const struct pv_append *after = add_append(&group, B, 0, 21, 1);
    append_group(f, &group);
    check_one(before, PV_STORE_OK, 0, 0, last_position(f) - 1);
    check_one(again, PV_STORE_OK, 0, 1, first.position);
    check_one(after, PV_STORE_OK, 1, 1, last_position(f));
    struct kit_log log = read_log(f, NULL, 0, 64);
    check_int(log.count, 5);
    append_group(f, &group);
    check_one(before, PV_STORE_OK, 0, 0, last_position(f) - 1);
    check_one(again, PV_STORE_OK, 0, 1, first.position);
    check_one(after, PV_STORE_OK, 1, 1, last_position(f));
    check_unchanged(f, &log);
}

static void append_group__of_conflicts_or_of_none__writes_nothing(void **state)
{
    struct fixture *f = *state;
    struct group group = {.count = 0};
    append(f, A, PV_EXPECT_NO_STREAM, 1, 3);
    struct kit_log before = read_log(f, NULL, 0, 64);
    append_group(f, &group);
    const struct pv_append *a = add_append(&group, A, 1, 10, 2);
    const struct pv_append *b = add_append(&group, B, 4, 10, 2);
    append_group(f, &group);
    check_one(a, PV_STORE_CONFLICT, -1, 2, -1);
    check_one(b, PV_STORE_CONFLICT, -1, -1, -1);
    check_unchanged(f, &before);
}

static void append_group__to_many_streams__goes_on_in_each(void **state)
{
    enum { STREAMS = 64, ROUNDS = 3 };
    struct fixture *f = *state;
    struct pv_append appends[STREAMS];
    char names[STREAMS][24];
    struct kit_events events;
    for (unsigned round = 0; round < ROUNDS; round++) {
        kit_events_make(&events, round * STREAMS, STREAMS);
        for (unsigned i = 0; i < STREAMS; i++) {
            (void)snprintf(names[i], sizeof names[i], "Election-%u", i);
            appends[i] = (struct pv_append){.stream = kit_str(names[i]),
                                            .expected = (int64_t)round - 1,
                                            .events = &events.events[i],
                                            .count = 1};
        }
        check_int(f->store.ops->append_group(f->store.self, appends, STREAMS, &f->fault), PV_STORE_OK);
        for (unsigned i = 0; i < STREAMS; i++)
            check_one(&appends[i], PV_STORE_OK, round, round, last_position(f) - (int64_t)(STREAMS - 1 - i));
    }
    for (unsigned i = 0; i < STREAMS; i++)
        CHECK_STREAM(f, names[i], i, STREAMS + i, 2 * STREAMS + i);
}

/* --- find --- */

static struct pv_recorded find(struct fixture *f, const char *stream, unsigned event)
{
    struct pv_recorded found = {.number = -7};
    if (f->store.ops->find(f->store.self, kit_str(stream), kit_id(event), &found, &f->fault) != PV_STORE_OK)
        fail_msg("find: %s", f->fault.text);
    return found;
}

/* The event is in the stream at its number: found there, and found without being told where. */
static void check_found(struct fixture *f, const char *stream, int64_t number, unsigned event)
{
    struct kit_log log = read_log(f, stream, number, 1);
    check_true(log.count > 0);
    for (int i = 0; i < 2; i++) {
        struct pv_recorded found = find(f, i == 0 ? stream : NULL, event);
        const char *difference = kit_difference(&found, &log.records[0]);
        if (difference != NULL)
            fail_msg("event %u is found with another %s", event, difference);
    }
    check_true(kit_is_event(&log.records[0], event));
    kit_log_deinit(&log);
}

static void find__what_was_appended__is_the_whole_record(void **state)
{
    struct fixture *f = *state;
    append(f, A, PV_EXPECT_NO_STREAM, 1, 4);
    append(f, B, PV_EXPECT_NO_STREAM, 20, 2);
    for (int i = 0; i < 2; i++) {
        check_found(f, A, 0, 1);
        check_found(f, A, 3, 4);
        check_found(f, B, 1, 21);
        check_int(find(f, B, 1).number, -1);
        check_int(find(f, "none", 1).number, -1);
        check_int(find(f, A, 5).number, -1);
        check_int(find(f, NULL, 5).number, -1);
        reopen(f);
    }
}

static void find__in_an_empty_store__is_nothing(void **state)
{
    struct fixture *f = *state;
    check_int(find(f, NULL, 1).number, -1);
    check_int(find(f, A, 1).number, -1);
    check_conflict(f, A, 0, 1, 1, -1);
    check_int(find(f, NULL, 1).number, -1);
    append(f, A, PV_EXPECT_NO_STREAM, 1, 1);
    check_found(f, A, 0, 1);
}

static void find__an_id_in_several_streams__is_the_last_unless_told_where(void **state)
{
    struct fixture *f = *state;
    append(f, A, PV_EXPECT_NO_STREAM, 1, 2);
    append(f, B, PV_EXPECT_NO_STREAM, 1, 1);
    check_str(find(f, NULL, 1).stream, B);
    check_str(find(f, A, 1).stream, A);
    check_str(find(f, B, 1).stream, B);
    check_str(find(f, NULL, 2).stream, A);
}

static void find__while_a_reader_is_open__disturbs_neither(void **state)
{
    struct fixture *f = *state;
    struct pv_store_reader *reader;
    struct pv_recorded first;
    struct kit_log log = {0};
    size_t count;
    append(f, A, PV_EXPECT_NO_STREAM, 1, 5);
    check_int(f->store.ops->read(f->store.self, kit_str(A), 0, &reader, &f->fault), PV_STORE_OK);
    check_int(f->store.ops->next(reader, &first, 1, &count, &f->fault), PV_STORE_OK);
    struct pv_recorded found = find(f, A, 5);
    bool sound = kit_is_event(&found, 5) && kit_is_event(&first, 1);
    check_true(kit_log_drain(&log, &f->store, reader, 2, &f->fault));
    f->store.ops->close_reader(reader);
    check_true(sound);
    check_int(log.count, 4);
    check_true(kit_is_event(&log.records[0], 2));
    kit_log_deinit(&log);
}

/* --- what is recorded --- */

static void recorded__id__is_the_ulid_of_the_events_id(void **state)
{
    struct fixture *f = *state;
    char expected[PV_ULID_LEN];
    append(f, A, PV_EXPECT_NO_STREAM, 5, 1);
    struct kit_log log = read_log(f, A, 0, 1);
    pv_ulid_format(kit_id(5).bits, expected);
    check_true(log.records[0].id.len == PV_ULID_LEN || log.records[0].id.len == PV_UUID_LEN);
    struct pv_event_id id;
    check_int(pv_event_id_parse(log.records[0].id, &id), PV_CODE_NONE);
    check_true(pv_bits128_equal(id.bits, kit_id(5).bits));
    kit_log_deinit(&log);
}

static void recorded__created__is_a_time_that_does_not_change(void **state)
{
    struct fixture *f = *state;
    struct pv_time time;
    append(f, A, PV_EXPECT_NO_STREAM, 1, 2);
    struct kit_log first = read_log(f, A, 0, 1);
    check_int(pv_time_parse(first.records[0].created, &time), PV_CODE_NONE);
    check_unchanged(f, &first);
}

static void recorded__metadata__is_absent_or_as_given(void **state)
{
    struct fixture *f = *state;
    struct pv_new_event events[] = {
        {kit_id(1), kit_str("T"), kit_str("{}"), {NULL, 0}},
        {kit_id(2), kit_str("T"), kit_str("{}"), kit_str("{}")},
        {kit_id(3), kit_str("T"), kit_str("{}"), kit_str("{\"why\":\"\\u0000\"}")}};
    check_int(f->store.ops->append(f->store.self, kit_str(A), PV_EXPECT_NO_STREAM, events, 3, &f->appended,
                                   &f->fault),
              PV_STORE_OK);
    struct kit_log log = read_log(f, A, 0, 8);
    check_true(log.records[0].metadata.ptr == NULL);
    check_str(log.records[1].metadata, "{}");
    check_str(log.records[2].metadata, "{\"why\":\"\\u0000\"}");
    kit_log_deinit(&log);
}

static void recorded__large_data__comes_back_between_small(void **state)
{
    enum { LARGE = 5 << 20 };
    struct fixture *f = *state;
    char *large = malloc(LARGE);
    for (size_t i = 0; i < LARGE; i++)
        large[i] = (char)('a' + i % 23);
    append(f, A, PV_EXPECT_NO_STREAM, 1, 2);
    struct pv_new_event event = {kit_id(3), kit_str("T"), {large, LARGE}, {NULL, 0}};
    check_int(f->store.ops->append(f->store.self, kit_str(A), 1, &event, 1, &f->appended, &f->fault),
              PV_STORE_OK);
    append(f, A, 2, 4, 2);
    struct kit_log log = read_log(f, NULL, 0, 64);
    check_int(log.count, 5);
    check_int(log.records[2].data.len, LARGE);
    check_int(memcmp(log.records[2].data.ptr, large, LARGE), 0);
    check_true(kit_is_event(&log.records[1], 2) && kit_is_event(&log.records[3], 4));
    kit_log_deinit(&log);
    free(large);
}

/* --- positions --- */

static void positions__grow_over_all_streams(void **state)
{
    struct fixture *f = *state;
    check_int(last_position(f), -1);
    for (unsigned i = 0; i < 20; i++)
        append(f, i % 3 ? A : B, PV_EXPECT_ANY, 3 * i, 1 + i % 3);
    struct kit_log log = read_log(f, NULL, 0, 7);
    for (size_t i = 1; i < log.count; i++)
        check_true(log.records[i].position > log.records[i - 1].position);
    check_int(log.records[log.count - 1].position, last_position(f));
    check_int(f->appended.position, last_position(f));
    kit_log_deinit(&log);
}

static void positions__are_not_reused_after_a_conflict_or_a_new_start(void **state)
{
    struct fixture *f = *state;
    append(f, A, PV_EXPECT_NO_STREAM, 1, 2);
    int64_t before = last_position(f);
    check_conflict(f, A, 0, 20, 3, 1);
    reopen(f);
    check_int(last_position(f), before);
    append(f, A, 1, 3, 1);
    check_true(last_position(f) > before);
}

/* --- reading --- */

static void fill_two_streams(struct fixture *f)
{
    for (unsigned i = 0; i < 30; i++)
        append(f, i % 3 ? A : B, PV_EXPECT_ANY, 4 * i, 1 + i % 4);
}

static void read__any_batch_size__gives_the_same(void **state)
{
    static const size_t batches[] = {1, 2, 7, 63, 256};
    struct fixture *f = *state;
    fill_two_streams(f);
    struct kit_log one = read_log(f, NULL, 0, 64);
    struct kit_log stream = read_log(f, A, 0, 64);
    check_int(one.count, 73);
    for (size_t i = 0; i < 5; i++) {
        struct kit_log other = read_log(f, NULL, 0, batches[i]);
        check_same_logs(&other, &one);
        kit_log_deinit(&other);
        other = read_log(f, A, 0, batches[i]);
        check_same_logs(&other, &stream);
        kit_log_deinit(&other);
    }
    kit_log_deinit(&one);
    kit_log_deinit(&stream);
}

static void read__all__is_every_stream_in_order(void **state)
{
    struct fixture *f = *state;
    fill_two_streams(f);
    struct kit_log all = read_log(f, NULL, 0, 64), a = read_log(f, A, 0, 64), b = read_log(f, B, 0, 64);
    check_int(all.count, a.count + b.count);
    size_t in_a = 0, in_b = 0;
    for (size_t i = 0; i < all.count; i++) {
        bool is_a = pv_str_equal(all.records[i].stream, kit_str(A));
        const struct pv_recorded *own = is_a ? &a.records[in_a++] : &b.records[in_b++];
        check_true(kit_difference(&all.records[i], own) == NULL);
    }
    kit_log_deinit(&all);
    kit_log_deinit(&a);
    kit_log_deinit(&b);
}

/* Reading from each record's own place gives the rest, that record first. */
static void check_inclusive(struct fixture *f, const char *stream)
{
    struct kit_log whole = read_log(f, stream, 0, 64);
    for (size_t i = 0; i < whole.count; i++) {
        const struct pv_recorded *record = &whole.records[i];
        struct kit_log rest = read_log(f, stream, stream != NULL ? record->number : record->position, 16);
        struct kit_log expected = {.records = whole.records + i, .count = whole.count - i};
        check_same_logs(&rest, &expected);
        kit_log_deinit(&rest);
    }
    kit_log_deinit(&whole);
}

static void read__stream_from_a_number__is_inclusive(void **state)
{
    struct fixture *f = *state;
    fill_two_streams(f);
    check_inclusive(f, A);
    check_inclusive(f, B);
}

static void read__all_from_a_position__is_inclusive(void **state)
{
    struct fixture *f = *state;
    fill_two_streams(f);
    check_inclusive(f, NULL);
}

static void read__beyond_the_end__gives_nothing(void **state)
{
    struct fixture *f = *state;
    append(f, A, PV_EXPECT_NO_STREAM, 1, 3);
    struct kit_log log = read_log(f, A, 3, 4);
    check_int(log.count, 0);
    log = read_log(f, A, INT64_MAX, 4);
    check_int(log.count, 0);
    kit_log_deinit(&log);
}

static void read__an_empty_store__gives_nothing(void **state)
{
    struct fixture *f = *state;
    struct kit_log log = read_log(f, NULL, 0, 4);
    check_int(log.count, 0);
    check_int(last_number(f, A), -1);
    kit_log_deinit(&log);
}

static void read__a_stream_that_is_not_there__sees_it_when_it_is(void **state)
{
    struct fixture *f = *state;
    struct pv_store_reader *reader;
    struct kit_log log = {0};
    append(f, A, PV_EXPECT_NO_STREAM, 1, 1);
    check_int(f->store.ops->read(f->store.self, kit_str(B), 0, &reader, &f->fault), PV_STORE_OK);
    check_true(kit_log_drain(&log, &f->store, reader, 4, &f->fault));
    check_int(log.count, 0);
    append(f, B, PV_EXPECT_NO_STREAM, 2, 2);
    check_true(kit_log_drain(&log, &f->store, reader, 4, &f->fault));
    check_int(log.count, 2);
    check_true(kit_is_event(&log.records[1], 3));
    f->store.ops->close_reader(reader);
    kit_log_deinit(&log);
}

/* A subscription: asked again and again, it gives each record once. */
static void check_subscription(struct fixture *f, const char *stream, size_t expected)
{
    struct pv_store_reader *reader;
    struct kit_log log = {0};
    check_int(f->store.ops->read(f->store.self, kit_str(stream), 0, &reader, &f->fault), PV_STORE_OK);
    for (unsigned i = 0; i < 10; i++) {
        append(f, i % 2 ? A : B, PV_EXPECT_ANY, 100 + 4 * i, 3);
        check_true(kit_log_drain(&log, &f->store, reader, 2, &f->fault));
        check_true(kit_log_drain(&log, &f->store, reader, 2, &f->fault));
    }
    f->store.ops->close_reader(reader);
    check_int(log.count, expected);
    struct kit_log whole = read_log(f, stream, 0, 64);
    check_same_logs(&log, &whole);
    kit_log_deinit(&whole);
    kit_log_deinit(&log);
}

static void read__asked_again_at_the_end__gives_what_came_since(void **state)
{
    check_subscription(*state, NULL, 30);
}

static void read__stream_asked_again_at_the_end__gives_what_came_since(void **state)
{
    check_subscription(*state, A, 15);
}

static void read__while_others_append__gives_each_record_once(void **state)
{
    struct fixture *f = *state;
    struct pv_store_reader *reader;
    struct pv_recorded records[3];
    struct kit_log log = {0};
    size_t count = 1;
    append(f, A, PV_EXPECT_NO_STREAM, 0, 20);
    check_int(f->store.ops->read(f->store.self, kit_str(NULL), 0, &reader, &f->fault), PV_STORE_OK);
    for (unsigned i = 0; count != 0; i++) {
        check_int(f->store.ops->next(reader, records, 3, &count, &f->fault), PV_STORE_OK);
        for (size_t k = 0; k < count; k++)
            kit_log_add(&log, &records[k]);
        if (i < 4)
            append(f, A, PV_EXPECT_ANY, 20 + 2 * i, 2);
    }
    f->store.ops->close_reader(reader);
    check_int(log.count, 28);
    struct kit_log whole = read_log(f, A, 0, 64);
    check_same_logs(&log, &whole);
    kit_log_deinit(&whole);
    kit_log_deinit(&log);
}

static void read__two_readers__do_not_disturb_each_other(void **state)
{
    struct fixture *f = *state;
    struct pv_store_reader *one, *two;
    struct pv_recorded a[2], b[5];
    size_t got_a, got_b;
    append(f, A, PV_EXPECT_NO_STREAM, 0, 10);
    check_int(f->store.ops->read(f->store.self, kit_str(A), 0, &one, &f->fault), PV_STORE_OK);
    check_int(f->store.ops->read(f->store.self, kit_str(A), 3, &two, &f->fault), PV_STORE_OK);
    check_int(f->store.ops->next(one, a, 2, &got_a, &f->fault), PV_STORE_OK);
    check_int(f->store.ops->next(two, b, 5, &got_b, &f->fault), PV_STORE_OK);
    check_true(got_a >= 1 && got_b >= 1);
    check_true(kit_is_event(&a[0], 0) && kit_is_event(&b[0], 3));
    f->store.ops->close_reader(one);
    check_true(kit_is_event(&b[got_b - 1], 2 + (unsigned)got_b));
    check_int(f->store.ops->next(two, b, 1, &got_a, &f->fault), PV_STORE_OK);
    check_true(kit_is_event(&b[0], 3 + (unsigned)got_b));
    f->store.ops->close_reader(two);
}

/* --- a new start --- */

static void reopen__everything_is_there_and_goes_on(void **state)
{
    struct fixture *f = *state;
    fill_two_streams(f);
    struct kit_log before = read_log(f, NULL, 0, 64);
    int64_t number = last_number(f, A);
    reopen(f);
    check_int(last_number(f, A), number);
    check_unchanged(f, &before);
    append(f, A, number, 900, 1);
    check_int(f->appended.last_number, number + 1);
}

static void reopen__what_was_appended_is_still_recognised(void **state)
{
    struct fixture *f = *state;
    append(f, A, PV_EXPECT_NO_STREAM, 1, 3);
    struct pv_appended first = f->appended;
    append(f, A, 2, 4, 1);
    reopen(f);
    check_int(try_append(f, A, PV_EXPECT_NO_STREAM, 1, 3), PV_STORE_OK);
    check_appended(f, 0, 2);
    check_int(f->appended.position, first.position);
    CHECK_STREAM(f, A, 1, 2, 3, 4);
}

/* --- copy --- */

static struct pv_recorded record(const char *stream, int64_t number, const char *id)
{
    return (struct pv_recorded){.stream = kit_str(stream),
                                .number = number,
                                .type = kit_str("PhotoVote.Event.Election.ElectionOpened"),
                                .data = kit_str("{\"id\":1}"),
                                .id = kit_str(id),
                                .position = -1};
}

static void copy__texts__come_back_byte_for_byte(void **state)
{
    static const char *const ids[] = {"01HQ0000000000000000000001",
                                      "01hq0000000000000000000002",
                                      "01Hq0000000000000000000003",
                                      "018dd1f7-a000-7000-8000-00000000abcd",
                                      "018DD1F7-A000-7000-8000-00000000ABCE",
                                      "018dd1f7-A000-7000-8000-00000000abcf",
                                      "00000000-0000-0000-0000-000000000000",
                                      "00000000000000000000000000",
                                      "42",
                                      "",
                                      "not an id",
                                      "018dd1f7a000700080000000000000abd0",
                                      NULL};
    static const char *const times[] = {"2024-02-24T18:03:11.123456Z", "2024-02-24t18:03:11z", "yesterday",
                                        "", NULL};
    static const char *const metadata[] = {"{}", " { \"who\" : \"a\" } ", "{\"\\u0000\":1}", NULL};
    enum { COUNT = 13 };
    struct fixture *f = *state;
    struct pv_recorded records[COUNT];
    for (unsigned i = 0; i < COUNT; i++) {
        records[i] = record(A, i, ids[i]);
        records[i].created = kit_str(times[i % 5]);
        records[i].metadata = kit_str(metadata[i % 4]);
        records[i].position = i;
    }
    copy(f, records, COUNT);
    reopen(f);
    struct kit_log log = read_log(f, NULL, 0, 64), expected = {.records = records, .count = COUNT};
    check_same_logs(&log, &expected);
    kit_log_deinit(&log);
}

static void copy__data_of_any_bytes__comes_back(void **state)
{
    struct fixture *f = *state;
    char bytes[256];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)i;
    struct pv_recorded records[] = {record(A, 0, NULL), record(A, 1, NULL), record(A, 2, NULL)};
    records[0].data = (struct pv_str){bytes, sizeof bytes};
    records[1].data = (struct pv_str){bytes, 0};
    records[2].data = (struct pv_str){bytes, 1};
    for (int i = 0; i < 3; i++)
        records[i].position = i;
    copy(f, records, 3);
    struct kit_log log = read_log(f, A, 0, 64), expected = {.records = records, .count = 3};
    check_same_logs(&log, &expected);
    kit_log_deinit(&log);
}

static void copy__gaps__are_kept(void **state)
{
    struct fixture *f = *state;
    struct pv_recorded records[] = {record(A, 3, NULL), record(A, 4, NULL), record(A, 100, NULL)};
    copy(f, records, 3);
    struct kit_log log = read_log(f, A, 4, 64);
    check_int(log.count, 2);
    check_int(log.records[0].number, 4);
    check_int(log.records[1].number, 100);
    check_int(last_number(f, A), 100);
    kit_log_deinit(&log);
}

static void copy__positions__are_kept_where_they_grow(void **state)
{
    static const int64_t given[] = {0, 5, 5, 4, 7, -1, 1000, -1};
    static const int64_t kept[] = {0, 5, 6, 7, 8, 9, 1000, 1001};
    struct fixture *f = *state;
    struct pv_recorded records[8];
    for (int i = 0; i < 8; i++) {
        records[i] = record(i % 2 ? A : B, i, NULL);
        records[i].position = given[i];
    }
    copy(f, records, 4);
    copy(f, records + 4, 4);
    struct kit_log log = read_log(f, NULL, 0, 64);
    check_int(log.count, 8);
    for (size_t i = 0; i < 8; i++)
        check_int(log.records[i].position, kept[i]);
    kit_log_deinit(&log);
}

static void copy__again__is_passed_over(void **state)
{
    struct fixture *f = *state;
    struct pv_recorded records[] = {record(A, 0, "01HQ0000000000000000000001"), record(B, 0, NULL),
                                    record(A, 2, "not an event id"), record(B, 7, "")};
    copy(f, records, 3);
    struct kit_log before = read_log(f, NULL, 0, 64);
    copy(f, records, 3);
    copy(f, records + 1, 1);
    check_unchanged(f, &before);
    copy(f, records, 4);
    struct kit_log log = read_log(f, NULL, 0, 64);
    check_int(log.count, 4);
    kit_log_deinit(&log);
}

static void copy__an_id_in_another_spelling__is_the_same(void **state)
{
    static const char *const spellings[] = {"01HQ0000000000000000000001", "01hq0000000000000000000001",
                                            "018DC000-0000-0000-0000-000000000001",
                                            "018dc000-0000-0000-0000-000000000001"};
    struct fixture *f = *state;
    for (int first = 0; first < 4; first++) {
        struct pv_recorded one = record(A, first, spellings[first]);
        copy(f, &one, 1);
        for (int i = 0; i < 4; i++) {
            struct pv_recorded again = record(A, first, spellings[i]);
            copy(f, &again, 1);
        }
    }
    struct kit_log log = read_log(f, A, 0, 64);
    check_int(log.count, 4);
    for (size_t i = 0; i < 4; i++)
        check_str(log.records[i].id, spellings[i]);
    kit_log_deinit(&log);
}

/* The record is refused, the fault says which it is and why, and nothing of the call is written. */
static void check_copy_conflict(struct fixture *f, struct pv_recorded wrong, const char *why)
{
    struct kit_log before = read_log(f, NULL, 0, 64);
    struct pv_recorded records[] = {record("Election-new", 0, NULL), wrong, record(A, 50, NULL)};
    char number[32];
    check_int(try_copy(f, records, 3), PV_STORE_CONFLICT);
    (void)snprintf(number, sizeof number, "number %lld of", (long long)wrong.number);
    if (strstr(f->fault.text, number) == NULL || strstr(f->fault.text, wrong.stream.ptr) == NULL)
        fail_msg("the fault does not name the record: %s", f->fault.text);
    if (strstr(f->fault.text, why) == NULL)
        fail_msg("the fault does not say \"%s\": %s", why, f->fault.text);
    check_unchanged(f, &before);
    check_int(last_number(f, "Election-new"), -1);
}

static void copy__another_record_at_a_number__is_a_conflict(void **state)
{
    struct fixture *f = *state;
    struct pv_recorded records[] = {record(A, 0, "01HQ0000000000000000000001"), record(A, 1, NULL),
                                    record(A, 2, "text")};
    copy(f, records, 3);
    check_copy_conflict(f, record(A, 0, "01HQ0000000000000000000002"), "differs in its id");
    check_copy_conflict(f, record(A, 0, NULL), "differs in its id");
    check_copy_conflict(f, record(A, 0, "text"), "differs in its id");
    check_copy_conflict(f, record(A, 1, "01HQ0000000000000000000001"), "differs in its id");
    check_copy_conflict(f, record(A, 1, ""), "differs in its id");
    check_copy_conflict(f, record(A, 2, "texts"), "differs in its id");
    check_copy_conflict(f, record(A, 2, "01HQ0000000000000000000001"), "differs in its id");
}

/* A writer may have used an id twice, and somebody may have changed what was recorded. */
static void copy__other_content_under_the_same_id__is_a_conflict(void **state)
{
    static const char *const ids[] = {"01HQ0000000000000000000001", "text", NULL};
    struct fixture *f = *state;
    for (int i = 0; i < 3; i++) {
        struct pv_recorded there = record(A, i, ids[i]);
        there.created = kit_str("2024-02-24T18:03:11Z");
        there.metadata = kit_str("{\"who\":\"a\"}");
        copy(f, &there, 1);
        struct pv_recorded other = there;
        other.data = kit_str("{\"id\":2}");
        check_copy_conflict(f, other, "differs in its data");
        other = there;
        other.type = kit_str("T");
        check_copy_conflict(f, other, "differs in its type");
        other = there;
        other.created = kit_str("2024-02-24T18:03:12Z");
        check_copy_conflict(f, other, "differs in its created");
        other.created = kit_str(NULL);
        check_copy_conflict(f, other, "differs in its created");
        other = there;
        other.metadata = kit_str("{}");
        check_copy_conflict(f, other, "differs in its metadata");
    }
}

static void copy__again_with_other_space_and_position__is_passed_over(void **state)
{
    struct fixture *f = *state;
    struct pv_recorded one = record(A, 0, NULL);
    one.position = 5;
    one.metadata = kit_str("{\"who\":\"a\"}");
    copy(f, &one, 1);
    struct kit_log before = read_log(f, NULL, 0, 64);
    one.position = 9;
    one.data = kit_str(" { \"id\" : 1 }");
    one.metadata = kit_str("{\"who\": \"a\"} ");
    copy(f, &one, 1);
    check_unchanged(f, &before);
}

static void copy__a_number_that_was_left_out__is_a_conflict(void **state)
{
    struct fixture *f = *state;
    struct pv_recorded records[] = {record(A, 2, NULL), record(A, 5, NULL)};
    copy(f, records, 2);
    check_copy_conflict(f, record(A, 4, NULL), "was left out");
    check_copy_conflict(f, record(A, 0, NULL), "was left out");
    check_copy_conflict(f, record(A, -1, NULL), "was left out");
    check_copy_conflict(f, record(B, -1, NULL), "was left out");
}

static void copy__a_number_that_goes_back_in_one_call__is_a_conflict(void **state)
{
    struct fixture *f = *state;
    struct pv_recorded records[] = {record(A, 0, NULL), record(A, 2, NULL), record(A, 1, NULL)};
    check_int(try_copy(f, records, 3), PV_STORE_CONFLICT);
    check_int(last_number(f, A), -1);
    check_int(last_position(f), -1);
}

static void copy__then_append__goes_on_after_it(void **state)
{
    struct fixture *f = *state;
    struct pv_recorded records[] = {record(A, 7, NULL), record(A, 9, NULL)};
    records[1].position = 40;
    copy(f, records, 2);
    check_conflict(f, A, 1, 1, 1, 9);
    append(f, A, 9, 1, 2);
    check_appended(f, 10, 11);
    check_int(f->appended.position, 42);
    copy(f, records, 2);
    check_int(last_number(f, A), 11);
}

static void copy__between_two_appends__is_what_the_second_goes_on_after(void **state)
{
    struct fixture *f = *state;
    append(f, A, PV_EXPECT_NO_STREAM, 1, 2);
    struct pv_recorded between = record(A, 2, NULL);
    between.position = last_position(f) + 1;
    copy(f, &between, 1);
    append(f, A, 2, 3, 1);
    check_int(f->appended.first_number, 3);
    check_int(last_number(f, A), 3);
}

static void copy__then_append_of_the_same_ids__is_recognised(void **state)
{
    struct fixture *f = *state;
    struct pv_recorded records[3];
    char id[3][PV_UUID_LEN];
    for (unsigned i = 0; i < 3; i++) {
        pv_uuid_format(kit_id(i + 1).bits, id[i]);
        records[i] = record(A, i, NULL);
        records[i].id = (struct pv_str){id[i], PV_UUID_LEN};
    }
    copy(f, records, 3);
    check_int(try_append(f, A, 0, 2, 2), PV_STORE_OK);
    check_appended(f, 1, 2);
    check_conflict(f, A, PV_EXPECT_NO_STREAM, 2, 1, 2);
    if (!f->adapter->ids_by_version_only) {
        check_int(try_append(f, A, PV_EXPECT_ANY, 2, 2), PV_STORE_OK);
        check_appended(f, 1, 2);
        check_conflict(f, A, 2, 1, 1, 2);
    }
    check_int(last_number(f, A), 2);
}

static void copy__then_append_over_what_has_no_id__is_a_conflict(void **state)
{
    struct fixture *f = *state;
    struct pv_recorded records[] = {record(A, 0, NULL), record(A, 1, "no id of ours")};
    copy(f, records, 2);
    check_conflict(f, A, PV_EXPECT_NO_STREAM, 1, 1, 1);
    check_conflict(f, A, 0, 1, 1, 1);
    append(f, A, 1, 1, 1);
    check_appended(f, 2, 2);
}

/* What is appended again would go on past the last number that there is. */
static void copy__then_append_past_the_last_number__is_a_conflict(void **state)
{
    struct fixture *f = *state;
    char id[PV_ULID_LEN];
    struct pv_recorded last = record(A, INT64_MAX, NULL);
    pv_ulid_format(kit_id(1).bits, id);
    last.id = (struct pv_str){id, PV_ULID_LEN};
    copy(f, &last, 1);
    check_int(try_append(f, A, INT64_MAX - 1, 1, 1), PV_STORE_OK);
    check_appended(f, INT64_MAX, INT64_MAX);
    check_conflict(f, A, INT64_MAX - 1, 1, 2, INT64_MAX);
}

static void copy__a_stream_with_an_id_twice__is_kept_as_it_is(void **state)
{
    struct fixture *f = *state;
    struct pv_recorded records[3];
    char id[PV_ULID_LEN];
    pv_ulid_format(kit_id(1).bits, id);
    for (unsigned i = 0; i < 3; i++) {
        records[i] = record(A, i, NULL);
        records[i].id = (struct pv_str){id, PV_ULID_LEN};
    }
    copy(f, records, 3);
    check_int(last_number(f, A), 2);
    check_int(try_append(f, A, 0, 1, 1), PV_STORE_OK);
    check_appended(f, 1, 1);
    check_conflict(f, A, 1, 1, 2, 2);
}

static void copy__then_find__knows_ids_in_every_spelling(void **state)
{
    struct fixture *f = *state;
    struct pv_recorded records[6];
    char ids[6][PV_UUID_LEN];
    for (unsigned i = 0; i < 6; i++) {
        records[i] = record(i < 3 ? A : B, i % 3, NULL);
        records[i].position = i;
        records[i].id = (struct pv_str){ids[i], i % 2 == 0 ? PV_UUID_LEN : PV_ULID_LEN};
        (i % 2 == 0 ? pv_uuid_format : pv_ulid_format)(kit_id(i).bits, ids[i]);
    }
    ids[4][3] = 'D'; /* 018Dd1f7-... */
    records[5].id = kit_str(NULL);
    records[5].created = kit_str("");
    copy(f, records, 6);
    for (int appended = 0; appended < 2; appended++) {
        for (unsigned i = 0; i < 5; i++) {
            struct pv_recorded there = find(f, NULL, i);
            check_true(kit_difference(&there, &records[i]) == NULL);
            there = find(f, i < 3 ? A : B, i);
            check_true(kit_difference(&there, &records[i]) == NULL);
            check_int(find(f, i < 3 ? B : A, i).number, -1);
        }
        check_int(find(f, NULL, 5).number, -1);
        append(f, "Election-new", (int64_t)appended - 1, 70 + (unsigned)appended, 1);
    }
}

static void copy__an_id_twice_then_find__is_the_last(void **state)
{
    struct fixture *f = *state;
    char id[PV_ULID_LEN];
    pv_ulid_format(kit_id(1).bits, id);
    for (int i = 0; i < 4; i++) {
        struct pv_recorded one = record(i % 2 ? B : A, i, NULL);
        one.id = (struct pv_str){id, PV_ULID_LEN};
        copy(f, &one, 1);
        check_int(find(f, NULL, 1).number, i);
    }
    check_int(find(f, A, 1).number, 2);
    check_int(find(f, B, 1).number, 3);
    append(f, A, 2, 7, 1);
    check_int(find(f, A, 1).number, 2);
    check_int(find(f, NULL, 1).number, 3);
}

static void copy__interleaved_streams__keep_their_numbers(void **state)
{
    enum { STREAMS = 300, EACH = 7 };
    struct fixture *f = *state;
    char name[STREAMS][24];
    struct pv_recorded *records = calloc(STREAMS, sizeof *records);
    for (unsigned n = 0; n < EACH; n++) {
        for (unsigned s = 0; s < STREAMS; s++) {
            (void)snprintf(name[s], sizeof name[s], "Election-%u", s);
            records[s] = record(name[s], n, NULL);
        }
        copy(f, records, STREAMS);
    }
    struct kit_log all = read_log(f, NULL, 0, 256);
    check_int(all.count, STREAMS * EACH);
    for (size_t i = 0; i < all.count; i++) {
        check_int(all.records[i].number, i / STREAMS);
        check_str(all.records[i].stream, name[i % STREAMS]);
    }
    kit_log_deinit(&all);
    free(records);
}

static void copy__of_nothing__is_fine(void **state)
{
    struct fixture *f = *state;
    copy(f, NULL, 0);
    check_int(last_position(f), -1);
}

static void numbers_and_positions__that_are_used_up__are_a_fault(void **state)
{
    struct fixture *f = *state;
    struct pv_recorded last[] = {record(A, INT64_MAX, NULL), record(B, 0, NULL)};
    copy(f, last, 1);
    struct kit_log before = read_log(f, NULL, 0, 64);
    check_int(kit_append(&f->store, A, INT64_MAX, 1, 1, &f->appended, &f->fault), PV_STORE_FAULT);
    check_int(f->fault.kind, PV_FAULT_KIND_TOO_LARGE);
    check_unchanged(f, &before);
    last[1].position = INT64_MAX;
    copy(f, last + 1, 1);
    before = read_log(f, NULL, 0, 64);
    check_int(kit_append(&f->store, B, 0, 1, 1, &f->appended, &f->fault), PV_STORE_FAULT);
    check_int(f->fault.kind, PV_FAULT_KIND_TOO_LARGE);
    struct pv_recorded more = record(B, 1, NULL);
    check_int(f->store.ops->copy(f->store.self, &more, 1, &f->fault), PV_STORE_FAULT);
    check_int(f->fault.kind, PV_FAULT_KIND_TOO_LARGE);
    check_unchanged(f, &before);
}

static void numbers_and_positions__used_up_in_a_group__are_a_fault_for_all(void **state)
{
    struct fixture *f = *state;
    struct group group = {.count = 0};
    struct pv_recorded last = record(A, INT64_MAX, NULL);
    copy(f, &last, 1);
    struct kit_log before = read_log(f, NULL, 0, 64);
    (void)add_append(&group, B, PV_EXPECT_NO_STREAM, 20, 2);
    (void)add_append(&group, A, INT64_MAX, 10, 1);
    (void)add_append(&group, "other", PV_EXPECT_NO_STREAM, 30, 1);
    check_int(f->store.ops->append_group(f->store.self, group.appends, 3, &f->fault), PV_STORE_FAULT);
    check_int(f->fault.kind, PV_FAULT_KIND_TOO_LARGE);
    check_unchanged(f, &before);
    check_int(f->store.ops->append_group(f->store.self, group.appends, 1, &f->fault), PV_STORE_OK);
    check_one(&group.appends[0], PV_STORE_OK, 0, 1, last_position(f));
}

#define LAW(name)                                                                                            \
    {                                                                                                        \
#name, name                                                                                          \
    }
static const struct contract_test laws[] = {
    LAW(append__to_a_new_stream__numbers_from_0),
    LAW(append__that_tells_of_positions__tells_those_of_the_records),
    LAW(append__at_the_version_there__goes_on),
    LAW(append__at_any_version__goes_on),
    LAW(append__behind_the_version__is_a_conflict),
    LAW(append__ahead_of_the_version__is_a_conflict),
    LAW(append__at_what_is_no_version__is_a_conflict),
    LAW(append__conflict__writes_nothing_at_all),
    LAW(append__streams__do_not_mix),
    LAW(append__many_events__are_recorded_in_order),
    LAW(append__same_again_at_its_version__answers_as_the_first_time),
    LAW(append__the_first_of_them_again__is_recognised),
    LAW(append__some_again_and_a_new_one__is_a_conflict),
    LAW(append__again_in_another_order__is_a_conflict),
    LAW(append__again_at_an_earlier_version__is_a_conflict),
    LAW(append__again_with_other_data__is_recognised_by_id),
    LAW(append__an_id_of_another_stream__is_new),
    LAW(append__same_again_at_any_version__answers_as_the_first_time),
    LAW(append__some_again_at_any_version__is_a_conflict),
    LAW(append__a_known_id_at_the_version_there__is_a_conflict),
    LAW(append__an_id_twice_in_one_call__is_a_conflict),
    LAW(append_group__to_several_streams__is_as_one_append_each),
    LAW(append_group__conflicts_among_them__undo_no_other),
    LAW(append_group__known_ids_among_them__undo_no_other),
    LAW(append_group__with_ids_said_to_be_new__is_no_repetition),
    LAW(append_group__repeated_with_new_ones__answers_as_the_first_time),
    LAW(append_group__of_conflicts_or_of_none__writes_nothing),
    LAW(append_group__to_many_streams__goes_on_in_each),
    LAW(find__what_was_appended__is_the_whole_record),
    LAW(find__in_an_empty_store__is_nothing),
    LAW(find__an_id_in_several_streams__is_the_last_unless_told_where),
    LAW(find__while_a_reader_is_open__disturbs_neither),
    LAW(recorded__id__is_the_ulid_of_the_events_id),
    LAW(recorded__created__is_a_time_that_does_not_change),
    LAW(recorded__metadata__is_absent_or_as_given),
    LAW(recorded__large_data__comes_back_between_small),
    LAW(positions__grow_over_all_streams),
    LAW(positions__are_not_reused_after_a_conflict_or_a_new_start),
    LAW(read__any_batch_size__gives_the_same),
    LAW(read__all__is_every_stream_in_order),
    LAW(read__stream_from_a_number__is_inclusive),
    LAW(read__all_from_a_position__is_inclusive),
    LAW(read__beyond_the_end__gives_nothing),
    LAW(read__an_empty_store__gives_nothing),
    LAW(read__a_stream_that_is_not_there__sees_it_when_it_is),
    LAW(read__asked_again_at_the_end__gives_what_came_since),
    LAW(read__stream_asked_again_at_the_end__gives_what_came_since),
    LAW(read__while_others_append__gives_each_record_once),
    LAW(read__two_readers__do_not_disturb_each_other),
    LAW(reopen__everything_is_there_and_goes_on),
    LAW(reopen__what_was_appended_is_still_recognised),
    LAW(copy__texts__come_back_byte_for_byte),
    LAW(copy__data_of_any_bytes__comes_back),
    LAW(copy__gaps__are_kept),
    LAW(copy__positions__are_kept_where_they_grow),
    LAW(copy__again__is_passed_over),
    LAW(copy__an_id_in_another_spelling__is_the_same),
    LAW(copy__another_record_at_a_number__is_a_conflict),
    LAW(copy__other_content_under_the_same_id__is_a_conflict),
    LAW(copy__again_with_other_space_and_position__is_passed_over),
    LAW(copy__a_number_that_was_left_out__is_a_conflict),
    LAW(copy__a_number_that_goes_back_in_one_call__is_a_conflict),
    LAW(copy__then_append__goes_on_after_it),
    LAW(copy__between_two_appends__is_what_the_second_goes_on_after),
    LAW(copy__then_append_of_the_same_ids__is_recognised),
    LAW(copy__then_append_over_what_has_no_id__is_a_conflict),
    LAW(copy__then_append_past_the_last_number__is_a_conflict),
    LAW(copy__a_stream_with_an_id_twice__is_kept_as_it_is),
    LAW(copy__then_find__knows_ids_in_every_spelling),
    LAW(copy__an_id_twice_then_find__is_the_last),
    LAW(copy__interleaved_streams__keep_their_numbers),
    LAW(copy__of_nothing__is_fine),
    LAW(numbers_and_positions__that_are_used_up__are_a_fault),
    LAW(numbers_and_positions__used_up_in_a_group__are_a_fault_for_all),
};
_Static_assert(sizeof laws / sizeof laws[0] == 74,
               "the law has lost or gained a test: set this to their number");

int contract_event_store(const struct contract_store *adapters, size_t count)
{
    int failed = 0;
    for (size_t i = 0; i < count; i++)
        failed += contract_run(adapters[i].name, &adapters[i], laws, sizeof laws / sizeof laws[0], set_up,
                               tear_down);
    return failed;
}
