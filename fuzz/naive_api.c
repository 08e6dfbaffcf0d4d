#include "naive_api.h"

#include "line_model.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void naive_api_deinit(struct naive_api *api)
{
    for (size_t i = 0; i < api->election_count; i++)
        model_free(&api->elections[i].model);
    bag_free(&api->bag);
}

struct naive_election *naive_api_election(struct naive_api *api, const char *id)
{
    for (size_t i = 0; i < api->election_count; i++)
        if (strcmp(api->elections[i].id, id) == 0)
            return &api->elections[i];
    return NULL;
}

void naive_refuse(struct expected_answer *expected, unsigned status, const char *code, const char *field)
{
    expected->status = status;
    expected->code = code;
    expected->field = field;
    expected->is_open = false;
}

/* ---- who ---- */

static bool has_role(const struct who *who, char role, const char *election)
{
    bool reaches = election == NULL || who->election[0] == '\0' || strcmp(who->election, election) == 0;
    return reaches && strchr(who->roles, role) != NULL;
}

unsigned naive_roles(const struct who *who, const char *election)
{
    unsigned bits = 0;
    for (int i = 0; i < 3; i++)
        bits |= has_role(who, "auv"[i], election) ? 1U << i : 0U;
    return bits;
}

static bool may(const struct who *who, const char *roles, const char *election)
{
    for (int i = 0; i < 3; i++)
        if (strchr(roles, "auv"[i]) != NULL && has_role(who, "auv"[i], election))
            return true;
    return strchr(roles, '*') != NULL;
}

/* The role that the caller acts in, of those that may; with the subject. */
void naive_who_in(const struct who *who, const char *roles, const char *election, char *out, size_t size)
{
    static const char *const names[] = {"administrator", "auditor", "voter"};
    *out = '\0';
    for (int i = 2; i >= 0; i--)
        if (strchr(roles, "auv"[i]) != NULL && has_role(who, "auv"[i], election))
            (void)snprintf(out, size, "%s:%.*s", names[i], (int)who->subject.len, who->subject.ptr);
}

static bool is_voter(const struct who *who, const struct fact *voter)
{
    if (who->voter[0] != '\0')
        return strcmp(who->voter, voter->voter) == 0;
    char email[PV_AUTH_TEXT_MAX + 1];
    if (who->email.ptr == NULL)
        return false;
    (void)snprintf(email, sizeof email, "%.*s", (int)who->email.len, who->email.ptr);
    return model_same_email(email, voter->email);
}

/* Whose ballot it is. What the election does not have is nobody's. */
static bool owns(const struct who *who, const struct model *model, const struct fact *fact)
{
    if (fact->type == PV_EVENT_BALLOT_CREATED) {
        const struct fact *voter = model_voter(model, fact->voter);
        if (has_role(who, 'a', fact->election))
            return true;
        if (who->voter[0] != '\0')
            return strcmp(who->voter, fact->voter) == 0;
        return who->email.ptr != NULL && (voter == NULL || is_voter(who, voter));
    }
    if (fact->type != PV_EVENT_BALLOT_CANDIDATE_RATED && fact->type != PV_EVENT_BALLOT_CAST)
        return true;
    const struct fact *ballot = model_ballot(model, fact->ballot);
    return ballot == NULL || is_voter(who, model_voter(model, ballot->voter));
}

/* ---- headers ---- */

bool naive_number(struct pv_str text, int64_t *number)
{
    char digits[20];
    if (text.ptr == NULL)
        return true;
    if (text.len == 0 || text.len > 19)
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
    (void)snprintf(digits, sizeof digits, "%.*s", (int)text.len, text.ptr);
    unsigned long long value = strtoull(digits, NULL, 10);
    if (value > INT64_MAX)
        return false;
    *number = (int64_t)value;
    return true;
}

static char small(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

static bool is_json(struct pv_str type)
{
    char word[300];
    size_t len = 0;
    if (type.ptr == NULL)
        return false;
    while (len < type.len && len + 1 < sizeof word && type.ptr[len] != ';' && type.ptr[len] != ' ')
        len++;
    for (size_t i = 0; i < len; i++)
        word[i] = small(type.ptr[i]);
    word[len] = '\0';
    return strcmp(word, "application/json") == 0 || (len > 5 && strcmp(word + len - 5, "+json") == 0);
}

static bool decode_why(struct pv_str text, struct bag *bag, struct pv_str *why)
{
    struct buf out = {0};
    bool good = true;
    for (size_t i = 0; i < text.len && good; i++) {
        unsigned byte = (unsigned char)text.ptr[i];
        int used = 0;
        if (byte == '%') {
            char two[3] = {0};
            memcpy(two, text.ptr + i + 1, text.len - i - 1 < 2 ? text.len - i - 1 : 2);
            good = strspn(two, "0123456789abcdefABCDEF") == 2 && sscanf(two, "%2x%n", &byte, &used) == 1;
            i += 2;
        }
        char c = (char)byte;
        buf_add(&out, &c, 1);
    }
    *why = bag_copy(bag, out.bytes, out.len);
    buf_free(&out);
    return good && kit_is_clean(*why, "") && model_check_text(*why, 500, false) == PV_CODE_NONE;
}

static bool is_correlation(struct pv_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] <= ' ' || text.ptr[i] > '~')
            return false;
    return text.len >= 1 && text.len <= 128;
}

