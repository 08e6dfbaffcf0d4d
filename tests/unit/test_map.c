/* map.c: every item is found again, whatever collides; hashes of ids and emails. */
#include "map.h"

#include <stdlib.h>

#include "check.h"
#include "edge.h"

static const struct pv_seed seed = {UINT64_C(0x1234567890abcdef), UINT64_C(0xfedcba0987654321)};

static void insert(struct pv_map *map, uint32_t hash, uint32_t item)
{
    check_int(pv_map_reserve(map), PV_OK);
    pv_map_insert(map, hash, item);
}

/* How often an item is met among those of a hash. */
static unsigned count(const struct pv_map *map, uint32_t hash, uint32_t wanted)
{
    unsigned found = 0;
    uint32_t item;
    for (uint32_t at = pv_map_first(map, hash); pv_map_next(map, hash, &at, &item);)
        found += item == wanted;
    return found;
}

static unsigned count_all(const struct pv_map *map, uint32_t hash)
{
    unsigned found = 0;
    uint32_t item;
    for (uint32_t at = pv_map_first(map, hash); pv_map_next(map, hash, &at, &item);)
        found++;
    return found;
}

static void map__empty__has_nothing(void **state)
{
    (void)state;
    struct pv_map map = {NULL, 0, 0};
    check_int(count_all(&map, 0), 0);
    check_int(count_all(&map, UINT32_MAX), 0);
    pv_map_prefetch(&map, 7);
    check_int(pv_map_reserve(&map), PV_OK);
    check_int(map.used, 0);
    check_int(count_all(&map, 0), 0);
    pv_map_prefetch(&map, 7);
    pv_map_deinit(&map);
    check_true(map.slots == NULL && map.mask == 0 && map.used == 0);
    pv_map_deinit(&map);
}

static void map__items_of_one_hash__are_all_found(void **state)
{
    (void)state;
    struct pv_map map = {NULL, 0, 0};
    const uint32_t hashes[] = {0, 7, 8, UINT32_MAX};
    for (uint32_t item = 0; item < 60; item++)
        insert(&map, hashes[item % 4], item);
    for (uint32_t item = 0; item < 60; item++) {
        for (size_t h = 0; h < 4; h++)
            check_int(count(&map, hashes[h], item), h == item % 4);
    }
    for (size_t h = 0; h < 4; h++)
        check_int(count_all(&map, hashes[h]), 15);
    check_int(count_all(&map, 15), 0);
    check_int(map.used, 60);
    pv_map_deinit(&map);
}

static void map__probing__wraps_at_the_end(void **state)
{
    (void)state;
    struct pv_map map = {NULL, 0, 0};
    /* All want the last of eight slots. */
    for (uint32_t item = 0; item < 7; item++)
        insert(&map, 7 + 8 * item, item);
    check_int(map.mask, 7);
    for (uint32_t item = 0; item < 7; item++) {
        check_int(count(&map, 7 + 8 * item, item), 1);
        check_int(count_all(&map, 7 + 8 * item), 1);
    }
    check_int(count_all(&map, 7 + 8 * 7), 0);
    pv_map_deinit(&map);
}

static void map__growth__keeps_everything_and_a_free_slot(void **state)
{
    (void)state;
    struct pv_map map = {NULL, 0, 0};
    uint32_t growths = 0, mask = 0;
    for (uint32_t item = 0; item < 5000; item++) {
        insert(&map, item * UINT32_C(2654435761), item);
        check_int(map.used, item + 1);
        check_int((map.mask + 1) & map.mask, 0); /* a power of two */
        check_true(map.used <= map.mask - map.mask / 8);
        growths += map.mask != mask;
        mask = map.mask;
    }
    check_int(growths, 11); /* 8, 16, ... 8192 */
    for (uint32_t item = 0; item < 5000; item++)
        check_int(count(&map, item * UINT32_C(2654435761), item), 1);
    pv_map_deinit(&map);
}

static void map__reserve__grows_only_when_full(void **state)
{
    (void)state;
    struct pv_map map = {NULL, 0, 0};
    for (uint32_t item = 0; item < 7; item++)
        insert(&map, item, item);
    check_int(map.mask, 7); /* seven of eight */
    check_int(pv_map_reserve(&map), PV_OK);
    check_int(map.mask, 15);
    check_int(map.used, 7);
    struct pv_map_slot *slots = map.slots;
    check_int(pv_map_reserve(&map), PV_OK);
    check_true(map.slots == slots);
    for (uint32_t item = 7; item < 14; item++)
        insert(&map, item, item);
    check_true(map.slots == slots); /* fourteen of sixteen */
    insert(&map, 14, 14);
    check_int(map.mask, 31);
    for (uint32_t item = 0; item < 15; item++)
        check_int(count(&map, item, item), 1);
    pv_map_deinit(&map);
}

