#include "event_read.h"

#include <stdio.h>
#include <string.h>

#include "record.h"

static void take_fault(struct pv_json_value *whole, const struct pv_json_value *part)
{
    if (whole->fault == PV_JSON_SOUND && part->fault != PV_JSON_SOUND) {
        whole->fault = part->fault;
        whole->fault_at = part->fault_at;
    }
}

static bool break_off(struct pv_json_value *whole, const struct pv_json_value *part)
{
    whole->fault = part->fault;
    whole->fault_at = part->fault_at;
    return false;
}

static bool scan_object(struct pv_json *json, const struct pv_names *names, struct pv_event_text *text)
{
    const char *start = json->at++;
    struct pv_json_value *whole = &text->whole, key;
    *whole = (struct pv_json_value){.kind = PV_JSON_OBJECT};
    pv_members_begin(&text->members);
    for (bool first = true;; first = false) {
        enum pv_json_step step = pv_json_next_member(json, first, &key);
        if (step == PV_JSON_BROKEN)
            return break_off(whole, &key);
        if (step == PV_JSON_END)
            break;
        take_fault(whole, &key);
        struct pv_json_value *value = pv_members_place(&text->members, pv_names_find(names, &key));
        if (!pv_json_value(json, 2, value))
            return break_off(whole, value);
        take_fault(whole, value);
    }
    whole->raw = (struct pv_str){start, (size_t)(json->at - start)};
    return true;
}

bool pv_event_scan(struct pv_json *json, const struct pv_names *names, struct pv_event_text *text)
{
    bool is_object = json->at < json->end && *json->at == '{';
    return is_object ? scan_object(json, names, text) : pv_json_value(json, 1, &text->whole);
}

void pv_event_scan_text(struct pv_str data, const struct pv_names *names, struct pv_event_text *text)
{
    struct pv_json json = pv_json_begin(data, NULL);
    pv_json_skip_space(&json);
    if (!pv_event_scan(&json, names, text))
        return;
    pv_json_skip_space(&json);
    if (json.at != json.end) {
        text->whole.fault = PV_JSON_GRAMMAR;
        text->whole.fault_at = (size_t)(json.at - json.start);
    }
}

static enum pv_result refuse_text(const struct pv_json_value *whole, struct pv_refusal *why)
{
    char reason[PV_REFUSAL_VALUE_MAX];
    int len = snprintf(reason, sizeof reason, "%s, at byte %zu of it",
                       pv_json_fault_text((enum pv_json_fault)whole->fault), whole->fault_at + 1);
    return pv_refuse(why, PV_JSON_INVALID, (struct pv_str){reason, (size_t)len});
}

static enum pv_result refuse_kind(const struct pv_json_value *value, struct pv_refusal *why)
{
    char reason[PV_REFUSAL_VALUE_MAX + 8] = "it is ";
    size_t len = strlen(reason), room = sizeof reason - len;
    size_t shown = value->raw.len < room ? value->raw.len : room;
    memcpy(reason + len, value->raw.ptr, shown);
    return pv_refuse(why, PV_JSON_INVALID, (struct pv_str){reason, len + shown});
}

/* A member as an event sees it; NULL: absent. */
static struct pv_primitive primitive_of(const struct pv_json_value *value, char *scratch, size_t *used)
{
    struct pv_primitive primitive = {PV_PRIMITIVE_OTHER, {NULL, 0}, 0};
    if (value == NULL) {
        primitive.kind = PV_PRIMITIVE_ABSENT;
        return primitive;
    }
    primitive.text = value->raw;
    if (value->kind == PV_JSON_STRING) {
        primitive.kind = PV_PRIMITIVE_STRING;
        primitive.text = pv_json_unescape(value, scratch, used);
    } else if (value->kind == PV_JSON_NUMBER && value->is_integer) {
        primitive.kind = PV_PRIMITIVE_INTEGER;
        primitive.integer = pv_json_integer(value);
    } else if (value->kind == PV_JSON_NULL) {
        primitive.kind = PV_PRIMITIVE_NULL;
    }
    return primitive;
}

static uint32_t fields_of(const struct pv_event_spec *spec)
{
    uint32_t fields = 0;
    for (size_t i = 0; i < spec->field_count; i++)
        fields |= (uint32_t)1 << spec->fields[i].name;
    return fields;
}

static enum pv_result refuse_repeated(enum pv_field field, struct pv_refusal *why)
{
    const char *name = pv_field_name(field);
    return pv_refuse_field(why, PV_JSON_DUPLICATE_KEY, field, (struct pv_str){name, strlen(name)});
}

static bool find_type(struct pv_str name, enum pv_event_type *hint)
{
    return pv_str_equal(name, pv_event_spec(*hint)->type) || pv_event_type_find(name, hint);
}

void pv_event_primitives(enum pv_event_type type, const struct pv_event_text *text, char *scratch,
                         size_t *used, struct pv_primitive primitives[PV_EVENT_FIELDS_MAX])
{
    const struct pv_event_spec *spec = pv_event_spec(type);
    const struct pv_members *members = &text->members;
    for (size_t i = 0; i < spec->field_count; i++) {
        enum pv_field name = spec->fields[i].name;
        const struct pv_json_value *value = pv_members_has(members, name) ? &members->value[name] : NULL;
        primitives[i] = primitive_of(value, scratch, used);
    }
}

enum pv_result pv_event_check_text(const struct pv_event_text *text, struct pv_refusal *why)
{
    if (text->whole.fault != PV_JSON_SOUND)
        return refuse_text(&text->whole, why);
    return text->whole.kind == PV_JSON_OBJECT ? PV_OK : refuse_kind(&text->whole, why);
}

enum pv_result pv_event_check_repeats(enum pv_event_type type, const struct pv_event_text *text,
                                      struct pv_refusal *why)
{
    if (text->members.twice == 0)
        return PV_OK;
    enum pv_field repeated = pv_members_repeated(&text->members, fields_of(pv_event_spec(type)));
    return repeated == PV_KEY_NONE ? PV_OK : refuse_repeated(repeated, why);
}

void pv_event_name_value(const struct pv_event_text *text, struct pv_refusal *why)
{
    if (why->code == PV_FIELD_TYPE)
        pv_refusal_set(why, why->code, why->field, text->members.value[why->field].raw);
}

enum pv_result pv_event_decode(struct pv_str type, const struct pv_event_text *text, char *scratch,
                               size_t *used, enum pv_event_type *hint, struct pv_event *event,
                               struct pv_refusal *why)
{
    struct pv_primitive primitives[PV_EVENT_FIELDS_MAX];
    if (pv_event_check_text(text, why) != PV_OK)
        return PV_REFUSED;
    if (!find_type(type, hint))
        return pv_refuse(why, PV_EVENT_TYPE_UNKNOWN, type);
    if (pv_event_check_repeats(*hint, text, why) != PV_OK)
        return PV_REFUSED;
    pv_event_primitives(*hint, text, scratch, used, primitives);
    enum pv_result result = pv_event_make(*hint, primitives, event, why);
    if (result == PV_REFUSED)
        pv_event_name_value(text, why);
    return result;
}

enum pv_result pv_event_read(struct pv_str type, struct pv_str data, char *scratch, struct pv_event *event,
                             struct pv_refusal *why)
{
    struct pv_names names;
    struct pv_event_text text;
    enum pv_event_type hint = PV_EVENT_ELECTION_CREATED;
    size_t used = 0;
    pv_names_init(&names);
    pv_event_scan_text(data, &names, &text);
    return pv_event_decode(type, &text, scratch, &used, &hint, event, why);
}
