#include "virtual_clock.h"

enum { START_MS = 86400000 };
#define START_US INT64_C(1708797791123456)
/* SplitMix64: its state only counts, so threads that draw at once each get numbers of their own. */
#define STEP UINT64_C(0x9e3779b97f4a7c15)

static struct pv_time now(void *self)
{
    struct virtual_clock *clock = self;
    return (struct pv_time){atomic_load(&clock->us)};
}

static int64_t monotonic_ms(void *self)
{
    struct virtual_clock *clock = self;
    return atomic_load(&clock->ms);
}

static uint64_t draw(struct virtual_clock *clock)
{
    uint64_t z = atomic_fetch_add(&clock->chance, STEP) + STEP;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static void random_bytes(void *self, unsigned char *bytes, size_t len)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < len; i++) {
        bits = i % 8 == 0 ? draw(self) : bits >> 8;
        bytes[i] = (unsigned char)bits;
    }
}

void virtual_clock_init(struct virtual_clock *clock, uint64_t seed)
{
    static const struct pv_clock_ops ops = {now, monotonic_ms, random_bytes};
    clock->clock = (struct pv_clock){&ops, clock};
    atomic_init(&clock->us, START_US);
    atomic_init(&clock->ms, START_MS);
    atomic_init(&clock->chance, seed);
}

void virtual_clock_advance(struct virtual_clock *clock, int64_t ms)
{
    atomic_fetch_add(&clock->us, ms * 1000);
    atomic_fetch_add(&clock->ms, ms);
}

void virtual_clock_jump(struct virtual_clock *clock, int64_t us)
{
    atomic_fetch_add(&clock->us, us);
}
