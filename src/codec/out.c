#include "out.h"

#include <stdlib.h>
#include <string.h>

#include "scan.h"
#include "text.h"

static const char hex_digits[] = "0123456789abcdef";

void pv_out_init(struct pv_out *out, pv_out_fn *write, void *context)
{
    out->write = write;
    out->context = context;
    out->len = 0;
    out->failed = false;
}

static void pass_on(struct pv_out *out, const char *bytes, size_t len)
{
    if (!out->failed && len > 0 && out->write(out->context, bytes, len) != 0)
        out->failed = true;
}

bool pv_out_flush(struct pv_out *out)
{
    pass_on(out, out->buffer, out->len);
    out->len = 0;
    return !out->failed;
}

void pv_out_bytes(struct pv_out *out, const char *bytes, size_t len)
{
    if (len > PV_OUT_BUFFER - out->len) {
        pass_on(out, out->buffer, out->len);
        out->len = 0;
        if (len > PV_OUT_BUFFER) {
            pass_on(out, bytes, len);
            return;
        }
    }
    if (len > 0) /* an empty text may be NULL */
        memcpy(out->buffer + out->len, bytes, len);
    out->len += len;
}

void pv_out_str(struct pv_out *out, struct pv_str text)
{
    pv_out_bytes(out, text.ptr, text.len);
}

void pv_out_cstr(struct pv_out *out, const char *text)
{
    pv_out_bytes(out, text, strlen(text));
}

void pv_out_char(struct pv_out *out, char c)
{
    pv_out_bytes(out, &c, 1);
}

void pv_out_uint(struct pv_out *out, uint64_t value)
{
    char digits[20];
    size_t at = sizeof(digits);
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    pv_out_bytes(out, digits + at, sizeof(digits) - at);
}

void pv_out_int(struct pv_out *out, int64_t value)
{
    if (value < 0) {
        pv_out_char(out, '-');
        pv_out_uint(out, 0 - (uint64_t)value); /* INT64_MIN has no positive twin, its bits have */
    } else {
        pv_out_uint(out, (uint64_t)value);
    }
}

/* The escape that JSON requires of a byte, or 0 for none; 'u' stands for \u00xx. */
static char json_escape(unsigned char c)
{
    static const char controls[] = "uuuuuuuubtnufruuuuuuuuuuuuuuuuuu";
    if (c < 0x20)
        return controls[c];
    return (char)(c == '"' || c == '\\' ? c : 0);
}

static void out_unicode_escape(struct pv_out *out, unsigned point)
{
    char escape[6] = {'\\', 'u', '0', '0', hex_digits[point >> 4], hex_digits[point & 15]};
    pv_out_bytes(out, escape, sizeof(escape));
}

static void out_json_escape(struct pv_out *out, unsigned char c, char escape)
{
    if (escape == 'u') {
        out_unicode_escape(out, c);
    } else {
        char pair[2] = {'\\', escape};
        pv_out_bytes(out, pair, sizeof(pair));
    }
}

void pv_out_json(struct pv_out *out, struct pv_str text)
{
    const char *run = text.ptr; /* start of the bytes that are copied as they are */
    pv_out_char(out, '"');
    if (text.len > 0) { /* else its pointer may be NULL */
        const char *end = text.ptr + text.len;
        for (const char *at = pv_scan_plain(run, end); at < end; at = pv_scan_plain(at, end)) {
            unsigned char c = (unsigned char)*at++;
            char escape = json_escape(c);
            if (escape == 0)
                continue;
            pv_out_bytes(out, run, (size_t)(at - 1 - run));
            out_json_escape(out, c, escape);
            run = at;
        }
        pv_out_bytes(out, run, (size_t)(end - run));
    }
    pv_out_char(out, '"');
}

void pv_out_json_message(struct pv_out *out, struct pv_str text)
{
    pv_out_char(out, '"');
    for (size_t i = 0; i < text.len;) {
        uint32_t point = 0;
        unsigned len = pv_utf8_next(text.ptr + i, text.len - i, &point);
        char escape = 0;
        if (len == 1)
            escape = json_escape((unsigned char)point);
        if (len == 0)
            pv_out_cstr(out, "\xef\xbf\xbd"); /* U+FFFD: the line must stay UTF-8 whatever the source had */
        else if (escape != 0)
            out_json_escape(out, (unsigned char)point, escape);
        else if (point >= 0x7f && point <= 0x9f)
            out_unicode_escape(out, point);
        else
            pv_out_bytes(out, text.ptr + i, len);
        i += len == 0 ? 1 : len;
    }
    pv_out_char(out, '"');
}

