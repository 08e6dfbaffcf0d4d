/* Tokens that were verified, and whom they told: to verify one costs tens of microseconds. Constant memory,
   known by SHA-256, so that no token is kept. May be used by many threads at once. */
#ifndef PV_CALLER_CACHE_H
#define PV_CALLER_CACHE_H

#include "identity.h"
#include "sha256.h"

struct pv_caller_cache;

/* For `entries` tokens, rounded up to whole sets of PV_CACHE_WAYS; 0 makes a cache that keeps nothing. NULL
   when out of memory. */
enum { PV_CACHE_WAYS = 4 };
struct pv_caller_cache *pv_caller_cache_new(size_t entries) PV_MUST_USE;
void pv_caller_cache_free(struct pv_caller_cache *cache);

/* What decides how long an entry is good: from the beginning up to the end (seconds, exclusive), and as long
   as the generation of its issuer's keys is the same. */
struct pv_cached_term {
    size_t issuer;
    uint64_t generation;
    int64_t begin, end;
};

/* False: not there. The term is to be looked at by the caller. */
bool pv_caller_cache_get(struct pv_caller_cache *cache, const unsigned char digest[PV_SHA256_LEN],
                         struct pv_known_caller *known, struct pv_cached_term *term) PV_MUST_USE;
/* In place of itself, or of the one of its set that was not used for the longest time. */
void pv_caller_cache_put(struct pv_caller_cache *cache, const unsigned char digest[PV_SHA256_LEN],
                         const struct pv_known_caller *known, const struct pv_cached_term *term);

#endif
