/* Bodies that are made as they go out, limits, and the end of a server. */
#include "mhd_kit.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

static struct mhd_kit kit;
static char buffer[KIT_REPLY_MAX], seen[KIT_SEEN_MAX];

#define GET(path) "GET " path " HTTP/1.1\r\nHost: h\r\n\r\n"
enum { HEARTBEAT_MS = 1000 };

static int set_up(void **state)
{
    (void)state;
    mhd_kit_init(&kit);
    kit.options.heartbeat_ms = HEARTBEAT_MS;
    kit.options.streams_max = 1;
    kit.options.connections = 4;
    mhd_kit_open(&kit);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    mhd_kit_close(&kit);
    return 0;
}

static int open_stream(void)
{
    int fd = kit_connect(&kit);
    kit_send(fd, GET("/stream"));
    mhd_kit_wait(&kit, &kit.stream.started, 1);
    return fd;
}

static void stream__says_what_it_is_woken_for(void **state)
{
    (void)state;
    int fd = open_stream();
    for (int i = 0; i < 50; i++) {
        char text[32];
        (void)snprintf(text, sizeof text, "part %d;", i);
        kit_stream_say(&kit.stream, text);
        kit_read_until(fd, buffer, text);
    }
    check_int(kit.stream.closed, 0);
    kit_stream_end(&kit.stream);
    kit_read_until(fd, buffer, "0\r\n\r\n");
    mhd_kit_wait(&kit, &kit.stream.closed, 1);
    /* The connection goes on. */
    kit_send(fd, GET("/after"));
    check_str(kit_body(kit_read_reply(fd, buffer, false)), "GET /after|\n");
    check_int(kit.stream.started, 1);
    check_int(kit.stream.closed, 1);
    check_int(kit.stream.drained, 0);
    (void)close(fd);
}

static void stream__with_all_at_hand__is_a_reply_in_chunks(void **state)
{
    (void)state;
    kit_stream_say(&kit.stream, "whole");
    kit_stream_end(&kit.stream);
    int fd = open_stream();
    struct pv_str reply = kit_read_reply(fd, buffer, false);
    check_int(kit_status(reply), 200);
    check_str(kit_header(reply, "Transfer-Encoding"), "chunked");
    check_str(kit_body(reply), "5\r\nwhole\r\n0\r\n\r\n");
    mhd_kit_wait(&kit, &kit.accesses, 1);
    assert_string_equal(kit.access_lines[0], "GET /stream 200 5 127.0.0.1");
    (void)close(fd);
}

static void stream__that_is_woken_before_it_waits__is_read_again(void **state)
{
    (void)state;
    kit.stream.wakes_itself = true;
    int fd = open_stream();
    mhd_kit_wait(&kit, &kit.stream.reads, 2);
    (void)pthread_mutex_lock(&kit.stream.mutex);
    kit.stream.is_empty = true;
    (void)pthread_mutex_unlock(&kit.stream.mutex);
    kit_stream_say(&kit.stream, "");
    mhd_kit_wait(&kit, &kit.stream.reads, 3);
    /* No bytes are no end. */
    kit_stream_say(&kit.stream, "bytes");
    kit_read_until(fd, buffer, "5\r\nbytes\r\n");
    (void)close(fd);
}

static void stream__for_http_1_0__ends_with_the_connection(void **state)
{
    (void)state;
    kit_stream_say(&kit.stream, "whole");
    kit_stream_end(&kit.stream);
    int fd = kit_connect(&kit);
    kit_send(fd, "GET /stream HTTP/1.0\r\n\r\n");
    check_str(kit_body(kit_read_all(fd, buffer)), "whole");
    (void)close(fd);
}

static void stream__that_is_silent__is_read_again_at_each_heartbeat(void **state)
{
    (void)state;
    int fd = open_stream();
    mhd_kit_wait(&kit, &kit.stream.reads, 1);
    for (unsigned i = 2; i < 6; i++) {
        /* Whenever the thread has got to its wait. */
        (void)pthread_mutex_lock(&kit.stream.mutex);
        unsigned reads = kit.stream.reads;
        (void)pthread_mutex_unlock(&kit.stream.mutex);
        for (int k = 0; reads < i; k++) {
            if (k == 10000)
                fail_msg("no heartbeat");
            mhd_kit_advance(&kit, HEARTBEAT_MS);
            (void)kit_is_closed(-1, 2);
            (void)pthread_mutex_lock(&kit.stream.mutex);
            reads = kit.stream.reads;
            (void)pthread_mutex_unlock(&kit.stream.mutex);
        }
    }
    /* Nothing was written for it. */
    kit_stream_say(&kit.stream, "now");
    kit_read_until(fd, buffer, "now");
    check_str(kit_body((struct pv_str){buffer, strlen(buffer)}), "3\r\nnow\r\n");
    (void)close(fd);
}

