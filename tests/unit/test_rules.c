/* rules.c and the parts' own checks: each rule of D6 fired alone, on a state that is corrupted in one field,
   and silent again when the field is put back. */
#include <stdlib.h>

#include "parts.h"
#include "story.h"

/* The stories that are corrupted. */
enum base { CREATED, DRAFT, SMALL, OPEN, CLOSED, DELETED, BASES };

static void make(struct pv_election *e, enum base base)
{
    switch (base) {
    case CREATED:
        story_unborn(e);
        accept(e, ev_created("Photo", NULL));
        return;
    case DRAFT:
        story_draft(e);
        return;
    case SMALL: /* competitions 4, 5, 6 at 3, 4, 5 are too small: listed from the last to the first */
        story_draft(e);
        accept(e, ev_competition_added(4, "a", NULL));
        accept(e, ev_competition_added(5, "b", NULL));
        accept(e, ev_competition_added(6, "c", NULL));
        return;
    case OPEN: /* ballot 3 is empty, voter 4 has none */
    case CLOSED:
        story_open(e);
        accept(e, ev_ballot(3, 3));
        accept(e, ev_voter(4, "Di", "di@x.example"));
        if (base == CLOSED)
            accept(e, ev_closed(STORY_CLOSE_DATE));
        return;
    case DELETED:
        story_deleted(e);
        return;
    case BASES:
        break;
    }
    fail();
}

/* Everything that a corruption may change, to be put back before the election is freed. */
enum { LIST_MAX = 32 };
struct shot {
    struct pv_election election;
    struct pv_competition competitions[LIST_MAX];
    struct pv_candidate candidates[LIST_MAX];
    struct pv_voter voters[LIST_MAX];
    struct pv_ballot ballots[LIST_MAX];
    uint32_t order[LIST_MAX][LIST_MAX];
    uint8_t cells[LIST_MAX];
};

static void take(struct shot *shot, const struct pv_election *e)
{
    shot->election = *e;
    for (uint32_t i = 0; i < e->competition_count; i++) {
        shot->competitions[i] = e->competitions[i];
        for (uint32_t j = 0; j < e->competitions[i].candidate_count; j++)
            shot->order[i][j] = e->competitions[i].candidates[j];
    }
    for (uint32_t i = 0; i < e->candidate_count; i++)
        shot->candidates[i] = e->candidates[i];
    for (uint32_t i = 0; i < e->voter_count; i++)
        shot->voters[i] = e->voters[i];
    for (uint32_t i = 0; i < e->ballot_count; i++)
        shot->ballots[i] = e->ballots[i];
    for (uint32_t i = 0; e->ratings.cells != NULL && i < e->ratings.ballots * e->ratings.stride; i++)
        shot->cells[i] = e->ratings.cells[i];
}

static void put_back(const struct shot *shot, struct pv_election *e)
{
    *e = shot->election;
    for (uint32_t i = 0; i < e->competition_count; i++) {
        e->competitions[i] = shot->competitions[i];
        for (uint32_t j = 0; j < e->competitions[i].candidate_count; j++)
            e->competitions[i].candidates[j] = shot->order[i][j];
    }
    for (uint32_t i = 0; i < e->candidate_count; i++)
        e->candidates[i] = shot->candidates[i];
    for (uint32_t i = 0; i < e->voter_count; i++)
        e->voters[i] = shot->voters[i];
    for (uint32_t i = 0; i < e->ballot_count; i++)
        e->ballots[i] = shot->ballots[i];
    for (uint32_t i = 0; e->ratings.cells != NULL && i < e->ratings.ballots * e->ratings.stride; i++)
        e->ratings.cells[i] = shot->cells[i];
}

static char control[] = "a\x01", no_url[] = "x", capitals[] = "AdaADA@X.EXAMPLE";
static struct pv_text text_of(char *bytes)
{
    return (struct pv_text){bytes, strlen(bytes)};
}

static char *too_long(size_t len)
{
    static char text[4002];
    memset(text, 'x', sizeof text);
    text[len] = '\0';
    return text;
}

static struct pv_text long_text(size_t len)
{
    return text_of(too_long(len));
}

/* Every corruption: CORRUPTION(base, rule, part, position, seen, name, the change of `e`). What sees it
   beside the check of everything: */
enum seen {
    NEAR, /* the part's own check, and the check of an event that touches the part */
    LOST, /* the part's own check; by the event's id the part is not found, which is ID_UNIQUE without a
             position */
    OWN,  /* the part's own check, which costs its size */
    FAR,  /* none: it takes all parts */
};
#define NO_ID                                                                                                \
    (struct pv_bits128)                                                                                      \
    {                                                                                                        \
        0, 0                                                                                                 \
    }
