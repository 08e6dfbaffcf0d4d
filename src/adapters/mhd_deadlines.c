/* The keeper: a thread that accepts connections, cuts those that are late, has waiting streams read again,
   and clears up in a drain. Deadlines are absolute: the idle timer of libmicrohttpd begins anew with each
   byte, and a byte a second keeps a connection for ever. */
#include "mhd_parts.h"

#include <sys/eventfd.h>
#include <sys/poll.h>
#include <sys/socket.h>
#include <unistd.h>

void pv_mhd_wake_keeper(struct pv_mhd_server *server)
{
    (void)eventfd_write(server->wake_fd, 1);
}

/* Its thread reads the end of the connection, and closes it. */
static void cut(struct pv_mhd_connection *connection)
{
    (void)shutdown(connection->fd, SHUT_RDWR);
    pv_mhd_no_deadline(connection);
}

/* Nothing has come that was not read yet. */
static bool is_silent(const struct pv_mhd_connection *connection)
{
    char byte;
    return recv(connection->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0;
}

static void look_at(struct pv_mhd_server *server, struct pv_mhd_connection *connection, int64_t now)
{
    bool draining = atomic_load(&server->draining);
    if (atomic_load(&connection->stream.beat) <= now || draining)
        pv_mhd_wake_stream(connection);
    if (atomic_load_explicit(&connection->deadline, memory_order_relaxed) <= now ||
        atomic_load(&server->cutting) ||
        (draining && atomic_load(&connection->idle) && is_silent(connection)))
        cut(connection);
}

static void sweep(struct pv_mhd_server *server)
{
    int64_t now = pv_mhd_now(server);
    (void)pthread_mutex_lock(&server->mutex);
    for (struct pv_mhd_connection *connection = server->live; connection != NULL;
         connection = connection->next) {
        if (!connection->is_closed) /* or its socket's number is another's */
            look_at(server, connection, now);
    }
    (void)pthread_mutex_unlock(&server->mutex);
}

static void stop_listening(struct pv_mhd_server *server)
{
    (void)close(server->listener);
    server->listener = -1;
    (void)pthread_mutex_lock(&server->mutex);
    server->listening = false;
    (void)pthread_cond_broadcast(&server->changed);
    (void)pthread_mutex_unlock(&server->mutex);
}

/* One wait of at most a tick. The listener is left alone while all places are taken, and for one wait after
   the system gave no connection, since it would be ready for ever. */
static bool wait_and_accept(struct pv_mhd_server *server, bool *may_accept)
{
    (void)pthread_mutex_lock(&server->mutex);
    bool has_room = server->count < server->options.connections;
    (void)pthread_mutex_unlock(&server->mutex);
    /* poll passes over what is negative. */
    struct pollfd fds[] = {{server->wake_fd, POLLIN, 0},
                           {has_room && *may_accept ? server->listener : -1, POLLIN, 0}};
    int ready = poll(fds, 2, server->options.tick_ms);
    bool woken = ready > 0 && fds[0].revents != 0;
    eventfd_t wakes;
    if (woken)
        (void)eventfd_read(server->wake_fd, &wakes);
    *may_accept = ready <= 0 || fds[1].revents == 0 || pv_mhd_accept(server);
    return woken;
}

static bool is_stopped(struct pv_mhd_server *server)
{
    (void)pthread_mutex_lock(&server->mutex);
    bool stopped = server->stopped;
    (void)pthread_mutex_unlock(&server->mutex);
    return stopped;
}

void *pv_mhd_keep(void *cls)
{
    struct pv_mhd_server *server = cls;
    int64_t tick = (int64_t)server->options.tick_ms * 1000, next = pv_mhd_microseconds() + tick;
    bool may_accept = true;
    while (!is_stopped(server)) {
        bool woken = wait_and_accept(server, &may_accept);
        bool draining = atomic_load(&server->draining);
        if (draining && server->listener >= 0)
            stop_listening(server);
        if ((draining && woken) || pv_mhd_microseconds() >= next) {
            sweep(server);
            next = pv_mhd_microseconds() + tick;
        }
    }
    return NULL;
}
