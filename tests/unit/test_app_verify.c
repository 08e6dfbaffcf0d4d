/* verify: every finding is printed in the order of the records, whatever has been found before. */
#include "app_calls.h"
#include "app_kit.h"

#define STREAM(name) "Election-01HQ000000000000000000000" name

static enum pv_outcome verify(enum pv_verify_format format, bool paranoid)
{
    return pv_verify(&kit.audit, format, paranoid, &kit.fault);
}

static void text__without_findings__is_the_summary(void **state)
{
    (void)state;
    check_int(verify(PV_VERIFY_TEXT, false), PV_OUTCOME_CLEAN);
    assert_string_equal(kit_printed(), "0 records in 0 streams: no finding\n");
    kit_life(&kit.history, 'A', 0, 0);
    kit_again();
    check_int(verify(PV_VERIFY_TEXT, false), PV_OUTCOME_CLEAN);
    assert_string_equal(kit_printed(), "1 record in 1 stream: no finding\n");
    kit_life(&kit.history, 'B', 0, 0);
    kit_again();
    check_int(verify(PV_VERIFY_TEXT, false), PV_OUTCOME_CLEAN);
    assert_string_equal(kit_printed(), "2 records in 2 streams: no finding\n");
}

static void text__one_finding__is_a_line_and_counted(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 0);
    kit_life(&kit.history, 'A', 0, 0);
    check_int(verify(PV_VERIFY_TEXT, false), PV_OUTCOME_FOUND);
    check_true(strstr(kit_printed(), "line 2: " STREAM("A") ", event 0: stream_order (number): ") ==
               kit.printed.bytes);
    check_true(strstr(kit_printed(), "0 where 1 was expected") != NULL);
    check_true(strstr(kit_printed(), "\n2 records in 1 stream: 1 finding\n") != NULL);
}

static void findings__of_an_election_that_was_refused__go_on(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 1, 2); /* a gap; unborn, twice */
    kit_line(&kit.history, "[");
    kit_life(&kit.history, 'A', 0, 0);
    check_int(verify(PV_VERIFY_TEXT, false), PV_OUTCOME_FOUND);
    const char *printed = kit_printed();
    check_true(strstr(printed, "line 1: " STREAM("A") ", event 1: stream_gap (number): ") == printed);
    check_true(strstr(printed, "\nline 1: " STREAM("A") ", event 1: election_unknown (election_id): ") !=
               NULL);
    check_true(strstr(printed, "\nline 2: " STREAM("A") ", event 2: election_unknown (election_id): ") !=
               NULL);
    check_true(strstr(printed, "\nline 3: record_invalid: ") != NULL);
    check_true(strstr(printed, "\nline 4: " STREAM("A") ", event 0: stream_order (number): ") != NULL);
    check_true(strstr(printed, "\n4 records in 1 stream: 5 findings\n") != NULL);
}

static void json__is_a_line_a_finding_and_no_summary(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 0);
    kit_life(&kit.history, 'A', 0, 0);
    check_int(verify(PV_VERIFY_JSON, false), PV_OUTCOME_FOUND);
    const char *printed = kit_printed();
    check_true(strstr(printed, "{\"stream\":\"" STREAM(
                                   "A") "\",\"number\":0,\"line\":2,\"code\":"
                                        "\"stream_order\",\"field\":\"number\",\"message\":\"") == printed);
    check_int(strchr(printed, '\n') - printed, strlen(printed) - 1);
    kit_history_deinit(&kit.history);
    kit_again();
    check_int(verify(PV_VERIFY_JSON, false), PV_OUTCOME_CLEAN);
    assert_string_equal(kit_printed(), "");
}

static void duplicate_id__is_a_finding_and_the_event_is_applied(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 0);
    for (int i = 1; i <= 2; i++) {
        char line[400];
        (void)snprintf(
            line, sizeof line,
            "{\"stream\":\"" STREAM(
                "A") "\",\"number\":%d,"
                     "\"type\":\"PhotoVote.Event.Election.ElectionDeleted\",\"data\":{\"id\":"
                     "\"01HR0000000000000000000000\",\"election_id\":\"01HQ000000000000000000000A\"}}",
            i);
        kit_line(&kit.history, line);
    }
    check_int(verify(PV_VERIFY_TEXT, false), PV_OUTCOME_FOUND);
    const char *printed = kit_printed();
    check_true(strstr(printed, "line 2: " STREAM("A") ", event 1: event_id_duplicate (id): ") == printed);
    check_true(strstr(printed, "\nline 3: " STREAM("A") ", event 2: event_id_duplicate (id): ") != NULL);
    check_true(strstr(printed, "\nline 3: " STREAM("A") ", event 2: election_deleted (election_id): ") !=
               NULL);
    check_true(strstr(printed, "\n3 records in 1 stream: 3 findings\n") != NULL);
}

