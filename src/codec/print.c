#include "print.h"

#include <string.h>

#include "json.h"
#include "scan.h"

static void out_id(struct pv_out *out, struct pv_bits128 id)
{
    char text[PV_ULID_LEN];
    pv_ulid_format(id, text);
    pv_out_json(out, (struct pv_str){text, sizeof(text)});
}

/* A key that is not the first. */
static void out_key(struct pv_out *out, const char *key)
{
    pv_out_str(out, PV_STR(",\""));
    pv_out_cstr(out, key);
    pv_out_str(out, PV_STR("\":"));
}

/* Tally (F4) */

/* An exact decimal fraction without trailing zeros: `value` is in units of 1 / `unit`, a power of ten. */
static void out_decimal(struct pv_out *out, uint64_t value, uint64_t unit)
{
    uint64_t rest = value % unit;
    pv_out_uint(out, value / unit);
    if (rest != 0)
        pv_out_char(out, '.');
    for (; rest != 0; rest = rest * 10 % unit)
        pv_out_char(out, (char)('0' + rest * 10 / unit));
}

static void out_averages(struct pv_out *out, const struct pv_tally_candidate *row)
{
    if (row->ratings == 0) {
        pv_out_str(out, PV_STR("\"mean\":null,\"median\":null"));
        return;
    }
    pv_out_str(out, PV_STR("\"mean\":"));
    out_decimal(out, pv_tally_mean_e4(row), 10000);
    pv_out_str(out, PV_STR(",\"median\":"));
    out_decimal(out, pv_tally_median_x2(row) * (uint64_t)5, 10);
}

static void out_tally_candidate(struct pv_out *out, const struct pv_election *election,
                                const struct pv_tally_candidate *row)
{
    const struct pv_candidate *candidate = &election->candidates[row->candidate];
    pv_out_str(out, PV_STR("{\"rank\":"));
    pv_out_uint(out, row->rank);
    pv_out_str(out, PV_STR(",\"id\":"));
    out_id(out, candidate->id.bits);
    pv_out_str(out, PV_STR(",\"name\":"));
    pv_out_json(out, pv_text_str(&candidate->name));
    pv_out_str(out, PV_STR(",\"ratings\":"));
    pv_out_uint(out, row->ratings);
    pv_out_str(out, PV_STR(",\"sum\":"));
    pv_out_uint(out, row->sum);
    pv_out_char(out, ',');
    out_averages(out, row);
    pv_out_str(out, PV_STR(",\"histogram\":["));
    for (int i = 0; i < PV_RATING_MAX; i++) {
        if (i > 0)
            pv_out_char(out, ',');
        pv_out_uint(out, row->histogram[i]);
    }
    pv_out_str(out, PV_STR("]}"));
}

static void out_tally_competition(struct pv_out *out, const struct pv_election *election,
                                  const struct pv_tally *tally, const struct pv_tally_competition *part)
{
    const struct pv_competition *competition = &election->competitions[part->competition];
    pv_out_str(out, PV_STR("{\"id\":"));
    out_id(out, competition->id.bits);
    pv_out_str(out, PV_STR(",\"name\":"));
    pv_out_json(out, pv_text_str(&competition->name));
    pv_out_str(out, PV_STR(",\"candidates\":["));
    for (uint32_t i = 0; i < part->count; i++) {
        if (i > 0)
            pv_out_char(out, ',');
        out_tally_candidate(out, election, &tally->candidates[part->first + i]);
    }
    pv_out_str(out, PV_STR("]}"));
}

