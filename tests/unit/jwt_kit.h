/* Tokens signed by OpenSSL and put together by the tests themselves, with a key of each kind. What cannot be
   done ends the program. */
#ifndef PV_JWT_KIT_H
#define PV_JWT_KIT_H

#include "jwt_sign.h"

enum { KIT_TOKEN_MAX = 16384, KIT_SIGNATURE_MAX = 1024 };

struct kit_token {
    char text[KIT_TOKEN_MAX]; /* terminated */
    size_t len;
};
static inline struct pv_str kit_token_str(const struct kit_token *token)
{
    return (struct pv_str){token->text, token->len};
}

/* By enum pv_jwt_alg: the public half of the key as a JWK, the alg's name, the key's name. */
extern const char *const jwt_kit_jwk[], *const jwt_kit_alg[], *const jwt_kit_kid[];

/* Appends bytes, encoded. */
void kit_token_encode(struct kit_token *token, const void *bytes, size_t len);
/* The first two parts, of these texts. */
void kit_token_join(struct kit_token *token, const char *header, const char *claims);
/* The third part: by the key of that alg; an HMAC (HS256). */
void kit_token_sign(struct kit_token *token, enum pv_jwt_alg alg);
void kit_token_hmac(struct kit_token *token, const void *key, size_t key_len);
/* A whole token with these claims, its header naming alg and key. */
void kit_token_make(struct kit_token *token, enum pv_jwt_alg alg, const char *claims);
/* The bytes of a signature. */
size_t jwt_kit_signature(enum pv_jwt_alg alg, struct pv_str bytes,
                         unsigned char signature[KIT_SIGNATURE_MAX]);

/* All three keys; to be freed. */
struct pv_jwt_keys *jwt_kit_keys(void);
/* The Ed25519 key to sign with (its name is its thumbprint); to be freed. */
struct pv_signing_key *jwt_kit_signing_key(void);
/* The RSA key's public half in PEM: what HS256 is attacked with. */
size_t jwt_kit_public_pem(char *pem, size_t size);

#endif
