/* document_diff.c: what differs between two documents, told as a JSON Patch in a fixed order (F5). */
#include "document_diff.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

#include "document.h"
#include "failing.h"
#include "sample.h"

/* The patch, applied by an applier of our own to cJSON's tree of the cached document */

/* Goes from the root to what holds the path's last step, which it returns. */
static const char *last_step(cJSON **node, char *path)
{
    char *step = path + 1, *slash;
    while ((slash = strchr(step, '/')) != NULL) {
        *slash = '\0';
        *node =
            cJSON_IsArray(*node) ? cJSON_GetArrayItem(*node, atoi(step)) : cJSON_GetObjectItem(*node, step);
        assert_non_null(*node);
        step = slash + 1;
    }
    return step;
}

static cJSON *tree_of(struct pv_str json)
{
    cJSON *tree = cJSON_ParseWithLength(json.ptr, json.len);
    assert_non_null(tree);
    return tree;
}

/* RFC 6902: an index that is added may be the list's length; what is removed or replaced must be there. */
static void patch_array(cJSON *array, int index, const struct pv_difference *found)
{
    int count = cJSON_GetArraySize(array);
    if (found->cached.ptr == NULL) {
        check_int(index, count);
        cJSON_AddItemToArray(array, tree_of(found->rebuilt));
        return;
    }
    check_true(index < count);
    if (found->rebuilt.ptr == NULL)
        cJSON_DeleteItemFromArray(array, index);
    else
        cJSON_ReplaceItemInArray(array, index, tree_of(found->rebuilt));
}

static void patch_object(cJSON *object, const char *key, const struct pv_difference *found)
{
    check_int(cJSON_HasObjectItem(object, key), found->cached.ptr != NULL);
    if (found->cached.ptr != NULL)
        cJSON_DeleteItemFromObjectCaseSensitive(object, key);
    if (found->rebuilt.ptr != NULL)
        cJSON_AddItemToObject(object, key, tree_of(found->rebuilt));
}

struct findings {
    struct sample_text *text;
    cJSON *tree; /* NULL: not patched */
};

static void print_side(struct pv_out *out, struct pv_str value)
{
    pv_out_str(out, value.ptr == NULL ? PV_STR("nothing") : value);
}

static void on_difference(void *context, const struct pv_difference *found)
{
    struct findings *findings = context;
    struct pv_out *out = &findings->text->out;
    pv_out_cstr(out, found->path);
    pv_out_cstr(out, ": ");
    print_side(out, found->cached);
    pv_out_cstr(out, " -> ");
    print_side(out, found->rebuilt);
    pv_out_char(out, '\n');
    char path[200];
    check_true(strlen(found->path) < sizeof path);
    cJSON *node = findings->tree;
    const char *step = last_step(&node, strcpy(path, found->path));
    if (cJSON_IsArray(node))
        patch_array(node, atoi(step), found);
    else
        patch_object(node, step, found);
}

static cJSON *tree_of_election(const struct pv_election *election)
{
    char *document = sample_document(election);
    cJSON *tree = tree_of((struct pv_str){document, strlen(document)});
    free(document);
    return tree;
}

/* What is found, a line each; and the patch that it is leads from the one document to the other. */
static char *differences(const struct pv_election *cached, const struct pv_election *rebuilt)
{
    struct findings findings = {sample_text_begin(), tree_of_election(cached)};
    check_int(pv_document_diff(cached, rebuilt, on_difference, &findings), PV_OK);
    cJSON *wanted = tree_of_election(rebuilt);
    check_true(cJSON_Compare(findings.tree, wanted, true));
    cJSON_Delete(wanted);
    cJSON_Delete(findings.tree);
    return sample_text_end(findings.text);
}

static void check_differences(const struct pv_election *cached, const struct pv_election *rebuilt,
                              const char *expected)
{
    char *actual = differences(cached, rebuilt);
    assert_string_equal(actual, expected);
    free(actual);
}

/* Elections that come in twos: the cached one and the rebuilt one */

struct two {
    struct pv_election cached, rebuilt;
};
typedef void story(struct pv_election *election);

static struct two *two_new(story *cached, story *rebuilt)
{
    struct two *two = malloc(sizeof *two);
    assert_non_null(two);
    pv_election_init(&two->cached, (struct pv_seed){5, 6});
    pv_election_init(&two->rebuilt, (struct pv_seed){7, 8});
    cached(&two->cached);
    rebuilt(&two->rebuilt);
    return two;
}

static void two_free(struct two *two)
{
    pv_election_deinit(&two->cached);
    pv_election_deinit(&two->rebuilt);
    free(two);
}

static void check_stories(story *cached, story *rebuilt, const char *expected)
{
    struct two *two = two_new(cached, rebuilt);
    check_differences(&two->cached, &two->rebuilt, expected);
    two_free(two);
}

