/* Requests that wait for the worker's verdict: by the word that goes with the command (reply_to), with a
   deadline. Safe for threads. */
#ifndef PV_WAITING_H
#define PV_WAITING_H

#include "command.h"
#include "event.h"
#include "http.h"

struct pv_wait {
    struct pv_http_exchange *exchange;
    struct pv_event_id id;
    struct pv_election_id election;
    enum pv_event_type type;
    enum pv_field made; /* the id that the server made for the thing, or PV_KEY_NONE */
    struct pv_bits128 made_bits;
    int64_t deadline_ms;
    uint64_t caller; /* a hash of whoever waits */
};

struct pv_waiting;
/* At most `max` wait, and of one caller at most `per_caller` (callers are told apart by a few bits of their
   hash, so that two may share that bound). NULL: out of memory. */
struct pv_waiting *pv_waiting_new(size_t max, unsigned per_caller) PV_MUST_USE;
void pv_waiting_free(struct pv_waiting *waiting);

enum pv_waiting_result {
    PV_WAITING_OK,
    PV_WAITING_FULL,       /* as many wait as may */
    PV_WAITING_CALLER_FULL /* as many of this caller */
};
/* Gives the word, never 0, for PV_WAITING_OK only. */
enum pv_waiting_result pv_waiting_add(struct pv_waiting *waiting, const struct pv_wait *wait,
                                      uint64_t *word) PV_MUST_USE;
/* Takes the one with this word out. False: it is not waiting (any longer). Whoever takes it out answers it.
 */
bool pv_waiting_take(struct pv_waiting *waiting, uint64_t word, struct pv_wait *wait) PV_MUST_USE;
/* Takes out one whose deadline is not after now. False: there is none. */
bool pv_waiting_expired(struct pv_waiting *waiting, int64_t now_ms, struct pv_wait *wait) PV_MUST_USE;
size_t pv_waiting_count(struct pv_waiting *waiting);

#endif
