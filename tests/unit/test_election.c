/* election.c: the Election's own events, its phases, when, apply and load (D1, D4, D5). */
#include <stdlib.h>

#include "../property/dump.h"
#include "story.h"

static void check_text(const struct pv_text *text, const char *expected)
{
    check_str(pv_text_str(text), expected == NULL ? "" : expected);
    check_true((text->ptr == NULL) == (expected == NULL));
}

/* Birth and death */

static void election__at_first__is_unborn_and_sound(void **state)
{
    (void)state;
    struct pv_election e;
    struct pv_violation violation;
    pv_election_init(&e, (struct pv_seed){1, 2});
    check_int(e.version, -1);
    check_int(pv_election_phase(&e), PV_PHASE_UNBORN);
    check_true(pv_election_ensure_valid_state(&e, &violation));
    check_int(pv_election_find_competition(&e, (struct pv_competition_id){story_id(1)}), PV_NONE);
    check_int(pv_election_find_candidate(&e, (struct pv_candidate_id){story_id(1)}), PV_NONE);
    check_int(pv_election_find_voter(&e, (struct pv_voter_id){story_id(1)}), PV_NONE);
    check_int(pv_election_find_ballot(&e, (struct pv_ballot_id){story_id(1)}), PV_NONE);
    check_int(pv_election_find_email(&e, (struct pv_voter_email){PV_STR("a@b")}), PV_NONE);
    pv_election_deinit(&e);
}

static void election__after_deinit__is_unborn_with_its_seed(void **state)
{
    (void)state;
    struct pv_election e;
    story_closed(&e);
    pv_election_deinit(&e);
    check_int(pv_election_phase(&e), PV_PHASE_UNBORN);
    check_true(e.name.ptr == NULL && e.competitions == NULL && e.voter_count == 0 && e.ratings.cells == NULL);
    check_int(e.seed.a, 11);
    check_int(e.seed.b, 13);
    accept(&e, ev_created("Again", NULL));
    pv_election_deinit(&e);
    pv_election_deinit(&e);
}

static void phases__have_the_names_of_f4(void **state)
{
    (void)state;
    static const char *const names[] = {"unborn", "draft", "open", "closed", "deleted"};
    for (int phase = PV_PHASE_UNBORN; phase <= PV_PHASE_DELETED; phase++) {
        struct pv_election e;
        story_in_phase(&e, (enum pv_phase)phase);
        assert_string_equal(pv_phase_name(pv_election_phase(&e)), names[phase]);
        pv_election_deinit(&e);
    }
}

static void phase__deleted_wins_over_closed_and_open(void **state)
{
    (void)state;
    struct pv_election e;
    story_open(&e);
    accept(&e, ev_deleted());
    check_int(pv_election_phase(&e), PV_PHASE_DELETED);
    pv_election_deinit(&e);
    story_closed(&e);
    accept(&e, ev_deleted());
    check_int(pv_election_phase(&e), PV_PHASE_DELETED);
    pv_election_deinit(&e);
}

/* ElectionCreated */

static void election_created__sets_id_name_and_description(void **state)
{
    (void)state;
    struct pv_election e;
    story_unborn(&e);
    accept_touching(&e, ev_created("Photo", "Of\n2024"), 0);
    check_true(pv_bits128_equal(e.id.bits, story_id(1)));
    check_int(e.version, 0);
    check_text(&e.name, "Photo");
    check_text(&e.description, "Of\n2024");
    check_int(pv_election_phase(&e), PV_PHASE_DRAFT);
    check_true(!e.deleted && !e.is_opened && !e.is_closed);
    pv_election_deinit(&e);
    accept(&e, ev_created("Photo", NULL));
    check_text(&e.description, NULL);
    pv_election_deinit(&e);
}

static void election_created__keeps_copies_of_its_texts(void **state)
{
    (void)state;
    struct pv_election e;
    char name[] = "Photo", description[] = "All";
    story_unborn(&e);
    accept(&e, ev_created(name, description));
    memset(name, '#', 5);
    memset(description, '#', 3);
    check_text(&e.name, "Photo");
    check_text(&e.description, "All");
    pv_election_deinit(&e);
}

