/* What is the embedded broker's own: how it sleeps and wakes, what it does when there is no memory, and how
   many dead letters it keeps. Sleeping is played by this file: time goes on when somebody sleeps. */
#include "adapters.h"
#include "alloc_faults.h"
#include "broker_kit.h"
#include "check.h"
#include "virtual_clock.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum { CAPACITY = 4, START = 5000500 };

static struct virtual_clock virtual_clock;
static struct pv_broker broker;
static struct pv_fault fault;
static struct pv_delivery deliveries[CAPACITY];
static size_t count;

/* --- the system, played --- */

static struct {
    int64_t ms;                  /* its monotonic clock */
    unsigned sleeps, wakes;      /* calls of the system */
    int64_t until;               /* of the last sleep */
    void (*meanwhile)(void);     /* done once while somebody sleeps */
    bool for_nothing;            /* the sleeper is woken, and nobody knows why */
    size_t objects, fail_object; /* mutexes and conditions made; the one that cannot be */
} played;

int __wrap_clock_gettime(clockid_t which, struct timespec *now);
int __wrap_pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex,
                                  const struct timespec *until);
int __wrap_pthread_cond_signal(pthread_cond_t *condition);
int __wrap_pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes);
int __real_pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes);
int __wrap_pthread_condattr_init(pthread_condattr_t *attributes);
int __real_pthread_condattr_init(pthread_condattr_t *attributes);
int __wrap_pthread_condattr_setclock(pthread_condattr_t *attributes, clockid_t which);
int __real_pthread_condattr_setclock(pthread_condattr_t *attributes, clockid_t which);
int __wrap_pthread_cond_init(pthread_cond_t *condition, const pthread_condattr_t *attributes);
int __real_pthread_cond_init(pthread_cond_t *condition, const pthread_condattr_t *attributes);

int __wrap_clock_gettime(clockid_t which, struct timespec *now)
{
    check_int(which, CLOCK_MONOTONIC);
    *now = (struct timespec){.tv_sec = (time_t)(played.ms / 1000),
                             .tv_nsec = (long)(played.ms % 1000) * 1000000 + 999999};
    return 0;
}

int __wrap_pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex,
                                  const struct timespec *until)
{
    unsigned wakes = played.wakes;
    void (*meanwhile)(void) = played.meanwhile;
    (void)condition;
    played.sleeps++;
    played.until = (int64_t)until->tv_sec * 1000 + until->tv_nsec / 1000000;
    check_int(until->tv_nsec % 1000000, 0);
    check_true(played.until > played.ms); /* nobody sleeps for no time */
    (void)pthread_mutex_unlock(mutex);
    played.meanwhile = NULL;
    if (meanwhile != NULL)
        meanwhile();
    (void)pthread_mutex_lock(mutex);
    if (wakes != played.wakes || played.for_nothing) {
        played.ms++;
        return 0;
    }
    virtual_clock_advance(&virtual_clock, played.until - played.ms);
    played.ms = played.until;
    return ETIMEDOUT;
}

int __wrap_pthread_cond_signal(pthread_cond_t *condition)
{
    (void)condition;
    played.wakes++;
    return 0;
}

static bool can_be_made(void)
{
    return played.objects++ != played.fail_object;
}

int __wrap_pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes)
{
    return can_be_made() ? __real_pthread_mutex_init(mutex, attributes) : EAGAIN;
}

int __wrap_pthread_condattr_init(pthread_condattr_t *attributes)
{
    return can_be_made() ? __real_pthread_condattr_init(attributes) : ENOMEM;
}

int __wrap_pthread_condattr_setclock(pthread_condattr_t *attributes, clockid_t which)
{
    check_int(which, CLOCK_MONOTONIC);
    return can_be_made() ? __real_pthread_condattr_setclock(attributes, which) : EINVAL;
}

int __wrap_pthread_cond_init(pthread_cond_t *condition, const pthread_condattr_t *attributes)
{
    return can_be_made() ? __real_pthread_cond_init(condition, attributes) : ENOMEM;
}

/* --- what the tests share --- */

