/* The API's table (spec: events in, reading) typed a second time: which method and path is which event or
   read, and who may. */
#ifndef PV_FUZZ_API_TABLE_H
#define PV_FUZZ_API_TABLE_H

#include "event.h"

enum api_read {
    API_EVENT, /* an event in */
    API_ELECTIONS,
    API_PAPER,
    API_DOCUMENT,
    API_RESULTS,
    API_VOTERS,
    API_BALLOTS,
    API_MY_BALLOT,
    API_EVENTS,
    API_REFUSALS,
    API_LIVE,
    API_STATUS,
    API_PHOTO,
    API_PLAIN, /* answered at once, without the store */
};

struct api_row {
    const char *method, *path; /* without a last slash; {id} is one segment */
    const char *who;           /* a administrator, u auditor, v voter, * everybody */
    enum api_read read;
    enum pv_event_type event; /* of API_EVENT */
};

enum { API_READS = 17, API_ROWS = PV_EVENT_TYPE_COUNT + API_READS };
/* Events first, in the catalogue's order. */
extern const struct api_row api_rows[API_ROWS];

#endif
