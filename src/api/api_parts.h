/* What the parts of the API share. Internal to it. */
#ifndef PV_API_PARTS_H
#define PV_API_PARTS_H

#include "api.h"
#include "floors.h"
#include "jobs.h"
#include "live.h"
#include "problem.h"
#include "results.h"
#include "routes.h"
#include "waiting.h"

struct pv_api {
    struct pv_api_options options;
    struct pv_routes routes;
    struct pv_waiting *waiting; /* events in */
    struct pv_jobs *jobs;       /* reads */
    struct pv_floors *floors;
    struct pv_live *live;
    struct pv_results *results;
};

/* Takes an event in: PV_ROUTE_EVENT. */
void pv_submit(struct pv_api *api, struct pv_http_exchange *exchange, const struct pv_route *route,
               const struct pv_auth *auth);
/* A pv_answer_fn whose context is the API. */
void pv_submit_answered(void *api, uint64_t reply_to, struct pv_event_id id, const struct pv_answer *answer);
void pv_submit_tick(struct pv_api *api, int64_t now_ms);

/* Answers a job (jobs.h), or parks it: false, then it is to be asked again. */
bool pv_read(struct pv_api *api, const struct pv_api_reads *reads, struct pv_job *job);

/* A body in memory, 200, with ETag if it is not NULL (304 if the request has it already). */
void pv_reply_json(struct pv_http_exchange *exchange, const char *etag, struct pv_str body);

#endif
