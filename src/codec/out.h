/* A buffered way out for text: every writer of the codec prints into one of these. */
#ifndef PV_OUT_H
#define PV_OUT_H

#include "base.h"

/* Takes bytes on; 0, or -1 when it could not (the sink keeps the reason). */
typedef int pv_out_fn(void *context, const char *bytes, size_t len);

enum { PV_OUT_BUFFER = 65536 };

/* A failure sticks: after one, nothing more is passed on, and pv_out_flush tells. */
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
/* The same with U+007F to U+009F escaped too (as \u00xx): for the messages of findings (F5). */
void pv_out_json_message(struct pv_out *out, struct pv_str text);
/* For a terminal: control characters, U+007F to U+009F and bytes that are no UTF-8 as \xNN, a backslash as \\. */
void pv_out_terminal(struct pv_out *out, struct pv_str text);
/* Base64 (RFC 4648, padded). */
void pv_out_base64(struct pv_out *out, struct pv_str bytes);
/* Passes on what is buffered. True if everything ever written was taken. */
bool pv_out_flush(struct pv_out *out) PV_MUST_USE;

/* A sink that collects in memory: pass pv_buffer_write and a zeroed struct; free() the bytes. */
struct pv_buffer {
    char *bytes;
    size_t len, capacity;
};
int pv_buffer_write(void *buffer, const char *bytes, size_t len);
void pv_buffer_deinit(struct pv_buffer *buffer);

#endif
