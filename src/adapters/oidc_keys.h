/* The keys of an OpenID Connect provider: found by discovery, fetched, kept and renewed by somebody who may
   wait; used by those who may not. */
#ifndef PV_OIDC_KEYS_H
#define PV_OIDC_KEYS_H

#include "clock.h"
#include "http_fetch.h"
#include "jwt_keys.h"

/* Borrowed, with what they lead to. */
struct pv_oidc_options {
    struct pv_str issuer; /* the provider's `iss` */
    const struct pv_clock *clock;
    pv_fetch_fn *fetch;
    void *fetch_context;
    int64_t retry_ms; /* the least time between two tries to fetch */
};

/* May be used by many threads at once. */
struct pv_oidc_keys;

/* Nothing is fetched yet. False with the fault: the issuer is no address that keys may be fetched from
   (oidc.h), or there is no memory. */
bool pv_oidc_keys_open(const struct pv_oidc_options *options, struct pv_oidc_keys **keys,
                       struct pv_fault *fault) PV_MUST_USE;
void pv_oidc_keys_close(struct pv_oidc_keys *keys);

/* The two functions of a struct pv_key_source (src/app/identity.h), whose `self` is a struct pv_oidc_keys.
   They never wait for the provider.

   A token is held against the keys that are there, however old. If its key is not among them, it is refused
   with PV_TOKEN_UNKNOWN_KEY where they were fetched less than retry_ms ago; else with PV_TOKEN_KEYS_PENDING,
   and new ones are wanted: the next pv_oidc_keys_renew that may fetches them. */
enum pv_result pv_oidc_keys_verify(void *self, const struct pv_jwt *jwt, enum pv_token_code *why) PV_MUST_USE;
uint64_t pv_oidc_keys_generation(void *self);

/* Fetches if there are no keys, if they are older than Cache-Control says (pv_oidc_keep), or if they are
   wanted; at most once in retry_ms, whatever tokens come, and by one caller at a time, who waits for it (two
   documents of PV_FETCH_MS each at most). Old keys stay while new ones cannot be had. For how many ms nothing
   will be to do, unless a token is refused with PV_TOKEN_KEYS_PENDING. */
int64_t pv_oidc_keys_renew(struct pv_oidc_keys *keys);

/* For logs and readiness: how many keys there are, and whether the last try to fetch them failed; then the
   fault is filled in. */
bool pv_oidc_keys_failed(struct pv_oidc_keys *keys, size_t *count, struct pv_fault *fault);

#endif
