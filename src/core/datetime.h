/* Points in time as D2 writes them, to the microsecond, in UTC. No clock here: times only come from events.
 */
#ifndef PV_DATETIME_H
#define PV_DATETIME_H

#include "refusal.h"

/* Microseconds since 1970-01-01T00:00:00Z; years 0001 to 9999. */
struct pv_time {
    int64_t us;
};

struct pv_open_date {
    struct pv_time at;
};
struct pv_close_date {
    struct pv_time at;
};

enum { PV_TIME_MAX = 27 }; /* 2024-02-24T18:03:11.123456Z */

/* D2's date-time: PV_CODE_NONE or PV_TIME_INVALID; `out` is written only for PV_CODE_NONE. */
enum pv_code pv_time_parse(struct pv_str text, struct pv_time *out) PV_MUST_USE;
/* UTC with `Z`, exactly 6 digits of fraction when it is not zero. Returns the length; not terminated. */
size_t pv_time_format(struct pv_time time, char out[PV_TIME_MAX]);
/* Whether the value is in the range that pv_time_parse can give (D6.2). */
bool pv_time_in_range(struct pv_time time);

#endif
