/* The document cache: the current Election of each stream as JSON, in parts (F3). It can be thrown away and
   rebuilt.

   The law, which the contract suite (tests/unit/contract_document_cache.c) holds every adapter to:
   - put is atomic: a reader, or the next start after a crash, sees all of a put or nothing of it;
   - with the parts it keeps the number of the last event that is in them;
   - puts, removals and checkpoints become durable in the order in which they were made: what a power cut
     takes, it takes from the end, and a checkpoint is never there without the puts before it. An adapter may
     answer before they are durable, where its way of being opened says so;
   - get gives back what was put: an adapter may add keys of its own and reorder keys, and may keep the whole
     document instead of parts;
   - a put of all pages overwrites whatever is there, so that a rebuild mends a cache; a put of some pages
     only builds on the put that they are compared with: if the cache holds another one, or none, it is
     PV_CACHE_STALE, and nothing is written; pages that the cache does not have are written in any case;
   - what a put says of summary and keys is part of it; a put of some pages leaves the keys of the others;
   - a part that is larger than the store takes is PV_FAULT_KIND_TOO_LARGE and names it; nothing is written
     then.

   Adapters for servers (Cosmos DB) write pages first and the header last; a reader believes only pages that
   the header covers. */
#ifndef PV_DOCUMENT_CACHE_H
#define PV_DOCUMENT_CACHE_H

#include "fault.h"
#include "id.h"

enum pv_cache_result {
    PV_CACHE_OK = 0,
    PV_CACHE_MISSING = 1, /* the cache has no such election */
    PV_CACHE_STALE = 2,   /* another writer was there, or the cache was thrown away: put all pages */
    PV_CACHE_DAMAGED = 3, /* what it has of this election is not whole (*fault tells): put all pages */
    PV_CACHE_FAULT = -1,
};

enum pv_page_kind { PV_PAGE_KIND_VOTERS, PV_PAGE_KIND_BALLOTS };

/* What a writer gives: the pages that changed, and how many there are in all. It is asked for each part when
   the adapter wants it, so that a large election is never in memory twice. */
/* Takes a key by which a page can be found, borrowed for the call. */
typedef void pv_page_key_fn(void *context, struct pv_str key);

struct pv_cache_put {
    struct pv_election_id id;
    int64_t last_number;
    uint32_t voter_pages, ballot_pages; /* in all; pages beyond are removed */
    void *context;
    /* The bytes of a part, borrowed until the next call; false when out of memory. */
    bool (*document)(void *context, struct pv_str *bytes); /* whole, for caches that keep it so */
    bool (*header)(void *context, struct pv_str *bytes);
    bool (*page)(void *context, enum pv_page_kind kind, uint32_t page, struct pv_str *bytes);
    /* Whether the page has changed since the put whose last_number was `base`; NULL: write every page. A
       cache that keeps the whole document looks at neither. */
    int64_t base;
    bool (*page_changed)(void *context, enum pv_page_kind kind, uint32_t page);
    /* What the list of elections shows of this one, a JSON object; may be NULL, for none. */
    bool (*summary)(void *context, struct pv_str *bytes);
    /* Gives the keys of a page, by which `find` leads to it: ids and emails of its voters, voters of its
       ballots. NULL: none. A key is 1 to PV_PAGE_KEY_MAX bytes of printable ASCII, and belongs to one page of
       a kind. */
    void (*page_keys)(void *context, enum pv_page_kind kind, uint32_t page, pv_page_key_fn *take,
                      void *taker);
};
enum { PV_PAGE_KEY_MAX = 272 }; /* an email (D2) with a word before it */

/* What a reader gets: owned by the caller, freed by pv_cached_deinit. `header` holds the whole document
   where the cache keeps it whole; then there are no pages. */
struct pv_cached {
    int64_t last_number; /* -1: not known; the document is whole all the same */
    bool whole;          /* header is the whole document: there are no pages */
    struct pv_text header;
    struct pv_text *voter_pages, *ballot_pages;
    uint32_t voter_page_count, ballot_page_count;
};
void pv_cached_deinit(struct pv_cached *cached);

struct pv_document_cache_ops {
    /* PV_CACHE_OK, PV_CACHE_STALE or a fault. */
    enum pv_cache_result (*put)(void *self, const struct pv_cache_put *put, struct pv_fault *fault);
    /* PV_CACHE_OK, PV_CACHE_MISSING, PV_CACHE_DAMAGED or a fault. */
    enum pv_cache_result (*get)(void *self, struct pv_election_id id, struct pv_cached *cached,
                                struct pv_fault *fault);
    /* PV_CACHE_MISSING when there was nothing to remove. */
    enum pv_cache_result (*remove)(void *self, struct pv_election_id id, struct pv_fault *fault);
    /* Calls `visit` with each election's id, in ascending order of the id; `visit` returns false to stop. */
    enum pv_cache_result (*list)(void *self, bool (*visit)(void *context, struct pv_election_id id),
                                 void *context, struct pv_fault *fault);
    /* The reads of the API: a part alone, so that their cost does not grow with the election. PV_CACHE_OK,
       PV_CACHE_MISSING, PV_CACHE_DAMAGED or a fault. A cache that keeps whole documents only has none of them
       (NULL, all of them). `last_number` is that of the election's last put, read together with the part. */
    enum pv_cache_result (*get_header)(void *self, struct pv_election_id id, int64_t *last_number,
                                       struct pv_text *header, struct pv_fault *fault);
    /* PV_CACHE_MISSING also for a page that is beyond the last. */
    enum pv_cache_result (*get_page)(void *self, struct pv_election_id id, enum pv_page_kind kind,
                                     uint32_t page, int64_t *last_number, struct pv_text *json,
                                     struct pv_fault *fault);
    /* The page of that kind that was put with this key; any text may be looked for. PV_CACHE_MISSING: no
       page has it, or there is no such election. PV_CACHE_DAMAGED also if the election was put by one who
       does not know of keys. */
    enum pv_cache_result (*find)(void *self, struct pv_election_id id, enum pv_page_kind kind,
                                 struct pv_str key, uint32_t *page, struct pv_fault *fault);
    /* The summaries in ascending order of the id, from the first id above `after` (NULL: from the first) on;
       elections that were put without one are left out. `visit` returns false to stop; its text is borrowed,
       and it calls nothing of this cache. */
    enum pv_cache_result (*summaries)(void *self, const struct pv_election_id *after,
                                      bool (*visit)(void *context, struct pv_election_id id,
                                                    int64_t last_number, struct pv_str summary),
                                      void *context, struct pv_fault *fault);
    /* How far the projector is: a position of the event store; it and everything before it is projected. -1:
       none was kept. PV_CACHE_DAMAGED: what was kept is no position. */
    enum pv_cache_result (*get_checkpoint)(void *self, int64_t *position, struct pv_fault *fault);
    enum pv_cache_result (*put_checkpoint)(void *self, int64_t position, struct pv_fault *fault);
    void (*close)(void *self);
};
struct pv_document_cache {
    const struct pv_document_cache_ops *ops;
    void *self;
};

#endif
