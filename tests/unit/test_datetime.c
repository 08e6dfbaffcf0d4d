/* datetime.c: every form of D2's date-time, its limits, and how it is printed. */
#include "datetime.h"

#include "check.h"
#include "edge.h"

static enum pv_code parse(const char *text, struct pv_time *time)
{
    time->us = INT64_C(-77);
    return pv_time_parse(edge_copy((struct pv_str){text, strlen(text)}), time);
}

/* Accepted, and printed as `canonical`. */
static void check_time(const char *text, const char *canonical)
{
    struct pv_time time;
    char out[PV_TIME_MAX];
    if (parse(text, &time) != PV_CODE_NONE)
        fail_msg("%s is not accepted", text);
    check_true(pv_time_in_range(time));
    size_t len = pv_time_format(time, out);
    if (len != strlen(canonical) || memcmp(out, canonical, len) != 0)
        fail_msg("%s is %.*s, not %s", text, (int)len, out, canonical);
}

/* Refused also right after one that is accepted, whose numbers still lie on the stack. */
static void check_not_time(const char *text)
{
    struct pv_time before, time = {-77};
    struct pv_str bad = edge_copy((struct pv_str){text, strlen(text)});
    enum pv_code good = pv_time_parse(PV_STR("2024-02-24T18:03:11.5+01:00"), &before);
    if (pv_time_parse(bad, &time) != PV_TIME_INVALID)
        fail_msg("%s is accepted", text);
    check_int(good, PV_CODE_NONE);
    check_int(time.us, -77);
}

static void check_us(const char *text, int64_t us)
{
    struct pv_time time;
    check_int(parse(text, &time), PV_CODE_NONE);
    check_int(time.us, us);
}

static void time__known_instants__have_their_number(void **state)
{
    (void)state;
    check_us("1970-01-01T00:00:00Z", 0);
    check_us("1970-01-01T00:00:00.000001Z", 1);
    check_us("1969-12-31T23:59:59.999999Z", -1);
    check_us("2000-03-01T00:00:00Z", INT64_C(951868800000000));
    check_us("2009-02-13T23:31:30Z", INT64_C(1234567890000000));
    check_us("0001-01-01T00:00:00Z", INT64_C(-62135596800000000));
    check_us("9999-12-31T23:59:59.999999Z", INT64_C(253402300799999999));
    check_us("1900-01-01T00:00:00Z", INT64_C(-2208988800000000));
}

static void time__forms_of_the_same_instant__print_alike(void **state)
{
    (void)state;
    const char *canonical = "2024-02-24T18:03:11Z";
    check_time("2024-02-24T18:03:11Z", canonical);
    check_time("2024-02-24t18:03:11z", canonical);
    check_time("2024-02-24T18:03:11", canonical);
    check_time("2024-02-24T18:03:11+00:00", canonical);
    check_time("2024-02-24T18:03:11-00:00", canonical);
    check_time("2024-02-24T19:33:11+01:30", canonical);
    check_time("2024-02-24T09:03:11-09:00", canonical);
    check_time("2024-02-25T18:02:11+23:59", canonical);
    check_time("2024-02-23T18:04:11-23:59", canonical);
    check_time("2024-02-24T18:03:11.0Z", canonical);
    check_time("2024-02-24T18:03:11.000000000", canonical);
}

static void time__fraction_of_1_to_9_digits__is_cut_to_micros(void **state)
{
    (void)state;
    check_time("2024-02-24T18:03:11.1Z", "2024-02-24T18:03:11.100000Z");
    check_time("2024-02-24T18:03:11.12Z", "2024-02-24T18:03:11.120000Z");
    check_time("2024-02-24T18:03:11.123", "2024-02-24T18:03:11.123000Z");
    check_time("2024-02-24T18:03:11.1234Z", "2024-02-24T18:03:11.123400Z");
    check_time("2024-02-24T18:03:11.12345z", "2024-02-24T18:03:11.123450Z");
    check_time("2024-02-24T18:03:11.123456Z", "2024-02-24T18:03:11.123456Z");
    check_time("2024-02-24T18:03:11.1234567Z", "2024-02-24T18:03:11.123456Z");
    check_time("2024-02-24T18:03:11.12345678+00:00", "2024-02-24T18:03:11.123456Z");
    check_time("2024-02-24T18:03:11.123456789Z", "2024-02-24T18:03:11.123456Z");
    check_time("2024-02-24T18:03:11.999999999Z", "2024-02-24T18:03:11.999999Z");
    check_time("2024-02-24T18:03:11.000001Z", "2024-02-24T18:03:11.000001Z");
    check_time("2024-02-24T18:03:11.000000999Z", "2024-02-24T18:03:11Z");
}

