/* candidate.c: the Candidate's events, what each sets, raises and refuses (D5). */
#include "story.h"

static void check_text(const struct pv_text *text, const char *expected)
{
    check_str(pv_text_str(text), expected == NULL ? "" : expected);
    check_true((text->ptr == NULL) == (expected == NULL));
}

static bool is_live(const struct pv_election *e, uint64_t id)
{
    return pv_candidate_is_live(e, (uint32_t)(story_candidate(e, id) - e->candidates));
}

/* CandidateAdded */

static void candidate_added__belongs_to_its_competition(void **state)
{
    (void)state;
    struct pv_election e;
    story_draft(&e);
    accept_touching(&e, ev_candidate_added(2, 23, "Elm", "Tall", "/elm.jpg", "An elm"), .competition = 2,
                    .candidate = 23);
    const struct pv_candidate *c = story_candidate(&e, 23);
    check_true(pv_bits128_equal(c->id.bits, story_id(23)));
    check_int(c->version, 0);
    check_true(!c->deleted);
    check_int(c->competition, 1);
    check_text(&c->name, "Elm");
    check_text(&c->description, "Tall");
    check_text(&c->image_url, "/elm.jpg");
    check_text(&c->image_caption, "An elm");
    check_true(c == &e.candidates[7]);
    check_int(story_competition(&e, 2)->candidate_count, 3);
    check_int(story_competition(&e, 2)->candidates[2], 7);
    check_int(story_competition(&e, 2)->live_candidates, 3);
    check_int(story_competition(&e, 2)->version, 3);
    check_true(is_live(&e, 23));
    pv_election_deinit(&e);
}

static void candidate_added__with_a_name_alone__has_nothing_else(void **state)
{
    (void)state;
    struct pv_election e;
    story_draft(&e);
    accept(&e, ev_candidate_added(2, 23, "Elm", NULL, NULL, NULL));
    check_text(&story_candidate(&e, 23)->name, "Elm");
    check_text(&story_candidate(&e, 23)->description, NULL);
    check_text(&story_candidate(&e, 23)->image_url, NULL);
    check_text(&story_candidate(&e, 23)->image_caption, NULL);
    pv_election_deinit(&e);
}

static void candidate_added__to_a_competition_that_is_not_there__is_refused(void **state)
{
    (void)state;
    struct pv_election e;
    story_draft(&e);
    refuse_id(&e, ev_candidate_added(4, 41, "x", NULL, NULL, NULL), COMPETITION_UNKNOWN, COMPETITION_ID, 4);
    refuse_id(&e, ev_candidate_added(3, 32, "x", NULL, NULL, NULL), COMPETITION_REMOVED, COMPETITION_ID, 3);
    accept(&e, ev_candidate_added(2, 41, "x", NULL, NULL, NULL));
    pv_election_deinit(&e);
}

static void candidate_added__with_an_id_anywhere_in_the_election__is_refused(void **state)
{
    (void)state;
    struct pv_election e;
    story_draft(&e);
    refuse_id(&e, ev_candidate_added(1, 11, "x", NULL, NULL, NULL), CANDIDATE_EXISTS, CANDIDATE_ID, 11);
    refuse_id(&e, ev_candidate_added(2, 11, "x", NULL, NULL, NULL), CANDIDATE_EXISTS, CANDIDATE_ID, 11);
    refuse_id(&e, ev_candidate_added(1, 14, "x", NULL, NULL, NULL), CANDIDATE_EXISTS, CANDIDATE_ID, 14);
    refuse_id(&e, ev_candidate_added(2, 14, "x", NULL, NULL, NULL), CANDIDATE_EXISTS, CANDIDATE_ID, 14);
    refuse_id(&e, ev_candidate_added(1, 31, "x", NULL, NULL, NULL), CANDIDATE_EXISTS, CANDIDATE_ID, 31);
    /* A competition's id is another thing, and so is a name. */
    accept(&e, ev_candidate_added(1, 1, "Heron", NULL, NULL, NULL));
    refuse(&e, ev_candidate_added(1, 1, "Heron", NULL, NULL, NULL), CANDIDATE_EXISTS, CANDIDATE_ID);
    pv_election_deinit(&e);
}