static int set_up(void **state)
{
    (void)state;
    memset(&played, 0, sizeof played);
    played.ms = START;
    played.fail_object = SIZE_MAX;
    alloc_plan(ALLOC_SOUND, 0);
    virtual_clock_init(&virtual_clock, 1);
    return pv_embedded_broker_open(1, CAPACITY, &virtual_clock.clock, &broker, &fault) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    alloc_plan(ALLOC_SOUND, 0);
    broker.ops->close(broker.self);
    return 0;
}

static enum pv_broker_result publish(unsigned number)
{
    struct kit_command made;
    kit_command_make(&made, kit_election_of(0, 1, 0), number);
    return broker.ops->publish(broker.self, &made.command, &fault);
}

static void publish_1(void)
{
    check_int(publish(1), PV_BROKER_OK);
}

static void publish_two(void)
{
    check_int(publish(1), PV_BROKER_OK);
    check_int(publish(2), PV_BROKER_OK);
}

static enum pv_broker_result take(int wait_ms)
{
    count = SIZE_MAX;
    return broker.ops->take(broker.self, 0, deliveries, CAPACITY, wait_ms, &count, &fault);
}

static void take_one(void)
{
    check_int(publish(1), PV_BROKER_OK);
    check_int(take(0), PV_BROKER_OK);
    check_int(count, 1);
}

static void drain(void)
{
    broker.ops->drain(broker.self);
}

static void ack_the_first(void)
{
    check_int(broker.ops->ack(broker.self, &deliveries[0], &fault), PV_BROKER_OK);
}

static void nak_the_first(void)
{
    broker.ops->nak(broker.self, &deliveries[0], 0);
}

static enum pv_broker_result dead_letter(const char *reason)
{
    return broker.ops->dead_letter(broker.self, &deliveries[0], (struct pv_str){reason, strlen(reason)},
                                   &fault);
}

/* --- sleeping and waking --- */

static void take__without_a_wait__never_sleeps(void **state)
{
    (void)state;
    check_int(take(0), PV_BROKER_OK);
    check_int(count, 0);
    check_int(take(-1), PV_BROKER_OK);
    check_int(count, 0);
    take_one();
    broker.ops->nak(broker.self, &deliveries[0], 100);
    check_int(take(0), PV_BROKER_OK);
    check_int(count, 0);
    check_int(played.sleeps, 0);
}

static void take__something_is_there__does_not_sleep(void **state)
{
    (void)state;
    publish_two();
    check_int(take(1000), PV_BROKER_OK);
    check_int(count, 2);
    check_int(played.sleeps, 0);
}

static void take__nothing_comes__sleeps_once_and_as_long_as_it_may(void **state)
{
    (void)state;
    check_int(take(1700), PV_BROKER_OK);
    check_int(count, 0);
    check_int(played.sleeps, 1);
    check_int(played.until, START + 1700);
}

static void take__a_command_comes__wakes_it(void **state)
{
    (void)state;
    played.meanwhile = publish_1;
    check_int(take(1000), PV_BROKER_OK);
    check_int(count, 1);
    check_int(played.sleeps, 1);
    check_int(played.wakes, 1);
}

static void publish__while_nobody_sleeps__wakes_nobody(void **state)
{
    (void)state;
    publish_two();
    check_int(take(1000), PV_BROKER_OK);
    publish_two();
    nak_the_first();
    check_int(take(1000), PV_BROKER_OK);
    ack_the_first();
    drain();
    check_int(played.wakes, 0);
}

static void publish__to_a_taker_that_was_woken_already__wakes_nobody(void **state)
{
    (void)state;
    played.meanwhile = publish_two;
    check_int(take(1000), PV_BROKER_OK);
    check_int(count, 2);
    check_int(played.wakes, 1);
}

static void fill(void)
{
    for (unsigned i = 0; i < CAPACITY; i++)
        check_int(publish(i), PV_BROKER_OK);
}

static void try_in_vain(void)
{
    check_int(publish(CAPACITY), PV_BROKER_BUSY);
}

