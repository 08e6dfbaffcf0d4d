/* One document by HTTP (libcurl), within limits. */
#ifndef PV_HTTP_FETCH_H
#define PV_HTTP_FETCH_H

#include "fault.h"

enum { PV_FETCH_LEN_MAX = 256 * 1024, PV_FETCH_MS = 5000 };

struct pv_fetched {
    struct pv_text body;          /* to be freed */
    struct pv_text cache_control; /* to be freed; ptr NULL: there was none */
};
void pv_fetched_deinit(struct pv_fetched *fetched);

/* Who fetches: pv_http_fetch, or what takes its place in a test. */
typedef bool pv_fetch_fn(const char *url, struct pv_fetched *fetched, struct pv_fault *fault);

/* GET: only status 200 counts, redirections are not followed, and nothing but http and https is spoken. Waits
   for PV_FETCH_MS at most, for PV_FETCH_LEN_MAX bytes at most. False with the fault: BUSY where trying again
   may help, TOO_LARGE, DENIED (a certificate that is not believed), DAMAGED for any other answer. */
bool pv_http_fetch(const char *url, struct pv_fetched *fetched, struct pv_fault *fault) PV_MUST_USE;
/* The same with another limit of time. */
bool pv_http_fetch_within(const char *url, long ms, struct pv_fetched *fetched,
                          struct pv_fault *fault) PV_MUST_USE;

#endif
