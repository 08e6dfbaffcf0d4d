/* print.c: the tally (F4), events (D3), records (F1) and findings (F5), byte for byte. */
#include <stdlib.h>

#include "print.h"
#include "record.h"
#include "sample.h"

static const struct pv_seed seed = {5, 6};

static void check_text(struct sample_text *text, const char *expected)
{
    char *actual = sample_text_end(text);
    assert_string_equal(actual, expected);
    free(actual);
}

/* Tally */

/* A competition with as many candidates as there are rows, whose numbers are given. */
static void check_tally(struct pv_tally_candidate *rows, uint32_t count, const char *expected)
{
    struct pv_election e;
    struct pv_tally_competition competition = {0, 0, count};
    struct pv_tally tally = {&competition, rows, 1, count, 10, 9, 7};
    struct sample_text *text = sample_text_begin();
    pv_election_init(&e, seed);
    sample_created(&e, 1, "The \"best\"", NULL);
    sample_competition(&e, 2, "Birds\\", NULL);
    for (uint32_t i = 0; i < count; i++)
        sample_candidate(&e, 2, 3 + i, "Owl", NULL, NULL, NULL);
    for (uint32_t i = 0; i < count; i++) {
        for (uint64_t stars = 1; stars <= PV_RATING_MAX; stars++) {
            rows[i].ratings += rows[i].histogram[stars - 1];
            rows[i].sum += stars * rows[i].histogram[stars - 1];
        }
    }
    e.version = 123;
    e.is_opened = true;
    pv_print_tally(&text->out, &e, &tally);
    check_text(text, expected);
    pv_election_deinit(&e);
}

/* The example of F4. */
static void tally__one_candidate__is_printed_as_F4_says(void **state)
{
    (void)state;
    struct pv_tally_candidate row = {.rank = 1, .histogram = {0, 0, 1, 3, 3}};
    check_tally(&row, 1,
                "{\"election\":\"00000000000000000000000001\",\"name\":\"The \\\"best\\\"\",\"version\":123,"
                "\"phase\":\"open\",\"voters\":10,\"ballots_issued\":9,\"ballots_cast\":7,\"competitions\":["
                "{\"id\":\"00000000000000000000000002\",\"name\":\"Birds\\\\\",\"candidates\":["
                "{\"rank\":1,\"id\":\"00000000000000000000000003\",\"name\":\"Owl\",\"ratings\":7,\"sum\":30,"
                "\"mean\":4.2857,\"median\":4,\"histogram\":[0,0,1,3,3]}]}]}");
}

static void tally__several_candidates__are_in_the_order_of_the_tally(void **state)
{
    (void)state;
    struct pv_tally_candidate rows[] = {{.candidate = 2, .rank = 1, .histogram = {0, 0, 0, 1, 1}},
                                        {.candidate = 0, .rank = 2, .histogram = {0, 0, 0, 0, 0}},
                                        {.candidate = 1, .rank = 2, .histogram = {0, 0, 0, 0, 0}}};
    check_tally(rows, 3,
                "{\"election\":\"00000000000000000000000001\",\"name\":\"The \\\"best\\\"\",\"version\":123,"
                "\"phase\":\"open\",\"voters\":10,\"ballots_issued\":9,\"ballots_cast\":7,\"competitions\":["
                "{\"id\":\"00000000000000000000000002\",\"name\":\"Birds\\\\\",\"candidates\":["
                "{\"rank\":1,\"id\":\"00000000000000000000000005\",\"name\":\"Owl\",\"ratings\":2,\"sum\":9,"
                "\"mean\":4.5,\"median\":4.5,\"histogram\":[0,0,0,1,1]},"
                "{\"rank\":2,\"id\":\"00000000000000000000000003\",\"name\":\"Owl\",\"ratings\":0,\"sum\":0,"
                "\"mean\":null,\"median\":null,\"histogram\":[0,0,0,0,0]},"
                "{\"rank\":2,\"id\":\"00000000000000000000000004\",\"name\":\"Owl\",\"ratings\":0,\"sum\":0,"
                "\"mean\":null,\"median\":null,\"histogram\":[0,0,0,0,0]}]}]}");
}

