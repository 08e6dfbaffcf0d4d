/* document_read.c and what it stands on: documents back into elections, and everything that is refused (F3,
 * D6). */
#include <cjson/cJSON.h>
#include <stdlib.h>

#include "document.h"
#include "failing.h"
#include "sample.h"

static const struct pv_seed seed = {3, 4};

static struct pv_document_error error;

static struct pv_str str(const char *text)
{
    return (struct pv_str){text, strlen(text)};
}

static enum pv_result read_whole(const char *document, struct pv_election *election)
{
    struct pv_document_parts parts = {.header = str(document), .whole = true};
    memset(&error, '#', sizeof(error));
    pv_election_init(election, seed);
    return pv_document_read(&parts, election, &error);
}

/* Reads and prints again. */
static void check_read(const char *document, const char *canonical)
{
    struct pv_election e;
    enum pv_result result = read_whole(document, &e);
    if (result != PV_OK)
        fail_msg("%d: %s: %s in %s", result, error.path, error.reason, document);
    char *again = sample_document(&e);
    assert_string_equal(again, canonical);
    free(again);
    pv_election_deinit(&e);
}

static void check_refused(const char *document, const char *path, const char *reason)
{
    struct pv_election e;
    check_int(read_whole(document, &e), PV_REFUSED);
    if (strcmp(error.path, path) != 0 || strstr(error.reason, reason) == NULL)
        fail_msg("\"%s: %s\", not \"%s: %s\" in %s", error.path, error.reason, path, reason, document);
    check_int(e.version, -1);
    check_true(e.name.ptr == NULL && e.voters == NULL);
}

/* The golden document with the first `from` behind `after` replaced; owned by the caller. */
static char *edited_behind(const char *after, const char *from, const char *to)
{
    char *golden = sample_golden();
    char *at = strstr(golden, after);
    assert_non_null(at);
    at = strstr(at, from);
    if (at == NULL)
        fail_msg("no %s in the golden document", from);
    struct sample_text *text = sample_text_begin();
    pv_out_bytes(&text->out, golden, (size_t)(at - golden));
    pv_out_cstr(&text->out, to);
    pv_out_cstr(&text->out, at + strlen(from));
    free(golden);
    return sample_text_end(text);
}

struct edit {
    const char *after, *from, *to, *path, *reason;
};

static void check_edits(const struct edit *edits, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *document = edited_behind(edits[i].after, edits[i].from, edits[i].to);
        check_refused(document, edits[i].path, edits[i].reason);
        free(document);
    }
}
#define CHECK_EDITS(edits) check_edits(edits, sizeof(edits) / sizeof((edits)[0]))

/* The golden document reads, after an edit, as another one. */
static void check_same_as(const char *from, const char *to, const char *canonical_to)
{
    char *document = edited_behind("", from, to), *canonical = edited_behind("", from, canonical_to);
    check_read(document, canonical);
    free(document);
    free(canonical);
}

/* What is accepted */

static void document__canonical__comes_back_byte_for_byte(void **state)
{
    (void)state;
    char *golden = sample_golden();
    check_read(golden, golden);
    free(golden);
}

static void check_large(uint32_t candidates, uint32_t voters)
{
    struct pv_election e;
    pv_election_init(&e, seed);
    sample_large(&e, candidates, voters);
    char *document = sample_document(&e);
    check_read(document, document);
    free(document);
    pv_election_deinit(&e);
}

static void document__small_and_large_papers__come_back_byte_for_byte(void **state)
{
    (void)state;
    check_large(6, 0);
    check_large(6, 300);
    check_large(PV_RATINGS_DENSE_MAX, 30);
    check_large(PV_RATINGS_DENSE_MAX + 1, 30);
}

static void document__unborn_to_deleted__each_state_comes_back(void **state)
{
    (void)state;
    struct pv_election e;
    pv_election_init(&e, seed);
    for (int step = 0; step < 6; step++) {
        if (step == 0)
            sample_created(&e, 1, "x", NULL);
        if (step == 1)
            sample_competition(&e, 2, "y", NULL);
        if (step == 2)
            sample_voter(&e, 3, "v", "v@x");
        if (step == 3)
            sample_ballot(&e, 3, 4);
        if (step == 4)
            sample_candidate(&e, 2, 5, "c", NULL, NULL, NULL);
        if (step == 5)
            sample_deleted(&e);
        char *document = sample_document(&e);
        check_read(document, document);
        free(document);
    }
    pv_election_deinit(&e);
}

static uint32_t draw(uint64_t *state, uint32_t n)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33) % n;
}

/* Puts the members of every object in another order, and unknown ones among them. */
static void shuffle(cJSON *node, uint64_t *random, bool strange)
{
    for (cJSON *child = node->child; child != NULL; child = child->next)
        shuffle(child, random, strange && strcmp(child->string == NULL ? "" : child->string, "ratings") != 0);
    if (!cJSON_IsObject(node))
        return;
    bool part = cJSON_GetObjectItemCaseSensitive(node, "id") != NULL ||
                cJSON_GetObjectItemCaseSensitive(node, "url") != NULL;
    if (strange && part) {
        cJSON_AddStringToObject(node, "_etag", "\"0000-0000\"");
        cJSON_AddNumberToObject(node, "_ts", 1.5e300);
        cJSON_AddNullToObject(node, "ID");
        cJSON_AddTrueToObject(
            node, "a key that is longer than any key of a document could ever be, "
                  "even if each of its characters were written as an escape of six, and a bit more");
        cJSON_AddItemToObject(node, "",
                              cJSON_Parse("[{\"id\":[1,2,{\"version\":-0.5}]},\"\xe2\x82\xac\",true]"));
    }
    for (int left = cJSON_GetArraySize(node); left > 0; left--) {
        cJSON *item = cJSON_DetachItemFromArray(node, (int)draw(random, (uint32_t)left));
        cJSON_AddItemToArray(node, item);
    }
}

