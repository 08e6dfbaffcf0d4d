/* The embedded broker against a list of all commands that were ever published to a partition, each waiting,
   taken or gone, read from the beginning for every question. One thread; time is virtual. */
#include "prop_broker.h"

#include "adapters.h"
#include "broker_kit.h"
#include "properties.h"
#include "virtual_clock.h"

enum { PARTITIONS_MAX = 3, CAPACITY_MAX = 6, ELECTIONS = 2, STEPS = 400, COMMANDS = STEPS };

enum fate { WAITING, TAKEN, GONE };

struct entry {
    unsigned number;
    uint32_t partition;
    struct pv_election_id election;
    enum fate fate;
    uint32_t deliveries;
    struct pv_delivery delivery; /* while it is taken */
};

struct a_broker {
    struct gen *g;
    struct virtual_clock clock;
    struct pv_broker broker;
    struct pv_fault fault;
    uint32_t partitions, capacity;
    bool is_drained;
    int64_t now, not_before[PARTITIONS_MAX];
    struct entry entries[COMMANDS];
    unsigned count;
    unsigned dead[COMMANDS], dead_count, dead_seen; /* positions in `entries`, in the order of their deaths */
    bool dead_differ;
};

static unsigned count_of(const struct a_broker *b, uint32_t partition, enum fate fate)
{
    unsigned count = 0;
    for (unsigned i = 0; i < b->count; i++)
        count += b->entries[i].partition == partition && b->entries[i].fate == fate;
    return count;
}

/* --- the steps: each draws what it does, does it, and compares; 1: it differs --- */

static int publish(struct a_broker *b)
{
    struct kit_command made;
    struct entry *entry = &b->entries[b->count];
    uint32_t partition = gen_draw(b->g, b->partitions);
    *entry = (struct entry){.number = b->count, .partition = partition, .fate = WAITING};
    entry->election = kit_election_of(partition, b->partitions, gen_draw(b->g, ELECTIONS));
    gen_trace(b->g, "publish %u to %u\n", entry->number, partition);
    kit_command_make(&made, entry->election, entry->number);
    enum pv_broker_result expected = PV_BROKER_OK;
    if (b->is_drained)
        expected = PV_BROKER_CLOSED;
    else if (count_of(b, partition, WAITING) + count_of(b, partition, TAKEN) == b->capacity)
        expected = PV_BROKER_BUSY;
    enum pv_broker_result result = b->broker.ops->publish(b->broker.self, &made.command, &b->fault);
    b->count += expected == PV_BROKER_OK;
    gen_count(b->g, expected == PV_BROKER_OK     ? COUNT_PUBLISHED
                    : expected == PV_BROKER_BUSY ? COUNT_BUSY
                                                 : COUNT_CLOSED);
    return result == expected ? 0 : gen_fail(b->g, "publishing gives %d, not %d", result, expected);
}

/* The delivery is this entry, whole, with as many deliveries as it had. */
static int check_delivery(struct a_broker *b, const struct entry *entry, const struct pv_delivery *delivery)
{
    const char *difference = kit_command_difference(&delivery->command, entry->election, entry->number);
    if (difference != NULL)
        return gen_fail(b->g, "command %u is given instead of %u; %s differs",
                        kit_command_number(&delivery->command), entry->number, difference);
    if (delivery->deliveries != entry->deliveries)
        return gen_fail(b->g, "command %u was delivered %u times, not %u", entry->number,
                        delivery->deliveries, entry->deliveries);
    return 0;
}

static int check_taken(struct a_broker *b, uint32_t partition, struct pv_delivery *deliveries, size_t count)
{
    size_t at = 0;
    for (unsigned i = 0; i < b->count && at < count; i++) {
        struct entry *entry = &b->entries[i];
        if (entry->partition != partition || entry->fate != WAITING)
            continue;
        entry->fate = TAKEN;
        entry->deliveries++;
        entry->delivery = deliveries[at++];
        gen_count(b->g, entry->deliveries > 1 ? COUNT_DELIVERED_AGAIN : COUNT_DELIVERED);
        if (check_delivery(b, entry, &entry->delivery) != 0)
            return 1;
    }
    return 0;
}

