/* Looking into the parts of a document that a cache gives, without reading them back into an Election: for
   reads that must not cost more in a large election. The parts were written by us and may have been reordered
   by a store; what does not have the shape of F3 is told, not guessed. */
#ifndef PV_DOCUMENT_LOOK_H
#define PV_DOCUMENT_LOOK_H

#include "election.h"
#include "out.h"

struct pv_header_facts {
    int64_t version;
    enum pv_phase phase;
};
/* False if the text is no header. */
bool pv_header_look(struct pv_str header, struct pv_header_facts *facts) PV_MUST_USE;

/* Takes an item of a page, as it stands there; false ends the look. */
typedef bool pv_item_fn(void *context, struct pv_str item);
/* Gives each item of a page, in order. False if the text is no array. */
bool pv_page_look(struct pv_str page, pv_item_fn *take, void *context) PV_MUST_USE;

/* The content of a member that is a string without escapes; ptr NULL for anything else. */
struct pv_str pv_item_string(struct pv_str item, const char *key);
/* Whether a member is a string of at most 1024 bytes that says this text, however it is escaped. */
bool pv_item_has_text(struct pv_str item, const char *key, struct pv_str text);
/* The same without regard to case, as emails are compared (D2). */
bool pv_item_has_email(struct pv_str item, const char *key, struct pv_str email);
/* Prints an object without one of its members. */
void pv_item_write_without(struct pv_out *out, struct pv_str item, const char *key);

#endif
