/* Elections kept in memory: loaded from their streams, evicted by last use, dropped. */
#include "app_kit.h"
#include "app_store.h"

#include "aggregates.h"
#include "app_calls.h"
#include "kit_memory.h"
#include "pull.h"
#include "store_source.h"

#include <stdlib.h>

enum { NO_LIMIT = 1 << 30 };

static struct pv_aggregates *aggregates;
static unsigned freed_notes;

static void free_note(void *note)
{
    freed_notes++;
    free(note);
}

static void make(size_t limit)
{
    pv_aggregates_free(aggregates);
    aggregates = pv_aggregates_new(&app_store.port, (struct pv_seed){1, 2}, limit, free_note);
    check_true(aggregates != NULL);
}

static int set_up(void **state)
{
    int result = kit_set_up(state);
    app_store_open();
    freed_notes = 0;
    make(NO_LIMIT);
    return result;
}

static int tear_down(void **state)
{
    pv_aggregates_free(aggregates);
    aggregates = NULL;
    app_store_close();
    return kit_tear_down(state);
}

/* What the history says comes into the store. */
static void fill_store(void)
{
    struct pv_pull_count count;
    check_int(pv_pull_to_store(&kit.audit, &app_store.port, &count, &kit.fault), PV_OUTCOME_CLEAN);
    app_store_answers(APP_STORE_COPY, 0, PV_STORE_OK);
}

static void store_lives(const char *elections, int last)
{
    for (const char *name = elections; *name != '\0'; name++)
        kit_life(&kit.history, *name, 0, last);
    fill_store();
}

static struct pv_aggregate *get(char name)
{
    struct pv_aggregate *got = pv_aggregates_get(aggregates, kit_id_of(name), &kit.fault);
    check_true(got != NULL);
    check_true(pv_bits128_equal(got->id.bits, kit_id_of(name).bits));
    return got;
}

static bool is_there(char name)
{
    return pv_aggregates_peek(aggregates, kit_id_of(name)) != NULL;
}

static void check_no_get(enum pv_fault_kind kind, const char *says)
{
    check_true(pv_aggregates_get(aggregates, kit_id_of('A'), &kit.fault) == NULL);
    kit_check_fault(kind, says);
    check_int(pv_aggregates_count(aggregates), 0);
}

/* --- loading --- */

static void get__replays_the_stream_once(void **state)
{
    (void)state;
    store_lives("AB", KIT_CAST);
    const struct pv_aggregate *a = get('A');
    check_int(a->last_number, KIT_CAST);
    check_int(a->election.version, KIT_CAST);
    check_true(pv_bits128_equal(a->election.id.bits, kit_id_of('A').bits));
    check_int(pv_election_phase(&a->election), PV_PHASE_OPEN);
    check_true(a->election.ballots[0].cast);
    check_true(a->note == NULL);
    check_true(get('A') == a);
    check_int(app_store.calls[APP_STORE_READ], 1);
    check_int(app_store.readers, 0);
    check_int(app_store.closed, 0);
}

static void get__of_no_stream__is_unborn(void **state)
{
    (void)state;
    const struct pv_aggregate *a = get('A');
    check_int(a->last_number, -1);
    check_int(pv_election_phase(&a->election), PV_PHASE_UNBORN);
    check_int(pv_aggregates_count(aggregates), 1);
}

static void get__of_a_deleted_election__has_it(void **state)
{
    (void)state;
    store_lives("A", KIT_DELETED);
    check_int(pv_election_phase(&get('A')->election), PV_PHASE_DELETED);
}

static void get__of_a_stream_with_a_refused_record__names_it(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 0);
    kit_record(&kit.history, 'A', 1, "Ballot.BallotCast", "\"ballot_id\":\"01HQ0000000000000000000001\"");
    kit_record(&kit.history, 'A', 2, "Nothing", "");
    fill_store();
    check_no_get(PV_FAULT_KIND_DAMAGED, "Election-01HQ000000000000000000000A cannot be used, record 1 is "
                                        "refused: election_not_open");
    check_int(app_store.readers, 0);
}

static void get__of_a_stream_with_a_gap__names_it(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 0);
    kit_life(&kit.history, 'A', 2, 2);
    fill_store();
    check_no_get(PV_FAULT_KIND_DAMAGED, "record 2 is refused: stream_gap");
}

