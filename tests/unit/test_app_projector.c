/* The projector: that the cache comes to be what rebuild would make of the log, from whatever was there, and
   whatever fails on the way. */
#include "app_cache.h"
#include "app_calls.h"
#include "app_kit.h"
#include "app_store.h"
#include "projector.h"
#include "pull.h"

#include "adapters.h"

#include <limits.h>
#include <stdlib.h>

#define ID(name) "01HQ000000000000000000000" name

static struct pv_projector *projector;
static struct pv_fault fault;
static size_t memory_limit;

/* What it told: "A 8 8 " is an election, a number and a position; "A 3 candidate_unknown " a record refused.
 */
static char projected[4000], refused[400];

static void add_line(char *to, size_t size, const char *line)
{
    size_t len = strlen(to);
    check_true(len + strlen(line) < size);
    memcpy(to + len, line, strlen(line) + 1);
}

static char name_of(struct pv_election_id id)
{
    char text[PV_ULID_LEN];
    pv_ulid_format(id.bits, text);
    return text[PV_ULID_LEN - 1];
}

static void on_projected(void *context, struct pv_election_id id, int64_t number, int64_t position)
{
    char line[64];
    check_true(context == &projector);
    (void)snprintf(line, sizeof line, "%c %lld %lld ", name_of(id), (long long)number, (long long)position);
    add_line(projected, sizeof projected, line);
}

static void on_refused(void *context, const struct pv_recorded *record, const struct pv_refusal *why)
{
    char line[100];
    check_true(context == &projector);
    (void)snprintf(line, sizeof line, "%c %lld %s ", record->stream.ptr[record->stream.len - 1],
                   (long long)record->number, pv_code_name(why->code));
    add_line(refused, sizeof refused, line);
}

static void stop(void)
{
    pv_projector_free(projector);
    projector = NULL;
}

/* A new start of the program. */
static void start(void)
{
    stop();
    projected[0] = refused[0] = '\0';
    app_cache_works();
    app_cache.changes = 0;
    projector = pv_projector_new(&(struct pv_projector_options){.store = &app_store.port,
                                                                .cache = &app_cache.port,
                                                                .seed = {1, 2},
                                                                .memory_limit = memory_limit,
                                                                .context = &projector,
                                                                .on_projected = on_projected,
                                                                .on_refused = on_refused});
    check_true(projector != NULL);
}

static int set_up(void **state)
{
    app_cache_open();
    app_store_open();
    memory_limit = 1 << 30;
    int result = kit_set_up(state);
    start();
    return result;
}

static int tear_down(void **state)
{
    failing_at(SIZE_MAX);
    stop();
    app_store_close();
    app_cache_close();
    return kit_tear_down(state);
}

/* What the history says that the store has not comes into it. */
static void record_it(void)
{
    struct pv_pull_count count;
    kit_again();
    check_int(pv_pull_to_store(&kit.audit, &app_store.inside, &count, &kit.fault), PV_OUTCOME_CLEAN);
}

static void live(char election, int first, int last)
{
    kit_life(&kit.history, election, first, last);
    record_it();
}

static void voter(char election, int number, int which)
{
    char fields[200];
    (void)snprintf(fields, sizeof fields,
                   "\"voter_id\":\"01HQ0000000000000000000%03d\",\"name\":\"V\",\"email\":\"v%d@x.example\"",
                   which, which);
    kit_record(&kit.history, election, number, "Voter.VoterRegistered", fields);
}

static void ballot(char election, int number, int which)
{
    char fields[200];
    (void)snprintf(
        fields, sizeof fields,
        "\"voter_id\":\"01HQ0000000000000000000%03d\",\"ballot_id\":\"01HQ0000000000000000000%03d\"", which,
        which);
    kit_record(&kit.history, election, number, "Ballot.BallotCreated", fields);
}

static void rename_it(char election, int number, const char *name)
{
    char fields[80];
    (void)snprintf(fields, sizeof fields, "\"name\":\"%s\"", name);
    kit_record(&kit.history, election, number, "Election.ElectionNameChanged", fields);
    record_it();
}

static void run(void)
{
    enum pv_projector_step step;
    while ((step = pv_projector_step(projector, &fault)) == PV_PROJECTOR_WORKED)
        ;
    if (step != PV_PROJECTOR_IDLE)
        fail_msg("%s", fault.text);
}

/* --- what rebuild makes of it --- */

static bool same_text(const struct pv_text *a, const struct pv_text *b)
{
    return a->len == b->len && memcmp(a->ptr, b->ptr, a->len) == 0;
}

static bool same_pages(const struct pv_text *a, const struct pv_text *b, uint32_t a_count, uint32_t b_count)
{
    bool same = a_count == b_count;
    for (uint32_t i = 0; same && i < a_count; i++)
        same = same_text(&a[i], &b[i]);
    return same;
}

