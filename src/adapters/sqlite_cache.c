#include "sqlite_cache.h"

#include "sqlite_schema.h"

#include <stdlib.h>

/* With the number of its put, and whether it, or a later one of its kind, is there. */
static const char part_sql[] =
    "SELECT c.last_number, p.json, "
    "EXISTS(SELECT 1 FROM cached_parts WHERE election=c.election AND kind=?2 AND page>=?3) "
    "FROM cached c LEFT JOIN cached_parts p ON p.election=c.election AND p.kind=?2 AND p.page=?3 "
    "WHERE c.id=?1";
static const char *const sql[PV_CACHE_STATEMENTS] = {
    [PV_CACHE_FIND] = "SELECT election, last_number FROM cached WHERE id=?1",
    [PV_CACHE_ADD] = "INSERT INTO cached(id, last_number) VALUES(?1, ?2)",
    [PV_CACHE_SET] = "UPDATE cached SET last_number=?2 WHERE id=?1",
    [PV_CACHE_COUNT_PAGES] =
        "SELECT coalesce(max(page) + 1, 0) FROM cached_parts WHERE election=?1 AND kind=?2",
    [PV_CACHE_PUT_PART] = "INSERT OR REPLACE INTO cached_parts VALUES(?1, ?2, ?3, ?4)",
    [PV_CACHE_DROP_PAGES] = "DELETE FROM cached_parts WHERE election=?1 AND kind=?2 AND page>=?3",
    [PV_CACHE_PARTS] = "SELECT kind, page, json FROM cached_parts WHERE election=?1 ORDER BY kind, page",
    [PV_CACHE_PART] = part_sql,
    [PV_CACHE_REMOVE_PARTS] = "DELETE FROM cached_parts WHERE election=?1",
    [PV_CACHE_REMOVE] = "DELETE FROM cached WHERE election=?1",
    [PV_CACHE_LIST] = "SELECT id FROM cached ORDER BY id",
};

const struct pv_str pv_cache_header_kind = {"header", 6};
const struct pv_str pv_cache_page_kinds[2] = {
    [PV_PAGE_KIND_VOTERS] = {"voters", 6}, [PV_PAGE_KIND_BALLOTS] = {"ballots", 7}};

bool pv_cache_call_begin(struct pv_cache_call *call, void *self, struct pv_election_id id, const char *doing,
                         struct pv_fault *fault)
{
    *call = (struct pv_cache_call){.cache = self, .doing = doing, .last_number = -1, .fault = fault};
    pv_ulid_format(id.bits, call->id);
    return pv_cache_ok(call, pv_sqlite_settle(&call->cache->sqlite), SQLITE_OK);
}

bool pv_cache_ok(struct pv_cache_call *call, int status, int expected)
{
    if (status != expected)
        pv_sqlite_fault(&call->cache->sqlite, status, call->doing, call->fault);
    return status == expected;
}

bool pv_cache_fail(struct pv_cache_call *call, enum pv_fault_kind kind, const char *why)
{
    pv_fault_set(call->fault, kind, "cannot %s '%s': election %.*s: %s", call->doing,
                 call->cache->sqlite.spec, PV_ULID_LEN, call->id, why);
    return false;
}

bool pv_cache_damaged(struct pv_cache_call *call, const char *why)
{
    call->damaged = true;
    return pv_cache_fail(call, PV_FAULT_KIND_DAMAGED, why);
}

bool pv_cache_find(struct pv_cache_call *call)
{
    sqlite3_stmt *statement = call->cache->statements[PV_CACHE_FIND];
    int status = pv_sqlite_bind(statement, 1, (struct pv_str){call->id, PV_ULID_LEN});
    if (status == SQLITE_OK)
        status = sqlite3_step(statement);
    if (status == SQLITE_ROW) {
        call->election = sqlite3_column_int64(statement, 0);
        call->last_number = sqlite3_column_int64(statement, 1);
        status = SQLITE_DONE;
    }
    int end = sqlite3_reset(statement);
    return pv_cache_ok(call, end != SQLITE_OK ? end : status, SQLITE_DONE);
}

