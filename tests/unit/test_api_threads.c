/* The API between many threads, as the server has them: clients that send events and read what they were told
   of, reading threads, a worker that is the projector too, live streams, somebody who ticks. The store and
   the cache are computed from two counters, so that every lock is the API's own. */
#include "adapters.h"
#include "api.h"
#include "check.h"
#include "record.h"
#include "virtual_clock.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { CLIENTS = 3, READERS = 2, STREAMS = 2, REQUESTS = 200 };

#define E "01HQ2T9XP00000000000000001"
static const struct pv_election_id election = {{UINT64_C(0x018dc5a4f6c00000), 1}};

static _Atomic int64_t recorded, projected; /* the last numbers */
static atomic_bool over;
static struct virtual_clock virtual_clock;
static struct pv_broker broker;
static struct pv_api *api;

/* --- the store: every record is the same change of a name --- */

struct pv_store_reader {
    int64_t next;
};

static enum pv_store_result open_reader(void *self, struct pv_str stream, int64_t from,
                                        struct pv_store_reader **reader, struct pv_fault *fault)
{
    (void)self;
    (void)stream;
    (void)fault;
    *reader = malloc(sizeof **reader);
    (*reader)->next = from;
    return PV_STORE_OK;
}

static enum pv_store_result next(struct pv_store_reader *reader, struct pv_recorded *records, size_t max,
                                 size_t *count, struct pv_fault *fault)
{
    (void)fault;
    for (*count = 0; *count < max && reader->next <= atomic_load(&recorded); ++*count)
        records[*count] = (struct pv_recorded){
            .stream = PV_STR("Election-" E),
            .number = reader->next++,
            .type = PV_STR("PhotoVote.Event.Election.ElectionNameChanged"),
            .data = PV_STR("{\"id\":\"" E "\",\"election_id\":\"" E "\",\"name\":\"N\"}"),
            .position = -1,
        };
    return PV_STORE_OK;
}

static void close_reader(struct pv_store_reader *reader)
{
    free(reader);
}

static enum pv_store_result last_number(void *self, struct pv_str stream, int64_t *number,
                                        struct pv_fault *fault)
{
    (void)self;
    (void)stream;
    (void)fault;
    *number = atomic_load(&recorded);
    return PV_STORE_OK;
}

/* --- the cache: an open election --- */

static enum pv_cache_result get_header(void *self, struct pv_election_id id, int64_t *number,
                                       struct pv_text *header, struct pv_fault *fault)
{
    char *text = malloc(128);
    (void)self;
    (void)id;
    (void)fault;
    *number = atomic_load(&projected);
    int len = snprintf(text, 128, "{\"version\":%lld,\"deleted\":false,\"opened\":\"d\",\"closed\":null}",
                       (long long)*number);
    *header = (struct pv_text){text, (size_t)len};
    return PV_CACHE_OK;
}

/* --- requests --- */

struct exchange {
    struct pv_http_exchange exchange;
    struct pv_http_request request;
    struct pv_http_pair headers[2];
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    unsigned answers, status;
    int64_t number; /* what the answer's body says: number, or version */
    struct pv_http_body stream;
    bool woken;
};

static void answer(struct pv_http_exchange *self, struct pv_http_reply *reply)
{
    struct exchange *exchange = (struct exchange *)self;
    char body[256] = "";
    if (reply->bytes.len > 0 && reply->bytes.len < sizeof body)
        memcpy(body, reply->bytes.ptr, reply->bytes.len);
    const char *number = strstr(body, "\"number\":"), *version = strstr(body, "\"version\":");
    (void)pthread_mutex_lock(&exchange->mutex);
    exchange->answers++;
    exchange->status = reply->status;
    exchange->stream = reply->body;
    exchange->number = number != NULL ? atoll(number + 9) : version != NULL ? atoll(version + 10) : -1;
    (void)pthread_cond_broadcast(&exchange->changed);
    (void)pthread_mutex_unlock(&exchange->mutex);
}

