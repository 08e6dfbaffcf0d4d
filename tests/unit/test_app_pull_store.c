/* pull into an event store: what reaches it, in which calls, and what it says. */
#include "app_kit.h"
#include "app_store.h"

#include "pull.h"

static struct pv_pull_count counts;

static int set_up(void **state)
{
    app_store_open();
    return kit_set_up(state);
}

static int tear_down(void **state)
{
    app_store_close();
    return kit_tear_down(state);
}

static enum pv_outcome pull(void)
{
    return pv_pull_to_store(&kit.audit, &app_store.port, &counts, &kit.fault);
}

static void records__are_copied_in_order(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 1);
    kit_life(&kit.history, 'B', 0, 0);
    kit_life(&kit.history, 'A', 2, 2);
    check_int(pull(), PV_OUTCOME_CLEAN);
    assert_string_equal(app_store_text(), "A0 A1 B0 A2");
    check_int(counts.copied, 4);
    check_int(counts.skipped, 0);
    check_int(app_store.calls[APP_STORE_COPY], 1);
}

static void records__again__are_there_once(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 1);
    check_int(pull(), PV_OUTCOME_CLEAN);
    kit_life(&kit.history, 'A', 2, 2);
    kit_again();
    check_int(pull(), PV_OUTCOME_CLEAN);
    assert_string_equal(app_store_text(), "A0 A1 A2");
}

static void nothing__asks_nothing_of_the_store(void **state)
{
    (void)state;
    check_int(pull(), PV_OUTCOME_CLEAN);
    check_int(app_store.calls[APP_STORE_COPY], 0);
}

static void what_is_no_record__is_told_and_left_out(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 0);
    kit_line(&kit.history, "{\"stream\":\"Election-01HQ000000000000000000000A\",\"number\":1}");
    kit_line(&kit.history, "{\"stream\":7}");
    kit_life(&kit.history, 'A', 2, 2);
    check_int(pull(), PV_OUTCOME_FOUND);
    assert_string_equal(app_store_text(), "A0 A2");
    assert_string_equal(kit.findings, "A 1 2 record_invalid type\n- -1 3 record_invalid stream\n");
    check_int(counts.copied, 2);
}

/* A store has each number once, in order. What it has no place for is told, whether it says the same or not.
 */
static void records__that_repeat_or_go_back__are_told_and_left_out(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 1);
    kit_life(&kit.history, 'B', 0, 3);
    kit_life(&kit.history, 'A', 1, 1);
    kit_line(&kit.history, "{\"stream\":\"Election-01HQ000000000000000000000A\",\"number\":1,\"type\":\"x\","
                           "\"data\":{}}");
    kit_life(&kit.history, 'A', 3, 3);
    kit_life(&kit.history, 'A', 2, 2);
    kit_life(&kit.history, 'A', 4, 4);
    check_int(pull(), PV_OUTCOME_FOUND);
    assert_string_equal(app_store_text(), "A0 A1 B0 B1 B2 B3 A3 A4");
    assert_string_equal(kit.findings, "A 1 7 stream_order number\nA 1 8 stream_order number\n"
                                      "A 2 10 stream_order number\n");
    check_int(counts.copied, 8);
    kit_again();
    check_int(pull(), PV_OUTCOME_FOUND);
    assert_string_equal(app_store_text(), "A0 A1 B0 B1 B2 B3 A3 A4");
}

static void one_election__alone_is_copied(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 0);
    kit_life(&kit.history, 'B', 0, 0);
    kit.audit.one_election = true;
    kit.audit.election = kit_id_of('B');
    check_int(pull(), PV_OUTCOME_CLEAN);
    assert_string_equal(app_store_text(), "B0");
    kit.audit.election = kit_id_of('C');
    kit_again();
    check_int(pull(), PV_OUTCOME_FAILED);
    kit_check_fault(PV_FAULT_KIND_DAMAGED, "no record of Election-01HQ000000000000000000000C");
}

static void source__that_breaks__what_came_before_is_in_the_store(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 4);
    kit.history.fault_after = 3;
    check_int(pull(), PV_OUTCOME_FAILED);
    kit_check_fault(PV_FAULT_KIND_IO, "the source broke");
    assert_string_equal(app_store_text(), "A0 A1 A2");
}

/* The fault that is told is the one that ended the pull, not what became of the rest. */
static void source__that_breaks_before_the_store_does__is_what_is_told(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 4);
    kit.history.fault_after = 3;
    app_store_answers(APP_STORE_COPY, 0, PV_STORE_FAULT);
    check_int(pull(), PV_OUTCOME_FAILED);
    kit_check_fault(PV_FAULT_KIND_IO, "the source broke");
    assert_string_equal(app_store_text(), "");
}

static void store__that_fails_at_the_end__is_told(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 4);
    app_store_answers(APP_STORE_COPY, 0, PV_STORE_FAULT);
    check_int(pull(), PV_OUTCOME_FAILED);
    kit_check_fault(PV_FAULT_KIND_DENIED, "the store broke");
}

static void store__that_holds_another_copy__is_told(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 4);
    app_store_answers(APP_STORE_COPY, 0, PV_STORE_CONFLICT);
    check_int(pull(), PV_OUTCOME_FAILED);
    kit_check_fault(PV_FAULT_KIND_DENIED, "the store broke");
}

/* More records than are staged: the store is asked while the source is being read. The record at which it
   failed is not counted. */
static void store__that_fails_on_the_way__ends_the_reading(void **state)
{
    enum { STAGED = 8192, BATCH = 64 };
    char line[128];
    (void)state;
    for (int i = 0; i < STAGED + 3 * BATCH; i++) {
        (void)snprintf(line, sizeof line,
                       "{\"stream\":\"Election-01HQ000000000000000000000A\",\"number\":%d,\"type\":\"x\","
                       "\"data\":{}}",
                       i);
        kit_line(&kit.history, line);
    }
    app_store_answers(APP_STORE_COPY, 0, PV_STORE_FAULT);
    check_int(pull(), PV_OUTCOME_FAILED);
    kit_check_fault(PV_FAULT_KIND_DENIED, "the store broke");
    check_int(kit.history.given, STAGED + BATCH);
    check_int(app_store.calls[APP_STORE_COPY], 1);
    check_int(counts.copied, STAGED);
}

static void allocation__that_fails__is_a_fault(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 1);
    kit_sweep_allocations(pull, PV_OUTCOME_CLEAN);
    assert_string_equal(app_store_text(), "A0 A1");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(records__are_copied_in_order),
        CASE(records__again__are_there_once),
        CASE(nothing__asks_nothing_of_the_store),
        CASE(what_is_no_record__is_told_and_left_out),
        CASE(records__that_repeat_or_go_back__are_told_and_left_out),
        CASE(one_election__alone_is_copied),
        CASE(source__that_breaks__what_came_before_is_in_the_store),
        CASE(source__that_breaks_before_the_store_does__is_what_is_told),
        CASE(store__that_fails_at_the_end__is_told),
        CASE(store__that_holds_another_copy__is_told),
        CASE(store__that_fails_on_the_way__ends_the_reading),
        CASE(allocation__that_fails__is_a_fault),
    };
    _Static_assert(sizeof tests / sizeof tests[0] >= 12, "tests are missing from the group");
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
