/* Hands the mutator to libFuzzer, in turn with libFuzzer's own. */
#include "mutate.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed);

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed)
{
    enum { OF = 4 };
    return size == 0 || seed % OF == 0 ? LLVMFuzzerMutate(data, size, max) : mutate(data, size, max, seed);
}
