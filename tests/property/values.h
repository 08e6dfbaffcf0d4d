/* Values for the fields of events: mostly good ones, boundaries on both sides, and what is nearly right.
   Nothing here knows a verdict: the model judges. */
#ifndef PV_VALUES_H
#define PV_VALUES_H

#include "buf.h"
#include "catalogue.h"
#include "gen.h"

/* The id of a number, 26 characters; the same for every kind, so that parts of different kinds share their
   bits. Small numbers are the extremes that are still ids. */
void value_id(unsigned number, char out[27]);
/* An id as it may be written: in either case. */
struct pv_str value_id_text(struct gen *g, struct bag *bag, const char id[27]);

/* A good value, simple as a rule, at a boundary now and then. `number` makes emails and event ids distinct.
 */
struct pv_str value_good(struct gen *g, struct bag *bag, enum cat_kind kind, unsigned number);
/* One that breaks a rule, or nearly does. */
struct pv_str value_odd(struct gen *g, struct bag *bag, enum cat_kind kind);

#endif
