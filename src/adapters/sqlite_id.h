/* How the store keeps the id of a record: as 16 bytes where it is an event id, whatever its spelling, so
   that the same id is recognised; and beside them what gives the text back as it came. Internal to the
   SQLite adapters. */
#ifndef PV_SQLITE_ID_H
#define PV_SQLITE_ID_H

#include "sqlite_db.h"

enum pv_spelling { PV_SPELLING_ULID = 0 /* upper case */, PV_SPELLING_UUID = 1 /* lower case */ };

/* Binds an id's 16 bytes. SQLITE_OK or an error. */
int pv_sqlite_bind_bits(sqlite3_stmt *statement, int index, struct pv_bits128 bits) PV_MUST_USE;
/* Reads them back; false if the column holds something else. */
bool pv_sqlite_column_bits(sqlite3_stmt *statement, int column, struct pv_bits128 *bits) PV_MUST_USE;

/* Binds the id's bytes (or NULL) and its spelling at two indexes. `text` must live until the statement has
   run. SQLITE_OK or an error. */
int pv_sqlite_bind_id(sqlite3_stmt *statement, int id, int spelling, struct pv_str text) PV_MUST_USE;

/* Reads it back from two columns: the text is written to `scratch` or lent by the statement until the next
   step; ptr NULL for a record without an id. False if the row holds neither. */
bool pv_sqlite_column_id(sqlite3_stmt *statement, int id, int spelling, char scratch[PV_UUID_LEN],
                         struct pv_str *text) PV_MUST_USE;

#endif
