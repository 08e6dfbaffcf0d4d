/* A CSV of star ballots: what is read of it, and every problem by its place and its sentence. */
#include "check.h"
#include "poll.h"

#include <stdlib.h>

/* Problems as `line:column sentence;`. */
static char problems[8192];

static void report(void *context, uint64_t line, uint64_t column, const char *sentence)
{
    size_t at = strlen(problems);
    (void)context;
    (void)snprintf(problems + at, sizeof problems - at, "%llu:%llu %s;", (unsigned long long)line,
                   (unsigned long long)column, sentence);
}

/* The bytes are in memory of exactly their size; *bytes is to be freed after the poll. */
static enum pv_poll_result read_poll(const char *content, size_t len, struct pv_poll_file *file, char **bytes)
{
    *bytes = malloc(len > 0 ? len : 1);
    check_true(*bytes != NULL);
    memcpy(*bytes, content, len);
    problems[0] = '\0';
    return pv_poll_read(*bytes, len, file, report, NULL);
}

static void check_problems_of(const char *content, size_t len, const char *expected)
{
    struct pv_poll_file file;
    char *bytes;
    enum pv_poll_result result = read_poll(content, len, &file, &bytes);
    if (result == PV_POLL_OK)
        pv_poll_file_deinit(&file);
    free(bytes);
    assert_string_equal(problems, expected);
    check_int(result, *expected ? PV_POLL_BAD : PV_POLL_OK);
}

#define check_problems(content, expected) check_problems_of(content, sizeof(content) - 1, expected)
#define HEAD "voterID,voteTime,pollID,Ann,Bob\n"
#define TIME "2024-02-24 18:00:00"
#define ROW(id, stars) id "," TIME ",p," stars "\n"

/* --- what is read --- */

static void poll__of_three_voters__is_read_in_the_order_of_time(void **state)
{
    (void)state;
    static const char content[] = HEAD "v1,2024-02-24 18:00:02,p,5,0\n"
                                       "v2,\"2024-02-24 18:00:01\",p,0,0\r\n"
                                       "\n"
                                       "v3,2024-02-24T19:00:01+01:00,p,1,\"4\"\n"
                                       "v4,2024-02-24 18:00:01.5,p,2,3";
    static const char *const ids[] = {"v2", "v3", "v4", "v1"};
    static const uint8_t stars[][2] = {{0, 0}, {1, 4}, {2, 3}, {5, 0}};
    static const int64_t times[] = {1708797601000000, 1708797601000000, 1708797601500000, 1708797602000000};
    struct pv_poll_file file;
    char *bytes;
    check_int(read_poll(content, sizeof content - 1, &file, &bytes), PV_POLL_OK);
    check_str(file.poll.id, "p");
    check_int(file.poll.candidate_count, 2);
    check_str(file.poll.candidates[0], "Ann");
    check_str(file.poll.candidates[1], "Bob");
    check_int(file.poll.voter_count, 4);
    for (size_t i = 0; i < 4; i++) {
        check_str(file.poll.voters[i].id, ids[i]);
        check_int(file.poll.voters[i].at.us, times[i]);
        check_int(memcmp(file.poll.voters[i].stars, stars[i], 2), 0);
    }
    pv_poll_file_deinit(&file);
    free(bytes);
}

static void candidates__have_their_references_decoded(void **state)
{
    (void)state;
    static const char content[] =
        "voterID,voteTime,pollID,Tom &amp; Jerry,\"&#39;A, B&#39;\"\n" ROW("v", "1,2");
    struct pv_poll_file file;
    char *bytes;
    check_int(read_poll(content, sizeof content - 1, &file, &bytes), PV_POLL_OK);
    check_str(file.poll.candidates[0], "Tom & Jerry");
    check_str(file.poll.candidates[1], "'A, B'");
    pv_poll_file_deinit(&file);
    free(bytes);
}

/* --- the header --- */

static void header__that_is_missing__is_told(void **state)
{
    (void)state;
    check_problems(
        "", "1:1 the file is empty; it needs the columns voterID, voteTime, pollID and one a candidate;");
    check_problems(
        "\n\n", "1:1 the file is empty; it needs the columns voterID, voteTime, pollID and one a candidate;");
    check_problems(HEAD, "2:1 no voter's row follows the header;");
    check_problems(HEAD ROW("v", "1,2"), "");
}

static void header__with_other_columns__is_told(void **state)
{
    (void)state;
    check_problems("voterid,voteTime,poll,Ann,Bob\n" ROW("v", "1,2"),
                   "1:1 column 1 must be called voterID, not \"voterid\";"
                   "1:18 column 3 must be called pollID, not \"poll\";");
    check_problems("voteTime,voterID,pollID,Ann,Bob\n" ROW("v", "1,2"),
                   "1:1 column 1 must be called voterID, not \"voteTime\";"
                   "1:10 column 2 must be called voteTime, not \"voterID\";");
    check_problems("voterID,voteTime,pollID ,Ann,Bob\n" ROW("v", "1,2"),
                   "1:18 column 3 must be called pollID, not \"pollID \";");
}

