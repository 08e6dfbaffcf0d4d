/* What the tests of refusal logs share: entries made of a number, and what a log gives, held against them. */
#ifndef PV_REFUSAL_KIT_H
#define PV_REFUSAL_KIT_H

#include "refusal_log.h"

/* Entries whose content follows from a number. Those that are even have no field, every third no metadata,
   every fifth an empty subject; elections are n % 3. */
enum { KIT_REFUSED_TEXT_MAX = 160 };
struct kit_refused {
    struct pv_refused entry;
    char text[KIT_REFUSED_TEXT_MAX];
};
void kit_refused_make(struct kit_refused *refused, unsigned n);
struct pv_event_id kit_refused_id(unsigned n);
struct pv_time kit_refused_time(unsigned n);
struct pv_election_id kit_refused_election(unsigned n);

/* Adds `count` of them, 64 at most, from number `first` on. */
enum { KIT_REFUSED_MAX = 64 };
enum pv_log_result kit_refused_add(const struct pv_refusal_log *log, unsigned first, unsigned count,
                                   struct pv_fault *fault);

/* The first thing that differs, or NULL; sequence numbers are not compared. */
const char *kit_refused_difference(const struct pv_refused *a, const struct pv_refused *b);
/* Whether it is what was made of the number. */
bool kit_is_refused(const struct pv_refused *entry, unsigned n);

#endif
