/* json.c, members.c, scan.h: RFC 8259's grammar and nothing beside it; faults of text and depth told apart
 * from it. */
#include "json.h"

#include <stdlib.h>

#include "check.h"
#include "members.h"
#include "scan.h"

static struct pv_str str(const char *text)
{
    return (struct pv_str){text, strlen(text)};
}

/* The text alone in memory of just its size, so that reading beyond it is noticed. */
struct scan {
    char *bytes;
    struct pv_json json;
    struct pv_json_value value;
    bool sound; /* by grammar, with nothing behind it */
};

static struct scan scan(struct pv_str text, struct pv_json_stack *stack)
{
    struct scan scan;
    scan.bytes = malloc(text.len + (text.len == 0));
    if (text.len != 0)
        memcpy(scan.bytes, text.ptr, text.len);
    scan.json = pv_json_begin((struct pv_str){scan.bytes, text.len}, stack);
    scan.sound = pv_json_value(&scan.json, 1, &scan.value);
    if (scan.sound) {
        pv_json_skip_space(&scan.json);
        scan.sound = scan.json.at == scan.json.end;
    }
    return scan;
}

static void check_sound(struct pv_str text, enum pv_json_kind kind)
{
    struct scan result = scan(text, NULL);
    if (!result.sound || result.value.kind != kind || result.value.fault != PV_JSON_SOUND)
        fail_msg("%.*s", (int)text.len, text.ptr);
    free(result.bytes);
}

static void check_broken(struct pv_str text)
{
    struct scan result = scan(text, NULL);
    if (result.sound)
        fail_msg("%.*s", (int)text.len, text.ptr);
    free(result.bytes);
}

static void check_fault(struct pv_str text, enum pv_json_fault fault, size_t at)
{
    struct scan result = scan(text, NULL);
    if (!result.sound || result.value.fault != fault)
        fail_msg("%.*s: %d", (int)text.len, text.ptr, result.value.fault);
    check_int(result.value.fault_at, at);
    free(result.bytes);
}

static void json_value__each_kind__is_told(void **state)
{
    (void)state;
    check_sound(str("null"), PV_JSON_NULL);
    check_sound(str("true"), PV_JSON_TRUE);
    check_sound(str("false"), PV_JSON_FALSE);
    check_sound(str("7"), PV_JSON_NUMBER);
    check_sound(str("\"\""), PV_JSON_STRING);
    check_sound(str("[]"), PV_JSON_ARRAY);
    check_sound(str("{}"), PV_JSON_OBJECT);
    check_sound(str("[] \t\r\n"), PV_JSON_ARRAY);
    check_sound(str("[\t1\r,\n2 ,[ ] , { } ]"), PV_JSON_ARRAY);
    check_sound(str("{ \"a\" : 1 ,\t\"b\"\r:\n{\"\":[{}]} }"), PV_JSON_OBJECT);
    check_sound(str("{\"a\":1,\"a\":2}"), PV_JSON_OBJECT);
}

static void json_value__what_is_not_a_value__is_broken(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        " ",
        "nul",
        "nulL",
        "tru",
        "truE",
        "fals",
        "falsE",
        "Null",
        "undefined",
        "NaN",
        "Infinity",
        "'a'",
        "a",
        "#",
        "\xef\xbb\xbf{}",
        "[",
        "{",
        "]",
        "}",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[,]",
        "[1 2]",
        "[1}",
        "[1,,2]",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,",
        "{\"a\":1,}",
        "{,}",
        "{\"a\" 1}",
        "{\"a\":}",
        "{a:1}",
        "{1:1}",
        "{\"a\":1]",
        "{\"a\":1 \"b\":2}",
        "{\"a\":1,\"b\"}",
        "{null:1}",
        "{[]:1}",
        "[1] 2",
        "{}{}",
        "{} x",
        "\"a\" \"b\"",
        "1 2",
        "[\"a]",
        "[1\f]",
        "[1\v]",
        "[\xc2\xa0]",
        "/**/1",
        "[1//\n]",
        "[1]\x01",
        "{\"a\":1;}",
        "[\"a\":1]",
        "{\"a\",1}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        check_broken(str(texts[i]));
    check_broken((struct pv_str){"{}\0", 3});
    check_broken((struct pv_str){"\0", 1});
}

