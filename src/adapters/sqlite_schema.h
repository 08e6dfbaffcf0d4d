/* The tables of a database of ours, version 1: the event store's and the document cache's. One file may hold
   both. Internal to the SQLite adapters. */
#ifndef PV_SQLITE_SCHEMA_H
#define PV_SQLITE_SCHEMA_H

#include "sqlite_db.h"

/* Holds the database to be one of ours of this version, with exactly our tables. Reads only. */
bool pv_sqlite_schema_check(const struct pv_sqlite *sqlite, struct pv_fault *fault) PV_MUST_USE;
/* Makes the tables in a database that has none, in one transaction; then checks. */
bool pv_sqlite_schema_make(const struct pv_sqlite *sqlite, struct pv_fault *fault) PV_MUST_USE;

#endif
