/* The judge: which findings end what, what stops it, and in which order streams are told. */
#include "app_calls.h"
#include "app_kit.h"

static struct pv_judge_options options;
static struct pv_judge *judge;

static int set_up(void **state)
{
    options = (struct pv_judge_options){.seed = {1, 2}, .on_finding = kit_on_finding};
    judge = NULL;
    return kit_set_up(state);
}

static int tear_down(void **state)
{
    pv_judge_free(judge);
    return kit_tear_down(state);
}

/* Reads the whole history. */
static enum pv_run_end run(void)
{
    pv_judge_free(judge);
    judge = pv_judge_new(&options);
    return judge == NULL ? PV_RUN_FAULT : pv_run(&kit.source, judge, &kit.watch, false, &kit.fault);
}

/* The streams that have appeared, as "A8B0": the name and the version of each. */
static void check_streams(const char *expected)
{
    char text[256] = "";
    for (size_t i = 0; i < pv_judge_stream_count(judge); i++) {
        const struct pv_judged *stream = pv_judge_stream(judge, i);
        char ulid[PV_ULID_LEN];
        size_t len = strlen(text);
        pv_ulid_format(stream->id.bits, ulid);
        (void)snprintf(text + len, sizeof text - len, "%c%lld", ulid[PV_ULID_LEN - 1],
                       (long long)stream->election.version);
    }
    assert_string_equal(text, expected);
}

#define NO_NUMBER(name) "{\"stream\":\"Election-01HQ000000000000000000000" name "\"}"
#define NO_ELECTION "{\"stream\":\"other\",\"number\":0,\"type\":\"x\",\"data\":{}}"
#define MANY "ABCDEFGHJKMNPQRSTVWXYZ23456789" /* 30 */

/* --- what a finding ends --- */

static void history__without_a_fault__has_no_finding(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, KIT_DELETED);
    check_int(run(), PV_RUN_DONE);
    check_int(pv_judge_findings(judge), 0);
    check_int(pv_judge_records(judge), 11);
    check_streams("A10");
}

static void refused_event__ends_its_election_alone(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 1);
    kit_life(&kit.history, 'B', 0, 1);
    kit_record(&kit.history, 'A', 2, "Ballot.BallotCast", "\"ballot_id\":\"01HQ0000000000000000000001\"");
    kit_life(&kit.history, 'A', 3, 4);
    kit_life(&kit.history, 'B', 2, KIT_CAST);
    check_int(run(), PV_RUN_DONE);
    assert_string_equal(kit.findings, "A 2 5 election_not_open election_id\n");
    check_streams("A1B8");
    check_true(!pv_judged_is_shown(pv_judge_stream(judge, 0)));
    check_true(pv_judged_is_shown(pv_judge_stream(judge, 1)));
    check_int(pv_judge_stream(judge, 0)->last_number, 1);
}

static void refused_event__is_skipped_by_a_judge_that_goes_on(void **state)
{
    (void)state;
    options.goes_on = true;
    kit_life(&kit.history, 'A', 0, 4);
    kit_life(&kit.history, 'A', 0, 0); /* number 0 again */
    kit_record(&kit.history, 'A', 5, "Election.ElectionCreated", "\"name\":\"x\"");
    kit_record(&kit.history, 'A', 6, "Election.ElectionOpened", "\"open_date\":\"2024-02-24T18:00:00Z\"");
    check_int(run(), PV_RUN_DONE);
    assert_string_equal(kit.findings, "A 0 6 stream_order number\nA 5 7 election_exists election_id\n");
    check_streams("A5");
    check_true(pv_judged_is_shown(pv_judge_stream(judge, 0)));
}

static void gap__is_told_once_and_ends_the_election(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 1);
    kit_life(&kit.history, 'A', 3, 5);
    check_int(run(), PV_RUN_DONE);
    assert_string_equal(kit.findings, "A 3 3 stream_gap number\n");
    check_streams("A1");
    options.goes_on = true;
    kit_again();
    check_int(run(), PV_RUN_DONE);
    assert_string_equal(kit.findings, "A 3 3 stream_gap number\n");
    check_streams("A4");
}

static void record_of_no_stream__ends_the_run_unless_the_judge_goes_on(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 1);
    kit_line(&kit.history, "{");
    kit_life(&kit.history, 'A', 2, 2);
    check_int(run(), PV_RUN_CUT);
    assert_string_equal(kit.findings, "- -1 3 record_invalid -\n");
    check_streams("A1");
    options.goes_on = true;
    kit_again();
    check_int(run(), PV_RUN_DONE);
    assert_string_equal(kit.findings, "- -1 3 record_invalid -\n");
    check_streams("A2");
}

static void stream_that_is_no_text__ends_the_run(void **state)
{
    (void)state;
    kit_line(&kit.history, "{\"stream\":7,\"number\":0}");
    kit_life(&kit.history, 'A', 0, 1);
    check_int(run(), PV_RUN_CUT);
    assert_string_equal(kit.findings, "- 0 1 record_invalid stream\n");
    check_int(pv_judge_records(judge), 1);
}

