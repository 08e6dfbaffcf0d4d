/* The projection: which parts an event changes, what the list shows of an election, and what pages are found
 * by. */
#include "check.h"
#include "failing.h"
#include "projection.h"
#include "story.h"

#include <stdlib.h>

/* A cache that asks for all that changed, and keeps what it is told as text. */
static struct recorder {
    struct pv_document_cache port;
    enum pv_cache_result answer;
    int64_t last_number, base;
    bool all;        /* the put was of all pages */
    char pages[400]; /* those that changed: "v0 b2 " */
    char summary[600], keys[1 << 17];
    size_t keys_len;
    unsigned puts, removes;
} recorder;

static struct pv_fault fault;

static void add_text(char *to, size_t size, struct pv_str text, char end)
{
    size_t len = strlen(to);
    check_true(len + text.len + 2 < size);
    memcpy(to + len, text.ptr, text.len);
    to[len + text.len] = end;
    to[len + text.len + 1] = '\0';
}

static void take_key(void *taker, struct pv_str key)
{
    (void)taker;
    check_true(key.len <= PV_PAGE_KEY_MAX);
    check_true(recorder.keys_len + key.len + 2 < sizeof recorder.keys);
    memcpy(recorder.keys + recorder.keys_len, key.ptr, key.len);
    recorder.keys_len += key.len + 1;
    memcpy(recorder.keys + recorder.keys_len - 1, " ", 2);
}

static bool record_pages(const struct pv_cache_put *put, enum pv_page_kind kind, uint32_t count)
{
    struct pv_str bytes;
    for (uint32_t page = 0; page < count; page++) {
        char name[16];
        if (put->page_changed != NULL && !put->page_changed(put->context, kind, page))
            continue;
        (void)snprintf(name, sizeof name, "%c%u", kind == PV_PAGE_KIND_VOTERS ? 'v' : 'b', (unsigned)page);
        add_text(recorder.pages, sizeof recorder.pages, story_str(name), ' ');
        if (!put->page(put->context, kind, page, &bytes))
            return false;
        put->page_keys(put->context, kind, page, take_key, NULL);
    }
    return true;
}

static enum pv_cache_result put(void *self, const struct pv_cache_put *put, struct pv_fault *why)
{
    struct pv_str bytes;
    (void)self;
    recorder.puts++;
    recorder.last_number = put->last_number;
    recorder.base = put->base;
    recorder.all = put->page_changed == NULL;
    recorder.keys_len = 0;
    recorder.pages[0] = recorder.keys[0] = recorder.summary[0] = '\0';
    if (!record_pages(put, PV_PAGE_KIND_VOTERS, put->voter_pages) ||
        !record_pages(put, PV_PAGE_KIND_BALLOTS, put->ballot_pages) || !put->header(put->context, &bytes) ||
        !put->summary(put->context, &bytes)) {
        pv_fault_set(why, PV_FAULT_KIND_NO_MEMORY, "out of memory");
        return PV_CACHE_FAULT;
    }
    add_text(recorder.summary, sizeof recorder.summary, bytes, '\0');
    return recorder.answer;
}

static enum pv_cache_result drop(void *self, struct pv_election_id id, struct pv_fault *why)
{
    (void)self, (void)why;
    check_true(pv_bits128_equal(id.bits, story_id(1)));
    recorder.removes++;
    return recorder.answer;
}

static int set_up(void **state)
{
    static const struct pv_document_cache_ops ops = {.put = put, .remove = drop};
    (void)state;
    recorder = (struct recorder){.port = {&ops, NULL}};
    return 0;
}

static enum pv_cache_result project(const struct pv_election *election,
                                    const struct pv_changed_pages *changed)
{
    return pv_project(&recorder.port, election, 42, 41, changed, &fault);
}

/* --- the summary --- */

#define ID(ending) "01HQ2T9XP0000000000000000" ending
#define SUMMARY(phase, version, cast)                                                                        \
    "{\"id\":\"" ID(                                                                                         \
        "1") "\",\"name\":\"Photo of the year\",\"phase\":\"" phase "\",\"version\":" version                \
             ",\"competitions\":2,\"candidates\":5,\"voters\":3,\"ballots_issued\":2,\"ballots_cast\":" cast \
             "}"

