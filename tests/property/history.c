#include "history.h"

#include "values.h"

#include <string.h>

enum { EVENTS_MAX = 400 };

/* ---- the plan ---- */

void history_init(struct history *h, struct gen *g, struct bag *bag, const struct model *model,
                  unsigned election)
{
    static const uint32_t weights[] = {30, 130, 12, 1, 1};
    *h = (struct history){.g = g, .bag = bag, .model = model, .election = election};
    switch (gen_weighted(g, weights, 5)) {
    case 0:
        return;
    case 1:
        h->plan = (struct history_plan){1 + gen_draw(g, 3), 1 + gen_draw(g, 4), gen_draw(g, 5), 0, false};
        h->plan.ballots = gen_draw(g, h->plan.voters + 1);
        h->plan.open = gen_draw(g, 4) > 0;
        break;
    case 2: /* more than a page of ballots */
        h->plan = (struct history_plan){1, 2, 18, 15 + gen_draw(g, 4), true};
        break;
    case 3: /* about as many candidates as the ratings' first layout holds */
        h->plan = (struct history_plan){1, 254 + gen_draw(g, 5), 3, 2, true};
        break;
    default: /* more than a page of voters */
        h->plan = (struct history_plan){1, 2, 126 + gen_draw(g, 5), 2, true};
        break;
    }
}

/* ---- picking parts by what the model knows ---- */

typedef bool wanted_fn(const struct model *model, const struct fact *added);

static bool any(const struct model *model, const struct fact *added)
{
    (void)model;
    (void)added;
    return true;
}

static bool live_competition(const struct model *model, const struct fact *added)
{
    return !model_competition_removed(model, added->competition);
}

static bool live_candidate(const struct model *model, const struct fact *added)
{
    return live_competition(model, added) && !model_candidate_removed(model, added->candidate);
}

static bool without_ballot(const struct model *model, const struct fact *added)
{
    return model_ballot_of(model, added->voter) == NULL;
}

static bool uncast(const struct model *model, const struct fact *added)
{
    return !model_ballot_cast(model, added->ballot);
}

static bool ready_to_cast(const struct model *model, const struct fact *added)
{
    return uncast(model, added) && model_ratings_on(model, added->ballot) > 0;
}

static const struct fact *pick(struct history *h, enum pv_event_type adds, wanted_fn *wanted)
{
    const struct fact *added;
    uint32_t count = 0;
    for (size_t i = 0; (added = model_nth(h->model, adds, i)) != NULL; i++)
        count += wanted(h->model, added);
    if (count == 0)
        return NULL;
    uint32_t chosen = gen_draw(h->g, count);
    for (size_t i = 0; (added = model_nth(h->model, adds, i)) != NULL; i++)
        if (wanted(h->model, added) && chosen-- == 0)
            return added;
    return NULL;
}

static void new_id(struct history *h, enum pv_event_type adds, char out[MODEL_ID])
{
    value_id((unsigned)model_count(h->model, adds), out);
}

static void pick_competition(struct history *h, wanted_fn *wanted, struct history_refs *refs)
{
    const struct fact *added = pick(h, PV_EVENT_COMPETITION_ADDED, wanted);
    if (added != NULL)
        memcpy(refs->competition, added->competition, MODEL_ID);
}

static void pick_candidate(struct history *h, wanted_fn *wanted, struct history_refs *refs)
{
    const struct fact *added = pick(h, PV_EVENT_CANDIDATE_ADDED, wanted);
    if (added == NULL)
        return;
    memcpy(refs->competition, added->competition, MODEL_ID);
    memcpy(refs->candidate, added->candidate, MODEL_ID);
}

static void pick_voter(struct history *h, wanted_fn *wanted, struct history_refs *refs)
{
    const struct fact *added = pick(h, PV_EVENT_VOTER_REGISTERED, wanted);
    if (added != NULL)
        memcpy(refs->voter, added->voter, MODEL_ID);
}

static void pick_ballot(struct history *h, wanted_fn *wanted, struct history_refs *refs)
{
    const struct fact *added = pick(h, PV_EVENT_BALLOT_CREATED, wanted);
    if (added == NULL)
        added = pick(h, PV_EVENT_BALLOT_CREATED, any);
    if (added != NULL)
        memcpy(refs->ballot, added->ballot, MODEL_ID);
}

