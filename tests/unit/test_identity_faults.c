/* identity.c and caller_cache.c when allocations and calls to OpenSSL fail: a fault, never a verdict. */
#include "failing.h"
#include "identity.h"
#include "jwt_kit.h"
#include "openssl_faults.h"

#include <pthread.h>

#include "check.h"

static bool lock_fails;
int __real_pthread_mutex_init(pthread_mutex_t *lock, const pthread_mutexattr_t *attributes);
int __wrap_pthread_mutex_init(pthread_mutex_t *lock, const pthread_mutexattr_t *attributes);

int __wrap_pthread_mutex_init(pthread_mutex_t *lock, const pthread_mutexattr_t *attributes)
{
    return lock_fails ? 1 : __real_pthread_mutex_init(lock, attributes);
}

static void identity__that_cannot_be_made(void **state)
{
    (void)state;
    const struct pv_identity_settings settings = {NULL, 0, 0, 16};
    for (size_t i = 0; i < 2; i++) {
        failing_at(i);
        check_true(pv_identity_new(&settings) == NULL);
    }
    failing_at(SIZE_MAX);
    lock_fails = true;
    check_true(pv_identity_new(&settings) == NULL);
    lock_fails = false;
    struct pv_identity *identity = pv_identity_new(&settings);
    check_true(identity != NULL);
    pv_identity_free(identity);
}

static void caller__without_memory__is_a_fault(void **state)
{
    (void)state;
    failing_at(SIZE_MAX);
    struct pv_jwt_keys *keys = jwt_kit_keys();
    const struct pv_issuer issuer = {.name = PV_STR("us"),
                                     .audience = PV_STR("photovote"),
                                     .roles_path = PV_STR("roles"),
                                     .keys = pv_fixed_keys(keys)};
    const struct pv_identity_settings settings = {&issuer, 1, 0, 0};
    struct pv_identity *identity = pv_identity_new(&settings);
    static struct kit_token token;
    static struct pv_known_caller known;
    char header[2048];
    size_t faults = 0;
    kit_token_make(&token, PV_JWT_ES256, "{\"iss\":\"us\",\"aud\":\"photovote\",\"sub\":\"s\",\"exp\":1001}");
    int len = snprintf(header, sizeof header, "Bearer %s", token.text);
    for (int calls = 0; calls < 2; calls++) {
        for (size_t i = 0;; i++) {
            enum pv_token_code why;
            failing_at(calls ? SIZE_MAX : i);
            openssl_failing_at(calls ? i : SIZE_MAX);
            enum pv_result result =
                pv_identity_caller(identity, (struct pv_str){header, (size_t)len}, 1000, &known, &why);
            bool failed = (calls ? openssl_count() : failing_count()) > i;
            failing_at(SIZE_MAX);
            openssl_failing_at(SIZE_MAX);
            check_int(result, failed ? PV_FAULT_MEMORY : PV_OK);
            if (!failed)
                break;
            faults++;
        }
    }
    check_true(faults > 20);
    pv_identity_free(identity);
    pv_jwt_keys_free(keys);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(identity__that_cannot_be_made),
    cmocka_unit_test(caller__without_memory__is_a_fault),
};
CHECK_MAIN(tests, 2)
