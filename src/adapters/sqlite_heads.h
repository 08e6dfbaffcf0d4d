/* The last numbers of streams that a SQLite store has written or looked for while it wrote, so that the next
   append to one of them need not look. They hold as long as nobody else has written since, which SQLite's
   data version tells: it changes with every commit, of this connection or of any other
   (SQLITE_FCNTL_DATA_VERSION). */
#ifndef PV_SQLITE_HEADS_H
#define PV_SQLITE_HEADS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

/* Two streams that share a place displace each other, which costs one more look. */
enum { PV_SQLITE_HEADS = 1024 };

struct pv_sqlite_heads {
    uint32_t version; /* of the data that they are of */
    struct {
        int64_t stream; /* 0: free */
        int64_t last;
    } at[PV_SQLITE_HEADS];
};

void pv_sqlite_heads_clear(struct pv_sqlite_heads *heads);
/* In a transaction that can write, before they are asked: clears them if they are of other data. */
void pv_sqlite_heads_check(struct pv_sqlite_heads *heads, sqlite3 *db);
/* The connection has committed what they were set to. */
void pv_sqlite_heads_committed(struct pv_sqlite_heads *heads, sqlite3 *db);

void pv_sqlite_heads_set(struct pv_sqlite_heads *heads, int64_t stream, int64_t last);
/* False: not known. */
bool pv_sqlite_heads_get(const struct pv_sqlite_heads *heads, int64_t stream, int64_t *last);

#endif
