/* Calls from the commands into the layers below that fail on purpose. Link with app_calls.c and
   -Wl,--wrap=... for each of them. */
#ifndef PV_APP_CALLS_H
#define PV_APP_CALLS_H

enum app_call {
    APP_CALL_HASH,  /* pv_document_hash: no memory */
    APP_CALL_SHA,   /* pv_sha256: no memory */
    APP_CALL_WHEN,  /* pv_election_when: no memory */
    APP_CALL_APPLY, /* pv_election_apply: the state broke a rule */
    APP_CALL_RULES, /* pv_election_ensure_valid_state: a ballot in place 7 broke a rule of D6.8 */
    APP_CALLS
};
/* The call of this kind with this number from now on fails, counted from 0, and no other of any kind. */
void app_call_fails(enum app_call call, unsigned at);
void app_calls_work(void);
/* Calls of the kind since then. */
unsigned app_calls_made(enum app_call call);

#endif
