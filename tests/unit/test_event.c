/* event.c: the catalogue as D3 has it, and every field of every event made, refused and read back. */
#include "event.h"

#include "story.h"

/* The catalogue */

static const struct {
    const char *aggregate, *event;
    const char *fields; /* after id; as D3 marks them */
} catalogue[PV_EVENT_TYPE_COUNT] = {
    {"Election", "ElectionCreated", "election_id! name! description"},
    {"Election", "ElectionDeleted", "election_id!"},
    {"Election", "ElectionNameChanged", "election_id! name!"},
    {"Election", "ElectionDescriptionChanged", "election_id! description?"},
    {"Election", "ElectionOpened", "election_id! open_date!"},
    {"Election", "ElectionClosed", "election_id! close_date!"},
    {"Competition", "CompetitionAdded", "election_id! competition_id! name! description"},
    {"Competition", "CompetitionRemoved", "election_id! competition_id!"},
    {"Competition", "CompetitionNameChanged", "election_id! competition_id! name!"},
    {"Competition", "CompetitionDescriptionChanged", "election_id! competition_id! description?"},
    {"Candidate", "CandidateAdded",
     "election_id! competition_id! candidate_id! name! description image_url image_caption"},
    {"Candidate", "CandidateRemoved", "election_id! competition_id! candidate_id!"},
    {"Candidate", "CandidateNameChanged", "election_id! competition_id! candidate_id! name!"},
    {"Candidate", "CandidateDescriptionChanged", "election_id! competition_id! candidate_id! description?"},
    {"Candidate", "CandidateImageChanged", "election_id! competition_id! candidate_id! url? caption"},
    {"Voter", "VoterRegistered", "election_id! voter_id! name! email!"},
    {"Ballot", "BallotCreated", "election_id! voter_id! ballot_id!"},
    {"Ballot", "BallotCandidateRated", "election_id! ballot_id! competition_id! candidate_id! rating?"},
    {"Ballot", "BallotCast", "election_id! ballot_id!"},
};

static const struct pv_event_spec *spec_of(size_t i)
{
    return pv_event_spec((enum pv_event_type)i);
}

static void catalogue__names__are_those_of_d3(void **state)
{
    (void)state;
    check_int(PV_EVENT_TYPE_COUNT, 19);
    for (size_t i = 0; i < PV_EVENT_TYPE_COUNT; i++) {
        char name[80];
        enum pv_event_type type = PV_EVENT_TYPE_COUNT;
        (void)snprintf(name, sizeof name, "PhotoVote.Event.%s.%s", catalogue[i].aggregate,
                       catalogue[i].event);
        check_str(spec_of(i)->type, name);
        check_str(spec_of(i)->aggregate, catalogue[i].aggregate);
        check_str(spec_of(i)->event, catalogue[i].event);
        check_true(pv_event_type_find(story_str(name), &type));
        check_int(type, i);
    }
}

static void catalogue__fields__are_those_of_d3(void **state)
{
    (void)state;
    for (size_t i = 0; i < PV_EVENT_TYPE_COUNT; i++) {
        const struct pv_event_spec *spec = spec_of(i);
        char fields[200] = "";
        size_t len = 0;
        for (size_t f = 1; f < spec->field_count; f++) {
            static const char *const marks[] = {
                [PV_NEED_REQUIRED] = "!", [PV_NEED_NULLABLE] = "?", [PV_NEED_OPTIONAL] = ""};
            len += (size_t)snprintf(fields + len, sizeof fields - len, "%s%s%s", f > 1 ? " " : "",
                                    pv_field_name(spec->fields[f].name), marks[spec->fields[f].need]);
        }
        assert_string_equal(fields, catalogue[i].fields);
        check_int(spec->fields[0].name, PV_KEY_ID);
        check_int(spec->fields[0].need, PV_NEED_REQUIRED);
        check_int(spec->fields[1].offset, offsetof(struct pv_event, u));
    }
}

