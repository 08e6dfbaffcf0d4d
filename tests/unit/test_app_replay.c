/* replay: what it prints of which elections, where --at stops a stream, and what goes wrong on the way. */
#include "app_calls.h"
#include "app_kit.h"

#define ID(name) "01HQ000000000000000000000" name

static struct pv_replay_options options;

static int set_up(void **state)
{
    options = (struct pv_replay_options){.print = PV_PRINT_DOCUMENT, .at = PV_AT_END};
    return kit_set_up(state);
}

static enum pv_outcome replay(void)
{
    return pv_replay(&kit.audit, &options, &kit.fault);
}

/* The document of an election that was only created. */
#define CREATED(name, version, deleted)                                                                      \
    "{\"id\":\"" ID(name) "\",\"version\":" version ",\"deleted\":" deleted ",\"name\":\"Pictures\","        \
                          "\"description\":null,\"opened\":null,\"closed\":null,\"competitions\":[],"        \
                          "\"voters\":[],\"ballots\":[]}"

/* --- printing --- */

static void stop__before_an_election_is_printed__is_an_interrupt(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 0);
    kit_life(&kit.history, 'B', 0, 0);
    check_int(replay(), PV_OUTCOME_CLEAN);
    check_int(kit.ticks, 4); /* begin and end of the source, A, B */
    kit_again();
    kit.ticks = 0;
    kit.stop_at = 3;
    check_int(replay(), PV_OUTCOME_FAILED);
    kit_check_fault(PV_FAULT_KIND_INTERRUPTED, "interrupted");
    assert_string_equal(kit_printed(), "");
}

static void document__of_each_election__is_a_line_in_order_of_appearance(void **state)
{
    (void)state;
    kit_life(&kit.history, 'B', 0, 0);
    kit_life(&kit.history, 'A', 0, 0);
    check_int(replay(), PV_OUTCOME_CLEAN);
    assert_string_equal(kit_printed(), CREATED("B", "0", "false") "\n" CREATED("A", "0", "false") "\n");
}

static void document__of_a_deleted_election__is_printed(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 0);
    kit_record(&kit.history, 'A', 1, "Election.ElectionDeleted", "");
    check_int(replay(), PV_OUTCOME_CLEAN);
    assert_string_equal(kit_printed(), CREATED("A", "1", "true") "\n");
}

static void tally__counts_the_ballots(void **state)
{
    (void)state;
    options.print = PV_PRINT_TALLY;
    kit_life(&kit.history, 'A', 0, KIT_CLOSED);
    check_int(replay(), PV_OUTCOME_CLEAN);
    assert_string_equal(
        kit_printed(),
        "{\"election\":\"" ID(
            "A") "\",\"name\":\"Pictures\",\"version\":9,\"phase\":\"closed\",\"voters\":1,"
                 "\"ballots_issued\":1,\"ballots_cast\":1,\"competitions\":[{\"id\":\"" ID(
                     "1") "\",\"name\":\"Hills\","
                          "\"candidates\":[{\"rank\":1,\"id\":\"" ID(
                              "1") "\",\"name\":\"Dune\",\"ratings\":1,\"sum\":4,"
                                   "\"mean\":4,\"median\":4,\"histogram\":[0,0,0,1,0]},{\"rank\":2,\"id\":"
                                   "\"" ID("2") "\",\"name\":"
                                                "\"Moor\",\"ratings\":0,\"sum\":0,\"mean\":null,\"median\":"
                                                "null,\"histogram\":[0,0,0,0,0]}]}]}\n");
}

/* The hash is sha256sum's, of the document above. */
static void hash__is_stream_version_and_hash(void **state)
{
    (void)state;
    options.print = PV_PRINT_HASH;
    kit_life(&kit.history, 'A', 0, 0);
    check_int(replay(), PV_OUTCOME_CLEAN);
    assert_string_equal(
        kit_printed(),
        "Election-" ID("A") " 0 "
                            "e2729e35d8e9da406c22b105ad9533bf9c2a3a8e3197ab9ccbc11e6bbe4f4ce9\n");
}

static void none__prints_nothing(void **state)
{
    (void)state;
    options.print = PV_PRINT_NONE;
    kit_life(&kit.history, 'A', 0, 0);
    check_int(replay(), PV_OUTCOME_CLEAN);
    assert_string_equal(kit_printed(), "");
}

static void election__that_ended_in_a_refusal__is_not_printed(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 0);
    kit_life(&kit.history, 'A', 2, 2);
    kit_life(&kit.history, 'B', 0, 0);
    check_int(replay(), PV_OUTCOME_FOUND);
    assert_string_equal(kit_printed(), CREATED("B", "0", "false") "\n");
    assert_string_equal(kit.findings, "A 2 2 stream_gap number\n");
}

