/* The table of routes, typed a second time from the API's description: every row, in both spellings. */
#include "check.h"
#include "routes.h"

static struct pv_routes routes;

static struct pv_str text(const char *chars)
{
    return (struct pv_str){chars, strlen(chars)};
}

static struct pv_route_match find(const char *method, const char *path)
{
    return pv_routes_find(&routes, text(method), text(path));
}

enum { A = PV_ROLE_ADMINISTRATOR, V = PV_ROLE_VOTER, U = PV_ROLE_AUDITOR, P = PV_ROLE_PUBLIC };

static const struct {
    const char *method, *path;
    enum pv_event_type event;
    unsigned roles;
} events[] = {
    {"POST", "/election", PV_EVENT_ELECTION_CREATED, A},
    {"DELETE", "/election", PV_EVENT_ELECTION_DELETED, A},
    {"PUT", "/election/name-changed", PV_EVENT_ELECTION_NAME_CHANGED, A},
    {"PUT", "/election/description-changed", PV_EVENT_ELECTION_DESCRIPTION_CHANGED, A},
    {"PUT", "/election/opened", PV_EVENT_ELECTION_OPENED, A},
    {"PUT", "/election/closed", PV_EVENT_ELECTION_CLOSED, A},
    {"POST", "/competition", PV_EVENT_COMPETITION_ADDED, A},
    {"DELETE", "/competition", PV_EVENT_COMPETITION_REMOVED, A},
    {"PUT", "/competition/name-changed", PV_EVENT_COMPETITION_NAME_CHANGED, A},
    {"PUT", "/competition/description-changed", PV_EVENT_COMPETITION_DESCRIPTION_CHANGED, A},
    {"POST", "/candidate", PV_EVENT_CANDIDATE_ADDED, A},
    {"DELETE", "/candidate", PV_EVENT_CANDIDATE_REMOVED, A},
    {"PUT", "/candidate/name-changed", PV_EVENT_CANDIDATE_NAME_CHANGED, A},
    {"PUT", "/candidate/description-changed", PV_EVENT_CANDIDATE_DESCRIPTION_CHANGED, A},
    {"PUT", "/candidate/image-changed", PV_EVENT_CANDIDATE_IMAGE_CHANGED, A},
    {"POST", "/voter", PV_EVENT_VOTER_REGISTERED, A},
    {"POST", "/ballot", PV_EVENT_BALLOT_CREATED, A | V},
    {"PUT", "/ballot/candidate-rated", PV_EVENT_BALLOT_CANDIDATE_RATED, V},
    {"POST", "/ballot/cast", PV_EVENT_BALLOT_CAST, V},
};

static const struct {
    const char *path, *id;
    enum pv_route_kind kind;
    unsigned roles;
} reads[] = {
    {"/election", NULL, PV_ROUTE_ELECTIONS, P | A | U | V},
    {"/election/01X", "01X", PV_ROUTE_PAPER, P | A | U | V},
    {"/election/01X/document", "01X", PV_ROUTE_DOCUMENT, A | U},
    {"/election/01X/results", "01X", PV_ROUTE_RESULTS, P | A | U | V},
    {"/election/01X/voters", "01X", PV_ROUTE_VOTERS, A | U},
    {"/election/01X/ballots", "01X", PV_ROUTE_BALLOTS, A | U},
    {"/election/01X/ballot/mine", "01X", PV_ROUTE_MY_BALLOT, V},
    {"/election/01X/events", "01X", PV_ROUTE_EVENTS, A | U},
    {"/election/01X/refusals", "01X", PV_ROUTE_REFUSALS, A | U},
    {"/election/01X/live", "01X", PV_ROUTE_LIVE, P | A | U | V},
    {"/event/01X", "01X", PV_ROUTE_EVENT_STATUS, A | U | V},
    {"/photo/a.png", "a.png", PV_ROUTE_PHOTO, P | A | U | V},
    {"/healthz", NULL, PV_ROUTE_HEALTH, A | U},
    {"/readyz", NULL, PV_ROUTE_READY, A | U},
    {"/metrics", NULL, PV_ROUTE_METRICS, A | U},
    {"/openapi.json", NULL, PV_ROUTE_OPENAPI, P | A | U | V},
    {"/docs", NULL, PV_ROUTE_DOCS, P | A | U | V},
};

static const char *slashed(const char *path)
{
    static char with[80];
    (void)snprintf(with, sizeof with, "%s/", path);
    return with;
}