static void check_averages(struct pv_tally_candidate row, const char *averages)
{
    char expected[600];
    unsigned long long ratings = 0, sum = 0, h[PV_RATING_MAX];
    for (unsigned i = 0; i < PV_RATING_MAX; i++) {
        h[i] = row.histogram[i];
        ratings += h[i];
        sum += h[i] * (i + 1);
    }
    snprintf(
        expected, sizeof(expected),
        "{\"election\":\"00000000000000000000000001\",\"name\":\"The \\\"best\\\"\",\"version\":123,"
        "\"phase\":\"open\",\"voters\":10,\"ballots_issued\":9,\"ballots_cast\":7,\"competitions\":["
        "{\"id\":\"00000000000000000000000002\",\"name\":\"Birds\\\\\",\"candidates\":["
        "{\"rank\":1,\"id\":\"00000000000000000000000003\",\"name\":\"Owl\",\"ratings\":%llu,\"sum\":%llu,"
        "%s,\"histogram\":[%llu,%llu,%llu,%llu,%llu]}]}]}",
        ratings, sum, averages, h[0], h[1], h[2], h[3], h[4]);
    row.rank = 1;
    check_tally(&row, 1, expected);
}

static void tally__mean_and_median__have_no_trailing_zeros(void **state)
{
    (void)state;
    check_averages((struct pv_tally_candidate){.histogram = {0, 0, 0, 2, 0}}, "\"mean\":4,\"median\":4");
    check_averages((struct pv_tally_candidate){.histogram = {1, 0, 0, 0, 0}}, "\"mean\":1,\"median\":1");
    check_averages((struct pv_tally_candidate){.histogram = {3, 1, 0, 0, 0}}, "\"mean\":1.25,\"median\":1");
    check_averages((struct pv_tally_candidate){.histogram = {7, 1, 0, 0, 0}}, "\"mean\":1.125,\"median\":1");
    check_averages((struct pv_tally_candidate){.histogram = {1, 0, 0, 0, 1}}, "\"mean\":3,\"median\":3");
    check_averages((struct pv_tally_candidate){.histogram = {1, 1, 0, 0, 0}}, "\"mean\":1.5,\"median\":1.5");
}

/* 1 + 1/16 is 1.0625; 1 + 1/160 is 1.00625, rounded half up to 1.0063; 1 + 1/20000 is 1.00005, to 1.0001. */
static void tally__mean__is_rounded_half_up_to_four_decimals(void **state)
{
    (void)state;
    check_averages((struct pv_tally_candidate){.histogram = {15, 1, 0, 0, 0}},
                   "\"mean\":1.0625,\"median\":1");
    check_averages((struct pv_tally_candidate){.histogram = {159, 1, 0, 0, 0}},
                   "\"mean\":1.0063,\"median\":1");
    check_averages((struct pv_tally_candidate){.histogram = {19999, 1, 0, 0, 0}},
                   "\"mean\":1.0001,\"median\":1");
    check_averages((struct pv_tally_candidate){.histogram = {20000, 1, 0, 0, 0}}, "\"mean\":1,\"median\":1");
    check_averages((struct pv_tally_candidate){.histogram = {0, 0, 0, 1, 99999}}, "\"mean\":5,\"median\":5");
}

static void check_phase(const struct pv_election *e, const char *phase)
{
    struct pv_tally tally;
    struct sample_text *text = sample_text_begin();
    char expected[200];
    check_int(pv_tally_init(&tally, e), PV_OK);
    pv_print_tally(&text->out, e, &tally);
    snprintf(expected, sizeof(expected), "\"phase\":\"%s\",", phase);
    char *actual = sample_text_end(text);
    assert_non_null(strstr(actual, expected));
    free(actual);
    pv_tally_deinit(&tally);
}

