#include "layout.h"

#include <stdlib.h>
#include <string.h>

#include "layout_parts.h"
#include "scan.h"
#include "ulid_decode.h"

enum {
    SET_MAX = 32,
    PATIENCE = 32, /* texts in a row that fit nothing, before only one of SAMPLE is tried */
    SAMPLE = 16,
    SECONDS_LEN = 19,   /* 2024-02-24T18:03:11 */
    NATURAL_DIGITS = 18 /* fit without a look */
};

/* Values that hardly change from one text to the next are compared with the last one. */
struct last {
    struct pv_election_id stream_id, election_id;
    int64_t seconds_us;
    char stream[PV_STREAM_LEN];
    char election[PV_ULID_LEN];
    char seconds[SECONDS_LEN];
};

/* Any values will do to begin with, as long as they belong together. */
static const struct last first_last = {.stream_id = {{0, 1}},
                                       .election_id = {{0, 1}},
                                       .seconds_us = 0,
                                       .stream = "Election-00000000000000000000000001",
                                       .election = "00000000000000000000000001",
                                       .seconds = "1970-01-01T00:00:00"};

struct pv_layouts {
    struct last last;
    uint32_t misses; /* in a row */
    bool tried;
    unsigned count;
    struct pv_layout *order[SET_MAX]; /* each hit moves one place up, so the frequent ones come first */
    struct pv_layout set[SET_MAX], spare;
};

struct pv_layouts *pv_layouts_new(void)
{
    struct pv_layouts *layouts = malloc(sizeof *layouts);
    if (layouts == NULL)
        return NULL;
    layouts->last = first_last;
    layouts->misses = 0;
    layouts->tried = false;
    layouts->count = 0;
    for (unsigned i = 0; i < SET_MAX; i++)
        layouts->order[i] = &layouts->set[i];
    return layouts;
}

void pv_layouts_free(struct pv_layouts *layouts)
{
    free(layouts);
}

/* A text on its way through a layout. */
struct walk {
    const struct pv_layout *layout;
    struct last *last;
    struct pv_record *record;
    const char *start, *at, *end;
    const char *runs[PV_LAYOUT_PIECES];
};

/* Literal bytes and gaps */

static uint64_t chunk_difference(const char *at, const struct pv_chunk *chunk)
{
    uint64_t bytes[PV_CHUNK / 8];
    memcpy(bytes, at, sizeof bytes);
    return ((bytes[0] & chunk->mask[0]) ^ chunk->bytes[0]) | ((bytes[1] & chunk->mask[1]) ^ chunk->bytes[1]);
}

static bool match_run(struct walk *walk, const struct pv_piece *piece)
{
    const struct pv_chunk *chunk = &walk->layout->chunks[piece->chunk];
    const char *at = walk->at, *run_end = at + piece->len;
    bool from_start = piece->len < PV_CHUNK && at == walk->start;
    if (walk->end - at < piece->len || (from_start ? walk->end : run_end) - walk->start < PV_CHUNK)
        return false;
    uint64_t difference = 0;
    unsigned last = piece->chunk_count - 1u;
    for (unsigned i = 0; i < last; i++)
        difference |= chunk_difference(at + i * PV_CHUNK, &chunk[i]);
    difference |= chunk_difference(from_start ? at : run_end - PV_CHUNK, &chunk[last]);
    walk->at = run_end;
    return difference == 0;
}

static bool fill_gap(struct walk *walk, const char *text, const struct pv_gap *gap)
{
    struct pv_bits128 *target = (void *)((char *)&walk->record->event + gap->target);
    struct last *last = walk->last;
    bool known = gap->is_election && memcmp(text, last->election, PV_ULID_LEN) == 0;
    if (known) {
        *target = last->election_id.bits;
        return true;
    }
    if (!pv_ulid_decode(text, target))
        return false;
    if (gap->is_election) {
        last->election_id.bits = *target;
        memcpy(last->election, text, PV_ULID_LEN);
    }
    return true;
}

static bool fill_gaps(struct walk *walk, const char *run, const struct pv_piece *piece)
{
    const struct pv_gap *gap = &walk->layout->gaps[piece->gap];
    for (unsigned i = 0; i < piece->gap_count; i++)
        if (!fill_gap(walk, run + gap[i].at, &gap[i]))
            return false;
    return true;
}

/* Slots */

static bool pass_stream(struct walk *walk)
{
    struct last *last = walk->last;
    struct pv_record *record = walk->record;
    bool known = walk->end - walk->at > PV_STREAM_LEN && walk->at[PV_STREAM_LEN] == '"' &&
                 memcmp(walk->at, last->stream, PV_STREAM_LEN) == 0;
    const char *text_end = known ? walk->at + PV_STREAM_LEN : pv_scan_plain(walk->at, walk->end);
    struct pv_str stream = {walk->at, (size_t)(text_end - walk->at)};
    if (!known) {
        if (!pv_stream_parse(stream, &last->stream_id))
            return false;
        memcpy(last->stream, stream.ptr, PV_STREAM_LEN);
    }
    record->stream = record->recorded.stream = stream;
    record->election_id = last->stream_id;
    walk->at = text_end;
    return true;
}

