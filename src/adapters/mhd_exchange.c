/* From a request to its answer. An answer during the handler goes out at once. Otherwise the connection
   waits: libmicrohttpd calls in every turn of the loop, until the answer is there. If the other side goes
   meanwhile, the connection is closed under the exchange, and whoever answers it is the last to have it. */
#include "mhd_parts.h"
#include "never.h"

static enum MHD_Result queue(struct pv_mhd_connection *connection, unsigned status,
                             struct MHD_Response *response, uint64_t bytes)
{
    connection->status = status;
    connection->bytes = connection->is_head ? 0 : bytes;
    connection->loop->moved = true;
    pv_mhd_deadline(connection, connection->server->options.response_ms, bytes);
    return MHD_queue_response(connection->mhd, status, response);
}

static enum MHD_Result refuse(struct pv_mhd_connection *connection, unsigned status)
{
    return queue(connection, status, pv_mhd_page(connection->server, status), 0);
}

static void wait_no_more(struct pv_mhd_connection *connection)
{
    connection->loop->waiting -= connection->waits;
    connection->waits = false;
}

static enum MHD_Result send_answer(struct pv_mhd_connection *connection)
{
    wait_no_more(connection);
    enum MHD_Result result = queue(connection, connection->status, connection->response, connection->bytes);
    pv_mhd_drop_response(connection);
    return result;
}

static int state_of(struct pv_mhd_connection *connection)
{
    return atomic_load_explicit(&connection->state, memory_order_acquire);
}

static enum MHD_Result handle(struct pv_mhd_connection *connection)
{
    const struct pv_http_options *options = &connection->server->options;
    pv_mhd_no_deadline(connection);
    atomic_store_explicit(&connection->state, PV_MHD_HANDLING, memory_order_relaxed);
    options->handler(options->context, &connection->exchange);
    if (state_of(connection) == PV_MHD_ANSWERED)
        return send_answer(connection);
    connection->waits = true;
    connection->loop->waiting++;
    return MHD_YES;
}

static enum MHD_Result look_at_head(struct pv_mhd_connection *connection, const char *method,
                                    const char *version)
{
    connection->seen = true;
    unsigned status = pv_mhd_check_head(connection, method, version);
    if (status == 0)
        status = pv_mhd_expect_body(connection);
    /* A reply at this point has libmicrohttpd close the connection, whatever is still to come. */
    return status == 0 ? MHD_YES : refuse(connection, status);
}

enum MHD_Result pv_mhd_on_request(void *cls, struct MHD_Connection *mhd, const char *target,
                                  const char *method, const char *version, const char *bytes, size_t *len,
                                  void **context)
{
    (void)cls, (void)mhd, (void)target;
    if (PV_NEVER(*context == NULL))
        return MHD_NO;
    struct pv_mhd_connection *connection = *context;
    if (!connection->seen)
        return look_at_head(connection, method, version);
    if (bytes != NULL)
        return pv_mhd_take_body(connection, bytes, len);
    if (connection->refused != 0)
        return refuse(connection, connection->refused);
    switch (state_of(connection)) {
    case PV_MHD_RECEIVING:
        return handle(connection);
    case PV_MHD_ANSWERED:
        return send_answer(connection);
    default:
        return MHD_YES; /* it waits */
    }
}

/* The reply is made. Afterwards the connection is its loop's, or nobody's. */
static void give_answer(struct pv_mhd_connection *connection)
{
    if (atomic_exchange(&connection->state, PV_MHD_ANSWERED) != PV_MHD_ABANDONED)
        return;
    pv_mhd_drop_response(connection);
    pv_mhd_release(connection);
}

/* What this thread has answered and keeps back; empty outside of a burst. */
static _Thread_local struct {
    bool is_on;
    size_t count;
    struct pv_mhd_connection *list[PV_HTTP_BURST_MAX];
} burst;

/* First all answers, then the loops, so that each is woken once. */
static void send_burst(void)
{
    struct pv_mhd_loop *loops[PV_HTTP_BURST_MAX];
    const size_t count = burst.count;
    burst.count = 0;
    for (size_t i = 0; i < count; i++) {
        loops[i] = burst.list[i]->loop;
        give_answer(burst.list[i]);
    }
    for (size_t i = 0; i < count; i++) {
        pv_mhd_wake_loop(loops[i]);
        atomic_fetch_sub(&loops[i]->server->answering, 1);
    }
}

void pv_mhd_begin_burst(void)
{
    burst.is_on = true;
}

void pv_mhd_end_burst(void)
{
    burst.is_on = false;
    send_burst();
}

static void answer(struct pv_http_exchange *exchange, struct pv_http_reply *reply)
{
    struct pv_mhd_connection *connection = (struct pv_mhd_connection *)exchange;
    if (pthread_equal(connection->thread, pthread_self())) {
        connection->loop->moved = true;
        pv_mhd_make_reply(connection, reply);
        give_answer(connection);
        return;
    }
    /* The connection may be over as soon as it is given back, and the server must not be before this thread
       is done with both: it waits for it. */
    atomic_fetch_add(&connection->server->answering, 1);
    pv_mhd_make_reply(connection, reply);
    burst.list[burst.count++] = connection;
    if (!burst.is_on || burst.count == PV_HTTP_BURST_MAX)
        send_burst();
}

const struct pv_http_exchange_ops pv_mhd_exchange_ops = {answer};

static void tell_log(const struct pv_mhd_connection *connection)
{
    const struct pv_http_options *options = &connection->server->options;
    const union MHD_ConnectionInfo *sent =
        MHD_get_connection_info(connection->mhd, MHD_CONNECTION_INFO_HTTP_STATUS);
    struct pv_http_access access = {
        .method = {connection->method, connection->method_len},
        .path = {connection->path, connection->path_len},
        .microseconds = pv_mhd_microseconds() - connection->since,
        .peer = connection->request.peer,
    };
    if (!connection->abandoned) { /* or the reply is somebody's */
        access.status = sent != NULL ? sent->http_status : connection->status;
        access.bytes = connection->bytes;
    }
    options->on_access(options->context, &access);
}

void pv_mhd_on_completed(void *cls, struct MHD_Connection *mhd, void **context,
                         enum MHD_RequestTerminationCode code)
{
    (void)cls, (void)mhd, (void)code;
    if (PV_NEVER(*context == NULL))
        return;
    struct pv_mhd_connection *connection = *context;
    int expected = PV_MHD_HANDLING;
    wait_no_more(connection);
    connection->abandoned = atomic_compare_exchange_strong(&connection->state, &expected, PV_MHD_ABANDONED);
    if (connection->server->options.on_access != NULL)
        tell_log(connection);
    if (connection->abandoned)
        return;                       /* libmicrohttpd closes the connection now */
    pv_mhd_drop_response(connection); /* if the client had left before the answer */
    atomic_store_explicit(&connection->state, PV_MHD_RECEIVING, memory_order_relaxed);
    pv_mhd_buffer_trim(&connection->head);
    pv_mhd_buffer_trim(&connection->body);
    pv_mhd_buffer_trim(&connection->out);
    pv_mhd_deadline(connection, connection->server->options.keep_alive_ms, 0);
    atomic_store(&connection->idle, true);
}
