/* Properties that do not hold, for the controls of the engine itself: what it prints is what the other
   controls rely on. */
#include "prop.h"

#include <stdlib.h>

/* Fails for three values of 50 or more, among any others. */
static int prop_three_large(struct gen *g)
{
    unsigned large = 0;
    for (;;) {
        gen_item(g);
        if (gen_draw(g, 20) == 0)
            return 0;
        uint32_t value = gen_draw(g, 100);
        gen_trace(g, "value %u\n", value);
        large += value >= 50;
        if (large == 3)
            return gen_fail(g, "three large values");
    }
}

static int prop_crashes(struct gen *g)
{
    if (gen_draw(g, 30) == 29)
        abort();
    return 0;
}

static int prop_lame(struct gen *g)
{
    if (gen_draw(g, 100) == 99)
        gen_count(g, 1);
    return 0;
}

static int prop_holds(struct gen *g)
{
    gen_count(g, 1);
    return gen_draw(g, 5) < 5 ? 0 : gen_fail(g, "out of range");
}

static const char *counter_name(unsigned counter)
{
    return counter == 1 ? "lame legs" : NULL;
}

int main(int argc, char **argv)
{
    static const struct prop_floor floors[] = {{1, 1, 500}};
    static const struct prop props[] = {
        {"three_large", prop_three_large, NULL, 0, counter_name},
        {"crashes", prop_crashes, NULL, 0, counter_name},
        {"lame", prop_lame, floors, 1, counter_name},
        {"holds", prop_holds, floors, 1, counter_name},
    };
    return prop_main(argc, argv, props, sizeof props / sizeof props[0]);
}
