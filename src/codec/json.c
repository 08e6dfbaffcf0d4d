#include "json.h"

#include "json_units.h"
#include "never.h"
#include "scan.h"
#include "text.h"

const char *pv_json_fault_text(enum pv_json_fault fault)
{
    static const char *const texts[] = {
        [PV_JSON_SOUND] = "it is sound",
        [PV_JSON_GRAMMAR] = "it is not JSON",
        [PV_JSON_TOO_DEEP] = "it is nested too deep",
        [PV_JSON_UTF8] = "a string has bytes that are not UTF-8",
        [PV_JSON_SURROGATE] = "a string has half a surrogate pair",
    };
    return texts[fault];
}

struct pv_json pv_json_begin(struct pv_str text, struct pv_json_stack *stack)
{
    const char *start = text.ptr != NULL ? text.ptr : ""; /* what is absent is empty */
    return (struct pv_json){.start = start, .at = start, .end = start + text.len, .stack = stack};
}

/* The first fault is the one that is told. */
static void note(const struct pv_json *json, const char *at, enum pv_json_fault fault,
                 struct pv_json_value *value)
{
    if (value->fault == PV_JSON_SOUND) {
        value->fault = (uint8_t)fault;
        value->fault_at = (size_t)(at - json->start);
    }
}

/* Faults that end the scan hide those that came before. */
static bool broken(struct pv_json *json, const char *at, enum pv_json_fault fault,
                   struct pv_json_value *value)
{
    json->at = at;
    value->fault = (uint8_t)fault;
    value->fault_at = (size_t)(at - json->start);
    return false;
}

static void begin_value(struct pv_json_value *value, enum pv_json_kind kind)
{
    value->kind = (uint8_t)kind;
    value->fault = PV_JSON_SOUND;
    value->escaped = false;
    value->is_integer = false;
}

static bool end_value(struct pv_json *json, const char *end, struct pv_json_value *value)
{
    value->raw.ptr = json->at;
    value->raw.len = (size_t)(end - json->at);
    json->at = end;
    return true;
}

static inline bool stands(const struct pv_json *json, char c)
{
    return json->at < json->end && *json->at == c;
}

/* Strings */

/* Behind the escape at `at`, or NULL for one that the grammar does not have. */
static const char *pass_escape(const struct pv_json *json, const char *at, struct pv_json_value *value)
{
    if (json->end - at < 2)
        return NULL;
    if (at[1] != 'u')
        return at[1] != '\0' && strchr("\"\\/bfnrt", at[1]) != NULL ? at + 2 : NULL;
    int32_t unit = pv_json_unit(at, json->end);
    if (unit < 0)
        return NULL;
    if (pv_json_is_high(unit) && pv_json_is_low(pv_json_unit(at + 6, json->end)))
        return at + 12;
    if (pv_json_is_high(unit) || pv_json_is_low(unit))
        note(json, at, PV_JSON_SURROGATE, value);
    return at + 6;
}

/* A byte that is no part of a sequence is passed alone, so that the quote behind a sequence cut short still
   ends the string. */
static const char *pass_utf8(const struct pv_json *json, const char *at, struct pv_json_value *value)
{
    uint32_t point;
    unsigned len = pv_utf8_next(at, (size_t)(json->end - at), &point);
    if (len != 0)
        return at + len;
    note(json, at, PV_JSON_UTF8, value);
    return at + 1;
}

/* A string in which something at `at` needs a look. */
static bool special_string(struct pv_json *json, const char *at, struct pv_json_value *value)
{
    while (at < json->end && *at != '"') {
        const char *special = at;
        if (*at == '\\') {
            value->escaped = true;
            at = pass_escape(json, at, value);
        } else {
            at = (unsigned char)*at < 0x80 ? NULL : pass_utf8(json, at, value);
        }
        if (at == NULL)
            return broken(json, special, PV_JSON_GRAMMAR, value);
        at = pv_scan_plain(at, json->end);
    }
    if (at == json->end)
        return broken(json, at, PV_JSON_GRAMMAR, value);
    return end_value(json, at + 1, value);
}

