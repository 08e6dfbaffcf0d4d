/* json_guard.c: what may come before cJSON, and what is stopped. */
#include <stdlib.h>

#include "document.h"
#include "failing.h"
#include "sample.h"

static struct pv_document_error error;

static enum pv_result guard(struct pv_str text, unsigned depth)
{
    memset(&error, '#', sizeof(error));
    return pv_json_guard(text, depth, &error);
}

static void check_refused(struct pv_str text, const char *reason)
{
    if (guard(text, 16) != PV_REFUSED)
        fail_msg("%.*s is not refused", (int)text.len, text.ptr);
    assert_string_equal(error.reason, reason);
    assert_string_equal(error.path, "");
}

static void check_accepted(struct pv_str text)
{
    if (guard(text, 16) != PV_OK)
        fail_msg("%.*s is refused: %s", (int)text.len, text.ptr, error.reason);
}

static struct pv_str str(const char *text)
{
    return (struct pv_str){text, strlen(text)};
}

static void guard__any_json__passes(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{}",
        "[]",
        " \t\r\n[1, -0, 0.5, 1e9, 1E+9, -1.25e-3, true, false, null, \"\"] \n",
        "{\"a\":{\"a\":[{\"a\":1},{\"a\":2}]},\"b\":\"a\"}",
        "\"\\u00e9\\ud83d\\ude00 \xf0\x9f\x98\x80 \\/ \\\\u0000 \\u0001\"",
        "7",
        "{\"\":0}",
        "{\"a\":\":\",\"b\":\"{\",\"c\":\"}\",\"d\":[\"a\",\"a\"]}",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        check_accepted(str(texts[i]));
}

static void guard__what_is_no_json__is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t at; /* from 1 */
    } cases[] = {
        {"", 1},           {" ", 2},           {"{", 2},         {"[1,]", 4},
        {"{\"a\":1,}", 8}, {"[1 2]", 4},       {"{\"a\" 1}", 6}, {"{a:1}", 2},
        {"'a'", 1},        {"01", 2},          {"1.", 1},        {"+1", 1},
        {".5", 1},         {"1e", 1},          {"-", 1},         {"NaN", 1},
        {"Infinity", 1},   {"tru", 1},         {"nul", 1},       {"\"a", 3},
        {"\"\\x\"", 2},    {"\"\\u12g4\"", 2}, {"\"a\nb\"", 3},  {"\"a\tb\"", 3},
        {"[1]]", 4},       {"{} {}", 4},       {"\v1", 1},       {"\xef\xbb\xbf{}", 1},
        {"/**/1", 1},      {"{\"a\":1}x", 8},  {"[\"a\":1]", 5}, {"{\"a\"}", 5},
        {"{1:1}", 2},      {"[}", 2},          {"{]", 2},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char at[32];
        if (guard(str(cases[i].text), 16) != PV_REFUSED)
            fail_msg("%s is not refused", cases[i].text);
        snprintf(at, sizeof(at), "(byte %zu)", cases[i].at);
        if (strstr(error.reason, at) == NULL)
            fail_msg("%s: %s, not %s", cases[i].text, error.reason, at);
    }
    check_refused(PV_STR("[nul]"), "it is not JSON (byte 2)");
    check_refused(PV_STR("1 2"), "something follows the JSON value (byte 3)");
    check_refused((struct pv_str){NULL, 0}, "it is not JSON (byte 1)");
    check_refused(PV_STR("{}\0"), "something follows the JSON value (byte 3)");
}

static void guard__bytes_that_are_no_utf8__are_refused(void **state)
{
    (void)state;
    check_refused(PV_STR("[\"a\xff\"]"), "a string has bytes that are not UTF-8 (byte 4)");
    check_refused(PV_STR("{\"\xc0\x80\":1}"), "a string has bytes that are not UTF-8 (byte 3)");
    check_refused(PV_STR("\"\xed\xa0\x80\""), "a string has bytes that are not UTF-8 (byte 2)");
    check_refused(PV_STR("\"\xf4\x90\x80\x80\""), "a string has bytes that are not UTF-8 (byte 2)");
    check_accepted(PV_STR("\"\xf4\x8f\xbf\xbf\""));
}

