#include "kit_memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The linker gives this its meaning where malloc and its kin are wrapped; elsewhere it is not there. */
void *__real_realloc(void *memory, size_t size) __attribute__((weak));

void *kit_realloc(void *memory, size_t size)
{
    void *made = (__real_realloc != NULL ? __real_realloc : realloc)(memory, size);
    if (made == NULL) {
        (void)fprintf(stderr, "the test has no memory\n");
        exit(2);
    }
    return made;
}

void *kit_zeroed(size_t size)
{
    return memset(kit_realloc(NULL, size), 0, size);
}
