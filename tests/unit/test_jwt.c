/* jwt.c: tokens taken apart, held against keys, and checked. Each refusal has its accepted neighbour. */
#include "jwt_kit.h"

#include <stdlib.h>

#include "check.h"

static struct kit_token token;
static struct pv_jwt_keys *keys;

static int set_up(void **state)
{
    (void)state;
    keys = jwt_kit_keys();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    pv_jwt_keys_free(keys);
    return 0;
}

static const struct pv_jwt_expected expected = {
    .issuer = {"us", 2}, .audience = {"photovote", 9}, .now = 1000, .leeway = 10};

/* All three steps on exactly these bytes; the code, or PV_TOKEN_OK. */
static enum pv_token_code verdict_of(struct pv_str text)
{
    char *exact = malloc(text.len == 0 ? 1 : text.len);
    struct pv_jwt jwt;
    enum pv_token_code why = PV_TOKEN_OK;
    check_true(exact != NULL);
    memcpy(exact, text.ptr, text.len);
    enum pv_result result = pv_jwt_parse((struct pv_str){exact, text.len}, &jwt, &why);
    if (result == PV_OK) {
        result = pv_jwt_verify(&jwt, keys, &why);
        if (result == PV_OK)
            why = pv_jwt_check(&jwt, &expected);
        pv_jwt_deinit(&jwt);
    }
    free(exact);
    check_true(result == PV_OK || result == PV_REFUSED);
    return why;
}

static enum pv_token_code verdict(void)
{
    return verdict_of(kit_token_str(&token));
}

static void check_verdict(enum pv_token_code code)
{
    enum pv_token_code got = verdict();
    if (got != code)
        fail_msg("%s, not %s: %s", got == PV_TOKEN_OK ? "accepted" : pv_token_code_name(got),
                 code == PV_TOKEN_OK ? "accepted" : pv_token_code_name(code), token.text);
}

#define CLAIMS "\"iss\":\"us\",\"aud\":\"photovote\",\"sub\":\"s\",\"exp\":1001"

static void check_header(const char *header, enum pv_token_code code)
{
    kit_token_join(&token, header, "{" CLAIMS "}");
    kit_token_sign(&token, PV_JWT_EDDSA);
    check_verdict(code);
}

static void check_claims(const char *claims, enum pv_token_code code)
{
    kit_token_make(&token, PV_JWT_EDDSA, claims);
    check_verdict(code);
}

static void token__of_each_alg__is_accepted(void **state)
{
    (void)state;
    for (int alg = PV_JWT_RS256; alg <= PV_JWT_EDDSA; alg++) {
        kit_token_make(&token, (enum pv_jwt_alg)alg, "{" CLAIMS "}");
        check_verdict(PV_TOKEN_OK);
    }
}

