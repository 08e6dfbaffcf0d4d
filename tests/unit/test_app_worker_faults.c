/* The worker where its ports fail: what was promised holds, and what could not be handled comes again. */
#include "worker_kit.h"

#include "adapters.h"
#include "app_calls.h"

#include <stdlib.h>

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

static void check_trace(const char *expected)
{
    assert_string_equal(wk.trace, expected);
    worker_forget();
}

/* The next call that can fail, from now on. */
static void fail_next(size_t at)
{
    wk.fail_at = wk.calls + at;
}

/* --- every call --- */

/* Two elections; a repetition, a refusal, and one who may not. */
static void publish_some(void)
{
    (void)worker_publish_life('A', 0, KIT_CAST);                                               /* 1 to 9 */
    (void)worker_publish_life('B', 0, 2);                                                      /* 10 to 12 */
    (void)worker_publish_life('A', 3, 3);                                                      /* 13 */
    (void)publish_line(worker_admin(), 'A', 50, "Election.ElectionCreated", "\"name\":\"x\""); /* 14 */
    (void)publish_line(worker_voter('2'), 'B', 51, "Election.ElectionDeleted", "");            /* 15 */
}

static void check_answer_came(unsigned number, enum pv_answer_kind kind, int64_t record)
{
    check_true(wk.answer_count[number] >= 1); /* twice, where it was not known that the first one went out */
    check_int(wk.answers[number].kind, kind);
    if (kind == PV_ANSWER_RECORDED)
        check_int(wk.answers[number].number, record);
}

static void check_logged(const char *code)
{
    size_t found = 0;
    for (size_t i = 0; i < wk.refusals; i++)
        found += strcmp(wk.refused[i].code, code) == 0;
    check_true(found >= 1);
}

/* As if nothing had failed. */
static void check_some(void)
{
    unsigned number = 1;
    for (int i = 0; i <= KIT_CAST; i++)
        check_answer_came(number++, PV_ANSWER_RECORDED, i);
    for (int i = 0; i < 3; i++)
        check_answer_came(number++, PV_ANSWER_RECORDED, i);
    check_answer_came(number++, PV_ANSWER_RECORDED, 3);
    check_answer_came(number++, PV_ANSWER_REFUSED, -1);
    check_answer_came(number++, PV_ANSWER_NOT_ALLOWED, -1);
    check_logged("election_exists");
    check_logged("not_allowed");
    int64_t last;
    struct pv_recorded found;
    for (const char *name = "AB"; *name != '\0'; name++) {
        char stream[PV_STREAM_LEN];
        pv_stream_format(kit_id_of(*name), stream);
        check_int(wk.inside.ops->last_number(wk.inside.self, (struct pv_str){stream, sizeof stream}, &last,
                                             &kit.fault),
                  PV_STORE_OK);
        check_int(last, *name == 'A' ? KIT_CAST : 2);
        check_int(wk.inside.ops->find(wk.inside.self, (struct pv_str){stream, sizeof stream},
                                      (struct pv_event_id){{1, 2}}, &found, &kit.fault),
                  PV_STORE_OK);
    }
    check_int(strlen(worker_stored()), 12 * 3 - 1);
}

/* One call of any port fails, each in turn. */
static void any_call_failing_once__changes_nothing_in_the_end(void **state)
{
    for (int failing = FAILS_BEFORE; failing <= FAILS_AFTER; failing++) {
        size_t calls = 1;
        for (size_t at = 0; at < calls; at++) {
            check_int(worker_tear_down(state), 0);
            check_int(worker_set_up(state), 0);
            wk.failing = (enum worker_failing)failing;
            publish_some();
            wk.fail_at = at;
            (void)worker_run();
            calls = wk.calls;
            check_some();
        }
        check_true(calls > 20);
    }
}

