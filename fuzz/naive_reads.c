/* What reads must show, of what was sent before. */
#include "naive_api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct look {
    struct naive_api *api;
    const struct pv_http_request *http;
    struct who who;
    unsigned roles; /* in the election; bits as in "auv" */
    const struct naive_election *election;
    const struct naive *document;
    struct bag bag;
    struct expected_answer *expected;
};
enum { ADMINISTRATOR = 1, AUDITOR = 2, VOTER = 4 };

static void ok(struct look *look, bool tagged)
{
    look->expected->status = 200;
    look->expected->is_open = false;
    look->expected->version = tagged ? (int64_t)look->election->model.count - 1 : -1;
}

static bool oversees(const struct look *look)
{
    return (look->roles & (ADMINISTRATOR | AUDITOR)) != 0;
}

static bool parameter(struct look *look, const char *name, int64_t *value)
{
    if (naive_number(pv_http_query(look->http, name), value))
        return true;
    naive_refuse(look->expected, 400, "query_invalid", name);
    return false;
}

/* False: refused. */
static bool limit_of(struct look *look, int64_t *limit)
{
    *limit = 100;
    if (!parameter(look, "limit", limit))
        return false;
    if (*limit >= 1 && *limit <= 1000)
        return true;
    naive_refuse(look->expected, 400, "query_invalid", "limit");
    return false;
}

static bool range(struct look *look, int64_t *from, int64_t *limit)
{
    *from = 0;
    return parameter(look, "from", from) && limit_of(look, limit);
}

static void put(struct look *look, struct pv_str text)
{
    buf_add(&look->expected->body, text.ptr, text.len);
}

/* An object without one of its members. */
static void put_without(struct look *look, const struct naive *object, const char *key)
{
    const char *before = "{";
    for (const struct naive *member = object->first; member != NULL; member = member->next) {
        if (str_is(member->key, key))
            continue;
        buf_format(&look->expected->body, "%s\"%.*s\":", before, (int)member->key.len, member->key.ptr);
        put(look, member->raw);
        before = ",";
    }
    buf_str(&look->expected->body, "}");
}

/* ---- one election ---- */

static void read_paper(struct look *look)
{
    const char *before = "{";
    for (const struct naive *member = look->document->first; member != NULL; member = member->next) {
        if (str_is(member->key, "voters") || str_is(member->key, "ballots"))
            continue;
        buf_format(&look->expected->body, "%s\"%.*s\":", before, (int)member->key.len, member->key.ptr);
        put(look, member->raw);
        before = ",";
    }
    buf_str(&look->expected->body, "}");
    ok(look, true);
}

static void read_list(struct look *look, const char *name, bool with_ratings)
{
    int64_t from, limit, at = 0;
    struct buf *body = &look->expected->body;
    if (!range(look, &from, &limit))
        return;
    buf_format(body, "{\"version\":%zu,\"%s\":[", look->election->model.count - 1, name);
    const struct naive *item = naive_member(look->document, name)->first;
    for (; item != NULL && at < from; item = item->next)
        at++;
    for (; item != NULL && at < from + limit; item = item->next, at++) {
        buf_str(body, at > from ? "," : "");
        if (with_ratings)
            put(look, item->raw);
        else
            put_without(look, item, "ratings");
    }
    if (item != NULL)
        buf_format(body, "],\"next\":%lld}", (long long)at);
    else
        buf_str(body, "],\"next\":null}");
    ok(look, true);
}

static bool is_mine(const struct look *look, const struct fact *voter)
{
    char email[PV_AUTH_TEXT_MAX + 1];
    if (look->who.voter[0] != '\0')
        return strcmp(look->who.voter, voter->voter) == 0;
    if (look->who.email.ptr == NULL)
        return false;
    (void)snprintf(email, sizeof email, "%.*s", (int)look->who.email.len, look->who.email.ptr);
    return model_same_email(email, voter->email);
}

static void read_my_ballot(struct look *look)
{
    const struct fact *voter;
    for (size_t i = 0; (voter = model_nth(&look->election->model, PV_EVENT_VOTER_REGISTERED, i)) != NULL;
         i++) {
        if (!is_mine(look, voter))
            continue;
        const struct naive *item = naive_member(look->document, "ballots")->first;
        while (item != NULL && !str_is(naive_member(item, "voter_id")->text, voter->voter))
            item = item->next;
        if (item == NULL)
            break;
        put(look, item->raw);
        ok(look, true);
        return;
    }
    naive_refuse(look->expected, 404, "no_ballot", NULL);
}

