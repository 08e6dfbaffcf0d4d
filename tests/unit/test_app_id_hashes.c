/* What is remembered of a stream's ids: whatever was added may be there, and hardly anything else is said to
   be. */
#include "app_kit.h"

#include "id_hashes.h"

enum { SLOTS = 64, FULL = SLOTS - SLOTS / 4 };

static const struct pv_seed seed = {3, 4};
static struct pv_id_hashes hashes;

static int tear_down(void **state)
{
    (void)state;
    failing_at(SIZE_MAX);
    pv_id_hashes_deinit(&hashes);
    return 0;
}

static struct pv_event_id id_of(uint64_t lo)
{
    return (struct pv_event_id){{1, lo}};
}

static bool may_have(uint64_t lo)
{
    return pv_id_hashes_may_have(&hashes, seed, id_of(lo));
}

static void add(uint64_t first, uint64_t count)
{
    for (uint64_t i = first; i < first + count; i++)
        check_int(pv_id_hashes_add(&hashes, seed, id_of(i)), PV_OK);
}

static void nothing_added__has_nothing(void **state)
{
    (void)state;
    check_true(!may_have(1));
    check_int(pv_id_hashes_size(&hashes), 0);
}

static void ids__that_were_added__may_all_be_there(void **state)
{
    enum { MANY = 20000 };
    unsigned taken_for_there = 0;
    (void)state;
    add(0, MANY);
    for (uint64_t i = 0; i < MANY; i++)
        check_true(may_have(i));
    for (uint64_t i = MANY; i < 2 * MANY; i++)
        taken_for_there += may_have(i);
    check_true(taken_for_there <= 3); /* 20,000 tries of 20,000 in 2^32: 0.1 are expected */
    check_true(hashes.used >= MANY - 3);
    check_true(pv_id_hashes_size(&hashes) <= MANY * 11);
}

static void id__added_again__takes_no_more_room(void **state)
{
    (void)state;
    add(1, 1);
    add(1, 1);
    check_int(hashes.used, 1);
    check_int(pv_id_hashes_size(&hashes), SLOTS * sizeof(uint32_t));
}

/* A free slot is one of hash 0, which by this seed is the hash of everything. */
static void id__whose_hash_is_nothing__may_be_there_all_the_same(void **state)
{
    const struct pv_seed folds_to_nothing = {UINT64_C(0xbb67ae8584caa73b), 0};
    (void)state;
    check_int(pv_hash_bits128(folds_to_nothing, id_of(5).bits), 0);
    check_int(pv_id_hashes_add(&hashes, folds_to_nothing, id_of(5)), PV_OK);
    check_true(pv_id_hashes_may_have(&hashes, folds_to_nothing, id_of(5)));
    check_int(hashes.used, 1);
}

static void hashes__full_at_three_quarters__grow(void **state)
{
    (void)state;
    add(0, FULL);
    check_int(hashes.mask + 1, SLOTS);
    add(FULL, 1);
    check_int(hashes.mask + 1, 2 * SLOTS);
    for (uint64_t i = 0; i <= FULL; i++)
        check_true(may_have(i));
}

static void add__without_memory__leaves_them_as_they_were(void **state)
{
    (void)state;
    failing_at(0);
    check_int(pv_id_hashes_add(&hashes, seed, id_of(0)), PV_FAULT_MEMORY);
    failing_at(SIZE_MAX);
    add(0, FULL);
    failing_at(0);
    check_int(pv_id_hashes_add(&hashes, seed, id_of(FULL)), PV_FAULT_MEMORY);
    failing_at(SIZE_MAX);
    check_int(hashes.used, FULL);
    check_true(!may_have(FULL));
    for (uint64_t i = 0; i < FULL; i++)
        check_true(may_have(i));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_teardown(name, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(nothing_added__has_nothing),
        CASE(ids__that_were_added__may_all_be_there),
        CASE(id__added_again__takes_no_more_room),
        CASE(id__whose_hash_is_nothing__may_be_there_all_the_same),
        CASE(hashes__full_at_three_quarters__grow),
        CASE(add__without_memory__leaves_them_as_they_were),
    };
    _Static_assert(sizeof tests / sizeof tests[0] >= 6, "tests are missing from the group");
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
