#include "adapters.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

/* Both clocks are on every system that the program is built for: nothing is left that could fail. */
static struct timespec read_clock(clockid_t which)
{
    struct timespec time = {0, 0};
    (void)clock_gettime(which, &time);
    return time;
}

static struct pv_time now(void *self)
{
    (void)self;
    struct timespec time = read_clock(CLOCK_REALTIME);
    return (struct pv_time){(int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000};
}

static int64_t monotonic_ms(void *self)
{
    (void)self;
    struct timespec time = read_clock(CLOCK_MONOTONIC);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* Whoever asks makes ids and keys of it: to go on without chance would be worse than to end. A signal may
   interrupt, and a long wish is granted in parts. */
static void fill_random(void *self, unsigned char *bytes, size_t len)
{
    (void)self;
    while (len > 0) {
        ssize_t got = getrandom(bytes, len, 0);
        if (got < 0) {
            if (errno != EINTR)
                abort();
            continue;
        }
        bytes += got;
        len -= (size_t)got;
    }
}

void pv_system_clock(struct pv_clock *clock)
{
    static const struct pv_clock_ops ops = {.now = now, .monotonic_ms = monotonic_ms, .random = fill_random};
    *clock = (struct pv_clock){&ops, NULL};
}
