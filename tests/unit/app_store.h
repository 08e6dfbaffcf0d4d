/* An event store in memory for the tests of the commands: counts what it is asked, and fails when told to. */
#ifndef PV_APP_STORE_H
#define PV_APP_STORE_H

#include "event_store.h"

enum app_store_call {
    APP_STORE_COPY,
    APP_STORE_LAST_POSITION,
    APP_STORE_READ,
    APP_STORE_NEXT,
    APP_STORE_CALLS
};

/* One of them, made by app_store_open; `port` is what commands get. */
extern struct app_store {
    struct pv_event_store port, inside;
    enum app_store_call failing;
    unsigned fail_at, calls[APP_STORE_CALLS], closed, readers;
    enum pv_store_result answer;
    size_t copied, longest; /* records in all; the most that one next was asked for */
} app_store;
void app_store_open(void);
void app_store_close(void);

/* The call with this number from now on, counted from 0, gives this, with a fault that says "the store
 * broke".
 */
void app_store_answers(enum app_store_call call, unsigned at, enum pv_store_result answer);

/* What is in it: "A0 A1 B0" is the last character of the stream and the number of each record, in order.
   Borrowed until the next call. */
const char *app_store_text(void);

#endif