static void summary__counts_what_is_live_in_each_phase(void **state)
{
    static const struct {
        void (*make)(struct pv_election *election);
        const char *summary;
    } cases[] = {
        {story_draft, SUMMARY("draft", "17", "0")},
        {story_open, SUMMARY("open", "22", "1")},
        {story_closed, SUMMARY("closed", "23", "1")},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct pv_election election;
        cases[i].make(&election);
        check_int(project(&election, NULL), PV_CACHE_OK);
        assert_string_equal(recorder.summary, cases[i].summary);
        pv_election_deinit(&election);
    }
}

static void summary__of_a_name_with_a_quote__is_canonical_json(void **state)
{
    struct pv_election election;
    (void)state;
    story_unborn(&election);
    accept(&election, ev_created("The \"best\" \\ \xc3\xa9", NULL));
    check_int(project(&election, NULL), PV_CACHE_OK);
    assert_string_equal(recorder.summary,
                        "{\"id\":\"" ID("1") "\",\"name\":\"The \\\"best\\\" \\\\ \xc3\xa9\","
                                             "\"phase\":\"draft\",\"version\":0,\"competitions\":0,"
                                             "\"candidates\":0,\"voters\":0,\"ballots_issued\":0,"
                                             "\"ballots_cast\":0}");
    pv_election_deinit(&election);
}

/* Applied and noted. */
static void go_on(struct pv_election *election, struct pv_changed_pages *changed, struct pv_event event)
{
    accept(election, event);
    check_int(pv_changed_pages_note(changed, election, &event), PV_OK);
}

static void summary__of_changes__counts_the_casts_on(void **state)
{
    struct pv_election election;
    struct pv_changed_pages changed = {0};
    (void)state;
    story_open(&election);
    go_on(&election, &changed, ev_rated(1, 1, 11, 2)); /* counted here for the first time */
    check_int(project(&election, &changed), PV_CACHE_OK);
    assert_string_equal(recorder.summary, SUMMARY("open", "23", "1"));
    pv_changed_pages_clear(&changed);
    go_on(&election, &changed, ev_cast(1));
    check_int(project(&election, &changed), PV_CACHE_OK);
    assert_string_equal(recorder.summary, SUMMARY("open", "24", "2"));
    pv_changed_pages_deinit(&changed);
    check_int(project(&election, &changed), PV_CACHE_OK); /* nothing noted: counted anew */
    assert_string_equal(recorder.summary, SUMMARY("open", "24", "2"));
    pv_election_deinit(&election);
}

/* --- the keys --- */

static void keys__are_ids_and_emails_and_the_ballots_voters(void **state)
{
    struct pv_election election;
    (void)state;
    story_open(&election);
    check_int(project(&election, NULL), PV_CACHE_OK);
    assert_string_equal(
        recorder.keys,
        ID("1") " email:ada@x.example " ID("2") " email:bob@x.example " ID("3") " email:cy@x.example " ID(
            "1") " voter:" ID("1") " " ID("2") " voter:" ID("2") " ");
    pv_election_deinit(&election);
}

static void keys__the_longest_email__is_whole(void **state)
{
    struct pv_election election;
    char email[300], key[320];
    (void)state;
    memset(email, 'a', sizeof email);
    memcpy(email, "AZ@", 3); /* 254 bytes, the most that D2 lets through */
    email[254] = '\0';
    (void)snprintf(key, sizeof key, " email:az@%s ", email + 3);
    story_unborn(&election);
    accept(&election, ev_created("x", NULL));
    accept(&election, ev_voter(7, "V", email));
    check_int(project(&election, NULL), PV_CACHE_OK);
    check_true(strstr(recorder.keys, key) != NULL);
    pv_election_deinit(&election);
}

/* --- the pages --- */

