/* The other texts that the program prints: the tally (F4), events and records (F1), findings (F5). */
#ifndef PV_PRINT_H
#define PV_PRINT_H

#include "out.h"
#include "recorded.h"
#include "tally.h"

/* The tally as F4 says, without a line feed. */
void pv_print_tally(struct pv_out *out, const struct pv_election *election, const struct pv_tally *tally);

/* An event's data: `id`, then its fields in catalogue order; optional fields that are none are left out,
   nullable ones are null. Ids as ULIDs. */
void pv_print_event(struct pv_out *out, const struct pv_event *event);

/* A record on one line with its LF, keys in F1's order, absent optional ones left out. White space outside
   strings is dropped from data and metadata; data that is no JSON object by the strict rules of D5 step 1 is
   kept as "data":null and its bytes as base64 under data_base64 right behind it (F5, pull); metadata
   likewise. */
void pv_print_record(struct pv_out *out, const struct pv_recorded *recorded);

/* One finding as `verify --format json` prints it, with its LF (F5). `stream` with ptr NULL, and number < 0,
   are null; so is line 0. */
struct pv_finding {
    struct pv_str stream;
    int64_t number;
    uint64_t line;
    const struct pv_refusal *why;
};
void pv_print_finding_json(struct pv_out *out, const struct pv_finding *finding);
/* The same for people: one line, values escaped for a terminal. */
void pv_print_finding_text(struct pv_out *out, const struct pv_finding *finding);

#endif