static void json_value__cut_anywhere__is_broken(void **state)
{
    (void)state;
    static const char text[] =
        "{\"a\":[1,-2.5e+3,\"x\\u00e9\\n\\ud83d\\ude00\xc3\xa9\",true,false,null,{},[]],\"b\":{}}";
    check_sound(str(text), PV_JSON_OBJECT);
    for (size_t len = 0; len < strlen(text); len++)
        check_broken((struct pv_str){text, len});
}

static void json_number__by_the_grammar__is_sound(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is_integer;
    } numbers[] = {{"0", true},
                   {"-0", true},
                   {"7", true},
                   {"10", true},
                   {"-12345678901234567890123", true},
                   {"0.0", false},
                   {"1.0", false},
                   {"-0.5", false},
                   {"1e0", false},
                   {"1E+10", false},
                   {"0e-1", false},
                   {"1.25e3", false}};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct scan result = scan(str(numbers[i].text), NULL);
        check_true(result.sound);
        check_int(result.value.kind, PV_JSON_NUMBER);
        check_int(result.value.is_integer, numbers[i].is_integer);
        check_str(result.value.raw, numbers[i].text);
        free(result.bytes);
    }
}

static void json_number__beside_the_grammar__is_broken(void **state)
{
    (void)state;
    static const char *const texts[] = {"00",  "01",   "-01", "-",  "--1",   "+1",    ".5",
                                        "1.",  "1.e1", "-.5", "1e", "1e+",   "1E-",   "1ee1",
                                        "0x1", "1_0",  "1,0", "-a", "1.5.5", "1e1.5", "- 1"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        check_broken(str(texts[i]));
}

static int64_t integer(const char *text)
{
    struct pv_json_value value = {.kind = PV_JSON_NUMBER, .is_integer = true, .raw = str(text)};
    return pv_json_integer(&value);
}

static void json_integer__of_any_size__is_clamped(void **state)
{
    (void)state;
    check_int(integer("0"), 0);
    check_int(integer("-0"), 0);
    check_int(integer("5"), 5);
    check_int(integer("-5"), -5);
    check_int(integer("9223372036854775806"), INT64_MAX - 1);
    check_int(integer("9223372036854775807"), INT64_MAX);
    check_int(integer("9223372036854775808"), INT64_MAX);
    check_int(integer("9999999999999999999"), INT64_MAX);
    check_int(integer("18446744073709551617"), INT64_MAX);
    check_int(integer("1000000000000000000000000000000"), INT64_MAX);
    check_int(integer("-9223372036854775807"), -INT64_MAX);
    check_int(integer("-9223372036854775808"), INT64_MIN);
    check_int(integer("-9223372036854775809"), INT64_MIN);
    check_int(integer("-1000000000000000000000000000000"), INT64_MIN);
}

static void json_natural__from_0_to_2_63_minus_1__is_accepted(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t value; /* -1: refused */
    } cases[] = {{"0", 0},
                 {"-0", 0},
                 {"1", 1},
                 {"9223372036854775807", INT64_MAX},
                 {"9223372036854775808", -1},
                 {"18446744073709551616", -1},
                 {"10000000000000000000", -1},
                 {"100000000000000000000", -1},
                 {"-1", -1},
                 {"-9223372036854775809", -1},
                 {"-100000000000000000000", -1},
                 {"1.0", -1},
                 {"1e0", -1},
                 {"\"1\"", -1},
                 {"null", -1},
                 {"[1]", -1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scan result = scan(str(cases[i].text), NULL);
        int64_t value = -1;
        check_int(pv_json_natural(&result.value, &value), cases[i].value >= 0);
        check_int(value, cases[i].value);
        free(result.bytes);
    }
}

/* Strings */

static void json_string__escapes_of_the_grammar__are_sound(void **state)
{
    (void)state;
    check_sound(str("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\uFFFF\\uabCD\""), PV_JSON_STRING);
    check_sound(str("\"\x7f\""), PV_JSON_STRING);
    check_sound(str("\"\\ud83d\\ude00\\uDBFF\\uDFFF\\ud800\\udc00\""), PV_JSON_STRING);
    check_sound(str("\"\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\""),
                PV_JSON_STRING);
}

static void json_string__other_escapes_and_controls__are_broken(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "\"\\a\"",     "\"\\'\"",     "\"\\0\"",          "\"\\x41\"",   "\"\\U0041\"", "\"\\u\"",
        "\"\\u004\"",  "\"\\u004g\"", "\"\\u00:1\"",      "\"\\u 041\"", "\"\\u-041\"", "\"\\",
        "\"\\\"",      "\"\\u12",     "\"\\ud83d\\u12\"", "\"\\\n\"",    "\"\\ \"",     "\"\\u00@1\"",
        "\"\\u00`1\"", "\"\\u00/1\"", "\"\\u00G1\""};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        check_broken(str(texts[i]));
    for (char c = 0; c < 0x20; c++) {
        char text[] = "\"abc\"";
        text[2] = c;
        check_broken((struct pv_str){text, 5});
    }
    check_broken((struct pv_str){"\"\\\0\"", 4});
}

