/* One file or folder, and several threads, each with a handle of its own: appends that meet, readers that
   follow, puts that meet. Under TSan (preset tsan) it also shows that the handles share nothing. */
#include "adapters.h"
#include "cache_kit.h"
#include "check.h"
#include "store_kit.h"
#include "workdir.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

static const char A[] = "Election-01HQ0000000000000000000001";
enum { WRITERS = 3, FOLLOWERS = 2, EACH = 40, PUTS = 20, READERS = 3, READS = 20 };

static struct workdir dir;

static int set_up(void **state)
{
    (void)state;
    workdir_make(&dir);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    workdir_remove(&dir);
    return 0;
}

/* What a thread is given, and what it says; only the main thread may end a test. */
struct thread {
    pthread_t id;
    const char *path;
    unsigned number;
    bool ok;
    struct pv_fault fault;
    const char *wrong; /* what it found, where it is no fault */
    /* of a writer */
    int64_t acknowledged[EACH]; /* the number that each of its events was given */
    unsigned conflicts;
    /* of a follower */
    const char *stream; /* NULL: all */
    const atomic_bool *writers_ended;
    struct kit_log log;
};

static void start(struct thread *thread, const char *path, unsigned number, void *(*work)(void *))
{
    thread->path = path;
    thread->number = number;
    check_int(pthread_create(&thread->id, NULL, work, thread), 0);
}

static void check_ended(struct thread *thread)
{
    check_int(pthread_join(thread->id, NULL), 0);
    if (!thread->ok)
        fail_msg("thread %u: %s", thread->number, thread->wrong != NULL ? thread->wrong : thread->fault.text);
}

/* --- the event store --- */

/* Appends its events, each at the version that it believes is there, and again after each conflict. */
static bool append_in_turn(struct thread *thread, const struct pv_event_store *store)
{
    struct pv_appended appended = {.last_number = PV_EXPECT_NO_STREAM};
    for (unsigned i = 0; i < EACH; i++) {
        enum pv_store_result result;
        do {
            result = kit_append(store, A, appended.last_number, 100 * thread->number + i, 1, &appended,
                                &thread->fault);
            thread->conflicts += result == PV_STORE_CONFLICT;
        } while (result == PV_STORE_CONFLICT);
        if (result != PV_STORE_OK)
            return false;
        thread->acknowledged[i] = appended.first_number;
    }
    return true;
}

static void *write_events(void *argument)
{
    struct thread *thread = argument;
    struct pv_event_store store;
    if (!pv_sqlite_store_open(thread->path, PV_OPEN_WRITE, &store, &thread->fault))
        return NULL;
    thread->ok = append_in_turn(thread, &store);
    store.ops->close(store.self);
    return NULL;
}

/* Asks again and again, until the writers have ended and once more. */
static bool follow(struct thread *thread, const struct pv_event_store *store, struct pv_store_reader *reader)
{
    bool ended, ok;
    do {
        ended = atomic_load(thread->writers_ended);
        ok = kit_log_drain(&thread->log, store, reader, 8, &thread->fault);
        (void)sched_yield();
    } while (ok && !ended);
    return ok;
}

static void *follow_events(void *argument)
{
    struct thread *thread = argument;
    struct pv_event_store store;
    struct pv_store_reader *reader;
    if (!pv_sqlite_store_open(thread->path, PV_OPEN_WRITE, &store, &thread->fault))
        return NULL;
    if (store.ops->read(store.self, kit_str(thread->stream), 0, &reader, &thread->fault) == PV_STORE_OK) {
        thread->ok = follow(thread, &store, reader);
        store.ops->close_reader(reader);
    }
    store.ops->close(store.self);
    return NULL;
}

/* Each event that was acknowledged stands where its writer was told, each once, each writer's in its order.
 */
static void check_log(const struct kit_log *log, const struct thread *writers)
{
    check_int(log->count, WRITERS * EACH);
    for (size_t i = 0; i < log->count; i++) {
        check_int(log->records[i].number, i);
        check_int(log->records[i].position, i);
    }
    for (unsigned w = 0; w < WRITERS; w++) {
        int64_t last = -1;
        for (unsigned i = 0; i < EACH; i++) {
            int64_t at = writers[w].acknowledged[i];
            check_true(at > last && at < (int64_t)log->count);
            check_true(kit_is_event(&log->records[at], 100 * w + i));
            last = at;
        }
    }
}

static void threads__that_append_to_one_store__lose_and_repeat_nothing(void **state)
{
    (void)state;
    struct thread writers[WRITERS] = {0}, followers[FOLLOWERS] = {0};
    const char *path = workdir_file(&dir, "shared.db");
    atomic_bool ended = false;
    unsigned conflicts = 0;
    for (unsigned i = 0; i < FOLLOWERS; i++) {
        followers[i].stream = i == 0 ? A : NULL;
        followers[i].writers_ended = &ended;
        start(&followers[i], path, 10 + i, follow_events);
    }
    for (unsigned i = 0; i < WRITERS; i++)
        start(&writers[i], path, i, write_events);
    for (unsigned i = 0; i < WRITERS; i++)
        (void)pthread_join(writers[i].id, NULL);
    atomic_store(&ended, true);
    for (unsigned i = 0; i < FOLLOWERS; i++)
        check_ended(&followers[i]);
    for (unsigned i = 0; i < WRITERS; i++) {
        if (!writers[i].ok)
            fail_msg("writer %u: %s", i, writers[i].fault.text);
        conflicts += writers[i].conflicts;
    }
    check_true(conflicts >= WRITERS - 1); /* all but one find that the stream is there already */
    for (unsigned i = 0; i < FOLLOWERS; i++) {
        check_log(&followers[i].log, writers);
        kit_log_deinit(&followers[i].log);
    }
}

