#include "sqlite_db.h"

#include "election_ids.h"

#include <stdlib.h>
#include <string.h>

enum statement {
    FIND,
    ADD,
    SET,
    COUNT_PAGES,
    PUT_PART,
    DROP_PAGES,
    PARTS,
    REMOVE_PARTS,
    REMOVE,
    LIST,
    STATEMENTS
};
static const char *const sql[STATEMENTS] = {
    [FIND] = "SELECT election, last_number FROM cached WHERE id=?1",
    [ADD] = "INSERT INTO cached(id, last_number) VALUES(?1, ?2)",
    [SET] = "UPDATE cached SET last_number=?2 WHERE id=?1",
    [COUNT_PAGES] = "SELECT count(*) FROM cached_parts WHERE election=?1 AND kind=?2",
    [PUT_PART] = "INSERT OR REPLACE INTO cached_parts VALUES(?1, ?2, ?3, ?4)",
    [DROP_PAGES] = "DELETE FROM cached_parts WHERE election=?1 AND kind=?2 AND page>=?3",
    [PARTS] = "SELECT kind, page, json FROM cached_parts WHERE election=?1 ORDER BY kind, page",
    [REMOVE_PARTS] = "DELETE FROM cached_parts WHERE election=?1",
    [REMOVE] = "DELETE FROM cached WHERE election=?1",
    [LIST] = "SELECT id FROM cached ORDER BY id",
};

static const struct pv_str header_kind = {"header", 6};
static const struct pv_str page_kinds[] = {
    [PV_PAGE_KIND_VOTERS] = {"voters", 6}, [PV_PAGE_KIND_BALLOTS] = {"ballots", 7}};

struct sqlite_cache {
    struct pv_sqlite sqlite;
    sqlite3_stmt *statements[STATEMENTS];
    int64_t part_max;
};

/* One call on one election. */
struct call {
    struct sqlite_cache *cache;
    const char *doing;
    char id[PV_ULID_LEN];
    int64_t election; /* its key; 0: not there */
    int64_t last_number;
    bool damaged; /* what is there of the election is not whole */
    struct pv_fault *fault;
};

static void begin_call(struct call *call, void *self, struct pv_election_id id, const char *doing,
                       struct pv_fault *fault)
{
    *call = (struct call){.cache = self, .doing = doing, .last_number = -1, .fault = fault};
    pv_ulid_format(id.bits, call->id);
}

/* Steps below give true, or false with the fault filled in. */
static bool ok(struct call *call, int status, int expected)
{
    if (status != expected)
        pv_sqlite_fault(&call->cache->sqlite, status, call->doing, call->fault);
    return status == expected;
}

static bool fail(struct call *call, enum pv_fault_kind kind, const char *why)
{
    pv_fault_set(call->fault, kind, "cannot %s '%s': election %.*s: %s", call->doing,
                 call->cache->sqlite.spec, PV_ULID_LEN, call->id, why);
    return false;
}

static bool damaged(struct call *call, const char *why)
{
    call->damaged = true;
    return fail(call, PV_FAULT_KIND_DAMAGED, why);
}

static bool find(struct call *call)
{
    sqlite3_stmt *statement = call->cache->statements[FIND];
    int status = pv_sqlite_bind(statement, 1, (struct pv_str){call->id, PV_ULID_LEN});
    if (status == SQLITE_OK)
        status = sqlite3_step(statement);
    if (status == SQLITE_ROW) {
        call->election = sqlite3_column_int64(statement, 0);
        call->last_number = sqlite3_column_int64(statement, 1);
        status = SQLITE_DONE;
    }
    int end = sqlite3_reset(statement);
    return ok(call, end != SQLITE_OK ? end : status, SQLITE_DONE);
}

