/* What the files of the HTTP server share. */
#ifndef PV_MHD_PARTS_H
#define PV_MHD_PARTS_H

#include "mhd_server.h"

#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>

/* Text that grows: the buffers of a connection, which serve one request after the other. */
struct pv_mhd_buffer {
    char *ptr;
    size_t size;
};
/* Room for `size` bytes; what was there is kept. False: no memory, nothing changed. */
PV_MUST_USE bool pv_mhd_buffer_reserve(struct pv_mhd_buffer *buffer, size_t size);
/* Gives back what is more than an idle connection may keep. */
void pv_mhd_buffer_trim(struct pv_mhd_buffer *buffer);

/* Where the exchange of a connection stands. */
enum pv_mhd_state {
    PV_MHD_RECEIVING, /* no request, or not all of it */
    PV_MHD_HANDLING,  /* the handler has it */
    PV_MHD_SUSPENDED, /* the handler has it, and libmicrohttpd has let go of the connection */
    PV_MHD_ANSWERED,
};

/* A body that is made as it goes out. */
enum pv_mhd_stream_state {
    PV_MHD_STREAM_READING,
    PV_MHD_STREAM_WOKEN,  /* while it was read: there is more already */
    PV_MHD_STREAM_WAITING /* suspended: whoever turns this into WOKEN resumes the connection */
};
struct pv_mhd_stream {
    struct pv_http_body body; /* ops NULL: none */
    atomic_int state;
    _Atomic int64_t beat; /* when a waiting one is read again */
    bool started, told;
};

/* A connection. Its memory belongs to the registry (mhd_connections.c); of the rest, one thread at a time is
   the owner: libmicrohttpd's, or between handler and answer whoever has the exchange. */
struct pv_mhd_connection {
    struct pv_http_exchange exchange; /* first: an exchange is its connection */
    struct pv_mhd_server *server;
    struct MHD_Connection *mhd;
    pthread_t thread; /* libmicrohttpd's */

    /* The registry's, under its mutex. */
    struct pv_mhd_connection *next, **back;
    int fd;
    unsigned daemon;
    struct in6_addr address; /* what counts as one address */

    /* Looked at by the keeper as well. */
    _Atomic int64_t deadline;
    atomic_bool idle; /* between requests */
    atomic_int state; /* enum pv_mhd_state */
    struct pv_mhd_stream stream;

    /* The request. Pointers lead into libmicrohttpd's memory, which stays until the reply is sent. */
    const char *target; /* the request line's, decoded in place */
    size_t target_size; /* as it was sent */
    size_t path_at;     /* where the path begins, behind the authority of an absolute form; or */
    bool path_is_root;  /* there is none behind it */
    bool target_bad;
    bool seen; /* the head was looked at */
    bool is_head, is_1_0;
    bool has_body;
    size_t declared;  /* the length of the body, if that was said */
    unsigned refused; /* a status that the request gets instead of the handler, 0 if none */
    size_t dropped;   /* bytes of a body that is too long */
    struct pv_http_request request;
    struct pv_http_pair headers[PV_HTTP_REQUEST_HEADERS_MAX];
    struct pv_http_pair query[PV_HTTP_QUERY_MAX];
    struct pv_mhd_buffer body;

    /* The reply. */
    struct MHD_Response *response; /* made, and not yet libmicrohttpd's */
    bool owns_response;            /* it is no page of the server's */
    struct pv_mhd_buffer out;      /* its bytes */
    unsigned status;
    uint64_t bytes;

    /* For the access log. */
    int64_t since; /* microseconds */
    char method[16], path[PV_HTTP_LOGGED_MAX + 1];
    size_t method_len, path_len;
    char peer[INET6_ADDRSTRLEN];
    size_t peer_len;
};

/* Refusals that the server gives itself. */
enum pv_mhd_page {
    PV_MHD_PAGE_400,
    PV_MHD_PAGE_413,
    PV_MHD_PAGE_431,
    PV_MHD_PAGE_500,
    PV_MHD_PAGE_503,
    PV_MHD_PAGES
};

/* When 128 connections of a daemon have something at once, libmicrohttpd 0.9.75 waits for more before it
   looks at any of them: for ever, if these are all. So no daemon has that many. */
enum { PV_MHD_DAEMON_CONNECTIONS = 127 };
struct pv_mhd_daemon {
    struct MHD_Daemon *mhd;
    unsigned connections;
};

struct pv_mhd_server {
    struct pv_http_options options;
    struct pv_clock clock;
    /* A loop and a thread each, none of which listens; the first options.threads of them are used as long as
       they have room. */
    struct pv_mhd_daemon *daemons;
    unsigned daemon_count; /* that were started */
    unsigned daemons_max;
    struct MHD_Response *pages[PV_MHD_PAGES];
    uint16_t port;

    pthread_t keeper;
    int listener, wake_fd; /* -1: closed */

