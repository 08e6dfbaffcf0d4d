/* Who may: every route times every role, row by row as the API's description has it; then by the phase of the
   election; then whose election, ballot and voter it is, as far as the API decides. */
#include "api_kit.h"
#include "routes.h"

/* The columns: without a token; administrator; voter; auditor; all three; a token without a role; a token
   that is refused; one that cannot be decided; an administrator and a voter of another election only.
   y: may (it came to the broker, or to the read); 1: 401; 3: 403; 5: 503. */
static const char *const columns[] = {NULL,   "alice", "ada",  "audrey", "sam",
                                      "nora", "bad",   "gone", "one",    "vone"};
enum { COLUMNS = sizeof columns / sizeof columns[0] };

#define E2 "\"election_id\":\"01HQ2T9XP00000000000000002\""
#define C "\"competition_id\":\"01HQ2T9XP00000000000000001\""
#define N "\"candidate_id\":\"01HQ2T9XP0000000000000000B\""
#define B "\"ballot_id\":\"01HQ2T9XP00000000000000001\""
#define V "\"voter_id\":\"01HQ2T9XP00000000000000001\""

static const struct {
    const char *method, *path, *body, *may;
} events[] = {
    {"POST", "/election/", "{" E2 ",\"name\":\"N\"}", "1y33y31533"},
    {"DELETE", "/election/", "{" E2 "}", "1y33y31533"},
    {"PUT", "/election/name-changed", "{" E2 ",\"name\":\"N\"}", "1y33y31533"},
    {"PUT", "/election/description-changed", "{" E2 ",\"description\":null}", "1y33y31533"},
    {"PUT", "/election/opened", "{" E2 ",\"open_date\":\"2024-02-24T18:00:00Z\"}", "1y33y31533"},
    {"PUT", "/election/closed", "{" E2 ",\"close_date\":\"2024-02-24T18:00:00Z\"}", "1y33y31533"},
    {"POST", "/competition/", "{" E2 "," C ",\"name\":\"N\"}", "1y33y31533"},
    {"DELETE", "/competition/", "{" E2 "," C "}", "1y33y31533"},
    {"PUT", "/competition/name-changed", "{" E2 "," C ",\"name\":\"N\"}", "1y33y31533"},
    {"PUT", "/competition/description-changed", "{" E2 "," C ",\"description\":null}", "1y33y31533"},
    {"POST", "/candidate/", "{" E2 "," C "," N ",\"name\":\"N\"}", "1y33y31533"},
    {"DELETE", "/candidate/", "{" E2 "," C "," N "}", "1y33y31533"},
    {"PUT", "/candidate/name-changed", "{" E2 "," C "," N ",\"name\":\"N\"}", "1y33y31533"},
    {"PUT", "/candidate/description-changed", "{" E2 "," C "," N ",\"description\":null}", "1y33y31533"},
    {"PUT", "/candidate/image-changed", "{" E2 "," C "," N ",\"url\":null}", "1y33y31533"},
    {"POST", "/voter/", "{" E2 "," V ",\"name\":\"N\",\"email\":\"n@x.example\"}", "1y33y31533"},
    {"POST", "/ballot/", "{" E2 "," V "," B "}", "1yy3y31533"},
    {"PUT", "/ballot/candidate-rated", "{" E2 "," B "," C "," N ",\"rating\":3}", "13y3y31533"},
    {"POST", "/ballot/cast", "{" E2 "," B "}", "13y3y31533"},
};

static char outcome(const struct kit_exchange *sent)
{
    if (sent->status == 401)
        return '1';
    if (sent->status == 403)
        return '3';
    return sent->status == 503 ? '5' : 'y';
}

static void check_outcome(const char *method, const char *path, size_t column, char actual, char expected)
{
    if (actual != expected)
        fail_msg("%s %s as %s is %c, not %c", method, path,
                 columns[column] == NULL ? "nobody" : columns[column], actual, expected);
}

static void send_event(size_t row, const char *path, size_t column)
{
    struct kit_exchange *sent = kit_send(columns[column], events[row].method, path, events[row].body, NULL);
    bool published = !kit_none_published();
    char actual = published ? 'y' : outcome(sent);
    check_true(published == (sent->answers == 0));
    check_outcome(events[row].method, path, column, actual, events[row].may[column]);
    if (published) {
        kit_answer(kit_recorded(1, 2));
        check_status(sent, 200);
    }
}