static bool same_cached(const struct pv_cached *a, const struct pv_cached *b)
{
    return a->last_number == b->last_number && same_text(&a->header, &b->header) &&
           same_pages(a->voter_pages, b->voter_pages, a->voter_page_count, b->voter_page_count) &&
           same_pages(a->ballot_pages, b->ballot_pages, a->ballot_page_count, b->ballot_page_count);
}

struct listing {
    char text[4000];
};

static bool note_summary(void *context, struct pv_election_id id, int64_t last_number, struct pv_str summary)
{
    struct listing *listing = context;
    char line[500];
    (void)snprintf(line, sizeof line, "%c %lld %.*s\n", name_of(id), (long long)last_number, (int)summary.len,
                   summary.ptr);
    add_line(listing->text, sizeof listing->text, line);
    return true;
}

/* Also the pages of keys and the counts of ballots come from rebuild, which puts all pages. */
static void check_as_rebuilt(const char *elections)
{
    struct pv_document_cache rebuilt;
    struct listing listings[2] = {{""}, {""}};
    check_true(pv_memory_cache_open(&rebuilt, &fault));
    kit_again();
    check_true(pv_rebuild(&kit.audit, &rebuilt, &kit.fault) != PV_OUTCOME_FAILED);
    for (const char *name = elections; *name != '\0'; name++) {
        struct pv_cached here, there;
        struct pv_document_cache *cache = &app_cache.inside;
        enum pv_cache_result got = cache->ops->get(cache->self, kit_id_of(*name), &here, &fault);
        check_int(rebuilt.ops->get(rebuilt.self, kit_id_of(*name), &there, &fault), got);
        if (got == PV_CACHE_MISSING)
            continue;
        if (!same_cached(&here, &there))
            fail_msg("%c is not as rebuilt: %.*s", *name, (int)here.header.len, here.header.ptr);
        pv_cached_deinit(&here);
        pv_cached_deinit(&there);
    }
    check_int(
        app_cache.inside.ops->summaries(app_cache.inside.self, NULL, note_summary, &listings[0], &fault),
        PV_CACHE_OK);
    check_int(rebuilt.ops->summaries(rebuilt.self, NULL, note_summary, &listings[1], &fault), PV_CACHE_OK);
    assert_string_equal(listings[0].text, listings[1].text);
    rebuilt.ops->close(rebuilt.self);
}

static int64_t checkpoint(void)
{
    int64_t position = -7;
    check_int(app_cache.inside.ops->get_checkpoint(app_cache.inside.self, &position, &fault), PV_CACHE_OK);
    return position;
}

static void check_counts(uint64_t events, uint64_t puts, int64_t position)
{
    const struct pv_projector_counts *counts = pv_projector_counts(projector);
    check_int(counts->events, events);
    check_int(counts->puts, puts);
    check_int(counts->position, position);
    check_int(checkpoint(), position);
}

/* --- along the log --- */

static void step__an_empty_store__is_idle(void **state)
{
    (void)state;
    check_int(pv_projector_step(projector, &fault), PV_PROJECTOR_IDLE);
    check_int(pv_projector_step(projector, &fault), PV_PROJECTOR_IDLE);
    check_counts(0, 0, -1);
}

static void step__what_was_recorded__is_put_once_and_is_as_rebuilt(void **state)
{
    (void)state;
    live('A', 0, KIT_CAST);
    live('B', 0, 2);
    live('A', KIT_CLOSED, KIT_CLOSED);
    check_int(pv_projector_step(projector, &fault), PV_PROJECTOR_WORKED);
    check_as_rebuilt("AB");
    assert_string_equal(projected, "A 9 12 B 2 11 ");
    check_counts(13, 2, 12);
    check_int(pv_projector_step(projector, &fault), PV_PROJECTOR_IDLE);
    check_counts(13, 2, 12);
}

static void step__what_is_recorded_later__is_put_in_part(void **state)
{
    (void)state;
    live('A', 0, KIT_OPENED);
    run();
    for (int i = KIT_OPENED + 1; i <= KIT_CLOSED; i++) {
        live('A', i, i);
        check_int(pv_projector_step(projector, &fault), PV_PROJECTOR_WORKED);
        check_as_rebuilt("A");
        check_int(app_cache.changes, i - KIT_OPENED);
    }
    check_counts(10, 4, 9);
    check_int(pv_projector_counts(projector)->newest.us, 0);
}

static void newest__is_when_the_last_record_was_recorded(void **state)
{
    static const char *const created[] = {"1970-01-01T00:00:07Z", "1970-01-01T00:00:09Z", "yesterday"};
    struct pv_recorded record = {
        .stream = PV_STR("Election-" ID("A")), .type = PV_STR("x"), .data = PV_STR("{}")};
    (void)state;
    for (int i = 0; i < 3; i++) {
        record.number = i;
        record.position = -1;
        record.created = (struct pv_str){created[i], strlen(created[i])};
        check_int(app_store.inside.ops->copy(app_store.inside.self, &record, 1, &fault), PV_STORE_OK);
        run();
        check_int(pv_projector_counts(projector)->newest.us, i == 0 ? 7000000 : 9000000);
    }
}

