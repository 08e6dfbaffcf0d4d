/* Reads of what was recorded and refused, and what became of an event. */
#include "api_kit.h"
#include "kit_memory.h"

#include <stdlib.h>

#define E1 "/election/" KIT_ID "1"

static unsigned occurrences(const char *text, const char *part)
{
    unsigned count = 0;
    for (; (text = strstr(text, part)) != NULL; text += strlen(part))
        count++;
    return count;
}

static void events__are_the_records_from_a_number_on(void **state)
{
    (void)state;
    kit_open(1);
    struct kit_exchange *sent = kit_get("audrey", E1 "/events", NULL);
    check_status(sent, 200);
    check_int(occurrences(sent->body, "{\"stream\":\"Election-" KIT_ID "1\",\"number\":"), 13);
    kit_check_in_body(sent, "\"number\":0,\"type\":\"PhotoVote.Event.Election.ElectionCreated\"");
    kit_check_in_body(sent, "\"metadata\":{\"who\":\"administrator:alice\"}}\n],\"next\":null}");
    kit_check_no_header(sent, "ETag");
    sent = kit_get("audrey", E1 "/events", "?from", "11", NULL);
    check_int(occurrences(sent->body, "\"number\":"), 2);
    kit_check_in_body(sent, "{\"events\":[{\"stream\":\"Election-" KIT_ID "1\",\"number\":11,");
    sent = kit_get("audrey", E1 "/events", "?from", "3", "?limit", "2", NULL);
    check_int(occurrences(sent->body, "\"stream\":"), 2);
    kit_check_in_body(sent, "],\"next\":5}");
    kit_check_body(kit_get("audrey", E1 "/events", "?from", "13", NULL), "{\"events\":[],\"next\":null}");
    kit_check_in_body(kit_get("audrey", E1 "/events", "?from", "12", "?limit", "1", NULL), "\"next\":null}");
}

static void events__of_more_than_one_batch(void **state)
{
    (void)state;
    kit_open(1);
    for (unsigned i = 0; i < 150; i++)
        kit_record(ev_named(i % 2 == 0 ? "A" : "B"));
    kit_project(1);
    struct kit_exchange *sent = kit_get("audrey", E1 "/events", "?limit", "64", NULL);
    check_int(occurrences(sent->body, "\"stream\":"), 64);
    kit_check_in_body(sent, "],\"next\":64}");
    sent = kit_get("audrey", E1 "/events", NULL);
    check_int(occurrences(sent->body, "\"stream\":"), 100);
    sent = kit_get("audrey", E1 "/events", "?limit", "1000", NULL);
    check_int(occurrences(sent->body, "\"stream\":"), 163);
    kit_check_in_body(sent, "],\"next\":null}");
}

/* The cache has none of it any more, and whoever audits wants to know all the more. */
static void events__of_an_election_that_was_deleted(void **state)
{
    (void)state;
    kit_open(1);
    kit_record(ev_deleted());
    kit_project(1);
    kit_check_problem(kit_get("audrey", E1 "/document", NULL), 404, "election_unknown");
    struct kit_exchange *sent = kit_get("audrey", E1 "/events", "?from", "13", NULL);
    check_status(sent, 200);
    kit_check_in_body(sent, "\"number\":13,\"type\":\"PhotoVote.Event.Election.ElectionDeleted\"");
    check_status(kit_get("audrey", E1 "/refusals", NULL), 200);
    check_status(kit_get("ada", E1 "/events", NULL), 403);
    kit_check_problem(kit_get("audrey", "/election/" KIT_ID "3/events", NULL), 404, "election_unknown");
    kit_check_problem(kit_get("audrey", "/election/" KIT_ID "3/refusals", NULL), 404, "election_unknown");
}

/* They do not wait for the read side: only for what is not recorded. */
static void events__of_what_is_not_projected(void **state)
{
    (void)state;
    kit_open(1);
    kit_record(ev_named("A"));
    struct kit_exchange *sent = kit_get("audrey", E1 "/events", "?from", "13", "PV-Min-Version", "13", NULL);
    check_status(sent, 200);
    kit_check_in_body(sent, "\"number\":13,");
    sent = kit_get("audrey", E1 "/events", "PV-Min-Version", "14", NULL);
    check_int(sent->answers, 0);
    kit_record(ev_named("B"));
    kit_project(1);
    kit_read_all();
    check_status(sent, 200);
}

/* --- refusals --- */

