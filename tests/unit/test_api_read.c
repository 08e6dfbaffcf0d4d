/* Reads of whole elections: what they show, by phase and role; what a caller has already (ETag); reads that
   wait for the read side; and what is not there. */
#include "api_kit.h"
#include "document.h"

#define E1 "/election/" KIT_ID "1"

static const char paper_open[] =
    "{\"id\":\"" KIT_ID "1\",\"version\":12,\"deleted\":false,\"name\":\"Photo of the year\","
    "\"description\":\"All of them\",\"opened\":\"2024-02-24T18:00:00Z\",\"closed\":null,"
    "\"competitions\":[{\"id\":\"" KIT_ID "1\",\"version\":2,\"deleted\":false,\"name\":\"Birds\","
    "\"description\":null,\"candidates\":["
    "{\"id\":\"" KIT_ID "B\",\"version\":0,\"deleted\":false,\"name\":\"Heron\",\"description\":\"At dawn\","
    "\"image\":{\"url\":\"https://x.example/11.jpg\",\"caption\":\"A heron\"}},"
    "{\"id\":\"" KIT_ID "C\",\"version\":0,\"deleted\":false,\"name\":\"Owl\",\"description\":null,"
    "\"image\":{\"url\":\"/12.jpg\",\"caption\":null}}]}]}";

static void paper__is_the_document_without_voters_and_ballots(void **state)
{
    (void)state;
    kit_open(1);
    struct kit_exchange *sent = kit_get(NULL, E1 "/", NULL);
    check_status(sent, 200);
    kit_check_body(sent, paper_open);
    kit_check_header(sent, "Content-Type", "application/json");
    kit_check_header(sent, "ETag", "\"12\"");
    kit_check_header(sent, "Cache-Control", "no-cache");
    kit_check_header(sent, "Vary", "Authorization");
}

static void paper__that_the_caller_has_is_304(void **state)
{
    static const char *const same[] = {"\"12\"", "*", "\"11\", \"12\"", "W/\"12\""};
    static const char *const other[] = {"\"1\"", "\"112\"", "12", "", "\"12", "\"13\""};
    (void)state;
    kit_open(1);
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        struct kit_exchange *sent = kit_get(NULL, E1, "If-None-Match", same[i], NULL);
        check_status(sent, 304);
        kit_check_body(sent, "");
        kit_check_header(sent, "ETag", "\"12\"");
        kit_check_header(sent, "Vary", "Authorization");
        kit_check_no_header(sent, "Content-Type");
    }
    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++)
        check_status(kit_get(NULL, E1, "If-None-Match", other[i], NULL), 200);
}

static void document__is_whole_and_canonical(void **state)
{
    (void)state;
    kit_open(1);
    struct kit_exchange *sent = kit_get("audrey", E1 "/document", NULL);
    check_status(sent, 200);
    kit_check_header(sent, "ETag", "\"12\"");
    kit_check_in_body(sent,
                      "\"voters\":[{\"id\":\"" KIT_ID "1\",\"version\":1,\"deleted\":false,\"name\":\"Ada\"");
    kit_check_in_body(sent, "\"ballots\":[{\"id\":\"" KIT_ID
                            "1\",\"version\":1,\"deleted\":false,\"voter_id\":\"" KIT_ID
                            "1\",\"ratings\":{\"" KIT_ID "1\":{\"" KIT_ID "B\":4}},\"cast\":false},");
    sent = kit_get("alice", E1 "/document", "If-None-Match", "\"12\"", NULL);
    check_status(sent, 304);
}

static void results__are_the_tally(void **state)
{
    (void)state;
    kit_closed(1);
    struct kit_exchange *sent = kit_get(NULL, E1 "/results", NULL);
    check_status(sent, 200);
    kit_check_header(sent, "ETag", "\"13\"");
    kit_check_body(
        sent,
        "{\"election\":\"" KIT_ID "1\",\"name\":\"Photo of the year\",\"version\":13,\"phase\":\"closed\","
        "\"voters\":3,\"ballots_issued\":2,\"ballots_cast\":1,\"competitions\":[{\"id\":\"" KIT_ID
        "1\",\"name\":\"Birds\",\"candidates\":[{\"rank\":1,\"id\":\"" KIT_ID
        "C\",\"name\":\"Owl\",\"ratings\":1,\"sum\":5,\"mean\":5,\"median\":5,\"histogram\":[0,0,0,0,1]},"
        "{\"rank\":2,\"id\":\"" KIT_ID "B\",\"name\":\"Heron\",\"ratings\":0,\"sum\":0,\"mean\":null,"
        "\"median\":null,\"histogram\":[0,0,0,0,0]}]}]}");
}

