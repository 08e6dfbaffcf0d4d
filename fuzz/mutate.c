#include "mutate.h"

#include "mutate_lines.h"
#include "spans.h"
#include "values.h"

#include <stdio.h>
#include <string.h>

static bool splice(struct mutation *m, size_t at, size_t len, struct pv_str with)
{
    if (m->len - len + with.len > m->max)
        return false;
    char copy[4096]; /* `with` may lie in the text */
    if (with.len > sizeof copy)
        return false;
    if (with.len > 0)
        memcpy(copy, with.ptr, with.len);
    memmove(m->bytes + at + with.len, m->bytes + at + len, m->len - at - len);
    if (with.len > 0)
        memcpy(m->bytes + at, copy, with.len);
    m->len = m->len - len + with.len;
    return true;
}

static struct pv_str text_of(const struct mutation *m)
{
    return (struct pv_str){m->bytes, m->len};
}

/* ---- spans ---- */

enum { TRIES = 12 };

/* One of them at random, a key or a value; NULL when luck is out. */
static const struct span *pick(struct mutation *m, bool is_key)
{
    for (int i = 0; m->spans.count > 0 && i < TRIES; i++) {
        const struct span *span = &m->spans.all[gen_draw(m->g, (uint32_t)m->spans.count)];
        if (span->is_key == is_key)
            return span;
    }
    return NULL;
}

/* Another value of the same key, as a rule; else any. */
static const struct span *pick_like(struct mutation *m, const struct span *like)
{
    const struct span *other = NULL;
    bool any = like->key < 0 || gen_draw(m->g, 4) == 0;
    for (int i = 0; i < 3 * TRIES; i++) {
        other = pick(m, false);
        if (other == NULL || other == like || any)
            return other;
        if (other->key >= 0 && pv_str_equal(spans_bytes(text_of(m), &m->spans.all[other->key]),
                                            spans_bytes(text_of(m), &m->spans.all[like->key])))
            return other;
    }
    return other;
}

/* ---- values ---- */

static const char *const literals[] = {
    "null",
    "true",
    "0",
    "-0",
    "1",
    "5",
    "6",
    "-1",
    "1.0",
    "1e0",
    "1e400",
    "9007199254740993",
    "999999999999999999",
    "1000000000000000000",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "[]",
    "{}",
    "[[[[{\"a\":[]}]]]]",
    "{\"id\":1,\"id\":2}",
    "\"\"",
    "\" \"",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "\"\\ud83d\\ude00\"",
    "\"\xc3\xa9\"",
    "\"\xff\"",
    "\"\\u007f\xc2\x80\"",
    "\"2024-02-24T18:00:00Z\"",
    "\"0001-01-01T00:00:00Z\"",
    "\"9999-12-31T23:59:59.999999Z\"",
    "\"https://a/b\"",
    "\"a@b\"",
    "\"7ZZZZZZZZZZZZZZZZZZZZZZZZZ\"",
    "\"00000000000000000000000000\"",
    "\"00000000-0000-0000-0000-000000000001\"",
};

static bool replace_by_literal(struct mutation *m, const struct span *span)
{
    const char *literal = literals[gen_draw(m->g, sizeof literals / sizeof literals[0])];
    return splice(m, span->at, span->len, (struct pv_str){literal, strlen(literal)});
}

static bool replace_by_other(struct mutation *m, const struct span *span)
{
    const struct span *other = pick_like(m, span);
    return other != NULL && splice(m, span->at, span->len, spans_bytes(text_of(m), other));
}

static const struct cat_field *field_named(struct pv_str key)
{
    for (int type = 0; type < PV_EVENT_TYPE_COUNT; type++)
        for (const struct cat_field *f = cat_event((enum pv_event_type)type)->fields; f->name != NULL; f++)
            if (str_is(key, f->name))
                return f;
    return NULL;
}

static bool replace_by_kind(struct mutation *m, const struct span *span)
{
    const struct cat_field *f =
        span->key < 0 ? NULL : field_named(spans_content(text_of(m), &m->spans.all[span->key]));
    enum cat_kind kind = f != NULL ? f->kind : (enum cat_kind)gen_draw(m->g, CAT_RATING + 1);
    struct pv_str value = gen_draw(m->g, 3) > 0 ? value_good(m->g, &m->bag, kind, gen_draw(m->g, 30))
                                                : value_odd(m->g, &m->bag, kind);
    struct buf json = {0};
    if (kind == CAT_RATING)
        buf_add(&json, value.ptr, value.len);
    else
        mutate_quote(value, &json);
    bool done = splice(m, span->at, span->len, (struct pv_str){json.bytes, json.len});
    buf_free(&json);
    return done;
}

/* One byte of it, to a neighbour, or another digit or letter. */
static bool nudge(struct mutation *m, const struct span *span)
{
    static const char others[] = "0123456789abzABZ.-+eTZ:@/ \"\\,{}[]\t\x7f\xc3\xff";
    if (span->len == 0)
        return false;
    char *byte = &m->bytes[span->at + gen_draw(m->g, (uint32_t)span->len)];
    uint32_t how = gen_draw(m->g, 3);
    *byte = how == 0   ? (char)(*byte + 1)
            : how == 1 ? (char)(*byte - 1)
                       : others[gen_draw(m->g, sizeof others - 1)];
    return true;
}

