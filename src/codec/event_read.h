/* Events in, in two halves, because a record's `data` may stand before its `type`: first the text is scanned
   (D5 step 1) and its members sorted by name, then they become an event (D5 steps 2 and 3). Internal to the
   codec. */
#ifndef PV_EVENT_READ_H
#define PV_EVENT_READ_H

#include "event.h"
#include "members.h"

struct pv_event_text {
    struct pv_json_value whole;
    struct pv_members members; /* of an object */
};

/* Passes over the value at json->at, level 1 of its own count. False for a fault of grammar: text->whole
 * tells. */
bool pv_event_scan(struct pv_json *json, const struct pv_names *names,
                   struct pv_event_text *text) PV_MUST_USE;
/* Scans a text that must be one value and nothing else; a fault of grammar is in text->whole as any other. */
void pv_event_scan_text(struct pv_str data, const struct pv_names *names, struct pv_event_text *text);

/* D5 steps 1 to 3 on a text that was scanned. Unescaped texts go to scratch + *used. *hint is the type to try
   before the others, and becomes the one that was found. */
enum pv_result pv_event_decode(struct pv_str type, const struct pv_event_text *text, char *scratch,
                               size_t *used, enum pv_event_type *hint, struct pv_event *event,
                               struct pv_refusal *why) PV_MUST_USE;

/* The steps of pv_event_decode, for who takes them one by one (event_request.c): the text as a whole (D5 step
   1), fields that stand twice, and the primitives of a type's fields, in catalogue order. */
enum pv_result pv_event_check_text(const struct pv_event_text *text, struct pv_refusal *why) PV_MUST_USE;
enum pv_result pv_event_check_repeats(enum pv_event_type type, const struct pv_event_text *text,
                                      struct pv_refusal *why) PV_MUST_USE;
void pv_event_primitives(enum pv_event_type type, const struct pv_event_text *text, char *scratch,
                         size_t *used, struct pv_primitive primitives[PV_EVENT_FIELDS_MAX]);
/* Has a refusal name a value of the wrong kind as it stands in the text: "5" without its quotes would look
   like the number that is meant. */
void pv_event_name_value(const struct pv_event_text *text, struct pv_refusal *why);

#endif
