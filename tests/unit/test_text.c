/* text.c: names, descriptions, captions, web addresses and emails, each at its limits (D2, D7's order for
 * text). */
#include "text.h"

#include "check.h"
#include "edge.h"

static char room[5 * PV_DESCRIPTION_MAX];

/* `count` times a character. */
static struct pv_str times(const char *character, size_t count)
{
    size_t len = strlen(character);
    for (size_t i = 0; i < count; i++)
        memcpy(room + i * len, character, len);
    return (struct pv_str){room, count * len};
}

static struct pv_str str(const char *text)
{
    return (struct pv_str){text, strlen(text)};
}

typedef enum pv_code check_fn(struct pv_str text);

static void check_code(check_fn *check, struct pv_str text, enum pv_code expected, const char *what)
{
    enum pv_code code = check(edge_copy(text));
    if (code != expected)
        fail_msg("%s: %s, not %s", what, code == PV_CODE_NONE ? "accepted" : pv_code_name(code),
                 expected == PV_CODE_NONE ? "accepted" : pv_code_name(expected));
}

/* Text */

static const struct text_kind {
    const char *name;
    check_fn *check;
    size_t max;
    bool many_lines;
} kinds[] = {{"name", pv_name_check, 200, false},
             {"description", pv_description_check, 4000, true},
             {"caption", pv_caption_check, 500, false}};
enum { KINDS = 3 };

static void text__limits__are_counted_in_code_points(void **state)
{
    (void)state;
    const char *const characters[] = {"a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x93\xb7"};
    for (size_t k = 0; k < KINDS; k++) {
        for (size_t c = 0; c < 4; c++) {
            check_code(kinds[k].check, times(characters[c], 1), PV_CODE_NONE, kinds[k].name);
            check_code(kinds[k].check, times(characters[c], kinds[k].max - 1), PV_CODE_NONE, kinds[k].name);
            check_code(kinds[k].check, times(characters[c], kinds[k].max), PV_CODE_NONE, kinds[k].name);
            check_code(kinds[k].check, times(characters[c], kinds[k].max + 1), PV_TEXT_TOO_LONG,
                       kinds[k].name);
        }
    }
    check_int(PV_NAME_MAX, 200);
    check_int(PV_DESCRIPTION_MAX, 4000);
    check_int(PV_CAPTION_MAX, 500);
}

static void text__empty_or_white_space_only__is_empty(void **state)
{
    (void)state;
    for (size_t k = 0; k < KINDS; k++) {
        check_code(kinds[k].check, str(""), PV_TEXT_EMPTY, kinds[k].name);
        check_code(kinds[k].check, (struct pv_str){NULL, 0}, PV_TEXT_EMPTY, kinds[k].name);
        check_code(kinds[k].check, str(" "), PV_TEXT_EMPTY, kinds[k].name);
        check_code(kinds[k].check, str("   "), PV_TEXT_EMPTY, kinds[k].name);
        check_code(kinds[k].check, str(" a "), PV_CODE_NONE, kinds[k].name);
        check_code(kinds[k].check, str("  a"), PV_CODE_NONE, kinds[k].name);
        /* No other white space counts as such. */
        check_code(kinds[k].check, str("\xc2\xa0"), PV_CODE_NONE, kinds[k].name);
        check_code(kinds[k].check, str("\xe3\x80\x80"), PV_CODE_NONE, kinds[k].name);
        check_code(kinds[k].check, str("\xe2\x80\xa8"), PV_CODE_NONE, kinds[k].name);
    }
}

static void text__tab_and_line_ends__are_white_space_in_descriptions_only(void **state)
{
    (void)state;
    for (size_t k = 0; k < KINDS; k++) {
        bool lines = kinds[k].many_lines;
        for (const char *c = "\t\n\r"; *c != '\0'; c++) {
            char alone[] = {*c, '\0'}, blank[] = {' ', *c, ' ', '\0'}, among[] = {'a', *c, 'b', '\0'};
            check_code(kinds[k].check, str(alone), lines ? PV_TEXT_EMPTY : PV_TEXT_CONTROL, kinds[k].name);
            check_code(kinds[k].check, str(blank), lines ? PV_TEXT_EMPTY : PV_TEXT_CONTROL, kinds[k].name);
            check_code(kinds[k].check, str(among), lines ? PV_CODE_NONE : PV_TEXT_CONTROL, kinds[k].name);
        }
    }
}

