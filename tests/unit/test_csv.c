/* The reader of CSV (RFC 4180), and character references in names. */
#include "check.h"
#include "csv.h"
#include "entities.h"

#include <stdlib.h>

enum { FIELDS = 8 };

/* Reads everything: `[text|text]` a row with `!` before a faulty field, and the field's place as
   `@line:column` if wanted. In memory of exactly its size, so that the sanitizer sees a read beyond it. */
static const char *list(const char *content, size_t len, bool places)
{
    static char listing[2048];
    struct pv_csv_field fields[FIELDS];
    struct pv_csv csv;
    size_t count, at = 0;
    char *bytes = malloc(len > 0 ? len : 1);
    check_true(bytes != NULL);
    memcpy(bytes, content, len);
    pv_csv_init(&csv, bytes, len);
    while (pv_csv_row(&csv, fields, FIELDS, &count)) {
        for (size_t i = 0; i < count && i < FIELDS; i++) {
            at += (size_t)snprintf(listing + at, sizeof listing - at, "%s%s%.*s", i == 0 ? "[" : "|",
                                   fields[i].fault ? "!" : "", (int)fields[i].text.len, fields[i].text.ptr);
            if (places)
                at += (size_t)snprintf(listing + at, sizeof listing - at, "@%llu:%llu",
                                       (unsigned long long)fields[i].line,
                                       (unsigned long long)fields[i].column);
        }
        at += (size_t)snprintf(listing + at, sizeof listing - at, "]");
        check_true(at < sizeof listing);
    }
    listing[at] = '\0';
    free(bytes);
    return listing;
}

#define LIST(content) list(content, sizeof(content) - 1, false)
#define PLACES(content) list(content, sizeof(content) - 1, true)

/* The only fault of the content's only row. */
static const char *fault_of(const char *content, size_t len)
{
    static char bytes[256];
    static struct pv_csv_field fields[FIELDS];
    struct pv_csv csv;
    size_t count;
    const char *fault = NULL;
    memcpy(bytes, content, len);
    pv_csv_init(&csv, bytes, len);
    check_true(pv_csv_row(&csv, fields, FIELDS, &count));
    for (size_t i = 0; i < count; i++) {
        if (fields[i].fault != NULL) {
            check_true(fault == NULL);
            fault = fields[i].fault;
        }
    }
    return fault;
}

#define check_fault(content, sentence) assert_string_equal(fault_of(content, sizeof(content) - 1), sentence)
#define check_sound(content) check_true(fault_of(content, sizeof(content) - 1) == NULL)

static void rows__with_every_line_end__are_read(void **state)
{
    (void)state;
    assert_string_equal(LIST(""), "");
    assert_string_equal(LIST("a"), "[a]");
    assert_string_equal(LIST("a\n"), "[a]");
    assert_string_equal(LIST("a,b\nc,d"), "[a|b][c|d]");
    assert_string_equal(LIST("a,b\r\nc,d\r\n"), "[a|b][c|d]");
    assert_string_equal(LIST("a\r\nb\nc"), "[a][b][c]");
}

static void empty_fields__are_fields_and_empty_lines_no_rows(void **state)
{
    (void)state;
    assert_string_equal(LIST(","), "[|]");
    assert_string_equal(LIST("a,\n,b\n"), "[a|][|b]");
    assert_string_equal(LIST("\"\"\n"), "[]");
    assert_string_equal(LIST("\n\r\na\n\n\r\nb\n\n"), "[a][b]");
    assert_string_equal(LIST(" \n"), "[ ]");
}

static void quotes__with_anything_in_them__are_taken_off(void **state)
{
    (void)state;
    assert_string_equal(LIST("\"a\",b"), "[a|b]");
    assert_string_equal(LIST("\"a,b\"\n"), "[a,b]");
    assert_string_equal(LIST("\"a\nb\",\"c\r\nd\"\r\n"), "[a\nb|c\r\nd]");
    assert_string_equal(LIST("\"say \"\"hi\"\"\""), "[say \"hi\"]");
    assert_string_equal(LIST("\"\"\"\""), "[\"]");
    assert_string_equal(LIST("\"\"\"\",\"\"\"a\"\n\"b\"\"\""), "[\"|\"a][b\"]");
}

static void byte_order_mark__at_the_beginning__is_dropped(void **state)
{
    (void)state;
    assert_string_equal(PLACES("\xef\xbb\xbf"
                               "a,b"),
                        "[a@1:1|b@1:3]");
    assert_string_equal(LIST("\xef\xbb\xbf"), "");
    assert_string_equal(LIST("a\n\xef\xbb\xbf"
                             "b"),
                        "[a][\xef\xbb\xbf"
                        "b]");
    assert_string_equal(LIST("\xef\xbb"), "[!\xef\xbb]");
}

static void places__count_lines_and_bytes(void **state)
{
    (void)state;
    assert_string_equal(PLACES("a,\"b\"\n\n\"c\nd\",e\nf"), "[a@1:1|b@1:3][c\nd@3:1|e@4:4][f@5:1]");
    assert_string_equal(PLACES("\xc3\xa4,b\r\nc"), "[\xc3\xa4@1:1|b@1:4][c@2:1]");
}

static void rows__with_more_fields_than_are_kept__are_counted(void **state)
{
    (void)state;
    char bytes[] = "1,2,3,4\n5";
    struct pv_csv_field fields[2];
    struct pv_csv csv;
    size_t count;
    pv_csv_init(&csv, bytes, sizeof bytes - 1);
    check_true(pv_csv_row(&csv, fields, 2, &count));
    check_int(count, 4);
    check_str(fields[1].text, "2");
    check_true(pv_csv_row(&csv, fields, 2, &count));
    check_int(count, 1);
    check_str(fields[0].text, "5");
    check_true(!pv_csv_row(&csv, fields, 2, &count));
}