static void ask(struct exchange *exchange, const char *method, const char *path, const char *body)
{
    static const struct pv_http_exchange_ops ops = {answer};
    memset(exchange, 0, sizeof *exchange);
    exchange->exchange = (struct pv_http_exchange){&ops, &exchange->request};
    exchange->headers[0] = (struct pv_http_pair){PV_STR("Authorization"), PV_STR("x")};
    exchange->headers[1] = (struct pv_http_pair){PV_STR("Content-Type"), PV_STR("application/json")};
    exchange->request = (struct pv_http_request){.method = {method, strlen(method)},
                                                 .path = {path, strlen(path)},
                                                 .headers = exchange->headers,
                                                 .header_count = 2,
                                                 .body = {body, strlen(body)},
                                                 .peer = PV_STR("192.0.2.7")};
    (void)pthread_mutex_init(&exchange->mutex, NULL);
    (void)pthread_cond_init(&exchange->changed, NULL);
    pv_api_handle(api, &exchange->exchange);
    (void)pthread_mutex_lock(&exchange->mutex);
    while (exchange->answers == 0)
        (void)pthread_cond_wait(&exchange->changed, &exchange->mutex);
    (void)pthread_mutex_unlock(&exchange->mutex);
}

static void forget(struct exchange *exchange)
{
    (void)pthread_cond_destroy(&exchange->changed);
    (void)pthread_mutex_destroy(&exchange->mutex);
}

static void authenticate(void *context, struct pv_str authorization, struct pv_auth *auth)
{
    (void)context;
    (void)authorization;
    auth->result = PV_AUTH_KNOWN;
    auth->caller = (struct pv_caller){.roles = PV_ROLE_ADMINISTRATOR, .subject = PV_STR("alice")};
}

/* --- the threads; each gives NULL, or what was wrong --- */

static void *run_client(void *unused)
{
    struct exchange *exchange = malloc(sizeof *exchange);
    const char *wrong = NULL;
    (void)unused;
    for (unsigned i = 0; i < REQUESTS && wrong == NULL; i++) {
        ask(exchange, "PUT", "/election/name-changed", "{\"election_id\":\"" E "\",\"name\":\"N\"}");
        int64_t told = exchange->number;
        if (exchange->status != 200)
            wrong = exchange->status == 503 ? NULL : "an event was not recorded";
        forget(exchange);
        ask(exchange, "GET", "/election/" E, "");
        if (exchange->status == 200 && exchange->number < told)
            wrong = "a read does not show what was told before";
        else if (exchange->status != 200 && exchange->status != 503)
            wrong = "a read was not answered";
        forget(exchange);
    }
    free(exchange);
    return (void *)(uintptr_t)wrong;
}

static void *run_reader(void *unused)
{
    static const struct pv_event_store_ops store_ops = {
        .read = open_reader, .next = next, .close_reader = close_reader, .last_number = last_number};
    static const struct pv_document_cache_ops cache_ops = {.get_header = get_header};
    struct pv_event_store store = {&store_ops, NULL};
    struct pv_document_cache cache = {&cache_ops, NULL};
    const struct pv_api_reads reads = {&store, &cache, NULL};
    (void)unused;
    while (pv_api_read_step(api, &reads, 20) || !atomic_load(&over))
        continue;
    return NULL;
}

static void *run_worker(void *unused)
{
    struct pv_delivery deliveries[8];
    struct pv_fault fault;
    size_t count;
    (void)unused;
    while (broker.ops->take(broker.self, 0, deliveries, 8, 20, &count, &fault) == PV_BROKER_OK) {
        for (size_t i = 0; i < count; i++) {
            int64_t number = atomic_fetch_add(&recorded, 1) + 1;
            struct pv_answer told = {.kind = PV_ANSWER_RECORDED, .number = number, .position = number};
            broker.ops->reply(broker.self, &deliveries[i], &told);
            if (broker.ops->ack(broker.self, &deliveries[i], &fault) != PV_BROKER_OK)
                return (void *)(uintptr_t) "an acknowledgement failed";
        }
        if (count == 0)
            continue;
        atomic_store(&projected, atomic_load(&recorded));
        pv_api_projected(api, election, atomic_load(&projected));
    }
    return NULL;
}

static void wake(void *context)
{
    struct exchange *exchange = context;
    (void)pthread_mutex_lock(&exchange->mutex);
    exchange->woken = true;
    (void)pthread_cond_broadcast(&exchange->changed);
    (void)pthread_mutex_unlock(&exchange->mutex);
}

