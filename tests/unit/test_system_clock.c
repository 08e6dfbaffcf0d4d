/* The system's clock and chance, which can fail only by a signal, in parts, or for good. */
#include "adapters.h"
#include "check.h"

#include <errno.h>
#include <sys/random.h>
#include <sys/types.h>
#include <time.h>

/* What the next calls of getrandom do: -1 EINTR, -2 ENOSYS, else so many bytes at most, then as it is. */
static const ssize_t *answers;
static size_t asked;

ssize_t __real_getrandom(void *bytes, size_t len, unsigned flags);
ssize_t __wrap_getrandom(void *bytes, size_t len, unsigned flags);
ssize_t __wrap_getrandom(void *bytes, size_t len, unsigned flags)
{
    asked++;
    ssize_t answer = answers == NULL ? 0 : *answers++;
    if (answer < 0) {
        errno = answer == -1 ? EINTR : ENOSYS;
        return -1;
    }
    if (answer == 0)
        answers = NULL;
    return __real_getrandom(bytes, answer == 0 || (size_t)answer > len ? len : (size_t)answer, flags);
}

_Noreturn void __wrap_abort(void);
static jmp_buf aborted;
void __wrap_abort(void)
{
    longjmp(aborted, 1);
}

static struct pv_clock clock_of_system(void)
{
    struct pv_clock clock;
    pv_system_clock(&clock);
    return clock;
}

static void now__is_between_two_looks_at_the_clock(void **state)
{
    struct pv_clock clock = clock_of_system();
    struct timespec before, after;
    (void)state;
    check_int(clock_gettime(CLOCK_REALTIME, &before), 0);
    int64_t us = pv_clock_now(&clock).us;
    check_int(clock_gettime(CLOCK_REALTIME, &after), 0);
    check_true(us >= (int64_t)before.tv_sec * 1000000 + before.tv_nsec / 1000);
    check_true(us <= (int64_t)after.tv_sec * 1000000 + after.tv_nsec / 1000);
    check_true(pv_time_in_range(pv_clock_now(&clock)));
}

static void monotonic__is_between_two_looks_and_never_goes_back(void **state)
{
    struct pv_clock clock = clock_of_system();
    struct timespec before, after;
    (void)state;
    check_int(clock_gettime(CLOCK_MONOTONIC, &before), 0);
    int64_t first = pv_clock_ms(&clock), last = first;
    check_int(clock_gettime(CLOCK_MONOTONIC, &after), 0);
    check_true(first >= (int64_t)before.tv_sec * 1000 + before.tv_nsec / 1000000);
    check_true(first <= (int64_t)after.tv_sec * 1000 + after.tv_nsec / 1000000);
    for (int i = 0; i < 1000; i++) {
        int64_t next = pv_clock_ms(&clock);
        check_true(next >= last);
        last = next;
    }
}

/* 64 bytes that are all zero would be chance once in 2^512. */
static void check_filled(const ssize_t *plan, size_t calls)
{
    struct pv_clock clock = clock_of_system();
    unsigned char bytes[66] = {0}, halves[2] = {0, 0};
    answers = plan;
    asked = 0;
    clock.ops->random(clock.self, bytes + 1, 64);
    check_int(asked, calls);
    check_int(bytes[0] | bytes[65], 0); /* and nothing beside them */
    for (int i = 0; i < 64; i++)
        halves[i / 32] |= bytes[1 + i];
    check_true(halves[0] != 0 && halves[1] != 0);
}

static void random__fills_all_of_it__also_in_parts_and_after_signals(void **state)
{
    static const ssize_t in_parts[] = {32, 1, 30, 0}, interrupted[] = {-1, -1, 32, -1, 0};
    struct pv_clock clock = clock_of_system();
    unsigned char none = 7;
    (void)state;
    check_filled(NULL, 1);
    check_filled(in_parts, 4);
    check_filled(interrupted, 5);
    asked = 0;
    clock.ops->random(clock.self, &none, 0);
    check_int(none, 7);
    check_int(asked, 0);
}

static void random__differs_each_time(void **state)
{
    struct pv_clock clock = clock_of_system();
    unsigned char one[16], two[16];
    (void)state;
    clock.ops->random(clock.self, one, sizeof one);
    clock.ops->random(clock.self, two, sizeof two);
    check_true(memcmp(one, two, sizeof one) != 0);
}

static void random__without_any_chance__ends_the_program(void **state)
{
    static const ssize_t never[] = {-2};
    struct pv_clock clock = clock_of_system();
    unsigned char bytes[8];
    (void)state;
    answers = never;
    if (setjmp(aborted) == 0) {
        clock.ops->random(clock.self, bytes, sizeof bytes);
        fail_msg("it goes on without chance");
    }
    answers = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(now__is_between_two_looks_at_the_clock),
        cmocka_unit_test(monotonic__is_between_two_looks_and_never_goes_back),
        cmocka_unit_test(random__fills_all_of_it__also_in_parts_and_after_signals),
        cmocka_unit_test(random__differs_each_time),
        cmocka_unit_test(random__without_any_chance__ends_the_program),
    };
    _Static_assert(sizeof tests / sizeof tests[0] >= 5, "tests are missing from the group");
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
