#include "fault.h"

#include "text.h"

#include <stdio.h>
#include <string.h>

/* Whether a terminal would take the character for a command (C0, DEL, C1). */
static bool is_control(uint32_t point)
{
    return point < 0x20 || (point >= 0x7f && point <= 0x9f);
}

static void make_printable(char *text)
{
    size_t len = strlen(text), kept = 0, used;
    for (size_t at = 0; at < len; at += used) {
        uint32_t point;
        used = pv_utf8_next(text + at, len - at, &point);
        if (used == 0 || is_control(point)) {
            used = used == 0 ? 1 : used;
            text[kept++] = '?';
            continue;
        }
        memmove(text + kept, text + at, used);
        kept += used;
    }
    text[kept] = '\0';
}

enum {
    WHOLE_MAX = 1 << 14, /* room for the longest paths */
    HEAD = 160, /* what stays of the beginning of a text that is cut, then three dots, and of its end */
    TAIL = PV_FAULT_TEXT_MAX - 1 - 3 - HEAD,
};

static void cut_middle(char text[PV_FAULT_TEXT_MAX], const char *whole)
{
    (void)snprintf(text, PV_FAULT_TEXT_MAX, "%.*s...%s", (int)HEAD, whole, whole + strlen(whole) - TAIL);
}

void pv_fault_set(struct pv_fault *fault, enum pv_fault_kind kind, const char *format, ...)
{
    char whole[WHOLE_MAX];
    fault->kind = kind;
    fault->retry_helps = kind == PV_FAULT_KIND_BUSY || kind == PV_FAULT_KIND_NO_MEMORY;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(whole, sizeof whole, format, args);
    va_end(args);
    if (strlen(whole) < sizeof fault->text)
        memcpy(fault->text, whole, strlen(whole) + 1);
    else
        cut_middle(fault->text, whole);
    make_printable(fault->text);
}
