#include "cache_kit.h"

#include "kit_memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pv_election_id kit_election(unsigned n)
{
    return (struct pv_election_id){{0x018dd1f7a0000000u + n / 32, 0x4000000000000000u + n % 32}};
}

void kit_document_make(struct kit_document *document, unsigned election, unsigned revision,
                       uint32_t voter_pages, uint32_t ballot_pages)
{
    *document = (struct kit_document){.election = election,
                                      .revision = revision,
                                      .voter_pages = voter_pages,
                                      .ballot_pages = ballot_pages,
                                      .fail_at = KIT_ALWAYS};
    for (size_t i = 0; i < KIT_PAGES_MAX; i++)
        document->voter_revision[i] = document->ballot_revision[i] = revision;
}

void kit_document_deinit(struct kit_document *document)
{
    free(document->text);
    document->text = NULL;
}

/* The text of a part, in the document's own buffer. */
static struct pv_str part(struct kit_document *document, const char *kind, uint32_t page, unsigned revision)
{
    size_t size = 80 + document->padding;
    document->text = kit_realloc(document->text, size);
    int len = snprintf(document->text, size, "{\"%s\":%u,\"election\":%u,\"revision\":%u,\"pad\":\"", kind,
                       (unsigned)page, document->election, revision);
    memset(document->text + len, '.', document->padding);
    memcpy(document->text + len + document->padding, "\"}", 2);
    return (struct pv_str){document->text, (size_t)len + document->padding + 2};
}

static bool fails(struct kit_document *document)
{
    return document->fail_at ==
           (int)(document->asked_pages + document->asked_headers + document->asked_documents);
}

static bool lend_whole(void *context, struct pv_str *bytes)
{
    struct kit_document *document = context;
    if (fails(document))
        return false;
    document->asked_documents++;
    *bytes =
        part(document, "whole", document->voter_pages * 100 + document->ballot_pages, document->revision);
    return true;
}

static bool lend_header(void *context, struct pv_str *bytes)
{
    struct kit_document *document = context;
    if (fails(document))
        return false;
    document->asked_headers++;
    *bytes = part(document, "header", 0, document->revision);
    return true;
}

static struct pv_str page_text(struct kit_document *document, enum pv_page_kind kind, uint32_t page)
{
    bool voters = kind == PV_PAGE_KIND_VOTERS;
    return part(document, voters ? "voters" : "ballots", page,
                voters ? document->voter_revision[page] : document->ballot_revision[page]);
}

static bool lend_page(void *context, enum pv_page_kind kind, uint32_t page, struct pv_str *bytes)
{
    struct kit_document *document = context;
    if (fails(document))
        return false;
    document->asked_pages++;
    *bytes = page_text(document, kind, page);
    return true;
}

static bool has_changed(void *context, enum pv_page_kind kind, uint32_t page)
{
    const struct kit_document *document = context;
    return document->revision ==
           (kind == PV_PAGE_KIND_VOTERS ? document->voter_revision[page] : document->ballot_revision[page]);
}

struct pv_cache_put kit_make_put(struct kit_document *document)
{
    document->asked_pages = document->asked_headers = document->asked_documents = 0;
    return (struct pv_cache_put){.id = kit_election(document->election),
                                 .last_number = 10 * (int64_t)document->revision,
                                 .voter_pages = document->voter_pages,
                                 .ballot_pages = document->ballot_pages,
                                 .context = document,
                                 .document = lend_whole,
                                 .header = lend_header,
                                 .page = lend_page};
}

enum pv_cache_result kit_put(const struct pv_document_cache *cache, struct kit_document *document,
                             struct pv_fault *fault)
{
    struct pv_cache_put put = kit_make_put(document);
    return cache->ops->put(cache->self, &put, fault);
}

enum pv_cache_result kit_put_changes(const struct pv_document_cache *cache, struct kit_document *document,
                                     unsigned base, struct pv_fault *fault)
{
    struct pv_cache_put put = kit_make_put(document);
    put.page_changed = has_changed;
    put.base = 10 * (int64_t)base;
    return cache->ops->put(cache->self, &put, fault);
}

static bool is(const struct pv_text *text, struct pv_str expected)
{
    return text->len == expected.len && memcmp(text->ptr, expected.ptr, expected.len) == 0;
}

static bool pages_are(const struct pv_text *pages, uint32_t count, struct kit_document *document,
                      enum pv_page_kind kind)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!is(&pages[i], page_text(document, kind, i)))
            return false;
    }
    return true;
}

const char *kit_difference_of(const struct pv_cached *cached, struct kit_document *document,
                              bool number_may_be_unknown)
{
    if (cached->last_number != 10 * (int64_t)document->revision &&
        !(number_may_be_unknown && cached->last_number == -1))
        return "the last number";
    if (cached->whole) {
        uint32_t pages = document->voter_pages * 100 + document->ballot_pages;
        if (cached->voter_page_count != 0 || cached->ballot_page_count != 0)
            return "pages beside a whole document";
        return is(&cached->header, part(document, "whole", pages, document->revision)) ? NULL
                                                                                       : "the document";
    }
    if (!is(&cached->header, part(document, "header", 0, document->revision)))
        return "the header";
    if (cached->voter_page_count != document->voter_pages ||
        cached->ballot_page_count != document->ballot_pages)
        return "the number of pages";
    if (!pages_are(cached->voter_pages, cached->voter_page_count, document, PV_PAGE_KIND_VOTERS))
        return "a page of voters";
    return pages_are(cached->ballot_pages, cached->ballot_page_count, document, PV_PAGE_KIND_BALLOTS)
               ? NULL
               : "a page of ballots";
}
