/* oidc_keys.c: when keys are fetched, kept and renewed, with a provider that the test plays. */
#include "oidc_keys.h"

#include "oidc.h"

#include <pthread.h>
#include <stdlib.h>

#include "check.h"
#include "failing.h"
#include "jwt_kit.h"

/* ---- the provider, and time ---- */

static const char discovery_url[] = "https://id.example/.well-known/openid-configuration";
static const char jwks_url[] = "https://id.example/jwks";
static const char sound_discovery[] =
    "{\"issuer\":\"https://id.example\",\"jwks_uri\":\"https://id.example/jwks\"}";

static struct {
    const char *discovery, *jwks, *cache_control; /* NULL: it does not answer, or has no such header */
    unsigned fetched;
    void (*meanwhile)(void); /* while the keys are fetched */
} provider;

static struct pv_text copy_of(const char *text)
{
    struct pv_text copy = {NULL, 0};
    if (text != NULL) {
        copy.len = strlen(text);
        copy.ptr = malloc(copy.len + 1);
        if (copy.ptr != NULL)
            memcpy(copy.ptr, text, copy.len);
    }
    return copy;
}

static bool fetch(void *context, const char *url, struct pv_fetched *fetched, struct pv_fault *fault)
{
    check_true(context == &provider);
    bool is_keys = strcmp(url, jwks_url) == 0;
    const char *text = is_keys ? provider.jwks : provider.discovery;
    check_true(is_keys || strcmp(url, discovery_url) == 0);
    provider.fetched++;
    if (is_keys && provider.meanwhile != NULL)
        provider.meanwhile();
    struct pv_fetched made = {copy_of(text), copy_of(is_keys ? provider.cache_control : NULL)};
    if (made.body.ptr == NULL ||
        (is_keys && provider.cache_control != NULL && made.cache_control.ptr == NULL)) {
        pv_fetched_deinit(&made);
        pv_fault_set(fault, text == NULL ? PV_FAULT_KIND_BUSY : PV_FAULT_KIND_NO_MEMORY, "cannot fetch %s",
                     url);
        return false;
    }
    *fetched = made;
    return true;
}

static int64_t now_ms;

static int64_t monotonic(void *self)
{
    (void)self;
    return now_ms;
}

static const struct pv_clock_ops clock_ops = {.monotonic_ms = monotonic};
static const struct pv_clock test_clock = {&clock_ops, NULL};

enum { RETRY_MS = 30 * 1000, KEPT_MS = 3600 * 1000 };
static const struct pv_oidc_options options = {
    {"https://id.example", 18}, &test_clock, fetch, &provider, RETRY_MS};
static struct pv_oidc_keys *keys;
static struct pv_fault fault;
static char one_key[512], other_key[512], two_keys[1024];
static struct kit_token token;
static struct pv_jwt jwt;

static void use_token(const char *header)
{
    enum pv_token_code why;
    pv_jwt_deinit(&jwt);
    kit_token_join(&token, header, "{}");
    kit_token_sign(&token, PV_JWT_EDDSA);
    check_int(pv_jwt_parse(kit_token_str(&token), &jwt, &why), PV_OK);
}

static int set_up(void **state)
{
    (void)state;
    failing_at(SIZE_MAX);
    (void)snprintf(one_key, sizeof one_key, "{\"keys\":[%s]}", jwt_kit_jwk[PV_JWT_EDDSA]);
    (void)snprintf(other_key, sizeof other_key, "{\"keys\":[%s]}", jwt_kit_jwk[PV_JWT_ES256]);
    (void)snprintf(two_keys, sizeof two_keys, "{\"keys\":[%s,%s]}", jwt_kit_jwk[PV_JWT_EDDSA],
                   jwt_kit_jwk[PV_JWT_ES256]);
    provider.discovery = sound_discovery;
    provider.jwks = one_key;
    provider.cache_control = "max-age=3600";
    provider.fetched = 0;
    provider.meanwhile = NULL;
    now_ms = 1000000;
    use_token("{\"alg\":\"EdDSA\",\"kid\":\"o\"}");
    return !pv_oidc_keys_open(&options, &keys, &fault);
}