static void guard__half_a_surrogate_pair__is_refused(void **state)
{
    (void)state;
    check_refused(PV_STR("\"\\ud800\""), "a string has half a surrogate pair (byte 2)");
    check_refused(PV_STR("\"\\udc00\""), "a string has half a surrogate pair (byte 2)");
    check_refused(PV_STR("\"\\ude00\\ud83d\""), "a string has half a surrogate pair (byte 2)");
    check_refused(PV_STR("{\"a\":{\"\\ud800x\":1}}"), "a string has half a surrogate pair (byte 8)");
    check_accepted(PV_STR("\"\\ud800\\udc00\""));
}

/* cJSON would cut the string there: "a\u0000b" would be "a". */
static void guard__u0000__is_refused(void **state)
{
    (void)state;
    check_refused(PV_STR("\"\\u0000\""), "a string has U+0000 in it (byte 1)");
    check_refused(PV_STR("[1,\"a\\\\\\u0000b\"]"), "a string has U+0000 in it (byte 4)");
    check_refused(PV_STR("{\"a\\u0000\":1}"), "a string has U+0000 in it (byte 2)");
    check_accepted(PV_STR("\"\\\\u0000\""));
    check_accepted(PV_STR("\"\\u0001 u0000 \\u00010 \\u1000\""));
}

static void guard__key_twice_in_an_object__is_refused(void **state)
{
    (void)state;
    check_refused(PV_STR("{\"a\":1,\"a\":2}"), "the key \"a\" stands twice (byte 8)");
    check_refused(PV_STR("{\"b\":[{\"c\":{\"a\":1,\"d\":2,\"a\":3}}]}"),
                  "the key \"a\" stands twice (byte 25)");
    check_refused(PV_STR("{\"a\":{\"x\":1},\"b\":2,\"a\":3}"), "the key \"a\" stands twice (byte 20)");
    check_refused(PV_STR("{\"\":1,\"\":2}"), "the key \"\" stands twice (byte 7)");
}

static void guard__key_twice_after_unescaping__is_refused(void **state)
{
    (void)state;
    check_refused(PV_STR("{\"a\":1,\"\\u0061\":2}"), "the key \"a\" stands twice (byte 8)");
    check_refused(PV_STR("{\"\\/\":1,\"x\":2,\"/\":2}"), "the key \"/\" stands twice (byte 15)");
    check_refused(PV_STR("{\"\\ud83d\\ude00\":1,\"\xf0\x9f\x98\x80\":2}"),
                  "the key \"\xf0\x9f\x98\x80\" stands twice (byte 19)");
}

static void guard__same_key_in_other_objects__passes(void **state)
{
    (void)state;
    check_accepted(PV_STR("{\"a\":{\"a\":{\"a\":1}},\"b\":[{\"a\":1},{\"a\":2}]}"));
    check_accepted(PV_STR("{\"a\":1,\"A\":2,\"aa\":3,\"\":4}"));
}

static void guard__several_keys_twice__names_the_first_second_occurrence(void **state)
{
    (void)state;
    check_refused(PV_STR("{\"z\":1,\"a\":1,\"z\":2,\"a\":2}"), "the key \"z\" stands twice (byte 14)");
    check_refused(PV_STR("{\"z\":1,\"a\":1,\"a\":2,\"z\":2}"), "the key \"a\" stands twice (byte 14)");
    check_refused(PV_STR("{\"a\":1,\"a\":1,\"a\":2}"), "the key \"a\" stands twice (byte 8)");
}

