/* The broker in the process behind one that does what brokers may: it is busy, does not know whether it took
   a command, delivers again what was not acknowledged, loses answers or brings them late. */
#include "sim.h"

#include <string.h>

static uint32_t partitions(void *self)
{
    struct sim *s = self;
    return s->queue.ops->partitions(s->queue.self);
}

static void on_answer(void *self, pv_answer_fn *take, void *context)
{
    struct sim *s = self;
    s->answer = take;
    s->answer_context = context;
}

/* --- what comes later --- */

static struct sim_late *late_place(struct sim *s)
{
    for (unsigned i = 0; i < SIM_LATE; i++) {
        if (s->late[i].kind == LATE_NONE)
            return &s->late[i];
    }
    return NULL;
}

static void keep_text(struct bag *bag, struct pv_str *text)
{
    if (text->ptr != NULL)
        *text = bag_copy(bag, text->ptr, text->len);
}

static void keep_command(struct sim_late *late, const struct pv_command *command)
{
    late->kind = LATE_COMMAND;
    late->command = *command;
    late->texts = (struct bag){NULL};
    keep_text(&late->texts, &late->command.type);
    keep_text(&late->texts, &late->command.data);
    keep_text(&late->texts, &late->command.metadata);
    keep_text(&late->texts, &late->command.caller.subject);
    keep_text(&late->texts, &late->command.caller.email);
}

static void come(struct sim *s, struct sim_late *late)
{
    struct pv_fault fault;
    struct sim_late taken = *late;
    late->kind = LATE_NONE;
    if (taken.kind == LATE_ANSWER) {
        sim_tell(s, "an answer comes late");
        s->answer(s->answer_context, taken.reply_to, taken.id, &taken.answer);
    } else {
        sim_tell(s, "a command comes once more");
        (void)s->queue.ops->publish(s->queue.self, &taken.command, &fault);
        bag_free(&taken.texts);
    }
}

void sim_let_late_come(struct sim *s, bool all)
{
    for (unsigned i = 0; i < SIM_LATE; i++) {
        if (s->late[i].kind != LATE_NONE && (all || gen_draw(s->g, 3) == 0))
            come(s, &s->late[i]);
    }
}

void sim_forget_late(struct sim *s)
{
    for (unsigned i = 0; i < SIM_LATE; i++) {
        if (s->late[i].kind == LATE_COMMAND)
            bag_free(&s->late[i].texts);
        s->late[i].kind = LATE_NONE;
    }
}

/* --- commands in --- */

/* The broker makes a second one of it, which counts as sent again. */
static void publish_again(struct sim *s, const struct pv_command *command)
{
    struct pv_fault fault;
    struct sim_late *late = late_place(s);
    bool twice = sim_happens(s, FAULT_PUBLISH_TWICE);
    bool later = late != NULL && sim_happens(s, FAULT_PUBLISH_LATE);
    struct sim_intent *intent = sim_intent_of(s, command->metadata);
    if ((twice || later) && intent != NULL)
        intent->sent_by_broker = true;
    if (twice)
        (void)s->queue.ops->publish(s->queue.self, command, &fault);
    if (later)
        keep_command(late, command);
}

static enum pv_broker_result publish(void *self, const struct pv_command *command, struct pv_fault *fault)
{
    struct sim *s = self;
    if (!sim_before(s, PLACE_PUBLISH, fault))
        return PV_BROKER_FAULT;
    if (sim_happens(s, FAULT_PUBLISH_BUSY))
        return PV_BROKER_BUSY;
    bool fails = sim_happens(s, FAULT_PUBLISH_BEFORE);
    if (!fails) {
        enum pv_broker_result result = s->queue.ops->publish(s->queue.self, command, fault);
        if (result != PV_BROKER_OK)
            return result;
        publish_again(s, command);
        fails = sim_happens(s, FAULT_PUBLISH_AFTER);
    }
    if (fails) {
        pv_fault_set(fault, PV_FAULT_KIND_IO, "the broker of the simulation does not answer");
        return PV_BROKER_FAULT;
    }
    return sim_after(s, PLACE_PUBLISH, fault) ? PV_BROKER_OK : PV_BROKER_FAULT;
}

/* --- commands out --- */

