/* How much memory an election says that it takes, held against what it has asked the heap for. */
#include <stdlib.h>

#include "story.h"

/* The allocator, wrapped by the linker: each block has its size before it. */

union header {
    size_t size;
    max_align_t aligned;
};
static size_t live;

void *__real_malloc(size_t size);
void *__real_realloc(void *memory, size_t size);
void __real_free(void *memory);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void __wrap_free(void *memory);

static void *keep(union header *header, size_t size)
{
    if (header == NULL)
        abort();
    header->size = size;
    live += size;
    return header + 1;
}

void *__wrap_malloc(size_t size)
{
    return keep(__real_malloc(sizeof(union header) + size), size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return memset(__wrap_malloc(count * size), 0, count * size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    union header *header = memory == NULL ? NULL : (union header *)memory - 1;
    live -= header == NULL ? 0 : header->size;
    return keep(__real_realloc(header, sizeof *header + size), size);
}

void __wrap_free(void *memory)
{
    union header *header = memory == NULL ? NULL : (union header *)memory - 1;
    live -= header == NULL ? 0 : header->size;
    __real_free(header);
}

/* What the election of the test has asked for: everything since `start`. */
static size_t before;
static struct pv_election election;

static int start(void **state)
{
    (void)state;
    before = live;
    story_unborn(&election);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    pv_election_deinit(&election);
    check_int(pv_election_size(&election), 0);
    return 0;
}

/* How much more the heap was asked for than is told. */
static long untold(void)
{
    return (long)(live - before) - (long)pv_election_size(&election);
}

/* The block of the ratings may have a row and a byte a row more than its capacity needs. */
static void check_untold(long from, long to)
{
    check_true(untold() >= from && untold() <= to);
}

/* Without the checks of everything that story.h's accept makes: there are many. */
static void apply(struct pv_event event)
{
    struct pv_refusal why;
    check_int(pv_election_apply(&election, &event, &why), PV_OK);
}

static void add_voters(unsigned first, unsigned count)
{
    for (unsigned i = first; i < first + count; i++) {
        char name[64], email[40];
        (void)snprintf(name, sizeof name, "%.*s", 1 + (int)(i * 7 % 50),
                       "Voter................................................");
        (void)snprintf(email, sizeof email, "v%u@x.example", i);
        apply(ev_voter(1000 + i, name, email));
        apply(ev_ballot(1000 + i, 1000 + i));
    }
}

static void unborn_election__takes_nothing(void **state)
{
    (void)state;
    check_int(pv_election_size(&election), 0);
}

static void small_election__is_told_to_the_byte(void **state)
{
    (void)state;
    accept(&election, ev_created("Pictures", "of the year"));
    check_int(pv_election_size(&election), strlen("Pictures") + strlen("of the year"));
    pv_election_deinit(&election);
    story_draft(&election);
    check_int(pv_election_size(&election), live - before);
    accept(&election, ev_candidate_added(1, 15, "Dune", "Sand", "/dune.jpg", "sand"));
    add_voters(0, 20);
    check_int(pv_election_size(&election), live - before);
    check_true(pv_election_size(&election) > 20 * (sizeof *election.voters + sizeof *election.ballots));
}

static void open_election__counts_its_ratings_and_the_memo(void **state)
{
    (void)state;
    story_draft(&election);
    size_t draft = pv_election_size(&election);
    pv_election_deinit(&election);
    story_open(&election);
    check_true(pv_election_size(&election) >= draft + sizeof *election.memo);
    check_untold(0, 16);
    add_voters(0, 20); /* the ratings' block grows */
    check_untold(0, 0);
}

static void wide_paper__counts_the_ballots_tables(void **state)
{
    (void)state;
    story_draft(&election);
    for (uint64_t i = 0; i < PV_RATINGS_DENSE_MAX; i++)
        apply(ev_candidate_added(1, 500 + i, "Dune", NULL, NULL, NULL));
    long texts = untold(); /* they are reckoned from some */
    accept(&election, ev_opened(STORY_OPEN_DATE));
    check_untold(texts, texts + (long)sizeof *election.ratings.rows);
    size_t unrated = pv_election_size(&election);
    for (uint64_t i = 0; i < 50; i++)
        apply(ev_rated(1, 1, 500 + i, 3));
    check_true(pv_election_size(&election) >= unrated + 50 * sizeof(uint32_t));
    check_untold(texts, texts + (long)sizeof *election.ratings.rows);
}

/* Their texts are of any length from 13 to 67 bytes: the sample misses their mean by little. */
static void many_voters__are_reckoned_from_some(void **state)
{
    (void)state;
    story_draft(&election);
    add_voters(0, 5000);
    long tolerated = (long)(live - before) / 20;
    check_untold(-tolerated, tolerated);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)
    const struct CMUnitTest tests[] = {
        CASE(unborn_election__takes_nothing),
        CASE(small_election__is_told_to_the_byte),
        CASE(open_election__counts_its_ratings_and_the_memo),
        CASE(wide_paper__counts_the_ballots_tables),
        CASE(many_voters__are_reckoned_from_some),
    };
    _Static_assert(sizeof tests / sizeof tests[0] >= 5, "tests are missing from the group");
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
