/* What the parts of the API's description share. Internal to the API. */
#ifndef PV_OPENAPI_PARTS_H
#define PV_OPENAPI_PARTS_H

#include "openapi.h"

/* How a read is asked for, and answers, beside what its route says. A bit each. */
enum pv_read_trait {
    PV_READ_AFTER = 1,    /* pages: ?after=, ?limit= */
    PV_READ_FROM = 2,     /* pages: ?from=, ?limit= */
    PV_READ_TAGGED = 4,   /* ETag and 304 */
    PV_READ_WAITS = 8,    /* PV-Min-Version */
    PV_READ_RESUMES = 16, /* Last-Event-ID */
    PV_READ_HIDES = 32,   /* 403 also for those whom the route has */
};
struct pv_read_spec {
    const char *id, *tag, *summary, *who, *media_type;
    const char *schema; /* of the answer: a component's name, or, in braces, the schema itself */
    unsigned traits;
};
/* The row of openapi_reads.tbl.h; that of PV_ROUTE_EVENT is empty. */
const struct pv_read_spec *pv_read_spec(enum pv_route_kind kind);

/* What a value of D2 may be: a sentence for a person. */
const char *pv_openapi_limits(enum pv_value_type type);

/* Prints JSON whose quotes are written as ' to keep it readable in C; so it has no other '. */
void pv_openapi_put(struct pv_out *out, const char *json);
/* "Election name changed" for ElectionNameChanged. */
void pv_openapi_words(struct pv_out *out, struct pv_str camel_case);
/* Who may send an event, and when it is welcome: sentences. */
const char *pv_openapi_who(const struct pv_route *route);
const char *pv_openapi_when(enum pv_gate gate);
/* Whether requests may leave the field out: it may be absent or null, or the server makes it. */
bool pv_openapi_is_optional(enum pv_event_type event, const struct pv_field_spec *field);
/* The roles, in the order of the bits, behind one another; *rest is a set of them. NULL: none is left. */
const char *pv_openapi_next_role(unsigned *rest);

/* `"path":{...}` of everything that the path has. */
void pv_openapi_path(struct pv_out *out, const struct pv_routes *routes, const char *path);
/* The member `schemas` of the components. */
void pv_openapi_schemas(struct pv_out *out);

/* Answers that say no: whether there are any with this status; the member `responses` of the components; the
   members of `schemas` that they are made of. */
bool pv_openapi_has_problem(int status);
void pv_openapi_problem_responses(struct pv_out *out);
void pv_openapi_problem_schemas(struct pv_out *out);

#endif
