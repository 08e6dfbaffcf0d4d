/* Signed tokens: JWT (RFC 7519) as a JWS in its compact form (RFC 7515), of which RS256, ES256 (RFC 7518) and
   EdDSA with Ed25519 (RFC 8037) are accepted and nothing else. Reading, and holding against keys and
   expectations, are steps of their own, because who issued a token says whose keys it is held against:

       pv_jwt_parse -> pv_jwt_verify (jwt_keys.h) -> pv_jwt_check

   What a token says may be believed only behind the second. No time in here: `now` comes from the caller. */
#ifndef PV_JWT_H
#define PV_JWT_H

#include "base.h"

enum pv_token_code {
    PV_TOKEN_OK = 0,
#define PV_TOKEN(tag, name, sentence) PV_TOKEN_##tag,
#include "token_codes.tbl.h"
#undef PV_TOKEN
    PV_TOKEN_COUNT
};
/* The wire name and the sentence of a code that is not PV_TOKEN_OK. Static strings. */
const char *pv_token_code_name(enum pv_token_code code);
const char *pv_token_code_sentence(enum pv_token_code code);

enum pv_jwt_alg { PV_JWT_RS256, PV_JWT_ES256, PV_JWT_EDDSA };

enum {
    PV_JWT_LEN_MAX = 8192,       /* of a token */
    PV_JWT_SIGNATURE_MAX = 1024, /* bytes: RSA with 8192 bits */
    PV_JWT_DEPTH_MAX = 8,        /* levels of header and claims */
    PV_JWT_MEMBERS_MAX = 64,     /* of an object in them */
    PV_JWT_SUBJECT_MAX = 255,    /* bytes */
};

/* A time that a token does not name. */
#define PV_JWT_NEVER INT64_C(-1)

/* What a token says of itself, each of the right kind; absent texts have ptr NULL, absent times are
   PV_JWT_NEVER. Times are seconds since 1970, up to the end of the year 9999. */
struct pv_jwt_claims {
    struct pv_str issuer, subject, id, email;
    bool email_doubted; /* email_verified is there and is not true */
    int64_t expires, not_before, issued;
};

struct pv_jwt {
    enum pv_jwt_alg alg;
    struct pv_str kid;         /* ptr NULL: none */
    struct pv_str signed_part; /* what the signature is of; borrowed from the token */
    unsigned char signature[PV_JWT_SIGNATURE_MAX];
    size_t signature_len;
    struct pv_jwt_claims claims;
    void *header, *body; /* the trees that the texts are borrowed from */
};

/* Takes a token apart: three parts in canonical base64url; header and claims JSON objects without duplicate
   keys, within the limits; `alg` one of the three; `typ` absent, JWT or at+jwt; no crit, b64, zip or cty.
   Other members of the header (jku, jwk, x5u, x5c) are never looked at.

   PV_OK: to be freed by pv_jwt_deinit, and the token must stay. PV_REFUSED with the code, or PV_FAULT_MEMORY:
   nothing is to be freed. */
enum pv_result pv_jwt_parse(struct pv_str token, struct pv_jwt *jwt, enum pv_token_code *why) PV_MUST_USE;
void pv_jwt_deinit(struct pv_jwt *jwt);

struct pv_jwt_expected {
    struct pv_str issuer, audience;
    int64_t now, leeway; /* seconds; the leeway is for clocks that differ, 0 to an hour or so */
};
/* Whether the token is for us and for now: its issuer is that one, its audience is or has that one, it names
   a subject (1 to PV_JWT_SUBJECT_MAX bytes) and an end, which has not come, nor is its beginning still to
   come. PV_TOKEN_OK or the first refusal in this order. */
enum pv_token_code pv_jwt_check(const struct pv_jwt *jwt, const struct pv_jwt_expected *expected) PV_MUST_USE;

/* A claim that is a text: ptr NULL if it is absent; false if it is something else. */
bool pv_jwt_text(const struct pv_jwt *jwt, const char *name, struct pv_str *text) PV_MUST_USE;
/* The texts at a path: a claim of that whole name, or else, cut at its dots, a claim within claims, such as
   realm_access.roles. An array of texts, or one text. False if there is something else; an absent one has no
   texts. */
bool pv_jwt_texts(const struct pv_jwt *jwt, struct pv_str path,
                  void (*visit)(void *context, struct pv_str text), void *context) PV_MUST_USE;

#endif
