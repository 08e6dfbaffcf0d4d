/* The clock that other tests stand on. */
#include "check.h"
#include "virtual_clock.h"

static void clocks__stand_still_until_they_are_set(void **state)
{
    char text[PV_TIME_MAX];
    struct virtual_clock v;
    (void)state;
    virtual_clock_init(&v, 1);
    struct pv_time before = pv_clock_now(&v.clock);
    int64_t ms = pv_clock_ms(&v.clock);
    check_str(((struct pv_str){text, pv_time_format(before, text)}), "2024-02-24T18:03:11.123456Z");
    check_int(pv_clock_now(&v.clock).us, before.us);
    virtual_clock_advance(&v, 250);
    check_int(pv_clock_now(&v.clock).us, before.us + 250000);
    check_int(pv_clock_ms(&v.clock), ms + 250);
    virtual_clock_jump(&v, -3600000000);
    check_int(pv_clock_now(&v.clock).us, before.us + 250000 - 3600000000);
    check_int(pv_clock_ms(&v.clock), ms + 250);
}

static void random__of_a_seed__is_the_same_again(void **state)
{
    unsigned char a[20], b[20], c[20];
    struct virtual_clock v;
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        virtual_clock_init(&v, i == 2 ? 8 : 7);
        v.clock.ops->random(v.clock.self, i == 0 ? a : i == 1 ? b : c, sizeof a);
    }
    check_true(memcmp(a, b, sizeof a) == 0);
    check_true(memcmp(a, c, sizeof a) != 0);
    v.clock.ops->random(v.clock.self, b, sizeof b);
    check_true(memcmp(b, c, sizeof b) != 0);
    check_true(memcmp(a, a + 8, 8) != 0);
    v.clock.ops->random(v.clock.self, NULL, 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(clocks__stand_still_until_they_are_set),
    cmocka_unit_test(random__of_a_seed__is_the_same_again),
};
CHECK_MAIN(tests, 2)
