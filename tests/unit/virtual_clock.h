/* Time and chance that a test decides: both clocks stand still until they are set, and what is random follows
   from a seed. May be read and set by several threads at once. */
#ifndef PV_VIRTUAL_CLOCK_H
#define PV_VIRTUAL_CLOCK_H

#include "clock.h"

#include <stdatomic.h>

struct virtual_clock {
    struct pv_clock clock; /* give this to whoever needs one */
    _Atomic int64_t us;    /* the time of day: pv_time.us */
    _Atomic int64_t ms;    /* monotonic */
    _Atomic uint64_t chance;
};

/* It is 2024-02-24T18:03:11.123456Z, and long after the system's start. Must not be moved in memory. */
void virtual_clock_init(struct virtual_clock *clock, uint64_t seed);
/* Both clocks go on. */
void virtual_clock_advance(struct virtual_clock *clock, int64_t ms);
/* Somebody sets the time of day: a jump, backwards too, that the monotonic clock does not see. */
void virtual_clock_jump(struct virtual_clock *clock, int64_t us);

#endif
