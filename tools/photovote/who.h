/* Who calls, by the configuration: the server's own tokens. Behind the API's pv_authenticate_fn. */
#ifndef PV_WHO_H
#define PV_WHO_H

#include "auth.h"
#include "clock.h"
#include "config.h"
#include "fault.h"
#include "key_file.h"

/* What the server calls itself in its tokens. */
#define PV_OWN_ISSUER "photovote"

struct pv_who;
/* Makes the data directory's key if there is none. NULL: *fault. The clock is borrowed. */
struct pv_who *pv_who_new(const struct pv_config *config, struct pv_clock *clock,
                          struct pv_fault *fault) PV_MUST_USE;
void pv_who_free(struct pv_who *who);
/* A pv_authenticate_fn whose context is a pv_who. */
void pv_who_authenticate(void *context, struct pv_str authorization, struct pv_auth *auth);
/* How often a token was known already, and how often it was verified. */
void pv_who_counts(struct pv_who *who, uint64_t *hits, uint64_t *misses);

#endif
