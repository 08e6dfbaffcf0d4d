/* A live stream's place in its election: from where its messages are read, and for whom. Not safe for
   threads: one reads at a time. */
#ifndef PV_LIVE_READ_H
#define PV_LIVE_READ_H

#include "event_store.h"
#include "live.h"
#include "out.h"

/* Records of one reading at most, whatever is shown of them: a reading thread is not kept by one stream. */
enum { PV_LIVE_RECORDS = 1024 };

struct pv_live_cursor {
    struct pv_election_id election;
    struct pv_viewer viewer;
    int64_t next; /* number of the record that comes next */
    /* What was before the opening is for those who oversee: for others it is looked for from `seek` up to
       seek_end before anything is shown. seek > seek_end: it was found, or is further back. */
    int64_t seek, seek_end;
    /* A stream that goes on behind what the read side had, by which the viewer was found: what makes a voter
       and its ballot known is looked for from here on, up to `next`. */
    int64_t learn;
};
/* Messages of the records from `next` on, for a viewer as known by the records up to `last`. */
void pv_live_cursor_init(struct pv_live_cursor *cursor, struct pv_election_id election,
                         const struct pv_viewer *viewer, int64_t next, int64_t last);

enum pv_live_reading {
    PV_LIVE_ALL,     /* all that is recorded */
    PV_LIVE_MORE,    /* there may be more: the buffer or the number of records is full */
    PV_LIVE_DELETED, /* all, and there will be no more */
    PV_LIVE_FAULT,   /* of the store, or out of memory: *buffer is not to be used */
};
/* Reads on, into an empty buffer that the caller frees. */
enum pv_live_reading pv_live_read(struct pv_live_cursor *cursor, const struct pv_event_store *store,
                                  struct pv_buffer *buffer) PV_MUST_USE;

#endif