/* An open election in which each voter but the third has a ballot of the same number. */
static void make_large(struct pv_election *election, uint32_t voters)
{
    char email[40];
    story_open(election);
    for (uint32_t i = 4; i <= voters; i++) {
        (void)snprintf(email, sizeof email, "v%u@x.example", (unsigned)i);
        struct pv_refusal why;
        struct pv_event voter = ev_voter(i, "V", email), ballot = ev_ballot(i, i);
        check_int(pv_election_when(election, &voter, &why), PV_OK);
        check_int(pv_election_when(election, &ballot, &why), PV_OK);
    }
}

static void check_changes(struct pv_election *election, struct pv_changed_pages *changed, const char *pages)
{
    check_int(project(election, changed), PV_CACHE_OK);
    assert_string_equal(recorder.pages, pages);
    check_true(!recorder.all);
    check_int(recorder.last_number, 42);
    check_int(recorder.base, 41);
    pv_changed_pages_clear(changed);
}

/* Voter 3 has no ballot, so that ballot i of voter i > 3 is in place i - 2. */
static void note__an_event__changes_its_pages_and_no_others(void **state)
{
    struct pv_election election;
    struct pv_changed_pages changed = {0};
    (void)state;
    make_large(&election, 1200);
    check_changes(&election, &changed, "");
    go_on(&election, &changed, ev_named("Another"));
    check_changes(&election, &changed, "");
    go_on(&election, &changed, ev_rated(1, 1, 11, 2));
    check_changes(&election, &changed, "b0 ");
    go_on(&election, &changed, ev_rated(17, 1, 11, 2)); /* place 15: the last of its page */
    go_on(&election, &changed, ev_rated(18, 1, 11, 2)); /* place 16: the first of the next */
    check_changes(&election, &changed, "b0 b1 ");
    go_on(&election, &changed, ev_rated(1026, 1, 11, 2)); /* place 1024: page 64, in the next word */
    go_on(&election, &changed, ev_cast(18));
    check_changes(&election, &changed, "b1 b64 ");
    go_on(&election, &changed, ev_ballot(3, 3)); /* place 1198: page 74 */
    check_changes(&election, &changed, "v0 b74 ");
    go_on(&election, &changed, ev_voter(2000, "New", "new@x.example")); /* place 1200: page 9 */
    check_changes(&election, &changed, "v9 ");
    go_on(&election, &changed, ev_candidate_removed(1, 11)); /* its ratings stay on the ballots */
    go_on(&election, &changed, ev_competition_removed(1));
    go_on(&election, &changed, ev_closed(STORY_CLOSE_DATE));
    check_changes(&election, &changed, "");
    pv_changed_pages_deinit(&changed);
    check_changes(&election, &changed, "");
    pv_election_deinit(&election);
}

static void note__each_type_of_event__is_of_no_page_or_of_its_own(void **state)
{
    (void)state;
    for (enum pv_event_type type = 0; type < PV_EVENT_TYPE_COUNT; type++) {
        struct pv_changed_pages changed = {0};
        struct pv_election election;
        story_open(&election);
        struct pv_event event = story_event(type);
        bool of_voter = type == PV_EVENT_VOTER_REGISTERED || type == PV_EVENT_BALLOT_CREATED;
        bool of_ballot = type == PV_EVENT_BALLOT_CREATED || type == PV_EVENT_BALLOT_CANDIDATE_RATED ||
                         type == PV_EVENT_BALLOT_CAST;
        struct pv_refusal why;
        if (pv_election_apply(&election, &event, &why) == PV_OK) {
            check_int(pv_changed_pages_note(&changed, &election, &event), PV_OK);
            check_int(changed.voter_words != 0, of_voter);
            check_int(changed.ballot_words != 0, of_ballot);
        } else { /* not of this phase: of the header only */
            check_true(!of_voter && !of_ballot);
            check_int(pv_changed_pages_note(&changed, &election, &event), PV_OK);
            check_int(changed.voter_words + changed.ballot_words, 0);
        }
        pv_changed_pages_deinit(&changed);
        pv_election_deinit(&election);
    }
}