static void check_shuffled(const char *document, uint64_t random, bool strange, bool spaced)
{
    cJSON *tree = cJSON_Parse(document);
    assert_non_null(tree);
    shuffle(tree, &random, strange);
    char *text = spaced ? cJSON_Print(tree) : cJSON_PrintUnformatted(tree);
    check_read(text, document);
    cJSON_free(text);
    cJSON_Delete(tree);
}

static void document__keys_in_any_order_with_strange_ones_and_space__is_the_same(void **state)
{
    (void)state;
    struct pv_election e;
    char *golden = sample_golden();
    for (uint64_t i = 0; i < 40; i++)
        check_shuffled(golden, i, i % 2 == 0, i % 4 < 2);
    free(golden);
    pv_election_init(&e, seed);
    sample_large(&e, 260, 40);
    char *large = sample_document(&e);
    for (uint64_t i = 0; i < 4; i++)
        check_shuffled(large, i, i % 2 == 0, i % 4 < 2);
    free(large);
    pv_election_deinit(&e);
}

static void document__escapes_that_nobody_needs__are_undone(void **state)
{
    (void)state;
    check_same_as("\"voters\"", "\"\\u0076\\u006f\\u0074\\u0065\\u0072\\u0073\"", "\"voters\"");
    check_same_as("\"competitions\"", "\"competition\\u0073\"", "\"competitions\"");
    check_same_as("\"email\"", "\"\\u0065mail\"", "\"email\"");
    check_same_as("/ \\\\ \xc3\xa9\"", "\\/ \\u005C \\u00E9\\ud83d\\uDE00\"",
                  "/ \\\\ \xc3\xa9\xf0\x9f\x98\x80\"");
    check_same_as("\"Ada\"", "\"\\u0041da\"", "\"Ada\"");
}

static void document__dates_as_D2_reads_them__are_printed_in_utc(void **state)
{
    (void)state;
    check_same_as("2024-02-24T18:00:00Z", "2024-02-24t19:00:00.0000009+01:00", "2024-02-24T18:00:00Z");
    check_same_as("2024-02-24T20:00:00.500000Z", "2024-02-24T20:00:00.5", "2024-02-24T20:00:00.500000Z");
}

static void document__space_around_and_inside__is_ignored(void **state)
{
    (void)state;
    char *golden = sample_golden();
    struct sample_text *text = sample_text_begin();
    pv_out_cstr(&text->out, " \r\n\t");
    for (const char *at = golden; *at != '\0'; at++) {
        bool mark = (*at == ',' || *at == ':') && (at[-1] == '"' || at[-1] == '}' || at[-1] == ']');
        pv_out_cstr(&text->out, mark ? " \n" : "");
        pv_out_char(&text->out, *at);
    }
    pv_out_cstr(&text->out, "\n\n");
    char *spaced = sample_text_end(text);
    check_read(spaced, golden);
    free(spaced);
    free(golden);
}

/* As doubles, these would be other numbers. */
static void document__versions_beyond_doubles__keep_every_digit(void **state)
{
    (void)state;
    check_same_as("\"version\":18", "\"version\":9007199254740993", "\"version\":9007199254740993");
    check_same_as("\"version\":18", "\"version\":9223372036854775807", "\"version\":9223372036854775807");
    char *document = edited_behind("11\",", "\"version\":2", "\"version\":9007199254740993");
    check_refused(document, "", "versions do not add up (D6.9)");
    free(document);
}

/* What is refused: keys and types */

/* Every member of F3, and whether its value may be null. */
static const struct {
    const char *path;
    bool nullable;
} members[] = {
    {"/id", false},
    {"/version", false},
    {"/deleted", false},
    {"/name", false},
    {"/description", true},
    {"/opened", true}, /* not here, but by another rule */
    {"/closed", true},
    {"/competitions", false},
    {"/voters", false},
    {"/ballots", false},
    {"/competitions/1/id", false},
    {"/competitions/1/version", false},
    {"/competitions/1/deleted", false},
    {"/competitions/1/name", false},
    {"/competitions/1/description", true},
    {"/competitions/1/candidates", false},
    {"/competitions/0/candidates/1/id", false},
    {"/competitions/0/candidates/1/version", false},
    {"/competitions/0/candidates/1/deleted", false},
    {"/competitions/0/candidates/1/name", false},
    {"/competitions/0/candidates/1/description", true},
    {"/competitions/0/candidates/1/image", true},
    {"/competitions/0/candidates/0/image/url", false},
    {"/competitions/0/candidates/0/image/caption", true},
    {"/voters/2/id", false},
    {"/voters/2/version", false},
    {"/voters/2/deleted", false},
    {"/voters/2/name", false},
    {"/voters/2/email", false},
    {"/voters/2/ballot_issued", false},
    {"/ballots/0/id", false},
    {"/ballots/0/version", false},
    {"/ballots/0/deleted", false},
    {"/ballots/0/voter_id", false},
    {"/ballots/0/ratings", false},
    {"/ballots/0/cast", false},
};
enum { MEMBERS = sizeof(members) / sizeof(members[0]) };

/* The node that a path of the table leads to, and the one that holds it. */
static cJSON *walk(cJSON *tree, const char *path, cJSON **parent)
{
    cJSON *node = tree;
    while (*path != '\0') {
        char key[32];
        size_t len = strcspn(++path, "/");
        snprintf(key, sizeof(key), "%.*s", (int)len, path);
        *parent = node;
        node = cJSON_IsArray(node) ? cJSON_GetArrayItem(node, atoi(key))
                                   : cJSON_GetObjectItemCaseSensitive(node, key);
        assert_non_null(node);
        path += len;
    }
    return node;
}

static char *printed(cJSON *tree)
{
    char *text = cJSON_PrintUnformatted(tree);
    assert_non_null(text);
    cJSON_Delete(tree);
    return text;
}

