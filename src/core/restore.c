#include "restore.h"

#include "parts.h"

#include <stdlib.h>

static enum pv_result misplaced(struct pv_violation *violation, enum pv_rule rule, enum pv_part part,
                                uint32_t position)
{
    *violation = (struct pv_violation){rule, part, position};
    return PV_REFUSED;
}

enum pv_result pv_restore_header(struct pv_election *election, const struct pv_restore_header *header)
{
    const struct pv_str values[] = {header->name.text, header->description.text};
    struct pv_text texts[2];
    enum pv_result result = pv_texts_copy(texts, values, 2);
    if (result != PV_OK)
        return result;
    election->id = header->id;
    election->version = header->version;
    election->deleted = header->deleted;
    election->is_opened = header->is_opened;
    election->is_closed = header->is_closed;
    election->opened = header->opened;
    election->closed = header->closed;
    election->name = texts[0];
    election->description = texts[1];
    return PV_OK;
}

enum pv_result pv_restore_competition(struct pv_election *election, const struct pv_restore_competition *from,
                                      struct pv_violation *violation)
{
    uint32_t position = election->competition_count;
    if (pv_election_find_competition(election, from->id) != PV_NONE)
        return misplaced(violation, PV_RULE_ID_UNIQUE, PV_PART_COMPETITION, position);
    const struct pv_str values[] = {from->name.text, from->description.text};
    struct pv_text texts[2];
    enum pv_result result = pv_competition_reserve(election);
    if (result == PV_OK)
        result = pv_texts_copy(texts, values, 2);
    if (result != PV_OK)
        return result;
    struct pv_competition *competition = pv_competition_place(election, from->id, texts);
    competition->version = from->version;
    competition->deleted = from->deleted;
    if (!from->deleted)
        pv_competition_appeared(election, position);
    return PV_OK;
}

enum pv_result pv_restore_candidate(struct pv_election *election, const struct pv_restore_candidate *from,
                                    struct pv_violation *violation)
{
    if (pv_election_find_candidate(election, from->id) != PV_NONE)
        return misplaced(violation, PV_RULE_ID_UNIQUE, PV_PART_CANDIDATE, election->candidate_count);
    uint32_t position = election->competition_count - 1;
    const struct pv_str values[] = {from->name.text, from->description.text, from->image_url.text,
                                    from->image_caption.text};
    struct pv_text texts[4];
    enum pv_result result = pv_candidate_reserve(election, position);
    if (result == PV_OK)
        result = pv_texts_copy(texts, values, 4);
    if (result != PV_OK)
        return result;
    struct pv_candidate *candidate = pv_candidate_place(election, from->id, position, texts);
    candidate->version = from->version;
    candidate->deleted = from->deleted;
    if (!from->deleted)
        pv_competition_resized(election, position, election->competitions[position].live_candidates + 1);
    return PV_OK;
}

/* What a document says of a voter's ballot before the ballots are read: a position that no ballot has. */
enum { BALLOT_TO_COME = PV_LIST_MAX };

enum pv_result pv_restore_voter(struct pv_election *election, const struct pv_restore_voter *from,
                                struct pv_violation *violation)
{
    uint32_t position = election->voter_count;
    if (pv_election_find_voter(election, from->id) != PV_NONE)
        return misplaced(violation, PV_RULE_ID_UNIQUE, PV_PART_VOTER, position);
    if (pv_election_find_email(election, from->email) != PV_NONE)
        return misplaced(violation, PV_RULE_EMAIL_UNIQUE, PV_PART_VOTER, position);
    char *text;
    enum pv_result result = pv_voter_reserve(election, from->name.text, from->email.text, &text);
    if (result != PV_OK)
        return result;
    pv_voter_place(election, from->id, text, from->name.text, from->email.text);
    struct pv_voter *voter = &election->voters[position];
    voter->version = from->version;
    voter->deleted = from->deleted;
    voter->ballot = from->ballot_issued ? BALLOT_TO_COME : PV_NONE;
    return PV_OK;
}

enum pv_result pv_restore_ballot(struct pv_election *election, const struct pv_restore_ballot *from,
                                 struct pv_violation *violation)
{
    uint32_t position = election->ballot_count;
    if (pv_election_find_ballot(election, from->id) != PV_NONE)
        return misplaced(violation, PV_RULE_ID_UNIQUE, PV_PART_BALLOT, position);
    uint32_t voter = pv_election_find_voter(election, from->voter_id);
    if (voter == PV_NONE)
        return misplaced(violation, PV_RULE_BALLOT_VOTER, PV_PART_BALLOT, position);
    if (election->voters[voter].ballot != BALLOT_TO_COME)
        return misplaced(violation, PV_RULE_BALLOT_ISSUED, PV_PART_BALLOT, position);
    /* All candidates are there by now: with the first ballot the rows get their length. */
    enum pv_result result = PV_OK;
    if (position == 0)
        result = pv_ratings_configure(&election->ratings, election->candidate_count, 0);
    if (result == PV_OK)
        result = pv_ballot_reserve(election);
    if (result != PV_OK)
        return result;
    pv_ballot_place(election, from->id, voter);
    struct pv_ballot *ballot = &election->ballots[position];
    ballot->version = from->version;
    ballot->deleted = from->deleted;
    ballot->cast = from->cast;
    return PV_OK;
}

enum pv_result pv_restore_rating(struct pv_election *election, struct pv_competition_id competition_id,
                                 struct pv_candidate_id candidate_id, struct pv_rating rating,
                                 struct pv_violation *violation)
{
    uint32_t position = election->ballot_count - 1;
    uint32_t competition = pv_election_find_competition(election, competition_id);
    uint32_t candidate = pv_election_find_candidate(election, candidate_id);
    bool belongs = candidate != PV_NONE && election->candidates[candidate].competition == competition;
    if (!belongs || pv_ratings_get(&election->ratings, position, candidate).stars != 0)
        return misplaced(violation, PV_RULE_RATING, PV_PART_BALLOT, position);
    enum pv_result result = pv_ratings_reserve(&election->ratings, position);
    if (result != PV_OK)
        return result;
    pv_ratings_set(&election->ratings, position, candidate, rating);
    election->ballots[position].rating_count++;
    return PV_OK;
}

enum pv_result pv_restore_end(struct pv_election *election)
{
    if (!election->is_opened)
        return PV_OK;
    if (!election->is_closed && (election->memo = pv_memo_new(election)) == NULL)
        return PV_FAULT_MEMORY;
    return election->ballot_count > 0
               ? PV_OK
               : pv_ratings_configure(&election->ratings, election->candidate_count, 0);
}
