#include "base64url.h"
#include "jwt_parts.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <string.h>

enum { COORDINATE = 32, RSA_BYTES = PV_RSA_BITS_MAX / 8, EXPONENT_BYTES = 8 };

enum pv_result pv_jwt_openssl_failed(void)
{
    bool no_memory = ERR_GET_REASON(ERR_peek_last_error()) == ERR_R_MALLOC_FAILURE;
    ERR_clear_error();
    return no_memory ? PV_FAULT_MEMORY : PV_REFUSED;
}

/* A member that is so many bytes at most, big-endian, without leading zeros if it is a number of any length.
 */
static bool read_bytes(const cJSON *jwk, const char *name, unsigned char *bytes, size_t size, size_t *len)
{
    struct pv_str text;
    return pv_jwt_tree_text(jwk, name, &text) && text.ptr != NULL &&
           pv_base64url_decode(text, bytes, size, len);
}

static enum pv_result make_key(const char *kind, OSSL_PARAM *params, EVP_PKEY **pkey)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, kind, NULL);
    EVP_PKEY *made = NULL;
    if (context == NULL)
        return PV_FAULT_MEMORY;
    enum pv_result result = PV_OK;
    if (EVP_PKEY_fromdata_init(context) != 1)
        result = PV_FAULT_MEMORY;
    else if (EVP_PKEY_fromdata(context, &made, EVP_PKEY_PUBLIC_KEY, params) != 1)
        result = pv_jwt_openssl_failed();
    EVP_PKEY_CTX_free(context);
    if (result == PV_OK)
        *pkey = made;
    return result;
}

static enum pv_result read_ed25519(const cJSON *jwk, EVP_PKEY **pkey)
{
    unsigned char x[COORDINATE];
    size_t len;
    if (!read_bytes(jwk, "x", x, sizeof x, &len) || len != sizeof x)
        return PV_REFUSED;
    *pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, x, sizeof x);
    return *pkey != NULL ? PV_OK : PV_FAULT_MEMORY;
}

static enum pv_result read_p256(const cJSON *jwk, EVP_PKEY **pkey)
{
    char group[] = "prime256v1";
    unsigned char point[1 + 2 * COORDINATE] = {4}; /* uncompressed */
    size_t x, y;
    if (!read_bytes(jwk, "x", point + 1, COORDINATE, &x) || x != COORDINATE ||
        !read_bytes(jwk, "y", point + 1 + COORDINATE, COORDINATE, &y) || y != COORDINATE)
        return PV_REFUSED;
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
                           OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point),
                           OSSL_PARAM_construct_end()};
    return make_key("EC", params, pkey); /* which is refused if the point is not on the curve */
}

/* The bits of a big-endian number without leading zeros. */
static size_t bits_of(const unsigned char *number, size_t len)
{
    size_t bits = len * 8;
    for (unsigned char top = number[0]; (top & 0x80) == 0; top = (unsigned char)(top << 1))
        bits--;
    return bits;
}

/* OpenSSL takes numbers in the machine's own order of bytes. */
static void to_native(unsigned char *number, size_t len)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    for (size_t i = 0; i < len / 2; i++) {
        unsigned char byte = number[i];
        number[i] = number[len - 1 - i];
        number[len - 1 - i] = byte;
    }
#else
    (void)number;
    (void)len;
#endif
}

/* An odd number above 1: with an exponent of 1 anybody can sign, and an even modulus is none. */
static bool is_odd_number(const unsigned char *number, size_t len)
{
    return len > 0 && number[0] != 0 && (number[len - 1] & 1) != 0 && (len > 1 || number[0] > 1);
}

static enum pv_result read_rsa(const cJSON *jwk, EVP_PKEY **pkey)
{
    unsigned char n[RSA_BYTES], e[EXPONENT_BYTES];
    size_t n_len, e_len;
    if (!read_bytes(jwk, "n", n, sizeof n, &n_len) || !read_bytes(jwk, "e", e, sizeof e, &e_len) ||
        !is_odd_number(n, n_len) || !is_odd_number(e, e_len) || bits_of(n, n_len) < PV_RSA_BITS_MIN)
        return PV_REFUSED;
    to_native(n, n_len);
    to_native(e, e_len);
    OSSL_PARAM params[] = {OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, n, n_len),
                           OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, e, e_len),
                           OSSL_PARAM_construct_end()};
    return make_key("RSA", params, pkey);
}

/* The kinds of keys, by the alg that each is for. */
static const struct {
    const char *kty, *crv; /* crv NULL: the kind has no curves */
    enum pv_result (*read)(const cJSON *jwk, EVP_PKEY **pkey);
} kinds[] = {
    [PV_JWT_RS256] = {"RSA", NULL, read_rsa},
    [PV_JWT_ES256] = {"EC", "P-256", read_p256},
    [PV_JWT_EDDSA] = {"OKP", "Ed25519", read_ed25519},
};

static bool says(const cJSON *jwk, const char *name, const char *wanted)
{
    struct pv_str text;
    return pv_jwt_tree_text(jwk, name, &text) && text.ptr != NULL && pv_str_equal(text, pv_tree_str(wanted));
}

static bool find_kind(const cJSON *jwk, enum pv_jwt_alg *alg)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (says(jwk, "kty", kinds[i].kty) && (kinds[i].crv == NULL || says(jwk, "crv", kinds[i].crv))) {
            *alg = (enum pv_jwt_alg)i;
            return true;
        }
    }
    return false;
}

/* What the key says that it is for; saying nothing is fine. */
static bool is_for_verifying(const cJSON *jwk, enum pv_jwt_alg alg)
{
    const cJSON *operations = cJSON_GetObjectItemCaseSensitive(jwk, "key_ops");
    enum pv_jwt_alg said = alg;
    struct pv_str use, name;
    if (!pv_jwt_tree_text(jwk, "use", &use) || !pv_jwt_tree_text(jwk, "alg", &name))
        return false;
    if (use.ptr != NULL && !pv_str_equal(use, PV_STR("sig")))
        return false;
    if (name.ptr != NULL && (!pv_jwt_alg_parse(name, &said) || said != alg))
        return false;
    return operations == NULL ||
           (pv_jwt_tree_is_texts(operations) && pv_jwt_tree_has(operations, PV_STR("verify")));
}

enum pv_result pv_jwk_read(const cJSON *jwk, struct pv_jwt_key *key)
{
    if (!find_kind(jwk, &key->alg) || !is_for_verifying(jwk, key->alg))
        return PV_REFUSED;
    return kinds[key->alg].read(jwk, &key->pkey);
}