static cJSON *golden_tree(void)
{
    char *golden = sample_golden();
    cJSON *tree = cJSON_Parse(golden);
    free(golden);
    assert_non_null(tree);
    return tree;
}

static void document__any_key_missing__is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < MEMBERS; i++) {
        cJSON *tree = golden_tree(), *parent = NULL;
        cJSON *node = walk(tree, members[i].path, &parent);
        cJSON_Delete(cJSON_DetachItemViaPointer(parent, node));
        char *document = printed(tree);
        check_refused(document, members[i].path, "the key is missing");
        cJSON_free(document);
    }
}

static void document__any_key_in_other_case__is_missing(void **state)
{
    (void)state;
    for (size_t i = 0; i < MEMBERS; i++) {
        cJSON *tree = golden_tree(), *parent = NULL;
        walk(tree, members[i].path, &parent)->string[0] ^= 0x20;
        char *document = printed(tree);
        check_refused(document, members[i].path, "the key is missing");
        cJSON_free(document);
    }
}

static bool same_type(const cJSON *a, const cJSON *b)
{
    return a->type == b->type || (cJSON_IsBool(a) && cJSON_IsBool(b));
}

static void document__any_value_of_another_type__is_refused(void **state)
{
    (void)state;
    static const char *const others[] = {"null", "true", "7", "\"x\"", "[]", "{}"};
    size_t refused = 0;
    for (size_t i = 0; i < MEMBERS * 6; i++) {
        cJSON *tree = golden_tree(), *parent = NULL, *other = cJSON_Parse(others[i % 6]);
        const cJSON *node = walk(tree, members[i / 6].path, &parent);
        bool allowed = same_type(node, other) || (members[i / 6].nullable && cJSON_IsNull(other));
        if (allowed) {
            cJSON_Delete(other);
            cJSON_Delete(tree);
            continue;
        }
        char key[32];
        snprintf(key, sizeof(key), "%s", node->string);
        cJSON_ReplaceItemInObjectCaseSensitive(parent, key, other);
        char *document = printed(tree);
        check_refused(document, members[i / 6].path, i % 6 == 0 ? ": null" : "");
        check_true(strstr(error.reason, "n") == error.reason); /* "not a ...", "neither ..." */
        cJSON_free(document);
        refused++;
    }
    check_int(refused,
              MEMBERS * 5 - 7); /* each by all other types, but null where it may stand: 6, and opened */
}

static void document__part_that_is_no_object__is_refused(void **state)
{
    (void)state;
    static const struct edit edits[] = {
        {"", "\"voters\":[", "\"voters\":[7,", "/voters/0", "not an object: 7"},
        {"", "\"voters\":[", "\"voters\":[\"7\",", "/voters/0", "not an object: \"7\""},
        {"", "\"ballots\":[", "\"ballots\":[[],", "/ballots/0", "not an object: an array"},
        {"", "\"competitions\":[", "\"competitions\":[null,", "/competitions/0", "not an object: null"},
        {"", "\"candidates\":[", "\"candidates\":[false,", "/competitions/0/candidates/0",
         "not an object: false"},
    };
    CHECK_EDITS(edits);
    check_refused("[]", "", "not an object: an array");
    check_refused("7", "", "not an object: 7");
    check_refused("{}", "/id", "the key is missing");
}

static void document__that_the_guard_stops__is_refused_at_its_root(void **state)
{
    (void)state;
    static const struct edit edits[] = {
        {"", "\"deleted\":false", "\"deleted\":false,\"deleted\":false", "",
         "the key \"deleted\" stands twice"},
        {"", "\"deleted\":false", "\"deleted\":false,\"_x\":{\"a\":1,\"\\u0061\":2}", "",
         "the key \"a\" stands twice"},
        {"", "Heron", "He\\u0000ron", "", "a string has U+0000 in it"},
        {"", "Heron", "He\\ud800ron", "", "half a surrogate pair"},
        {"", "Heron", "He\xffron", "", "not UTF-8"},
        {"", "\"version\":18", "\"version\":018", "", "it is not JSON (byte 47)"},
        {"", "{", "{\"_x\":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]],", "", "nested too deep"},
    };
    CHECK_EDITS(edits);
    char *deep = edited_behind("", "{", "{\"_x\":[[[[[[[[[[[[[[[]]]]]]]]]]]]]]],"), *golden = sample_golden();
    check_read(deep, golden);
    free(deep);
    free(golden);
    check_refused("", "", "it is not JSON (byte 1)");
}

/* What is refused: values */

static void document__ids_that_are_not_as_printed__are_refused(void **state)
{
    (void)state;
    static const struct edit edits[] = {
        {"", "00000000000000000000000001", "0000000000000000000000001", "/id",
         "\"0000000000000000000000001\" is not an id"},
        {"", "00000000000000000000000001", "00000000000000000000000000", "/id", "is the empty one"},
        {"", "00000000000000000000000001", "8ZZZZZZZZZZZZZZZZZZZZZZZZZ", "/id", "is not an id"},
        {"", "00000000000000000000000001", "0000000000000000000000000a", "/id",
         "an id must be in upper case"},
        {"", "00000000000000000000000011", "0000000000000000000000001U", "/competitions/0/id",
         "is not an id"},
        {"", "00000000000000000000000023", "", "/competitions/0/candidates/1/id", "\"\" is not an id"},
        {"", "00000000000000000000000032", "0000000000000000000000003l", "/voters/1/id", "is not an id"},
        {"", "00000000000000000000000042", "01234567-89ab-cdef-0123-456789abcdef", "/ballots/1/id",
         "is not an id"},
        {"voter_id", "00000000000000000000000031", "x", "/ballots/0/voter_id", "\"x\" is not an id"},
        {"ratings", "00000000000000000000000011", "x~y/z", "/ballots/0/ratings/x~0y~1z",
         "\"x~y/z\" is not an id"},
        {"ratings", "00000000000000000000000012", "0000000000000000000000001b",
         "/ballots/0/ratings/"
         "0000000000000000000000001b",
         "an id must be in upper case"},
        {"ratings", "00000000000000000000000024", "0", "/ballots/0/ratings/00000000000000000000000012/0",
         "is not an id"},
    };
    CHECK_EDITS(edits);
}

