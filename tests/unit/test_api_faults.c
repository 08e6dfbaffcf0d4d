/* Every allocation and every call to a port fails once, under every request: it is answered once all the
   same, with what it asked for or with a 503, and the next one is served. */
#include "api_kit.h"
#include "kit_memory.h"

#include <openssl/evp.h>
#include <stdlib.h>

#define E1 "/election/" KIT_ID "1"

static const struct {
    const char *caller, *path;
    unsigned status;
    bool needs_memory; /* where the tally is kept, and the floor, nobody misses it */
} reads[] = {
    {NULL, "/election", 200, true},
    {NULL, E1, 200, true},
    {"audrey", E1 "/document", 200, true},
    {NULL, E1 "/results", 200, true},
    {"alice", E1 "/voters", 200, true},
    {"alice", E1 "/ballots", 200, true},
    {"ada", E1 "/ballot/mine", 200, true},
    {"bo", E1 "/ballot/mine", 200, true},
    {"audrey", E1 "/events", 200, true},
    {"audrey", E1 "/refusals", 200, true},
    {"alice", "/event/" KIT_ID "9", 200, true},
    {NULL, E1 "/live", 200, true},
    {"bo", E1 "/live", 200, true},
    {"alice", "/metrics", 200, true},
    {"alice", "/readyz", 200, true},
    {NULL, "/docs", 200, true},
    {NULL, "/nowhere", 404, false},
    {NULL, "/election/" KIT_ID "4", 404, false},
    {"dot", E1 "/ballot/mine", 404, false},
    {"alice", E1 "/ballot/mine", 403, false},
};
enum { READS = sizeof reads / sizeof reads[0] };

static void settle_stream(struct kit_exchange *sent)
{
    if (sent->stream.ops != NULL)
        kit_close_stream(sent);
    kit_read_all();
}

/* A new world, so that nothing is kept from before. */
static void renew(void)
{
    pv_api_free(kit.api);
    kit.api = pv_api_new(&kit.options);
}

static void sweep_read(size_t row)
{
    unsigned failed = 0;
    bool all = false;
    for (size_t n = 0; !all; n++) {
        renew();
        failing_at(n);
        struct kit_exchange *sent = kit_get(reads[row].caller, reads[row].path, NULL);
        all = failing_count() <= n;
        failing_at(SIZE_MAX);
        check_int(sent->answers, 1);
        if (sent->status != reads[row].status && (sent->status != 503 || all))
            fail_msg("%s with allocation %zu failing is %u", reads[row].path, n, sent->status);
        failed += sent->status == 503;
        settle_stream(sent);
    }
    check_true(failed > 0 || !reads[row].needs_memory);
}

static void reads__with_each_allocation_failing(void **state)
{
    (void)state;
    kit_closed(1);
    for (size_t row = 0; row < READS; row++)
        sweep_read(row);
}

/* The calls, and what each may give beside success: results of its port. */
static void fail_calls(size_t row, enum api_call call, int answer, unsigned status)
{
    for (unsigned n = 0;; n++) {
        renew();
        api_ports_fail(call, n, answer);
        struct kit_exchange *sent = kit_get(reads[row].caller, reads[row].path, NULL);
        bool all = api_ports.calls[call] <= n;
        api_ports_fail(API_CALLS, 0, 0);
        check_int(sent->answers, 1);
        if (sent->status != (all ? reads[row].status : status))
            fail_msg("%s with call %d/%u giving %d is %u", reads[row].path, (int)call, n, answer,
                     sent->status);
        settle_stream(sent);
        if (all)
            return;
    }
}

static void reads__with_each_call_to_a_port_failing(void **state)
{
    static const enum api_call calls[] = {API_READ,      API_NEXT,         API_FIND,        API_LAST_NUMBER,
                                          API_GET,       API_GET_HEADER,   API_GET_PAGE,    API_FIND_PAGE,
                                          API_SUMMARIES, API_REFUSAL_FIND, API_REFUSAL_READ};
    (void)state;
    kit_closed(1);
    for (size_t row = 0; row < READS; row++) {
        for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
            fail_calls(row, calls[i], -1, 503);
    }
}

static void reads__of_a_cache_that_says_it_is_damaged_or_stale(void **state)
{
    (void)state;
    kit_closed(1);
    for (size_t row = 1; row < 7; row++) {
        fail_calls(row, API_GET_HEADER, PV_CACHE_DAMAGED, 503);
        fail_calls(row, API_GET_HEADER, PV_CACHE_STALE, 503);
        fail_calls(row, API_GET_PAGE, PV_CACHE_DAMAGED, 503);
        fail_calls(row, API_GET, PV_CACHE_DAMAGED, 503);
    }
}

/* --- events --- */

#define BODY "{\"election_id\":\"" KIT_ID "1\",\"voter_id\":\"" KIT_ID "1\"}"

static struct kit_exchange *send_and_answer(const struct pv_answer *answer)
{
    struct kit_exchange *sent = kit_send("ada", "POST", "/ballot", BODY, NULL);
    if (!kit_none_published())
        kit_answer(answer);
    return sent;
}

