/* openapi.c and its parts: the description has every route, event, field, code and role of the tables, and
   nothing else; it is JSON, and all that it refers to is there. The page has the same operations, and asks
   nobody for anything. */
#include <stdlib.h>

#include <cjson/cJSON.h>

#include "document.h"
#include "event_request.h"
#include "openapi_parts.h"
#include "problem.h"
#include "text.h"

#include "check.h"

static char *written(void (*write)(struct pv_out *out, const struct pv_routes *routes))
{
    static struct pv_out out;
    struct pv_buffer buffer = {NULL, 0, 0};
    struct pv_routes routes;
    pv_routes_init(&routes);
    pv_out_init(&out, pv_buffer_write, &buffer);
    write(&out, &routes);
    pv_out_char(&out, '\0');
    check_true(pv_out_flush(&out));
    check_int(strlen(buffer.bytes), buffer.len - 1);
    return buffer.bytes;
}

static int setup(void **state)
{
    char *text = written(pv_openapi_write);
    struct pv_document_error error;
    /* No key stands twice, neither. */
    if (pv_json_guard((struct pv_str){text, strlen(text)}, 64, &error) != PV_OK)
        return -1;
    *state = cJSON_ParseWithOpts(text, NULL, 1);
    free(text);
    return *state == NULL ? -1 : 0;
}

static int teardown(void **state)
{
    cJSON_Delete(*state);
    return 0;
}

static const cJSON *member(const cJSON *object, const char *key)
{
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(object, key);
    if (found == NULL)
        fail_msg("there is no \"%s\" in \"%s\"", key, object->string);
    return found;
}

static const char *text_of(const cJSON *object, const char *key)
{
    const char *text = cJSON_GetStringValue(member(object, key));
    assert_non_null(text);
    return text;
}

static const cJSON *schema(const cJSON *document, const char *name)
{
    return member(member(member(document, "components"), "schemas"), name);
}

static bool lists(const cJSON *array, const char *text)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, array)
    {
        if (strcmp(cJSON_GetStringValue(item), text) == 0)
            return true;
    }
    return false;
}

static const cJSON *operation(const cJSON *document, const struct pv_route *route)
{
    static const char *const keys[PV_METHOD_COUNT] = {"get", "post", "put", "delete"};
    return member(member(member(document, "paths"), route->path), keys[route->method]);
}

/* The whole */

/* What is referred to is there. */
static void check_references(const cJSON *document, const cJSON *value)
{
    static const char prefix[] = "#/components/";
    const cJSON *part;
    cJSON_ArrayForEach(part, value)
    {
        if (part->string != NULL && strcmp(part->string, "$ref") == 0) {
            char kind[32], name[64];
            assert_int_equal(strncmp(part->valuestring, prefix, sizeof prefix - 1), 0);
            check_int(sscanf(part->valuestring + sizeof prefix - 1, "%31[a-z]/%63s", kind, name), 2);
            (void)member(member(member(document, "components"), kind), name);
        }
        check_references(document, part);
    }
}

static void description__as_a_whole__refers_to_what_is_there(void **state)
{
    const cJSON *document = *state;
    assert_string_equal(text_of(document, "openapi"), "3.1.0");
    assert_string_equal(text_of(member(document, "info"), "version"), PV_VERSION);
    check_references(document, document);
}

static void description__of_operations__is_the_table_of_routes(void **state)
{
    const cJSON *document = *state, *path, *found;
    struct pv_routes routes;
    int count = 0;
    pv_routes_init(&routes);
    for (size_t i = 0; i < PV_ROUTES; i++)
        (void)operation(document, &routes.rows[i]);
    cJSON_ArrayForEach(path, member(document, "paths"))
    {
        cJSON_ArrayForEach(found, path)
        {
            count++;
        }
    }
    check_int(count, PV_ROUTES);
}

static const char *id_of(const cJSON *document, size_t index)
{
    struct pv_routes routes;
    pv_routes_init(&routes);
    return text_of(operation(document, &routes.rows[index]), "operationId");
}

