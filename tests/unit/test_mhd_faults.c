/* Every fallible call of the HTTP server, failed: opening leaves nothing behind, and a server goes on. */
#include "mhd_calls.h"
#include "mhd_kit.h"

#include <errno.h>
#include <unistd.h>

static struct mhd_kit kit;
static char buffer[KIT_REPLY_MAX];

#define GET(path) "GET " path " HTTP/1.1\r\nHost: h\r\n\r\n"

static int set_up(void **state)
{
    (void)state;
    mhd_call_fails(MHD_CALLS, 0, 0);
    mhd_call_failure(MHD_FAILS);
    mhd_kit_init(&kit);
    return 0;
}

static bool open_with(enum mhd_call call, int number, int error, struct pv_fault *fault)
{
    mhd_call_fails(call, number, error);
    bool ok = pv_mhd_open(&kit.options, &kit.server, fault);
    check_true(ok == !mhd_call_failed());
    mhd_call_fails(MHD_CALLS, 0, 0);
    return ok;
}

static void open__with_any_call_failing__leaves_nothing(void **state)
{
    (void)state;
    static const enum mhd_call calls[] = {CALL_calloc,
                                          CALL_socket,
                                          CALL_setsockopt,
                                          CALL_bind,
                                          CALL_listen,
                                          CALL_getsockname,
                                          CALL_eventfd,
                                          CALL_pthread_create,
                                          CALL_MHD_start_daemon,
                                          CALL_MHD_create_response_from_buffer,
                                          CALL_MHD_add_response_header};
    struct pv_fault fault;
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        int number = 0;
        for (; !open_with(calls[i], number, EMFILE, &fault); number++) {
            bool io = calls[i] >= CALL_socket && calls[i] <= CALL_getsockname;
            check_int(fault.kind, io ? PV_FAULT_KIND_IO : PV_FAULT_KIND_NO_MEMORY);
        }
        check_true(number != 0);
        kit_check_alive(&kit);
        mhd_kit_close(&kit);
    }
    kit.options.address = "::1";
    check_true(!open_with(CALL_setsockopt, 1, EINVAL, &fault));
    kit.options.address = NULL;
    check_true(!open_with(CALL_bind, 0, EACCES, &fault));
    check_int(fault.kind, PV_FAULT_KIND_DENIED);
}

static void accept__without_descriptors__goes_on_later(void **state)
{
    (void)state;
    static const int errors[] = {EMFILE, EINTR, ECONNABORTED, EAGAIN};
    mhd_kit_open(&kit);
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        mhd_call_fails(CALL_accept, 0, errors[i]);
        kit_check_alive(&kit);
        check_true(mhd_call_failed());
    }
    mhd_kit_close(&kit);
}

static void check_closed_and_goes_on(enum mhd_call call)
{
    mhd_call_fails(call, 0, ENOMEM);
    int fd = kit_connect(&kit);
    check_true(kit_is_closed(fd, KIT_WAIT_MS));
    (void)close(fd);
    check_true(mhd_call_failed());
    kit_check_alive(&kit);
}

static void connection__that_there_is_no_memory_for__is_closed(void **state)
{
    (void)state;
    mhd_kit_open(&kit);
    check_closed_and_goes_on(CALL_calloc);
    check_closed_and_goes_on(CALL_MHD_add_connection);
    mhd_kit_close(&kit);
}

static void connection__that_is_lost__frees_its_place(void **state)
{
    (void)state;
    kit.options.connections = 1;
    mhd_kit_open(&kit);
    mhd_call_failure(MHD_LIES);
    mhd_call_fails(CALL_MHD_add_connection, 0, ENOMEM);
    int fd = kit_connect(&kit), other = kit_connect(&kit);
    check_true(kit_is_closed(fd, KIT_WAIT_MS));
    kit_send(other, GET("/x"));
    check_int(kit_status(kit_read_reply(other, buffer, false)), 200);
    (void)close(fd);
    (void)close(other);
    mhd_kit_close(&kit);
}

/* The only loop is in a handler when it comes, and all are cut before that returns. */
static void connection__that_no_loop_begins_with__is_closed(void **state)
{
    (void)state;
    kit.options.threads = 1;
    mhd_kit_open(&kit);
    (void)pthread_mutex_lock(&kit.gate);
    int busy = kit_connect(&kit);
    kit_send(busy, GET("/gate"));
    mhd_kit_wait(&kit, &kit.requests, 1);
    int fd = kit_connect(&kit);
    kit_send(fd, GET("/x"));
    check_true(!pv_mhd_drain(kit.server, 0));
    (void)pthread_mutex_unlock(&kit.gate);
    mhd_kit_close(&kit);
    check_true(kit_is_closed(fd, KIT_WAIT_MS));
    check_int(kit.requests, 1);
    (void)close(fd);
    (void)close(busy);
}

/* Nothing comes for a while; a loop that does not sleep turns some thousand times in it. */
static void check_hardly_turns(int fd)
{
    enum { A_WHILE_MS = 200, SOME_TURNS = 500 };
    unsigned long before = mhd_call_turns();
    check_true(!kit_is_closed(fd, A_WHILE_MS));
    unsigned long after = mhd_call_turns();
    if (after - before > SOME_TURNS)
        fail_msg("%lu turns", after - before);
}

static void loop__with_one_that_waits_or_is_stuck__hardly_turns(void **state)
{
    (void)state;
    static char extension[100000];
    memset(extension, 'x', sizeof extension);
    mhd_kit_open(&kit);
    int late = kit_connect(&kit), stuck = kit_connect(&kit);
    kit_send(late, GET("/late"));
    mhd_kit_wait_kept(&kit, 1);
    check_hardly_turns(late);
    mhd_kit_answer(&kit, "late");
    check_int(kit_status(kit_read_reply(late, buffer, false)), 200);
    kit_send(stuck, "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;");
    (void)kit_try_send(stuck, extension, sizeof extension);
    check_hardly_turns(stuck);
    (void)close(late);
    (void)close(stuck);
    mhd_kit_close(&kit);
}

