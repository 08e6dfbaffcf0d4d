/* Looking into a document's parts without reading them: facts of a header, items of a page, members of an
   item; and what has another shape. */
#include "check.h"
#include "document_look.h"

#include <stdlib.h>

static struct pv_str text(const char *chars)
{
    return (struct pv_str){chars, strlen(chars)};
}

static struct pv_header_facts facts;

static bool look(const char *header)
{
    return pv_header_look(text(header), &facts);
}

#define HEADER(version, deleted, opened, closed)                                                             \
    " { \"id\":\"x\",\"version\":" version ",\"deleted\":" deleted ",\"opened\":" opened                     \
    ",\"closed\":" closed ",\"competitions\":[{\"version\":99}]}"

static void header__tells_version_and_phase(void **state)
{
    (void)state;
    check_true(look(HEADER("0", "false", "null", "null")));
    check_int(facts.version, 0);
    check_int(facts.phase, PV_PHASE_DRAFT);
    check_true(look(HEADER("7", "false", "\"d\"", "null")));
    check_int(facts.version, 7);
    check_int(facts.phase, PV_PHASE_OPEN);
    check_true(look(HEADER("8", "false", "\"d\"", "\"d\"")));
    check_int(facts.phase, PV_PHASE_CLOSED);
    check_true(look(HEADER("9", "true", "\"d\"", "\"d\"")));
    check_int(facts.phase, PV_PHASE_DELETED);
    check_true(look(HEADER("9223372036854775807", "true", "null", "null")));
    check_int(facts.version, INT64_MAX);
}

static void header__may_be_reordered_and_have_more(void **state)
{
    (void)state;
    check_true(look("{\"_ts\":5,\"closed\":null,\"opened\":\"d\",\"deleted\":false,\"version\":3}"));
    check_int(facts.version, 3);
    check_int(facts.phase, PV_PHASE_OPEN);
}

static void header__of_another_shape_is_told(void **state)
{
    static const char *const other[] = {
        "",
        "[]",
        "7",
        "{}",
        "{",
        HEADER("-1", "false", "null", "null"),
        HEADER("\"1\"", "false", "null", "null"),
        HEADER("1.5", "false", "null", "null"),
        HEADER("9223372036854775808", "false", "null", "null"),
        HEADER("1", "fals", "null", "null"),
        "{\"version\":1,\"opened\":null,\"closed\":null}",
        "{\"version\":1,\"deleted\":false,\"closed\":null}",
        "{\"version\":1,\"deleted\":false,\"opened\":null}",
        "{\"version\":1,\"deleted\":false,\"opened\":null,\"clo",
        "{\"version\" 1}",
    };
    (void)state;
    facts.version = -5;
    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++) {
        if (look(other[i]))
            fail_msg("%s is taken for a header", other[i]);
    }
    check_int(facts.version, -5);
}

/* --- pages --- */

struct taken {
    char items[256];
    unsigned count, stop_at;
};

static bool take(void *context, struct pv_str item)
{
    struct taken *taken = context;
    size_t len = strlen(taken->items);
    (void)snprintf(taken->items + len, sizeof taken->items - len, "<%.*s>", (int)item.len, item.ptr);
    return ++taken->count != taken->stop_at;
}

static bool page(const char *chars, const char *items)
{
    struct taken taken = {.stop_at = 0};
    bool sound = pv_page_look(text(chars), take, &taken);
    assert_string_equal(taken.items, items);
    return sound;
}

static void page__gives_its_items_in_order(void **state)
{
    (void)state;
    check_true(page("[]", ""));
    check_true(page(" [ ] ", ""));
    check_true(page("[{\"a\":[1,2]},7,\"]\"]", "<{\"a\":[1,2]}><7><\"]\">"));
    check_true(page("\n[ 1 , { } ]", "<1><{ }>"));
}

static void page__ends_where_the_taker_has_enough(void **state)
{
    struct taken taken = {.stop_at = 2};
    (void)state;
    check_true(pv_page_look(PV_STR("[1,2,3"), take, &taken));
    assert_string_equal(taken.items, "<1><2>");
}

static void page__of_another_shape_is_told(void **state)
{
    (void)state;
    check_true(!page("", ""));
    check_true(!page("  ", ""));
    check_true(!page("{}", ""));
    check_true(!page("[", ""));
    check_true(!page("[1", "<1>"));
    check_true(!page("[1,", "<1>"));
    check_true(!page("[1,]", "<1>"));
    check_true(!page("[1 2]", "<1>"));
    check_true(!page("[x]", ""));
}

