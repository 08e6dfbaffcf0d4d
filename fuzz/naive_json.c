#include "naive_json.h"

#include <string.h>

struct parser {
    const char *at, *end;
    struct bag *bag;
    struct naive *root, *open; /* the innermost container that is not closed */
    bool after_comma;
};

static bool stands(const struct parser *p, char c)
{
    return p->at < p->end && *p->at == c;
}

static void skip_space(struct parser *p)
{
    while (stands(p, ' ') || stands(p, '\t') || stands(p, '\n') || stands(p, '\r'))
        p->at++;
}

/* ---- strings ---- */

static int hex4(const struct parser *p, const char *at)
{
    static const char digits[] = "00112233445566778899aAbBcCdDeEfF";
    int unit = 0;
    for (int i = 0; i < 4; i++) {
        const char *digit = at + i < p->end && at[i] != '\0' ? strchr(digits, at[i]) : NULL;
        if (digit == NULL)
            return -1;
        unit = unit * 16 + (int)(digit - digits) / 2;
    }
    return unit;
}

static size_t encode(unsigned long point, char *out)
{
    size_t len = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    static const unsigned long marks[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = len; i-- > 1; point >>= 6)
        out[i] = (char)(0x80 | (point & 0x3F));
    out[0] = (char)(marks[len] | point);
    return len;
}

/* Behind `\u`. */
static bool unicode(struct parser *p, char *out, size_t *len, bool *bad)
{
    int unit = hex4(p, p->at);
    if (unit < 0)
        return false;
    p->at += 4;
    unsigned long point = (unsigned long)unit;
    bool high = unit >> 10 == 0xD800 >> 10;
    int low = high && p->end - p->at >= 2 && p->at[0] == '\\' && p->at[1] == 'u' ? hex4(p, p->at + 2) : -1;
    if (low >> 10 == 0xDC00 >> 10) {
        p->at += 6;
        point = 0x10000 + ((point & 0x3FF) << 10 | ((unsigned long)low & 0x3FF));
    } else if (unit >> 11 == 0xD800 >> 11) {
        *bad = true;
    }
    *len += encode(point, out + *len);
    return true;
}

