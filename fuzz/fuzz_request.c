/* Requests, a line each (request_line.h), to the whole server in memory. Each must be answered once, with
   what a naive API says (naive_api.h), or later if its time is over; with a status that the server's own
   description lists, with JSON where the answer says so, and with a problem that agrees with itself. What is
   recorded in the end is what the model accepted of those who may, and nothing else. */
#include "api_world.h"
#include "naive_api.h"

#include <stdlib.h>
#include <string.h>

enum { REQUESTS_MAX = 40 };

struct asked {
    struct request request; /* its texts in the run's bag */
    struct expected_answer expected;
    struct api_reply reply;
    int64_t sent_ms;
    bool decided; /* reads: the expectation is made */
};

struct run {
    struct api_world world;
    struct naive_api naive;
    struct bag bag;
    struct asked asked[REQUESTS_MAX];
    size_t count, checked;
};

static struct pv_str text_of(const struct naive *object, const char *key)
{
    const struct naive *member = naive_member(object, key);
    return member != NULL && member->kind == NAIVE_STRING ? member->text : (struct pv_str){NULL, 0};
}

static struct pv_str raw_of(const struct naive *object, const char *key)
{
    const struct naive *member = naive_member(object, key);
    return member != NULL ? member->raw : (struct pv_str){NULL, 0};
}

static void check_raw(const struct naive *object, const char *key, int64_t number)
{
    struct buf text = {0};
    buf_format(&text, "%lld", (long long)number);
    CHECK_SAME(key, raw_of(object, key), kit_str(&text));
    buf_free(&text);
}

/* ---- the description ---- */

/* /openapi.json of the server, read once. */
static const struct naive *description(void)
{
    static struct bag bag;
    static const struct naive *root;
    static struct api_world world;
    struct api_reply reply = {0};
    if (root != NULL)
        return root;
    api_world_init(&world);
    api_world_send(&world, PV_STR("- GET /openapi.json"), &reply);
    root = naive_parse(bag_copy(&bag, reply.body.ptr, reply.body.len), &bag);
    CHECK(root != NULL && naive_member(root, "paths") != NULL);
    api_reply_deinit(&reply);
    api_world_deinit(&world);
    return root;
}

static void check_described(const struct api_row *row, unsigned status)
{
    char method[8] = {0},
         code[4] = {(char)('0' + status / 100), (char)('0' + status / 10 % 10), (char)('0' + status % 10)};
    for (size_t i = 0; row->method[i] != '\0'; i++)
        method[i] = (char)(row->method[i] + 32);
    const struct naive *path = naive_member(naive_member(description(), "paths"), row->path);
    CHECK(path != NULL);
    const struct naive *responses = naive_member(naive_member(path, method), "responses");
    if (naive_member(responses, code) == NULL)
        FAIL("%s %s is answered with %u, which its description does not have", row->method, row->path,
             status);
}

/* ---- any answer ---- */

static bool has_header(const struct api_reply *reply, const char *name, const char *value)
{
    return str_is(api_reply_header(reply, name), value);
}

/* RFC 9457, and what the API adds. */
static void check_problem(const struct api_reply *reply, const struct naive *body,
                          const struct expected_answer *expected)
{
    static const char urn[] = "urn:photovote:";
    CHECK(body != NULL && body->kind == NAIVE_OBJECT &&
          has_header(reply, "Content-Type", "application/problem+json"));
    struct pv_str type = text_of(body, "type"), code = text_of(body, "code");
    CHECK(code.len > 0 && type.len == sizeof urn - 1 + code.len &&
          memcmp(type.ptr, urn, sizeof urn - 1) == 0 &&
          memcmp(type.ptr + sizeof urn - 1, code.ptr, code.len) == 0);
    CHECK(text_of(body, "title").len > 0 && text_of(body, "detail").len > 0);
    check_raw(body, "status", reply->status);
    CHECK_SAME("codes", code, ((struct pv_str){expected->code, strlen(expected->code)}));
    const struct naive *field = naive_member(body, "field"), *errors = naive_member(body, "errors");
    CHECK(field != NULL && (field->kind == NAIVE_NULL) == (expected->field == NULL) &&
          (expected->field == NULL || str_is(field->text, expected->field)));
    CHECK(errors != NULL && errors->kind == NAIVE_ARRAY);
    if (errors->first != NULL) {
        CHECK_SAME("the code of the first error", text_of(errors->first, "type"), code);
        CHECK_SAME("the sentence of the first error", text_of(errors->first, "msg"), text_of(body, "detail"));
    }
    CHECK((reply->status == 401) == has_header(reply, "WWW-Authenticate", "Bearer"));
    CHECK((reply->status == 429 || reply->status == 503) == has_header(reply, "Retry-After", "1"));
    CHECK((reply->status == 405) == (api_reply_header(reply, "Allow").len > 0));
    CHECK(reply->status != 422 || errors->first != NULL);
}