static void time__fraction_of_0_or_10_digits__is_invalid(void **state)
{
    (void)state;
    check_not_time("2024-02-24T18:03:11.Z");
    check_not_time("2024-02-24T18:03:11.");
    check_not_time("2024-02-24T18:03:11.+01:00");
    check_not_time("2024-02-24T18:03:11.1234567890Z");
    check_not_time("2024-02-24T18:03:11.0000000000");
    check_not_time("2024-02-24T18:03:11,5Z");
    check_not_time("2024-02-24T18:03:11.5.5Z");
    check_not_time("2024-02-24T18:03:11./Z");
    check_not_time("2024-02-24T18:03:11.:Z");
}

static void time__separators__are_fixed(void **state)
{
    (void)state;
    const char *good = "2024-02-24T18:03:11Z";
    check_time(good, good);
    for (const char *at = "\x04\x07\x0a\x0d\x10"; *at != '\0'; at++) {
        for (const char *bad = " /_;0x\xd4\xf4"; *bad != '\0'; bad++) {
            char text[] = "2024-02-24T18:03:11Z";
            text[(size_t)*at] = *bad;
            check_not_time(text);
        }
    }
}

static void time__each_digit__must_be_one(void **state)
{
    (void)state;
    const char *form = "dddd-dd-ddTdd:dd:dd";
    for (size_t i = 0; form[i] != '\0'; i++) {
        for (const char *bad = "/:a +-"; form[i] == 'd' && *bad != '\0'; bad++) {
            char text[] = "2011-11-11T11:11:11Z";
            text[i] = *bad;
            check_not_time(text);
        }
    }
}

static void time__hours_minutes_seconds__have_their_limits(void **state)
{
    (void)state;
    check_time("2024-02-24T00:00:00Z", "2024-02-24T00:00:00Z");
    check_time("2024-02-24T23:59:59Z", "2024-02-24T23:59:59Z");
    check_not_time("2024-02-24T24:00:00Z");
    check_not_time("2024-02-24T23:60:00Z");
    check_not_time("2024-02-24T23:59:60Z");
    check_not_time("2024-02-24T99:59:59Z");
}

static void time__offset__has_its_limits(void **state)
{
    (void)state;
    check_time("2024-02-24T00:00:00+23:59", "2024-02-23T00:01:00Z");
    check_time("2024-02-24T00:00:00-23:59", "2024-02-24T23:59:00Z");
    check_time("2024-02-24T00:00:00.25+00:01", "2024-02-23T23:59:00.250000Z");
    check_not_time("2024-02-24T00:00:00+24:00");
    check_not_time("2024-02-24T00:00:00-24:00");
    check_not_time("2024-02-24T00:00:00+00:60");
    check_not_time("2024-02-24T00:00:00+0100");
    check_not_time("2024-02-24T00:00:00+01");
    check_not_time("2024-02-24T00:00:00+01:0");
    check_not_time("2024-02-24T00:00:00+01:000");
    check_not_time("2024-02-24T00:00:00 01:00");
    check_not_time("2024-02-24T00:00:00+01-00");
    check_not_time("2024-02-24T00:00:00+0a:00");
    check_not_time("2024-02-24T00:00:00+00:0a");
    check_not_time("2024-02-24T00:00:00Z+01:00");
    check_not_time("2024-02-24T00:00:00ZZ");
    check_not_time("2024-02-24T00:00:00Z ");
    check_not_time("2024-02-24T00:00:00 ");
    check_not_time("2024-02-24T00:00:00y");
}

static void time__too_short__is_invalid(void **state)
{
    (void)state;
    const char *text = "2024-02-24T18:03:11";
    struct pv_time time;
    for (size_t len = 0; len < 19; len++)
        check_int(pv_time_parse(edge_copy((struct pv_str){text, len}), &time), PV_TIME_INVALID);
    check_int(pv_time_parse((struct pv_str){text, 19}, &time), PV_CODE_NONE);
    check_not_time("2024-02-24");
    check_not_time(" 2024-02-24T18:03:11Z");
    check_not_time("+2024-02-24T18:03:11Z");
    check_not_time("12024-02-24T18:03:11Z");
}

