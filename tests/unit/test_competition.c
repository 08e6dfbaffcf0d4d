/* competition.c: the Competition's events, what each sets, raises and refuses (D5). */
#include "story.h"

static void check_text(const struct pv_text *text, const char *expected)
{
    check_str(pv_text_str(text), expected == NULL ? "" : expected);
}

/* CompetitionAdded */

static void competition_added__is_live_and_empty(void **state)
{
    (void)state;
    struct pv_election e;
    story_draft(&e);
    accept_touching(&e, ev_competition_added(4, "Clouds", "White"), .competition = 4);
    const struct pv_competition *c = story_competition(&e, 4);
    check_true(pv_bits128_equal(c->id.bits, story_id(4)));
    check_int(c->version, 0);
    check_true(!c->deleted);
    check_text(&c->name, "Clouds");
    check_text(&c->description, "White");
    check_int(c->candidate_count, 0);
    check_int(e.competition_count, 4);
    check_true(c == &e.competitions[3]); /* in the order of addition */
    check_int(e.live_competitions, 3);
    accept(&e, ev_competition_added(5, "Suns", NULL));
    check_text(&story_competition(&e, 5)->description, NULL);
    pv_election_deinit(&e);
}

static void competition_added__with_an_id_that_is_there__is_refused(void **state)
{
    (void)state;
    struct pv_election e;
    story_draft(&e);
    refuse_id(&e, ev_competition_added(1, "Again", NULL), COMPETITION_EXISTS, COMPETITION_ID, 1);
    refuse_id(&e, ev_competition_added(3, "Removed", NULL), COMPETITION_EXISTS, COMPETITION_ID, 3);
    /* Names need not differ, and a candidate may have the same bits. */
    accept(&e, ev_competition_added(11, "Birds", NULL));
    refuse(&e, ev_competition_added(11, "Birds", NULL), COMPETITION_EXISTS, COMPETITION_ID);
    pv_election_deinit(&e);
}

static void competition_added__many__are_all_found(void **state)
{
    (void)state;
    struct pv_election e;
    struct pv_refusal why;
    struct pv_violation violation;
    story_draft(&e);
    for (uint64_t id = 1000; id < 1300; id++) {
        struct pv_event event = ev_competition_added(id, "One of many", NULL);
        check_int(pv_election_apply(&e, &event, &why), PV_OK);
    }
    for (uint64_t id = 1000; id < 1300; id++)
        check_true(story_competition(&e, id) == &e.competitions[id - 1000 + 3]);
    check_int(pv_election_find_competition(&e, (struct pv_competition_id){story_id(1300)}), PV_NONE);
    check_true(pv_election_ensure_valid_state(&e, &violation));
    refuse(&e, ev_competition_added(1234, "Again", NULL), COMPETITION_EXISTS, COMPETITION_ID);
    pv_election_deinit(&e);
}

/* CompetitionRemoved */

static void competition_removed__leaves_its_candidates_as_they_are(void **state)
{
    (void)state;
    for (int phase = PV_PHASE_DRAFT; phase <= PV_PHASE_CLOSED; phase++) {
        struct pv_election e;
        story_in_phase(&e, (enum pv_phase)phase);
        check_true(pv_candidate_is_live(&e, pv_election_find_candidate(&e, story_candidate(&e, 21)->id)));
        accept_touching(&e, ev_competition_removed(2), .competition = 2);
        const struct pv_competition *c = story_competition(&e, 2);
        check_true(c->deleted);
        check_int(c->version, 3);
        check_int(e.live_competitions, 1);
        check_true(!story_candidate(&e, 21)->deleted);
        check_int(story_candidate(&e, 21)->version, 0);
        check_true(!pv_candidate_is_live(&e, pv_election_find_candidate(&e, story_candidate(&e, 21)->id)));
        check_int(e.competition_count, 3);
        refuse_id(&e, ev_competition_removed(2), COMPETITION_REMOVED, COMPETITION_ID, 2);
        pv_election_deinit(&e);
    }
}

static void competition_removed__unknown_or_removed__is_refused(void **state)
{
    (void)state;
    for (int phase = PV_PHASE_DRAFT; phase <= PV_PHASE_CLOSED; phase++) {
        struct pv_election e;
        story_in_phase(&e, (enum pv_phase)phase);
        refuse_id(&e, ev_competition_removed(4), COMPETITION_UNKNOWN, COMPETITION_ID, 4);
        refuse_id(&e, ev_competition_removed(11), COMPETITION_UNKNOWN, COMPETITION_ID,
                  11); /* a candidate's */
        refuse_id(&e, ev_competition_removed(3), COMPETITION_REMOVED, COMPETITION_ID, 3);
        accept(&e, ev_competition_removed(1));
        /* The last one may go as well. */
        accept(&e, ev_competition_removed(2));
        check_int(e.live_competitions, 0);
        pv_election_deinit(&e);
    }
}

