/* Events in: what is refused before the broker, what the command is, and what each of the worker's answers
   becomes, whenever it comes. */
#include "api_kit.h"
#include "routes.h"

#define NAME_BODY "{\"id\":\"" KIT_ID "7\",\"election_id\":\"" KIT_ID "1\",\"name\":\"N\"}"

static struct kit_exchange *send_name(void)
{
    return kit_send("alice", "PUT", "/election/name-changed", NAME_BODY, NULL);
}

/* --- before the broker --- */

static void nowhere__is_404(void **state)
{
    (void)state;
    struct kit_exchange *sent = kit_send("alice", "POST", "/elections", "{}", NULL);
    kit_check_problem(sent, 404, "not_found");
    kit_check_body(sent, "{\"type\":\"urn:photovote:not_found\",\"title\":\"not found\",\"status\":404,"
                         "\"detail\":\"there is nothing at this address\",\"code\":\"not_found\","
                         "\"field\":null,\"errors\":[]}");
}

static void other_method__is_405_with_those_that_are_allowed(void **state)
{
    (void)state;
    struct kit_exchange *sent = kit_send(NULL, "PATCH", "/election", "{}", NULL);
    kit_check_problem(sent, 405, "method_not_allowed");
    kit_check_header(sent, "Allow", "GET, HEAD, POST, DELETE");
    kit_check_header(kit_send(NULL, "GET", "/voter/", NULL, NULL), "Allow", "POST");
    kit_check_header(kit_send(NULL, "POST", "/election/closed", "{}", NULL), "Allow", "PUT");
    kit_check_header(kit_send(NULL, "PUT", "/healthz", "{}", NULL), "Allow", "GET, HEAD");
}

static void body__that_is_not_said_to_be_json_is_415(void **state)
{
    static const char *const types[] = {"-",
                                        "",
                                        "text/plain",
                                        "application/jso",
                                        "json",
                                        "json;+json",
                                        "application/jsonx",
                                        "+json",
                                        "application/x-www-form-urlencoded",
                                        "application/+jsox",
                                        "application/jsox"};
    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        kit_check_problem(
            kit_send("alice", "PUT", "/election/name-changed", NAME_BODY, "Content-Type", types[i], NULL),
            415, "media_type_unsupported");
    check_true(kit_none_published());
}

static void body__may_be_any_json_type(void **state)
{
    static const char *const types[] = {"application/json",
                                        "APPLICATION/JSON",
                                        "application/json; charset=utf-8",
                                        "application/json;charset=utf-8",
                                        "application/cloudevents+json",
                                        "application/x+JSON ; v=1"};
    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        struct kit_exchange *sent =
            kit_send("alice", "PUT", "/election/name-changed", NAME_BODY, "Content-Type", types[i], NULL);
        kit_answer(kit_recorded(0, 0));
        check_status(sent, 200);
    }
}

static void body__that_is_no_json_is_422(void **state)
{
    static const char *const bodies[] = {
        "", " ", "{", "[]", "null", "{\"name\":\"\xff\"}", "{}x", "{\"name\":\"\\ud800\"}"};
    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        struct kit_exchange *sent = kit_send("alice", "POST", "/election", bodies[i], NULL);
        kit_check_problem(sent, 422, "json_invalid");
        kit_check_in_body(sent, "\"field\":null,\"errors\":[{\"loc\":[\"body\"],\"msg\":\"");
    }
    check_true(kit_none_published());
}

