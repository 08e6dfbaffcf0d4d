/* A table of names in a database, each kept once and known by a small integer: streams, types. What was
   looked up last is kept at hand, in bounded memory. Internal to the SQLite store. */
#ifndef PV_SQLITE_NAMES_H
#define PV_SQLITE_NAMES_H

#include "sqlite_db.h"

enum { PV_SQLITE_NAMES_AT_HAND = 256 };

struct pv_sqlite_name {
    int64_t key; /* 0: a free place */
    struct pv_text name;
};
struct pv_sqlite_names {
    sqlite3_stmt *find, *name_of, *add; /* name -> key; key -> name; name -> */
    struct pv_sqlite_name by_key[PV_SQLITE_NAMES_AT_HAND], by_name[PV_SQLITE_NAMES_AT_HAND];
};

/* `names` is zeroed by the caller, and deinit is fine after a failed init. SQLITE_OK or an error. */
int pv_sqlite_names_init(struct pv_sqlite_names *names, const struct pv_sqlite *sqlite,
                         const char *const sql[3]) PV_MUST_USE;
void pv_sqlite_names_deinit(struct pv_sqlite_names *names);
/* Forgets what is at hand: after a rollback, names that were added are no longer there. */
void pv_sqlite_names_forget(struct pv_sqlite_names *names);

/* The key of a name: SQLITE_ROW, SQLITE_DONE if it has none, or an error. */
int pv_sqlite_names_find(struct pv_sqlite_names *names, struct pv_str name, int64_t *key) PV_MUST_USE;
/* The same, added if it is not there: SQLITE_ROW or an error. */
int pv_sqlite_names_make(struct pv_sqlite_names *names, struct pv_str name, int64_t *key) PV_MUST_USE;
/* The name of a key, valid until the next call: SQLITE_ROW, SQLITE_DONE if there is none, or an error. */
int pv_sqlite_names_get(struct pv_sqlite_names *names, int64_t key, struct pv_str *name) PV_MUST_USE;

#endif
