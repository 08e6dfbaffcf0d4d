/* Calls to SQLite that fail on purpose, without having done anything. Link with sqlite_calls.c and the wraps
   of PV_SQLITE_WRAP (stores.cmake). A ROLLBACK is not counted:
   it fails only where there is no memory to parse it again, for which there is sqlite_calls_refuse. */
#ifndef PV_TEST_SQLITE_CALLS_H
#define PV_TEST_SQLITE_CALLS_H

#include <stddef.h>

/* The call with this number from now on, counted from 0, gives `error`, and no other does; SIZE_MAX: none. */
void sqlite_calls_fail(size_t at, int error);
/* Calls since then. */
size_t sqlite_calls_count(void);
/* sqlite3_exec of just this text, and a step of a statement of it, gives `error` so many times. */
void sqlite_calls_refuse(const char *sql, int error, unsigned times);
/* Milliseconds that were to be slept since the last call of this; nobody sleeps. */
unsigned sqlite_calls_slept(void);

#endif
