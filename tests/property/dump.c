#include "dump.h"

#include <string.h>

static void put(struct buf *out, const void *bytes, size_t len)
{
    buf_add(out, bytes, len);
}

static void number(struct buf *out, int64_t value)
{
    put(out, &value, sizeof value);
}

static void address(struct buf *out, unsigned what, const void *where)
{
    if (what & DUMP_MEMORY)
        number(out, (int64_t)(intptr_t)where);
}

static void text(struct buf *out, unsigned what, const struct pv_text *value)
{
    number(out, (int64_t)value->len);
    put(out, value->ptr, value->len);
    address(out, what, value->ptr);
}

static void bits(struct buf *out, struct pv_bits128 value)
{
    number(out, (int64_t)value.hi);
    number(out, (int64_t)value.lo);
}

static void version(struct buf *out, unsigned what, int64_t value)
{
    if (what & DUMP_VERSIONS)
        number(out, value);
}

static void map(struct buf *out, unsigned what, const struct pv_map *m)
{
    number(out, m->used);
    if (!(what & DUMP_MEMORY))
        return;
    number(out, m->mask);
    address(out, what, m->slots);
    if (m->slots != NULL)
        put(out, m->slots, ((size_t)m->mask + 1) * sizeof *m->slots);
}

static void competition(struct buf *out, unsigned what, const struct pv_election *e, uint32_t i)
{
    const struct pv_competition *c = &e->competitions[i];
    bits(out, c->id.bits);
    version(out, what, c->version);
    number(out, c->deleted);
    text(out, what, &c->name);
    text(out, what, &c->description);
    number(out, c->candidate_count);
    for (uint32_t j = 0; j < c->candidate_count; j++)
        number(out, c->candidates[j]);
    number(out, c->live_candidates);
    if (what & DUMP_ORDER) {
        number(out, c->small_next);
        number(out, c->small_prev);
    }
    number(out, pv_election_find_competition(e, c->id));
    address(out, what, c->candidates);
    if (what & DUMP_MEMORY)
        number(out, c->candidate_capacity);
}

static void candidate(struct buf *out, unsigned what, const struct pv_election *e, uint32_t i)
{
    const struct pv_candidate *c = &e->candidates[i];
    bits(out, c->id.bits);
    version(out, what, c->version);
    number(out, c->competition);
    number(out, c->deleted);
    text(out, what, &c->name);
    text(out, what, &c->description);
    text(out, what, &c->image_url);
    text(out, what, &c->image_caption);
    number(out, pv_election_find_candidate(e, c->id));
    number(out, pv_candidate_is_live(e, i));
}

/* The email's other spelling must lead to the same voter. */
static uint32_t find_by_other_case(const struct pv_election *e, struct pv_str email)
{
    char other[PV_EMAIL_MAX];
    for (size_t i = 0; i < email.len; i++) {
        char c = email.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        other[i] = letter ? (char)(c ^ 0x20) : c;
    }
    return pv_election_find_email(e, (struct pv_voter_email){{other, email.len}});
}

static void voter(struct buf *out, unsigned what, const struct pv_election *e, uint32_t i)
{
    const struct pv_voter *v = &e->voters[i];
    struct pv_str name = pv_voter_name(v).text, email = pv_voter_email(v).text;
    bits(out, v->id.bits);
    version(out, what, v->version);
    number(out, v->deleted);
    number(out, v->ballot);
    number(out, (int64_t)name.len);
    put(out, name.ptr, name.len);
    number(out, (int64_t)email.len);
    put(out, email.ptr, email.len);
    address(out, what, v->text);
    number(out, pv_election_find_voter(e, v->id));
    number(out, pv_election_find_email(e, pv_voter_email(v)));
    number(out, find_by_other_case(e, email));
}

/* All ratings by the cursor must be those by position: their sum in one number suffices to see a difference.
 */
static void ratings(struct buf *out, const struct pv_election *e, uint32_t ballot)
{
    uint32_t cursor = 0, which;
    uint64_t sum = 0;
    struct pv_rating rating;
    if (e->ratings.candidates == 0)
        return;
    for (uint32_t i = 0; i < e->candidate_count; i++) {
        rating = pv_election_rating(e, ballot, i);
        put(out, &rating.stars, 1);
    }
    while (pv_ratings_next(&e->ratings, ballot, &cursor, &which, &rating))
        sum += (uint64_t)(which + 1) * 8 + rating.stars;
    number(out, (int64_t)sum);
}

