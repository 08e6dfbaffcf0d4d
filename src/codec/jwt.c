#include "jwt.h"

#include "base64url.h"
#include "jwt_parts.h"

#include <string.h>

static const struct {
    const char *name, *sentence;
} codes[] = {
    [PV_TOKEN_OK] = {NULL, NULL},
#define PV_TOKEN(tag, name, sentence) [PV_TOKEN_##tag] = {#name, sentence},
#include "token_codes.tbl.h"
#undef PV_TOKEN
};

const char *pv_token_code_name(enum pv_token_code code)
{
    return codes[code].name;
}

const char *pv_token_code_sentence(enum pv_token_code code)
{
    return codes[code].sentence;
}

static enum pv_result refuse(enum pv_token_code *why, enum pv_token_code code)
{
    *why = code;
    return PV_REFUSED;
}

/* Header, claims and signature, still encoded. */
enum { HEADER, BODY, SIGNATURE, PARTS };

static bool split(struct pv_str token, struct pv_str parts[PARTS])
{
    size_t part = 0, begin = 0;
    if (token.len > PV_JWT_LEN_MAX)
        return false;
    for (size_t i = 0; i < token.len; i++) {
        if (token.ptr[i] != '.')
            continue;
        if (part == SIGNATURE)
            return false;
        parts[part++] = (struct pv_str){token.ptr + begin, i - begin};
        begin = i + 1;
    }
    if (part != SIGNATURE)
        return false;
    parts[part] = (struct pv_str){token.ptr + begin, token.len - begin};
    return true;
}

/* The object that a part holds. */
static enum pv_result read_object(struct pv_str part, void **object, enum pv_token_code *why)
{
    unsigned char bytes[PV_BASE64URL_BYTES(PV_JWT_LEN_MAX)];
    struct pv_document_error error; /* not told: it may show what is in the token */
    size_t len;
    cJSON *tree;
    if (!pv_base64url_decode(part, bytes, sizeof bytes, &len))
        return refuse(why, PV_TOKEN_MALFORMED);
    enum pv_result result =
        pv_jwt_tree((struct pv_str){(const char *)bytes, len}, PV_JWT_MEMBERS_MAX, &tree, &error);
    if (result == PV_REFUSED)
        return refuse(why, PV_TOKEN_MALFORMED);
    if (result == PV_OK)
        *object = tree;
    return result;
}

/* RFC 7515 has a token refused whose crit is not understood; of the others each would make the claims
   something else than what stands in the second part: b64 (RFC 7797), zip, or a token in a token. */
static bool has_extension(const cJSON *header)
{
    static const char *const names[] = {"crit", "b64", "zip", "cty"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (cJSON_GetObjectItemCaseSensitive(header, names[i]) != NULL)
            return true;
    }
    return false;
}

static enum pv_token_code read_header(const cJSON *header, struct pv_jwt *jwt)
{
    struct pv_str alg, typ;
    if (!pv_jwt_tree_text(header, "alg", &alg) || alg.ptr == NULL || !pv_jwt_tree_text(header, "typ", &typ) ||
        !pv_jwt_tree_text(header, "kid", &jwt->kid))
        return PV_TOKEN_MALFORMED;
    if (typ.ptr != NULL && !pv_str_equal(typ, PV_STR("JWT")) && !pv_str_equal(typ, PV_STR("at+jwt")))
        return PV_TOKEN_MALFORMED;
    return pv_jwt_alg_parse(alg, &jwt->alg) && !has_extension(header) ? PV_TOKEN_OK : PV_TOKEN_ALGORITHM;
}

static bool read_signature(struct pv_str part, struct pv_jwt *jwt)
{
    return pv_base64url_decode(part, jwt->signature, sizeof jwt->signature, &jwt->signature_len);
}

/* A whole number of seconds that D2 has a time for. */
static bool read_time(const cJSON *body, const char *name, int64_t *time)
{
    const int64_t last = INT64_C(253402300799); /* 9999-12-31T23:59:59Z */
    const cJSON *node = cJSON_GetObjectItemCaseSensitive(body, name);
    struct pv_json_value value;
    *time = PV_JWT_NEVER;
    if (node == NULL)
        return true;
    if (!pv_tree_is_number(node))
        return false;
    struct pv_json json = pv_json_begin(pv_tree_str(node->valuestring + 1), NULL);
    return pv_json_value(&json, 1, &value) && pv_json_natural(&value, time) && *time <= last;
}

static bool is_audience(const cJSON *node)
{
    return node == NULL || pv_tree_is_text(node) || pv_jwt_tree_is_texts(node);
}