static void header__what_is_accepted_and_what_is_not(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        enum pv_token_code code;
    } cases[] = {
        {"{\"alg\":\"EdDSA\"}", PV_TOKEN_OK},
        {" {\"alg\" : \"EdDSA\"}\r\n", PV_TOKEN_OK},
        {"{\"alg\":\"EdDSA\",\"kid\":\"o\",\"typ\":\"JWT\"}", PV_TOKEN_OK},
        {"{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\"}", PV_TOKEN_OK},
        {"{\"\\u0061lg\":\"\\u0045dDSA\"}", PV_TOKEN_OK},
        /* keys that a token brings along, or says where to get, are not looked at */
        {"{\"alg\":\"EdDSA\",\"jwk\":{\"kty\":\"oct\",\"k\":\"AA\"},\"jku\":\"http://"
         "x\",\"x5u\":1,\"x5c\":[]}",
         PV_TOKEN_OK},
        {"{\"alg\":\"EdDSA\",\"typ\":\"jwt\"}", PV_TOKEN_MALFORMED},
        {"{\"alg\":\"EdDSA\",\"typ\":\"\"}", PV_TOKEN_MALFORMED},
        {"{\"alg\":\"EdDSA\",\"typ\":null}", PV_TOKEN_MALFORMED},
        {"{\"alg\":\"EdDSA\",\"typ\":\"dpop+jwt\"}", PV_TOKEN_MALFORMED},
        {"{\"alg\":\"EdDSA\",\"typ\":\"logout+jwt\"}", PV_TOKEN_MALFORMED},
        {"{\"alg\":\"EdDSA\",\"alg\":\"EdDSA\"}", PV_TOKEN_MALFORMED},
        {"{\"alg\":\"EdDSA\",\"\\u0061lg\":\"EdDSA\"}", PV_TOKEN_MALFORMED},
        {"{\"alg\":\"EdDSA\"}x", PV_TOKEN_MALFORMED},
        {"{\"alg\":\"EdDSA\\u0000\"}", PV_TOKEN_MALFORMED},
        {"{\"alg\":\"EdDSA\",}", PV_TOKEN_MALFORMED},
        {"[\"alg\",\"EdDSA\"]", PV_TOKEN_MALFORMED},
        {"{\"Alg\":\"EdDSA\"}", PV_TOKEN_MALFORMED},
        {"{\"alg\":7}", PV_TOKEN_MALFORMED},
        {"{\"alg\":null}", PV_TOKEN_MALFORMED},
        {"{\"alg\":[\"EdDSA\"]}", PV_TOKEN_MALFORMED},
        {"{\"alg\":\"EdDSA\",\"kid\":7}", PV_TOKEN_MALFORMED},
        {"{\"alg\":\"EdDSA\",\"kid\":null}", PV_TOKEN_MALFORMED},
        {"{}", PV_TOKEN_MALFORMED},
        {"", PV_TOKEN_MALFORMED},
        {"null", PV_TOKEN_MALFORMED},
        {"\xef\xbb\xbf{\"alg\":\"EdDSA\"}", PV_TOKEN_MALFORMED},
        {"{\"alg\":\"EdDSA\",\"crit\":[]}", PV_TOKEN_ALGORITHM},
        {"{\"alg\":\"EdDSA\",\"crit\":[\"exp\"],\"exp\":1}", PV_TOKEN_ALGORITHM},
        {"{\"alg\":\"EdDSA\",\"b64\":true}", PV_TOKEN_ALGORITHM},
        {"{\"alg\":\"EdDSA\",\"b64\":false,\"crit\":[\"b64\"]}", PV_TOKEN_ALGORITHM},
        {"{\"alg\":\"EdDSA\",\"zip\":\"DEF\"}", PV_TOKEN_ALGORITHM},
        {"{\"alg\":\"EdDSA\",\"cty\":\"JWT\"}", PV_TOKEN_ALGORITHM},
        {"{\"alg\":\"EdDSA\",\"zip\":null}", PV_TOKEN_ALGORITHM},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_header(cases[i].header, cases[i].code);
}

static void header__another_alg__is_refused(void **state)
{
    (void)state;
    static const char *const names[] = {"none",  "None",  "NONE",   "nOnE",   " none",    "none ", "",
                                        "HS256", "HS384", "HS512",  "RS384",  "RS512",    "PS256", "PS384",
                                        "PS512", "ES384", "ES512",  "ES256K", "Ed25519",  "Ed448", "eddsa",
                                        "EDDSA", "rs256", "RS256 ", "es256",  "RSA-OAEP", "dir",   "A128KW"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char header[64];
        (void)snprintf(header, sizeof header, "{\"alg\":\"%s\"}", names[i]);
        check_header(header, PV_TOKEN_ALGORITHM);
        token.len = (size_t)(strrchr(token.text, '.') + 1 - token.text); /* and without a signature */
        token.text[token.len] = '\0';
        check_verdict(PV_TOKEN_ALGORITHM);
    }
}

/* The RSA key is public; who signs with it as if it were a secret must not get in. */
static void token__hmac_with_the_public_key__is_refused(void **state)
{
    (void)state;
    static const char *const headers[] = {
        "{\"alg\":\"HS256\",\"kid\":\"r\"}", "{\"alg\":\"RS256\",\"kid\":\"r\"}",
        "{\"alg\":\"ES256\",\"kid\":\"r\"}", "{\"alg\":\"EdDSA\",\"kid\":\"r\"}"};
    static const enum pv_token_code codes[] = {PV_TOKEN_ALGORITHM, PV_TOKEN_SIGNATURE, PV_TOKEN_UNKNOWN_KEY,
                                               PV_TOKEN_UNKNOWN_KEY};
    char pem[1024];
    size_t len = jwt_kit_public_pem(pem, sizeof pem);
    for (size_t i = 0; i < 4; i++) {
        kit_token_join(&token, headers[i], "{" CLAIMS "}");
        kit_token_hmac(&token, pem, len);
        check_verdict(codes[i]);
    }
}

