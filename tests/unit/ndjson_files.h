/* What the tests of NDJSON share: scratch files, compression done by the libraries themselves, a source read
   into one string, and the system calls that can be made to fail (the linker wraps them). */
#ifndef PV_TEST_NDJSON_FILES_H
#define PV_TEST_NDJSON_FILES_H

#include "check.h"
#include "ndjson_deflate.h"

struct bytes {
    char *ptr;
    size_t len;
};

/* A path of its own for each name, in a folder that is removed at exit. Valid until exit. */
const char *scratch(const char *name);
void put_file(const char *path, const void *bytes, size_t len);
struct bytes get_file(const char *path); /* free ptr */
bool file_exists(const char *path);
/* Whether the scratch folder holds these files and no others. */
void check_only_files(const char *const *names, size_t count);

/* One member or frame; free ptr. PV_INFLATE_PLAIN is a copy. */
struct bytes pack(enum pv_inflate_form form, const void *bytes, size_t len);
struct bytes joined(struct bytes a, const void *b, size_t len); /* frees a */

/* Everything that a source gives, a line each: "number:text;" with texts over 40 bytes as "number:<length>;";
   then "end", or the kind of the fault: "io", "damaged", "denied", "other". */
struct listing {
    char text[1 << 16];
    uint64_t lines, done, total;
    struct pv_fault fault;
};
void list_source(struct listing *listing, const char *path, size_t chunk, size_t max);

/* From the next call on: read() gives at most so many bytes (0: no limit), and every call that is due fails.
 */
enum call { CALL_READ, CALL_WRITE, CALL_SYNC, CALL_TRUNCATE, CALL_COUNT };
struct failing {
    int error;       /* errno; 0: none fails */
    unsigned after;  /* calls that work first */
    unsigned times;  /* calls that fail then */
    size_t some;     /* bytes that read or write do at most; 0: no limit */
    unsigned called; /* counts */
};
extern struct failing failing[CALL_COUNT];
/* Called once, before the next lock is asked for: what another process does just then. NULL: nothing. */
extern void (*before_lock)(void);
void nothing_fails(void);

#endif
