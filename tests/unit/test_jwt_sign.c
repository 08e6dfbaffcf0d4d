/* jwt_sign.c: keys of our own, and what they sign. */
#include "jwt_sign.h"

#include <stdlib.h>

#include "check.h"
#include "jwt_kit.h"

static struct pv_str str_of(const struct pv_buffer *buffer)
{
    return (struct pv_str){buffer->bytes, buffer->len};
}

static struct pv_signing_key *key_of(unsigned char byte)
{
    unsigned char seed[PV_SIGNING_SEED_LEN];
    struct pv_signing_key *key;
    memset(seed, byte, sizeof seed);
    check_int(pv_signing_key_from_seed(seed, &key), PV_OK);
    return key;
}

/* RFC 8037, A.3. */
static void key__is_named_by_its_thumbprint(void **state)
{
    (void)state;
    struct pv_signing_key *key = jwt_kit_signing_key();
    check_str(pv_signing_key_id(key), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    pv_signing_key_free(key);
    pv_signing_key_free(NULL);
}

/* RFC 8037, A.2. */
static void key__as_a_jwk__is_its_public_half(void **state)
{
    (void)state;
    struct pv_signing_key *key = jwt_kit_signing_key();
    struct pv_buffer jwk = {NULL, 0, 0};
    check_int(pv_signing_key_jwk(key, &jwk), PV_OK);
    check_str(str_of(&jwk),
              "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\","
              "\"kid\":\"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k\",\"use\":\"sig\",\"alg\":\"EdDSA\"}");
    pv_buffer_deinit(&jwk);
    pv_signing_key_free(key);
}

static const char pem_of_rfc8037[] = "-----BEGIN PRIVATE KEY-----\n"
                                     "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
                                     "-----END PRIVATE KEY-----\n";

static void key__as_pem__there_and_back(void **state)
{
    (void)state;
    struct pv_signing_key *key = jwt_kit_signing_key(), *again;
    struct pv_buffer pem = {NULL, 0, 0};
    check_int(pv_signing_key_pem(key, &pem), PV_OK);
    check_str(str_of(&pem), pem_of_rfc8037);
    check_int(pv_signing_key_from_pem(str_of(&pem), &again), PV_OK);
    check_true(pv_str_equal(pv_signing_key_id(again), pv_signing_key_id(key)));
    pv_secret_deinit(&pem);
    check_true(pem.bytes == NULL);
    pv_secret_deinit(&pem);
    pv_signing_key_free(again);
    pv_signing_key_free(key);
}

static void check_no_key(struct pv_str pem)
{
    struct pv_signing_key *key;
    if (pv_signing_key_from_pem(pem, &key) != PV_REFUSED)
        fail_msg("%.*s is a key", (int)pem.len, pem.ptr);
}

static void key__anything_else__is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "x",
        "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
        /* cut */
        "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v\n-----END PRIVATE KEY-----\n",
        /* X25519 */
        "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VuBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
        "-----END PRIVATE KEY-----\n",
        /* the public half */
        "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
        "-----END PUBLIC KEY-----\n",
        /* behind a passphrase: nobody is asked for it */
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
        "MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAjMbBuwXCsdCAICCAAw\n"
        "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEENX8sD/pO9ciGEK2pYiss5UEQAaa\n"
        "GexAMBhsx23q6O6golBB3s3uBYq7hYHPfIv800tSGP9f9PMbbU/B36lgxFzByeDw\n"
        "GgiDglXkMUxSAlaWIu4=\n"
        "-----END ENCRYPTED PRIVATE KEY-----\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        check_no_key((struct pv_str){texts[i], strlen(texts[i])});
    check_no_key((struct pv_str){NULL, 0});
    static char large[20000];
    memset(large, '\n', sizeof large);
    memcpy(large + sizeof large - strlen(pem_of_rfc8037), pem_of_rfc8037, strlen(pem_of_rfc8037));
    check_no_key((struct pv_str){large, sizeof large});
    struct pv_signing_key *key;
    check_int(pv_signing_key_from_pem((struct pv_str){large + 4000, sizeof large - 4000}, &key), PV_OK);
    pv_signing_key_free(key);
}

