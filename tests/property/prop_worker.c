/* The worker against the plainest thing that could do its work, and against what it promises. */
#include "properties.h"
#include "worker_commands.h"

#include <stdlib.h>

/* ---- what is in the store ---- */

static int same_record(struct fold *fold, const struct plain *plain, int64_t at,
                       const struct pv_recorded *record)
{
    struct pv_event_id id;
    const struct buf *data = &plain->records[at].data;
    if (record->number == at && pv_event_id_parse(record->id, &id) == PV_CODE_NONE &&
        pv_bits128_equal(id.bits, plain->records[at].id.bits) &&
        pv_str_equal(record->type, pv_event_spec(plain->records[at].type)->type) &&
        pv_str_equal(record->data, (struct pv_str){data->bytes, data->len}))
        return 0;
    return gen_fail(fold->g, "record %lld is not what was accepted: %.*s, not %.*s", (long long)at,
                    (int)record->data.len, record->data.ptr, (int)data->len, data->bytes);
}

static size_t read_stream(const struct fold *fold, const struct plain *plain, struct pv_recorded *records)
{
    const struct pv_event_store *store = &fold->world.inside;
    char stream[PV_STREAM_LEN];
    struct pv_store_reader *reader;
    struct pv_fault fault;
    size_t count;
    pv_stream_format(plain->id, stream);
    if (store->ops->read(store->self, (struct pv_str){stream, sizeof stream}, 0, &reader, &fault) !=
            PV_STORE_OK ||
        store->ops->next(reader, records, WORLD_COMMANDS_MAX + 1, &count, &fault) != PV_STORE_OK)
        abort();
    store->ops->close_reader(reader);
    return count; /* a store in memory keeps its texts where they are */
}

static int same_stream(struct fold *fold, const struct plain *plain)
{
    static struct pv_recorded records[WORLD_COMMANDS_MAX + 1];
    size_t count = read_stream(fold, plain, records);
    int failed = 0;
    if ((int64_t)count != plain->count)
        failed = gen_fail(fold->g, "%zu records, not %lld", count, (long long)plain->count);
    for (size_t i = 0; failed == 0 && i < count; i++)
        failed = same_record(fold, plain, (int64_t)i, &records[i]);
    return failed;
}

int prop_worker_is_a_fold(struct gen *g)
{
    static struct fold fold;
    fold_init(&fold, g);
    fold_publish(&fold);
    int failed = world_run(&fold.world);
    for (unsigned i = 0; failed == 0 && i < FOLD_ELECTIONS; i++)
        failed = same_stream(&fold, &fold.plain[i]);
    fold_deinit(&fold);
    return failed;
}

/* ---- what is promised whatever fails ---- */

/* The record of an id; number -1: none. */
static struct pv_recorded record_of(const struct world *world, const struct pv_command *command)
{
    struct pv_recorded found;
    struct pv_fault fault;
    char stream[PV_STREAM_LEN];
    pv_stream_format(command->election, stream);
    if (world->inside.ops->find(world->inside.self, (struct pv_str){stream, sizeof stream}, command->id,
                                &found, &fault) != PV_STORE_OK)
        abort();
    return found;
}

static bool is_canonical_of(const struct pv_recorded *record, const struct pv_command *command)
{
    struct pv_event event;
    struct pv_refusal why;
    struct buf data = {0};
    char *scratch = malloc(command->data.len + 1);
    if (scratch == NULL)
        abort();
    bool same = pv_event_read(command->type, command->data, scratch, &event, &why) == PV_OK &&
                pv_str_equal(record->type, command->type);
    if (same) {
        print_event(&event, &data);
        same = pv_str_equal(record->data, (struct pv_str){data.bytes, data.len});
    }
    buf_free(&data);
    free(scratch);
    return same;
}

static bool has_a_twin(const struct world *world, size_t at)
{
    for (size_t i = 0; i < world->count; i++) {
        if (i != at &&
            pv_bits128_equal(world->commands[i].command.id.bits, world->commands[at].command.id.bits))
            return true;
    }
    return false;
}

static int check_command(const struct world *world, size_t at)
{
    const struct world_command *one = &world->commands[at];
    struct pv_recorded record = record_of(world, &one->command);
    bool same = record.number >= 0 && is_canonical_of(&record, &one->command);
    if (one->was_recorded && !same)
        return gen_fail(world->g, "command %zu was answered as recorded, and is not there", at);
    if (one->was_refused && !has_a_twin(world, at) && record.number >= 0)
        return gen_fail(world->g, "command %zu was answered as refused, and is recorded", at);
    if (!one->was_recorded && !one->was_refused)
        return gen_fail(world->g, "command %zu was not answered", at);
    if (!has_a_twin(world, at) && same != one->was_recorded)
        return gen_fail(world->g, "command %zu is recorded, and was not answered so", at);
    return 0;
}

/* Each record is one that the core accepts there, once, and somebody's. */
static int check_record(struct fold *fold, struct plain *plain, const struct pv_recorded *record)
{
    struct pv_event event;
    struct pv_refusal why;
    char *scratch = malloc(record->data.len + 1);
    if (scratch == NULL)
        abort();
    bool fine = pv_event_read(record->type, record->data, scratch, &event, &why) == PV_OK &&
                pv_election_apply(&plain->election, &event, &why) == PV_OK;
    free(scratch);
    if (!fine)
        return gen_fail(fold->g, "record %lld is refused", (long long)record->number);
    for (size_t i = 0; i < fold->world.count; i++) {
        const struct world_command *one = &fold->world.commands[i];
        if (pv_bits128_equal(one->command.election.bits, plain->id.bits) &&
            pv_bits128_equal(one->command.id.bits, event.id.bits) && is_canonical_of(record, &one->command))
            return record_of(&fold->world, &one->command).number == record->number
                       ? 0
                       : gen_fail(fold->g, "record %lld is there twice", (long long)record->number);
    }
    return gen_fail(fold->g, "record %lld is nobody's", (long long)record->number);
}

static int check_stream(struct fold *fold, struct plain *plain)
{
    static struct pv_recorded records[WORLD_COMMANDS_MAX + 1];
    size_t count = read_stream(fold, plain, records);
    int failed = 0;
    pv_election_deinit(&plain->election); /* from the beginning, by what is in the store */
    for (size_t i = 0; failed == 0 && i < count; i++)
        failed = check_record(fold, plain, &records[i]);
    return failed;
}

int prop_worker_keeps_its_promises(struct gen *g)
{
    static struct fold fold;
    fold_init(&fold, g);
    fold_publish(&fold);
    fold.world.anything_fails = true;
    int failed = world_run(&fold.world);
    for (size_t i = 0; failed == 0 && i < fold.world.count; i++)
        failed = check_command(&fold.world, i);
    for (unsigned i = 0; failed == 0 && i < FOLD_ELECTIONS; i++)
        failed = check_stream(&fold, &fold.plain[i]);
    fold_deinit(&fold);
    return failed;
}