static void header__with_one_candidate__is_told_and_with_two_read(void **state)
{
    (void)state;
    static const char few[] =
        "1:1 there are fewer than 2 candidates: after voterID, voteTime and pollID comes one "
        "column for each;";
    check_problems("voterID,voteTime,pollID,Ann\n" ROW("v", "1"), few);
    check_problems("voterID,voteTime,pollID\n", few);
    check_problems("voterID,voteTime,pollID,Ann,Bob\n" ROW("v", "1,2"), "");
}

static void header__with_too_many_candidates__is_told(void **state)
{
    (void)state;
    for (int extra = 0; extra < 2; extra++) {
        static char content[16 * (PV_POLL_CANDIDATES_MAX + 16)];
        size_t size = sizeof content, at = 0;
        at += (size_t)snprintf(content, size, "voterID,voteTime,pollID");
        for (int i = 0; i < PV_POLL_CANDIDATES_MAX + extra; i++)
            at += (size_t)snprintf(content + at, size - at, ",c%d", i);
        at += (size_t)snprintf(content + at, size - at, "\nv," TIME ",p");
        for (int i = 0; i < PV_POLL_CANDIDATES_MAX + extra; i++)
            at += (size_t)snprintf(content + at, size - at, ",5");
        check_problems_of(content, at, extra ? "1:1 there are more than 10000 candidates;" : "");
    }
}

static void candidates__that_are_no_names__are_told(void **state)
{
    (void)state;
    check_problems("voterID,voteTime,pollID,,Bob\n" ROW("v", "1,2"),
                   "1:25 the text \"\" is empty or only white space (column 4);");
    check_problems("voterID,voteTime,pollID,Ann,a&#1;b\n" ROW("v", "1,2"),
                   "1:29 the text \"a\\x01b\" has a control character in it (column 5);");
    check_problems("voterID,voteTime,pollID,Ann,\xff\n" ROW("v", "1,2"),
                   "1:29 bytes that are not UTF-8 (column 5);");
}

static void candidates__of_the_same_name__are_told(void **state)
{
    (void)state;
    check_problems("voterID,voteTime,pollID,Ann,Bob,Ann\n" ROW("v", "1,2,3"),
                   "1:33 columns 4 and 6 have the same name \"Ann\";");
    check_problems("voterID,voteTime,pollID,A&B,A&amp;B\n" ROW("v", "1,2"),
                   "1:29 columns 4 and 5 have the same name \"A&B\";");
    check_problems("voterID,voteTime,pollID,Ann,ann\n" ROW("v", "1,2"), "");
}

/* --- the rows --- */

static void row__with_another_number_of_columns__is_told(void **state)
{
    (void)state;
    check_problems(HEAD ROW("v", "1,2,3") ROW("w", "1") ROW("x", "1,2"),
                   "2:1 this row has 6 columns, not 5;3:1 this row has 4 columns, not 5;");
    check_problems(HEAD "v\n" ROW("x", "1,2,"),
                   "2:1 this row has 1 columns, not 5;3:1 this row has 6 columns, not 5;");
}

static void stars__outside_0_to_5__are_told(void **state)
{
    (void)state;
    check_problems(HEAD ROW("v", "0,5"), "");
    check_problems(HEAD ROW("v", "6,1"), "2:25 \"6\" is not a number of stars from 0 to 5 (column 4, Ann);");
    check_problems(HEAD ROW("v", "1,-1"),
                   "2:27 \"-1\" is not a number of stars from 0 to 5 (column 5, Bob);");
    check_problems(HEAD ROW("v", ",05"), "2:25 \"\" is not a number of stars from 0 to 5 (column 4, Ann);"
                                         "2:26 \"05\" is not a number of stars from 0 to 5 (column 5, Bob);");
    check_problems(HEAD ROW("v", "1.0,1 "),
                   "2:25 \"1.0\" is not a number of stars from 0 to 5 (column 4, Ann);"
                   "2:29 \"1 \" is not a number of stars from 0 to 5 (column 5, Bob);");
}

static void times__that_are_none__are_told(void **state)
{
    (void)state;
    check_problems(HEAD "v,1970-01-01 00:00:00,p,1,2\n", "");
    check_problems(HEAD "v,1969-12-31 23:59:59,p,1,2\n",
                   "2:3 \"1969-12-31 23:59:59\" is before 1970 (column 2, voteTime);");
    static const char *const bad[] = {"",
                                      "2024-02-24",
                                      "2024-02-24 18:00",
                                      "2024-02-30 18:00:00",
                                      "2024-02-24  18:00:00",
                                      "24.02.2024 18:00:00",
                                      "2024-02-24 24:00:00"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char content[256], expected[256];
        int len = snprintf(content, sizeof content, HEAD "v,%s,p,1,2\n", bad[i]);
        (void)snprintf(expected, sizeof expected,
                       "2:3 \"%s\" is not a time (2024-02-24 18:00:00) (column 2, voteTime);", bad[i]);
        check_problems_of(content, (size_t)len, expected);
    }
}

