/* Live streams: what they begin with, in which order they go on and for whose eyes; resuming, heartbeats,
   slow clients, and each way in which they end. */
#include "api_kit.h"
#include "kit_memory.h"
#include "live.h"
#include "live_read.h"

#include <stdlib.h>

#define E1 "/election/" KIT_ID "1"
#define LIVE E1 "/live"
#define HELLO(n) "retry: 3000\nid: " n "\nevent: state\ndata: {\"version\":" n "}\n\n"
#define TYPE(aggregate, event) "\"type\":\"PhotoVote.Event." aggregate "." event "\""

static struct kit_exchange *open_stream(const char *caller)
{
    struct kit_exchange *sent = kit_get(caller, LIVE, NULL);
    check_status(sent, 200);
    return sent;
}

static struct kit_exchange *resume(const char *caller, const char *last)
{
    struct kit_exchange *sent = kit_get(caller, LIVE, "Last-Event-ID", last, NULL);
    check_status(sent, 200);
    return sent;
}

/* The numbers of the messages, in their order. */
static const char *numbers(const char *stream)
{
    static char text[8192];
    size_t len = 0;
    text[0] = '\0';
    for (; (stream = strstr(stream, "data: {\"number\":")) != NULL; stream += 16)
        len +=
            (size_t)snprintf(text + len, sizeof text - len, "%s%d", len == 0 ? "" : " ", atoi(stream + 16));
    return text;
}

static void hello__tells_the_version_and_then_nothing(void **state)
{
    (void)state;
    kit_open(1);
    struct kit_exchange *sent = open_stream(NULL);
    kit_check_header(sent, "Content-Type", "text/event-stream");
    kit_check_header(sent, "Cache-Control", "no-store");
    assert_string_equal(kit_stream(sent), HELLO("12"));
    assert_string_equal(kit_stream(sent), "");
    check_int(sent->wakes, 0);
}

static void message__is_the_change(void **state)
{
    (void)state;
    kit_open(1);
    struct kit_exchange *sent = open_stream(NULL);
    (void)kit_stream(sent);
    kit_record(ev_named("Other"));
    kit_project(1);
    kit_read_all();
    check_int(sent->wakes, 1);
    char id[PV_ULID_LEN + 1], wanted[512];
    story_ulid(0x10000 + 13, id);
    (void)snprintf(wanted, sizeof wanted,
                   "id: 13\nevent: ElectionNameChanged\ndata: {\"number\":13," TYPE(
                       "Election", "ElectionNameChanged") ",\"data\":{\"id\":\"%s\",\"election_id\":\"" KIT_ID
                                                          "1\",\"name\":\"Other\"}}\n\n",
                   id);
    assert_string_equal(kit_stream(sent), wanted);
    assert_string_equal(kit_stream(sent), "");
}

static void messages__come_in_order_to_all_streams_of_the_election(void **state)
{
    (void)state;
    kit_open(1);
    kit_open(2);
    struct kit_exchange *first = open_stream(NULL), *second = open_stream("alice");
    struct kit_exchange *other = kit_get(NULL, "/election/" KIT_ID "2/live", NULL);
    (void)kit_stream(first);
    (void)kit_stream(second);
    assert_string_equal(kit_stream(other), HELLO("12"));
    for (unsigned i = 0; i < 40; i++)
        kit_record(ev_named(i % 2 == 0 ? "A" : "B"));
    kit_project(1);
    const char all[] = "13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 "
                       "41 42 43 44 45 46 47 48 49 50 51 52";
    assert_string_equal(numbers(kit_stream(first)), all);
    assert_string_equal(numbers(kit_stream(second)), all);
    assert_string_equal(kit_stream(other), "");
}

static void recorded_while_it_opens__is_not_missed(void **state)
{
    (void)state;
    kit_open(1);
    kit_record(ev_named("A")); /* recorded, and nobody will tell of it */
    struct kit_exchange *sent = open_stream(NULL);
    const char *stream = kit_stream(sent);
    assert_memory_equal(stream, HELLO("12"), strlen(HELLO("12")));
    assert_string_equal(numbers(stream), "13");
    kit_record(ev_named("B"));
    kit_project(1);
    assert_string_equal(numbers(kit_stream(sent)), "14");
}

/* --- who sees what --- */

