/* The broker in the process: a queue a partition, and the letters that nobody could deliver. */
#include "adapters.h"
#include "embedded_queue.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct letter {
    struct letter *after;
    struct pv_held *held;
    size_t reason_len;
    char reason[];
};

struct embedded_broker {
    pv_answer_fn *answer;
    void *answer_context;
    pthread_mutex_t letters_lock;
    struct letter *oldest, **end; /* of the dead letters; `end` is where the next one goes */
    size_t letters;
    uint64_t letters_ever;
    uint32_t partitions;
    struct pv_queue queues[];
};

static enum pv_broker_result no_memory(struct pv_fault *fault)
{
    pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "cannot use the broker in the process: out of memory");
    return PV_BROKER_FAULT;
}

static uint32_t partitions(void *self)
{
    const struct embedded_broker *broker = self;
    return broker->partitions;
}

static void on_answer(void *self, pv_answer_fn *take, void *context)
{
    struct embedded_broker *broker = self;
    broker->answer = take;
    broker->answer_context = context;
}

static enum pv_broker_result publish(void *self, const struct pv_command *command, struct pv_fault *fault)
{
    struct embedded_broker *broker = self;
    uint32_t partition = pv_broker_partition(command->election, broker->partitions);
    struct pv_held *held = pv_held_new(command);
    if (held == NULL)
        return no_memory(fault);
    enum pv_broker_result result = pv_queue_put(&broker->queues[partition], held);
    if (result != PV_BROKER_OK)
        free(held);
    return result;
}

static enum pv_broker_result take(void *self, uint32_t partition, struct pv_delivery *deliveries, size_t max,
                                  int wait_ms, size_t *count, struct pv_fault *fault)
{
    struct embedded_broker *broker = self;
    (void)fault;
    assert(partition < broker->partitions);
    return pv_queue_take(&broker->queues[partition], deliveries, max, wait_ms, count);
}

static void reply(void *self, const struct pv_delivery *delivery, const struct pv_answer *answer)
{
    const struct embedded_broker *broker = self;
    if (broker->answer != NULL && delivery->command.reply_to != 0)
        broker->answer(broker->answer_context, delivery->command.reply_to, delivery->command.id, answer);
}

static enum pv_broker_result ack(void *self, struct pv_delivery *delivery, struct pv_fault *fault)
{
    (void)self, (void)fault;
    pv_queue_settle(delivery->token);
    free(delivery->token);
    return PV_BROKER_OK;
}

static void nak(void *self, struct pv_delivery *delivery, int delay_ms)
{
    (void)self;
    pv_queue_give_back(delivery->token, delay_ms);
}

static void drop_oldest(struct embedded_broker *broker)
{
    struct letter *letter = broker->oldest;
    broker->oldest = letter->after;
    if (broker->oldest == NULL)
        broker->end = &broker->oldest;
    broker->letters--;
    free(letter->held);
    free(letter);
}

static void keep_letter(struct embedded_broker *broker, struct letter *letter)
{
    (void)pthread_mutex_lock(&broker->letters_lock);
    *broker->end = letter;
    broker->end = &letter->after;
    broker->letters++;
    broker->letters_ever++;
    if (broker->letters > PV_DEAD_LETTERS_MAX)
        drop_oldest(broker);
    (void)pthread_mutex_unlock(&broker->letters_lock);
}

static enum pv_broker_result dead_letter(void *self, struct pv_delivery *delivery, struct pv_str reason,
                                         struct pv_fault *fault)
{
    struct letter *letter = malloc(sizeof *letter + reason.len);
    if (letter == NULL)
        return no_memory(fault);
    *letter = (struct letter){.held = delivery->token, .reason_len = reason.len};
    if (reason.len != 0)
        memcpy(letter->reason, reason.ptr, reason.len);
    pv_queue_settle(letter->held);
    keep_letter(self, letter);
    return PV_BROKER_OK;
}

uint64_t pv_embedded_broker_dead_letters(const struct pv_broker *broker, pv_dead_letter_fn *take_letter,
                                         void *context)
{
    struct embedded_broker *self = broker->self;
    (void)pthread_mutex_lock(&self->letters_lock);
    for (const struct letter *letter = self->oldest; letter != NULL; letter = letter->after) {
        struct pv_dead_letter given = {
            letter->held->command, letter->held->deliveries, {letter->reason, letter->reason_len}};
        take_letter(context, &given);
    }
    uint64_t ever = self->letters_ever;
    (void)pthread_mutex_unlock(&self->letters_lock);
    return ever;
}

static void health(void *self, struct pv_broker_health *health)
{
    struct embedded_broker *broker = self;
    struct pv_broker_health sum = {.connected = true};
    for (uint32_t i = 0; i < broker->partitions; i++)
        pv_queue_count(&broker->queues[i], &sum);
    *health = sum;
}

static void drain(void *self)
{
    struct embedded_broker *broker = self;
    for (uint32_t i = 0; i < broker->partitions; i++)
        pv_queue_close(&broker->queues[i]);
}

static void close_broker(void *self)
{
    struct embedded_broker *broker = self;
    while (broker->oldest != NULL)
        drop_oldest(broker);
    for (uint32_t i = 0; i < broker->partitions; i++)
        pv_queue_deinit(&broker->queues[i]);
    (void)pthread_mutex_destroy(&broker->letters_lock);
    free(broker);
}

static const struct pv_broker_ops ops = {
    .partitions = partitions,
    .on_answer = on_answer,
    .publish = publish,
    .take = take,
    .reply = reply,
    .ack = ack,
    .nak = nak,
    .dead_letter = dead_letter,
    .health = health,
    .drain = drain,
    .close = close_broker,
};

bool pv_embedded_broker_open(uint32_t count, size_t capacity_per_partition, struct pv_clock *clock,
                             struct pv_broker *broker, struct pv_fault *fault)
{
    struct embedded_broker *made = calloc(1, sizeof *made + count * sizeof(struct pv_queue));
    if (made == NULL || pthread_mutex_init(&made->letters_lock, NULL) != 0) {
        free(made);
        (void)no_memory(fault);
        return false;
    }
    made->end = &made->oldest;
    for (; made->partitions < count; made->partitions++) {
        if (!pv_queue_init(&made->queues[made->partitions], capacity_per_partition, clock)) {
            close_broker(made);
            (void)no_memory(fault);
            return false;
        }
    }
    *broker = (struct pv_broker){&ops, made};
    return true;
}
