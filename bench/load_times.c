#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int64_t pv_load_now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void pv_load_times_add(struct pv_load_times *times, int64_t us)
{
    if (times->count == times->capacity) {
        times->capacity = times->capacity == 0 ? 65536 : 2 * times->capacity;
        uint32_t *grown = realloc(times->list, times->capacity * sizeof *grown);
        if (grown == NULL) {
            fputs("pv-bench-load: out of memory\n", stderr);
            exit(2);
        }
        times->list = grown;
    }
    times->list[times->count++] = us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
}

static int compare(const void *left, const void *right)
{
    const uint32_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

uint32_t pv_load_times_at(struct pv_load_times *times, double share)
{
    if (times->count == 0)
        return 0;
    qsort(times->list, times->count, sizeof *times->list, compare);
    size_t at = (size_t)(share * (double)times->count);
    return times->list[at < times->count ? at : times->count - 1];
}
