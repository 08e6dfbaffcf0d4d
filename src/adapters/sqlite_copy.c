#include "sqlite_store.h"

#include "same.h"
#include "sqlite_id.h"

/* How a record that is not above its stream's last is there. */
struct likeness {
    bool is_there;   /* its number is */
    const char *key; /* in which it differs from what is there; NULL: they are the same */
};

/* Compares with the row on which the statement stands. SQLITE_OK or an error. */
static int compare(struct pv_writing *w, sqlite3_stmt *statement, const struct pv_recorded *record,
                   const char **key)
{
    struct pv_recorded there = {.data = pv_sqlite_column(statement, 3),
                                .created = pv_sqlite_column(statement, 4),
                                .metadata = pv_sqlite_column(statement, 5)};
    char scratch[PV_UUID_LEN];
    if (there.data.ptr == NULL)
        return SQLITE_CORRUPT;
    bool sound = pv_sqlite_column_id(statement, 0, 1, scratch, &there.id);
    int status = pv_sqlite_names_get(&w->store->types, sqlite3_column_int64(statement, 2), &there.type);
    *key = sound ? pv_recorded_difference(&there, record) : "id";
    return status == SQLITE_ROW || status == SQLITE_DONE ? SQLITE_OK : status;
}

static int look(struct pv_writing *w, const struct pv_recorded *record, struct likeness *likeness)
{
    sqlite3_stmt *statement = w->store->statements[PV_STORE_RECORD_AT];
    int status = pv_store_bind_place(statement, w->stream, record->number);
    if (status == SQLITE_OK)
        status = sqlite3_step(statement);
    likeness->is_there = status == SQLITE_ROW;
    if (status == SQLITE_ROW)
        status = compare(w, statement, record, &likeness->key);
    int end = sqlite3_reset(statement);
    if (end != SQLITE_OK)
        return end;
    return status == SQLITE_DONE ? SQLITE_OK : status;
}

/* Finds the record's stream, unless it is the one before's. */
static int turn_to_stream(struct pv_writing *w, const struct pv_recorded *record)
{
    int64_t stream;
    int status = pv_sqlite_names_make(&w->store->streams, record->stream, &stream);
    if (status != SQLITE_ROW)
        return status;
    return stream == w->stream ? SQLITE_OK : pv_writing_turn_to(w, stream);
}

static int copy_one(struct pv_writing *w, const struct pv_recorded *record, struct likeness *likeness)
{
    int status = turn_to_stream(w, record);
    if (status != SQLITE_OK)
        return status;
    if (record->number <= w->number) {
        status = look(w, record, likeness);
        if (status == SQLITE_OK && (!likeness->is_there || likeness->key != NULL))
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
    status = pv_writing_insert(w, &placed);
    return status == SQLITE_OK ? pv_writing_index(w, w->store->tail) : status;
}

static void refuse(const struct pv_writing *w, const struct pv_recorded *record,
                   const struct likeness *likeness, struct pv_fault *fault)
{
    pv_fault_set(fault, PV_FAULT_KIND_DAMAGED,
                 "cannot copy to '%s': number %lld of stream %.*s %s%s; choose another destination",
                 w->store->sqlite.spec, (long long)record->number, (int)record->stream.len,
                 record->stream.ptr,
                 likeness->is_there ? "is there already, and differs in its " : "was left out there",
                 likeness->is_there ? likeness->key : "");
}

enum pv_store_result pv_sqlite_copy(void *self, const struct pv_recorded *records, size_t count,
                                    struct pv_fault *fault)
{
    struct pv_writing w;
    struct likeness likeness = {false, NULL};
    size_t i = 0;
    int status = pv_writing_begin(&w, self);
    for (; i < count && status == SQLITE_OK && w.outcome == PV_WRITING_NEW; i++)
        status = copy_one(&w, &records[i], &likeness);
    /* So that an archive has no tail. */
    if (status == SQLITE_OK && w.outcome == PV_WRITING_NEW)
        status = pv_writing_index(&w, 1);
    enum pv_store_result result = pv_writing_end(&w, status, "copy to", fault);
    if (result == PV_STORE_CONFLICT)
        refuse(&w, &records[i - 1], &likeness, fault);
    return result;
}
