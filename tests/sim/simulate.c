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

static const struct prop_floor floors[] = {{0, SIM_COUNT_END - 1, 0}};

static const struct prop props[] = {
    {"system", system_in_memory, floors, 1, sim_counter_name},
    {"system_on_disk", system_on_disk, floors, 1, sim_counter_name},
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
