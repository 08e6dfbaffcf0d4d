/* A token, or what one is signed of, or a set of keys, by the first byte:

       T and a token          nothing is accepted but what was signed: what is here is listed below
       S, a header, LF, and claims    signed here with the Ed25519 key, so that what is behind a signature is
   reached K and a JWKS

   A naive reader says what each step must say, and who the caller is. */
#include "identity.h"
#include "naive_jwt.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

/* The keys of RFC 7515, A.2 and A.3, of which nobody needs the private halves, and of RFC 8037. */
static const char jwks[] =
    "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"r\",\"e\":\"AQAB\",\"n\":\"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_"
    "wWJcyQoTbji9k0l8W2"
    "6mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_"
    "7OMg0LOL-"
    "bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_"
    "I5IhlJH7aGhyxX"
    "FvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ\"},"
    "{\"kty\":\"EC\",\"kid\":\"e\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
    "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"},"
    "{\"kty\":\"OKP\",\"kid\":\"o\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_"
    "7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}";
static const char *const kids[] = {"r", "e", "o"};

static const unsigned char seed[32] = {0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a,
                                       0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32,
                                       0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60};

/* All that was ever signed with these keys, but for what is signed here. */
#define JOE "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
static const char *const signed_tokens[] = {
    "eyJhbGciOiJSUzI1NiJ9." JOE ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-"
    "0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1d"
    "nZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO-"
    "-xi12jzDwusC"
    "-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_"
    "IoypGlUPQGe77Rw",
    "eyJhbGciOiJFUzI1NiJ9." JOE
    ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
    /* {"alg":"EdDSA","kid":"o"} {"iss":"joe","aud":"photovote","sub":"s","exp":1300819380,"roles":["voter"]}
     */
    "eyJhbGciOiJFZERTQSIsImtpZCI6Im8ifQ.eyJpc3MiOiJqb2UiLCJhdWQiOiJwaG90b3ZvdGUiLCJzdWIiOiJzIiwiZXhwIjoxM"
    "zAwODE5MzgwLCJyb2xlcyI6WyJ2b3RlciJdfQ.lc4nki5Frn72cYbNtf0yww6QWJkFwaD5hDsjdM4Y-xP4DzRYVh4KRGtIDBmW7G"
    "TrHlJPP9RY_47KRtQ4TzUCBg",
};

static const struct pv_jwt_expected expected = {{"joe", 3}, {"photovote", 9}, 1300819379, 60};

static struct pv_jwt_keys *the_keys(void)
{
    struct pv_jwt_keys *keys;
    struct pv_document_error error;
    CHECK(pv_jwt_keys_read(PV_STR(jwks), &keys, &error) == PV_OK);
    CHECK(pv_jwt_keys_count(keys) == 3);
    return keys;
}

/* The token of the list that has this for what is signed, or ptr NULL. */
static struct pv_str known_token(struct pv_str signed_part)
{
    for (size_t i = 0; i < sizeof signed_tokens / sizeof signed_tokens[0]; i++) {
        const char *text = signed_tokens[i];
        if (signed_part.len == (size_t)(strrchr(text, '.') - text) &&
            memcmp(text, signed_part.ptr, signed_part.len) == 0)
            return (struct pv_str){text, strlen(text)};
    }
    return (struct pv_str){NULL, 0};
}

/* Whether the signature may hold, and whether it must. */
struct signature {
    bool may, must;
};

static struct signature signature_of(struct pv_str token, const struct naive_jwt *naive, bool signed_here)
{
    if (signed_here)
        return (struct signature){naive->alg == PV_JWT_EDDSA, naive->alg == PV_JWT_EDDSA};
    struct pv_str known = known_token(naive->signed_part);
    bool same = pv_str_equal(token, known);
    /* Of an ECDSA signature there is a second one; of the others there is not. */
    return (struct signature){same || (known.ptr != NULL && naive->alg == PV_JWT_ES256), same};
}

/* ---- the steps ---- */

static void check_same_text(const char *what, struct pv_str a, struct pv_str b)
{
    CHECK((a.ptr == NULL) == (b.ptr == NULL));
    CHECK_SAME(what, a, b);
}

