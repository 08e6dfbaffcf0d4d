#include "openssl_faults.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdbool.h>
#include <stdint.h>

static size_t fail_at = SIZE_MAX, count;

void openssl_failing_at(size_t number)
{
    fail_at = number;
    count = 0;
}

size_t openssl_count(void)
{
    return count;
}

static bool fails(void)
{
    if (count++ != fail_at)
        return false;
    ERR_raise(ERR_LIB_EVP, ERR_R_MALLOC_FAILURE);
    return true;
}

/* A call, its parameters, how they are handed on, and what it returns when it fails. */
#define WRAP(type, name, parameters, arguments, failed)                                                      \
    type __real_##name parameters;                                                                           \
    type __wrap_##name parameters;                                                                           \
    type __wrap_##name parameters                                                                            \
    {                                                                                                        \
        return fails() ? (failed) : __real_##name arguments;                                                 \
    }

WRAP(EVP_PKEY *, EVP_PKEY_new_raw_public_key,
     (int type, ENGINE *engine, const unsigned char *bytes, size_t len), (type, engine, bytes, len), NULL)
WRAP(EVP_PKEY *, EVP_PKEY_new_raw_private_key,
     (int type, ENGINE *engine, const unsigned char *bytes, size_t len), (type, engine, bytes, len), NULL)
WRAP(int, EVP_PKEY_get_raw_public_key, (const EVP_PKEY *key, unsigned char *bytes, size_t *len),
     (key, bytes, len), 0)
WRAP(EVP_PKEY_CTX *, EVP_PKEY_CTX_new_from_name,
     (OSSL_LIB_CTX * library, const char *name, const char *properties), (library, name, properties), NULL)
WRAP(int, EVP_PKEY_fromdata_init, (EVP_PKEY_CTX * context), (context), 0)
WRAP(int, EVP_PKEY_fromdata, (EVP_PKEY_CTX * context, EVP_PKEY **key, int selection, OSSL_PARAM params[]),
     (context, key, selection, params), 0)
WRAP(int, EVP_PKEY_up_ref, (EVP_PKEY * key), (key), 0)
WRAP(EVP_MD_CTX *, EVP_MD_CTX_new, (void), (), NULL)
WRAP(int, EVP_DigestVerifyInit,
     (EVP_MD_CTX * context, EVP_PKEY_CTX **key_context, const EVP_MD *type, ENGINE *engine, EVP_PKEY *key),
     (context, key_context, type, engine, key), 0)
WRAP(int, EVP_DigestVerify,
     (EVP_MD_CTX * context, const unsigned char *signature, size_t signature_len, const unsigned char *bytes,
      size_t len),
     (context, signature, signature_len, bytes, len), -1)
WRAP(int, EVP_DigestSignInit,
     (EVP_MD_CTX * context, EVP_PKEY_CTX **key_context, const EVP_MD *type, ENGINE *engine, EVP_PKEY *key),
     (context, key_context, type, engine, key), 0)
WRAP(int, EVP_DigestSign,
     (EVP_MD_CTX * context, unsigned char *signature, size_t *signature_len, const unsigned char *bytes,
      size_t len),
     (context, signature, signature_len, bytes, len), 0)
WRAP(int, EVP_Digest,
     (const void *bytes, size_t len, unsigned char *digest, unsigned *size, const EVP_MD *type,
      ENGINE *engine),
     (bytes, len, digest, size, type, engine), 0)
WRAP(BIO *, BIO_new, (const BIO_METHOD *method), (method), NULL)
WRAP(BIO *, BIO_new_mem_buf, (const void *bytes, int len), (bytes, len), NULL)
WRAP(EVP_PKEY *, PEM_read_bio_PrivateKey, (BIO * bio, EVP_PKEY **key, pem_password_cb *ask, void *context),
     (bio, key, ask, context), NULL)
WRAP(int, PEM_write_bio_PrivateKey,
     (BIO * bio, const EVP_PKEY *key, const EVP_CIPHER *cipher, const unsigned char *phrase, int len,
      pem_password_cb *ask, void *context),
     (bio, key, cipher, phrase, len, ask, context), 0)
