/* The parts that hold requests: those that wait, reads in a queue, how far the read side must be, tallies. */
#include "api_kit.h"
#include "floors.h"
#include "jobs.h"
#include "kit_memory.h"
#include "live.h"
#include "problem.h"
#include "results.h"
#include "waiting.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

static struct pv_election_id election(uint64_t number)
{
    return (struct pv_election_id){story_id(number)};
}

/* --- waiting --- */

/* The word, or 0. */
static uint64_t add_wait(struct pv_waiting *waiting, const struct pv_wait *wait)
{
    uint64_t word = 0;
    enum pv_waiting_result result = pv_waiting_add(waiting, wait, &word);
    check_true((word != 0) == (result == PV_WAITING_OK));
    return word;
}

static void waiting__of_one_caller_is_bounded(void **state)
{
    struct pv_waiting *waiting = pv_waiting_new(4, 2);
    struct pv_wait wait = {.deadline_ms = 5, .caller = 7}, taken;
    uint64_t word, first;
    (void)state;
    check_int(pv_waiting_add(waiting, &wait, &first), PV_WAITING_OK);
    check_int(pv_waiting_add(waiting, &wait, &word), PV_WAITING_OK);
    check_int(pv_waiting_add(waiting, &wait, &word), PV_WAITING_CALLER_FULL);
    wait.caller = 8;
    check_int(pv_waiting_add(waiting, &wait, &word), PV_WAITING_OK);
    wait.caller = 7;
    check_true(pv_waiting_take(waiting, first, &taken));
    check_int(pv_waiting_add(waiting, &wait, &word), PV_WAITING_OK);
    check_int(pv_waiting_add(waiting, &wait, &word), PV_WAITING_CALLER_FULL);
    while (pv_waiting_expired(waiting, 5, &taken))
        continue;
    for (unsigned i = 0; i < 2; i++)
        check_int(pv_waiting_add(waiting, &wait, &word), PV_WAITING_OK);
    wait.caller = 8;
    for (unsigned i = 0; i < 2; i++)
        check_int(pv_waiting_add(waiting, &wait, &word), PV_WAITING_OK);
    wait.caller = 9;
    check_int(pv_waiting_add(waiting, &wait, &word), PV_WAITING_FULL);
    pv_waiting_free(waiting);
}

static void waiting__gives_a_word_and_gives_back_by_it(void **state)
{
    struct pv_waiting *waiting = pv_waiting_new(2, 9);
    struct pv_wait wait = {.deadline_ms = 5}, taken;
    (void)state;
    wait.id.bits.lo = 1;
    uint64_t first = add_wait(waiting, &wait);
    wait.id.bits.lo = 2;
    uint64_t second = add_wait(waiting, &wait);
    check_true(first != 0 && second != 0 && first != second);
    check_int(add_wait(waiting, &wait), 0);
    check_int(pv_waiting_count(waiting), 2);
    check_true(pv_waiting_take(waiting, second, &taken));
    check_int(taken.id.bits.lo, 2);
    check_true(pv_waiting_take(waiting, first, &taken));
    check_int(taken.id.bits.lo, 1);
    check_true(!pv_waiting_take(waiting, first, &taken));
    pv_waiting_free(waiting);
}

static void waiting__words_of_before_are_unknown(void **state)
{
    struct pv_waiting *waiting = pv_waiting_new(1, 9);
    struct pv_wait wait = {.deadline_ms = 5}, taken;
    (void)state;
    uint64_t before = add_wait(waiting, &wait);
    check_true(pv_waiting_take(waiting, before, &taken));
    uint64_t now = add_wait(waiting, &wait);
    check_true(now != before);
    check_true(!pv_waiting_take(waiting, before, &taken));
    check_true(!pv_waiting_take(waiting, 0, &taken));
    check_true(!pv_waiting_take(waiting, now + 1, &taken));
    check_true(pv_waiting_take(waiting, now, &taken));
    pv_waiting_free(waiting);
}

