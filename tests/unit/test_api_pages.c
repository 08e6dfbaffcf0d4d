/* Reads that page: elections, voters, ballots; and the caller's own ballot. */
#include "api_kit.h"
#include "document.h"
#include "kit_memory.h"

#include <stdlib.h>

#define E1 "/election/" KIT_ID "1"
#define VOTER(digit, version, name, email, issued)                                                           \
    "{\"id\":\"" KIT_ID digit "\",\"version\":" version ",\"deleted\":false,\"name\":\"" name                \
    "\",\"email\":\"" email "\",\"ballot_issued\":" issued "}"
#define ADA VOTER("1", "1", "Ada", "ada@x.example", "true")
#define BOB VOTER("2", "1", "Bob", "Bob@x.example", "true")
#define CY VOTER("3", "0", "Cy", "cy@x.example", "false")

static void voters__are_given_from_a_place_on(void **state)
{
    (void)state;
    kit_open(1);
    kit_check_body(kit_get("alice", E1 "/voters", NULL),
                   "{\"version\":12,\"voters\":[" ADA "," BOB "," CY "],\"next\":null}");
    kit_check_body(kit_get("alice", E1 "/voters/", "?limit", "2", NULL),
                   "{\"version\":12,\"voters\":[" ADA "," BOB "],\"next\":2}");
    kit_check_body(kit_get("alice", E1 "/voters", "?from", "2", "?limit", "1", NULL),
                   "{\"version\":12,\"voters\":[" CY "],\"next\":null}");
    kit_check_body(kit_get("alice", E1 "/voters", "?from", "1", "?limit", "1", NULL),
                   "{\"version\":12,\"voters\":[" BOB "],\"next\":2}");
    kit_check_body(kit_get("alice", E1 "/voters", "?from", "3", NULL),
                   "{\"version\":12,\"voters\":[],\"next\":null}");
}

static void voters__that_the_caller_has_are_304(void **state)
{
    (void)state;
    kit_open(1);
    kit_check_header(kit_get("alice", E1 "/voters", NULL), "ETag", "\"12\"");
    check_status(kit_get("alice", E1 "/voters", "If-None-Match", "\"12\"", NULL), 304);
}

static void page__beyond_every_list_is_empty(void **state)
{
    static const char *const far[] = {"128", "4294967295", "549755813888", "9223372036854775807",
                                      "9223372036854775000"};
    (void)state;
    kit_open(1);
    for (size_t i = 0; i < sizeof far / sizeof far[0]; i++) {
        kit_check_body(kit_get("alice", E1 "/voters", "?from", far[i], NULL),
                       "{\"version\":12,\"voters\":[],\"next\":null}");
        kit_check_body(kit_get("alice", E1 "/ballots", "?from", far[i], NULL),
                       "{\"version\":12,\"ballots\":[],\"next\":null}");
    }
}

static void page__parameters_that_cannot_be_read_are_400(void **state)
{
    static const char *const limits[] = {"0", "1001", "-1", "", "x", "9223372036854775808"};
    static const char *const paths[] = {E1 "/voters", E1 "/ballots", E1 "/events", E1 "/refusals"};
    (void)state;
    kit_open(1);
    for (size_t i = 0; i < 4; i++) {
        for (size_t j = 0; j < sizeof limits / sizeof limits[0]; j++) {
            struct kit_exchange *sent = kit_get("alice", paths[i], "?limit", limits[j], NULL);
            kit_check_problem(sent, 400, "query_invalid");
            kit_check_in_body(sent, "\"field\":\"limit\"");
        }
        struct kit_exchange *sent = kit_get("alice", paths[i], "?from", "-1", NULL);
        kit_check_problem(sent, 400, "query_invalid");
        kit_check_in_body(sent, "\"field\":\"from\"");
        check_status(kit_get("alice", paths[i], "?limit", "1000", NULL), 200);
    }
}

