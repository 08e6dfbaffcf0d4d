#include "wire.h"

#include <string.h>

void wire_add(struct wire *wire, struct pv_str key, struct pv_primitive value)
{
    if (wire->count < WIRE_MEMBERS_MAX)
        wire->members[wire->count++] = (struct wire_member){key, value};
}

struct wire_member *wire_find(struct wire *wire, const char *key)
{
    for (size_t i = 0; i < wire->count; i++)
        if (str_is(wire->members[i].key, key))
            return &wire->members[i];
    return NULL;
}

void wire_remove(struct wire *wire, struct wire_member *member)
{
    size_t after = (size_t)(wire->members + wire->count - (member + 1));
    memmove(member, member + 1, after * sizeof *member);
    wire->count--;
}

struct pv_primitive wire_string(struct pv_str text)
{
    return (struct pv_primitive){PV_PRIMITIVE_STRING, text, 0};
}

struct pv_primitive wire_null(void)
{
    return (struct pv_primitive){PV_PRIMITIVE_NULL, PV_STR("null"), 0};
}

struct pv_primitive wire_integer(struct pv_str text)
{
    return (struct pv_primitive){PV_PRIMITIVE_INTEGER, text, 0};
}

struct pv_primitive wire_other(struct pv_str json)
{
    return (struct pv_primitive){PV_PRIMITIVE_OTHER, json, 0};
}

struct wire_style wire_draw_style(struct gen *g, bool line)
{
    static const uint32_t weights[] = {12, 2, 2};
    struct wire_style style = {.line = line};
    switch (gen_weighted(g, weights, 3)) {
    case 1:
        style.space = 1 + gen_draw(g, 5);
        break;
    case 2:
        style.escape = 1 + gen_draw(g, 4);
        style.space = gen_draw(g, 2);
        break;
    default:
        break;
    }
    return style;
}

void wire_space(const struct wire_style *style, unsigned at, struct buf *out)
{
    static const char *const spaces[] = {"", " ", "\t", " \r ", "\n", "\n\t\r\n  "};
    unsigned kind = style->space;
    if (kind == 0 || (at + kind) % 3 == 0)
        return;
    if (style->line && kind > 3)
        kind -= 3;
    buf_str(out, spaces[kind]);
}

/* ---- strings ---- */

static const char *short_escape(uint32_t point)
{
    switch (point) {
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '\b':
        return "\\b";
    case '\f':
        return "\\f";
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\t':
        return "\\t";
    default:
        return NULL;
    }
}

static void render_unit(uint32_t unit, bool upper, struct buf *out)
{
    buf_format(out, upper ? "\\u%04X" : "\\u%04x", (unsigned)unit);
}

static void render_escaped(uint32_t point, bool long_form, struct buf *out)
{
    if (!long_form && short_escape(point) != NULL) {
        buf_str(out, short_escape(point));
    } else if (!long_form && point == '/') {
        buf_str(out, "\\/");
    } else if (point >= 0x10000) {
        render_unit(0xD800 + ((point - 0x10000) >> 10), long_form, out);
        render_unit(0xDC00 + ((point - 0x10000) & 0x3FF), !long_form, out);
    } else {
        render_unit(point, long_form, out);
    }
}

/* One code point of valid UTF-8, by its lead byte. */
static size_t decode(const char *text, uint32_t *point)
{
    const unsigned char *b = (const unsigned char *)text;
    if (b[0] < 0x80)
        return *point = b[0], 1;
    if (b[0] < 0xE0)
        return *point = (b[0] & 0x1FU) << 6 | (b[1] & 0x3FU), 2;
    if (b[0] < 0xF0)
        return *point = (b[0] & 0xFU) << 12 | (b[1] & 0x3FU) << 6 | (b[2] & 0x3FU), 3;
    return *point = (b[0] & 7U) << 18 | (b[1] & 0x3FU) << 12 | (b[2] & 0x3FU) << 6 | (b[3] & 0x3FU), 4;
}

static void render_string(struct pv_str text, const struct wire_style *style, struct buf *out)
{
    buf_str(out, "\"");
    unsigned at = 0;
    for (size_t i = 0; i < text.len; at++) {
        uint32_t point;
        size_t len = decode(text.ptr + i, &point);
        bool must = point < 0x20 || point == '"' || point == '\\';
        bool want = style->escape > 0 && at % style->escape == 0;
        if (must || want)
            render_escaped(point, want && at % 2 == 0, out);
        else
            buf_add(out, text.ptr + i, len);
        i += len;
    }
    buf_str(out, "\"");
}

/* ---- objects ---- */

void wire_render_members(const struct wire_member *members, size_t count, const struct wire_style *style,
                         struct buf *out)
{
    buf_str(out, "{");
    wire_space(style, 0, out);
    for (size_t i = 0; i < count; i++) {
        unsigned at = (unsigned)i;
        if (i > 0)
            buf_str(out, ",");
        wire_space(style, at, out);
        render_string(members[i].key, style, out);
        wire_space(style, at + 1, out);
        buf_str(out, ":");
        wire_space(style, at + 2, out);
        if (members[i].value.kind == PV_PRIMITIVE_STRING)
            render_string(members[i].value.text, style, out);
        else
            buf_add(out, members[i].value.text.ptr, members[i].value.text.len);
        wire_space(style, at, out);
    }
    buf_str(out, "}");
}

/* Faults of structure; each is one of grammar, whatever the members. */
static void break_structure(struct gen *g, unsigned how, struct buf *out)
{
    static const char *const tails[] = {"}", "x", "{}", ",", "]", "null", "\"\"", "\x01", "\xEF\xBB\xBF"};
    size_t end = out->len;
    switch (how) {
    case 1: /* something after the object */
        buf_str(out, tails[gen_draw(g, sizeof tails / sizeof tails[0])]);
        break;
    case 2: /* cut short: any prefix of an object lacks its brace */
        out->len = 1 + gen_draw(g, (uint32_t)end - 1);
        break;
    case 3: /* a comma too many */
        out->len = end - 1;
        buf_str(out, ",}");
        break;
    case 4: /* the wrong bracket */
        out->bytes[end - 1] = ']';
        break;
    default: /* a byte order mark is no white space */
        out->len = 0;
        buf_str(out, "\xEF\xBB\xBF{}");
        break;
    }
}

void wire_render(struct gen *g, const struct wire *wire, const struct wire_style *style, struct buf *out)
{
    if (wire->damage == WIRE_NO_OBJECT) {
        buf_add(out, wire->instead.ptr, wire->instead.len);
        return;
    }
    struct buf text = {0};
    wire_render_members(wire->members, wire->count, style, &text);
    if (wire->broken > 0)
        break_structure(g, wire->broken, &text);
    wire_space(style, 1, out);
    buf_add(out, text.bytes, text.len);
    wire_space(style, 2, out);
    buf_free(&text);
}

void wire_trace(struct gen *g, const struct wire *wire)
{
    if (g->trace == NULL)
        return;
    static const char *const damages[] = {"", " text fault", " too deep", " no object", " bad grammar"};
    struct buf text = {0};
    struct wire_style plain = {0};
    wire_render_members(wire->members, wire->count, &plain, &text);
    gen_trace(g, "%.*s%s %.*s\n", (int)wire->type.len, wire->type.ptr, damages[wire->damage], (int)text.len,
              text.bytes);
    buf_free(&text);
}