static void document__integers_that_are_not_as_printed__are_refused(void **state)
{
    (void)state;
    static const struct edit edits[] = {
        {"", "\"version\":18", "\"version\":-1", "/version", "not the version of an election: -1"},
        {"", "\"version\":18", "\"version\":-0", "/version", "not a version: -0"},
        {"", "\"version\":18", "\"version\":18.0", "/version", "not an integer: 18.0"},
        {"", "\"version\":18", "\"version\":18e0", "/version", "not an integer: 18e0"},
        {"", "\"version\":18", "\"version\":9223372036854775808", "/version",
         "not a version: 9223372036854775808"},
        {"", "\"version\":18", "\"version\":-9223372036854775809", "/version", "not a version: -92233"},
        {"", "\"version\":18", "\"version\":1e400", "/version", "not an integer: 1e400"},
        {"11\",", "\"version\":2", "\"version\":-9223372036854775808", "/competitions/0", "D6.9"},
        {"31\",", "\"version\":1", "\"version\":-1", "/voters/0", "D6.9"},
    };
    CHECK_EDITS(edits);
}

static void document__texts_that_break_D2__are_refused(void **state)
{
    (void)state;
    static const struct edit edits[] = {
        {"", "Photo \\\"2024\\\"", "", "/name", "the text \"\" is empty"},
        {"", "Photo \\\"2024\\\"", " ", "/name", "is empty or only white space"},
        {"", "Photo \\\"2024\\\"", "a\\nb", "/name", "the text \"a\\x0ab\" has a control character"},
        {"", "Line one", "a\\u0001", "/description", "has a control character"},
        {"", "\"Line one\\n\\ttwo / \\\\ \xc3\xa9\"", "\"\"", "/description", "is empty"},
        {"", "Birds", "\xc2\x85", "/competitions/0/name", "\"\\xc2\\x85\" has a control character"},
        {"", "Old\\r\\nones", "\\n", "/competitions/1/description", "is empty or only white space"},
        {"", "Heron", "  ", "/competitions/0/candidates/0/name", "is empty"},
        {"", "https://x.example/a.jpg", "ftp://x", "/competitions/0/candidates/0/image/url",
         "\"ftp://x\" is not a web address"},
        {"", "https://x.example/a.jpg", "", "/competitions/0/candidates/0/image/url",
         "\"\" is not a web address"},
        {"", "At dawn", "", "/competitions/0/candidates/0/image/caption", "is empty"},
        {"", "At night", "a\\u007f", "/competitions/0/candidates/1/description", "has a control character"},
        {"", "Bob <b>", "", "/voters/1/name", "is empty"},
        {"", "Bob@x.example", "Bob", "/voters/1/email", "\"Bob\" is not an email address"},
        {"", "2024-02-24T18:00:00Z", "2024-02-30T18:00:00Z", "/opened",
         "\"2024-02-30T18:00:00Z\" is not a date and time"},
        {"", "2024-02-24T20:00:00.500000Z", "", "/closed", "\"\" is not a date and time"},
    };
    CHECK_EDITS(edits);
}

