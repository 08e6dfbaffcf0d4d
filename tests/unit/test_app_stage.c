/* The two sides of a store: records staged into it in large batches, and a source that reads it. */
#include "app_kit.h"
#include "app_store.h"

#include "stage.h"
#include "store_source.h"

#include "kit_memory.h"

#include <stdlib.h>

enum { RECORDS = 8192, BYTES = 8 << 20, BATCH = 64 };

static struct pv_stage *stage;

static int set_up(void **state)
{
    app_store_open();
    stage = pv_stage_new(&app_store.port);
    return kit_set_up(state);
}

static int tear_down(void **state)
{
    pv_stage_free(stage);
    app_store_close();
    return kit_tear_down(state);
}

static struct pv_recorded record(int64_t number)
{
    return (struct pv_recorded){
        .stream = PV_STR("s"), .number = number, .type = PV_STR("t"), .data = PV_STR("{}"), .position = -1};
}

static enum pv_store_result add(struct pv_recorded added)
{
    return pv_stage_add(stage, &added, &kit.fault);
}

static void add_all(int64_t first, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check_int(add(record(first + (int64_t)i)), PV_STORE_OK);
}

static void flush(void)
{
    check_int(pv_stage_flush(stage, &kit.fault), PV_STORE_OK);
}

/* --- staging --- */

static void stage__keeps_records_until_it_is_flushed(void **state)
{
    (void)state;
    add_all(0, 3);
    check_int(app_store.copied, 0);
    flush();
    assert_string_equal(app_store_text(), "s0 s1 s2");
    check_int(app_store.calls[APP_STORE_COPY], 1);
}

static void flush__of_nothing__asks_nothing_of_the_store(void **state)
{
    (void)state;
    flush();
    add_all(0, 1);
    flush();
    flush();
    check_int(app_store.calls[APP_STORE_COPY], 1);
}

/* They are lent, and what lent them may change. */
static void record__is_copied(void **state)
{
    char id[] = "id", created[] = "2024-02-24T18:00:00Z", metadata[] = "{}";
    struct pv_recorded read, added = record(0);
    struct pv_store_reader *reader;
    size_t count;
    (void)state;
    added.id = (struct pv_str){id, 2};
    added.created = (struct pv_str){created, strlen(created)};
    added.metadata = (struct pv_str){metadata, 2};
    added.position = 7;
    check_int(add(added), PV_STORE_OK);
    id[0] = created[0] = metadata[0] = 'x';
    add_all(1, 1);
    flush();
    const struct pv_event_store_ops *ops = app_store.inside.ops;
    check_int(ops->read(app_store.inside.self, PV_STR("s"), 0, &reader, &kit.fault), PV_STORE_OK);
    check_int(ops->next(reader, &read, 1, &count, &kit.fault), PV_STORE_OK);
    check_str(read.id, "id");
    check_str(read.created, "2024-02-24T18:00:00Z");
    check_str(read.metadata, "{}");
    check_str(read.type, "t");
    check_int(read.position, 7);
    check_int(ops->next(reader, &read, 1, &count, &kit.fault), PV_STORE_OK);
    check_true(read.id.ptr == NULL && read.created.ptr == NULL && read.metadata.ptr == NULL);
    ops->close_reader(reader);
}

static void stage__full_of_records__is_passed_on_before_the_next(void **state)
{
    (void)state;
    add_all(0, RECORDS);
    check_int(app_store.copied, 0);
    add_all(RECORDS, 1);
    check_int(app_store.copied, RECORDS);
    check_int(app_store.calls[APP_STORE_COPY], 1);
    flush();
    check_int(app_store.copied, RECORDS + 1);
}

/* A record of so many bytes in all. */
static struct pv_recorded large(int64_t number, char *bytes, size_t size)
{
    struct pv_recorded made = record(number);
    made.data = (struct pv_str){bytes, size - made.stream.len - made.type.len};
    return made;
}

static void stage__full_of_bytes__is_passed_on_before_the_next(void **state)
{
    char *bytes = kit_zeroed(BYTES);
    (void)state;
    check_int(add(large(0, bytes, BYTES - 4)), PV_STORE_OK);
    add_all(1, 1); /* its 4 bytes just fit */
    check_int(app_store.copied, 0);
    add_all(2, 1);
    check_int(app_store.copied, 2);
    flush();
    assert_string_equal(app_store_text(), "s0 s1 s2");
    free(bytes);
}

static void record__larger_than_the_stage__goes_past_it_in_order(void **state)
{
    char *bytes = kit_zeroed(BYTES + 1);
    (void)state;
    check_int(add(large(0, bytes, BYTES)), PV_STORE_OK);
    check_int(app_store.copied, 0);
    check_int(add(large(1, bytes, BYTES + 1)), PV_STORE_OK);
    check_int(app_store.copied, 2);
    add_all(2, 1);
    flush();
    assert_string_equal(app_store_text(), "s0 s1 s2");
    check_int(app_store.calls[APP_STORE_COPY], 3);
    free(bytes);
}