static void check_event_route(size_t i, const char *path)
{
    struct pv_route_match match = find(events[i].method, path);
    if (match.route == NULL)
        fail_msg("no route for %s %s", events[i].method, path);
    check_int(match.route->kind, PV_ROUTE_EVENT);
    check_int(match.route->event, events[i].event);
    check_int(match.route->roles, events[i].roles);
    assert_string_equal(match.route->path, events[i].path);
    check_true(match.id.ptr == NULL);
}

static void each_event_has_its_endpoint_with_and_without_a_last_slash(void **state)
{
    (void)state;
    check_int(sizeof events / sizeof events[0], PV_EVENT_TYPE_COUNT);
    for (size_t i = 0; i < PV_EVENT_TYPE_COUNT; i++) {
        check_event_route(i, events[i].path);
        check_event_route(i, slashed(events[i].path));
    }
}

static void check_read_route(size_t i, const char *method, const char *path)
{
    struct pv_route_match match = find(method, path);
    if (match.route == NULL)
        fail_msg("no route for %s %s", method, path);
    check_int(match.route->kind, reads[i].kind);
    check_int(match.route->roles, reads[i].roles);
    if (reads[i].id == NULL)
        check_true(match.id.ptr == NULL);
    else
        check_str(match.id, reads[i].id);
}

static void each_read_has_its_address_with_and_without_a_last_slash(void **state)
{
    (void)state;
    check_int(sizeof reads / sizeof reads[0], PV_READ_ROUTES);
    for (size_t i = 0; i < PV_READ_ROUTES; i++) {
        check_read_route(i, "GET", reads[i].path);
        check_read_route(i, "GET", slashed(reads[i].path));
        check_read_route(i, "HEAD", reads[i].path);
    }
}

static void what_is_nowhere_has_no_methods(void **state)
{
    static const char *const paths[] = {
        "",
        "/",
        "//",
        "/elections",
        "/election//",
        "/Election",
        "/event",
        "/election/1/2",
        "/election/1/ballot",
        "/election/1/ballot/mine/x",
        "/ballot/cast/x",
        "/healthz/x",
        "/election/1/document//",
        "/candidate/opened",
        "election",
    };
    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct pv_route_match match = find("GET", paths[i]);
        if (match.route != NULL || match.allowed != 0)
            fail_msg("there is something at %s", paths[i]);
    }
}

static unsigned allowed(const char *path)
{
    struct pv_route_match match = find("PATCH", path);
    check_true(match.route == NULL);
    return match.allowed;
}

static void other_methods_are_not_allowed_and_those_that_are_are_told(void **state)
{
    (void)state;
    check_int(allowed("/election"), 1 << PV_GET | 1 << PV_POST | 1 << PV_DELETE);
    check_int(allowed("/competition/"), 1 << PV_POST | 1 << PV_DELETE);
    check_int(allowed("/voter"), 1 << PV_POST);
    check_int(allowed("/ballot/candidate-rated"), 1 << PV_PUT);
    check_int(allowed("/election/01X"), 1 << PV_GET);
    check_int(allowed("/docs"), 1 << PV_GET);
    check_true(find("get", "/docs").route == NULL); /* methods have a case */
    check_true(find("HEAD", "/voter").route == NULL);
}

static void an_event_s_address_is_no_election_of_that_id(void **state)
{
    (void)state;
    struct pv_route_match match = find("GET", "/election/opened");
    check_true(match.route == NULL);
    check_int(match.allowed, 1 << PV_PUT);
    check_int(find("GET", "/election/openes").route->kind, PV_ROUTE_PAPER);
}

static void methods_have_names(void **state)
{
    (void)state;
    assert_string_equal(pv_method_name(PV_GET), "GET");
    assert_string_equal(pv_method_name(PV_POST), "POST");
    assert_string_equal(pv_method_name(PV_PUT), "PUT");
    assert_string_equal(pv_method_name(PV_DELETE), "DELETE");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_event_has_its_endpoint_with_and_without_a_last_slash),
    cmocka_unit_test(each_read_has_its_address_with_and_without_a_last_slash),
    cmocka_unit_test(what_is_nowhere_has_no_methods),
    cmocka_unit_test(other_methods_are_not_allowed_and_those_that_are_are_told),
    cmocka_unit_test(an_event_s_address_is_no_election_of_that_id),
    cmocka_unit_test(methods_have_names),
};

int main(void)
{
    _Static_assert(sizeof tests / sizeof tests[0] >= 6, "tests are missing from the group");
    pv_routes_init(&routes);
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
