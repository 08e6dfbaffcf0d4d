#include "naive_http.h"

#include <string.h>

static struct pv_str part(struct pv_str text, size_t from, size_t to)
{
    return (struct pv_str){text.ptr + from, to - from};
}

static size_t find(struct pv_str text, char byte)
{
    size_t at = 0;
    while (at < text.len && text.ptr[at] != byte)
        at++;
    return at;
}

/* The four bytes behind the last value: CR LF CR LF, or what leaves the same in libmicrohttpd's memory, where
   line ends, NULs and a colon at the beginning of a line are all the same. */
static bool is_tail(const char *bytes)
{
    size_t i = 0;
    while (i < 2 && bytes[i] == '\0')
        i++;
    i += i < 2 && bytes[i] == '\r';
    if (bytes[i++] != '\n')
        return false;
    i += i < 3 && bytes[i] == ':';
    while (i < 3 && bytes[i] == '\0')
        i++;
    i += i < 3 && bytes[i] == '\r';
    return i == 3 && bytes[3] == '\n';
}

/* A line of a head, up to CR LF; or NUL LF, of which there is no trace. *last: the empty line follows, and
   was taken as well. */
static bool next_line(struct pv_str *rest, struct pv_str *line, bool *last, bool *doubted)
{
    size_t end = 0;
    while (end < rest->len && rest->ptr[end] != '\0' && rest->ptr[end] != '\r' && rest->ptr[end] != '\n')
        end++;
    struct pv_str after = part(*rest, end, rest->len);
    *last = after.len >= 4 && is_tail(after.ptr);
    if (!*last && (after.len < 2 || after.ptr[0] == '\n' || after.ptr[1] != '\n'))
        return false;
    *doubted |= memcmp(after.ptr, "\r\n\r\n", *last ? 4 : 2) != 0;
    *line = part(*rest, 0, end);
    *rest = part(after, *last ? 4 : 2, after.len);
    return true;
}

static bool is_token(struct pv_str text)
{
    static const char marks[] =
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == '\0' || strchr(marks, text.ptr[i]) == NULL)
            return false;
    return text.len > 0;
}

static struct pv_str trimmed(struct pv_str text)
{
    while (text.len > 0 && (text.ptr[0] == ' ' || text.ptr[0] == '\t'))
        text = part(text, 1, text.len);
    while (text.len > 0 && (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == '\t'))
        text.len--;
    return text;
}

static bool is(struct pv_str text, const char *small)
{
    if (text.len != strlen(small))
        return false;
    for (size_t i = 0; i < text.len; i++)
        if ((text.ptr[i] >= 'A' && text.ptr[i] <= 'Z' ? text.ptr[i] + 32 : text.ptr[i]) != small[i])
            return false;
    return true;
}

/* The value of a digit, or 99. */
static unsigned digit(char c)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *at = c == '\0' ? NULL : strchr(digits, c);
    if (at == NULL && c >= 'A' && c <= 'F')
        at = strchr(digits + 16, c);
    return at == NULL ? 99 : (unsigned)(at - digits) % 16;
}

static bool decode(struct pv_str text, bool plus, struct bag *bag, struct pv_str *decoded)
{
    char *out = bag_alloc(bag, text.len);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        out[len] = text.ptr[i] == '+' && plus ? ' ' : text.ptr[i];
        if (text.ptr[i] == '%') {
            if (i + 2 >= text.len || digit(text.ptr[i + 1]) > 15 || digit(text.ptr[i + 2]) > 15)
                return false;
            out[len] = (char)(digit(text.ptr[i + 1]) * 16 + digit(text.ptr[i + 2]));
            if (out[len] == '\0')
                return false;
            i += 2;
        }
        len++;
    }
    *decoded = (struct pv_str){out, len};
    return true;
}

static bool read_query(struct pv_str text, struct bag *bag, struct naive_http *request)
{
    while (text.len > 0) { /* nothing behind the last & is no parameter */
        size_t end = find(text, '&'), equals = find(part(text, 0, end), '=');
        struct pv_http_pair *pair = &request->query[request->query_count++];
        if (request->query_count == NAIVE_HTTP_QUERY ||
            !decode(part(text, 0, equals), true, bag, &pair->name) ||
            !decode(part(text, equals + (equals < end), end), true, bag, &pair->value))
            return false;
        text = part(text, end + (end < text.len), text.len);
    }
    return true;
}