static void record_votes(void)
{
    kit_record(ev_voter(4, "Di", "di@x.example")); /* 13 */
    kit_record(ev_ballot(3, 3));                   /* 14 */
    kit_record(ev_rated(1, 1, 12, 2));             /* 15 */
    kit_record(ev_rated(3, 1, 11, 3));             /* 16 */
    kit_record(ev_cast(1));                        /* 17 */
    kit_record(ev_candidate_removed(1, 12));       /* 18 */
    kit_record(ev_closed(STORY_CLOSE_DATE));       /* 19 */
    kit_project(1);
}

static void check_sees(const char *caller, const char *wanted)
{
    struct kit_exchange *sent = open_stream(caller);
    (void)kit_stream(sent);
    record_votes();
    const char *stream = kit_stream(sent);
    assert_string_equal(numbers(stream), wanted);
}

static void view__of_the_public_is_the_paper(void **state)
{
    (void)state;
    kit_open(1);
    check_sees(NULL, "18 19");
}

static void view__of_somebody_without_a_role_is_the_public_s(void **state)
{
    (void)state;
    kit_open(1);
    check_sees("nora", "18 19");
}

static void view__of_a_voter_has_the_own_ballot(void **state)
{
    (void)state;
    kit_open(1);
    check_sees("ada", "15 17 18 19");
}

static void view__of_a_voter_by_email_has_the_own_ballot(void **state)
{
    (void)state;
    kit_open(1);
    kit_record(ev_named("X"));
    kit_project(1);
    struct kit_exchange *sent = resume("bo", "9");
    assert_string_equal(numbers(kit_stream(sent)), "11 12 13");
}

static void view__of_a_voter_learns_of_a_ballot_that_is_created(void **state)
{
    (void)state;
    kit_open(1);
    check_sees("cy", "14 16 18 19");
}

static void view__of_a_voter_that_is_nobody_s_is_the_public_s(void **state)
{
    (void)state;
    kit_open(1);
    check_sees("dot", "18 19");
}

static void view__of_a_voter_that_is_registered_later(void **state)
{
    (void)state;
    kit_draft(1);
    kit_record(ev_opened(STORY_OPEN_DATE));
    kit_project(1);
    struct kit_exchange *sent = open_stream("vone");
    (void)kit_stream(sent);
    kit_record(ev_voter(7, "G", "g@x.example"));
    kit_project(1);
    assert_string_equal(kit_stream(sent), "");
}

static void view__of_a_voter_by_email_that_is_registered_later(void **state)
{
    (void)state;
    kit_open(1);
    struct kit_exchange *sent = open_stream("dot");
    (void)kit_stream(sent);
    kit_record(ev_voter(4, "Dot", "Dot@X.example"));
    kit_record(ev_voter(5, "Di", "di@x.example"));
    kit_record(ev_ballot(5, 5));
    kit_record(ev_ballot(4, 4));
    kit_project(1);
    assert_string_equal(numbers(kit_stream(sent)), "13 16");
}

static void view__of_an_administrator_has_everything_but_the_stars(void **state)
{
    (void)state;
    kit_open(1);
    struct kit_exchange *sent = open_stream("both");
    (void)kit_stream(sent);
    record_votes();
    const char *stream = kit_stream(sent);
    assert_non_null(strstr(stream, "id: 15\nevent: BallotCandidateRated\ndata: {\"number\":15," TYPE(
                                       "Ballot", "BallotCandidateRated") ",\"data\":{\"ballot_id\":\"" KIT_ID
                                                                         "1\"}}\n\n"));
    assert_null(strstr(stream, "rating"));
    assert_string_equal(numbers(stream), "13 14 15 16 17 18 19");
}

static void view__of_an_auditor_is_everything(void **state)
{
    (void)state;
    kit_open(1);
    struct kit_exchange *sent = open_stream("sam");
    (void)kit_stream(sent);
    record_votes();
    const char *stream = kit_stream(sent);
    assert_non_null(strstr(stream, "\"candidate_id\":\"" KIT_ID "C\",\"rating\":2}}"));
    assert_string_equal(numbers(stream), "13 14 15 16 17 18 19");
}

static void record_of_another_writer__is_not_shown(void **state)
{
    (void)state;
    kit_open(1);
    struct kit_exchange *sent = open_stream("audrey");
    (void)kit_stream(sent);
    const struct pv_event_store *store = &api_ports.inner_store;
    struct pv_new_event made = {{story_id(77)}, PV_STR("Other.Type"), PV_STR("{}"), {NULL, 0}};
    struct pv_appended appended;
    struct pv_fault fault;
    check_int(
        store->ops->append(store->self, PV_STR("Election-" KIT_ID "1"), 12, &made, 1, &appended, &fault),
        PV_STORE_OK);
    kit.last_number[0]++;
    kit_record(ev_named("A"));
    kit_project(1);
    assert_string_equal(numbers(kit_stream(sent)), "14");
}

