/* The SQLite store and cache where SQLite, or our own memory, does not give what it is asked for: each call
   that an operation makes failed once. The operation is a fault that says what it was about, it has changed
   nothing, and when nothing fails any more it is done. */
#include "alloc_faults.h"
#include "cache_kit.h"
#include "check.h"
#include "disk_vfs.h"
#include "nobody.h"
#include "sqlite_calls.h"
#include "sqlite_db.h"
#include "store_kit.h"
#include "workdir.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char A[] = "Election-1", B[] = "other";

static struct workdir dir;
static struct pv_fault fault;
static struct pv_event_store store;
static struct pv_document_cache cache;

/* Files are on a simulated disk, unless vfs is NULL. */
static struct pv_sqlite_options options;
static struct disk *disk;

static const char *path(void)
{
    return options.vfs != NULL ? "faults.db" : workdir_file(&dir, "faults.db");
}

static bool open_both(enum pv_open_mode mode)
{
    if (!pv_sqlite_store_open_with(path(), mode, &options, &store, &fault))
        return false;
    if (pv_sqlite_cache_open_with(path(), mode, &options, &cache, &fault))
        return true;
    store.ops->close(store.self);
    return false;
}

static void close_both(void)
{
    store.ops->close(store.self);
    cache.ops->close(cache.self);
    if (disk != NULL)
        disk_sync_names(disk);
}

/* --- what is done --- */

static struct pv_appended appended;
static struct kit_log records;
static size_t listed, there; /* events that the file has */
static char created[64];     /* when it was given its first ones, in one call */

static bool append(const char *stream, int64_t expected, unsigned first, unsigned count)
{
    return kit_append(&store, stream, expected, first, count, &appended, &fault) == PV_STORE_OK;
}

static bool append_to_a_new_stream(void)
{
    return append(B, PV_EXPECT_NO_STREAM, 100, 2);
}

static bool append_at_any_version(void)
{
    return append(A, PV_EXPECT_ANY, 103, 2);
}

static bool append_again(void)
{
    return append(A, -1, 0, 3);
}

static bool append_again_at_any_version(void)
{
    return append(A, PV_EXPECT_ANY, 1, 2);
}

/* To both streams, one of them a conflict, one a repetition. */
static bool append_a_group(void)
{
    static struct kit_events events[4];
    for (unsigned i = 0; i < 4; i++)
        kit_events_make(&events[i], i == 2 ? 0 : 100 + 10 * i, 2);
    struct pv_append group[] = {
        {.stream = kit_str(A), .expected = 2, .events = events[0].events, .count = 2},
        {.stream = kit_str(B), .expected = 0, .events = events[1].events, .count = 2},
        {.stream = kit_str(A), .expected = -1, .events = events[2].events, .count = 2},
        {.stream = kit_str(B), .expected = -1, .events = events[3].events, .count = 1}};
    if (store.ops->append_group(store.self, group, 4, &fault) != PV_STORE_OK)
        return false;
    for (int i = 0; i < 4; i++)
        check_int(group[i].result, i == 1 ? PV_STORE_CONFLICT : PV_STORE_OK);
    check_int(group[0].appended.last_number, 4);
    check_int(group[1].appended.last_number, -1);
    check_int(group[2].appended.position, 1);
    check_int(group[3].appended.position, 5);
    return true;
}

static bool find(const char *stream, unsigned event)
{
    struct pv_recorded found = {.number = -7};
    bool done = store.ops->find(store.self, kit_str(stream), kit_id(event), &found, &fault) == PV_STORE_OK;
    check_int(found.number, !done ? -7 : event < 3 ? (int64_t)event : -1);
    check_true(!done || event >= 3 || kit_is_event(&found, event));
    return done;
}

static bool find_in_a_stream(void)
{
    return find(A, 2);
}

static bool find_anywhere(void)
{
    return find(NULL, 1);
}

static bool find_what_is_not_there(void)
{
    return find(A, 7) && find(B, 8) && find(NULL, 7);
}

/* What stream A has already, and as the fourth one more; `id` NULL: without ids, to B. */
static bool copy(const char *id, size_t count)
{
    struct kit_events events;
    struct pv_recorded copied[4];
    char ids[4][PV_ULID_LEN];
    kit_events_make(&events, 0, 4);
    for (unsigned i = 0; i < 4; i++) {
        const struct pv_new_event *event = &events.events[i];
        pv_ulid_format(event->id.bits, ids[i]);
        copied[i] = (struct pv_recorded){.stream = kit_str(id == NULL ? B : A),
                                         .number = i,
                                         .type = event->type,
                                         .data = event->data,
                                         .id = {id == NULL ? NULL
                                                : i < 3    ? ids[i]
                                                           : id,
                                                0},
                                         .created = kit_str(id == NULL ? NULL : created),
                                         .position = -1,
                                         .metadata = event->metadata};
        copied[i].id.len = id == NULL ? 0 : i < 3 ? PV_ULID_LEN : strlen(id);
    }
    return store.ops->copy(store.self, copied, count, &fault) == PV_STORE_OK;
}