static void token__a_key_of_another_kind__is_refused(void **state)
{
    (void)state;
    for (int alg = PV_JWT_RS256; alg <= PV_JWT_EDDSA; alg++) {
        for (int key = PV_JWT_RS256; key <= PV_JWT_EDDSA; key++) {
            char header[64];
            (void)snprintf(header, sizeof header, "{\"alg\":\"%s\",\"kid\":\"%s\"}", jwt_kit_alg[alg],
                           jwt_kit_kid[key]);
            kit_token_join(&token, header, "{" CLAIMS "}");
            kit_token_sign(&token, (enum pv_jwt_alg)key);
            check_verdict(alg == key ? PV_TOKEN_OK : PV_TOKEN_UNKNOWN_KEY);
            (void)snprintf(header, sizeof header, "{\"alg\":\"%s\"}", jwt_kit_alg[alg]);
            kit_token_join(&token, header, "{" CLAIMS "}");
            kit_token_sign(&token, (enum pv_jwt_alg)key);
            check_verdict(alg == key ? PV_TOKEN_OK : PV_TOKEN_SIGNATURE);
        }
    }
}

static void token__an_unknown_kid__is_refused(void **state)
{
    (void)state;
    static const char *const names[] = {"",
                                        "O",
                                        "o ",
                                        "../../dev/null",
                                        "o' OR '1'='1",
                                        "\\u006f\\u006f",
                                        "%6f",
                                        "o\\n",
                                        "https://attacker.example/key"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char header[128];
        (void)snprintf(header, sizeof header, "{\"alg\":\"EdDSA\",\"kid\":\"%s\"}", names[i]);
        check_header(header, PV_TOKEN_UNKNOWN_KEY);
    }
    check_header("{\"alg\":\"EdDSA\",\"kid\":\"\\u006f\"}", PV_TOKEN_OK);
}

static void check_text(const char *text, enum pv_token_code code)
{
    token.len = strlen(text);
    memcpy(token.text, text, token.len + 1);
    check_verdict(code);
}

static void token__not_three_parts__is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        ".",
                                        "..",
                                        "...",
                                        "a",
                                        "a.b",
                                        "a.b.c",
                                        "a.b.c.d",
                                        "eyJhbGciOiJFZERTQSJ9..",
                                        ".e30.",
                                        "eyJhbGciOiJFZERTQSJ9.e30"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        check_text(texts[i], PV_TOKEN_MALFORMED);
    check_text("eyJhbGciOiJFZERTQSJ9.e30.", PV_TOKEN_SIGNATURE);
    kit_token_make(&token, PV_JWT_EDDSA, "{" CLAIMS "}");
    struct kit_token sound = token;
    char *dot = strchr(token.text, '.');
    *dot = 'A'; /* one dot missing, and then both */
    check_verdict(PV_TOKEN_MALFORMED);
    *strchr(token.text, '.') = 'A';
    check_verdict(PV_TOKEN_MALFORMED);
    static const char *const behind[] = {".", ".e30", " ", "\n", "=", "==", "A", "AAAA", ",", "\x7f"};
    for (size_t i = 0; i < sizeof behind / sizeof behind[0]; i++) {
        token = sound;
        (void)snprintf(token.text + token.len, 8, "%s", behind[i]);
        token.len += strlen(behind[i]);
        check_verdict(behind[i][0] == 'A' ? PV_TOKEN_SIGNATURE : PV_TOKEN_MALFORMED);
    }
    token = sound;
    token.text[token.len++] = '\0'; /* a byte of zero ends nothing */
    check_verdict(PV_TOKEN_MALFORMED);
    token = sound;
    check_verdict(PV_TOKEN_OK);
}