static int tear_down(void **state)
{
    (void)state;
    pv_oidc_keys_close(keys);
    pv_oidc_keys_close(NULL);
    pv_jwt_deinit(&jwt);
    return 0;
}

static void reopen(int64_t retry_ms)
{
    struct pv_oidc_options other = options;
    other.retry_ms = retry_ms;
    pv_oidc_keys_close(keys);
    check_true(pv_oidc_keys_open(&other, &keys, &fault));
}

static enum pv_token_code verdict(void)
{
    enum pv_token_code why = PV_TOKEN_OK;
    enum pv_result result = pv_oidc_keys_verify(keys, &jwt, &why);
    check_true(result == PV_OK || result == PV_REFUSED);
    return result == PV_OK ? PV_TOKEN_OK : why;
}

static void check_failed(const char *words, size_t count)
{
    size_t there;
    bool failed = pv_oidc_keys_failed(keys, &there, &fault);
    check_int(there, count);
    check_int(failed, words != NULL);
    if (words != NULL && strstr(fault.text, words) == NULL)
        fail_msg("%s", fault.text);
}

/* ---- tests ---- */

static void issuer__that_may_not_be_asked__is_refused(void **state)
{
    (void)state;
    struct pv_oidc_keys *none = NULL;
    struct pv_oidc_options other = options;
    other.issuer = PV_STR("http://id.example");
    check_true(!pv_oidc_keys_open(&other, &none, &fault));
    check_true(none == NULL);
    check_int(fault.kind, PV_FAULT_KIND_DENIED);
}

static void keys__before_the_first_are_fetched__give_no_verdict(void **state)
{
    (void)state;
    check_int(provider.fetched, 0);
    check_failed(NULL, 0);
    check_int(pv_oidc_keys_generation(keys), 0);
    check_int(verdict(), PV_TOKEN_KEYS_PENDING);
    check_int(provider.fetched, 0); /* nobody waits here */
    check_int(pv_oidc_keys_renew(keys), KEPT_MS);
    check_int(provider.fetched, 2);
    check_failed(NULL, 1);
    check_int(pv_oidc_keys_generation(keys), 1);
    check_int(verdict(), PV_TOKEN_OK);
    jwt.signature[0] ^= 1;
    check_int(verdict(), PV_TOKEN_SIGNATURE);
    check_int(provider.fetched, 2);
}

static void keys__are_renewed_when_they_are_too_old(void **state)
{
    (void)state;
    check_int(pv_oidc_keys_renew(keys), KEPT_MS);
    now_ms += KEPT_MS - 1;
    check_int(pv_oidc_keys_renew(keys), 1);
    check_int(verdict(), PV_TOKEN_OK);
    check_int(provider.fetched, 2);
    now_ms += 1;
    check_int(verdict(), PV_TOKEN_OK); /* old ones are good still */
    check_int(provider.fetched, 2);
    provider.cache_control = NULL;
    check_int(pv_oidc_keys_renew(keys), PV_OIDC_KEEP_LEAST * 1000);
    check_int(provider.fetched, 4);
    check_int(pv_oidc_keys_generation(keys), 1); /* the same ones */
    now_ms += PV_OIDC_KEEP_LEAST * 1000;
    check_int(pv_oidc_keys_renew(keys), PV_OIDC_KEEP_LEAST * 1000);
    check_int(provider.fetched, 6);
}

/* Keys that may be kept for less time than lies between two tries are kept until the next one. */
static void keys__are_not_renewed_more_often_than_they_may(void **state)
{
    (void)state;
    reopen(2 * PV_OIDC_KEEP_LEAST * 1000);
    provider.cache_control = NULL;
    check_int(pv_oidc_keys_renew(keys), 2 * PV_OIDC_KEEP_LEAST * 1000);
    now_ms += 2 * PV_OIDC_KEEP_LEAST * 1000 - 1;
    check_int(pv_oidc_keys_renew(keys), 1);
    check_int(provider.fetched, 2);
    now_ms += 1;
    (void)pv_oidc_keys_renew(keys);
    check_int(provider.fetched, 4);
}

