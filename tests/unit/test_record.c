/* record.c: F1 steps 1, 2 and 4 on lines, and what a store gave. Every case is read by both readers. */
#include <stdlib.h>

#include "failing.h"
#include "record_kit.h"

#define ID "01HQE4C88681AS0643T9178A7M"
#define CAST "PhotoVote.Event.Ballot.BallotCast"
#define EVENT                                                                                                \
    "{\"id\":\"" ID "\",\"election_id\":\"" KIT_ELECTION "\",\"ballot_id\":\"01HQEDWNKVRYRBW0AKG283JFXD\"}"
#define STREAM "\"stream\":\"" KIT_STREAM "\","
#define NUMBER "\"number\":17,"
#define TYPE "\"type\":\"" CAST "\","
#define DATA "\"data\":" EVENT
#define REQUIRED STREAM NUMBER TYPE DATA
/* A record with one member more. */
#define WITH(member) "{" REQUIRED "," member "}"
#define OPTIONAL                                                                                             \
    "\"id\":\"an "                                                                                           \
    "id\",\"created\":\"2024-02-24T18:03:11.123456Z\",\"position\":4711,\"metadata\":{\"who\":\"me\"}"

static struct pv_str str(const char *text)
{
    return (struct pv_str){text, strlen(text)};
}

static const struct pv_record *record;

/* By the plain reader; then twice by one with layouts, which must not differ. */
static void read_text(struct pv_str line)
{
    static struct pv_record other;
    struct pv_record_reader *reader = kit_reader(true, 2 * line.len);
    record = kit_read(line);
    for (int i = 0; i < 2; i++) {
        pv_record_read_line(reader, line, 1, &other);
        const char *difference = kit_difference(record, &other);
        if (difference != NULL)
            fail_msg("the readers differ in %s: %.*s", difference, (int)line.len, line.ptr);
    }
    pv_record_reader_free(reader);
}

static void check_unreadable_text(struct pv_str line)
{
    read_text(line);
    if (record->envelope != PV_ENVELOPE_UNREADABLE)
        fail_msg("readable: %.*s", (int)line.len, line.ptr);
    check_int(record->why.code, PV_RECORD_INVALID);
    check_int(record->why.field, PV_KEY_NONE);
    check_true(!record->has_stream && !record->has_number && !record->has_election && !record->has_created &&
               !record->lacks_created);
}

static void check_unreadable(const char *line)
{
    check_unreadable_text(str(line));
}

static void check_key(const char *line, enum pv_field field)
{
    read_text(str(line));
    if (record->envelope != PV_ENVELOPE_KEY_INVALID || record->why.field != field)
        fail_msg("not %s but %d of %d: %s", pv_field_name(field), record->envelope, record->why.field, line);
    check_int(record->why.code, PV_RECORD_INVALID);
}

static void check_valid(const char *line)
{
    read_text(str(line));
    if (record->envelope != PV_ENVELOPE_VALID)
        fail_msg("%d of %d: %s", record->envelope, record->why.field, line);
}

static void check_decoded(const char *line, enum pv_code code, enum pv_field field)
{
    check_valid(line);
    check_int(record->decoded, code == PV_CODE_NONE ? PV_OK : PV_REFUSED);
    if (code == PV_CODE_NONE)
        return;
    if (record->why.code != code || record->why.field != field)
        fail_msg("%s of %d, not %s: %s", pv_code_name(record->why.code), record->why.field,
                 pv_code_name(code), line);
}

static void check_message(const char *expected)
{
    char message[PV_MESSAGE_MAX];
    check_str(((struct pv_str){message, pv_refusal_message(&record->why, message)}), expected);
}

/* What is read of a valid record */

static void record__with_every_key__is_read(void **state)
{
    (void)state;
    check_decoded("{" REQUIRED "," OPTIONAL "}", PV_CODE_NONE, PV_KEY_NONE);
    check_int(record->line, 1);
    check_true(record->has_stream && record->has_number && record->has_election && record->has_created &&
               !record->lacks_created);
    check_str(record->stream, KIT_STREAM);
    struct pv_bits128 id;
    check_int(pv_ulid_parse(str(KIT_ELECTION), &id), PV_CODE_NONE);
    check_true(pv_bits128_equal(record->election_id.bits, id));
    check_int(record->number, 17);
    check_int(record->position, 4711);
    check_int(record->created.us, 1708797791123456);
    check_str(record->recorded.stream, KIT_STREAM);
    check_int(record->recorded.number, 17);
    check_str(record->recorded.type, CAST);
    check_str(record->recorded.data, EVENT);
    check_str(record->recorded.id, "an id");
    check_str(record->recorded.created, "2024-02-24T18:03:11.123456Z");
    check_int(record->recorded.position, 4711);
    check_str(record->recorded.metadata, "{\"who\":\"me\"}");
    check_int(record->event.type, PV_EVENT_BALLOT_CAST);
    check_true(pv_bits128_equal(record->event.u.election_id.bits, id));
}

static void check_bare(void)
{
    check_true(!record->has_created && record->lacks_created);
    check_int(record->position, -1);
    check_int(record->recorded.position, -1);
    check_true(record->recorded.id.ptr == NULL && record->recorded.created.ptr == NULL &&
               record->recorded.metadata.ptr == NULL);
}

static void record__optional_keys__may_be_absent_or_null(void **state)
{
    (void)state;
    check_decoded("{" REQUIRED "}", PV_CODE_NONE, PV_KEY_NONE);
    check_bare();
    check_decoded(WITH("\"id\":null,\"created\":null,\"position\":null,\"metadata\":null"), PV_CODE_NONE,
                  PV_KEY_NONE);
    check_bare();
}

static void record__in_any_order_and_space__is_read(void **state)
{
    (void)state;
    check_decoded("{" OPTIONAL "," DATA "," TYPE NUMBER "\"stream\":\"" KIT_STREAM "\"}", PV_CODE_NONE,
                  PV_KEY_NONE);
    check_str(record->recorded.data, EVENT);
    check_decoded("\t \r{ \"stream\" :\t\"" KIT_STREAM "\" ,\r" NUMBER " " TYPE " \"data\" : " EVENT
                  " } \t\r",
                  PV_CODE_NONE, PV_KEY_NONE);
    check_str(record->recorded.data, EVENT);
    check_decoded("{" STREAM NUMBER TYPE "\"data\": { \"id\" : \"" ID "\" , \"election_id\":\"" KIT_ELECTION
                  "\",\"ballot_id\":\"01HQEDWNKVRYRBW0AKG283JFXD\" } }",
                  PV_CODE_NONE, PV_KEY_NONE);
}

