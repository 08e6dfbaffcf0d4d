#include "jwt_kit.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Made for these tests, and known to everybody. The Ed25519 key is RFC 8037's own. */
static const char rsa_pem[] = "-----BEGIN PRIVATE KEY-----\n"
                              "MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQDYnzN1BnlYa4Q+\n"
                              "0LqVGPu9oPZUCYGb0mVrS9zXIQy2Zw3FEHj6aL48l/mzp51xOGWIt2kj6akAfDYM\n"
                              "ZEpD+snqk16FmNDJDgCsAxjfgoFlIyWNGrQyBfYtJauaVdVkvUB43yuVnjJiXuoJ\n"
                              "2DC3kexAqKzn0Dbwh7JqCsjBK6rwOhj1S6k9wOmJgrNBLdDbbFUWyYcqz+iUjKed\n"
                              "PaI6ej1vOCy+r9YK+sjihRjnUNIE4Y0mtOIhyntxd8/YM+gSnFgENIXGHrjaiRj/\n"
                              "7h0VsKNjMVwee+yQqMG57G9Y0thX5eQYSK0f2H2YZDgN5nIb4cGEgozaWAy9YfzH\n"
                              "2EmleS8JAgMBAAECggEAIJHpRPxs9M4vo1kzYJURzrx7pP2L6v+ap6QPp5nsxSUg\n"
                              "BSP5qJ7kkYxBK1G1oq8Z1xFKoe9xLWU/pCPVJbz4rIgtY1VrePtdvv81N2/yICCF\n"
                              "dh6Qft/2GGosT8d9jwjEf5gAf926Eh/WvRWwF329gahK3QzpoccpXHfUIPU9naI7\n"
                              "swROUZEPAh2ddbIbiLe0ZtlLAAxVlQdrsvCIccj6P+EQOZg9FJNJlpcvDOltHfov\n"
                              "kB5TLERyVc1LuCZ7yz5KC99jfj1kCDkFfbBDx/4ldX2SWg0FE+TnVqOtyPyd/dBl\n"
                              "3pLsEtrxJO0Dv+YEzzzjGED1H+bAX404A78T4lTArQKBgQD4BklORhEf1gcQ0X2Y\n"
                              "XOU6BezPWe6r5VSzlhTuRS8iPhPtlWdLiwa0zrl0zTYodCMUXg5UZkH/LWyuYNrn\n"
                              "skcVHGoitiSkwYiX+c596iVcBl/FCVLBkWO/hot+cXBVWBB4DHAWhqQbEz6OtBQe\n"
                              "518V0hWPcfwThGi+npef8Z4tVQKBgQDflmkx3TJhdV/pdRjRBvE7EmB/sLvjMYwE\n"
                              "uUWEiwFB3enFBn9FDcFmeCzKFrONvKRtBRvfHm3iwbsp8zb+wnhdoMuoL2wQo658\n"
                              "eNMrhtBDZ1BWZVhEKt70Cl5t70C2XQ8jZODW7jyTNcE2Qwy3T+1a8Oz4Za4YdKCw\n"
                              "O8lxqOAa5QKBgQCZKZClVKGIjmwIl8W+jEdGIJiPp5K69kDrMdg1F+Y2eC1oPyXt\n"
                              "wanfh/WAyqUSMD3levvQZOGGim+d89Pa1v4MbGKikuZoE9edOjepDCoL/SexDsPb\n"
                              "I0R85sJH0Be1rE9nQw8I6hZ3Xdf42f2+49SVLgoAbjxjdRYV+OvbaqLqjQKBgQDH\n"
                              "dCcNS3SpCgrwePwVY6sIdkFNR3yklMuCX0BLl7Ecb/kdQMmB8V5oqaXS9WNhejn3\n"
                              "4wnVBREjqozrREL4CsVTSKDEvOEbCtkZwrMmbhIVPvGk0K1nyhKwAxvv1/GTfPqH\n"
                              "KXOFaGrzK43beP67/HoRmUDb6eDfghLig8MVOIAKnQKBgFOS0Jd5KY0wGtrwkT/U\n"
                              "sxI6+IJ0STxDbYHF/Rvl4fDD2JQ+2AbPQHqUdzIwwhnpoFsKnQURbGTL0zD9absa\n"
                              "XiOvgQtvIbdtxvW0N8oyj8gILyX4hc1JQPXGnWkIeOePn0IETpCNDonrmCF0ELpU\n"
                              "J+JxRMbdzQsr7CdRuSp0FCAR\n"
                              "-----END PRIVATE KEY-----\n";