static bool copy_a_spelling(void)
{
    return copy("018DD1F7-A000-0000-8000-00000000000f", 4);
}

static bool copy_without_ids(void)
{
    return copy(NULL, 4);
}

static bool copy_what_is_there(void)
{
    return copy("", 3);
}

static bool ask_for_a_number(void)
{
    int64_t number = -7;
    bool done = store.ops->last_number(store.self, kit_str(A), &number, &fault) == PV_STORE_OK;
    check_int(number, done ? 2 : -7);
    return done;
}

static bool ask_for_the_position(void)
{
    int64_t position = -7;
    bool done = store.ops->last_position(store.self, &position, &fault) == PV_STORE_OK;
    check_int(position, done ? 2 : -7);
    return done;
}

static bool read_from(const char *stream)
{
    kit_log_deinit(&records);
    bool done = kit_log_read(&records, &store, stream, 0, 1, &fault);
    for (unsigned i = 0; i < records.count && i < 3; i++)
        check_true(kit_is_event(&records.records[i], i)); /* what is given before a fault is sound */
    check_true(!done || records.count == there);
    return done;
}

static bool read_all(void)
{
    return read_from(NULL);
}

static bool read_a_stream(void)
{
    return read_from(A);
}

static bool put(unsigned revision, uint32_t ballot_pages, bool changes)
{
    struct kit_document document;
    kit_document_make(&document, 1, revision, 2, ballot_pages);
    enum pv_cache_result result = changes ? kit_put_changes(&cache, &document, revision - 1, &fault)
                                          : kit_put(&cache, &document, &fault);
    kit_document_deinit(&document);
    check_true(result == PV_CACHE_OK || result == PV_CACHE_FAULT);
    return result == PV_CACHE_OK;
}

static bool put_all(void)
{
    return put(2, 3, false);
}

static bool put_fewer_pages(void)
{
    return put(2, 1, true);
}

static bool get(unsigned revision, uint32_t ballot_pages)
{
    struct kit_document document;
    struct pv_cached cached;
    if (cache.ops->get(cache.self, kit_election(1), &cached, &fault) != PV_CACHE_OK)
        return false;
    kit_document_make(&document, 1, revision, 2, ballot_pages);
    const char *difference = kit_difference_of(&cached, &document, false);
    kit_document_deinit(&document);
    pv_cached_deinit(&cached);
    check_true(difference == NULL);
    return true;
}

static bool get_it(void)
{
    return get(1, 3);
}

/* Each read of a part alone. */
static bool get_parts(void)
{
    struct kit_document document;
    const char *difference;
    kit_document_make(&document, 1, 1, 2, 3);
    bool done = kit_compare_parts(&cache, &document, &difference, &fault) == PV_CACHE_OK;
    kit_document_deinit(&document);
    check_true(!done || difference == NULL);
    return done;
}

static bool get_no_header(void)
{
    struct pv_text header;
    int64_t number;
    return cache.ops->get_header(cache.self, kit_election(2), &number, &header, &fault) == PV_CACHE_MISSING;
}

static bool put_a_checkpoint(void)
{
    return cache.ops->put_checkpoint(cache.self, 17, &fault) == PV_CACHE_OK;
}

static bool get_no_checkpoint(void)
{
    int64_t position = -7;
    bool done = cache.ops->get_checkpoint(cache.self, &position, &fault) == PV_CACHE_OK;
    check_int(position, done ? -1 : -7);
    return done;
}

static bool remove_it(void)
{
    return cache.ops->remove(cache.self, kit_election(1), &fault) == PV_CACHE_OK;
}

static bool count_it(void *context, struct pv_election_id id)
{
    (void)context, (void)id;
    listed++;
    return true;
}

static bool list_all(void)
{
    listed = 0;
    bool done = cache.ops->list(cache.self, count_it, NULL, &fault) == PV_CACHE_OK;
    check_int(listed, done ? 1 : 0);
    return done;
}

static bool open_to_write(void)
{
    if (!open_both(PV_OPEN_WRITE))
        return false;
    close_both();
    return true;
}

static bool open_to_read(void)
{
    if (!open_both(PV_OPEN_READ))
        return false;
    close_both();
    return true;
}

static bool open_relaxed(void)
{
    if (!pv_sqlite_cache_open_relaxed_with(path(), &options, &cache, &fault))
        return false;
    cache.ops->close(cache.self);
    return true;
}

/* --- and failed --- */

enum failing { SQLITE_CALL, ALLOCATION, DISK_CALL, FAILINGS };
static const enum pv_fault_kind kinds[FAILINGS] = {PV_FAULT_KIND_IO, PV_FAULT_KIND_NO_MEMORY,
                                                   PV_FAULT_KIND_IO};
