/* An event as a request brings it: ids that are left out are made, the thing's from the event's; and every
   fault is told, in D5's order. */
#include "check.h"
#include "event_request.h"
#include "record.h"

#include <openssl/evp.h>

#define ID "01HQ2T9XP0000000000000000"
#define UUID "018dc5a4-f6c0-0000-0000-000000000007"

static const struct pv_event_id fresh = {{UINT64_C(0x018dc5a4f6c00000), 9}};
static struct pv_event_request request;
static char scratch[8192];
static bool hash_fails;

int __real_EVP_Digest(const void *data, size_t count, unsigned char *md, unsigned int *size,
                      const EVP_MD *type, ENGINE *impl);
int __wrap_EVP_Digest(const void *data, size_t count, unsigned char *md, unsigned int *size,
                      const EVP_MD *type, ENGINE *impl);

int __wrap_EVP_Digest(const void *data, size_t count, unsigned char *md, unsigned int *size,
                      const EVP_MD *type, ENGINE *impl)
{
    return hash_fails ? 0 : __real_EVP_Digest(data, count, md, size, type, impl);
}

static unsigned fresh_given;

static struct pv_event_id give_fresh(void *context)
{
    (void)context;
    fresh_given++;
    return fresh;
}

static void read_body(enum pv_event_type type, const char *body)
{
    check_true(strlen(body) <= sizeof scratch);
    check_int(
        pv_event_request_read(type, (struct pv_str){body, strlen(body)}, scratch, give_fresh, NULL, &request),
        PV_OK);
}

static void check_fault(size_t at, enum pv_code code, enum pv_field field)
{
    check_true(at < request.fault_count);
    check_int(request.faults[at].code, code);
    check_int(request.faults[at].field, field);
}

static const char *ulid(struct pv_bits128 bits)
{
    static char text[PV_ULID_LEN + 1];
    pv_ulid_format(bits, text);
    return text;
}

static void makes__are_the_ids_of_what_events_make(void **state)
{
    (void)state;
    for (int type = 0; type < PV_EVENT_TYPE_COUNT; type++) {
        enum pv_field expected = type == PV_EVENT_ELECTION_CREATED    ? PV_KEY_ELECTION_ID
                                 : type == PV_EVENT_COMPETITION_ADDED ? PV_KEY_COMPETITION_ID
                                 : type == PV_EVENT_CANDIDATE_ADDED   ? PV_KEY_CANDIDATE_ID
                                 : type == PV_EVENT_VOTER_REGISTERED  ? PV_KEY_VOTER_ID
                                 : type == PV_EVENT_BALLOT_CREATED    ? PV_KEY_BALLOT_ID
                                                                      : PV_KEY_NONE;
        check_int(pv_event_makes((enum pv_event_type)type), expected);
    }
}

static void ids__that_are_given_are_kept(void **state)
{
    (void)state;
    fresh_given = 0;
    read_body(PV_EVENT_COMPETITION_ADDED, "{\"id\":\"" ID "5\",\"election_id\":\"" ID
                                          "1\",\"competition_id\":\"" ID "2\",\"name\":\"N\\u0041\"}");
    check_int(request.fault_count, 0);
    check_true(!request.made_id);
    check_int(fresh_given, 0); /* it may cost something */
    check_int(request.made, PV_KEY_NONE);
    assert_string_equal(ulid(request.event.id.bits), ID "5");
    assert_string_equal(ulid(request.event.u.competition_added.competition_id.bits), ID "2");
    check_str(request.event.u.competition_added.name.text, "NA");
}

static void id__that_is_left_out_or_null_is_the_fresh_one(void **state)
{
    static const char *const bodies[] = {"{\"election_id\":\"" ID "1\"}",
                                         "{\"election_id\":\"" ID "1\",\"id\":null}"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        read_body(PV_EVENT_ELECTION_DELETED, bodies[i]);
        check_int(request.fault_count, 0);
        check_true(request.made_id);
        check_true(pv_bits128_equal(request.event.id.bits, fresh.bits));
        check_int(request.made, PV_KEY_NONE);
    }
}