/* So many voters, each with a ballot. */
static void record_many(unsigned count)
{
    kit_draft(1);
    for (unsigned i = 4; i <= count; i++) {
        char email[32];
        (void)snprintf(email, sizeof email, "v%u@x.example", i);
        kit_record(ev_voter(i, "V", email));
    }
    kit_record(ev_ballot(3, 3));
    for (unsigned i = 4; i <= count; i++)
        kit_record(ev_ballot(i, i));
    kit_project(1);
}

/* Reads the whole list in pages of a size; each item's number must be the next, `next` right up to the end.
 */
static void check_whole_list(const char *path, unsigned count, unsigned limit)
{
    char from[24] = "0", size[24];
    unsigned seen = 0;
    (void)snprintf(size, sizeof size, "%u", limit);
    for (bool more = true; more;) {
        struct kit_exchange *sent = kit_get("alice", path, "?from", from, "?limit", size, NULL);
        unsigned items = 0;
        for (const char *at = sent->body; (at = strstr(at, "{\"id\":\"")) != NULL; at += 7, items++) {
            char id[PV_ULID_LEN + 1];
            story_ulid(++seen, id);
            if (strncmp(at + 7, id, PV_ULID_LEN) != 0)
                fail_msg("item %u of %s is %.26s", seen, path, at + 7);
        }
        const char *next = strstr(sent->body, "\"next\":") + 7;
        more = strcmp(next, "null}") != 0;
        check_true(items == (more ? limit : items) && items <= limit && items > 0);
        if (more)
            check_int(strtol(next, NULL, 10), seen);
        check_true(more == (seen < count));
        (void)snprintf(from, sizeof from, "%u", seen);
    }
    check_int(seen, count);
}

static void pages__go_over_the_borders_of_the_cache_s(void **state)
{
    static const unsigned limits[] = {1, 7, 15, 16, 17, 32, 127, 128, 129, 200, 256, 257, 1000};
    (void)state;
    record_many(256);
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        check_whole_list(E1 "/voters", 256, limits[i]);
        check_whole_list(E1 "/ballots", 256, limits[i]);
    }
}

static void pages__of_a_list_that_is_not_full(void **state)
{
    (void)state;
    record_many(130);
    check_whole_list(E1 "/voters", 130, 100);
    check_whole_list(E1 "/ballots", 130, 100);
    kit_check_in_body(kit_get("alice", E1 "/voters", NULL), "\"next\":100}"); /* what is given unasked */
}

static void pages__that_have_another_shape_end_or_are_503(void **state)
{
    (void)state;
    kit_open(1);
    struct api_cached *cached = api_cache_find((struct pv_election_id){story_id(1)});
    api_text_set(&cached->voters[0], "[]");
    kit_check_body(kit_get("alice", E1 "/voters", NULL), "{\"version\":12,\"voters\":[],\"next\":null}");
    api_text_set(&cached->voters[0], "[{}");
    kit_check_problem(kit_get("alice", E1 "/voters", NULL), 503, "unavailable");
    api_text_set(&cached->voters[0], "");
    kit_check_problem(kit_get("alice", E1 "/voters", NULL), 503, "unavailable");
}

#define RATED "\"ratings\":{\"" KIT_ID "1\":{\"" KIT_ID "B\":4}},"
#define BALLOT(digit, version, ratings, cast)                                                                \
    "{\"id\":\"" KIT_ID digit "\",\"version\":" version ",\"deleted\":false,\"voter_id\":\"" KIT_ID digit    \
    "\"," ratings "\"cast\":" cast "}"

static void ballots__are_without_ratings_for_the_administrator_while_open(void **state)
{
    static const char without[] = "{\"version\":12,\"ballots\":[" BALLOT("1", "1", "", "false") "," BALLOT(
        "2", "2", "", "true") "],\"next\":null}";
    (void)state;
    kit_open(1);
    kit_check_body(kit_get("alice", E1 "/ballots", NULL), without);
    kit_check_body(kit_get("both", E1 "/ballots", NULL), without);
    kit_check_in_body(kit_get("audrey", E1 "/ballots", NULL), BALLOT("1", "1", RATED, "false"));
    kit_check_in_body(kit_get("sam", E1 "/ballots", NULL), RATED);
}

