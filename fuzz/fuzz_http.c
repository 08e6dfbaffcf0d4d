/* The bytes of a connection, in pieces: the first byte of an input says how large those are, 0 for all at
   once. They come over a pair of sockets to the HTTP server, whose loop is this thread. Whatever the handler
   sees, a strict reader of the same bytes must see, in the same order and with the same method, path, query,
   headers and body: nothing that could be read in another way becomes a request. And what that reader sees
   the handler must see, as long as nothing ends the connection and it is small. Each request seen is answered
   once, some of them late (those for /later). */
#include "mhd_parts.h"
#include "naive_http.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    SEEN_MAX = 256,
    HEAD_BYTES = 8192,
    BODY_BYTES = 4096,
    HEAD_SURE = 1500, /* of a head that is surely within the limits */
    COUNT_SURE = 16,
    QUIET = 3, /* rounds without anything are the end of it */
    FAR_OFF = 1 << 30,
};

static struct run {
    struct buf seen[SEEN_MAX];
    size_t count;
    struct pv_http_exchange *late;
    struct buf replies;
    int client;
} run;

/* ---- the server ---- */

static void answer(struct pv_http_exchange *exchange)
{
    struct pv_http_reply reply = {.status = 200, .bytes = PV_STR("x")};
    exchange->ops->answer(exchange, &reply);
}

static void handle(void *context, struct pv_http_exchange *exchange)
{
    const struct pv_http_request *r = exchange->request;
    (void)context;
    CHECK(run.count < SEEN_MAX && run.late == NULL);
    naive_http_print(&run.seen[run.count++], r->method, r->path, r->query, r->query_count, r->headers,
                     r->header_count, r->body);
    CHECK(str_is(r->peer, "192.0.2.1"));
    if (r->path.len >= 6 && memcmp(r->path.ptr, "/later", 6) == 0)
        run.late = exchange;
    else
        answer(exchange);
}

static struct pv_mhd_server *the_server(void)
{
    static struct pv_mhd_loop loop;
    static struct pv_mhd_server server = {
        .options = {.threads = 1,
                    .connections = 4,
                    .connections_per_address = 4,
                    .header_bytes = HEAD_BYTES,
                    .body_bytes = BODY_BYTES,
                    .header_ms = FAR_OFF,
                    .body_ms = FAR_OFF,
                    .response_ms = FAR_OFF,
                    .keep_alive_ms = FAR_OFF,
                    .heartbeat_ms = FAR_OFF,
                    .streams_max = 1,
                    .handler = handle},
        .loops = &loop,
        .loop_count = 1,
        .listener = -1,
        .wake_fd = -1,
        .mutex = PTHREAD_MUTEX_INITIALIZER,
        .changed = PTHREAD_COND_INITIALIZER,
    };
    if (loop.mhd == NULL) {
        server.clock = pv_mhd_system_clock;
        CHECK(pv_mhd_make_pages(&server));
        CHECK(pv_mhd_make_loop(&server, &loop));
    }
    return &server;
}

/* ---- the connection ---- */

static void connect_to(struct pv_mhd_server *server)
{
    int pair[2];
    union {
        struct sockaddr_in v4;
        struct sockaddr_storage storage;
    } peer = {.v4 = {.sin_family = AF_INET, .sin_addr = {htonl(0xc0000201)}}};
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) == 0);
    run.client = pair[0];
    CHECK(pv_mhd_register(server, pair[1], &peer.storage));
}

/* What has come back. False: nothing. */
static bool receive(void)
{
    char bytes[4096];
    ssize_t got = recv(run.client, bytes, sizeof bytes, 0);
    if (got > 0)
        buf_add(&run.replies, bytes, (size_t)got);
    return got > 0;
}

/* Until there is nothing more to do. */
static void turn(struct pv_mhd_server *server)
{
    for (int quiet = 0; quiet < QUIET; quiet++) {
        size_t before = run.count;
        pv_mhd_turn(server->loops);
        if (run.late != NULL) {
            struct pv_http_exchange *late = run.late;
            run.late = NULL;
            answer(late);
            quiet = -1;
        }
        if (receive() || run.count > before)
            quiet = -1;
    }
}

static void send_all(struct pv_mhd_server *server, struct pv_str bytes, size_t piece)
{
    for (size_t at = 0; at < bytes.len && server->count > 0;) {
        size_t left = bytes.len - at, size = piece == 0 || piece > left ? left : piece;
        ssize_t sent = send(run.client, bytes.ptr + at, size, MSG_NOSIGNAL);
        CHECK(sent > 0 || errno == EPIPE || errno == ECONNRESET || errno == EAGAIN);
        at += sent > 0 ? (size_t)sent : 0;
        turn(server);
    }
}

static void hang_up(struct pv_mhd_server *server)
{
    (void)shutdown(run.client, SHUT_RDWR);
    for (int i = 0; server->count > 0 && i < 100; i++)
        turn(server);
    CHECK(server->count == 0 && server->live == NULL && server->pending == NULL);
    (void)close(run.client);
}

/* ---- the strict reader ---- */

static bool is_sure(const struct naive_http *request)
{
    return !request->doubted && request->head_bytes <= HEAD_SURE && request->header_count <= COUNT_SURE &&
           request->query_count <= COUNT_SURE && request->body.len <= BODY_BYTES;
}

static void check_seen(struct pv_str bytes)
{
    static struct naive_http request;
    struct bag bag = {0};
    bool sure = true;
    for (size_t i = 0; sure || i < run.count; i++) {
        struct buf text = {0};
        bool there = naive_http_read(&bytes, &bag, &request);
        if (!there && i < run.count)
            FAIL("request %zu was seen, and is none: %.*s", i, (int)run.seen[i].len, run.seen[i].bytes);
        if (!there)
            break;
        sure = sure && is_sure(&request);
        naive_http_print(&text, request.method, request.path, request.query, request.query_count,
                         request.headers, request.header_count, request.body);
        if (i < run.count)
            CHECK_SAME("a request as it was sent and as it was seen", kit_str(&text), kit_str(&run.seen[i]));
        else if (sure)
            FAIL("request %zu was not seen: %.*s", i, (int)text.len, text.bytes);
        buf_free(&text);
        sure = sure && request.keeps;
    }
    bag_free(&bag);
}

/* Each was answered, and nothing else was answered so. */
static void check_replies(void)
{
    static const char ok[] = " 200 OK\r\n";
    size_t count = 0;
    for (size_t at = 0; at + sizeof ok - 1 <= run.replies.len; at++)
        count += memcmp(run.replies.bytes + at, ok, sizeof ok - 1) == 0;
    if (count != run.count)
        FAIL("%zu requests were seen, and %zu answered", run.count, count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pv_mhd_server *server = the_server();
    if (size == 0)
        return 0;
    struct pv_str bytes = {(const char *)data + 1, size - 1};
    run = (struct run){.count = 0};
    connect_to(server);
    send_all(server, bytes, data[0]);
    check_replies();
    hang_up(server);
    check_seen(bytes);
    for (size_t i = 0; i < run.count; i++)
        buf_free(&run.seen[i]);
    buf_free(&run.replies);
    return 0;
}