static void tally__each_phase__is_named(void **state)
{
    (void)state;
    struct pv_election e;
    pv_election_init(&e, seed);
    sample_created(&e, 1, "x", NULL);
    check_phase(&e, "draft");
    sample_competition(&e, 2, "y", NULL);
    sample_candidate(&e, 2, 3, "a", NULL, NULL, NULL);
    sample_candidate(&e, 2, 4, "b", NULL, NULL, NULL);
    sample_opened(&e, "2024-02-24T18:00:00Z");
    check_phase(&e, "open");
    sample_closed(&e, "2024-02-24T18:00:00Z");
    check_phase(&e, "closed");
    sample_deleted(&e);
    check_phase(&e, "deleted");
    pv_election_deinit(&e);
}

static void tally__sample_election__is_counted_and_printed(void **state)
{
    (void)state;
    struct pv_election e;
    struct pv_tally tally;
    struct sample_text *text = sample_text_begin();
    pv_election_init(&e, seed);
    sample_full(&e);
    check_int(pv_tally_init(&tally, &e), PV_OK);
    pv_print_tally(&text->out, &e, &tally);
    check_text(text,
               "{\"election\":\"00000000000000000000000001\",\"name\":\"Photo \\\"2024\\\"\",\"version\":18,"
               "\"phase\":\"closed\",\"voters\":3,\"ballots_issued\":2,\"ballots_cast\":1,\"competitions\":["
               "{\"id\":\"00000000000000000000000011\",\"name\":\"Birds\",\"candidates\":["
               "{\"rank\":1,\"id\":\"00000000000000000000000021\",\"name\":\"Heron\",\"ratings\":1,\"sum\":4,"
               "\"mean\":4,\"median\":4,\"histogram\":[0,0,0,1,0]},"
               "{\"rank\":2,\"id\":\"00000000000000000000000023\",\"name\":\"Owl\",\"ratings\":1,\"sum\":2,"
               "\"mean\":2,\"median\":2,\"histogram\":[0,1,0,0,0]}]},"
               "{\"id\":\"00000000000000000000000012\",\"name\":\"Trees\",\"candidates\":["
               "{\"rank\":1,\"id\":\"00000000000000000000000024\",\"name\":\"Fir\",\"ratings\":1,\"sum\":5,"
               "\"mean\":5,\"median\":5,\"histogram\":[0,0,0,0,1]}]}]}");
    pv_tally_deinit(&tally);
    pv_election_deinit(&e);
}

static void tally__nothing_live__has_empty_lists(void **state)
{
    (void)state;
    struct pv_election e;
    struct pv_tally tally;
    struct sample_text *text = sample_text_begin();
    pv_election_init(&e, seed);
    sample_created(&e, 1, "x", NULL);
    check_int(pv_tally_init(&tally, &e), PV_OK);
    pv_print_tally(&text->out, &e, &tally);
    check_text(
        text, "{\"election\":\"00000000000000000000000001\",\"name\":\"x\",\"version\":0,\"phase\":\"draft\","
              "\"voters\":0,\"ballots_issued\":0,\"ballots_cast\":0,\"competitions\":[]}");
    pv_tally_deinit(&tally);
    pv_election_deinit(&e);
}

/* Events */

#define E "\"id\":\"0000000000000000000000000Z\",\"election_id\":\"00000000000000000000000001\""
#define C ",\"competition_id\":\"00000000000000000000000002\""
#define K ",\"candidate_id\":\"00000000000000000000000003\""
#define V ",\"voter_id\":\"00000000000000000000000004\""
#define B ",\"ballot_id\":\"00000000000000000000000005\""

