/* What is wanted: events of the generator with who sends them, the same again, others with an id that was
   used; and what another writer appends. */
#include "sim.h"

#include "event_request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* api.md's table, by hand. */
static const struct {
    const char *method, *path;
} endpoints[PV_EVENT_TYPE_COUNT] = {
    [PV_EVENT_ELECTION_CREATED] = {"POST", "/election/"},
    [PV_EVENT_ELECTION_DELETED] = {"DELETE", "/election/"},
    [PV_EVENT_ELECTION_NAME_CHANGED] = {"PUT", "/election/name-changed"},
    [PV_EVENT_ELECTION_DESCRIPTION_CHANGED] = {"PUT", "/election/description-changed"},
    [PV_EVENT_ELECTION_OPENED] = {"PUT", "/election/opened"},
    [PV_EVENT_ELECTION_CLOSED] = {"PUT", "/election/closed"},
    [PV_EVENT_COMPETITION_ADDED] = {"POST", "/competition/"},
    [PV_EVENT_COMPETITION_REMOVED] = {"DELETE", "/competition/"},
    [PV_EVENT_COMPETITION_NAME_CHANGED] = {"PUT", "/competition/name-changed"},
    [PV_EVENT_COMPETITION_DESCRIPTION_CHANGED] = {"PUT", "/competition/description-changed"},
    [PV_EVENT_CANDIDATE_ADDED] = {"POST", "/candidate/"},
    [PV_EVENT_CANDIDATE_REMOVED] = {"DELETE", "/candidate/"},
    [PV_EVENT_CANDIDATE_NAME_CHANGED] = {"PUT", "/candidate/name-changed"},
    [PV_EVENT_CANDIDATE_DESCRIPTION_CHANGED] = {"PUT", "/candidate/description-changed"},
    [PV_EVENT_CANDIDATE_IMAGE_CHANGED] = {"PUT", "/candidate/image-changed"},
    [PV_EVENT_VOTER_REGISTERED] = {"POST", "/voter/"},
    [PV_EVENT_BALLOT_CREATED] = {"POST", "/ballot/"},
    [PV_EVENT_BALLOT_CANDIDATE_RATED] = {"PUT", "/ballot/candidate-rated"},
    [PV_EVENT_BALLOT_CAST] = {"POST", "/ballot/cast"},
};

bool sim_may_send(const struct sim *s, unsigned client)
{
    unsigned waiting = 0;
    for (const struct sim_exchange *x = s->open; x != NULL; x = x->next)
        waiting += x->intent != NULL && x->intent->client == client && !x->hung_up;
    return waiting < s->window && s->intent_count + 2 < SIM_INTENTS;
}

/* --- an intent --- */

static struct sim_intent *new_intent(struct sim *s, unsigned client)
{
    struct sim_intent *intent = calloc(1, sizeof *intent);
    if (intent == NULL)
        abort();
    *intent = (struct sim_intent){.number = s->intent_count,
                                  .client = client,
                                  .recorded = -1,
                                  .told = -1,
                                  .expected_version = PV_ANY_VERSION};
    s->intents[s->intent_count++] = intent;
    return intent;
}

static bool leaves_out(struct wire *wire, const char *key)
{
    struct wire_member *member = wire_find(wire, key);
    return member == NULL || member->value.kind == PV_PRIMITIVE_NULL;
}

static void leave_out(struct wire *wire, const char *key)
{
    struct wire_member *member = wire_find(wire, key);
    if (member != NULL)
        wire_remove(wire, member);
}

static struct sim_stream *stream_of_fact(struct sim *s, const struct fact *fact)
{
    char name[PV_STREAM_LEN + 1];
    (void)snprintf(name, sizeof name, "Election-%.26s", fact->election);
    return sim_stream_of(s, (struct pv_str){name, PV_STREAM_LEN});
}

