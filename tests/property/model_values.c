/* D2, read once more: each rule as naively as it can be said. */
#include "model.h"

#include <stdio.h>
#include <string.h>

static const char crockford[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static bool is_one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

static bool only(struct pv_str text, const char *set)
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_one_of(text.ptr[i], set))
            return false;
    return true;
}

/* ---- ids ---- */

enum pv_code model_check_ulid(struct pv_str text, char out[MODEL_ID])
{
    if (text.len != 26)
        return PV_ID_INVALID;
    for (size_t i = 0; i < 26; i++) {
        out[i] = upper(text.ptr[i]);
        if (!is_one_of(out[i], crockford))
            return PV_ID_INVALID;
    }
    out[26] = '\0';
    if (out[0] > '7')
        return PV_ID_INVALID;
    return strspn(out, "0") == 26 ? PV_ID_EMPTY : PV_CODE_NONE;
}

/* The low `bits` binary digits of a number. */
static char *binary(char *out, unsigned number, unsigned bits)
{
    while (bits-- > 0)
        *out++ = number >> bits & 1 ? '1' : '0';
    return out;
}

static enum pv_code check_uuid(struct pv_str text, char out[MODEL_EVENT_ID])
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < 36; i++) {
        char c = upper(text.ptr[i]);
        bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
        if (hyphen ? c != '-' : !is_one_of(c, digits))
            return PV_ID_INVALID;
        if (!hyphen)
            out = binary(out, (unsigned)(strchr(digits, c) - digits), 4);
    }
    *out = '\0';
    return PV_CODE_NONE;
}

enum pv_code model_check_event_id(struct pv_str text, char out[MODEL_EVENT_ID])
{
    char ulid[MODEL_ID];
    enum pv_code code;
    if (text.len == 36) {
        code = check_uuid(text, out);
    } else {
        code = model_check_ulid(text, ulid);
        if (code != PV_CODE_NONE)
            return code;
        char *at = binary(out, (unsigned)(ulid[0] - '0'), 3);
        for (size_t i = 1; i < 26; i++)
            at = binary(at, (unsigned)(strchr(crockford, ulid[i]) - crockford), 5);
        *at = '\0';
    }
    if (code == PV_CODE_NONE && strspn(out, "0") == 128)
        return PV_ID_EMPTY;
    return code;
}

void model_ulid_of(const char event_id[MODEL_EVENT_ID], char out[MODEL_ID])
{
    char padded[131] = "00";
    memcpy(padded + 2, event_id, 129);
    for (size_t i = 0; i < 26; i++) {
        unsigned digit = 0;
        for (size_t j = 0; j < 5; j++)
            digit = digit * 2 + (padded[i * 5 + j] == '1');
        out[i] = crockford[digit];
    }
    out[26] = '\0';
}

/* ---- text ---- */

/* Whether the code point that begins here is a control character: one byte below 20 or 7F, or C2 80 to C2 9F.
 */
static bool is_control(const char *at, bool lines)
{
    unsigned char c = (unsigned char)at[0];
    if (lines && (c == '\n' || c == '\r' || c == '\t'))
        return false;
    return c < 0x20 || c == 0x7F || (c == 0xC2 && (unsigned char)at[1] < 0xA0);
}

enum pv_code model_check_text(struct pv_str text, size_t limit, bool lines)
{
    size_t points = 0;
    bool control = false;
    if (only(text, lines ? " \t\r\n" : " "))
        return PV_TEXT_EMPTY;
    for (size_t i = 0; i < text.len; i++) {
        points += ((unsigned char)text.ptr[i] & 0xC0) != 0x80; /* bytes that continue are not counted */
        control |= is_control(text.ptr + i, lines);
    }
    if (points > limit)
        return PV_TEXT_TOO_LONG;
    return control ? PV_TEXT_CONTROL : PV_CODE_NONE;
}

static bool begins(struct pv_str text, const char *prefix)
{
    return text.len >= strlen(prefix) && memcmp(text.ptr, prefix, strlen(prefix)) == 0;
}

static struct pv_str skip(struct pv_str text, size_t len)
{
    return (struct pv_str){text.ptr + len, text.len - len};
}

/* What stands before the first of / ? #, without anything up to its last @. */
static bool authority_ok(struct pv_str text)
{
    size_t end = 0, from = 0;
    while (end < text.len && !is_one_of(text.ptr[end], "/?#"))
        end++;
    for (size_t i = 0; i < end; i++)
        if (text.ptr[i] == '@')
            from = i + 1;
    return from < end && text.ptr[from] != ':';
}

enum pv_code model_check_url(struct pv_str text)
{
    if (text.len < 1 || text.len > 2048)
        return PV_URL_INVALID;
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < '!' || text.ptr[i] > '~' || is_one_of(text.ptr[i], "\"<>\\^`{|}"))
            return PV_URL_INVALID;
    bool good = text.ptr[0] == '/' && !begins(text, "//");
    if (begins(text, "https://"))
        good = authority_ok(skip(text, 8));
    if (begins(text, "http://"))
        good = authority_ok(skip(text, 7));
    return good ? PV_CODE_NONE : PV_URL_INVALID;
}