/* Programs are generated from these: they stay. */
static void operation_ids__stay(void **state)
{
    static const char *const ids[PV_ROUTES] = {
        "electionCreated",
        "electionDeleted",
        "electionNameChanged",
        "electionDescriptionChanged",
        "electionOpened",
        "electionClosed",
        "competitionAdded",
        "competitionRemoved",
        "competitionNameChanged",
        "competitionDescriptionChanged",
        "candidateAdded",
        "candidateRemoved",
        "candidateNameChanged",
        "candidateDescriptionChanged",
        "candidateImageChanged",
        "voterRegistered",
        "ballotCreated",
        "ballotCandidateRated",
        "ballotCast",
        "getElections",
        "getElection",
        "getElectionDocument",
        "getElectionResults",
        "getElectionVoters",
        "getElectionBallots",
        "getMyBallot",
        "getElectionEvents",
        "getElectionRefusals",
        "getElectionLive",
        "getEvent",
        "getPhoto",
        "getHealth",
        "getReadiness",
        "getMetrics",
        "getDescription",
        "getDocs",
    };
    for (size_t i = 0; i < PV_ROUTES; i++)
        assert_string_equal(id_of(*state, i), ids[i]);
}

/* A role is a requirement of its own, and so is none at all. */
static unsigned described_roles(const cJSON *security)
{
    static const char *const names[] = {"administrator", "voter", "auditor"};
    unsigned roles = 0;
    const cJSON *requirement;
    cJSON_ArrayForEach(requirement, security)
    {
        const cJSON *list = cJSON_GetObjectItemCaseSensitive(requirement, "bearer");
        if (list == NULL)
            roles |= PV_ROLE_PUBLIC;
        for (unsigned i = 0; i < 3; i++)
            roles |= list != NULL && lists(list, names[i]) ? 1U << i : 0;
    }
    return roles;
}

static void security__is_that_of_the_routes(void **state)
{
    struct pv_routes routes;
    pv_routes_init(&routes);
    for (size_t i = 0; i < PV_ROUTES; i++) {
        const cJSON *security = member(operation(*state, &routes.rows[i]), "security");
        unsigned roles = routes.rows[i].roles;
        /* Where nobody in particular may, no role is asked for. */
        check_int(described_roles(security), (roles & PV_ROLE_PUBLIC) != 0 ? PV_ROLE_PUBLIC : roles);
    }
}

/* The sentences on who may are typed by hand. */
static void sentences_on_who_may__name_the_roles_of_the_routes(void **state)
{
    (void)state;
    struct pv_routes routes;
    pv_routes_init(&routes);
    for (size_t i = 0; i < PV_ROUTES; i++) {
        const char *who = pv_openapi_who(&routes.rows[i]);
        unsigned roles = routes.rows[i].roles;
        check_int(strstr(who, "Everybody") != NULL || strstr(who, "As the ballot paper") != NULL,
                  (roles & PV_ROLE_PUBLIC) != 0);
        if ((roles & PV_ROLE_PUBLIC) != 0)
            continue;
        check_int(strstr(who, "dministrator") != NULL, (roles & PV_ROLE_ADMINISTRATOR) != 0);
        check_int(strstr(who, "auditor") != NULL, (roles & PV_ROLE_AUDITOR) != 0);
        check_int(strstr(who, "voter") != NULL, (roles & PV_ROLE_VOTER) != 0);
    }
}

/* Requests */

/* The schema that the field's value has when it is not null. */
static const char *value_schema(const cJSON *field, bool *may_be_null)
{
    const cJSON *any = cJSON_GetObjectItemCaseSensitive(field, "anyOf");
    *may_be_null = any != NULL;
    if (any == NULL)
        return text_of(field, "$ref");
    check_int(cJSON_GetArraySize(any), 2);
    assert_string_equal(text_of(cJSON_GetArrayItem(any, 1), "type"), "null");
    return text_of(cJSON_GetArrayItem(any, 0), "$ref");
}

static void check_field(const cJSON *request, enum pv_event_type event, const struct pv_field_spec *field)
{
    const char *name = pv_field_name(field->name);
    bool made = field->name == PV_KEY_ID || field->name == pv_event_makes(event), may_be_null;
    const cJSON *required = cJSON_GetObjectItemCaseSensitive(request, "required");
    (void)value_schema(member(member(request, "properties"), name), &may_be_null);
    check_int(may_be_null, made || field->need != PV_NEED_REQUIRED);
    check_int(lists(required, name), !made && field->need != PV_NEED_OPTIONAL);
}

static void requests__have_the_fields_of_the_catalogue(void **state)
{
    for (int i = 0; i < PV_EVENT_TYPE_COUNT; i++) {
        const struct pv_event_spec *spec = pv_event_spec((enum pv_event_type)i);
        char name[64];
        (void)snprintf(name, sizeof name, "%.*s", (int)spec->event.len, spec->event.ptr);
        const cJSON *request = schema(*state, name);
        for (size_t k = 0; k < spec->field_count; k++)
            check_field(request, (enum pv_event_type)i, &spec->fields[k]);
        check_int(cJSON_GetArraySize(member(request, "properties")), spec->field_count);
    }
}

