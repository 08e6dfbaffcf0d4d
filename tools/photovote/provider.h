/* The OpenID Connect provider of the configuration: its keys, and a thread that sees to them, so that nobody
   who takes requests waits for it. */
#ifndef PV_PROVIDER_H
#define PV_PROVIDER_H

#include "clock.h"
#include "config.h"
#include "fault.h"
#include "identity.h"
#include "log.h"

struct pv_provider;
/* Checks the settings and begins to fetch. NULL in *provider if none is configured. All is borrowed. False:
 * *fault. */
bool pv_provider_new(const struct pv_config *config, const struct pv_clock *clock, const struct pv_log *log,
                     struct pv_provider **provider, struct pv_fault *fault) PV_MUST_USE;
/* A fetch that is under way is given up. NULL is fine. */
void pv_provider_free(struct pv_provider *provider);

/* As an issuer of tokens; lives as long as the provider. */
struct pv_issuer pv_provider_issuer(struct pv_provider *provider);
/* How many of its keys there are. */
size_t pv_provider_keys(struct pv_provider *provider);

#endif
