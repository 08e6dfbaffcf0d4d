/* rebuild: which documents it writes, in which parts, and that a failure on the way is told. */
#include "app_cache.h"
#include "app_kit.h"

#define ID(name) "01HQ000000000000000000000" name
#define HEADER(name, version)                                                                                \
    "{\"id\":\"" ID(name) "\",\"version\":" version ",\"deleted\":false,\"name\":\"Pictures\","              \
                          "\"description\":null,\"opened\":null,\"closed\":null,\"competitions\":[]"

static int set_up(void **state)
{
    app_cache_open();
    return kit_set_up(state);
}

static int tear_down(void **state)
{
    app_cache_close();
    return kit_tear_down(state);
}

static enum pv_outcome rebuild(void)
{
    return pv_rebuild(&kit.audit, &app_cache.port, &kit.fault);
}

static size_t count_of(const char *text, const char *what)
{
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, what)) != NULL; at++)
        count++;
    return count;
}

/* --- what it writes --- */

static void election__is_written_with_its_last_number(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 0);
    kit_life(&kit.history, 'B', 0, 0);
    kit_record(&kit.history, 'B', 1, "Election.ElectionNameChanged", "\"name\":\"Pictures\"");
    check_int(rebuild(), PV_OUTCOME_CLEAN);
    assert_string_equal(app_cache_text('A'), "0 " HEADER("A", "0") "}");
    assert_string_equal(app_cache_text('B'), "1 " HEADER("B", "1") "}");
    assert_string_equal(kit_printed(), "");
}

static void election__with_a_voter__has_a_page_of_each_kind(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 0);
    kit_record(&kit.history, 'A', 1, "Voter.VoterRegistered",
               "\"voter_id\":\"" ID("1") "\",\"name\":\"Ann\",\"email\":\"ann@example.org\"");
    kit_record(&kit.history, 'A', 2, "Ballot.BallotCreated",
               "\"voter_id\":\"" ID("1") "\",\"ballot_id\":\"" ID("2") "\"");
    check_int(rebuild(), PV_OUTCOME_CLEAN);
    assert_string_equal(
        app_cache_text('A'),
        "2 " HEADER("A", "2") "} [{\"id\":\"" ID(
            "1") "\",\"version\":1,\"deleted\":false,"
                 "\"name\":\"Ann\",\"email\":\"ann@example.org\",\"ballot_issued\":true}] "
                 "[{\"id\":\"" ID("2") "\",\"version\":0,\"deleted\":false,\"voter_id\":\"" ID(
                     "1") "\","
                          "\"ratings\":{},\"cast\":false}]");
}

/* One voter and one ballot more than fit on a page (F3). */
static void election__larger_than_a_page__has_two(void **state)
{
    char fields[200];
    (void)state;
    kit_life(&kit.history, 'A', 0, 0);
    for (int i = 1; i <= 129; i++) {
        (void)snprintf(fields, sizeof fields,
                       "\"voter_id\":\"01HQ0000000000000000000%03d\",\"name\":\"Ann\",\"email\":\"a%d@b\"", i,
                       i);
        kit_record(&kit.history, 'A', i, "Voter.VoterRegistered", fields);
    }
    for (int i = 1; i <= 17; i++) {
        (void)snprintf(
            fields, sizeof fields,
            "\"voter_id\":\"01HQ0000000000000000000%03d\",\"ballot_id\":\"01HQ0000000000000000000%03d\"", i,
            i);
        kit_record(&kit.history, 'A', 129 + i, "Ballot.BallotCreated", fields);
    }
    check_int(rebuild(), PV_OUTCOME_CLEAN);
    const char *text = app_cache_text('A');
    check_int(count_of(text, "\"email\":"), 129);
    check_int(count_of(text, "\"cast\":"), 17);
    check_int(count_of(text, " [{"), 4);
    check_int(count_of(strstr(text, " [{") + 1, "\"email\":"), 129);
    check_true(strstr(text, " [{\"id\":\"01HQ0000000000000000000129\",\"version\":0") != NULL);
    check_true(strstr(text, " [{\"id\":\"01HQ0000000000000000000017\",\"version\":0") != NULL);
}

static void cache_that_keeps_it_whole__gets_the_whole_document(void **state)
{
    (void)state;
    app_cache.whole = true;
    kit_life(&kit.history, 'A', 0, 0);
    kit_record(&kit.history, 'A', 1, "Voter.VoterRegistered",
               "\"voter_id\":\"" ID("1") "\",\"name\":\"Ann\",\"email\":\"ann@example.org\"");
    check_int(rebuild(), PV_OUTCOME_CLEAN);
    assert_string_equal(
        app_cache_text('A'),
        "1 " HEADER("A", "1") ",\"voters\":[{\"id\":\"" ID(
            "1") "\",\"version\":0,\"deleted\":"
                 "false,\"name\":\"Ann\",\"email\":\"ann@example.org\",\"ballot_issued\":false}],"
                 "\"ballots\":[]}");
}

