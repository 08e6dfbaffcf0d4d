/* Answers that say no: application/problem+json (RFC 9457), as the API's description has them. */
#ifndef PV_PROBLEM_H
#define PV_PROBLEM_H

#include "http.h"
#include "refusal.h"

enum pv_api_code {
#define PV_API_CODE(tag, name, http, sentence) PV_API_##tag,
#include "api_codes.tbl.h"
#undef PV_API_CODE
    PV_API_CODE_COUNT
};
const char *pv_api_code_name(enum pv_api_code code);
unsigned pv_api_code_status(enum pv_api_code code);

/* Answers the exchange. `detail` with ptr NULL is the code's own sentence; `field` may be NULL. 401 comes
   with WWW-Authenticate, 429 and 503 with Retry-After. */
void pv_problem(struct pv_http_exchange *exchange, enum pv_api_code code, const char *field,
                struct pv_str detail);
/* 405 with Allow: a bit a method of routes.h. */
void pv_problem_method(struct pv_http_exchange *exchange, unsigned allowed);
/* By the domain's rules; the first refusal is the one that is reported. */
void pv_problem_refusals(struct pv_http_exchange *exchange, const struct pv_refusal *refusals, size_t count);

/* What the HTTP server itself refuses with 400, 413, 431, 500 or 503, in the same form; NULL for another
   status. The text stays. For pv_http_options.page. */
const char *pv_problem_page(unsigned status);

#endif
