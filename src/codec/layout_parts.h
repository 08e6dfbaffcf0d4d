/* What a layout is made of: written by layout_learn.c, read by layout.c. Internal to both. */
#ifndef PV_LAYOUT_PARTS_H
#define PV_LAYOUT_PARTS_H

#include "layout.h"

enum {
    PV_LAYOUT_TEXT_MAX = 4096, /* bytes of a text that is learned from */
    PV_LAYOUT_CHUNKS = 80,
    PV_LAYOUT_PIECES = 24,
    PV_LAYOUT_GAPS = PV_EVENT_FIELDS_MAX,
    PV_CHUNK = 16,
};

/* Literal bytes are compared sixteen at a time; where the mask is 0, any byte will do (`bytes` is 0 there).
 */
struct pv_chunk {
    uint64_t bytes[PV_CHUNK / 8], mask[PV_CHUNK / 8];
};

/* What stands behind a run of literal bytes. */
enum pv_slot {
    PV_SLOT_END,     /* nothing: the text ends */
    PV_SLOT_TEXT,    /* a string's content; the quotes are literal */
    PV_SLOT_NATURAL, /* an integer from 0 that is read */
    PV_SLOT_INTEGER, /* an integer that nobody reads */
};

/* Where the value in a slot goes. */
enum pv_role {
    PV_ROLE_NONE,
    PV_ROLE_STREAM,
    PV_ROLE_NUMBER,
    PV_ROLE_ID,
    PV_ROLE_CREATED,
    PV_ROLE_POSITION,
    PV_ROLE_FIELD, /* + the field's place in the event's row */
};

/* A run of literal bytes with its gaps, and the slot behind it. The chunks go from the run's start, but the
   last of them ends with the run; only a text's first run, if shorter than a chunk, begins with its chunk,
   because nothing may be read before it. */
struct pv_piece {
    uint16_t len;
    uint8_t chunk, chunk_count; /* from .. on, so many */
    uint8_t gap, gap_count;
    uint8_t slot; /* enum pv_slot */
    uint8_t role; /* enum pv_role */
};

/* 26 characters inside a run that are an id of the event. */
struct pv_gap {
    uint16_t at;     /* in the run */
    uint16_t target; /* in struct pv_event */
    bool is_election;
};

/* A place in the text: so many bytes into a run. */
struct pv_mark {
    uint16_t piece, at;
};

struct pv_layout {
    const struct pv_event_spec *spec;
    enum pv_event_type type;
    uint8_t piece_count, gap_count, chunk_count;
    bool has_id, has_created, has_position, has_metadata;
    bool has_none; /* a field that is null or absent */
    struct pv_mark data, data_end, metadata, metadata_end;
    struct pv_event none; /* what such fields hold */
    struct pv_piece pieces[PV_LAYOUT_PIECES];
    struct pv_gap gaps[PV_LAYOUT_GAPS];
    struct pv_chunk chunks[PV_LAYOUT_CHUNKS];
};

/* Cuts a text into a layout. False: it has something that layouts do not cover. */
bool pv_layout_cut(const struct pv_learned *learned, struct pv_layout *layout);
bool pv_layout_equal(const struct pv_layout *a, const struct pv_layout *b);

#endif
