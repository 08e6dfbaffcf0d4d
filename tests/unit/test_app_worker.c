/* The worker: each promise of its header. */
#include "worker_kit.h"

#include "app_calls.h"

#include <stdlib.h>

#define BALLOT_1 "\"ballot_id\":\"01HQ0000000000000000000001\""
#define VOTER(name) "\"voter_id\":\"01HQ000000000000000000000" name "\""
#define ID(number) "\"id\":\"01HR0000000000000000000" number "\""
#define ELECTION_A "\"election_id\":\"01HQ000000000000000000000A\""

static const struct pv_worker_counts *counts(void)
{
    return pv_worker_counts(wk.worker);
}

static unsigned publish_line(struct pv_caller caller, char election, int number, const char *type,
                             const char *fields)
{
    kit_record(&kit.history, election, number, type, fields);
    return worker_publish(caller);
}

/* A command with this data, whatever it is, for election A. */
static unsigned publish_data(const char *type, const char *data, const char *id)
{
    struct pv_command command = {.election = kit_id_of('A'),
                                 .type = {type, strlen(type)},
                                 .data = {data, strlen(data)},
                                 .metadata = PV_STR("{\"why\":\"test\"}"),
                                 .caller = worker_admin(),
                                 .expected_version = PV_ANY_VERSION};
    check_int(pv_event_id_parse((struct pv_str){id, strlen(id)}, &command.id), PV_CODE_NONE);
    return worker_publish_command(command);
}

static void check_trace(const char *expected)
{
    assert_string_equal(wk.trace, expected);
    worker_forget();
}

/* --- what is accepted --- */

static void accepted__is_recorded_and_answered(void **state)
{
    struct pv_str metadata;
    (void)state;
    unsigned first = worker_publish_life('A', 0, KIT_CLOSED);
    worker_step(PV_WORKER_WORKED);
    assert_string_equal(worker_stored(), "A0 A1 A2 A3 A4 A5 A6 A7 A8 A9");
    for (unsigned i = 0; i <= KIT_CLOSED; i++)
        worker_recorded(first + i, i);
    check_str(worker_data('A', 8, &metadata), "{" ID("008") "," ELECTION_A "," BALLOT_1 "}");
    check_str(metadata, "{\"who\":\"x\"}");
    check_int(counts()->recorded, 10);
    check_int(counts()->groups, 1);
    check_int(wk.refusals, 0);
    worker_step(PV_WORKER_IDLE);
    check_true(pv_worker_memory(wk.worker) > 1000);
}

static void recorded__is_the_canonical_form_of_the_event(void **state)
{
    (void)state;
    (void)worker_publish_life('A', 0, 0);
    unsigned n =
        publish_data("PhotoVote.Event.Election.ElectionNameChanged",
                     " { \"more\" : [1] , \"name\":\"\\u0048ills\", \"election_id\" : "
                     "\"01hq000000000000000000000a\", \"id\":\"018e0000-0000-0000-0000-0000000003e7\" }",
                     "018e0000-0000-0000-0000-0000000003e7");
    worker_step(PV_WORKER_WORKED);
    worker_recorded(n, 1);
    check_str(worker_data('A', 1, NULL),
              "{\"id\":\"01HR00000000000000000000Z7\"," ELECTION_A ",\"name\":\"Hills\"}");
}

static void position__is_told_where_the_store_told_it(void **state)
{
    (void)state;
    unsigned first = worker_publish_life('A', 0, 2);
    unsigned other = worker_publish_life('B', 0, 0);
    worker_step(PV_WORKER_WORKED);
    check_int(worker_answered(first, PV_ANSWER_RECORDED)->position, 0);
    check_int(worker_answered(first + 1, PV_ANSWER_RECORDED)->position, 1);
    check_int(worker_answered(first + 2, PV_ANSWER_RECORDED)->position, 2);
    check_int(worker_answered(other, PV_ANSWER_RECORDED)->position, 3);
    unsigned again = worker_publish_life('A', 0, 0);
    worker_step(PV_WORKER_WORKED);
    check_int(worker_answered(again, PV_ANSWER_RECORDED)->position, 0);
}

