/* ratings.c: the table of ratings below and above its limit, against a plain array. */
#include "ratings.h"

#include <stdlib.h>

#include "check.h"

enum { BALLOTS = 40 };

/* The same table in the simplest form. */
struct plain {
    uint32_t candidates, ballots;
    uint8_t stars[BALLOTS][1200];
};

static void configure(struct pv_ratings *ratings, struct plain *plain, uint32_t candidates, uint32_t ballots)
{
    check_int(pv_ratings_configure(ratings, candidates, ballots), PV_OK);
    memset(plain, 0, sizeof *plain);
    plain->candidates = candidates;
    plain->ballots = ballots;
}

static void add_row(struct pv_ratings *ratings, struct plain *plain)
{
    check_int(pv_ratings_reserve_row(ratings), PV_OK);
    pv_ratings_add_row(ratings);
    plain->ballots++;
}

static void set(struct pv_ratings *ratings, struct plain *plain, uint32_t ballot, uint32_t candidate,
                uint8_t stars)
{
    check_int(pv_ratings_reserve(ratings, ballot), PV_OK);
    pv_ratings_set(ratings, ballot, candidate, (struct pv_rating){stars});
    plain->stars[ballot][candidate] = stars;
}

static unsigned get(const struct pv_ratings *ratings, uint32_t ballot, uint32_t candidate)
{
    return pv_ratings_get(ratings, ballot, candidate).stars;
}

/* By position and by the cursor: both are what the plain table says. */
static void check_same(const struct pv_ratings *ratings, const struct plain *plain)
{
    check_int(ratings->ballots, plain->ballots);
    for (uint32_t b = 0; b < plain->ballots; b++) {
        uint32_t expected = 0, met = 0, cursor = 0, candidate = 0;
        struct pv_rating rating;
        for (uint32_t c = 0; c < plain->candidates; c++) {
            if (get(ratings, b, c) != plain->stars[b][c])
                fail_msg("ballot %u, candidate %u: %u, not %u", b, c, get(ratings, b, c), plain->stars[b][c]);
            expected += plain->stars[b][c] != 0;
        }
        static bool seen[1200];
        memset(seen, 0, sizeof seen);
        while (pv_ratings_next(ratings, b, &cursor, &candidate, &rating)) {
            check_true(candidate < plain->candidates && !seen[candidate]);
            seen[candidate] = true;
            check_true(rating.stars != 0 && rating.stars == plain->stars[b][candidate]);
            met++;
        }
        check_int(met, expected);
        uint32_t end = cursor;
        check_true(!pv_ratings_next(ratings, b, &cursor, &candidate, &rating)); /* and it stays at the end */
        check_int(cursor, end);
    }
}

static void ratings__not_configured__hold_nothing(void **state)
{
    (void)state;
    struct pv_ratings ratings = {0};
    check_int(get(&ratings, 0, 0), 0);
    check_int(pv_ratings_reserve_row(&ratings), PV_OK);
    pv_ratings_add_row(&ratings);
    check_int(ratings.ballots, 0);
    check_int(ratings.capacity, 0);
    pv_ratings_prefetch(&ratings, 0);
    uint32_t cursor = 0, candidate;
    struct pv_rating rating;
    check_true(!pv_ratings_next(&ratings, 0, &cursor, &candidate, &rating));
    pv_ratings_deinit(&ratings);
    pv_ratings_deinit(&ratings);
}

static const uint32_t sizes[] = {1, 2, 3, 16, 255, 256, 257, 258, 1000};
enum { SIZES = sizeof sizes / sizeof sizes[0] };
static struct plain plain;

static void ratings__up_to_256_candidates__are_dense_above_hashed(void **state)
{
    (void)state;
    check_int(PV_RATINGS_DENSE_MAX, 256);
    for (size_t i = 0; i < SIZES; i++) {
        struct pv_ratings ratings = {0};
        configure(&ratings, &plain, sizes[i], 3);
        check_true((ratings.cells != NULL) == (sizes[i] <= 256));
        check_true((ratings.rows != NULL) == (sizes[i] > 256));
        check_int(ratings.candidates, sizes[i]);
        check_same(&ratings, &plain);
        pv_ratings_deinit(&ratings);
        check_true(ratings.cells == NULL && ratings.rows == NULL && ratings.candidates == 0);
    }
}

static void ratings__first_and_last_candidate__keep_their_stars_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        struct pv_ratings ratings = {0};
        configure(&ratings, &plain, sizes[i], 2);
        uint32_t last = sizes[i] - 1;
        for (uint8_t stars = 1; stars <= 5; stars++) {
            set(&ratings, &plain, 0, 0, stars);
            set(&ratings, &plain, 1, last, (uint8_t)(6 - stars));
            check_same(&ratings, &plain);
        }
        check_int(get(&ratings, 0, sizes[i]), 0); /* beyond the paper */
        check_int(get(&ratings, 1, UINT32_MAX), 0);
        pv_ratings_deinit(&ratings);
    }
}

