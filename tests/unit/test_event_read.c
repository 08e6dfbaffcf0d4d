/* event_read.c: D5 steps 1 to 3 on the bytes of an event, in their order. */
#include <stdlib.h>

#include "json.h"
#include "record_kit.h"

#define ID "01HQE4C88681AS0643T9178A7M"
#define RATED "PhotoVote.Event.Ballot.BallotCandidateRated"
#define IDS                                                                                                  \
    "\"id\":\"" ID "\",\"election_id\":\"" KIT_ELECTION                                                      \
    "\",\"ballot_id\":\"01HQEDWNKVRYRBW0AKG283JFXD\",\"competition_id\":\"01HQE4C888QNT04W2C66RW4MDS\","     \
    "\"candidate_id\":"                                                                                      \
    "\"01HQE4C888CY781GS8EEZTXCC4\""
#define RATING(members) "{" IDS "," members "}"

static struct pv_event event;
static struct pv_refusal why;
static char *bytes, *scratch;

static struct pv_str str(const char *text)
{
    return (struct pv_str){text, strlen(text)};
}

/* The bytes and the scratch have just the size that the contract asks for. */
static enum pv_result read_as(const char *type, struct pv_str data)
{
    free(bytes);
    free(scratch);
    bytes = malloc(data.len + (data.len == 0));
    scratch = malloc(data.len + (data.len == 0));
    if (data.len != 0)
        memcpy(bytes, data.ptr, data.len);
    memset(&event, 0xa5, sizeof event);
    memset(&why, 0xa5, sizeof why);
    return pv_event_read(str(type), (struct pv_str){bytes, data.len}, scratch, &event, &why);
}

static int free_all(void **state)
{
    (void)state;
    free(bytes);
    free(scratch);
    return 0;
}

static void check_refused_as(const char *type, struct pv_str data, enum pv_code code, enum pv_field field)
{
    if (read_as(type, data) != PV_REFUSED)
        fail_msg("not refused: %.*s", (int)data.len, data.ptr);
    if (why.code != code || why.field != field)
        fail_msg("%s of %d, not %s: %.*s", pv_code_name(why.code), why.field, pv_code_name(code),
                 (int)data.len, data.ptr);
}

static void check_refused(const char *data, enum pv_code code, enum pv_field field)
{
    check_refused_as(RATED, str(data), code, field);
}

static void check_accepted(const char *data)
{
    if (read_as(RATED, str(data)) != PV_OK)
        fail_msg("%s: %s", pv_code_name(why.code), data);
}

static void check_message(const char *expected)
{
    char message[PV_MESSAGE_MAX];
    check_str(((struct pv_str){message, pv_refusal_message(&why, message)}), expected);
}

/* Step 1 */

static const char *const not_json[] = {
    "",
    " ",
    "{",
    "{" IDS,
    "{" IDS ",}",
    "{" IDS ",\"rating\":05}",
    "{" IDS ",\"rating\":+5}",
    "{" IDS ",\"rating\":}",
    "{" IDS ",\"rating\" 5}",
    RATING("\"rating\":5") "}",
    RATING("\"rating\":5") ",",
    RATING("\"rating\":5") " 5",
    "\xef\xbb\xbf" RATING("\"rating\":5"),
    RATING("\"rating\":5,\"x\":\"\x01\""),
    RATING("\"rating\":5,\"x\":\"\\x\""),
    RATING("\"rating\":5,\"x\":[1,]"),
    RATING("\"rating\":5,\"x\":{\"y\":nul}"),
};
static const char *const not_text[] = {
    RATING("\"rating\":5,\"x\":\"\xff\""),
    RATING("\"rating\":5,\"x\":\"\xed\xa0\x80\""),
    RATING("\"rating\":5,\"x\":\"\\ud800\""),
    RATING("\"rating\":5,\"x\":\"\\udc00\\ud800\""),
    RATING("\"rating\":5,\"\xc3\":1"),
    RATING("\"rating\":5,\"\\ud800\":1"),
    RATING("\"rating\":5,\"x\":[{\"y\":{\"\xff\":1}}]"),
    RATING("\"rating\":\"\xff\""),
    RATING("\"rating\":[\"\\udfff\"]"),
    RATING("\"rating\":5,\"rating\":\"\xff\""),
};
static const char *const not_an_object[] = {"null", "true", "false", "5", "\"x\"", "[]", "[{}]", " null "};

