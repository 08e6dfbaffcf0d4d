/* The members of a JSON object that have a name in the tables (core's fields.tbl.h), sorted by that name
   while the object is scanned. Internal to the codec. */
#ifndef PV_MEMBERS_H
#define PV_MEMBERS_H

#include "json.h"
#include "refusal.h"

/* Names looked up by hash; made once by whoever scans. */
enum { PV_NAME_SLOTS = 128 };
struct pv_names {
    uint8_t slots[PV_NAME_SLOTS]; /* enum pv_field, by open addressing; 0 is free */
};
void pv_names_init(struct pv_names *names);
/* The field that a key names, after unescaping, or PV_KEY_NONE. */
enum pv_field pv_names_find(const struct pv_names *names, const struct pv_json_value *key);

/* A name that stands more than once keeps its first value. Values of keys without a name land in
   PV_KEY_NONE's place, one over the other. */
struct pv_members {
    uint32_t seen, twice;  /* a bit a field */
    unsigned repeat_count; /* fields that stand more than once, by their second occurrence: */
    uint8_t repeats[PV_KEY_COUNT];
    struct pv_json_value value[PV_KEY_COUNT]; /* meaningful where `seen` has the bit */
};
void pv_members_begin(struct pv_members *members);
/* Where to put the value of a key that was found. */
struct pv_json_value *pv_members_place(struct pv_members *members, enum pv_field field);

static inline bool pv_members_has(const struct pv_members *members, enum pv_field field)
{
    return (members->seen >> field & 1) != 0;
}
/* Present, and only once: its value can be read. */
static inline bool pv_members_has_one(const struct pv_members *members, enum pv_field field)
{
    return ((members->seen & ~members->twice) >> field & 1) != 0;
}
/* Of the fields in `among` (a bit each), the one whose second occurrence comes first; PV_KEY_NONE if none is
   there twice. */
enum pv_field pv_members_repeated(const struct pv_members *members, uint32_t among);

#endif