/* Microseconds of `.dddddd`, or -1. */
static int64_t fraction(const char *text)
{
    static const int64_t units[] = {100000, 10000, 1000, 100, 10, 1};
    int64_t micros = 0;
    unsigned worst = 0;
    for (unsigned i = 0; i < 6; i++) {
        unsigned digit = (unsigned char)text[i + 1] - (unsigned)'0';
        worst = digit > worst ? digit : worst;
        micros += units[i] * digit;
    }
    return *text == '.' && worst <= 9 ? micros : -1;
}

/* The form that PhotoVote writes itself, within the same second as the last: only the fraction is read. */
static bool created_in_last_second(const struct last *last, struct pv_str text, struct pv_time *created)
{
    if (text.len != PV_TIME_MAX || text.ptr[PV_TIME_MAX - 1] != 'Z' ||
        memcmp(text.ptr, last->seconds, SECONDS_LEN) != 0)
        return false;
    int64_t micros = fraction(text.ptr + SECONDS_LEN);
    created->us = last->seconds_us + micros;
    return micros >= 0;
}

static bool read_created(struct walk *walk, struct pv_str text)
{
    struct last *last = walk->last;
    struct pv_time *created = &walk->record->created;
    walk->record->recorded.created = text;
    if (created_in_last_second(last, text, created))
        return true;
    if (pv_time_parse(text, created) != PV_CODE_NONE)
        return false;
    int64_t micros =
        text.len == PV_TIME_MAX && text.ptr[PV_TIME_MAX - 1] == 'Z' ? fraction(text.ptr + SECONDS_LEN) : -1;
    if (micros >= 0) {
        memcpy(last->seconds, text.ptr, SECONDS_LEN);
        last->seconds_us = created->us - micros;
    }
    return true;
}

static bool read_field(struct walk *walk, unsigned role, const struct pv_primitive *primitive)
{
    const struct pv_field_spec *field = &walk->layout->spec->fields[role - PV_ROLE_FIELD];
    return pv_event_set_field(&walk->record->event, field, primitive) == PV_CODE_NONE;
}

static bool pass_text(struct walk *walk, unsigned role)
{
    if (role == PV_ROLE_STREAM)
        return pass_stream(walk);
    const char *text_end = pv_scan_plain(walk->at, walk->end);
    struct pv_str text = {walk->at, (size_t)(text_end - walk->at)};
    walk->at = text_end;
    if (role == PV_ROLE_CREATED)
        return read_created(walk, text);
    if (role == PV_ROLE_ID)
        walk->record->recorded.id = text;
    if (role < PV_ROLE_FIELD)
        return true;
    return read_field(walk, role, &(struct pv_primitive){PV_PRIMITIVE_STRING, text, 0});
}

/* The digits of an integer; NULL if there are none, or a 0 before others. */
static const char *pass_digits(const char *at, const char *end, int64_t *value)
{
    const char *first = at;
    uint64_t sum = 0;
    while (at < end && *at >= '0' && *at <= '9')
        sum = sum * 10 + (uint64_t)(*at++ - '0');
    *value = (int64_t)sum;
    return at == first || (*first == '0' && at - first > 1) ? NULL : at;
}

static bool pass_natural(struct walk *walk, unsigned role)
{
    const char *text = walk->at;
    int64_t value;
    const char *text_end = pass_digits(text, walk->end, &value);
    if (text_end == NULL || text_end - text > NATURAL_DIGITS)
        return false;
    walk->at = text_end;
    struct pv_record *record = walk->record;
    if (role == PV_ROLE_NUMBER)
        record->number = record->recorded.number = value;
    else if (role == PV_ROLE_POSITION)
        record->position = record->recorded.position = value;
    else
        return read_field(
            walk, role,
            &(struct pv_primitive){PV_PRIMITIVE_INTEGER, {text, (size_t)(text_end - text)}, value});
    return true;
}

static bool pass_integer(struct walk *walk)
{
    int64_t value; /* of no meaning where there are too many digits */
    walk->at = pass_digits(walk->at + (walk->at < walk->end && *walk->at == '-'), walk->end, &value);
    return walk->at != NULL;
}

