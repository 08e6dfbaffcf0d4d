#include "api_kit.h"

#include "kit_memory.h"
#include "print.h"
#include "record.h"
#include "text.h"

#include <stdlib.h>

struct kit kit;
struct kit_command kit_command;

/* --- callers --- */

static const struct caller {
    const char *name;
    enum pv_auth_result result;
    unsigned roles;
    uint64_t voter; /* 0: none */
    const char *email;
    uint64_t election; /* 0: any */
} callers[] = {
    {"alice", PV_AUTH_KNOWN, PV_ROLE_ADMINISTRATOR, 0, NULL, 0},
    {"audrey", PV_AUTH_KNOWN, PV_ROLE_AUDITOR, 0, NULL, 0},
    {"ada", PV_AUTH_KNOWN, PV_ROLE_VOTER, 1, NULL, 0},
    {"bob", PV_AUTH_KNOWN, PV_ROLE_VOTER, 2, NULL, 0},
    {"cy", PV_AUTH_KNOWN, PV_ROLE_VOTER, 3, NULL, 0},
    {"bo", PV_AUTH_KNOWN, PV_ROLE_VOTER, 0, "bOB@x.example", 0},
    {"dot", PV_AUTH_KNOWN, PV_ROLE_VOTER, 0, "dot@x.example", 0},
    {"zoe", PV_AUTH_KNOWN, PV_ROLE_VOTER, 0, NULL, 0},
    {"both", PV_AUTH_KNOWN, PV_ROLE_ADMINISTRATOR | PV_ROLE_VOTER, 1, NULL, 0},
    {"sam", PV_AUTH_KNOWN, PV_ROLE_ADMINISTRATOR | PV_ROLE_VOTER | PV_ROLE_AUDITOR, 1, NULL, 0},
    {"nora", PV_AUTH_KNOWN, 0, 0, NULL, 0},
    {"one", PV_AUTH_KNOWN, PV_ROLE_ADMINISTRATOR, 0, NULL, 1},
    {"vone", PV_AUTH_KNOWN, PV_ROLE_VOTER, 1, NULL, 1},
    {"do\\t", PV_AUTH_KNOWN, PV_ROLE_VOTER, 0, NULL, 0},
    {"quote", PV_AUTH_KNOWN, PV_ROLE_VOTER, 0, "A\"\\b@x.example", 0},
    {"long", PV_AUTH_KNOWN, PV_ROLE_VOTER, 0, "", 0},
    {"bad", PV_AUTH_REFUSED, PV_ROLE_ADMINISTRATOR, 0, NULL, 0},
    {"gone", PV_AUTH_FAULT, PV_ROLE_ADMINISTRATOR, 0, NULL, 0},
};

/* The subject is the name. Somebody without a token may be left with roles by a careless authenticator. */
static void authenticate(void *context, struct pv_str authorization, struct pv_auth *auth)
{
    check_true(context == &kit);
    memset(auth, 0xff, sizeof *auth);
    auth->result = PV_AUTH_ANONYMOUS;
    if (authorization.ptr == NULL)
        return;
    const struct caller *caller = callers;
    while (!pv_str_equal(authorization, story_str(caller->name)))
        check_true(++caller < callers + sizeof callers / sizeof callers[0]);
    auth->result = caller->result;
    auth->why = story_str("this token is no good");
    auth->caller = (struct pv_caller){
        .roles = caller->roles,
        .has_voter = caller->voter != 0,
        .one_election = caller->election != 0,
        .until = kit.token_until,
    };
    memcpy(auth->subject, authorization.ptr, authorization.len);
    auth->caller.subject = (struct pv_str){auth->subject, authorization.len};
    auth->caller.voter.bits = story_id(caller->voter);
    auth->caller.election.bits = story_id(caller->election);
    if (caller->email != NULL) {
        strcpy(auth->email, caller->email);
        auth->caller.email = story_str(auth->email);
        if (auth->caller.email.len == 0) { /* longer than an email can be */
            memset(auth->email, 'l', sizeof auth->email);
            auth->caller.email.len = PV_EMAIL_MAX + 1;
        }
    }
}

/* --- exchanges --- */

static void wake(void *context)
{
    ((struct kit_exchange *)context)->wakes++;
}

static void take_headers(struct kit_exchange *sent, const struct pv_http_reply *reply)
{
    size_t len = 0;
    for (size_t i = 0; i < reply->header_count; i++) {
        const struct pv_http_pair *header = &reply->headers[i];
        len += (size_t)snprintf(sent->reply_headers + len, sizeof sent->reply_headers - len, "%.*s: %.*s\n",
                                (int)header->name.len, header->name.ptr, (int)header->value.len,
                                header->value.ptr);
    }
}

