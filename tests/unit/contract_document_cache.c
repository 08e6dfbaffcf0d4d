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
}

static void check_has_none(struct fixture *f, unsigned election)
{
    struct pv_cached cached;
    check_int(get(f, election, &cached), PV_CACHE_MISSING);
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
    check_int(failures, f->adapter->keeps_whole ? 1 : 8);
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
};
_Static_assert(sizeof laws / sizeof laws[0] == 21,
               "the law has lost or gained a test: set this to their number");

int contract_document_cache(const struct contract_cache *adapters, size_t count)
{
    int failed = 0;
    for (size_t i = 0; i < count; i++)
        failed += contract_run(adapters[i].name, &adapters[i], laws, sizeof laws / sizeof laws[0], set_up,
                               tear_down);
    return failed;
}
