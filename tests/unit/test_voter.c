/* voter.c: registration, and finding a voter by id and by email (D5, D6.5). */
#include "story.h"

static void voter_registered__is_in_the_list_without_a_ballot(void **state)
{
    (void)state;
    for (int phase = PV_PHASE_DRAFT; phase <= PV_PHASE_OPEN; phase++) {
        struct pv_election e;
        story_in_phase(&e, (enum pv_phase)phase);
        accept_touching(&e, ev_voter(4, "Di", "Di@X.example"), .voter = 4);
        const struct pv_voter *voter = story_voter(&e, 4);
        check_true(voter == &e.voters[3]);
        check_true(pv_bits128_equal(voter->id.bits, story_id(4)));
        check_int(voter->version, 0);
        check_true(!voter->deleted && !pv_voter_ballot_issued(voter));
        check_str(pv_voter_name(voter).text, "Di");
        check_str(pv_voter_email(voter).text, "Di@X.example"); /* kept as it came */
        check_int(e.voter_count, 4);
        pv_election_deinit(&e);
    }
}

static void voter_registered__with_an_id_that_is_there__is_refused(void **state)
{
    (void)state;
    struct pv_election e;
    story_draft(&e);
    refuse_id(&e, ev_voter(1, "Di", "di@x.example"), VOTER_EXISTS, VOTER_ID, 1);
    refuse_id(&e, ev_voter(3, "Di", "di@x.example"), VOTER_EXISTS, VOTER_ID, 3);
    accept(&e, ev_voter(11, "Di", "di@x.example")); /* a candidate's id is another thing */
    refuse_id(&e, ev_voter(11, "Ed", "ed@x.example"), VOTER_EXISTS, VOTER_ID, 11);
    pv_election_deinit(&e);
}

static void voter_registered__with_an_email_that_is_taken__is_refused_in_any_case(void **state)
{
    (void)state;
    struct pv_election e;
    story_draft(&e);
    refuse_text(&e, ev_voter(4, "Di", "ada@x.example"), VOTER_EMAIL_TAKEN, EMAIL, "ada@x.example");
    refuse_text(&e, ev_voter(4, "Di", "ADA@X.EXAMPLE"), VOTER_EMAIL_TAKEN, EMAIL, "ADA@X.EXAMPLE");
    refuse_text(&e, ev_voter(4, "Di", "bob@x.example"), VOTER_EMAIL_TAKEN, EMAIL, "bob@x.example");
    accept(&e, ev_voter(4, "Ada", "ada@x.examples"));
    accept(&e, ev_voter(5, "Ada", "ada@x.exampl"));
    accept(&e, ev_voter(6, "Ada", "bda@x.example"));
    pv_election_deinit(&e);
}

static void voter_registered__when_closed__is_refused(void **state)
{
    (void)state;
    struct pv_election e;
    story_open(&e);
    accept(&e, ev_voter(4, "Di", "di@x.example"));
    accept(&e, ev_closed(STORY_CLOSE_DATE));
    refuse_id(&e, ev_voter(5, "Ed", "ed@x.example"), ELECTION_CLOSED, ELECTION_ID, 1);
    pv_election_deinit(&e);
}

/* The longest of both: 200 code points of four bytes, 254 bytes. */
static void voter_registered__with_the_longest_name_and_email__keeps_both(void **state)
{
    (void)state;
    struct pv_election e;
    char name[801], email[255];
    for (size_t i = 0; i < 200; i++)
        memcpy(name + 4 * i, "\xf0\x9f\x93\xb7", 4);
    name[800] = '\0';
    memset(email, 'e', 254);
    email[64] = '@';
    email[254] = '\0';
    story_draft(&e);
    accept(&e, ev_voter(4, name, email));
    check_str(pv_voter_name(story_voter(&e, 4)).text, name);
    check_str(pv_voter_email(story_voter(&e, 4)).text, email);
    check_int(pv_election_find_email(&e, (struct pv_voter_email){story_str(email)}), 3);
    memset(name, '#', 800);
    check_true(pv_voter_name(story_voter(&e, 4)).text.ptr[0] == '\xf0'); /* a copy */
    pv_election_deinit(&e);
}

static void voter_registered__many__are_all_found(void **state)
{
    (void)state;
    struct pv_election e;
    struct pv_refusal why;
    struct pv_violation violation;
    char email[40];
    story_open(&e);
    for (uint64_t id = 1000; id < 3000; id++) {
        (void)snprintf(email, sizeof email, "Voter%u@x.example", (unsigned)id);
        struct pv_event event = ev_voter(id, "One of many", email);
        check_int(pv_election_apply(&e, &event, &why), PV_OK);
    }
    for (uint64_t id = 1000; id < 3000; id++) {
        (void)snprintf(email, sizeof email, "vOTER%u@X.Example", (unsigned)id);
        uint32_t position = (uint32_t)(id - 1000 + 3);
        check_int(pv_election_find_voter(&e, (struct pv_voter_id){story_id(id)}), position);
        check_int(pv_election_find_email(&e, (struct pv_voter_email){story_str(email)}), position);
    }
    check_true(pv_election_ensure_valid_state(&e, &violation));
    refuse(&e, ev_voter(1500, "Again", "again@x"), VOTER_EXISTS, VOTER_ID);
    refuse(&e, ev_voter(9, "Again", "VOTER1500@x.example"), VOTER_EMAIL_TAKEN, EMAIL);
    accept(&e, ev_voter(9, "New", "VOTER3000@x.example"));
    pv_election_deinit(&e);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(voter_registered__is_in_the_list_without_a_ballot),
    cmocka_unit_test(voter_registered__with_an_id_that_is_there__is_refused),
    cmocka_unit_test(voter_registered__with_an_email_that_is_taken__is_refused_in_any_case),
    cmocka_unit_test(voter_registered__when_closed__is_refused),
    cmocka_unit_test(voter_registered__with_the_longest_name_and_email__keeps_both),
    cmocka_unit_test(voter_registered__many__are_all_found),
};
CHECK_MAIN(tests, 6)
