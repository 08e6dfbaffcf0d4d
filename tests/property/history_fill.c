#include "history.h"

#include "values.h"

#include <string.h>

enum { UNKNOWN_ID = 900, OTHER_ELECTION = 40 };

/* ---- good fields ---- */

static struct pv_str id_text(struct history *h, const char *id)
{
    return value_id_text(h->g, h->bag, id);
}

static struct pv_str good_id(struct history *h, enum pv_field field, const struct history_refs *refs)
{
    char election[MODEL_ID];
    if (field == PV_KEY_COMPETITION_ID)
        return id_text(h, refs->competition);
    if (field == PV_KEY_CANDIDATE_ID)
        return id_text(h, refs->candidate);
    if (field == PV_KEY_VOTER_ID)
        return id_text(h, refs->voter);
    if (field == PV_KEY_BALLOT_ID)
        return id_text(h, refs->ballot);
    value_id(h->election, election);
    return id_text(h, election);
}

static struct pv_primitive good_rating(struct history *h, const struct history_refs *refs)
{
    bool there = model_rating(h->model, refs->ballot, refs->candidate) > 0;
    if (there && gen_draw(h->g, 4) == 3)
        return wire_null();
    return wire_integer(value_good(h->g, h->bag, CAT_RATING, 0));
}

static struct pv_primitive good_value(struct history *h, const struct cat_field *f,
                                      const struct history_refs *refs)
{
    if (f->kind == CAT_RATING)
        return good_rating(h, refs);
    if (f->kind == CAT_ID)
        return wire_string(good_id(h, f->field, refs));
    return wire_string(value_good(h->g, h->bag, f->kind, h->serial));
}

static bool has_text(struct wire *wire, const char *key)
{
    struct wire_member *member = wire_find(wire, key);
    return member != NULL && member->value.kind == PV_PRIMITIVE_STRING && member->value.text.len > 0;
}

/* Whether an optional field is left out, null, empty, or there. */
enum presence { LEFT_OUT, IS_NULL, IS_EMPTY, IS_THERE };
static enum presence presence(struct history *h, const struct cat_field *f, struct wire *wire)
{
    static const uint32_t optional[] = {8, 2, 1, 6}, nullable[] = {0, 3, 1, 10};
    if (f->need == '!' || f->kind == CAT_RATING)
        return IS_THERE;
    enum presence drawn = (enum presence)gen_weighted(h->g, f->need == '?' ? nullable : optional, 4);
    bool url = has_text(wire, "image_url") || has_text(wire, "url");
    return f->kind == CAT_CAPTION && drawn == IS_THERE && !url ? LEFT_OUT : drawn;
}

void history_fill(struct history *h, enum pv_event_type type, const struct history_refs *refs,
                  struct wire *wire)
{
    const struct cat_event *row = cat_event(type);
    memset(wire, 0, offsetof(struct wire, members));
    wire->damage = WIRE_SOUND;
    wire->broken = 0;
    wire->type = bag_str(h->bag, row->type);
    for (const struct cat_field *f = row->fields; f->name != NULL; f++) {
        struct pv_str key = bag_str(h->bag, f->name);
        switch (presence(h, f, wire)) {
        case LEFT_OUT:
            break;
        case IS_NULL:
            wire_add(wire, key, wire_null());
            break;
        case IS_EMPTY:
            wire_add(wire, key, wire_string(PV_STR("")));
            break;
        case IS_THERE:
            wire_add(wire, key, good_value(h, f, refs));
            break;
        }
    }
    if (gen_draw(h->g, 12) == 11)
        wire_add_unlisted(h->g, wire, h->bag);
    for (uint32_t turns = gen_draw(h->g, 24) >= 20 ? gen_draw(h->g, 8) : 0; turns > 0; turns--) {
        struct wire_member first = wire->members[0];
        wire_remove(wire, &wire->members[0]);
        wire_add(wire, first.key, first.value);
    }
}

/* ---- one thing wrong ---- */

/* The last fields are what an event is about: as likely as all before them together. */
static const struct cat_field *any_field(struct history *h, enum pv_event_type type)
{
    const struct cat_event *row = cat_event(type);
    uint32_t count = 0;
    while (row->fields[count].name != NULL)
        count++;
    uint32_t drawn = gen_draw(h->g, 2 * count);
    return &row->fields[drawn < count ? drawn : count - 1 - drawn % 2 * (count > 5)];
}

static void set(struct history *h, struct wire *wire, const char *name, struct pv_primitive value)
{
    struct wire_member *member = wire_find(wire, name);
    if (member != NULL)
        member->value = value;
    else
        wire_add(wire, bag_str(h->bag, name), value);
}