static void sleep_until_woken(struct exchange *exchange)
{
    (void)pthread_mutex_lock(&exchange->mutex);
    while (!exchange->woken)
        (void)pthread_cond_wait(&exchange->changed, &exchange->mutex);
    exchange->woken = false;
    (void)pthread_mutex_unlock(&exchange->mutex);
}

/* Whether the numbers in the text go on one by one. *text is what is left of it: half a message. */
static bool goes_on(char *text, int64_t *last)
{
    char *message = text, *end;
    for (; (end = strstr(message, "\n\n")) != NULL; message = end + 2) {
        *end = '\0';
        const char *number = strstr(message, "{\"number\":");
        if (number != NULL && atoll(number + 10) != ++*last)
            return false;
        const char *version = strstr(message, "{\"version\":");
        if (version != NULL)
            *last = atoll(version + 11);
    }
    memmove(text, message, strlen(message) + 1);
    return true;
}

static void *run_stream(void *unused)
{
    struct exchange *exchange = malloc(sizeof *exchange);
    char *text = calloc(1, 1 << 16);
    const char *wrong = NULL;
    int64_t last = -1;
    (void)unused;
    ask(exchange, "GET", "/election/" E "/live", "");
    if (exchange->status != 200)
        wrong = "no stream";
    else
        exchange->stream.ops->started(exchange->stream.self, (struct pv_http_waker){wake, exchange});
    for (enum pv_http_read result = PV_HTTP_BYTES; wrong == NULL && result != PV_HTTP_END;) {
        size_t len, held = strlen(text);
        result = exchange->stream.ops->read(exchange->stream.self, text + held, 4096, &len);
        if (result == PV_HTTP_LATER)
            sleep_until_woken(exchange);
        if (result != PV_HTTP_BYTES)
            continue;
        text[held + len] = '\0';
        if (!goes_on(text, &last))
            wrong = "a stream left something out";
    }
    if (exchange->stream.ops != NULL)
        exchange->stream.ops->close(exchange->stream.self);
    forget(exchange);
    free(exchange);
    free(text);
    return (void *)(uintptr_t)wrong;
}

static void *run_ticker(void *unused)
{
    (void)unused;
    while (!atomic_load(&over)) {
        pv_api_tick(api);
        (void)pv_api_unanswered(api);
        virtual_clock_advance(&virtual_clock, 1);
        (void)sched_yield();
    }
    return NULL;
}

static void start(pthread_t *threads, size_t count, void *(*run)(void *))
{
    for (size_t i = 0; i < count; i++)
        check_int(pthread_create(&threads[i], NULL, run, NULL), 0);
}

static void end(const pthread_t *threads, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        void *wrong;
        check_int(pthread_join(threads[i], &wrong), 0);
        if (wrong != NULL)
            fail_msg("%s", (const char *)wrong);
    }
}

static void open_world(void)
{
    struct pv_fault fault;
    virtual_clock_init(&virtual_clock, 1);
    check_true(pv_embedded_broker_open(1, 64, &virtual_clock.clock, &broker, &fault));
    const struct pv_api_options options = {
        .broker = &broker,
        .clock = &virtual_clock.clock,
        .authenticate = authenticate,
        .waiting_max = 64,
        .waiting_per_caller = 64,
        .verdict_ms = 1000000000, /* ticks are faster than any time here */
        .projection_ms = 1000000000,
        .heartbeat_ms = 1000000000,
        .streams_max = 8,
    };
    api = pv_api_new(&options);
    assert_non_null(api);
}

static void everything_at_once__is_told_in_order_and_shown(void **state)
{
    pthread_t clients[CLIENTS], readers[READERS], streams[STREAMS], worker, ticker;
    (void)state;
    open_world();
    start(readers, READERS, run_reader);
    start(&worker, 1, run_worker);
    start(&ticker, 1, run_ticker);
    start(streams, STREAMS, run_stream);
    start(clients, CLIENTS, run_client);
    end(clients, CLIENTS);
    check_int(atomic_load(&recorded), CLIENTS * REQUESTS);
    pv_api_drain(api);
    end(streams, STREAMS);
    broker.ops->drain(broker.self);
    end(&worker, 1);
    atomic_store(&over, true);
    end(&ticker, 1);
    end(readers, READERS);
    check_int(pv_api_unanswered(api), 0);
    pv_api_free(api);
    broker.ops->close(broker.self);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(everything_at_once__is_told_in_order_and_shown),
};

CHECK_MAIN(tests, 1)
