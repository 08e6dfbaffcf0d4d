/* Lines out of bytes as F1 says, by a naive splitter, and a source of records that gives them in batches of
 * any size. */
#ifndef PV_FUZZ_LINES_H
#define PV_FUZZ_LINES_H

#include "event_source.h"
#include "kit.h"

enum { LINES_MAX = 2048 };

struct lines {
    struct pv_str text[LINES_MAX]; /* each a block of exactly its size */
    uint64_t number[LINES_MAX];    /* from 1; blank lines count */
    size_t count;
};

/* At most `most` lines (LINES_MAX); what follows is left out. Lines are not held to F1's limit. */
void lines_split(struct pv_str bytes, size_t most, struct lines *lines);
/* Whether it is no line at all to F1. */
bool lines_is_blank(struct pv_str line);
void lines_deinit(struct lines *lines);

/* The first `count` of them, which stay the others': not to be deinitialised. */
void lines_prefix(const struct lines *lines, size_t count, struct lines *prefix);

/* The lines as a source, which borrows them; to be closed. */
void lines_source_open(const struct lines *lines, size_t batch, struct pv_event_source *source);

#endif
