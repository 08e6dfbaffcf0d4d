#include "store_kit.h"

#include "kit_memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pv_str kit_str(const char *text)
{
    return text == NULL ? (struct pv_str){NULL, 0} : (struct pv_str){text, strlen(text)};
}

struct pv_event_id kit_id(unsigned n)
{
    return (struct pv_event_id){{0x018dd1f7a0000000u, 0x8000000000000000u + n}};
}

static struct pv_new_event make_event(unsigned n, char text[KIT_TEXT_MAX])
{
    struct pv_new_event event = {.id = kit_id(n),
                                 .type = kit_str(n % 3 == 0 ? "PhotoVote.Event.Ballot.BallotCast"
                                                            : "PhotoVote.Event.Ballot.BallotCandidateRated")};
    int data = snprintf(text, KIT_TEXT_MAX, "{\"n\":%u,\"fill\":\"%.*s\"}", n, (int)(n * 7 % 61),
                        "............................................................");
    event.data = (struct pv_str){text, (size_t)data};
    if (n % 2 == 0) {
        int metadata = snprintf(text + data, (size_t)(KIT_TEXT_MAX - data), "{\"who\":\"voter:%u\"}", n);
        event.metadata = (struct pv_str){text + data, (size_t)metadata};
    }
    return event;
}

void kit_events_make(struct kit_events *events, unsigned first, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        events->events[i] = make_event(first + i, events->text[i]);
}

enum pv_store_result kit_append(const struct pv_event_store *store, const char *stream, int64_t expected,
                                unsigned first, unsigned count, struct pv_appended *appended,
                                struct pv_fault *fault)
{
    struct kit_events events;
    kit_events_make(&events, first, count);
    return store->ops->append(store->self, kit_str(stream), expected, events.events, count, appended, fault);
}

static struct pv_str keep(struct pv_str text)
{
    if (text.ptr == NULL)
        return text;
    char *copy = kit_realloc(NULL, text.len + 1);
    memcpy(copy, text.ptr, text.len);
    return (struct pv_str){copy, text.len};
}

void kit_log_add(struct kit_log *log, const struct pv_recorded *record)
{
    if (log->count == log->capacity) {
        log->capacity = log->capacity * 2 + 16;
        log->records = kit_realloc(log->records, log->capacity * sizeof *log->records);
    }
    struct pv_recorded *own = &log->records[log->count++];
    *own = *record;
    struct pv_str *texts[] = {&own->stream, &own->type, &own->data, &own->id, &own->created, &own->metadata};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        *texts[i] = keep(*texts[i]);
}

static void release(struct pv_str text)
{
    free((void *)(uintptr_t)text.ptr);
}

void kit_log_deinit(struct kit_log *log)
{
    for (size_t i = 0; i < log->count; i++) {
        const struct pv_recorded *own = &log->records[i];
        const struct pv_str texts[] = {own->stream, own->type,    own->data,
                                       own->id,     own->created, own->metadata};
        for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++)
            release(texts[k]);
    }
    free(log->records);
    *log = (struct kit_log){0};
}

bool kit_log_drain(struct kit_log *log, const struct pv_event_store *store, struct pv_store_reader *reader,
                   size_t batch, struct pv_fault *fault)
{
    struct pv_recorded records[256];
    size_t count;
    for (;;) {
        if (store->ops->next(reader, records, batch, &count, fault) != PV_STORE_OK)
            return false;
        if (count == 0)
            return true;
        for (size_t i = 0; i < count; i++)
            kit_log_add(log, &records[i]);
    }
}

bool kit_log_read(struct kit_log *log, const struct pv_event_store *store, const char *stream, int64_t from,
                  size_t batch, struct pv_fault *fault)
{
    struct pv_store_reader *reader;
    if (store->ops->read(store->self, kit_str(stream), from, &reader, fault) != PV_STORE_OK)
        return false;
    bool ok = kit_log_drain(log, store, reader, batch, fault);
    store->ops->close_reader(reader);
    return ok;
}

static bool same(struct pv_str a, struct pv_str b)
{
    if (a.ptr == NULL || b.ptr == NULL)
        return a.ptr == b.ptr;
    return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0;
}

const char *kit_difference(const struct pv_recorded *a, const struct pv_recorded *b)
{
    if (!same(a->stream, b->stream))
        return "stream";
    if (a->number != b->number)
        return "number";
    if (!same(a->type, b->type))
        return "type";
    if (!same(a->data, b->data))
        return "data";
    if (!same(a->id, b->id))
        return "id";
    if (!same(a->created, b->created))
        return "created";
    if (a->position != b->position)
        return "position";
    return same(a->metadata, b->metadata) ? NULL : "metadata";
}

bool kit_is_event(const struct pv_recorded *record, unsigned n)
{
    char text[KIT_TEXT_MAX];
    struct pv_new_event event = make_event(n, text);
    struct pv_event_id id;
    return pv_event_id_parse(record->id, &id) == PV_CODE_NONE && pv_bits128_equal(id.bits, event.id.bits) &&
           same(record->type, event.type) && same(record->data, event.data) &&
           same(record->metadata, event.metadata);
}