static void json_string__bytes_that_are_no_utf8__are_a_fault_of_the_text(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "\"ab\x80\"",
        "\"ab\xbf\"",
        "\"ab\xc0\x80\"",
        "\"ab\xc1\xbf\"",
        "\"ab\xe0\x9f\xbf\"",
        "\"ab\xed\xa0\x80\"",
        "\"ab\xed\xbf\xbf\"",
        "\"ab\xf0\x8f\xbf\xbf\"",
        "\"ab\xf4\x90\x80\x80\"",
        "\"ab\xf5\x80\x80\x80\"",
        "\"ab\xff\"",
        "\"ab\xfe\"",
        "\"ab\xc3\"",
        "\"ab\xe2\x82\"",
        "\"ab\xf0\x9f\x98\"",
        "\"ab\xc3x\"",
        "\"ab\xe2\x82x\"",
        "\"ab\xc3\\n\"",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        check_fault(str(texts[i]), PV_JSON_UTF8, 3);
}

static void json_string__half_a_surrogate_pair__is_a_fault_of_the_text(void **state)
{
    (void)state;
    static const char *const texts[] = {"\"\\ud800\"",        "\"\\udbff\"",
                                        "\"\\udc00\"",        "\"\\udfff\"",
                                        "\"\\ud83dx\"",       "\"\\ud83d\\n\"",
                                        "\"\\ud83d\\u0041\"", "\"\\ud83d\\ud83d\"",
                                        "\"\\udc00\\ud83d\"", "\"\\ud83d\\ud83d\\ude00\"",
                                        "\"\\ud83d\\ue000\""};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        check_fault(str(texts[i]), PV_JSON_SURROGATE, 1);
    check_sound(str("\"\\ud7ff\\ue000\""), PV_JSON_STRING);
}

static void json_value__the_first_fault_of_the_text__is_told(void **state)
{
    (void)state;
    check_fault(str("[\"a\",\"\xff\",\"\\ud800\"]"), PV_JSON_UTF8, 6);
    check_fault(str("[\"a\",\"\\ud800\",\"\xff\"]"), PV_JSON_SURROGATE, 6);
    check_fault(str("{\"a\":{\"\xff\":\"\\ud800\"}}"), PV_JSON_UTF8, 7);
    check_fault(str("{\"\\udc00\":1}"), PV_JSON_SURROGATE, 2);
}

static void json_value__a_fault_of_grammar__hides_one_of_the_text(void **state)
{
    (void)state;
    static const char *const texts[] = {"[\"\xff\"",      "[\"\xff\",]",  "{\"\\ud800\":nul}",
                                        "[\"\xff\x01\"]", "{\"\xff\" 1}", "[\"\xff\" 1]"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct scan result = scan(str(texts[i]), NULL);
        check_true(!result.sound);
        check_int(result.value.fault, PV_JSON_GRAMMAR);
        free(result.bytes);
    }
}