static void faults__are_all_listed_in_catalogue_order_and_the_first_is_d5_s(void **state)
{
    (void)state;
    struct kit_exchange *sent =
        kit_send("alice", "POST", "/candidate",
                 "{\"image_url\":7,\"competition_id\":\"\",\"name\":\"\",\"id\":1}", NULL);
    kit_check_problem(sent, 422, "field_type");
    kit_check_body(
        sent,
        "{\"type\":\"urn:photovote:field_type\",\"title\":\"field type\",\"status\":422,"
        "\"detail\":\"the value has the wrong JSON type: 1\",\"code\":\"field_type\",\"field\":\"id\","
        "\"errors\":["
        "{\"loc\":[\"body\",\"id\"],\"msg\":\"the value has the wrong JSON type: "
        "1\",\"type\":\"field_type\"},"
        "{\"loc\":[\"body\",\"election_id\"],\"msg\":\"the field \\\"election_id\\\" is required\","
        "\"type\":\"field_missing\"},"
        "{\"loc\":[\"body\",\"competition_id\"],\"msg\":\"\\\"\\\" is not an id\",\"type\":\"id_invalid\"},"
        "{\"loc\":[\"body\",\"candidate_id\"],\"msg\":\"the field \\\"candidate_id\\\" is required\","
        "\"type\":\"field_missing\"},"
        "{\"loc\":[\"body\",\"name\"],\"msg\":\"the text \\\"\\\" is empty or only white space\","
        "\"type\":\"text_empty\"},"
        "{\"loc\":[\"body\",\"image_url\"],\"msg\":\"the value has the wrong JSON type: 7\","
        "\"type\":\"field_type\"}]}");
    check_true(kit_none_published());
}

static void caption_without_url__is_listed_beside_other_faults(void **state)
{
    (void)state;
    struct kit_exchange *sent = kit_send(
        "alice", "POST", "/candidate",
        "{\"election_id\":\"" KIT_ID "1\",\"competition_id\":\"" KIT_ID "1\",\"image_caption\":\"c\"}", NULL);
    kit_check_problem(sent, 422, "field_missing");
    kit_check_in_body(sent,
                      "\"type\":\"field_missing\"},{\"loc\":[\"body\",\"image_caption\"],\"msg\":\"the "
                      "caption \\\"c\\\" has no image url with it\",\"type\":\"caption_without_url\"}]}");
}

static void repeated_key__is_told_alone(void **state)
{
    (void)state;
    struct kit_exchange *sent = kit_send("alice", "POST", "/election", "{\"name\":1,\"name\":2}", NULL);
    kit_check_problem(sent, 422, "json_duplicate_key");
    kit_check_in_body(sent,
                      "\"errors\":[{\"loc\":[\"body\",\"name\"],\"msg\":\"the field \\\"name\\\" stands "
                      "twice\",\"type\":\"json_duplicate_key\"}]}");
}

/* --- the command --- */

static void command__is_the_event_in_canonical_form(void **state)
{
    (void)state;
    (void)kit_send("alice", "PUT", "/candidate/image-changed/",
                   "{ \"url\":\"/x\", \"other\":[1,{}], \"caption\":null, "
                   "\"id\":\"018dc5a4-f6c0-0000-0000-000000000007\","
                   "\"election_id\":\"" KIT_ID "1\", \"candidate_id\":\"01hq2t9xp00000000000000002\","
                   "\"competition_id\":\"" KIT_ID "3\"}",
                   NULL);
    kit_answer(kit_recorded(3, 5));
    assert_string_equal(kit_command.type, "PhotoVote.Event.Candidate.CandidateImageChanged");
    assert_string_equal(kit_command.data,
                        "{\"id\":\"" KIT_ID "7\",\"election_id\":\"" KIT_ID "1\",\"competition_id\":\"" KIT_ID
                        "3\",\"candidate_id\":\"" KIT_ID "2\",\"url\":\"/x\"}");
    check_true(pv_bits128_equal(kit_command.command.election.bits, story_id(1)));
    check_true(pv_bits128_equal(kit_command.command.id.bits, story_id(7)));
    kit_check_body(kit.exchanges, "{\"id\":\"" KIT_ID "7\",\"stream\":\"Election-" KIT_ID
                                  "1\",\"number\":3,\"position\":5}");
}

