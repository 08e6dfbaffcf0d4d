/* Growing text for the tests' own writers, and a bag that owns bytes until the end of a case. Out of memory
   ends the process: these tests are not about that. */
#ifndef PV_BUF_H
#define PV_BUF_H

#include "base.h"

struct buf {
    char *bytes;
    size_t len, capacity;
};
void buf_add(struct buf *buf, const char *bytes, size_t len);
void buf_str(struct buf *buf, const char *text);
void buf_format(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool buf_equal(const struct buf *a, const struct buf *b);
void buf_free(struct buf *buf);

/* Each text is a block of exactly its size, so that a sanitizer sees one byte too many. */
struct bag_node;
struct bag {
    struct bag_node *first;
};
char *bag_alloc(struct bag *bag, size_t len);
struct pv_str bag_copy(struct bag *bag, const char *bytes, size_t len);
struct pv_str bag_str(struct bag *bag, const char *text);
void bag_free(struct bag *bag);

bool str_is(struct pv_str text, const char *literal);

#endif
