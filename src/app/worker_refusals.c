/* The log of refusals: what is written there of a group, and what is found there of a command that comes
 * again. */
#include "answer.h"
#include "worker_parts.h"

static bool is_logged(const struct pv_work_item *item)
{
    return item->fate == PV_FATE_ANSWER && item->answer.kind != PV_ANSWER_RECORDED;
}

bool pv_work_log(struct pv_work *work, struct pv_fault *fault)
{
    const struct pv_refusal_log *log = work->options.refusals;
    struct pv_time now = pv_clock_now(work->options.clock);
    size_t count = 0;
    for (size_t i = 0; i < work->count; i++) {
        const struct pv_command *command = &work->deliveries[i].command;
        const struct pv_answer *answer = &work->items[i].answer;
        if (!is_logged(&work->items[i]))
            continue;
        size_t len = pv_answer_message(answer, work->messages[count]);
        work->refused[count] = (struct pv_refused){.id = command->id,
                                                   .election = command->election,
                                                   .type = command->type,
                                                   .data = command->data,
                                                   .metadata = command->metadata,
                                                   .subject = command->caller.subject,
                                                   .code = pv_answer_code(answer),
                                                   .field = pv_answer_field(answer),
                                                   .message = {work->messages[count], len},
                                                   .at = now};
        count++;
    }
    if (count == 0 || log->ops->add(log->self, work->refused, count, fault) == PV_LOG_OK)
        return true;
    for (size_t i = 0; i < work->count; i++) {
        if (is_logged(&work->items[i]))
            work->items[i].fate = PV_FATE_BACK;
    }
    return false;
}

struct looking {
    const struct pv_command *command;
    struct pv_work_item *item;
    bool found;
};

/* The sender may have used the id for another event. */
static bool take_entry(void *context, const struct pv_refused *entry)
{
    struct looking *looking = context;
    const struct pv_command *command = looking->command;
    looking->found = pv_str_equal(entry->type, command->type) && pv_str_equal(entry->data, command->data) &&
                     pv_str_equal(entry->metadata, command->metadata) &&
                     pv_answer_of(entry->code, entry->field, &looking->item->answer);
    if (looking->found)
        looking->item->fate = PV_FATE_ANSWER;
    return true;
}

bool pv_work_find_refusal(struct pv_work *work, size_t at, bool *found, struct pv_fault *fault)
{
    const struct pv_refusal_log *log = work->options.refusals;
    struct looking looking = {&work->deliveries[at].command, &work->items[at], false};
    if (log->ops->find(log->self, looking.command->id, take_entry, &looking, fault) == PV_LOG_FAULT)
        return false;
    *found = looking.found;
    return true;
}
