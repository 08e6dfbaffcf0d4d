#include "layout.h"

#include <stdlib.h>
#include <string.h>

#include "layout_parts.h"
#include "never.h"
#include "ulid_decode.h"

enum {
    SET_MAX = 32,
    PATIENCE = 32, /* texts in a row that fit nothing, before only one of SAMPLE is tried */
    SAMPLE = 16,
    SECONDS_LEN = 19,    /* 2024-02-24T18:03:11 */
    NATURAL_DIGITS = 18, /* fit without a look */
    PAPER_BITS = 10
};

/* Values that hardly change from one text to the next are compared with the last one. */
struct seen_id {
    struct pv_bits128 bits;
    char text[PV_ULID_LEN];
};
struct last {
    struct pv_election_id stream_id;
    int64_t seconds_us;
    char stream[PV_STREAM_LEN];
    char seconds[SECONDS_LEN];
    struct seen_id election;
    struct seen_id paper[1 << PAPER_BITS]; /* each in the one place where it can be */
};

struct pv_layouts {
    struct last last;
    uint32_t misses; /* in a row */
    bool tried;
    unsigned count;
    struct entry {
        size_t len; /* of the texts that have its shape; 0: there is none */
        struct pv_layout *layout;
    } order[SET_MAX]; /* each hit moves one place up, so the frequent ones come first */
    struct pv_layout set[SET_MAX], spare;
};

/* Any values will do to begin with, as long as they belong together. */
static void begin_last(struct last *last)
{
    static const char stream[] = "Election-00000000000000000000000001", seconds[] = "1970-01-01T00:00:00";
    const char *ulid = stream + PV_STREAM_LEN - PV_ULID_LEN;
    struct pv_bits128 one = {0, 1};
    last->stream_id.bits = last->election.bits = one;
    last->seconds_us = 0;
    memcpy(last->stream, stream, PV_STREAM_LEN);
    memcpy(last->seconds, seconds, SECONDS_LEN);
    memcpy(last->election.text, ulid, PV_ULID_LEN);
    for (size_t i = 0; i < sizeof last->paper / sizeof last->paper[0]; i++)
        last->paper[i] = last->election;
}

struct pv_layouts *pv_layouts_new(void)
{
    struct pv_layouts *layouts = malloc(sizeof *layouts);
    if (layouts == NULL)
        return NULL;
    begin_last(&layouts->last);
    layouts->misses = 0;
    layouts->tried = false;
    layouts->count = 0;
    for (unsigned i = 0; i < SET_MAX; i++)
        layouts->order[i] = (struct entry){0, &layouts->set[i]};
    return layouts;
}

void pv_layouts_free(struct pv_layouts *layouts)
{
    free(layouts);
}

/* A text whose slots were found. */
struct view {
    const struct pv_layout *layout;
    const struct pv_form *form;
    struct pv_str text;
};

static const char *at_mark(const struct view *view, struct pv_mark mark)
{
    return view->text.ptr + view->form->run_at[mark.piece] + mark.at;
}

static struct pv_str between(const struct view *view, struct pv_mark from, struct pv_mark to)
{
    const char *start = at_mark(view, from);
    return (struct pv_str){start, (size_t)(at_mark(view, to) - start)};
}

/* Gaps */

static bool same_ulid(const char *a, const char *b)
{
    pv_sixteen a_head, b_head, a_tail, b_tail;
    memcpy(&a_head, a, PV_CHUNK);
    memcpy(&b_head, b, PV_CHUNK);
    memcpy(&a_tail, a + PV_ULID_LEN - PV_CHUNK, PV_CHUNK);
    memcpy(&b_tail, b + PV_ULID_LEN - PV_CHUNK, PV_CHUNK);
    pv_sixteen all = (a_head ^ b_head) | (a_tail ^ b_tail);
    return (all[0] | all[1]) == 0;
}

