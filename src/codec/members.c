#include "members.h"

#include <string.h>

_Static_assert(PV_KEY_COUNT <= 32, "a bit a field");
_Static_assert(2 * PV_KEY_COUNT <= PV_NAME_SLOTS, "few collisions");

static const struct pv_str names_of[PV_KEY_COUNT] = {
#define PV_NAME(tag, name) [PV_KEY_##tag] = {#name, sizeof(#name) - 1},
#include "fields.tbl.h"
#undef PV_NAME
};

/* A key longer than any name need not be unescaped: no escape is longer than six bytes a character. */
enum { NAME_MAX_LEN = 16, ESCAPED_MAX = 6 * NAME_MAX_LEN + 2 };

#define PV_NAME(tag, name) _Static_assert(sizeof(#name) - 1 <= NAME_MAX_LEN, "two words hold it");
#include "fields.tbl.h"
#undef PV_NAME

/* `len` must not be 0. */
static unsigned hash(const char *name, size_t len)
{
    unsigned first = (unsigned char)name[0], middle = (unsigned char)name[len / 2];
    return (first * 7 + middle * 5 + (unsigned)len * 11) % PV_NAME_SLOTS;
}

static unsigned next_slot(unsigned slot)
{
    return (slot + 1) % PV_NAME_SLOTS;
}

void pv_names_init(struct pv_names *names)
{
    memset(names->slots, PV_KEY_NONE, sizeof names->slots);
    for (unsigned field = PV_KEY_NONE + 1; field < PV_KEY_COUNT; field++) {
        unsigned slot = hash(names_of[field].ptr, names_of[field].len);
        while (names->slots[slot] != PV_KEY_NONE)
            slot = next_slot(slot);
        names->slots[slot] = (uint8_t)field;
    }
}

static inline bool words_equal(const char *a, const char *b, size_t width)
{
    uint64_t x = 0, y = 0;
    memcpy(&x, a, width);
    memcpy(&y, b, width);
    return x == y;
}

/* Equal lengths, up to NAME_MAX_LEN. Two overlapping words, because a call of memcmp costs more than what it
 * compares here. */
static inline bool name_equal(const char *a, const char *b, size_t len)
{
    if (len >= 8)
        return words_equal(a, b, 8) && words_equal(a + len - 8, b + len - 8, 8);
    if (len >= 4)
        return words_equal(a, b, 4) && words_equal(a + len - 4, b + len - 4, 4);
    return words_equal(a, b, 1) && words_equal(a + len / 2, b + len / 2, 1) &&
           words_equal(a + len - 1, b + len - 1, 1);
}

static enum pv_field find(const struct pv_names *names, const char *name, size_t len)
{
    if (len == 0)
        return PV_KEY_NONE;
    for (unsigned slot = hash(name, len);; slot = next_slot(slot)) {
        enum pv_field field = (enum pv_field)names->slots[slot];
        if (field == PV_KEY_NONE ||
            (names_of[field].len == len && name_equal(names_of[field].ptr, name, len)))
            return field;
    }
}

enum pv_field pv_names_find(const struct pv_names *names, const struct pv_json_value *key)
{
    if (key->fault != PV_JSON_SOUND)
        return PV_KEY_NONE;
    if (!key->escaped)
        return find(names, key->raw.ptr + 1, key->raw.len - 2);
    char unescaped[ESCAPED_MAX];
    size_t used = 0;
    if (key->raw.len > sizeof unescaped)
        return PV_KEY_NONE;
    struct pv_str name = pv_json_unescape(key, unescaped, &used);
    return find(names, name.ptr, name.len);
}

void pv_members_begin(struct pv_members *members)
{
    members->seen = members->twice = 0;
    members->repeat_count = 0;
}

struct pv_json_value *pv_members_place(struct pv_members *members, enum pv_field field)
{
    uint32_t bit = (uint32_t)1 << field;
    if (field == PV_KEY_NONE)
        return &members->value[PV_KEY_NONE];
    if ((members->seen & bit) == 0) {
        members->seen |= bit;
        return &members->value[field];
    }
    if ((members->twice & bit) == 0) {
        members->twice |= bit;
        members->repeats[members->repeat_count++] = (uint8_t)field;
    }
    return &members->value[PV_KEY_NONE];
}

enum pv_field pv_members_repeated(const struct pv_members *members, uint32_t among)
{
    for (unsigned i = 0; i < members->repeat_count; i++)
        if ((among >> members->repeats[i] & 1) != 0)
            return (enum pv_field)members->repeats[i];
    return PV_KEY_NONE;
}