static void note__out_of_memory__is_told_and_the_casts_are_counted_anew(void **state)
{
    struct pv_election election;
    struct pv_changed_pages changed = {0};
    (void)state;
    story_open(&election);
    go_on(&election, &changed, ev_named("Photo of the year"));
    accept(&election, ev_rated(1, 1, 11, 2));
    struct pv_event cast = ev_cast(1), ballot = ev_ballot(3, 3);
    accept(&election, cast);
    failing_at(0);
    check_int(pv_changed_pages_note(&changed, &election, &cast), PV_FAULT_MEMORY);
    failing_at(SIZE_MAX);
    check_int(project(&election, NULL), PV_CACHE_OK);
    assert_string_equal(recorder.summary, SUMMARY("open", "25", "2"));
    check_int(project(&election, &changed), PV_CACHE_OK);
    assert_string_equal(recorder.summary, SUMMARY("open", "25", "2"));
    for (size_t at = 0; at < 2; at++) { /* the voter's page, then the ballot's */
        failing_at(at);
        check_int(pv_changed_pages_note(&changed, &election, &ballot), PV_FAULT_MEMORY);
        failing_at(SIZE_MAX);
        pv_changed_pages_deinit(&changed);
    }
    pv_election_deinit(&election);
}

/* --- the put --- */

static void project__all__puts_all_pages(void **state)
{
    struct pv_election election;
    (void)state;
    make_large(&election, 130);
    check_int(project(&election, NULL), PV_CACHE_OK);
    assert_string_equal(recorder.pages, "v0 v1 b0 b1 b2 b3 b4 b5 b6 b7 b8 ");
    check_true(recorder.all);
    check_int(recorder.last_number, 42);
    pv_election_deinit(&election);
}

static void project__what_the_cache_answers__is_the_answer(void **state)
{
    static const enum pv_cache_result answers[] = {PV_CACHE_OK, PV_CACHE_STALE, PV_CACHE_FAULT};
    struct pv_election election;
    (void)state;
    story_open(&election);
    for (size_t i = 0; i < 3; i++) {
        recorder.answer = answers[i];
        check_int(project(&election, NULL), answers[i]);
    }
    check_int(recorder.removes, 0);
    pv_election_deinit(&election);
}

static void project__a_deleted_election__is_removed(void **state)
{
    struct pv_election election;
    (void)state;
    story_deleted(&election);
    check_int(project(&election, NULL), PV_CACHE_OK);
    recorder.answer = PV_CACHE_MISSING; /* it was not there */
    check_int(project(&election, NULL), PV_CACHE_OK);
    recorder.answer = PV_CACHE_FAULT;
    check_int(project(&election, NULL), PV_CACHE_FAULT);
    check_int(recorder.removes, 3);
    check_int(recorder.puts, 0);
    pv_election_deinit(&election);
}

static void project__out_of_memory__is_a_fault(void **state)
{
    struct pv_election election;
    (void)state;
    story_open(&election);
    failing_at(0); /* the buffer that all parts are printed into */
    check_int(project(&election, NULL), PV_CACHE_FAULT);
    failing_at(SIZE_MAX);
    check_int(fault.kind, PV_FAULT_KIND_NO_MEMORY);
    check_int(project(&election, NULL), PV_CACHE_OK);
    pv_election_deinit(&election);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup(name, set_up)
    const struct CMUnitTest tests[] = {
        CASE(summary__counts_what_is_live_in_each_phase),
        CASE(summary__of_a_name_with_a_quote__is_canonical_json),
        CASE(summary__of_changes__counts_the_casts_on),
        CASE(keys__are_ids_and_emails_and_the_ballots_voters),
        CASE(keys__the_longest_email__is_whole),
        CASE(note__an_event__changes_its_pages_and_no_others),
        CASE(note__each_type_of_event__is_of_no_page_or_of_its_own),
        CASE(note__out_of_memory__is_told_and_the_casts_are_counted_anew),
        CASE(project__all__puts_all_pages),
        CASE(project__what_the_cache_answers__is_the_answer),
        CASE(project__a_deleted_election__is_removed),
        CASE(project__out_of_memory__is_a_fault),
    };
    _Static_assert(sizeof tests / sizeof tests[0] >= 12, "tests are missing from the group");
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