static bool label_ok(const char *label, size_t len)
{
    if (len == 0 || label[0] == '-' || label[len - 1] == '-')
        return false;
    for (size_t i = 0; i < len; i++)
        if (!is_one_of(upper(label[i]), "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"))
            return false;
    return true;
}

enum pv_code model_check_email(struct pv_str text)
{
    size_t ats = 0, at = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '!' || text.ptr[i] > '~')
            return PV_EMAIL_INVALID;
        if (text.ptr[i] == '@') {
            ats++;
            at = i;
        }
    }
    if (text.len > 254 || ats != 1 || at < 1 || at > 64)
        return PV_EMAIL_INVALID;
    size_t from = at + 1;
    for (size_t i = from; i <= text.len; i++)
        if (i == text.len || text.ptr[i] == '.') {
            if (!label_ok(text.ptr + from, i - from))
                return PV_EMAIL_INVALID;
            from = i + 1;
        }
    return PV_CODE_NONE;
}

bool model_same_email(const char *a, const char *b)
{
    for (; *a != '\0' || *b != '\0'; a++, b++)
        if (upper(*a) != upper(*b))
            return false;
    return true;
}

/* ---- dates ---- */

struct date {
    int year, month, day, minute; /* minute of the day */
    int second, micro;
};

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

static void next_day(struct date *d)
{
    if (++d->day <= days_in(d->year, d->month))
        return;
    d->day = 1;
    if (++d->month <= 12)
        return;
    d->month = 1;
    d->year++;
}

static void day_before(struct date *d)
{
    if (--d->day >= 1)
        return;
    if (--d->month < 1) {
        d->month = 12;
        d->year--;
    }
    d->day = days_in(d->year, d->month);
}

/* Digits where the pattern has '9', any of "Tt" for 'T', else the character itself. */
static bool matches(struct pv_str text, const char *pattern)
{
    if (text.len < strlen(pattern))
        return false;
    for (size_t i = 0; pattern[i] != '\0'; i++) {
        char c = text.ptr[i];
        if (pattern[i] == '9'   ? !is_one_of(c, "0123456789")
            : pattern[i] == 'T' ? !is_one_of(c, "Tt")
                                : c != pattern[i])
            return false;
    }
    return true;
}

static int number(struct pv_str text, size_t at, size_t len)
{
    int n = 0;
    for (size_t i = 0; i < len; i++)
        n = n * 10 + (text.ptr[at + i] - '0');
    return n;
}

/* A dot and 1 to 9 digits, if there is a dot; the first six count. Gives how long it is, or -1. */
static int fraction(struct pv_str text, int *micro)
{
    *micro = 0;
    if (text.len == 0 || text.ptr[0] != '.')
        return 0;
    size_t len = 1;
    while (len < text.len && is_one_of(text.ptr[len], "0123456789"))
        len++;
    for (size_t i = 1; i <= 6; i++)
        *micro = *micro * 10 + (i < len ? text.ptr[i] - '0' : 0);
    return len >= 2 && len <= 10 ? (int)len : -1;
}

/* The minutes to take away to be in UTC. */
static bool zone(struct pv_str text, int *minutes)
{
    *minutes = 0;
    if (text.len == 0 || (text.len == 1 && is_one_of(text.ptr[0], "Zz")))
        return true;
    if (text.len != 6 || !is_one_of(text.ptr[0], "+-") || !matches(skip(text, 1), "99:99"))
        return false;
    *minutes = (number(text, 1, 2) * 60 + number(text, 4, 2)) * (text.ptr[0] == '+' ? 1 : -1);
    return number(text, 1, 2) <= 23 && number(text, 4, 2) <= 59;
}

static bool calendar(struct pv_str text, struct date *d)
{
    if (!matches(text, "9999-99-99T99:99:99"))
        return false;
    *d = (struct date){number(text, 0, 4),  number(text, 5, 2),
                       number(text, 8, 2),  number(text, 11, 2) * 60 + number(text, 14, 2),
                       number(text, 17, 2), 0};
    return d->year >= 1 && d->month >= 1 && d->month <= 12 && d->day >= 1 &&
           d->day <= days_in(d->year, d->month) && number(text, 11, 2) <= 23 && number(text, 14, 2) <= 59 &&
           d->second <= 59;
}

enum pv_code model_check_date(struct pv_str text, char out[MODEL_DATE])
{
    struct date d;
    int shift;
    if (!calendar(text, &d))
        return PV_TIME_INVALID;
    int len = fraction(skip(text, 19), &d.micro);
    if (len < 0 || !zone(skip(text, 19 + (size_t)len), &shift))
        return PV_TIME_INVALID;
    d.minute -= shift;
    if (d.minute < 0) {
        d.minute += 24 * 60;
        day_before(&d);
    } else if (d.minute >= 24 * 60) {
        d.minute -= 24 * 60;
        next_day(&d);
    }
    if (d.year < 1 || d.year > 9999)
        return PV_TIME_INVALID;
    snprintf(out, MODEL_DATE, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", d.year, d.month, d.day, d.minute / 60,
             d.minute % 60, d.second, d.micro);
    return PV_CODE_NONE;
}
