/* The law of the event store (src/ports/event_store.h), a test a sentence. An adapter plugs in with what
   opens it, and must pass them all. */
#ifndef PV_CONTRACT_EVENT_STORE_H
#define PV_CONTRACT_EVENT_STORE_H

#include "event_store.h"

struct contract_store {
    const char *name;
    /* Opens an empty store. */
    bool (*open)(struct pv_event_store *store, struct pv_fault *fault);
    /* Closes it and opens what is left: a new start of the program. Stores in memory do nothing. */
    bool (*reopen)(struct pv_event_store *store, struct pv_fault *fault);
    /* Closes it and throws it away. */
    void (*close)(struct pv_event_store *store);
    /* It does not look for ids at the version that is there, nor at PV_EXPECT_ANY (see the law). */
    bool ids_by_version_only;
};

/* Runs the suite on each adapter. The number of tests that failed. */
int contract_event_store(const struct contract_store *adapters, size_t count);

#endif