/* A server may tell no more than where the last event is, or nothing at all. */
static void position__of_a_store_that_tells_less__is_not_made_up(void **state)
{
    static const int64_t told[][4] = {{0, 2, -1, -1}, {0, -1, -1, -1}, {1, -1, -1, -1}, {1, 2, 0, 1}};
    (void)state;
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
        wk.tells = (struct worker_tells){.given = true, .follow = told[i][0] != 0, .position = told[i][1]};
        unsigned first = worker_publish_life((char)('C' + i), 0, 2);
        worker_step(PV_WORKER_WORKED);
        check_int(worker_answered(first, PV_ANSWER_RECORDED)->position, told[i][2]);
        check_int(worker_answered(first + 1, PV_ANSWER_RECORDED)->position, told[i][3]);
        check_int(worker_answered(first + 2, PV_ANSWER_RECORDED)->position, told[i][1]);
    }
}

static void take_7_ms(void)
{
    virtual_clock_advance(&wk.clock, 7);
}

static void go_back(void)
{
    virtual_clock_jump(&wk.clock, -1000000);
}

/* What it waited for the group is not its time, and no clock that is set back makes that negative. */
static void group__is_timed_from_its_taking(void **state)
{
    (void)state;
    (void)worker_publish_life('A', 0, 0);
    virtual_clock_advance(&wk.clock, 150);
    wk.before_append = take_7_ms;
    worker_step(PV_WORKER_WORKED);
    check_int(counts()->group_us, 7000);
    (void)worker_publish_life('A', 1, 1);
    wk.before_append = go_back;
    worker_step(PV_WORKER_WORKED);
    check_int(counts()->group_us, 0);
}

/* The verdict on a command is by all commands before it, also those of its own group. */
static void commands__are_judged_in_order(void **state)
{
    (void)state;
    unsigned first = worker_publish_life('A', 1, 1);
    (void)worker_publish_life('A', 0, 0);
    (void)worker_publish_life('A', 1, 1);
    worker_step(PV_WORKER_WORKED);
    worker_refused(first, PV_ELECTION_UNKNOWN);
    worker_recorded(first + 1, 0);
    worker_recorded(first + 2, 1);
}

static void nobody_waiting__is_not_answered(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 0);
    struct pv_command command = {.election = kit_id_of('A'),
                                 .type = PV_STR("PhotoVote.Event.Election.ElectionDeleted"),
                                 .data = PV_STR("{}"),
                                 .metadata = PV_STR("{}"),
                                 .caller = worker_admin()};
    check_int(wk.queue.ops->publish(wk.queue.self, &command, &kit.fault), PV_BROKER_OK);
    worker_step(PV_WORKER_WORKED);
    check_trace("log1 ack0");
}

/* --- nothing that the core has not accepted --- */

static void refused__is_not_recorded_but_logged(void **state)
{
    (void)state;
    (void)worker_publish_life('A', 0, KIT_CLOSED);
    unsigned n = publish_line(worker_voter('1'), 'A', 50, "Ballot.BallotCast", BALLOT_1);
    worker_step(PV_WORKER_WORKED);
    worker_refused(n, PV_ELECTION_CLOSED);
    check_true(strstr(worker_stored(), "A10") == NULL);
    const struct worker_refusal *logged = &wk.refused[0];
    check_int(wk.refusals, 1);
    assert_string_equal(logged->code, "election_closed");
    assert_string_equal(logged->field, "election_id");
    assert_string_equal(logged->subject, "voter");
    assert_string_equal(logged->type, "PhotoVote.Event.Ballot.BallotCast");
    assert_string_equal(logged->data, "{" ID("050") "," ELECTION_A "," BALLOT_1 "}");
    assert_string_equal(logged->metadata, "{\"who\":\"x\"}");
    check_true(strlen(logged->message) > 10);
    check_true(pv_bits128_equal(logged->election.bits, kit_id_of('A').bits));
    check_true(pv_bits128_equal(logged->id.bits, wk.refused[0].id.bits));
    check_int(logged->at.us, wk.clock.us - 100000); /* the clock went on after the step */
    check_int(counts()->refused[PV_ELECTION_CLOSED], 1);
}

