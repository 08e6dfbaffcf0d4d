/* What follows a projector of another process: it tells what that one's checkpoint covers, once, and no more.
 */
#include "app_cache.h"
#include "app_kit.h"
#include "app_store.h"
#include "pull.h"
#include "watcher.h"

static struct pv_watcher watcher;
static struct pv_fault fault;
static char told[400]; /* "A 8 10 " is an election, a number and a position */

static void on_projected(void *context, struct pv_election_id id, int64_t number, int64_t position)
{
    char text[PV_ULID_LEN], line[64];
    check_true(context == &watcher);
    pv_ulid_format(id.bits, text);
    (void)snprintf(line, sizeof line, "%c %lld %lld ", text[PV_ULID_LEN - 1], (long long)number,
                   (long long)position);
    check_true(strlen(told) + strlen(line) < sizeof told);
    memcpy(told + strlen(told), line, strlen(line) + 1);
}

static void start(void)
{
    pv_watcher_deinit(&watcher);
    watcher = (struct pv_watcher){.store = &app_store.port,
                                  .cache = &app_cache.port,
                                  .context = &watcher,
                                  .on_projected = on_projected};
}

static int set_up(void **state)
{
    app_cache_open();
    app_store_open();
    int result = kit_set_up(state);
    start();
    return result;
}

static int tear_down(void **state)
{
    pv_watcher_deinit(&watcher);
    app_store_close();
    app_cache_close();
    return kit_tear_down(state);
}

/* The life of an election comes into the store. */
static void record(char election, int first, int last)
{
    struct pv_pull_count count;
    kit_life(&kit.history, election, first, last);
    kit_again();
    check_int(pv_pull_to_store(&kit.audit, &app_store.inside, &count, &kit.fault), PV_OUTCOME_CLEAN);
}

static void project_up_to(int64_t position)
{
    check_int(app_cache.inside.ops->put_checkpoint(app_cache.inside.self, position, &fault), PV_CACHE_OK);
}

/* One step, and what it told. */
static void check_step(bool moves, const char *tells)
{
    bool moved = !moves;
    told[0] = '\0';
    if (!pv_watcher_step(&watcher, &moved, &fault))
        fail_msg("%s", fault.text);
    check_true(moved == moves);
    check_str(((struct pv_str){told, strlen(told)}), tells);
}

static void check_fails(const char *says)
{
    bool moved = true;
    told[0] = '\0';
    check_true(!pv_watcher_step(&watcher, &moved, &fault));
    check_true(!moved && strstr(fault.text, says) != NULL);
    check_int(app_store.readers, 0);
}

static void nothing__is_told_at_the_start_and_of_an_empty_cache(void **state)
{
    (void)state;
    check_step(false, "");
    start();
    record('A', 0, 3);
    project_up_to(3);
    check_step(false, ""); /* from before its time */
    check_step(false, "");
}

static void records__up_to_the_checkpoint_are_told_once(void **state)
{
    (void)state;
    check_step(false, "");
    record('A', 0, 2);
    check_step(false, ""); /* recorded, and not projected */
    project_up_to(1);
    check_step(true, "A 0 0 A 1 1 ");
    check_step(false, "");
    record('B', 0, 1);
    project_up_to(4);
    check_step(true, "A 2 2 B 0 3 B 1 4 ");
    check_int(watcher.events, 5);
    check_int(watcher.position, 4);
    check_int(app_store.readers, 0);
}

static void checkpoint__that_goes_back_is_followed(void **state)
{
    (void)state;
    record('A', 0, 3);
    project_up_to(3);
    check_step(false, "");
    project_up_to(0); /* the cache was thrown away, and is made again */
    check_step(false, "");
    project_up_to(3);
    check_step(true, "A 1 1 A 2 2 A 3 3 ");
}

static void checkpoint__that_the_log_does_not_have_ends_with_the_log(void **state)
{
    (void)state;
    check_step(false, "");
    record('A', 0, 1);
    project_up_to(7);
    check_step(true, "A 0 0 A 1 1 ");
    check_step(false, ""); /* looked for again */
    record('A', 2, 2);
    check_step(true, "A 2 2 ");
}

static void faults__are_told_and_it_goes_on(void **state)
{
    (void)state;
    check_step(false, "");
    record('A', 0, 1);
    project_up_to(1);
    app_cache_answers(APP_CACHE_GET_CHECKPOINT, 0, PV_CACHE_FAULT);
    check_fails("the cache broke");
    app_cache_works();
    app_store_answers(APP_STORE_READ, 0, PV_STORE_FAULT);
    check_fails("the store broke");
    app_store_answers(APP_STORE_NEXT, 0, PV_STORE_FAULT);
    check_fails("the store broke");
    app_store_answers(APP_STORE_COPY, 1000, PV_STORE_OK);
    check_step(true, "A 0 0 A 1 1 ");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static const struct CMUnitTest tests[] = {
    CASE(nothing__is_told_at_the_start_and_of_an_empty_cache),
    CASE(records__up_to_the_checkpoint_are_told_once),
    CASE(checkpoint__that_goes_back_is_followed),
    CASE(checkpoint__that_the_log_does_not_have_ends_with_the_log),
    CASE(faults__are_told_and_it_goes_on),
};

CHECK_MAIN(tests, 5)
