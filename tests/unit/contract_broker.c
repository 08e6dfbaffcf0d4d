#include "contract_broker.h"

#include "broker_kit.h"
#include "check.h"
#include "contract_run.h"

#include <stdlib.h>

enum { PARTITIONS = 3, CAPACITY = 8, MORE = 16 };

/* --- what the tests share --- */

struct fixture {
    const struct contract_broker *adapter;
    struct virtual_clock clock;
    struct pv_broker broker;
    struct pv_fault fault;
    struct kit_answers answers;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->adapter = *state;
    virtual_clock_init(&f->clock, 1);
    if (!f->adapter->open(PARTITIONS, CAPACITY, &f->clock, &f->broker, &f->fault))
        fail_msg("%s", f->fault.text);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    f->adapter->close(&f->broker);
    free(f);
    return 0;
}

static void listen_for_answers(struct fixture *f)
{
    f->broker.ops->on_answer(f->broker.self, kit_answers_take, &f->answers);
}

static struct pv_election_id election(uint32_t partition, unsigned which)
{
    return kit_election_of(partition, PARTITIONS, which);
}

/* The command must not be needed any more: its texts are overwritten. */
static enum pv_broker_result try_publish(struct fixture *f, struct pv_election_id to, unsigned number)
{
    struct kit_command made;
    kit_command_make(&made, to, number);
    enum pv_broker_result result = f->broker.ops->publish(f->broker.self, &made.command, &f->fault);
    memset(made.text, '#', sizeof made.text);
    if (result == PV_BROKER_FAULT)
        fail_msg("publish: %s", f->fault.text);
    return result;
}

/* Commands first, first + 1, ... of the first election of a partition. */
static void publish(struct fixture *f, uint32_t partition, unsigned first, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        check_int(try_publish(f, election(partition, 0), first + i), PV_BROKER_OK);
}

static enum pv_broker_result try_take(struct fixture *f, uint32_t partition, struct pv_delivery *deliveries,
                                      size_t max, int wait_ms, size_t *count)
{
    enum pv_broker_result result =
        f->broker.ops->take(f->broker.self, partition, deliveries, max, wait_ms, count, &f->fault);
    if (result == PV_BROKER_FAULT)
        fail_msg("take: %s", f->fault.text);
    return result;
}

static size_t take_once(struct fixture *f, uint32_t partition, struct pv_delivery *deliveries, size_t max,
                        int wait_ms)
{
    size_t count = SIZE_MAX;
    check_int(try_take(f, partition, deliveries, max, wait_ms, &count), PV_BROKER_OK);
    check_true(count <= max);
    return count;
}

/* Takes commands first, first + 1, ... of the first election of a partition: these, in order, and whole. */
static void take(struct fixture *f, uint32_t partition, struct pv_delivery *deliveries, unsigned first,
                 size_t count)
{
    for (size_t at = 0, more = 1; at < count && more > 0; at += more) {
        more = take_once(f, partition, deliveries + at, count - at, f->adapter->wait_ms);
        if (more == 0)
            fail_msg("%zu commands came instead of %zu", at, count);
    }
    for (size_t i = 0; i < count; i++) {
        check_int(kit_command_number(&deliveries[i].command), first + i);
        const char *difference =
            kit_command_difference(&deliveries[i].command, election(partition, 0), first + (unsigned)i);
        if (difference != NULL)
            fail_msg("of command %u differs %s", first + (unsigned)i, difference);
    }
}

static void check_nothing_comes(struct fixture *f, uint32_t partition)
{
    struct pv_delivery deliveries[MORE];
    check_int(take_once(f, partition, deliveries, MORE, f->adapter->quiet_ms), 0);
}

static void check_closed(struct fixture *f, uint32_t partition)
{
    struct pv_delivery deliveries[MORE];
    size_t count;
    check_int(try_take(f, partition, deliveries, MORE, f->adapter->wait_ms, &count), PV_BROKER_CLOSED);
}

static void ack(struct fixture *f, struct pv_delivery *deliveries, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (f->broker.ops->ack(f->broker.self, &deliveries[i], &f->fault) != PV_BROKER_OK)
            fail_msg("ack: %s", f->fault.text);
    }
}

static void nak(struct fixture *f, struct pv_delivery *delivery, int delay_ms)
{
    f->broker.ops->nak(f->broker.self, delivery, delay_ms);
}

