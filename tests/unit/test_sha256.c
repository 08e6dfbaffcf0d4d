/* sha256.c: the digest of some bytes, and what comes of a failing OpenSSL. */
#include "sha256.h"

#include <openssl/evp.h>

#include "check.h"

/* OpenSSL's call fails on demand (linked with --wrap). */
static bool digest_fails;
int __real_EVP_Digest(const void *data, size_t count, unsigned char *digest, unsigned *size,
                      const EVP_MD *type, ENGINE *engine);
int __wrap_EVP_Digest(const void *data, size_t count, unsigned char *digest, unsigned *size,
                      const EVP_MD *type, ENGINE *engine);

int __wrap_EVP_Digest(const void *data, size_t count, unsigned char *digest, unsigned *size,
                      const EVP_MD *type, ENGINE *engine)
{
    return digest_fails ? 0 : __real_EVP_Digest(data, count, digest, size, type, engine);
}

static void check_digest(struct pv_str bytes, const char *expected)
{
    unsigned char digest[PV_SHA256_LEN];
    char hex[2 * PV_SHA256_LEN + 1];
    check_int(pv_sha256(bytes, digest), PV_OK);
    for (size_t i = 0; i < PV_SHA256_LEN; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    assert_string_equal(hex, expected);
}

/* FIPS 180-2's own examples. */
static void sha256__known_texts__have_their_digests(void **state)
{
    (void)state;
    check_digest(PV_STR(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    check_digest(PV_STR("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    check_digest(PV_STR("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
                 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void sha256__openssl_that_fails__is_out_of_memory(void **state)
{
    (void)state;
    unsigned char digest[PV_SHA256_LEN];
    digest_fails = true;
    enum pv_result result = pv_sha256(PV_STR("abc"), digest);
    digest_fails = false;
    check_int(result, PV_FAULT_MEMORY);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(sha256__known_texts__have_their_digests),
    cmocka_unit_test(sha256__openssl_that_fails__is_out_of_memory),
};
CHECK_MAIN(tests, 2)
