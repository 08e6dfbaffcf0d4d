/* tally.c: what counts, the ranks, the means and the medians (D8). */
#include "tally.h"

#include "story.h"

/* A draft of one competition 1 with candidates 1 to `candidates`, open. */
static void open_paper(struct pv_election *e, uint64_t candidates)
{
    struct pv_refusal why;
    story_unborn(e);
    accept(e, ev_created("Photo", NULL));
    accept(e, ev_competition_added(1, "All", NULL));
    for (uint64_t id = 1; id <= candidates; id++) {
        struct pv_event event = ev_candidate_added(1, id, "x", NULL, NULL, NULL);
        check_int(pv_election_apply(e, &event, &why), PV_OK);
    }
    accept(e, ev_opened(STORY_OPEN_DATE));
}

/* A cast ballot of a new voter; stars[i] for candidate i + 1, a blank for none. */
static void vote(struct pv_election *e, const char *stars)
{
    struct pv_refusal why;
    char email[40];
    uint64_t id = 100 + e->voter_count;
    (void)snprintf(email, sizeof email, "v%u@x", e->voter_count);
    struct pv_event events[] = {ev_voter(id, "Voter", email), ev_ballot(id, id), ev_cast(id)};
    check_int(pv_election_apply(e, &events[0], &why), PV_OK);
    check_int(pv_election_apply(e, &events[1], &why), PV_OK);
    for (uint64_t c = 1; *stars != '\0'; c++, stars++) {
        struct pv_event rated = ev_rated(id, 1, c, (uint8_t)(*stars - '0'));
        if (*stars != ' ')
            check_int(pv_election_apply(e, &rated, &why), PV_OK);
    }
    check_int(pv_election_apply(e, &events[2], &why), PV_OK);
}

static uint64_t number_of(const struct pv_election *e, const struct pv_tally_candidate *c)
{
    return e->candidates[c->candidate].id.bits.lo;
}

/* The listing of the only competition as "number:rank number:rank". */
static void check_ranks(const struct pv_election *e, const char *expected)
{
    struct pv_tally tally;
    char text[400];
    size_t len = 0;
    text[0] = '\0';
    check_int(pv_tally_init(&tally, e), PV_OK);
    check_int(tally.competition_count, 1);
    check_int(tally.competitions[0].first, 0);
    check_int(tally.competitions[0].count, tally.candidate_count);
    for (uint32_t i = 0; i < tally.candidate_count; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%u:%u", i > 0 ? " " : "",
                                (unsigned)number_of(e, &tally.candidates[i]), tally.candidates[i].rank);
    assert_string_equal(text, expected);
    pv_tally_deinit(&tally);
}

static void check_entry(const struct pv_tally_candidate *c, uint64_t ratings, uint64_t sum, uint64_t one,
                        uint64_t two, uint64_t three, uint64_t four, uint64_t five)
{
    const uint64_t histogram[] = {one, two, three, four, five};
    check_int(c->ratings, ratings);
    check_int(c->sum, sum);
    for (size_t i = 0; i < 5; i++)
        check_int(c->histogram[i], histogram[i]);
}

/* What counts */

static void tally__of_every_phase__counts_voters_and_ballots(void **state)
{
    (void)state;
    static const struct {
        uint64_t voters, issued, cast, competitions, candidates;
    } rows[] = {{0, 0, 0, 0, 0}, {3, 2, 0, 2, 5}, {3, 2, 1, 2, 5}, {3, 2, 1, 2, 5}, {3, 2, 0, 2, 5}};
    for (int phase = PV_PHASE_UNBORN; phase <= PV_PHASE_DELETED; phase++) {
        struct pv_election e;
        struct pv_tally tally;
        story_in_phase(&e, (enum pv_phase)phase);
        check_int(pv_tally_init(&tally, &e), PV_OK);
        check_int(tally.voters, rows[phase].voters);
        check_int(tally.ballots_issued, rows[phase].issued);
        check_int(tally.ballots_cast, rows[phase].cast);
        check_int(tally.competition_count, rows[phase].competitions);
        check_int(tally.candidate_count, rows[phase].candidates);
        pv_tally_deinit(&tally);
        check_true(tally.candidates == NULL && tally.competitions == NULL && tally.voters == 0);
        pv_election_deinit(&e);
    }
}

