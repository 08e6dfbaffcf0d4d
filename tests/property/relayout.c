#include "relayout.h"

#include <string.h>

/* Where the value or key that begins at `at` ends: behind its last byte. Strings are passed over whole,
   brackets are counted. */
static size_t end_of(struct pv_str json, size_t at)
{
    size_t depth = 0;
    bool string = false;
    for (; at < json.len; at++) {
        char c = json.ptr[at];
        if (string && c == '\\') {
            at++;
        } else if (c == '"') {
            string = !string;
            if (!string && depth == 0)
                return at + 1;
        } else if (!string && (c == '{' || c == '[')) {
            depth++;
        } else if (!string && depth > 0 && (c == '}' || c == ']')) {
            if (--depth == 0)
                return at + 1;
        } else if (!string && depth == 0 && (c == ',' || c == '}' || c == ']')) {
            return at;
        }
    }
    return at;
}

enum { PARTS_MAX = 512, DEPTH_MAX = 8 };

/* How all objects of a document are laid out: drawn once. */
struct layout {
    bool backwards, more;
    const char *space;
};

/* The members of an object or the elements of an array, in place. */
static size_t split(struct pv_str json, struct pv_str parts[PARTS_MAX])
{
    size_t count = 0, at = 1;
    bool object = json.ptr[0] == '{';
    while (at < json.len - 1 && count < PARTS_MAX) {
        size_t end = object ? end_of(json, end_of(json, at) + 1) : end_of(json, at);
        parts[count++] = (struct pv_str){json.ptr + at, end - at};
        at = end + 1;
    }
    return count;
}

static void put(const struct layout *layout, struct pv_str json, unsigned depth, struct buf *out);

static void put_part(const struct layout *layout, struct pv_str part, bool object, unsigned depth,
                     struct buf *out)
{
    size_t key = object ? end_of(part, 0) + 1 : 0;
    buf_add(out, part.ptr, key);
    buf_str(out, layout->space);
    put(layout, (struct pv_str){part.ptr + key, part.len - key}, depth + 1, out);
}

/* Ratings are keyed by ids: nothing may stand among those but ratings. */
static bool takes_more(struct pv_str object)
{
    static const char id[] = "{\"id\":";
    return object.len > sizeof id && memcmp(object.ptr, id, sizeof id - 1) == 0;
}

static void put(const struct layout *layout, struct pv_str json, unsigned depth, struct buf *out)
{
    bool object = json.ptr[0] == '{';
    if ((!object && json.ptr[0] != '[') || depth == DEPTH_MAX) {
        buf_add(out, json.ptr, json.len);
        return;
    }
    struct pv_str parts[PARTS_MAX];
    size_t count = split(json, parts);
    buf_add(out, json.ptr, 1);
    for (size_t i = 0; i < count; i++) {
        buf_str(out, i > 0 ? "," : "");
        buf_str(out, layout->space);
        put_part(layout, parts[object && layout->backwards ? count - 1 - i : i], object, depth, out);
    }
    if (object && layout->more && takes_more(json))
        buf_str(out, ",\"_etag\":\"\\u0041\",\"Deleted\":[{\"id\":null}]");
    buf_str(out, layout->space);
    buf_str(out, object ? "}" : "]");
}

void relayout(struct gen *g, struct pv_str json, struct buf *out)
{
    static const char *const spaces[] = {"", " ", "\n  ", "\t\r\n"};
    struct layout layout = {.backwards = gen_draw(g, 2) == 1, .more = gen_draw(g, 2) == 1};
    layout.space = spaces[gen_draw(g, 4)];
    put(&layout, json, 0, out);
}