static size_t encode(uint32_t point, char *out)
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    size_t need = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = need - 1; i > 0; i--, point >>= 6)
        out[i] = (char)(0x80 | (point & 0x3f));
    static const unsigned char mark[] = {0, 0, 0xc0, 0xe0, 0xf0};
    out[0] = (char)(mark[need] | point);
    return need;
}

static void text__control_characters__are_refused_each_by_each(void **state)
{
    (void)state;
    for (uint32_t point = 0; point < 0x200; point++) {
        char text[8] = "a";
        size_t len = 1 + encode(point, text + 1);
        bool control = point < 0x20 || (point >= 0x7f && point < 0xa0);
        bool line = point == '\t' || point == '\n' || point == '\r';
        for (size_t k = 0; k < KINDS; k++) {
            bool refused = control && !(line && kinds[k].many_lines);
            check_code(kinds[k].check, (struct pv_str){text, len}, refused ? PV_TEXT_CONTROL : PV_CODE_NONE,
                       kinds[k].name);
        }
    }
}

static void text__order__is_empty_then_long_then_control(void **state)
{
    (void)state;
    for (size_t k = 0; k < KINDS; k++) {
        check_code(kinds[k].check, times(" ", kinds[k].max + 1), PV_TEXT_EMPTY, kinds[k].name);
        check_code(kinds[k].check, times("\x01", kinds[k].max + 1), PV_TEXT_TOO_LONG, kinds[k].name);
        check_code(kinds[k].check, times("\x01", kinds[k].max), PV_TEXT_CONTROL, kinds[k].name);
        struct pv_str text = times("a", kinds[k].max + 1);
        room[0] = '\x02';
        check_code(kinds[k].check, text, PV_TEXT_TOO_LONG, kinds[k].name);
        room[0] = 'a';
        room[text.len - 1] = '\x02';
        check_code(kinds[k].check, text, PV_TEXT_TOO_LONG, kinds[k].name);
        text.len--;
        room[text.len - 1] = '\x02';
        check_code(kinds[k].check, text, PV_TEXT_CONTROL, kinds[k].name);
    }
}

static void text__bytes_that_are_not_utf8__count_as_control(void **state)
{
    (void)state;
    const char *const bad[] = {"a\xff",    "a\x80",           "\xc3", "a\xe2\x82", "\xed\xa0\x80",
                               "\xc0\xaf", "\xf5\x80\x80\x80"};
    for (size_t k = 0; k < KINDS; k++)
        for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
            check_code(kinds[k].check, str(bad[i]), PV_TEXT_CONTROL, bad[i]);
    /* Each is a character of the limit. */
    check_code(pv_name_check, times("\xff", 200), PV_TEXT_CONTROL, "200");
    check_code(pv_name_check, times("\xff", 201), PV_TEXT_TOO_LONG, "201");
}

/* UTF-8 */

static unsigned next(const char *text, size_t len, uint32_t *point)
{
    return pv_utf8_next(edge_copy((struct pv_str){text, len}).ptr, len, point);
}

static void utf8__every_code_point__is_read_with_its_length(void **state)
{
    (void)state;
    for (uint32_t point = 0; point <= 0x110000; point++) {
        char text[4];
        uint32_t read = 0xffffffff;
        size_t len = encode(point, text);
        bool valid = point < 0xd800 || (point > 0xdfff && point <= 0x10ffff);
        unsigned got = next(text, len, &read);
        if (valid ? got != len || read != point : got != 0)
            fail_msg("U+%04X: %u bytes, U+%04X", point, got, read);
    }
}

