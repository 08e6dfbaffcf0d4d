/* Time and chance, which come from outside: the system's, or those of a simulated world. */
#ifndef PV_CLOCK_H
#define PV_CLOCK_H

#include "datetime.h"
#include "id.h"

struct pv_clock_ops {
    /* The time of day, UTC. It may jump, backwards too. */
    struct pv_time (*now)(void *self);
    /* Milliseconds since any moment; never goes back. Deadlines are measured in these. */
    int64_t (*monotonic_ms)(void *self);
    /* Fills `bytes` with what nobody can guess. */
    void (*random)(void *self, unsigned char *bytes, size_t len);
};
struct pv_clock {
    const struct pv_clock_ops *ops;
    void *self;
};

static inline struct pv_time pv_clock_now(const struct pv_clock *clock)
{
    return clock->ops->now(clock->self);
}
static inline int64_t pv_clock_ms(const struct pv_clock *clock)
{
    return clock->ops->monotonic_ms(clock->self);
}

#endif
