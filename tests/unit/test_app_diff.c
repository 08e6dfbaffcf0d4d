/* diff: which elections are told, with which cause and values. The cache is filled by rebuild from a part of
   the history, or with a text that nobody printed. */
#include "app_cache.h"
#include "app_kit.h"

#define ID(name) "01HQ000000000000000000000" name
#define DOCUMENT(name, version, title)                                                                       \
    "{\"id\":\"" ID(name) "\",\"version\":" version ",\"deleted\":false,\"name\":\"" title "\","             \
                          "\"description\":null,\"opened\":null,\"closed\":null,\"competitions\":[],"        \
                          "\"voters\":[],\"ballots\":[]}"
#define JSON(name, cause, cached, rebuilt, differences)                                                      \
    "{\"election\":\"" ID(name) "\",\"cause\":\"" cause "\",\"cached_version\":" cached                      \
                                ",\"rebuilt_version\":" rebuilt ",\"differences\":[" differences "]}\n"

static int set_up(void **state)
{
    app_cache_open();
    return kit_set_up(state);
}

static int tear_down(void **state)
{
    app_cache_close();
    return kit_tear_down(state);
}

static enum pv_outcome diff(enum pv_diff_format format)
{
    kit_again();
    return pv_diff(&kit.audit, &app_cache.port, format, &kit.fault);
}

static void check_diff(enum pv_diff_format format, enum pv_outcome outcome, const char *expected)
{
    enum pv_outcome got = diff(format);
    if (got == PV_OUTCOME_FAILED)
        fail_msg("%s", kit.fault.text);
    assert_string_equal(kit_printed(), expected);
    check_int(got, outcome);
}

/* The cache as it is after the first events of the history. */
static void cache_the_first(size_t events)
{
    size_t all = kit.history.count;
    kit.history.count = events;
    kit_again();
    check_int(pv_rebuild(&kit.audit, &app_cache.port, &kit.fault), PV_OUTCOME_CLEAN);
    kit.history.count = all;
}

/* Created, then named `title` as event 1. */
static void created_and_named(char election, const char *title)
{
    char field[100];
    (void)snprintf(field, sizeof field, "\"name\":\"%s\"", title);
    kit_life(&kit.history, election, 0, 0);
    kit_record(&kit.history, election, 1, "Election.ElectionNameChanged", field);
}

/* --- on both sides --- */

static void cache__that_is_right__has_no_difference(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, KIT_CLOSED);
    kit_life(&kit.history, 'B', 0, 0);
    cache_the_first(kit.history.count);
    check_diff(PV_DIFF_TEXT, PV_OUTCOME_CLEAN, "");
    check_diff(PV_DIFF_JSON, PV_OUTCOME_CLEAN, "");
    check_diff(PV_DIFF_JSON_PATCH, PV_OUTCOME_CLEAN, "");
}

static void cache__of_an_earlier_state__is_behind(void **state)
{
    (void)state;
    created_and_named('A', "Photos");
    cache_the_first(1);
    check_diff(PV_DIFF_JSON, PV_OUTCOME_FOUND,
               JSON("A", "behind", "0", "1",
                    "{\"path\":\"/version\",\"cached\":0,\"rebuilt\":1},"
                    "{\"path\":\"/name\",\"cached\":\"Pictures\",\"rebuilt\":\"Photos\"}"));
    check_diff(PV_DIFF_JSON_PATCH, PV_OUTCOME_FOUND,
               "[{\"op\":\"test\",\"path\":\"/id\",\"value\":\"" ID(
                   "A") "\"},"
                        "{\"op\":\"replace\",\"path\":\"/version\",\"value\":1},"
                        "{\"op\":\"replace\",\"path\":\"/name\",\"value\":\"Photos\"}]\n");
    check_int(diff(PV_DIFF_TEXT), PV_OUTCOME_FOUND);
    check_true(
        strstr(kit_printed(),
               "Election-" ID("A") " /version: cached 0, rebuilt 1\n"
                                   "Election-" ID("A") " /name: cached \"Pictures\", rebuilt \"Photos\"\n"
                                                       "Election-" ID("A") ": the cache is behind") ==
        kit.printed.bytes);
}

