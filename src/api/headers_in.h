/* The headers that a request may bring beside its event (spec of the API, 1), read and checked. */
#ifndef PV_HEADERS_IN_H
#define PV_HEADERS_IN_H

#include "clock.h"
#include "command.h"
#include "http.h"
#include "out.h"

enum { PV_WHY_MAX = 500 /* code points */, PV_CORRELATION_MAX = 128 /* bytes */ };

struct pv_headers_in {
    struct pv_str correlation; /* X-Correlation-Id, or the trace id of traceparent; ptr NULL: none */
    struct pv_str when;        /* PV-When as it came; ptr NULL: none */
    struct pv_str why;         /* PV-Why, decoded into why_text */
    int64_t expected_version;  /* PV-Expected-Version, or PV_ANY_VERSION */
    char why_text[PV_WHY_MAX * 4];
};
/* NULL, or the name of the first header that cannot be read. */
const char *pv_headers_in_read(const struct pv_http_request *request, struct pv_headers_in *headers);

/* A header with a whole number from 0 to 2^63-1; *value stays as it is where there is none. */
bool pv_header_number(const struct pv_http_request *request, const char *name, int64_t *value) PV_MUST_USE;
/* The same for a query parameter. */
bool pv_query_number(const struct pv_http_request *request, const char *name, int64_t *value) PV_MUST_USE;

/* F2: who, when, where, why, and the correlation, as one object. `roles`: those of the caller's that allow
   it. */
void pv_metadata_write(struct pv_out *out, const struct pv_headers_in *headers, unsigned roles,
                       struct pv_str subject, struct pv_str peer);
/* `voter:01HQ...`, `administrator:alice`: the subject with its role, of several roles the one with the most
   power. Its length; not terminated. */
enum { PV_WHO_MAX = 16 + 256 };
size_t pv_who(unsigned roles, struct pv_str subject, char who[PV_WHO_MAX]);

#endif
