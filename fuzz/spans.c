#include "spans.h"

#include <string.h>

struct finder {
    const char *bytes;
    size_t at, len;
    struct spans *spans;
    int key; /* the last key whose value has not come yet, or -1 */
    int open[SPANS_DEPTH];
    int depth;
};

static int add(struct finder *f, size_t at, size_t len)
{
    struct spans *spans = f->spans;
    if (spans->count == SPANS_MAX)
        return -1;
    spans->all[spans->count] = (struct span){.at = at, .len = len, .key = f->key};
    f->key = -1;
    return spans->count++;
}

static bool is_one_of(char c, const char *among)
{
    return c != '\0' && strchr(among, c) != NULL;
}

static size_t pass_space(const struct finder *f, size_t at)
{
    while (at < f->len && is_one_of(f->bytes[at], " \t\r\n"))
        at++;
    return at;
}

static void text(struct finder *f)
{
    size_t start = f->at++;
    while (f->at < f->len && f->bytes[f->at] != '"' && f->bytes[f->at] != '\n')
        f->at += f->bytes[f->at] == '\\' && f->at + 1 < f->len ? 2 : 1;
    f->at += f->at < f->len && f->bytes[f->at] == '"';
    size_t after = pass_space(f, f->at);
    int added = add(f, start, f->at - start);
    if (added < 0)
        return;
    struct span *span = &f->spans->all[added];
    span->is_text = span->len >= 2;
    span->is_key = span->is_text && after < f->len && f->bytes[after] == ':';
    if (span->is_key)
        f->key = added;
}

static void plain(struct finder *f)
{
    size_t start = f->at;
    while (f->at < f->len && !is_one_of(f->bytes[f->at], " \t\r\n,:\"{}[]"))
        f->at++;
    (void)add(f, start, f->at - start);
}

static void open_container(struct finder *f)
{
    int added = add(f, f->at, f->len - f->at);
    f->at++;
    if (f->depth < SPANS_DEPTH)
        f->open[f->depth] = added;
    f->depth++;
}

static void close_container(struct finder *f)
{
    f->at++;
    f->key = -1;
    if (f->depth == 0)
        return;
    f->depth--;
    if (f->depth < SPANS_DEPTH && f->open[f->depth] >= 0) {
        struct span *span = &f->spans->all[f->open[f->depth]];
        span->len = f->at - span->at;
    }
}

void spans_find(struct pv_str in, struct spans *spans)
{
    struct finder f = {.bytes = in.ptr, .len = in.len, .spans = spans, .key = -1};
    spans->count = 0;
    while (f.at < f.len) {
        char c = f.bytes[f.at];
        if (c == '"')
            text(&f);
        else if (c == '{' || c == '[')
            open_container(&f);
        else if (c == '}' || c == ']')
            close_container(&f);
        else if (is_one_of(c, " \t\r\n,:"))
            f.at++;
        else
            plain(&f);
    }
}

struct pv_str spans_bytes(struct pv_str in, const struct span *span)
{
    return (struct pv_str){in.ptr + span->at, span->len};
}

struct pv_str spans_content(struct pv_str in, const struct span *span)
{
    size_t quote = span->is_text ? 1 : 0;
    return (struct pv_str){in.ptr + span->at + quote, span->len - 2 * quote};
}

bool spans_has_key(struct pv_str in, const struct spans *spans, const struct span *span, const char *key)
{
    if (span->key < 0)
        return false;
    struct pv_str bytes = spans_content(in, &spans->all[span->key]);
    return bytes.len == strlen(key) && memcmp(bytes.ptr, key, bytes.len) == 0;
}
