/* The keys of an OpenID Connect provider: found by discovery, fetched when they are needed, kept and renewed.
 */
#ifndef PV_OIDC_KEYS_H
#define PV_OIDC_KEYS_H

#include "clock.h"
#include "http_fetch.h"
#include "jwt_keys.h"

enum { PV_OIDC_RETRY_MS = 30 * 1000 }; /* the least time between two tries to fetch */

/* May be used by many threads at once. */
struct pv_oidc_keys;

/* `issuer` is the provider's `iss`, borrowed; so is the clock. Nothing is fetched yet. False with the fault:
   it is no address that keys may be fetched from (oidc.h), or there is no memory. */
bool pv_oidc_keys_open(struct pv_str issuer, const struct pv_clock *clock, pv_fetch_fn *fetch,
                       struct pv_oidc_keys **keys, struct pv_fault *fault) PV_MUST_USE;
void pv_oidc_keys_close(struct pv_oidc_keys *keys);

/* The two functions of a struct pv_key_source (src/app/identity.h), whose `self` is a struct pv_oidc_keys.

   Keys are kept as long as Cache-Control says (pv_oidc_keep), and longer while new ones cannot be had. They
   are fetched when there are none, when they are too old, and when a token names one that is not there; by
   one caller at a time, who waits for it (two documents of PV_FETCH_MS each at most), while the others go on
   with what there is; and at most once in PV_OIDC_RETRY_MS, whatever tokens come. */
enum pv_result pv_oidc_keys_verify(void *self, const struct pv_jwt *jwt, enum pv_token_code *why) PV_MUST_USE;
uint64_t pv_oidc_keys_generation(void *self);

/* Fetches if there are no keys or they are too old, as often as above: for the start and for a timer, so that
   no caller has to wait, nor is refused while the first keys are on their way. */
void pv_oidc_keys_renew(struct pv_oidc_keys *keys);

/* For logs, metrics and readiness: how many keys there are, and whether the last try to fetch them failed;
   then the fault is filled in. */
bool pv_oidc_keys_failed(struct pv_oidc_keys *keys, size_t *count, struct pv_fault *fault);

#endif
