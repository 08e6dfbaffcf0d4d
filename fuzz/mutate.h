/* The structure-aware mutator of texts that are JSON, or lines of it: changes whole values, members and
   lines, because no change of bytes invents a second vote of the same voter. Without state; the same text and
   seed give the same. */
#ifndef PV_FUZZ_MUTATE_H
#define PV_FUZZ_MUTATE_H

#include <stddef.h>
#include <stdint.h>

/* Changes `data`, which holds `size` of at most `max` bytes, in place; returns the new size, never 0. The
   text need be neither JSON nor UTF-8. */
size_t mutate(uint8_t *data, size_t size, size_t max, uint64_t seed);

#endif
