/* pull into lines: records as they were, those that the destination has passed over, and what is no record
   told and left out. */
#include "app_kit.h"

#include "pull.h"
#include "store_source.h"

#include "adapters.h"

#define ID(name) "01HQ000000000000000000000" name
#define STREAM(name) "Election-" ID(name)

static struct kit_history existing; /* what the destination has; empty: it is new */
static struct pv_pull_count counts;

static int set_up(void **state)
{
    kit_history_init(&existing);
    return kit_set_up(state);
}

static int tear_down(void **state)
{
    kit_history_deinit(&existing);
    return kit_tear_down(state);
}

static enum pv_outcome pull(void)
{
    struct pv_event_source source = kit_source(&existing);
    return pv_pull_to_lines(&kit.audit, existing.count == 0 ? NULL : &source, "the.ndjson", &counts,
                            &kit.fault);
}

static void check_pull(enum pv_outcome outcome, uint64_t copied, uint64_t skipped)
{
    enum pv_outcome got = pull();
    if (got == PV_OUTCOME_FAILED && outcome != PV_OUTCOME_FAILED)
        fail_msg("%s", kit.fault.text);
    check_int(got, outcome);
    check_int(counts.copied, copied);
    check_int(counts.skipped, skipped);
}

/* What was printed must be the source's lines with these indices. */
static void check_lines(const size_t *indices, size_t count)
{
    const char *at = kit_printed();
    for (size_t i = 0; i < count; i++) {
        const char *line = kit.history.lines[indices[i]];
        if (strncmp(at, line, strlen(line)) != 0 || at[strlen(line)] != '\n')
            fail_msg("%s is not line %zu", at, indices[i]);
        at += strlen(line) + 1;
    }
    assert_string_equal(at, "");
}

/* --- what is copied --- */

static void lines__are_copied_as_they_are(void **state)
{
    (void)state;
    kit_line(&kit.history,
             " {\"number\" : 0, \"stream\":\"" STREAM("A") "\",\"type\":\"x\",\"extra\":[1 , 2],"
                                                           "\"data\":{ }}");
    kit_life(&kit.history, 'B', 3, 4); /* not from the start: that is for verify to tell */
    check_pull(PV_OUTCOME_CLEAN, 3, 0);
    check_lines((const size_t[]){0, 1, 2}, 3);
    assert_string_equal(kit.findings, "");
}

/* F5: kept as null, its bytes as base64. A null of its own needs none. */
static void data__that_is_no_object__is_kept_as_base64(void **state)
{
    (void)state;
    kit_line(&kit.history, "{\"stream\":\"" STREAM("A") "\",\"number\":0,\"type\":\"x\",\"data\":[1]}");
    kit_line(&kit.history, "{\"stream\":\"" STREAM("A") "\",\"number\":1,\"type\":\"x\", \"data\":null}");
    check_pull(PV_OUTCOME_CLEAN, 2, 0);
    assert_string_equal(kit_printed(), "{\"stream\":\"" STREAM(
                                           "A") "\",\"number\":0,\"type\":\"x\",\"data\":null,"
                                                "\"data_base64\":\"WzFd\"}\n"
                                                "{\"stream\":\"" STREAM(
                                                    "A") "\",\"number\":1,\"type\":\"x\", \"data\":null}\n");
}

static void records__of_a_store__are_printed(void **state)
{
    struct pv_event_store store;
    struct pv_recorded record = {.stream = PV_STR(STREAM("A")),
                                 .number = 5,
                                 .type = PV_STR("x"),
                                 .data = PV_STR("{ }"),
                                 .id = PV_STR("i"),
                                 .position = 3};
    (void)state;
    check_true(pv_memory_store_open(&store, &kit.fault));
    check_int(store.ops->copy(store.self, &record, 1, &kit.fault), PV_STORE_OK);
    check_true(pv_store_source_open(store, (struct pv_str){NULL, 0}, &kit.source, &kit.fault));
    check_pull(PV_OUTCOME_CLEAN, 1, 0);
    assert_string_equal(kit_printed(),
                        "{\"stream\":\"" STREAM("A") "\",\"number\":5,\"type\":\"x\",\"data\":{},"
                                                     "\"id\":\"i\",\"position\":3}\n");
    kit.source.ops->close(kit.source.self);
}

