#include "worker_commands.h"

#include "permission.h"
#include "values.h"

#include <stdlib.h>

/* ---- one after the other ---- */

static struct pv_answer refused(enum pv_code code)
{
    struct pv_answer answer = {.kind = PV_ANSWER_REFUSED, .number = -1};
    pv_refusal_set(&answer.why, code, pv_code_field(code), (struct pv_str){NULL, 0});
    return answer;
}

static struct pv_answer told(enum pv_answer_kind kind, int64_t number)
{
    return (struct pv_answer){.kind = kind, .number = number};
}

static bool is_there(struct fold *fold, struct plain *plain, const struct pv_event *event,
                     const struct buf *data, struct pv_answer *answer)
{
    for (int64_t i = 0; i < plain->count; i++) {
        if (!pv_bits128_equal(plain->records[i].id.bits, event->id.bits))
            continue;
        bool same = plain->records[i].type == event->type && buf_equal(&plain->records[i].data, data);
        *answer = same ? told(PV_ANSWER_RECORDED, i) : told(PV_ANSWER_ID_REUSED, -1);
        gen_count(fold->g, COUNT_REPEATED);
        return true;
    }
    return false;
}

static struct pv_answer apply(struct plain *plain, const struct pv_event *event, struct buf *data)
{
    struct pv_answer answer = {.kind = PV_ANSWER_REFUSED, .number = -1};
    enum pv_result result = pv_election_apply(&plain->election, event, &answer.why);
    if (result == PV_REFUSED)
        return answer;
    if (result != PV_OK)
        abort();
    plain->records[plain->count].id = event->id;
    plain->records[plain->count].type = event->type;
    plain->records[plain->count].data = *data;
    *data = (struct buf){0};
    return told(PV_ANSWER_RECORDED, plain->count++);
}

static struct pv_answer judge(struct fold *fold, struct plain *plain, const struct pv_command *command,
                              const struct pv_event *event)
{
    struct pv_answer answer;
    struct buf data = {0};
    if (!pv_bits128_equal(event->u.election_id.bits, plain->id.bits))
        return refused(PV_ELECTION_MISMATCH);
    if (!pv_caller_may(&command->caller, &plain->election, event)) {
        gen_count(fold->g, COUNT_DENIED);
        return told(PV_ANSWER_NOT_ALLOWED, -1);
    }
    print_event(event, &data);
    if (!is_there(fold, plain, event, &data, &answer)) {
        if (command->expected_version != PV_ANY_VERSION &&
            command->expected_version != plain->election.version)
            answer = told(PV_ANSWER_WRONG_VERSION, plain->election.version);
        else
            answer = apply(plain, event, &data);
    }
    buf_free(&data);
    return answer;
}

/* ---- commands ---- */

/* Whose ballot it is, as far as is known. */
static struct pv_caller right_caller(const struct plain *plain, const struct pv_event *event)
{
    struct pv_caller caller = {.roles = PV_ROLE_ADMINISTRATOR, .subject = PV_STR("a")};
    uint32_t ballot = PV_NONE;
    if (event->type == PV_EVENT_BALLOT_CANDIDATE_RATED || event->type == PV_EVENT_BALLOT_CAST)
        ballot = pv_election_find_ballot(&plain->election, event->u.ballot_cast.ballot_id);
    if (ballot == PV_NONE)
        return caller;
    const struct pv_voter *voter = &plain->election.voters[plain->election.ballots[ballot].voter];
    caller.roles = PV_ROLE_VOTER;
    caller.voter = voter->id;
    caller.has_voter = voter->id.bits.lo % 2 == 0;
    caller.email = pv_voter_email(voter).text;
    return caller;
}

static struct pv_caller wrong_caller(void)
{
    return (struct pv_caller){
        .roles = PV_ROLE_VOTER, .subject = PV_STR("b"), .voter = {{UINT64_C(7) << 60, 1}}, .has_voter = true};
}

/* A command with metadata of its own. The event is NULL if the data are none; then `why` tells. */
static bool publish(struct fold *fold, struct plain *plain, struct pv_command *command,
                    const struct pv_event *event, const struct pv_refusal *why)
{
    char metadata[40];
    int len = snprintf(metadata, sizeof metadata, "{\"n\":%zu}", fold->world.count);
    command->metadata = (struct pv_str){metadata, (size_t)len};
    struct world_command *added = world_add(&fold->world, command);
    if (added == NULL)
        return false;
    if (event != NULL)
        added->expected = judge(fold, plain, command, event);
    else
        added->expected = (struct pv_answer){.kind = PV_ANSWER_REFUSED, .number = -1, .why = *why};
    gen_trace(fold->g, "  command %zu of election %zu: answer %d\n", fold->world.count - 1,
              (size_t)(plain - fold->plain), added->expected.kind);
    return true;
}