static void election_created__of_one_that_exists__is_refused(void **state)
{
    (void)state;
    for (int phase = PV_PHASE_DRAFT; phase <= PV_PHASE_CLOSED; phase++) {
        struct pv_election e;
        story_in_phase(&e, (enum pv_phase)phase);
        refuse_id(&e, ev_created("Photo", NULL), ELECTION_EXISTS, ELECTION_ID, 1);
        refuse_id(&e, ev_of_election(2, ev_created("Photo", NULL)), ELECTION_EXISTS, ELECTION_ID, 2);
        pv_election_deinit(&e);
    }
}

static void every_other_event__of_an_unborn_election__is_refused(void **state)
{
    (void)state;
    struct pv_election e;
    story_unborn(&e);
    for (int type = PV_EVENT_ELECTION_CREATED + 1; type < PV_EVENT_TYPE_COUNT; type++)
        refuse_id(&e, story_event((enum pv_event_type)type), ELECTION_UNKNOWN, ELECTION_ID, 1);
    accept(&e, story_event(PV_EVENT_ELECTION_CREATED));
    pv_election_deinit(&e);
}

static void every_event__of_a_deleted_election__is_refused(void **state)
{
    (void)state;
    struct pv_election e;
    story_deleted(&e);
    for (int type = 0; type < PV_EVENT_TYPE_COUNT; type++)
        refuse_id(&e, story_event((enum pv_event_type)type), ELECTION_DELETED, ELECTION_ID, 1);
    pv_election_deinit(&e);
}

static void every_event__for_another_election__is_refused(void **state)
{
    (void)state;
    for (int type = PV_EVENT_ELECTION_CREATED + 1; type < PV_EVENT_TYPE_COUNT; type++) {
        struct pv_election e;
        struct pv_event event = story_event((enum pv_event_type)type);
        bool voting = pv_event_spec(event.type)->gate == PV_GATE_VOTING;
        story_in_phase(&e, voting ? PV_PHASE_OPEN : PV_PHASE_DRAFT);
        refuse_id(&e, ev_of_election(2, event), ELECTION_MISMATCH, ELECTION_ID, 2);
        struct pv_event one_bit = event;
        one_bit.u.election_id.bits.hi ^= 1;
        refuse(&e, one_bit, ELECTION_MISMATCH, ELECTION_ID);
        accept(&e, event);
        pv_election_deinit(&e);
    }
}

/* ElectionDeleted, ElectionNameChanged, ElectionDescriptionChanged */

static void election_deleted__from_each_phase__ends_it(void **state)
{
    (void)state;
    for (int phase = PV_PHASE_DRAFT; phase <= PV_PHASE_CLOSED; phase++) {
        struct pv_election e;
        story_in_phase(&e, (enum pv_phase)phase);
        bool opened = e.is_opened, closed = e.is_closed;
        accept_touching(&e, ev_deleted(), 0);
        check_true(e.deleted);
        check_int(e.is_opened, opened);
        check_int(e.is_closed, closed);
        check_text(&e.name, "Photo of the year");
        refuse(&e, ev_deleted(), ELECTION_DELETED, ELECTION_ID);
        pv_election_deinit(&e);
    }
}

static void election_name_changed__in_each_phase__sets_the_name(void **state)
{
    (void)state;
    for (int phase = PV_PHASE_DRAFT; phase <= PV_PHASE_CLOSED; phase++) {
        struct pv_election e;
        story_in_phase(&e, (enum pv_phase)phase);
        accept_touching(&e, ev_named("B"), 0);
        check_text(&e.name, "B");
        check_text(&e.description, "All of them");
        accept_touching(&e, ev_named("B"), 0); /* the same again is a change all the same */
        pv_election_deinit(&e);
    }
}

static void election_description_changed__sets_and_erases_it(void **state)
{
    (void)state;
    for (int phase = PV_PHASE_DRAFT; phase <= PV_PHASE_CLOSED; phase++) {
        struct pv_election e;
        story_in_phase(&e, (enum pv_phase)phase);
        accept_touching(&e, ev_described("New"), 0);
        check_text(&e.description, "New");
        accept_touching(&e, ev_described(NULL), 0);
        check_text(&e.description, NULL);
        accept_touching(&e, ev_described(NULL), 0);
        check_text(&e.name, "Photo of the year");
        pv_election_deinit(&e);
    }
}

/* ElectionOpened */

static void election_opened__sets_the_date(void **state)
{
    (void)state;
    struct pv_election e;
    story_draft(&e);
    accept_touching(&e, ev_opened("2024-02-24T18:00:00.000001+01:00"), 0);
    check_true(e.is_opened && !e.is_closed);
    check_int(e.opened.at.us, story_time("2024-02-24T17:00:00.000001Z").us);
    check_int(pv_election_phase(&e), PV_PHASE_OPEN);
    refuse_id(&e, ev_opened(STORY_OPEN_DATE), ELECTION_OPENED, ELECTION_ID, 1);
    pv_election_deinit(&e);
}

