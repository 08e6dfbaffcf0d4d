#include "sqlite_db.h"

#include "sqlite_schema.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const struct pv_sqlite_options pv_sqlite_defaults = {NULL, 5000, 512 << 20, PV_SQLITE_TAIL};

struct cause {
    int code; /* primary or extended */
    enum pv_fault_kind kind;
    const char *advice;
};

/* The extended codes that say more than their primary ones come first. */
static const struct cause causes[] = {
    {SQLITE_IOERR_NOMEM, PV_FAULT_KIND_NO_MEMORY, "free some memory and try again"},
    {SQLITE_NOMEM, PV_FAULT_KIND_NO_MEMORY, "free some memory and try again"},
    {SQLITE_BUSY, PV_FAULT_KIND_BUSY, "another process is using it; try again"},
    {SQLITE_LOCKED, PV_FAULT_KIND_BUSY, "another process is using it; try again"},
    {SQLITE_PROTOCOL, PV_FAULT_KIND_BUSY, "another process is using it; try again"},
    {SQLITE_FULL, PV_FAULT_KIND_IO, "make room on the disk"},
    {SQLITE_CORRUPT, PV_FAULT_KIND_DAMAGED, "restore it from a copy"},
    {SQLITE_CONSTRAINT, PV_FAULT_KIND_DAMAGED, "restore it from a copy"},
    {SQLITE_NOTADB, PV_FAULT_KIND_DAMAGED, "is it the right file?"},
    {SQLITE_TOOBIG, PV_FAULT_KIND_TOO_LARGE, "SQLite cannot hold a value of this size"},
    {SQLITE_READONLY, PV_FAULT_KIND_DENIED, "check the permissions of the file and its folder"},
    {SQLITE_PERM, PV_FAULT_KIND_DENIED, "check the permissions of the file and its folder"},
    {SQLITE_CANTOPEN, PV_FAULT_KIND_IO, "check the path, and the permissions of the file and its folder"},
};

static const struct cause *cause_of(int code)
{
    static const struct cause other = {SQLITE_ERROR, PV_FAULT_KIND_IO, "check the disk"};
    for (size_t i = 0; i < sizeof causes / sizeof causes[0]; i++) {
        if (causes[i].code == code || causes[i].code == (code & 0xff))
            return &causes[i];
    }
    return &other;
}

void pv_sqlite_fault(const struct pv_sqlite *sqlite, int status, const char *doing, struct pv_fault *fault)
{
    const struct cause *cause = cause_of(status);
    /* The connection knows more of an error that it has met itself. */
    bool own = sqlite->db != NULL && sqlite3_extended_errcode(sqlite->db) == status;
    const char *why = own ? sqlite3_errmsg(sqlite->db) : sqlite3_errstr(status);
    int number = own ? sqlite3_system_errno(sqlite->db) : 0;
    if (cause->kind != PV_FAULT_KIND_IO && cause->kind != PV_FAULT_KIND_DENIED)
        number = 0;
    pv_fault_set(fault, cause->kind, "cannot %s '%s': %s%s%s; %s", doing, sqlite->spec, why,
                 number ? ": " : "", number ? strerror(number) : "", cause->advice);
}

void pv_sqlite_damaged(const struct pv_sqlite *sqlite, const char *what, int64_t where,
                       struct pv_fault *fault)
{
    pv_fault_set(fault, PV_FAULT_KIND_DAMAGED, "cannot read '%s': %s %lld is damaged; restore it from a copy",
                 sqlite->spec, what, (long long)where);
}

int pv_sqlite_prepare(const struct pv_sqlite *sqlite, const char *const *sql, sqlite3_stmt **statements,
                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int status =
            sqlite3_prepare_v3(sqlite->db, sql[i], -1, SQLITE_PREPARE_PERSISTENT, &statements[i], NULL);
        if (status != SQLITE_OK) {
            pv_sqlite_finalize(statements, i);
            return status;
        }
    }
    return SQLITE_OK;
}

