#include "event.h"

#include <string.h>

/* The value type of a C type, as the catalogue's rows name it. */
enum {
#define PV_VALUE(type, tag, json) value_of_##type = PV_VALUE_##tag,
#include "values.tbl.h"
#undef PV_VALUE
};

/* The kind of primitive that a value is made of. */
static const enum pv_primitive_kind kind_of[] = {
#define PV_VALUE(type, tag, json) PV_PRIMITIVE_##json,
#include "values.tbl.h"
#undef PV_VALUE
};

/* One function a row, because a row's fields stand inside it as `struct row`: a field's offset is that of the
   row's own member. */
#define LITERAL(text)                                                                                        \
    {                                                                                                        \
        text, sizeof(text) - 1                                                                               \
    }
#define ID_FIELD                                                                                             \
    {                                                                                                        \
        PV_KEY_ID, PV_VALUE_EVENT_ID, PV_NEED_REQUIRED, offsetof(struct pv_event, id)                        \
    }
#define PV_FIELD(need, tag, name, type)                                                                      \
    ,                                                                                                        \
    {                                                                                                        \
        PV_KEY_##tag, (enum pv_value_type)value_of_##type, PV_NEED_##need,                                   \
            offsetof(struct pv_event, u) + offsetof(row, name)                                               \
    }