static void event_json__what_is_no_json__is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof not_json / sizeof not_json[0]; i++)
        check_refused(not_json[i], PV_JSON_INVALID, PV_KEY_NONE);
    for (size_t i = 0; i < sizeof not_text / sizeof not_text[0]; i++)
        check_refused(not_text[i], PV_JSON_INVALID, PV_KEY_NONE);
    for (size_t i = 0; i < sizeof not_an_object / sizeof not_an_object[0]; i++)
        check_refused(not_an_object[i], PV_JSON_INVALID, PV_KEY_NONE);
    check_refused_as(RATED, (struct pv_str){NULL, 0}, PV_JSON_INVALID, PV_KEY_NONE);
    check_refused_as(RATED, (struct pv_str){"{}\0", 3}, PV_JSON_INVALID, PV_KEY_NONE);
    check_accepted(RATING("\"rating\":5"));
    check_accepted(" \t\r\n" RATING(" \"rating\" : 5 ") "\n");
    check_accepted(RATING("\"rating\":5,\"x\":\"\\ud83d\\ude00\xf0\x9f\x98\x80\""));
}

static void event_json__cut_anywhere__is_refused(void **state)
{
    (void)state;
    static const char data[] = RATING("\"rating\":5");
    for (size_t len = 0; len < strlen(data); len++)
        check_refused_as(RATED, (struct pv_str){data, len}, PV_JSON_INVALID, PV_KEY_NONE);
}

static void event_json__is_refused_before_an_unknown_type(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof not_json / sizeof not_json[0]; i++)
        check_refused_as("X", str(not_json[i]), PV_JSON_INVALID, PV_KEY_NONE);
    for (size_t i = 0; i < sizeof not_text / sizeof not_text[0]; i++)
        check_refused_as("X", str(not_text[i]), PV_JSON_INVALID, PV_KEY_NONE);
    for (size_t i = 0; i < sizeof not_an_object / sizeof not_an_object[0]; i++)
        check_refused_as("X", str(not_an_object[i]), PV_JSON_INVALID, PV_KEY_NONE);
}

static void event_json__is_refused_before_a_key_that_stands_twice(void **state)
{
    (void)state;
    check_refused(RATING("\"rating\":5,\"rating\":5,\"x\":\"\xff\""), PV_JSON_INVALID, PV_KEY_NONE);
    check_refused(RATING("\"rating\":5,\"rating\":5") "]", PV_JSON_INVALID, PV_KEY_NONE);
}

/* `levels` of arrays or objects in the given field of the event, itself level 1. */
static char *deep(const char *field, size_t levels, bool arrays)
{
    char *data = malloc(1024), *out = data;
    out += sprintf(out, "{" IDS ",\"rating\":5,\"%s\":", field);
    for (size_t i = 1; i < levels; i++)
        out = stpcpy(out, arrays ? "[" : "{\"a\":");
    *out++ = '1';
    for (size_t i = 1; i < levels; i++)
        *out++ = arrays ? ']' : '}';
    (void)stpcpy(out, "}");
    return data;
}

static void event_json__nested_deeper_than_64__is_refused(void **state)
{
    (void)state;
    for (size_t levels = 63; levels <= 66; levels++)
        for (int arrays = 0; arrays < 2; arrays++) {
            char *data = deep("x", levels, arrays != 0);
            if (levels <= 64)
                check_accepted(data);
            else
                check_refused(data, PV_JSON_INVALID, PV_KEY_NONE);
            free(data);
        }
}

static void event_json__nesting_where_a_primitive_is_meant__is_of_the_fields_type(void **state)
{
    (void)state;
    check_refused("{\"id\":[[1]],\"election_id\":\"\"}", PV_FIELD_TYPE, PV_KEY_ID);
    check_refused(RATING("\"rating\":{\"rating\":5}"), PV_FIELD_TYPE, PV_KEY_RATING);
    for (size_t levels = 63; levels <= 65; levels++) {
        char *data = deep("name", levels, true); /* of VoterRegistered, where it is listed */
        check_refused_as("PhotoVote.Event.Voter.VoterRegistered", str(data),
                         levels <= 64 ? PV_FIELD_MISSING : PV_JSON_INVALID,
                         levels <= 64 ? PV_KEY_VOTER_ID : PV_KEY_NONE);
        free(data);
        data = deep("id2", levels, true);
        memcpy(strstr(data, "\"id\""), "\"i_\"", 4);
        memcpy(strstr(data, "\"id2\""), "\"id\" ", 5);
        check_refused(data, levels <= 64 ? PV_FIELD_TYPE : PV_JSON_INVALID,
                      levels <= 64 ? PV_KEY_ID : PV_KEY_NONE);
        free(data);
    }
}

