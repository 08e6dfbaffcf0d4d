/* /docs where swagger-ui-dist is: the page that is made of it, and that page as an answer. */
#include "api_kit.h"
#include "docs_console.h"
#include "kit_memory.h"
#include "shared_body.h"

#include <openssl/evp.h>
#include <stdlib.h>

static unsigned digests, digest_fails; /* counted from 1; 0: none fails */

int __real_EVP_Digest(const void *data, size_t count, unsigned char *digest, unsigned *size,
                      const EVP_MD *type, ENGINE *engine);
int __wrap_EVP_Digest(const void *data, size_t count, unsigned char *digest, unsigned *size,
                      const EVP_MD *type, ENGINE *engine);
int __wrap_EVP_Digest(const void *data, size_t count, unsigned char *digest, unsigned *size,
                      const EVP_MD *type, ENGINE *engine)
{
    return ++digests == digest_fails ? 0 : __real_EVP_Digest(data, count, digest, size, type, engine);
}

/* --- the page --- */

#define STYLE PV_STR("a>b{color:#fff} /* \xe2\x9c\x93 */")
#define SCRIPT PV_STR("if (1 < 2 && \"<b>\") x = '\\\\';\n// <\\/script> <style\n")

static char *made(struct pv_str style, struct pv_str script, const char **why)
{
    struct pv_out *out = kit_realloc(NULL, sizeof *out);
    struct pv_buffer buffer = {NULL, 0, 0};
    pv_out_init(out, pv_buffer_write, &buffer);
    *why = pv_docs_console_write(out, style, script);
    check_true(*why == NULL || out->len == 0);
    pv_out_char(out, '\0');
    check_true(pv_out_flush(out));
    free(out);
    return buffer.bytes;
}

static char *page(struct pv_str style, struct pv_str script)
{
    const char *why;
    char *text = made(style, script, &why);
    if (why != NULL)
        fail_msg("refused: %s", why);
    return text;
}

static void check_refused(struct pv_str style, struct pv_str script, const char *says)
{
    const char *why;
    char *text = made(style, script, &why);
    if (why == NULL || strstr(why, says) == NULL)
        fail_msg("\"%.*s\" and \"%.*s\": %s, not %s", (int)style.len, style.ptr, (int)script.len, script.ptr,
                 why == NULL ? "taken" : why, says);
    free(text);
}

/* What stands between the tags from `*at` on, which is moved behind it; len SIZE_MAX: no such element is
 * left. */
static struct pv_str next_element(const char **at, const char *begin, const char *end)
{
    const char *from = strstr(*at, begin);
    if (from == NULL)
        return (struct pv_str){NULL, SIZE_MAX};
    from += strlen(begin);
    *at = strstr(from, end);
    check_true(*at != NULL);
    return (struct pv_str){from, (size_t)(*at - from)};
}

/* `'sha256-...'` as the policy has to spell it. */
static void spell_source(struct pv_str content, char to[64])
{
    unsigned char digest[32], base64[45];
    check_int(__real_EVP_Digest(content.ptr, content.len, digest, NULL, EVP_sha256(), NULL), 1);
    check_int(EVP_EncodeBlock(base64, digest, sizeof digest), 44);
    (void)snprintf(to, 64, "'sha256-%s'", (const char *)base64);
}

static struct pv_str directive(const char *text, const char *name)
{
    char begin[64];
    (void)snprintf(begin, sizeof begin, "; %s ", name);
    return next_element(&text, begin, ";");
}

static void console__has_the_hash_of_each_element_in_its_policy_and_no_other(void **state)
{
    (void)state;
    char *text = page(STYLE, SCRIPT), sources[2][64], both[128];
    const char *at = text;
    struct pv_str style = next_element(&at, "<style>", "</style>");
    struct pv_str script = next_element(&at, "<script>", "</script>");
    struct pv_str start = next_element(&at, "<script>", "</script>");
    check_int(next_element(&at, "<script>", "</script>").len, SIZE_MAX);
    check_true(pv_str_equal(style, STYLE) && pv_str_equal(script, SCRIPT));
    spell_source(script, sources[0]);
    spell_source(start, sources[1]);
    (void)snprintf(both, sizeof both, "%s %s", sources[0], sources[1]);
    check_str(directive(text, "script-src"), both);
    spell_source(style, sources[0]);
    check_str(directive(text, "style-src"), sources[0]);
    check_str(directive(text, "connect-src"), "'self'");
    check_true(strstr(text, "content=\"default-src 'none'; ") != NULL && strstr(text, "unsafe") == NULL);
    free(text);
}