static void document__ratings_that_are_none__are_refused(void **state)
{
    (void)state;
    static const char *const path =
        "/ballots/0/ratings/00000000000000000000000011/00000000000000000000000021";
    static const struct {
        const char *value, *reason;
    } cases[] = {
        {"0", "the rating 0 is not from 1 to 5"},
        {"6", "the rating 6 is not from 1 to 5"},
        {"-4", "the rating -4 is not from 1 to 5"},
        {"44", "the rating 44 is not from 1 to 5"},
        {"4.0", "the rating 4.0 is not from 1 to 5"},
        {"4e0", "the rating 4e0 is not from 1 to 5"},
        {"\"4\"", "not a number: \"4\""},
        {"null", "not a number: null"},
        {"[4]", "not a number: an array"},
        {"true", "not a number: true"},
        {"{\"x\":4}", "not a number: an object"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char to[64];
        snprintf(to, sizeof(to), "21\":%s", cases[i].value);
        char *document = edited_behind("ratings", "21\":4", to);
        check_refused(document, path, cases[i].reason);
        free(document);
    }
    static const struct edit edits[] = {
        {"ratings", "{\"00000000000000000000000024\":5}", "{}",
         "/ballots/0/ratings/00000000000000000000000012", "a competition without a rating in it (D6.7)"},
        {"ratings", "{\"00000000000000000000000024\":5}", "5",
         "/ballots/0/ratings/00000000000000000000000012", "not an object: 5"},
    };
    CHECK_EDITS(edits);
    for (int stars = 1; stars <= 5; stars++) {
        char to[8];
        snprintf(to, sizeof(to), "1\":%d", stars);
        char *document = edited_behind("ratings", "1\":4", to);
        check_read(document, document);
        free(document);
    }
}

/* What is refused: parts that do not go together (D6) */

static void document__part_that_cannot_be_placed__is_refused_there(void **state)
{
    (void)state;
    static const struct edit edits[] = {
        {"Trees", "00000000000000000000000022", "00000000000000000000000021",
         "/competitions/1/candidates/0/id", "(D6.1): 00000000000000000000000021"},
        {"Birds", "00000000000000000000000012", "00000000000000000000000011", "/competitions/1/id",
         "(D6.1): 00000000000000000000000011"},
        {"Bob@", "00000000000000000000000033", "00000000000000000000000031", "/voters/2/id",
         "(D6.1): 00000000000000000000000031"},
        {"", "cy@x.example", "ADA@X.example", "/voters/2/email", "(D6.5): ADA@X.example"},
        {"", "00000000000000000000000042", "00000000000000000000000041", "/ballots/1/id",
         "(D6.1): 00000000000000000000000041"},
        {"voter_id", "00000000000000000000000032", "00000000000000000000000039", "/ballots/1/voter_id",
         "(D6.6): 00000000000000000000000039"},
        {"voter_id", "00000000000000000000000032", "00000000000000000000000031", "/ballots/1/voter_id",
         "(D6.6): 00000000000000000000000031"},
        {"voter_id", "00000000000000000000000032", "00000000000000000000000033", "/ballots/1/voter_id",
         "(D6.6): 00000000000000000000000033"},
        {"ratings", "00000000000000000000000024", "00000000000000000000000021",
         "/ballots/0/ratings/00000000000000000000000012/00000000000000000000000021",
         "(D6.7): 00000000000000000000000021"},
        {"ratings", "00000000000000000000000024", "00000000000000000000000099",
         "/ballots/0/ratings/00000000000000000000000012/00000000000000000000000099", "(D6.7)"},
        {"ratings", "00000000000000000000000012", "00000000000000000000000099",
         "/ballots/0/ratings/00000000000000000000000099/00000000000000000000000024", "(D6.7)"},
    };
    CHECK_EDITS(edits);
}

static void document__state_that_breaks_D6__is_refused_at_its_part(void **state)
{
    (void)state;
    static const struct edit edits[] = {
        {"", "\"version\":18", "\"version\":17", "", "(D6.9): 00000000000000000000000001"},
        {"", "\"opened\":\"2024-02-24T18:00:00Z\"", "\"opened\":null", "", "(D6.3)"},
        {"", "2024-02-24T18:00:00Z", "2024-02-24T20:00:00.500001Z", "", "(D6.3)"},
        {"11\",", "\"version\":2", "\"version\":1", "/competitions/0", "(D6.9): 00000000000000000000000011"},
        {"22\",", "\"version\":1", "\"version\":0", "/competitions/1/candidates/0",
         "(D6.9): 00000000000000000000000022"},
        {"24\",", "\"deleted\":false", "\"deleted\":true", "/competitions/1/candidates/1",
         "(D6.9): 00000000000000000000000024"},
        {"32\",", "\"version\":1", "\"version\":0", "/voters/1", "(D6.9): 00000000000000000000000032"},
        {"33\",", "\"deleted\":false", "\"deleted\":true", "/voters/2",
         "(D6.10): 00000000000000000000000033"},
        {"33\",", "\"version\":0", "\"version\":1", "/voters/2", "(D6.9)"},
        {"cy@", "\"ballot_issued\":false", "\"ballot_issued\":true", "/voters/2", "(D6.6)"},
        {"41\",", "\"version\":4", "\"version\":3", "/ballots/0", "(D6.9): 00000000000000000000000041"},
        {"42\",", "\"deleted\":false", "\"deleted\":true", "/ballots/1",
         "(D6.10): 00000000000000000000000042"},
        {"42\",", "\"cast\":false", "\"cast\":true", "/ballots/1", "(D6.8)"},
    };
    CHECK_EDITS(edits);
    char *document = edited_behind("", "\"closed\":\"2024-02-24T20:00:00.500000Z\"", "\"closed\":null");
    check_read(document, document);
    free(document);
}

static void document__ratings_in_a_draft__are_refused(void **state)
{
    (void)state;
    char *document = edited_behind("", "\"2024-02-24T18:00:00Z\",\"closed\":\"2024-02-24T20:00:00.500000Z\"",
                                   "null,\"closed\":null");
    check_refused(document, "/ballots/0", "(D6.8): 00000000000000000000000041");
    free(document);
}

static void document__opened_without_a_paper__is_refused(void **state)
{
    (void)state;
    check_refused(
        "{\"id\":\"00000000000000000000000001\",\"version\":1,\"deleted\":false,\"name\":\"x\","
        "\"description\":null,\"opened\":\"2024-02-24T18:00:00Z\",\"closed\":null,\"competitions\":[],"
        "\"voters\":[],\"ballots\":[]}",
        "", "(D6.4)");
}

/* Errors that carry hostile values */

static void error__wild_key_on_the_way__is_escaped_and_cut(void **state)
{
    (void)state;
    struct sample_text *text = sample_text_begin();
    pv_out_cstr(&text->out, "\\u001b[2J");
    for (int i = 0; i < 400; i++)
        pv_out_cstr(&text->out, "~k");
    char *key = sample_text_end(text);
    char *document = edited_behind("ratings", "00000000000000000000000011", key);
    struct pv_election e;
    check_int(read_whole(document, &e), PV_REFUSED);
    check_int(strlen(error.path), sizeof(error.path) - 1);
    assert_memory_equal(error.path, "/ballots/0/ratings/\\x1b[2J~0k~0k", 32);
    check_true(strstr(error.path, "...") != NULL);
    check_true(strncmp(error.reason, "\"\\x1b[2J~k~k", 12) == 0);
    check_true(strlen(error.reason) < sizeof(error.reason));
    free(document);
    free(key);
}

static void error__long_value__is_cut(void **state)
{
    (void)state;
    char value[600], number[600];
    memset(value, 'v', sizeof(value));
    value[0] = value[598] = '"';
    value[599] = '\0';
    char *document = edited_behind("", "18", value);
    check_refused(document, "/version", "not a number: \"vvvvv");
    assert_non_null(strstr(error.reason, "v\"..."));
    free(document);
    memset(number, '9', sizeof(number));
    number[599] = '\0';
    document = edited_behind("", "18", number);
    check_refused(document, "/version", "not a version: 99999");
    assert_non_null(strstr(error.reason, "99..."));
    free(document);
}

/* Parts */

struct pages {
    char *header;
    struct pv_str voters[8], ballots[40];
    struct pv_document_parts parts;
};

static struct pv_str page_of(void (*write)(struct pv_out *, const struct pv_election *, uint32_t),
                             const struct pv_election *e, uint32_t page)
{
    struct sample_text *text = sample_text_begin();
    write(&text->out, e, page);
    return str(sample_text_end(text));
}

static void pages_init(struct pages *pages, const struct pv_election *e)
{
    struct sample_text *text = sample_text_begin();
    pv_document_write_header(&text->out, e);
    pages->header = sample_text_end(text);
    pages->parts = (struct pv_document_parts){.header = str(pages->header),
                                              .voter_pages = pages->voters,
                                              .ballot_pages = pages->ballots,
                                              .voter_page_count = pv_document_voter_pages(e),
                                              .ballot_page_count = pv_document_ballot_pages(e)};
    for (uint32_t i = 0; i < pages->parts.voter_page_count; i++)
        pages->voters[i] = page_of(pv_document_write_voters, e, i);
    for (uint32_t i = 0; i < pages->parts.ballot_page_count; i++)
        pages->ballots[i] = page_of(pv_document_write_ballots, e, i);
}

static void free_str(struct pv_str text)
{
    union {
        const char *borrowed;
        char *owned;
    } bytes = {text.ptr};
    free(bytes.owned);
}

static void pages_deinit(struct pages *pages)
{
    for (uint32_t i = 0; i < pages->parts.voter_page_count; i++)
        free_str(pages->voters[i]);
    for (uint32_t i = 0; i < pages->parts.ballot_page_count; i++)
        free_str(pages->ballots[i]);
    free(pages->header);
}

static enum pv_result read_pages(const struct pages *pages, struct pv_election *e)
{
    memset(&error, '#', sizeof(error));
    pv_election_init(e, seed);
    return pv_document_read(&pages->parts, e, &error);
}

static void check_pages_refused(const struct pages *pages, const char *path, const char *reason)
{
    struct pv_election e;
    check_int(read_pages(pages, &e), PV_REFUSED);
    assert_string_equal(error.path, path);
    if (strstr(error.reason, reason) == NULL)
        fail_msg("%s, not %s", error.reason, reason);
    check_int(e.version, -1);
}

static void check_parts(uint32_t voters)
{
    struct pv_election e, again;
    struct pages pages;
    pv_election_init(&e, seed);
    sample_large(&e, 6, voters);
    pages_init(&pages, &e);
    check_int(read_pages(&pages, &again), PV_OK);
    char *document = sample_document(&e), *document_again = sample_document(&again);
    assert_string_equal(document_again, document);
    free(document);
    free(document_again);
    pages_deinit(&pages);
    pv_election_deinit(&again);
    pv_election_deinit(&e);
}

static void parts__any_number_of_pages__come_back(void **state)
{
    (void)state;
    check_parts(0);
    check_parts(1);
    check_parts(128);
    check_parts(129);
    check_parts(300);
}

/* A document of 20 voters and ballots in parts, with one page replaced. */
static void check_page(bool ballot, uint32_t page, const char *text, const char *path, const char *reason)
{
    struct pv_election e;
    struct pages pages;
    pv_election_init(&e, seed);
    sample_large(&e, 6, 20);
    pages_init(&pages, &e);
    struct pv_str *at = ballot ? &pages.ballots[page] : &pages.voters[page], kept = *at;
    *at = text == NULL ? (struct pv_str){NULL, 0} : str(text);
    check_pages_refused(&pages, path, reason);
    *at = kept;
    pages_deinit(&pages);
    pv_election_deinit(&e);
}

static void parts__page_that_cannot_be_read__is_named(void **state)
{
    (void)state;
    check_page(false, 0, "[", "voter page 0", "it is not JSON (byte 2)");
    check_page(true, 1, NULL, "ballot page 1", "it is not JSON (byte 1)");
    check_page(true, 0, "{}", "ballot page 0", "not an array");
    check_page(true, 1, " 7", "ballot page 1", "not an array");
    check_page(false, 0, "[{\"a\":1,\"a\":2}]", "voter page 0", "the key \"a\" stands twice");
    check_page(true, 1, "[{}]", "ballot page 1: /0/id", "the key is missing");
    check_page(true, 1, "[1]", "ballot page 1: /0", "not an object: 1");
    check_page(false, 0, "[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]", "voter page 0", "nested too deep");
}

static void parts__page_with_the_wrong_number_of_entries__is_refused(void **state)
{
    (void)state;
    struct pv_election e;
    struct pages pages;
    pv_election_init(&e, seed);
    sample_large(&e, 6, 20);
    pages_init(&pages, &e);
    check_page(true, 1, "[]", "ballot page 1", "too few or too many entries");
    struct pv_str kept = pages.ballots[0];
    pages.ballots[0] = pages.ballots[1]; /* 4 entries, but not the last page */
    check_pages_refused(&pages, "ballot page 0", "too few or too many entries");
    pages.ballots[0] = kept;
    char *longer = malloc(kept.len + pages.ballots[1].len + 1);
    memcpy(longer, kept.ptr, kept.len - 1);
    longer[kept.len - 1] = ',';
    memcpy(longer + kept.len, pages.ballots[1].ptr + 1, pages.ballots[1].len - 1);
    longer[kept.len + pages.ballots[1].len - 1] = '\0';
    pages.ballots[0] = str(longer);
    pages.parts.ballot_page_count = 1;
    check_pages_refused(&pages, "ballot page 0", "too few or too many entries");
    pages.parts.ballot_page_count = 2;
    pages.ballots[0] = kept;
    free(longer);
    pages_deinit(&pages);
    pv_election_deinit(&e);
}

static void parts__rule_broken_across_pages__is_told_as_in_the_whole_document(void **state)
{
    (void)state;
    struct pv_election e;
    struct pages pages;
    pv_election_init(&e, seed);
    sample_large(&e, 6, 20);
    pages_init(&pages, &e);
    pages.parts.ballot_page_count = 1; /* voter 16 has a ballot, it says */
    check_pages_refused(&pages, "/voters/16", "(D6.6)");
    pages.parts.ballot_page_count = 2;
    pages_deinit(&pages);
    pv_election_deinit(&e);
}

static void parts__voters_both_in_header_and_pages__are_refused(void **state)
{
    (void)state;
    struct pv_election e;
    struct pages pages;
    pv_election_init(&e, seed);
    sample_full(&e);
    pages_init(&pages, &e);
    char *golden = sample_golden();
    pages.parts.header = str(golden);
    check_pages_refused(&pages, "", "the header has voters or ballots in it, and so have pages");
    free(golden);
    pages_deinit(&pages);
    pv_election_deinit(&e);
}

static void parts__header_with_only_one_of_the_lists__is_refused(void **state)
{
    (void)state;
    static const char *const lists[] = {"voters", "ballots"};
    for (size_t i = 0; i < 2; i++) {
        cJSON *tree = golden_tree();
        cJSON_DeleteItemFromObjectCaseSensitive(tree, lists[i]);
        char *document = printed(tree), path[16];
        struct pv_document_parts parts = {.header = str(document)};
        struct pv_election e;
        pv_election_init(&e, seed);
        check_int(pv_document_read(&parts, &e, &error), PV_REFUSED);
        snprintf(path, sizeof(path), "/%s", lists[i]);
        assert_string_equal(error.path, path);
        cJSON_free(document);
    }
}

static void parts__header_alone__is_an_election_without_voters(void **state)
{
    (void)state;
    struct pv_election e;
    struct pv_document_parts parts = {
        .header =
            PV_STR("{\"id\":\"00000000000000000000000001\",\"version\":0,\"deleted\":false,\"name\":\"x\","
                   "\"description\":null,\"opened\":null,\"closed\":null,\"competitions\":[]}")};
    pv_election_init(&e, seed);
    check_int(pv_document_read(&parts, &e, &error), PV_OK);
    pv_election_deinit(&e);
    parts.whole = true;
    check_int(pv_document_read(&parts, &e, &error), PV_REFUSED);
    assert_string_equal(error.path, "/voters");
}

/* What was read is an election like any other */

static void election__read_back__goes_on_as_before(void **state)
{
    (void)state;
    struct pv_election before, after;
    pv_election_init(&before, seed);
    sample_created(&before, 1, "x", NULL);
    sample_competition(&before, 2, "y", NULL);
    sample_voter(&before, 3, "v", "v@x");
    sample_ballot(&before, 3, 4);
    for (int step = 0; step < 8; step++) {
        char *document = sample_document(&before);
        check_int(read_whole(document, &after), PV_OK);
        free(document);
        struct pv_election *both[] = {&before, &after};
        for (int i = 0; i < 2; i++) {
            if (step < 2)
                sample_candidate(both[i], 2, 10 + (uint64_t)step, "c", NULL, NULL, NULL);
            if (step == 2)
                sample_opened(both[i], "2024-02-24T18:00:00Z");
            if (step == 3)
                sample_voter(both[i], 5, "w", "w@x");
            if (step == 4)
                sample_ballot(both[i], 5, 6);
            if (step == 5)
                sample_rated(both[i], 6, 2, 11, 3);
            if (step == 6)
                sample_cast(both[i], 6);
            if (step == 7)
                sample_closed(both[i], "2024-02-25T18:00:00Z");
        }
        char *a = sample_document(&before), *b = sample_document(&after);
        assert_string_equal(b, a);
        free(a);
        free(b);
        pv_election_deinit(&after);
    }
    pv_election_deinit(&before);
}

/* The rows of the ratings are made although there is no ballot yet. */
static void election__read_back_open_without_ballots__takes_ratings(void **state)
{
    (void)state;
    struct pv_election before, after;
    pv_election_init(&before, seed);
    sample_large(&before, 6, 0);
    char *document = sample_document(&before);
    check_int(read_whole(document, &after), PV_OK);
    sample_voter(&after, 3, "v", "v@x");
    sample_ballot(&after, 3, 4);
    sample_rated(&after, 4, 1000, 2000, 5);
    check_int(pv_election_rating(&after, 0, 0).stars, 5);
    free(document);
    pv_election_deinit(&after);
    pv_election_deinit(&before);
}

/* Versions are raised up to the last one there is; then an event is a fault that changes nothing. */
static void election__read_back_at_the_last_version__takes_no_event(void **state)
{
    (void)state;
    static const struct pv_event event = {.type = PV_EVENT_ELECTION_DELETED, .id = {{1, 1}}};
    struct pv_election election;
    struct pv_event deleted = event;
    struct pv_refusal why;
    char *last = edited_behind("", "\"version\":18", "\"version\":9223372036854775807");
    check_int(read_whole(last, &election), PV_OK);
    deleted.u.election_deleted.election_id = election.id;
    check_int(pv_election_when(&election, &deleted, &why), PV_FAULT_STATE);
    char *after = sample_document(&election);
    assert_string_equal(after, last);
    pv_election_deinit(&election);
    free(after);
    free(last);

    char *before = edited_behind("", "\"version\":18", "\"version\":9223372036854775806");
    check_int(read_whole(before, &election), PV_OK);
    check_int(pv_election_apply(&election, &deleted, &why), PV_OK);
    check_true(election.version == INT64_MAX && election.deleted);
    pv_election_deinit(&election);
    free(before);
}

/* Work */

static void document__very_many_strange_keys__take_linear_time(void **state)
{
    (void)state;
    char *golden = sample_golden();
    struct sample_text *text = sample_text_begin();
    pv_out_char(&text->out, '{');
    for (uint64_t i = 0; i < 100000; i++) {
        pv_out_cstr(&text->out, "\"k");
        pv_out_uint(&text->out, i);
        pv_out_cstr(&text->out, "\":0,");
    }
    const char *split = strstr(golden, "\"email\"");
    pv_out_bytes(&text->out, golden + 1, (size_t)(split - golden - 1));
    for (uint64_t i = 0; i < 100000; i++) {
        pv_out_cstr(&text->out, "\"k");
        pv_out_uint(&text->out, i);
        pv_out_cstr(&text->out, "\":[],");
    }
    pv_out_cstr(&text->out, split);
    char *document = sample_text_end(text);
    check_read(document, golden);
    free(document);
    free(golden);
}

/* Reads with the allocation of the given number failing; the allocations that there were. */
static size_t read_failing_at(const struct pv_document_parts *parts, size_t number, enum pv_result expected)
{
    struct pv_election e;
    pv_election_init(&e, seed);
    failing_at(number);
    enum pv_result result = pv_document_read(parts, &e, &error);
    size_t count = failing_count();
    failing_at(SIZE_MAX);
    check_int(result, expected);
    if (result != PV_OK) {
        check_int(e.version, -1);
        check_true(e.name.ptr == NULL && e.ballots == NULL);
    }
    pv_election_deinit(&e);
    return count;
}

/* The last allocations, or all. */
static void check_faults(const struct pv_document_parts *parts, size_t last)
{
    size_t count = read_failing_at(parts, SIZE_MAX, PV_OK);
    check_true(count > 100);
    for (size_t i = count > last ? count - last : 0; i < count; i++)
        (void)read_failing_at(parts, i, PV_FAULT_MEMORY);
}

static void document__each_allocation_failed_once__is_a_fault_and_leaves_nothing(void **state)
{
    (void)state;
    char *document = edited_behind("", "\"version\"", "\"\\u0040\":0,\"version\"");
    check_faults(&(struct pv_document_parts){.header = str(document), .whole = true}, SIZE_MAX);
    free(document);
    struct pv_election e;
    struct pages pages;
    pv_election_init(&e, seed);
    sample_large(&e, 6, 20);
    pages_init(&pages, &e);
    check_faults(&pages.parts, SIZE_MAX);
    pages_deinit(&pages);
    pv_election_deinit(&e);
}

/* On a large paper each ballot's ratings have memory of their own. Ballots come last. */
static void document__no_memory_for_ratings_on_a_large_paper__is_a_fault(void **state)
{
    (void)state;
    struct pv_election e;
    struct pages pages;
    pv_election_init(&e, seed);
    sample_large(&e, PV_RATINGS_DENSE_MAX + 1, 7);
    pages_init(&pages, &e);
    check_faults(&pages.parts, 100);
    pages_deinit(&pages);
    pv_election_deinit(&e);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(document__canonical__comes_back_byte_for_byte),
    cmocka_unit_test(document__small_and_large_papers__come_back_byte_for_byte),
    cmocka_unit_test(document__unborn_to_deleted__each_state_comes_back),
    cmocka_unit_test(document__keys_in_any_order_with_strange_ones_and_space__is_the_same),
    cmocka_unit_test(document__escapes_that_nobody_needs__are_undone),
    cmocka_unit_test(document__dates_as_D2_reads_them__are_printed_in_utc),
    cmocka_unit_test(document__space_around_and_inside__is_ignored),
    cmocka_unit_test(document__versions_beyond_doubles__keep_every_digit),
    cmocka_unit_test(document__any_key_missing__is_refused),
    cmocka_unit_test(document__any_key_in_other_case__is_missing),
    cmocka_unit_test(document__any_value_of_another_type__is_refused),
    cmocka_unit_test(document__part_that_is_no_object__is_refused),
    cmocka_unit_test(document__that_the_guard_stops__is_refused_at_its_root),
    cmocka_unit_test(document__ids_that_are_not_as_printed__are_refused),
    cmocka_unit_test(document__integers_that_are_not_as_printed__are_refused),
    cmocka_unit_test(document__texts_that_break_D2__are_refused),
    cmocka_unit_test(document__ratings_that_are_none__are_refused),
    cmocka_unit_test(document__part_that_cannot_be_placed__is_refused_there),
    cmocka_unit_test(document__state_that_breaks_D6__is_refused_at_its_part),
    cmocka_unit_test(document__ratings_in_a_draft__are_refused),
    cmocka_unit_test(document__opened_without_a_paper__is_refused),
    cmocka_unit_test(error__wild_key_on_the_way__is_escaped_and_cut),
    cmocka_unit_test(error__long_value__is_cut),
    cmocka_unit_test(parts__any_number_of_pages__come_back),
    cmocka_unit_test(parts__page_that_cannot_be_read__is_named),
    cmocka_unit_test(parts__page_with_the_wrong_number_of_entries__is_refused),
    cmocka_unit_test(parts__rule_broken_across_pages__is_told_as_in_the_whole_document),
    cmocka_unit_test(parts__voters_both_in_header_and_pages__are_refused),
    cmocka_unit_test(parts__header_with_only_one_of_the_lists__is_refused),
    cmocka_unit_test(parts__header_alone__is_an_election_without_voters),
    cmocka_unit_test(election__read_back__goes_on_as_before),
    cmocka_unit_test(election__read_back_open_without_ballots__takes_ratings),
    cmocka_unit_test(election__read_back_at_the_last_version__takes_no_event),
    cmocka_unit_test(document__very_many_strange_keys__take_linear_time),
    cmocka_unit_test(document__each_allocation_failed_once__is_a_fault_and_leaves_nothing),
    cmocka_unit_test(document__no_memory_for_ratings_on_a_large_paper__is_a_fault),
};
CHECK_MAIN(tests, 36)
