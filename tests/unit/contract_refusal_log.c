#include "contract_refusal_log.h"

#include "check.h"
#include "contract_run.h"
#include "refusal_kit.h"

#include <stdlib.h>

/* --- what the tests share --- */

struct fixture {
    const struct contract_log *adapter;
    struct pv_refusal_log log;
    struct pv_fault fault;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->adapter = *state;
    if (!f->adapter->open(&f->log, &f->fault))
        fail_msg("%s", f->fault.text);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    f->adapter->close(&f->log);
    free(f);
    return 0;
}

static void reopen(struct fixture *f)
{
    if (!f->adapter->reopen(&f->log, &f->fault))
        fail_msg("%s", f->fault.text);
}

static void add(struct fixture *f, unsigned first, unsigned count)
{
    if (kit_refused_add(&f->log, first, count, &f->fault) != PV_LOG_OK)
        fail_msg("add: %s", f->fault.text);
}

/* What was given: which entries, by number and sequence. */
enum { SEEN_MAX = 2048 };
struct seen {
    size_t count, until; /* false is answered to entry `until`, counted from 1; 0: never */
    unsigned numbers[SEEN_MAX];
    int64_t sequences[SEEN_MAX];
};

static bool take(void *context, const struct pv_refused *entry)
{
    struct seen *seen = context;
    unsigned n = (unsigned)(entry->at.us - kit_refused_time(0).us);
    if (!kit_is_refused(entry, n))
        fail_msg("entry %u is not what was added", n);
    check_true(seen->count < SEEN_MAX);
    seen->numbers[seen->count] = n;
    seen->sequences[seen->count++] = entry->sequence;
    return seen->count != seen->until;
}

/* Reads the entries of an election (-1: of all), and holds them to be these numbers. */
static void check_read(struct fixture *f, int election, int64_t from, size_t until, const unsigned *numbers,
                       size_t count)
{
    static struct seen seen;
    struct pv_election_id id = kit_refused_election((unsigned)election);
    seen = (struct seen){.until = until};
    if (f->log.ops->read(f->log.self, election < 0 ? NULL : &id, from, take, &seen, &f->fault) != PV_LOG_OK)
        fail_msg("read: %s", f->fault.text);
    check_int(seen.count, count);
    for (size_t i = 0; i < count; i++)
        check_int(seen.numbers[i], numbers[i]);
    for (size_t i = 1; i < count; i++)
        check_true(seen.sequences[i] > seen.sequences[i - 1]);
    check_true(count == 0 || seen.sequences[0] >= from);
}
#define CHECK_READ(f, election, from, until, ...)                                                            \
    do {                                                                                                     \
        const unsigned check_numbers[] = {__VA_ARGS__};                                                      \
        check_read(f, election, from, until, check_numbers, sizeof check_numbers / sizeof check_numbers[0]); \
    } while (0)

static void check_none(struct fixture *f, int election, int64_t from)
{
    check_read(f, election, from, 0, NULL, 0);
}

static void check_find(struct fixture *f, unsigned n, int64_t sequence)
{
    static struct seen seen;
    for (size_t until = 0; until < 2; until++) { /* what is answered changes nothing */
        seen = (struct seen){.until = until};
        check_int(f->log.ops->find(f->log.self, kit_refused_id(n), take, &seen, &f->fault), PV_LOG_OK);
        check_int(seen.count, 1);
        check_int(seen.numbers[0], n);
        check_int(seen.sequences[0], sequence);
    }
}

static void check_not_found(struct fixture *f, unsigned n)
{
    static struct seen seen;
    seen = (struct seen){.until = 0};
    check_int(f->log.ops->find(f->log.self, kit_refused_id(n), take, &seen, &f->fault), PV_LOG_NONE);
    check_int(seen.count, 0);
}

/* --- the law --- */

static void add__entries__come_back_whole_and_numbered_from_0(void **state)
{
    struct fixture *f = *state;
    add(f, 10, 6);
    CHECK_READ(f, -1, 0, 0, 10, 11, 12, 13, 14, 15);
    for (unsigned i = 0; i < 6; i++)
        check_find(f, 10 + i, i);
}

static void add__several_calls_and_a_new_start__go_on(void **state)
{
    struct fixture *f = *state;
    add(f, 10, 2);
    add(f, 20, 1);
    reopen(f);
    add(f, 30, 2);
    reopen(f);
    CHECK_READ(f, -1, 0, 0, 10, 11, 20, 30, 31);
    check_find(f, 20, 2);
    check_find(f, 31, 4);
}

static void add__of_nothing__is_fine(void **state)
{
    struct fixture *f = *state;
    add(f, 0, 0);
    check_none(f, -1, 0);
    add(f, 1, 1);
    check_find(f, 1, 0);
}

static void add__the_same_again__is_a_second_entry(void **state)
{
    struct fixture *f = *state;
    add(f, 10, 3);
    add(f, 11, 2);
    CHECK_READ(f, -1, 0, 0, 10, 11, 12, 11, 12);
    check_find(f, 10, 0);
    check_find(f, 11, 3);
    check_find(f, 12, 4);
}

