#include "gen.h"

#include <string.h>

/* Long lists are dear: they get fewer tries. */
enum { DRAWS_A_TRY = 200 };

/* The best list so far, and what may still be spent on it. */
struct shrink {
    gen_property *property;
    struct gen *g;
    uint32_t *best;
    size_t count;
    unsigned tries;
    uint64_t draws; /* that the tries may still make */
    size_t item_count;
    uint32_t items[GEN_ITEMS_MAX]; /* of the best */
    uint32_t trial[GEN_CHOICES_MAX];
};

static void keep(struct shrink *s, size_t count)
{
    s->count = s->g->count < count ? s->g->count : count;
    memcpy(s->best, s->g->choices, s->count * sizeof *s->best);
    s->item_count = s->g->item_count;
    memcpy(s->items, s->g->items, s->item_count * sizeof *s->items);
}

/* Runs the trial; if it still fails, what it drew (which may be less than it was given) is the new best. */
static bool still_fails(struct shrink *s, size_t count)
{
    if (s->tries == 0)
        return false;
    gen_from_choices(s->g, s->trial, count);
    bool fails = s->property(s->g) != 0;
    s->draws -= s->draws < s->g->count ? s->draws : s->g->count;
    s->tries = s->draws == 0 ? 0 : s->tries - 1;
    if (!fails)
        return false;
    keep(s, count);
    return true;
}

static bool without(struct shrink *s, size_t from, size_t to)
{
    memcpy(s->trial, s->best, from * sizeof *s->trial);
    memcpy(s->trial + from, s->best + to, (s->count - to) * sizeof *s->trial);
    return still_fails(s, s->count - (to - from));
}

/* Runs of items, long ones first, from the end: the last ones have no followers that need them. */
static bool drop_items(struct shrink *s)
{
    bool better = false;
    for (size_t run = s->item_count > 1 ? s->item_count / 2 : 1; run >= 1; run /= 2)
        for (size_t i = s->item_count; i >= run && s->tries > 0; i--) {
            if (i > s->item_count)
                continue;
            size_t from = s->items[i - run];
            size_t to = i < s->item_count ? s->items[i] : s->count;
            if (from < to && to <= s->count)
                better |= without(s, from, to);
        }
    return better;
}

static bool drop_blocks(struct shrink *s)
{
    bool better = false;
    for (size_t run = s->count > 16 ? 16 : s->count; run >= 1; run /= 2)
        for (size_t i = 0; i + run <= s->count && s->tries > 0;) {
            if (without(s, i, i + run))
                better = true;
            else
                i++;
        }
    return better;
}

static bool with_value(struct shrink *s, size_t at, uint32_t value)
{
    memcpy(s->trial, s->best, s->count * sizeof *s->trial);
    s->trial[at] = value;
    return still_fails(s, s->count);
}

static bool lower_values(struct shrink *s)
{
    bool better = false;
    for (size_t i = 0; i < s->count && s->tries > 0; i++) {
        if (s->best[i] == 0)
            continue;
        uint32_t too_low = 0, enough = s->best[i];
        if (with_value(s, i, 0)) {
            better = true;
            continue;
        }
        while (i < s->count && enough - too_low > 1) {
            uint32_t middle = too_low + (enough - too_low) / 2;
            bool fails = with_value(s, i, middle);
            better |= fails;
            if (fails)
                enough = middle;
            else
                too_low = middle;
        }
    }
    return better;
}

static bool sort_neighbours(struct shrink *s)
{
    bool better = false;
    for (size_t i = 0; i + 1 < s->count && s->tries > 0; i++) {
        if (s->best[i] <= s->best[i + 1])
            continue;
        memcpy(s->trial, s->best, s->count * sizeof *s->trial);
        s->trial[i] = s->best[i + 1];
        s->trial[i + 1] = s->best[i];
        better |= still_fails(s, s->count);
    }
    return better;
}

size_t gen_shrink(gen_property *property, uint32_t *choices, size_t count, unsigned tries,
                  struct gen *scratch)
{
    static struct shrink s; /* too large for a stack; everything in it is set here */
    s.property = property;
    s.g = scratch;
    s.best = choices;
    s.count = count;
    s.tries = tries;
    s.draws = (uint64_t)tries * DRAWS_A_TRY;
    gen_from_choices(scratch, choices, count);
    (void)property(scratch);
    keep(&s, count);
    bool better = true;
    while (better && s.tries > 0) {
        better = drop_items(&s);
        better |= drop_blocks(&s);
        better |= lower_values(&s);
        better |= sort_neighbours(&s);
    }
    return s.count;
}
