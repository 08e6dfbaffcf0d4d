/* What a live stream says of a record, by who looks. */
#ifndef PV_LIVE_MESSAGE_H
#define PV_LIVE_MESSAGE_H

#include "live.h"
#include "out.h"

/* Prints the message of a record, or nothing if the viewer may not see it. A voter whose own ballot is
   created learns its id. Records that are not ours are not shown. */
void pv_live_message(struct pv_out *out, const struct pv_recorded *recorded, struct pv_viewer *viewer);
/* The first message: at which version the stream begins. */
void pv_live_hello(struct pv_out *out, int64_t version);

#endif
