/* Answers to events, and to the question what became of one: each is held against what is in the store and in
   the log of refusals when it is given. */
#include "sim.h"

#include <stdlib.h>
#include <string.h>

static const char *after_key(const char *body, const char *key)
{
    size_t len = strlen(key);
    for (const char *at = body; (at = strstr(at, key)) != NULL; at++) {
        if (at > body && at[-1] == '"' && at[len] == '"' && at[len + 1] == ':')
            return at + len + 2;
    }
    return NULL;
}

int64_t sim_number_in(const char *body, const char *key)
{
    const char *at = after_key(body, key);
    return at == NULL || *at == 'n' ? -1 : strtoll(at, NULL, 10);
}

void sim_text_in(const char *body, const char *key, char *text, size_t size)
{
    const char *at = after_key(body, key);
    size_t len = at == NULL || *at != '"' ? 0 : strcspn(at + 1, "\"");
    if (len >= size)
        len = size - 1;
    if (len > 0)
        memcpy(text, at + 1, len);
    text[len] = '\0';
}

static void count(struct sim *s, enum sim_count what)
{
    gen_count(s->g, SIM_COUNT_OTHER + what);
}

/* --- who may --- */

static bool is_the_voter(const char *caller, const struct sim_intent *intent, const char *voter)
{
    if (strncmp(caller, "voter ", 6) == 0)
        return strcmp(caller + 6, voter) == 0;
    const struct fact *registered = model_voter(&intent->stream->model, voter);
    return strncmp(caller, "mail ", 5) == 0 && registered != NULL &&
           model_same_email(registered->email, caller + 5);
}

/* By api.md's table, from what is recorded. */
bool sim_may_be_recorded(const struct sim_intent *intent)
{
    bool admin = strcmp(intent->caller, "admin") == 0;
    if (intent->type == PV_EVENT_BALLOT_CREATED)
        return admin || is_the_voter(intent->caller, intent, intent->fact.voter);
    if (intent->type != PV_EVENT_BALLOT_CANDIDATE_RATED && intent->type != PV_EVENT_BALLOT_CAST)
        return admin;
    const char *voter = sim_voter_of(intent);
    return voter != NULL && is_the_voter(intent->caller, intent, voter);
}

/* --- recorded --- */

/* An id that is left to the server is none that the generator draws. */
static bool same_event(const struct sim_intent *a, const struct sim_intent *b)
{
    if ((a->no_made && a->recorded < 0) || (b->no_made && b->recorded < 0))
        return false;
    struct buf left = {0}, right = {0};
    model_event(&a->fact, &left);
    model_event(&b->fact, &right);
    bool same = a->type == b->type && buf_equal(&left, &right);
    buf_free(&left);
    buf_free(&right);
    return same;
}

static void learn_id(struct sim_intent *intent, const char *body)
{
    char id[64];
    sim_text_in(body, "id", id, sizeof id);
    if (!intent->id_known)
        intent->id_known = pv_event_id_parse((struct pv_str){id, strlen(id)}, &intent->id) == PV_CODE_NONE;
}

static void recorded(struct sim *s, struct sim_exchange *x, const char *body)
{
    struct sim_intent *intent = x->intent;
    int64_t number = sim_number_in(body, "number"), position = sim_number_in(body, "position");
    learn_id(intent, body);
    const struct sim_record *record = sim_find_record(s, intent->stream, intent->id);
    if (record == NULL || record->number != number || strstr(body, record->stream->name) == NULL) {
        sim_fail(s, "event %u is answered as number %lld, and is not there", intent->number,
                 (long long)number);
        return;
    }
    intent->stream = record->stream;
    if (position >= 0 && position != record->position)
        sim_fail(s, "event %u is at position %lld, but %lld was told", intent->number,
                 (long long)record->position, (long long)position);
    if (record->intent != intent && !same_event(record->intent, intent))
        sim_fail(s, "event %u is answered as recorded, but another one is with its id", intent->number);
    if (!sim_may_be_recorded(intent))
        sim_fail(s, "event %u is recorded, and %s may not have it recorded", intent->number, intent->caller);
    if (record->stream->told < number)
        record->stream->told = number;
    count(s, intent->told >= 0 || number < (int64_t)x->facts ? SAW_REPEATED : SAW_RECORDED);
    if (x->hung_up)
        return;
    if (intent->told < 0 && intent->unknown > 0)
        count(s, SAW_RECORDED_AFTER_ALL);
    intent->told = number;
    intent->settled = true;
}

/* --- refused --- */

struct wanted {
    struct pv_event_id id;
    const char *code;
    bool found;
};

static bool is_wanted(void *context, const struct pv_refused *entry)
{
    struct wanted *wanted = context;
    wanted->found = pv_bits128_equal(entry->id.bits, wanted->id.bits) && str_is(entry->code, wanted->code);
    return !wanted->found;
}

/* What the worker refuses is in the log before anybody is told. */
static void check_log(struct sim *s, const struct sim_intent *intent, const char *code)
{
    struct pv_refusal_log *log = &s->world.log;
    struct pv_fault fault;
    bool version = strcmp(code, "version_mismatch") == 0;
    struct wanted wanted = {intent->id, version ? "wrong_version" : code, false};
    enum pv_log_result result = log->ops->read(log->self, NULL, 0, is_wanted, &wanted, &fault);
    if (result != PV_LOG_FAULT && !wanted.found && intent->id_known)
        sim_fail(s, "event %u is answered with %s, which is not in the log of refusals", intent->number,
                 code);
}

static enum pv_code code_named(const char *name)
{
    for (int i = 1; i < PV_CODE_COUNT; i++) {
        if (strcmp(pv_code_name((enum pv_code)i), name) == 0)
            return (enum pv_code)i;
    }
    return PV_CODE_NONE;
}