static void check_claims(const struct pv_jwt *jwt, const struct naive_jwt *naive)
{
    const struct pv_jwt_claims *claims = &jwt->claims;
    CHECK(jwt->alg == naive->alg);
    check_same_text("kid", jwt->kid, naive->kid);
    check_same_text("iss", claims->issuer, naive_jwt_text(naive, "iss"));
    check_same_text("sub", claims->subject, naive_jwt_text(naive, "sub"));
    check_same_text("jti", claims->id, naive_jwt_text(naive, "jti"));
    check_same_text("email", claims->email, naive_jwt_text(naive, "email"));
    CHECK(claims->expires == naive_jwt_time(naive, "exp"));
    CHECK(claims->not_before == naive_jwt_time(naive, "nbf"));
    CHECK(claims->issued == naive_jwt_time(naive, "iat"));
    const struct naive *verified = naive_member(naive->body, "email_verified");
    CHECK(claims->email_doubted == (verified != NULL && verified->kind != NAIVE_TRUE));
    CHECK_SAME("what is signed", jwt->signed_part, naive->signed_part);
    CHECK_SAME("the signature", ((struct pv_str){(const char *)jwt->signature, jwt->signature_len}),
               naive->signature);
}

/* The code of all three steps. */
static enum pv_token_code check_steps(struct pv_str token, const struct naive_jwt *naive, bool signed_here,
                                      const struct pv_jwt_keys *keys)
{
    struct pv_jwt jwt;
    enum pv_token_code why = PV_TOKEN_OK;
    enum pv_result result = pv_jwt_parse(token, &jwt, &why);
    CHECK(result == PV_OK || result == PV_REFUSED);
    CHECK(why == naive->parse && (result == PV_OK) == (why == PV_TOKEN_OK));
    if (result != PV_OK)
        return why;
    check_claims(&jwt, naive);
    struct signature held = signature_of(token, naive, signed_here);
    result = pv_jwt_verify(&jwt, keys, &why);
    CHECK(result == PV_OK || result == PV_REFUSED);
    if (naive->kid.ptr != NULL && !str_is(naive->kid, kids[naive->alg]))
        CHECK(why == PV_TOKEN_UNKNOWN_KEY);
    else
        CHECK(result == PV_OK ? held.may : !held.must && why == PV_TOKEN_SIGNATURE);
    if (result == PV_OK) {
        why = pv_jwt_check(&jwt, &expected);
        CHECK(why == naive_jwt_check(naive, &expected));
    }
    pv_jwt_deinit(&jwt);
    return why;
}

/* ---- the caller ---- */

static bool naive_roles(const struct naive *node, unsigned *roles)
{
    const struct naive *item = node;
    *roles = 0;
    if (node == NULL)
        return true;
    if (node->kind == NAIVE_ARRAY)
        item = node->first;
    else if (node->kind != NAIVE_STRING)
        return false;
    for (; item != NULL; item = item == node ? NULL : item->next) {
        if (item->kind != NAIVE_STRING)
            return false;
        *roles |= str_is(item->text, "administrator") ? PV_ROLE_ADMINISTRATOR : 0U;
        *roles |= str_is(item->text, "voter") ? PV_ROLE_VOTER : 0U;
        *roles |= str_is(item->text, "auditor") ? PV_ROLE_AUDITOR : 0U;
    }
    return true;
}

/* Of a token that passed the three steps. */
static enum pv_token_code caller_code(const struct naive_jwt *naive, unsigned *roles)
{
    const struct naive *election = naive_member(naive->body, "election");
    struct pv_bits128 bits;
    if (!naive_roles(naive_member(naive->body, "roles"), roles))
        return PV_TOKEN_CLAIMS;
    if (election == NULL)
        return PV_TOKEN_OK;
    return election->kind == NAIVE_STRING && pv_ulid_parse(election->text, &bits) == PV_CODE_NONE
               ? PV_TOKEN_OK
               : PV_TOKEN_CLAIMS;
}

static void check_who(const struct pv_caller *caller, const struct naive_jwt *naive, unsigned roles)
{
    struct pv_bits128 bits;
    struct pv_str subject = naive_jwt_text(naive, "sub"), email = naive_jwt_text(naive, "email");
    const struct naive *verified = naive_member(naive->body, "email_verified");
    bool is_id = pv_ulid_parse(subject, &bits) == PV_CODE_NONE;
    CHECK(caller->roles == roles);
    CHECK_SAME("the subject", caller->subject, subject);
    CHECK(caller->has_voter == (is_id && (roles & PV_ROLE_VOTER) != 0));
    CHECK(!caller->has_voter || pv_bits128_equal(caller->voter.bits, bits));
    CHECK(caller->one_election == (naive_member(naive->body, "election") != NULL));
    if (caller->email.ptr != NULL)
        CHECK_SAME("the email", caller->email, email);
    CHECK((caller->email.ptr != NULL) ==
          (email.ptr != NULL && pv_email_check(email) == PV_CODE_NONE && !caller->has_voter &&
           (verified == NULL || verified->kind == NAIVE_TRUE)));
}

