/* ballot.c: issuing, rating, taking back and casting, on small and on large papers (D5). */
#include "story.h"

/* BallotCreated */

static void ballot_created__is_the_voters(void **state)
{
    (void)state;
    for (int phase = PV_PHASE_DRAFT; phase <= PV_PHASE_OPEN; phase++) {
        struct pv_election e;
        story_in_phase(&e, (enum pv_phase)phase);
        check_true(!pv_voter_ballot_issued(story_voter(&e, 3)));
        accept_touching(&e, ev_ballot(3, 7), .voter = 3, .ballot = 7);
        const struct pv_ballot *ballot = story_ballot(&e, 7);
        check_true(ballot == &e.ballots[2]);
        check_true(pv_bits128_equal(ballot->id.bits, story_id(7)));
        check_int(ballot->version, 0);
        check_int(ballot->voter, 2);
        check_int(ballot->rating_count, 0);
        check_true(!ballot->cast && !ballot->deleted);
        check_true(pv_voter_ballot_issued(story_voter(&e, 3)));
        check_int(story_voter(&e, 3)->version, 1);
        check_int(story_voter(&e, 3)->ballot, 2);
        check_int(story_rating(&e, 7, 11), 0);
        pv_election_deinit(&e);
    }
}

static void ballot_created__unknown_voter_second_ballot_or_taken_id__is_refused(void **state)
{
    (void)state;
    for (int phase = PV_PHASE_DRAFT; phase <= PV_PHASE_OPEN; phase++) {
        struct pv_election e;
        story_in_phase(&e, (enum pv_phase)phase);
        refuse_id(&e, ev_ballot(4, 3), VOTER_UNKNOWN, VOTER_ID, 4);
        refuse_id(&e, ev_ballot(11, 3), VOTER_UNKNOWN, VOTER_ID, 11);
        refuse_id(&e, ev_ballot(1, 3), BALLOT_ALREADY_ISSUED, VOTER_ID, 1);
        refuse_id(&e, ev_ballot(3, 1), BALLOT_EXISTS, BALLOT_ID, 1);
        refuse_id(&e, ev_ballot(3, 2), BALLOT_EXISTS, BALLOT_ID, 2);
        accept(&e, ev_ballot(3, 3));
        refuse_id(&e, ev_ballot(3, 4), BALLOT_ALREADY_ISSUED, VOTER_ID, 3);
        pv_election_deinit(&e);
    }
}

static void ballot_created__when_closed__is_refused(void **state)
{
    (void)state;
    struct pv_election e;
    story_closed(&e);
    refuse_id(&e, ev_ballot(3, 3), ELECTION_CLOSED, ELECTION_ID, 1);
    pv_election_deinit(&e);
}

/* BallotCandidateRated */

static void ballot_rating__first_and_second__sets_and_replaces(void **state)
{
    (void)state;
    struct pv_election e;
    story_open(&e);
    check_int(story_ballot(&e, 1)->rating_count, 1);
    for (uint8_t stars = 1; stars <= 5; stars++) {
        accept_touching(&e, ev_rated(1, 2, 22, stars), .ballot = 1);
        check_int(story_rating(&e, 1, 22), stars);
        check_int(story_ballot(&e, 1)->rating_count, 2);
    }
    check_int(story_rating(&e, 1, 11), 4);
    check_int(story_rating(&e, 1, 21), 0);
    check_int(story_rating(&e, 2, 22), 0);
    check_int(story_ballot(&e, 1)->version, 6);
    accept_touching(&e, ev_rated(1, 2, 22, 5), .ballot = 1); /* the same again */
    check_int(story_ballot(&e, 1)->rating_count, 2);
    pv_election_deinit(&e);
}

static void ballot_rating__null__takes_it_back(void **state)
{
    (void)state;
    struct pv_election e;
    story_open(&e);
    accept_touching(&e, ev_rated(1, 1, 11, 0), .ballot = 1);
    check_int(story_rating(&e, 1, 11), 0);
    check_int(story_ballot(&e, 1)->rating_count, 0);
    refuse_id(&e, ev_rated(1, 1, 11, 0), RATING_UNKNOWN, RATING, 11);
    refuse_id(&e, ev_rated(1, 1, 12, 0), RATING_UNKNOWN, RATING, 12);
    accept(&e, ev_rated(1, 1, 11, 2));
    check_int(story_rating(&e, 1, 11), 2);
    check_int(story_ballot(&e, 1)->rating_count, 1);
    accept(&e, ev_rated(1, 1, 11, 0));
    pv_election_deinit(&e);
}

static void ballot_rating__unknown_or_cast_ballot__is_refused(void **state)
{
    (void)state;
    struct pv_election e;
    story_open(&e);
    refuse_id(&e, ev_rated(3, 1, 11, 3), BALLOT_UNKNOWN, BALLOT_ID, 3);
    refuse_id(&e, ev_rated(11, 1, 11, 3), BALLOT_UNKNOWN, BALLOT_ID, 11);
    accept(&e, ev_rated(1, 1, 12, 3));
    pv_election_deinit(&e);
}