/* --- resuming --- */

static void resume__goes_on_after_the_last_that_was_seen(void **state)
{
    (void)state;
    kit_open(1);
    struct kit_exchange *sent = resume("audrey", "9");
    const char *stream = kit_stream(sent);
    assert_memory_equal(stream, HELLO("9"), strlen(HELLO("9")));
    assert_string_equal(numbers(stream), "10 11 12");
}

static void resume__from_the_beginning_for_those_who_oversee(void **state)
{
    (void)state;
    kit_open(1);
    assert_string_equal(numbers(kit_stream(resume("alice", "0"))), "1 2 3 4 5 6 7 8 9 10 11 12");
}

static void resume__does_not_show_the_draft_to_others(void **state)
{
    (void)state;
    kit_open(1);
    kit_record(ev_named("A"));
    kit_project(1);
    assert_string_equal(numbers(kit_stream(resume(NULL, "0"))), "9 13");
    assert_string_equal(numbers(kit_stream(resume("ada", "0"))), "9 10 13");
    assert_string_equal(numbers(kit_stream(resume("bob", "8"))), "9 11 12 13");
}

static void resume__after_the_opening_shows_all_from_there(void **state)
{
    (void)state;
    kit_open(1);
    kit_record(ev_named("A"));
    kit_record(ev_named("B"));
    kit_project(1);
    assert_string_equal(numbers(kit_stream(resume(NULL, "9"))), "13 14");
    assert_string_equal(numbers(kit_stream(resume(NULL, "13"))), "14");
}

static void resume__from_beyond_what_is_projected(void **state)
{
    (void)state;
    kit_open(1);
    kit_record(ev_named("A"));
    kit_record(ev_named("B")); /* 14; the cache is at 12 */
    struct kit_exchange *sent = resume("audrey", "14");
    assert_string_equal(kit_stream(sent), HELLO("14"));
    kit_project(1);
    assert_string_equal(kit_stream(sent), ""); /* nothing is told twice */
    kit_record(ev_named("C"));
    kit_project(1);
    assert_string_equal(numbers(kit_stream(sent)), "15");
}

/* The own ballot is among what was recorded since. */
static void resume__from_beyond_what_is_projected_knows_the_own_ballot(void **state)
{
    (void)state;
    kit_open(1);
    kit_record(ev_ballot(3, 3));
    kit_record(ev_rated(3, 1, 11, 3)); /* 14; the cache is at 12 */
    struct kit_exchange *sent = resume("cy", "14");
    assert_string_equal(kit_stream(sent), HELLO("14"));
    kit_record(ev_rated(1, 1, 11, 1));
    kit_record(ev_rated(3, 1, 12, 2));
    kit_project(1);
    assert_string_equal(numbers(kit_stream(sent)), "16");
}

static void resume__from_beyond_what_is_projected_knows_who_was_registered(void **state)
{
    (void)state;
    kit_open(1);
    kit_record(ev_voter(4, "Dot", "DOT@x.example"));
    kit_record(ev_ballot(4, 4)); /* 14; the cache is at 12 */
    struct kit_exchange *sent = resume("dot", "14"), *all = resume("audrey", "13");
    assert_string_equal(kit_stream(sent), HELLO("14"));
    assert_string_equal(numbers(kit_stream(all)), "14");
    kit_record(ev_rated(4, 1, 12, 2));
    kit_project(1);
    assert_string_equal(numbers(kit_stream(sent)), "15");
}

