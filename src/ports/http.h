/* HTTP as the API sees it: whole requests in, replies out, now or later. Whoever serves (src/adapters/mhd_*)
   has checked the framing, limits and deadlines before anything comes here. */
#ifndef PV_HTTP_H
#define PV_HTTP_H

#include "base.h"

struct pv_http_pair {
    struct pv_str name, value;
};

/* Borrowed until the exchange is answered. */
struct pv_http_request {
    struct pv_str method; /* as sent */
    struct pv_str path;   /* percent-decoded, begins with a slash, has no NUL */
    const struct pv_http_pair *headers;
    size_t header_count;
    const struct pv_http_pair *query; /* percent-decoded, in order */
    size_t query_count;
    struct pv_str body;
    struct pv_str peer; /* the other side's address, in text */
};
/* The first header of that name, without regard to case, or ptr NULL; the same for a query parameter, with
   regard to it. */
struct pv_str pv_http_header(const struct pv_http_request *request, const char *name);
struct pv_str pv_http_query(const struct pv_http_request *request, const char *name);

enum pv_http_read {
    PV_HTTP_BYTES, /* *len bytes were written */
    PV_HTTP_LATER, /* nothing now: read again after `wake`, or when the heartbeat is due */
    PV_HTTP_END,
    PV_HTTP_BROKEN, /* cut the connection: what was sent is not whole (which HTTP/1.0 cannot tell from END) */
};
/* Has a body that said LATER read again: from any thread, until that body is closed. No call may still be
   running when close returns: a lock that both take sees to it. */
struct pv_http_waker {
    void (*wake)(void *context);
    void *context;
};

/* A body that is made as it goes out. All calls come from one thread at a time. */
struct pv_http_body_ops {
    /* Before the first read; never, if nothing is read, as of a reply to HEAD. */
    void (*started)(void *self, struct pv_http_waker waker);
    /* BYTES without any is LATER. */
    enum pv_http_read (*read)(void *self, char *buffer, size_t size, size_t *len);
    void (*close)(void *self);
    /* Once, before a read, when the server is about to end: this is the time for last words and PV_HTTP_END.
       A body without an end is cut when the drain's time is over. May be NULL. */
    void (*drain)(void *self);
};
struct pv_http_body {
    const struct pv_http_body_ops *ops;
    void *self;
};

enum { PV_HTTP_HEADERS_MAX = 12 };
struct pv_http_reply {
    unsigned status; /* 200 to 599. With 304, and in reply to HEAD, the body is not sent, but its length is */
    /* Copied by answer, which adds Content-Length, Date, Connection and X-Content-Type-Options. No value may
       be empty or contain a line end: 500 is then sent instead of the reply. */
    struct pv_http_pair headers[PV_HTTP_HEADERS_MAX];
    size_t header_count;
    struct pv_str bytes;      /* the body, copied by answer; used if body.ops is NULL */
    struct pv_http_body body; /* taken over by answer, which closes it in any case */
};
void pv_http_reply_header(struct pv_http_reply *reply, const char *name, struct pv_str value);

/* One request and its one answer. */
struct pv_http_exchange;
struct pv_http_exchange_ops {
    /* Exactly once for each exchange, from any thread, during the handler or later; the exchange and its
       request are gone afterwards. */
    void (*answer)(struct pv_http_exchange *exchange, struct pv_http_reply *reply);
};
struct pv_http_exchange {
    const struct pv_http_exchange_ops *ops;
    const struct pv_http_request *request;
};

/* Must see to it that the exchange is answered. Must not block. */
typedef void pv_http_handler_fn(void *context, struct pv_http_exchange *exchange);

#endif
