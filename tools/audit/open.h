/* From what the user wrote (F5: SOURCE, DEST, CACHE) to open ports. */
#ifndef PV_OPEN_H
#define PV_OPEN_H

#include "adapters.h"

/* One election's stream only, where the source can seek it: `one_election` NULL is everything. False: *fault
 * tells. */
bool open_source(const char *text, const struct pv_election_id *one_election, struct pv_event_source *source,
                 struct pv_fault *fault) PV_MUST_USE;
bool open_cache(const char *text, enum pv_open_mode mode, struct pv_document_cache *cache,
                struct pv_fault *fault) PV_MUST_USE;

#endif