static void json_value__a_fault_of_grammar__is_placed(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t at;
    } cases[] = {{"", 0},           {"x", 0},           {"[1,x]", 3}, {"[1,]", 3},
                 {"[1 2]", 3},      {"{\"a\" 1}", 5},   {"{1:2}", 1}, {"{\"a\":01}", 6},
                 {"[\"a\\x\"]", 3}, {"[\"a\x01\"]", 3}, {"[\"a", 3},  {"[", 1},
                 {"{\"a\":1,}", 7}, {"[nul]", 1},       {"[1.]", 1},  {"{\"a\":1]", 6}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scan result = scan(str(cases[i].text), NULL);
        check_int(result.value.fault, PV_JSON_GRAMMAR);
        if (result.value.fault_at != cases[i].at)
            fail_msg("%s: %zu", cases[i].text, result.value.fault_at);
        check_int(result.json.at - result.json.start, cases[i].at);
        free(result.bytes);
    }
}

static void check_unescaped(const char *text, struct pv_str expected, bool escaped)
{
    struct scan result = scan(str(text), NULL);
    char scratch[64];
    size_t used = 5;
    check_true(result.sound);
    check_int(result.value.escaped, escaped);
    struct pv_str content = pv_json_unescape(&result.value, scratch, &used);
    if (!pv_str_equal(content, expected))
        fail_msg("%s becomes %.*s", text, (int)content.len, content.ptr);
    check_int(used, escaped ? 5 + expected.len : 5);
    check_true((content.ptr == scratch + 5) == escaped);
    free(result.bytes);
}

static void json_unescape__each_escape__is_its_character(void **state)
{
    (void)state;
    check_unescaped("\"\"", PV_STR(""), false);
    check_unescaped("\"ab\xc3\xa9\"", PV_STR("ab\xc3\xa9"), false);
    check_unescaped("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", PV_STR("\"\\/\b\f\n\r\t"), true);
    check_unescaped("\"a\\u0041b\\u007f\"", PV_STR("aAb\x7f"), true);
    check_unescaped("\"\\u0000\"", ((struct pv_str){"", 1}), true);
    check_unescaped("\"\\u0080\\u07ff\"", PV_STR("\xc2\x80\xdf\xbf"), true);
    check_unescaped("\"\\u0800\\uffff\\uD7FF\\ue000\"",
                    PV_STR("\xe0\xa0\x80\xef\xbf\xbf\xed\x9f\xbf\xee\x80\x80"), true);
    check_unescaped("\"\\ud800\\udc00\\uDBFF\\udfff\"", PV_STR("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"), true);
    check_unescaped("\"x\\ud83d\\ude00y\"", PV_STR("x\xf0\x9f\x98\x80y"), true);
    check_unescaped("\"\\\\u0041\"", PV_STR("\\u0041"), true);
    check_unescaped("\"\\n\"", PV_STR("\n"), true);
}

/* Depth */

static char *nested(char open, size_t levels, const char *inside)
{
    size_t inner = strlen(inside);
    char *text = malloc(2 * levels + inner + 1);
    memset(text, open, levels);
    memcpy(text + levels, inside, inner);
    memset(text + levels + inner, open == '[' ? ']' : '}', levels);
    text[2 * levels + inner] = '\0';
    return text;
}

static void json_value__as_deep_as_allowed__is_sound(void **state)
{
    (void)state;
    char *text = nested('[', PV_JSON_DEPTH_MAX, "1");
    check_sound(str(text), PV_JSON_ARRAY);
    free(text);
    text = nested('[', PV_JSON_DEPTH_MAX - 1, "{\"a\":1}");
    check_sound(str(text), PV_JSON_ARRAY);
    free(text);
}

static void json_value__one_level_deeper__ends_the_scan_without_a_stack(void **state)
{
    (void)state;
    char *text = nested('[', PV_JSON_DEPTH_MAX + 1, "");
    struct scan result = scan(str(text), NULL);
    check_true(!result.sound);
    check_int(result.value.fault, PV_JSON_TOO_DEEP);
    check_int(result.value.fault_at, PV_JSON_DEPTH_MAX);
    free(result.bytes);
    free(text);
}

static void json_value__begun_deeper__has_fewer_levels_left(void **state)
{
    (void)state;
    for (unsigned depth = 1; depth <= PV_JSON_DEPTH_MAX + 1; depth++) {
        struct pv_json json = pv_json_begin(str("[[]]"), NULL);
        struct pv_json_value value;
        check_int(pv_json_value(&json, depth, &value), depth + 1 <= PV_JSON_DEPTH_MAX);
    }
}

