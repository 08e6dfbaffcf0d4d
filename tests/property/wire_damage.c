#include "wire.h"

#include <string.h>

/* JSON that is sound and says nothing: the value of an unlisted member. */
static const char *const sound[] = {
    "1",
    "null",
    "true",
    "\"x\"",
    "{}",
    "[]",
    "-0",
    "-0.0",
    "1e999",
    "1E-9",
    "0.5e+3",
    "123456789012345678901234567890",
    "{\"id\":1,\"id\":2}",
    "[[],{},[{\"name\":null}],\"\\u0000\"]",
    "\"\\ud83d\\ude00\\/\\b\\f\"",
    "\"\xF4\x8F\xBF\xBF\"",
    "\"\\uDBFF\\uDFFF\"",
    "\"\x7F\xC2\x80\xEF\xBF\xBE\"",
    "[\"\xED\x9F\xBF\xEE\x80\x80\"]",
};

static const char *const bad_text[] = {
    "\"\xFF\"",
    "\"\x80\"",
    "\"\xC0\x80\"",
    "\"\xC1\xBF\"",
    "\"\xE0\x9F\xBF\"",
    "\"\xED\xA0\x80\"",
    "\"\xED\xBF\xBF\"",
    "\"\xF0\x8F\xBF\xBF\"",
    "\"\xF4\x90\x80\x80\"",
    "\"\xF5\x80\x80\x80\"",
    "\"\xC3\"",
    "\"\xE2\x82\"",
    "\"\xF0\x9F\x98\"",
    "\"\xE2\x82q\"",
    "\"\\ud800\"",
    "\"\\udc00\"",
    "\"\\ud800x\"",
    "\"\\ud800\\n\"",
    "\"\\udbff\\ud800\"",
    "\"\\udc00\\ud800\"",
    "\"\\uD800\\u0041\"",
    "[\"a\",{\"b\":\"\\uDFFF\"}]",
    "{\"\xFE\":1}",
    "{\"\\ud834\":1}",
    "[[\"\xC3(\"]]",
};

static const char *const bad_grammar[] = {
    "",
    "tru",
    "nul",
    "NaN",
    "Infinity",
    "+1",
    "01",
    "-",
    "-01",
    "1.",
    ".5",
    "1e",
    "1e+",
    "1.e1",
    "0x1",
    "'x'",
    "\"",
    "\"\\\"",
    "\"\\x\"",
    "\"\\u12\"",
    "\"\\u12G4\"",
    "\"\\U0041\"",
    "[",
    "[1",
    "[1,]",
    "[,1]",
    "{",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\":1,}",
    "{a:1}",
    "{1:1}",
    "]",
    "}",
    "[}",
    "{]",
    "1 2",
    "\"a\"\"b\"",
    "[1 2]",
    "\"\x01\"",
    "\"\t\"",
    "\"\x1F\"",
    "True",
    "nullx",
    "--1",
    "1-",
    "/**/1",
    "1//",
    "\xC2\xA0"
    "1",
    "\x0B"
    "1",
    "\x0C"
    "1",
    "[\"\x02\"]",
    "{\"a\":1 \"b\":2}",
    "{\"a\" 1}",
    "{\"a\"::1}",
    "{null:1}",
};

/* No objects, though JSON. */
static const char *const no_object[] = {"null", "[]",     "\"\"",     "0",     "true",
                                        "[{}]", "\"{}\"", " [1, 2] ", "-1.5e3"};

#define COUNT(table) ((uint32_t)(sizeof(table) / sizeof((table)[0])))

/* `levels` arrays around nothing. */
static struct pv_str nest(struct bag *bag, unsigned levels, bool objects)
{
    struct buf text = {0};
    for (unsigned i = 0; i < levels; i++)
        buf_str(&text, objects ? "{\"\":" : "[");
    if (objects)
        buf_str(&text, "7");
    for (unsigned i = 0; i < levels; i++)
        buf_str(&text, objects ? "}" : "]");
    struct pv_str copy = bag_copy(bag, text.bytes, text.len);
    buf_free(&text);
    return copy;
}

static void insert_at(struct gen *g, struct wire *wire, struct pv_str key, struct pv_primitive value)
{
    if (wire->count == WIRE_MEMBERS_MAX)
        return;
    size_t at = wire->count - gen_draw(g, (uint32_t)wire->count + 1);
    memmove(&wire->members[at + 1], &wire->members[at], (wire->count - at) * sizeof wire->members[0]);
    wire->members[at] = (struct wire_member){key, value};
    wire->count++;
}

/* Names that look like listed ones, and any others. */
static struct pv_str unlisted_key(struct gen *g, struct bag *bag)
{
    static const char *const keys[] = {"note",       "",        "Id",  "ID",       "election_id ",
                                       "names",      "ratings", "$id", "\xC3\xA9", "election-id",
                                       "descriptio", "\"",      "\\",  "image"};
    return bag_str(bag, keys[gen_draw(g, COUNT(keys))]);
}

void wire_add_unlisted(struct gen *g, struct wire *wire, struct bag *bag)
{
    uint32_t kind = gen_draw(g, COUNT(sound) + 2);
    struct pv_str value = kind < COUNT(sound)
                              ? bag_str(bag, sound[kind])
                              : nest(bag, 63, kind == COUNT(sound)); /* the object itself is level 1 of 64 */
    struct pv_str key = unlisted_key(g, bag);
    insert_at(g, wire, key, wire_other(value));
}

void wire_add_damage(struct gen *g, struct wire *wire, struct bag *bag)
{
    struct pv_str key = unlisted_key(g, bag);
    static const uint32_t weights[] = {5, 4, 1, 1};
    bool objects;
    switch (gen_weighted(g, weights, 4)) {
    case 0:
        wire->damage = WIRE_TEXT_FAULT;
        insert_at(g, wire, key, wire_other(bag_str(bag, bad_text[gen_draw(g, COUNT(bad_text))])));
        break;
    case 1:
        wire->damage = WIRE_GRAMMAR;
        wire->broken = gen_draw(g, 6);
        if (wire->broken == 0)
            insert_at(g, wire, key, wire_other(bag_str(bag, bad_grammar[gen_draw(g, COUNT(bad_grammar))])));
        break;
    case 2:
        wire->damage = WIRE_TOO_DEEP;
        objects =
            gen_draw(g, 2) == 1; /* a statement of its own: compilers differ in the order of arguments */
        insert_at(g, wire, key, wire_other(nest(bag, 64 + gen_draw(g, 3), objects)));
        break;
    default:
        wire->damage = WIRE_NO_OBJECT;
        wire->instead = bag_str(bag, no_object[gen_draw(g, COUNT(no_object))]);
        break;
    }
}
