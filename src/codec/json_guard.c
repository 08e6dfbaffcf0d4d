#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "document.h"
#include "json.h"
#include "never.h"

/* A key of an object that is still open. Keys written with escapes are kept unescaped, in the scratch. */
struct key {
    struct pv_str text;
    size_t at; /* offset in the text */
};

struct guard {
    struct pv_json json;
    struct pv_document_error *error;
    unsigned depth_max, open;
    size_t first[PV_JSON_DEPTH_MAX]; /* of each open container, its first key */
    struct key *keys;
    size_t key_count, key_capacity;
    char *scratch;
    size_t scratch_used;
};

static enum pv_result refuse(struct guard *guard, size_t at, const char *what)
{
    snprintf(guard->error->reason, sizeof(guard->error->reason), "%s (byte %zu)", what, at + 1);
    return PV_REFUSED;
}

/* Grammar, depth as far as the scanner goes, UTF-8 and surrogates. */
static enum pv_result check_grammar(struct guard *guard)
{
    struct pv_json json = guard->json;
    struct pv_json_value value;
    pv_json_skip_space(&json);
    if (!pv_json_value(&json, 1, &value) || value.fault != PV_JSON_SOUND)
        return refuse(guard, value.fault_at, pv_json_fault_text(value.fault));
    pv_json_skip_space(&json);
    if (json.at != json.end)
        return refuse(guard, (size_t)(json.at - json.start), "something follows the JSON value");
    return PV_OK;
}

/* By content, so that equal keys become neighbours, and then by place. Nothing here can be made slow by
   choosing keys that collide. */
static int compare_keys(const void *a, const void *b)
{
    const struct key *x = a, *y = b;
    if (x->text.len != y->text.len)
        return x->text.len < y->text.len ? -1 : 1;
    int order = memcmp(x->text.ptr, y->text.ptr, x->text.len);
    if (order != 0)
        return order;
    return (x->at > y->at) - (x->at < y->at);
}

/* Closes the innermost container and looks at its keys, of which an array has none. */
static enum pv_result close_container(struct guard *guard)
{
    const struct key *twice = NULL;
    if (PV_NEVER(guard->open == 0))
        return PV_FAULT_STATE;
    size_t first = guard->first[--guard->open], count = guard->key_count - first;
    guard->key_count = first;
    if (count < 2)
        return PV_OK;
    struct key *keys = guard->keys + first;
    qsort(keys, count, sizeof(keys[0]), compare_keys);
    for (size_t i = 1; i < count; i++) {
        if (pv_str_equal(keys[i - 1].text, keys[i].text) && (twice == NULL || keys[i].at < twice->at))
            twice = &keys[i];
    }
    if (twice == NULL)
        return PV_OK;
    char shown[80], what[120];
    size_t len = pv_terminal_escape(twice->text, shown, sizeof(shown));
    snprintf(what, sizeof(what), "the key \"%.*s\" stands twice", (int)len, shown);
    return refuse(guard, twice->at, what);
}

static bool has_null_escape(struct pv_str raw)
{
    for (size_t i = 0; i + 6 < raw.len; i++) {
        if (raw.ptr[i] != '\\')
            continue;
        if (memcmp(raw.ptr + i + 1, "u0000", 5) == 0)
            return true;
        i++; /* what is escaped may be a backslash */
    }
    return false;
}

static enum pv_result add_key(struct guard *guard, const struct pv_json_value *string)
{
    if (guard->key_count == guard->key_capacity) {
        size_t capacity = guard->key_capacity == 0 ? 64 : guard->key_capacity * 2;
        struct key *moved = realloc(guard->keys, capacity * sizeof(*moved));
        if (moved == NULL)
            return PV_FAULT_MEMORY;
        guard->keys = moved;
        guard->key_capacity = capacity;
    }
    if (string->escaped && guard->scratch == NULL) {
        guard->scratch = malloc((size_t)(guard->json.end - guard->json.start));
        if (guard->scratch == NULL)
            return PV_FAULT_MEMORY;
    }
    guard->keys[guard->key_count++] =
        (struct key){pv_json_unescape(string, guard->scratch, &guard->scratch_used),
                     (size_t)(string->raw.ptr - guard->json.start)};
    return PV_OK;
}

static enum pv_result pass_string(struct guard *guard)
{
    struct pv_json *json = &guard->json;
    struct pv_json_value string;
    bool sound = pv_json_string(json, &string);
    if (PV_NEVER(!sound))
        return PV_FAULT_STATE;
    if (string.escaped && has_null_escape(string.raw))
        return refuse(guard, (size_t)(string.raw.ptr - json->start), "a string has U+0000 in it");
    pv_json_skip_space(json);
    bool is_key = json->at < json->end && *json->at == ':';
    return is_key ? add_key(guard, &string) : PV_OK;
}

static enum pv_result open_container(struct guard *guard)
{
    if (guard->open == guard->depth_max)
        return refuse(guard, (size_t)(guard->json.at - guard->json.start),
                      pv_json_fault_text(PV_JSON_TOO_DEEP));
    guard->first[guard->open++] = guard->key_count;
    return PV_OK;
}

/* Goes through a text whose grammar is known to be sound, so that a brace outside a string is a brace. */
static enum pv_result check_keys(struct guard *guard)
{
    enum pv_result result = PV_OK;
    while (result == PV_OK && guard->json.at < guard->json.end) {
        char c = *guard->json.at;
        if (c == '"') {
            result = pass_string(guard);
            continue;
        }
        if (c == '{' || c == '[')
            result = open_container(guard);
        else if (c == '}' || c == ']')
            result = close_container(guard);
        guard->json.at++;
    }
    return result;
}

enum pv_result pv_json_guard(struct pv_str text, unsigned depth, struct pv_document_error *error)
{
    if (text.len == 0)
        text = PV_STR(""); /* whose pointer may be NULL */
    struct guard guard = {.json = pv_json_begin(text, NULL), .error = error, .depth_max = depth};
    error->path[0] = '\0';
    enum pv_result result = check_grammar(&guard);
    if (result == PV_OK)
        result = check_keys(&guard);
    free(guard.keys);
    free(guard.scratch);
    return result;
}
