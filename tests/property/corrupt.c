#include "corrupt.h"

#define E struct pv_election *e, uint32_t i

/* ---- the election ---- */

static bool election_id_empty(E)
{
    (void)i;
    e->id.bits = (struct pv_bits128){0, 0};
    return true;
}

static bool election_name_empty(E)
{
    (void)i;
    e->name.len = 0;
    return true;
}

static bool election_closed_unopened(E)
{
    (void)i;
    if (e->is_opened)
        return false;
    e->is_closed = true;
    return true;
}

static bool election_closed_early(E)
{
    (void)i;
    if (!e->is_closed || e->opened.at.us == INT64_MIN)
        return false;
    e->closed.at.us = e->opened.at.us - 1;
    return true;
}

static bool election_opened_out_of_range(E)
{
    (void)i;
    if (!e->is_opened)
        return false;
    e->opened.at.us = INT64_MIN;
    return true;
}

static bool election_version_low(E)
{
    (void)i;
    int64_t needed = e->is_opened + e->is_closed + e->deleted;
    e->version = needed - 1;
    return needed > 0;
}

/* One less than the parts' events: only the sum over all of them shows it. */
static bool election_version_below_parts(E)
{
    (void)i;
    int64_t events = e->is_opened + e->is_closed + e->deleted + (int64_t)e->voter_count;
    for (uint32_t c = 0; c < e->competition_count; c++)
        events += e->competitions[c].version + 1;
    for (uint32_t b = 0; b < e->ballot_count; b++)
        events += e->ballots[b].version + 1;
    e->version = events - 1;
    return events > 0;
}

static bool election_live_competitions_off(E)
{
    (void)i;
    e->live_competitions++;
    return true;
}

static bool election_live_competitions_too_many(E)
{
    (void)i;
    e->live_competitions = e->competition_count + 1;
    return true;
}

/* ---- competitions ---- */

static bool competition_id_empty(E)
{
    e->competitions[i].id.bits = (struct pv_bits128){0, 0};
    return true;
}

static bool competition_id_other(E)
{
    e->competitions[i].id.bits.lo ^= 0x5555;
    return e->competitions[i].id.bits.lo != 0;
}

static bool competition_name_empty(E)
{
    e->competitions[i].name.len = 0;
    return true;
}

static bool competition_version_low(E)
{
    e->competitions[i].version = e->competitions[i].deleted - 1;
    return true;
}

static bool competition_version_below_candidates(E)
{
    int64_t events = e->competitions[i].deleted;
    for (uint32_t c = 0; c < e->candidate_count; c++)
        events += e->candidates[c].competition == i ? e->candidates[c].version + 1 : 0;
    e->competitions[i].version = events - 1;
    return events > 0;
}

static bool competition_live_off(E)
{
    e->competitions[i].live_candidates ^= 1;
    return true;
}

static bool competition_live_too_many(E)
{
    e->competitions[i].live_candidates = e->competitions[i].candidate_count + 1;
    return true;
}

static bool competition_linked_to_nowhere(E)
{
    e->competitions[i].small_next = e->competition_count;
    return true;
}

static bool competition_too_few(E)
{
    if (!e->is_opened || e->competitions[i].deleted)
        return false;
    e->competitions[i].candidate_count = 1;
    return true;
}

/* ---- candidates ---- */

static bool candidate_id_empty(E)
{
    e->candidates[i].id.bits = (struct pv_bits128){0, 0};
    return true;
}

static bool candidate_id_other(E)
{
    e->candidates[i].id.bits.hi ^= 0x5555;
    return true;
}

static bool candidate_name_empty(E)
{
    e->candidates[i].name.len = 0;
    return true;
}

static bool candidate_caption_alone(E)
{
    if (e->candidates[i].image_caption.len == 0)
        return false;
    e->candidates[i].image_url.len = 0;
    return true;
}

