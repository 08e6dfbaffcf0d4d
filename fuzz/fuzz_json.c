/* A JSON text: the strict scanner, the guard and the writer against a naive parser, and against cJSON as the
   documents use it. What the guard lets through cJSON must read as we do; what cJSON reads beyond that must
   be one of the traps for which there is a guard. */
#include "document_tree.h"
#include "naive_json.h"
#include "scan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- the scanner against the naive parser ---- */

static bool scan(struct pv_str text, struct pv_json_stack *stack, struct pv_json_value *value)
{
    struct pv_json json = pv_json_begin(text, stack);
    pv_json_skip_space(&json);
    if (!pv_json_value(&json, 1, value))
        return false;
    pv_json_skip_space(&json);
    return json.at == json.end;
}

static void check_fault(const struct naive *naive, const struct pv_json_value *value)
{
    switch (value->fault) {
    case PV_JSON_SOUND:
        CHECK(!naive->bad_text && naive->levels <= PV_JSON_DEPTH_MAX);
        break;
    case PV_JSON_TOO_DEEP:
        CHECK(naive->levels > PV_JSON_DEPTH_MAX);
        break;
    case PV_JSON_UTF8:
    case PV_JSON_SURROGATE:
        CHECK(naive->bad_text);
        break;
    case PV_JSON_GRAMMAR:
        FAIL("a fault of grammar in what was passed over");
    }
}

static void check_scanner(struct pv_str text, const struct naive *naive)
{
    struct pv_json_stack stack = {kit_room((text.len / 64 + 1) * sizeof(uint64_t)), text.len};
    struct pv_json_value value;
    bool sound = scan(text, &stack, &value);
    CHECK(sound == (naive != NULL));
    if (sound) {
        CHECK_SAME("the value's bytes", value.raw, naive->raw);
        check_fault(naive, &value);
    }
    /* Without a stack the scan ends where it is too deep. */
    CHECK(scan(text, NULL, &value) == (sound && naive->levels <= PV_JSON_DEPTH_MAX));
    free(stack.bits);
}

static void check_string(const struct naive *node)
{
    struct pv_json json = pv_json_begin(node->raw, NULL);
    struct pv_json_value value;
    CHECK(pv_json_string(&json, &value) && json.at == json.end);
    char *scratch = kit_room(node->raw.len);
    size_t used = 0;
    CHECK_SAME("a string's content", pv_json_unescape(&value, scratch, &used), node->text);
    CHECK(used <= node->raw.len && (value.escaped || used == 0));
    free(scratch);
}

static void check_number(const struct naive *node)
{
    struct pv_json json = pv_json_begin(node->raw, NULL);
    struct pv_json_value value;
    CHECK(pv_json_value(&json, 1, &value) && json.at == json.end && value.kind == PV_JSON_NUMBER);
    CHECK(value.is_integer == node->is_integer);
    if (!node->is_integer)
        return;
    char *digits = kit_room(node->raw.len + 1);
    memcpy(digits, node->raw.ptr, node->raw.len);
    digits[node->raw.len] = '\0';
    errno = 0;
    long long expected = strtoll(digits, NULL, 10); /* clamps as pv_json_integer does */
    bool fits = errno == 0;
    free(digits);
    int64_t natural;
    CHECK(pv_json_integer(&value) == expected);
    CHECK(pv_json_natural(&value, &natural) == (fits && expected >= 0));
    CHECK(!(fits && expected >= 0) || natural == expected);
}

/* ---- the writers: what is written is read back, and nothing dangerous is written ---- */

static int take_on(void *context, const char *bytes, size_t len)
{
    buf_add(context, bytes, len);
    return 0;
}

static void check_written(struct pv_str content)
{
    static struct pv_out out;
    struct buf written[3] = {{0}};
    struct bag bag = {0};
    void (*const writers[])(struct pv_out *, struct pv_str) = {pv_out_json, pv_out_json_message,
                                                               pv_out_terminal};
    for (size_t i = 0; i < 3; i++) {
        pv_out_init(&out, take_on, &written[i]);
        writers[i](&out, content);
        CHECK(pv_out_flush(&out));
        CHECK(i == 0 || kit_is_clean(kit_str(&written[i]), ""));
    }
    for (size_t i = 0; i < 2; i++) {
        const struct naive *again = naive_parse(kit_str(&written[i]), &bag);
        CHECK(again != NULL && again->kind == NAIVE_STRING);
        CHECK_SAME("a string written and read", again->text, content);
    }
    for (size_t i = 0; i < 3; i++)
        buf_free(&written[i]);
    bag_free(&bag);
}

