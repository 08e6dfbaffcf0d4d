/* From a request to its answer. An answer during the handler goes out at once. Otherwise libmicrohttpd lets
   go of the connection (suspends it) until the answer comes, in whatever thread. */
#include "mhd_parts.h"
#include "never.h"

static enum MHD_Result queue(struct pv_mhd_connection *connection, unsigned status,
                             struct MHD_Response *response, uint64_t bytes)
{
    connection->status = status;
    connection->bytes = connection->is_head ? 0 : bytes;
    pv_mhd_deadline(connection, connection->server->options.response_ms, bytes);
    return MHD_queue_response(connection->mhd, status, response);
}

static enum MHD_Result refuse(struct pv_mhd_connection *connection, unsigned status)
{
    return queue(connection, status, pv_mhd_page(connection->server, status), 0);
}

/* The answer is there, and libmicrohttpd's thread has it. */
static enum MHD_Result send_answer(struct pv_mhd_connection *connection)
{
    enum MHD_Result result = queue(connection, connection->status, connection->response, connection->bytes);
    pv_mhd_drop_response(connection);
    return result;
}

static bool is_answered(struct pv_mhd_connection *connection)
{
    return atomic_load_explicit(&connection->state, memory_order_acquire) == PV_MHD_ANSWERED;
}

static enum MHD_Result handle(struct pv_mhd_connection *connection)
{
    const struct pv_http_options *options = &connection->server->options;
    pv_mhd_no_deadline(connection);
    atomic_store_explicit(&connection->state, PV_MHD_HANDLING, memory_order_relaxed);
    options->handler(options->context, &connection->exchange);
    if (is_answered(connection))
        return send_answer(connection);
    /* First suspended, then said: who finds SUSPENDED can resume. */
    MHD_suspend_connection(connection->mhd);
    int expected = PV_MHD_HANDLING;
    if (!atomic_compare_exchange_strong(&connection->state, &expected, PV_MHD_SUSPENDED))
        MHD_resume_connection(connection->mhd);
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
    return is_answered(connection) ? send_answer(connection) : handle(connection);
}

static void answer(struct pv_http_exchange *exchange, struct pv_http_reply *reply)
{
    struct pv_mhd_connection *connection = (struct pv_mhd_connection *)exchange;
    struct pv_mhd_server *server = connection->server;
    /* In another thread the connection may be over before this function is: the server waits for it. */
    bool elsewhere = !pthread_equal(connection->thread, pthread_self());
    if (elsewhere)
        atomic_fetch_add(&server->answering, 1);
    pv_mhd_make_reply(connection, reply);
    if (atomic_exchange(&connection->state, PV_MHD_ANSWERED) == PV_MHD_SUSPENDED)
        MHD_resume_connection(connection->mhd);
    if (elsewhere)
        atomic_fetch_sub(&server->answering, 1);
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
        .status = sent != NULL ? sent->http_status : connection->status,
        .bytes = connection->bytes,
        .microseconds = pv_mhd_microseconds() - connection->since,
        .peer = connection->request.peer,
    };
    options->on_access(options->context, &access);
}

void pv_mhd_on_completed(void *cls, struct MHD_Connection *mhd, void **context,
                         enum MHD_RequestTerminationCode code)
{
    (void)cls, (void)mhd, (void)code;
    if (PV_NEVER(*context == NULL))
        return;
    struct pv_mhd_connection *connection = *context;
    if (connection->server->options.on_access != NULL)
        tell_log(connection);
    pv_mhd_drop_response(connection); /* if the client had left before the answer */
    atomic_store_explicit(&connection->state, PV_MHD_RECEIVING, memory_order_relaxed);
    pv_mhd_buffer_trim(&connection->body);
    pv_mhd_buffer_trim(&connection->out);
    pv_mhd_deadline(connection, connection->server->options.keep_alive_ms, 0);
    atomic_store(&connection->idle, true);
}