static void event_json__what_is_wrong__is_said(void **state)
{
    (void)state;
    check_refused("{\"a\":nul}", PV_JSON_INVALID, PV_KEY_NONE);
    check_message("the event is not a JSON object that can be read: it is not JSON, at byte 6 of it");
    check_refused(" {\"a\":\"\xff\"}", PV_JSON_INVALID, PV_KEY_NONE);
    check_message("the event is not a JSON object that can be read: a string has bytes that are not UTF-8, "
                  "at byte 8 of it");
    check_refused("{\"\\ud800\":1}", PV_JSON_INVALID, PV_KEY_NONE);
    check_message("the event is not a JSON object that can be read: a string has half a surrogate pair, at "
                  "byte 3 of it");
    check_refused("{} {}", PV_JSON_INVALID, PV_KEY_NONE);
    check_message("the event is not a JSON object that can be read: it is not JSON, at byte 4 of it");
    check_refused(" [1]", PV_JSON_INVALID, PV_KEY_NONE);
    check_message("the event is not a JSON object that can be read: it is [1]");
    char *data = deep("x", 66, true), expected[128];
    check_refused(data, PV_JSON_INVALID, PV_KEY_NONE);
    (void)snprintf(expected, sizeof expected,
                   "the event is not a JSON object that can be read: it is nested too deep, at byte %d of it",
                   (int)(strchr(data, '[') - data) + PV_JSON_DEPTH_MAX);
    check_message(expected);
    free(data);
}

static void event_json__a_long_value_that_is_no_object__is_cut_in_the_sentence(void **state)
{
    (void)state;
    for (int len = 100; len < 140; len++) {
        char data[512], *out = data;
        *out++ = '"';
        for (int i = 0; i < len; i++)
            out = stpcpy(out, "\xc3\xa9");
        (void)stpcpy(out, "\"");
        check_refused(data, PV_JSON_INVALID, PV_KEY_NONE);
        check_true(why.value_cut);
        check_true(why.value_len <= PV_REFUSAL_VALUE_MAX && why.value_len >= PV_REFUSAL_VALUE_MAX - 1);
        check_int(why.value[why.value_len - 1], (char)0xa9); /* whole characters */
    }
}

/* Step 2 */

static void event_type__that_is_not_in_the_catalogue__is_unknown(void **state)
{
    (void)state;
    static const char *const types[] = {"",
                                        "BallotCast",
                                        "Ballot.BallotCast",
                                        "PhotoVote.Event.Ballot.BallotCast ",
                                        "photovote.event.ballot.ballotcast",
                                        "PhotoVote.Event.Ballot.BallotCas",
                                        "PhotoVote.Event.Voter.BallotCast",
                                        "PhotoVote.Event.Ballot.Ballot\xc3\xa9"};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        check_refused_as(types[i], str("{}"), PV_EVENT_TYPE_UNKNOWN, PV_KEY_TYPE);
        check_refused_as(types[i], str(RATING("\"rating\":5,\"rating\":5")), PV_EVENT_TYPE_UNKNOWN,
                         PV_KEY_TYPE);
    }
    check_refused_as("PhotoVote.Event.Ballot.BallotCast", str("{}"), PV_FIELD_MISSING, PV_KEY_ID);
}

static void event_type__each_of_the_catalogue__is_known(void **state)
{
    (void)state;
    for (int type = 0; type < PV_EVENT_TYPE_COUNT; type++) {
        char name[80];
        struct pv_str wire = pv_event_spec((enum pv_event_type)type)->type;
        (void)snprintf(name, sizeof name, "%.*s", (int)wire.len, wire.ptr);
        check_refused_as(name, str("{}"), PV_FIELD_MISSING, PV_KEY_ID);
        check_refused_as(name, str("{\"id\":\"" ID "\"}"), PV_FIELD_MISSING, PV_KEY_ELECTION_ID);
    }
}

/* Step 3 */

