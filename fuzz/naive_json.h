/* A strict JSON parser (RFC 8259) of the plainest kind, the opponent of the codec's scanner: it shares no
   code with it, looks at one byte at a time and builds a tree. */
#ifndef PV_FUZZ_NAIVE_JSON_H
#define PV_FUZZ_NAIVE_JSON_H

#include "kit.h"

enum naive_kind {
    NAIVE_NULL,
    NAIVE_TRUE,
    NAIVE_FALSE,
    NAIVE_NUMBER,
    NAIVE_STRING,
    NAIVE_ARRAY,
    NAIVE_OBJECT
};

struct naive {
    enum naive_kind kind;
    struct pv_str raw;  /* its bytes, a string's with the quotes */
    struct pv_str text; /* a string's content, unescaped */
    struct pv_str key;  /* of a member, unescaped */
    bool bad_key;       /* the key is not UTF-8, or has half a surrogate pair */
    bool bad_text;      /* the same of a string in it, or of a key of one of its members, at any level */
    bool is_integer;    /* a number without fraction and exponent */
    unsigned levels;    /* of nesting: 0 for what holds nothing */
    struct naive *parent, *first, *last, *next;
};

/* The tree of a text that is one value with white space around it, or NULL. Borrows the text; the rest goes
   to the bag. */
struct naive *naive_parse(struct pv_str text, struct bag *bag);

/* The node that follows in the order of the text, or NULL behind the last of `root`. */
const struct naive *naive_next(const struct naive *node, const struct naive *root);

/* Whether the guard before cJSON must let it through: sound texts without U+0000, no key twice, at most so
   many levels. NULL is no JSON. */
bool naive_is_guarded(const struct naive *root, unsigned depth);
/* The first member of that name, or NULL; of an object. */
const struct naive *naive_member(const struct naive *object, const char *key);

#endif
