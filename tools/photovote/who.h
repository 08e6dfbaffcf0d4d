/* Who calls, by the configuration: the server's own tokens, and those of an OpenID Connect provider. Behind
 * the API's pv_authenticate_fn. */
#ifndef PV_WHO_H
#define PV_WHO_H

#include "auth.h"
#include "clock.h"
#include "config.h"
#include "fault.h"
#include "key_file.h"
#include "log.h"

/* What the server calls itself in its tokens. */
#define PV_OWN_ISSUER "photovote"

struct pv_who;
/* Makes the data directory's key if there is none, and begins to fetch the provider's. NULL: *fault. All is
   borrowed. */
struct pv_who *pv_who_new(const struct pv_config *config, struct pv_clock *clock, const struct pv_log *log,
                          struct pv_fault *fault) PV_MUST_USE;
void pv_who_free(struct pv_who *who);
/* A pv_authenticate_fn whose context is a pv_who. Waits for nobody. */
void pv_who_authenticate(void *context, struct pv_str authorization, struct pv_auth *auth);
/* Whether tokens can be verified, of one issuer at least; and whether the provider's keys are "held" or
   "missing" (NULL: there is no provider). */
bool pv_who_ready(struct pv_who *who, const char **provider_keys);
/* How often a token was known already, and how often it was verified. */
void pv_who_counts(struct pv_who *who, uint64_t *hits, uint64_t *misses);

#endif