/* Records and refusals have more in them than the model knows: fuzz_request compares the rest. */
static void read_pages(struct look *look)
{
    int64_t from, limit;
    if (range(look, &from, &limit))
        ok(look, false);
}

static void read_live(struct look *look)
{
    int64_t last = 0;
    if (naive_number(pv_http_header(look->http, "Last-Event-ID"), &last))
        ok(look, false);
    else
        naive_refuse(look->expected, 400, "header_invalid", "Last-Event-ID");
}

static bool is_visible(const struct look *look, enum model_phase phase)
{
    bool results = look->expected->row->read == API_RESULTS;
    return oversees(look) || phase == MODEL_CLOSED || (phase == MODEL_OPEN && !results);
}

static void read_visible(struct look *look, enum model_phase phase)
{
    struct buf *body = &look->expected->body;
    switch (look->expected->row->read) {
    case API_PAPER:
        read_paper(look);
        break;
    case API_DOCUMENT:
        model_document(&look->election->model, body);
        ok(look, true);
        break;
    case API_RESULTS:
        model_tally(&look->election->model, body);
        ok(look, true);
        break;
    case API_VOTERS:
        read_list(look, "voters", true);
        break;
    case API_BALLOTS:
        read_list(look, "ballots", phase != MODEL_OPEN || (look->roles & AUDITOR) != 0);
        break;
    case API_MY_BALLOT:
        read_my_ballot(look);
        break;
    case API_LIVE:
        read_live(look);
        break;
    case API_EVENTS:
    case API_REFUSALS:
        read_pages(look);
        break;
    case API_EVENT:
    case API_ELECTIONS:
    case API_STATUS:
    case API_PHOTO:
    case API_PLAIN:
        FAIL("%s is no read of an election", look->expected->row->path);
    }
}

static void read_election(struct look *look)
{
    int64_t least = -1;
    CHECK(naive_number(pv_http_header(look->http, "PV-Min-Version"), &least));
    enum model_phase phase = look->election == NULL ? MODEL_UNBORN : model_phase(&look->election->model);
    enum api_read read = look->expected->row->read;
    /* What was recorded and refused of one that is deleted can still be read. */
    bool is_log = read == API_EVENTS || read == API_REFUSALS;
    bool there = phase != MODEL_UNBORN && (is_log || phase != MODEL_DELETED);
    int64_t last = there ? (int64_t)look->election->model.count - 1 : -1;
    if ((is_log || phase != MODEL_DELETED) && least > last)
        naive_refuse(look->expected, 503, "projection_behind", NULL);
    else if (there && (is_log || is_visible(look, phase)))
        read_visible(look, phase);
    else if (phase == MODEL_OPEN)
        naive_refuse(look->expected, 403, "not_allowed", NULL);
    else
        naive_refuse(look->expected, 404, "election_unknown", "election_id");
}

/* ---- the list ---- */

static void put_summary(struct look *look, const struct naive_election *election)
{
    struct buf text = {0}, *body = &look->expected->body;
    static const char *const phases[] = {"unborn", "draft", "open", "closed", "deleted"};
    size_t competitions = 0, candidates = 0;
    const struct model *model = &election->model;
    const struct fact *fact;
    model_document(model, &text);
    const struct naive *document = naive_parse(kit_str(&text), &look->bag);
    for (size_t i = 0; (fact = model_nth(model, PV_EVENT_COMPETITION_ADDED, i)) != NULL; i++)
        competitions += !model_competition_removed(model, fact->competition);
    for (size_t i = 0; (fact = model_nth(model, PV_EVENT_CANDIDATE_ADDED, i)) != NULL; i++)
        candidates += !model_candidate_removed(model, fact->candidate) &&
                      !model_competition_removed(model, fact->competition);
    struct pv_str name = naive_member(document, "name")->raw;
    buf_format(body, "{\"id\":\"%s\",\"name\":%.*s,\"phase\":\"%s\",\"version\":%zu", election->id,
               (int)name.len, name.ptr, phases[model_phase(model)], model->count - 1);
    buf_format(body,
               ",\"competitions\":%zu,\"candidates\":%zu,\"voters\":%zu,\"ballots_issued\":%zu,\"ballots_"
               "cast\":%zu}",
               competitions, candidates, model_count(model, PV_EVENT_VOTER_REGISTERED),
               model_count(model, PV_EVENT_BALLOT_CREATED), model_count(model, PV_EVENT_BALLOT_CAST));
    buf_free(&text);
}

