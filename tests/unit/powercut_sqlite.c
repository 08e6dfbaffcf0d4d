/* Power cuts of the SQLite store and cache: before every call to the disk, with nothing, everything or some
   of what was not synced surviving; and again where a sync failed before. After each: nothing that was
   acknowledged is lost, nothing is half there, the step that was under way can be done again, and the history
   goes on to its end.

   usage: powercut_sqlite [--all | --lie]
   --all tries many more; --lie has syncs do nothing, and then a loss must be found (a control). */
#include "sqlite_heap.h"
#include "sqlite_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct totals {
    size_t cuts, survivors, before, after; /* a cut before, or after, the step under way took effect */
    size_t failed_syncs;
    bool lie; /* the disk's syncs do nothing */
};

static int report(const struct world *world, const char *when, size_t at, enum disk_survivors survivors,
                  uint64_t seed)
{
    static const char *const names[] = {"nothing", "everything", "some"};
    (void)printf(
        "FAILED %s, power cut before call %zu, %s of what was not synced survives (seed %llu): %s%s%s\n",
        when, at, names[survivors], (unsigned long long)seed, world->wrong,
        world->wrong[0] ? "" : "fault: ", world->wrong[0] ? "" : world->fault.text);
    return -1;
}

/* Plays from the beginning; a step that is a fault is tried once more while there is power. How many steps
   were acknowledged; or -1. */
static int play(struct world *world, struct disk *disk, bool lie)
{
    size_t step = 0;
    for (; step < world->count; step++) {
        disk_lie(disk, lie && step > 0); /* once the file is there */
        enum world_outcome outcome = world_play(world, step);
        if (outcome == WORLD_FAULT && !disk_is_dead(disk))
            outcome = world_play_again(world, step);
        if (outcome == WORLD_WRONG)
            return -1;
        if (outcome == WORLD_FAULT || disk_is_dead(disk))
            break;
    }
    return (int)step;
}

/* After the cut: the file is sound, and holds just what the first `done` steps wrote, or with it what the
   next one was writing. Then that step again, and those after it, until there is one that writes among them.
 */
static bool recover(struct world *world, size_t done, struct totals *totals)
{
    enum { STEPS_MORE = 3 };
    if (world_play(world, 0) != WORLD_DONE)
        return false;
    unsigned more;
    if (!world_is_at(world, done, &more))
        return false;
    *(more == 0 ? &totals->before : &totals->after) += 1;
    if (!sqlite_world_is_sound()) {
        (void)snprintf(world->wrong, sizeof world->wrong, "SQLite finds the file damaged");
        return false;
    }
    size_t end = done + STEPS_MORE < world->count ? done + STEPS_MORE : world->count;
    for (size_t step = done; step < end; step++) {
        if (world->steps[step].action == WORLD_OPEN)
            world_close(world);
        if ((step == done ? world_play_again : world_play)(world, step) != WORLD_DONE)
            return false;
    }
    return !world->is_open || world_is_after(world, end) == WORLD_DONE;
}

static int try_survivors(const struct disk *disk, size_t at, size_t done, unsigned seeds, const char *when,
                         struct totals *totals)
{
    for (unsigned i = 0; i < 2 + seeds; i++) {
        enum disk_survivors survivors = i == 0 ? DISK_NOTHING : i == 1 ? DISK_EVERYTHING : DISK_SOME;
        uint64_t seed = 1000 * at + i;
        struct disk *after = disk_after_cut(disk, survivors, seed);
        struct world world;
        sqlite_world_make(&world, after);
        totals->survivors++;
        bool ok = recover(&world, done, totals);
        int result = ok ? 0 : report(&world, when, at, survivors, seed);
        world_close(&world);
        disk_free(after);
        if (result != 0)
            return result;
    }
    return 0;
}

/* One history with the power cut before call `at` (SIZE_MAX: at its end), and the sync `failing` failed
   (SIZE_MAX: none). 1 when it came to its end, 0 when all is well, -1 when not. *failed is the call at which
   the sync failed. */
static int cut(size_t at, size_t failing, unsigned seeds, struct totals *totals, size_t *failed)
{
    char when[64] = "with sound syncs";
    if (failing != SIZE_MAX)
        (void)snprintf(when, sizeof when, "after sync %zu has failed", failing);
    struct disk *disk = disk_new();
    struct world world;
    sqlite_world_make(&world, disk);
    disk_plan(disk, failing == SIZE_MAX ? DISK_SOUND : DISK_FAIL_SYNC, failing);
    disk_cut_power(disk, at);
    int done = play(&world, disk, totals->lie);
    bool ended = !disk_is_dead(disk);
    *failed = disk_failed_call(disk);
    disk_cut_power(disk, 0); /* what the closing writes is not on the disk either */
    world_close(&world);
    totals->cuts++;
    int result = done < 0 ? report(&world, when, at, DISK_NOTHING, 0)
                          : try_survivors(disk, at, (size_t)done, seeds, when, totals);
    disk_free(disk);
    return result != 0 ? result : ended ? 1 : 0;
}

/* Every cut of one history, or one in `stride`; with a failing sync those that come after it. */
static bool cut_everywhere(size_t failing, size_t stride, unsigned seeds, struct totals *totals)
{
    size_t at = 0, failed, unused;
    if (failing != SIZE_MAX) {
        if (cut(SIZE_MAX, failing, seeds, totals, &failed) < 0)
            return false;
        at = failed + 1;
        totals->failed_syncs++;
    }
    int result = 0;
    for (; result == 0; at += stride)
        result = cut(at, failing, seeds, totals, &unused);
    return result > 0;
}

/* How many syncs a history has, if it comes to its end when nothing is wrong. */
static bool count_syncs(size_t *syncs)
{
    struct disk *disk = disk_new();
    struct world world;
    sqlite_world_make(&world, disk);
    bool ok = play(&world, disk, false) == (int)world.count;
    *syncs = disk_syncs(disk);
    if (!ok)
        (void)printf("FAILED without any fault: %s%s\n", world.wrong, world.fault.text);
    world_close(&world);
    disk_free(disk);
    return ok;
}

int main(int argc, char **argv)
{
    bool all = argc > 1 && strcmp(argv[1], "--all") == 0;
    struct totals totals = {.lie = argc > 1 && strcmp(argv[1], "--lie") == 0};
    unsigned seeds = all ? 6 : 2;
    sqlite_heap_install(NULL);
    disk_vfs_register();
    size_t syncs;
    if (!count_syncs(&syncs) || !cut_everywhere(SIZE_MAX, all ? 1 : 7, seeds, &totals))
        return 1;
    for (size_t failing = 0; failing < syncs; failing++) {
        if (!cut_everywhere(failing, all ? 7 : 1000, 1, &totals))
            return 1;
    }
    if (sqlite_heap_used() != 0) {
        (void)printf("FAILED: SQLite still holds %lld bytes\n", sqlite_heap_used());
        return 1;
    }
    (void)printf("%zu power cuts, some with one of %zu syncs failed, %zu disks recovered: "
                 "%zu before the step under way, %zu after it; nothing lost\n",
                 totals.cuts, totals.failed_syncs, totals.survivors, totals.before, totals.after);
    /* A history that has become lame would find nothing either. */
    if (totals.cuts < (all ? 1500u : 150u) || totals.survivors < (all ? 8000u : 600u) ||
        totals.after < (all ? 40u : 2u) || totals.failed_syncs < 30) {
        (void)printf("FAILED: too few of them\n");
        return 1;
    }
    return 0;
}
