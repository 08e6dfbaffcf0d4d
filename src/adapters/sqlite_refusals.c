#include "sqlite_db.h"

#include "sqlite_id.h"
#include "sqlite_schema.h"

#include <stdlib.h>

enum statement { LAST, ADD, FIND, READ_ALL, READ_ELECTION, STATEMENTS };
#define COLUMNS                                                                                              \
    "SELECT sequence, id, election, at, type, data, metadata, subject, code, field, message FROM refusals "
static const char *const sql[STATEMENTS] = {
    [LAST] = "SELECT sequence FROM refusals ORDER BY sequence DESC LIMIT 1",
    [ADD] = "INSERT INTO refusals VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    [FIND] = COLUMNS "WHERE id=?1 ORDER BY sequence DESC LIMIT 1",
    [READ_ALL] = COLUMNS "WHERE sequence>=?1 ORDER BY sequence",
    [READ_ELECTION] = COLUMNS "WHERE sequence>=?1 AND election=?2 ORDER BY sequence",
};
enum column { SEQUENCE, ID, ELECTION, AT, TYPE, DATA, METADATA, SUBJECT, CODE, FIELD, MESSAGE };

struct sqlite_refusals {
    struct pv_sqlite sqlite;
    sqlite3_stmt *statements[STATEMENTS];
};

static enum pv_log_result fail(const struct sqlite_refusals *log, int status, const char *doing,
                               struct pv_fault *fault)
{
    pv_sqlite_fault(&log->sqlite, status, doing, fault);
    return PV_LOG_FAULT;
}

/* Steps below that give an int give SQLITE_OK, or an error of SQLite's. */

static int add_one(const struct sqlite_refusals *log, const struct pv_refused *entry, int64_t sequence)
{
    sqlite3_stmt *statement = log->statements[ADD];
    const struct pv_str texts[] = {entry->type, entry->data,  entry->metadata, entry->subject,
                                   entry->code, entry->field, entry->message};
    int status = sqlite3_bind_int64(statement, 1 + SEQUENCE, sequence);
    if (status == SQLITE_OK)
        status = pv_sqlite_bind_bits(statement, 1 + ID, entry->id.bits);
    if (status == SQLITE_OK)
        status = pv_sqlite_bind_bits(statement, 1 + ELECTION, entry->election.bits);
    if (status == SQLITE_OK)
        status = sqlite3_bind_int64(statement, 1 + AT, entry->at.us);
    for (int i = 0; i < 7 && status == SQLITE_OK; i++)
        status = pv_sqlite_bind(statement, 1 + TYPE + i, texts[i]);
    if (status == SQLITE_OK)
        status = pv_sqlite_run(statement);
    return status == SQLITE_DONE ? SQLITE_OK : status;
}

/* The last sequence number, -1 if there is none. */
static int find_last(const struct sqlite_refusals *log, int64_t *last)
{
    *last = -1;
    int status = pv_sqlite_integer(log->statements[LAST], last);
    return status == SQLITE_ROW || status == SQLITE_DONE ? SQLITE_OK : status;
}

static enum pv_log_result add(void *self, const struct pv_refused *entries, size_t count,
                              struct pv_fault *fault)
{
    struct sqlite_refusals *log = self;
    int64_t last = -1;
    int status = pv_sqlite_begin(&log->sqlite, PV_SQLITE_WRITE);
    if (status == SQLITE_OK)
        status = find_last(log, &last);
    if (status == SQLITE_OK && last > INT64_MAX - (int64_t)count)
        status = SQLITE_FULL; /* nobody adds so many: somebody has written there */
    for (size_t i = 0; i < count && status == SQLITE_OK; i++)
        status = add_one(log, &entries[i], last + 1 + (int64_t)i);
    if (status == SQLITE_OK)
        status = pv_sqlite_commit(&log->sqlite);
    if (status == SQLITE_OK)
        return PV_LOG_OK;
    (void)fail(log, status, "add to", fault);
    pv_sqlite_rollback(&log->sqlite);
    return PV_LOG_FAULT;
}

/* The row as SQLite lends it until the next step. False if it is not as we write it, or not after `last`: a
   damaged tree could lead round in a circle. */
static bool borrow(sqlite3_stmt *statement, int64_t last, struct pv_refused *entry)
{
    *entry = (struct pv_refused){.sequence = sqlite3_column_int64(statement, SEQUENCE),
                                 .type = pv_sqlite_column(statement, TYPE),
                                 .data = pv_sqlite_column(statement, DATA),
                                 .metadata = pv_sqlite_column(statement, METADATA),
                                 .subject = pv_sqlite_column(statement, SUBJECT),
                                 .code = pv_sqlite_column(statement, CODE),
                                 .field = pv_sqlite_column(statement, FIELD),
                                 .message = pv_sqlite_column(statement, MESSAGE),
                                 .at = {sqlite3_column_int64(statement, AT)}};
    return entry->sequence > last && pv_sqlite_column_bits(statement, ID, &entry->id.bits) &&
           pv_sqlite_column_bits(statement, ELECTION, &entry->election.bits) && pv_time_in_range(entry->at);
}

