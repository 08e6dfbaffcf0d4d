#include "routes.h"

#include <assert.h>
#include <string.h>

enum {
    ALL = PV_ROLE_PUBLIC | PV_ROLE_ADMINISTRATOR | PV_ROLE_AUDITOR | PV_ROLE_VOTER,
    OVERSEERS = PV_ROLE_ADMINISTRATOR | PV_ROLE_AUDITOR,
};

static const struct pv_route reads[PV_READ_ROUTES] = {
    {PV_GET, PV_ROUTE_ELECTIONS, PV_EVENT_TYPE_COUNT, ALL, "/election"},
    {PV_GET, PV_ROUTE_PAPER, PV_EVENT_TYPE_COUNT, ALL, "/election/{id}"},
    {PV_GET, PV_ROUTE_DOCUMENT, PV_EVENT_TYPE_COUNT, OVERSEERS, "/election/{id}/document"},
    {PV_GET, PV_ROUTE_RESULTS, PV_EVENT_TYPE_COUNT, ALL, "/election/{id}/results"},
    {PV_GET, PV_ROUTE_VOTERS, PV_EVENT_TYPE_COUNT, OVERSEERS, "/election/{id}/voters"},
    {PV_GET, PV_ROUTE_BALLOTS, PV_EVENT_TYPE_COUNT, OVERSEERS, "/election/{id}/ballots"},
    {PV_GET, PV_ROUTE_MY_BALLOT, PV_EVENT_TYPE_COUNT, PV_ROLE_VOTER, "/election/{id}/ballot/mine"},
    {PV_GET, PV_ROUTE_EVENTS, PV_EVENT_TYPE_COUNT, OVERSEERS, "/election/{id}/events"},
    {PV_GET, PV_ROUTE_REFUSALS, PV_EVENT_TYPE_COUNT, OVERSEERS, "/election/{id}/refusals"},
    {PV_GET, PV_ROUTE_LIVE, PV_EVENT_TYPE_COUNT, ALL, "/election/{id}/live"},
    {PV_GET, PV_ROUTE_EVENT_STATUS, PV_EVENT_TYPE_COUNT, OVERSEERS | PV_ROLE_VOTER, "/event/{id}"},
    {PV_GET, PV_ROUTE_PHOTO, PV_EVENT_TYPE_COUNT, ALL, "/photo/{id}"},
    {PV_GET, PV_ROUTE_HEALTH, PV_EVENT_TYPE_COUNT, OVERSEERS, "/healthz"},
    {PV_GET, PV_ROUTE_READY, PV_EVENT_TYPE_COUNT, OVERSEERS, "/readyz"},
    {PV_GET, PV_ROUTE_METRICS, PV_EVENT_TYPE_COUNT, OVERSEERS, "/metrics"},
    {PV_GET, PV_ROUTE_OPENAPI, PV_EVENT_TYPE_COUNT, ALL, "/openapi.json"},
    {PV_GET, PV_ROUTE_DOCS, PV_EVENT_TYPE_COUNT, ALL, "/docs"},
};

static const char *const names[PV_METHOD_COUNT] = {"GET", "POST", "PUT", "DELETE"};

const char *pv_method_name(enum pv_method method)
{
    return names[method];
}

/* CamelCase to kebab-case, as a segment behind what is in `path` already. */
static void add_segment(char path[PV_ROUTE_PATH_MAX], struct pv_str name)
{
    size_t at = strlen(path);
    path[at++] = '/';
    for (size_t i = 0; i < name.len; i++) {
        bool upper = name.ptr[i] < 'a'; /* they are letters */
        if (upper && i > 0)
            path[at++] = '-';
        path[at++] = (char)(upper ? name.ptr[i] + ('a' - 'A') : name.ptr[i]);
    }
    assert(at < PV_ROUTE_PATH_MAX);
    path[at] = '\0';
}

