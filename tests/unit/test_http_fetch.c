/* http_fetch.c: against a server of the test's own, on this machine. */
#include "http_fetch.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "failing.h"

/* ---- the server: one answer for each path ---- */

static int listening;
static unsigned port;
static pthread_t server;

static void send_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);
        if (sent <= 0)
            return; /* the other side has seen enough */
        bytes += sent;
        len -= (size_t)sent;
    }
}

static void send_sized(int fd, size_t len)
{
    char head[128];
    char *body = calloc(1, len);
    (void)snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
    send_all(fd, head, strlen(head));
    if (body != NULL)
        send_all(fd, body, len);
    free(body);
}

static const struct {
    const char *path, *answer;
} answers[] = {
    {"/sound",
     "HTTP/1.1 200 OK\r\ncache-CONTROL: max-age=60\r\nCache-Control: x\r\nContent-Length: 5\r\n\r\nhello"},
    {"/plain", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
    {"/empty", "HTTP/1.1 200 OK\r\nCache-Control:\r\nContent-Length: 0\r\n\r\n"},
    {"/none", "HTTP/1.1 404 Not Found\r\nContent-Length: 1\r\n\r\nx"},
    {"/down", "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"},
    {"/often", "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n"},
    {"/moved", "HTTP/1.1 302 Found\r\nLocation: /sound\r\nContent-Length: 0\r\n\r\n"},
    {"/cut", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello"},
    {"/noise", "noise\r\n\r\n"},
};

/* False at the end. */
static bool answer(int fd)
{
    char request[2048] = "";
    size_t len = 0;
    while (strstr(request, "\r\n\r\n") == NULL) {
        ssize_t got = recv(fd, request + len, sizeof request - 1 - len, 0);
        if (got <= 0)
            return true;
        len += (size_t)got;
        request[len] = '\0';
    }
    char path[64] = "";
    (void)sscanf(request, "GET %63s", path);
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        if (strcmp(path, answers[i].path) == 0)
            send_all(fd, answers[i].answer, strlen(answers[i].answer));
    }
    if (strcmp(path, "/largest") == 0)
        send_sized(fd, PV_FETCH_LEN_MAX);
    if (strcmp(path, "/larger") == 0)
        send_sized(fd, PV_FETCH_LEN_MAX + 1);
    if (strcmp(path, "/endless") == 0)
        send_sized(fd, 64 * PV_FETCH_LEN_MAX);
    if (strcmp(path, "/never") == 0)
        (void)recv(fd, request, 1, 0); /* until the other side goes */
    return strcmp(path, "/end") != 0;
}

static void *serve(void *context)
{
    (void)context;
    bool more = true;
    while (more) {
        int fd = accept(listening, NULL, NULL);
        if (fd < 0)
            break;
        more = answer(fd);
        (void)close(fd);
    }
    return NULL;
}

static int start(void **state)
{
    (void)state;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    failing_at(SIZE_MAX);
    listening = socket(AF_INET, SOCK_STREAM, 0);
    if (listening < 0 || bind(listening, (struct sockaddr *)&address, len) != 0 ||
        listen(listening, 16) != 0 || getsockname(listening, (struct sockaddr *)&address, &len) != 0)
        return 1;
    port = ntohs(address.sin_port);
    return pthread_create(&server, NULL, serve, NULL);
}

/* ---- libcurl's calls, which fail on demand ---- */

static bool init_fails;
CURL *__real_curl_easy_init(void);
CURL *__wrap_curl_easy_init(void);
CURL *__wrap_curl_easy_init(void)
{
    return init_fails ? NULL : __real_curl_easy_init();
}

static CURLcode perform_fails;
CURLcode __real_curl_easy_perform(CURL *curl);
CURLcode __wrap_curl_easy_perform(CURL *curl);
CURLcode __wrap_curl_easy_perform(CURL *curl)
{
    return perform_fails != CURLE_OK ? perform_fails : __real_curl_easy_perform(curl);
}

#undef curl_easy_setopt /* which looks at the types */
static unsigned options, option_fails = UINT_MAX;
CURLcode __real_curl_easy_setopt(CURL *curl, CURLoption option, ...);
CURLcode __wrap_curl_easy_setopt(CURL *curl, CURLoption option, ...);
CURLcode __wrap_curl_easy_setopt(CURL *curl, CURLoption option, ...)
{
    va_list more;
    if (options++ == option_fails)
        return CURLE_OUT_OF_MEMORY;
    va_start(more, option);
    CURLcode code = option < CURLOPTTYPE_OBJECTPOINT
                        ? __real_curl_easy_setopt(curl, option, va_arg(more, long))
                        : __real_curl_easy_setopt(curl, option, va_arg(more, void *));
    va_end(more);
    return code;
}

/* ---- fetching ---- */

static struct pv_fetched fetched;
static struct pv_fault fault;

static bool fetch_how(const char *path, struct pv_http_fetching how)
{
    char url[128];
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u%s", port, path);
    fetched = (struct pv_fetched){{NULL, 0}, {NULL, 0}};
    return pv_http_fetch(&how, url, &fetched, &fault);
}

static bool fetch_within(const char *path, long ms)
{
    return fetch_how(path, (struct pv_http_fetching){.ms = ms});
}

static void check_fetch(const char *path)
{
    if (!fetch_within(path, PV_FETCH_MS))
        fail_msg("%s: %s", path, fault.text);
}

static void check_no_fetch(const char *path, enum pv_fault_kind kind, const char *words)
{
    if (fetch_within(path, PV_FETCH_MS))
        fail_msg("%s was fetched", path);
    check_true(fetched.body.ptr == NULL && fetched.cache_control.ptr == NULL);
    check_int(fault.kind, kind);
    if (strstr(fault.text, words) == NULL || strstr(fault.text, "cannot fetch http://127.0.0.1:") == NULL)
        fail_msg("%s", fault.text);
}

static struct pv_str str_of(const struct pv_text *text)
{
    return (struct pv_str){text->ptr, text->len};
}

static int stop(void **state)
{
    (void)state;
    (void)fetch_within("/end", PV_FETCH_MS);
    pv_fetched_deinit(&fetched);
    int joined = pthread_join(server, NULL);
    (void)close(listening);
    return joined;
}

static void fetch__a_document(void **state)
{
    (void)state;
    char url[64];
    check_fetch("/sound");
    check_str(str_of(&fetched.body), "hello");
    check_str(str_of(&fetched.cache_control), " max-age=60");
    pv_fetched_deinit(&fetched);
    check_fetch("/plain");
    check_int(fetched.body.len, 0);
    check_true(fetched.cache_control.ptr == NULL);
    pv_fetched_deinit(&fetched);
    check_fetch("/empty");
    check_true(fetched.cache_control.ptr != NULL && fetched.cache_control.len == 0);
    pv_fetched_deinit(&fetched);
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/sound", port);
    check_true(pv_http_fetch(NULL, url, &fetched, &fault));
    pv_fetched_deinit(&fetched);
}

static void fetch__another_answer__is_a_fault(void **state)
{
    (void)state;
    check_no_fetch("/none", PV_FAULT_KIND_DAMAGED, "the answer was 404");
    check_no_fetch("/down", PV_FAULT_KIND_BUSY, "the answer was 503");
    check_no_fetch("/often", PV_FAULT_KIND_BUSY, "the answer was 429");
    check_no_fetch("/moved", PV_FAULT_KIND_DAMAGED, "the answer was 302");
    check_no_fetch("/cut", PV_FAULT_KIND_BUSY, "cannot fetch");
    check_no_fetch("/noise", PV_FAULT_KIND_DAMAGED, "cannot fetch");
    check_no_fetch("/silence", PV_FAULT_KIND_BUSY, "cannot fetch"); /* closed without a word */
}

static void fetch__more_than_256_kib__is_a_fault(void **state)
{
    (void)state;
    check_fetch("/largest");
    check_int(fetched.body.len, PV_FETCH_LEN_MAX);
    pv_fetched_deinit(&fetched);
    check_no_fetch("/larger", PV_FAULT_KIND_TOO_LARGE, "larger than 262144 bytes");
    check_no_fetch("/endless", PV_FAULT_KIND_TOO_LARGE, "larger than 262144 bytes");
}

static void fetch__from_one_who_does_not_answer__ends(void **state)
{
    (void)state;
    check_true(!fetch_within("/never", 50));
    check_int(fault.kind, PV_FAULT_KIND_BUSY);
    check_true(fault.retry_helps);
}

/* Asked to stop before it began; meanwhile is the same call a moment later. */
static void fetch__that_is_to_stop__ends(void **state)
{
    (void)state;
    atomic_bool stop = true;
    struct pv_http_fetching how = {.stop = &stop};
    check_true(!fetch_how("/never", how));
    check_int(fault.kind, PV_FAULT_KIND_INTERRUPTED);
    stop = false;
    check_true(fetch_how("/sound", how));
    pv_fetched_deinit(&fetched);
}

static void fetch__with_certificates_that_are_not_there__is_a_fault(void **state)
{
    (void)state;
    char url[64];
    struct pv_http_fetching how = {.ca_file = "/nonexistent/ca.pem"};
    (void)snprintf(url, sizeof url, "https://127.0.0.1:%u/sound", port);
    check_true(!pv_http_fetch(&how, url, &fetched, &fault));
    check_int(fault.kind, PV_FAULT_KIND_DENIED);
    check_true(fetch_how("/sound", how)); /* which needs none */
    pv_fetched_deinit(&fetched);
}

static void fetch__from_elsewhere__is_a_fault(void **state)
{
    (void)state;
    static const char *const urls[] = {"file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/",
                                       "http://", "http://127.0.0.1:99999/"};
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        check_true(!pv_http_fetch(NULL, urls[i], &fetched, &fault));
        check_int(fault.kind, PV_FAULT_KIND_DAMAGED);
    }
    char url[64];
    int fd = socket(AF_INET, SOCK_STREAM, 0); /* a port that nobody listens on */
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    check_true(fd >= 0 && bind(fd, (struct sockaddr *)&address, len) == 0 &&
               getsockname(fd, (struct sockaddr *)&address, &len) == 0);
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/", ntohs(address.sin_port));
    check_true(!pv_http_fetch(NULL, url, &fetched, &fault));
    check_int(fault.kind, PV_FAULT_KIND_BUSY);
    check_int(close(fd), 0);
    /* TLS spoken to somebody who does not */
    (void)snprintf(url, sizeof url, "https://127.0.0.1:%u/sound", port);
    struct pv_http_fetching hurry = {.ms = 50};
    check_true(!pv_http_fetch(&hurry, url, &fetched, &fault));
    check_int(fault.kind, PV_FAULT_KIND_BUSY);
}

