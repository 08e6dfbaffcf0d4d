#include "sqlite_store.h"

#include "datetime.h"
#include "sqlite_id.h"

#include <assert.h>
#include <time.h>

static int bind_id(sqlite3_stmt *statement, int index, struct pv_event_id id)
{
    unsigned char bytes[PV_ID_BYTES];
    pv_id_to_bytes(id.bits, bytes);
    return sqlite3_bind_blob(statement, index, bytes, sizeof bytes, SQLITE_TRANSIENT);
}

/* Only who appends looks for ids. An archive that is copied to and read does without their index, which
   takes a quarter of the time that a copy needs, and most of it where ids are random. */
static int index_ids(struct pv_sqlite_store *store)
{
    static const char make[] =
        "CREATE INDEX IF NOT EXISTS events_by_id ON events(id, stream) WHERE id IS NOT NULL";
    return store->ids_indexed ? SQLITE_OK : sqlite3_exec(store->sqlite.db, make, NULL, NULL, NULL);
}

/* The last number at which the stream has the id, or -1. */
static int find_id(struct pv_writing *w, struct pv_event_id id, int64_t *number)
{
    sqlite3_stmt *statement = w->store->statements[PV_STORE_NUMBER_OF_ID];
    int status = sqlite3_bind_int64(statement, 1, w->stream);
    if (status == SQLITE_OK)
        status = bind_id(statement, 2, id);
    return status == SQLITE_OK ? pv_store_integer(statement, number) : status;
}

/* Whether the stream has just these ids from `first` on. Then it is a repetition: w->number and w->position
   are those of the last. */
static int compare_ids(struct pv_writing *w, const struct pv_new_event *events, size_t count, int64_t first)
{
    sqlite3_stmt *statement = w->store->statements[PV_STORE_POSITION_OF];
    w->outcome = PV_WRITING_CONFLICT;
    if (first > w->number - (int64_t)(count - 1))
        return SQLITE_OK;
    for (size_t i = 0; i < count; i++) {
        int status = pv_store_bind_place(statement, w->stream, first + (int64_t)i);
        if (status == SQLITE_OK)
            status = bind_id(statement, 3, events[i].id);
        if (status == SQLITE_OK)
            status = pv_store_integer(statement, &w->position);
        if (status != SQLITE_OK || w->position < 0)
            return status;
    }
    w->number = first + (int64_t)(count - 1);
    w->outcome = PV_WRITING_REPEATED;
    return SQLITE_OK;
}

/* By the expected version: to write, or a repetition, or a conflict. */
static int decide(struct pv_writing *w, int64_t expected, const struct pv_new_event *events, size_t count)
{
    if (expected == w->number)
        return SQLITE_OK;
    if (expected == PV_EXPECT_ANY) {
        int64_t known;
        int status = find_id(w, events[0].id, &known);
        if (status != SQLITE_OK || known < 0)
            return status;
        return compare_ids(w, events, count, known);
    }
    if (expected < w->number && expected >= PV_EXPECT_NO_STREAM)
        return compare_ids(w, events, count, expected + 1);
    w->outcome = PV_WRITING_CONFLICT;
    return SQLITE_OK;
}

/* One event as the next of its stream, unless its id is in the stream already. */
static int append_one(struct pv_writing *w, const struct pv_new_event *event, struct pv_str created)
{
    int64_t known;
    int status = find_id(w, event->id, &known);
    if (status != SQLITE_OK)
        return status;
    if (known >= 0) {
        w->outcome = PV_WRITING_CONFLICT;
        return SQLITE_OK;
    }
    char id[PV_ULID_LEN];
    pv_ulid_format(event->id.bits, id);
    struct pv_recorded record = {
        .number = w->number + 1,
        .type = event->type,
        .data = event->data,
        .id = {id, sizeof id},
        .created = created,
        .position = w->position + 1,
        .metadata = event->metadata,
    };
    return pv_writing_insert(w, &record);
}

static size_t now(char created[PV_TIME_MAX])
{
    struct timespec time;
    (void)clock_gettime(CLOCK_REALTIME, &time);
    return pv_time_format((struct pv_time){time.tv_sec * 1000000 + time.tv_nsec / 1000}, created);
}

static int append_all(struct pv_writing *w, struct pv_str name, const struct pv_new_event *events,
                      size_t count)
{
    if (w->number > INT64_MAX - (int64_t)count || w->position > INT64_MAX - (int64_t)count) {
        w->outcome = PV_WRITING_EXHAUSTED;
        return SQLITE_OK;
    }
    int status = pv_sqlite_names_make(&w->store->streams, name, &w->stream);
    if (status != SQLITE_ROW)
        return status;
    char created[PV_TIME_MAX];
    struct pv_str time = {created, now(created)};
    status = SQLITE_OK;
    for (size_t i = 0; i < count && status == SQLITE_OK && w->outcome == PV_WRITING_NEW; i++)
        status = append_one(w, &events[i], time);
    return status;
}

enum pv_store_result pv_sqlite_append(void *self, struct pv_str stream, int64_t expected,
                                      const struct pv_new_event *events, size_t count,
                                      struct pv_appended *appended, struct pv_fault *fault)
{
    struct pv_writing w;
    int64_t before = -1;
    assert(count > 0);
    int status = pv_writing_begin(&w, self);
    if (status == SQLITE_OK)
        status = index_ids(w.store);
    if (status == SQLITE_OK)
        status = pv_store_find_stream(w.store, stream, &w.stream, &w.number);
    if (status == SQLITE_OK) {
        before = w.number;
        status = decide(&w, expected, events, count);
    }
    if (status == SQLITE_OK && w.outcome == PV_WRITING_NEW)
        status = append_all(&w, stream, events, count);
    enum pv_store_result result = pv_writing_end(&w, status, "append to", fault);
    w.store->ids_indexed |= result == PV_STORE_OK && w.outcome == PV_WRITING_NEW;
    if (result == PV_STORE_OK)
        *appended = (struct pv_appended){w.number - (int64_t)(count - 1), w.number, w.position};
    else if (result == PV_STORE_CONFLICT)
        *appended = (struct pv_appended){-1, before, -1};
    return result;
}
