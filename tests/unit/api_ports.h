/* The ports of the API's tests: a broker, a store, a log of refusals and a clock as they are, whose calls can
   be made to fail; and a document cache that is given elections. */
#ifndef PV_API_PORTS_H
#define PV_API_PORTS_H

#include "adapters.h"
#include "election.h"
#include "virtual_clock.h"

enum api_call {
    API_PUBLISH,
    API_READ,
    API_NEXT,
    API_FIND,
    API_LAST_NUMBER,
    API_GET,
    API_GET_HEADER,
    API_GET_PAGE,
    API_FIND_PAGE,
    API_SUMMARIES,
    API_REFUSAL_FIND,
    API_REFUSAL_READ,
    API_CALLS
};

/* What the cache has of an election. */
struct api_cached {
    struct api_cached *next;
    struct pv_election_id id;
    int64_t last_number;
    struct pv_text header, summary;
    struct pv_text voters[8], ballots[64];
    uint32_t voter_pages, ballot_pages;
    struct api_key {
        enum pv_page_kind kind;
        uint32_t page;
        char text[PV_PAGE_KEY_MAX + 1];
    } * keys;
    size_t key_count;
};

extern struct api_ports {
    struct virtual_clock clock;
    struct pv_broker broker, inner_broker;
    struct pv_event_store store, inner_store;
    struct pv_refusal_log refusals, inner_refusals;
    struct pv_document_cache cache;
    struct api_cached *cached; /* in ascending order of the id */
    enum api_call failing;
    unsigned fail_at, calls[API_CALLS];
    int answer;                         /* what the call that fails gives, as its port has it */
    const struct pv_answer *early;      /* a command is answered before publish returns */
    void (*before)(enum api_call call); /* asked before each call; may be NULL */
} api_ports;

void api_ports_open(void);
void api_ports_close(void);
/* The call with this number from now on, counted from 0, gives `answer` and does nothing. A publish that is
   answered early does what it should, and gives `answer` all the same. */
void api_ports_fail(enum api_call call, unsigned at, int answer);

/* The cache has the election as it is, up to its record `last_number`; and has it no more. */
void api_cache_put(const struct pv_election *election, int64_t last_number);
void api_cache_remove(struct pv_election_id id);
struct api_cached *api_cache_find(struct pv_election_id id);
/* Puts another text in the place of one. */
void api_text_set(struct pv_text *text, const char *other);

#endif
