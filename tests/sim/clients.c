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

struct sim_intent *sim_make_intent(struct sim *s, unsigned client)
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

struct sim_stream *sim_stream_of_fact(struct sim *s, const struct fact *fact)
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
    intent->stream = sim_stream_of_fact(s, &intent->fact);
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

void sim_take_id(struct sim_intent *intent)
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
    sim_take_id(intent);
    choose_caller(s, intent);
    choose_version(s, intent);
    (void)snprintf(intent->method, sizeof intent->method, "%s", endpoints[intent->type].method);
    (void)snprintf(intent->path, sizeof intent->path, "%s", endpoints[intent->type].path);
    sim_send_event(s, intent);
}

struct sim_stream *sim_any_election(struct sim *s)
{
    return &s->streams[gen_draw(s->g, s->elections)];
}

void sim_draw_deletion(struct sim_stream *stream, struct wire *wire)
{
    static const struct history_refs none;
    stream->history.serial++;
    history_fill(&stream->history, PV_EVENT_ELECTION_DELETED, &none, wire);
}

/* The generator deletes seldom, because that ends what it is about. */
static void next_event(struct sim *s, struct sim_stream *stream, struct wire *wire)
{
    if (gen_draw(s->g, 50) == 49 && model_phase(&stream->model) != MODEL_DELETED)
        sim_draw_deletion(stream, wire);
    else
        history_event(&stream->history, wire);
}

void sim_new_event(struct sim *s, unsigned client)
{
    struct sim_stream *stream = sim_any_election(s);
    struct wire wire;
    enum pv_event_type type;
    sim_see_records(s);
    next_event(s, stream, &wire);
    if (!cat_find(wire.type, &type)) /* there is no such address */
        return;
    struct sim_intent *intent = sim_make_intent(s, client);
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
    struct sim_intent *intent = sim_make_intent(s, client);
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
