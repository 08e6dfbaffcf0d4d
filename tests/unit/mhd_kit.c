#include "mhd_kit.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int64_t real_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- the stream --- */

static void stream_started(void *self, struct pv_http_waker waker)
{
    struct kit_stream *stream = self;
    (void)pthread_mutex_lock(&stream->mutex);
    stream->waker = waker;
    stream->started++;
    (void)pthread_mutex_unlock(&stream->mutex);
}

static enum pv_http_read stream_next(struct kit_stream *stream, char *buffer, size_t size, size_t *len)
{
    stream->reads++;
    if (stream->fills) {
        memset(buffer, 'f', size);
        *len = size;
        return PV_HTTP_BYTES;
    }
    if (stream->len != 0) {
        *len = stream->len < size ? stream->len : size;
        memcpy(buffer, stream->text, *len);
        stream->len = 0;
        return PV_HTTP_BYTES;
    }
    if (stream->wakes_itself)
        stream->waker.wake(stream->waker.context);
    stream->wakes_itself = false;
    if (stream->is_empty) {
        stream->is_empty = false;
        return PV_HTTP_BYTES;
    }
    if (stream->breaks)
        return PV_HTTP_BROKEN;
    return stream->ends || (stream->ends_in_drain && stream->drained != 0) ? PV_HTTP_END : PV_HTTP_LATER;
}

static enum pv_http_read stream_read(void *self, char *buffer, size_t size, size_t *len)
{
    struct kit_stream *stream = self;
    (void)pthread_mutex_lock(&stream->mutex);
    enum pv_http_read read = stream_next(stream, buffer, size, len);
    (void)pthread_mutex_unlock(&stream->mutex);
    return read;
}

static void stream_close(void *self)
{
    struct kit_stream *stream = self;
    (void)pthread_mutex_lock(&stream->mutex);
    stream->waker.wake = NULL;
    stream->closed++;
    (void)pthread_mutex_unlock(&stream->mutex);
}

static void stream_drain(void *self)
{
    struct kit_stream *stream = self;
    (void)pthread_mutex_lock(&stream->mutex);
    stream->drained++;
    (void)pthread_mutex_unlock(&stream->mutex);
}

static const struct pv_http_body_ops other_ops = {
    .started = stream_started, .read = stream_read, .close = stream_close};
static const struct pv_http_body_ops stream_ops = {
    .started = stream_started, .read = stream_read, .close = stream_close, .drain = stream_drain};

static void wake_locked(struct kit_stream *stream)
{
    if (stream->waker.wake != NULL)
        stream->waker.wake(stream->waker.context);
}

void kit_stream_say(struct kit_stream *stream, const char *text)
{
    (void)pthread_mutex_lock(&stream->mutex);
    stream->len = strlen(text);
    memcpy(stream->text, text, stream->len);
    wake_locked(stream);
    (void)pthread_mutex_unlock(&stream->mutex);
}

void kit_stream_end(struct kit_stream *stream)
{
    (void)pthread_mutex_lock(&stream->mutex);
    stream->ends = true;
    wake_locked(stream);
    (void)pthread_mutex_unlock(&stream->mutex);
}

/* --- the handler --- */

static void put(char *text, size_t *len, size_t max, struct pv_str part)
{
    for (size_t i = 0; i < part.len && *len + 1 < max; i++)
        text[(*len)++] = part.ptr[i];
    text[*len] = '\0';
}

static void describe(const struct pv_http_request *request, char *text, size_t *len, size_t max)
{
    put(text, len, max, request->method);
    put(text, len, max, PV_STR(" "));
    put(text, len, max, request->path);
    for (size_t i = 0; i < request->query_count; i++) {
        put(text, len, max, i == 0 ? PV_STR("?") : PV_STR("&"));
        put(text, len, max, request->query[i].name);
        put(text, len, max, PV_STR("="));
        put(text, len, max, request->query[i].value);
    }
    put(text, len, max, PV_STR("|"));
    put(text, len, max, request->body.len > 200 ? PV_STR("(long)") : request->body);
    put(text, len, max, PV_STR("\n"));
}

static void note(struct mhd_kit *kit, struct pv_http_exchange *exchange)
{
    (void)pthread_mutex_lock(&kit->mutex);
    describe(exchange->request, kit->seen, &kit->seen_len, sizeof kit->seen);
    kit->requests++;
    if (pv_str_equal(exchange->request->path, PV_STR("/late")) && kit->kept_count < KIT_KEPT_MAX)
        kit->kept[kit->kept_count++] = exchange;
    (void)pthread_mutex_unlock(&kit->mutex);
}

