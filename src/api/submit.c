/* Events in: from a request to a command, and from the worker's answer to the reply. */
#include "api_parts.h"

#include "event_request.h"
#include "headers_in.h"
#include "print.h"
#include "record.h"

#include <stdlib.h>
#include <string.h>

static const struct pv_str own_sentence = {NULL, 0};

/* Whether a text, no shorter than the word, ends in this word of small letters; in either case of ASCII. */
static bool ends_in(struct pv_str text, struct pv_str word)
{
    const char *end = text.ptr + text.len - word.len;
    for (size_t i = 0; i < word.len; i++) {
        char c = end[i];
        if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != word.ptr[i])
            return false;
    }
    return true;
}

/* `application/json`, or any `...+json`, with parameters or without. */
static bool is_json(struct pv_str type)
{
    const struct pv_str plain = PV_STR("application/json"), suffix = PV_STR("+json");
    size_t len = 0;
    while (len < type.len && type.ptr[len] != ';' && type.ptr[len] != ' ')
        len++;
    type.len = len;
    return (len == plain.len && ends_in(type, plain)) || (len > suffix.len && ends_in(type, suffix));
}

/* A ULID: the time in milliseconds, then chance. */
static struct pv_event_id fresh_id(const struct pv_clock *clock)
{
    unsigned char chance[10];
    uint64_t ms = (uint64_t)(pv_clock_now(clock).us / 1000) & 0xffffffffffffULL;
    struct pv_event_id id = {{ms << 16, 0}};
    clock->ops->random(clock->self, chance, sizeof chance);
    id.bits.hi |= (uint64_t)chance[0] << 8 | chance[1];
    for (size_t i = 2; i < sizeof chance; i++)
        id.bits.lo = id.bits.lo << 8 | chance[i];
    return id;
}

/* What a command is made of; printed behind one another into one buffer. */
struct drafted {
    struct pv_out out;
    struct pv_buffer buffer;
    size_t data_len;
};

/* `roles`: the caller's that allow the event. */
static bool draft(struct drafted *drafted, const struct pv_event *event, const struct pv_headers_in *headers,
                  const struct pv_auth *auth, unsigned roles, struct pv_str peer)
{
    drafted->buffer = (struct pv_buffer){NULL, 0, 0};
    pv_out_init(&drafted->out, pv_buffer_write, &drafted->buffer);
    pv_print_event(&drafted->out, event);
    if (!pv_out_flush(&drafted->out))
        return false;
    drafted->data_len = drafted->buffer.len;
    pv_metadata_write(&drafted->out, headers, roles, auth->caller.subject, peer);
    return pv_out_flush(&drafted->out);
}

static struct pv_bits128 made_bits(const struct pv_event_request *request)
{
    const struct pv_event_spec *spec = pv_event_spec(request->event.type);
    for (size_t i = 0; i < spec->field_count; i++) {
        if (spec->fields[i].name == request->made)
            return *(const struct pv_bits128 *)(const void *)((const char *)&request->event +
                                                              spec->fields[i].offset);
    }
    return (struct pv_bits128){0, 0};
}

/* FNV-1a: to tell callers apart, not to name them. */
static uint64_t hash_of(struct pv_str subject)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < subject.len; i++)
        hash = (hash ^ (unsigned char)subject.ptr[i]) * UINT64_C(1099511628211);
    return hash;
}

static void publish(struct pv_api *api, struct pv_http_exchange *exchange, const struct pv_command *command,
                    const struct pv_event_request *request)
{
    struct pv_broker *broker = api->options.broker;
    struct pv_fault fault;
    struct pv_wait wait = {
        .exchange = exchange,
        .id = command->id,
        .election = command->election,
        .type = request->event.type,
        .made = request->made,
        .made_bits = made_bits(request),
        .deadline_ms = pv_clock_ms(api->options.clock) + api->options.verdict_ms,
        .caller = hash_of(command->caller.subject),
    };
    struct pv_command sent = *command;
    enum pv_waiting_result waits = pv_waiting_add(api->waiting, &wait, &sent.reply_to);
    if (waits != PV_WAITING_OK) {
        pv_problem(exchange, waits == PV_WAITING_FULL ? PV_API_BUSY : PV_API_TOO_MANY, NULL, own_sentence);
        return;
    }
    enum pv_broker_result result = broker->ops->publish(broker->self, &sent, &fault);
    /* From here on the exchange may have been answered already. After a fault nobody knows whether the
       command was taken: the answer comes, or the time for it runs out (202), as with any other. */
    bool refused = result == PV_BROKER_BUSY || result == PV_BROKER_CLOSED;
    if (refused && pv_waiting_take(api->waiting, sent.reply_to, &wait))
        pv_problem(exchange, result == PV_BROKER_BUSY ? PV_API_BUSY : PV_API_UNAVAILABLE, NULL, own_sentence);
}

