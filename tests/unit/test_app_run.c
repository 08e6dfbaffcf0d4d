/* One pass over a source, and what a run comes to: ticks, interrupts, faults of the source. */
#include "app_kit.h"

#include "pass.h"
#include "run.h"

enum { BATCH = 64, BATCHES_A_TICK = 64 };

static size_t taken, batches, end_at;

static enum pv_verdict take(void *context, const struct pv_raw *raws, const struct pv_record *records,
                            size_t count, struct pv_fault *fault)
{
    (void)context;
    (void)fault;
    for (size_t i = 0; i < count; i++)
        check_int(records[i].line, raws[i].line);
    taken += count;
    batches++;
    return batches == end_at ? PV_VERDICT_END : PV_VERDICT_NEXT;
}

static enum pv_verdict pass(const struct pv_watch *watch)
{
    taken = batches = 0;
    return pv_pass(&kit.source, watch, true, take, NULL, &kit.fault);
}

static void fill(size_t count)
{
    for (size_t i = 0; i < count; i++)
        kit_line(&kit.history, "{}");
}

/* --- the pass --- */

static void pass__gives_all_records_in_batches(void **state)
{
    (void)state;
    end_at = 0;
    fill(2 * BATCH + 1);
    check_int(pass(&kit.watch), PV_VERDICT_NEXT);
    check_int(taken, 2 * BATCH + 1);
    check_int(batches, 4); /* and one of none: the end */
}

static void pass__ends_where_the_taker_says(void **state)
{
    (void)state;
    end_at = 1;
    fill(2 * BATCH + 1);
    check_int(pass(&kit.watch), PV_VERDICT_END);
    check_int(taken, BATCH);
}

static void pass__source_breaks__what_came_before_is_given(void **state)
{
    (void)state;
    end_at = 0;
    fill(2 * BATCH);
    kit.history.fault_after = BATCH + 3;
    check_int(pass(&kit.watch), PV_VERDICT_FAULT);
    kit_check_fault(PV_FAULT_KIND_IO, "the source broke");
    check_int(taken, BATCH + 3);
}

static void tick__comes_once_in_so_many_batches(void **state)
{
    (void)state;
    end_at = 0;
    fill((size_t)BATCH * BATCHES_A_TICK - 1);
    check_int(pass(&kit.watch), PV_VERDICT_NEXT);
    check_int(kit.ticks, 3); /* the end is asked for in a batch of its own, and told */
    check_int(kit.tick_records, BATCH * BATCHES_A_TICK - 1);
    check_int(kit.tick_done, BATCH * BATCHES_A_TICK - 1);
    check_int(kit.tick_total, BATCH * BATCHES_A_TICK - 1);
    kit_history_deinit(&kit.history);
    fill((size_t)BATCH * (BATCHES_A_TICK - 1) - 1);
    kit_again();
    check_int(pass(&kit.watch), PV_VERDICT_NEXT);
    check_int(kit.ticks, 2);
    check_int(kit.tick_records, BATCH * (BATCHES_A_TICK - 1) - 1);
}

static void tick__that_says_stop__is_an_interrupt(void **state)
{
    (void)state;
    end_at = 0;
    fill((size_t)BATCH * BATCHES_A_TICK * 2);
    kit.stop_at = 2;
    check_int(pass(&kit.watch), PV_VERDICT_FAULT);
    kit_check_fault(PV_FAULT_KIND_INTERRUPTED, "interrupted");
    check_int(taken, BATCH * BATCHES_A_TICK);
    kit.stop_at = 1;
    kit_again();
    check_int(pass(&kit.watch), PV_VERDICT_FAULT);
    check_int(taken, 0);
}

/* Ctrl-C stops the writer of a pipe too, so the end of the input may come before anybody looked. */
static void stop__while_the_last_was_read__is_an_interrupt(void **state)
{
    (void)state;
    end_at = 0;
    fill(3);
    kit.stop_at = 2;
    check_int(pass(&kit.watch), PV_VERDICT_FAULT);
    kit_check_fault(PV_FAULT_KIND_INTERRUPTED, "interrupted");
    check_int(taken, 3);
    check_int(kit.tick_records, 3);
}

