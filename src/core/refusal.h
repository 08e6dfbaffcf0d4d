/* A refusal: the code, the field it points at, and the offending value (D7). */
#ifndef PV_REFUSAL_H
#define PV_REFUSAL_H

#include "base.h"

enum pv_code {
    PV_CODE_NONE = 0,
#define PV_CODE(tag, name, kind, http, field, sentence) PV_##tag,
#include "codes.tbl.h"
#undef PV_CODE
    PV_CODE_COUNT
};

enum pv_field {
    PV_KEY_NONE = 0,
#define PV_NAME(tag, name) PV_KEY_##tag,
#include "fields.tbl.h"
#undef PV_NAME
    PV_KEY_COUNT
};

/* The kinds of D7; each but the stream codes has one HTTP status. */
enum pv_code_kind {
    PV_KIND_MALFORMED,
    PV_KIND_INVALID,
    PV_KIND_NOT_FOUND,
    PV_KIND_GONE,
    PV_KIND_CONFLICT,
    PV_KIND_STREAM
};

/* Wire name of a code or a field; NULL for NONE. Static strings. */
const char *pv_code_name(enum pv_code code);
const char *pv_field_name(enum pv_field field);
enum pv_code_kind pv_code_kind(enum pv_code code);
/* 0 for the stream codes, which no request can meet. */
int pv_code_http_status(enum pv_code code);

/* The offending value is kept as text, cut after this many bytes at a character's boundary. */
enum { PV_REFUSAL_VALUE_MAX = 120 };

struct pv_refusal {
    enum pv_code code;
    enum pv_field field;
    uint8_t value_len;
    bool value_cut;
    char value[PV_REFUSAL_VALUE_MAX];
};

/* Fills in a refusal; the value is copied. `why` must not be NULL. */
void pv_refusal_set(struct pv_refusal *why, enum pv_code code, enum pv_field field, struct pv_str value);
/* The field that D7 fixes for a code; PV_KEY_NONE where it depends on the case. */
enum pv_field pv_code_field(enum pv_code code);

/* Fill in a refusal and return PV_REFUSED: pv_refuse takes the field from D7's table, pv_refuse_field names
 * it. */
static inline enum pv_result pv_refuse_field(struct pv_refusal *why, enum pv_code code, enum pv_field field,
                                             struct pv_str value)
{
    pv_refusal_set(why, code, field, value);
    return PV_REFUSED;
}
static inline enum pv_result pv_refuse(struct pv_refusal *why, enum pv_code code, struct pv_str value)
{
    return pv_refuse_field(why, code, pv_code_field(code), value);
}

/* Longest sentence: the table's longest with a value and the mark of a cut. */
enum { PV_MESSAGE_MAX = 320 };

/* The sentence for a person, without a full stop, UTF-8, not terminated. Values come from outside: whoever
   prints it must escape it for where it goes. Returns its length, at most PV_MESSAGE_MAX. */
size_t pv_refusal_message(const struct pv_refusal *why, char out[PV_MESSAGE_MAX]);

#endif
