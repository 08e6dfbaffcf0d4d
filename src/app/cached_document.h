/* A document as a cache gave it, read back into an Election. */
#ifndef PV_CACHED_DOCUMENT_H
#define PV_CACHED_DOCUMENT_H

#include "document.h"
#include "document_cache.h"

/* As pv_document_read (document.h), on what the cache gave. */
enum pv_result pv_cached_document_read(const struct pv_cached *cached, struct pv_election *election,
                                       struct pv_document_error *error) PV_MUST_USE;

#endif