static void election_opened__without_a_live_competition__is_refused(void **state)
{
    (void)state;
    struct pv_election e;
    story_unborn(&e);
    accept(&e, ev_created("Photo", NULL));
    refuse_id(&e, ev_opened(STORY_OPEN_DATE), ELECTION_INCOMPLETE, ELECTION_ID, 1);
    accept(&e, ev_competition_added(1, "A", NULL));
    accept(&e, ev_candidate_added(1, 11, "x", NULL, NULL, NULL));
    accept(&e, ev_candidate_added(1, 12, "y", NULL, NULL, NULL));
    accept(&e, ev_competition_removed(1));
    refuse_id(&e, ev_opened(STORY_OPEN_DATE), ELECTION_INCOMPLETE, ELECTION_ID, 1);
    accept(&e, ev_competition_added(2, "B", NULL));
    accept(&e, ev_candidate_added(2, 21, "x", NULL, NULL, NULL));
    accept(&e, ev_candidate_added(2, 22, "y", NULL, NULL, NULL));
    accept(&e, ev_opened(STORY_OPEN_DATE));
    pv_election_deinit(&e);
}

static void election_opened__with_0_1_and_2_candidates__needs_two(void **state)
{
    (void)state;
    struct pv_election e;
    story_unborn(&e);
    accept(&e, ev_created("Photo", NULL));
    accept(&e, ev_competition_added(7, "A", NULL));
    refuse_id(&e, ev_opened(STORY_OPEN_DATE), COMPETITION_TOO_SMALL, COMPETITION_ID, 7);
    accept(&e, ev_candidate_added(7, 11, "x", NULL, NULL, NULL));
    refuse_id(&e, ev_opened(STORY_OPEN_DATE), COMPETITION_TOO_SMALL, COMPETITION_ID, 7);
    accept(&e, ev_candidate_added(7, 12, "y", NULL, NULL, NULL));
    accept(&e, ev_candidate_removed(7, 12));
    refuse_id(&e, ev_opened(STORY_OPEN_DATE), COMPETITION_TOO_SMALL, COMPETITION_ID, 7);
    accept(&e, ev_candidate_added(7, 13, "z", NULL, NULL, NULL));
    accept(&e, ev_opened(STORY_OPEN_DATE));
    pv_election_deinit(&e);
}

/* The small ones are kept in a list: each order of leaving it. */
static void election_opened__with_several_small_competitions__waits_for_the_last(void **state)
{
    (void)state;
    static const uint64_t orders[6][3] = {{1, 2, 3}, {1, 3, 2}, {2, 1, 3}, {2, 3, 1}, {3, 1, 2}, {3, 2, 1}};
    for (size_t o = 0; o < 6; o++) {
        for (int way = 0; way < 2; way++) {
            struct pv_election e;
            story_unborn(&e);
            accept(&e, ev_created("Photo", NULL));
            accept(&e, ev_competition_added(9, "Full", NULL));
            accept(&e, ev_candidate_added(9, 91, "x", NULL, NULL, NULL));
            accept(&e, ev_candidate_added(9, 92, "y", NULL, NULL, NULL));
            for (uint64_t c = 1; c <= 3; c++)
                accept(&e, ev_competition_added(c, "Small", NULL));
            for (size_t i = 0; i < 3; i++) {
                uint64_t c = orders[o][i];
                refuse(&e, ev_opened(STORY_OPEN_DATE), COMPETITION_TOO_SMALL, COMPETITION_ID);
                if (way == 0) {
                    accept(&e, ev_competition_removed(c));
                } else {
                    accept(&e, ev_candidate_added(c, 10 * c, "x", NULL, NULL, NULL));
                    accept(&e, ev_candidate_added(c, 10 * c + 1, "y", NULL, NULL, NULL));
                }
                if (i == 1)
                    refuse_id(&e, ev_opened(STORY_OPEN_DATE), COMPETITION_TOO_SMALL, COMPETITION_ID,
                              orders[o][2]);
            }
            accept(&e, ev_opened(STORY_OPEN_DATE));
            pv_election_deinit(&e);
        }
    }
}

/* ElectionClosed */

