/* Keys that tokens are verified with: sets out of JWKS (RFC 7517), or of keys of our own. */
#ifndef PV_JWT_KEYS_H
#define PV_JWT_KEYS_H

#include "document.h"
#include "jwt.h"

enum {
    PV_JWKS_LEN_MAX = 256 * 1024,
    PV_JWKS_KEYS_MAX = 64,
    PV_KID_MAX = 256, /* bytes; a key with a longer name is passed over */
    PV_RSA_BITS_MIN = 2048,
    PV_RSA_BITS_MAX = 8192,
};

/* Does not change once it is made, and may then be used by many threads. */
struct pv_jwt_keys;

/* Reads a JWKS. Of its keys, those that are no use here are passed over, as RFC 7517, 5 wants it: other kinds
   and curves, other uses than verifying signatures (use, key_ops, alg), RSA that is too short, too long or
   weak, points that are not on the curve, members that are missing or malformed. Private members are not
   looked at. PV_REFUSED, with the reason, for what is no JWKS at all, is too large, or has more than
   PV_JWKS_KEYS_MAX keys. */
enum pv_result pv_jwt_keys_read(struct pv_str jwks, struct pv_jwt_keys **keys,
                                struct pv_document_error *error) PV_MUST_USE;
/* NULL is fine. */
void pv_jwt_keys_free(struct pv_jwt_keys *keys);
size_t pv_jwt_keys_count(const struct pv_jwt_keys *keys);

/* Whether the signature is of these bytes, by the one key of the set that is for this alg and has this name
   (kid.ptr NULL: the one key that is for this alg). PV_REFUSED with PV_TOKEN_UNKNOWN_KEY if there is none or
   more than one, so that a key is never used with an alg that is not its own; with PV_TOKEN_SIGNATURE if the
   signature does not hold. */
enum pv_result pv_jwt_keys_verify(const struct pv_jwt_keys *keys, enum pv_jwt_alg alg, struct pv_str kid,
                                  struct pv_str bytes, struct pv_str signature,
                                  enum pv_token_code *why) PV_MUST_USE;
/* The same of a token. */
enum pv_result pv_jwt_verify(const struct pv_jwt *jwt, const struct pv_jwt_keys *keys,
                             enum pv_token_code *why) PV_MUST_USE;

#endif
