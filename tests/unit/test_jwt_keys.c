/* jwt_keys.c and jwk.c: the examples of the RFCs, and which keys are taken into a set. */
#include "jwt_keys.h"

#include "check.h"
#include "jwt_kit.h"

static struct pv_document_error error;

static struct pv_str str(const char *text)
{
    return (struct pv_str){text, strlen(text)};
}

static struct pv_jwt_keys *read_set(const char *jwks)
{
    struct pv_jwt_keys *keys = NULL;
    if (pv_jwt_keys_read(str(jwks), &keys, &error) != PV_OK)
        fail_msg("%s: %s", jwks, error.reason);
    return keys;
}

/* How many keys of a set with this one are taken. */
static size_t taken(const char *jwk)
{
    char jwks[4096];
    (void)snprintf(jwks, sizeof jwks, "{\"keys\":[%s]}", jwk);
    struct pv_jwt_keys *keys = read_set(jwks);
    size_t count = pv_jwt_keys_count(keys);
    pv_jwt_keys_free(keys);
    return count;
}

static void check_taken(const char *jwk, size_t count)
{
    if (taken(jwk) != count)
        fail_msg("%s %s", jwk, count == 0 ? "is taken" : "is not taken");
}

/* ---- the examples of the RFCs ---- */

#define JOE "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"

static void check_example(const char *jwk, const char *text, enum pv_jwt_alg alg)
{
    char jwks[1024];
    struct pv_jwt jwt;
    enum pv_token_code why;
    (void)snprintf(jwks, sizeof jwks, "{\"keys\":[%s]}", jwk);
    struct pv_jwt_keys *keys = read_set(jwks);
    check_int(pv_jwt_parse(str(text), &jwt, &why), PV_OK);
    check_int(jwt.alg, alg);
    check_str(jwt.claims.issuer, "joe");
    check_int(jwt.claims.expires, 1300819380);
    check_int(pv_jwt_verify(&jwt, keys, &why), PV_OK);
    jwt.signature[17] ^= 1;
    check_int(pv_jwt_verify(&jwt, keys, &why), PV_REFUSED);
    check_int(why, PV_TOKEN_SIGNATURE);
    pv_jwt_deinit(&jwt);
    pv_jwt_keys_free(keys);
}

static void rfc7515__a2__rs256(void **state)
{
    (void)state;
    check_example("{\"kty\":\"RSA\",\"n\":\"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-"
                  "Vaw-4qPCJrcS2mJ"
                  "PMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-"
                  "bSf63kpaSHSXndS5z5re"
                  "xMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_"
                  "I5IhlJH7aGhyxXFvUK-DWNmoud"
                  "F8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ\",\"e\":\"AQAB\"}",
                  "eyJhbGciOiJSUzI1NiJ9." JOE
                  ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_"
                  "O8W2Fp5jujGbds9uJdb"
                  "F9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_"
                  "nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383"
                  "LcOLn6_dO--xi12jzDwusC-"
                  "eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWy"
                  "wlVmtVrBp0igcN_IoypGlUPQGe77Rw",
                  PV_JWT_RS256);
}

static void rfc7515__a3__es256(void **state)
{
    (void)state;
    check_example("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
                  "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}",
                  "eyJhbGciOiJFUzI1NiJ9." JOE
                  ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
                  PV_JWT_ES256);
}

/* Its payload is no JSON, so it is no token; the signature is what it is about. */
static void rfc8037__a4__eddsa(void **state)
{
    (void)state;
    static const char signature[] =
        "\x86\x0c\x98\xd2\x29\x7f\x30\x60\xa3\x3f\x42\x73\x96\x72\xd6\x1b\x53\xcf\x3a\xde"
        "\xfe\xd3\xd3\xc6\x72\xf3\x20\xdc\x02\x1b\x41\x1e\x9d\x59\xb8\x62\x8d\xc3\x51\xe2"
        "\x48\xb8\x8b\x29\x46\x8e\x0e\x41\x85\x5b\x0f\xb7\xd8\x3b\xb1\x5b\xe9\x02\xbf\xcc"
        "\xb8\xcd\x0a\x02";
    const struct pv_str bytes = PV_STR("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc");
    const struct pv_str none = {NULL, 0};
    enum pv_token_code why;
    struct pv_jwt_keys *keys = read_set("{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":"
                                        "\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}");
    check_int(pv_jwt_keys_verify(keys, PV_JWT_EDDSA, none, bytes, (struct pv_str){signature, 64}, &why),
              PV_OK);
    check_int(pv_jwt_keys_verify(keys, PV_JWT_EDDSA, none, bytes, (struct pv_str){signature, 63}, &why),
              PV_REFUSED);
    check_int(why, PV_TOKEN_SIGNATURE);
    pv_jwt_keys_free(keys);
}

