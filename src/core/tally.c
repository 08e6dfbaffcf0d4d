#include "tally.h"

#include <stdlib.h>
#include <string.h>

int pv_tally_compare(const struct pv_tally_candidate *a, const struct pv_tally_candidate *b)
{
    if (a->ratings == 0 || b->ratings == 0)
        return (a->ratings == 0) - (b->ratings == 0);
    __extension__ typedef unsigned __int128 wide;
    wide left = (wide)a->sum * b->ratings, right = (wide)b->sum * a->ratings;
    return (left < right) - (left > right);
}

static int compare_for_listing(const void *a, const void *b)
{
    const struct pv_tally_candidate *x = a, *y = b;
    int by_mean = pv_tally_compare(x, y);
    return by_mean != 0 ? by_mean : (x->candidate > y->candidate) - (x->candidate < y->candidate);
}

static void rank(struct pv_tally_candidate *candidates, uint32_t count)
{
    qsort(candidates, count, sizeof *candidates, compare_for_listing);
    for (uint32_t i = 0; i < count; i++) {
        bool shares = i > 0 && pv_tally_compare(&candidates[i - 1], &candidates[i]) == 0;
        candidates[i].rank = shares ? candidates[i - 1].rank : i + 1;
    }
}

/* Counts one ballot into the candidates' entries, which lie at the candidates' positions. */
static void count_ballot(struct pv_tally_candidate *by_position, const struct pv_election *election,
                         uint32_t ballot)
{
    uint32_t cursor = 0, candidate;
    struct pv_rating rating;
    while (pv_ratings_next(&election->ratings, ballot, &cursor, &candidate, &rating)) {
        struct pv_tally_candidate *entry = &by_position[candidate];
        entry->ratings++;
        entry->sum += rating.stars;
        entry->histogram[rating.stars - 1]++;
    }
}

/* The live candidates of the live competitions, grouped and ranked, out of the entries at their positions. */
static void list_competitions(struct pv_tally *tally, const struct pv_election *election,
                              const struct pv_tally_candidate *by_position)
{
    for (uint32_t i = 0; i < election->competition_count; i++) {
        const struct pv_competition *competition = &election->competitions[i];
        if (competition->deleted)
            continue;
        uint32_t first = tally->candidate_count;
        for (uint32_t j = 0; j < competition->candidate_count; j++) {
            uint32_t candidate = competition->candidates[j];
            if (pv_candidate_is_live(election, candidate))
                tally->candidates[tally->candidate_count++] = by_position[candidate];
        }
        uint32_t count = tally->candidate_count - first;
        rank(tally->candidates + first, count);
        tally->competitions[tally->competition_count++] = (struct pv_tally_competition){i, first, count};
    }
}

enum pv_result pv_tally_init(struct pv_tally *tally, const struct pv_election *election)
{
    struct pv_tally made = {.voters = election->voter_count, .ballots_issued = election->ballot_count};
    struct pv_tally_candidate *by_position =
        calloc((size_t)election->candidate_count + 1, sizeof *by_position);
    made.candidates = calloc((size_t)election->candidate_count + 1, sizeof *made.candidates);
    made.competitions = calloc((size_t)election->competition_count + 1, sizeof *made.competitions);
    if (by_position == NULL || made.candidates == NULL || made.competitions == NULL) {
        free(by_position);
        pv_tally_deinit(&made);
        return PV_FAULT_MEMORY;
    }
    for (uint32_t i = 0; i < election->candidate_count; i++)
        by_position[i].candidate = i;
    for (uint32_t i = 0; i < election->ballot_count; i++) {
        if (election->ballots[i].cast) {
            made.ballots_cast++;
            count_ballot(by_position, election, i);
        }
    }
    list_competitions(&made, election, by_position);
    free(by_position);
    *tally = made;
    return PV_OK;
}

void pv_tally_deinit(struct pv_tally *tally)
{
    free(tally->competitions);
    free(tally->candidates);
    *tally = (struct pv_tally){0};
}

uint64_t pv_tally_mean_e4(const struct pv_tally_candidate *candidate)
{
    return (candidate->sum * 20000 + candidate->ratings) / (candidate->ratings * 2);
}

/* The star that the n-th lowest rating has, n from 0. */
static unsigned nth_rating(const struct pv_tally_candidate *candidate, uint64_t n)
{
    unsigned stars = PV_RATING_MIN;
    for (uint64_t below = candidate->histogram[0]; below <= n; below += candidate->histogram[stars - 1])
        stars++;
    return stars;
}

unsigned pv_tally_median_x2(const struct pv_tally_candidate *candidate)
{
    uint64_t count = candidate->ratings;
    return nth_rating(candidate, (count - 1) / 2) + nth_rating(candidate, count / 2);
}
