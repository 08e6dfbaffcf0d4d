/* An event as a store recorded it (F1), before anything in it is looked at: what stores give and take. */
#ifndef PV_RECORDED_H
#define PV_RECORDED_H

#include "base.h"

/* Borrowed bytes; an optional text that is absent has ptr NULL. */
struct pv_recorded {
    struct pv_str stream;   /* Election-<ElectionId>, for those that PhotoVote wrote */
    int64_t number;         /* 0, 1, 2, ... in the stream */
    struct pv_str type;     /* PhotoVote.Event.<Aggregate>.<Event> */
    struct pv_str data;     /* the bytes of the event; JSON, unless someone wrote something else */
    struct pv_str id;       /* optional: the store's id of the record */
    struct pv_str created;  /* optional: when the store recorded it, as written there (D2) */
    int64_t position;       /* the store's global position, or -1 */
    struct pv_str metadata; /* optional: a JSON object (F2) */
};

#endif
