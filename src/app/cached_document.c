#include "cached_document.h"

#include <stdlib.h>

enum pv_result pv_cached_document_read(const struct pv_cached *cached, struct pv_election *election,
                                       struct pv_document_error *error)
{
    /* struct pv_text and struct pv_str differ only in who owns the bytes; pages are lent for the call. */
    struct pv_str *pages =
        calloc((size_t)cached->voter_page_count + cached->ballot_page_count + 1, sizeof *pages);
    if (pages == NULL)
        return PV_FAULT_MEMORY;
    for (uint32_t i = 0; i < cached->voter_page_count; i++)
        pages[i] = pv_text_str(&cached->voter_pages[i]);
    for (uint32_t i = 0; i < cached->ballot_page_count; i++)
        pages[cached->voter_page_count + i] = pv_text_str(&cached->ballot_pages[i]);
    struct pv_document_parts parts = {pv_text_str(&cached->header),     pages,
                                      pages + cached->voter_page_count, cached->voter_page_count,
                                      cached->ballot_page_count,        cached->whole};
    enum pv_result result = pv_document_read(&parts, election, error);
    free(pages);
    return result;
}