static bool read_claims(const cJSON *body, struct pv_jwt_claims *claims)
{
    const cJSON *verified = cJSON_GetObjectItemCaseSensitive(body, "email_verified");
    claims->email_doubted = verified != NULL && !cJSON_IsTrue(verified);
    return pv_jwt_tree_text(body, "iss", &claims->issuer) &&
           pv_jwt_tree_text(body, "sub", &claims->subject) && pv_jwt_tree_text(body, "jti", &claims->id) &&
           pv_jwt_tree_text(body, "email", &claims->email) &&
           is_audience(cJSON_GetObjectItemCaseSensitive(body, "aud")) &&
           read_time(body, "exp", &claims->expires) && read_time(body, "nbf", &claims->not_before) &&
           read_time(body, "iat", &claims->issued);
}

static enum pv_result read_parts(const struct pv_str parts[PARTS], struct pv_jwt *jwt,
                                 enum pv_token_code *why)
{
    enum pv_result result = read_object(parts[HEADER], &jwt->header, why);
    if (result != PV_OK)
        return result;
    enum pv_token_code code = read_header(jwt->header, jwt);
    if (code != PV_TOKEN_OK)
        return refuse(why, code);
    result = read_object(parts[BODY], &jwt->body, why);
    if (result != PV_OK)
        return result;
    if (!read_signature(parts[SIGNATURE], jwt))
        return refuse(why, PV_TOKEN_MALFORMED);
    return read_claims(jwt->body, &jwt->claims) ? PV_OK : refuse(why, PV_TOKEN_CLAIMS);
}

enum pv_result pv_jwt_parse(struct pv_str token, struct pv_jwt *jwt, enum pv_token_code *why)
{
    struct pv_str parts[PARTS];
    if (!split(token, parts))
        return refuse(why, PV_TOKEN_MALFORMED);
    struct pv_jwt made = {.signed_part = {token.ptr, parts[HEADER].len + 1 + parts[BODY].len}};
    enum pv_result result = read_parts(parts, &made, why);
    if (result == PV_OK)
        *jwt = made;
    else
        pv_jwt_deinit(&made);
    return result;
}

void pv_jwt_deinit(struct pv_jwt *jwt)
{
    cJSON_Delete(jwt->header);
    cJSON_Delete(jwt->body);
    *jwt = (struct pv_jwt){0};
}

enum pv_token_code pv_jwt_check(const struct pv_jwt *jwt, const struct pv_jwt_expected *expected)
{
    const struct pv_jwt_claims *claims = &jwt->claims;
    if (claims->issuer.ptr == NULL || !pv_str_equal(claims->issuer, expected->issuer))
        return PV_TOKEN_ISSUER;
    if (!pv_jwt_tree_has(cJSON_GetObjectItemCaseSensitive(jwt->body, "aud"), expected->audience))
        return PV_TOKEN_AUDIENCE;
    if (claims->subject.len == 0 || claims->subject.len > PV_JWT_SUBJECT_MAX ||
        claims->expires == PV_JWT_NEVER)
        return PV_TOKEN_CLAIMS;
    if (expected->now - expected->leeway >= claims->expires)
        return PV_TOKEN_EXPIRED;
    if (claims->not_before != PV_JWT_NEVER && expected->now + expected->leeway < claims->not_before)
        return PV_TOKEN_NOT_YET;
    return PV_TOKEN_OK;
}

bool pv_jwt_text(const struct pv_jwt *jwt, const char *name, struct pv_str *text)
{
    return pv_jwt_tree_text(jwt->body, name, text);
}

/* The member of that name, which is no terminated string. */
static const cJSON *member(const cJSON *object, struct pv_str name)
{
    if (object == NULL || !cJSON_IsObject(object))
        return NULL;
    const cJSON *node = object->child;
    while (node != NULL && !pv_str_equal(pv_tree_str(node->string), name))
        node = node->next;
    return node;
}

static const cJSON *at_path(const cJSON *object, struct pv_str path)
{
    const cJSON *node = member(object, path);
    while (node == NULL && path.len > 0) {
        const char *dot = memchr(path.ptr, '.', path.len);
        if (dot == NULL)
            return NULL;
        object = member(object, (struct pv_str){path.ptr, (size_t)(dot - path.ptr)});
        path = (struct pv_str){dot + 1, (size_t)(path.ptr + path.len - dot - 1)};
        node = member(object, path);
    }
    return node;
}

bool pv_jwt_texts(const struct pv_jwt *jwt, struct pv_str path,
                  void (*visit)(void *context, struct pv_str text), void *context)
{
    const cJSON *node = at_path(jwt->body, path);
    if (node == NULL)
        return true;
    if (pv_tree_is_text(node)) {
        visit(context, pv_tree_str(node->valuestring));
        return true;
    }
    if (!pv_jwt_tree_is_texts(node))
        return false;
    for (const cJSON *item = node->child; item != NULL; item = item->next)
        visit(context, pv_tree_str(item->valuestring));
    return true;
}