/* Adds the election or gives it its new number. */
static bool set_number(struct pv_cache_call *call, int64_t last_number)
{
    sqlite3_stmt *statement = call->cache->statements[call->election == 0 ? PV_CACHE_ADD : PV_CACHE_SET];
    int status = pv_sqlite_bind(statement, 1, (struct pv_str){call->id, PV_ULID_LEN});
    if (status == SQLITE_OK)
        status = sqlite3_bind_int64(statement, 2, last_number);
    if (status == SQLITE_OK)
        status = pv_sqlite_run(statement);
    if (status == SQLITE_DONE && call->election == 0)
        call->election = sqlite3_last_insert_rowid(call->cache->sqlite.db);
    return pv_cache_ok(call, status, SQLITE_DONE);
}

bool pv_cache_run_key(struct pv_cache_call *call, sqlite3_stmt *statement, int64_t key)
{
    int status = sqlite3_bind_int64(statement, 1, key);
    if (status == SQLITE_OK)
        status = pv_sqlite_run(statement);
    return pv_cache_ok(call, status, SQLITE_DONE);
}

static bool delete_of_election(struct pv_cache_call *call, enum pv_cache_statement which)
{
    return pv_cache_run_key(call, call->cache->statements[which], call->election);
}

int pv_cache_bind_kind(sqlite3_stmt *statement, int64_t election, struct pv_str kind)
{
    int status = sqlite3_bind_int64(statement, 1, election);
    return status == SQLITE_OK ? pv_sqlite_bind(statement, 2, kind) : status;
}

static bool put_part(struct pv_cache_call *call, struct pv_str kind, uint32_t page, struct pv_str json)
{
    if (json.len > (uint64_t)call->cache->part_max) {
        pv_fault_set(
            call->fault, PV_FAULT_KIND_TOO_LARGE,
            "cannot %s '%s': election %.*s: its part `%.*s` %u has %zu bytes, and a part can have %lld",
            call->doing, call->cache->sqlite.spec, PV_ULID_LEN, call->id, (int)kind.len, kind.ptr,
            (unsigned)page, json.len, (long long)call->cache->part_max);
        return false;
    }
    sqlite3_stmt *statement = call->cache->statements[PV_CACHE_PUT_PART];
    int status = pv_cache_bind_kind(statement, call->election, kind);
    if (status == SQLITE_OK)
        status = sqlite3_bind_int64(statement, 3, page);
    if (status == SQLITE_OK)
        status = pv_sqlite_bind(statement, 4, json);
    if (status == SQLITE_OK)
        status = pv_sqlite_run(statement);
    return pv_cache_ok(call, status, SQLITE_DONE);
}

static bool count_pages(struct pv_cache_call *call, struct pv_str kind, int64_t *count)
{
    sqlite3_stmt *statement = call->cache->statements[PV_CACHE_COUNT_PAGES];
    int status = pv_cache_bind_kind(statement, call->election, kind);
    if (status == SQLITE_OK)
        status = pv_sqlite_integer(statement, count);
    return pv_cache_ok(call, status, SQLITE_ROW);
}

static bool drop_pages(struct pv_cache_call *call, struct pv_str kind, uint32_t from)
{
    sqlite3_stmt *statement = call->cache->statements[PV_CACHE_DROP_PAGES];
    int status = pv_cache_bind_kind(statement, call->election, kind);
    if (status == SQLITE_OK)
        status = sqlite3_bind_int64(statement, 3, from);
    if (status == SQLITE_OK)
        status = pv_sqlite_run(statement);
    return pv_cache_ok(call, status, SQLITE_DONE);
}

