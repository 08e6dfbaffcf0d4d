/* D3 and D4 restated by hand for the generator and the model: nothing here derives from the core's tables, so
   that a slip in one of the two is seen. */
#ifndef PV_CATALOGUE_H
#define PV_CATALOGUE_H

#include "event.h"

enum cat_kind {
    CAT_EVENT_ID,
    CAT_ID,
    CAT_NAME,
    CAT_DESCRIPTION,
    CAT_CAPTION,
    CAT_URL,
    CAT_EMAIL,
    CAT_DATE,
    CAT_RATING,
};

enum { CAT_FIELDS_MAX = 8 };

struct cat_field {
    const char *name; /* NULL ends a row */
    char need;        /* '!', '?' or ' ', as D3 marks them */
    enum cat_kind kind;
    enum pv_field field;
};
struct cat_event {
    const char *type;                 /* the wire name */
    enum pv_code draft, open, closed; /* D4: PV_CODE_NONE where the table says yes */
    struct cat_field fields[CAT_FIELDS_MAX + 1];
};

const struct cat_event *cat_event(enum pv_event_type type);
/* False if there is none of that name. */
bool cat_find(struct pv_str type, enum pv_event_type *found);
/* Whether the core's own catalogue says the same; else the name of an event that differs is in *which. */
bool cat_agrees_with_core(const char **which);

#endif