static void id__of_the_thing_follows_from_the_event_s(void **state)
{
    (void)state;
    read_body(PV_EVENT_VOTER_REGISTERED,
              "{\"id\":\"" ID "7\",\"election_id\":\"" ID "1\",\"name\":\"N\",\"email\":\"n@x.example\"}");
    check_int(request.fault_count, 0);
    check_int(request.made, PV_KEY_VOTER_ID);
    /* the time of the event's id, and SHA-256 of "018dc5a4-f6c0-0000-0000-000000000007voter_id" (sha256sum)
     */
    assert_string_equal(ulid(request.event.u.voter_registered.voter_id.bits), "01HQ2T9XP0JJKC0QR8QNWBPDXK");
    struct pv_bits128 made = request.event.u.voter_registered.voter_id.bits;
    read_body(PV_EVENT_VOTER_REGISTERED,
              "{\"email\":\"n@x.example\",\"voter_id\":null,\"name\":\"N\",\"id\":\"" UUID
              "\",\"election_id\":\"" ID "1\"}");
    check_true(pv_bits128_equal(request.event.u.voter_registered.voter_id.bits, made));
    read_body(PV_EVENT_VOTER_REGISTERED,
              "{\"id\":\"" ID "8\",\"election_id\":\"" ID "1\",\"name\":\"N\",\"email\":\"n@x.example\"}");
    check_true(!pv_bits128_equal(request.event.u.voter_registered.voter_id.bits, made));
    read_body(PV_EVENT_BALLOT_CREATED,
              "{\"id\":\"" ID "7\",\"election_id\":\"" ID "1\",\"voter_id\":\"" ID "1\"}");
    check_true(!pv_bits128_equal(request.event.u.ballot_created.ballot_id.bits, made));
}

static void ids__both_left_out_are_both_made(void **state)
{
    (void)state;
    read_body(PV_EVENT_ELECTION_CREATED, "{\"name\":\"N\"}");
    check_int(request.fault_count, 0);
    check_true(request.made_id);
    check_int(request.made, PV_KEY_ELECTION_ID);
    check_int((int64_t)(request.event.u.election_id.bits.hi >> 16), (int64_t)(fresh.bits.hi >> 16));
    check_true(!pv_bits128_equal(request.event.u.election_id.bits, fresh.bits));
}

static void ids__of_another_kind_are_never_made(void **state)
{
    (void)state;
    read_body(PV_EVENT_CANDIDATE_ADDED, "{\"name\":\"N\"}");
    check_int(request.fault_count, 2);
    check_fault(0, PV_FIELD_MISSING, PV_KEY_ELECTION_ID);
    check_fault(1, PV_FIELD_MISSING, PV_KEY_COMPETITION_ID);
    check_int(request.made, PV_KEY_CANDIDATE_ID);
    read_body(PV_EVENT_BALLOT_CAST, "{\"election_id\":\"" ID "1\"}");
    check_int(request.fault_count, 1);
    check_fault(0, PV_FIELD_MISSING, PV_KEY_BALLOT_ID);
}

static void id__that_cannot_be_read_makes_none(void **state)
{
    static const char *const bodies[] = {"{\"id\":5,\"name\":\"N\"}", "{\"id\":\"x\",\"name\":\"N\"}",
                                         "{\"id\":\"00000000000000000000000000\",\"name\":\"N\"}",
                                         "{\"id\":true,\"name\":\"N\"}"};
    static const enum pv_code codes[] = {PV_FIELD_TYPE, PV_ID_INVALID, PV_ID_EMPTY, PV_FIELD_TYPE};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        read_body(PV_EVENT_ELECTION_CREATED, bodies[i]);
        check_int(request.made, PV_KEY_NONE);
        check_int(request.fault_count, 2);
        check_fault(0, codes[i], PV_KEY_ID);
        check_fault(1, PV_FIELD_MISSING, PV_KEY_ELECTION_ID);
    }
}

