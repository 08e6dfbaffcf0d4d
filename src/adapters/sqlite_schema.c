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
static const struct object tables[] = {
    {"streams", "CREATE TABLE streams(stream INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT"},
    {"types", "CREATE TABLE types(type INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT"},
    {"events",
     "CREATE TABLE events(position INTEGER PRIMARY KEY, stream INTEGER NOT NULL, number INTEGER NOT NULL, "
     "type INTEGER NOT NULL, id BLOB, spelling ANY, created TEXT, metadata TEXT, data TEXT NOT NULL) STRICT"},
    {"cached", "CREATE TABLE cached(election INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, "
               "last_number INTEGER NOT NULL) STRICT"},
    {"cached_parts",
     "CREATE TABLE cached_parts(election INTEGER NOT NULL, kind TEXT NOT NULL, page INTEGER NOT NULL, "
     "json TEXT NOT NULL) STRICT"},
    {"cached_parts_by_page",
     "CREATE UNIQUE INDEX cached_parts_by_page ON cached_parts(election, kind, page)"},
};
enum { TABLES = sizeof tables / sizeof tables[0] };

/* Beside them, by version: where an event of a stream is. */
static const struct object by_number_1[] = {
    {"events_by_number", "CREATE UNIQUE INDEX events_by_number ON events(stream, number)"},
};
#define NUMBERS                                                                                              \
    "TABLE numbers(stream INTEGER NOT NULL, number INTEGER NOT NULL, position INTEGER NOT NULL, "            \
    "PRIMARY KEY(stream, number)) STRICT, WITHOUT ROWID"
#define NUMBERS_THROUGH "TABLE numbers_through(only INTEGER PRIMARY KEY, through INTEGER NOT NULL) STRICT"
static const struct object by_number_2[] = {
    {"numbers", "CREATE " NUMBERS},
    {"numbers_through", "CREATE " NUMBERS_THROUGH},
};
static const struct {
    const struct object *objects;
    size_t count;
} by_number[PV_SQLITE_SCHEMA + 1] = {
    [1] = {by_number_1, sizeof by_number_1 / sizeof by_number_1[0]},
    [2] = {by_number_2, sizeof by_number_2 / sizeof by_number_2[0]},
};

/* What rows must keep to beyond their types so that nothing is left out in silence: no position lies before
   all that is read, and the index goes to an event that is in it, or has not begun. */
static const struct {
    int64_t since; /* this version */
    const char *name, *sql;
} sound[] = {
    {1, "events", "SELECT NOT EXISTS(SELECT 1 FROM events WHERE position<0)"},
    {2, "numbers_through",
     "SELECT (SELECT count(*) FROM numbers_through)=1 AND "
     "EXISTS(SELECT 1 FROM numbers_through WHERE only=0 AND CASE through WHEN -1 "
     "THEN NOT EXISTS(SELECT 1 FROM numbers) "
     "ELSE EXISTS(SELECT 1 FROM events AS e JOIN numbers AS n ON n.position=e.position AND "
     "n.stream=e.stream AND n.number=e.number WHERE e.position=through) END)"},
};

/* Beside them. Ids are 16 bytes, times are microseconds since 1970. */
static const struct object refusals_schema[] = {
    {"refusals", "CREATE TABLE refusals(sequence INTEGER PRIMARY KEY, id BLOB NOT NULL, "
                 "election BLOB NOT NULL, at INTEGER NOT NULL, type TEXT, data TEXT, metadata TEXT, "
                 "subject TEXT, code TEXT, field TEXT, message TEXT) STRICT"},
    {"refusals_by_id", "CREATE INDEX refusals_by_id ON refusals(id)"},
    {"refusals_by_election", "CREATE INDEX refusals_by_election ON refusals(election)"},
};

