#include "http.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

struct pv_str pv_http_header(const struct pv_http_request *request, const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < request->header_count; i++) {
        const struct pv_http_pair *header = &request->headers[i];
        if (header->name.len == len && strncasecmp(header->name.ptr, name, len) == 0)
            return header->value;
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
