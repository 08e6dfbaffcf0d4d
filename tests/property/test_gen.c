/* The choice-sequence engine by itself. */
#include "check.h"

#include "gen.h"
#include "relayout.h"

static struct gen g;

static void draws__from_a_seed__repeat_and_stay_in_range(void **state)
{
    (void)state;
    uint32_t first[200];
    gen_from_seed(&g, 7);
    for (size_t i = 0; i < 200; i++) {
        first[i] = gen_draw(&g, (uint32_t)i + 1);
        check_true(first[i] <= i);
    }
    gen_from_seed(&g, 7);
    for (size_t i = 0; i < 200; i++)
        check_int(gen_draw(&g, (uint32_t)i + 1), first[i]);
}

static void draws__recorded__replay_the_same_run(void **state)
{
    (void)state;
    uint32_t choices[50];
    gen_from_seed(&g, 3);
    for (uint32_t i = 0; i < 50; i++)
        (void)gen_draw(&g, 1000);
    memcpy(choices, g.choices, sizeof choices);
    gen_from_choices(&g, choices, 50);
    for (uint32_t i = 0; i < 50; i++)
        check_int(gen_draw(&g, 1000), choices[i]);
    check_int(gen_draw(&g, 1000), 0); /* past the end */
}

static void draws__from_bytes__take_what_they_need(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {5, 1, 2, 9};
    gen_from_bytes(&g, bytes, sizeof bytes);
    check_int(gen_draw(&g, 1), 0); /* nothing to choose: no byte is taken */
    check_int(gen_draw(&g, 256), 5);
    check_int(gen_draw(&g, 257), (1 * 256 + 2) % 257);
    check_int(gen_draw(&g, 8), 1);
    check_int(gen_draw(&g, 8), 0); /* past the end */
}

static void draws__beyond_the_room__are_zero(void **state)
{
    (void)state;
    gen_from_seed(&g, 1);
    for (uint32_t i = 0; i < GEN_CHOICES_MAX; i++)
        (void)gen_draw(&g, 2);
    for (uint32_t i = 0; i < 100; i++)
        check_int(gen_draw(&g, 1000), 0);
}

static void chances__are_about_what_they_say(void **state)
{
    (void)state;
    static const uint32_t weights[] = {0, 1, 3};
    unsigned hits = 0, drawn[3] = {0};
    gen_from_seed(&g, 1);
    for (int i = 0; i < 10000; i++) {
        hits += gen_chance(&g, 15);
        drawn[gen_weighted(&g, weights, 3)]++;
    }
    check_true(hits > 1400 && hits < 1600);
    check_true(drawn[0] == 0 && drawn[1] > 2400 && drawn[1] < 2600);
}

/* ---- shrinking ---- */

static unsigned runs;

static int three_large(struct gen *at)
{
    unsigned large = 0;
    runs++;
    for (;;) {
        gen_item(at);
        if (gen_draw(at, 20) == 0)
            return 0;
        large += gen_draw(at, 100) >= 50;
        if (large == 3)
            return 1;
    }
}

/* Fails for two different values that are not small, in any order. */
static int two_different(struct gen *at)
{
    uint32_t a = gen_draw(at, 100), b = gen_draw(at, 100);
    return a >= 30 && b >= 30 && a != b;
}

/* A failing run of some seed. */
static size_t failing(gen_property *property, uint32_t *choices)
{
    for (uint64_t seed = 1;; seed++) {
        gen_from_seed(&g, seed);
        if (property(&g) != 0 && g.count > 20) {
            memcpy(choices, g.choices, g.count * sizeof *choices);
            return g.count;
        }
    }
}

static void shrink__leaves_out_items_and_lowers_values__to_the_minimum(void **state)
{
    (void)state;
    static uint32_t choices[GEN_CHOICES_MAX];
    static const uint32_t least[] = {1, 50, 1, 50, 1, 50};
    size_t count = gen_shrink(three_large, choices, failing(three_large, choices), 5000, &g);
    check_int(count, 6);
    check_true(memcmp(choices, least, sizeof least) == 0);
}

static void shrink__sorts(void **state)
{
    (void)state;
    uint32_t choices[] = {31, 30}; /* neither can be lowered alone */
    check_int(gen_shrink(two_different, choices, 2, 1000, &g), 2);
    check_true(choices[0] == 30 && choices[1] == 31);
}

static void shrink__keeps_to_its_tries(void **state)
{
    (void)state;
    static uint32_t choices[GEN_CHOICES_MAX];
    size_t count = failing(three_large, choices);
    runs = 0;
    count = gen_shrink(three_large, choices, count, 10, &g);
    check_true(runs <= 11);
    gen_from_choices(&g, choices, count);
    check_int(three_large(&g), 1);
}

/* ---- another layout of the same JSON ---- */

static void relayout__turns_objects_round__but_not_lists(void **state)
{
    (void)state;
    static const uint32_t choices[] = {1, 1, 0}; /* backwards, with more members, without space */
    struct buf out = {0};
    gen_from_choices(&g, choices, 3);
    relayout(&g, PV_STR("{\"id\":\"a,}\\\"\",\"list\":[1,{\"x\":2,\"y\":[]}],\"r\":{\"k\":5}}"), &out);
    check_str(((struct pv_str){out.bytes, out.len}),
              "{\"r\":{\"k\":5},\"list\":[1,{\"y\":[],\"x\":2}],\"id\":\"a,}\\\"\","
              "\"_etag\":\"\\u0041\",\"Deleted\":[{\"id\":null}]}");
    buf_free(&out);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(draws__from_a_seed__repeat_and_stay_in_range),
    cmocka_unit_test(draws__recorded__replay_the_same_run),
    cmocka_unit_test(draws__from_bytes__take_what_they_need),
    cmocka_unit_test(draws__beyond_the_room__are_zero),
    cmocka_unit_test(chances__are_about_what_they_say),
    cmocka_unit_test(shrink__leaves_out_items_and_lowers_values__to_the_minimum),
    cmocka_unit_test(shrink__sorts),
    cmocka_unit_test(shrink__keeps_to_its_tries),
    cmocka_unit_test(relayout__turns_objects_round__but_not_lists),
};
CHECK_MAIN(tests, 9)