static void cache__of_the_version_of_an_earlier_state_with_another_value__is_edited(void **state)
{
    (void)state;
    created_and_named('A', "Photos");
    app_cache_keep('A', DOCUMENT("A", "0", "Other"));
    check_diff(PV_DIFF_JSON, PV_OUTCOME_FOUND,
               JSON("A", "edited", "0", "1",
                    "{\"path\":\"/version\",\"cached\":0,\"rebuilt\":1},"
                    "{\"path\":\"/name\",\"cached\":\"Other\",\"rebuilt\":\"Photos\"}"));
}

static void cache__of_the_same_version_with_another_value__is_edited(void **state)
{
    (void)state;
    created_and_named('A', "Photos");
    app_cache_keep('A', DOCUMENT("A", "1", "Other"));
    check_diff(
        PV_DIFF_JSON, PV_OUTCOME_FOUND,
        JSON("A", "edited", "1", "1", "{\"path\":\"/name\",\"cached\":\"Other\",\"rebuilt\":\"Photos\"}"));
    app_cache_keep('A', DOCUMENT("A", "1", "Photos"));
    check_diff(PV_DIFF_JSON, PV_OUTCOME_CLEAN, "");
}

static void cache__of_a_later_version__is_ahead(void **state)
{
    (void)state;
    created_and_named('A', "Photos");
    app_cache_keep('A', DOCUMENT("A", "2", "Photos"));
    check_diff(PV_DIFF_JSON, PV_OUTCOME_FOUND,
               JSON("A", "ahead", "2", "1", "{\"path\":\"/version\",\"cached\":2,\"rebuilt\":1}"));
}

/* A patch must apply to the document that is cached. */
static void cache__of_another_election_s_document__is_tested_for_its_id_and_given_the_right_one(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 0);
    app_cache_keep('A', DOCUMENT("B", "0", "Pictures"));
    check_diff(PV_DIFF_JSON_PATCH, PV_OUTCOME_FOUND,
               "[{\"op\":\"test\",\"path\":\"/id\",\"value\":\"" ID(
                   "B") "\"},{\"op\":\"replace\",\"path\":\"/id\",\"value\":\"" ID("A") "\"}]\n");
    check_diff(PV_DIFF_JSON, PV_OUTCOME_FOUND,
               JSON("A", "edited", "0", "0",
                    "{\"path\":\"/id\",\"cached\":\"" ID("B") "\",\"rebuilt\":\"" ID("A") "\"}"));
}

static void document__that_cannot_be_read_back__is_damaged_at_its_root(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 0);
    app_cache_keep('A', "{\"id\"");
    check_int(diff(PV_DIFF_TEXT), PV_OUTCOME_FOUND);
    check_true(
        strstr(kit_printed(), "Election-" ID("A") " (root): cached unreadable: it is not JSON (byte ") ==
        kit.printed.bytes);
    check_true(strstr(kit_printed(), "), rebuilt the whole document\nElection-" ID("A") ": ") != NULL);
    check_int(diff(PV_DIFF_JSON_PATCH), PV_OUTCOME_FOUND);
    assert_string_equal(
        kit_printed(), "[{\"op\":\"replace\",\"path\":\"\",\"value\":" DOCUMENT("A", "0", "Pictures") "}]\n");
    check_int(diff(PV_DIFF_JSON), PV_OUTCOME_FOUND);
    check_true(strstr(kit_printed(),
                      "{\"election\":\"" ID("A") "\",\"cause\":\"damaged\",\"cached_version\":null,"
                                                 "\"rebuilt_version\":0,\"differences\":[{\"path\":\"\","
                                                 "\"cached\":\"it is not JSON (byte ") == kit.printed.bytes);
    check_true(strstr(kit_printed(), "\",\"rebuilt\":" DOCUMENT("A", "0", "Pictures") "}]}\n") != NULL);
}

/* The value is in a place of its own, and may hold what a terminal takes for a command. */
static void document__with_one_bad_value__tells_where(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 0);
    app_cache_keep('A', DOCUMENT("A", "\"\\u001b[2J\"", "Pictures"));
    check_int(diff(PV_DIFF_TEXT), PV_OUTCOME_FOUND);
    check_true(strstr(kit_printed(), "Election-" ID("A") " (root): cached unreadable: /version: ") ==
               kit.printed.bytes);
    check_true(strchr(kit_printed(), '\x1b') == NULL);
    check_int(diff(PV_DIFF_JSON), PV_OUTCOME_FOUND);
    check_true(strstr(kit_printed(), "{\"path\":\"\",\"cached\":\"/version: ") != NULL);
}

