/* The headers that come beside an event: what they may say, and the metadata that they become (F2). */
#include "api_kit.h"
#include "headers_in.h"
#include "kit_memory.h"

#include <stdlib.h>

static struct pv_http_pair pairs[4];
static struct pv_http_request request;
static struct pv_headers_in in;

static const char *read_one(const char *name, struct pv_str value)
{
    pairs[0] = (struct pv_http_pair){story_str(name), value};
    request = (struct pv_http_request){.headers = pairs, .header_count = 1};
    return pv_headers_in_read(&request, &in);
}

#define check_sound(name, value) check_true(read_one(name, story_str(value)) == NULL)
#define check_faulty(name, value) assert_string_equal(read_one(name, story_str(value)), name)

static void no_headers__are_none(void **state)
{
    (void)state;
    request = (struct pv_http_request){.header_count = 0};
    check_true(pv_headers_in_read(&request, &in) == NULL);
    check_true(in.why.ptr == NULL && in.when.ptr == NULL && in.correlation.ptr == NULL);
    check_int(in.expected_version, PV_ANY_VERSION);
}

static void why__is_percent_encoded_utf_8(void **state)
{
    (void)state;
    check_sound("PV-Why", "a%20b%C3%a4%2Fc");
    check_str(in.why, "a b\xc3\xa4/c");
    check_sound("PV-Why", "%41");
    check_str(in.why, "A");
    check_sound("PV-Why", "\xc3\xa4");
    check_str(in.why, "\xc3\xa4");
}

static void why__that_is_not_is_refused(void **state)
{
    static const char *const faulty[] = {"%",   "%4",  "a%",  "%zz", "%4g", "%g4",    "%:0",
                                         "%@0", "%`0", "%/0", "%GG", "%C3", "%ff",    "%ED%A0%80",
                                         "%00", "%0A", "",    "%20", "%7F", "a%C2%80"};
    (void)state;
    for (size_t i = 0; i < sizeof faulty / sizeof faulty[0]; i++)
        check_faulty("PV-Why", faulty[i]);
}

static char *repeated(const char *text, size_t count)
{
    size_t len = strlen(text);
    char *all = kit_zeroed(len * count + 1);
    for (size_t i = 0; i < count; i++)
        memcpy(all + i * len, text, len);
    return all;
}

static void check_length(const char *text, size_t count, bool sound)
{
    char *all = repeated(text, count);
    check_true((read_one("PV-Why", story_str(all)) == NULL) == sound);
    free(all);
}

static void why__has_500_code_points_at_most(void **state)
{
    (void)state;
    check_length("a", 500, true);
    check_length("a", 501, false);
    check_length("%F0%9F%98%80", 500, true);
    check_length("%F0%9F%98%80", 501, false);
    check_length("a", 2001, false);
}

static void when__is_a_date_time(void **state)
{
    (void)state;
    check_sound("PV-When", "2024-02-24T18:03:11+01:00");
    check_str(in.when, "2024-02-24T18:03:11+01:00"); /* as it came */
    check_faulty("PV-When", "");
    check_faulty("PV-When", "yesterday");
    check_faulty("PV-When", "2024-02-30T18:03:11Z");
}

static void correlation__is_printable_and_short(void **state)
{
    char *longest = repeated("x", 128), *longer = repeated("x", 129);
    (void)state;
    check_sound("X-Correlation-Id", "a-1!~");
    check_str(in.correlation, "a-1!~");
    check_sound("X-Correlation-Id", longest);
    check_faulty("X-Correlation-Id", longer);
    check_faulty("X-Correlation-Id", "");
    check_faulty("X-Correlation-Id", "a b");
    check_faulty("X-Correlation-Id", "a\x7f");
    check_faulty("X-Correlation-Id", "\xc3\xa4");
    free(longest);
    free(longer);
}

#define TRACE "0af7651916cd43dd8448eb211c80319c"

static void traceparent__gives_its_trace(void **state)
{
    (void)state;
    check_sound("traceparent", "00-" TRACE "-b7ad6b7169203331-01");
    check_str(in.correlation, TRACE);
}