static void answer(struct pv_http_exchange *exchange, struct pv_http_reply *reply)
{
    struct kit_exchange *sent = (struct kit_exchange *)exchange;
    check_int(sent->answers++, 0);
    sent->status = reply->status;
    take_headers(sent, reply);
    if (reply->body.ops != NULL && sent->cut) {
        reply->body.ops->close(reply->body.self);
    } else if (reply->body.ops != NULL) {
        sent->stream = reply->body;
        sent->stream.ops->started(sent->stream.self, (struct pv_http_waker){wake, sent});
    } else {
        sent->body = kit_zeroed(reply->bytes.len + 1);
        sent->body_len = reply->bytes.len;
        if (reply->bytes.len > 0)
            memcpy(sent->body, reply->bytes.ptr, reply->bytes.len);
    }
    /* The request is gone: whoever looks at it after its answer meets this. */
    memset(&sent->request, 0xff, sizeof sent->request);
    free(sent->text);
    sent->text = NULL;
}

static struct pv_str copied(struct kit_exchange *sent, size_t *used, const char *text)
{
    size_t len = strlen(text);
    char *to = sent->text + *used;
    memcpy(to, text, len);
    *used += len;
    return (struct pv_str){to, len};
}

static void add_pair(struct kit_exchange *sent, size_t *used, const char *name, const char *value)
{
    bool query = name[0] == '?';
    struct pv_http_pair pair = {copied(sent, used, name + query), copied(sent, used, value)};
    if (query)
        sent->query[sent->request.query_count++] = pair;
    else
        sent->headers[sent->request.header_count++] = pair;
    check_true(sent->request.query_count <= 4 && sent->request.header_count <= 8);
}

static struct kit_exchange *new_exchange(const char *caller, const char *method, const char *path,
                                         const char *body, va_list more)
{
    static const struct pv_http_exchange_ops ops = {answer};
    struct kit_exchange *sent = kit_zeroed(sizeof *sent);
    size_t used = 0;
    sent->text = kit_realloc(NULL, 1 << 16);
    sent->exchange = (struct pv_http_exchange){&ops, &sent->request};
    sent->request.headers = sent->headers;
    sent->request.query = sent->query;
    sent->request.method = copied(sent, &used, method);
    sent->request.path = copied(sent, &used, path);
    sent->request.body = copied(sent, &used, body == NULL ? "" : body);
    sent->request.peer = copied(sent, &used, "192.0.2.7");
    if (caller != NULL)
        add_pair(sent, &used, "authorization", caller);
    bool typed = body == NULL;
    for (const char *name = va_arg(more, const char *); name != NULL; name = va_arg(more, const char *)) {
        typed |= strcmp(name, "Content-Type") == 0;
        const char *value = va_arg(more, const char *);
        if (value[0] != '-' || value[1] != '\0') /* "-": not this header */
            add_pair(sent, &used, name, value);
    }
    if (!typed)
        add_pair(sent, &used, "Content-Type", "application/json");
    sent->next = kit.exchanges;
    kit.exchanges = sent;
    return sent;
}

struct kit_exchange *kit_send(const char *caller, const char *method, const char *path, const char *body, ...)
{
    va_list more;
    va_start(more, body);
    struct kit_exchange *sent = new_exchange(caller, method, path, body, more);
    va_end(more);
    pv_api_handle(kit.api, &sent->exchange);
    return sent;
}

static struct kit_exchange *new_bare(const char *method, const char *path, ...)
{
    va_list none;
    va_start(none, path);
    struct kit_exchange *sent = new_exchange(NULL, method, path, NULL, none);
    va_end(none);
    return sent;
}

struct kit_exchange *kit_operate(const char *method, const char *path)
{
    struct kit_exchange *sent = new_bare(method, path, NULL);
    pv_api_handle_operator(kit.api, &sent->exchange);
    return sent;
}

void kit_read_all(void)
{
    while (pv_api_read_step(kit.api, &kit.reads, 0))
        continue;
}

struct kit_exchange *kit_get(const char *caller, const char *path, ...)
{
    va_list more;
    va_start(more, path);
    struct kit_exchange *sent = new_exchange(caller, "GET", path, NULL, more);
    va_end(more);
    pv_api_handle(kit.api, &sent->exchange);
    for (unsigned i = 0; sent->answers == 0 && pv_api_read_step(kit.api, &kit.reads, 0); i++)
        check_true(i < 1000);
    return sent;
}

static const char *find_header(const struct kit_exchange *sent, const char *name)
{
    char wanted[64];
    (void)snprintf(wanted, sizeof wanted, "%s: ", name);
    const char *at = strstr(sent->reply_headers, wanted);
    return at == NULL ? NULL : at + strlen(wanted);
}

void kit_check_header(const struct kit_exchange *sent, const char *name, const char *value)
{
    const char *found = find_header(sent, name);
    size_t len = strlen(value);
    if (found == NULL || strncmp(found, value, len) != 0 || found[len] != '\n')
        fail_msg("%s is not \"%s\" in\n%s", name, value, sent->reply_headers);
}