static const char ec_pem[] = "-----BEGIN PRIVATE KEY-----\n"
                             "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgDMO4W4cavRAehbQR\n"
                             "H64FXiLe4W+IuB9P3C0ydNQTa7KhRANCAAQgZZbs4FKEiiqOjY99C1JRRn4rk/iN\n"
                             "06WCi3jrdrPQy9xsTtUqcdtsVx1NEeHVGNFnh+Rdr+GHUqagH9bNnBJC\n"
                             "-----END PRIVATE KEY-----\n";

static const unsigned char ed_seed[32] = {0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a,
                                          0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32,
                                          0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60};

#define RSA_N                                                                                                \
    "2J8zdQZ5WGuEPtC6lRj7vaD2VAmBm9Jla0vc1yEMtmcNxRB4-mi-PJf5s6edcThliLdpI-mpAHw2DGRKQ_rJ6pNehZ"             \
    "jQyQ4ArAMY34KBZSMljRq0MgX2LSWrmlXVZL1AeN8rlZ4yYl7qCdgwt5HsQKis59A28IeyagrIwSuq8DoY9UupPcDp"             \
    "iYKzQS3Q22xVFsmHKs_olIynnT2iOno9bzgsvq_WCvrI4oUY51DSBOGNJrTiIcp7cXfP2DPoEpxYBDSFxh642okY_-"             \
    "4dFbCjYzFcHnvskKjBuexvWNLYV-XkGEitH9h9mGQ4DeZyG-HBhIKM2lgMvWH8x9hJpXkvCQ"
const char *const jwt_kit_jwk[] = {
    [PV_JWT_RS256] =
        ("{\"kty\":\"RSA\",\"kid\":\"r\",\"use\":\"sig\",\"alg\":\"RS256\",\"e\":\"AQAB\",\"n\":\"" RSA_N
         "\"}"),
    [PV_JWT_ES256] = ("{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"e\",\"key_ops\":[\"verify\"],\"x\":"
                      "\"IGWW7OBShIoqjo2PfQtSUUZ-K5P4jdOlgot463az0Ms\",\"y\":"
                      "\"3GxO1Spx22xXHU0R4dUY0WeH5F2v4YdSpqAf1s2cEkI\"}"),
    [PV_JWT_EDDSA] = ("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"o\",\"x\":\"11qYAYKxCrfVS_"
                      "7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}"),
};
const char *const jwt_kit_alg[] = {"RS256", "ES256", "EdDSA"};
const char *const jwt_kit_kid[] = {"r", "e", "o"};

_Noreturn static void end(const char *what)
{
    (void)fprintf(stderr, "the tests' own %s failed\n", what);
    abort();
}

static void add(struct kit_token *token, const char *bytes, size_t len)
{
    if (len >= sizeof token->text - token->len)
        end("token: it is too long");
    memcpy(token->text + token->len, bytes, len);
    token->len += len;
    token->text[token->len] = '\0';
}

/* By OpenSSL's base64, whose alphabet and padding are then changed. */
void kit_token_encode(struct kit_token *token, const void *bytes, size_t len)
{
    static unsigned char coded[2 * KIT_TOKEN_MAX];
    if (len > KIT_TOKEN_MAX)
        end("token: it is too long");
    int made = EVP_EncodeBlock(coded, bytes, (int)len);
    while (made > 0 && coded[made - 1] == '=')
        made--;
    for (int i = 0; i < made; i++)
        coded[i] = coded[i] == '+' ? '-' : coded[i] == '/' ? '_' : coded[i];
    add(token, (const char *)coded, (size_t)made);
}

