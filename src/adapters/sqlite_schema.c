#include "sqlite_schema.h"

#include <stdio.h>

/* Laid out for scans in the order of positions: a table of rowids, small columns first, names as small
   integers, the large text last. `id` holds the 16 bytes of an event id in either spelling, so that an index
   tells the same id; `spelling` is 0 for a ULID in upper case, 1 for a UUID in lower case, else the text as
   it came (then `id` is NULL unless the text is an event id all the same). Data and metadata are kept as
   they came, byte for byte. */
struct object {
    const char *name, *sql;
};
static const struct object schema[] = {
    {"streams", "CREATE TABLE streams(stream INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT"},
    {"types", "CREATE TABLE types(type INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT"},
    {"events",
     "CREATE TABLE events(position INTEGER PRIMARY KEY, stream INTEGER NOT NULL, number INTEGER NOT NULL, "
     "type INTEGER NOT NULL, id BLOB, spelling ANY, created TEXT, metadata TEXT, data TEXT NOT NULL) STRICT"},
    {"events_by_number", "CREATE UNIQUE INDEX events_by_number ON events(stream, number)"},
    {"cached", "CREATE TABLE cached(election INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, "
               "last_number INTEGER NOT NULL) STRICT"},
    {"cached_parts",
     "CREATE TABLE cached_parts(election INTEGER NOT NULL, kind TEXT NOT NULL, page INTEGER NOT NULL, "
     "json TEXT NOT NULL) STRICT"},
    {"cached_parts_by_page",
     "CREATE UNIQUE INDEX cached_parts_by_page ON cached_parts(election, kind, page)"},
};
enum { OBJECTS = sizeof schema / sizeof schema[0] };

/* Beside them. Ids are 16 bytes, times are microseconds since 1970. */
static const struct object refusals_schema[] = {
    {"refusals", "CREATE TABLE refusals(sequence INTEGER PRIMARY KEY, id BLOB NOT NULL, "
                 "election BLOB NOT NULL, at INTEGER NOT NULL, type TEXT, data TEXT, metadata TEXT, "
                 "subject TEXT, code TEXT, field TEXT, message TEXT) STRICT"},
    {"refusals_by_id", "CREATE INDEX refusals_by_id ON refusals(id)"},
    {"refusals_by_election", "CREATE INDEX refusals_by_election ON refusals(election)"},
};
enum { REFUSALS_OBJECTS = sizeof refusals_schema / sizeof refusals_schema[0] };

enum identity { OURS, NOBODYS, SOMEONES, NEWER };

/* What the database is, by its own account. SQLITE_OK or an error. */
static int identify(const struct pv_sqlite *sqlite, enum identity *identity, int64_t *version)
{
    int64_t application = 0, objects = 0, utf8 = 0;
    int status = pv_sqlite_ask(sqlite, "SELECT count(*) FROM sqlite_schema", &objects);
    if (status == SQLITE_ROW)
        status = pv_sqlite_ask(sqlite, "PRAGMA application_id", &application);
    if (status == SQLITE_ROW)
        status = pv_sqlite_ask(sqlite, "PRAGMA user_version", version);
    if (status == SQLITE_ROW)
        status = pv_sqlite_ask(sqlite, "SELECT encoding='UTF-8' FROM pragma_encoding", &utf8);
    if (status != SQLITE_ROW)
        return status;
    if (application == 0 && *version == 0 && objects == 0)
        *identity = NOBODYS;
    else if (application != PV_SQLITE_APPLICATION || *version < 1 || !utf8)
        *identity = SOMEONES;
    else
        *identity = *version > PV_SQLITE_SCHEMA ? NEWER : OURS;
    return SQLITE_OK;
}

static void refuse(const struct pv_sqlite *sqlite, enum identity identity, int64_t version,
                   struct pv_fault *fault)
{
    if (identity == NEWER)
        pv_fault_set(
            fault, PV_FAULT_KIND_NEWER,
            "cannot open '%s': its schema has version %lld, and this program knows versions up to %d; "
            "use a newer "
            "program",
            sqlite->spec, (long long)version, PV_SQLITE_SCHEMA);
    else
        pv_fault_set(fault, PV_FAULT_KIND_DAMAGED, "cannot open '%s': it is %s; is it the right file?",
                     sqlite->spec,
                     identity == NOBODYS ? "an empty database" : "a SQLite database, but not PhotoVote's");
}

/* The first of these tables and indexes that is not there, or is not as we make it; NULL if all are. */
static int find_foreign(const struct pv_sqlite *sqlite, const struct object *objects, size_t count,
                        const char **foreign)
{
    /* Triggers would run as part of what we write. */
    static const char *const sql[] = {
        "SELECT count(*) FROM sqlite_schema WHERE (name=?1 AND sql=?2) OR type='trigger'"};
    sqlite3_stmt *statement;
    int status = pv_sqlite_prepare(sqlite, sql, &statement, 1);
    if (status != SQLITE_OK)
        return status;
    *foreign = NULL;
    for (size_t i = 0; status == SQLITE_OK && *foreign == NULL && i < count; i++) {
        int64_t found = 0;
        status = sqlite3_bind_text(statement, 1, objects[i].name, -1, SQLITE_STATIC);
        if (status == SQLITE_OK)
            status = sqlite3_bind_text(statement, 2, objects[i].sql, -1, SQLITE_STATIC);
        if (status == SQLITE_OK)
            status = pv_sqlite_integer(statement, &found);
        if (status == SQLITE_ROW)
            status = SQLITE_OK;
        if (found != 1)
            *foreign = objects[i].name;
    }
    pv_sqlite_finalize(&statement, 1);
    return status;
}