/* The same, by a worker that has the elections in memory. */
static void any_call_failing_later__changes_nothing_in_the_end(void **state)
{
    for (int failing = FAILS_BEFORE; failing <= FAILS_AFTER; failing++) {
        for (size_t at = 0;; at++) {
            check_int(worker_tear_down(state), 0);
            check_int(worker_set_up(state), 0);
            (void)worker_publish_life('A', 0, 4);
            (void)worker_publish_life('B', 0, 0);
            (void)worker_run();
            wk.failing = (enum worker_failing)failing;
            fail_next(at);
            unsigned next = worker_publish_life('A', 5, 7);
            unsigned refused =
                publish_line(worker_admin(), 'B', 50, "Election.ElectionCreated", "\"name\":\"x\"");
            (void)worker_run();
            for (unsigned i = 0; i < 3; i++)
                check_answer_came(next + i, PV_ANSWER_RECORDED, 5 + i);
            check_answer_came(refused, PV_ANSWER_REFUSED, -1);
            check_int(strlen(worker_stored()), 9 * 3 - 1);
            if (wk.calls <= wk.fail_at)
                break;
        }
    }
}

static void any_allocation_failing__changes_nothing_in_the_end(void **state)
{
    for (size_t at = 0;; at++) {
        check_int(worker_tear_down(state), 0);
        check_int(worker_set_up(state), 0);
        publish_some();
        failing_at(at);
        enum pv_worker_step step = pv_worker_step(wk.worker, 0, 0, &kit.fault);
        size_t made = failing_count();
        failing_at(SIZE_MAX);
        if (made <= at)
            break;
        check_true(step == PV_WORKER_WORKED || kit.fault.kind == PV_FAULT_KIND_NO_MEMORY);
        virtual_clock_advance(&wk.clock, wk.options.nak_delay_ms);
        (void)worker_run();
        check_some();
    }
}

/* A repetition in another spelling is read and printed again. */
static void any_allocation_failing_over_a_repetition__is_a_fault(void **state)
{
    struct pv_appended appended;
    char stream[PV_STREAM_LEN], data[3000], name[220];
    (void)state;
    /* Two names do not fit into the memory that printing begins with, and the record is longer than the
       command, so that reading it needs some, too. */
    (void)snprintf(name, sizeof name, "\"name\":\"%0150d\"", 0);
    (void)snprintf(data, sizeof data,
                   "{%*s\"id\":\"01HR0000000000000000000000\",\"election_id\":"
                   "\"01HQ000000000000000000000A\",%s}",
                   2000, "", name);
    struct pv_new_event event = {.type = PV_STR("PhotoVote.Event.Election.ElectionCreated"),
                                 .data = {data, strlen(data)}};
    check_int(pv_event_id_parse(PV_STR("01HR0000000000000000000000"), &event.id), PV_CODE_NONE);
    pv_stream_format(kit_id_of('A'), stream);
    check_int(wk.inside.ops->append(wk.inside.self, (struct pv_str){stream, sizeof stream}, -1, &event, 1,
                                    &appended, &kit.fault),
              PV_STORE_OK);
    unsigned n = publish_line(worker_admin(), 'A', 0, "Election.ElectionCreated", name);
    size_t faults = 0;
    for (size_t at = 0; wk.answer_count[n] == 0; at++) {
        failing_at(at);
        faults += pv_worker_step(wk.worker, 0, 0, &kit.fault) == PV_WORKER_FAULT;
        failing_at(SIZE_MAX);
        virtual_clock_advance(&wk.clock, wk.options.nak_delay_ms);
        check_true(at < 100);
    }
    worker_recorded(n, 0);
    check_true(faults > 5);
}

static void worker__without_memory__is_none(void **state)
{
    (void)state;
    struct pv_worker *made = NULL;
    for (size_t at = 0; made == NULL; at++) {
        failing_at(at);
        made = pv_worker_new(&wk.options);
        check_true(at < 10);
        check_true(made == NULL || at == 4);
    }
    failing_at(SIZE_MAX);
    pv_worker_free(made);
    pv_worker_free(NULL);
}

/* --- faults, one by one --- */

static void append__that_fails__gives_all_back(void **state)
{
    (void)state;
    (void)worker_publish_life('A', 0, 1);
    fail_next(4); /* take, position, read, next, then this */
    worker_step(PV_WORKER_FAULT);
    kit_check_fault(PV_FAULT_KIND_BUSY, "the port broke");
    check_trace("read append nak1");
    assert_string_equal(worker_stored(), "");
    check_int(counts()->naks, 1);
    check_int(counts()->recorded, 0);
}

