/* What must hold of an NDJSON file before lines are appended to it. */
#include "ndjson_deflate.h"
#include "record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK = 1 << 16 };

static bool ends_in(const char *text, const char *end)
{
    size_t len = strlen(text), end_len = strlen(end);
    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

enum pv_inflate_form pv_ndjson_form_of_name(const char *path)
{
    if (ends_in(path, ".gz"))
        return PV_INFLATE_GZIP;
    return ends_in(path, ".zst") ? PV_INFLATE_ZSTD : PV_INFLATE_PLAIN;
}

/* --- compressed: read to the end --- */

static bool last_byte(struct pv_inflate *in, char *last, struct pv_fault *fault)
{
    char block[BLOCK];
    size_t got;
    *last = '\n';
    do {
        if (!pv_inflate_read(in, block, sizeof block, &got, fault)) {
            if (fault->kind == PV_FAULT_KIND_DAMAGED) {
                struct pv_fault why = *fault;
                pv_fault_set(fault, PV_FAULT_KIND_DAMAGED,
                             "%s: nothing can be added to it; remove it and begin again", why.text);
            }
            return false;
        }
        if (got > 0)
            *last = block[got - 1];
    } while (got > 0);
    return true;
}

static bool is_form(struct pv_inflate *in, enum pv_inflate_form form, const char *path,
                    struct pv_fault *fault)
{
    static const char *const names[] = {"plain text", "gzip", "zstd"};
    if (pv_inflate_form(in) == form)
        return true;
    pv_fault_set(fault, PV_FAULT_KIND_DAMAGED,
                 "cannot add to '%s': by its name it is %s, but its content is %s", path, names[form],
                 names[pv_inflate_form(in)]);
    return false;
}

bool pv_ndjson_check_appendable(const char *path, enum pv_inflate_form form, struct pv_fault *fault)
{
    char last = '\n';
    struct pv_inflate *in = pv_inflate_open(path, PV_NDJSON_CHUNK, fault);
    if (in == NULL)
        return false;
    bool sound = is_form(in, form, path, fault) && (form == PV_INFLATE_PLAIN || last_byte(in, &last, fault));
    pv_inflate_close(in);
    if (sound && last != '\n') {
        pv_fault_set(fault, PV_FAULT_KIND_DAMAGED,
                     "cannot add to '%s': its last line does not end; remove it and begin again", path);
        return false;
    }
    return sound;
}

/* --- plain: look at the last line --- */

static bool read_at(int fd, const char *name, char *to, size_t len, uint64_t at, struct pv_fault *fault)
{
    for (size_t done = 0; done < len;) {
        ssize_t n = pread(fd, to + done, len - done, (off_t)(at + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) /* 0: it became shorter under our hands */
            return pv_ndjson_errno(fault, "read", name, n < 0 ? errno : EIO);
        done += (size_t)n;
    }
    return true;
}

/* The offset behind the last LF; 0 if there is none. */
static bool find_last_line(int fd, const char *name, uint64_t size, uint64_t *start, struct pv_fault *fault)
{
    char block[BLOCK];
    for (uint64_t end = size; end > 0;) {
        size_t len = end < BLOCK ? (size_t)end : BLOCK;
        end -= len;
        if (!read_at(fd, name, block, len, end, fault))
            return false;
        while (len > 0 && block[len - 1] != '\n')
            len--;
        if (len > 0) {
            *start = end + len;
            return true;
        }
    }
    *start = 0;
    return true;
}

/* A record that was torn is no JSON object: its closing brace is missing. */
static enum pv_result is_record(struct pv_str line, bool *whole)
{
    struct pv_record record;
    struct pv_record_reader *reader = pv_record_reader_new(false);
    if (reader == NULL || pv_record_reader_begin(reader, line.len) != PV_OK) {
        pv_record_reader_free(reader);
        return PV_FAULT_MEMORY;
    }
    pv_record_read_line(reader, line, 1, &record);
    *whole = record.envelope != PV_ENVELOPE_UNREADABLE;
    pv_record_reader_free(reader);
    return PV_OK;
}

/* Judges what stands behind the last LF. */
static bool judge_tail(const char *name, struct pv_str tail, bool alone, bool *record, struct pv_fault *fault)
{
    size_t skip = alone && tail.len >= 3 && memcmp(tail.ptr, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (skip < tail.len && (tail.ptr[skip] == ' ' || tail.ptr[skip] == '\t')) /* lines may begin so */
        skip++;
    tail = (struct pv_str){tail.ptr + skip, tail.len - skip};
    if (tail.len == 0 || tail.ptr[0] != '{') {
        pv_fault_set(fault, PV_FAULT_KIND_DAMAGED, "cannot add to %s: it does not hold event records", name);
        return false;
    }
    if (is_record(tail, record) == PV_OK)
        return true;
    pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "not enough memory for the last line of %s", name);
    return false;
}

bool pv_ndjson_whole_lines(int fd, const char *name, uint64_t size, uint64_t *whole, bool *lacks_lf,
                           struct pv_fault *fault)
{
    uint64_t start;
    *lacks_lf = false;
    if (!find_last_line(fd, name, size, &start, fault))
        return false;
    *whole = start;
    if (start == size)
        return true;
    size_t len = size - start > PV_LINE_MAX ? PV_LINE_MAX + 1 : (size_t)(size - start);
    char *tail = calloc(len, 1);
    if (tail == NULL) {
        pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "not enough memory for the last line of %s", name);
        return false;
    }
    bool sound = read_at(fd, name, tail, len, start, fault) &&
                 judge_tail(name, (struct pv_str){tail, len}, start == 0, lacks_lf, fault);
    free(tail);
    if (sound && *lacks_lf)
        *whole = size;
    return sound;
}