/* False: nobody would send this, because what is wrong with it depends on what the server makes up. */
static bool read_wire(struct sim *s, struct sim_intent *intent, struct wire *wire, bool may_leave_out)
{
    enum pv_field makes = pv_event_makes(intent->type);
    if (leaves_out(wire, "id") || (makes != PV_KEY_NONE && leaves_out(wire, pv_field_name(makes))))
        return false;
    intent->decoded = model_read(wire, &s->bag, &intent->fact).code;
    if (intent->decoded != PV_CODE_NONE)
        return true;
    intent->stream = stream_of_fact(s, &intent->fact);
    if (!may_leave_out)
        return true;
    if (gen_draw(s->g, 25) == 24) {
        intent->no_id = true;
        leave_out(wire, "id");
    }
    if (makes != PV_KEY_NONE && makes != PV_KEY_ELECTION_ID && gen_draw(s->g, 16) == 15) {
        intent->no_made = true;
        leave_out(wire, pv_field_name(makes));
    }
    return true;
}

static uint64_t bits_of(const char *digits)
{
    uint64_t bits = 0;
    for (unsigned i = 0; i < 64; i++)
        bits = bits << 1 | (uint64_t)(digits[i] - '0');
    return bits;
}

static void take_id(struct sim_intent *intent)
{
    if (intent->decoded != PV_CODE_NONE || intent->no_id)
        return;
    intent->id = (struct pv_event_id){{bits_of(intent->fact.event_id), bits_of(intent->fact.event_id + 64)}};
    intent->id_known = true;
}

/* --- who sends it --- */

static const char *odd_caller(struct sim *s)
{
    static const char *const callers[] = {
        "none", "auditor", "bad", "fault", "voter 01HQ0000000000000000000009", "mail nobody@example.org",
        "admin"};
    return callers[gen_draw(s->g, sizeof callers / sizeof callers[0])];
}

static void as_voter(struct sim *s, struct sim_intent *intent, const char *voter)
{
    const struct fact *registered = model_voter(&intent->stream->model, voter);
    bool mail = registered != NULL && strlen(registered->email) < SIM_CALLER - 8;
    if (gen_draw(s->g, 5) == 4 && mail)
        (void)snprintf(intent->caller, SIM_CALLER, "mail %s", registered->email);
    else
        (void)snprintf(intent->caller, SIM_CALLER, "voter %s", voter);
}

static void choose_caller(struct sim *s, struct sim_intent *intent)
{
    const char *voter = NULL;
    bool readable = intent->decoded == PV_CODE_NONE && intent->stream != NULL;
    bool votes = intent->type == PV_EVENT_BALLOT_CANDIDATE_RATED || intent->type == PV_EVENT_BALLOT_CAST;
    if (readable && votes)
        voter = sim_voter_of(intent);
    else if (readable && intent->type == PV_EVENT_BALLOT_CREATED && gen_draw(s->g, 2) == 1)
        voter = intent->fact.voter;
    if (gen_draw(s->g, 16) == 15)
        (void)snprintf(intent->caller, SIM_CALLER, "%s", odd_caller(s));
    else if (voter != NULL)
        as_voter(s, intent, voter);
    else
        (void)snprintf(intent->caller, SIM_CALLER, "%s",
                       votes ? "voter 01HQ0000000000000000000009" : "admin");
}

static void choose_version(struct sim *s, struct sim_intent *intent)
{
    if (intent->stream == NULL || gen_draw(s->g, 12) != 11)
        return;
    /* That of now, or what it will be when one or two others are recorded, which may be on their way. */
    int64_t version = (int64_t)intent->stream->model.count - 1 + (int64_t)gen_draw(s->g, 3);
    if (version >= 0)
        intent->expected_version = version;
}

static void send_wire(struct sim *s, struct sim_intent *intent, struct wire *wire)
{
    struct wire_style style = wire_draw_style(s->g, false);
    struct buf body = {0};
    wire_render(s->g, wire, &style, &body);
    intent->body = bag_copy(&s->bag, body.bytes, body.len);
    buf_free(&body);
    take_id(intent);
    choose_caller(s, intent);
    choose_version(s, intent);
    (void)snprintf(intent->method, sizeof intent->method, "%s", endpoints[intent->type].method);
    (void)snprintf(intent->path, sizeof intent->path, "%s", endpoints[intent->type].path);
    sim_send_event(s, intent);
}