static void results__are_counted_once_a_version(void **state)
{
    (void)state;
    kit_closed(1);
    struct kit_exchange *first = kit_get(NULL, E1 "/results", NULL);
    api_ports_fail(API_GET, 0, PV_CACHE_FAULT);
    struct kit_exchange *second = kit_get("ada", E1 "/results", NULL);
    check_status(second, 200);
    kit_check_body(second, first->body);
    check_int(api_ports.calls[API_GET], 0);
    kit_record(ev_named("Other"));
    kit_project(1);
    kit_check_problem(kit_get(NULL, E1 "/results", NULL), 503,
                      "unavailable"); /* counted anew: the call fails */
    api_ports_fail(API_CALLS, 0, 0);
    kit_check_in_body(kit_get(NULL, E1 "/results", NULL), "\"name\":\"Other\",\"version\":14");
}

static void results__of_an_open_election_are_not_for_everybody(void **state)
{
    (void)state;
    kit_open(1);
    kit_check_problem(kit_get(NULL, E1 "/results", NULL), 403, "not_allowed"); /* a token need not help */
    kit_check_problem(kit_get("ada", E1 "/results", NULL), 403, "not_allowed");
    kit_check_in_body(kit_get("alice", E1 "/results", NULL), "\"phase\":\"open\"");
}

static void draft__is_as_unknown_as_what_never_was(void **state)
{
    (void)state;
    kit_draft(1);
    struct kit_exchange *hidden = kit_get(NULL, E1, NULL);
    kit_check_problem(hidden, 404, "election_unknown");
    api_cache_remove((struct pv_election_id){story_id(1)});
    struct kit_exchange *unknown = kit_get(NULL, E1, NULL);
    kit_check_problem(unknown, 404, "election_unknown");
    kit_check_body(unknown, hidden->body);
    kit_check_in_body(unknown,
                      "\"detail\":\"there is no election " KIT_ID "1\",\"code\":\"election_unknown\","
                      "\"field\":\"election_id\"");
}

static void deleted__in_the_cache_is_for_those_who_oversee(void **state)
{
    (void)state;
    kit_open(1);
    kit_record(ev_deleted());
    api_cache_put(&kit.elections[0], 13);
    kit_check_problem(kit_get(NULL, E1, NULL), 404, "election_unknown");
    kit_check_problem(kit_get(NULL, E1 "/results", NULL), 404, "election_unknown");
    kit_check_in_body(kit_get("audrey", E1, NULL), "\"deleted\":true");
}

static void id__that_is_none_is_404(void **state)
{
    (void)state;
    kit_check_problem(kit_get(NULL, "/election/x", NULL), 404, "not_found");
    kit_check_problem(kit_get(NULL, "/election/00000000000000000000000000", NULL), 404, "not_found");
    kit_check_problem(kit_get("ada", "/event/x", NULL), 404, "not_found");
    kit_open(1);
    check_status(kit_get(NULL, "/election/01hq2t9xp00000000000000001", NULL), 200); /* either case */
}

static void head__is_answered_as_get_is(void **state)
{
    (void)state;
    kit_open(1);
    struct kit_exchange *sent = kit_send(NULL, "HEAD", E1, NULL, NULL);
    kit_read_all();
    check_status(sent, 200);
    kit_check_header(sent, "ETag", "\"12\"");
}

/* --- waiting for the read side --- */

static void send_and_record(void)
{
    struct kit_exchange *sent = kit_send("alice", "PUT", "/election/name-changed",
                                         "{\"election_id\":\"" KIT_ID "1\",\"name\":\"Seen\"}", NULL);
    kit_record(ev_named("Seen"));
    kit_answer(kit_recorded(kit.last_number[0], 100));
    check_status(sent, 200);
}

