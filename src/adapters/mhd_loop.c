/* The loops. libmicrohttpd has threads of its own, but there an answer that comes later costs a good half of
   what the request does: the connection must be taken out of its epoll (suspended), the loop be woken for
   each answer, and the connection be put back. In a loop that the application turns a connection may be left
   waiting: its handler is called again in every turn until it has an answer. So the turning is done here. */
#include "mhd_parts.h"

#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/poll.h>
#include <unistd.h>

enum {
    LINE_MAX_LEN = 256,
    /* By its timeout libmicrohttpd only tells that some connection has more to do: one that waits always has,
       and so does one whose body it can make nothing of, until its deadline. So when it says so and nothing
       moves, there is another look at once, so many times (a head that is longer than a buffer takes a few
       turns), then every millisecond, then less often. An answer, bytes of a socket, and what comes of a body
       have the loop turn at once in any case. */
    LOOKS_AT_ONCE = 16,
    LOOK_MS = 1,
    LOOKS = 50,
    LOOK_RARELY_MS = 50,
};

__attribute__((format(printf, 2, 0))) static void on_line(void *cls, const char *format, va_list arguments)
{
    struct pv_mhd_server *server = cls;
    char line[LINE_MAX_LEN];
    (void)vsnprintf(line, sizeof line, format, arguments);
    line[strcspn(line, "\n")] = '\0';
    if (server->options.on_error != NULL)
        server->options.on_error(server->options.context, line);
}

bool pv_mhd_make_loop(struct pv_mhd_server *server, struct pv_mhd_loop *loop)
{
    const struct pv_http_options *options = &server->options;
    *loop = (struct pv_mhd_loop){.server = server, .wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    if (loop->wake_fd < 0)
        return false;
    loop->mhd = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ERROR_LOG, 0, NULL,
        NULL, pv_mhd_on_request, loop, MHD_OPTION_EXTERNAL_LOGGER, on_line, server,
        MHD_OPTION_URI_LOG_CALLBACK, pv_mhd_on_target, loop, MHD_OPTION_UNESCAPE_CALLBACK, pv_mhd_unescape,
        loop, MHD_OPTION_NOTIFY_COMPLETED, pv_mhd_on_completed, loop, MHD_OPTION_NOTIFY_CONNECTION,
        pv_mhd_on_connection, loop, MHD_OPTION_CONNECTION_LIMIT, options->connections,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, options->header_bytes, MHD_OPTION_END);
    if (loop->mhd == NULL)
        return false;
    loop->events_fd = MHD_get_daemon_info(loop->mhd, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    return true;
}

void pv_mhd_free_loop(struct pv_mhd_loop *loop)
{
    if (loop->mhd != NULL)
        MHD_stop_daemon(loop->mhd);
    if (loop->wake_fd >= 0)
        (void)close(loop->wake_fd);
}

void pv_mhd_wake_loop(struct pv_mhd_loop *loop)
{
    /* Who finds it woken need not do it again: it looks at everything after it has taken this back. */
    if (!atomic_load(&loop->woken) && !atomic_exchange(&loop->woken, true))
        (void)eventfd_write(loop->wake_fd, 1);
}

void pv_mhd_resume(struct pv_mhd_connection *connection)
{
    struct pv_mhd_loop *loop = connection->loop;
    MHD_resume_connection(connection->mhd);
    pv_mhd_wake_loop(loop);
}

static void begin_all(struct pv_mhd_loop *loop)
{
    while ((loop->beginning = pv_mhd_begin(loop)) != NULL) {
        struct pv_mhd_connection *connection = loop->beginning;
        union {
            struct sockaddr_storage storage;
            struct sockaddr any;
        } peer = {connection->peer_address};
        (void)MHD_add_connection(loop->mhd, connection->fd, &peer.any, sizeof peer);
        /* If it did not even begin: the socket is closed in any case. */
        if (loop->beginning != NULL)
            pv_mhd_unregister(connection);
    }
}

void pv_mhd_turn(struct pv_mhd_loop *loop)
{
    if (atomic_exchange(&loop->woken, false)) {
        eventfd_t wakes;
        (void)eventfd_read(loop->wake_fd, &wakes);
        begin_all(loop);
    }
    loop->moved = false;
    (void)MHD_run(loop->mhd);
}

/* How long it may sleep if nobody wakes it; -1: for ever. */
static int may_sleep_ms(const struct pv_mhd_loop *loop)
{
    MHD_UNSIGNED_LONG_LONG due;
    if (loop->moved)
        return 0;
    if (loop->waiting == 0 && MHD_get_timeout(loop->mhd, &due) != MHD_YES)
        return -1;
    if (loop->waiting == 0 && loop->still < LOOKS_AT_ONCE)
        return 0;
    return loop->still < LOOKS ? LOOK_MS : LOOK_RARELY_MS;
}

static void sleep_until_something_is_to_do(struct pv_mhd_loop *loop)
{
    struct pollfd fds[] = {{loop->events_fd, POLLIN, 0}, {loop->wake_fd, POLLIN, 0}};
    int ms = may_sleep_ms(loop);
    bool is_still = !loop->moved && (ms == 0 || poll(fds, 2, ms) == 0);
    loop->still = is_still ? loop->still + 1 : 0;
}

static void *turn_until_stopped(void *cls)
{
    struct pv_mhd_loop *loop = cls;
    while (!atomic_load(&loop->stopping)) {
        sleep_until_something_is_to_do(loop);
        pv_mhd_turn(loop);
    }
    return NULL;
}

bool pv_mhd_start_loop(struct pv_mhd_loop *loop)
{
    return pthread_create(&loop->thread, NULL, turn_until_stopped, loop) == 0;
}

void pv_mhd_stop_loop(struct pv_mhd_loop *loop)
{
    atomic_store(&loop->stopping, true);
    pv_mhd_wake_loop(loop);
    (void)pthread_join(loop->thread, NULL);
}
