#include "api_parts.h"

#include "headers_in.h"
#include "openapi.h"
#include "shared_body.h"

#include <stdlib.h>
#include <string.h>

static const struct pv_str own_sentence = {NULL, 0};

void pv_api_free(struct pv_api *api)
{
    if (api == NULL)
        return;
    pv_waiting_free(api->waiting);
    pv_jobs_free(api->jobs);
    pv_floors_free(api->floors);
    pv_live_free(api->live);
    pv_results_free(api->results);
    free(api);
}

struct pv_api *pv_api_new(const struct pv_api_options *options)
{
    struct pv_api *api = calloc(1, sizeof *api);
    if (api == NULL)
        return NULL;
    api->options = *options;
    pv_routes_init(&api->routes);
    api->waiting = pv_waiting_new(options->waiting_max, options->waiting_per_caller);
    api->jobs = pv_jobs_new(options->waiting_max);
    api->floors = pv_floors_new();
    api->live = pv_live_new(api->jobs, options->clock, options->streams_max, options->heartbeat_ms);
    api->results = pv_results_new();
    if (api->waiting == NULL || api->jobs == NULL || api->floors == NULL || api->live == NULL ||
        api->results == NULL) {
        pv_api_free(api);
        return NULL;
    }
    options->broker->ops->on_answer(options->broker->self, pv_submit_answered, api);
    return api;
}

/* If-None-Match: `*`, or the tag among others. */
static bool is_known(struct pv_str known, const char *etag)
{
    size_t len = strlen(etag);
    if (pv_str_equal(known, PV_STR("*")))
        return true;
    for (size_t i = 0; i + len <= known.len; i++) {
        if (memcmp(known.ptr + i, etag, len) == 0)
            return true;
    }
    return false;
}

void pv_reply_json(struct pv_http_exchange *exchange, const char *etag, struct pv_str body)
{
    struct pv_http_reply reply = {.status = 200};
    if (etag != NULL) {
        struct pv_str known = pv_http_header(exchange->request, "If-None-Match");
        pv_http_reply_header(&reply, "ETag", (struct pv_str){etag, strlen(etag)});
        if (known.ptr != NULL && is_known(known, etag))
            reply.status = 304;
    }
    pv_http_reply_header(&reply, "Cache-Control", PV_STR("no-cache"));
    /* One address shows more to one than to another: what a browser keeps of one caller is not another's. */
    pv_http_reply_header(&reply, "Vary", PV_STR("Authorization"));
    if (reply.status == 200) {
        pv_http_reply_header(&reply, "Content-Type", PV_STR("application/json"));
        reply.bytes = body;
    }
    exchange->ops->answer(exchange, &reply);
}

/* What needs no store: printed at once. */

struct printed {
    struct pv_out out;
    struct pv_buffer buffer;
};

static void answer_text(struct pv_http_exchange *exchange, unsigned status, const char *type,
                        struct pv_str text)
{
    struct pv_http_reply reply = {.status = status, .bytes = text};
    pv_http_reply_header(&reply, "Content-Type", (struct pv_str){type, strlen(type)});
    pv_http_reply_header(&reply, "Cache-Control", PV_STR("no-store"));
    exchange->ops->answer(exchange, &reply);
}

static void metrics_of(struct pv_api *api, struct pv_out *out)
{
    pv_out_cstr(out, "# HELP photovote_api_waiting Events that wait for a verdict.\n"
                     "# TYPE photovote_api_waiting gauge\nphotovote_api_waiting ");
    pv_out_uint(out, pv_waiting_count(api->waiting));
    pv_out_cstr(out, "\n# HELP photovote_api_reads Reads that are queued or under way.\n"
                     "# TYPE photovote_api_reads gauge\nphotovote_api_reads ");
    pv_out_uint(out, pv_jobs_count(api->jobs));
    pv_out_cstr(out, "\n# HELP photovote_api_live_streams Live streams that are open.\n"
                     "# TYPE photovote_api_live_streams gauge\nphotovote_api_live_streams ");
    pv_out_uint(out, pv_live_count(api->live));
    pv_out_char(out, '\n');
    if (api->options.metrics != NULL)
        api->options.metrics(api->options.operation, out);
}

static void print_route(struct pv_api *api, enum pv_route_kind kind, struct pv_out *out, unsigned *status,
                        const char **type)
{
    *status = 200;
    *type = "application/json";
    if (kind == PV_ROUTE_METRICS) {
        *type = "text/plain; version=0.0.4; charset=utf-8";
        metrics_of(api, out);
    } else if (kind == PV_ROUTE_HEALTH) {
        pv_out_cstr(out, "{\"status\":\"alive\"}");
    } else if (kind == PV_ROUTE_OPENAPI) {
        pv_openapi_write(out, &api->routes);
    } else if (kind == PV_ROUTE_DOCS) {
        *type = "text/html; charset=utf-8";
        pv_docs_write(out, &api->routes);
    } else if (api->options.ready == NULL) {
        pv_out_cstr(out, "{\"status\":\"ready\"}");
    } else if (!api->options.ready(api->options.operation, out)) {
        *status = 503;
    }
}