static void read__after_a_200_shows_it(void **state)
{
    (void)state;
    kit_open(1);
    send_and_record();
    struct kit_exchange *sent = kit_get(NULL, E1, NULL);
    check_int(sent->answers, 0); /* the projection is behind */
    check_int(pv_api_unanswered(kit.api), 1);
    kit_project(1);
    kit_read_all();
    check_status(sent, 200);
    kit_check_in_body(sent, "\"version\":13,\"deleted\":false,\"name\":\"Seen\"");
}

static void read__that_waited_too_long_is_503(void **state)
{
    (void)state;
    kit_open(1);
    send_and_record();
    struct kit_exchange *sent = kit_get(NULL, E1, NULL);
    virtual_clock_advance(&api_ports.clock, 999);
    pv_api_tick(kit.api);
    kit_read_all();
    check_int(sent->answers, 0);
    virtual_clock_advance(&api_ports.clock, 1);
    pv_api_tick(kit.api);
    kit_read_all();
    kit_check_problem(sent, 503, "projection_behind");
    kit_project(1);
    check_status(kit_get(NULL, E1, NULL), 200);
}

static void read__of_a_floor_that_was_reached_before_it_was_told_of(void **state)
{
    (void)state;
    kit_open(1);
    kit_record(ev_named("Seen"));
    kit_project(1); /* faster than the worker's answer */
    (void)kit_send("alice", "PUT", "/election/name-changed",
                   "{\"election_id\":\"" KIT_ID "1\",\"name\":\"Seen\"}", NULL);
    kit_answer(kit_recorded(13, 100));
    check_status(kit_get(NULL, E1, NULL), 200);
}

static void read__of_an_election_that_was_just_made_waits_for_it(void **state)
{
    (void)state;
    struct kit_exchange *made =
        kit_send("alice", "POST", "/election", "{\"election_id\":\"" KIT_ID "1\",\"name\":\"N\"}", NULL);
    kit_record(ev_created("N", NULL));
    kit_answer(kit_recorded(0, 0));
    check_status(made, 200);
    struct kit_exchange *sent = kit_get("alice", E1, NULL);
    check_int(sent->answers, 0);
    kit_project(1);
    kit_read_all();
    check_status(sent, 200);
}

static void delete_election_1(void)
{
    struct kit_exchange *gone =
        kit_send("alice", "DELETE", "/election", "{\"election_id\":\"" KIT_ID "1\"}", NULL);
    kit_record(ev_deleted());
    kit_answer(kit_recorded(13, 13));
    check_status(gone, 200);
}

static void read__of_an_election_that_was_just_deleted(void **state)
{
    (void)state;
    kit_open(1);
    delete_election_1();
    struct kit_exchange *before = kit_get("alice", E1, NULL);
    check_int(before->answers, 0);
    kit_project(1);
    kit_read_all();
    kit_check_problem(before, 404, "election_unknown");
    kit_check_problem(kit_get("alice", E1, NULL), 404, "election_unknown");
}

static void read__of_an_election_that_was_gone_before_the_deletion_was_told(void **state)
{
    (void)state;
    kit_open(1);
    struct kit_exchange *gone =
        kit_send("alice", "DELETE", "/election", "{\"election_id\":\"" KIT_ID "1\"}", NULL);
    kit_record(ev_deleted());
    kit_project(1);
    kit_answer(kit_recorded(13, 13));
    check_status(gone, 200);
    kit_check_problem(kit_get("alice", E1 "/document", NULL), 404, "election_unknown");
    check_int(api_ports.calls[API_LAST_NUMBER], 0); /* nobody had to ask */
}

static void list__after_a_200_shows_it(void **state)
{
    (void)state;
    struct kit_exchange *made =
        kit_send("alice", "POST", "/election", "{\"election_id\":\"" KIT_ID "1\",\"name\":\"N\"}", NULL);
    kit_record(ev_created("N", NULL));
    kit_answer(kit_recorded(0, 0));
    check_status(made, 200);
    struct kit_exchange *sent = kit_get("alice", "/election", NULL);
    check_int(sent->answers, 0);
    kit_project(1);
    pv_api_tick(kit.api);
    kit_read_all();
    kit_check_in_body(sent, KIT_ID "1");
}

static void list__waits_once_for_what_does_not_come(void **state)
{
    (void)state;
    kit_open(1);
    send_and_record();
    struct kit_exchange *sent = kit_get("alice", "/election", NULL);
    check_int(sent->answers, 0);
    virtual_clock_advance(&api_ports.clock, 1000);
    pv_api_tick(kit.api);
    kit_read_all();
    check_status(sent, 200);
    kit_check_in_body(sent, KIT_ID "1");
    check_status(kit_get("alice", "/election", NULL), 200);
}

