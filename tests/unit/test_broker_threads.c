/* Many threads that publish and one taker a partition, which gives back and sets aside now and then: each
   election's commands are handled in order, none is lost, none is handled twice. Under TSan (preset tsan) it
   also shows that what they share is guarded. */
#include "adapters.h"
#include "broker_kit.h"
#include "check.h"
#include "virtual_clock.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

enum {
    PARTITIONS = 2,
    CAPACITY = 16, /* so that publishers meet a full partition */
    PUBLISHERS = 4,
    EACH = 1500,
    GROUP = 6,
    LONG_MS = 600000, /* longer than a test may take: whoever is not woken fails it */
    ROUNDS = 2000,
};

/* The number of a command is publisher * EACH + its turn. A publisher has an election in each partition. */
static struct pv_election_id election_of(unsigned publisher, unsigned turn)
{
    return kit_election_of(turn % 3 % PARTITIONS, PARTITIONS, publisher);
}

struct world {
    struct virtual_clock clock;
    struct pv_broker broker;
    atomic_uint busy;
    atomic_uint answers[PUBLISHERS * EACH]; /* by number */
};

/* What a thread is given, and what it says; only the main thread may end a test. */
struct thread {
    pthread_t id;
    struct world *world;
    unsigned number;
    const char *wrong;
    char text[120];
    /* of a taker */
    unsigned acknowledged, set_aside, given_back, last[PUBLISHERS];
    uint64_t chance;
};

static void start(struct thread *thread, struct world *world, unsigned number, void *(*work)(void *))
{
    thread->world = world;
    thread->number = number;
    check_int(pthread_create(&thread->id, NULL, work, thread), 0);
}

static void check_ended(struct thread *thread)
{
    check_int(pthread_join(thread->id, NULL), 0);
    if (thread->wrong != NULL)
        fail_msg("thread %u: %s", thread->number, thread->wrong);
}

static void open_world(struct world *world)
{
    struct pv_fault fault;
    virtual_clock_init(&world->clock, 1);
    if (!pv_embedded_broker_open(PARTITIONS, CAPACITY, &world->clock.clock, &world->broker, &fault))
        fail_msg("%s", fault.text);
}

static void count_answer(void *context, uint64_t reply_to, struct pv_event_id id,
                         const struct pv_answer *answer)
{
    struct world *world = context;
    (void)id, (void)answer;
    atomic_fetch_add(&world->answers[UINT64_MAX - reply_to], 1);
}

/* --- publishers --- */

static void *publish_all(void *argument)
{
    struct thread *thread = argument;
    struct world *world = thread->world;
    const struct pv_broker *broker = &world->broker;
    for (unsigned turn = 0; turn < EACH; turn++) {
        struct kit_command made;
        struct pv_fault fault;
        enum pv_broker_result result;
        kit_command_make(&made, election_of(thread->number, turn), thread->number * EACH + turn);
        while ((result = broker->ops->publish(broker->self, &made.command, &fault)) == PV_BROKER_BUSY) {
            struct pv_broker_health health;
            broker->ops->health(broker->self, &health); /* as whoever shows metrics does */
            if (health.waiting + health.unsettled > PARTITIONS * CAPACITY)
                thread->wrong = "there is more than there may be";
            atomic_fetch_add(&world->busy, 1);
            (void)sched_yield();
        }
        if (result != PV_BROKER_OK)
            thread->wrong = "publishing failed";
    }
    return NULL;
}

/* --- takers --- */

static void say(struct thread *taker, const char *what, unsigned number)
{
    (void)snprintf(taker->text, sizeof taker->text, "command %u %s", number, what);
    taker->wrong = taker->text;
}

static uint32_t draw(struct thread *taker, uint32_t n)
{
    taker->chance = taker->chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(taker->chance >> 33) % n;
}

/* Whether the command is the next one of its election, and whole. */
static bool is_next(struct thread *taker, const struct pv_command *command)
{
    unsigned number = kit_command_number(command), publisher = number / EACH;
    if (number >= PUBLISHERS * EACH ||
        kit_command_difference(command, election_of(publisher, number % EACH), number) != NULL) {
        say(taker, "is not what was published", number);
        return false;
    }
    unsigned next = taker->last[publisher] == UINT32_MAX ? 0 : taker->last[publisher] + 1;
    while (election_of(publisher, next).bits.lo != command->election.bits.lo)
        next++;
    if (next != number % EACH) {
        say(taker, number % EACH < next ? "came again" : "came too early", number);
        return false;
    }
    return true;
}

/* Handles a group in order, until chance has it given back from one on. */
static void handle(struct thread *taker, struct pv_delivery *deliveries, size_t count)
{
    const struct pv_broker *broker = &taker->world->broker;
    struct pv_fault fault;
    for (size_t i = 0; i < count; i++) {
        struct pv_answer answer = {.kind = PV_ANSWER_RECORDED};
        uint32_t chance = draw(taker, 100);
        if (chance < 10) {
            broker->ops->nak(broker->self, &deliveries[i], 0);
            taker->given_back++;
            return;
        }
        if (!is_next(taker, &deliveries[i].command))
            return;
        unsigned number = kit_command_number(&deliveries[i].command);
        taker->last[number / EACH] = number % EACH;
        broker->ops->reply(broker->self, &deliveries[i], &answer);
        bool ok = chance < 12 ? broker->ops->dead_letter(broker->self, &deliveries[i], PV_STR("why"),
                                                         &fault) == PV_BROKER_OK
                              : broker->ops->ack(broker->self, &deliveries[i], &fault) == PV_BROKER_OK;
        taker->set_aside += chance < 12;
        taker->acknowledged += chance >= 12;
        if (!ok)
            say(taker, "could not be settled", number);
    }
}