static void ballots__are_whole_once_closed(void **state)
{
    (void)state;
    kit_closed(1);
    kit_check_in_body(kit_get("alice", E1 "/ballots", NULL), RATED);
    kit_check_in_body(kit_get("alice", E1 "/ballots", "?from", "1", NULL),
                      "\"" KIT_ID "C\":5}},\"cast\":true}]");
}

/* --- the own ballot --- */

static void own_ballot__by_the_voter_s_id(void **state)
{
    (void)state;
    kit_open(1);
    struct kit_exchange *sent = kit_get("ada", E1 "/ballot/mine", NULL);
    check_status(sent, 200);
    kit_check_body(sent, BALLOT("1", "1", RATED, "false"));
    kit_check_header(sent, "ETag", "\"12\"");
    kit_check_header(sent, "Vary", "Authorization");
    kit_check_in_body(kit_get("bob", E1 "/ballot/mine/", NULL), "\"voter_id\":\"" KIT_ID "2\"");
    kit_check_in_body(kit_get("both", E1 "/ballot/mine", NULL), "\"voter_id\":\"" KIT_ID "1\"");
}

static void own_ballot__by_the_email_in_any_case(void **state)
{
    (void)state;
    kit_open(1);
    kit_check_in_body(kit_get("bo", E1 "/ballot/mine", NULL), "\"voter_id\":\"" KIT_ID "2\"");
}

static void own_ballot__is_found_over_pages(void **state)
{
    (void)state;
    record_many(200);
    kit_record(ev_opened(STORY_OPEN_DATE));
    kit_project(1);
    kit_check_in_body(kit_get("cy", E1 "/ballot/mine", NULL), "\"voter_id\":\"" KIT_ID "3\"");
}

static void own_ballot__that_is_not_there_is_404(void **state)
{
    (void)state;
    kit_open(1);
    kit_check_problem(kit_get("cy", E1 "/ballot/mine", NULL), 404, "no_ballot");  /* registered, not issued */
    kit_check_problem(kit_get("dot", E1 "/ballot/mine", NULL), 404, "no_ballot"); /* not registered */
    kit_check_problem(kit_get("zoe", E1 "/ballot/mine", NULL), 404, "no_ballot"); /* neither id nor email */
    kit_open(2);
    api_cache_remove((struct pv_election_id){story_id(2)});
    kit_check_problem(kit_get("ada", "/election/" KIT_ID "2/ballot/mine", NULL), 404, "election_unknown");
}

static void own_ballot__where_a_key_leads_to_a_page_without_it(void **state)
{
    (void)state;
    kit_open(1);
    struct api_cached *cached = api_cache_find((struct pv_election_id){story_id(1)});
    api_text_set(&cached->ballots[0], "[{\"voter_id\":\"other\"},{}]");
    kit_check_problem(kit_get("ada", E1 "/ballot/mine", NULL), 404, "no_ballot");
    api_text_set(&cached->ballots[0], "{}");
    kit_check_problem(kit_get("ada", E1 "/ballot/mine", NULL), 503, "unavailable");
    api_text_set(&cached->voters[0], "[{\"email\":\"bob@x.example\",\"id\":\"short\"},{\"email\":7}]");
    kit_check_problem(kit_get("bo", E1 "/ballot/mine", NULL), 404, "no_ballot");
    api_text_set(&cached->voters[0], "7");
    kit_check_problem(kit_get("bo", E1 "/ballot/mine", NULL), 503, "unavailable");
}

static void own_ballot__of_an_email_with_characters_that_json_escapes(void **state)
{
    (void)state;
    kit_draft(1);
    kit_record(ev_voter(5, "Quote", "a\"\\b@x.example"));
    kit_record(ev_ballot(5, 5));
    kit_record(ev_opened(STORY_OPEN_DATE));
    kit_project(1);
    kit_check_in_body(kit_get("quote", E1 "/ballot/mine", NULL), "\"voter_id\":\"" KIT_ID "5\"");
}

static void own_ballot__of_an_email_that_is_too_long_is_none(void **state)
{
    (void)state;
    kit_open(1);
    kit_check_problem(kit_get("long", E1 "/ballot/mine", NULL), 404, "no_ballot");
}

