/* Reads: what they show is a fold of the log up to some record, and not before what was told. */
#include "sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *path; /* behind /election/{id} */
    enum pv_route_kind kind;
    bool overseers;
} reads[] = {
    {"", PV_ROUTE_PAPER, false},           {"/document", PV_ROUTE_DOCUMENT, true},
    {"/results", PV_ROUTE_RESULTS, false}, {"/voters", PV_ROUTE_VOTERS, true},
    {"/ballots", PV_ROUTE_BALLOTS, true},  {"/ballot/mine", PV_ROUTE_MY_BALLOT, false},
    {"/events", PV_ROUTE_EVENTS, true},    {"/refusals", PV_ROUTE_REFUSALS, true},
};
enum { READS = sizeof reads / sizeof reads[0] };

static const char *any_voter(struct sim *s, const struct sim_stream *stream, char caller[SIM_CALLER])
{
    size_t voters = model_count(&stream->model, PV_EVENT_VOTER_REGISTERED);
    if (voters == 0)
        return "none";
    const struct fact *voter =
        model_nth(&stream->model, PV_EVENT_VOTER_REGISTERED, gen_draw(s->g, (uint32_t)voters));
    if (gen_draw(s->g, 3) == 2 && strlen(voter->email) + 6 < SIM_CALLER)
        (void)snprintf(caller, SIM_CALLER, "mail %s", voter->email);
    else
        (void)snprintf(caller, SIM_CALLER, "voter %s", voter->voter);
    return caller;
}

void sim_random_read(struct sim *s)
{
    static const char *const overseers[] = {"auditor", "admin"};
    uint32_t which = gen_draw(s->g, READS + 1);
    struct sim_stream *stream = &s->streams[gen_draw(s->g, s->elections)];
    char voter[SIM_CALLER], path[96] = "/election/";
    const char *caller = overseers[gen_draw(s->g, 2)];
    if (which < READS) {
        (void)snprintf(path, sizeof path, "/election/%.26s%s", stream->name + PV_STREAM_LEN - 26,
                       reads[which].path);
        if (reads[which].kind == PV_ROUTE_MY_BALLOT || (!reads[which].overseers && gen_draw(s->g, 3) == 2))
            caller = any_voter(s, stream, voter);
    }
    struct sim_exchange *x = sim_request(s, SIM_READ, caller, path);
    x->route = which < READS ? reads[which].kind : PV_ROUTE_ELECTIONS;
    x->stream = which < READS ? stream : NULL;
    sim_see_records(s);
    sim_send(s, x, "GET", (struct pv_str){NULL, 0});
}

static bool oversees(const struct sim_exchange *x)
{
    return strcmp(x->caller, "admin") == 0 || strcmp(x->caller, "auditor") == 0;
}

/* The version that the answer is of; -1: it does not tell. */
static int64_t version_of(const struct sim_exchange *x, const struct pv_http_reply *reply, const char *body)
{
    if (x->route == PV_ROUTE_VOTERS || x->route == PV_ROUTE_BALLOTS)
        return sim_number_in(body, "version");
    for (size_t i = 0; i < reply->header_count; i++) {
        if (str_is(reply->headers[i].name, "ETag"))
            return strtoll(reply->headers[i].value.ptr + 1, NULL, 10);
    }
    return -1;
}

/* The answer, byte for byte, as the model prints it for that version. */
static void compare(struct sim *s, const struct sim_exchange *x, int64_t version, const char *body)
{
    struct model then = x->stream->model;
    struct buf expected = {0};
    then.count = (size_t)version + 1;
    if (x->route == PV_ROUTE_DOCUMENT)
        model_document(&then, &expected);
    else
        model_tally(&then, &expected);
    if (expected.len != strlen(body) || memcmp(expected.bytes, body, expected.len) != 0)
        sim_fail(s, "%s at version %lld is\n  %.300s\n  not\n  %.*s", x->path, (long long)version, body,
                 (int)(expected.len < 300 ? expected.len : 300), expected.bytes);
    buf_free(&expected);
    gen_count(s->g,
              SIM_COUNT_OTHER + (x->route == PV_ROUTE_DOCUMENT ? SAW_READ_DOCUMENTS : SAW_READ_RESULTS));
}