static void tally__only_cast_ballots_count(void **state)
{
    (void)state;
    struct pv_election e;
    struct pv_tally tally;
    story_open(&e); /* ballot 1: 4 for 11, not cast; ballot 2: 5 for 12 and 1 for 21, cast */
    check_int(pv_tally_init(&tally, &e), PV_OK);
    check_int(number_of(&e, &tally.candidates[0]), 12);
    check_entry(&tally.candidates[0], 1, 5, 0, 0, 0, 0, 1);
    check_int(number_of(&e, &tally.candidates[1]), 11);
    check_entry(&tally.candidates[1], 0, 0, 0, 0, 0, 0, 0);
    check_int(number_of(&e, &tally.candidates[3]), 21);
    check_entry(&tally.candidates[3], 1, 1, 1, 0, 0, 0, 0);
    pv_tally_deinit(&tally);
    accept(&e, ev_cast(1));
    check_int(pv_tally_init(&tally, &e), PV_OK);
    check_int(tally.ballots_cast, 2);
    check_int(number_of(&e, &tally.candidates[1]), 11);
    check_entry(&tally.candidates[1], 1, 4, 0, 0, 0, 1, 0);
    pv_tally_deinit(&tally);
    pv_election_deinit(&e);
}

static void tally__competitions__are_in_the_order_of_addition_each_ranked_apart(void **state)
{
    (void)state;
    struct pv_election e;
    struct pv_tally tally;
    static const struct {
        uint64_t number;
        uint32_t rank;
    } expected[] = {{12, 1}, {11, 2}, {13, 2}, {21, 1}, {22, 2}};
    story_open(&e);
    check_int(pv_tally_init(&tally, &e), PV_OK);
    check_int(tally.competition_count, 2);
    check_int(tally.competitions[0].competition, 0);
    check_int(tally.competitions[0].first, 0);
    check_int(tally.competitions[0].count, 3); /* 14 was removed */
    check_int(tally.competitions[1].competition, 1);
    check_int(tally.competitions[1].first, 3);
    check_int(tally.competitions[1].count, 2);
    for (uint32_t i = 0; i < 5; i++) {
        check_int(number_of(&e, &tally.candidates[i]), expected[i].number);
        check_int(tally.candidates[i].rank, expected[i].rank);
    }
    pv_tally_deinit(&tally);
    pv_election_deinit(&e);
}

static void tally__removed_candidates_and_competitions__are_left_out(void **state)
{
    (void)state;
    struct pv_election e;
    struct pv_tally tally;
    story_open(&e);
    accept(&e, ev_candidate_removed(1, 12)); /* the only one that was rated there */
    check_int(pv_tally_init(&tally, &e), PV_OK);
    check_int(tally.ballots_cast, 1);
    check_int(tally.competitions[0].count, 2);
    for (uint32_t i = 0; i < 2; i++) {
        check_true(number_of(&e, &tally.candidates[i]) != 12);
        check_int(tally.candidates[i].ratings, 0);
        check_int(tally.candidates[i].rank, 1);
    }
    check_entry(&tally.candidates[2], 1, 1, 1, 0, 0, 0, 0); /* 21, untouched by it */
    pv_tally_deinit(&tally);
    accept(&e, ev_competition_removed(1));
    check_int(pv_tally_init(&tally, &e), PV_OK);
    check_int(tally.competition_count, 1);
    check_int(tally.competitions[0].competition, 1);
    check_int(tally.competitions[0].first, 0);
    check_int(tally.candidate_count, 2);
    pv_tally_deinit(&tally);
    accept(&e, ev_competition_removed(2));
    check_int(pv_tally_init(&tally, &e), PV_OK);
    check_int(tally.competition_count, 0);
    check_int(tally.candidate_count, 0);
    check_int(tally.ballots_cast, 1);
    pv_tally_deinit(&tally);
    pv_election_deinit(&e);
}

static void tally__a_competition_left_with_no_candidate__is_listed_empty(void **state)
{
    (void)state;
    struct pv_election e;
    struct pv_tally tally;
    story_open(&e);
    accept(&e, ev_candidate_removed(2, 21));
    accept(&e, ev_candidate_removed(2, 22));
    check_int(pv_tally_init(&tally, &e), PV_OK);
    check_int(tally.competition_count, 2);
    check_int(tally.competitions[1].count, 0);
    check_int(tally.competitions[1].first, 3);
    pv_tally_deinit(&tally);
    pv_election_deinit(&e);
}