/* Where a text would be if it is among those that were seen: its end is what differs most. */
static struct seen_id *place_of(struct last *last, const char *text)
{
    uint64_t tail;
    memcpy(&tail, text + PV_ULID_LEN - sizeof tail, sizeof tail);
    return &last->paper[tail * UINT64_C(0x9E3779B97F4A7C15) >> (64 - PAPER_BITS)];
}

static bool read_gap(struct last *last, const char *text, enum pv_gap_kind kind, struct pv_bits128 *target)
{
    if (kind == PV_GAP_NEW)
        return pv_ulid_decode(text, target);
    struct seen_id *seen = kind == PV_GAP_ELECTION ? &last->election : place_of(last, text);
    if (!same_ulid(text, seen->text)) {
        struct pv_bits128 bits;
        if (!pv_ulid_decode(text, &bits))
            return false;
        seen->bits = bits;
        memcpy(seen->text, text, PV_ULID_LEN);
    }
    *target = seen->bits;
    return true;
}

/* Slots */

static bool read_digits(struct pv_str text, uint64_t *value)
{
    uint64_t sum = 0;
    uint32_t worst = 0;
    for (size_t i = 0; i < text.len; i++) {
        uint32_t digit = (uint32_t)(unsigned char)text.ptr[i] - '0';
        worst |= digit > 9;
        sum = sum * 10 + digit;
    }
    *value = sum;
    return worst == 0;
}

/* 1 to 8 digits at once; the eight bytes that end with them must be readable. Neighbours are joined to
   numbers of two, four and eight digits. */
static bool read_few_digits(struct pv_str text, uint64_t *value)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint64_t word, before = 64 - 8 * text.len;
    memcpy(&word, text.ptr + text.len - sizeof word, sizeof word);
    word = (word ^ UINT64_C(0x3030303030303030)) >> before << before;
    uint64_t above_nine = (word + UINT64_C(0x7676767676767676)) | word;
    word = (word * 10 + (word >> 8)) & UINT64_C(0x00FF00FF00FF00FF);
    word = (word * 100 + (word >> 16)) & UINT64_C(0x0000FFFF0000FFFF);
    *value = (word * 10000 + (word >> 32)) & UINT64_C(0xFFFFFFFF);
    return (above_nine & UINT64_C(0x8080808080808080)) == 0;
#else
    return read_digits(text, value);
#endif
}

/* An integer from 0 without a 0 before other digits, and so short that it fits. It stands in `whole`. */
static bool read_natural(struct pv_str text, struct pv_str whole, int64_t *value)
{
    uint64_t natural;
    if (text.len == 0 || text.len > NATURAL_DIGITS || (text.len > 1 && *text.ptr == '0'))
        return false;
    /* Its key stands before it, and no key of an integer is so short. */
    if (PV_NEVER(text.ptr + text.len - whole.ptr < (ptrdiff_t)sizeof natural))
        return false;
    bool few = text.len <= sizeof natural;
    if (!(few ? read_few_digits(text, &natural) : read_digits(text, &natural)))
        return false;
    *value = (int64_t)natural;
    return true;
}