/* clang-format off */
#define CORRUPTIONS \
    CORRUPTION(CREATED, ID, ELECTION, 0, NEAR, election_id_empty, e->id.bits = NO_ID) \
    CORRUPTION(DRAFT, TEXT, ELECTION, 0, NEAR, election_name_empty, e->name.len = 0) \
    CORRUPTION(DRAFT, TEXT, ELECTION, 0, NEAR, election_name_long, e->name = long_text(201)) \
    CORRUPTION(DRAFT, TEXT, ELECTION, 0, NEAR, election_description_control, e->description = text_of(control)) \
    CORRUPTION(DRAFT, TEXT, ELECTION, 0, NEAR, election_description_long, e->description = long_text(4001)) \
    CORRUPTION(OPEN, TEXT, ELECTION, 0, NEAR, opened_too_early, e->opened.at.us = INT64_MIN) \
    CORRUPTION(CLOSED, TEXT, ELECTION, 0, NEAR, closed_too_late, e->closed.at.us = INT64_MAX) \
    CORRUPTION(DRAFT, CLOSED, ELECTION, 0, NEAR, closed_but_not_opened, e->is_closed = true) \
    CORRUPTION(CLOSED, CLOSED, ELECTION, 0, NEAR, closed_before_opened, e->closed.at.us = e->opened.at.us - 1) \
    CORRUPTION(CREATED, PAPER, ELECTION, 0, NEAR, opened_without_competition, e->is_opened = true) \
    CORRUPTION(DRAFT, DERIVED, ELECTION, 0, NEAR, live_competitions_above, e->live_competitions = 4) \
    CORRUPTION(DRAFT, DERIVED, ELECTION, 0, FAR, live_competitions_more, e->live_competitions = 3) \
    CORRUPTION(DRAFT, DERIVED, ELECTION, 0, FAR, live_competitions_fewer, e->live_competitions = 1) \
    CORRUPTION(DRAFT, DERIVED, ELECTION, 0, NEAR, more_ballots_than_voters, e->voter_count = 1) \
    CORRUPTION(OPEN, DERIVED, ELECTION, 0, NEAR, ratings_of_a_smaller_paper, e->ratings.candidates = 6) \
    CORRUPTION(OPEN, DERIVED, ELECTION, 0, NEAR, ratings_of_no_paper, e->ratings.candidates = 0) \
    CORRUPTION(OPEN, DERIVED, ELECTION, 0, NEAR, ratings_of_fewer_ballots, e->ratings.ballots = 2) \
    CORRUPTION(OPEN, DERIVED, ELECTION, 0, NEAR, ratings_of_more_ballots, e->ratings.ballots = 4) \
    CORRUPTION(DRAFT, DERIVED, ELECTION, 0, FAR, a_candidate_of_no_competition, e->candidate_count = 8) \
    CORRUPTION(DRAFT, DERIVED, ELECTION, 0, FAR, small_list_begins_nowhere, e->small_competitions = 3) \
    CORRUPTION(SMALL, DERIVED, COMPETITION, 5, OWN, small_list_lost_its_first, e->small_competitions = PV_NONE) \
    CORRUPTION(OPEN, VERSION, ELECTION, 0, FAR, election_version_below_its_parts, e->version = 23) \
    CORRUPTION(CREATED, VERSION, ELECTION, 0, NEAR, deleted_at_version_0, e->deleted = true) \
    CORRUPTION(CLOSED, VERSION, ELECTION, 0, NEAR, closed_at_version_1, e->version = 1) \
    \
    CORRUPTION(OPEN, ID, COMPETITION, 1, LOST, competition_id_empty, e->competitions[1].id.bits = NO_ID) \
    CORRUPTION(OPEN, ID_UNIQUE, COMPETITION, 1, LOST, competition_id_of_another, e->competitions[1].id.bits = story_id(1)) \
    CORRUPTION(OPEN, ID_UNIQUE, COMPETITION, 1, LOST, competition_id_new, e->competitions[1].id.bits = story_id(77)) \
    CORRUPTION(OPEN, TEXT, COMPETITION, 1, NEAR, competition_name_empty, e->competitions[1].name.len = 0) \
    CORRUPTION(OPEN, TEXT, COMPETITION, 1, NEAR, competition_name_long, e->competitions[1].name = long_text(201)) \
    CORRUPTION(OPEN, TEXT, COMPETITION, 1, NEAR, competition_description, e->competitions[1].description = text_of(control)) \
    CORRUPTION(OPEN, PAPER, COMPETITION, 1, NEAR, competition_of_one, e->competitions[1].candidate_count = 1) \
    CORRUPTION(OPEN, PAPER, COMPETITION, 2, NEAR, competition_of_one_back, e->competitions[2].deleted = false) \
    CORRUPTION(OPEN, VERSION, COMPETITION, 1, NEAR, competition_version, e->competitions[1].version = -1) \
    CORRUPTION(SMALL, VERSION, COMPETITION, 3, NEAR, competition_removed_at_version_0, e->competitions[3].deleted = true) \
    CORRUPTION(OPEN, VERSION, COMPETITION, 1, OWN, competition_version_sum, e->competitions[1].version = 1) \
    CORRUPTION(OPEN, VERSION, COMPETITION, 2, OWN, competition_version_sum_removed, e->competitions[2].version = 1) \
    CORRUPTION(OPEN, DERIVED, COMPETITION, 1, NEAR, live_candidates_above, e->competitions[1].live_candidates = 3) \
    CORRUPTION(OPEN, DERIVED, COMPETITION, 0, OWN, live_candidates_more, e->competitions[0].live_candidates = 4) \
    CORRUPTION(OPEN, DERIVED, COMPETITION, 0, OWN, live_candidates_fewer, e->competitions[0].live_candidates = 2) \
    CORRUPTION(OPEN, DERIVED, COMPETITION, 0, NEAR, live_candidates_too_few, e->competitions[0].live_candidates = 1) \
    CORRUPTION(OPEN, DERIVED, COMPETITION, 1, NEAR, not_small_but_linked_on, e->competitions[1].small_next = 0) \
    CORRUPTION(OPEN, DERIVED, COMPETITION, 1, NEAR, not_small_but_linked_back, e->competitions[1].small_prev = 0) \
    CORRUPTION(OPEN, DERIVED, COMPETITION, 1, OWN, not_small_but_first, e->small_competitions = 1) \
    CORRUPTION(SMALL, DERIVED, COMPETITION, 4, NEAR, small_after_nothing, e->competitions[4].small_prev = PV_NONE) \
    CORRUPTION(SMALL, DERIVED, COMPETITION, 4, NEAR, small_after_nowhere, e->competitions[4].small_prev = 6) \
    CORRUPTION(SMALL, DERIVED, COMPETITION, 4, NEAR, small_after_far_away, e->competitions[4].small_prev = PV_NONE - 1) \
    CORRUPTION(SMALL, DERIVED, COMPETITION, 3, NEAR, small_before_far_away, e->competitions[3].small_next = PV_NONE - 1) \
    CORRUPTION(SMALL, DERIVED, COMPETITION, 4, NEAR, small_after_another, e->competitions[4].small_prev = 3) \
    CORRUPTION(SMALL, DERIVED, COMPETITION, 3, NEAR, small_before_nowhere, e->competitions[3].small_next = 6) \
    CORRUPTION(SMALL, DERIVED, COMPETITION, 3, NEAR, small_before_another, e->competitions[3].small_next = 0) \
    CORRUPTION(OPEN, DERIVED, COMPETITION, 0, OWN, candidate_nowhere, e->competitions[0].candidates[3] = 7) \
    CORRUPTION(OPEN, DERIVED, COMPETITION, 0, OWN, candidate_twice, e->competitions[0].candidates[1] = 0) \
    CORRUPTION(OPEN, DERIVED, COMPETITION, 0, OWN, candidate_out_of_order, e->competitions[0].candidates[2] = 6) \
    CORRUPTION(OPEN, DERIVED, COMPETITION, 0, OWN, candidate_of_another, e->competitions[0].candidates[3] = 6) \
    CORRUPTION(OPEN, DERIVED, COMPETITION, 0, OWN, candidate_gone_over, e->candidates[1].competition = 1) \
    CORRUPTION(OPEN, DERIVED, COMPETITION, 0, OWN, candidate_back, e->candidates[5].deleted = false) \
    \
    CORRUPTION(OPEN, ID, CANDIDATE, 3, LOST, candidate_id_empty, e->candidates[3].id.bits = NO_ID) \
    CORRUPTION(OPEN, ID_UNIQUE, CANDIDATE, 3, LOST, candidate_id_of_another, e->candidates[3].id.bits = story_id(11)) \
    CORRUPTION(OPEN, TEXT, CANDIDATE, 3, NEAR, candidate_name_empty, e->candidates[3].name.len = 0) \
    CORRUPTION(OPEN, TEXT, CANDIDATE, 3, NEAR, candidate_name_long, e->candidates[3].name = long_text(201)) \
    CORRUPTION(OPEN, TEXT, CANDIDATE, 3, NEAR, candidate_description, e->candidates[3].description = text_of(control)) \
    CORRUPTION(OPEN, TEXT, CANDIDATE, 3, NEAR, candidate_url, e->candidates[3].image_url = text_of(no_url)) \
    CORRUPTION(OPEN, TEXT, CANDIDATE, 0, NEAR, candidate_caption, e->candidates[0].image_caption = long_text(501)) \
    CORRUPTION(OPEN, CAPTION, CANDIDATE, 0, NEAR, candidate_caption_alone, e->candidates[0].image_url.len = 0) \
    CORRUPTION(OPEN, VERSION, CANDIDATE, 3, NEAR, candidate_version, e->candidates[3].version = -1) \
    CORRUPTION(OPEN, VERSION, CANDIDATE, 3, NEAR, candidate_removed_at_version_0, e->candidates[3].deleted = true) \
    CORRUPTION(OPEN, VERSION, CANDIDATE, 5, NEAR, candidate_version_removed, e->candidates[5].version = 0) \
    \
    CORRUPTION(OPEN, ID, VOTER, 1, LOST, voter_id_empty, e->voters[1].id.bits = NO_ID) \
    CORRUPTION(OPEN, ID_UNIQUE, VOTER, 1, LOST, voter_id_of_another, e->voters[1].id.bits = story_id(3)) \
    CORRUPTION(OPEN, TEXT, VOTER, 1, NEAR, voter_name_empty, e->voters[1].name_len = 0) \
    CORRUPTION(OPEN, TEXT, VOTER, 1, NEAR, voter_email_cut, e->voters[1].email_len = 4) \
    CORRUPTION(OPEN, EMAIL_UNIQUE, VOTER, 1, NEAR, voter_email_of_another, e->voters[1].text = e->voters[0].text) \
    CORRUPTION(OPEN, EMAIL_UNIQUE, VOTER, 1, NEAR, voter_email_in_capitals, e->voters[1].text = capitals) \
    CORRUPTION(OPEN, BALLOT_ISSUED, VOTER, 3, NEAR, voter_ballot_nowhere, e->voters[3].ballot = 3) \
    CORRUPTION(OPEN, BALLOT_ISSUED, VOTER, 3, NEAR, voter_ballot_of_another, e->voters[3].ballot = 0) \
    CORRUPTION(OPEN, VERSION, VOTER, 1, NEAR, voter_ballot_gone, e->voters[1].ballot = PV_NONE) \
    CORRUPTION(OPEN, VERSION, VOTER, 1, NEAR, voter_version_0, e->voters[1].version = 0) \
    CORRUPTION(OPEN, VERSION, VOTER, 1, NEAR, voter_version_2, e->voters[1].version = 2) \
    CORRUPTION(OPEN, VERSION, VOTER, 3, NEAR, voter_version_1, e->voters[3].version = 1) \
    CORRUPTION(OPEN, VERSION, VOTER, 3, NEAR, voter_version_below, e->voters[3].version = -1) \
    CORRUPTION(OPEN, DELETED, VOTER, 1, NEAR, voter_deleted, e->voters[1].deleted = true) \
    \
    CORRUPTION(OPEN, ID, BALLOT, 0, LOST, ballot_id_empty, e->ballots[0].id.bits = NO_ID) \
    CORRUPTION(OPEN, ID_UNIQUE, BALLOT, 0, LOST, ballot_id_of_another, e->ballots[0].id.bits = story_id(2)) \
    CORRUPTION(OPEN, RATING, BALLOT, 0, NEAR, rating_of_6, e->ratings.cells[0] = 6) \
    CORRUPTION(OPEN, RATING, BALLOT, 0, OWN, rating_of_15, e->ratings.cells[3] = 15) \
    CORRUPTION(OPEN, RATING_COUNT, BALLOT, 0, OWN, rating_gone, e->ratings.cells[0] = 0) \
    CORRUPTION(OPEN, RATING_COUNT, BALLOT, 0, OWN, rating_too_many, e->ratings.cells[1] = 1) \
    CORRUPTION(OPEN, RATING_COUNT, BALLOT, 1, OWN, rating_count_fewer, e->ballots[1].rating_count = 1) \
    CORRUPTION(DRAFT, VOTING, BALLOT, 0, NEAR, rated_before_opening, e->ballots[0].rating_count = 1) \
    CORRUPTION(DRAFT, VOTING, BALLOT, 0, NEAR, cast_before_opening, e->ballots[0].cast = true) \
    CORRUPTION(OPEN, CAST_EMPTY, BALLOT, 2, NEAR, cast_without_a_rating, e->ballots[2].cast = true) \
    CORRUPTION(OPEN, VERSION, BALLOT, 0, NEAR, ballot_version, e->ballots[0].version = 0) \
    CORRUPTION(OPEN, VERSION, BALLOT, 1, NEAR, ballot_version_cast, e->ballots[1].version = 2) \
    CORRUPTION(OPEN, VERSION, BALLOT, 2, NEAR, ballot_version_below, e->ballots[2].version = -1) \
    CORRUPTION(OPEN, VERSION, BALLOT, 0, NEAR, ballot_cast_at_version_of_its_rating, e->ballots[0].cast = true) \
    CORRUPTION(OPEN, DELETED, BALLOT, 0, NEAR, ballot_deleted, e->ballots[0].deleted = true)
