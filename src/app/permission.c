#include "permission.h"

static bool is_administrator(const struct pv_caller *caller)
{
    return (caller->roles & PV_ROLE_ADMINISTRATOR) != 0;
}

static bool is_voter(const struct pv_caller *caller, const struct pv_voter *voter)
{
    if (caller->has_voter)
        return pv_bits128_equal(caller->voter.bits, voter->id.bits);
    return caller->email.ptr != NULL && pv_email_equal(caller->email, pv_voter_email(voter).text);
}

static bool may_issue(const struct pv_caller *caller, const struct pv_election *election,
                      struct pv_voter_id voter)
{
    if (is_administrator(caller))
        return true;
    if (caller->has_voter)
        return pv_bits128_equal(caller->voter.bits, voter.bits);
    uint32_t position = pv_election_find_voter(election, voter);
    return caller->email.ptr != NULL &&
           (position == PV_NONE || is_voter(caller, &election->voters[position]));
}

/* Whatever roles the caller has. */
static bool may_vote(const struct pv_caller *caller, const struct pv_election *election,
                     struct pv_ballot_id ballot)
{
    uint32_t position = pv_election_find_ballot(election, ballot);
    return position == PV_NONE || is_voter(caller, &election->voters[election->ballots[position].voter]);
}

bool pv_caller_may(const struct pv_caller *caller, const struct pv_election *election,
                   const struct pv_event *event)
{
    if (caller->one_election && !pv_bits128_equal(caller->election.bits, event->u.election_id.bits))
        return false;
    switch (event->type) {
    case PV_EVENT_BALLOT_CREATED:
        return may_issue(caller, election, event->u.ballot_created.voter_id);
    case PV_EVENT_BALLOT_CANDIDATE_RATED:
        return may_vote(caller, election, event->u.ballot_candidate_rated.ballot_id);
    case PV_EVENT_BALLOT_CAST:
        return may_vote(caller, election, event->u.ballot_cast.ballot_id);
    case PV_EVENT_ELECTION_CREATED:
    case PV_EVENT_ELECTION_DELETED:
    case PV_EVENT_ELECTION_NAME_CHANGED:
    case PV_EVENT_ELECTION_DESCRIPTION_CHANGED:
    case PV_EVENT_ELECTION_OPENED:
    case PV_EVENT_ELECTION_CLOSED:
    case PV_EVENT_COMPETITION_ADDED:
    case PV_EVENT_COMPETITION_REMOVED:
    case PV_EVENT_COMPETITION_NAME_CHANGED:
    case PV_EVENT_COMPETITION_DESCRIPTION_CHANGED:
    case PV_EVENT_CANDIDATE_ADDED:
    case PV_EVENT_CANDIDATE_REMOVED:
    case PV_EVENT_CANDIDATE_NAME_CHANGED:
    case PV_EVENT_CANDIDATE_DESCRIPTION_CHANGED:
    case PV_EVENT_CANDIDATE_IMAGE_CHANGED:
    case PV_EVENT_VOTER_REGISTERED:
    case PV_EVENT_TYPE_COUNT:
        break;
    }
    return is_administrator(caller);
}
