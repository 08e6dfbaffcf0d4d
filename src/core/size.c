#include "election.h"

/* So many parts of a kind are looked at; the others are taken to be like them. */
enum { SAMPLES = 32 };

typedef size_t part_size(const struct pv_election *election, uint32_t position);

static size_t all_parts(const struct pv_election *election, uint32_t count, part_size *size_of)
{
    uint32_t samples = count < SAMPLES ? count : SAMPLES;
    uint64_t sum = 0;
    if (samples == 0)
        return 0;
    for (uint32_t i = 0; i < samples; i++)
        sum += size_of(election, (uint32_t)((uint64_t)i * count / samples));
    return (size_t)(sum * count / samples);
}

static size_t competition_size(const struct pv_election *election, uint32_t position)
{
    const struct pv_competition *competition = &election->competitions[position];
    return competition->name.len + competition->description.len +
           competition->candidate_capacity * sizeof *competition->candidates;
}

static size_t candidate_size(const struct pv_election *election, uint32_t position)
{
    const struct pv_candidate *candidate = &election->candidates[position];
    return candidate->name.len + candidate->description.len + candidate->image_url.len +
           candidate->image_caption.len;
}

static size_t voter_size(const struct pv_election *election, uint32_t position)
{
    const struct pv_voter *voter = &election->voters[position];
    return (size_t)voter->name_len + voter->email_len;
}

static size_t row_size(const struct pv_election *election, uint32_t position)
{
    const struct pv_ratings_row *row = &election->ratings.rows[position];
    return row->slots == NULL ? 0 : ((size_t)row->mask + 1) * sizeof *row->slots;
}

static size_t ratings_size(const struct pv_election *election)
{
    const struct pv_ratings *ratings = &election->ratings;
    if (ratings->rows == NULL)
        return (size_t)ratings->capacity * ratings->stride;
    return ratings->capacity * sizeof *ratings->rows + all_parts(election, ratings->ballots, row_size);
}

static size_t map_size(const struct pv_map *map)
{
    return map->slots == NULL ? 0 : ((size_t)map->mask + 1) * sizeof *map->slots;
}

size_t pv_election_size(const struct pv_election *election)
{
    size_t lists = election->competition_capacity * sizeof *election->competitions +
                   election->candidate_capacity * sizeof *election->candidates +
                   election->voter_capacity * sizeof *election->voters +
                   election->ballot_capacity * sizeof *election->ballots;
    size_t maps = map_size(&election->competition_map) + map_size(&election->candidate_map) +
                  map_size(&election->voter_map) + map_size(&election->email_map) +
                  map_size(&election->ballot_map);
    size_t texts = election->name.len + election->description.len +
                   all_parts(election, election->competition_count, competition_size) +
                   all_parts(election, election->candidate_count, candidate_size) +
                   all_parts(election, election->voter_count, voter_size);
    return lists + maps + texts + ratings_size(election) +
           (election->memo == NULL ? 0 : sizeof *election->memo);
}
