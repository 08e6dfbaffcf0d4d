/* The server's parts, made, driven and torn down as tools/photovote/server.c and threads.c do it, in one
 * thread. */
#include "sim.h"

#include <stdlib.h>

enum { NAK_MS = 50, HEARTBEAT_MS = 2000, STREAMS_MAX = 8, WAITING_MAX = 96, ENOUGH = 300 };

static struct pv_seed seed_of(struct sim *s)
{
    struct pv_seed seed;
    s->clock.clock.ops->random(&s->clock, (unsigned char *)&seed, sizeof seed);
    return seed;
}

static void on_projected(void *context, struct pv_election_id id, int64_t number, int64_t position)
{
    struct sim *s = context;
    (void)position;
    if (!s->dead)
        pv_api_projected(s->api, id, number);
}

static void on_refused(void *context, const struct pv_recorded *record, const struct pv_refusal *why)
{
    sim_fail(context, "the projector refuses %.*s %lld: %s", (int)record->stream.len, record->stream.ptr,
             (long long)record->number, pv_code_name(why->code));
}

static void make_parts(struct sim *s)
{
    /* Little memory, now and then, so that elections are evicted and loaded again. */
    size_t memory = gen_draw(s->g, 8) == 7 ? 1 : 1 << 20;
    s->worker = pv_worker_new(&(struct pv_worker_options){.broker = &s->broker,
                                                          .store = &s->store,
                                                          .refusals = &s->log,
                                                          .clock = &s->clock.clock,
                                                          .seed = seed_of(s),
                                                          .memory_limit = memory,
                                                          .deliveries_max = s->deliveries_max,
                                                          .nak_delay_ms = NAK_MS});
    s->projector = pv_projector_new(&(struct pv_projector_options){.store = &s->read_store,
                                                                   .cache = &s->cache,
                                                                   .seed = seed_of(s),
                                                                   .memory_limit = memory,
                                                                   .context = s,
                                                                   .on_projected = on_projected,
                                                                   .on_refused = on_refused});
    s->api = pv_api_new(&(struct pv_api_options){.broker = &s->broker,
                                                 .clock = &s->clock.clock,
                                                 .authenticate = sim_authenticate,
                                                 .authenticate_context = s,
                                                 .waiting_max = WAITING_MAX,
                                                 .waiting_per_caller = WAITING_MAX,
                                                 .verdict_ms = s->verdict_ms,
                                                 .projection_ms = s->projection_ms,
                                                 .heartbeat_ms = HEARTBEAT_MS,
                                                 .streams_max = STREAMS_MAX});
    if (s->worker == NULL || s->projector == NULL || s->api == NULL)
        abort();
    s->reads = (struct pv_api_reads){&s->read_store, &s->read_cache, &s->read_log};
}

bool sim_start(struct sim *s)
{
    struct pv_fault fault;
    s->dead = false;
    s->crash_in = 0;
    for (unsigned i = 0; i < s->stream_count; i++)
        s->streams[i].told = -1; /* another server */
    if (!s->world.open(s, &fault) || !sim_make_broker(s, &fault)) {
        sim_fail(s, "the world cannot be opened: %s", fault.text);
        return false;
    }
    sim_make_ports(s);
    make_parts(s);
    gen_count(s->g, SIM_COUNT_OTHER + SAW_STARTS);
    sim_tell(s, "the server starts");
    sim_see_again(s);
    return true;
}

/* Everything in the memory of the process is gone, and nothing that it still does reaches anybody. */
static void tear_down(struct sim *s)
{
    s->dead = true;
    sim_live_cut(s);
    for (unsigned i = 0; i < ENOUGH && pv_api_read_step(s->api, &s->reads, 0); i++) {
    }
    pv_api_free(s->api);
    pv_projector_free(s->projector);
    pv_worker_free(s->worker);
    s->queue.ops->close(s->queue.self);
    sim_forget_late(s);
    sim_lose_all(s);
    s->api = NULL;
}

