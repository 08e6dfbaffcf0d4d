/* What the files of the SQLite cache share: a call on one election, and what each of them prepares. Internal
   to the SQLite cache. */
#ifndef PV_SQLITE_CACHE_H
#define PV_SQLITE_CACHE_H

#include "out.h"
#include "sqlite_db.h"

/* Statements on the tables of version 1. */
enum pv_cache_statement {
    PV_CACHE_FIND,
    PV_CACHE_ADD,
    PV_CACHE_SET,
    PV_CACHE_COUNT_PAGES,
    PV_CACHE_PUT_PART,
    PV_CACHE_DROP_PAGES,
    PV_CACHE_PARTS,
    PV_CACHE_PART,
    PV_CACHE_REMOVE_PARTS,
    PV_CACHE_REMOVE,
    PV_CACHE_LIST,
    PV_CACHE_STATEMENTS
};
/* Statements on the tables that the reads of a server want (sqlite_schema.h): a file may lack them. */
enum pv_shown_statement {
    PV_SHOWN_FIND,
    PV_SHOWN_SET,
    PV_SHOWN_REMOVE,
    PV_SHOWN_LIST,
    PV_SHOWN_FIND_PAGE,
    PV_SHOWN_GET_KEYS,
    PV_SHOWN_SET_KEYS,
    PV_SHOWN_ADD_KEY,
    PV_SHOWN_DROP_KEY,
    PV_SHOWN_DROP_KEYS,      /* of pages from one on */
    PV_SHOWN_DROP_PAGE_KEYS, /* of pages from one on */
    PV_SHOWN_GET_CHECKPOINT,
    PV_SHOWN_PUT_CHECKPOINT,
    PV_SHOWN_STATEMENTS
};

struct pv_sqlite_cache {
    struct pv_sqlite sqlite;
    sqlite3_stmt *statements[PV_CACHE_STATEMENTS];
    bool has_shown; /* the tables are there, and the next ones are prepared */
    sqlite3_stmt *shown[PV_SHOWN_STATEMENTS];
    int64_t part_max;
    struct pv_buffer keys; /* those of a page that is put */
};

/* One call on one election. */
struct pv_cache_call {
    struct pv_sqlite_cache *cache;
    const char *doing;
    char id[PV_ULID_LEN];
    int64_t election; /* its key; 0: not there */
    int64_t last_number;
    int64_t shown; /* its key in the other tables; 0: not there */
    int64_t shown_number;
    bool damaged; /* what is there of the election is not whole */
    struct pv_fault *fault;
};

/* Steps of a call, of which this is the first, give true, or false with the fault filled in. */
bool pv_cache_call_begin(struct pv_cache_call *call, void *self, struct pv_election_id id, const char *doing,
                         struct pv_fault *fault) PV_MUST_USE;
bool pv_cache_ok(struct pv_cache_call *call, int status, int expected) PV_MUST_USE;
bool pv_cache_fail(struct pv_cache_call *call, enum pv_fault_kind kind, const char *why) PV_MUST_USE;
bool pv_cache_damaged(struct pv_cache_call *call, const char *why) PV_MUST_USE;
/* Fills in the election's key and last number. */
bool pv_cache_find(struct pv_cache_call *call) PV_MUST_USE;
/* Binds an election and a kind of parts at ?1 and ?2. SQLITE_OK or an error. */
int pv_cache_bind_kind(sqlite3_stmt *statement, int64_t election, struct pv_str kind) PV_MUST_USE;
/* Runs a statement of one key at ?1. */
bool pv_cache_run_key(struct pv_cache_call *call, sqlite3_stmt *statement, int64_t key) PV_MUST_USE;

extern const struct pv_str pv_cache_header_kind, pv_cache_page_kinds[2];

/* Prepares what is to be done with the other tables, if they are there by now: a writer makes them, perhaps
   while this file is open. SQLITE_OK or an error. */
int pv_cache_look_for_shown(struct pv_sqlite_cache *cache) PV_MUST_USE;

/* A put's share in those tables: the election's place and its last number there ... */
bool pv_cache_find_shown(struct pv_cache_call *call) PV_MUST_USE;
/* ... which a put of all pages takes away first, with all keys; nothing if it has none ... */
bool pv_cache_remove_shown(struct pv_cache_call *call) PV_MUST_USE;
/* ... what a put says anew ... */
bool pv_cache_put_summary(struct pv_cache_call *call, const struct pv_cache_put *put) PV_MUST_USE;
/* ... the keys of a page that is written, and of pages that are no longer there. */
bool pv_cache_put_keys(struct pv_cache_call *call, const struct pv_cache_put *put, enum pv_page_kind kind,
                       uint32_t page) PV_MUST_USE;
bool pv_cache_drop_keys(struct pv_cache_call *call, enum pv_page_kind kind, uint32_t from) PV_MUST_USE;

/* What reads, and the checkpoint: see document_cache.h. */
enum pv_cache_result pv_sqlite_cache_get(void *self, struct pv_election_id id, struct pv_cached *cached,
                                         struct pv_fault *fault);
enum pv_cache_result pv_sqlite_cache_list(void *self, bool (*visit)(void *context, struct pv_election_id id),
                                          void *context, struct pv_fault *fault);
enum pv_cache_result pv_sqlite_cache_get_header(void *self, struct pv_election_id id, int64_t *last_number,
                                                struct pv_text *header, struct pv_fault *fault);
enum pv_cache_result pv_sqlite_cache_get_page(void *self, struct pv_election_id id, enum pv_page_kind kind,
                                              uint32_t page, int64_t *last_number, struct pv_text *json,
                                              struct pv_fault *fault);
enum pv_cache_result pv_sqlite_cache_find(void *self, struct pv_election_id id, enum pv_page_kind kind,
                                          struct pv_str key, uint32_t *page, struct pv_fault *fault);
enum pv_cache_result pv_sqlite_cache_summaries(void *self, const struct pv_election_id *after,
                                               bool (*visit)(void *context, struct pv_election_id id,
                                                             int64_t last_number, struct pv_str summary),
                                               void *context, struct pv_fault *fault);
enum pv_cache_result pv_sqlite_cache_get_checkpoint(void *self, int64_t *position, struct pv_fault *fault);
enum pv_cache_result pv_sqlite_cache_put_checkpoint(void *self, int64_t position, struct pv_fault *fault);

#endif