/* --- items --- */

static void string__is_that_of_a_member_without_escapes(void **state)
{
    static const char item[] = "{\"a\":\"x\",\"b\":7,\"c\":\"\",\"d\":\"\\n\",\"e\":{\"f\":\"y\"}}";
    (void)state;
    check_str(pv_item_string(text(item), "a"), "x");
    check_str(pv_item_string(text(item), "c"), "");
    check_true(pv_item_string(text(item), "c").ptr != NULL);
    check_true(pv_item_string(text(item), "b").ptr == NULL);
    check_true(pv_item_string(text(item), "d").ptr == NULL);
    check_true(pv_item_string(text(item), "f").ptr == NULL);
    check_true(pv_item_string(PV_STR("7"), "a").ptr == NULL);
    check_true(pv_item_string((struct pv_str){NULL, 0}, "a").ptr == NULL);
}

static void text__is_compared_without_its_escapes(void **state)
{
    static const char item[] = "{\"a\":\"x\\\"\\u0041\",\"b\":7,\"c\":\"\\ud800\",\"e\":\"A\\u0042@x\"}";
    (void)state;
    check_true(pv_item_has_text(text(item), "a", PV_STR("x\"A")));
    check_true(!pv_item_has_text(text(item), "a", PV_STR("x\"a")));
    check_true(!pv_item_has_text(text(item), "a", PV_STR("x\"")));
    check_true(!pv_item_has_text(text(item), "b", PV_STR("7")));
    check_true(!pv_item_has_text(text(item), "c", PV_STR("")));
    check_true(!pv_item_has_text(text(item), "z", PV_STR("")));
    check_true(pv_item_has_email(text(item), "e", PV_STR("aB@X")));
    check_true(!pv_item_has_email(text(item), "e", PV_STR("aB@Y")));
    check_true(!pv_item_has_email(text(item), "b", PV_STR("7")));
}

static void text__that_is_longer_than_any_of_ours_is_no_match(void **state)
{
    char item[1200] = "{\"a\":\"", wanted[1100];
    (void)state;
    memset(wanted, 'x', sizeof wanted);
    memcpy(item + 6, wanted, 1022);
    memcpy(item + 6 + 1022, "\"}", 3);
    check_true(pv_item_has_text(text(item), "a", (struct pv_str){wanted, 1022}));
    memcpy(item + 6, wanted, 1023);
    memcpy(item + 6 + 1023, "\"}", 3);
    check_true(!pv_item_has_text(text(item), "a", (struct pv_str){wanted, 1023}));
}

static void check_without(const char *item, const char *key, const char *printed)
{
    struct pv_buffer buffer = {NULL, 0, 0};
    struct pv_out *out = malloc(sizeof *out);
    assert_non_null(out);
    pv_out_init(out, pv_buffer_write, &buffer);
    pv_item_write_without(out, text(item), key);
    check_true(pv_out_flush(out));
    check_str(((struct pv_str){buffer.bytes, buffer.len}), printed);
    pv_buffer_deinit(&buffer);
    free(out);
}

static void item__is_printed_without_a_member(void **state)
{
    (void)state;
    check_without("{\"a\":1,\"r\":{\"x\":[2]},\"b\":\"c\"}", "r", "{\"a\":1,\"b\":\"c\"}");
    check_without("{\"r\":1,\"a\":2}", "r", "{\"a\":2}");
    check_without("{ \"a\" : 1 , \"r\" : 2 }", "r", "{\"a\":1}");
    check_without("{\"r\":1}", "r", "{}");
    check_without("{\"a\\n\":1}", "r", "{\"a\\n\":1}");
    check_without("{}", "r", "{}");
    check_without("7", "r", "{}");
    check_without("{\"a\":1,\"b\":", "r", "{\"a\":1}");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(header__tells_version_and_phase),
    cmocka_unit_test(header__may_be_reordered_and_have_more),
    cmocka_unit_test(header__of_another_shape_is_told),
    cmocka_unit_test(page__gives_its_items_in_order),
    cmocka_unit_test(page__ends_where_the_taker_has_enough),
    cmocka_unit_test(page__of_another_shape_is_told),
    cmocka_unit_test(string__is_that_of_a_member_without_escapes),
    cmocka_unit_test(text__is_compared_without_its_escapes),
    cmocka_unit_test(text__that_is_longer_than_any_of_ours_is_no_match),
    cmocka_unit_test(item__is_printed_without_a_member),
};

CHECK_MAIN(tests, 10)
