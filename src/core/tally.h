/* The tally (D8): exact counts and ranks; no floating point anywhere. */
#ifndef PV_TALLY_H
#define PV_TALLY_H

#include "election.h"

struct pv_tally_candidate {
    uint32_t candidate; /* position */
    uint32_t rank;      /* 1-based; equal means share one, the next is skipped */
    uint64_t ratings, sum;
    uint64_t histogram[PV_RATING_MAX]; /* [0] counts the ones */
};
struct pv_tally_competition {
    uint32_t competition;  /* position */
    uint32_t first, count; /* in the tally's list of candidates */
};
/* Live competitions in the order of addition; live candidates by rank, then in the order of addition. */
struct pv_tally {
    struct pv_tally_competition *competitions;
    struct pv_tally_candidate *candidates;
    uint32_t competition_count, candidate_count;
    uint64_t voters, ballots_issued, ballots_cast;
};

/* Only cast ballots and live candidates count. PV_OK or PV_FAULT_MEMORY (*tally is then untouched). */
enum pv_result pv_tally_init(struct pv_tally *tally, const struct pv_election *election) PV_MUST_USE;
void pv_tally_deinit(struct pv_tally *tally);

/* Negative if a ranks before b, 0 if they share a rank: by the mean, compared exactly, the unrated after all
   rated. Exact for any counts: sums are multiplied in 128 bits. */
int pv_tally_compare(const struct pv_tally_candidate *a, const struct pv_tally_candidate *b);
/* The mean in ten-thousandths, rounded half up from the exact quotient. `ratings` must not be 0. */
uint64_t pv_tally_mean_e4(const struct pv_tally_candidate *candidate);
/* Twice the median, so that the mean of the middle two stays whole. `ratings` must not be 0. */
unsigned pv_tally_median_x2(const struct pv_tally_candidate *candidate);

#endif
