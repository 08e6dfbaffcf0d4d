/* The part of the mutator that changes lines. Internal to it. */
#ifndef PV_FUZZ_MUTATE_LINES_H
#define PV_FUZZ_MUTATE_LINES_H

#include "buf.h"
#include "gen.h"
#include "spans.h"

/* A text on its way. */
struct mutation {
    struct gen *g;
    char *bytes;
    size_t len, max;
    struct spans spans; /* of the text as it was before the change at hand */
    struct bag bag;
};

/* Whether there is a record in it at all. */
bool mutate_has_lines(const struct mutation *m);
/* Drops, doubles or moves a line, or puts in a new record whose ids are some of those that are there. False:
   nothing was changed. */
bool mutate_lines(struct mutation *m);
/* Gives the records of each stream the numbers 0, 1, 2, ..., which every change of lines spoils. */
void mutate_renumber(struct mutation *m);

/* A text as a JSON string. */
void mutate_quote(struct pv_str text, struct buf *out);

#endif
