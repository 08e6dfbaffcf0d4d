#include "refusal.h"

#include <string.h>

struct code_info {
    const char *name;
    const char *sentence;
    enum pv_field field;
    enum pv_code_kind kind;
    int http_status;
};

static const struct code_info codes[PV_CODE_COUNT] = {
    [PV_CODE_NONE] = {NULL, "%", PV_KEY_NONE, PV_KIND_STREAM, 0},
#define PV_CODE(tag, name, kind, http, field, sentence)                                                      \
    [PV_##tag] = {#name, sentence, PV_KEY_##field, PV_KIND_##kind, http},
#include "codes.tbl.h"
#undef PV_CODE
};

static const char *const fields[PV_KEY_COUNT] = {
    [PV_KEY_NONE] = NULL,
#define PV_NAME(tag, name) [PV_KEY_##tag] = #name,
#include "fields.tbl.h"
#undef PV_NAME
};

const char *pv_code_name(enum pv_code code)
{
    return codes[code].name;
}

const char *pv_field_name(enum pv_field field)
{
    return fields[field];
}

enum pv_code_kind pv_code_kind(enum pv_code code)
{
    return codes[code].kind;
}

enum pv_field pv_code_field(enum pv_code code)
{
    return codes[code].field;
}

int pv_code_http_status(enum pv_code code)
{
    return codes[code].http_status;
}

/* A cut must not leave half a character: everything printed is valid UTF-8. */
static size_t cut_at_character(struct pv_str value, size_t max)
{
    size_t len = max;
    while (len > 0 && ((unsigned char)value.ptr[len] & 0xc0) == 0x80)
        len--;
    return len;
}

void pv_refusal_set(struct pv_refusal *why, enum pv_code code, enum pv_field field, struct pv_str value)
{
    why->code = code;
    why->field = field;
    why->value_cut = value.len > PV_REFUSAL_VALUE_MAX;
    size_t len = why->value_cut ? cut_at_character(value, PV_REFUSAL_VALUE_MAX) : value.len;
    why->value_len = (uint8_t)len;
    if (len > 0)
        memcpy(why->value, value.ptr, len);
}

static size_t append(char *out, size_t at, const char *bytes, size_t len)
{
    memcpy(out + at, bytes, len);
    return at + len;
}

size_t pv_refusal_message(const struct pv_refusal *why, char out[PV_MESSAGE_MAX])
{
    const char *sentence = codes[why->code].sentence;
    const char *mark = strchr(sentence, '%');
    size_t before = (size_t)(mark - sentence);
    size_t len = append(out, 0, sentence, before);
    len = append(out, len, why->value, why->value_len);
    if (why->value_cut)
        len = append(out, len, "...", 3);
    return append(out, len, mark + 1, strlen(mark + 1));
}