static void keys__of_a_provider_that_is_down__are_tried_again(void **state)
{
    (void)state;
    provider.discovery = NULL;
    check_int(pv_oidc_keys_renew(keys), RETRY_MS);
    check_int(provider.fetched, 1);
    check_int(verdict(), PV_TOKEN_KEYS_PENDING);
    check_failed("cannot fetch https://id.example/.well-known", 0);
    now_ms += RETRY_MS - 1;
    check_int(verdict(), PV_TOKEN_KEYS_PENDING);
    check_int(pv_oidc_keys_renew(keys), 1); /* too soon */
    check_int(provider.fetched, 1);
    now_ms += 1;
    provider.discovery = sound_discovery;
    check_int(pv_oidc_keys_renew(keys), KEPT_MS);
    check_int(verdict(), PV_TOKEN_OK);
    check_failed(NULL, 1);
}

/* Old keys hold on while new ones cannot be had, for whatever reason. */
static void keys__that_are_old__are_kept_if_new_ones_cannot_be_had(void **state)
{
    (void)state;
    static const struct {
        const char *discovery, *jwks, *words;
    } cases[] = {
        {NULL, one_key, "cannot fetch"},
        {sound_discovery, NULL, "cannot fetch https://id.example/jwks"},
        {"", one_key, "not JSON"},
        {"{\"issuer\":\"https://other.example\",\"jwks_uri\":\"https://id.example/jwks\"}", one_key,
         "another issuer"},
        {"{\"issuer\":\"https://id.example\",\"jwks_uri\":\"http://id.example/jwks\"}", one_key,
         "neither https"},
        {sound_discovery, "<html>", "not JSON"},
        {sound_discovery, "{\"keys\":7}", "no list of keys"},
    };
    (void)pv_oidc_keys_renew(keys);
    now_ms += KEPT_MS;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        provider.discovery = cases[i].discovery;
        provider.jwks = cases[i].jwks;
        check_int(pv_oidc_keys_renew(keys), RETRY_MS);
        check_failed(cases[i].words, 1);
        check_int(verdict(), PV_TOKEN_OK);
        now_ms += RETRY_MS;
    }
    check_int(pv_oidc_keys_generation(keys), 1);
}

static void keys__after_a_rotation__are_fetched_for_the_first_token(void **state)
{
    (void)state;
    provider.jwks = other_key;
    (void)pv_oidc_keys_renew(keys);
    now_ms += RETRY_MS - 1;
    check_int(verdict(), PV_TOKEN_UNKNOWN_KEY); /* they have just been fetched */
    check_int(pv_oidc_keys_renew(keys), KEPT_MS - RETRY_MS + 1);
    check_int(provider.fetched, 2);
    provider.jwks = two_keys;
    now_ms += 1;
    check_int(verdict(), PV_TOKEN_KEYS_PENDING);
    check_int(provider.fetched, 2);
    check_int(pv_oidc_keys_renew(keys), KEPT_MS);
    check_int(verdict(), PV_TOKEN_OK);
    check_int(provider.fetched, 4);
    check_failed(NULL, 2);
    check_int(pv_oidc_keys_generation(keys), 2);
    /* and when it has gone, its tokens are no good any more */
    provider.jwks = other_key;
    now_ms += KEPT_MS;
    (void)pv_oidc_keys_renew(keys);
    check_int(verdict(), PV_TOKEN_UNKNOWN_KEY);
    check_int(pv_oidc_keys_generation(keys), 3);
}

/* A key that nobody has may be one that the provider has made meanwhile. */
static void token__of_an_unknown_key__while_the_provider_is_down__has_no_verdict(void **state)
{
    (void)state;
    (void)pv_oidc_keys_renew(keys);
    use_token("{\"alg\":\"EdDSA\",\"kid\":\"new\"}");
    provider.jwks = NULL;
    now_ms += RETRY_MS;
    check_int(verdict(), PV_TOKEN_KEYS_PENDING);
    check_int(pv_oidc_keys_renew(keys), KEPT_MS - RETRY_MS); /* as before: they were asked for once */
    check_failed("cannot fetch", 1);
    check_int(verdict(), PV_TOKEN_KEYS_PENDING);
    check_int(pv_oidc_keys_renew(keys), RETRY_MS);
    now_ms += RETRY_MS;
    provider.jwks = one_key;
    check_int(pv_oidc_keys_renew(keys), KEPT_MS);
    check_int(verdict(), PV_TOKEN_UNKNOWN_KEY);
    use_token("{\"alg\":\"EdDSA\",\"kid\":\"o\"}");
    check_int(verdict(), PV_TOKEN_OK);
}

