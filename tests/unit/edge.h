/* Bytes with nothing behind them: a page that cannot be read begins where they end, so that reading one byte
   too many is a crash in every build, not only under a sanitizer. */
#ifndef PV_EDGE_H
#define PV_EDGE_H

#include "base.h"

enum { EDGE_MAX = 1 << 16 };

/* A copy of at most EDGE_MAX bytes. The last two are kept; an older one is overwritten. */
struct pv_str edge_copy(struct pv_str bytes);

#endif
