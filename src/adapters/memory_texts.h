/* What is kept in memory with its texts behind it, in one block: they are freed with it. */
#ifndef PV_MEMORY_TEXTS_H
#define PV_MEMORY_TEXTS_H

#include "base.h"

#include <stddef.h>
#include <string.h>

/* Copies the texts one behind the other to `to`, which has room for all of them, and has each refer to its
   copy. One that is not there (ptr NULL) stays so. */
static inline void pv_memory_move_texts(struct pv_str *const *texts, size_t count, char *to)
{
    for (size_t i = 0; i < count; i++) {
        if (texts[i]->ptr == NULL)
            continue;
        memcpy(to, texts[i]->ptr, texts[i]->len);
        texts[i]->ptr = to;
        to += texts[i]->len;
    }
}

#endif
