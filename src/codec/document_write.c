#include <stdlib.h>

#include "document.h"

/* The key of a candidate or competition on a ballot: "<ULID>": */
enum { KEY_LEN = PV_ULID_LEN + 3 };

/* One rating of a ballot on a large paper, in the order in which ratings are printed. */
struct rated {
    uint64_t order; /* competition's position, then candidate's */
    struct pv_rating rating;
};

/* A place on a small paper, in the same order, with the text that a rating there is printed with. */
struct place {
    uint64_t order;
    char competition_key[KEY_LEN], candidate_key[KEY_LEN];
};

/* What printing many ballots needs. A small paper (the ratings are dense) is laid out once, so that a ballot
   costs a look at each candidate; on a large one each ballot's ratings are gathered and sorted. */
struct paper {
    const struct pv_election *election;
    bool small;
    uint32_t place_count;
    struct place places[PV_RATINGS_DENSE_MAX];
    struct rated *rated; /* large only; grows */
    size_t rated_count, rated_capacity;
};

/* Candidates are added to their competition and to the election at once, so within a competition the order of
   addition is the order of positions. */
static uint64_t order_of(const struct pv_election *election, uint32_t candidate)
{
    return (uint64_t)election->candidates[candidate].competition << 32 | candidate;
}

static int compare_orders(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int compare_places(const void *a, const void *b)
{
    return compare_orders(((const struct place *)a)->order, ((const struct place *)b)->order);
}

static int compare_rated(const void *a, const void *b)
{
    return compare_orders(((const struct rated *)a)->order, ((const struct rated *)b)->order);
}

static void make_key(struct pv_bits128 id, char key[KEY_LEN])
{
    key[0] = '"';
    pv_ulid_format(id, key + 1);
    key[KEY_LEN - 2] = '"';
    key[KEY_LEN - 1] = ':';
}

static void paper_init(struct paper *paper, const struct pv_election *election)
{
    paper->election = election;
    paper->small = election->ratings.candidates <= PV_RATINGS_DENSE_MAX;
    paper->place_count = paper->small ? election->ratings.candidates : 0;
    paper->rated = NULL;
    paper->rated_count = paper->rated_capacity = 0;
    for (uint32_t i = 0; i < paper->place_count; i++) {
        const struct pv_candidate *candidate = &election->candidates[i];
        paper->places[i].order = order_of(election, i);
        make_key(candidate->id.bits, paper->places[i].candidate_key);
        make_key(election->competitions[candidate->competition].id.bits, paper->places[i].competition_key);
    }
    if (paper->place_count > 1)
        qsort(paper->places, paper->place_count, sizeof(paper->places[0]), compare_places);
}

static void paper_deinit(struct paper *paper)
{
    free(paper->rated);
}

static void write_id(struct pv_out *out, struct pv_bits128 id)
{
    char text[PV_ULID_LEN];
    pv_ulid_format(id, text);
    pv_out_bytes(out, text, sizeof(text));
}

static void write_bool(struct pv_out *out, bool value)
{
    pv_out_str(out, value ? PV_STR("true") : PV_STR("false"));
}

static void write_optional(struct pv_out *out, const struct pv_text *text)
{
    if (text->len == 0)
        pv_out_str(out, PV_STR("null"));
    else
        pv_out_json(out, pv_text_str(text));
}

static void write_date(struct pv_out *out, bool present, struct pv_time time)
{
    char text[PV_TIME_MAX];
    if (!present) {
        pv_out_str(out, PV_STR("null"));
        return;
    }
    pv_out_char(out, '"');
    pv_out_bytes(out, text, pv_time_format(time, text));
    pv_out_char(out, '"');
}

/* The keys that every part begins with. */
static void write_part(struct pv_out *out, struct pv_bits128 id, int64_t version, bool deleted)
{
    pv_out_str(out, PV_STR("{\"id\":\""));
    write_id(out, id);
    pv_out_str(out, PV_STR("\",\"version\":"));
    pv_out_int(out, version);
    pv_out_str(out, PV_STR(",\"deleted\":"));
    write_bool(out, deleted);
}

static void write_named(struct pv_out *out, const struct pv_text *name, const struct pv_text *description)
{
    pv_out_str(out, PV_STR(",\"name\":"));
    pv_out_json(out, pv_text_str(name));
    pv_out_str(out, PV_STR(",\"description\":"));
    write_optional(out, description);
}

static void write_candidate(struct pv_out *out, const struct pv_candidate *candidate)
{
    write_part(out, candidate->id.bits, candidate->version, candidate->deleted);
    write_named(out, &candidate->name, &candidate->description);
    if (candidate->image_url.len == 0) {
        pv_out_str(out, PV_STR(",\"image\":null}"));
        return;
    }
    pv_out_str(out, PV_STR(",\"image\":{\"url\":"));
    pv_out_json(out, pv_text_str(&candidate->image_url));
    pv_out_str(out, PV_STR(",\"caption\":"));
    write_optional(out, &candidate->image_caption);
    pv_out_str(out, PV_STR("}}"));
}

static void write_competition(struct pv_out *out, const struct pv_election *election,
                              const struct pv_competition *competition)
{
    write_part(out, competition->id.bits, competition->version, competition->deleted);
    write_named(out, &competition->name, &competition->description);
    pv_out_str(out, PV_STR(",\"candidates\":["));
    for (uint32_t i = 0; i < competition->candidate_count; i++) {
        if (i > 0)
            pv_out_char(out, ',');
        write_candidate(out, &election->candidates[competition->candidates[i]]);
    }
    pv_out_str(out, PV_STR("]}"));
}

static void write_voter(struct pv_out *out, const struct pv_voter *voter)
{
    write_part(out, voter->id.bits, voter->version, voter->deleted);
    pv_out_str(out, PV_STR(",\"name\":"));
    pv_out_json(out, pv_voter_name(voter).text);
    pv_out_str(out, PV_STR(",\"email\":"));
    pv_out_json(out, pv_voter_email(voter).text);
    pv_out_str(out, PV_STR(",\"ballot_issued\":"));
    write_bool(out, pv_voter_ballot_issued(voter));
    pv_out_char(out, '}');
}

/* One rating, with the frame around it: `last` is the competition of the one before, PV_NONE for the first.
 */
static void write_rating(struct pv_out *out, uint32_t last, uint32_t competition,
                         const char competition_key[KEY_LEN], const char candidate_key[KEY_LEN],
                         struct pv_rating rating)
{
    if (last == competition) {
        pv_out_char(out, ',');
    } else {
        if (last != PV_NONE)
            pv_out_str(out, PV_STR("},"));
        pv_out_bytes(out, competition_key, KEY_LEN);
        pv_out_char(out, '{');
    }
    pv_out_bytes(out, candidate_key, KEY_LEN);
    pv_out_char(out, (char)('0' + rating.stars));
}

/* Returns whether any rating was written. */
static bool write_small_ratings(struct pv_out *out, const struct paper *paper, uint32_t ballot)
{
    uint32_t last = PV_NONE;
    for (uint32_t i = 0; i < paper->place_count; i++) {
        const struct place *place = &paper->places[i];
        struct pv_rating rating = pv_ratings_get(&paper->election->ratings, ballot, (uint32_t)place->order);
        if (rating.stars == 0)
            continue;
        uint32_t competition = (uint32_t)(place->order >> 32);
        write_rating(out, last, competition, place->competition_key, place->candidate_key, rating);
        last = competition;
    }
    return last != PV_NONE;
}

static bool paper_reserve(struct paper *paper)
{
    if (paper->rated_count < paper->rated_capacity)
        return true;
    size_t capacity = paper->rated_capacity == 0 ? 64 : paper->rated_capacity * 2;
    struct rated *moved = realloc(paper->rated, capacity * sizeof(*moved));
    if (moved == NULL)
        return false;
    paper->rated = moved;
    paper->rated_capacity = capacity;
    return true;
}

static bool gather(struct paper *paper, uint32_t ballot)
{
    uint32_t cursor = 0, candidate;
    struct pv_rating rating;
    paper->rated_count = 0;
    while (pv_ratings_next(&paper->election->ratings, ballot, &cursor, &candidate, &rating)) {
        if (!paper_reserve(paper))
            return false;
        paper->rated[paper->rated_count++] = (struct rated){order_of(paper->election, candidate), rating};
    }
    if (paper->rated_count > 1)
        qsort(paper->rated, paper->rated_count, sizeof(paper->rated[0]), compare_rated);
    return true;
}

static bool write_large_ratings(struct pv_out *out, struct paper *paper, uint32_t ballot)
{
    uint32_t last = PV_NONE;
    char competition_key[KEY_LEN], candidate_key[KEY_LEN];
    if (!gather(paper, ballot)) {
        out->failed = true;
        return false;
    }
    for (size_t i = 0; i < paper->rated_count; i++) {
        uint32_t competition = (uint32_t)(paper->rated[i].order >> 32);
        uint32_t candidate = (uint32_t)paper->rated[i].order;
        if (competition != last)
            make_key(paper->election->competitions[competition].id.bits, competition_key);
        make_key(paper->election->candidates[candidate].id.bits, candidate_key);
        write_rating(out, last, competition, competition_key, candidate_key, paper->rated[i].rating);
        last = competition;
    }
    return last != PV_NONE;
}

static void write_ballot(struct pv_out *out, struct paper *paper, uint32_t position)
{
    const struct pv_ballot *ballot = &paper->election->ballots[position];
    write_part(out, ballot->id.bits, ballot->version, ballot->deleted);
    pv_out_str(out, PV_STR(",\"voter_id\":\""));
    write_id(out, paper->election->voters[ballot->voter].id.bits);
    pv_out_str(out, PV_STR("\",\"ratings\":{"));
    bool any =
        paper->small ? write_small_ratings(out, paper, position) : write_large_ratings(out, paper, position);
    pv_out_str(out, any ? PV_STR("}},\"cast\":") : PV_STR("},\"cast\":"));
    write_bool(out, ballot->cast);
    pv_out_char(out, '}');
}

/* Voters or ballots from `first` up to `end`, as a JSON array. */
static void write_voters(struct pv_out *out, const struct pv_election *election, uint32_t first, uint32_t end)
{
    pv_out_char(out, '[');
    for (uint32_t i = first; i < end; i++) {
        if (i > first)
            pv_out_char(out, ',');
        write_voter(out, &election->voters[i]);
    }
    pv_out_char(out, ']');
}

static void write_ballots(struct pv_out *out, const struct pv_election *election, uint32_t first,
                          uint32_t end)
{
    struct paper paper;
    paper_init(&paper, election);
    pv_out_char(out, '[');
    for (uint32_t i = first; i < end && !out->failed; i++) {
        if (i > first)
            pv_out_char(out, ',');
        write_ballot(out, &paper, i);
    }
    pv_out_char(out, ']');
    paper_deinit(&paper);
}

/* The document without voters and ballots, and without its last brace. */
static void write_header(struct pv_out *out, const struct pv_election *election)
{
    write_part(out, election->id.bits, election->version, election->deleted);
    write_named(out, &election->name, &election->description);
    pv_out_str(out, PV_STR(",\"opened\":"));
    write_date(out, election->is_opened, election->opened.at);
    pv_out_str(out, PV_STR(",\"closed\":"));
    write_date(out, election->is_closed, election->closed.at);
    pv_out_str(out, PV_STR(",\"competitions\":["));
    for (uint32_t i = 0; i < election->competition_count; i++) {
        if (i > 0)
            pv_out_char(out, ',');
        write_competition(out, election, &election->competitions[i]);
    }
    pv_out_char(out, ']');
}

void pv_document_write_header(struct pv_out *out, const struct pv_election *election)
{
    write_header(out, election);
    pv_out_char(out, '}');
}

void pv_document_write(struct pv_out *out, const struct pv_election *election)
{
    write_header(out, election);
    pv_out_str(out, PV_STR(",\"voters\":"));
    write_voters(out, election, 0, election->voter_count);
    pv_out_str(out, PV_STR(",\"ballots\":"));
    write_ballots(out, election, 0, election->ballot_count);
    pv_out_char(out, '}');
}

static uint32_t pages(uint32_t count, uint32_t page)
{
    return count / page + (count % page != 0);
}

uint32_t pv_document_voter_pages(const struct pv_election *election)
{
    return pages(election->voter_count, PV_PAGE_VOTERS);
}

uint32_t pv_document_ballot_pages(const struct pv_election *election)
{
    return pages(election->ballot_count, PV_PAGE_BALLOTS);
}

/* The end of a page that begins at `first`. */
static uint32_t page_end(uint32_t first, uint32_t page, uint32_t count)
{
    return count - first > page ? first + page : count;
}

void pv_document_write_voters(struct pv_out *out, const struct pv_election *election, uint32_t page)
{
    uint32_t first = page * PV_PAGE_VOTERS;
    write_voters(out, election, first, page_end(first, PV_PAGE_VOTERS, election->voter_count));
}

void pv_document_write_ballots(struct pv_out *out, const struct pv_election *election, uint32_t page)
{
    uint32_t first = page * PV_PAGE_BALLOTS;
    write_ballots(out, election, first, page_end(first, PV_PAGE_BALLOTS, election->ballot_count));
}
