/* A strict JSON scanner over a text in memory: RFC 8259's grammar and nothing beside it, no recursion, no
   allocation. Text faults inside strings (bytes that are no UTF-8, unpaired surrogates) are told apart from
   faults of grammar, because F1 answers them differently. Internal to the codec. */
#ifndef PV_JSON_H
#define PV_JSON_H

#include "base.h"

enum { PV_JSON_DEPTH_MAX = 64 };

enum pv_json_kind {
    PV_JSON_NULL,
    PV_JSON_TRUE,
    PV_JSON_FALSE,
    PV_JSON_NUMBER,
    PV_JSON_STRING,
    PV_JSON_ARRAY,
    PV_JSON_OBJECT,
};

/* What a scan found wrong. */
enum pv_json_fault {
    PV_JSON_SOUND = 0,
    PV_JSON_GRAMMAR,   /* not JSON */
    PV_JSON_TOO_DEEP,  /* nested deeper than PV_JSON_DEPTH_MAX */
    PV_JSON_UTF8,      /* a string has bytes that are no UTF-8 */
    PV_JSON_SURROGATE, /* a string has half a surrogate pair */
};
/* For a sentence: "it is nested too deep", ... */
const char *pv_json_fault_text(enum pv_json_fault fault);

/* A value that has been passed over. */
struct pv_json_value {
    uint8_t kind;    /* enum pv_json_kind */
    uint8_t fault;   /* enum pv_json_fault: the first one in it, but GRAMMAR only where the scan says false */
    bool escaped;    /* a string with a backslash in it */
    bool is_integer; /* a number without fraction and exponent */
    struct pv_str raw; /* its bytes, from the first to the last; a string's with the quotes */
    size_t fault_at;   /* the fault's offset in the text, for the sentence; meaningful where there is one */
};

/* One bit a level for whatever nests deeper than a machine word: grammar must be checked to the end even
   where the depth is already too much. Whoever scans allocates it once, with as many levels as the text has
   bytes. */
struct pv_json_stack {
    uint64_t *bits;
    size_t levels;
};

struct pv_json {
    const char *start, *at, *end;
    struct pv_json_stack
        *stack; /* NULL: nesting beyond PV_JSON_DEPTH_MAX ends the scan as a fault of grammar does */
};

struct pv_json pv_json_begin(struct pv_str text, struct pv_json_stack *stack);

/* Passes over white space. */
static inline void pv_json_skip_space(struct pv_json *json)
{
    const char *at = json->at;
    while (at < json->end && (unsigned char)*at <= ' ' &&
           (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r'))
        at++;
    json->at = at;
}

/* Passes over one value of any kind at json->at, whose depth is `depth` (1 for the outermost). False for a
   fault of grammar (or depth, without a stack); then value->fault and fault_at tell. Other faults of depth
   and text are in value->fault too, and the scan goes on. */
bool pv_json_value(struct pv_json *json, unsigned depth, struct pv_json_value *value) PV_MUST_USE;
/* Passes over the string at json->at; as above. */
bool pv_json_string(struct pv_json *json, struct pv_json_value *value) PV_MUST_USE;

enum pv_json_step { PV_JSON_MEMBER, PV_JSON_END, PV_JSON_BROKEN };
/* One step through an object whose `{` has been passed: MEMBER passes over the next key (and a comma before
   it, where it is not the first) and stands before its value, END has passed the `}`, BROKEN has a fault of
   grammar in *key. */
enum pv_json_step pv_json_next_member(struct pv_json *json, bool first,
                                      struct pv_json_value *key) PV_MUST_USE;

/* The content of a sound string: without escapes it is the bytes between the quotes, else it is unescaped
   into scratch + *used (room for raw.len bytes) and *used grows by its length. */
struct pv_str pv_json_unescape(const struct pv_json_value *string, char *scratch, size_t *used);
/* The value of an integer, clamped to int64_t's range; -0 is 0. */
int64_t pv_json_integer(const struct pv_json_value *number);
/* Whether a value is an integer from 0 to 2^63-1 (F1), and which. */
bool pv_json_natural(const struct pv_json_value *value, int64_t *natural);

#endif
