/* Lines and events as the model of the properties takes them (tests/property): their members, found by the
   naive parser. */
#ifndef PV_FUZZ_LINE_MODEL_H
#define PV_FUZZ_LINE_MODEL_H

#include "naive_json.h"
#include "records.h"

/* The members of an event's text that any event lists. False: more than a wire holds. Borrows text and bag.
 */
bool line_model_event(struct pv_str type, struct pv_str text, struct bag *bag, struct wire *wire);

/* The members of a line, into r->envelope, r->event and r->has_data, for records_judge. False as above. */
bool line_model_line(struct pv_str line, struct records *r);

/* The readable name of the line's stream if it is an election's; else ptr NULL. Of what line_model_line
 * filled in. */
struct pv_str line_model_stream(const struct records *r);

#endif