/* One character written as \u00xx: the same text for whoever unescapes. */
static bool escape(struct mutation *m, const struct span *span)
{
    char escaped[8];
    struct pv_str content = spans_content(text_of(m), span);
    if (!span->is_text || content.len == 0)
        return false;
    size_t at = gen_draw(m->g, (uint32_t)content.len);
    unsigned char byte = (unsigned char)content.ptr[at];
    if (byte >= 0x80 || byte == '\\')
        return false;
    snprintf(escaped, sizeof escaped, gen_draw(m->g, 2) ? "\\u%04x" : "\\u%04X", byte);
    return splice(m, span->at + 1 + at, 1, (struct pv_str){escaped, 6});
}

/* One character more, or one less. */
static bool resize(struct mutation *m, const struct span *span)
{
    struct pv_str content = spans_content(text_of(m), span);
    if (content.len == 0)
        return false;
    size_t at = (size_t)(content.ptr - m->bytes) + gen_draw(m->g, (uint32_t)content.len);
    struct pv_str again = {m->bytes + at, gen_draw(m->g, 2) ? 2 : 0};
    return at + again.len <= m->len && splice(m, at, 1, again);
}

static bool change_value(struct mutation *m)
{
    static bool (*const ways[])(struct mutation *, const struct span *) = {replace_by_literal,
                                                                           replace_by_other,
                                                                           replace_by_other,
                                                                           replace_by_kind,
                                                                           replace_by_kind,
                                                                           nudge,
                                                                           nudge,
                                                                           escape,
                                                                           resize};
    const struct span *span = pick(m, false);
    return span != NULL && ways[gen_draw(m->g, sizeof ways / sizeof ways[0])](m, span);
}

/* ---- members ---- */

/* From the key to the end of its value. */
static bool member_of(const struct mutation *m, const struct span *value, size_t *at, size_t *len)
{
    if (value == NULL || value->key < 0)
        return false;
    *at = m->spans.all[value->key].at;
    *len = value->at + value->len - *at;
    return true;
}

static bool drop_member(struct mutation *m)
{
    size_t at, len;
    if (!member_of(m, pick(m, false), &at, &len))
        return false;
    if (at + len < m->len && m->bytes[at + len] == ',')
        len++;
    else if (at > 0 && m->bytes[at - 1] == ',')
        at--, len++;
    return splice(m, at, len, (struct pv_str){NULL, 0});
}

/* A copy of a member of any object behind one of any object. */
static bool copy_member(struct mutation *m)
{
    size_t at, len, to, to_len;
    if (!member_of(m, pick(m, false), &at, &len) || !member_of(m, pick(m, false), &to, &to_len) || len > 2000)
        return false;
    struct buf member = {0};
    buf_str(&member, ",");
    buf_add(&member, m->bytes + at, len);
    bool done = splice(m, to + to_len, 0, (struct pv_str){member.bytes, member.len});
    buf_free(&member);
    return done;
}

static bool rename_member(struct mutation *m)
{
    static const char *const names[] = {"id",     "type", "data",     "stream",     "number",      "created",
                                        "name",   "url",  "position", "metadata",   "description", "email",
                                        "rating", "",     "voter_id", "caption",    "ballots",     "voters",
                                        "x",      "cast", "version",  "candidates", "ratings",     "deleted"};
    const struct span *key = pick(m, true), *other = pick(m, true);
    if (key == NULL || other == NULL)
        return false;
    if (gen_draw(m->g, 2) == 0)
        return gen_draw(m->g, 2) == 0 ? escape(m, key)
                                      : splice(m, key->at, key->len, spans_bytes(text_of(m), other));
    const char *name = names[gen_draw(m->g, sizeof names / sizeof names[0])];
    return splice(m, key->at + 1, key->len - 2, (struct pv_str){name, strlen(name)});
}

static bool add_space(struct mutation *m)
{
    static const char *const spaces[] = {" ", "\t", "\r", "  ", " \t\r", "\n", "\v", "\xef\xbb\xbf"};
    const struct span *span = pick(m, gen_draw(m->g, 2) == 1);
    if (span == NULL)
        return false;
    const char *space = spaces[gen_draw(m->g, gen_draw(m->g, 8) == 0 ? 8 : 5)];
    return splice(m, span->at + (gen_draw(m->g, 2) ? span->len : 0), 0,
                  (struct pv_str){space, strlen(space)});
}

/* ---- one change ---- */

static bool change_json(struct mutation *m)
{
    switch (gen_draw(m->g, 10)) {
    case 0:
        return drop_member(m);
    case 1:
        return copy_member(m);
    case 2:
        return rename_member(m);
    case 3:
        return add_space(m);
    default:
        return change_value(m);
    }
}

size_t mutate(uint8_t *data, size_t size, size_t max, uint64_t seed)
{
    static struct gen g;
    static struct mutation m;
    gen_from_seed(&g, seed);
    m.g = &g;
    m.bytes = (char *)data;
    m.len = size;
    m.max = max;
    m.bag = (struct bag){0};
    bool has_records = mutate_has_lines(&m), has_lines = has_records || mutate_has_requests(&m);
    for (uint32_t n = 1 + gen_draw(&g, 3), tries = 0; n > 0 && tries < TRIES; tries++) {
        spans_find(text_of(&m), &m.spans);
        n -= has_lines && gen_draw(&g, 2) == 0 ? mutate_lines(&m) : change_json(&m);
    }
    if (has_records && gen_draw(&g, 3) > 0)
        mutate_renumber(&m);
    bag_free(&m.bag);
    if (m.len == 0 && max > 0)
        m.bytes[m.len++] = '{';
    return m.len;
}
