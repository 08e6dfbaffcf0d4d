#include "document_tree.h"

#include <stdio.h>
#include <string.h>

#include "never.h"

void pv_trail_key(struct pv_trail *trail, const char *key)
{
    trail->steps[trail->depth].key = key;
    trail->depth++;
}

void pv_trail_index(struct pv_trail *trail, size_t index)
{
    trail->steps[trail->depth].key = NULL;
    trail->steps[trail->depth].index = index;
    trail->depth++;
}

void pv_trail_item(struct pv_trail *trail, const char *key, size_t index)
{
    pv_trail_key(trail, key);
    pv_trail_index(trail, index);
}

void pv_trail_up(struct pv_trail *trail)
{
    trail->depth--;
}

/* Appends a key as JSON Pointer writes it, as far as there is room. */
static size_t put_key(char *path, size_t len, size_t size, const char *key)
{
    for (; *key != '\0' && len + 2 <= size; key++) {
        if (*key == '~' || *key == '/') {
            path[len++] = '~';
            path[len++] = *key == '~' ? '0' : '1';
        } else {
            path[len++] = *key;
        }
    }
    return len;
}

void pv_trail_set_path(struct pv_trail *trail)
{
    /* Keys come from outside and end with KEYS; what is the reader's own has room behind them. */
    enum { KEYS = 256, OWN = 64 + PV_TRAIL_MAX * 24 };
    char path[KEYS + OWN];
    size_t len = 0;
    if (trail->page != NULL)
        len = (size_t)snprintf(path, OWN, "%s %zu%s", trail->page, trail->page_number,
                               trail->depth > 0 ? ": " : "");
    for (unsigned i = 0; i < trail->depth; i++) {
        const char *key = trail->steps[i].key;
        path[len++] = '/';
        if (key != NULL)
            len = put_key(path, len, KEYS, key);
        else
            len += (size_t)snprintf(path + len, 24, "%zu", trail->steps[i].index);
    }
    struct pv_document_error *error = trail->error;
    error->path[pv_terminal_escape((struct pv_str){path, len}, error->path, sizeof(error->path) - 1)] = '\0';
}

static enum pv_result refuse_with(struct pv_trail *trail, struct pv_str reason)
{
    struct pv_document_error *error = trail->error;
    pv_trail_set_path(trail);
    error->reason[pv_terminal_escape(reason, error->reason, sizeof(error->reason) - 1)] = '\0';
    return PV_REFUSED;
}

enum pv_result pv_trail_refuse_code(struct pv_trail *trail, enum pv_code code, struct pv_str value)
{
    struct pv_refusal why;
    char message[PV_MESSAGE_MAX];
    pv_refusal_set(&why, code, PV_KEY_NONE, value);
    size_t len = pv_refusal_message(&why, message);
    return refuse_with(trail, (struct pv_str){message, len});
}

enum pv_result pv_trail_refuse(struct pv_trail *trail, struct pv_str sentence)
{
    return refuse_with(trail, sentence);
}

enum pv_result pv_trail_refuse_rule(struct pv_trail *trail, enum pv_rule rule, struct pv_str value)
{
    char reason[PV_EMAIL_MAX + 160]; /* an email is the longest value that a rule can be about */
    int len = snprintf(reason, sizeof(reason), "%s (D6.%d): %.*s", pv_rule_sentence(rule),
                       pv_rule_number(rule), (int)value.len, value.ptr);
    return refuse_with(trail, (struct pv_str){reason, (size_t)len});
}

/* How a value is shown in a sentence. */
static struct pv_str shown(const cJSON *node)
{
    if (cJSON_IsString(node))
        return pv_tree_str(node->valuestring + pv_tree_is_number(node));
    if (cJSON_IsBool(node))
        return cJSON_IsTrue(node) ? PV_STR("true") : PV_STR("false");
    if (cJSON_IsNull(node))
        return PV_STR("null");
    return cJSON_IsArray(node) ? PV_STR("an array") : PV_STR("an object");
}

