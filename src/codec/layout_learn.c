#include <string.h>

#include "layout_parts.h"
#include "never.h"
#include "scan.h"

struct cutter {
    const struct pv_learned *learned;
    const struct pv_event_spec *spec;
    struct pv_layout *layout;
    struct pv_json json;
    const char *run; /* where the run of literal bytes that is being cut began */
    const char *runs[PV_LAYOUT_PIECES];
    unsigned first_gap; /* of this run */
    unsigned chunk_count;
};

/* Roles: what a value is, by where the plain reader found it */

static bool stands_at(const struct pv_members *members, enum pv_field field, const char *at)
{
    return pv_members_has(members, field) && members->value[field].raw.ptr == at;
}

/* The event's field whose value begins at `at`, or the row's length. */
static size_t field_at(const struct cutter *cutter, const char *at)
{
    size_t i = 0;
    while (i < cutter->spec->field_count &&
           !stands_at(cutter->learned->event, cutter->spec->fields[i].name, at))
        i++;
    return i;
}

/* The record's slot whose value begins at `at`, or PV_SLOT_END. */
static enum pv_slot slot_at(const struct cutter *cutter, const char *at)
{
    static const struct {
        enum pv_field field;
        enum pv_slot slot;
    } keys[] = {{PV_KEY_STREAM, PV_SLOT_STREAM},
                {PV_KEY_NUMBER, PV_SLOT_NUMBER},
                {PV_KEY_ID, PV_SLOT_ID},
                {PV_KEY_CREATED, PV_SLOT_CREATED},
                {PV_KEY_POSITION, PV_SLOT_POSITION}};
    const struct pv_members *record = cutter->learned->record;
    for (size_t i = 0; record != NULL && i < sizeof keys / sizeof keys[0]; i++)
        if (stands_at(record, keys[i].field, at))
            return keys[i].slot;
    return PV_SLOT_END;
}

static bool is_id(enum pv_value_type type)
{
    return type <= PV_VALUE_BALLOT_ID;
}

/* Runs, gaps and pieces */

void pv_chunk_put(struct pv_chunk *chunk, size_t at, char byte)
{
    ((char *)&chunk->bytes)[at] = byte;
    ((char *)&chunk->mask)[at] = (char)0xff;
}

static bool in_gap(const struct cutter *cutter, size_t at)
{
    const struct pv_layout *layout = cutter->layout;
    for (unsigned i = cutter->first_gap; i < layout->gap_count; i++) {
        size_t gap = layout->gaps[i].mark.at;
        if (at >= gap && at < gap + PV_ULID_LEN)
            return true;
    }
    return false;
}

/* The run's bytes into chunks. The last chunk is moved back to end with the run, so that nothing is read
   behind it; what it then has in common with the bytes before is masked. */
static bool cut_chunks(struct cutter *cutter, size_t len)
{
    struct pv_layout *layout = cutter->layout;
    size_t count = (len + PV_CHUNK - 1) / PV_CHUNK;
    bool from_start = len < PV_CHUNK && layout->piece_count == 0;
    if (cutter->chunk_count + count > PV_LAYOUT_CHUNKS)
        return false;
    struct pv_chunk *chunks = &layout->chunks[cutter->chunk_count];
    for (size_t i = 0; i < len; i++) {
        size_t chunk = i / PV_CHUNK, at = i % PV_CHUNK;
        if (chunk + 1 == count && !from_start)
            at += count * PV_CHUNK - len;
        if (!in_gap(cutter, i))
            pv_chunk_put(&chunks[chunk], at, cutter->run[i]);
    }
    cutter->chunk_count += (unsigned)count;
    return true;
}

/* Ends the run where a slot begins; the next one goes on behind it. */
static bool cut_piece(struct cutter *cutter, struct pv_str value, enum pv_slot slot)
{
    struct pv_layout *layout = cutter->layout;
    size_t len = (size_t)(value.ptr - cutter->run), chunks_before = cutter->chunk_count;
    if (layout->piece_count == PV_LAYOUT_PIECES || !cut_chunks(cutter, len))
        return false;
    cutter->runs[layout->piece_count] = cutter->run;
    layout->pieces[layout->piece_count++] =
        (struct pv_piece){(uint16_t)len, (uint8_t)(cutter->chunk_count - chunks_before), (uint8_t)slot};
    cutter->run = value.ptr + value.len;
    cutter->first_gap = layout->gap_count;
    return true;
}