static void ballot_rating__after_cast__is_refused(void **state)
{
    (void)state;
    struct pv_election e;
    story_open(&e);
    accept(&e, ev_rated(1, 1, 11, 3));
    accept(&e, ev_cast(1));
    refuse_id(&e, ev_rated(1, 1, 11, 4), BALLOT_CAST, BALLOT_ID, 1);
    refuse_id(&e, ev_rated(1, 1, 11, 0), BALLOT_CAST, BALLOT_ID, 1);
    refuse_id(&e, ev_rated(2, 1, 11, 4), BALLOT_CAST, BALLOT_ID, 2);
    check_int(story_rating(&e, 1, 11), 3);
    pv_election_deinit(&e);
}

static void ballot_rating__of_what_is_not_on_the_paper__is_refused(void **state)
{
    (void)state;
    struct pv_election e;
    story_open(&e);
    refuse_id(&e, ev_rated(1, 4, 11, 3), COMPETITION_UNKNOWN, COMPETITION_ID, 4);
    refuse_id(&e, ev_rated(1, 3, 31, 3), COMPETITION_REMOVED, COMPETITION_ID, 3);
    refuse_id(&e, ev_rated(1, 1, 15, 3), CANDIDATE_UNKNOWN, CANDIDATE_ID, 15);
    refuse_id(&e, ev_rated(1, 2, 11, 3), CANDIDATE_UNKNOWN, CANDIDATE_ID, 11);
    refuse_id(&e, ev_rated(1, 1, 14, 3), CANDIDATE_REMOVED, CANDIDATE_ID, 14);
    accept(&e, ev_rated(1, 1, 13, 3));
    pv_election_deinit(&e);
}

static void ballot_rating__given_to_a_candidate_removed_later__stays(void **state)
{
    (void)state;
    struct pv_election e;
    story_open(&e);
    accept(&e, ev_candidate_removed(1, 11));
    check_int(story_rating(&e, 1, 11), 4);
    check_int(story_ballot(&e, 1)->rating_count, 1);
    refuse_id(&e, ev_rated(1, 1, 11, 0), CANDIDATE_REMOVED, CANDIDATE_ID, 11);
    accept(&e, ev_competition_removed(1));
    refuse_id(&e, ev_rated(1, 1, 11, 0), COMPETITION_REMOVED, COMPETITION_ID, 1);
    accept(&e, ev_cast(1)); /* it has a rating on it all the same */
    pv_election_deinit(&e);
}

static void ballot_rating__before_opening_and_after_closing__is_refused(void **state)
{
    (void)state;
    struct pv_election e;
    story_draft(&e);
    refuse_id(&e, ev_rated(1, 1, 11, 3), ELECTION_NOT_OPEN, ELECTION_ID, 1);
    accept(&e, ev_opened(STORY_OPEN_DATE));
    accept(&e, ev_rated(1, 1, 11, 3));
    accept(&e, ev_closed(STORY_CLOSE_DATE));
    refuse_id(&e, ev_rated(1, 1, 11, 4), ELECTION_CLOSED, ELECTION_ID, 1);
    pv_election_deinit(&e);
}

/* BallotCast */

static void ballot_cast__with_a_rating__is_final(void **state)
{
    (void)state;
    struct pv_election e;
    story_open(&e);
    accept_touching(&e, ev_cast(1), .ballot = 1);
    check_true(story_ballot(&e, 1)->cast);
    check_int(story_ballot(&e, 1)->version, 2);
    check_int(story_ballot(&e, 1)->rating_count, 1);
    refuse_id(&e, ev_cast(1), BALLOT_CAST, BALLOT_ID, 1);
    pv_election_deinit(&e);
}

static void ballot_cast__unknown_or_empty__is_refused(void **state)
{
    (void)state;
    struct pv_election e;
    story_open(&e);
    refuse_id(&e, ev_cast(3), BALLOT_UNKNOWN, BALLOT_ID, 3);
    accept(&e, ev_ballot(3, 3));
    refuse_id(&e, ev_cast(3), BALLOT_EMPTY, BALLOT_ID, 3);
    accept(&e, ev_rated(3, 1, 11, 1));
    accept(&e, ev_rated(3, 1, 11, 0));
    refuse_id(&e, ev_cast(3), BALLOT_EMPTY, BALLOT_ID, 3);
    accept(&e, ev_rated(3, 1, 11, 1));
    accept(&e, ev_cast(3));
    pv_election_deinit(&e);
}

