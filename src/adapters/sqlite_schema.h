/* The tables of a database of ours, version 1: the event store's and the document cache's, which are always
   there, and the log of refusals', which is there where one was opened to be written. One file may hold them
   all. Internal to the SQLite adapters. */
#ifndef PV_SQLITE_SCHEMA_H
#define PV_SQLITE_SCHEMA_H

#include "sqlite_db.h"

/* Holds the database to be one of ours of this version, with exactly our tables. Reads only. */
bool pv_sqlite_schema_check(const struct pv_sqlite *sqlite, struct pv_fault *fault) PV_MUST_USE;
/* Makes the tables in a database that has none, in one transaction; then checks. */
bool pv_sqlite_schema_make(const struct pv_sqlite *sqlite, struct pv_fault *fault) PV_MUST_USE;

/* The same for the log of refusals in a database that was checked: its table is made if it is not there, but
   for PV_OPEN_READ, which refuses a database without one. Programs of this version that know of no such log
   read and write the rest as before. */
bool pv_sqlite_schema_refusals(const struct pv_sqlite *sqlite, enum pv_open_mode mode,
                               struct pv_fault *fault) PV_MUST_USE;

#endif