static void token__that_was_signed__holds(void **state)
{
    (void)state;
    static const char claims[] = "{\"iss\":\"us\",\"aud\":\"photovote\",\"sub\":\"s\",\"exp\":1001}";
    const struct pv_jwt_expected expected = {PV_STR("us"), PV_STR("photovote"), 1000, 0};
    struct pv_signing_key *key = key_of(1), *other = key_of(2);
    struct pv_jwt_keys *keys = pv_jwt_keys_new(), *others = pv_jwt_keys_new();
    struct pv_buffer token = {NULL, 0, 0};
    enum pv_token_code why;
    struct pv_jwt jwt;
    check_int(pv_jwt_keys_add(keys, key), PV_OK);
    check_int(pv_jwt_keys_add(others, other), PV_OK);
    check_int(pv_jwt_sign(key, PV_STR(claims), &token), PV_OK);
    check_int(pv_jwt_parse(str_of(&token), &jwt, &why), PV_OK);
    check_true(pv_str_equal(jwt.kid, pv_signing_key_id(key)));
    check_int(pv_jwt_verify(&jwt, keys, &why), PV_OK);
    check_int(pv_jwt_check(&jwt, &expected), PV_TOKEN_OK);
    check_int(pv_jwt_verify(&jwt, others, &why), PV_REFUSED);
    check_int(why, PV_TOKEN_UNKNOWN_KEY);
    pv_jwt_deinit(&jwt);
    /* behind what is in the buffer, and the same every time */
    size_t len = token.len;
    check_int(pv_jwt_sign(key, PV_STR(claims), &token), PV_OK);
    check_int(token.len, 2 * len);
    check_int(memcmp(token.bytes, token.bytes + len, len), 0);
    pv_buffer_deinit(&token);
    pv_jwt_keys_free(keys);
    pv_jwt_keys_free(others);
    pv_signing_key_free(key);
    pv_signing_key_free(other);
}

static void token__longer_than_8_kib__is_not_signed(void **state)
{
    (void)state;
    static char claims[PV_JWT_LEN_MAX + 1];
    struct pv_signing_key *key = key_of(1);
    struct pv_buffer token = {NULL, 0, 0};
    size_t longest = 0;
    memset(claims, ' ', sizeof claims);
    memcpy(claims, "{}", 2);
    for (size_t len = 5900; len < 6200; len++) {
        token.len = 0;
        enum pv_result result = pv_jwt_sign(key, (struct pv_str){claims, len}, &token);
        check_true(token.len <= PV_JWT_LEN_MAX &&
                   (result == PV_OK || (result == PV_REFUSED && token.len == 0)));
        longest = token.len > longest ? token.len : longest;
    }
    check_true(longest > PV_JWT_LEN_MAX - 2);
    check_int(pv_jwt_sign(key, (struct pv_str){claims, sizeof claims}, &token), PV_REFUSED);
    check_int(pv_jwt_sign(key, (struct pv_str){claims, SIZE_MAX / 2}, &token), PV_REFUSED);
    pv_buffer_deinit(&token);
    pv_signing_key_free(key);
}

static void set__of_our_own_keys(void **state)
{
    (void)state;
    struct pv_jwt_keys *keys = pv_jwt_keys_new();
    struct pv_signing_key *all[PV_JWKS_KEYS_MAX + 1];
    for (unsigned i = 0; i <= PV_JWKS_KEYS_MAX; i++) {
        all[i] = key_of((unsigned char)i);
        check_int(pv_jwt_keys_add(keys, all[i]), i < PV_JWKS_KEYS_MAX ? PV_OK : PV_REFUSED);
    }
    check_int(pv_jwt_keys_add(keys, all[0]), PV_OK); /* is there already */
    check_int(pv_jwt_keys_count(keys), PV_JWKS_KEYS_MAX);
    for (unsigned i = 0; i <= PV_JWKS_KEYS_MAX; i++)
        pv_signing_key_free(all[i]);
    pv_jwt_keys_free(keys);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(key__is_named_by_its_thumbprint),
    cmocka_unit_test(key__as_a_jwk__is_its_public_half),
    cmocka_unit_test(key__as_pem__there_and_back),
    cmocka_unit_test(key__anything_else__is_refused),
    cmocka_unit_test(token__that_was_signed__holds),
    cmocka_unit_test(token__longer_than_8_kib__is_not_signed),
    cmocka_unit_test(set__of_our_own_keys),
};
CHECK_MAIN(tests, 7)
