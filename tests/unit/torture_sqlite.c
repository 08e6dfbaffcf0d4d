/* Every call to the disk, and every allocation (SQLite's and ours), that the SQLite store and cache make,
   failed once and from then on. Failed once: the step under way is a fault or is done all the same, and is
   done when it is tried again; the history comes to its end. Failed from then on: after a new start on a
   sound disk, what was acknowledged is there, and the history can go on. Nothing leaks, nothing is an answer
   that cannot be right.

   usage: torture_sqlite [--all] */
#include "alloc_faults.h"
#include "sqlite_heap.h"
#include "sqlite_world.h"

#include <stdio.h>
#include <string.h>

enum { STEPS = 18 }; /* of the history: a store made, closed, read, opened and written again */

/* What is made to fail. */
struct target {
    const char *name;
    bool is_disk;
    enum pv_fault_kind kind; /* that faults must be of */
};
static const struct target targets[] = {{"disk call", true, PV_FAULT_KIND_IO},
                                        {"allocation", false, PV_FAULT_KIND_NO_MEMORY}};

static void plan(const struct target *target, struct disk *disk, bool from_on, size_t at)
{
    if (target->is_disk)
        disk_plan(disk, from_on ? DISK_FAIL_FROM_ON : DISK_FAIL_ONCE, at);
    else
        alloc_plan(from_on ? ALLOC_FAIL_FROM_ON : ALLOC_FAIL_ONCE, at);
}

static void heal(struct disk *disk)
{
    disk_plan(disk, DISK_SOUND, 0);
    alloc_plan(ALLOC_SOUND, 0);
}

static bool wrong(struct world *world, const char *what)
{
    if (world->wrong[0] == '\0')
        (void)snprintf(world->wrong, sizeof world->wrong, "%s: %s", what, world->fault.text);
    return false;
}

/* A fault says what it is about, and is of the right kind. */
static bool is_proper(struct world *world, const struct target *target)
{
    if (strstr(world->fault.text, "world.db") == NULL || strncmp(world->fault.text, "cannot ", 7) != 0)
        return wrong(world, "the fault does not say what and where");
    if (world->fault.kind != target->kind)
        return wrong(world, "the fault is of another kind");
    return true;
}

/* Plays to the end. Where a call fails only once, what comes of a fault is tried once more. How many steps
   were done; -1 if anything is wrong. */
static int play(struct world *world, const struct target *target, bool from_on)
{
    size_t step = 0;
    for (; step < world->count; step++) {
        enum world_outcome outcome = world_play(world, step);
        if (outcome == WORLD_FAULT) {
            if (!is_proper(world, target))
                return -1;
            outcome = world_play_again(world, step);
        }
        if (outcome == WORLD_WRONG)
            return -1;
        if (outcome == WORLD_FAULT) {
            if (from_on)
                break;
            (void)wrong(world, "a fault comes twice");
            return -1;
        }
    }
    return (int)step;
}

/* A new start: what was done is there, with or without the step under way, and that can be done now. */
static bool recover(struct world *world, size_t done)
{
    world_close(world);
    if (world_play(world, 0) != WORLD_DONE)
        return wrong(world, "it cannot be opened again");
    unsigned more;
    if (!world_is_at(world, done, &more))
        return wrong(world, "something is lost or half there");
    if (done < world->count && world->steps[done].action != WORLD_OPEN &&
        (world_play_again(world, done) != WORLD_DONE ||
         (world->is_open && world_is_after(world, done + 1) != WORLD_DONE)))
        return wrong(world, "the step under way cannot be done");
    return true;
}

/* 1 when there was nothing left to fail, 0 when all is well, -1 when not. */
static int run(const struct target *target, bool from_on, size_t at)
{
    struct disk *disk = disk_new();
    struct world world;
    sqlite_world_make(&world, disk);
    world.count = STEPS;
    heal(disk);
    plan(target, disk, from_on, at);
    int done = play(&world, target, from_on);
    bool ended = at >= (target->is_disk ? disk_calls(disk) : alloc_count());
    bool ok = done >= 0;
    if (from_on)
        world_close(&world); /* while everything still fails */
    heal(disk);
    if (ok && from_on)
        ok = recover(&world, (size_t)done);
    else if (ok && world_is_after(&world, world.count) != WORLD_DONE)
        ok = wrong(&world, "something is lost or half there");
    world_close(&world);
    if (ok && !sqlite_world_is_sound())
        ok = wrong(&world, "SQLite finds the file damaged");
    if (ok && sqlite_heap_used() != 0)
        ok = wrong(&world, "SQLite's memory leaks");
    if (!ok)
        (void)printf("FAILED with %s %zu failing %s: %s\n", target->name, at,
                     from_on ? "from then on" : "once", world.wrong);
    disk_free(disk);
    return !ok ? -1 : ended ? 1 : 0;
}

/* How many points were failed; 0 if anything is wrong. */
static size_t fail_each(const struct target *target, bool from_on, size_t stride)
{
    size_t points = 0;
    for (size_t at = 0;; at += stride) {
        int result = run(target, from_on, at);
        if (result < 0)
            return 0;
        if (result > 0)
            return points;
        points++;
    }
}

int main(int argc, char **argv)
{
    bool all = argc > 1 && strcmp(argv[1], "--all") == 0;
    sqlite_heap_install(alloc_may);
    disk_vfs_register();
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        const struct target *target = &targets[i];
        size_t stride = all ? 1 : target->is_disk ? 3 : 61;
        size_t once = fail_each(target, false, stride);
        size_t from_on = once == 0 ? 0 : fail_each(target, true, stride);
        if (from_on == 0)
            return 1;
        (void)printf("%s: %zu failed once, %zu from then on; nothing lost, nothing leaks\n", target->name,
                     once, from_on);
        if (once + from_on < (target->is_disk ? 900u : 12000u) / stride) {
            (void)printf("FAILED: too few of them\n");
            return 1;
        }
    }
    return 0;
}
