#include "document_look.h"

#include "json.h"
#include "text.h"

#include <string.h>

/* Stands behind the `{`; false if the text is no object. */
static bool enter(struct pv_json *json, struct pv_str text)
{
    *json = pv_json_begin(text, NULL);
    pv_json_skip_space(json);
    if (json->at == json->end || *json->at != '{')
        return false;
    json->at++;
    return true;
}

/* The next member; false at the end and where it is no JSON. */
static bool next_member(struct pv_json *json, bool first, struct pv_str *key, struct pv_json_value *value)
{
    struct pv_json_value name;
    if (pv_json_next_member(json, first, &name) != PV_JSON_MEMBER || !pv_json_value(json, 2, value))
        return false;
    *key = (struct pv_str){name.raw.ptr + 1, name.raw.len - 2};
    return true;
}

static bool find_member(struct pv_str object, const char *key, struct pv_json_value *value)
{
    struct pv_str wanted = {key, strlen(key)}, found;
    struct pv_json json;
    bool first = true;
    if (!enter(&json, object))
        return false;
    for (; next_member(&json, first, &found, value); first = false) {
        if (pv_str_equal(found, wanted))
            return true;
    }
    return false;
}

struct pv_str pv_item_string(struct pv_str item, const char *key)
{
    struct pv_json_value value;
    if (!find_member(item, key, &value) || value.kind != PV_JSON_STRING || value.escaped)
        return (struct pv_str){NULL, 0};
    return (struct pv_str){value.raw.ptr + 1, value.raw.len - 2};
}

enum { LOOK_TEXT_MAX = 1024 };

/* The content of a string of up to LOOK_TEXT_MAX bytes as written. */
static bool find_text(struct pv_str item, const char *key, char scratch[LOOK_TEXT_MAX], struct pv_str *text)
{
    struct pv_json_value value;
    size_t used = 0;
    if (!find_member(item, key, &value) || value.kind != PV_JSON_STRING || value.fault != PV_JSON_SOUND ||
        value.raw.len > LOOK_TEXT_MAX)
        return false;
    *text = pv_json_unescape(&value, scratch, &used);
    return true;
}

bool pv_item_has_text(struct pv_str item, const char *key, struct pv_str text)
{
    char scratch[LOOK_TEXT_MAX];
    struct pv_str found;
    return find_text(item, key, scratch, &found) && pv_str_equal(found, text);
}

bool pv_item_has_email(struct pv_str item, const char *key, struct pv_str email)
{
    char scratch[LOOK_TEXT_MAX];
    struct pv_str found;
    return find_text(item, key, scratch, &found) && pv_email_equal(found, email);
}

static enum pv_phase phase_of(bool deleted, bool opened, bool closed)
{
    if (deleted)
        return PV_PHASE_DELETED;
    if (closed)
        return PV_PHASE_CLOSED;
    return opened ? PV_PHASE_OPEN : PV_PHASE_DRAFT;
}

bool pv_header_look(struct pv_str header, struct pv_header_facts *facts)
{
    struct pv_json_value version, deleted, opened, closed;
    int64_t number;
    if (!find_member(header, "version", &version) || !pv_json_natural(&version, &number) ||
        !find_member(header, "deleted", &deleted) || !find_member(header, "opened", &opened) ||
        !find_member(header, "closed", &closed))
        return false;
    facts->version = number;
    facts->phase =
        phase_of(deleted.kind == PV_JSON_TRUE, opened.kind != PV_JSON_NULL, closed.kind != PV_JSON_NULL);
    return true;
}

bool pv_page_look(struct pv_str page, pv_item_fn *take, void *context)
{
    struct pv_json json = pv_json_begin(page, NULL);
    struct pv_json_value item;
    pv_json_skip_space(&json);
    if (json.at == json.end || *json.at++ != '[')
        return false;
    pv_json_skip_space(&json);
    if (json.at < json.end && *json.at == ']')
        return true;
    for (;;) {
        pv_json_skip_space(&json);
        if (!pv_json_value(&json, 2, &item))
            return false;
        if (!take(context, item.raw))
            return true;
        pv_json_skip_space(&json);
        if (json.at == json.end || (*json.at != ',' && *json.at != ']'))
            return false;
        if (*json.at++ == ']')
            return true;
    }
}

void pv_item_write_without(struct pv_out *out, struct pv_str item, const char *key)
{
    struct pv_str left_out = {key, strlen(key)}, found;
    struct pv_json_value value;
    struct pv_json json;
    bool empty = true;
    pv_out_char(out, '{');
    bool more = enter(&json, item);
    for (bool first = true; more && next_member(&json, first, &found, &value); first = false) {
        if (pv_str_equal(found, left_out))
            continue;
        if (!empty)
            pv_out_char(out, ',');
        empty = false;
        pv_out_char(out, '"');
        pv_out_str(out, found);
        pv_out_str(out, PV_STR("\":"));
        pv_out_str(out, value.raw);
    }
    pv_out_char(out, '}');
}
