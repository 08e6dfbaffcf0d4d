/* New records and requests, whose ids are some of those that the text has. */
#include "mutate_lines.h"

#include "api_table.h"
#include "values.h"

#include <string.h>

void mutate_quote(struct pv_str text, struct buf *out)
{
    buf_str(out, "\"");
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.ptr[i];
        if (byte < 0x20 || byte == '"' || byte == '\\')
            buf_format(out, "\\u%04x", byte);
        else
            buf_add(out, text.ptr + i, 1);
    }
    buf_str(out, "\"");
}

/* ---- data ---- */

struct pv_str mutate_value_of(struct mutation *m, const char *key)
{
    struct pv_str text = {m->bytes, m->len}, found = {NULL, 0};
    uint32_t met = 0;
    for (int i = 0; i < m->spans.count; i++) {
        const struct span *span = &m->spans.all[i];
        if (span->is_text && spans_has_key(text, &m->spans, span, key) && gen_draw(m->g, ++met) == 0)
            found = spans_content(text, span);
    }
    return found;
}

static struct pv_str new_id(struct mutation *m)
{
    char id[27];
    value_id(gen_draw(m->g, 40), id);
    return bag_copy(&m->bag, id, 26);
}

static struct pv_str value_for(struct mutation *m, const struct cat_field *f, struct pv_str election)
{
    struct pv_str found = {NULL, 0};
    if (strcmp(f->name, "election_id") == 0)
        return election;
    if (f->kind == CAT_EVENT_ID)
        return new_id(m);
    if (f->kind == CAT_ID)
        found = gen_draw(m->g, 6) > 0 ? mutate_value_of(m, f->name) : found;
    else
        return value_good(m->g, &m->bag, f->kind, gen_draw(m->g, 200));
    return found.ptr != NULL ? found : new_id(m);
}

/* Histories live from what happens most. */
enum pv_event_type mutate_draw_type(struct mutation *m)
{
    static const enum pv_event_type often[] = {
        PV_EVENT_VOTER_REGISTERED, PV_EVENT_BALLOT_CREATED,        PV_EVENT_BALLOT_CANDIDATE_RATED,
        PV_EVENT_BALLOT_CAST,      PV_EVENT_COMPETITION_ADDED,     PV_EVENT_CANDIDATE_ADDED,
        PV_EVENT_ELECTION_OPENED,  PV_EVENT_BALLOT_CANDIDATE_RATED};
    return gen_draw(m->g, 2) == 0 ? (enum pv_event_type)gen_draw(m->g, PV_EVENT_TYPE_COUNT)
                                  : often[gen_draw(m->g, sizeof often / sizeof often[0])];
}

static void put_field(struct mutation *m, const struct cat_field *f, struct pv_str election, struct buf *out)
{
    bool is_null = f->need != '!' && gen_draw(m->g, 4) == 0;
    buf_format(out, "\"%s\":", f->name);
    if (is_null) {
        buf_str(out, "null");
    } else if (f->kind == CAT_RATING) {
        buf_format(out, "%u", 1 + (unsigned)gen_draw(m->g, 5));
    } else {
        mutate_quote(value_for(m, f, election), out);
    }
}

void mutate_put_data(struct mutation *m, enum pv_event_type type, struct pv_str election, struct buf *out)
{
    const struct cat_event *row = cat_event(type);
    buf_str(out, "{");
    for (const struct cat_field *f = row->fields; f->name != NULL; f++) {
        if (f != row->fields)
            buf_str(out, ",");
        put_field(m, f, election, out);
    }
    buf_str(out, "}");
}

/* ---- records ---- */

void mutate_put_record(struct mutation *m, struct buf *out)
{
    struct pv_str stream = mutate_value_of(m, "stream");
    if (stream.len < 9 || memcmp(stream.ptr, "Election-", 9) != 0)
        stream = PV_STR("Election-01HQ0000000000000000000001");
    enum pv_event_type type = mutate_draw_type(m);
    buf_str(out, "{\"stream\":\"");
    buf_add(out, stream.ptr, stream.len);
    buf_format(out, "\",\"number\":0,\"type\":\"%s\",\"data\":", cat_event(type)->type);
    mutate_put_data(m, type, (struct pv_str){stream.ptr + 9, stream.len - 9}, out);
    buf_str(out, "}");
}

/* ---- requests ---- */

static void put_text(struct buf *out, struct pv_str text)
{
    if (text.len > 0)
        buf_add(out, text.ptr, text.len);
}

/* Mostly one who may: a letter, or a voter who is there; now and then one who has other roles, too. */
static void put_caller(struct mutation *m, const char *who, struct buf *out)
{
    static const char *const others[] = {"-", "a", "u", "n", "av", "av", "v", "?", "!"};
    struct pv_str own = mutate_value_of(m, gen_draw(m->g, 3) > 0 ? "voter_id" : "email");
    buf_str(out, gen_draw(m->g, 6) == 0 ? "&" : "");
    if (gen_draw(m->g, 4) == 0) {
        buf_str(out, others[gen_draw(m->g, sizeof others / sizeof others[0])]);
    } else if (strchr(who, 'v') != NULL && own.ptr != NULL && memchr(own.ptr, ' ', own.len) == NULL) {
        buf_str(out, gen_draw(m->g, 6) == 0 ? "av:" : "v:");
        put_text(out, own);
    } else {
        buf_add(out, who[0] == '*' ? "-" : who, 1);
    }
}

static void put_header(struct mutation *m, struct buf *out)
{
    static const char *const headers[] = {
        "PV-Expected-Version=1", "PV-Why=a_b%25",    "PV-When=2024-02-24T18:00:00Z",
        "X-Correlation-Id=c",    "PV-Min-Version=3", "If-None-Match=\"2\"",
        "Last-Event-ID=0",       "Content-Type=x"};
    if (gen_draw(m->g, 5) == 0)
        buf_format(out, " %s", headers[gen_draw(m->g, sizeof headers / sizeof headers[0])]);
}

static void put_id(const char *pattern, struct pv_str id, struct buf *out)
{
    const char *place = strstr(pattern, "{id}");
    size_t before = place != NULL ? (size_t)(place - pattern) : strlen(pattern);
    buf_add(out, pattern, before);
    if (place != NULL) {
        put_text(out, id);
        buf_str(out, place + 4);
    }
}

void mutate_put_request(struct mutation *m, struct buf *out)
{
    struct pv_str election = mutate_value_of(m, "election_id"), id = mutate_value_of(m, "id");
    const struct api_row *row =
        &api_rows[gen_draw(m->g, 3) > 0 ? (uint32_t)mutate_draw_type(m) : gen_draw(m->g, API_ROWS)];
    if (election.ptr == NULL)
        election = PV_STR("01HQ0000000000000000000001");
    put_caller(m, row->who, out);
    buf_format(out, " %s ", row->method);
    put_id(row->path, row->read == API_STATUS ? id : election, out);
    put_header(m, out);
    buf_str(out, " ");
    if (row->read == API_EVENT)
        mutate_put_data(m, row->event, election, out);
}
