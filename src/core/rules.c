#include "parts.h"

static const struct {
    const char *sentence;
    int number;
} rules[PV_RULE_COUNT] = {
    [PV_RULE_NONE] = {"every rule holds", 0},
#define PV_RULE(tag, number, sentence) [PV_RULE_##tag] = {sentence, number},
#include "rules.tbl.h"
#undef PV_RULE
};

const char *pv_rule_sentence(enum pv_rule rule)
{
    return rules[rule].sentence;
}

int pv_rule_number(enum pv_rule rule)
{
    return rules[rule].number;
}

const char *pv_part_name(enum pv_part part)
{
    static const char *const names[] = {"election", "competition", "candidate", "voter", "ballot"};
    return names[part];
}

bool pv_violate(struct pv_violation *violation, enum pv_rule rule, enum pv_part part, uint32_t position)
{
    *violation = (struct pv_violation){rule, part, position};
    return false;
}

bool pv_rule_verdict(enum pv_rule rule, enum pv_part part, uint32_t position, struct pv_violation *violation)
{
    if (rule == PV_RULE_NONE)
        return true;
    return pv_violate(violation, rule, part, position);
}

/* Once opened, every ballot has a row for the ratings of every candidate; a paper of none needs no rows. */
static bool has_rows(const struct pv_election *e)
{
    const struct pv_ratings *ratings = &e->ratings;
    return !e->is_opened || (ratings->candidates == e->candidate_count &&
                             (ratings->candidates == 0 || ratings->ballots == e->ballot_count));
}

/* The rules on the election's own values. */
static enum pv_rule own_rule(const struct pv_election *e)
{
    if (pv_bits128_is_zero(e->id.bits))
        return PV_RULE_ID;
    if (!pv_text_is_valid(&e->name, pv_name_check, false) ||
        !pv_text_is_valid(&e->description, pv_description_check, true))
        return PV_RULE_TEXT;
    if ((e->is_opened && !pv_time_in_range(e->opened.at)) ||
        (e->is_closed && !pv_time_in_range(e->closed.at)))
        return PV_RULE_TEXT;
    if (e->is_closed && (!e->is_opened || e->closed.at.us < e->opened.at.us))
        return PV_RULE_CLOSED;
    if (e->is_opened && e->competition_count == 0)
        return PV_RULE_PAPER;
    if (e->live_competitions > e->competition_count || e->ballot_count > e->voter_count || !has_rows(e))
        return PV_RULE_DERIVED;
    if (e->version < e->is_opened + e->is_closed + e->deleted)
        return PV_RULE_VERSION;
    return PV_RULE_NONE;
}

static bool check_own(const struct pv_election *election, struct pv_violation *violation)
{
    return pv_rule_verdict(own_rule(election), PV_PART_ELECTION, 0, violation);
}

/* Adds a part's version + 1; false if that is more than any version can be. */
static bool add_events(int64_t *events, int64_t version)
{
    return !__builtin_add_overflow(*events, version, events) && !__builtin_add_overflow(*events, 1, events);
}

/* Whether the list of small competitions has `count` entries, each of which is known to be linked properly: a
   ring apart from the list's head would be as well. */
static bool is_whole_small_list(const struct pv_election *e, uint32_t count)
{
    uint32_t position = e->small_competitions;
    for (; count > 0 && position < e->competition_count; count--)
        position = e->competitions[position].small_next;
    return count == 0 && position == PV_NONE;
}

static bool check_paper(const struct pv_election *e, int64_t *events, struct pv_violation *violation)
{
    uint32_t live = 0, small = 0, candidates = 0;
    for (uint32_t i = 0; i < e->competition_count; i++) {
        if (!pv_competition_ensure_valid_state(e, i, violation))
            return false;
        if (!add_events(events, e->competitions[i].version))
            return pv_violate(violation, PV_RULE_VERSION, PV_PART_ELECTION, 0);
        live += !e->competitions[i].deleted;
        small += pv_competition_is_small(&e->competitions[i]);
        candidates += e->competitions[i].candidate_count;
    }
    /* Each competition's candidates are its own and in order, so equal sums mean that all are accounted for.
     */
    if (live != e->live_competitions || candidates != e->candidate_count || !is_whole_small_list(e, small))
        return pv_violate(violation, PV_RULE_DERIVED, PV_PART_ELECTION, 0);
    return true;
}

/* The parts in the order of their lists lead all over the maps: so far ahead the maps' slots are asked for.
 */
enum { AHEAD = 16 };

static bool check_people(const struct pv_election *e, int64_t *events, struct pv_violation *violation)
{
    for (uint32_t i = 0; i < e->voter_count; i++) {
        if (e->voter_count - i > AHEAD)
            pv_voter_prefetch(e, i + AHEAD);
        if (!pv_voter_ensure_valid_state(e, i, violation))
            return false;
    }
    for (uint32_t i = 0; i < e->ballot_count; i++) {
        if (e->ballot_count - i > AHEAD)
            pv_ballot_prefetch(e, i + AHEAD);
        if (!pv_ballot_ensure_valid_state(e, i, violation))
            return false;
        if (!add_events(events, e->ballots[i].version))
            return pv_violate(violation, PV_RULE_VERSION, PV_PART_ELECTION, 0);
    }
    if (__builtin_add_overflow(*events, (int64_t)e->voter_count, events))
        return pv_violate(violation, PV_RULE_VERSION, PV_PART_ELECTION, 0);
    return true;
}

