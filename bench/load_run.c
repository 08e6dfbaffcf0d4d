/* The connections: each sends a request, waits for the whole answer, and sends the next, on one thread with
   epoll. The requests are made once, and only what changes is written over, so that the client costs little
   beside the server that it shares the machine with. */
#define _GNU_SOURCE /* strcasestr */
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { REQUEST_MAX = 4096, ANSWER_MAX = 1 << 16, EVENTS = 256, SILENCE_MS = 30000 };

/* Places in a request that each event writes anew. */
struct request {
    char text[REQUEST_MAX];
    size_t len;
    char *id, *candidate, *rating;
};

struct connection {
    const struct pv_load_user *user;
    struct request rate, read;
    int fd;
    enum { IDLE, RATES, READS } state;
    uint64_t sent; /* ratings */
    int64_t since; /* the request was sent */
    int64_t due;   /* IDLE: the next is to be sent */
    size_t answer_len;
    char answer[ANSWER_MAX];
};

struct run {
    const struct pv_load_plan *plan;
    struct pv_load_result *result;
    struct connection *connections;
    unsigned open; /* that are not done */
    int epoll;
    int64_t end;
    uint64_t chance; /* of the ids */
    bool told;
};

static bool fail(const char *what)
{
    fprintf(stderr, "pv-bench-load: %s: %s\n", what, strerror(errno));
    return false;
}

/* Requests */

static const char body_form[] = "{\"id\":\"%026d\",\"election_id\":\"%s\",\"ballot_id\":\"%s\","
                                "\"competition_id\":\"%s\",\"candidate_id\":\"%s\",\"rating\":1}";

static bool make_rate(struct request *request, const struct pv_load_user *user)
{
    char body[512];
    int body_len = snprintf(body, sizeof body, body_form, 0, user->election, user->ballot, user->competition,
                            user->candidates[0]);
    int len =
        snprintf(request->text, sizeof request->text,
                 "PUT /ballot/candidate-rated HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n"
                 "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
                 user->token, body_len, body);
    if (len < 0 || (size_t)len >= sizeof request->text)
        return false;
    request->len = (size_t)len;
    char *sent = request->text + request->len - body_len;
    request->id = sent + strlen("{\"id\":\"");
    request->rating = request->text + request->len - 2;
    request->candidate = request->rating - strlen("\",\"rating\":") - PV_LOAD_ID;
    return true;
}

static bool make_read(struct request *request, const struct pv_load_user *user)
{
    int len = snprintf(request->text, sizeof request->text,
                       "GET /election/%s/ballot/mine HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                       "Authorization: Bearer %s\r\n\r\n",
                       user->election, user->token);
    request->len = (size_t)len;
    return len >= 0 && request->len < sizeof request->text;
}

static void put_base32(char *text, size_t len, uint64_t value)
{
    static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    for (; len > 0; value >>= 5)
        text[--len] = digits[value & 31];
}

static uint64_t wall_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* A ULID as others make them, the next candidate of the ballot, and another number of stars. */
static void renew(struct run *run, struct connection *connection)
{
    const struct pv_load_user *user = connection->user;
    struct request *request = &connection->rate;
    run->chance = run->chance * 6364136223846793005U + 1442695040888963407U;
    put_base32(request->id, 10, wall_ms());
    put_base32(request->id + 10, 8, run->chance >> 24);
    put_base32(request->id + 18, 8, run->chance * 0x9e3779b97f4a7c15U >> 24);
    memcpy(request->candidate, user->candidates[connection->sent % user->candidate_count], PV_LOAD_ID);
    *request->rating = (char)('1' + connection->sent / user->candidate_count % 5);
    connection->sent++;
}

/* Connections */

static bool begin(const struct run *run, struct connection *connection)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(run->plan->port)};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    int on = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection->fd < 0 || connect(connection->fd, (struct sockaddr *)&address, sizeof address) != 0)
        return fail("cannot connect");
    (void)setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return epoll_ctl(run->epoll, EPOLL_CTL_ADD, connection->fd, &event) == 0 || fail("epoll");
}

static bool send_request(struct connection *connection, const struct request *request, int64_t now)
{
    connection->since = now;
    connection->answer_len = 0;
    /* Smaller than any socket's buffer, which is empty: all or nothing. */
    return send(connection->fd, request->text, request->len, MSG_NOSIGNAL) == (ssize_t)request->len ||
           fail("a request could not be sent");
}

static bool rate(struct run *run, struct connection *connection, int64_t now)
{
    renew(run, connection);
    connection->state = RATES;
    return send_request(connection, &connection->rate, now);
}

/* The length of the answer that is there as a whole, 0 if some is missing, -1 if it is none. */
static ssize_t whole_answer(struct connection *connection)
{
    char *text = connection->answer;
    text[connection->answer_len] = '\0';
    const char *end = strstr(text, "\r\n\r\n");
    if (end == NULL)
        return 0;
    const char *length = strcasestr(text, "\r\ncontent-length:");
    if (length == NULL || length > end)
        return -1;
    size_t size = (size_t)(end + 4 - text) + strtoul(length + strlen("\r\ncontent-length:"), NULL, 10);
    return connection->answer_len < size ? 0 : (ssize_t)size;
}