static void store__that_fails__is_told_by_whoever_meets_it(void **state)
{
    char *bytes = kit_zeroed(BYTES + 1);
    (void)state;
    add_all(0, RECORDS);
    app_store_answers(APP_STORE_COPY, 0, PV_STORE_FAULT);
    check_int(add(record(RECORDS)), PV_STORE_FAULT);
    kit_check_fault(PV_FAULT_KIND_DENIED, "the store broke");
    add_all(0, 1);
    app_store_answers(APP_STORE_COPY, 0, PV_STORE_CONFLICT);
    check_int(pv_stage_flush(stage, &kit.fault), PV_STORE_CONFLICT);
    app_store_answers(APP_STORE_COPY, 0, PV_STORE_CONFLICT);
    check_int(add(large(0, bytes, BYTES + 1)), PV_STORE_CONFLICT);
    check_int(app_store.copied, 0);
    free(bytes);
}

static void stage__without_memory__is_none(void **state)
{
    (void)state;
    failing_at(0);
    struct pv_stage *none = pv_stage_new(&app_store.port);
    check_true(none == NULL);
    pv_stage_free(none);
}

/* --- reading --- */

static struct pv_event_source source;
static struct pv_raw raws[2 * BATCH];
static size_t count, bytes;

static bool open_source(struct pv_str stream)
{
    return pv_store_source_open(app_store.port, stream, &source, &kit.fault);
}

static void open_all(void)
{
    check_true(open_source((struct pv_str){NULL, 0}));
}

static void read_on(size_t max)
{
    check_true(source.ops->next(source.self, raws, max, &count, &bytes, &kit.fault));
}

static void source__gives_all_records_and_their_bytes(void **state)
{
    (void)state;
    struct pv_recorded first = record(0);
    first.metadata = PV_STR("{\"a\":1}");
    check_int(add(first), PV_STORE_OK);
    add_all(1, 1);
    flush();
    open_all();
    read_on(BATCH);
    check_int(count, 2);
    check_int(bytes, 2 + 7 + 2);
    check_int(raws[1].form, PV_RAW_RECORDED);
    check_int(raws[1].line, 0);
    check_int(raws[1].recorded.number, 1);
    check_str(raws[0].recorded.metadata, "{\"a\":1}");
    read_on(BATCH);
    check_int(count, 0);
    check_int(bytes, 0);
    source.ops->close(source.self);
    check_int(app_store.closed, 1);
}

static void source__of_one_stream__gives_no_other(void **state)
{
    (void)state;
    struct pv_recorded other = record(0);
    other.stream = PV_STR("o");
    check_int(add(other), PV_STORE_OK);
    add_all(0, 2);
    flush();
    check_true(open_source(PV_STR("o")));
    read_on(BATCH);
    check_int(count, 1);
    check_str(raws[0].recorded.stream, "o");
    source.ops->close(source.self);
}

static void source__asks_for_no_more_than_is_wanted_or_it_can_hold(void **state)
{
    (void)state;
    add_all(0, 2 * BATCH);
    flush();
    open_all();
    read_on(3);
    check_int(count, 3);
    check_int(app_store.longest, 3);
    read_on(2 * BATCH);
    check_int(count, BATCH);
    check_int(raws[0].recorded.number, 3);
    source.ops->close(source.self);
}

static void check_progress(uint64_t expected_done, uint64_t expected_total)
{
    uint64_t done = 99, total = 99;
    source.ops->progress(source.self, &done, &total);
    check_int(done, expected_done);
    check_int(total, expected_total);
}

static void progress__is_in_positions(void **state)
{
    (void)state;
    open_all();
    check_progress(0, 0); /* an empty store */
    source.ops->close(source.self);
    add_all(0, 5);
    flush();
    open_all();
    check_progress(0, 4);
    read_on(3);
    check_progress(2, 4);
    read_on(3);
    check_progress(4, 4);
    source.ops->close(source.self);
}

static void source__of_a_store_that_fails__is_a_fault_and_leaves_it_open(void **state)
{
    (void)state;
    for (int call = APP_STORE_LAST_POSITION; call <= APP_STORE_READ; call++) {
        app_store_answers((enum app_store_call)call, 0, PV_STORE_FAULT);
        check_true(!open_source((struct pv_str){NULL, 0}));
        kit_check_fault(PV_FAULT_KIND_DENIED, "the store broke");
    }
    failing_at(0);
    check_true(!open_source((struct pv_str){NULL, 0}));
    failing_at(SIZE_MAX);
    kit_check_fault(PV_FAULT_KIND_NO_MEMORY, "out of memory");
    check_int(app_store.closed, 0);
    app_store_answers(APP_STORE_NEXT, 0, PV_STORE_FAULT);
    open_all();
    check_true(!source.ops->next(source.self, raws, BATCH, &count, &bytes, &kit.fault));
    kit_check_fault(PV_FAULT_KIND_DENIED, "the store broke");
    source.ops->close(source.self);
    check_int(app_store.closed, 1);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(stage__keeps_records_until_it_is_flushed),
        CASE(flush__of_nothing__asks_nothing_of_the_store),
        CASE(record__is_copied),
        CASE(stage__full_of_records__is_passed_on_before_the_next),
        CASE(stage__full_of_bytes__is_passed_on_before_the_next),
        CASE(record__larger_than_the_stage__goes_past_it_in_order),
        CASE(store__that_fails__is_told_by_whoever_meets_it),
        CASE(stage__without_memory__is_none),
        CASE(source__gives_all_records_and_their_bytes),
        CASE(source__of_one_stream__gives_no_other),
        CASE(source__asks_for_no_more_than_is_wanted_or_it_can_hold),
        CASE(progress__is_in_positions),
        CASE(source__of_a_store_that_fails__is_a_fault_and_leaves_it_open),
    };
    _Static_assert(sizeof tests / sizeof tests[0] >= 13, "tests are missing from the group");
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