void pv_print_tally(struct pv_out *out, const struct pv_election *election, const struct pv_tally *tally)
{
    pv_out_str(out, PV_STR("{\"election\":"));
    out_id(out, election->id.bits);
    pv_out_str(out, PV_STR(",\"name\":"));
    pv_out_json(out, pv_text_str(&election->name));
    pv_out_str(out, PV_STR(",\"version\":"));
    pv_out_int(out, election->version);
    pv_out_str(out, PV_STR(",\"phase\":\""));
    pv_out_cstr(out, pv_phase_name(pv_election_phase(election)));
    pv_out_str(out, PV_STR("\",\"voters\":"));
    pv_out_uint(out, tally->voters);
    pv_out_str(out, PV_STR(",\"ballots_issued\":"));
    pv_out_uint(out, tally->ballots_issued);
    pv_out_str(out, PV_STR(",\"ballots_cast\":"));
    pv_out_uint(out, tally->ballots_cast);
    pv_out_str(out, PV_STR(",\"competitions\":["));
    for (uint32_t i = 0; i < tally->competition_count; i++) {
        if (i > 0)
            pv_out_char(out, ',');
        out_tally_competition(out, election, tally, &tally->competitions[i]);
    }
    pv_out_str(out, PV_STR("]}"));
}

/* Events (D3) */

static void out_primitive(struct pv_out *out, struct pv_primitive value)
{
    if (value.kind == PV_PRIMITIVE_STRING)
        pv_out_json(out, value.text);
    else if (value.kind == PV_PRIMITIVE_INTEGER)
        pv_out_int(out, value.integer);
    else
        pv_out_str(out, PV_STR("null"));
}

void pv_print_event(struct pv_out *out, const struct pv_event *event)
{
    const struct pv_event_spec *spec = pv_event_spec(event->type);
    char scratch[PV_VALUE_TEXT_MAX];
    for (size_t i = 0; i < spec->field_count; i++) {
        const struct pv_field_spec *field = &spec->fields[i];
        struct pv_primitive value = pv_event_get_field(event, field, scratch);
        if (field->need == PV_NEED_OPTIONAL && value.kind == PV_PRIMITIVE_NULL)
            continue;
        pv_out_str(out, i == 0 ? PV_STR("{\"") : PV_STR(",\""));
        pv_out_cstr(out, pv_field_name(field->name));
        pv_out_str(out, PV_STR("\":"));
        out_primitive(out, value);
    }
    pv_out_char(out, '}');
}

/* Records (F1) */

