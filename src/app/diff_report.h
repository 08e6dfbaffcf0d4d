/* How diff tells the differences of one election, in each of its formats (F5). */
#ifndef PV_DIFF_REPORT_H
#define PV_DIFF_REPORT_H

#include "commands.h"
#include "document_diff.h"

/* The likely cause. */
enum pv_diff_cause {
    PV_CAUSE_BEHIND,            /* the cached document is an earlier state of the stream */
    PV_CAUSE_AHEAD,             /* its version is above the stream's */
    PV_CAUSE_EDITED,            /* no state of the stream explains it */
    PV_CAUSE_DAMAGED,           /* it cannot be read back */
    PV_CAUSE_MISSING_IN_CACHE,  /* the cache does not have the election */
    PV_CAUSE_MISSING_IN_SOURCE, /* the source does not */
    PV_CAUSE_DELETED,           /* the stream ends with its deletion */
};

struct pv_diff_report {
    struct pv_out *out;
    enum pv_diff_format format;
    struct pv_election_id id;        /* that it is kept under */
    struct pv_election_id cached_id; /* that the cached document has */
    enum pv_diff_cause cause;
    int64_t cached_version, rebuilt_version; /* -1: none */
    uint64_t count;
};

/* What stands before the differences and after them. */
void pv_diff_report_begin(struct pv_diff_report *report);
void pv_diff_report_end(struct pv_diff_report *report);
/* A pv_difference_fn whose context is a report. A value may be any JSON; in the text format, any words. */
void pv_diff_report_add(void *report, const struct pv_difference *difference);

#endif
