/* refusal.c: the codes, kinds, statuses and fields of D7, and the sentences. */
#include "refusal.h"

#include "check.h"
#include "edge.h"

/* D7's tables, copied from its text. */
static const struct {
    enum pv_code code;
    const char *name;
    enum pv_code_kind kind;
    int status;
    const char *field; /* NULL: it depends on the case */
} table[] = {
#define MALFORMED PV_KIND_MALFORMED, 422
#define INVALID PV_KIND_INVALID, 422
#define NOT_FOUND PV_KIND_NOT_FOUND, 404
#define GONE PV_KIND_GONE, 410
#define CONFLICT PV_KIND_CONFLICT, 409
#define STREAM PV_KIND_STREAM, 0
    {PV_JSON_INVALID, "json_invalid", MALFORMED, NULL},
    {PV_JSON_DUPLICATE_KEY, "json_duplicate_key", MALFORMED, NULL},
    {PV_EVENT_TYPE_UNKNOWN, "event_type_unknown", MALFORMED, "type"},
    {PV_FIELD_MISSING, "field_missing", MALFORMED, NULL},
    {PV_FIELD_TYPE, "field_type", MALFORMED, NULL},
    {PV_ID_INVALID, "id_invalid", INVALID, NULL},
    {PV_ID_EMPTY, "id_empty", INVALID, NULL},
    {PV_TEXT_EMPTY, "text_empty", INVALID, NULL},
    {PV_TEXT_TOO_LONG, "text_too_long", INVALID, NULL},
    {PV_TEXT_CONTROL, "text_control", INVALID, NULL},
    {PV_URL_INVALID, "url_invalid", INVALID, NULL},
    {PV_EMAIL_INVALID, "email_invalid", INVALID, NULL},
    {PV_RATING_OUT_OF_RANGE, "rating_out_of_range", INVALID, NULL},
    {PV_TIME_INVALID, "time_invalid", INVALID, NULL},
    {PV_CAPTION_WITHOUT_URL, "caption_without_url", INVALID, NULL},
    {PV_ELECTION_UNKNOWN, "election_unknown", NOT_FOUND, "election_id"},
    {PV_COMPETITION_UNKNOWN, "competition_unknown", NOT_FOUND, "competition_id"},
    {PV_CANDIDATE_UNKNOWN, "candidate_unknown", NOT_FOUND, "candidate_id"},
    {PV_VOTER_UNKNOWN, "voter_unknown", NOT_FOUND, "voter_id"},
    {PV_BALLOT_UNKNOWN, "ballot_unknown", NOT_FOUND, "ballot_id"},
    {PV_RATING_UNKNOWN, "rating_unknown", NOT_FOUND, "rating"},
    {PV_ELECTION_DELETED, "election_deleted", GONE, "election_id"},
    {PV_COMPETITION_REMOVED, "competition_removed", GONE, "competition_id"},
    {PV_CANDIDATE_REMOVED, "candidate_removed", GONE, "candidate_id"},
    {PV_ELECTION_EXISTS, "election_exists", CONFLICT, "election_id"},
    {PV_ELECTION_MISMATCH, "election_mismatch", CONFLICT, "election_id"},
    {PV_COMPETITION_EXISTS, "competition_exists", CONFLICT, "competition_id"},
    {PV_CANDIDATE_EXISTS, "candidate_exists", CONFLICT, "candidate_id"},
    {PV_VOTER_EXISTS, "voter_exists", CONFLICT, "voter_id"},
    {PV_VOTER_EMAIL_TAKEN, "voter_email_taken", CONFLICT, "email"},
    {PV_BALLOT_EXISTS, "ballot_exists", CONFLICT, "ballot_id"},
    {PV_BALLOT_ALREADY_ISSUED, "ballot_already_issued", CONFLICT, "voter_id"},
    {PV_BALLOT_CAST, "ballot_cast", CONFLICT, "ballot_id"},
    {PV_BALLOT_EMPTY, "ballot_empty", CONFLICT, "ballot_id"},
    {PV_ELECTION_OPENED, "election_opened", CONFLICT, "election_id"},
    {PV_ELECTION_NOT_OPEN, "election_not_open", CONFLICT, "election_id"},
    {PV_ELECTION_CLOSED, "election_closed", CONFLICT, "election_id"},
    {PV_BALLOT_PAPER_FROZEN, "ballot_paper_frozen", CONFLICT, "election_id"},
    {PV_ELECTION_INCOMPLETE, "election_incomplete", CONFLICT, "election_id"},
    {PV_COMPETITION_TOO_SMALL, "competition_too_small", CONFLICT, "competition_id"},
    {PV_CLOSE_BEFORE_OPEN, "close_before_open", CONFLICT, "close_date"},
    {PV_STREAM_GAP, "stream_gap", STREAM, "number"},
    {PV_STREAM_ORDER, "stream_order", STREAM, "number"},
    {PV_STREAM_MISMATCH, "stream_mismatch", STREAM, "stream"},
    {PV_EVENT_ID_DUPLICATE, "event_id_duplicate", STREAM, "id"},
    {PV_RECORD_INVALID, "record_invalid", STREAM, NULL},
};
enum { ROWS = sizeof table / sizeof table[0] };

