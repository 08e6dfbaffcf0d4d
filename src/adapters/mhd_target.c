/* The request's target: the path and the query, decoded in libmicrohttpd's own memory. What is decoded there
   once more means nothing else: no NUL can come out, and what is no escape is refused rather than kept. */
#include "mhd_parts.h"
#include "never.h"

#include <string.h>
#include <strings.h>

/* What a target is made of (RFC 3986); a fragment is not sent. */
static bool is_plain(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (text[i] <= ' ' || text[i] > '~' || text[i] == '#')
            return false;
    }
    return true;
}

/* Where the path begins: at once, or after the authority of the absolute form, which every server must take.
 */
static void find_path(struct pv_mhd_connection *connection, const char *target)
{
    static const char HTTP[] = "http://", HTTPS[] = "https://";
    connection->path_at = 0;
    connection->path_is_root = false;
    if (target[0] == '/')
        return;
    size_t at = strncasecmp(target, HTTP, sizeof HTTP - 1) == 0     ? sizeof HTTP - 1
                : strncasecmp(target, HTTPS, sizeof HTTPS - 1) == 0 ? sizeof HTTPS - 1
                                                                    : 0;
    size_t authority = strcspn(target + at, "/?");
    if (at == 0 || authority == 0) {
        connection->target_bad = true;
        return;
    }
    connection->path_at = at + authority;
    connection->path_is_root = target[connection->path_at] != '/';
}

void *pv_mhd_on_target(void *cls, const char *target, struct MHD_Connection *mhd)
{
    (void)cls;
    struct pv_mhd_connection *connection = pv_mhd_connection_of(mhd);
    if (PV_NEVER(connection == NULL || target == NULL))
        return NULL;
    const struct pv_http_options *options = &connection->server->options;
    /* On a fresh connection the time for the head runs since it was accepted. */
    if (connection->since != 0)
        pv_mhd_deadline(connection, options->header_ms, 0);
    atomic_store(&connection->idle, false);
    connection->since = options->on_access != NULL ? pv_mhd_microseconds() : 1;
    connection->seen = false;
    connection->refused = 0;
    connection->dropped = 0;
    connection->request = (struct pv_http_request){.headers = connection->headers,
                                                   .query = connection->query,
                                                   .peer = {connection->peer, connection->peer_len}};
    connection->status = 0;
    connection->bytes = 0;
    connection->method_len = connection->path_len = 0;
    connection->target = target;
    connection->target_size = strlen(target);
    connection->target_bad = !is_plain(target, connection->target_size);
    if (!connection->target_bad)
        find_path(connection, target);
    return connection;
}

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes in place. False: what follows a percent sign is no byte, or is NUL. */
static bool decode(char *text, size_t *len)
{
    const char *from = strchr(text, '%');
    if (from == NULL) {
        *len = strlen(text);
        return true;
    }
    char *to = text + (from - text);
    for (; *from != '\0'; from++) {
        if (*from != '%') {
            *to++ = *from;
            continue;
        }
        int high = hex(from[1]), low = high < 0 ? -1 : hex(from[2]);
        if (low < 0 || high + low == 0)
            return false;
        *to++ = (char)(16 * high + low);
        from += 2;
    }
    *to = '\0';
    *len = (size_t)(to - text);
    return true;
}

/* Called for each name and value of the query, and for the target without it. */
size_t pv_mhd_unescape(void *cls, struct MHD_Connection *mhd, char *text)
{
    (void)cls;
    struct pv_mhd_connection *connection = pv_mhd_connection_of(mhd);
    size_t len = strlen(text);
    if (PV_NEVER(connection == NULL) || connection->target_bad)
        return len;
    if (text != connection->target) {
        connection->target_bad = !decode(text, &len);
        return len;
    }
    /* Up to the path nothing is decoded: an authority has no say here. */
    size_t path_len = 0;
    connection->target_bad = !decode(text + connection->path_at, &path_len);
    connection->request.path =
        connection->path_is_root ? PV_STR("/") : (struct pv_str){text + connection->path_at, path_len};
    return connection->path_at + path_len;
}
