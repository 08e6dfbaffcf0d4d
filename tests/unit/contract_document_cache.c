#include "contract_document_cache.h"

#include "cache_kit.h"
#include "check.h"
#include "contract_run.h"

#include <stdlib.h>

/* --- what the tests share --- */

struct fixture {
    const struct contract_cache *adapter;
    struct pv_document_cache cache;
    struct pv_fault fault;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->adapter = *state;
    if (!f->adapter->open(&f->cache, &f->fault))
        fail_msg("%s", f->fault.text);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    f->adapter->close(&f->cache);
    free(f);
    return 0;
}

static void reopen(struct fixture *f)
{
    if (!f->adapter->reopen(&f->cache, &f->fault))
        fail_msg("%s", f->fault.text);
}

static void put(struct fixture *f, struct kit_document *document)
{
    if (kit_put(&f->cache, document, &f->fault) != PV_CACHE_OK)
        fail_msg("put: %s", f->fault.text);
}

static enum pv_cache_result try_changes(struct fixture *f, struct kit_document *document, unsigned base)
{
    enum pv_cache_result result = kit_put_changes(&f->cache, document, base, &f->fault);
    if (result == PV_CACHE_FAULT)
        fail_msg("put: %s", f->fault.text);
    return result;
}

static enum pv_cache_result get(struct fixture *f, unsigned election, struct pv_cached *cached)
{
    enum pv_cache_result result = f->cache.ops->get(f->cache.self, kit_election(election), cached, &f->fault);
    if (result == PV_CACHE_FAULT)
        fail_msg("get: %s", f->fault.text);
    return result;
}

static void check_has(struct fixture *f, struct kit_document *document)
{
    struct pv_cached cached;
    check_int(get(f, document->election, &cached), PV_CACHE_OK);
    check_int(cached.whole, f->adapter->keeps_whole);
    const char *difference = kit_difference_of(&cached, document, false);
    if (difference != NULL)
        fail_msg("the cache has not what was put: %s", difference);
    pv_cached_deinit(&cached);
    if (kit_compare_parts(&f->cache, document, &difference, &f->fault) != PV_CACHE_OK)
        fail_msg("read part by part: %s", f->fault.text);
    if (difference != NULL)
        fail_msg("the cache has not what was put: %s", difference);
}

/* Whether it gives parts alone. A cache that does not has none of these calls. */
static bool has_parts(const struct fixture *f)
{
    const struct pv_document_cache_ops *ops = f->cache.ops;
    bool has = !f->adapter->keeps_whole;
    check_int(ops->get_header != NULL, has);
    check_int(ops->get_page != NULL, has);
    check_int(ops->find != NULL, has);
    check_int(ops->summaries != NULL, has);
    check_int(ops->get_checkpoint != NULL, has);
    check_int(ops->put_checkpoint != NULL, has);
    return has;
}

static void check_has_none(struct fixture *f, unsigned election)
{
    struct pv_cached cached;
    struct pv_text text;
    char key[KIT_KEY_MAX];
    int64_t number;
    uint32_t page;
    check_int(get(f, election, &cached), PV_CACHE_MISSING);
    if (!has_parts(f))
        return;
    const struct pv_document_cache_ops *ops = f->cache.ops;
    struct pv_election_id id = kit_election(election);
    check_int(ops->get_header(f->cache.self, id, &number, &text, &f->fault), PV_CACHE_MISSING);
    for (enum pv_page_kind kind = PV_PAGE_KIND_VOTERS; kind <= PV_PAGE_KIND_BALLOTS; kind++) {
        check_int(ops->get_page(f->cache.self, id, kind, 0, &number, &text, &f->fault), PV_CACHE_MISSING);
        check_int(ops->find(f->cache.self, id, kind, kit_key(kind, 0, key), &page, &f->fault),
                  PV_CACHE_MISSING);
    }
}

