/* The head of a request, looked at before anything is believed. Two servers that disagree about where a
   request ends let a client smuggle a second one past the first server, so whatever could be read in two ways
   is refused.

   libmicrohttpd hands over names and values with no trace of how they were written; but they still stand
   where they were received, each with its terminator in the place of what ended it. So each name must stand
   two bytes behind the value before it, and the head must end in two pairs of terminators, the second of
   which was the empty line: then every line ended in CR LF, no line was folded (folded ones are put together
   elsewhere), and nothing was cut off at a NUL.

   What leaves the same bytes behind cannot be told from it: a NUL in the place of the last CR of a line, and
   a colon in the place of the CR of the empty line. Nor is there a trace of empty lines before a request, of
   which a line that begins with NUL is one to libmicrohttpd, or of whether lines between chunks ended in CR
   LF or LF. fuzz/naive_http.c has the list. */
#include "mhd_parts.h"

#include <string.h>
#include <strings.h>

/* What libmicrohttpd takes of a connection's memory for each header, parameter and cookie. */
enum { RECORD_SIZE = 64 };

struct head {
    struct pv_mhd_connection *connection;
    const char *expected; /* where the next name must stand */
    bool bad;             /* not as it must be written */
    unsigned hosts, lengths, codings, authorizations;
    struct pv_str length, coding;
    size_t memory;         /* taken beside the head itself */
    size_t headers, query; /* counted beyond what is kept */
};

static bool is_name_char(unsigned char c)
{
    static const char MARKS[] = "!#$%&'*+-.^_`|~";
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           memchr(MARKS, c, sizeof MARKS - 1) != NULL;
}

static bool is_token(struct pv_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!is_name_char((unsigned char)text.ptr[i]))
            return false;
    }
    return text.len != 0;
}

/* Visible, blank, tab or beyond ASCII: above all no bare CR. */
static bool is_field_value(struct pv_str text)
{
    unsigned char bad = 0; /* without a way out in the middle: many at a time */
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bad |= (unsigned char)(((c < ' ') & (c != '\t')) | (c == 0x7f));
    }
    return bad == 0;
}

static struct pv_str without_blanks_behind(struct pv_str text)
{
    while (text.len != 0 && (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == '\t'))
        text.len--;
    return text;
}

static bool is(struct pv_str name, struct pv_str wanted)
{
    return name.len == wanted.len && strncasecmp(name.ptr, wanted.ptr, wanted.len) == 0;
}

/* libmicrohttpd takes a coding with a blank behind it for none that it knows, and then reads on to the end of
   the connection: what frames the request is judged as it was sent. */
static void take_header(struct head *head, struct pv_str name, struct pv_str sent)
{
    struct pv_mhd_connection *connection = head->connection;
    struct pv_str value = without_blanks_behind(sent);
    head->bad |= name.ptr != head->expected || !is_token(name) || !is_field_value(sent);
    head->expected = sent.ptr + sent.len + 2;
    if (is(name, PV_STR("Host"))) {
        head->hosts++;
    } else if (is(name, PV_STR("Authorization"))) {
        head->authorizations++; /* whoever is in front may have looked at another one */
    } else if (is(name, PV_STR("Content-Length"))) {
        head->lengths++;
        head->length = sent;
    } else if (is(name, PV_STR("Transfer-Encoding"))) {
        head->codings++;
        head->coding = sent;
    }
    if (head->headers++ < PV_HTTP_REQUEST_HEADERS_MAX)
        connection->headers[head->headers - 1] = (struct pv_http_pair){name, value};
}

static enum MHD_Result take_pair(void *cls, enum MHD_ValueKind kind, const char *name, size_t name_len,
                                 const char *value, size_t value_len)
{
    struct head *head = cls;
    struct pv_http_pair pair = {{name, name_len}, {value, value_len}};
    head->memory += RECORD_SIZE;
    if (kind == MHD_HEADER_KIND)
        take_header(head, pair.name, pair.value);
    else if (kind == MHD_COOKIE_KIND)
        head->memory += name_len + value_len; /* a copy */
    else if (head->query++ < PV_HTTP_QUERY_MAX)
        head->connection->query[head->query - 1] =
            value != NULL ? pair : (struct pv_http_pair){pair.name, PV_STR("")};
    return MHD_YES;
}

/* A method, one blank, the target, one blank, the version: each stands right behind the other. */
static bool check_request_line(const struct pv_mhd_connection *connection, struct pv_str method,
                               const char *version)
{
    const char *target = connection->target;
    return !connection->target_bad && is_token(method) && target == method.ptr + method.len + 1 &&
           version == target + connection->target_size + 1;
}