static void record__escaped_keys_and_texts__are_unescaped(void **state)
{
    (void)state;
    check_decoded("{\"str\\u0065am\":\"\\u0045lection-" KIT_ELECTION "\",\"\\u006eumber\":17,\"t\\u0079pe\":"
                  "\"PhotoVote.Event.Ballot.\\u0042allotCast\",\"d\\u0061ta\":" EVENT
                  ",\"i\\u0064\":\"\\u00e9\\ud83d\\ude00\\n\",\"created\":\"2024-02-24T18:03:11\\u005a\"}",
                  PV_CODE_NONE, PV_KEY_NONE);
    check_str(record->stream, KIT_STREAM);
    check_str(record->recorded.type, CAST);
    check_str(record->recorded.id, "\xc3\xa9\xf0\x9f\x98\x80\n");
    check_str(record->recorded.created, "2024-02-24T18:03:11Z");
    check_str(record->recorded.data, EVENT);
}

static void record__other_keys__are_ignored(void **state)
{
    (void)state;
    check_decoded(WITH("\"x\":1,\"x\":2,\"\":[],\"name\":1,\"name\":2,\"rating\":9,\"election_id\":7"),
                  PV_CODE_NONE, PV_KEY_NONE);
    check_decoded(WITH("\"x\":{\"stream\":1,\"stream\":2,\"data\":[]}"), PV_CODE_NONE, PV_KEY_NONE);
    check_decoded(WITH("\"Stream\":1,\"stream \":2,\"streams\":3"), PV_CODE_NONE, PV_KEY_NONE);
    check_decoded(WITH("\"metadata\":{\"data\":1,\"data\":2,\"stream\":3,\"x\":[1.5e3,true]}"), PV_CODE_NONE,
                  PV_KEY_NONE);
    check_str(record->recorded.metadata, "{\"data\":1,\"data\":2,\"stream\":3,\"x\":[1.5e3,true]}");
}

/* Step 1 */

static void line__that_is_no_json_object__is_unreadable(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",
        " \t\r",
        "x",
        "null",
        "[]",
        "\"x\"",
        "17",
        "{",
        "[{" REQUIRED "}]",
        "{" REQUIRED "} {" REQUIRED "}",
        "{" REQUIRED "}x",
        "{" REQUIRED "},",
        "{" REQUIRED ",}",
        "{," REQUIRED "}",
        "{" REQUIRED,
        "{" REQUIRED "]",
        "{" REQUIRED " \"x\":1}",
        "\xef\xbb\xbf{" REQUIRED "}",
        WITH("x:1"),
        WITH("\"x\"1"),
        WITH("\"x\":"),
        WITH("\"x\":01"),
        WITH("\"x\":\"\x01\""),
        WITH("\"x\":\"\t\""),
        WITH("\"x\":\"\\x\""),
        WITH("\"x\":[1,]"),
        WITH("\"x\":{\"y\":{]}}"),
        WITH("\"metadata\":{\"a\" 1}"),
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        check_unreadable(lines[i]);
    check_unreadable_text((struct pv_str){"{" REQUIRED "}\0", sizeof "{" REQUIRED "}"});
    check_valid("{" REQUIRED "} \t\r");
}

static void line__cut_anywhere__is_unreadable(void **state)
{
    (void)state;
    static const char line[] = "{" REQUIRED "," OPTIONAL "}";
    check_valid(line);
    for (size_t len = 0; len < strlen(line); len++)
        check_unreadable_text((struct pv_str){line, len});
}

static void line__broken_inside_data__is_unreadable(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "{" STREAM NUMBER TYPE "\"data\":{\"id\":nul}}",
        "{" STREAM NUMBER TYPE "\"data\":{\"id\" 1}}",
        "{" STREAM NUMBER TYPE "\"data\":{,}}",
        "{" STREAM NUMBER TYPE "\"data\":{\"a\":[1,]}}",
        "{" STREAM NUMBER TYPE "\"data\":[1 2]}",
        "{" STREAM NUMBER TYPE "\"data\":01}",
        "{" STREAM NUMBER TYPE "\"data\":}",
        "{" STREAM NUMBER TYPE "\"data\":\"\x01\"}",
        "{" STREAM NUMBER TYPE "\"data\":\"\\u12\"}",
        "{" STREAM NUMBER TYPE DATA ",\"data\":{\"a\":}}",
        "{" STREAM NUMBER TYPE "\"data\":{\"x\":\"\xff\",\"a\":}}",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        check_unreadable(lines[i]);
}

static void line__with_a_text_fault_outside_data__is_unreadable(void **state)
{
    (void)state;
    static const char *const faults[] = {"\xff",    "\xc3",    "\xed\xa0\x80",  "\xc0\x80",
                                         "\\ud800", "\\udc00", "\\ud800\\ud800"};
    static const char *const places[] = {
        "{" REQUIRED ",\"x\":\"%s\"}",
        "{" REQUIRED ",\"%s\":1}",
        "{" REQUIRED ",\"stream%s\":1}",
        "{" REQUIRED ",\"x\":[{\"y\":\"%s\"}]}",
        "{" REQUIRED ",\"x\":[{\"%s\":1}]}",
        "{" REQUIRED ",\"metadata\":{\"who\":\"%s\"}}",
        "{" REQUIRED ",\"metadata\":{\"%s\":1}}",
        "{" REQUIRED ",\"id\":\"%s\"}",
        "{" REQUIRED ",\"created\":\"%s\"}",
        "{\"stream\":\"%s\"," NUMBER TYPE DATA "}",
        "{" STREAM NUMBER "\"type\":\"%s\"," DATA "}",
        "{" REQUIRED ",\"id\":\"a\",\"id\":\"%s\"}",
        "{" STREAM NUMBER "\"data\":1,\"data%s\":1}",
    };
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        for (size_t j = 0; j < sizeof faults / sizeof faults[0]; j++) {
            char line[1024];
            const char *gap = strstr(places[i], "%s");
            (void)snprintf(line, sizeof line, "%.*s%s%s", (int)(gap - places[i]), places[i], faults[j],
                           gap + 2);
            check_unreadable(line);
        }
}

