/* Whether two records say the same, and the hash over a sequence of them: both must see the same differences.
 */
#include "check.h"

#include "same.h"

static const struct pv_seed seed = {7, 11};

static struct pv_str str(const char *text)
{
    return (struct pv_str){text, text == NULL ? 0 : strlen(text)};
}

static struct pv_recorded record(void)
{
    return (struct pv_recorded){.stream = PV_STR("Election-01HQ0000000000000000000001"),
                                .number = 3,
                                .type = PV_STR("T"),
                                .data = PV_STR("{\"id\":[1,\"a b\"]}"),
                                .id = PV_STR("01HQ0000000000000000000001"),
                                .created = PV_STR("2024-02-24T18:03:11.123456Z"),
                                .position = 9,
                                .metadata = PV_STR("{\"who\":\"x\"}")};
}

static void check_same(const struct pv_recorded *a, const struct pv_recorded *b)
{
    const char *difference = pv_recorded_difference(a, b);
    if (difference != NULL)
        fail_msg("they differ in their %s", difference);
    check_true(pv_recorded_hash(a, seed, 5) == pv_recorded_hash(b, seed, 5));
}

static void check_differ(const struct pv_recorded *a, const struct pv_recorded *b, const char *field)
{
    const char *there = pv_recorded_difference(a, b), *back = pv_recorded_difference(b, a);
    if (there == NULL || back == NULL)
        fail_msg("the other %s is not seen", field);
    assert_string_equal(there, field);
    assert_string_equal(back, field);
    if (pv_recorded_hash(a, seed, 5) == pv_recorded_hash(b, seed, 5))
        fail_msg("the other %s has the same hash", field);
}

/* --- what counts --- */

static void each_text__that_is_another_one_or_absent__is_a_difference(void **state)
{
    static const struct {
        const char *name;
        size_t offset;
        const char *others[3];
    } texts[] = {
        {"type", offsetof(struct pv_recorded, type), {"U", "T ", ""}},
        {"data", offsetof(struct pv_recorded, data), {"{}", "{\"id\":[1,\"a b\"]}}", "{\"id\":[1,\"a b\"]"}},
        {"id", offsetof(struct pv_recorded, id), {"01HQ0000000000000000000002", "other", NULL}},
        {"created", offsetof(struct pv_recorded, created), {"2024-02-24T18:03:11.123457Z", "", NULL}},
        {"metadata", offsetof(struct pv_recorded, metadata), {"{}", "{\"who\":\"y\"}", NULL}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        for (size_t j = 0; j < 3; j++) {
            struct pv_recorded a = record(), b = record();
            struct pv_str other = str(texts[i].others[j]);
            memcpy((char *)&b + texts[i].offset, &other, sizeof other);
            check_differ(&a, &b, texts[i].name);
        }
    }
}

static void an_empty_text__is_not_an_absent_one(void **state)
{
    struct pv_recorded a = record(), b = record();
    (void)state;
    a.created = str("");
    b.created = str(NULL);
    check_differ(&a, &b, "created");
    a = b = record();
    a.metadata = str("");
    b.metadata = str(NULL);
    check_differ(&a, &b, "metadata");
    a = b = record();
    a.id = str("");
    b.id = str(NULL);
    check_differ(&a, &b, "id");
}

static void texts_that_share_their_bytes__are_kept_apart(void **state)
{
    struct pv_recorded a = record(), b = record();
    (void)state;
    a.type = str("ab");
    a.created = str("c");
    b.type = str("a");
    b.created = str("bc");
    check_differ(&a, &b, "type");
    a = b = record();
    a.type = str("12345678");
    b.type = str("123456781234567812345678");
    check_differ(&a, &b, "type");
}

/* --- what does not count --- */

static void stream_and_position__are_the_callers(void **state)
{
    struct pv_recorded a = record(), b = record();
    (void)state;
    b.position = -1;
    b.stream = str("Election-01HQ0000000000000000000002");
    check_same(&a, &b);
}

static void an_id__in_another_spelling__is_the_same(void **state)
{
    static const char *const spellings[] = {"01hq0000000000000000000001",
                                            "018DC000-0000-0000-0000-000000000001",
                                            "018dc000-0000-0000-0000-000000000001"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct pv_recorded a = record(), b = record();
        b.id = str(spellings[i]);
        check_same(&a, &b);
    }
    struct pv_recorded a = record(), b = record();
    a.id = b.id = str("no event id");
    check_same(&a, &b);
    b.id = str("no Event id");
    check_differ(&a, &b, "id");
}

static void white_space__between_tokens__does_not_count(void **state)
{
    struct pv_recorded a = record(), b = record();
    (void)state;
    b.data = str(" { \"id\"\t:\r\n[ 1 ,\"a b\" ] } ");
    b.metadata = str("{\"who\": \"x\"}\n");
    check_same(&a, &b);
    b.data = str("{\"id\":[1,\"a  b\"]}");
    check_differ(&a, &b, "data");
    b.data = str("{\"id\":[1,\"ab\"]}");
    check_differ(&a, &b, "data");
}

/* An escaped quote does not end a string, a quote behind an escaped backslash does. */
static void white_space__in_strings_with_escapes__counts(void **state)
{
    struct pv_recorded a = record(), b = record();
    (void)state;
    a.data = str("[\"\\\" \"]");
    b.data = str("[\"\\\"\"]");
    check_differ(&a, &b, "data");
    a.data = str("[\"\\\\\" , 1]");
    b.data = str("[\"\\\\\",1]");
    check_same(&a, &b);
}

static void bytes__that_are_no_json__are_compared(void **state)
{
    struct pv_recorded a = record(), b = record();
    (void)state;
    a.data = (struct pv_str){"\0\xff\"", 3};
    b.data = (struct pv_str){"\0\xff\"", 3};
    check_same(&a, &b);
    b.data = (struct pv_str){"\0\xfe\"", 3};
    check_differ(&a, &b, "data");
}

/* --- sequences --- */

static void a_hash__depends_on_number_order_and_seed(void **state)
{
    static const struct pv_seed other = {7, 12}, another = {8, 11};
    struct pv_recorded a = record(), b = record();
    (void)state;
    b.number = 4;
    uint64_t hash_a = pv_recorded_hash(&a, seed, 0), hash_b = pv_recorded_hash(&b, seed, 0);
    check_true(hash_a != hash_b);
    check_true(pv_recorded_hash(&b, seed, hash_a) != pv_recorded_hash(&a, seed, hash_b));
    check_true(pv_recorded_hash(&a, other, 0) != hash_a);
    check_true(pv_recorded_hash(&a, another, 0) != hash_a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_text__that_is_another_one_or_absent__is_a_difference),
        cmocka_unit_test(an_empty_text__is_not_an_absent_one),
        cmocka_unit_test(texts_that_share_their_bytes__are_kept_apart),
        cmocka_unit_test(stream_and_position__are_the_callers),
        cmocka_unit_test(an_id__in_another_spelling__is_the_same),
        cmocka_unit_test(white_space__between_tokens__does_not_count),
        cmocka_unit_test(white_space__in_strings_with_escapes__counts),
        cmocka_unit_test(bytes__that_are_no_json__are_compared),
        cmocka_unit_test(a_hash__depends_on_number_order_and_seed),
    };
    _Static_assert(sizeof tests / sizeof tests[0] >= 9, "tests are missing from the group");
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
