#include "sqlite_store.h"

#include "sqlite_id.h"

/* Whether what stands at the record's number is the record. SQLITE_OK or an error. */
static int is_there(struct pv_writing *w, const struct pv_recorded *record, bool *same)
{
    sqlite3_stmt *statement = w->store->statements[PV_STORE_RECORD_AT];
    char scratch[PV_UUID_LEN];
    struct pv_str id, type;
    *same = false;
    int status = pv_store_bind_place(statement, w->stream, record->number);
    if (status == SQLITE_OK)
        status = sqlite3_step(statement);
    if (status == SQLITE_ROW && pv_sqlite_column_id(statement, 0, 1, scratch, &id)) {
        *same = pv_same_id(id, record->id);
        if (*same && id.ptr == NULL) {
            /* Without ids, what was recorded has to tell. */
            status = pv_sqlite_names_get(&w->store->types, sqlite3_column_int64(statement, 2), &type);
            *same = status == SQLITE_ROW && pv_str_equal(type, record->type) &&
                    pv_str_equal(pv_sqlite_column(statement, 3), record->data);
        }
    }
    int end = sqlite3_reset(statement);
    if (end != SQLITE_OK)
        return end;
    return status == SQLITE_ROW || status == SQLITE_DONE ? SQLITE_OK : status;
}

/* Finds the record's stream, unless it is the one before's. */
static int turn_to_stream(struct pv_writing *w, const struct pv_recorded *record)
{
    int64_t stream;
    int status = pv_sqlite_names_make(&w->store->streams, record->stream, &stream);
    if (status != SQLITE_ROW)
        return status;
    if (stream == w->stream)
        return SQLITE_OK;
    w->stream = stream;
    return pv_store_last_number(w->store, stream, &w->number);
}

static int copy_one(struct pv_writing *w, const struct pv_recorded *record)
{
    int status = turn_to_stream(w, record);
    if (status != SQLITE_OK)
        return status;
    if (record->number <= w->number) {
        bool same;
        status = is_there(w, record, &same);
        if (status == SQLITE_OK && !same)
            w->outcome = PV_WRITING_CONFLICT;
        return status;
    }
    struct pv_recorded placed = *record;
    if (placed.position <= w->position) {
        if (w->position == INT64_MAX) {
            w->outcome = PV_WRITING_EXHAUSTED;
            return SQLITE_OK;
        }
        placed.position = w->position + 1;
    }
    return pv_writing_insert(w, &placed);
}

enum pv_store_result pv_sqlite_copy(void *self, const struct pv_recorded *records, size_t count,
                                    struct pv_fault *fault)
{
    struct pv_writing w;
    size_t i = 0;
    int status = pv_writing_begin(&w, self);
    for (; i < count && status == SQLITE_OK && w.outcome == PV_WRITING_NEW; i++)
        status = copy_one(&w, &records[i]);
    enum pv_store_result result = pv_writing_end(&w, status, "copy to", fault);
    if (result == PV_STORE_CONFLICT)
        pv_fault_set(
            fault, PV_FAULT_KIND_DAMAGED,
            "cannot copy to '%s': number %lld of stream %.*s is not what it has there; copy to a new file",
            w.store->sqlite.path, (long long)records[i - 1].number, (int)records[i - 1].stream.len,
            records[i - 1].stream.ptr);
    return result;
}