static void traceparent__that_cannot_be_read_is_left_aside(void **state)
{
    static const char *const faulty[] = {
        "",
        "00-" TRACE "-b7ad6b7169203331-0",
        "00-" TRACE "-b7ad6b7169203331-011",
        "01-" TRACE "-b7ad6b7169203331-01",
        "00_" TRACE "-b7ad6b7169203331-01",
        "00-" TRACE "_b7ad6b7169203331-01",
        "00-" TRACE "-b7ad6b7169203331_01",
        "00-" TRACE "-B7ad6b7169203331-01",
        "00-" TRACE "-b7ad6b716920333g-01",
        "00-" TRACE "-b7ad6b7169203331-0-",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
    };
    (void)state;
    for (size_t i = 0; i < sizeof faulty / sizeof faulty[0]; i++) {
        check_sound("traceparent", faulty[i]);
        check_true(in.correlation.ptr == NULL);
    }
}

static void correlation__wins_over_traceparent(void **state)
{
    (void)state;
    pairs[0] = (struct pv_http_pair){PV_STR("Traceparent"), PV_STR("00-" TRACE "-b7ad6b7169203331-01")};
    pairs[1] = (struct pv_http_pair){PV_STR("x-correlation-id"), PV_STR("mine")};
    request = (struct pv_http_request){.headers = pairs, .header_count = 2};
    check_true(pv_headers_in_read(&request, &in) == NULL);
    check_str(in.correlation, "mine");
}

static void expected_version__is_a_number(void **state)
{
    (void)state;
    check_sound("PV-Expected-Version", "0");
    check_int(in.expected_version, 0);
    check_sound("PV-Expected-Version", "9223372036854775807");
    check_int(in.expected_version, INT64_MAX);
    check_sound("PV-Expected-Version", "0000000000000000007");
    check_int(in.expected_version, 7);
    check_faulty("PV-Expected-Version", "9223372036854775808");
    check_faulty("PV-Expected-Version", "9999999999999999999");
    check_faulty("PV-Expected-Version", "00000000000000000007");
    check_faulty("PV-Expected-Version", "");
    check_faulty("PV-Expected-Version", "-1");
    check_faulty("PV-Expected-Version", "+1");
    check_faulty("PV-Expected-Version", "1 ");
    check_faulty("PV-Expected-Version", "1:");
    check_faulty("PV-Expected-Version", "\xb1");
}

static void query__numbers_are_read_as_headers_are(void **state)
{
    int64_t value = 5;
    (void)state;
    pairs[0] = (struct pv_http_pair){PV_STR("limit"), PV_STR("17")};
    request = (struct pv_http_request){.query = pairs, .query_count = 1};
    check_true(pv_query_number(&request, "from", &value));
    check_int(value, 5);
    check_true(pv_query_number(&request, "limit", &value));
    check_int(value, 17);
    pairs[0].value = PV_STR("x");
    check_true(!pv_query_number(&request, "limit", &value));
    check_int(value, 17);
}

#define check_who(roles, subject, expected)                                                                  \
    check_str(((struct pv_str){who, pv_who(roles, subject, who)}), expected)

static void who__is_the_subject_with_its_role_of_most_power(void **state)
{
    char who[PV_WHO_MAX], subject[300];
    (void)state;
    check_who(PV_ROLE_VOTER, PV_STR("x"), "voter:x");
    check_who(PV_ROLE_VOTER | PV_ROLE_AUDITOR, PV_STR("x"), "auditor:x");
    check_who(PV_ROLE_VOTER | PV_ROLE_AUDITOR | PV_ROLE_ADMINISTRATOR, PV_STR("x"), "administrator:x");
    check_who(0, PV_STR("x"), "x");
    check_int(pv_who(0, (struct pv_str){NULL, 0}, who), 0);
    memset(subject, 's', sizeof subject);
    check_int(pv_who(PV_ROLE_VOTER, (struct pv_str){subject, sizeof subject}, who), PV_WHO_MAX);
}

/* Through the API */

#define BODY "{\"election_id\":\"" KIT_ID "1\",\"name\":\"N\"}"

static void event__carries_the_metadata(void **state)
{
    (void)state;
    (void)kit_send("alice", "PUT", "/election/name-changed", BODY, "PV-Why", "%22because%22", "PV-When",
                   "2024-02-24T18:03:11Z", "X-Correlation-Id", "c-1", "PV-Expected-Version", "7", NULL);
    kit_answer(kit_recorded(8, 8));
    assert_string_equal(
        kit_command.metadata,
        "{\"$correlationId\":\"c-1\",\"who\":\"administrator:alice\","
        "\"when\":\"2024-02-24T18:03:11Z\",\"where\":\"192.0.2.7\",\"why\":\"\\\"because\\\"\"}");
    check_int(kit_command.command.expected_version, 7);
}

