/* The log of refusals: what is written there of a group, and what it says of a command that comes again. */
#include "answer.h"
#include "worker_parts.h"

#include <string.h>

/* Whether it is to be written there. */
static bool is_logged(const struct pv_work_item *item)
{
    return item->fate == PV_FATE_ANSWER && item->answer.kind != PV_ANSWER_RECORDED && !item->is_repetition;
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

/* Looking for what was said of a command before. */
struct look {
    const struct pv_command *command;
    struct pv_answer *answer;
    bool found;
};

static bool is_named(struct pv_str text, const char *name)
{
    return name != NULL && pv_str_equal(text, (struct pv_str){name, strlen(name)});
}

/* The code and field of an entry; its value is in the entry's sentence only. */
static bool read_entry(const struct pv_refused *entry, struct pv_answer *answer)
{
    int code = PV_CODE_NONE, field = PV_KEY_NONE;
    while (code < PV_CODE_COUNT && !is_named(entry->code, pv_code_name((enum pv_code)code)))
        code++;
    while (field < PV_KEY_COUNT && !is_named(entry->field, pv_field_name((enum pv_field)field)))
        field++;
    if (code == PV_CODE_COUNT)
        return false;
    answer->kind = PV_ANSWER_REFUSED;
    pv_refusal_set(&answer->why, (enum pv_code)code,
                   field == PV_KEY_COUNT ? PV_KEY_NONE : (enum pv_field)field, (struct pv_str){NULL, 0});
    return true;
}

/* Somebody may have sent the same event as another command, whose fate is its own: its metadata differ. */
static bool take_entry(void *context, const struct pv_refused *entry)
{
    struct look *look = context;
    const struct pv_command *command = look->command;
    if (!pv_bits128_equal(entry->election.bits, command->election.bits) ||
        !pv_str_equal(entry->type, command->type) || !pv_str_equal(entry->data, command->data) ||
        !pv_str_equal(entry->metadata, command->metadata) ||
        !pv_str_equal(entry->subject, command->caller.subject))
        return true;
    if (is_named(entry->code, "wrong_version")) {
        look->answer->kind = PV_ANSWER_WRONG_VERSION;
        look->found = true;
    } else {
        look->found = read_entry(entry, look->answer);
    }
    return true;
}

bool pv_work_look_for_refusal(struct pv_work *work, size_t at, bool *known, struct pv_fault *fault)
{
    const struct pv_refusal_log *log = work->options.refusals;
    struct pv_work_item *item = &work->items[at];
    struct look look = {.command = &work->deliveries[at].command, .answer = &item->answer};
    *known = false;
    if (work->deliveries[at].deliveries <= 1)
        return true;
    if (log->ops->find(log->self, look.command->id, take_entry, &look, fault) == PV_LOG_FAULT)
        return false;
    *known = item->is_repetition = look.found;
    return true;
}