static void list__does_not_wait_for_votes(void **state)
{
    (void)state;
    kit_open(1);
    (void)kit_send("ada", "POST", "/ballot/cast",
                   "{\"election_id\":\"" KIT_ID "1\",\"ballot_id\":\"" KIT_ID "1\"}", NULL);
    kit_record(ev_cast(1));
    kit_answer(kit_recorded(13, 13));
    check_status(kit_get("alice", "/election", NULL), 200);
    kit_project(1);
}

static void read__may_name_the_version_to_wait_for(void **state)
{
    (void)state;
    kit_open(1);
    check_status(kit_get(NULL, E1, "PV-Min-Version", "12", NULL), 200);
    struct kit_exchange *sent = kit_get(NULL, E1, "PV-Min-Version", "13", NULL);
    check_int(sent->answers, 0);
    kit_record(ev_named("Seen"));
    kit_project(1);
    kit_read_all();
    check_status(sent, 200);
    sent = kit_get(NULL, "/election/" KIT_ID "3", "PV-Min-Version", "0", NULL);
    check_int(sent->answers, 0);
    virtual_clock_advance(&api_ports.clock, 1000);
    pv_api_tick(kit.api);
    kit_read_all();
    kit_check_problem(sent, 503, "projection_behind");
}

static void read__waits_for_its_own_election_only(void **state)
{
    (void)state;
    kit_open(1);
    kit_open(2);
    send_and_record();
    check_status(kit_get(NULL, "/election/" KIT_ID "2", NULL), 200);
    struct kit_exchange *sent = kit_get(NULL, E1, NULL);
    kit_project(2);
    kit_read_all();
    check_int(sent->answers, 0);
    kit_project(1);
    kit_read_all();
    check_status(sent, 200);
}

static void drain__answers_reads_that_wait(void **state)
{
    (void)state;
    kit_open(1);
    send_and_record();
    struct kit_exchange *sent = kit_get(NULL, E1, NULL);
    check_int(sent->answers, 0);
    pv_api_drain(kit.api);
    for (unsigned i = 0; i < 4; i++)
        (void)pv_api_read_step(kit.api, &kit.reads, 100000);
    kit_check_problem(sent, 503, "projection_behind");
    check_true(!pv_api_read_step(kit.api, &kit.reads, 100000));
    kit_check_problem(kit_get(NULL, E1, NULL), 503, "busy");
}

static void reads__that_are_too_many_are_503(void **state)
{
    struct kit_exchange *sent[5];
    (void)state;
    kit_open(1);
    for (size_t i = 0; i < 5; i++)
        sent[i] = kit_send(NULL, "GET", E1, NULL, NULL);
    kit_check_problem(sent[4], 503, "busy");
    kit_read_all();
    for (size_t i = 0; i < 4; i++)
        check_status(sent[i], 200);
}

static void reads__that_wait_leave_room_for_those_that_need_not(void **state)
{
    struct kit_exchange *sent[3];
    (void)state;
    kit_open(1);
    kit_open(2);
    for (size_t i = 0; i < 2; i++)
        sent[i] = kit_get(NULL, E1, "PV-Min-Version", "999", NULL);
    check_int(sent[0]->answers, 0);
    kit_check_problem(sent[1], 503, "projection_behind");
    check_status(kit_get(NULL, E1, NULL), 200);
    /* Whoever names a version that nobody was told of does not take the place of those who were told. */
    send_and_record();
    sent[1] = kit_get("alice", E1, NULL);
    check_int(sent[1]->answers, 0);
    sent[2] = kit_get("alice", E1, NULL);
    kit_check_problem(sent[2], 503, "projection_behind");
    check_status(kit_get(NULL, "/election/" KIT_ID "2", NULL), 200);
    virtual_clock_advance(&api_ports.clock, 1000);
    pv_api_tick(kit.api);
    kit_read_all();
}

/* --- what the cache says --- */