/* ---- which keys are taken ---- */

#define X "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\""
#define ED "\"kty\":\"OKP\",\"crv\":\"Ed25519\"," X

static void jwk__that_says_what_it_is_for__must_be_for_this(void **state)
{
    (void)state;
    static const struct {
        const char *jwk;
        size_t count;
    } cases[] = {
        {"{" ED "}", 1},
        {"{" ED ",\"use\":\"sig\",\"alg\":\"EdDSA\",\"key_ops\":[\"verify\"],\"kid\":\"\"}", 1},
        {"{" ED ",\"key_ops\":[\"sign\",\"verify\"],\"d\":7,\"ext\":true}", 1}, /* d is not looked at */
        {"{" ED ",\"use\":\"enc\"}", 0},
        {"{" ED ",\"use\":null}", 0},
        {"{" ED ",\"use\":\"SIG\"}", 0},
        {"{" ED ",\"alg\":\"RS256\"}", 0},
        {"{" ED ",\"alg\":\"none\"}", 0},
        {"{" ED ",\"alg\":7}", 0},
        {"{" ED ",\"key_ops\":[\"sign\"]}", 0},
        {"{" ED ",\"key_ops\":[]}", 0},
        {"{" ED ",\"key_ops\":\"verify\"}", 0},
        {"{" ED ",\"key_ops\":[\"verify\",7]}", 0},
        {"{" ED ",\"kid\":7}", 0},
        {"{\"kty\":\"OKP\"," X "}", 0},
        {"{\"kty\":\"OKP\",\"crv\":\"X25519\"," X "}", 0},
        {"{\"kty\":\"OKP\",\"crv\":7," X "}", 0},
        {"{\"kty\":\"okp\",\"crv\":\"Ed25519\"," X "}", 0},
        {"{\"kty\":\"OKP\",\"crv\":\"Ed25519\"}", 0},
        {"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":7}", 0},
        {"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"\"}", 0},
        {"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"}", 0},
        {"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHUQ\"}", 0},
        {"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURoA\"}", 0},
        {"{\"kty\":\"oct\",\"k\":\"AAAA\",\"alg\":\"HS256\"}", 0},
        {"{}", 0},
        {"7", 0},
        {"null", 0},
        {"[\"kty\"]", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_taken(cases[i].jwk, cases[i].count);
}

static void jwk__p256__must_be_a_point_on_the_curve(void **state)
{
    (void)state;
#define EC "\"kty\":\"EC\",\"crv\":\"P-256\""
#define EX "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\""
#define EY "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\""
    check_taken("{" EC "," EX "," EY "}", 1);
    check_taken("{" EC "," EX "," EY ",\"alg\":\"ES256\"}", 1);
    check_taken("{" EC "," EX "," EY ",\"alg\":\"ES384\"}", 0);
    check_taken("{\"kty\":\"EC\",\"crv\":\"P-384\"," EX "," EY "}", 0);
    check_taken("{\"kty\":\"EC\",\"crv\":\"secp256k1\"," EX "," EY "}", 0);
    check_taken("{" EC "," EX "}", 0);
    check_taken("{" EC "," EY "}", 0);
    check_taken("{" EC "," EX ",\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a4\"}", 0); /* beside it */
    check_taken("{" EC "," EX ",\"y\":\"AMfxRM0bvZt-hyzf7bnuufSzaV1uqQskrYpGIyiFiOWt\"}",
                0);                                                                         /* with a zero */
    check_taken("{" EC "," EX ",\"y\":\"8UTNG72bfocs3-257rn0s2ldbqkLJK2KRiMohYjlrQ\"}", 0); /* cut */
    check_taken("{" EC ",\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\","
                "\"y\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
                0);
    check_taken("{" EC ",\"x\":\"______________________________________________8\"," EY "}", 0);
}

/* An RSA key whose modulus has so many bits, and begins and ends so. */
static void rsa_jwk(char *jwk, size_t size, size_t bits, unsigned char last, const char *e)
{
    static unsigned char n[2048];
    static struct kit_token encoded;
    size_t len = (bits + 7) / 8;
    memset(n, 0x5a, sizeof n);
    n[0] = (unsigned char)(bits % 8 == 0 ? 0x80 : 1 << (bits % 8 - 1));
    n[len - 1] = last;
    encoded.len = 0;
    kit_token_encode(&encoded, n, len);
    (void)snprintf(jwk, size, "{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"}", encoded.text, e);
}

static void jwk__rsa__must_be_long_enough_and_odd(void **state)
{
    (void)state;
    static const struct {
        size_t bits, count;
    } lengths[] = {{1024, 0}, {2040, 0}, {2047, 0}, {2048, 1}, {2049, 1},
                   {4096, 1}, {8191, 1}, {8192, 1}, {8193, 0}, {8200, 0}};
    static const struct {
        const char *e;
        size_t count;
    } exponents[] = {{"AQAB", 1},  {"Aw", 1},  {"AQ", 0},     {"AA", 0},          {"", 0},
                     {"Ag", 0},    {"BA", 0},  {"AAEAAQ", 0}, {"AQEBAQEBAQE", 1}, {"AQEBAQEBAQEB", 0},
                     {"AQAB=", 0}, {"AQAA", 0}};
    static char jwk[4096];
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        rsa_jwk(jwk, sizeof jwk, lengths[i].bits, 0x5b, "AQAB");
        check_taken(jwk, lengths[i].count);
    }
    for (size_t i = 0; i < sizeof exponents / sizeof exponents[0]; i++) {
        rsa_jwk(jwk, sizeof jwk, 2048, 0x5b, exponents[i].e);
        check_taken(jwk, exponents[i].count);
    }
    rsa_jwk(jwk, sizeof jwk, 2048, 0x5a, "AQAB");
    check_taken(jwk, 0);
    check_taken("{\"kty\":\"RSA\",\"n\":\"\",\"e\":\"AQAB\"}", 0);
    check_taken("{\"kty\":\"RSA\",\"e\":\"AQAB\"}", 0);
    rsa_jwk(jwk, sizeof jwk, 2048, 0x5b, "AQAB\",\"alg\":\"PS256");
    check_taken(jwk, 0);
    rsa_jwk(jwk, sizeof jwk, 2048, 0x5b, "AQAB\",\"use\":\"enc");
    check_taken(jwk, 0);
}

static void jwk__a_name_of_256_bytes__is_the_longest(void **state)
{
    (void)state;
    char jwk[512];
    for (int len = PV_KID_MAX; len <= PV_KID_MAX + 1; len++) {
        (void)snprintf(jwk, sizeof jwk, "{" ED ",\"kid\":\"%0*d\"}", len, 0);
        check_taken(jwk, len == PV_KID_MAX);
    }
}

/* ---- sets ---- */

static void check_no_set(const char *jwks, const char *reason)
{
    struct pv_jwt_keys *keys = NULL;
    check_int(pv_jwt_keys_read(str(jwks), &keys, &error), PV_REFUSED);
    check_true(keys == NULL);
    if (strstr(error.reason, reason) == NULL)
        fail_msg("%s: %s", jwks, error.reason);
}

static void set__that_is_none__is_refused(void **state)
{
    (void)state;
    check_no_set("", "not JSON");
    check_no_set("[]", "not a JSON object");
    check_no_set("{}", "no list of keys");
    check_no_set("{\"keys\":{}}", "no list of keys");
    check_no_set("{\"Keys\":[]}", "no list of keys");
    check_no_set("{\"keys\":[],\"keys\":[]}", "stands twice");
    check_no_set("{\"keys\":[{\"x5c\":[[[[[[1]]]]]]}]}", "too deep");
    check_no_set("{\"keys\":[]} {}", "something follows");
    struct pv_jwt_keys *keys = read_set("{\"keys\":[],\"more\":1.5}");
    check_int(pv_jwt_keys_count(keys), 0);
    pv_jwt_keys_free(keys);
}

static void set__of_64_keys__is_the_largest(void **state)
{
    (void)state;
    for (size_t count = PV_JWKS_KEYS_MAX; count <= PV_JWKS_KEYS_MAX + 1; count++) {
        char jwks[16384] = "{\"keys\":[";
        for (size_t i = 0; i < count; i++)
            (void)snprintf(jwks + strlen(jwks), 256, "%s{" ED ",\"kid\":\"%zu\"}", i == 0 ? "" : ",", i);
        (void)strcat(jwks, "]}");
        if (count > PV_JWKS_KEYS_MAX) {
            check_no_set(jwks, "too many keys");
            continue;
        }
        struct pv_jwt_keys *keys = read_set(jwks);
        check_int(pv_jwt_keys_count(keys), count);
        pv_jwt_keys_free(keys);
    }
}

static void set__of_256_kib__is_the_largest(void **state)
{
    (void)state;
    static char jwks[PV_JWKS_LEN_MAX + 2];
    struct pv_jwt_keys *keys;
    memset(jwks, ' ', sizeof jwks);
    memcpy(jwks, "{\"keys\":[]}", 11);
    check_int(pv_jwt_keys_read((struct pv_str){jwks, PV_JWKS_LEN_MAX}, &keys, &error), PV_OK);
    pv_jwt_keys_free(keys);
    check_int(pv_jwt_keys_read((struct pv_str){jwks, PV_JWKS_LEN_MAX + 1}, &keys, &error), PV_REFUSED);
    assert_string_equal(error.reason, "it is too large");
    assert_string_equal(error.path, "");
    pv_jwt_keys_free(NULL);
}

/* What key a token is held against, by what it names and what is there. */
static void set__the_key__is_the_only_one_that_fits(void **state)
{
    (void)state;
    static const struct {
        const char
            *kids[2];    /* of the keys: one that is the signer's, and another; NULL: no name; "-": no key */
        const char *kid; /* of the token */
        enum pv_token_code code;
    } cases[] = {
        {{NULL, "-"}, NULL, PV_TOKEN_OK},
        {{"a", "-"}, NULL, PV_TOKEN_OK},
        {{"a", "-"}, "a", PV_TOKEN_OK},
        {{NULL, "-"}, "a", PV_TOKEN_UNKNOWN_KEY},
        {{NULL, "-"}, "", PV_TOKEN_UNKNOWN_KEY},
        {{"", "-"}, "", PV_TOKEN_OK},
        {{"a", "b"}, "a", PV_TOKEN_OK},
        {{"a", "b"}, "b", PV_TOKEN_SIGNATURE},
        {{"a", "b"}, "c", PV_TOKEN_UNKNOWN_KEY},
        {{"a", "b"}, NULL, PV_TOKEN_UNKNOWN_KEY},
        {{"a", NULL}, NULL, PV_TOKEN_UNKNOWN_KEY},
        {{"a", NULL}, "a", PV_TOKEN_OK},
        {{"a", "a"}, "a", PV_TOKEN_UNKNOWN_KEY},
        {{"-", "-"}, NULL, PV_TOKEN_UNKNOWN_KEY},
        {{"-", "-"}, "a", PV_TOKEN_UNKNOWN_KEY},
    };
    static const char *const xs[] = {"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
                                     "PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw"};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char jwks[1024] = "{\"keys\":[", header[64] = "{\"alg\":\"EdDSA\"}";
        for (size_t k = 0; k < 2; k++) {
            const char *kid = cases[i].kids[k];
            if (kid != NULL && strcmp(kid, "-") == 0)
                continue;
            (void)snprintf(jwks + strlen(jwks), 256, "%s{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"%s\"",
                           k == 0 ? "" : ",", xs[k]);
            (void)snprintf(jwks + strlen(jwks), 64, kid == NULL ? "}" : ",\"kid\":\"%s\"}", kid);
        }
        (void)strcat(jwks, "]}");
        if (cases[i].kid != NULL)
            (void)snprintf(header, sizeof header, "{\"alg\":\"EdDSA\",\"kid\":\"%s\"}", cases[i].kid);
        struct pv_jwt_keys *keys = read_set(jwks);
        static struct kit_token token;
        struct pv_jwt jwt;
        enum pv_token_code why = PV_TOKEN_OK;
        kit_token_join(&token, header, "{}");
        kit_token_sign(&token, PV_JWT_EDDSA);
        check_int(pv_jwt_parse(kit_token_str(&token), &jwt, &why), PV_OK);
        check_int(pv_jwt_verify(&jwt, keys, &why), cases[i].code == PV_TOKEN_OK ? PV_OK : PV_REFUSED);
        if (why != cases[i].code)
            fail_msg("case %zu gives %d", i, why);
        pv_jwt_deinit(&jwt);
        pv_jwt_keys_free(keys);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(rfc7515__a2__rs256),
    cmocka_unit_test(rfc7515__a3__es256),
    cmocka_unit_test(rfc8037__a4__eddsa),
    cmocka_unit_test(jwk__that_says_what_it_is_for__must_be_for_this),
    cmocka_unit_test(jwk__p256__must_be_a_point_on_the_curve),
    cmocka_unit_test(jwk__rsa__must_be_long_enough_and_odd),
    cmocka_unit_test(jwk__a_name_of_256_bytes__is_the_longest),
    cmocka_unit_test(set__that_is_none__is_refused),
    cmocka_unit_test(set__of_64_keys__is_the_largest),
    cmocka_unit_test(set__of_256_kib__is_the_largest),
    cmocka_unit_test(set__the_key__is_the_only_one_that_fits),
};
CHECK_MAIN(tests, 11)
