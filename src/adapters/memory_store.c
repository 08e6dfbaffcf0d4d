#include "adapters.h"

#include "datetime.h"
#include "memory_texts.h"
#include "same.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A record with its texts behind it, in one block. */
struct stored {
    struct pv_recorded recorded;
    struct pv_event_id id;
    bool has_id; /* the id's text is an event id */
    char bytes[];
};

/* All records in the order of their positions. Everything is found by walking: this store is for tests. */
struct memory_store {
    struct stored **records;
    size_t count, capacity;
};

struct pv_store_reader {
    const struct memory_store *store;
    struct pv_text stream; /* ptr NULL: all */
    int64_t from;
    size_t at;
};

static enum pv_store_result no_memory(struct pv_fault *fault)
{
    pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "cannot use the store in memory: out of memory");
    return PV_STORE_FAULT;
}

static bool reserve(struct memory_store *store, size_t more)
{
    if (more <= store->capacity - store->count)
        return true;
    size_t capacity = store->capacity * 2 + more;
    struct stored **records = realloc(store->records, capacity * sizeof(struct stored *));
    if (records == NULL)
        return false;
    store->records = records;
    store->capacity = capacity;
    return true;
}

static struct stored *store_copy(const struct pv_recorded *r)
{
    size_t bytes = r->stream.len + r->type.len + r->data.len + r->id.len + r->created.len + r->metadata.len;
    struct stored *stored = malloc(sizeof *stored + bytes + 1);
    if (stored == NULL)
        return NULL;
    stored->recorded = *r;
    struct pv_recorded *own = &stored->recorded;
    struct pv_str *texts[] = {&own->stream, &own->type, &own->data, &own->id, &own->created, &own->metadata};
    pv_memory_move_texts(texts, sizeof texts / sizeof texts[0], stored->bytes);
    stored->has_id = r->id.ptr != NULL && pv_event_id_parse(r->id, &stored->id) == PV_CODE_NONE;
    return stored;
}

/* Takes back what a call added before it failed. */
static void truncate_to(struct memory_store *store, size_t count)
{
    while (store->count > count)
        free(store->records[--store->count]);
}

static int64_t position_after(const struct memory_store *store)
{
    return store->count == 0 ? -1 : store->records[store->count - 1]->recorded.position;
}

static int64_t number_after(const struct memory_store *store, struct pv_str stream)
{
    for (size_t i = store->count; i-- > 0;) {
        if (pv_str_equal(store->records[i]->recorded.stream, stream))
            return store->records[i]->recorded.number;
    }
    return -1;
}

static const struct stored *at_number(const struct memory_store *store, struct pv_str stream, int64_t number)
{
    for (size_t i = store->count; i-- > 0;) {
        const struct pv_recorded *r = &store->records[i]->recorded;
        if (r->number == number && pv_str_equal(r->stream, stream))
            return store->records[i];
    }
    return NULL;
}

/* The last record of the id in a stream, or in any (ptr NULL). */
static const struct stored *with_id(const struct memory_store *store, struct pv_str stream,
                                    struct pv_event_id id)
{
    for (size_t i = store->count; i-- > 0;) {
        const struct stored *stored = store->records[i];
        if (stored->has_id && pv_bits128_equal(stored->id.bits, id.bits) &&
            (stream.ptr == NULL || pv_str_equal(stored->recorded.stream, stream)))
            return stored;
    }
    return NULL;
}

/* Whether the stream has just these events from `first` on. */
static bool has_just(const struct memory_store *store, struct pv_str stream,
                     const struct pv_new_event *events, size_t count, int64_t first,
                     struct pv_appended *appended)
{
    for (size_t i = 0; i < count; i++) {
        if (first > INT64_MAX - (int64_t)i)
            return false;
        const struct stored *stored = at_number(store, stream, first + (int64_t)i);
        if (stored == NULL || !stored->has_id || !pv_bits128_equal(stored->id.bits, events[i].id.bits))
            return false;
        *appended =
            (struct pv_appended){first, stored->recorded.number, stored->recorded.position, count == 1};
    }
    return true;
}

/* Time goes on by a second an event: simulations must not depend on a clock. */
static struct pv_str made_up_time(int64_t position, char created[PV_TIME_MAX])
{
    enum { SECONDS_OF_2000 = 946684800, DAYS_400_YEARS = 146097 };
    int64_t seconds = SECONDS_OF_2000 + position % ((int64_t)DAYS_400_YEARS * 86400);
    return (struct pv_str){created, pv_time_format((struct pv_time){seconds * 1000000}, created)};
}

