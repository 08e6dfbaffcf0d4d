/* Lines out of bytes (F1): framing by memchr in one buffer that grows only for a line that needs it. A batch
   is what lies in the buffer at once, so nothing is copied but the line that a read cuts in two. */
#include "adapters.h"
#include "ndjson_inflate.h"
#include "record.h"

#include <stdlib.h>
#include <string.h>

enum { BOM = 3 };
static const char bom[BOM] = {'\xef', '\xbb', '\xbf'};

struct source {
    struct pv_inflate *in;
    size_t chunk;
    char *buffer;
    size_t capacity;
    size_t start, end; /* what is not given yet */
    size_t searched;   /* up to here there is no LF */
    uint64_t line;     /* lines begun so far, blank ones too */
    bool ended;
    bool skipping; /* the rest of a line that is too long */
    bool is_database;
    char path[];
};

/* --- lines --- */

static bool is_blank(struct pv_str line)
{
    for (size_t i = 0; i < line.len; i++) {
        if (line.ptr[i] != ' ' && line.ptr[i] != '\t' && line.ptr[i] != '\r')
            return false;
    }
    return true;
}

/* Counts the bytes from start to `end` as a line; true if it is to be given. */
static bool take_line(struct source *source, size_t end, struct pv_raw *raw)
{
    struct pv_str line = {source->buffer + source->start, end - source->start};
    source->line++;
    if (source->line == 1 && line.len >= BOM && memcmp(line.ptr, bom, BOM) == 0) {
        line.ptr += BOM;
        line.len -= BOM;
    }
    if (line.len > PV_LINE_MAX)
        line.len = PV_LINE_MAX + 1;
    else if (is_blank(line))
        return false;
    raw->form = PV_RAW_LINE;
    raw->line = source->line;
    raw->text = line;
    return true;
}

/* The next line that the buffer holds whole. */
static bool next_in_buffer(struct source *source, struct pv_raw *raw)
{
    while (source->searched < source->end) {
        char *lf = memchr(source->buffer + source->searched, '\n', source->end - source->searched);
        if (lf == NULL) {
            source->searched = source->end;
            return false;
        }
        size_t end = (size_t)(lf - source->buffer);
        bool given = !source->skipping && take_line(source, end, raw);
        source->skipping = false;
        source->start = source->searched = end + 1;
        if (given)
            return true;
    }
    return false;
}

/* What follows the last LF: the last line, if the input has ended, or one that is too long whatever comes. */
static bool next_without_lf(struct source *source, struct pv_raw *raw)
{
    bool too_long = source->end - source->start > PV_LINE_MAX + BOM;
    bool given = false;
    if (!source->skipping) {
        if (source->start == source->end || (!source->ended && !too_long))
            return false;
        given = take_line(source, source->end, raw);
        source->skipping = true;
    }
    source->start = source->end;
    return given;
}

/* --- bytes --- */

/* Room for another read behind what is not given yet, which moves to the front. Bounded: what is kept is at
   most one line that is not yet too long. */
static bool make_room(struct source *source, struct pv_fault *fault)
{
    size_t kept = source->end - source->start;
    if (source->start > 0 && kept > 0)
        memmove(source->buffer, source->buffer + source->start, kept);
    source->searched -= source->start;
    source->start = 0;
    source->end = kept;
    if (source->capacity - kept >= source->chunk)
        return true;
    size_t capacity = kept + source->chunk, most = PV_LINE_MAX + BOM + source->chunk;
    if (capacity < 2 * source->capacity)
        capacity = 2 * source->capacity < most ? 2 * source->capacity : most;
    char *buffer = realloc(source->buffer, capacity);
    if (buffer == NULL) {
        pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY,
                     "not enough memory for a line of more than %zu bytes (line %llu)", kept,
                     (unsigned long long)source->line + 1);
        return false;
    }
    source->buffer = buffer;
    source->capacity = capacity;
    return true;
}

static bool fill(struct source *source, struct pv_fault *fault)
{
    size_t got;
    if (!make_room(source, fault) ||
        !pv_inflate_read(source->in, source->buffer + source->end, source->chunk, &got, fault))
        return false;
    source->end += got;
    source->ended = got == 0;
    return true;
}

/* --- the port --- */

static bool next_lines(struct source *source, struct pv_raw *raws, size_t max, size_t *count, size_t *bytes,
                       struct pv_fault *fault)
{
    for (;;) {
        while (*count < max && next_in_buffer(source, &raws[*count]))
            *bytes += raws[(*count)++].text.len;
        if (*count > 0)
            return true;
        if (next_without_lf(source, &raws[0])) {
            *count = 1;
            *bytes = raws[0].text.len;
            return true;
        }
        if (source->ended)
            return true;
        if (!fill(source, fault))
            return false;
    }
}

/* A store without its `sqlite:` would be one finding after the other. Its first bytes have no LF. */
static bool begins_database(const struct pv_raw *raw)
{
    static const char magic[] = "SQLite format 3";
    return raw->line == 1 && raw->text.len >= sizeof magic && memcmp(raw->text.ptr, magic, sizeof magic) == 0;
}

static bool refuse_database(const struct source *source, struct pv_fault *fault)
{
    if (strcmp(source->path, "-") == 0)
        pv_fault_set(fault, PV_FAULT_KIND_DAMAGED,
                     "standard input is a SQLite database: give its path, as sqlite:PATH");
    else
        pv_fault_set(fault, PV_FAULT_KIND_DAMAGED, "'%s' is a SQLite database: did you mean sqlite:%s?",
                     source->path, source->path);
    return false;
}

static bool next(void *self, struct pv_raw *raws, size_t max, size_t *count, size_t *bytes,
                 struct pv_fault *fault)
{
    struct source *source = self;
    *count = *bytes = 0;
    if (!source->is_database && !next_lines(source, raws, max, count, bytes, fault))
        return false;
    source->is_database |= *count > 0 && begins_database(&raws[0]);
    if (!source->is_database)
        return true;
    *count = *bytes = 0;
    return refuse_database(source, fault);
}

static void progress(void *self, uint64_t *done, uint64_t *total)
{
    pv_inflate_progress(((struct source *)self)->in, done, total);
}

static void close_source(void *self)
{
    struct source *source = self;
    pv_inflate_close(source->in);
    free(source->buffer);
    free(source);
}

bool pv_ndjson_source_open_chunked(const char *path, size_t chunk, struct pv_event_source *out,
                                   struct pv_fault *fault)
{
    static const struct pv_event_source_ops ops = {next, progress, close_source};
    size_t size = strlen(path) + 1;
    struct source *source = calloc(1, sizeof *source + size);
    if (source == NULL) {
        pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "not enough memory to read '%s'", path);
        return false;
    }
    source->chunk = chunk;
    memcpy(source->path, path, size);
    source->in = pv_inflate_open(path, chunk, fault);
    if (source->in == NULL) {
        free(source);
        return false;
    }
    out->ops = &ops;
    out->self = source;
    return true;
}

bool pv_ndjson_source_open(const char *path, struct pv_event_source *source, struct pv_fault *fault)
{
    return pv_ndjson_source_open_chunked(path, PV_NDJSON_CHUNK, source, fault);
}
