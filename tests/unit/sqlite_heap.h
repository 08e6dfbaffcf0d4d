/* SQLite's memory from one block: quick, also under sanitizers, which know nothing of the inside of a system
   library anyway; what it leaks is counted, and its allocations can be made to fail. */
#ifndef PV_TEST_SQLITE_HEAP_H
#define PV_TEST_SQLITE_HEAP_H

#include <stdbool.h>
#include <stddef.h>

/* Before SQLite is used for anything. `may` is asked before each allocation, and false makes it fail; NULL:
 * none fails. */
void sqlite_heap_install(bool (*may)(void));
/* Bytes that SQLite holds; 0 when all its connections are closed. */
long long sqlite_heap_used(void);

#endif