static void plausible_refs(struct history *h, enum pv_event_type type, struct history_refs *refs)
{
    new_id(h, PV_EVENT_COMPETITION_ADDED, refs->competition);
    new_id(h, PV_EVENT_CANDIDATE_ADDED, refs->candidate);
    new_id(h, PV_EVENT_VOTER_REGISTERED, refs->voter);
    new_id(h, PV_EVENT_BALLOT_CREATED, refs->ballot);
    switch (type) {
    case PV_EVENT_COMPETITION_REMOVED:
    case PV_EVENT_COMPETITION_NAME_CHANGED:
    case PV_EVENT_COMPETITION_DESCRIPTION_CHANGED:
    case PV_EVENT_CANDIDATE_ADDED:
        pick_competition(h, live_competition, refs);
        break;
    case PV_EVENT_CANDIDATE_REMOVED:
    case PV_EVENT_CANDIDATE_NAME_CHANGED:
    case PV_EVENT_CANDIDATE_DESCRIPTION_CHANGED:
    case PV_EVENT_CANDIDATE_IMAGE_CHANGED:
        pick_candidate(h, live_candidate, refs);
        break;
    case PV_EVENT_BALLOT_CREATED:
        pick_voter(h, without_ballot, refs);
        break;
    case PV_EVENT_BALLOT_CANDIDATE_RATED:
        pick_ballot(h, uncast, refs);
        pick_candidate(h, live_candidate, refs);
        break;
    case PV_EVENT_BALLOT_CAST:
        pick_ballot(h, ready_to_cast, refs);
        break;
    case PV_EVENT_ELECTION_CREATED:
    case PV_EVENT_ELECTION_DELETED:
    case PV_EVENT_ELECTION_NAME_CHANGED:
    case PV_EVENT_ELECTION_DESCRIPTION_CHANGED:
    case PV_EVENT_ELECTION_OPENED:
    case PV_EVENT_ELECTION_CLOSED:
    case PV_EVENT_COMPETITION_ADDED:
    case PV_EVENT_VOTER_REGISTERED:
    case PV_EVENT_TYPE_COUNT:
        break;
    }
}

/* ---- which event ---- */

/* How likely each type is in each phase, among the plausible. */
static const uint32_t weights[][PV_EVENT_TYPE_COUNT] = {
    [MODEL_UNBORN] = {[PV_EVENT_ELECTION_CREATED] = 1},
    [MODEL_DRAFT] = {[PV_EVENT_ELECTION_DELETED] = 1,
                     [PV_EVENT_ELECTION_NAME_CHANGED] = 4,
                     [PV_EVENT_ELECTION_DESCRIPTION_CHANGED] = 4,
                     [PV_EVENT_ELECTION_OPENED] = 12,
                     [PV_EVENT_COMPETITION_ADDED] = 14,
                     [PV_EVENT_COMPETITION_REMOVED] = 6,
                     [PV_EVENT_COMPETITION_NAME_CHANGED] = 4,
                     [PV_EVENT_COMPETITION_DESCRIPTION_CHANGED] = 4,
                     [PV_EVENT_CANDIDATE_ADDED] = 34,
                     [PV_EVENT_CANDIDATE_REMOVED] = 5,
                     [PV_EVENT_CANDIDATE_NAME_CHANGED] = 4,
                     [PV_EVENT_CANDIDATE_DESCRIPTION_CHANGED] = 4,
                     [PV_EVENT_CANDIDATE_IMAGE_CHANGED] = 6,
                     [PV_EVENT_VOTER_REGISTERED] = 12,
                     [PV_EVENT_BALLOT_CREATED] = 8},
    [MODEL_OPEN] = {[PV_EVENT_ELECTION_DELETED] = 1,
                    [PV_EVENT_ELECTION_NAME_CHANGED] = 3,
                    [PV_EVENT_ELECTION_DESCRIPTION_CHANGED] = 3,
                    [PV_EVENT_ELECTION_CLOSED] = 4,
                    [PV_EVENT_COMPETITION_REMOVED] = 2,
                    [PV_EVENT_CANDIDATE_REMOVED] = 4,
                    [PV_EVENT_VOTER_REGISTERED] = 12,
                    [PV_EVENT_BALLOT_CREATED] = 16,
                    [PV_EVENT_BALLOT_CANDIDATE_RATED] = 70,
                    [PV_EVENT_BALLOT_CAST] = 14},
    [MODEL_CLOSED] = {[PV_EVENT_ELECTION_DELETED] = 2,
                      [PV_EVENT_ELECTION_NAME_CHANGED] = 4,
                      [PV_EVENT_ELECTION_DESCRIPTION_CHANGED] = 4,
                      [PV_EVENT_COMPETITION_REMOVED] = 3,
                      [PV_EVENT_CANDIDATE_REMOVED] = 5,
                      [PV_EVENT_BALLOT_CANDIDATE_RATED] = 2,
                      [PV_EVENT_VOTER_REGISTERED] = 1},
    [MODEL_DELETED] = {[PV_EVENT_ELECTION_NAME_CHANGED] = 1},
};