static inline bool string(struct pv_json *json, struct pv_json_value *value)
{
    begin_value(value, PV_JSON_STRING);
    const char *at = pv_scan_plain(json->at + 1, json->end);
    if (at == json->end || *at != '"')
        return special_string(json, at, value);
    return end_value(json, at + 1, value);
}

bool pv_json_string(struct pv_json *json, struct pv_json_value *value)
{
    return string(json, value);
}

/* Numbers and words */

static bool is_digit(const char *at, const char *end)
{
    return at < end && *at >= '0' && *at <= '9';
}

static const char *pass_digits(const char *at, const char *end)
{
    while (is_digit(at, end))
        at++;
    return at;
}

/* Behind the digits that must stand at `at`, or NULL. */
static const char *pass_some_digits(const char *at, const char *end)
{
    return is_digit(at, end) ? pass_digits(at, end) : NULL;
}

static const char *pass_exponent(const char *at, const char *end)
{
    if (at < end && (*at == '+' || *at == '-'))
        at++;
    return pass_some_digits(at, end);
}

static bool number(struct pv_json *json, struct pv_json_value *value)
{
    const char *end = json->end;
    const char *at = json->at + (*json->at == '-');
    begin_value(value, PV_JSON_NUMBER);
    at = is_digit(at, end) && *at == '0' ? at + 1 : pass_some_digits(at, end);
    value->is_integer = true;
    if (at != NULL && at < end && *at == '.') {
        value->is_integer = false;
        at = pass_some_digits(at + 1, end);
    }
    if (at != NULL && at < end && (*at == 'e' || *at == 'E')) {
        value->is_integer = false;
        at = pass_exponent(at + 1, end);
    }
    if (at == NULL)
        return broken(json, json->at, PV_JSON_GRAMMAR, value);
    return end_value(json, at, value);
}

static bool word(struct pv_json *json, struct pv_str text, enum pv_json_kind kind,
                 struct pv_json_value *value)
{
    begin_value(value, kind);
    if ((size_t)(json->end - json->at) < text.len || memcmp(json->at, text.ptr, text.len) != 0)
        return broken(json, json->at, PV_JSON_GRAMMAR, value);
    return end_value(json, json->at + text.len, value);
}

static bool scalar(struct pv_json *json, struct pv_json_value *value)
{
    if (json->at < json->end) {
        char c = *json->at;
        if (c == '"')
            return string(json, value);
        if (c == '-' || (c >= '0' && c <= '9'))
            return number(json, value);
        if (c == 't')
            return word(json, PV_STR("true"), PV_JSON_TRUE, value);
        if (c == 'f')
            return word(json, PV_STR("false"), PV_JSON_FALSE, value);
        if (c == 'n')
            return word(json, PV_STR("null"), PV_JSON_NULL, value);
    }
    begin_value(value, PV_JSON_NULL);
    return broken(json, json->at, PV_JSON_GRAMMAR, value);
}

/* Objects and arrays */

/* The containers that are open, one bit each: 1 is an object. The last up to 64 are in `word`, those outside
   them in the scanner's stack. */
struct nest {
    uint64_t word;
    size_t open;
};

/* Opens the container at json->at. False: too deep, and no stack to go on with. */
static bool open_container(struct pv_json *json, struct nest *nest, unsigned depth,
                           struct pv_json_value *value)
{
    if (depth + nest->open > PV_JSON_DEPTH_MAX) {
        if (json->stack == NULL)
            return broken(json, json->at, PV_JSON_TOO_DEEP, value);
        note(json, json->at, PV_JSON_TOO_DEEP, value);
    }
    if (nest->open > 0 && nest->open % 64 == 0) {
        if (PV_NEVER(nest->open > json->stack->levels))
            return broken(json, json->at, PV_JSON_TOO_DEEP, value);
        json->stack->bits[nest->open / 64 - 1] = nest->word;
    }
    nest->word = nest->word << 1 | (*json->at == '{');
    nest->open++;
    json->at++;
    return true;
}