static void cache__that_is_damaged_is_503(void **state)
{
    static const char *const headers[] = {
        "",
        "[]",
        "{}",
        "{\"version\":1}",
        "{\"version\":-1,\"deleted\":false,\"opened\":null,\"closed\":null}",
        "{\"version\":1,\"deleted\":false}",
        "{\"version\":1,\"deleted\":false,\"opened\":null}"};
    (void)state;
    kit_open(1);
    struct api_cached *cached = api_cache_find((struct pv_election_id){story_id(1)});
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        api_text_set(&cached->header, headers[i]);
        kit_check_problem(kit_get(NULL, E1, NULL), 503, "unavailable");
    }
}

static void cache__with_a_page_that_is_no_page_is_503(void **state)
{
    (void)state;
    kit_closed(1);
    api_text_set(&api_cache_find((struct pv_election_id){story_id(1)})->ballots[0], "{}");
    kit_check_problem(kit_get("alice", E1 "/document", NULL), 503, "unavailable");
    kit_check_problem(kit_get(NULL, E1 "/results", NULL), 503, "unavailable");
    kit_check_problem(kit_get("alice", E1 "/ballots", NULL), 503, "unavailable");
}

static void remove_election(enum api_call call)
{
    if (call == API_GET)
        api_cache_remove((struct pv_election_id){story_id(1)});
}

static void cache__that_loses_an_election_between_two_reads(void **state)
{
    (void)state;
    kit_open(1);
    api_ports.before = remove_election;
    kit_check_problem(kit_get("alice", E1 "/document", NULL), 404, "election_unknown");
    kit_project(1);
    /* told of: then it must be on its way */
    struct kit_exchange *sent = kit_get("alice", E1 "/document", "PV-Min-Version", "12", NULL);
    check_int(sent->answers, 0);
    kit_project(1);
    api_ports.before = NULL;
    kit_read_all();
    check_status(sent, 200);
}

/* --- what needs no store --- */

static bool ready;

static bool is_ready(void *operation, struct pv_out *reasons)
{
    check_true(operation == &ready);
    pv_out_cstr(reasons, ready ? "{\"store\":\"up\"}" : "{\"store\":\"down\"}");
    return ready;
}

static void more_metrics(void *operation, struct pv_out *out)
{
    check_true(operation == &ready);
    pv_out_cstr(out, "more 1\n");
}

static void health_and_readiness(void **state)
{
    (void)state;
    kit_check_body(kit_get("alice", "/healthz", NULL), "{\"status\":\"alive\"}");
    kit_check_body(kit_get("alice", "/readyz", NULL), "{\"status\":\"ready\"}");
    kit.options.operation = &ready;
    kit.options.ready = is_ready;
    kit.options.metrics = more_metrics;
    pv_api_free(kit.api);
    kit.api = pv_api_new(&kit.options);
    ready = true;
    struct kit_exchange *sent = kit_get("alice", "/readyz", NULL);
    check_status(sent, 200);
    kit_check_body(sent, "{\"store\":\"up\"}");
    kit_check_header(sent, "Content-Type", "application/json");
    kit_check_header(sent, "Cache-Control", "no-store");
    ready = false;
    sent = kit_get("alice", "/readyz", NULL);
    check_status(sent, 503);
    kit_check_body(sent, "{\"store\":\"down\"}");
    kit_check_in_body(kit_get("alice", "/metrics", NULL), "\nmore 1\n");
}

static void metrics__count_what_waits(void **state)
{
    (void)state;
    kit_open(1);
    (void)kit_send("alice", "DELETE", "/election", "{\"election_id\":\"" KIT_ID "1\"}", NULL);
    (void)kit_send(NULL, "GET", E1, NULL, NULL);
    struct kit_exchange *sent = kit_send("audrey", "GET", "/metrics", NULL, NULL);
    kit_check_header(sent, "Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    kit_check_body(sent, "# HELP photovote_api_waiting Events that wait for a verdict.\n"
                         "# TYPE photovote_api_waiting gauge\nphotovote_api_waiting 1\n"
                         "# HELP photovote_api_reads Reads that are queued or under way.\n"
                         "# TYPE photovote_api_reads gauge\nphotovote_api_reads 1\n"
                         "# HELP photovote_api_live_streams Live streams that are open.\n"
                         "# TYPE photovote_api_live_streams gauge\nphotovote_api_live_streams 0\n");
    kit_answer(kit_recorded(1, 1));
    kit_project(1);
    kit_read_all();
}