static void check_etag(const struct asked *asked)
{
    struct buf tag = {0};
    struct pv_str etag = api_reply_header(&asked->reply, "ETag");
    buf_format(&tag, "\"%lld\"", (long long)asked->expected.version);
    if (asked->expected.version >= 0)
        CHECK_SAME("ETag", etag, kit_str(&tag));
    else
        CHECK(etag.ptr == NULL);
    buf_free(&tag);
}

/* Whether If-None-Match names the version. */
static bool is_known(const struct asked *asked)
{
    struct pv_str known = pv_http_header(&asked->request.http, "If-None-Match");
    struct buf text = {0};
    buf_add(&text, known.ptr, known.len);
    buf_format(&text, "%c\"%lld\"%c", '\0', (long long)asked->expected.version, '\0');
    bool is = asked->expected.version >= 0 && known.ptr != NULL &&
              (str_is(known, "*") || strstr(text.bytes, text.bytes + known.len + 1) != NULL);
    buf_free(&text);
    return is;
}

/* ---- events ---- */

static void check_id_text(struct pv_str text, const char *event_id)
{
    char ulid[MODEL_ID];
    model_ulid_of(event_id, ulid);
    CHECK(str_is(text, ulid));
}

static const char *made_id(const struct fact *fact, const char *field)
{
    return strcmp(field, "election_id") == 0      ? fact->election
           : strcmp(field, "competition_id") == 0 ? fact->competition
           : strcmp(field, "candidate_id") == 0   ? fact->candidate
           : strcmp(field, "voter_id") == 0       ? fact->voter
                                                  : fact->ballot;
}

static struct pv_recorded record_of(struct run *run, const struct fact *fact)
{
    struct pv_recorded found;
    struct pv_fault fault;
    struct pv_event_id id;
    struct buf stream = {0};
    char ulid[MODEL_ID];
    model_ulid_of(fact->event_id, ulid);
    CHECK(pv_event_id_parse((struct pv_str){ulid, MODEL_ID - 1}, &id) == PV_CODE_NONE);
    buf_format(&stream, "Election-%s", fact->election);
    CHECK(run->world.store.ops->find(run->world.store.self, kit_str(&stream), id, &found, &fault) ==
          PV_STORE_OK);
    buf_free(&stream);
    return found;
}

/* 200 and 202 of an event. */
static void check_taken(struct run *run, const struct asked *asked, const struct naive *body)
{
    const struct fact *fact = asked->expected.fact;
    struct buf stream = {0};
    buf_format(&stream, "Election-%s", fact->election);
    CHECK_SAME("stream", text_of(body, "stream"), kit_str(&stream));
    check_id_text(text_of(body, "id"), fact->event_id);
    if (asked->expected.made != NULL)
        CHECK(str_is(text_of(body, asked->expected.made), made_id(fact, asked->expected.made)));
    if (asked->reply.status == 200) {
        check_raw(body, "number", asked->expected.number);
        check_raw(body, "position", record_of(run, fact).position);
    } else {
        CHECK(api_reply_header(&asked->reply, "Location").len == 7 + PV_ULID_LEN);
    }
    buf_free(&stream);
}

/* ---- reads of what the model has not all of ---- */

static void check_records(struct run *run, const struct asked *asked, const struct naive *body)
{
    const struct model *model = &naive_api_election(&run->naive, asked->expected.path_id)->model;
    int64_t at = 0, limit = 100;
    CHECK(naive_number(pv_http_query(&asked->request.http, "from"), &at) &&
          naive_number(pv_http_query(&asked->request.http, "limit"), &limit));
    const struct naive *events = naive_member(body, "events");
    CHECK(events != NULL && events->kind == NAIVE_ARRAY);
    for (const struct naive *one = events->first; one != NULL; one = one->next, at++, limit--) {
        struct buf data = {0};
        CHECK(limit > 0 && at < (int64_t)model->count);
        check_raw(one, "number", at);
        model_event(model->facts[at], &data);
        CHECK_SAME("an event's data", raw_of(one, "data"), kit_str(&data));
        CHECK(str_is(text_of(one, "type"), cat_event(model->facts[at]->type)->type));
        buf_free(&data);
    }
    CHECK(limit == 0 || at >= (int64_t)model->count);
    if (at < (int64_t)model->count)
        check_raw(body, "next", at);
    else
        CHECK(str_is(raw_of(body, "next"), "null"));
}