static void waiting__expires_at_the_deadline(void **state)
{
    struct pv_waiting *waiting = pv_waiting_new(3, 9);
    struct pv_wait wait = {.deadline_ms = 5}, taken;
    (void)state;
    check_true(!pv_waiting_expired(waiting, 100, &taken));
    uint64_t first = add_wait(waiting, &wait);
    wait.deadline_ms = 9;
    check_true(add_wait(waiting, &wait) != 0);
    check_true(!pv_waiting_expired(waiting, 4, &taken));
    check_true(pv_waiting_expired(waiting, 5, &taken));
    check_int(taken.deadline_ms, 5);
    check_true(!pv_waiting_expired(waiting, 5, &taken));
    check_true(!pv_waiting_take(waiting, first, &taken));
    check_true(pv_waiting_expired(waiting, 10, &taken));
    check_int(pv_waiting_count(waiting), 0);
    pv_waiting_free(waiting);
}

/* --- jobs --- */

static struct pv_job *job(uint64_t number)
{
    struct pv_job *made = kit_zeroed(sizeof *made);
    made->election = election(number);
    return made;
}

/* Takes one and ends it; gives its election's number, 0 for none. */
static uint64_t take(struct pv_jobs *jobs)
{
    struct pv_job *taken = pv_jobs_take(jobs, 0);
    uint64_t number = taken == NULL ? 0 : taken->election.bits.lo;
    free(taken);
    if (taken != NULL)
        pv_jobs_done(jobs);
    return number;
}

static void jobs__come_in_order_and_are_counted_until_done(void **state)
{
    struct pv_jobs *jobs = pv_jobs_new(2);
    (void)state;
    check_int(take(jobs), 0);
    check_true(pv_jobs_add(jobs, job(1)));
    check_true(pv_jobs_add(jobs, job(2)));
    struct pv_job *third = job(3), *first = pv_jobs_take(jobs, 0);
    check_true(!pv_jobs_add(jobs, third)); /* one is under way */
    check_int(first->election.bits.lo, 1);
    free(first);
    pv_jobs_done(jobs);
    check_int(pv_jobs_count(jobs), 1);
    check_true(pv_jobs_add(jobs, third));
    check_int(take(jobs), 2);
    check_int(take(jobs), 3);
    check_int(take(jobs), 0);
    check_int(pv_jobs_count(jobs), 0);
    pv_jobs_free(jobs);
}

static void jobs__that_are_parked_come_when_their_election_does(void **state)
{
    struct pv_jobs *jobs = pv_jobs_new(8);
    (void)state;
    for (uint64_t i = 1; i <= 3; i++)
        check_true(pv_jobs_add(jobs, job(i)));
    for (uint64_t i = 1; i <= 3; i++)
        check_true(pv_jobs_park(jobs, pv_jobs_take(jobs, 0)));
    check_int(pv_jobs_count(jobs), 3);
    check_int(take(jobs), 0);
    struct pv_election_id other = election(7), second = election(2);
    pv_jobs_unpark(jobs, &other);
    check_int(take(jobs), 0);
    pv_jobs_unpark(jobs, &second);
    check_int(take(jobs), 2);
    check_int(take(jobs), 0);
    pv_jobs_unpark(jobs, NULL);
    check_int(take(jobs), 1);
    check_int(take(jobs), 3);
    pv_jobs_free(jobs);
}

static void jobs__that_wait_leave_half_the_room_to_others(void **state)
{
    struct pv_jobs *jobs = pv_jobs_new(3);
    (void)state;
    for (uint64_t i = 1; i <= 3; i++)
        check_true(pv_jobs_add(jobs, job(i)));
    check_true(pv_jobs_park(jobs, pv_jobs_take(jobs, 0)));
    check_true(pv_jobs_park(jobs, pv_jobs_take(jobs, 0)));
    struct pv_job *third = pv_jobs_take(jobs, 0);
    check_true(!pv_jobs_park(jobs, third));
    pv_jobs_unpark(jobs, NULL);
    check_true(pv_jobs_park(jobs, third)); /* there is room again */
    pv_jobs_free(jobs);
}

