/* Requests and replies as they should be, and the server's own life. */
#include "mhd_kit.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

static struct mhd_kit kit;
static char buffer[KIT_REPLY_MAX], seen[KIT_SEEN_MAX];

static int set_up(void **state)
{
    (void)state;
    mhd_kit_init(&kit);
    mhd_kit_open(&kit);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    mhd_kit_close(&kit);
    return 0;
}

static struct pv_str ask(const char *text)
{
    int fd = kit_connect(&kit);
    kit_send(fd, text);
    struct pv_str reply = kit_read_reply(fd, buffer, strncmp(text, "HEAD", 4) == 0);
    (void)close(fd);
    return reply;
}

static void request__with_query_and_body__comes_as_it_was_meant(void **state)
{
    (void)state;
    struct pv_str reply =
        ask("POST /a%20b/%C3%A9/+?x=1&y=a+b%2Bc&z&=e HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello");
    check_int(kit_status(reply), 200);
    check_str(kit_body(reply), "POST /a b/\xc3\xa9/+?x=1&y=a b+c&z=&=e|hello\n");
    check_str(kit_header(reply, "X-Content-Type-Options"), "nosniff");
    check_str(kit_header(reply, "Content-Type"), "text/plain");
    check_true(kit_header(reply, "Date").len == strlen("Sun, 06 Nov 1994 08:49:37 GMT"));
    check_true(kit_header(reply, "Connection").ptr == NULL);
}

static const struct pv_http_request *kept_request(void)
{
    mhd_kit_wait_kept(&kit, 1);
    return kit.kept[0]->request;
}

static void request__that_is_kept__can_be_read_until_it_is_answered(void **state)
{
    (void)state;
    int fd = kit_connect(&kit);
    kit_send(fd, "PUT /late HTTP/1.1\r\nHost: h\r\nX-Empty:\r\nX-Blanks: \t a b \t\r\nCookie: a=b; c=d\r\n"
                 "Transfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\n2;ext=1\r\nde\r\n0\r\nTrailer: t\r\n\r\n");
    const struct pv_http_request *request = kept_request();
    check_str(request->method, "PUT");
    check_str(request->body, "abcde");
    check_str(request->peer, "127.0.0.1");
    check_int(request->header_count, 5);
    check_str(pv_http_header(request, "host"), "h");
    check_str(pv_http_header(request, "x-empty"), "");
    check_str(pv_http_header(request, "X-Blanks"), "a b");
    check_str(pv_http_header(request, "Cookie"), "a=b; c=d");
    mhd_kit_answer(&kit, "at last");
    check_str(kit_body(kit_read_reply(fd, buffer, false)), "at last");
    (void)close(fd);
}

