#include "openapi.h"

void pv_openapi_write(struct pv_out *out, const struct pv_routes *routes)
{
    (void)routes;
    pv_out_cstr(out, "{}");
}
void pv_docs_write(struct pv_out *out, const struct pv_routes *routes)
{
    (void)routes;
    pv_out_cstr(out, "");
}
