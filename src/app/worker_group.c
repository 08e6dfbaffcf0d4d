/* A group of commands: sorted by election, judged, appended as one. */
#include "worker_parts.h"

static uint32_t part_of(struct pv_work *work, struct pv_election_id id)
{
    uint32_t at = 0;
    while (at < work->part_count && !pv_bits128_equal(work->parts[at].id.bits, id.bits))
        at++;
    if (at == work->part_count) {
        work->parts[work->part_count++] =
            (struct pv_work_part){.id = id, .first = PV_NONE, .expected = PV_EXPECT_NO_STREAM};
        pv_stream_format(id, work->parts[at].stream);
    }
    return at;
}

void pv_work_begin(struct pv_work *work)
{
    work->part_count = 0;
    work->event_count = 0;
    work->texts.len = 0;
    for (uint32_t i = 0; i < work->count; i++) {
        uint32_t part = part_of(work, work->deliveries[i].command.election);
        work->items[i] = (struct pv_work_item){.part = part, .next = PV_NONE};
        if (work->parts[part].first == PV_NONE)
            work->parts[part].first = i;
        else
            work->items[work->parts[part].last].next = i;
        work->parts[part].last = i;
    }
}

/* An election after the other, so that an aggregate that has been changed is not evicted before all its
   commands are judged. */
bool pv_work_judge(struct pv_work *work, struct pv_fault *fault)
{
    for (size_t p = 0; p < work->part_count; p++) {
        for (uint32_t at = work->parts[p].first; at != PV_NONE; at = work->items[at].next) {
            if (!pv_work_judge_item(work, at, fault))
                return false;
        }
    }
    return true;
}

/* The append of a part. Only now, because the group's texts moved while they grew. */
static void gather(struct pv_work *work, const struct pv_work_part *part, struct pv_append *append)
{
    const struct pv_new_event *events = &work->events[work->event_count];
    for (uint32_t at = part->first; at != PV_NONE; at = work->items[at].next) {
        const struct pv_work_item *item = &work->items[at];
        const struct pv_command *command = &work->deliveries[at].command;
        if (item->fate != PV_FATE_APPEND)
            continue;
        work->events[work->event_count++] = (struct pv_new_event){
            .id = command->id,
            .type = command->type,
            .data = {work->texts.bytes + item->text_at, item->text_len},
            .metadata = command->metadata,
        };
    }
    *append = (struct pv_append){.stream = {part->stream, sizeof part->stream},
                                 .expected = part->expected,
                                 .events = events,
                                 .count = part->event_count,
                                 .ids_are_new = true}; /* each was looked for when it was judged */
}

/* Where nothing is appended no conflict would show that a verdict came from an old state. */
static bool look_for_others(struct pv_work *work, struct pv_work_part *part, struct pv_fault *fault)
{
    const struct pv_event_store *store = work->options.store;
    int64_t last;
    if (store->ops->last_number(store->self, (struct pv_str){part->stream, sizeof part->stream}, &last,
                                fault) != PV_STORE_OK)
        return false;
    part->is_stale = last != part->expected;
    return true;
}

/* -1 where the store does not tell. */
static int64_t position_of(const struct pv_appended *appended, int64_t number)
{
    int64_t behind = appended->last_number - number;
    if (appended->position < 0 || (behind > 0 && !appended->follow))
        return -1;
    return appended->position - behind;
}

static void answer_recorded(struct pv_work_item *item, const struct pv_appended *appended)
{
    int64_t number = appended->first_number + item->event;
    item->fate = PV_FATE_ANSWER;
    item->answer = (struct pv_answer){
        .kind = PV_ANSWER_RECORDED,
        .number = number,
        .position = position_of(appended, number),
    };
}

/* What the verdicts of a part come to. */
static void conclude(struct pv_work *work, const struct pv_work_part *part)
{
    for (uint32_t at = part->first; at != PV_NONE; at = work->items[at].next) {
        struct pv_work_item *item = &work->items[at];
        if (part->is_stale && item->on_state) {
            item->fate = PV_FATE_BACK;
        } else if (item->fate == PV_FATE_APPEND) {
            answer_recorded(item, &part->appended);
            work->counts.recorded++;
        } else if (item->fate == PV_FATE_REPEATS) {
            item->fate = PV_FATE_ANSWER;
            item->answer = work->items[item->repeats].answer;
        }
    }
}

/* The aggregate is where the store is now, or it is not to be trusted. */
static void move_on(struct pv_work *work, const struct pv_work_part *part)
{
    struct pv_aggregate *aggregate = pv_aggregates_peek(work->aggregates, part->id);
    if (part->is_stale) {
        work->counts.conflicts++;
        pv_aggregates_drop(work->aggregates, part->id);
    } else if (aggregate != NULL && part->event_count > 0) { /* it may have been evicted meanwhile */
        aggregate->last_number = part->appended.last_number;
    }
}

bool pv_work_append(struct pv_work *work, struct pv_fault *fault)
{
    const struct pv_event_store *store = work->options.store;
    size_t appends = 0;
    for (size_t p = 0; p < work->part_count; p++) {
        struct pv_work_part *part = &work->parts[p];
        if (part->event_count > 0)
            gather(work, part, &work->appends[appends++]);
        else if (part->on_state && !look_for_others(work, part, fault))
            return false;
    }
    if (appends > 0) {
        work->counts.groups++;
        if (store->ops->append_group(store->self, work->appends, appends, fault) != PV_STORE_OK)
            return false;
    }
    appends = 0;
    for (size_t p = 0; p < work->part_count; p++) {
        struct pv_work_part *part = &work->parts[p];
        if (part->event_count > 0) {
            part->is_stale = work->appends[appends].result == PV_STORE_CONFLICT;
            part->appended = work->appends[appends++].appended;
        }
        conclude(work, part);
        move_on(work, part);
    }
    return true;
}

void pv_work_abandon(struct pv_work *work)
{
    for (size_t i = 0; i < work->count; i++)
        work->items[i].fate = PV_FATE_BACK;
    for (size_t p = 0; p < work->part_count; p++)
        pv_aggregates_drop(work->aggregates, work->parts[p].id);
}
