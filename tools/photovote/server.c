/* The running server: its parts in the order in which they need each other. */
#include "docs_ui.h"
#include "metrics.h"
#include "notify.h"
#include "parts.h"
#include "problem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CATCH_UP_NS = 2000000, CATCH_UP_TOLD = 2500 /* every five seconds */ };
enum {
    NAK_DELAY_MS = 200,
    HEADER_BYTES = 16384,
    BODY_BYTES = 65536,
    OPERATOR_CONNECTIONS = 32,
    END_MS = 5000
};

static void on_access(void *context, const struct pv_http_access *access)
{
    struct pv_server *server = context;
    pv_metrics_request(server->metrics, access);
    if (server->log.level > PV_LOG_DEBUG)
        return;
    char method[PV_HTTP_LOGGED_MAX + 1], path[PV_HTTP_LOGGED_MAX + 1], peer[64], status[16], us[24];
    (void)snprintf(method, sizeof method, "%.*s", (int)access->method.len, access->method.ptr);
    (void)snprintf(path, sizeof path, "%.*s", (int)access->path.len, access->path.ptr);
    (void)snprintf(peer, sizeof peer, "%.*s", (int)access->peer.len, access->peer.ptr);
    (void)snprintf(status, sizeof status, "%u", access->status);
    (void)snprintf(us, sizeof us, "%lld", (long long)access->microseconds);
    pv_log_line(&server->log, PV_LOG_DEBUG, "request", "method", method, "path", path, "status", status,
                "microseconds", us, "peer", peer, (char *)NULL);
}

static void on_http_error(void *context, const char *line)
{
    const struct pv_server *server = context;
    pv_log_line(&server->log, PV_LOG_WARNING, "http", "message", line, (char *)NULL);
}

static void on_projected(void *context, struct pv_election_id id, int64_t number, int64_t position)
{
    struct pv_server *server = context;
    (void)position;
    pv_api_projected(server->api, id, number);
}

/* A record that the core refuses cannot come from our workers: somebody wrote into the store. */
static void on_refused(void *context, const struct pv_recorded *record, const struct pv_refusal *why)
{
    const struct pv_server *server = context;
    char stream[64], number[24];
    (void)snprintf(stream, sizeof stream, "%.*s", (int)record->stream.len, record->stream.ptr);
    (void)snprintf(number, sizeof number, "%lld", (long long)record->number);
    pv_log_line(&server->log, PV_LOG_ERROR, "record_refused", "stream", stream, "number", number, "code",
                pv_code_name(why->code), (char *)NULL);
}

/* Nobody waits for a projector of another process. */
static bool has_caught_up(struct pv_server *server)
{
    return server->projector == NULL || atomic_load(&server->caught_up);
}

/* The parts that must be well, and whether they are. */
static bool print_ready(void *context, struct pv_out *out)
{
    struct pv_server *server = context;
    bool worker = atomic_load(&server->worker_faults) == 0,
         projector = atomic_load(&server->projector_faults) == 0;
    const char *provider_keys; /* they are told, and matter only where no other tokens are accepted */
    bool tokens = pv_who_ready(server->who, &provider_keys), caught_up = has_caught_up(server);
    bool draining = atomic_load(&server->draining);
    bool ready = worker && projector && tokens && caught_up && !draining;
    pv_out_cstr(out, ready ? "{\"status\":\"ready\"" : "{\"status\":\"not ready\"");
    pv_out_cstr(out, worker ? ",\"worker\":\"well\"" : ",\"worker\":\"failing\"");
    pv_out_cstr(out, !projector  ? ",\"projector\":\"failing\""
                     : caught_up ? ",\"projector\":\"well\""
                                 : ",\"projector\":\"catching up\"");
    if (provider_keys != NULL) {
        pv_out_cstr(out, ",\"provider_keys\":\"");
        pv_out_cstr(out, provider_keys);
        pv_out_char(out, '"');
    }
    pv_out_cstr(out, draining ? ",\"draining\":true}" : ",\"draining\":false}");
    return ready;
}

static void print_metrics(void *context, struct pv_out *out)
{
    struct pv_server *server = context;
    struct pv_broker_health health;
    server->broker.ops->health(server->broker.self, &health);
    pv_metrics_write(server->metrics, &health, out);
}

