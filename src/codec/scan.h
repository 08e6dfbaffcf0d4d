/* The innermost loop of the codec: passing over the bytes of a string that need no second look. Internal to
 * the codec. */
#ifndef PV_SCAN_H
#define PV_SCAN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* ASCII that stands for itself in a JSON string: no control character, quote or backslash. */
static inline bool pv_is_plain(char c)
{
    return (unsigned char)c >= 0x20 && (unsigned char)c < 0x80 && c != '"' && c != '\\';
}

/* Eight bytes at once, for machines without SSE2 and as the test's opponent; byte order does not matter. */
static inline const char *pv_scan_plain_words(const char *at, const char *end)
{
    const uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;
    while (end - at >= 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        uint64_t quote = word ^ (ones * '"'), backslash = word ^ (ones * '\\');
        /* A borrow can only mark a byte too many above one that is marked rightly, and the bytes are looked
         * at again. */
        uint64_t special = (word - ones * 0x20) | (quote - ones) | (backslash - ones) | word;
        if ((special & highs) != 0)
            break;
        at += 8;
    }
    while (at < end && pv_is_plain(*at))
        at++;
    return at;
}

/* The first byte from `at` that is not plain, or `end`. */
static inline const char *pv_scan_plain(const char *at, const char *end)
{
#if defined(__SSE2__)
    const __m128i space = _mm_set1_epi8(0x20), quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\');
    while (end - at >= 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
        /* Compared as signed numbers, bytes from 0x80 on are below the space too. */
        __m128i special =
            _mm_or_si128(_mm_cmplt_epi8(bytes, space),
                         _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)));
        unsigned mask = (unsigned)_mm_movemask_epi8(special);
        if (mask != 0)
            return at + __builtin_ctz(mask);
        at += 16;
    }
#endif
    return pv_scan_plain_words(at, end);
}

#endif
