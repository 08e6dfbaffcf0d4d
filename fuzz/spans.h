/* Where keys and values stand in a text that is JSON as a rule: found in one pass that never fails. */
#ifndef PV_FUZZ_SPANS_H
#define PV_FUZZ_SPANS_H

#include "base.h"

enum { SPANS_MAX = 2048, SPANS_DEPTH = 64 };

struct span {
    size_t at, len;
    int key; /* the span of a value's key; -1: it has none */
    bool is_key;
    bool is_text; /* in quotes */
};
struct spans {
    struct span all[SPANS_MAX];
    int count;
};

/* Beyond the limits nothing is noted. A container that is not closed reaches to the end. */
void spans_find(struct pv_str text, struct spans *spans);

/* The bytes of a span; without its quotes if it has any. */
struct pv_str spans_bytes(struct pv_str text, const struct span *span);
struct pv_str spans_content(struct pv_str text, const struct span *span);
/* Whether the span is a value whose key is spelled so. */
bool spans_has_key(struct pv_str text, const struct spans *spans, const struct span *span, const char *key);

#endif