/* Whether the bytes are one JSON object without any fault, that may stand `depth` levels deep. */
static bool is_object(struct pv_str text, unsigned depth)
{
    struct pv_json json = pv_json_begin(text, NULL);
    struct pv_json_value value;
    pv_json_skip_space(&json);
    if (!pv_json_value(&json, depth, &value) || value.fault != PV_JSON_SOUND || value.kind != PV_JSON_OBJECT)
        return false;
    pv_json_skip_space(&json);
    return json.at == json.end;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Behind the string that begins at `at`, in a sound text. */
static const char *pass_string(const char *at, const char *end)
{
    at = pv_scan_plain(at + 1, end);
    while (*at != '"')
        at = pv_scan_plain(at + (*at == '\\' ? 2 : 1), end);
    return at + 1;
}

static void out_without_space(struct pv_out *out, struct pv_str text)
{
    const char *at = text.ptr, *end = text.ptr + text.len;
    while (at < end) {
        const char *run = at;
        while (at < end && !is_space(*at))
            at = *at == '"' ? pass_string(at, end) : at + 1;
        pv_out_bytes(out, run, (size_t)(at - run));
        while (at < end && is_space(*at))
            at++;
    }
}

/* An object as it is, or null and its bytes beside it, so that nothing that was recorded gets lost. */
static void out_object(struct pv_out *out, const char *key, struct pv_str text, unsigned depth)
{
    if (text.len == 0)
        text = PV_STR(""); /* whose pointer may be NULL */
    out_key(out, key);
    if (is_object(text, depth)) {
        out_without_space(out, text);
        return;
    }
    pv_out_str(out, PV_STR("null,\""));
    pv_out_cstr(out, key);
    pv_out_str(out, PV_STR("_base64\":\""));
    pv_out_base64(out, text);
    pv_out_char(out, '"');
}

static void out_optional(struct pv_out *out, const char *key, struct pv_str text)
{
    if (text.ptr == NULL)
        return;
    out_key(out, key);
    pv_out_json(out, text);
}

void pv_print_record(struct pv_out *out, const struct pv_recorded *recorded)
{
    pv_out_str(out, PV_STR("{\"stream\":"));
    pv_out_json(out, recorded->stream);
    pv_out_str(out, PV_STR(",\"number\":"));
    pv_out_int(out, recorded->number);
    pv_out_str(out, PV_STR(",\"type\":"));
    pv_out_json(out, recorded->type);
    out_object(out, "data", recorded->data, 1);
    out_optional(out, "id", recorded->id);
    out_optional(out, "created", recorded->created);
    if (recorded->position >= 0) {
        pv_out_str(out, PV_STR(",\"position\":"));
        pv_out_int(out, recorded->position);
    }
    if (recorded->metadata.ptr != NULL)
        out_object(out, "metadata", recorded->metadata, 2);
    pv_out_str(out, PV_STR("}\n"));
}

/* Findings (F5) */

/* A number, or null when there is none. */
static void out_number_or_null(struct pv_out *out, const char *key, bool present, uint64_t number)
{
    out_key(out, key);
    if (present)
        pv_out_uint(out, number);
    else
        pv_out_str(out, PV_STR("null"));
}

/* A text that comes from outside, or null when there is none. */
static void out_message_or_null(struct pv_out *out, struct pv_str text)
{
    if (text.ptr != NULL)
        pv_out_json_message(out, text);
    else
        pv_out_str(out, PV_STR("null"));
}

static struct pv_str field_text(const struct pv_refusal *why)
{
    const char *name = pv_field_name(why->field);
    return (struct pv_str){name, name == NULL ? 0 : strlen(name)};
}

void pv_print_finding_json(struct pv_out *out, const struct pv_finding *finding)
{
    char message[PV_MESSAGE_MAX];
    pv_out_str(out, PV_STR("{\"stream\":"));
    out_message_or_null(out, finding->stream);
    out_number_or_null(out, "number", finding->number >= 0, (uint64_t)finding->number);
    out_number_or_null(out, "line", finding->line > 0, finding->line);
    pv_out_str(out, PV_STR(",\"code\":\""));
    pv_out_cstr(out, pv_code_name(finding->why->code));
    pv_out_str(out, PV_STR("\",\"field\":"));
    out_message_or_null(out, field_text(finding->why));
    out_key(out, "message");
    pv_out_json_message(out, (struct pv_str){message, pv_refusal_message(finding->why, message)});
    pv_out_str(out, PV_STR("}\n"));
}

/* "line 18: Election-01..., event 17: ", as far as it is known. */
static void out_where(struct pv_out *out, const struct pv_finding *finding)
{
    if (finding->line > 0) {
        pv_out_str(out, PV_STR("line "));
        pv_out_uint(out, finding->line);
        pv_out_str(out, PV_STR(": "));
    }
    if (finding->stream.len > 0) {
        pv_out_terminal(out, finding->stream);
        pv_out_str(out, finding->number >= 0 ? PV_STR(", ") : PV_STR(": "));
    }
    if (finding->number >= 0) {
        pv_out_str(out, PV_STR("event "));
        pv_out_int(out, finding->number);
        pv_out_str(out, PV_STR(": "));
    }
}

void pv_print_finding_text(struct pv_out *out, const struct pv_finding *finding)
{
    char message[PV_MESSAGE_MAX];
    struct pv_str field = field_text(finding->why);
    out_where(out, finding);
    pv_out_cstr(out, pv_code_name(finding->why->code));
    if (field.ptr != NULL) {
        pv_out_str(out, PV_STR(" ("));
        pv_out_str(out, field);
        pv_out_char(out, ')');
    }
    pv_out_str(out, PV_STR(": "));
    pv_out_terminal(out, (struct pv_str){message, pv_refusal_message(finding->why, message)});
    pv_out_char(out, '\n');
}