#define ULID(end) "000000000000000000000000" end

static void draft(struct pv_election *e)
{
    sample_created(e, 1, "Photo", NULL);
}

static void draft_named_otherwise(struct pv_election *e)
{
    sample_created(e, 1, "Film", "New");
}

static void deleted(struct pv_election *e)
{
    draft(e);
    sample_deleted(e);
}

static void with_birds(struct pv_election *e)
{
    draft(e);
    sample_competition(e, 33, "Birds", NULL);
    sample_candidate(e, 33, 65, "Heron", NULL, NULL, NULL);
    sample_candidate(e, 33, 66, "Owl", NULL, "/owl.jpg", NULL);
}

static void with_other_birds(struct pv_election *e)
{
    draft(e);
    sample_competition(e, 33, "Birds", NULL);
    sample_candidate(e, 33, 65, "Heron", NULL, "/heron.jpg", NULL);
    sample_candidate(e, 33, 66, "Owl", NULL, "/owl.jpg", "At night");
}

static void with_one_bird(struct pv_election *e)
{
    draft(e);
    sample_competition(e, 33, "Birds", NULL);
    sample_candidate(e, 33, 65, "Heron", NULL, NULL, NULL);
}

static void with_birds_and_trees(struct pv_election *e)
{
    with_birds(e);
    sample_competition(e, 34, "Trees", NULL);
}

static void diff__same_document__finds_nothing(void **state)
{
    (void)state;
    check_stories(draft, draft, "");
    check_stories(sample_full, sample_full, "");
}

static void diff__values_of_the_header__are_replaced_one_by_one(void **state)
{
    (void)state;
    check_stories(draft, draft_named_otherwise,
                  "/name: \"Photo\" -> \"Film\"\n"
                  "/description: null -> \"New\"\n");
    check_stories(draft_named_otherwise, draft,
                  "/name: \"Film\" -> \"Photo\"\n"
                  "/description: \"New\" -> null\n");
    check_stories(draft, deleted,
                  "/version: 0 -> 1\n"
                  "/deleted: false -> true\n");
}

static void diff__a_date_on_one_side__is_replaced(void **state)
{
    (void)state;
    struct two *two = two_new(sample_full, sample_full);
    two->cached.is_closed = false;
    two->rebuilt.opened.at.us += 1000001;
    check_differences(&two->cached, &two->rebuilt,
                      "/opened: \"2024-02-24T18:00:00Z\" -> \"2024-02-24T18:00:01.000001Z\"\n"
                      "/closed: null -> \"2024-02-24T20:00:00.500000Z\"\n");
    two_free(two);
}

#define OWL                                                                                                  \
    "{\"id\":\"" ULID("22") "\",\"version\":0,\"deleted\":false,\"name\":\"Owl\",\"description\":null,"      \
                            "\"image\":{\"url\":\"/owl.jpg\",\"caption\":null}}"
#define TREES                                                                                                \
    "{\"id\":\"" ULID("12") "\",\"version\":0,\"deleted\":false,\"name\":\"Trees\",\"description\":null,"    \
                            "\"candidates\":[]}"

static void diff__a_part_of_one_side__is_added_or_removed_whole(void **state)
{
    (void)state;
    check_stories(with_birds, with_birds_and_trees,
                  "/version: 3 -> 4\n/competitions/1: nothing -> " TREES "\n");
    check_stories(with_birds_and_trees, with_birds,
                  "/version: 4 -> 3\n/competitions/1: " TREES " -> nothing\n");
    check_stories(with_one_bird, with_birds,
                  "/version: 2 -> 3\n/competitions/0/version: 1 -> 2\n"
                  "/competitions/0/candidates/1: nothing -> " OWL "\n");
    check_stories(with_birds, with_one_bird,
                  "/version: 3 -> 2\n/competitions/0/version: 2 -> 1\n"
                  "/competitions/0/candidates/1: " OWL " -> nothing\n");
}

static void diff__an_image__is_replaced_whole_only_where_one_side_has_none(void **state)
{
    (void)state;
    check_stories(with_birds, with_other_birds,
                  "/competitions/0/candidates/0/image: null -> {\"url\":\"/heron.jpg\",\"caption\":null}\n"
                  "/competitions/0/candidates/1/image/caption: null -> \"At night\"\n");
    check_stories(with_other_birds, with_birds,
                  "/competitions/0/candidates/0/image: {\"url\":\"/heron.jpg\",\"caption\":null} -> null\n"
                  "/competitions/0/candidates/1/image/caption: \"At night\" -> null\n");
}

