#include "sqlite_row.h"

#include <stdlib.h>
#include <string.h>

enum column { POSITION, STREAM, NUMBER, TYPE, ID, SPELLING, CREATED, METADATA, DATA };

static int name_it(sqlite3_stmt *statement, struct pv_sqlite_names *streams, struct pv_sqlite_names *types,
                   struct pv_str stream, struct pv_recorded *record)
{
    int status = SQLITE_ROW;
    if (stream.ptr != NULL)
        record->stream = stream;
    else
        status = pv_sqlite_names_get(streams, sqlite3_column_int64(statement, STREAM), &record->stream);
    if (status == SQLITE_ROW)
        status = pv_sqlite_names_get(types, sqlite3_column_int64(statement, TYPE), &record->type);
    return status == SQLITE_DONE ? SQLITE_CORRUPT : status;
}

int pv_row_read(sqlite3_stmt *statement, struct pv_sqlite_names *streams, struct pv_sqlite_names *types,
                struct pv_str stream, char id[PV_UUID_LEN], struct pv_recorded *record)
{
    record->position = sqlite3_column_int64(statement, POSITION);
    record->number = sqlite3_column_int64(statement, NUMBER);
    record->created = pv_sqlite_column(statement, CREATED);
    record->metadata = pv_sqlite_column(statement, METADATA);
    record->data = pv_sqlite_column(statement, DATA);
    if (record->number < 0 || sqlite3_column_type(statement, NUMBER) != SQLITE_INTEGER ||
        sqlite3_column_type(statement, DATA) != SQLITE_TEXT ||
        !pv_sqlite_column_id(statement, ID, SPELLING, id, &record->id))
        return SQLITE_CORRUPT;
    return name_it(statement, streams, types, stream, record);
}

static void copy_text(struct pv_row_texts *texts, struct pv_str *text)
{
    if (text->ptr == NULL)
        return;
    char *copy = texts->bytes + texts->used;
    memcpy(copy, text->ptr, text->len);
    text->ptr = copy;
    texts->used += text->len;
}

enum pv_row_kept pv_row_keep(struct pv_row_texts *texts, struct pv_recorded *record)
{
    struct pv_str *all[] = {&record->stream,  &record->type,     &record->id,
                            &record->created, &record->metadata, &record->data};
    size_t need = 1; /* so that an empty text has an address too */
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        need += all[i]->len;
    if (need > texts->capacity - texts->used) {
        if (texts->used != 0)
            return PV_ROW_NO_ROOM;
        free(texts->bytes);
        texts->bytes = malloc(need);
        texts->capacity = texts->bytes == NULL ? 0 : need;
        if (texts->bytes == NULL)
            return PV_ROW_NO_MEMORY;
    }
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        copy_text(texts, all[i]);
    return PV_ROW_KEPT;
}
