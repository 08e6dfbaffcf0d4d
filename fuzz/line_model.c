#include "line_model.h"

#include <string.h>

enum { LEVELS_MAX = 64 };

static struct pv_primitive primitive_of(const struct naive *node)
{
    switch (node->kind) {
    case NAIVE_NULL:
        return wire_null();
    case NAIVE_STRING:
        return wire_string(node->text);
    case NAIVE_NUMBER:
        return node->is_integer ? wire_integer(node->raw) : wire_other(node->raw);
    case NAIVE_TRUE:
    case NAIVE_FALSE:
    case NAIVE_ARRAY:
    case NAIVE_OBJECT:
        break;
    }
    return wire_other(node->raw);
}

/* Members with other keys are nobody's business, and would only fill the wire. */
static bool add_members(const struct naive *object, bool (*is_listed)(struct pv_str key), struct wire *wire)
{
    for (const struct naive *member = object->first; member != NULL; member = member->next) {
        if (member->bad_key || !is_listed(member->key))
            continue;
        if (wire->count == WIRE_MEMBERS_MAX)
            return false;
        wire_add(wire, member->key, primitive_of(member));
    }
    return true;
}

/* ---- events ---- */

static bool is_field(struct pv_str key)
{
    for (int type = 0; type < PV_EVENT_TYPE_COUNT; type++)
        for (const struct cat_field *f = cat_event((enum pv_event_type)type)->fields; f->name != NULL; f++)
            if (str_is(key, f->name))
                return true;
    return false;
}

static bool add_event(const struct naive *root, struct wire *wire)
{
    wire->damage = WIRE_SOUND;
    if (root == NULL)
        wire->damage = WIRE_GRAMMAR;
    else if (root->bad_text)
        wire->damage = WIRE_TEXT_FAULT;
    else if (root->levels > LEVELS_MAX)
        wire->damage = WIRE_TOO_DEEP;
    else if (root->kind != NAIVE_OBJECT)
        wire->damage = WIRE_NO_OBJECT;
    return wire->damage != WIRE_SOUND || add_members(root, is_field, wire);
}

bool line_model_event(struct pv_str type, struct pv_str text, struct bag *bag, struct wire *wire)
{
    *wire = (struct wire){.type = type};
    return add_event(naive_parse(text, bag), wire);
}

/* ---- lines ---- */

static bool is_record_key(struct pv_str key)
{
    static const char *const keys[] = {"stream", "number",  "type",     "data",
                                       "id",     "created", "position", "metadata"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (str_is(key, keys[i]))
            return true;
    return false;
}

/* F1 step 1: what is wrong inside `data` is the event's affair, but for the grammar. */
static bool is_readable(const struct naive *root)
{
    if (root == NULL || root->kind != NAIVE_OBJECT)
        return false;
    for (const struct naive *member = root->first; member != NULL; member = member->next) {
        bool is_data = !member->bad_key && str_is(member->key, "data");
        if (member->bad_key || (!is_data && (member->bad_text || member->levels + 1 > LEVELS_MAX)))
            return false;
    }
    return true;
}

static const struct naive *find(const struct naive *object, const char *key)
{
    const struct naive *member = object->first;
    while (member != NULL && !str_is(member->key, key))
        member = member->next;
    return member;
}

bool line_model_line(struct pv_str line, struct records *r)
{
    const struct naive *root = naive_parse(line, &r->bag);
    r->envelope = (struct wire){.damage = is_readable(root) ? WIRE_SOUND : WIRE_GRAMMAR};
    r->event = (struct wire){0};
    r->has_data = false;
    if (r->envelope.damage != WIRE_SOUND)
        return true;
    const struct naive *data = find(root, "data");
    r->has_data = data != NULL;
    return add_members(root, is_record_key, &r->envelope) && (!r->has_data || add_event(data, &r->event));
}

struct pv_str line_model_stream(const struct records *r)
{
    static const char election[] = "Election-";
    struct pv_str found = {NULL, 0}, none = found;
    char id[MODEL_ID];
    for (size_t i = 0; i < r->envelope.count; i++) {
        const struct wire_member *member = &r->envelope.members[i];
        if (!str_is(member->key, "stream"))
            continue;
        if (found.ptr != NULL || member->value.kind != PV_PRIMITIVE_STRING)
            return none;
        found = member->value.text;
    }
    if (found.len != 35 || memcmp(found.ptr, election, 9) != 0)
        return none;
    struct pv_str ulid = {found.ptr + 9, 26};
    return model_check_ulid(ulid, id) == PV_CODE_NONE && memcmp(id, ulid.ptr, 26) == 0 ? found : none;
}