/* The fast loops stop where a look at each byte does. */
static void check_plain_scan(struct pv_str text)
{
    const char *at = text.ptr, *end = text.ptr + text.len;
    while (at < end && (unsigned char)*at >= 0x20 && (unsigned char)*at < 0x80 && *at != '"' && *at != '\\')
        at++;
    CHECK(pv_scan_plain(text.ptr, end) == at);
    CHECK(pv_scan_plain_words(text.ptr, end) == at);
}

static void check_values(const struct naive *root)
{
    for (const struct naive *node = root; node != NULL; node = naive_next(node, root)) {
        if (node->kind == NAIVE_NUMBER)
            check_number(node);
        if (node->kind != NAIVE_STRING || node->bad_text)
            continue;
        check_string(node);
        check_written(node->text);
        check_plain_scan((struct pv_str){node->raw.ptr + 1, node->raw.len - 1});
    }
}

/* ---- the guard against the naive parser ---- */

/* The byte that the guard's sentence ends with, from 0. */
static size_t guard_offset(struct pv_str text, const struct pv_document_error *error)
{
    const char *found = strstr(error->reason, "(byte ");
    for (const char *next = found; next != NULL; next = strstr(found + 1, "(byte "))
        found = next; /* a key may say it too */
    CHECK(found != NULL);
    size_t at = strtoul(found + 6, NULL, 10);
    CHECK(at >= 1 && at <= text.len + 1);
    return at - 1;
}

static bool check_guard(struct pv_str text, const struct naive *naive, struct pv_document_error *error)
{
    static const unsigned depths[] = {1, 2, 16, PV_JSON_DEPTH_MAX};
    bool passed = false;
    for (size_t i = 0; i < sizeof depths / sizeof depths[0]; i++) {
        memset(error, '#', sizeof *error);
        enum pv_result result = pv_json_guard(text, depths[i], error);
        CHECK(result == PV_OK || result == PV_REFUSED);
        passed = result == PV_OK;
        CHECK(passed == naive_is_guarded(naive, depths[i]));
        CHECK(error->path[0] == '\0');
        if (passed)
            continue;
        CHECK(kit_is_clean((struct pv_str){error->reason, strlen(error->reason)}, ""));
        (void)guard_offset(text, error);
    }
    return passed;
}

/* ---- cJSON on what the guard let through, with numbers kept as text (document_tree.h) ---- */

static enum naive_kind kind_of(const cJSON *node)
{
    switch (node->type & 0xFF) {
    case cJSON_True:
        return NAIVE_TRUE;
    case cJSON_False:
        return NAIVE_FALSE;
    case cJSON_String:
        return node->valuestring[0] == '\xff' ? NAIVE_NUMBER : NAIVE_STRING;
    case cJSON_Array:
        return NAIVE_ARRAY;
    case cJSON_Object:
        return NAIVE_OBJECT;
    default:
        return NAIVE_NULL;
    }
}

static void check_node(const struct naive *naive, const cJSON *node)
{
    CHECK(node != NULL && kind_of(node) == naive->kind);
    if (naive->parent != NULL && naive->parent->kind == NAIVE_OBJECT)
        CHECK_SAME("a key and cJSON's", pv_tree_str(node->string), naive->key);
    if (naive->kind == NAIVE_STRING)
        CHECK_SAME("a string and cJSON's", pv_tree_str(node->valuestring), naive->text);
    if (naive->kind == NAIVE_NUMBER)
        CHECK_SAME("a number and cJSON's", pv_tree_str(node->valuestring + 1), naive->raw);
}

/* Both trees in step. */
static void check_tree(const struct naive *naive, const cJSON *node)
{
    enum { DEPTH = PV_JSON_DEPTH_MAX + 1 };
    const cJSON *path[DEPTH];
    unsigned depth = 0;
    const struct naive *root = naive;
    for (path[0] = node;;) {
        check_node(naive, path[depth]);
        CHECK((naive->first == NULL) == (path[depth]->child == NULL));
        if (naive->first != NULL) {
            naive = naive->first;
            CHECK(depth + 1 < DEPTH);
            path[depth + 1] = path[depth]->child;
            depth++;
            continue;
        }
        while (naive != root && naive->next == NULL) {
            CHECK(path[depth]->next == NULL);
            naive = naive->parent;
            depth--;
        }
        if (naive == root)
            return;
        naive = naive->next;
        path[depth] = path[depth]->next;
    }
}

