/* What the SQLite adapters share: opening a database of ours, its schema, and SQLite's errors made into
   faults. Internal to the adapters; tests open with other options than the program does. */
#ifndef PV_SQLITE_DB_H
#define PV_SQLITE_DB_H

#include "adapters.h"

#include <sqlite3.h>

enum {
    PV_SQLITE_APPLICATION = 0x50684656, /* "PhFV": what `PRAGMA application_id` answers */
    PV_SQLITE_SCHEMA = 2,               /* what `PRAGMA user_version` answers */
    PV_SQLITE_TAIL = 1024,
};

struct pv_sqlite_options {
    const char *vfs;  /* the file system underneath; NULL: the system's */
    int busy_ms;      /* how long to wait for another's lock */
    int64_t part_max; /* the cache: bytes of one part */
    int64_t tail;     /* the store: with so many positions the tail goes into the index; 0: PV_SQLITE_TAIL */
};
extern const struct pv_sqlite_options pv_sqlite_defaults;

/* A database of ours, held by one thread. */
enum pv_sqlite_transaction {
    PV_SQLITE_READ,  /* what is read is of one moment */
    PV_SQLITE_WRITE, /* nobody else writes until it ends, so that what is read then still holds when it is
                        written */
    PV_SQLITE_COMMIT,
    PV_SQLITE_ROLLBACK,
    PV_SQLITE_TRANSACTIONS
};
struct pv_sqlite {
    sqlite3 *db;
    char *spec; /* sqlite:PATH, for faults */
    sqlite3_stmt *transactions[PV_SQLITE_TRANSACTIONS];
};

/* Opens and checks the database: that it is one of ours, that its version is known, that it keeps what it
   says (WAL, synced at every commit). PV_OPEN_WRITE makes it if there is none, or an empty file, and brings
   one of an older version to ours.
   PV_OPEN_READ changes no byte of it; in a directory that cannot be written it needs a database that was
   closed properly. False: *fault tells, and nothing is open. */
bool pv_sqlite_open(struct pv_sqlite *sqlite, const char *path, enum pv_open_mode mode,
                    const struct pv_sqlite_options *options, struct pv_fault *fault) PV_MUST_USE;
/* Statements must have been finalized. A zeroed one is fine. */
void pv_sqlite_close(struct pv_sqlite *sqlite);

/* Fills in *fault for an error code of SQLite's: "cannot DOING sqlite:PATH: why; what to do". */
void pv_sqlite_fault(const struct pv_sqlite *sqlite, int status, const char *doing, struct pv_fault *fault);
/* The same where what is wrong is not SQLite's finding but what a row holds. */
void pv_sqlite_damaged(const struct pv_sqlite *sqlite, const char *what, int64_t where,
                       struct pv_fault *fault);

/* Prepares `count` statements. SQLITE_OK, or an error; then those that were made are finalized. */
int pv_sqlite_prepare(const struct pv_sqlite *sqlite, const char *const *sql, sqlite3_stmt **statements,
                      size_t count) PV_MUST_USE;
void pv_sqlite_finalize(sqlite3_stmt **statements, size_t count);

/* Steps a statement that gives at most one row of one integer, and resets it. SQLITE_ROW (*value is
   written), SQLITE_DONE, or an error. */
int pv_sqlite_integer(sqlite3_stmt *statement, int64_t *value) PV_MUST_USE;
/* The same for a query that is asked once. */
int pv_sqlite_ask(const struct pv_sqlite *sqlite, const char *sql, int64_t *value) PV_MUST_USE;
/* Steps a statement that gives no row, and resets it. SQLITE_DONE or an error. */
int pv_sqlite_run(sqlite3_stmt *statement) PV_MUST_USE;
/* Begins a transaction to read or to write. SQLITE_OK or an error. */
int pv_sqlite_begin(const struct pv_sqlite *sqlite, enum pv_sqlite_transaction how) PV_MUST_USE;
int pv_sqlite_commit(const struct pv_sqlite *sqlite) PV_MUST_USE;
/* Undoes what was begun; nothing if SQLite has done so already. Where there is no memory even for that, it is
   left to who comes next: */
void pv_sqlite_rollback(const struct pv_sqlite *sqlite);

/* Ends a transaction that a rollback could not: what is in it was never committed, and must neither be read
   nor added to. Whatever reads or writes outside of a transaction begins with this; pv_sqlite_begin does so
   itself. SQLITE_OK, or an error if it cannot be ended now either. */
int pv_sqlite_settle(const struct pv_sqlite *sqlite) PV_MUST_USE;

/* Texts as bytes: SQLite keeps them as they are, whatever they hold. A pv_str with ptr NULL is NULL. */
int pv_sqlite_bind(sqlite3_stmt *statement, int index, struct pv_str text) PV_MUST_USE;
/* The bytes of a column, valid until the next step; ptr NULL for NULL only. */
struct pv_str pv_sqlite_column(sqlite3_stmt *statement, int column);

/* The adapters' ways in with options. */
bool pv_sqlite_store_open_with(const char *path, enum pv_open_mode mode,
                               const struct pv_sqlite_options *options, struct pv_event_store *store,
                               struct pv_fault *fault);
bool pv_sqlite_cache_open_with(const char *path, enum pv_open_mode mode,
                               const struct pv_sqlite_options *options, struct pv_document_cache *cache,
                               struct pv_fault *fault);
bool pv_sqlite_refusals_open_with(const char *path, enum pv_open_mode mode,
                                  const struct pv_sqlite_options *options, struct pv_refusal_log *refusals,
                                  struct pv_fault *fault);
bool pv_sqlite_cache_open_relaxed_with(const char *path, const struct pv_sqlite_options *options,
                                       struct pv_document_cache *cache, struct pv_fault *fault);

#endif