static void resume__without_memory_to_learn_of_the_own_ballot_is_a_fault(void **state)
{
    struct pv_live_cursor cursor;
    const struct pv_viewer viewer = {.view = PV_VIEW_VOTER, .voter = {story_id(3)}};
    struct pv_buffer buffer = {NULL, 0, 0};
    enum pv_live_reading reading = PV_LIVE_FAULT;
    size_t faults = 0;
    (void)state;
    kit_open(1);
    kit_record(ev_ballot(3, 3));
    for (size_t at = 0; reading == PV_LIVE_FAULT; at++) {
        pv_live_cursor_init(&cursor, (struct pv_election_id){story_id(1)}, &viewer, 14, 12);
        failing_at(at);
        reading = pv_live_read(&cursor, &api_ports.inner_store, &buffer);
        faults += reading == PV_LIVE_FAULT;
        failing_at(SIZE_MAX);
    }
    check_int(reading, PV_LIVE_ALL);
    check_true(faults >= 3); /* the last of them to learn */
    check_true(pv_bits128_equal(cursor.viewer.ballot.bits, story_id(3)));
    pv_buffer_deinit(&buffer);
}

static void resume__from_beyond_what_is_recorded_is_from_there(void **state)
{
    (void)state;
    kit_open(1);
    struct kit_exchange *sent = resume(NULL, "9223372036854775807");
    assert_string_equal(kit_stream(sent), HELLO("12"));
    kit_record(ev_named("A"));
    kit_project(1);
    assert_string_equal(numbers(kit_stream(sent)), "13");
}

static void long_history__is_read_by_many_readings(void **state)
{
    (void)state;
    kit_open(1);
    for (unsigned i = 0; i < 2 * PV_LIVE_RECORDS; i++)
        kit_record(ev_rated(1, 1, 11, (uint8_t)(1 + i % 5)));
    kit_record(ev_named("A"));
    kit_project(1);
    struct kit_exchange *sent = resume(NULL, "9");
    unsigned steps = 0;
    char text[4096], last[16];
    size_t len;
    check_int(sent->stream.ops->read(sent->stream.self, text, sizeof text, &len), PV_HTTP_BYTES);
    while (pv_api_read_step(kit.api, &kit.reads, 0))
        steps++;
    check_true(steps >=
               5); /* a reading thread is not kept by one stream: the opening looked for, then shown */
    check_int(sent->wakes, 1);
    (void)snprintf(last, sizeof last, "%d", 13 + 2 * PV_LIVE_RECORDS);
    assert_string_equal(numbers(kit_stream(sent)), last);
}

/* --- time --- */

static void heartbeat__when_nothing_was_sent_for_that_long(void **state)
{
    (void)state;
    kit_open(1);
    struct kit_exchange *sent = open_stream(NULL);
    (void)kit_stream(sent);
    virtual_clock_advance(&api_ports.clock, 14999);
    assert_string_equal(kit_stream(sent), "");
    virtual_clock_advance(&api_ports.clock, 1);
    assert_string_equal(kit_stream(sent), ":\n\n");
    assert_string_equal(kit_stream(sent), "");
    virtual_clock_advance(&api_ports.clock, 10000);
    kit_record(ev_named("A"));
    kit_project(1);
    assert_string_equal(numbers(kit_stream(sent)), "13"); /* which puts it off */
    virtual_clock_advance(&api_ports.clock, 10000);
    assert_string_equal(kit_stream(sent), "");
}

static void heartbeat__waits_for_room(void **state)
{
    (void)state;
    char byte[4];
    size_t len;
    kit_open(1);
    struct kit_exchange *sent = open_stream(NULL);
    (void)kit_stream(sent);
    virtual_clock_advance(&api_ports.clock, 15000);
    check_int(sent->stream.ops->read(sent->stream.self, byte, 2, &len), PV_HTTP_LATER);
    check_int(sent->stream.ops->read(sent->stream.self, byte, 3, &len), PV_HTTP_BYTES);
    check_int(len, 3);
}

/* What a token opened ends with it; the public needs none. */
static void token__that_ends__ends_the_stream(void **state)
{
    (void)state;
    kit_open(1);
    kit.token_until = pv_clock_now(&api_ports.clock.clock).us / 1000000 + 60;
    struct kit_exchange *voter = open_stream("ada"), *auditor = open_stream("audrey"),
                        *nobody = open_stream("nora");
    (void)kit_stream(voter);
    (void)kit_stream(auditor);
    (void)kit_stream(nobody);
    virtual_clock_advance(&api_ports.clock, 59000);
    kit_record(ev_named("A"));
    kit_project(1);
    assert_string_equal(numbers(kit_stream(voter)), "13");
    kit_record(ev_named("B"));
    kit_project(1);
    kit_read_all(); /* it lies ready */
    virtual_clock_advance(&api_ports.clock, 1000);
    assert_string_equal(kit_stream(voter), "END");
    assert_string_equal(kit_stream(auditor), "END");
    assert_string_equal(numbers(kit_stream(nobody)), "13 14");
}

