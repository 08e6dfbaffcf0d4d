/* What the tests of document caches share: documents made of a number, put and looked for again. */
#ifndef PV_CACHE_KIT_H
#define PV_CACHE_KIT_H

#include "document_cache.h"

enum { KIT_PAGES_MAX = 8, KIT_ALWAYS = -1 };

/* A document as a writer has it. Every part's text follows from the election, the revision in which the part
   changed last, and its kind and page. */
struct kit_document {
    unsigned election, revision;
    uint32_t voter_pages, ballot_pages;
    unsigned voter_revision[KIT_PAGES_MAX], ballot_revision[KIT_PAGES_MAX];
    size_t padding; /* bytes added to each part */
    /* What the last put did: parts that it asked for, and which call of a callback is to fail (KIT_ALWAYS:
       none). */
    unsigned asked_pages, asked_headers, asked_documents, asked_summaries;
    int fail_at;
    char *text; /* what was lent last */
};

struct pv_election_id kit_election(unsigned n);

/* Every part changed in this revision. */
void kit_document_make(struct kit_document *document, unsigned election, unsigned revision,
                       uint32_t voter_pages, uint32_t ballot_pages);
void kit_document_deinit(struct kit_document *document);
/* The put of all of it, for who wants to change something in it. */
struct pv_cache_put kit_make_put(struct kit_document *document);
/* Puts all of it; `last_number` is 10 x revision. */
enum pv_cache_result kit_put(const struct pv_document_cache *cache, struct kit_document *document,
                             struct pv_fault *fault);
/* Puts what changed in its revision, as against the put of revision `base`. */
enum pv_cache_result kit_put_changes(const struct pv_document_cache *cache, struct kit_document *document,
                                     unsigned base, struct pv_fault *fault);

/* What is wrong with what the cache gave, compared with the document; NULL: nothing. A last number that is
   not known is let pass if `number_may_be_unknown`. */
const char *kit_difference_of(const struct pv_cached *cached, struct kit_document *document,
                              bool number_may_be_unknown);

/* Compares what the cache gives part by part: each page, the header, the summary, and where the keys lead to.
   PV_CACHE_OK with *difference, NULL for none; caches without such reads have none. Or a fault. */
enum pv_cache_result kit_compare_parts(const struct pv_document_cache *cache, struct kit_document *document,
                                       const char **difference, struct pv_fault *fault);

/* The keys of a page are its kind and number, "voters-2", and the same with the revision, "voters-2-r7". */
enum { KIT_KEY_MAX = 32 };
struct pv_str kit_key(enum pv_page_kind kind, uint32_t page, char text[KIT_KEY_MAX]);
struct pv_str kit_revised_key(enum pv_page_kind kind, uint32_t page, unsigned revision,
                              char text[KIT_KEY_MAX]);

#endif