void pv_sqlite_finalize(sqlite3_stmt **statements, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        (void)sqlite3_finalize(statements[i]);
        statements[i] = NULL;
    }
}

int pv_sqlite_integer(sqlite3_stmt *statement, int64_t *value)
{
    int status = sqlite3_step(statement);
    if (status == SQLITE_ROW)
        *value = sqlite3_column_int64(statement, 0);
    int end = sqlite3_reset(statement);
    return end == SQLITE_OK ? status : end;
}

int pv_sqlite_ask(const struct pv_sqlite *sqlite, const char *sql, int64_t *value)
{
    sqlite3_stmt *statement = NULL;
    int status = sqlite3_prepare_v2(sqlite->db, sql, -1, &statement, NULL);
    if (status == SQLITE_OK)
        status = pv_sqlite_integer(statement, value);
    (void)sqlite3_finalize(statement);
    return status;
}

int pv_sqlite_run(sqlite3_stmt *statement)
{
    int status = sqlite3_step(statement);
    int end = sqlite3_reset(statement);
    return end == SQLITE_OK ? status : end;
}

/* Prepared once; SQLite parses them again where another connection has changed the schema. */
static const char *const transaction_sql[PV_SQLITE_TRANSACTIONS] = {
    [PV_SQLITE_READ] = "BEGIN",
    [PV_SQLITE_WRITE] = "BEGIN IMMEDIATE",
    [PV_SQLITE_COMMIT] = "COMMIT",
    [PV_SQLITE_ROLLBACK] = "ROLLBACK",
};

static int run_transaction(const struct pv_sqlite *sqlite, enum pv_sqlite_transaction which)
{
    int status = pv_sqlite_run(sqlite->transactions[which]);
    return status == SQLITE_DONE ? SQLITE_OK : status;
}

static int undo(const struct pv_sqlite *sqlite)
{
    return sqlite3_get_autocommit(sqlite->db) ? SQLITE_OK : run_transaction(sqlite, PV_SQLITE_ROLLBACK);
}

int pv_sqlite_settle(const struct pv_sqlite *sqlite)
{
    return undo(sqlite);
}

int pv_sqlite_begin(const struct pv_sqlite *sqlite, enum pv_sqlite_transaction how)
{
    int status = pv_sqlite_settle(sqlite);
    return status == SQLITE_OK ? run_transaction(sqlite, how) : status;
}

int pv_sqlite_commit(const struct pv_sqlite *sqlite)
{
    return run_transaction(sqlite, PV_SQLITE_COMMIT);
}

void pv_sqlite_rollback(const struct pv_sqlite *sqlite)
{
    (void)undo(sqlite);
}

int pv_sqlite_bind(sqlite3_stmt *statement, int index, struct pv_str text)
{
    return sqlite3_bind_text64(statement, index, text.ptr, text.len, SQLITE_STATIC, SQLITE_UTF8);
}

struct pv_str pv_sqlite_column(sqlite3_stmt *statement, int column)
{
    /* As a blob: column_text would copy the bytes to end them with a NUL. */
    const char *bytes = sqlite3_column_blob(statement, column);
    size_t len = (size_t)sqlite3_column_bytes(statement, column);
    if (bytes == NULL && sqlite3_column_type(statement, column) != SQLITE_NULL)
        bytes = "";
    return (struct pv_str){bytes, len};
}

/* A name that SQLite takes for a path and for nothing else: neither a URI, nor :memory:, nor a temporary
 * file. */
static char *plain_path(const char *path)
{
    const char *prefix = path[0] == '/' ? "" : "./";
    size_t len = strlen(prefix) + strlen(path) + 1;
    char *plain = malloc(len);
    if (plain != NULL)
        (void)snprintf(plain, len, "%s%s", prefix, path);
    return plain;
}

/* What users write for it, and read in faults. */
static char *spec_of(const char *path)
{
    static const char prefix[] = "sqlite:";
    size_t len = sizeof prefix + strlen(path);
    char *spec = malloc(len);
    if (spec != NULL)
        (void)snprintf(spec, len, "%s%s", prefix, path);
    return spec;
}

