#include "oidc.h"

#include "jwt_parts.h"

#include <stdio.h>
#include <string.h>

/* More than any provider tells; a token may have far less. */
enum { MEMBERS_MAX = 512 };

static bool takes(struct pv_str *text, struct pv_str begin)
{
    if (text->len < begin.len || memcmp(text->ptr, begin.ptr, begin.len) != 0)
        return false;
    *text = (struct pv_str){text->ptr + begin.len, text->len - begin.len};
    return true;
}

/* After a host: the end of it. */
static bool ends_host(struct pv_str rest)
{
    return rest.len == 0 || strchr(":/?#", rest.ptr[0]) != NULL;
}

bool pv_oidc_may_fetch(struct pv_str url)
{
    static const struct pv_str here[] = {{"localhost", 9}, {"127.0.0.1", 9}, {"[::1]", 5}};
    struct pv_str rest = url;
    /* What stands before an @ is not the host. */
    if (pv_url_check(url) != PV_CODE_NONE || memchr(url.ptr, '@', url.len) != NULL)
        return false;
    if (takes(&rest, PV_STR("https://")))
        return true;
    if (!takes(&rest, PV_STR("http://")))
        return false;
    for (size_t i = 0; i < sizeof here / sizeof here[0]; i++) {
        struct pv_str behind = rest;
        if (takes(&behind, here[i]) && ends_host(behind))
            return true;
    }
    return false;
}

bool pv_oidc_discovery_url(struct pv_str issuer, char url[PV_OIDC_URL_SIZE])
{
    if (!pv_oidc_may_fetch(issuer) || memchr(issuer.ptr, '?', issuer.len) != NULL ||
        memchr(issuer.ptr, '#', issuer.len) != NULL)
        return false;
    if (issuer.ptr[issuer.len - 1] == '/')
        issuer.len--;
    (void)snprintf(url, PV_OIDC_URL_SIZE, "%.*s/.well-known/openid-configuration", (int)issuer.len,
                   issuer.ptr);
    return true;
}

static const char *read_uri(const cJSON *tree, struct pv_str issuer, char jwks_uri[PV_OIDC_URL_SIZE])
{
    struct pv_str said, uri;
    if (!pv_jwt_tree_text(tree, "issuer", &said) || said.ptr == NULL || !pv_str_equal(said, issuer))
        return "it is about another issuer";
    if (!pv_jwt_tree_text(tree, "jwks_uri", &uri) || uri.ptr == NULL)
        return "it names no jwks_uri";
    if (!pv_oidc_may_fetch(uri))
        return "its jwks_uri is neither https nor on this machine";
    (void)snprintf(jwks_uri, PV_OIDC_URL_SIZE, "%.*s", (int)uri.len, uri.ptr);
    return NULL;
}

enum pv_result pv_oidc_discovery_read(struct pv_str text, struct pv_str issuer,
                                      char jwks_uri[PV_OIDC_URL_SIZE], struct pv_document_error *error)
{
    cJSON *tree;
    enum pv_result result = pv_jwt_tree(text, MEMBERS_MAX, &tree, error);
    if (result != PV_OK)
        return result;
    const char *wrong = read_uri(tree, issuer, jwks_uri);
    cJSON_Delete(tree);
    if (wrong == NULL)
        return PV_OK;
    (void)snprintf(error->reason, sizeof error->reason, "%s", wrong);
    return PV_REFUSED;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

/* The seconds of a directive `max-age=N`; -1 if it is another. */
static int64_t seconds_in(struct pv_str directive)
{
    static const char name[] = "max-age=";
    const size_t begin = sizeof name - 1;
    int64_t seconds = 0;
    size_t at = begin;
    if (directive.len <= begin)
        return -1;
    for (size_t i = 0; i < begin; i++) {
        char c = directive.ptr[i];
        if ((c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c) != name[i])
            return -1;
    }
    for (; at < directive.len && directive.ptr[at] >= '0' && directive.ptr[at] <= '9'; at++)
        seconds = seconds > PV_OIDC_KEEP_MOST ? seconds : seconds * 10 + (directive.ptr[at] - '0');
    return at == directive.len ? seconds : -1;
}

int64_t pv_oidc_keep(struct pv_str cache_control)
{
    int64_t keep = PV_OIDC_KEEP_LEAST;
    size_t at = 0;
    while (at < cache_control.len) {
        size_t end = at;
        while (end < cache_control.len && cache_control.ptr[end] != ',')
            end++;
        size_t begin = at, stop = end;
        while (begin < stop && is_space(cache_control.ptr[begin]))
            begin++;
        while (stop > begin && is_space(cache_control.ptr[stop - 1]))
            stop--;
        int64_t seconds = seconds_in((struct pv_str){cache_control.ptr + begin, stop - begin});
        keep = seconds > keep ? seconds : keep;
        at = end + 1;
    }
    return keep > PV_OIDC_KEEP_MOST ? PV_OIDC_KEEP_MOST : keep;
}