static int take(struct a_broker *b)
{
    struct pv_delivery deliveries[CAPACITY_MAX + 1];
    uint32_t partition = gen_draw(b->g, b->partitions);
    size_t max = gen_draw(b->g, CAPACITY_MAX + 1) + 1, count = 0;
    gen_trace(b->g, "take %zu of %u\n", max, partition);
    size_t waiting = count_of(b, partition, WAITING);
    size_t expected = b->now < b->not_before[partition] ? 0 : waiting < max ? waiting : max;
    bool ends = b->is_drained && waiting + count_of(b, partition, TAKEN) == 0;
    enum pv_broker_result result =
        b->broker.ops->take(b->broker.self, partition, deliveries, max, 0, &count, &b->fault);
    gen_count(b->g, ends ? COUNT_CLOSED : expected == 0 && waiting > 0 ? COUNT_HELD_BACK : COUNT_BROKER_END);
    if (result != (ends ? PV_BROKER_CLOSED : PV_BROKER_OK))
        return gen_fail(b->g, "taking gives %d", result);
    if (count != expected)
        return gen_fail(b->g, "%zu commands are given, not %zu", count, expected);
    return check_taken(b, partition, deliveries, count);
}

/* One of those that are taken; NULL: there is none. */
static struct entry *draw_taken(struct a_broker *b)
{
    unsigned taken = 0;
    for (unsigned i = 0; i < b->count; i++)
        taken += b->entries[i].fate == TAKEN;
    uint32_t which = gen_draw(b->g, taken == 0 ? 1 : taken);
    for (unsigned i = 0; i < b->count; i++) {
        if (b->entries[i].fate == TAKEN && which-- == 0)
            return &b->entries[i];
    }
    return NULL;
}

static bool is_oldest(const struct a_broker *b, const struct entry *entry)
{
    for (const struct entry *other = b->entries; other < entry; other++) {
        if (other->partition == entry->partition && other->fate == TAKEN)
            return false;
    }
    return true;
}

static int settle(struct a_broker *b)
{
    static const char reason[] = "why";
    struct entry *entry = draw_taken(b);
    bool aside = gen_chance(b->g, 20);
    if (entry == NULL)
        return 0;
    gen_trace(b->g, "%s %u\n", aside ? "dead-letter" : "ack", entry->number);
    gen_count(b->g, is_oldest(b, entry) ? COUNT_SETTLED : COUNT_SETTLED_OUT_OF_ORDER);
    if (check_delivery(b, entry, &entry->delivery) != 0)
        return 1;
    entry->fate = GONE;
    enum pv_broker_result result;
    if (aside) {
        gen_count(b->g, COUNT_DEAD_LETTERS);
        b->dead[b->dead_count++] = entry->number;
        result = b->broker.ops->dead_letter(b->broker.self, &entry->delivery,
                                            (struct pv_str){reason, entry->number % 4}, &b->fault);
    } else {
        result = b->broker.ops->ack(b->broker.self, &entry->delivery, &b->fault);
    }
    return result == PV_BROKER_OK ? 0 : gen_fail(b->g, "settling gives %d", result);
}

static int give_back(struct a_broker *b)
{
    struct entry *entry = draw_taken(b);
    int delay = gen_chance(b->g, 50) ? (int)gen_draw(b->g, 20) : 0;
    if (entry == NULL)
        return 0;
    gen_trace(b->g, "nak %u, delay %d\n", entry->number, delay);
    gen_count(b->g, COUNT_HANDED_BACK);
    b->broker.ops->nak(b->broker.self, &entry->delivery, delay);
    int64_t *not_before = &b->not_before[entry->partition];
    if (*not_before < b->now + delay)
        *not_before = b->now + delay;
    for (struct entry *back = entry; back < b->entries + b->count; back++) {
        if (back->partition == entry->partition && back->fate == TAKEN)
            back->fate = WAITING;
    }
    return 0;
}

