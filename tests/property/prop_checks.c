/* The incremental check against the exhaustive one. */
#include "case.h"
#include "corrupt.h"
#include "properties.h"

/* The position of the part of a kind that the event was applied to (D1), or PV_NONE. */
static uint32_t touched(const struct pv_election *e, const struct pv_event *event, const struct fact *fact,
                        enum pv_part part)
{
    switch (part) {
    case PV_PART_ELECTION:
        return 0;
    case PV_PART_COMPETITION:
        return fact->type >= PV_EVENT_COMPETITION_ADDED && fact->type <= PV_EVENT_CANDIDATE_IMAGE_CHANGED
                   ? pv_election_find_competition(e, event->u.competition_removed.competition_id)
                   : PV_NONE;
    case PV_PART_CANDIDATE:
        return fact->type >= PV_EVENT_CANDIDATE_ADDED && fact->type <= PV_EVENT_CANDIDATE_IMAGE_CHANGED
                   ? pv_election_find_candidate(e, event->u.candidate_removed.candidate_id)
                   : PV_NONE;
    case PV_PART_VOTER:
        return fact->type == PV_EVENT_VOTER_REGISTERED
                   ? pv_election_find_voter(e, event->u.voter_registered.voter_id)
               : fact->type == PV_EVENT_BALLOT_CREATED
                   ? pv_election_find_voter(e, event->u.ballot_created.voter_id)
                   : PV_NONE;
    case PV_PART_BALLOT:
        return fact->type == PV_EVENT_BALLOT_CREATED
                   ? pv_election_find_ballot(e, event->u.ballot_created.ballot_id)
               : fact->type >= PV_EVENT_BALLOT_CANDIDATE_RATED
                   ? pv_election_find_ballot(e, event->u.ballot_cast.ballot_id)
                   : PV_NONE;
    }
    return PV_NONE;
}

static int both_hold(struct gen *g, const struct pv_election *e, const struct pv_event *event,
                     const char *when)
{
    struct pv_violation v = {.rule = PV_RULE_NONE};
    if (!pv_election_ensure_valid_state(e, &v))
        return gen_fail(g, "%s: the exhaustive check: %s, %s %u", when, pv_rule_sentence(v.rule),
                        pv_part_name(v.part), v.position);
    if (!pv_election_check_touched(e, event, &v))
        return gen_fail(g, "%s: the incremental check alone: %s, %s %u", when, pv_rule_sentence(v.rule),
                        pv_part_name(v.part), v.position);
    return 0;
}

static bool part_is_valid(const struct pv_election *e, enum pv_part part, uint32_t position,
                          struct pv_violation *v)
{
    switch (part) {
    case PV_PART_ELECTION:
        return pv_election_ensure_valid_state(e, v);
    case PV_PART_COMPETITION:
        return pv_competition_ensure_valid_state(e, position, v);
    case PV_PART_CANDIDATE:
        return pv_candidate_ensure_valid_state(e, position, v);
    case PV_PART_VOTER:
        return pv_voter_ensure_valid_state(e, position, v);
    case PV_PART_BALLOT:
        return pv_ballot_ensure_valid_state(e, position, v);
    }
    return false;
}

/* The corruption is seen by the exhaustive check, whose part says the same by itself; and by the incremental
   one if it is near what the event touched. */
static int corruption_is_seen(struct gen *g, const struct pv_election *e, const struct pv_event *event,
                              const struct corruption *corruption, bool is_touched)
{
    struct pv_violation v, again, near;
    if (pv_election_ensure_valid_state(e, &v))
        return gen_fail(g, "%s is not seen by the exhaustive check", corruption->name);
    if (part_is_valid(e, v.part, v.position, &again) || again.rule != v.rule || again.position != v.position)
        return gen_fail(g, "%s: the %s's own check does not say %s", corruption->name, pv_part_name(v.part),
                        pv_rule_sentence(v.rule));
    if (!is_touched || !corruption->near) {
        gen_count(g, COUNT_CORRUPTED_FAR);
        return 0;
    }
    if (pv_election_check_touched(e, event, &near))
        return gen_fail(g, "%s is not seen by the incremental check", corruption->name);
    gen_count(g, COUNT_CORRUPTED);
    return 0;
}

static int corrupt(struct a_case *c, struct pv_election *e, const struct pv_event *event)
{
    const struct corruption *corruption = &corruptions[gen_draw(c->g, (uint32_t)corruption_count)];
    uint32_t count = part_count(e, corruption->part);
    uint32_t position = touched(e, event, c->fact, corruption->part);
    bool is_touched = position != PV_NONE;
    struct part_copy copy;
    if (count == 0)
        return 0;
    if (!is_touched)
        position = gen_draw(c->g, count);
    part_save(&copy, e, corruption->part, position);
    int failed = 0;
    if (corruption->apply(e, position))
        failed = corruption_is_seen(c->g, e, event, corruption, is_touched);
    part_put_back(&copy, e);
    return failed;
}

/* The accepted neighbour: a version may be higher than its parts need. */
static int higher_version_holds(struct gen *g, struct pv_election *e, const struct pv_event *event)
{
    e->version += 2;
    int failed = both_hold(g, e, event, "with a higher version");
    e->version -= 2;
    return failed;
}

int prop_checks_agree(struct gen *g)
{
    struct a_case c;
    struct pv_election election;
    int failed = 0;
    case_init(&c, g);
    pv_election_init(&election, draw_seed(g));
    while (failed == 0 && case_next(&c)) {
        struct seen seen;
        seen_init(&seen, g, &c.wire);
        if (seen.result == PV_OK && pv_election_when(&election, &seen.event, &seen.why) == PV_OK &&
            c.fact != NULL) {
            failed = both_hold(g, &election, &seen.event, "after an event");
            for (uint32_t n = gen_draw(g, 4); failed == 0 && n > 0; n--)
                failed = corrupt(&c, &election, &seen.event) ||
                         higher_version_holds(g, &election, &seen.event) ||
                         both_hold(g, &election, &seen.event, "after repair");
        }
        seen_deinit(&seen);
    }
    pv_election_deinit(&election);
    case_deinit(&c);
    return failed;
}