static void close_container(struct pv_json *json, struct nest *nest)
{
    json->at++;
    nest->open--;
    nest->word >>= 1;
    if (nest->open > 0 && nest->open % 64 == 0)
        nest->word = json->stack->bits[nest->open / 64 - 1];
}

/* What a value inside a container brought to light counts for the whole. */
static void take_fault(struct pv_json_value *whole, const struct pv_json_value *part)
{
    if (whole->fault == PV_JSON_SOUND && part->fault != PV_JSON_SOUND) {
        whole->fault = part->fault;
        whole->fault_at = part->fault_at;
    }
}

static bool break_off(struct pv_json *json, struct pv_json_value *whole, const struct pv_json_value *part)
{
    return broken(json, json->start + part->fault_at, part->fault, whole);
}

static bool key_and_colon(struct pv_json *json, struct pv_json_value *key)
{
    if (!stands(json, '"')) {
        begin_value(key, PV_JSON_STRING);
        return broken(json, json->at, PV_JSON_GRAMMAR, key);
    }
    if (!string(json, key))
        return false;
    pv_json_skip_space(json);
    if (!stands(json, ':'))
        return broken(json, json->at, PV_JSON_GRAMMAR, key);
    json->at++;
    pv_json_skip_space(json);
    return true;
}

/* Before anything but the first item a comma must stand. */
static bool comma(struct pv_json *json, bool first, struct pv_json_value *value)
{
    if (first)
        return true;
    if (!stands(json, ','))
        return broken(json, json->at, PV_JSON_GRAMMAR, value);
    json->at++;
    pv_json_skip_space(json);
    return true;
}

/* Goes from one item of the innermost container to the value of the next. */
static bool next_item(struct pv_json *json, const struct nest *nest, bool first, struct pv_json_value *whole)
{
    if (!comma(json, first, whole))
        return false;
    if ((nest->word & 1) == 0)
        return true;
    struct pv_json_value key;
    if (!key_and_colon(json, &key))
        return break_off(json, whole, &key);
    take_fault(whole, &key);
    return true;
}

static bool item_scalar(struct pv_json *json, struct pv_json_value *whole)
{
    struct pv_json_value item;
    if (!scalar(json, &item))
        return break_off(json, whole, &item);
    take_fault(whole, &item);
    return true;
}

static bool container(struct pv_json *json, unsigned depth, struct pv_json_value *value)
{
    const char *start = json->at;
    struct nest nest = {0, 0};
    begin_value(value, *start == '{' ? PV_JSON_OBJECT : PV_JSON_ARRAY);
    bool first = true;
    if (!open_container(json, &nest, depth, value))
        return false;
    while (nest.open > 0) {
        pv_json_skip_space(json);
        if (stands(json, (nest.word & 1) != 0 ? '}' : ']')) {
            close_container(json, &nest);
            first = false;
            continue;
        }
        if (!next_item(json, &nest, first, value))
            return false;
        first = stands(json, '{') || stands(json, '[');
        if (!(first ? open_container(json, &nest, depth, value) : item_scalar(json, value)))
            return false;
    }
    value->raw = (struct pv_str){start, (size_t)(json->at - start)};
    return true;
}

bool pv_json_value(struct pv_json *json, unsigned depth, struct pv_json_value *value)
{
    if (stands(json, '{') || stands(json, '['))
        return container(json, depth, value);
    return scalar(json, value);
}

enum pv_json_step pv_json_next_member(struct pv_json *json, bool first, struct pv_json_value *key)
{
    pv_json_skip_space(json);
    if (stands(json, '}')) {
        json->at++;
        return PV_JSON_END;
    }
    return comma(json, first, key) && key_and_colon(json, key) ? PV_JSON_MEMBER : PV_JSON_BROKEN;
}
