/* A row of the table of events as a record, and records' texts kept longer than SQLite lends them. Internal
   to the SQLite store. */
#ifndef PV_SQLITE_ROW_H
#define PV_SQLITE_ROW_H

#include "sqlite_id.h"
#include "sqlite_names.h"

/* What statements must give whose rows are read here. */
#define PV_ROW_FIELDS "position, stream, number, type, id, spelling, created, metadata, data"
#define PV_ROW_FIELDS_OF_E                                                                                   \
    "e.position, e.stream, e.number, e.type, e.id, e.spelling, e.created, e.metadata, e.data"
#define PV_ROW_COLUMNS "SELECT " PV_ROW_FIELDS " FROM events "

/* The row on which the statement stands. Its texts are lent: by the statement until its next step, by the
   names until they are asked again, by `id`, and by `stream`, which is the stream's name where that is known
   (else ptr NULL: it is looked up). SQLITE_ROW; SQLITE_CORRUPT if it is not as the schema says: such a file
   was not written by us; or an error. */
int pv_row_read(sqlite3_stmt *statement, struct pv_sqlite_names *streams, struct pv_sqlite_names *types,
                struct pv_str stream, char id[PV_UUID_LEN], struct pv_recorded *record) PV_MUST_USE;

/* Room for the texts of records. */
struct pv_row_texts {
    char *bytes;
    size_t capacity, used;
};
enum pv_row_kept { PV_ROW_KEPT, PV_ROW_NO_ROOM, PV_ROW_NO_MEMORY };
/* Moves a record's texts there. Only where nothing is there yet can the room be made larger. */
enum pv_row_kept pv_row_keep(struct pv_row_texts *texts, struct pv_recorded *record) PV_MUST_USE;

#endif