/* The origin form or the absolute form. */
static bool read_target(struct pv_str target, struct bag *bag, struct naive_http *request)
{
    for (size_t i = 0; i < target.len; i++)
        if (target.ptr[i] <= ' ' || target.ptr[i] > '~' || target.ptr[i] == '#')
            return false;
    size_t mark = find(target, '?'), begin = 0;
    if (target.len == 0)
        return false;
    if (target.ptr[0] != '/') {
        size_t colon = find(target, ':');
        begin = colon + 3;
        if ((!is(part(target, 0, colon), "http") && !is(part(target, 0, colon), "https")) ||
            begin >= target.len || target.ptr[colon + 1] != '/' || target.ptr[colon + 2] != '/')
            return false;
        mark = begin + find(part(target, begin, target.len), '?');
        size_t slash = begin + find(part(target, begin, mark), '/');
        if (slash == begin)
            return false;
        begin = slash;
    }
    struct pv_str path = begin == mark ? PV_STR("/") : part(target, begin, mark);
    return decode(path, false, bag, &request->path) &&
           read_query(part(target, mark + (mark < target.len), target.len), bag, request);
}

static bool read_request_line(struct pv_str line, struct bag *bag, struct naive_http *request)
{
    size_t first = find(line, ' ');
    if (first == line.len)
        return false;
    struct pv_str after = part(line, first + 1, line.len);
    size_t second = find(after, ' ');
    if (second == after.len)
        return false;
    struct pv_str version = part(after, second + 1, after.len);
    request->method = part(line, 0, first);
    request->keeps = str_is(version, "HTTP/1.1");
    return is_token(request->method) && version.len == 8 && memcmp(version.ptr, "HTTP/1.", 7) == 0 &&
           digit(version.ptr[7]) < 10 && read_target(part(after, 0, second), bag, request);
}

struct framing {
    unsigned hosts, authorizations, lengths, codings;
    struct pv_str length, coding;
};

static bool read_header(struct pv_str line, struct naive_http *request, struct framing *framing)
{
    size_t colon = find(line, ':');
    if (colon == line.len || request->header_count == NAIVE_HTTP_HEADERS)
        return false;
    struct pv_str name = part(line, 0, colon), value = trimmed(part(line, colon + 1, line.len));
    for (size_t i = 0; i < value.len; i++)
        if ((value.ptr[i] >= 0 && value.ptr[i] < ' ' && value.ptr[i] != '\t') || value.ptr[i] == 0x7f)
            return false;
    request->headers[request->header_count++] = (struct pv_http_pair){name, value};
    if (is(name, "content-length") || is(name, "transfer-encoding"))
        request->doubted |= value.ptr + value.len != line.ptr + line.len;
    framing->hosts += is(name, "host");
    framing->authorizations += is(name, "authorization");
    framing->lengths += is(name, "content-length");
    framing->codings += is(name, "transfer-encoding");
    framing->length = is(name, "content-length") ? value : framing->length;
    framing->coding = is(name, "transfer-encoding") ? value : framing->coding;
    request->keeps &= !is(name, "connection") && !is(name, "upgrade") && !is(name, "expect");
    return is_token(name);
}

static bool read_sized(struct pv_str *rest, struct pv_str length, struct naive_http *request)
{
    size_t size = 0;
    for (size_t i = 0; i < length.len; i++) {
        if (digit(length.ptr[i]) > 9)
            return false;
        size = size > rest->len ? size : size * 10 + digit(length.ptr[i]);
    }
    if (length.len == 0 || size > rest->len)
        return false;
    request->body = part(*rest, 0, size);
    *rest = part(*rest, size, rest->len);
    return true;
}

static bool read_size(struct pv_str line, size_t most, size_t *size)
{
    size_t digits = 0;
    *size = 0;
    while (digits < line.len && digit(line.ptr[digits]) < 16) {
        *size = *size > most ? *size : *size * 16 + digit(line.ptr[digits]);
        digits++;
    }
    return digits > 0 && *size <= most && (digits == line.len || line.ptr[digits] == ';');
}