static bool put_page(struct pv_cache_call *call, const struct pv_cache_put *put, enum pv_page_kind kind,
                     uint32_t page)
{
    struct pv_str json;
    if (!put->page(put->context, kind, page, &json))
        return pv_cache_fail(call, PV_FAULT_KIND_NO_MEMORY, "out of memory");
    return put_part(call, pv_cache_page_kinds[kind], page, json) && pv_cache_put_keys(call, put, kind, page);
}

/* Writes what changed and what is not there yet; before a put of all pages everything was removed. Then what
   is there no longer goes. */
static bool put_pages(struct pv_cache_call *call, const struct pv_cache_put *put, enum pv_page_kind kind,
                      uint32_t count)
{
    int64_t there = 0;
    if (put->page_changed != NULL && !count_pages(call, pv_cache_page_kinds[kind], &there))
        return false;
    for (uint32_t page = 0; page < count; page++) {
        if (page < there && !put->page_changed(put->context, kind, page))
            continue;
        if (!put_page(call, put, kind, page))
            return false;
    }
    return there <= count ||
           (drop_pages(call, pv_cache_page_kinds[kind], count) && pv_cache_drop_keys(call, kind, count));
}

static bool put_all(struct pv_cache_call *call, const struct pv_cache_put *put)
{
    struct pv_str header;
    if (put->page_changed == NULL &&
        !(delete_of_election(call, PV_CACHE_REMOVE_PARTS) && pv_cache_remove_shown(call)))
        return false;
    if (!set_number(call, put->last_number) || !pv_cache_put_summary(call, put) ||
        !put_pages(call, put, PV_PAGE_KIND_VOTERS, put->voter_pages) ||
        !put_pages(call, put, PV_PAGE_KIND_BALLOTS, put->ballot_pages))
        return false;
    if (!put->header(put->context, &header))
        return pv_cache_fail(call, PV_FAULT_KIND_NO_MEMORY, "out of memory");
    return put_part(call, pv_cache_header_kind, 0, header);
}

/* Begins to write on an election. */
static bool begin_writing(struct pv_cache_call *call)
{
    return pv_cache_ok(call, pv_sqlite_begin(&call->cache->sqlite, PV_SQLITE_WRITE), SQLITE_OK) &&
           pv_cache_find(call) && pv_cache_find_shown(call);
}

/* Whether what is there is the put that changes are told against: also in the tables that an older program
   leaves as they were. */
static bool is_at(const struct pv_cache_call *call, int64_t base)
{
    return call->election != 0 && call->last_number == base && call->shown != 0 && call->shown_number == base;
}

static enum pv_cache_result put(void *self, const struct pv_cache_put *put, struct pv_fault *fault)
{
    struct pv_cache_call call;
    enum pv_cache_result result = PV_CACHE_FAULT;
    if (!pv_cache_call_begin(&call, self, put->id, "put into", fault) || !begin_writing(&call))
        goto out;
    if (put->page_changed != NULL && !is_at(&call, put->base)) {
        result = PV_CACHE_STALE;
        goto out;
    }
    if (put_all(&call, put) && pv_cache_ok(&call, pv_sqlite_commit(&call.cache->sqlite), SQLITE_OK))
        result = PV_CACHE_OK;
out:
    if (result != PV_CACHE_OK)
        pv_sqlite_rollback(&call.cache->sqlite);
    return result;
}

static enum pv_cache_result remove_election(void *self, struct pv_election_id id, struct pv_fault *fault)
{
    struct pv_cache_call call;
    enum pv_cache_result result = PV_CACHE_FAULT;
    if (!pv_cache_call_begin(&call, self, id, "remove from", fault) || !begin_writing(&call))
        goto out;
    if (call.election == 0)
        result = PV_CACHE_MISSING;
    else if (delete_of_election(&call, PV_CACHE_REMOVE_PARTS) && delete_of_election(&call, PV_CACHE_REMOVE) &&
             pv_cache_remove_shown(&call) &&
             pv_cache_ok(&call, pv_sqlite_commit(&call.cache->sqlite), SQLITE_OK))
        result = PV_CACHE_OK;
out:
    if (result != PV_CACHE_OK)
        pv_sqlite_rollback(&call.cache->sqlite);
    return result;
}

