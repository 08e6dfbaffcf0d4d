/* The projection: an Election as the document cache keeps it, part by part. The projector and rebuild make
   the same puts by the same functions, so that what is rebuilt is what was projected, byte for byte. */
#ifndef PV_PROJECTION_H
#define PV_PROJECTION_H

#include "document_cache.h"
#include "election.h"
#include "event.h"

/* Which pages have changed since a put: a bit a page. Zeroed: none. Belongs to one election in memory: it
   also keeps how many of its ballots are cast, so that a put need not look at all of them. */
struct pv_changed_pages {
    uint64_t *voters, *ballots;
    uint32_t voter_words, ballot_words;
    bool cast_is_counted;
    uint64_t ballots_cast;
};
void pv_changed_pages_deinit(struct pv_changed_pages *changed);
/* After a put: no page has changed since. */
void pv_changed_pages_clear(struct pv_changed_pages *changed);
/* Notes the pages that an event, just applied to the election, has changed; from the first one on, each event
   must be noted. PV_OK, or PV_FAULT_MEMORY: then not all is noted, and all pages must be put. */
enum pv_result pv_changed_pages_note(struct pv_changed_pages *changed, const struct pv_election *election,
                                     const struct pv_event *event) PV_MUST_USE;

/* Puts the election, or removes it from the cache if it is deleted (F5). `base` and `changed`: only the pages
   that changed since the put whose last number was base; changed NULL: all. PV_CACHE_OK, PV_CACHE_STALE (put
   all), or a fault. The election must not be unborn.

   The summary of an election is {"id","name","phase","version","competitions","candidates","voters",
   "ballots_issued","ballots_cast"}, in canonical form, counting live competitions and candidates. A page of
   voters is found by the id of each (in upper case) and by "email:" and the email in lower case; a page of
   ballots by the id of each and by "voter:" and the voter's id. */
enum pv_cache_result pv_project(struct pv_document_cache *cache, const struct pv_election *election,
                                int64_t last_number, int64_t base, const struct pv_changed_pages *changed,
                                struct pv_fault *fault) PV_MUST_USE;

#endif
