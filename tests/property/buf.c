#include "buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *must(void *block)
{
    if (block == NULL)
        abort();
    return block;
}

void buf_add(struct buf *buf, const char *bytes, size_t len)
{
    if (buf->len + len > buf->capacity) {
        buf->capacity = (buf->len + len) * 2 + 64;
        buf->bytes = must(realloc(buf->bytes, buf->capacity));
    }
    if (len > 0)
        memcpy(buf->bytes + buf->len, bytes, len);
    buf->len += len;
}

void buf_str(struct buf *buf, const char *text)
{
    buf_add(buf, text, strlen(text));
}

void buf_format(struct buf *buf, const char *format, ...)
{
    char line[512];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (len < 0 || (size_t)len >= sizeof line)
        abort();
    buf_add(buf, line, (size_t)len);
}

bool buf_equal(const struct buf *a, const struct buf *b)
{
    return a->len == b->len && (a->len == 0 || memcmp(a->bytes, b->bytes, a->len) == 0);
}

void buf_free(struct buf *buf)
{
    free(buf->bytes);
    *buf = (struct buf){0};
}

struct bag_node {
    struct bag_node *next;
    char *bytes;
};

char *bag_alloc(struct bag *bag, size_t len)
{
    struct bag_node *node = must(malloc(sizeof *node));
    node->bytes = must(malloc(len > 0 ? len : 1));
    node->next = bag->first;
    bag->first = node;
    return node->bytes;
}

struct pv_str bag_copy(struct bag *bag, const char *bytes, size_t len)
{
    char *copy = bag_alloc(bag, len);
    if (len > 0)
        memcpy(copy, bytes, len);
    return (struct pv_str){copy, len};
}

struct pv_str bag_str(struct bag *bag, const char *text)
{
    return bag_copy(bag, text, strlen(text));
}

void bag_free(struct bag *bag)
{
    while (bag->first != NULL) {
        struct bag_node *node = bag->first;
        bag->first = node->next;
        free(node->bytes);
        free(node);
    }
}

bool str_is(struct pv_str text, const char *literal)
{
    return text.len == strlen(literal) && (text.len == 0 || memcmp(text.ptr, literal, text.len) == 0);
}
