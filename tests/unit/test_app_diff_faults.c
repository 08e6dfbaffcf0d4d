/* diff when the cache, the source, hashing or memory fails: each is told, and nothing passes for compared. */
#include "app_cache.h"
#include "app_calls.h"
#include "app_kit.h"

#define ID(name) "01HQ000000000000000000000" name

static enum pv_diff_format format;

static int set_up(void **state)
{
    app_cache_open();
    (void)kit_set_up(state);
    format = PV_DIFF_TEXT;
    /* A is behind, B as it must be, C only in the source. */
    kit_life(&kit.history, 'A', 0, KIT_OPENED);
    kit_life(&kit.history, 'B', 0, KIT_CLOSED);
    if (pv_rebuild(&kit.audit, &app_cache.port, &kit.fault) != PV_OUTCOME_CLEAN)
        return -1;
    kit_life(&kit.history, 'A', KIT_OPENED + 1, KIT_CLOSED);
    kit_life(&kit.history, 'C', 0, 5);
    app_cache_works();
    return 0;
}

static int tear_down(void **state)
{
    app_cache_close();
    return kit_tear_down(state);
}

static enum pv_outcome diff(void)
{
    return pv_diff(&kit.audit, &app_cache.port, format, &kit.fault);
}

static void cache__that_works__finds_two_differences(void **state)
{
    (void)state;
    kit_again();
    check_int(diff(), PV_OUTCOME_FOUND);
    check_int(app_cache.calls[APP_CACHE_LIST], 1);
    check_int(app_cache.calls[APP_CACHE_GET], 3); /* A and B before, A again to be compared */
    check_true(strstr(kit_printed(), "Election-" ID("A") ": ") != NULL);
    check_true(strstr(kit_printed(), "Election-" ID("B")) == NULL);
    check_true(strstr(kit_printed(), "Election-" ID("C") ": ") != NULL);
}

static void list__that_fails__is_a_fault(void **state)
{
    (void)state;
    kit_again();
    app_cache_answers(APP_CACHE_LIST, 0, PV_CACHE_FAULT);
    check_int(diff(), PV_OUTCOME_FAILED);
    kit_check_fault(PV_FAULT_KIND_DENIED, "the cache broke");
    assert_string_equal(kit_printed(), "");
}

static void get__that_fails__is_a_fault(void **state)
{
    (void)state;
    for (unsigned at = 0; at < 3; at++) {
        kit_again();
        app_cache_answers(APP_CACHE_GET, at, PV_CACHE_FAULT);
        check_int(diff(), PV_OUTCOME_FAILED);
        kit_check_fault(PV_FAULT_KIND_DENIED, "the cache broke");
        assert_string_equal(kit_printed(), "");
    }
}

/* Whoever reads a cache that is in use may find a document gone that was listed, or read before. */
static void document__gone_meanwhile__is_a_difference_that_says_so(void **state)
{
    (void)state;
    for (unsigned at = 0; at < 3; at += 2) {
        kit_again();
        app_cache_answers(APP_CACHE_GET, at, PV_CACHE_MISSING);
        check_int(diff(), PV_OUTCOME_FOUND);
        check_true(strstr(kit_printed(), "Election-" ID("A") ": ") != NULL);
        if (at == 2)
            check_true(strstr(kit_printed(),
                              "Election-" ID("A") " (root): cached unreadable: the cache no longer has it, "
                                                  "rebuilt the whole document\n") == kit.printed.bytes);
    }
}

/* A part that is gone from one election is no reason to be silent about the others. */
static void document__that_is_not_whole__is_damaged_and_the_others_are_compared(void **state)
{
    (void)state;
    kit_again();
    app_cache_answers(APP_CACHE_GET, 2, PV_CACHE_DAMAGED);
    check_int(diff(), PV_OUTCOME_FOUND);
    check_true(strstr(kit_printed(),
                      "Election-" ID("A") " (root): cached unreadable: a page is missing, "
                                          "rebuilt the whole document\n"
                                          "Election-" ID("A") ": the cached document cannot be "
                                                              "read back: it is damaged; ") ==
               kit.printed.bytes);
    check_true(strstr(kit_printed(), "Election-" ID("C") ": ") != NULL);
}

static void stop__at_each_election__is_an_interrupt(void **state)
{
    (void)state;
    kit_again();
    check_int(diff(), PV_OUTCOME_FOUND);
    check_int(kit.ticks, 5); /* two cached, begin and end of the source, A again */
    for (unsigned at = 1; at <= 5; at++) {
        kit_again();
        kit.ticks = 0;
        kit.stop_at = at;
        check_int(diff(), PV_OUTCOME_FAILED);
        kit_check_fault(PV_FAULT_KIND_INTERRUPTED, "interrupted");
        assert_string_equal(kit_printed(), "");
    }
}

static void source__that_breaks__is_a_fault_and_nothing_is_printed(void **state)
{
    (void)state;
    kit_again();
    kit.history.fault_after = 20;
    check_int(diff(), PV_OUTCOME_FAILED);
    kit_check_fault(PV_FAULT_KIND_IO, "the source broke");
    assert_string_equal(kit_printed(), "");
}

/* Two of the cache, then one for each of the two cached versions that the replay passes. */
static void hash__that_cannot_be_taken__is_a_fault(void **state)
{
    (void)state;
    kit_again();
    app_calls_work();
    check_int(diff(), PV_OUTCOME_FOUND);
    check_int(app_calls_made(APP_CALL_HASH), 4);
    for (unsigned at = 0; at < 4; at++) {
        kit_again();
        app_call_fails(APP_CALL_HASH, at);
        check_int(diff(), PV_OUTCOME_FAILED);
        kit_check_fault(PV_FAULT_KIND_NO_MEMORY, "out of memory while comparing");
        assert_string_equal(kit_printed(), "");
    }
}

static void allocation__that_fails__is_a_fault_in_each_format(void **state)
{
    (void)state;
    for (int i = PV_DIFF_TEXT; i <= PV_DIFF_JSON; i++) {
        format = (enum pv_diff_format)i;
        kit_sweep_allocations(diff, PV_OUTCOME_FOUND);
    }
}

/* More than the first room for cached documents; each is damaged, or only in the cache. */
static void allocation__that_fails_with_many_damaged_documents__is_a_fault(void **state)
{
    (void)state;
    kit_history_deinit(&kit.history);
    kit_life(&kit.history, 'A', 0, 0);
    kit_life(&kit.history, 'B', 0, 0);
    for (const char *name = "ACDEFGHJKMNPQRSTV"; *name != '\0'; name++)
        app_cache_keep(*name, "[]");
    kit_sweep_allocations(diff, PV_OUTCOME_FOUND);
    format = PV_DIFF_JSON;
    kit_sweep_allocations(diff, PV_OUTCOME_FOUND);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(cache__that_works__finds_two_differences),
        CASE(list__that_fails__is_a_fault),
        CASE(get__that_fails__is_a_fault),
        CASE(document__gone_meanwhile__is_a_difference_that_says_so),
        CASE(document__that_is_not_whole__is_damaged_and_the_others_are_compared),
        CASE(stop__at_each_election__is_an_interrupt),
        CASE(source__that_breaks__is_a_fault_and_nothing_is_printed),
        CASE(hash__that_cannot_be_taken__is_a_fault),
        CASE(allocation__that_fails__is_a_fault_in_each_format),
        CASE(allocation__that_fails_with_many_damaged_documents__is_a_fault),
    };
    _Static_assert(sizeof tests / sizeof tests[0] >= 8, "tests are missing from the group");
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