static void catalogue__unknown_names__are_not_found(void **state)
{
    (void)state;
    static const char *const names[] = {
        "",
        "ElectionCreated",
        "Election.ElectionCreated",
        "PhotoVote.Event.Election.ElectionCreate",
        "PhotoVote.Event.Election.ElectionCreatedX",
        "photovote.event.election.electioncreated",
        "PhotoVote.Event.Ballot.ElectionCreated",
        " PhotoVote.Event.Election.ElectionCreated",
        "PhotoVote.Event.Election.ElectionRenamed",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        enum pv_event_type type = PV_EVENT_BALLOT_CAST;
        check_true(!pv_event_type_find(story_str(names[i]), &type));
        check_int(type, PV_EVENT_BALLOT_CAST);
    }
}

/* Values: a good one for each type, how it is printed, and bad ones. */

#define ULID_TEXT "01HQ0000000000000000000001"

static struct pv_primitive text_of(const char *text)
{
    return (struct pv_primitive){PV_PRIMITIVE_STRING, story_str(text), 0};
}

static struct pv_primitive integer_of(int64_t value)
{
    return (struct pv_primitive){PV_PRIMITIVE_INTEGER, PV_STR("(as written)"), value};
}

static const struct pv_primitive absent = {PV_PRIMITIVE_ABSENT, {NULL, 0}, 0};
static const struct pv_primitive null = {PV_PRIMITIVE_NULL, {"null", 4}, 0};
static const struct pv_primitive other = {PV_PRIMITIVE_OTHER, {"[true]", 6}, 0};

static const struct bad {
    const char *text;
    enum pv_code code;
} bad_ids[] = {{"", PV_ID_INVALID},
               {"01HQ000000000000000000000", PV_ID_INVALID},
               {"81HQ0000000000000000000001", PV_ID_INVALID},
               {"01HQ000000000000000000000U", PV_ID_INVALID},
               {"00000000000000000000000000", PV_ID_EMPTY},
               {NULL, PV_CODE_NONE}},
  bad_names[] = {{"", PV_TEXT_EMPTY}, {"  ", PV_TEXT_EMPTY}, {"a\nb", PV_TEXT_CONTROL}, {NULL, PV_CODE_NONE}},
  bad_descriptions[] = {{" \n\t\r", PV_TEXT_EMPTY}, {"a\x01", PV_TEXT_CONTROL}, {NULL, PV_CODE_NONE}},
  bad_captions[] = {{" ", PV_TEXT_EMPTY}, {"a\nb", PV_TEXT_CONTROL}, {NULL, PV_CODE_NONE}},
  bad_urls[] = {{"x", PV_URL_INVALID}, {" ", PV_URL_INVALID}, {"//x", PV_URL_INVALID}, {NULL, PV_CODE_NONE}},
  bad_emails[] = {{"", PV_EMAIL_INVALID},
                  {"x", PV_EMAIL_INVALID},
                  {"x@y@z", PV_EMAIL_INVALID},
                  {NULL, PV_CODE_NONE}},
  bad_dates[] = {{"", PV_TIME_INVALID},
                 {"2024-02-24", PV_TIME_INVALID},
                 {"2024-02-30T00:00:00", PV_TIME_INVALID},
                 {NULL, PV_CODE_NONE}};