void sim_crash(struct sim *s, bool power)
{
    sim_tell(s, power ? "the power is cut" : "the server crashes");
    tear_down(s);
    s->dead = false; /* so that the world can have faults */
    s->world.stop(s, power);
    if (power)
        gen_count(s->g, SIM_COUNT_OTHER + SAW_POWER_CUTS);
}

void sim_restart(struct sim *s)
{
    bool closed = false, was_calm = s->calm;
    struct pv_fault fault;
    sim_tell(s, "the server is told to end");
    s->calm = true;
    s->crash_in = 0;
    if (s->world.cut != NULL)
        s->world.cut(s, UINT32_MAX);
    sim_let_late_come(s, true);
    s->ending = true;
    pv_api_drain(s->api);
    for (unsigned i = 0; i < ENOUGH && pv_api_unanswered(s->api) > 0; i++) {
        sim_pass_time(s, 20);
        sim_work(s);
        sim_project(s);
        sim_read(s);
    }
    if (s->open != NULL)
        sim_fail(s, "request %u is not answered when the server ends", s->open->number);
    s->queue.ops->drain(s->queue.self);
    for (unsigned i = 0; i < ENOUGH && !closed; i++) {
        virtual_clock_advance(&s->clock, NAK_MS);
        closed = pv_worker_step(s->worker, 0, 0, &fault) == PV_WORKER_CLOSED;
    }
    if (!closed)
        sim_fail(s, "the worker does not come to the end of a queue that is drained");
    for (unsigned i = 0; i < ENOUGH && pv_projector_step(s->projector, &fault) != PV_PROJECTOR_IDLE; i++) {
    }
    sim_see_records(s);
    tear_down(s);
    s->dead = s->ending = false;
    s->calm = was_calm;
    s->world.stop(s, false);
}

void sim_stop(struct sim *s)
{
    if (s->api != NULL)
        tear_down(s);
    s->world.end(s);
}

/* --- steps --- */

static void after_step(struct sim *s)
{
    if (sim_has_power(s))
        sim_see_records(s);
}

void sim_work(struct sim *s)
{
    struct pv_fault fault;
    s->faults = 0;
    enum pv_worker_step step = pv_worker_step(s->worker, 0, 0, &fault);
    if (step == PV_WORKER_FAULT && sim_has_power(s) && s->faults == 0 &&
        pv_clock_ms(&s->clock.clock) >= s->full_until)
        sim_fail(s, "the worker has a fault of its own: %s", fault.text);
    if (step != PV_WORKER_IDLE)
        sim_tell(s, "the worker: %d", step);
    after_step(s);
}

void sim_project(struct sim *s)
{
    struct pv_fault fault;
    s->faults = 0;
    enum pv_projector_step step = pv_projector_step(s->projector, &fault);
    if (step == PV_PROJECTOR_FAULT && sim_has_power(s) && s->faults == 0)
        sim_fail(s, "the projector has a fault of its own: %s", fault.text);
    if (step != PV_PROJECTOR_IDLE)
        sim_tell(s, "the projector: %d", step);
    after_step(s);
}

void sim_read(struct sim *s)
{
    bool more = true;
    for (unsigned i = 0; i < 8 && more; i++) {
        s->faults = 0;
        more = pv_api_read_step(s->api, &s->reads, 0);
    }
    after_step(s);
}

void sim_pass_time(struct sim *s, int64_t ms)
{
    virtual_clock_advance(&s->clock, ms);
    if (sim_happens(s, FAULT_CLOCK_FORTH))
        virtual_clock_jump(&s->clock, INT64_C(1000000) * gen_draw(s->g, 100000));
    if (sim_happens(s, FAULT_CLOCK_BACK))
        virtual_clock_jump(&s->clock, INT64_C(-1000000) * gen_draw(s->g, 100000));
    pv_api_tick(s->api);
}

bool sim_is_idle(struct sim *s)
{
    struct pv_broker_health health;
    s->queue.ops->health(s->queue.self, &health);
    return s->open == NULL && pv_api_unanswered(s->api) == 0 && health.waiting + health.unsettled == 0;
}
