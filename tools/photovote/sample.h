/* The sample election of `photovote demo`. */
#ifndef PV_SAMPLE_H
#define PV_SAMPLE_H

#include "clock.h"
#include "config.h"

/* Puts it into the store of the configuration, unless it is there, and its photographs into the data
 * directory. */
bool pv_sample_make(const struct pv_config *config, struct pv_fault *fault) PV_MUST_USE;
/* Prints tokens for it, and what to try, to standard output. */
void pv_sample_greet(const struct pv_config *config, unsigned port, const struct pv_clock *clock);

#endif
