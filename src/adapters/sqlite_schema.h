/* The tables of a database of ours, version 1: the event store's and the document cache's. One file may hold
   both. Internal to the SQLite adapters. */
#ifndef PV_SQLITE_SCHEMA_H
#define PV_SQLITE_SCHEMA_H

#include "sqlite_db.h"

/* Holds the database to be one of ours of this version, with exactly our tables
   (those that may be missing: exactly ours or none). Reads only. */
bool pv_sqlite_schema_check(const struct pv_sqlite *sqlite, struct pv_fault *fault) PV_MUST_USE;
/* Makes the tables in a database that has none, in one transaction; then checks. */
bool pv_sqlite_schema_make(const struct pv_sqlite *sqlite, struct pv_fault *fault) PV_MUST_USE;

/* Tables that came later, which version 1 does without: a program that does not know them leaves them as they
 * are. */
enum pv_later {
    PV_LATER_REFUSALS, /* the log of refusals */
    /* What the reads of a server want beside the document: summaries, the keys of pages, the checkpoint. What
       they say of an election counts only if its last number there is that of `cached`. */
    PV_LATER_SHOWN,
};
/* Whether all of them are there, as we make them. SQLITE_OK or an error; another's are SQLITE_CORRUPT. */
int pv_sqlite_schema_has(const struct pv_sqlite *sqlite, enum pv_later which, bool *has) PV_MUST_USE;
/* Makes those that are missing, in one transaction. */
bool pv_sqlite_schema_make_later(const struct pv_sqlite *sqlite, enum pv_later which,
                                 struct pv_fault *fault) PV_MUST_USE;

#endif
