/* The order of D5's steps 4 to 9: events that are wrong in two ways are refused for the earlier one, and for
   the later one as soon as the earlier is mended. */
#include "story.h"

#define NONE PV_CODE_NONE

/* Steps 4 to 7 against 8 and 9: everything that steps 8 and 9 refuse, on the stories in draft, open and
 * closed. */
struct late {
    struct pv_event event;
    enum pv_code code;
    enum pv_field field;
    enum pv_code
        in[PV_PHASE_DELETED]; /* what D4 refuses it with in a phase, before it comes to steps 8 and 9 */
};

#define PAPER                                                                                                \
    {                                                                                                        \
        PV_ELECTION_UNKNOWN, NONE, PV_BALLOT_PAPER_FROZEN, PV_ELECTION_CLOSED                                \
    }
#define ANY                                                                                                  \
    {                                                                                                        \
        PV_ELECTION_UNKNOWN, NONE, NONE, NONE                                                                \
    }
#define REGISTERING                                                                                          \
    {                                                                                                        \
        PV_ELECTION_UNKNOWN, NONE, NONE, PV_ELECTION_CLOSED                                                  \
    }
#define VOTING                                                                                               \
    {                                                                                                        \
        PV_ELECTION_UNKNOWN, PV_ELECTION_NOT_OPEN, NONE, PV_ELECTION_CLOSED                                  \
    }