/* `levels` arrays or objects around a number. */
static char *levels_of(size_t levels, bool arrays)
{
    char *text = malloc(7 * levels + 2), *out = text;
    for (size_t i = 0; i < levels; i++)
        out = stpcpy(out, arrays ? "[" : "{\"a\":");
    *out++ = '1';
    memset(out, arrays ? ']' : '}', levels);
    out[levels] = '\0';
    return text;
}

static char *line_around(const char *head, const char *value, const char *tail)
{
    char *line = malloc(strlen(head) + strlen(value) + strlen(tail) + 1);
    (void)stpcpy(stpcpy(stpcpy(line, head), value), tail);
    return line;
}

static void line__nested_outside_data__may_be_64_deep(void **state)
{
    (void)state;
    static const char *const heads[] = {"{" REQUIRED ",\"x\":", "{" REQUIRED ",\"metadata\":"};
    for (size_t head = 0; head < 2; head++)
        for (size_t levels = 62; levels <= 65; levels++) { /* the record is one more */
            char *value = levels_of(levels, head == 0), *line = line_around(heads[head], value, "}");
            if (levels <= 63)
                check_decoded(line, PV_CODE_NONE, PV_KEY_NONE);
            else
                check_unreadable(line);
            free(value);
            free(line);
        }
}

static void line__nested_inside_data__has_a_count_of_its_own(void **state)
{
    (void)state;
    for (size_t levels = 62; levels <= 66; levels++) {
        char *value = levels_of(levels, true);
        /* In a field: the event is level 1. */
        char *line =
            line_around("{" STREAM NUMBER TYPE "\"data\":{\"id\":\"" ID "\",\"election_id\":\"" KIT_ELECTION
                        "\",\"ballot_id\":\"01HQEDWNKVRYRBW0AKG283JFXD\",\"x\":",
                        value, "}}");
        check_decoded(line, levels <= 63 ? PV_CODE_NONE : PV_JSON_INVALID, PV_KEY_NONE);
        check_true(record->has_stream && record->has_number);
        free(line);
        /* As the data itself: no object, or too deep; the answer is one. */
        line = line_around("{" STREAM NUMBER TYPE "\"data\":", value, "}");
        check_decoded(line, PV_JSON_INVALID, PV_KEY_NONE);
        free(line);
        free(value);
    }
}

/* So deep that levels are counted beyond any word, and still the end of the line is read. */
static void line__nested_far_too_deep_inside_data__is_read_to_its_end(void **state)
{
    (void)state;
    for (int arrays = 0; arrays < 2; arrays++) {
        char *value = levels_of(100000, arrays != 0);
        char *line = line_around("{" STREAM NUMBER TYPE "\"data\":", value, "}");
        check_decoded(line, PV_JSON_INVALID, PV_KEY_NONE);
        check_int(record->recorded.data.len, strlen(value));
        line[strlen(line) - 2] = arrays != 0 ? '}' : ']';
        check_unreadable(line);
        free(line);
        line = line_around("{" STREAM NUMBER TYPE "\"data\":{\"x\":", value, "}");
        check_unreadable(line); /* one brace is missing */
        free(line);
        line = line_around("{" STREAM NUMBER TYPE "\"data\":{\"x\":", value, "},\"number\":18}");
        check_key(line, PV_KEY_NUMBER);
        free(line);
        line = line_around("{" REQUIRED ",\"x\":", value, "}");
        check_unreadable(line);
        free(line);
        free(value);
    }
    char *text = malloc(PV_LINE_MAX);
    memset(text, '[', PV_LINE_MAX);
    memcpy(text, "{\"data\":", 8);
    check_unreadable_text((struct pv_str){text, PV_LINE_MAX});
    free(text);
}

static void line__longer_than_the_limit__is_unreadable(void **state)
{
    (void)state;
    static const char head[] = "{" REQUIRED ",\"x\":\"", tail[] = "\"}";
    size_t around = strlen(head) + strlen(tail);
    char *line = malloc(PV_LINE_MAX + 2);
    struct pv_record_reader *reader = kit_reader(false, PV_LINE_MAX + 2);
    static struct pv_record one;
    for (size_t len = PV_LINE_MAX - 1; len <= PV_LINE_MAX + 1; len++) {
        memset(line, 'a', len);
        memcpy(line, head, strlen(head));
        memcpy(line + len - strlen(tail), tail, strlen(tail));
        check_true(len > around);
        pv_record_read_line(reader, (struct pv_str){line, len}, 3, &one);
        check_int(one.envelope, len <= PV_LINE_MAX ? PV_ENVELOPE_VALID : PV_ENVELOPE_UNREADABLE);
        check_int(one.line, 3);
    }
    /* By white space, and cut to one byte more than the limit. */
    memset(line, ' ', PV_LINE_MAX + 1);
    memcpy(line, "{" REQUIRED "}", strlen("{" REQUIRED "}"));
    pv_record_read_line(reader, (struct pv_str){line, PV_LINE_MAX}, 3, &one);
    check_int(one.envelope, PV_ENVELOPE_VALID);
    pv_record_read_line(reader, (struct pv_str){line, PV_LINE_MAX + 1}, 3, &one);
    check_int(one.envelope, PV_ENVELOPE_UNREADABLE);
    check_int(one.why.field, PV_KEY_NONE);
    pv_record_reader_free(reader);
    record = &one;
    check_message("the record is not valid: it is longer than 16777216 bytes");
    free(line);
}