static void request__of_a_candidate__has_ids_names_and_an_image(void **state)
{
    const cJSON *fields = member(schema(*state, "CandidateAdded"), "properties");
    bool may_be_null;
    assert_string_equal(value_schema(member(fields, "id"), &may_be_null), "#/components/schemas/EventId");
    assert_string_equal(value_schema(member(fields, "election_id"), &may_be_null),
                        "#/components/schemas/ElectionId");
    assert_string_equal(value_schema(member(fields, "candidate_id"), &may_be_null),
                        "#/components/schemas/CandidateId");
    assert_string_equal(value_schema(member(fields, "name"), &may_be_null), "#/components/schemas/Name");
    assert_string_equal(value_schema(member(fields, "image_url"), &may_be_null),
                        "#/components/schemas/ImageUrl");
    assert_string_equal(cJSON_GetStringValue(cJSON_GetArrayItem(
                            member(member(schema(*state, "CandidateImageChanged"), "then"), "required"), 0)),
                        "url");
}

static void limits__are_those_of_the_core(void **state)
{
    check_int(member(schema(*state, "Name"), "maxLength")->valueint, PV_NAME_MAX);
    check_int(member(schema(*state, "Description"), "maxLength")->valueint, PV_DESCRIPTION_MAX);
    check_int(member(schema(*state, "ImageCaption"), "maxLength")->valueint, PV_CAPTION_MAX);
    check_int(member(schema(*state, "ImageUrl"), "maxLength")->valueint, PV_URL_MAX);
    check_int(member(schema(*state, "Email"), "maxLength")->valueint, PV_EMAIL_MAX);
    check_int(member(schema(*state, "Rating"), "minimum")->valueint, PV_RATING_MIN);
    check_int(member(schema(*state, "Rating"), "maximum")->valueint, PV_RATING_MAX);
}

/* Answers */

static int expected_codes(const cJSON *list, int status)
{
    int count = 0;
    for (int code = 1; code < PV_CODE_COUNT; code++) {
        int of_code = pv_code_http_status((enum pv_code)code);
        bool expected = of_code != 0 && (status == 0 || status == of_code);
        check_int(lists(list, pv_code_name((enum pv_code)code)), expected);
        count += expected;
    }
    for (int code = 0; code < PV_API_CODE_COUNT; code++) {
        int of_code = (int)pv_api_code_status((enum pv_api_code)code);
        bool expected = status == 0 || status == of_code;
        check_int(lists(list, pv_api_code_name((enum pv_api_code)code)), expected);
        count += expected;
    }
    return count;
}

static const cJSON *codes_of(const cJSON *problem)
{
    const cJSON *all = member(problem, "allOf");
    return member(member(member(cJSON_GetArrayItem(all, 1), "properties"), "code"), "enum");
}

static void problems__have_the_codes_of_their_status(void **state)
{
    static const int statuses[] = {400, 401, 403, 404, 409, 410, 412, 413, 415, 422, 429, 431, 500, 503};
    const cJSON *all = member(member(member(schema(*state, "Problem"), "properties"), "code"), "enum");
    check_int(cJSON_GetArraySize(all), expected_codes(all, 0));
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "Problem%d", statuses[i]);
        const cJSON *codes = codes_of(schema(*state, name));
        check_int(cJSON_GetArraySize(codes), expected_codes(codes, statuses[i]));
    }
}

static void answers__to_events__name_the_ids_that_are_made(void **state)
{
    for (int i = 0; i < PV_EVENT_TYPE_COUNT; i++) {
        enum pv_field makes = pv_event_makes((enum pv_event_type)i);
        if (makes == PV_KEY_NONE)
            continue;
        (void)member(member(schema(*state, "Recorded"), "properties"), pv_field_name(makes));
        (void)member(member(schema(*state, "OnItsWay"), "properties"), pv_field_name(makes));
    }
}

static bool can_answer(const cJSON *document, size_t route, const char *status)
{
    struct pv_routes routes;
    pv_routes_init(&routes);
    const cJSON *answers = member(operation(document, &routes.rows[route]), "responses");
    return cJSON_GetObjectItemCaseSensitive(answers, status) != NULL;
}