static void ballot(struct buf *out, unsigned what, const struct pv_election *e, uint32_t i)
{
    const struct pv_ballot *b = &e->ballots[i];
    bits(out, b->id.bits);
    version(out, what, b->version);
    number(out, b->voter);
    number(out, b->rating_count);
    number(out, b->cast);
    number(out, b->deleted);
    number(out, pv_election_find_ballot(e, b->id));
    ratings(out, e, i);
}

static void rating_table(struct buf *out, unsigned what, const struct pv_election *e)
{
    const struct pv_ratings *r = &e->ratings;
    number(out, r->candidates);
    number(out, r->ballots);
    if (!(what & DUMP_MEMORY))
        return;
    number(out, r->stride);
    number(out, r->capacity);
    address(out, what, r->cells);
    address(out, what, r->rows);
    if (r->cells != NULL)
        put(out, r->cells, (size_t)r->ballots * r->stride);
    for (uint32_t i = 0; r->rows != NULL && i < r->ballots; i++) {
        number(out, r->rows[i].used);
        number(out, r->rows[i].mask);
        address(out, what, r->rows[i].slots);
        if (r->rows[i].slots != NULL)
            put(out, r->rows[i].slots, ((size_t)r->rows[i].mask + 1) * sizeof *r->rows[i].slots);
    }
}

static void lists(struct buf *out, unsigned what, const struct pv_election *e)
{
    number(out, e->competition_count);
    for (uint32_t i = 0; i < e->competition_count; i++)
        competition(out, what, e, i);
    number(out, e->candidate_count);
    for (uint32_t i = 0; i < e->candidate_count; i++)
        candidate(out, what, e, i);
    number(out, e->voter_count);
    for (uint32_t i = 0; i < e->voter_count; i++)
        voter(out, what, e, i);
    number(out, e->ballot_count);
    for (uint32_t i = 0; i < e->ballot_count; i++)
        ballot(out, what, e, i);
    if (!(what & DUMP_MEMORY))
        return;
    address(out, what, e->competitions);
    address(out, what, e->candidates);
    address(out, what, e->voters);
    address(out, what, e->ballots);
    address(out, what, e->memo);
    number(out, e->competition_capacity);
    number(out, e->candidate_capacity);
    number(out, e->voter_capacity);
    number(out, e->ballot_capacity);
}

/* Ids and an email that no test uses: whatever is in the maps, they are not there. */
static void strangers(struct buf *out, const struct pv_election *e)
{
    struct pv_bits128 stranger = {0x0123456789abcdefU, 77};
    number(out, pv_election_find_competition(e, (struct pv_competition_id){stranger}));
    number(out, pv_election_find_candidate(e, (struct pv_candidate_id){stranger}));
    number(out, pv_election_find_voter(e, (struct pv_voter_id){stranger}));
    number(out, pv_election_find_ballot(e, (struct pv_ballot_id){stranger}));
    number(out, pv_election_find_email(e, (struct pv_voter_email){PV_STR("nobody@nowhere")}));
}

void dump(const struct pv_election *e, unsigned what, struct buf *out)
{
    bits(out, e->id.bits);
    version(out, what, e->version);
    number(out, pv_election_phase(e));
    number(out, e->deleted);
    number(out, e->is_opened);
    number(out, e->is_closed);
    number(out, e->is_opened ? e->opened.at.us : 0);
    number(out, e->is_closed ? e->closed.at.us : 0);
    text(out, what, &e->name);
    text(out, what, &e->description);
    number(out, e->live_competitions);
    number(out, what & DUMP_ORDER ? e->small_competitions : e->small_competitions == PV_NONE);
    lists(out, what, e);
    rating_table(out, what, e);
    map(out, what, &e->competition_map);
    map(out, what, &e->candidate_map);
    map(out, what, &e->voter_map);
    map(out, what, &e->email_map);
    map(out, what, &e->ballot_map);
    strangers(out, e);
}
