/* The fast path of reading: layouts, learned from texts that the plain reader accepted. Internal to the
   codec.

   A layout is such a text cut into literal bytes and slots, one for each string or integer that is a value. A
   text with the same literal bytes, and in each slot a value of the same kind (a string of plain ASCII, an
   integer), is built of the same tokens: it has the same keys in the same places and nests alike, so the
   plain reader would find the same members in it. What remains is the values, and they go through the same
   functions. Whatever does not fit, and every value that is not accepted, is left to the plain reader: no
   refusal ever comes from here. */
#ifndef PV_LAYOUT_H
#define PV_LAYOUT_H

#include "members.h"
#include "record.h"

struct pv_layouts;

/* NULL when out of memory. Holds a bounded set. */
struct pv_layouts *pv_layouts_new(void) PV_MUST_USE;
void pv_layouts_free(struct pv_layouts *layouts);

/* Tries to read a line. True: everything in *record but the line number is as the plain reader would make it.
   False: the plain reader must (re)write *record. */
bool pv_layouts_read_line(struct pv_layouts *layouts, struct pv_str line,
                          struct pv_record *record) PV_MUST_USE;
/* The same for the bytes of an event of a given type; fills in record->event only. */
bool pv_layouts_read_event(struct pv_layouts *layouts, struct pv_str type, struct pv_str data,
                           struct pv_record *record) PV_MUST_USE;

/* What the plain reader found in the text that was tried last, and accepted. */
struct pv_learned {
    struct pv_str text;
    const struct pv_members *record; /* NULL for a bare event */
    const struct pv_members *event;
    enum pv_event_type type;
};
/* A set serves either lines or bare events, never both. */
void pv_layouts_learn(struct pv_layouts *layouts, const struct pv_learned *learned);

#endif
