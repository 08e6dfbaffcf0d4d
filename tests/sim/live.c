/* Clients of live streams: each change that they may see comes once and in order, over any number of
 * connections. */
#include "sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void wake(void *context)
{
    struct sim_live *live = context;
    live->woken = true;
}

static void hang_up(struct sim_live *live)
{
    if (live->state == LIVE_ON)
        live->body.ops->close(live->body.self);
    if (live->state != LIVE_ASKED)
        live->state = LIVE_OFF;
    live->text.len = 0; /* half a message is none */
}

void sim_live_cut(struct sim *s)
{
    for (unsigned i = 0; i < s->live_count; i++)
        hang_up(&s->lives[i]);
}

/* --- who sees what --- */

static bool is_of_the_paper(enum pv_event_type type)
{
    return strstr(cat_event(type)->type, ".Voter.") == NULL &&
           strstr(cat_event(type)->type, ".Ballot.") == NULL;
}

static bool sees(const struct sim_live *live, const struct fact *fact)
{
    if (is_of_the_paper(fact->type) || live->caller[0] == 'a') /* admin, auditor */
        return true;
    if (strncmp(live->caller, "voter ", 6) != 0)
        return false;
    const struct fact *ballot = model_ballot(&live->stream->model, fact->ballot);
    bool is_voters = fact->type == PV_EVENT_VOTER_REGISTERED || fact->type == PV_EVENT_BALLOT_CREATED;
    const char *voter = is_voters ? fact->voter : ballot != NULL ? ballot->voter : "";
    return strcmp(voter, live->caller + 6) == 0;
}

/* --- a message --- */

static void check_skipped(struct sim *s, const struct sim_live *live, int64_t until)
{
    for (int64_t i = live->last + 1; i < until; i++) {
        if (sees(live, live->stream->model.facts[i]))
            sim_fail(s, "the live stream of %s on %s leaves out %lld", live->caller, live->stream->name,
                     (long long)i);
    }
}

static void check_message(struct sim *s, struct sim_live *live, int64_t number, const char *text)
{
    if (number < 0 || number >= (int64_t)live->stream->model.count) {
        sim_fail(s, "the live stream of %s on %s has a message %lld of what is not there", live->caller,
                 live->stream->name, (long long)number);
        return;
    }
    const struct fact *fact = live->stream->model.facts[number];
    if (number <= live->last)
        sim_fail(s, "the live stream of %s on %s has %lld after %lld", live->caller, live->stream->name,
                 (long long)number, (long long)live->last);
    else if (!sees(live, fact))
        sim_fail(s, "the live stream of %s on %s shows %lld", live->caller, live->stream->name,
                 (long long)number);
    else
        check_skipped(s, live, number);
    struct buf data = {0};
    model_event(fact, &data);
    buf_add(&data, "", 1);
    bool is_hidden = fact->type == PV_EVENT_BALLOT_CANDIDATE_RATED && strcmp(live->caller, "admin") == 0;
    if (strstr(text, cat_event(fact->type)->type) == NULL || (strstr(text, data.bytes) == NULL) != is_hidden)
        sim_fail(s, "the live stream of %s on %s tells of %lld: %s", live->caller, live->stream->name,
                 (long long)number, text);
    buf_free(&data);
}

/* The first message of a connection: where it begins. Whoever has seen something goes on there. */
static void greeted(struct sim *s, struct sim_live *live, int64_t version)
{
    if (live->begun && version != live->last)
        sim_fail(s, "the live stream of %s on %s is resumed at %lld, not at %lld", live->caller,
                 live->stream->name, (long long)version, (long long)live->last);
    live->begun = true;
    live->last = version;
}

static void take_message(struct sim *s, struct sim_live *live, const char *text)
{
    const char *id = strstr(text, "id: ");
    if (id == NULL) /* a heartbeat */
        return;
    int64_t number = strtoll(id + 4, NULL, 10);
    sim_tell(s, "live: %.120s", text);
    if (strstr(text, "event: state\n") != NULL) {
        greeted(s, live, number);
        return;
    }
    check_message(s, live, number, text);
    live->last = number;
    live->seen++;
    gen_count(s->g, SIM_COUNT_OTHER + SAW_LIVE_MESSAGES);
}