static void ids__that_are_left_out_are_made_and_told(void **state)
{
    (void)state;
    struct kit_exchange *sent = kit_send("alice", "POST", "/election", "{\"name\":\"N\"}", NULL);
    kit_answer(kit_recorded(0, 0));
    char id[PV_ULID_LEN + 1] = "", election[PV_ULID_LEN + 1] = "", body[256];
    pv_ulid_format(kit_command.command.id.bits, id);
    pv_ulid_format(kit_command.command.election.bits, election);
    /* 2024-02-24T18:03:11.123Z in a ULID; the thing's id has the time of the event's */
    assert_memory_equal(id, "01HQE4J2WK", 10);
    assert_memory_equal(election, "01HQE4J2WK", 10);
    assert_string_not_equal(id, election);
    (void)snprintf(
        body, sizeof body,
        "{\"id\":\"%s\",\"stream\":\"Election-%s\",\"number\":0,\"position\":0,\"election_id\":\"%s\"}", id,
        election, election);
    kit_check_body(sent, body);
}

static void ids__of_two_requests_differ(void **state)
{
    (void)state;
    (void)kit_send("alice", "POST", "/election", "{\"name\":\"N\"}", NULL);
    kit_answer(kit_recorded(0, 0));
    struct pv_command first = kit_command.command;
    (void)kit_send("alice", "POST", "/election", "{\"name\":\"N\"}", NULL);
    kit_answer(kit_recorded(0, 0));
    check_true(!pv_bits128_equal(first.id.bits, kit_command.command.id.bits));
    check_true(!pv_bits128_equal(first.election.bits, kit_command.command.election.bits));
}

static void retry__with_the_same_id_is_the_same_command(void **state)
{
    static const char body[] =
        "{\"id\":\"" KIT_ID "9\",\"election_id\":\"" KIT_ID "1\",\"voter_id\":\"" KIT_ID "1\"}";
    char first[sizeof kit_command.data];
    (void)state;
    (void)kit_send("ada", "POST", "/ballot", body, NULL);
    kit_answer(kit_recorded(4, 4));
    strcpy(first, kit_command.data);
    virtual_clock_advance(&api_ports.clock, 77777);
    (void)kit_send("ada", "POST", "/ballot", body, NULL);
    kit_answer(kit_recorded(4, 4));
    assert_string_equal(kit_command.data, first);
    assert_non_null(strstr(first, "\"ballot_id\":\""
                                  "01HQ2T9XP0"));
}

/* --- the answers --- */

static void recorded__is_200(void **state)
{
    (void)state;
    struct kit_exchange *sent = send_name();
    check_int(sent->answers, 0);
    check_int(pv_api_unanswered(kit.api), 1);
    kit_answer(kit_recorded(8, 99));
    check_status(sent, 200);
    check_int(pv_api_unanswered(kit.api), 0);
    kit_check_header(sent, "Content-Type", "application/json");
    kit_check_header(sent, "Cache-Control", "no-store");
    kit_check_body(sent, "{\"id\":\"" KIT_ID "7\",\"stream\":\"Election-" KIT_ID
                         "1\",\"number\":8,\"position\":99}");
}

static void recorded__where_the_store_tells_no_position(void **state)
{
    (void)state;
    struct kit_exchange *sent = send_name();
    kit_answer(kit_recorded(8, -1));
    kit_check_in_body(sent, "\"number\":8,\"position\":null}");
}