void kit_check_no_header(const struct kit_exchange *sent, const char *name)
{
    if (find_header(sent, name) != NULL)
        fail_msg("there is a %s in\n%s", name, sent->reply_headers);
}

void kit_check_body(const struct kit_exchange *sent, const char *body)
{
    check_int(sent->answers, 1);
    assert_string_equal(sent->body, body);
}

void kit_check_in_body(const struct kit_exchange *sent, const char *part)
{
    check_int(sent->answers, 1);
    if (strstr(sent->body, part) == NULL)
        fail_msg("%s is not in\n%s", part, sent->body);
}

void kit_check_not_in_body(const struct kit_exchange *sent, const char *part)
{
    check_int(sent->answers, 1);
    if (strstr(sent->body, part) != NULL)
        fail_msg("%s is in\n%s", part, sent->body);
}

void kit_check_problem(const struct kit_exchange *sent, unsigned status, const char *code)
{
    char part[160];
    check_int(sent->answers, 1);
    if (sent->status != status)
        fail_msg("status %u, not %u: %s", sent->status, status, sent->body);
    kit_check_header(sent, "Content-Type", "application/problem+json");
    kit_check_header(sent, "Cache-Control", "no-store");
    (void)snprintf(part, sizeof part, "\"status\":%u,", status);
    kit_check_in_body(sent, part);
    (void)snprintf(part, sizeof part, "\"code\":\"%s\"", code);
    kit_check_in_body(sent, part);
    if (status == 401)
        kit_check_header(sent, "WWW-Authenticate", "Bearer");
    if (status == 429 || status == 503)
        kit_check_header(sent, "Retry-After", "1");
}

/* --- streams --- */

const char *kit_stream(struct kit_exchange *sent)
{
    static char text[1 << 17];
    size_t len = 0, got;
    check_int(sent->answers, 1);
    check_true(sent->stream.ops != NULL);
    for (;;) {
        enum pv_http_read result = sent->stream.ops->read(sent->stream.self, text + len, 37, &got);
        if (result == PV_HTTP_BYTES) {
            check_true(got > 0 && got <= 37 && len + got + 64 < sizeof text);
            len += got;
        } else if (result == PV_HTTP_LATER && pv_api_read_step(kit.api, &kit.reads, 0)) {
            continue;
        } else {
            strcpy(text + len, result == PV_HTTP_END ? "END" : "");
            return text;
        }
    }
}

void kit_close_stream(struct kit_exchange *sent)
{
    sent->stream.ops->close(sent->stream.self);
    sent->stream.ops = NULL;
}

/* --- elections --- */

static unsigned number_of(struct pv_election_id id)
{
    check_true(id.bits.lo >= 1 && id.bits.lo <= 4);
    return (unsigned)id.bits.lo - 1;
}

void kit_record(struct pv_event event)
{
    struct pv_buffer buffer = {NULL, 0, 0};
    struct pv_out *out = kit_realloc(NULL, sizeof *out);
    unsigned place = number_of(event.u.election_id);
    char stream[PV_STREAM_LEN];
    struct pv_appended appended;
    struct pv_fault fault;
    event.id.bits = story_id(0x10000 + kit.events++);
    accept(&kit.elections[place], event);
    pv_out_init(out, pv_buffer_write, &buffer);
    pv_print_event(out, &event);
    check_true(pv_out_flush(out));
    struct pv_new_event made = {.id = event.id,
                                .type = pv_event_spec(event.type)->type,
                                .data = {buffer.bytes, buffer.len},
                                .metadata = PV_STR("{\"who\":\"administrator:alice\"}")};
    pv_stream_format(event.u.election_id, stream);
    const struct pv_event_store *store = &api_ports.inner_store;
    check_int(store->ops->append(store->self, (struct pv_str){stream, sizeof stream}, kit.last_number[place],
                                 &made, 1, &appended, &fault),
              PV_STORE_OK);
    kit.last_number[place]++;
    free(out);
    pv_buffer_deinit(&buffer);
}

void kit_project(unsigned election)
{
    const struct pv_election *recorded = &kit.elections[election - 1];
    struct pv_election_id id = {story_id(election)};
    if (recorded->deleted)
        api_cache_remove(id);
    else
        api_cache_put(recorded, kit.last_number[election - 1]);
    pv_api_projected(kit.api, id, kit.last_number[election - 1]);
}