static void malformed__is_refused_without_asking_the_store(void **state)
{
    (void)state;
    unsigned n = publish_data("PhotoVote.Event.Election.ElectionDeleted", "{", "01HR0000000000000000000001");
    worker_step(PV_WORKER_WORKED);
    worker_refused(n, PV_JSON_INVALID);
    n = publish_data("PhotoVote.Event.Nothing", "{}", "01HR0000000000000000000001");
    worker_step(PV_WORKER_WORKED);
    worker_refused(n, PV_EVENT_TYPE_UNKNOWN);
    check_trace("log1 reply1 ack1 log1 reply2 ack2");
}

static void command__that_is_not_about_its_event__is_refused(void **state)
{
    (void)state;
    unsigned n = publish_data("PhotoVote.Event.Election.ElectionCreated",
                              "{" ID("001") ",\"election_id\":\"01HQ000000000000000000000B\",\"name\":\"x\"}",
                              "01HR0000000000000000000001");
    worker_step(PV_WORKER_WORKED);
    worker_refused(n, PV_ELECTION_MISMATCH);
    assert_string_equal(wk.refused[0].field, "election_id");
    n = publish_data("PhotoVote.Event.Election.ElectionCreated",
                     "{" ID("002") "," ELECTION_A ",\"name\":\"x\"}", "01HR0000000000000000000001");
    worker_step(PV_WORKER_WORKED);
    worker_refused(n, PV_ID_INVALID);
    assert_string_equal(wk.refused[1].field, "id");
    assert_string_equal(worker_stored(), "");
}

/* --- nor that the caller may not do --- */

static void foreign_ballot__is_not_allowed_and_logged(void **state)
{
    (void)state;
    (void)worker_publish_life('A', 0, KIT_OPENED);
    kit_life(&kit.history, 'A', 7, 7);
    unsigned by_other = worker_publish(worker_voter('2'));
    unsigned by_admin = worker_publish(worker_admin());
    unsigned by_own = worker_publish(worker_email("ANN@example.org"));
    worker_step(PV_WORKER_WORKED);
    (void)worker_answered(by_other, PV_ANSWER_NOT_ALLOWED);
    (void)worker_answered(by_admin, PV_ANSWER_NOT_ALLOWED);
    worker_recorded(by_own, 7);
    check_int(wk.refusals, 2);
    assert_string_equal(wk.refused[0].code, "not_allowed");
    assert_string_equal(wk.refused[0].field, "");
    check_int(counts()->not_allowed, 2);
}

/* Not even that the event is recorded. */
static void whoever_may_not__is_told_nothing_else(void **state)
{
    (void)state;
    (void)worker_publish_life('A', 0, 7);
    unsigned repeated = worker_publish(worker_voter('2'));
    unsigned renamed =
        publish_line(worker_voter('1'), 'A', 0, "Election.ElectionNameChanged", "\"name\":\"x\"");
    unsigned expected = worker_publish_at(worker_voter('1'), 99);
    worker_step(PV_WORKER_WORKED);
    (void)worker_answered(repeated, PV_ANSWER_NOT_ALLOWED);
    (void)worker_answered(renamed, PV_ANSWER_NOT_ALLOWED);
    (void)worker_answered(expected, PV_ANSWER_NOT_ALLOWED);
}

static void unknown_ballot__is_refused_by_the_domain(void **state)
{
    (void)state;
    (void)worker_publish_life('A', 0, KIT_OPENED);
    unsigned n = publish_line(worker_voter('1'), 'A', 50, "Ballot.BallotCast",
                              "\"ballot_id\":\"01HQ0000000000000000000009\"");
    worker_step(PV_WORKER_WORKED);
    worker_refused(n, PV_BALLOT_UNKNOWN);
}

/* --- one record an event id --- */

static void repeated__answers_as_the_first_time(void **state)
{
    (void)state;
    (void)worker_publish_life('A', 0, 2);
    worker_step(PV_WORKER_WORKED);
    unsigned again = worker_publish_life('A', 0, 2);
    worker_step(PV_WORKER_WORKED);
    for (unsigned i = 0; i < 3; i++)
        worker_recorded(again + i, i);
    assert_string_equal(worker_stored(), "A0 A1 A2");
    check_int(counts()->recorded, 3);
    check_int(counts()->repeated, 3);
    check_int(counts()->groups, 1);
}

