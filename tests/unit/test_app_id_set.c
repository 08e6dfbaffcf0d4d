/* The set of event ids: what was added is there, whatever the ids' hashes and the size of the set. */
#include "app_kit.h"

#include "id_set.h"

enum { SLOTS = 64, FULL = SLOTS - SLOTS / 8 };

static const struct pv_seed seed = {3, 4};
static struct pv_id_set set;

static int tear_down(void **state)
{
    (void)state;
    failing_at(SIZE_MAX);
    pv_id_set_deinit(&set);
    return 0;
}

static struct pv_event_id id_of(uint64_t hi, uint64_t lo)
{
    return (struct pv_event_id){{hi, lo}};
}

/* Whether it was there. */
static bool add(struct pv_event_id id)
{
    bool was_there;
    check_int(pv_id_set_add(&set, seed, id, &was_there), PV_OK);
    return was_there;
}

static void fill(uint64_t count)
{
    for (uint64_t i = 1; i <= count; i++)
        check_true(!add(id_of(0, i)));
}

static void id__added_again__was_there(void **state)
{
    (void)state;
    check_true(!add(id_of(1, 2)));
    check_true(add(id_of(1, 2)));
    check_int(set.used, 1);
}

static void id__that_differs_in_either_half__is_another(void **state)
{
    (void)state;
    check_true(!add(id_of(1, 2)));
    check_true(!add(id_of(1, 3)));
    check_true(!add(id_of(2, 2)));
    check_true(!add(id_of(2, 1)));
    check_true(add(id_of(1, 2)));
    check_int(set.used, 4);
}

static void ids__many__are_all_there_once(void **state)
{
    (void)state;
    fill(5000);
    check_int(set.used, 5000);
    for (uint64_t i = 1; i <= 5000; i++)
        check_true(add(id_of(0, i)));
    check_int(set.used, 5000);
    check_int(set.mask + 1, 8192);
}

/* The home of each is the last slot, so that all but the first are found from the start. */
static void ids__with_the_last_slot_as_home__are_found_around_the_end(void **state)
{
    struct pv_event_id ids[4];
    size_t count = 0;
    (void)state;
    for (uint64_t i = 1; count < 4; i++) {
        if ((pv_hash_bits128(seed, id_of(0, i).bits) & (SLOTS - 1)) == SLOTS - 1)
            ids[count++] = id_of(0, i);
    }
    for (size_t i = 0; i < count; i++)
        check_true(!add(ids[i]));
    check_int(set.mask, SLOTS - 1);
    check_true(pv_bits128_equal(set.slots[SLOTS - 1], ids[0].bits));
    check_true(pv_bits128_equal(set.slots[2], ids[3].bits));
    for (size_t i = 0; i < count; i++)
        check_true(add(ids[i]));
}

static void set__full_at_seven_eighths__grows(void **state)
{
    (void)state;
    fill(FULL);
    check_int(set.mask + 1, SLOTS);
    check_true(!add(id_of(9, 9)));
    check_int(set.mask + 1, 2 * SLOTS);
    check_int(set.used, FULL + 1);
}

static void add__without_memory__leaves_the_set_as_it_was(void **state)
{
    bool was_there;
    (void)state;
    failing_at(0);
    check_int(pv_id_set_add(&set, seed, id_of(1, 1), &was_there), PV_FAULT_MEMORY);
    check_true(set.slots == NULL);
    fill(FULL);
    failing_at(0);
    check_int(pv_id_set_add(&set, seed, id_of(9, 9), &was_there), PV_FAULT_MEMORY);
    check_int(set.used, FULL);
    check_int(set.mask + 1, SLOTS);
    for (uint64_t i = 1; i <= FULL; i++)
        check_true(add(id_of(0, i)));
    check_true(!add(id_of(9, 9)));
}

static void prefetch__changes_nothing(void **state)
{
    (void)state;
    pv_id_set_prefetch(&set, seed, id_of(1, 1));
    check_true(set.slots == NULL);
    check_true(!add(id_of(1, 1)));
    pv_id_set_prefetch(&set, seed, id_of(1, 2));
    check_int(set.used, 1);
    check_true(!add(id_of(1, 2)));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_teardown(name, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(id__added_again__was_there),
        CASE(id__that_differs_in_either_half__is_another),
        CASE(ids__many__are_all_there_once),
        CASE(ids__with_the_last_slot_as_home__are_found_around_the_end),
        CASE(set__full_at_seven_eighths__grows),
        CASE(add__without_memory__leaves_the_set_as_it_was),
        CASE(prefetch__changes_nothing),
    };
    _Static_assert(sizeof tests / sizeof tests[0] >= 7, "tests are missing from the group");
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