/* The id of any part of a kind, be it removed or cast, or NULL. */
static const char *any_part(struct history *h, enum pv_field kind)
{
    enum pv_event_type adds = kind == PV_KEY_COMPETITION_ID ? PV_EVENT_COMPETITION_ADDED
                              : kind == PV_KEY_CANDIDATE_ID ? PV_EVENT_CANDIDATE_ADDED
                              : kind == PV_KEY_VOTER_ID     ? PV_EVENT_VOTER_REGISTERED
                                                            : PV_EVENT_BALLOT_CREATED;
    size_t count = model_count(h->model, adds);
    if (count == 0)
        return NULL;
    const struct fact *added = model_nth(h->model, adds, gen_draw(h->g, (uint32_t)count));
    return kind == PV_KEY_COMPETITION_ID ? added->competition
           : kind == PV_KEY_CANDIDATE_ID ? added->candidate
           : kind == PV_KEY_VOTER_ID     ? added->voter
                                         : added->ballot;
}

static const char *any_removed(struct history *h, enum pv_field kind)
{
    enum pv_event_type removes =
        kind == PV_KEY_COMPETITION_ID ? PV_EVENT_COMPETITION_REMOVED : PV_EVENT_CANDIDATE_REMOVED;
    size_t count = model_count(h->model, removes);
    if (count == 0)
        return NULL;
    const struct fact *removed = model_nth(h->model, removes, gen_draw(h->g, (uint32_t)count));
    return kind == PV_KEY_COMPETITION_ID ? removed->competition : removed->candidate;
}

static void wrong_reference(struct history *h, enum pv_event_type type, struct wire *wire)
{
    static const enum pv_field kinds[] = {PV_KEY_COMPETITION_ID, PV_KEY_CANDIDATE_ID, PV_KEY_VOTER_ID,
                                          PV_KEY_BALLOT_ID};
    const struct cat_field *f = any_field(h, type);
    char unknown[MODEL_ID];
    if (f->kind != CAT_ID)
        return;
    value_id(f->field == PV_KEY_ELECTION_ID ? OTHER_ELECTION : UNKNOWN_ID + gen_draw(h->g, 3), unknown);
    const char *id = NULL;
    switch (f->field == PV_KEY_ELECTION_ID ? 0 : gen_draw(h->g, 5)) {
    case 0:
        break;
    case 1:
        id = any_part(h, kinds[gen_draw(h->g, 4)]);
        break;
    case 2:
        id = any_removed(h, f->field);
        break;
    default:
        id = any_part(h, f->field);
        break;
    }
    set(h, wire, f->name, wire_string(id_text(h, id != NULL ? id : unknown)));
}

/* A candidate removed or of a removed competition, with the competition it belongs to. */
static void removed_candidate(struct history *h, struct wire *wire)
{
    const char *id = any_removed(h, PV_KEY_CANDIDATE_ID);
    const char *competition = any_removed(h, PV_KEY_COMPETITION_ID);
    if (id != NULL && wire_find(wire, "candidate_id") != NULL) {
        set(h, wire, "candidate_id", wire_string(id_text(h, id)));
        set(h, wire, "competition_id", wire_string(id_text(h, model_candidate(h->model, id)->competition)));
    } else if (competition != NULL && wire_find(wire, "competition_id") != NULL) {
        set(h, wire, "competition_id", wire_string(id_text(h, competition)));
    }
}

static void odd_value(struct history *h, enum pv_event_type type, struct wire *wire)
{
    const struct cat_field *f = any_field(h, type);
    struct pv_str text = value_odd(h->g, h->bag, f->kind);
    set(h, wire, f->name, f->kind == CAT_RATING ? wire_integer(text) : wire_string(text));
}

static void wrong_kind(struct history *h, enum pv_event_type type, struct wire *wire)
{
    static const char *const others[] = {"true",           "false", "1.5", "5.0", "5e0",
                                         "5E+0",           "-0.0",  "[]",  "{}",  "[\"x\"]",
                                         "{\"id\":\"x\"}", "0.0",   "1e-1"};
    const struct cat_field *f = any_field(h, type);
    struct wire_member *member = wire_find(wire, f->name);
    switch (gen_draw(h->g, 5)) {
    case 0:
        if (member != NULL)
            wire_remove(wire, member);
        break;
    case 1:
        set(h, wire, f->name, wire_null());
        break;
    case 2:
        set(h, wire, f->name, wire_string(bag_str(h->bag, "5")));
        break;
    case 3:
        set(h, wire, f->name, wire_integer(value_good(h->g, h->bag, CAT_RATING, 0)));
        break;
    default:
        set(h, wire, f->name,
            wire_other(bag_str(h->bag, others[gen_draw(h->g, sizeof others / sizeof others[0])])));
        break;
    }
}

static void repeated_key(struct history *h, struct wire *wire)
{
    for (uint32_t times = 1 + gen_draw(h->g, 2); times > 0 && wire->count > 0; times--) {
        struct wire_member again = wire->members[gen_draw(h->g, (uint32_t)wire->count)];
        if (gen_draw(h->g, 3) == 2)
            again.value = wire_null();
        wire_add(wire, again.key, again.value);
    }
}

static void unknown_type(struct history *h, struct wire *wire)
{
    static const char *const names[] = {
        "",
        "ElectionCreated",
        "PhotoVote.Event.Election.ElectionCreate",
        "PhotoVote.Event.Election.ElectionCreatedX",
        "photovote.event.election.electioncreated",
        "PhotoVote.Event.Voter.BallotCreated",
        "PhotoVote.Event.Ballot.BallotCast ",
        "PhotoVote.Event.Ballot.",
        "$>",
        "PhotoVote.Event.Ballot.BallotCast\xC3\xA9",
        "PhotoVote.Event.Candidate.CompetitionAdded",
    };
    wire->type = bag_str(h->bag, names[gen_draw(h->g, sizeof names / sizeof names[0])]);
}