static void repeated_in_another_spelling__is_the_same_event(void **state)
{
    (void)state;
    (void)worker_publish_life('A', 0, 0);
    worker_step(PV_WORKER_WORKED);
    unsigned n =
        publish_data("PhotoVote.Event.Election.ElectionCreated",
                     "{ \"name\" : \"Pictures\", \"description\": null, " ELECTION_A "," ID("000") "}",
                     "01hr0000000000000000000000");
    worker_step(PV_WORKER_WORKED);
    worker_recorded(n, 0);
}

/* As one that was pulled from another writer's store. */
static void repeated__of_a_record_in_another_spelling__is_the_same_event(void **state)
{
    struct pv_appended appended;
    struct pv_new_event event = {.type = PV_STR("PhotoVote.Event.Election.ElectionCreated"),
                                 .data = PV_STR("{ \"name\":\"Pictures\", " ELECTION_A ", " ID("000") " }")};
    char stream[PV_STREAM_LEN];
    (void)state;
    kit_life(&kit.history, 'A', 0, 0);
    check_int(pv_event_id_parse(PV_STR("01HR0000000000000000000000"), &event.id), PV_CODE_NONE);
    pv_stream_format(kit_id_of('A'), stream);
    check_int(wk.inside.ops->append(wk.inside.self, (struct pv_str){stream, sizeof stream}, -1, &event, 1,
                                    &appended, &kit.fault),
              PV_STORE_OK);
    unsigned n = worker_publish(worker_admin());
    unsigned other = publish_line(worker_admin(), 'A', 0, "Election.ElectionCreated", "\"name\":\"Other\"");
    worker_step(PV_WORKER_WORKED);
    worker_recorded(n, 0);
    (void)worker_answered(other, PV_ANSWER_ID_REUSED);
}

static void id__of_another_event__is_reused(void **state)
{
    (void)state;
    (void)worker_publish_life('A', 0, 1);
    worker_step(PV_WORKER_WORKED);
    unsigned renamed = publish_line(worker_admin(), 'A', 1, "Election.ElectionNameChanged", "\"name\":\"x\"");
    unsigned other = publish_line(worker_admin(), 'A', 0, "Election.ElectionCreated", "\"name\":\"Other\"");
    worker_step(PV_WORKER_WORKED);
    check_int(worker_answered(renamed, PV_ANSWER_ID_REUSED)->number, -1);
    (void)worker_answered(other, PV_ANSWER_ID_REUSED);
    check_int(wk.refusals, 2);
    assert_string_equal(wk.refused[1].code, "event_id_reused");
    check_int(counts()->reused, 2);
    assert_string_equal(worker_stored(), "A0 A1");
}

/* Nothing that the core could refuse is in the stream, but the store keeps bytes. */
static void id__of_a_record_that_cannot_be_read__is_reused(void **state)
{
    struct pv_appended appended;
    struct pv_new_event event = {.type = PV_STR("PhotoVote.Event.Election.ElectionDeleted"),
                                 .data = PV_STR("nonsense")};
    char stream[PV_STREAM_LEN];
    (void)state;
    (void)worker_publish_life('A', 0, 0);
    worker_step(PV_WORKER_WORKED);
    check_int(pv_event_id_parse(PV_STR("01HR0000000000000000000050"), &event.id), PV_CODE_NONE);
    pv_stream_format(kit_id_of('A'), stream);
    check_int(wk.inside.ops->append(wk.inside.self, (struct pv_str){stream, sizeof stream}, 0, &event, 1,
                                    &appended, &kit.fault),
              PV_STORE_OK);
    unsigned n = publish_line(worker_admin(), 'A', 50, "Election.ElectionDeleted", "");
    worker_step(PV_WORKER_WORKED); /* by an old state: a conflict */
    worker_not_answered(n);
    worker_step(PV_WORKER_WORKED);
    (void)worker_answered(n, PV_ANSWER_ID_REUSED);
}

