/* A strict reader of CSV (RFC 4180) over a file in memory: fields in double quotes, doubled quotes in them,
   commas and line ends too; lines end at LF or CRLF, the last needs no end; a byte order mark before the
   first is dropped; an empty line is no row. A field that breaks the rules is given as far as it goes, with
   what is wrong about it, and the reader goes on behind it. */
#ifndef PV_CSV_H
#define PV_CSV_H

#include "base.h"

struct pv_csv_field {
    struct pv_str text;
    uint64_t line, column; /* of its first byte, its quote included; from 1; columns count bytes */
    const char *fault;     /* what is wrong with it, a static sentence; NULL: nothing */
};

struct pv_csv {
    char *at, *end;
    char *line_start;
    uint64_t line;
};

/* The bytes are lent to the reader, which changes them (doubled quotes become single ones); fields borrow
 * them. */
void pv_csv_init(struct pv_csv *csv, char *bytes, size_t len);

/* The fields of the next row: the first `max` of them, and in *count how many there are. False is the end. A
   quote that is never closed makes the rest of the file one field. */
bool pv_csv_row(struct pv_csv *csv, struct pv_csv_field *fields, size_t max, size_t *count) PV_MUST_USE;

#endif