static void line__unreadable__says_why(void **state)
{
    (void)state;
    check_unreadable("{\"a\":nul}");
    check_message("the record is not valid: it cannot be read: it is not JSON, at byte 6");
    check_unreadable(WITH("\"x\":\"\xff\""));
    check_true(strstr(record->why.value, "not UTF-8") != NULL);
    check_unreadable("{\"data\":{\"a\":nul}}");
    check_message("the record is not valid: it cannot be read: it is not JSON, at byte 14");
    check_unreadable("{\"data\":{\"a\":{}}},");
    check_message("the record is not valid: it cannot be read: it is not JSON, at byte 18");
    static const char *const others[] = {"[1]", " [1]", "7", "\"a\"", "null", "x", "", "[nul]"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        check_unreadable(others[i]);
        check_message("the record is not valid: it is not a JSON object");
    }
    check_unreadable(" {");
    check_message("the record is not valid: it cannot be read: it is not JSON, at byte 3");
    char *value = levels_of(64, true), *line = line_around("{\"x\":", value, "}");
    check_unreadable(line);
    check_message("the record is not valid: it cannot be read: it is nested too deep, at byte 69");
    free(line);
    free(value);
}

/* Step 2: keys that stand twice */

static const enum pv_field keys[] = {PV_KEY_STREAM, PV_KEY_NUMBER,  PV_KEY_TYPE,     PV_KEY_DATA,
                                     PV_KEY_ID,     PV_KEY_CREATED, PV_KEY_POSITION, PV_KEY_METADATA};
static const char *const members[] = {STREAM,
                                      NUMBER,
                                      TYPE,
                                      DATA ",",
                                      "\"id\":\"x\",",
                                      "\"created\":\"2024-02-24T18:03:11Z\",",
                                      "\"position\":5,",
                                      "\"metadata\":{},"};
enum { KEYS = 8 };

/* Members by their numbers in the order given, from 0. */
static char *line_of(const char *order)
{
    char *line = malloc(4096), *out = stpcpy(line, "{");
    for (; *order != '\0'; order++)
        out = stpcpy(out, members[*order - '0']);
    (void)stpcpy(out, "\"x\":1}");
    return line;
}

static void check_order(const char *order, enum pv_field field)
{
    char *line = line_of(order);
    check_key(line, field);
    free(line);
}

static void keys__each_of_the_eight_twice__is_invalid(void **state)
{
    (void)state;
    for (int key = 0; key < KEYS; key++) {
        char order[16];
        (void)snprintf(order, sizeof order, "01234567%d", key);
        check_order(order, keys[key]);
        check_int(record->has_stream, keys[key] != PV_KEY_STREAM);
        check_int(record->has_election, keys[key] != PV_KEY_STREAM);
        check_int(record->has_number, keys[key] != PV_KEY_NUMBER);
        check_int(record->has_created, keys[key] != PV_KEY_CREATED);
        check_true(!record->lacks_created);
        check_int(record->position, keys[key] == PV_KEY_POSITION ? -1 : 5);
        char *line = line_of("01234567");
        check_valid(line);
        free(line);
    }
}

static void keys__twice_in_any_spelling_or_with_null__are_invalid(void **state)
{
    (void)state;
    check_key(WITH("\"str\\u0065am\":1"), PV_KEY_STREAM);
    check_key(WITH("\"\\u0064\\u0061\\u0074\\u0061\":null"), PV_KEY_DATA);
    check_key(WITH("\"id\":null,\"id\":null"), PV_KEY_ID);
    check_key(WITH("\"position\":null,\"position\":5"), PV_KEY_POSITION);
    check_key(WITH("\"created\":null,\"created\":null"), PV_KEY_CREATED);
    check_true(!record->has_created && !record->lacks_created);
    check_valid(WITH("\"DATA\":null"));
}

static void keys__of_several_twice__the_first_second_occurrence_is_told(void **state)
{
    (void)state;
    check_order("0123456754321076", PV_KEY_CREATED);
    check_order("0123456776543210", PV_KEY_METADATA);
    check_order("012345670077", PV_KEY_STREAM);
    check_order("0123445567", PV_KEY_ID);
    check_order("01234567"
                "1"
                "0",
                PV_KEY_NUMBER);
    check_true(!record->has_stream && !record->has_number);
    check_order("01234567"
                "0"
                "1",
                PV_KEY_STREAM);
    check_true(!record->has_stream && !record->has_number);
    check_order("0123"
                "22"
                "0",
                PV_KEY_TYPE);
    check_message("the record is not valid: type stands twice");
}

static void keys__twice__come_before_any_other_fault(void **state)
{
    (void)state;
    check_key("{\"stream\":7,\"number\":\"x\",\"metadata\":{},\"metadata\":{}}", PV_KEY_METADATA);
    check_true(!record->has_stream && !record->has_number);
    check_key("{\"stream\":\"x\",\"number\":3,\"metadata\":{},\"metadata\":{}}", PV_KEY_METADATA);
    check_true(record->has_stream && !record->has_election && record->has_number);
    check_str(record->stream, "x");
    check_int(record->number, 3);
}

static void keys__data_twice__is_invalid_whatever_is_in_it(void **state)
{
    (void)state;
    static const char *const values[] = {"null",        "{}", "\"\xff\"", "\"\\ud800\"", "{\"x\":\"\xff\"}",
                                         "{\"\xff\":1}"};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        char line[1024];
        (void)snprintf(line, sizeof line, "{" REQUIRED ",\"data\":%s}", values[i]);
        check_key(line, PV_KEY_DATA);
        (void)snprintf(line, sizeof line, "{\"data\":%s," REQUIRED "}", values[i]);
        check_key(line, PV_KEY_DATA);
        check_true(record->has_stream && record->has_number);
    }
    char *value = levels_of(100, true), *line = line_around("{" REQUIRED ",\"data\":", value, "}");
    check_key(line, PV_KEY_DATA);
    free(line);
    free(value);
}

/* Step 2: the keys in the order of the table */

/* A wrong value for each key; data cannot have one, and is left out. */
static const char *const wrong[] = {
    "\"stream\":7,", "\"number\":1.5,",    "\"type\":null,",   "",
    "\"id\":7,",     "\"created\":\"x\",", "\"position\":-1,", "\"metadata\":[],"};

static void keys__the_first_fault_in_the_order_of_the_table__is_told(void **state)
{
    (void)state;
    for (unsigned faults = 1; faults < 1U << KEYS; faults++) {
        char line[2048], *out = stpcpy(line, "{");
        int first = KEYS;
        for (int key = KEYS - 1; key >= 0; key--) { /* they stand in the opposite order */
            bool is_wrong = (faults >> key & 1) != 0;
            out = stpcpy(out, is_wrong ? wrong[key] : members[key]);
            first = is_wrong ? key : first;
        }
        (void)stpcpy(out, "\"x\":1}");
        check_key(line, keys[first]);
        check_int(record->has_stream, (faults & 1) == 0);
        check_int(record->has_number, (faults & 2) == 0);
        check_int(record->has_created, (faults & 32) == 0);
        check_true(!record->lacks_created);
    }
}

