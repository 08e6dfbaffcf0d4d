#include "sqlite_store.h"

#include "sqlite_schema.h"

#include <assert.h>
#include <stdlib.h>

static const char *const sql[PV_STORE_STATEMENTS] = {
    /* In a stream numbers grow with positions. */
    [PV_STORE_LAST_NUMBER] =
        "SELECT coalesce((SELECT number FROM events WHERE stream=?1 AND position>" PV_STORE_THROUGH
        " ORDER BY position DESC LIMIT 1), (SELECT coalesce(e.number, -2) FROM " PV_STORE_INDEX
        "WHERE n.stream=?1 ORDER BY n.number DESC LIMIT 1), -1)",
    [PV_STORE_LAST_POSITION] = "SELECT position FROM events ORDER BY position DESC LIMIT 1",
    [PV_STORE_NUMBER_OF_ID] =
        "SELECT number FROM events WHERE id=?2 AND stream=?1 ORDER BY position DESC LIMIT 1",
    [PV_STORE_RECORD_OF_ID] = PV_ROW_COLUMNS "WHERE id=?1 ORDER BY position DESC LIMIT 1",
    [PV_STORE_RECORD_OF_ID_IN] = PV_ROW_COLUMNS "WHERE id=?1 AND stream=?2 ORDER BY position DESC LIMIT 1",
    [PV_STORE_POSITION_OF] = "SELECT position FROM events WHERE stream=?1 AND number=?2 AND id=?3",
    [PV_STORE_RECORD_AT] =
        "SELECT id, spelling, type, data, created, metadata FROM " PV_STORE_INDEX
        "WHERE n.stream=?1 AND n.number=?2 UNION ALL SELECT id, spelling, type, data, created, metadata "
        "FROM events WHERE stream=?1 AND number=?2 AND position>" PV_STORE_THROUGH,
    [PV_STORE_INSERT] = "INSERT INTO events VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    [PV_STORE_LAST_INDEXED] = "SELECT through FROM numbers_through",
    [PV_STORE_INDEX_TAIL] = "INSERT INTO numbers SELECT stream, number, position FROM events "
                            "WHERE position>" PV_STORE_THROUGH " ORDER BY stream, number",
    [PV_STORE_SET_INDEXED] = "UPDATE numbers_through SET through=?1",
};
static const char *const stream_sql[] = {"SELECT stream FROM streams WHERE name=?1",
                                         "SELECT name FROM streams WHERE stream=?1",
                                         "INSERT INTO streams(name) VALUES(?1)"};
static const char *const type_sql[] = {"SELECT type FROM types WHERE name=?1",
                                       "SELECT name FROM types WHERE type=?1",
                                       "INSERT INTO types(name) VALUES(?1)"};

static enum pv_store_result last_number(void *self, struct pv_str stream, int64_t *number,
                                        struct pv_fault *fault)
{
    struct pv_sqlite_store *store = self;
    int64_t key = 0, found = -1;
    int status = pv_sqlite_settle(&store->sqlite);
    if (status == SQLITE_OK)
        status = pv_store_find_stream(store, stream, &key);
    if (status == SQLITE_OK && key != 0)
        status = pv_store_last_number(store, key, &found);
    if (status != SQLITE_OK) {
        pv_sqlite_fault(&store->sqlite, status, "read", fault);
        return PV_STORE_FAULT;
    }
    *number = found;
    return PV_STORE_OK;
}

static enum pv_store_result last_position(void *self, int64_t *position, struct pv_fault *fault)
{
    struct pv_sqlite_store *store = self;
    int64_t found;
    int status = pv_sqlite_settle(&store->sqlite);
    if (status == SQLITE_OK)
        status = pv_store_last_position(store, &found);
    if (status != SQLITE_OK) {
        pv_sqlite_fault(&store->sqlite, status, "read", fault);
        return PV_STORE_FAULT;
    }
    *position = found;
    return PV_STORE_OK;
}

/* Steps the statement to its one row, and takes that out of it. SQLITE_ROW, SQLITE_DONE or an error;
   SQLITE_CORRUPT may be our own verdict on the row. */
