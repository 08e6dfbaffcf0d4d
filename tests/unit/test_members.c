/* members.c: the names of F1 and D3 among all other keys, and the members that were met. */
#include "members.h"

#include "check.h"
#include "refusal.h"

static struct pv_names names;

/* The key stands in quotes, in memory of just its size. */
static enum pv_field find(struct pv_str key, bool escaped)
{
    char quoted[256];
    check_true(key.len + 2 <= sizeof quoted);
    quoted[0] = quoted[key.len + 1] = '"';
    memcpy(quoted + 1, key.ptr, key.len);
    struct pv_json_value value = {.kind = PV_JSON_STRING, .escaped = escaped, .raw = {quoted, key.len + 2}};
    return pv_names_find(&names, &value);
}

static struct pv_str name_of(enum pv_field field)
{
    const char *name = pv_field_name(field);
    return (struct pv_str){name, strlen(name)};
}

static int begin(void **state)
{
    (void)state;
    pv_names_init(&names);
    return 0;
}

#define EACH_FIELD(field) (enum pv_field field = PV_KEY_NONE + 1; field < PV_KEY_COUNT; field++)

static void names__each_name__is_its_field(void **state)
{
    (void)state;
    for
        EACH_FIELD(field)
    check_int(find(name_of(field), false), field);
}

/* Whatever slot of the table the key leads to. */
static void names__one_byte_changed__is_no_name(void **state)
{
    (void)state;
    for
        EACH_FIELD(field)
        {
            struct pv_str name = name_of(field);
            char key[64];
            memcpy(key, name.ptr, name.len);
            for (size_t at = 0; at < name.len; at++) {
                for (unsigned byte = 0; byte < 256; byte++) {
                    key[at] = (char)byte;
                    check_int(find((struct pv_str){key, name.len}, false),
                              key[at] == name.ptr[at] ? field : PV_KEY_NONE);
                }
                key[at] = name.ptr[at];
            }
        }
}

static void names__longer_or_shorter__is_no_name(void **state)
{
    (void)state;
    for
        EACH_FIELD(field)
        {
            struct pv_str name = name_of(field);
            char key[64];
            memcpy(key, name.ptr, name.len);
            check_int(find((struct pv_str){key, name.len - 1}, false), PV_KEY_NONE);
            for (unsigned byte = 0; byte < 256; byte++) {
                key[name.len] = (char)byte;
                check_int(find((struct pv_str){key, name.len + 1}, false), PV_KEY_NONE);
            }
        }
    check_int(find(PV_STR(""), false), PV_KEY_NONE);
}

/* Each character as an escape is the longest way to write a name: no other may be cut off. */
static void names__written_in_escapes__are_found(void **state)
{
    (void)state;
    for
        EACH_FIELD(field)
        {
            struct pv_str name = name_of(field);
            char key[256];
            size_t len = 0;
            for (size_t i = 0; i < name.len; i++)
                len += (size_t)snprintf(key + len, sizeof key - len, "\\u%04x", (unsigned)name.ptr[i]);
            check_int(find((struct pv_str){key, len}, true), field);
            (void)snprintf(key + len, sizeof key - len, "\\u0061");
            check_int(find((struct pv_str){key, len + 6}, true), PV_KEY_NONE);
        }
}

static void names__a_key_with_a_fault_in_its_text__is_no_name(void **state)
{
    (void)state;
    struct pv_json_value key = {.kind = PV_JSON_STRING, .raw = PV_STR("\"id\"")};
    check_int(pv_names_find(&names, &key), PV_KEY_ID);
    key.fault = PV_JSON_UTF8;
    check_int(pv_names_find(&names, &key), PV_KEY_NONE);
}

static void members__the_first_of_a_name__keeps_its_place(void **state)
{
    (void)state;
    struct pv_members members;
    pv_members_begin(&members);
    check_true(pv_members_place(&members, PV_KEY_NAME) == &members.value[PV_KEY_NAME]);
    check_true(pv_members_place(&members, PV_KEY_NAME) == &members.value[PV_KEY_NONE]);
    check_true(pv_members_place(&members, PV_KEY_NAME) == &members.value[PV_KEY_NONE]);
    check_true(pv_members_place(&members, PV_KEY_NONE) == &members.value[PV_KEY_NONE]);
    check_true(pv_members_place(&members, PV_KEY_ID) == &members.value[PV_KEY_ID]);
    check_true(pv_members_has(&members, PV_KEY_NAME) && pv_members_has(&members, PV_KEY_ID));
    check_true(!pv_members_has(&members, PV_KEY_DATA));
}

static uint32_t bit(enum pv_field field)
{
    return (uint32_t)1 << field;
}

/* D5 step 3 and F1 step 2: the one whose second occurrence comes first, of those that are asked for. */
static void members__repeated__are_told_by_their_second_occurrence(void **state)
{
    (void)state;
    static const enum pv_field met[] = {PV_KEY_NAME, PV_KEY_ID,   PV_KEY_DATA,
                                        PV_KEY_ID,   PV_KEY_NAME, PV_KEY_ID};
    struct pv_members members;
    pv_members_begin(&members);
    for (size_t i = 0; i < sizeof met / sizeof met[0]; i++)
        (void)pv_members_place(&members, met[i]);
    check_int(pv_members_repeated(&members, UINT32_MAX), PV_KEY_ID);
    check_int(pv_members_repeated(&members, bit(PV_KEY_NAME) | bit(PV_KEY_DATA)), PV_KEY_NAME);
    check_int(pv_members_repeated(&members, bit(PV_KEY_DATA)), PV_KEY_NONE);
    pv_members_begin(&members);
    check_int(pv_members_repeated(&members, UINT32_MAX), PV_KEY_NONE);
    check_true(!pv_members_has(&members, PV_KEY_NAME));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup(names__each_name__is_its_field, begin),
    cmocka_unit_test_setup(names__one_byte_changed__is_no_name, begin),
    cmocka_unit_test_setup(names__longer_or_shorter__is_no_name, begin),
    cmocka_unit_test_setup(names__written_in_escapes__are_found, begin),
    cmocka_unit_test_setup(names__a_key_with_a_fault_in_its_text__is_no_name, begin),
    cmocka_unit_test(members__the_first_of_a_name__keeps_its_place),
    cmocka_unit_test(members__repeated__are_told_by_their_second_occurrence),
};
CHECK_MAIN(tests, 7)
