/* Internal to the NDJSON adapters: a file's bytes as they are before compression, and the ways in that take
   the size of a read, so that tests can put the end of a read at every byte. */
#ifndef PV_NDJSON_INFLATE_H
#define PV_NDJSON_INFLATE_H

#include "event_source.h"

enum { PV_NDJSON_CHUNK = 1 << 20 }; /* bytes a read: below 256 KiB it costs, above 4 MiB it gains nothing */

enum pv_inflate_form { PV_INFLATE_PLAIN, PV_INFLATE_GZIP, PV_INFLATE_ZSTD };

struct pv_inflate;

/* Opens a file, or standard input for "-", and looks at its first bytes: gzip (RFC 1952), zstd (RFC 8878), or
   plain. NULL is a failure with the fault filled in. `chunk`: bytes a read, at least 1. */
struct pv_inflate *pv_inflate_open(const char *path, size_t chunk, struct pv_fault *fault) PV_MUST_USE;
void pv_inflate_close(struct pv_inflate *in);

/* Gives the next bytes, at most `room` (at least 1); *got 0 is the end. False is a fault, reported after
   everything before it was given, and again at every later call. Any number of gzip members or zstd frames
   may follow each other (skippable ones too); anything else after the first, or an end in the middle of one,
   is PV_FAULT_KIND_DAMAGED. */
bool pv_inflate_read(struct pv_inflate *in, char *to, size_t room, size_t *got,
                     struct pv_fault *fault) PV_MUST_USE;

enum pv_inflate_form pv_inflate_form(const struct pv_inflate *in);
/* Bytes read of the file, and the file's size (0 for what has none). */
void pv_inflate_progress(const struct pv_inflate *in, uint64_t *done, uint64_t *total);

/* A path as it stands in a sentence: in quotes, a long one without its beginning; "-" is "standard input".
   From malloc; NULL when out of memory. */
char *pv_ndjson_name(const char *path) PV_MUST_USE;

/* A fault of the system's: `cannot WHAT NAME: why`, or that a signal came. Always false. */
bool pv_ndjson_errno(struct pv_fault *fault, const char *what, const char *name, int error);

/* pv_ndjson_source_open with the size of a read. */
bool pv_ndjson_source_open_chunked(const char *path, size_t chunk, struct pv_event_source *source,
                                   struct pv_fault *fault) PV_MUST_USE;

#endif
