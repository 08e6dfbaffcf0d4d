/* The log of refusals: what is written there of a group. */
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
