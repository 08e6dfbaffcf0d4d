#include "jwt_sign.h"

#include "base64url.h"
#include "jwt_parts.h"
#include "sha256.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PUBLIC_LEN = 32, SIGNATURE_LEN = 64, X_LEN = PV_BASE64URL_LEN(PUBLIC_LEN), PEM_LEN_MAX = 16384 };

struct pv_signing_key {
    EVP_PKEY *pkey;
    char x[X_LEN]; /* the public half, encoded */
    char id[PV_THUMBPRINT_LEN];
};

_Static_assert(PV_BASE64URL_LEN(PV_SHA256_LEN) == PV_THUMBPRINT_LEN, "a thumbprint is a SHA-256");

/* RFC 7638: the hash of the key's required members, in order, without white space. */
static enum pv_result name_key(struct pv_signing_key *key)
{
    unsigned char bytes[PUBLIC_LEN], digest[PV_SHA256_LEN];
    char members[128];
    size_t len = sizeof bytes;
    if (EVP_PKEY_get_raw_public_key(key->pkey, bytes, &len) != 1)
        return PV_FAULT_MEMORY;
    (void)pv_base64url_encode((struct pv_str){(const char *)bytes, len}, key->x);
    int size = snprintf(members, sizeof members, "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"%.*s\"}",
                        X_LEN, key->x);
    enum pv_result result = pv_sha256((struct pv_str){members, (size_t)size}, digest);
    if (result == PV_OK)
        (void)pv_base64url_encode((struct pv_str){(const char *)digest, sizeof digest}, key->id);
    return result;
}

/* Takes the key over, in any case. */
static enum pv_result wrap(EVP_PKEY *pkey, struct pv_signing_key **key)
{
    struct pv_signing_key *made = pkey == NULL ? NULL : calloc(1, sizeof *made);
    enum pv_result result = PV_FAULT_MEMORY;
    if (made == NULL) {
        EVP_PKEY_free(pkey);
    } else {
        made->pkey = pkey;
        result = name_key(made);
    }
    ERR_clear_error();
    if (result == PV_OK)
        *key = made;
    else
        pv_signing_key_free(made);
    return result;
}

enum pv_result pv_signing_key_from_seed(const unsigned char seed[PV_SIGNING_SEED_LEN],
                                        struct pv_signing_key **key)
{
    return wrap(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, PV_SIGNING_SEED_LEN), key);
}

/* OpenSSL would ask at the terminal. */
static int no_passphrase(char *buffer, int size, int writing, void *context)
{
    (void)buffer;
    (void)size;
    (void)writing;
    (void)context;
    return -1;
}

enum pv_result pv_signing_key_from_pem(struct pv_str pem, struct pv_signing_key **key)
{
    if (pem.len == 0 || pem.len > PEM_LEN_MAX)
        return PV_REFUSED;
    BIO *bio = BIO_new_mem_buf(pem.ptr, (int)pem.len);
    if (bio == NULL)
        return PV_FAULT_MEMORY;
    EVP_PKEY *pkey = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
    BIO_free(bio);
    if (pkey == NULL)
        return pv_jwt_openssl_failed();
    if (EVP_PKEY_get_base_id(pkey) != EVP_PKEY_ED25519) {
        EVP_PKEY_free(pkey);
        return PV_REFUSED;
    }
    return wrap(pkey, key);
}

void pv_signing_key_free(struct pv_signing_key *key)
{
    if (key == NULL)
        return;
    EVP_PKEY_free(key->pkey);
    free(key);
}

struct pv_str pv_signing_key_id(const struct pv_signing_key *key)
{
    return (struct pv_str){key->id, sizeof key->id};
}