static struct pv_json_stack stack_for(size_t levels)
{
    return (struct pv_json_stack){malloc((levels / 64 + 1) * sizeof(uint64_t)), levels};
}

/* Objects and arrays in turn, in a pattern that no word of bits repeats; wrong at the given level, or
 * nowhere. */
static char *alternating(size_t levels, size_t wrong)
{
    char *text = malloc(8 * levels + 2), *out = text;
    for (size_t i = 0; i < levels; i++)
        out = stpcpy(out, i % 3 == 0 || i % 7 == 2 ? "{\"a\":" : "[");
    *out++ = '1';
    for (size_t i = levels; i-- > 0;)
        *out++ = (i % 3 == 0 || i % 7 == 2) == (i != wrong) ? '}' : ']';
    *out = '\0';
    return text;
}

static void json_value__too_deep__is_checked_to_its_end_with_a_stack(void **state)
{
    (void)state;
    static const size_t levels[] = {63, 64, 65, 127, 128, 129, 192, 193, 1000};
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        struct pv_json_stack stack = stack_for(8 * levels[i]);
        char *text = alternating(levels[i], SIZE_MAX);
        struct scan result = scan(str(text), &stack);
        check_true(result.sound);
        check_int(result.value.fault, levels[i] > PV_JSON_DEPTH_MAX ? PV_JSON_TOO_DEEP : PV_JSON_SOUND);
        free(result.bytes);
        free(text);
        for (size_t wrong = 0; wrong < levels[i]; wrong += 1 + levels[i] / 100) {
            text = alternating(levels[i], wrong);
            result = scan(str(text), &stack);
            check_true(!result.sound);
            check_int(result.value.fault, PV_JSON_GRAMMAR);
            free(result.bytes);
            free(text);
        }
        free(stack.bits);
    }
}

static void json_value__down_and_up_at_a_words_edge__keeps_the_kinds(void **state)
{
    (void)state;
    char *inner = nested('[', 3, "1"), *text = malloc(2000), *out = text;
    struct pv_json_stack stack = stack_for(2000);
    for (size_t i = 0; i < 63; i++)
        out = stpcpy(out, "{\"a\":");
    for (size_t i = 0; i < 20; i++)
        out = stpcpy(stpcpy(out, i == 0 ? "[" : ","), inner);
    *out++ = ']';
    memset(out, '}', 63);
    out[63] = '\0';
    struct scan result = scan(str(text), &stack);
    check_true(result.sound);
    check_int(result.value.fault, PV_JSON_TOO_DEEP);
    free(result.bytes);
    free(stack.bits);
    free(text);
    free(inner);
}

/* Members */

static void json_members__of_an_object__are_stepped_through(void **state)
{
    (void)state;
    struct pv_json json = pv_json_begin(str("{ \"a\" : 1 , \"b\":[2]} x"), NULL);
    struct pv_json_value key, value;
    json.at++;
    check_int(pv_json_next_member(&json, true, &key), PV_JSON_MEMBER);
    check_str(key.raw, "\"a\"");
    check_true(pv_json_value(&json, 2, &value));
    check_str(value.raw, "1");
    check_int(pv_json_next_member(&json, false, &key), PV_JSON_MEMBER);
    check_str(key.raw, "\"b\"");
    check_true(pv_json_value(&json, 2, &value));
    check_str(value.raw, "[2]");
    check_int(pv_json_next_member(&json, false, &key), PV_JSON_END);
    check_str(((struct pv_str){json.at, 2}), " x");
}

static void json_members__broken_ones__are_told(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool first;
    } cases[] = {{"", true},    {",\"a\":1", true}, {"\"b\":1", false}, {",}", false}, {",", false},
                 {"a:1", true}, {"\"a\"", true},    {"\"a", true},      {"]", true}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct pv_json json = pv_json_begin(str(cases[i].text), NULL);
        struct pv_json_value key;
        check_int(pv_json_next_member(&json, cases[i].first, &key), PV_JSON_BROKEN);
        check_int(key.fault, PV_JSON_GRAMMAR);
    }
}

