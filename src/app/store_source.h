/* An event store as a source of records: everything in it from the first position, or one election's stream.
 */
#ifndef PV_STORE_SOURCE_H
#define PV_STORE_SOURCE_H

#include "event_source.h"
#include "event_store.h"

/* Opens a reader on the store; `stream` with ptr NULL is everything. The source closes the store with itself;
   on failure the store stays open. */
bool pv_store_source_open(struct pv_event_store store, struct pv_str stream, struct pv_event_source *source,
                          struct pv_fault *fault) PV_MUST_USE;

/* The same for a store that others use too: the source leaves it open. */
bool pv_store_source_borrow(const struct pv_event_store *store, struct pv_str stream,
                            struct pv_event_source *source, struct pv_fault *fault) PV_MUST_USE;

#endif