/* The trace id of version 00. */
static struct pv_str trace_id(struct pv_str text)
{
    static const char form[] = "00-hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh-hhhhhhhhhhhhhhhh-hh";
    struct pv_str none = {NULL, 0};
    if (text.ptr == NULL || text.len != sizeof form - 1)
        return none;
    for (size_t i = 0; i < text.len; i++) {
        bool is_hex = text.ptr[i] != '\0' && strchr("0123456789abcdef", text.ptr[i]) != NULL;
        if (form[i] == 'h' ? !is_hex : text.ptr[i] != form[i])
            return none;
    }
    return memcmp(text.ptr + 3, "00000000000000000000000000000000", 32) == 0
               ? none
               : (struct pv_str){text.ptr + 3, 32};
}

/* The name of the header that cannot be read, or NULL. */
static const char *read_headers(const struct pv_http_request *http, struct bag *bag, struct naive_sent *sent,
                                int64_t *version)
{
    char date[MODEL_DATE];
    struct pv_str why = pv_http_header(http, "PV-Why");
    sent->when = pv_http_header(http, "PV-When");
    sent->correlation = pv_http_header(http, "X-Correlation-Id");
    if (why.ptr != NULL && !decode_why(why, bag, &sent->why))
        return "PV-Why";
    if (sent->when.ptr != NULL && model_check_date(sent->when, date) != PV_CODE_NONE)
        return "PV-When";
    if (sent->correlation.ptr != NULL && !is_correlation(sent->correlation))
        return "X-Correlation-Id";
    if (sent->correlation.ptr == NULL)
        sent->correlation = trace_id(pv_http_header(http, "traceparent"));
    return naive_number(pv_http_header(http, "PV-Expected-Version"), version) ? NULL : "PV-Expected-Version";
}

/* ---- ids that were left out ---- */

static const char *made_by(enum pv_event_type type)
{
    return type == PV_EVENT_ELECTION_CREATED    ? "election_id"
           : type == PV_EVENT_COMPETITION_ADDED ? "competition_id"
           : type == PV_EVENT_CANDIDATE_ADDED   ? "candidate_id"
           : type == PV_EVENT_VOTER_REGISTERED  ? "voter_id"
           : type == PV_EVENT_BALLOT_CREATED    ? "ballot_id"
                                                : NULL;
}

static struct pv_str ulid(struct bag *bag, struct pv_bits128 bits)
{
    char text[PV_ULID_LEN];
    pv_ulid_format(bits, text);
    return bag_copy(bag, text, sizeof text);
}

/* The time of the event's id, then 80 bits of SHA-256 over its UUID and the field's name. */
static struct pv_bits128 derived(struct pv_bits128 id, const char *field)
{
    char text[64];
    unsigned char digest[EVP_MAX_MD_SIZE];
    (void)snprintf(text, sizeof text, "%08x-%04x-%04x-%04x-%012llx%s", (unsigned)(id.hi >> 32),
                   (unsigned)(id.hi >> 16) & 0xffff, (unsigned)id.hi & 0xffff, (unsigned)(id.lo >> 48),
                   (unsigned long long)id.lo & 0xffffffffffff, field);
    CHECK(EVP_Digest(text, strlen(text), digest, NULL, EVP_sha256(), NULL) == 1);
    struct pv_bits128 made = {id.hi >> 16 << 16 | (uint64_t)digest[0] << 8 | digest[1], 0};
    for (int i = 2; i < 10; i++)
        made.lo = made.lo << 8 | digest[i];
    return made;
}

static bool fill_in(struct wire *wire, const char *name, struct pv_str id)
{
    struct wire_member *member = wire_find(wire, name);
    if (member != NULL && member->value.kind != PV_PRIMITIVE_NULL)
        return false;
    if (member == NULL)
        wire_add(wire, (struct pv_str){name, strlen(name)}, wire_string(id));
    else
        member->value = wire_string(id);
    return true;
}

