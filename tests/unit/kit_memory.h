/* Memory for the tests' own use: where allocations are made to fail, these are not. They end the program
   instead of giving NULL. What they give is freed by free(). */
#ifndef PV_KIT_MEMORY_H
#define PV_KIT_MEMORY_H

#include <stddef.h>

void *kit_realloc(void *memory, size_t size);
/* All bytes 0. */
void *kit_zeroed(size_t size);

#endif
