/* A table of comma-separated values by the plainest kind of reader, and whether it is a poll: the opponent of
   the import's reader, with which it shares no code. */
#ifndef PV_FUZZ_NAIVE_TABLE_H
#define PV_FUZZ_NAIVE_TABLE_H

#include "kit.h"

struct naive_table {
    struct pv_str *cells; /* row by row */
    size_t *rows;         /* where each row begins among them, and behind the last where they end */
    size_t cell_count, row_count;
    bool sound; /* quotes, line ends and bytes are as they must be; else the cells are not all there */
    struct bag bag;
};

void naive_table_init(struct naive_table *table, struct pv_str text);
void naive_table_deinit(struct naive_table *table);
/* Row 0 is the header. */
size_t naive_table_width(const struct naive_table *table, size_t row);
struct pv_str naive_table_cell(const struct naive_table *table, size_t row, size_t column);

enum naive_poll { NAIVE_POLL, NAIVE_NO_POLL, NAIVE_POLL_BY_NAMES };
/* NAIVE_POLL_BY_NAMES: it is one if the names of its candidates are, of which some hold references to
   characters that this opponent does not know. */
enum naive_poll naive_table_is_poll(const struct naive_table *table);

/* The time of a row of a poll in digits that sort as the times do: 2024-02-24T18:00:00.000000. */
enum { NAIVE_TIME_LEN = 26 };
void naive_table_time(const struct naive_table *table, size_t row, char time[NAIVE_TIME_LEN + 1]);

#endif