enum pv_result pv_trail_refuse_node(struct pv_trail *trail, const char *sentence, const cJSON *node)
{
    char reason[2 * PV_REFUSAL_VALUE_MAX + 80];
    struct pv_str value = shown(node);
    const char *quote = pv_tree_is_text(node) ? "\"" : "";
    int room = value.len <= PV_REFUSAL_VALUE_MAX ? (int)value.len : PV_REFUSAL_VALUE_MAX;
    int len = snprintf(reason, sizeof(reason), "%s: %s%.*s%s%s", sentence, quote, room, value.ptr, quote,
                       value.len > PV_REFUSAL_VALUE_MAX ? "..." : "");
    return refuse_with(trail, (struct pv_str){reason, (size_t)len});
}

enum pv_result pv_tree_copy(struct pv_buffer *copy, struct pv_str text)
{
    static const char open[] = {'"', PV_TREE_NUMBER_MARK};
    struct pv_json json = pv_json_begin(text, NULL);
    struct pv_json_value value;
    const char *run = json.at; /* start of what is copied as it is */
    int failed = 0;
    while (json.at < json.end) {
        bool is_digit = *json.at == '-' || (*json.at >= '0' && *json.at <= '9');
        if (*json.at != '"' && !is_digit) {
            json.at++;
            continue;
        }
        size_t before = (size_t)(json.at - run);
        bool sound = pv_json_value(&json, 1, &value);
        if (PV_NEVER(!sound))
            return PV_FAULT_STATE;
        if (!is_digit)
            continue;
        failed |= pv_buffer_write(copy, run, before);
        failed |= pv_buffer_write(copy, open, sizeof(open));
        failed |= pv_buffer_write(copy, value.raw.ptr, value.raw.len);
        failed |= pv_buffer_write(copy, "\"", 1);
        run = json.at;
    }
    failed |= pv_buffer_write(copy, run, (size_t)(json.end - run));
    return failed == 0 ? PV_OK : PV_FAULT_MEMORY;
}

enum pv_result pv_tree_parse(const struct pv_buffer *copy, cJSON **tree)
{
    /* The guard takes nothing that cJSON would refuse, so this fails for want of memory only. */
    *tree = cJSON_ParseWithLength(copy->bytes, copy->len);
    return *tree != NULL ? PV_OK : PV_FAULT_MEMORY;
}

enum pv_result pv_tree_id(struct pv_trail *trail, const char *text, struct pv_bits128 *id)
{
    char printed[PV_ULID_LEN];
    enum pv_code code = pv_ulid_parse(pv_tree_str(text), id);
    if (code != PV_CODE_NONE)
        return pv_trail_refuse_code(trail, code, pv_tree_str(text));
    pv_ulid_format(*id, printed);
    if (memcmp(printed, text, PV_ULID_LEN) != 0)
        return pv_trail_refuse(trail, PV_STR("an id must be in upper case"));
    return PV_OK;
}

enum pv_result pv_tree_rating(struct pv_trail *trail, const cJSON *node, struct pv_rating *rating)
{
    if (!pv_tree_is_number(node))
        return pv_trail_refuse_node(trail, "not a number", node);
    const char *digits = node->valuestring + 1;
    if (digits[0] < '0' + PV_RATING_MIN || digits[0] > '0' + PV_RATING_MAX || digits[1] != '\0')
        return pv_trail_refuse_code(trail, PV_RATING_OUT_OF_RANGE, pv_tree_str(digits));
    rating->stars = (uint8_t)(digits[0] - '0');
    return PV_OK;
}

static enum pv_result read_integer(struct pv_trail *trail, const cJSON *node, int64_t *integer)
{
    struct pv_str digits = pv_tree_str(node->valuestring + 1);
    struct pv_json json = pv_json_begin(digits, NULL);
    struct pv_json_value value;
    bool sound = pv_json_value(&json, 1, &value);
    if (PV_NEVER(!sound))
        return PV_FAULT_STATE;
    if (!value.is_integer)
        return pv_trail_refuse_node(trail, "not an integer", node);
    *integer = pv_json_integer(&value);
    /* Integers are printed plain: no -0, and nothing that is not an int64_t. */
    char printed[24];
    int len = snprintf(printed, sizeof(printed), "%lld", (long long)*integer);
    if ((size_t)len != digits.len || memcmp(printed, digits.ptr, digits.len) != 0)
        return pv_trail_refuse_node(trail, "not a version", node);
    return PV_OK;
}

/* What the shapes are made of. */
enum base { BASE_STRING, BASE_NUMBER, BASE_BOOLEAN, BASE_LIST, BASE_OBJECT };
static const char *const expected[] = {"not a string", "not a number", "neither true nor false",
                                       "not an array", "not an object"};
