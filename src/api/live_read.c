#include "live_read.h"

#include "live_message.h"
#include "record.h"

#include <stdlib.h>

void pv_live_cursor_init(struct pv_live_cursor *cursor, struct pv_election_id election,
                         const struct pv_viewer *viewer, int64_t next, int64_t last)
{
    bool oversees = viewer->view == PV_VIEW_ADMINISTRATOR || viewer->view == PV_VIEW_AUDITOR;
    *cursor = (struct pv_live_cursor){
        .election = election,
        .viewer = *viewer,
        .next = next,
        .seek = oversees ? last + 1 : next,
        .seek_end = last,
        .learn = viewer->view == PV_VIEW_VOTER && last + 1 < next ? last + 1 : next,
    };
}

/* One reading. */
struct reading {
    struct pv_live_cursor *cursor;
    struct pv_out out;
    struct pv_buffer *buffer;
    size_t records;
};

static bool is_type(const struct pv_recorded *recorded, enum pv_event_type type)
{
    return pv_str_equal(recorded->type, pv_event_spec(type)->type);
}

/* Looks for the opening; gives whether to go on. */
static bool seek(struct pv_live_cursor *cursor, const struct pv_recorded *recorded)
{
    cursor->seek = recorded->number + 1;
    if (is_type(recorded, PV_EVENT_ELECTION_OPENED)) {
        cursor->next = recorded->number;
        cursor->seek = cursor->seek_end + 1;
    }
    return cursor->seek <= cursor->seek_end;
}

static enum pv_live_reading show(struct reading *reading, const struct pv_recorded *recorded)
{
    struct pv_live_cursor *cursor = reading->cursor;
    pv_live_message(&reading->out, recorded, &cursor->viewer);
    cursor->next = recorded->number + 1;
    if (!pv_out_flush(&reading->out))
        return PV_LIVE_FAULT;
    if (is_type(recorded, PV_EVENT_ELECTION_DELETED))
        return PV_LIVE_DELETED;
    return reading->buffer->len < PV_LIVE_BUFFER ? PV_LIVE_ALL : PV_LIVE_MORE;
}

static enum pv_live_reading learn(struct pv_live_cursor *cursor, const struct pv_recorded *recorded)
{
    cursor->learn = recorded->number + 1;
    return pv_live_learn(recorded, &cursor->viewer) ? PV_LIVE_ALL : PV_LIVE_FAULT;
}

/* PV_LIVE_ALL: go on. */
static enum pv_live_reading take(struct reading *reading, const struct pv_recorded *recorded)
{
    struct pv_live_cursor *cursor = reading->cursor;
    enum pv_live_reading result = PV_LIVE_ALL;
    if (recorded->number < cursor->next && cursor->learn < cursor->next)
        result = learn(cursor, recorded);
    else if (cursor->seek > cursor->seek_end)
        result = show(reading, recorded);
    else if (!seek(cursor, recorded))
        return PV_LIVE_MORE; /* from cursor->next on */
    if (result == PV_LIVE_ALL && ++reading->records == PV_LIVE_RECORDS)
        result = PV_LIVE_MORE;
    return result;
}

static enum pv_live_reading read_records(struct reading *reading, const struct pv_event_store *store,
                                         struct pv_store_reader *reader)
{
    enum { BATCH = 16 };
    struct pv_recorded records[BATCH];
    struct pv_fault fault;
    enum pv_live_reading result = PV_LIVE_ALL;
    size_t count = 1;
    while (result == PV_LIVE_ALL && count > 0) {
        if (store->ops->next(reader, records, BATCH, &count, &fault) != PV_STORE_OK)
            return PV_LIVE_FAULT;
        for (size_t i = 0; i < count && result == PV_LIVE_ALL; i++)
            result = take(reading, &records[i]);
    }
    return result;
}

static enum pv_live_reading read_from(struct reading *reading, const struct pv_event_store *store)
{
    const struct pv_live_cursor *cursor = reading->cursor;
    char name[PV_STREAM_LEN];
    struct pv_store_reader *reader;
    struct pv_fault fault;
    pv_stream_format(cursor->election, name);
    int64_t from = cursor->learn < cursor->next       ? cursor->learn
                   : cursor->seek <= cursor->seek_end ? cursor->seek
                                                      : cursor->next;
    if (store->ops->read(store->self, (struct pv_str){name, sizeof name}, from, &reader, &fault) !=
        PV_STORE_OK)
        return PV_LIVE_FAULT;
    enum pv_live_reading result = read_records(reading, store, reader);
    store->ops->close_reader(reader);
    return result;
}

enum pv_live_reading pv_live_read(struct pv_live_cursor *cursor, const struct pv_event_store *store,
                                  struct pv_buffer *buffer)
{
    struct reading *reading = malloc(sizeof *reading);
    if (reading == NULL)
        return PV_LIVE_FAULT;
    reading->cursor = cursor;
    reading->buffer = buffer;
    reading->records = 0;
    pv_out_init(&reading->out, pv_buffer_write, buffer);
    enum pv_live_reading result = read_from(reading, store);
    free(reading);
    return result;
}