static void ratings__neighbours_in_one_byte__do_not_touch(void **state)
{
    (void)state;
    struct pv_ratings ratings = {0};
    configure(&ratings, &plain, 5, 3);
    for (uint32_t c = 0; c < 5; c++)
        set(&ratings, &plain, 1, c, (uint8_t)(c + 1));
    check_same(&ratings, &plain);
    for (uint32_t c = 0; c < 5; c++) {
        set(&ratings, &plain, 1, c, 0);
        check_same(&ratings, &plain);
        set(&ratings, &plain, 1, c, 5);
        check_same(&ratings, &plain);
    }
    pv_ratings_deinit(&ratings);
}

static uint32_t draw(uint64_t *state, uint32_t n)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33) % n;
}

static void ratings__many_changes__agree_with_a_plain_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        struct pv_ratings ratings = {0};
        uint64_t random = 1 + i;
        configure(&ratings, &plain, sizes[i], 2);
        for (int step = 0; step < 4000; step++) {
            if (step % 100 == 99 && plain.ballots < BALLOTS)
                add_row(&ratings, &plain);
            uint32_t ballot = draw(&random, plain.ballots), candidate = draw(&random, sizes[i]);
            set(&ratings, &plain, ballot, candidate, (uint8_t)draw(&random, 6));
            check_int(get(&ratings, ballot, candidate), plain.stars[ballot][candidate]);
            if (step % 500 == 0)
                check_same(&ratings, &plain);
        }
        check_int(plain.ballots, BALLOTS);
        check_same(&ratings, &plain);
        pv_ratings_prefetch(&ratings, 0);
        pv_ratings_deinit(&ratings);
    }
}

static void ratings__row_added__is_empty_whatever_lay_there(void **state)
{
    (void)state;
    const uint32_t both[] = {7, 300};
    for (size_t i = 0; i < 2; i++) {
        struct pv_ratings ratings = {0};
        configure(&ratings, &plain, both[i], 0);
        for (uint32_t b = 0; b < 30; b++) {
            add_row(&ratings, &plain);
            for (uint32_t c = 0; c < both[i]; c++)
                check_int(get(&ratings, b, c), 0);
            set(&ratings, &plain, b, b % 7, 5);
        }
        check_true(ratings.capacity >= 30);
        check_same(&ratings, &plain);
        pv_ratings_deinit(&ratings);
    }
}

static void ratings__reserve_row__makes_room_once(void **state)
{
    (void)state;
    struct pv_ratings ratings = {0};
    configure(&ratings, &plain, 4, 1);
    check_int(ratings.capacity, 1);
    check_int(pv_ratings_reserve_row(&ratings), PV_OK);
    check_int(ratings.capacity, 10);
    check_int(pv_ratings_reserve_row(&ratings), PV_OK);
    check_int(ratings.capacity, 10);
    for (uint32_t b = 1; b < 10; b++)
        add_row(&ratings, &plain);
    check_int(ratings.capacity, 10);
    add_row(&ratings, &plain);
    check_int(ratings.capacity, 28);
    check_same(&ratings, &plain);
    pv_ratings_deinit(&ratings);
}

static void ratings__configured_again__are_dropped(void **state)
{
    (void)state;
    struct pv_ratings ratings = {0};
    configure(&ratings, &plain, 300, 3);
    set(&ratings, &plain, 0, 299, 5);
    set(&ratings, &plain, 2, 0, 5);
    configure(&ratings, &plain, 10, 2);
    check_same(&ratings, &plain);
    set(&ratings, &plain, 1, 9, 5);
    configure(&ratings, &plain, 400, 1);
    check_same(&ratings, &plain);
    configure(&ratings, &plain, 0, 1);
    check_int(get(&ratings, 0, 0), 0);
    pv_ratings_deinit(&ratings);
}

/* Where a candidate's chain begins in a table of `slots`, a power of two. */
static uint32_t place_of(uint32_t candidate, uint32_t slots)
{
    return (candidate * UINT32_C(0x9e3779b1)) & (slots - 1);
}