/* --- slow clients --- */

static void slow_client__costs_a_buffer_and_goes_on(void **state)
{
    char text[65];
    size_t len = 0;
    (void)state;
    kit_open(1);
    struct kit_exchange *sent = open_stream(NULL);
    (void)kit_stream(sent);
    char *description = kit_zeroed(4001);
    memset(description, 'd', 4000);
    for (unsigned i = 0; i < 40; i++) {
        kit_record(ev_described(description)); /* 160 KB in all */
        kit_project(1);
        kit_read_all();
    }
    check_int(sent->wakes, 1);
    check_int(sent->stream.ops->read(sent->stream.self, text, 64, &len), PV_HTTP_BYTES);
    check_true(!pv_api_read_step(kit.api, &kit.reads, 0)); /* not all is sent: nothing more is read */
    free(description);
    text[len] = '\0';
    assert_non_null(strstr(text, "id: 13\n"));
    /* kit_stream gives at most 128 KiB: by pieces */
    unsigned last = 0, pieces = 0;
    for (bool more = true; more;) {
        char piece[4096 + 1];
        enum pv_http_read result = sent->stream.ops->read(sent->stream.self, piece, 4096, &len);
        more = result == PV_HTTP_BYTES || pv_api_read_step(kit.api, &kit.reads, 0);
        if (result != PV_HTTP_BYTES)
            continue;
        pieces++;
        piece[len] = '\0';
        for (const char *at = piece; (at = strstr(at, "\nid: ")) != NULL; at += 5)
            last = (unsigned)atoi(at + 5);
    }
    check_true(pieces > 30);
    check_int(last, 52);
}

static void slow_client__with_a_full_buffer_is_read_for_again(void **state)
{
    (void)state;
    kit_open(1);
    char *description = kit_zeroed(4001);
    memset(description, 'd', 4000);
    for (unsigned i = 0; i < 20; i++)
        kit_record(ev_described(description));
    free(description);
    kit_project(1);
    struct kit_exchange *sent = resume("audrey", "12");
    assert_string_equal(numbers(kit_stream(sent)),
                        "13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32");
}

/* --- ends --- */

static void deletion__is_told_and_ends_the_stream(void **state)
{
    (void)state;
    kit_open(1);
    struct kit_exchange *sent = open_stream(NULL);
    (void)kit_stream(sent);
    kit_record(ev_deleted());
    kit_project(1);
    const char *stream = kit_stream(sent);
    assert_string_equal(numbers(stream), "13");
    assert_non_null(strstr(stream, "event: ElectionDeleted\n"));
    assert_string_equal(stream + strlen(stream) - 3, "END");
}

static void drain__ends_streams_after_what_is_to_be_sent(void **state)
{
    (void)state;
    kit_open(1);
    struct kit_exchange *idle = open_stream(NULL), *busy = open_stream(NULL);
    (void)kit_stream(idle);
    (void)kit_stream(busy);
    kit_record(ev_named("A"));
    kit_project(1);
    kit_read_all();
    (void)kit_stream(idle);
    unsigned wakes = idle->wakes;
    pv_api_drain(kit.api);
    check_int(idle->wakes, wakes + 1);
    assert_string_equal(kit_stream(idle), "END");
    const char *stream = kit_stream(busy);
    assert_string_equal(numbers(stream), "13");
    assert_string_equal(stream + strlen(stream) - 3, "END");
    pv_api_projected(kit.api, (struct pv_election_id){story_id(1)}, 14);
    assert_string_equal(kit_stream(idle), "END");
}

static struct kit_exchange *watched;
static bool closes, drains;

/* Between a pump's beginning and its end. */
static void under_way(enum api_call call)
{
    if (call != API_NEXT)
        return;
    if (drains)
        pv_api_drain(kit.api);
    if (closes)
        kit_close_stream(watched);
    closes = drains = false;
}

static void drain__while_a_pump_is_under_way(void **state)
{
    (void)state;
    kit_open(1);
    watched = open_stream(NULL);
    (void)kit_stream(watched);
    kit_record(ev_named("A"));
    kit_project(1);
    api_ports.before = under_way;
    drains = true;
    kit_read_all();
    const char *stream = kit_stream(watched);
    assert_string_equal(numbers(stream), "13");
    assert_string_equal(stream + strlen(stream) - 3, "END");
}