static void refused__has_the_status_of_its_code(void **state)
{
    struct pv_answer refused = {.kind = PV_ANSWER_REFUSED};
    (void)state;
    pv_refusal_set(&refused.why, PV_BALLOT_PAPER_FROZEN, PV_KEY_ELECTION_ID, PV_STR("E"));
    struct kit_exchange *sent = send_name();
    kit_answer(&refused);
    kit_check_problem(sent, 409, "ballot_paper_frozen");
    kit_check_in_body(sent, "\"field\":\"election_id\",\"errors\":[{\"loc\":[\"body\",\"election_id\"],");
    pv_refusal_set(&refused.why, PV_ELECTION_DELETED, PV_KEY_ELECTION_ID, PV_STR("\x1b[31m"));
    sent = send_name();
    kit_answer(&refused);
    kit_check_problem(sent, 410, "election_deleted");
    kit_check_in_body(sent, "\"detail\":\"the election \\u001b[31m is deleted\"");
    pv_refusal_set(&refused.why, PV_ELECTION_UNKNOWN, PV_KEY_ELECTION_ID, PV_STR("E"));
    sent = send_name();
    kit_answer(&refused);
    kit_check_problem(sent, 404, "election_unknown");
}

static void id_reused__is_409(void **state)
{
    (void)state;
    struct kit_exchange *sent = send_name();
    kit_answer(&(struct pv_answer){.kind = PV_ANSWER_ID_REUSED});
    kit_check_problem(sent, 409, "event_id_reused");
    kit_check_in_body(sent, "\"field\":\"id\"");
}

static void wrong_version__is_412_and_tells_the_version(void **state)
{
    (void)state;
    struct kit_exchange *sent = send_name();
    kit_answer(&(struct pv_answer){.kind = PV_ANSWER_WRONG_VERSION, .number = 41});
    kit_check_problem(sent, 412, "wrong_version");
    kit_check_in_body(sent, "\"detail\":\"the election is at version 41\"");
    kit_check_in_body(sent, "\"field\":\"PV-Expected-Version\"");
}

static void not_allowed__is_403(void **state)
{
    (void)state;
    struct kit_exchange *sent = send_name();
    kit_answer(&(struct pv_answer){.kind = PV_ANSWER_NOT_ALLOWED});
    kit_check_problem(sent, 403, "not_allowed");
}

static void given_up__is_503(void **state)
{
    (void)state;
    struct kit_exchange *sent = send_name();
    kit_answer(&(struct pv_answer){.kind = PV_ANSWER_GIVEN_UP});
    kit_check_problem(sent, 503, "unavailable");
}

static void no_verdict_in_time__is_202_and_says_where_the_truth_will_be(void **state)
{
    (void)state;
    struct kit_exchange *sent = send_name();
    virtual_clock_advance(&api_ports.clock, 1999);
    pv_api_tick(kit.api);
    check_int(sent->answers, 0);
    virtual_clock_advance(&api_ports.clock, 1);
    pv_api_tick(kit.api);
    check_status(sent, 202);
    kit_check_header(sent, "Location", "/event/" KIT_ID "7");
    kit_check_header(sent, "Cache-Control", "no-store");
    kit_check_body(sent, "{\"id\":\"" KIT_ID "7\",\"stream\":\"Election-" KIT_ID "1\"}");
    kit_answer(kit_recorded(8, 8)); /* too late: nobody is told, and nothing happens */
    check_int(pv_api_unanswered(kit.api), 0);
}

static void no_verdict_in_time__tells_the_ids_that_were_made(void **state)
{
    (void)state;
    struct kit_exchange *sent =
        kit_send("alice", "POST", "/competition",
                 "{\"id\":\"" KIT_ID "7\",\"election_id\":\"" KIT_ID "1\",\"name\":\"N\"}", NULL);
    virtual_clock_advance(&api_ports.clock, 2000);
    pv_api_tick(kit.api);
    check_status(sent, 202);
    kit_check_in_body(sent, ",\"competition_id\":\"01HQ2T9XP0");
    kit_take();
}

static void all_that_wait_too_long__are_answered_at_one_tick(void **state)
{
    struct kit_exchange *sent[3];
    (void)state;
    for (size_t i = 0; i < 3; i++)
        sent[i] = send_name();
    virtual_clock_advance(&api_ports.clock, 5000);
    pv_api_tick(kit.api);
    for (size_t i = 0; i < 3; i++)
        check_status(sent[i], 202);
    for (size_t i = 0; i < 3; i++)
        kit_take();
}