static void answer_text(struct pv_http_exchange *exchange, struct pv_str text)
{
    struct pv_http_reply reply = {.status = 200, .bytes = text};
    pv_http_reply_header(&reply, "Content-Type", PV_STR("text/plain"));
    exchange->ops->answer(exchange, &reply);
}

static void answer_bytes(struct pv_http_exchange *exchange)
{
    struct pv_str n = pv_http_query(exchange->request, "n");
    size_t len = (size_t)strtoul(n.ptr, NULL, 10);
    char *bytes = malloc(len + 1);
    if (bytes == NULL)
        abort();
    memset(bytes, 'b', len);
    answer_text(exchange, (struct pv_str){bytes, len});
    free(bytes);
}

static void handle(void *context, struct pv_http_exchange *exchange)
{
    struct mhd_kit *kit = context;
    struct pv_str path = exchange->request->path;
    struct pv_http_reply reply = {.status = 200};
    char text[1024];
    size_t len = 0;
    bool is_late = pv_str_equal(path, PV_STR("/late"));
    describe(exchange->request, text, &len, sizeof text);
    note(kit, exchange);
    if (is_late)
        return;
    if (pv_str_equal(path, PV_STR("/gate"))) {
        (void)pthread_mutex_lock(&kit->gate);
        (void)pthread_mutex_unlock(&kit->gate);
    }
    if (pv_str_equal(path, PV_STR("/bytes"))) {
        answer_bytes(exchange);
    } else if (pv_str_equal(path, PV_STR("/stream"))) {
        reply.body = (struct pv_http_body){&stream_ops, &kit->stream};
        exchange->ops->answer(exchange, &reply);
    } else if (pv_str_equal(path, PV_STR("/other"))) {
        reply.body = (struct pv_http_body){&other_ops, &kit->other};
        exchange->ops->answer(exchange, &reply);
    } else if (pv_str_equal(path, PV_STR("/bad-header"))) {
        pv_http_reply_header(&reply, "X-Two-Lines", PV_STR("a\r\nb: c"));
        exchange->ops->answer(exchange, &reply);
    } else if (pv_str_equal(path, PV_STR("/bad-name"))) {
        pv_http_reply_header(&reply, "", PV_STR("a"));
        exchange->ops->answer(exchange, &reply);
    } else if (pv_str_equal(path, PV_STR("/bad-value"))) {
        pv_http_reply_header(&reply, "X-Empty", PV_STR(""));
        exchange->ops->answer(exchange, &reply);
    } else if (pv_str_equal(path, PV_STR("/bad-stream"))) {
        pv_http_reply_header(&reply, "X-Nul", PV_STR("a\0b"));
        reply.body = (struct pv_http_body){&stream_ops, &kit->stream};
        exchange->ops->answer(exchange, &reply);
    } else if (pv_str_equal(path, PV_STR("/bad-status"))) {
        reply.status = pv_http_query(exchange->request, "high").ptr != NULL ? 600 : 199;
        exchange->ops->answer(exchange, &reply);
    } else if (pv_str_equal(path, PV_STR("/unchanged"))) {
        reply.status = 304;
        reply.body = (struct pv_http_body){&stream_ops, &kit->stream};
        exchange->ops->answer(exchange, &reply);
    } else {
        answer_text(exchange, (struct pv_str){text, len});
    }
}

static void on_access(void *context, const struct pv_http_access *access)
{
    struct mhd_kit *kit = context;
    (void)pthread_mutex_lock(&kit->mutex);
    (void)snprintf(kit->access_lines[kit->accesses % KIT_LINES_MAX], sizeof kit->access_lines[0],
                   "%.*s %.*s %u %llu %.*s%s", (int)access->method.len, access->method.ptr,
                   (int)access->path.len, access->path.ptr, access->status, (unsigned long long)access->bytes,
                   (int)access->peer.len, access->peer.ptr,
                   access->microseconds >= 0 ? "" : " before it began");
    kit->accesses++;
    (void)pthread_mutex_unlock(&kit->mutex);
}

static void on_error(void *context, const char *line)
{
    struct mhd_kit *kit = context;
    (void)pthread_mutex_lock(&kit->mutex);
    kit->errors += line[0] != '\0';
    (void)pthread_mutex_unlock(&kit->mutex);
}

static int64_t monotonic_ms(void *self)
{
    struct mhd_kit *kit = self;
    return atomic_load(&kit->now);
}

