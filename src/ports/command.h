/* What goes through the broker: a command (an event that somebody wants recorded, not yet validated) and the
   answer to it. */
#ifndef PV_COMMAND_H
#define PV_COMMAND_H

#include "id.h"

/* The roles of the API, a bit each. */
enum pv_role { PV_ROLE_ADMINISTRATOR = 1, PV_ROLE_VOTER = 2, PV_ROLE_AUDITOR = 4 };

/* Who calls, as a valid token tells. A voter is known by the VoterId (has_voter) or else by the email, which
   an election's own list leads to a voter. A token may be good for one election only (one_election), as an
   invite is: then its roles reach nothing else. Borrowed texts; absent ones have ptr NULL. */
struct pv_caller {
    unsigned roles; /* of enum pv_role */
    struct pv_str subject;
    struct pv_str email;
    struct pv_voter_id voter;
    bool has_voter;
    struct pv_election_id election;
    bool one_election;
    int64_t until; /* when the token ends, seconds since 1970; 0: nobody knows of an end */
};

enum { PV_ANY_VERSION = -2 };

struct pv_command {
    struct pv_election_id election; /* the key: the commands of one election stay in order */
    struct pv_event_id id;          /* the event's own: identity wherever the command goes */
    struct pv_str type;             /* PhotoVote.Event.<Aggregate>.<Event> */
    struct pv_str data;             /* the event's JSON, with every id in it */
    struct pv_str metadata;         /* F2, a JSON object */
    struct pv_caller caller;
    int64_t expected_version; /* the election's, or PV_ANY_VERSION */
    uint64_t reply_to;        /* whose answer it is, in the words of whoever published; 0: nobody waits */
};

enum pv_answer_kind {
    PV_ANSWER_RECORDED,      /* durable in the event store, now or by an earlier command with this id */
    PV_ANSWER_REFUSED,       /* by a rule of the domain: `why` */
    PV_ANSWER_ID_REUSED,     /* the id was recorded with another event */
    PV_ANSWER_WRONG_VERSION, /* the election is not at expected_version but at `number` */
    PV_ANSWER_NOT_ALLOWED,   /* the ballot or voter is another's */
    PV_ANSWER_GIVEN_UP,      /* the command was dead-lettered: it was not recorded */
};
struct pv_answer {
    enum pv_answer_kind kind;
    int64_t number, position; /* of the record; position -1 where the store does not tell */
    struct pv_refusal why;
};

#endif
