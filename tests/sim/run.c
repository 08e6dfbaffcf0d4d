/* One run: who does what next, the calm at the end, and the checks. */
#include "sim.h"

#include <stdlib.h>
#include <string.h>

uint64_t sim_hash_of_all = UINT64_C(0xcbf29ce484222325);

enum { CALM_MS = 20, CALM_ROUNDS = 500 };

static void make_elections(struct sim *s)
{
    for (unsigned i = 0; i < s->elections; i++) {
        char name[PV_STREAM_LEN + 1] = "Election-", id[27];
        value_id(i, id);
        memcpy(name + PV_STREAM_LEN - 26, id, 26);
        struct sim_stream *stream = sim_stream_of(s, (struct pv_str){name, PV_STREAM_LEN});
        history_init(&stream->history, s->g, &s->bag, &stream->model, i);
        stream->history.size = gen_draw(s->g, 10) == 9 ? SIZE_BALLOTS : SIZE_ORDINARY;
        stream->history.serial = i * 1000;
    }
}

static void make_lives(struct sim *s)
{
    static const char *const callers[] = {"auditor", "none", "admin", "voter 01HQ0000000000000000000001"};
    s->live_count = gen_draw(s->g, SIM_LIVES + 1);
    for (unsigned i = 0; i < s->live_count; i++) {
        s->lives[i].stream = &s->streams[gen_draw(s->g, s->elections)];
        strncat(s->lives[i].caller, callers[gen_draw(s->g, 4)], SIM_CALLER - 1);
        s->lives[i].last = -1;
    }
}

/* Clients; then worker, projector and readers, which may be slow; clients of live streams, and time. */
static void draw_weights(struct sim *s)
{
    static const uint32_t often[SIM_ACTORS] = {40, 14, 14, 16, 12, 8};
    for (unsigned i = 0; i < SIM_ACTORS; i++)
        s->weights[i] = i > 0 && gen_draw(s->g, 3) == 2 ? often[i] / 4 : often[i];
}

static void set_up(struct sim *s, struct gen *g)
{
    static const int verdicts[] = {2000, 300, 60};
    static const uint32_t deliveries[] = {0, 0, 1, 2};
    s->g = g;
    s->hash = UINT64_C(0xcbf29ce484222325);
    virtual_clock_init(&s->clock, gen_draw(g, 1 << 30));
    sim_draw_mix(s);
    s->elections = 1 + gen_draw(g, SIM_ELECTIONS);
    s->clients = 1 + gen_draw(g, SIM_CLIENTS);
    s->window = 1 + gen_draw(g, 4);
    s->verdict_ms = verdicts[gen_draw(g, 3)];
    s->projection_ms = verdicts[gen_draw(g, 3)];
    s->deliveries_max = deliveries[gen_draw(g, 4)];
    s->capacity = gen_draw(g, 4) == 3 ? 3 : 64;
    draw_weights(s);
    make_elections(s);
    make_lives(s);
}

/* A third of all elections are well on their way when the server starts: opened, most of them, and with
 * ballots.
 */
static void make_pasts(struct sim *s)
{
    for (unsigned i = 0; i < s->elections; i++) {
        if (gen_draw(s->g, 3) == 2)
            sim_make_past(s, &s->streams[i], 18 + gen_draw(s->g, 16));
    }
}

/* --- who is next --- */

static void start_again(struct sim *s)
{
    if (s->failed)
        return;
    if (!sim_start(s))
        s->failed = true;
}

static void crash(struct sim *s)
{
    bool power = s->world.has_power != NULL && (!s->world.has_power(s) || gen_draw(s->g, 2) == 1);
    sim_crash(s, power);
    start_again(s);
}

static void client_step(struct sim *s)
{
    unsigned client = gen_draw(s->g, s->clients);
    static const uint32_t weights[] = {60, 12, 3, 14, 6};
    switch (gen_weighted(s->g, weights, 5)) {
    case 0:
        if (sim_may_send(s, client))
            sim_new_event(s, client);
        break;
    case 1:
        if (sim_may_send(s, client))
            (void)sim_retry_one(s);
        break;
    case 2:
        if (sim_may_send(s, client))
            sim_another_event_with_an_old_id(s, client);
        break;
    case 3:
        sim_random_read(s);
        break;
    default:
        if (s->intent_count > 0)
            sim_ask_status(s, s->intents[gen_draw(s->g, s->intent_count)]);
        break;
    }
}