static const char *const names[FAILINGS] = {"call", "allocation", "disk call"};

static void plan(enum failing what, size_t at)
{
    sqlite_calls_fail(what == SQLITE_CALL ? at : SIZE_MAX, SQLITE_IOERR);
    alloc_plan(what == ALLOCATION ? ALLOC_FAIL_ONCE : ALLOC_SOUND, at);
    if (disk != NULL)
        disk_plan(disk, what == DISK_CALL ? DISK_FAIL_ONCE : DISK_SOUND, at);
}

/* How many of them were made. */
static size_t count(enum failing what)
{
    return what == SQLITE_CALL ? sqlite_calls_count() : what == ALLOCATION ? alloc_count() : disk_calls(disk);
}

static void nothing_fails(void)
{
    plan(FAILINGS, 0);
}

static void drop_disk(void)
{
    if (disk != NULL)
        disk_free(disk);
    disk = NULL;
}

static void no_file(void)
{
    if (options.vfs != NULL) {
        drop_disk();
        disk = disk_new();
        disk_vfs_use(disk);
    }
}

/* A file with three events of stream A, and revision 1 of document 1. */
static void make_file(void)
{
    struct kit_log log = {0};
    no_file();
    if (!open_both(PV_OPEN_WRITE) || !append(A, -1, 0, 3) || !put(1, 3, false) ||
        !kit_log_read(&log, &store, A, 0, 3, &fault))
        fail_msg("%s", fault.text);
    (void)snprintf(created, sizeof created, "%.*s", (int)log.records[0].created.len,
                   log.records[0].created.ptr);
    kit_log_deinit(&log);
    close_both();
    there = 3;
}

/* Also to who sees what is not committed. */
static void check_unchanged(void)
{
    if (!read_all() || !get_it() || !list_all())
        fail_msg("%s", fault.text);
}

static void check_fault(enum failing what, size_t at, const char *says)
{
    if (fault.kind != kinds[what] || strncmp(fault.text, says, strlen(says)) != 0 ||
        strstr(fault.text, "faults.db'") == NULL)
        fail_msg("%s %zu: %s", names[what], at, fault.text);
}

/* Fails each call once, each time from the start. How many there were. */
static size_t fail_each(enum failing what, bool opened, bool (*act)(void), const char *says)
{
    for (size_t at = 0;; at++) {
        check_true(!opened || open_both(PV_OPEN_WRITE));
        plan(what, at);
        bool done = act();
        bool ended = at >= count(what);
        nothing_fails();
        /* SQLite itself may go on without what it wanted of the disk. */
        if (done ? !ended && what != DISK_CALL : ended)
            fail_msg("%s %zu was failed, and nobody is told", names[what], at);
        if (!done) {
            check_fault(what, at, says);
            check_true(opened || open_both(PV_OPEN_WRITE));
            check_unchanged();
        }
        if (opened || !done)
            close_both();
        if (ended)
            return at;
    }
}

/* What can be done with an open file fails at so many calls at least, and is done at last. */
static void check_act(bool (*act)(void), const char *says, size_t calls)
{
    make_file();
    check_true(fail_each(SQLITE_CALL, true, act, says) >= calls);
    make_file();
    (void)fail_each(ALLOCATION, true, act, says);
}

/* The last numbers of A and B, and the last position, once it is done. */
static void check_numbers(int64_t a, int64_t b, int64_t position)
{
    int64_t numbers[3] = {-7, -7, -7};
    check_true(open_both(PV_OPEN_READ));
    check_int(store.ops->last_number(store.self, kit_str(A), &numbers[0], &fault), PV_STORE_OK);
    check_int(store.ops->last_number(store.self, kit_str(B), &numbers[1], &fault), PV_STORE_OK);
    check_int(store.ops->last_position(store.self, &numbers[2], &fault), PV_STORE_OK);
    close_both();
    check_int(numbers[0], a);
    check_int(numbers[1], b);
    check_int(numbers[2], position);
}

static void append__each_call_fails_once__writes_nothing(void **state)
{
    (void)state;
    check_act(append_to_a_new_stream, "cannot append to 'sqlite:", 30);
    check_int(appended.position, 4);
    check_numbers(2, 1, 4);
    check_act(append_at_any_version, "cannot append to 'sqlite:", 30);
    check_int(appended.first_number, 3);
    check_numbers(4, -1, 4);
}