static enum pv_broker_result take(void *self, uint32_t partition, struct pv_delivery *deliveries, size_t max,
                                  int wait_ms, size_t *count, struct pv_fault *fault)
{
    struct sim *s = self;
    s->taken_count = 0;
    if (!sim_may_read(s, FAULT_TAKE, fault))
        return PV_BROKER_FAULT;
    enum pv_broker_result result =
        s->queue.ops->take(s->queue.self, partition, deliveries, max, wait_ms, count, fault);
    if (result != PV_BROKER_OK || *count == 0)
        return result;
    if (sim_happens(s, FAULT_TAKE_AGAIN)) {
        s->queue.ops->nak(s->queue.self, &deliveries[0], 0);
        *count = 0;
        return result;
    }
    s->taken_count = *count;
    memcpy(s->taken, deliveries, *count * sizeof *deliveries);
    memset(s->taken_settled, 0, *count * sizeof *s->taken_settled);
    sim_tell(s, "taken: %zu, the first for the %u. time", *count, deliveries[0].deliveries);
    return result;
}

static size_t place_of(const struct sim *s, const struct pv_delivery *delivery)
{
    size_t at = 0;
    while (at < s->taken_count && s->taken[at].token != delivery->token)
        at++;
    return at;
}

/* From the queue: to whoever published. */
static void answer(void *self, uint64_t reply_to, struct pv_event_id id, const struct pv_answer *given)
{
    struct sim *s = self;
    struct sim_late *late = late_place(s);
    if (sim_happens(s, FAULT_REPLY_LOST))
        return;
    if (late != NULL && sim_happens(s, FAULT_REPLY_LATE)) {
        *late = (struct sim_late){.kind = LATE_ANSWER, .reply_to = reply_to, .id = id, .answer = *given};
        return;
    }
    s->answer(s->answer_context, reply_to, id, given);
}

static void reply(void *self, const struct pv_delivery *delivery, const struct pv_answer *given)
{
    struct sim *s = self;
    if (!sim_before(s, PLACE_REPLY, NULL))
        return;
    s->queue.ops->reply(s->queue.self, delivery, given);
    (void)sim_after(s, PLACE_REPLY, NULL);
}

static enum pv_broker_result ack(void *self, struct pv_delivery *delivery, struct pv_fault *fault)
{
    struct sim *s = self;
    if (!sim_before(s, PLACE_ACK, fault))
        return PV_BROKER_FAULT;
    bool before = sim_happens(s, FAULT_ACK_BEFORE), after = false;
    if (!before) {
        s->taken_settled[place_of(s, delivery)] = true;
        if (s->queue.ops->ack(s->queue.self, delivery, fault) != PV_BROKER_OK)
            return PV_BROKER_FAULT;
        after = sim_happens(s, FAULT_ACK_AFTER);
    }
    if (before || after) {
        pv_fault_set(fault, PV_FAULT_KIND_IO, "the broker of the simulation does not answer");
        return PV_BROKER_FAULT;
    }
    return sim_after(s, PLACE_ACK, fault) ? PV_BROKER_OK : PV_BROKER_FAULT;
}

/* What was acknowledged after all does not come again; what was taken after it and is not settled does. */
static void nak(void *self, struct pv_delivery *delivery, int delay_ms)
{
    struct sim *s = self;
    size_t at = place_of(s, delivery);
    while (at < s->taken_count && s->taken_settled[at])
        at++;
    if (at < s->taken_count)
        s->queue.ops->nak(s->queue.self, &s->taken[at], delay_ms);
}

static enum pv_broker_result dead_letter(void *self, struct pv_delivery *delivery, struct pv_str reason,
                                         struct pv_fault *fault)
{
    struct sim *s = self;
    if (!sim_may_read(s, FAULT_DEAD_LETTER, fault))
        return PV_BROKER_FAULT;
    s->taken_settled[place_of(s, delivery)] = true;
    return s->queue.ops->dead_letter(s->queue.self, delivery, reason, fault);
}

bool sim_make_broker(struct sim *s, struct pv_fault *fault)
{
    static const struct pv_broker_ops ops = {.partitions = partitions,
                                             .on_answer = on_answer,
                                             .publish = publish,
                                             .take = take,
                                             .reply = reply,
                                             .ack = ack,
                                             .nak = nak,
                                             .dead_letter = dead_letter};
    if (!pv_embedded_broker_open(1, s->capacity, &s->clock.clock, &s->queue, fault))
        return false;
    s->queue.ops->on_answer(s->queue.self, answer, s);
    s->broker = (struct pv_broker){&ops, s};
    return true;
}
