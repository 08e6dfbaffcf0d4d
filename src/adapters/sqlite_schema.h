/* The tables of a database of ours, version 2: the event store's and the document cache's. One file may hold
   both. Internal to the SQLite adapters.

   The index of events by stream and number is a table of its own, `numbers`, which lags behind `events`:
   `numbers_through` has one row, with the position up to which all events are in it. What comes after is the
   tail, which is short enough to be looked through. So a leaf of the index is written once for many events;
   an index of SQLite's writes one for nearly every event where many streams are written at once. Version 1
   had that: `events_by_number`. */
#ifndef PV_SQLITE_SCHEMA_H
#define PV_SQLITE_SCHEMA_H

#include "sqlite_db.h"

/* Holds the database to be one of ours of a version that is known, with exactly our tables
   (those that may be missing: exactly ours or none). Reads only. */
bool pv_sqlite_schema_check(const struct pv_sqlite *sqlite, struct pv_fault *fault) PV_MUST_USE;
/* Makes the tables in a database that has none, and brings one of version 1 to ours, in one transaction; then
   checks. */
bool pv_sqlite_schema_make(const struct pv_sqlite *sqlite, struct pv_fault *fault) PV_MUST_USE;
/* Lets a connection that only reads see a database of version 1 as one of ours, and writes nothing: to this
   connection all of it is tail. A stream is then found by looking through all events, which will do for a
   look at an archive. SQLITE_OK or an error. */
int pv_sqlite_schema_adapt(const struct pv_sqlite *sqlite) PV_MUST_USE;

/* Tables that came later, which either version does without: a program that does not know them leaves them as
 * they are. */
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
