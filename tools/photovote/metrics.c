#include "metrics.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

/* Upper bounds of a histogram of times, in microseconds. */
static const int64_t bounds[] = {500,   1000,   2500,   5000,   10000,   25000,
                                 50000, 100000, 250000, 500000, 1000000, 2500000};
enum { BOUNDS = sizeof bounds / sizeof bounds[0], CLASSES = 6 };

struct histogram {
    uint64_t buckets[BOUNDS], count;
    int64_t sum_us;
};
struct pv_metrics {
    pthread_mutex_t mutex;
    uint64_t requests[CLASSES]; /* by the first digit of the status; 0: none was sent */
    uint64_t bytes;
    struct histogram requests_us, groups_us, lag_us;
    struct pv_worker_counts worker;
    size_t worker_memory;
    struct pv_projector_counts projector;
};

struct pv_metrics *pv_metrics_new(void)
{
    struct pv_metrics *metrics = calloc(1, sizeof *metrics);
    if (metrics != NULL)
        (void)pthread_mutex_init(&metrics->mutex, NULL);
    return metrics;
}

void pv_metrics_free(struct pv_metrics *metrics)
{
    if (metrics != NULL)
        (void)pthread_mutex_destroy(&metrics->mutex);
    free(metrics);
}

static void observe(struct histogram *histogram, int64_t us)
{
    for (size_t i = 0; i < BOUNDS; i++)
        histogram->buckets[i] += us <= bounds[i];
    histogram->count++;
    histogram->sum_us += us;
}

void pv_metrics_request(struct pv_metrics *metrics, const struct pv_http_access *access)
{
    unsigned class = access->status / 100;
    (void)pthread_mutex_lock(&metrics->mutex);
    metrics->requests[class < CLASSES ? class : 0]++;
    metrics->bytes += access->bytes;
    observe(&metrics->requests_us, access->microseconds);
    (void)pthread_mutex_unlock(&metrics->mutex);
}

void pv_metrics_worker(struct pv_metrics *metrics, const struct pv_worker_counts *counts, size_t memory)
{
    (void)pthread_mutex_lock(&metrics->mutex);
    metrics->worker = *counts;
    metrics->worker_memory = memory;
    observe(&metrics->groups_us, counts->group_us);
    (void)pthread_mutex_unlock(&metrics->mutex);
}

void pv_metrics_projector(struct pv_metrics *metrics, const struct pv_projector_counts *counts,
                          int64_t lag_us)
{
    (void)pthread_mutex_lock(&metrics->mutex);
    metrics->projector = *counts;
    if (lag_us >= 0)
        observe(&metrics->lag_us, lag_us);
    (void)pthread_mutex_unlock(&metrics->mutex);
}

static void out_head(struct pv_out *out, const char *name, const char *type, const char *help)
{
    pv_out_cstr(out, "# HELP photovote_");
    pv_out_cstr(out, name);
    pv_out_char(out, ' ');
    pv_out_cstr(out, help);
    pv_out_cstr(out, "\n# TYPE photovote_");
    pv_out_cstr(out, name);
    pv_out_char(out, ' ');
    pv_out_cstr(out, type);
    pv_out_char(out, '\n');
}

static void out_value(struct pv_out *out, const char *name, const char *labels, uint64_t value)
{
    pv_out_cstr(out, "photovote_");
    pv_out_cstr(out, name);
    pv_out_cstr(out, labels);
    pv_out_char(out, ' ');
    pv_out_uint(out, value);
    pv_out_char(out, '\n');
}

static void out_one(struct pv_out *out, const char *name, const char *type, const char *help, uint64_t value)
{
    out_head(out, name, type, help);
    out_value(out, name, "", value);
}

static void out_seconds(struct pv_out *out, int64_t us)
{
    char digits[8];
    int64_t rest = us % 1000000;
    for (int i = 5; i >= 0; i--, rest /= 10)
        digits[i] = (char)('0' + rest % 10);
    pv_out_int(out, us / 1000000);
    pv_out_char(out, '.');
    pv_out_bytes(out, digits, 6);
}