/* The length of a body that is announced, SIZE_MAX if that is beyond any. libmicrohttpd has seen that there
   are digits only. */
static size_t declared_length(struct pv_str digits)
{
    size_t length = 0;
    for (size_t i = 0; i < digits.len; i++) {
        if (length > (SIZE_MAX - 9) / 10)
            return SIZE_MAX;
        length = 10 * length + (size_t)(digits.ptr[i] - '0');
    }
    return length;
}

static bool frames_one_request(const struct head *head, bool is_1_0)
{
    if (head->hosts > 1 || (head->hosts == 0 && !is_1_0))
        return false;
    if (head->codings == 0)
        return head->lengths <= 1;
    return head->codings == 1 && head->lengths == 0 && !is_1_0 && is(head->coding, PV_STR("chunked"));
}

static void keep_for_log(struct pv_mhd_connection *connection)
{
    const struct pv_http_request *request = &connection->request;
    connection->method_len =
        request->method.len < sizeof connection->method ? request->method.len : sizeof connection->method;
    connection->path_len = request->path.len < PV_HTTP_LOGGED_MAX ? request->path.len : PV_HTTP_LOGGED_MAX;
    memcpy(connection->method, request->method.ptr, connection->method_len);
    memcpy(connection->path, request->path.ptr, connection->path_len);
}

/* The last header's line end and the empty line, up to `end`. */
static bool ends_twice(const struct head *head, const char *end)
{
    static const char TERMINATORS[4] = {0};
    return head->expected + 2 == end &&
           memcmp(end - sizeof TERMINATORS, TERMINATORS, sizeof TERMINATORS) == 0;
}

static void move(struct pv_str *text, const char *from, const char *to)
{
    if (text->len != 0)
        text->ptr = to + (text->ptr - from);
}

static void move_pairs(struct pv_http_pair *pairs, size_t count, const char *from, const char *to)
{
    for (size_t i = 0; i < count; i++) {
        move(&pairs[i].name, from, to);
        move(&pairs[i].value, from, to);
    }
}

/* All of it stands in the `size` bytes of the head. */
static unsigned keep_head(struct pv_mhd_connection *connection, const char *head, size_t size)
{
    struct pv_http_request *request = &connection->request;
    if (!pv_mhd_buffer_reserve(&connection->head, size))
        return MHD_HTTP_SERVICE_UNAVAILABLE;
    char *kept = connection->head.ptr;
    memcpy(kept, head, size);
    move(&request->method, head, kept);
    if (!connection->path_is_root)
        move(&request->path, head, kept);
    move_pairs(connection->headers, request->header_count, head, kept);
    move_pairs(connection->query, request->query_count, head, kept);
    return 0;
}

unsigned pv_mhd_check_head(struct pv_mhd_connection *connection, const char *method_text, const char *version)
{
    const struct pv_http_options *options = &connection->server->options;
    struct pv_http_request *request = &connection->request;
    struct pv_str method = {method_text, strlen(method_text)};
    size_t version_len = strlen(version);
    struct head head = {.connection = connection, .expected = version + version_len + 2};
    if (!check_request_line(connection, method, version))
        return MHD_HTTP_BAD_REQUEST;
    request->method = method;
    connection->is_1_0 = strcmp(version, MHD_HTTP_VERSION_1_0) == 0;
    connection->is_head = pv_str_equal(method, PV_STR("HEAD"));
    keep_for_log(connection);
    (void)MHD_get_connection_values_n(
        connection->mhd, (enum MHD_ValueKind)(MHD_HEADER_KIND | MHD_GET_ARGUMENT_KIND | MHD_COOKIE_KIND),
        take_pair, &head);
    size_t size =
        MHD_get_connection_info(connection->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)->header_size;
    if (head.bad || head.authorizations > 1 || !ends_twice(&head, method_text + size) ||
        !frames_one_request(&head, connection->is_1_0) || head.query > PV_HTTP_QUERY_MAX)
        return MHD_HTTP_BAD_REQUEST;
    /* An eighth of the memory is the reply's head's. */
    if (head.headers > PV_HTTP_REQUEST_HEADERS_MAX ||
        size + head.memory > options->header_bytes - options->header_bytes / 8)
        return MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE;
    request->header_count = head.headers;
    request->query_count = head.query;
    connection->has_body = head.codings + head.lengths != 0;
    connection->declared = declared_length(head.length);
    if (connection->declared > options->body_bytes)
        return MHD_HTTP_CONTENT_TOO_LARGE;
    return keep_head(connection, method_text, size);
}