static const struct value {
    const char *good, *printed;
    const struct bad *bad;
    size_t max; /* code points, where it is text */
} values[PV_VALUE_TYPE_COUNT] = {
    [PV_VALUE_EVENT_ID] = {"018DC000-0000-0000-0000-000000000001", "01HQ0000000000000000000001", bad_ids, 0},
    [PV_VALUE_ELECTION_ID] = {"01hq0000000000000000000002", "01HQ0000000000000000000002", bad_ids, 0},
    [PV_VALUE_COMPETITION_ID] = {"01HQ0000000000000000000003", "01HQ0000000000000000000003", bad_ids, 0},
    [PV_VALUE_CANDIDATE_ID] = {"01HQ0000000000000000000004", "01HQ0000000000000000000004", bad_ids, 0},
    [PV_VALUE_VOTER_ID] = {"01HQ0000000000000000000005", "01HQ0000000000000000000005", bad_ids, 0},
    [PV_VALUE_BALLOT_ID] = {"01HQ0000000000000000000006", "01HQ0000000000000000000006", bad_ids, 0},
    [PV_VALUE_ELECTION_NAME] = {"Photo", "Photo", bad_names, 200},
    [PV_VALUE_COMPETITION_NAME] = {"Birds", "Birds", bad_names, 200},
    [PV_VALUE_CANDIDATE_NAME] = {"Owl", "Owl", bad_names, 200},
    [PV_VALUE_VOTER_NAME] = {"Ada", "Ada", bad_names, 200},
    [PV_VALUE_ELECTION_DESCRIPTION] = {"One\r\n\tTwo", "One\r\n\tTwo", bad_descriptions, 4000},
    [PV_VALUE_COMPETITION_DESCRIPTION] = {"All birds\n", "All birds\n", bad_descriptions, 4000},
    [PV_VALUE_CANDIDATE_DESCRIPTION] = {"\tAn owl", "\tAn owl", bad_descriptions, 4000},
    [PV_VALUE_IMAGE_URL] = {"/owl.jpg", "/owl.jpg", bad_urls, 0},
    [PV_VALUE_IMAGE_CAPTION] = {"At night", "At night", bad_captions, 500},
    [PV_VALUE_VOTER_EMAIL] = {"Ada@x.example", "Ada@x.example", bad_emails, 0},
    [PV_VALUE_OPEN_DATE] = {"2024-02-24t18:00:00.5", "2024-02-24T18:00:00.500000Z", bad_dates, 0},
    [PV_VALUE_CLOSE_DATE] = {"2024-02-25T18:00:00+01:00", "2024-02-25T17:00:00Z", bad_dates, 0},
    [PV_VALUE_RATING] = {NULL, "4", NULL, 0},
};

static struct pv_primitive good_value(enum pv_value_type type)
{
    return type == PV_VALUE_RATING ? integer_of(4) : text_of(values[type].good);
}

/* A good value in each field. */
static void fill(const struct pv_event_spec *spec, struct pv_primitive *primitives)
{
    for (size_t f = 0; f < spec->field_count; f++)
        primitives[f] = good_value(spec->fields[f].value);
}

static void check_made(size_t type, const struct pv_primitive *primitives, struct pv_event *event)
{
    struct pv_refusal why;
    memset(event, 0xee, sizeof *event);
    enum pv_result result = pv_event_make((enum pv_event_type)type, primitives, event, &why);
    if (result != PV_OK)
        fail_msg("%s: %s of %s", catalogue[type].event, pv_code_name(why.code), pv_field_name(why.field));
    check_int(event->type, type);
}

static void check_not_made(size_t type, const struct pv_primitive *primitives, enum pv_code code,
                           enum pv_field field, struct pv_str value)
{
    struct pv_refusal why;
    struct pv_event event;
    check_int(pv_event_make((enum pv_event_type)type, primitives, &event, &why), PV_REFUSED);
    if (why.code != code || why.field != field)
        fail_msg("%s: %s of %s, not %s of %s", catalogue[type].event, pv_code_name(why.code),
                 pv_field_name(why.field), pv_code_name(code), pv_field_name(field));
    check_true(pv_str_equal((struct pv_str){why.value, why.value_len}, value));
}

static void check_field(const struct pv_event *event, const struct pv_field_spec *field,
                        enum pv_primitive_kind kind, const char *text)
{
    char scratch[PV_VALUE_TEXT_MAX];
    struct pv_primitive read = pv_event_get_field(event, field, scratch);
    check_int(read.kind, kind);
    if (kind == PV_PRIMITIVE_NULL)
        check_true(read.text.ptr == NULL && read.text.len == 0);
    else
        check_str(read.text, text);
    check_int(read.integer, kind == PV_PRIMITIVE_INTEGER ? text[0] - '0' : 0);
}

static void event__with_all_fields__is_made_and_read_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < PV_EVENT_TYPE_COUNT; i++) {
        struct pv_primitive primitives[PV_EVENT_FIELDS_MAX];
        struct pv_event event;
        const struct pv_event_spec *spec = spec_of(i);
        fill(spec, primitives);
        check_made(i, primitives, &event);
        for (size_t f = 0; f < spec->field_count; f++) {
            enum pv_value_type type = spec->fields[f].value;
            check_field(&event, &spec->fields[f],
                        type == PV_VALUE_RATING ? PV_PRIMITIVE_INTEGER : PV_PRIMITIVE_STRING,
                        values[type].printed);
        }
    }
}

