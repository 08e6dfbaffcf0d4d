/* What ends an import of a poll besides its data: hashing, memory, a defect of the Election. (What it gives
   is test_import_poll.c's.) */
#include "app_calls.h"
#include "app_kit.h"

#include "import_poll.h"
#include "poll_ids.h"

#define SIX 1708797600000000 /* 2024-02-24T18:00:00Z, in microseconds */

static const struct pv_str candidates[] = {{"Ann", 3}, {"Bob", 3}};
static const uint8_t stars[] = {5, 0};
/* Too long to be spelled in an email, which is a hash then. */
static const struct pv_poll_voter voters[] = {
    {{"0123456789012345678901234567890123456789012345678901234567890123456789", 70}, {SIX}, stars}};
static const struct pv_poll poll = {{"p", 1}, {"Poll", 4}, candidates, 2, voters, 1};
enum { EVENTS = 10 };

static struct pv_import_count count;
static uint64_t given;

static bool take(void *context, const struct pv_recorded *record, struct pv_fault *fault)
{
    (void)context;
    (void)fault;
    check_int(record->number, given);
    given++;
    return true;
}

static bool import(void)
{
    given = 0;
    return pv_import_poll(&poll, 7, take, NULL, &count, &kit.fault);
}

static void poll__becomes_events(void **state)
{
    (void)state;
    check_true(import());
    check_int(given, EVENTS);
    check_int(count.events, EVENTS);
}

/* The election and its competition, two candidates, an id for each event, the voter, the ballot and the
 * email. */
static void hash__that_cannot_be_taken__is_a_fault_wherever_it_is_needed(void **state)
{
    (void)state;
    app_calls_work();
    check_true(import());
    unsigned calls = app_calls_made(APP_CALL_SHA);
    check_int(calls, 2 + 2 + EVENTS + 3);
    for (unsigned at = 0; at < calls; at++) {
        kit_again();
        app_call_fails(APP_CALL_SHA, at);
        check_true(!import());
        kit_check_fault(PV_FAULT_KIND_NO_MEMORY, "not enough memory to import the poll");
        check_int(given, count.events);
        check_true(given < EVENTS);
    }
}

static enum pv_outcome import_for_memory(void)
{
    return import() ? PV_OUTCOME_CLEAN : PV_OUTCOME_FAILED;
}

static void allocation__that_fails__is_a_fault(void **state)
{
    (void)state;
    kit_sweep_allocations(import_for_memory, PV_OUTCOME_CLEAN);
    check_int(given, EVENTS);
}

static void event__that_breaks_the_state__is_a_defect_and_not_given(void **state)
{
    (void)state;
    app_call_fails(APP_CALL_APPLY, 3);
    check_true(!import());
    kit_check_fault(PV_FAULT_KIND_DAMAGED, "event 3 broke a rule of the state: a defect");
    check_int(given, 3);
}

static void election__that_breaks_a_rule_at_the_end__is_a_defect(void **state)
{
    (void)state;
    app_call_fails(APP_CALL_RULES, 0);
    check_true(!import());
    kit_check_fault(PV_FAULT_KIND_DAMAGED,
                    "the election breaks a rule of the state: a cast ballot without a rating");
    check_int(given, EVENTS);
}

/* --- ids and emails alone --- */

static void id__that_cannot_be_hashed__leaves_the_output_alone(void **state)
{
    struct pv_poll_ids ids = {1, {"p", 1}};
    struct pv_bits128 bits = {3, 4};
    (void)state;
    app_call_fails(APP_CALL_SHA, 0);
    check_int(pv_poll_id(&ids, "voter", PV_STR("v"), (struct pv_time){SIX}, &bits), PV_FAULT_MEMORY);
    check_int(bits.hi, 3);
    check_int(bits.lo, 4);
}

static void email__that_cannot_be_hashed__is_a_fault_and_one_that_is_spelled_needs_none(void **state)
{
    char email[PV_POLL_EMAIL_MAX];
    size_t len;
    (void)state;
    app_call_fails(APP_CALL_SHA, 0);
    check_int(pv_poll_email(PV_STR("v"), email, &len), PV_OK);
    check_str(((struct pv_str){email, len}), "v@poll.invalid");
    check_int(pv_poll_email(voters[0].id, email, &len), PV_FAULT_MEMORY);
}

/* The neighbours of what stands for itself. */
static void email__bytes_at_the_edges_of_the_plain_ones__are_spelled_out(void **state)
{
    char email[PV_POLL_EMAIL_MAX];
    size_t len;
    (void)state;
    check_int(pv_poll_email(PV_STR("`az{/09:,-._^"), email, &len), PV_OK);
    check_str(((struct pv_str){email, len}), "=60az=7b=2f09=3a=2c-._=5e@poll.invalid");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIT_CASE(poll__becomes_events),
        KIT_CASE(hash__that_cannot_be_taken__is_a_fault_wherever_it_is_needed),
        KIT_CASE(allocation__that_fails__is_a_fault),
        KIT_CASE(event__that_breaks_the_state__is_a_defect_and_not_given),
        KIT_CASE(election__that_breaks_a_rule_at_the_end__is_a_defect),
        KIT_CASE(id__that_cannot_be_hashed__leaves_the_output_alone),
        KIT_CASE(email__that_cannot_be_hashed__is_a_fault_and_one_that_is_spelled_needs_none),
        KIT_CASE(email__bytes_at_the_edges_of_the_plain_ones__are_spelled_out),
    };
    _Static_assert(sizeof tests / sizeof tests[0] >= 8, "tests are missing from the group");
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