static enum pv_field find(const struct pv_names *names, const char *key)
{
    struct scan result = scan(str(key), NULL);
    check_true(result.sound);
    enum pv_field field = pv_names_find(names, &result.value);
    free(result.bytes);
    return field;
}

static void names__each_name__is_found_also_in_escapes(void **state)
{
    (void)state;
    struct pv_names names;
    pv_names_init(&names);
    for (unsigned field = PV_KEY_NONE + 1; field < PV_KEY_COUNT; field++) {
        const char *name = pv_field_name((enum pv_field)field);
        char plain[64], first[64], all[256], *out = all;
        (void)snprintf(plain, sizeof plain, "\"%s\"", name);
        (void)snprintf(first, sizeof first, "\"\\u%04x%s\"", name[0], name + 1);
        *out++ = '"';
        for (const char *c = name; *c != '\0'; c++)
            out += snprintf(out, 8, "\\u%04X", *c);
        (void)stpcpy(out, "\"");
        check_int(find(&names, plain), field);
        check_int(find(&names, first), field);
        check_int(find(&names, all), field);
    }
}

static void names__neighbours_of_a_name__are_not_found(void **state)
{
    (void)state;
    struct pv_names names;
    pv_names_init(&names);
    for (unsigned field = PV_KEY_NONE + 1; field < PV_KEY_COUNT; field++) {
        const char *name = pv_field_name((enum pv_field)field);
        size_t len = strlen(name);
        char other[64];
        for (size_t at = 0; at < len; at++) {
            (void)snprintf(other, sizeof other, "\"%s\"", name);
            other[at + 1] ^= 0x20;
            check_int(find(&names, other), PV_KEY_NONE);
        }
        (void)snprintf(other, sizeof other, "\"%s \"", name);
        check_int(find(&names, other), PV_KEY_NONE);
        (void)snprintf(other, sizeof other, "\"%.*s\"", (int)len - 1, name);
        check_int(find(&names, other), PV_KEY_NONE);
        (void)snprintf(other, sizeof other, "\"\\u0000%s\"", name);
        check_int(find(&names, other), PV_KEY_NONE);
    }
    check_int(find(&names, "\"\""), PV_KEY_NONE);
    check_int(find(&names, "\"a_key_of_more_than_sixteen_bytes\""), PV_KEY_NONE);
    check_int(find(&names,
                   "\"\\u0061\\u0061\\u0061\\u0061\\u0061\\u0061\\u0061\\u0061\\u0061\\u0061\\u0061\\u0061"
                   "\\u0061\\u0061\\u0061\\u0061\\u0061\\u0061\\u0061\""),
              PV_KEY_NONE);
    check_int(find(&names, "\"i\\ud800d\""), PV_KEY_NONE);
    check_int(find(&names, "\"\\ud800\""), PV_KEY_NONE);
}

static void members__repeated__are_told_by_their_second_occurrence(void **state)
{
    (void)state;
    static struct pv_members members;
    pv_members_begin(&members);
    const enum pv_field order[] = {PV_KEY_ID, PV_KEY_NAME, PV_KEY_URL, PV_KEY_NAME, PV_KEY_NAME, PV_KEY_ID};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
        pv_members_place(&members, order[i])->fault_at = i;
    uint32_t id = 1U << PV_KEY_ID, name = 1U << PV_KEY_NAME, url = 1U << PV_KEY_URL;
    check_int(pv_members_repeated(&members, id | name | url), PV_KEY_NAME);
    check_int(pv_members_repeated(&members, id | url), PV_KEY_ID);
    check_int(pv_members_repeated(&members, url), PV_KEY_NONE);
    check_int(members.value[PV_KEY_NAME].fault_at, 1);
    check_int(members.value[PV_KEY_ID].fault_at, 0);
    check_true(pv_members_has(&members, PV_KEY_NAME) && !pv_members_has_one(&members, PV_KEY_NAME));
    check_true(pv_members_has(&members, PV_KEY_URL) && pv_members_has_one(&members, PV_KEY_URL));
    check_true(!pv_members_has(&members, PV_KEY_DATA) && !pv_members_has_one(&members, PV_KEY_DATA));
}