/* After a fault nobody knows: the store does. */
static void append__that_was_recorded_all_the_same__is_found(void **state)
{
    (void)state;
    unsigned first = worker_publish_life('A', 0, 1);
    wk.failing = FAILS_AFTER;
    fail_next(4);
    worker_step(PV_WORKER_FAULT);
    assert_string_equal(worker_stored(), "A0 A1");
    worker_not_answered(first);
    (void)worker_run();
    worker_recorded(first, 0);
    worker_recorded(first + 1, 1);
    assert_string_equal(worker_stored(), "A0 A1");
    check_int(counts()->repeated, 2);
}

static void log__that_fails__leaves_the_refused_unanswered(void **state)
{
    (void)state;
    unsigned refused = worker_publish_life('B', 1, 1);
    unsigned recorded = worker_publish_life('A', 0, 0);
    worker_step(PV_WORKER_WORKED); /* both aggregates are in memory */
    refused = publish_line(worker_admin(), 'B', 50, "Election.ElectionDeleted", "");
    recorded = worker_publish_life('A', 1, 1);
    worker_forget();
    fail_next(3); /* take, last, append, then this */
    worker_step(PV_WORKER_FAULT);
    check_trace("last append log1 reply4 ack4 nak3");
    worker_not_answered(refused);
    worker_recorded(recorded, 1);
    worker_step(PV_WORKER_WORKED);
    worker_refused(refused, PV_ELECTION_UNKNOWN);
}

static void ack__that_fails__is_answered_again(void **state)
{
    (void)state;
    (void)worker_publish_life('A', 0, 2);
    fail_next(6); /* the second ack */
    worker_step(PV_WORKER_FAULT);
    check_trace("read append reply1 ack1 reply2 ack2 reply3 ack3 nak2");
    worker_step(PV_WORKER_WORKED);
    check_trace("find reply2 ack2"); /* found at once */
    check_int(wk.answer_count[2], 2);
    check_answer_came(2, PV_ANSWER_RECORDED, 1);
    assert_string_equal(worker_stored(), "A0 A1 A2");
}

static void broken_rule__is_a_fault_and_records_nothing(void **state)
{
    (void)state;
    unsigned n = worker_publish_life('A', 0, 0);
    app_call_fails(APP_CALL_APPLY, 0);
    worker_step(PV_WORKER_FAULT);
    app_calls_work();
    kit_check_fault(PV_FAULT_KIND_DAMAGED,
                    "breaks a rule of D6 after PhotoVote.Event.Election.ElectionCreated");
    assert_string_equal(worker_stored(), "");
    worker_not_answered(n);
    worker_step(PV_WORKER_WORKED);
    worker_recorded(n, 0);
}

static void broker__that_gives_nothing__is_told_apart(void **state)
{
    (void)state;
    (void)worker_publish_life('A', 0, 0);
    wk.take_answer = PV_BROKER_BUSY;
    worker_step(PV_WORKER_IDLE);
    wk.take_answer = PV_BROKER_CLOSED;
    worker_step(PV_WORKER_CLOSED);
    fail_next(0);
    worker_step(PV_WORKER_FAULT);
    kit_check_fault(PV_FAULT_KIND_BUSY, "the port broke");
    worker_step(PV_WORKER_WORKED);
    worker_step(PV_WORKER_IDLE);
}

/* --- what was refused stays refused --- */

/* What was refused is possible when the command comes again, because others were recorded meanwhile. */
static unsigned refuse_then_make_possible(void)
{
    wk.fail_at = wk.calls + 6; /* take, position, read, next, last, log, and this: the ack */
    unsigned n = worker_publish_life('A', 1, 1);
    worker_step(PV_WORKER_FAULT);
    worker_refused(n, PV_ELECTION_UNKNOWN);
    worker_record_life('A', 0, 0);
    worker_anew();
    worker_forget();
    return n;
}