/* An event as commands: perhaps first by someone who may not, or at a version that is not there. */
static bool publish_event(struct fold *fold, struct plain *plain, const struct seen *seen, struct pv_str type)
{
    struct pv_command command = {.election = plain->id,
                                 .type = type,
                                 .data = {seen->data, seen->len},
                                 .caller = {.subject = PV_STR("a")},
                                 .expected_version = PV_ANY_VERSION};
    if (seen->result != PV_OK) {
        command.id = (struct pv_event_id){{77, 1 + fold->world.count}};
        return publish(fold, plain, &command, NULL, &seen->why);
    }
    command.id = seen->event.id;
    if (gen_draw(fold->g, 16) == 15) {
        command.caller = wrong_caller();
        if (!publish(fold, plain, &command, &seen->event, NULL))
            return false;
    }
    command.caller = right_caller(plain, &seen->event);
    if (gen_draw(fold->g, 16) == 15) {
        command.expected_version = plain->election.version + 1 + gen_draw(fold->g, 3);
        if (!publish(fold, plain, &command, &seen->event, NULL))
            return false;
        if (plain->count > 0 && gen_draw(fold->g, 2) == 1)
            return true; /* who sent it has had enough */
    }
    command.expected_version = gen_draw(fold->g, 2) == 0 ? PV_ANY_VERSION : plain->election.version;
    return publish(fold, plain, &command, &seen->event, NULL);
}

/* An earlier command once more, as it was or with its id on another event. */
static bool publish_again(struct fold *fold, struct plain *plain, const struct seen *seen)
{
    if (fold->world.count == 0 || gen_draw(fold->g, 5) != 4)
        return true;
    struct pv_command command = fold->world.commands[gen_draw(fold->g, (uint32_t)fold->world.count)].command;
    struct pv_event event;
    struct pv_refusal why;
    struct buf data = {0};
    char *scratch = malloc(command.data.len + 1);
    if (scratch == NULL)
        abort();
    enum pv_result result = pv_event_read(command.type, command.data, scratch, &event, &why);
    if (seen->result == PV_OK && gen_draw(fold->g, 3) == 2) {
        event = seen->event;
        event.id = command.id;
        print_event(&event, &data);
        command.data = (struct pv_str){data.bytes, data.len};
        command.type = pv_event_spec(event.type)->type;
        command.election = plain->id;
        result = PV_OK;
    }
    struct plain *its =
        pv_bits128_equal(command.election.bits, fold->plain[0].id.bits) ? &fold->plain[0] : &fold->plain[1];
    bool room = publish(fold, its, &command, result == PV_OK ? &event : NULL, &why);
    free(scratch);
    buf_free(&data);
    return room;
}

void fold_publish(struct fold *fold)
{
    bool lives[FOLD_ELECTIONS] = {true, true}, room = true;
    while (room && (lives[0] || lives[1])) {
        size_t i = lives[0] && lives[1] ? gen_draw(fold->g, FOLD_ELECTIONS) : !lives[0];
        struct seen seen;
        lives[i] = case_next(&fold->cases[i]);
        if (!lives[i])
            continue;
        seen_init(&seen, fold->g, &fold->cases[i].wire);
        room = publish_event(fold, &fold->plain[i], &seen, fold->cases[i].wire.type) &&
               publish_again(fold, &fold->plain[i], &seen);
        seen_deinit(&seen);
    }
}

void fold_init(struct fold *fold, struct gen *g)
{
    fold->g = g;
    world_init(&fold->world, g);
    for (unsigned i = 0; i < FOLD_ELECTIONS; i++) {
        struct plain *plain = &fold->plain[i];
        char text[MODEL_ID];
        case_init(&fold->cases[i], g);
        fold->cases[i].history.election = i;
        value_id(i, text);
        if (pv_ulid_parse((struct pv_str){text, PV_ULID_LEN}, &plain->id.bits) != PV_CODE_NONE)
            abort();
        pv_election_init(&plain->election, draw_seed(g));
        plain->count = 0;
    }
}

void fold_deinit(struct fold *fold)
{
    for (unsigned i = 0; i < FOLD_ELECTIONS; i++) {
        struct plain *plain = &fold->plain[i];
        while (plain->count > 0)
            buf_free(&plain->records[--plain->count].data);
        pv_election_deinit(&plain->election);
        case_deinit(&fold->cases[i]);
    }
    world_deinit(&fold->world);
}