static enum pv_cache_result drop(struct fixture *f, unsigned election)
{
    enum pv_cache_result result = f->cache.ops->remove(f->cache.self, kit_election(election), &f->fault);
    if (result == PV_CACHE_FAULT)
        fail_msg("remove: %s", f->fault.text);
    return result;
}

/* What a visitor saw, and what it is to do. */
struct visit {
    struct fixture *f;
    struct pv_election_id seen[64];
    size_t count, stop_after;
    bool removes, puts;
};

static bool visit(void *context, struct pv_election_id id)
{
    struct visit *v = context;
    check_true(v->count < 64);
    v->seen[v->count++] = id;
    if (v->removes)
        check_int(v->f->cache.ops->remove(v->f->cache.self, id, &v->f->fault), PV_CACHE_OK);
    if (v->puts) {
        struct kit_document document;
        kit_document_make(&document, 100 + (unsigned)v->count, 1, 1, 1);
        put(v->f, &document);
        kit_document_deinit(&document);
    }
    return v->count != v->stop_after;
}

static void list(struct fixture *f, struct visit *v)
{
    v->f = f;
    v->count = 0;
    if (f->cache.ops->list(f->cache.self, visit, v, &f->fault) != PV_CACHE_OK)
        fail_msg("list: %s", f->fault.text);
}

static void put_number(struct fixture *f, unsigned election)
{
    struct kit_document document;
    kit_document_make(&document, election, 1, 1, 2);
    put(f, &document);
    kit_document_deinit(&document);
}

/* --- put and get --- */

static void get__what_was_put__is_what_was_put(void **state)
{
    struct fixture *f = *state;
    struct kit_document document;
    kit_document_make(&document, 1, 7, 3, 8);
    put(f, &document);
    check_has(f, &document);
    reopen(f);
    check_has(f, &document);
    kit_document_deinit(&document);
}

static void get__an_election_that_is_not_there__is_missing(void **state)
{
    struct fixture *f = *state;
    check_has_none(f, 1);
    put_number(f, 2);
    check_has_none(f, 1);
    check_has_none(f, 3);
}

static void put__asks_for_each_part_once(void **state)
{
    struct fixture *f = *state;
    struct kit_document document;
    kit_document_make(&document, 1, 1, 3, 4);
    put(f, &document);
    check_int(document.asked_documents, f->adapter->keeps_whole ? 1 : 0);
    check_int(document.asked_headers, f->adapter->keeps_whole ? 0 : 1);
    check_int(document.asked_summaries, f->adapter->keeps_whole ? 0 : 1);
    check_int(document.asked_pages, f->adapter->keeps_whole ? 0 : 7);
    kit_document_deinit(&document);
}

static void put__no_pages__is_fine(void **state)
{
    struct fixture *f = *state;
    struct kit_document document;
    kit_document_make(&document, 1, 1, 0, 0);
    put(f, &document);
    check_has(f, &document);
    kit_document_deinit(&document);
}

static void put__again__replaces_all_of_it(void **state)
{
    struct fixture *f = *state;
    struct kit_document first, second;
    kit_document_make(&first, 1, 5, 4, 6);
    kit_document_make(&second, 1, 3, 4, 6); /* also when it is older: a rebuild mends */
    put(f, &first);
    put(f, &second);
    check_has(f, &second);
    reopen(f);
    check_has(f, &second);
    kit_document_deinit(&first);
    kit_document_deinit(&second);
}

static void put__fewer_pages__leaves_none_behind(void **state)
{
    struct fixture *f = *state;
    struct kit_document first, second;
    kit_document_make(&first, 1, 1, 4, 6);
    kit_document_make(&second, 1, 2, 1, 0);
    put(f, &first);
    put(f, &second);
    check_has(f, &second);
    put(f, &first);
    check_has(f, &first);
    kit_document_deinit(&first);
    kit_document_deinit(&second);
}

