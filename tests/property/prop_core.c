/* The core on generated histories. */
#include "case.h"
#include "properties.h"

#include <stdlib.h>

/* The event goes through apply or, as drawn, through when: to the caller they are the same. */
static enum pv_result feed(struct gen *g, struct pv_election *election, struct seen *seen)
{
    if (seen->result != PV_OK)
        return seen->result;
    if (gen_draw(g, 2) == 0)
        return pv_election_apply(election, &seen->event, &seen->why);
    return pv_election_when(election, &seen->event, &seen->why);
}

/* ---- the model ---- */

static int same_document(struct a_case *c, const struct pv_election *election)
{
    struct buf core = {0}, model = {0};
    int failed = 0;
    if (election->version < 0)
        return c->model.count == 0 ? 0 : gen_fail(c->g, "the core is unborn, the model is not");
    print_document(election, &core);
    model_document(&c->model, &model);
    if (!buf_equal(&core, &model))
        failed = differ(c->g, "documents of core and model", &core, &model);
    buf_free(&core);
    buf_free(&model);
    gen_count(c->g, COUNT_DOCUMENTS);
    return failed;
}

static int same_tally(struct a_case *c, const struct pv_election *election)
{
    struct buf core = {0}, model = {0};
    int failed = 0;
    if (election->version < 0)
        return 0;
    print_tally(election, &core);
    model_tally(&c->model, &model);
    if (!buf_equal(&core, &model))
        failed = differ(c->g, "tallies of core and model", &core, &model);
    buf_free(&core);
    buf_free(&model);
    return failed;
}

static int compare_with_model(struct gen *g, struct a_case *c, struct pv_election *election)
{
    int failed = 0;
    while (failed == 0 && case_next(c)) {
        struct seen seen;
        seen_init(&seen, g, &c->wire);
        enum pv_result result = feed(g, election, &seen);
        failed = case_same_verdict(c, result, &seen.why);
        seen_deinit(&seen); /* the core must have copied what it keeps */
        if (failed == 0 && gen_draw(g, 12) == 11)
            failed = same_document(c, election);
    }
    if (failed == 0)
        failed = same_document(c, election) || same_tally(c, election);
    if (election->ratings.rows != NULL)
        gen_count(g, COUNT_WIDE_PAPERS);
    return failed;
}

int prop_model_agrees(struct gen *g)
{
    struct a_case c;
    struct pv_election election;
    case_init(&c, g);
    pv_election_init(&election, draw_seed(g));
    int failed = compare_with_model(g, &c, &election);
    pv_election_deinit(&election);
    case_deinit(&c);
    return failed;
}

int prop_tally_is_a_recount(struct gen *g)
{
    struct a_case c;
    struct pv_election election;
    int failed = 0;
    case_init(&c, g);
    pv_election_init(&election, draw_seed(g));
    while (failed == 0 && case_next(&c)) {
        struct seen seen;
        seen_init(&seen, g, &c.wire);
        (void)!feed(g, &election, &seen);
        seen_deinit(&seen);
        enum pv_event_type type = c.expected.code == PV_CODE_NONE ? c.fact->type : PV_EVENT_TYPE_COUNT;
        if (type == PV_EVENT_BALLOT_CAST || type == PV_EVENT_CANDIDATE_REMOVED ||
            type == PV_EVENT_COMPETITION_REMOVED || type == PV_EVENT_ELECTION_CLOSED)
            failed = same_tally(&c, &election);
    }
    failed = failed || same_tally(&c, &election);
    pv_election_deinit(&election);
    case_deinit(&c);
    return failed;
}

/* ---- load ---- */

enum { KEPT_MAX = 1024 };

struct kept {
    struct seen seen[KEPT_MAX];
    size_t count;
};

/* Applies the history; keeps the events that were accepted, and the first that was refused by the core's own
   rules (with how many were accepted before it). */
static int apply_and_keep(struct a_case *c, struct pv_election *election, struct kept *kept,
                          struct seen *refused, size_t *refused_at)
{
    int failed = 0;
    *refused_at = SIZE_MAX;
    while (failed == 0 && kept->count < KEPT_MAX && case_next(c)) {
        struct seen seen;
        seen_init(&seen, c->g, &c->wire);
        enum pv_result result =
            seen.result == PV_OK ? pv_election_apply(election, &seen.event, &seen.why) : seen.result;
        failed = case_same_verdict(c, result, &seen.why);
        if (result == PV_OK) {
            kept->seen[kept->count++] = seen;
        } else if (seen.result == PV_OK && *refused_at == SIZE_MAX) {
            *refused = seen;
            *refused_at = kept->count;
        } else {
            seen_deinit(&seen);
        }
    }
    return failed;
}

static int same_everything(struct gen *g, const char *what, const struct pv_election *a,
                           const struct pv_election *b)
{
    struct buf left = {0}, right = {0};
    int failed = 0;
    dump(a, DUMP_VERSIONS | DUMP_ORDER, &left);
    dump(b, DUMP_VERSIONS | DUMP_ORDER, &right);
    if (!buf_equal(&left, &right))
        failed = gen_fail(g, "%s: the states differ", what);
    left.len = right.len = 0;
    if (a->version >= 0) {
        print_document(a, &left);
        print_document(b, &right);
    }
    if (failed == 0 && !buf_equal(&left, &right))
        failed = differ(g, what, &left, &right);
    buf_free(&left);
    buf_free(&right);
    return failed;
}

