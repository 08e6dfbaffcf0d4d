/* The cache in files, on a simulated disk: every system call failed once and from then on, every allocation
   too, every call that can be interrupted interrupted; and the power cut before every call, also after a sync
   has failed. Nothing that was acknowledged is lost, nothing is half there, no descriptor stays open.

   usage: torture_files [--lie]
   --lie has syncs do nothing, and then a loss must be found (a control). */
#include "adapters.h"
#include "alloc_faults.h"
#include "cache_kit.h"
#include "disk_files.h"
#include "world.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

static const struct world_step steps[] = {
    {WORLD_OPEN, 0, 0},        {WORLD_PUT, 0, 0},    {WORLD_PUT, 1, 0},   {WORLD_PUT, 0, 0},
    {WORLD_READ, 0, 0},        {WORLD_REMOVE, 1, 0}, {WORLD_PUT, 2, 0},   {WORLD_CLOSE, 0, 0},
    {WORLD_OPEN, 0, 0},        {WORLD_PUT, 1, 0},    {WORLD_PUT, 0, 0},   {WORLD_REMOVE, 0, 0},
    {WORLD_PUT_CHANGES, 2, 0}, {WORLD_READ, 0, 0},   {WORLD_CLOSE, 0, 0},
};
enum { STEPS = sizeof steps / sizeof steps[0], SEEDS = 4 };

/* What fails, with which errno, and the kind that faults must be of. */
enum failure {
    ONCE,
    FROM_ON,
    INTERRUPTED,
    ALLOCATION_ONCE,
    ALLOCATION_FROM_ON,
    FORBIDDEN,
    NOT_PERMITTED,
    READ_ONLY,
    NO_KERNEL_MEMORY,
    NO_LOCKS,
    FAILURES
};
static const struct {
    const char *name;
    int error;
    enum pv_fault_kind kind;
} failures[FAILURES + 1] = {
    [ONCE] = {"a call once", EIO, PV_FAULT_KIND_IO},
    [FROM_ON] = {"a call and all after it", EIO, PV_FAULT_KIND_IO},
    [INTERRUPTED] = {"a call by a signal", EINTR, PV_FAULT_KIND_INTERRUPTED},
    [ALLOCATION_ONCE] = {"an allocation once", EIO, PV_FAULT_KIND_NO_MEMORY},
    [ALLOCATION_FROM_ON] = {"an allocation and all after it", EIO, PV_FAULT_KIND_NO_MEMORY},
    [FORBIDDEN] = {"a call that is forbidden", EACCES, PV_FAULT_KIND_DENIED},
    [NOT_PERMITTED] = {"a call that is not permitted", EPERM, PV_FAULT_KIND_DENIED},
    [READ_ONLY] = {"a call on what is read-only", EROFS, PV_FAULT_KIND_DENIED},
    [NO_KERNEL_MEMORY] = {"a call without memory", ENOMEM, PV_FAULT_KIND_NO_MEMORY},
    [NO_LOCKS] = {"a call where there are no locks", ENOLCK, PV_FAULT_KIND_IO},
    [FAILURES] = {"nothing", EIO, PV_FAULT_KIND_IO},
};

static bool open_cache(struct world *world, bool to_read, struct pv_fault *fault)
{
    return pv_file_cache_open(DISK_FILES_DIR, to_read ? PV_OPEN_READ : PV_OPEN_WRITE, &world->cache, fault);
}

static void make_world(struct world *world, struct disk_files *files)
{
    disk_files_use(files);
    *world = (struct world){.steps = steps, .count = STEPS, .open = open_cache};
}

/* OpenSSL's own allocations are behind this one call. */
int __real_EVP_Digest(const void *bytes, size_t len, unsigned char *hash, unsigned *hash_len,
                      const EVP_MD *type, ENGINE *engine);
int __wrap_EVP_Digest(const void *bytes, size_t len, unsigned char *hash, unsigned *hash_len,
                      const EVP_MD *type, ENGINE *engine);

int __wrap_EVP_Digest(const void *bytes, size_t len, unsigned char *hash, unsigned *hash_len,
                      const EVP_MD *type, ENGINE *engine)
{
    return alloc_may() ? __real_EVP_Digest(bytes, len, hash, hash_len, type, engine) : 0;
}