/* file:PATH?immutable=1, with all that could end the path escaped. */
static char *immutable_uri(const char *path)
{
    static const char digits[] = "0123456789abcdef", scheme[] = "file:", query[] = "?immutable=1";
    char *uri = malloc(sizeof scheme + 3 * strlen(path) + sizeof query);
    if (uri == NULL)
        return NULL;
    memcpy(uri, scheme, sizeof scheme);
    char *out = uri + strlen(scheme);
    for (const char *p = path; *p; p++) {
        if (strchr("?#%", *p) == NULL) {
            *out++ = *p;
            continue;
        }
        *out++ = '%';
        *out++ = digits[(unsigned char)*p >> 4];
        *out++ = digits[*p & 15];
    }
    memcpy(out, query, sizeof query);
    return uri;
}

/* Whether there is no log beside the database, so that the file alone is all of it. SQLite knows the log's
   name: it stands beside the file that a link leads to, not beside the link. */
static bool is_closed(sqlite3 *db)
{
    struct stat about;
    return stat(sqlite3_filename_wal(sqlite3_db_filename(db, "main")), &about) != 0 || about.st_size == 0;
}

/* One connection, with nothing read yet. */
static int attach(struct pv_sqlite *sqlite, const char *name, int flags,
                  const struct pv_sqlite_options *options)
{
    flags |= SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    errno = 0; /* SQLite takes it for the reason even where it made no call: of a path that is too long */
    int status = sqlite3_open_v2(name, &sqlite->db, flags, options->vfs);
    /* A file may come from anywhere: nothing that its schema says is run, and pages are checked as they are
     * read. */
    if (status == SQLITE_OK)
        status = sqlite3_db_config(sqlite->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    if (status == SQLITE_OK)
        status = sqlite3_db_config(sqlite->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    if (status == SQLITE_OK)
        status = sqlite3_exec(sqlite->db, "PRAGMA cell_size_check=ON", NULL, NULL, NULL);
    if (status == SQLITE_OK)
        status = sqlite3_busy_timeout(sqlite->db, options->busy_ms);
    if (status == SQLITE_OK)
        status = pv_sqlite_prepare(sqlite, transaction_sql, sqlite->transactions, PV_SQLITE_TRANSACTIONS);
    return status;
}

static void detach(struct pv_sqlite *sqlite)
{
    pv_sqlite_finalize(sqlite->transactions, PV_SQLITE_TRANSACTIONS);
    (void)sqlite3_close(sqlite->db);
    sqlite->db = NULL;
}

/* A WAL database wants files beside it even to be read. Where they cannot be made, the file alone will do,
   if it was closed properly. */
static int attach_to_read(struct pv_sqlite *sqlite, const char *name, const struct pv_sqlite_options *options)
{
    int64_t objects;
    int status = attach(sqlite, name, SQLITE_OPEN_READONLY, options);
    if (status != SQLITE_OK)
        return status;
    status = pv_sqlite_ask(sqlite, "SELECT count(*) FROM sqlite_schema", &objects);
    if (status != SQLITE_READONLY_DIRECTORY || !is_closed(sqlite->db))
        return status == SQLITE_ROW ? SQLITE_OK : status;
    detach(sqlite);
    char *uri = immutable_uri(name);
    if (uri == NULL)
        return SQLITE_NOMEM;
    status = attach(sqlite, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, options);
    free(uri);
    return status;
}

/* Turns the write-ahead log on. Two that do so at once get SQLITE_BUSY without having waited for each other:
   each of them reads, and wants to write without letting go. */
static int turn_log_on(const struct pv_sqlite *sqlite, int busy_ms)
{
    int status = SQLITE_BUSY;
    for (int pause = 1, waited = 0; status == SQLITE_BUSY && waited <= busy_ms; waited += pause++) {
        status = sqlite3_exec(sqlite->db, "PRAGMA journal_mode=WAL", NULL, NULL, NULL);
        if (status == SQLITE_BUSY)
            (void)sqlite3_sleep(pause);
    }
    return status;
}

/* Every commit is to be on the disk when it is answered. *durable is 1 if it will be, 0 if the file system
   does not play. SQLITE_OK or an error. */
static int keeps_its_word(const struct pv_sqlite *sqlite, int64_t *durable)
{
    int status = pv_sqlite_ask(
        sqlite, "SELECT journal_mode='wal' AND synchronous=2 FROM pragma_journal_mode, pragma_synchronous",
        durable);
    return status == SQLITE_ROW ? SQLITE_OK : status;
}

/* Where a new file cannot be made SQLite tries once more, only to read, and tells of that: that there is no
   such file. What keeps the folder from taking a file; 0 if nothing does, or the file is there. */
static int why_not_made(const char *name)
{
    char folder[PATH_MAX];
    int len = (int)(strrchr(name, '/') + 1 - name);
    if (access(name, F_OK) == 0)
        return 0;
    (void)snprintf(folder, sizeof folder, "%.*s", len, name);
    return access(folder, W_OK | X_OK) == 0 ? 0 : errno;
}

static void cannot_open(const struct pv_sqlite *sqlite, int status, const char *name, struct pv_fault *fault)
{
    int error = (status & 0xff) == SQLITE_CANTOPEN ? why_not_made(name) : 0;
    if (error == 0)
        pv_sqlite_fault(sqlite, status, "open", fault);
    else if (error == ENOENT)
        pv_fault_set(fault, PV_FAULT_KIND_IO, "cannot make '%s': its folder does not exist", sqlite->spec);
    else
        pv_fault_set(fault, PV_FAULT_KIND_DENIED, "cannot make '%s': its folder cannot be written: %s",
                     sqlite->spec, strerror(error));
}

static bool open_write(struct pv_sqlite *sqlite, const char *name, const struct pv_sqlite_options *options,
                       struct pv_fault *fault)
{
    int64_t durable = 0;
    int status = attach(sqlite, name, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, options);
    if (status == SQLITE_OK)
        status = sqlite3_exec(sqlite->db, "PRAGMA synchronous=FULL", NULL, NULL, NULL);
    if (status == SQLITE_OK && !pv_sqlite_schema_make(sqlite, fault))
        return false;
    if (status == SQLITE_OK)
        status = turn_log_on(sqlite, options->busy_ms);
    if (status == SQLITE_OK)
        status = keeps_its_word(sqlite, &durable);
    if (status != SQLITE_OK)
        cannot_open(sqlite, status, name, fault);
    else if (!durable)
        pv_fault_set(
            fault, PV_FAULT_KIND_IO,
            "cannot open '%s': SQLite cannot keep a write-ahead log there; put it on a local file system",
            sqlite->spec);
    return status == SQLITE_OK && durable;
}

static bool open_read(struct pv_sqlite *sqlite, const char *name, const struct pv_sqlite_options *options,
                      struct pv_fault *fault)
{
    int status = attach_to_read(sqlite, name, options);
    if (status == SQLITE_OK)
        return pv_sqlite_schema_check(sqlite, fault);
    pv_sqlite_fault(sqlite, status, "open", fault);
    return false;
}

bool pv_sqlite_open(struct pv_sqlite *sqlite, const char *path, enum pv_open_mode mode,
                    const struct pv_sqlite_options *options, struct pv_fault *fault)
{
    *sqlite = (struct pv_sqlite){.spec = spec_of(path)};
    char *name = plain_path(path);
    bool ok = false;
    if (sqlite->spec == NULL || name == NULL)
        pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "cannot open 'sqlite:%s': out of memory", path);
    else
        ok = (mode == PV_OPEN_WRITE ? open_write : open_read)(sqlite, name, options, fault);
    free(name);
    if (!ok)
        pv_sqlite_close(sqlite);
    return ok;
}

void pv_sqlite_close(struct pv_sqlite *sqlite)
{
    detach(sqlite);
    free(sqlite->spec);
    sqlite->spec = NULL;
}
