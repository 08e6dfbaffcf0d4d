#include "problem.h"

#include "out.h"
#include "routes.h"

#include <stdio.h>
#include <string.h>

struct row {
    const char *name;
    unsigned status;
    const char *sentence;
};
static const struct row rows[PV_API_CODE_COUNT] = {
#define PV_API_CODE(tag, name, http, sentence) [PV_API_##tag] = {#name, http, sentence},
#include "api_codes.tbl.h"
#undef PV_API_CODE
};

const char *pv_api_code_name(enum pv_api_code code)
{
    return rows[code].name;
}

unsigned pv_api_code_status(enum pv_api_code code)
{
    return rows[code].status;
}

/* A code in words: "ballot cast" for ballot_cast. */
static void out_title(struct pv_out *out, const char *code)
{
    pv_out_char(out, '"');
    for (; *code != '\0'; code++)
        pv_out_char(out, (char)(*code == '_' ? ' ' : *code));
    pv_out_char(out, '"');
}

static void out_member(struct pv_out *out, const char *key, const char *value)
{
    pv_out_cstr(out, ",\"");
    pv_out_cstr(out, key);
    pv_out_cstr(out, "\":");
    if (value == NULL)
        pv_out_cstr(out, "null");
    else
        pv_out_json(out, (struct pv_str){value, strlen(value)});
}

static void out_begin(struct pv_out *out, const char *code, unsigned status, struct pv_str detail)
{
    pv_out_cstr(out, "{\"type\":\"urn:photovote:");
    pv_out_cstr(out, code);
    pv_out_cstr(out, "\",\"title\":");
    out_title(out, code);
    pv_out_cstr(out, ",\"status\":");
    pv_out_uint(out, status);
    pv_out_cstr(out, ",\"detail\":");
    pv_out_json_message(out, detail);
    out_member(out, "code", code);
}

/* Sends what was printed. Without memory for it the status has to say enough. */
static void send(struct pv_http_exchange *exchange, struct pv_out *out, struct pv_buffer *buffer,
                 struct pv_http_reply *reply)
{
    pv_http_reply_header(reply, "Content-Type", PV_STR("application/problem+json"));
    pv_http_reply_header(reply, "Cache-Control", PV_STR("no-store"));
    if (reply->status == 401)
        pv_http_reply_header(reply, "WWW-Authenticate", PV_STR("Bearer"));
    if (reply->status == 429 || reply->status == 503)
        pv_http_reply_header(reply, "Retry-After", PV_STR("1"));
    if (pv_out_flush(out))
        reply->bytes = (struct pv_str){buffer->bytes, buffer->len};
    exchange->ops->answer(exchange, reply);
    pv_buffer_deinit(buffer);
}

static void answer(struct pv_http_exchange *exchange, enum pv_api_code code, const char *field,
                   struct pv_str detail, struct pv_http_reply *reply)
{
    const struct row *row = &rows[code];
    struct pv_buffer buffer = {NULL, 0, 0};
    struct pv_out out;
    if (detail.ptr == NULL)
        detail = (struct pv_str){row->sentence, strlen(row->sentence)};
    pv_out_init(&out, pv_buffer_write, &buffer);
    out_begin(&out, row->name, row->status, detail);
    out_member(&out, "field", field);
    pv_out_cstr(&out, ",\"errors\":[]}");
    reply->status = row->status;
    send(exchange, &out, &buffer, reply);
}

void pv_problem(struct pv_http_exchange *exchange, enum pv_api_code code, const char *field,
                struct pv_str detail)
{
    struct pv_http_reply reply = {.status = 0};
    answer(exchange, code, field, detail, &reply);
}

void pv_problem_method(struct pv_http_exchange *exchange, unsigned allowed)
{
    struct pv_http_reply reply = {.status = 0};
    char allow[64];
    size_t len = 0;
    for (int i = 0; i < PV_METHOD_COUNT; i++) {
        if ((allowed >> i & 1) != 0)
            len += (size_t)snprintf(allow + len, sizeof allow - len, "%s%s%s", len > 0 ? ", " : "",
                                    pv_method_name((enum pv_method)i), i == PV_GET ? ", HEAD" : "");
    }
    pv_http_reply_header(&reply, "Allow", (struct pv_str){allow, len});
    answer(exchange, PV_API_METHOD_NOT_ALLOWED, NULL, (struct pv_str){NULL, 0}, &reply);
}

static void out_error(struct pv_out *out, const struct pv_refusal *refusal)
{
    char message[PV_MESSAGE_MAX];
    const char *field = pv_field_name(refusal->field);
    pv_out_cstr(out, "{\"loc\":[\"body\"");
    if (field != NULL) {
        pv_out_char(out, ',');
        pv_out_json(out, (struct pv_str){field, strlen(field)});
    }
    pv_out_cstr(out, "],\"msg\":");
    pv_out_json_message(out, (struct pv_str){message, pv_refusal_message(refusal, message)});
    out_member(out, "type", pv_code_name(refusal->code));
    pv_out_char(out, '}');
}

void pv_problem_refusals(struct pv_http_exchange *exchange, const struct pv_refusal *refusals, size_t count)
{
    struct pv_http_reply reply = {.status = (unsigned)pv_code_http_status(refusals[0].code)};
    struct pv_buffer buffer = {NULL, 0, 0};
    struct pv_out out;
    char message[PV_MESSAGE_MAX];
    pv_out_init(&out, pv_buffer_write, &buffer);
    out_begin(&out, pv_code_name(refusals[0].code), reply.status,
              (struct pv_str){message, pv_refusal_message(&refusals[0], message)});
    out_member(&out, "field", pv_field_name(refusals[0].field));
    pv_out_cstr(&out, ",\"errors\":[");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            pv_out_char(&out, ',');
        out_error(&out, &refusals[i]);
    }
    pv_out_cstr(&out, "]}");
    send(exchange, &out, &buffer, &reply);
}

/* The pages are one text each, which there is always memory for; title and sentence are the code's. */
#define PAGE(code, title, status, sentence)                                                                  \
    "{\"type\":\"urn:photovote:" code "\",\"title\":\"" title "\",\"status\":" status                        \
    ",\"detail\":\"" sentence "\",\"code\":\"" code "\",\"field\":null,\"errors\":[]}"

const char *pv_problem_page(unsigned status)
{
    switch (status) {
    case 400:
        return PAGE("request_invalid", "request invalid", "400", "the request is not valid");
    case 413:
        return PAGE("content_too_large", "content too large", "413",
                    "the body is larger than this server takes");
    case 431:
        return PAGE("head_too_large", "head too large", "431",
                    "the head is larger than this server takes, or has too many headers");
    case 500:
        return PAGE("internal", "internal", "500", "the server could not do this; its log tells why");
    case 503:
        return PAGE("busy", "busy", "503", "too much is waiting; try again later");
    default:
        return NULL;
    }
}