/* The index is written with them, or not at all. */
static void append__each_call_fails_once__indexes_nothing(void **state)
{
    (void)state;
    options.tail = 1;
    check_act(append_to_a_new_stream, "cannot append to 'sqlite:", 32);
    check_numbers(2, 1, 4);
    check_act(append_at_any_version, "cannot append to 'sqlite:", 32);
    check_numbers(4, -1, 4);
    check_act(append_a_group, "cannot append to 'sqlite:", 62);
    check_numbers(4, 0, 5);
    check_act(append_again, "cannot append to 'sqlite:", 15);
    check_act(copy_a_spelling, "cannot copy to 'sqlite:", 22);
    check_numbers(3, -1, 3);
    check_act(read_a_stream, "cannot read '", 8);
}

static void append__repeated_while_a_call_fails__is_told_and_then_acknowledged(void **state)
{
    (void)state;
    check_act(append_again, "cannot append to 'sqlite:", 15);
    check_int(appended.last_number, 2);
    check_act(append_again_at_any_version, "cannot append to 'sqlite:", 15);
    check_int(appended.first_number, 1);
    check_numbers(2, -1, 2);
}

static void append_group__each_call_fails_once__writes_nothing(void **state)
{
    (void)state;
    check_act(append_a_group, "cannot append to 'sqlite:", 60);
    check_numbers(4, 0, 5);
}

static void find__each_call_fails_once__is_told_and_gives_nothing(void **state)
{
    (void)state;
    check_act(find_in_a_stream, "cannot read '", 4);
    check_act(find_anywhere, "cannot read '", 4);
    check_act(find_what_is_not_there, "cannot read '", 5);
    check_numbers(2, -1, 2);
}

static void copy__each_call_fails_once__writes_nothing(void **state)
{
    (void)state;
    check_act(copy_a_spelling, "cannot copy to 'sqlite:", 20);
    check_numbers(3, -1, 3);
    check_act(copy_without_ids, "cannot copy to 'sqlite:", 40);
    check_numbers(2, 3, 6);
}

/* What is there is compared, with ids and without. */
static void copy__repeated_while_a_call_fails__is_told_and_then_acknowledged(void **state)
{
    static bool (*const acts[])(void) = {copy_a_spelling, copy_without_ids};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        make_file();
        check_true(open_both(PV_OPEN_WRITE) && acts[i]());
        close_both();
        there = i == 0 ? 4 : 7;
        for (enum failing what = 0; what < FAILINGS; what++)
            check_true(fail_each(what, true, acts[i], "cannot copy to 'sqlite:") >=
                       (what == SQLITE_CALL ? 12 : 1));
        check_true(open_both(PV_OPEN_READ));
        check_unchanged();
        close_both();
    }
}

/* Where it is far from what is read to open the file and to find the end of the stream. */
static void copy__what_is_there_cannot_be_read__is_told_and_then_acknowledged(void **state)
{
    enum { MORE = 1200, SOME = 60 };
    (void)state;
    options.tail = 1;
    make_file();
    check_true(open_both(PV_OPEN_WRITE));
    for (unsigned i = 0; i < MORE; i += SOME)
        check_true(append(A, 2 + (int64_t)i, 1000 + i, SOME));
    close_both();
    there = 3 + MORE;
    check_true(fail_each(DISK_CALL, true, copy_what_is_there, "cannot copy to 'sqlite:") >= 3);
    check_numbers(2 + MORE, -1, 2 + MORE);
}

/* A record for which what is read at once has no room. */
static bool append_a_large_event(void)
{
    enum { LARGE = 300 << 10 };
    struct pv_new_event event = {.id = kit_id(99), .type = kit_str("x")};
    char *data = calloc(1, LARGE);
    check_true(data != NULL);
    memset(data, '7', LARGE);
    event.data = (struct pv_str){data, LARGE};
    bool done = store.ops->append(store.self, kit_str(A), 2, &event, 1, &appended, &fault) == PV_STORE_OK;
    free(data);
    return done;
}

static void read__no_memory_for_a_large_record__gives_it_when_there_is(void **state)
{
    struct pv_store_reader *reader;
    struct pv_recorded record;
    size_t got = 7;
    (void)state;
    make_file();
    check_true(open_both(PV_OPEN_WRITE) && append_a_large_event());
    close_both();
    there = 4;
    check_true(fail_each(ALLOCATION, true, read_all, "cannot read '") >= 6);
    check_true(open_both(PV_OPEN_READ));
    check_int(store.ops->read(store.self, kit_str(A), 3, &reader, &fault), PV_STORE_OK);
    plan(ALLOCATION, 2); /* after the names of the stream and of the type */
    check_int(store.ops->next(reader, &record, 1, &got, &fault), PV_STORE_FAULT);
    nothing_fails();
    check_int(fault.kind, PV_FAULT_KIND_NO_MEMORY);
    check_int(got, 7);
    check_int(store.ops->next(reader, &record, 1, &got, &fault), PV_STORE_OK);
    check_int(got, 1);
    check_int(record.data.len, 300 << 10);
    check_int(record.data.ptr[record.data.len - 1], '7');
    store.ops->close_reader(reader);
    close_both();
}

