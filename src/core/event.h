/* The events (D3): typed values, made from JSON primitives by one function that knows the catalogue. */
#ifndef PV_EVENT_H
#define PV_EVENT_H

#include "datetime.h"
#include "id.h"
#include "text.h"

/* 1 to 5; 0 is "no rating" (a null in the event, which takes the rating back). */
struct pv_rating {
    uint8_t stars;
};
enum { PV_RATING_MIN = 1, PV_RATING_MAX = 5 };

enum pv_event_type {
#define PV_EVENT(tag, name, aggregate, event, gate, fields) PV_EVENT_##tag,
#include "events.tbl.h"
#undef PV_EVENT
    PV_EVENT_TYPE_COUNT
};

enum pv_value_type {
#define PV_VALUE(type, tag, json) PV_VALUE_##tag,
#include "values.tbl.h"
#undef PV_VALUE
    PV_VALUE_TYPE_COUNT
};

/* One struct an event, its members named as on the wire. Texts borrow from the primitives they were made of.
 */
#define PV_FIELD(need, tag, name, type) struct pv_##type name;
#define PV_EVENT(tag, name, aggregate, event, gate, fields)                                                  \
    struct pv_##name {                                                                                       \
        fields                                                                                               \
    };
#include "events.tbl.h"
#undef PV_EVENT
#undef PV_FIELD

struct pv_event {
    enum pv_event_type type;
    struct pv_event_id id;
    union {
        struct pv_election_id election_id; /* every event's first field */
#define PV_EVENT(tag, name, aggregate, event, gate, fields) struct pv_##name name;
#include "events.tbl.h"
#undef PV_EVENT
    } u;
};

/* A line of D4's table. */
enum pv_gate {
    PV_GATE_CREATES,     /* unborn only */
    PV_GATE_ANY_PHASE,   /* draft, open, closed */
    PV_GATE_OPENS,       /* draft; open: election_opened; closed: election_closed */
    PV_GATE_PAPER,       /* draft; open: ballot_paper_frozen; closed: election_closed */
    PV_GATE_REGISTERING, /* draft, open; closed: election_closed */
    PV_GATE_VOTING,      /* open; draft: election_not_open; closed: election_closed */
};

enum pv_need { PV_NEED_REQUIRED, PV_NEED_NULLABLE, PV_NEED_OPTIONAL };

struct pv_field_spec {
    enum pv_field name;
    enum pv_value_type value;
    enum pv_need need;
    size_t offset; /* of the member in struct pv_event */
};

/* `id` and the longest row's fields. */
enum { PV_EVENT_FIELDS_MAX = 8 };

struct pv_event_spec {
    struct pv_str type;      /* PhotoVote.Event.<Aggregate>.<Event> */
    struct pv_str aggregate; /* Election, Competition, ... */
    struct pv_str event;     /* ElectionCreated, ... */
    enum pv_gate gate;
    size_t field_count;                               /* with id */
    struct pv_field_spec fields[PV_EVENT_FIELDS_MAX]; /* fields[0] is id, then catalogue order */
};

/* The catalogue's row of a type; PV_EVENT_TYPE_COUNT has none and must not be asked for. */
const struct pv_event_spec *pv_event_spec(enum pv_event_type type);

/* The type of a wire name; false if there is none (PV_EVENT_TYPE_UNKNOWN). */
bool pv_event_type_find(struct pv_str wire_name, enum pv_event_type *type);

/* A JSON value as an event sees it: events are made of primitives only (D3). */
enum pv_primitive_kind {
    PV_PRIMITIVE_ABSENT,
    PV_PRIMITIVE_NULL,
    PV_PRIMITIVE_STRING,  /* text: the unescaped bytes, valid UTF-8 */
    PV_PRIMITIVE_INTEGER, /* text: as written; integer: its value, clamped to the range of int64_t */
    PV_PRIMITIVE_OTHER,   /* a boolean, a number that is no integer, an array, an object; text: as written */
};
struct pv_primitive {
    enum pv_primitive_kind kind;
    struct pv_str text;
    int64_t integer;
};

/* D5 step 3 after the duplicate keys: field by field in catalogue order, then caption_without_url.
   `primitives` has one entry a field of the type's spec. PV_OK fills in *event, whose texts borrow the
   primitives' bytes; PV_REFUSED fills in *why and leaves *event unspecified. */
enum pv_result pv_event_make(enum pv_event_type type, const struct pv_primitive *primitives,
                             struct pv_event *event, struct pv_refusal *why) PV_MUST_USE;

/* The same, with every field's fault in catalogue order, the first being the one that pv_event_make reports:
   for those who fill in a form. Their number; 0 fills in *event. */
size_t pv_event_faults(enum pv_event_type type, const struct pv_primitive *primitives, struct pv_event *event,
                       struct pv_refusal faults[PV_EVENT_FIELDS_MAX]);

/* One field of it: PV_CODE_NONE, or the refusal's code, as pv_event_make would give it for this field. */
enum pv_code pv_event_set_field(struct pv_event *event, const struct pv_field_spec *field,
                                const struct pv_primitive *primitive) PV_MUST_USE;

/* The value of a field, as the event carries it: the inverse of pv_event_set_field. `scratch` holds what has
   no text of its own (ids, dates, numbers). */
enum { PV_VALUE_TEXT_MAX = 40 };
struct pv_primitive pv_event_get_field(const struct pv_event *event, const struct pv_field_spec *field,
                                       char scratch[PV_VALUE_TEXT_MAX]);

#endif