static void sweep_event(const struct pv_answer *answer, unsigned status)
{
    unsigned failed = 0, unknown = 0;
    bool all = false;
    for (size_t n = 0; !all; n++) {
        failing_at(n);
        struct kit_exchange *sent = send_and_answer(answer);
        all = failing_count() <= n;
        failing_at(SIZE_MAX);
        virtual_clock_advance(&api_ports.clock, kit.options.verdict_ms);
        pv_api_tick(kit.api);
        check_int(sent->answers, 1);
        if (sent->status != status && ((sent->status != 503 && sent->status != 202) || all))
            fail_msg("the event with allocation %zu failing is %u", n, sent->status);
        failed += sent->status == 503;
        unknown += sent->status == 202; /* the broker's own allocation: it says no more than that it broke */
    }
    check_true(failed + unknown > 3);
    check_int(unknown, 1);
}

static void events__with_each_allocation_failing(void **state)
{
    struct pv_answer refused = {.kind = PV_ANSWER_REFUSED};
    (void)state;
    pv_refusal_set(&refused.why, PV_BALLOT_EXISTS, PV_KEY_BALLOT_ID, PV_STR("B"));
    sweep_event(kit_recorded(1, 1), 200);
    sweep_event(&refused, 409);
    sweep_event(&(struct pv_answer){.kind = PV_ANSWER_WRONG_VERSION, .number = 3}, 412);
    sweep_event(&(struct pv_answer){.kind = PV_ANSWER_ID_REUSED}, 409);
}

static bool hash_fails;
int __real_EVP_Digest(const void *data, size_t count, unsigned char *digest, unsigned *size,
                      const EVP_MD *type, ENGINE *engine);
int __wrap_EVP_Digest(const void *data, size_t count, unsigned char *digest, unsigned *size,
                      const EVP_MD *type, ENGINE *engine);

int __wrap_EVP_Digest(const void *data, size_t count, unsigned char *digest, unsigned *size,
                      const EVP_MD *type, ENGINE *engine)
{
    return hash_fails ? 0 : __real_EVP_Digest(data, count, digest, size, type, engine);
}

static void event__whose_id_cannot_be_made_is_503(void **state)
{
    (void)state;
    hash_fails = true;
    struct kit_exchange *sent = kit_send("ada", "POST", "/ballot", BODY, NULL);
    hash_fails = false;
    kit_check_problem(sent, 503, "busy");
}

static void answer__without_memory_for_its_text_says_so_by_its_status(void **state)
{
    (void)state;
    struct kit_exchange *sent = kit_send("ada", "POST", "/ballot", BODY, NULL);
    failing_at(1); /* the text; before it the floor */
    kit_answer(kit_recorded(1, 1));
    failing_at(SIZE_MAX);
    check_status(sent, 200);
    kit_check_body(sent, "");
    sent = kit_send("ada", "POST", "/ballot", BODY, NULL);
    virtual_clock_advance(&api_ports.clock, 5000);
    failing_at(0);
    pv_api_tick(kit.api);
    failing_at(SIZE_MAX);
    check_status(sent, 202);
    kit_check_body(sent, "");
    assert_non_null(strstr(sent->reply_headers, "Location: /event/01"));
    kit_take();
    failing_at(0);
    sent = kit_send("ada", "GET", "/nowhere", NULL, NULL);
    failing_at(SIZE_MAX);
    check_status(sent, 404);
    kit_check_body(sent, "");
}

static void wrong_version__without_memory_has_the_code_s_own_sentence(void **state)
{
    (void)state;
    struct kit_exchange *sent = kit_send("ada", "POST", "/ballot", BODY, NULL);
    failing_at(0);
    kit_answer(&(struct pv_answer){.kind = PV_ANSWER_WRONG_VERSION, .number = 3});
    failing_at(SIZE_MAX);
    kit_check_problem(sent, 412, "wrong_version");
    kit_check_in_body(sent, "is not at the version that PV-Expected-Version names");
}

static void deleted_election__where_the_store_cannot_tell(void **state)
{
    static const struct {
        enum api_call call;
        enum pv_store_result answer;
    } rows[] = {
        {API_LAST_NUMBER, PV_STORE_FAULT},
        {API_READ, PV_STORE_FAULT},
        {API_NEXT, PV_STORE_FAULT},
        {API_NEXT, PV_STORE_OK}, /* the end at once */
    };
    (void)state;
    kit_open(1);
    kit_record(ev_deleted());
    kit_project(1);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        api_ports_fail(rows[i].call, 0, rows[i].answer);
        struct kit_exchange *sent = kit_get("alice", E1, "PV-Min-Version", "13", NULL);
        check_int(sent->answers, 0); /* so it waits */
        api_ports_fail(API_CALLS, 0, 0);
        pv_api_tick(kit.api);
        kit_read_all();
        kit_check_problem(sent, 404, "election_unknown");
    }
}

static const struct CMUnitTest tests[] = {
    KIT_CASE(reads__with_each_allocation_failing),
    KIT_CASE(reads__with_each_call_to_a_port_failing),
    KIT_CASE(reads__of_a_cache_that_says_it_is_damaged_or_stale),
    KIT_CASE(events__with_each_allocation_failing),
    KIT_CASE(event__whose_id_cannot_be_made_is_503),
    KIT_CASE(answer__without_memory_for_its_text_says_so_by_its_status),
    KIT_CASE(wrong_version__without_memory_has_the_code_s_own_sentence),
    KIT_CASE(deleted_election__where_the_store_cannot_tell),
};

CHECK_MAIN(tests, 8)