static struct pv_seed seed_of(const struct pv_clock *clock)
{
    struct pv_seed seed;
    clock->ops->random(clock->self, (unsigned char *)&seed, sizeof seed);
    return seed;
}

static bool no_memory(struct pv_fault *fault)
{
    pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "out of memory");
    return false;
}

static size_t memory_limit(const struct pv_config *config)
{
    return (size_t)pv_config_number(config, PV_SET_MEMORY) << 20;
}

static bool make_projector(struct pv_server *server,
                           void (*tell)(void *context, struct pv_election_id id, int64_t number,
                                        int64_t position),
                           struct pv_fault *fault)
{
    server->projector = pv_projector_new(&(struct pv_projector_options){
        .store = &server->projector_store,
        .cache = &server->projector_cache,
        .seed = seed_of(&server->clock),
        .memory_limit = memory_limit(server->config),
        .context = server,
        .on_projected = tell,
        .on_refused = on_refused,
    });
    return server->projector != NULL || no_memory(fault);
}

static bool make_workers(struct pv_server *server, struct pv_fault *fault)
{
    const struct pv_config *config = server->config;
    if (!pv_embedded_broker_open(1, (size_t)pv_config_number(config, PV_SET_QUEUE), &server->clock,
                                 &server->broker, fault))
        return false;
    server->worker = pv_worker_new(&(struct pv_worker_options){
        .broker = &server->broker,
        .store = &server->worker_store,
        .refusals = &server->worker_refusals,
        .clock = &server->clock,
        .seed = seed_of(&server->clock),
        .memory_limit = memory_limit(config),
        .nak_delay_ms = NAK_DELAY_MS,
    });
    server->metrics = pv_metrics_new();
    if (server->worker == NULL || server->metrics == NULL)
        return no_memory(fault);
    if (pv_config_switch(config, PV_SET_PROJECTOR))
        return make_projector(server, on_projected, fault);
    server->watcher = (struct pv_watcher){
        .store = &server->projector_store,
        .cache = &server->projector_cache,
        .context = server,
        .on_projected = on_projected,
        .position = -1,
    };
    return true;
}

static bool make_api(struct pv_server *server, struct pv_fault *fault)
{
    const struct pv_config *config = server->config;
    server->docs = pv_docs_ui_make(pv_config_text(config, PV_SET_DOCS_UI), &server->log);
    server->api = pv_api_new(&(struct pv_api_options){
        .broker = &server->broker,
        .clock = &server->clock,
        .authenticate = pv_who_authenticate,
        .authenticate_context = server->who,
        .waiting_max = (size_t)pv_config_number(config, PV_SET_CONNECTIONS) + 1,
        .waiting_per_caller = (unsigned)pv_config_number(config, PV_SET_QUEUE_PER_CALLER),
        .verdict_ms = pv_config_number(config, PV_SET_VERDICT_MS),
        .projection_ms = pv_config_number(config, PV_SET_PROJECTION_MS),
        .heartbeat_ms = pv_config_number(config, PV_SET_HEARTBEAT_MS),
        .streams_max = (size_t)pv_config_number(config, PV_SET_STREAMS),
        .operation = server,
        .ready = print_ready,
        .metrics = print_metrics,
        .photo = pv_server_photo,
        .docs = {server->docs.ptr, server->docs.len},
    });
    return server->api != NULL || no_memory(fault);
}

static void handle_operator(void *context, struct pv_http_exchange *exchange)
{
    struct pv_server *server = context;
    pv_api_handle_operator(server->api, exchange);
}

static void handle(void *context, struct pv_http_exchange *exchange)
{
    struct pv_server *server = context;
    pv_api_handle(server->api, exchange);
}

static bool listen_to_operators(struct pv_server *server, struct pv_fault *fault)
{
    int port = pv_config_number(server->config, PV_SET_OPERATOR_PORT);
    if (port == 0)
        return true;
    return pv_mhd_open(
        &(struct pv_http_options){
            .port = (uint16_t)port,
            .threads = 1,
            .connections = OPERATOR_CONNECTIONS,
            .handler = handle_operator,
            .context = server,
            .page = pv_problem_page,
            .on_error = on_http_error,
        },
        &server->operators_http, fault);
}