/* Pages of voters and of ballots, the first and later ones, changed in turn. */
static void step__many_pages__are_as_rebuilt_after_each(void **state)
{
    (void)state;
    kit_life(&kit.history, 'A', 0, 0);
    int number = 1;
    for (int i = 1; i <= 130; i++)
        voter('A', number++, i);
    record_it();
    run();
    check_as_rebuilt("A");
    for (int i = 1; i <= 130; i += 9) {
        ballot('A', number++, i);
        record_it();
        run();
        check_as_rebuilt("A");
    }
    for (int i = 131; i <= 150; i++)
        voter('A', number++, i);
    for (int i = 131; i <= 150; i++)
        ballot('A', number++, i);
    record_it();
    run();
    check_as_rebuilt("A");
    check_int(app_cache.changes, 16);
}

static void step__other_streams__are_passed_over(void **state)
{
    struct pv_recorded record = {
        .stream = PV_STR("other"), .type = PV_STR("x"), .data = PV_STR("{}"), .position = -1};
    (void)state;
    live('A', 0, 0);
    check_int(app_store.inside.ops->copy(app_store.inside.self, &record, 1, &fault), PV_STORE_OK);
    run();
    check_as_rebuilt("A");
    check_counts(1, 1, 1);
    assert_string_equal(refused, "");
}

static void step__more_than_one_step_takes__goes_on_in_the_next(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        char name = "ABCDE"[i];
        kit_life(&kit.history, name, 0, 0);
        for (int number = 1; number <= 900; number++) /* 5 x 901 records */
            kit_record(&kit.history, name, number, "Election.ElectionNameChanged", "\"name\":\"x\"");
    }
    record_it();
    check_int(pv_projector_step(projector, &fault), PV_PROJECTOR_WORKED);
    check_int(checkpoint(), 4095);
    check_int(pv_projector_step(projector, &fault), PV_PROJECTOR_WORKED);
    check_counts(5 * 901, 5, 5 * 901 - 1);
    check_int(pv_projector_step(projector, &fault), PV_PROJECTOR_IDLE);
    check_as_rebuilt("ABCDE");
}

/* --- from what is there --- */

static void start__at_the_checkpoint__goes_on_from_the_documents(void **state)
{
    (void)state;
    live('A', 0, KIT_OPENED);
    live('B', 0, 3);
    run();
    start();
    check_int(pv_projector_step(projector, &fault), PV_PROJECTOR_IDLE);
    check_counts(0, 0, 10);
    live('A', KIT_OPENED + 1, KIT_CAST);
    run();
    check_counts(2, 1, 12); /* and none of the first seven */
    check_int(app_cache.changes, 1);
    assert_string_equal(projected, "A 8 12 ");
    check_as_rebuilt("AB");
}

static void start__on_a_cache_that_was_rebuilt__passes_over_what_it_has(void **state)
{
    (void)state;
    live('A', 0, KIT_CAST);
    live('B', 0, 3);
    kit_again();
    check_int(pv_rebuild(&kit.audit, &app_cache.inside, &kit.fault), PV_OUTCOME_CLEAN);
    run();
    check_counts(0, 0, 12);
    live('B', 4, 5);
    run();
    check_counts(2, 1, 14);
    check_int(app_cache.changes, 1);
    check_as_rebuilt("AB");
}

/* Put, and no checkpoint after it: what was put is passed over. */
static void start__after_a_put_without_its_checkpoint__does_nothing_twice(void **state)
{
    (void)state;
    live('A', 0, 3);
    app_cache_answers(APP_CACHE_PUT_CHECKPOINT, 0, PV_CACHE_FAULT);
    check_int(pv_projector_step(projector, &fault), PV_PROJECTOR_FAULT);
    check_int(checkpoint(), -1);
    start();
    run();
    check_counts(0, 0, 3);
    check_as_rebuilt("A");
}

static void start__where_a_document_is_lost__puts_all_of_it(void **state)
{
    (void)state;
    for (int restarted = 0; restarted < 2; restarted++) {
        char name = restarted ? 'B' : 'A';
        live(name, 0, KIT_OPENED);
        run();
        check_int(app_cache.inside.ops->remove(app_cache.inside.self, kit_id_of(name), &fault), PV_CACHE_OK);
        if (restarted)
            start();
        live(name, KIT_OPENED + 1, KIT_OPENED + 1);
        run();
        check_as_rebuilt("AB");
    }
}

static void start__where_another_has_put__puts_all_of_it(void **state)
{
    (void)state;
    live('A', 0, KIT_OPENED);
    run();
    app_cache_keep('A', "{}"); /* of number 1, and no document */
    live('A', KIT_OPENED + 1, KIT_OPENED + 1);
    run();
    check_as_rebuilt("A");
    check_int(app_cache.calls[APP_CACHE_PUT], 3); /* the second was stale */
}

