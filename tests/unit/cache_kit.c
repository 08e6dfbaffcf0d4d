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
    return document->fail_at == (int)(document->asked_pages + document->asked_headers +
                                      document->asked_documents + document->asked_summaries);
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

static bool lend_summary(void *context, struct pv_str *bytes)
{
    struct kit_document *document = context;
    if (fails(document))
        return false;
    document->asked_summaries++;
    *bytes = part(document, "summary", 0, document->revision);
    return true;
}

static unsigned revision_of(const struct kit_document *document, enum pv_page_kind kind, uint32_t page)
{
    return kind == PV_PAGE_KIND_VOTERS ? document->voter_revision[page] : document->ballot_revision[page];
}

struct pv_str kit_key(enum pv_page_kind kind, uint32_t page, char text[KIT_KEY_MAX])
{
    int len = snprintf(text, KIT_KEY_MAX, "%s-%u", kind == PV_PAGE_KIND_VOTERS ? "voters" : "ballots",
                       (unsigned)page);
    return (struct pv_str){text, (size_t)len};
}

struct pv_str kit_revised_key(enum pv_page_kind kind, uint32_t page, unsigned revision,
                              char text[KIT_KEY_MAX])
{
    struct pv_str key = kit_key(kind, page, text);
    int more = snprintf(text + key.len, KIT_KEY_MAX - key.len, "-r%u", revision);
    return (struct pv_str){text, key.len + (size_t)more};
}

static void lend_keys(void *context, enum pv_page_kind kind, uint32_t page, pv_page_key_fn *take, void *taker)
{
    const struct kit_document *document = context;
    char text[KIT_KEY_MAX];
    take(taker, kit_key(kind, page, text));
    take(taker, kit_revised_key(kind, page, revision_of(document, kind, page), text));
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
    document->asked_summaries = 0;
    return (struct pv_cache_put){.id = kit_election(document->election),
                                 .last_number = 10 * (int64_t)document->revision,
                                 .voter_pages = document->voter_pages,
                                 .ballot_pages = document->ballot_pages,
                                 .context = document,
                                 .document = lend_whole,
                                 .header = lend_header,
                                 .page = lend_page,
                                 .summary = lend_summary,
                                 .page_keys = lend_keys};
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

/* --- part by part --- */

/* What is compared, and with what. */
struct comparison {
    const struct pv_document_cache *cache;
    struct kit_document *document;
    const char *difference;
    struct pv_fault *fault;
    bool shown; /* the summary was visited */
};

/* A part that was read: as expected? */
static enum pv_cache_result compare(struct comparison *c, enum pv_cache_result result, int64_t number,
                                    struct pv_text *text, struct pv_str expected, const char *name)
{
    if (result != PV_CACHE_OK)
        return result;
    if (number != 10 * (int64_t)c->document->revision || !is(text, expected))
        c->difference = name;
    free(text->ptr);
    return PV_CACHE_OK;
}

static enum pv_cache_result compare_header(struct comparison *c)
{
    struct pv_text text;
    int64_t number = -7;
    enum pv_cache_result result = c->cache->ops->get_header(
        c->cache->self, kit_election(c->document->election), &number, &text, c->fault);
    return compare(c, result, number, &text, part(c->document, "header", 0, c->document->revision),
                   "the header read alone");
}

/* Where a key leads to; -1: nowhere, -2: a fault or damage. */
static int64_t look_up(struct comparison *c, enum pv_page_kind kind, struct pv_str key,
                       enum pv_cache_result *result)
{
    uint32_t page = 77;
    *result =
        c->cache->ops->find(c->cache->self, kit_election(c->document->election), kind, key, &page, c->fault);
    return *result == PV_CACHE_OK ? (int64_t)page : *result == PV_CACHE_MISSING ? -1 : -2;
}

static enum pv_cache_result compare_keys(struct comparison *c, enum pv_page_kind kind, uint32_t page)
{
    char text[KIT_KEY_MAX];
    enum pv_cache_result result;
    unsigned revision = revision_of(c->document, kind, page);
    enum pv_page_kind other = kind == PV_PAGE_KIND_VOTERS ? PV_PAGE_KIND_BALLOTS : PV_PAGE_KIND_VOTERS;
    if (look_up(c, kind, kit_key(kind, page, text), &result) != page)
        c->difference = "a key that stays leads to another page";
    if (result == PV_CACHE_OK &&
        look_up(c, kind, kit_revised_key(kind, page, revision, text), &result) != page)
        c->difference = "a key leads to another page";
    if (result == PV_CACHE_OK &&
        look_up(c, kind, kit_revised_key(kind, page, revision - 1, text), &result) != -1)
        c->difference = "a key that the page no longer has leads somewhere";
    if (result == PV_CACHE_MISSING && look_up(c, other, kit_key(kind, page, text), &result) != -1)
        c->difference = "a key leads to a page of the other kind";
    return result == PV_CACHE_MISSING ? PV_CACHE_OK : result;
}

static enum pv_cache_result compare_pages(struct comparison *c, enum pv_page_kind kind, uint32_t count)
{
    struct pv_text text;
    int64_t number = -7;
    enum pv_cache_result result = PV_CACHE_OK;
    struct pv_election_id id = kit_election(c->document->election);
    for (uint32_t page = 0; result == PV_CACHE_OK && page < count; page++) {
        result = c->cache->ops->get_page(c->cache->self, id, kind, page, &number, &text, c->fault);
        result = compare(c, result, number, &text, page_text(c->document, kind, page), "a page read alone");
        if (result == PV_CACHE_OK)
            result = compare_keys(c, kind, page);
    }
    if (result != PV_CACHE_OK)
        return result;
    result = c->cache->ops->get_page(c->cache->self, id, kind, count, &number, &text, c->fault);
    if (result == PV_CACHE_OK) {
        c->difference = "a page beyond the last";
        free(text.ptr);
    }
    return result == PV_CACHE_MISSING ? PV_CACHE_OK : result;
}

static bool see_summary(void *context, struct pv_election_id id, int64_t last_number, struct pv_str summary)
{
    struct comparison *c = context;
    if (!pv_bits128_equal(id.bits, kit_election(c->document->election).bits))
        return true;
    c->shown = true;
    if (last_number != 10 * (int64_t)c->document->revision ||
        !pv_str_equal(summary, part(c->document, "summary", 0, c->document->revision)))
        c->difference = "the summary";
    return false;
}

enum pv_cache_result kit_compare_parts(const struct pv_document_cache *cache, struct kit_document *document,
                                       const char **difference, struct pv_fault *fault)
{
    struct comparison c = {cache, document, NULL, fault, cache->ops->summaries == NULL};
    enum pv_cache_result result = PV_CACHE_OK;
    if (cache->ops->summaries != NULL) {
        result = compare_header(&c);
        if (result == PV_CACHE_OK)
            result = compare_pages(&c, PV_PAGE_KIND_VOTERS, document->voter_pages);
        if (result == PV_CACHE_OK)
            result = compare_pages(&c, PV_PAGE_KIND_BALLOTS, document->ballot_pages);
        if (result == PV_CACHE_OK)
            result = cache->ops->summaries(cache->self, NULL, see_summary, &c, fault);
    }
    *difference = c.difference;
    if (result == PV_CACHE_FAULT)
        return result;
    if (result != PV_CACHE_OK)
        *difference = "a part read alone is missing or damaged";
    else if (!c.shown)
        *difference = "no summary";
    return PV_CACHE_OK;
}
