#include <string.h>

#include "layout_parts.h"
#include "scan.h"
#include "text.h"

static inline pv_sixteen load(const char *at)
{
    pv_sixteen bytes;
    memcpy(&bytes, at, sizeof bytes);
    return bytes;
}

static inline bool is_zero(pv_sixteen bits)
{
    return (bits[0] | bits[1]) == 0;
}

/* Between the chunk with this number and the bytes for it, where chunk 0 has its bytes at `at`. */
static inline pv_sixteen difference(const char *at, const struct pv_chunk *chunks, size_t number)
{
    return (load(at + number * PV_CHUNK) & chunks[number].mask) ^ chunks[number].bytes;
}

/* A text along a layout, run by run */

/* Whether a piece's literal bytes stand at `at`. */
static bool is_run(struct pv_str text, const char *at, const struct pv_piece *piece,
                   const struct pv_chunk *chunk)
{
    const char *end = text.ptr + text.len, *last_at = at + piece->len - PV_CHUNK;
    if (end - at < piece->len)
        return false;
    if (at + piece->len - text.ptr < PV_CHUNK) {
        if (at != text.ptr || end - at < PV_CHUNK)
            return false;
        last_at = at;
    }
    const struct pv_chunk *last = chunk + piece->chunk_count - 1;
    pv_sixteen all = difference(last_at, last, 0);
    for (; last - chunk >= 4; chunk += 4, at += 4 * (size_t)PV_CHUNK) {
        all |= difference(at, chunk, 0) | difference(at, chunk, 1);
        all |= difference(at, chunk, 2) | difference(at, chunk, 3);
        if (!is_zero(all)) /* texts of another kind tend to differ early */
            return false;
    }
    for (; chunk < last; chunk++, at += PV_CHUNK)
        all |= difference(at, chunk, 0);
    return is_zero(all);
}

/* The end of a string's content: plain, or other characters in sound UTF-8. What ends it must be a quote, but
   that is for the next run to say. */
static const char *pass_text(const char *at, const char *end)
{
    uint32_t point;
    at = pv_scan_plain(at, end);
    while (at < end && (unsigned char)*at >= 0x80) {
        unsigned len = pv_utf8_next(at, (size_t)(end - at), &point);
        if (len == 0)
            break;
        at = pv_scan_plain(at + len, end);
    }
    return at;
}

static const char *pass_integer(const char *at, const char *end)
{
    at += at < end && *at == '-';
    while (at < end && *at >= '0' && *at <= '9')
        at++;
    return at;
}

static const char *pass_slot(const char *at, const char *end, enum pv_slot slot)
{
    if (slot == PV_SLOT_END)
        return at;
    return pv_slot_is_text(slot) ? pass_text(at, end) : pass_integer(at, end);
}

static bool find_runs(const struct pv_layout *layout, struct pv_str text, struct pv_form *form)
{
    const struct pv_chunk *chunk = layout->chunks;
    const char *at = text.ptr, *end = text.ptr + text.len;
    for (unsigned i = 0; i < layout->piece_count; i++) {
        const struct pv_piece *piece = &layout->pieces[i];
        form->run_at[i] = (uint16_t)(at - text.ptr);
        if (!is_run(text, at, piece, chunk))
            return false;
        chunk += piece->chunk_count;
        at = pass_slot(at + piece->len, end, (enum pv_slot)piece->slot);
    }
    form->run_at[layout->piece_count] = (uint16_t)text.len;
    return at == end;
}

/* The slot behind a piece's run. */
static struct pv_span slot_span(const struct pv_layout *layout, const struct pv_form *form, unsigned piece)
{
    unsigned start = (unsigned)form->run_at[piece] + layout->pieces[piece].len;
    return (struct pv_span){(uint16_t)start, (uint16_t)(form->run_at[piece + 1] - start)};
}

static void find_values(const struct pv_layout *layout, struct pv_form *form)
{
    for (unsigned i = 0; i < layout->gap_count; i++)
        form->gap_at[i] = (uint16_t)(form->run_at[layout->gaps[i].mark.piece] + layout->gaps[i].mark.at);
    for (unsigned i = 0; i < layout->read_count; i++)
        form->reads[i] = slot_span(layout, form, layout->reads[i].piece);
}

/* A text of known lengths, as a whole */

static size_t chunk_at(size_t chunk, size_t len)
{
    size_t at = chunk * PV_CHUNK;
    return at + PV_CHUNK <= len ? at : len - PV_CHUNK;
}

