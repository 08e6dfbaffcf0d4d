#include "kit.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void kit_fail(const char *file, int line, const char *format, ...)
{
    va_list args;
    fprintf(stderr, "FUZZ %s:%d: ", file, line);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    abort();
}

void kit_check_same(const char *file, int line, const char *what, struct pv_str a, struct pv_str b)
{
    enum { BEFORE = 60, SHOWN = 200 };
    size_t at = 0;
    if (pv_str_equal(a, b))
        return;
    if (a.len == 0 || b.len == 0)
        kit_fail(file, line, "%s differ: %zu and %zu bytes", what, a.len, b.len);
    while (at < a.len && at < b.len && a.ptr[at] == b.ptr[at])
        at++;
    size_t from = at > BEFORE ? at - BEFORE : 0;
    int left = (int)(a.len - from > SHOWN ? SHOWN : a.len - from);
    int right = (int)(b.len - from > SHOWN ? SHOWN : b.len - from);
    kit_fail(file, line, "%s differ at byte %zu:\n  %.*s\n  %.*s", what, at, left, a.ptr + from, right,
             b.ptr + from);
}

void *kit_room(size_t len)
{
    void *room = malloc(len > 0 ? len : 1);
    if (room == NULL)
        FAIL("out of memory for %zu bytes", len);
    return room;
}

char *kit_copy(struct pv_str text)
{
    char *copy = kit_room(text.len);
    if (text.len > 0)
        memcpy(copy, text.ptr, text.len);
    return copy;
}

struct pv_str kit_first_line(struct pv_str text, struct pv_str *rest)
{
    const char *lf = text.len > 0 ? memchr(text.ptr, '\n', text.len) : NULL;
    size_t len = lf != NULL ? (size_t)(lf - text.ptr) : text.len;
    size_t after = lf != NULL ? len + 1 : len;
    *rest = (struct pv_str){text.ptr + after, text.len - after};
    return (struct pv_str){text.ptr, len};
}

static bool is_between(const char *text, size_t at, size_t len, unsigned low, unsigned high)
{
    unsigned byte = at < len ? (unsigned char)text[at] : 0;
    return byte >= low && byte <= high;
}

size_t kit_utf8(const char *text, size_t len)
{
    static const struct {
        unsigned first_low, first_high, second_low, second_high;
        size_t len;
    } rows[] = {
        {0x00, 0x7F, 0, 0, 1},       {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
        {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3},
        {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!is_between(text, 0, len, rows[i].first_low, rows[i].first_high))
            continue;
        bool good = rows[i].len == 1 || is_between(text, 1, len, rows[i].second_low, rows[i].second_high);
        for (size_t k = 2; k < rows[i].len; k++)
            good = good && is_between(text, k, len, 0x80, 0xBF);
        return good ? rows[i].len : 0;
    }
    return 0;
}

bool kit_is_clean(struct pv_str text, const char *allowed)
{
    for (size_t at = 0, len; at < text.len; at += len) {
        unsigned char byte = (unsigned char)text.ptr[at];
        len = kit_utf8(text.ptr + at, text.len - at);
        bool control = byte < 0x20 || byte == 0x7F ||
                       (len == 2 && byte == 0xC2 && (unsigned char)text.ptr[at + 1] < 0xA0);
        if (len == 0 || (control && (len != 1 || byte == 0 || strchr(allowed, byte) == NULL)))
            return false;
    }
    return true;
}