static void stream__that_breaks__is_cut_without_its_end(void **state)
{
    (void)state;
    int fd = open_stream();
    kit_stream_say(&kit.stream, "half");
    kit_read_until(fd, buffer, "half\r\n");
    (void)pthread_mutex_lock(&kit.stream.mutex);
    kit.stream.breaks = true;
    (void)pthread_mutex_unlock(&kit.stream.mutex);
    kit_stream_say(&kit.stream, "");
    check_int(kit_read_all(fd, buffer).len, 0);
    mhd_kit_wait(&kit, &kit.stream.closed, 1);
    (void)close(fd);
    kit_check_alive(&kit);
}

static void stream__whose_client_left__is_closed_by_a_heartbeat(void **state)
{
    (void)state;
    int fd = open_stream();
    (void)close(fd);
    for (int i = 0; i < 10000; i++) {
        (void)pthread_mutex_lock(&kit.stream.mutex);
        unsigned closed = kit.stream.closed;
        (void)pthread_mutex_unlock(&kit.stream.mutex);
        if (closed != 0)
            break;
        mhd_kit_advance(&kit, HEARTBEAT_MS);
        kit_stream_say(&kit.stream, ":\n");
        (void)kit_is_closed(-1, 1);
    }
    mhd_kit_wait(&kit, &kit.stream.closed, 1);
}

static void stream__beyond_the_limit__is_503(void **state)
{
    (void)state;
    int fd = open_stream(), other = kit_connect(&kit);
    kit_send(other, GET("/other"));
    struct pv_str reply = kit_read_reply(other, buffer, false);
    check_int(kit_status(reply), 503);
    check_str(kit_header(reply, "Retry-After"), "1");
    check_int(kit.other.closed, 1);
    check_int(kit.other.started, 0);
    kit_stream_end(&kit.stream);
    kit_read_until(fd, buffer, "0\r\n\r\n");
    mhd_kit_wait(&kit, &kit.stream.closed, 1);
    /* On the same connection, now that there is a place. */
    kit_stream_end(&kit.other);
    kit_send(other, GET("/other"));
    check_int(kit_status(kit_read_reply(other, buffer, false)), 200);
    (void)close(fd);
    (void)close(other);
}

static void stream__where_no_body_may_follow__is_not_read(void **state)
{
    (void)state;
    static const char *const requests[] = {"HEAD /stream HTTP/1.1\r\nHost: h\r\n\r\n", GET("/unchanged")};
    for (unsigned i = 0; i < 2; i++) {
        int fd = kit_connect(&kit);
        kit_send(fd, requests[i]);
        struct pv_str reply = kit_read_all(fd, buffer);
        check_int(kit_status(reply), i == 0 ? 200 : 304);
        check_int(kit_body(reply).len, 0);
        check_str(kit_header(reply, "Connection"), "close");
        check_true(kit_header(reply, "Content-Length").ptr == NULL);
        mhd_kit_wait(&kit, &kit.stream.closed, i + 1);
        check_int(kit.stream.reads, 0);
        (void)close(fd);
    }
}

/* --- limits of connections --- */

static void connections__beyond_the_limit__wait_for_a_place(void **state)
{
    (void)state;
    int fds[5];
    for (int i = 0; i < 5; i++) {
        fds[i] = kit_connect(&kit);
        kit_send(fds[i], GET("/late"));
    }
    mhd_kit_wait_kept(&kit, 4);
    check_true(!kit_is_closed(fds[4], 20));
    check_int(kit.kept_count, 4);
    for (int i = 0; i < 4; i++)
        (void)close(fds[i]);
    for (int i = 0; i < 4; i++)
        mhd_kit_answer(&kit, "nobody hears");
    mhd_kit_wait_kept(&kit, 1);
    mhd_kit_answer(&kit, "the fifth");
    check_str(kit_body(kit_read_reply(fds[4], buffer, false)), "the fifth");
    (void)close(fds[4]);
}