static bool is(struct pv_str text, const char *word)
{
    return pv_str_equal(text, (struct pv_str){word, strlen(word)});
}

static unsigned roles_of(enum pv_event_type event)
{
    if (event == PV_EVENT_BALLOT_CREATED)
        return PV_ROLE_ADMINISTRATOR | PV_ROLE_VOTER;
    if (event == PV_EVENT_BALLOT_CANDIDATE_RATED || event == PV_EVENT_BALLOT_CAST)
        return PV_ROLE_VOTER;
    return PV_ROLE_ADMINISTRATOR;
}

/* What an event does to its aggregate is its name without the aggregate's, and decides method and path. */
static struct pv_route event_route(enum pv_event_type event)
{
    const struct pv_event_spec *spec = pv_event_spec(event);
    struct pv_str done = {spec->event.ptr + spec->aggregate.len, spec->event.len - spec->aggregate.len};
    struct pv_route route = {PV_PUT, PV_ROUTE_EVENT, event, roles_of(event), ""};
    add_segment(route.path, spec->aggregate);
    if (is(done, "Created") || is(done, "Added") || is(done, "Registered")) {
        route.method = PV_POST;
    } else if (is(done, "Deleted") || is(done, "Removed")) {
        route.method = PV_DELETE;
    } else {
        route.method = is(done, "Cast") ? PV_POST : PV_PUT;
        add_segment(route.path, done);
    }
    return route;
}

void pv_routes_init(struct pv_routes *routes)
{
    for (int i = 0; i < PV_EVENT_TYPE_COUNT; i++)
        routes->rows[i] = event_route((enum pv_event_type)i);
    memcpy(routes->rows + PV_EVENT_TYPE_COUNT, reads, sizeof reads);
}

/* The next segment of a path that begins with a slash; false at its end. */
static bool next_segment(struct pv_str *rest, struct pv_str *segment)
{
    if (rest->len == 0)
        return false;
    const char *start = rest->ptr + 1, *end = memchr(start, '/', rest->len - 1);
    size_t len = end == NULL ? rest->len - 1 : (size_t)(end - start);
    *segment = (struct pv_str){start, len};
    *rest = (struct pv_str){start + len, rest->len - 1 - len};
    return true;
}

/* Most are told apart by how they begin. */
static bool begins_alike(const char *pattern, struct pv_str path)
{
    return path.len > 1 && pattern[1] == path.ptr[1];
}

static bool matches(const char *pattern, struct pv_str path, struct pv_str *id)
{
    if (!begins_alike(pattern, path))
        return false;
    struct pv_str wanted = {pattern, strlen(pattern)}, part, given;
    *id = (struct pv_str){NULL, 0};
    while (next_segment(&wanted, &part)) {
        if (!next_segment(&path, &given))
            return false;
        if (is(part, "{id}") && given.len > 0)
            *id = given;
        else if (!pv_str_equal(part, given))
            return false;
    }
    return path.len == 0;
}

static void take(struct pv_route_match *match, const struct pv_route *route, struct pv_str id,
                 struct pv_str method)
{
    match->allowed |= 1U << route->method;
    if (is(method, names[route->method])) {
        match->route = route;
        match->id = id;
    }
}

struct pv_route_match pv_routes_find(const struct pv_routes *routes, struct pv_str method, struct pv_str path)
{
    struct pv_route_match match = {NULL, {NULL, 0}, 0};
    if (path.len > 1 && path.ptr[path.len - 1] == '/')
        path.len--;
    if (is(method, "HEAD"))
        method = PV_STR("GET");
    bool literal = false; /* /election/opened is that address, not the election of an id "opened" */
    for (size_t i = 0; i < PV_ROUTES; i++) {
        const struct pv_route *route = &routes->rows[i];
        struct pv_str id;
        if (!matches(route->path, path, &id) || (literal && id.ptr != NULL))
            continue;
        literal = id.ptr == NULL;
        take(&match, route, id, method);
    }
    return match;
}