static const struct pv_clock_ops clock_ops = {.monotonic_ms = monotonic_ms};

void mhd_kit_init(struct mhd_kit *kit)
{
    memset(kit, 0, sizeof *kit);
    (void)pthread_mutex_init(&kit->mutex, NULL);
    (void)pthread_mutex_init(&kit->stream.mutex, NULL);
    (void)pthread_mutex_init(&kit->other.mutex, NULL);
    (void)pthread_mutex_init(&kit->gate, NULL);
    kit->clock = (struct pv_clock){&clock_ops, kit};
    kit->options = (struct pv_http_options){.handler = handle,
                                            .context = kit,
                                            .on_access = on_access,
                                            .on_error = on_error,
                                            .clock = &kit->clock,
                                            .tick_ms = 2};
}

void mhd_kit_open(struct mhd_kit *kit)
{
    struct pv_fault fault;
    if (!pv_mhd_open(&kit->options, &kit->server, &fault))
        fail_msg("%s", fault.text);
}

void mhd_kit_close(struct mhd_kit *kit)
{
    while (kit->kept_count != 0)
        mhd_kit_answer(kit, "late");
    pv_mhd_close(kit->server);
    kit->server = NULL;
}

void mhd_kit_advance(struct mhd_kit *kit, int64_t ms)
{
    atomic_fetch_add(&kit->now, ms);
}

static bool reached(struct mhd_kit *kit, const unsigned *number, unsigned value)
{
    (void)pthread_mutex_lock(&kit->mutex);
    (void)pthread_mutex_lock(&kit->stream.mutex);
    (void)pthread_mutex_lock(&kit->other.mutex);
    bool is = *number >= value;
    (void)pthread_mutex_unlock(&kit->other.mutex);
    (void)pthread_mutex_unlock(&kit->stream.mutex);
    (void)pthread_mutex_unlock(&kit->mutex);
    return is;
}

void mhd_kit_wait(struct mhd_kit *kit, const unsigned *number, unsigned value)
{
    int64_t limit = real_ms() + KIT_WAIT_MS;
    while (!reached(kit, number, value)) {
        if (real_ms() > limit)
            fail_msg("a number is still below %u", value);
        (void)sched_yield();
    }
}

void mhd_kit_wait_kept(struct mhd_kit *kit, size_t count)
{
    int64_t limit = real_ms() + KIT_WAIT_MS;
    for (size_t kept = 0; kept < count;) {
        (void)pthread_mutex_lock(&kit->mutex);
        kept = kit->kept_count;
        (void)pthread_mutex_unlock(&kit->mutex);
        if (real_ms() > limit)
            fail_msg("only %zu requests came, not %zu", kept, count);
        (void)sched_yield();
    }
}

void mhd_kit_answer(struct mhd_kit *kit, const char *text)
{
    (void)pthread_mutex_lock(&kit->mutex);
    struct pv_http_exchange *exchange = kit->kept[0];
    kit->kept_count--;
    memmove(kit->kept, kit->kept + 1, kit->kept_count * sizeof kit->kept[0]);
    (void)pthread_mutex_unlock(&kit->mutex);
    answer_text(exchange, (struct pv_str){text, strlen(text)});
}

const char *mhd_kit_seen(struct mhd_kit *kit, char *seen)
{
    (void)pthread_mutex_lock(&kit->mutex);
    memcpy(seen, kit->seen, kit->seen_len + 1);
    kit->seen_len = 0;
    kit->seen[0] = '\0';
    (void)pthread_mutex_unlock(&kit->mutex);
    return seen;
}

/* --- clients --- */

int kit_connect(const struct mhd_kit *kit)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(pv_mhd_port(kit->server))};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&to, sizeof to) != 0)
        fail_msg("cannot connect: %s", strerror(errno));
    return fd;
}

bool kit_try_send(int fd, const char *bytes, size_t len)
{
    while (len != 0) {
        ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes += sent;
        len -= (size_t)sent;
    }
    return true;
}

void kit_send(int fd, const char *text)
{
    if (!kit_try_send(fd, text, strlen(text)))
        fail_msg("cannot send: %s", strerror(errno));
}

/* 0: the end. */
static size_t receive(int fd, char *to, size_t size)
{
    struct pollfd ready = {fd, POLLIN, 0};
    if (poll(&ready, 1, KIT_WAIT_MS) != 1)
        fail_msg("nothing came, and no end");
    ssize_t len = recv(fd, to, size, 0);
    return len > 0 ? (size_t)len : 0;
}