/* Reads all of the store, again and again, beside the others. */
static void *read_events(void *argument)
{
    struct thread *thread = argument;
    struct pv_event_store store;
    if (!pv_sqlite_store_open(thread->path, PV_OPEN_READ, &store, &thread->fault))
        return NULL;
    thread->ok = true;
    for (unsigned i = 0; thread->ok && i < READS; i++) {
        kit_log_deinit(&thread->log);
        thread->ok = kit_log_read(&thread->log, &store, NULL, 0, 256, &thread->fault);
    }
    store.ops->close(store.self);
    return NULL;
}

static void threads__that_read_one_store__each_see_all_of_it(void **state)
{
    (void)state;
    struct thread readers[READERS] = {0};
    struct pv_event_store store;
    struct pv_appended appended = {.last_number = PV_EXPECT_NO_STREAM};
    struct pv_fault fault;
    const char *path = workdir_file(&dir, "shared.db");
    check_true(pv_sqlite_store_open(path, PV_OPEN_WRITE, &store, &fault));
    for (unsigned i = 0; i < 4; i++)
        check_int(kit_append(&store, A, appended.last_number, 64 * i, 64, &appended, &fault), PV_STORE_OK);
    for (unsigned i = 0; i < READERS; i++)
        start(&readers[i], path, i, read_events);
    for (unsigned i = 0; i < READERS; i++) {
        check_ended(&readers[i]);
        check_int(readers[i].log.count, 256);
        for (unsigned k = 0; k < 256; k++)
            check_true(kit_is_event(&readers[i].log.records[k], k));
        kit_log_deinit(&readers[i].log);
    }
    store.ops->close(store.self);
}

/* --- the document caches --- */

/* Puts the election's revision of this thread, and looks at what is there: some thread's, but all of it. */
static bool put_and_get(struct thread *thread, const struct pv_document_cache *cache, unsigned revision)
{
    struct kit_document document;
    struct pv_cached cached;
    kit_document_make(&document, 1, revision, thread->number, WRITERS - thread->number);
    bool ok = kit_put(cache, &document, &thread->fault) == PV_CACHE_OK;
    kit_document_deinit(&document);
    if (!ok || cache->ops->get(cache->self, kit_election(1), &cached, &thread->fault) != PV_CACHE_OK)
        return false;
    revision = (unsigned)(cached.last_number / 10);
    unsigned writer = (revision - 1) / 100;
    kit_document_make(&document, 1, revision, writer, WRITERS - writer);
    thread->wrong = kit_difference_of(&cached, &document, false);
    kit_document_deinit(&document);
    pv_cached_deinit(&cached);
    return thread->wrong == NULL;
}

static void put_in_turn(struct thread *thread, const struct pv_document_cache *cache)
{
    thread->ok = true;
    for (unsigned i = 0; thread->ok && i < PUTS; i++)
        thread->ok = put_and_get(thread, cache, 100 * thread->number + i + 1);
    cache->ops->close(cache->self);
}

static void *put_into_sqlite(void *argument)
{
    struct thread *thread = argument;
    struct pv_document_cache cache;
    if (pv_sqlite_cache_open(thread->path, PV_OPEN_WRITE, &cache, &thread->fault))
        put_in_turn(thread, &cache);
    return NULL;
}

static void *put_into_files(void *argument)
{
    struct thread *thread = argument;
    struct pv_document_cache cache;
    if (pv_file_cache_open(thread->path, PV_OPEN_WRITE, &cache, &thread->fault))
        put_in_turn(thread, &cache);
    return NULL;
}

static void check_puts(const char *path, void *(*work)(void *))
{
    struct thread threads[WRITERS] = {0};
    for (unsigned i = 0; i < WRITERS; i++)
        start(&threads[i], path, i, work);
    for (unsigned i = 0; i < WRITERS; i++)
        check_ended(&threads[i]);
}

static void threads__that_put_one_election_into_sqlite__never_see_half_of_it(void **state)
{
    (void)state;
    check_puts(workdir_file(&dir, "cache.db"), put_into_sqlite);
}

static void threads__that_put_one_election_into_files__never_see_half_of_it(void **state)
{
    (void)state;
    check_puts(workdir_file(&dir, "cache"), put_into_files);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
static const struct CMUnitTest tests[] = {
    CASE(threads__that_append_to_one_store__lose_and_repeat_nothing),
    CASE(threads__that_read_one_store__each_see_all_of_it),
    CASE(threads__that_put_one_election_into_sqlite__never_see_half_of_it),
    CASE(threads__that_put_one_election_into_files__never_see_half_of_it),
};
CHECK_MAIN(tests, 4)
