/* What the targets share: the entry that every engine calls, failures that a fuzzer keeps the input of, and
   blocks of exactly their size. */
#ifndef PV_FUZZ_KIT_H
#define PV_FUZZ_KIT_H

#include "buf.h"

/* One input; always 0. Each fuzz_*.c defines it and nothing else that is not static. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An oracle was contradicted: tells it and aborts. */
_Noreturn void kit_fail(const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
#define FAIL(...) kit_fail(__FILE__, __LINE__, __VA_ARGS__)
#define CHECK(condition) ((condition) ? (void)0 : kit_fail(__FILE__, __LINE__, "not so: %s", #condition))

/* Fails, and shows both around their first difference, unless they are the same bytes. */
#define CHECK_SAME(what, a, b) kit_check_same(__FILE__, __LINE__, what, a, b)
void kit_check_same(const char *file, int line, const char *what, struct pv_str a, struct pv_str b);

/* A copy in a block of exactly its size, so that a sanitizer sees one byte too many. To be freed. */
char *kit_copy(struct pv_str text);
/* Room for `len` bytes, exactly; to be freed. Never NULL, for 0 bytes neither. */
void *kit_room(size_t len);

static inline struct pv_str kit_str(const struct buf *buf)
{
    return (struct pv_str){buf->bytes, buf->len};
}

/* The text up to the first LF, and what follows it. */
struct pv_str kit_first_line(struct pv_str text, struct pv_str *rest);

/* Whether the bytes are UTF-8 and have no control character but those listed in `allowed`. */
bool kit_is_clean(struct pv_str text, const char *allowed);
/* The length of the UTF-8 sequence at the start, by the table of RFC 3629; 0 for none. `len` is not 0. */
size_t kit_utf8(const char *text, size_t len);

#endif