static void ballot_cast__before_opening_and_after_closing__is_refused(void **state)
{
    (void)state;
    struct pv_election e;
    story_draft(&e);
    refuse_id(&e, ev_cast(1), ELECTION_NOT_OPEN, ELECTION_ID, 1);
    accept(&e, ev_opened(STORY_OPEN_DATE));
    accept(&e, ev_rated(1, 1, 11, 3));
    accept(&e, ev_closed(STORY_CLOSE_DATE));
    refuse_id(&e, ev_cast(1), ELECTION_CLOSED, ELECTION_ID, 1);
    pv_election_deinit(&e);
}

/* Papers of 256 and of 257 candidates are kept in different ways, and behave alike. */
static void ballot__on_papers_of_any_size__behaves_alike(void **state)
{
    (void)state;
    const uint64_t sizes[] = {2, 255, 256, 257, 400};
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        struct pv_election e;
        struct pv_refusal why;
        story_unborn(&e);
        accept(&e, ev_created("Photo", NULL));
        accept(&e, ev_competition_added(1, "All", NULL));
        for (uint64_t id = 1; id <= sizes[s]; id++) {
            struct pv_event event = ev_candidate_added(1, id, "x", NULL, NULL, NULL);
            check_int(pv_election_apply(&e, &event, &why), PV_OK);
        }
        accept(&e, ev_voter(1, "Ada", "ada@x"));
        accept(&e, ev_ballot(1, 1));
        accept(&e, ev_opened(STORY_OPEN_DATE));
        accept(&e, ev_voter(2, "Bob", "bob@x"));
        accept(&e, ev_ballot(2, 2));
        refuse(&e, ev_rated(1, 1, sizes[s], 0), RATING_UNKNOWN, RATING);
        for (uint64_t id = 1; id <= sizes[s]; id += 1 + sizes[s] / 20)
            accept_touching(&e, ev_rated(1, 1, id, (uint8_t)(1 + id % 5)), .ballot = 1);
        accept(&e, ev_rated(2, 1, sizes[s], 5));
        accept(&e, ev_rated(2, 1, 1, 1));
        accept(&e, ev_rated(2, 1, sizes[s], 0));
        for (uint64_t id = 1; id <= sizes[s]; id += 1 + sizes[s] / 20)
            check_int(story_rating(&e, 1, id), 1 + id % 5);
        check_int(story_rating(&e, 2, 1), 1);
        check_int(story_rating(&e, 2, sizes[s]), 0);
        accept(&e, ev_cast(1));
        accept(&e, ev_rated(2, 1, 1, 0));
        refuse(&e, ev_cast(2), BALLOT_EMPTY, BALLOT_ID);
        pv_election_deinit(&e);
    }
}

static void ballot_created__many__are_all_found(void **state)
{
    (void)state;
    struct pv_election e;
    struct pv_refusal why;
    struct pv_violation violation;
    char email[40];
    story_open(&e);
    for (uint64_t id = 1000; id < 2000; id++) {
        (void)snprintf(email, sizeof email, "v%u@x", (unsigned)id);
        struct pv_event events[] = {ev_voter(id, "One of many", email), ev_ballot(id, id),
                                    ev_rated(id, 1, 11 + id % 3, (uint8_t)(1 + id % 5)), ev_cast(id)};
        for (size_t i = 0; i < 4; i++)
            check_int(pv_election_apply(&e, &events[i], &why), PV_OK);
    }
    for (uint64_t id = 1000; id < 2000; id++)
        check_int(story_rating(&e, id, 11 + id % 3), 1 + id % 5);
    check_true(pv_election_ensure_valid_state(&e, &violation));
    refuse(&e, ev_ballot(3, 1500), BALLOT_EXISTS, BALLOT_ID);
    accept(&e, ev_ballot(3, 2000));
    pv_election_deinit(&e);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(ballot_created__is_the_voters),
    cmocka_unit_test(ballot_created__unknown_voter_second_ballot_or_taken_id__is_refused),
    cmocka_unit_test(ballot_created__when_closed__is_refused),
    cmocka_unit_test(ballot_rating__first_and_second__sets_and_replaces),
    cmocka_unit_test(ballot_rating__null__takes_it_back),
    cmocka_unit_test(ballot_rating__unknown_or_cast_ballot__is_refused),
    cmocka_unit_test(ballot_rating__after_cast__is_refused),
    cmocka_unit_test(ballot_rating__of_what_is_not_on_the_paper__is_refused),
    cmocka_unit_test(ballot_rating__given_to_a_candidate_removed_later__stays),
    cmocka_unit_test(ballot_rating__before_opening_and_after_closing__is_refused),
    cmocka_unit_test(ballot_cast__with_a_rating__is_final),
    cmocka_unit_test(ballot_cast__unknown_or_empty__is_refused),
    cmocka_unit_test(ballot_cast__before_opening_and_after_closing__is_refused),
    cmocka_unit_test(ballot__on_papers_of_any_size__behaves_alike),
    cmocka_unit_test(ballot_created__many__are_all_found),
};
CHECK_MAIN(tests, 15)