static void send_event(struct pv_api *api, struct pv_http_exchange *exchange, const struct pv_auth *auth,
                       unsigned roles, const struct pv_headers_in *headers,
                       const struct pv_event_request *request)
{
    struct drafted *drafted = malloc(sizeof *drafted);
    if (drafted == NULL || !draft(drafted, &request->event, headers, auth, roles, exchange->request->peer)) {
        pv_problem(exchange, PV_API_BUSY, NULL, own_sentence);
    } else {
        const char *bytes = drafted->buffer.bytes;
        struct pv_command command = {
            .election = request->event.u.election_id,
            .id = request->event.id,
            .type = pv_event_spec(request->event.type)->type,
            .data = {bytes, drafted->data_len},
            .metadata = {bytes + drafted->data_len, drafted->buffer.len - drafted->data_len},
            .caller = auth->caller,
            .expected_version = headers->expected_version,
        };
        publish(api, exchange, &command, request);
    }
    if (drafted != NULL)
        pv_buffer_deinit(&drafted->buffer);
    free(drafted);
}

static void decode(struct pv_api *api, struct pv_http_exchange *exchange, const struct pv_route *route,
                   const struct pv_auth *auth, const struct pv_headers_in *headers, char *scratch)
{
    struct pv_event_request request;
    struct pv_str body = exchange->request->body;
    if (pv_event_request_read(route->event, body, scratch, fresh_id(api->options.clock), &request) != PV_OK) {
        pv_problem(exchange, PV_API_BUSY, NULL, own_sentence);
    } else if (request.fault_count > 0) {
        pv_problem_refusals(exchange, request.faults, request.fault_count);
    } else {
        unsigned roles = route->roles & pv_auth_roles(auth, request.event.u.election_id);
        if (roles != 0)
            send_event(api, exchange, auth, roles, headers, &request);
        else
            pv_problem(exchange, PV_API_NOT_ALLOWED, NULL, own_sentence);
    }
}

void pv_submit(struct pv_api *api, struct pv_http_exchange *exchange, const struct pv_route *route,
               const struct pv_auth *auth)
{
    struct pv_headers_in headers;
    struct pv_str type = pv_http_header(exchange->request, "Content-Type");
    if (type.ptr == NULL || !is_json(type)) {
        pv_problem(exchange, PV_API_MEDIA_TYPE, NULL, own_sentence);
        return;
    }
    const char *unreadable = pv_headers_in_read(exchange->request, &headers);
    if (unreadable != NULL) {
        pv_problem(exchange, PV_API_HEADER_INVALID, unreadable, own_sentence);
        return;
    }
    char *scratch = malloc(exchange->request->body.len + 1);
    if (scratch == NULL)
        pv_problem(exchange, PV_API_BUSY, NULL, own_sentence);
    else
        decode(api, exchange, route, auth, &headers, scratch);
    free(scratch);
}

/* Answers */

static void out_id(struct pv_out *out, const char *key, struct pv_bits128 bits)
{
    char text[PV_ULID_LEN];
    pv_ulid_format(bits, text);
    pv_out_char(out, '"');
    pv_out_cstr(out, key);
    pv_out_cstr(out, "\":\"");
    pv_out_bytes(out, text, sizeof text);
    pv_out_char(out, '"');
}

static void out_common(struct pv_out *out, const struct pv_wait *wait)
{
    char stream[PV_STREAM_LEN];
    pv_stream_format(wait->election, stream);
    pv_out_char(out, '{');
    out_id(out, "id", wait->id.bits);
    pv_out_cstr(out, ",\"stream\":\"");
    pv_out_bytes(out, stream, sizeof stream);
    pv_out_char(out, '"');
}

static void out_made(struct pv_out *out, const struct pv_wait *wait)
{
    if (wait->made == PV_KEY_NONE)
        return;
    pv_out_char(out, ',');
    out_id(out, pv_field_name(wait->made), wait->made_bits);
}