static const struct {
    enum base base;
    bool nullable;
    enum pv_code (*check)(struct pv_str text);
} shapes[] = {
    [PV_SHAPE_ID] = {BASE_STRING, false, NULL},
    [PV_SHAPE_INTEGER] = {BASE_NUMBER, false, NULL},
    [PV_SHAPE_BOOLEAN] = {BASE_BOOLEAN, false, NULL},
    [PV_SHAPE_NAME] = {BASE_STRING, false, pv_name_check},
    [PV_SHAPE_DESCRIPTION] = {BASE_STRING, true, pv_description_check},
    [PV_SHAPE_DATE] = {BASE_STRING, true, NULL},
    [PV_SHAPE_URL] = {BASE_STRING, false, pv_url_check},
    [PV_SHAPE_CAPTION] = {BASE_STRING, true, pv_caption_check},
    [PV_SHAPE_EMAIL] = {BASE_STRING, false, pv_email_check},
    [PV_SHAPE_LIST] = {BASE_LIST, false, NULL},
    [PV_SHAPE_OBJECT] = {BASE_OBJECT, false, NULL},
    [PV_SHAPE_IMAGE] = {BASE_OBJECT, true, NULL},
};

static bool has_base(const cJSON *node, enum base base)
{
    switch (base) {
    case BASE_STRING:
        return pv_tree_is_text(node);
    case BASE_NUMBER:
        return pv_tree_is_number(node);
    case BASE_BOOLEAN:
        return cJSON_IsBool(node);
    case BASE_LIST:
        return cJSON_IsArray(node);
    case BASE_OBJECT:
        break;
    }
    return cJSON_IsObject(node);
}

/* A string that has a rule beside being one. */
static enum pv_result read_text(struct pv_trail *trail, enum pv_shape shape, struct pv_member *member)
{
    enum pv_code code = PV_CODE_NONE;
    member->text = pv_tree_str(member->node->valuestring);
    if (shape == PV_SHAPE_ID)
        return pv_tree_id(trail, member->node->valuestring, &member->id);
    if (shape == PV_SHAPE_DATE)
        code = pv_time_parse(member->text, &member->time);
    else
        code = shapes[shape].check(member->text);
    return code == PV_CODE_NONE ? PV_OK : pv_trail_refuse_code(trail, code, member->text);
}

static enum pv_result read_member(struct pv_trail *trail, const cJSON *node, enum pv_shape shape,
                                  struct pv_member *member)
{
    enum base base = shapes[shape].base;
    *member = (struct pv_member){.node = node};
    if (node == NULL)
        return pv_trail_refuse(trail, PV_STR("the key is missing"));
    if (shapes[shape].nullable && cJSON_IsNull(node)) {
        member->node = NULL;
        return PV_OK;
    }
    if (!has_base(node, base))
        return pv_trail_refuse_node(trail, expected[base], node);
    if (base == BASE_STRING)
        return read_text(trail, shape, member);
    if (base == BASE_NUMBER)
        return read_integer(trail, node, &member->integer);
    member->flag = cJSON_IsTrue(node);
    return PV_OK;
}

/* The guard has seen to it that no key stands twice. */
static void find_members(const cJSON *object, const struct pv_member_spec *specs, size_t count,
                         const cJSON **nodes)
{
    for (const cJSON *child = object->child; child != NULL; child = child->next) {
        for (size_t i = 0; i < count; i++) {
            if (strcmp(child->string, specs[i].key) == 0)
                nodes[i] = child;
        }
    }
}

enum pv_result pv_tree_members(struct pv_trail *trail, const cJSON *object,
                               const struct pv_member_spec *specs, size_t count, struct pv_member *members)
{
    const cJSON *nodes[PV_MEMBERS_MAX] = {NULL};
    if (!cJSON_IsObject(object))
        return pv_trail_refuse_node(trail, expected[BASE_OBJECT], object);
    find_members(object, specs, count, nodes);
    for (size_t i = 0; i < count; i++) {
        pv_trail_key(trail, specs[i].key);
        enum pv_result result = read_member(trail, nodes[i], specs[i].shape, &members[i]);
        if (result != PV_OK)
            return result;
        pv_trail_up(trail);
    }
    return PV_OK;
}
