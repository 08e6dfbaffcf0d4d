#include "request_line.h"

#include <string.h>

/* The next word, up to a space. */
static struct pv_str next_word(struct pv_str *rest)
{
    size_t len = 0;
    while (len < rest->len && rest->ptr[len] != ' ')
        len++;
    struct pv_str word = {rest->ptr, len};
    size_t after = len + (len < rest->len);
    *rest = (struct pv_str){rest->ptr + after, rest->len - after};
    return word;
}

static struct pv_str part(struct pv_str text, size_t from, size_t to)
{
    return (struct pv_str){text.ptr + from, to - from};
}

/* Where the byte is; the length if it is nowhere. */
static size_t find(struct pv_str text, char byte)
{
    size_t at = 0;
    while (at < text.len && text.ptr[at] != byte)
        at++;
    return at;
}

static int hex(char c)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    const char *at = c != '\0' ? strchr(digits, c) : NULL;
    if (at == NULL)
        return -1;
    return at - digits < 16 ? (int)(at - digits) : (int)(at - digits) - 6;
}

static bool decode(struct pv_str text, struct bag *bag, struct pv_str *decoded)
{
    struct buf out = {0};
    bool good = true;
    for (size_t i = 0; i < text.len && good; i++) {
        char c = text.ptr[i];
        if (c == '%') {
            int high = i + 1 < text.len ? hex(text.ptr[i + 1]) : -1;
            int low = i + 2 < text.len ? hex(text.ptr[i + 2]) : -1;
            good = high >= 0 && low >= 0;
            c = (char)(high * 16 + low);
            i += 2;
        }
        buf_add(&out, &c, 1);
    }
    if (good)
        *decoded = bag_copy(bag, out.bytes, out.len);
    buf_free(&out);
    return good;
}

static bool has_no(struct pv_str text, const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (find(text, bytes[i]) < text.len)
            return false;
    return true;
}

static bool read_query(struct pv_str text, struct bag *bag, struct request *r)
{
    while (text.len > 0 && r->http.query_count < REQUEST_QUERY) {
        size_t end = find(text, '&');
        struct pv_str one = part(text, 0, end);
        size_t equals = find(one, '=');
        struct pv_http_pair *pair = &r->query[r->http.query_count++];
        if (!decode(part(one, 0, equals), bag, &pair->name) ||
            !decode(part(one, equals + (equals < one.len), one.len), bag, &pair->value))
            return false;
        text = part(text, end + (end < text.len), text.len);
    }
    return true;
}

static bool read_target(struct pv_str target, struct bag *bag, struct request *r)
{
    size_t mark = find(target, '?');
    if (target.len == 0 || target.ptr[0] != '/' || !decode(part(target, 0, mark), bag, &r->http.path))
        return false;
    return has_no(r->http.path, "", 1) &&
           read_query(part(target, mark + (mark < target.len), target.len), bag, r);
}

static void add_header(struct request *r, struct pv_str name, struct pv_str value)
{
    if (r->http.header_count < REQUEST_HEADERS)
        r->headers[r->http.header_count++] = (struct pv_http_pair){name, value};
}

/* NAME=VALUE, whose name is of letters, digits and hyphens. */
static bool read_header(struct pv_str word, struct bag *bag, struct request *r)
{
    static const char token[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
    size_t equals = find(word, '=');
    if (equals == 0 || equals == word.len)
        return false;
    for (size_t i = 0; i < equals; i++)
        if (word.ptr[i] == '\0' || strchr(token, word.ptr[i]) == NULL)
            return false;
    char *value = bag_alloc(bag, word.len - equals - 1);
    for (size_t i = equals + 1; i < word.len; i++)
        value[i - equals - 1] = (char)(word.ptr[i] == '_' ? ' ' : word.ptr[i]);
    add_header(r, bag_copy(bag, word.ptr, equals), (struct pv_str){value, word.len - equals - 1});
    return true;
}

bool request_read(struct pv_str line, struct bag *bag, struct request *r)
{
    *r = (struct request){.queued = line.len > 0 && line.ptr[0] == '&'};
    struct pv_str rest = part(line, r->queued, line.len), caller = next_word(&rest),
                  method = next_word(&rest);
    if (!has_no(line, "\0\r", 2) || caller.len == 0 || !read_target(next_word(&rest), bag, r))
        return false;
    r->http.method = bag_copy(bag, method.ptr, method.len);
    if (!str_is(caller, "-"))
        add_header(r, PV_STR("Authorization"), bag_copy(bag, caller.ptr, caller.len));
    for (struct pv_str after = rest; rest.len > 0 && read_header(next_word(&after), bag, r);)
        rest = after;
    if (rest.len > 0 && rest.ptr[0] == '%') {
        if (!decode(part(rest, 1, rest.len), bag, &r->http.body))
            return false;
    } else {
        r->http.body = bag_copy(bag, rest.ptr, rest.len);
    }
    r->http.headers = r->headers;
    r->http.query = r->query;
    r->http.peer = PV_STR("192.0.2.1");
    if (rest.len > 0 && pv_http_header(&r->http, "Content-Type").ptr == NULL)
        add_header(r, PV_STR("Content-Type"), PV_STR("application/json"));
    return true;
}

int64_t request_wait(struct pv_str line)
{
    int64_t ms = 0;
    if (!str_is(next_word(&line), "wait") || line.len == 0 || line.len > 6)
        return -1;
    for (size_t i = 0; i < line.len; i++) {
        if (line.ptr[i] < '0' || line.ptr[i] > '9')
            return -1;
        ms = ms * 10 + (line.ptr[i] - '0');
    }
    return ms > 100000 ? 100000 : ms;
}

static bool is_good(struct pv_str token, struct who *who)
{
    size_t slash = find(token, '/'), colon = find(part(token, 0, slash), ':');
    struct pv_str own = part(token, colon + (colon < slash), slash);
    size_t count = 0;
    for (size_t i = 0; i < colon; i++) {
        char c = token.ptr[i];
        if (c == '\0' || strchr("auvn", c) == NULL || strchr(who->roles, c) != NULL)
            return false;
        if (c != 'n')
            who->roles[count++] = c;
    }
    if (slash < token.len &&
        model_check_ulid(part(token, slash + 1, token.len), who->election) != PV_CODE_NONE)
        return false;
    who->subject = token;
    if (strchr(who->roles, 'v') == NULL || model_check_ulid(own, who->voter) != PV_CODE_NONE) {
        who->voter[0] = '\0';
        if (model_check_email(own) == PV_CODE_NONE)
            who->email = own;
    }
    return kit_is_clean(token, "");
}

void who_read(struct pv_str token, struct who *who)
{
    struct who made = {.result = PV_AUTH_KNOWN}, none = {.result = PV_AUTH_REFUSED};
    if (token.ptr == NULL)
        none.result = PV_AUTH_ANONYMOUS;
    else if (str_is(token, "!"))
        none.result = PV_AUTH_FAULT;
    bool known = token.ptr != NULL && token.len > 0 && token.len <= PV_AUTH_TEXT_MAX && is_good(token, &made);
    *who = known ? made : none;
}