static void get__of_a_state_that_breaks_a_rule__is_a_fault(void **state)
{
    (void)state;
    store_lives("A", KIT_CAST);
    app_call_fails(APP_CALL_RULES, 0);
    check_no_get(PV_FAULT_KIND_DAMAGED, "breaks rule D6.8");
    app_calls_work();
    get('A');
}

static void get__when_the_store_fails__is_its_fault(void **state)
{
    (void)state;
    store_lives("A", KIT_CAST);
    for (int call = APP_STORE_LAST_POSITION; call < APP_STORE_CALLS; call++) {
        app_store_answers((enum app_store_call)call, 0, PV_STORE_FAULT);
        check_no_get(PV_FAULT_KIND_DENIED, "the store broke");
        check_int(app_store.readers, 0);
    }
    get('A');
}

/* A store that answers with what belongs to no stream at all. */
static enum pv_store_result next_garbage(struct pv_store_reader *reader, struct pv_recorded *records,
                                         size_t max, size_t *count, struct pv_fault *fault)
{
    enum pv_store_result result = app_store.inside.ops->next(reader, records, max, count, fault);
    for (size_t i = 0; i < *count; i++)
        records[i].stream = PV_STR("\xFF");
    return result;
}

static void get__of_a_record_without_a_stream__is_damage(void **state)
{
    struct pv_event_store_ops ops = *app_store.port.ops;
    struct pv_event_store garbled = {&ops, app_store.port.self};
    (void)state;
    store_lives("A", KIT_CAST);
    ops.next = next_garbage;
    pv_aggregates_free(aggregates);
    aggregates = pv_aggregates_new(&garbled, (struct pv_seed){1, 2}, NO_LIMIT, free_note);
    check_no_get(PV_FAULT_KIND_DAMAGED, "record_invalid");
}

static void get__without_memory__is_a_fault_and_leaves_nothing(void **state)
{
    (void)state;
    store_lives("A", KIT_CAST);
    const struct pv_aggregate *got = NULL;
    for (size_t at = 0; got == NULL; at++) {
        failing_at(at);
        got = pv_aggregates_get(aggregates, kit_id_of('A'), &kit.fault);
        check_true(got != NULL || kit.fault.kind == PV_FAULT_KIND_NO_MEMORY);
        check_int(app_store.readers, 0);
        check_true(at < 1000);
    }
    failing_at(SIZE_MAX);
    check_int(got->election.version, KIT_CAST);
}

/* --- the limit --- */

static void limit__evicts_the_one_that_was_not_used_for_the_longest_time(void **state)
{
    (void)state;
    store_lives("ABCD", KIT_OPENED);
    get('A');
    make(pv_aggregates_bytes(aggregates) * 3);
    get('A');
    get('B');
    get('C');
    get('A');
    get('D');
    check_true(is_there('A') && !is_there('B') && is_there('C') && is_there('D'));
    check_true(is_there('A')); /* peeking is using: C is the oldest now */
    check_true(is_there('D'));
    get('B');
    check_true(is_there('A') && is_there('B') && !is_there('C') && is_there('D'));
    check_int(pv_aggregates_count(aggregates), 3);
}

static void election__larger_than_the_limit__is_alone(void **state)
{
    (void)state;
    store_lives("AB", KIT_OPENED);
    make(1);
    check_int(get('A')->election.version, KIT_OPENED);
    check_int(pv_aggregates_count(aggregates), 1);
    check_int(get('B')->election.version, KIT_OPENED);
    check_int(pv_aggregates_count(aggregates), 1);
    check_true(!is_there('A') && is_there('B'));
}

/* Whoever asks for elections that do not exist must not fill the memory. */
static void unborn_elections__count(void **state)
{
    (void)state;
    get('A');
    check_true(pv_aggregates_bytes(aggregates) >= sizeof(struct pv_aggregate));
    make(pv_aggregates_bytes(aggregates) * 2);
    get('A');
    get('B');
    get('C');
    check_int(pv_aggregates_count(aggregates), 2);
}