static void refused__and_delivered_again__is_answered_as_before(void **state)
{
    (void)state;
    unsigned n = refuse_then_make_possible();
    worker_step(PV_WORKER_WORKED);
    check_trace("read look reply1 ack1");
    check_int(wk.answer_count[n], 2);
    check_int(wk.answers[n].kind, PV_ANSWER_REFUSED);
    check_int(wk.answers[n].number, -1);
    check_int(wk.answers[n].why.code, PV_ELECTION_UNKNOWN);
    check_int(wk.answers[n].why.field, PV_KEY_ELECTION_ID);
    check_int(wk.refusals, 1);
    assert_string_equal(worker_stored(), "A0");
}

/* Who sends it again has another chance. */
static void refused__and_sent_again__is_judged_again(void **state)
{
    (void)state;
    unsigned n = refuse_then_make_possible();
    unsigned again = worker_publish_life('A', 1, 1);
    worker_step(PV_WORKER_WORKED);
    check_int(wk.answers[n].kind, PV_ANSWER_REFUSED);
    worker_recorded(again, 1);
}

/* Also where both come again: the log's entry is the other's. */
static void refused_once__says_nothing_of_another_command(void **state)
{
    static const char *const differences[] = {"id",      "type",     "data", "metadata",
                                              "subject", "election", "code"};
    for (size_t i = 0; i < sizeof differences / sizeof differences[0]; i++) {
        check_int(worker_tear_down(state), 0);
        check_int(worker_set_up(state), 0);
        unsigned n = refuse_then_make_possible();
        struct worker_refusal *entry = &wk.refused[0];
        if (i == 0)
            entry->id.bits.lo ^= 1;
        else if (i == 5)
            entry->election.bits.lo ^= 1;
        else
            (i == 1   ? entry->type
             : i == 2 ? entry->data
             : i == 3 ? entry->metadata
             : i == 4 ? entry->subject
                      : entry->code)[0] = 'X';
        worker_step(PV_WORKER_WORKED);
        check_int(wk.answers[n].kind, PV_ANSWER_RECORDED);
    }
}

static void refused_without_a_field__is_answered_without(void **state)
{
    (void)state;
    unsigned n = refuse_then_make_possible();
    wk.refused[0].field[0] = '\0';
    worker_step(PV_WORKER_WORKED);
    check_int(wk.answers[n].kind, PV_ANSWER_REFUSED);
    check_int(wk.answers[n].why.field, PV_KEY_NONE);
}

static void wrong_version__and_delivered_again__is_answered_as_before(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 1, 1);
    fail_next(6);
    unsigned n = worker_publish_at(worker_admin(), 0);
    worker_step(PV_WORKER_FAULT);
    (void)worker_answered(n, PV_ANSWER_WRONG_VERSION);
    worker_record_life('A', 0, 0);
    worker_anew();
    worker_step(PV_WORKER_WORKED);
    check_int(wk.answers[n].kind, PV_ANSWER_WRONG_VERSION);
    check_int(wk.answers[n].number, 0);
    assert_string_equal(worker_stored(), "A0");
}

static void refused__and_delivered_too_often__is_not_given_up(void **state)
{
    (void)state;
    wk.options.deliveries_max = 1;
    worker_anew();
    unsigned n = refuse_then_make_possible();
    worker_step(PV_WORKER_WORKED);
    check_trace("find look reply1 ack1");
    check_int(wk.answers[n].kind, PV_ANSWER_REFUSED);
}

/* --- what cannot be handled --- */

/* The last dead letter; gives how many there were. */
static struct {
    uint64_t number;
    uint32_t deliveries;
    char reason[100];
} letter;

static void keep_letter(void *context, const struct pv_dead_letter *kept)
{
    (void)context;
    letter.number = kept->command.reply_to;
    letter.deliveries = kept->deliveries;
    (void)snprintf(letter.reason, sizeof letter.reason, "%.*s", (int)kept->reason.len, kept->reason.ptr);
}

static uint64_t dead_letters(void)
{
    return pv_embedded_broker_dead_letters(&wk.queue, keep_letter, NULL);
}