static void guard__long_or_wild_key_twice__is_cut_and_escaped(void **state)
{
    (void)state;
    char text[1024] = "{\"", key[400];
    memset(key, 'k', sizeof(key));
    memcpy(key, "\\u001b\\n", 8);
    snprintf(text, sizeof(text), "{\"%.*s\":1,\"%.*s\":2}", 400, key, 400, key);
    check_int(guard(str(text), 16), PV_REFUSED);
    assert_non_null(strstr(error.reason, "the key \"\\x1b\\x0akkk"));
    assert_non_null(strstr(error.reason, "...\" stands twice"));
}

static void guard__depth__is_limited(void **state)
{
    (void)state;
    check_int(guard(PV_STR("[[[1]]]"), 3), PV_OK);
    check_int(guard(PV_STR("[[[[]]]]"), 3), PV_REFUSED);
    assert_string_equal(error.reason, "it is nested too deep (byte 4)");
    check_int(guard(PV_STR("{\"a\":{\"b\":{}}}"), 2), PV_REFUSED);
    check_int(guard(PV_STR("{\"a\":{\"b\":1},\"c\":{\"d\":2}}"), 2), PV_OK);
    check_int(guard(PV_STR("[]"), 1), PV_OK);
}

/* The scanner's own limit, far beyond which nothing must be remembered. */
static void guard__any_depth__is_survived(void **state)
{
    (void)state;
    enum { DEEP = 1000000 };
    char *text = malloc(DEEP);
    memset(text, '[', DEEP);
    check_int(guard((struct pv_str){text, DEEP}, 64), PV_REFUSED);
    assert_string_equal(error.reason, "it is nested too deep (byte 65)");
    memset(text, '[', 64);
    memset(text + 64, ']', 64);
    check_int(guard((struct pv_str){text, 128}, 64), PV_OK);
    free(text);
}

/* Quadratic work would take minutes here: 300,000 keys, the last one twice. */
static void guard__very_many_keys__take_linear_time(void **state)
{
    (void)state;
    struct sample_text *text = sample_text_begin();
    for (int i = 0; i < 300000; i++) {
        pv_out_cstr(&text->out, i == 0 ? "{\"key" : ",\"key");
        pv_out_uint(&text->out, (uint64_t)(300000 - i));
        pv_out_cstr(&text->out, i % 2 == 0 ? "\":0" : "\\u0041\":0");
    }
    pv_out_cstr(&text->out, ",\"key2\":1}");
    char *json = sample_text_end(text);
    check_int(guard(str(json), 16), PV_REFUSED);
    assert_non_null(strstr(error.reason, "the key \"key2\" stands twice"));
    free(json);
}

static void guard__no_memory__is_a_fault(void **state)
{
    (void)state;
    const char *text = "{\"a\":1,\"\\u0062\":{\"c\":2}}";
    for (size_t i = 0; i < 2; i++) {
        failing_at(i);
        enum pv_result result = guard(str(text), 16);
        failing_at(SIZE_MAX);
        check_int(result, PV_FAULT_MEMORY);
    }
    failing_at(2);
    enum pv_result result = guard(str(text), 16);
    failing_at(SIZE_MAX);
    check_int(result, PV_OK);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(guard__any_json__passes),
    cmocka_unit_test(guard__what_is_no_json__is_refused),
    cmocka_unit_test(guard__bytes_that_are_no_utf8__are_refused),
    cmocka_unit_test(guard__half_a_surrogate_pair__is_refused),
    cmocka_unit_test(guard__u0000__is_refused),
    cmocka_unit_test(guard__key_twice_in_an_object__is_refused),
    cmocka_unit_test(guard__key_twice_after_unescaping__is_refused),
    cmocka_unit_test(guard__same_key_in_other_objects__passes),
    cmocka_unit_test(guard__several_keys_twice__names_the_first_second_occurrence),
    cmocka_unit_test(guard__long_or_wild_key_twice__is_cut_and_escaped),
    cmocka_unit_test(guard__depth__is_limited),
    cmocka_unit_test(guard__any_depth__is_survived),
    cmocka_unit_test(guard__very_many_keys__take_linear_time),
    cmocka_unit_test(guard__no_memory__is_a_fault),
};
CHECK_MAIN(tests, 14)
