#include "expected.h"

#include <stdlib.h>
#include <string.h>

void expected_put(struct buf *out, uint64_t line, struct pv_str stream, struct pv_str number,
                  enum pv_code code, enum pv_field field)
{
    buf_format(out, "%llu ", (unsigned long long)line);
    buf_add(out, stream.ptr, stream.ptr == NULL ? 0 : stream.len);
    buf_str(out, " ");
    buf_add(out, number.ptr, number.ptr == NULL ? 0 : number.len);
    buf_format(out, " %s %s\n", pv_code_name(code), field == PV_KEY_NONE ? "null" : pv_field_name(field));
}

/* The stream's place among the model's, which is made if it is new; -1: there is no room. */
static int place_of(struct expected *e, struct pv_str stream)
{
    struct record_stream *streams = e->records.streams;
    size_t i = 0;
    while (i < e->stream_count && !str_is(stream, streams[i].name))
        i++;
    if (i == RECORDS_STREAMS)
        return -1;
    if (i == e->stream_count) {
        memcpy(streams[i].name, stream.ptr, stream.len);
        streams[i].next[0] = '0';
        e->stream_count++;
    }
    return (int)i;
}

static void note_findings(struct expected *e, uint64_t line, int place)
{
    const struct records *r = &e->records;
    for (size_t i = 0; i < r->finding_count; i++) {
        const struct record_finding *f = &r->findings[i];
        expected_put(&e->findings, line, f->stream, f->number, f->code, f->field);
        e->found++;
        if (f->code == PV_EVENT_ID_DUPLICATE)
            continue;
        expected_put(&e->replay, line, f->stream, f->number, f->code, f->field);
        e->replayed++;
        if (place >= 0)
            e->ended[place] = true;
    }
    e->cut = e->cut || r->unreadable || !r->has_stream;
    e->invalid = e->invalid || r->unreadable || r->bad_key != PV_KEY_NONE;
}

/* False: the line is not for the model. */
static bool take_line(struct expected *e, struct pv_str line, uint64_t number)
{
    int place = -1;
    if (!line_model_line(line, &e->records))
        return false;
    struct pv_str stream = line_model_stream(&e->records);
    if (stream.ptr != NULL && (place = place_of(e, stream)) < 0)
        return false;
    records_judge(&e->records);
    note_findings(e, number, place);
    return true;
}

void expected_init(struct expected *e, struct lines *lines)
{
    static struct gen gen;
    size_t kept = 0;
    memset(e, 0, sizeof *e);
    e->records.g = &gen;
    for (size_t i = 0; i < lines->count; i++) {
        if (take_line(e, lines->text[i], lines->number[i])) {
            lines->text[kept] = lines->text[i];
            lines->number[kept++] = lines->number[i];
        } else {
            free((void *)(uintptr_t)lines->text[i].ptr);
        }
    }
    lines->count = kept;
}

void expected_deinit(struct expected *e)
{
    for (size_t i = 0; i < RECORDS_STREAMS; i++)
        model_free(&e->records.streams[i].model);
    bag_free(&e->records.bag);
    buf_free(&e->findings);
    buf_free(&e->replay);
}

size_t expected_count(const struct expected *e)
{
    return e->records.appeared_count;
}

const struct model *expected_model(const struct expected *e, size_t i, bool *ended)
{
    unsigned place = e->records.appeared[i];
    const struct model *model = &e->records.streams[place].model;
    *ended = e->ended[place];
    return model->count > 0 ? model : NULL;
}