static bool append_one(struct memory_store *store, struct pv_str stream, int64_t number,
                       const struct pv_new_event *event)
{
    char id[PV_ULID_LEN], created[PV_TIME_MAX];
    int64_t position = position_after(store) + 1;
    pv_ulid_format(event->id.bits, id);
    struct pv_recorded record = {.stream = stream,
                                 .number = number,
                                 .type = event->type,
                                 .data = event->data,
                                 .id = {id, sizeof id},
                                 .created = made_up_time(position, created),
                                 .position = position,
                                 .metadata = event->metadata};
    struct stored *stored = store_copy(&record);
    if (stored == NULL)
        return false;
    store->records[store->count++] = stored;
    return true;
}

static enum pv_store_result exhausted(struct pv_fault *fault)
{
    pv_fault_set(fault, PV_FAULT_KIND_TOO_LARGE,
                 "cannot write to the store in memory: there is no number or position left");
    return PV_STORE_FAULT;
}

static enum pv_store_result write_all(struct memory_store *store, struct pv_str stream, int64_t last,
                                      const struct pv_new_event *events, size_t count,
                                      struct pv_appended *appended, struct pv_fault *fault)
{
    size_t before = store->count;
    if (last > INT64_MAX - (int64_t)count || position_after(store) > INT64_MAX - (int64_t)count)
        return exhausted(fault);
    if (!reserve(store, count))
        return no_memory(fault);
    for (size_t i = 0; i < count; i++) {
        bool known = with_id(store, stream, events[i].id) != NULL;
        if (known || !append_one(store, stream, last + 1 + (int64_t)i, &events[i])) {
            truncate_to(store, before);
            if (!known)
                return no_memory(fault);
            *appended = (struct pv_appended){-1, last, -1, false};
            return PV_STORE_CONFLICT;
        }
    }
    *appended = (struct pv_appended){last + 1, last + (int64_t)count, position_after(store), true};
    return PV_STORE_OK;
}

static enum pv_store_result append_at(struct memory_store *store, struct pv_append *append,
                                      struct pv_fault *fault)
{
    const struct pv_new_event *events = append->events;
    int64_t last = number_after(store, append->stream), first = -1; /* no record has this number */
    assert(append->count > 0);
    const struct stored *known = NULL;
    if (append->expected == PV_EXPECT_ANY && (known = with_id(store, append->stream, events[0].id)) != NULL)
        first = known->recorded.number;
    else if (append->expected == last || append->expected == PV_EXPECT_ANY)
        return write_all(store, append->stream, last, events, append->count, &append->appended, fault);
    else if (append->expected >= PV_EXPECT_NO_STREAM && append->expected < last && !append->ids_are_new)
        first = append->expected + 1;
    struct pv_appended found;
    if (has_just(store, append->stream, events, append->count, first, &found)) {
        append->appended = found;
        return PV_STORE_OK;
    }
    append->appended = (struct pv_appended){-1, last, -1, false};
    return PV_STORE_CONFLICT;
}

static enum pv_store_result append(void *self, struct pv_str stream, int64_t expected,
                                   const struct pv_new_event *events, size_t count,
                                   struct pv_appended *appended, struct pv_fault *fault)
{
    struct pv_append one = {.stream = stream, .expected = expected, .events = events, .count = count};
    enum pv_store_result result = append_at(self, &one, fault);
    if (result != PV_STORE_FAULT)
        *appended = one.appended;
    return result;
}

static enum pv_store_result append_group(void *self, struct pv_append *appends, size_t count,
                                         struct pv_fault *fault)
{
    struct memory_store *store = self;
    size_t before = store->count;
    for (size_t i = 0; i < count; i++) {
        appends[i].result = append_at(store, &appends[i], fault);
        if (appends[i].result == PV_STORE_FAULT) {
            truncate_to(store, before);
            return PV_STORE_FAULT;
        }
    }
    return PV_STORE_OK;
}

static enum pv_store_result find(void *self, struct pv_str stream, struct pv_event_id id,
                                 struct pv_recorded *found, struct pv_fault *fault)
{
    (void)fault;
    const struct stored *stored = with_id(self, stream, id);
    *found = stored != NULL ? stored->recorded : (struct pv_recorded){.number = -1, .position = -1};
    return PV_STORE_OK;
}