static void jobs__draining_queues_what_is_parked_and_takes_no_more(void **state)
{
    struct pv_jobs *jobs = pv_jobs_new(4);
    (void)state;
    check_true(pv_jobs_add(jobs, job(1)));
    check_true(pv_jobs_add(jobs, job(2)));
    check_true(pv_jobs_park(jobs, pv_jobs_take(jobs, 0)));
    pv_jobs_drain(jobs);
    struct pv_job *late = job(3), *first = pv_jobs_take(jobs, 1000);
    check_true(!pv_jobs_add(jobs, late));
    check_true(!pv_jobs_park(jobs, first));
    check_int(take(jobs), 1);
    check_true(pv_jobs_take(jobs, 100000) == NULL); /* nobody waits any more */
    free(late);
    free(first);
    pv_jobs_free(jobs);
}

static void jobs__left_over_are_freed(void **state)
{
    struct pv_jobs *jobs = pv_jobs_new(4);
    (void)state;
    check_true(pv_jobs_add(jobs, job(1)));
    check_true(pv_jobs_add(jobs, job(2)));
    check_true(pv_jobs_park(jobs, pv_jobs_take(jobs, 0)));
    pv_jobs_free(jobs);
}

/* The waiting itself is the linker's: pthread_cond_timedwait is told a time, and says that it has come. */
static struct timespec clock_now, waited_until;
static unsigned waits;
static int (*waiting_then)(void);

int __wrap_clock_gettime(clockid_t id, struct timespec *now);
int __wrap_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timespec *until);

int __wrap_clock_gettime(clockid_t id, struct timespec *now)
{
    check_int(id, CLOCK_MONOTONIC);
    *now = clock_now;
    return 0;
}

int __wrap_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timespec *until)
{
    (void)cond;
    waits++;
    waited_until = *until;
    if (waiting_then == NULL)
        return ETIMEDOUT;
    (void)pthread_mutex_unlock(mutex);
    int status = waiting_then();
    (void)pthread_mutex_lock(mutex);
    return status;
}

static void check_wait(struct pv_jobs *jobs, int wait_ms, time_t seconds, long nanoseconds)
{
    check_true(pv_jobs_take(jobs, wait_ms) == NULL);
    check_int(waited_until.tv_sec, seconds);
    check_int(waited_until.tv_nsec, nanoseconds);
}

static void jobs__are_waited_for_no_longer_than_asked(void **state)
{
    struct pv_jobs *jobs = pv_jobs_new(4);
    (void)state;
    waits = 0;
    clock_now = (struct timespec){7, 900000000};
    check_wait(jobs, 99, 7, 999000000);
    check_wait(jobs, 100, 8, 0);
    check_wait(jobs, 1250, 9, 150000000);
    check_int(waits, 3);
    check_true(pv_jobs_take(jobs, 0) == NULL);
    check_int(waits, 3);
    pv_jobs_free(jobs);
}

static struct pv_jobs *waited_for;

static int somebody_else_was_faster(void)
{
    return waits < 3 ? 0 : ETIMEDOUT;
}

static int one_comes(void)
{
    if (pv_jobs_count(waited_for) == 0)
        check_true(pv_jobs_add(waited_for, job(5)));
    return 0;
}

static int it_drains(void)
{
    pv_jobs_drain(waited_for);
    return 0;
}

static void jobs__that_come_end_the_waiting(void **state)
{
    struct pv_jobs *jobs = waited_for = pv_jobs_new(4);
    (void)state;
    waits = 0;
    waiting_then = somebody_else_was_faster;
    check_true(pv_jobs_take(jobs, 10) == NULL);
    check_int(waits, 3);
    waiting_then = one_comes;
    struct pv_job *taken = pv_jobs_take(jobs, 10);
    check_int(taken->election.bits.lo, 5);
    free(taken);
    pv_jobs_done(jobs);
    waiting_then = it_drains;
    check_true(pv_jobs_take(jobs, 10) == NULL);
    check_int(waits, 5);
    waiting_then = NULL;
    pv_jobs_free(jobs);
}

/* --- floors --- */

