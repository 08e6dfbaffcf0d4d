#include "mhd_parts.h"

#include <time.h>

static int64_t system_ms(void *self)
{
    (void)self;
    struct timespec now;
    /* A tick of the kernel is exact enough for deadlines, and a fifth of the cost. */
    (void)clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static const struct pv_clock_ops system_ops = {.monotonic_ms = system_ms};
const struct pv_clock pv_mhd_system_clock = {&system_ops, NULL};

int64_t pv_mhd_now(const struct pv_mhd_server *server)
{
    return pv_clock_ms(&server->clock);
}

int64_t pv_mhd_microseconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void pv_mhd_deadline(struct pv_mhd_connection *connection, int ms, uint64_t bytes)
{
    int64_t deadline = pv_mhd_now(connection->server) + ms + (int64_t)(bytes / PV_MHD_SLOWEST);
    atomic_store_explicit(&connection->deadline, deadline, memory_order_relaxed);
}