static void add__the_same_id_with_another_reason__is_found_as_the_last(void **state)
{
    struct fixture *f = *state;
    struct kit_refused first, second;
    static struct seen seen;
    kit_refused_make(&first, 3);
    kit_refused_make(&second, 8);
    second.entry.id = first.entry.id;
    struct pv_refused entries[] = {second.entry, first.entry};
    check_int(f->log.ops->add(f->log.self, entries, 2, &f->fault), PV_LOG_OK);
    seen = (struct seen){.until = 0};
    check_int(f->log.ops->find(f->log.self, kit_refused_id(3), take, &seen, &f->fault), PV_LOG_OK);
    check_int(seen.numbers[0], 3);
    check_not_found(f, 8);
}

static bool keep_length(void *context, const struct pv_refused *entry)
{
    size_t *lengths = context;
    bool whole = entry->data.len >= 2 && entry->data.ptr[0] == '\0' &&
                 entry->data.ptr[entry->data.len - 1] == '\xff' && entry->message.len == 2 &&
                 entry->message.ptr[1] == '\0';
    lengths[entry->sequence] = whole ? entry->data.len : 0;
    return true;
}

static void add__large_texts_of_any_bytes__come_back(void **state)
{
    enum { LARGE = 3 << 20 };
    struct fixture *f = *state;
    struct kit_refused made;
    size_t lengths[3] = {0, 0, 0};
    char *large = malloc(LARGE);
    for (size_t i = 0; i < LARGE; i++)
        large[i] = (char)(i % 256);
    kit_refused_make(&made, 1);
    made.entry.message = (struct pv_str){"x\0y", 2};
    for (size_t i = 0; i < 3; i++) {
        made.entry.data = (struct pv_str){large, i == 1 ? LARGE : 256};
        check_int(f->log.ops->add(f->log.self, &made.entry, 1, &f->fault), PV_LOG_OK);
    }
    free(large);
    check_int(f->log.ops->read(f->log.self, NULL, 0, keep_length, lengths, &f->fault), PV_LOG_OK);
    check_int(lengths[0], 256);
    check_int(lengths[1], LARGE);
    check_int(lengths[2], 256);
}

static void find__what_was_never_refused__is_none(void **state)
{
    struct fixture *f = *state;
    check_not_found(f, 1);
    add(f, 1, 2);
    check_not_found(f, 3);
    check_find(f, 2, 1);
}

static void read__an_empty_log__gives_nothing(void **state)
{
    struct fixture *f = *state;
    check_none(f, -1, 0);
    check_none(f, 1, 0);
}

static void read__one_election__gives_its_entries_only(void **state)
{
    struct fixture *f = *state;
    add(f, 10, 8);
    CHECK_READ(f, 0, 0, 0, 12, 15);
    CHECK_READ(f, 1, 0, 0, 10, 13, 16);
    CHECK_READ(f, 2, 0, 0, 11, 14, 17);
    check_none(f, 3, 0);
}

static void read__from_a_number__is_inclusive(void **state)
{
    struct fixture *f = *state;
    add(f, 10, 6);
    CHECK_READ(f, -1, 5, 0, 15);
    CHECK_READ(f, -1, 3, 0, 13, 14, 15);
    CHECK_READ(f, -1, -3, 0, 10, 11, 12, 13, 14, 15);
    CHECK_READ(f, 1, 3, 0, 13);
    CHECK_READ(f, 1, 0, 0, 10, 13);
    check_none(f, 1, 4);
    check_none(f, -1, 6);
    check_none(f, -1, INT64_MAX);
}

static void read__told_to_end__ends_and_can_go_on(void **state)
{
    struct fixture *f = *state;
    add(f, 10, 6);
    CHECK_READ(f, -1, 0, 2, 10, 11);
    CHECK_READ(f, -1, 2, 2, 12, 13);
    CHECK_READ(f, 1, 0, 1, 10);
    add(f, 16, 1);
    CHECK_READ(f, -1, 4, 6, 14, 15, 16);
}

static void read__many_entries__are_in_order(void **state)
{
    enum { MANY = 1280 };
    struct fixture *f = *state;
    static unsigned numbers[MANY];
    for (unsigned i = 0; i < MANY; i++)
        numbers[i] = i;
    for (unsigned i = 0; i < MANY; i += KIT_REFUSED_MAX)
        add(f, i, KIT_REFUSED_MAX);
    check_read(f, -1, 0, 0, numbers, MANY);
    reopen(f);
    check_read(f, -1, 0, 0, numbers, MANY);
}

#define LAW(name)                                                                                            \
    {                                                                                                        \
#name, name                                                                                          \
    }
static const struct contract_test laws[] = {
    LAW(add__entries__come_back_whole_and_numbered_from_0),
    LAW(add__several_calls_and_a_new_start__go_on),
    LAW(add__of_nothing__is_fine),
    LAW(add__the_same_again__is_a_second_entry),
    LAW(add__the_same_id_with_another_reason__is_found_as_the_last),
    LAW(add__large_texts_of_any_bytes__come_back),
    LAW(find__what_was_never_refused__is_none),
    LAW(read__an_empty_log__gives_nothing),
    LAW(read__one_election__gives_its_entries_only),
    LAW(read__from_a_number__is_inclusive),
    LAW(read__told_to_end__ends_and_can_go_on),
    LAW(read__many_entries__are_in_order),
};
_Static_assert(sizeof laws / sizeof laws[0] == 12,
               "the law has lost or gained a test: set this to their number");

int contract_refusal_log(const struct contract_log *adapters, size_t count)
{
    int failed = 0;
    for (size_t i = 0; i < count; i++)
        failed += contract_run(adapters[i].name, &adapters[i], laws, sizeof laws / sizeof laws[0], set_up,
                               tear_down);
    return failed;
}
