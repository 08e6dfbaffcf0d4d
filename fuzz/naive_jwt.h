/* A token taken apart in the plainest way, and a set of keys: the opponents of the codec's. They share no
   code with it but the parser of ids. */
#ifndef PV_FUZZ_NAIVE_JWT_H
#define PV_FUZZ_NAIVE_JWT_H

#include "jwt_keys.h"
#include "naive_json.h"

struct naive_jwt {
    enum pv_token_code parse; /* what pv_jwt_parse must say; the rest is there for PV_TOKEN_OK */
    enum pv_jwt_alg alg;
    struct pv_str kid, signed_part, signature;
    const struct naive *body;
};
struct naive_jwt naive_jwt(struct pv_str token, struct bag *bag);

/* What pv_jwt_check must say. */
enum pv_token_code naive_jwt_check(const struct naive_jwt *jwt, const struct pv_jwt_expected *expected);
/* A claim's text, ptr NULL if it is absent; a claim's time, or PV_JWT_NEVER. Of what was parsed. */
struct pv_str naive_jwt_text(const struct naive_jwt *jwt, const char *name);
int64_t naive_jwt_time(const struct naive_jwt *jwt, const char *name);

/* Bytes in base64url, one bit after the other; false if it is not the one spelling. */
bool naive_base64url(struct pv_str text, struct bag *bag, struct pv_str *bytes);

/* Whether the text is a JWKS, and how many keys of it are to be taken: at least and at most, because a point
   may be on the curve or not. */
bool naive_jwks(struct pv_str text, struct bag *bag, size_t *least, size_t *most);

#endif