/* As a program that does not know of summaries has put it. */
static void start__where_the_list_shows_nothing__puts_all_of_it(void **state)
{
    (void)state;
    live('A', 0, 3);
    app_cache_keep('A', "{}");
    run();
    check_as_rebuilt("A");
    check_counts(4, 1, 3);
    check_int(app_cache.changes, 0);
}

static bool give_summary(void *context, struct pv_str *bytes)
{
    (void)context;
    *bytes = PV_STR("{}");
    return true;
}

static bool give_text(void *context, struct pv_str *bytes)
{
    const char *const *text = context;
    *bytes = (struct pv_str){*text, strlen(*text)};
    return true;
}

static void keep(const char *header, int64_t last_number)
{
    struct pv_cache_put all = {.id = kit_id_of('A'),
                               .last_number = last_number,
                               .context = &header,
                               .header = give_text,
                               .summary = give_summary};
    check_int(app_cache.inside.ops->put(app_cache.inside.self, &all, &fault), PV_CACHE_OK);
}

#define DOCUMENT(id, version, name)                                                                          \
    "{\"id\":\"" ID(id) "\",\"version\":" version ",\"deleted\":false,\"name\":\"" name                      \
                        "\",\"description\":null,\"opened\":null,\"closed\":null,\"competitions\":[]}"

static void start__a_document_that_cannot_be_used__is_replayed(void **state)
{
    static const struct {
        const char *header;
        int64_t last_number;
    } documents[] = {
        {"{}", 3},
        {"", 3},
        {DOCUMENT("A", "2", "Pictures"), 3},                           /* not at its number */
        {DOCUMENT("B", "3", "Pictures"), 3},                           /* another election's */
        {DOCUMENT("A", "9223372036854775807", "Pictures"), INT64_MAX}, /* has no next */
    };
    (void)state;
    live('A', 0, 3);
    int number = 4;
    for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++) {
        run();
        start();
        run();
        keep(documents[i].header, documents[i].last_number); /* after the cache was looked at */
        rename_it('A', number, "Renamed");
        run();
        check_as_rebuilt("A");
        check_counts((uint64_t)number + 1, 1, number);
        assert_string_equal(refused, "");
        number++;
    }
}

/* One of the memory cache's answers is given for it. */
static void start__a_cache_that_says_damaged__is_replayed(void **state)
{
    (void)state;
    live('A', 0, 3);
    run();
    start();
    rename_it('A', 4, "Renamed");
    app_cache_answers(APP_CACHE_GET, 0, PV_CACHE_DAMAGED);
    run();
    check_counts(5, 1, 4);
    check_as_rebuilt("A");
}

/* Sound by all rules, and not what the log says: its next event is one that it cannot take. */
static void start__a_document_that_the_log_contradicts__is_replayed(void **state)
{
    (void)state;
    live('A', 0, 1); /* with a competition, which the document lacks */
    run();
    keep(DOCUMENT("A", "1", "Pictures"), 1);
    start();
    live('A', 2, 3);
    run();
    assert_string_equal(refused, "");
    check_as_rebuilt("A");
    check_int(pv_projector_counts(projector)->refused, 0);
}

static void start__a_document_in_memory_that_the_log_contradicts__is_replayed(void **state)
{
    (void)state;
    live('A', 0, 1);
    run();
    keep(DOCUMENT("A", "1", "Pictures"), 1);
    start();
    rename_it('A', 2, "Renamed"); /* nothing contradicts it yet */
    run();
    check_counts(1, 1, 2);
    kit_record(&kit.history, 'A', 3, "Competition.CompetitionRemoved", "\"competition_id\":\"" ID("1") "\"");
    record_it();
    run();
    assert_string_equal(refused, "");
    check_counts(1 + 4, 2, 3);
    check_as_rebuilt("A");
}

static void start__a_damaged_checkpoint__begins_at_the_beginning(void **state)
{
    (void)state;
    live('A', 0, 3);
    run();
    start();
    app_cache_answers(APP_CACHE_GET_CHECKPOINT, 0, PV_CACHE_DAMAGED);
    run();
    check_counts(0, 0, 3);
    check_as_rebuilt("A");
}

/* A store that was restored from an older copy: the checkpoint is beyond its end, or where it has no record.
 */
static void start__a_checkpoint_that_the_log_lacks__empties_the_cache_first(void **state)
{
    struct pv_recorded record = {
        .stream = PV_STR("other"), .type = PV_STR("x"), .data = PV_STR("{}"), .position = 7};
    (void)state;
    live('A', 0, 3);
    check_int(app_store.inside.ops->copy(app_store.inside.self, &record, 1, &fault), PV_STORE_OK);
    for (int64_t position = 6; position <= 8; position += 2) {
        app_cache_keep('Z', "{}");
        check_int(app_cache.inside.ops->put_checkpoint(app_cache.inside.self, position, &fault), PV_CACHE_OK);
        keep(DOCUMENT("A", "9", "Lost"), 9);
        start();
        run();
        assert_string_equal(app_cache_text('Z'), "none");
        check_as_rebuilt("A");
        check_counts(4, 1, 7);
    }
}