static void keys__required_ones__must_be_there(void **state)
{
    (void)state;
    check_key("{" NUMBER TYPE DATA "}", PV_KEY_STREAM);
    check_message("the record is not valid: stream is missing");
    check_true(!record->has_stream && record->has_number);
    check_key("{" STREAM TYPE DATA "}", PV_KEY_NUMBER);
    check_true(record->has_stream && record->has_election && !record->has_number);
    check_key("{" STREAM NUMBER DATA "}", PV_KEY_TYPE);
    check_key("{" STREAM NUMBER "\"type\":\"" CAST "\"}", PV_KEY_DATA);
    check_key("{}", PV_KEY_STREAM);
    check_true(record->lacks_created);
}

static void key_stream__must_name_an_election(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        bool is_string;
    } cases[] = {
        {"null", false},
        {"7", false},
        {"true", false},
        {"{}", false},
        {"[\"" KIT_STREAM "\"]", false},
        {"\"\"", true},
        {"\"x\"", true},
        {"\"Election-\"", true},
        {"\"" KIT_ELECTION "\"", true},
        {"\"election-" KIT_ELECTION "\"", true},
        {"\"Election_" KIT_ELECTION "\"", true},
        {"\"Election-" KIT_ELECTION " \"", true},
        {"\" Election-" KIT_ELECTION "\"", true},
        {"\"Election-01hq0000000000000000000001\"", true},
        {"\"Election-01Hq0000000000000000000001\"", true},
        {"\"Election-0000000000000000000000000z\"", true},
        {"\"Election-8ZZZZZZZZZZZZZZZZZZZZZZZZZ\"", true},
        {"\"Election-00000000000000000000000000\"", true},
        {"\"Election-01HQ000000000000000000000U\"", true},
        {"\"Election-01HQ000000000000000000001\"", true},
        {"\"Election-01HQ00000000000000000000001\"", true},
        {"\"Ballot-" KIT_ELECTION "\"", true},
        {"\"\\u00e9\"", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char line[1024];
        (void)snprintf(line, sizeof line, "{\"stream\":%s," NUMBER TYPE DATA "}", cases[i].value);
        check_key(line, PV_KEY_STREAM);
        check_int(record->has_stream, cases[i].is_string);
        check_true(!record->has_election && record->has_number);
    }
    check_str(record->stream, "\xc3\xa9");
    check_message("the record is not valid: stream does not name an election: \"\\u00e9\"");
    check_valid("{\"stream\":\"Election-7ZZZZZZZZZZZZZZZZZZZZZZZZZ\"," NUMBER TYPE DATA "}");
    check_valid("{\"stream\":\"Election-00000000000000000000000001\"," NUMBER TYPE DATA "}");
}

static void check_natural(const char *head, const char *tail, enum pv_field field)
{
    static const char *const refused[] = {"-1",
                                          "9223372036854775808",
                                          "18446744073709551617",
                                          "1000000000000000000000000000000",
                                          "-9223372036854775808",
                                          "1.0",
                                          "1e0",
                                          "0.0",
                                          "0e0",
                                          "-0.0",
                                          "\"1\"",
                                          "true",
                                          "[1]",
                                          "{}"};
    static const struct {
        const char *text;
        int64_t value;
    } accepted[] = {{"0", 0},
                    {"-0", 0},
                    {"1", 1},
                    {"9223372036854775806", INT64_MAX - 1},
                    {"9223372036854775807", INT64_MAX}};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        char *line = line_around(head, refused[i], tail);
        check_key(line, field);
        check_int(record->has_number, field != PV_KEY_NUMBER);
        check_int(record->position, -1);
        free(line);
    }
    for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; i++) {
        char *line = line_around(head, accepted[i].text, tail);
        check_valid(line);
        check_int(field == PV_KEY_NUMBER ? record->number : record->position, accepted[i].value);
        check_int(field == PV_KEY_NUMBER ? record->recorded.number : record->recorded.position,
                  accepted[i].value);
        free(line);
    }
}

static void key_number__is_an_integer_from_0_to_2_63_minus_1(void **state)
{
    (void)state;
    check_natural("{" STREAM TYPE "\"number\":", "," DATA "}", PV_KEY_NUMBER);
    check_key("{" STREAM TYPE "\"number\":null," DATA "}", PV_KEY_NUMBER);
    check_key("{" STREAM TYPE "\"number\":1.0," DATA "}", PV_KEY_NUMBER);
    check_message("the record is not valid: number is not an integer from 0 to 9223372036854775807: 1.0");
}

static void key_position__is_an_integer_from_0_to_2_63_minus_1(void **state)
{
    (void)state;
    check_natural("{" REQUIRED ",\"position\":", "}", PV_KEY_POSITION);
}

static void key_type__is_a_string(void **state)
{
    (void)state;
    static const char *const values[] = {"null", "7", "true", "[]", "{}"};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        char *line = line_around("{" STREAM NUMBER "\"type\":", values[i], "," DATA "}");
        check_key(line, PV_KEY_TYPE);
        check_true(record->has_stream && record->has_number);
        free(line);
    }
    check_decoded("{" STREAM NUMBER "\"type\":\"\"," DATA "}", PV_EVENT_TYPE_UNKNOWN, PV_KEY_TYPE);
    check_decoded("{" STREAM NUMBER "\"type\":\"x\\n\"," DATA "}", PV_EVENT_TYPE_UNKNOWN, PV_KEY_TYPE);
    check_str(record->recorded.type, "x\n");
}

static void key_id__is_any_string(void **state)
{
    (void)state;
    check_key(WITH("\"id\":7"), PV_KEY_ID);
    check_key(WITH("\"id\":{}"), PV_KEY_ID);
    check_key(WITH("\"id\":false"), PV_KEY_ID);
    check_valid(WITH("\"id\":\"\""));
    check_true(record->recorded.id.ptr != NULL && record->recorded.id.len == 0);
    check_valid(WITH("\"id\":\"\\u0000\""));
    check_int(record->recorded.id.len, 1);
}