static void answer_printed(struct pv_api *api, struct pv_http_exchange *exchange, enum pv_route_kind kind)
{
    struct printed *printed = malloc(sizeof *printed);
    unsigned status;
    const char *type;
    if (printed == NULL) {
        pv_problem(exchange, PV_API_BUSY, NULL, own_sentence);
        return;
    }
    printed->buffer = (struct pv_buffer){NULL, 0, 0};
    pv_out_init(&printed->out, pv_buffer_write, &printed->buffer);
    print_route(api, kind, &printed->out, &status, &type);
    if (pv_out_flush(&printed->out))
        answer_text(exchange, status, type, (struct pv_str){printed->buffer.bytes, printed->buffer.len});
    else
        pv_problem(exchange, PV_API_BUSY, NULL, own_sentence);
    pv_buffer_deinit(&printed->buffer);
    free(printed);
}

/* The page that sends requests: one for all who look at it, and in nobody else's frame, which only a header
   can say. */
static void answer_console(struct pv_api *api, struct pv_http_exchange *exchange)
{
    struct pv_http_reply reply = {.status = 200};
    if (!pv_shared_body(api->options.docs, &reply.body)) {
        pv_problem(exchange, PV_API_BUSY, NULL, own_sentence);
        return;
    }
    pv_http_reply_header(&reply, "Content-Type", PV_STR("text/html; charset=utf-8"));
    pv_http_reply_header(&reply, "Cache-Control", PV_STR("no-store"));
    pv_http_reply_header(&reply, "Content-Security-Policy", PV_STR("frame-ancestors 'none'"));
    exchange->ops->answer(exchange, &reply);
}

static bool is_for_console(const struct pv_api *api, const struct pv_http_request *request,
                           enum pv_route_kind kind)
{
    return kind == PV_ROUTE_DOCS && api->options.docs.len > 0 && pv_http_query(request, "static").ptr == NULL;
}

/* Reads: a job each */

/* The id in the path. False: answered. */
static bool read_id(struct pv_http_exchange *exchange, const struct pv_route_match *match, struct pv_job *job)
{
    bool readable = true;
    if (match->route->kind == PV_ROUTE_EVENT_STATUS)
        readable = pv_event_id_parse(match->id, &job->event) == PV_CODE_NONE;
    else if (match->route->kind == PV_ROUTE_PHOTO)
        job->photo = match->id;
    else if (match->id.ptr != NULL)
        readable = pv_ulid_parse(match->id, &job->election.bits) == PV_CODE_NONE;
    if (!readable)
        pv_problem(exchange, PV_API_NOT_FOUND, NULL, own_sentence);
    return readable;
}

/* From here on the job's caller has the roles that it has in the job's election. An event's election is not
   known yet. False: answered. */
static bool read_roles(struct pv_http_exchange *exchange, struct pv_job *job)
{
    if (job->route->kind == PV_ROUTE_EVENT_STATUS)
        return true;
    job->auth.caller.roles = pv_auth_roles(&job->auth, job->election);
    if ((job->route->roles & (PV_ROLE_PUBLIC | job->auth.caller.roles)) != 0)
        return true;
    pv_problem(exchange, PV_API_NOT_ALLOWED, NULL, own_sentence);
    return false;
}

/* PV-Min-Version, or what a 200 has told of. False: answered. */
static bool read_floor(struct pv_api *api, struct pv_http_exchange *exchange, struct pv_job *job)
{
    int64_t floor = -1;
    if (!pv_header_number(exchange->request, "PV-Min-Version", &floor)) {
        pv_problem(exchange, PV_API_HEADER_INVALID, "PV-Min-Version", own_sentence);
        return false;
    }
    int64_t told = pv_floors_get(api->floors, job->election);
    job->floor = told > floor ? told : floor;
    job->is_asked = floor > told;
    return true;
}

static void queue_read(struct pv_api *api, struct pv_http_exchange *exchange,
                       const struct pv_route_match *match, const struct pv_auth *auth)
{
    struct pv_job *job = calloc(1, sizeof *job);
    if (job == NULL) {
        pv_problem(exchange, PV_API_BUSY, NULL, own_sentence);
        return;
    }
    job->exchange = exchange;
    job->route = match->route;
    job->deadline_ms = pv_clock_ms(api->options.clock) + api->options.projection_ms;
    pv_auth_copy(&job->auth, auth);
    if (!read_id(exchange, match, job) || !read_roles(exchange, job) || !read_floor(api, exchange, job)) {
        free(job);
    } else if (!pv_jobs_add(api->jobs, job)) {
        free(job);
        pv_problem(exchange, PV_API_BUSY, NULL, own_sentence);
    }
}

