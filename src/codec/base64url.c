#include "base64url.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

size_t pv_base64url_encode(struct pv_str bytes, char *out)
{
    size_t made = 0;
    uint32_t held = 0; /* of which the last `bits` are not written yet */
    unsigned bits = 0;
    for (size_t i = 0; i < bytes.len; i++) {
        held = held << 8 | (unsigned char)bytes.ptr[i];
        for (bits += 8; bits >= 6; bits -= 6)
            out[made++] = alphabet[held >> (bits - 6) & 63];
    }
    if (bits != 0)
        out[made++] = alphabet[held << (6 - bits) & 63];
    return made;
}

/* What a character stands for; 64: nothing. */
static uint32_t value_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (uint32_t)(c - 'A');
    if (c >= 'a' && c <= 'z')
        return (uint32_t)(c - 'a' + 26);
    if (c >= '0' && c <= '9')
        return (uint32_t)(c - '0' + 52);
    if (c == '-')
        return 62;
    return c == '_' ? 63 : 64;
}

bool pv_base64url_decode(struct pv_str text, unsigned char *out, size_t size, size_t *len)
{
    if (PV_BASE64URL_BYTES(text.len) > size || text.len % 4 == 1)
        return false;
    size_t made = 0;
    uint32_t held = 0;
    unsigned bits = 0;
    for (size_t i = 0; i < text.len; i++) {
        uint32_t value = value_of(text.ptr[i]);
        if (value == 64)
            return false;
        held = held << 6 | value;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out[made++] = (unsigned char)(held >> bits);
        }
    }
    if ((held & ((1U << bits) - 1)) != 0) /* another spelling of the same bytes */
        return false;
    *len = made;
    return true;
}
