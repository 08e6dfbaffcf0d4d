#include "docs_ui.h"

#include "docs_console.h"
#include "parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef PV_DOCS_UI_BESIDE
#error                                                                                                       \
    "PV_DOCS_UI_BESIDE is to be defined: the folder that files are installed to, as seen from the program's"
#endif

enum { FILE_MAX_BYTES = 8 << 20, PATH_MAX_BYTES = 4096 };

/* Seen from the program, wherever that was put: so what was unpacked or built and not installed has its own.
 */
static bool find_installed(char folder[PATH_MAX_BYTES])
{
    static const char beside[] = "/" PV_DOCS_UI_BESIDE;
    ssize_t len = readlink("/proc/self/exe", folder, PATH_MAX_BYTES - sizeof beside);
    if (len <= 0)
        return false;
    folder[len] = '\0';
    char *end = strrchr(folder, '/');
    if (end == NULL)
        return false;
    memcpy(end, beside, sizeof beside);
    return access(folder, F_OK) == 0;
}

static void warn(const struct pv_log *log, const char *path, const char *message)
{
    pv_log_line(log, PV_LOG_WARNING, "docs_ui", "path", path, "message", message, (char *)NULL);
}

static bool read_part(const struct pv_log *log, const char *folder, const char *name, struct pv_text *bytes)
{
    char path[PATH_MAX_BYTES];
    int len = snprintf(path, sizeof path, "%s/%s", folder, name);
    int why = len < (int)sizeof path ? pv_read_file(path, FILE_MAX_BYTES, bytes) : ENAMETOOLONG;
    if (why != 0)
        warn(log, path, strerror(why));
    return why == 0;
}

/* NULL, or why there is no page. */
static const char *print(const struct pv_text *style, const struct pv_text *script, struct pv_buffer *page)
{
    struct pv_out *out = malloc(sizeof *out);
    if (out == NULL)
        return "out of memory";
    pv_out_init(out, pv_buffer_write, page);
    const char *why = pv_docs_console_write(out, (struct pv_str){style->ptr, style->len},
                                            (struct pv_str){script->ptr, script->len});
    if (!pv_out_flush(out))
        why = "out of memory";
    free(out);
    return why;
}

static struct pv_text make(const char *folder, const struct pv_log *log)
{
    struct pv_text style = {NULL, 0}, script = {NULL, 0};
    struct pv_buffer page = {NULL, 0, 0};
    if (read_part(log, folder, "swagger-ui.css", &style) &&
        read_part(log, folder, "swagger-ui-bundle.js", &script)) {
        const char *why = print(&style, &script, &page);
        if (why != NULL) {
            warn(log, folder, why);
            pv_buffer_deinit(&page);
            page = (struct pv_buffer){NULL, 0, 0};
        }
    }
    free(style.ptr);
    free(script.ptr);
    return (struct pv_text){page.bytes, page.len};
}

struct pv_text pv_docs_ui_make(const char *setting, const struct pv_log *log)
{
    char installed[PATH_MAX_BYTES];
    bool is_auto = strcmp(setting, "auto") == 0;
    if (*setting == '\0' || (is_auto && !find_installed(installed)))
        return (struct pv_text){NULL, 0};
    return make(is_auto ? installed : setting, log);
}