void kit_token_join(struct kit_token *token, const char *header, const char *claims)
{
    token->len = 0;
    kit_token_encode(token, header, strlen(header));
    add(token, ".", 1);
    kit_token_encode(token, claims, strlen(claims));
}

static EVP_PKEY *key_of(enum pv_jwt_alg alg)
{
    if (alg == PV_JWT_EDDSA)
        return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, ed_seed, sizeof ed_seed);
    BIO *bio = BIO_new_mem_buf(alg == PV_JWT_RS256 ? rsa_pem : ec_pem, -1);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    BIO_free(bio);
    return key;
}

static size_t from_der(unsigned char *signature, size_t len)
{
    const unsigned char *at = signature;
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &at, (long)len);
    if (pair == NULL || BN_bn2binpad(ECDSA_SIG_get0_r(pair), signature, 32) != 32 ||
        BN_bn2binpad(ECDSA_SIG_get0_s(pair), signature + 32, 32) != 32)
        end("ECDSA");
    ECDSA_SIG_free(pair);
    return 64;
}

size_t jwt_kit_signature(enum pv_jwt_alg alg, struct pv_str bytes, unsigned char signature[KIT_SIGNATURE_MAX])
{
    EVP_PKEY *key = key_of(alg);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    size_t len = KIT_SIGNATURE_MAX;
    if (EVP_DigestSignInit(context, NULL, alg == PV_JWT_EDDSA ? NULL : EVP_sha256(), NULL, key) != 1 ||
        EVP_DigestSign(context, signature, &len, (const unsigned char *)bytes.ptr, bytes.len) != 1)
        end("signing");
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    return alg == PV_JWT_ES256 ? from_der(signature, len) : len;
}

void kit_token_sign(struct kit_token *token, enum pv_jwt_alg alg)
{
    unsigned char signature[KIT_SIGNATURE_MAX];
    size_t len = jwt_kit_signature(alg, kit_token_str(token), signature);
    add(token, ".", 1);
    kit_token_encode(token, signature, len);
}

void kit_token_hmac(struct kit_token *token, const void *key, size_t key_len)
{
    unsigned char mac[32];
    unsigned len = sizeof mac;
    if (HMAC(EVP_sha256(), key, (int)key_len, (const unsigned char *)token->text, token->len, mac, &len) ==
        NULL)
        end("HMAC");
    add(token, ".", 1);
    kit_token_encode(token, mac, len);
}

void kit_token_make(struct kit_token *token, enum pv_jwt_alg alg, const char *claims)
{
    char header[64];
    (void)snprintf(header, sizeof header, "{\"alg\":\"%s\",\"kid\":\"%s\"}", jwt_kit_alg[alg],
                   jwt_kit_kid[alg]);
    kit_token_join(token, header, claims);
    kit_token_sign(token, alg);
}

size_t jwt_kit_public_pem(char *pem, size_t size)
{
    EVP_PKEY *key = key_of(PV_JWT_RS256);
    BIO *bio = BIO_new(BIO_s_mem());
    if (PEM_write_bio_PUBKEY(bio, key) != 1)
        end("key");
    int len = BIO_read(bio, pem, (int)size);
    BIO_free(bio);
    EVP_PKEY_free(key);
    return (size_t)len;
}

struct pv_jwt_keys *jwt_kit_keys(void)
{
    char jwks[4096];
    struct pv_document_error error;
    struct pv_jwt_keys *keys;
    int len =
        snprintf(jwks, sizeof jwks, "{\"keys\":[%s,%s,%s]}", jwt_kit_jwk[0], jwt_kit_jwk[1], jwt_kit_jwk[2]);
    if (pv_jwt_keys_read((struct pv_str){jwks, (size_t)len}, &keys, &error) != PV_OK ||
        pv_jwt_keys_count(keys) != 3)
        end("keys");
    return keys;
}

struct pv_signing_key *jwt_kit_signing_key(void)
{
    struct pv_signing_key *key;
    if (pv_signing_key_from_seed(ed_seed, &key) != PV_OK)
        end("key");
    return key;
}