/* The field of a thing's id that was made, or NULL. */
static const char *complete(struct wire *wire, enum pv_event_type type, struct naive_chance chance,
                            struct bag *bag)
{
    struct pv_event_id id;
    const char *makes = made_by(type);
    (void)fill_in(wire, "id", ulid(bag, (struct pv_bits128){chance.ms << 16, chance.next}));
    const struct wire_member *own = wire_find(wire, "id");
    if (makes == NULL || own->value.kind != PV_PRIMITIVE_STRING ||
        pv_event_id_parse(own->value.text, &id) != PV_CODE_NONE)
        return NULL;
    return fill_in(wire, makes, ulid(bag, derived(id.bits, makes))) ? makes : NULL;
}

/* ---- the worker ---- */

static bool same_event(const struct fact *a, const struct fact *b)
{
    struct buf one = {0}, other = {0};
    model_event(a, &one);
    model_event(b, &other);
    bool same = a->type == b->type && buf_equal(&one, &other);
    buf_free(&one);
    buf_free(&other);
    return same;
}

static void remember(struct naive_api *api, struct naive_sent *sent, const char *code, int64_t number)
{
    sent->code = code;
    sent->number = number;
    api->sent[api->sent_count++] = *sent;
}

static void recorded(struct expected_answer *expected, int64_t number)
{
    expected->status = 200;
    expected->is_event = true;
    expected->number = number;
}

static const struct naive_sent *find_recorded(const struct naive_api *api, const struct fact *fact)
{
    for (size_t i = 0; i < api->sent_count; i++)
        if (api->sent[i].code == NULL && strcmp(api->sent[i].fact->event_id, fact->event_id) == 0 &&
            strcmp(api->sent[i].fact->election, fact->election) == 0)
            return &api->sent[i];
    return NULL;
}

static void judge(struct naive_api *api, struct naive_election *election, const struct who *who,
                  struct naive_sent *sent, int64_t version, struct expected_answer *expected)
{
    struct model *model = &election->model;
    const struct naive_sent *before = find_recorded(api, sent->fact);
    struct verdict verdict = {PV_CODE_NONE, PV_KEY_NONE};
    if (!owns(who, model, sent->fact))
        naive_refuse(expected, 403, "not_allowed", NULL);
    else if (before != NULL && same_event(before->fact, sent->fact))
        recorded(expected, before->number);
    else if (before != NULL)
        naive_refuse(expected, 409, "event_id_reused", "id");
    else if (version != PV_ANY_VERSION && version != (int64_t)model->count - 1)
        naive_refuse(expected, 412, "wrong_version", "PV-Expected-Version");
    else
        verdict = model_decide(model, sent->fact);
    if (verdict.code != PV_CODE_NONE)
        naive_refuse(expected, (unsigned)pv_code_http_status(verdict.code), pv_code_name(verdict.code),
                     pv_field_name(verdict.field));
    if (expected->code != NULL) {
        remember(api, sent, expected->code, -1);
    } else if (!expected->is_event) {
        model_accept(model, sent->fact);
        recorded(expected, (int64_t)model->count - 1);
        remember(api, sent, NULL, expected->number);
    }
}

static bool take_event(struct naive_api *api, const struct request *r, const struct who *who,
                       struct naive_chance chance, struct expected_answer *expected)
{
    struct naive_sent sent = {.subject = who->subject};
    int64_t version = PV_ANY_VERSION;
    struct wire wire;
    struct fact *fact = (struct fact *)(void *)bag_alloc(&api->bag, sizeof *fact);
    enum pv_event_type type = expected->row->event;
    if (!is_json(pv_http_header(&r->http, "Content-Type"))) {
        naive_refuse(expected, 415, "media_type_unsupported", NULL);
        return true;
    }
    const char *unreadable = read_headers(&r->http, &api->bag, &sent, &version);
    if (unreadable != NULL) {
        naive_refuse(expected, 400, "header_invalid", unreadable);
        return true;
    }
    const char *name = cat_event(type)->type;
    if (!line_model_event((struct pv_str){name, strlen(name)}, r->http.body, &api->bag, &wire) ||
        wire.count + 2 > WIRE_MEMBERS_MAX)
        return false;
    if (wire.damage == WIRE_SOUND)
        expected->made = complete(&wire, type, chance, &api->bag);
    struct verdict verdict = model_read(&wire, &api->bag, fact);
    if (verdict.code != PV_CODE_NONE) {
        naive_refuse(expected, (unsigned)pv_code_http_status(verdict.code), pv_code_name(verdict.code),
                     pv_field_name(verdict.field));
        return true;
    }
    sent.fact = expected->fact = fact;
    naive_who_in(who, expected->row->who, fact->election, sent.who, sizeof sent.who);
    if (sent.who[0] == '\0') {
        naive_refuse(expected, 403, "not_allowed", NULL);
        return true;
    }
    struct naive_election *election = naive_api_election(api, fact->election);
    if (election == NULL && api->election_count == NAIVE_ELECTIONS)
        return false;
    if (election == NULL) {
        election = &api->elections[api->election_count++];
        memcpy(election->id, fact->election, sizeof election->id);
    }
    judge(api, election, who, &sent, version, expected);
    return true;
}