static void record_draft(unsigned e)
{
#define RECORD(event) kit_record(ev_of_election(e, event))
    RECORD(ev_created("Photo of the year", "All of them"));
    RECORD(ev_competition_added(1, "Birds", NULL));
    RECORD(ev_candidate_added(1, 11, "Heron", "At dawn", "https://x.example/11.jpg", "A heron"));
    RECORD(ev_candidate_added(1, 12, "Owl", NULL, "/12.jpg", NULL));
    RECORD(ev_voter(1, "Ada", "ada@x.example"));
    RECORD(ev_voter(2, "Bob", "Bob@x.example"));
    RECORD(ev_voter(3, "Cy", "cy@x.example"));
    RECORD(ev_ballot(1, 1));
    RECORD(ev_ballot(2, 2)); /* number 8 */
}

static void record_open(unsigned e)
{
    record_draft(e);
    RECORD(ev_opened(STORY_OPEN_DATE)); /* 9 */
    RECORD(ev_rated(1, 1, 11, 4));
    RECORD(ev_rated(2, 1, 12, 5));
    RECORD(ev_cast(2)); /* 12 */
}

void kit_draft(unsigned e)
{
    record_draft(e);
    kit_project(e);
}

void kit_open(unsigned e)
{
    record_open(e);
    kit_project(e);
}

void kit_closed(unsigned e)
{
    record_open(e);
    RECORD(ev_closed(STORY_CLOSE_DATE)); /* 13 */
    kit_project(e);
}

/* --- workers --- */

static void keep(char *to, size_t size, struct pv_str text)
{
    check_true(text.len < size);
    if (text.len > 0)
        memcpy(to, text.ptr, text.len);
    to[text.len] = '\0';
}

static void settle(const struct pv_answer *answer)
{
    const struct pv_broker *broker = &api_ports.inner_broker;
    struct pv_delivery delivery;
    struct pv_fault fault;
    size_t count;
    check_int(broker->ops->take(broker->self, 0, &delivery, 1, 0, &count, &fault), PV_BROKER_OK);
    check_int(count, 1);
    kit_command.command = delivery.command;
    keep(kit_command.type, sizeof kit_command.type, delivery.command.type);
    keep(kit_command.data, sizeof kit_command.data, delivery.command.data);
    keep(kit_command.metadata, sizeof kit_command.metadata, delivery.command.metadata);
    keep(kit_command.subject, sizeof kit_command.subject, delivery.command.caller.subject);
    if (answer != NULL)
        broker->ops->reply(broker->self, &delivery, answer);
    check_int(broker->ops->ack(broker->self, &delivery, &fault), PV_BROKER_OK);
}

void kit_answer(const struct pv_answer *answer)
{
    settle(answer);
}

void kit_take(void)
{
    settle(NULL);
}

bool kit_none_published(void)
{
    struct pv_broker_health health;
    api_ports.inner_broker.ops->health(api_ports.inner_broker.self, &health);
    return health.waiting == 0;
}

/* --- the world --- */

static bool photo(void *operation, struct pv_str name, struct pv_text *png)
{
    check_true(operation == &kit);
    kit.photos_asked++;
    if (!pv_str_equal(name, PV_STR("there.png")) || (png->ptr = malloc(3)) == NULL)
        return false;
    memcpy(png->ptr, "PNG", 3);
    png->len = 3;
    return true;
}

int kit_set_up(void **state)
{
    (void)state;
    memset(&kit, 0, sizeof kit);
    failing_at(SIZE_MAX);
    api_ports_open();
    for (size_t i = 0; i < 4; i++) {
        story_unborn(&kit.elections[i]);
        kit.last_number[i] = -1;
    }
    kit.options = (struct pv_api_options){
        .broker = &api_ports.broker,
        .clock = &api_ports.clock.clock,
        .authenticate = authenticate,
        .authenticate_context = &kit,
        .waiting_max = 4,
        .waiting_per_caller = 4,
        .verdict_ms = 2000,
        .projection_ms = 1000,
        .heartbeat_ms = 15000,
        .streams_max = 3,
        .operation = &kit,
        .photo = photo,
    };
    kit.reads = (struct pv_api_reads){&api_ports.store, &api_ports.cache, &api_ports.refusals};
    kit.api = pv_api_new(&kit.options);
    return kit.api == NULL ? -1 : 0;
}

/* Everything is answered, once, and nothing is left. */
int kit_tear_down(void **state)
{
    (void)state;
    failing_at(SIZE_MAX);
    for (struct kit_exchange *sent = kit.exchanges; sent != NULL; sent = sent->next) {
        if (sent->stream.ops != NULL)
            kit_close_stream(sent);
    }
    kit_read_all();
    check_int(pv_api_unanswered(kit.api), 0);
    while (kit.exchanges != NULL) {
        struct kit_exchange *sent = kit.exchanges;
        kit.exchanges = sent->next;
        check_int(sent->answers, 1);
        free(sent->text);
        free(sent->body);
        free(sent);
    }
    pv_api_free(kit.api);
    for (size_t i = 0; i < 4; i++)
        pv_election_deinit(&kit.elections[i]);
    api_ports_close();
    return 0;
}
