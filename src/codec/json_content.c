/* What sound strings and numbers stand for, once the scanner has passed over them. */
#include "json.h"

#include "json_units.h"

#include <string.h>

static size_t put_utf8(char *out, uint32_t point)
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    if (point < 0x800) {
        out[0] = (char)(0xC0 | point >> 6);
        out[1] = (char)(0x80 | (point & 0x3F));
        return 2;
    }
    if (point < 0x10000) {
        out[0] = (char)(0xE0 | point >> 12);
        out[1] = (char)(0x80 | (point >> 6 & 0x3F));
        out[2] = (char)(0x80 | (point & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | point >> 18);
    out[1] = (char)(0x80 | (point >> 12 & 0x3F));
    out[2] = (char)(0x80 | (point >> 6 & 0x3F));
    out[3] = (char)(0x80 | (point & 0x3F));
    return 4;
}

/* The character that the escape at `at` of a sound string stands for; *at goes behind it. */
static uint32_t escaped_point(const char **at, const char *end)
{
    static const char letters[] = "bfnrt", controls[] = "\b\f\n\r\t";
    char c = (*at)[1];
    int32_t unit = pv_json_unit(*at, end);
    if (unit < 0) {
        const char *letter = strchr(letters, c);
        *at += 2;
        return (unsigned char)(letter != NULL ? controls[letter - letters] : c);
    }
    *at += 6;
    if (!pv_json_is_high(unit))
        return (uint32_t)unit;
    int32_t low = pv_json_unit(*at, end);
    *at += 6;
    return 0x10000u + ((uint32_t)(unit - 0xD800) << 10) + (uint32_t)(low - 0xDC00);
}

struct pv_str pv_json_unescape(const struct pv_json_value *string, char *scratch, size_t *used)
{
    const char *at = string->raw.ptr + 1, *end = string->raw.ptr + string->raw.len - 1;
    if (!string->escaped)
        return (struct pv_str){at, (size_t)(end - at)};
    char *start = scratch + *used, *out = start;
    while (at < end) {
        const char *escape = memchr(at, '\\', (size_t)(end - at));
        size_t plain = (size_t)((escape != NULL ? escape : end) - at);
        memcpy(out, at, plain);
        out += plain;
        at += plain;
        if (escape != NULL)
            out += put_utf8(out, escaped_point(&at, end));
    }
    *used += (size_t)(out - start);
    return (struct pv_str){start, (size_t)(out - start)};
}

enum { INT64_DIGITS = 19 }; /* of 2^63-1; any number with so many fits into 64 bits without a sign */

/* The value of an integer's digits; *fits tells whether it is at most 2^63-1, else it is that. */
static int64_t magnitude(struct pv_str digits, bool *fits)
{
    uint64_t sum = 0;
    *fits = digits.len <= INT64_DIGITS;
    for (size_t i = 0; *fits && i < digits.len; i++)
        sum = sum * 10 + (uint64_t)(digits.ptr[i] - '0');
    *fits = *fits && sum <= INT64_MAX;
    return *fits ? (int64_t)sum : INT64_MAX;
}

int64_t pv_json_integer(const struct pv_json_value *number)
{
    struct pv_str text = number->raw;
    bool fits;
    if (*text.ptr != '-')
        return magnitude(text, &fits);
    int64_t value = magnitude((struct pv_str){text.ptr + 1, text.len - 1}, &fits);
    return fits ? -value : INT64_MIN;
}

bool pv_json_natural(const struct pv_json_value *value, int64_t *natural)
{
    if (value->kind != PV_JSON_NUMBER || !value->is_integer)
        return false;
    struct pv_str text = value->raw;
    bool negative = *text.ptr == '-', fits;
    int64_t size = magnitude((struct pv_str){text.ptr + negative, text.len - negative}, &fits);
    if (!fits || (negative && size != 0))
        return false;
    *natural = size;
    return true;
}