enum pv_result pv_signing_key_pem(const struct pv_signing_key *key, struct pv_buffer *pem)
{
    BIO *bio = BIO_new(BIO_s_mem());
    bool ok = bio != NULL && PEM_write_bio_PrivateKey(bio, key->pkey, NULL, NULL, 0, NULL, NULL) == 1;
    if (ok) {
        char *bytes;
        long len = BIO_get_mem_data(bio, &bytes);
        ok = pv_buffer_write(pem, bytes, (size_t)len) == 0;
        OPENSSL_cleanse(bytes, (size_t)len);
    }
    BIO_free(bio);
    ERR_clear_error();
    return ok ? PV_OK : PV_FAULT_MEMORY;
}

enum pv_result pv_signing_key_jwk(const struct pv_signing_key *key, struct pv_buffer *jwk)
{
    char text[256];
    int len = snprintf(text, sizeof text,
                       "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"%.*s\",\"kid\":\"%.*s\",\"use\":\"sig\","
                       "\"alg\":\"EdDSA\"}",
                       X_LEN, key->x, PV_THUMBPRINT_LEN, key->id);
    return pv_buffer_write(jwk, text, (size_t)len) == 0 ? PV_OK : PV_FAULT_MEMORY;
}

void pv_secret_deinit(struct pv_buffer *secret)
{
    if (secret->bytes != NULL)
        OPENSSL_cleanse(secret->bytes, secret->capacity);
    pv_buffer_deinit(secret);
}

enum pv_result pv_jwt_keys_add(struct pv_jwt_keys *keys, const struct pv_signing_key *key)
{
    for (size_t i = 0; i < keys->count; i++) {
        const struct pv_jwt_key *other = &keys->keys[i];
        if (pv_str_equal((struct pv_str){other->kid, other->kid_len}, pv_signing_key_id(key)))
            return PV_OK;
    }
    if (keys->count == PV_JWKS_KEYS_MAX)
        return PV_REFUSED;
    if (EVP_PKEY_up_ref(key->pkey) != 1)
        return PV_FAULT_MEMORY;
    struct pv_jwt_key *added = &keys->keys[keys->count++];
    *added = (struct pv_jwt_key){
        .alg = PV_JWT_EDDSA, .pkey = key->pkey, .kid_len = sizeof key->id, .has_kid = true};
    memcpy(added->kid, key->id, sizeof key->id);
    return PV_OK;
}

static bool make_signature(const struct pv_signing_key *key, struct pv_str bytes, unsigned char *signature)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    size_t len = SIGNATURE_LEN;
    bool ok = context != NULL && EVP_DigestSignInit(context, NULL, NULL, NULL, key->pkey) == 1 &&
              EVP_DigestSign(context, signature, &len, (const unsigned char *)bytes.ptr, bytes.len) == 1;
    EVP_MD_CTX_free(context);
    ERR_clear_error();
    return ok;
}

enum pv_result pv_jwt_sign(const struct pv_signing_key *key, struct pv_str claims, struct pv_buffer *token)
{
    char header[128], made[PV_JWT_LEN_MAX];
    unsigned char signature[SIGNATURE_LEN];
    int header_len = snprintf(header, sizeof header, "{\"alg\":\"EdDSA\",\"typ\":\"JWT\",\"kid\":\"%.*s\"}",
                              PV_THUMBPRINT_LEN, key->id);
    size_t fixed = PV_BASE64URL_LEN((size_t)header_len) + 2 + PV_BASE64URL_LEN(SIGNATURE_LEN);
    if (claims.len > PV_JWT_LEN_MAX || fixed + PV_BASE64URL_LEN(claims.len) > PV_JWT_LEN_MAX)
        return PV_REFUSED;
    size_t len = pv_base64url_encode((struct pv_str){header, (size_t)header_len}, made);
    made[len++] = '.';
    len += pv_base64url_encode(claims, made + len);
    if (!make_signature(key, (struct pv_str){made, len}, signature))
        return PV_FAULT_MEMORY;
    made[len++] = '.';
    len += pv_base64url_encode((struct pv_str){(const char *)signature, sizeof signature}, made + len);
    return pv_buffer_write(token, made, len) == 0 ? PV_OK : PV_FAULT_MEMORY;
}
