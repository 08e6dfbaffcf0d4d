/* Many clients at once, answers from other threads, streams that are woken from anywhere, and the end in the
   middle of it. Under TSan (preset tsan). */
#include "mhd_kit.h"

#include <sched.h>
#include <semaphore.h>
#include <unistd.h>

enum { CLIENTS = 6, ANSWERERS = 2, ROUNDS = 40 };

static struct mhd_kit kit;

struct client {
    pthread_t thread;
    const char *wrong;
    char buffer[8192];
};

static const struct {
    const char *request, *answer;
} exchanges[] = {
    {"GET /a HTTP/1.1\r\nHost: h\r\n\r\n", "GET /a|\n"},
    {"POST /b?c=d HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody", "POST /b?c=d|body\n"},
    {"GET /late HTTP/1.1\r\nHost: h\r\n\r\n", "late"},
    {"PUT /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
     "PUT /c|body\n"},
    {"GET /late HTTP/1.1\r\nHost: h\r\n\r\n", "late"},
};
enum { EXCHANGES = sizeof exchanges / sizeof exchanges[0] };

static void *ask_often(void *argument)
{
    struct client *client = argument;
    int fd = kit_connect(&kit);
    for (unsigned i = 0; client->wrong == NULL && i < ROUNDS; i++) {
        kit_send(fd, exchanges[i % EXCHANGES].request);
        struct pv_str body = kit_body(kit_read_reply(fd, client->buffer, false));
        const char *expected = exchanges[i % EXCHANGES].answer;
        if (body.len != strlen(expected) || memcmp(body.ptr, expected, body.len) != 0)
            client->wrong = expected;
        if (i % 7 == 6) {
            (void)close(fd);
            fd = kit_connect(&kit);
        }
    }
    (void)close(fd);
    return NULL;
}

static struct pv_http_exchange *take_kept(void)
{
    struct pv_http_exchange *exchange = NULL;
    (void)pthread_mutex_lock(&kit.mutex);
    if (kit.kept_count != 0)
        exchange = kit.kept[--kit.kept_count];
    (void)pthread_mutex_unlock(&kit.mutex);
    return exchange;
}

static void *answer_all(void *argument)
{
    const atomic_bool *ended = argument;
    bool last = false;
    while (!last) {
        last = atomic_load(ended);
        pv_mhd_begin_burst();
        for (struct pv_http_exchange *exchange = take_kept(); exchange != NULL; exchange = take_kept()) {
            struct pv_http_reply reply = {.status = 200, .bytes = PV_STR("late")};
            exchange->ops->answer(exchange, &reply);
        }
        pv_mhd_end_burst();
        kit_stream_say(&kit.stream, "x");
        (void)sched_yield();
    }
    return NULL;
}

/* Whatever comes, until it ends. */
static void *listen_to_stream(void *argument)
{
    struct client *client = argument;
    int fd = kit_connect(&kit);
    kit_send(fd, "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
    if (!kit_is_closed(fd, KIT_WAIT_MS))
        client->wrong = "the end of the stream";
    (void)close(fd);
    return NULL;
}

static void run(struct client *clients, bool drain_early)
{
    struct client listener = {.wrong = NULL};
    pthread_t answerers[ANSWERERS];
    atomic_bool ended = false;
    check_int(pthread_create(&listener.thread, NULL, listen_to_stream, &listener), 0);
    mhd_kit_wait(&kit, &kit.stream.started, 1);
    for (int i = 0; i < ANSWERERS; i++)
        check_int(pthread_create(&answerers[i], NULL, answer_all, &ended), 0);
    for (int i = 0; i < CLIENTS && !drain_early; i++)
        check_int(pthread_create(&clients[i].thread, NULL, ask_often, &clients[i]), 0);
    for (int i = 0; i < CLIENTS && !drain_early; i++)
        (void)pthread_join(clients[i].thread, NULL);
    if (drain_early) {
        kit_stream_say(&kit.stream, "before the end");
        check_true(!pv_mhd_drain(kit.server, 1));
    } else {
        (void)pthread_mutex_lock(&kit.stream.mutex);
        kit.stream.ends_in_drain = true;
        (void)pthread_mutex_unlock(&kit.stream.mutex);
        check_true(pv_mhd_drain(kit.server, KIT_WAIT_MS));
    }
    (void)pthread_join(listener.thread, NULL);
    atomic_store(&ended, true);
    for (int i = 0; i < ANSWERERS; i++)
        (void)pthread_join(answerers[i], NULL);
    if (listener.wrong != NULL)
        fail_msg("not %s", listener.wrong);
}

static void clients__at_once__each_get_their_own_answers(void **state)
{
    (void)state;
    static struct client clients[CLIENTS];
    mhd_kit_init(&kit);
    kit.options.threads = 3;
    mhd_kit_open(&kit);
    run(clients, false);
    for (int i = 0; i < CLIENTS; i++) {
        if (clients[i].wrong != NULL)
            fail_msg("client %d did not get \"%s\"", i, clients[i].wrong);
    }
    check_int(kit.requests, CLIENTS * ROUNDS + 1);
    mhd_kit_close(&kit);
}

static void stream__that_is_cut_while_it_is_woken__ends(void **state)
{
    (void)state;
    static struct client clients[CLIENTS];
    for (int i = 0; i < 10; i++) {
        mhd_kit_init(&kit);
        kit.options.heartbeat_ms = 1;
        mhd_kit_open(&kit);
        run(clients, true);
        mhd_kit_close(&kit);
        check_int(kit.stream.closed, 1);
    }
}

/* --- all at once --- */

/* One more than libmicrohttpd takes note of at once, and those all have something when the first is
   answered. */
enum { MANY = 129 };

static void answer_when_all_asked(void *context, struct pv_http_exchange *exchange)
{
    sem_t *asked = context;
    struct pv_http_reply reply = {.status = 200};
    if (pv_str_equal(exchange->request->path, PV_STR("/first"))) {
        while (sem_wait(asked) != 0)
            ;
    }
    exchange->ops->answer(exchange, &reply);
}

static void connections__that_all_ask_at_once__are_all_answered(void **state)
{
    (void)state;
    static char buffer[KIT_REPLY_MAX];
    int fds[MANY];
    sem_t asked;
    check_int(sem_init(&asked, 0, 0), 0);
    mhd_kit_init(&kit);
    kit.options.threads = 1;
    kit.options.connections = MANY;
    kit.options.handler = answer_when_all_asked;
    kit.options.context = &asked;
    kit.options.on_access = NULL;
    kit.options.on_error = NULL;
    mhd_kit_open(&kit);
    for (int i = 0; i < MANY; i++) {
        fds[i] = kit_connect(&kit);
        kit_send(fds[i], "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
        check_int(kit_status(kit_read_reply(fds[i], buffer, true)), 200);
    }
    for (int i = 0; i < MANY; i++)
        kit_send(fds[i],
                 i == 0 ? "HEAD /first HTTP/1.1\r\nHost: h\r\n\r\n" : "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
    (void)sem_post(&asked);
    for (int i = 0; i < MANY; i++)
        check_int(kit_status(kit_read_reply(fds[i], buffer, true)), 200);
    for (int i = 0; i < MANY; i++)
        (void)close(fds[i]);
    mhd_kit_close(&kit);
    (void)sem_destroy(&asked);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(connections__that_all_ask_at_once__are_all_answered),
    cmocka_unit_test(clients__at_once__each_get_their_own_answers),
    cmocka_unit_test(stream__that_is_cut_while_it_is_woken__ends),
};
CHECK_MAIN(tests, 3)