static void taken_email(struct history *h, struct wire *wire)
{
    size_t voters = model_count(h->model, PV_EVENT_VOTER_REGISTERED);
    if (voters == 0 || wire_find(wire, "email") == NULL)
        return;
    const char *email =
        model_nth(h->model, PV_EVENT_VOTER_REGISTERED, gen_draw(h->g, (uint32_t)voters))->email;
    struct pv_str copy = bag_str(h->bag, email);
    char *text = bag_alloc(h->bag, copy.len);
    uint32_t every = 1 + gen_draw(h->g, 3);
    for (size_t i = 0; i < copy.len; i++) {
        char c = copy.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        text[i] = letter && i % every == 0 ? (char)(c ^ 0x20) : c;
    }
    set(h, wire, "email", wire_string((struct pv_str){text, copy.len}));
}

static void existing_id(struct history *h, enum pv_field kind, const char *key, struct wire *wire)
{
    const char *id = any_part(h, kind);
    if (id != NULL)
        set(h, wire, key, wire_string(id_text(h, id)));
}

/* A ballot without a rating on it. */
static void empty_ballot(struct history *h, struct wire *wire)
{
    const struct fact *ballot;
    for (size_t i = 0; (ballot = model_nth(h->model, PV_EVENT_BALLOT_CREATED, i)) != NULL; i++)
        if (model_ratings_on(h->model, ballot->ballot) == 0) {
            set(h, wire, "ballot_id", wire_string(id_text(h, ballot->ballot)));
            return;
        }
}

static void lone_caption(struct history *h, enum pv_event_type type, struct wire *wire)
{
    bool added = type == PV_EVENT_CANDIDATE_ADDED;
    struct pv_primitive none = gen_draw(h->g, 2) == 0 ? wire_null() : wire_string(PV_STR(""));
    set(h, wire, added ? "image_url" : "url", none);
    set(h, wire, added ? "image_caption" : "caption", wire_string(bag_str(h->bag, "c")));
}

/* What only this type of event can have wrong. */
static void particular(struct history *h, enum pv_event_type type, struct wire *wire)
{
    uint32_t which = gen_draw(h->g, 2);
    if (type == PV_EVENT_VOTER_REGISTERED && which == 0)
        taken_email(h, wire);
    else if (type == PV_EVENT_VOTER_REGISTERED)
        existing_id(h, PV_KEY_VOTER_ID, "voter_id", wire);
    else if (type == PV_EVENT_BALLOT_CANDIDATE_RATED && which == 0)
        set(h, wire, "rating", wire_null());
    else if (type == PV_EVENT_CANDIDATE_ADDED || type == PV_EVENT_CANDIDATE_IMAGE_CHANGED)
        lone_caption(h, type, wire);
    else if (type == PV_EVENT_BALLOT_CREATED && which == 0)
        existing_id(h, PV_KEY_VOTER_ID, "voter_id", wire);
    else if (type == PV_EVENT_BALLOT_CAST && which == 0)
        empty_ballot(h, wire);
    else if (cat_event(type)->fields[2].field == PV_KEY_BALLOT_ID || type == PV_EVENT_BALLOT_CREATED)
        existing_id(h, PV_KEY_BALLOT_ID, "ballot_id", wire);
    else
        removed_candidate(h, wire);
}

/* A field of another event is not listed in this one, whatever its value. */
static void foreign_field(struct history *h, struct wire *wire)
{
    static const char *const names[] = {"rating",    "email",     "url",      "caption",
                                        "image_url", "open_date", "voter_id", "name"};
    enum pv_event_type type;
    const char *name = names[gen_draw(h->g, sizeof names / sizeof names[0])];
    if (wire_find(wire, name) != NULL || !cat_find(wire->type, &type))
        return;
    wire_add(wire, bag_str(h->bag, name), wire_string(PV_STR("")));
}

void history_spoil(struct history *h, enum pv_event_type type, struct wire *wire)
{
    static const uint32_t spoils[] = {4, 12, 8, 5, 3, 3, 1, 8, 3, 1};
    switch (gen_weighted(h->g, spoils, sizeof spoils / sizeof spoils[0])) {
    case 1:
        wrong_reference(h, type, wire);
        break;
    case 2:
        odd_value(h, type, wire);
        break;
    case 3:
        wrong_kind(h, type, wire);
        break;
    case 4:
        repeated_key(h, wire);
        break;
    case 5:
        wire_add_damage(h->g, wire, h->bag);
        break;
    case 6:
        unknown_type(h, wire);
        break;
    case 7:
        particular(h, type, wire);
        break;
    case 8:
        removed_candidate(h, wire);
        break;
    case 9:
        foreign_field(h, wire);
        break;
    default: /* nothing but the type and its phase */
        break;
    }
}
