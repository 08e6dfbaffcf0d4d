/* Runs a list of tests on one adapter, each named "ADAPTER: TEST". */
#ifndef PV_CONTRACT_RUN_H
#define PV_CONTRACT_RUN_H

#include <stddef.h>

struct contract_test {
    const char *name;
    void (*run)(void **state);
};

/* The set-up finds `adapter` in *state. Returns how many tests failed; none at all is a failure. */
int contract_run(const char *adapter_name, const void *adapter, const struct contract_test *tests,
                 size_t count, int (*set_up)(void **state), int (*tear_down)(void **state));

#endif