/* An election has its own key here, which no program gives away that does not know these tables. */
static const struct object shown[] = {
    {"cached_shown", "CREATE TABLE cached_shown(election INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, "
                     "last_number INTEGER NOT NULL, summary TEXT) STRICT"},
    {"cached_page_keys",
     "CREATE TABLE cached_page_keys(election INTEGER NOT NULL, kind TEXT NOT NULL, page INTEGER NOT NULL, "
     "keys TEXT NOT NULL) STRICT"},
    {"cached_page_keys_by_page",
     "CREATE UNIQUE INDEX cached_page_keys_by_page ON cached_page_keys(election, kind, page)"},
    {"cached_keys",
     "CREATE TABLE cached_keys(election INTEGER NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, "
     "page INTEGER NOT NULL, PRIMARY KEY(election, kind, key)) STRICT, WITHOUT ROWID"},
    {"cached_checkpoint", "CREATE TABLE cached_checkpoint(checkpoint INTEGER PRIMARY KEY, "
                          "position INTEGER NOT NULL) STRICT"},
};

/* What came later, and either version does without: each is made by who wants it. */
static const struct later {
    const struct object *objects;
    size_t count;
    bool is_record; /* made in one transaction, and never to be made again: a part of it is damage */
} later[] = {
    [PV_LATER_REFUSALS] = {refusals_schema, sizeof refusals_schema / sizeof refusals_schema[0], true},
    [PV_LATER_SHOWN] = {shown, sizeof shown / sizeof shown[0], false},
};
enum { LATER = sizeof later / sizeof later[0] };

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

/* What of a list is there. */
struct findings {
    size_t missing;      /* so many are not there */
    const char *foreign; /* the first that is there and is not as we make it; NULL: none is */
    const char *first_missing;
};

/* Looks for one of our tables or indexes. `statement` gives a row if the name is taken. */
static int look_for(sqlite3_stmt *statement, const struct object *object, struct findings *findings)
{
    int64_t ours = 0;
    int status = sqlite3_bind_text(statement, 1, object->name, -1, SQLITE_STATIC);
    if (status == SQLITE_OK)
        status = sqlite3_bind_text(statement, 2, object->sql, -1, SQLITE_STATIC);
    if (status == SQLITE_OK)
        status = pv_sqlite_integer(statement, &ours);
    if (status == SQLITE_DONE) {
        findings->missing++;
        if (findings->first_missing == NULL)
            findings->first_missing = object->name;
    } else if (status == SQLITE_ROW && !ours && findings->foreign == NULL) {
        findings->foreign = object->name;
    }
    return status == SQLITE_ROW || status == SQLITE_DONE ? SQLITE_OK : status;
}

static int look_for_all(const struct pv_sqlite *sqlite, const struct object *objects, size_t count,
                        struct findings *findings)
{
    /* A trigger would run as part of what we write: with one, nothing is ours. */
    static const char *const sql[] = {
        "SELECT sql=?2 AND NOT EXISTS(SELECT 1 FROM sqlite_schema WHERE type='trigger') "
        "FROM sqlite_schema WHERE name=?1"};
    sqlite3_stmt *statement;
    int status = pv_sqlite_prepare(sqlite, sql, &statement, 1);
    if (status != SQLITE_OK)
        return status;
    *findings = (struct findings){0, NULL, NULL};
    for (size_t i = 0; status == SQLITE_OK && i < count; i++)
        status = look_for(statement, &objects[i], findings);
    pv_sqlite_finalize(&statement, 1);
    return status;
}

/* The first of a list that is not as we make it, or is not there; NULL if none is. */
static int look_for_each(const struct pv_sqlite *sqlite, const struct object *objects, size_t count,
                         const char **foreign)
{
    struct findings findings;
    int status = look_for_all(sqlite, objects, count, &findings);
    *foreign = findings.foreign != NULL ? findings.foreign : findings.first_missing;
    return status;
}

/* What came later may be missing. */
static int look_for_later(const struct pv_sqlite *sqlite, const char **foreign)
{
    struct findings findings;
    int status = SQLITE_OK;
    for (size_t i = 0; status == SQLITE_OK && *foreign == NULL && i < LATER; i++) {
        status = look_for_all(sqlite, later[i].objects, later[i].count, &findings);
        *foreign = findings.foreign;
        if (*foreign == NULL && later[i].is_record && findings.missing < later[i].count)
            *foreign = findings.first_missing;
    }
    return status;
}