static void floors__are_raised_and_forgotten_when_reached(void **state)
{
    struct pv_floors *floors = pv_floors_new();
    (void)state;
    check_int(pv_floors_get(floors, election(1)), -1);
    pv_floors_raise(floors, election(1), 5, false);
    pv_floors_raise(floors, election(1), 3, false);
    check_int(pv_floors_get(floors, election(1)), 5);
    pv_floors_raise(floors, election(1), 7, false);
    check_int(pv_floors_get(floors, election(1)), 7);
    pv_floors_reached(floors, election(1), 6);
    check_int(pv_floors_get(floors, election(1)), 7);
    pv_floors_reached(floors, election(1), 7);
    check_int(pv_floors_get(floors, election(1)), -1);
    pv_floors_reached(floors, election(1), 9);
    pv_floors_free(floors);
}

static void floors__of_elections_in_one_bucket_do_not_mix(void **state)
{
    struct pv_floors *floors = pv_floors_new();
    (void)state;
    for (uint64_t i = 1; i <= 5; i++)
        pv_floors_raise(floors, election(i * 256), (int64_t)i, false);
    pv_floors_reached(floors, election(3 * 256), 3);
    for (uint64_t i = 1; i <= 5; i++)
        check_int(pv_floors_get(floors, election(i * 256)), i == 3 ? -1 : (int64_t)i);
    pv_floors_free(floors);
}

static void floors__that_were_reached_before_are_none(void **state)
{
    struct pv_floors *floors = pv_floors_new();
    (void)state;
    pv_floors_reached(floors, election(1), 5);
    pv_floors_raise(floors, election(1), 5, true);
    check_int(pv_floors_get(floors, election(1)), -1);
    check_true(!pv_floors_list_is_behind(floors));
    pv_floors_reached(floors, election(1), 4); /* of a reader that was slow */
    pv_floors_raise(floors, election(1), 5, true);
    check_int(pv_floors_get(floors, election(1)), -1);
    check_true(!pv_floors_list_is_behind(floors));
    pv_floors_raise(floors, election(1), 6, true);
    check_int(pv_floors_get(floors, election(1)), 6);
    pv_floors_raise(floors, election(257), 3, true); /* another election of that bucket */
    check_int(pv_floors_get(floors, election(257)), 3);
    pv_floors_free(floors);
}

static void floors__of_the_list_are_of_what_it_shows(void **state)
{
    struct pv_floors *floors = pv_floors_new();
    (void)state;
    pv_floors_raise(floors, election(1), 5, false);
    check_true(!pv_floors_list_is_behind(floors));
    pv_floors_raise(floors, election(1), 6, true);
    pv_floors_raise(floors, election(1), 4, true);
    pv_floors_raise(floors, election(2), 3, true);
    pv_floors_raise(floors, election(1), 8, false);
    check_true(pv_floors_list_is_behind(floors));
    pv_floors_reached(floors, election(1), 5);
    pv_floors_reached(floors, election(2), 3);
    check_true(pv_floors_list_is_behind(floors));
    pv_floors_reached(floors, election(1), 6);
    check_true(!pv_floors_list_is_behind(floors));
    check_int(pv_floors_get(floors, election(1)), 8);
    pv_floors_raise(floors, election(1), 9, true);
    pv_floors_list_forget(floors);
    check_true(!pv_floors_list_is_behind(floors));
    check_int(pv_floors_get(floors, election(1)), 9);
    pv_floors_free(floors);
}

static void floors__without_memory_a_read_may_show_what_was_before(void **state)
{
    struct pv_floors *floors = pv_floors_new();
    (void)state;
    failing_at(0);
    pv_floors_raise(floors, election(1), 5, false);
    failing_at(SIZE_MAX);
    check_int(pv_floors_get(floors, election(1)), -1);
    pv_floors_free(floors);
}

/* --- results --- */

static bool has_result(struct pv_results *results, uint64_t number, int64_t version, const char *tally)
{
    struct pv_text found;
    if (!pv_results_get(results, election(number), version, &found))
        return false;
    check_str(((struct pv_str){found.ptr, found.len}), tally);
    free(found.ptr);
    return true;
}