static void diff__more_competitions_in_the_cache__are_removed_from_the_end(void **state)
{
    (void)state;
    check_stories(with_birds_and_trees, draft,
                  "/version: 4 -> 0\n"
                  "/competitions/1: " TREES " -> nothing\n"
                  "/competitions/0: {\"id\":\"" ULID(
                      "11") "\",\"version\":2,\"deleted\":false,"
                            "\"name\":\"Birds\",\"description\":null,\"candidates\":["
                            "{\"id\":\"" ULID("21") "\",\"version\":0,\"deleted\":false,\"name\":\"Heron\","
                                                    "\"description\":null,\"image\":null}," OWL
                                                    "]} -> nothing\n");
}

/* Ratings are an object in an object: entries are added and removed by their keys. */
static void rated(struct pv_election *e, uint8_t heron, uint8_t owl, uint8_t oak)
{
    with_birds_and_trees(e);
    sample_candidate(e, 34, 67, "Oak", NULL, NULL, NULL);
    sample_candidate(e, 34, 68, "Fir", NULL, NULL, NULL);
    sample_opened(e, "2024-02-24T18:00:00Z");
    sample_voter(e, 97, "Ada", "ada@x.example");
    sample_ballot(e, 97, 129);
    const uint8_t stars[] = {heron, owl, oak};
    for (size_t i = 0; i < 3; i++)
        if (stars[i] != 0)
            sample_rated(e, 129, i < 2 ? 33 : 34, 65 + i, stars[i]);
}

static void heron_and_oak(struct pv_election *e)
{
    rated(e, 3, 0, 5);
}

static void heron_and_owl(struct pv_election *e)
{
    rated(e, 4, 2, 0);
}

static void diff__ratings__are_told_by_their_ids(void **state)
{
    (void)state;
    check_stories(
        heron_and_oak, heron_and_owl,
        "/ballots/0/ratings/" ULID("11") "/" ULID(
            "21") ": 3 -> 4\n"
                  "/ballots/0/ratings/" ULID("11") "/" ULID(
                      "22") ": nothing -> 2\n"
                            "/ballots/0/ratings/" ULID("12") ": {\"" ULID("23") "\":5} -> nothing\n");
    check_stories(
        heron_and_owl, heron_and_oak,
        "/ballots/0/ratings/" ULID("11") "/" ULID(
            "21") ": 4 -> 3\n"
                  "/ballots/0/ratings/" ULID("11") "/" ULID(
                      "22") ": 2 -> nothing\n"
                            "/ballots/0/ratings/" ULID("12") ": nothing -> {\"" ULID("23") "\":5}\n");
}

/* As many as a paper may have, on one ballot: every second one in the cache, the others in the stream. Each
   is looked up on the other side, which has it never; a search through all of them each time would take
   longer than a test may. */
enum { MANY = 50000 };

static void rated_every_second(struct pv_election *e, uint64_t first)
{
    draft(e);
    sample_competition(e, 33, "Birds", NULL);
    for (uint64_t i = 0; i < MANY; i++)
        sample_candidate(e, 33, 1000 + i, "Heron", NULL, NULL, NULL);
    sample_opened(e, "2024-02-24T18:00:00Z");
    sample_voter(e, 97, "Ada", "ada@x.example");
    sample_ballot(e, 97, 129);
    for (uint64_t i = first; i < MANY; i += 2)
        sample_rated(e, 129, 33, 1000 + i, 3);
}

static void rated_even(struct pv_election *e)
{
    rated_every_second(e, 0);
}

static void rated_odd(struct pv_election *e)
{
    rated_every_second(e, 1);
}

struct sides_told {
    size_t cached, rebuilt, both;
};

static void count_sides(void *context, const struct pv_difference *found)
{
    struct sides_told *told = context;
    bool cached = found->cached.ptr != NULL, rebuilt = found->rebuilt.ptr != NULL;
    told->both += cached && rebuilt;
    told->cached += cached && !rebuilt;
    told->rebuilt += !cached && rebuilt;
}

static void diff__very_many_ratings__are_not_searched_one_by_one(void **state)
{
    (void)state;
    struct two *two = two_new(rated_even, rated_odd);
    struct sides_told told = {0, 0, 0};
    check_int(pv_document_diff(&two->cached, &two->rebuilt, count_sides, &told), PV_OK);
    check_int(told.cached, MANY / 2);
    check_int(told.rebuilt, MANY / 2);
    check_int(told.both, 0);
    two_free(two);
}

/* Pages: voters come in 128, ballots in 16; a place in the list is told, not in the page. */

static struct two *large_two(uint32_t cached, uint32_t rebuilt)
{
    struct two *two = two_new(draft, draft);
    pv_election_deinit(&two->cached);
    pv_election_deinit(&two->rebuilt);
    sample_large(&two->cached, 6, cached);
    sample_large(&two->rebuilt, 6, rebuilt);
    two->cached.version = two->rebuilt.version = 10000; /* the header is the same */
    return two;
}