    pthread_mutex_t mutex;             /* the registry's */
    pthread_cond_t changed;            /* fewer connections, or no listener */
    struct pv_mhd_connection *pending; /* accepted, and not yet known to libmicrohttpd's thread */
    struct pv_mhd_connection *live;
    unsigned count; /* of both */
    bool listening, stopped;

    atomic_bool draining, cutting;
    atomic_uint streams;
    atomic_uint answering; /* threads that are inside of a late answer */
};

/* mhd_clock.c */
int64_t pv_mhd_now(const struct pv_mhd_server *server);
int64_t pv_mhd_microseconds(void);
extern const struct pv_clock pv_mhd_system_clock;
enum { PV_MHD_SLOWEST = 16 }; /* bytes a millisecond that bodies and replies may take */
/* Sets the deadline to `ms` from now, and longer by the time for `bytes`. */
void pv_mhd_deadline(struct pv_mhd_connection *connection, int ms, uint64_t bytes);
static inline void pv_mhd_no_deadline(struct pv_mhd_connection *connection)
{
    atomic_store_explicit(&connection->deadline, INT64_MAX, memory_order_relaxed);
}

/* mhd_server.c: a loop without a listener. `driver`: MHD_USE_EPOLL_INTERNAL_THREAD, or 0: whoever calls
   MHD_run is its thread, as fuzz/fuzz_http.c does. NULL: no memory, threads or descriptors. */
PV_MUST_USE struct MHD_Daemon *pv_mhd_start_daemon(struct pv_mhd_server *server, unsigned driver);

/* mhd_listen.c: a listening socket, non-blocking, and its port. */
PV_MUST_USE bool pv_mhd_listen(const char *address, uint16_t port, int *listener, uint16_t *chosen,
                               struct pv_fault *fault);
/* Takes a connection that waits, if there is one, and hands it over. False: the system gives none, for want
   of descriptors or memory. */
PV_MUST_USE bool pv_mhd_accept(struct pv_mhd_server *server);

/* mhd_connections.c: the registry. NULL: no memory, or too many of that address. */
struct pv_mhd_connection *pv_mhd_register(struct pv_mhd_server *server, int fd,
                                          const struct sockaddr_storage *peer);
/* Of one that libmicrohttpd did not take. */
void pv_mhd_unregister(struct pv_mhd_connection *connection);
void pv_mhd_on_connection(void *server, struct MHD_Connection *mhd, void **context,
                          enum MHD_ConnectionNotificationCode code);
struct pv_mhd_connection *pv_mhd_connection_of(struct MHD_Connection *mhd);
/* Those that libmicrohttpd lost, which it does for want of memory and without a word: whose thread has not
   begun with them when they are due. If it still does, it finds none and closes them. The mutex is held. */
void pv_mhd_forget_pending(struct pv_mhd_server *server, int64_t due);

/* mhd_deadlines.c: the keeper, a thread that accepts, and cuts what is late. */
void *pv_mhd_keep(void *server);
void pv_mhd_wake_keeper(struct pv_mhd_server *server);

/* mhd_target.c */
void *pv_mhd_on_target(void *server, const char *target, struct MHD_Connection *mhd);
size_t pv_mhd_unescape(void *server, struct MHD_Connection *mhd, char *text);
/* mhd_framing.c: looks at the whole head, and fills in the request. The status to refuse it with, or 0. */
unsigned pv_mhd_check_head(struct pv_mhd_connection *connection, const char *method, const char *version);
/* mhd_body.c: before the body, and each part of it; MHD_NO cuts the connection. */
unsigned pv_mhd_expect_body(struct pv_mhd_connection *connection);
enum MHD_Result pv_mhd_take_body(struct pv_mhd_connection *connection, const char *bytes, size_t *len);
/* mhd_exchange.c */
enum MHD_Result pv_mhd_on_request(void *server, struct MHD_Connection *mhd, const char *target,
                                  const char *method, const char *version, const char *bytes, size_t *len,
                                  void **context);
void pv_mhd_on_completed(void *server, struct MHD_Connection *mhd, void **context,
                         enum MHD_RequestTerminationCode code);
extern const struct pv_http_exchange_ops pv_mhd_exchange_ops;
/* mhd_reply.c: sets the connection's response and status. Closes the reply's body, or keeps it to do so. */
void pv_mhd_make_reply(struct pv_mhd_connection *connection, struct pv_http_reply *reply);
void pv_mhd_drop_response(struct pv_mhd_connection *connection);
PV_MUST_USE bool pv_mhd_make_pages(struct pv_mhd_server *server);
void pv_mhd_free_pages(struct pv_mhd_server *server);
struct MHD_Response *pv_mhd_page(struct pv_mhd_server *server, unsigned status);
/* mhd_stream.c */
struct MHD_Response *pv_mhd_make_stream(struct pv_mhd_connection *connection, struct pv_http_body body);
/* Has a waiting body read again. The registry's mutex is held. */
void pv_mhd_wake_stream(struct pv_mhd_connection *connection);

#endif