/* clang-format on */

#define CORRUPTION(base, rule, part, position, seen, name, change)                                           \
    static void corrupt_##name(struct pv_election *e)                                                        \
    {                                                                                                        \
        change;                                                                                              \
    }
CORRUPTIONS
#undef CORRUPTION

static const struct corruption {
    const char *name;
    enum base base;
    enum pv_rule rule;
    enum pv_part part;
    uint32_t position;
    enum seen seen;
    void (*corrupt)(struct pv_election *e);
} corruptions[] = {
#define CORRUPTION(base, rule, part, position, seen, name, change)                                           \
    {#name, base, PV_RULE_##rule, PV_PART_##part, position, seen, corrupt_##name},
    CORRUPTIONS
#undef CORRUPTION
};
enum { COUNT = sizeof corruptions / sizeof corruptions[0] };

static void check_violation(const char *name, bool valid, const struct pv_violation *violation,
                            enum pv_rule rule, enum pv_part part, uint32_t position)
{
    if (valid)
        fail_msg("%s: nothing is found", name);
    if (violation->rule != rule || violation->part != part || violation->position != position)
        fail_msg("%s: %s %u: %s", name, pv_part_name(violation->part), violation->position,
                 pv_rule_sentence(violation->rule));
}

static void check_sound(const char *name, const struct pv_election *e)
{
    struct pv_violation violation;
    if (!pv_election_ensure_valid_state(e, &violation))
        fail_msg("%s: %s %u: %s", name, pv_part_name(violation.part), violation.position,
                 pv_rule_sentence(violation.rule));
}

typedef void check_fn(const struct corruption *c, const struct pv_election *e, const struct shot *shot);

static void each_corruption(check_fn *check)
{
    for (size_t i = 0; i < COUNT; i++) {
        struct pv_election e;
        struct shot shot;
        make(&e, corruptions[i].base);
        check_sound(corruptions[i].name, &e);
        take(&shot, &e);
        corruptions[i].corrupt(&e);
        check(&corruptions[i], &e, &shot);
        put_back(&shot, &e);
        check_sound(corruptions[i].name, &e);
        pv_election_deinit(&e);
    }
}

static void check_exhaustive(const struct corruption *c, const struct pv_election *e, const struct shot *shot)
{
    struct pv_violation violation;
    (void)shot;
    bool valid = pv_election_ensure_valid_state(e, &violation);
    check_violation(c->name, valid, &violation, c->rule, c->part, c->position);
}

static void every_corruption__is_found_by_the_check_of_everything(void **state)
{
    (void)state;
    each_corruption(check_exhaustive);
}

static void check_own(const struct corruption *c, const struct pv_election *e, const struct shot *shot)
{
    static bool (*const own[])(const struct pv_election *, uint32_t, struct pv_violation *) = {
        [PV_PART_COMPETITION] = pv_competition_ensure_valid_state,
        [PV_PART_CANDIDATE] = pv_candidate_ensure_valid_state,
        [PV_PART_VOTER] = pv_voter_ensure_valid_state,
        [PV_PART_BALLOT] = pv_ballot_ensure_valid_state,
    };
    struct pv_violation violation;
    (void)shot;
    if (c->part == PV_PART_ELECTION)
        return;
    bool valid = own[c->part](e, c->position, &violation);
    check_violation(c->name, valid, &violation, c->rule, c->part, c->position);
}

static void every_corruption__is_found_by_its_parts_own_check(void **state)
{
    (void)state;
    each_corruption(check_own);
}

/* An event that touches the part, and names it by the id that it had. */
static struct pv_event touching(const struct corruption *c, const struct shot *shot)
{
    struct pv_event event;
    switch (c->part) {
    case PV_PART_COMPETITION:
        event = ev_competition_removed(0);
        event.u.competition_removed.competition_id = shot->competitions[c->position].id;
        return event;
    case PV_PART_CANDIDATE:
        event = ev_candidate_removed(0, 0);
        event.u.candidate_removed.competition_id =
            shot->competitions[shot->candidates[c->position].competition].id;
        event.u.candidate_removed.candidate_id = shot->candidates[c->position].id;
        return event;
    case PV_PART_VOTER:
        event = ev_voter(0, "x", "x@x");
        event.u.voter_registered.voter_id = shot->voters[c->position].id;
        return event;
    case PV_PART_BALLOT:
        event = ev_rated(0, 1, 11, 1);
        event.u.ballot_candidate_rated.ballot_id = shot->ballots[c->position].id;
        return event;
    case PV_PART_ELECTION:
        break;
    }
    return ev_named("x");
}

static void check_by_touch(const struct corruption *c, const struct pv_election *e, const struct shot *shot)
{
    struct pv_violation violation = {PV_RULE_NONE, PV_PART_ELECTION, 0};
    struct pv_event event = touching(c, shot);
    bool valid = pv_election_check_touched(e, &event, &violation);
    if (c->seen == NEAR)
        check_violation(c->name, valid, &violation, c->rule, c->part, c->position);
    else if (c->seen == LOST)
        check_violation(c->name, valid, &violation, PV_RULE_ID_UNIQUE, c->part, PV_NONE);
}

static void every_near_corruption__is_found_by_the_check_of_what_was_touched(void **state)
{
    (void)state;
    each_corruption(check_by_touch);
}

static void every_rule__is_fired_alone(void **state)
{
    (void)state;
    bool fired[PV_RULE_COUNT] = {false};
    for (size_t i = 0; i < COUNT; i++)
        fired[corruptions[i].rule] = true;
    for (int rule = 1; rule < PV_RULE_COUNT; rule++) {
        bool alone =
            fired[rule] || rule == PV_RULE_BALLOT_VOTER; /* see below: the voter's check comes first */
        if (!alone)
            fail_msg("no corruption fires: %s", pv_rule_sentence((enum pv_rule)rule));
    }
    check_int(COUNT, 96);
}

/* What the check of everything finds at another part first. */

static void check_ballot_own(struct pv_election *e, enum pv_rule rule, struct pv_violation all)
{
    struct pv_violation violation;
    struct pv_event cast = ev_cast(1);
    bool valid = pv_ballot_ensure_valid_state(e, 0, &violation);
    check_violation("own", valid, &violation, rule, PV_PART_BALLOT, 0);
    valid = pv_election_check_touched(e, &cast, &violation);
    check_violation("touched", valid, &violation, rule, PV_PART_BALLOT, 0);
    valid = pv_election_ensure_valid_state(e, &violation);
    check_violation("all", valid, &violation, all.rule, all.part, all.position);
}

static void ballot__of_a_voter_who_is_not_there__breaks_rule_6(void **state)
{
    (void)state;
    struct pv_election e;
    struct shot shot;
    make(&e, OPEN);
    take(&shot, &e);
    const uint32_t voters[] = {4, PV_NONE};
    for (size_t i = 0; i < 2; i++) {
        e.ballots[0].voter = voters[i];
        check_ballot_own(&e, PV_RULE_BALLOT_VOTER,
                         (struct pv_violation){PV_RULE_BALLOT_ISSUED, PV_PART_VOTER, 0});
    }
    put_back(&shot, &e);
    check_sound("put back", &e);
    pv_election_deinit(&e);
}

static void ballot__of_a_voter_with_another_or_none__breaks_rule_6(void **state)
{
    (void)state;
    struct pv_election e;
    struct shot shot;
    make(&e, OPEN);
    take(&shot, &e);
    for (uint32_t voter = 1; voter < 4; voter++) {
        e.ballots[0].voter = voter;
        check_ballot_own(&e, PV_RULE_BALLOT_ISSUED,
                         (struct pv_violation){PV_RULE_BALLOT_ISSUED, PV_PART_VOTER, 0});
    }
    put_back(&shot, &e);
    /* A voter who knows nothing of the ballot, in a way that is sound for the voter. */
    e.voters[0].ballot = PV_NONE;
    e.voters[0].version = 0;
    check_ballot_own(&e, PV_RULE_BALLOT_ISSUED,
                     (struct pv_violation){PV_RULE_BALLOT_ISSUED, PV_PART_BALLOT, 0});
    put_back(&shot, &e);
    check_sound("put back", &e);
    pv_election_deinit(&e);
}

static void candidate__of_a_competition_that_is_not_there__is_found_by_its_own_check(void **state)
{
    (void)state;
    struct pv_election e;
    struct shot shot;
    struct pv_violation violation;
    make(&e, OPEN);
    take(&shot, &e);
    e.candidates[0].competition = 3;
    bool valid = pv_candidate_ensure_valid_state(&e, 0, &violation);
    check_violation("own", valid, &violation, PV_RULE_DERIVED, PV_PART_CANDIDATE, 0);
    struct pv_event removed = ev_candidate_removed(1, 11);
    valid = pv_election_check_touched(&e, &removed, &violation);
    check_violation("touched", valid, &violation, PV_RULE_DERIVED, PV_PART_CANDIDATE, 0);
    valid = pv_election_ensure_valid_state(&e, &violation);
    check_violation("all", valid, &violation, PV_RULE_DERIVED, PV_PART_COMPETITION, 0);
    put_back(&shot, &e);
    pv_election_deinit(&e);
}

static void rating__of_a_candidate_who_is_not_there__is_found_by_the_ballots_own_check(void **state)
{
    (void)state;
    struct pv_election e;
    struct shot shot;
    struct pv_violation violation;
    make(&e, OPEN);
    take(&shot, &e);
    check_int(e.candidate_count, 7);
    check_int(e.ratings.stride, 4); /* room for an eighth */
    e.ratings.candidates = 8;
    e.ratings.cells[3] |= 0x30;
    bool valid = pv_ballot_ensure_valid_state(&e, 0, &violation);
    check_violation("own", valid, &violation, PV_RULE_RATING, PV_PART_BALLOT, 0);
    valid = pv_election_ensure_valid_state(&e, &violation);
    check_violation("all", valid, &violation, PV_RULE_DERIVED, PV_PART_ELECTION, 0);
    put_back(&shot, &e);
    check_sound("put back", &e);
    pv_election_deinit(&e);
}

/* A ring beside the list: each link is right, but opening would not see them. */
static void small_competitions__in_a_ring_of_their_own__are_found(void **state)
{
    (void)state;
    struct pv_election e;
    struct shot shot;
    struct pv_violation violation;
    make(&e, SMALL);
    take(&shot, &e);
    e.small_competitions = PV_NONE;
    e.competitions[5].small_prev = 3;
    e.competitions[3].small_next = 5;
    for (uint32_t i = 0; i < e.competition_count; i++)
        check_true(pv_competition_ensure_valid_state(&e, i, &violation));
    bool valid = pv_election_ensure_valid_state(&e, &violation);
    check_violation("ring", valid, &violation, PV_RULE_DERIVED, PV_PART_ELECTION, 0);
    /* The same with one in the list, the others in the ring. */
    e.small_competitions = 3;
    e.competitions[3].small_prev = e.competitions[3].small_next = PV_NONE;
    e.competitions[4].small_next = e.competitions[4].small_prev = 5;
    e.competitions[5].small_next = e.competitions[5].small_prev = 4;
    valid = pv_election_ensure_valid_state(&e, &violation);
    check_violation("half", valid, &violation, PV_RULE_DERIVED, PV_PART_ELECTION, 0);
    put_back(&shot, &e);
    check_sound("put back", &e);
    pv_election_deinit(&e);
}

/* Versions come out of documents as well: sums beyond the range are no version's. */

static void versions__whose_sum_overflows__break_rule_9(void **state)
{
    (void)state;
    struct pv_election e;
    struct shot shot;
    struct pv_violation violation;
    make(&e, OPEN);
    take(&shot, &e);
    int64_t before = e.version;
    for (uint32_t candidate = 0; candidate < 2; candidate++) { /* the first and a later term of the sum */
        e.candidates[candidate].version = INT64_MAX;
        bool valid = pv_election_ensure_valid_state(&e, &violation);
        check_violation("candidate", valid, &violation, PV_RULE_VERSION, PV_PART_COMPETITION, 0);
        put_back(&shot, &e);
    }
    for (uint32_t competition = 0; competition < 2; competition++) {
        e.competitions[competition].version = INT64_MAX;
        bool valid = pv_election_ensure_valid_state(&e, &violation);
        check_violation("competition", valid, &violation, PV_RULE_VERSION, PV_PART_ELECTION, 0);
        put_back(&shot, &e);
    }
    e.version = INT64_MAX;
    for (uint32_t ballot = 0; ballot < 3; ballot++) {
        e.ballots[ballot].version = INT64_MAX;
        bool valid = pv_election_ensure_valid_state(&e, &violation);
        check_violation("ballot", valid, &violation, PV_RULE_VERSION, PV_PART_ELECTION, 0);
        e.ballots[ballot] = shot.ballots[ballot];
    }
    /* Each step of the sum: what is left for the last ballot's version when all parts together have INT64_MAX
       events, and one, two, ... more than that. The version is the sum here but for the names' changes: none.
     */
    int64_t others = before - shot.ballots[2].version;
    for (int64_t more = 0; more < 8; more++) {
        e.ballots[2].version = INT64_MAX - others + more;
        bool valid = pv_election_ensure_valid_state(&e, &violation);
        if (more == 0)
            check_true(valid);
        else
            check_violation("sum", valid, &violation, PV_RULE_VERSION, PV_PART_ELECTION, 0);
    }
    put_back(&shot, &e);
    pv_election_deinit(&e);
    make(&e, DRAFT);
    take(&shot, &e);
    e.version = e.competitions[0].version = INT64_MAX; /* nothing before it: only its own + 1 is too much */
    bool valid = pv_election_ensure_valid_state(&e, &violation);
    check_violation("first competition", valid, &violation, PV_RULE_VERSION, PV_PART_ELECTION, 0);
    put_back(&shot, &e);
    pv_election_deinit(&e);
}

static void versions__above_their_sums__are_sound(void **state)
{
    (void)state;
    struct pv_election e;
    struct shot shot;
    make(&e, CLOSED);
    take(&shot, &e);
    e.version += 10;
    check_sound("election", &e);
    e.competitions[0].version += 5;
    check_sound("competition", &e);
    e.competitions[0].version += 3;
    e.candidates[0].version += 3;
    check_sound("candidate", &e);
    e.ballots[0].version += 2;
    check_sound("ballot", &e);
    put_back(&shot, &e);
    pv_election_deinit(&e);
}

/* The check of what was touched */

/* Each event against each part: only what it touches is looked at. */
static void touched__parts_of_each_event__are_looked_at_and_no_others(void **state)
{
    (void)state;
    enum { C = 1, K = 2, V = 4, B = 8 };
    static const unsigned touches[PV_EVENT_TYPE_COUNT] = {
        [PV_EVENT_COMPETITION_ADDED] = C,
        [PV_EVENT_COMPETITION_REMOVED] = C,
        [PV_EVENT_COMPETITION_NAME_CHANGED] = C,
        [PV_EVENT_COMPETITION_DESCRIPTION_CHANGED] = C,
        [PV_EVENT_CANDIDATE_ADDED] = C | K,
        [PV_EVENT_CANDIDATE_REMOVED] = C | K,
        [PV_EVENT_CANDIDATE_NAME_CHANGED] = C | K,
        [PV_EVENT_CANDIDATE_DESCRIPTION_CHANGED] = C | K,
        [PV_EVENT_CANDIDATE_IMAGE_CHANGED] = C | K,
        [PV_EVENT_VOTER_REGISTERED] = V,
        [PV_EVENT_BALLOT_CREATED] = V | B,
        [PV_EVENT_BALLOT_CANDIDATE_RATED] = B,
        [PV_EVENT_BALLOT_CAST] = B,
    };
    for (int type = 0; type < PV_EVENT_TYPE_COUNT; type++) {
        /* The events name competition 1, candidate 11, voter 1 and ballot 1, as if just applied. */
        struct pv_event event = story_event((enum pv_event_type)type);
        unsigned parts = touches[type];
        if (parts & C)
            event.u.competition_removed.competition_id.bits = story_id(1);
        if (parts & K)
            event.u.candidate_removed.candidate_id.bits = story_id(11);
        if (type == PV_EVENT_VOTER_REGISTERED)
            event.u.voter_registered.voter_id.bits = story_id(1);
        if (type == PV_EVENT_BALLOT_CREATED)
            event = ev_ballot(1, 1);
        if (type == PV_EVENT_BALLOT_CANDIDATE_RATED)
            event = ev_rated(1, 1, 11, 4);
        for (unsigned part = 1; part <= 16; part *= 2) {
            struct pv_election e;
            struct shot shot;
            struct pv_violation violation;
            make(&e, OPEN);
            take(&shot, &e);
            check_true(pv_election_check_touched(&e, &event, &violation));
            int64_t *version = part == C   ? &e.competitions[0].version
                               : part == K ? &e.candidates[0].version
                               : part == V ? &e.voters[0].version
                               : part == B ? &e.ballots[0].version
                                           : &e.version;
            *version = part == 16 ? 0 : -1;
            bool valid = pv_election_check_touched(&e, &event, &violation);
            if (part == 16 || (parts & part) != 0)
                check_violation(pv_event_spec(event.type)->event.ptr, valid, &violation, PV_RULE_VERSION,
                                part == C   ? PV_PART_COMPETITION
                                : part == K ? PV_PART_CANDIDATE
                                : part == V ? PV_PART_VOTER
                                : part == B ? PV_PART_BALLOT
                                            : PV_PART_ELECTION,
                                0);
            else
                check_true(valid);
            put_back(&shot, &e);
            pv_election_deinit(&e);
        }
    }
}

static void touched__rating_of_the_event__is_looked_at_and_no_other(void **state)
{
    (void)state;
    struct pv_election e;
    struct shot shot;
    struct pv_violation violation;
    struct pv_event heron = ev_rated(1, 1, 11, 4), owl = ev_rated(1, 1, 12, 4),
                    stranger = ev_rated(1, 1, 77, 4);
    make(&e, OPEN);
    take(&shot, &e);
    e.ratings.cells[0] = 7; /* ballot 1 on candidate 11 */
    bool valid = pv_election_check_touched(&e, &heron, &violation);
    check_violation("rating", valid, &violation, PV_RULE_RATING, PV_PART_BALLOT, 0);
    check_true(pv_election_check_touched(&e, &owl, &violation));
    check_true(pv_election_check_touched(&e, &stranger, &violation));
    put_back(&shot, &e);
    check_true(pv_election_check_touched(&e, &heron, &violation));
    pv_election_deinit(&e);
}

/* D1 again: apply looks, so a part that is broken when an event comes makes a fault of it. */
static void apply__that_leaves_a_touched_part_broken__is_a_fault(void **state)
{
    (void)state;
    struct pv_election e;
    struct shot shot;
    struct pv_refusal why;
    struct pv_event cast = ev_cast(1), named = ev_named("B");
    make(&e, OPEN);
    e.ballots[0].deleted = true;
    take(&shot, &e);
    check_int(pv_election_apply(&e, &named, &why), PV_OK); /* does not touch it */
    check_int(pv_election_apply(&e, &cast, &why), PV_FAULT_STATE);
    pv_election_deinit(&e);
}

static void unborn__has_nothing_to_break(void **state)
{
    (void)state;
    struct pv_election e;
    struct pv_violation violation;
    story_unborn(&e);
    check_true(pv_election_ensure_valid_state(&e, &violation));
    make(&e, OPEN);
    e.version = -1;
    check_true(pv_election_ensure_valid_state(&e, &violation));
    pv_election_deinit(&e);
}

/* The first that is found is told, also where the versions do not add up because of it. */
static void check_of_everything__tells_the_first_violation(void **state)
{
    (void)state;
    struct pv_election e;
    struct shot shot;
    struct pv_violation violation;
    make(&e, OPEN);
    take(&shot, &e);
    e.version = 1;
    e.voters[3].deleted = true;
    bool valid = pv_election_ensure_valid_state(&e, &violation);
    check_violation("voter", valid, &violation, PV_RULE_DELETED, PV_PART_VOTER, 3);
    e.competitions[1].name.len = 0;
    valid = pv_election_ensure_valid_state(&e, &violation);
    check_violation("competition", valid, &violation, PV_RULE_TEXT, PV_PART_COMPETITION, 1);
    e.name.len = 0;
    valid = pv_election_ensure_valid_state(&e, &violation);
    check_violation("election", valid, &violation, PV_RULE_TEXT, PV_PART_ELECTION, 0);
    put_back(&shot, &e);
    check_sound("put back", &e);
    pv_election_deinit(&e);
}

static void dates__of_what_has_not_happened__are_not_looked_at(void **state)
{
    (void)state;
    struct pv_election e;
    make(&e, DRAFT);
    e.opened.at.us = e.closed.at.us = INT64_MIN;
    check_sound("draft", &e);
    pv_election_deinit(&e);
    make(&e, OPEN);
    e.closed.at.us = INT64_MIN;
    check_sound("open", &e);
    pv_election_deinit(&e);
}

static void every_story__is_sound(void **state)
{
    (void)state;
    for (int base = 0; base < BASES; base++) {
        struct pv_election e;
        struct pv_violation violation;
        make(&e, (enum base)base);
        check_sound("story", &e);
        for (uint32_t i = 0; i < e.competition_count; i++)
            check_true(pv_competition_ensure_valid_state(&e, i, &violation));
        for (uint32_t i = 0; i < e.candidate_count; i++)
            check_true(pv_candidate_ensure_valid_state(&e, i, &violation));
        for (uint32_t i = 0; i < e.voter_count; i++)
            check_true(pv_voter_ensure_valid_state(&e, i, &violation));
        for (uint32_t i = 0; i < e.ballot_count; i++)
            check_true(pv_ballot_ensure_valid_state(&e, i, &violation));
        pv_election_deinit(&e);
    }
}

/* Names */

static void rules__have_the_numbers_of_d6_and_a_sentence(void **state)
{
    (void)state;
    static const int numbers[PV_RULE_COUNT] = {
        [PV_RULE_ID] = 1,           [PV_RULE_ID_UNIQUE] = 1,    [PV_RULE_TEXT] = 2,
        [PV_RULE_CAPTION] = 2,      [PV_RULE_CLOSED] = 3,       [PV_RULE_PAPER] = 4,
        [PV_RULE_EMAIL_UNIQUE] = 5, [PV_RULE_BALLOT_VOTER] = 6, [PV_RULE_BALLOT_ISSUED] = 6,
        [PV_RULE_RATING] = 7,       [PV_RULE_RATING_COUNT] = 7, [PV_RULE_VOTING] = 8,
        [PV_RULE_CAST_EMPTY] = 8,   [PV_RULE_VERSION] = 9,      [PV_RULE_DELETED] = 10,
    };
    for (int rule = 0; rule < PV_RULE_COUNT; rule++) {
        check_int(pv_rule_number((enum pv_rule)rule), numbers[rule]);
        check_true(strlen(pv_rule_sentence((enum pv_rule)rule)) > 10);
    }
    static const char *const parts[] = {"election", "competition", "candidate", "voter", "ballot"};
    for (int part = PV_PART_ELECTION; part <= PV_PART_BALLOT; part++)
        assert_string_equal(pv_part_name((enum pv_part)part), parts[part]);
}

/* Room for parts is limited, so that positions and what is packed with them fit. */
static void list__at_its_limit__takes_no_more(void **state)
{
    (void)state;
    uint32_t capacity = PV_LIST_MAX;
    void *items = &capacity;
    check_int(pv_list_reserve(&items, &capacity, PV_LIST_MAX, 1), PV_FAULT_MEMORY);
    check_true(items == &capacity && capacity == PV_LIST_MAX);
    check_int(pv_list_reserve(&items, &capacity, PV_LIST_MAX - 1, 1), PV_OK);
    items = NULL;
    capacity = 0;
    check_int(pv_list_reserve(&items, &capacity, 0, 1), PV_OK);
    check_int(capacity, 4);
    check_int(pv_list_reserve(&items, &capacity, 3, 1), PV_OK);
    check_int(capacity, 4);
    check_int(pv_list_reserve(&items, &capacity, 4, 1), PV_OK);
    check_int(capacity, 8);
    capacity =
        PV_LIST_MAX / 2; /* the last growth that is allowed; a byte an entry is little enough to try it */
    check_int(pv_list_reserve(&items, &capacity, PV_LIST_MAX / 2, 1), PV_OK);
    check_int(capacity, PV_LIST_MAX);
    free(items);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_story__is_sound),
    cmocka_unit_test(check_of_everything__tells_the_first_violation),
    cmocka_unit_test(dates__of_what_has_not_happened__are_not_looked_at),
    cmocka_unit_test(every_corruption__is_found_by_the_check_of_everything),
    cmocka_unit_test(every_corruption__is_found_by_its_parts_own_check),
    cmocka_unit_test(every_near_corruption__is_found_by_the_check_of_what_was_touched),
    cmocka_unit_test(every_rule__is_fired_alone),
    cmocka_unit_test(ballot__of_a_voter_who_is_not_there__breaks_rule_6),
    cmocka_unit_test(ballot__of_a_voter_with_another_or_none__breaks_rule_6),
    cmocka_unit_test(candidate__of_a_competition_that_is_not_there__is_found_by_its_own_check),
    cmocka_unit_test(rating__of_a_candidate_who_is_not_there__is_found_by_the_ballots_own_check),
    cmocka_unit_test(small_competitions__in_a_ring_of_their_own__are_found),
    cmocka_unit_test(versions__whose_sum_overflows__break_rule_9),
    cmocka_unit_test(versions__above_their_sums__are_sound),
    cmocka_unit_test(touched__parts_of_each_event__are_looked_at_and_no_others),
    cmocka_unit_test(touched__rating_of_the_event__is_looked_at_and_no_other),
    cmocka_unit_test(apply__that_leaves_a_touched_part_broken__is_a_fault),
    cmocka_unit_test(unborn__has_nothing_to_break),
    cmocka_unit_test(rules__have_the_numbers_of_d6_and_a_sentence),
    cmocka_unit_test(list__at_its_limit__takes_no_more),
};
CHECK_MAIN(tests, 20)