static void keep_going__skips_what_is_refused_and_prints(void **state)
{
    (void)state;
    options.keep_going = true;
    kit_life(&kit.history, 'A', 0, 0);
    kit_life(&kit.history, 'A', 2, 2);
    kit_life(&kit.history, 'C', 1, 1); /* never created: prints nothing */
    check_int(replay(), PV_OUTCOME_FOUND);
    assert_string_equal(kit_printed(), CREATED("A", "0", "false") "\n");
    assert_string_equal(kit.findings, "A 2 2 stream_gap number\nA 2 2 competition_unknown competition_id\n"
                                      "C 1 3 stream_gap number\nC 1 3 election_unknown election_id\n");
}

static void line_of_no_stream__nothing_is_printed(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 0);
    kit_line(&kit.history, "!");
    check_int(replay(), PV_OUTCOME_FOUND);
    assert_string_equal(kit_printed(), "");
    assert_string_equal(kit.findings, "- -1 2 record_invalid -\n");
}

static void plain__without_layouts__gives_the_same(void **state)
{
    char with[512];
    (void)state;
    options.print = PV_PRINT_HASH;
    kit_life(&kit.history, 'A', 0, KIT_CLOSED);
    check_int(replay(), PV_OUTCOME_CLEAN);
    (void)snprintf(with, sizeof with, "%s", kit_printed());
    kit.audit.plain = true;
    kit_again();
    check_int(replay(), PV_OUTCOME_CLEAN);
    assert_string_equal(kit_printed(), with);
    check_int(strlen(with), 35 + 3 + 64 + 1);
}

/* --- where it stops --- */

static void at_number__stops_after_that_event(void **state)
{
    (void)state;
    options.at = PV_AT_NUMBER;
    options.at_number = 0;
    kit_life(&kit.history, 'A', 0, 5);
    kit_life(&kit.history, 'A', 9, 9); /* would be a gap */
    check_int(replay(), PV_OUTCOME_CLEAN);
    assert_string_equal(kit_printed(), CREATED("A", "0", "false") "\n");
}

static void at_number__that_is_not_there__stops_before_the_first_above(void **state)
{
    (void)state;
    options.at = PV_AT_NUMBER;
    options.at_number = 1;
    kit_life(&kit.history, 'A', 0, 0);
    kit_life(&kit.history, 'A', 2, 3);
    check_int(replay(), PV_OUTCOME_CLEAN);
    assert_string_equal(kit_printed(), CREATED("A", "0", "false") "\n");
    assert_string_equal(kit.findings, "");
}

/* The creation of an election, and records of which only the time matters. */
#define AT(number, created)                                                                                  \
    "{\"stream\":\"Election-" ID(                                                                            \
        "A") "\",\"number\":" number ",\"type\":\"PhotoVote.Event.Election."                                 \
             "ElectionNameChanged\",\"data\":{\"id\":\"01HR000000000000000000010" number                     \
             "\",\"election_id\":\"" ID("A") "\",\"name\":\"Pictures\"}" created "}"
#define FIRST                                                                                                \
    "{\"stream\":\"Election-" ID(                                                                            \
        "A") "\",\"number\":0,\"type\":\"PhotoVote.Event.Election.ElectionCreated\","                        \
             "\"data\":{\"id\":\"01HR0000000000000000000000\",\"election_id\":\"" ID(                        \
                 "A") "\",\"name\":\"Pictures\"},"                                                           \
                      "\"created\":\"2024-02-24T18:00:00Z\"}"

static void set_at_time(const char *time)
{
    options.at = PV_AT_TIME;
    check_int(pv_time_parse((struct pv_str){time, strlen(time)}, &options.at_time), PV_CODE_NONE);
}

static void at_time__stops_before_the_first_record_after_it(void **state)
{
    (void)state;
    set_at_time("2024-02-24T18:00:00.000001Z");
    kit_line(&kit.history, FIRST);
    kit_line(&kit.history, AT("1", ",\"created\":\"2024-02-24T18:00:00.000001Z\""));
    kit_line(&kit.history, AT("2", ",\"created\":\"2024-02-24T18:00:00.000002Z\""));
    kit_line(&kit.history, AT("3", ",\"created\":\"2024-02-24T17:00:00Z\""));
    check_int(replay(), PV_OUTCOME_CLEAN);
    assert_string_equal(kit_printed(), CREATED("A", "1", "false") "\n");
}