#define LATE_MAX 64
static size_t late_events(struct late rows[LATE_MAX])
{
    size_t n = 0;
#define LATE(made, refusal, key, ...) rows[n++] = (struct late){made, PV_##refusal, PV_KEY_##key, __VA_ARGS__}
    LATE(ev_closed("2024-02-24T17:59:59Z"), CLOSE_BEFORE_OPEN, CLOSE_DATE, VOTING);
    LATE(ev_competition_added(1, "x", NULL), COMPETITION_EXISTS, COMPETITION_ID, PAPER);
    LATE(ev_competition_added(3, "x", NULL), COMPETITION_EXISTS, COMPETITION_ID, PAPER);
    LATE(ev_competition_removed(4), COMPETITION_UNKNOWN, COMPETITION_ID, ANY);
    LATE(ev_competition_removed(3), COMPETITION_REMOVED, COMPETITION_ID, ANY);
    LATE(ev_competition_named(4, "x"), COMPETITION_UNKNOWN, COMPETITION_ID, PAPER);
    LATE(ev_competition_named(3, "x"), COMPETITION_REMOVED, COMPETITION_ID, PAPER);
    LATE(ev_competition_described(4, "x"), COMPETITION_UNKNOWN, COMPETITION_ID, PAPER);
    LATE(ev_competition_described(3, "x"), COMPETITION_REMOVED, COMPETITION_ID, PAPER);
    LATE(ev_candidate_added(4, 15, "x", NULL, NULL, NULL), COMPETITION_UNKNOWN, COMPETITION_ID, PAPER);
    LATE(ev_candidate_added(3, 15, "x", NULL, NULL, NULL), COMPETITION_REMOVED, COMPETITION_ID, PAPER);
    LATE(ev_candidate_added(1, 11, "x", NULL, NULL, NULL), CANDIDATE_EXISTS, CANDIDATE_ID, PAPER);
    LATE(ev_candidate_removed(4, 11), COMPETITION_UNKNOWN, COMPETITION_ID, ANY);
    LATE(ev_candidate_removed(3, 31), COMPETITION_REMOVED, COMPETITION_ID, ANY);
    LATE(ev_candidate_removed(1, 15), CANDIDATE_UNKNOWN, CANDIDATE_ID, ANY);
    LATE(ev_candidate_removed(1, 14), CANDIDATE_REMOVED, CANDIDATE_ID, ANY);
    LATE(ev_candidate_named(4, 11, "x"), COMPETITION_UNKNOWN, COMPETITION_ID, PAPER);
    LATE(ev_candidate_named(3, 31, "x"), COMPETITION_REMOVED, COMPETITION_ID, PAPER);
    LATE(ev_candidate_named(1, 15, "x"), CANDIDATE_UNKNOWN, CANDIDATE_ID, PAPER);
    LATE(ev_candidate_named(1, 14, "x"), CANDIDATE_REMOVED, CANDIDATE_ID, PAPER);
    LATE(ev_candidate_described(4, 11, "x"), COMPETITION_UNKNOWN, COMPETITION_ID, PAPER);
    LATE(ev_candidate_described(3, 31, "x"), COMPETITION_REMOVED, COMPETITION_ID, PAPER);
    LATE(ev_candidate_described(1, 15, "x"), CANDIDATE_UNKNOWN, CANDIDATE_ID, PAPER);
    LATE(ev_candidate_described(1, 14, "x"), CANDIDATE_REMOVED, CANDIDATE_ID, PAPER);
    LATE(ev_candidate_imaged(4, 11, "/x", NULL), COMPETITION_UNKNOWN, COMPETITION_ID, PAPER);
    LATE(ev_candidate_imaged(3, 31, "/x", NULL), COMPETITION_REMOVED, COMPETITION_ID, PAPER);
    LATE(ev_candidate_imaged(1, 15, "/x", NULL), CANDIDATE_UNKNOWN, CANDIDATE_ID, PAPER);
    LATE(ev_candidate_imaged(1, 14, "/x", NULL), CANDIDATE_REMOVED, CANDIDATE_ID, PAPER);
    LATE(ev_voter(1, "x", "new@x.example"), VOTER_EXISTS, VOTER_ID, REGISTERING);
    LATE(ev_voter(4, "x", "ada@x.example"), VOTER_EMAIL_TAKEN, EMAIL, REGISTERING);
    LATE(ev_ballot(4, 3), VOTER_UNKNOWN, VOTER_ID, REGISTERING);
    LATE(ev_ballot(1, 3), BALLOT_ALREADY_ISSUED, VOTER_ID, REGISTERING);
    LATE(ev_ballot(3, 1), BALLOT_EXISTS, BALLOT_ID, REGISTERING);
    LATE(ev_rated(3, 1, 11, 1), BALLOT_UNKNOWN, BALLOT_ID, VOTING);
    LATE(ev_rated(2, 1, 11, 1), BALLOT_CAST, BALLOT_ID, VOTING);
    LATE(ev_rated(1, 4, 11, 1), COMPETITION_UNKNOWN, COMPETITION_ID, VOTING);
    LATE(ev_rated(1, 3, 31, 1), COMPETITION_REMOVED, COMPETITION_ID, VOTING);
    LATE(ev_rated(1, 1, 15, 1), CANDIDATE_UNKNOWN, CANDIDATE_ID, VOTING);
    LATE(ev_rated(1, 1, 14, 1), CANDIDATE_REMOVED, CANDIDATE_ID, VOTING);
    LATE(ev_rated(1, 1, 12, 0), RATING_UNKNOWN, RATING, VOTING);
    LATE(ev_cast(3), BALLOT_UNKNOWN, BALLOT_ID, VOTING);
    LATE(ev_cast(2), BALLOT_CAST, BALLOT_ID, VOTING);
#undef LATE
    return n;
}

/* Runs all of them on the story of a phase; `first` tells what must be reported. */
static void check_late(enum pv_phase phase, bool other_election, enum pv_code (*first)(const struct late *))
{
    struct late rows[LATE_MAX];
    struct pv_election e;
    size_t count = late_events(rows);
    check_int(count, 42);
    story_in_phase(&e, phase);
    for (size_t i = 0; i < count; i++) {
        struct pv_event event = other_election ? ev_of_election(2, rows[i].event) : rows[i].event;
        enum pv_code code = first(&rows[i]);
        enum pv_field field = code == rows[i].code ? rows[i].field : PV_KEY_ELECTION_ID;
        story_refuse(__FILE__, (int)i, &e, event, code, field);
    }
    pv_election_deinit(&e);
}

static enum pv_code unknown(const struct late *row)
{
    (void)row;
    return PV_ELECTION_UNKNOWN;
}

static enum pv_code deleted(const struct late *row)
{
    (void)row;
    return PV_ELECTION_DELETED;
}