static void election_closed__sets_the_date(void **state)
{
    (void)state;
    struct pv_election e;
    story_open(&e);
    accept_touching(&e, ev_closed(STORY_CLOSE_DATE), 0);
    check_true(e.is_opened && e.is_closed);
    check_int(e.closed.at.us, story_time(STORY_CLOSE_DATE).us);
    check_int(e.opened.at.us, story_time(STORY_OPEN_DATE).us);
    check_int(pv_election_phase(&e), PV_PHASE_CLOSED);
    refuse_id(&e, ev_closed(STORY_CLOSE_DATE), ELECTION_CLOSED, ELECTION_ID, 1);
    pv_election_deinit(&e);
}

static void election_closed__before_at_and_after_opening__is_refused_only_before(void **state)
{
    (void)state;
    static const char *const accepted[] = {STORY_OPEN_DATE, "2024-02-24T18:00:00.000001Z",
                                           "2024-02-24T19:00:00+01:00"};
    for (size_t i = 0; i < 3; i++) {
        struct pv_election e;
        story_open(&e);
        refuse_text(&e, ev_closed("2024-02-24T17:59:59.999999Z"), CLOSE_BEFORE_OPEN, CLOSE_DATE,
                    "2024-02-24T17:59:59.999999Z");
        refuse_text(&e, ev_closed("0001-01-01T00:00:00"), CLOSE_BEFORE_OPEN, CLOSE_DATE,
                    "0001-01-01T00:00:00Z");
        accept(&e, ev_closed(accepted[i]));
        pv_election_deinit(&e);
    }
}

static void election_closed__when_not_open__is_refused(void **state)
{
    (void)state;
    struct pv_election e;
    story_draft(&e);
    refuse_id(&e, ev_closed(STORY_CLOSE_DATE), ELECTION_NOT_OPEN, ELECTION_ID, 1);
    accept(&e, ev_opened(STORY_OPEN_DATE));
    accept(&e, ev_closed(STORY_CLOSE_DATE));
    refuse_id(&e, ev_opened(STORY_OPEN_DATE), ELECTION_CLOSED, ELECTION_ID, 1);
    pv_election_deinit(&e);
}

/* apply and load */

static void apply__on_a_state_that_is_broken_already__is_a_fault(void **state)
{
    (void)state;
    struct pv_election e;
    struct pv_refusal why;
    struct pv_event event = ev_named("B");
    story_draft(&e);
    e.live_competitions += 7;
    check_int(pv_election_apply(&e, &event, &why), PV_FAULT_STATE);
    e.live_competitions -= 7;
    check_int(pv_election_apply(&e, &event, &why), PV_OK);
    pv_election_deinit(&e);
}

static size_t history(struct pv_event events[32])
{
    size_t n = 0;
    events[n++] = ev_created("Photo", NULL);
    events[n++] = ev_competition_added(1, "Birds", NULL);
    events[n++] = ev_candidate_added(1, 11, "x", NULL, "/x", "X");
    events[n++] = ev_candidate_added(1, 12, "y", NULL, NULL, NULL);
    events[n++] = ev_voter(1, "Ada", "ada@x");
    events[n++] = ev_ballot(1, 1);
    events[n++] = ev_opened(STORY_OPEN_DATE);
    events[n++] = ev_rated(1, 1, 11, 5);
    events[n++] = ev_cast(1);
    events[n++] = ev_closed(STORY_CLOSE_DATE);
    return n;
}

static void load__gives_what_apply_gives(void **state)
{
    (void)state;
    struct pv_event events[32];
    size_t count = history(events), at = 77;
    for (size_t n = 0; n <= count; n++) {
        struct pv_election applied, loaded;
        struct pv_refusal why;
        struct buf a = {0}, b = {0};
        story_unborn(&applied);
        story_unborn(&loaded);
        for (size_t i = 0; i < n; i++)
            accept(&applied, events[i]);
        check_int(pv_election_load(&loaded, events, n, &why, &at), PV_OK);
        check_int(at, 77);
        check_int(loaded.version, (int64_t)n - 1);
        dump(&applied, DUMP_VERSIONS | DUMP_ORDER, &a);
        dump(&loaded, DUMP_VERSIONS | DUMP_ORDER, &b);
        check_true(buf_equal(&a, &b));
        buf_free(&a);
        buf_free(&b);
        pv_election_deinit(&applied);
        pv_election_deinit(&loaded);
    }
}

