/* A buffered way out for text: every writer of the codec prints into one of these. */
#ifndef PV_OUT_H
#define PV_OUT_H

#include "base.h"

/* Takes bytes on; 0, or -1 when it could not (the sink keeps the reason). */
typedef int pv_out_fn(void *context, const char *bytes, size_t len);

enum { PV_OUT_BUFFER = 65536 };

/* A failure sticks: after one, nothing more is passed on, and pv_out_flush tells. A writer that runs out of
   memory fails in the same way; the sink then has no reason of its own. */
struct pv_out {
    pv_out_fn *write;
    void *context;
    size_t len;
    bool failed;
    char buffer[PV_OUT_BUFFER];
};

void pv_out_init(struct pv_out *out, pv_out_fn *write, void *context);
void pv_out_bytes(struct pv_out *out, const char *bytes, size_t len);
void pv_out_str(struct pv_out *out, struct pv_str text);
void pv_out_cstr(struct pv_out *out, const char *text);
void pv_out_char(struct pv_out *out, char c);
void pv_out_int(struct pv_out *out, int64_t value);
void pv_out_uint(struct pv_out *out, uint64_t value);
/* A JSON string with quotes, escaped as F3 says. */
void pv_out_json(struct pv_out *out, struct pv_str text);
/* The same with U+007F to U+009F escaped too (as \u00xx), and U+FFFD for each byte that is no UTF-8: for the
   findings (F5). */
void pv_out_json_message(struct pv_out *out, struct pv_str text);
/* For a terminal: the bytes of control characters (U+007F to U+009F included) and bytes that are no UTF-8 as
   \xNN, a backslash as \\, and what can make a terminal show another text (U+2028, U+2029, bidirectional
   controls) as \u{XXXX}. */
void pv_out_terminal(struct pv_out *out, struct pv_str text);
/* The same into memory, cut with "..." at a character's boundary if `size` bytes do not hold it (at least 3).
   Returns the length; not terminated. */
enum { PV_TERMINAL_CHAR_MAX = 8 };
size_t pv_terminal_escape(struct pv_str text, char *out, size_t size);
/* Base64 (RFC 4648, padded). */
void pv_out_base64(struct pv_out *out, struct pv_str bytes);
/* Passes on what is buffered. True if everything ever written was taken. */
bool pv_out_flush(struct pv_out *out) PV_MUST_USE;

/* A sink that collects in memory: pass pv_buffer_write and a zeroed struct; free() the bytes. */
struct pv_buffer {
    char *bytes;
    size_t len, capacity;
};
int pv_buffer_write(void *context, const char *bytes, size_t len);
void pv_buffer_deinit(struct pv_buffer *buffer);

#endif