static void key_created__is_a_date_time(void **state)
{
    (void)state;
    static const char *const refused[] = {"7",
                                          "\"\"",
                                          "\"x\"",
                                          "\"2024-02-30T00:00:00Z\"",
                                          "\"2024-02-24\"",
                                          "\"2024-02-24 18:00:00Z\"",
                                          "[]",
                                          "\"2024-02-24T18:00:00.Z\"",
                                          "true"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        char *line = line_around("{" REQUIRED ",\"created\":", refused[i], "}");
        check_key(line, PV_KEY_CREATED);
        check_true(!record->has_created && !record->lacks_created);
        free(line);
    }
    check_valid(WITH("\"created\":\"1970-01-01t01:00:00.0000019+01:00\""));
    check_int(record->created.us, 1);
    check_str(record->recorded.created, "1970-01-01t01:00:00.0000019+01:00");
    /* It is read also where another key is at fault. */
    check_key(WITH("\"created\":\"1970-01-01T00:00:01Z\",\"metadata\":7"), PV_KEY_METADATA);
    check_true(record->has_created && record->created.us == 1000000);
    check_key(WITH("\"metadata\":7"), PV_KEY_METADATA);
    check_true(!record->has_created && record->lacks_created);
}

static void key_metadata__is_an_object(void **state)
{
    (void)state;
    static const char *const refused[] = {"7", "\"x\"", "[]", "[{}]", "true"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        char *line = line_around("{" REQUIRED ",\"metadata\":", refused[i], "}");
        check_key(line, PV_KEY_METADATA);
        free(line);
    }
    check_valid(WITH("\"metadata\": { } "));
    check_str(record->recorded.metadata, "{ }");
}

/* Step 4 */

static void data__that_is_no_object__is_the_events_fault(void **state)
{
    (void)state;
    static const char *const values[] = {"null", "7", "\"x\"", "true", "[]", "[{}]"};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        char *line = line_around("{" STREAM NUMBER TYPE "\"data\":", values[i], "}");
        check_decoded(line, PV_JSON_INVALID, PV_KEY_NONE);
        check_str(record->recorded.data, values[i]);
        free(line);
    }
}

static void data__with_a_text_fault__is_the_events_fault(void **state)
{
    (void)state;
    static const char *const values[] = {"\"\xff\"",
                                         "\"\\ud800\"",
                                         "{\"\xff\":1}",
                                         "{\"x\":\"\xc3\"}",
                                         "{\"\\udc00\":1}",
                                         "{\"id\":\"\xff\"}",
                                         "{\"x\":[\"\\ud800\"]}",
                                         "[\"\xff\"]",
                                         "{\"id\":1,\"id\":\"\xff\"}"};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        char *line = line_around("{" STREAM NUMBER TYPE "\"data\":", values[i], ",\"id\":\"x\"}");
        check_decoded(line, PV_JSON_INVALID, PV_KEY_NONE);
        check_str(record->recorded.data, values[i]);
        free(line);
    }
    check_decoded("{" STREAM NUMBER "\"data\":{\"a\":\"\xff\"}, \"type\":\"x\"}", PV_JSON_INVALID,
                  PV_KEY_NONE);
    check_message("the event is not a JSON object that can be read: a string has bytes that are not UTF-8, "
                  "at byte 7 of it");
}

static void data__is_read_after_the_keys(void **state)
{
    (void)state;
    check_key("{" STREAM NUMBER TYPE "\"data\":null,\"id\":7}", PV_KEY_ID);
    check_key("{" STREAM NUMBER TYPE "\"data\":\"\xff\",\"position\":-1}", PV_KEY_POSITION);
    check_decoded("{" STREAM NUMBER TYPE "\"data\":{\"id\":1,\"id\":2}}", PV_JSON_DUPLICATE_KEY, PV_KEY_ID);
    check_decoded("{" STREAM NUMBER TYPE "\"data\":{}}", PV_FIELD_MISSING, PV_KEY_ID);
}

/* Streams */

static void stream__formatted__is_parsed_again(void **state)
{
    (void)state;
    struct pv_election_id id, back;
    char text[PV_STREAM_LEN];
    check_true(pv_stream_parse(str(KIT_STREAM), &id));
    pv_stream_format(id, text);
    check_str(((struct pv_str){text, PV_STREAM_LEN}), KIT_STREAM);
    check_true(pv_stream_parse((struct pv_str){text, PV_STREAM_LEN}, &back));
    check_true(pv_bits128_equal(id.bits, back.bits));
    check_true(!pv_stream_parse((struct pv_str){text, PV_STREAM_LEN - 1}, &back));
}

/* What a store gave */

static struct pv_record stored;

static void read_stored(const struct pv_recorded *recorded)
{
    static struct pv_record other;
    static struct pv_record_reader *plain, *fast;
    pv_record_reader_free(plain);
    pv_record_reader_free(fast);
    plain = recorded == NULL ? NULL : kit_reader(false, recorded->data.len);
    fast = recorded == NULL ? NULL : kit_reader(true, 2 * recorded->data.len);
    if (recorded == NULL)
        return;
    pv_record_read_recorded(plain, recorded, &stored);
    for (int i = 0; i < 2; i++) {
        pv_record_read_recorded(fast, recorded, &other);
        const char *difference = kit_difference(&stored, &other);
        if (difference != NULL)
            fail_msg("the readers differ in %s", difference);
    }
    record = &stored;
}

static struct pv_recorded recorded_sample(void)
{
    return (struct pv_recorded){.stream = str(KIT_STREAM),
                                .number = 17,
                                .type = str(CAST),
                                .data = str(EVENT),
                                .id = str("x"),
                                .created = str("2024-02-24T18:03:11Z"),
                                .position = 4711,
                                .metadata = str(" {\"who\":\"me\"}\n")};
}

static void check_stored_key(const struct pv_recorded *recorded, enum pv_field field)
{
    read_stored(recorded);
    check_int(stored.envelope, PV_ENVELOPE_KEY_INVALID);
    check_int(stored.why.code, PV_RECORD_INVALID);
    check_int(stored.why.field, field);
}

