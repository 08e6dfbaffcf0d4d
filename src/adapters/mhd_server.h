/* The HTTP server behind src/ports/http.h, over libmicrohttpd.

   What comes to the handler is sound: one request with an unmistakable end, within all limits, its target
   decoded. What is not is answered here: 400 (malformed, or what two servers could read in two ways), 413,
   431, 503, as application/problem+json (RFC 9457), and the handler never sees it. libmicrohttpd itself
   answers what it cannot parse at all with a page of its own. Every wait for the other side has a deadline
   that no trickle of bytes extends.

   There is no TLS here: beyond the own machine, a proxy belongs in front. */
#ifndef PV_MHD_SERVER_H
#define PV_MHD_SERVER_H

#include "clock.h"
#include "fault.h"
#include "http.h"

/* One request that is over; lent for the call. */
struct pv_http_access {
    struct pv_str method,
        path;             /* both cut after PV_HTTP_LOGGED_MAX bytes; empty if the head was not understood */
    unsigned status;      /* 0: none was sent */
    uint64_t bytes;       /* of the body */
    int64_t microseconds; /* since the request line */
    struct pv_str peer;
};
enum { PV_HTTP_LOGGED_MAX = 255 };

/* At most so many headers, and so many parameters in a query: 431 and 400 beyond. */
enum { PV_HTTP_REQUEST_HEADERS_MAX = 64, PV_HTTP_QUERY_MAX = 32 };

/* What is 0 or NULL takes the value in parentheses. Times are milliseconds. */
struct pv_http_options {
    const char *address;  /* to listen on, an IPv4 or IPv6 address ("127.0.0.1"); "::" is both */
    uint16_t port;        /* 0: one that is free, see pv_mhd_port */
    unsigned threads;     /* that handlers run in (2) */
    unsigned connections; /* (1024) beyond these, others wait until one is closed */
    unsigned
        connections_per_address; /* (all) of an IPv4 address or IPv6 /64; beyond these, they are closed */
    size_t header_bytes; /* (32 KiB) memory of a connection, of which a request's head takes at most seven
                            eighths */
    size_t body_bytes;   /* (64 KiB) */
    /* From the connection's beginning, or from its next request line, to the end of the head (10,000); for
       the body (10,000); for taking a reply, or the next part of a streamed one (30,000); between requests
       (15,000). Bodies and replies get another second for each 16 KiB. */
    int header_ms, body_ms, response_ms, keep_alive_ms;
    int heartbeat_ms;     /* (15,000) after which a body that said PV_HTTP_LATER is read again */
    unsigned streams_max; /* (256) bodies that are made as they go out, at a time; 503 beyond */
    int tick_ms;          /* (250) how often deadlines are looked at, in the time of the system */
    const struct pv_clock
        *clock; /* (the system's) for deadlines: only monotonic_ms is asked, from any thread */

    pv_http_handler_fn *handler; /* from several threads */
    void *context;               /* of all three */
    /* The JSON of a refusal that the server itself gives, which stays as long as the server; NULL, or NULL
       for a status: RFC 9457 without a type. Called in open. */
    const char *(*page)(unsigned status);
    /* Both may be NULL, and are called from any thread. */
    void (*on_access)(void *context, const struct pv_http_access *access);
    void (*on_error)(void *context, const char *line); /* what libmicrohttpd says, without a line end */
};

struct pv_mhd_server;

/* Listens and answers from now on, in threads of its own, which block all signals. The options are copied;
   the clock is borrowed until close. The server is written only if that succeeds. Faults: BUSY (the address
   is in use), DENIED, NO_MEMORY, IO. */
PV_MUST_USE bool pv_mhd_open(const struct pv_http_options *options, struct pv_mhd_server **server,
                             struct pv_fault *fault);
uint16_t pv_mhd_port(const struct pv_mhd_server *server);

/* Between these, answers that the calling thread gives to requests of other threads are kept back, and go out
   together at the end or when there are PV_HTTP_BURST_MAX: to wake a thread for each of many costs more than
   the rest of an answer. Nothing that takes long may be done after the first of them. */
enum { PV_HTTP_BURST_MAX = 64 };
void pv_mhd_begin_burst(void);
void pv_mhd_end_burst(void);

/* Accepts no connection any more and closes those that are idle; requests that run are answered with
   `Connection: close`; bodies are told (pv_http_body_ops.drain). Returns once all connections are closed,
   true, or after `timeout_ms` of the system's time, false: what is still open is then cut, except that a
   request must be answered in any case. */
PV_MUST_USE bool pv_mhd_drain(struct pv_mhd_server *server, int timeout_ms);

/* Cuts what is open and returns when all is closed; without a drain before, connections are just cut. Waits
   for each exchange to be answered, so whoever answers must still be running. NULL is fine. */
void pv_mhd_close(struct pv_mhd_server *server);

#endif
