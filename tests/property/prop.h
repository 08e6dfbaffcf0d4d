/* The runner of properties: cases by number and seed, replay of a failure, counters with floors.

       properties NAME [--cases N] [--seed N] [--case N] [--tries N] [--replay HEX|FILE] [--bytes FILE]

   --tries is how often shrinking runs the property at most; --case runs that one case of the seed (a crash
   names it), --replay the choices that a failure printed,
   --bytes an input of a fuzzer. A failure prints the shrunk events, the seed, the line that replays it, and
   `FAILED property NAME`, which the controls demand. Exit status: 0 held, 1 failed, 2 usage. */
#ifndef PV_PROP_H
#define PV_PROP_H

#include "gen.h"

/* Each of the counters `first` to `last` that has a name must be more than `per_mille` of the number of
   cases, so that a generator gone lame is noticed. Asserted from PROP_FLOOR_CASES cases on. */
struct prop_floor {
    unsigned first, last;
    uint32_t per_mille;
};
enum { PROP_FLOOR_CASES = 50 };

struct prop {
    const char *name;
    gen_property *run;
    const struct prop_floor *floors;
    size_t floor_count;
    const char *(*counter_name)(unsigned counter); /* NULL for a counter that has none */
};

int prop_main(int argc, char **argv, const struct prop *props, size_t count);

#endif
