/* Another writer of the store, as a second worker would be: it appends events past the server, its own or
   what somebody waits for. */
#include "sim.h"

#include <stdio.h>
#include <string.h>

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
    struct sim_intent *intent = sim_make_intent(s, SIM_CLIENTS);
    intent->type = type;
    intent->direct = intent->settled = true;
    intent->decoded = model_read(wire, &s->bag, &intent->fact).code;
    if (intent->decoded != PV_CODE_NONE)
        return NULL;
    intent->stream = sim_stream_of_fact(s, &intent->fact);
    sim_take_id(intent);
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
    struct sim_stream *stream = sim_any_election(s);
    struct wire wire;
    sim_see_records(s);
    sim_draw_deletion(stream, &wire);
    struct sim_intent *intent = direct_intent(s, stream, &wire);
    if (intent != NULL)
        append_directly(s, intent);
}