static void events__every_route_times_every_role(void **state)
{
    (void)state;
    check_int(sizeof events / sizeof events[0], PV_EVENT_TYPE_COUNT);
    for (size_t row = 0; row < PV_EVENT_TYPE_COUNT; row++) {
        check_int(strlen(events[row].may), COLUMNS);
        for (size_t column = 0; column < COLUMNS; column++)
            send_event(row, events[row].path, column);
    }
}

static void events__every_route_with_the_other_spelling_of_its_end(void **state)
{
    (void)state;
    for (size_t row = 0; row < PV_EVENT_TYPE_COUNT; row++) {
        char path[80];
        size_t len = strlen(events[row].path);
        (void)snprintf(path, sizeof path, "%s/", events[row].path);
        if (events[row].path[len - 1] == '/')
            path[len - 1] = '\0';
        for (size_t column = 0; column < COLUMNS; column++)
            send_event(row, path, column);
    }
}

/* Reads of election 2 in each phase. 4: 404 election_unknown; b: 404 no_ballot. */
#define E2_ID "01HQ2T9XP00000000000000002"
struct read_row {
    const char *path, *draft, *open, *closed;
};
static const struct read_row reads[] = {
    {"/election/" E2_ID, "4y4yy41544", "yyyyyy15yy", "yyyyyy15yy"},
    {"/election/" E2_ID "/document", "1y3yy31533", "1y3yy31533", "1y3yy31533"},
    {"/election/" E2_ID "/results", "4y4yy41544", "3y3yy31533", "yyyyyy15yy"},
    {"/election/" E2_ID "/voters", "1y3yy31533", "1y3yy31533", "1y3yy31533"},
    {"/election/" E2_ID "/ballots", "1y3yy31533", "1y3yy31533", "1y3yy31533"},
    {"/election/" E2_ID "/ballot/mine", "1343y31533", "13y3y31533", "13y3y31533"},
    {"/election/" E2_ID "/events", "1y3yy31533", "1y3yy31533", "1y3yy31533"},
    {"/election/" E2_ID "/refusals", "1y3yy31533", "1y3yy31533", "1y3yy31533"},
    {"/election/" E2_ID "/live", "4y4yy41544", "yyyyyy15yy", "yyyyyy15yy"},
};
static const struct read_row others[] = {
    {"/election/", "yyyyyy15yy", NULL, NULL}, {"/event/01HQ2T9XP00000000000000009", "1yyyy315yy", NULL, NULL},
    {"/healthz", "1y3yy31533", NULL, NULL},   {"/readyz", "1y3yy31533", NULL, NULL},
    {"/metrics", "1y3yy31533", NULL, NULL},   {"/openapi.json", "yyyyyy15yy", NULL, NULL},
    {"/docs", "yyyyyy15yy", NULL, NULL},      {"/photo/there.png", "yyyyyy15yy", NULL, NULL},
};

static void check_read(const char *path, const char *may)
{
    check_int(strlen(may), COLUMNS);
    for (size_t column = 0; column < COLUMNS; column++) {
        struct kit_exchange *sent = kit_get(columns[column], path, NULL);
        check_int(sent->answers, 1);
        char actual = outcome(sent);
        if (sent->status == 404) {
            kit_check_problem(sent, 404, "election_unknown");
            actual = '4';
        } else if (actual == 'y') {
            check_status(sent, 200);
        }
        check_outcome("GET", path, column, actual, may[column]);
        if (sent->stream.ops != NULL)
            kit_close_stream(sent);
    }
}

static void reads__of_a_draft(void **state)
{
    (void)state;
    kit_draft(2);
    for (size_t i = 0; i < sizeof reads / sizeof reads[0]; i++)
        check_read(reads[i].path, reads[i].draft);
}

static void reads__of_an_open_election(void **state)
{
    (void)state;
    kit_open(2);
    for (size_t i = 0; i < sizeof reads / sizeof reads[0]; i++)
        check_read(reads[i].path, reads[i].open);
}

static void reads__of_a_closed_election(void **state)
{
    (void)state;
    kit_closed(2);
    for (size_t i = 0; i < sizeof reads / sizeof reads[0]; i++)
        check_read(reads[i].path, reads[i].closed);
}

static void reads__of_what_is_no_election_s(void **state)
{
    (void)state;
    check_int(sizeof reads / sizeof reads[0] + sizeof others / sizeof others[0], PV_READ_ROUTES);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        check_read(others[i].path, others[i].draft);
}