static void thing_s_id__that_is_wrong_is_refused_not_made(void **state)
{
    (void)state;
    read_body(PV_EVENT_ELECTION_CREATED, "{\"name\":\"N\",\"election_id\":\"\"}");
    check_int(request.fault_count, 1);
    check_fault(0, PV_ID_INVALID, PV_KEY_ELECTION_ID);
    check_int(request.made, PV_KEY_NONE);
}

static void text__that_is_no_object_is_the_only_fault(void **state)
{
    static const char *const bodies[] = {"", "{", "[]", "7", "{} {}", "{\"name\":\"\\udc00\"}"};
    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        read_body(PV_EVENT_ELECTION_CREATED, bodies[i]);
        check_int(request.fault_count, 1);
        check_fault(0, PV_JSON_INVALID, PV_KEY_NONE);
    }
}

static void repeated_field__is_the_only_fault(void **state)
{
    (void)state;
    read_body(PV_EVENT_ELECTION_CREATED, "{\"id\":1,\"name\":\"\",\"na\\u006de\":\"N\",\"id\":2}");
    check_int(request.fault_count, 1);
    check_fault(0, PV_JSON_DUPLICATE_KEY, PV_KEY_NAME);
    read_body(PV_EVENT_ELECTION_CREATED,
              "{\"name\":\"N\",\"rating\":1,\"rating\":1}"); /* not of this event */
    check_int(request.fault_count, 0);
}

static void faults__are_in_catalogue_order(void **state)
{
    (void)state;
    read_body(PV_EVENT_CANDIDATE_ADDED,
              "{\"image_caption\":\"\\u0007\",\"image_url\":\"ftp://x\",\"description\":5,\"name\":\" \","
              "\"candidate_id\":[],\"competition_id\":7,\"election_id\":null,\"id\":\"-\"}");
    check_int(request.fault_count, 8);
    check_fault(0, PV_ID_INVALID, PV_KEY_ID);
    check_fault(1, PV_FIELD_MISSING, PV_KEY_ELECTION_ID);
    check_fault(2, PV_FIELD_TYPE, PV_KEY_COMPETITION_ID);
    check_fault(3, PV_FIELD_TYPE, PV_KEY_CANDIDATE_ID);
    check_fault(4, PV_TEXT_EMPTY, PV_KEY_NAME);
    check_fault(5, PV_FIELD_TYPE, PV_KEY_DESCRIPTION);
    check_fault(6, PV_URL_INVALID, PV_KEY_IMAGE_URL);
    check_fault(7, PV_TEXT_CONTROL, PV_KEY_IMAGE_CAPTION);
}

static void caption_without_url__is_the_last_of_the_faults(void **state)
{
    (void)state;
    read_body(PV_EVENT_CANDIDATE_IMAGE_CHANGED, "{\"caption\":\"c\",\"url\":null}");
    check_int(request.fault_count, 4);
    check_fault(2, PV_FIELD_MISSING, PV_KEY_CANDIDATE_ID);
    check_fault(3, PV_CAPTION_WITHOUT_URL, PV_KEY_CAPTION);
    read_body(PV_EVENT_CANDIDATE_ADDED, "{\"election_id\":\"" ID "1\",\"competition_id\":\"" ID
                                        "1\",\"name\":\"N\",\"image_caption\":\"c\"}");
    check_int(request.fault_count, 1);
    check_fault(0, PV_CAPTION_WITHOUT_URL, PV_KEY_IMAGE_CAPTION);
}

