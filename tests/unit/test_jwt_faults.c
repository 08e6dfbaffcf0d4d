/* What comes of tokens and keys when an allocation or a call to OpenSSL fails: a fault, never a verdict, and
   nothing is lost. */
#include "failing.h"
#include "jwt_kit.h"
#include "openssl_faults.h"

#include <stdlib.h>

#include "check.h"

/* What is done again and again; what it makes it frees. */
typedef enum pv_result attempt_fn(void);

/* Each allocation fails once, then each call; only without failures does it succeed. */
static void check_faults(attempt_fn *attempt, size_t least)
{
    size_t allocations = 0, calls = 0;
    for (;; allocations++) {
        failing_at(allocations);
        openssl_failing_at(SIZE_MAX);
        enum pv_result result = attempt();
        bool failed = failing_count() > allocations;
        failing_at(SIZE_MAX);
        check_int(result, failed ? PV_FAULT_MEMORY : PV_OK);
        if (!failed)
            break;
    }
    for (;; calls++) {
        openssl_failing_at(calls);
        enum pv_result result = attempt();
        bool failed = openssl_count() > calls;
        openssl_failing_at(SIZE_MAX);
        check_int(result, failed ? PV_FAULT_MEMORY : PV_OK);
        if (!failed)
            break;
    }
    if (allocations + calls < least)
        fail_msg("only %zu allocations and %zu calls", allocations, calls);
}

static struct kit_token token;
static struct pv_jwt_keys *keys;
static struct pv_signing_key *key;
static struct pv_jwt parsed;

static enum pv_result parse(void)
{
    struct pv_jwt jwt;
    enum pv_token_code why;
    enum pv_result result = pv_jwt_parse(kit_token_str(&token), &jwt, &why);
    if (result == PV_OK)
        pv_jwt_deinit(&jwt);
    return result;
}

static void parsing(void **state)
{
    (void)state;
    kit_token_make(&token, PV_JWT_EDDSA, "{\"iss\":\"u\\u0073\",\"exp\":5,\"aud\":[\"a\"],\"\\u0061\":1}");
    check_faults(parse, 20);
}

static enum pv_result verify(void)
{
    enum pv_token_code why;
    return pv_jwt_verify(&parsed, keys, &why);
}

static void verifying(void **state)
{
    (void)state;
    for (int alg = PV_JWT_RS256; alg <= PV_JWT_EDDSA; alg++) {
        enum pv_token_code why;
        kit_token_make(&token, (enum pv_jwt_alg)alg, "{}");
        check_int(pv_jwt_parse(kit_token_str(&token), &parsed, &why), PV_OK);
        check_faults(verify, 3);
        pv_jwt_deinit(&parsed);
    }
}

static const char *jwk;

static enum pv_result read_keys(void)
{
    char jwks[2048];
    struct pv_document_error error;
    struct pv_jwt_keys *made;
    (void)snprintf(jwks, sizeof jwks, "{\"keys\":[%s]}", jwk);
    enum pv_result result = pv_jwt_keys_read((struct pv_str){jwks, strlen(jwks)}, &made, &error);
    if (result == PV_OK)
        pv_jwt_keys_free(made);
    return result;
}

static void reading_keys(void **state)
{
    (void)state;
    for (int alg = PV_JWT_RS256; alg <= PV_JWT_EDDSA; alg++) {
        jwk = jwt_kit_jwk[alg];
        check_faults(read_keys, 10);
    }
}

static enum pv_result from_seed(void)
{
    static const unsigned char seed[PV_SIGNING_SEED_LEN] = {7};
    struct pv_signing_key *made;
    enum pv_result result = pv_signing_key_from_seed(seed, &made);
    if (result == PV_OK)
        pv_signing_key_free(made);
    return result;
}

static void making_a_key(void **state)
{
    (void)state;
    check_faults(from_seed, 4);
}

static struct pv_buffer pem;

static enum pv_result from_pem(void)
{
    struct pv_signing_key *made;
    enum pv_result result = pv_signing_key_from_pem((struct pv_str){pem.bytes, pem.len}, &made);
    if (result == PV_OK)
        pv_signing_key_free(made);
    return result;
}

static enum pv_result to_pem(void)
{
    struct pv_buffer written = {NULL, 0, 0};
    enum pv_result result = pv_signing_key_pem(key, &written);
    pv_secret_deinit(&written);
    return result;
}

static void keys_in_pem(void **state)
{
    (void)state;
    check_int(pv_signing_key_pem(key, &pem), PV_OK);
    check_faults(from_pem, 5);
    pv_secret_deinit(&pem);
    check_faults(to_pem, 3);
}

static enum pv_result to_jwk(void)
{
    struct pv_buffer written = {NULL, 0, 0};
    enum pv_result result = pv_signing_key_jwk(key, &written);
    pv_buffer_deinit(&written);
    return result;
}

static enum pv_result sign(void)
{
    struct pv_buffer made = {NULL, 0, 0};
    enum pv_result result = pv_jwt_sign(key, PV_STR("{}"), &made);
    pv_buffer_deinit(&made);
    return result;
}

static enum pv_result add_key(void)
{
    struct pv_jwt_keys *set = pv_jwt_keys_new();
    enum pv_result result = set == NULL ? PV_FAULT_MEMORY : pv_jwt_keys_add(set, key);
    pv_jwt_keys_free(set);
    return result;
}

static void signing(void **state)
{
    (void)state;
    check_faults(to_jwk, 1);
    check_faults(sign, 4);
    check_faults(add_key, 2);
}

static int set_up(void **state)
{
    (void)state;
    failing_at(SIZE_MAX);
    keys = jwt_kit_keys();
    key = jwt_kit_signing_key();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    pv_jwt_keys_free(keys);
    pv_signing_key_free(key);
    return 0;
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(parsing),      cmocka_unit_test(verifying),   cmocka_unit_test(reading_keys),
    cmocka_unit_test(making_a_key), cmocka_unit_test(keys_in_pem), cmocka_unit_test(signing),
};
int main(void)
{
    return cmocka_run_group_tests(tests, set_up, tear_down) == 0 ? 0 : 1;
}