static void tally__a_competition_that_never_had_one__is_listed_empty(void **state)
{
    (void)state;
    struct pv_election e;
    struct pv_tally tally;
    story_unborn(&e);
    accept(&e, ev_created("Photo", NULL));
    accept(&e, ev_competition_added(1, "None", NULL));
    check_int(pv_tally_init(&tally, &e), PV_OK);
    check_int(tally.competition_count, 1);
    check_int(tally.competitions[0].count, 0);
    pv_tally_deinit(&tally);
    pv_election_deinit(&e);
}

static void tally__ratings_replaced_and_taken_back__count_as_they_stand(void **state)
{
    (void)state;
    struct pv_election e;
    struct pv_tally tally;
    story_open(&e);
    accept(&e, ev_rated(1, 1, 11, 1));
    accept(&e, ev_rated(1, 1, 12, 2));
    accept(&e, ev_rated(1, 1, 11, 0));
    accept(&e, ev_rated(1, 1, 12, 3));
    accept(&e, ev_cast(1));
    check_int(pv_tally_init(&tally, &e), PV_OK);
    check_int(number_of(&e, &tally.candidates[0]), 12);
    check_entry(&tally.candidates[0], 2, 8, 0, 0, 1, 0, 1);
    check_int(tally.candidates[1].ratings, 0);
    pv_tally_deinit(&tally);
    pv_election_deinit(&e);
}

static void tally__of_a_paper_of_300__counts_like_a_small_one(void **state)
{
    (void)state;
    struct pv_election e;
    struct pv_tally tally;
    struct pv_refusal why;
    open_paper(&e, 300);
    accept(&e, ev_voter(1, "Ada", "ada@x"));
    accept(&e, ev_ballot(1, 1));
    for (uint64_t id = 1; id <= 300; id++) {
        struct pv_event event = ev_rated(1, 1, id, (uint8_t)(1 + id % 5));
        check_int(pv_election_apply(&e, &event, &why), PV_OK);
    }
    accept(&e, ev_cast(1));
    check_int(pv_tally_init(&tally, &e), PV_OK);
    check_int(tally.candidate_count, 300);
    for (uint32_t i = 0; i < 300; i++) {
        check_int(tally.candidates[i].rank, 1 + i / 60 * 60);
        check_int(tally.candidates[i].sum, 5 - i / 60);
        check_true(i % 60 == 0 || tally.candidates[i].candidate > tally.candidates[i - 1].candidate);
    }
    pv_tally_deinit(&tally);
    pv_election_deinit(&e);
}

/* Ranks */

static void ranks__of_equal_means__are_shared_and_the_next_skipped(void **state)
{
    (void)state;
    struct pv_election e;
    open_paper(&e, 4);
    vote(&e, "5441");
    check_ranks(&e, "1:1 2:2 3:2 4:4");
    pv_election_deinit(&e);
    open_paper(&e, 4);
    vote(&e, "1445");
    check_ranks(&e, "4:1 2:2 3:2 1:4");
    pv_election_deinit(&e);
    open_paper(&e, 5);
    vote(&e, "22255");
    check_ranks(&e, "4:1 5:1 1:3 2:3 3:3");
    pv_election_deinit(&e);
}

static void ranks__equal_means_of_different_counts__are_equal(void **state)
{
    (void)state;
    struct pv_election e;
    open_paper(&e, 3);
    vote(&e, "345");
    vote(&e, "3 2");
    vote(&e, "325");
    vote(&e, " 3 ");
    /* 9/3, 9/3, 12/3 */
    check_ranks(&e, "3:1 1:2 2:2");
    vote(&e, " 3 ");
    check_ranks(&e, "3:1 1:2 2:2"); /* 9/3 = 12/4 */
    vote(&e, " 4 ");
    check_ranks(&e, "3:1 2:2 1:3"); /* 16/5 */
    pv_election_deinit(&e);
}

static void ranks__of_the_unrated__are_behind_all_and_shared(void **state)
{
    (void)state;
    struct pv_election e;
    open_paper(&e, 5);
    check_ranks(&e, "1:1 2:1 3:1 4:1 5:1");
    vote(&e, " 1 5 ");
    check_ranks(&e, "4:1 2:2 1:3 3:3 5:3");
    vote(&e, "1    ");
    check_ranks(&e, "4:1 1:2 2:2 3:4 5:4");
    pv_election_deinit(&e);
}