static void answer__that_comes_before_publish_returned(void **state)
{
    static const struct pv_answer recorded = {.kind = PV_ANSWER_RECORDED, .number = 3, .position = 4};
    (void)state;
    api_ports.early = &recorded;
    struct kit_exchange *sent = send_name();
    check_status(sent, 200);
    kit_check_in_body(sent, "\"number\":3,\"position\":4");
}

static void answer__that_comes_before_publish_broke(void **state)
{
    static const struct pv_answer recorded = {.kind = PV_ANSWER_RECORDED, .number = 3, .position = 4};
    (void)state;
    api_ports.early = &recorded;
    api_ports_fail(API_PUBLISH, 0, PV_BROKER_FAULT);
    check_status(send_name(), 200);
}

static void answer__twice_is_answered_once(void **state)
{
    (void)state;
    struct kit_exchange *first = send_name();
    kit_take();
    uint64_t word = kit_command.command.reply_to;
    /* the same command is delivered again, and answered again */
    (void)send_name();
    const struct pv_broker *broker = &api_ports.inner_broker;
    struct pv_delivery delivery, other;
    struct pv_fault fault;
    size_t count;
    check_int(broker->ops->take(broker->self, 0, &delivery, 1, 0, &count, &fault), PV_BROKER_OK);
    other = delivery;
    other.command.reply_to = word;
    broker->ops->reply(broker->self, &other, kit_recorded(1, 1));
    check_status(first, 200);
    broker->ops->reply(broker->self, &other, kit_recorded(2, 2));
    kit_check_in_body(first, "\"number\":1");
    broker->ops->reply(broker->self, &delivery, kit_recorded(3, 3));
    broker->ops->reply(broker->self, &delivery, kit_recorded(4, 4));
    check_int(broker->ops->ack(broker->self, &delivery, &fault), PV_BROKER_OK);
}

static void answer__with_words_that_nobody_has_is_nobody_s(void **state)
{
    static const uint64_t words[] = {
        0, 5, UINT64_MAX, UINT64_C(1) << 32, UINT64_C(2) << 32 | 1, UINT64_C(1) << 32 | 2};
    (void)state;
    struct kit_exchange *sent = send_name();
    const struct pv_broker *broker = &api_ports.inner_broker;
    struct pv_delivery delivery, other;
    struct pv_fault fault;
    size_t count;
    check_int(broker->ops->take(broker->self, 0, &delivery, 1, 0, &count, &fault), PV_BROKER_OK);
    other = delivery;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        other.command.reply_to = words[i];
        broker->ops->reply(broker->self, &other, kit_recorded(1, 1));
    }
    check_int(sent->answers, 0);
    broker->ops->reply(broker->self, &delivery, kit_recorded(1, 1));
    check_int(broker->ops->ack(broker->self, &delivery, &fault), PV_BROKER_OK);
    check_status(sent, 200);
}

static void full_queue__is_503_and_was_not_taken(void **state)
{
    struct kit_exchange *sent[5];
    (void)state;
    api_ports_fail(API_PUBLISH, 0, PV_BROKER_BUSY);
    kit_check_problem(send_name(), 503, "busy");
    api_ports_fail(API_PUBLISH, 0, PV_BROKER_CLOSED);
    kit_check_problem(send_name(), 503, "unavailable");
    for (size_t i = 0; i < 5; i++)
        sent[i] = send_name();
    kit_check_problem(sent[4], 503, "busy"); /* more wait than may */
    for (size_t i = 0; i < 4; i++) {
        kit_answer(kit_recorded(1, 1));
        check_status(sent[i], 200);
    }
    check_true(kit_none_published());
}

