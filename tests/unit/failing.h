/* Allocations that fail on purpose. Link with failing.c and -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc;
   cJSON, a shared library, is reached by its hooks. */
#ifndef PV_FAILING_H
#define PV_FAILING_H

#include <stddef.h>

/* The allocation with this number from now on fails, counted from 0, and no other; SIZE_MAX: none. */
void failing_at(size_t number);
/* Allocations since then. */
size_t failing_count(void);

#endif