static void close__while_a_pump_is_under_way(void **state)
{
    (void)state;
    kit_open(1);
    watched = open_stream(NULL);
    (void)kit_stream(watched);
    kit_record(ev_named("A"));
    kit_project(1);
    api_ports.before = under_way;
    closes = true;
    kit_read_all();
    check_int(watched->wakes, 0);
    check_status(open_stream(NULL), 200);
}

static void close__while_a_pump_is_queued(void **state)
{
    (void)state;
    kit_open(1);
    struct kit_exchange *sent = open_stream(NULL);
    (void)kit_stream(sent);
    kit_record(ev_named("A"));
    kit_project(1);
    kit_close_stream(sent);
    kit_project(1); /* told again of an election whose stream is closed */
    kit_read_all();
    check_int(sent->wakes, 0);
    kit_check_in_body(kit_get("alice", "/metrics", NULL), "live_streams 0\n");
}

static void more_that_is_recorded_while_a_pump_is_under_way(void **state)
{
    (void)state;
    kit_open(1);
    struct kit_exchange *sent = open_stream("ada");
    (void)kit_stream(sent);
    kit_record(ev_rated(1, 1, 11, 1));
    kit_project(1);
    kit_project(1); /* once more before the pump ran */
    assert_string_equal(numbers(kit_stream(sent)), "13");
    assert_string_equal(kit_stream(sent), "");
    kit_record(ev_voter(9, "I", "i@x.example")); /* not for these eyes: the pump finds nothing, twice */
    kit_project(1);
    kit_project(1);
    assert_string_equal(kit_stream(sent), "");
}

static void client__that_is_gone_at_once(void **state)
{
    (void)state;
    kit_open(1);
    struct kit_exchange *sent = kit_send(NULL, "GET", LIVE, NULL, NULL);
    sent->cut = true;
    kit_read_all();
    check_status(sent, 200);
    kit_project(1);
    kit_check_in_body(kit_get("alice", "/metrics", NULL), "live_streams 0\n");
}

static void streams__that_are_too_many_are_503(void **state)
{
    struct kit_exchange *sent[3];
    (void)state;
    kit_open(1);
    for (size_t i = 0; i < 3; i++)
        sent[i] = open_stream(NULL);
    kit_check_problem(kit_get(NULL, LIVE, NULL), 503, "busy");
    kit_close_stream(sent[1]); /* in the middle of its list */
    check_status(open_stream(NULL), 200);
}

static void queue__that_is_full_ends_the_stream(void **state)
{
    struct kit_exchange *waiting[4];
    (void)state;
    kit_open(1);
    struct kit_exchange *sent = open_stream(NULL);
    (void)kit_stream(sent);
    for (size_t i = 0; i < 4; i++)
        waiting[i] = kit_send(NULL, "GET", E1, NULL, NULL);
    kit_record(ev_named("A"));
    kit_project(1);
    check_int(sent->wakes, 1);
    assert_string_equal(kit_stream(sent), "END");
    kit_read_all();
    for (size_t i = 0; i < 4; i++)
        check_status(waiting[i], 200);
}

static void fault__of_the_store_ends_the_stream(void **state)
{
    static const enum api_call calls[] = {API_READ, API_NEXT, API_NEXT};
    (void)state;
    kit_open(1);
    for (unsigned i = 0; i < 3; i++) {
        struct kit_exchange *sent = open_stream(NULL);
        (void)kit_stream(sent);
        kit_record(ev_named(i % 2 == 0 ? "A" : "B"));
        kit_project(1);
        api_ports_fail(calls[i], i / 2, PV_STORE_FAULT);
        assert_string_equal(kit_stream(sent), "END");
        api_ports_fail(API_CALLS, 0, 0);
        kit_close_stream(sent);
    }
}

static void fault__of_the_store_where_a_resumed_stream_begins_is_503(void **state)
{
    (void)state;
    kit_open(1);
    api_ports_fail(API_LAST_NUMBER, 0, PV_STORE_FAULT);
    kit_check_problem(kit_get(NULL, LIVE, "Last-Event-ID", "99", NULL), 503, "unavailable");
}

