#include "log.h"

#include "datetime.h"
#include "out.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *const names[] = {"debug", "info", "warning", "error"};

bool pv_log_level_find(const char *name, enum pv_log_level *level)
{
    for (int i = 0; i <= PV_LOG_ERROR; i++) {
        if (strcmp(name, names[i]) == 0) {
            *level = (enum pv_log_level)i;
            return true;
        }
    }
    return false;
}

/* One write a line, so that the lines of several threads stay apart. */
static int write_line(void *context, const char *bytes, size_t len)
{
    (void)context;
    return write(STDERR_FILENO, bytes, len) < 0 ? -1 : 0;
}

static void out_text(struct pv_out *out, const char *text)
{
    pv_out_json_message(out, (struct pv_str){text, strlen(text)});
}

void pv_log_line(const struct pv_log *log, enum pv_log_level level, const char *event, ...)
{
    char time[PV_TIME_MAX];
    struct timespec now;
    struct pv_out *out;
    va_list pairs;
    if (level < log->level || (out = malloc(sizeof *out)) == NULL)
        return;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    size_t len = pv_time_format((struct pv_time){now.tv_sec * 1000000 + now.tv_nsec / 1000}, time);
    pv_out_init(out, write_line, NULL);
    pv_out_cstr(out, "{\"time\":\"");
    pv_out_bytes(out, time, len);
    pv_out_cstr(out, "\",\"level\":\"");
    pv_out_cstr(out, names[level]);
    pv_out_cstr(out, "\",\"event\":");
    out_text(out, event);
    va_start(pairs, event);
    for (const char *key = va_arg(pairs, const char *); key != NULL; key = va_arg(pairs, const char *)) {
        pv_out_char(out, ',');
        out_text(out, key);
        pv_out_char(out, ':');
        out_text(out, va_arg(pairs, const char *));
    }
    va_end(pairs);
    pv_out_cstr(out, "}\n");
    (void)!pv_out_flush(out);
    free(out);
}
