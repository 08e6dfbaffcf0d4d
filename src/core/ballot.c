#include "parts.h"

uint32_t pv_election_find_ballot(const struct pv_election *election, struct pv_ballot_id id)
{
    uint32_t hash = pv_hash_bits128(election->seed, id.bits), item;
    for (uint32_t at = pv_map_first(&election->ballot_map, hash);
         pv_map_next(&election->ballot_map, hash, &at, &item);) {
        if (pv_bits128_equal(election->ballots[item].id.bits, id.bits))
            return item;
    }
    return PV_NONE;
}

struct pv_rating pv_election_rating(const struct pv_election *election, uint32_t ballot, uint32_t candidate)
{
    return pv_ratings_get(&election->ratings, ballot, candidate);
}

enum pv_result pv_ballot_reserve(struct pv_election *election)
{
    enum pv_result result = pv_list_reserve((void **)&election->ballots, &election->ballot_capacity,
                                            election->ballot_count, sizeof *election->ballots);
    if (result == PV_OK)
        result = pv_map_reserve(&election->ballot_map);
    return result == PV_OK ? pv_ratings_reserve_row(&election->ratings) : result;
}

void pv_ballot_place(struct pv_election *election, struct pv_ballot_id id, uint32_t voter)
{
    uint32_t position = election->ballot_count++;
    election->ballots[position] = (struct pv_ballot){.id = id, .voter = voter};
    election->voters[voter].ballot = position;
    pv_map_insert(&election->ballot_map, pv_hash_bits128(election->seed, id.bits), position);
    pv_ratings_add_row(&election->ratings);
}

enum pv_result pv_when_ballot_created(struct pv_election *election, const struct pv_ballot_created *event,
                                      struct pv_refusal *why)
{
    uint32_t voter = pv_election_find_voter(election, event->voter_id);
    if (voter == PV_NONE)
        return pv_refuse_id(why, PV_VOTER_UNKNOWN, event->voter_id.bits);
    if (pv_voter_ballot_issued(&election->voters[voter]))
        return pv_refuse_id(why, PV_BALLOT_ALREADY_ISSUED, event->voter_id.bits);
    if (pv_election_find_ballot(election, event->ballot_id) != PV_NONE)
        return pv_refuse_id(why, PV_BALLOT_EXISTS, event->ballot_id.bits);
    enum pv_result result = pv_ballot_reserve(election);
    if (result != PV_OK)
        return result;
    pv_ballot_place(election, event->ballot_id, voter);
    election->voters[voter].version++;
    return PV_OK;
}

/* The same, by the memo first. */
static uint32_t look_up(const struct pv_election *election, struct pv_ballot_id id)
{
    uint32_t guess;
    if (election->memo != NULL &&
        pv_memo_guess(election->memo->ballots, id.bits, election->ballot_count, &guess) &&
        pv_bits128_equal(election->ballots[guess].id.bits, id.bits))
        return guess;
    return pv_election_find_ballot(election, id);
}

/* The ballot that an event of a voter refers to: known and not cast (D5 steps 8 and 9). */
static enum pv_result refer_ballot(const struct pv_election *election, struct pv_ballot_id id,
                                   uint32_t *ballot, struct pv_refusal *why)
{
    uint32_t found = look_up(election, id);
    if (found == PV_NONE)
        return pv_refuse_id(why, PV_BALLOT_UNKNOWN, id.bits);
    if (election->ballots[found].cast)
        return pv_refuse_id(why, PV_BALLOT_CAST, id.bits);
    *ballot = found;
    return PV_OK;
}

enum pv_result pv_when_ballot_candidate_rated(struct pv_election *election,
                                              const struct pv_ballot_candidate_rated *event,
                                              struct pv_refusal *why)
{
    uint32_t position, candidate;
    enum pv_result result = refer_ballot(election, event->ballot_id, &position, why);
    if (result == PV_OK)
        result = pv_refer_candidate(election, event->competition_id, event->candidate_id, &candidate, why);
    if (result != PV_OK)
        return result;
    bool had = pv_ratings_get(&election->ratings, position, candidate).stars != 0;
    bool has = event->rating.stars != 0;
    if (!had && !has)
        return pv_refuse_id(why, PV_RATING_UNKNOWN, event->candidate_id.bits);
    result = pv_ratings_reserve(&election->ratings, position);
    if (result != PV_OK)
        return result;
    pv_ratings_set(&election->ratings, position, candidate, event->rating);
    struct pv_ballot *ballot = &election->ballots[position];
    ballot->rating_count = ballot->rating_count + has - had;
    ballot->version++;
    return PV_OK;
}

enum pv_result pv_when_ballot_cast(struct pv_election *election, const struct pv_ballot_cast *event,
                                   struct pv_refusal *why)
{
    uint32_t position;
    enum pv_result result = refer_ballot(election, event->ballot_id, &position, why);
    if (result != PV_OK)
        return result;
    struct pv_ballot *ballot = &election->ballots[position];
    if (ballot->rating_count == 0)
        return pv_refuse_id(why, PV_BALLOT_EMPTY, event->ballot_id.bits);
    ballot->cast = true;
    ballot->version++;
    return PV_OK;
}

bool pv_ballot_check_touched(const struct pv_election *election, uint32_t position, uint32_t candidate,
                             struct pv_violation *violation)
{
    const struct pv_ballot *ballot = &election->ballots[position];
    enum pv_rule rule = PV_RULE_NONE;
    if (pv_bits128_is_zero(ballot->id.bits))
        rule = PV_RULE_ID;
    else if (pv_election_find_ballot(election, ballot->id) != position)
        rule = PV_RULE_ID_UNIQUE;
    else if (ballot->voter >= election->voter_count)
        rule = PV_RULE_BALLOT_VOTER;
    else if (election->voters[ballot->voter].ballot != position)
        rule = PV_RULE_BALLOT_ISSUED;
    else if (pv_election_rating(election, position, candidate).stars > PV_RATING_MAX)
        rule = PV_RULE_RATING;
    else if (!election->is_opened && (ballot->rating_count != 0 || ballot->cast))
        rule = PV_RULE_VOTING;
    else if (ballot->cast && ballot->rating_count == 0)
        rule = PV_RULE_CAST_EMPTY;
    else if (ballot->version < (int64_t)ballot->rating_count + ballot->cast)
        rule = PV_RULE_VERSION;
    else if (ballot->deleted)
        rule = PV_RULE_DELETED;
    return pv_rule_verdict(rule, PV_PART_BALLOT, position, violation);
}

void pv_ballot_prefetch(const struct pv_election *election, uint32_t position)
{
    const struct pv_ballot *ballot = &election->ballots[position];
    pv_map_prefetch(&election->ballot_map, pv_hash_bits128(election->seed, ballot->id.bits));
}

bool pv_ballot_ensure_valid_state(const struct pv_election *election, uint32_t position,
                                  struct pv_violation *violation)
{
    if (!pv_ballot_check_touched(election, position, PV_NONE, violation))
        return false;
    uint32_t cursor = 0, candidate, count = 0;
    struct pv_rating rating;
    while (pv_ratings_next(&election->ratings, position, &cursor, &candidate, &rating)) {
        if (rating.stars > PV_RATING_MAX || candidate >= election->candidate_count)
            return pv_violate(violation, PV_RULE_RATING, PV_PART_BALLOT, position);
        count++;
    }
    if (count != election->ballots[position].rating_count)
        return pv_violate(violation, PV_RULE_RATING_COUNT, PV_PART_BALLOT, position);
    return true;
}