static void document__that_is_whole_without_lists__is_damaged(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 0);
    cache_the_first(1);
    check_diff(PV_DIFF_JSON, PV_OUTCOME_CLEAN, ""); /* a header alone, and no pages: nobody has voted */
    app_cache.whole = true;
    check_int(diff(PV_DIFF_JSON), PV_OUTCOME_FOUND);
    check_true(strstr(kit_printed(), "\"cause\":\"damaged\"") != NULL);
}

static void pages__are_read_with_the_header(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, KIT_CAST);
    cache_the_first(KIT_CAST);
    check_diff(PV_DIFF_JSON, PV_OUTCOME_FOUND,
               JSON("A", "behind", "7", "8",
                    "{\"path\":\"/version\",\"cached\":7,\"rebuilt\":8},"
                    "{\"path\":\"/ballots/0/version\",\"cached\":1,\"rebuilt\":2},"
                    "{\"path\":\"/ballots/0/cast\",\"cached\":false,\"rebuilt\":true}"));
}

/* --- on one side --- */

static void election__that_only_the_source_has__is_missing_in_the_cache(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 0);
    check_diff(PV_DIFF_JSON, PV_OUTCOME_FOUND,
               JSON("A", "missing_in_cache", "null", "0",
                    "{\"path\":\"\",\"rebuilt\":" DOCUMENT("A", "0", "Pictures") "}"));
    check_int(diff(PV_DIFF_TEXT), PV_OUTCOME_FOUND);
    check_true(strstr(kit_printed(), "(root): cached (none), rebuilt the whole document\n") != NULL);
}

static void election__that_only_the_cache_has__is_missing_in_the_source(void **state)
{
    (void)state;
    kit_life(&kit.history, 'B', 0, 0);
    cache_the_first(1);
    app_cache_keep('A', DOCUMENT("A", "3", "Pictures"));
    check_diff(PV_DIFF_JSON, PV_OUTCOME_FOUND,
               JSON("A", "missing_in_source", "3", "null",
                    "{\"path\":\"\",\"cached\":" DOCUMENT("A", "3", "Pictures") "}"));
    check_int(diff(PV_DIFF_TEXT), PV_OUTCOME_FOUND);
    check_true(strstr(kit_printed(), "(root): cached the whole document, rebuilt (none)\n") != NULL);
}

static void deleted_election__is_a_difference_only_if_the_cache_has_it(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 0);
    kit_record(&kit.history, 'A', 1, "Election.ElectionDeleted", "");
    check_diff(PV_DIFF_JSON, PV_OUTCOME_CLEAN, "");
    cache_the_first(1);
    check_diff(
        PV_DIFF_JSON, PV_OUTCOME_FOUND,
        JSON("A", "deleted", "0", "1", "{\"path\":\"\",\"cached\":" DOCUMENT("A", "0", "Pictures") "}"));
}

/* Even its very last state has no place in a cache. */
static void deleted_election__kept_as_such__is_a_difference(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 0);
    kit_record(&kit.history, 'A', 1, "Election.ElectionDeleted", "");
    app_cache_keep(
        'A', "{\"id\":\"" ID("A") "\",\"version\":1,\"deleted\":true,\"name\":\"Pictures\","
                                  "\"description\":null,\"opened\":null,\"closed\":null,\"competitions\":[],"
                                  "\"voters\":[],\"ballots\":[]}");
    check_int(diff(PV_DIFF_JSON), PV_OUTCOME_FOUND);
    check_true(strstr(kit_printed(), "\"cause\":\"deleted\",\"cached_version\":1,") != NULL);
}

/* --- what is left out --- */

static void election__that_ended_in_a_refusal__is_left_out_on_both_sides(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 0);
    kit_life(&kit.history, 'A', 2, 2); /* a gap */
    kit_life(&kit.history, 'B', 0, 0);
    kit_life(&kit.history, 'B', 2, 2);
    app_cache_keep('A', DOCUMENT("A", "7", "Other"));
    check_diff(PV_DIFF_JSON, PV_OUTCOME_FOUND, "");
    assert_string_equal(kit.findings, "A 2 2 stream_gap number\nB 2 4 stream_gap number\n");
}