/* The caller's ballot when the stream had so many records; NULL: none. */
static const char *own_ballot(const struct sim_exchange *x, size_t records)
{
    struct model then = x->stream->model;
    const struct fact *voter;
    then.count = records;
    for (size_t i = 0; (voter = model_nth(&then, PV_EVENT_VOTER_REGISTERED, i)) != NULL; i++) {
        bool mine = strncmp(x->caller, "voter ", 6) == 0 ? strcmp(x->caller + 6, voter->voter) == 0
                                                         : model_same_email(x->caller + 5, voter->email);
        const struct fact *ballot = mine ? model_ballot_of(&then, voter->voter) : NULL;
        if (ballot != NULL)
            return ballot->ballot;
    }
    return NULL;
}

static void check_own_ballot(struct sim *s, const struct sim_exchange *x, int64_t version, const char *body)
{
    const char *ballot = own_ballot(x, (size_t)version + 1);
    char id[40];
    sim_text_in(body, "id", id, sizeof id);
    if (ballot == NULL || strcmp(ballot, id) != 0)
        sim_fail(s, "%s has another ballot than %s", x->caller, id);
}

static void check_shown(struct sim *s, const struct sim_exchange *x, const struct pv_http_reply *reply,
                        const char *body)
{
    int64_t version = version_of(x, reply, body);
    if (x->route == PV_ROUTE_EVENTS || x->route == PV_ROUTE_REFUSALS || x->route == PV_ROUTE_ELECTIONS)
        return;
    if (version < x->floor)
        sim_fail(s, "%s shows version %lld after a 200 told of %lld", x->path, (long long)version,
                 (long long)x->floor);
    else if (version < 0 || version >= (int64_t)x->stream->model.count)
        sim_fail(s, "%s shows version %lld, which never was", x->path, (long long)version);
    else if (x->route == PV_ROUTE_DOCUMENT || x->route == PV_ROUTE_RESULTS)
        compare(s, x, version, body);
    else if (x->route == PV_ROUTE_MY_BALLOT)
        check_own_ballot(s, x, version, body);
}

static void check_missing(struct sim *s, const struct sim_exchange *x, const char *body)
{
    enum model_phase phase = model_phase(&x->stream->model);
    bool hidden = !oversees(x); /* a draft, or no ballot */
    if (x->floor >= 0 && phase != MODEL_DELETED && !hidden)
        sim_fail(s, "%s is answered as unknown after a 200 told of %lld: %s", x->path, (long long)x->floor,
                 body);
    if (strstr(body, "\"no_ballot\"") != NULL && x->floor >= 0 && own_ballot(x, (size_t)x->floor + 1) != NULL)
        sim_fail(s, "%s has a ballot, and is told that it has none", x->caller);
}

void sim_read_answered(struct sim *s, const struct sim_exchange *x, const struct pv_http_reply *reply,
                       const char *body)
{
    char code[64];
    sim_text_in(body, "code", code, sizeof code);
    gen_count(s->g, SIM_COUNT_OTHER + SAW_READS);
    if (x->floor >= 0)
        gen_count(s->g, SIM_COUNT_OTHER + SAW_READ_OWN_WRITES);
    if (reply->status == 200) {
        check_shown(s, x, reply, body);
    } else if (reply->status == 404 && x->stream != NULL) {
        check_missing(s, x, body);
    } else if (reply->status == 503 && strcmp(code, "projection_behind") == 0) {
        gen_count(s->g, SIM_COUNT_OTHER + SAW_READ_BEHIND);
        bool needless = x->stream != NULL && x->floor < 0; /* the list waits for what anybody was told */
        bool waited = s->ending || pv_clock_ms(&s->clock.clock) - x->sent_ms >= s->projection_ms;
        if (needless || !waited)
            sim_fail(s, "%s is given up without having waited", x->path);
        else if (s->calm && !s->ending)
            sim_fail(s, "%s waits in vain when all is calm", x->path);
    } else if (reply->status == 503 && s->faults == 0 && strcmp(code, "busy") != 0) {
        sim_fail(s, "%s is not available, and nothing is wrong: %s", x->path, body);
    }
}