/* A slot that is looked into. */
static bool cut_read(struct cutter *cutter, struct pv_str value, enum pv_slot slot, size_t field)
{
    struct pv_layout *layout = cutter->layout;
    if (layout->read_count == PV_LAYOUT_READS)
        return false;
    layout->reads[layout->read_count++] =
        (struct pv_read){layout->piece_count, (uint8_t)slot, (uint8_t)field};
    return cut_piece(cutter, value, slot);
}

static enum pv_gap_kind gap_kind(enum pv_value_type type)
{
    if (type == PV_VALUE_ELECTION_ID)
        return PV_GAP_ELECTION;
    return type == PV_VALUE_COMPETITION_ID || type == PV_VALUE_CANDIDATE_ID ? PV_GAP_PAPER : PV_GAP_NEW;
}

static void cut_gap(struct cutter *cutter, const char *at, const struct pv_field_spec *field)
{
    struct pv_layout *layout = cutter->layout;
    layout->gaps[layout->gap_count++] = (struct pv_gap){{layout->piece_count, (uint16_t)(at - cutter->run)},
                                                        (uint16_t)field->offset,
                                                        (uint8_t)gap_kind(field->value)};
}

/* Tokens */

static bool is_plain(struct pv_str text)
{
    return pv_scan_plain(text.ptr, text.ptr + text.len) == text.ptr + text.len;
}

/* A key is literal, and so is the type, which chooses the fields. Behind a string there is always more: it
   stands in an object. */
static bool is_literal(const struct cutter *cutter, const char *at)
{
    struct pv_json json = cutter->json;
    pv_json_skip_space(&json);
    if (*json.at == ':')
        return true;
    return cutter->learned->record != NULL && stands_at(cutter->learned->record, PV_KEY_TYPE, at);
}

/* A value goes to the record, to a field of the event, or nowhere. */
static bool cut_value(struct cutter *cutter, const char *at, struct pv_str value, enum pv_slot of_field)
{
    enum pv_slot slot = slot_at(cutter, at);
    if (slot != PV_SLOT_END)
        return cut_read(cutter, value, slot, 0);
    size_t field = field_at(cutter, at);
    if (field == cutter->spec->field_count)
        return of_field == PV_SLOT_FIELD_TEXT ? cut_piece(cutter, value, PV_SLOT_TEXT)
                                              : cut_read(cutter, value, PV_SLOT_INTEGER, 0);
    const struct pv_field_spec *spec = &cutter->spec->fields[field];
    if (!is_id(spec->value) || value.len != PV_ULID_LEN)
        return cut_read(cutter, value, of_field, field);
    cut_gap(cutter, value.ptr, spec);
    return true;
}

static bool cut_string(struct cutter *cutter, const struct pv_json_value *string)
{
    const char *at = string->raw.ptr;
    if (is_literal(cutter, at))
        return true;
    struct pv_str text = {at + 1, string->raw.len - 2};
    return is_plain(text) && cut_value(cutter, at, text, PV_SLOT_FIELD_TEXT);
}

static bool cut_number(struct cutter *cutter, const struct pv_json_value *number)
{
    if (!number->is_integer)
        return true; /* literal: rare, and nobody reads it */
    return cut_value(cutter, number->raw.ptr, number->raw, PV_SLOT_FIELD_INTEGER);
}

/* Strings and numbers are told by their first byte, which no other token has. */
static bool cut_token(struct cutter *cutter)
{
    char c = *cutter->json.at;
    bool is_number = c == '-' || (c >= '0' && c <= '9');
    if (c != '"' && !is_number) {
        cutter->json.at++;
        return true;
    }
    struct pv_json_value value;
    bool sound = pv_json_value(&cutter->json, 1, &value);
    if (PV_NEVER(!sound))
        return false;
    return is_number ? cut_number(cutter, &value) : cut_string(cutter, &value);
}

/* Marks */

static struct pv_mark mark(const struct cutter *cutter, const char *at)
{
    unsigned piece = 0;
    while (piece + 1u < cutter->layout->piece_count && cutter->runs[piece + 1] < at)
        piece++;
    return (struct pv_mark){(uint16_t)piece, (uint16_t)(at - cutter->runs[piece])};
}

