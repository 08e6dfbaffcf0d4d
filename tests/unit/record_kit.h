/* Records for the tests of reading: lines to read, and two records held against each other. */
#ifndef PV_RECORD_KIT_H
#define PV_RECORD_KIT_H

#include "check.h"
#include "record.h"

#define KIT_ELECTION "01HQ0000000000000000000001"
#define KIT_STREAM "Election-" KIT_ELECTION

/* One line of each type of event, in the form that PhotoVote writes and in one of another writer's: other
   order of keys, white space, optional keys left out or null. */
extern const char *const kit_lines[];
extern const size_t kit_line_count;

/* The name of the first thing that differs, or NULL. Texts are compared by their bytes. */
const char *kit_difference(const struct pv_record *a, const struct pv_record *b);

/* A reader that has begun a batch of the given size. */
struct pv_record_reader *kit_reader(bool layouts, size_t bytes);

/* The line read alone by a plain reader; the record borrows what lives until the next call. */
const struct pv_record *kit_read(struct pv_str line);

/* Numbers that are the same in every run. */
struct kit_random {
    uint64_t state;
};
uint32_t kit_below(struct kit_random *random, uint32_t bound);

#endif
