#include "document_cache.h"

#include <stdlib.h>

static void free_pages(struct pv_text *pages, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        free(pages[i].ptr);
    free(pages);
}

void pv_cached_deinit(struct pv_cached *cached)
{
    free(cached->header.ptr);
    free_pages(cached->voter_pages, cached->voter_page_count);
    free_pages(cached->ballot_pages, cached->ballot_page_count);
    *cached = (struct pv_cached){.last_number = -1};
}