/* Characters that are legal text but make a terminal show other text than there is: line separators and
   everything that turns the direction of writing (Unicode's property Bidi_Control). */
static bool misleads(uint32_t point)
{
    return point == 0x61c || point == 0x200e || point == 0x200f || (point >= 0x2028 && point <= 0x202e) ||
           (point >= 0x2066 && point <= 0x2069);
}

/* What a terminal is given for the bytes at `text`; *taken is how many of them it stands for. Returns its
 * length. */
static unsigned terminal_char(const char *text, size_t len, char out[PV_TERMINAL_CHAR_MAX], unsigned *taken)
{
    uint32_t point = 0;
    unsigned bytes = pv_utf8_next(text, len, &point);
    unsigned n = 0;
    *taken = bytes == 0 ? 1 : bytes;
    if (bytes == 0 || point < 0x20 || (point >= 0x7f && point <= 0x9f)) {
        for (unsigned i = 0; i < *taken; i++) {
            unsigned char c = (unsigned char)text[i];
            out[n++] = '\\';
            out[n++] = 'x';
            out[n++] = hex_digits[c >> 4];
            out[n++] = hex_digits[c & 15];
        }
    } else if (misleads(point)) {
        out[n++] = '\\';
        out[n++] = 'u';
        out[n++] = '{';
        for (int shift = 12; shift >= 0; shift -= 4)
            out[n++] = hex_digits[point >> shift & 15];
        out[n++] = '}';
    } else {
        memcpy(out, text, bytes);
        n = bytes;
        if (point == '\\')
            out[n++] = '\\';
    }
    return n;
}

void pv_out_terminal(struct pv_out *out, struct pv_str text)
{
    char shown[PV_TERMINAL_CHAR_MAX];
    unsigned taken;
    for (size_t i = 0; i < text.len; i += taken) {
        unsigned len = terminal_char(text.ptr + i, text.len - i, shown, &taken);
        pv_out_bytes(out, shown, len);
    }
}

size_t pv_terminal_escape(struct pv_str text, char *out, size_t size)
{
    char shown[PV_TERMINAL_CHAR_MAX];
    size_t used = 0, mark = 0; /* `mark`: the longest beginning that leaves room for the dots */
    unsigned taken;
    for (size_t i = 0; i < text.len; i += taken) {
        unsigned len = terminal_char(text.ptr + i, text.len - i, shown, &taken);
        if (len > size - used) {
            memset(out + mark, '.', 3);
            return mark + 3;
        }
        memcpy(out + used, shown, len);
        used += len;
        if (used + 3 <= size)
            mark = used;
    }
    return used;
}

void pv_out_base64(struct pv_out *out, struct pv_str bytes)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t left = bytes.len - i;
        uint32_t group = (uint32_t)(unsigned char)bytes.ptr[i] << 16;
        if (left > 1)
            group |= (uint32_t)(unsigned char)bytes.ptr[i + 1] << 8;
        if (left > 2)
            group |= (unsigned char)bytes.ptr[i + 2];
        char quad[4] = {alphabet[group >> 18], alphabet[group >> 12 & 63], alphabet[group >> 6 & 63],
                        alphabet[group & 63]};
        if (left < 3)
            quad[3] = '=';
        if (left < 2)
            quad[2] = '=';
        pv_out_bytes(out, quad, sizeof(quad));
    }
}

int pv_buffer_write(void *context, const char *bytes, size_t len)
{
    struct pv_buffer *buffer = context;
    if (len == 0)
        return 0;
    if (len > buffer->capacity - buffer->len) {
        size_t capacity = buffer->capacity == 0 ? 256 : buffer->capacity;
        while (capacity < buffer->len + len) /* both are in memory already, so this cannot overflow */
            capacity *= 2;
        char *moved = realloc(buffer->bytes, capacity);
        if (moved == NULL)
            return -1;
        buffer->bytes = moved;
        buffer->capacity = capacity;
    }
    memcpy(buffer->bytes + buffer->len, bytes, len);
    buffer->len += len;
    return 0;
}

void pv_buffer_deinit(struct pv_buffer *buffer)
{
    free(buffer->bytes);
    *buffer = (struct pv_buffer){0};
}
