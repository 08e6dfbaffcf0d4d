#include "sqlite_cache.h"

#include "election_ids.h"

#include <stdlib.h>
#include <string.h>

static bool copy_text(struct pv_text *to, struct pv_str text)
{
    to->ptr = malloc(text.len + 1); /* one more, so that an empty text has an address too */
    if (to->ptr == NULL)
        return false;
    memcpy(to->ptr, text.ptr, text.len);
    to->len = text.len;
    return true;
}

/* The next of a kind of pages. The list grows whenever it is full, which is at each power of two. */
static bool add_page(struct pv_cache_call *call, struct pv_text **pages, uint32_t *count, int64_t page,
                     struct pv_str json)
{
    if (page != *count)
        return pv_cache_damaged(call, "a page is missing; rebuild the cache");
    if ((*count & (*count - 1)) == 0) {
        size_t capacity = *count == 0 ? 1 : (size_t)*count * 2;
        struct pv_text *larger = realloc(*pages, capacity * sizeof *larger);
        if (larger == NULL)
            return pv_cache_fail(call, PV_FAULT_KIND_NO_MEMORY, "out of memory");
        *pages = larger;
    }
    if (!copy_text(&(*pages)[*count], json))
        return pv_cache_fail(call, PV_FAULT_KIND_NO_MEMORY, "out of memory");
    ++*count;
    return true;
}

static bool add_part(struct pv_cache_call *call, struct pv_cached *cached)
{
    sqlite3_stmt *statement = call->cache->statements[PV_CACHE_PARTS];
    struct pv_str kind = pv_sqlite_column(statement, 0), json = pv_sqlite_column(statement, 2);
    int64_t page = sqlite3_column_int64(statement, 1);
    if (json.ptr == NULL)
        return pv_cache_damaged(call, "a part is damaged; rebuild the cache");
    if (pv_str_equal(kind, pv_cache_page_kinds[PV_PAGE_KIND_VOTERS]))
        return add_page(call, &cached->voter_pages, &cached->voter_page_count, page, json);
    if (pv_str_equal(kind, pv_cache_page_kinds[PV_PAGE_KIND_BALLOTS]))
        return add_page(call, &cached->ballot_pages, &cached->ballot_page_count, page, json);
    if (!pv_str_equal(kind, pv_cache_header_kind) || cached->header.ptr != NULL)
        return pv_cache_damaged(call, "it has a part of an unknown kind; rebuild the cache");
    return copy_text(&cached->header, json) || pv_cache_fail(call, PV_FAULT_KIND_NO_MEMORY, "out of memory");
}

static bool get_parts(struct pv_cache_call *call, struct pv_cached *cached)
{
    sqlite3_stmt *statement = call->cache->statements[PV_CACHE_PARTS];
    int status = sqlite3_bind_int64(statement, 1, call->election);
    bool sound = true;
    while (sound && status == SQLITE_OK && (status = sqlite3_step(statement)) == SQLITE_ROW) {
        status = SQLITE_OK;
        sound = add_part(call, cached);
    }
    (void)sqlite3_reset(statement);
    if (!sound || !pv_cache_ok(call, status, SQLITE_DONE))
        return false;
    return cached->header.ptr != NULL || pv_cache_damaged(call, "its header is missing; rebuild the cache");
}

enum pv_cache_result pv_sqlite_cache_get(void *self, struct pv_election_id id, struct pv_cached *cached,
                                         struct pv_fault *fault)
{
    struct pv_cache_call call;
    struct pv_cached found = {.last_number = -1};
    enum pv_cache_result result = PV_CACHE_FAULT;
    /* A transaction, so that number and parts are of one put. */
    if (!pv_cache_call_begin(&call, self, id, "read", fault) ||
        !pv_cache_ok(&call, pv_sqlite_begin(&call.cache->sqlite, PV_SQLITE_READ), SQLITE_OK) ||
        !pv_cache_find(&call))
        goto out;
    found.last_number = call.last_number;
    if (call.election == 0)
        result = PV_CACHE_MISSING;
    else if (get_parts(&call, &found))
        result = PV_CACHE_OK;
    else if (call.damaged)
        result = PV_CACHE_DAMAGED;
out:
    pv_sqlite_rollback(&call.cache->sqlite);
    if (result == PV_CACHE_OK)
        *cached = found;
    else
        pv_cached_deinit(&found);
    return result;
}

/* As put writes it: in another spelling it would be listed, and not found. */
static bool read_id(struct pv_str text, struct pv_election_id *id)
{
    char spelled[PV_ULID_LEN];
    if (pv_ulid_parse(text, &id->bits) != PV_CODE_NONE)
        return false;
    pv_ulid_format(id->bits, spelled);
    return memcmp(text.ptr, spelled, PV_ULID_LEN) == 0;
}

