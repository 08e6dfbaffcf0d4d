/* Base64url without padding (RFC 4648, 5; RFC 7515, 2): what tokens and keys are written in. */
#ifndef PV_BASE64URL_H
#define PV_BASE64URL_H

#include "base.h"

/* The characters that so many bytes make, and the most bytes that so many characters can stand for. */
#define PV_BASE64URL_LEN(bytes) ((bytes) / 3 * 4 + ((bytes) % 3 * 4 + 2) / 3)
#define PV_BASE64URL_BYTES(len) ((len) / 4 * 3 + (len) % 4 * 3 / 4)

/* Not terminated; `out` has room for PV_BASE64URL_LEN(bytes.len). Returns that length. */
size_t pv_base64url_encode(struct pv_str bytes, char *out);

/* Takes the one spelling that the encoder gives and no other: no padding, no white space, no other alphabet,
   no bits behind the last byte. False for anything else, and for more than `size` bytes; *len is written only
   for true, `out` in any case. */
bool pv_base64url_decode(struct pv_str text, unsigned char *out, size_t size, size_t *len) PV_MUST_USE;

#endif
