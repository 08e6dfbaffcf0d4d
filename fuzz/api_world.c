#include "api_world.h"

#include <stdlib.h>
#include <string.h>

enum { CAPACITY = 128, STEPS_MAX = 1000, MEMORY = 1 << 22, HEARTBEAT_MS = 1 << 20, START_MS = 86400000 };
/* 2024-02-24T18:03:11.123Z */
#define START_US INT64_C(1708797791123000)

static struct pv_time now(void *self)
{
    return (struct pv_time){((struct api_world *)self)->us};
}

static int64_t monotonic_ms(void *self)
{
    return ((struct api_world *)self)->ms;
}

/* Ten bytes are the chance in an event's id: they count, so that an input can name ids that will be made. */
static void random_bytes(void *self, unsigned char *bytes, size_t len)
{
    struct api_world *world = self;
    memset(bytes, 0x5a, len);
    if (len != 10)
        return;
    uint64_t chance = ++world->chance;
    for (size_t i = 0; i < len; i++)
        bytes[len - 1 - i] = (unsigned char)(i < 8 ? chance >> 8 * i : 0);
}

/* ---- requests ---- */

struct sent {
    struct pv_http_exchange exchange; /* first */
    struct request request;
    struct bag bag;
    struct api_reply *reply;
    struct api_world *world;
};

void api_reply_deinit(struct api_reply *reply)
{
    bag_free(&reply->bag);
}

struct pv_str api_reply_header(const struct api_reply *reply, const char *name)
{
    for (size_t i = 0; i < reply->header_count; i++)
        if (str_is(reply->headers[i].name, name))
            return reply->headers[i].value;
    return (struct pv_str){NULL, 0};
}

static struct pv_str keep(struct api_reply *reply, struct pv_str text)
{
    return bag_copy(&reply->bag, text.ptr, text.len);
}

static void stop_waking(void *context)
{
    (void)context;
}

static void listen_to(struct api_world *world, struct pv_str token, struct pv_http_body body)
{
    CHECK(world->live_count < WORLD_LIVES);
    struct api_live *live = &world->lives[world->live_count++];
    live->body = body;
    /* The texts of the request are gone when this is read: only roles and ids are kept. */
    who_read(token, &live->who);
    live->who.subject = live->who.email = (struct pv_str){NULL, 0};
    body.ops->started(body.self, (struct pv_http_waker){stop_waking, NULL});
}

static void answer(struct pv_http_exchange *exchange, struct pv_http_reply *from)
{
    struct sent *sent = (struct sent *)(void *)exchange;
    struct api_reply *reply = sent->reply;
    CHECK(reply->answers++ == 0);
    reply->status = from->status;
    reply->at_ms = sent->world->ms;
    for (size_t i = 0; i < from->header_count; i++)
        reply->headers[reply->header_count++] =
            (struct pv_http_pair){keep(reply, from->headers[i].name), keep(reply, from->headers[i].value)};
    reply->streams = from->body.ops != NULL;
    if (reply->streams)
        listen_to(sent->world, pv_http_header(&sent->request.http, "Authorization"), from->body);
    else
        reply->body = keep(reply, from->bytes);
    bag_free(&sent->bag);
    free(sent);
}

void api_world_send(struct api_world *world, struct pv_str line, struct api_reply *reply)
{
    static const struct pv_http_exchange_ops ops = {answer};
    struct sent *sent = kit_room(sizeof *sent);
    *sent = (struct sent){.exchange = {&ops, &sent->request.http}, .reply = reply, .world = world};
    CHECK(request_read(line, &sent->bag, &sent->request));
    pv_api_handle(world->api, &sent->exchange);
}

/* Who calls: as the token says in clear. */
static void authenticate(void *context, struct pv_str authorization, struct pv_auth *auth)
{
    struct pv_auth lent = {.why = PV_STR("this token is no good")};
    struct who who;
    (void)context;
    who_read(authorization, &who);
    lent.result = who.result;
    lent.caller.subject = who.subject;
    lent.caller.email = who.email;
    for (const char *role = who.roles; *role != '\0'; role++)
        lent.caller.roles |= *role == 'a'   ? PV_ROLE_ADMINISTRATOR
                             : *role == 'u' ? PV_ROLE_AUDITOR
                                            : PV_ROLE_VOTER;
    lent.caller.has_voter =
        pv_ulid_parse((struct pv_str){who.voter, strlen(who.voter)}, &lent.caller.voter.bits) == PV_CODE_NONE;
    lent.caller.one_election = pv_ulid_parse((struct pv_str){who.election, strlen(who.election)},
                                             &lent.caller.election.bits) == PV_CODE_NONE;
    pv_auth_copy(auth, &lent);
}

static bool photo(void *operation, struct pv_str name, struct pv_text *png)
{
    (void)operation;
    if (!str_is(name, "there.png"))
        return false;
    *png = (struct pv_text){kit_copy(PV_STR("\x89PNG")), 4};
    return true;
}

/* ---- steps ---- */

static void on_projected(void *context, struct pv_election_id id, int64_t number, int64_t position)
{
    (void)position;
    pv_api_projected(((struct api_world *)context)->api, id, number);
}