static void check_refusals(struct run *run, const struct asked *asked, const struct naive *body)
{
    int64_t from = 0, limit = 100, sequence = -1;
    CHECK(naive_number(pv_http_query(&asked->request.http, "from"), &from) &&
          naive_number(pv_http_query(&asked->request.http, "limit"), &limit));
    const struct naive *one = naive_member(body, "refusals")->first;
    for (size_t i = 0; i < run->naive.sent_count; i++) {
        const struct naive_sent *sent = &run->naive.sent[i];
        if (sent->code == NULL || ++sequence < from ||
            strcmp(sent->fact->election, asked->expected.path_id) != 0)
            continue;
        if (limit-- == 0) {
            check_raw(body, "next", sequence);
            break;
        }
        CHECK(one != NULL);
        check_raw(one, "sequence", sequence);
        CHECK(str_is(text_of(one, "code"), sent->code));
        check_id_text(text_of(one, "id"), sent->fact->event_id);
        one = one->next;
    }
    CHECK(one == NULL && (limit < 0 || str_is(raw_of(body, "next"), "null")));
}

/* ---- one answer ---- */

static void check_body(struct run *run, const struct asked *asked, const struct naive *body)
{
    const struct expected_answer *expected = &asked->expected;
    struct pv_str exact = kit_str(&expected->body), shown = asked->reply.body;
    if (expected->row->read == API_STATUS && shown.len > exact.len)
        shown.len = exact.len;
    if (exact.len > 0)
        CHECK_SAME(expected->row->path, shown, exact);
    if (expected->row->read == API_EVENTS)
        check_records(run, asked, body);
    if (expected->row->read == API_REFUSALS)
        check_refusals(run, asked, body);
}

static void check_status(const struct asked *asked)
{
    const struct expected_answer *expected = &asked->expected;
    unsigned status = expected->status;
    if (expected->row != NULL && expected->row->read != API_EVENT && status == 200 && is_known(asked))
        status = 304;
    bool timed_out = expected->row != NULL && expected->row->read == API_EVENT && asked->reply.status == 202;
    /* Only what came to the worker can be late. */
    if (timed_out)
        CHECK(expected->fact != NULL && asked->reply.at_ms - asked->sent_ms >= WORLD_VERDICT_MS);
    else if (asked->reply.status != status)
        FAIL("%.*s %.*s is answered with %u, not %u %s: %.*s", (int)asked->request.http.method.len,
             asked->request.http.method.ptr, (int)asked->request.http.path.len, asked->request.http.path.ptr,
             asked->reply.status, status, expected->code != NULL ? expected->code : "",
             (int)asked->reply.body.len, asked->reply.body.ptr);
    if (expected->row != NULL)
        check_described(expected->row, asked->reply.status);
}

static void check_answer(struct run *run, struct asked *asked)
{
    const struct api_reply *reply = &asked->reply;
    struct bag bag = {0};
    CHECK(reply->answers == 1);
    if (asked->expected.is_open)
        naive_api_read(&run->naive, &asked->request, &asked->expected);
    check_status(asked);
    struct pv_str type = api_reply_header(reply, "Content-Type");
    bool is_json = str_is(type, "application/json") || str_is(type, "application/problem+json");
    bool is_large =
        asked->expected.row != NULL && asked->expected.row->read == API_PLAIN && reply->status == 200;
    const struct naive *body = is_json && !is_large ? naive_parse(reply->body, &bag) : NULL;
    if (is_json && !is_large && (body == NULL || !kit_is_clean(reply->body, "\n")))
        FAIL("the body is no JSON: %.*s", (int)reply->body.len, reply->body.ptr);
    CHECK((type.ptr == NULL) == (reply->status == 304) &&
          reply->streams == str_is(type, "text/event-stream"));
    if (reply->status >= 400)
        check_problem(reply, body, &asked->expected);
    else if (asked->expected.row->read == API_EVENT)
        check_taken(run, asked, body);
    else if (reply->status == 200 && body != NULL)
        check_body(run, asked, body);
    if (reply->status < 400)
        check_etag(asked);
    bag_free(&bag);
}

/* ---- what is there in the end ---- */

static void check_member(const struct naive *metadata, const char *key, struct pv_str text)
{
    struct pv_str there = metadata == NULL ? text : text_of(metadata, key);
    CHECK((there.ptr == NULL) == (text.ptr == NULL));
    CHECK_SAME(key, there, text);
}

