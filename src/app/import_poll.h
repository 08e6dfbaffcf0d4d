/* import: a poll of star ballots becomes the events of an election's whole life, each of which went through
   the Election itself before anyone gets to see it. */
#ifndef PV_IMPORT_POLL_H
#define PV_IMPORT_POLL_H

#include "datetime.h"
#include "fault.h"
#include "recorded.h"

/* A voter with the one ballot. */
struct pv_poll_voter {
    struct pv_str id;     /* a name of D2; no two voters have the same */
    struct pv_time at;    /* not before 1970 */
    const uint8_t *stars; /* one a candidate: 0 (not rated) to 5 */
};

/* A poll, checked by whoever read it. Texts are borrowed, and names of D2. */
struct pv_poll {
    struct pv_str id, name;
    const struct pv_str *candidates;    /* no two alike */
    size_t candidate_count;             /* 2 or more */
    const struct pv_poll_voter *voters; /* by time; those of the same time in the order of the file */
    size_t voter_count;                 /* 1 or more */
};

/* Takes the next record, borrowed for the call; false ends the import with *fault. */
typedef bool pv_import_fn(void *context, const struct pv_recorded *record, struct pv_fault *fault);

struct pv_import_count {
    uint64_t events, voters, ratings, cast;
};

/* ElectionCreated, one CompetitionAdded of the same name, a CandidateAdded a candidate and ElectionOpened,
   all at the time of the first vote; for each voter VoterRegistered, BallotCreated, a BallotCandidateRated a
   rating in the order of the candidates, and BallotCast if there was one, all at the voter's time;
   ElectionClosed at the time of the last vote. Ids depend on the poll and the seed alone (poll_ids.h), never
   on the name. */
bool pv_import_poll(const struct pv_poll *poll, uint64_t seed, pv_import_fn *take, void *context,
                    struct pv_import_count *count, struct pv_fault *fault) PV_MUST_USE;

#endif
