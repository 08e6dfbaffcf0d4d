/* The partition of an election: known values, which every adapter and program must agree on. They were
   computed by FNV-1a (32 bits) elsewhere. */
#include "broker.h"
#include "check.h"

static void partition__of_known_elections__is_the_known_one(void **state)
{
    static const struct {
        const char *election;
        uint32_t hash, of_3, of_12, of_16;
    } known[] = {
        {"00000000000000000000000001", 1567923610, 1, 10, 10},
        {"01HQ0000000000000000000001", 3219466282, 1, 10, 10},
        {"01HQ0000000000000000000002", 3202688663, 2, 11, 7},
        {"01GA3H658R5A489KHQXHN6FH2S", 3934013894, 2, 2, 6},
        {"01ARZ3NDEKTSV4RRFFQ69G5FAV", 1543523712, 0, 0, 0},
        {"7ZZZZZZZZZZZZZZZZZZZZZZZZZ", 76312852, 1, 4, 4},
    };
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct pv_election_id id;
        struct pv_str text = {known[i].election, PV_ULID_LEN};
        check_int(pv_ulid_parse(text, &id.bits), PV_CODE_NONE);
        check_int(pv_broker_partition(id, 1), 0);
        check_int(pv_broker_partition(id, 3), known[i].of_3);
        check_int(pv_broker_partition(id, 12), known[i].of_12);
        check_int(pv_broker_partition(id, 16), known[i].of_16);
        check_int(pv_broker_partition(id, UINT32_MAX), known[i].hash);
    }
}

static void partition__of_many_elections__is_spread(void **state)
{
    enum { PARTITIONS = 8, ELECTIONS = 8000 };
    unsigned counts[PARTITIONS] = {0};
    (void)state;
    for (uint64_t i = 0; i < ELECTIONS; i++) {
        uint32_t partition = pv_broker_partition(
            (struct pv_election_id){{0x018dd1f7a0000000U + i / 7, i * 0x9e3779b97f4a7c15U}}, PARTITIONS);
        check_true(partition < PARTITIONS);
        counts[partition]++;
    }
    for (size_t i = 0; i < PARTITIONS; i++)
        check_true(counts[i] > ELECTIONS / PARTITIONS * 8 / 10 &&
                   counts[i] < ELECTIONS / PARTITIONS * 12 / 10);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(partition__of_known_elections__is_the_known_one),
    cmocka_unit_test(partition__of_many_elections__is_spread),
};
CHECK_MAIN(tests, 2)