static void repeated_within_a_group__waits_for_the_first(void **state)
{
    (void)state;
    unsigned first = worker_publish_life('A', 0, 0);
    unsigned again = worker_publish(worker_admin());
    unsigned other = publish_line(worker_admin(), 'A', 0, "Election.ElectionCreated", "\"name\":\"Other\"");
    unsigned type = publish_line(worker_admin(), 'A', 0, "Election.ElectionDeleted", "");
    worker_step(PV_WORKER_WORKED);
    worker_recorded(first, 0);
    worker_recorded(again, 0);
    check_int(wk.answers[again].position, 0);
    (void)worker_answered(other, PV_ANSWER_ID_REUSED);
    (void)worker_answered(type, PV_ANSWER_ID_REUSED);
    assert_string_equal(worker_stored(), "A0");
    check_int(counts()->repeated, 1);
}

static void id__of_a_refused_command__may_come_again(void **state)
{
    (void)state;
    unsigned early = worker_publish_life('A', 1, 1);
    (void)worker_publish_life('A', 0, 1);
    worker_step(PV_WORKER_WORKED);
    worker_refused(early, PV_ELECTION_UNKNOWN);
    worker_recorded(early + 2, 1);
}

/* --- the expected version --- */

static void expected_version__must_be_the_elections(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 0);
    unsigned wrong = worker_publish_at(worker_admin(), 0);
    unsigned right = worker_publish_at(worker_admin(), -1);
    kit_life(&kit.history, 'A', 1, 1);
    unsigned behind = worker_publish_at(worker_admin(), -1);
    unsigned next = worker_publish_at(worker_admin(), 0);
    worker_step(PV_WORKER_WORKED);
    check_int(worker_answered(wrong, PV_ANSWER_WRONG_VERSION)->number, -1);
    worker_recorded(right, 0);
    check_int(worker_answered(behind, PV_ANSWER_WRONG_VERSION)->number, 0);
    worker_recorded(next, 1);
    check_int(counts()->wrong_version, 2);
    assert_string_equal(wk.refused[1].code, "wrong_version");
    assert_string_equal(worker_stored(), "A0 A1");
}

static void expected_version__is_not_asked_of_a_repetition(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 0);
    (void)worker_publish_at(worker_admin(), -1);
    unsigned in_group = worker_publish_at(worker_admin(), -1);
    worker_step(PV_WORKER_WORKED);
    unsigned later = worker_publish_at(worker_admin(), -1);
    worker_step(PV_WORKER_WORKED);
    worker_recorded(in_group, 0);
    worker_recorded(later, 0);
}

/* --- the order of things --- */

static void answers__come_after_the_append_and_the_log(void **state)
{
    (void)state;
    (void)worker_publish_life('A', 0, 0);
    (void)worker_publish_life('B', 1, 1);
    worker_step(PV_WORKER_WORKED);
    check_trace("read read last append log1 reply1 ack1 reply2 ack2");
}

static void group__is_one_append_of_all_elections(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        (void)worker_publish_life('A', i, i);
        (void)worker_publish_life('B', i, i);
        (void)worker_publish_life('C', i, i);
    }
    worker_step(PV_WORKER_WORKED);
    assert_string_equal(worker_stored(), "A0 A1 A2 B0 B1 B2 C0 C1 C2");
    check_int(counts()->groups, 1);
    check_int(wk.answer_count[9], 1);
}

static void group__has_a_limit(void **state)
{
    (void)state;
    (void)worker_publish_life('A', 0, 0);
    for (int i = 0; i < PV_WORKER_GROUP_MAX; i++)
        (void)publish_line(worker_admin(), 'A', 100 + i, "Election.ElectionNameChanged", "\"name\":\"x\"");
    worker_step(PV_WORKER_WORKED);
    worker_step(PV_WORKER_WORKED);
    worker_step(PV_WORKER_IDLE);
    check_int(wk.largest_group, PV_WORKER_GROUP_MAX);
    check_int(counts()->groups, 2);
    worker_recorded(PV_WORKER_GROUP_MAX + 1, PV_WORKER_GROUP_MAX);
}