static void read__each_call_fails_once__gives_only_what_is_sound(void **state)
{
    (void)state;
    check_act(ask_for_a_number, "cannot read '", 4);
    check_act(ask_for_the_position, "cannot read '", 1);
    check_act(read_all, "cannot read '", 8);
    check_act(read_a_stream, "cannot read '", 8);
}

static void put__each_call_fails_once__writes_nothing(void **state)
{
    (void)state;
    check_act(put_all, "cannot put into '", 30);
    check_true(open_both(PV_OPEN_READ) && get(2, 3));
    close_both();
    check_act(put_fewer_pages, "cannot put into '", 30);
    check_true(open_both(PV_OPEN_READ) && get(2, 1));
    close_both();
}

static void get_and_list__each_call_fails_once__give_nothing(void **state)
{
    (void)state;
    check_act(get_it, "cannot read '", 8);
    check_act(list_all, "cannot list '", 2);
}

static void parts__each_call_fails_once__give_nothing(void **state)
{
    (void)state;
    check_act(get_parts, "cannot ", 40);
    check_act(get_no_header, "cannot read '", 4);
}

static void checkpoint__each_call_fails_once__is_not_there(void **state)
{
    int64_t position = -7;
    (void)state;
    check_act(get_no_checkpoint, "cannot read '", 1);
    check_act(put_a_checkpoint, "cannot put into '", 2);
    check_true(open_both(PV_OPEN_READ));
    check_int(cache.ops->get_checkpoint(cache.self, &position, &fault), PV_CACHE_OK);
    close_both();
    check_int(position, 17);
}

/* --- a rollback that fails too --- */

static bool find_what_was_undone(void)
{
    return find(A, 103);
}

static bool get_a_header(void)
{
    int64_t number = -7;
    struct pv_text header;
    if (cache.ops->get_header(cache.self, kit_election(1), &number, &header, &fault) != PV_CACHE_OK)
        return false;
    free(header.ptr);
    check_int(number, 10);
    return true;
}

static bool get_a_page(void)
{
    int64_t number = -7;
    struct pv_text page;
    if (cache.ops->get_page(cache.self, kit_election(1), PV_PAGE_KIND_VOTERS, 1, &number, &page, &fault) !=
        PV_CACHE_OK)
        return false;
    free(page.ptr);
    check_int(number, 10);
    return true;
}

static bool find_a_page(void)
{
    char key[KIT_KEY_MAX];
    uint32_t page;
    return cache.ops->find(cache.self, kit_election(1), PV_PAGE_KIND_VOTERS,
                           kit_key(PV_PAGE_KIND_VOTERS, 1, key), &page, &fault) == PV_CACHE_OK;
}

static bool take_summary(void *context, struct pv_election_id id, int64_t last_number, struct pv_str summary)
{
    (void)context, (void)id, (void)summary;
    check_int(last_number, 10);
    return true;
}

static bool show_summaries(void)
{
    return cache.ops->summaries(cache.self, NULL, take_summary, NULL, &fault) == PV_CACHE_OK;
}

/* How many calls it makes, the last of them the commit's. */
static size_t calls_of(bool (*write)(void))
{
    make_file();
    check_true(open_both(PV_OPEN_WRITE));
    plan(SQLITE_CALL, SIZE_MAX);
    check_true(write());
    size_t calls = sqlite_calls_count();
    close_both();
    return calls;
}

/* Fails the commit of `write` and the two rollbacks after it, of which the second is who reads next. That
   one is told; then everything is as if `write` had not been. */
static void check_left_over(bool (*write)(void), size_t calls, bool (*act)(void))
{
    make_file();
    check_true(open_both(PV_OPEN_WRITE));
    plan(SQLITE_CALL, calls - 1);
    sqlite_calls_refuse("ROLLBACK", SQLITE_NOMEM, 2);
    check_true(!write());
    plan(SQLITE_CALL, SIZE_MAX);
    check_true(!act());
    check_int(fault.kind, PV_FAULT_KIND_NO_MEMORY);
    check_true(strncmp(fault.text, "cannot ", 7) == 0);
    sqlite_calls_refuse("", SQLITE_OK, 0);
    check_true(act());
    close_both();
}

static void rollback__fails_in_the_store__nothing_undone_is_read_or_added_to(void **state)
{
    static bool (*const acts[])(void) = {
        ask_for_a_number, ask_for_the_position,  find_what_was_undone, read_a_stream,
        read_all,         append_at_any_version, copy_a_spelling};
    (void)state;
    size_t calls = calls_of(append_at_any_version);
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        check_left_over(append_at_any_version, calls, acts[i]);
        int64_t last = acts[i] == append_at_any_version ? 4 : acts[i] == copy_a_spelling ? 3 : 2;
        check_numbers(last, -1, last);
    }
}

