/* F1's steps, one after the other, on the members of a line. */
#include "records.h"

#include <string.h>

static const struct {
    const char *name;
    enum pv_field field;
} keys[] = {
    {"stream", PV_KEY_STREAM},
    {"number", PV_KEY_NUMBER},
    {"type", PV_KEY_TYPE},
    {"data", PV_KEY_DATA},
    {"id", PV_KEY_ID},
    {"created", PV_KEY_CREATED},
    {"position", PV_KEY_POSITION},
    {"metadata", PV_KEY_METADATA},
};
enum { KEYS = 8 };

/* ---- step 2: the keys ---- */

static size_t times(const struct wire *wire, const char *key)
{
    size_t n = 0;
    for (size_t i = 0; i < wire->count; i++)
        n += str_is(wire->members[i].key, key);
    return n;
}

/* The value of a key that can be read; one that stands twice cannot. */
static const struct pv_primitive *value_of(const struct wire *wire, const char *key)
{
    if (times(wire, key) != 1)
        return NULL;
    for (size_t i = 0; i < wire->count; i++)
        if (str_is(wire->members[i].key, key))
            return &wire->members[i].value;
    return NULL;
}

static bool is_string(const struct pv_primitive *value)
{
    return value != NULL && value->kind == PV_PRIMITIVE_STRING;
}

static bool is_election(const struct pv_primitive *value)
{
    char id[MODEL_ID];
    if (!is_string(value) || value->text.len != 35 || memcmp(value->text.ptr, "Election-", 9) != 0)
        return false;
    struct pv_str text = {value->text.ptr + 9, 26};
    return model_check_ulid(text, id) == PV_CODE_NONE && memcmp(id, text.ptr, 26) == 0;
}

/* Whether decimal `a` is less than `b`, both without leading zeros. */
static bool less(struct pv_str a, struct pv_str b)
{
    return a.len != b.len ? a.len < b.len : memcmp(a.ptr, b.ptr, a.len) < 0;
}

/* An integer from 0 to 2^63-1; -0 is 0. */
static bool is_number(const struct pv_primitive *value, struct pv_str *number)
{
    if (value == NULL || value->kind != PV_PRIMITIVE_INTEGER)
        return false;
    *number = str_is(value->text, "-0") ? PV_STR("0") : value->text;
    return number->ptr[0] != '-' && !less(PV_STR("9223372036854775807"), *number);
}

static bool is_date(const struct pv_primitive *value)
{
    char date[MODEL_DATE];
    return is_string(value) && model_check_date(value->text, date) == PV_CODE_NONE;
}

static bool is_object(const struct pv_primitive *value)
{
    return value->kind == PV_PRIMITIVE_OTHER && value->text.len > 0 && value->text.ptr[0] == '{';
}

static bool is_absent(const struct pv_primitive *value)
{
    return value == NULL || (value->kind == PV_PRIMITIVE_NULL) ||
           (value->kind == PV_PRIMITIVE_OTHER && str_is(value->text, "null"));
}

static bool key_is_good(enum pv_field field, const struct pv_primitive *value)
{
    struct pv_str number;
    if (field == PV_KEY_STREAM)
        return is_election(value);
    if (field == PV_KEY_NUMBER)
        return is_number(value, &number);
    if (field == PV_KEY_TYPE)
        return is_string(value);
    if (field == PV_KEY_DATA)
        return value != NULL;
    if (is_absent(value))
        return true;
    if (field == PV_KEY_ID)
        return is_string(value);
    if (field == PV_KEY_CREATED)
        return is_date(value);
    return field == PV_KEY_POSITION ? is_number(value, &number) : is_object(value);
}

/* The first key that stands a second time, else the first of the table that is not good. */
static enum pv_field bad_key(const struct wire *wire)
{
    for (size_t i = 0; i < wire->count; i++)
        for (size_t k = 0; k < KEYS; k++)
            for (size_t j = 0; j < i && str_is(wire->members[i].key, keys[k].name); j++)
                if (str_is(wire->members[j].key, keys[k].name))
                    return keys[k].field;
    for (size_t k = 0; k < KEYS; k++)
        if (!key_is_good(keys[k].field, value_of(wire, keys[k].name)))
            return keys[k].field;
    return PV_KEY_NONE;
}

/* ---- findings ---- */