static uint32_t hash_of(uint64_t hi, uint64_t lo)
{
    return pv_hash_bits128(seed, (struct pv_bits128){hi, lo});
}

static void hash__of_ids__depends_on_every_bit_and_the_seed(void **state)
{
    (void)state;
    struct pv_bits128 key = {UINT64_C(0x018dc5a4f6c00000), 42};
    uint32_t hash = pv_hash_bits128(seed, key);
    check_int(pv_hash_bits128(seed, key), hash);
    for (unsigned bit = 0; bit < 64; bit++) {
        uint64_t one = UINT64_C(1) << bit;
        check_true(pv_hash_bits128(seed, (struct pv_bits128){key.hi ^ one, key.lo}) != hash);
        check_true(pv_hash_bits128(seed, (struct pv_bits128){key.hi, key.lo ^ one}) != hash);
        check_true(pv_hash_bits128((struct pv_seed){seed.a ^ one, seed.b}, key) != hash);
        check_true(pv_hash_bits128((struct pv_seed){seed.a, seed.b ^ one}, key) != hash);
    }
}

/* Ids of one moment differ in their last bits only; 4096 of them must spread over 65536 slots like chance,
   which would leave about 126 pairs in one slot. */
static void hash__of_neighbouring_ids__spreads(void **state)
{
    (void)state;
    static unsigned char slots[65536];
    memset(slots, 0, sizeof slots);
    unsigned collisions = 0;
    for (uint64_t i = 0; i < 4096; i++) {
        unsigned char *slot = &slots[hash_of(UINT64_C(0x018dc5a4f6c00000), i) & 0xffff];
        collisions += *slot;
        *slot = 1;
    }
    check_true(collisions > 60 && collisions < 220);
}

static uint32_t hash_email(const char *text, size_t len)
{
    return pv_hash_email(seed, edge_copy((struct pv_str){text, len}));
}

static void hash__of_emails__is_without_regard_to_case(void **state)
{
    (void)state;
    char lower[100], upper[100];
    for (size_t i = 0; i < sizeof lower; i++) {
        lower[i] = (char)('a' + i % 26);
        upper[i] = (char)('A' + i % 26);
    }
    for (size_t len = 1; len <= sizeof lower; len++)
        check_int(hash_email(lower, len), hash_email(upper, len));
    /* Not letters: kept apart. */
    check_true(hash_email("a[@x", 4) != hash_email("a{@x", 4));
    check_true(hash_email("a@x", 3) != hash_email("a`x", 3));
}

static void hash__of_emails__depends_on_every_byte_and_the_length(void **state)
{
    (void)state;
    char text[100];
    memset(text, 'm', sizeof text);
    const size_t lengths[] = {1, 15, 16, 17, 31, 32, 33, 100};
    for (size_t l = 0; l < sizeof lengths / sizeof lengths[0]; l++) {
        uint32_t hash = hash_email(text, lengths[l]);
        check_true(hash_email(text, lengths[l] - 1) != hash);
        for (size_t i = 0; i < lengths[l]; i++) {
            text[i] = 'n';
            check_true(hash_email(text, lengths[l]) != hash);
            text[i] = 'm';
        }
        check_true(pv_hash_email((struct pv_seed){seed.a + 1, seed.b}, (struct pv_str){text, lengths[l]}) !=
                   hash);
        check_true(pv_hash_email((struct pv_seed){seed.a, seed.b + 1}, (struct pv_str){text, lengths[l]}) !=
                   hash);
    }
    /* Zero bytes that fill up the last block are not the email's. */
    check_true(hash_email("m\0", 2) != hash_email("m", 1));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(map__empty__has_nothing),
    cmocka_unit_test(map__items_of_one_hash__are_all_found),
    cmocka_unit_test(map__probing__wraps_at_the_end),
    cmocka_unit_test(map__growth__keeps_everything_and_a_free_slot),
    cmocka_unit_test(map__reserve__grows_only_when_full),
    cmocka_unit_test(hash__of_ids__depends_on_every_bit_and_the_seed),
    cmocka_unit_test(hash__of_neighbouring_ids__spreads),
    cmocka_unit_test(hash__of_emails__is_without_regard_to_case),
    cmocka_unit_test(hash__of_emails__depends_on_every_byte_and_the_length),
};
CHECK_MAIN(tests, 9)