/* Its stream has not appeared, since its only record has no number; but a finding has ended it. */
static void election__that_ended_before_it_appeared__is_left_out(void **state)
{
    (void)state;
    kit_line(&kit.history, "{\"stream\":\"Election-" ID("A") "\"}");
    app_cache_keep('A', DOCUMENT("A", "7", "Other"));
    check_diff(PV_DIFF_JSON, PV_OUTCOME_FOUND, "");
    assert_string_equal(kit.findings, "A -1 1 record_invalid number\n");
}

static void line_of_no_stream__nothing_is_compared(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 0);
    kit_line(&kit.history, "x");
    check_diff(PV_DIFF_TEXT, PV_OUTCOME_FOUND, "");
    assert_string_equal(kit.findings, "- -1 2 record_invalid -\n");
}

static void one_election__the_others_are_left_out_on_both_sides(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 0);
    kit_life(&kit.history, 'B', 0, 0);
    app_cache_keep('B', DOCUMENT("B", "0", "Other"));
    app_cache_keep('C', DOCUMENT("C", "0", "Other"));
    kit.audit.one_election = true;
    kit.audit.election = kit_id_of('B');
    check_diff(
        PV_DIFF_JSON, PV_OUTCOME_FOUND,
        JSON("B", "edited", "0", "0", "{\"path\":\"/name\",\"cached\":\"Other\",\"rebuilt\":\"Pictures\"}"));
    kit.audit.election = kit_id_of('C');
    check_int(diff(PV_DIFF_JSON), PV_OUTCOME_FAILED);
    kit_check_fault(PV_FAULT_KIND_DAMAGED, "no record of Election-" ID("C"));
    assert_string_equal(kit_printed(), "");
}

/* --- order --- */

static void elections__are_told_in_the_sources_order_then_in_the_caches(void **state)
{
    static const char names[] = "KJHGFEDCBA98765432ZYXWVTSRQPNM"; /* 30 */
    char document[400];
    (void)state;
    for (size_t i = 0; names[i] != '\0'; i++) {
        if (i < 10)
            kit_life(&kit.history, names[i], 0, 0);
        (void)snprintf(document, sizeof document, DOCUMENT("%c", "1", "Pictures"), names[i]);
        app_cache_keep(names[i], document);
    }
    check_int(diff(PV_DIFF_JSON_PATCH), PV_OUTCOME_FOUND);
    const char *order = "KJHGFEDCBA"
                        "23456789MNPQRSTVWXYZ",
               *at = kit_printed();
    for (size_t i = 0; i < 30; i++) {
        char test[100];
        (void)snprintf(test, sizeof test, "[{\"op\":\"test\",\"path\":\"/id\",\"value\":\"" ID("%c") "\"},",
                       order[i]);
        if (strstr(at, test) != at)
            fail_msg("%s is not next but %.80s", test, at);
        at = strchr(at, '\n') + 1;
    }
    check_int(*at, '\0');
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(cache__that_is_right__has_no_difference),
        CASE(cache__of_an_earlier_state__is_behind),
        CASE(cache__of_the_version_of_an_earlier_state_with_another_value__is_edited),
        CASE(cache__of_the_same_version_with_another_value__is_edited),
        CASE(cache__of_a_later_version__is_ahead),
        CASE(cache__of_another_election_s_document__is_tested_for_its_id_and_given_the_right_one),
        CASE(document__that_cannot_be_read_back__is_damaged_at_its_root),
        CASE(document__with_one_bad_value__tells_where),
        CASE(document__that_is_whole_without_lists__is_damaged),
        CASE(pages__are_read_with_the_header),
        CASE(election__that_only_the_source_has__is_missing_in_the_cache),
        CASE(election__that_only_the_cache_has__is_missing_in_the_source),
        CASE(deleted_election__is_a_difference_only_if_the_cache_has_it),
        CASE(deleted_election__kept_as_such__is_a_difference),
        CASE(election__that_ended_in_a_refusal__is_left_out_on_both_sides),
        CASE(election__that_ended_before_it_appeared__is_left_out),
        CASE(line_of_no_stream__nothing_is_compared),
        CASE(one_election__the_others_are_left_out_on_both_sides),
        CASE(elections__are_told_in_the_sources_order_then_in_the_caches),
    };
    _Static_assert(sizeof tests / sizeof tests[0] >= 18, "tests are missing from the group");
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
