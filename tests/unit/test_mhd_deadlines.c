/* Clients that are slow in each phase. The clock is the test's: as long as it stands, nothing is late. */
#include "mhd_kit.h"

#include <sys/socket.h>
#include <unistd.h>

static struct mhd_kit kit;
static char buffer[KIT_REPLY_MAX], seen[KIT_SEEN_MAX];

enum {
    HEADER_MS = 1000,
    BODY_MS = 2000,
    RESPONSE_MS = 3000,
    KEEP_ALIVE_MS = 4000,
    LONGEST_MS = 4000,
    PARTS = 50
};

static int set_up(void **state)
{
    (void)state;
    mhd_kit_init(&kit);
    kit.options.header_ms = HEADER_MS;
    kit.options.body_ms = BODY_MS;
    kit.options.response_ms = RESPONSE_MS;
    kit.options.keep_alive_ms = KEEP_ALIVE_MS;
    mhd_kit_open(&kit);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    mhd_kit_close(&kit);
    return 0;
}

#define HEAD "POST /x HTTP/1.1\r\nHost: h\r\n"
static const struct {
    const char *name, *begin, *trickle; /* again and again */
} phases[] = {
    {"nothing", "", ""},
    {"a method", "", "A"},
    {"a target", "GET /", "a"},
    {"empty lines before", "", "\r\n"},
    {"headers", HEAD, "X: y\r\n"},
    {"a header's name", HEAD, "x"},
    {"a value", HEAD "X: ", "y"},
    {"a body", HEAD "Content-Length: 2000\r\n\r\n", "b"},
    {"no body", HEAD "Content-Length: 2000\r\n\r\n", ""},
    {"a body that was told to go on", HEAD "Expect: 100-continue\r\nContent-Length: 2000\r\n\r\n", ""},
    {"chunks", HEAD "Transfer-Encoding: chunked\r\n\r\n", "1\r\nc\r\n"},
    {"a chunk", HEAD "Transfer-Encoding: chunked\r\n\r\n10000\r\n", "c"},
    {"the size of a chunk", HEAD "Transfer-Encoding: chunked\r\n\r\n", "0"},
    {"an extension of a chunk", HEAD "Transfer-Encoding: chunked\r\n\r\n1;", "x"},
    {"trailers", HEAD "Transfer-Encoding: chunked\r\n\r\n0\r\n", "X: y\r\n"},
};

/* A byte now and then, each well within every time limit, until it is cut. An idle timer would begin anew
   with each, and never end. */
static unsigned trickle_until_cut(int fd, const char *part, int64_t step_ms)
{
    unsigned parts = 0;
    for (; !kit_is_closed(fd, 5); parts++) {
        if (parts == 1000)
            fail_msg("never cut");
        mhd_kit_advance(&kit, step_ms);
        if (!kit_try_send(fd, part, strlen(part)))
            break;
    }
    return parts;
}

static void client__that_trickles_in_any_phase__is_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof phases / sizeof phases[0]; i++) {
        int fd = kit_connect(&kit);
        kit_send(fd, phases[i].begin);
        (void)trickle_until_cut(fd, phases[i].trickle, HEADER_MS / 10);
        (void)close(fd);
        kit_check_alive(&kit);
        if (strcmp(mhd_kit_seen(&kit, seen), "GET /alive|\n") != 0)
            fail_msg("%s: seen \"%s\"", phases[i].name, seen);
    }
}

