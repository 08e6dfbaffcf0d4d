#include "mhd_parts.h"

#include <stdlib.h>

enum { UNIT = 1024, KEPT_MAX = 4096 };

bool pv_mhd_buffer_reserve(struct pv_mhd_buffer *buffer, size_t size)
{
    if (size <= buffer->size)
        return true;
    size_t rounded = (size + UNIT - 1) / UNIT * UNIT;
    char *grown = realloc(buffer->ptr, rounded);
    if (grown == NULL)
        return false;
    buffer->ptr = grown;
    buffer->size = rounded;
    return true;
}

void pv_mhd_buffer_trim(struct pv_mhd_buffer *buffer)
{
    if (buffer->size <= KEPT_MAX)
        return;
    free(buffer->ptr);
    *buffer = (struct pv_mhd_buffer){NULL, 0};
}