static void close_cache(void *self)
{
    struct pv_sqlite_cache *cache = self;
    pv_sqlite_finalize(cache->statements, PV_CACHE_STATEMENTS);
    pv_sqlite_finalize(cache->shown, PV_SHOWN_STATEMENTS);
    pv_sqlite_close(&cache->sqlite);
    pv_buffer_deinit(&cache->keys);
    free(cache);
}

static const struct pv_document_cache_ops ops = {
    .put = put,
    .get = pv_sqlite_cache_get,
    .remove = remove_election,
    .list = pv_sqlite_cache_list,
    .get_header = pv_sqlite_cache_get_header,
    .get_page = pv_sqlite_cache_get_page,
    .find = pv_sqlite_cache_find,
    .summaries = pv_sqlite_cache_summaries,
    .get_checkpoint = pv_sqlite_cache_get_checkpoint,
    .put_checkpoint = pv_sqlite_cache_put_checkpoint,
    .close = close_cache,
};

/* What is to be done with an open database. */
static bool prepare(struct pv_sqlite_cache *cache, enum pv_open_mode mode, bool relaxed,
                    struct pv_fault *fault)
{
    if (mode == PV_OPEN_WRITE && !pv_sqlite_schema_make_later(&cache->sqlite, PV_LATER_SHOWN, fault))
        return false;
    int status = pv_sqlite_prepare(&cache->sqlite, sql, cache->statements, PV_CACHE_STATEMENTS);
    if (status == SQLITE_OK)
        status = pv_cache_look_for_shown(cache);
    if (status == SQLITE_OK && relaxed)
        status = sqlite3_exec(cache->sqlite.db, "PRAGMA synchronous=NORMAL", NULL, NULL, NULL);
    if (status != SQLITE_OK)
        pv_sqlite_fault(&cache->sqlite, status, "open", fault);
    return status == SQLITE_OK;
}

static bool open_cache(const char *path, enum pv_open_mode mode, bool relaxed,
                       const struct pv_sqlite_options *options, struct pv_document_cache *cache,
                       struct pv_fault *fault)
{
    struct pv_sqlite_cache *made = calloc(1, sizeof *made);
    if (made == NULL) {
        pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "cannot open 'sqlite:%s': out of memory", path);
        return false;
    }
    made->part_max = options->part_max;
    if (!pv_sqlite_open(&made->sqlite, path, mode, options, fault)) {
        free(made);
        return false;
    }
    if (!prepare(made, mode, relaxed, fault)) {
        close_cache(made);
        return false;
    }
    *cache = (struct pv_document_cache){&ops, made};
    return true;
}

bool pv_sqlite_cache_open_with(const char *path, enum pv_open_mode mode,
                               const struct pv_sqlite_options *options, struct pv_document_cache *cache,
                               struct pv_fault *fault)
{
    return open_cache(path, mode, false, options, cache, fault);
}

bool pv_sqlite_cache_open(const char *path, enum pv_open_mode mode, struct pv_document_cache *cache,
                          struct pv_fault *fault)
{
    return open_cache(path, mode, false, &pv_sqlite_defaults, cache, fault);
}

bool pv_sqlite_cache_open_relaxed_with(const char *path, const struct pv_sqlite_options *options,
                                       struct pv_document_cache *cache, struct pv_fault *fault)
{
    return open_cache(path, PV_OPEN_WRITE, true, options, cache, fault);
}

bool pv_sqlite_cache_open_relaxed(const char *path, struct pv_document_cache *cache, struct pv_fault *fault)
{
    return open_cache(path, PV_OPEN_WRITE, true, &pv_sqlite_defaults, cache, fault);
}