/* Rounded to four places they are equal, and the smaller comes first in the order of addition. */
static void ranks__of_means_that_print_alike__are_told_apart(void **state)
{
    (void)state;
    struct pv_election e;
    struct pv_tally tally;
    open_paper(&e, 2);
    for (int i = 0; i < 150; i++)
        vote(&e, i == 0 ? "55" : "44");
    check_ranks(&e, "1:1 2:1"); /* 601/150 both */
    vote(&e, "4 ");             /* 605/151 = 4.006622... */
    check_ranks(&e, "2:1 1:2"); /* 601/150 = 4.006666... */
    pv_election_deinit(&e);
    open_paper(&e, 2);
    for (int i = 0; i < 250; i++)
        vote(&e, i == 0 ? "55" : "44");
    vote(&e, "4 "); /* 1005/251 = 4.003984..., 1001/250 = 4.004 */
    vote(&e, " 4"); /* 1005/251 both */
    vote(&e, "4 "); /* 1009/252 = 4.003968..., which prints as 4.0040 like 4.003984 */
    check_int(pv_tally_init(&tally, &e), PV_OK);
    check_int(pv_tally_mean_e4(&tally.candidates[0]), 40040);
    check_int(pv_tally_mean_e4(&tally.candidates[1]), 40040);
    pv_tally_deinit(&tally);
    check_ranks(&e, "2:1 1:2");
    pv_election_deinit(&e);
}

static struct pv_tally_candidate entry(uint64_t ratings, uint64_t sum)
{
    return (struct pv_tally_candidate){.ratings = ratings, .sum = sum};
}

static void check_order(struct pv_tally_candidate first, struct pv_tally_candidate second)
{
    check_true(pv_tally_compare(&first, &second) < 0);
    check_true(pv_tally_compare(&second, &first) > 0);
    check_int(pv_tally_compare(&first, &first), 0);
    check_int(pv_tally_compare(&second, &second), 0);
}

/* Neighbouring fractions: apart by 1 in 10^17 and less, where doubles are equal. */
static void means__that_are_equal_as_doubles__are_told_apart(void **state)
{
    (void)state;
    const uint64_t n = UINT64_C(1) << 29;
    check_true((double)(4 * n + 1) / (double)n == (double)(4 * n + 5) / (double)(n + 1));
    check_order(entry(n, 4 * n + 1), entry(n + 1, 4 * n + 5));
    const uint64_t m = UINT64_C(1) << 60;
    check_order(entry(m, 4 * m + 1), entry(m, 4 * m));
    check_order(entry(m - 1, 4 * m - 3), entry(m, 4 * m + 1));
    check_order(entry(1, 5), entry(m, 5 * m - 1));
    struct pv_tally_candidate a = entry(3, 12), b = entry(3 * (m / 4), 12 * (m / 4));
    check_int(pv_tally_compare(&a, &b), 0);
    check_int(pv_tally_compare(&b, &a), 0);
}

static void means__of_the_unrated__are_behind_the_lowest(void **state)
{
    (void)state;
    check_order(entry(1, 1), entry(0, 0));
    check_order(entry(2, 9), entry(2, 8));
    struct pv_tally_candidate none = entry(0, 0);
    check_int(pv_tally_compare(&none, &none), 0);
}

/* Means */

static void check_mean(uint64_t sum, uint64_t ratings, uint64_t expected)
{
    struct pv_tally_candidate c = entry(ratings, sum);
    check_int(pv_tally_mean_e4(&c), expected);
}

static void mean__is_rounded_half_up_from_the_exact_quotient(void **state)
{
    (void)state;
    check_mean(1, 1, 10000);
    check_mean(5, 1, 50000);
    check_mean(9, 2, 45000);
    check_mean(30, 7, 42857); /* 4.285714 */
    check_mean(10, 3, 33333); /* 3.33333 */
    check_mean(11, 3, 36667); /* 3.66667 */
    check_mean(20, 6, 33333);
    check_mean(40001, 20000, 20001);   /* 2.00005: half, up */
    check_mean(40003, 20000, 20002);   /* 2.00015: half, up, to even or odd alike */
    check_mean(60001, 30000, 20000);   /* 2.0000333 */
    check_mean(400009, 200000, 20000); /* 2.000045: below half */
    check_mean(400011, 200000, 20001); /* 2.000055: above half */
    check_mean(99999, 20000, 50000);   /* 4.99995: up to the whole */
    check_mean(99997, 20000, 49999);   /* 4.99985: up */
}