static bool wrong(struct world *world, const char *what)
{
    if (world->wrong[0] == '\0')
        (void)snprintf(world->wrong, sizeof world->wrong, "%s: %s", what, world->fault.text);
    return false;
}

static bool is_proper(struct world *world, enum failure failure)
{
    bool is_interrupted = strcmp(world->fault.text, "interrupted") == 0;
    bool says_what_and_where = strncmp(world->fault.text, "cannot ", 7) == 0 &&
                               strstr(world->fault.text, "'" DISK_FILES_DIR) != NULL;
    if (failure == INTERRUPTED ? !is_interrupted : !says_what_and_where)
        return wrong(world, "the fault does not say what and where");
    if (world->fault.kind != failures[failure].kind)
        return wrong(world, "the fault is of another kind");
    return true;
}

/* Plays while calls fail, each step once more after a fault. How many steps were done; -1 if anything is
 * wrong. */
static int play(struct world *world, enum failure failure, const struct disk_files *files)
{
    size_t step = 0;
    for (; step < world->count; step++) {
        enum world_outcome outcome = world_play(world, step);
        if (outcome == WORLD_FAULT && !disk_is_dead(files->inside)) {
            if (!is_proper(world, failure))
                return -1;
            outcome = world_play_again(world, step);
        }
        if (outcome == WORLD_WRONG)
            return -1;
        if (outcome == WORLD_FAULT || disk_is_dead(files->inside))
            break;
    }
    return (int)step;
}

/* A new start on what is there: just what the first `done` steps wrote, or with it what the next one was
   writing. Then that one again. */
static bool recover(struct world *world, size_t done)
{
    if (world_play(world, 0) != WORLD_DONE)
        return wrong(world, "it cannot be opened again");
    unsigned more;
    if (!world_is_at(world, done, &more))
        return wrong(world, "something is lost or half there");
    if (done == world->count || steps[done].action == WORLD_OPEN || steps[done].action == WORLD_CLOSE)
        return true;
    return (world_play_again(world, done) == WORLD_DONE && world_is_after(world, done + 1) == WORLD_DONE) ||
           wrong(world, "the step under way cannot be done");
}

static void plan(struct disk_files *files, enum failure failure, size_t at)
{
    files->error = failures[failure].error;
    disk_plan(files->inside, DISK_SOUND, 0);
    alloc_plan(ALLOC_SOUND, 0);
    if (failure == ALLOCATION_ONCE || failure == ALLOCATION_FROM_ON)
        alloc_plan(failure == ALLOCATION_ONCE ? ALLOC_FAIL_ONCE : ALLOC_FAIL_FROM_ON, at);
    else if (failure != FAILURES)
        disk_plan(files->inside, failure == FROM_ON ? DISK_FAIL_FROM_ON : DISK_FAIL_ONCE, at);
}

/* 1 when there was nothing left to fail, 0 when all is well, -1 when not. */
static int fail_one(enum failure failure, size_t at)
{
    struct disk_files files;
    struct world world;
    disk_files_make(&files);
    make_world(&world, &files);
    plan(&files, failure, at);
    int done = play(&world, failure, &files);
    bool memory = failure == ALLOCATION_ONCE || failure == ALLOCATION_FROM_ON;
    bool ended = at >= (memory ? alloc_count() : disk_calls(files.inside));
    bool from_on = failure == FROM_ON || failure == ALLOCATION_FROM_ON;
    world_close(&world);
    plan(&files, FAILURES, 0);
    bool ok = done >= 0 && (from_on || done == (int)world.count || wrong(&world, "a fault comes twice"));
    ok = ok && recover(&world, (size_t)done);
    world_close(&world);
    if (ok && disk_exists(files.inside, ".put.tmp") && !from_on)
        ok = wrong(&world, "something unfinished is left");
    if (ok && disk_files_open() != 0)
        ok = wrong(&world, "a descriptor stays open");
    if (!ok)
        (void)printf("FAILED with failing %s, number %zu: %s\n", failures[failure].name, at, world.wrong);
    disk_files_free(&files);
    return !ok ? -1 : ended ? 1 : 0;
}