static void tokens__of_keys_that_there_are_not__cost_one_fetch_in_30_seconds(void **state)
{
    (void)state;
    unsigned pending = 0;
    (void)pv_oidc_keys_renew(keys);
    for (int i = 0; i < 1000; i++) {
        char header[64];
        (void)snprintf(header, sizeof header, "{\"alg\":\"EdDSA\",\"kid\":\"%d\"}", i);
        use_token(header);
        enum pv_token_code code = verdict();
        check_true(code == PV_TOKEN_UNKNOWN_KEY || code == PV_TOKEN_KEYS_PENDING);
        if (code == PV_TOKEN_KEYS_PENDING)
            pending++;
        (void)pv_oidc_keys_renew(keys);
        use_token("{\"alg\":\"EdDSA\",\"kid\":\"o\"}");
        check_int(verdict(), PV_TOKEN_OK); /* others do not feel it */
        now_ms += 90;                      /* 90 seconds in all */
    }
    check_int(provider.fetched, 2 + 2 * 2);
    check_int(pending, 2);
}

/* While they are fetched, nobody else fetches, and all go on with what there is. */
static void ask_meanwhile(void)
{
    provider.meanwhile = NULL;
    check_int(verdict(), PV_TOKEN_OK);
    use_token("{\"alg\":\"EdDSA\",\"kid\":\"new\"}");
    check_int(verdict(), PV_TOKEN_KEYS_PENDING); /* it may be among those that come */
    now_ms += RETRY_MS;
    check_int(pv_oidc_keys_renew(keys), RETRY_MS);
}

static void keys__while_they_are_fetched__the_old_ones_are_used(void **state)
{
    (void)state;
    (void)pv_oidc_keys_renew(keys);
    now_ms += KEPT_MS;
    provider.meanwhile = ask_meanwhile;
    check_int(pv_oidc_keys_renew(keys), KEPT_MS);
    check_true(provider.meanwhile == NULL);
    check_int(provider.fetched, 4);
}

static void ask_in_vain(void)
{
    provider.meanwhile = NULL;
    check_int(verdict(), PV_TOKEN_KEYS_PENDING);
}

static void keys__while_the_first_are_fetched__there_are_none(void **state)
{
    (void)state;
    provider.meanwhile = ask_in_vain;
    check_int(pv_oidc_keys_renew(keys), KEPT_MS);
    check_int(verdict(), PV_TOKEN_OK);
    check_int(provider.fetched, 2);
}

static void (*while_verifying)(void);
enum pv_result __real_pv_jwt_verify(const struct pv_jwt *asked, const struct pv_jwt_keys *set,
                                    enum pv_token_code *why);
enum pv_result __wrap_pv_jwt_verify(const struct pv_jwt *asked, const struct pv_jwt_keys *set,
                                    enum pv_token_code *why);
enum pv_result __wrap_pv_jwt_verify(const struct pv_jwt *asked, const struct pv_jwt_keys *set,
                                    enum pv_token_code *why)
{
    enum pv_result result = __real_pv_jwt_verify(asked, set, why);
    if (while_verifying != NULL)
        while_verifying();
    return result;
}

static void new_keys_come(void)
{
    while_verifying = NULL;
    now_ms += RETRY_MS;
    check_int(verdict(), PV_TOKEN_KEYS_PENDING);
    check_int(pv_oidc_keys_renew(keys), KEPT_MS);
}

/* The ones that it was held against lack it; those that have just come may not. */
static void token__while_its_key_comes__has_no_verdict(void **state)
{
    (void)state;
    provider.jwks = other_key;
    (void)pv_oidc_keys_renew(keys);
    provider.jwks = two_keys;
    while_verifying = new_keys_come;
    check_int(verdict(), PV_TOKEN_KEYS_PENDING);
    check_true(while_verifying == NULL);
    check_int(pv_oidc_keys_renew(keys), KEPT_MS); /* nothing was asked for */
    check_int(verdict(), PV_TOKEN_OK);
}