static void elections_beyond_the_memory__are_handled_all_the_same(void **state)
{
    (void)state;
    wk.options.memory_limit = 1;
    worker_anew();
    for (int i = 0; i < 4; i++) {
        (void)worker_publish_life('A', 2 * i, 2 * i + 1);
        (void)worker_publish_life('B', 2 * i, 2 * i + 1);
        worker_step(PV_WORKER_WORKED);
    }
    check_int(counts()->recorded, 16);
    check_int(counts()->conflicts, 0);
}

static void worker__that_is_new__goes_on_from_the_store(void **state)
{
    (void)state;
    (void)worker_publish_life('A', 0, 4);
    worker_step(PV_WORKER_WORKED);
    worker_anew();
    unsigned next = worker_publish_life('A', 4, 5);
    worker_step(PV_WORKER_WORKED);
    worker_recorded(next, 4);
    worker_recorded(next + 1, 5);
}

/* --- other writers --- */

static void other_writes_a_1(void)
{
    worker_record_life('A', 1, 1);
}

static void conflict__drops_the_election_and_its_commands_come_again(void **state)
{
    (void)state;
    (void)worker_publish_life('A', 0, 0);
    worker_step(PV_WORKER_WORKED);
    unsigned first = worker_publish_life('A', 1, 3); /* 1 is recorded meanwhile */
    unsigned refused = publish_line(worker_admin(), 'A', 50, "Election.ElectionCreated", "\"name\":\"x\"");
    unsigned other = worker_publish_life('B', 0, 0);
    wk.before_append = other_writes_a_1;
    worker_forget();
    worker_step(PV_WORKER_WORKED);
    check_trace("read append reply6 ack6 nak2");
    worker_recorded(other, 0);
    worker_not_answered(first);
    worker_not_answered(refused);
    check_int(wk.refusals, 0);
    worker_step(PV_WORKER_WORKED);
    for (unsigned i = 0; i < 3; i++)
        worker_recorded(first + i, i + 1);
    worker_refused(refused, PV_ELECTION_EXISTS);
    assert_string_equal(worker_stored(), "A0 A1 B0 A2 A3");
    check_int(counts()->conflicts, 1);
    check_int(counts()->naks, 1);
    check_int(counts()->repeated, 1);
}

static void conflict__gives_back_what_waited_for_the_append(void **state)
{
    (void)state;
    (void)worker_publish_life('A', 0, 0);
    worker_step(PV_WORKER_WORKED);
    unsigned known = worker_publish_life('A', 0, 0); /* what is recorded stays so */
    (void)worker_publish_life('A', 1, 1);            /* this one alone the store would recognise */
    unsigned first = worker_publish_life('A', 2, 2);
    unsigned again = worker_publish(worker_admin());
    unsigned reused = publish_line(worker_admin(), 'A', 2, "Election.ElectionDeleted", "");
    unsigned malformed = publish_data("x", "{", "01HR0000000000000000000001");
    wk.before_append = other_writes_a_1;
    worker_step(PV_WORKER_WORKED);
    worker_recorded(known, 0);
    worker_refused(malformed, PV_JSON_INVALID);
    worker_not_answered(first);
    worker_not_answered(again);
    worker_not_answered(reused);
    worker_step(PV_WORKER_WORKED);
    worker_recorded(first, 2);
    worker_recorded(again, 2);
    (void)worker_answered(reused, PV_ANSWER_ID_REUSED);
}

/* The same command went to another worker, whose append came first: the store knows it. */
static void recorded_meanwhile__is_recognised_when_it_comes_again(void **state)
{
    (void)state;
    (void)worker_publish_life('A', 0, 0);
    worker_step(PV_WORKER_WORKED);
    unsigned first = worker_publish_life('A', 1, 1);
    wk.before_append = other_writes_a_1;
    worker_step(PV_WORKER_WORKED);
    worker_not_answered(first);
    worker_step(PV_WORKER_WORKED);
    worker_recorded(first, 1);
    assert_string_equal(worker_stored(), "A0 A1");
}