/* In chunks libmicrohttpd takes a bare LF for the end of a line, which does not show in what it hands on. */
static bool next_loose_line(struct pv_str *rest, struct pv_str *line)
{
    size_t lf = find(*rest, '\n');
    if (lf == rest->len)
        return false;
    *line = part(*rest, 0, lf > 0 && rest->ptr[lf - 1] == '\r' ? lf - 1 : lf);
    *rest = part(*rest, lf + 1, rest->len);
    return true;
}

/* They end with an empty line, or with what libmicrohttpd takes for one. */
static bool read_trailers(struct pv_str *rest)
{
    struct pv_str line;
    for (size_t i = 0; next_loose_line(rest, &line); i++) {
        if (line.len == 0 || line.ptr[0] == '\0' || line.ptr[0] == ':')
            return true;
        bool folded = i > 0 && (line.ptr[0] == ' ' || line.ptr[0] == '\t');
        line.len = find(line, '\0');
        if (!folded && find(line, ':') == line.len)
            return false;
    }
    return false;
}

static bool read_chunks(struct pv_str *rest, struct bag *bag, struct naive_http *request)
{
    struct buf body = {0};
    struct pv_str line, end;
    size_t size = 1;
    bool good = true;
    while (good && size > 0) {
        good = next_loose_line(rest, &line) && read_size(line, rest->len, &size);
        if (!good || size == 0)
            break;
        buf_add(&body, rest->ptr, size);
        *rest = part(*rest, size, rest->len);
        good = next_loose_line(rest, &end) && end.len == 0;
    }
    request->body = bag_copy(bag, body.bytes, body.len);
    buf_free(&body);
    return good && read_trailers(rest);
}

/* Empty lines before a request may be passed over. What libmicrohttpd takes for one it does not tell: also a
   bare LF, and a line that begins with NUL. */
static bool pass_nothing(struct pv_str *rest)
{
    struct pv_str after = *rest, line;
    if (!next_loose_line(&after, &line) || (line.len > 0 && line.ptr[0] != '\0'))
        return false;
    *rest = after;
    return true;
}

bool naive_http_read(struct pv_str *rest, struct bag *bag, struct naive_http *request)
{
    struct framing framing = {0};
    struct pv_str line = {NULL, 0};
    *request = (struct naive_http){.body = {"", 0}};
    while (pass_nothing(rest)) {
    }
    size_t before = rest->len;
    bool last;
    if (!next_line(rest, &line, &last, &request->doubted) || !read_request_line(line, bag, request))
        return false;
    bool is_1_0 = line.ptr[line.len - 1] == '0';
    while (!last) {
        if (!next_line(rest, &line, &last, &request->doubted) || !read_header(line, request, &framing))
            return false;
    }
    request->head_bytes = before - rest->len;
    if (framing.hosts > 1 || (framing.hosts == 0 && !is_1_0) || framing.lengths + framing.codings > 1 ||
        framing.authorizations > 1)
        return false;
    if (framing.codings == 1)
        return !is_1_0 && is(framing.coding, "chunked") && read_chunks(rest, bag, request);
    return framing.lengths == 0 || read_sized(rest, framing.length, request);
}

void naive_http_print(struct buf *out, struct pv_str method, struct pv_str path,
                      const struct pv_http_pair *query, size_t query_count,
                      const struct pv_http_pair *headers, size_t header_count, struct pv_str body)
{
    buf_format(out, "%.*s %zu ", (int)method.len, method.ptr, path.len);
    buf_add(out, path.ptr, path.len);
    for (size_t i = 0; i < query_count + header_count; i++) {
        const struct pv_http_pair *pair = i < query_count ? &query[i] : &headers[i - query_count];
        buf_format(out, "\n%s %zu ", i < query_count ? "query" : "header", pair->name.len);
        buf_add(out, pair->name.ptr, pair->name.len);
        buf_format(out, " %zu ", pair->value.len);
        buf_add(out, pair->value.ptr, pair->value.len);
    }
    buf_format(out, "\nbody %zu ", body.len);
    buf_add(out, body.ptr, body.len);
}