/* The visible one with the least id above `after`, or NULL. */
static const struct naive_election *next_listed(const struct look *look, const char *after)
{
    const struct naive_election *next = NULL;
    for (size_t i = 0; i < look->api->election_count; i++) {
        const struct naive_election *one = &look->api->elections[i];
        enum model_phase phase = model_phase(&one->model);
        if (phase != MODEL_OPEN && phase != MODEL_CLOSED && (phase != MODEL_DRAFT || !oversees(look)))
            continue;
        if (strcmp(one->id, after) > 0 && (next == NULL || strcmp(one->id, next->id) < 0))
            next = one;
    }
    return next;
}

static void read_elections(struct look *look)
{
    char after[MODEL_ID] = "";
    int64_t limit;
    struct buf *body = &look->expected->body;
    struct pv_str text = pv_http_query(look->http, "after");
    if (text.ptr != NULL && model_check_ulid(text, after) != PV_CODE_NONE) {
        naive_refuse(look->expected, 400, "query_invalid", "after");
        return;
    }
    if (!limit_of(look, &limit))
        return;
    const struct naive_election *one = next_listed(look, after);
    buf_str(body, "{\"elections\":[");
    for (int64_t i = 0; i < limit && one != NULL; i++) {
        buf_str(body, i > 0 ? "," : "");
        put_summary(look, one);
        memcpy(after, one->id, sizeof after);
        one = next_listed(look, after);
    }
    if (one != NULL)
        buf_format(body, "],\"next\":\"%s\"}", after);
    else
        buf_str(body, "],\"next\":null}");
    ok(look, false);
}

/* ---- an event ---- */

static bool is_senders(const struct look *look, const struct naive_sent *sent)
{
    char who[sizeof sent->who];
    for (int i = 0; i < 3; i++) {
        const char role[] = {"auv"[i], '\0'};
        naive_who_in(&look->who, role, NULL, who, sizeof who);
        if (who[0] != '\0' && strcmp(who, sent->who) == 0)
            return true;
    }
    return false;
}

static bool oversees_of(const struct look *look, const struct naive_sent *sent)
{
    return (naive_roles(&look->who, sent->fact->election) & (ADMINISTRATOR | AUDITOR)) != 0;
}

/* An id may be that of events of several elections, and then of any of them. */
static void read_status(struct look *look)
{
    const struct naive_sent *recorded = NULL, *refused = NULL;
    size_t count = 0;
    char ulid[MODEL_ID];
    for (size_t i = 0; i < look->api->sent_count; i++) {
        const struct naive_sent *sent = &look->api->sent[i];
        if (strcmp(sent->fact->event_id, look->expected->path_event) != 0)
            continue;
        count += sent->code == NULL;
        *(sent->code == NULL ? &recorded : &refused) = sent;
    }
    ok(look, false);
    if (count > 1)
        return;
    model_ulid_of(look->expected->path_event, ulid);
    buf_format(&look->expected->body, "{\"id\":\"%s\",\"status\":\"", ulid);
    if (recorded != NULL && (oversees_of(look, recorded) || is_senders(look, recorded)))
        buf_format(&look->expected->body,
                   "recorded\",\"stream\":\"Election-%s\",\"number\":%lld,\"position\":",
                   recorded->fact->election, (long long)recorded->number);
    else if (recorded == NULL && refused != NULL &&
             (oversees_of(look, refused) || pv_str_equal(refused->subject, look->who.subject)))
        buf_format(&look->expected->body,
                   "refused\",\"stream\":\"Election-%s\",\"code\":\"%s\",\"field\":", refused->fact->election,
                   refused->code);
    else
        buf_str(&look->expected->body, "unknown\"}");
}

static void read_photo(struct look *look)
{
    if (str_is(look->expected->photo, "there.png"))
        ok(look, false);
    else
        naive_refuse(look->expected, 404, "not_found", NULL);
}

void naive_api_read(struct naive_api *api, const struct request *request, struct expected_answer *expected)
{
    struct look look = {.api = api, .http = &request->http, .expected = expected};
    struct buf document = {0};
    who_read(pv_http_header(&request->http, "Authorization"), &look.who);
    look.roles = naive_roles(&look.who, expected->path_id);
    look.election = naive_api_election(api, expected->path_id);
    if (look.election != NULL && look.election->model.count > 0) {
        model_document(&look.election->model, &document);
        look.document = naive_parse(kit_str(&document), &look.bag);
    }
    if (expected->row->read == API_ELECTIONS)
        read_elections(&look);
    else if (expected->row->read == API_STATUS)
        read_status(&look);
    else if (expected->row->read == API_PHOTO)
        read_photo(&look);
    else
        read_election(&look);
    bag_free(&look.bag);
    buf_free(&document);
}
