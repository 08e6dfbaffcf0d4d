/* What F1 and the model of the properties say of lines: every finding, and the elections that come of them.
 */
#ifndef PV_FUZZ_EXPECTED_H
#define PV_FUZZ_EXPECTED_H

#include "line_model.h"
#include "lines.h"
#include "print.h"

struct expected {
    struct records records;
    size_t stream_count;
    struct buf findings;         /* of verify: a line each, as expected_put prints them */
    struct buf replay;           /* of replay --keep-going, which looks for no duplicate ids */
    size_t found, replayed;      /* how many each has */
    bool cut;                    /* a line belongs to no stream: it ends a run that does not go on (F5) */
    bool invalid;                /* a line is no record, whatever is found of it */
    bool ended[RECORDS_STREAMS]; /* a finding of replay ends the stream's election */
};

/* Judges the lines. Those that the model has no room for (of a fourth election, with too many members) are
   taken out of `lines`. */
void expected_init(struct expected *expected, struct lines *lines);
void expected_deinit(struct expected *expected);

/* A finding as text, without its sentence; ptr NULL of stream or number: there is none. */
void expected_put(struct buf *out, uint64_t line, struct pv_str stream, struct pv_str number,
                  enum pv_code code, enum pv_field field);

/* The model of the i-th stream that appeared, NULL for one that was never created; and whether it has ended.
 */
size_t expected_count(const struct expected *expected);
const struct model *expected_model(const struct expected *expected, size_t i, bool *ended);

#endif