static void put__elections__do_not_mix(void **state)
{
    struct fixture *f = *state;
    struct kit_document documents[5];
    for (unsigned i = 0; i < 5; i++) {
        kit_document_make(&documents[i], i, i + 1, i, 5 - i);
        put(f, &documents[i]);
    }
    for (unsigned i = 0; i < 5; i++)
        check_has(f, &documents[i]);
    check_int(drop(f, 2), PV_CACHE_OK);
    check_has_none(f, 2);
    for (unsigned i = 0; i < 5; i++) {
        if (i != 2)
            check_has(f, &documents[i]);
        kit_document_deinit(&documents[i]);
    }
}

static void put__large_parts__come_back(void **state)
{
    struct fixture *f = *state;
    struct kit_document document;
    kit_document_make(&document, 1, 1, 1, 2);
    document.padding = 3 << 20;
    put(f, &document);
    check_has(f, &document);
    kit_document_deinit(&document);
}

static void put__the_first_and_the_last_number__come_back(void **state)
{
    static const int64_t numbers[] = {0, 1, INT64_MAX - 1, INT64_MAX};
    struct fixture *f = *state;
    struct kit_document document;
    struct pv_cached cached;
    for (size_t i = 0; i < 4; i++) {
        kit_document_make(&document, (unsigned)i, 1, 0, 0);
        struct pv_cache_put all = kit_make_put(&document);
        all.last_number = numbers[i];
        check_int(f->cache.ops->put(f->cache.self, &all, &f->fault), PV_CACHE_OK);
        check_int(get(f, (unsigned)i, &cached), PV_CACHE_OK);
        check_int(cached.last_number, numbers[i]);
        pv_cached_deinit(&cached);
        kit_document_deinit(&document);
    }
}

static void put__out_of_memory_at_any_part__writes_nothing(void **state)
{
    struct fixture *f = *state;
    struct kit_document first, second;
    kit_document_make(&first, 1, 1, 2, 3);
    kit_document_make(&second, 1, 2, 3, 4);
    put(f, &first);
    unsigned failures = 0;
    for (second.fail_at = 0; kit_put(&f->cache, &second, &f->fault) == PV_CACHE_FAULT; second.fail_at++) {
        check_int(f->fault.kind, PV_FAULT_KIND_NO_MEMORY);
        check_true(f->fault.retry_helps);
        check_has(f, &first);
        failures++;
    }
    check_int(failures, f->adapter->keeps_whole ? 1 : 9);
    check_has(f, &second);
    kit_document_deinit(&first);
    kit_document_deinit(&second);
}

/* --- pages that changed --- */

static void put_changes__writes_what_changed_and_keeps_the_rest(void **state)
{
    struct fixture *f = *state;
    struct kit_document document;
    kit_document_make(&document, 1, 1, 3, 4);
    put(f, &document);
    document.revision = 2;
    document.voter_revision[2] = 2;
    document.ballot_revision[0] = 2;
    check_int(try_changes(f, &document, 1), PV_CACHE_OK);
    check_int(document.asked_pages, f->adapter->keeps_whole ? 0 : 2);
    check_has(f, &document);
    document.revision = 3; /* nothing but the header */
    check_int(try_changes(f, &document, 2), PV_CACHE_OK);
    check_int(document.asked_pages, 0);
    check_has(f, &document);
    reopen(f);
    check_has(f, &document);
    kit_document_deinit(&document);
}

static void put_changes__pages_that_are_new__are_written_whatever_the_writer_says(void **state)
{
    struct fixture *f = *state;
    struct kit_document document;
    kit_document_make(&document, 1, 1, 1, 2);
    put(f, &document);
    document.revision = 2;
    document.voter_pages = 3;
    document.ballot_pages = 4;
    document.voter_revision[2] = 2;
    check_int(try_changes(f, &document, 1), PV_CACHE_OK);
    check_has(f, &document);
    kit_document_deinit(&document);
}

