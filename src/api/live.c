#include "live.h"

#include "live_message.h"
#include "live_read.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct pv_live_stream {
    struct pv_live_stream *next_in_bucket;
    struct pv_live *live;
    struct pv_election_id election;
    struct pv_live_cursor cursor; /* the pump's own, while pumping */
    struct pv_buffer buffer;      /* what is to be sent */
    size_t sent;                  /* of it */
    int64_t last_sent_ms;
    int64_t until; /* the viewer's */
    struct pv_http_waker waker;
    bool started; /* there is a waker */
    bool closed;  /* by whoever sends */
    bool pumping; /* a job reads for it */
    bool again;   /* there is more to read than that job may have seen */
    bool ended;   /* no more records: deleted, draining, or broken */
};

enum { BUCKETS = 256 };
struct pv_live {
    pthread_mutex_t mutex;
    struct pv_jobs *jobs;
    struct pv_clock *clock;
    struct pv_live_stream *buckets[BUCKETS];
    size_t max, count;
    int heartbeat_ms;
    bool draining;
};

struct pv_live *pv_live_new(struct pv_jobs *jobs, struct pv_clock *clock, size_t max, int heartbeat_ms)
{
    struct pv_live *live = calloc(1, sizeof *live);
    if (live == NULL)
        return NULL;
    (void)pthread_mutex_init(&live->mutex, NULL);
    live->jobs = jobs;
    live->clock = clock;
    live->max = max;
    live->heartbeat_ms = heartbeat_ms;
    return live;
}

void pv_live_free(struct pv_live *live)
{
    if (live == NULL)
        return;
    (void)pthread_mutex_destroy(&live->mutex);
    free(live);
}

static struct pv_live_stream **bucket_of(struct pv_live *live, struct pv_election_id election)
{
    return &live->buckets[(election.bits.lo ^ election.bits.hi >> 16) % BUCKETS];
}

/* All of the following is called with the mutex held. */

static void wake(struct pv_live_stream *stream)
{
    if (stream->started && !stream->closed)
        stream->waker.wake(stream->waker.context);
}

static void end(struct pv_live_stream *stream)
{
    stream->ended = true;
    wake(stream);
}

/* Asks the reading threads for what is new, when there is nothing to send. A queue that is full ends the
   stream: the client comes again, and says where it was. */
static void ask(struct pv_live_stream *stream)
{
    if (stream->pumping || stream->ended) { /* one that is closed is pumping, or is no more */
        stream->again = stream->pumping;
        return;
    }
    struct pv_job *job = calloc(1, sizeof *job);
    if (job != NULL) {
        job->stream = stream;
        job->election = stream->election;
        if (pv_jobs_add(stream->live->jobs, job)) {
            stream->pumping = true;
            return;
        }
        free(job);
    }
    end(stream);
}

static void forget(struct pv_live_stream *stream)
{
    struct pv_live_stream **link = bucket_of(stream->live, stream->election);
    while (*link != stream)
        link = &(*link)->next_in_bucket;
    *link = stream->next_in_bucket;
    stream->live->count--;
    pv_buffer_deinit(&stream->buffer);
    free(stream);
}

/* The body */

static void started(void *self, struct pv_http_waker waker)
{
    struct pv_live_stream *stream = self;
    (void)pthread_mutex_lock(&stream->live->mutex);
    stream->waker = waker;
    stream->started = true;
    stream->again = true; /* something may have been recorded since the stream was opened */
    (void)pthread_mutex_unlock(&stream->live->mutex);
}

static size_t take_bytes(struct pv_live_stream *stream, char *to, size_t size)
{
    size_t rest = stream->buffer.len - stream->sent, len = rest < size ? rest : size;
    memcpy(to, stream->buffer.bytes + stream->sent, len);
    stream->sent += len;
    if (stream->sent == stream->buffer.len) {
        pv_buffer_deinit(&stream->buffer);
        stream->buffer = (struct pv_buffer){NULL, 0, 0};
        stream->sent = 0;
        if (stream->again) {
            stream->again = false;
            ask(stream);
        }
    }
    return len;
}

static const char heartbeat[] = {':', '\n', '\n'}; /* a comment, which nobody is told of */

/* Whoever looks would be asked for a valid token now. */
static bool is_over(const struct pv_live_stream *stream)
{
    return stream->until != 0 && pv_clock_now(stream->live->clock).us / 1000000 >= stream->until;
}

