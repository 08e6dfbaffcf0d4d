#include "lines.h"

#include <stdlib.h>
#include <string.h>

/* ---- the naive splitter ---- */

bool lines_is_blank(struct pv_str line)
{
    for (size_t i = 0; i < line.len; i++)
        if (line.ptr[i] != ' ' && line.ptr[i] != '\t' && line.ptr[i] != '\r')
            return false;
    return true;
}

void lines_split(struct pv_str rest, size_t most, struct lines *lines)
{
    lines->count = 0;
    for (uint64_t number = 1; rest.len > 0 && lines->count < most; number++) {
        struct pv_str line = kit_first_line(rest, &rest);
        if (number == 1 && line.len >= 3 && memcmp(line.ptr, "\xef\xbb\xbf", 3) == 0)
            line = (struct pv_str){line.ptr + 3, line.len - 3};
        if (lines_is_blank(line))
            continue;
        lines->text[lines->count] = (struct pv_str){kit_copy(line), line.len};
        lines->number[lines->count++] = number;
    }
}

void lines_deinit(struct lines *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        free((void *)(uintptr_t)lines->text[i].ptr);
    lines->count = 0;
}

void lines_prefix(const struct lines *lines, size_t count, struct lines *prefix)
{
    memcpy(prefix->text, lines->text, count * sizeof lines->text[0]);
    memcpy(prefix->number, lines->number, count * sizeof lines->number[0]);
    prefix->count = count;
}

/* ---- the source ---- */

struct source {
    const struct lines *lines;
    size_t batch, at;
};

static bool next(void *self, struct pv_raw *raws, size_t max, size_t *count, size_t *bytes,
                 struct pv_fault *fault)
{
    struct source *source = self;
    (void)fault;
    *count = *bytes = 0;
    for (; *count < max && *count < source->batch && source->at < source->lines->count; source->at++) {
        struct pv_raw *raw = &raws[(*count)++];
        *raw = (struct pv_raw){.form = PV_RAW_LINE,
                               .line = source->lines->number[source->at],
                               .text = source->lines->text[source->at]};
        *bytes += raw->text.len;
    }
    return true;
}

static void progress(void *self, uint64_t *done, uint64_t *total)
{
    const struct source *source = self;
    *done = source->at;
    *total = source->lines->count;
}

void lines_source_open(const struct lines *lines, size_t batch, struct pv_event_source *out)
{
    static const struct pv_event_source_ops ops = {next, progress, free};
    struct source *source = kit_room(sizeof *source);
    *source = (struct source){lines, batch, 0};
    *out = (struct pv_event_source){&ops, source};
}
