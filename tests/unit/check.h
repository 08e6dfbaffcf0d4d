/* What every unit test binary shares: cmocka with its traps closed. cmocka compares as unsigned 64-bit,
   returns the number of failures modulo 256, and passes an empty group; these wrappers do not. */
#ifndef PV_CHECK_H
#define PV_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base.h"

/* Signed and pointer-free comparison with both values printed. */
#define check_int(actual, expected)                                                                          \
    do {                                                                                                     \
        long long check_a = (long long)(actual), check_e = (long long)(expected);                            \
        if (check_a != check_e)                                                                              \
            fail_msg("%s is %lld, not %s (%lld)", #actual, check_a, #expected, check_e);                     \
    } while (0)
#define check_true(condition)                                                                                \
    do {                                                                                                     \
        if (!(condition))                                                                                    \
            fail_msg("%s does not hold", #condition);                                                        \
    } while (0)
/* A struct pv_str against a terminated string. */
#define check_str(actual, expected)                                                                          \
    do {                                                                                                     \
        struct pv_str check_a = (actual);                                                                    \
        const char *check_e = (expected);                                                                    \
        if (check_a.len != strlen(check_e) ||                                                                \
            (check_a.len != 0 && memcmp(check_a.ptr, check_e, check_a.len) != 0))                            \
            fail_msg("%s is \"%.*s\", not \"%s\"", #actual, (int)check_a.len, check_a.ptr, check_e);         \
    } while (0)

/* The whole of main: runs the group, refuses one smaller than `floor`, and tells only 0 or 1. */
#define CHECK_MAIN(tests, floor)                                                                             \
    int main(void)                                                                                           \
    {                                                                                                        \
        _Static_assert(sizeof(tests) / sizeof((tests)[0]) >= (floor), "tests are missing from the group");   \
        return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;                                       \
    }

#endif
