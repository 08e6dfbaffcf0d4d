/* What a fault says can be printed anywhere: one line, no commands to a terminal, never too long. */
#include "check.h"
#include "fault.h"

static struct pv_fault fault;

static void check_says(const char *given, const char *says)
{
    pv_fault_set(&fault, PV_FAULT_KIND_IO, "%s", given);
    assert_string_equal(fault.text, says);
}

static void text__what_a_terminal_would_obey__is_a_question_mark(void **state)
{
    (void)state;
    check_says("plain", "plain");
    check_says("a\nb\tc\x1b[31m", "a?b?c?[31m");
    check_says("\x7f", "?");
    check_says("\x1f \x20", "?  ");
    check_says("\xc2\x80\xc2\x9b\xc2\x9f", "???");
    check_says("\xc2\xa0\xc3\xa4\xe2\x82\xac\xf0\x9f\x93\xb7",
               "\xc2\xa0\xc3\xa4\xe2\x82\xac\xf0\x9f\x93\xb7");
}

static void text__what_is_no_utf_8__is_a_question_mark_a_byte(void **state)
{
    (void)state;
    check_says("a\xff\xfe", "a??");
    check_says("\xc3", "?");
    check_says("\xe2\x82", "??");
    check_says("\xc3(", "?(");
}

static void text__too_long__is_cut_in_the_middle_at_characters(void **state)
{
    enum { HEAD = 160, TAIL = PV_FAULT_TEXT_MAX - 1 - HEAD - 3 };
    char given[2 * PV_FAULT_TEXT_MAX + 1];
    size_t len = sizeof given - 1;
    (void)state;
    memset(given, 'x', len);
    given[len] = '\0';
    given[0] = 'a';
    given[HEAD - 1] = 'b';
    given[len - TAIL] = 'y';
    given[len - 1] = 'z';
    pv_fault_set(&fault, PV_FAULT_KIND_IO, "%s", given);
    check_int(strlen(fault.text), PV_FAULT_TEXT_MAX - 1);
    check_true(fault.text[0] == 'a' && fault.text[PV_FAULT_TEXT_MAX - 2] == 'z');
    check_true(memcmp(fault.text + HEAD - 1, "b...y", 5) == 0);
    memcpy(given + HEAD - 1, "\xc3\xa4", 2); /* its second byte is the first that is cut out */
    memcpy(given + len - TAIL - 1, "\xc3\xa4", 2);
    pv_fault_set(&fault, PV_FAULT_KIND_IO, "%s", given);
    check_int(strlen(fault.text), PV_FAULT_TEXT_MAX - 1);
    check_true(memcmp(fault.text + HEAD - 1, "?...?", 5) == 0);
}

static void text__as_long_as_there_is_room__is_whole(void **state)
{
    char given[PV_FAULT_TEXT_MAX + 1];
    (void)state;
    memset(given, 'x', sizeof given - 1);
    given[PV_FAULT_TEXT_MAX - 1] = '\0';
    check_says(given, given);
    given[PV_FAULT_TEXT_MAX - 1] = 'x';
    given[PV_FAULT_TEXT_MAX] = '\0';
    pv_fault_set(&fault, PV_FAULT_KIND_IO, "%s", given);
    check_true(strstr(fault.text, "x...x") != NULL);
    check_int(strlen(fault.text), PV_FAULT_TEXT_MAX - 1);
}

static void retry_helps__only_where_time_mends(void **state)
{
    static const enum pv_fault_kind kinds[] = {
        PV_FAULT_KIND_IO,   PV_FAULT_KIND_DAMAGED,   PV_FAULT_KIND_NEWER,  PV_FAULT_KIND_NO_MEMORY,
        PV_FAULT_KIND_BUSY, PV_FAULT_KIND_TOO_LARGE, PV_FAULT_KIND_DENIED, PV_FAULT_KIND_INTERRUPTED};
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        pv_fault_set(&fault, kinds[i], "%d", (int)i);
        check_int(fault.kind, kinds[i]);
        check_int(fault.retry_helps, kinds[i] == PV_FAULT_KIND_NO_MEMORY || kinds[i] == PV_FAULT_KIND_BUSY);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(text__what_a_terminal_would_obey__is_a_question_mark),
    cmocka_unit_test(text__what_is_no_utf_8__is_a_question_mark_a_byte),
    cmocka_unit_test(text__too_long__is_cut_in_the_middle_at_characters),
    cmocka_unit_test(text__as_long_as_there_is_room__is_whole),
    cmocka_unit_test(retry_helps__only_where_time_mends),
};
CHECK_MAIN(tests, 5)
