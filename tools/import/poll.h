/* A CSV of star ballots, read and checked: the columns voterID, voteTime, pollID, then one a candidate. */
#ifndef PV_POLL_H
#define PV_POLL_H

#include "import_poll.h"

enum { PV_POLL_CANDIDATES_MAX = 10000 };

/* A poll as its file holds it. What it points to lies in the file's bytes and in its own memory. */
struct pv_poll_file {
    struct pv_poll poll; /* `name` is for the caller to fill in */
    struct pv_str *candidates;
    char *names;
    struct pv_poll_voter *voters;
    uint8_t *stars;
};
void pv_poll_file_deinit(struct pv_poll_file *file);

/* Hears of each problem: where in the file (both from 1, columns count bytes), and what, a sentence that is
   safe for a terminal. First what is wrong within a row, then rows that repeat a voterID, each in the order
   of the lines. */
typedef void pv_poll_report_fn(void *context, uint64_t line, uint64_t column, const char *sentence);

enum pv_poll_result { PV_POLL_OK, PV_POLL_BAD, PV_POLL_NO_MEMORY };

/* Reads the whole file, whose bytes are lent until deinit and changed. PV_POLL_OK fills in *file; PV_POLL_BAD
   has reported one problem or more. */
enum pv_poll_result pv_poll_read(char *bytes, size_t len, struct pv_poll_file *file,
                                 pv_poll_report_fn *report, void *context) PV_MUST_USE;

#endif