static void what_is_no_record__is_told_and_left_out(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 0);
    kit_line(&kit.history, "{");
    kit_line(&kit.history, "{\"stream\":\"" STREAM("A") "\",\"number\":1}");
    kit_line(&kit.history, "{\"stream\":\"other\",\"number\":1,\"type\":\"x\",\"data\":{}}");
    kit_life(&kit.history, 'A', 2, 2);
    check_pull(PV_OUTCOME_FOUND, 2, 0);
    check_lines((const size_t[]){0, 4}, 2);
    assert_string_equal(kit.findings, "- -1 2 record_invalid -\nA 1 3 record_invalid type\n"
                                      "- 1 4 record_invalid stream\n");
}

/* --- one election --- */

static void one_election__the_others_are_left_out(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 0);
    kit_life(&kit.history, 'B', 0, 0);
    kit_line(&kit.history, "{\"stream\":\"other\",\"number\":1,\"type\":\"x\",\"data\":{}}");
    kit_life(&kit.history, 'A', 1, 1);
    kit.audit.one_election = true;
    kit.audit.election = kit_id_of('A');
    check_pull(PV_OUTCOME_CLEAN, 2, 0);
    check_lines((const size_t[]){0, 3}, 2);
    assert_string_equal(kit.findings, "");
}

static void one_election__a_line_of_no_stream_is_told(void **state)
{
    (void)state;
    kit_line(&kit.history, "{}");
    kit_life(&kit.history, 'A', 0, 0);
    kit.audit.one_election = true;
    kit.audit.election = kit_id_of('A');
    check_pull(PV_OUTCOME_FOUND, 1, 0);
    assert_string_equal(kit.findings, "- -1 1 record_invalid stream\n");
}

static void one_election__not_met__is_a_fault(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 0);
    kit.audit.one_election = true;
    kit.audit.election = kit_id_of('B');
    check_pull(PV_OUTCOME_FAILED, 0, 0);
    kit_check_fault(PV_FAULT_KIND_DAMAGED, "no record of " STREAM("B") " in the source");
    assert_string_equal(kit_printed(), "");
}

/* --- what the destination has --- */

#define MANY "ABCDEFGHJKMNPQRSTVWXYZ" /* more streams than there is room for at first */

static void records__that_are_there__are_passed_over(void **state)
{
    size_t indices[64], count = 0;
    (void)state;
    for (const char *name = MANY; *name != '\0'; name++)
        kit_life(&existing, *name, 0, 1);
    for (int number = 0; number <= 2; number++) {
        for (const char *name = MANY; *name != '\0'; name++) {
            if (number == 2)
                indices[count++] = kit.history.count;
            kit_life(&kit.history, *name, number, number);
        }
    }
    check_pull(PV_OUTCOME_CLEAN, count, 2 * count);
    check_lines(indices, count);
}

static void records__that_are_all_there__leave_nothing_to_do(void **state)
{
    (void)state;
    kit_life(&existing, 'A', 0, 5);
    kit_life(&kit.history, 'A', 0, 5);
    check_pull(PV_OUTCOME_CLEAN, 0, 6);
    assert_string_equal(kit_printed(), "");
}

static void destination__of_another_stream__goes_on_behind_it(void **state)
{
    (void)state;
    kit_life(&existing, 'B', 0, 0);
    kit_life(&kit.history, 'A', 0, 0);
    check_pull(PV_OUTCOME_CLEAN, 1, 0);
    check_lines((const size_t[]){0}, 1);
}

/* What is there is compared with what would be written again, whatever wrote it: white space, other keys, the
   spelling of an id and the position make no difference. */
static void destination__written_in_another_form__is_the_same(void **state)
{
    (void)state;
    kit_line(&existing, "{\"stream\":\"" STREAM("A") "\",\"number\":0,\"type\":\"x\",\"data\":{\"a\":1},"
                                                     "\"id\":\"018DC000-0000-0000-0000-000000000001\"}");
    kit_line(&existing, "{\"stream\":\"" STREAM("A") "\",\"number\":1,\"type\":\"x\",\"data\":null,"
                                                     "\"data_base64\":\"WzFd\"}");
    kit_line(&kit.history, "{\"number\":0,\"stream\":\"" STREAM(
                               "A") "\",\"type\":\"x\",\"data\":{ \"a\": 1},\"extra\":2,"
                                    "\"id\":\"01HQ0000000000000000000001\",\"position\":7}");
    kit_line(&kit.history, "{\"stream\":\"" STREAM("A") "\",\"number\":1,\"type\":\"x\",\"data\":[1]}");
    kit_life(&kit.history, 'A', 2, 2);
    check_pull(PV_OUTCOME_CLEAN, 1, 2);
    check_lines((const size_t[]){2}, 1);
}