static struct sim_stream *any_election(struct sim *s)
{
    return &s->streams[gen_draw(s->g, s->elections)];
}

static void deletion(struct sim_stream *stream, struct wire *wire)
{
    static const struct history_refs none;
    stream->history.serial++;
    history_fill(&stream->history, PV_EVENT_ELECTION_DELETED, &none, wire);
}

/* The generator deletes seldom, because that ends what it is about. */
static void next_event(struct sim *s, struct sim_stream *stream, struct wire *wire)
{
    if (gen_draw(s->g, 50) == 49 && model_phase(&stream->model) != MODEL_DELETED)
        deletion(stream, wire);
    else
        history_event(&stream->history, wire);
}

void sim_new_event(struct sim *s, unsigned client)
{
    struct sim_stream *stream = any_election(s);
    struct wire wire;
    enum pv_event_type type;
    sim_see_records(s);
    next_event(s, stream, &wire);
    if (!cat_find(wire.type, &type)) /* there is no such address */
        return;
    struct sim_intent *intent = new_intent(s, client);
    intent->type = type;
    if (read_wire(s, intent, &wire, true))
        send_wire(s, intent, &wire);
    else
        intent->settled = true;
}

static struct sim_intent *any_intent(struct sim *s)
{
    return s->intent_count == 0 ? NULL : s->intents[gen_draw(s->g, s->intent_count)];
}

void sim_another_event_with_an_old_id(struct sim *s, unsigned client)
{
    struct sim_intent *old = any_intent(s);
    struct wire wire;
    enum pv_event_type type;
    if (old == NULL || !old->id_known || old->stream == NULL || old->stream->history.model == NULL)
        return;
    history_event(&old->stream->history, &wire);
    struct wire_member *id = wire_find(&wire, "id");
    if (id == NULL || !cat_find(wire.type, &type))
        return;
    char text[PV_ULID_LEN];
    pv_ulid_format(old->id.bits, text);
    id->value = wire_string(bag_copy(&s->bag, text, sizeof text));
    struct sim_intent *intent = new_intent(s, client);
    intent->type = type;
    if (read_wire(s, intent, &wire, false))
        send_wire(s, intent, &wire);
    else
        intent->settled = true;
}

void sim_retry(struct sim *s, struct sim_intent *intent)
{
    gen_count(s->g, SIM_COUNT_OTHER + SAW_RETRIES);
    sim_send_event(s, intent);
}

/* What can be sent again: what has an id of its own, and is not under way. */
static bool can_be_sent_again(const struct sim_intent *intent)
{
    return !intent->direct && intent->waiting == 0 && intent->sent > 0 && !intent->no_id &&
           (!intent->settled || intent->recorded >= 0);
}

bool sim_retry_one(struct sim *s)
{
    struct sim_intent *intent = any_intent(s);
    if (intent == NULL || !can_be_sent_again(intent))
        return false;
    sim_retry(s, intent);
    return true;
}

/* --- another writer --- */

/* The store knows events by their ids (event_store.h), so that two writers with two events of one id at one
   version is beyond it. */
static bool has_an_id_alone(const struct sim *s, const struct sim_intent *intent)
{
    for (unsigned i = 0; i < s->intent_count; i++) {
        if (s->intents[i] != intent && s->intents[i]->id_known &&
            pv_bits128_equal(s->intents[i]->id.bits, intent->id.bits))
            return false;
    }
    return true;
}

