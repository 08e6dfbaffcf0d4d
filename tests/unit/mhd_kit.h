/* An HTTP server on a free port of the loopback, a handler that keeps what it saw, clients that are plain
   sockets, and a clock that the test moves. Nothing sleeps: what takes another thread is waited for, with a
   limit that is only there to end a test that has failed. */
#ifndef PV_TEST_MHD_KIT_H
#define PV_TEST_MHD_KIT_H

#include "check.h"
#include "mhd_server.h"

#include <pthread.h>
#include <stdatomic.h>

enum {
    KIT_WAIT_MS = 60000,
    KIT_SEEN_MAX = 4096,
    KIT_KEPT_MAX = 80,
    KIT_REPLY_MAX = 1 << 20,
    KIT_LINES_MAX = 8
};

/* What a stream says next, given by the test. */
struct kit_stream {
    pthread_mutex_t mutex;
    struct pv_http_waker waker;
    char text[256];
    size_t len;
    bool wakes_itself, is_empty;             /* once */
    bool ends, breaks, ends_in_drain, fills; /* fills: as many bytes as there is room for, without end */
    unsigned started, reads, closed, drained;
};

struct mhd_kit {
    struct pv_http_options options;
    struct pv_mhd_server *server;
    struct pv_clock clock;
    _Atomic int64_t now;

    pthread_mutex_t mutex;
    char
        seen[KIT_SEEN_MAX]; /* "GET /path?name=value&...|body\n" of each request, as it came to the handler */
    size_t seen_len;
    unsigned requests;
    struct pv_http_exchange *kept[KIT_KEPT_MAX]; /* of /late, not yet answered */
    size_t kept_count;
    pthread_mutex_t gate; /* /gate waits for it in the handler */
    unsigned accesses, errors;
    char access_lines[KIT_LINES_MAX][384]; /* the last ones: "GET /path 200 5 127.0.0.1" */
    struct kit_stream stream, other;       /* of /stream, and of /other */
};

/* With a clock that stands, and deadlines looked at often. */
void mhd_kit_init(struct mhd_kit *kit);
/* Opens with kit->options, which the test may have changed. */
void mhd_kit_open(struct mhd_kit *kit);
/* Closes, and answers what is kept. */
void mhd_kit_close(struct mhd_kit *kit);
void mhd_kit_advance(struct mhd_kit *kit, int64_t ms);

/* The handler's answers, by path: /late is kept, /stream streams, /bytes?n=N is N bytes, /bad-header,
   /bad-status and /many-headers are replies as they must not be, anything else is told what was seen. */

/* Waits until so many requests of /late are kept; answers the oldest with 200 and the text. */
void mhd_kit_wait_kept(struct mhd_kit *kit, size_t count);
void mhd_kit_answer(struct mhd_kit *kit, const char *text);
/* Waits until the number has reached the value. */
void mhd_kit_wait(struct mhd_kit *kit, const unsigned *number, unsigned value);
/* What the handler saw since the last time, as text of the kit. */
const char *mhd_kit_seen(struct mhd_kit *kit, char *seen);
/* Says it, and wakes the stream. */
void kit_stream_say(struct kit_stream *stream, const char *text);
void kit_stream_end(struct kit_stream *stream);

/* --- clients --- */

int kit_connect(const struct mhd_kit *kit);
/* Whether all could be sent; never a signal. */
bool kit_try_send(int fd, const char *bytes, size_t len);
void kit_send(int fd, const char *text);
/* What came until the other side closed; a reset is an end too. Terminated. */
struct pv_str kit_read_all(int fd, char *buffer);
/* One reply with its body, by Content-Length or chunks. Terminated; len 0: closed before it was whole. */
struct pv_str kit_read_reply(int fd, char *buffer, bool is_head);
/* Reads until the text has come. */
void kit_read_until(int fd, char *buffer, const char *text);
/* Whether the other side has closed within `ms`. What comes is thrown away. */
bool kit_is_closed(int fd, int ms);
/* The status of a reply, the value of its header or len 0 and ptr NULL, and its body (chunks put together).
 */
unsigned kit_status(struct pv_str reply);
struct pv_str kit_header(struct pv_str reply, const char *name);
struct pv_str kit_body(struct pv_str reply);
/* Sends, reads one reply on a connection of its own and gives its status. */
unsigned kit_ask(const struct mhd_kit *kit, const char *text, char *buffer);
/* The server answers a new client. */
void kit_check_alive(struct mhd_kit *kit);

#endif
