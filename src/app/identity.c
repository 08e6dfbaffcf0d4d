#include "identity.h"

#include "caller_cache.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct pv_identity {
    const struct pv_identity_settings *settings;
    struct pv_caller_cache *cache;
    atomic_uint_fast64_t hits, misses;
};

static enum pv_result verify_fixed(void *self, const struct pv_jwt *jwt, enum pv_token_code *why)
{
    const struct pv_jwt_keys *keys = self;
    return pv_jwt_verify(jwt, keys, why);
}

static uint64_t never_changes(void *self)
{
    (void)self;
    return 0;
}

struct pv_key_source pv_fixed_keys(struct pv_jwt_keys *keys)
{
    return (struct pv_key_source){verify_fixed, never_changes, keys};
}

struct pv_identity *pv_identity_new(const struct pv_identity_settings *settings)
{
    struct pv_identity *identity = calloc(1, sizeof *identity);
    if (identity == NULL)
        return NULL;
    identity->settings = settings;
    identity->cache = pv_caller_cache_new(settings->cache_entries);
    if (identity->cache == NULL) {
        free(identity);
        return NULL;
    }
    return identity;
}

void pv_identity_free(struct pv_identity *identity)
{
    if (identity == NULL)
        return;
    pv_caller_cache_free(identity->cache);
    free(identity);
}

void pv_identity_counts(struct pv_identity *identity, uint64_t *hits, uint64_t *misses)
{
    *hits = atomic_load(&identity->hits);
    *misses = atomic_load(&identity->misses);
}

static enum pv_result refuse(enum pv_token_code *why, enum pv_token_code code)
{
    *why = code;
    return PV_REFUSED;
}

/* RFC 6750, 2.1: the scheme, one space or more, and the token. */
static bool read_bearer(struct pv_str header, struct pv_str *token)
{
    static const char scheme[] = "bearer";
    const size_t len = sizeof scheme - 1;
    size_t at = len;
    if (header.len <= len || header.ptr[len] != ' ')
        return false;
    for (size_t i = 0; i < len; i++) {
        if ((header.ptr[i] | 0x20) != scheme[i])
            return false;
    }
    while (at < header.len && header.ptr[at] == ' ')
        at++;
    *token = (struct pv_str){header.ptr + at, header.len - at};
    return token->len <= PV_JWT_LEN_MAX;
}

static const struct pv_role_name default_names[] = {
    {{"administrator", 13}, PV_ROLE_ADMINISTRATOR},
    {{"voter", 5}, PV_ROLE_VOTER},
    {{"auditor", 7}, PV_ROLE_AUDITOR},
};

struct role_search {
    const struct pv_role_name *names;
    size_t count;
    unsigned roles; /* found */
};

static void add_role(void *context, struct pv_str name)
{
    struct role_search *search = context;
    for (size_t i = 0; i < search->count; i++) {
        if (pv_str_equal(search->names[i].name, name))
            search->roles |= search->names[i].roles;
    }
}

static bool read_roles(const struct pv_jwt *jwt, const struct pv_issuer *issuer, unsigned *roles)
{
    struct role_search search = {issuer->role_names, issuer->role_name_count, 0};
    if (search.names == NULL) {
        search.names = default_names;
        search.count = sizeof default_names / sizeof default_names[0];
    }
    bool ok = pv_jwt_texts(jwt, issuer->roles_path, add_role, &search);
    *roles = search.roles;
    return ok;
}

static bool read_election(const struct pv_jwt *jwt, struct pv_caller *caller)
{
    struct pv_str text;
    if (!pv_jwt_text(jwt, "election", &text))
        return false;
    caller->one_election = text.ptr != NULL;
    return text.ptr == NULL || pv_ulid_parse(text, &caller->election.bits) == PV_CODE_NONE;
}

static struct pv_str keep(char *room, struct pv_str text)
{
    memcpy(room, text.ptr, text.len);
    return (struct pv_str){room, text.len};
}