static void memory__that_is_not_there_ends_the_stream_or_never_opens_it(void **state)
{
    (void)state;
    kit_open(1);
    kit_record(ev_named("A"));
    kit_project(1);
    unsigned opened = 0, refused = 0, ended = 0;
    bool all = false;
    for (size_t n = 0; !all; n++) {
        char text[4096];
        size_t len;
        failing_at(n);
        struct kit_exchange *sent = kit_get("ada", LIVE, "Last-Event-ID", "9", NULL);
        if (sent->stream.ops == NULL) {
            check_status(sent, 503);
            refused++;
            failing_at(SIZE_MAX);
            continue;
        }
        opened++;
        enum pv_http_read result = PV_HTTP_BYTES;
        while (result == PV_HTTP_BYTES ||
               (result == PV_HTTP_LATER && pv_api_read_step(kit.api, &kit.reads, 0)))
            result = sent->stream.ops->read(sent->stream.self, text, sizeof text, &len);
        all = failing_count() <= n;
        failing_at(SIZE_MAX);
        ended += result == PV_HTTP_END;
        kit_close_stream(sent);
    }
    check_true(refused >= 5 && ended >= 4 && opened > ended);
}

static void view__of_a_voter_whose_pages_have_no_sound_ids(void **state)
{
    (void)state;
    kit_open(1);
    kit_record(ev_cast(1));
    kit_record(ev_named("A"));
    kit_project(1);
    struct api_cached *cached = api_cache_find((struct pv_election_id){story_id(1)});
    api_text_set(&cached->ballots[0], "[{\"voter_id\":\"" KIT_ID "1\",\"id\":\"x\"}]");
    struct kit_exchange *sent = resume("ada", "12");
    assert_string_equal(numbers(kit_stream(sent)), "14");
    api_text_set(&cached->voters[0], "[{\"email\":\"bob@x.example\",\"id\":\"!!!!!!!!!!!!!!!!!!!!!!!!!!\"}]");
    sent = resume("bo", "12");
    assert_string_equal(numbers(kit_stream(sent)), "14");
}

static void drain__of_a_stream_that_is_not_started_or_is_closed(void **state)
{
    struct pv_jobs *jobs = pv_jobs_new(4);
    struct pv_live *live = pv_live_new(jobs, &api_ports.clock.clock, 4, 1000);
    static const struct pv_viewer viewer = {.view = PV_VIEW_PUBLIC};
    struct pv_http_body first, second, late;
    struct kit_exchange woken = {.wakes = 0};
    struct pv_election_id id = {story_id(1)};
    char text[256];
    size_t len;
    (void)state;
    check_true(pv_live_open(live, id, &viewer, 0, -1, &first));
    check_true(pv_live_open(live, id, &viewer, 0, -1, &second));
    second.ops->started(second.self, (struct pv_http_waker){NULL, &woken});
    check_int(second.ops->read(second.self, text, sizeof text, &len), PV_HTTP_BYTES);
    check_int(pv_jobs_count(jobs), 1);
    second.ops->close(second.self); /* its job is on its way */
    pv_live_drain(live);
    check_true(!pv_live_open(live, id, &viewer, 0, -1, &late));
    struct pv_job *job = pv_jobs_take(jobs, 0);
    pv_live_pump(live, job->stream, &api_ports.store);
    free(job);
    check_int(pv_live_count(live), 1);
    first.ops->started(first.self, (struct pv_http_waker){NULL, &woken});
    check_int(first.ops->read(first.self, text, sizeof text, &len), PV_HTTP_BYTES);
    check_int(first.ops->read(first.self, text, sizeof text, &len), PV_HTTP_END);
    first.ops->close(first.self);
    pv_live_free(live);
    pv_jobs_free(jobs);
}

static void stream__of_a_bucket_of_several_elections(void **state)
{
    /* two ids that the hash puts into one bucket: the message is for one of them only */
    struct pv_jobs *jobs = pv_jobs_new(4);
    struct pv_live *live = pv_live_new(jobs, &api_ports.clock.clock, 4, 1000);
    static const struct pv_viewer viewer = {.view = PV_VIEW_PUBLIC};
    struct pv_http_body body[2];
    struct kit_exchange woken = {.wakes = 0};
    struct pv_http_waker waker = {NULL, &woken};
    struct pv_election_id first = {story_id(1)}, second = {story_id(257)};
    char text[256];
    size_t len;
    (void)state;
    check_true(pv_live_open(live, first, &viewer, 0, -1, &body[0]));
    check_true(pv_live_open(live, second, &viewer, 0, -1, &body[1]));
    pv_live_notify(live, first); /* not started: nothing is asked for */
    check_int(pv_jobs_count(jobs), 0);
    for (size_t i = 0; i < 2; i++) {
        body[i].ops->started(body[i].self, waker);
        check_int(body[i].ops->read(body[i].self, text, sizeof text, &len), PV_HTTP_BYTES);
        struct pv_job *job = pv_jobs_take(jobs, 0);
        pv_live_pump(live, job->stream, &api_ports.store);
        free(job);
        pv_jobs_done(jobs);
    }
    pv_live_notify(live, second);
    check_int(pv_jobs_count(jobs), 1);
    struct pv_job *job = pv_jobs_take(jobs, 0);
    check_int(job->election.bits.lo, 257);
    pv_live_pump(live, job->stream, &api_ports.store);
    free(job);
    pv_jobs_done(jobs);
    body[0].ops->close(body[0].self);
    body[1].ops->close(body[1].self);
    check_int(pv_live_count(live), 0);
    pv_live_free(live);
    pv_jobs_free(jobs);
}