static void on_refused(void *context, const struct pv_recorded *record, const struct pv_refusal *why)
{
    (void)context;
    FAIL("the projector refuses %.*s %lld: %s", (int)record->stream.len, record->stream.ptr,
         (long long)record->number, pv_code_name(why->code));
}

static void work(struct api_world *world)
{
    struct pv_fault fault;
    enum pv_worker_step step = PV_WORKER_WORKED;
    for (int i = 0; step == PV_WORKER_WORKED && i < STEPS_MAX; i++)
        step = pv_worker_step(world->worker, 0, 0, &fault);
    if (step != PV_WORKER_IDLE)
        FAIL("the worker: %d %s", (int)step, step == PV_WORKER_FAULT ? fault.text : "");
}

static void project(struct api_world *world)
{
    struct pv_fault fault;
    enum pv_projector_step step = PV_PROJECTOR_WORKED;
    for (int i = 0; step == PV_PROJECTOR_WORKED && i < STEPS_MAX; i++)
        step = pv_projector_step(world->projector, &fault);
    if (step != PV_PROJECTOR_IDLE)
        FAIL("the projector: %d %s", (int)step, step == PV_PROJECTOR_FAULT ? fault.text : "");
}

static void read_all(struct api_world *world)
{
    struct pv_api_reads reads = {&world->store, &world->cache, &world->refusals};
    int steps = 0;
    while (pv_api_read_step(world->api, &reads, 0))
        CHECK(++steps < STEPS_MAX);
}

static void hear(struct api_live *live)
{
    char bytes[1000];
    enum pv_http_read result = PV_HTTP_BYTES;
    for (int i = 0; !live->ended && result == PV_HTTP_BYTES && i < STEPS_MAX; i++) {
        size_t len = 0;
        result = live->body.ops->read(live->body.self, bytes, sizeof bytes, &len);
        CHECK(result != PV_HTTP_BROKEN && len <= sizeof bytes);
        if (result == PV_HTTP_BYTES)
            buf_add(&live->text, bytes, len);
        live->ended = result == PV_HTTP_END;
    }
}

static void hear_all(struct api_world *world)
{
    for (size_t i = 0; i < world->live_count; i++)
        hear(&world->lives[i]);
    read_all(world);
    for (size_t i = 0; i < world->live_count; i++)
        hear(&world->lives[i]);
}

void api_world_wait(struct api_world *world, int64_t ms)
{
    world->ms += ms;
    world->us += ms * 1000;
    pv_api_tick(world->api);
}

void api_world_settle(struct api_world *world)
{
    work(world);
    project(world);
    read_all(world);
    if (pv_api_unanswered(world->api) > 0) {
        api_world_wait(world, WORLD_PROJECTION_MS);
        read_all(world);
    }
    hear_all(world);
    CHECK(pv_api_unanswered(world->api) == 0);
}

/* ---- the beginning and the end ---- */

void api_world_init(struct api_world *world)
{
    static const struct pv_clock_ops clock_ops = {now, monotonic_ms, random_bytes};
    struct pv_fault fault;
    *world = (struct api_world){.clock = {&clock_ops, world}, .us = START_US, .ms = START_MS};
    CHECK(pv_embedded_broker_open(1, CAPACITY, &world->clock, &world->broker, &fault));
    CHECK(pv_memory_store_open(&world->store, &fault) && pv_memory_cache_open(&world->cache, &fault) &&
          pv_memory_refusals_open(&world->refusals, &fault));
    world->worker = pv_worker_new(&(struct pv_worker_options){.broker = &world->broker,
                                                              .store = &world->store,
                                                              .refusals = &world->refusals,
                                                              .clock = &world->clock,
                                                              .memory_limit = MEMORY});
    world->projector = pv_projector_new(&(struct pv_projector_options){.store = &world->store,
                                                                       .cache = &world->cache,
                                                                       .memory_limit = MEMORY,
                                                                       .context = world,
                                                                       .on_projected = on_projected,
                                                                       .on_refused = on_refused});
    world->api = pv_api_new(&(struct pv_api_options){.broker = &world->broker,
                                                     .clock = &world->clock,
                                                     .authenticate = authenticate,
                                                     .waiting_max = CAPACITY,
                                                     .waiting_per_caller = CAPACITY,
                                                     .verdict_ms = WORLD_VERDICT_MS,
                                                     .projection_ms = WORLD_PROJECTION_MS,
                                                     .heartbeat_ms = HEARTBEAT_MS,
                                                     .streams_max = WORLD_LIVES,
                                                     .photo = photo});
    CHECK(world->worker != NULL && world->projector != NULL && world->api != NULL);
}

void api_world_end(struct api_world *world)
{
    pv_api_drain(world->api);
    hear_all(world);
    for (size_t i = 0; i < world->live_count; i++) {
        CHECK(world->lives[i].ended);
        world->lives[i].body.ops->close(world->lives[i].body.self);
    }
}

void api_world_deinit(struct api_world *world)
{
    for (size_t i = 0; i < world->live_count; i++)
        buf_free(&world->lives[i].text);
    pv_api_free(world->api);
    pv_projector_free(world->projector);
    pv_worker_free(world->worker);
    world->broker.ops->close(world->broker.self);
    world->store.ops->close(world->store.self);
    world->cache.ops->close(world->cache.self);
    world->refusals.ops->close(world->refusals.self);
}