static void diff__a_value_in_any_page__is_found_at_its_place_in_the_list(void **state)
{
    (void)state;
    struct two *two = large_two(300, 300);
    two->cached.voters[127].version = 70;
    two->cached.voters[128].text[0] = 'W';
    two->cached.voters[299].deleted = true;
    two->cached.ballots[15].cast = true;
    two->cached.ballots[16].version = 71;
    check_differences(&two->cached, &two->rebuilt,
                      "/voters/127/version: 70 -> 1\n"
                      "/voters/128/name: \"Woter 128\" -> \"Voter 128\"\n"
                      "/voters/299/deleted: true -> false\n"
                      "/ballots/15/cast: true -> false\n"
                      "/ballots/16/version: 71 -> 2\n");
    two_free(two);
}

/* The paths alone: what is before the colon, and the side that has nothing. */
static void check_places(char *actual, const char *list, uint32_t from, uint32_t to)
{
    char *line = actual;
    for (uint32_t i = from; i != to; i = from < to ? i + 1 : i - 1) {
        char start[40];
        uint32_t place = from < to ? i : i - 1;
        int len = snprintf(start, sizeof start, "/%s/%u: %s", list, place, from < to ? "nothing -> {" : "{");
        line = strstr(line, start);
        if (line == NULL)
            fail_msg("no \"%s\" behind the one before it", start);
        line += len;
    }
}

static size_t count_lines(const char *text)
{
    size_t lines = 0;
    for (; *text != '\0'; text++)
        lines += *text == '\n';
    return lines;
}

/* Around the ends of pages of both kinds, each against each: all that is more, and nothing else, is told,
   from the list's end where it is removed. That this is a patch, differences() sees to. */
static void diff__lists_of_other_lengths__have_their_ends_added_or_removed(void **state)
{
    (void)state;
    static const uint32_t lengths[] = {0, 1, 15, 16, 17, 127, 128, 129};
    enum { LENGTHS = sizeof lengths / sizeof lengths[0] };
    for (size_t i = 0; i < LENGTHS * LENGTHS; i++) {
        uint32_t cached = lengths[i / LENGTHS], rebuilt = lengths[i % LENGTHS];
        struct two *two = large_two(cached, rebuilt);
        char *actual = differences(&two->cached, &two->rebuilt);
        check_int(count_lines(actual), 2 * (cached > rebuilt ? cached - rebuilt : rebuilt - cached));
        check_places(actual, "voters", cached, rebuilt);
        check_places(actual, "ballots", cached, rebuilt);
        free(actual);
        two_free(two);
    }
}

static void ignore(void *context, const struct pv_difference *found)
{
    (void)context;
    (void)found;
}

/* Header, candidates, and pages that are compared, added and removed: each needs memory. */
static void check_each_allocation(const struct pv_election *cached, const struct pv_election *rebuilt,
                                  size_t at_least)
{
    for (size_t i = 0;; i++) {
        failing_at(i);
        enum pv_result result = pv_document_diff(cached, rebuilt, ignore, NULL);
        size_t count = failing_count();
        failing_at(SIZE_MAX);
        if (result == PV_OK) {
            check_int(count, i);
            check_true(i >= at_least);
            return;
        }
        check_int(result, PV_FAULT_MEMORY);
    }
}

static void diff__each_allocation_failed_once__is_a_fault(void **state)
{
    (void)state;
    struct two *two = two_new(with_birds, with_birds_and_trees);
    check_each_allocation(&two->cached, &two->rebuilt, 5);
    two_free(two);
    two = large_two(40, 300);
    check_each_allocation(&two->cached, &two->rebuilt, 10);
    check_each_allocation(&two->rebuilt, &two->cached, 10);
    two_free(two);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(diff__same_document__finds_nothing),
    cmocka_unit_test(diff__values_of_the_header__are_replaced_one_by_one),
    cmocka_unit_test(diff__a_date_on_one_side__is_replaced),
    cmocka_unit_test(diff__a_part_of_one_side__is_added_or_removed_whole),
    cmocka_unit_test(diff__an_image__is_replaced_whole_only_where_one_side_has_none),
    cmocka_unit_test(diff__more_competitions_in_the_cache__are_removed_from_the_end),
    cmocka_unit_test(diff__ratings__are_told_by_their_ids),
    cmocka_unit_test(diff__very_many_ratings__are_not_searched_one_by_one),
    cmocka_unit_test(diff__a_value_in_any_page__is_found_at_its_place_in_the_list),
    cmocka_unit_test(diff__lists_of_other_lengths__have_their_ends_added_or_removed),
    cmocka_unit_test(diff__each_allocation_failed_once__is_a_fault),
};
CHECK_MAIN(tests, 11)