static void utf8__cut_short__is_invalid(void **state)
{
    (void)state;
    uint32_t point;
    const char *const characters[] = {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x93\xb7"};
    for (size_t i = 0; i < 3; i++) {
        size_t len = strlen(characters[i]);
        for (size_t cut = 1; cut < len; cut++)
            check_int(next(characters[i], cut, &point), 0);
        check_int(next(characters[i], len, &point), len);
        check_int(pv_utf8_next(characters[i], len + 1, &point), len);
    }
}

static void utf8__first_bytes__begin_what_they_may(void **state)
{
    (void)state;
    uint32_t point;
    for (unsigned first = 0; first < 256; first++) {
        /* Continuations that make no overlong form, surrogate or number above Unicode. */
        char text[] = {(char)first,
                       (char)(first == 0xf4   ? 0x80
                              : first == 0xed ? 0x80
                                              : 0xb0),
                       (char)0x80, (char)0x80};
        unsigned expected = first < 0x80                     ? 1
                            : first >= 0xc2 && first <= 0xdf ? 2
                            : first >= 0xe0 && first <= 0xef ? 3
                            : first >= 0xf0 && first <= 0xf4 ? 4
                                                             : 0;
        if (pv_utf8_next(text, 4, &point) != expected)
            fail_msg("%02x", first);
    }
}

static void utf8__continuations__must_be_ones(void **state)
{
    (void)state;
    uint32_t point;
    const char *const characters[] = {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x93\xb7"};
    for (size_t i = 0; i < 3; i++) {
        for (size_t at = 1; at < strlen(characters[i]); at++) {
            for (const char *bad = "\x01\x7f\xc0\xff"; *bad != '\0'; bad++) {
                char text[5] = "";
                memcpy(text, characters[i], strlen(characters[i]));
                text[at] = *bad;
                check_int(pv_utf8_next(text, 4, &point), 0);
            }
        }
    }
}

static void utf8__overlong_surrogate_or_too_large__is_invalid(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned len;
    } rows[] = {
        {"\xc0\x80", 0},
        {"\xc1\xbf", 0},
        {"\xc2\x80", 2},
        {"\xe0\x80\x80", 0},
        {"\xe0\x9f\xbf", 0},
        {"\xe0\xa0\x80", 3},
        {"\xed\x9f\xbf", 3},
        {"\xed\xa0\x80", 0},
        {"\xed\xbf\xbf", 0},
        {"\xee\x80\x80", 3},
        {"\xf0\x80\x80\x80", 0},
        {"\xf0\x8f\xbf\xbf", 0},
        {"\xf0\x90\x80\x80", 4},
        {"\xf4\x8f\xbf\xbf", 4},
        {"\xf4\x90\x80\x80", 0},
        {"\xf5\x80\x80\x80", 0},
        {"\xf8\x88\x80\x80", 0},
        {"\xff\x80\x80\x80", 0},
        {"\x80", 0},
        {"\xbf\xbf", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint32_t point = 0xabcdef;
        check_int(next(rows[i].text, strlen(rows[i].text), &point), rows[i].len);
        check_true(rows[i].len != 0 || point == 0xabcdef);
    }
}

/* Web addresses */

static void check_url(const char *text)
{
    check_code(pv_url_check, str(text), PV_CODE_NONE, text);
}

static void check_not_url(const char *text)
{
    check_code(pv_url_check, str(text), PV_URL_INVALID, text);
}

static void url__schemes_and_paths__are_told_apart(void **state)
{
    (void)state;
    check_url("https://x.example/photo.jpg");
    check_url("http://x.example/photo.jpg");
    check_url("/photo.jpg");
    check_url("/");
    check_not_url("//x.example/photo.jpg");
    check_not_url("//");
    check_url("/a//b");
    check_not_url("HTTPS://x.example/");
    check_not_url("Http://x.example/");
    check_not_url("ftp://x.example/");
    check_not_url("data:image/png;base64,AAAA");
    check_not_url("javascript:alert(1)");
    check_not_url("photo.jpg");
    check_not_url("https:/x.example");
    check_not_url("https:x");
    check_not_url("http:");
    check_not_url("https//x");
    check_not_url("?x");
    check_not_url("");
    check_not_url(" https://x");
}

static void url__host__is_not_empty_nor_a_port(void **state)
{
    (void)state;
    check_url("https://x");
    check_url("http://x");
    check_not_url("https://");
    check_not_url("http://");
    check_not_url("https:///path");
    check_not_url("https://?q");
    check_not_url("https://#f");
    check_url("https://x?q");
    check_url("https://x#f");
    check_not_url("https://:80/");
    check_url("https://x:80/");
    check_not_url("https://user@");
    check_not_url("https://user@/path");
    check_not_url("https://user@?q");
    check_not_url("https://user@:80/");
    check_url("https://user@x/");
    check_url("https://a@b@x/");
    check_not_url("https://a@b@/");
    check_url("https://:secret@x/");
    check_not_url("https://a@b@:1");
    check_not_url("https:///x@y");
    check_not_url("https://?a@b");
    check_not_url("https://#a@b");
    check_url("https://x/a@");
    check_url("https://x/:80");
    check_url("https://@x");
    check_not_url("https://@");
    check_url("https://x/?#@:");
}

static void url__every_byte__is_allowed_or_not(void **state)
{
    (void)state;
    const char allowed[] =
        "!#$%&'()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]_abcdefghijklmnopqrstuvwxyz~";
    for (int c = 0; c < 256; c++) {
        char text[] = "/a?";
        text[2] = (char)c;
        bool good = c != 0 && strchr(allowed, c) != NULL;
        if ((pv_url_check((struct pv_str){text, 3}) == PV_CODE_NONE) != good)
            fail_msg("byte %d", c);
        text[0] = (char)c;
        text[2] = 'b';
        if ((pv_url_check((struct pv_str){text, 3}) == PV_CODE_NONE) != (c == '/'))
            fail_msg("byte %d in front", c);
    }
}

static void url__length__is_at_most_2048_bytes(void **state)
{
    (void)state;
    check_int(PV_URL_MAX, 2048);
    for (size_t len = 2047; len <= 2049; len++) {
        struct pv_str text = times("a", len);
        room[0] = '/';
        check_code(pv_url_check, text, len <= 2048 ? PV_CODE_NONE : PV_URL_INVALID, "path");
        memcpy(room, "https://", 8);
        check_code(pv_url_check, text, len <= 2048 ? PV_CODE_NONE : PV_URL_INVALID, "https");
    }
    check_code(pv_url_check, (struct pv_str){"/", 1}, PV_CODE_NONE, "one byte");
    check_code(pv_url_check, (struct pv_str){NULL, 0}, PV_URL_INVALID, "none");
}

/* Emails */

static void check_email(const char *text)
{
    check_code(pv_email_check, str(text), PV_CODE_NONE, text);
}

static void check_not_email(const char *text)
{
    check_code(pv_email_check, str(text), PV_EMAIL_INVALID, text);
}

static void email__one_at_sign__with_something_on_both_sides(void **state)
{
    (void)state;
    check_email("a@b");
    check_not_email("ab");
    check_not_email("@b");
    check_not_email("a@");
    check_not_email("@");
    check_not_email("a@b@c");
    check_not_email("a@@b");
    check_not_email("@a@b");
    check_not_email("");
    check_email("a.b+c_d!#$%&'*/=?^`{|}~\"(),:;<>[]\\@x.example");
}

static void email__domain__is_labels_with_inner_hyphens(void **state)
{
    (void)state;
    check_email("a@x.example");
    check_email("a@x.y.z");
    check_email("a@X-1.EXAMPLE");
    check_email("a@x--y");
    check_email("a@1");
    check_email("a@1.2");
    check_email("a@9az-AZ0");
    check_not_email("a@-x");
    check_not_email("a@x-");
    check_not_email("a@x-.y");
    check_not_email("a@x.-y");
    check_not_email("a@.x");
    check_not_email("a@x.");
    check_not_email("a@x..y");
    check_not_email("a@.");
    check_not_email("a@-");
    check_not_email("a@x_y");
    check_not_email("a@[1.2.3.4]");
    check_not_email("a@x y");
    check_not_email("a@x--");
    check_not_email("a@x-.");
}

static void email__every_byte__is_allowed_or_not(void **state)
{
    (void)state;
    const char inner[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-.";
    for (int c = 0; c < 256; c++) {
        char local[] = "a?@b", domain[] = "a@b?b";
        local[1] = (char)c;
        domain[3] = (char)c;
        if ((pv_email_check((struct pv_str){local, 4}) == PV_CODE_NONE) != (c > 0x20 && c < 0x7f && c != '@'))
            fail_msg("byte %d before the @", c);
        if ((pv_email_check((struct pv_str){domain, 5}) == PV_CODE_NONE) !=
            (c != 0 && strchr(inner, c) != NULL))
            fail_msg("byte %d behind the @", c);
    }
}

static void email__lengths__are_254_and_64_bytes(void **state)
{
    (void)state;
    check_int(PV_EMAIL_MAX, 254);
    check_int(PV_EMAIL_LOCAL_MAX, 64);
    for (size_t local = 63; local <= 65; local++) {
        struct pv_str text = times("a", local + 2);
        room[local] = '@';
        check_code(pv_email_check, text, local <= 64 ? PV_CODE_NONE : PV_EMAIL_INVALID, "before the @");
    }
    for (size_t len = 253; len <= 255; len++) {
        struct pv_str text = times("a", len);
        room[1] = '@';
        check_code(pv_email_check, text, len <= 254 ? PV_CODE_NONE : PV_EMAIL_INVALID, "all of it");
    }
    struct pv_str text = times("a", 254);
    room[64] = '@';
    check_code(pv_email_check, text, PV_CODE_NONE, "both limits");
}

static bool emails_equal(const char *a, const char *b)
{
    return pv_email_equal(edge_copy(str(a)), edge_copy(str(b)));
}

static void email__comparison__is_without_regard_to_case(void **state)
{
    (void)state;
    check_true(emails_equal("ada@x.example", "ada@x.example"));
    check_true(emails_equal("", ""));
    check_true(emails_equal("ada@x.example", "ADA@X.EXAMPLE"));
    check_true(emails_equal("aZ@x", "Az@X"));
    check_true(!emails_equal("ada@x.example", "ada@y.example"));
    check_true(!emails_equal("ada@x", "ada@xx"));
    check_true(!emails_equal("ada@xx", "ada@x"));
    /* What is 32 apart without being a letter stays apart. */
    check_true(!emails_equal("a[@x", "a{@x"));
    check_true(!emails_equal("a`@x", "a\x40@x"));
    check_true(!emails_equal("a^@x", "a~@x"));
    for (char c = 'a'; c <= 'z'; c++) {
        char lower[] = {c, '@', 'x', '\0'}, upper[] = {(char)(c - 32), '@', 'x', '\0'};
        check_true(emails_equal(lower, upper));
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(text__limits__are_counted_in_code_points),
    cmocka_unit_test(text__empty_or_white_space_only__is_empty),
    cmocka_unit_test(text__tab_and_line_ends__are_white_space_in_descriptions_only),
    cmocka_unit_test(text__control_characters__are_refused_each_by_each),
    cmocka_unit_test(text__order__is_empty_then_long_then_control),
    cmocka_unit_test(text__bytes_that_are_not_utf8__count_as_control),
    cmocka_unit_test(utf8__every_code_point__is_read_with_its_length),
    cmocka_unit_test(utf8__cut_short__is_invalid),
    cmocka_unit_test(utf8__first_bytes__begin_what_they_may),
    cmocka_unit_test(utf8__continuations__must_be_ones),
    cmocka_unit_test(utf8__overlong_surrogate_or_too_large__is_invalid),
    cmocka_unit_test(url__schemes_and_paths__are_told_apart),
    cmocka_unit_test(url__host__is_not_empty_nor_a_port),
    cmocka_unit_test(url__every_byte__is_allowed_or_not),
    cmocka_unit_test(url__length__is_at_most_2048_bytes),
    cmocka_unit_test(email__one_at_sign__with_something_on_both_sides),
    cmocka_unit_test(email__domain__is_labels_with_inner_hyphens),
    cmocka_unit_test(email__every_byte__is_allowed_or_not),
    cmocka_unit_test(email__lengths__are_254_and_64_bytes),
    cmocka_unit_test(email__comparison__is_without_regard_to_case),
};
CHECK_MAIN(tests, 20)
