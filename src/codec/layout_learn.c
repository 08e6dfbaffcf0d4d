#include <string.h>

#include "layout_parts.h"
#include "scan.h"

struct cutter {
    const struct pv_learned *learned;
    const struct pv_event_spec *spec;
    struct pv_layout *layout;
    struct pv_json json;
    const char *run; /* where the run of literal bytes that is being cut began */
    const char *runs[PV_LAYOUT_PIECES];
    uint8_t first_gap; /* of this run */
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

static enum pv_role role_at(const struct cutter *cutter, const char *at)
{
    static const struct {
        enum pv_field field;
        enum pv_role role;
    } keys[] = {{PV_KEY_STREAM, PV_ROLE_STREAM},
                {PV_KEY_NUMBER, PV_ROLE_NUMBER},
                {PV_KEY_ID, PV_ROLE_ID},
                {PV_KEY_CREATED, PV_ROLE_CREATED},
                {PV_KEY_POSITION, PV_ROLE_POSITION}};
    const struct pv_members *record = cutter->learned->record;
    for (size_t i = 0; record != NULL && i < sizeof keys / sizeof keys[0]; i++)
        if (stands_at(record, keys[i].field, at))
            return keys[i].role;
    size_t field = field_at(cutter, at);
    return field < cutter->spec->field_count ? PV_ROLE_FIELD + (enum pv_role)field : PV_ROLE_NONE;
}

static bool is_id(enum pv_value_type type)
{
    return type <= PV_VALUE_BALLOT_ID;
}

/* Runs, gaps and pieces */

static void put_byte(struct pv_chunk *chunk, size_t at, char byte)
{
    char *bytes = (char *)chunk->bytes, *mask = (char *)chunk->mask;
    bytes[at] = byte;
    mask[at] = (char)0xff;
}

static bool in_gap(const struct cutter *cutter, size_t at)
{
    for (unsigned i = cutter->first_gap; i < cutter->layout->gap_count; i++) {
        size_t gap = cutter->layout->gaps[i].at;
        if (at >= gap && at < gap + PV_ULID_LEN)
            return true;
    }
    return false;
}

/* The run's bytes into chunks. The last chunk is moved back to end with the run, so that nothing is read
   behind it; what it then has in common with the bytes before is masked. */
static bool cut_chunks(struct cutter *cutter, struct pv_piece *piece)
{
    struct pv_layout *layout = cutter->layout;
    size_t len = piece->len, count = (len + PV_CHUNK - 1) / PV_CHUNK;
    bool from_start = len < PV_CHUNK && layout->piece_count == 0;
    if (layout->chunk_count + count > PV_LAYOUT_CHUNKS)
        return false;
    piece->chunk = layout->chunk_count;
    piece->chunk_count = (uint8_t)count;
    layout->chunk_count = (uint8_t)(layout->chunk_count + count);
    for (size_t i = 0; i < len; i++) {
        size_t chunk = i / PV_CHUNK, at = i % PV_CHUNK;
        if (chunk + 1 == count && !from_start)
            at += count * PV_CHUNK - len;
        if (!in_gap(cutter, i))
            put_byte(&layout->chunks[piece->chunk + chunk], at, cutter->run[i]);
    }
    return true;
}

/* Ends the run at `end`, where a slot begins; the next one goes on at `next`. */
static bool cut_piece(struct cutter *cutter, const char *end, enum pv_slot slot, enum pv_role role,
                      const char *next)
{
    struct pv_layout *layout = cutter->layout;
    if (layout->piece_count == PV_LAYOUT_PIECES)
        return false;
    struct pv_piece *piece = &layout->pieces[layout->piece_count];
    piece->len = (uint16_t)(end - cutter->run);
    piece->gap = cutter->first_gap;
    piece->gap_count = (uint8_t)(layout->gap_count - cutter->first_gap);
    piece->slot = (uint8_t)slot;
    piece->role = (uint8_t)role;
    if (!cut_chunks(cutter, piece))
        return false;
    cutter->runs[layout->piece_count++] = cutter->run;
    cutter->run = next;
    cutter->first_gap = layout->gap_count;
    return true;
}

static void cut_gap(struct cutter *cutter, const char *at, const struct pv_field_spec *field)
{
    struct pv_gap *gap = &cutter->layout->gaps[cutter->layout->gap_count++];
    gap->at = (uint16_t)(at - cutter->run);
    gap->target = (uint16_t)field->offset;
    gap->is_election = field->value == PV_VALUE_ELECTION_ID;
}

/* Tokens */

static bool is_plain(struct pv_str text)
{
    return pv_scan_plain(text.ptr, text.ptr + text.len) == text.ptr + text.len;
}

/* A key is literal, and so is the type, which chooses the fields. */
static bool is_literal(const struct cutter *cutter, const char *at)
{
    struct pv_json json = cutter->json;
    pv_json_skip_space(&json);
    if (json.at < json.end && *json.at == ':')
        return true;
    return cutter->learned->record != NULL && stands_at(cutter->learned->record, PV_KEY_TYPE, at);
}

static bool cut_string(struct cutter *cutter)
{
    struct pv_json_value string;
    if (!pv_json_string(&cutter->json, &string))
        return false;
    const char *at = string.raw.ptr;
    if (is_literal(cutter, at))
        return true;
    struct pv_str text = {at + 1, string.raw.len - 2};
    if (!is_plain(text))
        return false;
    enum pv_role role = role_at(cutter, at);
    if (role >= PV_ROLE_FIELD && text.len == PV_ULID_LEN) {
        const struct pv_field_spec *field = &cutter->spec->fields[role - PV_ROLE_FIELD];
        if (is_id(field->value)) {
            cut_gap(cutter, text.ptr, field);
            return true;
        }
    }
    return cut_piece(cutter, text.ptr, PV_SLOT_TEXT, role, text.ptr + text.len);
}

static bool cut_number(struct cutter *cutter)
{
    struct pv_json_value number;
    if (!pv_json_value(&cutter->json, 1, &number))
        return false;
    if (!number.is_integer)
        return true; /* literal: rare, and nobody reads it */
    enum pv_role role = role_at(cutter, number.raw.ptr);
    return cut_piece(cutter, number.raw.ptr, role == PV_ROLE_NONE ? PV_SLOT_INTEGER : PV_SLOT_NATURAL, role,
                     cutter->json.at);
}

/* Strings and numbers are told by their first byte, which no other token has. */
static bool cut_token(struct cutter *cutter)
{
    char c = *cutter->json.at;
    if (c == '"')
        return cut_string(cutter);
    if (c == '-' || (c >= '0' && c <= '9'))
        return cut_number(cutter);
    cutter->json.at++;
    return true;
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
        if (pv_event_set_field(&layout->none, field, &null) != PV_CODE_NONE)
            return false;
    }
    return true;
}