/* Each event of D3 in its printed form: those with all fields, and those without the optional ones. */
static const char *const events[][2] = {
    {"Election.ElectionCreated", "{" E ",\"name\":\"x\",\"description\":\"y\\nz\"}"},
    {"Election.ElectionCreated", "{" E ",\"name\":\"x\"}"},
    {"Election.ElectionDeleted", "{" E "}"},
    {"Election.ElectionNameChanged", "{" E ",\"name\":\"\\\"\xc3\xa9\\\\\"}"},
    {"Election.ElectionDescriptionChanged", "{" E ",\"description\":\"x\"}"},
    {"Election.ElectionDescriptionChanged", "{" E ",\"description\":null}"},
    {"Election.ElectionOpened", "{" E ",\"open_date\":\"2024-02-24T18:03:11.123456Z\"}"},
    {"Election.ElectionClosed", "{" E ",\"close_date\":\"2024-02-24T18:00:00Z\"}"},
    {"Competition.CompetitionAdded", "{" E C ",\"name\":\"x\",\"description\":\"y\"}"},
    {"Competition.CompetitionAdded", "{" E C ",\"name\":\"x\"}"},
    {"Competition.CompetitionRemoved", "{" E C "}"},
    {"Competition.CompetitionNameChanged", "{" E C ",\"name\":\"x\"}"},
    {"Competition.CompetitionDescriptionChanged", "{" E C ",\"description\":\"x\"}"},
    {"Competition.CompetitionDescriptionChanged", "{" E C ",\"description\":null}"},
    {"Candidate.CandidateAdded", "{" E C K ",\"name\":\"x\",\"description\":\"y\",\"image_url\":\"/z\","
                                 "\"image_caption\":\"c\"}"},
    {"Candidate.CandidateAdded", "{" E C K ",\"name\":\"x\",\"image_url\":\"/z\"}"},
    {"Candidate.CandidateAdded", "{" E C K ",\"name\":\"x\"}"},
    {"Candidate.CandidateRemoved", "{" E C K "}"},
    {"Candidate.CandidateNameChanged", "{" E C K ",\"name\":\"x\"}"},
    {"Candidate.CandidateDescriptionChanged", "{" E C K ",\"description\":\"x\"}"},
    {"Candidate.CandidateDescriptionChanged", "{" E C K ",\"description\":null}"},
    {"Candidate.CandidateImageChanged", "{" E C K ",\"url\":\"https://x\",\"caption\":\"c\"}"},
    {"Candidate.CandidateImageChanged", "{" E C K ",\"url\":\"https://x\"}"},
    {"Candidate.CandidateImageChanged", "{" E C K ",\"url\":null}"},
    {"Voter.VoterRegistered", "{" E V ",\"name\":\"x\",\"email\":\"X@y\"}"},
    {"Ballot.BallotCreated", "{" E V B "}"},
    {"Ballot.BallotCandidateRated", "{" E B C K ",\"rating\":4}"},
    {"Ballot.BallotCandidateRated", "{" E B C K ",\"rating\":null}"},
    {"Ballot.BallotCast", "{" E B "}"},
};
enum { EVENTS = sizeof(events) / sizeof(events[0]) };

static struct pv_str str(const char *text)
{
    return (struct pv_str){text, strlen(text)};
}

static void event__printed_form__comes_back_byte_for_byte(void **state)
{
    (void)state;
    bool seen[PV_EVENT_TYPE_COUNT] = {false};
    for (size_t i = 0; i < EVENTS; i++) {
        char type[80], scratch[400];
        struct pv_event event;
        struct pv_refusal why;
        snprintf(type, sizeof(type), "PhotoVote.Event.%s", events[i][0]);
        check_int(pv_event_read(str(type), str(events[i][1]), scratch, &event, &why), PV_OK);
        struct sample_text *text = sample_text_begin();
        pv_print_event(&text->out, &event);
        check_text(text, events[i][1]);
        seen[event.type] = true;
    }
    for (size_t i = 0; i < PV_EVENT_TYPE_COUNT; i++)
        check_true(seen[i]);
}

/* Records */

static void check_record(struct pv_recorded recorded, const char *expected)
{
    struct sample_text *text = sample_text_begin();
    pv_print_record(&text->out, &recorded);
    check_text(text, expected);
}

