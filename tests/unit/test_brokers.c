/* The law of the broker on every adapter. */
#include "contract_broker.h"

/* What the broker was opened with, for a restart. */
static struct {
    uint32_t partitions;
    size_t capacity;
    struct pv_clock *clock;
} embedded;

static bool open_embedded(uint32_t partitions, size_t capacity, struct virtual_clock *clock,
                          struct pv_broker *broker, struct pv_fault *fault)
{
    embedded.partitions = partitions;
    embedded.capacity = capacity;
    embedded.clock = &clock->clock;
    return pv_embedded_broker_open(partitions, capacity, &clock->clock, broker, fault);
}

static bool restart_embedded(struct pv_broker *broker, struct pv_fault *fault)
{
    broker->ops->close(broker->self);
    return pv_embedded_broker_open(embedded.partitions, embedded.capacity, embedded.clock, broker, fault);
}

static void close_embedded(struct pv_broker *broker)
{
    broker->ops->close(broker->self);
}

static void pass_at_once(struct virtual_clock *clock, int ms)
{
    virtual_clock_advance(clock, ms);
}

int main(void)
{
    static const struct contract_broker adapters[] = {
        {.name = "embedded",
         .open = open_embedded,
         .restart = restart_embedded,
         .close = close_embedded,
         .dead_letters = pv_embedded_broker_dead_letters,
         .pass = pass_at_once,
         .is_bounded = true},
    };
    return contract_broker(adapters, sizeof adapters / sizeof adapters[0]) == 0 ? 0 : 1;
}
