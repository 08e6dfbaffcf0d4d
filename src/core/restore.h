/* Building an Election from a document instead of from events (F3): the codec reads, these functions put the
   parts in place, and pv_election_ensure_valid_state then has the last word. Order: header, competitions with
   their candidates, voters, ballots with their ratings.

   All return PV_OK, PV_FAULT_MEMORY, or PV_REFUSED with the broken rule in *violation (a part that cannot be
   placed: an id or email that is there already, a ballot without a voter, a rating of no candidate). After
   anything but PV_OK the election is only good for pv_election_deinit. */
#ifndef PV_RESTORE_H
#define PV_RESTORE_H

#include "election.h"

struct pv_restore_header {
    struct pv_election_id id;
    int64_t version;
    bool deleted, is_opened, is_closed;
    struct pv_open_date opened;
    struct pv_close_date closed;
    struct pv_election_name name;
    struct pv_election_description description;
};
struct pv_restore_competition {
    struct pv_competition_id id;
    int64_t version;
    bool deleted;
    struct pv_competition_name name;
    struct pv_competition_description description;
};
struct pv_restore_candidate {
    struct pv_candidate_id id;
    int64_t version;
    bool deleted;
    struct pv_candidate_name name;
    struct pv_candidate_description description;
    struct pv_image_url image_url;
    struct pv_image_caption image_caption;
};
struct pv_restore_voter {
    struct pv_voter_id id;
    int64_t version;
    bool deleted, ballot_issued;
    struct pv_voter_name name;
    struct pv_voter_email email;
};
struct pv_restore_ballot {
    struct pv_ballot_id id;
    int64_t version;
    bool deleted, cast;
    struct pv_voter_id voter_id;
};

/* The election must be unborn. */
enum pv_result pv_restore_header(struct pv_election *election,
                                 const struct pv_restore_header *header) PV_MUST_USE;
enum pv_result pv_restore_competition(struct pv_election *election,
                                      const struct pv_restore_competition *competition,
                                      struct pv_violation *violation) PV_MUST_USE;
/* Added to the competition that was restored last. */
enum pv_result pv_restore_candidate(struct pv_election *election,
                                    const struct pv_restore_candidate *candidate,
                                    struct pv_violation *violation) PV_MUST_USE;
enum pv_result pv_restore_voter(struct pv_election *election, const struct pv_restore_voter *voter,
                                struct pv_violation *violation) PV_MUST_USE;
enum pv_result pv_restore_ballot(struct pv_election *election, const struct pv_restore_ballot *ballot,
                                 struct pv_violation *violation) PV_MUST_USE;
/* On the ballot that was restored last; a candidate rated twice is a violation. */
enum pv_result pv_restore_rating(struct pv_election *election, struct pv_competition_id competition,
                                 struct pv_candidate_id candidate, struct pv_rating rating,
                                 struct pv_violation *violation) PV_MUST_USE;
/* After the last part: an open election without ballots gets room for the ratings of those to come. */
enum pv_result pv_restore_end(struct pv_election *election) PV_MUST_USE;

#endif