/* CompetitionNameChanged, CompetitionDescriptionChanged */

static void competition_name_changed__sets_the_name(void **state)
{
    (void)state;
    struct pv_election e;
    story_draft(&e);
    accept_touching(&e, ev_competition_named(2, "Shrubs"), .competition = 2);
    check_text(&story_competition(&e, 2)->name, "Shrubs");
    check_text(&story_competition(&e, 2)->description, "Old ones");
    check_text(&story_competition(&e, 1)->name, "Birds");
    check_int(story_competition(&e, 2)->version, 3);
    pv_election_deinit(&e);
}

static void competition_name_changed__unknown_removed_or_frozen__is_refused(void **state)
{
    (void)state;
    struct pv_election e;
    story_draft(&e);
    refuse_id(&e, ev_competition_named(4, "x"), COMPETITION_UNKNOWN, COMPETITION_ID, 4);
    refuse_id(&e, ev_competition_named(3, "x"), COMPETITION_REMOVED, COMPETITION_ID, 3);
    accept(&e, ev_competition_named(1, "x"));
    accept(&e, ev_opened(STORY_OPEN_DATE));
    refuse_id(&e, ev_competition_named(1, "y"), BALLOT_PAPER_FROZEN, ELECTION_ID, 1);
    pv_election_deinit(&e);
}

static void competition_description_changed__sets_and_erases_it(void **state)
{
    (void)state;
    struct pv_election e;
    story_draft(&e);
    accept_touching(&e, ev_competition_described(1, "New"), .competition = 1);
    check_text(&story_competition(&e, 1)->description, "New");
    check_text(&story_competition(&e, 1)->name, "Birds");
    accept_touching(&e, ev_competition_described(1, NULL), .competition = 1);
    check_text(&story_competition(&e, 1)->description, NULL);
    check_true(story_competition(&e, 1)->description.ptr == NULL);
    check_text(&story_competition(&e, 2)->description, "Old ones");
    pv_election_deinit(&e);
}

static void competition_description_changed__unknown_removed_or_frozen__is_refused(void **state)
{
    (void)state;
    struct pv_election e;
    story_draft(&e);
    refuse_id(&e, ev_competition_described(4, "x"), COMPETITION_UNKNOWN, COMPETITION_ID, 4);
    refuse_id(&e, ev_competition_described(3, NULL), COMPETITION_REMOVED, COMPETITION_ID, 3);
    accept(&e, ev_competition_described(1, "x"));
    accept(&e, ev_opened(STORY_OPEN_DATE));
    refuse_id(&e, ev_competition_described(1, NULL), BALLOT_PAPER_FROZEN, ELECTION_ID, 1);
    pv_election_deinit(&e);
}

static void competition_added__once_opened__is_refused(void **state)
{
    (void)state;
    struct pv_election e;
    story_open(&e);
    refuse_id(&e, ev_competition_added(4, "x", NULL), BALLOT_PAPER_FROZEN, ELECTION_ID, 1);
    accept(&e, ev_closed(STORY_CLOSE_DATE));
    refuse_id(&e, ev_competition_added(4, "x", NULL), ELECTION_CLOSED, ELECTION_ID, 1);
    pv_election_deinit(&e);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(competition_added__is_live_and_empty),
    cmocka_unit_test(competition_added__with_an_id_that_is_there__is_refused),
    cmocka_unit_test(competition_added__many__are_all_found),
    cmocka_unit_test(competition_added__once_opened__is_refused),
    cmocka_unit_test(competition_removed__leaves_its_candidates_as_they_are),
    cmocka_unit_test(competition_removed__unknown_or_removed__is_refused),
    cmocka_unit_test(competition_name_changed__sets_the_name),
    cmocka_unit_test(competition_name_changed__unknown_removed_or_frozen__is_refused),
    cmocka_unit_test(competition_description_changed__sets_and_erases_it),
    cmocka_unit_test(competition_description_changed__unknown_removed_or_frozen__is_refused),
};
CHECK_MAIN(tests, 10)
