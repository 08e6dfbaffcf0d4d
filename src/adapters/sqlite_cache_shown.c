#include "sqlite_cache.h"

#include "sqlite_schema.h"

#include <string.h>

/* An election's rows here belong to its put only if their last number is that of `cached`: an older program
   puts and removes without them. */
static const char *const sql[PV_SHOWN_STATEMENTS] = {
    [PV_SHOWN_FIND] = "SELECT election, last_number FROM cached_shown WHERE id=?1",
    [PV_SHOWN_SET] = "INSERT INTO cached_shown(id, last_number, summary) VALUES(?1, ?2, ?3) ON CONFLICT(id) "
                     "DO UPDATE SET last_number=excluded.last_number, summary=excluded.summary",
    [PV_SHOWN_REMOVE] = "DELETE FROM cached_shown WHERE election=?1",
    [PV_SHOWN_LIST] = "SELECT c.id, c.last_number, s.summary FROM cached c "
                      "JOIN cached_shown s ON s.id=c.id AND s.last_number=c.last_number "
                      "WHERE c.id>?1 AND s.summary IS NOT NULL ORDER BY c.id",
    [PV_SHOWN_FIND_PAGE] = "SELECT s.election, k.page FROM cached c "
                           "LEFT JOIN cached_shown s ON s.id=c.id AND s.last_number=c.last_number "
                           "LEFT JOIN cached_keys k ON k.election=s.election AND k.kind=?2 AND k.key=?3 "
                           "WHERE c.id=?1",
    [PV_SHOWN_GET_KEYS] = "SELECT keys FROM cached_page_keys WHERE election=?1 AND kind=?2 AND page=?3",
    [PV_SHOWN_SET_KEYS] = "INSERT OR REPLACE INTO cached_page_keys VALUES(?1, ?2, ?3, ?4)",
    [PV_SHOWN_ADD_KEY] = "INSERT OR REPLACE INTO cached_keys VALUES(?1, ?2, ?4, ?3)",
    [PV_SHOWN_DROP_KEY] = "DELETE FROM cached_keys WHERE election=?1 AND kind=?2 AND key=?4 AND page=?3",
    [PV_SHOWN_DROP_KEYS] = "DELETE FROM cached_keys WHERE election=?1 AND kind=?2 AND page>=?3",
    [PV_SHOWN_DROP_PAGE_KEYS] = "DELETE FROM cached_page_keys WHERE election=?1 AND kind=?2 AND page>=?3",
    [PV_SHOWN_GET_CHECKPOINT] = "SELECT position FROM cached_checkpoint WHERE checkpoint=1",
    [PV_SHOWN_PUT_CHECKPOINT] = "INSERT OR REPLACE INTO cached_checkpoint VALUES(1, ?1)",
};

int pv_cache_look_for_shown(struct pv_sqlite_cache *cache)
{
    bool there = cache->has_shown;
    int status = there ? SQLITE_OK : pv_sqlite_schema_has(&cache->sqlite, PV_LATER_SHOWN, &there);
    if (status == SQLITE_OK && there && !cache->has_shown) {
        status = pv_sqlite_prepare(&cache->sqlite, sql, cache->shown, PV_SHOWN_STATEMENTS);
        cache->has_shown = status == SQLITE_OK;
    }
    return status;
}

/* --- the election --- */

bool pv_cache_find_shown(struct pv_cache_call *call)
{
    if (!call->cache->has_shown) /* open to be read: nothing will be written */
        return true;
    sqlite3_stmt *statement = call->cache->shown[PV_SHOWN_FIND];
    int status = pv_sqlite_bind(statement, 1, (struct pv_str){call->id, PV_ULID_LEN});
    if (status == SQLITE_OK)
        status = sqlite3_step(statement);
    if (status == SQLITE_ROW) {
        call->shown = sqlite3_column_int64(statement, 0);
        call->shown_number = sqlite3_column_int64(statement, 1);
        status = SQLITE_DONE;
    }
    int end = sqlite3_reset(statement);
    return pv_cache_ok(call, end != SQLITE_OK ? end : status, SQLITE_DONE);
}

