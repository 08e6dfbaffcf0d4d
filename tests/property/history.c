#include "history.h"

#include "values.h"

#include <string.h>

enum { EVENTS_MAX = 400 };

void history_init(struct history *h, struct gen *g, struct bag *bag, const struct model *model,
                  unsigned election)
{
    static const uint32_t sizes[] = {170, 10, 3, 1};
    *h = (struct history){.g = g, .bag = bag, .model = model, .election = election};
    h->size = (enum history_size)gen_weighted(g, sizes, 4);
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
    [MODEL_UNBORN] =
        {[PV_EVENT_ELECTION_CREATED] = 40, [PV_EVENT_COMPETITION_ADDED] = 1, [PV_EVENT_BALLOT_CAST] = 1},
    [MODEL_DRAFT] = {[PV_EVENT_ELECTION_DELETED] = 1,
                     [PV_EVENT_ELECTION_NAME_CHANGED] = 4,
                     [PV_EVENT_ELECTION_DESCRIPTION_CHANGED] = 4,
                     [PV_EVENT_ELECTION_OPENED] = 30,
                     [PV_EVENT_COMPETITION_ADDED] = 12,
                     [PV_EVENT_COMPETITION_REMOVED] = 4,
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
                    [PV_EVENT_COMPETITION_REMOVED] = 1,
                    [PV_EVENT_CANDIDATE_REMOVED] = 3,
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

/* In two steps: no ballot to rate on, so create one; no voter to create it for, so register one. What needs a
   live part when everything was removed turns into a change of name, once the paper is frozen. */
static enum pv_event_type possible(struct history *h, enum pv_event_type type, enum model_phase phase)
{
    if (phase == MODEL_UNBORN || phase == MODEL_DELETED)
        return type;
    enum pv_event_type needed = what_it_needs(h, what_it_needs(h, type));
    bool paper = needed == PV_EVENT_COMPETITION_ADDED || needed == PV_EVENT_CANDIDATE_ADDED;
    bool voting = needed == PV_EVENT_BALLOT_CANDIDATE_RATED;
    if (phase != MODEL_DRAFT && (paper || (voting && !is_there(h, PV_EVENT_CANDIDATE_ADDED, live_candidate))))
        return PV_EVENT_ELECTION_NAME_CHANGED;
    return phase == MODEL_CLOSED ? type : needed;
}

static void plausible(struct history *h, enum pv_event_type type, struct wire *wire)
{
    struct history_refs refs;
    plausible_refs(h, type, &refs);
    history_fill(h, type, &refs, wire);
}

/* Whether the election still has to grow in what it is to be large in, and by which event. */
static bool too_small(struct history *h)
{
    static const size_t least[] = {0, 17, 258, 130};
    static const enum pv_event_type adds[] = {PV_EVENT_TYPE_COUNT, PV_EVENT_BALLOT_CREATED,
                                              PV_EVENT_CANDIDATE_ADDED, PV_EVENT_VOTER_REGISTERED};
    return model_phase(h->model) == MODEL_DRAFT && model_count(h->model, adds[h->size]) < least[h->size];
}

static uint32_t weight(struct history *h, enum model_phase phase, enum pv_event_type type)
{
    static const uint32_t more[][PV_EVENT_TYPE_COUNT] = {
        [SIZE_ORDINARY] = {0},
        [SIZE_BALLOTS] = {[PV_EVENT_BALLOT_CREATED] = 600},
        [SIZE_CANDIDATES] = {[PV_EVENT_CANDIDATE_ADDED] = 9000},
        [SIZE_VOTERS] = {[PV_EVENT_VOTER_REGISTERED] = 4000},
    };
    if (too_small(h) && more[h->size][type] > 0)
        return more[h->size][type];
    return too_small(h) && type == PV_EVENT_ELECTION_OPENED ? 0 : weights[phase][type];
}

static enum pv_event_type plausible_type(struct history *h)
{
    enum model_phase phase = model_phase(h->model);
    uint32_t drawn_from[PV_EVENT_TYPE_COUNT];
    for (int i = 0; i < PV_EVENT_TYPE_COUNT; i++)
        drawn_from[i] = weight(h, phase, (enum pv_event_type)i);
    enum pv_event_type type = (enum pv_event_type)gen_weighted(h->g, drawn_from, PV_EVENT_TYPE_COUNT);
    /* The end of everything: seldom, and what is left of the history then is short. */
    if (type == PV_EVENT_ELECTION_DELETED && gen_draw(h->g, 4) != 3)
        type = PV_EVENT_ELECTION_NAME_CHANGED;
    return possible(h, type, phase);
}

void history_event(struct history *h, struct wire *wire)
{
    enum pv_event_type type = plausible_type(h);
    h->serial++;
    if (!gen_chance(h->g, too_small(h) ? 3 : 15)) {
        plausible(h, type, wire);
        return;
    }
    if (gen_draw(h->g, 4) == 3) /* any type in any phase */
        type = (enum pv_event_type)gen_draw(h->g, PV_EVENT_TYPE_COUNT);
    plausible(h, type, wire);
    history_spoil(h, type, wire);
}

bool history_next(struct history *h, struct wire *wire)
{
    /* One in how many ends it: what is deleted refuses everything, what is closed nearly everything. */
    static const uint32_t ends[] = {[MODEL_UNBORN] = 20,
                                    [MODEL_DRAFT] = 100,
                                    [MODEL_OPEN] = 56,
                                    [MODEL_CLOSED] = 12,
                                    [MODEL_DELETED] = 4};
    uint32_t left = too_small(h) ? 5000 : ends[model_phase(h->model)];
    gen_item(h->g);
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
        "repeated commands",
        "commands given back",
        "commands of others",
    };
    if (counter < PV_EVENT_TYPE_COUNT)
        return cat_event((enum pv_event_type)counter)->type;
    if (counter > COUNT_REFUSED && counter < COUNT_REFUSED + PV_CODE_COUNT)
        return pv_code_name((enum pv_code)(counter - COUNT_REFUSED));
    if (counter > COUNT_FINDING && counter < COUNT_FINDING + PV_CODE_COUNT)
        return pv_code_name((enum pv_code)(counter - COUNT_FINDING));
    return counter >= COUNT_OTHER && counter < COUNT_END ? others[counter - COUNT_OTHER] : NULL;
}