static void event_keys__each_listed_one_twice__is_refused(void **state)
{
    (void)state;
    for (int type = 0; type < PV_EVENT_TYPE_COUNT; type++) {
        const struct pv_event_spec *spec = pv_event_spec((enum pv_event_type)type);
        char name[80], data[128];
        (void)snprintf(name, sizeof name, "%.*s", (int)spec->type.len, spec->type.ptr);
        for (unsigned field = PV_KEY_NONE + 1; field < PV_KEY_COUNT; field++) {
            const char *key = pv_field_name((enum pv_field)field);
            bool listed = false;
            for (size_t i = 0; i < spec->field_count; i++)
                listed = listed || spec->fields[i].name == field;
            /* Before anything is said of fields that are missing or of the wrong type. */
            (void)snprintf(data, sizeof data, "{\"%s\":1,\"x\":2,\"%s\":null}", key, key);
            if (listed)
                check_refused_as(name, str(data), PV_JSON_DUPLICATE_KEY, (enum pv_field)field);
            else
                check_refused_as(name, str(data), PV_FIELD_MISSING, PV_KEY_ID);
        }
    }
}

static void event_keys__compared_after_unescaping(void **state)
{
    (void)state;
    check_refused(RATING("\"rating\":5,\"r\\u0061ting\":5"), PV_JSON_DUPLICATE_KEY, PV_KEY_RATING);
    check_refused(RATING("\"\\u0072\\u0061\\u0074\\u0069\\u006e\\u0067\":5,\"rating\":5"),
                  PV_JSON_DUPLICATE_KEY, PV_KEY_RATING);
    check_refused(RATING("\"\\u0072ating\":5,\"ratin\\u0067\":5"), PV_JSON_DUPLICATE_KEY, PV_KEY_RATING);
    check_accepted(RATING("\"r\\u0061ting\":5,\"rating \":5,\"Rating\":5,\"rating\\u0000\":5"));
    check_accepted(RATING("\"\\u0072\\u0061\\u0074\\u0069\\u006E\\u0067\":4"));
    check_int(event.u.ballot_candidate_rated.rating.stars, 4);
}

static void event_keys__of_several_the_first_second_occurrence__is_told(void **state)
{
    (void)state;
    check_refused("{\"id\":1,\"rating\":1,\"ballot_id\":1,\"rating\":2,\"ballot_id\":2,\"id\":2}",
                  PV_JSON_DUPLICATE_KEY, PV_KEY_RATING);
    check_refused("{\"id\":1,\"rating\":1,\"ballot_id\":1,\"ballot_id\":2,\"rating\":2,\"id\":2}",
                  PV_JSON_DUPLICATE_KEY, PV_KEY_BALLOT_ID);
    check_refused("{\"id\":1,\"rating\":1,\"id\":1,\"id\":2,\"rating\":2}", PV_JSON_DUPLICATE_KEY, PV_KEY_ID);
    /* A doubled field of other events does not count, though it comes first. */
    check_refused("{\"name\":1,\"name\":1,\"rating\":1,\"rating\":2}", PV_JSON_DUPLICATE_KEY, PV_KEY_RATING);
    check_message("the field \"rating\" stands twice");
}

static void event_keys__unlisted_ones__are_ignored(void **state)
{
    (void)state;
    check_accepted(RATING("\"rating\":5,\"x\":1,\"x\":2,\"\":3,\"\":4"));
    check_accepted(RATING("\"rating\":5,\"name\":1,\"name\":2,\"type\":1,\"type\":2,\"stream\":7"));
    check_accepted(RATING("\"rating\":5,\"x\":{\"id\":1,\"id\":2,\"rating\":1,\"rating\":2}"));
    check_accepted(RATING("\"rating\":5,\"x\":[{\"rating\":1},{\"rating\":2}]"));
    check_int(event.u.ballot_candidate_rated.rating.stars, 5);
}

/* Values on their way to the core */

static void event_integers__of_any_size__are_integers(void **state)
{
    (void)state;
    check_accepted(RATING("\"rating\":1"));
    check_refused(RATING("\"rating\":0"), PV_RATING_OUT_OF_RANGE, PV_KEY_RATING);
    check_refused(RATING("\"rating\":-0"), PV_RATING_OUT_OF_RANGE, PV_KEY_RATING);
    check_refused(RATING("\"rating\":6"), PV_RATING_OUT_OF_RANGE, PV_KEY_RATING);
    check_refused(RATING("\"rating\":-1"), PV_RATING_OUT_OF_RANGE, PV_KEY_RATING);
    check_refused(RATING("\"rating\":1000000000000000000000000000000"), PV_RATING_OUT_OF_RANGE,
                  PV_KEY_RATING);
    check_message("the rating 1000000000000000000000000000000 is not from 1 to 5");
    check_refused(RATING("\"rating\":-1000000000000000000000000000000"), PV_RATING_OUT_OF_RANGE,
                  PV_KEY_RATING);
    check_refused(RATING("\"rating\":18446744073709551621"), PV_RATING_OUT_OF_RANGE, PV_KEY_RATING);
}

