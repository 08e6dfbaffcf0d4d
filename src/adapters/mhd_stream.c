/* Bodies that are made as they go out. While one has nothing to say its connection is suspended; the waker or
   the heartbeat resumes it, and whoever turns WAITING into WOKEN is the one who does. */
#include "mhd_parts.h"

#include <sys/socket.h>

/* Of a reply to HTTP/1.0; chunks are made in the memory of the connection. */
enum { BLOCK_SIZE = 1024 };

static void resume_if_waiting(struct pv_mhd_connection *connection)
{
    if (atomic_exchange(&connection->stream.state, PV_MHD_STREAM_WOKEN) == PV_MHD_STREAM_WAITING)
        pv_mhd_resume(connection);
}

static void wake(void *context)
{
    resume_if_waiting(context);
}

void pv_mhd_wake_stream(struct pv_mhd_connection *connection)
{
    atomic_store(&connection->stream.beat, INT64_MAX);
    int expected = PV_MHD_STREAM_WAITING;
    if (atomic_compare_exchange_strong(&connection->stream.state, &expected, PV_MHD_STREAM_WOKEN))
        pv_mhd_resume(connection);
}

static void start(struct pv_mhd_connection *connection)
{
    struct pv_mhd_stream *stream = &connection->stream;
    if (!stream->started)
        stream->body.ops->started(stream->body.self, (struct pv_http_waker){wake, connection});
    stream->started = true;
    if (!stream->told && stream->body.ops->drain != NULL && atomic_load(&connection->server->draining)) {
        stream->told = true;
        stream->body.ops->drain(stream->body.self);
    }
}

static ssize_t wait_for_more(struct pv_mhd_connection *connection)
{
    struct pv_mhd_stream *stream = &connection->stream;
    pv_mhd_no_deadline(connection);
    atomic_store(&stream->beat, pv_mhd_now(connection->server) + connection->server->options.heartbeat_ms);
    MHD_suspend_connection(connection->mhd);
    int expected = PV_MHD_STREAM_READING;
    if (!atomic_compare_exchange_strong(&stream->state, &expected, PV_MHD_STREAM_WAITING))
        pv_mhd_resume(connection);
    return 0;
}

/* Ends the connection. What libmicrohttpd 0.9.75 offers for that from here (END_WITH_ERROR, and END_OF_STREAM
   where the connection is the end) leaves a connection that was suspended before in its lists for ever. So
   its next write is made to fail, of a byte that goes nowhere. */
static ssize_t cut(struct pv_mhd_connection *connection, char *buffer)
{
    (void)shutdown(connection->fd, SHUT_RDWR);
    buffer[0] = '\0';
    return 1;
}

static ssize_t read_stream(void *cls, uint64_t position, char *buffer, size_t size)
{
    struct pv_mhd_connection *connection = cls;
    struct pv_mhd_stream *stream = &connection->stream;
    size_t len = 0;
    if (atomic_load(&connection->server->cutting))
        return cut(connection, buffer);
    /* Before the read: what wakes it from here on is not missed. */
    atomic_store(&stream->state, PV_MHD_STREAM_READING);
    start(connection);
    enum pv_http_read read = stream->body.ops->read(stream->body.self, buffer, size, &len);
    if (read == PV_HTTP_LATER || (read == PV_HTTP_BYTES && len == 0))
        return wait_for_more(connection);
    connection->loop->moved = true;
    pv_mhd_deadline(connection, connection->server->options.response_ms, 0);
    if (read == PV_HTTP_END && !connection->is_1_0)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (read != PV_HTTP_BYTES)
        return cut(connection, buffer);
    connection->bytes = position + len;
    return (ssize_t)len;
}

static void close_stream(void *cls)
{
    struct pv_mhd_connection *connection = cls;
    struct pv_http_body body = connection->stream.body;
    /* Nobody may be told to wake it any more when the connection goes on to its next request. */
    body.ops->close(body.self);
    connection->stream.body = (struct pv_http_body){NULL, NULL};
    atomic_store(&connection->stream.beat, INT64_MAX);
    atomic_fetch_sub(&connection->server->streams, 1);
}

struct MHD_Response *pv_mhd_make_stream(struct pv_mhd_connection *connection, struct pv_http_body body)
{
    struct pv_mhd_server *server = connection->server;
    struct MHD_Response *response = NULL;
    if (atomic_fetch_add(&server->streams, 1) < server->options.streams_max)
        response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_SIZE, read_stream, connection,
                                                     close_stream);
    if (response == NULL) {
        atomic_fetch_sub(&server->streams, 1);
        body.ops->close(body.self);
        return NULL;
    }
    connection->stream.body = body;
    connection->stream.started = connection->stream.told = false;
    return response;
}
