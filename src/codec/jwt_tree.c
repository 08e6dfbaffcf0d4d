#include "jwt_parts.h"

#include <stdio.h>

/* The guard holds the depth, so that the open containers have their places. */
static bool is_narrow(const cJSON *root, int members)
{
    const cJSON *above[PV_JWT_DEPTH_MAX], *node = root;
    unsigned depth = 0;
    for (;;) {
        if (node->child != NULL) {
            if (cJSON_IsObject(node) && cJSON_GetArraySize(node) > members)
                return false;
            above[depth++] = node;
            node = node->child;
            continue;
        }
        while (node->next == NULL) {
            if (depth == 0)
                return true;
            node = above[--depth];
        }
        node = node->next;
    }
}

static enum pv_result parse(struct pv_str text, cJSON **tree)
{
    struct pv_buffer copy = {NULL, 0, 0};
    enum pv_result result = pv_tree_copy(&copy, text);
    if (result == PV_OK)
        result = pv_tree_parse(&copy, tree);
    pv_buffer_deinit(&copy);
    return result;
}

enum pv_result pv_jwt_tree(struct pv_str text, int members, cJSON **tree, struct pv_document_error *error)
{
    cJSON *made;
    enum pv_result result = pv_json_guard(text, PV_JWT_DEPTH_MAX, error);
    if (result == PV_OK)
        result = parse(text, &made);
    if (result != PV_OK)
        return result;
    const char *wrong = NULL;
    if (!cJSON_IsObject(made))
        wrong = "it is not a JSON object";
    else if (!is_narrow(made, members))
        wrong = "an object in it has too many members";
    if (wrong != NULL) {
        cJSON_Delete(made);
        (void)snprintf(error->reason, sizeof error->reason, "%s", wrong);
        return PV_REFUSED;
    }
    *tree = made;
    return PV_OK;
}

bool pv_jwt_tree_text(const cJSON *object, const char *name, struct pv_str *text)
{
    const cJSON *node = cJSON_GetObjectItemCaseSensitive(object, name);
    *text = (struct pv_str){NULL, 0};
    if (node == NULL)
        return true;
    if (!pv_tree_is_text(node))
        return false;
    *text = pv_tree_str(node->valuestring);
    return true;
}

bool pv_jwt_tree_is_texts(const cJSON *node)
{
    if (!cJSON_IsArray(node))
        return false;
    for (const cJSON *item = node->child; item != NULL; item = item->next) {
        if (!pv_tree_is_text(item))
            return false;
    }
    return true;
}

bool pv_jwt_tree_has(const cJSON *node, struct pv_str text)
{
    if (cJSON_IsString(node))
        return pv_str_equal(pv_tree_str(node->valuestring), text);
    for (const cJSON *item = node == NULL ? NULL : node->child; item != NULL; item = item->next) {
        if (pv_str_equal(pv_tree_str(item->valuestring), text))
            return true;
    }
    return false;
}

bool pv_jwt_alg_parse(struct pv_str name, enum pv_jwt_alg *alg)
{
    static const char *const names[] = {"RS256", "ES256", "EdDSA"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (pv_str_equal(name, pv_tree_str(names[i]))) {
            *alg = (enum pv_jwt_alg)i;
            return true;
        }
    }
    return false;
}
