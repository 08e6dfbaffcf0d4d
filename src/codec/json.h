/* A strict JSON scanner over a text in memory: RFC 8259's grammar and nothing beside it, no recursion, no allocation.
   Text faults inside strings (bytes that are no UTF-8, unpaired surrogates) are told apart from faults of grammar,
   because F1 answers them differently. Internal to the codec. */
#ifndef PV_JSON_H
#define PV_JSON_H

#include "event.h"

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

/* What a scan found wrong, the gravest first. */
enum pv_json_fault {
    PV_JSON_SOUND = 0,
    PV_JSON_GRAMMAR,   /* not JSON */
    PV_JSON_TOO_DEEP,  /* JSON, but nested deeper than PV_JSON_DEPTH_MAX */
    PV_JSON_UTF8,      /* JSON, but a string has bytes that are no UTF-8 */
    PV_JSON_SURROGATE, /* JSON, but a string has half a surrogate pair */
};
const char *pv_json_fault_text(enum pv_json_fault fault);

/* A value that has been passed over. */
struct pv_json_value {
    enum pv_json_kind kind;
    struct pv_str raw;   /* its bytes, from the first to the last; a string's with the quotes */
    bool escaped;        /* a string with a backslash in it */
    bool is_integer;     /* a number without fraction and exponent */
    enum pv_json_fault fault; /* TOO_DEEP, UTF8 or SURROGATE somewhere in it; SOUND otherwise */
    size_t fault_at;     /* offset in the text, for the sentence */
};

/* One bit a level for whatever nests deeper than a machine word: grammar must be checked to the end even where the
   depth is already too much. Sized for the longest line; allocated once by whoever scans. */
struct pv_json_stack {
    uint64_t *bits;
    size_t levels;
};

struct pv_json {
    const char *start, *at, *end;
    struct pv_json_stack *stack; /* NULL: nesting beyond PV_JSON_DEPTH_MAX is PV_JSON_TOO_DEEP at once */
};

/* Passes over white space. */
void pv_json_skip_space(struct pv_json *json);
/* Passes over one value of any kind at json->at, whose depth is `depth` (1 for the outermost). False for a fault of
   grammar; then json->at is where. Faults of text or depth are in value->fault, and the scan goes on. */
bool pv_json_value(struct pv_json *json, unsigned depth, struct pv_json_value *value) PV_MUST_USE;
/* Passes over one string; as above. */
bool pv_json_string(struct pv_json *json, struct pv_json_value *value) PV_MUST_USE;

/* The content of a sound string: without escapes it is the bytes between the quotes, else it is unescaped into
   scratch (which must hold raw.len bytes) and *used grows by its length. */
struct pv_str pv_json_unescape(const struct pv_json_value *string, char *scratch, size_t *used);
/* The value of an integer, clamped to int64_t's range; -0 is 0. */
int64_t pv_json_integer(const struct pv_json_value *number);

#endif