static enum pv_http_read read_body(void *self, char *to, size_t size, size_t *len)
{
    struct pv_live_stream *stream = self;
    struct pv_live *live = stream->live;
    enum pv_http_read result = PV_HTTP_BYTES;
    (void)pthread_mutex_lock(&live->mutex);
    int64_t now = pv_clock_ms(live->clock);
    bool over = is_over(stream);
    if (!over && stream->sent < stream->buffer.len) {
        *len = take_bytes(stream, to, size);
    } else if (over || stream->ended) {
        result = PV_HTTP_END;
    } else if (now - stream->last_sent_ms >= live->heartbeat_ms && size >= sizeof heartbeat) {
        memcpy(to, heartbeat, sizeof heartbeat);
        *len = sizeof heartbeat;
    } else {
        result = PV_HTTP_LATER;
    }
    if (result == PV_HTTP_BYTES)
        stream->last_sent_ms = now;
    (void)pthread_mutex_unlock(&live->mutex);
    return result;
}

static void close_body(void *self)
{
    struct pv_live_stream *stream = self;
    struct pv_live *live = stream->live;
    (void)pthread_mutex_lock(&live->mutex);
    stream->closed = true;
    if (!stream->pumping)
        forget(stream);
    (void)pthread_mutex_unlock(&live->mutex);
}

static const struct pv_http_body_ops body_ops = {.started = started, .read = read_body, .close = close_body};

static bool greet(struct pv_live_stream *stream)
{
    struct pv_out *out = malloc(sizeof *out);
    if (out == NULL)
        return false;
    pv_out_init(out, pv_buffer_write, &stream->buffer);
    pv_live_hello(out, stream->cursor.next - 1);
    bool printed = pv_out_flush(out);
    free(out);
    return printed;
}

bool pv_live_open(struct pv_live *live, struct pv_election_id election, const struct pv_viewer *viewer,
                  int64_t next, int64_t last, struct pv_http_body *body)
{
    struct pv_live_stream *stream = calloc(1, sizeof *stream);
    if (stream == NULL)
        return false;
    stream->live = live;
    stream->election = election;
    stream->until = viewer->until;
    pv_live_cursor_init(&stream->cursor, election, viewer, next, last);
    if (!greet(stream)) {
        pv_buffer_deinit(&stream->buffer);
        free(stream);
        return false;
    }
    (void)pthread_mutex_lock(&live->mutex);
    bool taken = live->count < live->max && !live->draining;
    if (taken) {
        struct pv_live_stream **bucket = bucket_of(live, election);
        stream->last_sent_ms = pv_clock_ms(live->clock);
        stream->next_in_bucket = *bucket;
        *bucket = stream;
        live->count++;
    }
    (void)pthread_mutex_unlock(&live->mutex);
    if (taken) {
        *body = (struct pv_http_body){&body_ops, stream};
    } else {
        pv_buffer_deinit(&stream->buffer);
        free(stream);
    }
    return taken;
}

void pv_live_notify(struct pv_live *live, struct pv_election_id election)
{
    (void)pthread_mutex_lock(&live->mutex);
    for (struct pv_live_stream *stream = *bucket_of(live, election); stream != NULL;
         stream = stream->next_in_bucket) {
        /* While there is something to send, the client is slow: it is read on when that is sent. */
        if (!pv_bits128_equal(stream->election.bits, election.bits) || !stream->started)
            continue;
        if (stream->sent < stream->buffer.len)
            stream->again = true;
        else
            ask(stream);
    }
    (void)pthread_mutex_unlock(&live->mutex);
}

/* Hands over what was read. With the mutex held. */
static void hand_over(struct pv_live_stream *stream, struct pv_buffer *read, enum pv_live_reading reading)
{
    stream->buffer = *read; /* it was empty: nothing is read before all is sent */
    *read = (struct pv_buffer){NULL, 0, 0};
    stream->again |= reading == PV_LIVE_MORE;
    if (reading == PV_LIVE_DELETED) {
        end(stream);
    } else if (stream->buffer.len > 0) {
        wake(stream);
    } else if (stream->again) {
        stream->again = false;
        ask(stream);
    }
}

void pv_live_pump(struct pv_live *live, struct pv_live_stream *stream, struct pv_event_store *store)
{
    struct pv_buffer read = {NULL, 0, 0};
    enum pv_live_reading reading = pv_live_read(&stream->cursor, store, &read);
    (void)pthread_mutex_lock(&live->mutex);
    stream->pumping = false;
    if (stream->closed)
        forget(stream);
    else if (reading == PV_LIVE_FAULT)
        end(stream);
    else
        hand_over(stream, &read, reading);
    (void)pthread_mutex_unlock(&live->mutex);
    pv_buffer_deinit(&read);
}

void pv_live_drain(struct pv_live *live)
{
    (void)pthread_mutex_lock(&live->mutex);
    live->draining = true;
    for (size_t i = 0; i < BUCKETS; i++) {
        for (struct pv_live_stream *stream = live->buckets[i]; stream != NULL;
             stream = stream->next_in_bucket)
            end(stream);
    }
    (void)pthread_mutex_unlock(&live->mutex);
}

size_t pv_live_count(struct pv_live *live)
{
    (void)pthread_mutex_lock(&live->mutex);
    size_t count = live->count;
    (void)pthread_mutex_unlock(&live->mutex);
    return count;
}
