#include "naive_jwt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool is_text(const struct naive *node)
{
    return node != NULL && node->kind == NAIVE_STRING;
}

static bool is_texts(const struct naive *node)
{
    if (node == NULL || node->kind != NAIVE_ARRAY)
        return false;
    for (const struct naive *item = node->first; item != NULL; item = item->next)
        if (!is_text(item))
            return false;
    return true;
}

/* Absent, or a text. */
static bool may_be_text(const struct naive *object, const char *name)
{
    const struct naive *node = naive_member(object, name);
    return node == NULL || is_text(node);
}

static bool text_is(const struct naive *object, const char *name, const char *text)
{
    const struct naive *node = naive_member(object, name);
    return is_text(node) && str_is(node->text, text);
}

bool naive_base64url(struct pv_str text, struct bag *bag, struct pv_str *bytes)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    size_t bits = text.len * 6, len = bits / 8;
    char *out = bag_alloc(bag, len);
    if (bits % 8 >= 6) /* a character for nothing */
        return false;
    memset(out, 0, len);
    for (size_t i = 0; i < text.len; i++) {
        const char *found = text.ptr[i] == '\0' ? NULL : strchr(alphabet, text.ptr[i]);
        if (found == NULL)
            return false;
        for (size_t bit = 0; bit < 6; bit++) {
            size_t at = i * 6 + bit;
            if (((found - alphabet) >> (5 - bit) & 1) == 0)
                continue;
            if (at / 8 >= len)
                return false;
            out[at / 8] = (char)(out[at / 8] | 0x80 >> at % 8);
        }
    }
    *bytes = (struct pv_str){out, len};
    return true;
}

/* An object within the limits, or NULL. */
static const struct naive *limited(struct pv_str text, struct bag *bag)
{
    const struct naive *root = naive_parse(text, bag);
    if (root == NULL || root->kind != NAIVE_OBJECT || !naive_is_guarded(root, PV_JWT_DEPTH_MAX))
        return NULL;
    for (const struct naive *node = root; node != NULL; node = naive_next(node, root)) {
        size_t members = 0;
        for (const struct naive *child = node->first; child != NULL; child = child->next)
            members++;
        if (node->kind == NAIVE_OBJECT && members > PV_JWT_MEMBERS_MAX)
            return NULL;
    }
    return root;
}

static const struct naive *object_in(struct pv_str part, struct bag *bag)
{
    struct pv_str bytes;
    return naive_base64url(part, bag, &bytes) ? limited(bytes, bag) : NULL;
}

static const char *const algs[] = {"RS256", "ES256", "EdDSA"};

static enum pv_token_code header_code(const struct naive *header, struct naive_jwt *jwt)
{
    static const char *const refused[] = {"crit", "b64", "zip", "cty"};
    if (header == NULL || !is_text(naive_member(header, "alg")) || !may_be_text(header, "kid"))
        return PV_TOKEN_MALFORMED;
    if (naive_member(header, "typ") != NULL && !text_is(header, "typ", "JWT") &&
        !text_is(header, "typ", "at+jwt"))
        return PV_TOKEN_MALFORMED;
    for (size_t i = 0; i < 4; i++)
        if (naive_member(header, refused[i]) != NULL)
            return PV_TOKEN_ALGORITHM;
    if (naive_member(header, "kid") != NULL)
        jwt->kid = naive_member(header, "kid")->text;
    for (size_t i = 0; i < 3; i++) {
        if (text_is(header, "alg", algs[i])) {
            jwt->alg = (enum pv_jwt_alg)i;
            return PV_TOKEN_OK;
        }
    }
    return PV_TOKEN_ALGORITHM;
}

static bool is_time(const struct naive *node)
{
    if (node->kind != NAIVE_NUMBER || !node->is_integer || node->raw.len > 20)
        return false;
    char digits[21] = "";
    memcpy(digits, node->raw.ptr, node->raw.len);
    errno = 0;
    long long value = strtoll(digits, NULL, 10);
    return errno == 0 && value >= 0 && value < 253402300800;
}

static bool claims_are_sound(const struct naive *body)
{
    static const char *const texts[] = {"iss", "sub", "jti", "email"}, *const times[] = {"exp", "nbf", "iat"};
    const struct naive *aud = naive_member(body, "aud");
    for (size_t i = 0; i < 4; i++)
        if (!may_be_text(body, texts[i]))
            return false;
    for (size_t i = 0; i < 3; i++)
        if (naive_member(body, times[i]) != NULL && !is_time(naive_member(body, times[i])))
            return false;
    return aud == NULL || is_text(aud) || is_texts(aud);
}

struct naive_jwt naive_jwt(struct pv_str token, struct bag *bag)
{
    struct naive_jwt jwt = {.parse = PV_TOKEN_MALFORMED};
    size_t dots = 0, first = 0, last = 0;
    for (size_t i = 0; i < token.len; i++) {
        if (token.ptr[i] == '.') {
            first = dots == 0 ? i : first;
            last = i;
            dots++;
        }
    }
    if (token.len > 8192 || dots != 2)
        return jwt;
    const struct naive *header = object_in((struct pv_str){token.ptr, first}, bag);
    jwt.parse = header_code(header, &jwt);
    if (jwt.parse != PV_TOKEN_OK)
        return jwt;
    jwt.body = object_in((struct pv_str){token.ptr + first + 1, last - first - 1}, bag);
    jwt.signed_part = (struct pv_str){token.ptr, last};
    if (jwt.body == NULL ||
        !naive_base64url((struct pv_str){token.ptr + last + 1, token.len - last - 1}, bag, &jwt.signature) ||
        jwt.signature.len > 1024)
        jwt.parse = PV_TOKEN_MALFORMED;
    else if (!claims_are_sound(jwt.body))
        jwt.parse = PV_TOKEN_CLAIMS;
    return jwt;
}

