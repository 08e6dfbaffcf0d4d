/* Signing tokens, with Ed25519 keys (RFC 8037). A key's name (kid) is its thumbprint (RFC 7638), so that who
   holds a key knows its name. */
#ifndef PV_JWT_SIGN_H
#define PV_JWT_SIGN_H

#include "jwt_keys.h"
#include "out.h"

enum { PV_SIGNING_SEED_LEN = 32, PV_THUMBPRINT_LEN = 43 };

/* Does not change, and may be used by many threads. */
struct pv_signing_key;

/* The key that 32 bytes make which nobody can guess. PV_OK or PV_FAULT_MEMORY. */
enum pv_result pv_signing_key_from_seed(const unsigned char seed[PV_SIGNING_SEED_LEN],
                                        struct pv_signing_key **key) PV_MUST_USE;
/* PKCS#8 in PEM, not encrypted. PV_REFUSED for anything else than an Ed25519 key. */
enum pv_result pv_signing_key_from_pem(struct pv_str pem, struct pv_signing_key **key) PV_MUST_USE;
/* NULL is fine. */
void pv_signing_key_free(struct pv_signing_key *key);
struct pv_str pv_signing_key_id(const struct pv_signing_key *key);

/* Append to a buffer: the key as PEM (a secret: pv_secret_deinit frees it), and its public half as a JWK.
   PV_OK or PV_FAULT_MEMORY. */
enum pv_result pv_signing_key_pem(const struct pv_signing_key *key, struct pv_buffer *pem) PV_MUST_USE;
enum pv_result pv_signing_key_jwk(const struct pv_signing_key *key, struct pv_buffer *jwk) PV_MUST_USE;
/* Overwrites and frees. */
void pv_secret_deinit(struct pv_buffer *secret);

/* Sets of keys of our own: an empty one (NULL: out of memory), and one key more. A key that is there already
   is not added again. PV_REFUSED: the set is full. */
struct pv_jwt_keys *pv_jwt_keys_new(void) PV_MUST_USE;
enum pv_result pv_jwt_keys_add(struct pv_jwt_keys *keys, const struct pv_signing_key *key) PV_MUST_USE;

/* Appends the token with these claims, a JSON object as pv_jwt_parse takes it. PV_REFUSED, with the buffer as
   it was, if the token would be longer than PV_JWT_LEN_MAX. */
enum pv_result pv_jwt_sign(const struct pv_signing_key *key, struct pv_str claims,
                           struct pv_buffer *token) PV_MUST_USE;

#endif
