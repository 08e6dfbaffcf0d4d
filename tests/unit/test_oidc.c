/* oidc.c: what a provider tells, and where it may be asked. */
#include "oidc.h"

#include "check.h"
#include "failing.h"

static struct pv_document_error error;
static char uri[PV_OIDC_URL_SIZE];

static struct pv_str str(const char *text)
{
    return (struct pv_str){text, strlen(text)};
}

static void url__https_or_here__may_be_fetched(void **state)
{
    (void)state;
    static const char *const good[] = {
        "https://id.example.org",  "https://id.example.org:8443/realms/club?x=y",
        "http://localhost",        "http://localhost/",
        "http://localhost:3000/a", "http://127.0.0.1:8080",
        "http://[::1]:8080/x",     "http://127.0.0.1?a"};
    static const char *const bad[] = {"",
                                      "/a",
                                      "http://id.example.org",
                                      "http://localhost.evil.example",
                                      "http://localhosts",
                                      "http://127.0.0.1.evil.example/",
                                      "http://127.0.0.11",
                                      "http://localhost:80@evil.example/",
                                      "https://user@id.example.org/",
                                      "HTTP://localhost/",
                                      "ftp://localhost/",
                                      "file:///etc/passwd",
                                      "https://",
                                      "https://id.example.org/ x",
                                      "http://localhost\\@evil.example/"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        if (!pv_oidc_may_fetch(str(good[i])))
            fail_msg("%s is refused", good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (pv_oidc_may_fetch(str(bad[i])))
            fail_msg("%s is taken", bad[i]);
    }
}

static void url__of_the_discovery(void **state)
{
    (void)state;
    check_true(pv_oidc_discovery_url(PV_STR("https://id.example"), uri));
    assert_string_equal(uri, "https://id.example/.well-known/openid-configuration");
    check_true(pv_oidc_discovery_url(PV_STR("https://id.example/realms/club/"), uri));
    assert_string_equal(uri, "https://id.example/realms/club/.well-known/openid-configuration");
    check_true(!pv_oidc_discovery_url(PV_STR("https://id.example/?a"), uri));
    check_true(!pv_oidc_discovery_url(PV_STR("https://id.example/#a"), uri));
    check_true(!pv_oidc_discovery_url(PV_STR("http://id.example"), uri));
    char longest[PV_URL_MAX + 1];
    (void)snprintf(longest, sizeof longest, "https://x/%0*d", PV_URL_MAX - 10, 7);
    check_true(pv_oidc_discovery_url(str(longest), uri));
    check_int(strlen(uri), PV_URL_MAX + strlen("/.well-known/openid-configuration"));
}

static void check_discovery(const char *text, const char *reason)
{
    uri[0] = '\0';
    enum pv_result result = pv_oidc_discovery_read(str(text), PV_STR("https://id.example"), uri, &error);
    check_int(result, reason == NULL ? PV_OK : PV_REFUSED);
    if (reason != NULL && strstr(error.reason, reason) == NULL)
        fail_msg("%s: %s", text, error.reason);
    assert_string_equal(uri, reason == NULL ? "https://keys.example/jwks" : "");
}

#define ISSUER "\"issuer\":\"https://id.example\""
#define URI "\"jwks_uri\":\"https://keys.example/jwks\""

static void discovery__names_the_place_of_the_keys(void **state)
{
    (void)state;
    check_discovery("{" ISSUER "," URI "}", NULL);
    check_discovery("{" URI ",\"x\":[1.5,{}]," ISSUER "}", NULL);
    check_discovery("{" URI "}", "another issuer");
    check_discovery("{\"issuer\":7," URI "}", "another issuer");
    check_discovery("{\"issuer\":\"https://id.example/\"," URI "}", "another issuer");
    check_discovery("{\"issuer\":\"https://other.example\"," URI "}", "another issuer");
    check_discovery("{" ISSUER "}", "no jwks_uri");
    check_discovery("{" ISSUER ",\"jwks_uri\":null}", "no jwks_uri");
    check_discovery("{" ISSUER ",\"jwks_uri\":\"http://keys.example/\"}", "neither https");
    check_discovery("{" ISSUER ",\"jwks_uri\":\"file:///etc/passwd\"}", "neither https");
    check_discovery("{" ISSUER "," URI "," URI "}", "stands twice");
    check_discovery("[]", "not a JSON object");
    check_discovery("<html>", "not JSON");
}

/* Keycloak tells more than 64 things; nobody tells more than 512. */
static void discovery__of_many_members(void **state)
{
    (void)state;
    for (int more = 510; more <= 511; more++) {
        static char text[16384];
        (void)snprintf(text, sizeof text, "{" ISSUER "," URI);
        for (int i = 0; i < more; i++)
            (void)snprintf(text + strlen(text), 32, ",\"%d\":0", i);
        (void)strcat(text, "}");
        check_discovery(text, more == 510 ? NULL : "too many members");
    }
}

static void discovery__without_memory__is_a_fault(void **state)
{
    (void)state;
    size_t i = 0;
    for (;; i++) {
        failing_at(i);
        enum pv_result result =
            pv_oidc_discovery_read(PV_STR("{" ISSUER "," URI "}"), PV_STR("https://id.example"), uri, &error);
        bool failed = failing_count() > i;
        failing_at(SIZE_MAX);
        check_int(result, failed ? PV_FAULT_MEMORY : PV_OK);
        if (!failed)
            break;
    }
    check_true(i > 5);
}

static void keep__within_5_minutes_and_a_day(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        int64_t keep;
    } cases[] = {
        {"", 300},
        {"max-age=3600", 3600},
        {"public, max-age=3600, must-revalidate", 3600},
        {"\tMax-Age=3600 ,public", 3600},
        {"max-age=299", 300},
        {"max-age=300", 300},
        {"max-age=301", 301},
        {"max-age=0", 300},
        {"max-age=86400", 86400},
        {"max-age=86401", 86400},
        {"max-age=99999999999999999999999999", 86400},
        {"max-age=", 300},
        {"max-age", 300},
        {"max-age=-1", 300},
        {"max-age=3600s", 300},
        {"max-age=\"3600\"", 300},
        {"s-maxage=3600", 300},
        {"xmax-age=3600", 300},
        {"no-store", 300},
        {",,, ,", 300},
        {"max-age=400,max-age=500", 500},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_int(pv_oidc_keep(str(cases[i].header)), cases[i].keep);
    check_int(pv_oidc_keep((struct pv_str){NULL, 0}), 300);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(url__https_or_here__may_be_fetched),
    cmocka_unit_test(url__of_the_discovery),
    cmocka_unit_test(discovery__names_the_place_of_the_keys),
    cmocka_unit_test(discovery__of_many_members),
    cmocka_unit_test(discovery__without_memory__is_a_fault),
    cmocka_unit_test(keep__within_5_minutes_and_a_day),
};
CHECK_MAIN(tests, 6)