static void rollback__fails_in_the_cache__nothing_undone_is_read_or_added_to(void **state)
{
    static bool (*const acts[])(void) = {get_it,         get_a_header,    get_a_page, find_a_page,
                                         show_summaries, list_all,        put_all,    get_no_checkpoint,
                                         remove_it,      put_a_checkpoint};
    int64_t position = -7;
    (void)state;
    size_t calls = calls_of(put_all);
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++)
        check_left_over(put_all, calls, acts[i]);
    check_true(open_both(PV_OPEN_READ)); /* and what was answered last is kept */
    check_int(cache.ops->get_checkpoint(cache.self, &position, &fault), PV_CACHE_OK);
    close_both();
    check_int(position, 17);
}

static void run_sql(const char *text)
{
    sqlite3 *db;
    check_int(sqlite3_open_v2("./faults.db", &db, SQLITE_OPEN_READWRITE, options.vfs), SQLITE_OK);
    check_int(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
    check_int(sqlite3_close(db), SQLITE_OK);
}

/* Makes a database of version 1 of it, which has its index from SQLite. */
static void make_old_file(void)
{
    make_file();
    run_sql("CREATE UNIQUE INDEX events_by_number ON events(stream, number); DROP TABLE numbers; "
            "DROP TABLE numbers_through; PRAGMA user_version=1");
}

static int64_t version_of_file(void)
{
    struct pv_sqlite plain = {.spec = NULL};
    int64_t version = -7;
    check_int(sqlite3_open_v2("./faults.db", &plain.db, SQLITE_OPEN_READWRITE, options.vfs), SQLITE_OK);
    check_int(pv_sqlite_ask(&plain, "PRAGMA user_version", &version), SQLITE_ROW);
    check_int(sqlite3_close(plain.db), SQLITE_OK);
    return version;
}

/* Fails each call once. What is left is of one version or of the other, and all of it is there. */
static void check_old_file(bool (*act)(void), enum failing what, size_t calls)
{
    make_old_file();
    for (size_t at = 0, ended = 0; !ended; at++) {
        plan(what, at);
        bool done = act();
        ended = at >= count(what);
        nothing_fails();
        check_true(done || !ended);
        if (!done)
            check_fault(what, at, "cannot open 'sqlite:");
        check_true(!ended || at >= calls);
        int64_t version = version_of_file();
        check_true(version == 1 || (version == 2 && act == open_to_write));
        check_true(open_both(PV_OPEN_READ));
        check_unchanged();
        close_both();
        if (version == 2)
            make_old_file();
    }
    check_true(open_both(PV_OPEN_WRITE));
    check_unchanged();
    close_both();
    check_numbers(2, -1, 2);
}

static void open__version_1_and_each_call_fails_once__is_of_one_version_or_the_other(void **state)
{
    (void)state;
    check_old_file(open_to_write, SQLITE_CALL, 90);
    check_old_file(open_to_write, ALLOCATION, 4);
    check_old_file(open_to_write, DISK_CALL, 10);
    check_old_file(open_to_read, SQLITE_CALL, 60);
    check_old_file(open_to_read, ALLOCATION, 4);
}

/* Which of the later tables are there at first must not matter. */
static void open__an_older_file_and_each_call_fails_once__is_completed_by_the_next(void **state)
{
    static const char *const older[] = {
        ("DROP TABLE cached_shown; DROP TABLE cached_page_keys; DROP TABLE cached_keys; "
         "DROP TABLE cached_checkpoint"),
        "DROP TABLE cached_keys", "DROP INDEX cached_page_keys_by_page"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        make_file();
        run_sql(older[i]);
        for (size_t at = 0, ended = 0; !ended; at++) {
            plan(SQLITE_CALL, at);
            bool done = open_relaxed();
            ended = at >= sqlite_calls_count();
            nothing_fails();
            check_int(done, ended);
            if (!done)
                check_fault(SQLITE_CALL, at, "cannot open 'sqlite:");
        }
        check_true(open_both(PV_OPEN_WRITE) && put(2, 3, false) && get(2, 3));
        close_both();
    }
}

/* One who only reads does without them, until a writer has made them. */
static bool find_in_an_older_file(void)
{
    uint32_t page;
    char key[KIT_KEY_MAX];
    return cache.ops->find(cache.self, kit_election(1), PV_PAGE_KIND_VOTERS,
                           kit_key(PV_PAGE_KIND_VOTERS, 0, key), &page, &fault) == PV_CACHE_DAMAGED;
}

static bool show_nothing(void *context, struct pv_election_id id, int64_t last_number, struct pv_str summary)
{
    (void)context, (void)id, (void)last_number, (void)summary;
    fail_msg("a summary is shown");
    return false;
}

static bool show_an_older_file(void)
{
    return cache.ops->summaries(cache.self, NULL, show_nothing, NULL, &fault) == PV_CACHE_OK;
}

/* Where it can never be done: told apart by the kind of the fault. */
static bool checkpoint_in_an_older_file(void)
{
    return cache.ops->put_checkpoint(cache.self, 1, &fault) == PV_CACHE_FAULT &&
           fault.kind == PV_FAULT_KIND_DENIED;
}

static void older_file__each_call_fails_once__is_told(void **state)
{
    static const struct {
        bool (*act)(void);
        const char *says;
    } acts[] = {{find_in_an_older_file, "cannot read 'sqlite:"},
                {show_an_older_file, "cannot list 'sqlite:"},
                {get_no_checkpoint, "cannot read 'sqlite:"},
                {checkpoint_in_an_older_file, "cannot put into 'sqlite:"}};
    (void)state;
    make_file();
    run_sql("DROP TABLE cached_keys");
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        for (size_t at = 0, ended = 0; !ended; at++) {
            check_true(pv_sqlite_cache_open_with(path(), PV_OPEN_READ, &options, &cache, &fault));
            plan(SQLITE_CALL, at);
            bool done = acts[i].act();
            ended = at >= sqlite_calls_count();
            nothing_fails();
            check_int(done, ended);
            if (!done)
                check_fault(SQLITE_CALL, at, acts[i].says);
            cache.ops->close(cache.self);
        }
    }
}