static void record_of_another_stream__ends_nothing(void **state)
{
    (void)state;
    kit_line(&kit.history, NO_ELECTION);
    kit_life(&kit.history, 'A', 0, 1);
    check_int(run(), PV_RUN_DONE);
    assert_string_equal(kit.findings, "- 0 1 record_invalid stream\n");
    check_streams("A1");
}

static void record_without_a_number__ends_its_election_that_has_not_appeared(void **state)
{
    (void)state;
    kit_line(&kit.history, NO_NUMBER("A"));
    kit_life(&kit.history, 'B', 0, 0);
    kit_life(&kit.history, 'A', 0, 0);
    check_int(run(), PV_RUN_DONE);
    assert_string_equal(kit.findings, "A -1 1 record_invalid number\n");
    check_streams("B0");
    options.goes_on = true;
    kit_again();
    check_int(run(), PV_RUN_DONE);
    check_streams("B0A0");
}

static void fault_in_the_envelope__uses_up_the_number(void **state)
{
    (void)state;
    options.goes_on = true;
    kit_life(&kit.history, 'A', 0, 0);
    kit_line(&kit.history, "{\"stream\":\"Election-01HQ000000000000000000000A\",\"number\":1,\"type\":7}");
    kit_life(&kit.history, 'A', 2, 2);
    check_int(run(), PV_RUN_DONE);
    assert_string_equal(kit.findings,
                        "A 1 2 record_invalid type\nA 2 3 competition_unknown competition_id\n");
}

static void event_of_another_election__is_a_mismatch(void **state)
{
    (void)state;
    kit_line(&kit.history,
             "{\"stream\":\"Election-01HQ000000000000000000000A\",\"number\":0,"
             "\"type\":\"PhotoVote.Event.Election.ElectionDeleted\",\"data\":{"
             "\"id\":\"01HR0000000000000000000001\",\"election_id\":\"01HQ000000000000000000000B\"}}");
    check_int(run(), PV_RUN_DONE);
    assert_string_equal(kit.findings, "A 0 1 stream_mismatch stream\n");
    check_streams("A-1");
    check_true(!pv_judged_is_shown(pv_judge_stream(judge, 0)));
}

/* --- one election --- */

static void one_election__leaves_the_others_out(void **state)
{
    (void)state;
    options.one_election = true;
    options.election = kit_id_of('B');
    kit_line(&kit.history, NO_ELECTION);
    kit_life(&kit.history, 'A', 0, 1);
    check_int(run(), PV_RUN_DONE);
    check_true(!pv_judge_met_election(judge));
    check_streams("");
    kit_life(&kit.history, 'B', 0, 1);
    kit_again();
    check_int(run(), PV_RUN_DONE);
    check_true(pv_judge_met_election(judge));
    assert_string_equal(kit.findings, "");
    check_streams("B1");
}

static void one_election__a_line_of_no_stream_is_not_left_out(void **state)
{
    (void)state;
    options.one_election = true;
    options.election = kit_id_of('B');
    kit_line(&kit.history, "x");
    check_int(run(), PV_RUN_CUT);
    assert_string_equal(kit.findings, "- -1 1 record_invalid -\n");
}

/* --- event ids --- */

static void event_id__seen_before__is_told_only_when_asked(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 0);
    kit_line(&kit.history,
             "{\"stream\":\"Election-01HQ000000000000000000000A\",\"number\":1,"
             "\"type\":\"PhotoVote.Event.Election.ElectionNameChanged\",\"data\":{"
             "\"id\":\"01HR0000000000000000000000\",\"election_id\":\"01HQ000000000000000000000A\","
             "\"name\":\"y\"}}");
    check_int(run(), PV_RUN_DONE);
    check_streams("A1");
    options.finds_duplicates = options.goes_on = true;
    kit_again();
    check_int(run(), PV_RUN_DONE);
    assert_string_equal(kit.findings, "A 1 2 event_id_duplicate id\n");
    check_streams("A1");
    options.goes_on = false;
    kit_again();
    check_int(run(), PV_RUN_DONE);
    assert_string_equal(kit.findings, "A 1 2 event_id_duplicate id\n");
    check_streams("A0");
}

/* --- many streams --- */

static void streams__interleaved__are_told_in_the_order_of_their_appearance(void **state)
{
    char expected[256] = "";
    (void)state;
    for (size_t round = 0; round < 2; round++) {
        for (const char *name = MANY; *name != '\0'; name++)
            kit_life(&kit.history, *name, (int)round, (int)round);
    }
    for (const char *name = MANY; *name != '\0'; name++)
        (void)snprintf(expected + strlen(expected), sizeof expected - strlen(expected), "%c1", *name);
    check_int(run(), PV_RUN_DONE);
    assert_string_equal(kit.findings, "");
    check_streams(expected);
}

/* --- the state rules --- */

static void broken_rule__paranoid__is_told_after_the_event(void **state)
{
    (void)state;
    options.paranoid = true;
    kit_life(&kit.history, 'A', 0, KIT_CLOSED);
    app_call_fails(APP_CALL_RULES, 4);
    check_int(run(), PV_RUN_FAULT);
    kit_check_fault(PV_FAULT_KIND_DAMAGED,
                    "Election-01HQ000000000000000000000A after number 4: the state breaks "
                    "rule D6.8 (a cast ballot without a rating, ballot 7): a defect");
}

