#include "sqlite_id.h"
#include "sqlite_store.h"

#include <stdlib.h>
#include <string.h>

enum {
    ARENA_BYTES = 1 << 18, /* what a batch holds, unless one record alone needs more */
    ROWS_A_SEEK =
        1 << 13, /* then the transaction ends, so that a long replay does not let the log grow for ever */
};

struct pv_store_reader {
    struct pv_sqlite_store *store;
    struct pv_store_reader *next;
    sqlite3_stmt *statement;
    struct pv_text stream; /* its name; ptr NULL: all streams */
    int64_t key;           /* the stream's, 0 until it is known */
    int64_t after;         /* the number or position of the record that was given last */
    int64_t position;      /* its position in any case; -1: none */
    unsigned rows;         /* since the statement was started; 0: it is not running */
    bool at_row;           /* the statement stands on a row that has not been given yet */
    char *arena;
    size_t capacity, used;
};

#define COLUMNS "SELECT position, stream, number, type, id, spelling, created, metadata, data FROM events "
enum column { POSITION, STREAM, NUMBER, TYPE, ID, SPELLING, CREATED, METADATA, DATA };
static const char *const read_all[] = {COLUMNS "WHERE position>?1 ORDER BY position"};
static const char *const read_stream[] = {COLUMNS "WHERE stream=?2 AND number>?1 ORDER BY number"};

static void park(struct pv_store_reader *reader)
{
    (void)sqlite3_reset(reader->statement);
    reader->rows = 0;
    reader->at_row = false;
}

void pv_sqlite_park_readers(struct pv_sqlite_store *store)
{
    for (struct pv_store_reader *reader = store->readers; reader != NULL; reader = reader->next)
        park(reader);
}

static int open_reader(struct pv_store_reader *reader, struct pv_str stream)
{
    reader->capacity = ARENA_BYTES;
    reader->arena = malloc(ARENA_BYTES);
    if (reader->arena == NULL)
        return SQLITE_NOMEM;
    if (stream.ptr == NULL)
        return pv_sqlite_prepare(&reader->store->sqlite, read_all, &reader->statement, 1);
    reader->stream = (struct pv_text){malloc(stream.len + 1), stream.len};
    if (reader->stream.ptr == NULL)
        return SQLITE_NOMEM;
    memcpy(reader->stream.ptr, stream.ptr, stream.len);
    return pv_sqlite_prepare(&reader->store->sqlite, read_stream, &reader->statement, 1);
}

static void free_reader(struct pv_store_reader *reader)
{
    (void)sqlite3_finalize(reader->statement);
    free(reader->stream.ptr);
    free(reader->arena);
    free(reader);
}

enum pv_store_result pv_sqlite_read(void *self, struct pv_str stream, int64_t from,
                                    struct pv_store_reader **reader, struct pv_fault *fault)
{
    struct pv_sqlite_store *store = self;
    struct pv_store_reader *made = calloc(1, sizeof *made);
    int status = SQLITE_NOMEM;
    if (made != NULL) {
        made->store = store;
        made->after = from > 0 ? from - 1 : -1;
        made->position = -1;
        status = open_reader(made, stream);
    }
    if (status != SQLITE_OK) {
        pv_sqlite_fault(&store->sqlite, status, "read", fault);
        if (made != NULL)
            free_reader(made);
        return PV_STORE_FAULT;
    }
    made->next = store->readers;
    store->readers = made;
    *reader = made;
    return PV_STORE_OK;
}

void pv_sqlite_close_reader(struct pv_store_reader *reader)
{
    struct pv_store_reader **link = &reader->store->readers;
    while (*link != reader)
        link = &(*link)->next;
    *link = reader->next;
    free_reader(reader);
}

/* SQLITE_ROW when it stands on a row that has not been given yet. */
static int advance(struct pv_store_reader *reader)
{
    int status = SQLITE_OK;
    if (reader->at_row)
        return SQLITE_ROW;
    if (reader->rows >= ROWS_A_SEEK)
        park(reader);
    /* At first from below 0: such a row is none of ours, and is told and not left out. */
    if (reader->rows == 0)
        status = sqlite3_bind_int64(reader->statement, 1, reader->after < 0 ? INT64_MIN : reader->after);
    if (reader->rows == 0 && status == SQLITE_OK && reader->stream.ptr != NULL)
        status = sqlite3_bind_int64(reader->statement, 2, reader->key);
    if (status == SQLITE_OK)
        status = sqlite3_step(reader->statement);
    if (status == SQLITE_ROW) {
        reader->at_row = true;
        reader->rows++;
    }
    return status;
}

/* The row as SQLite lends it until the next step. False if it is not as the schema says: such a file was not
   written by us. Order is checked too, or a damaged tree could lead round in a circle; and a stream whose
   positions are in another order than its numbers must not be one thing alone and another among others. */