static void fetch__that_libcurl_cannot__is_a_fault(void **state)
{
    (void)state;
    static const struct {
        CURLcode code;
        enum pv_fault_kind kind;
    } cases[] = {{CURLE_PEER_FAILED_VERIFICATION, PV_FAULT_KIND_DENIED},
                 {CURLE_SSL_CACERT_BADFILE, PV_FAULT_KIND_DENIED},
                 {CURLE_OUT_OF_MEMORY, PV_FAULT_KIND_NO_MEMORY},
                 {CURLE_COULDNT_RESOLVE_HOST, PV_FAULT_KIND_BUSY}};
    init_fails = true;
    check_no_fetch("/sound", PV_FAULT_KIND_NO_MEMORY, "out of memory");
    init_fails = false;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        perform_fails = cases[i].code;
        check_no_fetch("/sound", cases[i].kind, curl_easy_strerror(cases[i].code));
    }
    perform_fails = CURLE_OK;
    const atomic_bool stop = false;
    const struct pv_http_fetching all = {.ca_file = "/nonexistent/ca.pem", .stop = &stop};
    for (option_fails = 0; option_fails < 15; option_fails++) {
        options = 0;
        check_true(!fetch_how("/sound", all));
        check_int(fault.kind, PV_FAULT_KIND_NO_MEMORY);
    }
    option_fails = UINT_MAX;
    options = 0;
    check_true(fetch_how("/sound", all));
    check_int(options, 15); /* that there are no more of them */
    pv_fetched_deinit(&fetched);
}

/* Our own allocations: libcurl has its own calls. The server's do not count, it sends nothing that it
 * allocates. */
static void fetch__without_memory__is_a_fault(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        failing_at(i);
        bool ok = fetch_within("/sound", PV_FETCH_MS);
        failing_at(SIZE_MAX);
        check_true(!ok);
        check_int(fault.kind, PV_FAULT_KIND_NO_MEMORY);
        check_true(strstr(fault.text, "out of memory") != NULL);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(fetch__a_document),
    cmocka_unit_test(fetch__another_answer__is_a_fault),
    cmocka_unit_test(fetch__more_than_256_kib__is_a_fault),
    cmocka_unit_test(fetch__from_one_who_does_not_answer__ends),
    cmocka_unit_test(fetch__that_is_to_stop__ends),
    cmocka_unit_test(fetch__with_certificates_that_are_not_there__is_a_fault),
    cmocka_unit_test(fetch__from_elsewhere__is_a_fault),
    cmocka_unit_test(fetch__that_libcurl_cannot__is_a_fault),
    cmocka_unit_test(fetch__without_memory__is_a_fault),
};
int main(void)
{
    return cmocka_run_group_tests(tests, start, stop) == 0 ? 0 : 1;
}
