/* Replies: the handler's, and the pages of the server itself, which are made once. */
#include "mhd_parts.h"

#include <string.h>

#define PAGE(status, title)                                                                                  \
    {                                                                                                        \
        status, "{\"type\":\"about:blank\",\"title\":\"" title "\",\"status\":" #status "}"                  \
    }
static const struct {
    unsigned status;
    const char *text;
} PAGES[PV_MHD_PAGES] = {
    [PV_MHD_PAGE_400] = PAGE(400, "Bad Request"),
    [PV_MHD_PAGE_413] = PAGE(413, "Content Too Large"),
    [PV_MHD_PAGE_431] = PAGE(431, "Request Header Fields Too Large"),
    [PV_MHD_PAGE_500] = PAGE(500, "Internal Server Error"),
    [PV_MHD_PAGE_503] = PAGE(503, "Service Unavailable"),
};

static bool add(struct MHD_Response *response, const char *name, const char *value)
{
    return MHD_add_response_header(response, name, value) == MHD_YES;
}

static bool add_common(struct MHD_Response *response)
{
    return add(response, "X-Content-Type-Options", "nosniff");
}

/* The text is not copied; libmicrohttpd only reads it. */
static struct MHD_Response *lend(struct pv_str text)
{
    union {
        const char *read;
        void *lent;
    } bytes = {text.ptr};
    return MHD_create_response_from_buffer(text.len, bytes.lent, MHD_RESPMEM_PERSISTENT);
}

static struct pv_str page_text(const struct pv_http_options *options, int i)
{
    const char *text = options->page != NULL ? options->page(PAGES[i].status) : NULL;
    if (text == NULL)
        text = PAGES[i].text;
    return (struct pv_str){text, strlen(text)};
}

bool pv_mhd_make_pages(struct pv_mhd_server *server)
{
    for (int i = 0; i < PV_MHD_PAGES; i++) {
        struct MHD_Response *page = lend(page_text(&server->options, i));
        server->pages[i] = page;
        if (page == NULL || !add_common(page) || !add(page, "Content-Type", "application/problem+json") ||
            (PAGES[i].status == 503 && !add(page, "Retry-After", "1")))
            return false;
    }
    return true;
}

void pv_mhd_free_pages(struct pv_mhd_server *server)
{
    for (int i = 0; i < PV_MHD_PAGES; i++) {
        if (server->pages[i] != NULL)
            MHD_destroy_response(server->pages[i]);
    }
}

struct MHD_Response *pv_mhd_page(struct pv_mhd_server *server, unsigned status)
{
    int i = 0;
    while (PAGES[i].status != status)
        i++;
    return server->pages[i];
}

/* Copies a text to `*to` with a terminator, and moves `*to` behind it. */
static const char *put_text(char **to, struct pv_str text)
{
    char *at = *to;
    if (text.len != 0)
        memcpy(at, text.ptr, text.len);
    at[text.len] = '\0';
    *to = at + text.len + 1;
    return at;
}

/* A NUL would cut a value short. */
static bool is_whole(struct pv_str text)
{
    return text.len != 0 && memchr(text.ptr, '\0', text.len) == NULL;
}

static bool add_header(struct MHD_Response *response, const struct pv_http_pair *header, char *room)
{
    const char *name = put_text(&room, header->name), *value = put_text(&room, header->value);
    return is_whole(header->name) && is_whole(header->value) && add(response, name, value);
}

static bool add_headers(struct pv_mhd_connection *connection, const struct pv_http_reply *reply,
                        struct MHD_Response *response, size_t used)
{
    for (size_t i = 0; i < reply->header_count; i++) {
        if (!add_header(response, &reply->headers[i], connection->out.ptr + used))
            return false;
    }
    return add_common(response) &&
           (!atomic_load(&connection->server->draining) || add(response, "Connection", "close"));
}

/* What the longest header takes, with its two terminators. */
static size_t room_for_headers(const struct pv_http_reply *reply)
{
    size_t most = 0;
    for (size_t i = 0; i < reply->header_count; i++) {
        size_t size = reply->headers[i].name.len + reply->headers[i].value.len + 2;
        most = size > most ? size : most;
    }
    return most;
}

static struct MHD_Response *make_bytes(struct pv_mhd_connection *connection, struct pv_str bytes)
{
    if (bytes.len != 0)
        memcpy(connection->out.ptr, bytes.ptr, bytes.len);
    connection->bytes = bytes.len;
    return lend((struct pv_str){connection->out.ptr, bytes.len});
}

/* Where no body may follow, libmicrohttpd 0.9.75 would end a streamed one with its last chunk all the same,
   which the client takes for its next reply. So there the connection ends it. */
static bool say_no_chunks(const struct pv_mhd_connection *connection, unsigned status,
                          struct MHD_Response *response)
{
    return (!connection->is_head && status != MHD_HTTP_NOT_MODIFIED) ||
           MHD_set_response_options(response, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END) == MHD_YES;
}

/* The status of the page that is sent instead; 0: the response is made. */
static unsigned try_reply(struct pv_mhd_connection *connection, const struct pv_http_reply *reply,
                          struct MHD_Response **made)
{
    bool is_stream = reply->body.ops != NULL;
    struct pv_str bytes = is_stream ? PV_STR("") : reply->bytes;
    bool has_room = pv_mhd_buffer_reserve(&connection->out, bytes.len + room_for_headers(reply));
    connection->bytes = 0;
    /* A stream is taken over before anything can fail, since it must be closed. */
    struct MHD_Response *response = is_stream  ? pv_mhd_make_stream(connection, reply->body)
                                    : has_room ? make_bytes(connection, bytes)
                                               : NULL;
    if (response == NULL)
        return MHD_HTTP_SERVICE_UNAVAILABLE;
    if (has_room && reply->status >= 200 && reply->status <= 599 &&
        add_headers(connection, reply, response, bytes.len) &&
        (!is_stream || say_no_chunks(connection, reply->status, response))) {
        *made = response;
        return 0;
    }
    MHD_destroy_response(response);
    return has_room ? MHD_HTTP_INTERNAL_SERVER_ERROR : MHD_HTTP_SERVICE_UNAVAILABLE;
}

void pv_mhd_make_reply(struct pv_mhd_connection *connection, struct pv_http_reply *reply)
{
    struct MHD_Response *made = NULL;
    unsigned status = try_reply(connection, reply, &made);
    connection->owns_response = status == 0;
    connection->status = status == 0 ? reply->status : status;
    connection->response = status == 0 ? made : pv_mhd_page(connection->server, status);
    if (status != 0)
        connection->bytes = 0;
    *reply = (struct pv_http_reply){0};
}

void pv_mhd_drop_response(struct pv_mhd_connection *connection)
{
    if (connection->response != NULL && connection->owns_response)
        MHD_destroy_response(connection->response);
    connection->response = NULL;
}
