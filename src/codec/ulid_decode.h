/* ULIDs at the speed of the hot loop. The same answers as pv_ulid_parse (core), which speaks where this one
   says no. Internal to the codec. */
#ifndef PV_ULID_DECODE_H
#define PV_ULID_DECODE_H

#include "id.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* Sixteen characters as two numbers of 40 bits each, the earlier one in hi. */
struct pv_base32_16 {
    uint64_t hi, lo;
    bool valid;
};

#if defined(__SSE2__)
/* Characters to values, all at once: the letters run on from 10 but for I, L, O and U, so each of these that
   a letter has passed takes one off (a true comparison is -1). */
static inline __m128i pv_base32_values(__m128i chars, __m128i *valid)
{
    __m128i lower = _mm_or_si128(chars, _mm_set1_epi8(0x20));
    __m128i digit = _mm_sub_epi8(chars, _mm_set1_epi8('0')), letter = _mm_sub_epi8(lower, _mm_set1_epi8('a'));
    __m128i is_digit = _mm_cmpeq_epi8(_mm_min_epu8(digit, _mm_set1_epi8(9)), digit);
    __m128i is_letter = _mm_cmpeq_epi8(_mm_min_epu8(letter, _mm_set1_epi8(25)), letter);
    __m128i i = _mm_set1_epi8('i'), l = _mm_set1_epi8('l'), o = _mm_set1_epi8('o'), u = _mm_set1_epi8('u');
    __m128i skipped = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(lower, i), _mm_cmpeq_epi8(lower, l)),
                                   _mm_or_si128(_mm_cmpeq_epi8(lower, o), _mm_cmpeq_epi8(lower, u)));
    __m128i passed = _mm_add_epi8(_mm_add_epi8(_mm_cmpgt_epi8(lower, i), _mm_cmpgt_epi8(lower, l)),
                                  _mm_add_epi8(_mm_cmpgt_epi8(lower, o), _mm_cmpgt_epi8(lower, u)));
    __m128i value = _mm_add_epi8(_mm_add_epi8(letter, _mm_set1_epi8(10)), passed);
    *valid = _mm_or_si128(is_digit, _mm_andnot_si128(skipped, is_letter));
    return _mm_or_si128(_mm_and_si128(is_digit, digit), _mm_andnot_si128(is_digit, value));
}

/* Values of 5 bits are joined to 10, 20 and 40 bits, neighbour with neighbour; the earlier one counts more.
 */
static inline struct pv_base32_16 pv_base32_join(const char *text)
{
    __m128i valid;
    __m128i fives = pv_base32_values(_mm_loadu_si128((const __m128i *)(const void *)text), &valid);
    __m128i tens =
        _mm_or_si128(_mm_slli_epi16(_mm_and_si128(fives, _mm_set1_epi16(0xff)), 5), _mm_srli_epi16(fives, 8));
    __m128i twenties = _mm_madd_epi16(tens, _mm_set1_epi32(1 << 16 | 1 << 10));
    uint64_t pairs[2];
    _mm_storeu_si128((__m128i *)(void *)pairs, twenties);
    struct pv_base32_16 bits;
    bits.hi = (pairs[0] & 0xfffff) << 20 | pairs[0] >> 32;
    bits.lo = (pairs[1] & 0xfffff) << 20 | pairs[1] >> 32;
    bits.valid = _mm_movemask_epi8(valid) == 0xffff;
    return bits;
}
#endif

/* True: *out is the id of these 26 characters. False: they are no id, or the empty one. */
static inline bool pv_ulid_decode(const char *text, struct pv_bits128 *out)
{
#if defined(__SSE2__)
    /* Two views of sixteen characters that overlap: 0 to 15 and 10 to 25. */
    struct pv_base32_16 first = pv_base32_join(text), last = pv_base32_join(text + PV_ULID_LEN - 16);
    out->hi = first.hi << 26 | first.lo >> 14;
    out->lo = last.hi << 40 | last.lo;
    return first.valid && last.valid && first.hi >> 38 == 0 && (out->hi | out->lo) != 0;
#else
    return pv_ulid_parse((struct pv_str){text, PV_ULID_LEN}, out) == PV_CODE_NONE;
#endif
}

#endif