static void *answer_late(void *argument)
{
    mhd_kit_answer(argument, "late");
    return NULL;
}

/* The connection is over before the thread that answered has left the call that woke the loop. */
static void close__waits_for_a_thread_that_is_still_answering(void **state)
{
    (void)state;
    pthread_t thread;
    mhd_kit_open(&kit);
    int fd = kit_connect(&kit);
    kit_send(fd, "GET /late HTTP/1.0\r\n\r\n");
    mhd_kit_wait_kept(&kit, 1);
    mhd_call_wake_until_yield();
    check_int(pthread_create(&thread, NULL, answer_late, &kit), 0);
    check_int(kit_status(kit_read_all(fd, buffer)), 200);
    (void)close(fd);
    mhd_kit_close(&kit);
    (void)pthread_join(thread, NULL);
}

static void *drain(void *argument)
{
    (void)argument;
    return pv_mhd_drain(kit.server, KIT_WAIT_MS) ? argument : NULL;
}

static void reply__that_cannot_say_close_in_a_drain__is_500(void **state)
{
    (void)state;
    pthread_t thread;
    void *drained = NULL;
    mhd_kit_open(&kit);
    int fd = kit_connect(&kit), idle = kit_connect(&kit);
    kit_send(idle, GET("/x"));
    check_int(kit_status(kit_read_reply(idle, buffer, false)), 200);
    kit_send(fd, GET("/late"));
    mhd_kit_wait_kept(&kit, 1);
    check_int(pthread_create(&thread, NULL, drain, &kit), 0);
    check_true(kit_is_closed(idle, KIT_WAIT_MS));
    mhd_call_fails(CALL_MHD_add_response_header, 2, ENOMEM);
    mhd_kit_answer(&kit, "x");
    check_int(kit_status(kit_read_all(fd, buffer)), 500);
    (void)pthread_join(thread, &drained);
    check_true(drained != NULL);
    (void)close(fd);
    (void)close(idle);
    mhd_kit_close(&kit);
}

static unsigned ask_with(enum mhd_call call, int number, const char *text)
{
    mhd_call_fails(call, number, ENOMEM);
    unsigned status = kit_ask(&kit, text, buffer);
    check_true(mhd_call_failed());
    mhd_call_fails(MHD_CALLS, 0, 0);
    kit_check_alive(&kit);
    return status;
}

static void request__that_there_is_no_memory_for__is_503(void **state)
{
    (void)state;
    mhd_kit_open(&kit);
    /* The head, and the body at once or as it comes. */
    check_int(ask_with(CALL_realloc, 0, GET("/x")), 503);
    check_int(ask_with(CALL_realloc, 1, "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx"), 503);
    check_int(
        ask_with(
            CALL_realloc, 1,
            "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n1\r\ny\r\n0\r\n\r\n"),
        503);
    check_int(kit.requests, 3); /* those of kit_check_alive */
    mhd_kit_close(&kit);
}

static void reply__that_there_is_no_memory_for__is_503_or_500(void **state)
{
    (void)state;
    mhd_kit_open(&kit);
    check_int(ask_with(CALL_realloc, 1, GET("/x")), 503);
    check_int(ask_with(CALL_MHD_create_response_from_buffer, 0, GET("/x")), 503);
    check_int(ask_with(CALL_MHD_add_response_header, 0, GET("/x")), 500);
    check_int(ask_with(CALL_MHD_add_response_header, 1, GET("/x")), 500);
    check_int(ask_with(CALL_MHD_queue_response, 0, GET("/x")), 0);
    mhd_kit_close(&kit);
}

static void stream__that_there_is_no_memory_for__is_closed_once(void **state)
{
    (void)state;
    mhd_kit_open(&kit);
    check_int(ask_with(CALL_MHD_create_response_from_callback, 0, GET("/stream")), 503);
    check_int(kit.stream.closed, 1);
    check_int(ask_with(CALL_realloc, 1, GET("/bad-stream")), 503);
    check_int(kit.stream.closed, 2);
    check_int(ask_with(CALL_MHD_add_response_header, 0, GET("/stream")), 500);
    check_int(kit.stream.closed, 3);
    check_int(ask_with(CALL_MHD_set_response_options, 0, "HEAD /stream HTTP/1.1\r\nHost: h\r\n\r\n"), 500);
    check_int(kit.stream.closed, 4);
    check_int(ask_with(CALL_MHD_queue_response, 0, GET("/stream")), 0);
    check_int(kit.stream.closed, 5);
    check_int(kit.stream.started, 0);
    mhd_kit_close(&kit);
}

#define CASE(name) cmocka_unit_test_setup(name, set_up)
static const struct CMUnitTest tests[] = {
    CASE(open__with_any_call_failing__leaves_nothing),
    CASE(accept__without_descriptors__goes_on_later),
    CASE(connection__that_there_is_no_memory_for__is_closed),
    CASE(connection__that_is_lost__frees_its_place),
    CASE(connection__that_no_loop_begins_with__is_closed),
    CASE(loop__with_one_that_waits_or_is_stuck__hardly_turns),
    CASE(close__waits_for_a_thread_that_is_still_answering),
    CASE(reply__that_cannot_say_close_in_a_drain__is_500),
    CASE(request__that_there_is_no_memory_for__is_503),
    CASE(reply__that_there_is_no_memory_for__is_503_or_500),
    CASE(stream__that_there_is_no_memory_for__is_closed_once),
};
CHECK_MAIN(tests, 11)