static int let_time_pass(struct a_broker *b)
{
    uint32_t ms = gen_draw(b->g, 25);
    gen_trace(b->g, "%u ms pass\n", ms);
    virtual_clock_advance(&b->clock, ms);
    virtual_clock_jump(&b->clock, -1000000 * (int64_t)gen_draw(b->g, 3));
    b->now += ms;
    return 0;
}

static int drain(struct a_broker *b)
{
    if (!gen_chance(b->g, 10))
        return 0;
    gen_trace(b->g, "drain\n");
    b->broker.ops->drain(b->broker.self);
    b->is_drained = true;
    return 0;
}

/* --- what must hold after each of them --- */

static void see_letter(void *context, const struct pv_dead_letter *letter)
{
    struct a_broker *b = context;
    unsigned at = b->dead_seen++;
    if (at >= b->dead_count) {
        b->dead_differ = true;
        return;
    }
    const struct entry *entry = &b->entries[b->dead[at]];
    b->dead_differ = b->dead_differ || letter->reason.len != entry->number % 4 ||
                     letter->deliveries != entry->deliveries ||
                     kit_command_difference(&letter->command, entry->election, entry->number) != NULL;
}

static int check_letters(struct a_broker *b)
{
    b->dead_seen = 0;
    b->dead_differ = false;
    uint64_t ever = pv_embedded_broker_dead_letters(&b->broker, see_letter, b);
    if (ever != b->dead_count || b->dead_seen != b->dead_count || b->dead_differ)
        return gen_fail(b->g, "the dead letters differ");
    return 0;
}

static int check_health(struct a_broker *b)
{
    struct pv_broker_health health;
    uint64_t waiting = 0, unsettled = 0;
    for (uint32_t p = 0; p < b->partitions; p++) {
        waiting += count_of(b, p, WAITING);
        unsettled += count_of(b, p, TAKEN);
    }
    b->broker.ops->health(b->broker.self, &health);
    if (!health.connected || health.waiting != waiting || health.unsettled != unsettled ||
        health.capacity != (uint64_t)b->partitions * b->capacity)
        return gen_fail(b->g, "%llu wait and %llu are unsettled, not %llu and %llu",
                        (unsigned long long)health.waiting, (unsigned long long)health.unsettled,
                        (unsigned long long)waiting, (unsigned long long)unsettled);
    return 0;
}

static int run_steps(struct a_broker *b)
{
    static int (*const steps[])(struct a_broker *) = {publish, take, settle, give_back, let_time_pass, drain};
    static const uint32_t weights[] = {35, 25, 20, 10, 8, 2};
    for (unsigned i = 0; i < STEPS; i++) {
        gen_item(b->g);
        if (gen_draw(b->g, 100) == 0)
            return 0;
        int failed = steps[gen_weighted(b->g, weights, sizeof weights / sizeof weights[0])](b);
        if (failed != 0 || check_health(b) != 0 || check_letters(b) != 0)
            return 1;
    }
    return 0;
}

int prop_broker_is_a_list(struct gen *g)
{
    static struct a_broker b;
    b = (struct a_broker){.g = g};
    b.partitions = gen_draw(g, PARTITIONS_MAX) + 1;
    b.capacity = gen_draw(g, CAPACITY_MAX) + 1;
    virtual_clock_init(&b.clock, 1);
    if (!pv_embedded_broker_open(b.partitions, b.capacity, &b.clock.clock, &b.broker, &b.fault))
        return gen_fail(g, "%s", b.fault.text);
    int failed = run_steps(&b);
    b.broker.ops->close(b.broker.self);
    return failed;
}

const char *broker_counter_name(unsigned counter)
{
    static const char *const names[COUNT_BROKER_END] = {
        "published",
        "refused by a full partition",
        "delivered",
        "delivered again",
        "takes held back by a delay",
        "settled",
        "settled before an older one",
        "given back",
        "set aside",
        "ended by a drain",
    };
    return counter < COUNT_BROKER_END ? names[counter] : NULL;
}
