#include "entities.h"

#include <string.h>

enum { REFERENCE_MAX = 10, LATIN1_FIRST = 0xa0, C1_FIRST = 0x80, C1_LAST = 0x9f, POINT_MAX = 0x10ffff };

static const struct {
    const char *name;
    uint32_t point;
} basic[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};

/* U+00A0 to U+00FF, in order. */
static const char *const latin1[] = {
    "nbsp",   "iexcl",  "cent",   "pound",  "curren", "yen",    "brvbar", "sect",   "uml",    "copy",
    "ordf",   "laquo",  "not",    "shy",    "reg",    "macr",   "deg",    "plusmn", "sup2",   "sup3",
    "acute",  "micro",  "para",   "middot", "cedil",  "sup1",   "ordm",   "raquo",  "frac14", "frac12",
    "frac34", "iquest", "Agrave", "Aacute", "Acirc",  "Atilde", "Auml",   "Aring",  "AElig",  "Ccedil",
    "Egrave", "Eacute", "Ecirc",  "Euml",   "Igrave", "Iacute", "Icirc",  "Iuml",   "ETH",    "Ntilde",
    "Ograve", "Oacute", "Ocirc",  "Otilde", "Ouml",   "times",  "Oslash", "Ugrave", "Uacute", "Ucirc",
    "Uuml",   "Yacute", "THORN",  "szlig",  "agrave", "aacute", "acirc",  "atilde", "auml",   "aring",
    "aelig",  "ccedil", "egrave", "eacute", "ecirc",  "euml",   "igrave", "iacute", "icirc",  "iuml",
    "eth",    "ntilde", "ograve", "oacute", "ocirc",  "otilde", "ouml",   "divide", "oslash", "ugrave",
    "uacute", "ucirc",  "uuml",   "yacute", "thorn",  "yuml",
};
_Static_assert(sizeof latin1 / sizeof latin1[0] == 96, "a name is missing");

/* Windows-1252 at 0x80 to 0x9f; 0 where it has nothing. */
static const uint16_t windows1252[] = {
    0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178,
};
_Static_assert(sizeof windows1252 / sizeof windows1252[0] == C1_LAST - C1_FIRST + 1,
               "a character is missing");

/* All find functions give 0 for what is none. `name` is what stands between `&` and `;`. */
static uint32_t find_named(const char *name, size_t len)
{
    for (size_t i = 0; i < sizeof basic / sizeof basic[0]; i++) {
        if (strlen(basic[i].name) == len && memcmp(basic[i].name, name, len) == 0)
            return basic[i].point;
    }
    for (uint32_t i = 0; i < sizeof latin1 / sizeof latin1[0]; i++) {
        if (strlen(latin1[i]) == len && memcmp(latin1[i], name, len) == 0)
            return LATIN1_FIRST + i;
    }
    return 0;
}

static uint32_t digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return (uint32_t)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (uint32_t)(c - 'a') + 10;
    return c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A') + 10 : UINT32_MAX;
}

static uint32_t find_numbered(const char *digits, size_t len)
{
    uint32_t base = 10, point = 0;
    if (len > 0 && (*digits == 'x' || *digits == 'X')) {
        base = 16;
        digits++;
        len--;
    }
    for (size_t i = 0; i < len; i++) {
        uint32_t digit = digit_of(digits[i]);
        if (digit >= base)
            return 0;
        point = point * base + digit;
        if (point > POINT_MAX)
            return 0;
    }
    if (point >= C1_FIRST && point <= C1_LAST && windows1252[point - C1_FIRST] != 0)
        return windows1252[point - C1_FIRST];
    return point >= 0xd800 && point <= 0xdfff ? 0 : point;
}

static size_t write_utf8(char *to, uint32_t point)
{
    unsigned char bytes[4];
    size_t len = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    static const unsigned char leads[] = {0, 0xc0, 0xe0, 0xf0};
    for (size_t i = len - 1; i > 0; i--) {
        bytes[i] = (unsigned char)(0x80 | (point & 0x3f));
        point >>= 6;
    }
    bytes[0] = (unsigned char)(leads[len - 1] | point);
    memcpy(to, bytes, len);
    return len;
}

/* The character that the reference at text.ptr[at] stands for, and its length in *used; 0 for none. */
static uint32_t find_reference(struct pv_str text, size_t at, size_t *used)
{
    size_t start = at + 1, end = start;
    while (end < text.len && end - start <= REFERENCE_MAX && text.ptr[end] != ';')
        end++;
    if (end == text.len || text.ptr[end] != ';')
        return 0;
    *used = end + 1 - at;
    if (text.ptr[start] == '#')
        return find_numbered(text.ptr + start + 1, end - start - 1);
    return find_named(text.ptr + start, end - start);
}

size_t pv_entities_decode(struct pv_str text, char *out)
{
    size_t len = 0;
    for (size_t at = 0, used = 0; at < text.len;) {
        uint32_t point = text.ptr[at] == '&' ? find_reference(text, at, &used) : 0;
        if (point == 0) {
            out[len++] = text.ptr[at++];
        } else {
            at += used;
            len += write_utf8(out + len, point);
        }
    }
    return len;
}