static void client__that_keeps_silent_between_requests__is_cut(void **state)
{
    (void)state;
    int fd = kit_connect(&kit);
    for (int i = 0; i < 3; i++) {
        /* The time of one request does not count for the next. */
        kit_send(fd, "GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
        check_int(kit_status(kit_read_reply(fd, buffer, false)), 200);
        mhd_kit_wait(&kit, &kit.accesses, (unsigned)i + 1);
        mhd_kit_advance(&kit, HEADER_MS - 1);
    }
    (void)trickle_until_cut(fd, "", KEEP_ALIVE_MS / 4);
    (void)close(fd);
}

static void head__of_a_later_request__has_its_own_time(void **state)
{
    (void)state;
    int fd = kit_connect(&kit);
    kit_send(fd, "GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
    check_int(kit_status(kit_read_reply(fd, buffer, false)), 200);
    kit_send(fd, "GET /y HTTP/1.1\r\n");
    (void)trickle_until_cut(fd, "X: y\r\n", HEADER_MS / 10);
    (void)close(fd);
    assert_string_equal(mhd_kit_seen(&kit, seen), "GET /x|\n");
}

static void client__that_does_not_read_its_reply__is_cut(void **state)
{
    (void)state;
    static const char *const requests[] = {"GET /bytes?n=20000000 HTTP/1.1\r\nHost: h\r\n\r\n",
                                           "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n"};
    kit.stream.fills = true;
    for (unsigned i = 0; i < 2; i++) {
        int fd = kit_connect(&kit);
        kit_send(fd, requests[i]);
        mhd_kit_wait(&kit, &kit.requests, i + 1);
        /* The seconds for the size of the reply are in it. */
        for (int k = 0; k < 10000; k++) {
            mhd_kit_advance(&kit, 1000000);
            (void)pthread_mutex_lock(&kit.mutex);
            bool over = kit.accesses == i + 1;
            (void)pthread_mutex_unlock(&kit.mutex);
            if (over)
                break;
            (void)kit_is_closed(-1, 1);
        }
        mhd_kit_wait(&kit, &kit.accesses, i + 1);
        (void)close(fd);
    }
    check_int(kit.stream.closed, 1);
    kit.stream.fills = false;
    kit_check_alive(&kit);
}

static void request__that_is_handled__has_no_deadline(void **state)
{
    (void)state;
    int fd = kit_connect(&kit);
    kit_send(fd, "GET /late HTTP/1.1\r\nHost: h\r\n\r\n");
    mhd_kit_wait_kept(&kit, 1);
    for (int i = 0; i < 10; i++) {
        mhd_kit_advance(&kit, 10 * LONGEST_MS);
        check_true(!kit_is_closed(fd, 5));
    }
    mhd_kit_answer(&kit, "in time");
    check_str(kit_body(kit_read_reply(fd, buffer, false)), "in time");
    (void)close(fd);
}

/* libmicrohttpd 0.9.75 prepares a page that tells of too many parameters, and then waits for headers that it
   has thrown away. */
static void query__that_takes_all_memory__is_cut_in_time(void **state)
{
    (void)state;
    static char request[16384] = "GET /x?";
    for (size_t i = 7; i < 12007; i++)
        request[i] = i % 2 == 0 ? '&' : 'a';
    memcpy(request + 12007, " HTTP/1.1\r\nHost: h\r\n\r\n", 23);
    int fd = kit_connect(&kit);
    kit_send(fd, request);
    (void)trickle_until_cut(fd, "", HEADER_MS / 10);
    assert_string_equal(mhd_kit_seen(&kit, seen), "");
    (void)close(fd);
    kit_check_alive(&kit);
}

static void clock__of_the_system__is_taken_without_another(void **state)
{
    (void)state;
    mhd_kit_init(&kit);
    kit.options.clock = NULL;
    kit.options.header_ms = 1;
    mhd_kit_open(&kit);
    int fd = kit_connect(&kit);
    check_true(kit_is_closed(fd, KIT_WAIT_MS));
    (void)close(fd);
    mhd_kit_close(&kit);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
static const struct CMUnitTest tests[] = {
    CASE(client__that_trickles_in_any_phase__is_cut),
    CASE(client__that_keeps_silent_between_requests__is_cut),
    CASE(head__of_a_later_request__has_its_own_time),
    CASE(client__that_does_not_read_its_reply__is_cut),
    CASE(request__that_is_handled__has_no_deadline),
    CASE(query__that_takes_all_memory__is_cut_in_time),
    cmocka_unit_test(clock__of_the_system__is_taken_without_another),
};
CHECK_MAIN(tests, 7)