static void check_record(struct run *run, const struct naive_sent *sent)
{
    struct pv_recorded record = record_of(run, sent->fact);
    struct bag bag = {0};
    struct buf data = {0};
    model_event(sent->fact, &data);
    CHECK(record.number == sent->number && str_is(record.type, cat_event(sent->fact->type)->type));
    CHECK_SAME("a record and the model's event", record.data, kit_str(&data));
    const struct naive *metadata = naive_parse(record.metadata, &bag);
    CHECK(metadata != NULL);
    check_member(metadata, "who", (struct pv_str){sent->who, strlen(sent->who)});
    check_member(metadata, "when", sent->when);
    check_member(metadata, "why", sent->why);
    check_member(metadata, "where", PV_STR("192.0.2.1"));
    check_member(metadata, "$correlationId", sent->correlation);
    buf_free(&data);
    bag_free(&bag);
}

static void check_store(struct run *run)
{
    int64_t recorded = 0, position;
    struct pv_fault fault;
    for (size_t i = 0; i < run->naive.sent_count; i++) {
        if (run->naive.sent[i].code != NULL)
            continue;
        check_record(run, &run->naive.sent[i]);
        recorded++;
    }
    CHECK(run->world.store.ops->last_position(run->world.store.self, &position, &fault) == PV_STORE_OK);
    if (position + 1 != recorded)
        FAIL("%lld events are recorded, and %lld were accepted", (long long)position + 1,
             (long long)recorded);
}

/* Each message is JSON on its line; nobody hears of voters and ballots who may not, and only an auditor how
   they are rated, but for the own ballot. */
static void check_live(const struct api_live *live)
{
    struct pv_str rest = kit_str(&live->text), line;
    struct bag bag = {0};
    bool auditor = strchr(live->who.roles, 'u') != NULL, administrator = strchr(live->who.roles, 'a') != NULL;
    bool known =
        auditor || administrator || strchr(live->who.roles, 'v') != NULL || live->who.election[0] != '\0';
    while (rest.len > 0) {
        line = kit_first_line(rest, &rest);
        if (line.len > 6 && memcmp(line.ptr, "data: ", 6) == 0) {
            const struct naive *data = naive_parse((struct pv_str){line.ptr + 6, line.len - 6}, &bag);
            CHECK(data != NULL && data->kind == NAIVE_OBJECT);
            const struct naive *event = naive_member(data, "data");
            if (administrator && !auditor && event != NULL && live->who.election[0] == '\0')
                CHECK(naive_member(event, "rating") == NULL);
        } else if (!known && line.len > 7 && memcmp(line.ptr, "event: ", 7) == 0) {
            CHECK(memcmp(line.ptr + 7, "Vo", 2) != 0 && memcmp(line.ptr + 7, "Ba", 2) != 0);
        }
    }
    bag_free(&bag);
}

/* ---- the run ---- */

static void settle(struct run *run)
{
    api_world_settle(&run->world);
    for (; run->checked < run->count; run->checked++)
        check_answer(run, &run->asked[run->checked]);
}

static void ask(struct run *run, struct pv_str line)
{
    struct asked *asked = &run->asked[run->count];
    int64_t ms = request_wait(line);
    if (ms >= 0)
        api_world_wait(&run->world, ms);
    *asked = (struct asked){.sent_ms = run->world.ms};
    if (ms >= 0 || !request_read(line, &run->bag, &asked->request))
        return;
    struct naive_chance chance = {(uint64_t)run->world.us / 1000, run->world.chance + 1};
    if (!naive_api_take(&run->naive, &asked->request, chance, &asked->expected))
        return;
    run->count++;
    api_world_send(&run->world, line, &asked->reply);
    if (!asked->request.queued)
        settle(run);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct run run;
    struct pv_str rest = {(const char *)data, size};
    run = (struct run){.count = 0};
    api_world_init(&run.world);
    (void)description();
    while (rest.len > 0 && run.count < REQUESTS_MAX)
        ask(&run, kit_first_line(rest, &rest));
    settle(&run);
    check_store(&run);
    api_world_end(&run.world);
    for (size_t i = 0; i < run.world.live_count; i++)
        check_live(&run.world.lives[i]);
    for (size_t i = 0; i < run.count; i++) {
        api_reply_deinit(&run.asked[i].reply);
        buf_free(&run.asked[i].expected.body);
    }
    naive_api_deinit(&run.naive);
    bag_free(&run.bag);
    api_world_deinit(&run.world);
    return 0;
}
