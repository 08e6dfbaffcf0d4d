#include "docs_console.h"

#include "sha256.h"
#include "text.h"

#include <string.h>

static const char page_head[] = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                                "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'";

/* Pictures: those of the style, and photographs that were asked for, which the script has as blobs. */
static const char policy_end[] =
    "; img-src data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'\">\n"
    "<title>PhotoVote: the API</title>\n<link rel=\"icon\" href=\"data:,\">\n";

static const char body[] =
    "</head>\n<body>\n<noscript>\n<p>This page needs JavaScript. There is one that needs none: <a "
    "href=\"/docs?static\">/docs?static</a>. For programs, all of it is in <a "
    "href=\"/openapi.json\">/openapi.json</a> (OpenAPI 3.1).</p>\n</noscript>\n<div id=\"docs\"></div>\n";

/* Nobody else is asked whether the description is valid, and no layout with a field for other addresses. */
static const char start[] =
    "SwaggerUIBundle({url:\"/openapi.json\",dom_id:\"#docs\",layout:\"BaseLayout\","
    "presets:[SwaggerUIBundle.presets.apis],validatorUrl:null,deepLinking:true,tryItOutEnabled:true});";

static const char page_end[] = "</body>\n</html>\n";

/* Words are in small letters; what they are looked for in may have them in either case, as HTML does. */
static bool begins(const char *text, const char *word, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != word[i])
            return false;
    }
    return true;
}

/* Where the word stands from `from` on; text.len: nowhere. */
static size_t find(struct pv_str text, size_t from, const char *word)
{
    size_t len = strlen(word);
    for (; from + len <= text.len; from++) {
        if (begins(text.ptr + from, word, len))
            return from;
    }
    return text.len;
}

static bool has(struct pv_str text, const char *word)
{
    return find(text, 0, word) < text.len;
}

/* Whether a browser reads the same bytes out of a page: it replaces NUL and what is no UTF-8, and makes one
   line end of CR LF. The hash of what it then has would be another. */
static bool is_kept(struct pv_str text)
{
    uint32_t point;
    for (size_t i = 0, len; i < text.len; i += len) {
        len = pv_utf8_next(text.ptr + i, text.len - i, &point);
        if (len == 0 || point == 0 || point == '\r')
            return false;
    }
    return text.len > 0;
}

/* Whether an end tag behind the script ends it: HTML has that not hold after a <script that stands in what
   looks like a comment. */
static bool can_be_ended(struct pv_str script)
{
    for (size_t at = find(script, 0, "<!--"); at < script.len; at = find(script, at, "<!--")) {
        size_t end = find(script, at + 2, "-->");
        if (find(script, at, "<script") < end)
            return false;
        at = end;
    }
    return true;
}

static const char *why_not(struct pv_str style, struct pv_str script)
{
    if (!is_kept(style) || !is_kept(script))
        return "a file is empty, or is no text that a page can hold";
    if (has(style, "</style"))
        return "the style has the end of a style in it";
    if (has(script, "</script") || !can_be_ended(script))
        return "the script has a tag of a script in it";
    return NULL;
}

/* One source of the policy. */
static void out_source(struct pv_out *out, const unsigned char digest[PV_SHA256_LEN])
{
    pv_out_cstr(out, " 'sha256-");
    pv_out_base64(out, (struct pv_str){(const char *)digest, PV_SHA256_LEN});
    pv_out_char(out, '\'');
}

static void out_element(struct pv_out *out, const char *name, struct pv_str content)
{
    pv_out_char(out, '<');
    pv_out_cstr(out, name);
    pv_out_char(out, '>');
    pv_out_str(out, content);
    pv_out_cstr(out, "</");
    pv_out_cstr(out, name);
    pv_out_cstr(out, ">\n");
}

const char *pv_docs_console_write(struct pv_out *out, struct pv_str style, struct pv_str script)
{
    const struct pv_str starting = PV_STR(start);
    unsigned char of_style[PV_SHA256_LEN], of_script[PV_SHA256_LEN], of_start[PV_SHA256_LEN];
    const char *why = why_not(style, script);
    if (why != NULL)
        return why;
    if (pv_sha256(style, of_style) != PV_OK || pv_sha256(script, of_script) != PV_OK ||
        pv_sha256(starting, of_start) != PV_OK)
        return "out of memory";
    pv_out_cstr(out, page_head);
    pv_out_cstr(out, "; script-src");
    out_source(out, of_script);
    out_source(out, of_start);
    pv_out_cstr(out, "; style-src");
    out_source(out, of_style);
    pv_out_cstr(out, policy_end);
    out_element(out, "style", style);
    pv_out_cstr(out, body);
    out_element(out, "script", script);
    out_element(out, "script", starting);
    pv_out_cstr(out, page_end);
    return NULL;
}
