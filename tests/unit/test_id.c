/* id.c: ULIDs and UUIDs, in both directions (D2). */
#include "id.h"

#include "check.h"
#include "edge.h"

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
static const struct pv_bits128 untouched = {UINT64_C(0x5a5a5a5a5a5a5a5a), UINT64_C(0xa5a5a5a5a5a5a5a5)};

/* The compiler refuses the mix: no two id types are the same. */
#define DIFFERS(a, b)                                                                                        \
    _Static_assert(_Generic((struct pv_##a *)0, struct pv_##b * : 0, default : 1),                           \
                   #a " and " #b " are one type")
DIFFERS(election_id, competition_id);
DIFFERS(competition_id, candidate_id);
DIFFERS(candidate_id, voter_id);
DIFFERS(voter_id, ballot_id);
DIFFERS(ballot_id, event_id);
DIFFERS(event_id, election_id);

static enum pv_code ulid(const char *text, size_t len, struct pv_bits128 *bits)
{
    *bits = untouched;
    return pv_ulid_parse(edge_copy((struct pv_str){text, len}), bits);
}

static enum pv_code event_id(const char *text, size_t len, struct pv_bits128 *bits)
{
    struct pv_event_id id = {untouched};
    enum pv_code code = pv_event_id_parse(edge_copy((struct pv_str){text, len}), &id);
    *bits = id.bits;
    return code;
}

static void check_bits(struct pv_bits128 bits, uint64_t hi, uint64_t lo)
{
    if (bits.hi != hi || bits.lo != lo)
        fail_msg("%016llx%016llx, not %016llx%016llx", (unsigned long long)bits.hi,
                 (unsigned long long)bits.lo, (unsigned long long)hi, (unsigned long long)lo);
}

static void check_ulid(const char *text, uint64_t hi, uint64_t lo)
{
    struct pv_bits128 bits;
    check_int(ulid(text, strlen(text), &bits), PV_CODE_NONE);
    check_bits(bits, hi, lo);
    check_int(event_id(text, strlen(text), &bits), PV_CODE_NONE);
    check_bits(bits, hi, lo);
}

static void check_not_ulid(const char *text, size_t len, enum pv_code code)
{
    struct pv_bits128 bits;
    check_int(ulid(text, len, &bits), code);
    check_bits(bits, untouched.hi, untouched.lo);
    if (len == PV_UUID_LEN)
        return;
    check_int(event_id(text, len, &bits), code);
    check_bits(bits, untouched.hi, untouched.lo);
}

static void ulid__known_values__have_their_bits(void **state)
{
    (void)state;
    check_ulid("01ARZ3NDEKTSV4RRFFQ69G5FAV", UINT64_C(0x01563e3ab5d3d676), UINT64_C(0x4c61efb99302bd5b));
    check_ulid("01arz3ndektsv4rrffq69g5fav", UINT64_C(0x01563e3ab5d3d676), UINT64_C(0x4c61efb99302bd5b));
    check_ulid("01arZ3NdekTSV4RrffQ69g5FaV", UINT64_C(0x01563e3ab5d3d676), UINT64_C(0x4c61efb99302bd5b));
    check_ulid("7ZZZZZZZZZZZZZZZZZZZZZZZZZ", UINT64_MAX, UINT64_MAX);
    check_ulid("00000000000000000000000001", 0, 1);
    check_ulid("0000000000000F000000000000", 0, UINT64_C(0xf) << 60);
    check_ulid("0000000000000G000000000000", 1, 0);
    check_ulid("40000000000000000000000000", UINT64_C(1) << 63, 0);
}

static void ulid__first_character_above_7__is_invalid(void **state)
{
    (void)state;
    char text[] = "70000000000000000000000000";
    check_ulid(text, UINT64_C(7) << 61, 0);
    for (const char *first = alphabet + 8; *first != '\0'; first++) {
        text[0] = *first;
        check_not_ulid(text, PV_ULID_LEN, PV_ID_INVALID);
    }
    check_not_ulid("8ZZZZZZZZZZZZZZZZZZZZZZZZZ", PV_ULID_LEN, PV_ID_INVALID);
}

static void ulid__all_zero__is_empty(void **state)
{
    (void)state;
    check_not_ulid("00000000000000000000000000", PV_ULID_LEN, PV_ID_EMPTY);
    check_ulid("00000000000000000000000001", 0, 1);
    check_ulid("00000000000010000000000000", UINT64_C(1) << 1, 0);
}

static void ulid__other_lengths__are_invalid(void **state)
{
    (void)state;
    const char *text = "01ARZ3NDEKTSV4RRFFQ69G5FAV01ARZ3NDEKTSV4RRFFQ69G5FAV";
    for (size_t len = 0; len <= 52; len++) {
        struct pv_bits128 bits;
        check_int(ulid(text, len, &bits), len == PV_ULID_LEN ? PV_CODE_NONE : PV_ID_INVALID);
    }
    check_not_ulid("", 0, PV_ID_INVALID);
    check_not_ulid(text, 25, PV_ID_INVALID);
    check_not_ulid(text, 27, PV_ID_INVALID);
}

/* The value of a character in base 32, or -1, by looking it up in the alphabet. */
static int value_of(int c)
{
    const char *found = c == 0 ? NULL : strchr(alphabet, c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    return found == NULL ? -1 : (int)(found - alphabet);
}

static void ulid__every_byte_at_every_place__is_read_or_invalid(void **state)
{
    (void)state;
    for (size_t place = 0; place < PV_ULID_LEN; place++) {
        for (int c = 0; c < 256; c++) {
            char text[] = "00000000000000000000000000";
            text[place] = (char)c;
            int value = value_of(c);
            struct pv_bits128 bits;
            enum pv_code code = ulid(text, PV_ULID_LEN, &bits);
            bool fits = value > 0 && (place > 0 || value <= 7);
            if (code != (fits ? PV_CODE_NONE : value == 0 ? PV_ID_EMPTY : PV_ID_INVALID))
                fail_msg("byte %d at %zu: %d", c, place, (int)code);
            if (!fits)
                continue;
            unsigned shift = (unsigned)(5 * (PV_ULID_LEN - 1 - place));
            uint64_t v = (uint64_t)value;
            uint64_t lo = shift < 64 ? v << shift : 0;
            uint64_t hi = shift >= 64 ? v << (shift - 64) : shift > 59 ? v >> (64 - shift) : 0;
            check_bits(bits, hi, lo);
        }
    }
}

static void ulid__one_bad_character_among_good_ones__is_invalid(void **state)
{
    (void)state;
    for (size_t place = 0; place < PV_ULID_LEN; place++) {
        for (const char *bad = "ILOUilou*-@[`{ \x80\xff"; *bad != '\0'; bad++) {
            char text[] = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
            text[place] = *bad;
            check_not_ulid(text, PV_ULID_LEN, PV_ID_INVALID);
        }
    }
}

static void ulid__each_bit__comes_back_from_its_text(void **state)
{
    (void)state;
    for (unsigned bit = 0; bit < 128; bit++) {
        struct pv_bits128 bits = {bit >= 64 ? UINT64_C(1) << (bit - 64) : 0,
                                  bit < 64 ? UINT64_C(1) << bit : 0};
        struct pv_bits128 back;
        char text[PV_ULID_LEN];
        pv_ulid_format(bits, text);
        check_int(ulid(text, sizeof text, &back), PV_CODE_NONE);
        check_bits(back, bits.hi, bits.lo);
        for (size_t i = 0; i < sizeof text; i++)
            check_true(i == 25 - bit / 5 ? text[i] == alphabet[1U << bit % 5] : text[i] == '0');
    }
}

static void ulid__is_printed__in_upper_case(void **state)
{
    (void)state;
    char text[PV_ULID_LEN];
    pv_ulid_format((struct pv_bits128){UINT64_C(0x01563e3ab5d3d676), UINT64_C(0x4c61efb99302bd5b)}, text);
    check_str(((struct pv_str){text, sizeof text}), "01ARZ3NDEKTSV4RRFFQ69G5FAV");
    pv_ulid_format((struct pv_bits128){UINT64_MAX, UINT64_MAX}, text);
    check_str(((struct pv_str){text, sizeof text}), "7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
    pv_ulid_format((struct pv_bits128){0, 0}, text);
    check_str(((struct pv_str){text, sizeof text}), "00000000000000000000000000");
}

static void check_uuid(const char *text, uint64_t hi, uint64_t lo)
{
    struct pv_bits128 bits;
    check_int(event_id(text, strlen(text), &bits), PV_CODE_NONE);
    check_bits(bits, hi, lo);
}

static void check_not_event_id(const char *text, size_t len, enum pv_code code)
{
    struct pv_bits128 bits;
    check_int(event_id(text, len, &bits), code);
    check_bits(bits, untouched.hi, untouched.lo);
}

static void event_id__uuid_in_either_case__is_the_same_id(void **state)
{
    (void)state;
    check_uuid("01563e3a-b5d3-d676-4c61-efb99302bd5b", UINT64_C(0x01563e3ab5d3d676),
               UINT64_C(0x4c61efb99302bd5b));
    check_uuid("01563E3A-B5D3-D676-4C61-EFB99302BD5B", UINT64_C(0x01563e3ab5d3d676),
               UINT64_C(0x4c61efb99302bd5b));
    check_uuid("ffffffff-ffff-ffff-ffff-ffffffffffff", UINT64_MAX, UINT64_MAX);
    check_uuid("00000000-0000-0000-0000-000000000001", 0, 1);
    check_uuid("00000000-0000-0001-0000-000000000000", 1, 0);
    check_uuid("abcdefAB-CDEF-0123-4567-89abcdefABCD", UINT64_C(0xabcdefabcdef0123),
               UINT64_C(0x456789abcdefabcd));
}

static void event_id__ulid_and_uuid_of_the_same_bits__are_equal(void **state)
{
    (void)state;
    struct pv_bits128 a, b;
    check_int(event_id("01ARZ3NDEKTSV4RRFFQ69G5FAV", 26, &a), PV_CODE_NONE);
    check_int(event_id("01563e3a-b5d3-d676-4c61-efb99302bd5b", 36, &b), PV_CODE_NONE);
    check_true(pv_bits128_equal(a, b));
    b.lo ^= 1;
    check_true(!pv_bits128_equal(a, b));
    b.lo ^= 1;
    b.hi ^= UINT64_C(1) << 63;
    check_true(!pv_bits128_equal(a, b));
}

static void event_id__zero_uuid__is_empty(void **state)
{
    (void)state;
    check_not_event_id("00000000-0000-0000-0000-000000000000", 36, PV_ID_EMPTY);
    check_not_event_id("00000000000000000000000000", 26, PV_ID_EMPTY);
}

static void event_id__other_lengths__are_invalid(void **state)
{
    (void)state;
    const char *text = "01563e3a-b5d3-d676-4c61-efb99302bd5b0";
    check_not_event_id(text, 35, PV_ID_INVALID);
    check_not_event_id(text, 37, PV_ID_INVALID);
    check_not_event_id("01563e3ab5d3d6764c61efb99302bd5b", 32, PV_ID_INVALID);
    check_not_event_id("{01563e3a-b5d3-d676-4c61-efb99302bd5b}", 38, PV_ID_INVALID);
}

static void uuid__every_byte_at_every_place__is_read_or_invalid(void **state)
{
    (void)state;
    const char hex[] = "0123456789abcdefABCDEF";
    for (size_t place = 0; place < PV_UUID_LEN; place++) {
        for (int c = 0; c < 256; c++) {
            char text[] = "11111111-1111-1111-1111-111111111111";
            bool hyphen = text[place] == '-';
            text[place] = (char)c;
            bool good = hyphen ? c == '-' : c != 0 && strchr(hex, c) != NULL;
            struct pv_bits128 bits;
            if (event_id(text, PV_UUID_LEN, &bits) != (good ? PV_CODE_NONE : PV_ID_INVALID))
                fail_msg("byte %d at %zu", c, place);
        }
    }
}

static void uuid__each_bit__comes_back_from_its_text(void **state)
{
    (void)state;
    for (unsigned bit = 0; bit < 128; bit++) {
        struct pv_bits128 bits = {bit >= 64 ? UINT64_C(1) << (bit - 64) : 0,
                                  bit < 64 ? UINT64_C(1) << bit : 0};
        struct pv_bits128 back;
        char text[PV_UUID_LEN];
        pv_uuid_format(bits, text);
        check_int(event_id(text, sizeof text, &back), PV_CODE_NONE);
        check_bits(back, bits.hi, bits.lo);
    }
    char text[PV_UUID_LEN];
    pv_uuid_format((struct pv_bits128){UINT64_C(0x01563e3ab5d3d676), UINT64_C(0x4c61efb99302bd5b)}, text);
    check_str(((struct pv_str){text, sizeof text}), "01563e3a-b5d3-d676-4c61-efb99302bd5b");
}

static void bits__zero_in_both_halves__only_then_empty(void **state)
{
    (void)state;
    check_true(pv_bits128_is_zero((struct pv_bits128){0, 0}));
    check_true(!pv_bits128_is_zero((struct pv_bits128){1, 0}));
    check_true(!pv_bits128_is_zero((struct pv_bits128){0, 1}));
}

static void str__equality__is_of_length_and_bytes(void **state)
{
    (void)state;
    check_true(pv_str_equal(PV_STR("abc"), PV_STR("abc")));
    check_true(!pv_str_equal(PV_STR("abc"), PV_STR("abd")));
    check_true(!pv_str_equal(PV_STR("abc"), PV_STR("ab")));
    check_true(pv_str_equal((struct pv_str){NULL, 0}, PV_STR("")));
    check_true(pv_str_equal(PV_STR("a\0b"), PV_STR("a\0b")));
    check_true(!pv_str_equal(PV_STR("a\0b"), PV_STR("a\0c")));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(ulid__known_values__have_their_bits),
    cmocka_unit_test(ulid__first_character_above_7__is_invalid),
    cmocka_unit_test(ulid__all_zero__is_empty),
    cmocka_unit_test(ulid__other_lengths__are_invalid),
    cmocka_unit_test(ulid__every_byte_at_every_place__is_read_or_invalid),
    cmocka_unit_test(ulid__one_bad_character_among_good_ones__is_invalid),
    cmocka_unit_test(ulid__each_bit__comes_back_from_its_text),
    cmocka_unit_test(ulid__is_printed__in_upper_case),
    cmocka_unit_test(event_id__uuid_in_either_case__is_the_same_id),
    cmocka_unit_test(event_id__ulid_and_uuid_of_the_same_bits__are_equal),
    cmocka_unit_test(event_id__zero_uuid__is_empty),
    cmocka_unit_test(event_id__other_lengths__are_invalid),
    cmocka_unit_test(uuid__every_byte_at_every_place__is_read_or_invalid),
    cmocka_unit_test(uuid__each_bit__comes_back_from_its_text),
    cmocka_unit_test(bits__zero_in_both_halves__only_then_empty),
    cmocka_unit_test(str__equality__is_of_length_and_bytes),
};
CHECK_MAIN(tests, 16)