/* The claims grow until the token has its greatest length, and by one character more. */
static void token__longer_than_8_kib__is_refused(void **state)
{
    (void)state;
    static char claims[KIT_TOKEN_MAX];
    for (size_t fill = 5900; fill < 6100; fill++) {
        (void)snprintf(claims, sizeof claims, "{" CLAIMS ",\"x\":\"%0*d\"}", (int)fill, 0);
        kit_token_make(&token, PV_JWT_EDDSA, claims);
        if (token.len < PV_JWT_LEN_MAX)
            continue;
        if (token.len == PV_JWT_LEN_MAX) {
            check_verdict(PV_TOKEN_OK);
            continue;
        }
        check_verdict(PV_TOKEN_MALFORMED);
        return;
    }
    fail_msg("no token was long enough");
}

static void claims__what_is_accepted_and_what_is_not(void **state)
{
    (void)state;
    static const struct {
        const char *claims;
        enum pv_token_code code;
    } cases[] = {
        {"{" CLAIMS "}", PV_TOKEN_OK},
        {"{\"iss\":\"us\",\"aud\":[\"x\",\"photovote\"],\"sub\":\"s\",\"exp\":1001}", PV_TOKEN_OK},
        {"{" CLAIMS
         ",\"nbf\":0,\"iat\":253402300799,\"jti\":\"j\",\"email\":\"a@b\",\"email_verified\":7,\"x\":1.5}",
         PV_TOKEN_OK},
        {"{" CLAIMS ",\"exp\":1001}", PV_TOKEN_MALFORMED},
        {"{" CLAIMS "", PV_TOKEN_MALFORMED},
        {"[]", PV_TOKEN_MALFORMED},
        {"\"us\"", PV_TOKEN_MALFORMED},
        {"", PV_TOKEN_MALFORMED},
        {"{" CLAIMS ",\"x\":\"\xff\"}", PV_TOKEN_MALFORMED},
        {"{" CLAIMS ",\"x\":\"\\ud800\"}", PV_TOKEN_MALFORMED},
        {"{" CLAIMS ",\"x\":[[[[[[[]]]]]]]}", PV_TOKEN_OK},
        {"{" CLAIMS ",\"x\":[[[[[[[[]]]]]]]]}", PV_TOKEN_MALFORMED},
        {"{\"aud\":\"photovote\",\"sub\":\"s\",\"exp\":1001}", PV_TOKEN_ISSUER},
        {"{\"iss\":\"Us\",\"aud\":\"photovote\",\"sub\":\"s\",\"exp\":1001}", PV_TOKEN_ISSUER},
        {"{\"iss\":\"us/\",\"aud\":\"photovote\",\"sub\":\"s\",\"exp\":1001}", PV_TOKEN_ISSUER},
        {"{\"iss\":[\"us\"],\"aud\":\"photovote\",\"sub\":\"s\",\"exp\":1001}", PV_TOKEN_CLAIMS},
        {"{\"iss\":\"us\",\"sub\":\"s\",\"exp\":1001}", PV_TOKEN_AUDIENCE},
        {"{\"iss\":\"us\",\"aud\":\"photo\",\"sub\":\"s\",\"exp\":1001}", PV_TOKEN_AUDIENCE},
        {"{\"iss\":\"us\",\"aud\":[],\"sub\":\"s\",\"exp\":1001}", PV_TOKEN_AUDIENCE},
        {"{\"iss\":\"us\",\"aud\":[\"x\"],\"sub\":\"s\",\"exp\":1001}", PV_TOKEN_AUDIENCE},
        {"{\"iss\":\"us\",\"aud\":[\"photovote\",7],\"sub\":\"s\",\"exp\":1001}", PV_TOKEN_CLAIMS},
        {"{\"iss\":\"us\",\"aud\":{\"photovote\":1},\"sub\":\"s\",\"exp\":1001}", PV_TOKEN_CLAIMS},
        {"{\"iss\":\"us\",\"aud\":null,\"sub\":\"s\",\"exp\":1001}", PV_TOKEN_CLAIMS},
        {"{\"iss\":\"us\",\"aud\":\"photovote\",\"exp\":1001}", PV_TOKEN_CLAIMS},
        {"{\"iss\":\"us\",\"aud\":\"photovote\",\"sub\":\"\",\"exp\":1001}", PV_TOKEN_CLAIMS},
        {"{\"iss\":\"us\",\"aud\":\"photovote\",\"sub\":7,\"exp\":1001}", PV_TOKEN_CLAIMS},
        {"{\"iss\":\"us\",\"aud\":\"photovote\",\"sub\":\"s\"}", PV_TOKEN_CLAIMS},
        {"{" CLAIMS ",\"jti\":7}", PV_TOKEN_CLAIMS},
        {"{" CLAIMS ",\"email\":null}", PV_TOKEN_CLAIMS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_claims(cases[i].claims, cases[i].code);
}

static void claims__a_subject_of_255_bytes__is_the_longest(void **state)
{
    (void)state;
    char claims[400];
    for (int len = PV_JWT_SUBJECT_MAX; len <= PV_JWT_SUBJECT_MAX + 1; len++) {
        (void)snprintf(claims, sizeof claims,
                       "{\"iss\":\"us\",\"aud\":\"photovote\",\"sub\":\"%0*d\",\"exp\":1001}", len, 0);
        check_claims(claims, len == PV_JWT_SUBJECT_MAX ? PV_TOKEN_OK : PV_TOKEN_CLAIMS);
    }
}

/* An object of 64 members at most, wherever it is. */
static void claims__more_than_64_members__are_refused(void **state)
{
    (void)state;
    for (int inner = 0; inner < 2; inner++) {
        for (int count = PV_JWT_MEMBERS_MAX; count <= PV_JWT_MEMBERS_MAX + 1; count++) {
            char claims[2000];
            int len = snprintf(claims, sizeof claims, "{" CLAIMS "%s",
                               inner ? ",\"x\":[1,{\"y\":[]},{\"z\":0" : "");
            for (int i = inner ? 1 : 4; i < count; i++)
                len += snprintf(claims + len, sizeof claims - (size_t)len, ",\"%d\":{}", i);
            (void)snprintf(claims + len, sizeof claims - (size_t)len, "%s", inner ? "}],\"u\":0}" : "}");
            check_claims(claims, count == PV_JWT_MEMBERS_MAX ? PV_TOKEN_OK : PV_TOKEN_MALFORMED);
        }
    }
}

/* now is 1000 and the leeway 10. */
static void claims__times(void **state)
{
    (void)state;
    static const struct {
        const char *exp, *nbf;
        enum pv_token_code code;
    } cases[] = {
        {"991", "1010", PV_TOKEN_OK},
        {"990", "0", PV_TOKEN_EXPIRED},
        {"0", "0", PV_TOKEN_EXPIRED},
        {"-0", "0", PV_TOKEN_EXPIRED},
        {"2000", "1011", PV_TOKEN_NOT_YET},
        {"990", "1011", PV_TOKEN_EXPIRED},
        {"253402300799", "0", PV_TOKEN_OK},
        {"253402300800", "0", PV_TOKEN_CLAIMS},
        {"9223372036854775807", "0", PV_TOKEN_CLAIMS},
        {"9223372036854775808", "0", PV_TOKEN_CLAIMS},
        {"18446744073709551617", "0", PV_TOKEN_CLAIMS},
        {"99999999999999999999999999999999999999999999999999", "0", PV_TOKEN_CLAIMS},
        {"-1", "0", PV_TOKEN_CLAIMS},
        {"1001.0", "0", PV_TOKEN_CLAIMS},
        {"1e9", "0", PV_TOKEN_CLAIMS},
        {"1e400", "0", PV_TOKEN_CLAIMS},
        {"\"2000\"", "0", PV_TOKEN_CLAIMS},
        {"true", "0", PV_TOKEN_CLAIMS},
        {"null", "0", PV_TOKEN_CLAIMS},
        {"[2000]", "0", PV_TOKEN_CLAIMS},
        {"0x7d0", "0", PV_TOKEN_MALFORMED},
        {"02000", "0", PV_TOKEN_MALFORMED},
        {"+2000", "0", PV_TOKEN_MALFORMED},
        {"Infinity", "0", PV_TOKEN_MALFORMED},
        {"NaN", "0", PV_TOKEN_MALFORMED},
        {"2000", "-1", PV_TOKEN_CLAIMS},
        {"2000", "0.5", PV_TOKEN_CLAIMS},
        {"2000", "\"0\"", PV_TOKEN_CLAIMS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char claims[256];
        (void)snprintf(claims, sizeof claims,
                       "{\"iss\":\"us\",\"aud\":\"photovote\",\"sub\":\"s\",\"exp\":%s,\"nbf\":%s}",
                       cases[i].exp, cases[i].nbf);
        check_claims(claims, cases[i].code);
    }
    check_claims("{" CLAIMS ",\"iat\":1000.5}", PV_TOKEN_CLAIMS);
    check_claims("{" CLAIMS ",\"iat\":1011}", PV_TOKEN_OK);
}

/* Every character of a token, by every other character, and every bit of its signature: nothing is accepted.
 */
static void token__any_byte_changed__is_refused(void **state)
{
    (void)state;
    for (int alg = PV_JWT_RS256; alg <= PV_JWT_EDDSA; alg++) {
        kit_token_make(&token, (enum pv_jwt_alg)alg, "{" CLAIMS "}");
        check_verdict(PV_TOKEN_OK);
        for (size_t at = 0; at < token.len; at++) {
            char was = token.text[at];
            for (int bit = 0; bit < 8; bit++) {
                token.text[at] = (char)(was ^ 1 << bit);
                if (verdict() == PV_TOKEN_OK)
                    fail_msg("character %zu can be %d", at, token.text[at]);
            }
            token.text[at] = was;
        }
        for (size_t len = 0; len < token.len; len++) /* and every beginning */
            check_true(verdict_of((struct pv_str){token.text, len}) != PV_TOKEN_OK);
        check_verdict(PV_TOKEN_OK);
    }
}

/* Every character of the header and claims by every other one of the alphabet. */
static void token__any_character_for_another__is_refused(void **state)
{
    (void)state;
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/";
    kit_token_make(&token, PV_JWT_EDDSA, "{" CLAIMS "}");
    for (size_t at = 0; at < token.len; at++) {
        char was = token.text[at];
        for (const char *c = alphabet; *c != '\0'; c++) {
            token.text[at] = *c;
            if (*c != was && verdict() == PV_TOKEN_OK)
                fail_msg("character %zu can be %c", at, *c);
        }
        token.text[at] = was;
    }
}

static void check_signature_bytes(enum pv_jwt_alg alg, const unsigned char *bytes, size_t len,
                                  enum pv_token_code code)
{
    char header[64];
    (void)snprintf(header, sizeof header, "{\"alg\":\"%s\"}", jwt_kit_alg[alg]);
    kit_token_join(&token, header, "{" CLAIMS "}");
    token.text[token.len++] = '.';
    kit_token_encode(&token, bytes, len);
    check_verdict(code);
}

static void signature__of_another_length__is_refused(void **state)
{
    (void)state;
    for (int alg = PV_JWT_RS256; alg <= PV_JWT_EDDSA; alg++) {
        unsigned char bytes[KIT_SIGNATURE_MAX + 1] = {0};
        char header[64];
        (void)snprintf(header, sizeof header, "{\"alg\":\"%s\"}", jwt_kit_alg[alg]);
        kit_token_join(&token, header, "{" CLAIMS "}");
        size_t len = jwt_kit_signature((enum pv_jwt_alg)alg, kit_token_str(&token), bytes);
        check_signature_bytes((enum pv_jwt_alg)alg, bytes, len, PV_TOKEN_OK);
        for (size_t other = 0; other <= KIT_SIGNATURE_MAX; other += other < 300 ? 1 : 181) {
            if (other != len)
                check_signature_bytes((enum pv_jwt_alg)alg, bytes, other, PV_TOKEN_SIGNATURE);
        }
        check_signature_bytes((enum pv_jwt_alg)alg, bytes, KIT_SIGNATURE_MAX, PV_TOKEN_SIGNATURE);
        check_signature_bytes((enum pv_jwt_alg)alg, bytes, KIT_SIGNATURE_MAX + 1, PV_TOKEN_MALFORMED);
    }
}

/* r and s that are 0, 1, the order of the curve, or all ones ("psychic signatures"). */
static void signature__of_numbers_out_of_range__is_refused(void **state)
{
    (void)state;
    static const unsigned char order[32] = {0xff, 0xff, 0xff, 0xff, 0,    0,    0,    0,    0xff, 0xff, 0xff,
                                            0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
                                            0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};
    unsigned char values[4][32] = {{0}, {0}, {0}, {0}};
    values[1][31] = 1;
    memcpy(values[2], order, 32);
    memset(values[3], 0xff, 32);
    for (size_t r = 0; r < 4; r++) {
        for (size_t s = 0; s < 4; s++) {
            unsigned char pair[64];
            memcpy(pair, values[r], 32);
            memcpy(pair + 32, values[s], 32);
            check_signature_bytes(PV_JWT_ES256, pair, sizeof pair, PV_TOKEN_SIGNATURE);
        }
    }
    unsigned char zeros[256] = {0};
    check_signature_bytes(PV_JWT_EDDSA, zeros, 64, PV_TOKEN_SIGNATURE);
    check_signature_bytes(PV_JWT_RS256, zeros, 256, PV_TOKEN_SIGNATURE);
}

/* r or s that begins with zeros has another DER; one in 128 signatures has. */
static void signature__es256_with_short_numbers__is_accepted(void **state)
{
    (void)state;
    bool seen[3] = {false, false, false};
    for (int i = 0; i < 5000 && !(seen[0] && seen[1] && seen[2]); i++) {
        unsigned char bytes[KIT_SIGNATURE_MAX];
        kit_token_join(&token, "{\"alg\":\"ES256\"}", "{" CLAIMS "}");
        (void)jwt_kit_signature(PV_JWT_ES256, kit_token_str(&token), bytes);
        seen[0] |= bytes[0] == 0;
        seen[1] |= bytes[32] == 0;
        seen[2] |= bytes[0] >= 0x80 && bytes[32] < 0x80;
        check_signature_bytes(PV_JWT_ES256, bytes, 64, PV_TOKEN_OK);
    }
}

static void claims__texts__are_given_as_they_are(void **state)
{
    (void)state;
    struct pv_jwt jwt;
    enum pv_token_code why;
    struct pv_str text;
    kit_token_make(
        &token, PV_JWT_EDDSA,
        "{\"iss\":\"us\",\"sub\":\"\\u00e9\",\"jti\":\"j\",\"email\":\"a@b\",\"email_verified\":false,"
        "\"iat\":5,\"election\":\"E\",\"n\":7}");
    check_int(pv_jwt_parse(kit_token_str(&token), &jwt, &why), PV_OK);
    check_str(jwt.kid, "o");
    check_str(jwt.claims.issuer, "us");
    check_str(jwt.claims.subject, "\xc3\xa9");
    check_str(jwt.claims.id, "j");
    check_str(jwt.claims.email, "a@b");
    check_true(jwt.claims.email_doubted);
    check_int(jwt.claims.issued, 5);
    check_int(jwt.claims.expires, PV_JWT_NEVER);
    check_int(jwt.claims.not_before, PV_JWT_NEVER);
    check_true(pv_jwt_text(&jwt, "election", &text));
    check_str(text, "E");
    check_true(pv_jwt_text(&jwt, "Election", &text));
    check_true(text.ptr == NULL);
    check_true(!pv_jwt_text(&jwt, "n", &text));
    pv_jwt_deinit(&jwt);
    kit_token_make(&token, PV_JWT_EDDSA, "{\"email_verified\":true}");
    check_int(pv_jwt_parse(kit_token_str(&token), &jwt, &why), PV_OK);
    check_true(!jwt.claims.email_doubted);
    check_true(jwt.claims.issuer.ptr == NULL && jwt.claims.subject.ptr == NULL &&
               jwt.claims.email.ptr == NULL);
    pv_jwt_deinit(&jwt);
}

static void collect(void *context, struct pv_str text)
{
    char *all = context;
    (void)strncat(all, text.ptr, text.len);
    (void)strcat(all, ";");
}

static void check_texts(const char *claims, const char *path, const char *texts)
{
    struct pv_jwt jwt;
    enum pv_token_code why;
    char all[256] = "";
    kit_token_make(&token, PV_JWT_EDDSA, claims);
    check_int(pv_jwt_parse(kit_token_str(&token), &jwt, &why), PV_OK);
    bool ok = pv_jwt_texts(&jwt, (struct pv_str){path, strlen(path)}, collect, all);
    pv_jwt_deinit(&jwt);
    check_true(ok == (texts != NULL));
    assert_string_equal(all, texts == NULL ? "" : texts);
}

static void claims__texts_at_a_path(void **state)
{
    (void)state;
    check_texts("{\"roles\":[\"a\",\"b\"]}", "roles", "a;b;");
    check_texts("{\"roles\":\"a\"}", "roles", "a;");
    check_texts("{\"roles\":[]}", "roles", "");
    check_texts("{}", "roles", "");
    check_texts("{\"roles\":[\"a\"]}", "", "");
    check_texts("{\"\":[\"a\"]}", "", "a;");
    check_texts("{\"realm_access\":{\"roles\":[\"a\"]},\"roles\":[\"b\"]}", "realm_access.roles", "a;");
    check_texts("{\"realm_access\":{}}", "realm_access.roles", "");
    check_texts("{\"realm_access\":[\"roles\"]}", "realm_access.roles", "");
    check_texts("{\"realm_access\":7}", "realm_access.roles", "");
    check_texts("{\"a\":{\"b\":{\"c\":[\"x\"]}}}", "a.b.c", "x;");
    check_texts("{\"a\":{\"b.c\":[\"x\"]}}", "a.b.c", "x;");
    check_texts("{\"https://club.example/roles\":[\"x\"]}", "https://club.example/roles", "x;");
    check_texts("{\"a.b\":[\"x\"],\"a\":{\"b\":[\"y\"]}}", "a.b", "x;");
    check_texts("{\"roles\":[\"a\",7]}", "roles", NULL);
    check_texts("{\"roles\":7}", "roles", NULL);
    check_texts("{\"roles\":null}", "roles", NULL);
    check_texts("{\"roles\":{\"administrator\":true}}", "roles", NULL);
}

static void codes__each__has_a_name_and_a_sentence_of_its_own(void **state)
{
    (void)state;
    for (int i = PV_TOKEN_OK + 1; i < PV_TOKEN_COUNT; i++) {
        check_int(strncmp(pv_token_code_name((enum pv_token_code)i), "token_", 6), 0);
        check_true(strlen(pv_token_code_sentence((enum pv_token_code)i)) > 20);
        for (int j = 1; j < i; j++)
            check_true(strcmp(pv_token_code_name((enum pv_token_code)i),
                              pv_token_code_name((enum pv_token_code)j)) != 0);
    }
    check_int(PV_TOKEN_COUNT, 11);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(token__of_each_alg__is_accepted),
    cmocka_unit_test(header__what_is_accepted_and_what_is_not),
    cmocka_unit_test(header__another_alg__is_refused),
    cmocka_unit_test(token__hmac_with_the_public_key__is_refused),
    cmocka_unit_test(token__a_key_of_another_kind__is_refused),
    cmocka_unit_test(token__an_unknown_kid__is_refused),
    cmocka_unit_test(token__not_three_parts__is_refused),
    cmocka_unit_test(token__longer_than_8_kib__is_refused),
    cmocka_unit_test(claims__what_is_accepted_and_what_is_not),
    cmocka_unit_test(claims__a_subject_of_255_bytes__is_the_longest),
    cmocka_unit_test(claims__more_than_64_members__are_refused),
    cmocka_unit_test(claims__times),
    cmocka_unit_test(token__any_byte_changed__is_refused),
    cmocka_unit_test(token__any_character_for_another__is_refused),
    cmocka_unit_test(signature__of_another_length__is_refused),
    cmocka_unit_test(signature__of_numbers_out_of_range__is_refused),
    cmocka_unit_test(signature__es256_with_short_numbers__is_accepted),
    cmocka_unit_test(claims__texts__are_given_as_they_are),
    cmocka_unit_test(claims__texts_at_a_path),
    cmocka_unit_test(codes__each__has_a_name_and_a_sentence_of_its_own),
};
int main(void)
{
    return cmocka_run_group_tests(tests, set_up, tear_down) == 0 ? 0 : 1;
}