static int take_found(struct pv_sqlite_store *store, sqlite3_stmt *statement, struct pv_str stream,
                      struct pv_recorded *found)
{
    char id[PV_UUID_LEN];
    int status = sqlite3_step(statement);
    if (status == SQLITE_ROW)
        status = pv_row_read(statement, &store->streams, &store->types, stream, id, found);
    store->found.used = 0;
    if (status == SQLITE_ROW && pv_row_keep(&store->found, found) != PV_ROW_KEPT)
        status = SQLITE_NOMEM;
    int end = sqlite3_reset(statement);
    return end != SQLITE_OK ? end : status;
}

static int find_record(struct pv_sqlite_store *store, struct pv_str stream, struct pv_event_id id,
                       struct pv_recorded *found)
{
    int status = SQLITE_OK;
    int64_t key;
    sqlite3_stmt *statement =
        store->statements[stream.ptr == NULL ? PV_STORE_RECORD_OF_ID : PV_STORE_RECORD_OF_ID_IN];
    if (stream.ptr != NULL) {
        status = pv_sqlite_names_find(&store->streams, stream, &key);
        if (status == SQLITE_ROW)
            status = sqlite3_bind_int64(statement, 2, key);
    }
    if (status == SQLITE_OK)
        status = pv_sqlite_bind_bits(statement, 1, id.bits);
    return status == SQLITE_OK ? take_found(store, statement, stream, found) : status;
}

static enum pv_store_result find(void *self, struct pv_str stream, struct pv_event_id id,
                                 struct pv_recorded *found, struct pv_fault *fault)
{
    struct pv_sqlite_store *store = self;
    struct pv_recorded record;
    pv_sqlite_park_readers(store); /* they hold on to what was there when they began */
    int status = pv_sqlite_settle(&store->sqlite);
    if (status == SQLITE_OK)
        status = find_record(store, stream, id, &record);
    if (status != SQLITE_ROW && status != SQLITE_DONE) {
        pv_sqlite_fault(&store->sqlite, status, "read", fault);
        return PV_STORE_FAULT;
    }
    *found = status == SQLITE_ROW ? record : (struct pv_recorded){.number = -1, .position = -1};
    return PV_STORE_OK;
}

static void close_store(void *self)
{
    struct pv_sqlite_store *store = self;
    assert(store->readers == NULL);
    pv_sqlite_names_deinit(&store->streams);
    pv_sqlite_names_deinit(&store->types);
    pv_sqlite_finalize(store->statements, PV_STORE_STATEMENTS);
    free(store->found.bytes);
    pv_sqlite_close(&store->sqlite);
    free(store);
}

static const struct pv_event_store_ops ops = {
    .append = pv_sqlite_append,
    .append_group = pv_sqlite_append_group,
    .find = find,
    .copy = pv_sqlite_copy,
    .last_number = last_number,
    .last_position = last_position,
    .read = pv_sqlite_read,
    .next = pv_sqlite_next,
    .close_reader = pv_sqlite_close_reader,
    .close = close_store,
};

static int prepare(struct pv_sqlite_store *store)
{
    int status = pv_sqlite_schema_adapt(&store->sqlite);
    if (status == SQLITE_OK)
        status = pv_sqlite_names_init(&store->streams, &store->sqlite, stream_sql);
    if (status == SQLITE_OK)
        status = pv_sqlite_names_init(&store->types, &store->sqlite, type_sql);
    if (status == SQLITE_OK)
        status = pv_sqlite_prepare(&store->sqlite, sql, store->statements, PV_STORE_STATEMENTS);
    return status;
}

bool pv_sqlite_store_open_with(const char *path, enum pv_open_mode mode,
                               const struct pv_sqlite_options *options, struct pv_event_store *store,
                               struct pv_fault *fault)
{
    struct pv_sqlite_store *made = calloc(1, sizeof *made);
    if (made == NULL) {
        pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "cannot open 'sqlite:%s': out of memory", path);
        return false;
    }
    if (!pv_sqlite_open(&made->sqlite, path, mode, options, fault)) {
        free(made);
        return false;
    }
    made->tail = options->tail != 0 ? options->tail : PV_SQLITE_TAIL;
    int status = prepare(made);
    if (status != SQLITE_OK) {
        pv_sqlite_fault(&made->sqlite, status, "open", fault);
        close_store(made);
        return false;
    }
    *store = (struct pv_event_store){&ops, made};
    return true;
}

bool pv_sqlite_store_open(const char *path, enum pv_open_mode mode, struct pv_event_store *store,
                          struct pv_fault *fault)
{
    return pv_sqlite_store_open_with(path, mode, &pv_sqlite_defaults, store, fault);
}
