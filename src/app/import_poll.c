#include "import_poll.h"

#include "election.h"
#include "poll_ids.h"
#include "print.h"
#include "record.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct import {
    const struct pv_poll *poll;
    struct pv_poll_ids ids;
    pv_import_fn *take;
    void *context;
    struct pv_import_count *count;
    struct pv_fault *fault;

    struct pv_election election;
    char stream[PV_STREAM_LEN];
    struct pv_election_id election_id;
    struct pv_competition_id competition_id;
    struct pv_candidate_id *candidate_ids;
    /* Who acts, and when. */
    char who[48];
    struct pv_time now;

    struct pv_buffer data;
    struct pv_out out;
};

/* --- one event --- */

static bool no_memory(struct import *import)
{
    pv_fault_set(import->fault, PV_FAULT_KIND_NO_MEMORY, "not enough memory to import the poll");
    return false;
}

/* The reader of the poll has checked everything that the Election refuses, so this is a defect, here or
 * there. */
static bool refused(struct import *import, const struct pv_event *event, const struct pv_refusal *why)
{
    char message[PV_MESSAGE_MAX];
    size_t len = pv_refusal_message(why, message);
    struct pv_str type = pv_event_spec(event->type)->event;
    pv_fault_set(import->fault, PV_FAULT_KIND_DAMAGED, "event %" PRIu64 ", %.*s, was refused (%s): %.*s",
                 import->count->events, (int)type.len, type.ptr, pv_code_name(why->code), (int)len, message);
    return false;
}

static bool apply(struct import *import, const struct pv_event *event)
{
    struct pv_refusal why;
    switch (pv_election_apply(&import->election, event, &why)) {
    case PV_OK:
        return true;
    case PV_REFUSED:
        return refused(import, event, &why);
    case PV_FAULT_STATE:
        pv_fault_set(import->fault, PV_FAULT_KIND_DAMAGED,
                     "event %" PRIu64 " broke a rule of the state: a defect", import->count->events);
        return false;
    case PV_FAULT_MEMORY:
        break;
    }
    return no_memory(import);
}

static bool make_id(struct import *import, const char *kind, struct pv_str key, struct pv_bits128 *bits)
{
    return pv_poll_id(&import->ids, kind, key, import->now, bits) == PV_OK || no_memory(import);
}

static bool make_numbered_id(struct import *import, const char *kind, uint64_t number,
                             struct pv_bits128 *bits)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRIu64, number);
    return make_id(import, kind, (struct pv_str){digits, (size_t)len}, bits);
}

static bool give(struct import *import, const struct pv_event *event)
{
    char id[PV_ULID_LEN], created[PV_TIME_MAX], metadata[128];
    size_t created_len = pv_time_format(import->now, created);
    int metadata_len = snprintf(metadata, sizeof metadata, "{\"who\":\"%s\",\"when\":\"%.*s\"}", import->who,
                                (int)created_len, created);
    pv_ulid_format(event->id.bits, id);
    struct pv_recorded record = {
        .stream = {import->stream, PV_STREAM_LEN},
        .number = (int64_t)import->count->events,
        .type = pv_event_spec(event->type)->type,
        .data = {import->data.bytes, import->data.len},
        .id = {id, PV_ULID_LEN},
        .created = {created, created_len},
        .position = -1,
        .metadata = {metadata, (size_t)metadata_len},
    };
    return import->take(import->context, &record, import->fault);
}

/* Gives the event its id, applies it, and only then hands it on. */
static bool emit(struct import *import, struct pv_event event)
{
    if (!make_numbered_id(import, "event", import->count->events, &event.id.bits) || !apply(import, &event))
        return false;
    import->data.len = 0;
    pv_print_event(&import->out, &event);
    if (!pv_out_flush(&import->out))
        return no_memory(import);
    if (!give(import, &event))
        return false;
    import->count->events++;
    return true;
}

/* --- the election's life --- */

static bool create(struct import *import)
{
    struct pv_str name = import->poll->name;
    return emit(import, (struct pv_event){.type = PV_EVENT_ELECTION_CREATED,
                                          .u.election_created = {.election_id = import->election_id,
                                                                 .name = {name}}}) &&
           emit(import, (struct pv_event){.type = PV_EVENT_COMPETITION_ADDED,
                                          .u.competition_added = {.election_id = import->election_id,
                                                                  .competition_id = import->competition_id,
                                                                  .name = {name}}});
}

static bool add_candidates(struct import *import)
{
    for (size_t i = 0; i < import->poll->candidate_count; i++) {
        if (!make_numbered_id(import, "candidate", i + 1, &import->candidate_ids[i].bits) ||
            !emit(import, (struct pv_event){.type = PV_EVENT_CANDIDATE_ADDED,
                                            .u.candidate_added = {.election_id = import->election_id,
                                                                  .competition_id = import->competition_id,
                                                                  .candidate_id = import->candidate_ids[i],
                                                                  .name = {import->poll->candidates[i]}}}))
            return false;
    }
    return true;
}

