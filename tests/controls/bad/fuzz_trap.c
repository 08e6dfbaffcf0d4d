/* A fuzz target with a trap in it, for the control of scripts/gates/fuzz: the fuzzers must fall in. Built by it alone. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size >= 3 && data[0] == 'B' && data[1] == 'U' && data[2] == 'G')
        abort();
    return 0;
}