static bool candidate_url_cut(E)
{
    if (e->candidates[i].image_url.len < 8 || e->candidates[i].image_url.ptr[0] != 'h')
        return false;
    e->candidates[i].image_url.len = 6;
    return true;
}

static bool candidate_version_low(E)
{
    e->candidates[i].version = e->candidates[i].deleted - 1;
    return true;
}

static bool candidate_belongs_nowhere(E)
{
    e->candidates[i].competition = e->competition_count;
    return true;
}

static bool candidate_belongs_elsewhere(E)
{
    if (e->competition_count < 2)
        return false;
    e->candidates[i].competition = (e->candidates[i].competition + 1) % e->competition_count;
    return true;
}

/* ---- voters ---- */

static bool voter_id_empty(E)
{
    e->voters[i].id.bits = (struct pv_bits128){0, 0};
    return true;
}

static bool voter_id_other(E)
{
    e->voters[i].id.bits.lo ^= 0x5555;
    return e->voters[i].id.bits.lo != 0;
}

static bool voter_name_empty(E)
{
    e->voters[i].name_len = 0;
    return true;
}

static bool voter_email_empty(E)
{
    e->voters[i].email_len = 0;
    return true;
}

static bool voter_version_off(E)
{
    e->voters[i].version++;
    return true;
}

static bool voter_deleted(E)
{
    e->voters[i].deleted = true;
    return true;
}

static bool voter_ballot_forgotten(E)
{
    if (e->voters[i].ballot == PV_NONE)
        return false;
    e->voters[i].ballot = PV_NONE;
    return true;
}

static bool voter_ballot_out_of_range(E)
{
    e->voters[i].ballot = e->ballot_count;
    return true;
}

static bool voter_ballot_of_another(E)
{
    if (e->ballot_count < 2 || e->voters[i].ballot == PV_NONE)
        return false;
    e->voters[i].ballot = (e->voters[i].ballot + 1) % e->ballot_count;
    return true;
}

/* ---- ballots ---- */

static bool ballot_id_empty(E)
{
    e->ballots[i].id.bits = (struct pv_bits128){0, 0};
    return true;
}

static bool ballot_id_other(E)
{
    e->ballots[i].id.bits.hi ^= 0x5555;
    return true;
}

static bool ballot_voter_nobody(E)
{
    e->ballots[i].voter = e->voter_count;
    return true;
}

static bool ballot_voter_other(E)
{
    if (e->voter_count < 2)
        return false;
    e->ballots[i].voter = (e->ballots[i].voter + 1) % e->voter_count;
    return true;
}

static bool ballot_cast_unopened(E)
{
    if (e->is_opened)
        return false;
    e->ballots[i].cast = true;
    e->ballots[i].version = 9;
    return true;
}

static bool ballot_cast_empty(E)
{
    if (!e->is_opened || e->ballots[i].rating_count > 0)
        return false;
    e->ballots[i].cast = true;
    e->ballots[i].version = 9;
    return true;
}

static bool ballot_version_low(E)
{
    e->ballots[i].version = (int64_t)e->ballots[i].rating_count + e->ballots[i].cast - 1;
    return true;
}

static bool ballot_deleted(E)
{
    e->ballots[i].deleted = true;
    return true;
}

/* The count and the ratings themselves are compared by the exhaustive check only: that is a walk. */
static bool ballot_rating_count_off(E)
{
    if (e->ballots[i].rating_count == 0)
        return false;
    e->ballots[i].rating_count--;
    return true;
}

#define ROW(name, kind, sees)                                                                                \
    {                                                                                                        \
#name, PV_PART_##kind, name, sees                                                                    \
    }