/* What was answered before the start is to be read after it. A projector that fails is no reason not to
   record; nor is this one not to end: the signals wait. */
static void await_projection(struct pv_server *server)
{
    const struct timespec pause = {0, CATCH_UP_NS};
    sigset_t signals;
    (void)sigemptyset(&signals);
    for (unsigned waited = 1; !has_caught_up(server) && atomic_load(&server->projector_faults) == 0 &&
                              sigpending(&signals) == 0 && sigismember(&signals, SIGTERM) == 0 &&
                              sigismember(&signals, SIGINT) == 0 && sigismember(&signals, SIGHUP) == 0;
         waited++) {
        if (waited % CATCH_UP_TOLD == 0)
            pv_notify("EXTEND_TIMEOUT_USEC=30000000");
        (void)nanosleep(&pause, NULL);
    }
}

static bool listen_to_all(struct pv_server *server, struct pv_fault *fault)
{
    const struct pv_config *config = server->config;
    return pv_mhd_open(
        &(struct pv_http_options){
            .address = pv_config_text(config, PV_SET_LISTEN),
            .port = (uint16_t)pv_config_number(config, PV_SET_PORT),
            .threads = (unsigned)pv_config_number(config, PV_SET_HTTP_THREADS),
            .connections = (unsigned)pv_config_number(config, PV_SET_CONNECTIONS),
            .connections_per_address = (unsigned)pv_config_number(config, PV_SET_CONNECTIONS_PER_ADDRESS),
            .header_bytes = HEADER_BYTES,
            .body_bytes = BODY_BYTES,
            .heartbeat_ms = pv_config_number(config, PV_SET_HEARTBEAT_MS),
            .streams_max = (unsigned)pv_config_number(config, PV_SET_STREAMS),
            .handler = handle,
            .context = server,
            .on_access = on_access,
            .page = pv_problem_page,
            .on_error = on_http_error,
        },
        &server->http, fault);
}

/* Closes what was opened, in reverse. Nothing listens any more, and everything is answered. */
static void close_all(struct pv_server *server)
{
    pv_stop_threads(server);
    pv_api_free(server->api);
    free(server->docs.ptr);
    pv_projector_free(server->projector);
    pv_watcher_deinit(&server->watcher);
    pv_worker_free(server->worker);
    pv_metrics_free(server->metrics);
    if (server->broker.ops != NULL)
        server->broker.ops->close(server->broker.self);
    pv_who_free(server->who);
    pv_close_stores(server);
}

static void begin(struct pv_server *server, const struct pv_config *config)
{
    memset(server, 0, sizeof *server);
    server->config = config;
    pv_system_clock(&server->clock);
    (void)!pv_log_level_find(pv_config_text(config, PV_SET_LOG_LEVEL), &server->log.level);
}

bool pv_projector_only(struct pv_server *server, const struct pv_config *config, struct pv_fault *fault)
{
    begin(server, config);
    return pv_open_projector_stores(server, fault) && make_projector(server, NULL, fault);
}

bool pv_server_start(struct pv_server *server, const struct pv_config *config, struct pv_fault *fault)
{
    begin(server, config);
    bool sound = pv_open_stores(server, fault);
    if (sound) {
        server->who = pv_who_new(config, &server->clock, &server->log, fault);
        sound = server->who != NULL;
    }
    if (sound)
        sound = make_workers(server, fault) && make_api(server, fault) && pv_start_threads(server, fault) &&
                listen_to_operators(server, fault);
    if (sound) {
        await_projection(server);
        sound = listen_to_all(server, fault);
    }
    if (!sound) {
        pv_mhd_close(server->operators_http);
        close_all(server);
    }
    return sound;
}

bool pv_server_end_requests(struct pv_server *server)
{
    atomic_store(&server->draining, true);
    pv_api_drain(server->api);
    bool whole = pv_mhd_drain(server->http, pv_config_number(server->config, PV_SET_DRAIN_MS));
    pv_mhd_close(server->http);
    if (server->operators_http != NULL) {
        (void)!pv_mhd_drain(server->operators_http, END_MS);
        pv_mhd_close(server->operators_http);
    }
    return whole;
}

void pv_server_close(struct pv_server *server)
{
    close_all(server);
}
