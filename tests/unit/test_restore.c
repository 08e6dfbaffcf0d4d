/* restore.c: an election built from what a document holds is the one that the events made, and goes on like
   it; what cannot be put in place is refused with the rule that it breaks (F3, D6). */
#include "restore.h"

#include "../property/dump.h"
#include "story.h"

/* Builds *to from what *from says, in the order of a document. */
static void restore(const struct pv_election *from, struct pv_election *to)
{
    struct pv_violation violation;
    story_unborn(to);
    struct pv_restore_header header = {from->id,
                                       from->version,
                                       from->deleted,
                                       from->is_opened,
                                       from->is_closed,
                                       from->opened,
                                       from->closed,
                                       {pv_text_str(&from->name)},
                                       {pv_text_str(&from->description)}};
    check_int(pv_restore_header(to, &header), PV_OK);
    for (uint32_t i = 0; i < from->competition_count; i++) {
        const struct pv_competition *c = &from->competitions[i];
        struct pv_restore_competition part = {
            c->id, c->version, c->deleted, {pv_text_str(&c->name)}, {pv_text_str(&c->description)}};
        check_int(pv_restore_competition(to, &part, &violation), PV_OK);
        for (uint32_t j = 0; j < c->candidate_count; j++) {
            const struct pv_candidate *k = &from->candidates[c->candidates[j]];
            struct pv_restore_candidate candidate = {k->id,
                                                     k->version,
                                                     k->deleted,
                                                     {pv_text_str(&k->name)},
                                                     {pv_text_str(&k->description)},
                                                     {pv_text_str(&k->image_url)},
                                                     {pv_text_str(&k->image_caption)}};
            check_int(pv_restore_candidate(to, &candidate, &violation), PV_OK);
        }
    }
    for (uint32_t i = 0; i < from->voter_count; i++) {
        const struct pv_voter *v = &from->voters[i];
        struct pv_restore_voter part = {
            v->id, v->version, v->deleted, pv_voter_ballot_issued(v), pv_voter_name(v), pv_voter_email(v)};
        check_int(pv_restore_voter(to, &part, &violation), PV_OK);
    }
    for (uint32_t i = 0; i < from->ballot_count; i++) {
        const struct pv_ballot *b = &from->ballots[i];
        struct pv_restore_ballot part = {b->id, b->version, b->deleted, b->cast, from->voters[b->voter].id};
        check_int(pv_restore_ballot(to, &part, &violation), PV_OK);
        uint32_t cursor = 0, candidate;
        struct pv_rating rating;
        while (pv_ratings_next(&from->ratings, i, &cursor, &candidate, &rating)) {
            const struct pv_candidate *k = &from->candidates[candidate];
            check_int(pv_restore_rating(to, from->competitions[k->competition].id, k->id, rating, &violation),
                      PV_OK);
        }
    }
    check_int(pv_restore_end(to), PV_OK);
    if (!pv_election_ensure_valid_state(to, &violation))
        fail_msg("%s %u: %s", pv_part_name(violation.part), violation.position,
                 pv_rule_sentence(violation.rule));
}

/* The stories add candidates of one competition, then of another: a document has them by competition. The
   dump is of positions, so what is compared was restored once before. */
static void check_same(const struct pv_election *a, const struct pv_election *b)
{
    struct buf x = {0}, y = {0};
    dump(a, DUMP_VERSIONS, &x);
    dump(b, DUMP_VERSIONS, &y);
    check_true(buf_equal(&x, &y));
    buf_free(&x);
    buf_free(&y);
}

static void restored__in_each_phase__is_the_same_and_goes_on_alike(void **state)
{
    (void)state;
    for (int phase = PV_PHASE_UNBORN; phase <= PV_PHASE_DELETED; phase++) {
        for (int type = 0; type < PV_EVENT_TYPE_COUNT; type++) {
            struct pv_election e, once, twice;
            struct pv_event event = story_event((enum pv_event_type)type);
            struct pv_refusal why, why_restored;
            story_in_phase(&e, (enum pv_phase)phase);
            restore(&e, &once);
            restore(&once, &twice);
            check_same(&once, &twice);
            check_int(once.version, e.version);
            check_int(once.candidate_count, e.candidate_count);
            enum pv_result result = pv_election_apply(&e, &event, &why);
            check_int(pv_election_apply(&once, &event, &why_restored), result);
            check_int(pv_election_apply(&twice, &event, &why_restored), result);
            check_true(result == PV_OK || (why.code == why_restored.code && why.field == why_restored.field));
            check_int(once.version, e.version);
            check_same(&once, &twice);
            pv_election_deinit(&e);
            pv_election_deinit(&once);
            pv_election_deinit(&twice);
        }
    }
}