static size_t route_of(enum pv_route_kind kind)
{
    struct pv_routes routes;
    size_t i = 0;
    pv_routes_init(&routes);
    while (routes.rows[i].kind != kind)
        i++;
    return i;
}

static void answers__are_those_that_a_route_can_give(void **state)
{
    const cJSON *document = *state;
    size_t paper = route_of(PV_ROUTE_PAPER), results = route_of(PV_ROUTE_RESULTS);
    size_t voters = route_of(PV_ROUTE_VOTERS), elections = route_of(PV_ROUTE_ELECTIONS);
    check_true(can_answer(document, PV_EVENT_BALLOT_CAST, "202"));
    check_true(can_answer(document, PV_EVENT_BALLOT_CAST, "409"));
    check_true(!can_answer(document, PV_EVENT_BALLOT_CAST, "304"));
    check_true(!can_answer(document, PV_EVENT_BALLOT_CAST, "405"));
    check_true(can_answer(document, paper, "304"));
    check_true(!can_answer(document, paper, "403")); /* what is hidden is unknown */
    check_true(!can_answer(document, paper, "409"));
    check_true(can_answer(document, results, "403"));
    check_true(can_answer(document, voters, "403"));
    check_true(can_answer(document, voters, "304"));
    check_true(can_answer(document, route_of(PV_ROUTE_BALLOTS), "304"));
    check_true(!can_answer(document, route_of(PV_ROUTE_EVENTS), "304"));
    check_true(!can_answer(document, elections, "304"));
    check_true(!can_answer(document, elections, "404"));
    check_true(can_answer(document, elections, "503"));
}

/* The page */

static size_t times(const char *text, const char *part)
{
    size_t count = 0;
    for (const char *at = strstr(text, part); at != NULL; at = strstr(at + 1, part))
        count++;
    return count;
}

static void page__has_every_operation_and_field(void **state)
{
    (void)state;
    char *page = written(pv_docs_write);
    struct pv_routes routes;
    size_t fields = 0;
    pv_routes_init(&routes);
    for (size_t i = 0; i < PV_ROUTES; i++) {
        char heading[96];
        (void)snprintf(heading, sizeof heading, "<h3><code>%s %s</code></h3>",
                       pv_method_name(routes.rows[i].method), routes.rows[i].path);
        check_int(times(page, heading), 1);
    }
    for (int i = 0; i < PV_EVENT_TYPE_COUNT; i++)
        fields += pv_event_spec((enum pv_event_type)i)->field_count;
    check_int(times(page, "<h3>"), PV_ROUTES);
    check_int(times(page, "<dt>"), fields);
    check_int(times(page, "<a href=\"/openapi.json\">"), 1);
    free(page);
}

static void page__asks_nobody_for_anything(void **state)
{
    (void)state;
    static const char *const not_there[] = {"<script", "src=", "url(", "@import", "://", "onclick"};
    static const char *const ends[][2] = {{"<p>", "</p>"}, {"<dl>", "</dl>"},     {"<h2", "</h2>"},
                                          {"<a ", "</a>"}, {"<code>", "</code>"}, {"<dd>", "</dd>"}};
    char *page = written(pv_docs_write);
    for (size_t i = 0; i < sizeof not_there / sizeof not_there[0]; i++)
        assert_null(strstr(page, not_there[i]));
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        check_int(times(page, ends[i][0]), times(page, ends[i][1]));
    check_int(times(page, "name=\"viewport\""), 1);
    free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(description__as_a_whole__refers_to_what_is_there),
        cmocka_unit_test(description__of_operations__is_the_table_of_routes),
        cmocka_unit_test(operation_ids__stay),
        cmocka_unit_test(security__is_that_of_the_routes),
        cmocka_unit_test(sentences_on_who_may__name_the_roles_of_the_routes),
        cmocka_unit_test(requests__have_the_fields_of_the_catalogue),
        cmocka_unit_test(request__of_a_candidate__has_ids_names_and_an_image),
        cmocka_unit_test(limits__are_those_of_the_core),
        cmocka_unit_test(problems__have_the_codes_of_their_status),
        cmocka_unit_test(answers__to_events__name_the_ids_that_are_made),
        cmocka_unit_test(answers__are_those_that_a_route_can_give),
        cmocka_unit_test(page__has_every_operation_and_field),
        cmocka_unit_test(page__asks_nobody_for_anything),
    };
    _Static_assert(sizeof tests / sizeof tests[0] >= 13, "tests are missing from the group");
    return cmocka_run_group_tests(tests, setup, teardown) == 0 ? 0 : 1;
}
