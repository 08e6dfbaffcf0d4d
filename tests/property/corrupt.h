/* Corruptions of an aggregate, one field each: what a wrong handler could have left behind. */
#ifndef PV_CORRUPT_H
#define PV_CORRUPT_H

#include "election.h"

struct corruption {
    const char *name;
    enum pv_part part;
    /* Changes the part; false, and nothing changed, where that would not break a rule. */
    bool (*apply)(struct pv_election *election, uint32_t position);
    bool near; /* what the per-event check of a touched part must see, by its own constant-cost part of D6 */
};

extern const struct corruption corruptions[];
extern const size_t corruption_count;

/* The part as it was, to be put back. */
struct part_copy {
    enum pv_part part;
    uint32_t position;
    struct pv_election election; /* a shallow copy: scalars only are put back */
    struct pv_competition competition;
    struct pv_candidate candidate;
    struct pv_voter voter;
    struct pv_ballot ballot;
};
void part_save(struct part_copy *copy, const struct pv_election *election, enum pv_part part,
               uint32_t position);
void part_put_back(const struct part_copy *copy, struct pv_election *election);
uint32_t part_count(const struct pv_election *election, enum pv_part part);

#endif
