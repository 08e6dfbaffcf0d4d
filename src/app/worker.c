#include "worker.h"

#include "worker_parts.h"

#include <stdlib.h>

struct pv_worker {
    struct pv_work work;
    /* How many commands of each partition are to be handled one at a time: as many as were in a group that
       met a fault, so that one that cannot be handled is told from those that only came with it. */
    uint32_t *alone;
};

struct pv_worker *pv_worker_new(const struct pv_worker_options *options)
{
    const struct pv_broker *broker = options->broker;
    struct pv_worker *worker = calloc(1, sizeof *worker);
    if (worker == NULL)
        return NULL;
    worker->work.options = *options;
    worker->work.aggregates = pv_aggregates_new(options->store, options->seed, options->memory_limit, NULL);
    worker->alone = calloc(broker->ops->partitions(broker->self), sizeof *worker->alone);
    if (worker->work.aggregates != NULL && worker->alone != NULL)
        return worker;
    pv_worker_free(worker);
    return NULL;
}

void pv_worker_free(struct pv_worker *worker)
{
    if (worker == NULL)
        return;
    pv_aggregates_free(worker->work.aggregates);
    pv_buffer_deinit(&worker->work.texts);
    free(worker->work.scratch);
    free(worker->alone);
    free(worker);
}

const struct pv_worker_counts *pv_worker_counts(const struct pv_worker *worker)
{
    return &worker->work.counts;
}

size_t pv_worker_memory(const struct pv_worker *worker)
{
    return pv_aggregates_bytes(worker->work.aggregates);
}

static void count_answer(struct pv_worker_counts *counts, const struct pv_work_item *item)
{
    switch (item->answer.kind) {
    case PV_ANSWER_RECORDED: /* what is new was counted when it was appended */
        counts->repeated += item->is_repetition;
        break;
    case PV_ANSWER_REFUSED:
        counts->refused[item->answer.why.code]++;
        break;
    case PV_ANSWER_ID_REUSED:
        counts->reused++;
        break;
    case PV_ANSWER_WRONG_VERSION:
        counts->wrong_version++;
        break;
    case PV_ANSWER_NOT_ALLOWED:
        counts->not_allowed++;
        break;
    case PV_ANSWER_GIVEN_UP:
        counts->dead_letters++;
        break;
    }
}

/* Answers, then takes the command out of the queue. */
static bool settle(struct pv_work *work, size_t at, struct pv_fault *fault)
{
    const struct pv_broker *broker = work->options.broker;
    struct pv_delivery *delivery = &work->deliveries[at];
    struct pv_work_item *item = &work->items[at];
    enum pv_broker_result result;
    bool damaged = item->fate == PV_FATE_DAMAGED, gives_up = damaged || item->fate == PV_FATE_GIVE_UP;
    if (gives_up)
        item->answer.kind = PV_ANSWER_GIVEN_UP;
    if (delivery->command.reply_to != 0)
        broker->ops->reply(broker->self, delivery, &item->answer);
    if (gives_up)
        result = broker->ops->dead_letter(
            broker->self, delivery,
            damaged ? PV_STR("its election's stream is damaged; it is not recorded")
                    : PV_STR("came too often without being settled; it is not recorded"),
            fault);
    else
        result = broker->ops->ack(broker->self, delivery, fault);
    if (result == PV_BROKER_OK)
        count_answer(&work->counts, item);
    return result == PV_BROKER_OK;
}

/* Settles what can be. Gives the first command that comes again, or the count; *fine false: a fault. */
static size_t settle_all(struct pv_work *work, bool *fine, struct pv_fault *fault)
{
    size_t back = work->count;
    for (size_t i = 0; i < work->count; i++) {
        struct pv_work_item *item = &work->items[i];
        bool settled = item->fate != PV_FATE_BACK && settle(work, i, fault);
        if (item->fate != PV_FATE_BACK && !settled)
            *fine = false;
        if (!settled && back == work->count)
            back = i;
    }
    return back;
}

/* Everything between the taking and the giving back. */
static bool handle_group(struct pv_work *work, size_t *back, struct pv_fault *fault)
{
    struct pv_fault later;
    pv_work_begin(work);
    bool fine = pv_work_judge(work, fault) && pv_work_append(work, fault);
    if (!fine)
        pv_work_abandon(work);
    else
        fine = pv_work_log(work, fault);
    *back = settle_all(work, &fine, fine ? fault : &later);
    return fine;
}

enum pv_worker_step pv_worker_step(struct pv_worker *worker, uint32_t partition, int wait_ms,
                                   struct pv_fault *fault)
{
    struct pv_work *work = &worker->work;
    const struct pv_broker *broker = work->options.broker;
    uint32_t *alone = &worker->alone[partition];
    size_t max = *alone > 0 ? 1 : PV_WORKER_GROUP_MAX, back;
    switch (broker->ops->take(broker->self, partition, work->deliveries, max, wait_ms, &work->count, fault)) {
    case PV_BROKER_OK:
        break;
    case PV_BROKER_BUSY:
        return PV_WORKER_IDLE;
    case PV_BROKER_CLOSED:
        return PV_WORKER_CLOSED;
    case PV_BROKER_FAULT:
        return PV_WORKER_FAULT;
    }
    if (work->count == 0)
        return PV_WORKER_IDLE;
    int64_t begun = pv_clock_now(work->options.clock).us;
    bool fine = handle_group(work, &back, fault);
    int64_t took = pv_clock_now(work->options.clock).us - begun;
    work->counts.group_us = took > 0 ? took : 0;
    if (back < work->count) {
        broker->ops->nak(broker->self, &work->deliveries[back], work->options.nak_delay_ms);
        work->counts.naks++;
    }
    if (fine)
        *alone -= *alone > 0;
    else if (work->count > 1)
        *alone = (uint32_t)work->count;
    return fine ? PV_WORKER_WORKED : PV_WORKER_FAULT;
}
