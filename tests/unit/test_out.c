/* out.c: numbers, the three ways to escape, base64, and the buffer in front of the sink. */
#include <stdlib.h>

#include "sample.h"

static void check_text(struct sample_text *text, const char *expected)
{
    char *actual = sample_text_end(text);
    assert_string_equal(actual, expected);
    free(actual);
}

static void check_json(struct pv_str value, const char *expected)
{
    struct sample_text *text = sample_text_begin();
    pv_out_json(&text->out, value);
    check_text(text, expected);
}

static void check_message(struct pv_str value, const char *expected)
{
    struct sample_text *text = sample_text_begin();
    pv_out_json_message(&text->out, value);
    check_text(text, expected);
}

static void check_terminal(struct pv_str value, const char *expected)
{
    struct sample_text *text = sample_text_begin();
    pv_out_terminal(&text->out, value);
    check_text(text, expected);
}

static void out_int__limits__are_plain_digits(void **state)
{
    (void)state;
    struct sample_text *text = sample_text_begin();
    pv_out_int(&text->out, INT64_MIN);
    pv_out_char(&text->out, ' ');
    pv_out_int(&text->out, INT64_MAX);
    pv_out_char(&text->out, ' ');
    pv_out_int(&text->out, 0);
    pv_out_char(&text->out, ' ');
    pv_out_int(&text->out, -1);
    pv_out_char(&text->out, ' ');
    pv_out_uint(&text->out, UINT64_MAX);
    pv_out_char(&text->out, ' ');
    pv_out_uint(&text->out, 10);
    check_text(text, "-9223372036854775808 9223372036854775807 0 -1 18446744073709551615 10");
}

static void out_json__plain_text__is_quoted(void **state)
{
    (void)state;
    check_json(PV_STR("a / <b> &"), "\"a / <b> &\"");
    check_json(PV_STR(""), "\"\"");
    check_json((struct pv_str){NULL, 0}, "\"\"");
}

static void out_json__quote_and_backslash__are_escaped(void **state)
{
    (void)state;
    check_json(PV_STR("\""), "\"\\\"\"");
    check_json(PV_STR("\\"), "\"\\\\\"");
    check_json(PV_STR("a\"b\\c"), "\"a\\\"b\\\\c\"");
}

/* F3: \b \t \n \f \r where JSON has a letter, \u00xx with lower-case hex for the others. */
static void out_json__every_control_character__is_escaped(void **state)
{
    (void)state;
    for (int c = 0; c < 0x20; c++) {
        char value[1] = {(char)c}, expected[16];
        snprintf(expected, sizeof(expected), "\"\\u%04x\"", c);
        if (c == '\b')
            strcpy(expected, "\"\\b\"");
        if (c == '\t')
            strcpy(expected, "\"\\t\"");
        if (c == '\n')
            strcpy(expected, "\"\\n\"");
        if (c == '\f')
            strcpy(expected, "\"\\f\"");
        if (c == '\r')
            strcpy(expected, "\"\\r\"");
        check_json((struct pv_str){value, 1}, expected);
    }
}

static void out_json__every_other_byte__is_kept(void **state)
{
    (void)state;
    for (int c = 0x20; c < 0x100; c++) {
        char value[1] = {(char)c}, expected[4] = {'"', (char)c, '"', '\0'};
        if (c != '"' && c != '\\')
            check_json((struct pv_str){value, 1}, expected);
    }
}

/* The runs between escapes, at each place of the words that the scan looks at. */
static void out_json__escape_at_any_place__cuts_the_run_there(void **state)
{
    (void)state;
    for (size_t at = 0; at < 40; at++) {
        char value[40], expected[48];
        memset(value, 'x', sizeof(value));
        value[at] = '\n';
        memset(expected, 'x', sizeof(expected));
        expected[0] = '"';
        memcpy(expected + 1 + at, "\\n", 2);
        memcpy(expected + 42, "\"", 2);
        check_json((struct pv_str){value, sizeof(value)}, expected);
    }
}

static void out_message__c1_and_delete__are_escaped_too(void **state)
{
    (void)state;
    check_message(PV_STR("a\x7f"), "\"a\\u007f\"");
    check_message(PV_STR("\xc2\x80\xc2\x9f"), "\"\\u0080\\u009f\"");
    check_message(PV_STR("~\xc2\xa0\xc3\xa9"), "\"~\xc2\xa0\xc3\xa9\"");
    check_message(PV_STR("\x1b[2J\n\"\\"), "\"\\u001b[2J\\n\\\"\\\\\"");
}