static void at_time__record_without_created__is_a_fault_that_names_it(void **state)
{
    (void)state;
    set_at_time("2024-02-24T18:00:00Z");
    kit_line(&kit.history, FIRST);
    kit_line(&kit.history, AT("1", ""));
    check_int(replay(), PV_OUTCOME_FAILED);
    kit_check_fault(PV_FAULT_KIND_DAMAGED, "Election-" ID("A") " has a record without `created` (line 2)");
    assert_string_equal(kit_printed(), "");
}

static void at_time__record_without_created_behind_it__is_not_read(void **state)
{
    (void)state;
    set_at_time("2024-02-24T18:00:00Z");
    kit_line(&kit.history, FIRST);
    kit_line(&kit.history, AT("1", ",\"created\":\"2024-02-24T18:00:01Z\""));
    kit_line(&kit.history, AT("2", ""));
    check_int(replay(), PV_OUTCOME_CLEAN);
    assert_string_equal(kit_printed(), CREATED("A", "0", "false") "\n");
}

static void at_time__record_without_created_of_an_ended_election__does_not_matter(void **state)
{
    (void)state;
    set_at_time("2024-02-24T18:00:00Z");
    kit_line(&kit.history, FIRST);
    kit_line(&kit.history, AT("2", ",\"created\":\"2024-02-24T18:00:00Z\""));
    kit_line(&kit.history, AT("3", ""));
    check_int(replay(), PV_OUTCOME_FOUND);
    assert_string_equal(kit.findings, "A 2 2 stream_gap number\n");
}

static void at_time__created_that_is_no_time__is_a_finding(void **state)
{
    (void)state;
    set_at_time("2024-02-24T18:00:00Z");
    kit_line(&kit.history, FIRST);
    kit_line(&kit.history, AT("1", ",\"created\":\"soon\""));
    check_int(replay(), PV_OUTCOME_FOUND);
    assert_string_equal(kit.findings, "A 1 2 record_invalid created\n");
}

/* --- faults --- */

static void fault__of_the_source__nothing_is_printed(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 2);
    kit.history.fault_after = 2;
    check_int(replay(), PV_OUTCOME_FAILED);
    kit_check_fault(PV_FAULT_KIND_IO, "the source broke");
    assert_string_equal(kit_printed(), "");
}

static void one_election__not_met__is_a_fault(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 2);
    kit.audit.one_election = true;
    kit.audit.election = kit_id_of('B');
    check_int(replay(), PV_OUTCOME_FAILED);
    kit_check_fault(PV_FAULT_KIND_DAMAGED, "no record of Election-" ID("B"));
}

static void allocation__that_fails__is_a_fault(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, KIT_CLOSED);
    for (int print = PV_PRINT_DOCUMENT; print <= PV_PRINT_NONE; print++) {
        options.print = (enum pv_replay_print)print;
        kit_sweep_allocations(replay, PV_OUTCOME_CLEAN);
    }
}

static void hash__that_cannot_be_taken__is_a_fault(void **state)
{
    (void)state;
    options.print = PV_PRINT_HASH;
    kit_life(&kit.history, 'A', 0, 0);
    kit_life(&kit.history, 'B', 0, 0);
    app_call_fails(APP_CALL_HASH, 1);
    check_int(replay(), PV_OUTCOME_FAILED);
    kit_check_fault(PV_FAULT_KIND_NO_MEMORY, "out of memory while printing");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, kit_tear_down)
    const struct CMUnitTest tests[] = {
        CASE(stop__before_an_election_is_printed__is_an_interrupt),
        CASE(document__of_each_election__is_a_line_in_order_of_appearance),
        CASE(document__of_a_deleted_election__is_printed),
        CASE(tally__counts_the_ballots),
        CASE(hash__is_stream_version_and_hash),
        CASE(none__prints_nothing),
        CASE(election__that_ended_in_a_refusal__is_not_printed),
        CASE(keep_going__skips_what_is_refused_and_prints),
        CASE(line_of_no_stream__nothing_is_printed),
        CASE(plain__without_layouts__gives_the_same),
        CASE(at_number__stops_after_that_event),
        CASE(at_number__that_is_not_there__stops_before_the_first_above),
        CASE(at_time__stops_before_the_first_record_after_it),
        CASE(at_time__record_without_created__is_a_fault_that_names_it),
        CASE(at_time__record_without_created_behind_it__is_not_read),
        CASE(at_time__record_without_created_of_an_ended_election__does_not_matter),
        CASE(at_time__created_that_is_no_time__is_a_finding),
        CASE(fault__of_the_source__nothing_is_printed),
        CASE(one_election__not_met__is_a_fault),
        CASE(allocation__that_fails__is_a_fault),
        CASE(hash__that_cannot_be_taken__is_a_fault),
    };
    _Static_assert(sizeof tests / sizeof tests[0] >= 20, "tests are missing from the group");
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