static void operators_listener__has_its_three_without_a_token_and_nothing_else(void **state)
{
    (void)state;
    check_status(kit_operate("GET", "/healthz"), 200);
    check_status(kit_operate("GET", "/readyz/"), 200);
    check_status(kit_operate("HEAD", "/metrics"), 200);
    kit_check_problem(kit_operate("POST", "/metrics"), 404, "not_found");
    kit_check_problem(kit_operate("GET", "/election"), 404, "not_found");
    kit_check_problem(kit_operate("GET", "/docs"), 404, "not_found");
    kit_check_problem(kit_operate("GET", "/nowhere"), 404, "not_found");
}

static void token_for_one_election__is_good_there(void **state)
{
    (void)state;
    kit_draft(1);
    check_status(kit_get("one", "/election/01HQ2T9XP00000000000000001/document", NULL), 200);
    check_status(kit_get("one", "/election/01HQ2T9XP00000000000000001", NULL), 200);
    kit_record(ev_opened(STORY_OPEN_DATE));
    kit_project(1);
    check_status(kit_get("vone", "/election/01HQ2T9XP00000000000000001/ballot/mine", NULL), 200);
    struct kit_exchange *sent =
        kit_send("one", "DELETE", "/election", "{\"election_id\":\"01HQ2T9XP00000000000000001\"}", NULL);
    kit_answer(kit_recorded(10, 10));
    check_status(sent, 200);
}

static void token_for_one_election__makes_no_other(void **state)
{
    (void)state;
    kit_check_problem(kit_send("one", "POST", "/election", "{\"name\":\"N\"}", NULL), 403, "not_allowed");
    check_true(kit_none_published());
}

static void token_for_one_election__sees_drafts_of_others_in_no_list(void **state)
{
    (void)state;
    kit_draft(1);
    kit_draft(2);
    kit_check_body(kit_get("one", "/election", NULL), "{\"elections\":[],\"next\":null}");
    kit_check_in_body(kit_get("alice", "/election", NULL), "0002\",\"phase\":\"draft\"");
}

static void refused_token__says_why(void **state)
{
    (void)state;
    struct kit_exchange *sent = kit_get("bad", "/docs", NULL);
    kit_check_problem(sent, 401, "token_invalid");
    kit_check_in_body(sent, "\"detail\":\"this token is no good\"");
    sent = kit_get("gone", "/docs", NULL);
    kit_check_problem(sent, 503, "unavailable");
    kit_check_in_body(sent, "\"detail\":\"this token is no good\"");
}

/* The worker decides whose voter and ballot it is; the API tells it who calls. */
static void command__carries_the_caller(void **state)
{
    static const char body[] = "{" E2 "," V "," B "}";
    (void)state;
    (void)kit_send("bob", "POST", "/ballot", body, NULL);
    kit_answer(&(struct pv_answer){.kind = PV_ANSWER_NOT_ALLOWED});
    check_int(kit_command.command.caller.roles, PV_ROLE_VOTER);
    check_true(kit_command.command.caller.has_voter);
    check_int(kit_command.command.caller.voter.bits.lo, 2);
    assert_string_equal(kit_command.subject, "bob");
    kit_check_problem(kit.exchanges, 403, "not_allowed");
    (void)kit_send("sam", "POST", "/ballot", body, NULL);
    kit_answer(kit_recorded(0, 0));
    check_int(kit_command.command.caller.roles, PV_ROLE_VOTER | PV_ROLE_ADMINISTRATOR | PV_ROLE_AUDITOR);
    (void)kit_send("bo", "POST", "/ballot", body, NULL);
    kit_answer(kit_recorded(0, 0));
    check_true(!kit_command.command.caller.has_voter);
}

static const struct CMUnitTest tests[] = {
    KIT_CASE(events__every_route_times_every_role),
    KIT_CASE(events__every_route_with_the_other_spelling_of_its_end),
    KIT_CASE(reads__of_a_draft),
    KIT_CASE(reads__of_an_open_election),
    KIT_CASE(reads__of_a_closed_election),
    KIT_CASE(reads__of_what_is_no_election_s),
    KIT_CASE(operators_listener__has_its_three_without_a_token_and_nothing_else),
    KIT_CASE(token_for_one_election__is_good_there),
    KIT_CASE(token_for_one_election__makes_no_other),
    KIT_CASE(token_for_one_election__sees_drafts_of_others_in_no_list),
    KIT_CASE(refused_token__says_why),
    KIT_CASE(command__carries_the_caller),
};

CHECK_MAIN(tests, 12)