static void results__are_kept_by_election_and_version(void **state)
{
    struct pv_results *results = pv_results_new();
    (void)state;
    pv_results_put(results, election(1), 3, PV_STR("three"));
    pv_results_put(results, election(2), 3, PV_STR("other"));
    check_true(has_result(results, 1, 3, "three"));
    check_true(has_result(results, 2, 3, "other"));
    check_true(!has_result(results, 1, 4, ""));
    check_true(!has_result(results, 3, 3, ""));
    for (int64_t i = 0; i < 15; i++)
        pv_results_put(results, election(9), i, PV_STR("x"));
    check_true(!has_result(results, 1, 3, ""));
    check_true(has_result(results, 2, 3, "other"));
    pv_results_free(results);
}

static void results__without_memory_none_is_kept_or_given(void **state)
{
    struct pv_results *results = pv_results_new();
    struct pv_text found;
    (void)state;
    failing_at(0);
    pv_results_put(results, election(1), 3, PV_STR("three"));
    failing_at(SIZE_MAX);
    check_true(!has_result(results, 1, 3, ""));
    pv_results_put(results, election(1), 3, PV_STR("three"));
    failing_at(0);
    check_true(!pv_results_get(results, election(1), 3, &found));
    failing_at(SIZE_MAX);
    pv_results_free(results);
}

/* --- all of them --- */

static void nothing__may_be_freed(void **state)
{
    (void)state;
    pv_waiting_free(NULL);
    pv_jobs_free(NULL);
    pv_floors_free(NULL);
    pv_results_free(NULL);
    pv_live_free(NULL);
    pv_api_free(NULL);
}

static void api__that_there_is_no_memory_for_is_none(void **state)
{
    (void)state;
    struct pv_api *made = NULL;
    size_t failed = 0;
    for (; made == NULL; failed++) {
        failing_at(failed);
        made = pv_api_new(&kit.options);
    }
    failing_at(SIZE_MAX);
    check_int(failed, 8); /* itself, two of waiting, one each of jobs, floors, live and results */
    pv_api_free(made);
    pv_api_free(kit.api);
    kit.api = pv_api_new(&kit.options);
}

static void auth__is_copied_with_its_texts(void **state)
{
    struct pv_auth *from = kit_zeroed(sizeof *from), *to = kit_zeroed(sizeof *to);
    (void)state;
    from->result = PV_AUTH_KNOWN;
    from->caller.roles = PV_ROLE_VOTER;
    memcpy(from->subject, "sub", 3);
    from->caller.subject = (struct pv_str){from->subject, 3};
    pv_auth_copy(to, from);
    memset(from, 0xee, sizeof *from);
    free(from);
    check_str(to->caller.subject, "sub");
    check_true(to->caller.subject.ptr == to->subject);
    check_true(to->caller.email.ptr == NULL);
    check_int(to->caller.roles, PV_ROLE_VOTER);
    free(to);
}

static void codes__have_the_statuses_of_the_description(void **state)
{
    static const struct {
        enum pv_api_code code;
        const char *name;
        unsigned status;
    } rows[] = {
        {PV_API_REQUEST_INVALID, "request_invalid", 400},
        {PV_API_HEADER_INVALID, "header_invalid", 400},
        {PV_API_QUERY_INVALID, "query_invalid", 400},
        {PV_API_TOKEN_MISSING, "token_missing", 401},
        {PV_API_TOKEN_INVALID, "token_invalid", 401},
        {PV_API_NOT_ALLOWED, "not_allowed", 403},
        {PV_API_NOT_FOUND, "not_found", 404},
        {PV_API_NO_BALLOT, "no_ballot", 404},
        {PV_API_METHOD_NOT_ALLOWED, "method_not_allowed", 405},
        {PV_API_EVENT_ID_REUSED, "event_id_reused", 409},
        {PV_API_WRONG_VERSION, "wrong_version", 412},
        {PV_API_CONTENT_TOO_LARGE, "content_too_large", 413},
        {PV_API_MEDIA_TYPE, "media_type_unsupported", 415},
        {PV_API_TOO_MANY, "too_many_requests", 429},
        {PV_API_HEAD_TOO_LARGE, "head_too_large", 431},
        {PV_API_INTERNAL, "internal", 500},
        {PV_API_BUSY, "busy", 503},
        {PV_API_BEHIND, "projection_behind", 503},
        {PV_API_UNAVAILABLE, "unavailable", 503},
    };
    (void)state;
    check_int(sizeof rows / sizeof rows[0], PV_API_CODE_COUNT);
    for (size_t i = 0; i < PV_API_CODE_COUNT; i++) {
        assert_string_equal(pv_api_code_name(rows[i].code), rows[i].name);
        check_int(pv_api_code_status(rows[i].code), rows[i].status);
    }
}