static void put_changes__fewer_pages__leaves_none_behind(void **state)
{
    struct fixture *f = *state;
    struct kit_document document;
    kit_document_make(&document, 1, 1, 4, 5);
    put(f, &document);
    document.revision = 2;
    document.voter_pages = 2;
    document.ballot_pages = 0;
    check_int(try_changes(f, &document, 1), PV_CACHE_OK);
    check_has(f, &document);
    kit_document_deinit(&document);
}

/* A cache that keeps the whole document cannot be stale: there the put is as any other. */
static void check_stale(struct fixture *f, struct kit_document *document, unsigned base,
                        struct kit_document *kept)
{
    if (f->adapter->keeps_whole) {
        check_int(try_changes(f, document, base), PV_CACHE_OK);
        check_has(f, document);
        return;
    }
    check_int(try_changes(f, document, base), PV_CACHE_STALE);
    check_int(document->asked_pages + document->asked_headers, 0);
    if (kept != NULL)
        check_has(f, kept);
    else
        check_has_none(f, document->election);
}

static void put_changes__on_another_put__is_stale_and_writes_nothing(void **state)
{
    struct fixture *f = *state;
    struct kit_document mine, others;
    kit_document_make(&others, 1, 2, 3, 4);
    kit_document_make(&mine, 1, 3, 3, 4);
    put(f, &others);
    check_stale(f, &mine, 1, &others);
    mine.revision = 4;
    check_stale(f, &mine, 3, &others);
    put(f, &mine);
    check_has(f, &mine);
    kit_document_deinit(&mine);
    kit_document_deinit(&others);
}

static void put_changes__on_nothing__is_stale_and_writes_nothing(void **state)
{
    struct fixture *f = *state;
    struct kit_document document;
    kit_document_make(&document, 1, 2, 1, 1);
    check_stale(f, &document, 1, NULL);
    put(f, &document);
    check_int(drop(f, 1), PV_CACHE_OK);
    document.revision = 3;
    check_stale(f, &document, 2, NULL);
    kit_document_deinit(&document);
}

/* --- remove --- */

static void remove__makes_it_missing(void **state)
{
    struct fixture *f = *state;
    struct kit_document document;
    put_number(f, 1);
    check_int(drop(f, 1), PV_CACHE_OK);
    check_has_none(f, 1);
    reopen(f);
    check_has_none(f, 1);
    kit_document_make(&document, 1, 4, 0, 1);
    put(f, &document);
    check_has(f, &document);
    kit_document_deinit(&document);
}

static void remove__what_is_not_there__is_missing(void **state)
{
    struct fixture *f = *state;
    check_int(drop(f, 1), PV_CACHE_MISSING);
    put_number(f, 2);
    check_int(drop(f, 1), PV_CACHE_MISSING);
    check_int(drop(f, 2), PV_CACHE_OK);
    check_int(drop(f, 2), PV_CACHE_MISSING);
}

/* --- list --- */

static void list__an_empty_cache__visits_nothing(void **state)
{
    struct visit v = {0};
    list(*state, &v);
    check_int(v.count, 0);
}

static void list__visits_each_in_ascending_order(void **state)
{
    static const unsigned order[] = {40, 3, 17, 39, 1, 300, 2};
    static const unsigned sorted[] = {1, 2, 3, 17, 39, 40, 300};
    struct fixture *f = *state;
    struct visit v = {0};
    for (size_t i = 0; i < 7; i++)
        put_number(f, order[i]);
    put_number(f, 17);
    check_int(drop(f, 40), PV_CACHE_OK);
    put_number(f, 40);
    list(f, &v);
    check_int(v.count, 7);
    for (size_t i = 0; i < 7; i++)
        check_true(pv_bits128_equal(v.seen[i].bits, kit_election(sorted[i]).bits));
}