static void event__texts__are_borrowed_not_copied(void **state)
{
    (void)state;
    struct pv_primitive primitives[PV_EVENT_FIELDS_MAX];
    struct pv_event event;
    fill(spec_of(PV_EVENT_VOTER_REGISTERED), primitives);
    check_made(PV_EVENT_VOTER_REGISTERED, primitives, &event);
    check_true(event.u.voter_registered.name.text.ptr == values[PV_VALUE_VOTER_NAME].good);
    check_true(event.u.voter_registered.email.text.ptr == values[PV_VALUE_VOTER_EMAIL].good);
}

static void event__field_absent_or_null__is_missing_or_none(void **state)
{
    (void)state;
    for (size_t i = 0; i < PV_EVENT_TYPE_COUNT; i++) {
        const struct pv_event_spec *spec = spec_of(i);
        for (size_t f = 0; f < spec->field_count; f++) {
            const struct pv_field_spec *field = &spec->fields[f];
            struct pv_primitive primitives[PV_EVENT_FIELDS_MAX];
            struct pv_event event;
            struct pv_str name = story_str(pv_field_name(field->name));
            fill(spec, primitives);
            /* A caption would be alone without its url. */
            if (field->value == PV_VALUE_IMAGE_URL)
                primitives[f + 1] = null;
            primitives[f] = absent;
            if (field->need == PV_NEED_OPTIONAL) {
                check_made(i, primitives, &event);
                check_field(&event, field, PV_PRIMITIVE_NULL, "");
            } else {
                check_not_made(i, primitives, PV_FIELD_MISSING, field->name, name);
            }
            primitives[f] = null;
            if (field->need == PV_NEED_REQUIRED) {
                check_not_made(i, primitives, PV_FIELD_MISSING, field->name, name);
            } else {
                check_made(i, primitives, &event);
                check_field(&event, field, PV_PRIMITIVE_NULL, "");
            }
        }
    }
}

static void event__empty_text__is_none_where_none_is_allowed(void **state)
{
    (void)state;
    unsigned none = 0;
    for (size_t i = 0; i < PV_EVENT_TYPE_COUNT; i++) {
        const struct pv_event_spec *spec = spec_of(i);
        for (size_t f = 0; f < spec->field_count; f++) {
            const struct pv_field_spec *field = &spec->fields[f];
            if (field->need == PV_NEED_REQUIRED || field->value == PV_VALUE_RATING)
                continue;
            struct pv_primitive primitives[PV_EVENT_FIELDS_MAX];
            struct pv_event event;
            fill(spec, primitives);
            if (field->value == PV_VALUE_IMAGE_URL)
                primitives[f + 1] = text_of("");
            primitives[f] = text_of("");
            check_made(i, primitives, &event);
            check_field(&event, field, PV_PRIMITIVE_NULL, "");
            none++;
        }
    }
    check_int(none, 10); /* 6 descriptions, 2 urls, 2 captions */
}

static void event__field_of_another_json_type__is_field_type(void **state)
{
    (void)state;
    for (size_t i = 0; i < PV_EVENT_TYPE_COUNT; i++) {
        const struct pv_event_spec *spec = spec_of(i);
        for (size_t f = 0; f < spec->field_count; f++) {
            const struct pv_field_spec *field = &spec->fields[f];
            struct pv_primitive primitives[PV_EVENT_FIELDS_MAX];
            fill(spec, primitives);
            primitives[f] = other;
            check_not_made(i, primitives, PV_FIELD_TYPE, field->name, other.text);
            primitives[f] = field->value == PV_VALUE_RATING ? text_of("4") : integer_of(4);
            check_not_made(i, primitives, PV_FIELD_TYPE, field->name, primitives[f].text);
        }
    }
}

static void event__bad_values__are_refused_with_their_code(void **state)
{
    (void)state;
    for (size_t i = 0; i < PV_EVENT_TYPE_COUNT; i++) {
        const struct pv_event_spec *spec = spec_of(i);
        for (size_t f = 0; f < spec->field_count; f++) {
            const struct pv_field_spec *field = &spec->fields[f];
            for (const struct bad *bad = values[field->value].bad; bad != NULL && bad->text != NULL; bad++) {
                struct pv_primitive primitives[PV_EVENT_FIELDS_MAX];
                fill(spec, primitives);
                primitives[f] = text_of(bad->text);
                check_not_made(i, primitives, bad->code, field->name, story_str(bad->text));
            }
        }
    }
}