/* SQLITE_DONE when all ids are on the list, SQLITE_MISMATCH at one that is none, or an error. */
static int collect(sqlite3_stmt *statement, struct pv_election_ids *ids)
{
    int status;
    while ((status = sqlite3_step(statement)) == SQLITE_ROW) {
        struct pv_election_id id;
        if (!read_id(pv_sqlite_column(statement, 0), &id))
            return SQLITE_MISMATCH;
        if (!pv_election_ids_add(ids, id))
            return SQLITE_NOMEM;
    }
    return status;
}

enum pv_cache_result pv_sqlite_cache_list(void *self, bool (*visit)(void *context, struct pv_election_id id),
                                          void *context, struct pv_fault *fault)
{
    struct pv_sqlite_cache *cache = self;
    struct pv_election_ids ids = {0};
    int status = pv_sqlite_settle(&cache->sqlite);
    if (status == SQLITE_OK)
        status = collect(cache->statements[PV_CACHE_LIST], &ids);
    if (status == SQLITE_MISMATCH)
        pv_fault_set(
            fault, PV_FAULT_KIND_DAMAGED,
            "cannot list '%s': it has a document under what is no election's id; rebuild into a new cache",
            cache->sqlite.spec);
    else if (status != SQLITE_DONE)
        pv_sqlite_fault(&cache->sqlite, status, "list", fault);
    if (status != SQLITE_DONE)
        pv_election_ids_deinit(&ids);
    (void)sqlite3_reset(cache->statements[PV_CACHE_LIST]);
    if (status != SQLITE_DONE)
        return PV_CACHE_FAULT;
    pv_election_ids_show(&ids, visit, context);
    return PV_CACHE_OK;
}

/* --- a part alone --- */

/* One statement, so that number and part are of one put. *json ptr NULL: there is no such part. */
static bool get_part(struct pv_cache_call *call, struct pv_str kind, uint32_t page, struct pv_text *json)
{
    sqlite3_stmt *statement = call->cache->statements[PV_CACHE_PART];
    bool sound = true;
    int status = pv_sqlite_bind(statement, 1, (struct pv_str){call->id, PV_ULID_LEN});
    if (status == SQLITE_OK)
        status = pv_sqlite_bind(statement, 2, kind);
    if (status == SQLITE_OK)
        status = sqlite3_bind_int64(statement, 3, page);
    if (status == SQLITE_OK)
        status = sqlite3_step(statement);
    if (status == SQLITE_ROW) {
        struct pv_str text = pv_sqlite_column(statement, 1);
        call->last_number = sqlite3_column_int64(statement, 0);
        call->election = 1; /* there */
        if (text.ptr != NULL)
            sound = copy_text(json, text) || pv_cache_fail(call, PV_FAULT_KIND_NO_MEMORY, "out of memory");
        else if (sqlite3_column_int64(statement, 2) != 0)
            sound = pv_cache_damaged(call, "a page is missing or damaged; rebuild the cache");
        status = SQLITE_DONE;
    }
    int end = sqlite3_reset(statement);
    if (sound && pv_cache_ok(call, end != SQLITE_OK ? end : status, SQLITE_DONE))
        return true;
    free(json->ptr);
    json->ptr = NULL;
    return false;
}

/* What a step of reading came to. */
static enum pv_cache_result result_of(const struct pv_cache_call *call, bool done)
{
    if (!done)
        return call->damaged ? PV_CACHE_DAMAGED : PV_CACHE_FAULT;
    return call->election == 0 ? PV_CACHE_MISSING : PV_CACHE_OK;
}

enum pv_cache_result pv_sqlite_cache_get_header(void *self, struct pv_election_id id, int64_t *last_number,
                                                struct pv_text *header, struct pv_fault *fault)
{
    struct pv_cache_call call;
    struct pv_text found = {NULL, 0};
    bool done = pv_cache_call_begin(&call, self, id, "read", fault) &&
                get_part(&call, pv_cache_header_kind, 0, &found);
    if (found.ptr == NULL) {
        if (done && call.election != 0)
            done = pv_cache_damaged(&call, "its header is missing; rebuild the cache");
        return result_of(&call, done);
    }
    *last_number = call.last_number;
    *header = found;
    return PV_CACHE_OK;
}

enum pv_cache_result pv_sqlite_cache_get_page(void *self, struct pv_election_id id, enum pv_page_kind kind,
                                              uint32_t page, int64_t *last_number, struct pv_text *json,
                                              struct pv_fault *fault)
{
    struct pv_cache_call call;
    struct pv_text found = {NULL, 0};
    bool done = pv_cache_call_begin(&call, self, id, "read", fault) &&
                get_part(&call, pv_cache_page_kinds[kind], page, &found);
    if (found.ptr == NULL)
        return done ? PV_CACHE_MISSING : result_of(&call, false);
    *last_number = call.last_number;
    *json = found;
    return PV_CACHE_OK;
}