static void publish__that_is_refused__wakes_nobody(void **state)
{
    (void)state;
    fill();
    check_int(take(0), PV_BROKER_OK);
    played.meanwhile = try_in_vain;
    check_int(take(1000), PV_BROKER_OK);
    check_int(count, 0);
    check_int(played.wakes, 0);
}

static void take__woken_for_nothing__sleeps_on(void **state)
{
    (void)state;
    played.for_nothing = true; /* each time a millisecond passes */
    check_int(take(5), PV_BROKER_OK);
    check_int(count, 0);
    check_int(played.sleeps, 5);
    check_int(played.until, START + 5);
}

static void take__of_what_was_given_back__sleeps_until_it_is_due(void **state)
{
    (void)state;
    take_one();
    broker.ops->nak(broker.self, &deliveries[0], 300);
    check_int(take(1000), PV_BROKER_OK);
    check_int(count, 1);
    check_int(played.sleeps, 1);
    check_int(played.until, START + 300);
}

static void take__of_what_is_due_too_late__sleeps_as_long_as_it_may(void **state)
{
    (void)state;
    take_one();
    broker.ops->nak(broker.self, &deliveries[0], 1001);
    check_int(take(1000), PV_BROKER_OK);
    check_int(count, 0);
    check_int(played.until, START + 1000);
    check_int(take(1000), PV_BROKER_OK);
    check_int(count, 1);
    check_int(played.until, START + 1001);
}

static void nak__while_somebody_sleeps__wakes_it(void **state)
{
    (void)state;
    take_one();
    played.meanwhile = nak_the_first;
    check_int(take(1000), PV_BROKER_OK);
    check_int(count, 1);
    check_int(deliveries[0].deliveries, 2);
    check_int(played.wakes, 1);
}

static void drain__while_somebody_sleeps__wakes_it(void **state)
{
    (void)state;
    played.meanwhile = drain;
    check_int(take(1000), PV_BROKER_CLOSED);
    check_int(played.wakes, 1);
    check_int(played.sleeps, 1);
    check_int(take(1000), PV_BROKER_CLOSED);
    check_int(played.sleeps, 1);
}

static void ack__of_the_last_after_drain__wakes_who_sleeps(void **state)
{
    (void)state;
    take_one();
    drain();
    played.meanwhile = ack_the_first;
    check_int(take(1000), PV_BROKER_CLOSED);
    check_int(played.wakes, 1);
}

static void ack__before_drain__wakes_nobody(void **state)
{
    (void)state;
    take_one();
    played.meanwhile = ack_the_first;
    check_int(take(1000), PV_BROKER_OK);
    check_int(count, 0);
    check_int(played.wakes, 0);
}

/* --- without memory --- */

static void open__whatever_cannot_be_made__opens_nothing(void **state)
{
    struct pv_broker opened, untouched;
    (void)state;
    memset(&untouched, 0x5a, sizeof untouched);
    played.objects = 0;
    opened = untouched;
    alloc_plan(ALLOC_FAIL_ONCE, 0);
    check_true(!pv_embedded_broker_open(3, 1, &virtual_clock.clock, &opened, &fault));
    check_int(fault.kind, PV_FAULT_KIND_NO_MEMORY);
    check_true(memcmp(&opened, &untouched, sizeof opened) == 0);
    check_int(played.objects, 0);
    alloc_plan(ALLOC_SOUND, 0);
    enum { OBJECTS = 1 + 3 * 4 };
    for (size_t at = 0; at <= OBJECTS; at++) {
        opened = untouched;
        fault.kind = PV_FAULT_KIND_IO;
        played.objects = 0;
        played.fail_object = at;
        bool ok = pv_embedded_broker_open(3, 1, &virtual_clock.clock, &opened, &fault);
        check_int(ok, at == OBJECTS);
        if (ok) {
            opened.ops->close(opened.self);
            continue;
        }
        check_int(fault.kind, PV_FAULT_KIND_NO_MEMORY);
        check_true(memcmp(&opened, &untouched, sizeof opened) == 0);
    }
}