static bool borrow(struct pv_store_reader *reader, struct pv_recorded *row, char id[PV_UUID_LEN])
{
    sqlite3_stmt *statement = reader->statement;
    row->position = sqlite3_column_int64(statement, POSITION);
    row->number = sqlite3_column_int64(statement, NUMBER);
    row->created = pv_sqlite_column(statement, CREATED);
    row->metadata = pv_sqlite_column(statement, METADATA);
    row->data = pv_sqlite_column(statement, DATA);
    return (reader->stream.ptr != NULL ? row->number : row->position) > reader->after &&
           row->position > reader->position && row->number >= 0 &&
           sqlite3_column_type(statement, NUMBER) == SQLITE_INTEGER &&
           sqlite3_column_type(statement, DATA) == SQLITE_TEXT &&
           pv_sqlite_column_id(statement, ID, SPELLING, id, &row->id);
}

static int name_it(struct pv_store_reader *reader, struct pv_recorded *row)
{
    struct pv_sqlite_store *store = reader->store;
    int status = SQLITE_ROW;
    if (reader->stream.ptr != NULL)
        row->stream = (struct pv_str){reader->stream.ptr, reader->stream.len};
    else
        status = pv_sqlite_names_get(&store->streams, sqlite3_column_int64(reader->statement, STREAM),
                                     &row->stream);
    if (status == SQLITE_ROW)
        status =
            pv_sqlite_names_get(&store->types, sqlite3_column_int64(reader->statement, TYPE), &row->type);
    return status;
}

static void copy_text(struct pv_store_reader *reader, struct pv_str *text)
{
    if (text->ptr == NULL)
        return;
    char *copy = reader->arena + reader->used;
    memcpy(copy, text->ptr, text->len);
    text->ptr = copy;
    reader->used += text->len;
}

enum taken { TAKEN, NO_ROOM, NO_MEMORY };

/* Moves what the row lends into the arena. Only for the first record of a batch can the arena be made
   larger.
 */
static enum taken keep(struct pv_store_reader *reader, struct pv_recorded *row)
{
    struct pv_str *texts[] = {&row->stream, &row->type, &row->id, &row->created, &row->metadata, &row->data};
    size_t need = 0;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        need += texts[i]->len;
    if (need > reader->capacity - reader->used) {
        if (reader->used != 0)
            return NO_ROOM;
        free(reader->arena);
        reader->arena = malloc(need);
        reader->capacity = reader->arena == NULL ? 0 : need;
        if (reader->arena == NULL)
            return NO_MEMORY;
    }
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        copy_text(reader, texts[i]);
    return TAKEN;
}

/* SQLITE_ROW with a record, SQLITE_DONE at the end, SQLITE_OK when the batch is full, or an error;
   SQLITE_CORRUPT may be our own verdict on the row. */
static int take(struct pv_store_reader *reader, struct pv_recorded *record)
{
    int status = advance(reader);
    if (status != SQLITE_ROW)
        return status;
    char id[PV_UUID_LEN];
    struct pv_recorded row;
    if (!borrow(reader, &row, id))
        return SQLITE_CORRUPT;
    status = name_it(reader, &row);
    if (status != SQLITE_ROW)
        return status == SQLITE_DONE ? SQLITE_CORRUPT : status;
    enum taken taken = keep(reader, &row);
    if (taken != TAKEN)
        return taken == NO_ROOM ? SQLITE_OK : SQLITE_NOMEM;
    reader->position = row.position;
    reader->after = reader->stream.ptr != NULL ? row.number : row.position;
    reader->at_row = false;
    *record = row;
    return SQLITE_ROW;
}

static int take_batch(struct pv_store_reader *reader, struct pv_recorded *records, size_t max, size_t *count)
{
    int status = SQLITE_ROW;
    reader->used = 0;
    for (*count = 0; *count < max && status == SQLITE_ROW; *count += status == SQLITE_ROW)
        status = take(reader, &records[*count]);
    return status;
}

enum pv_store_result pv_sqlite_next(struct pv_store_reader *reader, struct pv_recorded *records, size_t max,
                                    size_t *count, struct pv_fault *fault)
{
    struct pv_sqlite_store *store = reader->store;
    size_t taken = 0;
    int status = SQLITE_ROW;
    if (reader->stream.ptr != NULL && reader->key == 0)
        status = pv_sqlite_names_find(&store->streams,
                                      (struct pv_str){reader->stream.ptr, reader->stream.len}, &reader->key);
    if (status == SQLITE_ROW)
        status = take_batch(reader, records, max, &taken);
    if (status != SQLITE_ROW && status != SQLITE_OK)
        park(reader);
    /* What came before a fault is given first; the next call meets the fault again. */
    if (taken == 0 && status != SQLITE_DONE && status != SQLITE_ROW) {
        if (status == SQLITE_CORRUPT)
            pv_sqlite_damaged(&store->sqlite, "the record after", reader->after, fault);
        else
            pv_sqlite_fault(&store->sqlite, status, "read", fault);
        return PV_STORE_FAULT;
    }
    *count = taken;
    return PV_STORE_OK;
}
