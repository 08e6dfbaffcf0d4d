/* Every allocation of the core fails once, and from then on: a fault each time, the state as it was to the
   last field, and the same call succeeds when there is memory again (D1). */
#include <stdlib.h>

#include "../property/dump.h"
#include "restore.h"
#include "story.h"
#include "tally.h"

/* The allocator, wrapped by the linker. */

enum mode { ONCE, FROM_THEN_ON };
static size_t seen, fail_at = SIZE_MAX;
static long live; /* blocks that are not freed yet */
static enum mode mode;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void __real_free(void *memory);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void __wrap_free(void *memory);

static bool fails(void)
{
    size_t number = seen++;
    return number == fail_at || (mode == FROM_THEN_ON && number > fail_at && fail_at != SIZE_MAX);
}

static void *counted(void *memory)
{
    live += memory != NULL;
    return memory;
}

void *__wrap_malloc(size_t size)
{
    return counted(fails() ? NULL : __real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
    return counted(fails() ? NULL : __real_calloc(count, size));
}

void *__wrap_realloc(void *memory, size_t size)
{
    if (fails())
        return NULL;
    live -= memory != NULL;
    return counted(__real_realloc(memory, size));
}

void __wrap_free(void *memory)
{
    live -= memory != NULL;
    __real_free(memory);
}

static void arm(size_t number, enum mode how)
{
    seen = 0;
    fail_at = number;
    mode = how;
}

static size_t disarm(void)
{
    fail_at = SIZE_MAX;
    return seen;
}

/* States */

/* The state after all of these events; they are not checked one by one, as there are many states. */
struct history {
    struct pv_event events[1024];
    size_t count;
    char texts[1024][24];
};

static void add(struct history *h, struct pv_event event)
{
    check_true(h->count < 1024);
    h->events[h->count++] = event;
}

static void add_voter(struct history *h, uint64_t id)
{
    char *email = h->texts[h->count];
    (void)snprintf(email, sizeof h->texts[0], "v%u@x.example", (unsigned)id);
    add(h, ev_voter(id, "Voter", email));
}

static void build(const struct history *h, struct pv_election *e)
{
    struct pv_refusal why;
    size_t at;
    story_unborn(e);
    check_int(pv_election_load(e, h->events, h->count, &why, &at), PV_OK);
}

/* A draft with `parts` competitions, candidates of the first one, voters and ballots more than it needs. */
static void draft(struct history *h, uint64_t parts)
{
    h->count = 0;
    add(h, ev_created("Photo", "All"));
    add(h, ev_competition_added(1, "Birds", "All birds"));
    add(h, ev_candidate_added(1, 11, "a", "b", "/c", "d"));
    add(h, ev_candidate_added(1, 12, "a", NULL, NULL, NULL));
    add_voter(h, 1);
    add_voter(h, 2);
    add(h, ev_ballot(1, 1));
    for (uint64_t i = 0; i < parts; i++) {
        add(h, ev_competition_added(100 + i, "c", NULL));
        add(h, ev_candidate_added(1, 100 + i, "k", NULL, NULL, NULL));
        add_voter(h, 100 + i);
        add(h, ev_ballot(100 + i, 100 + i));
    }
}

/* The same, opened, after the competitions that are too small are gone; with `candidates` on the paper. */
static void open(struct history *h, uint64_t parts, uint64_t candidates)
{
    draft(h, parts);
    for (uint64_t i = 0; i < parts; i++)
        add(h, ev_competition_removed(100 + i));
    for (uint64_t i = 0; i < candidates; i++)
        add(h, ev_candidate_added(1, 1000 + i, "k", NULL, NULL, NULL));
    add(h, ev_opened(STORY_OPEN_DATE));
    add(h, ev_rated(1, 1, 11, 3));
}

/* What an event may change in a fault: nothing but the room that was made. */
static void dump_of(const struct pv_election *e, struct buf *out)
{
    dump(e, DUMP_VERSIONS | DUMP_ORDER, out);
}

static void check_untouched(const struct pv_election *e, const struct buf *before)
{
    struct buf now = {0};
    struct pv_violation violation;
    dump_of(e, &now);
    check_true(buf_equal(before, &now));
    check_true(pv_election_ensure_valid_state(e, &violation));
    buf_free(&now);
}

/* Fails each allocation of the event on the state, in both ways; gives how many there are. */
static size_t torture_event(const struct history *h, struct pv_event event)
{
    struct pv_election e;
    struct pv_refusal why;
    struct buf before = {0}, after = {0};
    build(h, &e);
    dump_of(&e, &before);
    arm(SIZE_MAX, ONCE);
    enum pv_result result = pv_election_when(&e, &event, &why);
    size_t count = disarm();
    check_int(result, PV_OK);
    dump_of(&e, &after);
    pv_election_deinit(&e);
    for (size_t number = 0; number < count; number++) {
        for (int how = ONCE; how <= FROM_THEN_ON; how++) {
            build(h, &e);
            arm(number, (enum mode)how);
            result = pv_election_when(&e, &event, &why);
            (void)disarm();
            check_int(result, PV_FAULT_MEMORY);
            check_untouched(&e, &before);
            check_int(pv_election_apply(&e, &event, &why), PV_OK);
            check_untouched(&e, &after);
            pv_election_deinit(&e);
        }
    }
    buf_free(&before);
    buf_free(&after);
    return count;
}

static struct history h;
enum { PARTS = 20 }; /* so that every list and map is met when it is full */

static void torture__events_that_set_a_text__fault_cleanly(void **state)
{
    (void)state;
    draft(&h, 3);
    check_int(torture_event(&h, ev_named("New")), 1);
    check_int(torture_event(&h, ev_described("New")), 1);
    check_int(torture_event(&h, ev_competition_named(1, "New")), 1);
    check_int(torture_event(&h, ev_competition_described(1, "New")), 1);
    check_int(torture_event(&h, ev_candidate_named(1, 11, "New")), 1);
    check_int(torture_event(&h, ev_candidate_described(1, 11, "New")), 1);
    check_int(torture_event(&h, ev_candidate_imaged(1, 11, "/new", "New")), 2);
    check_int(torture_event(&h, ev_candidate_imaged(1, 11, "/new", NULL)), 1);
    h.count = 0;
    check_int(torture_event(&h, ev_created("Photo", "All")), 2);
    check_int(torture_event(&h, ev_created("Photo", NULL)), 1);
}

static void events_that_need_no_memory__never_fault(void **state)
{
    (void)state;
    struct pv_event on_draft[] = {ev_deleted(),
                                  ev_described(NULL),
                                  ev_competition_removed(1),
                                  ev_competition_described(1, NULL),
                                  ev_candidate_removed(1, 11),
                                  ev_candidate_described(1, 11, NULL),
                                  ev_candidate_imaged(1, 11, NULL, NULL)};
    struct pv_event on_open[] = {ev_deleted(),
                                 ev_closed(STORY_CLOSE_DATE),
                                 ev_competition_removed(1),
                                 ev_candidate_removed(1, 11),
                                 ev_rated(1, 1, 12, 5),
                                 ev_rated(1, 1, 11, 0),
                                 ev_cast(1)};
    draft(&h, 3);
    for (size_t i = 0; i < sizeof on_draft / sizeof on_draft[0]; i++)
        check_int(torture_event(&h, on_draft[i]), 0);
    open(&h, 3, 0);
    for (size_t i = 0; i < sizeof on_open / sizeof on_open[0]; i++)
        check_int(torture_event(&h, on_open[i]), 0);
}

static void torture__competition_added__faults_cleanly(void **state)
{
    (void)state;
    size_t count = 0, most = 0;
    for (uint64_t parts = 0; parts < PARTS; parts++) {
        draft(&h, parts);
        size_t now = torture_event(&h, ev_competition_added(2, "Name", "Description"));
        count += now;
        most = now > most ? now : most;
    }
    check_true(most >= 3); /* both texts, and the list or the map */
    check_true(count >= 2 * PARTS + 5);
    h.count = 1; /* nothing but ElectionCreated: list, map, texts */
    check_int(torture_event(&h, ev_competition_added(2, "Name", "Description")), 4);
}

static void torture__candidate_added__faults_cleanly(void **state)
{
    (void)state;
    size_t count = 0, most = 0;
    for (uint64_t parts = 0; parts < PARTS; parts++) {
        draft(&h, parts);
        size_t now = torture_event(&h, ev_candidate_added(1, 2, "Name", "Description", "/url", "Caption"));
        count += now;
        most = now > most ? now : most;
    }
    check_true(most >= 6); /* four texts and both lists */
    check_true(count >= 4 * PARTS + 8);
    h.count = 2; /* the first: two lists, map, texts */
    check_int(torture_event(&h, ev_candidate_added(1, 2, "Name", "Description", "/url", "Caption")), 7);
}

static void torture__voter_registered__faults_cleanly(void **state)
{
    (void)state;
    size_t count = 0;
    for (uint64_t parts = 0; parts < PARTS; parts++) {
        draft(&h, parts);
        count += torture_event(&h, ev_voter(9, "Name", "email@x.example"));
    }
    check_true(count >= PARTS + 6);
    h.count = 4; /* the first: list, two maps, text */
    check_int(torture_event(&h, ev_voter(9, "Name", "email@x.example")), 4);
}

static void torture__ballot_created__faults_cleanly(void **state)
{
    (void)state;
    size_t in_draft = 0, dense = 0, hashed = 0;
    for (uint64_t parts = 0; parts < PARTS; parts++) {
        draft(&h, parts);
        in_draft += torture_event(&h, ev_ballot(2, 2));
        open(&h, parts, 0);
        dense += torture_event(&h, ev_ballot(2, 2));
        open(&h, parts, 260);
        hashed += torture_event(&h, ev_ballot(2, 2));
    }
    check_true(in_draft >= 4); /* list and map, when full */
    check_true(dense >=
               PARTS + in_draft); /* rows are laid out for the ballots that are there: the next needs more */
    check_int(hashed, dense);
    draft(&h, 0);
    h.count = 6;
    check_int(torture_event(&h, ev_ballot(2, 2)), 2);
}

static void torture__ballot_rated_on_a_large_paper__faults_cleanly(void **state)
{
    (void)state;
    size_t count = 0;
    open(&h, 2, 260);
    for (uint64_t i = 0; i < 30; i++) {
        count += torture_event(&h, ev_rated(1, 1, 1100 + i, 5));
        count += torture_event(&h, ev_rated(1, 1, 11, 0));
        add(&h, ev_rated(1, 1, 1100 + i, 5));
    }
    check_true(count >= 3 * 2); /* 8 to 16 to 32 to 64 slots, which the next event needs, whatever it is */
    open(&h, 2, 260);
    check_int(torture_event(&h, ev_rated(100, 1, 11, 5)), 1); /* its first */
}

static void torture__election_opened__faults_cleanly(void **state)
{
    (void)state;
    const uint64_t candidates[] = {0, 254, 255, 300};
    for (size_t i = 0; i < 4; i++) {
        open(&h, 5, candidates[i]);
        h.count -= 2;
        check_int(torture_event(&h, ev_opened(STORY_OPEN_DATE)), 2); /* the memo, the ratings */
    }
}

static void refused_events__allocate_nothing(void **state)
{
    (void)state;
    struct pv_event events[] = {ev_created("x", "y"),
                                ev_of_election(2, ev_named("x")),
                                ev_competition_added(1, "x", "y"),
                                ev_candidate_added(1, 11, "x", "y", "/z", "z"),
                                ev_candidate_named(1, 77, "x"),
                                ev_voter(1, "x", "y@z"),
                                ev_voter(77, "x", "v1@x.example"),
                                ev_ballot(1, 77),
                                ev_rated(1, 1, 12, 0),
                                ev_rated(77, 1, 12, 5),
                                ev_cast(77),
                                ev_opened(STORY_OPEN_DATE),
                                ev_closed("2000-01-01T00:00:00Z")};
    const uint64_t candidates[] = {0, 260};
    for (size_t c = 0; c < 2; c++) {
        struct pv_election e;
        open(&h, 7, candidates[c]);
        build(&h, &e);
        for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
            struct pv_refusal why;
            arm(0, FROM_THEN_ON);
            enum pv_result result = pv_election_when(&e, &events[i], &why);
            check_int(disarm(), 0);
            check_int(result, PV_REFUSED);
        }
        pv_election_deinit(&e);
    }
}

