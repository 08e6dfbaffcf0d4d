/* One operation of the description: who may, what it takes, what it answers. */
#include "openapi_parts.h"

#include <string.h>

static void out_text(struct pv_out *out, const char *text)
{
    pv_out_json(out, (struct pv_str){text, strlen(text)});
}

/* electionCreated for ElectionCreated: the events' operations are called by their names. */
static void out_event_id(struct pv_out *out, const struct pv_event_spec *spec)
{
    pv_openapi_put(out, "'operationId':'");
    pv_out_char(out, (char)(spec->event.ptr[0] + ('a' - 'A')));
    pv_out_bytes(out, spec->event.ptr + 1, spec->event.len - 1);
}

static void out_event_head(struct pv_out *out, const struct pv_route *route)
{
    const struct pv_event_spec *spec = pv_event_spec(route->event);
    out_event_id(out, spec);
    pv_openapi_put(out, "','tags':['");
    pv_out_str(out, spec->aggregate);
    pv_openapi_put(out, "'],'summary':'");
    pv_openapi_words(out, spec->event);
    pv_openapi_put(out, "','description':'");
    pv_out_cstr(out, pv_openapi_when(spec->gate));
    pv_out_char(out, ' ');
    pv_out_cstr(out, pv_openapi_who(route));
    pv_out_char(out, '"');
}

static void out_read_head(struct pv_out *out, const struct pv_read_spec *spec)
{
    pv_openapi_put(out, "'operationId':");
    out_text(out, spec->id);
    pv_openapi_put(out, ",'tags':[");
    out_text(out, spec->tag);
    pv_openapi_put(out, "],'summary':");
    out_text(out, spec->summary);
    pv_openapi_put(out, ",'description':");
    out_text(out, spec->who);
}

/* Any one of the roles is enough: so each is a requirement of its own, and none at all is one for the public.
 */
static void out_security(struct pv_out *out, unsigned roles)
{
    bool is_public = (roles & PV_ROLE_PUBLIC) != 0;
    const char *role = pv_openapi_next_role(&roles);
    pv_openapi_put(out, is_public ? ",'security':[{},{'bearer':[]}]" : ",'security':[");
    for (const char *next; !is_public && role != NULL; role = next) {
        next = pv_openapi_next_role(&roles);
        pv_openapi_put(out, "{'bearer':[");
        out_text(out, role);
        pv_openapi_put(out, next != NULL ? "]}," : "]}]");
    }
}

/* Parameters */

struct parameter {
    unsigned traits;  /* of a read: with any of these */
    const char *json; /* with ' for " */
};

#define COUNT "{'type':'integer','format':'int64','minimum':0}"
static const struct parameter parameters[] = {
    {PV_READ_AFTER,
     "{'name':'after','in':'query','description':'From the first election behind this id on.','schema':"
     "{'$ref':'#/components/schemas/ElectionId'}}"},
    {PV_READ_FROM,
     "{'name':'from','in':'query','description':'From this place on, as next of the page before says.',"
     "'schema':" COUNT "}"},
    {PV_READ_AFTER | PV_READ_FROM, "{'name':'limit','in':'query','description':'At most so many.','schema':"
                                   "{'type':'integer','minimum':1,'maximum':1000,'default':100}}"},
    {PV_READ_TAGGED,
     "{'name':'If-None-Match','in':'header','description':'An ETag that is known already: if it still holds, "
     "304.','schema':{'type':'string'}}"},
    {PV_READ_WAITS, "{'name':'PV-Min-Version','in':'header','description':'Waits until the election is shown "
                    "at this version or "
                    "a later one, up to a limit: then 503.','schema':" COUNT "}"},
    {PV_READ_RESUMES,
     "{'name':'Last-Event-ID','in':'header','description':'Goes on behind this message.','schema':" COUNT
     "}"},
};

static const char event_parameters[] =
    "{'name':'PV-Why','in':'header','description':'The reason, for the record: percent-encoded UTF-8, "
    "decoded at most 500 "
    "characters without control characters.','schema':{'type':'string'}},"
    "{'name':'PV-When','in':'header','description':'When the caller acted, for the record.','schema':"
    "{'$ref':'#/components/schemas/DateTime'}},"
    "{'name':'X-Correlation-Id','in':'header','description':'What this request belongs to, for the record. "
    "Without it, the "
    "trace id of a traceparent is taken.','schema':{'type':'string','pattern':'^[!-~]{1,128}$'}},"
    "{'name':'traceparent','in':'header','description':'As W3C has it; what can not be read is left "
    "aside.','schema':"
    "{'type':'string'}},"
    "{'name':'PV-Expected-Version','in':'header','description':'Refuses with 412 if the election is not at "
    "this version.',"
    "'schema':" COUNT "}";

static bool has_id(const char *path)
{
    return strstr(path, "{id}") != NULL;
}

static void out_read_parameters(struct pv_out *out, const struct pv_route *route)
{
    unsigned traits = pv_read_spec(route->kind)->traits;
    bool first = !has_id(route->path);
    if (!first)
        pv_openapi_put(
            out,
            route->kind == PV_ROUTE_EVENT_STATUS
                ? "{'name':'id','in':'path','required':true,'schema':{'$ref':'#/components/schemas/EventId'}}"
                : "{'name':'id','in':'path','required':true,'schema':"
                  "{'$ref':'#/components/schemas/ElectionId'}}");
    for (size_t i = 0; i < sizeof parameters / sizeof parameters[0]; i++) {
        if ((parameters[i].traits & traits) == 0)
            continue;
        if (!first)
            pv_out_char(out, ',');
        pv_openapi_put(out, parameters[i].json);
        first = false;
    }
}