static void list__the_visitor_stops_it(void **state)
{
    struct fixture *f = *state;
    struct visit v = {.stop_after = 2};
    for (unsigned i = 0; i < 5; i++)
        put_number(f, i);
    list(f, &v);
    check_int(v.count, 2);
}

static void list__the_visitor_may_remove_and_put(void **state)
{
    struct fixture *f = *state;
    struct visit v = {.removes = true, .puts = true};
    for (unsigned i = 0; i < 20; i++)
        put_number(f, i);
    list(f, &v);
    check_int(v.count, 20);
    v.removes = v.puts = false;
    list(f, &v);
    check_int(v.count, 20);
    check_true(pv_bits128_equal(v.seen[0].bits, kit_election(101).bits));
}

/* --- summaries --- */

/* What a visitor saw of them. */
struct showing {
    struct pv_election_id seen[16];
    int64_t numbers[16];
    size_t count, stop_after;
};

static bool show(void *context, struct pv_election_id id, int64_t last_number, struct pv_str summary)
{
    struct showing *showing = context;
    check_true(showing->count < 16 && summary.len > 0);
    showing->seen[showing->count] = id;
    showing->numbers[showing->count++] = last_number;
    return showing->count != showing->stop_after;
}

static void check_shown(struct fixture *f, const struct pv_election_id *after, size_t stop_after,
                        const unsigned *elections, size_t count)
{
    struct showing showing = {.stop_after = stop_after};
    if (f->cache.ops->summaries(f->cache.self, after, show, &showing, &f->fault) != PV_CACHE_OK)
        fail_msg("summaries: %s", f->fault.text);
    check_int(showing.count, count);
    for (size_t i = 0; i < count; i++) {
        check_true(pv_bits128_equal(showing.seen[i].bits, kit_election(elections[i]).bits));
        check_int(showing.numbers[i], 10);
    }
}

static void summaries__come_in_ascending_order_from_any_id_on(void **state)
{
    static const unsigned order[] = {40, 3, 17, 300, 1}, sorted[] = {1, 3, 17, 40, 300};
    struct fixture *f = *state;
    struct pv_election_id after = kit_election(3), between = kit_election(20), last = kit_election(300);
    if (!has_parts(f))
        return;
    check_shown(f, NULL, 0, NULL, 0);
    for (size_t i = 0; i < 5; i++)
        put_number(f, order[i]);
    check_shown(f, NULL, 0, sorted, 5);
    check_shown(f, NULL, 2, sorted, 2);
    check_shown(f, &after, 0, sorted + 2, 3);
    check_shown(f, &after, 1, sorted + 2, 1);
    check_shown(f, &between, 0, sorted + 3, 2);
    check_shown(f, &last, 0, NULL, 0);
    check_int(drop(f, 3), PV_CACHE_OK);
    reopen(f);
    check_shown(f, NULL, 0, (const unsigned[]){1, 17, 40, 300}, 4);
}

static void summaries__a_put_without_one__is_left_out(void **state)
{
    struct fixture *f = *state;
    struct kit_document document;
    if (!has_parts(f))
        return;
    put_number(f, 1);
    put_number(f, 2);
    kit_document_make(&document, 1, 2, 1, 1);
    struct pv_cache_put bare = kit_make_put(&document);
    bare.summary = NULL;
    check_int(f->cache.ops->put(f->cache.self, &bare, &f->fault), PV_CACHE_OK);
    check_shown(f, NULL, 0, (const unsigned[]){2}, 1);
    document.revision = 3;
    check_int(try_changes(f, &document, 2), PV_CACHE_OK);
    check_has(f, &document);
    kit_document_deinit(&document);
}

/* --- keys --- */

/* Two pages of voters of which each has the keys that are told. */
struct keyed {
    const char *keys[2][3];
};

static bool give_part(void *context, struct pv_str *bytes)
{
    (void)context;
    *bytes = PV_STR("{}");
    return true;
}