static int look_into(const struct pv_sqlite *sqlite, int64_t version, const char **foreign)
{
    int status = SQLITE_ROW;
    for (size_t i = 0; status == SQLITE_ROW && *foreign == NULL && i < sizeof sound / sizeof sound[0]; i++) {
        int64_t is_sound = 1;
        if (version >= sound[i].since)
            status = pv_sqlite_ask(sqlite, sound[i].sql, &is_sound);
        if (!is_sound)
            *foreign = sound[i].name;
    }
    return status == SQLITE_ROW ? SQLITE_OK : status;
}

/* The first of our tables and indexes that is not as this version of ours makes it; NULL if none is. */
static int find_foreign(const struct pv_sqlite *sqlite, int64_t version, const char **foreign)
{
    int status = look_for_each(sqlite, tables, TABLES, foreign);
    if (status == SQLITE_OK && *foreign == NULL)
        status = look_for_each(sqlite, by_number[version].objects, by_number[version].count, foreign);
    if (status == SQLITE_OK && *foreign == NULL)
        status = look_for_later(sqlite, foreign);
    if (status == SQLITE_OK && *foreign == NULL)
        status = look_into(sqlite, version, foreign);
    return status;
}

struct verdict {
    enum identity identity;
    int64_t version;
    const char *foreign; /* of one of ours */
};

/* All of it at one moment: another may be bringing it to our version. */
static int examine(const struct pv_sqlite *sqlite, struct verdict *verdict)
{
    *verdict = (struct verdict){.identity = OURS};
    int status = pv_sqlite_begin(sqlite, PV_SQLITE_READ);
    if (status == SQLITE_OK)
        status = identify(sqlite, &verdict->identity, &verdict->version);
    if (status == SQLITE_OK && verdict->identity == OURS)
        status = find_foreign(sqlite, verdict->version, &verdict->foreign);
    return status == SQLITE_OK ? pv_sqlite_commit(sqlite) : status;
}

bool pv_sqlite_schema_check(const struct pv_sqlite *sqlite, struct pv_fault *fault)
{
    struct verdict verdict;
    int status = examine(sqlite, &verdict);
    if (status != SQLITE_OK) {
        pv_sqlite_fault(sqlite, status, "open", fault);
        pv_sqlite_rollback(sqlite);
    } else if (verdict.identity != OURS) {
        refuse(sqlite, verdict.identity, verdict.version, fault);
    } else if (verdict.foreign != NULL) {
        pv_fault_set(fault, PV_FAULT_KIND_DAMAGED,
                     "cannot open '%s': its `%s` is not as version %lld makes it; restore it from a copy",
                     sqlite->spec, verdict.foreign, (long long)verdict.version);
    }
    return status == SQLITE_OK && verdict.identity == OURS && verdict.foreign == NULL;
}

static int make_all(sqlite3 *db, const struct object *objects, size_t count)
{
    int status = SQLITE_OK;
    for (size_t i = 0; status == SQLITE_OK && i < count; i++)
        status = sqlite3_exec(db, objects[i].sql, NULL, NULL, NULL);
    return status;
}

/* The index of what there is, and the mark of our version. */
static int make_index(sqlite3 *db)
{
    static const char fill[] =
        "INSERT INTO numbers SELECT stream, number, position FROM events ORDER BY stream, number; "
        "INSERT INTO numbers_through SELECT 0, coalesce(max(position), -1) FROM events; "
        "DROP INDEX IF EXISTS events_by_number";
    char mark[96];
    (void)snprintf(mark, sizeof mark, "PRAGMA application_id=%d; PRAGMA user_version=%d",
                   PV_SQLITE_APPLICATION, PV_SQLITE_SCHEMA);
    int status = make_all(db, by_number_2, sizeof by_number_2 / sizeof by_number_2[0]);
    if (status == SQLITE_OK)
        status = sqlite3_exec(db, fill, NULL, NULL, NULL);
    return status == SQLITE_OK ? sqlite3_exec(db, mark, NULL, NULL, NULL) : status;
}

static int make_tables(sqlite3 *db)
{
    int status = make_all(db, tables, TABLES);
    return status == SQLITE_OK ? make_index(db) : status;
}