static void torture__load__leaves_no_aggregate(void **state)
{
    (void)state;
    struct pv_election e;
    struct pv_refusal why;
    size_t at = 0, count, faults = 0;
    open(&h, 8, 0);
    arm(SIZE_MAX, ONCE);
    build(&h, &e);
    count = disarm();
    pv_election_deinit(&e);
    check_true(count >= 40);
    for (size_t number = 0; number < count; number++) {
        for (int how = ONCE; how <= FROM_THEN_ON; how++) {
            story_unborn(&e);
            arm(number, (enum mode)how);
            enum pv_result result = pv_election_load(&e, h.events, h.count, &why, &at);
            (void)disarm();
            check_int(result, PV_FAULT_MEMORY);
            check_true(at < h.count);
            check_int(e.version, -1);
            check_true(e.name.ptr == NULL && e.competitions == NULL && e.voter_map.slots == NULL);
            faults++;
        }
    }
    check_int(faults, 2 * count);
    build(&h, &e);
    pv_election_deinit(&e);
}

static void torture__tally__is_untouched(void **state)
{
    (void)state;
    struct pv_election e;
    struct pv_tally tally, untouched;
    story_closed(&e);
    memset(&untouched, 0x5a, sizeof untouched);
    arm(SIZE_MAX, ONCE);
    check_int(pv_tally_init(&tally, &e), PV_OK);
    check_int(disarm(), 3);
    pv_tally_deinit(&tally);
    for (size_t number = 0; number < 3; number++) {
        for (int how = ONCE; how <= FROM_THEN_ON; how++) {
            tally = untouched;
            arm(number, (enum mode)how);
            enum pv_result result = pv_tally_init(&tally, &e);
            (void)disarm();
            check_int(result, PV_FAULT_MEMORY);
            check_true(memcmp(&tally, &untouched, sizeof tally) == 0);
        }
    }
    pv_election_deinit(&e);
}

