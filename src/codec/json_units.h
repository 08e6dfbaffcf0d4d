/* The UTF-16 code units that \u escapes spell: what the scanner checks and who unescapes joins. Internal to
   the codec. */
#ifndef PV_JSON_UNITS_H
#define PV_JSON_UNITS_H

#include "base.h"

static inline int pv_json_hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* The code unit of a \uXXXX at `at`, or -1 if there is none. */
static inline int32_t pv_json_unit(const char *at, const char *end)
{
    if (end - at < 6 || at[0] != '\\' || at[1] != 'u')
        return -1;
    int32_t unit = 0;
    for (int i = 2; i < 6; i++) {
        int digit = pv_json_hex_digit(at[i]);
        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

static inline bool pv_json_is_high(int32_t unit)
{
    return unit >= 0xD800 && unit <= 0xDBFF;
}

static inline bool pv_json_is_low(int32_t unit)
{
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

#endif