static void start__emptying_the_cache_fails__is_tried_again(void **state)
{
    static const enum app_cache_call calls[] = {APP_CACHE_REMOVE, APP_CACHE_LIST};
    (void)state;
    live('A', 0, 3);
    for (size_t i = 0; i < 2; i++) {
        app_cache_keep('Z', "{}");
        check_int(app_cache.inside.ops->put_checkpoint(app_cache.inside.self, 40, &fault), PV_CACHE_OK);
        start();
        app_cache_answers(calls[i], 0, PV_CACHE_FAULT);
        check_int(pv_projector_step(projector, &fault), PV_PROJECTOR_FAULT);
        assert_string_equal(fault.text, "the cache broke");
        run();
        assert_string_equal(app_cache_text('Z'), "none");
        check_as_rebuilt("A");
    }
}

/* --- records that are refused --- */

static void refused__a_record__ends_its_election_and_no_other(void **state)
{
    (void)state;
    live('A', 0, 1);
    live('B', 0, 1);
    kit_record(&kit.history, 'A', 2, "Election.ElectionClosed", "\"close_date\":\"2024-02-25T18:00:00Z\"");
    record_it();
    rename_it('A', 3, "Never");
    live('B', 2, 3);
    run();
    assert_string_equal(refused, "A 2 election_not_open ");
    check_int(pv_projector_counts(projector)->refused, 1);
    assert_string_equal(projected, "A 1 1 B 3 7 ");
    check_true(strncmp(app_cache_text('A'), "1 {", 3) == 0);
    rename_it('A', 4, "Never");
    live('B', 4, 4);
    run();
    assert_string_equal(refused, "A 2 election_not_open "); /* once */
    check_true(strncmp(app_cache_text('A'), "1 {", 3) == 0);
    check_true(strncmp(app_cache_text('B'), "4 {", 3) == 0);
}

static void refused__after_a_new_start__is_told_with_the_next_record(void **state)
{
    (void)state;
    live('A', 0, 1);
    kit_record(&kit.history, 'A', 2, "Election.ElectionClosed", "\"close_date\":\"2024-02-25T18:00:00Z\"");
    record_it();
    run();
    start();
    run();
    assert_string_equal(refused, "");
    rename_it('A', 3, "Never");
    run();
    assert_string_equal(refused, "A 2 election_not_open ");
    check_true(strncmp(app_cache_text('A'), "1 {", 3) == 0);
    check_int(pv_projector_counts(projector)->position, 3);
}

static void refused__later_while_it_is_in_memory__ends_it(void **state)
{
    (void)state;
    live('A', 0, 1);
    run();
    live('A', 3, 3); /* a gap */
    run();
    assert_string_equal(refused, "A 3 stream_gap ");
    live('A', 4, 4);
    run();
    assert_string_equal(refused, "A 3 stream_gap ");
    check_true(strncmp(app_cache_text('A'), "1 {", 3) == 0);
}

