/* libmicrohttpd answering nothing but "ok": what an HTTP server costs at least, against which ours is
   measured. With `ours` the same answer by way of src/adapters/mhd_server.h; with `later` so, but from
   another thread, which takes all that wait: what an HTTP server costs at least whose answers wait for
   something. Runs until its standard input ends, and then prints the requests and the processor time. */
#include "mhd_server.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* A thread of libmicrohttpd 0.9.75 takes note of 128 events at once, and if it finds so many, waits for more
   before it looks at any: for ever, if these are all. */
enum { THREADS = 3, CONNECTIONS_EACH = 127 };

static atomic_ulong requests;

static enum MHD_Result answer_bare(void *cls, struct MHD_Connection *connection, const char *target,
                                   const char *method, const char *version, const char *bytes, size_t *len,
                                   void **context)
{
    (void)cls, (void)target, (void)method, (void)version, (void)bytes;
    /* A reply before the end of the request would close the connection. */
    if (*context == NULL || *len != 0) {
        *context = &requests;
        *len = 0;
        return MHD_YES;
    }
    static char ok[] = "ok";
    struct MHD_Response *response = MHD_create_response_from_buffer(2, ok, MHD_RESPMEM_PERSISTENT);
    atomic_fetch_add_explicit(&requests, 1, memory_order_relaxed);
    enum MHD_Result result = MHD_queue_response(connection, MHD_HTTP_OK, response);
    MHD_destroy_response(response);
    return result;
}

static void say_ok(struct pv_http_exchange *exchange)
{
    struct pv_http_reply reply = {.status = 200, .bytes = PV_STR("ok")};
    atomic_fetch_add_explicit(&requests, 1, memory_order_relaxed);
    exchange->ops->answer(exchange, &reply);
}

static void answer_ours(void *context, struct pv_http_exchange *exchange)
{
    (void)context;
    say_ok(exchange);
}

/* Exchanges that wait for their answer; more than connections there are not. */
static struct {
    pthread_mutex_t mutex;
    pthread_cond_t some;
    struct pv_http_exchange *list[THREADS * CONNECTIONS_EACH];
    size_t count;
    bool stop;
} waiting = {.mutex = PTHREAD_MUTEX_INITIALIZER, .some = PTHREAD_COND_INITIALIZER};

static void answer_later(void *context, struct pv_http_exchange *exchange)
{
    (void)context;
    (void)pthread_mutex_lock(&waiting.mutex);
    waiting.list[waiting.count++] = exchange;
    (void)pthread_cond_signal(&waiting.some);
    (void)pthread_mutex_unlock(&waiting.mutex);
}

static void *answer_all(void *unused)
{
    static struct pv_http_exchange *taken[THREADS * CONNECTIONS_EACH];
    (void)unused;
    for (;;) {
        (void)pthread_mutex_lock(&waiting.mutex);
        while (waiting.count == 0 && !waiting.stop)
            (void)pthread_cond_wait(&waiting.some, &waiting.mutex);
        size_t count = waiting.count;
        memcpy(taken, waiting.list, count * sizeof *taken);
        waiting.count = 0;
        (void)pthread_mutex_unlock(&waiting.mutex);
        if (count == 0)
            return NULL;
        pv_mhd_begin_burst();
        for (size_t i = 0; i < count; i++)
            say_ok(taken[i]);
        pv_mhd_end_burst();
    }
}

static void stop_answering(pthread_t thread)
{
    (void)pthread_mutex_lock(&waiting.mutex);
    waiting.stop = true;
    (void)pthread_cond_signal(&waiting.some);
    (void)pthread_mutex_unlock(&waiting.mutex);
    (void)pthread_join(thread, NULL);
}

static void wait_for_end(void)
{
    while (getchar() != EOF)
        ;
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    double seconds = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                     (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    unsigned long count = atomic_load(&requests);
    printf("%lu requests, %.3f s, %.2f us a request\n", count, seconds,
           seconds * 1e6 / (double)(count + (count == 0)));
}

static int run_bare(uint16_t port)
{
    struct MHD_Daemon *daemon =
        MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, port, NULL, NULL, answer_bare, NULL,
                         MHD_OPTION_THREAD_POOL_SIZE, (unsigned)THREADS, MHD_OPTION_CONNECTION_LIMIT,
                         (unsigned)(THREADS * CONNECTIONS_EACH), MHD_OPTION_END);
    if (daemon == NULL)
        return 2;
    wait_for_end();
    MHD_stop_daemon(daemon);
    return 0;
}

static int run_ours(uint16_t port, bool later)
{
    struct pv_http_options options = {.port = port,
                                      .threads = 2,
                                      .connections = THREADS * CONNECTIONS_EACH,
                                      .handler = later ? answer_later : answer_ours};
    struct pv_mhd_server *server;
    struct pv_fault fault;
    pthread_t thread;
    if (!pv_mhd_open(&options, &server, &fault)) {
        fprintf(stderr, "%s\n", fault.text);
        return 2;
    }
    if (pthread_create(&thread, NULL, answer_all, NULL) != 0)
        return 2;
    wait_for_end();
    stop_answering(thread);
    pv_mhd_close(server);
    return 0;
}

int main(int argc, char **argv)
{
    bool ours = argc == 3 && strcmp(argv[2], "ours") == 0, later = argc == 3 && strcmp(argv[2], "later") == 0;
    if (argc != 2 && !ours && !later) {
        fprintf(stderr, "usage: pv-bench-http-empty PORT [ours | later]\n");
        return 2;
    }
    uint16_t port = (uint16_t)strtoul(argv[1], NULL, 10);
    return ours || later ? run_ours(port, later) : run_bare(port);
}