static const struct CMUnitTest tests[] = {
    KIT_CASE(hello__tells_the_version_and_then_nothing),
    KIT_CASE(message__is_the_change),
    KIT_CASE(messages__come_in_order_to_all_streams_of_the_election),
    KIT_CASE(recorded_while_it_opens__is_not_missed),
    KIT_CASE(view__of_the_public_is_the_paper),
    KIT_CASE(view__of_somebody_without_a_role_is_the_public_s),
    KIT_CASE(view__of_a_voter_has_the_own_ballot),
    KIT_CASE(view__of_a_voter_by_email_has_the_own_ballot),
    KIT_CASE(view__of_a_voter_learns_of_a_ballot_that_is_created),
    KIT_CASE(view__of_a_voter_that_is_nobody_s_is_the_public_s),
    KIT_CASE(view__of_a_voter_that_is_registered_later),
    KIT_CASE(view__of_a_voter_by_email_that_is_registered_later),
    KIT_CASE(view__of_an_administrator_has_everything_but_the_stars),
    KIT_CASE(view__of_an_auditor_is_everything),
    KIT_CASE(record_of_another_writer__is_not_shown),
    KIT_CASE(resume__goes_on_after_the_last_that_was_seen),
    KIT_CASE(resume__from_the_beginning_for_those_who_oversee),
    KIT_CASE(resume__does_not_show_the_draft_to_others),
    KIT_CASE(resume__after_the_opening_shows_all_from_there),
    KIT_CASE(resume__from_beyond_what_is_projected),
    KIT_CASE(resume__from_beyond_what_is_projected_knows_the_own_ballot),
    KIT_CASE(resume__from_beyond_what_is_projected_knows_who_was_registered),
    KIT_CASE(resume__without_memory_to_learn_of_the_own_ballot_is_a_fault),
    KIT_CASE(resume__from_beyond_what_is_recorded_is_from_there),
    KIT_CASE(long_history__is_read_by_many_readings),
    KIT_CASE(token__that_ends__ends_the_stream),
    KIT_CASE(heartbeat__when_nothing_was_sent_for_that_long),
    KIT_CASE(heartbeat__waits_for_room),
    KIT_CASE(slow_client__costs_a_buffer_and_goes_on),
    KIT_CASE(slow_client__with_a_full_buffer_is_read_for_again),
    KIT_CASE(deletion__is_told_and_ends_the_stream),
    KIT_CASE(drain__ends_streams_after_what_is_to_be_sent),
    KIT_CASE(drain__while_a_pump_is_under_way),
    KIT_CASE(close__while_a_pump_is_under_way),
    KIT_CASE(close__while_a_pump_is_queued),
    KIT_CASE(more_that_is_recorded_while_a_pump_is_under_way),
    KIT_CASE(client__that_is_gone_at_once),
    KIT_CASE(streams__that_are_too_many_are_503),
    KIT_CASE(queue__that_is_full_ends_the_stream),
    KIT_CASE(fault__of_the_store_ends_the_stream),
    KIT_CASE(fault__of_the_store_where_a_resumed_stream_begins_is_503),
    KIT_CASE(memory__that_is_not_there_ends_the_stream_or_never_opens_it),
    KIT_CASE(view__of_a_voter_whose_pages_have_no_sound_ids),
    KIT_CASE(drain__of_a_stream_that_is_not_started_or_is_closed),
    KIT_CASE(stream__of_a_bucket_of_several_elections),
};

CHECK_MAIN(tests, 41)
