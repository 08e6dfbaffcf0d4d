#include "oidc_keys.h"

#include "oidc.h"
#include "sha256.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* A set that may be in use by several threads; the last one frees it. */
struct shared {
    struct pv_jwt_keys *keys;
    unsigned users; /* under the lock */
};

struct pv_oidc_keys {
    struct pv_str issuer;
    const struct pv_clock *clock;
    pv_fetch_fn *fetch;
    void *fetch_context;
    int64_t retry_ms;
    char discovery[PV_OIDC_URL_SIZE];

    pthread_mutex_t lock;                /* of all that follows */
    struct shared *current;              /* NULL: none yet */
    unsigned char digest[PV_SHA256_LEN]; /* of the text that the current ones were read from */
    uint64_t generation;
    int64_t tried_at, got_at, fresh_until; /* by the monotonic clock; got_at: when that fetch began */
    bool tried, fetching, failed;
    bool wanted;           /* a token came whose key is not there */
    struct pv_fault fault; /* of the last try, where it failed */
};

static void lock(struct pv_oidc_keys *keys)
{
    (void)pthread_mutex_lock(&keys->lock);
}

static void unlock(struct pv_oidc_keys *keys)
{
    (void)pthread_mutex_unlock(&keys->lock);
}

bool pv_oidc_keys_open(const struct pv_oidc_options *options, struct pv_oidc_keys **keys,
                       struct pv_fault *fault)
{
    struct pv_str issuer = options->issuer;
    char url[PV_OIDC_URL_SIZE];
    if (!pv_oidc_discovery_url(issuer, url)) {
        pv_fault_set(fault, PV_FAULT_KIND_DENIED,
                     "the issuer '%.*s' is not an https address (or http on this machine)", (int)issuer.len,
                     issuer.ptr);
        return false;
    }
    struct pv_oidc_keys *made = calloc(1, sizeof *made);
    if (made == NULL || pthread_mutex_init(&made->lock, NULL) != 0) {
        free(made);
        pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "cannot keep the keys of '%.*s': out of memory",
                     (int)issuer.len, issuer.ptr);
        return false;
    }
    made->issuer = issuer;
    made->clock = options->clock;
    made->fetch = options->fetch;
    made->fetch_context = options->fetch_context;
    made->retry_ms = options->retry_ms;
    memcpy(made->discovery, url, sizeof url);
    *keys = made;
    return true;
}

/* Under the lock. NULL is fine. */
static void leave(struct shared *shared)
{
    if (shared == NULL || --shared->users != 0)
        return;
    pv_jwt_keys_free(shared->keys);
    free(shared);
}

void pv_oidc_keys_close(struct pv_oidc_keys *keys)
{
    if (keys == NULL)
        return;
    leave(keys->current);
    (void)pthread_mutex_destroy(&keys->lock);
    free(keys);
}

/* ---- fetching, without the lock ---- */

/* What a fetch brings: the set may be none, if the text is the one that there is. */
struct news {
    struct shared *set;
    unsigned char digest[PV_SHA256_LEN];
    int64_t keep; /* seconds */
};

static struct pv_str str_of(const struct pv_text *text)
{
    return (struct pv_str){text->ptr, text->len};
}

static bool not_read(const char *url, enum pv_result result, const struct pv_document_error *error,
                     struct pv_fault *fault)
{
    if (result == PV_REFUSED)
        pv_fault_set(fault, PV_FAULT_KIND_DAMAGED, "cannot use %s: %s", url, error->reason);
    else
        pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "cannot use %s: out of memory", url);
    return false;
}

static bool discover(const struct pv_oidc_keys *keys, char jwks_uri[PV_OIDC_URL_SIZE], struct pv_fault *fault)
{
    struct pv_fetched fetched;
    struct pv_document_error error;
    if (!keys->fetch(keys->fetch_context, keys->discovery, &fetched, fault))
        return false;
    enum pv_result result = pv_oidc_discovery_read(str_of(&fetched.body), keys->issuer, jwks_uri, &error);
    pv_fetched_deinit(&fetched);
    if (result == PV_OK)
        return true;
    return not_read(keys->discovery, result, &error, fault);
}

static enum pv_result read_set(struct pv_str text, struct news *news, struct pv_document_error *error)
{
    struct shared *set = calloc(1, sizeof *set);
    enum pv_result result = set == NULL ? PV_FAULT_MEMORY : pv_sha256(text, news->digest);
    if (result == PV_OK)
        result = pv_jwt_keys_read(text, &set->keys, error);
    if (result != PV_OK) {
        free(set);
        return result;
    }
    set->users = 1;
    news->set = set;
    return PV_OK;
}