static void publish__without_memory__is_a_fault_and_takes_nothing(void **state)
{
    (void)state;
    alloc_plan(ALLOC_FAIL_ONCE, 0);
    check_int(publish(1), PV_BROKER_FAULT);
    check_int(fault.kind, PV_FAULT_KIND_NO_MEMORY);
    check_true(fault.retry_helps);
    check_int(take(0), PV_BROKER_OK);
    check_int(count, 0);
    check_int(publish(1), PV_BROKER_OK);
    check_int(alloc_count(), 2); /* one each */
}

static void publish__that_is_refused__keeps_no_memory(void **state)
{
    (void)state;
    fill();
    try_in_vain();
    drain();
    check_int(publish(1), PV_BROKER_CLOSED);
} /* the sanitizers look */

static void taking_and_settling__needs_no_memory(void **state)
{
    (void)state;
    publish_two();
    alloc_plan(ALLOC_FAIL_FROM_ON, 0);
    check_int(take(0), PV_BROKER_OK);
    nak_the_first();
    check_int(take(0), PV_BROKER_OK);
    ack_the_first();
    drain();
    check_int(alloc_count(), 0);
}

static void dead_letter__without_memory__leaves_the_command_unsettled(void **state)
{
    (void)state;
    take_one();
    alloc_plan(ALLOC_FAIL_ONCE, 0);
    check_int(dead_letter("why"), PV_BROKER_FAULT);
    check_int(fault.kind, PV_FAULT_KIND_NO_MEMORY);
    nak_the_first();
    check_int(take(0), PV_BROKER_OK);
    check_int(count, 1);
    check_int(dead_letter("why"), PV_BROKER_OK);
    check_int(take(0), PV_BROKER_OK);
    check_int(count, 0);
}

/* --- dead letters --- */

static void check_next_letter(void *context, const struct pv_dead_letter *letter)
{
    unsigned *next = context;
    check_int(kit_command_number(&letter->command), *next);
    check_str(letter->reason, "why");
    (*next)++;
}

static void dead_letters__more_than_are_kept__are_counted_and_the_last_ones_kept(void **state)
{
    (void)state;
    for (unsigned i = 0; i < PV_DEAD_LETTERS_MAX + 3; i++) {
        unsigned next = i < PV_DEAD_LETTERS_MAX ? 0 : i - PV_DEAD_LETTERS_MAX;
        check_int(pv_embedded_broker_dead_letters(&broker, check_next_letter, &next), i);
        check_int(next, i);
        check_int(publish(i), PV_BROKER_OK);
        check_int(take(0), PV_BROKER_OK);
        check_int(dead_letter("why"), PV_BROKER_OK);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
static const struct CMUnitTest tests[] = {
    CASE(take__without_a_wait__never_sleeps),
    CASE(take__something_is_there__does_not_sleep),
    CASE(take__nothing_comes__sleeps_once_and_as_long_as_it_may),
    CASE(take__a_command_comes__wakes_it),
    CASE(publish__while_nobody_sleeps__wakes_nobody),
    CASE(publish__to_a_taker_that_was_woken_already__wakes_nobody),
    CASE(publish__that_is_refused__wakes_nobody),
    CASE(take__woken_for_nothing__sleeps_on),
    CASE(take__of_what_was_given_back__sleeps_until_it_is_due),
    CASE(take__of_what_is_due_too_late__sleeps_as_long_as_it_may),
    CASE(nak__while_somebody_sleeps__wakes_it),
    CASE(drain__while_somebody_sleeps__wakes_it),
    CASE(ack__of_the_last_after_drain__wakes_who_sleeps),
    CASE(ack__before_drain__wakes_nobody),
    CASE(open__whatever_cannot_be_made__opens_nothing),
    CASE(publish__without_memory__is_a_fault_and_takes_nothing),
    CASE(publish__that_is_refused__keeps_no_memory),
    CASE(taking_and_settling__needs_no_memory),
    CASE(dead_letter__without_memory__leaves_the_command_unsettled),
    CASE(dead_letters__more_than_are_kept__are_counted_and_the_last_ones_kept),
};
CHECK_MAIN(tests, 20)