static void restored__parts__have_what_the_document_said(void **state)
{
    (void)state;
    struct pv_election e, r;
    story_closed(&e);
    restore(&e, &r);
    check_true(pv_bits128_equal(r.id.bits, story_id(1)));
    check_str(pv_text_str(&r.name), "Photo of the year");
    check_str(pv_text_str(&r.description), "All of them");
    check_int(r.opened.at.us, e.opened.at.us);
    check_int(r.closed.at.us, e.closed.at.us);
    check_int(pv_election_phase(&r), PV_PHASE_CLOSED);
    check_int(r.live_competitions, 2);
    check_true(story_competition(&r, 3)->deleted);
    check_int(story_competition(&r, 1)->version, 5);
    check_int(story_competition(&r, 1)->live_candidates, 3);
    check_str(pv_text_str(&story_competition(&r, 2)->description), "Old ones");
    check_true(story_candidate(&r, 14)->deleted);
    check_int(story_candidate(&r, 14)->version, 1);
    check_str(pv_text_str(&story_candidate(&r, 11)->name), "Heron");
    check_str(pv_text_str(&story_candidate(&r, 11)->description), "At dawn");
    check_str(pv_text_str(&story_candidate(&r, 11)->image_url), "https://x.example/11.jpg");
    check_str(pv_text_str(&story_candidate(&r, 11)->image_caption), "A heron");
    check_str(pv_voter_name(story_voter(&r, 2)).text, "Bob");
    check_str(pv_voter_email(story_voter(&r, 2)).text, "Bob@x.example");
    check_int(story_voter(&r, 2)->version, 1);
    check_int(story_voter(&r, 2)->ballot, 1);
    check_true(!pv_voter_ballot_issued(story_voter(&r, 3)));
    check_true(story_ballot(&r, 2)->cast);
    check_int(story_ballot(&r, 2)->version, 3);
    check_int(story_ballot(&r, 2)->rating_count, 2);
    check_int(story_rating(&r, 2, 12), 5);
    check_int(story_rating(&r, 2, 21), 1);
    check_int(story_rating(&r, 1, 11), 4);
    check_int(story_rating(&r, 1, 12), 0);
    pv_election_deinit(&e);
    pv_election_deinit(&r);
}

static void restored__draft__knows_which_competitions_are_too_small(void **state)
{
    (void)state;
    struct pv_election e, r;
    story_draft(&e);
    accept(&e, ev_competition_added(4, "a", NULL));
    accept(&e, ev_candidate_added(4, 41, "x", NULL, NULL, NULL));
    accept(&e, ev_competition_added(5, "b", NULL));
    restore(&e, &r);
    refuse(&r, ev_opened(STORY_OPEN_DATE), COMPETITION_TOO_SMALL, COMPETITION_ID);
    accept(&r, ev_competition_removed(5));
    refuse_id(&r, ev_opened(STORY_OPEN_DATE), COMPETITION_TOO_SMALL, COMPETITION_ID, 4);
    accept(&r, ev_candidate_added(4, 42, "x", NULL, NULL, NULL));
    accept(&r, ev_opened(STORY_OPEN_DATE));
    accept(&r, ev_rated(1, 4, 42, 5));
    pv_election_deinit(&e);
    pv_election_deinit(&r);
}

static void restored__draft_without_ballots__has_no_room_for_ratings_yet(void **state)
{
    (void)state;
    struct pv_election e, r;
    story_unborn(&e);
    accept(&e, ev_created("Photo", NULL));
    accept(&e, ev_competition_added(1, "All", NULL));
    accept(&e, ev_candidate_added(1, 11, "x", NULL, NULL, NULL));
    restore(&e, &r);
    check_same(&e, &r); /* the ratings' table as well */
    check_int(r.ratings.candidates, 0);
    pv_election_deinit(&e);
    pv_election_deinit(&r);
}