static bool fetch_news(const struct pv_oidc_keys *keys, struct news *news, struct pv_fault *fault)
{
    char uri[PV_OIDC_URL_SIZE];
    struct pv_fetched fetched;
    struct pv_document_error error;
    if (!discover(keys, uri, fault) || !keys->fetch(keys->fetch_context, uri, &fetched, fault))
        return false;
    news->keep = pv_oidc_keep(str_of(&fetched.cache_control));
    enum pv_result result = read_set(str_of(&fetched.body), news, &error);
    pv_fetched_deinit(&fetched);
    if (result == PV_OK)
        return true;
    return not_read(uri, result, &error, fault);
}

/* ---- under the lock ---- */

static void take_news(struct pv_oidc_keys *keys, const struct news *news)
{
    keys->got_at = keys->tried_at;
    keys->fresh_until = pv_clock_ms(keys->clock) + news->keep * 1000;
    if (keys->current != NULL && memcmp(keys->digest, news->digest, PV_SHA256_LEN) == 0) {
        leave(news->set); /* the same again */
        return;
    }
    leave(keys->current);
    keys->current = news->set;
    memcpy(keys->digest, news->digest, PV_SHA256_LEN);
    keys->generation++;
}

/* When there is something to fetch, by the clock; whether it is allowed by then is another matter. */
static int64_t due_at(const struct pv_oidc_keys *keys)
{
    return keys->current == NULL || keys->wanted ? INT64_MIN : keys->fresh_until;
}

/* For how many ms there is nothing to do. */
static int64_t idle_ms(const struct pv_oidc_keys *keys, int64_t now)
{
    int64_t at = due_at(keys), allowed = keys->tried ? keys->tried_at + keys->retry_ms : now;
    if (keys->fetching)
        return keys->retry_ms;
    if (at < allowed)
        at = allowed;
    return at > now ? at - now : 0;
}

/* Gives the lock back while it fetches. */
static void renew(struct pv_oidc_keys *keys, int64_t now)
{
    struct news news;
    struct pv_fault fault;
    keys->fetching = keys->tried = true;
    keys->wanted = false;
    keys->tried_at = now;
    unlock(keys);
    bool ok = fetch_news(keys, &news, &fault);
    lock(keys);
    keys->fetching = false;
    keys->failed = !ok;
    if (ok)
        take_news(keys, &news);
    else
        keys->fault = fault;
}

int64_t pv_oidc_keys_renew(struct pv_oidc_keys *keys)
{
    lock(keys);
    int64_t now = pv_clock_ms(keys->clock), idle = idle_ms(keys, now);
    if (idle == 0) {
        renew(keys, now);
        idle = idle_ms(keys, pv_clock_ms(keys->clock));
    }
    unlock(keys);
    return idle;
}

/* By the current keys; the lock is given back meanwhile. */
static enum pv_result verify_now(struct pv_oidc_keys *keys, const struct pv_jwt *jwt, enum pv_token_code *why)
{
    struct shared *set = keys->current;
    set->users++;
    unlock(keys);
    enum pv_result result = pv_jwt_verify(jwt, set->keys, why);
    lock(keys);
    leave(set);
    return result;
}

/* Of a key that was not among those of that generation, which may have been followed by another meanwhile. */
static enum pv_token_code miss(struct pv_oidc_keys *keys, uint64_t generation)
{
    bool fresh = keys->current != NULL && pv_clock_ms(keys->clock) - keys->got_at < keys->retry_ms;
    if (fresh && keys->generation == generation)
        return PV_TOKEN_UNKNOWN_KEY;
    if (!fresh && !keys->fetching)
        keys->wanted = true;
    return PV_TOKEN_KEYS_PENDING;
}

enum pv_result pv_oidc_keys_verify(void *self, const struct pv_jwt *jwt, enum pv_token_code *why)
{
    struct pv_oidc_keys *keys = self;
    enum pv_result result = PV_REFUSED;
    enum pv_token_code code = PV_TOKEN_UNKNOWN_KEY;
    lock(keys);
    uint64_t generation = keys->generation;
    if (keys->current != NULL)
        result = verify_now(keys, jwt, &code);
    if (result == PV_REFUSED)
        *why = code == PV_TOKEN_UNKNOWN_KEY ? miss(keys, generation) : code;
    unlock(keys);
    return result;
}

uint64_t pv_oidc_keys_generation(void *self)
{
    struct pv_oidc_keys *keys = self;
    lock(keys);
    uint64_t generation = keys->generation;
    unlock(keys);
    return generation;
}

bool pv_oidc_keys_failed(struct pv_oidc_keys *keys, size_t *count, struct pv_fault *fault)
{
    lock(keys);
    bool failed = keys->failed;
    *count = keys->current == NULL ? 0 : pv_jwt_keys_count(keys->current->keys);
    if (failed)
        *fault = keys->fault;
    unlock(keys);
    return failed;
}