static void remove__each_call_fails_once__removes_nothing(void **state)
{
    (void)state;
    check_act(remove_it, "cannot remove from '", 8);
    check_true(open_both(PV_OPEN_READ));
    check_int(cache.ops->remove(cache.self, kit_election(1), &fault), PV_CACHE_MISSING);
    close_both();
}

static void open__each_call_fails_once__leaves_nothing_open(void **state)
{
    (void)state;
    for (enum failing what = 0; what < DISK_CALL; what++) {
        make_file();
        check_true(fail_each(what, false, open_to_write, "cannot open 'sqlite:") >=
                   (what == SQLITE_CALL ? 60 : 4));
        check_true(fail_each(what, false, open_to_read, "cannot open 'sqlite:") >=
                   (what == SQLITE_CALL ? 60 : 4));
    }
}

/* What was begun is no obstacle to the next who tries. */
static void open__a_new_file_and_each_call_fails_once__is_made_by_the_next(void **state)
{
    (void)state;
    for (size_t at = 0;; at++) {
        no_file();
        plan(SQLITE_CALL, at);
        bool done = open_to_write(), ended = at >= sqlite_calls_count();
        nothing_fails();
        check_int(done, ended);
        if (ended)
            break;
        check_fault(SQLITE_CALL, at, "cannot open 'sqlite:");
        check_true(open_to_write());
    }
}

/* Two that make a file at once: one of them finds it locked when it turns the log on, and tries again. */
static void open__another_turns_the_log_on__waits_for_it(void **state)
{
    (void)state;
    no_file();
    (void)sqlite_calls_slept();
    sqlite_calls_refuse("PRAGMA journal_mode=WAL", SQLITE_BUSY, 3);
    check_true(open_to_write());
    check_int(sqlite_calls_slept(), 1 + 2 + 3);
}

static void open__another_never_lets_go__is_busy(void **state)
{
    static const struct pv_sqlite_options hasty = {DISK_VFS, 9, 1 << 20, 0};
    (void)state;
    no_file();
    (void)sqlite_calls_slept();
    sqlite_calls_refuse("PRAGMA journal_mode=WAL", SQLITE_BUSY, UINT32_MAX);
    check_true(!pv_sqlite_store_open_with(path(), PV_OPEN_WRITE, &hasty, &store, &fault));
    sqlite_calls_refuse("", SQLITE_OK, 0);
    check_int(fault.kind, PV_FAULT_KIND_BUSY);
    check_true(strstr(fault.text, "another process is using it") != NULL);
    check_int(sqlite_calls_slept(), 1 + 2 + 3 + 4);
    check_true(open_to_write());
}

static bool nobody_reads(void)
{
    if (!pv_sqlite_store_open(path(), PV_OPEN_READ, &store, &fault))
        return false;
    store.ops->close(store.self);
    return true;
}

/* How often no memory was told; checks of cmocka's must not be made here. */
static int nobody_reads_without_memory(void)
{
    for (size_t at = 0;; at++) {
        plan(ALLOCATION, at);
        bool done = nobody_reads(), ended = at >= alloc_count();
        nothing_fails();
        if (done || ended)
            return done && ended ? (int)at : 200;
        if (fault.kind != PV_FAULT_KIND_NO_MEMORY)
            return 201;
    }
}