static bool open_election(struct import *import)
{
    return emit(import, (struct pv_event){.type = PV_EVENT_ELECTION_OPENED,
                                          .u.election_opened = {.election_id = import->election_id,
                                                                .open_date = {import->now}}});
}

static bool close_election(struct import *import)
{
    return emit(import, (struct pv_event){.type = PV_EVENT_ELECTION_CLOSED,
                                          .u.election_closed = {.election_id = import->election_id,
                                                                .close_date = {import->now}}});
}

static bool fill_in(struct import *import, const uint8_t *stars, struct pv_ballot_id ballot)
{
    uint64_t before = import->count->ratings;
    for (size_t i = 0; i < import->poll->candidate_count; i++) {
        if (stars[i] == 0)
            continue;
        if (!emit(import,
                  (struct pv_event){.type = PV_EVENT_BALLOT_CANDIDATE_RATED,
                                    .u.ballot_candidate_rated = {.election_id = import->election_id,
                                                                 .ballot_id = ballot,
                                                                 .competition_id = import->competition_id,
                                                                 .candidate_id = import->candidate_ids[i],
                                                                 .rating = {stars[i]}}}))
            return false;
        import->count->ratings++;
    }
    if (import->count->ratings == before)
        return true;
    import->count->cast++;
    return emit(import, (struct pv_event){
                            .type = PV_EVENT_BALLOT_CAST,
                            .u.ballot_cast = {.election_id = import->election_id, .ballot_id = ballot}});
}

static bool vote(struct import *import, const struct pv_poll_voter *voter)
{
    struct pv_voter_id voter_id;
    struct pv_ballot_id ballot_id;
    char email[PV_POLL_EMAIL_MAX], ulid[PV_ULID_LEN];
    size_t email_len;
    import->now = voter->at;
    if (!make_id(import, "voter", voter->id, &voter_id.bits) ||
        !make_id(import, "ballot", voter->id, &ballot_id.bits))
        return false;
    if (pv_poll_email(voter->id, email, &email_len) != PV_OK)
        return no_memory(import);
    pv_ulid_format(voter_id.bits, ulid);
    (void)snprintf(import->who, sizeof import->who, "voter:%.*s", PV_ULID_LEN, ulid);
    import->count->voters++;
    return emit(import, (struct pv_event){.type = PV_EVENT_VOTER_REGISTERED,
                                          .u.voter_registered = {.election_id = import->election_id,
                                                                 .voter_id = voter_id,
                                                                 .name = {voter->id},
                                                                 .email = {{email, email_len}}}}) &&
           emit(import, (struct pv_event){.type = PV_EVENT_BALLOT_CREATED,
                                          .u.ballot_created = {.election_id = import->election_id,
                                                               .voter_id = voter_id,
                                                               .ballot_id = ballot_id}}) &&
           fill_in(import, voter->stars, ballot_id);
}

static void be_administrator(struct import *import)
{
    (void)snprintf(import->who, sizeof import->who, "administrator:import");
}

static bool run(struct import *import)
{
    const struct pv_poll *poll = import->poll;
    struct pv_violation violation;
    import->now = poll->voters[0].at;
    be_administrator(import);
    if (!make_id(import, "election", PV_STR(""), &import->election_id.bits) ||
        !make_id(import, "competition", PV_STR("1"), &import->competition_id.bits))
        return false;
    pv_stream_format(import->election_id, import->stream);
    if (!create(import) || !add_candidates(import) || !open_election(import))
        return false;
    for (size_t i = 0; i < poll->voter_count; i++) {
        if (!vote(import, &poll->voters[i]))
            return false;
    }
    be_administrator(import);
    if (!close_election(import))
        return false;
    if (pv_election_ensure_valid_state(&import->election, &violation))
        return true;
    pv_fault_set(import->fault, PV_FAULT_KIND_DAMAGED, "the election breaks a rule of the state: %s",
                 pv_rule_sentence(violation.rule));
    return false;
}

bool pv_import_poll(const struct pv_poll *poll, uint64_t seed, pv_import_fn *take, void *context,
                    struct pv_import_count *count, struct pv_fault *fault)
{
    struct import *import = calloc(1, sizeof *import);
    if (import == NULL) {
        pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "not enough memory to import the poll");
        return false;
    }
    *count = (struct pv_import_count){0};
    import->poll = poll;
    import->ids = (struct pv_poll_ids){seed, poll->id};
    import->take = take;
    import->context = context;
    import->count = count;
    import->fault = fault;
    /* The map's seed guards against ids that someone chose; these are hashes. */
    pv_election_init(&import->election, (struct pv_seed){seed, 0});
    pv_out_init(&import->out, pv_buffer_write, &import->data);
    import->candidate_ids = calloc(poll->candidate_count, sizeof *import->candidate_ids);
    bool done = import->candidate_ids != NULL ? run(import) : no_memory(import);
    free(import->candidate_ids);
    pv_buffer_deinit(&import->data);
    pv_election_deinit(&import->election);
    free(import);
    return done;
}
