#include "alloc_faults.h"

#include <execinfo.h>
#include <stdlib.h>
#include <string.h>

static enum alloc_plan current;
static size_t fail_at, count, notes_max, place;
static uint64_t *notes;

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

void alloc_note(uint64_t *list, size_t max)
{
    void *first[1];
    if (list != NULL)
        (void)backtrace(first, 1); /* which allocates itself, but only now */
    notes = list;
    notes_max = max;
}

void alloc_place(size_t number)
{
    place = number;
}

/* FNV-1a over the calls and the place. */
static uint64_t note(void)
{
    enum { CALLS_MAX = 64 };
    void *calls[CALLS_MAX];
    uint64_t hash = UINT64_C(14695981039346656037) ^ place;
    int depth = backtrace(calls, CALLS_MAX);
    for (int i = 0; i < depth; i++)
        hash = (hash ^ (uintptr_t)calls[i]) * UINT64_C(1099511628211);
    return hash;
}

bool alloc_may(void)
{
    size_t number = count++;
    if (notes != NULL && number < notes_max)
        notes[number] = note();
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
