#include "model.h"

#include <stdlib.h>
#include <string.h>

static bool same(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

void model_free(struct model *model)
{
    free(model->facts);
    *model = (struct model){0};
}

void model_accept(struct model *model, const struct fact *fact)
{
    if (model->count == model->capacity) {
        model->capacity = model->capacity * 2 + 16;
        model->facts = realloc(model->facts, model->capacity * sizeof *model->facts);
        if (model->facts == NULL)
            abort();
    }
    model->facts[model->count++] = fact;
}

/* ---- questions ---- */

/* Which id an event type adds, removes or is about; what a scan compares. */
enum about { ANY, COMPETITION, CANDIDATE, VOTER, BALLOT };

static const char *id_of(const struct fact *fact, enum about about)
{
    switch (about) {
    case ANY:
        return "";
    case COMPETITION:
        return fact->competition;
    case CANDIDATE:
        return fact->candidate;
    case VOTER:
        return fact->voter;
    case BALLOT:
        return fact->ballot;
    }
    return "";
}

static const struct fact *first(const struct model *model, enum pv_event_type type, enum about about,
                                const char *id)
{
    for (size_t i = 0; i < model->count; i++)
        if (model->facts[i]->type == type && same(id_of(model->facts[i], about), id))
            return model->facts[i];
    return NULL;
}

static bool happened(const struct model *model, enum pv_event_type type)
{
    return first(model, type, ANY, "") != NULL;
}

enum model_phase model_phase(const struct model *model)
{
    if (happened(model, PV_EVENT_ELECTION_DELETED))
        return MODEL_DELETED;
    if (happened(model, PV_EVENT_ELECTION_CLOSED))
        return MODEL_CLOSED;
    if (happened(model, PV_EVENT_ELECTION_OPENED))
        return MODEL_OPEN;
    return model->count > 0 ? MODEL_DRAFT : MODEL_UNBORN;
}

const struct fact *model_nth(const struct model *model, enum pv_event_type type, size_t n)
{
    for (size_t i = 0; i < model->count; i++)
        if (model->facts[i]->type == type && n-- == 0)
            return model->facts[i];
    return NULL;
}

size_t model_count(const struct model *model, enum pv_event_type type)
{
    size_t n = 0;
    for (size_t i = 0; i < model->count; i++)
        n += model->facts[i]->type == type;
    return n;
}

const struct fact *model_competition(const struct model *model, const char *id)
{
    return first(model, PV_EVENT_COMPETITION_ADDED, COMPETITION, id);
}

const struct fact *model_candidate(const struct model *model, const char *id)
{
    return first(model, PV_EVENT_CANDIDATE_ADDED, CANDIDATE, id);
}

const struct fact *model_voter(const struct model *model, const char *id)
{
    return first(model, PV_EVENT_VOTER_REGISTERED, VOTER, id);
}

const struct fact *model_ballot(const struct model *model, const char *id)
{
    return first(model, PV_EVENT_BALLOT_CREATED, BALLOT, id);
}

const struct fact *model_ballot_of(const struct model *model, const char *voter)
{
    return first(model, PV_EVENT_BALLOT_CREATED, VOTER, voter);
}

bool model_competition_removed(const struct model *model, const char *id)
{
    return first(model, PV_EVENT_COMPETITION_REMOVED, COMPETITION, id) != NULL;
}

bool model_candidate_removed(const struct model *model, const char *id)
{
    return first(model, PV_EVENT_CANDIDATE_REMOVED, CANDIDATE, id) != NULL;
}

bool model_ballot_cast(const struct model *model, const char *id)
{
    return first(model, PV_EVENT_BALLOT_CAST, BALLOT, id) != NULL;
}

int model_rating(const struct model *model, const char *ballot, const char *candidate)
{
    int rating = 0;
    for (size_t i = 0; i < model->count; i++) {
        const struct fact *fact = model->facts[i];
        if (fact->type == PV_EVENT_BALLOT_CANDIDATE_RATED && same(fact->ballot, ballot) &&
            same(fact->candidate, candidate))
            rating = fact->rating;
    }
    return rating;
}

size_t model_ratings_on(const struct model *model, const char *ballot)
{
    size_t n = 0;
    for (size_t i = 0; i < model->count; i++)
        if (model->facts[i]->type == PV_EVENT_CANDIDATE_ADDED)
            n += model_rating(model, ballot, model->facts[i]->candidate) > 0;
    return n;
}

/* ---- D5, 4 to 9 ---- */

static const struct verdict accepted = {PV_CODE_NONE, PV_KEY_NONE};

/* The field that D7's table gives to a code. */
static struct verdict refuse(enum pv_code code, enum pv_field field)
{
    return (struct verdict){code, field};
}

static struct verdict decide_phase(const struct model *model, const struct fact *fact)
{
    enum model_phase phase = model_phase(model);
    bool creates = fact->type == PV_EVENT_ELECTION_CREATED;
    const struct cat_event *row = cat_event(fact->type);
    enum pv_code code;
    if (phase == MODEL_DELETED)
        return refuse(PV_ELECTION_DELETED, PV_KEY_ELECTION_ID);
    if (phase == MODEL_UNBORN)
        return creates ? accepted : refuse(PV_ELECTION_UNKNOWN, PV_KEY_ELECTION_ID);
    if (creates)
        return refuse(PV_ELECTION_EXISTS, PV_KEY_ELECTION_ID);
    if (!same(model->facts[0]->election, fact->election))
        return refuse(PV_ELECTION_MISMATCH, PV_KEY_ELECTION_ID);
    code = phase == MODEL_DRAFT ? row->draft : phase == MODEL_OPEN ? row->open : row->closed;
    return code == PV_CODE_NONE ? accepted : refuse(code, PV_KEY_ELECTION_ID);
}

static struct verdict decide_competition(const struct model *model, const struct fact *fact)
{
    if (model_competition(model, fact->competition) == NULL)
        return refuse(PV_COMPETITION_UNKNOWN, PV_KEY_COMPETITION_ID);
    if (model_competition_removed(model, fact->competition))
        return refuse(PV_COMPETITION_REMOVED, PV_KEY_COMPETITION_ID);
    return accepted;
}

static struct verdict decide_candidate(const struct model *model, const struct fact *fact)
{
    struct verdict verdict = decide_competition(model, fact);
    if (verdict.code != PV_CODE_NONE)
        return verdict;
    const struct fact *added = model_candidate(model, fact->candidate);
    if (added == NULL || !same(added->competition, fact->competition))
        return refuse(PV_CANDIDATE_UNKNOWN, PV_KEY_CANDIDATE_ID);
    if (model_candidate_removed(model, fact->candidate))
        return refuse(PV_CANDIDATE_REMOVED, PV_KEY_CANDIDATE_ID);
    return accepted;
}

static size_t live_candidates(const struct model *model, const char *competition)
{
    size_t n = 0;
    for (size_t i = 0; i < model->count; i++)
        n += model->facts[i]->type == PV_EVENT_CANDIDATE_ADDED &&
             same(model->facts[i]->competition, competition) &&
             !model_candidate_removed(model, model->facts[i]->candidate);
    return n;
}

static struct verdict decide_opened(const struct model *model)
{
    const struct fact *competition;
    bool any = false, small = false;
    for (size_t i = 0; (competition = model_nth(model, PV_EVENT_COMPETITION_ADDED, i)) != NULL; i++) {
        if (model_competition_removed(model, competition->competition))
            continue;
        any = true;
        small |= live_candidates(model, competition->competition) < 2;
    }
    if (!any)
        return refuse(PV_ELECTION_INCOMPLETE, PV_KEY_ELECTION_ID);
    return small ? refuse(PV_COMPETITION_TOO_SMALL, PV_KEY_COMPETITION_ID) : accepted;
}

static struct verdict decide_voter(const struct model *model, const struct fact *fact)
{
    if (model_voter(model, fact->voter) != NULL)
        return refuse(PV_VOTER_EXISTS, PV_KEY_VOTER_ID);
    for (size_t i = 0; i < model->count; i++)
        if (model->facts[i]->email != NULL && model_same_email(model->facts[i]->email, fact->email))
            return refuse(PV_VOTER_EMAIL_TAKEN, PV_KEY_EMAIL);
    return accepted;
}

static struct verdict decide_ballot_created(const struct model *model, const struct fact *fact)
{
    if (model_voter(model, fact->voter) == NULL)
        return refuse(PV_VOTER_UNKNOWN, PV_KEY_VOTER_ID);
    if (model_ballot_of(model, fact->voter) != NULL)
        return refuse(PV_BALLOT_ALREADY_ISSUED, PV_KEY_VOTER_ID);
    if (model_ballot(model, fact->ballot) != NULL)
        return refuse(PV_BALLOT_EXISTS, PV_KEY_BALLOT_ID);
    return accepted;
}

static struct verdict decide_ballot(const struct model *model, const struct fact *fact)
{
    if (model_ballot(model, fact->ballot) == NULL)
        return refuse(PV_BALLOT_UNKNOWN, PV_KEY_BALLOT_ID);
    if (model_ballot_cast(model, fact->ballot))
        return refuse(PV_BALLOT_CAST, PV_KEY_BALLOT_ID);
    return accepted;
}

static struct verdict decide_rated(const struct model *model, const struct fact *fact)
{
    struct verdict verdict = decide_ballot(model, fact);
    if (verdict.code == PV_CODE_NONE)
        verdict = decide_candidate(model, fact);
    if (verdict.code == PV_CODE_NONE && fact->rating == 0 &&
        model_rating(model, fact->ballot, fact->candidate) == 0)
        return refuse(PV_RATING_UNKNOWN, PV_KEY_RATING);
    return verdict;
}

static struct verdict decide_cast(const struct model *model, const struct fact *fact)
{
    struct verdict verdict = decide_ballot(model, fact);
    if (verdict.code == PV_CODE_NONE && model_ratings_on(model, fact->ballot) == 0)
        return refuse(PV_BALLOT_EMPTY, PV_KEY_BALLOT_ID);
    return verdict;
}

static struct verdict decide_candidate_added(const struct model *model, const struct fact *fact)
{
    struct verdict verdict = decide_competition(model, fact);
    if (verdict.code == PV_CODE_NONE && model_candidate(model, fact->candidate) != NULL)
        return refuse(PV_CANDIDATE_EXISTS, PV_KEY_CANDIDATE_ID);
    return verdict;
}

static struct verdict decide_particular(const struct model *model, const struct fact *fact)
{
    switch (fact->type) {
    case PV_EVENT_ELECTION_CREATED:
    case PV_EVENT_ELECTION_DELETED:
    case PV_EVENT_ELECTION_NAME_CHANGED:
    case PV_EVENT_ELECTION_DESCRIPTION_CHANGED:
        return accepted;
    case PV_EVENT_ELECTION_OPENED:
        return decide_opened(model);
    case PV_EVENT_ELECTION_CLOSED: /* dates in their canonical form sort as text */
        return strcmp(fact->date, model_nth(model, PV_EVENT_ELECTION_OPENED, 0)->date) < 0
                   ? refuse(PV_CLOSE_BEFORE_OPEN, PV_KEY_CLOSE_DATE)
                   : accepted;
    case PV_EVENT_COMPETITION_ADDED:
        return model_competition(model, fact->competition) == NULL
                   ? accepted
                   : refuse(PV_COMPETITION_EXISTS, PV_KEY_COMPETITION_ID);
    case PV_EVENT_COMPETITION_REMOVED:
    case PV_EVENT_COMPETITION_NAME_CHANGED:
    case PV_EVENT_COMPETITION_DESCRIPTION_CHANGED:
        return decide_competition(model, fact);
    case PV_EVENT_CANDIDATE_ADDED:
        return decide_candidate_added(model, fact);
    case PV_EVENT_CANDIDATE_REMOVED:
    case PV_EVENT_CANDIDATE_NAME_CHANGED:
    case PV_EVENT_CANDIDATE_DESCRIPTION_CHANGED:
    case PV_EVENT_CANDIDATE_IMAGE_CHANGED:
        return decide_candidate(model, fact);
    case PV_EVENT_VOTER_REGISTERED:
        return decide_voter(model, fact);
    case PV_EVENT_BALLOT_CREATED:
        return decide_ballot_created(model, fact);
    case PV_EVENT_BALLOT_CANDIDATE_RATED:
        return decide_rated(model, fact);
    case PV_EVENT_BALLOT_CAST:
        return decide_cast(model, fact);
    case PV_EVENT_TYPE_COUNT:
        break;
    }
    return accepted;
}

struct verdict model_decide(const struct model *model, const struct fact *fact)
{
    struct verdict verdict = decide_phase(model, fact);
    return verdict.code == PV_CODE_NONE ? decide_particular(model, fact) : verdict;
}