static void console__asks_for_the_description_and_for_nothing_else(void **state)
{
    (void)state;
    static const char *const there[] = {"SwaggerUIBundle({url:\"/openapi.json\",", "validatorUrl:null",
                                        "layout:\"BaseLayout\"", "<div id=\"docs\">", "dom_id:\"#docs\""};
    static const char *const not_there[] = {"://", "src=", "url(", "@import", " onload", " onclick"};
    char *text = page(PV_STR("b{}"), PV_STR("x"));
    for (size_t i = 0; i < sizeof there / sizeof there[0]; i++)
        assert_non_null(strstr(text, there[i]));
    for (size_t i = 0; i < sizeof not_there / sizeof not_there[0]; i++)
        assert_null(strstr(text, not_there[i]));
    free(text);
}

static void console__without_a_script__says_where_to_read_on(void **state)
{
    (void)state;
    char *text = page(STYLE, SCRIPT);
    const char *at = text;
    struct pv_str said = next_element(&at, "<noscript>", "</noscript>");
    const char *links[] = {"<a href=\"/docs?static\">", "<a href=\"/openapi.json\">"};
    for (size_t i = 0; i < 2; i++)
        check_true(strstr(said.ptr, links[i]) != NULL && strstr(said.ptr, links[i]) < at);
    free(text);
}

static void console__contents_that_would_end_their_element__are_refused(void **state)
{
    (void)state;
    static const char *const refused[] = {"</script>",    "x</SCRIPT ",       "</script",
                                          "<!--<script>", "a<!-- <ScRiPt --", "<!-- --><!--<script-->",
                                          "</scripT",     "[</ScRiPt",        "<!--\n//<script\n</b>-->"};
    static const char *const taken[] = {"<script>",
                                        "<!--",
                                        "<!-- -->",
                                        "<!--> <script>",
                                        "<!-- --> <script",
                                        "</ script>",
                                        "<script> <!-- ",
                                        "<!---->|<!--(",
                                        "<!-",
                                        "-->",
                                        "<\\/script>",
                                        "<!- <script",
                                        "</scrip[",
                                        "</scr{pt>"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        check_refused(STYLE, story_str(refused[i]), "tag of a script");
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++)
        free(page(STYLE, story_str(taken[i])));
    check_refused(PV_STR("b{} </sTyle"), SCRIPT, "end of a style");
    check_refused(PV_STR("</style>"), SCRIPT, "end of a style");
    free(page(PV_STR("<style> </styl <!-- </script>"), SCRIPT));
}

/* A browser has something else than what it was sent, and the hash is not that of it. */
static void console__contents_that_browsers_change__are_refused(void **state)
{
    (void)state;
    static const struct pv_str changed[] = {{"", 0},         {"a\0b", 3},        {"a\r\nb", 4},
                                            {"a\r", 2},      {"\xff", 1},        {"a\xe2\x9c", 3},
                                            {"\xc0\x80", 2}, {"\xed\xa0\x80", 3}};
    for (size_t i = 0; i < sizeof changed / sizeof changed[0]; i++) {
        check_refused(changed[i], SCRIPT, "no text");
        check_refused(STYLE, changed[i], "no text");
    }
}

static void console__with_each_hash_failing__is_out_of_memory(void **state)
{
    (void)state;
    for (unsigned i = 1; i <= 3; i++) {
        digests = 0;
        digest_fails = i;
        check_refused(STYLE, SCRIPT, "out of memory");
    }
    digests = digest_fails = 0;
    free(page(STYLE, SCRIPT));
    check_int(digests, 3);
}

static int take_nothing(void *context, const char *bytes, size_t len)
{
    (void)context;
    (void)bytes;
    (void)len;
    return -1;
}

static void console__for_which_there_is_no_room__is_told_by_the_flush(void **state)
{
    (void)state;
    struct pv_out *out = kit_realloc(NULL, sizeof *out);
    pv_out_init(out, take_nothing, NULL);
    assert_null(pv_docs_console_write(out, STYLE, SCRIPT));
    check_true(!pv_out_flush(out));
    free(out);
}

/* --- the answer --- */

static void serve(struct pv_str docs)
{
    pv_api_free(kit.api);
    kit.options.docs = docs;
    kit.api = pv_api_new(&kit.options);
    check_true(kit.api != NULL);
}