static void connections__of_one_address__are_limited(void **state)
{
    (void)state;
    mhd_kit_close(&kit);
    mhd_kit_init(&kit);
    kit.options.connections_per_address = 2;
    mhd_kit_open(&kit);
    int first = kit_connect(&kit), second = kit_connect(&kit), third;
    kit_send(first, GET("/1"));
    check_int(kit_status(kit_read_reply(first, buffer, false)), 200);
    kit_send(second, GET("/2"));
    check_int(kit_status(kit_read_reply(second, buffer, false)), 200);
    third = kit_connect(&kit);
    check_true(kit_is_closed(third, KIT_WAIT_MS));
    (void)close(third);
    (void)close(first);
    mhd_kit_wait(&kit, &kit.accesses, 2);
    /* Its place is free when the server has seen it leave. */
    unsigned status = 0;
    for (int i = 0; i < 10000 && status != 200; i++) {
        third = kit_connect(&kit);
        (void)kit_try_send(third, GET("/3"), strlen(GET("/3")));
        status = kit_status(kit_read_reply(third, buffer, false));
        (void)close(third);
    }
    check_int(status, 200);
    (void)close(second);
}

/* --- the end --- */

struct drain {
    pthread_t thread;
    int ms;
    bool drained;
};

static void *drain(void *argument)
{
    struct drain *drain = argument;
    drain->drained = pv_mhd_drain(kit.server, drain->ms);
    return NULL;
}

static bool is_refused(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(pv_mhd_port(kit.server))};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    bool refused = connect(fd, (const struct sockaddr *)&to, sizeof to) != 0 && errno == ECONNREFUSED;
    (void)close(fd);
    return refused;
}

static void drain__finishes_what_runs_and_closes_what_is_idle(void **state)
{
    (void)state;
    int idle = kit_connect(&kit), running = kit_connect(&kit), live = open_stream();
    kit_send(idle, GET("/1"));
    check_int(kit_status(kit_read_reply(idle, buffer, false)), 200);
    kit_send(running, GET("/late"));
    mhd_kit_wait_kept(&kit, 1);
    kit.stream.ends_in_drain = true;
    struct drain draining = {.ms = KIT_WAIT_MS};
    check_int(pthread_create(&draining.thread, NULL, drain, &draining), 0);
    check_true(kit_is_closed(idle, KIT_WAIT_MS));
    kit_read_until(live, buffer, "0\r\n\r\n");
    check_int(kit.stream.drained, 1);
    for (int i = 0; !is_refused(); i++)
        check_true(i < 100000);
    mhd_kit_answer(&kit, "finished");
    struct pv_str reply = kit_read_all(running, buffer);
    check_str(kit_body(reply), "finished");
    check_str(kit_header(reply, "Connection"), "close");
    (void)pthread_join(draining.thread, NULL);
    check_true(draining.drained);
    check_int(kit.stream.closed, 1);
    (void)close(idle);
    (void)close(running);
    (void)close(live);
}

/* It came before the drain, so it is no use to its client to be cut. */
static void drain__with_a_request_that_is_not_read_yet__answers_it(void **state)
{
    (void)state;
    mhd_kit_close(&kit);
    mhd_kit_init(&kit);
    kit.options.threads = 1;
    mhd_kit_open(&kit);
    int busy = kit_connect(&kit), unread = kit_connect(&kit), idle = kit_connect(&kit);
    kit_send(unread, GET("/1"));
    check_int(kit_status(kit_read_reply(unread, buffer, false)), 200);
    kit_send(idle, GET("/2"));
    check_int(kit_status(kit_read_reply(idle, buffer, false)), 200);
    mhd_kit_wait(&kit, &kit.accesses, 2);
    (void)pthread_mutex_lock(&kit.gate);
    kit_send(busy, GET("/gate"));
    mhd_kit_wait(&kit, &kit.requests, 3);
    kit_send(unread, GET("/3"));
    struct drain draining = {.ms = KIT_WAIT_MS};
    check_int(pthread_create(&draining.thread, NULL, drain, &draining), 0);
    check_true(kit_is_closed(idle, KIT_WAIT_MS));
    (void)pthread_mutex_unlock(&kit.gate);
    struct pv_str reply = kit_read_all(unread, buffer);
    check_str(kit_body(reply), "GET /3|\n");
    check_str(kit_header(reply, "Connection"), "close");
    (void)pthread_join(draining.thread, NULL);
    check_true(draining.drained);
    (void)close(busy);
    (void)close(unread);
    (void)close(idle);
}