static void description_and_its_page(void **state)
{
    (void)state;
    kit_check_header(kit_get(NULL, "/openapi.json", NULL), "Content-Type", "application/json");
    kit_check_header(kit_get(NULL, "/docs", NULL), "Content-Type", "text/html; charset=utf-8");
}

/* --- photographs --- */

static void photo__that_is_there__is_sent(void **state)
{
    (void)state;
    struct kit_exchange *sent = kit_get(NULL, "/photo/there.png", NULL);
    check_status(sent, 200);
    kit_check_body(sent, "PNG");
    kit_check_header(sent, "Content-Type", "image/png");
    kit_check_header(sent, "Cache-Control", "public, max-age=86400");
    kit_check_problem(kit_get(NULL, "/photo/another.png", NULL), 404, "not_found");
    check_int(kit.photos_asked, 2);
}

/* Whoever keeps them is asked for nothing that could lead elsewhere. */
static void photo__of_a_name_that_is_none__is_not_asked_for(void **state)
{
    static const char *const names[] = {".png",    "..png", "a.PNG", "A.png", "a_b.png",
                                        "a.b.png", "a.jpg", "png",   "a.pngx"};
    static const char digits[] = "01234567890123456789012345678901234567890123456789012345678901234";
    char path[96];
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)snprintf(path, sizeof path, "/photo/%s", names[i]);
        kit_check_problem(kit_get(NULL, path, NULL), 404, "not_found");
    }
    check_int(kit.photos_asked, 0);
    for (int len = 64; len <= 65; len++) {
        (void)snprintf(path, sizeof path, "/photo/%.*s.png", len, digits);
        kit_check_problem(kit_get(NULL, path, NULL), 404, "not_found");
        check_int(kit.photos_asked, 1);
    }
}

static void photo__where_none_are_kept__is_not_found(void **state)
{
    (void)state;
    kit.options.photo = NULL;
    pv_api_free(kit.api);
    kit.api = pv_api_new(&kit.options);
    kit_check_problem(kit_get(NULL, "/photo/there.png", NULL), 404, "not_found");
}

static const struct CMUnitTest tests[] = {
    KIT_CASE(paper__is_the_document_without_voters_and_ballots),
    KIT_CASE(paper__that_the_caller_has_is_304),
    KIT_CASE(document__is_whole_and_canonical),
    KIT_CASE(results__are_the_tally),
    KIT_CASE(results__are_counted_once_a_version),
    KIT_CASE(results__of_an_open_election_are_not_for_everybody),
    KIT_CASE(draft__is_as_unknown_as_what_never_was),
    KIT_CASE(deleted__in_the_cache_is_for_those_who_oversee),
    KIT_CASE(id__that_is_none_is_404),
    KIT_CASE(head__is_answered_as_get_is),
    KIT_CASE(read__after_a_200_shows_it),
    KIT_CASE(read__that_waited_too_long_is_503),
    KIT_CASE(read__of_a_floor_that_was_reached_before_it_was_told_of),
    KIT_CASE(read__of_an_election_that_was_just_made_waits_for_it),
    KIT_CASE(read__of_an_election_that_was_just_deleted),
    KIT_CASE(read__of_an_election_that_was_gone_before_the_deletion_was_told),
    KIT_CASE(list__after_a_200_shows_it),
    KIT_CASE(list__waits_once_for_what_does_not_come),
    KIT_CASE(list__does_not_wait_for_votes),
    KIT_CASE(read__may_name_the_version_to_wait_for),
    KIT_CASE(read__waits_for_its_own_election_only),
    KIT_CASE(drain__answers_reads_that_wait),
    KIT_CASE(reads__that_are_too_many_are_503),
    KIT_CASE(reads__that_wait_leave_room_for_those_that_need_not),
    KIT_CASE(cache__that_is_damaged_is_503),
    KIT_CASE(cache__with_a_page_that_is_no_page_is_503),
    KIT_CASE(cache__that_loses_an_election_between_two_reads),
    KIT_CASE(health_and_readiness),
    KIT_CASE(metrics__count_what_waits),
    KIT_CASE(description_and_its_page),
    KIT_CASE(photo__that_is_there__is_sent),
    KIT_CASE(photo__of_a_name_that_is_none__is_not_asked_for),
    KIT_CASE(photo__where_none_are_kept__is_not_found),
};

CHECK_MAIN(tests, 33)
