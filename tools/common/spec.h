/* The forms in which a SOURCE, a DEST and a CACHE are written (F5). Only the form is looked at here: opening
   is the caller's, who knows which adapters it has. */
#ifndef PV_SPEC_H
#define PV_SPEC_H

#include "base.h"

enum pv_spec_kind {
    PV_SPEC_PATH,   /* NDJSON; "-" is standard input, where there is one */
    PV_SPEC_SQLITE, /* sqlite:PATH */
    PV_SPEC_DIR,    /* file:DIR */
};

struct pv_spec {
    enum pv_spec_kind kind;
    const char *path; /* borrowed from the text, not empty */
};

/* NULL, or why not: a static sentence that names the forms, to go after the text itself. */
const char *pv_spec_source(const char *text, struct pv_spec *spec) PV_MUST_USE;
const char *pv_spec_dest(const char *text, struct pv_spec *spec) PV_MUST_USE;
const char *pv_spec_cache(const char *text, struct pv_spec *spec) PV_MUST_USE;

#endif