static void members__without_a_name__are_forgotten(void **state)
{
    (void)state;
    static struct pv_members members;
    pv_members_begin(&members);
    for (unsigned i = 0; i < 3; i++)
        check_true(pv_members_place(&members, PV_KEY_NONE) == &members.value[PV_KEY_NONE]);
    check_int(members.seen, 0);
    check_int(members.repeat_count, 0);
}

/* The innermost loop */

static void scan_plain__any_byte_at_any_place__is_stopped_at(void **state)
{
    (void)state;
    for (size_t len = 0; len <= 40; len++)
        for (size_t at = 0; at <= len; at++)
            for (unsigned byte = 0; byte < 256; byte++) {
                char text[41];
                memset(text, 'a' + (int)(byte % 26), sizeof text);
                if (at < len)
                    text[at] = (char)byte;
                bool plain = byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
                const char *stop = at < len && !plain ? text + at : text + len;
                if (pv_scan_plain(text, text + len) != stop || pv_scan_plain_words(text, text + len) != stop)
                    fail_msg("byte %u at %zu of %zu", byte, at, len);
            }
}

static void scan_plain__two_special_bytes__is_stopped_at_the_first(void **state)
{
    (void)state;
    static const char special[] = "\"\\\x1f\x80\xff";
    for (size_t first = 0; first < 32; first++)
        for (size_t second = first + 1; second < 32; second++)
            for (size_t i = 0; i < 25; i++) {
                char text[32];
                memset(text, '!', sizeof text); /* one above and one below what is looked for */
                text[first] = special[i % 5];
                text[second] = special[i / 5];
                check_true(pv_scan_plain(text, text + 32) == text + first);
                check_true(pv_scan_plain_words(text, text + 32) == text + first);
            }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(json_value__each_kind__is_told),
    cmocka_unit_test(json_value__what_is_not_a_value__is_broken),
    cmocka_unit_test(json_value__cut_anywhere__is_broken),
    cmocka_unit_test(json_number__by_the_grammar__is_sound),
    cmocka_unit_test(json_number__beside_the_grammar__is_broken),
    cmocka_unit_test(json_integer__of_any_size__is_clamped),
    cmocka_unit_test(json_natural__from_0_to_2_63_minus_1__is_accepted),
    cmocka_unit_test(json_string__escapes_of_the_grammar__are_sound),
    cmocka_unit_test(json_string__other_escapes_and_controls__are_broken),
    cmocka_unit_test(json_string__bytes_that_are_no_utf8__are_a_fault_of_the_text),
    cmocka_unit_test(json_string__half_a_surrogate_pair__is_a_fault_of_the_text),
    cmocka_unit_test(json_value__the_first_fault_of_the_text__is_told),
    cmocka_unit_test(json_value__a_fault_of_grammar__hides_one_of_the_text),
    cmocka_unit_test(json_value__a_fault_of_grammar__is_placed),
    cmocka_unit_test(json_unescape__each_escape__is_its_character),
    cmocka_unit_test(json_value__as_deep_as_allowed__is_sound),
    cmocka_unit_test(json_value__one_level_deeper__ends_the_scan_without_a_stack),
    cmocka_unit_test(json_value__begun_deeper__has_fewer_levels_left),
    cmocka_unit_test(json_value__too_deep__is_checked_to_its_end_with_a_stack),
    cmocka_unit_test(json_value__down_and_up_at_a_words_edge__keeps_the_kinds),
    cmocka_unit_test(json_members__of_an_object__are_stepped_through),
    cmocka_unit_test(json_members__broken_ones__are_told),
    cmocka_unit_test(names__each_name__is_found_also_in_escapes),
    cmocka_unit_test(names__neighbours_of_a_name__are_not_found),
    cmocka_unit_test(members__repeated__are_told_by_their_second_occurrence),
    cmocka_unit_test(members__without_a_name__are_forgotten),
    cmocka_unit_test(scan_plain__any_byte_at_any_place__is_stopped_at),
    cmocka_unit_test(scan_plain__two_special_bytes__is_stopped_at_the_first),
};
CHECK_MAIN(tests, 28)
