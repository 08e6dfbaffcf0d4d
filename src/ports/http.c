#include "http.h"

#include <assert.h>
#include <string.h>

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

/* Letters of ASCII alone are the same in either case, whatever the locale. */
static bool is_name(struct pv_str text, struct pv_str name)
{
    if (text.len != name.len)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        if (lower(text.ptr[i]) != lower(name.ptr[i]))
            return false;
    }
    return true;
}

struct pv_str pv_http_header(const struct pv_http_request *request, const char *name)
{
    struct pv_str wanted = {name, strlen(name)};
    for (size_t i = 0; i < request->header_count; i++) {
        if (is_name(request->headers[i].name, wanted))
            return request->headers[i].value;
    }
    return (struct pv_str){NULL, 0};
}

struct pv_str pv_http_query(const struct pv_http_request *request, const char *name)
{
    struct pv_str wanted = {name, strlen(name)};
    for (size_t i = 0; i < request->query_count; i++) {
        if (pv_str_equal(request->query[i].name, wanted))
            return request->query[i].value;
    }
    return (struct pv_str){NULL, 0};
}

void pv_http_reply_header(struct pv_http_reply *reply, const char *name, struct pv_str value)
{
    assert(reply->header_count < PV_HTTP_HEADERS_MAX);
    reply->headers[reply->header_count++] = (struct pv_http_pair){{name, strlen(name)}, value};
}
