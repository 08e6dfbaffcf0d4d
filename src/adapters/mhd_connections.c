/* The registry: which connections there are, from accepting them to closing them. Closing is known here
   before libmicrohttpd closes the socket, so under the mutex the sockets of live connections are theirs. */
#include "mhd_parts.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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
    connection->loop->connections--;
    (void)pthread_cond_broadcast(&server->changed);
    if (was_full)
        pv_mhd_wake_keeper(server);
    free(connection->head.ptr);
    free(connection->body.ptr);
    free(connection->out.ptr);
    free(connection);
}

static struct pv_mhd_loop *least_busy(const struct pv_mhd_server *server)
{
    struct pv_mhd_loop *least = &server->loops[0];
    for (unsigned i = 1; i < server->loop_count; i++) {
        if (server->loops[i].connections < least->connections)
            least = &server->loops[i];
    }
    return least;
}

static void enlist(struct pv_mhd_server *server, struct pv_mhd_connection *connection)
{
    connection->loop = least_busy(server);
    connection->loop->connections++;
    server->count++;
    put_in(&server->pending, connection);
}

static bool try_enlist(struct pv_mhd_server *server, struct pv_mhd_connection *connection)
{
    (void)pthread_mutex_lock(&server->mutex);
    bool ok = count_of(server->pending, &connection->address) + count_of(server->live, &connection->address) <
              server->options.connections_per_address;
    if (ok)
        enlist(server, connection);
    struct pv_mhd_loop *loop = connection->loop;
    (void)pthread_mutex_unlock(&server->mutex);
    /* The loop outlives the connection, which may be over by now. */
    if (ok)
        pv_mhd_wake_loop(loop);
    return ok;
}

bool pv_mhd_register(struct pv_mhd_server *server, int fd, const struct sockaddr_storage *peer)
{
    struct pv_mhd_connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL)
        return false;
    connection->exchange = (struct pv_http_exchange){&pv_mhd_exchange_ops, &connection->request};
    connection->server = server;
    connection->fd = fd;
    connection->peer_address = *peer;
    set_peer(connection, peer);
    connection->peer_len = strlen(connection->peer);
    atomic_store(&connection->idle, true);
    atomic_store(&connection->stream.beat, INT64_MAX);
    pv_mhd_deadline(connection, server->options.header_ms, 0);
    if (try_enlist(server, connection))
        return true;
    free(connection);
    return false;
}

/* The mutex is held. */
static struct pv_mhd_connection *pending_of(const struct pv_mhd_loop *loop)
{
    struct pv_mhd_connection *connection = loop->server->pending;
    while (connection != NULL && connection->loop != loop)
        connection = connection->next;
    return connection;
}

struct pv_mhd_connection *pv_mhd_begin(struct pv_mhd_loop *loop)
{
    struct pv_mhd_server *server = loop->server;
    (void)pthread_mutex_lock(&server->mutex);
    /* Whoever cuts must be done with those that it sees. */
    struct pv_mhd_connection *connection = atomic_load(&server->cutting) ? NULL : pending_of(loop);
    if (connection != NULL) {
        take_out(connection);
        put_in(&server->live, connection);
    }
    (void)pthread_mutex_unlock(&server->mutex);
    return connection;
}

void pv_mhd_unregister(struct pv_mhd_connection *connection)
{
    struct pv_mhd_server *server = connection->server;
    (void)pthread_mutex_lock(&server->mutex);
    forget(connection);
    (void)pthread_mutex_unlock(&server->mutex);
}

void pv_mhd_release(struct pv_mhd_connection *connection)
{
    struct pv_mhd_server *server = connection->server;
    (void)pthread_mutex_lock(&server->mutex);
    connection->is_released = true;
    if (connection->is_closed)
        forget(connection);
    (void)pthread_mutex_unlock(&server->mutex);
}

void pv_mhd_close_pending(struct pv_mhd_server *server)
{
    (void)pthread_mutex_lock(&server->mutex);
    struct pv_mhd_connection *next;
    for (struct pv_mhd_connection *connection = server->pending; connection != NULL; connection = next) {
        next = connection->next;
        (void)close(connection->fd);
        forget(connection);
    }
    (void)pthread_mutex_unlock(&server->mutex);
}

/* Its exchange may still be somebody's, who then is the last. The mutex is held. */
static void end(struct pv_mhd_connection *connection)
{
    connection->is_closed = true;
    if (!connection->abandoned || connection->is_released)
        forget(connection);
}

void pv_mhd_on_connection(void *cls, struct MHD_Connection *mhd, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct pv_mhd_loop *loop = cls;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        struct pv_mhd_connection *connection = loop->beginning;
        loop->beginning = NULL;
        connection->mhd = mhd;
        connection->thread = pthread_self();
        *context = connection;
        return;
    }
    (void)pthread_mutex_lock(&loop->server->mutex);
    end(*context);
    (void)pthread_mutex_unlock(&loop->server->mutex);
}

struct pv_mhd_connection *pv_mhd_connection_of(struct MHD_Connection *mhd)
{
    return MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}
