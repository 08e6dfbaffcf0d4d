#include "sqlite_store.h"

#include "sqlite_id.h"

int pv_store_integer(sqlite3_stmt *statement, int64_t *value)
{
    *value = -1;
    int status = pv_sqlite_integer(statement, value);
    return status == SQLITE_ROW || status == SQLITE_DONE ? SQLITE_OK : status;
}

int pv_store_last_position(struct pv_sqlite_store *store, int64_t *position)
{
    return pv_store_integer(store->statements[PV_STORE_LAST_POSITION], position);
}

int pv_store_last_number(struct pv_sqlite_store *store, int64_t stream, int64_t *number)
{
    sqlite3_stmt *statement = store->statements[PV_STORE_LAST_NUMBER];
    int status = sqlite3_bind_int64(statement, 1, stream);
    if (status == SQLITE_OK)
        status = pv_store_integer(statement, number);
    return status == SQLITE_OK && *number < -1 ? SQLITE_CORRUPT : status;
}

int pv_store_find_stream(struct pv_sqlite_store *store, struct pv_str name, int64_t *stream)
{
    int status = pv_sqlite_names_find(&store->streams, name, stream);
    if (status == SQLITE_DONE)
        *stream = 0;
    return status == SQLITE_ROW || status == SQLITE_DONE ? SQLITE_OK : status;
}

int pv_store_bind_place(sqlite3_stmt *statement, int64_t stream, int64_t number)
{
    int status = sqlite3_bind_int64(statement, 1, stream);
    return status == SQLITE_OK ? sqlite3_bind_int64(statement, 2, number) : status;
}

int pv_writing_begin(struct pv_writing *w, struct pv_sqlite_store *store)
{
    *w = (struct pv_writing){.store = store, .number = -1, .outcome = PV_WRITING_NEW};
    pv_sqlite_park_readers(store);
    int status = pv_sqlite_begin(&store->sqlite, PV_SQLITE_WRITE);
    if (status == SQLITE_OK)
        status = pv_store_last_position(store, &w->position);
    if (status == SQLITE_OK)
        status = pv_store_integer(store->statements[PV_STORE_LAST_INDEXED], &w->indexed);
    if (status == SQLITE_OK)
        pv_sqlite_heads_check(&store->heads, store->sqlite.db);
    return status;
}

int pv_writing_turn_to(struct pv_writing *w, int64_t stream)
{
    w->stream = stream;
    w->number = -1;
    if (stream == 0 || pv_sqlite_heads_get(&w->store->heads, stream, &w->number))
        return SQLITE_OK;
    int status = pv_store_last_number(w->store, stream, &w->number);
    if (status == SQLITE_OK)
        pv_sqlite_heads_set(&w->store->heads, stream, w->number);
    return status;
}

int pv_writing_insert(struct pv_writing *w, const struct pv_recorded *record)
{
    sqlite3_stmt *statement = w->store->statements[PV_STORE_INSERT];
    int64_t type = 0;
    int status = pv_sqlite_names_make(&w->store->types, record->type, &type);
    const int64_t integers[] = {record->position, w->stream, record->number, type};
    const struct pv_str texts[] = {record->created, record->metadata, record->data};
    status = status == SQLITE_ROW ? SQLITE_OK : status;
    for (int i = 0; i < 4 && status == SQLITE_OK; i++)
        status = sqlite3_bind_int64(statement, i + 1, integers[i]);
    if (status == SQLITE_OK)
        status = pv_sqlite_bind_id(statement, 5, 6, record->id);
    for (int i = 0; i < 3 && status == SQLITE_OK; i++)
        status = pv_sqlite_bind(statement, i + 7, texts[i]);
    if (status == SQLITE_OK)
        status = pv_sqlite_run(statement);
    if (status != SQLITE_DONE)
        return status;
    w->number = record->number;
    w->position = record->position;
    pv_sqlite_heads_set(&w->store->heads, w->stream, w->number);
    return SQLITE_OK;
}

int pv_writing_index(struct pv_writing *w, int64_t least)
{
    sqlite3_stmt *set = w->store->statements[PV_STORE_SET_INDEXED];
    if (w->indexed > w->position - least)
        return SQLITE_OK;
    int status = pv_sqlite_run(w->store->statements[PV_STORE_INDEX_TAIL]);
    if (status == SQLITE_DONE)
        status = sqlite3_bind_int64(set, 1, w->position);
    if (status == SQLITE_OK)
        status = pv_sqlite_run(set);
    if (status != SQLITE_DONE)
        return status;
    w->indexed = w->position;
    return SQLITE_OK;
}

static enum pv_store_result answer(const struct pv_writing *w, int status, const char *doing,
                                   struct pv_fault *fault)
{
    const struct pv_sqlite *sqlite = &w->store->sqlite;
    if (status != SQLITE_OK) {
        pv_sqlite_fault(sqlite, status, doing, fault);
        return PV_STORE_FAULT;
    }
    if (w->outcome == PV_WRITING_EXHAUSTED) {
        bool by_position = w->position > w->number;
        pv_fault_set(fault, PV_FAULT_KIND_TOO_LARGE,
                     "cannot %s '%s': too few are left after %s %lld; keep the records in lines (PATH), "
                     "which need no new ones",
                     doing, sqlite->spec, by_position ? "position" : "number",
                     (long long)(by_position ? w->position : w->number));
        return PV_STORE_FAULT;
    }
    return w->outcome == PV_WRITING_CONFLICT ? PV_STORE_CONFLICT : PV_STORE_OK;
}

enum pv_store_result pv_writing_end(struct pv_writing *w, int status, const char *doing,
                                    struct pv_fault *fault)
{
    if (status == SQLITE_OK && w->outcome == PV_WRITING_NEW) {
        status = pv_sqlite_commit(&w->store->sqlite);
        if (status == SQLITE_OK)
            pv_sqlite_heads_committed(&w->store->heads, w->store->sqlite.db);
        if (status == SQLITE_OK)
            return PV_STORE_OK;
    }
    enum pv_store_result result = answer(w, status, doing, fault);
    pv_sqlite_rollback(&w->store->sqlite);
    /* What this call added is no longer there. */
    pv_sqlite_heads_clear(&w->store->heads);
    pv_sqlite_names_forget(&w->store->streams);
    pv_sqlite_names_forget(&w->store->types);
    return result;
}
