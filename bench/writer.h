/* JSON lines for the generator: an output buffer with sticky errors, and objects in one of two layouts. */
#ifndef PV_BENCH_WRITER_H
#define PV_BENCH_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Collects bytes and writes them to FD in large pieces. After a failed write everything more is dropped and
   ERROR keeps its errno, so that a caller may look once, at the end. */
struct pv_sink {
    int fd;
    int error;
    size_t used;
    char bytes[1 << 18];
};

void pv_sink_init(struct pv_sink *sink, int fd);
void pv_sink_put(struct pv_sink *sink, const char *bytes, size_t length);

/* Writes what is still in the buffer. Returns 0, or the errno of the first write that failed. */
__attribute__((warn_unused_result)) int pv_sink_finish(struct pv_sink *sink);

enum pv_kind {
    PV_PLAIN,  /* a string in which nothing needs an escape (ids, times, addresses) */
    PV_TEXT,   /* a string of any valid UTF-8 */
    PV_RAW,    /* a number or null, as it stands */
    PV_NESTED, /* an object */
};

/* A member of an object. Everything is borrowed. */
struct pv_member {
    const char *key;
    enum pv_kind kind;
    const char *text; /* not for PV_NESTED */
    size_t length;
    const struct pv_member *members; /* PV_NESTED only */
    size_t count;
};

enum { PV_MEMBERS_MAX = 8 }; /* of one object */

/* How an object looks on its line. */
struct pv_layout {
    const char *comma;
    const char *colon;
    bool sorted; /* members by key, else in the order given */
    bool ascii;  /* everything beyond ASCII as \uxxxx */
};

extern const struct pv_layout pv_layout_own;     /* F3's form, as PhotoVote's own writers print it */
extern const struct pv_layout pv_layout_foreign; /* python's json.dumps(record, sort_keys=True) */

void pv_put_object(struct pv_sink *sink, const struct pv_layout *layout, const struct pv_member *members,
                   size_t count);

#endif