static bool is_there(struct history *h, enum pv_event_type adds, wanted_fn *wanted)
{
    const struct fact *added;
    for (size_t i = 0; (added = model_nth(h->model, adds, i)) != NULL; i++)
        if (wanted(h->model, added))
            return true;
    return false;
}

static bool can_open(struct history *h)
{
    struct fact open = {.type = PV_EVENT_ELECTION_OPENED};
    memcpy(open.election, h->model->facts[0]->election, MODEL_ID);
    return model_decide(h->model, &open).code == PV_CODE_NONE;
}

/* One in how many openings that will be refused is tried all the same: with no competition at all more often,
   because that is rare. */
static uint32_t opening_is_early(struct history *h)
{
    return is_there(h, PV_EVENT_COMPETITION_ADDED, live_competition) ? 8 : 2;
}

/* What must happen first if an event has nothing to be about; else its own type. */
static enum pv_event_type what_it_needs(struct history *h, enum pv_event_type type)
{
    switch (type) {
    case PV_EVENT_COMPETITION_REMOVED:
    case PV_EVENT_COMPETITION_NAME_CHANGED:
    case PV_EVENT_COMPETITION_DESCRIPTION_CHANGED:
    case PV_EVENT_CANDIDATE_ADDED:
        return is_there(h, PV_EVENT_COMPETITION_ADDED, live_competition) ? type : PV_EVENT_COMPETITION_ADDED;
    case PV_EVENT_CANDIDATE_REMOVED:
    case PV_EVENT_CANDIDATE_NAME_CHANGED:
    case PV_EVENT_CANDIDATE_DESCRIPTION_CHANGED:
    case PV_EVENT_CANDIDATE_IMAGE_CHANGED:
        return is_there(h, PV_EVENT_CANDIDATE_ADDED, live_candidate) ? type : PV_EVENT_CANDIDATE_ADDED;
    case PV_EVENT_ELECTION_OPENED:
        return can_open(h) || gen_draw(h->g, opening_is_early(h)) == 1 ? type : PV_EVENT_CANDIDATE_ADDED;
    case PV_EVENT_BALLOT_CREATED:
        return is_there(h, PV_EVENT_VOTER_REGISTERED, without_ballot) ? type : PV_EVENT_VOTER_REGISTERED;
    case PV_EVENT_BALLOT_CANDIDATE_RATED:
        return is_there(h, PV_EVENT_BALLOT_CREATED, uncast) ? type : PV_EVENT_BALLOT_CREATED;
    case PV_EVENT_BALLOT_CAST:
        return is_there(h, PV_EVENT_BALLOT_CREATED, ready_to_cast) ? type : PV_EVENT_BALLOT_CANDIDATE_RATED;
    case PV_EVENT_ELECTION_CREATED:
    case PV_EVENT_ELECTION_DELETED:
    case PV_EVENT_ELECTION_NAME_CHANGED:
    case PV_EVENT_ELECTION_DESCRIPTION_CHANGED:
    case PV_EVENT_ELECTION_CLOSED:
    case PV_EVENT_COMPETITION_ADDED:
    case PV_EVENT_VOTER_REGISTERED:
    case PV_EVENT_TYPE_COUNT:
        break;
    }
    return type;
}