static void candidate_added__once_opened__is_refused(void **state)
{
    (void)state;
    struct pv_election e;
    story_open(&e);
    refuse_id(&e, ev_candidate_added(1, 15, "x", NULL, NULL, NULL), BALLOT_PAPER_FROZEN, ELECTION_ID, 1);
    pv_election_deinit(&e);
}

static void candidate_added__many__are_all_found(void **state)
{
    (void)state;
    struct pv_election e;
    struct pv_refusal why;
    struct pv_violation violation;
    story_draft(&e);
    for (uint64_t id = 1000; id < 1500; id++) {
        struct pv_event event = ev_candidate_added(1 + id % 2, id, "One of many", NULL, NULL, NULL);
        check_int(pv_election_apply(&e, &event, &why), PV_OK);
    }
    for (uint64_t id = 1000; id < 1500; id++)
        check_int(story_candidate(&e, id)->competition, id % 2);
    check_true(pv_election_ensure_valid_state(&e, &violation));
    check_int(story_competition(&e, 1)->candidate_count, 254);
    check_int(story_competition(&e, 2)->candidate_count, 252);
    pv_election_deinit(&e);
}

/* CandidateRemoved */

static void candidate_removed__stays_in_the_list(void **state)
{
    (void)state;
    for (int phase = PV_PHASE_DRAFT; phase <= PV_PHASE_CLOSED; phase++) {
        struct pv_election e;
        story_in_phase(&e, (enum pv_phase)phase);
        accept_touching(&e, ev_candidate_removed(1, 11), .competition = 1, .candidate = 11);
        check_true(story_candidate(&e, 11)->deleted);
        check_int(story_candidate(&e, 11)->version, 1);
        check_true(!is_live(&e, 11));
        check_true(is_live(&e, 12));
        check_int(story_competition(&e, 1)->candidate_count, 4);
        check_int(story_competition(&e, 1)->live_candidates, 2);
        check_text(&story_candidate(&e, 11)->name, "Heron");
        refuse_id(&e, ev_candidate_removed(1, 11), CANDIDATE_REMOVED, CANDIDATE_ID, 11);
        /* Disqualification may leave one or none. */
        accept(&e, ev_candidate_removed(1, 12));
        accept(&e, ev_candidate_removed(1, 13));
        check_int(story_competition(&e, 1)->live_candidates, 0);
        check_true(!story_competition(&e, 1)->deleted);
        pv_election_deinit(&e);
    }
}

/* The same references are refused by all four events of a candidate that is there. */
static struct pv_event of_candidate(int which, uint64_t competition, uint64_t id)
{
    switch (which) {
    case 0:
        return ev_candidate_removed(competition, id);
    case 1:
        return ev_candidate_named(competition, id, "x");
    case 2:
        return ev_candidate_described(competition, id, "x");
    default:
        return ev_candidate_imaged(competition, id, "/x", NULL);
    }
}

static void candidate_event__of_what_is_not_there__is_refused(void **state)
{
    (void)state;
    for (int which = 0; which < 4; which++) {
        struct pv_election e;
        story_draft(&e);
        refuse_id(&e, of_candidate(which, 4, 11), COMPETITION_UNKNOWN, COMPETITION_ID, 4);
        refuse_id(&e, of_candidate(which, 3, 31), COMPETITION_REMOVED, COMPETITION_ID, 3);
        refuse_id(&e, of_candidate(which, 1, 15), CANDIDATE_UNKNOWN, CANDIDATE_ID, 15);
        refuse_id(&e, of_candidate(which, 2, 11), CANDIDATE_UNKNOWN, CANDIDATE_ID,
                  11); /* another competition's */
        refuse_id(&e, of_candidate(which, 2, 14), CANDIDATE_UNKNOWN, CANDIDATE_ID,
                  14);                                                                /* and removed there */
        refuse_id(&e, of_candidate(which, 1, 1), CANDIDATE_UNKNOWN, CANDIDATE_ID, 1); /* a competition's id */
        refuse_id(&e, of_candidate(which, 1, 14), CANDIDATE_REMOVED, CANDIDATE_ID, 14);
        accept_touching(&e, of_candidate(which, 1, 11), .competition = 1, .candidate = 11);
        pv_election_deinit(&e);
    }
}

