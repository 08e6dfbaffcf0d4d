/* Allocations that fail on purpose, once or from one on. Link with alloc_faults.c and
   -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup; a library with hooks asks alloc_may. */
#ifndef PV_TEST_ALLOC_FAULTS_H
#define PV_TEST_ALLOC_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum alloc_plan {
    ALLOC_SOUND,
    ALLOC_FAIL_ONCE,    /* allocation `at` fails, counted from 0 from now on */
    ALLOC_FAIL_FROM_ON, /* and all after it */
};
void alloc_plan(enum alloc_plan plan, size_t at);
/* Allocations since then. */
size_t alloc_count(void);
/* Counts one; false: it fails. */
bool alloc_may(void);

/* From the next plan on notes of each of the first `max` allocations where it comes from: equal notes are of
   the same calls in the same place, which the test says by alloc_place. NULL: no more notes. */
void alloc_note(uint64_t *notes, size_t max);
void alloc_place(size_t place);

#endif
