/* What HTTP's port computes: headers and query parameters by name, headers of replies. */
#include "check.h"
#include "http.h"

static const struct pv_http_pair headers[] = {
    {{"Host", 4}, {"a.example", 9}},
    {{"content-TYPE", 12}, {"application/json", 16}},
    {{"Content-Type", 12}, {"text/plain", 10}},
    {{"X-Empty", 7}, {"", 0}},
    {{"AZ@[az`{", 8}, {"edges", 5}},
};
static const struct pv_http_pair query[] = {
    {{"limit", 5}, {"10", 2}},  {{"Limit", 5}, {"20", 2}}, {{"limit", 5}, {"30", 2}},
    {{"", 0}, {"nameless", 8}}, {{"empty", 5}, {"", 0}},
};
static const struct pv_http_request request = {
    .headers = headers,
    .header_count = sizeof headers / sizeof headers[0],
    .query = query,
    .query_count = sizeof query / sizeof query[0],
};
static const struct pv_http_request empty;

static void header__by_any_case_of_its_name__is_the_first_of_that_name(void **state)
{
    (void)state;
    check_str(pv_http_header(&request, "Host"), "a.example");
    check_str(pv_http_header(&request, "HOST"), "a.example");
    check_str(pv_http_header(&request, "content-type"), "application/json");
    check_str(pv_http_header(&request, "az@[AZ`{"), "edges");
}

static void header__that_is_not_there__has_no_text(void **state)
{
    (void)state;
    check_true(pv_http_header(&request, "Hos").ptr == NULL);
    check_true(pv_http_header(&request, "Host2").ptr == NULL);
    check_true(pv_http_header(&request, "Hosd").ptr == NULL);
    check_true(pv_http_header(&request, "az`{AZ@[").ptr == NULL); /* not what differs by the same bit */
    check_true(pv_http_header(&request, "limit").ptr == NULL);
    check_true(pv_http_header(&request, "").ptr == NULL);
    check_true(pv_http_header(&empty, "Host").ptr == NULL);
}

static void header__that_is_empty__is_there(void **state)
{
    (void)state;
    check_true(pv_http_header(&request, "x-empty").ptr != NULL);
    check_str(pv_http_header(&request, "x-empty"), "");
}

static void query__by_its_exact_name__is_the_first_of_that_name(void **state)
{
    (void)state;
    check_str(pv_http_query(&request, "limit"), "10");
    check_str(pv_http_query(&request, "Limit"), "20");
    check_str(pv_http_query(&request, ""), "nameless");
    check_true(pv_http_query(&request, "empty").ptr != NULL);
}

static void query__that_is_not_there__has_no_text(void **state)
{
    (void)state;
    check_true(pv_http_query(&request, "LIMIT").ptr == NULL);
    check_true(pv_http_query(&request, "limi").ptr == NULL);
    check_true(pv_http_query(&request, "limits").ptr == NULL);
    check_true(pv_http_query(&request, "Host").ptr == NULL);
    check_true(pv_http_query(&empty, "limit").ptr == NULL);
}

static void reply_header__as_many_as_there_is_room_for__keep_their_order(void **state)
{
    static const char *const names[PV_HTTP_HEADERS_MAX] = {"A", "B", "C", "D", "E", "F",
                                                           "G", "H", "I", "J", "K", "A"};
    struct pv_http_reply reply = {.status = 200};
    (void)state;
    for (size_t i = 0; i < PV_HTTP_HEADERS_MAX; i++)
        pv_http_reply_header(&reply, names[i], (struct pv_str){names[i], i % 2});
    check_int(reply.header_count, PV_HTTP_HEADERS_MAX);
    for (size_t i = 0; i < PV_HTTP_HEADERS_MAX; i++) {
        check_str(reply.headers[i].name, names[i]);
        check_true(reply.headers[i].value.ptr == names[i]);
        check_int(reply.headers[i].value.len, i % 2);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(header__by_any_case_of_its_name__is_the_first_of_that_name),
    cmocka_unit_test(header__that_is_not_there__has_no_text),
    cmocka_unit_test(header__that_is_empty__is_there),
    cmocka_unit_test(query__by_its_exact_name__is_the_first_of_that_name),
    cmocka_unit_test(query__that_is_not_there__has_no_text),
    cmocka_unit_test(reply_header__as_many_as_there_is_room_for__keep_their_order),
};
CHECK_MAIN(tests, 6)
