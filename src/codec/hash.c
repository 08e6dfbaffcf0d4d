#include <openssl/evp.h>

#include "document.h"

static int digest_write(void *context, const char *bytes, size_t len)
{
    return EVP_DigestUpdate(context, bytes, len) == 1 ? 0 : -1;
}

/* OpenSSL fails here only for want of memory: SHA-256 itself cannot. */
enum pv_result pv_document_hash(const struct pv_election *election, char hex[PV_HASH_LEN])
{
    static const char digits[] = "0123456789abcdef";
    enum pv_result result = PV_FAULT_MEMORY;
    unsigned char digest[EVP_MAX_MD_SIZE];
    struct pv_out out;

    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context == NULL || EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1)
        goto out;
    pv_out_init(&out, digest_write, context);
    pv_document_write(&out, election);
    if (!pv_out_flush(&out) || EVP_DigestFinal_ex(context, digest, NULL) != 1)
        goto out;
    for (size_t i = 0; i < PV_HASH_LEN; i++)
        hex[i] = digits[digest[i / 2] >> (i % 2 == 0 ? 4 : 0) & 15];
    result = PV_OK;
out:
    EVP_MD_CTX_free(context);
    return result;
}
