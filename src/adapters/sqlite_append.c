#include "sqlite_store.h"

#include "datetime.h"
#include "sqlite_id.h"

#include <assert.h>
#include <time.h>

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
        status = pv_sqlite_bind_bits(statement, 2, id.bits);
    return status == SQLITE_OK ? pv_store_integer(statement, number) : status;
}

/* Whether the stream has just these ids from `first` on. Then it is a repetition, and answered as such. */
static int compare_ids(struct pv_writing *w, struct pv_append *append, int64_t first)
{
    sqlite3_stmt *statement = w->store->statements[PV_STORE_POSITION_OF];
    int64_t position = -1;
    w->outcome = PV_WRITING_CONFLICT;
    if (first > w->number - (int64_t)(append->count - 1))
        return SQLITE_OK;
    for (size_t i = 0; i < append->count; i++) {
        int status = pv_store_bind_place(statement, w->stream, first + (int64_t)i);
        if (status == SQLITE_OK)
            status = pv_sqlite_bind_bits(statement, 3, append->events[i].id.bits);
        if (status == SQLITE_OK)
            status = pv_store_integer(statement, &position);
        if (status != SQLITE_OK || position < 0)
            return status;
    }
    append->appended =
        (struct pv_appended){first, first + (int64_t)(append->count - 1), position, append->count == 1};
    w->outcome = PV_WRITING_REPEATED;
    return SQLITE_OK;
}

static bool is_among(const struct pv_new_event *events, size_t count, struct pv_event_id id)
{
    for (size_t i = 0; i < count; i++) {
        if (pv_bits128_equal(events[i].id.bits, id.bits))
            return true;
    }
    return false;
}

/* New events must have new ids. All are looked for before the first is written, so that a conflict has
   nothing to undo, which the others of its group would lose with it. */
static int hold_to_be_new(struct pv_writing *w, const struct pv_append *append)
{
    for (size_t i = 0; i < append->count; i++) {
        int64_t known = -1;
        struct pv_event_id id = append->events[i].id;
        int status = find_id(w, id, &known);
        if (status != SQLITE_OK)
            return status;
        if (known >= 0 || is_among(append->events, i, id)) {
            w->outcome = PV_WRITING_CONFLICT;
            return SQLITE_OK;
        }
    }
    return SQLITE_OK;
}

/* By the expected version: to write, or a repetition, or a conflict. */
static int decide(struct pv_writing *w, struct pv_append *append)
{
    int64_t expected = append->expected, known;
    if (expected == PV_EXPECT_ANY) {
        int status = find_id(w, append->events[0].id, &known);
        if (status != SQLITE_OK || known >= 0)
            return status != SQLITE_OK ? status : compare_ids(w, append, known);
    } else if (expected < w->number && expected >= PV_EXPECT_NO_STREAM && !append->ids_are_new) {
        return compare_ids(w, append, expected + 1);
    } else if (expected != w->number) {
        w->outcome = PV_WRITING_CONFLICT;
        return SQLITE_OK;
    }
    return append->ids_are_new ? SQLITE_OK : hold_to_be_new(w, append);
}

/* One event as the next of its stream. */
static int write_one(struct pv_writing *w, const struct pv_new_event *event, struct pv_str created)
{
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

static int write_all(struct pv_writing *w, struct pv_append *append)
{
    int64_t count = (int64_t)append->count;
    if (w->number > INT64_MAX - count || w->position > INT64_MAX - count) {
        w->outcome = PV_WRITING_EXHAUSTED;
        return SQLITE_OK;
    }
    int status = pv_sqlite_names_make(&w->store->streams, append->stream, &w->stream);
    if (status != SQLITE_ROW)
        return status;
    char created[PV_TIME_MAX];
    struct pv_str time = {created, now(created)};
    status = SQLITE_OK;
    for (size_t i = 0; i < append->count && status == SQLITE_OK; i++)
        status = write_one(w, &append->events[i], time);
    append->appended = (struct pv_appended){w->number - (count - 1), w->number, w->position, true};
    return status;
}

static int find_stream(struct pv_writing *w, struct pv_str name)
{
    int64_t stream;
    int status = pv_store_find_stream(w->store, name, &stream);
    return status == SQLITE_OK ? pv_writing_turn_to(w, stream) : status;
}

/* One of a group: a conflict or a repetition writes nothing. */
static int append_one(struct pv_writing *w, struct pv_append *append)
{
    assert(append->count > 0);
    w->outcome = PV_WRITING_NEW;
    int status = find_stream(w, append->stream);
    if (status == SQLITE_OK)
        status = decide(w, append);
    if (status == SQLITE_OK && w->outcome == PV_WRITING_NEW)
        status = write_all(w, append);
    append->result = PV_STORE_OK;
    if (w->outcome == PV_WRITING_CONFLICT) {
        append->result = PV_STORE_CONFLICT;
        append->appended = (struct pv_appended){-1, w->number, -1, false};
    }
    return status;
}

enum pv_store_result pv_sqlite_append_group(void *self, struct pv_append *appends, size_t count,
                                            struct pv_fault *fault)
{
    struct pv_writing w;
    bool wrote = false;
    int status = pv_writing_begin(&w, self);
    if (status == SQLITE_OK)
        status = index_ids(w.store);
    for (size_t i = 0; i < count && status == SQLITE_OK && w.outcome != PV_WRITING_EXHAUSTED; i++) {
        status = append_one(&w, &appends[i]);
        wrote |= w.outcome == PV_WRITING_NEW;
    }
    if (w.outcome != PV_WRITING_EXHAUSTED)
        w.outcome = wrote ? PV_WRITING_NEW : PV_WRITING_REPEATED;
    if (status == SQLITE_OK && w.outcome == PV_WRITING_NEW)
        status = pv_writing_index(&w, w.store->tail);
    enum pv_store_result result = pv_writing_end(&w, status, "append to", fault);
    w.store->ids_indexed |= result == PV_STORE_OK && wrote;
    return result;
}

enum pv_store_result pv_sqlite_append(void *self, struct pv_str stream, int64_t expected,
                                      const struct pv_new_event *events, size_t count,
                                      struct pv_appended *appended, struct pv_fault *fault)
{
    struct pv_append append = {.stream = stream, .expected = expected, .events = events, .count = count};
    if (pv_sqlite_append_group(self, &append, 1, fault) != PV_STORE_OK)
        return PV_STORE_FAULT;
    *appended = append.appended;
    return append.result;
}