static void grow(struct pv_election *election)
{
    static char text[4000];
    struct pv_refusal why;
    memset(text, 'x', sizeof text);
    struct pv_event event = {.type = PV_EVENT_ELECTION_DESCRIPTION_CHANGED,
                             .u.election_description_changed = {.election_id = election->id}};
    event.u.election_description_changed.description.text = (struct pv_str){text, sizeof text};
    check_int(pv_election_apply(election, &event, &why), PV_OK);
}

static void election__that_grew__counts_with_what_it_is_now(void **state)
{
    (void)state;
    store_lives("ABC", KIT_OPENED);
    get('A');
    size_t one = pv_aggregates_bytes(aggregates);
    make(one * 2 + 100);
    get('A');
    grow(&get('B')->election);
    check_int(pv_aggregates_bytes(aggregates), 2 * one + 4000);
    for (int i = 0; i < PV_AGGREGATE_LENDINGS; i++)
        get('B');
    check_int(pv_aggregates_count(aggregates), 1);
    check_true(!is_there('A'));
    check_int(pv_aggregates_bytes(aggregates), one + 4000);
}

static void election__that_grew__is_measured_when_another_is_asked_for(void **state)
{
    (void)state;
    store_lives("ABC", KIT_OPENED);
    get('A');
    size_t one = pv_aggregates_bytes(aggregates);
    make(one * 3 + 100);
    get('A');
    get('C');
    grow(&get('B')->election);
    get('B');
    check_int(pv_aggregates_count(aggregates), 3);
    get('C');
    check_int(pv_aggregates_count(aggregates), 2);
    check_true(!is_there('A'));
}

/* --- the ids of events --- */

static bool may_have(const struct pv_aggregate *aggregate, unsigned number)
{
    return pv_aggregates_may_have_id(aggregates, aggregate, kit_event_id(number));
}

static void ids__of_a_loaded_election__are_those_of_its_events(void **state)
{
    (void)state;
    store_lives("A", KIT_OPENED);
    struct pv_aggregate *a = get('A');
    size_t bytes = pv_aggregates_bytes(aggregates);
    for (unsigned i = 0; i <= KIT_OPENED; i++)
        check_true(may_have(a, i));
    check_true(!may_have(a, KIT_OPENED + 1));
    check_int(pv_aggregates_note_id(aggregates, a, kit_event_id(KIT_OPENED + 1)), PV_OK);
    check_true(may_have(a, KIT_OPENED + 1));
    for (unsigned i = 0; i < 99; i++)
        check_int(pv_aggregates_note_id(aggregates, a, kit_event_id(i)), PV_OK);
    check_true(pv_aggregates_bytes(aggregates) > bytes); /* they count */
    check_true(!may_have(get('B'), 0));
}

/* --- many --- */

static struct pv_election_id numbered(unsigned number)
{
    return (struct pv_election_id){{1, 1 + number}};
}

static void many_elections__are_found_each(void **state)
{
    enum { MANY = 500 };
    (void)state;
    for (unsigned i = 0; i < MANY; i++)
        check_true(pv_aggregates_add(aggregates, numbered(i)) != NULL);
    for (unsigned i = 0; i < MANY; i += 3)
        pv_aggregates_drop(aggregates, numbered(i));
    for (unsigned i = 0; i < MANY; i++)
        check_int(pv_aggregates_peek(aggregates, numbered(i)) != NULL, i % 3 != 0);
}

static void many_elections__without_memory_to_spread_them__are_found_each(void **state)
{
    enum { MANY = 200 };
    (void)state;
    for (unsigned i = 0; i < MANY; i++) {
        failing_at(1); /* the first is the election's place */
        check_true(pv_aggregates_add(aggregates, numbered(i)) != NULL);
        failing_at(SIZE_MAX);
    }
    for (unsigned i = 0; i < MANY; i++)
        check_true(pv_aggregates_peek(aggregates, numbered(i)) != NULL);
}

/* --- the rest of the contract --- */

static void peek__of_what_is_not_in_memory__is_nothing_and_asks_nobody(void **state)
{
    (void)state;
    store_lives("A", KIT_CAST);
    check_true(!is_there('A'));
    check_int(app_store.calls[APP_STORE_READ], 0);
}

