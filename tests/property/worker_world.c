#include "worker_world.h"

#include "adapters.h"

#include <stdlib.h>
#include <string.h>

/* ---- failing ---- */

static bool fails(struct world *world, uint32_t percent, struct pv_fault *fault)
{
    if (world->calm || !gen_chance(world->g, percent))
        return false;
    pv_fault_set(fault, PV_FAULT_KIND_BUSY, "drawn");
    return true;
}

/* What leaves something behind. */
static bool fails_badly(struct world *world, uint32_t percent, struct pv_fault *fault)
{
    return world->anything_fails && fails(world, percent, fault);
}

/* ---- the store ---- */

/* A fault before the append or after it: nobody knows. */
static enum pv_store_result append_group(void *self, struct pv_append *appends, size_t count,
                                         struct pv_fault *fault)
{
    struct world *world = self;
    if (fails(world, 8, fault))
        return PV_STORE_FAULT;
    enum pv_store_result result = world->inside.ops->append_group(world->inside.self, appends, count, fault);
    return fails_badly(world, 8, fault) ? PV_STORE_FAULT : result;
}

static enum pv_store_result find(void *self, struct pv_str stream, struct pv_event_id id,
                                 struct pv_recorded *found, struct pv_fault *fault)
{
    struct world *world = self;
    return fails(world, 1, fault) ? PV_STORE_FAULT
                                  : world->inside.ops->find(world->inside.self, stream, id, found, fault);
}

static enum pv_store_result last_number(void *self, struct pv_str stream, int64_t *number,
                                        struct pv_fault *fault)
{
    struct world *world = self;
    return world->inside.ops->last_number(world->inside.self, stream, number, fault);
}

static enum pv_store_result last_position(void *self, int64_t *position, struct pv_fault *fault)
{
    struct world *world = self;
    return world->inside.ops->last_position(world->inside.self, position, fault);
}

static enum pv_store_result open_reader(void *self, struct pv_str stream, int64_t from,
                                        struct pv_store_reader **reader, struct pv_fault *fault)
{
    struct world *world = self;
    return fails(world, 4, fault) ? PV_STORE_FAULT
                                  : world->inside.ops->read(world->inside.self, stream, from, reader, fault);
}

/* ---- the broker ---- */

static uint32_t partitions(void *self)
{
    (void)self;
    return 1;
}

/* The first that are not settled, as many as drawn. */
static enum pv_broker_result take(void *self, uint32_t partition, struct pv_delivery *deliveries, size_t max,
                                  int wait_ms, size_t *count, struct pv_fault *fault)
{
    struct world *world = self;
    (void)partition, (void)wait_ms, (void)fault;
    size_t wanted = gen_draw(world->g, 4) == 3 ? max : 1 + gen_draw(world->g, 12);
    *count = 0;
    for (size_t i = 0; i < world->count && *count < wanted && *count < max; i++) {
        struct world_command *one = &world->commands[i];
        if (!one->settled)
            deliveries[(*count)++] =
                (struct pv_delivery){.command = one->command, .deliveries = ++one->deliveries, .token = one};
    }
    return PV_BROKER_OK;
}

static int differs(struct world *world, const struct world_command *one, const struct pv_answer *answer)
{
    const struct pv_answer *expected = &one->expected;
    if (answer->kind != expected->kind)
        return gen_fail(world->g, "command %zu is answered %d, not %d", one - world->commands, answer->kind,
                        expected->kind);
    if (answer->kind == PV_ANSWER_REFUSED &&
        (answer->why.code != expected->why.code || answer->why.field != expected->why.field))
        return gen_fail(world->g, "command %zu is refused as %s, not %s", one - world->commands,
                        pv_code_name(answer->why.code), pv_code_name(expected->why.code));
    if (answer->number != expected->number)
        return gen_fail(world->g, "command %zu has number %lld, not %lld", one - world->commands,
                        (long long)answer->number, (long long)expected->number);
    return 0;
}

/* Where a position is told it is the record's. */
static int misplaced(struct world *world, const struct world_command *one, const struct pv_answer *answer)
{
    struct pv_recorded found;
    struct pv_fault fault;
    char stream[PV_STREAM_LEN];
    pv_stream_format(one->command.election, stream);
    if (answer->kind != PV_ANSWER_RECORDED)
        return 0;
    if (world->inside.ops->find(world->inside.self, (struct pv_str){stream, sizeof stream}, one->command.id,
                                &found, &fault) != PV_STORE_OK ||
        found.number != answer->number)
        return gen_fail(world->g, "command %zu is answered as recorded, and is not there",
                        one - world->commands);
    if (answer->position != -1 && answer->position != found.position)
        return gen_fail(world->g, "command %zu has position %lld, not %lld", one - world->commands,
                        (long long)answer->position, (long long)found.position);
    return 0;
}

static void reply(void *self, const struct pv_delivery *delivery, const struct pv_answer *answer)
{
    struct world *world = self;
    struct world_command *one = delivery->token;
    *(answer->kind == PV_ANSWER_RECORDED ? &one->was_recorded : &one->was_refused) = true;
    if (world->failed == 0 && !world->anything_fails)
        world->failed = differs(world, one, answer);
    if (world->failed == 0)
        world->failed = misplaced(world, one, answer);
}

static enum pv_broker_result ack(void *self, struct pv_delivery *delivery, struct pv_fault *fault)
{
    struct world *world = self;
    struct world_command *one = delivery->token;
    if (fails_badly(world, 4, fault))
        return PV_BROKER_FAULT;
    one->settled = true;
    world->unsettled--;
    return PV_BROKER_OK;
}

