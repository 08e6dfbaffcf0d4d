/* The log of refusals: what workers did not record and why, for auditors, and for whoever asks what became of
   an event.

   The law, which the contract suite (tests/unit/contract_refusal_log.c) holds every adapter to:
   - add is atomic and durable: all entries of a call are kept, one after the other, or none is;
   - sequence numbers grow: 0, 1, 2, ...; an entry never changes;
   - find gives the last entry of an event id;
   - after a fault the caller does not know whether the entries were kept; adding them again is harmless: a
     second entry says the same. */
#ifndef PV_REFUSAL_LOG_H
#define PV_REFUSAL_LOG_H

#include "command.h"
#include "datetime.h"
#include "fault.h"

/* Borrowed texts of any bytes, kept as they are; one with ptr NULL stays so. */
struct pv_refused {
    int64_t sequence; /* given by the log */
    struct pv_event_id id;
    struct pv_election_id election;
    struct pv_str type, data, metadata; /* as the command had them: who, where and why are in the metadata */
    struct pv_str subject;              /* the caller's; who may ask what became of it */
    struct pv_str code, field, message; /* field: ptr NULL for none */
    struct pv_time at;                  /* when it was refused */
};

enum pv_log_result { PV_LOG_OK = 0, PV_LOG_NONE = 1, PV_LOG_FAULT = -1 };

/* Takes an entry, borrowed for the call, and must not call the log; false ends the reading. */
typedef bool pv_refused_fn(void *context, const struct pv_refused *entry);

struct pv_refusal_log_ops {
    enum pv_log_result (*add)(void *self, const struct pv_refused *entries, size_t count,
                              struct pv_fault *fault);
    /* Calls `take` once with the last entry of the id; PV_LOG_NONE if there is none. */
    enum pv_log_result (*find)(void *self, struct pv_event_id id, pv_refused_fn *take, void *context,
                               struct pv_fault *fault);
    /* The entries of one election (or all: NULL) from a sequence number, inclusive, in order. What comes
       before a fault is given before the fault is. */
    enum pv_log_result (*read)(void *self, const struct pv_election_id *election, int64_t from,
                               pv_refused_fn *take, void *context, struct pv_fault *fault);
    void (*close)(void *self);
};
struct pv_refusal_log {
    const struct pv_refusal_log_ops *ops;
    void *self;
};

#endif