static void too_many_requests__is_429_and_says_when_to_come_again(void **state)
{
    (void)state;
    struct kit_exchange *sent = kit_send(
        "ada", "POST", "/ballot", "{\"election_id\":\"" KIT_ID "1\",\"voter_id\":\"" KIT_ID "1\"}", NULL);
    kit_take();
    check_int(sent->answers, 0);
    virtual_clock_advance(&api_ports.clock, 5000);
    pv_api_tick(kit.api);
    check_status(sent, 202);
    free(sent->body);
    sent->answers = 0; /* once more, with what nothing in the API itself says */
    pv_problem(&sent->exchange, PV_API_TOO_MANY, NULL, (struct pv_str){NULL, 0});
    kit_check_problem(sent, 429, "too_many_requests");
}

/* What the HTTP server says by itself is what the API would say. */
static void pages__say_what_a_problem_does(void **state)
{
    static const enum pv_api_code codes[] = {PV_API_REQUEST_INVALID, PV_API_CONTENT_TOO_LARGE,
                                             PV_API_HEAD_TOO_LARGE, PV_API_INTERNAL, PV_API_BUSY};
    (void)state;
    struct kit_exchange *sent = kit_send("", "GET", "/no-such-page", "", NULL);
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        free(sent->body);
        sent->answers = 0;
        pv_problem(&sent->exchange, codes[i], NULL, (struct pv_str){NULL, 0});
        assert_string_equal(pv_problem_page(pv_api_code_status(codes[i])), sent->body);
    }
    check_true(pv_problem_page(404) == NULL);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(waiting__gives_a_word_and_gives_back_by_it),
    cmocka_unit_test(waiting__of_one_caller_is_bounded),
    cmocka_unit_test(waiting__words_of_before_are_unknown),
    cmocka_unit_test(waiting__expires_at_the_deadline),
    cmocka_unit_test(jobs__come_in_order_and_are_counted_until_done),
    cmocka_unit_test(jobs__that_are_parked_come_when_their_election_does),
    cmocka_unit_test(jobs__that_wait_leave_half_the_room_to_others),
    cmocka_unit_test(jobs__draining_queues_what_is_parked_and_takes_no_more),
    cmocka_unit_test(jobs__left_over_are_freed),
    cmocka_unit_test(jobs__are_waited_for_no_longer_than_asked),
    cmocka_unit_test(jobs__that_come_end_the_waiting),
    cmocka_unit_test(floors__are_raised_and_forgotten_when_reached),
    cmocka_unit_test(floors__of_elections_in_one_bucket_do_not_mix),
    cmocka_unit_test(floors__that_were_reached_before_are_none),
    cmocka_unit_test(floors__of_the_list_are_of_what_it_shows),
    cmocka_unit_test(floors__without_memory_a_read_may_show_what_was_before),
    cmocka_unit_test(results__are_kept_by_election_and_version),
    cmocka_unit_test(results__without_memory_none_is_kept_or_given),
    cmocka_unit_test(nothing__may_be_freed),
    KIT_CASE(api__that_there_is_no_memory_for_is_none),
    cmocka_unit_test(auth__is_copied_with_its_texts),
    KIT_CASE(too_many_requests__is_429_and_says_when_to_come_again),
    cmocka_unit_test(codes__have_the_statuses_of_the_description),
    KIT_CASE(pages__say_what_a_problem_does),
};

CHECK_MAIN(tests, 22)