static void event_values__of_another_json_type__are_refused(void **state)
{
    (void)state;
    static const char *const values[] = {"5.0", "5e0", "5E0", "\"5\"", "true", "false", "[5]", "{}"};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        char data[512];
        (void)snprintf(data, sizeof data, "{" IDS ",\"rating\":%s}", values[i]);
        check_refused(data, PV_FIELD_TYPE, PV_KEY_RATING);
        /* As it stands there: without its quotes "5" would look like the number that is meant. */
        char message[512];
        (void)snprintf(message, sizeof message, "the value has the wrong JSON type: %s", values[i]);
        check_message(message);
    }
    check_refused("{\"id\":5}", PV_FIELD_TYPE, PV_KEY_ID);
    check_refused("{\"id\":null}", PV_FIELD_MISSING, PV_KEY_ID);
    check_accepted(RATING("\"rating\":null"));
    check_int(event.u.ballot_candidate_rated.rating.stars, 0);
    check_refused("{" IDS "}", PV_FIELD_MISSING, PV_KEY_RATING);
}

static void event_texts__are_unescaped(void **state)
{
    (void)state;
    const char *data = "{\"id\":\"01HQE4C88681AS0643T9178A\\u0037M\",\"election_id\":\"" KIT_ELECTION
                       "\",\"name\":\"\\u00e9\\\"\\\\\\/\xc3\xa9\",\"description\":\"a\\nb\\tc\\r\"}";
    check_int(read_as("PhotoVote.Event.Election.ElectionCreated", str(data)), PV_OK);
    check_str(event.u.election_created.name.text, "\xc3\xa9\"\\/\xc3\xa9");
    check_str(event.u.election_created.description.text, "a\nb\tc\r");
    check_int(event.type, PV_EVENT_ELECTION_CREATED);
    data = "{\"description\":\"plain\",\"name\":\"\\u0061\",\"election_id\":\"" KIT_ELECTION "\",\"id\":\"" ID
           "\"}";
    check_int(read_as("PhotoVote.Event.Election.ElectionCreated", str(data)), PV_OK);
    check_str(event.u.election_created.name.text, "a");
    check_str(event.u.election_created.description.text, "plain");
    check_refused_as("PhotoVote.Event.Election.ElectionNameChanged",
                     str("{\"id\":\"" ID "\",\"election_id\":\"" KIT_ELECTION "\",\"name\":\"a\\u0000\"}"),
                     PV_TEXT_CONTROL, PV_KEY_NAME);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(event_json__what_is_no_json__is_refused),
    cmocka_unit_test(event_json__cut_anywhere__is_refused),
    cmocka_unit_test(event_json__is_refused_before_an_unknown_type),
    cmocka_unit_test(event_json__is_refused_before_a_key_that_stands_twice),
    cmocka_unit_test(event_json__nested_deeper_than_64__is_refused),
    cmocka_unit_test(event_json__nesting_where_a_primitive_is_meant__is_of_the_fields_type),
    cmocka_unit_test(event_json__what_is_wrong__is_said),
    cmocka_unit_test(event_json__a_long_value_that_is_no_object__is_cut_in_the_sentence),
    cmocka_unit_test(event_type__that_is_not_in_the_catalogue__is_unknown),
    cmocka_unit_test(event_type__each_of_the_catalogue__is_known),
    cmocka_unit_test(event_keys__each_listed_one_twice__is_refused),
    cmocka_unit_test(event_keys__compared_after_unescaping),
    cmocka_unit_test(event_keys__of_several_the_first_second_occurrence__is_told),
    cmocka_unit_test(event_keys__unlisted_ones__are_ignored),
    cmocka_unit_test(event_integers__of_any_size__are_integers),
    cmocka_unit_test(event_values__of_another_json_type__are_refused),
    cmocka_unit_test(event_texts__are_unescaped),
};

int main(void)
{
    _Static_assert(sizeof(tests) / sizeof(tests[0]) >= 17, "tests are missing from the group");
    return cmocka_run_group_tests(tests, NULL, free_all) == 0 ? 0 : 1;
}