static void election__that_ended_in_a_refusal__is_left_alone(void **state)
{
    (void)state;
    app_cache_keep('A', "{}");
    kit_life(&kit.history, 'A', 0, 1);
    kit_life(&kit.history, 'A', 3, 3);
    kit_life(&kit.history, 'B', 0, 0);
    check_int(rebuild(), PV_OUTCOME_FOUND);
    assert_string_equal(app_cache_text('A'), "1 {}");
    assert_string_equal(app_cache_text('B'), "0 " HEADER("B", "0") "}");
    assert_string_equal(kit.findings, "A 3 3 stream_gap number\n");
}

static void deleted_election__is_removed(void **state)
{
    (void)state;
    app_cache_keep('A', "{}");
    kit_life(&kit.history, 'A', 0, KIT_DELETED);
    check_int(rebuild(), PV_OUTCOME_CLEAN);
    assert_string_equal(app_cache_text('A'), "none");
    kit_again();
    check_int(rebuild(), PV_OUTCOME_CLEAN); /* there is none now */
    check_int(app_cache.calls[APP_CACHE_REMOVE], 2);
    check_int(app_cache.calls[APP_CACHE_PUT], 0);
}

static void line_of_no_stream__nothing_is_written(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 0);
    kit_line(&kit.history, "?");
    check_int(rebuild(), PV_OUTCOME_FOUND);
    assert_string_equal(app_cache_text('A'), "none");
}

static void one_election__alone_is_written(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 0);
    kit_life(&kit.history, 'B', 0, 0);
    kit.audit.one_election = true;
    kit.audit.election = kit_id_of('B');
    check_int(rebuild(), PV_OUTCOME_CLEAN);
    assert_string_equal(app_cache_text('A'), "none");
    assert_string_equal(app_cache_text('B'), "0 " HEADER("B", "0") "}");
    kit.audit.election = kit_id_of('C');
    kit_again();
    check_int(rebuild(), PV_OUTCOME_FAILED);
    kit_check_fault(PV_FAULT_KIND_DAMAGED, "no record of Election-" ID("C"));
}

/* --- what goes wrong --- */

static void source__that_breaks__nothing_is_written(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 1);
    kit.history.fault_after = 1;
    check_int(rebuild(), PV_OUTCOME_FAILED);
    kit_check_fault(PV_FAULT_KIND_IO, "the source broke");
    assert_string_equal(app_cache_text('A'), "none");
}

static void put__that_fails__ends_it(void **state)
{
    (void)state;
    for (const char *name = "ABC"; *name != '\0'; name++)
        kit_life(&kit.history, *name, 0, 0);
    app_cache_answers(APP_CACHE_PUT, 1, PV_CACHE_FAULT);
    check_int(rebuild(), PV_OUTCOME_FAILED);
    kit_check_fault(PV_FAULT_KIND_DENIED, "the cache broke");
    assert_string_equal(app_cache_text('A'), "0 " HEADER("A", "0") "}");
    assert_string_equal(app_cache_text('B'), "none");
    assert_string_equal(app_cache_text('C'), "none");
}

static void remove__that_fails__ends_it(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, KIT_DELETED);
    app_cache_answers(APP_CACHE_REMOVE, 0, PV_CACHE_FAULT);
    check_int(rebuild(), PV_OUTCOME_FAILED);
    kit_check_fault(PV_FAULT_KIND_DENIED, "the cache broke");
}

/* The first two ticks are the pass's: its begin and its end. */
static void interrupt__between_two_elections__leaves_the_first_written(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 0);
    kit_life(&kit.history, 'B', 0, 0);
    kit.stop_at = 4;
    check_int(rebuild(), PV_OUTCOME_FAILED);
    kit_check_fault(PV_FAULT_KIND_INTERRUPTED, "interrupted");
    check_int(kit.tick_records, 2);
    assert_string_equal(app_cache_text('A'), "0 " HEADER("A", "0") "}");
    assert_string_equal(app_cache_text('B'), "none");
}

static void allocation__that_fails__is_a_fault(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, KIT_CLOSED);
    kit_life(&kit.history, 'B', 0, 0);
    kit_sweep_allocations(rebuild, PV_OUTCOME_CLEAN);
    app_cache.whole = true;
    kit_sweep_allocations(rebuild, PV_OUTCOME_CLEAN);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(election__is_written_with_its_last_number),
        CASE(election__with_a_voter__has_a_page_of_each_kind),
        CASE(election__larger_than_a_page__has_two),
        CASE(cache_that_keeps_it_whole__gets_the_whole_document),
        CASE(election__that_ended_in_a_refusal__is_left_alone),
        CASE(deleted_election__is_removed),
        CASE(line_of_no_stream__nothing_is_written),
        CASE(one_election__alone_is_written),
        CASE(source__that_breaks__nothing_is_written),
        CASE(put__that_fails__ends_it),
        CASE(remove__that_fails__ends_it),
        CASE(interrupt__between_two_elections__leaves_the_first_written),
        CASE(allocation__that_fails__is_a_fault),
    };
    _Static_assert(sizeof tests / sizeof tests[0] >= 13, "tests are missing from the group");
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