static void event__uuid__is_an_id_of_events_only(void **state)
{
    (void)state;
    const char *uuid = "018dc000-0000-0000-0000-000000000009";
    struct pv_primitive primitives[PV_EVENT_FIELDS_MAX];
    struct pv_event event;
    fill(spec_of(PV_EVENT_ELECTION_DELETED), primitives);
    primitives[0] = text_of(uuid);
    check_made(PV_EVENT_ELECTION_DELETED, primitives, &event);
    primitives[1] = text_of(uuid);
    check_not_made(PV_EVENT_ELECTION_DELETED, primitives, PV_ID_INVALID, PV_KEY_ELECTION_ID, story_str(uuid));
    primitives[1] = text_of(ULID_TEXT);
    primitives[0] = text_of("00000000-0000-0000-0000-000000000000");
    check_not_made(PV_EVENT_ELECTION_DELETED, primitives, PV_ID_EMPTY, PV_KEY_ID, primitives[0].text);
}

static void event__texts__have_the_limit_of_their_type(void **state)
{
    (void)state;
    static char text[4001];
    memset(text, 'x', sizeof text);
    for (size_t i = 0; i < PV_EVENT_TYPE_COUNT; i++) {
        const struct pv_event_spec *spec = spec_of(i);
        for (size_t f = 0; f < spec->field_count; f++) {
            size_t max = values[spec->fields[f].value].max;
            if (max == 0)
                continue;
            struct pv_primitive primitives[PV_EVENT_FIELDS_MAX];
            struct pv_event event;
            struct pv_refusal why;
            fill(spec, primitives);
            for (size_t len = max - 1; len <= max; len++) {
                primitives[f].text = (struct pv_str){text, len};
                check_made(i, primitives, &event);
            }
            primitives[f].text = (struct pv_str){text, max + 1};
            check_int(pv_event_make((enum pv_event_type)i, primitives, &event, &why), PV_REFUSED);
            check_int(why.code, PV_TEXT_TOO_LONG);
            check_int(why.field, spec->fields[f].name);
            check_true(why.value_cut && why.value_len == PV_REFUSAL_VALUE_MAX);
        }
    }
}

/* D5 step 3: field by field in catalogue order, whatever is wrong with each. */
static void event__two_bad_fields__the_first_in_catalogue_order_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < PV_EVENT_TYPE_COUNT; i++) {
        const struct pv_event_spec *spec = spec_of(i);
        for (size_t f = 0; f < spec->field_count; f++) {
            for (size_t g = f + 1; g < spec->field_count; g++) {
                struct pv_primitive primitives[PV_EVENT_FIELDS_MAX];
                fill(spec, primitives);
                primitives[f] = other;
                primitives[g] = absent;
                check_not_made(i, primitives, PV_FIELD_TYPE, spec->fields[f].name, other.text);
                primitives[f] = good_value(spec->fields[f].value);
                primitives[g] = other;
                check_not_made(i, primitives, PV_FIELD_TYPE, spec->fields[g].name, other.text);
                if (values[spec->fields[f].value].bad == NULL)
                    continue;
                primitives[f] = text_of(values[spec->fields[f].value].bad[0].text);
                check_not_made(i, primitives, values[spec->fields[f].value].bad[0].code, spec->fields[f].name,
                               primitives[f].text);
            }
        }
    }
}

static void event__rating__is_1_to_5_or_null(void **state)
{
    (void)state;
    struct pv_primitive primitives[PV_EVENT_FIELDS_MAX];
    struct pv_event event;
    const enum pv_event_type type = PV_EVENT_BALLOT_CANDIDATE_RATED;
    fill(spec_of(type), primitives);
    for (int64_t stars = 1; stars <= 5; stars++) {
        primitives[5] = integer_of(stars);
        check_made(type, primitives, &event);
        check_int(event.u.ballot_candidate_rated.rating.stars, stars);
        check_field(&event, &spec_of(type)->fields[5], PV_PRIMITIVE_INTEGER,
                    &"1\0002\0003\0004\0005"[2 * (stars - 1)]);
    }
    const int64_t refused[] = {0, 6, -1, 7, 256, 257, -255, INT64_MIN, INT64_MAX};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        primitives[5] = integer_of(refused[i]);
        check_not_made(type, primitives, PV_RATING_OUT_OF_RANGE, PV_KEY_RATING, PV_STR("(as written)"));
    }
    primitives[5] = null;
    check_made(type, primitives, &event);
    check_int(event.u.ballot_candidate_rated.rating.stars, 0);
    primitives[5] = absent;
    check_not_made(type, primitives, PV_FIELD_MISSING, PV_KEY_RATING, PV_STR("rating"));
}

