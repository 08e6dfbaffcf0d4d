/* Ids and emails whose 32-bit hashes are equal, and ids of one place in the memo: the maps and the memo lead
   to several parts, and the right one is found. */
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

/* Ids that the memo of an open election cannot tell apart: whichever it knows, the other is found too. */
static void ids__of_one_place_in_the_memo__are_told_apart(void **state)
{
    (void)state;
    struct pv_election e;
    const uint64_t a = 100, b = a + (UINT64_C(1) << (PV_MEMO_BITS + 32));
    check_int(pv_memo_tag(story_id(a)), pv_memo_tag(story_id(b)));
    story_draft(&e);
    accept(&e, ev_candidate_added(1, a, "x", NULL, NULL, NULL));
    accept(&e, ev_candidate_added(2, b, "x", NULL, NULL, NULL));
    accept(&e, ev_voter(a, "x", "a@x"));
    accept(&e, ev_voter(b, "x", "b@x"));
    accept(&e, ev_ballot(a, a));
    accept(&e, ev_ballot(b, b));
    accept(&e, ev_opened(STORY_OPEN_DATE));
    for (uint8_t stars = 1; stars <= 2; stars++) {
        const struct pv_event events[] = {ev_rated(a, 1, a, stars), ev_rated(b, 1, a, stars),
                                          ev_rated(b, 2, b, stars), ev_rated(a, 2, b, stars)};
        for (size_t i = 0; i < 4; i++) {
            pv_election_prefetch_slots(&e, &events[i]);
            pv_election_prefetch_parts(&e, &events[3 - i]);
            accept(&e, events[i]);
        }
        for (size_t i = 0; i < 4; i++)
            check_int(story_rating(&e, i % 2 ? a : b, i / 2 ? a : b), stars);
    }
    refuse_id(&e, ev_rated(a, 1, b, 1), CANDIDATE_UNKNOWN, CANDIDATE_ID, b);
    pv_election_deinit(&e);
}

/* A guess beyond the list, or of a part with another id, is none. */
static void memo__whatever_stands_in_it__changes_no_verdict(void **state)
{
    (void)state;
    struct pv_election e;
    story_open(&e);
    const struct pv_memo_place *known = pv_memo_place(e.memo->candidates, story_id(11));
    check_int(known->position, story_candidate(&e, 11) - e.candidates);
    for (uint32_t position = 0; position < 8; position++) {
        for (uint64_t id = 1; id <= 40; id++) {
            pv_memo_note(e.memo->candidates, story_id(id), position);
            pv_memo_note(e.memo->ballots, story_id(id), position);
        }
        accept_touching(&e, ev_rated(1, 1, 12, (uint8_t)(1 + position % 5)), .ballot = 1);
        refuse_id(&e, ev_rated(2, 1, 12, 1), BALLOT_CAST, BALLOT_ID, 2);
        refuse_id(&e, ev_rated(7, 1, 12, 1), BALLOT_UNKNOWN, BALLOT_ID, 7);
        refuse_id(&e, ev_rated(1, 1, 14, 1), CANDIDATE_REMOVED, CANDIDATE_ID, 14);
        refuse_id(&e, ev_rated(1, 1, 15, 1), CANDIDATE_UNKNOWN, CANDIDATE_ID, 15);
    }
    pv_election_deinit(&e);
}

static void memo__is_there_while_the_election_is_open(void **state)
{
    (void)state;
    struct pv_election e;
    for (int phase = PV_PHASE_UNBORN; phase <= PV_PHASE_DELETED; phase++) {
        story_in_phase(&e, (enum pv_phase)phase);
        check_int(e.memo != NULL, phase == PV_PHASE_OPEN);
        pv_election_deinit(&e);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(ids__of_one_hash__are_told_apart),
    cmocka_unit_test(ids__of_one_place_in_the_memo__are_told_apart),
    cmocka_unit_test(memo__whatever_stands_in_it__changes_no_verdict),
    cmocka_unit_test(memo__is_there_while_the_election_is_open),
    cmocka_unit_test(emails__of_one_hash__are_told_apart),
};
CHECK_MAIN(tests, 5)
