#include "openapi_parts.h"

#include "event_request.h"

#include <string.h>

#ifndef PV_VERSION
#error "PV_VERSION is to be defined: the version of the description is the project's"
#endif

static const struct pv_read_spec reads[] = {
#define PV_READ(kind, id, tag, media_type, schema, traits, summary, who)                                     \
    [PV_ROUTE_##kind] = {#id, #tag, summary, who, media_type, schema, traits},
#include "openapi_reads.tbl.h"
#undef PV_READ
};

const struct pv_read_spec *pv_read_spec(enum pv_route_kind kind)
{
    return &reads[kind];
}

void pv_openapi_put(struct pv_out *out, const char *json)
{
    for (const char *quote = strchr(json, '\''); quote != NULL; quote = strchr(json, '\'')) {
        pv_out_bytes(out, json, (size_t)(quote - json));
        pv_out_char(out, '"');
        json = quote + 1;
    }
    pv_out_cstr(out, json);
}

void pv_openapi_words(struct pv_out *out, struct pv_str camel_case)
{
    for (size_t i = 0; i < camel_case.len; i++) {
        char c = camel_case.ptr[i];
        bool begins = i > 0 && c <= 'Z'; /* names are letters only */
        if (begins)
            pv_out_char(out, ' ');
        pv_out_char(out, (char)(begins ? c + ('a' - 'A') : c));
    }
}

const char *pv_openapi_who(const struct pv_route *route)
{
    if (route->kind != PV_ROUTE_EVENT)
        return reads[route->kind].who;
    if (route->roles == PV_ROLE_ADMINISTRATOR)
        return "Administrator.";
    return route->roles == PV_ROLE_VOTER ? "The voter whose ballot it is, nobody else."
                                         : "Administrator; a voter for itself.";
}

const char *pv_openapi_when(enum pv_gate gate)
{
    static const char *const when[] = {
        [PV_GATE_CREATES] = "Before there is such an election.",
        [PV_GATE_ANY_PHASE] = "While the election is a draft, open or closed.",
        [PV_GATE_OPENS] = "While the election is a draft.",
        [PV_GATE_PAPER] = "While the election is a draft: the ballot paper is frozen when it opens.",
        [PV_GATE_REGISTERING] = "While the election is a draft or open.",
        [PV_GATE_VOTING] = "While the election is open.",
    };
    return when[gate];
}

bool pv_openapi_is_optional(enum pv_event_type event, const struct pv_field_spec *field)
{
    return field->need == PV_NEED_OPTIONAL || field->name == PV_KEY_ID ||
           field->name == pv_event_makes(event);
}

const char *pv_openapi_next_role(unsigned *rest)
{
    static const struct {
        unsigned role;
        const char *name;
    } roles[] = {
        {PV_ROLE_ADMINISTRATOR, "administrator"}, {PV_ROLE_VOTER, "voter"}, {PV_ROLE_AUDITOR, "auditor"}};
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        if ((*rest & roles[i].role) != 0) {
            *rest &= ~roles[i].role;
            return roles[i].name;
        }
    }
    return NULL;
}

static const char head[] =
    "{'openapi':'3.1.0','info':{'title':'PhotoVote','version':'" PV_VERSION "',"
    "'summary':'A photo election: events in, documents and tallies out',"
    "'description':'Every change is an event, and there is an address for each. An answer of 200 says that "
    "the event is on "
    "disk; one of 202 that it is on its way, and its Location tells what became of it. Whoever may want to "
    "send an event again "
    "gives it an id: the same event with the same id is recorded once, and answered as the first time.\\n\\n"
    "Reads show what is projected; right after a 200 the caller is shown its own change.\\n\\n"
    "Paths may end with a slash, HEAD is answered like GET without the body, and members that are not listed "
    "are ignored, in "
    "requests by the server and in answers by whoever reads them. What is no HTTP that can be read is "
    "answered with a page of "
    "the HTTP server.',"
    "'license':{'name':'MIT','identifier':'MIT'}},"
    "'servers':[{'url':'/'}],"
    "'tags':[{'name':'Election','description':'The whole: its ballot paper, its phases, its tally.'},"
    "{'name':'Competition','description':'What an election is composed of.'},"
    "{'name':'Candidate','description':'The photographs.'},"
    "{'name':'Voter','description':'Who is registered.'},"
    "{'name':'Ballot','description':'One for each voter, final once it is cast.'},"
    "{'name':'Event','description':'What was recorded, what was not, and what became of one.'},"
    "{'name':'Operation','description':'For those who run the server.'},"
    "{'name':'Description','description':'What can be asked, and how.'}],'paths':{";

static const char security[] = "'securitySchemes':{'bearer':{'type':'http','scheme':'bearer','bearerFormat':'"
                               "JWT','description':'A token signed by the "
                               "server or by the OpenID Connect provider that it is set up for (RS256, "
                               "ES256, EdDSA), whose roles are administrator, voter "
                               "or auditor. Any one of those that an operation lists is enough; what a voter "
                               "may do depends on the ballot as well.'}}";

/* What several operations have in common. */
static const char headers[] =
    "'headers':{"
    "'ETag':{'description':'The version of the election, in "
    "quotes.','schema':{'type':'string','pattern':'^\\u0022[0-9]+\\u0022$'}},"
    "'Location':{'description':'Where to ask what became of the "
    "event.','schema':{'type':'string','pattern':'^/event/[0-7][0-9A-HJKMNP-TV-Z]{25}$'}},"
    "'Retry-After':{'description':'After so many seconds it may be tried "
    "again.','schema':{'type':'integer','minimum':0}},"
    "'WWW-Authenticate':{'description':'How to "
    "authenticate.','schema':{'type':'string','pattern':'^Bearer'}}}";

static bool is_first_of_path(const struct pv_routes *routes, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (strcmp(routes->rows[i].path, routes->rows[index].path) == 0)
            return false;
    }
    return true;
}

void pv_openapi_write(struct pv_out *out, const struct pv_routes *routes)
{
    pv_openapi_put(out, head);
    for (size_t i = 0; i < PV_ROUTES; i++) {
        if (!is_first_of_path(routes, i))
            continue;
        if (i > 0)
            pv_out_char(out, ',');
        pv_openapi_path(out, routes, routes->rows[i].path);
    }
    pv_openapi_put(out, "},'components':{");
    pv_openapi_put(out, security);
    pv_out_char(out, ',');
    pv_openapi_put(out, headers);
    pv_out_char(out, ',');
    pv_openapi_problem_responses(out);
    pv_out_char(out, ',');
    pv_openapi_schemas(out);
    pv_openapi_put(out, "}}");
}