static void check_cjson_reads_it(struct pv_str text, const struct naive *naive)
{
    struct pv_buffer copy = {NULL, 0, 0};
    cJSON *tree;
    CHECK(pv_tree_copy(&copy, text) == PV_OK);
    CHECK(pv_tree_parse(&copy, &tree) == PV_OK);
    check_tree(naive, tree);
    cJSON_Delete(tree);
    pv_buffer_deinit(&copy);
}

/* ---- cJSON on what the guard stops ---- */

static bool is_digit(struct pv_str text, size_t at)
{
    return at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9';
}

/* A control character that is no white space: cJSON takes it for white space, and in strings. */
static bool is_raw_control(struct pv_str text, size_t at)
{
    return at < text.len && (unsigned char)text.ptr[at] < 0x20;
}

static bool is_bom(struct pv_str text, size_t at)
{
    return at == 0 && text.len >= 3 && memcmp(text.ptr, "\xef\xbb\xbf", 3) == 0;
}

/* cJSON asks strtod, for which `01`, `1.`, `-.5` and `1.e5` are numbers. */
static bool is_lenient_number(struct pv_str text, size_t at)
{
    bool after_zero = at > 0 && text.ptr[at - 1] == '0' && is_digit(text, at);
    return after_zero || is_digit(text, at) || (at < text.len && text.ptr[at] == '-');
}

/* A backslash whose hex digits are none: cJSON takes them for 0. */
static bool is_bad_hex(struct pv_str text, size_t at)
{
    return at + 1 < text.len && text.ptr[at] == '\\' && text.ptr[at + 1] == 'u';
}

static bool is_bad_utf8(struct pv_str text, size_t at)
{
    return at < text.len && kit_utf8(text.ptr + at, text.len - at) == 0;
}

static bool is_surrogate(struct pv_str text, size_t at)
{
    return is_bad_hex(text, at) && at + 2 < text.len && (text.ptr[at + 2] | 0x20) == 'd';
}

static bool says(const struct pv_document_error *error, const char *words)
{
    return strstr(error->reason, words) != NULL;
}

/* Whether the guard names, with the place, something that cJSON is known to let through. */
static bool is_listed_trap(struct pv_str text, const struct naive *naive,
                           const struct pv_document_error *error)
{
    size_t at = guard_offset(text, error);
    if (says(error, "stands twice") || says(error, "U+0000"))
        return naive != NULL;
    if (says(error, "nested too deep"))
        return at < text.len && (text.ptr[at] == '{' || text.ptr[at] == '[');
    if (says(error, "not UTF-8"))
        return is_bad_utf8(text, at);
    if (says(error, "surrogate"))
        return is_surrogate(text, at);
    return naive == NULL && (is_raw_control(text, at) || is_bom(text, at) || is_lenient_number(text, at) ||
                             is_bad_hex(text, at));
}

static bool cjson_accepts(struct pv_str text)
{
    const char *end = NULL;
    cJSON *tree = cJSON_ParseWithLengthOpts(text.ptr, text.len, &end, false);
    bool accepted = tree != NULL;
    cJSON_Delete(tree);
    while (accepted && end < text.ptr + text.len && (unsigned char)*end <= ' ')
        end++;
    return accepted && end == text.ptr + text.len;
}

static void check_traps(struct pv_str text, const struct naive *naive, const struct pv_document_error *error)
{
    if (text.len > 0 && cjson_accepts(text) && !is_listed_trap(text, naive, error))
        FAIL("cJSON reads it, and the guard's reason is no listed trap: %s", error->reason);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bag bag = {0};
    char *bytes = kit_copy((struct pv_str){(const char *)data, size});
    struct pv_str text = {bytes, size};
    struct pv_document_error error;
    const struct naive *naive = naive_parse(text, &bag);
    check_scanner(text, naive);
    if (naive != NULL)
        check_values(naive);
    if (check_guard(text, naive, &error))
        check_cjson_reads_it(text, naive);
    else
        check_traps(text, naive, &error);
    bag_free(&bag);
    free(bytes);
    return 0;
}