static void candidate_change__once_opened__is_refused(void **state)
{
    (void)state;
    for (int which = 1; which < 4; which++) {
        struct pv_election e;
        story_open(&e);
        refuse_id(&e, of_candidate(which, 1, 11), BALLOT_PAPER_FROZEN, ELECTION_ID, 1);
        accept(&e, ev_closed(STORY_CLOSE_DATE));
        refuse_id(&e, of_candidate(which, 1, 11), ELECTION_CLOSED, ELECTION_ID, 1);
        accept(&e, of_candidate(0, 1, 11));
        pv_election_deinit(&e);
    }
}

/* CandidateNameChanged, CandidateDescriptionChanged, CandidateImageChanged */

static void candidate_name_changed__sets_the_name(void **state)
{
    (void)state;
    struct pv_election e;
    story_draft(&e);
    accept_touching(&e, ev_candidate_named(1, 11, "Grey heron"), .competition = 1, .candidate = 11);
    check_text(&story_candidate(&e, 11)->name, "Grey heron");
    check_text(&story_candidate(&e, 11)->description, "At dawn");
    check_text(&story_candidate(&e, 11)->image_url, "https://x.example/11.jpg");
    check_text(&story_candidate(&e, 12)->name, "Owl");
    pv_election_deinit(&e);
}

static void candidate_description_changed__sets_and_erases_it(void **state)
{
    (void)state;
    struct pv_election e;
    story_draft(&e);
    accept_touching(&e, ev_candidate_described(1, 12, "By night"), .competition = 1, .candidate = 12);
    check_text(&story_candidate(&e, 12)->description, "By night");
    accept_touching(&e, ev_candidate_described(1, 12, NULL), .competition = 1, .candidate = 12);
    check_text(&story_candidate(&e, 12)->description, NULL);
    check_text(&story_candidate(&e, 12)->name, "Owl");
    check_text(&story_candidate(&e, 11)->description, "At dawn");
    pv_election_deinit(&e);
}

static void candidate_image_changed__sets_and_clears_url_and_caption(void **state)
{
    (void)state;
    struct pv_election e;
    story_draft(&e);
    accept_touching(&e, ev_candidate_imaged(1, 11, "/new.jpg", "New"), .competition = 1, .candidate = 11);
    check_text(&story_candidate(&e, 11)->image_url, "/new.jpg");
    check_text(&story_candidate(&e, 11)->image_caption, "New");
    /* A caption that is not given is none, not the old one. */
    accept_touching(&e, ev_candidate_imaged(1, 11, "/new2.jpg", NULL), .competition = 1, .candidate = 11);
    check_text(&story_candidate(&e, 11)->image_url, "/new2.jpg");
    check_text(&story_candidate(&e, 11)->image_caption, NULL);
    accept_touching(&e, ev_candidate_imaged(1, 11, NULL, NULL), .competition = 1, .candidate = 11);
    check_text(&story_candidate(&e, 11)->image_url, NULL);
    check_text(&story_candidate(&e, 11)->image_caption, NULL);
    check_text(&story_candidate(&e, 11)->name, "Heron");
    check_text(&story_candidate(&e, 12)->image_url, "/12.jpg");
    check_int(story_candidate(&e, 11)->version, 3);
    pv_election_deinit(&e);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(candidate_added__belongs_to_its_competition),
    cmocka_unit_test(candidate_added__with_a_name_alone__has_nothing_else),
    cmocka_unit_test(candidate_added__to_a_competition_that_is_not_there__is_refused),
    cmocka_unit_test(candidate_added__with_an_id_anywhere_in_the_election__is_refused),
    cmocka_unit_test(candidate_added__once_opened__is_refused),
    cmocka_unit_test(candidate_added__many__are_all_found),
    cmocka_unit_test(candidate_removed__stays_in_the_list),
    cmocka_unit_test(candidate_event__of_what_is_not_there__is_refused),
    cmocka_unit_test(candidate_change__once_opened__is_refused),
    cmocka_unit_test(candidate_name_changed__sets_the_name),
    cmocka_unit_test(candidate_description_changed__sets_and_erases_it),
    cmocka_unit_test(candidate_image_changed__sets_and_clears_url_and_caption),
};
CHECK_MAIN(tests, 12)
