/* The simulation as a program: the runner of the properties (prop.h), and the hash over all that happened,
   which must be the same from every compiler.

   simulate system|system_on_disk [--cases N] [--seed N] [--case N] [--replay HEX] [--tries N] [--trace HASH]
 */
#include "catalogue.h"
#include "counters.h"
#include "prop.h"
#include "sim.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int system_in_memory(struct gen *g)
{
    return sim_run(g, sim_memory_world);
}

static int system_on_disk(struct gen *g)
{
    return sim_run(g, sim_disk_world);
}

/* In thousandths of a run: each about a third of what the seeds of the tests give. */
#define FAULTS(first, last, per_mille)                                                                       \
    {                                                                                                        \
        SIM_COUNT_FAULT + FAULT_##first, SIM_COUNT_FAULT + FAULT_##last, per_mille                           \
    }
#define SAW(first, last, per_mille)                                                                          \
    {                                                                                                        \
        SIM_COUNT_OTHER + SAW_##first, SIM_COUNT_OTHER + SAW_##last, per_mille                               \
    }
#define COMMON                                                                                               \
    FAULTS(STORE_BEFORE, STORE_AFTER, 20), FAULTS(STORE_READ, STORE_READ, 400),                              \
        FAULTS(SECOND_WRITER, SECOND_WRITER, 200), FAULTS(LOG_BEFORE, LOG_READ, 8),                          \
        FAULTS(CACHE_BEFORE, CACHE_READ, 60), FAULTS(SLOW, PUBLISH_LATE, 100), FAULTS(TAKE, ACK_AFTER, 40),  \
        FAULTS(CLOCK_FORTH, CLOCK_BACK, 60), FAULTS(HANG_UP, CRASH_SOON, 150),                               \
        FAULTS(CACHE_GONE, CACHE_GONE, 20), FAULTS(RESTART, RESTART, 100), SAW(REQUESTS, REQUESTS, 12000),   \
        SAW(RECORDS, RECORDS, 7000), SAW(VOTES, VOTES, 1500), SAW(RECORDED, RECORDED, 1800),                 \
        SAW(REPEATED, REPEATED, 400), SAW(REFUSED, REFUSED, 1500), SAW(UNREADABLE, WRONG_VERSION, 100),      \
        SAW(NOT_ALLOWED, NOT_ALLOWED, 10), SAW(FORBIDDEN, LOST, 200), SAW(RETRIES, RETRIES, 2000),           \
        SAW(RECORDED_AFTER_ALL, RECORDED_AFTER_ALL, 500), SAW(STATUS_RECORDED, STATUS_UNKNOWN, 200),         \
        SAW(READS, READS, 1200), SAW(READ_OWN_WRITES, READ_OWN_WRITES, 400),                                 \
        SAW(READ_BEHIND, READ_BEHIND, 5), SAW(READ_DOCUMENTS, READ_RESULTS, 50),                             \
        SAW(LIVE_OPENED, LIVE_OPENED, 400), SAW(LIVE_RESUMED, LIVE_RESUMED, 50),                             \
        SAW(LIVE_MESSAGES, LIVE_MESSAGES, 600), SAW(STARTS, STARTS, 1500)

/* A crash at each place, before and after it. */
static const struct prop_floor in_memory[] = {COMMON,
                                              FAULTS(DEAD_LETTER, DEAD_LETTER, 0),
                                              FAULTS(CACHE_LOSES, CACHE_LOSES, 50),
                                              {SIM_COUNT_BEFORE, SIM_COUNT_OTHER - 1, 2}};
static const struct prop_floor on_disk[] = {COMMON, SAW(POWER_CUTS, POWER_CUTS, 200),
                                            SAW(POWER_CUTS_WITHIN, POWER_CUTS_WITHIN, 100)};

#define ROW(name, run, floors)                                                                               \
    {                                                                                                        \
        name, run, floors, sizeof(floors) / sizeof((floors)[0]), sim_counter_name                            \
    }
static const struct prop props[] = {
    ROW("system", system_in_memory, in_memory),
    ROW("system_on_disk", system_on_disk, on_disk),
};

/* Takes `--trace HASH` away; NULL: it is not there. */
static const char *take_trace(int *argc, char **argv)
{
    const char *hash = NULL;
    for (int i = 1; i + 1 < *argc && hash == NULL; i++) {
        if (strcmp(argv[i], "--trace") != 0)
            continue;
        hash = argv[i + 1];
        memmove(argv + i, argv + i + 2, (size_t)(*argc - i - 2) * sizeof *argv);
        *argc -= 2;
    }
    return hash;
}

int main(int argc, char **argv)
{
    char hash[20];
    const char *expected = take_trace(&argc, argv);
    int status = prop_main(argc, argv, props, sizeof props / sizeof props[0]);
    if (status != 0)
        return status;
    (void)snprintf(hash, sizeof hash, "%016" PRIx64, sim_hash_of_all);
    (void)printf("trace %s\n", hash);
    if (expected != NULL && strcmp(hash, expected) != 0) {
        fprintf(stderr, "the trace must be %s\nFAILED trace of the simulation\n", expected);
        return 1;
    }
    return 0;
}
