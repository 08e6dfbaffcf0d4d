/* The law of the document cache (src/ports/document_cache.h), a test a sentence. An adapter plugs in with
   what opens it, and must pass them all. */
#ifndef PV_CONTRACT_DOCUMENT_CACHE_H
#define PV_CONTRACT_DOCUMENT_CACHE_H

#include "document_cache.h"

struct contract_cache {
    const char *name;
    /* Opens an empty cache. */
    bool (*open)(struct pv_document_cache *cache, struct pv_fault *fault);
    /* Closes it and opens what is left: a new start of the program. Caches in memory do nothing. */
    bool (*reopen)(struct pv_document_cache *cache, struct pv_fault *fault);
    /* Closes it and throws it away. */
    void (*close)(struct pv_document_cache *cache);
    bool keeps_whole; /* the whole document, not its parts */
};

/* Runs the suite on each adapter. The number of tests that failed. */
int contract_document_cache(const struct contract_cache *adapters, size_t count);

#endif