static enum pv_code mismatch(const struct late *row)
{
    (void)row;
    return PV_ELECTION_MISMATCH;
}

static enum pv_code in_draft(const struct late *row)
{
    return row->in[PV_PHASE_DRAFT] == NONE ? row->code : row->in[PV_PHASE_DRAFT];
}

static enum pv_code in_open(const struct late *row)
{
    return row->in[PV_PHASE_OPEN] == NONE ? row->code : row->in[PV_PHASE_OPEN];
}

static enum pv_code in_closed(const struct late *row)
{
    return row->in[PV_PHASE_CLOSED] == NONE ? row->code : row->in[PV_PHASE_CLOSED];
}

static void step_4_deleted__comes_before_references_and_particulars(void **state)
{
    (void)state;
    check_late(PV_PHASE_DELETED, false, deleted);
}

static void step_4_deleted__comes_before_exists_and_mismatch(void **state)
{
    (void)state;
    struct pv_election e;
    story_deleted(&e);
    for (int type = 0; type < PV_EVENT_TYPE_COUNT; type++) {
        struct pv_event event = story_event((enum pv_event_type)type);
        refuse(&e, event, ELECTION_DELETED, ELECTION_ID);
        refuse(&e, ev_of_election(2, event), ELECTION_DELETED, ELECTION_ID);
    }
    pv_election_deinit(&e);
}

/* Deleted in draft, open and closed: the phase before would have refused the event as well. */
static void step_4_deleted__comes_before_the_phase(void **state)
{
    (void)state;
    for (int phase = PV_PHASE_DRAFT; phase <= PV_PHASE_CLOSED; phase++) {
        for (int type = 1; type < PV_EVENT_TYPE_COUNT; type++) {
            struct pv_election e;
            struct pv_event event = story_event((enum pv_event_type)type);
            story_in_phase(&e, (enum pv_phase)phase);
            accept(&e, ev_deleted());
            refuse(&e, event, ELECTION_DELETED, ELECTION_ID);
            pv_election_deinit(&e);
        }
    }
}

static void step_5_unknown__comes_before_references_and_particulars(void **state)
{
    (void)state;
    check_late(PV_PHASE_UNBORN, false, unknown);
    check_late(PV_PHASE_UNBORN, true, unknown);
}

static void step_5_exists__comes_before_mismatch(void **state)
{
    (void)state;
    for (int phase = PV_PHASE_DRAFT; phase <= PV_PHASE_CLOSED; phase++) {
        struct pv_election e;
        story_in_phase(&e, (enum pv_phase)phase);
        refuse_id(&e, ev_of_election(2, ev_created("x", NULL)), ELECTION_EXISTS, ELECTION_ID, 2);
        refuse_id(&e, ev_of_election(2, ev_named("x")), ELECTION_MISMATCH, ELECTION_ID, 2);
        pv_election_deinit(&e);
    }
}

static void step_6_mismatch__comes_before_the_phase(void **state)
{
    (void)state;
    for (int phase = PV_PHASE_DRAFT; phase <= PV_PHASE_CLOSED; phase++) {
        struct pv_election e;
        story_in_phase(&e, (enum pv_phase)phase);
        for (int type = 1; type < PV_EVENT_TYPE_COUNT; type++)
            refuse_id(&e, ev_of_election(2, story_event((enum pv_event_type)type)), ELECTION_MISMATCH,
                      ELECTION_ID, 2);
        pv_election_deinit(&e);
    }
}

static void step_6_mismatch__comes_before_references_and_particulars(void **state)
{
    (void)state;
    check_late(PV_PHASE_DRAFT, true, mismatch);
    check_late(PV_PHASE_OPEN, true, mismatch);
    check_late(PV_PHASE_CLOSED, true, mismatch);
}

static void step_7_phase__comes_before_references_and_particulars(void **state)
{
    (void)state;
    check_late(PV_PHASE_DRAFT, false, in_draft);
    check_late(PV_PHASE_OPEN, false, in_open);
    check_late(PV_PHASE_CLOSED, false, in_closed);
}