bool pv_cache_remove_shown(struct pv_cache_call *call)
{
    if (call->shown == 0)
        return true;
    int64_t shown = call->shown;
    bool dropped =
        pv_cache_drop_keys(call, PV_PAGE_KIND_VOTERS, 0) && pv_cache_drop_keys(call, PV_PAGE_KIND_BALLOTS, 0);
    call->shown = 0;
    return dropped && pv_cache_run_key(call, call->cache->shown[PV_SHOWN_REMOVE], shown);
}

bool pv_cache_put_summary(struct pv_cache_call *call, const struct pv_cache_put *put)
{
    struct pv_str summary = {NULL, 0};
    if (put->summary != NULL && !put->summary(put->context, &summary))
        return pv_cache_fail(call, PV_FAULT_KIND_NO_MEMORY, "out of memory");
    sqlite3_stmt *statement = call->cache->shown[PV_SHOWN_SET];
    int status = pv_sqlite_bind(statement, 1, (struct pv_str){call->id, PV_ULID_LEN});
    if (status == SQLITE_OK)
        status = sqlite3_bind_int64(statement, 2, put->last_number);
    if (status == SQLITE_OK)
        status = pv_sqlite_bind(statement, 3, summary);
    if (status == SQLITE_OK)
        status = pv_sqlite_run(statement);
    if (status == SQLITE_DONE && call->shown == 0)
        call->shown = sqlite3_last_insert_rowid(call->cache->sqlite.db);
    return pv_cache_ok(call, status, SQLITE_DONE);
}

/* --- the keys --- */

/* The keys of a page as they were given are one text, a line a key, so that a page whose keys are still the
   same, as nearly all are, costs one look, and one that has more keys costs those. */
enum { KEY_END = '\n' };

struct key_taker {
    struct pv_buffer *keys;
    bool out_of_memory;
};

static void take_key(void *context, struct pv_str key)
{
    struct key_taker *taker = context;
    const char end = KEY_END;
    if (pv_buffer_write(taker->keys, key.ptr, key.len) != 0 || pv_buffer_write(taker->keys, &end, 1) != 0)
        taker->out_of_memory = true;
}

static bool collect_keys(struct pv_cache_call *call, const struct pv_cache_put *put, enum pv_page_kind kind,
                         uint32_t page)
{
    struct key_taker taker = {&call->cache->keys, false};
    taker.keys->len = 0;
    if (put->page_keys != NULL)
        put->page_keys(put->context, kind, page, take_key, &taker);
    return !taker.out_of_memory || pv_cache_fail(call, PV_FAULT_KIND_NO_MEMORY, "out of memory");
}

/* Binds a page at ?1 to ?3. */
static int bind_page(const struct pv_cache_call *call, sqlite3_stmt *statement, enum pv_page_kind kind,
                     uint32_t page)
{
    int status = pv_cache_bind_kind(statement, call->shown, pv_cache_page_kinds[kind]);
    return status == SQLITE_OK ? sqlite3_bind_int64(statement, 3, page) : status;
}

/* Runs a statement of a page, and of a text at ?4. */
static int run_text(const struct pv_cache_call *call, enum pv_shown_statement which, enum pv_page_kind kind,
                    uint32_t page, struct pv_str text)
{
    sqlite3_stmt *statement = call->cache->shown[which];
    int status = bind_page(call, statement, kind, page);
    if (status == SQLITE_OK)
        status = pv_sqlite_bind(statement, 4, text);
    return status == SQLITE_OK ? pv_sqlite_run(statement) : status;
}

/* Once for each line. SQLITE_DONE or an error. */
static int run_keys(const struct pv_cache_call *call, enum pv_shown_statement which, enum pv_page_kind kind,
                    uint32_t page, struct pv_str keys)
{
    int status = SQLITE_DONE;
    while (keys.len > 0 && status == SQLITE_DONE) {
        const char *end = memchr(keys.ptr, KEY_END, keys.len);
        size_t len = end != NULL ? (size_t)(end - keys.ptr) : keys.len; /* a text may be tampered with */
        status = run_text(call, which, kind, page, (struct pv_str){keys.ptr, len});
        len += end != NULL;
        keys = (struct pv_str){keys.ptr + len, keys.len - len};
    }
    return status;
}

