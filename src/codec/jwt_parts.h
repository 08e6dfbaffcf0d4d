/* What the files of jwt share. */
#ifndef PV_JWT_PARTS_H
#define PV_JWT_PARTS_H

#include "document_tree.h"
#include "jwt_sign.h"

#include <openssl/evp.h>

/* The tree of a JSON object from outside: guarded, at most PV_JWT_DEPTH_MAX levels and so many members an
   object; numbers as document_tree.h has them. PV_OK, PV_REFUSED (with the reason) or PV_FAULT_MEMORY. */
enum pv_result pv_jwt_tree(struct pv_str text, int members, cJSON **tree,
                           struct pv_document_error *error) PV_MUST_USE;
/* A member that is a text. False if it is something else; ptr NULL if there is none. */
bool pv_jwt_tree_text(const cJSON *object, const char *name, struct pv_str *text) PV_MUST_USE;
/* Whether it is an array of texts and nothing else. */
bool pv_jwt_tree_is_texts(const cJSON *node) PV_MUST_USE;
/* Whether one of an array of texts, or the one text, is this one. */
bool pv_jwt_tree_has(const cJSON *node, struct pv_str text) PV_MUST_USE;

/* The names of the algs in tokens and keys, by enum pv_jwt_alg. */
bool pv_jwt_alg_parse(struct pv_str name, enum pv_jwt_alg *alg) PV_MUST_USE;

/* After a failure of OpenSSL's, which it has noted: PV_FAULT_MEMORY if it had no memory, PV_REFUSED if what
   it was given was wrong. Nothing is noted afterwards. */
enum pv_result pv_jwt_openssl_failed(void) PV_MUST_USE;

struct pv_jwt_key {
    enum pv_jwt_alg alg;
    EVP_PKEY *pkey;
    size_t kid_len;
    bool has_kid;
    char kid[PV_KID_MAX];
};

struct pv_jwt_keys {
    size_t count;
    struct pv_jwt_key keys[PV_JWKS_KEYS_MAX];
};

/* The key in a JWK, without its name. PV_OK: pkey is the caller's. PV_REFUSED: no use here. */
enum pv_result pv_jwk_read(const cJSON *jwk, struct pv_jwt_key *key) PV_MUST_USE;

#endif
