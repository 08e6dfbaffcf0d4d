/* Reads on their way to a reading thread: a queue, and those that are parked until the projection has come
   far enough. Safe for threads. */
#ifndef PV_JOBS_H
#define PV_JOBS_H

#include "auth.h"
#include "http.h"
#include "routes.h"

struct pv_live_stream;

struct pv_job {
    struct pv_job *next;               /* the queue's own */
    struct pv_http_exchange *exchange; /* NULL: a live stream wants its records */
    struct pv_live_stream *stream;
    const struct pv_route *route;
    struct pv_election_id election; /* of routes that have one */
    struct pv_event_id event;       /* of PV_ROUTE_EVENT_STATUS */
    struct pv_str photo;            /* of PV_ROUTE_PHOTO; borrowed from the request */
    int64_t floor;                  /* the number that must be projected; -1: any */
    bool is_asked;                  /* the floor is the client's own word: nobody was told of such a number */
    int64_t deadline_ms;            /* when a parked one is given up */
    struct pv_auth auth;
};

struct pv_jobs;
struct pv_jobs *pv_jobs_new(size_t max) PV_MUST_USE; /* NULL: out of memory */
/* Frees what is still queued; their exchanges must have been answered. */
void pv_jobs_free(struct pv_jobs *jobs);

/* Takes the job over. False: `max` are there already, or draining; the job stays the caller's. */
bool pv_jobs_add(struct pv_jobs *jobs, struct pv_job *job) PV_MUST_USE;
/* The next job, which becomes the caller's; NULL: none within wait_ms, or draining and none left. */
struct pv_job *pv_jobs_take(struct pv_jobs *jobs, int wait_ms) PV_MUST_USE;
/* Gives back a job that must wait for its floor. False: draining, or half of `max` are parked already, so
   that those who wait leave room for those who need not; of that, half is for jobs whose floor is asked for,
   so that nobody can take the room of those who were told of theirs. The job stays the caller's. */
bool pv_jobs_park(struct pv_jobs *jobs, struct pv_job *job) PV_MUST_USE;
/* Queues the parked jobs of an election (NULL: all) again. */
void pv_jobs_unpark(struct pv_jobs *jobs, const struct pv_election_id *election);
/* Nobody waits any more; parked jobs are queued. */
void pv_jobs_drain(struct pv_jobs *jobs);
size_t pv_jobs_count(struct pv_jobs *jobs); /* queued, parked and taken but not yet done (pv_jobs_done) */
/* A taken job was answered and freed. */
void pv_jobs_done(struct pv_jobs *jobs);

#endif
