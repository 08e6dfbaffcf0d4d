/* The store and the cache in memory: every allocation failed once and from then on. A step that fails leaves
   them as they were, and succeeds when there is memory again. */
#include "adapters.h"
#include "alloc_faults.h"
#include "world.h"

#include <stdio.h>

static const struct world_step steps[] = {
    {WORLD_OPEN, 0, 0},         {WORLD_APPEND, 0, 3}, {WORLD_PUT, 0, 0},     {WORLD_COPY, 1, 9},
    {WORLD_PUT, 1, 0},          {WORLD_PUT, 2, 0},    {WORLD_READ, 0, 0},    {WORLD_PUT_CHANGES, 0, 0},
    {WORLD_REMOVE, 1, 0},       {WORLD_APPEND, 0, 1}, {WORLD_PUT, 2, 0},     {WORLD_COPY, 1, 60},
    {WORLD_APPEND_GROUP, 0, 3}, {WORLD_REFUSE, 0, 3}, {WORLD_REFUSE, 0, 60}, {WORLD_READ, 0, 0},
    {WORLD_CLOSE, 0, 0},
};
enum { STEPS = sizeof steps / sizeof steps[0] };

static bool open_all(struct world *world, bool to_read, struct pv_fault *fault)
{
    (void)to_read;
    if (!pv_memory_store_open(&world->store, fault))
        return false;
    if (!pv_memory_cache_open(&world->cache, fault))
        goto close_store;
    if (pv_memory_refusals_open(&world->refusals, fault))
        return true;
    world->cache.ops->close(world->cache.self);
close_store:
    world->store.ops->close(world->store.self);
    return false;
}

/* Steps are tried until they succeed; while all allocations fail, every other try is made with memory. */
static bool play(struct world *world, bool from_on, size_t at)
{
    for (size_t step = 0; step < STEPS; step++) {
        enum world_outcome outcome = world_play(world, step);
        if (outcome == WORLD_FAULT) {
            if (world->fault.kind != PV_FAULT_KIND_NO_MEMORY)
                return false;
            alloc_plan(ALLOC_SOUND, 0);
            if (world->is_open && world_is_after(world, step) != WORLD_DONE)
                return false;
            outcome = world_play_again(world, step);
            if (from_on)
                alloc_plan(ALLOC_FAIL_FROM_ON, at % 7); /* and on */
        }
        if (outcome != WORLD_DONE)
            return false;
    }
    return true;
}

/* How many allocations were failed; 0 if anything is wrong. */
static size_t fail_each(bool from_on)
{
    for (size_t at = 0;; at++) {
        struct world world = {.steps = steps, .count = STEPS, .open = open_all};
        alloc_plan(from_on ? ALLOC_FAIL_FROM_ON : ALLOC_FAIL_ONCE, at);
        bool ok = play(&world, from_on, at);
        bool ended = ok && at >= alloc_count() && !from_on;
        alloc_plan(ALLOC_SOUND, 0);
        world_close(&world);
        if (!ok) {
            (void)printf("FAILED with allocation %zu failing %s: %s%s\n", at,
                         from_on ? "from then on" : "once", world.wrong, world.fault.text);
            return 0;
        }
        if (ended || (from_on && at == 400))
            return at;
    }
}

int main(void)
{
    size_t once = fail_each(false), from_on = once == 0 ? 0 : fail_each(true);
    (void)printf("%zu allocations failed once, %zu from then on; nothing is half there\n", once, from_on);
    return once >= 80 && from_on >= 400 ? 0 : 1;
}