/* A database of version 1 that is not as it should be is left as it is. */
static int upgrade(const struct pv_sqlite *sqlite)
{
    const char *foreign;
    int status = find_foreign(sqlite, 1, &foreign);
    return status == SQLITE_OK && foreign == NULL ? make_index(sqlite->db) : status;
}

static bool is_old(enum identity identity, int64_t version)
{
    return identity == OURS && version < PV_SQLITE_SCHEMA;
}

/* Two processes may find nothing, or an older version, at once: the second waits for the lock, and looks
   again. */
static int make_once(const struct pv_sqlite *sqlite)
{
    int64_t version = 0;
    enum identity identity = OURS;
    int status = sqlite3_exec(sqlite->db, "PRAGMA page_size=4096", NULL, NULL, NULL);
    if (status == SQLITE_OK)
        status = pv_sqlite_begin(sqlite, PV_SQLITE_WRITE);
    if (status == SQLITE_OK)
        status = identify(sqlite, &identity, &version);
    if (status == SQLITE_OK && identity == NOBODYS)
        status = make_tables(sqlite->db);
    if (status == SQLITE_OK && is_old(identity, version))
        status = upgrade(sqlite);
    if (status == SQLITE_OK)
        status = pv_sqlite_commit(sqlite);
    return status;
}

bool pv_sqlite_schema_make(const struct pv_sqlite *sqlite, struct pv_fault *fault)
{
    int64_t version = 0;
    enum identity identity = OURS;
    int status = identify(sqlite, &identity, &version);
    if (status == SQLITE_OK && (identity == NOBODYS || is_old(identity, version)))
        status = make_once(sqlite);
    if (status == SQLITE_OK)
        return pv_sqlite_schema_check(sqlite, fault);
    pv_sqlite_fault(sqlite, status, "open", fault);
    pv_sqlite_rollback(sqlite);
    return false;
}

int pv_sqlite_schema_adapt(const struct pv_sqlite *sqlite)
{
    static const char stand_ins[] =
        "PRAGMA temp_store=MEMORY; CREATE TEMP " NUMBERS "; CREATE TEMP " NUMBERS_THROUGH
        "; INSERT INTO temp.numbers_through VALUES(0, -1)";
    int64_t version = 0;
    int status = pv_sqlite_ask(sqlite, "PRAGMA user_version", &version);
    if (status != SQLITE_ROW)
        return status;
    return version == 1 ? sqlite3_exec(sqlite->db, stand_ins, NULL, NULL, NULL) : SQLITE_OK;
}

int pv_sqlite_schema_has(const struct pv_sqlite *sqlite, enum pv_later which, bool *has)
{
    struct findings findings;
    int status = look_for_all(sqlite, later[which].objects, later[which].count, &findings);
    if (status == SQLITE_OK && findings.foreign != NULL)
        status = SQLITE_CORRUPT;
    *has = status == SQLITE_OK && findings.missing == 0;
    return status;
}

/* As it was checked when the database was opened, or as another has made it since. */
static int make_missing(const struct pv_sqlite *sqlite, const struct later *wanted)
{
    int status = pv_sqlite_begin(sqlite, PV_SQLITE_WRITE);
    for (size_t i = 0; status == SQLITE_OK && i < wanted->count; i++) {
        struct findings findings;
        status = look_for_all(sqlite, &wanted->objects[i], 1, &findings);
        if (status == SQLITE_OK && findings.missing > 0)
            status = sqlite3_exec(sqlite->db, wanted->objects[i].sql, NULL, NULL, NULL);
    }
    return status == SQLITE_OK ? pv_sqlite_commit(sqlite) : status;
}

bool pv_sqlite_schema_make_later(const struct pv_sqlite *sqlite, enum pv_later which, struct pv_fault *fault)
{
    bool has = false;
    int status = pv_sqlite_schema_has(sqlite, which, &has);
    if (status == SQLITE_OK && !has)
        status = make_missing(sqlite, &later[which]);
    if (status == SQLITE_OK)
        return true;
    pv_sqlite_fault(sqlite, status, "open", fault);
    pv_sqlite_rollback(sqlite);
    return false;
}
