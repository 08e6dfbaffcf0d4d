/* The page that /docs is where swagger-ui-dist is installed (src/api/docs_console.h). */
#ifndef PV_DOCS_UI_H
#define PV_DOCS_UI_H

#include "log.h"

/* Makes it of the two files in the folder that the setting docs-ui names; `auto` is what is installed with
   the program. Without such a folder, or when something is wrong with a file, which the log is then told, the
   page is empty. Its bytes are owned by the caller (free). */
struct pv_text pv_docs_ui_make(const char *setting, const struct pv_log *log) PV_MUST_USE;

#endif
