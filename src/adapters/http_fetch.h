/* One document by HTTP (libcurl), within limits. */
#ifndef PV_HTTP_FETCH_H
#define PV_HTTP_FETCH_H

#include "fault.h"

#include <stdatomic.h>

enum { PV_FETCH_LEN_MAX = 256 * 1024, PV_FETCH_MS = 5000 };

struct pv_fetched {
    struct pv_text body;          /* to be freed */
    struct pv_text cache_control; /* to be freed; ptr NULL: there was none */
};
void pv_fetched_deinit(struct pv_fetched *fetched);

/* Who fetches: pv_http_fetch, or what takes its place in a test. */
typedef bool pv_fetch_fn(void *context, const char *url, struct pv_fetched *fetched, struct pv_fault *fault);

/* How pv_http_fetch does it. */
struct pv_http_fetching {
    long ms;                 /* the limit of time; 0: PV_FETCH_MS */
    const char *ca_file;     /* certificates that are believed, in PEM; NULL: the system's */
    const atomic_bool *stop; /* once it is true, a fetch ends within a second or two; NULL: never */
};
/* GET: only status 200 counts, redirections are not followed, and nothing but http and https is spoken. Waits
   for the limit of time at most, for PV_FETCH_LEN_MAX bytes at most. `how` is a struct pv_http_fetching, or
   NULL for one of zeros. False with the fault: BUSY where trying again may help, INTERRUPTED, TOO_LARGE,
   DENIED (a certificate that is not believed), DAMAGED for any other answer. */
bool pv_http_fetch(void *how, const char *url, struct pv_fetched *fetched,
                   struct pv_fault *fault) PV_MUST_USE;

#endif