static void out_message__bytes_that_are_no_utf8__become_the_replacement_character(void **state)
{
    (void)state;
    check_message(PV_STR("a\xff\x62"), "\"a\xef\xbf\xbd\x62\"");
    check_message(PV_STR("\xe2\x82"), "\"\xef\xbf\xbd\xef\xbf\xbd\"");
}

static void out_terminal__text__is_kept(void **state)
{
    (void)state;
    check_terminal(PV_STR("a \"b\" \xc3\xa9 \xe2\x82\xac \xf0\x9f\x93\xb7"),
                   "a \"b\" \xc3\xa9 \xe2\x82\xac \xf0\x9f\x93\xb7");
    check_terminal(PV_STR("\xc2\xa0"), "\xc2\xa0");
}

static void out_terminal__control_characters__are_shown_as_their_bytes(void **state)
{
    (void)state;
    check_terminal(PV_STR("\x1b]0;x\x07"), "\\x1b]0;x\\x07");
    check_terminal((struct pv_str){"\0\n\t\r", 4}, "\\x00\\x0a\\x09\\x0d");
    check_terminal(PV_STR("\x7f\xc2\x80\xc2\x9f"), "\\x7f\\xc2\\x80\\xc2\\x9f");
    check_terminal(PV_STR("\\"), "\\\\");
}

static void out_terminal__bytes_that_are_no_utf8__are_shown(void **state)
{
    (void)state;
    check_terminal(PV_STR("\xff\x41"), "\\xffA");
    check_terminal(PV_STR("\xed\xa0\x80"), "\\xed\\xa0\\x80"); /* a surrogate */
    check_terminal(PV_STR("\xe2\x82"), "\\xe2\\x82");
}

static void out_terminal__what_turns_the_text_around__is_shown(void **state)
{
    (void)state;
    check_terminal(PV_STR("a\xe2\x80\xae\x62"), "a\\u{202e}b");
    check_terminal(PV_STR("\xe2\x80\xa8\xe2\x80\xa9"), "\\u{2028}\\u{2029}");
    check_terminal(PV_STR("\xe2\x80\xaa\xe2\x81\xa6\xe2\x81\xa9"), "\\u{202a}\\u{2066}\\u{2069}");
    check_terminal(PV_STR("\xd8\x9c\xe2\x80\x8e\xe2\x80\x8f"), "\\u{061c}\\u{200e}\\u{200f}");
}

static void out_terminal__neighbours_of_what_turns_the_text__are_kept(void **state)
{
    (void)state;
    /* U+061B, U+061D, U+200D, U+2010, U+2027, U+202F, U+2065, U+206A */
    const char *kept =
        "\xd8\x9b\xd8\x9d\xe2\x80\x8d\xe2\x80\x90\xe2\x80\xa7\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa";
    check_terminal((struct pv_str){kept, strlen(kept)}, kept);
}

static void check_cut(struct pv_str value, size_t size, const char *expected)
{
    char cut[64];
    memset(cut, '#', sizeof(cut));
    size_t len = pv_terminal_escape(value, cut, size);
    check_str(((struct pv_str){cut, len}), expected);
    check_true(cut[size] == '#');
}

static void terminal_escape__text_that_fits__is_whole(void **state)
{
    (void)state;
    check_cut(PV_STR("abcdef"), 6, "abcdef");
    check_cut(PV_STR(""), 3, "");
    check_cut(PV_STR("\n"), 4, "\\x0a");
}

static void terminal_escape__text_that_does_not_fit__is_cut_between_characters(void **state)
{
    (void)state;
    check_cut(PV_STR("abcdefg"), 6, "abc...");
    check_cut(PV_STR("abcd"), 3, "...");
    check_cut(PV_STR("ab\ncd"), 6, "ab...");
    check_cut(PV_STR("\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac"), 8, "\xe2\x82\xac...");
}

static void base64__test_vectors(void **state)
{
    (void)state;
    static const char *const vectors[][2] = {{"", ""},
                                             {"f", "Zg=="},
                                             {"fo", "Zm8="},
                                             {"foo", "Zm9v"},
                                             {"foob", "Zm9vYg=="},
                                             {"fooba", "Zm9vYmE="},
                                             {"foobar", "Zm9vYmFy"},
                                             {"\xff\xef\xbe\xfb\xff", "/++++/8="}};
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        struct sample_text *text = sample_text_begin();
        pv_out_base64(&text->out, (struct pv_str){vectors[i][0], strlen(vectors[i][0])});
        check_text(text, vectors[i][1]);
    }
}

/* A sink that counts its calls and fails from a given one on. */
struct sink {
    size_t calls, bytes, fail_at;
};