/* --- what other tables have --- */

static const char without_keys[] = "it was put without keys; rebuild the cache";

/* A row of PV_SHOWN_FIND_PAGE: the election is there. */
static bool take_found(struct pv_cache_call *call, sqlite3_stmt *statement, uint32_t *page)
{
    int64_t found = sqlite3_column_int64(statement, 1);
    if (sqlite3_column_type(statement, 0) == SQLITE_NULL)
        return pv_cache_damaged(call, without_keys);
    if (sqlite3_column_type(statement, 1) == SQLITE_NULL)
        return true; /* no page has this key */
    if (found < 0 || found > UINT32_MAX)
        return pv_cache_damaged(call, "a key is damaged; rebuild the cache");
    call->election = 1; /* found */
    *page = (uint32_t)found;
    return true;
}

static bool find_page(struct pv_cache_call *call, struct pv_str kind, struct pv_str key, uint32_t *page)
{
    sqlite3_stmt *statement = call->cache->shown[PV_SHOWN_FIND_PAGE];
    bool sound = true;
    int status = pv_sqlite_bind(statement, 1, (struct pv_str){call->id, PV_ULID_LEN});
    if (status == SQLITE_OK)
        status = pv_sqlite_bind(statement, 2, kind);
    if (status == SQLITE_OK)
        status = pv_sqlite_bind(statement, 3, key);
    if (status == SQLITE_OK)
        status = sqlite3_step(statement);
    if (status == SQLITE_ROW) {
        sound = take_found(call, statement, page);
        status = SQLITE_DONE;
    }
    int end = sqlite3_reset(statement);
    return sound && pv_cache_ok(call, end != SQLITE_OK ? end : status, SQLITE_DONE);
}

enum pv_cache_result pv_sqlite_cache_find(void *self, struct pv_election_id id, enum pv_page_kind kind,
                                          struct pv_str key, uint32_t *page, struct pv_fault *fault)
{
    struct pv_cache_call call;
    if (!pv_cache_call_begin(&call, self, id, "read", fault) ||
        !pv_cache_ok(&call, pv_cache_look_for_shown(call.cache), SQLITE_OK))
        return PV_CACHE_FAULT;
    if (call.cache->has_shown)
        return result_of(&call, find_page(&call, pv_cache_page_kinds[kind], key, page));
    bool done = pv_cache_find(&call);
    if (done && call.election != 0)
        done = pv_cache_damaged(&call, without_keys);
    return result_of(&call, done);
}

typedef bool summary_fn(void *context, struct pv_election_id id, int64_t last_number, struct pv_str summary);

/* SQLITE_DONE or an error; SQLITE_CORRUPT may be our own verdict. */
static int show(const struct pv_sqlite_cache *cache, struct pv_str after, summary_fn *visit, void *context)
{
    sqlite3_stmt *statement = cache->shown[PV_SHOWN_LIST];
    int status = pv_sqlite_bind(statement, 1, after);
    bool more = status == SQLITE_OK;
    while (more && (status = sqlite3_step(statement)) == SQLITE_ROW) {
        struct pv_election_id id;
        bool sound = pv_ulid_parse(pv_sqlite_column(statement, 0), &id.bits) == PV_CODE_NONE;
        status = sound ? SQLITE_DONE : SQLITE_CORRUPT;
        more =
            sound && visit(context, id, sqlite3_column_int64(statement, 1), pv_sqlite_column(statement, 2));
    }
    (void)sqlite3_reset(statement);
    return status;
}

enum pv_cache_result pv_sqlite_cache_summaries(void *self, const struct pv_election_id *after,
                                               bool (*visit)(void *context, struct pv_election_id id,
                                                             int64_t last_number, struct pv_str summary),
                                               void *context, struct pv_fault *fault)
{
    struct pv_sqlite_cache *cache = self;
    char text[PV_ULID_LEN];
    struct pv_str first = {text, 0};
    if (after != NULL) {
        pv_ulid_format(after->bits, text);
        first.len = sizeof text;
    }
    int status = pv_sqlite_settle(&cache->sqlite);
    if (status == SQLITE_OK)
        status = pv_cache_look_for_shown(cache);
    if (status == SQLITE_OK)
        status = cache->has_shown ? show(cache, first, visit, context) : SQLITE_DONE;
    if (status != SQLITE_DONE)
        pv_sqlite_fault(&cache->sqlite, status, "list", fault);
    return status == SQLITE_DONE ? PV_CACHE_OK : PV_CACHE_FAULT;
}