static void caller_with_too_many_in_hand__is_429_and_others_go_on(void **state)
{
    (void)state;
    kit.options.waiting_per_caller = 2;
    pv_api_free(kit.api);
    kit.api = pv_api_new(&kit.options);
    struct kit_exchange *first = send_name(), *second = send_name(), *third = send_name();
    kit_check_problem(third, 429, "too_many_requests");
    kit_check_header(third, "Retry-After", "1");
    struct kit_exchange *other = kit_send(
        "ada", "POST", "/ballot", "{\"election_id\":\"" KIT_ID "1\",\"voter_id\":\"" KIT_ID "1\"}", NULL);
    check_int(other->answers, 0);
    for (size_t i = 0; i < 3; i++)
        kit_answer(kit_recorded(1, 1));
    check_status(first, 200);
    check_status(second, 200);
    check_status(other, 200);
    struct kit_exchange *again = send_name();
    kit_answer(kit_recorded(2, 2));
    check_status(again, 200);
}

/* It may have been taken all the same, and is then recorded: "not taken" would have the client send it anew.
 */
static void broker_that_breaks__is_202(void **state)
{
    (void)state;
    api_ports_fail(API_PUBLISH, 0, PV_BROKER_FAULT);
    struct kit_exchange *sent = send_name();
    check_int(sent->answers, 0);
    virtual_clock_advance(&api_ports.clock, 2000);
    pv_api_tick(kit.api);
    check_status(sent, 202);
}

static void broker_s_own_bound__is_503(void **state)
{
    (void)state;
    kit.options.waiting_max = kit.options.waiting_per_caller = 100;
    pv_api_free(kit.api);
    kit.api = pv_api_new(&kit.options);
    for (size_t i = 0; i < 4; i++)
        (void)send_name();
    kit_check_problem(send_name(), 503, "busy");
    for (size_t i = 0; i < 4; i++)
        kit_answer(kit_recorded(1, 1));
}

static const struct CMUnitTest tests[] = {
    KIT_CASE(nowhere__is_404),
    KIT_CASE(other_method__is_405_with_those_that_are_allowed),
    KIT_CASE(body__that_is_not_said_to_be_json_is_415),
    KIT_CASE(body__may_be_any_json_type),
    KIT_CASE(body__that_is_no_json_is_422),
    KIT_CASE(faults__are_all_listed_in_catalogue_order_and_the_first_is_d5_s),
    KIT_CASE(caption_without_url__is_listed_beside_other_faults),
    KIT_CASE(repeated_key__is_told_alone),
    KIT_CASE(command__is_the_event_in_canonical_form),
    KIT_CASE(ids__that_are_left_out_are_made_and_told),
    KIT_CASE(ids__of_two_requests_differ),
    KIT_CASE(retry__with_the_same_id_is_the_same_command),
    KIT_CASE(recorded__is_200),
    KIT_CASE(recorded__where_the_store_tells_no_position),
    KIT_CASE(refused__has_the_status_of_its_code),
    KIT_CASE(id_reused__is_409),
    KIT_CASE(wrong_version__is_412_and_tells_the_version),
    KIT_CASE(not_allowed__is_403),
    KIT_CASE(given_up__is_503),
    KIT_CASE(no_verdict_in_time__is_202_and_says_where_the_truth_will_be),
    KIT_CASE(no_verdict_in_time__tells_the_ids_that_were_made),
    KIT_CASE(all_that_wait_too_long__are_answered_at_one_tick),
    KIT_CASE(answer__that_comes_before_publish_returned),
    KIT_CASE(answer__that_comes_before_publish_broke),
    KIT_CASE(answer__twice_is_answered_once),
    KIT_CASE(answer__with_words_that_nobody_has_is_nobody_s),
    KIT_CASE(full_queue__is_503_and_was_not_taken),
    KIT_CASE(caller_with_too_many_in_hand__is_429_and_others_go_on),
    KIT_CASE(broker_that_breaks__is_202),
    KIT_CASE(broker_s_own_bound__is_503),
};

CHECK_MAIN(tests, 28)
