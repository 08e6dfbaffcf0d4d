/* The log: a JSON object a line on standard error, for whoever collects it. */
#ifndef PV_LOG_H
#define PV_LOG_H

#include "base.h"

enum pv_log_level { PV_LOG_DEBUG, PV_LOG_INFO, PV_LOG_WARNING, PV_LOG_ERROR };

/* What is below `level` is left out. False: there is no level of that name. */
struct pv_log {
    enum pv_log_level level;
};
bool pv_log_level_find(const char *name, enum pv_log_level *level) PV_MUST_USE;

/* One line: {"time","level","event", ...}. The pairs end with a NULL key: key, value (terminated texts, made
 * safe). */
void pv_log_line(const struct pv_log *log, enum pv_log_level level, const char *event, ...);

#endif