/* Restoring: a small document, part by part; PV_OK, or what the first part that failed gave. */
static enum pv_result restore(struct pv_election *e, uint64_t candidates)
{
    struct pv_violation violation;
    struct pv_restore_header header = {.id = {story_id(1)},
                                       .version = 5000,
                                       .is_opened = true,
                                       .opened = {story_time(STORY_OPEN_DATE)},
                                       .name = {PV_STR("Name")},
                                       .description = {PV_STR("Description")}};
    struct pv_restore_competition competition = {
        {story_id(1)}, 1000, false, {PV_STR("Name")}, {PV_STR("Description")}};
    enum pv_result result = pv_restore_header(e, &header);
    if (result == PV_OK)
        result = pv_restore_competition(e, &competition, &violation);
    for (uint64_t i = 0; i < candidates && result == PV_OK; i++) {
        struct pv_restore_candidate candidate = {
            {story_id(i + 1)},  0, false, {PV_STR("Name")}, {PV_STR("Description")}, {PV_STR("/url")},
            {PV_STR("Caption")}};
        result = pv_restore_candidate(e, &candidate, &violation);
    }
    for (uint64_t i = 0; i < 2 && result == PV_OK; i++) {
        struct pv_restore_voter voter = {
            {story_id(i + 1)}, 1, false, true, {PV_STR("Name")}, {i == 0 ? PV_STR("a@x") : PV_STR("b@x")}};
        result = pv_restore_voter(e, &voter, &violation);
    }
    for (uint64_t i = 0; i < 2 && result == PV_OK; i++) {
        struct pv_restore_ballot ballot = {{story_id(i + 1)}, 10, false, true, {story_id(i + 1)}};
        struct pv_rating five = {5};
        result = pv_restore_ballot(e, &ballot, &violation);
        if (result == PV_OK)
            result = pv_restore_rating(e, competition.id, (struct pv_candidate_id){story_id(i + 1)}, five,
                                       &violation);
    }
    return result == PV_OK ? pv_restore_end(e) : result;
}

