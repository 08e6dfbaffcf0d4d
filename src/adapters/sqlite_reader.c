#include "sqlite_store.h"

#include <stdlib.h>
#include <string.h>

enum {
    TEXT_BYTES = 1 << 18, /* what a batch holds, unless one record alone needs more */
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
    struct pv_row_texts texts;
};

static const char *const read_all[] = {PV_ROW_COLUMNS "WHERE position>?1 ORDER BY position"};
/* First what is in the index, by number, then the tail after position ?3 of the record that was given last
   (-1: none): in a stream positions grow with numbers, and what is after it with a lower number is met and
   told. `part` is 0, and then the key of a stream, which is above 0: so the two follow each other, and
   each of them is in its order as it is read. (To order all by number would sort the tail.) */
static const char *const read_stream[] = {
    "SELECT " PV_ROW_FIELDS_OF_E ", t.only AS part, n.number AS place "
    "FROM numbers_through AS t JOIN " PV_STORE_INDEX "WHERE t.only=0 AND n.stream=?2 AND n.number>?1 "
    "UNION ALL SELECT " PV_ROW_FIELDS ", stream, position FROM events "
    "WHERE stream=?2 AND (number>?1 OR ?3>=0) AND position>max(" PV_STORE_THROUGH ", ?3) "
    "ORDER BY part, place"};

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
    reader->texts = (struct pv_row_texts){.bytes = malloc(TEXT_BYTES), .capacity = TEXT_BYTES};
    if (reader->texts.bytes == NULL)
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
    free(reader->texts.bytes);
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
    if (reader->rows == 0 && status == SQLITE_OK && reader->stream.ptr != NULL)
        status = sqlite3_bind_int64(reader->statement, 3, reader->position);
    if (status == SQLITE_OK)
        status = sqlite3_step(reader->statement);
    if (status == SQLITE_ROW) {
        reader->at_row = true;
        reader->rows++;
    }
    return status;
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
    status = pv_row_read(reader->statement, &reader->store->streams, &reader->store->types,
                         (struct pv_str){reader->stream.ptr, reader->stream.len}, id, &row);
    if (status != SQLITE_ROW)
        return status;
    /* Order is checked too, or a damaged tree could lead round in a circle; and a stream whose positions are
       in another order than its numbers must not be one thing alone and another among others. */
    int64_t place = reader->stream.ptr != NULL ? row.number : row.position;
    if (place <= reader->after || row.position <= reader->position)
        return SQLITE_CORRUPT;
    enum pv_row_kept kept = pv_row_keep(&reader->texts, &row);
    if (kept != PV_ROW_KEPT)
        return kept == PV_ROW_NO_ROOM ? SQLITE_OK : SQLITE_NOMEM;
    reader->position = row.position;
    reader->after = place;
    reader->at_row = false;
    *record = row;
    return SQLITE_ROW;
}

static int take_batch(struct pv_store_reader *reader, struct pv_recorded *records, size_t max, size_t *count)
{
    int status = SQLITE_ROW;
    reader->texts.used = 0;
    for (*count = 0; *count < max && status == SQLITE_ROW; *count += status == SQLITE_ROW)
        status = take(reader, &records[*count]);
    return status;
}

/* SQLITE_ROW when there is something to read, SQLITE_DONE when the stream is not there, or an error. */
static int find_stream(struct pv_store_reader *reader)
{
    struct pv_sqlite_store *store = reader->store;
    int status = pv_sqlite_settle(&store->sqlite);
    if (status != SQLITE_OK)
        return status;
    return reader->stream.ptr == NULL || reader->key != 0
               ? SQLITE_ROW
               : pv_sqlite_names_find(&store->streams,
                                      (struct pv_str){reader->stream.ptr, reader->stream.len}, &reader->key);
}

enum pv_store_result pv_sqlite_next(struct pv_store_reader *reader, struct pv_recorded *records, size_t max,
                                    size_t *count, struct pv_fault *fault)
{
    struct pv_sqlite_store *store = reader->store;
    size_t taken = 0;
    int status = find_stream(reader);
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