#define PV_EVENT(tag, name, aggregate, event, gate, fields)                                                  \
    static const struct pv_event_spec *spec_##name(void)                                                     \
    {                                                                                                        \
        typedef struct pv_##name row;                                                                        \
        static const struct pv_event_spec spec = {LITERAL("PhotoVote.Event." #aggregate "." #event),         \
                                                  LITERAL(#aggregate),                                       \
                                                  LITERAL(#event),                                           \
                                                  PV_GATE_##gate,                                            \
                                                  sizeof((struct pv_field_spec[]){ID_FIELD fields}) /        \
                                                      sizeof(struct pv_field_spec),                          \
                                                  {ID_FIELD fields}};                                        \
        return &spec;                                                                                        \
    }
#include "events.tbl.h"
#undef PV_EVENT
#undef PV_FIELD

const struct pv_event_spec *pv_event_spec(enum pv_event_type type)
{
    static const struct pv_event_spec *(*const specs[])(void) = {
#define PV_EVENT(tag, name, aggregate, event, gate, fields) [PV_EVENT_##tag] = spec_##name,
#include "events.tbl.h"
#undef PV_EVENT
    };
    return specs[type]();
}

bool pv_event_type_find(struct pv_str wire_name, enum pv_event_type *type)
{
    for (int i = 0; i < PV_EVENT_TYPE_COUNT; i++) {
        if (pv_str_equal(wire_name, pv_event_spec((enum pv_event_type)i)->type)) {
            *type = (enum pv_event_type)i;
            return true;
        }
    }
    return false;
}

/* A text that may be none: null and "" are (D2). */
static enum pv_code optional_text(struct pv_str text, enum pv_code (*check)(struct pv_str),
                                  struct pv_str *out)
{
    if (text.len == 0) {
        *out = (struct pv_str){NULL, 0};
        return PV_CODE_NONE;
    }
    *out = text;
    return check(text);
}

static enum pv_code required_text(struct pv_str text, enum pv_code (*check)(struct pv_str),
                                  struct pv_str *out)
{
    *out = text;
    return check(text);
}

static enum pv_code rating(int64_t value, struct pv_rating *out)
{
    if (value < PV_RATING_MIN || value > PV_RATING_MAX)
        return PV_RATING_OUT_OF_RANGE;
    out->stars = (uint8_t)value;
    return PV_CODE_NONE;
}

/* What a nullable or optional field holds when it is none. */
static void set_none(enum pv_value_type type, void *out)
{
    if (type == PV_VALUE_RATING)
        *(struct pv_rating *)out = (struct pv_rating){0};
    else
        *(struct pv_str *)out = (struct pv_str){NULL, 0};
}

static enum pv_code set_value(enum pv_value_type type, const struct pv_primitive *primitive, void *out)
{
    struct pv_str text = primitive->text;
    switch (type) {
    case PV_VALUE_EVENT_ID:
        return pv_event_id_parse(text, out);
    case PV_VALUE_ELECTION_ID:
    case PV_VALUE_COMPETITION_ID:
    case PV_VALUE_CANDIDATE_ID:
    case PV_VALUE_VOTER_ID:
    case PV_VALUE_BALLOT_ID:
        return pv_ulid_parse(text, out);
    case PV_VALUE_ELECTION_NAME:
    case PV_VALUE_COMPETITION_NAME:
    case PV_VALUE_CANDIDATE_NAME:
    case PV_VALUE_VOTER_NAME:
        return required_text(text, pv_name_check, out);
    case PV_VALUE_ELECTION_DESCRIPTION:
    case PV_VALUE_COMPETITION_DESCRIPTION:
    case PV_VALUE_CANDIDATE_DESCRIPTION:
        return optional_text(text, pv_description_check, out);
    case PV_VALUE_IMAGE_URL:
        return optional_text(text, pv_url_check, out);
    case PV_VALUE_IMAGE_CAPTION:
        return optional_text(text, pv_caption_check, out);
    case PV_VALUE_VOTER_EMAIL:
        return required_text(text, pv_email_check, out);
    case PV_VALUE_OPEN_DATE:
    case PV_VALUE_CLOSE_DATE:
        return pv_time_parse(text, out);
    case PV_VALUE_RATING:
    case PV_VALUE_TYPE_COUNT:
        break;
    }
    return rating(primitive->integer, out);
}

enum pv_code pv_event_set_field(struct pv_event *event, const struct pv_field_spec *field,
                                const struct pv_primitive *primitive)
{
    void *out = (char *)event + field->offset;
    if (primitive->kind == kind_of[field->value])
        return set_value(field->value, primitive, out);
    bool absent = primitive->kind == PV_PRIMITIVE_ABSENT, null = primitive->kind == PV_PRIMITIVE_NULL;
    if (!absent && !null)
        return PV_FIELD_TYPE;
    if (field->need == PV_NEED_REQUIRED || (field->need == PV_NEED_NULLABLE && absent))
        return PV_FIELD_MISSING;
    set_none(field->value, out);
    return PV_CODE_NONE;
}

/* D5 step 3, last: a caption needs its url. */
static enum pv_result check_caption(const struct pv_event *event, struct pv_refusal *why)
{
    struct pv_str url = {NULL, 0}, caption = {NULL, 0};
    enum pv_field field = PV_KEY_NONE;
    if (event->type == PV_EVENT_CANDIDATE_ADDED) {
        url = event->u.candidate_added.image_url.text;
        caption = event->u.candidate_added.image_caption.text;
        field = PV_KEY_IMAGE_CAPTION;
    } else if (event->type == PV_EVENT_CANDIDATE_IMAGE_CHANGED) {
        url = event->u.candidate_image_changed.url.text;
        caption = event->u.candidate_image_changed.caption.text;
        field = PV_KEY_CAPTION;
    }
    if (caption.len == 0 || url.len != 0)
        return PV_OK;
    return pv_refuse_field(why, PV_CAPTION_WITHOUT_URL, field, caption);
}

static enum pv_result make_field(struct pv_event *event, const struct pv_field_spec *field,
                                 const struct pv_primitive *primitive, struct pv_refusal *why)
{
    enum pv_code code = pv_event_set_field(event, field, primitive);
    if (code == PV_CODE_NONE)
        return PV_OK;
    /* What is missing has no value to name but its own name. */
    const char *name = pv_field_name(field->name);
    struct pv_str value = code == PV_FIELD_MISSING ? (struct pv_str){name, strlen(name)} : primitive->text;
    return pv_refuse_field(why, code, field->name, value);
}

enum pv_result pv_event_make(enum pv_event_type type, const struct pv_primitive *primitives,
                             struct pv_event *event, struct pv_refusal *why)
{
    const struct pv_event_spec *spec = pv_event_spec(type);
    event->type = type;
    for (size_t i = 0; i < spec->field_count; i++) {
        if (make_field(event, &spec->fields[i], &primitives[i], why) != PV_OK)
            return PV_REFUSED;
    }
    return check_caption(event, why);
}

static bool is_of_image(enum pv_field name)
{
    return name == PV_KEY_IMAGE_URL || name == PV_KEY_IMAGE_CAPTION || name == PV_KEY_URL ||
           name == PV_KEY_CAPTION;
}

size_t pv_event_faults(enum pv_event_type type, const struct pv_primitive *primitives, struct pv_event *event,
                       struct pv_refusal faults[PV_EVENT_FIELDS_MAX])
{
    const struct pv_event_spec *spec = pv_event_spec(type);
    size_t count = 0;
    bool image_is_sound = true;
    event->type = type;
    for (size_t i = 0; i < spec->field_count; i++) {
        if (make_field(event, &spec->fields[i], &primitives[i], &faults[count]) == PV_OK)
            continue;
        image_is_sound = image_is_sound && !is_of_image(spec->fields[i].name);
        count++;
    }
    /* The caption is the last field, and its own fault if there is one: so this is in order, and has room. */
    if (image_is_sound && check_caption(event, &faults[count]) != PV_OK)
        count++;
    return count;
}

static struct pv_primitive string_primitive(const char *text, size_t len)
{
    return (struct pv_primitive){PV_PRIMITIVE_STRING, {text, len}, 0};
}

struct pv_primitive pv_event_get_field(const struct pv_event *event, const struct pv_field_spec *field,
                                       char scratch[PV_VALUE_TEXT_MAX])
{
    const void *in = (const char *)event + field->offset;
    switch (field->value) {
    case PV_VALUE_EVENT_ID:
    case PV_VALUE_ELECTION_ID:
    case PV_VALUE_COMPETITION_ID:
    case PV_VALUE_CANDIDATE_ID:
    case PV_VALUE_VOTER_ID:
    case PV_VALUE_BALLOT_ID:
        pv_ulid_format(*(const struct pv_bits128 *)in, scratch);
        return string_primitive(scratch, PV_ULID_LEN);
    case PV_VALUE_OPEN_DATE:
    case PV_VALUE_CLOSE_DATE:
        return string_primitive(scratch, pv_time_format(*(const struct pv_time *)in, scratch));
    case PV_VALUE_RATING: {
        uint8_t stars = ((const struct pv_rating *)in)->stars;
        if (stars == 0)
            return (struct pv_primitive){PV_PRIMITIVE_NULL, {NULL, 0}, 0};
        scratch[0] = (char)('0' + stars);
        return (struct pv_primitive){PV_PRIMITIVE_INTEGER, {scratch, 1}, stars};
    }
    case PV_VALUE_ELECTION_NAME:
    case PV_VALUE_COMPETITION_NAME:
    case PV_VALUE_CANDIDATE_NAME:
    case PV_VALUE_VOTER_NAME:
    case PV_VALUE_ELECTION_DESCRIPTION:
    case PV_VALUE_COMPETITION_DESCRIPTION:
    case PV_VALUE_CANDIDATE_DESCRIPTION:
    case PV_VALUE_IMAGE_URL:
    case PV_VALUE_IMAGE_CAPTION:
    case PV_VALUE_VOTER_EMAIL:
    case PV_VALUE_TYPE_COUNT:
        break;
    }
    const struct pv_str *text = in;
    if (text->len == 0)
        return (struct pv_primitive){PV_PRIMITIVE_NULL, {NULL, 0}, 0};
    return string_primitive(text->ptr, text->len);
}