static void recorded__as_a_store_gives_it__is_read(void **state)
{
    (void)state;
    struct pv_recorded recorded = recorded_sample();
    read_stored(&recorded);
    check_int(stored.envelope, PV_ENVELOPE_VALID);
    check_int(stored.decoded, PV_OK);
    check_int(stored.line, 0);
    check_true(stored.has_stream && stored.has_number && stored.has_election && stored.has_created &&
               !stored.lacks_created);
    check_str(stored.stream, KIT_STREAM);
    check_int(stored.number, 17);
    check_int(stored.position, 4711);
    check_int(stored.created.us, 1708797791000000);
    check_str(stored.recorded.metadata, " {\"who\":\"me\"}\n");
    recorded = (struct pv_recorded){
        .stream = str(KIT_STREAM), .type = str(CAST), .data = str(EVENT), .position = -1};
    read_stored(&recorded);
    check_int(stored.decoded, PV_OK);
    check_int(stored.number, 0);
    check_bare();
}

static void recorded__with_data_that_is_no_event__is_refused(void **state)
{
    (void)state;
    struct pv_recorded recorded = recorded_sample();
    static const char *const values[] = {
        "", "null", "{", EVENT "}", "{\"a\":\"\xff\"}", "\xef\xbb\xbf" EVENT};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        recorded.data = str(values[i]);
        read_stored(&recorded);
        check_int(stored.envelope, PV_ENVELOPE_VALID);
        check_int(stored.decoded, PV_REFUSED);
        check_int(stored.why.code, PV_JSON_INVALID);
    }
    recorded.data = (struct pv_str){NULL, 0};
    read_stored(&recorded);
    check_int(stored.why.code, PV_JSON_INVALID);
    recorded.data = str(" \n" EVENT "\n ");
    read_stored(&recorded);
    check_int(stored.decoded, PV_OK);
    recorded.type = str("x");
    read_stored(&recorded);
    check_int(stored.why.code, PV_EVENT_TYPE_UNKNOWN);
}

static void recorded__with_a_wrong_key__is_invalid(void **state)
{
    (void)state;
    struct pv_recorded recorded = recorded_sample();
    recorded.stream = str("$streams");
    check_stored_key(&recorded, PV_KEY_STREAM);
    check_true(stored.has_stream && !stored.has_election && stored.has_number);
    recorded.stream = str("Election-\xff");
    check_stored_key(&recorded, PV_KEY_STREAM);
    check_true(!stored.has_stream && !stored.has_election);
    recorded = recorded_sample();
    recorded.number = -1;
    check_stored_key(&recorded, PV_KEY_NUMBER);
    check_true(stored.has_stream && !stored.has_number);
    check_message("the record is not valid: number is not an integer from 0 to 9223372036854775807: -1");
    recorded.number = INT64_MIN;
    check_stored_key(&recorded, PV_KEY_NUMBER);
    check_message("the record is not valid: number is not an integer from 0 to 9223372036854775807: "
                  "-9223372036854775808");
    recorded = recorded_sample();
    recorded.type = str("\xff");
    check_stored_key(&recorded, PV_KEY_TYPE);
    recorded = recorded_sample();
    recorded.id = str("a\xc3");
    check_stored_key(&recorded, PV_KEY_ID);
    check_true(stored.has_created);
    recorded = recorded_sample();
    recorded.created = str("yesterday");
    check_stored_key(&recorded, PV_KEY_CREATED);
    check_true(!stored.has_created && !stored.lacks_created);
    recorded.created = str("2024\xff");
    check_stored_key(&recorded, PV_KEY_CREATED);
    check_message("the record is not valid: created has bytes that are not UTF-8");
}

static void recorded__with_metadata_that_is_no_object__is_invalid(void **state)
{
    (void)state;
    struct pv_recorded recorded = recorded_sample();
    static const char *const values[] = {
        "", "null", "[]", "7", "{", "{}{}", "{}x", "{\"a\":\"\xff\"}", "{\"a\":\"\\ud800\"}"};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        recorded.metadata = str(values[i]);
        check_stored_key(&recorded, PV_KEY_METADATA);
    }
    recorded.metadata = str("[7]");
    check_stored_key(&recorded, PV_KEY_METADATA);
    check_message("the record is not valid: metadata is not an object: [7]");
    recorded.metadata = str("\xff"); /* a message is text */
    check_stored_key(&recorded, PV_KEY_METADATA);
    check_message("the record is not valid: metadata is not an object");
    for (size_t levels = 62; levels <= 65; levels++) { /* as deep as it may be in a line */
        char *value = levels_of(levels, false);
        recorded.metadata = str(value);
        read_stored(&recorded);
        check_int(stored.envelope, levels <= 63 ? PV_ENVELOPE_VALID : PV_ENVELOPE_KEY_INVALID);
        free(value);
    }
}

static void recorded__with_several_faults__tells_the_first_of_the_table(void **state)
{
    (void)state;
    struct pv_recorded recorded = {.stream = str("x"),
                                   .number = -1,
                                   .type = str("\xff"),
                                   .data = str(""),
                                   .id = str("\xff"),
                                   .created = str("x"),
                                   .position = -1,
                                   .metadata = str("x")};
    check_stored_key(&recorded, PV_KEY_STREAM);
    recorded.stream = str(KIT_STREAM);
    check_stored_key(&recorded, PV_KEY_NUMBER);
    recorded.number = 0;
    check_stored_key(&recorded, PV_KEY_TYPE);
    recorded.type = str("x");
    check_stored_key(&recorded, PV_KEY_ID);
    recorded.id = str("x");
    check_stored_key(&recorded, PV_KEY_CREATED);
    recorded.created = (struct pv_str){NULL, 0};
    check_stored_key(&recorded, PV_KEY_METADATA);
    check_true(stored.lacks_created);
    recorded.metadata = (struct pv_str){NULL, 0};
    read_stored(&recorded);
    check_int(stored.why.code, PV_JSON_INVALID);
}

/* Batches and memory */