static bool lock_fails;
int __real_pthread_mutex_init(pthread_mutex_t *lock, const pthread_mutexattr_t *attributes);
int __wrap_pthread_mutex_init(pthread_mutex_t *lock, const pthread_mutexattr_t *attributes);
int __wrap_pthread_mutex_init(pthread_mutex_t *lock, const pthread_mutexattr_t *attributes)
{
    return lock_fails ? 1 : __real_pthread_mutex_init(lock, attributes);
}

static void keys__without_memory__are_a_fault(void **state)
{
    (void)state;
    struct pv_oidc_keys *none = NULL;
    failing_at(0);
    check_true(!pv_oidc_keys_open(&options, &none, &fault));
    failing_at(SIZE_MAX);
    lock_fails = true;
    check_true(!pv_oidc_keys_open(&options, &none, &fault));
    lock_fails = false;
    check_true(none == NULL);
    check_int(fault.kind, PV_FAULT_KIND_NO_MEMORY);
    (void)pv_oidc_keys_renew(keys);
    size_t i = 0;
    for (;; i++) {
        size_t count;
        now_ms += KEPT_MS;
        failing_at(i);
        (void)pv_oidc_keys_renew(keys);
        bool failed = failing_count() > i;
        failing_at(SIZE_MAX);
        check_int(verdict(), PV_TOKEN_OK); /* with the old ones */
        check_int(pv_oidc_keys_failed(keys, &count, &fault), failed);
        check_int(count, 1);
        if (!failed)
            break;
        check_int(fault.kind, PV_FAULT_KIND_NO_MEMORY);
    }
    check_true(i > 10);
}

/* ---- threads ---- */

enum { THREADS = 4, ROUNDS = 200 };

static void *ask_often(void *context)
{
    bool *ok = context;
    for (int i = 0; i < ROUNDS; i++) {
        enum pv_token_code why;
        size_t count;
        struct pv_fault none;
        enum pv_result result = pv_oidc_keys_verify(keys, &jwt, &why);
        *ok = *ok && (result == PV_OK || (result == PV_REFUSED && why == PV_TOKEN_KEYS_PENDING));
        *ok = *ok && pv_oidc_keys_renew(keys) > 0;
        *ok = *ok && pv_oidc_keys_generation(keys) <= 1 && !pv_oidc_keys_failed(keys, &count, &none);
    }
    return NULL;
}

static void keys__asked_by_many_threads__are_fetched_once(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    bool ok[THREADS] = {true, true, true, true};
    for (int i = 0; i < THREADS; i++)
        check_int(pthread_create(&threads[i], NULL, ask_often, &ok[i]), 0);
    for (int i = 0; i < THREADS; i++) {
        check_int(pthread_join(threads[i], NULL), 0);
        check_true(ok[i]);
    }
    check_int(pv_oidc_keys_generation(keys), 1);
    check_int(provider.fetched, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
static const struct CMUnitTest tests[] = {
    TEST(issuer__that_may_not_be_asked__is_refused),
    TEST(keys__before_the_first_are_fetched__give_no_verdict),
    TEST(keys__are_renewed_when_they_are_too_old),
    TEST(keys__are_not_renewed_more_often_than_they_may),
    TEST(keys__of_a_provider_that_is_down__are_tried_again),
    TEST(keys__that_are_old__are_kept_if_new_ones_cannot_be_had),
    TEST(keys__after_a_rotation__are_fetched_for_the_first_token),
    TEST(token__of_an_unknown_key__while_the_provider_is_down__has_no_verdict),
    TEST(tokens__of_keys_that_there_are_not__cost_one_fetch_in_30_seconds),
    TEST(keys__while_they_are_fetched__the_old_ones_are_used),
    TEST(keys__while_the_first_are_fetched__there_are_none),
    TEST(token__while_its_key_comes__has_no_verdict),
    TEST(keys__without_memory__are_a_fault),
    TEST(keys__asked_by_many_threads__are_fetched_once),
};
CHECK_MAIN(tests, 14)