static void find(struct records *r, enum pv_code code, enum pv_field field)
{
    struct record_finding *finding = &r->findings[r->finding_count++];
    *finding = (struct record_finding){.code = code, .field = field};
    if (r->has_election)
        finding->stream = r->stream;
    if (r->has_number)
        finding->number = r->number;
    gen_count(r->g, COUNT_FINDING + (unsigned)code);
    gen_trace(r->g, "    %s of %s\n", pv_code_name(code),
              field == PV_KEY_NONE ? "null" : pv_field_name(field));
}

/* ---- step 3: the number ---- */

static void plus_one(struct pv_str number, char out[24])
{
    size_t len = number.len;
    memcpy(out, number.ptr, len);
    out[len] = '\0';
    for (size_t i = len; i-- > 0;) {
        if (out[i] != '9') {
            out[i]++;
            return;
        }
        out[i] = '0';
    }
    memmove(out + 1, out, len + 1);
    out[0] = '1';
}

/* False: the record is skipped. */
static bool take_number(struct records *r, struct record_stream *s, struct pv_str number)
{
    struct pv_str next = {s->next, strlen(s->next)};
    if (less(number, next)) {
        find(r, PV_STREAM_ORDER, PV_KEY_NUMBER);
        return false;
    }
    if (less(next, number))
        find(r, PV_STREAM_GAP, PV_KEY_NUMBER);
    plus_one(number, s->next);
    return true;
}

/* ---- steps 4 to 8 ---- */

/* True if it was there; else it is now. */
static bool seen_before(struct record_stream *s, const char *id)
{
    for (size_t i = 0; i < s->id_count; i++)
        if (strcmp(s->ids[i], id) == 0)
            return true;
    if (s->id_count < RECORDS_IDS_MAX)
        s->ids[s->id_count++] = id;
    return false;
}

static void judge_event(struct records *r, struct record_stream *s, const struct fact *fact)
{
    if (r->decoded.code != PV_CODE_NONE) {
        find(r, r->decoded.code, r->decoded.field);
        return;
    }
    if (strcmp(fact->election, s->name + 9) != 0) {
        find(r, PV_STREAM_MISMATCH, PV_KEY_STREAM);
        return;
    }
    if (seen_before(s, fact->event_id))
        find(r, PV_EVENT_ID_DUPLICATE, PV_KEY_ID);
    struct verdict verdict = model_decide(&s->model, fact);
    history_count(r->g, fact, verdict.code);
    if (verdict.code != PV_CODE_NONE)
        find(r, verdict.code, verdict.field);
    else
        model_accept(&s->model, fact);
}

static struct record_stream *stream_of(struct records *r, struct pv_str name)
{
    for (size_t i = 0; i < RECORDS_STREAMS; i++)
        if (str_is(name, r->streams[i].name))
            return &r->streams[i];
    return NULL;
}

static void judge_in_stream(struct records *r, struct record_stream *s, const struct fact *fact)
{
    if (!r->has_number) {
        find(r, PV_RECORD_INVALID, r->bad_key);
        return;
    }
    if (!s->appeared) {
        s->appeared = true;
        r->appeared[r->appeared_count++] = (unsigned)(s - r->streams);
    }
    if (!take_number(r, s, r->number))
        return;
    if (r->bad_key != PV_KEY_NONE)
        find(r, PV_RECORD_INVALID, r->bad_key);
    else
        judge_event(r, s, fact);
}

void records_judge(struct records *r)
{
    const struct wire *envelope = &r->envelope;
    r->finding_count = 0;
    r->has_stream = r->has_election = r->has_number = false;
    r->bad_key = PV_KEY_NONE;
    r->unreadable = envelope->damage != WIRE_SOUND || (r->has_data && r->event.damage == WIRE_GRAMMAR);
    if (r->unreadable) { /* step 1 */
        find(r, PV_RECORD_INVALID, PV_KEY_NONE);
        return;
    }
    const struct pv_primitive *stream = value_of(envelope, "stream"), *type = value_of(envelope, "type");
    if (is_string(stream))
        r->stream = stream->text;
    r->has_stream = is_string(stream);
    r->has_election = is_election(stream);
    r->has_number = is_number(value_of(envelope, "number"), &r->number);
    r->bad_key = bad_key(envelope);
    struct fact *fact = (struct fact *)(void *)bag_alloc(&r->bag, sizeof *fact);
    if (r->bad_key == PV_KEY_NONE && is_string(type)) {
        r->event.type = type->text;
        r->decoded = model_read(&r->event, &r->bag, fact);
    }
    if (r->has_election)
        judge_in_stream(r, stream_of(r, r->stream), fact);
    else
        find(r, PV_RECORD_INVALID, r->bad_key);
}