static void check_another_copy(uint64_t skipped, const char *says)
{
    check_pull(PV_OUTCOME_FAILED, 0, skipped);
    kit_check_fault(PV_FAULT_KIND_DAMAGED, says);
    assert_string_equal(kit_printed(), "");
}

static void destination__with_another_last_number__is_another_copy(void **state)
{
    (void)state;
    kit_life(&existing, 'A', 0, 1);
    kit_life(&existing, 'A', 3, 3);
    kit_life(&kit.history, 'A', 0, 5);
    check_another_copy(3,
                       "cannot go on with 'the.ndjson': its 3 records of " STREAM(
                           "A") ", up to number 3, are not the first 3 of the source; pull into a new file");
}

/* Each record of what is there counts, and everything in it. */
static void destination__with_another_record__is_another_copy(void **state)
{
    static const char *const changed[] = {
        "{\"stream\":\"" STREAM("B") "\",\"number\":1,\"type\":\"y\",\"data\":{},\"id\":\"i\"}",
        "{\"stream\":\"" STREAM("B") "\",\"number\":1,\"type\":\"x\",\"data\":{\"a\":1},\"id\":\"i\"}",
        "{\"stream\":\"" STREAM("B") "\",\"number\":1,\"type\":\"x\",\"data\":{},\"id\":\"j\"}",
        "{\"stream\":\"" STREAM("B") "\",\"number\":1,\"type\":\"x\",\"data\":{}}",
        "{\"stream\":\"" STREAM("B") "\",\"number\":2,\"type\":\"x\",\"data\":{},\"id\":\"i\"}",
        "{\"stream\":\"" STREAM(
            "B") "\",\"number\":1,\"type\":\"x\",\"data\":{},\"id\":\"i\",\"metadata\":{}}",
        "{\"stream\":\"" STREAM("B") "\",\"number\":1,\"type\":\"x\",\"data\":{},\"id\":\"i\","
                                     "\"created\":\"2024-02-24T18:00:00Z\"}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof changed / sizeof changed[0]; i++) {
        kit_line(&existing, changed[i]);
        kit_life(&existing, 'A', 0, 1);
        kit_life(&existing, 'B', 3, 4);
        kit_line(&kit.history,
                 "{\"stream\":\"" STREAM("B") "\",\"number\":1,\"type\":\"x\",\"data\":{},\"id\":\"i\"}");
        kit_life(&kit.history, 'A', 0, 1);
        kit_life(&kit.history, 'B', 3, 5);
        check_another_copy(5, "its 3 records of " STREAM("B") ", up to number 4, are not");
        kit_history_deinit(&existing);
        kit_history_init(&existing);
        kit_history_deinit(&kit.history);
        kit_history_init(&kit.history);
        kit_again();
    }
}

static void destination__with_its_records_in_another_order__is_another_copy(void **state)
{
    (void)state;
    kit_life(&existing, 'A', 1, 1);
    kit_life(&existing, 'A', 0, 0);
    kit_life(&existing, 'A', 2, 2);
    kit_life(&kit.history, 'A', 0, 3);
    check_another_copy(3,
                       "its 3 records of " STREAM("A") ", up to number 2, are not the first 3 of the source");
}

static void destination__with_streams_in_another_order__is_the_same(void **state)
{
    (void)state;
    kit_life(&existing, 'A', 0, 1);
    kit_life(&existing, 'B', 0, 1);
    kit_life(&kit.history, 'B', 0, 1);
    kit_life(&kit.history, 'A', 0, 2);
    check_pull(PV_OUTCOME_CLEAN, 1, 4);
    check_lines((const size_t[]){4}, 1);
}

/* An old or shortened source: what it has cannot be held against what is there. */
static void source__with_less_than_is_there__is_told_at_the_end(void **state)
{
    (void)state;
    kit_life(&existing, 'A', 0, 3);
    kit_life(&existing, 'C', 0, 0);
    kit_life(&kit.history, 'A', 0, 2);
    kit_life(&kit.history, 'B', 0, 0);
    check_pull(PV_OUTCOME_FAILED, 1, 3);
    kit_check_fault(PV_FAULT_KIND_DAMAGED,
                    "the source has 3 records of " STREAM(
                        "A") ", and 'the.ndjson' has 4 already: an older or shortened source");
    check_lines((const size_t[]){3}, 1);
}