static void restored__open_without_ballots__has_room_for_those_to_come(void **state)
{
    (void)state;
    const uint64_t sizes[] = {2, 256, 257};
    for (size_t s = 0; s < 3; s++) {
        struct pv_election e, r;
        struct pv_refusal why;
        story_unborn(&e);
        accept(&e, ev_created("Photo", NULL));
        accept(&e, ev_competition_added(1, "All", NULL));
        for (uint64_t id = 1; id <= sizes[s]; id++) {
            struct pv_event event = ev_candidate_added(1, id, "x", NULL, NULL, NULL);
            check_int(pv_election_apply(&e, &event, &why), PV_OK);
        }
        accept(&e, ev_voter(1, "Ada", "ada@x"));
        accept(&e, ev_opened(STORY_OPEN_DATE));
        restore(&e, &r);
        check_same(&e, &r);
        accept(&r, ev_ballot(1, 1));
        accept(&r, ev_rated(1, 1, sizes[s], 5));
        accept(&r, ev_rated(1, 1, 1, 4));
        accept(&r, ev_cast(1));
        pv_election_deinit(&e);
        restore(&r, &e);
        check_same(&e, &r);
        check_int(story_rating(&e, 1, sizes[s]), 5);
        check_int(story_rating(&e, 1, 1), 4);
        pv_election_deinit(&e);
        pv_election_deinit(&r);
    }
}

/* D6.4 counts removed competitions: an open election may have none that has a candidate. */
static void restored__open_on_a_removed_competition_of_none__is_sound(void **state)
{
    (void)state;
    struct pv_election e;
    struct pv_violation violation;
    story_unborn(&e);
    struct pv_restore_header header = {.id = {story_id(1)},
                                       .version = 5,
                                       .is_opened = true,
                                       .opened = {story_time(STORY_OPEN_DATE)},
                                       .name = {PV_STR("x")}};
    struct pv_restore_competition competition = {{story_id(1)}, 1, true, {PV_STR("y")}, {{NULL, 0}}};
    struct pv_restore_voter voter = {{story_id(1)}, 1, false, true, {PV_STR("Ada")}, {PV_STR("ada@x")}};
    struct pv_restore_ballot ballot = {{story_id(1)}, 0, false, false, {story_id(1)}};
    check_int(pv_restore_header(&e, &header), PV_OK);
    check_int(pv_restore_competition(&e, &competition, &violation), PV_OK);
    check_int(pv_restore_voter(&e, &voter, &violation), PV_OK);
    check_int(pv_restore_ballot(&e, &ballot, &violation), PV_OK);
    check_int(pv_restore_end(&e), PV_OK);
    check_true(pv_election_ensure_valid_state(&e, &violation));
    accept(&e, ev_voter(2, "Bob", "bob@x"));
    accept(&e, ev_ballot(2, 2));
    refuse(&e, ev_rated(1, 1, 11, 3), COMPETITION_REMOVED, COMPETITION_ID);
    pv_election_deinit(&e);
}

/* What cannot be put in place: a small election, restored up to its first ballot, and one part more. */

static struct pv_restore_competition competition_of(uint64_t id)
{
    return (struct pv_restore_competition){{story_id(id)}, 2, false, {PV_STR("c")}, {{NULL, 0}}};
}

static struct pv_restore_candidate candidate_of(uint64_t id)
{
    return (struct pv_restore_candidate){{story_id(id)}, 0,           false,      {PV_STR("k")},
                                         {{NULL, 0}},    {{NULL, 0}}, {{NULL, 0}}};
}

static struct pv_restore_voter voter_of(uint64_t id, const char *email, bool issued)
{
    return (struct pv_restore_voter){{story_id(id)}, issued,        false,
                                     issued,         {PV_STR("v")}, {story_str(email)}};
}

static struct pv_restore_ballot ballot_of(uint64_t id, uint64_t voter)
{
    return (struct pv_restore_ballot){{story_id(id)}, 0, false, false, {story_id(voter)}};
}

static void begin(struct pv_election *e)
{
    struct pv_violation violation;
    struct pv_restore_header header = {.id = {story_id(1)},
                                       .version = 13,
                                       .is_opened = true,
                                       .opened = {story_time(STORY_OPEN_DATE)},
                                       .name = {PV_STR("x")}};
    story_unborn(e);
    check_int(pv_restore_header(e, &header), PV_OK);
    for (uint64_t c = 1; c <= 2; c++) {
        struct pv_restore_competition competition = competition_of(c);
        check_int(pv_restore_competition(e, &competition, &violation), PV_OK);
        for (uint64_t k = 1; k <= 2; k++) {
            struct pv_restore_candidate candidate = candidate_of(10 * c + k);
            check_int(pv_restore_candidate(e, &candidate, &violation), PV_OK);
        }
    }
    struct pv_restore_voter voters[] = {voter_of(1, "ada@x", true), voter_of(2, "bob@x", true),
                                        voter_of(3, "cy@x", false)};
    for (size_t i = 0; i < 3; i++)
        check_int(pv_restore_voter(e, &voters[i], &violation), PV_OK);
    struct pv_restore_ballot ballot = ballot_of(1, 1);
    check_int(pv_restore_ballot(e, &ballot, &violation), PV_OK);
}

