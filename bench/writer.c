#include "writer.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

const struct pv_layout pv_layout_own = {.comma = ",", .colon = ":", .sorted = false, .ascii = false};
const struct pv_layout pv_layout_foreign = {.comma = ", ", .colon = ": ", .sorted = true, .ascii = true};

void pv_sink_init(struct pv_sink *sink, int fd)
{
    sink->fd = fd;
    sink->error = 0;
    sink->used = 0;
}

static void sink_flush(struct pv_sink *sink)
{
    size_t done = 0;
    while (done < sink->used && sink->error == 0) {
        ssize_t n = write(sink->fd, sink->bytes + done, sink->used - done);
        if (n >= 0)
            done += (size_t)n;
        else if (errno != EINTR)
            sink->error = errno;
    }
    sink->used = 0;
}

void pv_sink_put(struct pv_sink *sink, const char *bytes, size_t length)
{
    assert(length <= sizeof sink->bytes);
    if (length > sizeof sink->bytes - sink->used)
        sink_flush(sink);
    memcpy(sink->bytes + sink->used, bytes, length);
    sink->used += length;
}

int pv_sink_finish(struct pv_sink *sink)
{
    sink_flush(sink);
    return sink->error;
}

static void put(struct pv_sink *sink, const char *text)
{
    pv_sink_put(sink, text, strlen(text));
}

static void put_unit(struct pv_sink *sink, uint32_t unit)
{
    static const char digits[] = "0123456789abcdef";
    const char text[] = {'\\',
                         'u',
                         digits[unit >> 12 & 15],
                         digits[unit >> 8 & 15],
                         digits[unit >> 4 & 15],
                         digits[unit & 15]};
    pv_sink_put(sink, text, sizeof text);
}

/* Prints the code point that starts at TEXT, as one or two UTF-16 units, and returns its length in bytes. */
static size_t put_escaped_point(struct pv_sink *sink, const char *text)
{
    const unsigned char *u = (const unsigned char *)text;
    size_t length = u[0] < 0xe0 ? 2 : u[0] < 0xf0 ? 3 : 4;
    uint32_t point = u[0] & (0xffU >> (length + 1));
    for (size_t i = 1; i < length; i++)
        point = point << 6 | (u[i] & 0x3fU);
    if (point < 0x10000) {
        put_unit(sink, point);
    } else {
        put_unit(sink, 0xd800 + ((point - 0x10000) >> 10));
        put_unit(sink, 0xdc00 + ((point - 0x10000) & 0x3ff));
    }
    return length;
}

/* The generator's texts hold no control characters (D2), so quotes and backslashes are all that must be
   escaped. */
static void put_text(struct pv_sink *sink, const struct pv_layout *layout, const struct pv_member *member)
{
    size_t at = 0;
    while (at < member->length) {
        const char *c = member->text + at;
        if (layout->ascii && (unsigned char)*c >= 0x80) {
            at += put_escaped_point(sink, c);
            continue;
        }
        if (*c == '"' || *c == '\\')
            pv_sink_put(sink, "\\", 1);
        pv_sink_put(sink, c, 1);
        at++;
    }
}

static void put_value(struct pv_sink *sink, const struct pv_layout *layout, const struct pv_member *member)
{
    switch (member->kind) {
    case PV_RAW:
        pv_sink_put(sink, member->text, member->length);
        break;
    case PV_PLAIN:
        pv_sink_put(sink, "\"", 1);
        pv_sink_put(sink, member->text, member->length);
        pv_sink_put(sink, "\"", 1);
        break;
    case PV_TEXT:
        pv_sink_put(sink, "\"", 1);
        put_text(sink, layout, member);
        pv_sink_put(sink, "\"", 1);
        break;
    case PV_NESTED: /* two levels deep at most: a record and what stands in it */
        pv_put_object(sink, layout, member->members, member->count);
        break;
    }
}

/* Fills ORDER with the members as they are to be printed. Insertion sort: eight at most. */
static void order_members(const struct pv_member **order, const struct pv_layout *layout,
                          const struct pv_member *members, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t at = i;
        while (layout->sorted && at > 0 && strcmp(order[at - 1]->key, members[i].key) > 0) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = &members[i];
    }
}

void pv_put_object(struct pv_sink *sink, const struct pv_layout *layout, const struct pv_member *members,
                   size_t count)
{
    assert(count <= PV_MEMBERS_MAX);
    const struct pv_member *order[PV_MEMBERS_MAX];
    order_members(order, layout, members, count);
    put(sink, "{");
    for (size_t i = 0; i < count; i++) {
        put(sink, i == 0 ? "\"" : layout->comma);
        if (i > 0)
            put(sink, "\"");
        put(sink, order[i]->key);
        put(sink, "\"");
        put(sink, layout->colon);
        put_value(sink, layout, order[i]);
    }
    put(sink, "}");
}