static void refuse_event(uint64_t id, const char *subject, const char *data, const char *metadata,
                         const char *field)
{
    struct pv_fault fault;
    struct pv_refused entry = {
        .id.bits = story_id(id),
        .election.bits = story_id(1),
        .type = PV_STR("PhotoVote.Event.Ballot.BallotCast"),
        .data = story_str(data),
        .metadata = story_str(metadata),
        .subject = story_str(subject),
        .code = PV_STR("ballot_cast"),
        .field = story_str(field),
        .message = PV_STR("the ballot \"\x7f\" is cast"),
        .at = story_time("2024-02-24T19:00:00Z"),
    };
    const struct pv_refusal_log *log = &api_ports.inner_refusals;
    check_int(log->ops->add(log->self, &entry, 1, &fault), PV_LOG_OK);
}

static void refusals__are_the_log_of_the_election(void **state)
{
    (void)state;
    kit_open(1);
    kit_check_body(kit_get("audrey", E1 "/refusals", NULL), "{\"refusals\":[],\"next\":null}");
    refuse_event(5, "ada", "{\"id\":1}", "{\"who\":\"voter:ada\"}", "ballot_id");
    kit_check_body(
        kit_get("audrey", E1 "/refusals", NULL),
        "{\"refusals\":[{\"sequence\":0,\"id\":\"" KIT_ID "5\",\"type\":\"PhotoVote.Event.Ballot."
        "BallotCast\",\"code\":\"ballot_cast\",\"field\":\"ballot_id\",\"message\":\"the ballot "
        "\\\"\\u007f\\\" "
        "is "
        "cast\",\"at\":\"2024-02-24T19:00:00Z\",\"metadata\":{\"who\":\"voter:ada\"},\"data\":{\"id\":1}}],"
        "\"next\":null}");
}

static void refusals__are_paged(void **state)
{
    (void)state;
    kit_open(1);
    for (uint64_t i = 0; i < 5; i++)
        refuse_event(100 + i, "ada", "{}", "{}", "ballot_id");
    struct kit_exchange *sent = kit_get("alice", E1 "/refusals", "?limit", "2", NULL);
    check_int(occurrences(sent->body, "\"sequence\":"), 2);
    kit_check_in_body(sent, "],\"next\":2}");
    sent = kit_get("alice", E1 "/refusals", "?from", "2", "?limit", "3", NULL);
    check_int(occurrences(sent->body, "},{\"sequence\":"), 2);
    kit_check_in_body(sent, "],\"next\":null}");
}

static void refusals__of_what_is_no_json_are_still_json(void **state)
{
    static const char *const bad[] = {NULL, "", "{", "{}}", "{\"a\":\"\xff\"}", "x"};
    (void)state;
    kit_open(1);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        refuse_event(200 + i, "ada", bad[i], bad[i], NULL);
    refuse_event(300, "ada", " {} ", " {}", NULL);
    struct kit_exchange *sent = kit_get("audrey", E1 "/refusals", NULL);
    check_int(occurrences(sent->body, ",\"metadata\":null,\"data\":null}"), 6);
    check_int(occurrences(sent->body, ",\"metadata\":{},\"data\":{}}"), 1);
    check_int(occurrences(sent->body, "\"field\":null"), 7);
}

/* --- what became of an event --- */

/* Recorded as the last one of election 1, by whoever the metadata says. */
static void record_by(uint64_t id, const char *stream, const char *metadata)
{
    const struct pv_event_store *store = &api_ports.inner_store;
    struct pv_appended appended;
    struct pv_fault fault;
    struct pv_new_event made = {{story_id(id)}, PV_STR("T"), PV_STR("{}"), story_str(metadata)};
    check_int(store->ops->append(store->self, story_str(stream), PV_EXPECT_ANY, &made, 1, &appended, &fault),
              PV_STORE_OK);
}

#define RECORDED(digit)                                                                                      \
    "{\"id\":\"" KIT_ID digit "\",\"status\":\"recorded\",\"stream\":\"Election-" KIT_ID                     \
    "1\",\"number\":0,\"position\":"
#define UNKNOWN(digit) "{\"id\":\"" KIT_ID digit "\",\"status\":\"unknown\"}"

static void event__recorded_is_for_its_sender_and_those_who_oversee(void **state)
{
    static const char *const see[] = {"alice", "audrey", "ada", "sam", "one"};
    static const char *const not [] = {"bob", "zoe"};
    (void)state;
    record_by(5, "Election-" KIT_ID "1", "{\"who\":\"voter:ada\"}");
    for (size_t i = 0; i < sizeof see / sizeof see[0]; i++)
        kit_check_body(kit_get(see[i], "/event/" KIT_ID "5", NULL), RECORDED("5") "0}");
    for (size_t i = 0; i < sizeof not / sizeof not [0]; i++)
        kit_check_body(kit_get(not [i], "/event/" KIT_ID "5", NULL), UNKNOWN("5"));
    kit_check_body(kit_get("alice", "/event/018dc5a4-f6c0-0000-0000-000000000005/", NULL),
                   RECORDED("5") "0}");
    kit_check_body(kit_get("alice", "/event/" KIT_ID "6", NULL), UNKNOWN("6"));
}