/* There the database is opened twice, the second time as a file that nobody writes. */
static void open__in_a_read_only_folder_without_memory__is_told(void **state)
{
    (void)state;
    options.vfs = NULL;
    make_file();
    struct workdir own = dir;
    workdir_make_public(&dir);
    char from[WORKDIR_PATH_MAX + 16];
    (void)snprintf(from, sizeof from, "%s/faults.db", own.path);
    FILE *made = fopen(from, "rb"), *shown = fopen(path(), "wb");
    check_true(made != NULL && shown != NULL);
    for (int c; (c = fgetc(made)) != EOF;)
        check_int(fputc(c, shown), c);
    check_int(fclose(made) + fclose(shown), 0);
    check_int(chmod(path(), 0444) + chmod(dir.path, 0555), 0);
    int times = nobody_runs(nobody_reads_without_memory);
    check_int(chmod(dir.path, 0755), 0);
    workdir_remove(&dir);
    dir = own;
    check_true(times >= 4 && times < 200);
}

/* Opens to read while each call is refused once for want of a folder that can be written. How often it was
   opened all the same, which is right for a database that is closed, and seen whole. */
static unsigned open_as_if_read_only(const char *name)
{
    unsigned opened = 0;
    for (size_t at = 0;; at++) {
        sqlite_calls_fail(at, SQLITE_READONLY_DIRECTORY);
        bool done = pv_sqlite_store_open(name, PV_OPEN_READ, &store, &fault);
        bool ended = at >= sqlite_calls_count();
        nothing_fails();
        if (done) {
            check_true(read_all());
            store.ops->close(store.self);
        }
        if (ended)
            return opened;
        opened += done;
        check_true(done || fault.kind == PV_FAULT_KIND_DENIED);
    }
}

static void open__as_if_in_a_read_only_folder__with_a_log_is_denied(void **state)
{
    char folder[WORKDIR_PATH_MAX + 8], link[WORKDIR_PATH_MAX + 24];
    (void)state;
    options.vfs = NULL;
    make_file();
    (void)snprintf(folder, sizeof folder, "%s/links", dir.path);
    (void)snprintf(link, sizeof link, "%s/link.db", folder);
    check_int(mkdir(folder, 0777), 0);
    check_int(symlink("../faults.db", link), 0);
    check_true(open_as_if_read_only(path()) >= 1);
    check_true(open_as_if_read_only(link) >= 1);
    struct pv_event_store writer;
    check_true(pv_sqlite_store_open(path(), PV_OPEN_WRITE, &writer, &fault));
    check_int(kit_append(&writer, A, 2, 3, 1, &appended, &fault), PV_STORE_OK);
    there = 4;
    check_int(open_as_if_read_only(path()), 0);
    check_int(open_as_if_read_only(link), 0);
    writer.ops->close(writer.self);
}

static int set_up(void **state)
{
    (void)state;
    workdir_make(&dir);
    options = pv_sqlite_defaults;
    options.vfs = DISK_VFS;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    kit_log_deinit(&records);
    workdir_remove(&dir);
    drop_disk();
    return 0;
}

int main(void)
{
    disk_vfs_register();
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(append__each_call_fails_once__writes_nothing),
        CASE(append__each_call_fails_once__indexes_nothing),
        CASE(append__repeated_while_a_call_fails__is_told_and_then_acknowledged),
        CASE(append_group__each_call_fails_once__writes_nothing),
        CASE(find__each_call_fails_once__is_told_and_gives_nothing),
        CASE(copy__each_call_fails_once__writes_nothing),
        CASE(copy__repeated_while_a_call_fails__is_told_and_then_acknowledged),
        CASE(copy__what_is_there_cannot_be_read__is_told_and_then_acknowledged),
        CASE(read__no_memory_for_a_large_record__gives_it_when_there_is),
        CASE(read__each_call_fails_once__gives_only_what_is_sound),
        CASE(put__each_call_fails_once__writes_nothing),
        CASE(get_and_list__each_call_fails_once__give_nothing),
        CASE(remove__each_call_fails_once__removes_nothing),
        CASE(parts__each_call_fails_once__give_nothing),
        CASE(checkpoint__each_call_fails_once__is_not_there),
        CASE(rollback__fails_in_the_store__nothing_undone_is_read_or_added_to),
        CASE(rollback__fails_in_the_cache__nothing_undone_is_read_or_added_to),
        CASE(open__an_older_file_and_each_call_fails_once__is_completed_by_the_next),
        CASE(open__version_1_and_each_call_fails_once__is_of_one_version_or_the_other),
        CASE(older_file__each_call_fails_once__is_told),
        CASE(open__each_call_fails_once__leaves_nothing_open),
        CASE(open__a_new_file_and_each_call_fails_once__is_made_by_the_next),
        CASE(open__another_turns_the_log_on__waits_for_it),
        CASE(open__another_never_lets_go__is_busy),
        CASE(open__as_if_in_a_read_only_folder__with_a_log_is_denied),
        CASE(open__in_a_read_only_folder_without_memory__is_told),
    };
    _Static_assert(sizeof tests / sizeof tests[0] >= 26, "tests are missing from the group");
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