/* Adds the election or gives it its new number. */
static bool set_number(struct call *call, int64_t last_number)
{
    sqlite3_stmt *statement = call->cache->statements[call->election == 0 ? ADD : SET];
    int status = pv_sqlite_bind(statement, 1, (struct pv_str){call->id, PV_ULID_LEN});
    if (status == SQLITE_OK)
        status = sqlite3_bind_int64(statement, 2, last_number);
    if (status == SQLITE_OK)
        status = pv_sqlite_run(statement);
    if (status == SQLITE_DONE && call->election == 0)
        call->election = sqlite3_last_insert_rowid(call->cache->sqlite.db);
    return ok(call, status, SQLITE_DONE);
}

static bool delete_by_key(struct call *call, enum statement which)
{
    sqlite3_stmt *statement = call->cache->statements[which];
    int status = sqlite3_bind_int64(statement, 1, call->election);
    if (status == SQLITE_OK)
        status = pv_sqlite_run(statement);
    return ok(call, status, SQLITE_DONE);
}

/* Binds the election and a kind of parts at ?1 and ?2. */
static int bind_kind(const struct call *call, sqlite3_stmt *statement, struct pv_str kind)
{
    int status = sqlite3_bind_int64(statement, 1, call->election);
    return status == SQLITE_OK ? pv_sqlite_bind(statement, 2, kind) : status;
}

static bool put_part(struct call *call, struct pv_str kind, uint32_t page, struct pv_str json)
{
    if (json.len > (uint64_t)call->cache->part_max) {
        pv_fault_set(
            call->fault, PV_FAULT_KIND_TOO_LARGE,
            "cannot %s '%s': election %.*s: its part `%.*s` %u has %zu bytes, and a part can have %lld",
            call->doing, call->cache->sqlite.spec, PV_ULID_LEN, call->id, (int)kind.len, kind.ptr,
            (unsigned)page, json.len, (long long)call->cache->part_max);
        return false;
    }
    sqlite3_stmt *statement = call->cache->statements[PUT_PART];
    int status = bind_kind(call, statement, kind);
    if (status == SQLITE_OK)
        status = sqlite3_bind_int64(statement, 3, page);
    if (status == SQLITE_OK)
        status = pv_sqlite_bind(statement, 4, json);
    if (status == SQLITE_OK)
        status = pv_sqlite_run(statement);
    return ok(call, status, SQLITE_DONE);
}

static bool count_pages(struct call *call, struct pv_str kind, int64_t *count)
{
    sqlite3_stmt *statement = call->cache->statements[COUNT_PAGES];
    int status = bind_kind(call, statement, kind);
    if (status == SQLITE_OK)
        status = pv_sqlite_integer(statement, count);
    return ok(call, status, SQLITE_ROW);
}

static bool drop_pages(struct call *call, struct pv_str kind, uint32_t from)
{
    sqlite3_stmt *statement = call->cache->statements[DROP_PAGES];
    int status = bind_kind(call, statement, kind);
    if (status == SQLITE_OK)
        status = sqlite3_bind_int64(statement, 3, from);
    if (status == SQLITE_OK)
        status = pv_sqlite_run(statement);
    return ok(call, status, SQLITE_DONE);
}

/* Writes what changed and what is not there yet; before a put of all pages everything was removed. Then what
   is there no longer goes. */
static bool put_pages(struct call *call, const struct pv_cache_put *put, enum pv_page_kind kind,
                      uint32_t count)
{
    int64_t there = 0;
    if (put->page_changed != NULL && !count_pages(call, page_kinds[kind], &there))
        return false;
    for (uint32_t page = 0; page < count; page++) {
        if (page < there && !put->page_changed(put->context, kind, page))
            continue;
        struct pv_str json;
        if (!put->page(put->context, kind, page, &json))
            return fail(call, PV_FAULT_KIND_NO_MEMORY, "out of memory");
        if (!put_part(call, page_kinds[kind], page, json))
            return false;
    }
    return there <= count || drop_pages(call, page_kinds[kind], count);
}