/* After a fault its commands come one at a time, as many as there were, and then in groups again. */
static void group__after_a_fault__is_handled_one_at_a_time(void **state)
{
    (void)state;
    (void)worker_publish_life('A', 0, 3);
    fail_next(1);
    worker_step(PV_WORKER_FAULT);
    wk.largest_group = 0;
    for (unsigned i = 1; i <= 4; i++) {
        worker_step(PV_WORKER_WORKED);
        worker_recorded(i, i - 1);
    }
    check_int(wk.largest_group, 1);
    (void)worker_publish_life('A', 4, 6);
    worker_step(PV_WORKER_WORKED);
    check_int(wk.largest_group, 3);
}

/* A stream that cannot be loaded stops its own election, and nothing else: also where nothing else is ever
   given up. */
static void election__that_is_damaged__stops_no_other(void **state)
{
    (void)state;
    worker_record_life('A', 2, 2);
    unsigned good = worker_publish_life('B', 0, 1);
    unsigned bad = worker_publish_life('A', 3, 3);
    unsigned after = worker_publish_life('B', 2, 2);
    (void)worker_run();
    worker_recorded(good, 0);
    worker_recorded(good + 1, 1);
    worker_recorded(after, 2);
    (void)worker_answered(bad, PV_ANSWER_GIVEN_UP);
    check_int(dead_letters(), 1);
    assert_string_equal(letter.reason, "its election's stream is damaged; it is not recorded");
    check_int(letter.number, bad);
    check_int(letter.deliveries, 1);
    assert_string_equal(worker_stored(), "A0 B0 B1 B2");
}

/* What was recorded before the damage is answered as it was. */
static void election__that_is_damaged__still_knows_what_it_has(void **state)
{
    (void)state;
    worker_record_life('A', 2, 2);
    unsigned n = worker_publish_life('A', 2, 2);
    (void)worker_run();
    (void)worker_answered(n, PV_ANSWER_RECORDED);
    check_int(dead_letters(), 0);
}

static void given_up__is_not_tried_any_more(void **state)
{
    (void)state;
    wk.options.deliveries_max = 3;
    worker_anew();
    unsigned n = worker_publish_life('A', 0, 0);
    wk.often = n;
    worker_step(PV_WORKER_WORKED);
    check_trace("find look reply1 dead1"); /* not even loaded */
    (void)worker_answered(n, PV_ANSWER_GIVEN_UP);
    check_int(dead_letters(), 1);
    assert_string_equal(letter.reason, "came too often without being settled; it is not recorded");
    check_int(letter.deliveries, 1);
    check_int(counts()->dead_letters, 1);
    check_int(wk.refusals, 0);
    assert_string_equal(worker_stored(), "");
    worker_step(PV_WORKER_IDLE);
}

static void deliveries_without_a_limit__never_give_up(void **state)
{
    (void)state;
    wk.often = worker_publish_life('A', 0, 0);
    worker_step(PV_WORKER_WORKED);
    worker_recorded(1, 0);
}

static void deliveries_up_to_the_limit__are_tried(void **state)
{
    (void)state;
    wk.options.deliveries_max = 100;
    worker_anew();
    wk.often = worker_publish_life('A', 0, 0);
    worker_step(PV_WORKER_WORKED);
    worker_recorded(1, 0);
}

/* Only the store's word counts, and only a letter that is kept ends it. */
static void giving_up__waits_for_the_store_and_the_letter(void **state)
{
    (void)state;
    wk.options.deliveries_max = 3;
    worker_anew();
    unsigned n = worker_publish_life('A', 0, 0);
    wk.often = n;
    fail_next(1);
    worker_step(PV_WORKER_FAULT);
    check_trace("find nak1");
    worker_not_answered(n);
    fail_next(2);
    worker_step(PV_WORKER_FAULT);
    check_trace("find look nak1");
    worker_not_answered(n);
    fail_next(3);
    worker_step(PV_WORKER_FAULT);
    check_trace("find look reply1 dead1 nak1");
    check_int(counts()->dead_letters, 0);
    worker_step(PV_WORKER_WORKED);
    check_int(dead_letters(), 1);
    check_int(counts()->dead_letters, 1);
    check_int(wk.answers[n].kind, PV_ANSWER_GIVEN_UP);
}