static void check_misplaced(enum pv_result result, const struct pv_violation *violation, enum pv_rule rule,
                            enum pv_part part, uint32_t position)
{
    check_int(result, PV_REFUSED);
    if (violation->rule != rule || violation->part != part || violation->position != position)
        fail_msg("%s %u: %s", pv_part_name(violation->part), violation->position,
                 pv_rule_sentence(violation->rule));
}

static void check_completes(struct pv_election *e)
{
    struct pv_violation violation;
    struct pv_restore_ballot ballot = ballot_of(2, 2);
    check_int(pv_restore_ballot(e, &ballot, &violation), PV_OK);
    check_int(pv_restore_end(e), PV_OK);
    if (!pv_election_ensure_valid_state(e, &violation))
        fail_msg("%s %u: %s", pv_part_name(violation.part), violation.position,
                 pv_rule_sentence(violation.rule));
}

static void restore__an_id_twice__is_refused(void **state)
{
    (void)state;
    struct pv_election e;
    struct pv_violation v;
    begin(&e);
    for (uint64_t id = 1; id <= 2; id++) {
        struct pv_restore_competition competition = competition_of(id);
        check_misplaced(pv_restore_competition(&e, &competition, &v), &v, PV_RULE_ID_UNIQUE,
                        PV_PART_COMPETITION, 2);
        struct pv_restore_candidate candidate = candidate_of(10 * id + 1);
        check_misplaced(pv_restore_candidate(&e, &candidate, &v), &v, PV_RULE_ID_UNIQUE, PV_PART_CANDIDATE,
                        4);
        struct pv_restore_voter voter = voter_of(id, "new@x", false);
        check_misplaced(pv_restore_voter(&e, &voter, &v), &v, PV_RULE_ID_UNIQUE, PV_PART_VOTER, 3);
    }
    struct pv_restore_ballot ballot = ballot_of(1, 2);
    check_misplaced(pv_restore_ballot(&e, &ballot, &v), &v, PV_RULE_ID_UNIQUE, PV_PART_BALLOT, 1);
    check_completes(&e);
    pv_election_deinit(&e);
}

static void restore__an_email_twice__is_refused_in_any_case(void **state)
{
    (void)state;
    struct pv_election e;
    struct pv_violation v;
    begin(&e);
    struct pv_restore_voter same = voter_of(4, "ada@x", false), capitals = voter_of(4, "CY@X", false),
                            new = voter_of(4, "di@x", false);
    check_misplaced(pv_restore_voter(&e, &same, &v), &v, PV_RULE_EMAIL_UNIQUE, PV_PART_VOTER, 3);
    check_misplaced(pv_restore_voter(&e, &capitals, &v), &v, PV_RULE_EMAIL_UNIQUE, PV_PART_VOTER, 3);
    check_int(pv_restore_voter(&e, &new, &v), PV_OK);
    check_int(e.voter_count, 4);
    pv_election_deinit(&e);
}

static void restore__a_ballot_of_no_voter_or_a_second_one__is_refused(void **state)
{
    (void)state;
    struct pv_election e;
    struct pv_violation v;
    begin(&e);
    struct pv_restore_ballot of_nobody = ballot_of(2, 4), second = ballot_of(2, 1),
                             not_issued = ballot_of(2, 3);
    check_misplaced(pv_restore_ballot(&e, &of_nobody, &v), &v, PV_RULE_BALLOT_VOTER, PV_PART_BALLOT, 1);
    check_misplaced(pv_restore_ballot(&e, &second, &v), &v, PV_RULE_BALLOT_ISSUED, PV_PART_BALLOT, 1);
    check_misplaced(pv_restore_ballot(&e, &not_issued, &v), &v, PV_RULE_BALLOT_ISSUED, PV_PART_BALLOT, 1);
    check_completes(&e);
    pv_election_deinit(&e);
}