static bool put_all(struct call *call, const struct pv_cache_put *put)
{
    struct pv_str header;
    if (put->page_changed == NULL && !delete_by_key(call, REMOVE_PARTS))
        return false;
    if (!set_number(call, put->last_number) || !put_pages(call, put, PV_PAGE_KIND_VOTERS, put->voter_pages) ||
        !put_pages(call, put, PV_PAGE_KIND_BALLOTS, put->ballot_pages))
        return false;
    if (!put->header(put->context, &header))
        return fail(call, PV_FAULT_KIND_NO_MEMORY, "out of memory");
    return put_part(call, header_kind, 0, header);
}

static enum pv_cache_result put(void *self, const struct pv_cache_put *put, struct pv_fault *fault)
{
    struct call call;
    enum pv_cache_result result = PV_CACHE_FAULT;
    begin_call(&call, self, put->id, "put into", fault);
    if (!ok(&call, pv_sqlite_begin(&call.cache->sqlite, PV_SQLITE_WRITE), SQLITE_OK) || !find(&call))
        goto out;
    if (put->page_changed != NULL && (call.election == 0 || call.last_number != put->base)) {
        result = PV_CACHE_STALE;
        goto out;
    }
    if (put_all(&call, put) && ok(&call, pv_sqlite_commit(&call.cache->sqlite), SQLITE_OK))
        result = PV_CACHE_OK;
out:
    if (result != PV_CACHE_OK)
        pv_sqlite_rollback(&call.cache->sqlite);
    return result;
}

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
static bool add_page(struct call *call, struct pv_text **pages, uint32_t *count, int64_t page,
                     struct pv_str json)
{
    if (page != *count)
        return damaged(call, "a page is missing; rebuild the cache");
    if ((*count & (*count - 1)) == 0) {
        size_t capacity = *count == 0 ? 1 : (size_t)*count * 2;
        struct pv_text *larger = realloc(*pages, capacity * sizeof *larger);
        if (larger == NULL)
            return fail(call, PV_FAULT_KIND_NO_MEMORY, "out of memory");
        *pages = larger;
    }
    if (!copy_text(&(*pages)[*count], json))
        return fail(call, PV_FAULT_KIND_NO_MEMORY, "out of memory");
    ++*count;
    return true;
}

static bool add_part(struct call *call, struct pv_cached *cached)
{
    sqlite3_stmt *statement = call->cache->statements[PARTS];
    struct pv_str kind = pv_sqlite_column(statement, 0), json = pv_sqlite_column(statement, 2);
    int64_t page = sqlite3_column_int64(statement, 1);
    if (json.ptr == NULL)
        return damaged(call, "a part is damaged; rebuild the cache");
    if (pv_str_equal(kind, page_kinds[PV_PAGE_KIND_VOTERS]))
        return add_page(call, &cached->voter_pages, &cached->voter_page_count, page, json);
    if (pv_str_equal(kind, page_kinds[PV_PAGE_KIND_BALLOTS]))
        return add_page(call, &cached->ballot_pages, &cached->ballot_page_count, page, json);
    if (!pv_str_equal(kind, header_kind) || cached->header.ptr != NULL)
        return damaged(call, "it has a part of an unknown kind; rebuild the cache");
    return copy_text(&cached->header, json) || fail(call, PV_FAULT_KIND_NO_MEMORY, "out of memory");
}

static bool get_parts(struct call *call, struct pv_cached *cached)
{
    sqlite3_stmt *statement = call->cache->statements[PARTS];
    int status = sqlite3_bind_int64(statement, 1, call->election);
    bool sound = true;
    while (sound && status == SQLITE_OK && (status = sqlite3_step(statement)) == SQLITE_ROW) {
        status = SQLITE_OK;
        sound = add_part(call, cached);
    }
    (void)sqlite3_reset(statement);
    if (!sound || !ok(call, status, SQLITE_DONE))
        return false;
    return cached->header.ptr != NULL || damaged(call, "its header is missing; rebuild the cache");
}

