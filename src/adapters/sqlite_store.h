/* What the parts of the SQLite store share: the ways to write (sqlite_append.c, sqlite_copy.c), the readers
   (sqlite_reader.c), and what holds them together (sqlite_store.c). */
#ifndef PV_SQLITE_STORE_H
#define PV_SQLITE_STORE_H

#include "sqlite_heads.h"
#include "sqlite_names.h"
#include "sqlite_row.h"

/* An event of a stream is found in one statement that looks into the index and into the tail, so that it is
   not missed on its way from one to the other (see sqlite_schema.h). Columns of `e` are NULL where the index
   leads to no event, or to another one: such a file is damaged. */
#define PV_STORE_INDEX                                                                                       \
    "numbers AS n LEFT JOIN events AS e ON e.position=n.position AND e.stream=n.stream AND "                 \
    "e.number=n.number "
#define PV_STORE_THROUGH "(SELECT through FROM numbers_through)"

enum pv_store_statement {
    PV_STORE_LAST_NUMBER, /* of stream ?1; -1: none; less: damage */
    PV_STORE_LAST_POSITION,
    PV_STORE_NUMBER_OF_ID,    /* the last one, in stream ?1, of id ?2 */
    PV_STORE_RECORD_OF_ID,    /* the last one in any stream, of id ?1, as PV_ROW_COLUMNS */
    PV_STORE_RECORD_OF_ID_IN, /* the same in stream ?2 */
    PV_STORE_POSITION_OF,     /* in stream ?1, number ?2, if its id is ?3 */
    PV_STORE_RECORD_AT,       /* in stream ?1, number ?2: id, spelling, type, data, created, metadata */
    PV_STORE_INSERT,
    PV_STORE_LAST_INDEXED, /* the position up to which events are in the index */
    PV_STORE_INDEX_TAIL,
    PV_STORE_SET_INDEXED, /* to ?1 */
    PV_STORE_STATEMENTS
};

struct pv_sqlite_store {
    struct pv_sqlite sqlite;
    struct pv_sqlite_names streams, types;
    sqlite3_stmt *statements[PV_STORE_STATEMENTS];
    struct pv_store_reader *readers; /* those that are open */
    struct pv_row_texts found;       /* the texts of the record that was found last */
    bool ids_indexed;                /* it is known that ids can be looked up */
    int64_t tail;                    /* with so many positions it goes into the index */
    struct pv_sqlite_heads heads;
};

/* Functions that give an int give SQLITE_OK, or an error of SQLite's. */

/* Asks for one integer; -1 stands for none. */
int pv_store_integer(sqlite3_stmt *statement, int64_t *value) PV_MUST_USE;
int pv_store_last_position(struct pv_sqlite_store *store, int64_t *position) PV_MUST_USE;
int pv_store_last_number(struct pv_sqlite_store *store, int64_t stream, int64_t *number) PV_MUST_USE;
/* A stream's key; 0 if there is none. */
int pv_store_find_stream(struct pv_sqlite_store *store, struct pv_str name, int64_t *stream) PV_MUST_USE;
/* Binds ?1 and ?2. */
int pv_store_bind_place(sqlite3_stmt *statement, int64_t stream, int64_t number) PV_MUST_USE;

/* What came of a call that writes, beside SQLite's own status. */
enum pv_writing_outcome {
    PV_WRITING_NEW,
    PV_WRITING_REPEATED, /* it is there already */
    PV_WRITING_CONFLICT,
    PV_WRITING_EXHAUSTED, /* no number or position is left */
};

/* The state of a call that writes. */
struct pv_writing {
    struct pv_sqlite_store *store;
    int64_t stream;   /* key of the stream at hand; 0: not there yet */
    int64_t number;   /* its last, or -1 */
    int64_t position; /* the last of all, or -1 */
    int64_t indexed;  /* the last in the index, or -1 */
    enum pv_writing_outcome outcome;
};

/* Begins a transaction that can write. */
int pv_writing_begin(struct pv_writing *w, struct pv_sqlite_store *store) PV_MUST_USE;
/* Makes this stream the one at hand; 0: one that is not there yet. Its last number is taken from memory if it
   is there. */
int pv_writing_turn_to(struct pv_writing *w, int64_t stream) PV_MUST_USE;
/* Adds a record with its number and position to the stream at hand. */
int pv_writing_insert(struct pv_writing *w, const struct pv_recorded *record) PV_MUST_USE;
/* Moves the tail into the index if it has so many positions or more. */
int pv_writing_index(struct pv_writing *w, int64_t least) PV_MUST_USE;
/* Ends the transaction and gives the answer. Unless it is PV_STORE_OK, the store is as it was before. */
enum pv_store_result pv_writing_end(struct pv_writing *w, int status, const char *doing,
                                    struct pv_fault *fault) PV_MUST_USE;

/* The port's calls, each in a file of its own. */
enum pv_store_result pv_sqlite_append(void *self, struct pv_str stream, int64_t expected,
                                      const struct pv_new_event *events, size_t count,
                                      struct pv_appended *appended, struct pv_fault *fault);
enum pv_store_result pv_sqlite_append_group(void *self, struct pv_append *appends, size_t count,
                                            struct pv_fault *fault);
enum pv_store_result pv_sqlite_copy(void *self, const struct pv_recorded *records, size_t count,
                                    struct pv_fault *fault);
enum pv_store_result pv_sqlite_read(void *self, struct pv_str stream, int64_t from,
                                    struct pv_store_reader **reader, struct pv_fault *fault);
enum pv_store_result pv_sqlite_next(struct pv_store_reader *reader, struct pv_recorded *records, size_t max,
                                    size_t *count, struct pv_fault *fault);
void pv_sqlite_close_reader(struct pv_store_reader *reader);
/* Ends the readers' transactions. They go on where they are with what is there then: a transaction that
   began before another process wrote could not be made to write. */
void pv_sqlite_park_readers(struct pv_sqlite_store *store);

#endif
