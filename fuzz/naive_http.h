/* A strict reader of HTTP/1.1 (RFC 9112), of the plainest kind: the requests on a connection, as far as they
   can be read in one way only. */
#ifndef PV_FUZZ_NAIVE_HTTP_H
#define PV_FUZZ_NAIVE_HTTP_H

#include "http.h"
#include "kit.h"

enum { NAIVE_HTTP_HEADERS = 200, NAIVE_HTTP_QUERY = 200 };

struct naive_http {
    struct pv_str method, path, body;
    struct pv_http_pair headers[NAIVE_HTTP_HEADERS], query[NAIVE_HTTP_QUERY];
    size_t header_count, query_count;
    size_t head_bytes; /* with the empty line behind it */
    bool keeps;        /* the connection, without any doubt */
    bool doubted;      /* may be refused as well: a line end that is none, a blank behind what says how long
                          the body is */
};
/* Reads the request at the beginning of *rest, and leaves there what follows it. False: there is none, not
   all of it, or it is not as it must be. What is decoded goes to the bag. */
bool naive_http_read(struct pv_str *rest, struct bag *bag, struct naive_http *request);

/* A request in full, for comparing. */
void naive_http_print(struct buf *out, struct pv_str method, struct pv_str path,
                      const struct pv_http_pair *query, size_t query_count,
                      const struct pv_http_pair *headers, size_t header_count, struct pv_str body);

#endif