static size_t torture_restore(uint64_t candidates, size_t step)
{
    struct pv_election e;
    struct pv_violation violation;
    size_t faults = 0;
    story_unborn(&e);
    arm(SIZE_MAX, ONCE);
    check_int(restore(&e, candidates), PV_OK);
    size_t count = disarm();
    check_true(pv_election_ensure_valid_state(&e, &violation));
    pv_election_deinit(&e);
    for (size_t number = 0; number < count;) {
        for (int how = ONCE; how <= FROM_THEN_ON; how++) {
            story_unborn(&e);
            arm(number, (enum mode)how);
            enum pv_result result = restore(&e, candidates);
            (void)disarm();
            check_int(result, PV_FAULT_MEMORY);
            pv_election_deinit(&e);
            check_int(restore(&e, candidates), PV_OK);
            check_true(pv_election_ensure_valid_state(&e, &violation));
            pv_election_deinit(&e);
            faults++;
        }
        bool is_near_the_end =
            number + step + 20 >= count; /* the parts that come late are looked at one by one */
        number += is_near_the_end ? 1 : step;
    }
    return faults;
}

static void torture__restore__faults_at_every_part(void **state)
{
    (void)state;
    check_true(torture_restore(2, 1) >= 2 * 25);
    check_true(torture_restore(300, 97) >= 2 * 25); /* a rating of a large paper takes memory as well */
}

