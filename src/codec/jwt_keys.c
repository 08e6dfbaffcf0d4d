#include "jwt_parts.h"

#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pv_jwt_keys *pv_jwt_keys_new(void)
{
    return calloc(1, sizeof(struct pv_jwt_keys));
}

void pv_jwt_keys_free(struct pv_jwt_keys *keys)
{
    if (keys == NULL)
        return;
    for (size_t i = 0; i < keys->count; i++)
        EVP_PKEY_free(keys->keys[i].pkey);
    free(keys);
}

size_t pv_jwt_keys_count(const struct pv_jwt_keys *keys)
{
    return keys->count;
}

/* False: the name is not one, or too long. */
static bool read_name(const cJSON *jwk, struct pv_jwt_key *key)
{
    struct pv_str kid;
    if (!pv_jwt_tree_text(jwk, "kid", &kid) || kid.len > PV_KID_MAX)
        return false;
    key->has_kid = kid.ptr != NULL;
    key->kid_len = kid.len;
    if (kid.ptr != NULL)
        memcpy(key->kid, kid.ptr, kid.len);
    return true;
}

static enum pv_result read_keys(const cJSON *list, struct pv_jwt_keys *keys)
{
    for (const cJSON *jwk = list->child; jwk != NULL; jwk = jwk->next) {
        struct pv_jwt_key *key = &keys->keys[keys->count];
        enum pv_result result = read_name(jwk, key) ? pv_jwk_read(jwk, key) : PV_REFUSED;
        if (result == PV_OK)
            keys->count++;
        else if (result != PV_REFUSED)
            return result;
    }
    return PV_OK;
}

static enum pv_result refuse(struct pv_document_error *error, const char *reason)
{
    (void)snprintf(error->reason, sizeof error->reason, "%s", reason);
    return PV_REFUSED;
}

static enum pv_result read_set(const cJSON *set, struct pv_jwt_keys **keys, struct pv_document_error *error)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(set, "keys");
    if (!cJSON_IsArray(list))
        return refuse(error, "it has no list of keys");
    if (cJSON_GetArraySize(list) > PV_JWKS_KEYS_MAX)
        return refuse(error, "it has too many keys");
    struct pv_jwt_keys *made = pv_jwt_keys_new();
    enum pv_result result = made == NULL ? PV_FAULT_MEMORY : read_keys(list, made);
    if (result == PV_OK)
        *keys = made;
    else
        pv_jwt_keys_free(made);
    return result;
}

enum pv_result pv_jwt_keys_read(struct pv_str jwks, struct pv_jwt_keys **keys,
                                struct pv_document_error *error)
{
    cJSON *set;
    error->path[0] = '\0';
    if (jwks.len > PV_JWKS_LEN_MAX)
        return refuse(error, "it is too large");
    enum pv_result result = pv_jwt_tree(jwks, PV_JWT_MEMBERS_MAX, &set, error);
    if (result != PV_OK)
        return result;
    result = read_set(set, keys, error);
    cJSON_Delete(set);
    return result;
}

static bool fits(const struct pv_jwt_key *key, enum pv_jwt_alg alg, struct pv_str kid)
{
    if (key->alg != alg)
        return false;
    return kid.ptr == NULL || (key->has_kid && pv_str_equal(kid, (struct pv_str){key->kid, key->kid_len}));
}

/* The one that fits, or NULL. */
static const struct pv_jwt_key *choose(const struct pv_jwt_keys *keys, enum pv_jwt_alg alg, struct pv_str kid)
{
    const struct pv_jwt_key *chosen = NULL;
    for (size_t i = 0; i < keys->count; i++) {
        if (!fits(&keys->keys[i], alg, kid))
            continue;
        if (chosen != NULL)
            return NULL;
        chosen = &keys->keys[i];
    }
    return chosen;
}

/* An ECDSA signature: r and s, each as long as the curve's order (RFC 7518, 3.4), and what OpenSSL wants: the
   DER of a sequence of two integers, which have no leading zeros and are not negative. */
enum { HALF = 32, PAIR = 64, DER_MAX = 2 + 2 * (2 + 1 + HALF) };

static size_t put_integer(const unsigned char *number, unsigned char *der)
{
    size_t skip = 0;
    while (skip < HALF - 1 && number[skip] == 0)
        skip++;
    size_t zero = number[skip] >= 0x80, len = HALF - skip + zero;
    der[0] = 0x02;
    der[1] = (unsigned char)len;
    der[2] = 0;
    memcpy(der + 2 + zero, number + skip, HALF - skip);
    return 2 + len;
}

static size_t to_der(const unsigned char pair[PAIR], unsigned char der[DER_MAX])
{
    size_t len = 2;
    len += put_integer(pair, der + len);
    len += put_integer(pair + HALF, der + len);
    der[0] = 0x30;
    der[1] = (unsigned char)(len - 2);
    return len;
}

/* 1: it holds; 0: it does not; below 0: OpenSSL could not say. */
static int holds(const struct pv_jwt_key *key, struct pv_str bytes, const unsigned char *signature,
                 size_t len)
{
    const EVP_MD *digest = key->alg == PV_JWT_EDDSA ? NULL : EVP_sha256();
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int held = -1;
    if (context != NULL && EVP_DigestVerifyInit(context, NULL, digest, NULL, key->pkey) == 1)
        held = EVP_DigestVerify(context, signature, len, (const unsigned char *)bytes.ptr, bytes.len);
    EVP_MD_CTX_free(context);
    ERR_clear_error();
    return held;
}

enum pv_result pv_jwt_keys_verify(const struct pv_jwt_keys *keys, enum pv_jwt_alg alg, struct pv_str kid,
                                  struct pv_str bytes, struct pv_str signature, enum pv_token_code *why)
{
    const struct pv_jwt_key *key = choose(keys, alg, kid);
    const unsigned char *given = (const unsigned char *)signature.ptr;
    unsigned char der[DER_MAX];
    int held = 0;
    if (key == NULL) {
        *why = PV_TOKEN_UNKNOWN_KEY;
        return PV_REFUSED;
    }
    /* Of the others OpenSSL looks at the length. */
    if (alg != PV_JWT_ES256)
        held = holds(key, bytes, given, signature.len);
    else if (signature.len == PAIR)
        held = holds(key, bytes, der, to_der(given, der));
    if (held == 1)
        return PV_OK;
    *why = PV_TOKEN_SIGNATURE;
    return held == 0 ? PV_REFUSED : PV_FAULT_MEMORY;
}

enum pv_result pv_jwt_verify(const struct pv_jwt *jwt, const struct pv_jwt_keys *keys,
                             enum pv_token_code *why)
{
    struct pv_str signature = {(const char *)jwt->signature, jwt->signature_len};
    return pv_jwt_keys_verify(keys, jwt->alg, jwt->kid, jwt->signed_part, signature, why);
}