static void restore__a_rating_of_no_candidate_or_a_second_one__is_refused(void **state)
{
    (void)state;
    struct pv_election e;
    struct pv_violation v;
    struct pv_rating four = {4};
    begin(&e);
    static const uint64_t wrong[][2] = {{3, 11}, {1, 13}, {1, 21}, {2, 11}, {11, 11}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        check_misplaced(pv_restore_rating(&e, (struct pv_competition_id){story_id(wrong[i][0])},
                                          (struct pv_candidate_id){story_id(wrong[i][1])}, four, &v),
                        &v, PV_RULE_RATING, PV_PART_BALLOT, 0);
    struct pv_competition_id one = {story_id(1)};
    struct pv_candidate_id heron = {story_id(11)}, owl = {story_id(12)};
    e.ballots[0].version = 2;
    check_int(pv_restore_rating(&e, one, heron, four, &v), PV_OK);
    check_misplaced(pv_restore_rating(&e, one, heron, four, &v), &v, PV_RULE_RATING, PV_PART_BALLOT, 0);
    check_int(pv_restore_rating(&e, one, owl, four, &v), PV_OK);
    check_int(e.ballots[0].rating_count, 2);
    e.version += 2;
    check_completes(&e);
    pv_election_deinit(&e);
}

/* What can be put in place and is found by the rules afterwards. */

static void check_rule(const struct pv_election *e, enum pv_rule rule, enum pv_part part, uint32_t position)
{
    struct pv_violation violation;
    check_true(!pv_election_ensure_valid_state(e, &violation));
    check_misplaced(PV_REFUSED, &violation, rule, part, position);
}

static void restored__with_a_ballot_that_never_came__breaks_rule_6(void **state)
{
    (void)state;
    struct pv_election e;
    begin(&e);
    check_int(pv_restore_end(&e), PV_OK);
    check_rule(&e, PV_RULE_BALLOT_ISSUED, PV_PART_VOTER, 1);
    struct pv_restore_ballot ballot = ballot_of(2, 2);
    struct pv_violation violation;
    check_int(pv_restore_ballot(&e, &ballot, &violation), PV_OK);
    check_true(pv_election_ensure_valid_state(&e, &violation));
    pv_election_deinit(&e);
}

static void restored__with_what_only_a_document_can_say__is_kept_for_the_rules(void **state)
{
    (void)state;
    struct pv_election e;
    struct pv_violation v;
    begin(&e);
    struct pv_restore_voter voter = voter_of(4, "di@x", false);
    voter.deleted = true;
    check_int(pv_restore_voter(&e, &voter, &v), PV_OK);
    struct pv_restore_ballot ballot = ballot_of(2, 2);
    ballot.deleted = true;
    check_int(pv_restore_ballot(&e, &ballot, &v), PV_OK);
    check_int(pv_restore_end(&e), PV_OK);
    check_rule(&e, PV_RULE_DELETED, PV_PART_VOTER, 3);
    e.voters[3].deleted = false;
    check_rule(&e, PV_RULE_DELETED, PV_PART_BALLOT, 1);
    e.ballots[1].deleted = false;
    e.version++; /* the fourth voter */
    check_true(pv_election_ensure_valid_state(&e, &v));
    pv_election_deinit(&e);
}

static void restored__ratings_of_a_draft__break_rule_8(void **state)
{
    (void)state;
    struct pv_election e;
    struct pv_violation v;
    begin(&e);
    struct pv_rating four = {4};
    e.is_opened = false;
    check_int(pv_restore_rating(&e, (struct pv_competition_id){story_id(2)},
                                (struct pv_candidate_id){story_id(22)}, four, &v),
              PV_OK);
    struct pv_restore_ballot ballot = ballot_of(2, 2);
    check_int(pv_restore_ballot(&e, &ballot, &v), PV_OK);
    check_int(pv_restore_end(&e), PV_OK);
    check_rule(&e, PV_RULE_VOTING, PV_PART_BALLOT, 0);
    pv_election_deinit(&e);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(restored__in_each_phase__is_the_same_and_goes_on_alike),
    cmocka_unit_test(restored__parts__have_what_the_document_said),
    cmocka_unit_test(restored__draft__knows_which_competitions_are_too_small),
    cmocka_unit_test(restored__draft_without_ballots__has_no_room_for_ratings_yet),
    cmocka_unit_test(restored__open_without_ballots__has_room_for_those_to_come),
    cmocka_unit_test(restored__open_on_a_removed_competition_of_none__is_sound),
    cmocka_unit_test(restore__an_id_twice__is_refused),
    cmocka_unit_test(restore__an_email_twice__is_refused_in_any_case),
    cmocka_unit_test(restore__a_ballot_of_no_voter_or_a_second_one__is_refused),
    cmocka_unit_test(restore__a_rating_of_no_candidate_or_a_second_one__is_refused),
    cmocka_unit_test(restored__with_a_ballot_that_never_came__breaks_rule_6),
    cmocka_unit_test(restored__with_what_only_a_document_can_say__is_kept_for_the_rules),
    cmocka_unit_test(restored__ratings_of_a_draft__break_rule_8),
};
CHECK_MAIN(tests, 13)
