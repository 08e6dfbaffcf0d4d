#include "datetime.h"

enum { SECONDS_A_DAY = 86400, MICROS = 1000000 };

/* 0001-01-01T00:00:00Z and the last microsecond of 9999. */
static const int64_t first_us = INT64_C(-62135596800) * MICROS;
static const int64_t last_us = INT64_C(253402300800) * MICROS - 1;

/* Days from 1970-01-01 to the given day of the proleptic Gregorian calendar. The year is shifted to begin in
   March, so that the leap day comes last and months have a regular length (153 days every five). */
static int64_t days_from_date(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t m = month <= 2 ? month + 9 : month - 3;
    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

static void date_from_days(int64_t days, int *year, int *month, int *day)
{
    days += 719468; /* since 0000-03-01 */
    int64_t era = days / 146097, of_era = days % 146097;
    int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t m = (5 * of_year + 2) / 153;
    *day = (int)(of_year - (153 * m + 2) / 5 + 1);
    *month = (int)(m < 10 ? m + 3 : m - 9);
    *year = (int)(year_of_era + era * 400 + (*month <= 2));
}

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* `count` digits at `text` as a number, or -1. */
static int digits(const char *text, int count)
{
    int value = 0;
    for (int i = 0; i < count; i++) {
        if (!is_digit(text[i]))
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

/* YYYY-MM-DDTHH:MM:SS, the first 19 bytes, in seconds. */
static bool parse_seconds(const char *t, int64_t *seconds)
{
    if (t[4] != '-' || t[7] != '-' || (t[10] | 0x20) != 't' || t[13] != ':' || t[16] != ':')
        return false;
    int year = digits(t, 4), month = digits(t + 5, 2), day = digits(t + 8, 2);
    int hour = digits(t + 11, 2), minute = digits(t + 14, 2), second = digits(t + 17, 2);
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
        return false;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
        return false;
    *seconds = days_from_date(year, month, day) * SECONDS_A_DAY + (int64_t)hour * 3600 +
               (int64_t)minute * 60 + second;
    return true;
}

/* `.` and 1 to 9 digits at text[*at], if there: cut to microseconds. */
static bool parse_fraction(struct pv_str text, size_t *at, int64_t *micros)
{
    *micros = 0;
    if (*at == text.len || text.ptr[*at] != '.')
        return true;
    size_t first = *at + 1, i = first;
    for (int64_t unit = MICROS / 10; i < text.len && is_digit(text.ptr[i]); i++, unit /= 10)
        *micros += unit * (text.ptr[i] - '0');
    *at = i;
    return i > first && i - first <= 9;
}

/* What follows: nothing, Z, or an offset; in seconds east of UTC. */
static bool parse_offset(struct pv_str text, size_t at, int64_t *offset)
{
    *offset = 0;
    const char *t = text.ptr + at;
    size_t len = text.len - at;
    if (len == 0)
        return true;
    if (len == 1)
        return *t == 'Z' || *t == 'z';
    if (len != 6 || (*t != '+' && *t != '-') || t[3] != ':')
        return false;
    int hours = digits(t + 1, 2), minutes = digits(t + 4, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
        return false;
    *offset = (*t == '-' ? -1 : 1) * ((int64_t)hours * 3600 + (int64_t)minutes * 60);
    return true;
}

enum pv_code pv_time_parse(struct pv_str text, struct pv_time *out)
{
    int64_t seconds, micros, offset;
    size_t at = 19;
    if (text.len < at || !parse_seconds(text.ptr, &seconds) || !parse_fraction(text, &at, &micros) ||
        !parse_offset(text, at, &offset))
        return PV_TIME_INVALID;
    struct pv_time time = {(seconds - offset) * MICROS + micros};
    if (!pv_time_in_range(time))
        return PV_TIME_INVALID;
    *out = time;
    return PV_CODE_NONE;
}

bool pv_time_in_range(struct pv_time time)
{
    return time.us >= first_us && time.us <= last_us;
}

static char *put(char *out, int value, int width)
{
    for (int i = width - 1; i >= 0; i--) {
        out[i] = (char)('0' + value % 10);
        value /= 10;
    }
    return out + width;
}

size_t pv_time_format(struct pv_time time, char out[PV_TIME_MAX])
{
    /* Counted from the first day, so that every part is positive and divides without a fuss. */
    int64_t since_first = time.us - first_us;
    int64_t seconds = since_first / MICROS;
    int second_of_day = (int)(seconds % SECONDS_A_DAY);
    int year, month, day;
    date_from_days(seconds / SECONDS_A_DAY + first_us / MICROS / SECONDS_A_DAY, &year, &month, &day);
    char *p = put(out, year, 4);
    *p++ = '-';
    p = put(p, month, 2);
    *p++ = '-';
    p = put(p, day, 2);
    *p++ = 'T';
    p = put(p, second_of_day / 3600, 2);
    *p++ = ':';
    p = put(p, second_of_day / 60 % 60, 2);
    *p++ = ':';
    p = put(p, second_of_day % 60, 2);
    if (since_first % MICROS != 0) {
        *p++ = '.';
        p = put(p, (int)(since_first % MICROS), 6);
    }
    *p++ = 'Z';
    return (size_t)(p - out);
}
