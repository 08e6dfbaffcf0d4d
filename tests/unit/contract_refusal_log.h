/* The law of the log of refusals (src/ports/refusal_log.h), a test a sentence. An adapter plugs in with what
   opens it, and must pass them all. */
#ifndef PV_CONTRACT_REFUSAL_LOG_H
#define PV_CONTRACT_REFUSAL_LOG_H

#include "refusal_log.h"

struct contract_log {
    const char *name;
    /* Opens an empty log. */
    bool (*open)(struct pv_refusal_log *log, struct pv_fault *fault);
    /* Closes it and opens what is left: a new start of the program. Logs in memory do nothing. */
    bool (*reopen)(struct pv_refusal_log *log, struct pv_fault *fault);
    /* Closes it and throws it away. */
    void (*close)(struct pv_refusal_log *log);
};

/* Runs the suite on each adapter. The number of tests that failed. */
int contract_refusal_log(const struct contract_log *adapters, size_t count);

#endif