static bool give_page(void *context, enum pv_page_kind kind, uint32_t page, struct pv_str *bytes)
{
    (void)kind, (void)page;
    return give_part(context, bytes);
}

static void give_keys(void *context, enum pv_page_kind kind, uint32_t page, pv_page_key_fn *take, void *taker)
{
    const struct keyed *keyed = context;
    check_int(kind, PV_PAGE_KIND_VOTERS);
    for (size_t i = 0; i < 3 && keyed->keys[page][i] != NULL; i++)
        take(taker, (struct pv_str){keyed->keys[page][i], strlen(keyed->keys[page][i])});
}

static bool is_changed(void *context, enum pv_page_kind kind, uint32_t page)
{
    (void)context, (void)kind, (void)page;
    return true;
}

static void put_keys(struct fixture *f, struct keyed *keyed, bool all)
{
    static int64_t number;
    struct pv_cache_put put = {.id = kit_election(1),
                               .base = number,
                               .last_number = number + 1,
                               .voter_pages = 2,
                               .context = keyed,
                               .document = give_part,
                               .header = give_part,
                               .page = give_page,
                               .page_changed = all ? NULL : is_changed,
                               .page_keys = keyed != NULL ? give_keys : NULL};
    number++;
    if (f->cache.ops->put(f->cache.self, &put, &f->fault) != PV_CACHE_OK)
        fail_msg("put: %s", f->fault.text);
}

/* The page that the key leads to; -1: none. */
static int look_up(struct fixture *f, struct pv_str key)
{
    uint32_t page = 77;
    enum pv_cache_result result =
        f->cache.ops->find(f->cache.self, kit_election(1), PV_PAGE_KIND_VOTERS, key, &page, &f->fault);
    check_true(result == PV_CACHE_OK || (result == PV_CACHE_MISSING && page == 77));
    return result == PV_CACHE_OK ? (int)page : -1;
}

static void check_keys(struct fixture *f, int a, int b, int c)
{
    check_int(look_up(f, PV_STR("a")), a);
    check_int(look_up(f, PV_STR("b")), b);
    check_int(look_up(f, PV_STR("c")), c);
}

static void keys__of_a_page_that_is_put__are_replaced(void **state)
{
    struct fixture *f = *state;
    if (!has_parts(f))
        return;
    put_keys(f, &(struct keyed){{{"a"}, {"b"}}}, true);
    check_keys(f, 0, 1, -1);
    put_keys(f, &(struct keyed){{{"a", "c"}, {"b"}}}, false); /* one more */
    check_keys(f, 0, 1, 0);
    put_keys(f, &(struct keyed){{{"c"}, {"b"}}}, false); /* one less */
    check_keys(f, -1, 1, 0);
    put_keys(f, &(struct keyed){{{"b"}, {"c"}}}, false); /* each to the other's page */
    check_keys(f, -1, 0, 1);
    put_keys(f, &(struct keyed){{{"c"}, {"b"}}}, false);
    check_keys(f, -1, 1, 0);
    put_keys(f, &(struct keyed){{{NULL}, {"a", "b", "c"}}}, false);
    check_keys(f, 1, 1, 1);
    reopen(f);
    check_keys(f, 1, 1, 1);
    put_keys(f, NULL, false); /* by one who gives none */
    check_keys(f, -1, -1, -1);
    put_keys(f, &(struct keyed){{{"a"}, {"b"}}}, false);
    put_keys(f, &(struct keyed){{{"c"}, {NULL}}}, true);
    check_keys(f, -1, -1, 0);
}

