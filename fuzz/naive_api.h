/* The API of the plainest kind, the opponent of src/api and of the worker and projector behind it: one
   request after the other, judged by the table (api_table.h) and the model of the properties. */
#ifndef PV_FUZZ_NAIVE_API_H
#define PV_FUZZ_NAIVE_API_H

#include "api_table.h"
#include "naive_json.h"
#include "request_line.h"

enum { NAIVE_ELECTIONS = 16, NAIVE_EVENTS = 64 };

struct naive_election {
    char id[MODEL_ID];
    struct model model;
};

/* An event that was recorded, or refused by the worker. */
struct naive_sent {
    const struct fact *fact;
    char who[PV_AUTH_TEXT_MAX + 32];      /* role and subject, as the metadata have it */
    struct pv_str subject;                /* of the caller */
    struct pv_str when, why, correlation; /* ptr NULL: none */
    const char *code;                     /* NULL: recorded */
    int64_t number;                       /* in its stream; -1 */
};

struct naive_api {
    struct bag bag; /* what the facts borrow */
    struct naive_election elections[NAIVE_ELECTIONS];
    size_t election_count;
    struct naive_sent sent[NAIVE_EVENTS];
    size_t sent_count;
};
void naive_api_deinit(struct naive_api *api);
/* NULL: none of that id. */
struct naive_election *naive_api_election(struct naive_api *api, const char *id);

/* What a request must be answered with. */
struct expected_answer {
    unsigned status;
    const char *code;                                   /* of a problem; NULL: it is none */
    const char *field;                                  /* of the problem */
    const struct api_row *row;                          /* NULL: there is no such route */
    char path_id[MODEL_ID], path_event[MODEL_EVENT_ID]; /* what stands for {id}; empty: none */
    struct pv_str photo;
    bool is_open;            /* not decided yet: naive_api_read will */
    bool is_event;           /* recorded: */
    int64_t number;          /* of the record */
    const struct fact *fact; /* the event */
    const char *made;        /* the field of an id that was left out, or NULL */
    int64_t version;         /* of an ETag; -1: there is none */
    struct buf body;         /* exactly; empty: it is not known so well */
};

/* Where the id of an event comes from that has none: the time, and the next number of the server's chance. */
struct naive_chance {
    uint64_t ms, next;
};

/* On the way in: of what is decided there, and of events, which count as recorded from here on. A read is
   left open. False: the model has no room for it, and it must not be sent. */
bool naive_api_take(struct naive_api *api, const struct request *request, struct naive_chance chance,
                    struct expected_answer *expected);
/* A read that was left open, of all that was sent before it is answered. */
void naive_api_read(struct naive_api *api, const struct request *request, struct expected_answer *expected);

/* Shared by the two. */
void naive_refuse(struct expected_answer *expected, unsigned status, const char *code, const char *field);
unsigned naive_roles(const struct who *who, const char *election); /* NULL: wherever; bits as in "auv" */
bool naive_number(struct pv_str text, int64_t *number);            /* ptr NULL leaves it */
void naive_who_in(const struct who *who, const char *roles, const char *election, char *out, size_t size);

#endif
