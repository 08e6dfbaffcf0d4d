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

/* A cache to write to, which is made when the first document comes for it: a run that writes nothing leaves
   no new one behind. One that is there is opened at once: it may be no cache, and the source long. Of the
   port's calls put and remove can be made. */
struct late_cache {
    const char *text;
    struct pv_document_cache port, cache; /* cache.ops NULL: not open */
};
bool late_cache_begin(struct late_cache *late, const char *text, struct pv_fault *fault) PV_MUST_USE;
/* Makes it, if it is not there yet. */
bool late_cache_open(struct late_cache *late, struct pv_fault *fault) PV_MUST_USE;
void late_cache_close(struct late_cache *late);

#endif