static const struct pv_recorded plain = {.stream = {"Election-01HQ0000000000000000000001", 35},
                                         .number = 0,
                                         .type = {"T", 1},
                                         .data = {"{}", 2},
                                         .position = -1};
#define PLAIN "{\"stream\":\"Election-01HQ0000000000000000000001\",\"number\":0,\"type\":\"T\",\"data\":"

static void record__every_key__is_in_the_order_of_F1(void **state)
{
    (void)state;
    check_record(
        (struct pv_recorded){.stream = PV_STR("Election-01HQ0000000000000000000001"),
                             .number = INT64_MAX,
                             .type = PV_STR("PhotoVote.Event.Election.ElectionCreated"),
                             .data = PV_STR("{\"id\":\"x\"}"),
                             .id = PV_STR("01HQ\""),
                             .created = PV_STR("2024-02-24T18:03:11.123456Z"),
                             .position = 4711,
                             .metadata = PV_STR("{\"who\":\"voter:1\"}")},
        "{\"stream\":\"Election-01HQ0000000000000000000001\",\"number\":9223372036854775807,"
        "\"type\":\"PhotoVote.Event.Election.ElectionCreated\",\"data\":{\"id\":\"x\"},\"id\":\"01HQ\\\"\","
        "\"created\":\"2024-02-24T18:03:11.123456Z\",\"position\":4711,"
        "\"metadata\":{\"who\":\"voter:1\"}}\n");
}

static void record__absent_keys__are_left_out(void **state)
{
    (void)state;
    check_record(plain, PLAIN "{}}\n");
    struct pv_recorded recorded = plain;
    recorded.position = 0;
    check_record(recorded, PLAIN "{},\"position\":0}\n");
    recorded = plain;
    recorded.id = PV_STR("");
    check_record(recorded, PLAIN "{},\"id\":\"\"}\n");
}

static void record__white_space_outside_strings__is_dropped(void **state)
{
    (void)state;
    struct pv_recorded recorded = plain;
    recorded.data = PV_STR(" \r\n{ \"a b\\\" \\\\\" :\t[ 1 , \" \xc3\xa9 \\u0020\" ,\n{ } ] } \n");
    recorded.metadata = PV_STR("{ \"why\" : \" \" }\n");
    check_record(recorded,
                 PLAIN "{\"a b\\\" \\\\\":[1,\" \xc3\xa9 \\u0020\",{}]},\"metadata\":{\"why\":\" \"}}\n");
}

static void check_data(struct pv_str data, const char *expected)
{
    struct pv_recorded recorded = plain;
    recorded.data = data;
    check_record(recorded, expected);
}

static void record__data_that_is_no_object__is_kept_as_base64(void **state)
{
    (void)state;
    check_data(PV_STR(""), PLAIN "null,\"data_base64\":\"\"}\n");
    check_data((struct pv_str){NULL, 0}, PLAIN "null,\"data_base64\":\"\"}\n");
    check_data(PV_STR("null"), PLAIN "null,\"data_base64\":\"bnVsbA==\"}\n");
    check_data(PV_STR("[]"), PLAIN "null,\"data_base64\":\"W10=\"}\n");
    check_data(PV_STR("{} x"), PLAIN "null,\"data_base64\":\"e30geA==\"}\n");
    check_data(PV_STR("{\"a\":01}"), PLAIN "null,\"data_base64\":\"eyJhIjowMX0=\"}\n");
    check_data(PV_STR("{\"\xff\":1}"), PLAIN "null,\"data_base64\":\"eyL/IjoxfQ==\"}\n");
    check_data(PV_STR("{\"\\ud800\":1}"), PLAIN "null,\"data_base64\":\"eyJcdWQ4MDAiOjF9\"}\n");
    check_data(PV_STR("{\"a\":1,\"a\":2}"),
               PLAIN "{\"a\":1,\"a\":2}}\n"); /* json_duplicate_key, but an object */
}

