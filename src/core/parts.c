#include "parts.h"

#include <stdlib.h>
#include <string.h>

enum pv_result pv_list_reserve(void **items, uint32_t *capacity, uint32_t count, size_t size)
{
    if (count < *capacity)
        return PV_OK;
    size_t larger = *capacity == 0 ? 4 : (size_t)*capacity * 2;
    void *moved = larger > PV_LIST_MAX ? NULL : realloc(*items, larger * size);
    if (moved == NULL)
        return PV_FAULT_MEMORY;
    *items = moved;
    *capacity = (uint32_t)larger;
    return PV_OK;
}

struct pv_str pv_text_str(const struct pv_text *text)
{
    return (struct pv_str){text->ptr, text->len};
}

void pv_text_deinit(struct pv_text *text)
{
    free(text->ptr);
    *text = (struct pv_text){NULL, 0};
}

enum pv_result pv_texts_copy(struct pv_text *copies, const struct pv_str *texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        copies[i] = (struct pv_text){NULL, texts[i].len};
        if (texts[i].len == 0)
            continue;
        copies[i].ptr = malloc(texts[i].len);
        if (copies[i].ptr == NULL) {
            while (i > 0)
                pv_text_deinit(&copies[--i]);
            return PV_FAULT_MEMORY;
        }
        memcpy(copies[i].ptr, texts[i].ptr, texts[i].len);
    }
    return PV_OK;
}

enum pv_result pv_text_set(struct pv_text *text, struct pv_str value)
{
    struct pv_text copy;
    enum pv_result result = pv_texts_copy(&copy, &value, 1);
    if (result != PV_OK)
        return result;
    pv_text_deinit(text);
    *text = copy;
    return PV_OK;
}

bool pv_text_is_valid(const struct pv_text *text, enum pv_code (*check)(struct pv_str), bool optional)
{
    return (optional && text->len == 0) || check(pv_text_str(text)) == PV_CODE_NONE;
}
