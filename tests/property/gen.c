#include "gen.h"

#include <stdarg.h>
#include <string.h>

uint64_t gen_mix(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

/* The big arrays are not cleared: only what was drawn is ever read. */
static void start(struct gen *g, enum gen_source source)
{
    uint64_t *counters = g->counters;
    FILE *trace = g->trace;
    memset(g, 0, offsetof(struct gen, choices));
    g->source = source;
    g->counters = counters;
    g->trace = trace;
}

void gen_from_seed(struct gen *g, uint64_t seed)
{
    start(g, GEN_RANDOM);
    g->random = seed;
}

void gen_from_bytes(struct gen *g, const uint8_t *bytes, size_t count)
{
    start(g, GEN_BYTES);
    g->bytes = bytes;
    g->given_count = count;
}

void gen_from_choices(struct gen *g, const uint32_t *choices, size_t count)
{
    start(g, GEN_CHOICES);
    g->given = choices;
    g->given_count = count;
}

/* As few bytes as n needs, so that a fuzzer's mutations stay local. */
static uint32_t from_bytes(struct gen *g, uint32_t n)
{
    uint32_t value = 0;
    for (uint32_t reach = n - 1; reach > 0; reach >>= 8)
        value = value << 8 | (g->given_at < g->given_count ? g->bytes[g->given_at++] : 0);
    return value % n;
}

static uint32_t next_choice(struct gen *g, uint32_t n)
{
    switch (g->source) {
    case GEN_RANDOM:
        return (uint32_t)((gen_mix(&g->random) >> 32) * n >> 32);
    case GEN_BYTES:
        return from_bytes(g, n);
    case GEN_CHOICES:
        return g->given_at < g->given_count ? g->given[g->given_at++] % n : 0;
    }
    return 0;
}

uint32_t gen_draw(struct gen *g, uint32_t n)
{
    if (g->count == GEN_CHOICES_MAX)
        return 0;
    return g->choices[g->count++] = next_choice(g, n);
}

bool gen_chance(struct gen *g, uint32_t percent)
{
    return gen_draw(g, 100) >= 100 - percent;
}

uint32_t gen_weighted(struct gen *g, const uint32_t *weights, uint32_t count)
{
    uint32_t total = 0;
    for (uint32_t i = 0; i < count; i++)
        total += weights[i];
    uint32_t drawn = gen_draw(g, total);
    for (uint32_t i = 0; i < count; i++) {
        if (drawn < weights[i])
            return i;
        drawn -= weights[i];
    }
    return 0;
}

void gen_item(struct gen *g)
{
    if (g->item_count < GEN_ITEMS_MAX)
        g->items[g->item_count++] = (uint32_t)g->count;
}

void gen_count(struct gen *g, unsigned counter)
{
    if (g->counters != NULL)
        g->counters[counter]++;
}

int gen_fail(struct gen *g, const char *format, ...)
{
    if (g->message[0] == '\0') {
        va_list args;
        va_start(args, format);
        vsnprintf(g->message, sizeof g->message, format, args);
        va_end(args);
    }
    return 1;
}

void gen_trace(struct gen *g, const char *format, ...)
{
    if (g->trace == NULL)
        return;
    va_list args;
    va_start(args, format);
    vfprintf(g->trace, format, args);
    va_end(args);
}
