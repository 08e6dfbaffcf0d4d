#include "text.h"

#include <string.h>

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

unsigned pv_utf8_next(const char *text, size_t len, uint32_t *point)
{
    unsigned char first = (unsigned char)text[0];
    if (first < 0x80) {
        *point = first;
        return 1;
    }
    unsigned need = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || len < need)
        return 0;
    uint32_t value = first & (0x7fU >> need);
    for (unsigned i = 1; i < need; i++) {
        if (!is_continuation(text[i]))
            return 0;
        value = value << 6 | ((unsigned char)text[i] & 0x3f);
    }
    /* Overlong forms of three and four bytes, surrogates, and what is above Unicode. */
    if ((need == 3 && value < 0x800) || (need == 4 && (value < 0x10000 || value > 0x10ffff)) ||
        (value >= 0xd800 && value <= 0xdfff))
        return 0;
    *point = value;
    return need;
}

static bool is_blank(uint32_t point, bool many_lines)
{
    return point == ' ' || (many_lines && (point == '\t' || point == '\n' || point == '\r'));
}

static bool is_control(uint32_t point)
{
    return point < 0x20 || (point >= 0x7f && point <= 0x9f);
}

/* D2's rule for text, answers in D7's order: the whole text is read before one is given. */
static enum pv_code text_check(struct pv_str text, size_t max_points, bool many_lines)
{
    size_t points = 0;
    bool blank = true, control = false;
    for (size_t at = 0; at < text.len; points++) {
        uint32_t point;
        unsigned len = pv_utf8_next(text.ptr + at, text.len - at, &point);
        if (len == 0) {
            point = 0;
            len = 1;
        }
        at += len;
        bool is_space = is_blank(point, many_lines);
        blank &= is_space;
        control |= is_control(point) && !is_space;
    }
    if (blank)
        return PV_TEXT_EMPTY;
    if (points > max_points)
        return PV_TEXT_TOO_LONG;
    return control ? PV_TEXT_CONTROL : PV_CODE_NONE;
}

enum pv_code pv_name_check(struct pv_str text)
{
    return text_check(text, PV_NAME_MAX, false);
}

enum pv_code pv_description_check(struct pv_str text)
{
    return text_check(text, PV_DESCRIPTION_MAX, true);
}

enum pv_code pv_caption_check(struct pv_str text)
{
    return text_check(text, PV_CAPTION_MAX, false);
}

static bool is_printable(char c)
{
    return c > ' ' && c < 0x7f;
}

static bool starts_with(struct pv_str text, struct pv_str start)
{
    return text.len >= start.len && memcmp(text.ptr, start.ptr, start.len) == 0;
}

/* What stands after a scheme and before the path: not empty, and not a port without a host. */
static bool has_host(struct pv_str rest)
{
    size_t end = 0;
    while (end < rest.len && rest.ptr[end] != '/' && rest.ptr[end] != '?' && rest.ptr[end] != '#')
        end++;
    size_t host = end;
    while (host > 0 && rest.ptr[host - 1] != '@')
        host--;
    return host < end && rest.ptr[host] != ':';
}

enum pv_code pv_url_check(struct pv_str text)
{
    if (text.len < 1 || text.len > PV_URL_MAX)
        return PV_URL_INVALID;
    for (size_t i = 0; i < text.len; i++) {
        if (!is_printable(text.ptr[i]) || strchr("\"<>\\^`{|}", text.ptr[i]) != NULL)
            return PV_URL_INVALID;
    }
    const struct pv_str schemes[] = {PV_STR("https://"), PV_STR("http://")};
    for (size_t i = 0; i < 2; i++) {
        struct pv_str scheme = schemes[i];
        if (starts_with(text, scheme)) {
            struct pv_str rest = {text.ptr + scheme.len, text.len - scheme.len};
            return has_host(rest) ? PV_CODE_NONE : PV_URL_INVALID;
        }
    }
    bool is_path = text.ptr[0] == '/' && !(text.len > 1 && text.ptr[1] == '/');
    return is_path ? PV_CODE_NONE : PV_URL_INVALID;
}

static bool is_letter_or_digit(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Labels of letters, digits and inner hyphens, joined by single dots. */
static bool is_domain(struct pv_str domain)
{
    bool at_edge = true; /* before a label, or after a hyphen: only a letter or digit makes a good end */
    bool after_hyphen = false;
    for (size_t i = 0; i < domain.len; i++) {
        char c = domain.ptr[i];
        if (is_letter_or_digit(c)) {
            at_edge = after_hyphen = false;
        } else if (c == '-' && !at_edge) {
            after_hyphen = true;
        } else if (c == '.' && !at_edge && !after_hyphen) {
            at_edge = true;
        } else {
            return false;
        }
    }
    return !at_edge && !after_hyphen;
}

static bool all_printable(struct pv_str text)
{
    bool all = true;
    for (size_t i = 0; i < text.len; i++)
        all &= is_printable(text.ptr[i]);
    return all;
}

enum pv_code pv_email_check(struct pv_str text)
{
    if (text.len < 1 || text.len > PV_EMAIL_MAX || !all_printable(text))
        return PV_EMAIL_INVALID;
    const char *at_sign = memchr(text.ptr, '@', text.len);
    if (at_sign == NULL || at_sign == text.ptr || at_sign - text.ptr > PV_EMAIL_LOCAL_MAX)
        return PV_EMAIL_INVALID;
    struct pv_str domain = {at_sign + 1, (size_t)(text.ptr + text.len - at_sign - 1)};
    return is_domain(domain) ? PV_CODE_NONE : PV_EMAIL_INVALID;
}

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

bool pv_email_equal(struct pv_str a, struct pv_str b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++) {
        if (lower(a.ptr[i]) != lower(b.ptr[i]))
            return false;
    }
    return true;
}
