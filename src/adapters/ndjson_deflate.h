/* Internal to the NDJSON adapters: bytes compressed as gzip members or zstd frames, and handed on. */
#ifndef PV_NDJSON_DEFLATE_H
#define PV_NDJSON_DEFLATE_H

#include "adapters.h"
#include "ndjson_inflate.h"

/* Takes compressed bytes on; false stops the compression. */
typedef bool pv_deflate_fn(void *context, const char *bytes, size_t len);

struct pv_deflate;

/* `form` is PV_INFLATE_GZIP or PV_INFLATE_ZSTD. NULL when out of memory. */
struct pv_deflate *pv_deflate_new(enum pv_inflate_form form, pv_deflate_fn *write, void *context) PV_MUST_USE;
void pv_deflate_free(struct pv_deflate *out);

/* Compresses into the current member, which the first bytes begin. False if `write` was. */
bool pv_deflate_bytes(struct pv_deflate *out, const char *bytes, size_t len) PV_MUST_USE;
/* Ends the current member (an empty one if nothing was given); the next bytes begin another. */
bool pv_deflate_end(struct pv_deflate *out) PV_MUST_USE;

/* Lines that a file has safely are lines in members that are ended: after so many bytes another is begun. */
enum { PV_NDJSON_MEMBER = 64 << 20 };
/* pv_ndjson_sink_open with the size of a member. */
bool pv_ndjson_sink_open_sized(const char *path, size_t member, struct pv_ndjson_sink **sink,
                               struct pv_fault *fault) PV_MUST_USE;

/* PV_INFLATE_PLAIN, unless the name ends in .gz or .zst. */
enum pv_inflate_form pv_ndjson_form_of_name(const char *path);
/* The file at `path`, which is not empty, can take more lines: its form is `form`, and if that is compressed
   it is sound to its end and its last line has an LF. */
bool pv_ndjson_check_appendable(const char *path, enum pv_inflate_form form,
                                struct pv_fault *fault) PV_MUST_USE;
/* How much of a plain file of `size` bytes is whole lines: up to its last LF, or all of it if what follows is
   a record that only lacks its LF. If what follows does not even look like the beginning of a record, that is
   a fault: cutting it off would destroy what is none of ours. */
bool pv_ndjson_whole_lines(int fd, const char *name, uint64_t size, uint64_t *whole, bool *lacks_lf,
                           struct pv_fault *fault) PV_MUST_USE;

#endif
