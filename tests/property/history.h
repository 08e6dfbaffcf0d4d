/* The next event of an election's life, as it comes from outside. Given what the model has accepted so far,
   about 85 of 100 are plausible (live ids, the phase's events, good values); the others have one thing wrong
   with them: the phase, a reference, a value, a kind, a repeated or missing field, the type's name, or the
   JSON itself. */
#ifndef PV_HISTORY_H
#define PV_HISTORY_H

#include "model.h"
#include "wire.h"

/* What an election is to be large in, now and then: the pages of a cache and the ratings' second layout begin
   at some size. */
enum history_size { SIZE_ORDINARY, SIZE_BALLOTS, SIZE_CANDIDATES, SIZE_VOTERS };

struct history {
    struct gen *g;
    struct bag *bag;
    const struct model *model;
    enum history_size size;
    unsigned election; /* the number of its id */
    unsigned serial;   /* of the event: makes event ids and emails distinct */
};

/* Draws the size. */
void history_init(struct history *h, struct gen *g, struct bag *bag, const struct model *model,
                  unsigned election);
/* False when the history ends; else the next event, drawn as one item. */
bool history_next(struct history *h, struct wire *wire);
/* An event without an end, for mixtures of streams. */
void history_event(struct history *h, struct wire *wire);

/* The counters (gen_count) that every property of histories keeps. */
enum {
    COUNT_ACCEPTED = 0, /* + event type */
    COUNT_REFUSED = 32, /* + code */
    COUNT_FINDING = 96, /* + code, of records */
    COUNT_OTHER = 160,  /* what a property counts besides */
    COUNT_DOCUMENTS = COUNT_OTHER,
    COUNT_CORRUPTED,     /* corruptions that both checks saw */
    COUNT_CORRUPTED_FAR, /* corruptions of parts that the event did not touch */
    COUNT_LOADS,
    COUNT_LOADS_REFUSED,
    COUNT_BATCHES,
    COUNT_WIDE_PAPERS, /* elections on the ratings' second layout */
    COUNT_RESTORED,
    COUNT_REPEATED,   /* commands whose id was recorded already */
    COUNT_GIVEN_BACK, /* by a worker, of what it had taken */
    COUNT_DENIED,     /* to whom the event is not */
    COUNT_END,
};
void history_count(struct gen *g, const struct fact *fact, enum pv_code code);
const char *history_counter_name(unsigned counter);

/* ---- between history.c and history_fill.c ---- */

/* The ids of an event about to be made. */
struct history_refs {
    char competition[MODEL_ID], candidate[MODEL_ID], voter[MODEL_ID], ballot[MODEL_ID];
};
/* The event of a type with these references and good values. */
void history_fill(struct history *h, enum pv_event_type type, const struct history_refs *refs,
                  struct wire *wire);
/* Makes one thing wrong with it. */
void history_spoil(struct history *h, enum pv_event_type type, struct wire *wire);

#endif
