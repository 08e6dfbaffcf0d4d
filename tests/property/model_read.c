/* D5, 1 to 3: from the members of a text to a fact, in the order of the catalogue. */
#include "model.h"

#include <string.h>

static struct verdict refuse(enum pv_code code, enum pv_field field)
{
    return (struct verdict){code, field};
}

static const struct verdict accepted = {PV_CODE_NONE, PV_KEY_NONE};

/* The listed field of that name, or NULL. */
static const struct cat_field *listed(const struct cat_event *row, struct pv_str key)
{
    for (const struct cat_field *f = row->fields; f->name != NULL; f++)
        if (str_is(key, f->name))
            return f;
    return NULL;
}

/* Members are walked in the order of the text, so the first repetition found is the one that comes first. */
static struct verdict check_repeats(const struct wire *wire, const struct cat_event *row)
{
    for (size_t i = 0; i < wire->count; i++) {
        const struct cat_field *f = listed(row, wire->members[i].key);
        for (size_t j = 0; f != NULL && j < i; j++)
            if (str_is(wire->members[j].key, f->name))
                return refuse(PV_JSON_DUPLICATE_KEY, f->field);
    }
    return accepted;
}

static const struct pv_primitive *value_of(const struct wire *wire, const char *name)
{
    for (size_t i = 0; i < wire->count; i++)
        if (str_is(wire->members[i].key, name))
            return &wire->members[i].value;
    return NULL;
}

static const char *keep(struct bag *bag, struct pv_str text)
{
    char *copy = bag_alloc(bag, text.len + 1);
    if (text.len > 0)
        memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    return copy;
}

static enum pv_code take_id(struct fact *fact, enum pv_field field, struct pv_str text)
{
    if (field == PV_KEY_ELECTION_ID)
        return model_check_ulid(text, fact->election);
    if (field == PV_KEY_COMPETITION_ID)
        return model_check_ulid(text, fact->competition);
    if (field == PV_KEY_CANDIDATE_ID)
        return model_check_ulid(text, fact->candidate);
    if (field == PV_KEY_VOTER_ID)
        return model_check_ulid(text, fact->voter);
    return model_check_ulid(text, fact->ballot);
}

/* Text, of which "" means "none" where it is not required. */
static enum pv_code take_text(const struct cat_field *f, struct pv_str text, size_t limit, bool lines,
                              struct bag *bag, const char **out)
{
    if (text.len == 0 && f->need != '!')
        return PV_CODE_NONE;
    *out = keep(bag, text);
    return model_check_text(text, limit, lines);
}

static enum pv_code take_url(struct pv_str text, struct bag *bag, const char **out)
{
    if (text.len == 0)
        return PV_CODE_NONE;
    *out = keep(bag, text);
    return model_check_url(text);
}

static enum pv_code take_rating(struct pv_str text, int *rating)
{
    if (text.len != 1 || text.ptr[0] < '1' || text.ptr[0] > '5')
        return PV_RATING_OUT_OF_RANGE;
    *rating = text.ptr[0] - '0';
    return PV_CODE_NONE;
}

static enum pv_code take_value(struct fact *fact, const struct cat_field *f, struct pv_str text,
                               struct bag *bag)
{
    switch (f->kind) {
    case CAT_EVENT_ID:
        return model_check_event_id(text, fact->event_id);
    case CAT_ID:
        return take_id(fact, f->field, text);
    case CAT_NAME:
        return take_text(f, text, 200, false, bag, &fact->name);
    case CAT_DESCRIPTION:
        return take_text(f, text, 4000, true, bag, &fact->description);
    case CAT_CAPTION:
        return take_text(f, text, 500, false, bag, &fact->caption);
    case CAT_URL:
        return take_url(text, bag, &fact->url);
    case CAT_EMAIL:
        fact->email = keep(bag, text);
        return model_check_email(text);
    case CAT_DATE:
        return model_check_date(text, fact->date);
    case CAT_RATING:
        return take_rating(text, &fact->rating);
    }
    return PV_CODE_NONE;
}

static struct verdict take_field(struct fact *fact, const struct cat_field *f,
                                 const struct pv_primitive *value, struct bag *bag)
{
    enum pv_primitive_kind wanted = f->kind == CAT_RATING ? PV_PRIMITIVE_INTEGER : PV_PRIMITIVE_STRING;
    if (value == NULL)
        return f->need == ' ' ? accepted : refuse(PV_FIELD_MISSING, f->field);
    if (value->kind == PV_PRIMITIVE_NULL)
        return f->need != '!' ? accepted : refuse(PV_FIELD_MISSING, f->field);
    if (value->kind != wanted)
        return refuse(PV_FIELD_TYPE, f->field);
    enum pv_code code = take_value(fact, f, value->text, bag);
    return code == PV_CODE_NONE ? accepted : refuse(code, f->field);
}

struct verdict model_read(const struct wire *wire, struct bag *bag, struct fact *fact)
{
    *fact = (struct fact){.type = PV_EVENT_ELECTION_CREATED};
    if (wire->damage != WIRE_SOUND)
        return refuse(PV_JSON_INVALID, PV_KEY_NONE);
    if (!cat_find(wire->type, &fact->type))
        return refuse(PV_EVENT_TYPE_UNKNOWN, PV_KEY_TYPE);
    const struct cat_event *row = cat_event(fact->type);
    struct verdict verdict = check_repeats(wire, row);
    for (const struct cat_field *f = row->fields; f->name != NULL && verdict.code == PV_CODE_NONE; f++)
        verdict = take_field(fact, f, value_of(wire, f->name), bag);
    if (verdict.code == PV_CODE_NONE && fact->caption != NULL && fact->url == NULL)
        return refuse(PV_CAPTION_WITHOUT_URL,
                      fact->type == PV_EVENT_CANDIDATE_ADDED ? PV_KEY_IMAGE_CAPTION : PV_KEY_CAPTION);
    return verdict;
}
