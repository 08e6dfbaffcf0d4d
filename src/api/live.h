/* Live streams: Server-Sent Events, a message a change of an election that the caller may see. What was
   recorded is read from the event store by the reading threads, into a small buffer a stream, which the HTTP
   server sends on; so a slow client costs a buffer, and a resumed one (Last-Event-ID) is one that reads from
   further back. An idle stream has no buffer. Safe for threads. */
#ifndef PV_LIVE_H
#define PV_LIVE_H

#include "clock.h"
#include "event_store.h"
#include "http.h"
#include "jobs.h"
#include "text.h"

enum { PV_LIVE_BUFFER = 32768 };

/* What a stream shows beside the changes of the paper, which everybody sees: those of a draft only those who
   oversee, the others see what was from the opening on. */
enum pv_view {
    PV_VIEW_PUBLIC,
    PV_VIEW_VOTER,         /* and the own registration and ballot */
    PV_VIEW_ADMINISTRATOR, /* and all voters and ballots, but not how they rate */
    PV_VIEW_AUDITOR,       /* everything */
};
struct pv_viewer {
    enum pv_view view;
    /* Of PV_VIEW_VOTER. All zero: not known yet; registration and ballot make them known. */
    struct pv_voter_id voter;
    struct pv_ballot_id ballot;
    char email[PV_EMAIL_MAX]; /* of a voter who is known by it only */
    size_t email_len;         /* 0: none */
    int64_t until;            /* seconds since 1970: then the stream ends, as the token does; 0: never */
};

struct pv_live;
/* `jobs` gets the reads. NULL: out of memory. */
struct pv_live *pv_live_new(struct pv_jobs *jobs, struct pv_clock *clock, size_t max,
                            int heartbeat_ms) PV_MUST_USE;
/* All streams must have been closed by whoever sends them. */
void pv_live_free(struct pv_live *live);

/* A new stream of the records from `next` on, told first that the election is at next - 1; its last record is
   now `last`. *body is its body, for a reply; closing it ends the stream. False: too many streams, draining,
   or out of memory. */
bool pv_live_open(struct pv_live *live, struct pv_election_id election, const struct pv_viewer *viewer,
                  int64_t next, int64_t last, struct pv_http_body *body) PV_MUST_USE;
/* The election has new records. */
void pv_live_notify(struct pv_live *live, struct pv_election_id election);
/* Reads records into the stream of a job that pv_live queued; the job is done with. */
void pv_live_pump(struct pv_live *live, struct pv_live_stream *stream, struct pv_event_store *store);
/* Streams end after what is in their buffers; there will be no new ones. */
void pv_live_drain(struct pv_live *live);
size_t pv_live_count(struct pv_live *live);

#endif
