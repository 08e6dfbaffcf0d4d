#include "http_fetch.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void pv_fetched_deinit(struct pv_fetched *fetched)
{
    free(fetched->body.ptr);
    free(fetched->cache_control.ptr);
    *fetched = (struct pv_fetched){{NULL, 0}, {NULL, 0}};
}

struct receiver {
    struct pv_fetched got;
    bool too_large, no_memory;
};

/* Anything else than `len` ends the transfer. */
static size_t take_body(char *bytes, size_t one, size_t len, void *context)
{
    struct receiver *receiver = context;
    struct pv_text *body = &receiver->got.body;
    (void)one;
    if (len > PV_FETCH_LEN_MAX - body->len) {
        receiver->too_large = true;
        return 0;
    }
    if (body->ptr == NULL)
        body->ptr = malloc(PV_FETCH_LEN_MAX);
    if (body->ptr == NULL) {
        receiver->no_memory = true;
        return 0;
    }
    memcpy(body->ptr + body->len, bytes, len);
    body->len += len;
    return len;
}

/* The first Cache-Control; a line is not terminated and ends in CRLF. */
static size_t take_header(char *line, size_t one, size_t len, void *context)
{
    static const char name[] = "cache-control:";
    struct receiver *receiver = context;
    struct pv_text *value = &receiver->got.cache_control;
    size_t begin = sizeof name - 1, end = len;
    (void)one;
    if (value->ptr != NULL || len < begin || strncasecmp(line, name, begin) != 0)
        return len;
    while (end > begin && (line[end - 1] == '\r' || line[end - 1] == '\n'))
        end--;
    value->ptr = malloc(end - begin + 1);
    if (value->ptr == NULL) {
        receiver->no_memory = true;
        return 0;
    }
    value->len = end - begin;
    memcpy(value->ptr, line + begin, value->len);
    return len;
}

static enum pv_fault_kind kind_of(CURLcode code)
{
    if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE)
        return PV_FAULT_KIND_DENIED;
    if (code == CURLE_ABORTED_BY_CALLBACK)
        return PV_FAULT_KIND_INTERRUPTED;
    if (code == CURLE_OUT_OF_MEMORY)
        return PV_FAULT_KIND_NO_MEMORY;
    return code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL ? PV_FAULT_KIND_DAMAGED
                                                                             : PV_FAULT_KIND_BUSY;
}

/* Called at least once a second; what it looks at may become true at any time. */
static int look_whether_to_stop(void *stop, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const atomic_bool *flag = stop;
    (void)a, (void)b, (void)c, (void)d;
    return atomic_load(flag) ? 1 : 0;
}

/* An option fails for want of memory only, or if libcurl does not have it; none is used without all. */
static bool set_up(CURL *curl, const char *url, const struct pv_http_fetching *how, struct receiver *receiver)
{
    unsigned failed = 0;
    failed |= curl_easy_setopt(curl, CURLOPT_URL, url);
    failed |= curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    failed |= curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, how->ms == 0 ? (long)PV_FETCH_MS : how->ms);
    failed |= curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L); /* threads */
    failed |= curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    /* A proxy would be somebody else. */
    failed |= curl_easy_setopt(curl, CURLOPT_NOPROXY, "localhost,127.0.0.1,::1");
    failed |= curl_easy_setopt(curl, CURLOPT_USERAGENT, "photovote");
    failed |= curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    failed |= curl_easy_setopt(curl, CURLOPT_WRITEDATA, receiver);
    failed |= curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    failed |= curl_easy_setopt(curl, CURLOPT_HEADERDATA, receiver);
    if (how->ca_file != NULL)
        failed |= curl_easy_setopt(curl, CURLOPT_CAINFO, how->ca_file);
    if (how->stop != NULL) {
        failed |= curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
        failed |= curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, look_whether_to_stop);
        failed |= curl_easy_setopt(curl, CURLOPT_XFERINFODATA, how->stop);
    }
    return failed == 0;
}

static bool no_memory(const char *url, struct pv_fault *fault)
{
    pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "cannot fetch %s: out of memory", url);
    return false;
}

static bool fetch(CURL *curl, const char *url, const struct pv_http_fetching *how, struct receiver *receiver,
                  struct pv_fault *fault)
{
    long status = 0;
    if (!set_up(curl, url, how, receiver))
        return no_memory(url, fault);
    CURLcode code = curl_easy_perform(curl);
    if (receiver->no_memory)
        return no_memory(url, fault);
    if (receiver->too_large) {
        pv_fault_set(fault, PV_FAULT_KIND_TOO_LARGE, "cannot fetch %s: it is larger than %d bytes", url,
                     PV_FETCH_LEN_MAX);
        return false;
    }
    if (code != CURLE_OK) {
        pv_fault_set(fault, kind_of(code), "cannot fetch %s: %s", url, curl_easy_strerror(code));
        return false;
    }
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (status == 200)
        return true;
    pv_fault_set(fault, status >= 500 || status == 429 ? PV_FAULT_KIND_BUSY : PV_FAULT_KIND_DAMAGED,
                 "cannot fetch %s: the answer was %ld", url, status);
    return false;
}

bool pv_http_fetch(void *how, const char *url, struct pv_fetched *fetched, struct pv_fault *fault)
{
    static const struct pv_http_fetching plain = {.ms = 0};
    struct receiver receiver = {.too_large = false};
    CURL *curl = curl_easy_init();
    if (curl == NULL)
        return no_memory(url, fault);
    bool ok = fetch(curl, url, how == NULL ? &plain : how, &receiver, fault);
    curl_easy_cleanup(curl);
    if (ok)
        *fetched = receiver.got;
    else
        pv_fetched_deinit(&receiver.got);
    return ok;
}