static void paranoid__looks_at_the_state_after_every_event(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, KIT_DELETED);
    app_calls_work();
    check_int(verify(PV_VERIFY_TEXT, false), PV_OUTCOME_CLEAN);
    check_int(app_calls_made(APP_CALL_RULES), 1);
    kit_again();
    app_calls_work();
    check_int(verify(PV_VERIFY_TEXT, true), PV_OUTCOME_CLEAN);
    check_int(app_calls_made(APP_CALL_RULES), 12);
    assert_string_equal(kit_printed(), "11 records in 1 stream: no finding\n");
}

static void source__that_breaks_off__has_a_summary_that_says_so(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 0);
    kit_life(&kit.history, 'A', 0, 0);
    kit.history.fault_after = 2;
    check_int(verify(PV_VERIFY_TEXT, false), PV_OUTCOME_FAILED);
    kit_check_fault(PV_FAULT_KIND_IO, "the source broke");
    check_true(strstr(kit_printed(), "line 2: ") == kit.printed.bytes); /* what came before */
    check_true(strstr(kit_printed(), "\n2 records in 1 stream before the source broke off: 1 finding\n") !=
               NULL);
    kit.history.fault_after = 1;
    kit_again();
    check_int(verify(PV_VERIFY_TEXT, false), PV_OUTCOME_FAILED);
    assert_string_equal(kit_printed(), "1 record in 1 stream before the source broke off: no finding\n");
    kit_again();
    check_int(verify(PV_VERIFY_JSON, false), PV_OUTCOME_FAILED);
    assert_string_equal(kit_printed(), "");
}

static void interrupt__leaves_no_summary(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 1);
    kit.stop_at = 2;
    check_int(verify(PV_VERIFY_TEXT, false), PV_OUTCOME_FAILED);
    kit_check_fault(PV_FAULT_KIND_INTERRUPTED, "interrupted");
    assert_string_equal(kit_printed(), "");
}

static void one_election__not_met__is_a_fault(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 2);
    kit_life(&kit.history, 'B', 1, 1);
    kit.audit.one_election = true;
    kit.audit.election = kit_id_of('A');
    check_int(verify(PV_VERIFY_TEXT, false), PV_OUTCOME_CLEAN);
    assert_string_equal(kit_printed(), "4 records in 1 stream: no finding\n");
    kit.audit.election = kit_id_of('C');
    kit_again();
    check_int(verify(PV_VERIFY_TEXT, false), PV_OUTCOME_FAILED);
    kit_check_fault(PV_FAULT_KIND_DAMAGED, "no record of " STREAM("C"));
    assert_string_equal(kit_printed(), "");
}

static enum pv_outcome verify_for_memory(void)
{
    return verify(PV_VERIFY_TEXT, true);
}

static void allocation__that_fails__is_a_fault(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, KIT_DELETED);
    kit_sweep_allocations(verify_for_memory, PV_OUTCOME_CLEAN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIT_CASE(text__without_findings__is_the_summary),
        KIT_CASE(text__one_finding__is_a_line_and_counted),
        KIT_CASE(findings__of_an_election_that_was_refused__go_on),
        KIT_CASE(json__is_a_line_a_finding_and_no_summary),
        KIT_CASE(duplicate_id__is_a_finding_and_the_event_is_applied),
        KIT_CASE(paranoid__looks_at_the_state_after_every_event),
        KIT_CASE(source__that_breaks_off__has_a_summary_that_says_so),
        KIT_CASE(interrupt__leaves_no_summary),
        KIT_CASE(one_election__not_met__is_a_fault),
        KIT_CASE(allocation__that_fails__is_a_fault),
    };
    _Static_assert(sizeof tests / sizeof tests[0] >= 9, "tests are missing from the group");
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