/* All that an election can hold, on both kinds of paper. */
static void deinit__frees_everything(void **state)
{
    (void)state;
    const uint64_t candidates[] = {0, 260};
    for (size_t i = 0; i < 2; i++) {
        struct pv_election e;
        open(&h, 30, candidates[i]);
        long before = live;
        build(&h, &e);
        check_true(live > before + 100);
        pv_election_deinit(&e);
        check_int(live, before);
        pv_election_deinit(&e);
        check_int(live, before);
    }
}

static void torture__restore_header__leaves_an_unborn_election(void **state)
{
    (void)state;
    struct pv_restore_header header = {
        .id = {story_id(1)}, .version = 5, .name = {PV_STR("x")}, .description = {PV_STR("y")}};
    for (size_t number = 0; number < 2; number++) {
        struct pv_election e;
        story_unborn(&e);
        arm(number, ONCE);
        enum pv_result result = pv_restore_header(&e, &header);
        (void)disarm();
        check_int(result, PV_FAULT_MEMORY);
        check_int(e.version, -1);
        check_true(e.name.ptr == NULL && e.description.ptr == NULL);
        pv_election_deinit(&e);
    }
}

static void torture__restore_end__of_an_open_election_without_ballots__faults(void **state)
{
    (void)state;
    struct pv_election e;
    story_unborn(&e);
    struct pv_restore_header header = {
        .id = {story_id(1)}, .version = 5, .is_opened = true, .name = {PV_STR("x")}};
    check_int(pv_restore_header(&e, &header), PV_OK);
    arm(0, ONCE);
    enum pv_result result = pv_restore_end(&e);
    check_int(disarm(), 1);
    check_int(result, PV_FAULT_MEMORY);
    check_int(pv_restore_end(&e), PV_OK);
    pv_election_deinit(&e);
}

/* After each test, nothing is left of what it allocated. */
static int nothing_is_left(void **state)
{
    (void)state;
    if (live == 0)
        return 0;
    print_error("%ld blocks are not freed\n", live);
    live = 0;
    return -1;
}

#define TEST(name) cmocka_unit_test_teardown(name, nothing_is_left)
static const struct CMUnitTest tests[] = {
    TEST(torture__events_that_set_a_text__fault_cleanly),
    TEST(events_that_need_no_memory__never_fault),
    TEST(torture__competition_added__faults_cleanly),
    TEST(torture__candidate_added__faults_cleanly),
    TEST(torture__voter_registered__faults_cleanly),
    TEST(torture__ballot_created__faults_cleanly),
    TEST(torture__ballot_rated_on_a_large_paper__faults_cleanly),
    TEST(torture__election_opened__faults_cleanly),
    TEST(refused_events__allocate_nothing),
    TEST(torture__load__leaves_no_aggregate),
    TEST(torture__tally__is_untouched),
    TEST(torture__restore__faults_at_every_part),
    TEST(deinit__frees_everything),
    TEST(torture__restore_header__leaves_an_unborn_election),
    TEST(torture__restore_end__of_an_open_election_without_ballots__faults),
};
CHECK_MAIN(tests, 15)