static void destination__with_what_is_no_record__is_a_fault_that_says_where(void **state)
{
    (void)state;
    kit_life(&existing, 'A', 0, 1);
    kit_line(&existing, "x");
    kit_life(&kit.history, 'A', 0, 5);
    check_pull(PV_OUTCOME_FAILED, 0, 0);
    kit_check_fault(PV_FAULT_KIND_DAMAGED, "cannot go on with 'the.ndjson': its line 3 is no record");
}

/* --- what goes wrong --- */

static void source__that_breaks__what_came_before_is_copied(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 3);
    kit.history.fault_after = 2;
    check_pull(PV_OUTCOME_FAILED, 2, 0);
    kit_check_fault(PV_FAULT_KIND_IO, "the source broke");
    check_lines((const size_t[]){0, 1}, 2);
}

static void destination__that_cannot_be_read__is_a_fault(void **state)
{
    (void)state;
    kit_life(&existing, 'A', 0, 3);
    existing.fault_after = 2;
    kit_life(&kit.history, 'A', 0, 5);
    check_pull(PV_OUTCOME_FAILED, 0, 0);
    kit_check_fault(PV_FAULT_KIND_IO, "the source broke");
    assert_string_equal(kit_printed(), "");
}

static int refuse_bytes(void *context, const char *bytes, size_t len)
{
    (void)context;
    (void)bytes;
    (void)len;
    return -1;
}

/* Whoever gave the way out knows the reason; pull only stops. The line is larger than the buffer of the way
   out, so that it is met at once. */
static void output__that_takes_nothing__ends_the_reading(void **state)
{
    static char line[PV_OUT_BUFFER + 200];
    (void)state;
    (void)snprintf(line, sizeof line,
                   "{\"stream\":\"" STREAM("A") "\",\"number\":0,\"type\":\"x\",\"data\":{}%*s}",
                   (int)PV_OUT_BUFFER, "");
    kit_line(&kit.history, line);
    kit_life(&kit.history, 'A', 1, 5);
    pv_out_init(&kit.out, refuse_bytes, NULL);
    (void)pull();
    check_int(counts.copied, 1);
    check_true(!pv_out_flush(&kit.out));
}

static void allocation__that_fails__is_a_fault(void **state)
{
    (void)state;
    for (const char *name = MANY; *name != '\0'; name++)
        kit_life(&existing, *name, 0, 0);
    kit_life(&kit.history, 'A', 0, 1);
    kit_life(&kit.history, '1', 0, 0);
    kit_sweep_allocations(pull, PV_OUTCOME_CLEAN);
    check_int(counts.copied, 2);
}

static void allocation__that_fails_for_a_new_destination__is_a_fault(void **state)
{
    (void)state;
    for (const char *name = MANY; *name != '\0'; name++)
        kit_life(&kit.history, *name, 0, 0);
    kit_sweep_allocations(pull, PV_OUTCOME_CLEAN);
    check_int(counts.copied, sizeof MANY - 1);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(lines__are_copied_as_they_are),
        CASE(data__that_is_no_object__is_kept_as_base64),
        CASE(records__of_a_store__are_printed),
        CASE(what_is_no_record__is_told_and_left_out),
        CASE(one_election__the_others_are_left_out),
        CASE(one_election__a_line_of_no_stream_is_told),
        CASE(one_election__not_met__is_a_fault),
        CASE(records__that_are_there__are_passed_over),
        CASE(records__that_are_all_there__leave_nothing_to_do),
        CASE(destination__of_another_stream__goes_on_behind_it),
        CASE(destination__written_in_another_form__is_the_same),
        CASE(destination__with_another_last_number__is_another_copy),
        CASE(destination__with_another_record__is_another_copy),
        CASE(destination__with_its_records_in_another_order__is_another_copy),
        CASE(destination__with_streams_in_another_order__is_the_same),
        CASE(source__with_less_than_is_there__is_told_at_the_end),
        CASE(destination__with_what_is_no_record__is_a_fault_that_says_where),
        CASE(source__that_breaks__what_came_before_is_copied),
        CASE(destination__that_cannot_be_read__is_a_fault),
        CASE(output__that_takes_nothing__ends_the_reading),
        CASE(allocation__that_fails__is_a_fault),
        CASE(allocation__that_fails_for_a_new_destination__is_a_fault),
    };
    _Static_assert(sizeof tests / sizeof tests[0] >= 22, "tests are missing from the group");
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