static void state_rules__not_paranoid__are_looked_at_once_for_each_stream_at_the_end(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, KIT_CLOSED);
    kit_life(&kit.history, 'B', 0, 1);
    app_calls_work();
    check_int(run(), PV_RUN_DONE);
    check_int(app_calls_made(APP_CALL_RULES), 2);
    app_call_fails(APP_CALL_RULES, 1);
    kit_again();
    check_int(run(), PV_RUN_FAULT);
    kit_check_fault(PV_FAULT_KIND_DAMAGED,
                    "Election-01HQ000000000000000000000B after number 1: the state breaks");
}

/* --- whoever looks on --- */

static int64_t versions[16];
static enum pv_event_type types[8];
static size_t version_count, stop_at;

static bool look_on(void *context, const struct pv_election *election, const struct pv_event *event,
                    struct pv_fault *fault)
{
    (void)context;
    types[version_count] = event->type;
    versions[version_count++] = election->version;
    if (version_count == stop_at)
        pv_fault_set(fault, PV_FAULT_KIND_IO, "looked enough");
    return version_count != stop_at;
}

static void applied_event__is_shown_to_whoever_looks_on(void **state)
{
    (void)state;
    version_count = stop_at = 0;
    options.on_applied = look_on;
    kit_life(&kit.history, 'A', 0, 2);
    kit_life(&kit.history, 'A', 2, 2);
    kit_life(&kit.history, 'B', 0, 0);
    check_int(run(), PV_RUN_DONE);
    check_int(version_count, 4);
    check_int(versions[2], 2);
    check_int(versions[3], 0);
    check_int(types[0], PV_EVENT_ELECTION_CREATED);
    check_int(types[1], PV_EVENT_COMPETITION_ADDED);
}

static void onlooker__may_stop_the_run(void **state)
{
    (void)state;
    version_count = 0;
    stop_at = 2;
    options.on_applied = look_on;
    kit_life(&kit.history, 'A', 0, 5);
    check_int(run(), PV_RUN_FAULT);
    kit_check_fault(PV_FAULT_KIND_IO, "looked enough");
    check_int(version_count, 2);
}

/* --- memory --- */

static enum pv_outcome run_for_memory(void)
{
    if (run() != PV_RUN_DONE) {
        if (judge == NULL)
            kit.fault.kind = PV_FAULT_KIND_NO_MEMORY; /* the commands say so */
        return PV_OUTCOME_FAILED;
    }
    return PV_OUTCOME_CLEAN;
}

static void allocation__that_fails__is_a_fault(void **state)
{
    (void)state;
    options.finds_duplicates = options.goes_on = true;
    for (const char *name = "ABCDEFGHJ"; *name != '\0'; name++)
        kit_life(&kit.history, *name, 0, 1);
    kit_life(&kit.history, 'A', 2, KIT_CLOSED);
    kit_sweep_allocations(run_for_memory, PV_OUTCOME_CLEAN);
    check_streams("A9B1C1D1E1F1G1H1J1");
}

static void when__that_has_no_memory__is_a_fault(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 5);
    app_call_fails(APP_CALL_WHEN, 3);
    check_int(run(), PV_RUN_FAULT);
    kit_check_fault(PV_FAULT_KIND_NO_MEMORY, "out of memory while replaying");
    check_streams("A2");
}

static void judge__none__can_be_freed(void **state)
{
    (void)state;
    pv_judge_free(NULL);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(history__without_a_fault__has_no_finding),
        CASE(refused_event__ends_its_election_alone),
        CASE(refused_event__is_skipped_by_a_judge_that_goes_on),
        CASE(gap__is_told_once_and_ends_the_election),
        CASE(record_of_no_stream__ends_the_run_unless_the_judge_goes_on),
        CASE(stream_that_is_no_text__ends_the_run),
        CASE(record_of_another_stream__ends_nothing),
        CASE(record_without_a_number__ends_its_election_that_has_not_appeared),
        CASE(fault_in_the_envelope__uses_up_the_number),
        CASE(event_of_another_election__is_a_mismatch),
        CASE(one_election__leaves_the_others_out),
        CASE(one_election__a_line_of_no_stream_is_not_left_out),
        CASE(event_id__seen_before__is_told_only_when_asked),
        CASE(streams__interleaved__are_told_in_the_order_of_their_appearance),
        CASE(broken_rule__paranoid__is_told_after_the_event),
        CASE(state_rules__not_paranoid__are_looked_at_once_for_each_stream_at_the_end),
        CASE(applied_event__is_shown_to_whoever_looks_on),
        CASE(onlooker__may_stop_the_run),
        CASE(allocation__that_fails__is_a_fault),
        CASE(when__that_has_no_memory__is_a_fault),
        CASE(judge__none__can_be_freed),
    };
    _Static_assert(sizeof tests / sizeof tests[0] >= 21, "tests are missing from the group");
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