static void add__gives_an_empty_place_that_is_not_loaded(void **state)
{
    (void)state;
    store_lives("A", KIT_CAST);
    struct pv_aggregate *added = pv_aggregates_add(aggregates, kit_id_of('A'));
    check_true(added != NULL);
    check_int(added->last_number, -1);
    check_int(pv_election_phase(&added->election), PV_PHASE_UNBORN);
    check_true(get('A') == added);
    check_int(app_store.calls[APP_STORE_READ], 0);
}

static void add__of_what_is_there_or_without_memory__is_nothing(void **state)
{
    (void)state;
    get('A');
    check_true(pv_aggregates_add(aggregates, kit_id_of('A')) == NULL);
    failing_at(0);
    check_true(pv_aggregates_add(aggregates, kit_id_of('B')) == NULL);
    failing_at(SIZE_MAX);
    check_int(pv_aggregates_count(aggregates), 1);
}

static void add__evicts(void **state)
{
    (void)state;
    make(1);
    get('A');
    check_true(pv_aggregates_add(aggregates, kit_id_of('B')) != NULL);
    check_true(!is_there('A') && is_there('B'));
}

static void drop__forgets_and_get_replays(void **state)
{
    (void)state;
    store_lives("A", KIT_CAST);
    grow(&get('A')->election);
    pv_aggregates_drop(aggregates, kit_id_of('A'));
    check_int(pv_aggregates_count(aggregates), 0);
    check_int(pv_aggregates_bytes(aggregates), 0);
    pv_aggregates_drop(aggregates, kit_id_of('A')); /* nothing to forget */
    check_int(get('A')->election.version, KIT_CAST);
    get('B');
    pv_aggregates_drop(aggregates, kit_id_of('A')); /* not the one that is lent */
    check_true(is_there('B') && !is_there('A'));
}

static void note__is_freed_with_its_aggregate(void **state)
{
    (void)state;
    make(1);
    get('A')->note = kit_zeroed(1);
    get('B');
    check_int(freed_notes, 1);
    get('A')->note = kit_zeroed(1);
    pv_aggregates_drop(aggregates, kit_id_of('A'));
    check_int(freed_notes, 2);
    get('A')->note = kit_zeroed(1);
    make(1);
    check_int(freed_notes, 3);
}

static void aggregates__without_memory__are_none(void **state)
{
    (void)state;
    for (size_t at = 0; at < 2; at++) {
        failing_at(at);
        check_true(pv_aggregates_new(&app_store.port, (struct pv_seed){1, 2}, 1, free_note) == NULL);
        failing_at(SIZE_MAX);
    }
    pv_aggregates_free(NULL);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(get__replays_the_stream_once),
        CASE(get__of_no_stream__is_unborn),
        CASE(get__of_a_deleted_election__has_it),
        CASE(get__of_a_stream_with_a_refused_record__names_it),
        CASE(get__of_a_stream_with_a_gap__names_it),
        CASE(get__of_a_state_that_breaks_a_rule__is_a_fault),
        CASE(get__when_the_store_fails__is_its_fault),
        CASE(get__of_a_record_without_a_stream__is_damage),
        CASE(get__without_memory__is_a_fault_and_leaves_nothing),
        CASE(limit__evicts_the_one_that_was_not_used_for_the_longest_time),
        CASE(election__larger_than_the_limit__is_alone),
        CASE(unborn_elections__count),
        CASE(election__that_grew__counts_with_what_it_is_now),
        CASE(election__that_grew__is_measured_when_another_is_asked_for),
        CASE(ids__of_a_loaded_election__are_those_of_its_events),
        CASE(many_elections__are_found_each),
        CASE(many_elections__without_memory_to_spread_them__are_found_each),
        CASE(peek__of_what_is_not_in_memory__is_nothing_and_asks_nobody),
        CASE(add__gives_an_empty_place_that_is_not_loaded),
        CASE(add__of_what_is_there_or_without_memory__is_nothing),
        CASE(add__evicts),
        CASE(drop__forgets_and_get_replays),
        CASE(note__is_freed_with_its_aggregate),
        CASE(aggregates__without_memory__are_none),
    };
    _Static_assert(sizeof tests / sizeof tests[0] >= 24, "tests are missing from the group");
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
