/* The threads: one worker, one projector, some readers. */
#include "metrics.h"
#include "parts.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { TAKE_MS = 200, POLL_MS = 200, WATCH_MS = 20, PAUSE_MS = 5, FAULT_PAUSE_MS = 200, GIVE_UP_MS = 5000 };

static void pause_ms(int ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000L};
    (void)nanosleep(&time, NULL);
}

static int64_t now_us(const struct pv_server *server)
{
    return pv_clock_now(&server->clock).us;
}

static void bell_init(struct pv_bell *bell)
{
    pthread_condattr_t monotonic;
    (void)pthread_mutex_init(&bell->mutex, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&bell->rung, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    bell->ringing = false;
}

static void bell_ring(struct pv_bell *bell)
{
    (void)pthread_mutex_lock(&bell->mutex);
    bell->ringing = true;
    (void)pthread_cond_signal(&bell->rung);
    (void)pthread_mutex_unlock(&bell->mutex);
}

static void bell_wait(struct pv_bell *bell, int ms)
{
    struct timespec until;
    int status = 0;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += ms * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    (void)pthread_mutex_lock(&bell->mutex);
    while (!bell->ringing && status == 0)
        status = pthread_cond_timedwait(&bell->rung, &bell->mutex, &until);
    bell->ringing = false;
    (void)pthread_mutex_unlock(&bell->mutex);
}

/* A fault that goes on is told once, and again when it is over. */
static void note_step(struct pv_server *server, atomic_int *faults, const char *part,
                      const struct pv_fault *fault)
{
    if (fault == NULL) {
        if (atomic_exchange(faults, 0) > 0)
            pv_log_line(&server->log, PV_LOG_INFO, "recovered", "part", part, (char *)NULL);
        return;
    }
    if (atomic_fetch_add(faults, 1) == 0)
        pv_log_line(&server->log, PV_LOG_ERROR, "fault", "part", part, "message", fault->text, (char *)NULL);
    pause_ms(FAULT_PAUSE_MS);
}

/* Whoever sent what is left was told that nothing is known of it yet (202), and sends it again. */
static bool gives_up(struct pv_server *server)
{
    int64_t from = atomic_load(&server->give_up_ms);
    struct pv_broker_health health;
    char left[24];
    if (from == 0 || pv_clock_ms(&server->clock) < from)
        return false;
    server->broker.ops->health(server->broker.self, &health);
    uint64_t count = health.waiting + health.unsettled;
    (void)snprintf(left, sizeof left, "%llu", (unsigned long long)count);
    pv_log_line(&server->log, PV_LOG_ERROR, "gave_up", "commands", left, (char *)NULL);
    return true;
}

/* The newest of the dead letters. */
struct newest_letter {
    char election[PV_ULID_LEN + 1], reason[128];
};

static void keep_newest(void *context, const struct pv_dead_letter *letter)
{
    struct newest_letter *newest = context;
    pv_ulid_format(letter->command.election.bits, newest->election);
    (void)snprintf(newest->reason, sizeof newest->reason, "%.*s", (int)letter->reason.len,
                   letter->reason.ptr);
}

/* What was given up is no fault of the worker, and must be known all the same. */
static void tell_given_up(const struct pv_server *server, uint64_t count)
{
    struct newest_letter newest = {"", ""};
    char commands[24];
    (void)pv_embedded_broker_dead_letters(&server->broker, keep_newest, &newest);
    (void)snprintf(commands, sizeof commands, "%llu", (unsigned long long)count);
    pv_log_line(&server->log, PV_LOG_ERROR, "given_up", "commands", commands, "election", newest.election,
                "message", newest.reason, (char *)NULL);
}

static void *work(void *context)
{
    struct pv_server *server = context;
    for (;;) {
        uint64_t given_up = pv_worker_counts(server->worker)->dead_letters;
        struct pv_fault fault;
        pv_mhd_begin_burst();
        enum pv_worker_step step = pv_worker_step(server->worker, 0, TAKE_MS, &fault);
        pv_mhd_end_burst();
        if (step == PV_WORKER_CLOSED || (step == PV_WORKER_FAULT && gives_up(server)))
            break;
        given_up = pv_worker_counts(server->worker)->dead_letters - given_up;
        if (given_up > 0)
            tell_given_up(server, given_up);
        if (step == PV_WORKER_WORKED) {
            bell_ring(&server->bell);
            pv_metrics_worker(server->metrics, pv_worker_counts(server->worker),
                              pv_worker_memory(server->worker));
        }
        note_step(server, &server->worker_faults, "worker", step == PV_WORKER_FAULT ? &fault : NULL);
    }
    return NULL;
}

/* A round costs as much for one event as for many of the same pages, so under load the projector rests four
   times as long as it worked, and takes a fifth of a processor; but not while it is behind. */
static int rest_ms(const struct pv_server *server, int64_t worked_ms, int64_t lag_us)
{
    enum { RESTS = 4, LONGEST_MS = 100, BEHIND_US = 500000 };
    int64_t ms = RESTS * worked_ms, least = pv_config_number(server->config, PV_SET_PROJECT_EVERY_MS);
    if (lag_us >= BEHIND_US)
        return 0;
    if (ms > LONGEST_MS)
        ms = LONGEST_MS;
    return (int)(ms > least ? ms : least);
}

static void *project(void *context)
{
    struct pv_server *server = context;
    bool over = false;
    while (!over) {
        struct pv_fault fault;
        bool last =
            atomic_load(&server->stop_projector); /* everything is recorded: what is there now is all */
        int64_t begun = pv_clock_ms(&server->clock);
        enum pv_projector_step step = pv_projector_step(server->projector, &fault);
        note_step(server, &server->projector_faults, "projector", step == PV_PROJECTOR_FAULT ? &fault : NULL);
        if (step == PV_PROJECTOR_WORKED) {
            const struct pv_projector_counts *counts = pv_projector_counts(server->projector);
            int64_t lag = now_us(server) - counts->newest.us;
            pv_metrics_projector(server->metrics, counts, lag);
            if (!last)
                pause_ms(rest_ms(server, pv_clock_ms(&server->clock) - begun, lag));
        } else if (last) {
            over = true;
        } else if (step == PV_PROJECTOR_IDLE) {
            atomic_store(&server->caught_up, true);
            bell_wait(&server->bell, POLL_MS);
        }
    }
    return NULL;
}

/* What another process projects. At the end nobody waits for it. */
static void *watch(void *context)
{
    struct pv_server *server = context;
    while (!atomic_load(&server->stop_projector)) {
        struct pv_fault fault;
        bool moved, sound = pv_watcher_step(&server->watcher, &moved, &fault);
        note_step(server, &server->projector_faults, "projector", sound ? NULL : &fault);
        if (moved) {
            const struct pv_projector_counts counts = {.events = server->watcher.events,
                                                       .position = server->watcher.position};
            pv_metrics_projector(server->metrics, &counts, now_us(server) - server->watcher.newest.us);
        }
        pause_ms(WATCH_MS);
    }
    return NULL;
}

static void *read_on(void *context)
{
    struct pv_reader_part *part = context;
    struct pv_server *server = part->server;
    while (!atomic_load(&server->stop_readers)) {
        if (!pv_api_read_step(server->api, &part->reads, TAKE_MS) && atomic_load(&server->draining))
            pause_ms(PAUSE_MS); /* nobody waits for reads any more */
    }
    return NULL;
}

static bool start(pthread_t *thread, void *(*run)(void *), void *context, struct pv_fault *fault)
{
    int error = pthread_create(thread, NULL, run, context);
    if (error != 0)
        pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "cannot start a thread: %s", strerror(error));
    return error == 0;
}

bool pv_start_threads(struct pv_server *server, struct pv_fault *fault)
{
    bell_init(&server->bell);
    if (!start(&server->projector_thread, server->projector == NULL ? watch : project, server, fault))
        return false;
    server->projector_runs = true;
    if (!start(&server->worker_thread, work, server, fault))
        return false;
    server->worker_runs = true;
    for (int i = 0; i < server->reader_count; i++) {
        if (!start(&server->readers[i].thread, read_on, &server->readers[i], fault))
            return false;
        server->readers[i].running = true;
    }
    return true;
}

void pv_stop_threads(struct pv_server *server)
{
    if (!server->projector_runs) /* the first one */
        return;
    atomic_store(&server->give_up_ms, pv_clock_ms(&server->clock) + GIVE_UP_MS);
    server->broker.ops->drain(server->broker.self);
    if (server->worker_runs)
        (void)pthread_join(server->worker_thread, NULL);
    atomic_store(&server->stop_projector, true);
    bell_ring(&server->bell);
    (void)pthread_join(server->projector_thread, NULL);
    atomic_store(&server->stop_readers, true);
    for (int i = 0; i < server->reader_count; i++) {
        if (server->readers[i].running)
            (void)pthread_join(server->readers[i].thread, NULL);
    }
}