/* What came too often and is recorded all the same is answered as recorded, in whatever way it is. */
static void giving_up__looks_for_the_id_first(void **state)
{
    (void)state;
    wk.options.deliveries_max = 3;
    worker_anew();
    (void)worker_publish_life('A', 0, 0);
    worker_step(PV_WORKER_WORKED);
    wk.often = worker_publish_life('A', 0, 0);
    worker_step(PV_WORKER_WORKED);
    worker_recorded(2, 0);
    wk.often = publish_line(worker_admin(), 'A', 0, "Election.ElectionCreated", "\"name\":\"Other\"");
    worker_step(PV_WORKER_WORKED);
    (void)worker_answered(3, PV_ANSWER_ID_REUSED);
    wk.often = publish_line(worker_admin(), 'A', 0, "Election.ElectionCreated", "\"name\":7");
    worker_step(PV_WORKER_WORKED);
    (void)worker_answered(4, PV_ANSWER_ID_REUSED);
    check_int(dead_letters(), 0);
}

static void giving_up__looks_into_its_group_too(void **state)
{
    (void)state;
    wk.options.deliveries_max = 3;
    worker_anew();
    (void)worker_publish_life('A', 0, 1);
    wk.often = worker_publish_life('A', 1, 1);
    worker_step(PV_WORKER_WORKED);
    worker_recorded(3, 1);
    (void)worker_publish_life('A', 2, 2);
    wk.often = publish_line(worker_admin(), 'A', 2, "Nothing", "");
    worker_step(PV_WORKER_WORKED);
    (void)worker_answered(5, PV_ANSWER_ID_REUSED);
}

/* A refusal that the log does not take, say because it is too large. */
static void malformed__that_came_too_often__is_given_up(void **state)
{
    (void)state;
    wk.options.deliveries_max = 1;
    worker_anew();
    unsigned n = publish_line(worker_admin(), 'A', 0, "Nothing", "");
    fail_next(1);
    worker_step(PV_WORKER_FAULT);
    check_trace("log1 nak1");
    worker_step(PV_WORKER_WORKED);
    (void)worker_answered(n, PV_ANSWER_GIVEN_UP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORKER_CASE(any_call_failing_once__changes_nothing_in_the_end),
        WORKER_CASE(any_call_failing_later__changes_nothing_in_the_end),
        WORKER_CASE(any_allocation_failing__changes_nothing_in_the_end),
        WORKER_CASE(any_allocation_failing_over_a_repetition__is_a_fault),
        WORKER_CASE(worker__without_memory__is_none),
        WORKER_CASE(append__that_fails__gives_all_back),
        WORKER_CASE(append__that_was_recorded_all_the_same__is_found),
        WORKER_CASE(log__that_fails__leaves_the_refused_unanswered),
        WORKER_CASE(ack__that_fails__is_answered_again),
        WORKER_CASE(broken_rule__is_a_fault_and_records_nothing),
        WORKER_CASE(broker__that_gives_nothing__is_told_apart),
        WORKER_CASE(refused__and_delivered_again__is_answered_as_before),
        WORKER_CASE(refused__and_sent_again__is_judged_again),
        WORKER_CASE(refused_once__says_nothing_of_another_command),
        WORKER_CASE(refused_without_a_field__is_answered_without),
        WORKER_CASE(wrong_version__and_delivered_again__is_answered_as_before),
        WORKER_CASE(refused__and_delivered_too_often__is_not_given_up),
        WORKER_CASE(group__after_a_fault__is_handled_one_at_a_time),
        WORKER_CASE(election__that_is_damaged__stops_no_other),
        WORKER_CASE(election__that_is_damaged__still_knows_what_it_has),
        WORKER_CASE(given_up__is_not_tried_any_more),
        WORKER_CASE(deliveries_without_a_limit__never_give_up),
        WORKER_CASE(deliveries_up_to_the_limit__are_tried),
        WORKER_CASE(giving_up__waits_for_the_store_and_the_letter),
        WORKER_CASE(giving_up__looks_for_the_id_first),
        WORKER_CASE(giving_up__looks_into_its_group_too),
        WORKER_CASE(malformed__that_came_too_often__is_given_up),
    };
    _Static_assert(sizeof tests / sizeof tests[0] >= 27, "tests are missing from the group");
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