/* ElectionOpened's particulars need a paper that is not complete. */
static void step_7_phase__comes_before_an_incomplete_paper(void **state)
{
    (void)state;
    struct pv_election e;
    story_open(&e);
    accept(&e, ev_candidate_removed(2, 21));
    refuse(&e, ev_opened(STORY_OPEN_DATE), ELECTION_OPENED, ELECTION_ID); /* also: too small */
    accept(&e, ev_competition_removed(1));
    accept(&e, ev_competition_removed(2));
    refuse(&e, ev_opened(STORY_OPEN_DATE), ELECTION_OPENED, ELECTION_ID); /* also: incomplete */
    refuse(&e, ev_of_election(2, ev_opened(STORY_OPEN_DATE)), ELECTION_MISMATCH, ELECTION_ID);
    accept(&e, ev_closed(STORY_CLOSE_DATE));
    refuse(&e, ev_opened(STORY_OPEN_DATE), ELECTION_CLOSED, ELECTION_ID);
    accept(&e, ev_deleted());
    refuse(&e, ev_opened(STORY_OPEN_DATE), ELECTION_DELETED, ELECTION_ID);
    pv_election_deinit(&e);
    refuse(&e, ev_opened(STORY_OPEN_DATE), ELECTION_UNKNOWN, ELECTION_ID);
}

static void step_9_opened__a_small_competition_that_was_removed__leaves_it_incomplete(void **state)
{
    (void)state;
    struct pv_election e;
    story_unborn(&e);
    accept(&e, ev_created("x", NULL));
    accept(&e, ev_competition_added(1, "x", NULL));
    refuse_id(&e, ev_opened(STORY_OPEN_DATE), COMPETITION_TOO_SMALL, COMPETITION_ID, 1);
    accept(&e, ev_competition_removed(1));
    refuse_id(&e, ev_opened(STORY_OPEN_DATE), ELECTION_INCOMPLETE, ELECTION_ID, 1);
    pv_election_deinit(&e);
}

/* Within steps 8 and 9. */
#define BOTH(both, earlier, earlier_field, mended, later, later_field)                                       \
    do {                                                                                                     \
        refuse(&e, both, earlier, earlier_field);                                                            \
        refuse(&e, mended, later, later_field);                                                              \
    } while (0)

static void step_8_then_9__candidate_added(void **state)
{
    (void)state;
    struct pv_election e;
    story_draft(&e);
    BOTH(ev_candidate_added(4, 11, "x", NULL, NULL, NULL), COMPETITION_UNKNOWN, COMPETITION_ID,
         ev_candidate_added(1, 11, "x", NULL, NULL, NULL), CANDIDATE_EXISTS, CANDIDATE_ID);
    BOTH(ev_candidate_added(3, 11, "x", NULL, NULL, NULL), COMPETITION_REMOVED, COMPETITION_ID,
         ev_candidate_added(1, 11, "x", NULL, NULL, NULL), CANDIDATE_EXISTS, CANDIDATE_ID);
    BOTH(ev_candidate_added(3, 31, "x", NULL, NULL, NULL), COMPETITION_REMOVED, COMPETITION_ID,
         ev_candidate_added(1, 31, "x", NULL, NULL, NULL), CANDIDATE_EXISTS, CANDIDATE_ID);
    pv_election_deinit(&e);
}

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