static bool pass_slot(struct walk *walk, const struct pv_piece *piece)
{
    switch ((enum pv_slot)piece->slot) {
    case PV_SLOT_TEXT:
        return pass_text(walk, piece->role);
    case PV_SLOT_NATURAL:
        return pass_natural(walk, piece->role);
    case PV_SLOT_INTEGER:
        return pass_integer(walk);
    case PV_SLOT_END:
        break;
    }
    return walk->at == walk->end;
}

static bool match(struct walk *walk)
{
    const struct pv_layout *layout = walk->layout;
    struct pv_event *event = &walk->record->event;
    walk->at = walk->start;
    if (layout->has_none)
        *event = layout->none;
    for (unsigned i = 0; i < layout->piece_count; i++) {
        const struct pv_piece *piece = &layout->pieces[i];
        walk->runs[i] = walk->at;
        if (!match_run(walk, piece) || !fill_gaps(walk, walk->runs[i], piece) || !pass_slot(walk, piece))
            return false;
    }
    event->type = layout->type;
    return true;
}

/* The set */

static void move_up(struct pv_layouts *layouts, unsigned place)
{
    if (place == 0)
        return;
    struct pv_layout *layout = layouts->order[place];
    layouts->order[place] = layouts->order[place - 1];
    layouts->order[place - 1] = layout;
}

/* `type` NULL: it is among the literal bytes. */
static bool try_all(struct pv_layouts *layouts, struct walk *walk, const struct pv_str *type)
{
    for (unsigned i = 0; i < layouts->count; i++) {
        walk->layout = layouts->order[i];
        if ((type == NULL || pv_str_equal(*type, walk->layout->spec->type)) && match(walk)) {
            move_up(layouts, i);
            layouts->misses = 0;
            return true;
        }
    }
    return false;
}

/* Texts that layouts cannot cover must not pay for them each time. */
static bool is_worth_trying(struct pv_layouts *layouts)
{
    layouts->tried = layouts->misses < PATIENCE || layouts->misses % SAMPLE == 0;
    return layouts->tried;
}

static bool missed(struct pv_layouts *layouts)
{
    layouts->misses++;
    return false;
}

static struct walk begin_walk(struct pv_layouts *layouts, struct pv_str text, struct pv_record *record)
{
    struct walk walk;
    walk.last = &layouts->last;
    walk.record = record;
    walk.start = text.ptr;
    walk.end = text.ptr + text.len;
    return walk;
}

static struct pv_str between(const struct walk *walk, struct pv_mark from, struct pv_mark to)
{
    const char *start = walk->runs[from.piece] + from.at;
    return (struct pv_str){start, (size_t)(walk->runs[to.piece] + to.at - start)};
}

bool pv_layouts_read_event(struct pv_layouts *layouts, struct pv_str type, struct pv_str data,
                           struct pv_record *record)
{
    if (!is_worth_trying(layouts))
        return missed(layouts);
    struct walk walk = begin_walk(layouts, data, record);
    return try_all(layouts, &walk, &type) || missed(layouts);
}

/* What a line's layout tells beside its slots. */
static void finish_record(const struct walk *walk)
{
    const struct pv_layout *layout = walk->layout;
    struct pv_record *record = walk->record;
    struct pv_recorded *recorded = &record->recorded;
    struct pv_str none = {NULL, 0};
    record->envelope = PV_ENVELOPE_VALID;
    record->has_stream = record->has_number = record->has_election = true;
    record->has_created = layout->has_created;
    record->lacks_created = !layout->has_created;
    record->decoded = PV_OK;
    recorded->type = layout->spec->type;
    recorded->data = between(walk, layout->data, layout->data_end);
    recorded->metadata = layout->has_metadata ? between(walk, layout->metadata, layout->metadata_end) : none;
    if (!layout->has_created)
        recorded->created = none;
    if (!layout->has_id)
        recorded->id = none;
    if (!layout->has_position)
        record->position = recorded->position = -1;
}

bool pv_layouts_read_line(struct pv_layouts *layouts, struct pv_str line, struct pv_record *record)
{
    if (!is_worth_trying(layouts))
        return missed(layouts);
    struct walk walk = begin_walk(layouts, line, record);
    if (!try_all(layouts, &walk, NULL))
        return missed(layouts);
    finish_record(&walk);
    return true;
}

void pv_layouts_learn(struct pv_layouts *layouts, const struct pv_learned *learned)
{
    if (!layouts->tried)
        return;
    /* A full set gives up the one that is used least. */
    unsigned place = layouts->count < SET_MAX ? layouts->count : SET_MAX - 1;
    struct pv_layout *layout = &layouts->spare;
    if (!pv_layout_cut(learned, layout))
        return;
    for (unsigned i = 0; i < layouts->count; i++)
        if (pv_layout_equal(layout, layouts->order[i]))
            return; /* it was a value that did not fit */
    *layouts->order[place] = *layout;
    layouts->count = place + 1;
}