/* --- the list --- */

#define SUMMARY(digit, phase) "{\"id\":\"" KIT_ID digit "\",\"phase\":\"" phase "\"}"

static void list__shows_the_public_what_was_opened(void **state)
{
    (void)state;
    kit_check_body(kit_get(NULL, "/election", NULL), "{\"elections\":[],\"next\":null}");
    kit_open(2);
    kit_draft(1);
    kit_closed(3);
    kit_check_body(kit_get(NULL, "/election", NULL),
                   "{\"elections\":[" SUMMARY("2", "open") "," SUMMARY("3", "closed") "],\"next\":null}");
    kit_check_body(kit_get("ada", "/election/", NULL),
                   "{\"elections\":[" SUMMARY("2", "open") "," SUMMARY("3", "closed") "],\"next\":null}");
    kit_check_body(kit_get("audrey", "/election", NULL),
                   "{\"elections\":[" SUMMARY("1", "draft") "," SUMMARY("2", "open") "," SUMMARY(
                       "3", "closed") "],\"next\":null}");
}

static void list__is_paged_by_the_last_id(void **state)
{
    (void)state;
    kit_open(1);
    kit_draft(2);
    kit_open(3);
    kit_check_body(kit_get(NULL, "/election", "?limit", "1", NULL),
                   "{\"elections\":[" SUMMARY("1", "open") "],\"next\":\"" KIT_ID "1\"}");
    kit_check_body(kit_get(NULL, "/election", "?limit", "1", "?after", KIT_ID "1", NULL),
                   "{\"elections\":[" SUMMARY("3", "open") "],\"next\":null}");
    kit_check_body(kit_get(NULL, "/election", "?after", KIT_ID "3", NULL),
                   "{\"elections\":[],\"next\":null}");
    kit_check_body(kit_get("alice", "/election", "?limit", "3", NULL),
                   "{\"elections\":[" SUMMARY("1", "open") "," SUMMARY("2", "draft") "," SUMMARY(
                       "3", "open") "],\"next\":null}");
}

static void list__parameters_that_cannot_be_read_are_400(void **state)
{
    (void)state;
    struct kit_exchange *sent = kit_get(NULL, "/election", "?after", "x", NULL);
    kit_check_problem(sent, 400, "query_invalid");
    kit_check_in_body(sent, "\"field\":\"after\"");
    kit_check_problem(kit_get(NULL, "/election", "?limit", "1001", NULL), 400, "query_invalid");
    check_status(kit_get(NULL, "/election", "?from", "x", NULL), 200); /* it has no such parameter */
}

static const struct CMUnitTest tests[] = {
    KIT_CASE(voters__are_given_from_a_place_on),
    KIT_CASE(voters__that_the_caller_has_are_304),
    KIT_CASE(page__beyond_every_list_is_empty),
    KIT_CASE(page__parameters_that_cannot_be_read_are_400),
    KIT_CASE(pages__go_over_the_borders_of_the_cache_s),
    KIT_CASE(pages__of_a_list_that_is_not_full),
    KIT_CASE(pages__that_have_another_shape_end_or_are_503),
    KIT_CASE(ballots__are_without_ratings_for_the_administrator_while_open),
    KIT_CASE(ballots__are_whole_once_closed),
    KIT_CASE(own_ballot__by_the_voter_s_id),
    KIT_CASE(own_ballot__by_the_email_in_any_case),
    KIT_CASE(own_ballot__is_found_over_pages),
    KIT_CASE(own_ballot__that_is_not_there_is_404),
    KIT_CASE(own_ballot__where_a_key_leads_to_a_page_without_it),
    KIT_CASE(own_ballot__of_an_email_with_characters_that_json_escapes),
    KIT_CASE(own_ballot__of_an_email_that_is_too_long_is_none),
    KIT_CASE(list__shows_the_public_what_was_opened),
    KIT_CASE(list__is_paged_by_the_last_id),
    KIT_CASE(list__parameters_that_cannot_be_read_are_400),
};

CHECK_MAIN(tests, 19)