/* Holds these tables and indexes to be as we make them; `status` is what came of the steps before. */
static bool check_objects(const struct pv_sqlite *sqlite, int status, const struct object *objects,
                          size_t count, struct pv_fault *fault)
{
    const char *foreign = NULL;
    if (status == SQLITE_OK)
        status = find_foreign(sqlite, objects, count, &foreign);
    if (status != SQLITE_OK)
        pv_sqlite_fault(sqlite, status, "open", fault);
    else if (foreign != NULL)
        pv_fault_set(fault, PV_FAULT_KIND_DAMAGED,
                     "cannot open '%s': its `%s` is not as version %d makes it; restore it from a copy",
                     sqlite->spec, foreign, PV_SQLITE_SCHEMA);
    return status == SQLITE_OK && foreign == NULL;
}

bool pv_sqlite_schema_check(const struct pv_sqlite *sqlite, struct pv_fault *fault)
{
    int64_t version;
    enum identity identity = OURS;
    int status = identify(sqlite, &identity, &version);
    if (status == SQLITE_OK && identity != OURS) {
        refuse(sqlite, identity, version, fault);
        return false;
    }
    return check_objects(sqlite, status, schema, OBJECTS, fault);
}

static int make_objects(sqlite3 *db, const struct object *objects, size_t count)
{
    int status = SQLITE_OK;
    for (size_t i = 0; status == SQLITE_OK && i < count; i++)
        status = sqlite3_exec(db, objects[i].sql, NULL, NULL, NULL);
    return status;
}

static int make_tables(sqlite3 *db)
{
    char pragmas[96];
    (void)snprintf(pragmas, sizeof pragmas, "PRAGMA application_id=%d; PRAGMA user_version=%d",
                   PV_SQLITE_APPLICATION, PV_SQLITE_SCHEMA);
    int status = sqlite3_exec(db, pragmas, NULL, NULL, NULL);
    return status == SQLITE_OK ? make_objects(db, schema, OBJECTS) : status;
}

/* Two processes may find nothing and make it at once: the second waits for the lock, and looks again. */
static int make_once(const struct pv_sqlite *sqlite)
{
    int64_t version;
    enum identity identity = OURS;
    int status = sqlite3_exec(sqlite->db, "PRAGMA page_size=8192", NULL, NULL, NULL);
    if (status == SQLITE_OK)
        status = pv_sqlite_begin(sqlite, PV_SQLITE_WRITE);
    if (status == SQLITE_OK)
        status = identify(sqlite, &identity, &version);
    if (status == SQLITE_OK && identity == NOBODYS)
        status = make_tables(sqlite->db);
    if (status == SQLITE_OK)
        status = pv_sqlite_commit(sqlite);
    return status;
}

bool pv_sqlite_schema_make(const struct pv_sqlite *sqlite, struct pv_fault *fault)
{
    int64_t version;
    enum identity identity = OURS;
    int status = identify(sqlite, &identity, &version);
    if (status == SQLITE_OK && identity == NOBODYS)
        status = make_once(sqlite);
    if (status == SQLITE_OK)
        return pv_sqlite_schema_check(sqlite, fault);
    pv_sqlite_fault(sqlite, status, "open", fault);
    pv_sqlite_rollback(sqlite);
    return false;
}

static int has_refusals(const struct pv_sqlite *sqlite, int64_t *there)
{
    int status = pv_sqlite_ask(sqlite, "SELECT count(*) FROM sqlite_schema WHERE name='refusals'", there);
    return status == SQLITE_ROW ? SQLITE_OK : status;
}

/* As in make_once, the second of two looks again. */
static int make_refusals(const struct pv_sqlite *sqlite)
{
    int64_t there = 0;
    int status = pv_sqlite_begin(sqlite, PV_SQLITE_WRITE);
    if (status == SQLITE_OK)
        status = has_refusals(sqlite, &there);
    if (status == SQLITE_OK && there == 0)
        status = make_objects(sqlite->db, refusals_schema, REFUSALS_OBJECTS);
    return status == SQLITE_OK ? pv_sqlite_commit(sqlite) : status;
}

bool pv_sqlite_schema_refusals(const struct pv_sqlite *sqlite, enum pv_open_mode mode, struct pv_fault *fault)
{
    int64_t there = 0;
    int status = has_refusals(sqlite, &there);
    if (status == SQLITE_OK && there == 0 && mode == PV_OPEN_READ) {
        pv_fault_set(fault, PV_FAULT_KIND_DAMAGED,
                     "cannot open '%s': it has no log of refusals; is it the right file?", sqlite->spec);
        return false;
    }
    if (status == SQLITE_OK && there == 0)
        status = make_refusals(sqlite);
    bool sound = check_objects(sqlite, status, refusals_schema, REFUSALS_OBJECTS, fault);
    pv_sqlite_rollback(sqlite); /* what could not be made */
    return sound;
}