/* Asked twice: the second time from the cache. */
static void check_caller(struct pv_str token, const struct naive_jwt *naive, enum pv_token_code code,
                         struct pv_jwt_keys *keys)
{
    const struct pv_issuer issuer = {.name = expected.issuer,
                                     .audience = expected.audience,
                                     .roles_path = PV_STR("roles"),
                                     .keys = pv_fixed_keys(keys)};
    const struct pv_identity_settings settings = {&issuer, 1, expected.leeway, 1};
    struct pv_identity *identity = pv_identity_new(&settings);
    struct pv_known_caller known;
    struct buf header = {NULL, 0, 0};
    unsigned roles = 0;
    /* A space before it would belong to the scheme. */
    bool bare = token.len > 0 && token.ptr[0] != ' ';
    if (code == PV_TOKEN_OK)
        code = caller_code(naive, &roles);
    buf_str(&header, "Bearer ");
    buf_add(&header, token.ptr, token.len);
    for (int i = 0; bare && i < 2; i++) {
        enum pv_token_code why = PV_TOKEN_OK;
        enum pv_result result = pv_identity_caller(identity, kit_str(&header), expected.now, &known, &why);
        CHECK((result == PV_OK) == (code == PV_TOKEN_OK) && (result == PV_OK || result == PV_REFUSED));
        if (result == PV_OK)
            check_who(&known.caller, naive, roles);
    }
    buf_free(&header);
    pv_identity_free(identity);
}

static void check_token(struct pv_str token, bool signed_here)
{
    struct bag bag = {0};
    struct pv_jwt_keys *keys = the_keys();
    const struct naive_jwt naive = naive_jwt(token, &bag);
    enum pv_token_code code = check_steps(token, &naive, signed_here, keys);
    check_caller(token, &naive, code, keys);
    pv_jwt_keys_free(keys);
    bag_free(&bag);
}

/* ---- signing ---- */

static void add_encoded(struct buf *out, const void *bytes, size_t len)
{
    unsigned char *text = kit_room(len * 2 + 4);
    int made = EVP_EncodeBlock(text, bytes, (int)len);
    for (int i = 0; i < made && text[i] != '='; i++) {
        char c = (char)(text[i] == '+' ? '-' : text[i] == '/' ? '_' : text[i]);
        buf_add(out, &c, 1);
    }
    free(text);
}

static void sign(struct buf *token)
{
    unsigned char signature[64];
    size_t len = sizeof signature;
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof seed);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    CHECK(EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1);
    CHECK(EVP_DigestSign(context, signature, &len, (const unsigned char *)token->bytes, token->len) == 1);
    buf_str(token, ".");
    add_encoded(token, signature, len);
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
}

static void check_signed(struct pv_str text)
{
    struct buf token = {NULL, 0, 0};
    struct pv_str claims, header = kit_first_line(text, &claims);
    add_encoded(&token, header.ptr, header.len);
    buf_str(&token, ".");
    add_encoded(&token, claims.ptr, claims.len);
    sign(&token);
    char *exact = kit_copy(kit_str(&token));
    check_token((struct pv_str){exact, token.len}, true);
    free(exact);
    buf_free(&token);
}

/* ---- keys ---- */

static void check_keys(struct pv_str text)
{
    struct bag bag = {0};
    struct pv_document_error error;
    struct pv_jwt_keys *keys;
    size_t least, most;
    bool is_set = naive_jwks(text, &bag, &least, &most);
    enum pv_result result = pv_jwt_keys_read(text, &keys, &error);
    CHECK(result == (is_set ? PV_OK : PV_REFUSED));
    if (is_set) {
        CHECK(pv_jwt_keys_count(keys) >= least && pv_jwt_keys_count(keys) <= most);
        pv_jwt_keys_free(keys);
    } else {
        CHECK(kit_is_clean((struct pv_str){error.reason, strlen(error.reason)}, ""));
    }
    bag_free(&bag);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    char *bytes = kit_copy((struct pv_str){(const char *)data + 1, size - 1});
    struct pv_str text = {bytes, size - 1};
    if (data[0] == 'S')
        check_signed(text);
    else if (data[0] == 'K')
        check_keys(text);
    else
        check_token(text, false);
    free(bytes);
    return 0;
}
