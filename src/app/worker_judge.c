/* One command's verdict. */
#include "permission.h"
#include "worker_parts.h"

#include <stdlib.h>
#include <string.h>

static bool no_memory(struct pv_fault *fault)
{
    pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "out of memory while judging a command");
    return false;
}

/* Reading and printing events */

static bool reserve_scratch(struct pv_work *work, size_t size)
{
    if (size <= work->scratch_size)
        return true;
    char *scratch = realloc(work->scratch, size);
    if (scratch == NULL)
        return false;
    work->scratch = scratch;
    work->scratch_size = size;
    return true;
}

/* Puts the event's canonical data behind the group's texts. */
static bool print(struct pv_work *work, const struct pv_event *event)
{
    pv_out_init(&work->out, pv_buffer_write, &work->texts);
    pv_print_event(&work->out, event);
    return pv_out_flush(&work->out);
}

static struct pv_str text_of(const struct pv_work *work, const struct pv_work_item *item)
{
    return (struct pv_str){work->texts.bytes + item->text_at, item->text_len};
}

static enum pv_result refuse_id(struct pv_refusal *why, enum pv_code code, enum pv_field field,
                                struct pv_bits128 id)
{
    char text[PV_ULID_LEN];
    pv_ulid_format(id, text);
    return pv_refuse_field(why, code, field, (struct pv_str){text, sizeof text});
}

/* D5 steps 1 to 3, and that the command is about the event that it carries: another election's is refused
   before all else, as in a record (stream_mismatch), for it came to the wrong aggregate. */
static enum pv_result read_command(const struct pv_command *command, char *scratch, struct pv_event *event,
                                   struct pv_refusal *why)
{
    enum pv_result result = pv_event_read(command->type, command->data, scratch, event, why);
    if (result != PV_OK)
        return result;
    if (!pv_bits128_equal(event->u.election_id.bits, command->election.bits))
        return refuse_id(why, PV_ELECTION_MISMATCH, PV_KEY_ELECTION_ID, event->u.election_id.bits);
    if (!pv_bits128_equal(event->id.bits, command->id.bits))
        return refuse_id(why, PV_ID_INVALID, PV_KEY_ID, event->id.bits);
    return PV_OK;
}

/* Verdicts */

static void decide(struct pv_work_item *item, enum pv_answer_kind kind, int64_t number, int64_t position)
{
    item->fate = PV_FATE_ANSWER;
    item->answer.kind = kind;
    item->answer.number = number;
    item->answer.position = position;
}

/* An event is the same as another if its type and its canonical data are. */
static bool is_same(struct pv_work *work, const struct pv_work_item *item, enum pv_event_type type,
                    const struct pv_recorded *found, bool *same)
{
    struct pv_event event;
    struct pv_refusal why;
    size_t end = work->texts.len;
    *same = pv_str_equal(found->type, pv_event_spec(type)->type);
    if (!*same || pv_str_equal(found->data, text_of(work, item)))
        return true;
    *same = false;
    if (!reserve_scratch(work, found->data.len))
        return false;
    if (pv_event_read(found->type, found->data, work->scratch, &event, &why) != PV_OK)
        return true;
    if (!print(work, &event))
        return false;
    *same =
        pv_str_equal((struct pv_str){work->texts.bytes + end, work->texts.len - end}, text_of(work, item));
    work->texts.len = end;
    return true;
}

/* The earlier command of the group with this id whose event is to be appended, or PV_NONE. */
static uint32_t find_pending(const struct pv_work *work, size_t at)
{
    uint32_t earlier = work->parts[work->items[at].part].first;
    for (; earlier != at; earlier = work->items[earlier].next) {
        if (work->items[earlier].fate == PV_FATE_APPEND &&
            pv_bits128_equal(work->deliveries[earlier].command.id.bits, work->deliveries[at].command.id.bits))
            return earlier;
    }
    return PV_NONE;
}

/* Whether the id is in this group or in the stream already; then the command is decided. `aggregate` and
   `event` are NULL for a command that has none. */
static bool look_for_id(struct pv_work *work, size_t at, const struct pv_aggregate *aggregate,
                        const struct pv_event *event, bool *known, struct pv_fault *fault)
{
    const struct pv_command *command = &work->deliveries[at].command;
    const struct pv_event_store *store = work->options.store;
    struct pv_work_item *item = &work->items[at];
    struct pv_work_part *part = &work->parts[item->part];
    struct pv_recorded found;
    bool same = false;
    uint32_t earlier = find_pending(work, at);
    *known = true;
    if (earlier != PV_NONE) {
        item->on_state = true; /* the earlier one's fate decides */
        item->repeats = earlier;
        item->is_repetition = event != NULL &&
                              pv_str_equal(command->type, work->deliveries[earlier].command.type) &&
                              pv_str_equal(text_of(work, item), text_of(work, &work->items[earlier]));
        if (item->is_repetition)
            item->fate = PV_FATE_REPEATS;
        else
            decide(item, PV_ANSWER_ID_REUSED, -1, -1);
        return true;
    }
    *known = aggregate == NULL || pv_aggregates_may_have_id(work->aggregates, aggregate, command->id);
    if (!*known)
        return true;
    struct pv_str stream = {part->stream, sizeof part->stream};
    if (store->ops->find(store->self, stream, command->id, &found, fault) != PV_STORE_OK)
        return false;
    *known = found.number >= 0;
    if (!*known)
        return true;
    if (event != NULL && !is_same(work, item, event->type, &found, &same))
        return no_memory(fault);
    item->is_repetition = same;
    if (same)
        decide(item, PV_ANSWER_RECORDED, found.number, found.position);
    else
        decide(item, PV_ANSWER_ID_REUSED, -1, -1);
    return true;
}

