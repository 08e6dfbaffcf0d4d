/* The API's description, derived from the catalogue of events and the table of routes: OpenAPI 3.1, and a
   page of it that needs nothing but itself. */
#ifndef PV_OPENAPI_H
#define PV_OPENAPI_H

#include "out.h"
#include "routes.h"

void pv_openapi_write(struct pv_out *out, const struct pv_routes *routes);
/* HTML: the operations, and where the description is. */
void pv_docs_write(struct pv_out *out, const struct pv_routes *routes);

#endif