/* Neither absent nor null. */
static bool is_there(const struct pv_members *members, enum pv_field field)
{
    return pv_members_has(members, field) && members->value[field].kind != PV_JSON_NULL;
}

static void mark_record(const struct cutter *cutter)
{
    const struct pv_members *record = cutter->learned->record;
    struct pv_layout *layout = cutter->layout;
    struct pv_str data = record->value[PV_KEY_DATA].raw;
    layout->data = mark(cutter, data.ptr);
    layout->data_end = mark(cutter, data.ptr + data.len);
    layout->has_id = is_there(record, PV_KEY_ID);
    layout->has_created = is_there(record, PV_KEY_CREATED);
    layout->has_position = is_there(record, PV_KEY_POSITION);
    layout->has_metadata = is_there(record, PV_KEY_METADATA);
    if (layout->has_metadata) {
        struct pv_str metadata = record->value[PV_KEY_METADATA].raw;
        layout->metadata = mark(cutter, metadata.ptr);
        layout->metadata_end = mark(cutter, metadata.ptr + metadata.len);
    }
}

/* Fields that are null or absent hold the same in every event of this layout. False: a field that layouts
   leave alone, because it is judged together with another one (a caption with its url). */
static bool note_fields(const struct cutter *cutter)
{
    static const struct pv_primitive null = {.kind = PV_PRIMITIVE_NULL};
    struct pv_layout *layout = cutter->layout;
    for (size_t i = 0; i < cutter->spec->field_count; i++) {
        const struct pv_field_spec *field = &cutter->spec->fields[i];
        if (field->value == PV_VALUE_IMAGE_CAPTION)
            return false;
        if (is_there(cutter->learned->event, field->name))
            continue;
        layout->has_none = true;
        enum pv_code code = pv_event_set_field(&layout->none, field, &null);
        if (PV_NEVER(code != PV_CODE_NONE))
            return false;
    }
    return true;
}

/* Escapes in the event make the text one that layouts do not cover; this is found out before any work is
 * done. */
static bool has_escapes(const struct pv_members *members)
{
    for (unsigned field = PV_KEY_NONE + 1; field < PV_KEY_COUNT; field++)
        if (pv_members_has(members, (enum pv_field)field) && members->value[field].escaped)
            return true;
    return false;
}

bool pv_layout_cut(const struct pv_learned *learned, struct pv_layout *layout)
{
    if (learned->text.len > PV_LAYOUT_TEXT_MAX || has_escapes(learned->event))
        return false;
    struct cutter cutter = {.learned = learned,
                            .spec = pv_event_spec(learned->type),
                            .layout = layout,
                            .json = pv_json_begin(learned->text, NULL),
                            .run = learned->text.ptr};
    *layout = (struct pv_layout){.spec = cutter.spec, .type = learned->type};
    if (!note_fields(&cutter))
        return false;
    while (cutter.json.at < cutter.json.end)
        if (!cut_token(&cutter))
            return false;
    if (!cut_piece(&cutter, (struct pv_str){cutter.json.end, 0}, PV_SLOT_END))
        return false;
    if (learned->record != NULL)
        mark_record(&cutter);
    return true;
}

static bool pieces_equal(const struct pv_piece *a, const struct pv_piece *b)
{
    return a->len == b->len && a->slot == b->slot;
}

static bool chunks_equal(const struct pv_chunk *a, const struct pv_chunk *b)
{
    pv_sixteen difference = (a->bytes ^ b->bytes) | (a->mask ^ b->mask);
    return (difference[0] | difference[1]) == 0;
}

/* The literal bytes and what is cut out of them (gaps too: they are bytes without a mask) make a layout; all
   the rest follows from them. */
bool pv_layout_equal(const struct pv_layout *a, const struct pv_layout *b)
{
    if (a->type != b->type || a->piece_count != b->piece_count)
        return false;
    for (unsigned i = 0; i < a->piece_count; i++)
        if (!pieces_equal(&a->pieces[i], &b->pieces[i]))
            return false;
    for (size_t i = 0; i < PV_LAYOUT_CHUNKS; i++)
        if (!chunks_equal(&a->chunks[i], &b->chunks[i]))
            return false;
    return true;
}