/* An object that nests `levels` deep. */
static struct pv_str nested(char *text, unsigned levels)
{
    strcpy(text, "{\"a\":");
    memset(text + 5, '[', levels - 1);
    memset(text + 4 + levels, ']', levels - 1);
    strcpy(text + 3 + 2 * levels, "}");
    return str(text);
}

static void check_depth(unsigned levels, bool metadata, const char *end)
{
    char text[200];
    struct pv_recorded recorded = plain;
    *(metadata ? &recorded.metadata : &recorded.data) = nested(text, levels);
    struct sample_text *out = sample_text_begin();
    pv_print_record(&out->out, &recorded);
    char *line = sample_text_end(out);
    check_true(strlen(line) > strlen(end) && strcmp(line + strlen(line) - strlen(end), end) == 0);
    free(line);
}

/* D3: 64 levels, of which data's own object is the first; F1: metadata stands on the record's second. */
static void record__depth_at_its_limit__is_still_an_object(void **state)
{
    (void)state;
    check_depth(64, false, "]]}}\n");
    check_depth(65, false, "\"}\n");
    check_depth(63, true, "]]}}\n");
    check_depth(64, true, "\"}\n");
}

static void record__metadata_that_is_no_object__is_kept_as_base64(void **state)
{
    (void)state;
    struct pv_recorded recorded = plain;
    recorded.metadata = PV_STR("who");
    check_record(recorded, PLAIN "{},\"metadata\":null,\"metadata_base64\":\"d2hv\"}\n");
}

/* What is printed reads as the same record again. */
static void record__printed__can_be_read(void **state)
{
    (void)state;
    struct pv_recorded recorded = plain;
    recorded.data = PV_STR("{ \"id\" : \"\\u0030\", \"\xf0\x9f\x93\xb7\":\"\" }");
    recorded.id = PV_STR("a\"\\\n\x01\xc2\x85");
    recorded.created = PV_STR("2024-02-24T18:03:11Z");
    recorded.metadata = PV_STR("{\"why\":\"\\\"\"}");
    struct sample_text *text = sample_text_begin();
    pv_print_record(&text->out, &recorded);
    char *line = sample_text_end(text);
    struct pv_record_reader *reader = pv_record_reader_new(false);
    struct pv_record record;
    assert_non_null(reader);
    check_int(pv_record_reader_begin(reader, strlen(line)), PV_OK);
    pv_record_read_line(reader, (struct pv_str){line, strlen(line) - 1}, 1, &record);
    check_int(record.envelope, PV_ENVELOPE_VALID);
    check_true(pv_str_equal(record.recorded.id, recorded.id));
    check_true(pv_str_equal(record.recorded.metadata, recorded.metadata));
    check_str(record.recorded.data, "{\"id\":\"\\u0030\",\"\xf0\x9f\x93\xb7\":\"\"}");
    pv_record_reader_free(reader);
    free(line);
}

/* Findings */

static struct pv_refusal refusal(enum pv_code code, struct pv_str value)
{
    struct pv_refusal why;
    check_int(pv_refuse(&why, code, value), PV_REFUSED);
    return why;
}

static void check_finding(struct pv_finding finding, const char *json, const char *line)
{
    struct sample_text *text = sample_text_begin();
    pv_print_finding_json(&text->out, &finding);
    check_text(text, json);
    text = sample_text_begin();
    pv_print_finding_text(&text->out, &finding);
    check_text(text, line);
}

/* The example of F5. */
static void finding__with_everything__is_printed_as_F5_says(void **state)
{
    (void)state;
    struct pv_refusal why = refusal(PV_BALLOT_CAST, PV_STR("0000000000000000000000000Z"));
    check_finding((struct pv_finding){PV_STR("Election-01"), 17, 18, &why},
                  "{\"stream\":\"Election-01\",\"number\":17,\"line\":18,\"code\":\"ballot_cast\","
                  "\"field\":\"ballot_id\",\"message\":\"the ballot 0000000000000000000000000Z is cast\"}\n",
                  "line 18: Election-01, event 17: ballot_cast (ballot_id): "
                  "the ballot 0000000000000000000000000Z is cast\n");
}

