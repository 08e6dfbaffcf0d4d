#include "values.h"

#include <string.h>

#define COUNT(table) ((uint32_t)(sizeof(table) / sizeof((table)[0])))

static const char digits32[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

void value_id(unsigned number, char out[27])
{
    uint64_t state = number;
    memset(out, '0', 26);
    out[26] = '\0';
    if (number == 0) {
        memcpy(out, "01HQ", 4);
        out[25] = '1';
    } else if (number == 1) {
        memset(out + 1, 'Z', 25);
        out[0] = '7';
    } else if (number == 2) {
        out[25] = '1';
    } else if (number == 3) {
        out[0] = '4';
    } else {
        uint64_t bits = gen_mix(&state);
        memcpy(out, "01HQ", 4);
        for (int i = 4; i < 16; i++, bits >>= 5)
            out[i] = digits32[bits & 31];
        for (int i = 25; i >= 20; i--, number >>= 5)
            out[i] = digits32[number & 31];
    }
}

static void lower(char *text, size_t len, size_t every)
{
    for (size_t i = 0; i < len; i += every)
        if (text[i] >= 'A' && text[i] <= 'Z')
            text[i] = (char)(text[i] - 'A' + 'a');
}

struct pv_str value_id_text(struct gen *g, struct bag *bag, const char id[27])
{
    char *text = bag_alloc(bag, 26);
    memcpy(text, id, 26);
    uint32_t spelling = gen_draw(g, 16);
    if (spelling >= 14)
        lower(text, 26, spelling - 13);
    return (struct pv_str){text, 26};
}

/* ---- building texts ---- */

static struct pv_str repeat(struct bag *bag, const char *prefix, const char *unit, size_t times,
                            const char *suffix)
{
    struct buf text = {0};
    buf_str(&text, prefix);
    for (size_t i = 0; i < times; i++)
        buf_str(&text, unit);
    buf_str(&text, suffix);
    struct pv_str copy = bag_copy(bag, text.bytes, text.len);
    buf_free(&text);
    return copy;
}

static struct pv_str format(struct bag *bag, const char *pattern, unsigned number)
{
    struct buf text = {0};
    buf_format(&text, "%.*s%u%s", (int)strcspn(pattern, "#"), pattern, number, strchr(pattern, '#') + 1);
    struct pv_str copy = bag_copy(bag, text.bytes, text.len);
    buf_free(&text);
    return copy;
}

/* A text of exactly `points` code points of one to four bytes each. */
static struct pv_str long_text(struct gen *g, struct bag *bag, size_t points)
{
    static const char *const units[] = {"x", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", " ", "\""};
    const char *unit = units[gen_draw(g, COUNT(units))];
    return repeat(bag, "a", unit, points - 1, "");
}

static struct pv_str pick(struct gen *g, struct bag *bag, const char *const *table, uint32_t count)
{
    return bag_str(bag, table[gen_draw(g, count)]);
}
#define PICK(g, bag, table) pick(g, bag, table, COUNT(table))

/* ---- good ---- */

static const char *const good_names[] = {
    "A",
    "Best of Show",
    "\xC3\x89t\xC3\xA9 2024",
    "\xE5\x86\x99\xE7\x9C\x9F",
    "\"quoted\" \\ back/slash",
    " x ",
    "\xC2\xA0",
    "\xE2\x80\x8B",
    "\xF4\x8F\xBF\xBF",
    "\xEF\xBF\xBE",
    "null",
    "\xEE\x80\x80",
    "\xC2\xA0\xE2\x80\xAE",
    "<b>&amp;</b>",
    "0",
    "a\xCC\x81",
};
static const char *const good_descriptions[] = {
    "d", "two\nlines", "\ttab\r\nend\r", "\xF0\x9F\x93\xB7 \"x\" \\n", " \n\t.\r", "/\\/", "\xC2\xA0",
};
static const char *const good_urls[] = {
    "/",
    "https://e.org/1.jpg",
    "http://a",
    "/p?x=1#y",
    "https://u:p@h:80/",
    "https://a@b@c",
    "https://[::1]/x",
    "https://x%20y~!$&'()*+,;=",
    "/a//b",
    "https://.",
    "https://-",
    "http://a?b",
    "http://a#@:",
    "/@:",
    "https://@@x",
};
static const char *const good_dates[] = {
    "2024-02-24T18:00:00Z",
    "2024-02-29T00:00:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999Z",
    "2024-02-24t18:00:00z",
    "2024-02-24T18:00:00.1Z",
    "2024-02-24T18:00:00.123456789+00:00",
    "2024-02-24T18:00:00.000000999-23:59",
    "2000-02-29T12:34:56.000001+23:59",
    "1970-01-01T00:00:00-00:00",
    "0001-01-01T00:00:00-00:01",
    "9999-12-31T23:59:59.9+00:01",
    "1969-12-31T23:59:59.999999",
    "0001-01-01T23:59:00+23:59",
    "2023-12-31T23:59:59-00:01",
    "2100-02-28T23:59:59-00:01",
    "1600-02-29T00:00:00+00:01",
};

static struct pv_str good_email(struct gen *g, struct bag *bag, unsigned number)
{
    static const char *const patterns[] = {"v#@e.org",     "V#@E.Org", "a.b+c#@x-y.z", "!#$%&'*/=?^_`{|}~-@1",
                                           "\"q#\"@a.b.c", "v#@0",     "#@a--b",       "<#>@e"};
    struct buf text = {0};
    switch (gen_draw(g, 24)) {
    case 22: /* 64 bytes before the @, 254 in all */
        buf_format(&text, "%064u@", number);
        for (int i = 0; i < 94; i++)
            buf_str(&text, "a.");
        buf_str(&text, "b");
        break;
    case 23: /* one label as long as may be */
        buf_format(&text, "v%u@", number);
        while (text.len < 254)
            buf_str(&text, "Q");
        break;
    default:
        return format(bag, patterns[gen_draw(g, COUNT(patterns))], number);
    }
    struct pv_str copy = bag_copy(bag, text.bytes, text.len);
    buf_free(&text);
    return copy;
}

static struct pv_str good_event_id(struct gen *g, struct bag *bag, unsigned number)
{
    struct buf text = {0};
    char id[27];
    switch (gen_draw(g, 8)) {
    case 6:
        buf_format(&text, "%08x-0000-4000-8000-%012x", number + 1, number);
        break;
    case 7:
        buf_format(&text, "%08X-ABCD-4abc-BfeD-%012X", number, number + 7);
        break;
    default:
        value_id(number + 100, id);
        return value_id_text(g, bag, id);
    }
    struct pv_str copy = bag_copy(bag, text.bytes, text.len);
    buf_free(&text);
    return copy;
}

/* Simple, from the table, or as long as it may be; the longest are rare, they cost time. */
static struct pv_str good_text(struct gen *g, struct bag *bag, const char *simple, const char *const *table,
                               uint32_t count, size_t limit)
{
    uint32_t kind = gen_draw(g, limit > 1000 ? 400 : 40);
    if (kind == 1)
        return long_text(g, bag, limit);
    if (kind == 2)
        return long_text(g, bag, limit - 1);
    if (kind % 4 == 3)
        return pick(g, bag, table, count);
    return bag_str(bag, simple);
}

struct pv_str value_good(struct gen *g, struct bag *bag, enum cat_kind kind, unsigned number)
{
    char id[27];
    switch (kind) {
    case CAT_EVENT_ID:
        return good_event_id(g, bag, number);
    case CAT_ID:
        value_id(number, id);
        return value_id_text(g, bag, id);
    case CAT_NAME:
        return good_text(g, bag, "n", good_names, COUNT(good_names), 200);
    case CAT_DESCRIPTION:
        return good_text(g, bag, "d", good_descriptions, COUNT(good_descriptions), 4000);
    case CAT_CAPTION:
        return good_text(g, bag, "c", good_names, COUNT(good_names), 500);
    case CAT_URL:
        if (gen_draw(g, 60) == 59)
            return repeat(bag, "https://h/", "x", 2038 - gen_draw(g, 2), "");
        return PICK(g, bag, good_urls);
    case CAT_EMAIL:
        return good_email(g, bag, number);
    case CAT_DATE:
        return gen_draw(g, 3) < 2 ? bag_str(bag, good_dates[0]) : PICK(g, bag, good_dates);
    case CAT_RATING:
        return bag_copy(bag, &"12345"[gen_draw(g, 5)], 1);
    }
    return PV_STR("");
}

/* ---- odd ---- */

static const char *const odd_ids[] = {
    "",
    "0",
    "00000000000000000000000000",
    "80000000000000000000000001",
    "7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
    "01HQ000000000000000000000",
    "01HQ00000000000000000000001",
    "01HQ000000000000000000000I",
    "01hq000000000000000000000l",
    "01HQ000000000000000000000O",
    "01HQ000000000000000000000u",
    "01HQ00000000000000000000 1",
    "01HQ0000000000000000-00001",
    ("\xC3\x89"
     "1HQ00000000000000000000"),
    "ZZZZZZZZZZZZZZZZZZZZZZZZZZ",
    "00000000-0000-4000-8000-000000000001",
    "o1HQ0000000000000000000001",
    " 01HQ000000000000000000001",
};
static const char *const odd_event_ids[] = {
    "00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000001",
    "00000000-0000-0000-0000-00000000000g", "{0000000-0000-0000-0000-000000000001",
    "000000000000-0000-0000-000000000001-", "00000000000000000000000000000000",
    "00000000-0000-0000-0000-00000000001",  "00000000-0000-0000-0000-0000000000001",
    "fFfFfFfF-FFFF-ffff-FFFF-ffffffffffff", "-0000000-0000-0000-0000-000000000001",
    "00000000_0000_0000_0000_000000000001",
};
static const char *const odd_texts[] = {
    "",
    " ",
    "   ",
    "\n",
    " \t\r\n",
    "a\x01",
    "\x7F",
    "a\xC2\x80",
    ("a\xC2\x9F"
     "b"),
    "a\xC2\xA0",
    "\x1F",
    "tab\there",
    "line\nfeed",
    "\r",
    "\xC2\x85",
    "\xE2\x80\xA8",
    "\xEF\xBB\xBF",
    "\x1B[31m",
};
static const char *const odd_urls[] = {
    "",
    "//",
    "//x",
    "x",
    "ftp://x",
    "HTTP://x",
    "https:/x",
    "https://",
    "http://",
    "https:///x",
    "https://:80",
    "https://u@",
    "https://u@:80/",
    "https://?x",
    "https://#",
    "/ ",
    "/\"",
    "/<",
    "/>",
    "/\\",
    "/^",
    "/`",
    "/{",
    "/|",
    "/}",
    "/\xC3\xA9",
    "/\x7F",
    "https://a b",
    "https",
    "https://a@/",
    "http://@",
    "http://@@:",
    "https://a:b@c:",
    " /x",
    "/\n",
    "http:/",
    "httpx://a",
    "https://a/@",
    "https://@a",
    "http://x@y@:",
    "http://:@y",
};
static const char *const odd_emails[] = {
    "",       "@",          "a@",    "@b",      "a",      "a@b@c",   "a@.b",  "a@b.",
    "a@b..c", "a@-b",       "a@b-",  "a@b-.c",  "a@b.-c", "a b@c",   "a@b c", "\xC3\xA9@b",
    "a@b_c",  "a@\xC3\xA9", "a@[1]", "a@b.c-d", "a@b\n",  "a\x7F@b", " a@b",  "a@a.b.c.d.e.f",
    ".@a",    "a@B-C.D0",   "@@",    "a@b.c!",
};
static const char *const odd_dates[] = {
    "",
    "2024-02-24",
    "2024-02-24T18:00Z",
    "2024-02-24 18:00:00Z",
    "2024-02-30T00:00:00Z",
    "2023-02-29T00:00:00Z",
    "2100-02-29T00:00:00Z",
    "2024-00-01T00:00:00Z",
    "2024-13-01T00:00:00Z",
    "2024-01-00T00:00:00Z",
    "2024-04-31T00:00:00Z",
    "2024-01-01T24:00:00Z",
    "2024-01-01T23:60:00Z",
    "2024-01-01T23:59:60Z",
    "0000-12-31T23:59:59Z",
    "0001-01-01T00:00:00+00:01",
    "9999-12-31T23:59:59-00:01",
    "2024-02-24T18:00:00.Z",
    "2024-02-24T18:00:00.1234567890Z",
    "2024-02-24T18:00:00,5Z",
    "2024-02-24T18:00:00+24:00",
    "2024-02-24T18:00:00+00:60",
    "2024-02-24T18:00:00+0000",
    "2024-02-24T18:00:00+00",
    "2024-02-24T18:00:00ZZ",
    "2024-02-24T18:00:00Z ",
    " 2024-02-24T18:00:00Z",
    "+2024-02-24T18:00:00Z",
    "02024-02-24T18:00:00Z",
    "2024-2-24T18:00:00Z",
    "2024-02-24T18:00:0OZ",
    "2024/02/24T18:00:00Z",
    "0000-12-31T23:59:59-00:01",
    "2024-02-24T18:00:00-2:00",
    "2024-02-24T18:00:00.5.5",
    "2024-02-24T18:00:00+00:00Z",
    "2024-02-24T18:00:00-24:00",
    "-001-01-01T00:00:00Z",
    "2024-02-24X18:00:00Z",
    "2024-02-24T18-00:00Z",
    "2000-02-29T00:00:00z",
    "1900-02-29T00:00:00Z",
    "2024-06-31T00:00:00Z",
    "2024-02-24T18:00:00 +00:00",
    "2024-02-24T18:00:00.+00:00",
    "2024-02-24T1a:00:00Z",
};
static const char *const odd_ratings[] = {
    "0",
    "6",
    "-1",
    "-0",
    "10",
    "100",
    "255",
    "256",
    "257",
    "-5",
    "1000000000000000000000000000000",
    "4294967297",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551617",
    "-18446744073709551615",
};

/* Over the limit by one; the longest are rare. */
static struct pv_str odd_text(struct gen *g, struct bag *bag, size_t limit)
{
    uint32_t kind = gen_draw(g, COUNT(odd_texts) + 6);
    if (kind < COUNT(odd_texts))
        return bag_str(bag, odd_texts[kind]);
    if (kind == COUNT(odd_texts) + 5)
        return repeat(bag, "", " ", limit + 1, "");
    if (kind == COUNT(odd_texts) + 4)
        return repeat(bag, "a", "\x01", limit, "");
    return long_text(g, bag, limit + 1);
}

static struct pv_str odd_email(struct gen *g, struct bag *bag)
{
    switch (gen_draw(g, 8)) {
    case 5:
        return repeat(bag, "", "a", 65, "@b");
    case 6:
        return repeat(bag, "a@", "b", 253, "");
    case 7: /* only one of its ends is beyond the limit */
        return repeat(bag, "a@", "b.", 126, "c");
    default:
        return PICK(g, bag, odd_emails);
    }
}

struct pv_str value_odd(struct gen *g, struct bag *bag, enum cat_kind kind)
{
    switch (kind) {
    case CAT_EVENT_ID:
        return gen_draw(g, 2) == 0 ? PICK(g, bag, odd_event_ids) : PICK(g, bag, odd_ids);
    case CAT_ID:
        return gen_draw(g, 16) == 15 ? PICK(g, bag, odd_event_ids) : PICK(g, bag, odd_ids);
    case CAT_NAME:
        return odd_text(g, bag, 200);
    case CAT_DESCRIPTION:
        return odd_text(g, bag, 4000);
    case CAT_CAPTION:
        return odd_text(g, bag, 500);
    case CAT_URL:
        return gen_draw(g, 16) == 15 ? repeat(bag, "/", "x", 2048, "") : PICK(g, bag, odd_urls);
    case CAT_EMAIL:
        return odd_email(g, bag);
    case CAT_DATE:
        return PICK(g, bag, odd_dates);
    case CAT_RATING:
        return PICK(g, bag, odd_ratings);
    }
    return PV_STR("");
}