struct pv_str naive_jwt_text(const struct naive_jwt *jwt, const char *name)
{
    const struct naive *node = naive_member(jwt->body, name);
    return is_text(node) ? node->text : (struct pv_str){NULL, 0};
}

int64_t naive_jwt_time(const struct naive_jwt *jwt, const char *name)
{
    const struct naive *node = naive_member(jwt->body, name);
    if (node == NULL)
        return PV_JWT_NEVER;
    char digits[21] = "";
    memcpy(digits, node->raw.ptr, node->raw.len);
    return strtoll(digits, NULL, 10);
}

static bool has_audience(const struct naive *aud, struct pv_str audience)
{
    if (is_text(aud))
        return pv_str_equal(aud->text, audience);
    for (const struct naive *item = aud == NULL ? NULL : aud->first; item != NULL; item = item->next)
        if (pv_str_equal(item->text, audience))
            return true;
    return false;
}

enum pv_token_code naive_jwt_check(const struct naive_jwt *jwt, const struct pv_jwt_expected *expected)
{
    struct pv_str issuer = naive_jwt_text(jwt, "iss"), subject = naive_jwt_text(jwt, "sub");
    if (issuer.ptr == NULL || !pv_str_equal(issuer, expected->issuer))
        return PV_TOKEN_ISSUER;
    if (!has_audience(naive_member(jwt->body, "aud"), expected->audience))
        return PV_TOKEN_AUDIENCE;
    if (subject.len < 1 || subject.len > 255 || naive_member(jwt->body, "exp") == NULL)
        return PV_TOKEN_CLAIMS;
    if (naive_jwt_time(jwt, "exp") + expected->leeway <= expected->now)
        return PV_TOKEN_EXPIRED;
    return naive_jwt_time(jwt, "nbf") - expected->leeway > expected->now ? PV_TOKEN_NOT_YET : PV_TOKEN_OK;
}

/* ---- keys ---- */

/* A member's bytes; false if it is no text of them. */
static bool bytes_of(const struct naive *jwk, const char *name, struct bag *bag, struct pv_str *bytes)
{
    const struct naive *node = naive_member(jwk, name);
    return is_text(node) && naive_base64url(node->text, bag, bytes);
}

static bool has_bytes(const struct naive *jwk, const char *name, struct bag *bag, size_t len)
{
    struct pv_str bytes;
    return bytes_of(jwk, name, bag, &bytes) && bytes.len == len;
}

static bool is_rsa(const struct naive *jwk, struct bag *bag)
{
    struct pv_str n, e;
    if (!bytes_of(jwk, "n", bag, &n) || !bytes_of(jwk, "e", bag, &e))
        return false;
    bool long_enough = n.len > 256 || (n.len == 256 && (unsigned char)n.ptr[0] >= 0x80);
    if (!long_enough || n.len > 1024 || n.ptr[0] == 0 || n.ptr[n.len - 1] % 2 == 0)
        return false;
    return e.len >= 1 && e.len <= 8 && e.ptr[0] != 0 && e.ptr[e.len - 1] % 2 != 0 &&
           !(e.len == 1 && e.ptr[0] == 1);
}

static bool says_or_nothing(const struct naive *jwk, const char *name, const char *text)
{
    return naive_member(jwk, name) == NULL || text_is(jwk, name, text);
}

static bool may_verify(const struct naive *jwk, const char *alg)
{
    const struct naive *operations = naive_member(jwk, "key_ops"), *kid = naive_member(jwk, "kid");
    if (!says_or_nothing(jwk, "use", "sig") || !says_or_nothing(jwk, "alg", alg) ||
        (kid != NULL && (!is_text(kid) || kid->text.len > 256)))
        return false;
    return operations == NULL || (is_texts(operations) && has_audience(operations, PV_STR("verify")));
}

static void count_key(const struct naive *jwk, struct bag *bag, size_t *least, size_t *most)
{
    bool sure = false, perhaps = false;
    if (jwk->kind != NAIVE_OBJECT)
        return;
    if (text_is(jwk, "kty", "RSA"))
        sure = may_verify(jwk, "RS256") && is_rsa(jwk, bag);
    else if (text_is(jwk, "kty", "OKP") && text_is(jwk, "crv", "Ed25519"))
        sure = may_verify(jwk, "EdDSA") && has_bytes(jwk, "x", bag, 32);
    else if (text_is(jwk, "kty", "EC") && text_is(jwk, "crv", "P-256"))
        perhaps = may_verify(jwk, "ES256") && has_bytes(jwk, "x", bag, 32) && has_bytes(jwk, "y", bag, 32);
    *least += sure;
    *most += sure || perhaps;
}

bool naive_jwks(struct pv_str text, struct bag *bag, size_t *least, size_t *most)
{
    const struct naive *root = limited(text, bag), *keys = root == NULL ? NULL : naive_member(root, "keys");
    size_t count = 0;
    *least = *most = 0;
    if (keys == NULL || keys->kind != NAIVE_ARRAY)
        return false;
    for (const struct naive *jwk = keys->first; jwk != NULL; jwk = jwk->next, count++)
        count_key(jwk, bag, least, most);
    return count <= 64;
}
