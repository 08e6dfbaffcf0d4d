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
    PV_MHD_ANSWERED,
    PV_MHD_ABANDONED, /* the handler has it, and the other side has gone */
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
   the owner: its loop's, or between handler and answer whoever has the exchange. */
struct pv_mhd_connection {
    struct pv_http_exchange exchange; /* first: an exchange is its connection */
    struct pv_mhd_server *server;
    struct pv_mhd_loop *loop;
    struct MHD_Connection *mhd;
    pthread_t thread; /* the loop's */

    /* The registry's, under its mutex. */
    struct pv_mhd_connection *next, **back;
    int fd;
    bool is_closed, is_released; /* libmicrohttpd is done with it; whoever had its abandoned exchange is */
    struct in6_addr address;     /* what counts as one address */
    struct sockaddr_storage peer_address;

    /* The loop's. */
    bool waits;     /* for its answer */
    bool abandoned; /* it is over, and its exchange is still to be answered */

    /* Looked at by the keeper as well. */
    _Atomic int64_t deadline;
    atomic_bool idle; /* between requests */
    atomic_int state; /* enum pv_mhd_state */
    struct pv_mhd_stream stream;

    /* The request. The handler's lies in `head` and `body`, because libmicrohttpd's own memory goes when the
       other side does. */
    struct pv_mhd_buffer head;
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

/* A loop of libmicrohttpd without a listener, and the thread that turns it (mhd_loop.c). */
struct pv_mhd_loop {
    struct pv_mhd_server *server;
    struct MHD_Daemon *mhd;
    int events_fd; /* libmicrohttpd's epoll: readable when there is something for it */
    int wake_fd;
    atomic_bool woken, stopping;
    pthread_t thread;
    unsigned connections; /* the registry's, under its mutex */

    /* Its thread's. */
    struct pv_mhd_connection *beginning; /* is being handed to libmicrohttpd */
    unsigned waiting;                    /* exchanges whose answer is still to come */
    bool moved;                          /* in this turn something went on that may go on in the next */
    unsigned still;                      /* turns since */
};

struct pv_mhd_server {
    struct pv_http_options options;
    struct pv_clock clock;
    struct pv_mhd_loop *loops; /* options.threads of them */
    unsigned loop_count;       /* that were made */
    struct MHD_Response *pages[PV_MHD_PAGES];
    uint16_t port;

    pthread_t keeper;
    int listener, wake_fd; /* -1: closed */

    pthread_mutex_t mutex;             /* the registry's */
    pthread_cond_t changed;            /* fewer connections, or no listener */
    struct pv_mhd_connection *pending; /* accepted, and not yet begun with by a loop */
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

/* mhd_loop.c. Making one gives it no thread: whoever turns it is its thread, as fuzz/fuzz_http.c does. False:
   no memory or descriptors; what was made is for pv_mhd_free_loop, as ever. */
PV_MUST_USE bool pv_mhd_make_loop(struct pv_mhd_server *server, struct pv_mhd_loop *loop);
void pv_mhd_free_loop(struct pv_mhd_loop *loop);
/* Begins with the connections that wait for it, and does what can be done without waiting. */
void pv_mhd_turn(struct pv_mhd_loop *loop);
/* Has a thread turn it whenever there is something to do, until it is stopped. False: there are no threads.
 */
PV_MUST_USE bool pv_mhd_start_loop(struct pv_mhd_loop *loop);
/* Of one that was started. */
void pv_mhd_stop_loop(struct pv_mhd_loop *loop);
/* From any thread: there is something to do that no socket tells. */
void pv_mhd_wake_loop(struct pv_mhd_loop *loop);
/* Has a connection that was suspended go on. */
void pv_mhd_resume(struct pv_mhd_connection *connection);

/* mhd_listen.c: a listening socket, non-blocking, and its port. */
PV_MUST_USE bool pv_mhd_listen(const char *address, uint16_t port, int *listener, uint16_t *chosen,
                               struct pv_fault *fault);
/* Takes a connection that waits, if there is one, and hands it over. False: the system gives none, for want
   of descriptors or memory. */
PV_MUST_USE bool pv_mhd_accept(struct pv_mhd_server *server);

/* mhd_connections.c: the registry. Gives the connection, which owns the socket from now on, to a loop. False:
   no memory, or too many of that address. */
PV_MUST_USE bool pv_mhd_register(struct pv_mhd_server *server, int fd, const struct sockaddr_storage *peer);
/* Takes one of those that wait for the loop, NULL if there is none. */
struct pv_mhd_connection *pv_mhd_begin(struct pv_mhd_loop *loop);
/* Of one that libmicrohttpd did not take. */
void pv_mhd_unregister(struct pv_mhd_connection *connection);
/* The exchange was answered after the other side had gone: nobody has the connection any more. */
void pv_mhd_release(struct pv_mhd_connection *connection);
/* Closes those that no loop will begin with. */
void pv_mhd_close_pending(struct pv_mhd_server *server);
void pv_mhd_on_connection(void *server, struct MHD_Connection *mhd, void **context,
                          enum MHD_ConnectionNotificationCode code);
struct pv_mhd_connection *pv_mhd_connection_of(struct MHD_Connection *mhd);
/* mhd_deadlines.c: the keeper, a thread that accepts, and cuts what is late. */
void *pv_mhd_keep(void *server);
void pv_mhd_wake_keeper(struct pv_mhd_server *server);

/* mhd_target.c */
void *pv_mhd_on_target(void *server, const char *target, struct MHD_Connection *mhd);
size_t pv_mhd_unescape(void *server, struct MHD_Connection *mhd, char *text);
/* mhd_framing.c: looks at the whole head, and fills in the request, of which it keeps a copy. The status to
   refuse it with, or 0. */
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