static void nak(void *self, struct pv_delivery *delivery, int delay_ms)
{
    struct world *world = self;
    (void)delivery, (void)delay_ms;
    gen_count(world->g, COUNT_GIVEN_BACK);
}

/* ---- the log of refusals ---- */

static struct pv_str keep(struct world *world, struct pv_str text)
{
    return text.ptr == NULL ? text : bag_copy(&world->bag, text.ptr, text.len);
}

static void keep_refused(struct world *world, const struct pv_refused *entry)
{
    if (world->refused_count == world->refused_capacity) {
        world->refused_capacity = world->refused_capacity * 2 + 64;
        world->refused = realloc(world->refused, world->refused_capacity * sizeof *world->refused);
        if (world->refused == NULL)
            abort();
    }
    struct pv_refused *own = &world->refused[world->refused_count++];
    *own = *entry;
    own->type = keep(world, entry->type);
    own->data = keep(world, entry->data);
    own->metadata = keep(world, entry->metadata);
    own->subject = keep(world, entry->subject);
    own->code = keep(world, entry->code);
    own->field = keep(world, entry->field);
    own->message = keep(world, entry->message);
}

static enum pv_log_result log_add(void *self, const struct pv_refused *entries, size_t count,
                                  struct pv_fault *fault)
{
    struct world *world = self;
    if (fails_badly(world, 4, fault))
        return PV_LOG_FAULT;
    for (size_t i = 0; i < count; i++)
        keep_refused(world, &entries[i]);
    return fails_badly(world, 4, fault) ? PV_LOG_FAULT : PV_LOG_OK;
}

static enum pv_log_result log_find(void *self, struct pv_event_id id, pv_refused_fn *take_refused,
                                   void *context, struct pv_fault *fault)
{
    struct world *world = self;
    (void)fault;
    for (size_t i = world->refused_count; i-- > 0;) {
        if (!pv_bits128_equal(world->refused[i].id.bits, id.bits))
            continue;
        (void)take_refused(context, &world->refused[i]);
        return PV_LOG_OK;
    }
    return PV_LOG_NONE;
}

/* ---- the clock ---- */

static struct pv_time now(void *self)
{
    (void)self;
    return (struct pv_time){0};
}

/* ---- the whole ---- */

void world_init(struct world *world, struct gen *g)
{
    static const struct pv_broker_ops broker_ops = {
        .partitions = partitions, .take = take, .reply = reply, .ack = ack, .nak = nak};
    static const struct pv_refusal_log_ops log_ops = {.add = log_add, .find = log_find};
    static const struct pv_clock_ops clock_ops = {.now = now};
    struct pv_fault fault;
    memset(world, 0, sizeof *world);
    world->g = g;
    if (!pv_memory_store_open(&world->inside, &fault))
        abort();
    world->store_ops = (struct pv_event_store_ops){.append_group = append_group,
                                                   .find = find,
                                                   .last_number = last_number,
                                                   .last_position = last_position,
                                                   .read = open_reader,
                                                   .next = world->inside.ops->next,
                                                   .close_reader = world->inside.ops->close_reader};
    world->store = (struct pv_event_store){&world->store_ops, world};
    world->broker = (struct pv_broker){&broker_ops, world};
    world->log = (struct pv_refusal_log){&log_ops, world};
    world->clock = (struct pv_clock){&clock_ops, world};
}

void world_deinit(struct world *world)
{
    world->inside.ops->close(world->inside.self);
    free(world->refused);
    bag_free(&world->bag);
}

struct world_command *world_add(struct world *world, const struct pv_command *command)
{
    if (world->count == WORLD_COMMANDS_MAX)
        return NULL;
    struct world_command *one = &world->commands[world->count++];
    *one = (struct world_command){.command = *command};
    one->command.type = keep(world, command->type);
    one->command.data = keep(world, command->data);
    one->command.metadata = keep(world, command->metadata);
    one->command.caller.subject = keep(world, command->caller.subject);
    one->command.caller.email = keep(world, command->caller.email);
    one->command.reply_to = world->count;
    world->unsettled++;
    return one;
}

static struct pv_worker *new_worker(struct world *world)
{
    struct pv_worker_options options = {.broker = &world->broker,
                                        .store = &world->store,
                                        .refusals = &world->log,
                                        .clock = &world->clock,
                                        .seed = draw_seed(world->g),
                                        .memory_limit = gen_draw(world->g, 2) == 0 ? 1 << 24 : 1};
    struct pv_worker *worker = pv_worker_new(&options);
    if (worker == NULL)
        abort();
    return worker;
}

int world_run(struct world *world)
{
    struct pv_worker *worker = new_worker(world);
    struct pv_fault fault;
    for (unsigned steps = 0; world->failed == 0 && world->unsettled > 0; steps++) {
        world->calm = steps > 20 * WORLD_COMMANDS_MAX;
        if (steps > 40 * WORLD_COMMANDS_MAX)
            world->failed = gen_fail(world->g, "the worker does not come to an end");
        if (pv_worker_step(worker, 0, 0, &fault) == PV_WORKER_CLOSED)
            abort();
        if (gen_draw(world->g, 24) == 23) { /* it goes, and another comes */
            pv_worker_free(worker);
            worker = new_worker(world);
        }
    }
    if (world->failed == 0 && pv_worker_step(worker, 0, 0, &fault) != PV_WORKER_IDLE)
        world->failed = gen_fail(world->g, "a worker with nothing to do is not idle");
    pv_worker_free(worker);
    return world->failed;
}
