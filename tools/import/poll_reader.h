/* Internal to the reader of polls: what it holds while it reads, and how it tells what is wrong. */
#ifndef PV_POLL_READER_H
#define PV_POLL_READER_H

#include "csv.h"
#include "poll.h"

enum {
    PV_POLL_VOTER_ID, /* the columns before the candidates */
    PV_POLL_VOTE_TIME,
    PV_POLL_POLL_ID,
    PV_POLL_FIRST_CANDIDATE,
};
enum {
    PV_POLL_FIELDS_MAX = PV_POLL_FIRST_CANDIDATE + PV_POLL_CANDIDATES_MAX,
    PV_POLL_SHOWN_MAX = 80, /* bytes of a value in a sentence */
    PV_POLL_SENTENCE_MAX = 512,
};
extern const char *const pv_poll_columns[PV_POLL_FIRST_CANDIDATE];

struct pv_poll_row {
    struct pv_str id;
    struct pv_time at;
    uint64_t line;
    size_t index;       /* in the file; stars are at index * candidates */
    uint64_t same_line; /* an earlier row with the same id; 0: none */
};

struct pv_poll_reader {
    struct pv_csv csv;
    struct pv_csv_field *fields;
    size_t field_count;
    pv_poll_report_fn *report;
    void *context;
    uint64_t problems;

    struct pv_str poll_id;
    uint64_t poll_id_line; /* 0: no row had one yet */
    struct pv_str *candidates;
    char *names; /* the bytes of the candidates */
    size_t candidate_count;
    struct pv_poll_row *rows;
    uint8_t *stars;
    size_t row_count, row_capacity;
};

/* The header row: fills in the candidates. PV_POLL_BAD ends it; else problems may have been told. */
enum pv_poll_result pv_poll_read_header(struct pv_poll_reader *reader) PV_MUST_USE;
/* All other rows, and that there is one. */
enum pv_poll_result pv_poll_read_rows(struct pv_poll_reader *reader) PV_MUST_USE;

/* A value as it may stand in a sentence: escaped for a terminal, and cut. */
struct pv_poll_shown {
    char text[PV_POLL_SHOWN_MAX + 1];
};
struct pv_poll_shown pv_poll_show(struct pv_str value);

/* Tells the problem, and counts it. */
void pv_poll_problem(struct pv_poll_reader *reader, uint64_t line, uint64_t column, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* A problem of the field in this column: says also which column it is. */
void pv_poll_field_problem(struct pv_poll_reader *reader, size_t index, const char *what);
/* "VALUE" and what it is or is not. */
void pv_poll_value_problem(struct pv_poll_reader *reader, size_t index, const char *what);
/* Tells what is wrong with the row's fields as CSV. */
bool pv_poll_has_faults(struct pv_poll_reader *reader, bool header);

/* Whether the text keeps the rules of D2 for a name; its sentence is the one of D7. */
bool pv_poll_is_name(struct pv_str text, char sentence[PV_POLL_SENTENCE_MAX]);

#endif