static void codes__name_kind_status_and_field__are_those_of_d7(void **state)
{
    (void)state;
    check_int(ROWS, PV_CODE_COUNT - 1);
    for (size_t i = 0; i < ROWS; i++) {
        enum pv_code code = table[i].code;
        check_int(code, i + 1); /* each once */
        assert_string_equal(pv_code_name(code), table[i].name);
        check_int(pv_code_kind(code), table[i].kind);
        check_int(pv_code_http_status(code), table[i].status);
        const char *field = pv_field_name(pv_code_field(code));
        check_true((field == NULL) == (table[i].field == NULL));
        check_true(field == NULL || strcmp(field, table[i].field) == 0);
    }
    check_true(pv_code_name(PV_CODE_NONE) == NULL);
    check_true(pv_field_name(PV_KEY_NONE) == NULL);
    check_int(pv_code_http_status(PV_CODE_NONE), 0);
}

static void fields__each__has_a_name_of_its_own(void **state)
{
    (void)state;
    static const char *const names[] = {
        "id",    "election_id", "competition_id", "candidate_id",  "voter_id", "ballot_id",
        "name",  "description", "image_url",      "image_caption", "url",      "caption",
        "email", "open_date",   "close_date",     "rating",        "stream",   "number",
        "type",  "data",        "created",        "position",      "metadata"};
    check_int(PV_KEY_COUNT - 1, sizeof names / sizeof names[0]);
    for (int i = 1; i < PV_KEY_COUNT; i++)
        assert_string_equal(pv_field_name((enum pv_field)i), names[i - 1]);
}

static struct pv_str message(enum pv_code code, struct pv_str value)
{
    static char out[PV_MESSAGE_MAX];
    struct pv_refusal why;
    pv_refusal_set(&why, code, PV_KEY_NONE, value);
    return (struct pv_str){out, pv_refusal_message(&why, out)};
}

static bool contains(struct pv_str text, struct pv_str part)
{
    for (size_t at = 0; at + part.len <= text.len; at++)
        if (memcmp(text.ptr + at, part.ptr, part.len) == 0)
            return true;
    return false;
}

static void message__every_code__names_the_value_once(void **state)
{
    (void)state;
    for (int code = 1; code < PV_CODE_COUNT; code++) {
        struct pv_str text = message((enum pv_code)code, PV_STR("#value#"));
        if (!contains(text, PV_STR("#value#")) || contains(text, PV_STR("%")))
            fail_msg("%s: %.*s", pv_code_name((enum pv_code)code), (int)text.len, text.ptr);
        check_true(text.len > 15 && text.ptr[text.len - 1] != '.');
        check_int(message((enum pv_code)code, PV_STR("")).len, text.len - 7);
    }
}

static void message__emails_and_urls__say_that_they_are_ascii(void **state)
{
    (void)state;
    check_true(contains(message(PV_EMAIL_INVALID, PV_STR("x")), PV_STR("ASCII")));
    check_true(contains(message(PV_URL_INVALID, PV_STR("x")), PV_STR("ASCII")));
}

static void message__samples__read_like_sentences(void **state)
{
    (void)state;
    check_str(message(PV_BALLOT_CAST, PV_STR("01HQ")), "the ballot 01HQ is cast");
    check_str(message(PV_FIELD_MISSING, PV_STR("name")), "the field \"name\" is required");
    check_str(message(PV_RATING_OUT_OF_RANGE, PV_STR("6")), "the rating 6 is not from 1 to 5");
    check_str(message(PV_CODE_NONE, PV_STR("just this")), "just this");
}