/* The bytes that may not stand in a string as they are, and those that are no ASCII: all bits set. */
static inline pv_sixteen special(pv_sixteen bytes)
{
    typedef signed char signed_bytes __attribute__((vector_size(PV_CHUNK)));
    signed_bytes signs = (signed_bytes)bytes; /* bytes from 0x80 on are negative, so less than a space too */
    return (pv_sixteen)((signs < 0x20) | (signs == '"') | (signs == '\\'));
}

const struct pv_form *pv_layout_fit(const struct pv_layout *layout, struct pv_str text)
{
    const struct pv_shape *shape = &layout->shape;
    pv_sixteen even = difference(text.ptr + text.len - PV_CHUNK, &shape->chunks[shape->chunk_count], 0);
    pv_sixteen odd = {0, 0};
    size_t i = 0;
    for (; i + 2 <= shape->chunk_count; i += 2) {
        even |= difference(text.ptr, shape->chunks, i);
        odd |= difference(text.ptr, shape->chunks, i + 1);
    }
    if (i < shape->chunk_count)
        odd |= difference(text.ptr, shape->chunks, i);
    for (i = 0; i < shape->text_count; i++)
        even |= special(load(text.ptr + shape->texts[i].at)) & shape->texts[i].mask;
    return is_zero(even | odd) ? &shape->form : NULL;
}

/* Literal are the bytes of a run, where the layout's own chunk has its mask set. */
static void put_run(struct pv_shape *shape, struct pv_str text, const struct pv_layout *layout,
                    unsigned piece)
{
    size_t start = shape->form.run_at[piece];
    for (size_t i = 0; i < layout->pieces[piece].len; i++) {
        size_t at = start + i, chunk = at / PV_CHUNK;
        pv_chunk_put(&shape->chunks[chunk], at - chunk_at(chunk, text.len), text.ptr[at]);
    }
}

static void clear_gap(struct pv_shape *shape, size_t start)
{
    for (size_t at = start; at < start + PV_ULID_LEN; at++) {
        size_t chunk = at / PV_CHUNK, place = at - chunk_at(chunk, shape->len);
        ((char *)&shape->chunks[chunk].bytes)[place] = ((char *)&shape->chunks[chunk].mask)[place] = 0;
    }
}

static void put_text(struct pv_shape *shape, struct pv_span span)
{
    for (size_t at = span.at; at < (size_t)span.at + span.len; at++) {
        size_t window = chunk_at(at / PV_CHUNK, shape->len);
        if (shape->text_count == 0 || shape->texts[shape->text_count - 1].at != window) {
            shape->texts[shape->text_count].at = window;
            shape->texts[shape->text_count++].mask = (pv_sixteen){0, 0};
        }
        ((char *)&shape->texts[shape->text_count - 1].mask)[at - window] = (char)0xff;
    }
}

/* A stream and a date-time are looked at so closely by who reads them that nothing else need do so. */
static bool must_be_plain(enum pv_slot slot)
{
    return pv_slot_is_text(slot) && slot != PV_SLOT_STREAM && slot != PV_SLOT_CREATED;
}

static void build_shape(struct pv_layout *layout, struct pv_str text)
{
    struct pv_shape *shape = &layout->shape;
    shape->len = (uint16_t)text.len;
    shape->chunk_count = (uint16_t)((text.len - 1) / PV_CHUNK);
    shape->text_count = 0;
    shape->form = layout->last;
    memset(shape->chunks, 0, sizeof shape->chunks);
    for (unsigned i = 0; i < layout->piece_count; i++) {
        put_run(shape, text, layout, i);
        if (must_be_plain((enum pv_slot)layout->pieces[i].slot))
            put_text(shape, slot_span(layout, &shape->form, i));
    }
    for (unsigned i = 0; i < layout->gap_count; i++)
        clear_gap(shape, shape->form.gap_at[i]);
}

static bool same_runs(const struct pv_layout *layout, const struct pv_form *a, const struct pv_form *b)
{
    return memcmp(a->run_at, b->run_at, (layout->piece_count + 1u) * sizeof a->run_at[0]) == 0;
}

const struct pv_form *pv_layout_walk(struct pv_layout *layout, struct pv_str text)
{
    struct pv_form form;
    if (text.len > PV_LAYOUT_TEXT_MAX || !find_runs(layout, text, &form))
        return NULL;
    if (!same_runs(layout, &form, &layout->last)) {
        find_values(layout, &form);
        layout->last = form;
    } else if (text.len <= PV_SHAPE_TEXT_MAX && !same_runs(layout, &form, &layout->shape.form)) {
        build_shape(layout, text); /* lengths that come again */
    }
    return &layout->last;
}
