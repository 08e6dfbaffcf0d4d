/* Every call to the disk, and every allocation (SQLite's and ours), that the SQLite store and cache make,
   failed once and from then on. Failed once: the step under way is a fault or is done all the same, and is
   done when it is tried again; the history comes to its end. Failed from then on: after a new start on a
   sound disk, what was acknowledged is there, and the history can go on. Nothing leaks, nothing is an answer
   that cannot be right.

   Of allocations that the same step asks for by the same calls, the first and the last are failed; with
   --every all of them.

   usage: torture_sqlite [--all | --every] */
#include "alloc_faults.h"
#include "sqlite_heap.h"
#include "sqlite_world.h"

#include <stdio.h>
#include <stdlib.h>
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
        alloc_place(step);
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

/* Fails call `at`; SIZE_MAX: none. *calls is how many there were. False: something is wrong. */
static bool run(const struct target *target, bool from_on, size_t at, size_t *calls)
{
    struct disk *disk = disk_new();
    struct world world;
    sqlite_world_make(&world, disk);
    world.count = STEPS;
    heal(disk);
    plan(target, disk, from_on, at);
    int done = play(&world, target, from_on);
    *calls = target->is_disk ? disk_calls(disk) : alloc_count();
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
    return ok;
}

/* --- what is failed --- */

enum { CALLS_MAX = 1 << 16 };
enum how_many { SOME, DISTINCT, EVERY };

struct noted {
    uint64_t note;
    size_t at;
};

static int by_note(const void *a, const void *b)
{
    const struct noted *one = a, *two = b;
    if (one->note != two->note)
        return one->note < two->note ? -1 : 1;
    return one->at < two->at ? -1 : one->at > two->at;
}

static int by_place(const void *a, const void *b)
{
    const struct noted *one = a, *two = b;
    return one->at < two->at ? -1 : one->at > two->at;
}

/* Leaves the first and the last with each note, in their order; how many these are. */
static size_t leave_distinct(struct noted *list, size_t count)
{
    size_t left = 0;
    qsort(list, count, sizeof *list, by_note);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || i + 1 == count || list[i].note != list[i - 1].note || list[i].note != list[i + 1].note)
            list[left++] = list[i];
    }
    qsort(list, left, sizeof *list, by_place);
    return left;
}

/* The points at which the target is to fail, of all calls that a sound run makes. Their number; 0: the run is
   not sound, or makes too many. */
static size_t choose(const struct target *target, enum how_many how_many, struct noted points[CALLS_MAX])
{
    static uint64_t notes[CALLS_MAX];
    size_t count;
    alloc_note(target->is_disk ? NULL : notes, CALLS_MAX);
    bool sound = run(target, false, SIZE_MAX, &count);
    alloc_note(NULL, 0);
    if (!sound || count > CALLS_MAX)
        return 0;
    for (size_t i = 0; i < count; i++)
        points[i] = (struct noted){notes[i], i};
    if (!target->is_disk && how_many != EVERY)
        count = leave_distinct(points, count);
    size_t stride = how_many != SOME ? 1 : target->is_disk ? 7 : 41, left = 0;
    for (size_t i = 0; i < count; i += stride)
        points[left++] = points[i];
    return left;
}

static bool fail_each(const struct target *target, bool from_on, const struct noted *points, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t calls;
        if (!run(target, from_on, points[i].at, &calls))
            return false;
    }
    return true;
}

static bool torture(const struct target *target, enum how_many how_many)
{
    static struct noted points[CALLS_MAX];
    size_t count = choose(target, how_many, points), least = target->is_disk ? 450 : 1000;
    if (count == 0 || !fail_each(target, false, points, count) || !fail_each(target, true, points, count))
        return false;
    (void)printf("%s: %zu failed once, and from then on; nothing lost, nothing leaks\n", target->name, count);
    if (count >= (how_many != SOME ? least : least / 20))
        return true;
    (void)printf("FAILED: too few of them\n");
    return false;
}

int main(int argc, char **argv)
{
    enum how_many how_many = argc <= 1 ? SOME : strcmp(argv[1], "--every") == 0 ? EVERY : DISTINCT;
    sqlite_heap_install(alloc_may);
    disk_vfs_register();
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        if (!torture(&targets[i], how_many))
            return 1;
    }
    return 0;
}
