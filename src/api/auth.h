/* Who calls, as the API asks for it: the policy and its keys are behind this call. */
#ifndef PV_AUTH_H
#define PV_AUTH_H

#include "command.h"
#include "datetime.h"

enum { PV_AUTH_TEXT_MAX = 256 };

enum pv_auth_result {
    PV_AUTH_ANONYMOUS, /* no Authorization at all */
    PV_AUTH_KNOWN,     /* `caller` */
    PV_AUTH_REFUSED,   /* what was sent is no valid token: `why` */
    PV_AUTH_FAULT,     /* could not be decided now (keys cannot be had): trying again helps */
};

/* The caller with the texts that it borrows. */
struct pv_auth {
    enum pv_auth_result result;
    struct pv_caller caller;
    char subject[PV_AUTH_TEXT_MAX], email[PV_AUTH_TEXT_MAX];
    struct pv_str why; /* a static sentence */
};

/* `authorization`: the header's value, ptr NULL if there is none. Called by several threads at once; must be
   fast. */
typedef void pv_authenticate_fn(void *context, struct pv_str authorization, struct pv_auth *auth);

/* The caller's roles in an election: a token for one election has none in another. All zero bits: outside of
   elections. */
unsigned pv_auth_roles(const struct pv_auth *auth, struct pv_election_id election);

/* Copies one onto another, whose caller then borrows its own texts. */
void pv_auth_copy(struct pv_auth *to, const struct pv_auth *from);

#endif