static void take_messages(struct sim *s, struct sim_live *live)
{
    size_t from = 0;
    for (size_t i = 0; i + 1 < live->text.len && !s->failed; i++) {
        if (live->text.bytes[i] == '\n' && live->text.bytes[i + 1] == '\n') {
            live->text.bytes[i + 1] = '\0';
            take_message(s, live, live->text.bytes + from);
            from = i + 2;
        }
    }
    memmove(live->text.bytes, live->text.bytes + from, live->text.len - from);
    live->text.len -= from;
}

/* --- reading --- */

static void read_some(struct sim *s, struct sim_live *live)
{
    char bytes[2000];
    static const uint32_t sizes[] = {2000, 300, 40, 5};
    size_t size = sizes[gen_draw(s->g, 4)], len = 0;
    live->woken = false;
    switch (live->body.ops->read(live->body.self, bytes, size, &len)) {
    case PV_HTTP_BYTES:
        buf_add(&live->text, bytes, len);
        live->woken = true; /* there may be more */
        take_messages(s, live);
        break;
    case PV_HTTP_LATER:
        break;
    case PV_HTTP_END:
    case PV_HTTP_BROKEN:
        sim_tell(s, "live: the end");
        hang_up(live);
        break;
    }
}

void sim_live_answered(struct sim *s, struct sim_exchange *x, struct pv_http_reply *reply)
{
    struct sim_live *live = x->live;
    live->state = LIVE_OFF;
    if (reply->status != 200 || reply->body.ops == NULL)
        return;
    gen_count(s->g, SIM_COUNT_OTHER + (live->begun ? SAW_LIVE_RESUMED : SAW_LIVE_OPENED));
    live->body = reply->body;
    reply->body.ops = NULL; /* taken over */
    live->state = LIVE_ON;
    live->woken = true;
    live->body.ops->started(live->body.self, (struct pv_http_waker){wake, live});
}

static void ask(struct sim *s, struct sim_live *live)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/election/%.26s/live", live->stream->name + PV_STREAM_LEN - 26);
    struct sim_exchange *x = sim_request(s, SIM_LIVE, live->caller, path);
    x->live = live;
    x->stream = live->stream;
    if (live->begun) {
        (void)snprintf(x->last_id, sizeof x->last_id, "%lld", (long long)live->last);
        sim_header(x, "Last-Event-ID", x->last_id);
    }
    live->state = LIVE_ASKED;
    sim_send(s, x, "GET", (struct pv_str){NULL, 0});
}

static bool is_over(const struct sim_live *live)
{
    enum model_phase phase = model_phase(&live->stream->model);
    return phase == MODEL_UNBORN || phase == MODEL_DELETED;
}

/* Drafts are hidden from all but those who oversee. */
static bool may_look(const struct sim_live *live)
{
    return !is_over(live) && (live->caller[0] == 'a' || model_phase(&live->stream->model) > MODEL_DRAFT);
}

void sim_live_step(struct sim *s)
{
    if (s->live_count == 0)
        return;
    struct sim_live *live = &s->lives[gen_draw(s->g, s->live_count)];
    if (live->state == LIVE_OFF &&
        (s->calm ? may_look(live) : model_phase(&live->stream->model) > MODEL_UNBORN))
        ask(s, live);
    else if (live->state == LIVE_ON && !s->calm && gen_draw(s->g, 30) == 29)
        hang_up(live);
    else if (live->state == LIVE_ON && live->woken)
        read_some(s, live);
}

/* --- the end --- */

bool sim_live_is_quiet(const struct sim *s)
{
    for (unsigned i = 0; i < s->live_count; i++) {
        const struct sim_live *live = &s->lives[i];
        if (live->state == LIVE_ASKED || (live->state == LIVE_ON && live->woken) ||
            (live->state == LIVE_OFF && may_look(live)))
            return false;
    }
    return true;
}

void sim_live_check(struct sim *s)
{
    for (unsigned i = 0; i < s->live_count; i++) {
        if (may_look(&s->lives[i]))
            check_skipped(s, &s->lives[i], (int64_t)s->lives[i].stream->model.count);
    }
}