/* Gives up to `max` rows of a statement that is bound; `status` is what came of binding it. *given is how
   many were given. */
static enum pv_log_result give(const struct sqlite_refusals *log, sqlite3_stmt *statement, int status,
                               size_t max, pv_refused_fn *take, void *context, size_t *given,
                               struct pv_fault *fault)
{
    int64_t last = -1;
    bool more = status == SQLITE_OK, sound = true;
    *given = 0;
    while (more && (status = sqlite3_step(statement)) == SQLITE_ROW) {
        struct pv_refused entry;
        sound = borrow(statement, last, &entry);
        last = sound ? entry.sequence : last;
        *given += sound;
        more = sound && take(context, &entry) && *given < max;
    }
    (void)sqlite3_reset(statement);
    if (!sound)
        pv_sqlite_damaged(&log->sqlite, "the refusal after", last, fault);
    else if (status != SQLITE_DONE && status != SQLITE_ROW)
        return fail(log, status, "read", fault);
    return sound ? PV_LOG_OK : PV_LOG_FAULT;
}

static enum pv_log_result find(void *self, struct pv_event_id id, pv_refused_fn *take, void *context,
                               struct pv_fault *fault)
{
    const struct sqlite_refusals *log = self;
    size_t given;
    int status = pv_sqlite_settle(&log->sqlite);
    if (status == SQLITE_OK)
        status = pv_sqlite_bind_bits(log->statements[FIND], 1, id.bits);
    enum pv_log_result result = give(log, log->statements[FIND], status, 1, take, context, &given, fault);
    return result == PV_LOG_OK && given == 0 ? PV_LOG_NONE : result;
}

static enum pv_log_result read_entries(void *self, const struct pv_election_id *election, int64_t from,
                                       pv_refused_fn *take, void *context, struct pv_fault *fault)
{
    const struct sqlite_refusals *log = self;
    size_t given;
    sqlite3_stmt *statement = log->statements[election == NULL ? READ_ALL : READ_ELECTION];
    int status = pv_sqlite_settle(&log->sqlite);
    if (status == SQLITE_OK)
        status = sqlite3_bind_int64(statement, 1, from);
    if (status == SQLITE_OK && election != NULL)
        status = pv_sqlite_bind_bits(statement, 2, election->bits);
    return give(log, statement, status, SIZE_MAX, take, context, &given, fault);
}

static void close_log(void *self)
{
    struct sqlite_refusals *log = self;
    pv_sqlite_finalize(log->statements, STATEMENTS);
    pv_sqlite_close(&log->sqlite);
    free(log);
}

static const struct pv_refusal_log_ops ops = {
    .add = add, .find = find, .read = read_entries, .close = close_log};

/* Its tables: made where they are missing, but for PV_OPEN_READ, which refuses a database without. */
static bool find_tables(const struct pv_sqlite *sqlite, enum pv_open_mode mode, struct pv_fault *fault)
{
    bool has = false;
    if (mode == PV_OPEN_WRITE)
        return pv_sqlite_schema_make_later(sqlite, PV_LATER_REFUSALS, fault);
    int status = pv_sqlite_schema_has(sqlite, PV_LATER_REFUSALS, &has);
    if (status != SQLITE_OK)
        pv_sqlite_fault(sqlite, status, "open", fault);
    else if (!has)
        pv_fault_set(fault, PV_FAULT_KIND_DAMAGED,
                     "cannot open '%s': it has no log of refusals; is it the right file?", sqlite->spec);
    return has;
}

bool pv_sqlite_refusals_open_with(const char *path, enum pv_open_mode mode,
                                  const struct pv_sqlite_options *options, struct pv_refusal_log *refusals,
                                  struct pv_fault *fault)
{
    struct sqlite_refusals *made = calloc(1, sizeof *made);
    if (made == NULL) {
        pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "cannot open 'sqlite:%s': out of memory", path);
        return false;
    }
    if (!pv_sqlite_open(&made->sqlite, path, mode, options, fault)) {
        free(made);
        return false;
    }
    bool ok = find_tables(&made->sqlite, mode, fault);
    if (ok) {
        int status = pv_sqlite_prepare(&made->sqlite, sql, made->statements, STATEMENTS);
        ok = status == SQLITE_OK;
        if (!ok)
            pv_sqlite_fault(&made->sqlite, status, "open", fault);
    }
    if (!ok) {
        close_log(made);
        return false;
    }
    *refusals = (struct pv_refusal_log){&ops, made};
    return true;
}

bool pv_sqlite_refusals_open(const char *path, enum pv_open_mode mode, struct pv_refusal_log *refusals,
                             struct pv_fault *fault)
{
    return pv_sqlite_refusals_open_with(path, mode, &pv_sqlite_defaults, refusals, fault);
}