static void dead_letter(struct fixture *f, struct pv_delivery *delivery, const char *reason)
{
    struct pv_str words = {reason, strlen(reason)};
    if (f->broker.ops->dead_letter(f->broker.self, delivery, words, &f->fault) != PV_BROKER_OK)
        fail_msg("dead_letter: %s", f->fault.text);
}

static void pass(struct fixture *f, int ms)
{
    f->adapter->pass(&f->clock, ms);
}

static struct pv_broker_health health(struct fixture *f)
{
    struct pv_broker_health health;
    f->broker.ops->health(f->broker.self, &health);
    return health;
}

static void check_holds(struct fixture *f, unsigned waiting, unsigned unsettled)
{
    check_int(health(f).waiting, waiting);
    check_int(health(f).unsettled, unsettled);
}

/* --- publishing and taking --- */

static void partitions__are_as_many_as_were_asked_for(void **state)
{
    struct fixture *f = *state;
    check_int(f->broker.ops->partitions(f->broker.self), PARTITIONS);
}

static void take__from_an_empty_partition__gives_none(void **state)
{
    struct fixture *f = *state;
    for (uint32_t p = 0; p < PARTITIONS; p++)
        check_nothing_comes(f, p);
}

static void publish__all_of_a_command__is_copied_and_delivered(void **state)
{
    struct fixture *f = *state;
    struct pv_delivery deliveries[6];
    publish(f, 1, 10, 6); /* with and without what a command may lack */
    take(f, 1, deliveries, 10, 6);
    for (size_t i = 0; i < 6; i++)
        check_int(deliveries[i].deliveries, 1);
}

static void publish__many_elections__each_comes_from_the_partition_of_its_id(void **state)
{
    struct fixture *f = *state;
    unsigned number = 0;
    for (uint32_t p = 0; p < PARTITIONS; p++)
        for (unsigned which = 0; which < 4; which++)
            check_int(try_publish(f, election(p, which), number++), PV_BROKER_OK);
    for (uint32_t p = 0; p < PARTITIONS; p++) {
        struct pv_delivery delivery;
        for (unsigned i = 0; i < 4; i++) {
            check_int(take_once(f, p, &delivery, 1, f->adapter->wait_ms), 1);
            check_int(pv_broker_partition(delivery.command.election, PARTITIONS), p);
            check_int(kit_command_number(&delivery.command) / 4, p);
        }
        check_nothing_comes(f, p);
    }
}

static void publish__elections_by_turns__each_keeps_its_order(void **state)
{
    struct fixture *f = *state;
    struct pv_delivery delivery;
    unsigned next[2] = {0, 1};
    for (unsigned i = 0; i < 8; i++)
        check_int(try_publish(f, election(2, i % 2), i), PV_BROKER_OK);
    for (unsigned i = 0; i < 8; i++) {
        check_int(take_once(f, 2, &delivery, 1, f->adapter->wait_ms), 1);
        unsigned number = kit_command_number(&delivery.command);
        check_int(number, next[number % 2]);
        next[number % 2] += 2;
    }
}

static void publish__a_command_again__is_harmless(void **state)
{
    struct fixture *f = *state;
    struct pv_delivery deliveries[MORE];
    size_t count = 0, more;
    publish(f, 0, 5, 1);
    publish(f, 0, 5, 1);
    while ((more = take_once(f, 0, deliveries + count, MORE - count, f->adapter->quiet_ms)) > 0)
        count += more;
    check_true(count == 1 || count == 2); /* a broker may know ids */
    for (size_t i = 0; i < count; i++)
        check_int(kit_command_number(&deliveries[i].command), 5);
}

static void publish__to_a_full_partition__is_busy_and_takes_nothing(void **state)
{
    struct fixture *f = *state;
    struct pv_delivery deliveries[CAPACITY];
    if (!f->adapter->is_bounded)
        return;
    publish(f, 1, 0, CAPACITY);
    check_int(try_publish(f, election(1, 0), 100), PV_BROKER_BUSY);
    take(f, 1, deliveries, 0, 4);
    check_int(try_publish(f, election(1, 0), 101), PV_BROKER_BUSY); /* what is unsettled counts */
    publish(f, 0, 0, 1);                                            /* the others have room */
    ack(f, deliveries + 1, 1); /* not the oldest: there is room all the same */
    publish(f, 1, CAPACITY, 1);
    check_int(try_publish(f, election(1, 0), 102), PV_BROKER_BUSY);
    take(f, 1, deliveries, 4, CAPACITY - 4 + 1);
    check_nothing_comes(f, 1);
}

