/* The server in one thread: the API, broker, worker, projector and cache as they are, in memory, with a clock
   that stands still and a chance that counts. */
#ifndef PV_FUZZ_API_WORLD_H
#define PV_FUZZ_API_WORLD_H

#include "adapters.h"
#include "api.h"
#include "projector.h"
#include "request_line.h"
#include "worker.h"

enum { WORLD_VERDICT_MS = 1000, WORLD_PROJECTION_MS = 2000, WORLD_LIVES = 64 };

struct api_reply {
    unsigned answers, status;
    struct bag bag;
    struct pv_http_pair headers[PV_HTTP_HEADERS_MAX];
    size_t header_count;
    struct pv_str body;
    bool streams;
    int64_t at_ms;
};
void api_reply_deinit(struct api_reply *reply);
/* ptr NULL: there is none. */
struct pv_str api_reply_header(const struct api_reply *reply, const char *name);

struct api_live {
    struct pv_http_body body;
    struct who who;
    bool ended;
    struct buf text;
};

struct api_world {
    struct pv_clock clock;
    int64_t us, ms;
    uint64_t chance;
    struct pv_broker broker;
    struct pv_event_store store;
    struct pv_refusal_log refusals;
    struct pv_document_cache cache;
    struct pv_worker *worker;
    struct pv_projector *projector;
    struct pv_api *api;
    struct api_live lives[WORLD_LIVES];
    size_t live_count;
};
/* Must not be moved. */
void api_world_init(struct api_world *world);
/* All must have been answered. Ends the live streams, whose texts are then whole. */
void api_world_end(struct api_world *world);
void api_world_deinit(struct api_world *world);

/* The request of a line, which is one, comes in; it is gone as soon as it is answered. */
void api_world_send(struct api_world *world, struct pv_str line, struct api_reply *reply);
/* The server does all that there is to do; reads that wait for a version wait in vain. */
void api_world_settle(struct api_world *world);
void api_world_wait(struct api_world *world, int64_t ms);

#endif
