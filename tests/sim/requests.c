/* Requests, as a server of HTTP would hand them on; who calls; where an answer goes. */
#include "sim.h"

#include "id.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct pv_str str_of(const char *text)
{
    return (struct pv_str){text, strlen(text)};
}

/* --- who calls: the Authorization header says it in clear words --- */

static bool is(struct pv_str text, const char *word, struct pv_str *rest)
{
    size_t len = strlen(word);
    *rest = (struct pv_str){text.ptr + len, text.len - len};
    return text.len >= len && memcmp(text.ptr, word, len) == 0;
}

static bool is_known(struct pv_str token, struct pv_caller *caller)
{
    struct pv_str rest;
    if (is(token, "admin", &rest)) {
        caller->roles = PV_ROLE_ADMINISTRATOR;
    } else if (is(token, "auditor", &rest)) {
        caller->roles = PV_ROLE_AUDITOR;
    } else if (is(token, "voter ", &rest)) {
        caller->roles = PV_ROLE_VOTER;
        caller->has_voter = pv_ulid_parse(rest, &caller->voter.bits) == PV_CODE_NONE;
    } else if (is(token, "mail ", &rest)) {
        caller->roles = PV_ROLE_VOTER;
        caller->email = rest;
    } else {
        return false;
    }
    return true;
}

void sim_authenticate(void *context, struct pv_str authorization, struct pv_auth *auth)
{
    const struct sim *s = context;
    struct pv_auth lent = {.result = PV_AUTH_KNOWN, .caller.subject = authorization};
    if (authorization.ptr == NULL)
        lent.result = PV_AUTH_ANONYMOUS;
    else if (pv_str_equal(authorization, PV_STR("fault")))
        lent.result = s->calm ? PV_AUTH_REFUSED : PV_AUTH_FAULT;
    else if (!is_known(authorization, &lent.caller))
        lent.result = PV_AUTH_REFUSED;
    pv_auth_copy(auth, &lent);
}

/* --- answers --- */

static struct sim *here;

/* Takes the request out of those that are open; false: it is none of them. */
static bool close_request(struct sim *s, const struct sim_exchange *x)
{
    for (struct sim_exchange **link = &s->open; *link != NULL; link = &(*link)->next) {
        if (*link == x) {
            *link = x->next;
            return true;
        }
    }
    return false;
}

/* Nobody will ever know. */
static void lose(struct sim *s, struct sim_exchange *x)
{
    gen_count(s->g, SIM_COUNT_OTHER + SAW_LOST);
    sim_tell(s, "request %u is lost", x->number);
    if (x->intent != NULL) {
        x->intent->waiting--;
        x->intent->unknown++;
    }
    if (x->live != NULL)
        x->live->state = LIVE_OFF;
}

static void deliver(struct sim *s, struct sim_exchange *x, struct pv_http_reply *reply)
{
    char *body = malloc(reply->bytes.len + 1);
    if (body == NULL)
        abort();
    if (reply->bytes.len > 0)
        memcpy(body, reply->bytes.ptr, reply->bytes.len);
    body[reply->bytes.len] = '\0';
    sim_tell(s, "answer to %u: %u %.200s", x->number, reply->status, body);
    if (reply->status >= 500 && reply->status != 503)
        sim_fail(s, "request %u is answered with %u: %s", x->number, reply->status, body);
    if (x->asks == SIM_EVENT)
        sim_event_answered(s, x, reply->status, body);
    else if (x->asks == SIM_STATUS)
        sim_status_answered(s, x, reply->status, body);
    else if (x->asks == SIM_READ)
        sim_read_answered(s, x, reply, body);
    else
        sim_live_answered(s, x, reply);
    free(body);
}

static void answer(struct pv_http_exchange *exchange, struct pv_http_reply *reply)
{
    struct sim *s = here;
    struct sim_exchange *x = (struct sim_exchange *)(void *)exchange;
    if (!close_request(s, x)) {
        sim_fail(s, "a request is answered that was answered before, or never sent");
        return;
    }
    sim_see_records(s);
    if (!sim_has_power(s))
        lose(s, x);
    else
        deliver(s, x, reply);
    if (reply->body.ops != NULL)
        reply->body.ops->close(reply->body.self);
    free(x);
}

