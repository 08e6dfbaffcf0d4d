/* The body of a request, gathered before the handler has it. */
#include "mhd_parts.h"

#include <string.h>

unsigned pv_mhd_expect_body(struct pv_mhd_connection *connection)
{
    if (!connection->has_body)
        return 0;
    pv_mhd_deadline(connection, connection->server->options.body_ms, connection->declared);
    return pv_mhd_buffer_reserve(&connection->body, connection->declared) ? 0 : MHD_HTTP_SERVICE_UNAVAILABLE;
}

/* Of a body that is refused, the rest is passed over: a reply can only follow its end. But not all of it. */
static enum MHD_Result pass_over(struct pv_mhd_connection *connection, size_t *len)
{
    connection->dropped += *len;
    *len = 0;
    return connection->dropped <= connection->server->options.body_bytes ? MHD_YES : MHD_NO;
}

enum MHD_Result pv_mhd_take_body(struct pv_mhd_connection *connection, const char *bytes, size_t *len)
{
    struct pv_str *body = &connection->request.body;
    if (*len == 0) /* of a request that says Expect, and has no body */
        return MHD_YES;
    connection->loop->moved |= body->len + *len != connection->declared;
    if (connection->refused == 0 && *len > connection->server->options.body_bytes - body->len)
        connection->refused = MHD_HTTP_CONTENT_TOO_LARGE;
    if (connection->refused == 0 && !pv_mhd_buffer_reserve(&connection->body, body->len + *len))
        connection->refused = MHD_HTTP_SERVICE_UNAVAILABLE;
    if (connection->refused != 0)
        return pass_over(connection, len);
    memcpy(connection->body.ptr + body->len, bytes, *len);
    *body = (struct pv_str){connection->body.ptr, body->len + *len};
    *len = 0;
    return MHD_YES;
}