/* How many disks were recovered; 0 if anything is wrong. */
static size_t try_survivors(const struct disk_files *files, size_t at, size_t failing, size_t done)
{
    for (unsigned i = 0; i < 2 + SEEDS; i++) {
        enum disk_survivors survivors = i == 0 ? DISK_NOTHING : i == 1 ? DISK_EVERYTHING : DISK_SOME;
        struct disk_files after;
        struct world world;
        disk_files_after_cut(files, survivors, 1000 * at + i, &after);
        make_world(&world, &after);
        bool ok = recover(&world, done);
        world_close(&world);
        disk_files_free(&after);
        if (!ok) {
            (void)printf(
                "FAILED with the power cut before call %zu (sync %zd failed before), survivors %u: %s\n", at,
                (ssize_t)failing, i, world.wrong);
            return 0;
        }
    }
    return 2 + SEEDS;
}

/* One history with the power cut before call `at`, and the sync `failing` failed. How many disks were
   recovered; 0 if anything is wrong. */
static size_t cut_one(size_t at, size_t failing, bool lie, bool *ended)
{
    struct disk_files files;
    struct world world;
    disk_files_make(&files);
    make_world(&world, &files);
    plan(&files, FAILURES, 0);
    if (failing != SIZE_MAX)
        disk_plan(files.inside, DISK_FAIL_SYNC, failing);
    disk_cut_power(files.inside, at);
    disk_lie(files.inside, lie);
    int done = play(&world, ONCE, &files);
    *ended = !disk_is_dead(files.inside);
    disk_cut_power(files.inside, 0);
    world_close(&world);
    if (done < 0)
        (void)printf("FAILED before the power is cut: %s\n", world.wrong);
    size_t recovered = done < 0 ? 0 : try_survivors(&files, at, failing, (size_t)done);
    disk_files_free(&files);
    return recovered;
}

static size_t count_syncs(void)
{
    struct disk_files files;
    struct world world;
    disk_files_make(&files);
    make_world(&world, &files);
    plan(&files, FAILURES, 0);
    size_t syncs = play(&world, ONCE, &files) == STEPS ? disk_syncs(files.inside) : 0;
    world_close(&world);
    disk_files_free(&files);
    return syncs;
}

static bool cut_everywhere(bool lie)
{
    size_t cuts = 0, disks = 0, syncs = count_syncs();
    for (size_t failing = SIZE_MAX; failing == SIZE_MAX || failing < syncs; failing++) {
        bool ended = false;
        for (size_t at = 0; !ended; at += failing == SIZE_MAX ? 1 : 5, cuts++) {
            size_t recovered = cut_one(at, failing, lie, &ended);
            if (recovered == 0)
                return false;
            disks += recovered;
        }
    }
    (void)printf("%zu power cuts, some with one of %zu syncs failed, %zu disks recovered; nothing lost\n",
                 cuts, syncs, disks);
    return (syncs >= 20 && cuts >= 1000 && disks >= 6000) || printf("FAILED: too few of them\n") < 0;
}

static bool fail_everywhere(void)
{
    size_t points = 0;
    for (enum failure failure = 0; failure < FAILURES; failure++) {
        int result = 0;
        for (size_t at = 0; result == 0; at++, points++)
            result = fail_one(failure, at);
        if (result < 0)
            return false;
    }
    (void)printf("%zu calls and allocations failed, once and from then on; nothing lost, nothing left open\n",
                 points);
    return points >= 500 || printf("FAILED: too few of them\n") < 0;
}

/* Somebody else cuts a file between the look at it and the read: the document is what is left, and of unknown
   number. */
static bool shrink(void)
{
    struct disk_files files;
    struct world world;
    struct pv_cached cached;
    disk_files_make(&files);
    make_world(&world, &files);
    plan(&files, FAILURES, 0);
    bool ok = world_play(&world, 0) == WORLD_DONE && world_play(&world, 1) == WORLD_DONE;
    files.shrinks = true;
    ok = ok && world.cache.ops->get(world.cache.self, kit_election(0), &cached, &world.fault) == PV_CACHE_OK;
    if (ok) {
        ok = cached.header.len == 0 && cached.last_number == -1;
        pv_cached_deinit(&cached);
    }
    files.shrinks = false;
    ok = ok && world_is_after(&world, 2) == WORLD_DONE;
    world_close(&world);
    disk_files_free(&files);
    return ok || printf("FAILED with a file that shrinks: %s%s\n", world.wrong, world.fault.text) < 0;
}

int main(int argc, char **argv)
{
    bool lie = argc > 1 && strcmp(argv[1], "--lie") == 0;
    return (lie || (fail_everywhere() && shrink())) && cut_everywhere(lie) ? 0 : 1;
}
