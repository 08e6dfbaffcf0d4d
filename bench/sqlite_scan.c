/* pv-bench-sqlite-scan DATABASE SQL: steps through every row of SQL and reads every column, and does nothing
   with it. The opponent of a replay from SQLite: what it costs only to get the events out. Prints the rows
   and their bytes. */
#include <inttypes.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>

static int fail(const char *path, sqlite3 *db)
{
    fprintf(stderr, "pv-bench-sqlite-scan: %s: %s\n", path, sqlite3_errmsg(db));
    return -1;
}

/* Reads a column in the type that it has, so that SQLite converts nothing. An event table holds no other
   types. */
static uint64_t read_column(sqlite3_stmt *statement, int column)
{
    switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
        return (uint64_t)sqlite3_column_int64(statement, column);
    case SQLITE_TEXT:
    case SQLITE_BLOB:
        return sqlite3_column_blob(statement, column) ? (uint64_t)sqlite3_column_bytes(statement, column) : 0;
    default:
        return 0;
    }
}

static int scan(sqlite3 *db, const char *sql, uint64_t *rows, uint64_t *sum)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        return -1;
    int columns = sqlite3_column_count(statement);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        ++*rows;
        for (int i = 0; i < columns; i++)
            *sum += read_column(statement, i);
    }
    return sqlite3_finalize(statement) == SQLITE_OK ? 0 : -1;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fputs("Usage: pv-bench-sqlite-scan DATABASE SQL\n", stderr);
        return 2;
    }
    sqlite3 *db = NULL;
    uint64_t rows = 0, sum = 0;
    int result = 0;
    if (sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
        scan(db, argv[2], &rows, &sum) != 0)
        result = fail(argv[1], db);
    else if (printf("%" PRIu64 " rows, sum %" PRIu64 "\n", rows, sum) < 0 || fflush(stdout) != 0)
        result = -1;
    sqlite3_close(db);
    return result == 0 ? 0 : 2;
}