static void docs__that_were_given__are_streamed_whole_to_everybody(void **state)
{
    (void)state;
    char text[1001] = "";
    for (size_t i = 0; i < sizeof text - 1; i++)
        text[i] = (char)('a' + i % 26);
    serve((struct pv_str){text, sizeof text - 1});
    static const char *const callers[] = {NULL, "alice", "ada", "nora"};
    struct kit_exchange *sent[4];
    for (size_t i = 0; i < 4; i++)
        sent[i] = kit_get(callers[i], i == 3 ? "/docs/" : "/docs", NULL);
    for (size_t i = 0; i < 4; i++) {
        const char *got = kit_stream(sent[i]);
        check_status(sent[i], 200);
        check_int(strlen(got), sizeof text - 1 + strlen("END"));
        assert_memory_equal(got, text, sizeof text - 1);
        kit_check_header(sent[i], "Content-Type", "text/html; charset=utf-8");
        kit_check_header(sent[i], "Cache-Control", "no-store");
        kit_check_header(sent[i], "Content-Security-Policy", "frame-ancestors 'none'");
    }
}

static void docs__that_were_given__leave_the_page_without_a_script(void **state)
{
    (void)state;
    serve(PV_STR("<p>"));
    kit_check_in_body(kit_get(NULL, "/docs", "?static", "", NULL), "<h1>PhotoVote: the API</h1>");
    kit_check_in_body(kit_get(NULL, "/docs", "?other", "", "?static", "1", NULL), "<h1>");
    assert_string_equal(kit_stream(kit_get(NULL, "/docs", "?Static", "", NULL)), "<p>END");
    kit_check_in_body(kit_get(NULL, "/openapi.json", "?static", "", NULL), "\"openapi\"");
}

static void docs__that_were_not_given__are_the_page_without_a_script(void **state)
{
    (void)state;
    struct kit_exchange *sent = kit_get(NULL, "/docs", NULL);
    kit_check_in_body(sent, "<h1>PhotoVote: the API</h1>");
    kit_check_header(sent, "Content-Type", "text/html; charset=utf-8");
}

static void docs__without_memory__are_503(void **state)
{
    (void)state;
    serve(PV_STR("<p>"));
    failing_at(0);
    struct kit_exchange *sent = kit_get(NULL, "/docs", NULL);
    failing_at(SIZE_MAX);
    kit_check_problem(sent, 503, "busy");
}

static void docs__of_a_client_who_has_gone__are_closed(void **state)
{
    (void)state;
    serve(PV_STR("<p>of some length</p>"));
    struct kit_exchange *sent = kit_get(NULL, "/docs", NULL);
    char some[4];
    size_t len;
    check_int(sent->stream.ops->read(sent->stream.self, some, sizeof some, &len), PV_HTTP_BYTES);
    check_int(len, sizeof some);
    kit_close_stream(sent);
}

static void shared_body__gives_its_text_in_pieces_of_any_size(void **state)
{
    (void)state;
    for (size_t size = 1; size < 9; size++) {
        struct pv_http_body body;
        char got[16];
        size_t all = 0, len;
        check_true(pv_shared_body(PV_STR("1234567"), &body));
        while (body.ops->read(body.self, got + all, size, &len) == PV_HTTP_BYTES) {
            check_true(len > 0 && len <= size && all + len <= 7);
            all += len;
        }
        check_str(((struct pv_str){got, all}), "1234567");
        check_int(body.ops->read(body.self, got, size, &len), PV_HTTP_END);
        body.ops->close(body.self);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(console__has_the_hash_of_each_element_in_its_policy_and_no_other),
    cmocka_unit_test(console__asks_for_the_description_and_for_nothing_else),
    cmocka_unit_test(console__without_a_script__says_where_to_read_on),
    cmocka_unit_test(console__contents_that_would_end_their_element__are_refused),
    cmocka_unit_test(console__contents_that_browsers_change__are_refused),
    cmocka_unit_test(console__with_each_hash_failing__is_out_of_memory),
    cmocka_unit_test(console__for_which_there_is_no_room__is_told_by_the_flush),
    KIT_CASE(docs__that_were_given__are_streamed_whole_to_everybody),
    KIT_CASE(docs__that_were_given__leave_the_page_without_a_script),
    KIT_CASE(docs__that_were_not_given__are_the_page_without_a_script),
    KIT_CASE(docs__without_memory__are_503),
    KIT_CASE(docs__of_a_client_who_has_gone__are_closed),
    cmocka_unit_test(shared_body__gives_its_text_in_pieces_of_any_size),
};

CHECK_MAIN(tests, 13)
