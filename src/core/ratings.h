/* The ratings of all ballots of one election: a table of (ballot, candidate) -> 1 to 5, by position. Internal
   to the core, read by the codec through pv_election_rating().

   The ballot paper is frozen before the first rating (D4), so the number of candidates is known: up to
   PV_RATINGS_DENSE_MAX of them a ballot has a row of half a byte a candidate, in one block for all ballots;
   above that each ballot has a small hash table, so that neither a rating nor a ballot costs more on a larger
   paper. */
#ifndef PV_RATINGS_H
#define PV_RATINGS_H

#include "event.h"

enum { PV_RATINGS_DENSE_MAX = 256 };

struct pv_ratings_row { /* a ballot's hash table, above PV_RATINGS_DENSE_MAX */
    uint32_t *slots;    /* (candidate + 1) * 8 + stars; 0 is a free slot */
    uint32_t mask;
    uint32_t used;
};
struct pv_ratings {
    uint32_t candidates; /* 0: not yet configured, no rating can be stored */
    uint32_t stride;     /* bytes a row, when dense */
    uint32_t ballots, capacity;
    uint8_t *cells;              /* dense: capacity rows */
    struct pv_ratings_row *rows; /* else */
};

void pv_ratings_deinit(struct pv_ratings *ratings);
/* Sets the number of candidates and makes empty rows for `ballots` ballots; drops what was there.
   PV_FAULT_MEMORY leaves everything as it was. */
enum pv_result pv_ratings_configure(struct pv_ratings *ratings, uint32_t candidates,
                                    uint32_t ballots) PV_MUST_USE;
/* Makes room for the row of one more ballot; pv_ratings_add_row then takes it. Nothing to do while not
 * configured. */
enum pv_result pv_ratings_reserve_row(struct pv_ratings *ratings) PV_MUST_USE;
void pv_ratings_add_row(struct pv_ratings *ratings);

/* 0 stars when there is none; nor has a candidate beyond the paper (PV_NONE) one. */
struct pv_rating pv_ratings_get(const struct pv_ratings *ratings, uint32_t ballot, uint32_t candidate);
/* Makes sure that the next pv_ratings_set on this ballot cannot fail. */
enum pv_result pv_ratings_reserve(struct pv_ratings *ratings, uint32_t ballot) PV_MUST_USE;
/* 0 stars takes it away. */
void pv_ratings_set(struct pv_ratings *ratings, uint32_t ballot, uint32_t candidate, struct pv_rating rating);

/* All ratings of a ballot, in no particular order: start with *cursor = 0; false when there are no more. */
bool pv_ratings_next(const struct pv_ratings *ratings, uint32_t ballot, uint32_t *cursor, uint32_t *candidate,
                     struct pv_rating *rating);
void pv_ratings_prefetch(const struct pv_ratings *ratings, uint32_t ballot);

#endif