static void take__at_most_so_many__leaves_the_others_for_later(void **state)
{
    struct fixture *f = *state;
    struct pv_delivery deliveries[5];
    publish(f, 0, 0, 5);
    check_true(take_once(f, 0, deliveries, 2, f->adapter->wait_ms) <= 2);
    nak(f, &deliveries[0], 0);
    take(f, 0, deliveries, 0, 2);
    take(f, 0, deliveries + 2, 2, 3);
    check_nothing_comes(f, 0);
}

static void take__what_is_unsettled__does_not_come_again_by_itself(void **state)
{
    struct fixture *f = *state;
    struct pv_delivery deliveries[2];
    publish(f, 0, 0, 1);
    take(f, 0, deliveries, 0, 1);
    check_nothing_comes(f, 0);
    publish(f, 0, 1, 1);
    take(f, 0, deliveries + 1, 1, 1);
    check_nothing_comes(f, 0);
}

/* --- settling --- */

static void ack__in_any_order__is_never_delivered_again(void **state)
{
    static const size_t orders[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    struct fixture *f = *state;
    struct pv_delivery deliveries[4];
    for (unsigned i = 0; i < 6; i++) {
        publish(f, 1, 10 * i, 4);
        take(f, 1, deliveries, 10 * i, 4);
        for (size_t k = 0; k < 3; k++)
            ack(f, &deliveries[orders[i][k]], 1);
        nak(f, &deliveries[3], 0); /* all that is left */
        take(f, 1, deliveries, 10 * i + 3, 1);
        ack(f, deliveries, 1);
        check_nothing_comes(f, 1);
    }
}

static void nak__gives_back_this_and_all_that_were_taken_after_it(void **state)
{
    struct fixture *f = *state;
    struct pv_delivery deliveries[5];
    publish(f, 0, 0, 5);
    take(f, 0, deliveries, 0, 4); /* and one waits */
    nak(f, &deliveries[1], 0);
    take(f, 0, deliveries + 1, 1, 4);
    check_int(deliveries[1].deliveries, 2);
    check_int(deliveries[3].deliveries, 2);
    check_int(deliveries[4].deliveries, 1);
    nak(f, &deliveries[0], 0); /* was not given back: it is still to be settled */
    take(f, 0, deliveries, 0, 5);
    check_int(deliveries[0].deliveries, 2);
    check_int(deliveries[1].deliveries, 3);
    check_int(deliveries[4].deliveries, 2);
    ack(f, deliveries, 5);
    check_nothing_comes(f, 0);
}

static void nak__what_was_settled_after_it__is_not_given_back(void **state)
{
    struct fixture *f = *state;
    struct pv_delivery deliveries[4], again[2];
    publish(f, 0, 0, 4);
    take(f, 0, deliveries, 0, 4);
    ack(f, deliveries + 1, 1);
    ack(f, deliveries + 3, 1);
    nak(f, &deliveries[0], 0);
    take(f, 0, again, 0, 1);
    take(f, 0, again + 1, 2, 1);
    check_nothing_comes(f, 0);
    ack(f, again, 2);
}

static void nak__no_later_command_comes_before_what_was_given_back(void **state)
{
    struct fixture *f = *state;
    struct pv_delivery deliveries[5];
    publish(f, 2, 0, 2);
    take(f, 2, deliveries, 0, 2);
    publish(f, 2, 2, 2);
    nak(f, &deliveries[0], 50);
    publish(f, 2, 4, 1);
    pass(f, 100);
    take(f, 2, deliveries, 0, 5);
}

static void nak__with_a_delay__holds_back_its_partition_for_so_long(void **state)
{
    enum { DELAY = 1000 };
    struct fixture *f = *state;
    struct pv_delivery deliveries[3];
    publish(f, 0, 0, 2);
    take(f, 0, deliveries, 0, 1);
    nak(f, &deliveries[0], DELAY);
    publish(f, 0, 2, 1);
    check_nothing_comes(f, 0);
    pass(f, DELAY - f->adapter->quiet_ms - 1);
    check_nothing_comes(f, 0);
    pass(f, f->adapter->quiet_ms + 1);
    take(f, 0, deliveries, 0, 3);
    nak(f, &deliveries[0], 0);
    take(f, 0, deliveries, 0, 3); /* the next one has its own delay */
}

static void nak__again_while_the_first_delay_lasts__is_held_back_by_the_longer(void **state)
{
    struct fixture *f = *state;
    struct pv_delivery deliveries[2];
    publish(f, 0, 0, 2);
    take(f, 0, deliveries, 0, 2);
    nak(f, &deliveries[1], 1000);
    nak(f, &deliveries[0], 0);
    pass(f, 1000 + f->adapter->quiet_ms);
    take(f, 0, deliveries, 0, 2);
    nak(f, &deliveries[1], 100);
    nak(f, &deliveries[0], 1000);
    pass(f, 100);
    check_nothing_comes(f, 0);
    pass(f, 900);
    take(f, 0, deliveries, 0, 2);
}

static void nak__of_one_partition__does_not_hold_back_another(void **state)
{
    struct fixture *f = *state;
    struct pv_delivery deliveries[2];
    publish(f, 0, 0, 1);
    publish(f, 1, 1, 1);
    take(f, 0, deliveries, 0, 1);
    nak(f, &deliveries[0], 1000000);
    take(f, 1, deliveries + 1, 1, 1);
    ack(f, deliveries + 1, 1);
}

static void dead_letter__is_not_delivered_again_nor_holds_back_the_others(void **state)
{
    struct fixture *f = *state;
    struct pv_delivery deliveries[4];
    publish(f, 0, 0, 4);
    take(f, 0, deliveries, 0, 2);
    dead_letter(f, &deliveries[0], "came too often");
    nak(f, &deliveries[1], 0);
    take(f, 0, deliveries + 1, 1, 3);
    dead_letter(f, &deliveries[2], "came too often");
    nak(f, &deliveries[1], 0);
    take(f, 0, deliveries, 1, 1);
    take(f, 0, deliveries + 3, 3, 1);
    check_nothing_comes(f, 0);
}

/* The letters that an operator finds: commands 3 and 0, both of the first election of partition 1. */
static void check_letter(void *context, const struct pv_dead_letter *letter)
{
    unsigned *seen = context;
    static const unsigned numbers[] = {3, 0};
    static const char *const reasons[] = {"the store has refused it: \"\xc3\xa4\"", ""};
    check_true(*seen < 2);
    const char *difference = kit_command_difference(&letter->command, election(1, 0), numbers[*seen]);
    if (difference != NULL)
        fail_msg("of dead letter %u differs %s", *seen, difference);
    check_str(letter->reason, reasons[*seen]);
    check_int(letter->deliveries, *seen == 0 ? 1 : 2);
    (*seen)++;
}

static void dead_letter__stands_with_its_reason_where_operators_find_it(void **state)
{
    struct fixture *f = *state;
    struct pv_delivery deliveries[4];
    unsigned seen = 0;
    check_int(f->adapter->dead_letters(&f->broker, check_letter, &seen), 0);
    publish(f, 1, 0, 4);
    take(f, 1, deliveries, 0, 4);
    char reason[] = "the store has refused it: \"\xc3\xa4\"";
    dead_letter(f, &deliveries[3], reason);
    memset(reason, '#', sizeof reason - 1);
    nak(f, &deliveries[0], 0);
    take(f, 1, deliveries, 0, 3);
    dead_letter(f, &deliveries[0], "");
    check_int(f->adapter->dead_letters(&f->broker, check_letter, &seen), 2);
    check_int(seen, 2);
}

static void taker__that_went_away__leaves_what_it_took_to_the_next(void **state)
{
    struct fixture *f = *state;
    struct pv_delivery deliveries[4];
    publish(f, 0, 0, 3);
    publish(f, 1, 10, 1);
    take(f, 0, deliveries, 0, 2);
    ack(f, deliveries, 1);
    if (!f->adapter->restart(&f->broker, &f->fault))
        fail_msg("%s", f->fault.text);
    if (f->adapter->survives) {
        take(f, 0, deliveries, 1, 2);
        check_int(deliveries[0].deliveries, 2);
        take(f, 1, deliveries, 10, 1);
    }
    check_nothing_comes(f, 0); /* a queue in the process has forgotten all of them */
    check_nothing_comes(f, 1);
}

/* --- answers --- */

/* Waits for what is on its way. */
static void await_answers(struct fixture *f, size_t count)
{
    for (int waited = 0; f->answers.count < count && waited < f->adapter->answer_ms; waited += 10)
        pass(f, 10);
    check_int(f->answers.count, count);
}

static void reply(struct fixture *f, const struct pv_delivery *delivery, const struct pv_answer *answer)
{
    f->broker.ops->reply(f->broker.self, delivery, answer);
}

static void reply__each_kind_of_answer__reaches_whoever_published(void **state)
{
    struct fixture *f = *state;
    struct pv_delivery deliveries[6];
    struct pv_answer answers[6] = {
        {.kind = PV_ANSWER_RECORDED, .number = 7, .position = INT64_MAX},
        {.kind = PV_ANSWER_REFUSED, .number = -1, .position = -1},
        {.kind = PV_ANSWER_ID_REUSED, .position = -1},
        {.kind = PV_ANSWER_WRONG_VERSION, .number = 1234567890123, .position = -1},
        {.kind = PV_ANSWER_NOT_ALLOWED, .position = -1},
        {.kind = PV_ANSWER_GIVEN_UP, .position = -1},
    };
    listen_for_answers(f);
    pv_refusal_set(&answers[1].why, PV_RATING_OUT_OF_RANGE, PV_KEY_RATING, PV_STR("\"6\n"));
    publish(f, 0, 301, 6);
    take(f, 0, deliveries, 301, 6);
    for (size_t i = 0, sent = 0; i < 6; i++) {
        reply(f, &deliveries[i], &answers[i]);
        if (deliveries[i].command.reply_to != 0)
            await_answers(f, ++sent);
    }
    ack(f, deliveries, 6);
    check_int(f->answers.count, 4); /* for 303 and 306 nobody waits */
    for (size_t i = 0, at = 0; i < 6; i++) {
        if (deliveries[i].command.reply_to == 0)
            continue;
        const struct kit_answer *got = &f->answers.all[at++];
        check_true(got->reply_to == UINT64_MAX - (301 + i));
        check_int(got->id.bits.lo & 0xffff, 301 + i);
        check_int(got->answer.kind, answers[i].kind);
        check_int(got->answer.number, answers[i].number);
        check_int(got->answer.position, answers[i].position);
        check_int(got->answer.why.code, answers[i].why.code);
        check_int(got->answer.why.field, answers[i].why.field);
        check_int(got->answer.why.value_len, answers[i].why.value_len);
        check_int(got->answer.why.value_cut, answers[i].why.value_cut);
        check_true(memcmp(got->answer.why.value, answers[i].why.value, answers[i].why.value_len) == 0);
    }
}

static void reply__when_nobody_listens__is_lost(void **state)
{
    struct fixture *f = *state;
    struct pv_delivery delivery;
    struct pv_answer answer = {.kind = PV_ANSWER_RECORDED};
    publish(f, 0, 1, 1);
    take(f, 0, &delivery, 1, 1);
    reply(f, &delivery, &answer);
    ack(f, &delivery, 1);
    check_nothing_comes(f, 0);
}

static void reply__without_an_ack__does_not_settle(void **state)
{
    struct fixture *f = *state;
    struct pv_delivery delivery;
    struct pv_answer answer = {.kind = PV_ANSWER_RECORDED};
    listen_for_answers(f);
    publish(f, 0, 1, 1);
    take(f, 0, &delivery, 1, 1);
    reply(f, &delivery, &answer);
    nak(f, &delivery, 0);
    take(f, 0, &delivery, 1, 1);
    reply(f, &delivery, &answer);
    ack(f, &delivery, 1);
    await_answers(f, 2);
}

/* --- health and the end --- */

static void health__counts_what_waits_and_what_is_unsettled(void **state)
{
    struct fixture *f = *state;
    struct pv_delivery deliveries[4];
    check_true(health(f).connected);
    check_int(health(f).capacity, f->adapter->is_bounded ? PARTITIONS * CAPACITY : 0);
    check_holds(f, 0, 0);
    publish(f, 0, 0, 4);
    publish(f, 2, 10, 1);
    check_holds(f, 5, 0);
    take(f, 0, deliveries, 0, 3);
    check_holds(f, 2, 3);
    ack(f, deliveries, 1);
    check_holds(f, 2, 2);
    nak(f, &deliveries[2], 0);
    check_holds(f, 3, 1);
    dead_letter(f, &deliveries[1], "why");
    check_holds(f, 3, 0);
    take(f, 0, deliveries, 2, 2);
    nak(f, &deliveries[0], 0);
    check_holds(f, 3, 0);
}

static void drain__takes_nothing_more_and_gives_what_is_there(void **state)
{
    struct fixture *f = *state;
    struct pv_delivery deliveries[3];
    publish(f, 0, 0, 3);
    f->broker.ops->drain(f->broker.self);
    check_int(try_publish(f, election(0, 0), 3), PV_BROKER_CLOSED);
    check_int(try_publish(f, election(1, 0), 3), PV_BROKER_CLOSED);
    take(f, 0, deliveries, 0, 3);
    ack(f, deliveries, 3);
    for (uint32_t p = 0; p < PARTITIONS; p++)
        check_closed(f, p);
    f->broker.ops->drain(f->broker.self);
    check_closed(f, 0);
}

static void drain__what_is_unsettled__may_still_come_again(void **state)
{
    struct fixture *f = *state;
    struct pv_delivery deliveries[2];
    publish(f, 0, 0, 2);
    take(f, 0, deliveries, 0, 2);
    f->broker.ops->drain(f->broker.self);
    check_nothing_comes(f, 0);
    nak(f, &deliveries[0], 1000);
    check_nothing_comes(f, 0);
    pass(f, 1000);
    take(f, 0, deliveries, 0, 2);
    ack(f, deliveries, 1);
    check_nothing_comes(f, 0);
    dead_letter(f, &deliveries[1], "why");
    check_closed(f, 0);
}

static void drain__answers_are_still_given(void **state)
{
    struct fixture *f = *state;
    struct pv_delivery delivery;
    struct pv_answer answer = {.kind = PV_ANSWER_RECORDED};
    listen_for_answers(f);
    publish(f, 0, 1, 1);
    f->broker.ops->drain(f->broker.self);
    take(f, 0, &delivery, 1, 1);
    reply(f, &delivery, &answer);
    ack(f, &delivery, 1);
    await_answers(f, 1);
}

static void close__with_commands_in_every_state__leaves_nothing_behind(void **state)
{
    struct fixture *f = *state;
    struct pv_delivery deliveries[4];
    publish(f, 0, 0, 6);
    take(f, 0, deliveries, 0, 4);
    ack(f, deliveries + 1, 1);
    nak(f, &deliveries[2], 1000);
    dead_letter(f, &deliveries[0], "why");
    check_holds(f, 4, 0);
} /* and the sanitizers say whether it does */

#define LAW(name)                                                                                            \
    {                                                                                                        \
#name, name                                                                                          \
    }
static const struct contract_test laws[] = {
    LAW(partitions__are_as_many_as_were_asked_for),
    LAW(take__from_an_empty_partition__gives_none),
    LAW(publish__all_of_a_command__is_copied_and_delivered),
    LAW(publish__many_elections__each_comes_from_the_partition_of_its_id),
    LAW(publish__elections_by_turns__each_keeps_its_order),
    LAW(publish__a_command_again__is_harmless),
    LAW(publish__to_a_full_partition__is_busy_and_takes_nothing),
    LAW(take__at_most_so_many__leaves_the_others_for_later),
    LAW(take__what_is_unsettled__does_not_come_again_by_itself),
    LAW(ack__in_any_order__is_never_delivered_again),
    LAW(nak__gives_back_this_and_all_that_were_taken_after_it),
    LAW(nak__what_was_settled_after_it__is_not_given_back),
    LAW(nak__no_later_command_comes_before_what_was_given_back),
    LAW(nak__with_a_delay__holds_back_its_partition_for_so_long),
    LAW(nak__again_while_the_first_delay_lasts__is_held_back_by_the_longer),
    LAW(nak__of_one_partition__does_not_hold_back_another),
    LAW(dead_letter__is_not_delivered_again_nor_holds_back_the_others),
    LAW(dead_letter__stands_with_its_reason_where_operators_find_it),
    LAW(taker__that_went_away__leaves_what_it_took_to_the_next),
    LAW(reply__each_kind_of_answer__reaches_whoever_published),
    LAW(reply__when_nobody_listens__is_lost),
    LAW(reply__without_an_ack__does_not_settle),
    LAW(health__counts_what_waits_and_what_is_unsettled),
    LAW(drain__takes_nothing_more_and_gives_what_is_there),
    LAW(drain__what_is_unsettled__may_still_come_again),
    LAW(drain__answers_are_still_given),
    LAW(close__with_commands_in_every_state__leaves_nothing_behind),
};
_Static_assert(sizeof laws / sizeof laws[0] == 27,
               "the law has lost or gained a test: set this to their number");

int contract_broker(const struct contract_broker *adapters, size_t count)
{
    int failed = 0;
    for (size_t i = 0; i < count; i++)
        failed += contract_run(adapters[i].name, &adapters[i], laws, sizeof laws / sizeof laws[0], set_up,
                               tear_down);
    return failed;
}