struct pv_str kit_read_all(int fd, char *buffer)
{
    struct pv_str all = {buffer, 0};
    size_t len = 1;
    while (len != 0 && all.len + 1 < KIT_REPLY_MAX) {
        len = receive(fd, buffer + all.len, KIT_REPLY_MAX - 1 - all.len);
        all.len += len;
    }
    buffer[all.len] = '\0';
    return all;
}

void kit_read_until(int fd, char *buffer, const char *text)
{
    size_t len = 0;
    buffer[0] = '\0';
    while (strstr(buffer, text) == NULL) {
        size_t more = receive(fd, buffer + len, KIT_REPLY_MAX - 1 - len);
        if (more == 0)
            fail_msg("closed after \"%s\", without \"%s\"", buffer, text);
        len += more;
        buffer[len] = '\0';
    }
}

/* One byte more, false at the end. A byte at a time, so that the next reply stays where it is. */
static bool read_byte(int fd, struct pv_str *reply, char *buffer)
{
    if (receive(fd, buffer + reply->len, 1) == 0)
        return false;
    buffer[++reply->len] = '\0';
    return true;
}

static bool ends_with(struct pv_str text, struct pv_str end)
{
    return text.len >= end.len && memcmp(text.ptr + text.len - end.len, end.ptr, end.len) == 0;
}

struct pv_str kit_read_reply(int fd, char *buffer, bool is_head)
{
    struct pv_str reply = {buffer, 0};
    buffer[0] = '\0';
    while (!ends_with(reply, PV_STR("\r\n\r\n"))) {
        if (!read_byte(fd, &reply, buffer))
            return (struct pv_str){buffer, 0};
    }
    struct pv_str length = kit_header(reply, "Content-Length");
    bool chunked = kit_header(reply, "Transfer-Encoding").ptr != NULL;
    size_t left = length.ptr != NULL && !is_head ? strtoul(length.ptr, NULL, 10) : 0;
    while (left != 0) {
        size_t got = receive(fd, buffer + reply.len, left);
        if (got == 0)
            return (struct pv_str){buffer, 0};
        reply.len += got;
        left -= got;
        buffer[reply.len] = '\0';
    }
    while (chunked && !is_head && !ends_with(reply, PV_STR("\r\n0\r\n\r\n"))) {
        if (!read_byte(fd, &reply, buffer))
            return (struct pv_str){buffer, 0};
    }
    return reply;
}

bool kit_is_closed(int fd, int ms)
{
    char bytes[512];
    struct pollfd ready = {fd, POLLIN, 0};
    while (poll(&ready, 1, ms) == 1) {
        if (recv(fd, bytes, sizeof bytes, 0) <= 0)
            return true;
    }
    return false;
}

unsigned kit_status(struct pv_str reply)
{
    if (reply.len < 12 || memcmp(reply.ptr, "HTTP/1.1 ", 9) != 0)
        return 0;
    return (unsigned)strtoul(reply.ptr + 9, NULL, 10);
}

struct pv_str kit_header(struct pv_str reply, const char *name)
{
    size_t len = strlen(name);
    const char *line = strstr(reply.ptr, "\r\n");
    for (; line != NULL && line[2] != '\r'; line = strstr(line + 2, "\r\n")) {
        if (strncasecmp(line + 2, name, len) != 0 || line[2 + len] != ':')
            continue;
        const char *value = line + 2 + len + 2, *end = strstr(value, "\r\n");
        return end != NULL ? (struct pv_str){value, (size_t)(end - value)} : (struct pv_str){NULL, 0};
    }
    return (struct pv_str){NULL, 0};
}

struct pv_str kit_body(struct pv_str reply)
{
    const char *end = strstr(reply.ptr, "\r\n\r\n");
    if (end == NULL)
        return (struct pv_str){NULL, 0};
    return (struct pv_str){end + 4, reply.len - (size_t)(end + 4 - reply.ptr)};
}

unsigned kit_ask(const struct mhd_kit *kit, const char *text, char *buffer)
{
    int fd = kit_connect(kit);
    kit_send(fd, text);
    unsigned status = kit_status(kit_read_reply(fd, buffer, strncmp(text, "HEAD", 4) == 0));
    (void)close(fd);
    return status;
}

void kit_check_alive(struct mhd_kit *kit)
{
    static char buffer[KIT_REPLY_MAX];
    check_int(kit_ask(kit, "GET /alive HTTP/1.1\r\nHost: h\r\n\r\n", buffer), 200);
}
