#include "contract_run.h"

#include "check.h"

enum { TESTS_MAX = 128, NAME_LEN_MAX = 160 };

int contract_run(const char *adapter_name, const void *adapter, const struct contract_test *tests,
                 size_t count, int (*set_up)(void **state), int (*tear_down)(void **state))
{
    struct CMUnitTest group[TESTS_MAX];
    char names[TESTS_MAX][NAME_LEN_MAX];
    if (count == 0 || count > TESTS_MAX)
        return 1;
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(names[i], sizeof names[i], "%s: %s", adapter_name, tests[i].name);
        group[i] = (struct CMUnitTest){names[i], tests[i].run, set_up, tear_down, (void *)(uintptr_t)adapter};
    }
    int failed = _cmocka_run_group_tests(adapter_name, group, count, NULL, NULL);
    return failed;
}