static void append_directly(struct sim *s, struct sim_intent *intent)
{
    const struct pv_event_store *store = &s->world.store;
    struct buf data = {0};
    char metadata[80];
    struct pv_appended appended;
    struct pv_fault fault;
    model_event(&intent->fact, &data);
    (void)snprintf(metadata, sizeof metadata, "{\"$correlationId\":\"i%u.w\",\"who\":\"other\"}",
                   intent->number);
    struct pv_new_event event = {.id = intent->id,
                                 .type = bag_str(&s->bag, cat_event(intent->type)->type),
                                 .data = {data.bytes, data.len},
                                 .metadata = {metadata, strlen(metadata)}};
    sim_tell(s, "another writer appends event %u", intent->number);
    if (store->ops->append(store->self, (struct pv_str){intent->stream->name, PV_STREAM_LEN},
                           (int64_t)intent->stream->model.count - 1, &event, 1, &appended,
                           &fault) == PV_STORE_CONFLICT)
        sim_fail(s, "another writer meets a conflict");
    buf_free(&data);
    sim_see_records(s);
}

static bool is_wanted(const struct sim_intent *intent, const struct sim_stream *stream)
{
    return intent->decoded == PV_CODE_NONE && intent->stream == stream && intent->id_known &&
           intent->recorded < 0;
}

/* A second worker has the same command: it appends what somebody waits for. */
static struct sim_intent *under_way(struct sim *s, const struct sim_stream *stream)
{
    for (const struct sim_exchange *x = s->open; x != NULL; x = x->next) {
        if (x->intent != NULL && is_wanted(x->intent, stream) && !x->intent->no_made &&
            has_an_id_alone(s, x->intent) && sim_find_record(s, stream, x->intent->id) == NULL &&
            sim_may_be_recorded(x->intent) && x->intent->expected_version == PV_ANY_VERSION &&
            sim_decide(x->intent, stream->model.count) == PV_CODE_NONE)
            return x->intent;
    }
    return NULL;
}

static struct sim_intent *direct_intent(struct sim *s, struct sim_stream *stream, struct wire *wire)
{
    enum pv_event_type type;
    if (s->intent_count + 1 >= SIM_INTENTS || !cat_find(wire->type, &type))
        return NULL;
    struct sim_intent *intent = new_intent(s, SIM_CLIENTS);
    intent->type = type;
    intent->direct = intent->settled = true;
    intent->decoded = model_read(wire, &s->bag, &intent->fact).code;
    if (intent->decoded != PV_CODE_NONE)
        return NULL;
    intent->stream = stream_of_fact(s, &intent->fact);
    take_id(intent);
    return intent->stream == stream && has_an_id_alone(s, intent) &&
                   sim_decide(intent, stream->model.count) == PV_CODE_NONE
               ? intent
               : NULL;
}

static struct sim_intent *of_its_own(struct sim *s, struct sim_stream *stream)
{
    struct wire wire;
    history_event(&stream->history, &wire);
    return direct_intent(s, stream, &wire);
}

void sim_second_writer(struct sim *s, struct pv_str name)
{
    struct sim_stream *stream = sim_stream_of(s, name);
    sim_see_records(s);
    if (stream == NULL || stream->history.model == NULL)
        return;
    bool same = gen_draw(s->g, 3) == 2;
    struct sim_intent *intent = same ? under_way(s, stream) : NULL;
    if (intent != NULL)
        intent->sent_by_broker = true;
    else
        intent = of_its_own(s, stream);
    if (intent != NULL)
        append_directly(s, intent);
}

void sim_make_past(struct sim *s, struct sim_stream *stream, unsigned events)
{
    for (unsigned i = 0; i < events && !s->failed; i++) {
        struct sim_intent *intent = of_its_own(s, stream);
        if (intent != NULL && intent->type != PV_EVENT_ELECTION_DELETED &&
            intent->type != PV_EVENT_ELECTION_CLOSED)
            append_directly(s, intent);
    }
}

void sim_delete_directly(struct sim *s)
{
    struct sim_stream *stream = any_election(s);
    struct wire wire;
    sim_see_records(s);
    deletion(stream, &wire);
    struct sim_intent *intent = direct_intent(s, stream, &wire);
    if (intent != NULL)
        append_directly(s, intent);
}
