/* Ids and emails whose 32-bit hashes are equal: the maps lead to several parts, and the right one is found.
 */
#include <stdlib.h>

#include "story.h"

enum { TRIED = 400000 }; /* among so many, about 18 pairs share a hash; one is needed */

struct hashed {
    uint32_t hash, number;
};

static int by_hash(const void *a, const void *b)
{
    const struct hashed *x = a, *y = b;
    return (x->hash > y->hash) - (x->hash < y->hash);
}

static void email_of(uint32_t number, char text[32])
{
    (void)snprintf(text, 32, "v%u@x", number);
}

static uint32_t hash_of(const struct pv_election *e, bool of_email, uint32_t number)
{
    char email[32];
    email_of(number, email);
    return of_email ? pv_hash_email(e->seed, story_str(email)) : pv_hash_bits128(e->seed, story_id(number));
}

/* Two numbers whose ids, or emails, have the same hash in this election. */
static void find_pair(const struct pv_election *e, bool of_email, uint32_t pair[2])
{
    struct hashed *all = calloc(TRIED, sizeof *all);
    assert_non_null(all);
    for (uint32_t i = 0; i < TRIED; i++)
        all[i] = (struct hashed){hash_of(e, of_email, i + 1000), i + 1000};
    qsort(all, TRIED, sizeof *all, by_hash);
    uint32_t i = 1;
    while (i < TRIED && all[i].hash != all[i - 1].hash)
        i++;
    if (i == TRIED)
        fail_msg("no two of %d have the same hash", TRIED);
    pair[0] = all[i - 1].number;
    pair[1] = all[i].number;
    free(all);
}

static void ids__of_one_hash__are_told_apart(void **state)
{
    (void)state;
    struct pv_election e;
    uint32_t pair[2];
    story_draft(&e);
    find_pair(&e, false, pair);
    for (size_t order = 0; order < 2; order++) {
        uint64_t a = pair[order], b = pair[1 - order];
        accept_touching(&e, ev_competition_added(a, "x", NULL), .competition = a);
        refuse_id(&e, ev_competition_removed(b), COMPETITION_UNKNOWN, COMPETITION_ID, b);
        accept_touching(&e, ev_competition_added(b, "x", NULL), .competition = b);
        accept_touching(&e, ev_competition_named(a, "A"), .competition = a);
        accept_touching(&e, ev_competition_named(b, "B"), .competition = b);
        accept_touching(&e, ev_candidate_added(1, a, "x", NULL, NULL, NULL), .competition = 1,
                        .candidate = a);
        refuse_id(&e, ev_candidate_removed(1, b), CANDIDATE_UNKNOWN, CANDIDATE_ID, b);
        accept_touching(&e, ev_candidate_added(1, b, "x", NULL, NULL, NULL), .competition = 1,
                        .candidate = b);
        accept_touching(&e, ev_voter(a, "x", "a@x"), .voter = a);
        refuse_id(&e, ev_ballot(b, a), VOTER_UNKNOWN, VOTER_ID, b);
        accept_touching(&e, ev_voter(b, "x", "b@x"), .voter = b);
        accept_touching(&e, ev_ballot(b, b), .voter = b, .ballot = b);
        accept_touching(&e, ev_ballot(a, a), .voter = a, .ballot = a);
        check_str(pv_text_str(&story_competition(&e, a)->name), "A");
        check_str(pv_text_str(&story_competition(&e, b)->name), "B");
        check_int(story_ballot(&e, a)->voter, story_voter(&e, a) - e.voters);
        pv_election_deinit(&e);
        story_draft(&e);
    }
    pv_election_deinit(&e);
}

static void emails__of_one_hash__are_told_apart(void **state)
{
    (void)state;
    struct pv_election e;
    uint32_t pair[2];
    char one[32], other[32];
    story_draft(&e);
    find_pair(&e, true, pair);
    email_of(pair[0], one);
    email_of(pair[1], other);
    accept(&e, ev_voter(100, "x", one));
    check_int(pv_election_find_email(&e, (struct pv_voter_email){story_str(other)}), PV_NONE);
    accept(&e, ev_voter(101, "x", other));
    check_int(pv_election_find_email(&e, (struct pv_voter_email){story_str(one)}), 3);
    check_int(pv_election_find_email(&e, (struct pv_voter_email){story_str(other)}), 4);
    refuse_text(&e, ev_voter(102, "x", other), VOTER_EMAIL_TAKEN, EMAIL, other);
    pv_election_deinit(&e);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(ids__of_one_hash__are_told_apart),
    cmocka_unit_test(emails__of_one_hash__are_told_apart),
};
CHECK_MAIN(tests, 2)