/* Another writer used the id for something else: it is not taken for this event. */
static void id_used_by_another_meanwhile__is_reused(void **state)
{
    (void)state;
    (void)worker_publish_life('A', 0, 0);
    worker_step(PV_WORKER_WORKED);
    worker_record_life('A', 1, 1);
    unsigned n = publish_line(worker_admin(), 'A', 1, "Election.ElectionNameChanged", "\"name\":\"x\"");
    worker_step(PV_WORKER_WORKED);
    worker_not_answered(n);
    worker_step(PV_WORKER_WORKED);
    (void)worker_answered(n, PV_ANSWER_ID_REUSED);
    n = worker_publish_life('A', 2, 2);
    worker_step(PV_WORKER_WORKED);
    worker_recorded(n, 2);
}

/* No append would tell that the aggregate is old. */
static void refusal__by_an_old_state__is_not_believed(void **state)
{
    (void)state;
    (void)worker_publish_life('A', 0, 0);
    worker_step(PV_WORKER_WORKED);
    worker_record_life('A', 1, 1);
    unsigned n = worker_publish_life('A', 2, 2); /* a candidate of a competition that is not known here */
    worker_forget();
    worker_step(PV_WORKER_WORKED);
    check_trace("last nak2");
    worker_not_answered(n);
    check_int(wk.refusals, 0);
    worker_step(PV_WORKER_WORKED);
    worker_recorded(n, 2);
    check_int(counts()->conflicts, 1);
}

static void wrong_version__by_an_old_state__is_not_believed(void **state)
{
    (void)state;
    (void)worker_publish_life('A', 0, 0);
    worker_step(PV_WORKER_WORKED);
    worker_record_life('A', 1, 1);
    kit_life(&kit.history, 'A', 2, 2);
    unsigned n = worker_publish_at(worker_admin(), 1);
    worker_step(PV_WORKER_WORKED);
    worker_step(PV_WORKER_WORKED);
    worker_recorded(n, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORKER_CASE(accepted__is_recorded_and_answered),
        WORKER_CASE(recorded__is_the_canonical_form_of_the_event),
        WORKER_CASE(position__is_told_where_the_store_told_it),
        WORKER_CASE(position__of_a_store_that_tells_less__is_not_made_up),
        WORKER_CASE(group__is_timed_from_its_taking),
        WORKER_CASE(commands__are_judged_in_order),
        WORKER_CASE(nobody_waiting__is_not_answered),
        WORKER_CASE(refused__is_not_recorded_but_logged),
        WORKER_CASE(malformed__is_refused_without_asking_the_store),
        WORKER_CASE(command__that_is_not_about_its_event__is_refused),
        WORKER_CASE(foreign_ballot__is_not_allowed_and_logged),
        WORKER_CASE(whoever_may_not__is_told_nothing_else),
        WORKER_CASE(unknown_ballot__is_refused_by_the_domain),
        WORKER_CASE(repeated__answers_as_the_first_time),
        WORKER_CASE(repeated_in_another_spelling__is_the_same_event),
        WORKER_CASE(repeated__of_a_record_in_another_spelling__is_the_same_event),
        WORKER_CASE(id__of_another_event__is_reused),
        WORKER_CASE(id__of_a_record_that_cannot_be_read__is_reused),
        WORKER_CASE(repeated_within_a_group__waits_for_the_first),
        WORKER_CASE(id__of_a_refused_command__may_come_again),
        WORKER_CASE(expected_version__must_be_the_elections),
        WORKER_CASE(expected_version__is_not_asked_of_a_repetition),
        WORKER_CASE(answers__come_after_the_append_and_the_log),
        WORKER_CASE(group__is_one_append_of_all_elections),
        WORKER_CASE(group__has_a_limit),
        WORKER_CASE(elections_beyond_the_memory__are_handled_all_the_same),
        WORKER_CASE(worker__that_is_new__goes_on_from_the_store),
        WORKER_CASE(conflict__drops_the_election_and_its_commands_come_again),
        WORKER_CASE(conflict__gives_back_what_waited_for_the_append),
        WORKER_CASE(recorded_meanwhile__is_recognised_when_it_comes_again),
        WORKER_CASE(id_used_by_another_meanwhile__is_reused),
        WORKER_CASE(refusal__by_an_old_state__is_not_believed),
        WORKER_CASE(wrong_version__by_an_old_state__is_not_believed),
    };
    _Static_assert(sizeof tests / sizeof tests[0] >= 32, "tests are missing from the group");
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