static void mean__of_counts_beyond_any_election__is_exact(void **state)
{
    (void)state;
    const uint64_t n = UINT64_C(100000000000000); /* 10^14 */
    check_mean(5 * n, n, 50000);
    check_mean(4 * n + n / 3, n, 43333);
    check_mean(2 * n + n / 20000, n, 20001);
    check_mean(2 * n + n / 20000 - 1, n, 20000);
}

/* Medians */

static void check_median(uint64_t one, uint64_t two, uint64_t three, uint64_t four, uint64_t five,
                         unsigned twice)
{
    struct pv_tally_candidate c = {.histogram = {one, two, three, four, five}};
    c.ratings = one + two + three + four + five;
    check_int(pv_tally_median_x2(&c), twice);
}

static void median__of_odd_counts__is_the_middle_one(void **state)
{
    (void)state;
    check_median(1, 0, 0, 0, 0, 2);
    check_median(0, 1, 0, 0, 0, 4);
    check_median(0, 0, 1, 0, 0, 6);
    check_median(0, 0, 0, 1, 0, 8);
    check_median(0, 0, 0, 0, 1, 10);
    check_median(1, 1, 1, 0, 0, 4);
    check_median(2, 1, 0, 0, 0, 2);
    check_median(1, 0, 0, 0, 2, 10);
    check_median(2, 0, 0, 0, 1, 2);
    check_median(1, 1, 1, 1, 1, 6);
    check_median(3, 0, 0, 0, 2, 2);
    check_median(2, 0, 0, 0, 3, 10);
}

static void median__of_even_counts__is_the_mean_of_the_middle_two(void **state)
{
    (void)state;
    check_median(1, 1, 0, 0, 0, 3);
    check_median(1, 0, 0, 0, 1, 6);
    check_median(2, 0, 0, 0, 2, 6);
    check_median(1, 0, 0, 0, 3, 10);
    check_median(3, 0, 0, 0, 1, 2);
    check_median(0, 0, 0, 1, 1, 9);
    check_median(0, 0, 2, 0, 0, 6);
    check_median(1, 1, 1, 1, 0, 5);
    check_median(0, 2, 0, 0, 2, 7);
    check_median(0, 0, 0, 0, 2, 10);
}

static void median__of_large_counts__is_exact(void **state)
{
    (void)state;
    const uint64_t n = UINT64_C(1) << 60;
    check_median(n, 0, 0, 0, n, 6);
    check_median(n, 0, 0, 0, n + 1, 10);
    check_median(n + 1, 0, 0, 0, n, 2);
    check_median(n, 1, 0, 0, n, 4);
    check_median(n, 1, 0, 1, n, 6);
    check_median(n, 0, 0, 2, n, 8);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(tally__of_every_phase__counts_voters_and_ballots),
    cmocka_unit_test(tally__only_cast_ballots_count),
    cmocka_unit_test(tally__competitions__are_in_the_order_of_addition_each_ranked_apart),
    cmocka_unit_test(tally__removed_candidates_and_competitions__are_left_out),
    cmocka_unit_test(tally__a_competition_left_with_no_candidate__is_listed_empty),
    cmocka_unit_test(tally__a_competition_that_never_had_one__is_listed_empty),
    cmocka_unit_test(tally__ratings_replaced_and_taken_back__count_as_they_stand),
    cmocka_unit_test(tally__of_a_paper_of_300__counts_like_a_small_one),
    cmocka_unit_test(ranks__of_equal_means__are_shared_and_the_next_skipped),
    cmocka_unit_test(ranks__equal_means_of_different_counts__are_equal),
    cmocka_unit_test(ranks__of_the_unrated__are_behind_all_and_shared),
    cmocka_unit_test(ranks__of_means_that_print_alike__are_told_apart),
    cmocka_unit_test(means__that_are_equal_as_doubles__are_told_apart),
    cmocka_unit_test(means__of_the_unrated__are_behind_the_lowest),
    cmocka_unit_test(mean__is_rounded_half_up_from_the_exact_quotient),
    cmocka_unit_test(mean__of_counts_beyond_any_election__is_exact),
    cmocka_unit_test(median__of_odd_counts__is_the_middle_one),
    cmocka_unit_test(median__of_even_counts__is_the_mean_of_the_middle_two),
    cmocka_unit_test(median__of_large_counts__is_exact),
};
CHECK_MAIN(tests, 19)