static void refused__what_is_no_event_of_the_stream__is_told_by_its_code(void **state)
{
    static const struct {
        const char *line, *refused;
    } cases[] = {
        {"{\"stream\":\"Election-" ID(
             "A") "\",\"number\":0,\"type\":\"PhotoVote.Event.Election.ElectionCreated\","
                  "\"data\":{\"id\":\"01HR0000000000000000000001\",\"election_id\":\"" ID(
                      "B") "\",\"name\":\"x\"}}",
         "A 0 stream_mismatch "},
        {"{\"stream\":\"Election-" ID("A") "\",\"number\":0,\"type\":\"Unheard\",\"data\":{}}",
         "A 0 event_type_unknown "},
        {"{\"stream\":\"Election-" ID("A") "\",\"number\":1,\"type\":\"Unheard\",\"data\":{}}",
         "A 1 stream_gap "},
        {"{\"stream\":\"Election-" ID(
             "A") "\",\"number\":0,\"type\":\"PhotoVote.Event.Election.ElectionDeleted\","
                  "\"data\":{\"id\":\"01HR0000000000000000000001\",\"election_id\":\"" ID("A") "\"}}",
         "A 0 election_unknown "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        kit_line(&kit.history, cases[i].line);
        record_it();
        run();
        assert_string_equal(refused, cases[i].refused);
        assert_string_equal(projected, "");
        assert_string_equal(app_cache_text('A'), "none");
        check_int(tear_down(state), 0);
        check_int(set_up(state), 0);
    }
}

static void refused__metadata_that_is_no_object__is_told(void **state)
{
    struct pv_recorded record = {
        .stream = PV_STR("Election-" ID("A")),
        .type = PV_STR("PhotoVote.Event.Election.ElectionCreated"),
        .data =
            PV_STR("{\"id\":\"01HR0000000000000000000001\",\"election_id\":\"" ID("A") "\",\"name\":\"x\"}"),
        .position = -1,
        .metadata = PV_STR("7")};
    (void)state;
    check_int(app_store.inside.ops->copy(app_store.inside.self, &record, 1, &fault), PV_STORE_OK);
    run();
    assert_string_equal(refused, "A 0 record_invalid ");
}

static void callbacks__that_are_missing__are_not_called(void **state)
{
    (void)state;
    stop();
    live('A', 0, 1);
    live('A', 3, 3);
    projector = pv_projector_new(&(struct pv_projector_options){
        .store = &app_store.port, .cache = &app_cache.port, .memory_limit = memory_limit});
    run();
    check_true(strncmp(app_cache_text('A'), "1 {", 3) == 0);
    pv_projector_free(NULL);
}

/* --- deleted elections --- */

static void deleted__an_election__is_removed_and_stays_so(void **state)
{
    (void)state;
    live('A', 0, KIT_CLOSED);
    run();
    live('A', KIT_DELETED, KIT_DELETED);
    run();
    assert_string_equal(app_cache_text('A'), "none");
    rename_it('A', 11, "Never");
    rename_it('A', 12, "Never");
    run();
    assert_string_equal(refused, "A 11 election_deleted ");
    start();
    rename_it('A', 13, "Never");
    run();
    assert_string_equal(refused, "A 11 election_deleted ");
    assert_string_equal(app_cache_text('A'), "none");
    check_int(app_cache.calls[APP_CACHE_PUT], 0);
}

static void deleted__all_from_the_beginning__is_never_put(void **state)
{
    (void)state;
    live('A', 0, KIT_DELETED);
    live('B', 0, 1);
    run();
    check_int(app_cache.calls[APP_CACHE_PUT], 1);
    check_int(app_cache.calls[APP_CACHE_REMOVE], 1);
    check_as_rebuilt("AB");
}

/* --- memory --- */

static void memory__that_is_short__changes_nothing_but_the_work(void **state)
{
    static const size_t limits[] = {0, 1500, 4000, 20000};
    for (size_t i = 0; i < 4; i++) {
        memory_limit = limits[i];
        start();
        for (int number = 0; number <= KIT_CLOSED; number++) {
            for (const char *name = "ABCDEF"; *name != '\0'; name++)
                kit_life(&kit.history, *name, number, number);
            record_it();
            run();
        }
        check_as_rebuilt("ABCDEF");
        start();
        kit_life(&kit.history, 'A', KIT_DELETED, KIT_DELETED);
        for (const char *name = "BCDEF"; *name != '\0'; name++)
            kit_record(&kit.history, *name, KIT_DELETED, "Election.ElectionNameChanged", "\"name\":\"x\"");
        record_it();
        run();
        check_as_rebuilt("ABCDEF");
        check_int(pv_projector_counts(projector)->puts, 6);
        check_int(tear_down(state), 0);
        check_int(set_up(state), 0);
    }
}

/* --- failures --- */

/* A history in three parts, each recorded when the one before is projected, with all that can come: three
   elections, one of which is deleted, and one of which ends. */
static void record_part(int part)
{
    static const int ends[] = {-1, 3, KIT_CAST, KIT_DELETED};
    kit_life(&kit.history, 'A', ends[part] + 1, ends[part + 1] == KIT_DELETED ? KIT_CLOSED : ends[part + 1]);
    kit_life(&kit.history, 'B', ends[part] + 1, ends[part + 1]);
    if (part == 1)
        kit_life(&kit.history, 'C', 0, 0);
    if (part == 2)
        kit_life(&kit.history, 'C', 7, 7);
    record_it();
}

/* Steps until all is projected, from the part that is recorded on. Each fault is a step that is tried again,
   by the same projector or, `restarts`, by a new one. How many there were. */
static unsigned run_through(int part, bool restarts)
{
    unsigned faults = 0;
    while (part < 3) {
        enum pv_projector_step step = pv_projector_step(projector, &fault);
        if (step == PV_PROJECTOR_FAULT) {
            check_true(fault.text[0] != '\0');
            check_true(++faults < 10);
            if (restarts)
                start();
        } else if (step == PV_PROJECTOR_IDLE && ++part < 3) {
            record_part(part);
        }
    }
    return faults;
}

/* How a failure is met: with so much memory, by a new projector or not, first in that part of the history. */
static const struct setting {
    size_t memory_limit;
    bool restarts;
    int part;
} settings[] = {
    {1 << 20, false, 0}, {1 << 20, true, 0}, {1 << 20, true, 1}, {2500, false, 0}, {1200, true, 1}};
enum { SETTINGS = sizeof settings / sizeof settings[0] };

static void begin_again(void **state, const struct setting *setting)
{
    check_int(tear_down(state), 0);
    check_int(set_up(state), 0);
    memory_limit = setting->memory_limit;
    start();
    record_part(0);
    if (setting->part == 0)
        return;
    run();
    start();
    record_part(1);
}

/* C ends by a gap: rebuild leaves it out, and the projector keeps what was before. */
static void check_after(void)
{
    check_true(strncmp(app_cache_text('C'), "0 {", 3) == 0);
    check_int(app_cache.inside.ops->remove(app_cache.inside.self, kit_id_of('C'), &fault), PV_CACHE_OK);
    check_as_rebuilt("AB");
    check_int(app_store.readers, 1); /* the projector's own */
}

static void failure__of_any_call_of_the_cache__is_tried_again(void **state)
{
    for (size_t i = 0; i < SETTINGS; i++) {
        for (enum app_cache_call call = 0; call < APP_CACHE_CALLS; call++) {
            for (unsigned at = 0, faults = 1; faults > 0; at++) {
                begin_again(state, &settings[i]);
                app_cache_answers(call, at, PV_CACHE_FAULT);
                faults = run_through(settings[i].part, settings[i].restarts);
                check_true(faults <= 1);
                check_after();
            }
        }
    }
}

static void failure__of_any_call_of_the_store__is_tried_again(void **state)
{
    for (size_t i = 0; i < SETTINGS; i++) {
        for (enum app_store_call call = 0; call < APP_STORE_CALLS; call++) {
            for (unsigned at = 0, faults = 1; faults > 0; at++) {
                begin_again(state, &settings[i]);
                app_store_answers(call, at, PV_STORE_FAULT);
                faults = run_through(settings[i].part, settings[i].restarts);
                check_true(faults <= 1);
                app_store_answers(APP_STORE_COPY, UINT_MAX, PV_STORE_OK);
                check_after();
            }
        }
    }
}

static void failure__of_a_put_and_then_of_the_log__is_tried_again(void **state)
{
    (void)state;
    live('A', 0, 3);
    app_cache_answers(APP_CACHE_PUT, 0, PV_CACHE_FAULT);
    check_int(pv_projector_step(projector, &fault), PV_PROJECTOR_FAULT);
    app_store_answers(APP_STORE_READ, 0, PV_STORE_FAULT);
    check_int(pv_projector_step(projector, &fault), PV_PROJECTOR_FAULT);
    assert_string_equal(fault.text, "the store broke");
    app_store_answers(APP_STORE_COPY, UINT_MAX, PV_STORE_OK);
    check_int(pv_projector_step(projector, &fault), PV_PROJECTOR_WORKED);
    check_as_rebuilt("A");
    check_counts(4, 1, 3); /* nothing was applied twice */
}

static void failure__of_every_put_of_one_election__keeps_no_other_back(void **state)
{
    (void)state;
    live('A', 0, 3);
    live('B', 0, 3);
    app_cache_answers(APP_CACHE_PUT, 0, PV_CACHE_FAULT);
    check_int(pv_projector_step(projector, &fault), PV_PROJECTOR_FAULT);
    assert_string_equal(fault.text, "the cache broke");
    assert_string_equal(app_cache_text('A'), "none");
    check_true(strncmp(app_cache_text('B'), "3 ", 2) == 0);
    live('B', 4, 4);
    app_cache_answers(APP_CACHE_PUT, 0, PV_CACHE_FAULT);
    check_int(pv_projector_step(projector, &fault), PV_PROJECTOR_FAULT);
    assert_string_equal(app_cache_text('A'), "none");
    check_true(strncmp(app_cache_text('B'), "4 ", 2) == 0);
    app_cache_works();
    check_int(pv_projector_step(projector, &fault), PV_PROJECTOR_WORKED);
    check_as_rebuilt("AB");
}

/* What is recorded in the setting's part only, so that the history's own allocations are not failed. */
static void failure__of_any_allocation__is_tried_again(void **state)
{
    for (size_t i = 0; i < SETTINGS; i++) {
        for (size_t at = 0, ended = 0; !ended; at++) {
            begin_again(state, &settings[i]);
            failing_at(at);
            enum pv_projector_step step;
            unsigned faults = 0;
            while ((step = pv_projector_step(projector, &fault)) != PV_PROJECTOR_IDLE) {
                if (step != PV_PROJECTOR_FAULT)
                    continue;
                check_int(fault.kind, PV_FAULT_KIND_NO_MEMORY);
                check_true(++faults <= 1);
                if (settings[i].restarts) {
                    failing_at(SIZE_MAX);
                    start();
                }
            }
            ended = failing_count() <= at && faults == 0;
            failing_at(SIZE_MAX);
            check_as_rebuilt("ABC");
        }
    }
}

/* With just so much memory that the first fits until there is a place for the second: it is evicted while it
   waits, and fetched again to be put, from the log in the fourth opening of a reader. */
static void failure__to_fetch_again_what_was_evicted__is_tried_again(void **state)
{
    unsigned evicted = 0;
    for (memory_limit = 500; memory_limit < 5000; memory_limit += 100) {
        size_t limit = memory_limit;
        start();
        kit_life(&kit.history, 'A', 0, 3);
        kit_life(&kit.history, 'B', 0, 3);
        record_it();
        app_store_answers(APP_STORE_READ, 3, PV_STORE_FAULT);
        if (pv_projector_step(projector, &fault) == PV_PROJECTOR_FAULT) {
            assert_string_equal(fault.text, "the store broke");
            evicted++;
        }
        app_store_answers(APP_STORE_COPY, UINT_MAX, PV_STORE_OK);
        run();
        check_as_rebuilt("AB");
        check_int(tear_down(state), 0);
        check_int(set_up(state), 0);
        memory_limit = limit;
    }
    check_true(evicted > 0);
}

static void failure__of_the_making__is_null(void **state)
{
    (void)state;
    stop();
    for (size_t at = 0; projector == NULL; at++) {
        failing_at(at);
        projector = pv_projector_new(&(struct pv_projector_options){
            .store = &app_store.port, .cache = &app_cache.port, .memory_limit = memory_limit});
        failing_at(SIZE_MAX);
        check_true(at < 50);
    }
}

static void failure__of_the_state_rules__is_told_and_of_a_document_it_is_replayed(void **state)
{
    (void)state;
    live('A', 0, 3);
    app_call_fails(APP_CALL_APPLY, 2);
    check_int(pv_projector_step(projector, &fault), PV_PROJECTOR_FAULT);
    check_int(fault.kind, PV_FAULT_KIND_DAMAGED);
    if (strstr(fault.text, "record 2 of Election-" ID("A") ": the state would break a rule") == NULL)
        fail_msg("%s", fault.text);
    app_calls_work();
    run();
    check_as_rebuilt("A");
    start();
    live('A', 4, 5);
    app_call_fails(APP_CALL_APPLY, 0);
    run();
    app_calls_work();
    check_as_rebuilt("A");
    assert_string_equal(refused, "");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(step__an_empty_store__is_idle),
        CASE(step__what_was_recorded__is_put_once_and_is_as_rebuilt),
        CASE(step__what_is_recorded_later__is_put_in_part),
        CASE(newest__is_when_the_last_record_was_recorded),
        CASE(step__many_pages__are_as_rebuilt_after_each),
        CASE(step__other_streams__are_passed_over),
        CASE(step__more_than_one_step_takes__goes_on_in_the_next),
        CASE(start__at_the_checkpoint__goes_on_from_the_documents),
        CASE(start__on_a_cache_that_was_rebuilt__passes_over_what_it_has),
        CASE(start__after_a_put_without_its_checkpoint__does_nothing_twice),
        CASE(start__where_a_document_is_lost__puts_all_of_it),
        CASE(start__where_another_has_put__puts_all_of_it),
        CASE(start__where_the_list_shows_nothing__puts_all_of_it),
        CASE(start__a_document_that_cannot_be_used__is_replayed),
        CASE(start__a_cache_that_says_damaged__is_replayed),
        CASE(start__a_document_that_the_log_contradicts__is_replayed),
        CASE(start__a_document_in_memory_that_the_log_contradicts__is_replayed),
        CASE(start__a_damaged_checkpoint__begins_at_the_beginning),
        CASE(start__a_checkpoint_that_the_log_lacks__empties_the_cache_first),
        CASE(start__emptying_the_cache_fails__is_tried_again),
        CASE(refused__a_record__ends_its_election_and_no_other),
        CASE(refused__after_a_new_start__is_told_with_the_next_record),
        CASE(refused__later_while_it_is_in_memory__ends_it),
        CASE(refused__what_is_no_event_of_the_stream__is_told_by_its_code),
        CASE(refused__metadata_that_is_no_object__is_told),
        CASE(callbacks__that_are_missing__are_not_called),
        CASE(deleted__an_election__is_removed_and_stays_so),
        CASE(deleted__all_from_the_beginning__is_never_put),
        CASE(memory__that_is_short__changes_nothing_but_the_work),
        CASE(failure__of_any_call_of_the_cache__is_tried_again),
        CASE(failure__of_any_call_of_the_store__is_tried_again),
        CASE(failure__of_a_put_and_then_of_the_log__is_tried_again),
        CASE(failure__of_every_put_of_one_election__keeps_no_other_back),
        CASE(failure__of_any_allocation__is_tried_again),
        CASE(failure__to_fetch_again_what_was_evicted__is_tried_again),
        CASE(failure__of_the_making__is_null),
        CASE(failure__of_the_state_rules__is_told_and_of_a_document_it_is_replayed),
    };
    _Static_assert(sizeof tests / sizeof tests[0] >= 37, "tests are missing from the group");
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
