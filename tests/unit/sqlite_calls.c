#include "sqlite_calls.h"

#include <sqlite3.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static struct {
    size_t at, count;
    int error;
} plan = {SIZE_MAX, 0, SQLITE_OK};

static struct {
    const char *sql;
    int error;
    unsigned times;
} refused;

static unsigned slept;

void sqlite_calls_fail(size_t at, int error)
{
    plan.at = at;
    plan.count = 0;
    plan.error = error;
}

size_t sqlite_calls_count(void)
{
    return plan.count;
}

void sqlite_calls_refuse(const char *sql, int error, unsigned times)
{
    refused.sql = sql;
    refused.error = error;
    refused.times = times;
}

unsigned sqlite_calls_slept(void)
{
    unsigned sum = slept;
    slept = 0;
    return sum;
}

/* Counts a call; SQLITE_OK: it is made. */
static int next(void)
{
    return plan.count++ == plan.at ? plan.error : SQLITE_OK;
}

static bool is_refused(const char *sql)
{
    bool is = refused.times > 0 && strcmp(sql, refused.sql) == 0;
    refused.times -= is;
    return is;
}

typedef void destroy_fn(void *);
typedef int row_fn(void *, int, char **, char **);

#define WRAPPED(name, ...)                                                                                   \
    int __real_##name(__VA_ARGS__);                                                                          \
    int __wrap_##name(__VA_ARGS__);                                                                          \
    int __wrap_##name(__VA_ARGS__)

WRAPPED(sqlite3_open_v2, const char *path, sqlite3 **db, int flags, const char *vfs)
{
    int status = next();
    *db = NULL;
    return status != SQLITE_OK ? status : __real_sqlite3_open_v2(path, db, flags, vfs);
}

WRAPPED(sqlite3_db_config, sqlite3 *db, int option, ...)
{
    va_list rest;
    va_start(rest, option);
    int value = va_arg(rest, int), status = next();
    int *now = va_arg(rest, int *);
    va_end(rest);
    return status != SQLITE_OK ? status : __real_sqlite3_db_config(db, option, value, now);
}

WRAPPED(sqlite3_busy_timeout, sqlite3 *db, int ms)
{
    int status = next();
    return status != SQLITE_OK ? status : __real_sqlite3_busy_timeout(db, ms);
}

WRAPPED(sqlite3_exec, sqlite3 *db, const char *sql, row_fn *row, void *context, char **message)
{
    int status = next();
    if (is_refused(sql))
        return refused.error;
    return status != SQLITE_OK ? status : __real_sqlite3_exec(db, sql, row, context, message);
}

WRAPPED(sqlite3_prepare_v2, sqlite3 *db, const char *sql, int len, sqlite3_stmt **statement,
        const char **tail)
{
    int status = next();
    *statement = NULL;
    return status != SQLITE_OK ? status : __real_sqlite3_prepare_v2(db, sql, len, statement, tail);
}

WRAPPED(sqlite3_prepare_v3, sqlite3 *db, const char *sql, int len, unsigned flags, sqlite3_stmt **statement,
        const char **tail)
{
    int status = next();
    *statement = NULL;
    return status != SQLITE_OK ? status : __real_sqlite3_prepare_v3(db, sql, len, flags, statement, tail);
}

WRAPPED(sqlite3_step, sqlite3_stmt *statement)
{
    const char *sql = sqlite3_sql(statement);
    int status = strcmp(sql, "ROLLBACK") == 0 ? SQLITE_OK : next();
    if (is_refused(sql))
        return refused.error;
    return status != SQLITE_OK ? status : __real_sqlite3_step(statement);
}

WRAPPED(sqlite3_bind_int, sqlite3_stmt *statement, int index, int value)
{
    int status = next();
    return status != SQLITE_OK ? status : __real_sqlite3_bind_int(statement, index, value);
}

WRAPPED(sqlite3_bind_int64, sqlite3_stmt *statement, int index, sqlite3_int64 value)
{
    int status = next();
    return status != SQLITE_OK ? status : __real_sqlite3_bind_int64(statement, index, value);
}

WRAPPED(sqlite3_bind_null, sqlite3_stmt *statement, int index)
{
    int status = next();
    return status != SQLITE_OK ? status : __real_sqlite3_bind_null(statement, index);
}

WRAPPED(sqlite3_bind_blob, sqlite3_stmt *statement, int index, const void *bytes, int len,
        destroy_fn *destroy)
{
    int status = next();
    return status != SQLITE_OK ? status : __real_sqlite3_bind_blob(statement, index, bytes, len, destroy);
}

WRAPPED(sqlite3_bind_text, sqlite3_stmt *statement, int index, const char *text, int len, destroy_fn *destroy)
{
    int status = next();
    return status != SQLITE_OK ? status : __real_sqlite3_bind_text(statement, index, text, len, destroy);
}

WRAPPED(sqlite3_bind_text64, sqlite3_stmt *statement, int index, const char *text, sqlite3_uint64 len,
        destroy_fn *destroy, unsigned char encoding)
{
    int status = next();
    return status != SQLITE_OK ? status
                               : __real_sqlite3_bind_text64(statement, index, text, len, destroy, encoding);
}

int __wrap_sqlite3_sleep(int ms);
int __wrap_sqlite3_sleep(int ms)
{
    slept += (unsigned)ms;
    return ms;
}