/* From what a page had to what it has. */
static int change_keys(const struct pv_cache_call *call, enum pv_page_kind kind, uint32_t page,
                       struct pv_str old, struct pv_str new)
{
    int status = SQLITE_DONE;
    if (new.len >= old.len && (old.len == 0 || memcmp(new.ptr, old.ptr, old.len) == 0))
        new = (struct pv_str){new.ptr + old.len, new.len - old.len}; /* it got some more */
    else
        status = run_keys(call, PV_SHOWN_DROP_KEY, kind, page, old);
    return status == SQLITE_DONE ? run_keys(call, PV_SHOWN_ADD_KEY, kind, page, new) : status;
}

bool pv_cache_put_keys(struct pv_cache_call *call, const struct pv_cache_put *put, enum pv_page_kind kind,
                       uint32_t page)
{
    if (!collect_keys(call, put, kind, page))
        return false;
    const struct pv_buffer *keys = &call->cache->keys;
    struct pv_str old = {NULL, 0}, new = {keys->len > 0 ? keys->bytes : "", keys->len};
    sqlite3_stmt *statement = call->cache->shown[PV_SHOWN_GET_KEYS];
    int status = bind_page(call, statement, kind, page);
    if (status == SQLITE_OK)
        status = sqlite3_step(statement);
    if (status == SQLITE_ROW)
        old = pv_sqlite_column(statement, 0);
    bool same = pv_str_equal(old, new);
    if ((status == SQLITE_ROW || status == SQLITE_DONE) && !same)
        status = change_keys(call, kind, page, old, new);
    else if (status == SQLITE_ROW)
        status = SQLITE_DONE;
    (void)sqlite3_reset(statement);
    if (status == SQLITE_DONE && !same)
        status = run_text(call, PV_SHOWN_SET_KEYS, kind, page, new);
    return pv_cache_ok(call, status, SQLITE_DONE);
}

static int drop_from(const struct pv_cache_call *call, enum pv_shown_statement which, enum pv_page_kind kind,
                     uint32_t from)
{
    sqlite3_stmt *statement = call->cache->shown[which];
    int status = bind_page(call, statement, kind, from);
    return status == SQLITE_OK ? pv_sqlite_run(statement) : status;
}

bool pv_cache_drop_keys(struct pv_cache_call *call, enum pv_page_kind kind, uint32_t from)
{
    int status = drop_from(call, PV_SHOWN_DROP_KEYS, kind, from);
    if (status == SQLITE_DONE)
        status = drop_from(call, PV_SHOWN_DROP_PAGE_KEYS, kind, from);
    return pv_cache_ok(call, status, SQLITE_DONE);
}

/* --- the checkpoint --- */

enum pv_cache_result pv_sqlite_cache_get_checkpoint(void *self, int64_t *position, struct pv_fault *fault)
{
    struct pv_sqlite_cache *cache = self;
    int64_t found = -1;
    int status = pv_sqlite_settle(&cache->sqlite);
    if (status == SQLITE_OK)
        status = pv_cache_look_for_shown(cache);
    if (status == SQLITE_OK && cache->has_shown)
        status = pv_sqlite_integer(cache->shown[PV_SHOWN_GET_CHECKPOINT], &found);
    if (status != SQLITE_OK && status != SQLITE_ROW && status != SQLITE_DONE) {
        pv_sqlite_fault(&cache->sqlite, status, "read", fault);
        return PV_CACHE_FAULT;
    }
    if (found < -1) {
        pv_sqlite_fault(&cache->sqlite, SQLITE_CORRUPT, "read", fault);
        return PV_CACHE_DAMAGED;
    }
    *position = found;
    return PV_CACHE_OK;
}

enum pv_cache_result pv_sqlite_cache_put_checkpoint(void *self, int64_t position, struct pv_fault *fault)
{
    struct pv_sqlite_cache *cache = self;
    int status = pv_sqlite_settle(&cache->sqlite);
    if (status == SQLITE_OK)
        status = pv_cache_look_for_shown(cache);
    if (status == SQLITE_OK && !cache->has_shown)
        status = SQLITE_READONLY; /* else it would be there */
    if (status == SQLITE_OK)
        status = sqlite3_bind_int64(cache->shown[PV_SHOWN_PUT_CHECKPOINT], 1, position);
    if (status == SQLITE_OK)
        status = pv_sqlite_run(cache->shown[PV_SHOWN_PUT_CHECKPOINT]);
    if (status != SQLITE_DONE)
        pv_sqlite_fault(&cache->sqlite, status, "put into", fault);
    return status == SQLITE_DONE ? PV_CACHE_OK : PV_CACHE_FAULT;
}
