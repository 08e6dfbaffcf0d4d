#include "plain_sql.h"

#include "sqlite_db.h"

void plain_sql_run(const char *path, const char *sql)
{
    sqlite3 *db;
    check_int(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    check_int(sqlite3_close(db), SQLITE_OK);
}

int64_t plain_sql_ask(const char *path, const char *sql)
{
    struct pv_sqlite plain = {.spec = NULL};
    int64_t value = -7;
    check_int(sqlite3_open(path, &plain.db), SQLITE_OK);
    check_int(pv_sqlite_ask(&plain, sql, &value), SQLITE_ROW);
    check_int(sqlite3_close(plain.db), SQLITE_OK);
    return value;
}