static int sink_write(void *context, const char *bytes, size_t len)
{
    struct sink *sink = context;
    check_true(len > 0 && bytes != NULL);
    sink->calls++;
    sink->bytes += len;
    return sink->calls >= sink->fail_at ? -1 : 0;
}

static void out__bytes_up_to_the_buffer__wait_for_the_flush(void **state)
{
    (void)state;
    static struct pv_out out;
    static char bytes[PV_OUT_BUFFER + 1];
    struct sink sink = {.fail_at = SIZE_MAX};
    pv_out_init(&out, sink_write, &sink);
    pv_out_bytes(&out, bytes, PV_OUT_BUFFER);
    check_int(sink.calls, 0);
    pv_out_char(&out, 'x');
    check_int(sink.bytes, PV_OUT_BUFFER);
    check_true(pv_out_flush(&out));
    check_int(sink.bytes, PV_OUT_BUFFER + 1);
    check_true(pv_out_flush(&out));
    check_int(sink.calls, 2);
}

static void out__more_than_the_buffer__is_passed_on_in_order(void **state)
{
    (void)state;
    struct sample_text *text = sample_text_begin();
    char *large = malloc(PV_OUT_BUFFER + 2);
    memset(large, 'y', PV_OUT_BUFFER + 1);
    large[PV_OUT_BUFFER + 1] = '\0';
    pv_out_char(&text->out, 'x');
    pv_out_cstr(&text->out, large);
    pv_out_char(&text->out, 'z');
    char *all = sample_text_end(text);
    check_int(strlen(all), PV_OUT_BUFFER + 3);
    check_true(all[0] == 'x' && memcmp(all + 1, large, PV_OUT_BUFFER + 1) == 0 &&
               all[PV_OUT_BUFFER + 2] == 'z');
    free(all);
    free(large);
}

static void out__failed_write__sticks(void **state)
{
    (void)state;
    static struct pv_out out;
    struct sink sink = {.fail_at = 1};
    pv_out_init(&out, sink_write, &sink);
    pv_out_char(&out, 'x');
    check_true(!pv_out_flush(&out));
    pv_out_char(&out, 'x');
    check_true(!pv_out_flush(&out));
    check_int(sink.calls, 1);
}

static void buffer__many_writes__are_kept_in_order(void **state)
{
    (void)state;
    struct pv_buffer buffer = {0};
    for (int i = 0; i < 1000; i++) {
        char digit = (char)('0' + i % 10);
        check_int(pv_buffer_write(&buffer, &digit, 1), 0);
    }
    check_int(buffer.len, 1000);
    for (size_t i = 0; i < 1000; i++)
        check_int(buffer.bytes[i], '0' + i % 10);
    pv_buffer_deinit(&buffer);
    check_true(buffer.bytes == NULL && buffer.len == 0);
}

static void buffer__nothing__needs_no_memory(void **state)
{
    (void)state;
    struct pv_buffer buffer = {0};
    check_int(pv_buffer_write(&buffer, NULL, 0), 0);
    check_true(buffer.bytes == NULL);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(out_int__limits__are_plain_digits),
    cmocka_unit_test(out_json__plain_text__is_quoted),
    cmocka_unit_test(out_json__quote_and_backslash__are_escaped),
    cmocka_unit_test(out_json__every_control_character__is_escaped),
    cmocka_unit_test(out_json__every_other_byte__is_kept),
    cmocka_unit_test(out_json__escape_at_any_place__cuts_the_run_there),
    cmocka_unit_test(out_message__c1_and_delete__are_escaped_too),
    cmocka_unit_test(out_message__bytes_that_are_no_utf8__become_the_replacement_character),
    cmocka_unit_test(out_terminal__text__is_kept),
    cmocka_unit_test(out_terminal__control_characters__are_shown_as_their_bytes),
    cmocka_unit_test(out_terminal__bytes_that_are_no_utf8__are_shown),
    cmocka_unit_test(out_terminal__what_turns_the_text_around__is_shown),
    cmocka_unit_test(out_terminal__neighbours_of_what_turns_the_text__are_kept),
    cmocka_unit_test(terminal_escape__text_that_fits__is_whole),
    cmocka_unit_test(terminal_escape__text_that_does_not_fit__is_cut_between_characters),
    cmocka_unit_test(base64__test_vectors),
    cmocka_unit_test(out__bytes_up_to_the_buffer__wait_for_the_flush),
    cmocka_unit_test(out__more_than_the_buffer__is_passed_on_in_order),
    cmocka_unit_test(out__failed_write__sticks),
    cmocka_unit_test(buffer__many_writes__are_kept_in_order),
    cmocka_unit_test(buffer__nothing__needs_no_memory),
};
CHECK_MAIN(tests, 21)
