/* Opening, draining and closing. libmicrohttpd's own listening is not used: to stop it while its threads run
   (MHD_quiesce_daemon) races with them, and the loser of that race aborts the process. So each thread is a
   daemon without a listener, and the keeper hands it its connections. */
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

enum { STACK_SIZE = 256 * 1024, LINE_MAX_LEN = 256 };

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

__attribute__((format(printf, 2, 0))) static void on_line(void *cls, const char *format, va_list arguments)
{
    struct pv_mhd_server *server = cls;
    char line[LINE_MAX_LEN];
    (void)vsnprintf(line, sizeof line, format, arguments);
    line[strcspn(line, "\n")] = '\0';
    if (server->options.on_error != NULL)
        server->options.on_error(server->options.context, line);
}

struct MHD_Daemon *pv_mhd_start_daemon(struct pv_mhd_server *server, unsigned driver)
{
    const struct pv_http_options *options = &server->options;
    return MHD_start_daemon(
        driver | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ERROR_LOG, 0, NULL, NULL,
        pv_mhd_on_request, server, MHD_OPTION_EXTERNAL_LOGGER, on_line, server, MHD_OPTION_URI_LOG_CALLBACK,
        pv_mhd_on_target, server, MHD_OPTION_UNESCAPE_CALLBACK, pv_mhd_unescape, server,
        MHD_OPTION_NOTIFY_COMPLETED, pv_mhd_on_completed, server, MHD_OPTION_NOTIFY_CONNECTION,
        pv_mhd_on_connection, server, MHD_OPTION_CONNECTION_LIMIT, options->connections,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, options->header_bytes, MHD_OPTION_THREAD_STACK_SIZE,
        (size_t)STACK_SIZE, MHD_OPTION_END);
}

static bool start_daemons(struct pv_mhd_server *server)
{
    for (; server->daemon_count < server->daemons_max; server->daemon_count++) {
        struct MHD_Daemon *mhd = pv_mhd_start_daemon(server, MHD_USE_EPOLL_INTERNAL_THREAD);
        if (mhd == NULL)
            return false;
        server->daemons[server->daemon_count].mhd = mhd;
    }
    return true;
}

/* The threads begin with all signals blocked, so that they are the program's to handle. */
static bool start_threads(struct pv_mhd_server *server)
{
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    bool ok = start_daemons(server) && pthread_create(&server->keeper, NULL, pv_mhd_keep, server) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return ok;
}

/* The keeper has ended, and all connections are closed or were never suspended. */
static void free_server(struct pv_mhd_server *server)
{
    for (unsigned i = 0; i < server->daemon_count; i++)
        MHD_stop_daemon(server->daemons[i].mhd);
    pv_mhd_forget_pending(server, INT64_MAX);
    pv_mhd_free_pages(server);
    if (server->listener >= 0)
        (void)close(server->listener);
    if (server->wake_fd >= 0)
        (void)close(server->wake_fd);
    (void)pthread_cond_destroy(&server->changed);
    (void)pthread_mutex_destroy(&server->mutex);
    free(server->daemons);
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

/* As many as are asked for, and as all connections need. */
static unsigned daemons_for(const struct pv_http_options *options)
{
    unsigned least = (options->connections - 1) / PV_MHD_DAEMON_CONNECTIONS + 1;
    return least > options->threads ? least : options->threads;
}

static bool start(struct pv_mhd_server *server, struct pv_fault *fault)
{
    const struct pv_http_options *options = &server->options;
    if (!pv_mhd_listen(options->address, options->port, &server->listener, &server->port, fault))
        return false;
    server->daemons_max = daemons_for(options);
    server->daemons = calloc(server->daemons_max, sizeof *server->daemons);
    server->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (server->daemons != NULL && server->wake_fd >= 0 && pv_mhd_make_pages(server) && start_threads(server))
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