static void find__any_text__leads_nowhere_or_to_its_page(void **state)
{
    struct fixture *f = *state;
    char longest[PV_PAGE_KEY_MAX + 2];
    if (!has_parts(f))
        return;
    memset(longest, 'x', sizeof longest);
    longest[PV_PAGE_KEY_MAX] = '\0';
    put_keys(f, &(struct keyed){{{"a"}, {longest, "a b"}}}, true);
    check_int(look_up(f, (struct pv_str){longest, PV_PAGE_KEY_MAX}), 1);
    check_int(look_up(f, (struct pv_str){longest, PV_PAGE_KEY_MAX - 1}), -1);
    check_int(look_up(f, (struct pv_str){longest, PV_PAGE_KEY_MAX + 1}), -1);
    check_int(look_up(f, PV_STR("a b")), 1);
    check_int(look_up(f, PV_STR("A")), -1);
    check_int(look_up(f, PV_STR("")), -1);
    check_int(look_up(f, PV_STR("a\na b")), -1);
    check_int(look_up(f, PV_STR("a\0")), -1);
    check_int(look_up(f, PV_STR("%")), -1);
}

/* --- the checkpoint --- */

static int64_t checkpoint(struct fixture *f)
{
    int64_t position = -7;
    if (f->cache.ops->get_checkpoint(f->cache.self, &position, &f->fault) != PV_CACHE_OK)
        fail_msg("get_checkpoint: %s", f->fault.text);
    return position;
}

static void checkpoint__is_the_one_that_was_put_last(void **state)
{
    static const int64_t positions[] = {0, 17, INT64_MAX, 3};
    struct fixture *f = *state;
    if (!has_parts(f))
        return;
    check_int(checkpoint(f), -1);
    for (size_t i = 0; i < 4; i++) {
        check_int(f->cache.ops->put_checkpoint(f->cache.self, positions[i], &f->fault), PV_CACHE_OK);
        check_int(checkpoint(f), positions[i]);
    }
    put_number(f, 1);
    check_int(drop(f, 1), PV_CACHE_OK);
    reopen(f);
    check_int(checkpoint(f), 3);
}

#define LAW(name)                                                                                            \
    {                                                                                                        \
#name, name                                                                                          \
    }
static const struct contract_test laws[] = {
    LAW(get__what_was_put__is_what_was_put),
    LAW(get__an_election_that_is_not_there__is_missing),
    LAW(put__asks_for_each_part_once),
    LAW(put__no_pages__is_fine),
    LAW(put__again__replaces_all_of_it),
    LAW(put__fewer_pages__leaves_none_behind),
    LAW(put__elections__do_not_mix),
    LAW(put__large_parts__come_back),
    LAW(put__the_first_and_the_last_number__come_back),
    LAW(put__out_of_memory_at_any_part__writes_nothing),
    LAW(put_changes__writes_what_changed_and_keeps_the_rest),
    LAW(put_changes__pages_that_are_new__are_written_whatever_the_writer_says),
    LAW(put_changes__fewer_pages__leaves_none_behind),
    LAW(put_changes__on_another_put__is_stale_and_writes_nothing),
    LAW(put_changes__on_nothing__is_stale_and_writes_nothing),
    LAW(remove__makes_it_missing),
    LAW(remove__what_is_not_there__is_missing),
    LAW(list__an_empty_cache__visits_nothing),
    LAW(list__visits_each_in_ascending_order),
    LAW(list__the_visitor_stops_it),
    LAW(list__the_visitor_may_remove_and_put),
    LAW(summaries__come_in_ascending_order_from_any_id_on),
    LAW(summaries__a_put_without_one__is_left_out),
    LAW(keys__of_a_page_that_is_put__are_replaced),
    LAW(find__any_text__leads_nowhere_or_to_its_page),
    LAW(checkpoint__is_the_one_that_was_put_last),
};
_Static_assert(sizeof laws / sizeof laws[0] == 26,
               "the law has lost or gained a test: set this to their number");

int contract_document_cache(const struct contract_cache *adapters, size_t count)
{
    int failed = 0;
    for (size_t i = 0; i < count; i++)
        failed += contract_run(adapters[i].name, &adapters[i], laws, sizeof laws / sizeof laws[0], set_up,
                               tear_down);
    return failed;
}
