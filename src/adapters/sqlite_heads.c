#include "sqlite_heads.h"

#include <string.h>

void pv_sqlite_heads_clear(struct pv_sqlite_heads *heads)
{
    memset(heads->at, 0, sizeof heads->at);
}

static uint32_t version_of(sqlite3 *db)
{
    unsigned int version = 0;
    (void)sqlite3_file_control(db, "main", SQLITE_FCNTL_DATA_VERSION, &version);
    return version;
}

void pv_sqlite_heads_check(struct pv_sqlite_heads *heads, sqlite3 *db)
{
    uint32_t version = version_of(db);
    if (heads->version != version)
        pv_sqlite_heads_clear(heads);
    heads->version = version;
}

void pv_sqlite_heads_committed(struct pv_sqlite_heads *heads, sqlite3 *db)
{
    heads->version = version_of(db);
}

static size_t place_of(int64_t stream)
{
    return (size_t)((uint64_t)stream % PV_SQLITE_HEADS);
}

void pv_sqlite_heads_set(struct pv_sqlite_heads *heads, int64_t stream, int64_t last)
{
    heads->at[place_of(stream)].stream = stream;
    heads->at[place_of(stream)].last = last;
}

bool pv_sqlite_heads_get(const struct pv_sqlite_heads *heads, int64_t stream, int64_t *last)
{
    size_t place = place_of(stream);
    if (heads->at[place].stream != stream)
        return false;
    *last = heads->at[place].last;
    return true;
}
