/* The part of the mutator that changes lines. Internal to it. */
#ifndef PV_FUZZ_MUTATE_LINES_H
#define PV_FUZZ_MUTATE_LINES_H

#include "buf.h"
#include "event.h"
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

/* Whether there is a record in it at all, or else a request (request_line.h). */
bool mutate_has_lines(const struct mutation *m);
bool mutate_has_requests(const struct mutation *m);
/* Drops, doubles or moves a line, or puts in a new record, or in a text without any a new request, whose ids
   are some of those that are there. False: nothing was changed. */
bool mutate_lines(struct mutation *m);
/* Gives the records of each stream the numbers 0, 1, 2, ..., which every change of lines spoils. */
void mutate_renumber(struct mutation *m);

/* A new line of the kind. */
void mutate_put_record(struct mutation *m, struct buf *out);
void mutate_put_request(struct mutation *m, struct buf *out);

/* The content of a value with this key, at random among those of the text; ptr NULL if there is none. */
struct pv_str mutate_value_of(struct mutation *m, const char *key);
/* The data of an event of a type that happens often, as an object; of this election, and with parts that are
   there. */
enum pv_event_type mutate_draw_type(struct mutation *m);
void mutate_put_data(struct mutation *m, enum pv_event_type type, struct pv_str election, struct buf *out);

/* A text as a JSON string. */
void mutate_quote(struct pv_str text, struct buf *out);

#endif