bool pv_election_ensure_valid_state(const struct pv_election *election, struct pv_violation *violation)
{
    if (election->version < 0)
        return true;
    int64_t events = election->is_opened + election->is_closed + election->deleted;
    if (!check_own(election, violation) || !check_paper(election, &events, violation) ||
        !check_people(election, &events, violation))
        return false;
    if (election->version < events)
        return pv_violate(violation, PV_RULE_VERSION, PV_PART_ELECTION, 0);
    return true;
}

/* An event that was applied names parts that are there: an id that leads nowhere is a broken map. */
static bool leads_to_a_part(uint32_t position, enum pv_part part, struct pv_violation *violation)
{
    return pv_rule_verdict(position == PV_NONE ? PV_RULE_ID_UNIQUE : PV_RULE_NONE, part, position, violation);
}

static bool touched_competition(const struct pv_election *election, struct pv_competition_id id,
                                struct pv_violation *violation)
{
    uint32_t competition = pv_election_find_competition(election, id);
    return leads_to_a_part(competition, PV_PART_COMPETITION, violation) &&
           pv_competition_check_touched(election, competition, violation);
}

static bool touched_candidate(const struct pv_election *election, struct pv_competition_id competition,
                              struct pv_candidate_id id, struct pv_violation *violation)
{
    uint32_t candidate = pv_election_find_candidate(election, id);
    return leads_to_a_part(candidate, PV_PART_CANDIDATE, violation) &&
           pv_candidate_ensure_valid_state(election, candidate, violation) &&
           touched_competition(election, competition, violation);
}

static bool touched_voter(const struct pv_election *election, struct pv_voter_id id,
                          struct pv_violation *violation)
{
    uint32_t voter = pv_election_find_voter(election, id);
    return leads_to_a_part(voter, PV_PART_VOTER, violation) &&
           pv_voter_ensure_valid_state(election, voter, violation);
}

/* `candidate` is the one that was rated, or PV_NONE. */
static bool touched_ballot(const struct pv_election *election, struct pv_ballot_id id, uint32_t candidate,
                           struct pv_violation *violation)
{
    uint32_t ballot = pv_election_find_ballot(election, id);
    return leads_to_a_part(ballot, PV_PART_BALLOT, violation) &&
           pv_ballot_check_touched(election, ballot, candidate, violation);
}

bool pv_election_check_touched(const struct pv_election *election, const struct pv_event *event,
                               struct pv_violation *violation)
{
    if (!check_own(election, violation))
        return false;
    switch (event->type) {
    case PV_EVENT_ELECTION_CREATED:
    case PV_EVENT_ELECTION_DELETED:
    case PV_EVENT_ELECTION_NAME_CHANGED:
    case PV_EVENT_ELECTION_DESCRIPTION_CHANGED:
    case PV_EVENT_ELECTION_OPENED:
    case PV_EVENT_ELECTION_CLOSED:
    case PV_EVENT_TYPE_COUNT:
        break;
    case PV_EVENT_COMPETITION_ADDED:
    case PV_EVENT_COMPETITION_REMOVED:
    case PV_EVENT_COMPETITION_NAME_CHANGED:
    case PV_EVENT_COMPETITION_DESCRIPTION_CHANGED:
        /* All four begin with the election's id and the competition's; so do the candidates', and then
         * theirs. */
        return touched_competition(election, event->u.competition_removed.competition_id, violation);
    case PV_EVENT_CANDIDATE_ADDED:
    case PV_EVENT_CANDIDATE_REMOVED:
    case PV_EVENT_CANDIDATE_NAME_CHANGED:
    case PV_EVENT_CANDIDATE_DESCRIPTION_CHANGED:
    case PV_EVENT_CANDIDATE_IMAGE_CHANGED:
        return touched_candidate(election, event->u.candidate_removed.competition_id,
                                 event->u.candidate_removed.candidate_id, violation);
    case PV_EVENT_VOTER_REGISTERED:
        return touched_voter(election, event->u.voter_registered.voter_id, violation);
    case PV_EVENT_BALLOT_CREATED:
        return touched_ballot(election, event->u.ballot_created.ballot_id, PV_NONE, violation) &&
               touched_voter(election, event->u.ballot_created.voter_id, violation);
    case PV_EVENT_BALLOT_CANDIDATE_RATED:
        return touched_ballot(
            election, event->u.ballot_candidate_rated.ballot_id,
            pv_election_find_candidate(election, event->u.ballot_candidate_rated.candidate_id), violation);
    case PV_EVENT_BALLOT_CAST:
        return touched_ballot(election, event->u.ballot_cast.ballot_id, PV_NONE, violation);
    }
    return true;
}
