/* Opening, draining and closing. libmicrohttpd's own listening is not used: to stop it while its loops turn
   (MHD_quiesce_daemon) races with them, and the loser of that race aborts the process. So no loop listens,
   and the keeper gives each its connections. */
#include "mhd_parts.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

static void set_defaults(struct pv_http_options *options)
{
#define DEFAULT(member, value) options->member = options->member != 0 ? options->member : (value)
    options->address = options->address != NULL ? options->address : "127.0.0.1";
    options->clock = options->clock != NULL ? options->clock : &pv_mhd_system_clock;
    DEFAULT(threads, 2);
    DEFAULT(connections, 1024);
    DEFAULT(connections_per_address, options->connections);
    DEFAULT(header_bytes, (size_t)32 * 1024);
    DEFAULT(body_bytes, (size_t)64 * 1024);
    DEFAULT(header_ms, 10000);
    DEFAULT(body_ms, 10000);
    DEFAULT(response_ms, 30000);
    DEFAULT(keep_alive_ms, 15000);
    DEFAULT(heartbeat_ms, 15000);
    DEFAULT(streams_max, 256);
    DEFAULT(tick_ms, 250);
#undef DEFAULT
}

static bool start_loops(struct pv_mhd_server *server)
{
    for (; server->loop_count < server->options.threads; server->loop_count++) {
        struct pv_mhd_loop *loop = &server->loops[server->loop_count];
        if (!pv_mhd_make_loop(server, loop) || !pv_mhd_start_loop(loop)) {
            pv_mhd_free_loop(loop);
            return false;
        }
    }
    return true;
}

/* The threads begin with all signals blocked, so that they are the program's to handle. */
static bool start_threads(struct pv_mhd_server *server)
{
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    bool ok = start_loops(server) && pthread_create(&server->keeper, NULL, pv_mhd_keep, server) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return ok;
}

/* The keeper has ended, and all connections that loops have begun with are closed. */
static void free_server(struct pv_mhd_server *server)
{
    for (unsigned i = 0; i < server->loop_count; i++)
        pv_mhd_stop_loop(&server->loops[i]);
    pv_mhd_close_pending(server);
    for (unsigned i = 0; i < server->loop_count; i++)
        pv_mhd_free_loop(&server->loops[i]);
    pv_mhd_free_pages(server);
    if (server->listener >= 0)
        (void)close(server->listener);
    if (server->wake_fd >= 0)
        (void)close(server->wake_fd);
    (void)pthread_cond_destroy(&server->changed);
    (void)pthread_mutex_destroy(&server->mutex);
    free(server->loops);
    free(server);
}

/* Waits are measured in time that does not jump. */
static void init_locks(struct pv_mhd_server *server)
{
    pthread_condattr_t attributes;
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&server->changed, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    (void)pthread_mutex_init(&server->mutex, NULL);
}

static bool start(struct pv_mhd_server *server, struct pv_fault *fault)
{
    const struct pv_http_options *options = &server->options;
    if (!pv_mhd_listen(options->address, options->port, &server->listener, &server->port, fault))
        return false;
    server->loops = calloc(options->threads, sizeof *server->loops);
    server->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (server->loops != NULL && server->wake_fd >= 0 && pv_mhd_make_pages(server) && start_threads(server))
        return true;
    pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY,
                 "cannot serve on %s port %u: no memory, threads or descriptors", options->address,
                 server->port);
    return false;
}

bool pv_mhd_open(const struct pv_http_options *options, struct pv_mhd_server **opened, struct pv_fault *fault)
{
    struct pv_mhd_server *server = calloc(1, sizeof *server);
    if (server == NULL) {
        pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "no memory for a server");
        return false;
    }
    server->options = *options;
    set_defaults(&server->options);
    server->clock = *server->options.clock;
    server->listener = server->wake_fd = -1;
    server->listening = true;
    init_locks(server);
    if (!start(server, fault)) {
        free_server(server);
        return false;
    }
    *opened = server;
    return true;
}

uint16_t pv_mhd_port(const struct pv_mhd_server *server)
{
    return server->port;
}

static struct timespec in_ms(int ms)
{
    struct timespec when;
    (void)clock_gettime(CLOCK_MONOTONIC, &when);
    int64_t nanoseconds = when.tv_nsec + (int64_t)(ms % 1000) * 1000000;
    when.tv_sec += ms / 1000 + (time_t)(nanoseconds / 1000000000);
    when.tv_nsec = (long)(nanoseconds % 1000000000);
    return when;
}

static void end_soon(struct pv_mhd_server *server, atomic_bool *how)
{
    atomic_store(how, true);
    pv_mhd_wake_keeper(server);
}

/* The mutex is held. */
static bool is_drained(const struct pv_mhd_server *server)
{
    return server->count == 0 && !server->listening;
}

bool pv_mhd_drain(struct pv_mhd_server *server, int timeout_ms)
{
    struct timespec when = in_ms(timeout_ms);
    int waited = 0;
    end_soon(server, &server->draining);
    (void)pthread_mutex_lock(&server->mutex);
    while (!is_drained(server) && waited == 0)
        waited = pthread_cond_timedwait(&server->changed, &server->mutex, &when);
    bool drained = is_drained(server);
    (void)pthread_mutex_unlock(&server->mutex);
    if (!drained)
        end_soon(server, &server->cutting);
    return drained;
}

/* What waits in `pending` is not waited for: with `cutting` set it does not begin any more. */
static void wait_for_live(struct pv_mhd_server *server)
{
    (void)pthread_mutex_lock(&server->mutex);
    while (server->live != NULL)
        (void)pthread_cond_wait(&server->changed, &server->mutex);
    server->stopped = true;
    (void)pthread_mutex_unlock(&server->mutex);
    /* A late answer may have been sent and not have returned yet; there is nothing left that it waits for. */
    while (atomic_load(&server->answering) != 0)
        (void)sched_yield();
}

void pv_mhd_close(struct pv_mhd_server *server)
{
    if (server == NULL)
        return;
    atomic_store(&server->cutting, true);
    end_soon(server, &server->draining);
    wait_for_live(server);
    pv_mhd_wake_keeper(server);
    (void)pthread_join(server->keeper, NULL);
    free_server(server);
}