static void step_8__competition_comes_before_candidate(void **state)
{
    (void)state;
    for (int which = 0; which < 4; which++) {
        struct pv_election e;
        story_draft(&e);
        accept(&e, ev_candidate_removed(2, 21));
        BOTH(of_candidate(which, 4, 15), COMPETITION_UNKNOWN, COMPETITION_ID, /* mended: */
             of_candidate(which, 1, 15), CANDIDATE_UNKNOWN, CANDIDATE_ID);
        BOTH(of_candidate(which, 4, 14), COMPETITION_UNKNOWN, COMPETITION_ID, /* mended: */
             of_candidate(which, 1, 14), CANDIDATE_REMOVED, CANDIDATE_ID);
        BOTH(of_candidate(which, 3, 15), COMPETITION_REMOVED, COMPETITION_ID, /* mended: */
             of_candidate(which, 1, 15), CANDIDATE_UNKNOWN, CANDIDATE_ID);
        BOTH(of_candidate(which, 2, 14), CANDIDATE_UNKNOWN, CANDIDATE_ID, /* another competition's; mended: */
             of_candidate(which, 1, 14), CANDIDATE_REMOVED, CANDIDATE_ID);
        refuse(&e, of_candidate(which, 2, 21), CANDIDATE_REMOVED, CANDIDATE_ID);
        accept(&e, ev_competition_removed(2));
        refuse(&e, of_candidate(which, 2, 21), COMPETITION_REMOVED, COMPETITION_ID); /* both are removed */
        pv_election_deinit(&e);
    }
}

static void step_8__ballot_comes_before_competition_candidate_and_rating(void **state)
{
    (void)state;
    struct pv_election e;
    story_open(&e);
    for (uint64_t ballot = 2; ballot <= 3; ballot++) {
        enum pv_code code = ballot == 2 ? PV_BALLOT_CAST : PV_BALLOT_UNKNOWN;
        const struct {
            struct pv_event both, mended;
            enum pv_code code;
            enum pv_field field;
        } rows[] = {
            {ev_rated(ballot, 4, 11, 1), ev_rated(1, 4, 11, 1), PV_COMPETITION_UNKNOWN,
             PV_KEY_COMPETITION_ID},
            {ev_rated(ballot, 3, 31, 1), ev_rated(1, 3, 31, 1), PV_COMPETITION_REMOVED,
             PV_KEY_COMPETITION_ID},
            {ev_rated(ballot, 1, 15, 1), ev_rated(1, 1, 15, 1), PV_CANDIDATE_UNKNOWN, PV_KEY_CANDIDATE_ID},
            {ev_rated(ballot, 1, 14, 1), ev_rated(1, 1, 14, 1), PV_CANDIDATE_REMOVED, PV_KEY_CANDIDATE_ID},
            {ev_rated(ballot, 2, 22, 0), ev_rated(1, 2, 22, 0), PV_RATING_UNKNOWN, PV_KEY_RATING},
        };
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            story_refuse(__FILE__, (int)i, &e, rows[i].both, code, PV_KEY_BALLOT_ID);
            story_refuse(__FILE__, (int)i, &e, rows[i].mended, rows[i].code, rows[i].field);
        }
    }
    pv_election_deinit(&e);
}

static void step_8_then_9__rating(void **state)
{
    (void)state;
    struct pv_election e;
    story_open(&e);
    accept(&e, ev_rated(1, 2, 22, 1));
    BOTH(ev_rated(1, 4, 15, 1), COMPETITION_UNKNOWN, COMPETITION_ID, /* mended: */
         ev_rated(1, 1, 15, 1), CANDIDATE_UNKNOWN, CANDIDATE_ID);
    BOTH(ev_rated(1, 3, 15, 1), COMPETITION_REMOVED, COMPETITION_ID, /* mended: */
         ev_rated(1, 1, 15, 1), CANDIDATE_UNKNOWN, CANDIDATE_ID);
    BOTH(ev_rated(1, 4, 14, 1), COMPETITION_UNKNOWN, COMPETITION_ID, /* mended: */
         ev_rated(1, 1, 14, 1), CANDIDATE_REMOVED, CANDIDATE_ID);
    BOTH(ev_rated(1, 2, 14, 1), CANDIDATE_UNKNOWN, CANDIDATE_ID, /* mended: */
         ev_rated(1, 1, 14, 1), CANDIDATE_REMOVED, CANDIDATE_ID);
    BOTH(ev_rated(1, 4, 12, 0), COMPETITION_UNKNOWN, COMPETITION_ID, /* mended: */
         ev_rated(1, 1, 12, 0), RATING_UNKNOWN, RATING);
    BOTH(ev_rated(1, 3, 12, 0), COMPETITION_REMOVED, COMPETITION_ID, /* mended: */
         ev_rated(1, 1, 12, 0), RATING_UNKNOWN, RATING);
    BOTH(ev_rated(1, 2, 12, 0), CANDIDATE_UNKNOWN, CANDIDATE_ID, /* mended: */
         ev_rated(1, 1, 12, 0), RATING_UNKNOWN, RATING);
    refuse(&e, ev_rated(1, 1, 14, 0), CANDIDATE_REMOVED, CANDIDATE_ID); /* no rating of it either */
    refuse(&e, ev_rated(1, 1, 15, 0), CANDIDATE_UNKNOWN, CANDIDATE_ID);
    accept(&e, ev_candidate_removed(2, 22));
    refuse(&e, ev_rated(1, 2, 22, 0), CANDIDATE_REMOVED,
           CANDIDATE_ID); /* although there is one to take back */
    pv_election_deinit(&e);
}

