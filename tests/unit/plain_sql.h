/* A database as SQLite alone sees it: what tests do to a file behind the adapters' back. */
#ifndef PV_TEST_PLAIN_SQL_H
#define PV_TEST_PLAIN_SQL_H

#include "check.h"

/* Runs the statements on the file, or fails the test. */
void plain_sql_run(const char *path, const char *sql);
/* The one integer that the statement gives. */
int64_t plain_sql_ask(const char *path, const char *sql);

#endif
