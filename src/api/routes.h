/* The routes of the API: an endpoint an event, derived from the catalogue of events, and the reads. */
#ifndef PV_ROUTES_H
#define PV_ROUTES_H

#include "command.h"
#include "event.h"

/* Beside the roles of command.h: nobody in particular, without a token. */
enum { PV_ROLE_PUBLIC = 8 };

enum pv_method { PV_GET, PV_POST, PV_PUT, PV_DELETE, PV_METHOD_COUNT };
const char *pv_method_name(enum pv_method method);

enum pv_route_kind {
    PV_ROUTE_EVENT, /* an event in */
    PV_ROUTE_ELECTIONS,
    PV_ROUTE_PAPER,
    PV_ROUTE_DOCUMENT,
    PV_ROUTE_RESULTS,
    PV_ROUTE_VOTERS,
    PV_ROUTE_BALLOTS,
    PV_ROUTE_MY_BALLOT,
    PV_ROUTE_EVENTS,
    PV_ROUTE_REFUSALS,
    PV_ROUTE_LIVE,
    PV_ROUTE_EVENT_STATUS,
    PV_ROUTE_PHOTO,
    PV_ROUTE_HEALTH,
    PV_ROUTE_READY,
    PV_ROUTE_METRICS,
    PV_ROUTE_OPENAPI,
    PV_ROUTE_DOCS,
};

enum { PV_ROUTE_PATH_MAX = 48 };
struct pv_route {
    enum pv_method method;
    enum pv_route_kind kind;
    enum pv_event_type event;     /* of PV_ROUTE_EVENT */
    unsigned roles;               /* who may, at most; what depends on the election is decided later */
    char path[PV_ROUTE_PATH_MAX]; /* without a last slash; `{id}` stands for one segment */
};

enum { PV_READ_ROUTES = 17, PV_ROUTES = PV_EVENT_TYPE_COUNT + PV_READ_ROUTES };
/* All of them, events first, in the order of the catalogue. */
struct pv_routes {
    struct pv_route rows[PV_ROUTES];
};
void pv_routes_init(struct pv_routes *routes);

struct pv_route_match {
    const struct pv_route *route; /* NULL: none for this method */
    struct pv_str id;             /* what stands for {id}, as it came; borrowed from the path */
    unsigned allowed;             /* a bit a method that the path has; 0: there is no such path */
};
/* With and without the last slash; HEAD is GET. `method` as sent. */
struct pv_route_match pv_routes_find(const struct pv_routes *routes, struct pv_str method,
                                     struct pv_str path);

#endif