/* Who may */

static bool is_for_operators(enum pv_route_kind kind)
{
    return kind == PV_ROUTE_HEALTH || kind == PV_ROUTE_READY || kind == PV_ROUTE_METRICS;
}

/* False: answered. */
static bool may(struct pv_http_exchange *exchange, const struct pv_route *route, const struct pv_auth *auth)
{
    static const struct pv_election_id none = {{0, 0}};
    bool operates = is_for_operators(route->kind);
    unsigned roles = PV_ROLE_PUBLIC | (operates ? pv_auth_roles(auth, none) : auth->caller.roles);
    if (auth->result == PV_AUTH_REFUSED) {
        pv_problem(exchange, PV_API_TOKEN_INVALID, NULL, auth->why);
        return false;
    }
    if (auth->result == PV_AUTH_FAULT) {
        pv_problem(exchange, PV_API_UNAVAILABLE, NULL, auth->why);
        return false;
    }
    if ((route->roles & roles) != 0)
        return true;
    pv_problem(exchange, auth->result == PV_AUTH_KNOWN ? PV_API_NOT_ALLOWED : PV_API_TOKEN_MISSING, NULL,
               own_sentence);
    return false;
}

/* Who calls; whatever the authenticator left in it, only who is known has roles. */
static void authenticate(struct pv_api *api, const struct pv_http_request *request, struct pv_auth *auth)
{
    api->options.authenticate(api->options.authenticate_context, pv_http_header(request, "Authorization"),
                              auth);
    if (auth->result != PV_AUTH_KNOWN)
        auth->caller = (struct pv_caller){.roles = 0};
}

static bool needs_no_store(enum pv_route_kind kind)
{
    return is_for_operators(kind) || kind == PV_ROUTE_OPENAPI || kind == PV_ROUTE_DOCS;
}

void pv_api_handle(void *self, struct pv_http_exchange *exchange)
{
    struct pv_api *api = self;
    const struct pv_http_request *request = exchange->request;
    struct pv_route_match match = pv_routes_find(&api->routes, request->method, request->path);
    struct pv_auth auth;
    if (match.route == NULL && match.allowed == 0) {
        pv_problem(exchange, PV_API_NOT_FOUND, NULL, own_sentence);
        return;
    }
    if (match.route == NULL) {
        pv_problem_method(exchange, match.allowed);
        return;
    }
    authenticate(api, request, &auth);
    if (!may(exchange, match.route, &auth))
        return;
    if (match.route->kind == PV_ROUTE_EVENT)
        pv_submit(api, exchange, match.route, &auth);
    else if (is_for_console(api, request, match.route->kind))
        answer_console(api, exchange);
    else if (needs_no_store(match.route->kind))
        answer_printed(api, exchange, match.route->kind);
    else
        queue_read(api, exchange, &match, &auth);
}

void pv_api_handle_operator(void *self, struct pv_http_exchange *exchange)
{
    struct pv_api *api = self;
    const struct pv_http_request *request = exchange->request;
    struct pv_route_match match = pv_routes_find(&api->routes, request->method, request->path);
    if (match.route == NULL || !is_for_operators(match.route->kind))
        pv_problem(exchange, PV_API_NOT_FOUND, NULL, own_sentence);
    else
        answer_printed(api, exchange, match.route->kind);
}

bool pv_api_read_step(struct pv_api *api, const struct pv_api_reads *reads, int wait_ms)
{
    struct pv_job *job = pv_jobs_take(api->jobs, wait_ms);
    if (job == NULL)
        return false;
    if (job->exchange == NULL) {
        pv_live_pump(api->live, job->stream, reads->store);
    } else if (!pv_read(api, reads, job)) {
        if (pv_jobs_park(api->jobs, job))
            return true;
        pv_problem(job->exchange, PV_API_BEHIND, NULL, own_sentence);
    }
    free(job);
    pv_jobs_done(api->jobs);
    return true;
}

void pv_api_projected(struct pv_api *api, struct pv_election_id election, int64_t number)
{
    pv_floors_reached(api->floors, election, number);
    pv_jobs_unpark(api->jobs, &election);
    pv_live_notify(api->live, election);
}

void pv_api_tick(struct pv_api *api)
{
    pv_submit_tick(api, pv_clock_ms(api->options.clock));
    pv_jobs_unpark(api->jobs, NULL);
}

void pv_api_drain(struct pv_api *api)
{
    pv_live_drain(api->live);
    pv_jobs_drain(api->jobs);
}

size_t pv_api_unanswered(struct pv_api *api)
{
    return pv_waiting_count(api->waiting) + pv_jobs_count(api->jobs);
}