/* An integer of any size. */
static bool is_integer(struct pv_str text)
{
    size_t at = text.len != 0 && *text.ptr == '-', first = at;
    while (at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9')
        at++;
    return at == text.len && at > first && (text.ptr[first] != '0' || at == first + 1);
}

static bool read_stream(struct last *last, struct pv_str stream, struct pv_record *record)
{
    if (stream.len != PV_STREAM_LEN || memcmp(stream.ptr, last->stream, PV_STREAM_LEN) != 0) {
        if (!pv_stream_parse(stream, &last->stream_id))
            return false;
        memcpy(last->stream, stream.ptr, PV_STREAM_LEN);
    }
    record->stream = stream;
    record->recorded.stream = stream;
    record->election_id = last->stream_id;
    return true;
}

/* Microseconds of a date-time in the form that PhotoVote writes itself, or -1. */
static int64_t own_fraction(struct pv_str text)
{
    uint64_t micros;
    if (text.len != PV_TIME_MAX || text.ptr[SECONDS_LEN] != '.' || text.ptr[PV_TIME_MAX - 1] != 'Z')
        return -1;
    struct pv_str digits = {text.ptr + SECONDS_LEN + 1, PV_TIME_MAX - SECONDS_LEN - 2};
    return read_few_digits(digits, &micros) ? (int64_t)micros : -1;
}

static bool read_created(struct last *last, struct pv_str text, struct pv_record *record)
{
    int64_t micros = own_fraction(text);
    record->recorded.created = text;
    if (micros >= 0 && memcmp(text.ptr, last->seconds, SECONDS_LEN) == 0) {
        record->created.us = last->seconds_us + micros;
        return true;
    }
    if (pv_time_parse(text, &record->created) != PV_CODE_NONE)
        return false;
    if (micros >= 0) {
        memcpy(last->seconds, text.ptr, SECONDS_LEN);
        last->seconds_us = record->created.us - micros;
    }
    return true;
}

static bool set_field(const struct view *view, const struct pv_read *read,
                      const struct pv_primitive *primitive, struct pv_event *event)
{
    return pv_event_set_field(event, &view->layout->spec->fields[read->field], primitive) == PV_CODE_NONE;
}

static bool read_integer_field(const struct view *view, const struct pv_read *read, struct pv_str value,
                               struct pv_event *event)
{
    struct pv_primitive primitive = {PV_PRIMITIVE_INTEGER, value, 0};
    return read_natural(value, view->text, &primitive.integer) && set_field(view, read, &primitive, event);
}

static bool read_text_field(const struct view *view, const struct pv_read *read, struct pv_str value,
                            struct pv_event *event)
{
    struct pv_primitive primitive = {PV_PRIMITIVE_STRING, value, 0};
    return set_field(view, read, &primitive, event);
}

static bool read_slot(struct last *last, const struct view *view, const struct pv_read *read,
                      struct pv_str value, struct pv_record *record)
{
    switch ((enum pv_slot)read->slot) {
    case PV_SLOT_STREAM:
        return read_stream(last, value, record);
    case PV_SLOT_NUMBER:
        return read_natural(value, view->text, &record->number);
    case PV_SLOT_POSITION:
        return read_natural(value, view->text, &record->position);
    case PV_SLOT_CREATED:
        return read_created(last, value, record);
    case PV_SLOT_ID:
        record->recorded.id = value;
        return true;
    case PV_SLOT_FIELD_INTEGER:
        return read_integer_field(view, read, value, &record->event);
    case PV_SLOT_FIELD_TEXT:
        return read_text_field(view, read, value, &record->event);
    case PV_SLOT_TEXT: /* never looked into */
    case PV_SLOT_END:
    case PV_SLOT_INTEGER: /* only looked at */
        break;
    }
    return is_integer(value);
}

static bool read_values(struct last *last, const struct view *view, struct pv_record *record)
{
    const struct pv_layout *layout = view->layout;
    const struct pv_form *form = view->form;
    if (layout->has_none)
        record->event = layout->none;
    record->event.type = layout->type;
    for (unsigned i = 0; i < layout->gap_count; i++) {
        const struct pv_gap *gap = &layout->gaps[i];
        void *target = (char *)&record->event + gap->target;
        if (!read_gap(last, view->text.ptr + form->gap_at[i], (enum pv_gap_kind)gap->kind, target))
            return false;
    }
    for (unsigned i = 0; i < layout->read_count; i++) {
        struct pv_str value = {view->text.ptr + form->reads[i].at, form->reads[i].len};
        if (!read_slot(last, view, &layout->reads[i], value, record))
            return false;
    }
    return true;
}

/* The set */

static void hit(struct pv_layouts *layouts, unsigned place)
{
    struct entry entry = layouts->order[place];
    layouts->misses = 0;
    if (place == 0)
        return;
    layouts->order[place] = layouts->order[place - 1];
    layouts->order[place - 1] = entry;
}

/* Texts that layouts cannot cover must not pay for them each time. */
static bool is_worth_trying(struct pv_layouts *layouts)
{
    layouts->tried = layouts->misses < PATIENCE || layouts->misses % SAMPLE == 0;
    layouts->misses++;
    return layouts->tried;
}

static bool is_for(const struct pv_layout *layout, const struct pv_str *type)
{
    return type == NULL || pv_str_equal(*type, layout->spec->type);
}

static bool try_layout(struct pv_layouts *layouts, unsigned place, bool by_shape, struct view *view,
                       struct pv_record *record)
{
    struct entry *entry = &layouts->order[place];
    view->layout = entry->layout;
    view->form =
        by_shape ? pv_layout_fit(entry->layout, view->text) : pv_layout_walk(entry->layout, view->text);
    entry->len = entry->layout->shape.len;
    if (view->form == NULL || !read_values(&layouts->last, view, record))
        return false;
    hit(layouts, place);
    return true;
}

/* Tries the layouts in turn: first those with a shape of just this length. `type` NULL: it is among the
   literal bytes. */
static bool read(struct pv_layouts *layouts, struct view *view, const struct pv_str *type,
                 struct pv_record *record)
{
    unsigned count = is_worth_trying(layouts) && view->text.len != 0 ? layouts->count : 0;
    for (unsigned i = 0; i < count; i++)
        if (layouts->order[i].len == view->text.len && is_for(layouts->order[i].layout, type) &&
            try_layout(layouts, i, true, view, record))
            return true;
    for (unsigned i = 0; i < count; i++)
        if (is_for(layouts->order[i].layout, type) && try_layout(layouts, i, false, view, record))
            return true;
    return false;
}

bool pv_layouts_read_event(struct pv_layouts *layouts, struct pv_str type, struct pv_str data,
                           struct pv_record *record)
{
    struct view view = {.text = data};
    return read(layouts, &view, &type, record);
}

/* What a line's layout tells beside its slots. */
static void finish_record(const struct view *view, struct pv_record *record)
{
    const struct pv_layout *layout = view->layout;
    struct pv_recorded *recorded = &record->recorded;
    struct pv_str none = {NULL, 0};
    record->envelope = PV_ENVELOPE_VALID;
    record->has_stream = record->has_number = record->has_election = true;
    record->has_created = layout->has_created;
    record->lacks_created = !layout->has_created;
    record->decoded = PV_OK;
    if (!layout->has_position)
        record->position = -1;
    if (!layout->has_created)
        recorded->created = none;
    if (!layout->has_id)
        recorded->id = none;
    recorded->number = record->number;
    recorded->position = record->position;
    recorded->type = layout->spec->type;
    recorded->data = between(view, layout->data, layout->data_end);
    recorded->metadata = layout->has_metadata ? between(view, layout->metadata, layout->metadata_end) : none;
}

bool pv_layouts_read_line(struct pv_layouts *layouts, struct pv_str line, struct pv_record *record)
{
    struct view view = {.text = line};
    if (!read(layouts, &view, NULL, record))
        return false;
    finish_record(&view, record);
    return true;
}

void pv_layouts_learn(struct pv_layouts *layouts, const struct pv_learned *learned)
{
    if (!layouts->tried)
        return;
    /* A full set gives up the one that is used least. */
    unsigned place = layouts->count < SET_MAX ? layouts->count : SET_MAX - 1;
    if (!pv_layout_cut(learned, &layouts->spare))
        return;
    for (unsigned i = 0; i < layouts->count; i++)
        if (pv_layout_equal(&layouts->spare, layouts->order[i].layout))
            return; /* it was a value that did not fit */
    *layouts->order[place].layout = layouts->spare;
    layouts->order[place].len = 0;
    layouts->count = place + 1;
}