/* Whether the rules say so of some state between the first request and the answer: what was refused and is
   delivered again stays refused. */
static void check_rule(struct sim *s, const struct sim_exchange *x, const char *name)
{
    const struct sim_intent *intent = x->intent;
    enum pv_code code = code_named(name);
    if (code == PV_CODE_NONE || intent->stream == NULL || intent->no_made) {
        if (code == PV_CODE_NONE)
            sim_fail(s, "event %u is answered with %s, which is no code of the rules", intent->number, name);
        return;
    }
    for (size_t at = intent->facts; at <= intent->stream->model.count; at++) {
        if (sim_decide(intent, at) == code)
            return;
    }
    sim_fail(s, "event %u is refused as %s, but the rules say %s", intent->number, name,
             pv_code_name(sim_decide(intent, intent->stream->model.count)));
}

static void check_id_reused(struct sim *s, const struct sim_intent *intent)
{
    const struct sim_record *record = sim_find_record(s, intent->stream, intent->id);
    if (record == NULL || same_event(record->intent, intent))
        sim_fail(s, "event %u is answered as one whose id has another event, which it has not",
                 intent->number);
}

static void refused(struct sim *s, struct sim_exchange *x, unsigned status, const char *code)
{
    struct sim_intent *intent = x->intent;
    const struct sim_record *record = sim_find_record(s, intent->stream, intent->id);
    bool was_there = record != NULL && record->number < (int64_t)x->facts && record->stream == x->stream;
    check_log(s, intent, code);
    if (status == 412) {
        count(s, SAW_WRONG_VERSION);
    } else if (status == 403) {
        count(s, SAW_NOT_ALLOWED);
        if (intent->stream != NULL && sim_may_be_recorded(intent))
            sim_fail(s, "event %u is not allowed, but %s may", intent->number, intent->caller);
    } else if (strcmp(code, "event_id_reused") == 0) {
        count(s, SAW_ID_REUSED);
        check_id_reused(s, intent);
    } else {
        count(s, SAW_REFUSED);
        check_rule(s, x, code);
    }
    if (was_there && same_event(record->intent, intent) && sim_may_be_recorded(intent))
        sim_fail(s, "event %u is recorded as %lld, and refused as %s", intent->number,
                 (long long)record->number, code);
}

/* --- all answers to an event --- */

static bool is_unknown(unsigned status, const char *code)
{
    return status == 202 || (status == 503 && strcmp(code, "busy") != 0);
}

void sim_event_answered(struct sim *s, struct sim_exchange *x, unsigned status, const char *body)
{
    struct sim_intent *intent = x->intent;
    char code[64];
    sim_text_in(body, "code", code, sizeof code);
    intent->waiting--;
    if (x->hung_up || is_unknown(status, code))
        intent->unknown++;
    if (status == 200) {
        recorded(s, x, body);
        return;
    }
    if (status == 202) {
        count(s, SAW_LATER);
        learn_id(intent, body);
        if (pv_clock_ms(&s->clock.clock) - x->sent_ms < s->verdict_ms)
            sim_fail(s, "event %u is put off too early", intent->number);
        return;
    }
    if (status == 503) {
        bool busy = strcmp(code, "busy") == 0;
        count(s, busy ? SAW_BUSY : SAW_UNAVAILABLE);
        intent->not_taken += busy && !x->hung_up;
        return;
    }
    if (!x->hung_up) {
        intent->settled = true;
        intent->refused++;
    }
    if (!s->in_handle)
        refused(s, x, status, code);
    else
        count(s, status == 401 || status == 403 ? SAW_FORBIDDEN : SAW_UNREADABLE);
}

/* --- what became of an event --- */

struct seen_refusal {
    const char *caller;
    bool visible;
};

static bool see_refusal(void *context, const struct pv_refused *entry)
{
    struct seen_refusal *seen = context;
    bool oversees = strcmp(seen->caller, "admin") == 0 || strcmp(seen->caller, "auditor") == 0;
    seen->visible = oversees || str_is(entry->subject, seen->caller);
    return true;
}

static const char *expected_status(struct sim *s, const struct sim_exchange *x)
{
    const struct sim_record *record = sim_find_record(s, NULL, x->id);
    struct pv_refusal_log *log = &s->world.log;
    struct seen_refusal seen = {x->caller, false};
    struct pv_fault fault;
    bool oversees = strcmp(x->caller, "admin") == 0 || strcmp(x->caller, "auditor") == 0;
    if (record != NULL)
        return oversees || (strcmp(record->intent->caller, x->caller) == 0 && !record->by_other) ? "recorded"
                                                                                                 : "unknown";
    if (log->ops->find(log->self, x->id, see_refusal, &seen, &fault) != PV_LOG_OK)
        return "unknown";
    return seen.visible ? "refused" : "unknown";
}

void sim_status_answered(struct sim *s, const struct sim_exchange *x, unsigned status, const char *body)
{
    char text[32];
    if (status == 503 && s->faults > 0)
        return;
    const char *expected = expected_status(s, x);
    sim_text_in(body, "status", text, sizeof text);
    if (!sim_has_power(s))
        return;
    if (status != 200 || strcmp(text, expected) != 0)
        sim_fail(s, "an event of which %s may know that it is %s is told to be: %s", x->caller, expected,
                 body);
    count(s, strcmp(expected, "recorded") == 0  ? SAW_STATUS_RECORDED
             : strcmp(expected, "refused") == 0 ? SAW_STATUS_REFUSED
                                                : SAW_STATUS_UNKNOWN);
}