/* In two steps: no ballot to rate on, so create one; no voter to create it for, so register one. */
static enum pv_event_type possible(struct history *h, enum pv_event_type type, enum model_phase phase)
{
    if (phase != MODEL_DRAFT && phase != MODEL_OPEN)
        return type;
    type = what_it_needs(h, what_it_needs(h, type));
    bool paper = type == PV_EVENT_COMPETITION_ADDED || type == PV_EVENT_CANDIDATE_ADDED;
    bool voting = type == PV_EVENT_BALLOT_CANDIDATE_RATED;
    if (phase == MODEL_OPEN && (paper || (voting && !is_there(h, PV_EVENT_CANDIDATE_ADDED, live_candidate))))
        return PV_EVENT_ELECTION_NAME_CHANGED; /* everything was removed */
    return type;
}

static void plausible(struct history *h, enum pv_event_type type, struct wire *wire)
{
    struct history_refs refs;
    plausible_refs(h, type, &refs);
    history_fill(h, type, &refs, wire);
}

void history_event(struct history *h, struct wire *wire)
{
    enum model_phase phase = model_phase(h->model);
    enum pv_event_type type = (enum pv_event_type)gen_weighted(h->g, weights[phase], PV_EVENT_TYPE_COUNT);
    type = possible(h, type, phase);
    h->serial++;
    if (!gen_chance(h->g, 15)) {
        plausible(h, type, wire);
        return;
    }
    if (gen_draw(h->g, 4) == 3) /* any type in any phase */
        type = (enum pv_event_type)gen_draw(h->g, PV_EVENT_TYPE_COUNT);
    plausible(h, type, wire);
    history_spoil(h, type, wire);
}

/* The type of the plan's next event; false when the plan is done. */
static bool planned_type(struct history *h, enum pv_event_type *type)
{
    const struct history_plan *p = &h->plan;
    unsigned n = h->planned++, candidates = p->competitions * p->candidates;
    *type = PV_EVENT_ELECTION_CREATED;
    if (p->competitions + p->voters == 0)
        return false;
    if (n == 0 && gen_draw(h->g, 32) == 31) /* too early: the plan begins with the next one */
        *type = (enum pv_event_type)gen_draw(h->g, PV_EVENT_TYPE_COUNT);
    if (n == 0 && *type != PV_EVENT_ELECTION_CREATED)
        h->planned = 0;
    else if (n == 0)
        return true;
    else if ((n -= 1) < p->competitions)
        *type = PV_EVENT_COMPETITION_ADDED;
    else if ((n -= p->competitions) < candidates)
        *type = PV_EVENT_CANDIDATE_ADDED;
    else if ((n -= candidates) < p->voters)
        *type = PV_EVENT_VOTER_REGISTERED;
    else if ((n -= p->voters) < p->ballots)
        *type = PV_EVENT_BALLOT_CREATED;
    else if (n - p->ballots == 0 && p->open)
        *type = PV_EVENT_ELECTION_OPENED;
    else
        return false;
    return true;
}

bool history_next(struct history *h, struct wire *wire)
{
    enum pv_event_type type;
    if (planned_type(h, &type)) {
        gen_item(h->g);
        h->serial++;
        plausible(h, type, wire);
        return true;
    }
    gen_item(h->g);
    /* A deleted election refuses everything: soon over. */
    uint32_t left = model_phase(h->model) == MODEL_DELETED ? 4 : 48;
    if (h->serial >= EVENTS_MAX || gen_draw(h->g, left) == 0)
        return false;
    history_event(h, wire);
    return true;
}

/* ---- counting ---- */

void history_count(struct gen *g, const struct fact *fact, enum pv_code code)
{
    gen_count(g,
              code == PV_CODE_NONE ? COUNT_ACCEPTED + (unsigned)fact->type : COUNT_REFUSED + (unsigned)code);
}

const char *history_counter_name(unsigned counter)
{
    static const char *const others[] = {
        "documents compared",
        "corruptions seen by both checks",
        "corruptions of untouched parts",
        "loads",
        "loads that are refused",
        "batches",
        "wide papers",
        "restored documents",
    };
    if (counter < PV_EVENT_TYPE_COUNT)
        return cat_event((enum pv_event_type)counter)->type;
    if (counter > COUNT_REFUSED && counter < COUNT_REFUSED + PV_CODE_COUNT)
        return pv_code_name((enum pv_code)(counter - COUNT_REFUSED));
    if (counter > COUNT_FINDING && counter < COUNT_FINDING + PV_CODE_COUNT)
        return pv_code_name((enum pv_code)(counter - COUNT_FINDING));
    return counter >= COUNT_OTHER && counter < COUNT_END ? others[counter - COUNT_OTHER] : NULL;
}
