/* How differences are told: each form by its bytes. */
#include "app_kit.h"

#include "diff_report.h"

#define ID(name) "01HQ000000000000000000000" name

static struct pv_diff_report report;

static void begin(enum pv_diff_format format, enum pv_diff_cause cause, int64_t cached, int64_t rebuilt)
{
    report =
        (struct pv_diff_report){&kit.out, format, kit_id_of('A'), kit_id_of('A'), cause, cached, rebuilt, 0};
    pv_diff_report_begin(&report);
}

/* NULL: that side has no value. */
static void add(const char *path, const char *cached, const char *rebuilt)
{
    struct pv_difference difference = {path,
                                       {cached, cached == NULL ? 0 : strlen(cached)},
                                       {rebuilt, rebuilt == NULL ? 0 : strlen(rebuilt)}};
    pv_diff_report_add(&report, &difference);
}

static void check_end(const char *expected)
{
    pv_diff_report_end(&report);
    assert_string_equal(kit_printed(), expected);
    kit_again();
}

/* --- text --- */

static void text__each_difference_is_a_line_with_both_values(void **state)
{
    (void)state;
    begin(PV_DIFF_TEXT, PV_CAUSE_EDITED, 7, 8);
    add("/name", "\"a\"", "\"b\"");
    add("/voters/0", NULL, "{}");
    add("/voters/1", "{}", NULL);
    add("", "x\x1b\\", "y");
    pv_diff_report_end(&report);
    static const char expected[] = "Election-" ID(
        "A") " /name: cached \"a\", rebuilt \"b\"\n"
             "Election-" ID("A") " /voters/0: cached (none), rebuilt {}\n"
                                 "Election-" ID("A") " /voters/1: cached {}, rebuilt (none)\n"
                                                     "Election-" ID(
                                                         "A") " (root): cached x\\x1b\\\\, rebuilt y\n";
    check_int(strncmp(kit_printed(), expected, strlen(expected)), 0);
    check_int(report.count, 4);
}

/* The last line, which names the cause. */
static void check_cause(enum pv_diff_cause cause, const char *word, int64_t cached, int64_t rebuilt,
                        const char *versions)
{
    begin(PV_DIFF_TEXT, cause, cached, rebuilt);
    pv_diff_report_end(&report);
    const char *printed = kit_printed();
    size_t len = strlen(printed), tail = strlen(versions);
    if (strstr(printed, "Election-" ID("A") ": ") != printed || strstr(printed, word) == NULL || len < tail ||
        strcmp(printed + len - tail, versions) != 0)
        fail_msg("the cause is told as \"%s\"", printed);
    kit_again();
}

static void text__ends_in_the_cause_and_the_versions_that_there_are(void **state)
{
    (void)state;
    check_cause(PV_CAUSE_BEHIND, "behind", 3, 8, "; cached version 3; rebuilt version 8\n");
    check_cause(PV_CAUSE_AHEAD, "ahead", 9, 8, "; cached version 9; rebuilt version 8\n");
    check_cause(PV_CAUSE_EDITED, "edited", 8, 8, "; cached version 8; rebuilt version 8\n");
    check_cause(PV_CAUSE_DAMAGED, "damaged", -1, 0, "; rebuilt version 0\n");
    check_cause(PV_CAUSE_MISSING_IN_CACHE, "cache does not have", -1, 8, "; rebuilt version 8\n");
    check_cause(PV_CAUSE_MISSING_IN_SOURCE, "source does not have", 0, -1, "; cached version 0\n");
    check_cause(PV_CAUSE_DELETED, "deleted", 9, 10, "; cached version 9; rebuilt version 10\n");
    check_cause(PV_CAUSE_DAMAGED, "damaged", -1, -1, "damaged\n");
}

/* --- JSON Patch --- */

#define TEST_ID "{\"op\":\"test\",\"path\":\"/id\",\"value\":\"" ID("A") "\"}"

static void patch__tests_the_id_before_it_changes_anything(void **state)
{
    (void)state;
    begin(PV_DIFF_JSON_PATCH, PV_CAUSE_EDITED, 8, 8);
    add("/name", "\"a\"", "\"b\"");
    add("/voters/0", NULL, "{\"id\":1}");
    add("/voters/1", "{}", NULL);
    check_end("[" TEST_ID ",{\"op\":\"replace\",\"path\":\"/name\",\"value\":\"b\"},"
              "{\"op\":\"add\",\"path\":\"/voters/0\",\"value\":{\"id\":1}},"
              "{\"op\":\"remove\",\"path\":\"/voters/1\"}]\n");
}