static void time__year__is_1_to_9999_as_written_and_in_utc(void **state)
{
    (void)state;
    check_time("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z");
    check_not_time("0000-12-31T23:59:59Z");
    check_not_time("0000-12-31T23:59:59-01:00"); /* 0001 in UTC, but not as written */
    check_time("0001-01-01T00:01:00+00:01", "0001-01-01T00:00:00Z");
    check_not_time("0001-01-01T00:00:59.999999+00:01");
    check_time("0001-01-01T00:00:00-00:01", "0001-01-01T00:01:00Z");
    check_time("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z");
    check_time("9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999999Z");
    check_time("9999-12-31T23:58:59.999999-00:01", "9999-12-31T23:59:59.999999Z");
    check_not_time("9999-12-31T23:59:00-00:01");
    check_time("9999-12-31T23:59:59+00:01", "9999-12-31T23:58:59Z");
}

static void time__range__ends_where_the_years_do(void **state)
{
    (void)state;
    int64_t first = INT64_C(-62135596800000000), last = INT64_C(253402300799999999);
    check_true(pv_time_in_range((struct pv_time){first}));
    check_true(!pv_time_in_range((struct pv_time){first - 1}));
    check_true(pv_time_in_range((struct pv_time){last}));
    check_true(!pv_time_in_range((struct pv_time){last + 1}));
    check_true(!pv_time_in_range((struct pv_time){INT64_MIN}));
    check_true(!pv_time_in_range((struct pv_time){INT64_MAX}));
}

static void date__month_and_day__are_of_the_calendar(void **state)
{
    (void)state;
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (int month = 0; month <= 13; month++) {
        for (int day = 0; day <= 32; day++) {
            char text[32];
            (void)snprintf(text, sizeof text, "2023-%02d-%02dT12:00:00Z", month, day);
            if (month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1])
                check_time(text, text);
            else
                check_not_time(text);
        }
    }
    check_not_time("2023-99-01T00:00:00Z");
    check_not_time("2023-01-99T00:00:00Z");
}

static void date__february_29__only_in_leap_years(void **state)
{
    (void)state;
    check_time("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z");
    check_not_time("2024-02-30T00:00:00Z");
    check_not_time("2023-02-29T00:00:00Z");
    check_not_time("1900-02-29T00:00:00Z");
    check_not_time("2100-02-29T00:00:00Z");
    check_time("2000-02-29T00:00:00Z", "2000-02-29T00:00:00Z");
    check_time("2400-02-29T00:00:00Z", "2400-02-29T00:00:00Z");
    check_time("0004-02-29T00:00:00Z", "0004-02-29T00:00:00Z");
    check_not_time("9999-02-29T00:00:00Z");
    check_time("9996-02-29T00:00:00Z", "9996-02-29T00:00:00Z");
}

/* One day after the other through all years: the number of days is counted here, not computed. */
static void date__every_month_of_every_year__follows_the_one_before(void **state)
{
    (void)state;
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t day_number = -719162; /* 0001-01-01 */
    for (int year = 1; year <= 9999; year++) {
        bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        for (int month = 1; month <= 12; month++) {
            int length = month == 2 && leap ? 29 : days[month - 1];
            for (int day = 1; day <= length; day += length - 1) {
                char text[32], out[PV_TIME_MAX];
                struct pv_time time;
                (void)snprintf(text, sizeof text, "%04d-%02d-%02dT00:00:01Z", year, month, day);
                bool fine = parse(text, &time) == PV_CODE_NONE &&
                            time.us == ((day_number + day - 1) * 86400 + 1) * 1000000 &&
                            pv_time_format(time, out) == 20 && memcmp(out, text, 20) == 0;
                if (!fine)
                    fail_msg("%s", text);
            }
            day_number += length;
        }
    }
    check_int(day_number, 2932897); /* 10000-01-01 */
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(time__known_instants__have_their_number),
    cmocka_unit_test(time__forms_of_the_same_instant__print_alike),
    cmocka_unit_test(time__fraction_of_1_to_9_digits__is_cut_to_micros),
    cmocka_unit_test(time__fraction_of_0_or_10_digits__is_invalid),
    cmocka_unit_test(time__separators__are_fixed),
    cmocka_unit_test(time__each_digit__must_be_one),
    cmocka_unit_test(time__hours_minutes_seconds__have_their_limits),
    cmocka_unit_test(time__offset__has_its_limits),
    cmocka_unit_test(time__too_short__is_invalid),
    cmocka_unit_test(time__year__is_1_to_9999_as_written_and_in_utc),
    cmocka_unit_test(time__range__ends_where_the_years_do),
    cmocka_unit_test(date__month_and_day__are_of_the_calendar),
    cmocka_unit_test(date__february_29__only_in_leap_years),
    cmocka_unit_test(date__every_month_of_every_year__follows_the_one_before),
};
CHECK_MAIN(tests, 14)
