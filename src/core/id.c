#include "id.h"

#include <string.h>

/* Crockford's base 32: the value of each character, either case; I, L, O and U have none. */
enum { NOT_BASE32 = 0xff };
#define X NOT_BASE32
/* clang-format off */
static const uint8_t base32_value[256] = {
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, X, X, X, X, X, X,
    X, 10, 11, 12, 13, 14, 15, 16, 17, X, 18, 19, X, 20, 21, X,
    22, 23, 24, 25, 26, X, 27, 28, 29, 30, 31, X, X, X, X, X,
    X, 10, 11, 12, 13, 14, 15, 16, 17, X, 18, 19, X, 20, 21, X,
    22, 23, 24, 25, 26, X, 27, 28, 29, 30, 31, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
};
/* clang-format on */
#undef X

static const char base32_digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* 13 characters are 65 bits: enough for either half of a ULID, whose first character has only 3. */
static uint64_t decode13(const unsigned char *text, uint8_t *seen)
{
    uint64_t bits = 0;
    uint8_t all = 0;
    for (int i = 0; i < 13; i++) {
        uint8_t value = base32_value[text[i]];
        all |= value;
        bits = bits << 5 | (value & 31);
    }
    *seen |= all;
    return bits;
}

enum pv_code pv_ulid_parse(struct pv_str text, struct pv_bits128 *out)
{
    if (text.len != PV_ULID_LEN)
        return PV_ID_INVALID;
    const unsigned char *p = (const unsigned char *)text.ptr;
    uint8_t seen = 0;
    uint64_t high = decode13(p, &seen);     /* 65 bits, of which the first may be lost: checked below */
    uint64_t low = decode13(p + 13, &seen); /* 65 bits: its first belongs to the upper half */
    uint8_t middle = base32_value[p[13]];
    if (seen > 31 || base32_value[p[0]] > 7)
        return PV_ID_INVALID;
    struct pv_bits128 bits = {high << 1 | middle >> 4, low};
    if (pv_bits128_is_zero(bits))
        return PV_ID_EMPTY;
    *out = bits;
    return PV_CODE_NONE;
}

static int hex_value(unsigned char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_hyphen_place(size_t i)
{
    return i == 8 || i == 13 || i == 18 || i == 23;
}

static enum pv_code uuid_parse(const char *text, struct pv_bits128 *out)
{
    struct pv_bits128 bits = {0, 0};
    for (size_t i = 0; i < PV_UUID_LEN; i++) {
        if (is_hyphen_place(i)) {
            if (text[i] != '-')
                return PV_ID_INVALID;
            continue;
        }
        int value = hex_value((unsigned char)text[i]);
        if (value < 0)
            return PV_ID_INVALID;
        bits.hi = bits.hi << 4 | bits.lo >> 60;
        bits.lo = bits.lo << 4 | (uint64_t)value;
    }
    if (pv_bits128_is_zero(bits))
        return PV_ID_EMPTY;
    *out = bits;
    return PV_CODE_NONE;
}

enum pv_code pv_event_id_parse(struct pv_str text, struct pv_event_id *out)
{
    return text.len == PV_UUID_LEN ? uuid_parse(text.ptr, &out->bits) : pv_ulid_parse(text, &out->bits);
}

/* The last so many characters of a number. */
static void encode(uint64_t bits, char *out, int count)
{
    for (int i = count - 1; i >= 0; i--) {
        out[i] = base32_digits[bits & 31];
        bits >>= 5;
    }
}

/* The lower half is 12 characters and 4 bits of the one before, the upper half's last bit is that one's
 * first. */
void pv_ulid_format(struct pv_bits128 bits, char out[PV_ULID_LEN])
{
    encode(bits.hi >> 1, out, 13);
    out[13] = base32_digits[(bits.hi << 4 | bits.lo >> 60) & 31];
    encode(bits.lo, out + 14, 12);
}

void pv_uuid_format(struct pv_bits128 bits, char out[PV_UUID_LEN])
{
    static const char digits[] = "0123456789abcdef";
    for (int i = PV_UUID_LEN - 1; i >= 0; i--) {
        if (is_hyphen_place((size_t)i)) {
            out[i] = '-';
            continue;
        }
        out[i] = digits[bits.lo & 15];
        bits.lo = bits.lo >> 4 | bits.hi << 60;
        bits.hi >>= 4;
    }
}