/* The list of elections shows what becomes of an election itself. */
static bool is_listed(enum pv_event_type type)
{
    return pv_str_equal(pv_event_spec(type)->aggregate, PV_STR("Election"));
}

/* Takes what was printed; a reply whose text there was no memory for says so by its status. */
static void send(const struct pv_wait *wait, struct pv_http_reply *reply, struct pv_out *out,
                 struct pv_buffer *buffer)
{
    pv_http_reply_header(reply, "Content-Type", PV_STR("application/json"));
    pv_http_reply_header(reply, "Cache-Control", PV_STR("no-store"));
    if (pv_out_flush(out))
        reply->bytes = (struct pv_str){buffer->bytes, buffer->len};
    wait->exchange->ops->answer(wait->exchange, reply);
    pv_buffer_deinit(buffer);
}

static void answer_recorded(const struct pv_wait *wait, const struct pv_answer *answer)
{
    struct pv_http_reply reply = {.status = 200};
    struct pv_buffer buffer = {NULL, 0, 0};
    struct pv_out out;
    pv_out_init(&out, pv_buffer_write, &buffer);
    out_common(&out, wait);
    pv_out_cstr(&out, ",\"number\":");
    pv_out_int(&out, answer->number);
    pv_out_cstr(&out, ",\"position\":");
    if (answer->position < 0)
        pv_out_cstr(&out, "null");
    else
        pv_out_int(&out, answer->position);
    out_made(&out, wait);
    pv_out_char(&out, '}');
    send(wait, &reply, &out, &buffer);
}

/* No verdict in time: the truth is at /event/<id>. */
static void answer_later(const struct pv_wait *wait)
{
    char location[sizeof "/event/" + PV_ULID_LEN] = "/event/";
    struct pv_http_reply reply = {.status = 202};
    struct pv_buffer buffer = {NULL, 0, 0};
    struct pv_out out;
    pv_ulid_format(wait->id.bits, location + strlen("/event/"));
    pv_http_reply_header(&reply, "Location", (struct pv_str){location, strlen("/event/") + PV_ULID_LEN});
    pv_out_init(&out, pv_buffer_write, &buffer);
    out_common(&out, wait);
    out_made(&out, wait);
    pv_out_char(&out, '}');
    send(wait, &reply, &out, &buffer);
}

static void answer_wrong_version(const struct pv_wait *wait, int64_t number)
{
    struct pv_buffer buffer = {NULL, 0, 0};
    struct pv_out out;
    pv_out_init(&out, pv_buffer_write, &buffer);
    pv_out_cstr(&out, "the election is at version ");
    pv_out_int(&out, number);
    pv_problem(wait->exchange, PV_API_WRONG_VERSION, "PV-Expected-Version",
               pv_out_flush(&out) ? (struct pv_str){buffer.bytes, buffer.len} : own_sentence);
    pv_buffer_deinit(&buffer);
}

void pv_submit_answered(void *context, uint64_t reply_to, struct pv_event_id id,
                        const struct pv_answer *answer)
{
    struct pv_api *api = context;
    struct pv_wait wait;
    (void)id;
    if (!pv_waiting_take(api->waiting, reply_to, &wait))
        return;
    switch (answer->kind) {
    case PV_ANSWER_RECORDED:
        pv_floors_raise(api->floors, wait.election, answer->number, is_listed(wait.type));
        answer_recorded(&wait, answer);
        break;
    case PV_ANSWER_REFUSED:
        pv_problem_refusals(wait.exchange, &answer->why, 1);
        break;
    case PV_ANSWER_ID_REUSED:
        pv_problem(wait.exchange, PV_API_EVENT_ID_REUSED, "id", own_sentence);
        break;
    case PV_ANSWER_WRONG_VERSION:
        answer_wrong_version(&wait, answer->number);
        break;
    case PV_ANSWER_NOT_ALLOWED:
        pv_problem(wait.exchange, PV_API_NOT_ALLOWED, NULL, own_sentence);
        break;
    case PV_ANSWER_GIVEN_UP:
        pv_problem(wait.exchange, PV_API_UNAVAILABLE, NULL, own_sentence);
        break;
    }
}

void pv_submit_tick(struct pv_api *api, int64_t now_ms)
{
    struct pv_wait wait;
    while (pv_waiting_expired(api->waiting, now_ms, &wait))
        answer_later(&wait);
}