static void batch__of_many_lines__keeps_their_texts_apart(void **state)
{
    (void)state;
    static const char line[] = WITH("\"id\":\"\\u00%c%c\"");
    enum { LINES = 50 };
    char lines[LINES][512];
    static struct pv_record records[LINES];
    size_t total = 0;
    for (size_t i = 0; i < LINES; i++)
        total += (size_t)snprintf(lines[i], sizeof lines[i], line, (int)('2' + i / 10), (int)('0' + i % 10));
    for (int layouts = 0; layouts < 2; layouts++) {
        struct pv_record_reader *reader = kit_reader(layouts != 0, 10);
        for (int round = 0; round < 3; round++) {
            check_int(pv_record_reader_begin(reader, total), PV_OK);
            for (size_t i = 0; i < LINES; i++)
                pv_record_read_line(reader, str(lines[i]), i, &records[i]);
            for (size_t i = 0; i < LINES; i++) {
                check_int(records[i].recorded.id.len, 1);
                check_int(records[i].recorded.id.ptr[0], (int)((2 + i / 10) * 16 + i % 10));
                check_int(records[i].line, i);
            }
        }
        pv_record_reader_free(reader);
    }
}

static void reader__without_memory__is_a_fault_and_can_go_on(void **state)
{
    (void)state;
    failing_at(SIZE_MAX);
    pv_record_reader_free(pv_record_reader_new(true));
    size_t needed = failing_count();
    check_true(needed >= 2);
    for (size_t i = 0; i < needed; i++) {
        failing_at(i);
        check_true(pv_record_reader_new(true) == NULL);
    }
    failing_at(SIZE_MAX);
    struct pv_record_reader *reader = kit_reader(true, 600);
    static struct pv_record one;
    pv_record_read_line(reader, str("{" REQUIRED "," OPTIONAL "}"), 1, &one);
    for (size_t i = 0; i < 2; i++) {
        failing_at(i);
        check_int(pv_record_reader_begin(reader, 1000000), PV_FAULT_MEMORY);
        failing_at(SIZE_MAX);
        check_str(one.recorded.id, "an id");
    }
    failing_at(0);
    check_int(pv_record_reader_begin(reader, 600), PV_OK); /* there is room already */
    failing_at(SIZE_MAX);
    check_int(pv_record_reader_begin(reader, 1000000), PV_OK);
    pv_record_read_line(reader, str("{" REQUIRED "," OPTIONAL "}"), 1, &one);
    check_int(one.decoded, PV_OK);
    pv_record_reader_free(reader);
    pv_record_reader_free(NULL);
}

/* No record needs an allocation, whatever its line. */
static void reader__within_a_batch__allocates_nothing(void **state)
{
    (void)state;
    struct pv_record_reader *reader = kit_reader(true, 1000000);
    static struct pv_record one;
    failing_at(0);
    for (int round = 0; round < 3; round++)
        for (size_t i = 0; i < kit_line_count; i++) {
            pv_record_read_line(reader, str(kit_lines[i]), 1, &one);
            check_int(one.decoded, PV_OK);
        }
    check_int(failing_count(), 0);
    failing_at(SIZE_MAX);
    pv_record_reader_free(reader);
}

static int free_all(void **state)
{
    (void)state;
    read_stored(NULL);
    return 0;
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(record__with_every_key__is_read),
    cmocka_unit_test(record__optional_keys__may_be_absent_or_null),
    cmocka_unit_test(record__in_any_order_and_space__is_read),
    cmocka_unit_test(record__escaped_keys_and_texts__are_unescaped),
    cmocka_unit_test(record__other_keys__are_ignored),
    cmocka_unit_test(line__that_is_no_json_object__is_unreadable),
    cmocka_unit_test(line__cut_anywhere__is_unreadable),
    cmocka_unit_test(line__broken_inside_data__is_unreadable),
    cmocka_unit_test(line__with_a_text_fault_outside_data__is_unreadable),
    cmocka_unit_test(line__nested_outside_data__may_be_64_deep),
    cmocka_unit_test(line__nested_inside_data__has_a_count_of_its_own),
    cmocka_unit_test(line__nested_far_too_deep_inside_data__is_read_to_its_end),
    cmocka_unit_test(line__longer_than_the_limit__is_unreadable),
    cmocka_unit_test(line__unreadable__says_why),
    cmocka_unit_test(keys__each_of_the_eight_twice__is_invalid),
    cmocka_unit_test(keys__twice_in_any_spelling_or_with_null__are_invalid),
    cmocka_unit_test(keys__of_several_twice__the_first_second_occurrence_is_told),
    cmocka_unit_test(keys__twice__come_before_any_other_fault),
    cmocka_unit_test(keys__data_twice__is_invalid_whatever_is_in_it),
    cmocka_unit_test(keys__the_first_fault_in_the_order_of_the_table__is_told),
    cmocka_unit_test(keys__required_ones__must_be_there),
    cmocka_unit_test(key_stream__must_name_an_election),
    cmocka_unit_test(key_number__is_an_integer_from_0_to_2_63_minus_1),
    cmocka_unit_test(key_position__is_an_integer_from_0_to_2_63_minus_1),
    cmocka_unit_test(key_type__is_a_string),
    cmocka_unit_test(key_id__is_any_string),
    cmocka_unit_test(key_created__is_a_date_time),
    cmocka_unit_test(key_metadata__is_an_object),
    cmocka_unit_test(data__that_is_no_object__is_the_events_fault),
    cmocka_unit_test(data__with_a_text_fault__is_the_events_fault),
    cmocka_unit_test(data__is_read_after_the_keys),
    cmocka_unit_test(stream__formatted__is_parsed_again),
    cmocka_unit_test(recorded__as_a_store_gives_it__is_read),
    cmocka_unit_test(recorded__with_data_that_is_no_event__is_refused),
    cmocka_unit_test(recorded__with_a_wrong_key__is_invalid),
    cmocka_unit_test(recorded__with_metadata_that_is_no_object__is_invalid),
    cmocka_unit_test(recorded__with_several_faults__tells_the_first_of_the_table),
    cmocka_unit_test(batch__of_many_lines__keeps_their_texts_apart),
    cmocka_unit_test(reader__without_memory__is_a_fault_and_can_go_on),
    cmocka_unit_test(reader__within_a_batch__allocates_nothing),
};

int main(void)
{
    _Static_assert(sizeof(tests) / sizeof(tests[0]) >= 40, "tests are missing from the group");
    return cmocka_run_group_tests(tests, NULL, free_all) == 0 ? 0 : 1;
}
