/* The commands that are tortured: of photovote-audit, and photovote-import as `import`. What follows `@` is a
   path in the run's own folder. */
#ifndef PV_SCENARIOS_H
#define PV_SCENARIOS_H

#include <stdbool.h>
#include <stddef.h>

enum { SCENARIO_WORDS = 10, SCENARIO_NEEDS = 4 };

struct scenario {
    const char *name;
    const char *words[SCENARIO_WORDS]; /* the command line, NULL at the end */
    const char *needs[SCENARIO_NEEDS]; /* files that must be there before, copied for each run */
    /* A command whose output is the result; first NULL: standard output is. */
    const char *result[SCENARIO_WORDS];
    /* A compressed file whose writing fails, and then its cutting back too, stays torn; the next command says
     * so. */
    bool may_tear;
    /* What it writes is there as a whole or not at all, whatever happens. */
    bool all_or_nothing;
    const char *new_file; /* that it makes; NULL: none, or not all or nothing */
};

extern const struct scenario scenarios[];
extern const size_t scenario_count;

/* A poll to import: @poll.csv. (@wide.csv is one that takes several writes.) */
extern const char scenario_poll[];

/* Command lines that make what the scenarios need, in order, from @in.ndjson and @part.ndjson. */
extern const char *const preparations[][SCENARIO_WORDS];
extern const size_t preparation_count;

#endif