static void caption_without_url__is_not_told_of_an_image_that_is_wrong_itself(void **state)
{
    static const char *const bodies[] = {"{\"caption\":\"c\"}", "{\"caption\":\"c\",\"url\":7}",
                                         "{\"caption\":7,\"url\":null}"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        read_body(PV_EVENT_CANDIDATE_IMAGE_CHANGED, bodies[i]);
        check_int(request.fault_count, 4);
        check_int(request.faults[3].field, i == 2 ? PV_KEY_CAPTION : PV_KEY_URL);
    }
    read_body(PV_EVENT_CANDIDATE_ADDED, "{\"image_url\":\"\",\"image_caption\":\"\\u0000\"}");
    check_fault(request.fault_count - 1, PV_TEXT_CONTROL, PV_KEY_IMAGE_CAPTION);
}

/* What D5 reports is the first, whatever the type and however it is wrong. */
static void first_fault__is_d5_s(void **state)
{
    static const char *const bodies[] = {
        "{\"id\":\"" ID "5\"}",
        "{\"id\":\"" ID "5\",\"election_id\":\"" ID "1\",\"name\":\"\",\"rating\":9,\"open_date\":\"\"}",
        "{\"id\":\"" ID "5\",\"election_id\":\"" ID "1\",\"competition_id\":\"" ID
        "1\",\"candidate_id\":\"" ID "1\",\"voter_id\":\"" ID "1\",\"ballot_id\":\"" ID
        "1\",\"name\":\"N\",\"email\":\"n\",\"rating\":9,\"open_date\":\"\",\"close_date\":7,\"caption\":"
        "\"c\","
        "\"image_caption\":\"c\",\"url\":null,\"description\":\"\\u0001\"}",
    };
    (void)state;
    for (int type = 0; type < PV_EVENT_TYPE_COUNT; type++) {
        for (size_t i = 0; i < 3; i++) {
            struct pv_event event;
            struct pv_refusal why;
            struct pv_str body = {bodies[i], strlen(bodies[i])};
            enum pv_result result =
                pv_event_read(pv_event_spec((enum pv_event_type)type)->type, body, scratch, &event, &why);
            read_body((enum pv_event_type)type, bodies[i]);
            if (result == PV_OK) {
                check_int(request.fault_count, 0);
            } else if (!(why.code == PV_FIELD_MISSING &&
                         why.field == pv_event_makes((enum pv_event_type)type))) {
                check_fault(0, why.code, why.field);
                check_int(request.faults[0].value_len, why.value_len);
            }
        }
    }
}

static void hash__without_memory_is_a_fault(void **state)
{
    (void)state;
    hash_fails = true;
    check_int(pv_event_request_read(PV_EVENT_ELECTION_CREATED, PV_STR("{\"name\":\"N\"}"), scratch,
                                    give_fresh, NULL, &request),
              PV_FAULT_MEMORY);
    hash_fails = false;
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(makes__are_the_ids_of_what_events_make),
    cmocka_unit_test(ids__that_are_given_are_kept),
    cmocka_unit_test(id__that_is_left_out_or_null_is_the_fresh_one),
    cmocka_unit_test(id__of_the_thing_follows_from_the_event_s),
    cmocka_unit_test(ids__both_left_out_are_both_made),
    cmocka_unit_test(ids__of_another_kind_are_never_made),
    cmocka_unit_test(id__that_cannot_be_read_makes_none),
    cmocka_unit_test(thing_s_id__that_is_wrong_is_refused_not_made),
    cmocka_unit_test(text__that_is_no_object_is_the_only_fault),
    cmocka_unit_test(repeated_field__is_the_only_fault),
    cmocka_unit_test(faults__are_in_catalogue_order),
    cmocka_unit_test(caption_without_url__is_the_last_of_the_faults),
    cmocka_unit_test(caption_without_url__is_not_told_of_an_image_that_is_wrong_itself),
    cmocka_unit_test(first_fault__is_d5_s),
    cmocka_unit_test(hash__without_memory_is_a_fault),
};

CHECK_MAIN(tests, 15)