/* A body that does not want to know. */
static void drain__with_a_body_that_is_not_told__cuts_it(void **state)
{
    (void)state;
    int fd = kit_connect(&kit);
    kit_send(fd, GET("/other"));
    mhd_kit_wait(&kit, &kit.other.started, 1);
    struct drain draining = {.ms = 50};
    check_int(pthread_create(&draining.thread, NULL, drain, &draining), 0);
    check_true(kit_is_closed(fd, KIT_WAIT_MS));
    (void)pthread_join(draining.thread, NULL);
    check_true(!draining.drained);
    mhd_kit_wait(&kit, &kit.other.closed, 1);
    check_int(kit.other.drained, 0);
    (void)close(fd);
}

static void drain__of_a_server_at_rest__is_done_at_once(void **state)
{
    (void)state;
    check_true(pv_mhd_drain(kit.server, KIT_WAIT_MS));
    check_true(pv_mhd_drain(kit.server, 0));
    check_true(is_refused());
}

static void drain__that_takes_too_long__cuts(void **state)
{
    (void)state;
    int half = kit_connect(&kit), running = kit_connect(&kit), live = open_stream();
    kit_send(half, "GET /half HTTP/1.1\r\n");
    kit_send(running, GET("/late"));
    mhd_kit_wait_kept(&kit, 1);
    check_true(!pv_mhd_drain(kit.server, 1));
    /* The stream that has no end, and the request that is not whole. */
    (void)kit_read_all(live, buffer);
    check_true(strstr(buffer, "0\r\n\r\n") == NULL);
    mhd_kit_wait(&kit, &kit.stream.closed, 1);
    check_true(kit_is_closed(half, KIT_WAIT_MS));
    mhd_kit_answer(&kit, "too late");
    (void)kit_read_all(running, buffer);
    (void)mhd_kit_seen(&kit, seen);
    check_true(strstr(seen, "/half") == NULL);
    (void)close(half);
    (void)close(running);
    (void)close(live);
}

static void *answer_late(void *argument)
{
    (void)argument;
    mhd_kit_answer(&kit, "late");
    return NULL;
}

static void close__waits_for_the_answer_that_is_owed(void **state)
{
    (void)state;
    int running = kit_connect(&kit), live = open_stream();
    kit_send(running, GET("/late"));
    mhd_kit_wait_kept(&kit, 1);
    pthread_t thread;
    check_int(pthread_create(&thread, NULL, answer_late, NULL), 0);
    pv_mhd_close(kit.server);
    (void)pthread_join(thread, NULL);
    check_int(kit.stream.closed, 1);
    check_int(kit.kept_count, 0);
    (void)close(running);
    (void)close(live);
    mhd_kit_open(&kit);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
static const struct CMUnitTest tests[] = {
    CASE(stream__says_what_it_is_woken_for),
    CASE(stream__with_all_at_hand__is_a_reply_in_chunks),
    CASE(stream__that_is_woken_before_it_waits__is_read_again),
    CASE(stream__for_http_1_0__ends_with_the_connection),
    CASE(stream__that_is_silent__is_read_again_at_each_heartbeat),
    CASE(stream__that_breaks__is_cut_without_its_end),
    CASE(stream__whose_client_left__is_closed_by_a_heartbeat),
    CASE(stream__beyond_the_limit__is_503),
    CASE(stream__where_no_body_may_follow__is_not_read),
    CASE(connections__beyond_the_limit__wait_for_a_place),
    CASE(connections__of_one_address__are_limited),
    CASE(drain__finishes_what_runs_and_closes_what_is_idle),
    CASE(drain__with_a_request_that_is_not_read_yet__answers_it),
    CASE(drain__with_a_body_that_is_not_told__cuts_it),
    CASE(drain__of_a_server_at_rest__is_done_at_once),
    CASE(drain__that_takes_too_long__cuts),
    CASE(close__waits_for_the_answer_that_is_owed),
};
CHECK_MAIN(tests, 17)