/* ---- the way in ---- */

static bool matches_text(const char *pattern, char *text, struct pv_str *id)
{
    size_t len = strlen(text);
    if (len > 1 && text[len - 1] == '/')
        text[len - 1] = '\0';
    const char *place = strstr(pattern, "{id}");
    if (place == NULL)
        return strcmp(pattern, text) == 0;
    size_t before = (size_t)(place - pattern), at = before;
    if (strncmp(pattern, text, before) != 0)
        return false;
    at += strcspn(text + before, "/");
    id->len = at - before;
    id->ptr += before;
    return at > before && strcmp(place + 4, text + at) == 0;
}

/* Whether the path is the pattern, and what stands for {id}. */
static bool matches(const char *pattern, struct pv_str path, struct pv_str *id)
{
    struct pv_str part = {path.ptr, 0};
    char *text = kit_room(path.len + 1);
    memcpy(text, path.ptr, path.len);
    text[path.len] = '\0';
    bool does = matches_text(pattern, text, &part);
    free(text);
    *id = does && strstr(pattern, "{id}") != NULL ? part : (struct pv_str){NULL, 0};
    return does;
}

/* The row of the route; *allowed: whether the path has any. */
static const struct api_row *find_row(const struct pv_http_request *http, struct pv_str *id, bool *known)
{
    struct pv_str method = str_is(http->method, "HEAD") ? PV_STR("GET") : http->method, stands;
    bool literal = false;
    for (int i = 0; i < API_ROWS; i++)
        literal |= strstr(api_rows[i].path, "{id}") == NULL && matches(api_rows[i].path, http->path, &stands);
    *known = false;
    for (int i = 0; i < API_ROWS; i++) {
        if (!matches(api_rows[i].path, http->path, &stands) || (literal && stands.ptr != NULL))
            continue;
        *known = true;
        *id = stands;
        if (str_is(method, api_rows[i].method))
            return &api_rows[i];
    }
    return NULL;
}

/* The id in the path, the roles, the header that waits. */
static void take_read(const struct request *r, const struct who *who, struct pv_str id,
                      struct expected_answer *expected)
{
    enum api_read read = expected->row->read;
    bool has_election = read >= API_PAPER && read <= API_LIVE, readable = true;
    int64_t least = -1;
    if (has_election)
        readable = model_check_ulid(id, expected->path_id) == PV_CODE_NONE;
    else if (read == API_STATUS)
        readable = model_check_event_id(id, expected->path_event) == PV_CODE_NONE;
    expected->photo = id;
    expected->is_open = true;
    if (!readable)
        naive_refuse(expected, 404, "not_found", NULL);
    else if (has_election && !may(who, expected->row->who, expected->path_id))
        naive_refuse(expected, 403, "not_allowed", NULL);
    else if (!naive_number(pv_http_header(&r->http, "PV-Min-Version"), &least))
        naive_refuse(expected, 400, "header_invalid", "PV-Min-Version");
}

bool naive_api_take(struct naive_api *api, const struct request *r, struct naive_chance chance,
                    struct expected_answer *expected)
{
    struct pv_str id = {NULL, 0};
    struct who who;
    bool known;
    *expected = (struct expected_answer){.number = -1, .version = -1};
    who_read(pv_http_header(&r->http, "Authorization"), &who);
    const struct api_row *row = find_row(&r->http, &id, &known);
    if (row == NULL) {
        naive_refuse(expected, known ? 405 : 404, known ? "method_not_allowed" : "not_found", NULL);
        return true;
    }
    expected->row = row;
    if (who.result == PV_AUTH_REFUSED)
        naive_refuse(expected, 401, "token_invalid", NULL);
    else if (who.result == PV_AUTH_FAULT)
        naive_refuse(expected, 503, "unavailable", NULL);
    else if (!may(&who, row->who, row->read == API_PLAIN ? "" : NULL))
        naive_refuse(expected, who.result == PV_AUTH_KNOWN ? 403 : 401,
                     who.result == PV_AUTH_KNOWN ? "not_allowed" : "token_missing", NULL);
    else if (row->read == API_EVENT)
        return take_event(api, r, &who, chance, expected);
    else if (row->read == API_PLAIN)
        expected->status = 200;
    else
        take_read(r, &who, id, expected);
    return true;
}