void sim_lose_all(struct sim *s)
{
    while (s->open != NULL) {
        struct sim_exchange *x = s->open;
        s->open = x->next;
        lose(s, x);
        free(x);
    }
}

/* --- requests --- */

void sim_header(struct sim_exchange *x, const char *name, const char *value)
{
    x->headers[x->request.header_count++] = (struct pv_http_pair){str_of(name), str_of(value)};
}

struct sim_exchange *sim_request(struct sim *s, enum sim_asks asks, const char *caller, const char *path)
{
    static const struct pv_http_exchange_ops ops = {answer};
    struct sim_exchange *x = calloc(1, sizeof *x);
    if (x == NULL)
        abort();
    here = s;
    x->sim = s;
    x->number = s->requests++;
    x->asks = asks;
    x->floor = -1;
    x->sent_ms = pv_clock_ms(&s->clock.clock);
    (void)snprintf(x->caller, sizeof x->caller, "%s", caller);
    (void)snprintf(x->path, sizeof x->path, "%s", path);
    x->exchange = (struct pv_http_exchange){&ops, &x->request};
    x->request.headers = x->headers;
    x->request.peer = PV_STR("192.0.2.1");
    if (strcmp(caller, "none") != 0)
        sim_header(x, "Authorization", x->caller);
    return x;
}

void sim_send(struct sim *s, struct sim_exchange *x, const char *method, struct pv_str body)
{
    x->request.method = str_of(method);
    x->request.path = str_of(x->path);
    x->request.body = body;
    if (x->stream != NULL) {
        x->facts = x->stream->model.count;
        x->floor = x->stream->told;
    }
    x->next = s->open;
    s->open = x;
    gen_count(s->g, SIM_COUNT_OTHER + SAW_REQUESTS);
    sim_tell(s, "request %u of %s: %s %s %.*s", x->number, x->caller, method, x->path,
             (int)(body.len < 200 ? body.len : 200), body.len == 0 ? "" : body.ptr);
    x->hung_up = x->asks == SIM_EVENT && sim_happens(s, FAULT_HANG_UP);
    s->in_handle = true;
    pv_api_handle(s->api, &x->exchange);
    s->in_handle = false;
}

void sim_send_event(struct sim *s, struct sim_intent *intent)
{
    struct sim_exchange *x = sim_request(s, SIM_EVENT, intent->caller, intent->path);
    x->intent = intent;
    x->stream = intent->stream;
    (void)snprintf(x->correlation, sizeof x->correlation, "i%u.r%u", intent->number, x->number);
    sim_header(x, "Content-Type", "application/json");
    sim_header(x, "X-Correlation-Id", x->correlation);
    if (intent->expected_version != PV_ANY_VERSION) {
        (void)snprintf(x->version, sizeof x->version, "%lld", (long long)intent->expected_version);
        sim_header(x, "PV-Expected-Version", x->version);
    }
    if (intent->sent++ == 0 && intent->stream != NULL)
        intent->facts = intent->stream->model.count;
    intent->waiting++;
    sim_send(s, x, intent->method, intent->body);
}

void sim_ask_status(struct sim *s, struct sim_intent *intent)
{
    char path[40] = "/event/", *caller = intent->caller;
    if (!intent->id_known)
        return;
    pv_ulid_format(intent->id.bits, path + strlen(path));
    path[strlen("/event/") + PV_ULID_LEN] = '\0';
    uint32_t who = gen_draw(s->g, 4);
    bool has_role = strncmp(caller, "voter", 5) == 0 || strncmp(caller, "mail", 4) == 0;
    struct sim_exchange *x = sim_request(s, SIM_STATUS,
                                         has_role && who > 0 ? caller
                                         : who == 1          ? "auditor"
                                                             : "admin",
                                         path);
    x->id = intent->id;
    sim_send(s, x, "GET", (struct pv_str){NULL, 0});
}
