/* The registry: which connections there are, from accepting them to closing them. Closing is known here
   before libmicrohttpd closes the socket, so under the mutex the sockets of live connections are theirs. */
#include "mhd_parts.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* The peer's address in text, and what stands for it where addresses are counted: an IPv6 network of 64 bits
   is one, since everybody has that many. */
static void set_peer(struct pv_mhd_connection *connection, const struct sockaddr_storage *peer)
{
    static const unsigned char MAPPED[12] = {[10] = 0xff, [11] = 0xff}; /* ::ffff:0:0/96 */
    struct in6_addr *key = &connection->address;
    if (peer->ss_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, peer, sizeof v4);
        (void)inet_ntop(AF_INET, &v4.sin_addr, connection->peer, sizeof connection->peer);
        memcpy(key, MAPPED, sizeof MAPPED);
        memcpy(&key->s6_addr[12], &v4.sin_addr, sizeof v4.sin_addr);
        return;
    }
    struct sockaddr_in6 v6;
    memcpy(&v6, peer, sizeof v6);
    if (memcmp(&v6.sin6_addr, MAPPED, sizeof MAPPED) == 0) {
        *key = v6.sin6_addr;
        (void)inet_ntop(AF_INET, &key->s6_addr[12], connection->peer, sizeof connection->peer);
        return;
    }
    (void)inet_ntop(AF_INET6, &v6.sin6_addr, connection->peer, sizeof connection->peer);
    memcpy(key, &v6.sin6_addr, 8);
}

static void put_in(struct pv_mhd_connection **list, struct pv_mhd_connection *connection)
{
    connection->next = *list;
    connection->back = list;
    if (*list != NULL)
        (*list)->back = &connection->next;
    *list = connection;
}

static void take_out(struct pv_mhd_connection *connection)
{
    *connection->back = connection->next;
    if (connection->next != NULL)
        connection->next->back = connection->back;
}

/* The last that was put in: of one before it with the same number, libmicrohttpd has closed the socket. */
static struct pv_mhd_connection *pending_with(const struct pv_mhd_server *server, int fd)
{
    struct pv_mhd_connection *connection = server->pending;
    while (connection != NULL && connection->fd != fd)
        connection = connection->next;
    return connection;
}

static unsigned count_of(const struct pv_mhd_connection *list, const struct in6_addr *address)
{
    unsigned count = 0;
    for (; list != NULL; list = list->next)
        count += memcmp(&list->address, address, sizeof *address) == 0;
    return count;
}

/* The mutex is held; the connection is gone afterwards. */
static void forget(struct pv_mhd_connection *connection)
{
    struct pv_mhd_server *server = connection->server;
    bool was_full = server->count == server->options.connections;
    take_out(connection);
    server->count--;
    server->daemons[connection->daemon].connections--;
    (void)pthread_cond_broadcast(&server->changed);
    if (was_full)
        pv_mhd_wake_keeper(server);
    free(connection->body.ptr);
    free(connection->out.ptr);
    free(connection);
}

/* Of the daemons from `from` up to `to`. */
static unsigned least_busy(const struct pv_mhd_server *server, unsigned from, unsigned to)
{
    unsigned least = from;
    for (unsigned i = from + 1; i < to; i++) {
        if (server->daemons[i].connections < server->daemons[least].connections)
            least = i;
    }
    return least;
}

/* One that has room: there is one, since all together have no more connections than they may. */
static unsigned choose_daemon(const struct pv_mhd_server *server)
{
    unsigned usual = least_busy(server, 0, server->options.threads);
    if (server->daemons[usual].connections < PV_MHD_DAEMON_CONNECTIONS)
        return usual;
    return least_busy(server, server->options.threads, server->daemons_max);
}

static void enlist(struct pv_mhd_server *server, struct pv_mhd_connection *connection)
{
    connection->daemon = choose_daemon(server);
    server->daemons[connection->daemon].connections++;
    server->count++;
    put_in(&server->pending, connection);
}

struct pv_mhd_connection *pv_mhd_register(struct pv_mhd_server *server, int fd,
                                          const struct sockaddr_storage *peer)
{
    struct pv_mhd_connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL)
        return NULL;
    connection->exchange = (struct pv_http_exchange){&pv_mhd_exchange_ops, &connection->request};
    connection->server = server;
    connection->fd = fd;
    set_peer(connection, peer);
    connection->peer_len = strlen(connection->peer);
    atomic_store(&connection->idle, true);
    atomic_store(&connection->stream.beat, INT64_MAX);
    pv_mhd_deadline(connection, server->options.header_ms, 0);
    (void)pthread_mutex_lock(&server->mutex);
    bool ok = count_of(server->pending, &connection->address) + count_of(server->live, &connection->address) <
              server->options.connections_per_address;
    if (ok)
        enlist(server, connection);
    (void)pthread_mutex_unlock(&server->mutex);
    if (ok)
        return connection;
    free(connection);
    return NULL;
}

void pv_mhd_unregister(struct pv_mhd_connection *connection)
{
    struct pv_mhd_server *server = connection->server;
    (void)pthread_mutex_lock(&server->mutex);
    forget(connection);
    (void)pthread_mutex_unlock(&server->mutex);
}

void pv_mhd_forget_pending(struct pv_mhd_server *server, int64_t due)
{
    struct pv_mhd_connection *next;
    for (struct pv_mhd_connection *connection = server->pending; connection != NULL; connection = next) {
        next = connection->next;
        if (atomic_load(&connection->deadline) <= due)
            forget(connection);
    }
}

static struct pv_mhd_connection *start(struct pv_mhd_server *server, struct MHD_Connection *mhd)
{
    int fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    struct pv_mhd_connection *connection = pending_with(server, fd);
    /* One that nobody knows any more, or too late to begin: whoever is cutting must be done with what it sees
       now. Shut both ways, libmicrohttpd closes it before it reads a byte. */
    if (connection == NULL || atomic_load(&server->cutting)) {
        (void)shutdown(fd, SHUT_RDWR);
        return NULL;
    }
    take_out(connection);
    put_in(&server->live, connection);
    connection->mhd = mhd;
    connection->thread = pthread_self();
    return connection;
}

void pv_mhd_on_connection(void *cls, struct MHD_Connection *mhd, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct pv_mhd_server *server = cls;
    (void)pthread_mutex_lock(&server->mutex);
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        *context = start(server, mhd);
    else if (*context != NULL)
        forget(*context);
    (void)pthread_mutex_unlock(&server->mutex);
}

struct pv_mhd_connection *pv_mhd_connection_of(struct MHD_Connection *mhd)
{
    return MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}
