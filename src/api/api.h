/* The HTTP API: requests in, answers out. It authenticates, authorises and decodes (D5 steps 1 to 3); events
   go to the broker, whose answers come back here; reads are queued for those who may block
   (pv_api_read_step).

   Who drives it: the HTTP server calls pv_api_handle; some threads, each with handles of its own, loop over
   pv_api_read_step; the projector tells of what is projected; somebody ticks. Everything may be called from
   any thread, and a simulation calls it all from one. */
#ifndef PV_API_H
#define PV_API_H

#include "auth.h"
#include "broker.h"
#include "clock.h"
#include "document_cache.h"
#include "event_store.h"
#include "http.h"
#include "out.h"
#include "refusal_log.h"

struct pv_api_options {
    struct pv_broker *broker;
    struct pv_clock *clock;
    pv_authenticate_fn *authenticate;
    void *authenticate_context;
    size_t waiting_max;          /* events that wait for a verdict, reads that are queued, each */
    unsigned waiting_per_caller; /* events that wait of one subject; beyond, 429 */
    int verdict_ms;              /* then 202 */
    int projection_ms;           /* how long a read waits for the read side */
    int heartbeat_ms;            /* of live streams */
    size_t streams_max;          /* live streams at once */
    void *operation;             /* context of those below, which may be NULL */
    bool (*ready)(void *operation,
                  struct pv_out *reasons);                /* prints a JSON object of parts and their state */
    void (*metrics)(void *operation, struct pv_out *out); /* more of Prometheus' text */
    /* The photograph of that name, PNG, owned by the caller (free); false if there is none that can be had.
       Names are 1 to 64 of a-z, 0-9 and -, and .png behind them. Called by the reading threads. */
    bool (*photo)(void *operation, struct pv_str name, struct pv_text *png);
    /* What /docs shows (docs_console.h), for as long as the API and its answers last; empty: the page without
       a script, which is otherwise at /docs?static. */
    struct pv_str docs;
};

struct pv_api;
struct pv_api *pv_api_new(const struct pv_api_options *options) PV_MUST_USE; /* NULL: out of memory */
/* Everything must have been answered: see pv_api_drain. */
void pv_api_free(struct pv_api *api);

/* Two of pv_http_handler_fn. The operators' own listener has /healthz, /readyz and /metrics, without a token,
   and nothing else. */
void pv_api_handle(void *api, struct pv_http_exchange *exchange);
void pv_api_handle_operator(void *api, struct pv_http_exchange *exchange);

/* What a reading thread has: handles of its own, for it alone. */
struct pv_api_reads {
    struct pv_event_store *store;
    struct pv_document_cache *cache;
    struct pv_refusal_log *refusals;
};
/* Answers one queued read, waiting up to wait_ms for it. False: there was none. */
bool pv_api_read_step(struct pv_api *api, const struct pv_api_reads *reads, int wait_ms);

/* The election is projected up to its record `number`. */
void pv_api_projected(struct pv_api *api, struct pv_election_id election, int64_t number);
/* Times out what waits too long. Call it ten times a second or so. */
void pv_api_tick(struct pv_api *api);
/* From now on: live streams end, reads that wait for the projection are answered, reading threads are woken,
   and pv_api_read_step waits no more. */
void pv_api_drain(struct pv_api *api);
/* Requests that have no answer yet. */
size_t pv_api_unanswered(struct pv_api *api);

#endif