static void *take_all(void *argument)
{
    struct thread *taker = argument;
    const struct pv_broker *broker = &taker->world->broker;
    struct pv_delivery deliveries[GROUP];
    enum pv_broker_result result = PV_BROKER_OK;
    memset(taker->last, 0xff, sizeof taker->last);
    while (taker->wrong == NULL) {
        struct pv_fault fault;
        size_t count;
        size_t max = 1 + draw(taker, GROUP);
        result = broker->ops->take(broker->self, taker->number, deliveries, max, LONG_MS, &count, &fault);
        if (result != PV_BROKER_OK)
            break;
        handle(taker, deliveries, count);
    }
    if (taker->wrong == NULL && result != PV_BROKER_CLOSED)
        taker->wrong = "taking failed";
    return NULL;
}

static void threads__that_publish_and_take__keep_order_and_lose_and_repeat_nothing(void **state)
{
    static struct world world;
    struct thread publishers[PUBLISHERS] = {0}, takers[PARTITIONS] = {0};
    unsigned settled = 0, set_aside = 0, given_back = 0;
    (void)state;
    open_world(&world);
    const struct pv_broker *broker = &world.broker;
    broker->ops->on_answer(broker->self, count_answer, &world);
    for (unsigned i = 0; i < PUBLISHERS; i++)
        start(&publishers[i], &world, i, publish_all);
    while (atomic_load(&world.busy) == 0) /* until a partition is full */
        (void)sched_yield();
    for (unsigned i = 0; i < PARTITIONS; i++) {
        takers[i].chance = i;
        start(&takers[i], &world, i, take_all);
    }
    for (unsigned i = 0; i < PUBLISHERS; i++)
        check_ended(&publishers[i]);
    broker->ops->drain(broker->self);
    for (unsigned i = 0; i < PARTITIONS; i++) {
        check_ended(&takers[i]);
        settled += takers[i].acknowledged + takers[i].set_aside;
        set_aside += takers[i].set_aside;
        given_back += takers[i].given_back;
    }
    check_int(settled, PUBLISHERS * EACH);
    check_true(set_aside > 0 && given_back > PUBLISHERS * EACH / 50);
    for (unsigned i = 0; i < PUBLISHERS * EACH; i++)
        check_int(atomic_load(&world.answers[i]), i % 3 != 0); /* a third waits for none */
    struct pv_broker_health health;
    broker->ops->health(broker->self, &health);
    check_int(health.waiting + health.unsettled, 0);
    broker->ops->close(broker->self);
}

/* --- one command at a time: each finds the taker asleep, or about to be --- */

static void *take_and_answer(void *argument)
{
    struct thread *taker = argument;
    const struct pv_broker *broker = &taker->world->broker;
    struct pv_delivery delivery;
    struct pv_fault fault;
    size_t count;
    while (broker->ops->take(broker->self, 0, &delivery, 1, LONG_MS, &count, &fault) == PV_BROKER_OK) {
        if (count != 1) {
            taker->wrong = "it was not woken, or for nothing";
            return NULL;
        }
        struct pv_answer answer = {.kind = PV_ANSWER_RECORDED};
        broker->ops->reply(broker->self, &delivery, &answer);
        if (broker->ops->ack(broker->self, &delivery, &fault) != PV_BROKER_OK)
            taker->wrong = "a command could not be settled";
    }
    return NULL;
}

/* Who waits for the answer, as the API does. */
struct waiting {
    pthread_mutex_t lock;
    pthread_cond_t answered;
    uint64_t last;
};

static void wake(void *context, uint64_t reply_to, struct pv_event_id id, const struct pv_answer *answer)
{
    struct waiting *waiting = context;
    (void)id, (void)answer;
    (void)pthread_mutex_lock(&waiting->lock);
    waiting->last = reply_to;
    (void)pthread_cond_signal(&waiting->answered);
    (void)pthread_mutex_unlock(&waiting->lock);
}

static void threads__one_command_at_a_time__the_taker_is_woken_for_each(void **state)
{
    static struct world world;
    struct waiting waiting = {.lock = PTHREAD_MUTEX_INITIALIZER, .answered = PTHREAD_COND_INITIALIZER};
    struct thread taker = {0};
    struct pv_fault fault;
    (void)state;
    open_world(&world);
    const struct pv_broker *broker = &world.broker;
    broker->ops->on_answer(broker->self, wake, &waiting);
    start(&taker, &world, 0, take_and_answer);
    for (unsigned i = 0; i < ROUNDS; i++) {
        struct kit_command made;
        kit_command_make(&made, kit_election_of(0, PARTITIONS, 0), 3 * i + 1);
        check_int(broker->ops->publish(broker->self, &made.command, &fault), PV_BROKER_OK);
        (void)pthread_mutex_lock(&waiting.lock);
        while (waiting.last != made.command.reply_to)
            (void)pthread_cond_wait(&waiting.answered, &waiting.lock);
        (void)pthread_mutex_unlock(&waiting.lock);
    }
    broker->ops->drain(broker->self);
    check_ended(&taker);
    broker->ops->close(broker->self);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(threads__that_publish_and_take__keep_order_and_lose_and_repeat_nothing),
    cmocka_unit_test(threads__one_command_at_a_time__the_taker_is_woken_for_each),
};
CHECK_MAIN(tests, 2)
