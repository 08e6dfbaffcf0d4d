#include "headers_in.h"

#include "datetime.h"
#include "text.h"

#include <string.h>

static bool read_number(struct pv_str text, int64_t *value)
{
    int64_t number = 0;
    if (text.ptr == NULL)
        return true;
    if (text.len == 0 || text.len > 19)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        int digit = text.ptr[i] - '0';
        if (digit < 0 || digit > 9 || number > (INT64_MAX - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    *value = number;
    return true;
}

bool pv_header_number(const struct pv_http_request *request, const char *name, int64_t *value)
{
    return read_number(pv_http_header(request, name), value);
}

bool pv_query_number(const struct pv_http_request *request, const char *name, int64_t *value)
{
    return read_number(pv_http_query(request, name), value);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Percent-encoded UTF-8; -1 if it is not, or longer than `size`. */
static int64_t percent_decode(struct pv_str text, char *out, size_t size)
{
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (len == size)
            return -1;
        if (c == '%') {
            int high = i + 2 < text.len ? hex_digit(text.ptr[i + 1]) : -1;
            int low = high < 0 ? -1 : hex_digit(text.ptr[i + 2]);
            if (low < 0)
                return -1;
            c = (char)(high * 16 + low);
            i += 2;
        }
        out[len++] = c;
    }
    return (int64_t)len;
}

static bool read_why(struct pv_str text, struct pv_headers_in *headers)
{
    headers->why = (struct pv_str){NULL, 0};
    if (text.ptr == NULL)
        return true;
    int64_t len = percent_decode(text, headers->why_text, sizeof headers->why_text);
    if (len < 0)
        return false;
    headers->why = (struct pv_str){headers->why_text, (size_t)len};
    return pv_caption_check(headers->why) == PV_CODE_NONE; /* as a caption: text, 1 to 500 code points */
}

static bool is_plain(struct pv_str text, size_t max)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < 0x21 || text.ptr[i] > 0x7e)
            return false;
    }
    return text.len > 0 && text.len <= max;
}

/* The trace id of W3C's traceparent: "00-<32 hex digits>-<16 hex digits>-<2 hex digits>", lower case, the id
   not all zero. */
static struct pv_str trace_id(struct pv_str traceparent)
{
    enum { LEN = 55, ID_AT = 3, ID_LEN = 32 };
    static const struct pv_str none = {NULL, 0};
    bool zero = true;
    if (traceparent.len != LEN || memcmp(traceparent.ptr, "00-", ID_AT) != 0)
        return none;
    for (size_t i = ID_AT; i < LEN; i++) {
        char c = traceparent.ptr[i];
        bool dash = i == ID_AT + ID_LEN || i == LEN - 3;
        if (dash ? c != '-' : hex_digit(c) < 0 || (c >= 'A' && c <= 'F'))
            return none;
        zero = zero && (c == '0' || i >= ID_AT + ID_LEN);
    }
    return zero ? none : (struct pv_str){traceparent.ptr + ID_AT, ID_LEN};
}

/* An X-Correlation-Id must be readable; a traceparent that is not is left aside, as W3C has it. */
static bool read_correlation(const struct pv_http_request *request, struct pv_headers_in *headers)
{
    headers->correlation = pv_http_header(request, "X-Correlation-Id");
    if (headers->correlation.ptr != NULL)
        return is_plain(headers->correlation, PV_CORRELATION_MAX);
    headers->correlation = trace_id(pv_http_header(request, "traceparent"));
    return true;
}

const char *pv_headers_in_read(const struct pv_http_request *request, struct pv_headers_in *headers)
{
    struct pv_time when;
    headers->expected_version = PV_ANY_VERSION;
    headers->when = pv_http_header(request, "PV-When");
    if (!read_why(pv_http_header(request, "PV-Why"), headers))
        return "PV-Why";
    if (headers->when.ptr != NULL && pv_time_parse(headers->when, &when) != PV_CODE_NONE)
        return "PV-When";
    if (!read_correlation(request, headers))
        return "X-Correlation-Id";
    if (!pv_header_number(request, "PV-Expected-Version", &headers->expected_version))
        return "PV-Expected-Version";
    return NULL;
}

size_t pv_who(unsigned roles, struct pv_str subject, char who[PV_WHO_MAX])
{
    static const struct {
        unsigned role;
        const char *name;
    } names[] = {
        {PV_ROLE_ADMINISTRATOR, "administrator:"}, {PV_ROLE_AUDITOR, "auditor:"}, {PV_ROLE_VOTER, "voter:"}};
    size_t len = 0;
    for (size_t i = 0; len == 0 && i < sizeof names / sizeof names[0]; i++) {
        if ((roles & names[i].role) != 0) {
            len = strlen(names[i].name);
            memcpy(who, names[i].name, len);
        }
    }
    size_t room = PV_WHO_MAX - len, shown = subject.len < room ? subject.len : room;
    if (shown > 0)
        memcpy(who + len, subject.ptr, shown);
    return len + shown;
}

static void out_text(struct pv_out *out, const char *key, struct pv_str text, bool *first)
{
    if (text.ptr == NULL)
        return;
    pv_out_cstr(out, *first ? "{\"" : ",\"");
    pv_out_cstr(out, key);
    pv_out_cstr(out, "\":");
    pv_out_json(out, text);
    *first = false;
}

void pv_metadata_write(struct pv_out *out, const struct pv_headers_in *headers, unsigned roles,
                       struct pv_str subject, struct pv_str peer)
{
    char who[PV_WHO_MAX];
    bool first = true;
    out_text(out, "$correlationId", headers->correlation, &first);
    out_text(out, "who", (struct pv_str){who, pv_who(roles, subject, who)}, &first);
    out_text(out, "when", headers->when, &first);
    out_text(out, "where", peer, &first);
    out_text(out, "why", headers->why, &first);
    pv_out_char(out, '}');
}