bool pv_layout_cut(const struct pv_learned *learned, struct pv_layout *layout)
{
    struct cutter cutter = {.learned = learned,
                            .spec = pv_event_spec(learned->type),
                            .layout = layout,
                            .json = pv_json_begin(learned->text, NULL),
                            .run = learned->text.ptr};
    if (learned->text.len > PV_LAYOUT_TEXT_MAX)
        return false;
    *layout = (struct pv_layout){.spec = cutter.spec, .type = learned->type};
    if (!note_fields(&cutter))
        return false;
    while (cutter.json.at < cutter.json.end)
        if (!cut_token(&cutter))
            return false;
    if (!cut_piece(&cutter, cutter.json.end, PV_SLOT_END, PV_ROLE_NONE, cutter.json.end))
        return false;
    if (learned->record != NULL)
        mark_record(&cutter);
    return true;
}

static bool pieces_equal(const struct pv_piece *a, const struct pv_piece *b)
{
    return a->len == b->len && a->gap_count == b->gap_count && a->slot == b->slot && a->role == b->role;
}

/* The literal bytes and what is cut out of them make a layout; all the rest follows from them. */
bool pv_layout_equal(const struct pv_layout *a, const struct pv_layout *b)
{
    if (a->type != b->type || a->piece_count != b->piece_count || a->chunk_count != b->chunk_count)
        return false;
    for (unsigned i = 0; i < a->piece_count; i++)
        if (!pieces_equal(&a->pieces[i], &b->pieces[i]))
            return false;
    return memcmp(a->chunks, b->chunks, a->chunk_count * sizeof a->chunks[0]) == 0;
}
