/* The choice-sequence engine. A property is one function that draws small numbers and builds its input of
   them; the same body then runs on a seeded generator, on the bytes of a fuzzer, and on a recorded list of
   choices. Shrinking works on the list, so that no type needs a shrinker of its own and what a generator
   guarantees stays guaranteed. */
#ifndef PV_GEN_H
#define PV_GEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum {
    GEN_CHOICES_MAX = 1 << 16, /* beyond these every draw is 0: generators must end on 0 */
    GEN_ITEMS_MAX = 1 << 12,
    GEN_COUNTERS = 256,
    GEN_MESSAGE_MAX = 1024,
};

enum gen_source { GEN_RANDOM, GEN_BYTES, GEN_CHOICES };

struct gen {
    enum gen_source source;
    uint64_t random;
    const uint8_t *bytes; /* borrowed, as is `given` */
    const uint32_t *given;
    size_t given_count, given_at; /* of bytes or of choices */
    size_t count, item_count;
    uint64_t *counters; /* GEN_COUNTERS of them, or NULL: nothing is counted */
    FILE *trace;        /* where a generator tells what it made, or NULL */
    char message[GEN_MESSAGE_MAX];
    uint32_t choices[GEN_CHOICES_MAX]; /* what was drawn */
    uint32_t items[GEN_ITEMS_MAX];     /* where in `choices` each item begins */
};

void gen_from_seed(struct gen *g, uint64_t seed);
void gen_from_bytes(struct gen *g, const uint8_t *bytes, size_t count);
void gen_from_choices(struct gen *g, const uint32_t *choices, size_t count);

/* 0 to n-1; 0 is the simplest choice, and what comes after the end of bytes or choices. n must not be 0. */
uint32_t gen_draw(struct gen *g, uint32_t n);
/* True in `percent` of 100 draws; false is the simplest. */
bool gen_chance(struct gen *g, uint32_t percent);
/* An index, each as likely as its weight. */
uint32_t gen_weighted(struct gen *g, const uint32_t *weights, uint32_t count);
/* The next choices make up one item (an event, a record): shrinking tries to leave whole items out. */
void gen_item(struct gen *g);
void gen_count(struct gen *g, unsigned counter);
/* Keeps the message, the first of a run; always 1, what a property returns when it does not hold. */
int gen_fail(struct gen *g, const char *format, ...) __attribute__((format(printf, 2, 3)));
void gen_trace(struct gen *g, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* 0 when it holds. */
typedef int gen_property(struct gen *g);

/* Makes the failing choices smaller while the property keeps failing: leaves out items and blocks, lowers
   values, sorts neighbours. At most `tries` runs, fewer of long lists. Returns the new count. `scratch` is
   overwritten. */
size_t gen_shrink(gen_property *property, uint32_t *choices, size_t count, unsigned tries,
                  struct gen *scratch);

/* The state of a generator of 64-bit numbers, stepped. */
uint64_t gen_mix(uint64_t *state);

#endif