static void watch__none_or_one_that_does_not_look__stops_nothing(void **state)
{
    struct pv_watch blind = {NULL, NULL};
    (void)state;
    end_at = 0;
    fill(3);
    check_int(pass(NULL), PV_VERDICT_NEXT);
    check_int(taken, 3);
    kit_again();
    check_int(pass(&blind), PV_VERDICT_NEXT);
    check_int(taken, 3);
}

static enum pv_outcome pass_for_memory(void)
{
    return pass(&kit.watch) == PV_VERDICT_FAULT ? PV_OUTCOME_FAILED : PV_OUTCOME_CLEAN;
}

static void pass__without_memory__is_a_fault(void **state)
{
    (void)state;
    end_at = 0;
    fill(3);
    kit_sweep_allocations(pass_for_memory, PV_OUTCOME_CLEAN);
    check_int(taken, 3);
}

/* --- the outcome of a run --- */

static struct pv_judge *judge;

static enum pv_outcome run(bool one_election, char name)
{
    judge = pv_judge_new(&(struct pv_judge_options){
        .one_election = one_election, .election = kit_id_of(name), .on_finding = kit_on_finding});
    check_true(judge != NULL);
    enum pv_run_end end = pv_run(&kit.source, judge, &kit.watch, true, &kit.fault);
    enum pv_outcome outcome = pv_run_outcome(end, judge, one_election, kit_id_of(name), &kit.fault);
    pv_judge_free(judge);
    return outcome;
}

static void outcome__nothing_found__is_clean(void **state)
{
    (void)state;
    check_int(run(false, 'A'), PV_OUTCOME_CLEAN);
    kit_life(&kit.history, 'A', 0, KIT_CLOSED);
    kit_again();
    check_int(run(false, 'A'), PV_OUTCOME_CLEAN);
    kit_again();
    check_int(run(true, 'A'), PV_OUTCOME_CLEAN);
}

static void outcome__a_finding__is_found(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 1, 1);
    check_int(run(false, 'A'), PV_OUTCOME_FOUND);
}

static void outcome__a_run_that_was_cut__is_found(void **state)
{
    (void)state;
    kit_line(&kit.history, "no record");
    check_int(run(false, 'A'), PV_OUTCOME_FOUND);
    kit_again();
    check_int(run(true, 'A'), PV_OUTCOME_FOUND); /* whether it would have come is not known */
}

static void outcome__election_not_met__is_a_fault_that_names_it(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 1);
    check_int(run(true, 'B'), PV_OUTCOME_FAILED);
    kit_check_fault(PV_FAULT_KIND_DAMAGED, "no record of Election-01HQ000000000000000000000B in the source");
}

static void outcome__a_fault__is_failed(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 1, 1);
    kit.history.fault_after = 1;
    check_int(run(false, 'A'), PV_OUTCOME_FAILED);
    kit_check_fault(PV_FAULT_KIND_IO, "the source broke");
}

/* With layouts, as the commands read, records of one batch are announced before they are judged, some of them
   of streams that nobody has met. */
static void announcing__changes_nothing(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 1);
    kit_life(&kit.history, 'B', 0, 0);
    kit_line(&kit.history, "{\"stream\":\"Election-01HQ000000000000000000000C\",\"number\":0}");
    kit_life(&kit.history, 'A', 2, KIT_DELETED);
    check_int(run(false, 'A'), PV_OUTCOME_FOUND);
    assert_string_equal(kit.findings, "C 0 4 record_invalid type\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIT_CASE(pass__gives_all_records_in_batches),
        KIT_CASE(pass__ends_where_the_taker_says),
        KIT_CASE(pass__source_breaks__what_came_before_is_given),
        KIT_CASE(tick__comes_once_in_so_many_batches),
        KIT_CASE(tick__that_says_stop__is_an_interrupt),
        KIT_CASE(stop__while_the_last_was_read__is_an_interrupt),
        KIT_CASE(watch__none_or_one_that_does_not_look__stops_nothing),
        KIT_CASE(pass__without_memory__is_a_fault),
        KIT_CASE(outcome__nothing_found__is_clean),
        KIT_CASE(outcome__a_finding__is_found),
        KIT_CASE(outcome__a_run_that_was_cut__is_found),
        KIT_CASE(outcome__election_not_met__is_a_fault_that_names_it),
        KIT_CASE(outcome__a_fault__is_failed),
        KIT_CASE(announcing__changes_nothing),
    };
    _Static_assert(sizeof tests / sizeof tests[0] >= 13, "tests are missing from the group");
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