static void event__without_headers_has_who_and_where(void **state)
{
    (void)state;
    (void)kit_send("ada", "POST", "/ballot/cast",
                   "{\"election_id\":\"" KIT_ID "1\",\"ballot_id\":\"" KIT_ID "1\"}", NULL);
    kit_answer(kit_recorded(8, 8));
    assert_string_equal(kit_command.metadata, "{\"who\":\"voter:ada\",\"where\":\"192.0.2.7\"}");
    check_int(kit_command.command.expected_version, PV_ANY_VERSION);
}

static void event__of_somebody_with_several_roles_names_the_one_that_allows_it(void **state)
{
    (void)state;
    (void)kit_send("sam", "POST", "/ballot/cast",
                   "{\"election_id\":\"" KIT_ID "1\",\"ballot_id\":\"" KIT_ID "1\"}", NULL);
    kit_answer(kit_recorded(8, 8));
    assert_string_equal(kit_command.metadata, "{\"who\":\"voter:sam\",\"where\":\"192.0.2.7\"}");
    (void)kit_send("sam", "PUT", "/election/name-changed", BODY, NULL);
    kit_answer(kit_recorded(8, 8));
    assert_string_equal(kit_command.metadata, "{\"who\":\"administrator:sam\",\"where\":\"192.0.2.7\"}");
}

static void event__with_a_header_that_cannot_be_read_is_400_and_names_it(void **state)
{
    static const char *const faulty[][2] = {
        {"PV-Why", "%"}, {"PV-When", "now"}, {"X-Correlation-Id", "a b"}, {"PV-Expected-Version", "one"}};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        char field[64];
        struct kit_exchange *sent =
            kit_send("alice", "PUT", "/election/name-changed", BODY, faulty[i][0], faulty[i][1], NULL);
        (void)snprintf(field, sizeof field, "\"field\":\"%s\"", faulty[i][0]);
        kit_check_problem(sent, 400, "header_invalid");
        kit_check_in_body(sent, field);
    }
    check_true(kit_none_published());
}

static void read__with_a_header_that_cannot_be_read_is_400_and_names_it(void **state)
{
    (void)state;
    kit_open(1);
    struct kit_exchange *sent = kit_get(NULL, "/election/" KIT_ID "1", "PV-Min-Version", "-1", NULL);
    kit_check_problem(sent, 400, "header_invalid");
    kit_check_in_body(sent, "\"field\":\"PV-Min-Version\"");
    sent = kit_get(NULL, "/election/" KIT_ID "1/live", "Last-Event-ID", "x", NULL);
    kit_check_problem(sent, 400, "header_invalid");
    kit_check_in_body(sent, "\"field\":\"Last-Event-ID\"");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(no_headers__are_none),
    cmocka_unit_test(why__is_percent_encoded_utf_8),
    cmocka_unit_test(why__that_is_not_is_refused),
    cmocka_unit_test(why__has_500_code_points_at_most),
    cmocka_unit_test(when__is_a_date_time),
    cmocka_unit_test(correlation__is_printable_and_short),
    cmocka_unit_test(traceparent__gives_its_trace),
    cmocka_unit_test(traceparent__that_cannot_be_read_is_left_aside),
    cmocka_unit_test(correlation__wins_over_traceparent),
    cmocka_unit_test(expected_version__is_a_number),
    cmocka_unit_test(query__numbers_are_read_as_headers_are),
    cmocka_unit_test(who__is_the_subject_with_its_role_of_most_power),
    KIT_CASE(event__carries_the_metadata),
    KIT_CASE(event__without_headers_has_who_and_where),
    KIT_CASE(event__of_somebody_with_several_roles_names_the_one_that_allows_it),
    KIT_CASE(event__with_a_header_that_cannot_be_read_is_400_and_names_it),
    KIT_CASE(read__with_a_header_that_cannot_be_read_is_400_and_names_it),
};

CHECK_MAIN(tests, 17)