static void message__longest__fits(void **state)
{
    (void)state;
    char value[2 * PV_REFUSAL_VALUE_MAX];
    memset(value, 'x', sizeof value);
    size_t longest = 0;
    for (int code = 0; code < PV_CODE_COUNT; code++) {
        struct pv_str text = message((enum pv_code)code, (struct pv_str){value, sizeof value});
        longest = text.len > longest ? text.len : longest;
        check_true(contains(text, PV_STR("xxx...")));
    }
    check_true(longest <= PV_MESSAGE_MAX);
}

static void value__of_119_120_and_121_bytes__is_cut_only_above_120(void **state)
{
    (void)state;
    check_int(PV_REFUSAL_VALUE_MAX, 120);
    char value[121];
    memset(value, 'x', sizeof value);
    for (size_t len = 119; len <= 121; len++) {
        struct pv_refusal why;
        pv_refusal_set(&why, PV_TEXT_TOO_LONG, PV_KEY_NAME, edge_copy((struct pv_str){value, len}));
        check_int(why.code, PV_TEXT_TOO_LONG);
        check_int(why.field, PV_KEY_NAME);
        check_int(why.value_len, len <= 120 ? len : 120);
        check_int(why.value_cut, len > 120);
        check_true(memcmp(why.value, value, why.value_len) == 0);
        check_true(contains(message(PV_TEXT_TOO_LONG, (struct pv_str){value, len}), PV_STR("x...")) ==
                   (len > 120));
    }
}

static void value__cut_within_a_character__loses_all_of_it(void **state)
{
    (void)state;
    static const char *const characters[] = {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x93\xb7"};
    for (size_t c = 0; c < 3; c++) {
        size_t width = strlen(characters[c]);
        for (size_t start = 120 - width; start <= 120; start++) {
            char value[130];
            struct pv_refusal why;
            memset(value, 'x', sizeof value);
            memcpy(value + start, characters[c], width);
            pv_refusal_set(&why, PV_TEXT_CONTROL, PV_KEY_NAME, (struct pv_str){value, sizeof value});
            check_int(why.value_len, start + width <= 120 ? 120 : start);
            check_true(why.value_cut);
        }
    }
}

static void value__of_nothing_but_continuations__is_cut_to_nothing(void **state)
{
    (void)state;
    char value[121];
    struct pv_refusal why;
    memset(value, 0x80, sizeof value);
    pv_refusal_set(&why, PV_TEXT_CONTROL, PV_KEY_NAME, (struct pv_str){value, 121});
    check_int(why.value_len, 0);
    check_true(why.value_cut);
    value[0] = 'a';
    pv_refusal_set(&why, PV_TEXT_CONTROL, PV_KEY_NAME, (struct pv_str){value, 121});
    check_int(why.value_len, 0); /* the 'a' might be followed by anything */
    pv_refusal_set(&why, PV_TEXT_CONTROL, PV_KEY_NAME, (struct pv_str){value, 120});
    check_int(why.value_len, 120);
    check_true(!why.value_cut);
    pv_refusal_set(&why, PV_TEXT_EMPTY, PV_KEY_NAME, (struct pv_str){NULL, 0});
    check_int(why.value_len, 0);
    check_true(!why.value_cut);
}

static void refuse__by_table_or_by_name__sets_the_field(void **state)
{
    (void)state;
    struct pv_refusal why;
    check_int(pv_refuse(&why, PV_BALLOT_CAST, PV_STR("x")), PV_REFUSED);
    check_int(why.code, PV_BALLOT_CAST);
    check_int(why.field, PV_KEY_BALLOT_ID);
    check_int(pv_refuse_field(&why, PV_TEXT_EMPTY, PV_KEY_CAPTION, PV_STR(" ")), PV_REFUSED);
    check_int(why.code, PV_TEXT_EMPTY);
    check_int(why.field, PV_KEY_CAPTION);
    check_int(why.value_len, 1);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(codes__name_kind_status_and_field__are_those_of_d7),
    cmocka_unit_test(fields__each__has_a_name_of_its_own),
    cmocka_unit_test(message__every_code__names_the_value_once),
    cmocka_unit_test(message__emails_and_urls__say_that_they_are_ascii),
    cmocka_unit_test(message__samples__read_like_sentences),
    cmocka_unit_test(message__longest__fits),
    cmocka_unit_test(value__of_119_120_and_121_bytes__is_cut_only_above_120),
    cmocka_unit_test(value__cut_within_a_character__loses_all_of_it),
    cmocka_unit_test(value__of_nothing_but_continuations__is_cut_to_nothing),
    cmocka_unit_test(refuse__by_table_or_by_name__sets_the_field),
};
CHECK_MAIN(tests, 10)
