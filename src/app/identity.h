/* Who is who (api.md, 3): from an Authorization header to the caller. Policy only: what keys an issuer has is
   told by whoever holds them, the time comes from outside, and nothing here waits. */
#ifndef PV_IDENTITY_H
#define PV_IDENTITY_H

#include "command.h"
#include "jwt_keys.h"
#include "text.h"

/* The keys of an issuer. Both may be called from many threads at once. */
struct pv_key_source {
    /* As pv_jwt_verify. PV_TOKEN_KEYS_PENDING: no verdict, but soon. Must not wait. */
    enum pv_result (*verify)(void *self, const struct pv_jwt *jwt, enum pv_token_code *why);
    /* Changes whenever a key has gone: what was verified before must be verified anew. */
    uint64_t (*generation)(void *self);
    void *self;
};
/* Keys that stay as they are: those of `keys`, which must outlive it. */
struct pv_key_source pv_fixed_keys(struct pv_jwt_keys *keys);

/* What an issuer calls a role of ours. */
struct pv_role_name {
    struct pv_str name;
    unsigned roles; /* of enum pv_role */
};
struct pv_issuer {
    struct pv_str name;       /* `iss`, byte for byte */
    struct pv_str audience;   /* what `aud` must be or have */
    struct pv_str roles_path; /* where the names of roles stand: roles, realm_access.roles (pv_jwt_texts) */
    const struct pv_role_name *role_names; /* NULL: administrator, voter, auditor; other names mean nothing */
    size_t role_name_count;
    struct pv_key_source keys;
};
struct pv_identity_settings {
    const struct pv_issuer *issuers; /* names differ */
    size_t issuer_count;
    int64_t leeway;       /* seconds */
    size_t cache_entries; /* verified tokens that are kept; 0: none */
};

/* May be used by many threads at once. */
struct pv_identity;

/* The settings are borrowed, with all that they lead to. NULL when out of memory. */
struct pv_identity *pv_identity_new(const struct pv_identity_settings *settings) PV_MUST_USE;
void pv_identity_free(struct pv_identity *identity);

/* A caller, with its texts: those of `caller` lie in here, so it must not be copied. */
struct pv_known_caller {
    struct pv_caller caller;
    char subject[PV_JWT_SUBJECT_MAX];
    char email[PV_EMAIL_MAX];
};

/* The caller that the value of an Authorization header tells; ptr NULL, for no header, is a caller without
   roles. `now` in seconds since 1970.

   - The token follows `Bearer`, in any case, and spaces.
   - A voter's `sub` that is a ULID is its VoterId. Else the email counts, if it is one by D2 and
   email_verified is absent or true.
   - A claim `election` restricts the token to that election, whoever issued it. What is no id there is
   refused (token_claims), and so are roles that are no texts: nothing in a token that is not understood
   widens it.
   - A token may name no role at all: a caller who is known and may do what everybody may.

   PV_REFUSED with the code (401, but for PV_TOKEN_KEYS_PENDING: there is no verdict yet, try again), or
   PV_FAULT_MEMORY; then *known is not to be used. */
enum pv_result pv_identity_caller(struct pv_identity *identity, struct pv_str authorization, int64_t now,
                                  struct pv_known_caller *known, enum pv_token_code *why) PV_MUST_USE;

/* For metrics: how often a caller was found in the cache, and how often not. */
void pv_identity_counts(struct pv_identity *identity, uint64_t *hits, uint64_t *misses);

#endif