static void quote__that_is_out_of_place__is_a_fault(void **state)
{
    (void)state;
    check_fault("\"a", "the quote that begins here is never closed");
    check_fault("\"", "the quote that begins here is never closed");
    check_fault("\"a\"\"", "the quote that begins here is never closed");
    check_sound("\"a\"\"\"");
    check_fault("\"a\"b", "something other than a comma follows the closing quote");
    check_fault("\"a\" ,b", "something other than a comma follows the closing quote");
    check_fault("\"a\"\r", "something other than a comma follows the closing quote");
    check_sound("\"a\"\r\n");
    check_fault("a\"b", "a quote stands in a field that does not begin with one");
    check_fault(" \"a\"", "a quote stands in a field that does not begin with one");
}

static void bytes__that_no_text_has__are_a_fault(void **state)
{
    (void)state;
    check_fault("a\rb", "a carriage return without a line feed");
    check_fault("a\r", "a carriage return without a line feed");
    check_sound("\"a\rb\"");
    check_fault("a\0b", "a NUL byte");
    check_fault("\"\0\"", "a NUL byte");
    check_fault("\xff", "bytes that are not UTF-8");
    check_fault("\"\xc3\"", "bytes that are not UTF-8");
    check_fault("\xed\xa0\x80", "bytes that are not UTF-8");
    check_sound("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
}

static void faulty_field__is_passed_and_the_next_ones_are_read(void **state)
{
    (void)state;
    assert_string_equal(LIST("\"a\"x,b\nc,d\"e,f\ng"), "[!a|b][c|!d\"e|f][g]");
    assert_string_equal(LIST("a,\"b\nc,d\n"), "[a|!b\nc,d\n]");
    assert_string_equal(LIST("a,b\r"), "[a|!b\r]");
}

/* --- character references --- */

static void check_decoded(const char *text, const char *expected)
{
    size_t len = strlen(text);
    char *out = malloc(len > 0 ? len : 1);
    check_true(out != NULL);
    check_str(((struct pv_str){out, pv_entities_decode((struct pv_str){text, len}, out)}), expected);
    free(out);
}

static void references__by_name__are_replaced_once(void **state)
{
    (void)state;
    check_decoded("", "");
    check_decoded("Tom &amp; Jerry", "Tom & Jerry");
    check_decoded("&lt;&gt;&quot;&apos;", "<>\"'");
    check_decoded("&amp;amp;", "&amp;");
    check_decoded("&nbsp;|&iexcl;|&times;|&divide;|&yuml;", "\xc2\xa0|\xc2\xa1|\xc3\x97|\xc3\xb7|\xc3\xbf");
    check_decoded("Andr&eacute; M&uuml;ller &Ntilde;", "Andr\xc3\xa9 M\xc3\xbcller \xc3\x91");
}

static void references__by_number__are_replaced(void **state)
{
    (void)state;
    check_decoded("O&#39;Neil &#039;&#00039;", "O'Neil ''");
    check_decoded("&#x27;&#X2f;&#xe9;&#xE9;", "'/\xc3\xa9\xc3\xa9");
    check_decoded("&#127;&#8364;&#x10FFFF;", "\x7f\xe2\x82\xac\xf4\x8f\xbf\xbf");
    check_decoded("&#2047;&#2048;&#65535;&#65536;", "\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80");
    check_decoded("&#128;&#146;&#x9f;", "\xe2\x82\xac\xe2\x80\x99\xc5\xb8");
    check_decoded("&#129;&#160;", "\xc2\x81\xc2\xa0");
}

static void references__that_are_none__are_kept(void **state)
{
    (void)state;
    static const char *const kept[] = {
        "&",      "&;",      "&&",        "& ",       "&amp",       "&amp ;",         "&AMP;",
        "&euro;", "&eacut;", "&eacutes;", "&#;",      "&#x;",       "&#0;",           "&#x0;",
        "&#12a;", "&#xg;",   "&#xD800;",  "&#57343;", "&#x110000;", "&#1114112;",     "&#99999999;",
        "&#-1;",  "&# 39;",  "AT&T; R&D", "&#39",     "&#",         "&#00000000039;", "&thetasym;",
    };
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        check_decoded(kept[i], kept[i]);
    check_decoded("&&amp;", "&&");
    check_decoded("&#xD7FF;&#xE000;", "\xed\x9f\xbf\xee\x80\x80");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(rows__with_every_line_end__are_read),
    cmocka_unit_test(empty_fields__are_fields_and_empty_lines_no_rows),
    cmocka_unit_test(quotes__with_anything_in_them__are_taken_off),
    cmocka_unit_test(byte_order_mark__at_the_beginning__is_dropped),
    cmocka_unit_test(places__count_lines_and_bytes),
    cmocka_unit_test(rows__with_more_fields_than_are_kept__are_counted),
    cmocka_unit_test(quote__that_is_out_of_place__is_a_fault),
    cmocka_unit_test(bytes__that_no_text_has__are_a_fault),
    cmocka_unit_test(faulty_field__is_passed_and_the_next_ones_are_read),
    cmocka_unit_test(references__by_name__are_replaced_once),
    cmocka_unit_test(references__by_number__are_replaced),
    cmocka_unit_test(references__that_are_none__are_kept),
};
CHECK_MAIN(tests, 12)