static void event__of_another_election_is_not_for_a_token_of_one(void **state)
{
    (void)state;
    record_by(5, "Election-" KIT_ID "2", "{\"who\":\"administrator:alice\"}");
    kit_check_body(kit_get("one", "/event/" KIT_ID "5", NULL), UNKNOWN("5"));
    record_by(6, "Other-1", NULL);
    kit_check_body(kit_get("one", "/event/" KIT_ID "6", NULL), UNKNOWN("6"));
    kit_check_in_body(kit_get("alice", "/event/" KIT_ID "6", NULL), "\"stream\":\"Other-1\"");
    kit_check_body(kit_get("ada", "/event/" KIT_ID "6", NULL), UNKNOWN("6"));
}

static void event__of_a_sender_whose_name_json_escapes(void **state)
{
    (void)state;
    record_by(5, "Election-" KIT_ID "1", "{\"who\":\"voter:do\\\\t\"}");
    kit_check_in_body(kit_get("do\\t", "/event/" KIT_ID "5", NULL), "\"status\":\"recorded\"");
}

static void event__sent_in_one_of_several_roles_is_the_sender_s(void **state)
{
    (void)state;
    record_by(5, "Other-1", "{\"who\":\"voter:both\"}");
    record_by(6, "Other-1", "{\"who\":\"auditor:ada\"}");
    kit_check_in_body(kit_get("both", "/event/" KIT_ID "5", NULL), "\"status\":\"recorded\"");
    kit_check_body(kit_get("ada", "/event/" KIT_ID "6", NULL), UNKNOWN("6")); /* another's, of that role */
}

static void event__refused_is_for_its_sender_and_those_who_oversee(void **state)
{
    static const char refused[] =
        "{\"id\":\"" KIT_ID "5\",\"status\":\"refused\",\"stream\":\"Election-" KIT_ID
        "1\",\"code\":\"ballot_cast\",\"field\":\"ballot_id\",\"message\":\"the ballot \\\"\\u007f\\\" is "
        "cast\"}";
    (void)state;
    refuse_event(5, "ada", "{}", "{}", "ballot_id");
    kit_check_body(kit_get("ada", "/event/" KIT_ID "5", NULL), refused);
    kit_check_body(kit_get("alice", "/event/" KIT_ID "5", NULL), refused);
    kit_check_body(kit_get("audrey", "/event/" KIT_ID "5", NULL), refused);
    kit_check_body(kit_get("bob", "/event/" KIT_ID "5", NULL), UNKNOWN("5"));
}

static void event__refused_first_and_recorded_later_is_recorded(void **state)
{
    (void)state;
    refuse_event(5, "ada", "{}", "{}", "ballot_id");
    record_by(5, "Election-" KIT_ID "1", "{\"who\":\"voter:ada\"}");
    kit_check_in_body(kit_get("ada", "/event/" KIT_ID "5", NULL), "\"status\":\"recorded\"");
    kit_check_body(kit_get("bob", "/event/" KIT_ID "5", NULL), UNKNOWN("5"));
}

static const struct CMUnitTest tests[] = {
    KIT_CASE(events__are_the_records_from_a_number_on),
    KIT_CASE(events__of_more_than_one_batch),
    KIT_CASE(events__of_an_election_that_was_deleted),
    KIT_CASE(events__of_what_is_not_projected),
    KIT_CASE(refusals__are_the_log_of_the_election),
    KIT_CASE(refusals__are_paged),
    KIT_CASE(refusals__of_what_is_no_json_are_still_json),
    KIT_CASE(event__recorded_is_for_its_sender_and_those_who_oversee),
    KIT_CASE(event__of_another_election_is_not_for_a_token_of_one),
    KIT_CASE(event__of_a_sender_whose_name_json_escapes),
    KIT_CASE(event__sent_in_one_of_several_roles_is_the_sender_s),
    KIT_CASE(event__refused_is_for_its_sender_and_those_who_oversee),
    KIT_CASE(event__refused_first_and_recorded_later_is_recorded),
};

CHECK_MAIN(tests, 13)