static void connection__of_http_1_1__serves_one_request_after_the_other(void **state)
{
    (void)state;
    int fd = kit_connect(&kit);
    for (int i = 0; i < 3; i++) {
        kit_send(fd, "\r\nGET /one HTTP/1.1\r\nHost: h\r\n\r\n");
        check_str(kit_body(kit_read_reply(fd, buffer, false)), "GET /one|\n");
        kit_send(fd, "POST /two HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx");
        check_str(kit_body(kit_read_reply(fd, buffer, false)), "POST /two|x\n");
        kit_send(fd, "GET /late HTTP/1.1\r\nHost: h\r\n\r\n");
        mhd_kit_wait_kept(&kit, 1);
        mhd_kit_answer(&kit, "three");
        check_str(kit_body(kit_read_reply(fd, buffer, false)), "three");
    }
    kit_send(fd, "GET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    check_str(kit_header(kit_read_reply(fd, buffer, false), "Connection"), "close");
    check_true(kit_is_closed(fd, KIT_WAIT_MS));
    (void)close(fd);
}

static void head__gets_the_length_and_no_body(void **state)
{
    (void)state;
    int fd = kit_connect(&kit);
    kit_send(fd, "HEAD /x HTTP/1.1\r\nHost: h\r\n\r\nGET /y HTTP/1.1\r\nHost: h\r\n\r\n");
    struct pv_str reply = kit_read_reply(fd, buffer, true);
    check_int(kit_status(reply), 200);
    check_str(kit_header(reply, "Content-Length"), "9");
    check_str(kit_body(kit_read_reply(fd, buffer, false)), "GET /y|\n");
    (void)close(fd);
}

static void methods__all_come_to_the_handler(void **state)
{
    (void)state;
    check_str(kit_body(ask("OPTIONS /x HTTP/1.1\r\nHost: h\r\n\r\n")), "OPTIONS /x|\n");
    check_str(kit_body(ask("DELETE /x HTTP/1.1\r\nHost: h\r\n\r\n")), "DELETE /x|\n");
    check_str(kit_body(ask("A!#$%&'*+-.^_`|~Zz09 /x HTTP/1.1\r\nHost: h\r\n\r\n")),
              "A!#$%&'*+-.^_`|~Zz09 /x|\n");
}

static void absolute_form__is_taken_by_its_path(void **state)
{
    (void)state;
    check_str(kit_body(ask("GET http://other%2F/a%62?c HTTP/1.1\r\nHost: h\r\n\r\n")), "GET /ab?c=|\n");
    check_str(kit_body(ask("GET HTTPS://other HTTP/1.1\r\nHost: h\r\n\r\n")), "GET /|\n");
    check_str(kit_body(ask("GET http://other?a=b HTTP/1.1\r\nHost: h\r\n\r\n")), "GET /?a=b|\n");
}

static void http_1_0__is_served_without_host_and_closed(void **state)
{
    (void)state;
    int fd = kit_connect(&kit);
    kit_send(fd, "GET /old HTTP/1.0\r\n\r\n");
    struct pv_str reply = kit_read_all(fd, buffer);
    check_int(kit_status(reply), 200);
    check_str(kit_body(reply), "GET /old|\n");
    check_str(kit_header(reply, "Connection"), "close");
    (void)close(fd);
}

static void expect_100_continue__is_told_to_go_on(void **state)
{
    (void)state;
    int fd = kit_connect(&kit);
    kit_send(fd, "POST /x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    kit_read_until(fd, buffer, "HTTP/1.1 100 Continue\r\n\r\n");
    kit_send(fd, "ok");
    check_str(kit_body(kit_read_reply(fd, buffer, false)), "POST /x|ok\n");
    (void)close(fd);
}

static void large_reply_and_body__go_through_whole(void **state)
{
    (void)state;
    struct pv_str reply = ask("GET /bytes?n=300000 HTTP/1.1\r\nHost: h\r\n\r\n");
    check_int(kit_status(reply), 200);
    check_int(kit_body(reply).len, 300000);
    static char request[65536 + 256];
    int head =
        snprintf(request, sizeof request, "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 65536\r\n\r\n");
    memset(request + head, 'q', 65536);
    int fd = kit_connect(&kit);
    check_true(kit_try_send(fd, request, (size_t)head + 65536));
    check_str(kit_body(kit_read_reply(fd, buffer, false)), "POST /x|(long)\n");
    /* On the same connection, after its buffers were given back. */
    kit_send(fd, "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nok");
    check_str(kit_body(kit_read_reply(fd, buffer, false)), "POST /x|ok\n");
    (void)close(fd);
}

static void answers__of_other_threads_in_any_order__each_reach_their_client(void **state)
{
    (void)state;
    enum { CLIENTS = 8 };
    int fds[CLIENTS];
    char text[32];
    for (size_t i = 0; i < CLIENTS; i++) {
        fds[i] = kit_connect(&kit);
        kit_send(fds[i], "GET /late HTTP/1.1\r\nHost: h\r\n\r\n");
        mhd_kit_wait_kept(&kit, i + 1);
    }
    /* The others are served meanwhile. */
    kit_check_alive(&kit);
    for (size_t i = 0; i < CLIENTS; i++) {
        (void)snprintf(text, sizeof text, "answer %zu", i);
        mhd_kit_answer(&kit, text);
    }
    for (size_t i = CLIENTS; i-- != 0;) {
        (void)snprintf(text, sizeof text, "answer %zu", i);
        check_str(kit_body(kit_read_reply(fds[i], buffer, false)), text);
        (void)close(fds[i]);
    }
}

enum { CROWD = 130 };

/* So many, whose connections are known, ask while the only thread of the handlers is busy: it finds them
   ready all at once. */
static void check_crowd(const int fds[CROWD], int gate, unsigned count)
{
    enum { LONG_ENOUGH_MS = 7000 };
    unsigned before = kit.requests;
    (void)pthread_mutex_lock(&kit.gate);
    kit_send(gate, "GET /gate HTTP/1.1\r\nHost: h\r\n\r\n");
    mhd_kit_wait(&kit, &kit.requests, before + 1);
    for (unsigned i = 0; i < count; i++)
        kit_send(fds[i], "GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
    (void)pthread_mutex_unlock(&kit.gate);
    check_int(kit_status(kit_read_reply(gate, buffer, false)), 200);
    for (unsigned i = 0; i < count; i++) {
        struct pollfd one = {fds[i], POLLIN, 0};
        if (poll(&one, 1, LONG_ENOUGH_MS) != 1)
            fail_msg("of %u, number %u has no answer", count, i);
        check_int(kit_status(kit_read_reply(fds[i], buffer, false)), 200);
    }
}

/* libmicrohttpd 0.9.75 takes note of 128 events at once, and a loop of its own that finds so many waits for
   more before it looks at any. */
static void connections__as_many_as_would_stop_a_loop__are_all_answered(void **state)
{
    int fds[CROWD];
    (void)state;
    mhd_kit_close(&kit);
    mhd_kit_init(&kit);
    kit.options.threads = 1;
    mhd_kit_open(&kit);
    int gate = kit_connect(&kit);
    kit_send(gate, "GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
    check_int(kit_status(kit_read_reply(gate, buffer, false)), 200);
    for (int i = 0; i < CROWD; i++) {
        fds[i] = kit_connect(&kit);
        kit_send(fds[i], "GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
        check_int(kit_status(kit_read_reply(fds[i], buffer, false)), 200);
    }
    for (unsigned count = 126; count <= CROWD; count++)
        check_crowd(fds, gate, count);
    for (int i = 0; i < CROWD; i++)
        (void)close(fds[i]);
    (void)close(gate);
}

static bool has_reply(int fd)
{
    char byte;
    return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 1;
}

static void burst__keeps_answers_back_until_it_is_full_or_over(void **state)
{
    enum { CLIENTS = PV_HTTP_BURST_MAX + 2 };
    int fds[CLIENTS];
    (void)state;
    for (int i = 0; i < CLIENTS; i++) {
        fds[i] = kit_connect(&kit);
        kit_send(fds[i], "GET /late HTTP/1.1\r\nHost: h\r\n\r\n");
        mhd_kit_wait_kept(&kit, (size_t)i + 1);
    }
    pv_mhd_begin_burst();
    for (int i = 0; i < PV_HTTP_BURST_MAX - 1; i++)
        mhd_kit_answer(&kit, "late");
    for (int i = 0; i < 4; i++)
        kit_check_alive(&kit); /* in either thread */
    for (int i = 0; i < CLIENTS; i++)
        check_true(!has_reply(fds[i]));
    mhd_kit_answer(&kit, "late");
    for (int i = 0; i < PV_HTTP_BURST_MAX; i++)
        check_int(kit_status(kit_read_reply(fds[i], buffer, false)), 200);
    mhd_kit_answer(&kit, "later");
    for (int i = 0; i < 4; i++)
        kit_check_alive(&kit);
    check_true(!has_reply(fds[PV_HTTP_BURST_MAX]));
    pv_mhd_end_burst();
    check_int(kit_status(kit_read_reply(fds[PV_HTTP_BURST_MAX], buffer, false)), 200);
    mhd_kit_answer(&kit, "at once");
    check_int(kit_status(kit_read_reply(fds[CLIENTS - 1], buffer, false)), 200);
    for (int i = 0; i < CLIENTS; i++)
        (void)close(fds[i]);
}

static void client__that_left_before_its_answer__costs_nothing(void **state)
{
    (void)state;
    int fd = kit_connect(&kit);
    kit_send(fd, "GET /late HTTP/1.1\r\nHost: h\r\n\r\n");
    mhd_kit_wait_kept(&kit, 1);
    (void)close(fd);
    mhd_kit_answer(&kit, "nobody hears");
    mhd_kit_wait(&kit, &kit.accesses, 1);
    assert_string_equal(kit.access_lines[0], "GET /late 200 12 127.0.0.1");
    kit_check_alive(&kit);
}

static void reset(int fd)
{
    struct linger hard = {.l_onoff = 1, .l_linger = 0};
    check_int(setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard), 0);
    (void)close(fd);
}

static void client__that_resets_before_its_answer__leaves_only_the_exchange(void **state)
{
    (void)state;
    int fd = kit_connect(&kit);
    kit_send(fd, "PUT /late?a=b HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
    const struct pv_http_request *request = kept_request();
    reset(fd);
    mhd_kit_wait(&kit, &kit.accesses, 1);
    assert_string_equal(kit.access_lines[0], "PUT /late 0 0 127.0.0.1");
    kit_check_alive(&kit);
    check_true(!pv_mhd_drain(kit.server, 1));
    /* Whoever has to answer does not know yet. */
    check_str(request->method, "PUT");
    check_str(request->path, "/late");
    check_str(pv_http_query(request, "a"), "b");
    check_str(pv_http_header(request, "Host"), "h");
    check_str(request->body, "body");
    check_str(request->peer, "127.0.0.1");
    mhd_kit_answer(&kit, "nobody hears");
    check_true(pv_mhd_drain(kit.server, KIT_WAIT_MS));
}

static void client__that_resets_while_its_answer_is_kept_back__gets_none(void **state)
{
    (void)state;
    int fd = kit_connect(&kit);
    kit_send(fd, "GET /late HTTP/1.1\r\nHost: h\r\n\r\n");
    mhd_kit_wait_kept(&kit, 1);
    pv_mhd_begin_burst();
    mhd_kit_answer(&kit, "kept back");
    reset(fd);
    mhd_kit_wait(&kit, &kit.accesses, 1);
    assert_string_equal(kit.access_lines[0], "GET /late 0 0 127.0.0.1");
    pv_mhd_end_burst();
    check_true(pv_mhd_drain(kit.server, KIT_WAIT_MS));
}

static void count_close(void *self)
{
    unsigned *closed = self;
    ++*closed;
}

static void stream__for_a_client_that_is_gone__is_closed(void **state)
{
    (void)state;
    static const struct pv_http_body_ops only_closed = {.close = count_close};
    unsigned closed = 0;
    int fd = kit_connect(&kit);
    kit_send(fd, "GET /late HTTP/1.1\r\nHost: h\r\n\r\n");
    mhd_kit_wait_kept(&kit, 1);
    reset(fd);
    mhd_kit_wait(&kit, &kit.accesses, 1);
    struct pv_http_reply reply = {.status = 200, .body = {&only_closed, &closed}};
    struct pv_http_exchange *exchange = kit.kept[--kit.kept_count];
    exchange->ops->answer(exchange, &reply);
    check_int(closed, 1);
    check_true(pv_mhd_drain(kit.server, KIT_WAIT_MS));
}

static void reply__that_cannot_be_sent__is_500(void **state)
{
    (void)state;
    static const char *const requests[] = {
        "GET /bad-header HTTP/1.1\r\nHost: h\r\n\r\n", "GET /bad-name HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /bad-value HTTP/1.1\r\nHost: h\r\n\r\n",  "GET /bad-stream HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /bad-status HTTP/1.1\r\nHost: h\r\n\r\n", "GET /bad-status?high HTTP/1.1\r\nHost: h\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        struct pv_str reply = ask(requests[i]);
        check_int(kit_status(reply), 500);
        check_str(kit_header(reply, "Content-Type"), "application/problem+json");
        check_str(kit_header(reply, "X-Content-Type-Options"), "nosniff");
        check_str(kit_body(reply),
                  "{\"type\":\"about:blank\",\"title\":\"Internal Server Error\",\"status\":500}");
    }
    check_int(kit.stream.closed, 1);
    check_int(kit.stream.started, 0);
}

static const char *page_of(unsigned status)
{
    return status == 500 ? "{\"its\":\"own\"}" : NULL;
}

static void page__that_is_given_is_what_the_server_says_itself(void **state)
{
    (void)state;
    mhd_kit_close(&kit);
    mhd_kit_init(&kit);
    kit.options.page = page_of;
    mhd_kit_open(&kit);
    struct pv_str reply = ask("GET /bad-header HTTP/1.1\r\nHost: h\r\n\r\n");
    check_int(kit_status(reply), 500);
    check_str(kit_header(reply, "Content-Type"), "application/problem+json");
    check_str(kit_body(reply), "{\"its\":\"own\"}");
    reply = ask("GET / HTTP/1.1\r\n\r\n");
    check_int(kit_status(reply), 400);
    check_str(kit_body(reply), "{\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400}");
}

static void access_log__tells_each_request_once(void **state)
{
    (void)state;
    check_int(kit_status(ask("GET /a%20b?c=d HTTP/1.1\r\nHost: h\r\n\r\n")), 200);
    mhd_kit_wait(&kit, &kit.accesses, 1);
    assert_string_equal(kit.access_lines[0], "GET /a b 200 14 127.0.0.1");
    check_int(kit_status(ask("HEAD /b HTTP/1.1\r\nHost: h\r\n\r\n")), 200);
    mhd_kit_wait(&kit, &kit.accesses, 2);
    assert_string_equal(kit.access_lines[1], "HEAD /b 200 0 127.0.0.1");
    check_int(kit_status(ask("GET /two-hosts HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n")), 400);
    mhd_kit_wait(&kit, &kit.accesses, 3);
    assert_string_equal(kit.access_lines[2], "GET /two-hosts 400 0 127.0.0.1");
    /* Answered by libmicrohttpd, which says why. */
    check_int(kit_status(ask("GET /c HTTP/1.1\r\nno colon\r\n\r\n")), 400);
    mhd_kit_wait(&kit, &kit.accesses, 4);
    assert_string_equal(kit.access_lines[3], "  400 0 127.0.0.1");
    check_true(kit.errors != 0);
    char request[600] = "GET /";
    memset(request + 5, 'p', 400);
    memcpy(request + 405, " HTTP/1.1\r\nHost: h\r\n\r\n", 23);
    check_int(kit_status(ask(request)), 200);
    mhd_kit_wait(&kit, &kit.accesses, 5);
    check_int(strlen(kit.access_lines[4]), strlen("GET  200 408 127.0.0.1") + PV_HTTP_LOGGED_MAX);
}

static void client__that_leaves_in_a_large_reply__raises_no_signal(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        int fd = kit_connect(&kit);
        kit_send(fd, "GET /bytes?n=900000 HTTP/1.1\r\nHost: h\r\n\r\n");
        mhd_kit_wait(&kit, &kit.requests, (unsigned)i + 1);
        (void)close(fd);
    }
    kit_check_alive(&kit);
}

/* --- opening --- */

static void open_and_ask(const char *address, int family)
{
    mhd_kit_init(&kit);
    kit.options.address = address;
    kit.options.on_access = NULL;
    kit.options.on_error = NULL;
    kit.options.tick_ms = 0;
    kit.options.header_bytes = 4096;
    kit.options.body_bytes = 1000;
    mhd_kit_open(&kit);
    struct sockaddr_in6 to = {.sin6_family = AF_INET6, .sin6_port = htons(pv_mhd_port(kit.server))};
    int fd;
    if (family == AF_INET) {
        fd = kit_connect(&kit);
    } else {
        to.sin6_addr = in6addr_loopback;
        fd = socket(AF_INET6, SOCK_STREAM, 0);
        check_int(connect(fd, (const struct sockaddr *)&to, sizeof to), 0);
    }
    kit_send(fd, "GET /late HTTP/1.1\r\nHost: h\r\n\r\n");
    check_str(kept_request()->peer, family == AF_INET ? "127.0.0.1" : "::1");
    mhd_kit_answer(&kit, "there");
    check_str(kit_body(kit_read_reply(fd, buffer, false)), "there");
    kit_send(fd, "GET / HTTP/1.1\r\nno colon\r\n\r\n");
    check_int(kit_status(kit_read_reply(fd, buffer, false)), 400);
    (void)close(fd);
    mhd_kit_close(&kit);
}

static bool has_ipv6(void)
{
    struct sockaddr_in6 at = {.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};
    int fd = socket(AF_INET6, SOCK_STREAM, 0);
    bool has = fd >= 0 && bind(fd, (const struct sockaddr *)&at, sizeof at) == 0;
    (void)close(fd);
    return has;
}

static void open__on_each_kind_of_address__listens_there(void **state)
{
    (void)state;
    open_and_ask("127.0.0.1", AF_INET);
    open_and_ask("0.0.0.0", AF_INET);
    if (!has_ipv6())
        skip();
    open_and_ask("::1", AF_INET6);
    open_and_ask("::", AF_INET6);
    open_and_ask("::", AF_INET);
}

static void open__where_it_cannot_listen__tells(void **state)
{
    (void)state;
    struct pv_mhd_server *server = NULL;
    struct pv_fault fault;
    mhd_kit_init(&kit);
    kit.options.address = "localhost";
    check_true(!pv_mhd_open(&kit.options, &server, &fault));
    check_int(fault.kind, PV_FAULT_KIND_IO);
    assert_string_equal(fault.text, "cannot listen on localhost: not an IPv4 or IPv6 address");
    kit.options.address = "192.0.2.1"; /* nobody's */
    check_true(!pv_mhd_open(&kit.options, &server, &fault));
    check_int(fault.kind, PV_FAULT_KIND_IO);
    kit.options.address = NULL;
    mhd_kit_open(&kit);
    kit.options.port = pv_mhd_port(kit.server);
    check_true(!pv_mhd_open(&kit.options, &server, &fault));
    check_int(fault.kind, PV_FAULT_KIND_BUSY);
    check_true(server == NULL);
    mhd_kit_close(&kit);
    pv_mhd_close(NULL);
}

static void open__after_close__gets_the_same_port(void **state)
{
    (void)state;
    mhd_kit_init(&kit);
    mhd_kit_open(&kit);
    kit_check_alive(&kit);
    kit.options.port = pv_mhd_port(kit.server);
    mhd_kit_close(&kit);
    mhd_kit_open(&kit);
    check_int(pv_mhd_port(kit.server), kit.options.port);
    kit_check_alive(&kit);
    (void)mhd_kit_seen(&kit, seen);
    mhd_kit_close(&kit);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
static const struct CMUnitTest tests[] = {
    CASE(request__with_query_and_body__comes_as_it_was_meant),
    CASE(request__that_is_kept__can_be_read_until_it_is_answered),
    CASE(connection__of_http_1_1__serves_one_request_after_the_other),
    CASE(head__gets_the_length_and_no_body),
    CASE(methods__all_come_to_the_handler),
    CASE(absolute_form__is_taken_by_its_path),
    CASE(http_1_0__is_served_without_host_and_closed),
    CASE(expect_100_continue__is_told_to_go_on),
    CASE(large_reply_and_body__go_through_whole),
    CASE(answers__of_other_threads_in_any_order__each_reach_their_client),
    CASE(connections__as_many_as_would_stop_a_loop__are_all_answered),
    CASE(burst__keeps_answers_back_until_it_is_full_or_over),
    CASE(client__that_left_before_its_answer__costs_nothing),
    CASE(client__that_resets_before_its_answer__leaves_only_the_exchange),
    CASE(client__that_resets_while_its_answer_is_kept_back__gets_none),
    CASE(stream__for_a_client_that_is_gone__is_closed),
    CASE(reply__that_cannot_be_sent__is_500),
    CASE(page__that_is_given_is_what_the_server_says_itself),
    CASE(access_log__tells_each_request_once),
    CASE(client__that_leaves_in_a_large_reply__raises_no_signal),
    cmocka_unit_test(open__on_each_kind_of_address__listens_there),
    cmocka_unit_test(open__where_it_cannot_listen__tells),
    cmocka_unit_test(open__after_close__gets_the_same_port),
};
CHECK_MAIN(tests, 20)
