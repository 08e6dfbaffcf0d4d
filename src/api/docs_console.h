/* The description as a page that sends requests: swagger-ui-dist, with the little that it takes around it.
   One text, which loads nothing but /openapi.json and runs nothing but what is in it. */
#ifndef PV_DOCS_CONSOLE_H
#define PV_DOCS_CONSOLE_H

#include "out.h"

/* Prints the page around the two files of swagger-ui-dist: swagger-ui.css and swagger-ui-bundle.js, which are
   borrowed for the call. NULL, or why there is no such page, a sentence that lasts; nothing is printed then.
   Whether all that was printed was taken, pv_out_flush tells. */
const char *pv_docs_console_write(struct pv_out *out, struct pv_str style, struct pv_str script) PV_MUST_USE;

#endif