static void ratings__one_chain_of_candidates__is_followed_around_the_end(void **state)
{
    (void)state;
    struct pv_ratings ratings = {0};
    configure(&ratings, &plain, 1000, 1);
    /* Seven that all begin at the last of eight slots; six are as many as it takes. */
    uint32_t chain[7], length = 0;
    for (uint32_t c = 0; length < 7; c++)
        if (place_of(c, 8) == 7)
            chain[length++] = c;
    for (uint32_t i = 0; i < 5; i++) {
        set(&ratings, &plain, 0, chain[i], (uint8_t)(1 + i % 5));
        check_int(ratings.rows[0].slots[(7 + i) % 8],
                  (chain[i] + 1) * 8 + 1 + i % 5); /* one behind the other */
    }
    check_same(&ratings, &plain);
    /* Taken back in the middle: what lies behind is still found. */
    set(&ratings, &plain, 0, chain[2], 0);
    check_int(get(&ratings, 0, chain[4]), 5);
    check_same(&ratings, &plain);
    set(&ratings, &plain, 0, chain[2], 3);
    set(&ratings, &plain, 0, chain[5], 2);
    check_int(ratings.rows[0].mask, 7);
    check_int(ratings.rows[0].used, 6);
    check_same(&ratings, &plain);
    check_int(get(&ratings, 0, chain[6]), 0);
    set(&ratings, &plain, 0, chain[6], 2);
    check_same(&ratings, &plain);
    pv_ratings_deinit(&ratings);
}

static void ratings__table_of_a_ballot__grows_at_three_quarters(void **state)
{
    (void)state;
    struct pv_ratings ratings = {0};
    configure(&ratings, &plain, 1000, 1);
    uint32_t mask = 0, growths = 0;
    for (uint32_t c = 0; c < 1000; c++) {
        set(&ratings, &plain, 0, c, (uint8_t)(1 + c % 5));
        check_int(ratings.rows[0].used, c + 1);
        check_true(ratings.rows[0].used <= ratings.rows[0].mask - ratings.rows[0].mask / 4);
        growths += ratings.rows[0].mask != mask;
        mask = ratings.rows[0].mask;
    }
    check_int(growths, 9); /* 8, 16, ... 2048 */
    check_same(&ratings, &plain);
    pv_ratings_deinit(&ratings);
}

static void ratings__taken_back__leave_the_table_when_it_grows(void **state)
{
    (void)state;
    struct pv_ratings ratings = {0};
    configure(&ratings, &plain, 1000, 1);
    for (uint32_t c = 0; c < 5; c++)
        set(&ratings, &plain, 0, c, 4);
    for (uint32_t c = 0; c < 4; c++)
        set(&ratings, &plain, 0, c, 0);
    set(&ratings, &plain, 0, 100, 3);
    check_int(ratings.rows[0].mask, 7);
    check_int(ratings.rows[0].used, 6); /* two ratings, and four that were taken back */
    check_same(&ratings, &plain);
    set(&ratings, &plain, 0, 101, 3);
    check_int(ratings.rows[0].mask, 15);
    check_int(ratings.rows[0].used, 3);
    check_same(&ratings, &plain);
    pv_ratings_deinit(&ratings);
}

static void ratings__candidate_0__is_one_like_any_other(void **state)
{
    (void)state;
    const uint32_t both[] = {256, 257};
    for (size_t i = 0; i < 2; i++) {
        struct pv_ratings ratings = {0};
        configure(&ratings, &plain, both[i], 1);
        check_int(get(&ratings, 0, 0), 0);
        set(&ratings, &plain, 0, 0, 1);
        check_same(&ratings, &plain);
        set(&ratings, &plain, 0, 1, 5);
        set(&ratings, &plain, 0, 0, 0);
        check_same(&ratings, &plain);
        set(&ratings, &plain, 0, 0, 5);
        check_same(&ratings, &plain);
        pv_ratings_deinit(&ratings);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(ratings__not_configured__hold_nothing),
    cmocka_unit_test(ratings__up_to_256_candidates__are_dense_above_hashed),
    cmocka_unit_test(ratings__first_and_last_candidate__keep_their_stars_apart),
    cmocka_unit_test(ratings__neighbours_in_one_byte__do_not_touch),
    cmocka_unit_test(ratings__many_changes__agree_with_a_plain_table),
    cmocka_unit_test(ratings__row_added__is_empty_whatever_lay_there),
    cmocka_unit_test(ratings__reserve_row__makes_room_once),
    cmocka_unit_test(ratings__configured_again__are_dropped),
    cmocka_unit_test(ratings__one_chain_of_candidates__is_followed_around_the_end),
    cmocka_unit_test(ratings__table_of_a_ballot__grows_at_three_quarters),
    cmocka_unit_test(ratings__taken_back__leave_the_table_when_it_grows),
    cmocka_unit_test(ratings__candidate_0__is_one_like_any_other),
};
CHECK_MAIN(tests, 12)
