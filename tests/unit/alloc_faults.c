#include "alloc_faults.h"

#include <stdlib.h>
#include <string.h>

static enum alloc_plan current;
static size_t fail_at, count;

void *__real_malloc(size_t size);
void *__real_calloc(size_t members, size_t size);
void *__real_realloc(void *memory, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t members, size_t size);
void *__wrap_realloc(void *memory, size_t size);
char *__wrap_strdup(const char *text);

void alloc_plan(enum alloc_plan plan, size_t at)
{
    current = plan;
    fail_at = at;
    count = 0;
}

size_t alloc_count(void)
{
    return count;
}

bool alloc_may(void)
{
    size_t number = count++;
    if (current == ALLOC_FAIL_ONCE)
        return number != fail_at;
    return current == ALLOC_SOUND || number < fail_at;
}

void *__wrap_malloc(size_t size)
{
    return alloc_may() ? __real_malloc(size) : NULL;
}

void *__wrap_calloc(size_t members, size_t size)
{
    return alloc_may() ? __real_calloc(members, size) : NULL;
}

void *__wrap_realloc(void *memory, size_t size)
{
    return alloc_may() ? __real_realloc(memory, size) : NULL;
}

char *__wrap_strdup(const char *text)
{
    return alloc_may() ? __real_strdup(text) : NULL;
}