static void voter_ids__that_are_no_names__are_told(void **state)
{
    (void)state;
    check_problems(HEAD ROW("", "1,2"), "2:1 the voterID is empty (column 1, voterID);");
    check_problems(HEAD ROW("  ", "1,2"),
                   "2:1 the text \"  \" is empty or only white space (column 1, voterID);");
    check_problems(HEAD ROW("\"a\nb\"", "1,2"),
                   "2:1 the text \"a\\x0ab\" has a control character in it (column 1, voterID);");
    check_problems(HEAD ROW("Z\xc3\xb6\xc3\xab, \"0\"", "1,2"),
                   "2:7 a quote stands in a field that does not begin with one (column 2, voteTime);");
    check_problems(HEAD ROW("\"Z\xc3\xb6\xc3\xab, \"\"0\"\"\"", "1,2"), "");
}

static void voter_ids__that_repeat__are_told_with_the_first_line(void **state)
{
    (void)state;
    check_problems(HEAD ROW("v", "1,2") ROW("w", "1,2") ROW("v", "1,2") ROW("w", "1,2") ROW("v", "9,2"),
                   "6:25 \"9\" is not a number of stars from 0 to 5 (column 4, Ann);"
                   "4:1 the voterID \"v\" has voted in line 2 (column 1, voterID);"
                   "5:1 the voterID \"w\" has voted in line 3 (column 1, voterID);"
                   "6:1 the voterID \"v\" has voted in line 2 (column 1, voterID);");
    check_problems(HEAD ROW("v", "1,2") ROW("V", "1,2") ROW("vv", "1,2"), "");
}

static void poll_ids__that_differ_from_the_first__are_told(void **state)
{
    (void)state;
    check_problems(HEAD ROW("v", "1,2") "w," TIME ",q,1,2\n" ROW("x", "1,2"),
                   "3:23 \"q\" is another poll than \"p\" in line 2 (column 3, pollID);");
    check_problems(HEAD "v," TIME ",,1,2\n" ROW("w", "1,2"),
                   "2:23 the text \"\" is empty or only white space (column 3, pollID);");
}

static void bytes__that_break_the_rules_of_csv__are_told_by_column(void **state)
{
    (void)state;
    check_problems(HEAD ROW("v", "1,\"2\"\"") ROW("w", "1,2"),
                   "2:27 the quote that begins here is never closed (column 5, Bob);");
    check_problems(HEAD ROW("v\0", "1,2"), "2:1 a NUL byte (column 1, voterID);");
    check_problems(HEAD ROW("v", "\xff,2"), "2:25 bytes that are not UTF-8 (column 4, Ann);");
    check_problems(HEAD ROW("v", "1,2,\"3\"x"),
                   "2:29 something other than a comma follows the closing quote (column 6);");
}

static void values__are_escaped_and_cut_in_sentences(void **state)
{
    (void)state;
    char content[512], expected[512], value[300];
    memset(value, 'x', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    int len = snprintf(content, sizeof content, HEAD "v," TIME ",p,\x1b[1m,%s\n", value);
    (void)snprintf(expected, sizeof expected,
                   "2:25 \"\\x1b[1m\" is not a number of stars from 0 to 5 (column 4, Ann);"
                   "2:30 \"%.77s...\" is not a number of stars from 0 to 5 (column 5, Bob);",
                   value);
    check_problems_of(content, (size_t)len, expected);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(poll__of_three_voters__is_read_in_the_order_of_time),
    cmocka_unit_test(candidates__have_their_references_decoded),
    cmocka_unit_test(header__that_is_missing__is_told),
    cmocka_unit_test(header__with_other_columns__is_told),
    cmocka_unit_test(header__with_one_candidate__is_told_and_with_two_read),
    cmocka_unit_test(header__with_too_many_candidates__is_told),
    cmocka_unit_test(candidates__that_are_no_names__are_told),
    cmocka_unit_test(candidates__of_the_same_name__are_told),
    cmocka_unit_test(row__with_another_number_of_columns__is_told),
    cmocka_unit_test(stars__outside_0_to_5__are_told),
    cmocka_unit_test(times__that_are_none__are_told),
    cmocka_unit_test(voter_ids__that_are_no_names__are_told),
    cmocka_unit_test(voter_ids__that_repeat__are_told_with_the_first_line),
    cmocka_unit_test(poll_ids__that_differ_from_the_first__are_told),
    cmocka_unit_test(bytes__that_break_the_rules_of_csv__are_told_by_column),
    cmocka_unit_test(values__are_escaped_and_cut_in_sentences),
};
CHECK_MAIN(tests, 16)