static void step_9__voter_registered(void **state)
{
    (void)state;
    struct pv_election e;
    story_draft(&e);
    BOTH(ev_voter(1, "x", "ada@x.example"), VOTER_EXISTS, VOTER_ID, /* mended: */
         ev_voter(4, "x", "ada@x.example"), VOTER_EMAIL_TAKEN, EMAIL);
    BOTH(ev_voter(1, "x", "BOB@x.example"), VOTER_EXISTS, VOTER_ID, /* mended: */
         ev_voter(4, "x", "BOB@x.example"), VOTER_EMAIL_TAKEN, EMAIL);
    pv_election_deinit(&e);
}

static void step_9__ballot_created(void **state)
{
    (void)state;
    struct pv_election e;
    story_draft(&e);
    BOTH(ev_ballot(4, 1), VOTER_UNKNOWN, VOTER_ID, /* mended: */
         ev_ballot(3, 1), BALLOT_EXISTS, BALLOT_ID);
    BOTH(ev_ballot(1, 1), BALLOT_ALREADY_ISSUED, VOTER_ID, /* mended: */
         ev_ballot(3, 1), BALLOT_EXISTS, BALLOT_ID);
    BOTH(ev_ballot(1, 2), BALLOT_ALREADY_ISSUED, VOTER_ID, /* mended: */
         ev_ballot(3, 2), BALLOT_EXISTS, BALLOT_ID);
    pv_election_deinit(&e);
}

static void step_9__ballot_cast(void **state)
{
    (void)state;
    struct pv_election e;
    story_open(&e);
    BOTH(ev_cast(3), BALLOT_UNKNOWN, BALLOT_ID, ev_cast(2), BALLOT_CAST, BALLOT_ID);
    accept(&e, ev_rated(1, 1, 11, 0));
    BOTH(ev_cast(2), BALLOT_CAST, BALLOT_ID, ev_cast(1), BALLOT_EMPTY, BALLOT_ID);
    pv_election_deinit(&e);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(step_4_deleted__comes_before_references_and_particulars),
    cmocka_unit_test(step_4_deleted__comes_before_exists_and_mismatch),
    cmocka_unit_test(step_4_deleted__comes_before_the_phase),
    cmocka_unit_test(step_5_unknown__comes_before_references_and_particulars),
    cmocka_unit_test(step_5_exists__comes_before_mismatch),
    cmocka_unit_test(step_6_mismatch__comes_before_the_phase),
    cmocka_unit_test(step_6_mismatch__comes_before_references_and_particulars),
    cmocka_unit_test(step_7_phase__comes_before_references_and_particulars),
    cmocka_unit_test(step_7_phase__comes_before_an_incomplete_paper),
    cmocka_unit_test(step_9_opened__a_small_competition_that_was_removed__leaves_it_incomplete),
    cmocka_unit_test(step_8_then_9__candidate_added),
    cmocka_unit_test(step_8__competition_comes_before_candidate),
    cmocka_unit_test(step_8__ballot_comes_before_competition_candidate_and_rating),
    cmocka_unit_test(step_8_then_9__rating),
    cmocka_unit_test(step_9__voter_registered),
    cmocka_unit_test(step_9__ballot_created),
    cmocka_unit_test(step_9__ballot_cast),
};
CHECK_MAIN(tests, 17)
