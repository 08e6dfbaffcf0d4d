/* The same JSON in another layout: keys in another order, members that nobody asked for, white space. */
#ifndef PV_RELAYOUT_H
#define PV_RELAYOUT_H

#include "buf.h"
#include "gen.h"

/* `json` must be sound and without white space outside strings, as the canonical writer prints it. */
void relayout(struct gen *g, struct pv_str json, struct buf *out);

#endif
