/* What a live stream says of a record, by who looks. */
#ifndef PV_LIVE_MESSAGE_H
#define PV_LIVE_MESSAGE_H

#include "live.h"
#include "out.h"

/* Prints the message of a record, or nothing if the viewer may not see it. A voter learns the own id by the
   registration, and the ballot's by its creation. Records that are not ours are not shown. */
void pv_live_message(struct pv_out *out, const struct pv_recorded *recorded, struct pv_viewer *viewer);
/* Only learns. False: out of memory. */
bool pv_live_learn(const struct pv_recorded *recorded, struct pv_viewer *viewer) PV_MUST_USE;
/* The first message: at which version the stream begins. */
void pv_live_hello(struct pv_out *out, int64_t version);

#endif