/* Of a token that was verified and checked. */
static enum pv_token_code read_caller(const struct pv_jwt *jwt, const struct pv_issuer *issuer,
                                      struct pv_known_caller *known)
{
    const struct pv_jwt_claims *claims = &jwt->claims;
    struct pv_caller *caller = &known->caller;
    *caller = (struct pv_caller){.roles = 0};
    if (!read_roles(jwt, issuer, &caller->roles) || !read_election(jwt, caller))
        return PV_TOKEN_CLAIMS;
    caller->subject = keep(known->subject, claims->subject);
    caller->has_voter = (caller->roles & PV_ROLE_VOTER) != 0 &&
                        pv_ulid_parse(claims->subject, &caller->voter.bits) == PV_CODE_NONE;
    if (!caller->has_voter && claims->email.ptr != NULL && !claims->email_doubted &&
        pv_email_check(claims->email) == PV_CODE_NONE)
        caller->email = keep(known->email, claims->email);
    return PV_TOKEN_OK;
}

/* Known from before, and what it was known by is still so. */
static bool is_cached(struct pv_identity *identity, const unsigned char *digest, int64_t now,
                      struct pv_known_caller *known)
{
    struct pv_cached_term term;
    bool good = pv_caller_cache_get(identity->cache, digest, known, &term);
    if (good) {
        const struct pv_key_source *keys = &identity->settings->issuers[term.issuer].keys;
        good = now >= term.begin && now < term.end && keys->generation(keys->self) == term.generation;
    }
    (void)atomic_fetch_add(good ? &identity->hits : &identity->misses, 1);
    return good;
}

static const struct pv_issuer *find_issuer(const struct pv_identity_settings *settings, struct pv_str name)
{
    for (size_t i = 0; name.ptr != NULL && i < settings->issuer_count; i++) {
        if (pv_str_equal(settings->issuers[i].name, name))
            return &settings->issuers[i];
    }
    return NULL;
}

/* What was parsed is held against everything. The term is filled in for PV_OK. */
static enum pv_result hold(const struct pv_identity_settings *settings, const struct pv_jwt *jwt, int64_t now,
                           struct pv_known_caller *known, struct pv_cached_term *term,
                           enum pv_token_code *why)
{
    const struct pv_issuer *issuer = find_issuer(settings, jwt->claims.issuer);
    if (issuer == NULL)
        return refuse(why, PV_TOKEN_ISSUER);
    /* Before the keys are used: if they change meanwhile, what is cached is of before. */
    uint64_t generation = issuer->keys.generation(issuer->keys.self);
    enum pv_result result = issuer->keys.verify(issuer->keys.self, jwt, why);
    if (result != PV_OK)
        return result;
    const struct pv_jwt_expected expected = {issuer->name, issuer->audience, now, settings->leeway};
    enum pv_token_code code = pv_jwt_check(jwt, &expected);
    if (code == PV_TOKEN_OK)
        code = read_caller(jwt, issuer, known);
    if (code != PV_TOKEN_OK)
        return refuse(why, code);
    known->caller.until = jwt->claims.expires + settings->leeway;
    *term = (struct pv_cached_term){(size_t)(issuer - settings->issuers), generation, 0, known->caller.until};
    if (jwt->claims.not_before != PV_JWT_NEVER)
        term->begin = jwt->claims.not_before - settings->leeway;
    return PV_OK;
}

static enum pv_result verify(struct pv_identity *identity, struct pv_str token, const unsigned char *digest,
                             int64_t now, struct pv_known_caller *known, enum pv_token_code *why)
{
    struct pv_cached_term term;
    struct pv_jwt jwt;
    enum pv_result result = pv_jwt_parse(token, &jwt, why);
    if (result != PV_OK)
        return result;
    result = hold(identity->settings, &jwt, now, known, &term, why);
    pv_jwt_deinit(&jwt);
    if (result == PV_OK)
        pv_caller_cache_put(identity->cache, digest, known, &term);
    return result;
}

enum pv_result pv_identity_caller(struct pv_identity *identity, struct pv_str authorization, int64_t now,
                                  struct pv_known_caller *known, enum pv_token_code *why)
{
    unsigned char digest[PV_SHA256_LEN];
    struct pv_str token;
    if (authorization.ptr == NULL) {
        known->caller = (struct pv_caller){.roles = 0};
        return PV_OK;
    }
    if (!read_bearer(authorization, &token))
        return refuse(why, PV_TOKEN_MALFORMED);
    enum pv_result result = pv_sha256(token, digest);
    if (result != PV_OK || is_cached(identity, digest, now, known))
        return result;
    return verify(identity, token, digest, now, known, why);
}