static void world_step(struct sim *s)
{
    if (sim_happens(s, FAULT_CRASH_SOON)) {
        s->crash_place = (enum sim_place)gen_draw(s->g, SIM_PLACES);
        s->crash_in =
            1 + gen_draw(s->g, s->crash_place == PLACE_REMOVE || s->crash_place == PLACE_LOG ? 2 : 4);
        if (s->crash_place == PLACE_REMOVE && gen_draw(s->g, 2) == 1)
            sim_delete_directly(s); /* nobody does often enough */
    }
    if (s->world.cut != NULL && sim_happens(s, FAULT_POWER_SOON))
        s->world.cut(s, gen_draw(s->g, 80));
    if (sim_happens(s, FAULT_DISK_FULL))
        s->full_until = pv_clock_ms(&s->clock.clock) + 50 + gen_draw(s->g, 1000);
    if (gen_draw(s->g, 4) == 3 && sim_happens(s, FAULT_SECOND_WRITER))
        sim_second_writer(s, (struct pv_str){s->streams[gen_draw(s->g, s->elections)].name, PV_STREAM_LEN});
    if (sim_happens(s, FAULT_CRASH_NOW)) {
        crash(s);
    } else if (sim_has_power(s) && sim_happens(s, FAULT_RESTART)) {
        sim_restart(s);
        start_again(s);
    }
}

static void step(struct sim *s)
{
    s->faults = 0;
    switch (gen_weighted(s->g, s->weights, SIM_ACTORS)) {
    case 0:
        client_step(s);
        break;
    case 1:
        sim_work(s);
        break;
    case 2:
        sim_project(s);
        break;
    case 3:
        sim_read(s);
        break;
    case 4:
        sim_live_step(s);
        break;
    default:
        sim_pass_time(s, 1 + gen_draw(s->g, 60));
        s->late_now = true;
        sim_let_late_come(s, false);
        s->late_now = false;
        break;
    }
    if (!sim_has_power(s) && !s->failed)
        crash(s);
    else if (!s->failed)
        world_step(s);
}

/* --- the calm --- */

static bool settle_one(struct sim *s, struct sim_intent *intent, bool ask)
{
    if (intent->settled || intent->direct || intent->waiting > 0)
        return false;
    if (intent->no_id) { /* its sender cannot know what became of it */
        intent->settled = true;
        return false;
    }
    if (ask)
        sim_ask_status(s, intent);
    sim_retry(s, intent);
    return true;
}

/* Each client asks once more for what it does not know, and sends it again. */
static bool settle(struct sim *s, bool ask)
{
    bool more = false;
    unsigned at_once = 0;
    for (unsigned i = 0; i < s->intent_count && at_once < s->capacity && at_once < 16 && !s->failed; i++) {
        bool sent = settle_one(s, s->intents[i], ask);
        at_once += sent;
        more |= sent;
    }
    return more;
}

static bool calm_round(struct sim *s)
{
    struct pv_fault fault;
    sim_pass_time(s, CALM_MS);
    sim_let_late_come(s, true);
    sim_work(s);
    sim_project(s);
    sim_read(s);
    for (unsigned i = 0; i < 3 * s->live_count && !s->failed; i++)
        sim_live_step(s);
    if (s->failed || !sim_is_idle(s) || !sim_live_is_quiet(s))
        return false;
    return !settle(s, true) && pv_projector_step(s->projector, &fault) == PV_PROJECTOR_IDLE;
}

static void come_to_rest(struct sim *s)
{
    bool done = false;
    if (!sim_has_power(s))
        crash(s);
    sim_tell(s, "calm");
    s->calm = true;
    s->crash_in = 0;
    if (s->world.cut != NULL)
        s->world.cut(s, UINT32_MAX); /* not any more */
    for (unsigned i = 0; i < CALM_ROUNDS && !done && !s->failed; i++)
        done = calm_round(s);
    if (!done && !s->failed)
        sim_fail(s, "it does not come to rest: %zu requests wait%s", pv_api_unanswered(s->api),
                 sim_live_is_quiet(s) ? "" : ", and live streams");
}

static void clean_up(struct sim *s)
{
    for (unsigned i = 0; i < s->intent_count; i++)
        free(s->intents[i]);
    for (unsigned i = 0; i < s->stream_count; i++)
        model_free(&s->streams[i].model);
    for (unsigned i = 0; i < s->live_count; i++)
        buf_free(&s->lives[i].text);
    bag_free(&s->bag);
}

int sim_run(struct gen *g, void (*make_world)(struct sim_world *world))
{
    static struct sim s;
    memset(&s, 0, sizeof s);
    make_world(&s.world);
    set_up(&s, g);
    start_again(&s);
    if (!s.failed)
        make_pasts(&s);
    uint32_t steps = 25 + gen_draw(g, 110);
    for (uint32_t i = 0; i < steps && !s.failed; i++) {
        gen_item(g);
        step(&s);
    }
    if (!s.failed)
        come_to_rest(&s);
    if (!s.failed)
        sim_check_end(&s);
    sim_stop(&s);
    clean_up(&s);
    sim_hash_of_all = (sim_hash_of_all ^ s.hash) * UINT64_C(0x100000001b3);
    return s.failed ? 1 : 0;
}