static int load_all(struct gen *g, const struct pv_election *applied, const struct pv_event *events,
                    size_t count)
{
    struct pv_election loaded;
    struct pv_refusal why;
    size_t at;
    pv_election_init(&loaded, draw_seed(g));
    int failed = 0;
    if (pv_election_load(&loaded, events, count, &why, &at) != PV_OK)
        failed = gen_fail(g, "a load of accepted events fails at %zu of %zu", at, count);
    gen_count(g, COUNT_LOADS);
    failed = failed || same_everything(g, "applied and loaded", applied, &loaded);
    pv_election_deinit(&loaded);
    return failed;
}

/* The refused event right behind those that came before it, and perhaps others after it. */
static int load_refused(struct gen *g, struct pv_event *events, size_t count, const struct seen *refused,
                        size_t at)
{
    struct pv_election loaded, unborn;
    struct pv_refusal why = {.code = PV_CODE_NONE};
    size_t where = SIZE_MAX;
    int failed = 0;
    events[at] = refused->event;
    pv_election_init(&loaded, draw_seed(g));
    pv_election_init(&unborn, loaded.seed);
    size_t behind = gen_draw(g, 3);
    enum pv_result result =
        pv_election_load(&loaded, events, at + 1 + behind < count ? at + 1 + behind : at + 1, &why, &where);
    gen_count(g, COUNT_LOADS_REFUSED);
    if (result != PV_REFUSED || where != at || why.code != refused->why.code ||
        why.field != refused->why.field)
        failed =
            gen_fail(g, "a load of a refused event gives %d at %zu, not a refusal at %zu", result, where, at);
    failed = failed || same_everything(g, "a refused load and an unborn election", &loaded, &unborn);
    pv_election_deinit(&loaded);
    return failed;
}

int prop_load_equals_apply(struct gen *g)
{
    struct a_case c;
    struct pv_election applied;
    struct seen refused;
    size_t refused_at;
    struct kept *kept = calloc(1, sizeof *kept);
    struct pv_event *events = calloc(KEPT_MAX + 1, sizeof *events);
    if (kept == NULL || events == NULL)
        abort();
    case_init(&c, g);
    pv_election_init(&applied, draw_seed(g));
    int failed = apply_and_keep(&c, &applied, kept, &refused, &refused_at);
    for (size_t i = 0; i < kept->count; i++)
        events[i] = kept->seen[i].event;
    failed = failed || load_all(g, &applied, events, kept->count);
    if (refused_at != SIZE_MAX) {
        failed = failed || load_refused(g, events, kept->count, &refused, refused_at);
        seen_deinit(&refused);
    }
    for (size_t i = 0; i < kept->count; i++)
        seen_deinit(&kept->seen[i]);
    pv_election_deinit(&applied);
    case_deinit(&c);
    free(events);
    free(kept);
    return failed;
}

/* ---- a refused event ---- */

static int feed_and_compare(struct a_case *c, struct pv_election *election, struct seen *seen)
{
    struct buf before = {0}, after = {0};
    int failed = 0;
    if (election->version >= 0)
        print_document(election, &before);
    dump(election, DUMP_ALL, &before);
    enum pv_result result = feed(c->g, election, seen);
    if (election->version >= 0)
        print_document(election, &after);
    dump(election, DUMP_ALL, &after);
    if (result == PV_OK)
        failed = gen_fail(c->g, "accepted, though the model refuses it");
    else if (!buf_equal(&before, &after))
        failed = differ(c->g, "before and after a refused event", &before, &after);
    buf_free(&before);
    buf_free(&after);
    return failed;
}

int prop_refused_changes_nothing(struct gen *g)
{
    struct a_case c;
    struct pv_election election;
    int failed = 0;
    case_init(&c, g);
    pv_election_init(&election, draw_seed(g));
    while (failed == 0 && case_next(&c)) {
        struct seen seen;
        seen_init(&seen, g, &c.wire);
        if (c.expected.code == PV_CODE_NONE)
            failed = case_same_verdict(&c, feed(g, &election, &seen), &seen.why);
        else
            failed = feed_and_compare(&c, &election, &seen);
        seen_deinit(&seen);
    }
    pv_election_deinit(&election);
    case_deinit(&c);
    return failed;
}

/* ---- prefetching ---- */

static int prefetch_and_compare(struct gen *g, struct pv_election *election, const struct pv_event *event)
{
    struct buf before = {0}, after = {0};
    int failed = 0;
    dump(election, DUMP_ALL, &before);
    pv_election_prefetch_slots(election, event);
    pv_election_prefetch_parts(election, event);
    dump(election, DUMP_ALL, &after);
    if (!buf_equal(&before, &after))
        failed = differ(g, "before and after prefetching", &before, &after);
    buf_free(&before);
    buf_free(&after);
    return failed;
}

int prop_prefetch_changes_nothing(struct gen *g)
{
    struct a_case c;
    struct pv_election with, without;
    int failed = 0;
    case_init(&c, g);
    pv_election_init(&with, draw_seed(g));
    pv_election_init(&without, draw_seed(g));
    while (failed == 0 && case_next(&c)) {
        struct seen seen;
        seen_init(&seen, g, &c.wire);
        if (seen.result == PV_OK) {
            failed = prefetch_and_compare(g, &with, &seen.event);
            failed =
                failed || case_same_verdict(&c, pv_election_apply(&with, &seen.event, &seen.why), &seen.why);
            failed = failed ||
                     case_same_verdict(&c, pv_election_apply(&without, &seen.event, &seen.why), &seen.why);
        }
        seen_deinit(&seen);
    }
    failed = failed || same_everything(g, "with and without prefetching", &with, &without);
    pv_election_deinit(&with);
    pv_election_deinit(&without);
    case_deinit(&c);
    return failed;
}
