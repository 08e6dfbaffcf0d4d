/* Hands the mutator to AFL++ (AFL_CUSTOM_MUTATOR_LIBRARY), which takes turns with its own. */
#include "mutate.h"

#include <stdlib.h>
#include <string.h>

struct afl_mutator {
    uint64_t seed;
    uint8_t *bytes;
    size_t room;
};

void *afl_custom_init(void *afl, unsigned int seed);
size_t afl_custom_fuzz(void *self, uint8_t *data, size_t size, uint8_t **out, uint8_t *other,
                       size_t other_size, size_t max);
void afl_custom_deinit(void *self);

void *afl_custom_init(void *afl, unsigned int seed)
{
    struct afl_mutator *mutator = calloc(1, sizeof *mutator);
    (void)afl;
    if (mutator != NULL)
        mutator->seed = seed;
    return mutator;
}

size_t afl_custom_fuzz(void *self, uint8_t *data, size_t size, uint8_t **out, uint8_t *other,
                       size_t other_size, size_t max)
{
    struct afl_mutator *mutator = self;
    (void)other;
    (void)other_size;
    if (max > mutator->room) {
        free(mutator->bytes);
        mutator->bytes = malloc(max);
        mutator->room = mutator->bytes == NULL ? 0 : max;
    }
    *out = mutator->bytes;
    if (size == 0 || size > mutator->room)
        return 0;
    memcpy(mutator->bytes, data, size);
    return mutate(mutator->bytes, size, max, ++mutator->seed * 0x9E3779B97F4A7C15U);
}

void afl_custom_deinit(void *self)
{
    struct afl_mutator *mutator = self;
    free(mutator->bytes);
    free(mutator);
}