const struct corruption corruptions[] = {
    ROW(election_id_empty, ELECTION, true),
    ROW(election_name_empty, ELECTION, true),
    ROW(election_closed_unopened, ELECTION, true),
    ROW(election_closed_early, ELECTION, true),
    ROW(election_opened_out_of_range, ELECTION, true),
    ROW(election_version_low, ELECTION, true),
    ROW(election_version_below_parts, ELECTION, false),
    ROW(election_live_competitions_off, ELECTION, false),
    ROW(election_live_competitions_too_many, ELECTION, true),
    ROW(competition_id_empty, COMPETITION, true),
    ROW(competition_id_other, COMPETITION, true),
    ROW(competition_name_empty, COMPETITION, true),
    ROW(competition_version_low, COMPETITION, true),
    ROW(competition_version_below_candidates, COMPETITION, false),
    ROW(competition_live_off, COMPETITION, false),
    ROW(competition_live_too_many, COMPETITION, true),
    ROW(competition_linked_to_nowhere, COMPETITION, true),
    ROW(competition_too_few, COMPETITION, true),
    ROW(candidate_id_empty, CANDIDATE, true),
    ROW(candidate_id_other, CANDIDATE, true),
    ROW(candidate_name_empty, CANDIDATE, true),
    ROW(candidate_caption_alone, CANDIDATE, true),
    ROW(candidate_url_cut, CANDIDATE, true),
    ROW(candidate_version_low, CANDIDATE, true),
    ROW(candidate_belongs_nowhere, CANDIDATE, true),
    ROW(candidate_belongs_elsewhere, CANDIDATE, false),
    ROW(voter_id_empty, VOTER, true),
    ROW(voter_id_other, VOTER, true),
    ROW(voter_name_empty, VOTER, true),
    ROW(voter_email_empty, VOTER, true),
    ROW(voter_version_off, VOTER, true),
    ROW(voter_deleted, VOTER, true),
    ROW(voter_ballot_forgotten, VOTER, true),
    ROW(voter_ballot_out_of_range, VOTER, true),
    ROW(voter_ballot_of_another, VOTER, true),
    ROW(ballot_id_empty, BALLOT, true),
    ROW(ballot_id_other, BALLOT, true),
    ROW(ballot_voter_nobody, BALLOT, true),
    ROW(ballot_voter_other, BALLOT, true),
    ROW(ballot_cast_unopened, BALLOT, true),
    ROW(ballot_cast_empty, BALLOT, true),
    ROW(ballot_version_low, BALLOT, true),
    ROW(ballot_deleted, BALLOT, true),
    ROW(ballot_rating_count_off, BALLOT, false),
};
const size_t corruption_count = sizeof corruptions / sizeof corruptions[0];

uint32_t part_count(const struct pv_election *election, enum pv_part part)
{
    switch (part) {
    case PV_PART_ELECTION:
        return 1;
    case PV_PART_COMPETITION:
        return election->competition_count;
    case PV_PART_CANDIDATE:
        return election->candidate_count;
    case PV_PART_VOTER:
        return election->voter_count;
    case PV_PART_BALLOT:
        return election->ballot_count;
    }
    return 0;
}

void part_save(struct part_copy *copy, const struct pv_election *e, enum pv_part part, uint32_t position)
{
    copy->part = part;
    copy->position = position;
    copy->election = *e;
    if (part == PV_PART_COMPETITION)
        copy->competition = e->competitions[position];
    if (part == PV_PART_CANDIDATE)
        copy->candidate = e->candidates[position];
    if (part == PV_PART_VOTER)
        copy->voter = e->voters[position];
    if (part == PV_PART_BALLOT)
        copy->ballot = e->ballots[position];
}

void part_put_back(const struct part_copy *copy, struct pv_election *e)
{
    *e = copy->election;
    if (copy->part == PV_PART_COMPETITION)
        e->competitions[copy->position] = copy->competition;
    if (copy->part == PV_PART_CANDIDATE)
        e->candidates[copy->position] = copy->candidate;
    if (copy->part == PV_PART_VOTER)
        e->voters[copy->position] = copy->voter;
    if (copy->part == PV_PART_BALLOT)
        e->ballots[copy->position] = copy->ballot;
}
