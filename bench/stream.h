/* One large election, made up: what happens in it, in which order, and when. */
#ifndef PV_BENCH_STREAM_H
#define PV_BENCH_STREAM_H

#include "writer.h"

#include <stdint.h>

enum {
    PV_COMPETITIONS = 5,
    PV_CANDIDATES = 20, /* of each competition */
    /* Created, the competitions and candidates, opened, closed. */
    PV_EVENTS_MIN = 1 + PV_COMPETITIONS + PV_COMPETITIONS * PV_CANDIDATES + 1 + 1,
};

struct pv_plan {
    uint64_t events;    /* in all, PV_EVENTS_MIN at least */
    uint64_t in_flight; /* voters who vote at the same time, 1 at least */
    uint64_t seed;      /* the same plan gives the same bytes */
    const struct pv_layout *layout;
};

/* Puts the stream of PLAN into SINK, a record (F1) a line, valid by every rule of D5 and with unique event
   ids. Returns 0, or ENOMEM. What SINK met is for the caller to ask: the stream ends early after a failed
   write. */
__attribute__((warn_unused_result)) int pv_put_stream(struct pv_sink *sink, const struct pv_plan *plan);

#endif