static void out_histogram(struct pv_out *out, const char *name, const char *help,
                          const struct histogram *histogram)
{
    out_head(out, name, "histogram", help);
    for (size_t i = 0; i < BOUNDS; i++) {
        pv_out_cstr(out, "photovote_");
        pv_out_cstr(out, name);
        pv_out_cstr(out, "_bucket{le=\"");
        out_seconds(out, bounds[i]);
        pv_out_cstr(out, "\"} ");
        pv_out_uint(out, histogram->buckets[i]);
        pv_out_char(out, '\n');
    }
    out_value(out, name, "_bucket{le=\"+Inf\"}", histogram->count);
    out_value(out, name, "_count", histogram->count);
    pv_out_cstr(out, "photovote_");
    pv_out_cstr(out, name);
    pv_out_cstr(out, "_sum ");
    out_seconds(out, histogram->sum_us);
    pv_out_char(out, '\n');
}

static void out_refusals(struct pv_out *out, const struct pv_worker_counts *counts)
{
    out_head(out, "refused_total", "counter", "Events that were refused, by code.");
    for (int code = 0; code < PV_CODE_COUNT; code++) {
        char labels[64];
        if (counts->refused[code] == 0)
            continue;
        (void)snprintf(labels, sizeof labels, "{code=\"%s\"}", pv_code_name((enum pv_code)code));
        out_value(out, "refused_total", labels, counts->refused[code]);
    }
}

static void out_requests(struct pv_out *out, const struct pv_metrics *metrics)
{
    static const char *const labels[CLASSES] = {"{class=\"none\"}", "{class=\"1xx\"}", "{class=\"2xx\"}",
                                                "{class=\"3xx\"}",  "{class=\"4xx\"}", "{class=\"5xx\"}"};
    out_head(out, "http_requests_total", "counter", "Requests that are over, by the class of their status.");
    for (int i = 0; i < CLASSES; i++)
        out_value(out, "http_requests_total", labels[i], metrics->requests[i]);
    out_one(out, "http_reply_bytes_total", "counter", "Bytes of bodies that were sent.", metrics->bytes);
    out_histogram(out, "http_request_seconds", "From the request line to the end of the reply.",
                  &metrics->requests_us);
}

static void out_worker(struct pv_out *out, const struct pv_metrics *metrics)
{
    const struct pv_worker_counts *counts = &metrics->worker;
    out_one(out, "recorded_total", "counter", "Events that were recorded.", counts->recorded);
    out_one(out, "repeated_total", "counter", "Commands whose event was recorded before.", counts->repeated);
    out_refusals(out, counts);
    out_one(out, "not_allowed_total", "counter", "Commands on somebody else's ballot or voter.",
            counts->not_allowed);
    out_one(out, "id_reused_total", "counter", "Commands whose id was recorded with another event.",
            counts->reused);
    out_one(out, "wrong_version_total", "counter", "Commands for another version.", counts->wrong_version);
    out_one(out, "given_back_total", "counter", "Commands that were given back to the broker.", counts->naks);
    out_one(out, "dead_letters_total", "counter", "Commands that were given up.", counts->dead_letters);
    out_one(out, "conflicts_total", "counter", "Appends that another writer was before.", counts->conflicts);
    out_one(out, "groups_total", "counter", "Groups of commands; each is one sync of the store.",
            counts->groups);
    out_histogram(out, "group_seconds", "A group of commands, with its append.", &metrics->groups_us);
    out_one(out, "worker_memory_bytes", "gauge", "Elections that the worker keeps.", metrics->worker_memory);
}

void pv_metrics_write(struct pv_metrics *metrics, const struct pv_broker_health *broker, struct pv_out *out)
{
    (void)pthread_mutex_lock(&metrics->mutex);
    out_one(out, "queue_waiting", "gauge", "Commands that wait for the worker.", broker->waiting);
    out_one(out, "queue_unsettled", "gauge", "Commands that the worker has in hand.", broker->unsettled);
    out_one(out, "queue_capacity", "gauge", "Commands that the queue takes.", broker->capacity);
    out_worker(out, metrics);
    out_one(out, "projected_total", "counter", "Records that were projected.", metrics->projector.events);
    out_one(out, "projection_puts_total", "counter", "Elections that were written to the cache.",
            metrics->projector.puts);
    out_one(out, "projection_refused_total", "counter", "Records that the core refused.",
            metrics->projector.refused);
    out_one(out, "projection_position", "gauge", "Position of the last projected record, plus one.",
            (uint64_t)(metrics->projector.position + 1));
    out_histogram(out, "projection_lag_seconds", "From an event's recording to its projection.",
                  &metrics->lag_us);
    out_requests(out, metrics);
    (void)pthread_mutex_unlock(&metrics->mutex);
}
