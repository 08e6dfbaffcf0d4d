/* What the bodies of the properties share: one case with its model, its generator, and the texts of its
   events; and the core on the other side. */
#ifndef PV_CASE_H
#define PV_CASE_H

#include "document.h"
#include "dump.h"
#include "history.h"
#include "print.h"
#include "record.h"

struct a_case {
    struct gen *g;
    struct bag bag; /* everything the case made, until case_deinit */
    struct model model;
    struct history history;
    /* The event that case_next made. */
    struct wire wire;
    struct fact *fact;       /* NULL if the text is no event */
    struct verdict expected; /* by the model */
};
void case_init(struct a_case *c, struct gen *g);
void case_deinit(struct a_case *c);
/* The next event and the model's verdict on it; the model has taken it on if it was accepted. False at the
 * end. */
bool case_next(struct a_case *c);

/* The event as the program sees it: its bytes, and what reading them gave. The event borrows from `data` and
   `scratch`, blocks of exactly their size. */
struct seen {
    char *data, *scratch;
    size_t len;
    struct pv_event event;
    struct pv_refusal why;
    enum pv_result result; /* PV_OK, or PV_REFUSED by D5, 1 to 3 */
};
void seen_init(struct seen *seen, struct gen *g, const struct wire *wire);
void seen_deinit(struct seen *seen);

/* Whether the program's answer is the model's; else a failure is told, and 1 returned. */
int case_same_verdict(struct a_case *c, enum pv_result result, const struct pv_refusal *why);

/* ---- printing into memory ---- */
void print_document(const struct pv_election *election, struct buf *out);
void print_tally(const struct pv_election *election, struct buf *out);
void print_event(const struct pv_event *event, struct buf *out);

/* Reads a whole document into an unborn election; 1 and a failure told if it is refused. */
int read_document(struct gen *g, const struct buf *document, struct pv_election *election);

/* A seed drawn for the maps: results must never depend on it. */
struct pv_seed draw_seed(struct gen *g);

/* The first place where two texts differ, for messages: a few bytes around it. */
int differ(struct gen *g, const char *what, const struct buf *a, const struct buf *b);

#endif
