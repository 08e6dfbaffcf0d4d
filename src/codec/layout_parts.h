/* What a layout is made of: cut out of a text by layout_learn.c, held against others by layout_match.c, its
   values read by layout.c. Internal to these. */
#ifndef PV_LAYOUT_PARTS_H
#define PV_LAYOUT_PARTS_H

#include "layout.h"

enum {
    PV_LAYOUT_TEXT_MAX = 4096, /* bytes of a text that is learned from */
    PV_LAYOUT_CHUNKS = 80,
    PV_LAYOUT_PIECES = 24,
    PV_LAYOUT_GAPS = PV_EVENT_FIELDS_MAX,
    PV_LAYOUT_READS = 16,
    PV_SHAPE_CHUNKS = 64,
    PV_CHUNK = 16,
    PV_SHAPE_TEXT_MAX = PV_SHAPE_CHUNKS * PV_CHUNK, /* bytes of a text that is compared as a whole */
};

/* Literal bytes are compared sixteen at a time; where the mask is 0, any byte will do (`bytes` is 0 there).
 */
typedef uint64_t pv_sixteen __attribute__((vector_size(PV_CHUNK)));
struct pv_chunk {
    pv_sixteen bytes, mask;
};
void pv_chunk_put(struct pv_chunk *chunk, size_t at, char byte);

/* What stands behind a run of literal bytes, and where its value goes. */
enum pv_slot {
    PV_SLOT_END,     /* nothing: the text ends */
    PV_SLOT_TEXT,    /* a string's content (the quotes are literal) that nobody reads */
    PV_SLOT_INTEGER, /* an integer that nobody reads */
    PV_SLOT_STREAM,  /* strings and integers of the record */
    PV_SLOT_NUMBER,
    PV_SLOT_ID,
    PV_SLOT_CREATED,
    PV_SLOT_POSITION,
    PV_SLOT_FIELD_TEXT, /* strings and integers of the event */
    PV_SLOT_FIELD_INTEGER,
};
static inline bool pv_slot_is_text(enum pv_slot slot)
{
    return slot == PV_SLOT_TEXT || slot == PV_SLOT_STREAM || slot == PV_SLOT_ID || slot == PV_SLOT_CREATED ||
           slot == PV_SLOT_FIELD_TEXT;
}

/* A run of literal bytes with its gaps, and the slot behind it. The chunks go from the run's start, but the
   last of them ends with the run; only a text's first run, if shorter than a chunk, begins with its chunk,
   because nothing may be read before it. A layout's pieces take its chunks in turn. */
struct pv_piece {
    uint16_t len;
    uint8_t chunk_count;
    uint8_t slot; /* enum pv_slot */
};

/* 26 characters inside a run that are an id of the event. */
enum pv_gap_kind {
    PV_GAP_NEW,      /* hardly ever one that was seen before */
    PV_GAP_ELECTION, /* mostly the same */
    PV_GAP_PAPER,    /* a competition or candidate: one of the few on the ballot paper */
};
/* A place in the text: so many bytes into a run. */
struct pv_mark {
    uint16_t piece, at;
};
struct pv_gap {
    struct pv_mark mark;
    uint16_t target; /* in struct pv_event */
    uint8_t kind;    /* enum pv_gap_kind */
};

/* A slot that is looked into. */
struct pv_read {
    uint8_t piece;
    uint8_t slot;  /* enum pv_slot */
    uint8_t field; /* of PV_SLOT_FIELD_*: its place in the event's row */
};

/* Where the slots that are looked into and the gaps of one text lie, and where its runs begin. */
struct pv_span {
    uint16_t at, len;
};
struct pv_form {
    struct pv_span reads[PV_LAYOUT_READS];
    uint16_t gap_at[PV_LAYOUT_GAPS];
    uint16_t run_at[PV_LAYOUT_PIECES + 1]; /* one more: the text's length */
};

/* A layout with all its slots of known lengths, so that a text is compared as a whole: its chunks go from the
   text's start, and the last one ends with the text. */
struct pv_shape {
    uint16_t len;         /* of the text; 0: there is no shape yet */
    uint16_t chunk_count; /* but for the last one */
    uint16_t text_count;
    struct pv_form form;
    struct pv_chunk chunks[PV_SHAPE_CHUNKS];
    /* Chunks with parts of strings in them, which must be plain where the mask is set. */
    struct {
        pv_sixteen mask;
        uint64_t at;
    } texts[PV_SHAPE_CHUNKS];
};

struct pv_layout {
    const struct pv_event_spec *spec;
    enum pv_event_type type;
    uint8_t piece_count, gap_count, read_count;
    bool has_id, has_created, has_position, has_metadata;
    bool has_none; /* a field that is null or absent */
    struct pv_mark data, data_end, metadata, metadata_end;
    struct pv_event none; /* what such fields hold */
    struct pv_piece pieces[PV_LAYOUT_PIECES];
    struct pv_gap gaps[PV_LAYOUT_GAPS];
    struct pv_read reads[PV_LAYOUT_READS];
    struct pv_chunk chunks[PV_LAYOUT_CHUNKS];
    struct pv_form last; /* of the text before, if it was measured */
    struct pv_shape shape;
};

/* Cuts a text into a layout. False: it has something that layouts do not cover. */
bool pv_layout_cut(const struct pv_learned *learned, struct pv_layout *layout);
bool pv_layout_equal(const struct pv_layout *a, const struct pv_layout *b);

/* The two ways to find the slots of a text that is built as the layout says; their values remain to be read.
   NULL: it is not, or not known to be. The form lives until the next call. By its shape, for a text that has
   the shape's length (which is not 0); by walking along, for any: which makes a shape for lengths that come
   again. */
const struct pv_form *pv_layout_fit(const struct pv_layout *layout, struct pv_str text);
const struct pv_form *pv_layout_walk(struct pv_layout *layout, struct pv_str text);

#endif