static void load__refused__tells_where_and_leaves_no_aggregate(void **state)
{
    (void)state;
    struct pv_event events[32];
    size_t count = history(events);
    for (size_t wrong = 0; wrong < count; wrong++) {
        struct pv_election e;
        struct pv_refusal why;
        size_t at = 77;
        (void)history(events);
        events[wrong] = wrong == 0 ? ev_deleted() : ev_created("Again", NULL);
        story_unborn(&e);
        check_int(pv_election_load(&e, events, count, &why, &at), PV_REFUSED);
        check_int(at, wrong);
        check_int(why.code, wrong == 0 ? PV_ELECTION_UNKNOWN : PV_ELECTION_EXISTS);
        check_int(e.version, -1);
        check_true(e.name.ptr == NULL && e.voters == NULL && e.ballots == NULL);
    }
}

static void load__that_ends_in_a_broken_state__is_a_fault_and_leaves_no_aggregate(void **state)
{
    (void)state;
    struct pv_election e;
    struct pv_event events[32];
    struct pv_refusal why;
    size_t count = history(events), at = 77;
    story_unborn(&e);
    e.live_competitions = 1; /* what only a defect of the program can leave behind */
    check_int(pv_election_load(&e, events, count, &why, &at), PV_FAULT_STATE);
    check_int(at, count);
    check_int(e.version, -1);
    check_int(e.live_competitions, 0);
    check_int(pv_election_load(&e, events, count, &why, &at), PV_OK);
    pv_election_deinit(&e);
}

static void prefetch__of_any_event_in_any_phase__changes_nothing(void **state)
{
    (void)state;
    for (int phase = PV_PHASE_UNBORN; phase <= PV_PHASE_DELETED; phase++) {
        struct pv_election e;
        struct buf before = {0}, after = {0};
        story_in_phase(&e, (enum pv_phase)phase);
        dump(&e, DUMP_ALL, &before);
        for (int type = 0; type < PV_EVENT_TYPE_COUNT; type++) {
            struct pv_event event = story_event((enum pv_event_type)type);
            pv_election_prefetch_slots(&e, &event);
            pv_election_prefetch_parts(&e, &event);
        }
        struct pv_event known = ev_ballot(1, 9);
        pv_election_prefetch_slots(&e, &known);
        pv_election_prefetch_parts(&e, &known);
        dump(&e, DUMP_ALL, &after);
        check_true(buf_equal(&before, &after));
        buf_free(&before);
        buf_free(&after);
        pv_election_deinit(&e);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(election__at_first__is_unborn_and_sound),
    cmocka_unit_test(election__after_deinit__is_unborn_with_its_seed),
    cmocka_unit_test(phases__have_the_names_of_f4),
    cmocka_unit_test(phase__deleted_wins_over_closed_and_open),
    cmocka_unit_test(election_created__sets_id_name_and_description),
    cmocka_unit_test(election_created__keeps_copies_of_its_texts),
    cmocka_unit_test(election_created__of_one_that_exists__is_refused),
    cmocka_unit_test(every_other_event__of_an_unborn_election__is_refused),
    cmocka_unit_test(every_event__of_a_deleted_election__is_refused),
    cmocka_unit_test(every_event__for_another_election__is_refused),
    cmocka_unit_test(election_deleted__from_each_phase__ends_it),
    cmocka_unit_test(election_name_changed__in_each_phase__sets_the_name),
    cmocka_unit_test(election_description_changed__sets_and_erases_it),
    cmocka_unit_test(election_opened__sets_the_date),
    cmocka_unit_test(election_opened__without_a_live_competition__is_refused),
    cmocka_unit_test(election_opened__with_0_1_and_2_candidates__needs_two),
    cmocka_unit_test(election_opened__with_several_small_competitions__waits_for_the_last),
    cmocka_unit_test(election_closed__sets_the_date),
    cmocka_unit_test(election_closed__before_at_and_after_opening__is_refused_only_before),
    cmocka_unit_test(election_closed__when_not_open__is_refused),
    cmocka_unit_test(apply__on_a_state_that_is_broken_already__is_a_fault),
    cmocka_unit_test(load__gives_what_apply_gives),
    cmocka_unit_test(load__refused__tells_where_and_leaves_no_aggregate),
    cmocka_unit_test(load__that_ends_in_a_broken_state__is_a_fault_and_leaves_no_aggregate),
    cmocka_unit_test(prefetch__of_any_event_in_any_phase__changes_nothing),
};
CHECK_MAIN(tests, 25)