static void patch__of_a_document_without_an_id_to_test__has_no_test(void **state)
{
    (void)state;
    begin(PV_DIFF_JSON_PATCH, PV_CAUSE_DAMAGED, -1, 8);
    add("", "\"torn\"", "{}");
    check_end("[{\"op\":\"replace\",\"path\":\"\",\"value\":{}}]\n");
    begin(PV_DIFF_JSON_PATCH, PV_CAUSE_MISSING_IN_CACHE, -1, 8);
    add("", NULL, "{}");
    check_end("[{\"op\":\"add\",\"path\":\"\",\"value\":{}}]\n");
}

static void patch__of_a_document_that_only_the_cache_has__removes_it(void **state)
{
    (void)state;
    begin(PV_DIFF_JSON_PATCH, PV_CAUSE_MISSING_IN_SOURCE, 8, -1);
    add("", "{}", NULL);
    check_end("[" TEST_ID ",{\"op\":\"remove\",\"path\":\"\"}]\n");
}

/* --- JSON --- */

static void json__names_the_cause_and_has_only_the_sides_that_there_are(void **state)
{
    (void)state;
    begin(PV_DIFF_JSON, PV_CAUSE_BEHIND, 3, 8);
    add("/version", "3", "8");
    add("/voters/0", NULL, "{}");
    add("/voters/1", "[]", NULL);
    check_end("{\"election\":\"" ID(
        "A") "\",\"cause\":\"behind\",\"cached_version\":3,\"rebuilt_version\":8,"
             "\"differences\":[{\"path\":\"/version\",\"cached\":3,\"rebuilt\":8},"
             "{\"path\":\"/voters/0\",\"rebuilt\":{}},{\"path\":\"/voters/1\",\"cached\":[]}]}\n");
}

static void json__a_version_that_is_not_there_is_null(void **state)
{
    (void)state;
    begin(PV_DIFF_JSON, PV_CAUSE_MISSING_IN_CACHE, -1, 0);
    check_end("{\"election\":\"" ID("A") "\",\"cause\":\"missing_in_cache\",\"cached_version\":null,"
                                         "\"rebuilt_version\":0,\"differences\":[]}\n");
    begin(PV_DIFF_JSON, PV_CAUSE_MISSING_IN_SOURCE, 0, -1);
    check_end("{\"election\":\"" ID("A") "\",\"cause\":\"missing_in_source\",\"cached_version\":0,"
                                         "\"rebuilt_version\":null,\"differences\":[]}\n");
}

static void json__each_cause_has_its_name(void **state)
{
    static const char *const names[] = {
        "behind", "ahead", "edited", "damaged", "missing_in_cache", "missing_in_source", "deleted"};
    (void)state;
    for (int cause = PV_CAUSE_BEHIND; cause <= PV_CAUSE_DELETED; cause++) {
        char expected[64];
        (void)snprintf(expected, sizeof expected, ",\"cause\":\"%s\",", names[cause]);
        begin(PV_DIFF_JSON, (enum pv_diff_cause)cause, 1, 1);
        pv_diff_report_end(&report);
        if (strstr(kit_printed(), expected) == NULL)
            fail_msg("%s", kit_printed());
        kit_again();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIT_CASE(text__each_difference_is_a_line_with_both_values),
        KIT_CASE(text__ends_in_the_cause_and_the_versions_that_there_are),
        KIT_CASE(patch__tests_the_id_before_it_changes_anything),
        KIT_CASE(patch__of_a_document_without_an_id_to_test__has_no_test),
        KIT_CASE(patch__of_a_document_that_only_the_cache_has__removes_it),
        KIT_CASE(json__names_the_cause_and_has_only_the_sides_that_there_are),
        KIT_CASE(json__a_version_that_is_not_there_is_null),
        KIT_CASE(json__each_cause_has_its_name),
    };
    _Static_assert(sizeof tests / sizeof tests[0] >= 8, "tests are missing from the group");
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
