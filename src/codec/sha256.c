#include "sha256.h"

#include <openssl/evp.h>

/* OpenSSL fails here only for want of memory: SHA-256 itself cannot. */
enum pv_result pv_sha256(struct pv_str bytes, unsigned char digest[PV_SHA256_LEN])
{
    return EVP_Digest(bytes.ptr, bytes.len, digest, NULL, EVP_sha256(), NULL) == 1 ? PV_OK : PV_FAULT_MEMORY;
}
