/* An event as a request brings it: `id`, and the id of the thing that the event makes, may be left out, and
   are made then; every field's fault is told, not only the first. */
#ifndef PV_EVENT_REQUEST_H
#define PV_EVENT_REQUEST_H

#include "event.h"

struct pv_event_request {
    struct pv_event event; /* if fault_count is 0; its texts borrow from the body and from scratch */
    bool made_id;          /* the event's own id was left out */
    enum pv_field made;    /* the field of the thing's id that was left out, or PV_KEY_NONE */
    size_t fault_count;    /* the faults in D5's order: the first is the one that is reported */
    struct pv_refusal faults[PV_EVENT_FIELDS_MAX];
};

/* Gives an id that no event has yet. */
typedef struct pv_event_id pv_fresh_id_fn(void *context);

/* D5 steps 1 to 3 on a body. Unescaped texts go to scratch, which must hold body.len bytes. `fresh` is asked
   for the event's id if it has none. The thing's id is derived from the event's, so that a request that is
   sent again with the same `id` means the same thing. PV_OK, also with faults, or PV_FAULT_MEMORY (of the
   hash).
 */
enum pv_result pv_event_request_read(enum pv_event_type type, struct pv_str body, char *scratch,
                                     pv_fresh_id_fn *fresh, void *context,
                                     struct pv_event_request *request) PV_MUST_USE;

/* The field that holds the id of what an event makes (ElectionCreated: election_id); PV_KEY_NONE if it makes
   nothing. */
enum pv_field pv_event_makes(enum pv_event_type type);

#endif