/* Whether the command was settled before, as this one or with the same event; then it is decided. */
static bool look_back(struct pv_work *work, size_t at, const struct pv_aggregate *aggregate,
                      const struct pv_event *event, bool *known, struct pv_fault *fault)
{
    struct pv_work_item *item = &work->items[at];
    if (!look_for_id(work, at, aggregate, event, known, fault))
        return false;
    if (*known)
        return true;
    if (!pv_work_look_for_refusal(work, at, known, fault))
        return false;
    if (*known)
        decide(item, item->answer.kind, -1, -1);
    return true;
}

/* It is not tried any more, for the reason that the fate tells. */
static bool give_up(struct pv_work *work, size_t at, const struct pv_event *event, enum pv_fate fate,
                    struct pv_fault *fault)
{
    bool known;
    if (!look_back(work, at, NULL, event, &known, fault))
        return false;
    if (!known)
        work->items[at].fate = fate;
    return true;
}

static bool broken_rule(const struct pv_work_part *part, enum pv_event_type type, struct pv_fault *fault)
{
    struct pv_str name = pv_event_spec(type)->type;
    pv_fault_set(fault, PV_FAULT_KIND_DAMAGED,
                 "%.*s: the state breaks a rule of D6 after %.*s: a defect of the program, please report it",
                 PV_STREAM_LEN, part->stream, (int)name.len, name.ptr);
    return false;
}

static bool apply(struct pv_work *work, struct pv_work_item *item, struct pv_aggregate *aggregate,
                  const struct pv_event *event, struct pv_fault *fault)
{
    struct pv_work_part *part = &work->parts[item->part];
    switch (pv_election_apply(&aggregate->election, event, &item->answer.why)) {
    case PV_OK:
        item->fate = PV_FATE_APPEND;
        item->event = part->event_count++;
        return pv_aggregates_note_id(work->aggregates, aggregate, event->id) == PV_OK || no_memory(fault);
    case PV_REFUSED:
        decide(item, PV_ANSWER_REFUSED, -1, -1);
        return true;
    case PV_FAULT_MEMORY:
        return no_memory(fault);
    case PV_FAULT_STATE:
        break;
    }
    return broken_rule(part, event->type, fault);
}

/* By the aggregate: may the caller, is it a repetition, is the version the expected one, what does the core
   say. A caller who may not is told nothing else. */
static bool judge_event(struct pv_work *work, size_t at, const struct pv_event *event, struct pv_fault *fault)
{
    const struct pv_command *command = &work->deliveries[at].command;
    struct pv_work_item *item = &work->items[at];
    struct pv_work_part *part = &work->parts[item->part];
    struct pv_aggregate *aggregate = pv_aggregates_get(work->aggregates, part->id, fault);
    /* What is damaged stays so, and must not keep what waits behind it from being recorded. */
    if (aggregate == NULL)
        return fault->kind == PV_FAULT_KIND_DAMAGED && give_up(work, at, event, PV_FATE_DAMAGED, fault);
    part->expected = aggregate->last_number;
    bool known = false, may = pv_caller_may(&command->caller, &aggregate->election, event);
    if (may && !look_back(work, at, aggregate, event, &known, fault))
        return false;
    if (known) {
        if (item->answer.kind == PV_ANSWER_WRONG_VERSION)
            item->answer.number = aggregate->election.version;
        return true;
    }
    item->on_state = part->on_state = true;
    if (!may) {
        decide(item, PV_ANSWER_NOT_ALLOWED, -1, -1);
        return true;
    }
    if (command->expected_version != PV_ANY_VERSION &&
        command->expected_version != aggregate->election.version) {
        decide(item, PV_ANSWER_WRONG_VERSION, aggregate->election.version, -1);
        return true;
    }
    return apply(work, item, aggregate, event, fault);
}

bool pv_work_judge_item(struct pv_work *work, size_t at, struct pv_fault *fault)
{
    const struct pv_delivery *delivery = &work->deliveries[at];
    struct pv_work_item *item = &work->items[at];
    uint32_t max = work->options.deliveries_max;
    struct pv_event event;
    if (!reserve_scratch(work, delivery->command.data.len))
        return no_memory(fault);
    enum pv_result result = read_command(&delivery->command, work->scratch, &event, &item->answer.why);
    item->text_at = work->texts.len;
    if (result == PV_OK && !print(work, &event))
        return no_memory(fault);
    item->text_len = work->texts.len - item->text_at;
    if (max != 0 && delivery->deliveries > max)
        return give_up(work, at, result == PV_OK ? &event : NULL, PV_FATE_GIVE_UP, fault);
    if (result == PV_OK)
        return judge_event(work, at, &event, fault);
    decide(item, PV_ANSWER_REFUSED, -1, -1);
    return true;
}