/* A record whose number is not above the stream's last: is it the one that is there? */
static enum pv_store_result recognise(const struct memory_store *store, const struct pv_recorded *record,
                                      struct pv_fault *fault)
{
    const struct stored *there = at_number(store, record->stream, record->number);
    const char *difference = there != NULL ? pv_recorded_difference(&there->recorded, record) : NULL;
    if (there != NULL && difference == NULL)
        return PV_STORE_OK;
    pv_fault_set(fault, PV_FAULT_KIND_DAMAGED,
                 "cannot copy to the store in memory: number %lld of stream %.*s %s%s",
                 (long long)record->number, (int)record->stream.len, record->stream.ptr,
                 there != NULL ? "is there already, and differs in its " : "was left out there",
                 there != NULL ? difference : "");
    return PV_STORE_CONFLICT;
}

/* Copies one record, or recognises it. The caller takes back what was added if the answer is not
   PV_STORE_OK.
 */
static enum pv_store_result copy_one(struct memory_store *store, const struct pv_recorded *record,
                                     struct pv_fault *fault)
{
    if (record->number <= number_after(store, record->stream))
        return recognise(store, record, fault);
    struct stored *stored = store_copy(record);
    if (stored == NULL)
        return no_memory(fault);
    int64_t last = position_after(store);
    if (record->position <= last) {
        if (last == INT64_MAX) {
            free(stored);
            return exhausted(fault);
        }
        stored->recorded.position = last + 1;
    }
    store->records[store->count++] = stored;
    return PV_STORE_OK;
}

static enum pv_store_result copy(void *self, const struct pv_recorded *records, size_t count,
                                 struct pv_fault *fault)
{
    struct memory_store *store = self;
    size_t before = store->count;
    if (!reserve(store, count))
        return no_memory(fault);
    enum pv_store_result result = PV_STORE_OK;
    for (size_t i = 0; i < count && result == PV_STORE_OK; i++)
        result = copy_one(store, &records[i], fault);
    if (result != PV_STORE_OK)
        truncate_to(store, before);
    return result;
}

static enum pv_store_result last_number(void *self, struct pv_str stream, int64_t *number,
                                        struct pv_fault *fault)
{
    (void)fault;
    *number = number_after(self, stream);
    return PV_STORE_OK;
}

static enum pv_store_result last_position(void *self, int64_t *position, struct pv_fault *fault)
{
    (void)fault;
    *position = position_after(self);
    return PV_STORE_OK;
}

static void close_reader(struct pv_store_reader *reader)
{
    free(reader->stream.ptr);
    free(reader);
}

static enum pv_store_result open_reader(void *self, struct pv_str stream, int64_t from,
                                        struct pv_store_reader **reader, struct pv_fault *fault)
{
    struct pv_store_reader *made = calloc(1, sizeof *made);
    if (made == NULL)
        return no_memory(fault);
    made->store = self;
    made->from = from;
    if (stream.ptr != NULL) {
        made->stream = (struct pv_text){malloc(stream.len + 1), stream.len};
        if (made->stream.ptr == NULL) {
            close_reader(made);
            return no_memory(fault);
        }
        memcpy(made->stream.ptr, stream.ptr, stream.len);
    }
    *reader = made;
    return PV_STORE_OK;
}

static bool wants(const struct pv_store_reader *reader, const struct pv_recorded *record)
{
    if (reader->stream.ptr == NULL)
        return record->position >= reader->from;
    return record->number >= reader->from &&
           pv_str_equal(record->stream, (struct pv_str){reader->stream.ptr, reader->stream.len});
}

static enum pv_store_result next(struct pv_store_reader *reader, struct pv_recorded *records, size_t max,
                                 size_t *count, struct pv_fault *fault)
{
    (void)fault;
    size_t taken = 0;
    for (; taken < max && reader->at < reader->store->count; reader->at++) {
        const struct pv_recorded *record = &reader->store->records[reader->at]->recorded;
        if (wants(reader, record))
            records[taken++] = *record;
    }
    *count = taken;
    return PV_STORE_OK;
}

static void close_store(void *self)
{
    struct memory_store *store = self;
    truncate_to(store, 0);
    free(store->records);
    free(store);
}

static const struct pv_event_store_ops ops = {
    .append = append,
    .append_group = append_group,
    .find = find,
    .copy = copy,
    .last_number = last_number,
    .last_position = last_position,
    .read = open_reader,
    .next = next,
    .close_reader = close_reader,
    .close = close_store,
};

bool pv_memory_store_open(struct pv_event_store *store, struct pv_fault *fault)
{
    struct memory_store *made = calloc(1, sizeof *made);
    if (made == NULL) {
        (void)no_memory(fault);
        return false;
    }
    *store = (struct pv_event_store){&ops, made};
    return true;
}