static void count(struct run *run, struct connection *connection, int64_t now)
{
    struct pv_load_result *result = run->result;
    bool is_right = strncmp(connection->answer, "HTTP/1.1 200 ", 13) == 0;
    result->wrong += !is_right;
    if (!is_right && !run->told)
        fprintf(stderr, "pv-bench-load: the first wrong answer: %.500s\n", connection->answer);
    run->told |= !is_right;
    pv_load_times_add(connection->state == RATES ? &result->events : &result->reads, now - connection->since);
}

static bool go_on(struct run *run, struct connection *connection, int64_t now)
{
    bool was_rating = connection->state == RATES;
    connection->state = IDLE;
    if (was_rating && run->plan->reads) {
        connection->state = READS;
        return send_request(connection, &connection->read, now);
    }
    if (now >= run->end) {
        run->open--;
        connection->due = INT64_MAX;
        return true;
    }
    connection->due = now + run->plan->pause_us;
    return run->plan->pause_us > 0 || rate(run, connection, now);
}

static bool receive(struct run *run, struct connection *connection)
{
    ssize_t got = recv(connection->fd, connection->answer + connection->answer_len,
                       sizeof connection->answer - 1 - connection->answer_len, 0);
    if (got <= 0) {
        fprintf(stderr, "pv-bench-load: a connection was closed %lld us after its request %llu\n",
                (long long)(pv_load_now_us() - connection->since), (unsigned long long)connection->sent);
        return false;
    }
    connection->answer_len += (size_t)got;
    ssize_t size = whole_answer(connection);
    if (size == 0 && connection->answer_len + 1 < sizeof connection->answer)
        return true;
    if (connection->state == IDLE || size != (ssize_t)connection->answer_len) {
        errno = EPROTO;
        return fail("an answer cannot be read");
    }
    int64_t now = pv_load_now_us();
    count(run, connection, now);
    return go_on(run, connection, now);
}

/* With pauses: those whose time has come. Gives the milliseconds until the next. */
static bool send_due(struct run *run, int *wait_ms)
{
    int64_t now = pv_load_now_us(), next = now + (int64_t)SILENCE_MS * 1000;
    for (unsigned i = 0; run->plan->pause_us > 0 && i < run->plan->connections; i++) {
        struct connection *connection = &run->connections[i];
        if (connection->state != IDLE)
            continue;
        if (connection->due <= now && !rate(run, connection, now))
            return false;
        if (connection->state == IDLE && connection->due < next)
            next = connection->due;
    }
    *wait_ms = (int)((next - now) / 1000) + 1;
    return true;
}

static bool turn(struct run *run)
{
    struct epoll_event events[EVENTS];
    int wait_ms;
    if (!send_due(run, &wait_ms))
        return false;
    int ready = epoll_wait(run->epoll, events, EVENTS, wait_ms);
    if (ready < 0 && errno != EINTR)
        return fail("epoll_wait");
    if (ready == 0 && wait_ms >= SILENCE_MS) {
        errno = ETIMEDOUT;
        return fail("no answer");
    }
    for (int i = 0; i < ready; i++) {
        if (!receive(run, events[i].data.ptr))
            return false;
    }
    return true;
}

static bool run_all(struct run *run, const struct pv_load_users *users)
{
    const struct pv_load_plan *plan = run->plan;
    for (unsigned i = 0; i < plan->connections; i++) {
        struct connection *connection = &run->connections[i];
        connection->user = &users->list[i];
        if (!make_rate(&connection->rate, connection->user) ||
            !make_read(&connection->read, connection->user)) {
            errno = EMSGSIZE;
            return fail("a request is too long");
        }
        if (!begin(run, connection))
            return false;
    }
    int64_t start = pv_load_now_us();
    run->end = start + plan->run_us;
    for (unsigned i = 0; i < plan->connections; i++) {
        if (!rate(run, &run->connections[i], pv_load_now_us()))
            return false;
    }
    while (run->open > 0) {
        if (!turn(run))
            return false;
    }
    run->result->us = pv_load_now_us() - start;
    return true;
}

bool pv_load_run(const struct pv_load_plan *plan, const struct pv_load_users *users,
                 struct pv_load_result *result)
{
    struct run run = {.plan = plan, .result = result, .open = plan->connections, .chance = wall_ms()};
    run.connections = calloc(plan->connections, sizeof *run.connections);
    run.epoll = epoll_create1(EPOLL_CLOEXEC);
    bool ok = run.connections != NULL && run.epoll >= 0;
    if (!ok)
        (void)fail("cannot begin");
    for (unsigned i = 0; ok && i < plan->connections; i++)
        run.connections[i].fd = -1;
    ok = ok && run_all(&run, users);
    for (unsigned i = 0; run.connections != NULL && i < plan->connections; i++) {
        if (run.connections[i].fd >= 0)
            close(run.connections[i].fd);
    }
    if (run.epoll >= 0)
        close(run.epoll);
    free(run.connections);
    return ok;
}