/* Answers */

static bool says_no(const struct pv_route *route, int status)
{
    bool is_event = route->kind == PV_ROUTE_EVENT;
    switch (status) {
    case 400: /* the framing of any request, a header, a parameter */
    case 401: /* any token that is sent must be valid */
    case 413: /* whatever has a body */
    case 431:
    case 500:
    case 503:
        return true;
    case 403:
        return (route->roles & PV_ROLE_PUBLIC) == 0 ||
               (pv_read_spec(route->kind)->traits & PV_READ_HIDES) != 0;
    case 404:
        return is_event || has_id(route->path);
    case 405: /* what has no such operation can not be told here */
        return false;
    default:
        return is_event;
    }
}

static void out_problems(struct pv_out *out, const struct pv_route *route)
{
    for (int status = 400; status < 600; status++) {
        if (!pv_openapi_has_problem(status) || !says_no(route, status))
            continue;
        pv_openapi_put(out, ",'");
        pv_out_int(out, status);
        if (status == 503 && route->kind == PV_ROUTE_READY)
            pv_openapi_put(
                out,
                "':{'description':'Not ready, or not to be had.','content':{'application/json':{'schema':"
                "{'$ref':'#/components/schemas/Readiness'}},'application/problem+json':{'schema':"
                "{'$ref':'#/components/schemas/Problem503'}}}}");
        else {
            pv_openapi_put(out, "':{'$ref':'#/components/responses/Problem");
            pv_out_int(out, status);
            pv_openapi_put(out, "'}");
        }
    }
}

static const char event_answers[] =
    "'200':{'description':'Recorded, now or by an earlier request with this "
    "id.','content':{'application/json':{'schema':"
    "{'$ref':'#/components/schemas/Recorded'}}}},"
    "'202':{'description':'On its way: the verdict did not come in time.','headers':{'Location':"
    "{'$ref':'#/components/headers/Location'}},'content':{'application/json':{'schema':"
    "{'$ref':'#/components/schemas/OnItsWay'}}}}";

static void out_read_answers(struct pv_out *out, const struct pv_read_spec *spec)
{
    bool tagged = (spec->traits & PV_READ_TAGGED) != 0;
    pv_openapi_put(out, "'200':{'description':");
    out_text(out, spec->summary);
    if (tagged)
        pv_openapi_put(out, ",'headers':{'ETag':{'$ref':'#/components/headers/ETag'}}");
    pv_openapi_put(out, ",'content':{");
    out_text(out, spec->media_type);
    pv_openapi_put(out, ":{'schema':");
    if (spec->schema[0] == '{') {
        pv_openapi_put(out, spec->schema);
    } else {
        pv_openapi_put(out, "{'$ref':'#/components/schemas/");
        pv_out_cstr(out, spec->schema);
        pv_openapi_put(out, "'}");
    }
    pv_openapi_put(out, "}}}");
    if (tagged)
        pv_openapi_put(out, ",'304':{'description':'If-None-Match still holds.','headers':{'ETag':"
                            "{'$ref':'#/components/headers/ETag'}}}");
}

/* Operations */

static void out_event(struct pv_out *out, const struct pv_route *route)
{
    out_event_head(out, route);
    out_security(out, route->roles);
    pv_openapi_put(out, ",'parameters':[");
    pv_openapi_put(out, event_parameters);
    pv_openapi_put(out, "],'requestBody':{'required':true,'content':{'application/json':{'schema':"
                        "{'$ref':'#/components/schemas/");
    pv_out_str(out, pv_event_spec(route->event)->event);
    pv_openapi_put(out, "'}}}},'responses':{");
    pv_openapi_put(out, event_answers);
}

static void out_read(struct pv_out *out, const struct pv_route *route)
{
    const struct pv_read_spec *spec = pv_read_spec(route->kind);
    out_read_head(out, spec);
    out_security(out, route->roles);
    pv_openapi_put(out, ",'parameters':[");
    out_read_parameters(out, route);
    pv_openapi_put(out, "],'responses':{");
    out_read_answers(out, spec);
}

static const char *method_key(enum pv_method method)
{
    static const char *const keys[PV_METHOD_COUNT] = {"'get':{", "'post':{", "'put':{", "'delete':{"};
    return keys[method];
}

void pv_openapi_path(struct pv_out *out, const struct pv_routes *routes, const char *path)
{
    bool first = true;
    out_text(out, path);
    pv_openapi_put(out, ":{");
    for (size_t i = 0; i < PV_ROUTES; i++) {
        const struct pv_route *route = &routes->rows[i];
        if (strcmp(route->path, path) != 0)
            continue;
        if (!first)
            pv_out_char(out, ',');
        first = false;
        pv_openapi_put(out, method_key(route->method));
        (route->kind == PV_ROUTE_EVENT ? out_event : out_read)(out, route);
        out_problems(out, route);
        pv_openapi_put(out, "}}");
    }
    pv_out_char(out, '}');
}