static enum pv_cache_result get(void *self, struct pv_election_id id, struct pv_cached *cached,
                                struct pv_fault *fault)
{
    struct call call;
    struct pv_cached found = {.last_number = -1};
    enum pv_cache_result result = PV_CACHE_FAULT;
    begin_call(&call, self, id, "read", fault);
    /* A transaction, so that number and parts are of one put. */
    if (!ok(&call, pv_sqlite_begin(&call.cache->sqlite, PV_SQLITE_READ), SQLITE_OK) || !find(&call))
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

static enum pv_cache_result remove_election(void *self, struct pv_election_id id, struct pv_fault *fault)
{
    struct call call;
    enum pv_cache_result result = PV_CACHE_FAULT;
    begin_call(&call, self, id, "remove from", fault);
    if (!ok(&call, pv_sqlite_begin(&call.cache->sqlite, PV_SQLITE_WRITE), SQLITE_OK) || !find(&call))
        goto out;
    if (call.election == 0)
        result = PV_CACHE_MISSING;
    else if (delete_by_key(&call, REMOVE_PARTS) && delete_by_key(&call, REMOVE) &&
             ok(&call, pv_sqlite_commit(&call.cache->sqlite), SQLITE_OK))
        result = PV_CACHE_OK;
out:
    if (result != PV_CACHE_OK)
        pv_sqlite_rollback(&call.cache->sqlite);
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

static enum pv_cache_result list(void *self, bool (*visit)(void *context, struct pv_election_id id),
                                 void *context, struct pv_fault *fault)
{
    struct sqlite_cache *cache = self;
    struct pv_election_ids ids = {0};
    int status = collect(cache->statements[LIST], &ids);
    if (status == SQLITE_MISMATCH)
        pv_fault_set(
            fault, PV_FAULT_KIND_DAMAGED,
            "cannot list '%s': it has a document under what is no election's id; rebuild into a new cache",
            cache->sqlite.spec);
    else if (status != SQLITE_DONE)
        pv_sqlite_fault(&cache->sqlite, status, "list", fault);
    if (status != SQLITE_DONE)
        pv_election_ids_deinit(&ids);
    (void)sqlite3_reset(cache->statements[LIST]);
    if (status != SQLITE_DONE)
        return PV_CACHE_FAULT;
    pv_election_ids_show(&ids, visit, context);
    return PV_CACHE_OK;
}

static void close_cache(void *self)
{
    struct sqlite_cache *cache = self;
    pv_sqlite_finalize(cache->statements, STATEMENTS);
    pv_sqlite_close(&cache->sqlite);
    free(cache);
}

static const struct pv_document_cache_ops ops = {
    .put = put, .get = get, .remove = remove_election, .list = list, .close = close_cache};

bool pv_sqlite_cache_open_with(const char *path, enum pv_open_mode mode,
                               const struct pv_sqlite_options *options, struct pv_document_cache *cache,
                               struct pv_fault *fault)
{
    struct sqlite_cache *made = calloc(1, sizeof *made);
    if (made == NULL) {
        pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "cannot open 'sqlite:%s': out of memory", path);
        return false;
    }
    made->part_max = options->part_max;
    if (!pv_sqlite_open(&made->sqlite, path, mode, options, fault)) {
        free(made);
        return false;
    }
    int status = pv_sqlite_prepare(&made->sqlite, sql, made->statements, STATEMENTS);
    if (status != SQLITE_OK) {
        pv_sqlite_fault(&made->sqlite, status, "open", fault);
        close_cache(made);
        return false;
    }
    *cache = (struct pv_document_cache){&ops, made};
    return true;
}

bool pv_sqlite_cache_open(const char *path, enum pv_open_mode mode, struct pv_document_cache *cache,
                          struct pv_fault *fault)
{
    return pv_sqlite_cache_open_with(path, mode, &pv_sqlite_defaults, cache, fault);
}