static bool escape(struct parser *p, char *out, size_t *len, bool *bad)
{
    static const char names[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
    p->at++;
    if (stands(p, 'u')) {
        p->at++;
        return unicode(p, out, len, bad);
    }
    const char *name = p->at < p->end && *p->at != '\0' ? strchr(names, *p->at) : NULL;
    if (name == NULL)
        return false;
    out[(*len)++] = means[name - names];
    p->at++;
    return true;
}

static bool string(struct parser *p, struct pv_str *text, bool *bad)
{
    const char *start = ++p->at;
    const char *quote = start;
    while (quote < p->end && *quote != '"')
        quote += *quote == '\\' ? 2 : 1;
    if (quote >= p->end)
        return false;
    char *out = bag_alloc(p->bag, (size_t)(quote - start));
    size_t len = 0;
    while (p->at < quote) {
        bool escaped = *p->at == '\\';
        if ((unsigned char)*p->at < 0x20 || (escaped && !escape(p, out, &len, bad)))
            return false;
        if (!escaped)
            out[len++] = *p->at++;
    }
    p->at = quote + 1;
    for (const char *at = start; at < quote; at++) {
        size_t step = kit_utf8(at, (size_t)(quote - at));
        *bad = *bad || step == 0;
        at += step > 1 ? step - 1 : 0;
    }
    *text = (struct pv_str){out, len};
    return true;
}

/* ---- numbers and words ---- */

static size_t digits(struct parser *p)
{
    const char *start = p->at;
    while (p->at < p->end && *p->at >= '0' && *p->at <= '9')
        p->at++;
    return (size_t)(p->at - start);
}

static bool number(struct parser *p, struct naive *node)
{
    node->is_integer = true;
    if (stands(p, '-'))
        p->at++;
    bool zero = stands(p, '0');
    size_t count = digits(p);
    if (count == 0 || (zero && count > 1))
        return false;
    if (stands(p, '.')) {
        node->is_integer = false;
        p->at++;
        if (digits(p) == 0)
            return false;
    }
    if (stands(p, 'e') || stands(p, 'E')) {
        node->is_integer = false;
        p->at++;
        if (stands(p, '+') || stands(p, '-'))
            p->at++;
        if (digits(p) == 0)
            return false;
    }
    return true;
}

static bool word(struct parser *p, const char *text)
{
    for (; *text != '\0'; text++) {
        if (!stands(p, *text))
            return false;
        p->at++;
    }
    return true;
}

/* ---- values ---- */

static struct naive *add_node(struct parser *p)
{
    struct naive *node = (struct naive *)(void *)bag_alloc(p->bag, sizeof *node);
    memset(node, 0, sizeof *node);
    node->parent = p->open;
    if (p->open == NULL)
        p->root = node;
    else if (p->open->last != NULL)
        p->open->last->next = node;
    else
        p->open->first = node;
    if (p->open != NULL)
        p->open->last = node;
    return node;
}

static bool scalar(struct parser *p, struct naive *node)
{
    static const char *const words[] = {
        [NAIVE_NULL] = "null", [NAIVE_TRUE] = "true", [NAIVE_FALSE] = "false"};
    if (stands(p, '"')) {
        node->kind = NAIVE_STRING;
        return string(p, &node->text, &node->bad_text);
    }
    if (stands(p, '-') || (p->at < p->end && *p->at >= '0' && *p->at <= '9')) {
        node->kind = NAIVE_NUMBER;
        return number(p, node);
    }
    node->kind = stands(p, 't') ? NAIVE_TRUE : stands(p, 'f') ? NAIVE_FALSE : NAIVE_NULL;
    return word(p, words[node->kind]);
}

/* What a child that is whole says of its parent. */
static void end_node(struct naive *node)
{
    struct naive *parent = node->parent;
    if (parent == NULL)
        return;
    parent->bad_text = parent->bad_text || node->bad_text || node->bad_key;
    if (parent->levels < node->levels + 1)
        parent->levels = node->levels + 1;
}

static bool value(struct parser *p, struct naive *node)
{
    const char *start = p->at;
    node->raw.ptr = start;
    if (stands(p, '{') || stands(p, '[')) {
        node->kind = *p->at++ == '{' ? NAIVE_OBJECT : NAIVE_ARRAY;
        node->levels = 1;
        p->open = node;
        return true;
    }
    if (!scalar(p, node))
        return false;
    node->raw.len = (size_t)(p->at - start);
    end_node(node);
    return true;
}

static bool member(struct parser *p, struct naive *node)
{
    if (!stands(p, '"') || !string(p, &node->key, &node->bad_key))
        return false;
    skip_space(p);
    if (!stands(p, ':'))
        return false;
    p->at++;
    skip_space(p);
    return value(p, node);
}

static void close_container(struct parser *p)
{
    struct naive *node = p->open;
    p->at++;
    node->raw.len = (size_t)(p->at - node->raw.ptr);
    p->open = node->parent;
    end_node(node);
}

/* One step inside the innermost container: closes it, passes a comma, or begins an item. */
static bool step(struct parser *p)
{
    bool object = p->open->kind == NAIVE_OBJECT;
    skip_space(p);
    if (stands(p, object ? '}' : ']') && !p->after_comma) {
        close_container(p);
        return true;
    }
    if (p->open->first != NULL && !p->after_comma) {
        if (!stands(p, ','))
            return false;
        p->at++;
        p->after_comma = true;
        return true;
    }
    p->after_comma = false;
    struct naive *node = add_node(p);
    return object ? member(p, node) : value(p, node);
}

struct naive *naive_parse(struct pv_str text, struct bag *bag)
{
    struct parser p = {.at = text.ptr, .end = text.ptr + text.len, .bag = bag};
    skip_space(&p);
    if (p.at == p.end || !value(&p, add_node(&p)))
        return NULL;
    while (p.open != NULL)
        if (!step(&p))
            return NULL;
    skip_space(&p);
    return p.at == p.end ? p.root : NULL;
}

const struct naive *naive_next(const struct naive *node, const struct naive *root)
{
    if (node->first != NULL)
        return node->first;
    while (node != root && node->next == NULL)
        node = node->parent;
    return node == root ? NULL : node->next;
}

/* ---- what may come before cJSON ---- */

/* The members up to a key of the same name, or NULL. */
static const struct naive *same_key_before(const struct naive *node)
{
    if (node->parent == NULL || node->parent->kind != NAIVE_OBJECT)
        return NULL;
    for (const struct naive *other = node->parent->first; other != node; other = other->next)
        if (pv_str_equal(other->key, node->key))
            return other;
    return NULL;
}

static bool has_nul(struct pv_str text)
{
    return text.len > 0 && memchr(text.ptr, '\0', text.len) != NULL;
}

bool naive_is_guarded(const struct naive *root, unsigned depth)
{
    if (root == NULL || root->bad_text || root->levels > depth)
        return false;
    for (const struct naive *node = root; node != NULL; node = naive_next(node, root))
        if (same_key_before(node) != NULL || has_nul(node->key) ||
            (node->kind == NAIVE_STRING && has_nul(node->text)))
            return false;
    return true;
}

const struct naive *naive_member(const struct naive *object, const char *key)
{
    for (const struct naive *node = object->first; node != NULL; node = node->next)
        if (str_is(node->key, key))
            return node;
    return NULL;
}