static void event__caption__needs_its_url(void **state)
{
    (void)state;
    static const struct {
        enum pv_event_type type;
        size_t url;
        enum pv_field caption;
    } rows[] = {{PV_EVENT_CANDIDATE_ADDED, 6, PV_KEY_IMAGE_CAPTION},
                {PV_EVENT_CANDIDATE_IMAGE_CHANGED, 4, PV_KEY_CAPTION}};
    for (size_t i = 0; i < 2; i++) {
        struct pv_primitive primitives[PV_EVENT_FIELDS_MAX];
        struct pv_event event;
        size_t url = rows[i].url, caption = url + 1;
        check_int(spec_of(rows[i].type)->fields[caption].name, rows[i].caption);
        const struct pv_primitive none[] = {null, text_of("")};
        for (size_t n = 0; n < 2; n++) {
            fill(spec_of(rows[i].type), primitives);
            check_made(rows[i].type, primitives, &event);
            primitives[caption] = none[n];
            check_made(rows[i].type, primitives, &event); /* a url alone */
            primitives[url] = none[n];
            check_made(rows[i].type, primitives, &event); /* neither */
            primitives[caption] = text_of("At night");
            check_not_made(rows[i].type, primitives, PV_CAPTION_WITHOUT_URL, rows[i].caption,
                           PV_STR("At night"));
            /* It comes after the value's own rule. */
            primitives[caption] = text_of(" ");
            check_not_made(rows[i].type, primitives, PV_TEXT_EMPTY, rows[i].caption, PV_STR(" "));
        }
    }
}

static void set_field__alone__gives_what_make_gives(void **state)
{
    (void)state;
    struct pv_event event;
    const struct pv_field_spec *rating = &spec_of(PV_EVENT_BALLOT_CANDIDATE_RATED)->fields[5];
    struct pv_primitive value = integer_of(5);
    check_int(pv_event_set_field(&event, rating, &value), PV_CODE_NONE);
    check_int(event.u.ballot_candidate_rated.rating.stars, 5);
    check_int(pv_event_set_field(&event, rating, &null), PV_CODE_NONE);
    check_int(event.u.ballot_candidate_rated.rating.stars, 0);
    check_int(pv_event_set_field(&event, rating, &absent), PV_FIELD_MISSING);
    check_int(pv_event_set_field(&event, rating, &other), PV_FIELD_TYPE);
    value = integer_of(6);
    check_int(pv_event_set_field(&event, rating, &value), PV_RATING_OUT_OF_RANGE);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(catalogue__names__are_those_of_d3),
    cmocka_unit_test(catalogue__fields__are_those_of_d3),
    cmocka_unit_test(catalogue__unknown_names__are_not_found),
    cmocka_unit_test(event__with_all_fields__is_made_and_read_back),
    cmocka_unit_test(event__texts__are_borrowed_not_copied),
    cmocka_unit_test(event__field_absent_or_null__is_missing_or_none),
    cmocka_unit_test(event__empty_text__is_none_where_none_is_allowed),
    cmocka_unit_test(event__field_of_another_json_type__is_field_type),
    cmocka_unit_test(event__bad_values__are_refused_with_their_code),
    cmocka_unit_test(event__uuid__is_an_id_of_events_only),
    cmocka_unit_test(event__texts__have_the_limit_of_their_type),
    cmocka_unit_test(event__two_bad_fields__the_first_in_catalogue_order_is_named),
    cmocka_unit_test(event__rating__is_1_to_5_or_null),
    cmocka_unit_test(event__caption__needs_its_url),
    cmocka_unit_test(set_field__alone__gives_what_make_gives),
};
CHECK_MAIN(tests, 15)