static void finding__without_stream_number_line_or_field__has_nulls(void **state)
{
    (void)state;
    struct pv_refusal why = refusal(PV_RECORD_INVALID, PV_STR("x"));
    check_finding((struct pv_finding){{NULL, 0}, -1, 0, &why},
                  "{\"stream\":null,\"number\":null,\"line\":null,\"code\":\"record_invalid\",\"field\":null,"
                  "\"message\":\"the record is not valid: x\"}\n",
                  "record_invalid: the record is not valid: x\n");
    check_finding((struct pv_finding){PV_STR(""), -1, 3, &why},
                  "{\"stream\":\"\",\"number\":null,\"line\":3,\"code\":\"record_invalid\",\"field\":null,"
                  "\"message\":\"the record is not valid: x\"}\n",
                  "line 3: record_invalid: the record is not valid: x\n");
    check_finding((struct pv_finding){PV_STR("E"), -1, 3, &why},
                  "{\"stream\":\"E\",\"number\":null,\"line\":3,\"code\":\"record_invalid\",\"field\":null,"
                  "\"message\":\"the record is not valid: x\"}\n",
                  "line 3: E: record_invalid: the record is not valid: x\n");
    check_finding((struct pv_finding){{NULL, 0}, 0, 0, &why},
                  "{\"stream\":null,\"number\":0,\"line\":null,\"code\":\"record_invalid\",\"field\":null,"
                  "\"message\":\"the record is not valid: x\"}\n",
                  "event 0: record_invalid: the record is not valid: x\n");
}

static void finding__hostile_value__is_escaped(void **state)
{
    (void)state;
    struct pv_refusal why = refusal(PV_EVENT_TYPE_UNKNOWN, PV_STR("\x1b[2J\xc2\x9b\x7f\"\\\n\xe2\x80\xae"));
    check_finding((struct pv_finding){PV_STR("E\xc2\x85\x1b"), 1, 2, &why},
                  "{\"stream\":\"E\\u0085\\u001b\",\"number\":1,\"line\":2,\"code\":\"event_type_unknown\","
                  "\"field\":\"type\",\"message\":\"there is no event type "
                  "\\\"\\u001b[2J\\u009b\\u007f\\\"\\\\\\n\xe2\x80\xae\\\"\"}\n",
                  "line 2: E\\xc2\\x85\\x1b, event 1: event_type_unknown (type): there is no event type "
                  "\"\\x1b[2J\\xc2\\x9b\\x7f\"\\\\\\x0a\\u{202e}\"\n");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(tally__one_candidate__is_printed_as_F4_says),
    cmocka_unit_test(tally__several_candidates__are_in_the_order_of_the_tally),
    cmocka_unit_test(tally__mean_and_median__have_no_trailing_zeros),
    cmocka_unit_test(tally__mean__is_rounded_half_up_to_four_decimals),
    cmocka_unit_test(tally__each_phase__is_named),
    cmocka_unit_test(tally__sample_election__is_counted_and_printed),
    cmocka_unit_test(tally__nothing_live__has_empty_lists),
    cmocka_unit_test(event__printed_form__comes_back_byte_for_byte),
    cmocka_unit_test(record__every_key__is_in_the_order_of_F1),
    cmocka_unit_test(record__absent_keys__are_left_out),
    cmocka_unit_test(record__white_space_outside_strings__is_dropped),
    cmocka_unit_test(record__data_that_is_no_object__is_kept_as_base64),
    cmocka_unit_test(record__depth_at_its_limit__is_still_an_object),
    cmocka_unit_test(record__metadata_that_is_no_object__is_kept_as_base64),
    cmocka_unit_test(record__printed__can_be_read),
    cmocka_unit_test(finding__with_everything__is_printed_as_F5_says),
    cmocka_unit_test(finding__without_stream_number_line_or_field__has_nulls),
    cmocka_unit_test(finding__hostile_value__is_escaped),
};
CHECK_MAIN(tests, 18)
